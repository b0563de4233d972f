"""The laws of money: exact, typed, and closed to hostile numbers."""

import re
import time
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from arbkit.core.money import (
    MICRO,
    ZERO_QTY,
    ZERO_USD,
    Price,
    Qty,
    Usd,
    ceil_div,
    ceil_to,
    cost_up,
    floor_to,
    parse_micros,
    payout,
    plain,
    proceeds_down,
)
from arbkit.errors import BadNumber

micros = st.integers(-(10**17), 10**17)
prices = st.integers(0, MICRO).map(Price)
ticks = st.integers(0, 10_000).map(lambda tick: Price(tick * 100))
quantities = st.integers(0, 10**14).map(Qty)
lots = st.integers(0, 10**10).map(lambda lot: Qty(lot * 10_000))


@given(micros)
@example(-5)
def test_what_is_written_reads_back_the_same(amount: int) -> None:
    assert parse_micros(plain(amount)) == amount


@given(micros)
def test_an_amount_is_written_as_short_as_can_be(amount: int) -> None:
    text = plain(amount)

    assert "e" not in text
    assert "." not in text or text[-1] not in "0."


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0.5600", 560_000),
        ("10.00", 10_000_000),
        ("0", 0),
        ("-0.000005", -5),
        ("007", 7_000_000),
        ("1.000000000000000000", MICRO),
        ("999999999999.999999", 999_999_999_999_999_999),
    ],
)
def test_plain_decimals_are_read_exactly(text: str, amount: int) -> None:
    assert parse_micros(text) == amount


@given(st.text("0123456789.-+_e \n²٣", max_size=40))
def test_exactly_plain_decimals_are_read(text: str) -> None:
    """The grammar once more, and Decimal for the value."""
    match = re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,18})?", text)
    if match and len((match[1] or ".").rstrip("0")) <= len(".123456"):
        assert parse_micros(text) == Decimal(text) * MICRO
    else:
        with pytest.raises(BadNumber):
            parse_micros(text)


HOSTILE = [
    "",
    " 1",
    "1 ",
    "1\n",
    "+1",
    "--1",
    "1.",
    ".5",
    "1,5",
    "1_000",
    "1e3",
    "1E+999999",
    "0x10",
    "NaN",
    "Infinity",
    "-inf",
    "sNaN",
    "0.0000001",
    "\u0661",
    "\uff11",
    "1\u200b",
    "1\x00",
    "9" * 13,
    "9" * 1_000_000,
    "0." + "0" * 1_000_000,
    "1e" + "9" * 20,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:20])
def test_a_hostile_number_is_refused_at_once(text: str) -> None:
    started = time.perf_counter()
    with pytest.raises(BadNumber) as refused:
        parse_micros(text)

    assert time.perf_counter() - started < 0.05
    assert len(str(refused.value)) < 200


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    try:
        amount = parse_micros(text)
    except BadNumber:
        return
    assert isinstance(amount, int)
    assert text.isascii()


@given(ticks, lots)
def test_a_tick_times_a_lot_is_exact(price: Price, qty: Qty) -> None:
    assert cost_up(price, qty) == proceeds_down(price, qty)


@given(prices, quantities)
def test_rounding_never_favours_us_and_never_takes_a_whole_millionth(price: Price, qty: Qty) -> None:
    exact = price.micros * qty.micros

    assert 0 <= cost_up(price, qty).micros * MICRO - exact < MICRO
    assert 0 <= exact - proceeds_down(price, qty).micros * MICRO < MICRO


@given(prices, quantities)
def test_both_outcomes_together_cost_what_they_pay(price: Price, qty: Qty) -> None:
    cost = proceeds_down(price, qty) + cost_up(price.complement, qty)

    assert cost == payout(qty)


@given(prices)
def test_the_complement_of_the_complement_is_the_price(price: Price) -> None:
    assert price.complement.complement == price


@given(micros, st.integers(1, 10**9))
def test_rounding_up_and_down_enclose_the_amount(amount: int, step: int) -> None:
    assert floor_to(amount, step) <= amount <= ceil_to(amount, step)
    assert ceil_to(amount, step) - floor_to(amount, step) in (0, step)
    assert ceil_div(amount, step) * step == ceil_to(amount, step)


@given(micros, micros)
def test_dollars_add_and_subtract(one: int, other: int) -> None:
    assert Usd(one) + Usd(other) - Usd(other) == Usd(one)
    assert -Usd(one) + Usd(one) == ZERO_USD
    assert abs(Usd(one)) == Usd(abs(one))
    assert (Usd(one) < Usd(other)) is (one < other)


@pytest.mark.parametrize("other", [Price(1), Qty(1), 1, 1.0, "1", None])
def test_dollars_mix_with_nothing_else(other: object) -> None:
    with pytest.raises(TypeError):
        Usd(1) + other
    with pytest.raises(TypeError):
        Usd(1) - other
    assert Usd(1) != other


@pytest.mark.parametrize("other", [Price(1), Usd(1), 1])
def test_quantities_mix_with_nothing_else(other: object) -> None:
    with pytest.raises(TypeError):
        Qty(1) + other
    with pytest.raises(TypeError):
        Qty(1) - other


def test_prices_are_not_added() -> None:
    with pytest.raises(TypeError):
        Price(1) + Price(1)


@pytest.mark.parametrize("amount", [-1, MICRO + 1])
def test_a_price_lies_between_nothing_and_a_dollar(amount: int) -> None:
    with pytest.raises(BadNumber):
        Price(amount)


def test_a_quantity_is_never_negative() -> None:
    with pytest.raises(BadNumber):
        Qty.whole(1) - Qty.whole(2)
    with pytest.raises(BadNumber):
        Qty.parse("-1")


def test_only_nothing_is_falsy() -> None:
    assert not ZERO_USD
    assert not ZERO_QTY
    assert Usd(-1)
    assert Qty(1)


def test_values_are_shown_as_plain_decimals() -> None:
    assert f"{Usd.parse('-12.340')} {Price.parse('0.5600')} {Qty.parse('10.00')}" == "-12.34 0.56 10"
