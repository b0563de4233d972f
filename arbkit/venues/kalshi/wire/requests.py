"""Kalshi's read requests: paths and parameters (OpenAPI 3.34.0)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from urllib.parse import quote

from arbkit.errors import BadId

EVENTS_PAGE_ROWS: Final = 200
"""Largest page of GET /events."""
MARKETS_PAGE_ROWS: Final = 1000
"""Largest page of GET /markets."""
FEE_CHANGES_PAGE_ROWS: Final = 1000
"""Largest page of GET /events/fee_changes."""
BOOKS_MAX: Final = 100
"""Most order books in one request."""
TICKERS_MAX: Final = 100
"""Most event tickers in one request; they travel in the URL, comma-separated."""


class Request(NamedTuple):
    """A path below the base URL and its query, in order; a name may repeat."""

    path: str
    params: tuple[tuple[str, str], ...] = ()


def open_events(cursor: str) -> Request:
    """A page of the events with an open market, each with its markets. Combos are never among them."""
    return _events_page(cursor, ("status", "open"))


def changed_events(since: datetime, cursor: str) -> Request:
    """A page of the events whose own terms (fee overrides among them) changed after `since`, with their markets."""
    return _events_page(cursor, ("min_updated_ts", _unix_s(since)))


def events_of_series(series: str, cursor: str) -> Request:
    """A page of the events of one series with an open market, each with its markets."""
    return _events_page(cursor, ("status", "open"), ("series_ticker", series))


def events_named(tickers: Sequence[str], *, with_markets: bool) -> Request:
    """At most TICKERS_MAX events by ticker; unknown ones are silently left out."""
    nested = "true" if with_markets else "false"
    limit = ("limit", str(EVENTS_PAGE_ROWS))
    return Request("/events", (limit, ("with_nested_markets", nested), ("tickers", ",".join(map(_listed, tickers)))))


def changed_markets(since: datetime, cursor: str) -> Request:
    """A page of the markets whose terms or status changed after `since`. Takes no other filter than that on combos."""
    params = (("limit", str(MARKETS_PAGE_ROWS)), ("mve_filter", "exclude"), ("min_updated_ts", _unix_s(since)))
    return Request("/markets", (*params, *_cursor(cursor)))


def market(ticker: str) -> Request:
    """One market."""
    return Request(f"/markets/{_segment(ticker)}")


def archived_market(ticker: str) -> Request:
    """One market that left the live tier, about two months after it was settled."""
    return Request(f"/historical/markets/{_segment(ticker)}")


def orderbook(ticker: str) -> Request:
    """The whole order book of one market."""
    return Request(f"/markets/{_segment(ticker)}/orderbook")


def orderbooks(tickers: Sequence[str]) -> Request:
    """At most BOOKS_MAX whole order books; the parameter repeats, a comma-joined value would be read as one ticker."""
    return Request("/markets/orderbooks", tuple(("tickers", ticker) for ticker in tickers))


def series_list() -> Request:
    """Every series, in one answer of about 18 MB; there are no pages."""
    return Request("/series")


def series(ticker: str) -> Request:
    """One series."""
    return Request(f"/series/{_segment(ticker)}")


def series_fee_changes() -> Request:
    """Every change of a series' fees, past and scheduled."""
    return Request("/series/fee_changes", (("show_historical", "true"),))


def event_fee_changes(cursor: str) -> Request:
    """A page of the changes of events' fee overrides."""
    return Request("/events/fee_changes", (("limit", str(FEE_CHANGES_PAGE_ROWS)), *_cursor(cursor)))


def exchange_status() -> Request:
    """Whether the exchange and each of its shards trade."""
    return Request("/exchange/status")


def exchange_schedule() -> Request:
    """Trading hours and maintenance windows."""
    return Request("/exchange/schedule")


def _events_page(cursor: str, *filters: tuple[str, str]) -> Request:
    params = (("limit", str(EVENTS_PAGE_ROWS)), ("with_nested_markets", "true"))
    return Request("/events", (*params, *filters, *_cursor(cursor)))


def _cursor(cursor: str) -> tuple[tuple[str, str], ...]:
    return (("cursor", cursor),) if cursor else ()


def _unix_s(at: datetime) -> str:
    return str(int(at.timestamp()))


def _segment(ticker: str) -> str:
    """Quote a ticker as one segment of a path: what a person typed must not lead to another endpoint."""
    if not ticker.strip("."):
        raise BadId(ticker, "a Kalshi ticker such as KXFED-26DEC-T3.75")
    return quote(ticker, safe="")


def _listed(ticker: str) -> str:
    if not ticker or "," in ticker:
        raise BadId(ticker, "a Kalshi ticker such as KXFED-26DEC")
    return ticker
