"""Pace: when it pays to let messages gather for a moment before they are read. Without I/O and without a clock.

Most of what a message costs is waking up for it: the kernel, the event loop, and code and books that the processor has
forgotten meanwhile. While a connection brings thousands a second, reading rests for a millisecond after each read, and
one wake-up takes what came. Below that pace every message is read as it comes.
"""

from typing import Final

DENSE_A_SECOND: Final = 2_000
"""So many messages a second on one connection are dense. Venues come near it only in a rush of many markets."""
WINDOW_S: Final = 0.01
"""The pace is judged anew so often."""
REST_S: Final = 0.001
"""How long reading rests. Event loops count in milliseconds, so that it can become two."""


class Pace:
    """How densely the messages of one connection come."""

    __slots__ = ("_count", "_dense", "_since_s")

    def __init__(self) -> None:
        self._since_s, self._count, self._dense = 0.0, 0, False

    def rests_after(self, messages: int, now_s: float) -> bool:
        """Whether reading should rest after a read that brought so many messages, at a monotonic time."""
        passed_s = now_s - self._since_s
        if passed_s >= WINDOW_S:
            self._dense = self._count >= DENSE_A_SECOND * passed_s
            self._since_s, self._count = now_s, 0
        self._count += messages
        return self._dense
