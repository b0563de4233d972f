"""`run`: the live loop in a terminal, in a pipe, in cron; and the tour, when only --sim is said."""

import asyncio
import signal
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from arbkit.app.catalog import sync
from arbkit.app.live import Choices, Live, Summary
from arbkit.app.pairs import match_catalogues
from arbkit.app.take import pair_of
from arbkit.cli.logbook import milliseconds
from arbkit.cli.looking import second_reading
from arbkit.cli.progress import counting
from arbkit.cli.recording import said_at_the_end
from arbkit.cli.render import Output
from arbkit.cli.screen import EVENT, KEYS, SUMMARY, Screen
from arbkit.cli.tour import tour
from arbkit.cli.trading import mode_of, start_checked
from arbkit.core.risk import Mode
from arbkit.errors import OrderInDoubt
from arbkit.wiring import Kit
from arbkit.wiring.live import live_loop
from arbkit.wiring.recording import recording_to
from arbkit.wiring.trading import trading_room

_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunChoices:
    """What was asked of `run`."""

    live: bool = False
    confirm: bool = False
    force: bool = False
    pairs: tuple[str, ...] = ()
    max_trades: int | None = None
    span: str = ""
    once: bool = False
    no_live: bool = False
    record: Path | None = None

    @property
    def asks_for_the_loop(self) -> bool:
        """Whether anything was said that only the loop knows."""
        return self != RunChoices(force=self.force)


def run(kit: Kit, output: Output, choices: RunChoices) -> None:
    """Run the loop; with --sim and nothing else, walk once through the whole job and end."""
    if kit.sim and not choices.asks_for_the_loop and not output.json:
        tour(kit, replace(output, fields=()))
        return
    mode = mode_of(live=choices.live, confirm=choices.confirm)
    for_ms = milliseconds(choices.span) if choices.span else None
    output.chosen(EVENT, also=KEYS)  # before anything is sent
    _prepare(kit, output)
    asked = Choices(
        pairs=frozenset(pair_of(kit.store, text).id for text in choices.pairs),
        trades_max=choices.max_trades,
        for_ms=for_ms,
        once=choices.once,
    )
    summary = _run(kit, output, mode, asked, choices)
    output.facts(summary, SUMMARY, also=KEYS)
    if summary.in_doubt:
        raise OrderInDoubt(
            f"{summary.in_doubt} trades are open; run `arbkit reconcile{mode.words}`; nothing is sent again"
        )


def _prepare(kit: Kit, output: Output) -> None:
    """Read and match the catalogues if that was never done, or too long ago."""
    oldest = kit.clock.now() - timedelta(minutes=kit.settings.data_age.catalogue_max_minutes)
    passes = [kit.store.catalogue.last_sync(venue.name, kit.source) for venue in kit.venues.values()]
    if any(last is None or last.started_at < oldest for last in passes):
        output.say("reading both catalogues")
        with counting(output) as counted:
            results = kit.run(sync(kit.chosen(None), kit.store, kit.clock, counted, source=kit.source))
        for result in results:
            if result.error:
                raise result.error
            if result.barren and not result.seen:
                raise result.barren
            output.say(f"{result.venue}: {result.seen} markets, {result.unusable.total()} not usable")
            if result.barren:
                output.say(f"attention: {result.barren}")
    with kit.cores() as cores:
        matched = match_catalogues(kit.store, kit.mappings, kit.clock, cores=cores)
    pairs = second_reading(kit, output, matched.pairs)
    output.say(
        f"{matched.kalshi_markets} x {matched.polymarket_markets} markets: {len(pairs)} pairs,"
        f" {sum(pair.tradable for pair in pairs)} may be traded"
    )


def _run(kit: Kit, output: Output, mode: Mode, asked: Choices, choices: RunChoices) -> Summary:
    with trading_room(kit, mode=mode, what="run") as room:
        start_checked(kit, room, output, force=choices.force, unattended=True)
        screen = _screen(output, no_live=choices.no_live)
        settled = replace(room, rules=replace(room.rules, resolve_for_ms=2_000, waits_for_chain=False))
        with (
            recording_to(kit, choices.record) as recorder,
            live_loop(kit, settled, asked, screen.tell, recorder) as live,
            screen.showing(live),
        ):
            summary = kit.run(_until_told_to_stop(live, screen))
    if recorder is not None and choices.record is not None:
        output.say(said_at_the_end(recorder, choices.record))
    return summary


async def _until_told_to_stop(live: Live, screen: Screen) -> Summary:
    """Ctrl-C, SIGTERM and a terminal that is closed let the loop end in order; a second time ends it at once."""
    loop = asyncio.get_running_loop()
    drawing = asyncio.ensure_future(screen.draw(live))
    endings = [number for number in _ENDINGS if signal.getsignal(number) is not signal.SIG_IGN]  # nohup ignores one
    for number in endings:
        loop.add_signal_handler(number, _stop, live, screen, number)
    try:
        return await live.run()
    finally:
        drawing.cancel()
        for number in endings:
            loop.remove_signal_handler(number)


def _stop(live: Live, screen: Screen, number: signal.Signals) -> None:
    live.stop.set()
    asyncio.get_running_loop().remove_signal_handler(number)
    if number is signal.SIGHUP:
        screen.hang_up()


def _screen(output: Output, *, no_live: bool) -> Screen:
    if output.json or no_live or not output.progress:
        return Screen(output)
    from arbkit.cli.live_view import LiveScreen

    return LiveScreen(output)
