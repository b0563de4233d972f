"""What `run` tells while it runs: the fields of an event, and the plain way to show it."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

from arbkit.app.events import EventKind, LiveEvent
from arbkit.app.live import Live, Summary
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
SUMMARY: Sequence[Field[Summary]] = (
    Field("event", lambda _: "summary"),
    Field("mode", lambda s: s.mode),
    Field("pairs", lambda s: s.pairs),
    Field("book_changes", lambda s: s.book_changes),
    Field("looks", lambda s: s.looks),
    Field("opportunities", lambda s: s.opportunities),
    Field("refused", lambda s: s.refused),
    Field("trades", lambda s: s.trades),
    Field("hedged", lambda s: s.hedged),
    Field("profit_usd", lambda s: s.profit),
    Field("detection_ms_max", lambda s: s.detection_ms_max),
    Field("open_trades", lambda s: s.open_trades),
    Field("in_doubt", lambda s: s.in_doubt),
    Field("paused", lambda s: s.paused or None),
    Field("ran_ms", lambda s: s.ran_ms),
)
KEYS = {field.key for field in EVENT} | {field.key for field in SUMMARY}
"""Of both kinds of rows."""


class Screen:
    """Lines as they come: JSON objects, or sentences with their time."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def tell(self, event: LiveEvent) -> None:
        """Write an event."""
        if self._output.json:
            self._output.facts(event, EVENT, also=KEYS)
        elif event.event is not EventKind.LATENCY:
            self._output.say(f"{event.at:%H:%M:%S} {event.event:<11} {event.text}")

    def hang_up(self) -> None:
        """The terminal was closed: there is nobody to talk to any more."""
        self._output = replace(self._output, quiet=True)

    def showing(self, _live: Live) -> AbstractContextManager[object]:
        """What holds while the loop runs."""
        return nullcontext()

    async def draw(self, _live: Live) -> None:
        """Keep the screen up to date."""
