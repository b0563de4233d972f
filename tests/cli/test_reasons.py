"""Why a pair is a trap, in the words of its questions."""

import pytest

from arbkit.cli.reasons import brief, worded
from tests.builders import KALSHI, POLYMARKET, a_market

OSCAR = a_market(KALSHI, title="Will Quiet River win Best Picture?", yes_label="Quiet River")
NOMINATED = a_market(POLYMARKET, title='Will "Quiet River" be nominated for Best Picture?', yes_label="Yes")


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("conflict: qualifier: Kalshi nothing, Polymarket nomin", "only Polymarket says 'nominated'"),
        ("conflict: qualifier: Kalshi nothing, Polymarket nominee", "only Polymarket says 'nominated'"),
        ("conflict: qualifier: Kalshi win, Polymarket nothing", "only Kalshi says 'win'"),
        ("conflict: name: Kalshi river, Polymarket pictur", "Kalshi says 'River', Polymarket 'Picture'"),
        ("conflict: qualifier: Kalshi nothing, Polymarket last_place", "only Polymarket says 'last place'"),
        ("conflict: match day: Nov 3 and Nov 4", "conflict: match day: Nov 3 and Nov 4"),
        ("agree: year: 2027", "agree: year: 2027"),
    ],
)
def test_a_conflict_of_words_is_said_as_the_questions_say_it(reason: str, said: str) -> None:
    assert worded(reason, OSCAR, NOMINATED) == said


def test_a_word_that_stands_for_several_is_said_as_it_is_written() -> None:
    advance = a_market(POLYMARKET, title="Will Senegal advance from Group A?", yes_label="Yes")
    assert worded("conflict: qualifier: Kalshi nothing, Polymarket make", OSCAR, advance) == (
        "only Polymarket says 'advance'"
    )


@pytest.mark.parametrize(
    ("reasons", "row"),
    [
        (("agree: subject: fed, rates", "agree: year: 2027", "signal: exact title"), "same subject, year; exact title"),
        (("conflict: qualifier: Kalshi nothing, Polymarket tie", "agree: a: b"), "qualifier: only Polymarket says tie"),
        (("conflict: name: Kalshi inter, Polymarket nothing",), "name: only Kalshi says inter"),
        (("conflict: year: Kalshi 2026, Polymarket 2027",), "year: Kalshi 2026, Polymarket 2027"),
        (("silent: word: only Kalshi says bold", "agree: year: 2027"), "only Kalshi says bold"),
        (("not traded: the other side is", "signal: exact title"), "not traded: the other side is"),
        (("signal: manual",), "signal: manual"),
        ((), ""),
    ],
)  # fmt: skip
def test_a_row_says_what_decides_about_the_pair(reasons: tuple[str, ...], row: str) -> None:
    assert brief(reasons) == row
