"""Detection: orientation, sizes under caps and minimums, what a refusal says, and sums that add up."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbkit.core.books import Book, BookProblem, Level, make_book
from arbkit.core.detect import find
from arbkit.core.fees import CLEARED_PRECISION, FeeModel, all_in_table, kalshi_buy_fee_up, polymarket_fee_up
from arbkit.core.markets import (
    KalshiFees,
    MarketStatus,
    Polarity,
    PolymarketFees,
    PriceGrid,
    Relation,
    Side,
    VenueName,
)
from arbkit.core.money import MICRO, Price, Qty, Usd, cost_up
from arbkit.core.opportunity import Leg, Limit, NoOpportunity, Opportunity, Policy, Reason
from arbkit.errors import ConfigError, InvariantError
from tests.core.scenes import (
    FREE,
    KALSHI_ID,
    NOW,
    POLITICS,
    POLYMARKET_ID,
    QUADRATIC,
    a_book,
    a_pair,
    kalshi_market,
    levels,
    looked,
    permissive,
    polymarket_market,
)

CHEAP_NO = a_book(KALSHI_ID, bids=(("0.52", "100"),), asks=(("0.54", "100"),))
CHEAP_YES = a_book(POLYMARKET_ID, bids=(("0.43", "100"),), asks=(("0.45", "100"),))
FAIR = a_book(POLYMARKET_ID, bids=(("0.52", "100"),), asks=(("0.54", "100"),))


def found(*args: Book, **kwargs: object) -> Opportunity:
    outcome = looked(*args, **kwargs)
    assert isinstance(outcome, Opportunity), outcome
    return outcome


def refused(*args: Book, **kwargs: object) -> NoOpportunity:
    outcome = looked(*args, **kwargs)
    assert isinstance(outcome, NoOpportunity), outcome
    return outcome


# Orientation


def test_yes_is_bought_where_it_is_cheap_and_no_where_yes_is_dear() -> None:
    opportunity = found(CHEAP_NO, CHEAP_YES)

    assert (opportunity.kalshi.side, opportunity.polymarket.side) == (Side.NO, Side.YES)
    assert (str(opportunity.kalshi.limit), str(opportunity.polymarket.limit)) == ("0.48", "0.45")
    assert opportunity.buys_yes_on is VenueName.POLYMARKET


def test_the_other_orientation_is_found_as_well() -> None:
    kalshi, polymarket = replace(CHEAP_YES, market=KALSHI_ID), replace(CHEAP_NO, market=POLYMARKET_ID)

    opportunity = found(kalshi, polymarket)

    assert (opportunity.kalshi.side, opportunity.polymarket.side) == (Side.YES, Side.NO)
    assert opportunity.buys_yes_on is VenueName.KALSHI


@pytest.mark.parametrize("kalshi_side", Side)
def test_the_same_outcome_is_bought_twice_on_an_inverted_pair(kalshi_side: Side) -> None:
    cheap = {
        Side.YES: {"bids": (("0.43", "100"),), "asks": (("0.45", "100"),)},
        Side.NO: {"bids": (("0.55", "100"),), "asks": (("0.57", "100"),)},
    }
    kalshi, polymarket = a_book(KALSHI_ID, **cheap[kalshi_side]), a_book(POLYMARKET_ID, **cheap[kalshi_side])

    opportunity = found(kalshi, polymarket, pair=a_pair(polarity=Polarity.INVERTED))

    assert opportunity.kalshi.side is opportunity.polymarket.side is kalshi_side
    assert opportunity.kalshi.average == opportunity.polymarket.average == Price.parse("0.45")


def test_the_same_books_offer_nothing_when_the_pair_is_aligned() -> None:
    cheap = {"bids": (("0.43", "100"),), "asks": (("0.45", "100"),)}

    assert refused(a_book(KALSHI_ID, **cheap), a_book(POLYMARKET_ID, **cheap)).reason is Reason.NO_EDGE


# Sums


def test_every_figure_of_a_trade_through_two_levels() -> None:
    polymarket = a_book(POLYMARKET_ID, bids=(("0.43", "30"),), asks=(("0.45", "30"), ("0.46", "30")))

    opportunity = found(CHEAP_NO, polymarket)

    # 0.07 x 50 x 0.48 x 0.52 and 0.04 x 50 x 0.454 x 0.546, each to its step.
    assert opportunity.kalshi == Leg(
        market=KALSHI_ID,
        side=Side.NO,
        qty=Qty.whole(50),
        limit=Price.parse("0.48"),
        average=Price.parse("0.48"),
        cost=Usd.parse("24"),
        fee=Usd.parse("0.8736"),
        levels=tuple(levels(("0.48", "50"))),
        depth=Qty.whole(100),
        seen_at=NOW,
        age_ms=0,
    )
    assert opportunity.polymarket == Leg(
        market=POLYMARKET_ID,
        side=Side.YES,
        qty=Qty.whole(50),
        limit=Price.parse("0.46"),
        average=Price.parse("0.454"),
        cost=Usd.parse("22.7"),
        fee=Usd.parse("0.49577"),
        levels=tuple(levels(("0.45", "30"), ("0.46", "20"))),
        depth=Qty.whole(60),
        seen_at=NOW,
        age_ms=0,
    )
    assert str(opportunity.gross) == "3.3"
    assert str(opportunity.gross_per_contract) == "0.066"
    assert opportunity.edge_bps == 660
    assert str(opportunity.fees) == "1.36937"
    assert str(opportunity.net) == "1.91063"
    assert str(opportunity.net_per_contract) == "0.038212"
    assert str(opportunity.capital) == "48.06937"
    assert opportunity.return_bps == 397
    assert opportunity.days_locked == 30
    assert opportunity.annualised_bps == 4_835
    # 1 - (1 - 50/100)(1 - 50/60)
    assert opportunity.execution_risk_ppm == 916_667
    assert opportunity.limited_by is Limit.QTY_MAX


# A strategy that is made once is checked once, not at every draw.
APART = st.sampled_from([(3_000, 7_000, 3_000, 7_000), (3_000, 5_000, 5_000, 7_000), (5_000, 7_000, 3_000, 5_000)])
GRAINS = st.sampled_from([1, 100, 100])
SIZES = st.sampled_from([st.integers(1, 4_000), st.integers(1, 40).map(lambda contracts: contracts * 100)])


@cache
def rows_of(low: int, high: int, sizes: st.SearchStrategy[int]) -> st.SearchStrategy[dict[int, int]]:
    return st.dictionaries(st.integers(low, high), sizes, min_size=2, max_size=7)


@cache
def splits(rows: int) -> st.SearchStrategy[int]:
    return st.integers(1, rows - 1)


@st.composite
def pairs_of_books(draw: st.DrawFn) -> tuple[Book, Book]:
    """Uncrossed books, more often than not with an arbitrage between them."""
    ranges = draw(APART)
    books = []
    for market, low, high in ((KALSHI_ID, *ranges[:2]), (POLYMARKET_ID, *ranges[2:])):
        grain = draw(GRAINS)
        rows = draw(rows_of(low // grain, high // grain, draw(SIZES)))
        prices = sorted(rows)
        split = draw(splits(len(prices)))
        made = [Level(Price(price * grain * 100), Qty(rows[price] * 10_000)) for price in prices]
        books.append(make_book(market, yes_bids=made[:split], yes_asks=made[split:], seen_at=NOW))
    return books[0], books[1]


kalshi_fees = st.sampled_from([QUADRATIC, KalshiFees("quadratic", 0), KalshiFees("quadratic_with_maker_fees", 500_000)])
polymarket_fees = st.sampled_from([FREE, POLITICS, PolymarketFees(70_000, 1), PolymarketFees(250_000, 2)])
policies = st.builds(
    lambda step, qty_max, capital, cash, precision, spec: permissive(
        qty_step=step,
        qty_max=qty_max,
        capital_max=capital,
        kalshi_cash=cash[0],
        polymarket_cash=cash[1],
        kalshi_precision=precision,
        fee_model=spec,
    ),
    st.sampled_from([Qty(MICRO), Qty(MICRO // 100), Qty(MICRO // 4)]),
    st.integers(1, 60).map(Qty.whole),
    st.integers(1, 60).map(lambda amount: Usd(amount * MICRO)),
    st.tuples(*[st.none() | st.integers(0, 30).map(lambda amount: Usd(amount * MICRO))] * 2),
    st.sampled_from([Usd(100), CLEARED_PRECISION]),
    st.sampled_from([FeeModel.VENUE, FeeModel.VENUE, FeeModel.SPEC]),
)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(pairs_of_books(), kalshi_fees, polymarket_fees, policies, st.sampled_from(Polarity))
def test_cost_fees_and_net_add_up_and_no_bound_is_passed(
    books: tuple[Book, Book], kalshi: KalshiFees, polymarket: PolymarketFees, policy: Policy, polarity: Polarity
) -> None:
    kalshi_side, polymarket_side = kalshi_market(fees=kalshi), polymarket_market(fees=polymarket)
    pair = a_pair(polarity=polarity)

    found = looked(*books, policy=policy, kalshi=kalshi_side, polymarket=polymarket_side, pair=pair)

    if isinstance(found, NoOpportunity):
        return
    for leg, book in ((found.kalshi, books[0]), (found.polymarket, books[1])):
        asks = book.asks(leg.side)
        assert sum(level.qty.micros for level in leg.levels) == leg.qty.micros
        assert Usd(sum(cost_up(level.price, level.qty).micros for level in leg.levels)) == leg.cost
        assert leg.limit == leg.levels[-1].price
        assert leg.levels[:-1] == asks[: len(leg.levels) - 1]
        assert leg.levels[-1].price == asks[len(leg.levels) - 1].price
        assert leg.depth.micros == sum(level.qty.micros for level in asks if level.price <= leg.limit)
        assert leg.average <= leg.limit
    if policy.fee_model is FeeModel.VENUE:
        assert found.kalshi.fee == kalshi_buy_fee_up(kalshi, found.kalshi.levels, precision=policy.kalshi_precision)
        assert found.polymarket.fee == polymarket_fee_up(polymarket, found.qty, found.polymarket.cost)
    assert found.polymarket.side is not pair.polymarket_side(found.kalshi.side)
    assert found.kalshi.qty == found.polymarket.qty
    assert found.qty <= policy.qty_max
    assert found.qty.micros % policy.qty_step.micros == 0
    assert found.polymarket.cost.micros % 10_000 == 0
    assert found.capital <= policy.capital_max
    assert policy.kalshi_cash is None or found.kalshi.debit <= policy.kalshi_cash
    assert policy.polymarket_cash is None or found.polymarket.debit <= policy.polymarket_cash
    assert found.net == found.payout - found.kalshi.debit - found.polymarket.debit - found.gas
    assert found.net.micros > 0
    assert 0 < found.execution_risk_ppm <= MICRO


def best_tried(books: tuple[Book, Book], side: Side, policy: Policy) -> int:
    """The most that any quantity leaves in one orientation, by trying them all with the fee functions alone."""
    best = 0
    legs = books[0].asks(side), books[1].asks(side.other)
    offered = min(sum(level.qty.micros for level in leg) for leg in legs)
    for qty in range(policy.qty_step.micros, min(offered, policy.qty_max.micros) + 1, policy.qty_step.micros):
        kalshi, polymarket = taken(legs[0], qty), taken(legs[1], qty)
        kalshi_cost, polymarket_cost = (
            sum(cost_up(x.price, x.qty).micros for x in leg) for leg in (kalshi, polymarket)
        )
        if polymarket_cost % 10_000:
            continue
        fees = kalshi_buy_fee_up(QUADRATIC, kalshi) + polymarket_fee_up(POLITICS, Qty(qty), Usd(polymarket_cost))
        if kalshi_cost + polymarket_cost + fees.micros <= policy.capital_max.micros:
            best = max(best, qty - kalshi_cost - polymarket_cost - fees.micros)
    return best


def taken(asks: tuple[Level, ...], qty: int) -> list[Level]:
    parts = []
    for level in asks:
        if part := min(qty, level.qty.micros):
            parts.append(Level(level.price, Qty(part)))
        qty -= part
    return parts


@settings(max_examples=60, deadline=None)
@given(pairs_of_books(), st.integers(5, 60))
def test_nothing_better_exists_in_either_orientation(books: tuple[Book, Book], capital: int) -> None:
    policy = permissive(capital_max=Usd(capital * MICRO))

    found = looked(*books, policy=policy)

    best = max(best_tried(books, side, policy) for side in Side)
    assert (found.net.micros if isinstance(found, Opportunity) else 0) == best


@settings(max_examples=60, deadline=None)
@given(pairs_of_books(), st.integers(1, 200).map(lambda cents: Usd(cents * 10_000)))
def test_the_smallest_that_is_worth_it_is_the_first_that_leaves_enough(books: tuple[Book, Book], enough: Usd) -> None:
    policy = permissive(smallest=True, profit_min=enough, qty_max=Qty.whole(60))

    found = looked(*books, policy=policy)

    sizes = [Qty.whole(count) for count in range(1, 61)]
    worth = (size for size in sizes if any(left(books, side, size) >= enough.micros for side in Side))
    if isinstance(found, NoOpportunity):
        assert next(worth, None) is None
    else:
        assert (found.qty, found.limited_by) == (next(worth, None), Limit.SMALLEST)


def left(books: tuple[Book, Book], side: Side, size: Qty) -> int:
    """What exactly so many contracts leave."""
    if (
        min(sum(level.qty.micros for level in asks) for asks in (books[0].asks(side), books[1].asks(side.other)))
        < size.micros
    ):
        return 0
    return best_tried(books, side, permissive(qty_step=size, qty_max=size))


@settings(max_examples=60, deadline=None)
@given(pairs_of_books())
def test_the_gate_never_hides_an_arbitrage(books: tuple[Book, Book]) -> None:
    kalshi, polymarket = all_in_table(QUADRATIC), all_in_table(POLITICS)
    policy = permissive(qty_step=Qty(MICRO // 4), qty_max=Qty.whole(12))

    for side in Side:
        asks = books[0].best_ask(side), books[1].best_ask(side.other)
        assert asks[0] is not None
        assert asks[1] is not None
        if kalshi[asks[0].micros // 100] + polymarket[asks[1].micros // 100] >= MICRO:
            assert best_tried(books, side, policy) == 0


@settings(deadline=None)
@given(pairs_of_books())
def test_at_most_one_orientation_leaves_anything(books: tuple[Book, Book]) -> None:
    gross = [
        MICRO - kalshi.micros - polymarket.micros
        for side in Side
        if (kalshi := books[0].best_ask(side)) and (polymarket := books[1].best_ask(side.other))
    ]

    assert sum(edge > 0 for edge in gross) <= 1


# Limits


@pytest.mark.parametrize(
    ("policy", "limit", "qty"),
    [
        (permissive(), Limit.KALSHI_PRICE, "100"),
        (permissive(qty_max=Qty.whole(60)), Limit.QTY_MAX, "60"),
        (permissive(capital_max=Usd.parse("20")), Limit.CAPITAL_MAX, "20"),
        (permissive(kalshi_cash=Usd.parse("10")), Limit.KALSHI_CASH, "20"),
        (permissive(polymarket_cash=Usd.parse("10")), Limit.POLYMARKET_CASH, "21"),
        (permissive(qty_step=Qty.whole(7)), Limit.KALSHI_PRICE, "98"),
    ],
)
def test_what_keeps_a_trade_from_being_larger_is_named(policy: Policy, limit: Limit, qty: str) -> None:
    kalshi = a_book(KALSHI_ID, bids=(("0.52", "100"), ("0.30", "100")), asks=(("0.54", "1"),))
    polymarket = a_book(POLYMARKET_ID, bids=(("0.43", "1"),), asks=(("0.45", "150"),))

    opportunity = found(kalshi, polymarket, policy=policy)

    assert (opportunity.limited_by, str(opportunity.qty)) == (limit, qty)


def test_depth_limits_at_the_venue_that_offers_less() -> None:
    shallow = a_book(POLYMARKET_ID, bids=(("0.43", "1"),), asks=(("0.45", "30"),))

    opportunity = found(CHEAP_NO, shallow)

    assert opportunity.limited_by is Limit.POLYMARKET_DEPTH
    assert opportunity.limited_by.venue is VenueName.POLYMARKET
    assert Limit.QTY_MAX.venue is None


def test_a_dearer_level_limits_at_its_venue() -> None:
    polymarket = a_book(POLYMARKET_ID, bids=(("0.43", "1"),), asks=(("0.45", "30"), ("0.60", "70")))

    assert found(CHEAP_NO, polymarket).limited_by is Limit.POLYMARKET_PRICE


def test_a_fraction_of_a_cent_limits_by_rounding() -> None:
    polymarket = a_book(POLYMARKET_ID, bids=(("0.43", "1"),), asks=(("0.45", "12.34"), ("0.46", "30")))

    opportunity = found(CHEAP_NO, polymarket)

    assert (opportunity.limited_by, str(opportunity.qty)) == (Limit.ROUNDING, "12")


def test_sub_cent_prices_are_bought_in_multiples_that_cost_whole_cents() -> None:
    polymarket = a_book(POLYMARKET_ID, bids=(("0.43", "1"),), asks=(("0.444", "49"),))

    opportunity = found(CHEAP_NO, polymarket)

    assert (str(opportunity.qty), str(opportunity.polymarket.cost)) == ("45", "19.98")


def test_a_bound_holds_to_the_millionth() -> None:
    twenty = found(CHEAP_NO, CHEAP_YES, policy=permissive(qty_max=Qty.whole(20))).capital

    exactly = found(CHEAP_NO, CHEAP_YES, policy=permissive(capital_max=twenty))
    less = found(CHEAP_NO, CHEAP_YES, policy=permissive(capital_max=twenty - Usd(1)))

    assert (str(exactly.qty), str(less.qty)) == ("20", "19")


def test_an_edge_of_one_tick_is_enough_where_nothing_is_charged() -> None:
    kalshi, polymarket = kalshi_market(fees=KalshiFees("quadratic", 0)), polymarket_market(fees=FREE)
    yes = a_book(POLYMARKET_ID, bids=(("0.43", "1"),), asks=(("0.4799", "100"),))
    no = a_book(KALSHI_ID, bids=(("0.48", "100"),), asks=(("0.54", "1"),))

    opportunity = found(no, yes, kalshi=kalshi, polymarket=polymarket, policy=permissive())

    assert (str(opportunity.qty), str(opportunity.net)) == ("100", "0.01")


# Refusals


def test_a_fair_market_has_no_edge_and_says_how_far_it_is() -> None:
    no = refused(CHEAP_NO, FAIR)

    assert (no.reason, no.kalshi_side) == (Reason.NO_EDGE, Side.YES)
    # 1 - (0.54 + 0.017388) - (0.48 + 0.009984)
    assert no.edge == Usd.parse("-0.047372")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"tradable": False}, Reason.PAIR_NOT_TRADABLE),
        ({"relation": Relation.IMPLIES}, Reason.PAIR_NOT_TRADABLE),
        ({"confidence_ppm": 949_999}, Reason.PAIR_NOT_TRADABLE),
        ({"kalshi_rules_hash": "0"}, Reason.RULES_CHANGED),
        ({"polymarket_rules_hash": ""}, Reason.RULES_CHANGED),
    ],
)
def test_a_pair_without_a_valid_verdict_is_refused(changes: dict[str, object], reason: Reason) -> None:
    assert refused(CHEAP_NO, CHEAP_YES, pair=a_pair(**changes)).reason is reason


def test_what_is_not_released_can_be_looked_at_for_display() -> None:
    pair = a_pair(tradable=False, confidence_ppm=800_000)

    assert found(CHEAP_NO, CHEAP_YES, pair=pair, policy=Policy(include_untradable=True)).pair is pair


@pytest.mark.parametrize("status", [status for status in MarketStatus if status is not MarketStatus.OPEN])
def test_only_open_markets_are_looked_at(status: MarketStatus) -> None:
    assert refused(CHEAP_NO, CHEAP_YES, kalshi=kalshi_market(status=status)).reason is Reason.MARKET_NOT_OPEN
    assert refused(CHEAP_NO, CHEAP_YES, polymarket=polymarket_market(status=status)).reason is Reason.MARKET_NOT_OPEN


def test_a_placeholder_is_never_traded() -> None:
    assert refused(CHEAP_NO, CHEAP_YES, polymarket=polymarket_market(placeholder=True)).reason is Reason.MARKET_NOT_OPEN


def test_a_market_that_holds_orders_is_passed_over_unless_asked_for() -> None:
    sports = polymarket_market(delay_ms=1_000)

    assert refused(CHEAP_NO, CHEAP_YES, polymarket=sports).reason is Reason.MARKET_DELAYED
    assert found(CHEAP_NO, CHEAP_YES, polymarket=sports, policy=Policy(include_delayed=True))


@pytest.mark.parametrize(
    ("kalshi", "polymarket"),
    [
        (None, POLITICS),
        (KalshiFees("flat", MICRO), POLITICS),
        (PolymarketFees(40_000, 1), POLITICS),
        (QUADRATIC, None),
        (QUADRATIC, PolymarketFees(40_000, 9)),
        (QUADRATIC, QUADRATIC),
    ],
)
def test_an_unknown_fee_closes_the_market(kalshi: KalshiFees | None, polymarket: PolymarketFees | None) -> None:
    no = refused(CHEAP_NO, CHEAP_YES, kalshi=kalshi_market(fees=kalshi), polymarket=polymarket_market(fees=polymarket))

    assert no.reason is Reason.UNKNOWN_FEE


def test_pricing_an_unfit_pair_is_a_bug() -> None:
    with pytest.raises(InvariantError):
        find(
            a_pair(),
            kalshi=kalshi_market(fees=None),
            polymarket=polymarket_market(),
            kalshi_book=CHEAP_NO,
            polymarket_book=CHEAP_YES,
            policy=Policy(),
            now=NOW,
        )


@pytest.mark.parametrize(
    ("book", "why"),
    [
        ({"bids": ()}, BookProblem.ONE_SIDED),
        ({"bids": (), "asks": ()}, BookProblem.EMPTY),
        ({"bids": (("0.47", "5"),)}, BookProblem.CROSSED),
        ({"bids": (("0.01", "5"),), "asks": (("0.99", "5"),)}, BookProblem.SENTINEL),
        ({"seen_at": NOW - timedelta(seconds=3)}, BookProblem.STALE),
    ],
)
def test_no_row_comes_from_a_bad_book(book: dict[str, object], why: BookProblem) -> None:
    bad = a_book(POLYMARKET_ID, **({"bids": (("0.43", "9"),), "asks": (("0.45", "9"),)} | book))

    on_polymarket = refused(CHEAP_NO, bad)
    on_kalshi = refused(replace(bad, market=KALSHI_ID), replace(CHEAP_NO, market=POLYMARKET_ID))

    assert (on_polymarket.reason, on_polymarket.book_problem) == (Reason.POLYMARKET_BOOK, why)
    assert (on_kalshi.reason, on_kalshi.book_problem) == (Reason.KALSHI_BOOK, why)


def test_a_price_off_the_grid_bars_the_book() -> None:
    coarse = polymarket_market(grid=PriceGrid.uniform(Price.parse("0.1")))

    assert refused(CHEAP_NO, CHEAP_YES, polymarket=coarse).book_problem is BookProblem.OFF_GRID
    assert found(CHEAP_NO, CHEAP_YES, polymarket=polymarket_market(grid=PriceGrid.uniform(Price.parse("0.01"))))


def offering(qty: str, yes: str = "0.45") -> Book:
    return a_book(POLYMARKET_ID, bids=(("0.01", "1"),), asks=((yes, qty),))


@pytest.mark.parametrize(
    ("qty", "yes", "policy", "reason"),
    [
        # Five shares, whatever they cost.
        ("4", "0.45", Policy(trade_value_min=Usd(0), profit_min=Usd(1)), Reason.BELOW_MINIMUM),
        ("5", "0.45", Policy(trade_value_min=Usd(0), profit_min=Usd(1)), None),
        # One dollar on Polymarket.
        ("9", "0.10", permissive(polymarket_value_min=Usd(MICRO)), Reason.BELOW_MINIMUM),
        ("10", "0.10", permissive(polymarket_value_min=Usd(MICRO)), None),
        # Five dollars of YES (specification, section 3.11).
        ("11", "0.45", Policy(), Reason.BELOW_MINIMUM),
        ("12", "0.45", Policy(), None),
        # Gas of two cents may be 2 % of the trade, that is of one dollar.
        ("2", "0.45", permissive(gas=Usd(20_000)), Reason.BELOW_MINIMUM),
        ("3", "0.45", permissive(gas=Usd(20_000)), None),
        # Ten cents of profit; a contract leaves 0.042628.
        ("2", "0.45", permissive(profit_min=Usd(100_000)), Reason.PROFIT_TOO_SMALL),
        ("3", "0.45", permissive(profit_min=Usd(100_000)), None),
        # No cash.
        ("50", "0.45", Policy(kalshi_cash=Usd(0)), Reason.BELOW_MINIMUM),
        ("50", "0.45", Policy(capital_max=Usd.parse("10")), Reason.BELOW_MINIMUM),
    ],
)
def test_trades_too_small_to_be_worth_it_are_refused(qty: str, yes: str, policy: Policy, reason: Reason | None) -> None:
    outcome = looked(CHEAP_NO, offering(qty, yes), policy=policy)

    assert (outcome.reason if isinstance(outcome, NoOpportunity) else None) is reason


def test_a_minimum_beyond_the_profitable_depth_leaves_no_size() -> None:
    polymarket = a_book(POLYMARKET_ID, bids=(("0.43", "1"),), asks=(("0.45", "1"), ("0.95", "100")))

    no = refused(CHEAP_NO, polymarket)

    assert (no.reason, no.edge) == (Reason.NO_SIZE, Usd.parse("0.042628"))


def test_the_larger_minimum_and_step_of_a_market_hold() -> None:
    assert refused(CHEAP_NO, offering("14"), polymarket=polymarket_market(qty_min=Qty.whole(15))).reason is (
        Reason.BELOW_MINIMUM
    )
    assert str(found(CHEAP_NO, offering("34"), kalshi=kalshi_market(qty_step=Qty.whole(10))).qty) == "30"


def test_a_profit_that_gas_eats_is_refused() -> None:
    policy = permissive(gas=Usd.parse("0.05"), gas_share_max_ppm=MICRO)

    no = refused(CHEAP_NO, offering("1"), policy=policy)

    assert no.reason is Reason.PROFIT_TOO_SMALL
    assert no.net is not None
    assert no.net < Usd(0)


@pytest.mark.parametrize(
    "changes",
    [
        {"qty_step": Qty(0)},
        {"qty_step": Qty(1_000)},
        {"kalshi_precision": Usd(0)},
        {"gas_share_max_ppm": 0},
        {"gas": Usd(-1)},
    ],
)
def test_a_policy_that_cannot_be_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        replace(Policy(), **changes)


# Time


def test_days_are_counted_to_the_later_market_and_rounded_up() -> None:
    early, late = NOW + timedelta(days=2), NOW + timedelta(days=9, seconds=1)

    opportunity = found(
        CHEAP_NO,
        CHEAP_YES,
        kalshi=kalshi_market(expected_at=late, closes_at=NOW + timedelta(days=900)),
        polymarket=polymarket_market(closes_at=early),
    )

    assert (opportunity.settles_at, opportunity.days_locked) == (late, 10)


def test_a_market_that_is_overdue_counts_one_day() -> None:
    opportunity = found(
        CHEAP_NO,
        CHEAP_YES,
        kalshi=kalshi_market(expected_at=NOW - timedelta(days=3)),
        polymarket=polymarket_market(closes_at=NOW),
    )

    assert opportunity.days_locked == 1


def test_without_dates_nothing_is_annualised() -> None:
    opportunity = found(
        CHEAP_NO, CHEAP_YES, kalshi=kalshi_market(expected_at=None), polymarket=polymarket_market(closes_at=None)
    )

    assert (opportunity.days_locked, opportunity.annualised_bps) == (None, None)


def test_the_age_of_a_trade_is_that_of_its_older_book() -> None:
    opportunity = found(CHEAP_NO, replace(CHEAP_YES, seen_at=NOW - timedelta(milliseconds=700)))

    assert (opportunity.kalshi.age_ms, opportunity.polymarket.age_ms, opportunity.age_ms) == (0, 700, 700)


# The specification's model


def test_appendix_a_is_found_with_the_formulas_of_the_specification() -> None:
    kalshi = a_book(KALSHI_ID, bids=(("0.52", "50"),), asks=(("0.56", "50"),))
    polymarket = a_book(POLYMARKET_ID, bids=(("0.41", "50"),), asks=(("0.45", "50"),))

    opportunity = found(kalshi, polymarket, policy=Policy(fee_model=FeeModel.SPEC))

    # The appendix rounds Kalshi's fee to "~$0.25" and the net to "~$2.80"; its formula makes $1.68 and $1.37, less
    # two cents of gas here.
    assert (str(opportunity.qty), str(opportunity.gross)) == ("50", "3.5")
    assert (str(opportunity.polymarket.fee), str(opportunity.kalshi.fee)) == ("0.45", "1.68")
    assert str(opportunity.net) == "1.35"


def test_the_specification_charges_kalshi_only_where_its_yes_is_sold() -> None:
    kalshi, polymarket = replace(CHEAP_YES, market=KALSHI_ID), replace(CHEAP_NO, market=POLYMARKET_ID)

    opportunity = found(kalshi, polymarket, policy=Policy(fee_model=FeeModel.SPEC))

    assert (str(opportunity.kalshi.fee), str(opportunity.polymarket.fee)) == ("0", "0.48")


def test_unknown_fees_do_not_matter_to_the_model_of_the_specification() -> None:
    policy = Policy(fee_model=FeeModel.SPEC)

    assert found(CHEAP_NO, CHEAP_YES, kalshi=kalshi_market(fees=None), policy=policy)


# Risk of execution


@given(st.integers(1, 100), st.integers(0, 900), st.integers(0, 900))
def test_the_risk_grows_with_the_share_of_the_depth_taken(qty: int, more: int, other: int) -> None:
    def risk(kalshi_depth: int, polymarket_depth: int) -> int:
        opportunity = found(
            a_book(KALSHI_ID, bids=(("0.52", str(kalshi_depth)),), asks=(("0.54", "1"),)),
            a_book(POLYMARKET_ID, bids=(("0.43", "1"),), asks=(("0.45", str(polymarket_depth)),)),
            policy=permissive(qty_max=Qty.whole(qty)),
        )
        return opportunity.execution_risk_ppm

    exact = 1 - (1 - Fraction(qty, qty + more)) * (1 - Fraction(qty, qty + other))
    assert 0 <= risk(qty + more, qty + other) - exact * MICRO < 4
    assert risk(qty, qty + other) == MICRO
