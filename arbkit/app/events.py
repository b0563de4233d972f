"""Events: what the live loop tells to whoever listens: the screen, JSON lines, the log, metrics."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from arbkit.core.money import Qty, Usd


class EventKind(StrEnum):
    """What happened."""

    STARTED = "started"
    FEED = "feed"
    OPPORTUNITY = "opportunity"
    GONE = "gone"
    REFUSED = "refused"
    TRADE = "trade"
    LATENCY = "latency"
    MARKET = "market"
    DAY = "day"
    PAUSED = "paused"
    RESUMED = "resumed"
    WARNING = "warning"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveEvent:
    """One event. `text` is a sentence for people; what does not apply is "" or None."""

    at: datetime
    event: EventKind
    text: str
    pair: str = ""
    venue: str = ""
    trade: str = ""
    state: str = ""
    qty: Qty | None = None
    net: Usd | None = None
    took_ms: int | None = None


Tell = Callable[[LiveEvent], None]
"""Takes an event at once; never raises, never waits."""
