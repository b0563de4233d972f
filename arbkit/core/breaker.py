"""The circuit breaker: which failures stop trading, as a function of what has happened so far.

Latched: once open for a reason it stays open, over restarts, until a person resumes (specification section 3.8). It
never re-arms by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from arbkit.core.risk import Mode


class Failure(StrEnum):
    """The failure types of the specification, section 3.8, and those which reliability adds."""

    EXECUTION_FAILURE = "EXECUTION_FAILURE"
    ASYMMETRIC_EXECUTION = "ASYMMETRIC_EXECUTION"
    CONNECTION_LOST = "CONNECTION_LOST"
    RATE_LIMIT_EXCEEDED = "RATE_LIMIT_EXCEEDED"
    DAILY_LOSS_LIMIT = "DAILY_LOSS_LIMIT"
    LEG_UNRESOLVED = "LEG_UNRESOLVED"
    LATE_FILL = "LATE_FILL"
    GHOST_FILL = "GHOST_FILL"
    FOREIGN_TRADE = "FOREIGN_TRADE"
    POSITION_MISMATCH = "POSITION_MISMATCH"
    FEE_MISMATCH = "FEE_MISMATCH"
    RESOLUTION_MISMATCH = "RESOLUTION_MISMATCH"
    LATENCY_EXCEEDED = "LATENCY_EXCEEDED"
    AUTHENTICATION = "AUTHENTICATION"
    STORE = "STORE"
    TASK_DIED = "TASK_DIED"
    INVARIANT = "INVARIANT"
    MANUAL = "MANUAL"


COUNTED = frozenset({Failure.EXECUTION_FAILURE, Failure.RATE_LIMIT_EXCEEDED})
"""Failures that stop trading only when they follow each other; every other one stops it at once."""


@dataclass(frozen=True, slots=True)
class Trip:
    """Why and when the breaker opened."""

    failure: Failure
    detail: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Breaker:
    """What the breaker remembers. `trips` keeps the first trip of every failure type."""

    consecutive_failures: int = 0
    asymmetric_executions: int = 0
    trips: Mapping[Failure, Trip] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether trading is paused."""
        return bool(self.trips)

    @property
    def first(self) -> Trip | None:
        """The trip that opened it."""
        return min(self.trips.values(), key=lambda trip: trip.at, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerLimits:
    """How much it takes (specification section 3.6: 3 failures in a row, 1 asymmetric execution)."""

    consecutive_failures_max: int
    asymmetric_executions_max: int


def record_failure(breaker: Breaker, failure: Failure, detail: str, *, limits: BreakerLimits, now: datetime) -> Breaker:
    """Count a failure; the breaker that comes back is open if that was one too many."""
    consecutive = breaker.consecutive_failures + 1
    asymmetric = breaker.asymmetric_executions + (failure is Failure.ASYMMETRIC_EXECUTION)
    counted = replace(breaker, consecutive_failures=consecutive, asymmetric_executions=asymmetric)
    if failure is Failure.ASYMMETRIC_EXECUTION:
        return _opened(counted, failure, detail, now) if asymmetric >= limits.asymmetric_executions_max else counted
    if failure not in COUNTED:
        return _opened(counted, failure, detail, now)
    if consecutive >= limits.consecutive_failures_max:
        return _opened(counted, failure, f"{consecutive} consecutive failures, the last: {detail}", now)
    return counted


def record_success(breaker: Breaker) -> Breaker:
    """A trade succeeded: failures in a row start again from nothing. What is open stays open."""
    return replace(breaker, consecutive_failures=0)


def pause(breaker: Breaker, reason: str, *, now: datetime) -> Breaker:
    """Open the breaker by hand."""
    return _opened(breaker, Failure.MANUAL, reason, now)


def resume_refusals(
    breaker: Breaker, *, mode: Mode, unresolved: int, mismatches: int, loss_limit_reached: bool
) -> tuple[str, ...]:
    """Why trading must not be resumed now; empty when it may (each is checked afresh, never taken from the breaker)."""
    doubted = f"orders in doubt or under review: {unresolved}; `arbkit resolve{mode.words}` shows them"
    differ = f"ledger and venues differ; `arbkit reconcile{mode.words}` shows where"
    return tuple(
        reason
        for reason, holds in (
            ("trading is not paused", not breaker.is_open),
            (doubted, unresolved > 0),
            (differ, mismatches > 0),
            ("the day's loss limit is reached; it clears at midnight UTC", loss_limit_reached),
        )
        if holds
    )


def resumed() -> Breaker:
    """The breaker after a resume: closed, with both counters at nothing."""
    return Breaker()


def _opened(breaker: Breaker, failure: Failure, detail: str, now: datetime) -> Breaker:
    trips = dict(breaker.trips)
    trips.setdefault(failure, Trip(failure, detail, now))
    return replace(breaker, trips=trips)
