"""Two catalogues -> pairs: curated first, then judged candidates, each market in at most one tradable pair."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from arbkit.core.markets import Market, MarketId, Method, Pair, Polarity, Relation

_WORD = re.compile(r"[^\W_]+")


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


def match(
    kalshi: Sequence[Market],
    polymarket: Sequence[Market],
    *,
    curated: Sequence[Curated] = (),
    candidates: Iterable[tuple[int, int]] | None = None,
) -> list[Pair]:
    """Judge every candidate and return the pairs worth keeping, best first.

    `candidates` are (index into kalshi, index into polymarket); None lets the engine find them. The result holds
    tradable pairs and pairs for review (`tradable` False); a market stands in at most one tradable pair.
    """
    by_title: dict[str, list[int]] = {}
    for index, market in enumerate(polymarket):
        by_title.setdefault(_normal(market.title), []).append(index)
    pairs = []
    wanted = None if candidates is None else set(candidates)
    decided = {(row.kalshi, row.polymarket): row for row in curated}
    for index, market in enumerate(kalshi):
        for other in by_title.get(_normal(market.title), ()):
            if wanted is None or (index, other) in wanted:
                pairs.append(_exact(market, polymarket[other], decided.get((market.id, polymarket[other].id))))
    return pairs


def _normal(title: str) -> str:
    return " ".join(_WORD.findall(title.casefold()))


def _exact(kalshi: Market, polymarket: Market, decision: Curated | None) -> Pair:
    tradable = decision is not None and decision.approved
    return Pair(
        kalshi=kalshi.id,
        polymarket=polymarket.id,
        polarity=decision.polarity if decision else Polarity.ALIGNED,
        relation=Relation.EQUAL if tradable else Relation.RELATED,
        confidence_ppm=1_000_000 if tradable else 900_000,
        method=Method.MANUAL if decision else Method.EXACT,
        tradable=tradable,
        kalshi_rules_hash=kalshi.rules_hash,
        polymarket_rules_hash=polymarket.rules_hash,
        reasons=("same title",),
    )
