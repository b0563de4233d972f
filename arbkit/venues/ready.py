"""The request of an order that may be sent soon: signed and rendered while something else is awaited."""

from collections.abc import Callable
from typing import Final

from arbkit.net import Exchange
from arbkit.ports import Clock, PreparedOrder

READY_MS_MAX: Final = 500
"""A rendered request holds a time that was signed: an older one is rendered anew."""


class ReadyRequest:
    """Room for the request of one order. It is given out once, for that very order, and not when it has become old."""

    __slots__ = ("_clock", "_kept", "_render")

    def __init__(self, render: Callable[[PreparedOrder], Exchange], clock: Clock) -> None:
        self._render, self._clock = render, clock
        self._kept: tuple[PreparedOrder, int, Exchange] | None = None

    def make(self, prepared: PreparedOrder) -> None:
        """Render the request of an order, and forget that of any other."""
        self._kept = (prepared, self._clock.monotonic_ms(), self._render(prepared))

    def take(self, prepared: PreparedOrder) -> Exchange:
        """The request of an order: the one that is ready, or else one rendered now."""
        kept, self._kept = self._kept, None
        if kept is not None and kept[0] is prepared and 0 <= self._clock.monotonic_ms() - kept[1] <= READY_MS_MAX:
            return kept[2]
        return self._render(prepared)
