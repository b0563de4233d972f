"""The live loop, put together: feeds, rhythm, budget, log, metrics, alerts, and the child that reads catalogues."""

import asyncio
import gc
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from importlib.metadata import version

from arbkit.app.chores import Rhythm
from arbkit.app.events import EventKind, LiveEvent, Tell
from arbkit.app.live import Choices, Live
from arbkit.app.room import Room
from arbkit.config.settings import Settings
from arbkit.core.latency import BOUNDS, Bound, Stage
from arbkit.core.risk import Mode
from arbkit.core.text import clean
from arbkit.errors import ConfigError
from arbkit.wiring.alerts import alerter_of, last_words, sinks_of
from arbkit.wiring.feeds import stream_feeds
from arbkit.wiring.kit import Kit
from arbkit.wiring.logs import logging_to
from arbkit.wiring.metrics import Metrics
from arbkit.wiring.recorder import Recorder
from arbkit.wiring.recording import beside_the_loop

_MINUTE_MS = 60_000
_SAID_MAX = 200


@contextmanager
def live_loop(kit: Kit, room: Room, choices: Choices, tell: Tell, recorder: Recorder | None = None) -> Iterator[Live]:
    """Everything that `run` needs beside the room, with its log, metrics and alerts, until the end of the block.
    `recorder` keeps what the streams bring.

    What is still to be told at the end is tried once more. Errors: those of the keys, of the settings, of the venues.
    """
    settings = kit.settings
    if room.mode is Mode.LIVE:
        room.store.operations.widen_log(at=kit.clock.now())
    with logging_to(settings, kit.home, run=room.epoch) as log, measuring(kit, room, tell) as metrics:
        alerter = alerter_of(kit, room.store, sinks_of(kit), log.alert)
        tells = (tell, log.event, metrics.event)
        live = Live(
            room=room,
            feeds=stream_feeds(kit, room.mode, recorder),
            choices=choices,
            tell=lambda event: _tell_all(tells, event),
            rhythm=Rhythm(
                facts_age_max=timedelta(minutes=settings.data_age.fees_max_minutes),
                catalogue_ms=settings.data_age.catalogue_max_minutes * _MINUTE_MS,
            ),
            bounds=bounds_of(settings),
            sync=lambda: _refresh(kit),
            crowded=kit.crowded,
            measured=metrics.measured,
        )
        live.beside = {
            "alerts": alerter.run,
            "metrics": lambda: metrics.sampling(live),
            **kit.beside,
            **beside_the_loop(kit, recorder, lambda text: _warn(live, text)),
        }
        try:
            with _quiet_collector():
                yield live
        finally:
            kit.run(last_words(alerter))


@contextmanager
def _quiet_collector() -> Iterator[None]:
    """Spare the loop pauses for garbage: what stands now stays, and is never looked at again; the rest more seldom."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


@contextmanager
def measuring(kit: Kit, room: Room, tell: Tell) -> Iterator[Metrics]:
    """Serve metrics, if a port is set; a port that is taken costs a warning, not the run."""
    metrics = Metrics(version("arbkit"), room.mode, kit.hosts)
    port = kit.settings.monitoring.metrics_port
    if not port:
        yield metrics
        return
    try:
        metrics.serve(port)
    except ConfigError as error:
        tell(LiveEvent(at=kit.clock.now(), event=EventKind.WARNING, text=str(error)))
        yield metrics
        return
    try:
        yield metrics
    finally:
        metrics.close()


def _warn(live: Live, text: str) -> None:
    live.tell(LiveEvent(at=live.room.clock.now(), event=EventKind.WARNING, text=text))


def _tell_all(tells: Sequence[Tell], event: LiveEvent) -> None:
    for one in tells:
        one(event)


def bounds_of(settings: Settings) -> dict[Stage, Bound]:
    """The latency budget, by the settings."""
    latency = settings.latency
    return BOUNDS | {
        Stage.ORDERBOOK: Bound(latency.orderbook_fetch_target_ms, latency.orderbook_fetch_max_ms),
        Stage.DETECTION: Bound(latency.detection_target_ms, latency.detection_max_ms),
        Stage.PLACEMENT: Bound(latency.order_placement_target_ms, latency.order_placement_max_ms),
        Stage.END_TO_END: Bound(latency.end_to_end_target_ms, latency.end_to_end_max_ms),
    }


async def _refresh(kit: Kit) -> str:
    """Read and match the catalogues in a process of their own: matching takes seconds that the loop does not have.

    What went wrong, "" if nothing did.
    """
    environment = dict(kit.environ) | ({"ARBKIT_SIM": kit.sim_urls.base} if kit.sim else {})
    flags = ["--sim", *(["--home", str(kit.home.parent)])] if kit.sim else ["--home", str(kit.home)]
    for words in (["markets", "sync"], ["match"]):
        command = [sys.executable, "-m", "arbkit", *flags, "--quiet", *words]
        child = await asyncio.create_subprocess_exec(
            *command, env=environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
        )
        try:
            _, said = await child.communicate()
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        if child.returncode:
            why = clean(said.decode(errors="replace"), _SAID_MAX)
            return f"`arbkit {' '.join(words)}` failed with exit code {child.returncode}: {why}"
    return ""
