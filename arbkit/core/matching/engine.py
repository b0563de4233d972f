"""Two catalogues -> pairs: curated first, then judged candidates, each market in at most one tradable pair."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby

from arbkit.core.markets import CONFIDENCE_FLOOR_PPM, Market, MarketId, Method, Pair, Polarity, Relation, VenueName
from arbkit.core.matching.lexicon import NO_ALIASES, Aliases
from arbkit.core.matching.texts import Texts
from arbkit.core.matching.verdict import Verdict
from arbkit.core.money import MICRO

_RULE_LENGTH_MAX = 240
"""What candidates are found by of a Kalshi rule."""
FACTS_MAX = 10_000
"""Of how many markets the facts are held at once; each takes some kilobytes."""
Candidate = tuple[int, int]
"""(index into the Kalshi markets, index into the Polymarket markets)"""
Judging = Callable[[Sequence[Market], Sequence[Market], Sequence[Candidate]], Iterable[Verdict | None]]
"""Gives the verdict on each candidate among the Kalshi and the Polymarket markets, in order; None below the floor of
review. The candidates of a Kalshi market stand together."""


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
) -> list[Pair]:
    """Judge every candidate and return the pairs worth keeping, best first.

    `candidates` None lets the engine find them, and `judging` None judges them afresh. The result holds tradable pairs
    and pairs for review (`tradable` False, with the reason); a market stands in at most one tradable pair. A curated
    decision wins over any judgement while the texts are those that the person saw; afterwards it is void, and says so.
    With `review_required`, a pair that no person approved is never tradable.
    """
    judging = judging or _afresh(aliases)
    found = candidate_pairs(kalshi, polymarket, aliases) if candidates is None else candidates
    decisions = {(row.kalshi, row.polymarket): row for row in curated}
    settled = _curated(kalshi, polymarket, decisions, aliases)
    taken = {pair.kalshi for pair in settled if pair.tradable} | {pair.polymarket for pair in settled if pair.tradable}
    asked_for = _open_to_judgement(kalshi, polymarket, found, decisions, taken)
    judged = [
        _pair(kalshi[here], polymarket[there], verdict, tradable=verdict.acceptable)
        for (here, there), verdict in zip(asked_for, judging(kalshi, polymarket, asked_for), strict=True)
        if verdict is not None
    ]
    single = _one_each(judged, {market.id: market.event_key for market in kalshi})
    if review_required:
        single = [_untraded(pair, "no person has approved it") for pair in single]
    return sorted([*settled, *single], key=lambda pair: (not pair.tradable, -pair.confidence_ppm, pair.kalshi.key))


def candidate_pairs(
    kalshi: Sequence[Market], polymarket: Sequence[Market], aliases: Aliases = NO_ALIASES
) -> Iterable[Candidate]:
    """The candidates that `match` judges when it is given none."""
    from arbkit.core.matching.candidates import candidates  # noqa: PLC0415 - loads numpy, which nothing else needs
    from arbkit.core.matching.columns import asked  # noqa: PLC0415 - as well

    say = aliases.spoken()
    return candidates(*(asked([texts_of(say(market)) for market in side]) for side in (kalshi, polymarket))).in_order()


def texts_of(market: Market) -> Texts:
    """What candidates are read from: its question, its labels, and the condition in a Kalshi rule."""
    if market.id.venue is VenueName.KALSHI:
        rule = market.rules[:_RULE_LENGTH_MAX].partition(", then ")[0]
        lines = (market.title, market.subtitle, market.yes_label, rule)
        key, closes_at = market.id.key, market.expected_at
    else:
        lines = (market.title, market.subtitle, market.yes_label, market.no_label)
        key, closes_at = market.slug, market.expected_at or market.closes_at
    return Texts("\n".join(lines), key, closes_at.toordinal() if closes_at else 0)


def _afresh(aliases: Aliases) -> Judging:
    """Judging that knows nothing: facts are read when a pair needs them, and the latest are remembered."""
    from arbkit.core.matching.facts import read_facts  # noqa: PLC0415 - loads all that reads, which what is kept spares
    from arbkit.core.matching.judge import worth_a_look  # noqa: PLC0415 - and all that judges

    def judging(
        kalshi: Sequence[Market], polymarket: Sequence[Market], candidates: Sequence[Candidate]
    ) -> Iterator[Verdict | None]:
        ours = lru_cache(FACTS_MAX // 2)(lambda here: read_facts(kalshi[here], aliases))
        theirs = lru_cache(FACTS_MAX // 2)(lambda there: read_facts(polymarket[there], aliases))
        return (worth_a_look(ours(here), theirs(there)) for here, there in candidates)

    return judging


def _open_to_judgement(
    kalshi: Sequence[Market],
    polymarket: Sequence[Market],
    found: Iterable[Candidate],
    decided: Iterable[tuple[MarketId, MarketId]],
    taken: Set[MarketId],
) -> list[Candidate]:
    """The candidates on which no person decided and whose markets nobody has taken. Those of a Kalshi market stand
    together, and so do those of its neighbours in the listing: they have the same candidates, whose facts are at hand.
    """
    ours, theirs = ({market.id: index for index, market in enumerate(side)} for side in (kalshi, polymarket))
    settled = {(ours[one], theirs[two]) for one, two in decided if one in ours and two in theirs}
    here_taken, there_taken = ({side[market] for market in taken if market in side} for side in (ours, theirs))
    return [
        (here, there)
        for (here, there), _ in groupby(sorted(found))  # often in order already
        if here not in here_taken and there not in there_taken and (here, there) not in settled
    ]


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
            anew = _pair(here[one], there[two], _anew(here[one], there[two], aliases), tradable=False)
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


def _anew(kalshi: Market, polymarket: Market, aliases: Aliases) -> Verdict:
    from arbkit.core.matching.facts import read_facts  # noqa: PLC0415 - as above
    from arbkit.core.matching.judge import judge  # noqa: PLC0415 - as above

    return judge(read_facts(kalshi, aliases), read_facts(polymarket, aliases))


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
