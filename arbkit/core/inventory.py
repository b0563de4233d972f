"""What is held of each pair on both venues: net position, imbalance, and which trades would reduce it.

Specification sections 3.6 and 3.7. Everything is told in Kalshi's outcome: on an inverted pair a Polymarket NO counts
as YES.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from arbkit.core.halves import Couple
from arbkit.core.ledger import Positions
from arbkit.core.markets import MarketId, Pair, Side, VenueName
from arbkit.core.money import MICRO, ZERO_QTY, Qty, Usd, ceil_div
from arbkit.core.orders import Balance, Holding

REBALANCING_BONUS_PPM = 1_200_000
"""A trade that reduces inventory is scored at 1.2 times its profit (specification section 3.7)."""


class Direction(StrEnum):
    """Which venue's YES is bought, in the words of the specification: "selling" YES is buying NO there."""

    BUY_POLY_SELL_KALSHI = "buy_poly_sell_kalshi"
    BUY_KALSHI_SELL_POLY = "buy_kalshi_sell_poly"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """What is held of one pair. `net_micros` is contracts of YES minus contracts of NO over both venues."""

    pair: Pair
    kalshi_yes: Qty
    kalshi_no: Qty
    polymarket_yes: Qty
    polymarket_no: Qty
    imbalance: Usd
    """What the unhedged contracts cost, at the average price of the outcome that is too many."""
    needs_rebalancing: bool

    @property
    def net_micros(self) -> int:
        """Positive: long YES; negative: long NO; 0: hedged."""
        return self.kalshi_yes.micros - self.kalshi_no.micros + self.polymarket_yes.micros - self.polymarket_no.micros

    @property
    def preferred(self) -> Direction:
        """The direction that closes what the venues hold against each other."""
        kalshi = self.kalshi_yes.micros - self.kalshi_no.micros
        polymarket = self.polymarket_yes.micros - self.polymarket_no.micros
        if polymarket > kalshi:
            return Direction.BUY_KALSHI_SELL_POLY
        return Direction.BUY_POLY_SELL_KALSHI if kalshi > polymarket else Direction.NEUTRAL


def inventory(pair: Pair, held: Positions, *, imbalance_max: Usd) -> Inventory:
    """Report what is held of a pair; it needs rebalancing when its unhedged part cost more than `imbalance_max`."""
    cost = {Side.YES: 0, Side.NO: 0}
    qty = {Side.YES: 0, Side.NO: 0}

    def at(market: MarketId, side: Side, told_as: Side) -> Qty:
        position = held.get((market, side))
        if position is None:
            return ZERO_QTY
        cost[told_as] += position.basis.micros
        qty[told_as] += position.qty.micros
        return position.qty

    counts = [
        at(market, side, told_as)
        for market, sides in ((pair.kalshi, tuple(Side)), (pair.polymarket, tuple(map(pair.polymarket_side, Side))))
        for side, told_as in zip(sides, Side, strict=True)
    ]
    excess = Side.YES if qty[Side.YES] >= qty[Side.NO] else Side.NO
    naked = qty[excess] - qty[excess.other]
    imbalance = Usd(ceil_div(cost[excess] * naked, qty[excess]) if naked else 0)
    return Inventory(
        pair=pair,
        kalshi_yes=counts[0],
        kalshi_no=counts[1],
        polymarket_yes=counts[2],
        polymarket_no=counts[3],
        imbalance=imbalance,
        needs_rebalancing=imbalance > imbalance_max,
    )


def apart_from(pair: Pair, held: Positions, couples: Iterable[Couple]) -> Positions:
    """What is held of the markets of a pair, without what trades of other pairs bought together: a market may stand in
    several pairs, and what is hedged in one of them is not unhedged in the others."""
    left = {outcome: position for outcome, position in held.items() if outcome[0] in {pair.kalshi, pair.polymarket}}
    for couple in couples if left else ():
        if couple.pair_id == pair.id:
            continue
        for outcome in (couple.kalshi, couple.polymarket):
            if position := left.get(outcome):
                qty = max(0, position.qty.micros - couple.qty.micros)
                basis = ceil_div(position.basis.micros * qty, position.qty.micros) if qty else 0
                left[outcome] = replace(position, qty=Qty(qty), basis=Usd(basis))
    return left


def score(net: Usd, *, buys_yes_on: VenueName, report: Inventory) -> Usd:
    """The score of an opportunity: its net profit, times 1.2 where it closes what is held at both venues."""
    direction = Direction.BUY_KALSHI_SELL_POLY if buys_yes_on is VenueName.KALSHI else Direction.BUY_POLY_SELL_KALSHI
    return Usd(net.micros * REBALANCING_BONUS_PPM // MICRO) if direction is report.preferred else net


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the ledger and a venue disagree. `what` is a position or the cash; quantities and money as text."""

    venue: VenueName
    what: str
    ledger: str
    venue_says: str


def position_differences(held: Positions, venue: VenueName, holdings: Iterable[Holding]) -> Sequence[Difference]:
    """Compare positions at one venue with the ledger, per market and outcome, exactly."""
    told = {(holding.market, holding.side): holding.qty for holding in holdings if holding.qty}
    ours = {key: position.qty for key, position in held.items() if key[0].venue is venue and position.qty}
    return [
        Difference(
            venue, f"{market} {side}", str(ours.get((market, side), ZERO_QTY)), str(told.get((market, side), ZERO_QTY))
        )
        for market, side in sorted(told.keys() | ours.keys())
        if ours.get((market, side)) != told.get((market, side))
    ]


def cash_difference(ledger: Usd, venue: VenueName, purses: Iterable[Balance], *, tolerance: Usd) -> Difference | None:
    """Compare cash; a difference of up to `tolerance` is rounding of fees not yet reported."""
    told = Usd(sum(purse.available.micros for purse in purses))
    if abs(told - ledger) <= tolerance:
        return None
    return Difference(venue, "cash", str(ledger), str(told))
