"""Over 8.5 is 9 or more of what is counted, and of nothing that is measured."""

import pytest

from tests.core.matching.markets import kalshi, polymarket, verdict

MEASURED = [
    ("Will there be a magnitude {} earthquake in Chile in 2029?", "8.0 or higher", "7.5 or higher"),
    ("Will there be a magnitude {} earthquake in Chile in 2029?", "7 or higher", "6.5 or higher"),
    ("Will Iron Tide have an IMDb rating {} on Jan 9, 2029?", "of 9 or higher", "of 8.5 or higher"),
    ("Will Iron Tide have a critic rating {} on Jan 9, 2029?", "above 8", "of at least 9"),
    ("Will it snow {} inches in Oslo in 2029?", "more than 6", "at least 7"),
    ("Will wind gusts in Oslo be {} mph in 2029?", "over 74.5", "at least 75"),
    ("Will the Oslo index be {} on Jan 9, 2029?", "above 4,000", "at least 4,001"),
    ("Will the AQI in Oslo be {} on Jan 9, 2029?", "above 150", "at least 151"),
    ("Will Ann Vane average {} points per game in 2029?", "over 25.5", "at least 26"),
    ("Will the margin of victory of Ann Vane be {} in 2029?", "above 4.5", "at least 5"),
    ("Will the temperature in Oslo be {} on Jan 9, 2029?", "above 82°F", "at least 83°F"),
    ("Will diesel cost {} in Norway on Jan 9, 2029?", "more than 4", "at least 5"),
    ("Will the pole vault record be {} metres in 2029?", "over 6.5", "at least 7.0"),
    ("Will a fight last {} rounds in 2029?", "over 2.5", "at least 3"),
    ("Will Ann Vane win by {} seconds in 2029?", "over 5", "at least 6"),
    ("Will Labour poll {} points in 2029?", "over 30", "at least 31"),
    ("Will Ann Vane get a diving rating {} in 2029?", "over 9.5", "of at least 10"),
]
COUNTED = [
    ("Will Boston win {} games in 2029?", "over 45.5", "at least 46"),
    ("Will Labour win {} seats in 2029?", "more than 300", "at least 301"),
    ("Will Iron Tide win {} Oscars in 2029?", "more than 4", "5 or more"),
    ("Will there be {} Atlantic hurricanes in 2029?", "more than 7", "8 or more"),
    ("Will Norway win {} medals in 2029?", "over 12.5", "at least 13"),
    ("Will FAA cancel {} flights in 2029?", "over 149.5", "at least 150"),
]


@pytest.mark.parametrize(("title", "here", "there"), MEASURED)
def test_what_is_measured_may_lie_between_two_round_numbers(title: str, here: str, there: str) -> None:
    for one, two in ((here, there), (there, here)):
        made = verdict(kalshi(title.format(one), "KXSTEP-29"), polymarket(title.format(two)))

        assert not made.acceptable, made.reasons
        assert any(reason.startswith("conflict: threshold") for reason in made.reasons), made.reasons


@pytest.mark.parametrize(("title", "here", "there"), COUNTED)
def test_of_what_is_counted_over_a_number_is_the_next_or_more(title: str, here: str, there: str) -> None:
    for one, two in ((here, there), (there, here)):
        made = verdict(kalshi(title.format(one), "KXSTEP-29"), polymarket(title.format(two)))

        assert made.acceptable, made.reasons


def test_degrees_are_whole_where_a_rule_says_so() -> None:
    here = kalshi("Will the temperature in Oslo be above 82°F on Jan 9, 2029?", "KXSTEP-29")
    title = "Will the temperature in Oslo be at least 83°F on Jan 9, 2029?"
    there = polymarket(title, "The source measures temperatures to whole degrees.")

    assert not any("threshold: Kalshi" in reason for reason in verdict(here, there).reasons)
    assert any("threshold: Kalshi" in reason for reason in verdict(here, polymarket(title, "")).reasons)
