"""One Kalshi market, event and series: their JSON fields, and the Market that they make together."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

import msgspec

from arbkit.core.markets import (
    KalshiFees,
    Market,
    MarketId,
    MarketStatus,
    PriceBand,
    PriceGrid,
    Strike,
    StrikeKind,
    VenueName,
)
from arbkit.core.money import Qty
from arbkit.core.text import RULES_LENGTH_MAX, clean, clean_lines
from arbkit.errors import SchemaMismatch, shown
from arbkit.venues.kalshi.wire import fields
from arbkit.venues.kalshi.wire.fields import ABSENT, Moment, mismatch

COMBO_PREFIX: Final = "KXMVE"
"""Tickers of "multivariate" markets: parlays that users make, no event of their own."""

QTY_STEP: Final = Qty(10_000)
"""Smallest order and its step: 0.01 contract, on every market (fixed-point migration of 2026)."""

STATUSES: Final = {
    "initialized": MarketStatus.UNOPENED,
    "active": MarketStatus.OPEN,
    "inactive": MarketStatus.PAUSED,
    "closed": MarketStatus.CLOSED,
    "determined": MarketStatus.CLOSED,
    "disputed": MarketStatus.CLOSED,
    "amended": MarketStatus.CLOSED,
    "finalized": MarketStatus.SETTLED,
}

_ONE_DOLLAR: Final = 1_000_000
_CUSTOM_STRIKE_LENGTH_MAX: Final = 1_000
_GRIDS_KEPT: Final = 256


class SourceRow(msgspec.Struct):
    """Where a result is looked up."""

    name: str | None = None
    url: str | None = None


class SeriesRow(msgspec.Struct):
    """What is used of a series."""

    ticker: str
    fee_type: str
    fee_multiplier: msgspec.Raw
    category: str | None = None
    tags: list[str] | None = None
    settlement_sources: list[SourceRow] | None = None


class EventRow(msgspec.Struct):
    """What is used of an event. `markets` is there when nested markets were asked for."""

    event_ticker: str
    series_ticker: str
    title: str
    category: str | None = None
    settlement_sources: list[SourceRow] | None = None
    fee_type_override: str | None = None
    fee_multiplier_override: msgspec.Raw = ABSENT
    exchange_index: int | None = None
    markets: list[msgspec.Raw] | None = None


class RangeRow(msgspec.Struct):
    """A band of valid prices."""

    start: str
    end: str
    step: str


class MarketRow(msgspec.Struct):
    """What is used of a market. Quotes are not: lists are cached for 15 seconds, and "no quote" looks like a price."""

    ticker: str
    event_ticker: str
    market_type: str
    status: str
    close_time: Moment
    title: str | None = None
    subtitle: str | None = None
    yes_sub_title: str | None = None
    no_sub_title: str | None = None
    rules_primary: str | None = None
    rules_secondary: str | None = None
    open_time: Moment | None = None
    expected_expiration_time: Moment | None = None
    occurrence_datetime: Moment | None = None
    strike_type: str | None = None
    floor_strike: msgspec.Raw = ABSENT
    cap_strike: msgspec.Raw = ABSENT
    functional_strike: str | None = None
    custom_strike: msgspec.Raw = ABSENT
    price_ranges: list[RangeRow] | None = None
    volume_fp: str | None = None
    notional_value_dollars: str | None = None
    exchange_index: int | None = None
    mve_collection_ticker: str | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """A series as far as its markets need it."""

    ticker: str
    fees: KalshiFees
    category: str
    tags: tuple[str, ...]
    resolution_source: str


def to_series(row: SeriesRow, at: str = "$") -> Series:
    """Build a Series; raises SchemaMismatch for a fee that cannot be read."""
    if not row.fee_type:
        raise mismatch(f"{at}.fee_type", "empty")
    multiplier = fields.multiplier_ppm(row.fee_multiplier, f"{at}.fee_multiplier")
    return Series(
        ticker=row.ticker,
        fees=KalshiFees(clean(row.fee_type), multiplier),
        category=clean(row.category or ""),
        tags=tuple(clean(tag) for tag in row.tags or ()),
        resolution_source=_sources(row.settlement_sources),
    )


def to_market(row: MarketRow, event: EventRow | None, series: Series | None, at: str = "$") -> Market:
    """Join a market with its event and its series.

    A market whose event or series is not known can be listed and matched, but has no fees and hence is not traded; one
    without `price_ranges` has no grid. Raises SchemaMismatch for a market that cannot be used at all.
    """
    _refuse_unusable(row, at)
    yes_label, no_label = fields.line(row.yes_sub_title or ""), fields.line(row.no_sub_title or "")
    return Market(
        id=MarketId(VenueName.KALSHI, row.ticker),
        event_key=row.event_ticker,
        series_key=event.series_ticker if event else (series.ticker if series else ""),
        title=_title(row, event, at),
        subtitle=fields.line(row.subtitle or "").strip(": "),
        event_title=fields.line(event.title) if event else "",
        yes_label=yes_label,
        # The team of YES is often repeated here and then says nothing about NO.
        no_label="" if no_label == yes_label else no_label,
        category=clean((event.category if event else None) or (series.category if series else "")),
        tags=series.tags if series else (),
        rules=clean_lines("\n".join(filter(None, (row.rules_primary, row.rules_secondary))), RULES_LENGTH_MAX),
        resolution_source=_sources(event.settlement_sources if event else None)
        or (series.resolution_source if series else ""),
        status=STATUSES[row.status],
        opens_at=fields.moment(row.open_time, f"{at}.open_time"),
        closes_at=fields.moment(row.close_time, f"{at}.close_time"),
        expected_at=_expected(row, at),
        strike=_strike(row, at),
        grid=_grid(row.price_ranges, f"{at}.price_ranges"),
        qty_min=QTY_STEP,
        qty_step=QTY_STEP,
        fees=_fees(event, series),
        shard=row.exchange_index if row.exchange_index is not None else (event.exchange_index if event else None),
        volume=None if row.volume_fp is None else fields.quantity(row.volume_fp, f"{at}.volume_fp"),
    )


def _title(row: MarketRow, event: EventRow | None, at: str) -> str:
    title = fields.line(row.title or "") or (fields.line(event.title) if event else "")
    if not title:
        raise mismatch(f"{at}.title", "no title, neither of the market nor of its event")
    return title


def _expected(row: MarketRow, at: str) -> datetime | None:
    """When the event is decided. Close lies days after a game and years after other events, the occurrence may lie
    hours after the end of a period; the expected expiration fits both."""
    expected = fields.moment(row.expected_expiration_time, f"{at}.expected_expiration_time")
    return expected or fields.moment(row.occurrence_datetime, f"{at}.occurrence_datetime")


def _refuse_unusable(row: MarketRow, at: str) -> None:
    for name, value in (("ticker", row.ticker), ("event_ticker", row.event_ticker)):
        if not value:
            raise mismatch(f"{at}.{name}", "empty")
    if row.ticker.startswith(COMBO_PREFIX) or row.mve_collection_ticker:
        raise mismatch(f"{at}.ticker", "a combo of other markets")
    if row.market_type != "binary":
        raise mismatch(f"{at}.market_type", f"{shown(row.market_type)}; only binary markets are traded")
    if row.status not in STATUSES:
        raise mismatch(f"{at}.status", f"{shown(row.status)} is no known status")
    if row.notional_value_dollars is not None:
        notional = fields.signed_micros(row.notional_value_dollars, f"{at}.notional_value_dollars")
        if notional != _ONE_DOLLAR:
            raise mismatch(f"{at}.notional_value_dollars", "a contract that does not pay one dollar")


def check_event_fees(event: EventRow, at: str = "$") -> None:
    """Raise SchemaMismatch for a fee override that cannot be read."""
    if not fields.is_null(event.fee_multiplier_override):
        fields.multiplier_ppm(event.fee_multiplier_override, f"{at}.fee_multiplier_override")


def _fees(event: EventRow | None, series: Series | None) -> KalshiFees | None:
    """The event's overrides stand before the series' fees, each on its own: without the event nothing is certain."""
    if event is None or (series and series.ticker != event.series_ticker):
        return None
    multiplier: int | None = series.fees.multiplier_ppm if series else None
    if not fields.is_null(event.fee_multiplier_override):
        multiplier = fields.multiplier_ppm(event.fee_multiplier_override, "$.fee_multiplier_override")
    fee_type = clean(event.fee_type_override or "") or (series.fees.fee_type if series else "")
    return KalshiFees(fee_type, multiplier) if fee_type and multiplier is not None else None


def _grid(rows: list[RangeRow] | None, at: str) -> PriceGrid | None:
    if not rows:
        return None
    try:
        return _known_grid(tuple((row.start, row.end, row.step) for row in rows))
    except SchemaMismatch as error:
        raise mismatch(error.path.replace("$", at, 1), error.found) from error


@lru_cache(maxsize=_GRIDS_KEPT)
def _known_grid(rows: tuple[tuple[str, str, str], ...]) -> PriceGrid:
    """Read a grid once: a hundred thousand markets share a handful of them."""
    bands: list[PriceBand] = []
    for index, texts in enumerate(rows):
        names = ("start", "end", "step")
        start, end, step = (fields.price(text, f"$[{index}].{name}") for name, text in zip(names, texts, strict=True))
        if not step.micros or start >= end or (end.micros - start.micros) % step.micros:
            raise mismatch(f"$[{index}]", f"no range of prices: {start} to {end} by {step}")
        bands.append(PriceBand(start, end, step))
    return PriceGrid(tuple(bands))


def _strike(row: MarketRow, at: str) -> Strike | None:
    floor = fields.number_text(row.floor_strike, f"{at}.floor_strike")
    cap = fields.number_text(row.cap_strike, f"{at}.cap_strike")
    if not row.strike_type:
        return None
    try:
        kind = StrikeKind(row.strike_type)
    except ValueError as error:
        raise mismatch(f"{at}.strike_type", f"{shown(row.strike_type)} is no known strike type") from error
    custom = "" if fields.is_null(row.custom_strike) else bytes(row.custom_strike).decode("utf-8", "replace")
    return Strike(kind, floor, cap, clean(row.functional_strike or custom, _CUSTOM_STRIKE_LENGTH_MAX))


def _sources(rows: list[SourceRow] | None) -> str:
    named = (" ".join(filter(None, (row.name, row.url))) for row in rows or ())
    return clean("; ".join(filter(None, named)), RULES_LENGTH_MAX)
