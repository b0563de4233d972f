"""The gate of a stream: cheap, and never shut before something that could be taken."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbkit.core.books import LiveBook
from arbkit.core.detect import find
from arbkit.core.fees import all_in_table, known
from arbkit.core.markets import KalshiFees, Market, Polarity, PolymarketFees, Side, VenueName
from arbkit.core.money import MICRO, Qty, Usd
from arbkit.core.opportunity import NoOpportunity, Opportunity, Policy
from arbkit.core.watch import Watch
from tests.builders import KALSHI, NOW, POLYMARKET, a_market, a_pair

POLICY = Policy(qty_max=Qty.whole(50))


def a_live_book(market: Market, bid: int, ask: int, *, contracts: int = 100) -> LiveBook:
    unit = 10_000 if market.id.venue is KALSHI else 1
    book = LiveBook(market.id, unit_micros=unit)
    size = contracts * MICRO // unit
    book.snapshot(yes_bids={bid * 100: size}, no_bids={(100 - ask) * 100: size})
    return book


def a_watch(
    kalshi: tuple[int, int], polymarket: tuple[int, int], *, polarity: Polarity = Polarity.ALIGNED, **changes: object
) -> Watch:
    markets = a_market(KALSHI, **changes), a_market(POLYMARKET)
    return Watch(
        a_pair(*markets, polarity=polarity), kalshi=markets[0], polymarket=markets[1],
        kalshi_book=a_live_book(markets[0], *kalshi), polymarket_book=a_live_book(markets[1], *polymarket),
        policy=POLICY,
    )  # fmt: skip


def look(watch: Watch) -> Opportunity | NoOpportunity | None:
    return watch.look(kalshi_seen_at=NOW, polymarket_seen_at=NOW, now=NOW)


def test_an_edge_opens_the_gate_on_the_side_that_is_cheap() -> None:
    watch = a_watch((44, 45), (55, 56))
    assert watch.gate() is Side.YES
    found = look(watch)
    assert isinstance(found, Opportunity)
    assert (found.kalshi.side, found.polymarket.side, found.qty) == (Side.YES, Side.NO, Qty.whole(50))


def test_an_inverted_pair_buys_the_same_outcome_twice() -> None:
    found = look(a_watch((44, 45), (44, 45), polarity=Polarity.INVERTED))
    assert isinstance(found, Opportunity)
    assert (found.kalshi.side, found.polymarket.side) == (Side.YES, Side.YES)


def test_without_an_edge_nothing_is_walked() -> None:
    assert look(a_watch((44, 45), (45, 46))) is None


def test_a_book_that_is_not_live_shuts_the_gate() -> None:
    watch = a_watch((44, 45), (55, 56))
    watch.polymarket_book.interrupt()
    assert watch.gate() is None


def test_a_market_with_an_unknown_fee_is_never_looked_at() -> None:
    watch = a_watch((44, 45), (55, 56), fees=None)
    assert watch.refusal is not None
    assert look(watch) is None


cents = st.tuples(st.integers(1, 99), st.integers(1, 99)).filter(lambda pair: pair[0] < pair[1])


@pytest.mark.slow
@given(
    cents, cents, st.sampled_from(Polarity), st.integers(0, 2_000_000), st.integers(0, 250_000), st.integers(1, 2),
)  # fmt: skip
def test_the_gate_is_never_shut_before_an_opportunity(
    kalshi: tuple[int, int], polymarket: tuple[int, int], polarity: Polarity, multiplier: int, rate: int, exponent: int
) -> None:
    markets = (
        a_market(KALSHI, fees=KalshiFees("quadratic", multiplier)),
        a_market(POLYMARKET, fees=PolymarketFees(rate, exponent)),
    )
    books = a_live_book(markets[0], *kalshi), a_live_book(markets[1], *polymarket)
    pair = a_pair(*markets, polarity=polarity)
    watch = Watch(
        pair, kalshi=markets[0], polymarket=markets[1], kalshi_book=books[0], polymarket_book=books[1], policy=POLICY
    )
    frozen = [book.freeze(seen_at=NOW) for book in books]
    found = find(
        pair, kalshi=markets[0], polymarket=markets[1], kalshi_book=frozen[0], polymarket_book=frozen[1], policy=POLICY,
        now=NOW,
    )  # fmt: skip
    if isinstance(found, Opportunity):
        assert watch.gate() is found.kalshi.side
        assert look(watch) == found


@st.composite
def ladders(draw: st.DrawFn, low: int, high: int) -> tuple[dict[int, int], dict[int, int]]:
    """Bids for YES and for NO in cents, best between `low` and `high`, and hundredths of a contract: never crossed."""
    bid = draw(st.integers(low, high))
    ask = draw(st.integers(bid + 1, min(99, bid + 6)))
    sizes = st.one_of(st.integers(1, 9_000), st.integers(1, 60).map(lambda contracts: contracts * 100))
    yes = draw(st.dictionaries(st.integers(max(1, bid - 6), bid), sizes, min_size=1, max_size=6))
    no = draw(st.dictionaries(st.integers(max(1, 94 - ask), 100 - ask), sizes, min_size=1, max_size=6))
    return yes, no


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(
    st.data(), st.sampled_from(Polarity), st.sampled_from([0, 500_000, 1_000_000, 2_000_000]),
    st.sampled_from([(0, 1), (40_000, 1), (70_000, 1), (250_000, 2), (30_000, 3)]), st.integers(1, 60),
)  # fmt: skip
def test_what_all_levels_promise_never_holds_a_trade_back(
    data: st.DataObject, polarity: Polarity, multiplier: int, fee: tuple[int, int], most: int
) -> None:
    markets = (
        a_market(KALSHI, fees=KalshiFees("quadratic", multiplier)),
        a_market(POLYMARKET, fees=PolymarketFees(*fee)),
    )
    cheap, dear = ladders(20, 45), ladders(45, 75)
    drawn = data.draw(st.sampled_from([(cheap, dear), (dear, cheap), (cheap, cheap)]))
    books = []
    for market, strategy in zip(markets, drawn, strict=True):
        book = LiveBook(market.id, unit_micros=10_000)
        yes, no = data.draw(strategy)
        book.snapshot(
            yes_bids={cents * 100: size for cents, size in yes.items()},
            no_bids={cents * 100: size for cents, size in no.items()},
        )
        books.append(book)
    policy = Policy(qty_max=Qty.whole(most), profit_min=Usd(30_000), polymarket_qty_min=Qty.whole(1))
    pair = a_pair(*markets, polarity=polarity)
    watch = Watch(
        pair, kalshi=markets[0], polymarket=markets[1], kalshi_book=books[0], polymarket_book=books[1], policy=policy
    )
    frozen = [book.freeze(seen_at=NOW) for book in books]
    found = find(
        pair, kalshi=markets[0], polymarket=markets[1], kalshi_book=frozen[0], polymarket_book=frozen[1], policy=policy,
        now=NOW,
    )  # fmt: skip
    if isinstance(found, Opportunity):
        assert look(watch) == found


KINDS = list(product((KALSHI, POLYMARKET), Side, (0, 3, 40)))
changes = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(40, 60)), max_size=60)


@given(changes, st.sampled_from(Polarity), st.integers(0, 10 * MICRO))
def test_what_a_book_does_not_tell_of_cannot_have_opened_the_gate(
    changes: list[tuple[tuple[VenueName, Side, int], int]], polarity: Polarity, multiplier: int
) -> None:
    watch = a_watch((47, 52), (47, 52), polarity=polarity, fees=KalshiFees("quadratic", multiplier))
    books = {KALSHI: watch.kalshi_book, POLYMARKET: watch.polymarket_book}
    for (venue, side, contracts), cents in changes:
        book = books[venue]
        ticks, size = cents * 100, contracts * MICRO // book.unit_micros
        if venue is KALSHI:
            book.change(side, ticks, size - book.ladder(side).sizes.get(ticks, 0))
        else:
            book.put(side, ticks, size)
        if book.stirred:
            book.stirred = False
            watch.is_open()
        else:
            assert watch.gate() is None


@pytest.mark.parametrize(
    "fees",
    [
        KalshiFees("quadratic", 10 * MICRO),
        *(PolymarketFees(rate, exponent) for rate in (1, 250_000, MICRO - 1) for exponent in (1, 2, 3, 4)),
    ],
)
def test_a_dearer_contract_is_dearer_with_its_fee_as_well(fees: KalshiFees | PolymarketFees) -> None:
    assert known(fees)
    table = all_in_table(fees)
    assert list(table) == sorted(table)


def test_while_the_gate_is_open_both_books_tell_of_every_level() -> None:
    watch = a_watch((44, 45), (55, 56))
    books = watch.kalshi_book, watch.polymarket_book
    for book in books:
        book.stirred = False
    assert watch.is_open()
    assert [book.stirred for book in books] == [True, True]


def test_an_edge_that_even_the_most_contracts_cannot_make_worth_a_trade_leaves_the_gate_shut() -> None:
    """At 0.44 and 0.52 with these fees a contract leaves 0.0128: of seven it is not the ten cents that are wanted."""
    markets = a_market(KALSHI), a_market(POLYMARKET)
    for most, opens in ((7, False), (8, True)):
        watch = Watch(
            a_pair(*markets), kalshi=markets[0], polymarket=markets[1],
            kalshi_book=a_live_book(markets[0], 43, 44), polymarket_book=a_live_book(markets[1], 48, 49),
            policy=Policy(qty_max=Qty.whole(most)),
        )  # fmt: skip
        assert (watch.gate() is Side.YES) is opens


def test_a_few_contracts_at_a_good_price_are_not_looked_at_closer() -> None:
    markets = a_market(KALSHI), a_market(POLYMARKET)
    few, many = a_live_book(markets[0], 44, 45, contracts=1), a_live_book(markets[1], 55, 56)
    watch = Watch(
        a_pair(*markets), kalshi=markets[0], polymarket=markets[1], kalshi_book=few, polymarket_book=many, policy=POLICY
    )
    assert watch.gate() is Side.YES
    assert look(watch) is None
