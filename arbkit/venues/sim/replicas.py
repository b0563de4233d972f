"""Replicas: the same changes seen at once by the engine, and later, or otherwise, by those who read."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

Change = TypeVar("Change")
Trade = TypeVar("Trade")


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


@dataclass(slots=True)
class Misreport:
    """How reads of an account misreport its trades: not listed until a time, listed twice, or ahead of all else."""

    hidden_until: dict[str, datetime] = field(default_factory=dict)
    twice: set[str] = field(default_factory=set)
    held_until: datetime | None = None
    """Until then reads of all but the trades show nothing new."""

    def is_held(self, now: datetime) -> bool:
        """Whether reads of all but the trades stand still."""
        return self.held_until is not None and now < self.held_until

    def listed(self, trades: Iterable[Trade], key: Callable[[Trade], str], now: datetime) -> list[Trade]:
        """These trades as a read lists them now."""
        shown = [trade for trade in trades if self.hidden_until.get(key(trade), now) <= now]
        return [trade for trade in shown for _ in range(1 + (key(trade) in self.twice))]
