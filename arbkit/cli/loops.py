"""The live loop as another terminal sees it: what it wrote down at its last sign of life. It is asked nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from arbkit.app.loop_state import LOOP_FACT, FeedStanding, LoopState
from arbkit.store.operations import Epoch
from arbkit.store.store import Store

BEAT_MAX = timedelta(seconds=30)
"""A loop that gave no sign of life for longer hangs, or died."""


class Life(StrEnum):
    """Whether the last run lives."""

    NONE = "none"
    ENDED = "ended"
    RUNNING = "running"
    SILENT = "silent"
    """It gave signs of life, and gives none any more."""
    UNENDED = "unended"
    """Not a loop (a trade, a reconcile): under way, or killed."""


@dataclass(frozen=True, slots=True)
class SeenLoop:
    """The last run over a store."""

    life: Life
    epoch: Epoch | None = None
    beat: datetime | None = None
    state: LoopState | None = None
    """How the loop stood, if it is alive."""

    @property
    def running(self) -> bool:
        """Whether it gave a sign of life just now."""
        return self.life is Life.RUNNING

    def said(self, now: datetime) -> str:
        """The same in words."""
        if self.epoch is None:
            return "none yet"
        age = f"{(now - self.beat).total_seconds():.0f} s ago" if self.beat else ""
        return {
            Life.ENDED: f"{self.epoch.n}, ended {self.epoch.ended_at:%Y-%m-%d %H:%M:%S}" if self.epoch.ended_at else "",
            Life.RUNNING: f"{self.epoch.n}, running: process {self.epoch.pid}, last sign of life {age}",
            Life.SILENT: f"{self.epoch.n}, hangs or died: process {self.epoch.pid}, last sign of life {age}",
            Life.UNENDED: f"{self.epoch.n}, under way or killed: process {self.epoch.pid}",
        }[self.life]


def seen_loop(store: Store, now: datetime) -> SeenLoop:
    """Look at the last run: a loop that runs beats, and one that ended in order has said so."""
    epoch, beat = store.operations.last_epoch(), store.operations.fact("heartbeat")
    if epoch is None:
        return SeenLoop(Life.NONE)
    if epoch.ended_at is not None:
        return SeenLoop(Life.ENDED, epoch, beat[1] if beat else None)
    if beat is None or beat[1] < epoch.started_at:
        return SeenLoop(Life.UNENDED, epoch)
    if now - beat[1] > BEAT_MAX:
        return SeenLoop(Life.SILENT, epoch, beat[1])
    kept = store.operations.fact(LOOP_FACT)
    return SeenLoop(Life.RUNNING, epoch, beat[1], msgspec.json.decode(kept[0], type=LoopState) if kept else None)


def stream_said(feed: FeedStanding, now: datetime) -> str:
    """How one stream is: state, books, for how long, and when it last spoke (specification section 3.1.3)."""
    parts = [f"{feed.state}, {feed.books_live} of {feed.books_wanted} books"]
    if feed.connected_since:
        parts.append(f"up {_span(now - feed.connected_since)}")
    if feed.last_frame_at:
        parts.append(f"heard {_span(now - feed.last_frame_at)} ago")
    return ", ".join([*parts, *([feed.detail] if feed.detail else [])])


def _span(time: timedelta) -> str:
    seconds = max(int(time.total_seconds()), 0)
    hours, minutes = seconds // 3_600, seconds // 60 % 60
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes else f"{seconds} s"
