"""Timing: what every step of the loop took, and what the specification's latency table wants done about it.

Skipping, aborting, pausing and reconnecting are done where they can be; here is what is said of them.
"""

from collections.abc import Callable
from dataclasses import dataclass

from arbkit.app import notices
from arbkit.app.events import EventKind, LiveEvent, Tell
from arbkit.app.room import Room
from arbkit.core.latency import BEYOND, Action, Bound, Stage, beyond
from arbkit.core.risk import Mode

Measured = Callable[[Stage, int], None]
"""Keeps a duration in milliseconds, for whoever draws histograms."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Is told of every step. A warning for a book that came late, a High alert for an order that did."""

    room: Room
    tell: Tell
    bounds: dict[Stage, Bound]
    measured: Measured

    def __call__(self, stage: Stage, took_ms: int, what: str) -> None:
        """Note that a step took so long."""
        self.measured(stage, took_ms)
        if beyond(stage, took_ms, self.bounds) is None or BEYOND[stage] is Action.SKIP:
            return  # what is skipped is told of by who skips it
        max_ms = self.bounds[stage].max_ms
        if stage is Stage.PLACEMENT and self.room.mode is Mode.LIVE:
            notices.of_latency(self.room, f"order placement on {what}", took_ms, max_ms)
        text = f"{what}: {stage} took {took_ms} ms; at most {max_ms} ms"
        self.tell(LiveEvent(at=self.room.clock.now(), event=EventKind.LATENCY, text=text, took_ms=took_ms))
