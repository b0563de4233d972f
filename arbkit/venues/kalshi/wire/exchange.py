"""Kalshi's state, schedule, fee changes and refusals."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import msgspec

from arbkit.core.text import clean
from arbkit.errors import SchemaMismatch
from arbkit.ports import VenueHealth
from arbkit.venues.kalshi.wire import fields
from arbkit.venues.kalshi.wire.fields import ABSENT, VENUE, Moment

DOWN_STATUSES: Final = frozenset({500, 503, 504})
"""With these, too, GET /exchange/status sends its usual answer."""

_REFUSAL_LENGTH_MAX: Final = 200


class _ShardRow(msgspec.Struct):
    exchange_index: int
    description: str
    exchange_active: bool
    trading_active: bool


class _StatusRow(msgspec.Struct):
    exchange_active: bool
    trading_active: bool
    exchange_estimated_resume_time: Moment | None = None
    exchange_index_statuses: list[_ShardRow] | None = None


class _WindowRow(msgspec.Struct):
    start_datetime: Moment
    end_datetime: Moment


class _ScheduleRow(msgspec.Struct):
    maintenance_windows: list[_WindowRow]


class _Schedule(msgspec.Struct):
    schedule: _ScheduleRow


class _SeriesFeeChangeRow(msgspec.Struct):
    series_ticker: str
    scheduled_ts: Moment


class _SeriesFeeChanges(msgspec.Struct):
    series_fee_change_arr: list[_SeriesFeeChangeRow]


class _EventFeeChangeRow(msgspec.Struct):
    event_ticker: str
    scheduled_ts: Moment


class _EventFeeChanges(msgspec.Struct):
    event_fee_changes: list[_EventFeeChangeRow]
    cursor: str


class _RefusalRow(msgspec.Struct):
    """All shapes at once: flat, the same under `error`, a bare text under `error`, and `msg` alone."""

    code: str | None = None
    message: str | None = None
    details: str | None = None
    msg: str | None = None
    error: msgspec.Raw = ABSENT


@dataclass(frozen=True, slots=True)
class Window:
    """A time without trading, announced by the exchange."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Changed:
    """A page of tickers whose fees changed."""

    tickers: frozenset[str]
    cursor: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why Kalshi refused a request: a code to act on, and its words, sanitised. Both may be empty."""

    code: str
    message: str

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.code, self.message))) or "no reason given"


def parse_status(body: bytes) -> VenueHealth:
    """Read GET /exchange/status: the top level speaks of shard 0, each other shard for itself."""
    row = fields.decode(body, _StatusRow)
    shards = row.exchange_index_statuses or []
    paused = [shard for shard in shards if not (shard.exchange_active and shard.trading_active)]
    trading = row.exchange_active and row.trading_active
    said = [] if trading else ["the exchange is down" if not row.exchange_active else "trading is paused"]
    if row.exchange_estimated_resume_time:
        said.append(f"expected back at {row.exchange_estimated_resume_time.astimezone(UTC):%Y-%m-%d %H:%M} UTC")
    said += [f"shard {shard.exchange_index} ({clean(shard.description)}) is paused" for shard in paused]
    return VenueHealth(VENUE, trading, "; ".join(said), frozenset(shard.exchange_index for shard in paused))


def parse_maintenance(body: bytes) -> tuple[Window, ...]:
    """Read the maintenance windows of GET /exchange/schedule, in the order of their starts."""
    rows = fields.decode(body, _Schedule).schedule.maintenance_windows
    windows = (Window(row.start_datetime.astimezone(UTC), row.end_datetime.astimezone(UTC)) for row in rows)
    return tuple(sorted(windows, key=lambda window: window.start))


def parse_series_fee_changes(body: bytes, *, since: datetime, now: datetime) -> frozenset[str]:
    """Read which series got other fees after `since` and until `now`."""
    rows = fields.decode(body, _SeriesFeeChanges).series_fee_change_arr
    return _within(((row.series_ticker, row.scheduled_ts) for row in rows), since, now)


def parse_event_fee_changes(body: bytes, *, since: datetime, now: datetime) -> Changed:
    """Read a page of the events that got other overrides after `since` and until `now`."""
    page = fields.decode(body, _EventFeeChanges)
    changes = ((row.event_ticker, row.scheduled_ts) for row in page.event_fee_changes)
    return Changed(_within(changes, since, now), page.cursor)


def parse_refusal(body: bytes) -> Refusal:
    """Read an error body of any of Kalshi's shapes; one of no shape at all is quoted. Never raises."""
    try:
        row = fields.decode(body, _RefusalRow)
        inner = row if fields.is_null(row.error) else _under_error(row.error)
    except SchemaMismatch:
        return Refusal("", clean(body.decode("utf-8", "replace"), _REFUSAL_LENGTH_MAX))
    words = filter(None, (inner.message, inner.details, inner.msg))
    return Refusal(clean(inner.code or ""), clean(": ".join(dict.fromkeys(words)), _REFUSAL_LENGTH_MAX))


def _under_error(raw: msgspec.Raw) -> _RefusalRow:
    if bytes(raw).startswith(b'"'):
        return _RefusalRow(message=fields.decode(raw, str))
    return fields.decode(raw, _RefusalRow)


def _within(changes: Iterable[tuple[str, datetime]], since: datetime, now: datetime) -> frozenset[str]:
    return frozenset(ticker for ticker, at in changes if since < at <= now)
