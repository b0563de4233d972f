"""What `run` tells while it runs: the fields of an event, and the plain way to show it."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from arbkit.app.events import EventKind, LiveEvent
from arbkit.app.live import Live
from arbkit.cli.render import Field, Output

EVENT: Sequence[Field[LiveEvent]] = (
    Field("at", lambda e: e.at),
    Field("event", lambda e: e.event),
    Field("text", lambda e: e.text),
    Field("pair", lambda e: e.pair or None),
    Field("venue", lambda e: e.venue or None),
    Field("trade", lambda e: e.trade or None),
    Field("state", lambda e: e.state or None),
    Field("qty", lambda e: e.qty),
    Field("net_usd", lambda e: e.net),
    Field("took_ms", lambda e: e.took_ms),
)


class Screen:
    """Lines as they come: JSON objects, or sentences with their time."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def tell(self, event: LiveEvent) -> None:
        """Write an event."""
        if self._output.json:
            self._output.facts(event, EVENT)
        elif event.event is not EventKind.LATENCY:
            self._output.say(f"{event.at:%H:%M:%S} {event.event:<11} {event.text}")

    def showing(self, _live: Live) -> AbstractContextManager[object]:
        """What holds while the loop runs."""
        return nullcontext()

    async def draw(self, _live: Live) -> None:
        """Keep the screen up to date."""
