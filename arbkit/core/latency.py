"""Latency: the budget of each step of a trade, and what is done when a step exceeds it (specification section 1.4)."""

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """What takes time."""

    ORDERBOOK = "orderbook_fetch"
    DETECTION = "opportunity_detection"
    PLACEMENT = "order_placement"
    END_TO_END = "end_to_end"
    HEARTBEAT = "websocket_heartbeat"
    BOOK_AGE = "book_age"
    """How old the older book was at a decision; bounded by risk, not here."""
    FILL = "fill"
    """From the sending of both orders to the proof of both."""


class Action(StrEnum):
    """What is done beyond the maximum."""

    LOG = "log_warning"
    SKIP = "skip_opportunity"
    ABORT = "abort_trade"
    PAUSE = "pause_and_alert"
    RECONNECT = "reconnect"


@dataclass(frozen=True, slots=True)
class Bound:
    """The aim and the maximum of a stage, in milliseconds."""

    target_ms: int
    max_ms: int


BEYOND: dict[Stage, Action] = {
    Stage.ORDERBOOK: Action.LOG,
    Stage.DETECTION: Action.SKIP,
    Stage.PLACEMENT: Action.ABORT,
    Stage.END_TO_END: Action.PAUSE,
    Stage.HEARTBEAT: Action.RECONNECT,
}
"""The table of the specification. What is not in it is measured alone."""

BOUNDS: dict[Stage, Bound] = {
    Stage.ORDERBOOK: Bound(100, 500),
    Stage.DETECTION: Bound(50, 200),
    Stage.PLACEMENT: Bound(200, 1_000),
    Stage.END_TO_END: Bound(500, 2_000),
    Stage.HEARTBEAT: Bound(5_000, 30_000),
}
"""The specification's figures."""


def beyond(stage: Stage, took_ms: int, bounds: dict[Stage, Bound]) -> Action | None:
    """What has to be done about a step that took so long; None while it is within its maximum."""
    return BEYOND[stage] if stage in BEYOND and took_ms > bounds[stage].max_ms else None
