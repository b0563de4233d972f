"""Judging of pairs that asks the store first: only what changed since the last match is read and judged."""

from arbkit.core.markets import Market, MarketId
from arbkit.core.matching import Aliases, Facts, Verdict, read_facts
from arbkit.core.matching.engine import Judge
from arbkit.core.matching.memory import (
    as_read,
    name_of,
    pack_facts,
    pack_verdicts,
    unpack_facts,
    unpack_verdicts,
)
from arbkit.store.readings import Fresh, Readings

KEPT_EVERY = 500
"""After so many Kalshi markets what is fresh is kept, so that a match that is stopped has not worked for nothing."""


class Remembering:
    """Gives the verdict on a pair as `Judge` does. Ask for the pairs of a Kalshi market one after another."""

    def __init__(self, readings: Readings, edition: bytes, aliases: Aliases) -> None:
        self._readings = readings
        self._edition = edition
        self._aliases = aliases
        self._names: dict[MarketId, bytes] = {}
        self._judge = Judge(self._facts)
        self._kept = readings.verdicts()
        self._at: MarketId | None = None
        self._known: dict[bytes, Verdict | None] = {}
        self._asked: dict[bytes, Verdict | None] = {}
        """What was known of the present Kalshi market, and what was asked of it this time: only that is kept on."""
        self._anew = False
        self._fresh = Fresh()
        self.markets_read = 0
        self.pairs_judged = 0

    def __call__(self, kalshi: Market, polymarket: Market) -> Verdict | None:
        """The verdict on a pair, or None below the floor of review."""
        if kalshi.id != self._at:
            self._turn_to(kalshi)
        name = self._name(polymarket)
        if name in self._known:
            verdict = self._known[name]
        else:
            verdict = self._judge(kalshi, polymarket)
            self.pairs_judged += 1
            self._anew = True
        self._asked[name] = verdict
        return verdict

    def close(self) -> None:
        """Keep what is fresh, also of a match that was stopped."""
        self._file()
        if self._fresh.facts or self._fresh.verdicts:
            self._readings.keep(self._fresh)
            self._fresh = Fresh()

    def _turn_to(self, kalshi: Market) -> None:
        self._file()
        if len(self._fresh.verdicts) >= KEPT_EVERY:
            self.close()
        name, packed = self._kept.get(kalshi.id.key, (b"", b""))
        self._known = unpack_verdicts(packed) if name == self._name(kalshi) else {}
        self._at, self._asked = kalshi.id, {}

    def _file(self) -> None:
        """Put the verdicts of the present Kalshi market to what is fresh, if any is."""
        if self._anew and self._at is not None:
            self._fresh.verdicts[self._at.key] = self._names[self._at], pack_verdicts(self._asked)
        self._anew = False

    def _facts(self, market: Market) -> Facts:
        name = self._name(market)
        packed = self._readings.facts(market.id, name) if self._kept else None
        if packed is not None and (known := unpack_facts(packed)) is not None:
            return known
        self.markets_read += 1
        facts = read_facts(as_read(market), self._aliases)
        if (fresh := pack_facts(facts)) is not None:
            self._fresh.facts[market.id] = name, fresh
        return facts

    def _name(self, market: Market) -> bytes:
        if (name := self._names.get(market.id)) is None:
            name = self._names[market.id] = name_of(market, self._edition)
        return name
