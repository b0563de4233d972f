"""The live loop on a terminal: one screen, redrawn a few times a second. Nothing on it is interpreted as markup."""

import asyncio
from collections import deque
from contextlib import AbstractContextManager

from rich.cells import cell_len
from rich.console import Group
from rich.live import Live as RichLive
from rich.text import Text

from arbkit.app.episodes import Episode
from arbkit.app.events import EventKind, LiveEvent
from arbkit.app.live import Live
from arbkit.cli.render import Output
from arbkit.cli.report_tables import dollars
from arbkit.cli.screen import Screen
from arbkit.core.risk import Mode
from arbkit.ports import FeedState

_REDRAW_S = 0.25
_EVENTS_MIN, _EVENTS_MAX = 3, 20
"""Events fill what the rest leaves of the screen, within these bounds."""
_OFFERS_SHOWN = 5
_HEADER = f"{'pair':<12}  {'qty':>4} {'net':>7} {'peak':>7}  "
_LOUD = {EventKind.PAUSED: "bold red", EventKind.TRADE: "bold", EventKind.WARNING: "yellow"}


class LiveScreen(Screen):
    """Venues, limits, opportunities with the reason why each is not taken, positions, and the last events."""

    def __init__(self, output: Output) -> None:
        super().__init__(output)
        self._console = output.console(stderr=True)
        self._rich = RichLive(console=self._console, refresh_per_second=4, transient=False, auto_refresh=False)
        self._events: deque[LiveEvent] = deque(maxlen=_EVENTS_MAX)

    def tell(self, event: LiveEvent) -> None:
        """Keep an event for the next drawing."""
        if event.event is not EventKind.LATENCY:
            self._events.append(event)

    def hang_up(self) -> None:
        """Nothing can be drawn any more."""
        super().hang_up()
        self._console.quiet = True

    def showing(self, _live: Live) -> AbstractContextManager[object]:
        """The screen stands while the loop runs, and its last state stays."""
        return self._rich

    async def draw(self, live: Live) -> None:
        """Redraw until cancelled."""
        while True:
            self._rich.update(self._picture(live), refresh=True)
            await asyncio.sleep(_REDRAW_S)

    def _picture(self, live: Live) -> Group:
        lines = [*self._head(live), *self._venues(live), Text(), *self._offers(live), Text()]
        shown = min(max(self._console.height - len(lines) - 1, _EVENTS_MIN), _EVENTS_MAX)
        for line in lines:
            line.no_wrap, line.overflow = True, "ellipsis"
        return Group(*lines, *(self._event(event) for event in list(self._events)[-shown:]))

    def _head(self, live: Live) -> list[Text]:
        limits, room, tally = live.room.limits, live.room, live.trader.tally
        paused = room.paused()
        mode = Text(" LIVE " if room.mode is Mode.LIVE else " DRY RUN ", style="bold reverse")
        mode.append("  ", style="not reverse")
        mode.append(f"PAUSED: {paused}" if paused else "trading", style=f"not reverse {'red' if paused else 'green'}")
        rest = (
            f"limits: ${limits.total_exposure_max} in all, ${limits.event_exposure_max} an event,"
            f" ${limits.daily_loss_max} a day, {limits.qty_max} contracts",
            f"exposure {dollars(room.store.ledger.exposure())} in {self._held(live)} positions"
            f"   today {dollars(room.booked_today())} booked, {dollars(tally.profit)} locked in",
            f"trades {tally.tried} ({tally.hedged} hedged)   refused {tally.refused}"
            f"   under way: {live.trader.in_flight or 'none'}",
        )
        return [mode, *map(Text, rest)]

    def _held(self, live: Live) -> int:
        return sum(bool(position.qty) for position in live.room.store.ledger.positions().values())

    def _venues(self, live: Live) -> list[Text]:
        lines = []
        for health in live.health():
            closed = live.watching.closed.get(health.venue, "")
            style = "green" if health.state is FeedState.LIVE and not closed else "yellow"
            text = f"{health.venue:<11} {health.state:<10} {health.books_live} of {health.books_wanted} books"
            more = closed or health.detail
            lines.append(Text(f"{text}{'  ' + more if more else ''}", style=style))
        return lines

    def _offers(self, live: Live) -> list[Text]:
        """The best opportunities of now; a reason that is too long for its column has a line of its own."""
        episodes = sorted(live.watching.episodes.open.values(), key=lambda e: -e.last.net.micros)
        lines = [Text(f"{_HEADER}why not taken", style="bold")]
        for episode in episodes[:_OFFERS_SHOWN]:
            last, why = episode.last, self._fate(episode)
            row = f"{last.pair.id:<12}  {last.qty!s:>4} {dollars(last.net):>7} {dollars(episode.peak.net):>7}  "
            fits = cell_len(row) + cell_len(why) <= self._console.width
            lines += [Text(f"{row}{why}")] if fits else [Text(row.rstrip()), Text(f"  {why}", style="dim")]
        return lines if episodes else [*lines, Text("nothing now", style="dim")]

    def _fate(self, episode: Episode) -> str:
        return "taken" if episode.taken and not episode.why_not else episode.why_not

    def _event(self, event: LiveEvent) -> Text:
        line = f"{event.at:%H:%M:%S} {event.event:<11} {event.text}"
        return Text(line, style=_LOUD.get(event.event, ""), no_wrap=True, overflow="ellipsis")
