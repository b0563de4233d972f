"""Judging of pairs that asks the store first: only what changed since the last match is read and judged."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from itertools import groupby

from arbkit.core.markets import Market
from arbkit.core.matching.engine import FACTS_MAX, Candidate
from arbkit.core.matching.lexicon import Aliases
from arbkit.core.matching.memory import Part, name_of, pack_verdicts, part_of, unpack_facts, unpack_verdicts
from arbkit.core.matching.shares import ToJudge, ToRead, judge_share, read_share
from arbkit.core.matching.verdict import Verdict
from arbkit.core.spread import Cores, Spread, here
from arbkit.store.readings import Fresh, Readings

KEPT_EVERY = 1_000
"""After so many markets what is fresh is kept, so that a match that is stopped has not worked for nothing."""
READ_TOGETHER = 100
JUDGED_TOGETHER = 1_000
"""What is given to a process at once: a tenth of a second of its time."""
_READ_US, _JUDGED_US = 800, 110
"""What reading a market and judging a pair take, roughly."""
SPREAD_FROM_US = 2_000_000
"""Work from which on other processes are worth their start."""


class Stage(StrEnum):
    """What a match is at."""

    READ = "read"
    JUDGED = "judged"


Progress = Callable[[Stage, int, int], None]
"""Told now and then how many markets are read, or how many candidates judged, and of how many."""


class Remembering:
    """Gives the verdicts of one match, as `Judging` does."""

    def __init__(self, readings: Readings, edition: bytes, aliases: Aliases, cores: Cores, progress: Progress) -> None:
        self._readings = readings
        self._edition = edition
        self._aliases = aliases
        self._cores = cores
        self._told = progress
        self._facts_max = FACTS_MAX // cores.count
        self._fresh = Fresh()
        self.markets_read = 0
        self.pairs_judged = 0

    def __call__(
        self, kalshi: Sequence[Market], polymarket: Sequence[Market], pairs: Sequence[Candidate]
    ) -> list[Verdict | None]:
        """The verdict on each of these pairs, which are sorted; None below the floor of review."""
        sides = _Side(kalshi, self._edition), _Side(polymarket, self._edition)
        verdicts, unknown = self._recalled(sides, pairs)
        if unknown:
            unread = self._unread(sides, [pairs[place] for place in unknown])
            spread = self._where(len(unread) * _READ_US + len(unknown) * _JUDGED_US)
            self._read(unread, spread)
            self._judge(sides, pairs, verdicts, unknown, spread)
        return verdicts

    def close(self) -> None:
        """Keep what is fresh, also of a match that was stopped."""
        if self._fresh.facts or self._fresh.verdicts:
            self._readings.keep(self._fresh)
            self._fresh = Fresh()

    def _where(self, work_us: int) -> Spread:
        return self._cores.processes if work_us >= SPREAD_FROM_US else here

    def _recalled(
        self, sides: "tuple[_Side, _Side]", pairs: Sequence[Candidate]
    ) -> tuple[list[Verdict | None], list[int]]:
        """The verdicts that are kept, and the places of those that are not."""
        ours, theirs = sides
        kept = self._readings.verdicts()
        verdicts, unknown = list[Verdict | None](), list[int]()
        for one, found in groupby(pairs, key=lambda pair: pair[0]):
            name, packed = kept.get(ours.markets[one].id.key, (b"", b""))
            known = unpack_verdicts(packed) if name == ours.name(one) else {}
            for _, two in found:
                if theirs.name(two) not in known:
                    unknown.append(len(verdicts))
                verdicts.append(known.get(theirs.name(two)))
        return verdicts, unknown

    def _unread(self, sides: "tuple[_Side, _Side]", pairs: Sequence[Candidate]) -> "list[tuple[_Side, int]]":
        """The markets of these pairs whose facts are not kept, in the order in which they are needed."""
        wanted = dict.fromkeys((side, index) for pair in pairs for side, index in zip(sides, pair, strict=True))
        kept = self._readings.names()
        return [
            (side, index)
            for side, index in wanted
            if kept.get(side.markets[index].id) != side.name(index) or not self._is_whole(side, index)
        ]

    def _is_whole(self, side: "_Side", index: int) -> bool:
        packed = self._readings.facts(side.markets[index].id, side.name(index))
        return packed is not None and unpack_facts(packed) is not None

    def _read(self, unread: "Sequence[tuple[_Side, int]]", spread: Spread) -> None:
        together = [unread[start : start + READ_TOGETHER] for start in range(0, len(unread), READ_TOGETHER)]
        parts = (
            ToRead([part_of(side.markets[index]) for side, index in one], self._aliases, self._facts_max)
            for one in together
        )
        for one, facts in zip(together, spread(read_share, parts), strict=True):
            for (side, index), packed in zip(one, facts, strict=True):
                if packed is None:
                    side.unkept.add(index)
                else:
                    self._fresh.facts[side.markets[index].id] = side.name(index), packed
            self.markets_read += len(one)
            self._keep_now_and_then()
            self._told(Stage.READ, self.markets_read, len(unread))
        self.close()  # from the store they are taken when they are needed

    def _judge(
        self,
        sides: "tuple[_Side, _Side]",
        pairs: Sequence[Candidate],
        verdicts: list[Verdict | None],
        unknown: Sequence[int],
        spread: Spread,
    ) -> None:
        """Put the verdicts that are unknown in their places."""
        together = list(_whole_markets(pairs, unknown))
        parts = (self._share(sides, [pairs[place] for place in places]) for places in together)
        for places, found in zip(together, spread(judge_share, parts), strict=True):
            for place, verdict in zip(places, found, strict=True):
                verdicts[place] = verdict
            for one in dict.fromkeys(pairs[place][0] for place in places):
                self._file(sides, one, pairs, verdicts)
            self.pairs_judged += len(places)
            self._keep_now_and_then()
            self._told(Stage.JUDGED, self.pairs_judged, len(unknown))

    def _share(self, sides: "tuple[_Side, _Side]", pairs: Sequence[Candidate]) -> ToJudge:
        ours, theirs = dict[int, int](), dict[int, int]()
        numbered = [(ours.setdefault(one, len(ours)), theirs.setdefault(two, len(theirs))) for one, two in pairs]
        kalshi, polymarket = (
            [self._packed(side, index) for index in places] for side, places in zip(sides, (ours, theirs), strict=True)
        )
        return ToJudge(kalshi, polymarket, numbered, self._aliases, self._facts_max)

    def _packed(self, side: "_Side", index: int) -> bytes | Part:
        """The facts of a market as they are kept, else the market itself."""
        market = side.markets[index]
        kept = None if index in side.unkept else self._readings.facts(market.id, side.name(index))
        return part_of(market) if kept is None else kept

    def _file(
        self,
        sides: "tuple[_Side, _Side]",
        one: int,
        pairs: Sequence[Candidate],
        verdicts: Sequence[Verdict | None],
    ) -> None:
        """Put the verdicts of a Kalshi market to what is fresh: those that were asked for this time, and no others."""
        ours, theirs = sides
        places = range(bisect_left(pairs, (one, 0)), bisect_left(pairs, (one + 1, 0)))
        packed = pack_verdicts({theirs.name(pairs[place][1]): verdicts[place] for place in places})
        self._fresh.verdicts[ours.markets[one].id.key] = ours.name(one), packed

    def _keep_now_and_then(self) -> None:
        if len(self._fresh.facts) + len(self._fresh.verdicts) >= KEPT_EVERY:
            self.close()


class _Side:
    """The markets of one venue."""

    def __init__(self, markets: Sequence[Market], edition: bytes) -> None:
        self.markets = markets
        self.unkept: set[int] = set()
        """Whose facts cannot be kept: they are read whenever they are needed."""
        self._edition = edition
        self._names: dict[int, bytes] = {}

    def name(self, index: int) -> bytes:
        """The name of what is made from a market."""
        if (name := self._names.get(index)) is None:
            name = self._names[index] = name_of(self.markets[index], self._edition)
        return name


def _whole_markets(pairs: Sequence[Candidate], places: Sequence[int]) -> Iterator[Sequence[int]]:
    """Parts of `places`, none of which ends within the pairs of a Kalshi market."""
    start = 0
    for end in range(JUDGED_TOGETHER, len(places)):
        if end - start >= JUDGED_TOGETHER and pairs[places[end]][0] != pairs[places[end - 1]][0]:
            yield places[start:end]
            start = end
    yield places[start:]
