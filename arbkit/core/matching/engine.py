"""Two catalogues -> pairs: curated first, then judged candidates, each market in at most one tradable pair."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from arbkit.core.markets import CONFIDENCE_FLOOR_PPM, Market, MarketId, Method, Pair, Polarity, Relation
from arbkit.core.matching.facts import NO_ALIASES, Facts, read_facts
from arbkit.core.matching.lexicon import Aliases
from arbkit.core.matching.tokens import asked, texts_of
from arbkit.core.matching.verdict import Verdict, judge
from arbkit.core.money import MICRO

REVIEW_FLOOR_PPM = 500_000
"""Pairs from here on are worth a person's look; what lies below is dropped."""

FACTS_MAX = 10_000
"""Of how many markets the facts are held at once; each takes some kilobytes."""
PROGRESS_EVERY = 1_000
Progress = Callable[[int, int], None]
"""Told now and then how many candidates are judged, of how many."""
Candidate = tuple[int, int]
"""(index into the Kalshi markets, index into the Polymarket markets)"""
Judging = Callable[[Market, Market], Verdict | None]
"""Gives the verdict on a Kalshi and a Polymarket market; None below the floor of review."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curated:
    """A person's decision on a pair: from mappings/*.yaml, or approved and rejected in review.

    With hashes, the decision holds only while both markets still have them; "" binds to nothing.
    """

    kalshi: MarketId
    polymarket: MarketId
    polarity: Polarity = Polarity.ALIGNED
    approved: bool = True
    kalshi_rules_hash: str = ""
    polymarket_rules_hash: str = ""
    note: str = ""

    def holds(self, kalshi: Market, polymarket: Market) -> bool:
        """Whether the texts are still those that the person saw."""
        return self.kalshi_rules_hash in {"", kalshi.rules_hash} and self.polymarket_rules_hash in {
            "",
            polymarket.rules_hash,
        }


def match(
    kalshi: Sequence[Market],
    polymarket: Sequence[Market],
    *,
    curated: Sequence[Curated] = (),
    candidates: Iterable[Candidate] | None = None,
    aliases: Aliases = NO_ALIASES,
    review_required: bool = False,
    judging: Judging | None = None,
    progress: Progress = lambda _done, _of: None,
) -> list[Pair]:
    """Judge every candidate and return the pairs worth keeping, best first.

    `candidates` None lets the engine find them. `judging` is asked for one Kalshi market after another; None judges
    everything afresh. The result holds tradable pairs and pairs for review (`tradable` False, with the reason); a
    market stands in at most one tradable pair. A curated decision wins over any judgement while the texts are those
    that the person saw; afterwards it is void, and says so. With `review_required`, a pair that no person approved is
    never tradable.
    """
    judging = judging or Judge(lambda market: read_facts(market, aliases))
    found = candidate_pairs(kalshi, polymarket, aliases) if candidates is None else candidates
    decisions = {(row.kalshi, row.polymarket): row for row in curated}
    judged, settled = [], _curated(kalshi, polymarket, decisions, aliases)
    taken = {pair.kalshi for pair in settled if pair.tradable} | {pair.polymarket for pair in settled if pair.tradable}
    asked_for = sorted(set(found))  # neighbours in a listing have the same candidates, so that few facts are read twice
    for done, (here, there) in enumerate(asked_for):
        if done % PROGRESS_EVERY == 0:
            progress(done, len(asked_for))
        one, two = kalshi[here], polymarket[there]
        if (one.id, two.id) in decisions or one.id in taken or two.id in taken:
            continue
        if (verdict := judging(one, two)) is not None:
            judged.append(_pair(one, two, verdict, tradable=verdict.acceptable))
    single = _one_each(judged, {market.id: market.event_key for market in kalshi})
    if review_required:
        single = [_untraded(pair, "no person has approved it") for pair in single]
    return sorted([*settled, *single], key=lambda pair: (not pair.tradable, -pair.confidence_ppm, pair.kalshi.key))


def candidate_pairs(
    kalshi: Sequence[Market], polymarket: Sequence[Market], aliases: Aliases = NO_ALIASES
) -> list[Candidate]:
    """The candidates that `match` judges when it is given none."""
    from arbkit.core.matching.candidates import candidates  # noqa: PLC0415 - loads numpy, which nothing else needs

    say = aliases.spoken()
    return candidates(*(asked([texts_of(say(market)) for market in side]) for side in (kalshi, polymarket)))


class Judge:
    """The verdict on a pair, or None below the floor of review. Facts are read only when a pair needs them; of a large
    catalogue the latest are remembered."""

    def __init__(self, read: Callable[[Market], Facts]) -> None:
        self._read = read
        self._latest: dict[MarketId, Facts] = {}

    def __call__(self, kalshi: Market, polymarket: Market) -> Verdict | None:
        """Judge two markets by their facts."""
        verdict = judge(self._facts(kalshi), self._facts(polymarket), floor_ppm=REVIEW_FLOOR_PPM)
        return verdict if verdict.confidence_ppm >= REVIEW_FLOOR_PPM else None

    def _facts(self, market: Market) -> Facts:
        if (facts := self._latest.get(market.id)) is None:
            if len(self._latest) >= FACTS_MAX:
                del self._latest[next(iter(self._latest))]
            facts = self._latest[market.id] = self._read(market)
        return facts


def _pair(kalshi: Market, polymarket: Market, verdict: Verdict, *, tradable: bool) -> Pair:
    return Pair(
        kalshi=kalshi.id,
        polymarket=polymarket.id,
        polarity=verdict.polarity,
        relation=verdict.relation,
        confidence_ppm=verdict.confidence_ppm,
        method=verdict.method,
        tradable=tradable,
        kalshi_rules_hash=kalshi.rules_hash,
        polymarket_rules_hash=polymarket.rules_hash,
        reasons=verdict.reasons,
    )


def _curated(
    kalshi: Sequence[Market],
    polymarket: Sequence[Market],
    decisions: Mapping[tuple[MarketId, MarketId], Curated],
    aliases: Aliases,
) -> list[Pair]:
    """Pairs that a person approved, while their texts stand; void ones are judged anew, for review and not to trade."""
    here, there = ({market.id: market for market in side} for side in (kalshi, polymarket))
    pairs = []
    for (one, two), row in decisions.items():
        if not row.approved or one not in here or two not in there:
            continue
        if not row.holds(here[one], there[two]):
            verdict = judge(read_facts(here[one], aliases), read_facts(there[two], aliases))
            anew = _pair(here[one], there[two], verdict, tradable=False)
            pairs.append(_untraded(anew, "void: a text changed since the approval"))
            continue
        pairs.append(
            Pair(
                kalshi=one,
                polymarket=two,
                polarity=row.polarity,
                relation=Relation.EQUAL,
                confidence_ppm=MICRO,
                method=Method.MANUAL,
                tradable=True,
                kalshi_rules_hash=here[one].rules_hash,
                polymarket_rules_hash=there[two].rules_hash,
                reasons=(f"approved by a person: {row.note}".rstrip(": "), "signal: manual"),
            )
        )
    return pairs


def _one_each(pairs: Sequence[Pair], events: Mapping[MarketId, str]) -> list[Pair]:
    """Leave each market at most one tradable pair.

    Two Kalshi markets on the two sides of one match both belong to one Polymarket market: the aligned one is traded.
    Any other rivalry means that the facts do not tell the markets apart, and none of the rivals is tradable.
    """
    by_market: dict[MarketId, list[Pair]] = defaultdict(list)
    for pair in pairs:
        if pair.tradable:
            by_market[pair.kalshi].append(pair)
            by_market[pair.polymarket].append(pair)
    return [_settled(pair, by_market, events) if pair.tradable else pair for pair in pairs]


def _settled(pair: Pair, by_market: Mapping[MarketId, Sequence[Pair]], events: Mapping[MarketId, str]) -> Pair:
    rivals = [other for market in (pair.kalshi, pair.polymarket) for other in by_market[market] if other is not pair]
    for rival in rivals:
        if not _two_sides(pair, rival, events):
            doubted = _untraded(pair, f"ambiguous: {rival.kalshi} and {rival.polymarket} agree as well")
            return replace(doubted, confidence_ppm=min(pair.confidence_ppm, CONFIDENCE_FLOOR_PPM - 1))
    if rivals and pair.polarity is Polarity.INVERTED:
        return _untraded(pair, f"{rivals[0].kalshi}, the other side of the same match, is traded instead")
    return pair


def _two_sides(pair: Pair, rival: Pair, events: Mapping[MarketId, str]) -> bool:
    return (
        pair.polymarket == rival.polymarket
        and pair.polarity is not rival.polarity
        and events[pair.kalshi] == events[rival.kalshi]
    )


def _untraded(pair: Pair, reason: str) -> Pair:
    return replace(pair, tradable=False, reasons=(f"not traded: {reason}", *pair.reasons))
