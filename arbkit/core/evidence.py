"""The evidence rule: when may an order that nobody speaks of be called "not placed"?

"Not found" is not "not placed": reads lag the matching engine, an edge may queue a request for seconds, and a killed
order disappears from the list of orders. So a negative counts only when all of it is in: enough time has passed, the
venue's reads have passed the moment of sending, its positions and cash agree with a ledger without this order, and the
private stream was healthy (or was replayed) meanwhile. Positive evidence needs only one source that carries our id.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from arbkit.core.markets import VenueName

QUIESCENCE = {VenueName.KALSHI: timedelta(seconds=60), VenueName.POLYMARKET: timedelta(seconds=120)}
"""How long after its deadline an order may still appear. Engineering guesses, to be replaced by twice the longest
latency seen; the late-fill watch stands behind them."""

READS_MIN = 3
READS_APART = timedelta(seconds=10)
"""Where a venue does not tell its read horizon: so many complete reads of all trades, so far apart."""

OVERDUE_AFTER = timedelta(minutes=15)
"""Without a verdict by then, a person has to look."""

LATE_FILL_WATCH = timedelta(hours=24)
"""How long every leg that came to zero is still looked for among the fills."""


class Ruling(StrEnum):
    """What the evidence allows to say."""

    WAIT = "wait"
    PROVEN_ABSENT = "proven_absent"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One complete look at a venue that found no trace of the order.

    `horizon` is how far the venue's reads had come, None where it does not say. `books_agree` is whether positions and
    cash equalled the ledger without this order. `stream_healthy` is whether the private stream had no gap since the
    last look, or had been replayed by complete reads.
    """

    at: datetime
    horizon: datetime | None
    books_agree: bool
    stream_healthy: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """A ruling and the sentence that explains it."""

    ruling: Ruling
    why: str


def judge(venue: VenueName, *, deadline: datetime, looks: Sequence[Observation], now: datetime) -> Finding:
    """Rule on an order sent before `deadline`, from every look that did not find it. `looks` is in order of time."""
    missing = _missing(venue, deadline, looks)
    if not missing:
        return Finding(
            Ruling.PROVEN_ABSENT, f"{len(looks)} complete looks until {looks[-1].at.isoformat()} found nothing"
        )
    ruling = Ruling.OVERDUE if now - deadline >= OVERDUE_AFTER else Ruling.WAIT
    return Finding(ruling, "; ".join(missing))


def _missing(venue: VenueName, deadline: datetime, looks: Sequence[Observation]) -> list[str]:
    """What is not proven yet, in words."""
    quiet_from = deadline + QUIESCENCE[venue]
    late = [look for look in looks if look.at >= quiet_from]
    if not late:
        return [f"no complete look after {quiet_from.isoformat()} yet"]
    missing = []
    if late[-1].horizon is not None:
        if late[-1].horizon < quiet_from:  # by the venue's clock, too: ours may have been set forward
            missing.append(f"the venue's reads have come only to {late[-1].horizon.isoformat()}")
    elif _apart(late) < READS_MIN:
        missing.append(f"{_apart(late)} of {READS_MIN} complete reads, {READS_APART.seconds} s apart")
    if not late[-1].books_agree:
        missing.append("positions or cash differ from the ledger")
    if not all(look.stream_healthy for look in late):
        missing.append("the private stream had a gap that was not replayed")
    return missing


def _apart(looks: Sequence[Observation]) -> int:
    """How many of these looks lie far enough from each other."""
    count = 0
    last: datetime | None = None
    for look in looks:
        if last is None or look.at - last >= READS_APART:
            count, last = count + 1, look.at
    return count
