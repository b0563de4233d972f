"""Gamma's listing: which requests walk it, and its pages (or saved files) row by row."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from arbkit.core.markets import Market, MarketId
from arbkit.core.text import clean
from arbkit.errors import SchemaMismatch
from arbkit.ports import CataloguePage, UnusableRow
from arbkit.venues.polymarket.wire import fields
from arbkit.venues.polymarket.wire.gamma import EventRow, MarketRow, to_market

EVENTS_PATH: Final = "/events/keyset"
MARKETS_PATH: Final = "/markets/keyset"
PAGE_ROWS_MAX: Final = 100
"""Largest page of both keyset listings since 2026-05-14 (docs.polymarket.com, changelog)."""


class _Key(msgspec.Struct, rename="camel"):
    """What names a row that could not be used."""

    condition_id: str | None = None
    id: str | int | None = None


class _Anything(msgspec.Struct, rename="camel"):
    """Tells a page (no id) from an event or a market (which may have lists of the same names)."""

    condition_id: str | None = None
    id: str | int | None = None
    events: list[msgspec.Raw] | None = None
    markets: list[msgspec.Raw] | None = None


class _EventsPage(msgspec.Struct):
    events: list[msgspec.Raw]
    next_cursor: str | None = None


class _MarketsPage(msgspec.Struct):
    markets: list[msgspec.Raw]
    next_cursor: str | None = None


def listing_params(cursor: str) -> list[tuple[str, str]]:
    """Ask for a page of open events with their markets. Closed events are left out; closed markets of open events come.

    Events need about a sixth of the requests that markets would, and carry tags and series.
    """
    params = [("closed", "false"), ("limit", str(PAGE_ROWS_MAX))]
    return [*params, ("after_cursor", cursor)] if cursor else params


def market_params(market: MarketId, *, closed: bool) -> list[tuple[str, str]]:
    """Ask for one market by its condition id, among the open or among the closed ones."""
    return [("condition_ids", market.key), ("include_tag", "true"), ("closed", "true" if closed else "false")]


def parse_listing(body: bytes) -> CataloguePage:
    """Read a page of events. A row that cannot be used is reported in the page; a wrong page is a SchemaMismatch."""
    page = fields.decode(body, _EventsPage)
    return _page(_events(page.events, "$.events"), page.next_cursor or "")


def parse_markets(body: bytes) -> CataloguePage:
    """Read a page of markets, each with its event inside."""
    page = fields.decode(body, _MarketsPage)
    return _page(_markets(page.markets, "$.markets", None), page.next_cursor or "")


class _Ended(msgspec.Struct, rename="camel"):
    condition_id: str
    closed: bool = False
    uma_resolution_status: str | None = None
    outcome_prices: str | None = None


class _EndedPage(msgspec.Struct):
    markets: list[_Ended]


def parse_halved(body: bytes, market: MarketId) -> bool:
    """Whether a page of markets says that this one is closed, resolved, and pays half of a dollar for each outcome."""
    for row in fields.decode(body, _EndedPage).markets:
        if row.condition_id.lower() == market.key.lower() and row.closed and row.uma_resolution_status == "resolved":
            return fields.decode((row.outcome_prices or "[]").encode(), list[str], "$.outcomePrices") == ["0.5", "0.5"]
    return False


def parse_file(body: bytes) -> CataloguePage:
    """Read saved objects of Gamma: JSON lines, an array, or a page; each object an event or a market."""
    rows = _rows(body)
    found: list[Market | UnusableRow] = []
    for index, row in enumerate(rows):
        at = f"$[{index}]"
        try:
            is_event = fields.decode(row, EventRow, at).markets is not None
        except SchemaMismatch:
            is_event = False
        found += _event(row, at) if is_event else [_market(row, at, None)]
    return _page(found)


def _rows(body: bytes) -> Sequence[msgspec.Raw | bytes]:
    """The objects of a file, undecoded: of an array, of a page, the only one, or one a line."""
    text = body.strip()
    if text.startswith(b"["):
        return fields.decode(text, list[msgspec.Raw])
    try:
        found = fields.decode(text, _Anything)
    except SchemaMismatch:
        return [line for line in text.splitlines() if line.strip()]
    if found.id is None and found.condition_id is None:
        return found.events or found.markets or [text]
    return [text]


def _page(found: Iterable[Market | UnusableRow], cursor: str = "") -> CataloguePage:
    rows = list(found)
    markets = tuple(row for row in rows if isinstance(row, Market))
    unusable = tuple(row for row in rows if isinstance(row, UnusableRow))
    return CataloguePage(markets, unusable, cursor, barren=bool(unusable) and not markets)


def _events(rows: Sequence[msgspec.Raw], at: str) -> Iterator[Market | UnusableRow]:
    for index, row in enumerate(rows):
        yield from _event(row, f"{at}[{index}]")


def _event(row: msgspec.Raw | bytes, at: str) -> Iterator[Market | UnusableRow]:
    try:
        event = fields.decode(row, EventRow, at)
    except SchemaMismatch as error:
        yield _unusable(row, error)
        return
    yield from _markets(event.markets or [], f"{at}.markets", event)


def _markets(rows: Sequence[msgspec.Raw], at: str, event: EventRow | None) -> Iterator[Market | UnusableRow]:
    for index, row in enumerate(rows):
        yield _market(row, f"{at}[{index}]", event)


def _market(raw: msgspec.Raw | bytes, at: str, event: EventRow | None) -> Market | UnusableRow:
    try:
        row = fields.decode(raw, MarketRow, at)
        if event is None and row.events:
            event = fields.decode(row.events[0], EventRow, f"{at}.events[0]")
        return to_market(row, event or EventRow(), at)
    except SchemaMismatch as error:
        return _unusable(raw, error)


def _unusable(raw: msgspec.Raw | bytes, error: SchemaMismatch) -> UnusableRow:
    try:
        row = fields.decode(raw, _Key)
    except SchemaMismatch:
        row = _Key()
    return UnusableRow(clean(str(row.condition_id or row.id or "?")), error.path, error.found)
