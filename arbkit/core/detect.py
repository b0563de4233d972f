"""Detection: a pair, its markets and its books in, an Opportunity or the reason for none out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from math import lcm
from operator import sub

from arbkit.core.books import Book, BookProblem, age_ms, level_of, off_grid, problem
from arbkit.core.fees import (
    SPEC_POLYMARKET_PPM,
    FeeModel,
    all_in_floor,
    known,
    spec_all_in_floor,
    spec_kalshi_ppm,
)
from arbkit.core.markets import (
    CONFIDENCE_FLOOR_PPM,
    KalshiFees,
    Market,
    MarketStatus,
    Pair,
    PolymarketFees,
    Relation,
    Side,
    VenueName,
)
from arbkit.core.money import MICRO, Price, Qty, Usd, ceil_div, ceil_to
from arbkit.core.opportunity import Leg, Limit, NoOpportunity, Opportunity, Policy, Reason
from arbkit.core.sizing import (
    Depth,
    KalshiTariff,
    PolymarketTariff,
    ShareTariff,
    Tariff,
    best_size,
    largest,
    smallest_size,
    stretches,
)
from arbkit.errors import InvariantError

_DAY = timedelta(days=1)


def look(
    pair: Pair,
    *,
    kalshi: Market,
    polymarket: Market,
    kalshi_book: Book,
    polymarket_book: Book,
    policy: Policy,
    now: datetime,
) -> Opportunity | NoOpportunity:
    """Look for the trade on this pair that leaves most net dollars, in both orientations.

    Refuses what must not be traded (pair, rules, status, delay, fees, books) before it compares prices.
    """
    return unfit(pair, kalshi=kalshi, polymarket=polymarket, policy=policy) or find(
        pair,
        kalshi=kalshi,
        polymarket=polymarket,
        kalshi_book=kalshi_book,
        polymarket_book=polymarket_book,
        policy=policy,
        now=now,
    )


def unfit(pair: Pair, *, kalshi: Market, polymarket: Market, policy: Policy) -> NoOpportunity | None:
    """Why a pair must not be traded, whatever the books say. A scan asks before it reads books; a stream asks once."""
    refused = partial(NoOpportunity, pair=pair)
    if not policy.include_untradable and not (
        pair.tradable and pair.relation is Relation.EQUAL and pair.confidence_ppm >= CONFIDENCE_FLOOR_PPM
    ):
        return refused(reason=Reason.PAIR_NOT_TRADABLE, detail=f"{pair.relation} at {pair.confidence_ppm} ppm")
    hashes = ((kalshi, pair.kalshi_rules_hash), (polymarket, pair.polymarket_rules_hash))
    for market, verdict_hash in hashes:
        if market.rules_hash != verdict_hash:
            return refused(reason=Reason.RULES_CHANGED, detail=f"{market.id} has other rules than the verdict was for")
    refusals = (_unfit_market(pair, market, policy) for market in (kalshi, polymarket))
    return next((refusal for refusal in refusals if refusal), None)


def _unfit_market(pair: Pair, market: Market, policy: Policy) -> NoOpportunity | None:
    refused = partial(NoOpportunity, pair=pair)
    if market.status is not MarketStatus.OPEN or market.placeholder:
        what = "a placeholder" if market.placeholder else market.status
        return refused(reason=Reason.MARKET_NOT_OPEN, detail=f"{market.id} is {what}")
    if market.delay_ms and not policy.include_delayed:
        return refused(reason=Reason.MARKET_DELAYED, detail=f"{market.id} holds orders {market.delay_ms} ms")
    of_its_venue = isinstance(market.fees, KalshiFees) is (market.id.venue is VenueName.KALSHI)
    if policy.fee_model is FeeModel.VENUE and not (of_its_venue and known(market.fees)):
        return refused(reason=Reason.UNKNOWN_FEE, detail=f"{market.id} charges {market.fees or 'an unknown fee'}")
    return None


def find(
    pair: Pair,
    *,
    kalshi: Market,
    polymarket: Market,
    kalshi_book: Book,
    polymarket_book: Book,
    policy: Policy,
    now: datetime,
) -> Opportunity | NoOpportunity:
    """Like `look`, for a pair that is known to be fit: looks at the books alone. What a stream calls."""
    scene = _Scene(pair, kalshi, polymarket, kalshi_book, polymarket_book, policy, now)
    if refusal := scene.book_problem():
        return refusal
    # While neither book is crossed, at most one orientation can leave anything.
    side, edge = Side.YES, scene.edge(Side.YES)
    if edge <= 0 and (other := scene.edge(Side.NO)) > edge:
        side, edge = Side.NO, other
    if edge <= 0:
        return NoOpportunity(pair=pair, reason=Reason.NO_EDGE, kalshi_side=side, edge=Usd(edge))
    return scene.grid_problem() or _Trade(scene, side, edge).best()


@dataclass(slots=True)
class _Scene:
    """What is looked at: two markets of a pair, their books, and what counts."""

    pair: Pair
    kalshi: Market
    polymarket: Market
    kalshi_book: Book
    polymarket_book: Book
    policy: Policy
    now: datetime

    @property
    def books(self) -> tuple[tuple[Market, Book, Reason], ...]:
        return (
            (self.kalshi, self.kalshi_book, Reason.KALSHI_BOOK),
            (self.polymarket, self.polymarket_book, Reason.POLYMARKET_BOOK),
        )

    def book_problem(self) -> NoOpportunity | None:
        for market, book, reason in self.books:
            if why := problem(book, age_ms_max=self.policy.age_ms_max, now=self.now):
                return NoOpportunity(
                    pair=self.pair, reason=reason, book_problem=why, detail=f"the book of {market.id} is {why}"
                )
        return None

    def grid_problem(self) -> NoOpportunity | None:
        for market, book, reason in self.books:
            if market.grid and (level := off_grid(book, market.grid)):
                return NoOpportunity(
                    pair=self.pair,
                    reason=reason,
                    book_problem=BookProblem.OFF_GRID,
                    detail=f"the book of {market.id} has a level at {level.price}, which is not on its grid",
                )
        return None

    def polymarket_side(self, kalshi_side: Side) -> Side:
        """What is bought on Polymarket beside `kalshi_side`: the outcome that pays when that one does not."""
        return self.pair.polymarket_side(kalshi_side).other

    def edge(self, kalshi_side: Side) -> int:
        """What one contract leaves at the best prices after unrounded fees, in millionths; never too little."""
        kalshi = self.kalshi_book.best_ask(kalshi_side)
        polymarket = self.polymarket_book.best_ask(self.polymarket_side(kalshi_side))
        if kalshi is None or polymarket is None:
            return -MICRO
        if self.policy.fee_model is FeeModel.VENUE:
            fees = self.venue_fees
            all_in = all_in_floor(fees[0], kalshi.micros), all_in_floor(fees[1], polymarket.micros)
        else:
            all_in = (
                spec_all_in_floor(kalshi.micros, share_ppm=spec_kalshi_ppm(kalshi_side)),
                spec_all_in_floor(polymarket.micros, share_ppm=SPEC_POLYMARKET_PPM),
            )
        return MICRO - all_in[0] - all_in[1]

    def tariffs(self, kalshi_side: Side) -> tuple[Tariff, Tariff]:
        """Both depths with what is charged for walking them."""
        kalshi = Depth.of(self.kalshi_book, kalshi_side)
        polymarket = Depth.of(self.polymarket_book, self.polymarket_side(kalshi_side))
        if self.policy.fee_model is FeeModel.SPEC:
            return (
                ShareTariff(kalshi, share_ppm=spec_kalshi_ppm(kalshi_side)),
                ShareTariff(polymarket, share_ppm=SPEC_POLYMARKET_PPM),
            )
        kalshi_fees, polymarket_fees = self.venue_fees
        return (
            KalshiTariff(kalshi, kalshi_fees, precision=self.policy.kalshi_precision.micros),
            PolymarketTariff(polymarket, polymarket_fees),
        )

    @property
    def venue_fees(self) -> tuple[KalshiFees, PolymarketFees]:
        fees = self.kalshi.fees, self.polymarket.fees
        if isinstance(fees[0], KalshiFees) and isinstance(fees[1], PolymarketFees):
            return fees[0], fees[1]
        raise InvariantError(f"pair {self.pair.id} has unknown fees {fees} and was to be priced")

    @property
    def step(self) -> int:
        """Quantities are multiples of this: ours, and both venues'."""
        steps = (self.policy.qty_step, self.kalshi.qty_step, self.polymarket.qty_step)
        return lcm(*[step.micros for step in steps if step])

    @property
    def settles_at(self) -> datetime | None:
        """When the later market is expected to be decided."""
        dates = [market.expected_at or market.closes_at for market in (self.kalshi, self.polymarket)]
        return max([date for date in dates if date], default=None)


class _Trade:
    """One orientation of a scene, being sized."""

    def __init__(self, scene: _Scene, side: Side, edge: int) -> None:
        self.scene, self.side, self.edge = scene, side, edge
        self.kalshi, self.polymarket = scene.tariffs(side)
        self.step = scene.step
        self.total = min(self.kalshi.depth.total, self.polymarket.depth.total)

    def best(self) -> Opportunity | NoOpportunity:
        caps = self.caps()
        high, cap = min(zip(caps.values(), caps, strict=True))
        low = self.low()
        refused = partial(NoOpportunity, pair=self.scene.pair, kalshi_side=self.side, edge=Usd(self.edge))
        if low is None or low > high:
            needed = f"at least {Qty(low)} contracts are" if low else "more contracts than are offered are"
            detail = f"{needed} needed for the minimums; {cap} allows {Qty(high)}"
            return refused(reason=Reason.BELOW_MINIMUM, detail=detail, limited_by=cap if low else None)
        found = self.size(low, high)
        if not found:
            return refused(reason=Reason.NO_SIZE, detail=f"no quantity from {Qty(low)} to {Qty(high)} leaves a profit")
        qty, profit = found
        net = Usd(profit) - self.scene.policy.gas
        if profit < self.scene.policy.profit_min.micros or net.micros <= 0:
            detail = f"{Qty(qty)} contracts leave {Usd(profit)} before gas"
            return refused(reason=Reason.PROFIT_TOO_SMALL, detail=detail, net=net)
        return self.opportunity(qty, self.limit(qty, caps))

    def size(self, low: int, high: int) -> tuple[int, int] | None:
        """The quantity between `low` and `high` to trade, and its profit before gas; None if none leaves a profit."""
        policy = self.scene.policy
        if not policy.smallest:
            return best_size(self.kalshi, self.polymarket, step=self.step, low=low, high=high)
        enough = max(policy.profit_min.micros, policy.gas.micros + 1)
        return smallest_size(self.kalshi, self.polymarket, step=self.step, low=low, high=high, enough=enough)

    def caps(self) -> dict[Limit, int]:
        """The largest quantity that each bound allows; those of money only where they bite. Debits grow with size."""
        policy, step = self.scene.policy, self.step
        caps = {
            Limit.KALSHI_DEPTH: self.kalshi.depth.total // step * step,
            Limit.POLYMARKET_DEPTH: self.polymarket.depth.total // step * step,
            Limit.QTY_MAX: policy.qty_max.micros // step * step,
        }
        high = min(caps.values())
        for limit, most, paid in (
            (Limit.CAPITAL_MAX, policy.capital_max, (self.kalshi, self.polymarket)),
            (Limit.KALSHI_CASH, policy.kalshi_cash, (self.kalshi,)),
            (Limit.POLYMARKET_CASH, policy.polymarket_cash, (self.polymarket,)),
        ):
            if most is not None:
                qty = largest(partial(_is_paid_by, most.micros, paid), step=step, high=high)
                caps |= {limit: qty} if qty < high else {}
        return caps

    def low(self) -> int | None:
        """The smallest quantity that meets every minimum; None when even everything offered does not."""
        scene, policy = self.scene, self.scene.policy
        minimums = (policy.kalshi_qty_min, policy.polymarket_qty_min, scene.kalshi.qty_min, scene.polymarket.qty_min)
        lows = [ceil_to(max([qty.micros for qty in minimums if qty is not None]), self.step)]
        buys_yes = self.kalshi if self.side is Side.YES else self.polymarket
        gas_value = ceil_div(policy.gas.micros * MICRO, policy.gas_share_max_ppm)
        for depth, value in (
            (self.polymarket.depth, policy.polymarket_value_min.micros),
            (buys_yes.depth, max(policy.trade_value_min.micros, gas_value)),
        ):
            qty = depth.worth(value * MICRO)
            if qty is None or (least := ceil_to(qty, self.step)) > self.total:
                return None
            lows.append(least)
        return max(lows)

    def limit(self, qty: int, caps: dict[Limit, int]) -> Limit:
        """What keeps the trade from being one step larger."""
        if self.scene.policy.smallest:
            return Limit.SMALLEST
        kalshi, polymarket = self.kalshi.depth, self.polymarket.depth
        more = next(stretches(kalshi, polymarket, step=self.step, low=qty + self.step, high=self.total), None)
        following = more.first if more else self.total + self.step
        bound, cap = min(zip(caps.values(), caps, strict=True))
        if following > bound:
            return cap if bound < qty + self.step or following <= self.total else Limit.ROUNDING
        for before in (qty, 1):
            rise, other = (depth.price(following) - depth.price(before) for depth in (kalshi, polymarket))
            if rise or other:
                return Limit.KALSHI_PRICE if rise >= other else Limit.POLYMARKET_PRICE
        return Limit.ROUNDING

    def opportunity(self, qty: int, limited_by: Limit) -> Opportunity:
        scene, settles_at = self.scene, self.scene.settles_at
        polymarket_side = scene.polymarket_side(self.side)
        return Opportunity(
            pair=scene.pair,
            kalshi=_leg(self.kalshi, qty, book=scene.kalshi_book, side=self.side, now=scene.now),
            polymarket=_leg(self.polymarket, qty, book=scene.polymarket_book, side=polymarket_side, now=scene.now),
            gas=scene.policy.gas,
            limited_by=limited_by,
            fee_model=scene.policy.fee_model,
            found_at=scene.now,
            settles_at=settles_at,
            days_locked=max(1, -((scene.now - settles_at) // _DAY)) if settles_at else None,
        )


def _is_paid_by(most: int, tariffs: Sequence[Tariff], qty: int) -> bool:
    """Whether buying `qty` by all these tariffs takes no more than `most` millionths of a dollar."""
    return sum([tariff.debit(qty) for tariff in tariffs]) <= most


def _leg(tariff: Tariff, qty: int, *, book: Book, side: Side, now: datetime) -> Leg:
    depth = tariff.depth
    last = depth.level(qty)
    starts = depth.ends[: last + 1]
    levels = tuple(map(level_of, depth.prices, map(sub, [*starts[1:], qty], starts)))
    cost = ceil_div(depth.cost(qty), MICRO)
    return Leg(
        market=book.market,
        side=side,
        qty=Qty(qty),
        limit=levels[-1].price,
        average=Price(ceil_div(cost * MICRO, qty)),
        cost=Usd(cost),
        fee=Usd(tariff.debit(qty) - cost),
        levels=levels,
        depth=Qty(depth.ends[last + 1]),
        seen_at=book.seen_at,
        age_ms=age_ms(book, now),
    )
