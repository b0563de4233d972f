"""Alerts: the words of the specification's section 3.15, short enough and plain enough for every sink."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbkit.core.alerts import TEXT_UNITS_MAX, Alert, Severity, of_failure, together, worded
from arbkit.core.breaker import Failure


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (Failure.ASYMMETRIC_EXECUTION, "Asymmetric execution detected!\n\nwhat\n\nIMMEDIATE ATTENTION REQUIRED"),
        (Failure.DAILY_LOSS_LIMIT, "Daily loss limit reached!\n\nwhat\n\nTrading halted for today."),
        (Failure.CONNECTION_LOST, "Connection lost\n\nwhat\n\nAttempting reconnection..."),
        (Failure.LATE_FILL, "Circuit breaker triggered!\n\nReason: LATE_FILL: what"),
    ],
)
def test_a_failure_that_stops_trading_is_critical_and_says_what_to_do(failure: Failure, words: str) -> None:
    alert = of_failure(failure, "what", opened=True, severity=Severity.MEDIUM)
    assert alert.severity is Severity.CRITICAL
    assert words in alert.text
    assert "arbkit status" in alert.text
    assert worded(alert).startswith("\N{POLICE CARS REVOLVING LIGHT} ARB BOT CRITICAL\n\n")


def test_a_failure_that_stops_nothing_keeps_its_urgency() -> None:
    alert = of_failure(Failure.EXECUTION_FAILURE, "killed", opened=False, severity=Severity.MEDIUM, once="k")
    assert (alert.severity, alert.kind, alert.dedupe_key) == (Severity.MEDIUM, "execution_failure", "k")
    assert alert.text == "EXECUTION_FAILURE: killed"


@given(st.text(max_size=9_000))
def test_no_text_is_too_long_for_telegram(text: str) -> None:
    alert = Alert(severity=Severity.HIGH, kind="k", text=text)
    assert units(worded(alert)) <= TEXT_UNITS_MAX
    assert units(together([alert] * 50)) <= TEXT_UNITS_MAX


@given(st.integers(0, 3))
def test_a_cut_never_leaves_half_a_character(offset: int) -> None:
    text = worded(Alert(severity=Severity.HIGH, kind="k", text="a" * offset + "\N{ROCKET}" * 4_000))
    assert text.encode("utf-8").decode("utf-8") == text


def test_what_a_venue_says_stays_plain_text() -> None:
    alert = of_failure(Failure.LATE_FILL, "*bold* [x](http://y)\x1b[31m\u202e", opened=True, severity=Severity.HIGH)
    assert "\x1b" not in worded(alert)
    assert "\u202e" not in worded(alert)
