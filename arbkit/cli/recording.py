"""`record`: keep what both venues' streams bring, without trading; and what a recorder says at its end."""

import asyncio
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from arbkit.app.record import Following
from arbkit.cli.logbook import milliseconds
from arbkit.cli.lookup import one_market
from arbkit.cli.render import Field, Output
from arbkit.core.markets import Market
from arbkit.core.risk import Mode
from arbkit.errors import RefusedError
from arbkit.wiring import Kit
from arbkit.wiring.feeds import stream_feeds
from arbkit.wiring.recorder import Recorder
from arbkit.wiring.recording import originals_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What came of a recording."""

    directory: str
    markets: int
    frames: int
    changes: int
    dropped: int
    files: int
    mebibytes: str
    trouble: str


RECORDED: Sequence[Field[Recorded]] = (
    Field("directory", lambda r: r.directory),
    Field("markets", lambda r: r.markets),
    Field("frames", lambda r: r.frames),
    Field("book_changes", lambda r: r.changes),
    Field("dropped", lambda r: r.dropped),
    Field("files", lambda r: r.files),
    Field("size_mib", lambda r: r.mebibytes),
    Field("trouble", lambda r: r.trouble or None),
)


def record(
    kit: Kit, output: Output, directory: Path, *, pairs: Sequence[str], markets: Sequence[str], span: str
) -> None:
    """Record until the time is up or a signal comes. Raises RefusedError when nothing is to be followed."""
    followed = _asked_for(kit, pairs, markets)
    for_ms = milliseconds(span) if span else None
    with Recorder(directory, kit.clock) as recorder:
        feeds = stream_feeds(kit, Mode.DRY_RUN, recorder)
        originals = originals_of(kit)
        following = Following(
            feeds=feeds,
            clock=kit.clock,
            tell=output.say,
            beside=lambda: recorder.run(originals, output.say),
        )
        output.say(f"recording the books of {len(followed)} markets into {directory}; Ctrl-C ends it")
        changes = kit.run(_until_told_to_stop(following, followed, for_ms))
    output.facts(_recorded(recorder, directory, len(followed), changes), RECORDED)


def said_at_the_end(recorder: Recorder, directory: Path) -> str:
    """One line about a recording that was made beside something else."""
    said = f"recorded {recorder.frames} frames in {recorder.files} files, {_mebibytes(recorder)} MiB, in {directory}"
    dropped = f"; {recorder.dropped} were dropped" if recorder.dropped else ""
    return f"{said}{dropped}{f'; {recorder.trouble}' if recorder.trouble else ''}"


def _asked_for(kit: Kit, pairs: Sequence[str], markets: Sequence[str]) -> list[Market]:
    """The markets named, and those of the pairs named; without either those of all pairs that may be traded."""
    catalogue = kit.store.catalogue
    found = {market.id: market for market in (one_market(catalogue, text) for text in markets)}
    if pairs or not markets:
        chosen = [p for p in kit.store.pairs.tradable() if not pairs or any(p.id.startswith(text) for text in pairs)]
        found |= catalogue.named(market for pair in chosen for market in (pair.kalshi, pair.polymarket))
    if not found:
        raise RefusedError("there is nothing to record: run `arbkit markets sync` and `arbkit match`, or name --market")
    return list(found.values())


def _recorded(recorder: Recorder, directory: Path, markets: int, changes: int) -> Recorded:
    return Recorded(
        directory=str(directory),
        markets=markets,
        frames=recorder.frames,
        changes=changes,
        dropped=recorder.dropped,
        files=recorder.files,
        mebibytes=_mebibytes(recorder),
        trouble=recorder.trouble,
    )


def _mebibytes(recorder: Recorder) -> str:
    return f"{recorder.bytes / (1 << 20):.1f}"


async def _until_told_to_stop(following: Following, markets: Sequence[Market], for_ms: int | None) -> int:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, following.stop.set)
    try:
        return await following.run(markets, for_ms=for_ms)
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
