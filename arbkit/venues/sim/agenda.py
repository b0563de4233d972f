"""Agenda: what is to happen at the simulated venues later, run in the order of time when time has come."""

import heapq
from collections.abc import Callable
from datetime import datetime

Happening = Callable[[datetime], None]
"""Something that happens; it is told the time for which it was planned, not the time at which it is noticed."""


class Agenda:
    """A queue by time, then by order of planning."""

    def __init__(self) -> None:
        self._queue: list[tuple[datetime, int, Happening]] = []
        self._planned = 0

    def plan(self, at: datetime, happening: Happening) -> None:
        """Let something happen at a time; what lies in the past happens at the next look."""
        self._planned += 1
        heapq.heappush(self._queue, (at, self._planned, happening))

    def run_until(self, now: datetime) -> None:
        """Let everything happen that is due, including what it plans itself."""
        while self._queue and self._queue[0][0] <= now:
            at, _place, happening = heapq.heappop(self._queue)
            happening(at)

    @property
    def next_at(self) -> datetime | None:
        """When the next thing happens."""
        return self._queue[0][0] if self._queue else None
