"""The best quantity, proved against trying every quantity exactly."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbkit.core.books import Level
from arbkit.core.fees import CLEARED_PRECISION, DIRECT_PRECISION, all_in_floor
from arbkit.core.markets import KalshiFees, PolymarketFees
from arbkit.core.money import Price, Qty
from arbkit.core.sizing import (
    Depth,
    KalshiTariff,
    PolymarketTariff,
    ShareTariff,
    Tariff,
    best_size,
    largest,
    stretches,
)
from tests.core.scenes import POLITICS, QUADRATIC, levels

CONTRACT, TICKS = 1_000_000, 10_000
UNIT = 10**10
"""The oracle counts dollars and contracts in 1e-10, in which all that it divides comes out even."""
Ladder = list[tuple[int, int]]
"""(price in 1e-4 dollar, size in 0.01 contract), best first."""


@dataclass(frozen=True)
class Books:
    kalshi: Ladder
    polymarket: Ladder
    multiplier: int
    rate: int
    exponent: int
    precision: int
    step: int


def up(amount: int, step: int, divisor: int = 1) -> int:
    """An amount, divided, rounded up to a whole number of steps."""
    return -(-amount // (step * divisor)) * step


def walk(ladder: Ladder, qty: int) -> list[tuple[int, int]]:
    """What a quantity takes of each level: price in 1e-4 dollar, contracts in 1e-10, as all amounts from here on."""
    taken = []
    for price, size in ladder:
        part = min(qty, size * UNIT // 100)
        if part > 0:
            taken.append((price, part))
        qty -= part
    return taken


def kalshi_paid(books: Books, qty: int) -> int:
    rate, paid = 7 * books.multiplier, 0  # in 1e-8
    for price, part in walk(books.kalshi, qty):
        fee = up(rate * part * price * (TICKS - price), UNIT // TICKS, 10**8 * TICKS**2)
        paid += up(price * part // TICKS + fee, books.precision * UNIT // CONTRACT)
    return paid


def polymarket_cost(books: Books, qty: int) -> int:
    return sum(price * part for price, part in walk(books.polymarket, qty)) // TICKS


def polymarket_paid(books: Books, qty: int, cost: int) -> int:
    """At the average price p = cost / qty the fee is rate * qty * (p * (1 - p)) ** exponent."""
    share, divisor = (cost * (qty - cost)) ** books.exponent, qty ** (2 * books.exponent)
    return cost + up(books.rate * qty * share, UNIT // 10**5, CONTRACT * divisor)


def tried(books: Books, low: int, high: int) -> tuple[int, int] | None:
    """The best quantity and what it leaves, by trying all from `low` to `high` millionths."""
    offered = min(sum(size for _, size in ladder) for ladder in (books.kalshi, books.polymarket)) * CONTRACT // 100
    best: tuple[int, int] | None = None
    for micros in range(-(-low // books.step) * books.step, min(high, offered) + 1, books.step):
        qty = micros * UNIT // CONTRACT
        cost = polymarket_cost(books, qty)
        if cost % (UNIT // 100):
            continue
        profit = qty - kalshi_paid(books, qty) - polymarket_paid(books, qty, cost)
        if profit > 0 and (best is None or profit > best[1]):
            best = qty, profit
    return best


def depth(ladder: Ladder) -> Depth:
    return Depth([Level(Price(price * 100), Qty(size * 10_000)) for price, size in ladder])


def tariffs(books: Books) -> tuple[Tariff, Tariff]:
    return (
        KalshiTariff(depth(books.kalshi), KalshiFees("quadratic", books.multiplier), precision=books.precision),
        PolymarketTariff(depth(books.polymarket), PolymarketFees(books.rate, books.exponent)),
    )


# A strategy that is made once is checked once, not at every draw.
@cache
def ladders(prices: st.SearchStrategy[int], sizes: st.SearchStrategy[int]) -> st.SearchStrategy[Ladder]:
    return st.dictionaries(prices, sizes, min_size=1, max_size=5).map(lambda rows: sorted(rows.items()))


cents = st.integers(20, 55).map(lambda cent: cent * 100)
fine = st.integers(2_000, 5_500)
wide = st.integers(1, 99).map(lambda cent: cent * 100)
whole = st.integers(1, 12).map(lambda contracts: contracts * 100)
odd = st.integers(1, 1_200)
precisions = st.sampled_from([DIRECT_PRECISION.micros, CLEARED_PRECISION.micros])
multipliers = st.sampled_from([0, 500_000, 1_000_000, 333_333])
rates = st.sampled_from([0, 30_000, 40_000, 50_000, 70_000, 250_000])
exponents = st.sampled_from([1, 1, 1, 2])
steps = st.sampled_from([CONTRACT, CONTRACT, CONTRACT // 100, CONTRACT // 20, 3 * CONTRACT])
coarse_steps = st.sampled_from([CONTRACT, CONTRACT // 4])
up_to_forty = st.integers(1, 40).map(lambda contracts: contracts * 100)


def books(ranges: Sequence[st.SearchStrategy[int]] = (cents, fine)) -> st.SearchStrategy[Books]:
    """Both ladders on the same kind of prices and sizes."""
    kinds = [ladders(prices, sizes) for prices in ranges for sizes in (whole, odd)]
    return st.one_of(
        *(st.builds(Books, kind, kind, multipliers, rates, exponents, precisions, steps) for kind in kinds)
    )


schedules = st.sampled_from([(0, 0, 1), (1_000_000, 0, 1), (1_000_000, 40_000, 1), (500_000, 250_000, 2)])
bargains = st.integers(2_000, 6_000).map(lambda tick: tick // 100 * 100)
discounts, zero_or_one = st.integers(1, 300), st.integers(0, 1)


@st.composite
def flat_books(draw: st.DrawFn) -> Books:
    """Books whose second levels leave next to nothing, so that the rounding of fees decides."""
    multiplier, rate, exponent = draw(schedules)
    bargain, sizes = draw(bargains), up_to_forty
    fees = PolymarketFees(rate, exponent), KalshiFees("quadratic", multiplier)
    left = CONTRACT - all_in_floor(fees[0], bargain * 100)
    fair = next(tick for tick in range(9_999, 0, -1) if all_in_floor(fees[1], tick * 100) <= left)
    return Books(
        kalshi=[(fair - draw(discounts), draw(sizes)), (fair + draw(zero_or_one), draw(sizes))],
        polymarket=[(bargain - 100, draw(sizes)), (bargain, draw(sizes)), (bargain + 100, draw(sizes))],
        multiplier=multiplier,
        rate=rate,
        exponent=exponent,
        precision=draw(precisions),
        step=draw(coarse_steps),
    )


level_rates, level_dollars = st.sampled_from([0, 40_000]), st.integers(20, 60).map(lambda cents: cents * 10_000)
left_over, steep, below = st.integers(1_000, 15_000), st.integers(1, 50), st.integers(0, 1_500)


@st.composite
def level_books(draw: st.DrawFn) -> Books:
    """Books with a long level that leaves next to nothing: the multiplier lets the fees eat nearly all of it."""
    rate, dollar, sizes = draw(level_rates), draw(level_dollars), up_to_forty
    left = CONTRACT - all_in_floor(PolymarketFees(rate, 1), dollar)
    price = (left - draw(left_over)) // 100 * 100
    multiplier = (left - price) * CONTRACT**2 * 100 // (7 * price * (CONTRACT - price))
    return Books(
        kalshi=[(price // 100 - draw(steep), draw(sizes)), (price // 100, draw(sizes))],
        polymarket=[(dollar // 100, 10_000)],
        multiplier=max(0, multiplier - draw(below)),
        rate=rate,
        exponent=1,
        precision=draw(precisions),
        step=draw(coarse_steps),
    )


def holds_against_trying_all(books: Books, low: int, span: int) -> None:
    first = max(low * CONTRACT, 1)
    found = best_size(*tariffs(books), step=books.step, low=first, high=first + span * CONTRACT)

    expected = tried(books, first, first + span * CONTRACT)
    assert (found and tuple(amount * UNIT // CONTRACT for amount in found)) == expected


lows, spans = st.integers(0, 8), st.integers(0, 60)


@settings(max_examples=100, deadline=None)
@given(flat_books() | level_books(), lows, spans)
def test_the_best_quantity_is_found_where_only_rounding_decides(books: Books, low: int, span: int) -> None:
    holds_against_trying_all(books, low, span)


@settings(max_examples=50, deadline=None)
@given(books(), lows, spans)
def test_the_best_quantity_is_the_one_that_trying_all_of_them_finds(books: Books, low: int, span: int) -> None:
    holds_against_trying_all(books, low, span)


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(books() | flat_books() | level_books(), lows, spans)
def test_the_best_quantity_stands_against_many_more_books(books: Books, low: int, span: int) -> None:
    holds_against_trying_all(books, low, span)


@settings(max_examples=80, deadline=None)
@given(books=books(ranges=[wide]))
def test_what_is_paid_grows_with_the_quantity(books: Books) -> None:
    for tariff in tariffs(books):
        quantities = range(books.step, tariff.depth.total + 1, books.step)
        paid = [tariff.debit(qty) for qty in quantities]
        assert paid == sorted(paid)


@settings(max_examples=80, deadline=None)
@given(books=books())
def test_only_whole_cents_are_tried_and_none_is_left_out(books: Books) -> None:
    kalshi, polymarket = depth(books.kalshi), depth(books.polymarket)
    total = min(kalshi.total, polymarket.total)

    found = stretches(kalshi, polymarket, step=books.step, low=1, high=total)

    listed = [stretch.first + k * stretch.stride for stretch in found for k in range(stretch.count)]
    whole_cents = [qty for qty in range(books.step, total + 1, books.step) if polymarket.cost(qty) % 10**10 == 0]
    assert listed == whole_cents


@settings(max_examples=80, deadline=None)
@given(books=books(ranges=[wide]), data=st.data())
def test_no_fee_lies_below_its_floor(books: Books, data: st.DataObject) -> None:
    tariff = data.draw(st.sampled_from([*tariffs(books), ShareTariff(depth(books.kalshi), share_ppm=70_000)]))
    level = data.draw(st.integers(0, len(tariff.depth.prices) - 1))
    within = st.integers(tariff.depth.ends[level] + 1, tariff.depth.ends[level + 1])
    low, middle, high = sorted(data.draw(st.tuples(within, within, within)))

    floor_low, floor_high = tariff.floors(low, high)

    share = Fraction(middle - low, high - low) if high > low else 0
    # Either end may be rounded down by one millionth.
    assert tariff.fee(middle) + 1 > floor_low + (floor_high - floor_low) * share - 1


def test_the_floor_follows_the_fee_down_where_the_average_price_passes_the_middle() -> None:
    tariff = PolymarketTariff(Depth(levels(("0.50", "1"), ("0.95", "20"))), POLITICS)

    low, high = tariff.floors(CONTRACT + 10_000, 21 * CONTRACT)

    # A share costs 0.04 x 0.25 at the low end and 0.04 x 0.93 x 0.07 at the high one.
    assert low <= 2_700
    assert 54_000 < high <= tariff.fee(21 * CONTRACT)


@given(st.integers(1, 50), st.integers(0, 2_000), st.integers(0, 2_000))
def test_thresholds_are_found_by_halving(step: int, edge: int, high: int) -> None:
    multiples = range(0, high + 1, step)

    assert largest(lambda qty: qty <= edge, step=step, high=high) == max(m for m in multiples if m <= edge)


@given(ladders(fine, odd), st.floats(0, 1.1))
def test_what_a_sum_buys_at_least_is_found_in_one_step(ladder: Ladder, share: float) -> None:
    offered = depth(ladder)
    pico = int(offered.costs[-1] * share)
    least = offered.worth(pico)
    if least is None:
        assert pico > offered.costs[-1]
        return
    assert 0 < least <= offered.total
    assert offered.cost(least) >= pico
    assert least == 1 or offered.cost(least - 1) < pico


def test_a_level_with_a_fraction_of_a_cent_bars_the_deeper_ones_to_whole_contracts() -> None:
    kalshi = KalshiTariff(Depth(levels(("0.40", "100"))), QUADRATIC, precision=100)
    polymarket = PolymarketTariff(Depth(levels(("0.45", "12.34"), ("0.46", "100"))), POLITICS)

    whole_contracts = best_size(kalshi, polymarket, step=CONTRACT, low=CONTRACT, high=50 * CONTRACT)
    hundredths = best_size(kalshi, polymarket, step=CONTRACT // 100, low=CONTRACT, high=50 * CONTRACT)

    assert whole_contracts is not None
    assert whole_contracts[0] == 12 * CONTRACT
    assert hundredths is not None
    # 12.34 x 0.45 + 37.45 x 0.46 is 22.78 dollars.
    assert hundredths[0] == 49_790_000


def test_of_equal_profits_the_smaller_quantity_is_taken_even_between_two_others() -> None:
    # In whole cents 1, 2 and 3 contracts cost 0.60, 1.19 and 1.79 there, and 0.40 each here: 0, 0.01 and 0.01 are left.
    kalshi = KalshiTariff(Depth(levels(("0.595", "3"))), KalshiFees("quadratic", 0), precision=10_000)
    polymarket = PolymarketTariff(Depth(levels(("0.40", "3"))), PolymarketFees(0, 1))

    assert best_size(kalshi, polymarket, step=CONTRACT, low=1, high=3 * CONTRACT) == (2 * CONTRACT, 10_000)


def deep(rows: int, first: int, size: int) -> Iterable[Level]:
    return (Level(Price(first + 1_000 * n), Qty(size * CONTRACT)) for n in range(rows))


@pytest.mark.parametrize("exponent", [1, 2])
def test_a_hundred_levels_of_a_thousand_contracts_are_sized_in_a_blink(exponent: int) -> None:
    kalshi = KalshiTariff(Depth(list(deep(100, 400_000, 1_000))), QUADRATIC, precision=100)
    polymarket = PolymarketTariff(Depth(list(deep(100, 420_000, 1_000))), PolymarketFees(40_000, exponent))

    started = time.perf_counter()
    found = best_size(kalshi, polymarket, step=CONTRACT, low=CONTRACT, high=100_000 * CONTRACT)
    seconds = time.perf_counter() - started

    assert found is not None
    # Trying each of the 100,000 quantities takes about half a second.
    assert seconds < 0.1
