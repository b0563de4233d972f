"""The live loop on a terminal: one screen, redrawn a few times a second. Nothing on it is interpreted as markup."""

import asyncio
from collections import deque
from contextlib import AbstractContextManager

from rich.console import Group
from rich.live import Live as RichLive
from rich.table import Table
from rich.text import Text

from arbkit.app.events import EventKind, LiveEvent
from arbkit.app.live import Live
from arbkit.cli.render import Output
from arbkit.cli.report_tables import dollars
from arbkit.cli.screen import Screen
from arbkit.core.risk import Mode
from arbkit.ports import FeedState

_REDRAW_S = 0.25
_EVENTS_SHOWN = 8
_OFFERS_SHOWN = 5
_LOUD = {EventKind.PAUSED: "bold red", EventKind.TRADE: "bold", EventKind.WARNING: "yellow"}


class LiveScreen(Screen):
    """Venues, limits, opportunities with the reason why each is not taken, positions, and the last events."""

    def __init__(self, output: Output) -> None:
        super().__init__(output)
        self._console = output.console(stderr=True)
        self._rich = RichLive(console=self._console, refresh_per_second=4, transient=False, auto_refresh=False)
        self._events: deque[LiveEvent] = deque(maxlen=_EVENTS_SHOWN)

    def tell(self, event: LiveEvent) -> None:
        """Keep an event for the next drawing."""
        if event.event is not EventKind.LATENCY:
            self._events.append(event)

    def showing(self, _live: Live) -> AbstractContextManager[object]:
        """The screen stands while the loop runs, and its last state stays."""
        return self._rich

    async def draw(self, live: Live) -> None:
        """Redraw until cancelled."""
        while True:
            self._rich.update(self._picture(live), refresh=True)
            await asyncio.sleep(_REDRAW_S)

    def _picture(self, live: Live) -> Group:
        parts: list[Text | Table] = [self._head(live), *self._venues(live), Text(), self._offers(live), Text()]
        return Group(*parts, *(self._event(event) for event in self._events))

    def _head(self, live: Live) -> Text:
        limits, room = live.room.limits, live.room
        paused = room.paused()
        mode = "LIVE" if room.mode is Mode.LIVE else "DRY RUN"
        tally = live.trader.tally
        text = Text(no_wrap=True, overflow="ellipsis")
        text.append(f" {mode} ", style="bold reverse")
        text.append(f"  {'PAUSED: ' + paused if paused else 'trading'}", style="bold red" if paused else "green")
        text.append(
            f"\nlimits: ${limits.total_exposure_max} in all, ${limits.event_exposure_max} an event,"
            f" ${limits.daily_loss_max} a day, {limits.qty_max} contracts"
            f"\nexposure ${room.store.ledger.exposure()} in {self._held(live)} positions"
            f"   today {dollars(room.realised_today())} booked, {dollars(tally.profit)} locked in"
            f"\ntrades {tally.tried} ({tally.hedged} hedged)   refused {tally.refused}"
            f"   under way: {live.trader.in_flight or 'none'}"
        )
        return text

    def _held(self, live: Live) -> int:
        return sum(bool(position.qty) for position in live.room.store.ledger.positions().values())

    def _venues(self, live: Live) -> list[Text]:
        lines = []
        for health in live.health():
            closed = live.watching.closed.get(health.venue, "")
            style = "green" if health.state is FeedState.LIVE and not closed else "yellow"
            text = f"{health.venue:<11} {health.state:<10} {health.books_live} of {health.books_wanted} books"
            more = closed or health.detail
            lines.append(Text(f"{text}{'  ' + more if more else ''}", style=style, no_wrap=True, overflow="ellipsis"))
        return lines

    def _offers(self, live: Live) -> Table:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", expand=True)
        for title in ("pair", "qty", "net", "peak"):
            table.add_column(title, justify="left" if title == "pair" else "right", no_wrap=True)
        table.add_column("why not taken", ratio=1, no_wrap=True, overflow="ellipsis")
        episodes = sorted(live.watching.episodes.open.values(), key=lambda e: -e.last.net.micros)
        for episode in episodes[:_OFFERS_SHOWN]:
            last = episode.last
            cells = (last.pair.id, str(last.qty), f"${last.net}", f"${episode.peak.net}", episode.why_not)
            table.add_row(*(Text(cell) for cell in cells))
        if not episodes:
            table.add_row(Text("nothing now", style="dim"))
        return table

    def _event(self, event: LiveEvent) -> Text:
        line = f"{event.at:%H:%M:%S} {event.event:<11} {event.text}"
        return Text(line, style=_LOUD.get(event.event, ""), no_wrap=True, overflow="ellipsis")
