"""Books: mirrored sides, what bars a book from trading, and ladders that follow a stream."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbkit.core.books import (
    TICKS,
    Book,
    BookProblem,
    Level,
    LiveBook,
    LiveState,
    age_ms,
    make_book,
    off_grid,
    problem,
)
from arbkit.core.markets import PriceGrid, Side
from arbkit.core.money import Price, Qty
from arbkit.errors import InvariantError
from tests.core.scenes import KALSHI_ID, NOW, a_book, levels

some_levels = st.lists(
    st.tuples(st.integers(0, 10_000), st.integers(0, 10**9)), max_size=12, unique_by=lambda row: row[0]
).map(lambda rows: [Level(Price(tick * 100), Qty(micros)) for tick, micros in rows])


def troubled(book: Book) -> BookProblem | None:
    return problem(book, age_ms_max=2_000, now=NOW)


@given(some_levels, some_levels)
def test_a_book_is_sorted_and_holds_no_empty_level_nor_sentinel(bids: list[Level], asks: list[Level]) -> None:
    book = make_book(KALSHI_ID, yes_bids=bids, yes_asks=asks, seen_at=NOW)

    assert list(book.yes_bids) == sorted(book.yes_bids, key=lambda level: -level.price.micros)
    assert list(book.yes_asks) == sorted(book.yes_asks, key=lambda level: level.price)
    assert all(level.qty and 0 < level.price.micros < 1_000_000 for level in book.yes_bids + book.yes_asks)
    kept = [level for level in bids if level.qty and 0 < level.price.micros < 1_000_000]
    assert sorted(kept, key=lambda level: -level.price.micros) == list(book.yes_bids)


@given(some_levels, some_levels)
def test_no_is_the_mirror_of_yes(bids: list[Level], asks: list[Level]) -> None:
    book = make_book(KALSHI_ID, yes_bids=bids, yes_asks=asks, seen_at=NOW)

    assert [level.mirrored for level in book.asks(Side.NO)] == list(book.bids(Side.YES))
    assert [level.mirrored for level in book.bids(Side.NO)] == list(book.asks(Side.YES))
    for side in Side:
        asked = [level.price for level in book.asks(side)]
        assert asked == sorted(asked)
        assert book.best_ask(side) == (asked[0] if asked else None)


@given(some_levels, some_levels)
def test_both_outcomes_of_one_sound_book_never_cost_less_than_they_pay(bids: list[Level], asks: list[Level]) -> None:
    book = make_book(KALSHI_ID, yes_bids=bids, yes_asks=asks, seen_at=NOW)
    yes, no = book.best_ask(Side.YES), book.best_ask(Side.NO)

    if troubled(book) is None:
        assert yes is not None
        assert no is not None
        assert yes.micros + no.micros > 1_000_000


def bare(bid: str, ask: str) -> Book:
    return Book(KALSHI_ID, tuple(levels((bid, "1"))), tuple(levels((ask, "1"))), NOW)


@pytest.mark.parametrize(
    ("book", "why"),
    [
        (a_book(), None),
        (a_book(bids=(), asks=()), BookProblem.EMPTY),
        (a_book(bids=()), BookProblem.ONE_SIDED),
        (a_book(asks=()), BookProblem.ONE_SIDED),
        (a_book(bids=(("0.60", "1"),)), BookProblem.CROSSED),
        (a_book(bids=(("0.61", "1"),)), BookProblem.CROSSED),
        (a_book(bids=(("0.59", "1"),)), None),
        (a_book(bids=(("0.01", "9"),), asks=(("0.99", "9"),)), BookProblem.SENTINEL),
        (a_book(bids=(("0.001", "9"),), asks=(("0.999", "9"),)), BookProblem.SENTINEL),
        (a_book(bids=(("0.01", "9"),), asks=(("0.98", "9"),)), None),
        (a_book(bids=(("0.01", "9"),), asks=(("0.02", "9"),)), None),
        (bare("0", "0.50"), BookProblem.SENTINEL),
        (bare("0.50", "1"), BookProblem.SENTINEL),
        (bare("0.50", "0"), BookProblem.SENTINEL),
        (bare("1", "1"), BookProblem.SENTINEL),
        (a_book(seen_at=NOW - timedelta(milliseconds=2_000)), None),
        (a_book(seen_at=NOW - timedelta(milliseconds=2_001)), BookProblem.STALE),
        (a_book(seen_at=NOW + timedelta(milliseconds=1)), BookProblem.STALE),
    ],
)
def test_a_book_that_must_not_be_traded_on_says_why(book: Book, why: BookProblem | None) -> None:
    assert troubled(book) is why


def test_age_is_counted_by_our_own_clock() -> None:
    assert age_ms(a_book(seen_at=NOW - timedelta(seconds=3, microseconds=500)), NOW) == 3_000


def test_a_level_off_the_grid_is_found() -> None:
    grid = PriceGrid.uniform(Price.parse("0.01"))

    assert off_grid(a_book(), grid) is None
    assert off_grid(a_book(asks=(("0.60", "1"), ("0.605", "2"))), grid) == levels(("0.605", "2"))[0]


# LiveBook


def live(unit_micros: int = 10_000) -> LiveBook:
    book = LiveBook(KALSHI_ID, unit_micros=unit_micros)
    book.snapshot(yes_bids={4_000: 500, 3_900: 100}, no_bids={5_500: 200})
    return book


def test_a_snapshot_makes_a_book_live() -> None:
    frozen = live().freeze(seen_at=NOW)

    assert frozen.yes_bids == tuple(levels(("0.40", "5"), ("0.39", "1")))
    assert frozen.yes_asks == tuple(levels(("0.45", "2")))
    assert (live().best_ask(Side.YES), live().best_ask(Side.NO)) == (4_500, 6_000)


def test_a_polymarket_size_keeps_its_six_decimals() -> None:
    book = LiveBook(KALSHI_ID, unit_micros=1)
    book.snapshot(yes_bids={4_000: 12_345_678}, no_bids={})

    assert book.freeze(seen_at=NOW).yes_bids == tuple(levels(("0.40", "12.345678")))


def test_nothing_is_believed_before_a_snapshot() -> None:
    book = LiveBook(KALSHI_ID, unit_micros=1)

    assert book.state is LiveState.WAITING
    assert not book.put(Side.YES, 4_000, 1)
    assert not book.change(Side.YES, 4_000, -1)
    assert book.state is LiveState.WAITING
    with pytest.raises(InvariantError):
        book.freeze(seen_at=NOW)


def test_nothing_is_believed_after_an_interruption_until_the_next_snapshot() -> None:
    book = live()

    book.interrupt()

    assert not book.put(Side.YES, 4_100, 7)
    assert (book.best_ask(Side.YES), book.best_ask(Side.NO)) == (None, None)
    with pytest.raises(InvariantError):
        book.freeze(seen_at=NOW)
    assert book.snapshot(yes_bids={100: 1}, no_bids={})
    assert book.freeze(seen_at=NOW).yes_bids == tuple(levels(("0.01", "0.01")))


@pytest.mark.parametrize(
    ("side", "price", "difference"),
    [(Side.YES, 4_000, -501), (Side.NO, 4_000, -1), (Side.YES, 0, 5), (Side.YES, TICKS, 5), (Side.NO, -1, 5)],
)
def test_a_difference_that_cannot_be_makes_the_book_corrupt(side: Side, price: int, difference: int) -> None:
    book = live()

    assert not book.change(side, price, difference)

    assert book.state is LiveState.CORRUPT
    assert not book.change(Side.YES, 4_000, 1)
    assert book.snapshot(yes_bids={}, no_bids={})
    assert book.state is LiveState.LIVE


@pytest.mark.parametrize("bids", [{0: 1}, {TICKS: 1}, {5_000: -1}])
def test_a_snapshot_that_cannot_be_is_not_believed(bids: dict[int, int]) -> None:
    book = live()

    assert not book.snapshot(yes_bids={}, no_bids=bids)

    assert book.state is LiveState.CORRUPT


def test_a_size_of_nothing_removes_the_level() -> None:
    book = live()

    assert book.put(Side.YES, 4_000, 0)
    assert book.change(Side.NO, 5_500, -200)
    assert book.put(Side.NO, 100, 0)

    assert (book.yes.best, book.no.best) == (3_900, 0)
    assert book.best_ask(Side.YES) is None
    assert book.freeze(seen_at=NOW).yes_asks == ()


steps = st.lists(st.tuples(st.sampled_from(Side), st.integers(1, 12), st.integers(-3, 5), st.booleans()), max_size=40)


@given(steps)
def test_a_stream_of_changes_ends_where_plain_bookkeeping_ends(changes: list[tuple[Side, int, int, bool]]) -> None:
    book, kept = live(), {Side.YES: {4_000: 500, 3_900: 100}, Side.NO: {5_500: 200}}

    for side, price, size, absolute in changes:
        wanted = size if absolute else kept[side].get(price, 0) + size
        stands = book.put(side, price, size) if absolute else book.change(side, price, size)
        if not stands:
            assert wanted < 0
            assert book.state is LiveState.CORRUPT
            assert (book.yes.best, book.no.best) == (0, 0)
            return
        kept[side][price] = wanted
        afresh = LiveBook(KALSHI_ID, unit_micros=book.unit_micros)
        afresh.snapshot(yes_bids=kept[Side.YES], no_bids=kept[Side.NO])
        assert book.freeze(seen_at=NOW) == afresh.freeze(seen_at=NOW)

    for side in Side:
        sizes = {price: size for price, size in kept[side].items() if size}
        assert book.ladder(side).sizes == sizes
        assert book.ladder(side).best == max(sizes, default=0)


@given(st.dictionaries(st.integers(1, 9_999), st.integers(0, 10**6)), st.integers(1, 10_000))
def test_a_frozen_book_is_the_one_built_from_levels(bids: dict[int, int], unit_micros: int) -> None:
    book = LiveBook(KALSHI_ID, unit_micros=unit_micros)
    book.snapshot(yes_bids=bids, no_bids={TICKS - price: size for price, size in bids.items()})
    built = [Level(Price(price * 100), Qty(size * unit_micros)) for price, size in bids.items()]

    assert book.freeze(seen_at=NOW) == make_book(KALSHI_ID, yes_bids=built, yes_asks=built, seen_at=NOW)
