"""The live loop, put together: feeds, rhythm, latency budget, and the child process that refreshes the catalogue."""

import asyncio
import sys
from datetime import timedelta

from arbkit.app.chores import Rhythm
from arbkit.app.events import Tell
from arbkit.app.live import Choices, Live
from arbkit.app.room import Room
from arbkit.config.settings import Settings
from arbkit.core.latency import BOUNDS, Bound, Stage
from arbkit.core.text import clean
from arbkit.wiring.feeds import stream_feeds
from arbkit.wiring.kit import Kit

_MINUTE_MS = 60_000
_SAID_MAX = 200


def live_loop(kit: Kit, room: Room, choices: Choices, tell: Tell) -> Live:
    """Everything that `run` needs beside the room. Errors: those of the keys and of the venues."""
    settings = kit.settings
    rhythm = Rhythm(
        facts_age_max=timedelta(minutes=settings.data_age.fees_max_minutes),
        catalogue_ms=settings.data_age.catalogue_max_minutes * _MINUTE_MS,
    )
    return Live(
        room=room,
        feeds=stream_feeds(kit, room.mode),
        choices=choices,
        tell=tell,
        rhythm=rhythm,
        bounds=bounds_of(settings),
        sync=lambda: _refresh(kit),
    )


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
    """Read and match the catalogues in a process of their own: matching takes seconds that the loop does not have."""
    environment = dict(kit.environ) | ({"ARBKIT_SIM": kit.sim_urls.base} if kit.sim else {})
    flags = ["--sim", *(["--home", str(kit.home.parent)])] if kit.sim else ["--home", str(kit.home)]
    for words in (["markets", "sync"], ["match"]):
        command = [sys.executable, "-m", "arbkit", *flags, "--quiet", *words]
        child = await asyncio.create_subprocess_exec(
            *command, env=environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
        )
        _, said = await child.communicate()
        if child.returncode:
            why = clean(said.decode(errors="replace"), _SAID_MAX)
            return f"`arbkit {' '.join(words)}` failed with exit code {child.returncode}: {why}"
    return "the catalogues were read and matched again"
