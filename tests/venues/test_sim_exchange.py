"""The laws of the simulated exchange's order book."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from arbkit.venues.sim.exchange import ONE_DOLLAR, Incoming, OrderBook, Outcome, Resting, SelfTrade, TimeInForce

GTC, IOC, FOK = TimeInForce.GOOD_TILL_CANCELED, TimeInForce.IMMEDIATE_OR_CANCEL, TimeInForce.FILL_OR_KILL
OWNERS = ("ann", "bob", "")

KINDS = list(product(OWNERS, (False, True), TimeInForce, SelfTrade))


def numbered(rows: list[tuple[tuple[str, bool, TimeInForce, SelfTrade], int, int]]) -> list[Incoming]:
    return [
        Incoming(
            order_id=f"order {n}", owner=owner, is_bid=is_bid, limit=limit * 240, qty=qty,
            time_in_force=time_in_force, self_trade=self_trade,
        )
        for n, ((owner, is_bid, time_in_force, self_trade), limit, qty) in enumerate(rows)
    ]  # fmt: skip


# What is one draw instead of four is drawn in a quarter of the time.
rows = st.tuples(st.sampled_from(KINDS), st.integers(1, 40), st.integers(1, 500))
up_to_sixty = st.lists(rows, max_size=60).map(numbered)
up_to_forty_and_one = st.lists(rows, min_size=1, max_size=41).map(numbered)


def an_order(order_id: str = "mine", *, owner: str = "ann", **more: object) -> Incoming:
    return Incoming(**({"order_id": order_id, "owner": owner, "is_bid": True, "limit": 5000, "qty": 10} | more))


def a_book(*rungs: tuple[str, bool, int, int]) -> OrderBook:
    book = OrderBook()
    for order_id, is_bid, price, left in rungs:
        book.rest(Resting(order_id, "", is_bid, price, left))
    return book


def state(book: OrderBook) -> list[tuple[str, int]]:
    return [(order.order_id, order.left) for order in book.orders()]


@given(up_to_sixty)
def test_a_book_that_grew_by_matching_never_stands_crossed(incoming: list[Incoming]) -> None:
    book = OrderBook()
    for order in incoming:
        book.submit(order)
        bid, ask = book.best(is_bid=True), book.best(is_bid=False)
        assert bid is None or ask is None or bid < ask


@given(up_to_sixty)
def test_every_contract_is_traded_resting_or_dropped_exactly_once(incoming: list[Incoming]) -> None:
    book, made, taken, gone = OrderBook(), 0, 0, 0
    for order in incoming:
        outcome = book.submit(order)
        made += outcome.rested
        taken += outcome.filled
        gone += sum(resting.left for resting in outcome.cancelled)
        assert outcome.filled + outcome.rested <= order.qty
        if order.time_in_force is GTC and order.self_trade is not SelfTrade.STOP_TAKER:
            assert outcome.filled + outcome.rested == order.qty
    assert sum(order.left for order in book.orders()) == made - taken - gone


@given(up_to_forty_and_one)
def test_nothing_trades_worse_than_its_limit_and_the_best_price_goes_first(orders: list[Incoming]) -> None:
    book, (*incoming, last) = OrderBook(), orders
    for order in incoming:
        book.submit(order)

    prices = [match.price for match in book.submit(last).matches]

    assert prices == sorted(prices, reverse=not last.is_bid)
    assert all(price <= last.limit if last.is_bid else price >= last.limit for price in prices)


@given(up_to_forty_and_one)
def test_a_killed_order_leaves_the_book_as_it_was(orders: list[Incoming]) -> None:
    book, (*incoming, last) = OrderBook(), orders
    for order in incoming:
        book.submit(order)
    before = state(book)

    outcome = book.submit(Incoming(**{n: getattr(last, n) for n in last.__slots__} | {"time_in_force": FOK}))

    assert outcome == Outcome(killed=True) or outcome.filled == last.qty
    assert not outcome.killed or state(book) == before


def test_at_one_price_the_older_order_is_filled_first() -> None:
    book = a_book(("old", False, 5000, 6), ("young", False, 5000, 6))

    outcome = book.submit(an_order(qty=8))

    assert [(match.maker_id, match.qty) for match in outcome.matches] == [("old", 6), ("young", 2)]


def test_a_trade_happens_at_the_price_of_the_order_that_stood() -> None:
    book = a_book(("old", False, 4200, 10))

    assert [match.price for match in book.submit(an_order(limit=5000)).matches] == [4200]


def test_a_reduced_order_keeps_its_place() -> None:
    book = a_book(("old", False, 5000, 6), ("young", False, 5000, 6))
    book.reduce("old", 4)

    assert [match.maker_id for match in book.submit(an_order(qty=3)).matches] == ["old", "young"]


def test_an_immediate_order_never_rests() -> None:
    book = a_book(("old", False, 5000, 6))

    outcome = book.submit(an_order(qty=9, time_in_force=IOC))

    assert (outcome.filled, outcome.rested, state(book)) == (6, 0, [])


def test_a_post_only_order_that_would_trade_does_nothing() -> None:
    book = a_book(("old", False, 5000, 6))

    assert book.submit(an_order(post_only=True)) == Outcome(crossed=True)
    assert state(book) == [("old", 6)]


def test_a_taker_stops_at_its_own_order_or_cancels_it_as_asked() -> None:
    stops, cancels = OrderBook(), OrderBook()
    for book in (stops, cancels):
        book.rest(Resting("mine-too", "ann", is_bid=False, price=4900, left=3))
        book.rest(Resting("theirs", "bob", is_bid=False, price=5000, left=20))

    stopped = stops.submit(an_order(self_trade=SelfTrade.STOP_TAKER))
    went_on = cancels.submit(an_order(self_trade=SelfTrade.CANCEL_MAKER))

    assert (stopped.filled, stopped.rested) == (0, 0)
    assert [order.order_id for order in went_on.cancelled] == ["mine-too"]
    assert went_on.filled == 10


def test_a_budget_buys_more_when_the_book_is_better_than_the_limit() -> None:
    book = a_book(("old", False, 9800, 10_000_000))
    budget = 4_950_000 * ONE_DOLLAR

    outcome = book.submit(an_order(limit=9900, qty=0, budget=budget, time_in_force=FOK))

    assert outcome.filled == budget // 9800


def test_a_budget_for_no_is_counted_in_dollars_of_no() -> None:
    book = a_book(("old", True, 7500, 10_000_000))
    budget = 1_000_000 * ONE_DOLLAR

    outcome = book.submit(an_order(is_bid=False, limit=7000, qty=0, budget=budget, mirrored=True, time_in_force=FOK))

    assert outcome.filled == 4_000_000


def test_a_budget_that_the_book_cannot_take_is_killed() -> None:
    book = a_book(("old", False, 5000, 1_000_000))
    budget = 5_000_000 * ONE_DOLLAR

    assert book.submit(an_order(qty=0, budget=budget, time_in_force=FOK)).killed
