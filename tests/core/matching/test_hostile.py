"""Hostile or broken text neither crashes nor slows matching, nor gets through it raw."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbkit.core.text import clean, clean_lines
from tests.core.matching.markets import kalshi, polymarket, verdict

NASTY = [
    "Will X win? " * 9_000,
    "1" * 100_000,
    "1,111" * 20_000,
    "a " * 50_000,
    "between 1 and " * 8_000,
    "by June " * 12_000,
    "if " + "the " * 30_000,
    "announcement of " * 7_000,
    "A vs " * 20_000,
    "((((" * 25_000,
    "\u202eWill X win\u202c\x1b[31m" * 4_000,
    "W\u0456ll \u0420ut\u0456n w\u0456n" * 7_000,
    "[bold]Will[/bold] X win [link=http://x]?" * 2_000,
    "\ud800 lone surrogate",
    "",
]


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_a_hostile_text_is_read_quickly(text: str) -> None:
    here, there = kalshi(text, rules=text), polymarket(text, text, outcomes=(text, text), slug=text)
    started = time.process_time()

    verdict(here, there)

    assert time.process_time() - started < 0.5


def test_a_hostile_title_reaches_no_reason_raw_once_cleaned() -> None:
    title = clean("Will \x1b[31mEVIL\u202e win the 2026 cup\x07?")

    made = verdict(kalshi(title, rules=clean_lines(title)), polymarket(title))

    shown = "".join(made.reasons)
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def test_letters_of_another_script_do_not_make_the_same_name() -> None:
    assert not verdict(
        kalshi("Will Putin leave office before 2027?"), polymarket("Will \u0420utin leave office before 2027?")
    ).acceptable

    assert not verdict(
        kalshi("Will Novak win the 2029 Harbor Cup?", "KXHARBOR-29"),
        polymarket("Will N\u043evak win the 2029 Harbor Cup?"),
    ).acceptable


@given(st.text(max_size=200), st.text(max_size=400))
def test_any_two_texts_get_a_verdict(title: str, rules: str) -> None:
    made = verdict(kalshi(title, rules=rules), polymarket(rules[:100], title + rules, outcomes=(title, rules)))

    assert 0 <= made.confidence_ppm <= 1_000_000
