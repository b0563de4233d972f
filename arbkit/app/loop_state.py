"""What a running loop writes down for other terminals, so that they can watch it at no cost to it."""

from datetime import datetime

import msgspec

LOOP_FACT = "live"
"""The name of the fact in the store."""


class FeedStanding(msgspec.Struct, frozen=True, kw_only=True):
    """One venue's stream."""

    state: str
    books_live: int
    books_wanted: int
    detail: str
    connected_since: datetime | None = None
    last_frame_at: datetime | None = None


class LoopState(msgspec.Struct, frozen=True, kw_only=True):
    """How the loop stood at its last heartbeat."""

    mode: str
    pairs: int
    opportunities: int
    trades: int
    hedged: int
    in_flight: str
    paused: str
    feeds: dict[str, FeedStanding]
    venues_closed: dict[str, str]
