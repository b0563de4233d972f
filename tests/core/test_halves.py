"""Halves of pairs that end one after the other: what the day's loss counts, for any order of ends and any payouts."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbkit.core.halves import Couple, DayResult, day_result, half_ended
from arbkit.core.ledger import Transaction, book_fill, book_settlement, positions, result
from arbkit.core.markets import MarketId, Side, VenueName
from arbkit.core.money import MICRO, ZERO_USD, Price, Qty, Usd, cost_up
from arbkit.core.orders import Action, Fill

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
TUESDAY, WEDNESDAY, THURSDAY = (MONDAY + timedelta(days=n) for n in (1, 2, 3))
KALSHI, POLYMARKET = VenueName
ONE, NOTHING, HALF = Price(MICRO), Price(0), Price(MICRO // 2)
HERE, THERE = (MarketId(KALSHI, "KXRAIN"), Side.YES), (MarketId(POLYMARKET, "0xab"), Side.NO)
TWENTY = Qty.whole(20)
COUPLE = Couple(pair_id="p", kalshi=HERE, polymarket=THERE, qty=TWENTY)

prices = st.integers(1, 99).map(lambda cents: Price(cents * 10_000))
quantities = st.integers(1, 5_000).map(lambda hundredths: Qty(hundredths * 10_000))
payouts = st.one_of(st.sampled_from([ONE, NOTHING, HALF]), st.integers(0, 10_000).map(lambda n: Price(n * 100)))
days = st.sampled_from([MONDAY, TUESDAY, WEDNESDAY, THURSDAY])


def bought(
    outcome: tuple[MarketId, Side], price: Price, qty: Qty = TWENTY, *, action: Action = Action.BUY,
    at: datetime = MONDAY, held: list[Transaction] | None = None,
) -> Transaction:  # fmt: skip
    fill = Fill(
        market=outcome[0], fill_id=f"{outcome}{action}", order_key="o", side=outcome[1], action=action, qty=qty,
        price=price, cost=cost_up(price, qty), fee=ZERO_USD, at=at,
    )  # fmt: skip
    return book_fill(fill, positions(held or []))


def ended(books: list[Transaction], outcome: tuple[MarketId, Side], paid: Price, at: datetime) -> list[Transaction]:
    return [*books, book_settlement(positions(books)[outcome], paid, at=at + timedelta(hours=1))]


def on(day: datetime, books: list[Transaction], couples: list[Couple]) -> DayResult:
    """As it stood when the day ended."""
    return day_result([one for one in books if one.at < day + timedelta(days=1)], couples, since=day)


def a_pair(kalshi: str = "0.45", polymarket: str = "0.45") -> list[Transaction]:
    return [bought(HERE, Price.parse(kalshi)), bought(THERE, Price.parse(polymarket))]


@pytest.mark.parametrize(
    ("kalshi", "first", "counted"),
    [
        ("0.45", NOTHING, "0"),  # nine are lost, eleven are to come
        ("0.45", ONE, "2"),  # eleven are gained, nine will be lost
        ("0.60", NOTHING, "-1"),  # twelve are lost, eleven are to come: one is lost for certain
        ("0.60", ONE, "-1"),  # eight are gained, nine will be lost
        ("0.45", HALF, "0"),  # one is gained, and nobody knows what the other half pays
        ("0.60", HALF, "-2"),  # two are lost, and nobody knows
    ],
)
def test_a_half_counts_as_a_hand_computes(kalshi: str, first: Price, counted: str) -> None:
    books = ended(a_pair(kalshi), HERE, first, TUESDAY)
    assert on(TUESDAY, books, [COUPLE]).counted() == Usd.parse(counted)


def test_the_loss_of_a_half_that_nothing_stands_against_counts_whole() -> None:
    books = ended(a_pair(), HERE, NOTHING, TUESDAY)
    assert on(TUESDAY, books, []).counted() == Usd.parse("-9")
    small = Couple(pair_id="p", kalshi=HERE, polymarket=THERE, qty=Qty.whole(5))
    assert on(TUESDAY, books, [small]).counted() == Usd.parse("-6.75")  # of nine, what five contracts lost waits


def test_a_couple_in_doubt_keeps_no_loss_waiting_and_still_no_gain() -> None:
    lost, won = (ended(a_pair(), HERE, paid, TUESDAY) for paid in (NOTHING, ONE))
    assert on(TUESDAY, lost, [COUPLE]).counted([COUPLE]) == Usd.parse("-9")
    assert on(TUESDAY, won, [COUPLE]).counted([COUPLE]) == Usd.parse("2")


def test_a_doubt_that_comes_a_day_later_costs_that_day_what_had_waited() -> None:
    books = ended(a_pair(), HERE, NOTHING, TUESDAY)
    assert on(TUESDAY, books, [COUPLE]).counted() == ZERO_USD
    assert on(WEDNESDAY, books, [COUPLE]).counted([COUPLE]) == Usd.parse("-9")


def test_an_outcome_that_was_bought_in_two_pairs_makes_good_for_neither() -> None:
    other = (MarketId(POLYMARKET, "0xcd"), Side.NO)
    twice = [COUPLE, Couple(pair_id="q", kalshi=HERE, polymarket=other, qty=Qty.whole(20))]
    books = ended([*a_pair(), bought(other, Price.parse("0.45"))], HERE, NOTHING, TUESDAY)
    assert on(TUESDAY, books, twice).counted() == Usd.parse("-9")


def test_a_second_half_that_is_sold_no_longer_waits() -> None:
    books = ended(a_pair(), HERE, NOTHING, TUESDAY)
    sale = bought(THERE, Price.parse("0.95"), action=Action.SELL, at=WEDNESDAY, held=books)
    assert on(WEDNESDAY, [*books, sale], [COUPLE]).counted() == Usd.parse("1")  # nine had waited, ten are gained
    assert half_ended([*books, sale], [COUPLE]) == []


@given(a=prices, b=prices, qty=quantities, here_paid=payouts, there_paid=payouts, first=days, later=days)
def test_over_all_days_exactly_what_was_booked_is_counted_whatever_was_paid(
    a: Price, b: Price, qty: Qty, here_paid: Price, there_paid: Price, first: datetime, later: datetime
) -> None:
    books = [bought(HERE, a, qty), bought(THERE, b, qty)]
    ends = sorted([(first, HERE, here_paid), (later, THERE, there_paid)], key=lambda end: end[0])
    for at, outcome, paid in ends:
        books = ended(books, outcome, paid, at)
    couples = [Couple(pair_id="p", kalshi=HERE, polymarket=THERE, qty=qty)]
    told = [on(day, books, couples).counted().micros for day in (MONDAY, TUESDAY, WEDNESDAY, THURSDAY)]
    assert sum(told) == result(books).realised.micros


@given(a=prices, b=prices, qty=quantities, yes=st.booleans(), kalshi_first=st.booleans())
def test_of_a_true_pair_no_day_counts_a_gain_too_early_nor_more_loss_than_is_certain(
    a: Price, b: Price, qty: Qty, yes: bool, kalshi_first: bool
) -> None:
    books = [bought(HERE, a, qty), bought(THERE, b, qty)]
    certain = qty.micros - cost_up(a, qty).micros - cost_up(b, qty).micros
    paid = {HERE: ONE if yes else NOTHING, THERE: NOTHING if yes else ONE}
    first = HERE if kalshi_first else THERE
    books = ended(books, first, paid[first], TUESDAY)
    couples = [Couple(pair_id="p", kalshi=HERE, polymarket=THERE, qty=qty)]
    counted = on(TUESDAY, books, couples).counted().micros
    assert min(certain, 0) <= counted <= max(certain, 0)
    assert counted in {certain, min(certain, 0)}


@given(
    a=prices, b=prices, held=quantities, bound=quantities, there=quantities, paid=payouts, shared=st.booleans(),
    doubtful=st.booleans(),
)  # fmt: skip
def test_no_half_makes_good_more_than_was_lost_nor_more_than_it_can_pay(
    a: Price, b: Price, held: Qty, bound: Qty, there: Qty, paid: Price, shared: bool, doubtful: bool
) -> None:
    couple = Couple(pair_id="p", kalshi=HERE, polymarket=THERE, qty=bound)
    couples = [couple, Couple(pair_id="q", kalshi=HERE, polymarket=HERE, qty=bound)][: 1 + shared]
    books = ended([bought(HERE, a, held), bought(THERE, b, there)], HERE, paid, TUESDAY)
    booked = result(books).realised.micros
    counted = on(TUESDAY, books, couples).counted([couple] if doubtful else []).micros
    matched = min(held.micros, there.micros, bound.micros)
    assert counted <= max(booked, 0)
    if booked < 0:
        most = matched - cost_up(b, Qty(matched)).micros
        assert booked <= counted <= min(0, booked + most)
        if doubtful or shared or paid != NOTHING:
            assert counted == booked
