"""Replicas: the same changes seen at once by the engine, and later by those who read."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

Change = TypeVar("Change")


class Delayed(Generic[Change]):
    """Hands changes on after a lag, in their order. A change that waits keeps the lag of the time when it was made."""

    def __init__(self, apply: Callable[[Change], None]) -> None:
        self._apply = apply
        self._waiting: deque[tuple[datetime, Change]] = deque()

    def add(self, change: Change, *, at: datetime, lag_ms: int) -> None:
        """Take a change made at a time."""
        self._waiting.append((at + timedelta(milliseconds=lag_ms), change))

    def catch_up(self, now: datetime) -> None:
        """Hand on what has waited long enough."""
        while self._waiting and self._waiting[0][0] <= now:
            self._apply(self._waiting.popleft()[1])
