"""The circuit breaker: what opens it, and that only a person closes it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbkit.core.breaker import (
    COUNTED,
    Breaker,
    BreakerLimits,
    Failure,
    pause,
    record_failure,
    record_success,
    resume_refusals,
    resumed,
)
from arbkit.core.risk import Mode

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LIMITS = BreakerLimits(consecutive_failures_max=3, asymmetric_executions_max=1)


def fail(breaker: Breaker, failure: Failure, times: int = 1) -> Breaker:
    for n in range(times):
        breaker = record_failure(breaker, failure, "why", limits=LIMITS, now=NOW + timedelta(seconds=n))
    return breaker


@pytest.mark.parametrize("failure", sorted(set(Failure) - COUNTED))
def test_every_other_failure_stops_trading_at_once(failure: Failure) -> None:
    assert list(fail(Breaker(), failure).trips) == [failure]


@pytest.mark.parametrize("failure", sorted(COUNTED))
def test_counted_failures_stop_trading_at_the_third_in_a_row(failure: Failure) -> None:
    assert not fail(Breaker(), failure, times=2).is_open
    trip = fail(Breaker(), failure, times=3).first
    assert trip is not None
    assert trip.detail == "3 consecutive failures, the last: why"


def test_a_success_starts_the_count_again() -> None:
    breaker = record_success(fail(Breaker(), Failure.EXECUTION_FAILURE, times=2))
    assert not fail(breaker, Failure.EXECUTION_FAILURE, times=2).is_open


@given(st.lists(st.sampled_from([*Failure, None]), max_size=20))
def test_nothing_but_a_resume_closes_it(events: list[Failure | None]) -> None:
    breaker = pause(Breaker(), "by hand", now=NOW)
    for event in events:
        breaker = record_success(breaker) if event is None else fail(breaker, event)
        assert breaker.is_open
    assert breaker.first is not None
    assert breaker.first.failure is Failure.MANUAL
    assert not resumed().is_open


def test_a_second_trip_for_the_same_reason_keeps_the_first_time_and_detail() -> None:
    breaker = pause(pause(Breaker(), "one", now=NOW), "two", now=NOW + timedelta(hours=1))
    assert breaker.trips[Failure.MANUAL].detail == "one"


def test_resuming_is_refused_while_anything_is_open_to_doubt() -> None:
    breaker = pause(Breaker(), "by hand", now=NOW)
    assert resume_refusals(breaker, mode=Mode.LIVE, unresolved=0, mismatches=0, loss_limit_reached=False) == ()
    assert len(resume_refusals(breaker, mode=Mode.LIVE, unresolved=2, mismatches=1, loss_limit_reached=True)) == 3
    assert resume_refusals(Breaker(), mode=Mode.LIVE, unresolved=0, mismatches=0, loss_limit_reached=False) == (
        "trading is not paused",
    )
