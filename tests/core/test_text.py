"""Foreign text is harmless after `clean`."""

import time
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from arbkit.core.text import REPLACEMENT, clean, clean_lines

BANNED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def test_a_plain_title_stays_as_it_is() -> None:
    assert clean("Will Côte d'Ivoire win the “Cup”? 50 %") == "Will Côte d'Ivoire win the “Cup”? 50 %"


def test_an_escape_sequence_loses_its_escape_character() -> None:
    assert clean("\x1b[31mred\x07") == f"{REPLACEMENT}[31mred{REPLACEMENT}"


def test_text_that_turns_the_reading_direction_is_disarmed() -> None:
    assert clean("YES \u202eON\u2066") == f"YES {REPLACEMENT}ON{REPLACEMENT}"


def test_a_title_is_one_line_without_double_blanks() -> None:
    assert clean("  Fed \n\t decision\r\n in  June ") == "Fed decision in June"


def test_rules_keep_their_line_breaks() -> None:
    assert clean_lines("One.\r\n\r\n\tTwo  three. \n") == "One.\nTwo three."


def test_a_long_text_is_cut_and_says_so() -> None:
    assert clean("abcdef", 4) == "abc…"


def test_a_huge_text_is_clipped_before_it_costs_time() -> None:
    started = time.process_time()

    clean("\u202e" * 50_000_000, 200)

    assert time.process_time() - started < 0.5


@given(st.text(st.characters(codec=None), max_size=300))
def test_nothing_banned_is_left(text: str) -> None:
    for kept in (clean(text), clean_lines(text)):
        assert not {unicodedata.category(char) for char in kept if char != "\n"} & BANNED
    assert "\n" not in clean(text)


@given(st.text(max_size=300))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert clean_lines(clean_lines(text)) == clean_lines(text)
