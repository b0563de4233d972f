"""Kalshi's listings and saved files, row by row: every row is a Market or an UnusableRow with its reason."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from arbkit.core.markets import Market
from arbkit.core.text import clean
from arbkit.errors import SchemaMismatch
from arbkit.ports import CataloguePage, UnusableRow
from arbkit.venues.kalshi.wire import fields
from arbkit.venues.kalshi.wire.fields import ABSENT
from arbkit.venues.kalshi.wire.terms import (
    EventRow,
    MarketRow,
    Series,
    SeriesRow,
    check_event_fees,
    to_market,
    to_series,
)

Find = Callable[[str], "Series | None"]
"""From a series ticker to the series, if it is known."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of markets that still lack their events."""

    rows: tuple[MarketRow, ...]
    unusable: tuple[UnusableRow, ...]
    cursor: str


class _EventsPage(msgspec.Struct):
    events: list[msgspec.Raw]
    cursor: str


class _MarketsPage(msgspec.Struct):
    markets: list[msgspec.Raw]
    cursor: str


class _OneMarket(msgspec.Struct):
    market: MarketRow


class _SeriesPage(msgspec.Struct):
    series: list[msgspec.Raw]


class _OneSeries(msgspec.Struct):
    series: SeriesRow


class _Key(msgspec.Struct):
    """What names a row that could not be used."""

    ticker: str | None = None
    event_ticker: str | None = None


class _Saved(msgspec.Struct):
    """Tells the objects of a file apart: an answer of the API, an event, or a market (perhaps with its series)."""

    events: list[msgspec.Raw] | None = None
    event: msgspec.Raw = ABSENT
    markets: list[msgspec.Raw] | None = None
    market: msgspec.Raw = ABSENT
    ticker: str | None = None
    event_ticker: str | None = None
    series_ticker: str | None = None
    series: msgspec.Raw = ABSENT


def parse_events(body: bytes, series: Find) -> CataloguePage:
    """Read a page of events with their markets. A wrong page is a SchemaMismatch, a wrong row an UnusableRow."""
    page = fields.decode(body, _EventsPage)
    return _page(_events(page.events, series, "$.events"), page.cursor)


def parse_event_rows(body: bytes) -> tuple[dict[str, EventRow], tuple[UnusableRow, ...]]:
    """Read a page of events without markets: by ticker, and those that cannot be used."""
    events: dict[str, EventRow] = {}
    unusable: list[UnusableRow] = []
    for index, raw in enumerate(fields.decode(body, _EventsPage).events):
        try:
            event = _event_row(raw, f"$.events[{index}]")
            events[event.event_ticker] = event
        except SchemaMismatch as error:
            unusable.append(_unusable(raw, error))
    return events, tuple(unusable)


def parse_markets(body: bytes) -> Listed:
    """Read a page of markets alone."""
    page = fields.decode(body, _MarketsPage)
    rows: list[MarketRow] = []
    unusable: list[UnusableRow] = []
    for index, raw in enumerate(page.markets):
        try:
            rows.append(fields.decode(raw, MarketRow, f"$.markets[{index}]"))
        except SchemaMismatch as error:
            unusable.append(_unusable(raw, error))
    return Listed(tuple(rows), tuple(unusable), page.cursor)


def joined(listed: Listed, events: Mapping[str, EventRow], series: Find) -> CataloguePage:
    """Give markets their events and series; one whose event is missing keeps neither fees nor series."""
    found: list[Market | UnusableRow] = list(listed.unusable)
    for index, row in enumerate(listed.rows):
        event = events.get(row.event_ticker)
        try:
            known = series(event.series_ticker) if event else None
            found.append(to_market(row, event, known, f"$.markets[{index}]"))
        except SchemaMismatch as error:
            found.append(UnusableRow(clean(row.ticker), error.path, error.found))
    return _page(iter(found), listed.cursor)


def parse_market(body: bytes) -> MarketRow:
    """Read one market."""
    return fields.decode(body, _OneMarket).market


def parse_series_list(body: bytes) -> tuple[Mapping[str, Series], tuple[UnusableRow, ...]]:
    """Read the list of series: by ticker, and those that cannot be used (their markets have no fees then)."""
    known: dict[str, Series] = {}
    unusable: list[UnusableRow] = []
    for index, raw in enumerate(fields.decode(body, _SeriesPage).series):
        at = f"$.series[{index}]"
        try:
            found = to_series(fields.decode(raw, SeriesRow, at), at)
            known[found.ticker] = found
        except SchemaMismatch as error:
            unusable.append(_unusable(raw, error))
    return known, tuple(unusable)


def parse_series(body: bytes) -> Series:
    """Read one series."""
    return to_series(fields.decode(body, _OneSeries).series, "$.series")


def parse_file(body: bytes) -> CataloguePage:
    """Read saved objects of the API: JSON lines, an array, or one object; each an answer, an event or a market.

    A market may carry its series in a key `series`. Nothing is dropped in silence: what is no such object is an
    UnusableRow.
    """
    text = body.strip()
    if text.startswith(b"["):
        return _page(_saved_rows(fields.decode(text, list[msgspec.Raw])), "")
    try:
        fields.decode(text, msgspec.Raw)
    except SchemaMismatch:
        return _page(_saved_rows([line for line in text.splitlines() if line.strip()]), "")
    return _page(_saved(text, "$"), "")


def _saved_rows(rows: Sequence[msgspec.Raw | bytes]) -> Iterator[Market | UnusableRow]:
    for index, row in enumerate(rows):
        yield from _saved(row, f"$[{index}]")


def _saved(raw: msgspec.Raw | bytes, at: str) -> Iterator[Market | UnusableRow]:
    try:
        saved = fields.decode(raw, _Saved, at)
        series = _saved_series(saved, at)
    except SchemaMismatch as error:
        yield _unusable(raw, error)
        return
    if saved.events is not None:
        for index, event in enumerate(saved.events):
            yield from _saved_event(event, None, f"{at}.events[{index}]")
    elif not fields.is_null(saved.event):
        yield from _saved_event(saved.event, saved.markets, f"{at}.event")
    elif not fields.is_null(saved.market):
        yield _market(saved.market, None, None, f"{at}.market")
    elif saved.series_ticker is not None and saved.ticker is None:
        yield from _saved_event(raw, None, at)
    elif saved.markets is not None:
        for index, market in enumerate(saved.markets):
            yield _market(market, None, None, f"{at}.markets[{index}]")
    else:
        yield _market(raw, None, series, at)


def _saved_event(raw: msgspec.Raw | bytes, beside: list[msgspec.Raw] | None, at: str) -> Iterator[Market | UnusableRow]:
    """One event, with its markets inside or beside it."""
    try:
        event = _event_row(raw, at)
        markets = event.markets or beside
        if markets is None:
            raise fields.mismatch(f"{at}.markets", "an event without its markets")
    except SchemaMismatch as error:
        yield _unusable(raw, error)
        return
    for index, market in enumerate(markets):
        yield _market(market, event, None, f"{at}.markets[{index}]")


def _saved_series(saved: _Saved, at: str) -> Series | None:
    if fields.is_null(saved.series) or saved.event_ticker is None:
        return None
    return to_series(fields.decode(saved.series, SeriesRow, f"{at}.series"), f"{at}.series")


def _events(rows: Sequence[msgspec.Raw], series: Find, at: str) -> Iterator[Market | UnusableRow]:
    for index, raw in enumerate(rows):
        yield from _event(raw, series, f"{at}[{index}]")


def _event(raw: msgspec.Raw | bytes, series: Find, at: str) -> Iterator[Market | UnusableRow]:
    try:
        event = _event_row(raw, at)
    except SchemaMismatch as error:
        row = _unusable(raw, error)
        yield UnusableRow(row.key, row.path, f"{row.why} (its markets are left out with it)")
        return
    known = series(event.series_ticker)
    for index, market in enumerate(event.markets or ()):
        yield _market(market, event, known, f"{at}.markets[{index}]")


def _event_row(raw: msgspec.Raw | bytes, at: str) -> EventRow:
    event = fields.decode(raw, EventRow, at)
    check_event_fees(event, at)
    return event


def _market(raw: msgspec.Raw | bytes, event: EventRow | None, series: Series | None, at: str) -> Market | UnusableRow:
    try:
        return to_market(fields.decode(raw, MarketRow, at), event, series, at)
    except SchemaMismatch as error:
        return _unusable(raw, error)


def _page(found: Iterator[Market | UnusableRow], cursor: str) -> CataloguePage:
    rows = list(found)
    markets = tuple(row for row in rows if isinstance(row, Market))
    unusable = tuple(row for row in rows if isinstance(row, UnusableRow))
    return CataloguePage(markets, unusable, cursor, barren=bool(unusable) and not markets)


_NAMELESS: Final = "?"


def _unusable(raw: msgspec.Raw | bytes, error: SchemaMismatch) -> UnusableRow:
    try:
        key = fields.decode(raw, _Key)
    except SchemaMismatch:
        key = _Key()
    return UnusableRow(clean(key.ticker or key.event_ticker or _NAMELESS), error.path, error.found)
