"""Numbers and comparators as intervals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbkit.core.markets import Relation, Strike, StrikeKind
from arbkit.core.matching.numbers import Interval, Unit, complementary, from_strike, quantities, relation, same_values
from arbkit.core.money import MICRO


def read(text: str) -> Interval:
    found, _ = quantities(text)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("text", "low", "low_in", "high", "high_in", "unit"),
    [
        ("more than 0.3%", 0.3, False, None, False, Unit.PERCENT),
        ("0.4% or more", 0.4, True, None, False, Unit.PERCENT),
        (">25bps", 0.25, False, None, False, Unit.PERCENT),
        ("50+ bps", 0.5, True, None, False, Unit.PERCENT),
        ("at least 5 times", 5, True, None, False, Unit.NONE),
        ("<$50", None, False, 50, False, Unit.USD),
        ("$1.5 trillion", 1.5e12, True, 1.5e12, True, Unit.USD),
        ("between 140 and 159 launches", 140, True, 159, True, Unit.NONE),
        ("10-15%", 10, True, 15, True, Unit.PERCENT),
        ("85° or above", 85, True, None, False, Unit.DEGREE),
        ("$150k", 150_000, True, 150_000, True, Unit.USD),
        ("1,234,567 or fewer", None, False, 1_234_567, True, Unit.NONE),
        ("-0.2%", -0.2, True, -0.2, True, Unit.PERCENT),
        ("at or above 2.7%", 2.7, True, None, False, Unit.PERCENT),
        ("equal to or less than 4", None, False, 4, True, Unit.NONE),
        ("no fewer than 5 seats", 5, True, None, False, Unit.NONE),
        ("strictly greater than 4", 4, False, None, False, Unit.NONE),
        ("minus 5 degrees", -5, True, -5, True, Unit.DEGREE),
        ("between -1.0% and -0.5%", -1, True, -0.5, True, Unit.PERCENT),
        ("from -5 to 3", -5, True, 3, True, Unit.NONE),
        ("minus 5 to minus 3", -5, True, -3, True, Unit.NONE),
    ],
)
def test_a_number_is_read_with_its_comparator(
    text: str, low: float | None, low_in: bool, high: float | None, high_in: bool, unit: Unit
) -> None:
    wanted = (
        None if low is None else round(low * MICRO),
        low_in,
        None if high is None else round(high * MICRO),
        high_in,
    )

    assert (read(text).key, read(text).unit) == (wanted, unit)


def test_a_name_that_holds_digits_is_no_number() -> None:
    assert quantities("T1 vs 76ers, B2B") == ((), "T1 vs 76ers, B2B")


def test_above_85_and_86_or_above_are_the_same_whole_degrees() -> None:
    strike = from_strike(Strike(StrikeKind.GREATER, floor="85"))
    assert strike is not None

    assert same_values(strike, read("86 or above"), MICRO)
    assert not same_values(strike, read("85 or above"), MICRO)
    assert not same_values(strike, read("86 or above"), None)


def test_above_and_at_most_are_complements() -> None:
    assert complementary(read("above 3%"), read("3% or less"), None)
    assert complementary(read("4 or more"), read("3 or fewer"), MICRO)
    assert not complementary(read("above 3%"), read("below 3%"), None)
    assert not complementary(read("exactly 3"), read("at most 2"), MICRO)


def test_a_range_within_another_implies_it() -> None:
    assert relation(read("at least 150"), read("at least 100")) is Relation.IMPLIES
    assert relation(read("at least 100"), read("at least 150")) is Relation.SUBSET
    assert relation(read("between 1 and 5"), read("between 4 and 9")) is Relation.OVERLAP
    assert relation(read("between 1 and 3"), read("at least 9")) is Relation.DIFFERENT


@given(st.integers(0, 10**9), st.integers(1, 10**6))
def test_on_a_lattice_more_than_n_is_the_next_value_or_more(number: int, step: int) -> None:
    low = number * step
    more = Interval(low, False, None, False, Unit.NONE, "")
    next_or_more = Interval(low + step, True, None, False, Unit.NONE, "")

    assert same_values(more, next_or_more, step)
    assert complementary(more, Interval(None, False, low, True, Unit.NONE, ""), step)


@given(st.text(max_size=400))
def test_any_text_is_read_without_failing(text: str) -> None:
    quantities(text)


def test_two_bounds_that_are_said_one_after_the_other_stay_two() -> None:
    found, _ = quantities("above 3 and below 5")

    assert [one.key for one in found] == [(3 * MICRO, False, None, False), (None, False, 5 * MICRO, False)]


@pytest.mark.parametrize(
    ("strike", "unit", "key"),
    [
        (Strike(StrikeKind.GREATER, floor="149999.99"), Unit.NONE, (150_000 * MICRO, True, None, False)),
        (Strike(StrikeKind.BETWEEN, floor="140", cap="159.9999"), Unit.NONE, (140 * MICRO, True, 160 * MICRO, True)),
        (Strike(StrikeKind.LESS_OR_EQUAL, cap="159.99"), Unit.NONE, (None, False, 160 * MICRO, False)),
        (Strike(StrikeKind.GREATER, floor="49.99"), Unit.PERCENT, (49_990_000, False, None, False)),
        (Strike(StrikeKind.GREATER, floor="3.99"), Unit.USD, (3_990_000, False, None, False)),
    ],
    ids=["above", "bracket", "at most", "not of percents", "not of small prices"],
)
def test_a_border_of_nines_stands_for_the_round_number_after_it(strike: Strike, unit: Unit, key: object) -> None:
    read_as = from_strike(strike, unit)

    assert read_as is not None
    assert read_as.key == key
