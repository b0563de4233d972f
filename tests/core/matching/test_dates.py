"""Dates with their relation, and the dates in tickers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbkit.core.matching.dates import Day, read_dates, ticker_day, ticker_month, ticker_year


@pytest.mark.parametrize(
    ("text", "deadline"),
    [
        ("by June 30, 2026", Day(2026, 6, 30)),
        ("before Jul 1, 2026", Day(2026, 6, 30)),
        ("before 2027", Day(2026, 12, 31)),
        ("by end of 2026", Day(2026, 12, 31)),
        ("before July 2027", Day(2027, 6, 30)),
        ("by end of March", Day(0, 3, 31)),
        ("through 31 of 2026-03-31", None),
        ("pursuant to the 2026 election", None),
        ("starting Jan 1, 2026", None),
    ],
)
def test_a_deadline_is_the_last_day_that_counts(text: str, deadline: Day | None) -> None:
    assert read_dates(text)[0].deadlines == ({deadline} if deadline else set())


def test_on_in_and_season_are_told_apart() -> None:
    assert read_dates("on Dec 31, 2026 at 4pm EST")[0].days == {Day(2026, 12, 31)}
    assert read_dates("on Dec 31, 2026 at 4pm EST")[0].minutes == {16 * 60}
    assert read_dates("in March?")[0].months == {(0, 3)}
    assert read_dates("the April 2026 meeting")[0].months == {(2026, 4)}
    assert read_dates("in Q1 2026")[0].quarters == {(2026, "q1")}
    assert read_dates("the 2025-26 season")[0].seasons == {(2025, 2026)}
    assert read_dates("the 2026 election")[0].years == {2026}
    assert read_dates("at the end of June 2026")[0].days == {Day(2026, 6, 30)}


def test_words_that_look_like_months_are_no_dates() -> None:
    for text in ("Mar-a-Lago", "in March Madness", "It may rain", "Jan Doe may win"):
        assert not read_dates(text)[0].known, text


def test_the_text_comes_back_without_its_dates() -> None:
    assert read_dates("Will it rain by June 30, 2026?")[1].split() == ["Will", "it", "rain", "?"]


def test_dates_of_a_ticker_are_read() -> None:
    assert ticker_day("26JUN181400AAABBB") == (Day(2026, 6, 18), 14 * 60, "AAABBB")
    assert ticker_day("26FEB30") is None
    assert ticker_month("26MAR") == (2026, 3)
    assert (ticker_year("26"), ticker_year("CUP26"), ticker_year("2526"), ticker_year("X99")) == (
        2026,
        2026,
        2026,
        None,
    )


@given(st.text(max_size=400))
def test_any_text_is_read_without_failing(text: str) -> None:
    read_dates(text)
