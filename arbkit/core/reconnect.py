"""When a lost stream is tried again, when it counts as gone, and how to notice that this machine slept."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from arbkit.core.money import MICRO

STALL_MS_MAX = 5_000
"""A loop that should turn several times a second and did not for so long: what waited meanwhile is old."""
STEP_MS_MAX = 2_000
"""How far the wall clock may leave the monotonic one between two looks: beyond it was set, or the machine slept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconnectionPolicy:
    """How a WebSocket is kept up; names and defaults of the specification, section 3.1.3."""

    max_attempts: int = 5
    """Failed attempts in a row after which the breaker is told and books are polled; attempts go on."""
    initial_delay_ms: int = 1_000
    max_delay_ms: int = 30_000
    backoff_multiplier_ppm: int = 2 * MICRO
    heartbeat_interval_ms: int = 5_000
    heartbeat_timeout_ms: int = 30_000

    def delay_ms_max(self, failures: int) -> int:
        """The longest wait after so many failures in a row; the wait itself is drawn between zero and this (full
        jitter), so that clients who lost one server do not return to it together."""
        delay_ms = self.initial_delay_ms
        for _ in range(1, failures):
            delay_ms = delay_ms * self.backoff_multiplier_ppm // MICRO
            if delay_ms >= self.max_delay_ms or self.backoff_multiplier_ppm <= MICRO:
                break
        return min(delay_ms, self.max_delay_ms)

    @property
    def lasting_ms(self) -> int:
        """A connection that is lost earlier was none: it counts as a failed attempt, or a flapping venue would be
        called without a pause."""
        return self.max_delay_ms


class Vigil:
    """Compares the two clocks at every look, and says when time did not pass as it should."""

    __slots__ = ("_monotonic_ms", "_now", "_stall_ms_max", "jumped")

    def __init__(self, *, now: datetime, monotonic_ms: int, stall_ms_max: int | None = STALL_MS_MAX) -> None:
        """`stall_ms_max` None: who looks may wait for long in between."""
        self._now, self._monotonic_ms, self._stall_ms_max = now, monotonic_ms, stall_ms_max
        self.jumped = timedelta()
        """By how much the clock jumped before the last look."""

    def look(self, *, now: datetime, monotonic_ms: int) -> str:
        """What is wrong with the time since the last look, "" if nothing."""
        passed_ms = monotonic_ms - self._monotonic_ms
        stepped_ms = (now - self._now) // timedelta(milliseconds=1) - passed_ms
        self._now, self._monotonic_ms = now, monotonic_ms
        self.jumped = timedelta(milliseconds=stepped_ms if abs(stepped_ms) > STEP_MS_MAX else 0)
        if self._stall_ms_max is not None and passed_ms > self._stall_ms_max:
            return f"this process stood still for {passed_ms / 1_000:.0f} s"
        if self.jumped:
            return f"the clock jumped by {stepped_ms / 1_000:+.0f} s: it was set, or the machine slept"
        return ""
