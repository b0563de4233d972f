"""Kalshi as a Venue: the wire formats over HTTP.

How the catalogue is read. A full pass lists the open events with their markets inside: some 60 to 75 pages of 200 for
120,000 markets, half the requests that listing markets would take, and each market comes with what its event decides
(series, fee overrides, sources). Fees belong to the series, so the list of all series is read first, in one request;
asking for the thousands of series in use one by one would take many minutes at the default rate. A pass over changes
reads changed events, then changed markets (whose events are asked for by ticker, 100 at a time), then the markets of
those series and events whose fees changed in the meantime, for such a change touches no market. Fees in the catalogue
are as old as the last pass: before a trade, `market` reads market, event and series again.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Protocol, TypeVar

from arbkit.core.books import Book
from arbkit.core.markets import Market, MarketId, MarketStatus, VenueName
from arbkit.core.settlement import Ending
from arbkit.errors import BadId, SchemaMismatch, VenueUnavailable
from arbkit.net import CATALOGUE_BYTES_MAX, MEBIBYTE, Http
from arbkit.ports import Books, CataloguePage, Clock, UnusableRow, VenueHealth
from arbkit.venues.kalshi.endings import read_ending, success
from arbkit.venues.kalshi.wire import catalogue, exchange, orderbooks, requests
from arbkit.venues.kalshi.wire.requests import Request
from arbkit.venues.kalshi.wire.terms import EventRow, Series, to_market

CHANGES_OVERLAP: Final = timedelta(minutes=2)
"""How far a pass over changes reaches back before `since`: lists are cached for 15 seconds, and clocks differ."""

MAINTENANCE_AHEAD: Final = timedelta(hours=24)
"""How early maintenance is spoken of."""

EVENTS_BYTES_MAX: Final = 64 * MEBIBYTE
"""A page of 200 events holds some thousand markets of 2 to 4 kB."""

_LISTED: Final = frozenset({MarketStatus.UNOPENED, MarketStatus.OPEN, MarketStatus.PAUSED})
_SERIES_ASKED_MAX: Final = 50
"""When more series than that changed their fees, a pass over everything is cheaper."""


class _Paged(Protocol):
    @property
    def cursor(self) -> str: ...


P = TypeVar("P", bound=_Paged)
T = TypeVar("T")

_Listing = Callable[[str], AsyncIterator[CataloguePage]]


class KalshiVenue:
    """Looking at Kalshi. Needs no credentials. Errors: VenueUnavailable, AuthError, SchemaMismatch."""

    name = VenueName.KALSHI
    tells_changes = True

    def __init__(self, http: Http, clock: Clock) -> None:
        self._http = http
        self._clock = clock
        self._series: dict[str, Series] = {}

    async def catalogue(self, *, cursor: str = "", since: datetime | None = None) -> AsyncIterator[CataloguePage]:
        """List markets page by page: those that may still trade, or with `since` all that changed, in whatever state.

        A cursor names its listing and resumes it. Kalshi takes a cursor that it does not know for the first page; one
        that comes a second time ends the pass with SchemaMismatch.
        """
        stages = self._stages(since)
        asked, _, position = cursor.partition(":")
        names = list(stages)
        if asked not in stages:
            asked, position = names[0], ""
        unusable = await self._read_series()
        yield CataloguePage((), unusable, f"{asked}:{position}", barren=bool(unusable) and not self._series)
        for name, following in zip(names, [*names[1:], ""], strict=True):
            if names.index(name) < names.index(asked):
                continue
            async for page in stages[name](position if name == asked else ""):
                after = f"{name}:{page.cursor}" if page.cursor else following and f"{following}:"
                yield replace(page, cursor=after)

    async def market(self, market: MarketId) -> Market:
        """Read one market afresh, with its event and its series; raises BadId for one that Kalshi does not know."""
        request = requests.market(market.key)
        reply = await self._http.get(request.path)
        if reply.status == 404:
            request = requests.archived_market(market.key)
            reply = await self._http.get(request.path)
        if reply.status == 404:
            raise BadId(market, "the ticker of a market that Kalshi lists")
        row = catalogue.parse_market(success(reply, request))
        events, unusable = await self._events([row.event_ticker])
        if unusable:
            raise SchemaMismatch(self.name, unusable[0].path, unusable[0].why)
        if (event := events.get(row.event_ticker)) is None:
            raise SchemaMismatch(self.name, "$.events", f"no {row.event_ticker}, the event of {row.ticker}")
        series = catalogue.parse_series(await self._get(requests.series(event.series_ticker)))
        return to_market(row, event, series, "$.market")

    async def ending(self, market: Market) -> Ending | None:
        """Read what a market pays, also where it has left the live tier; None until that is final, and for a market
        that Kalshi does not know."""
        return await read_ending(self._http, market.id.key)

    async def books(self, markets: Sequence[Market]) -> Books:
        """Read whole books, 100 a request. Markets without one are in `missing`."""
        books: dict[MarketId, Book] = {}
        missing: dict[MarketId, str] = {}
        for batch in _batches([market.id for market in markets], requests.BOOKS_MAX):
            request = requests.orderbooks([market.key for market in batch])
            reply = await self._http.get(request.path, params=request.params, small=len(batch) == 1)
            found = orderbooks.parse_orderbooks(success(reply, request), batch, reply.received_at)
            books.update(found.books)
            missing.update(found.missing)
        return Books(books, missing)

    async def health(self) -> VenueHealth:
        """Ask for the state of the exchange and of each shard, and for maintenance that is on or announced."""
        request = requests.exchange_status()
        reply = await self._http.get(request.path, returned=exchange.DOWN_STATUSES)
        try:
            state = exchange.parse_status(success(reply, request) if reply.status < 500 else reply.body)
        except SchemaMismatch as error:
            if reply.status < 500:
                raise
            raise VenueUnavailable(self.name, f"GET {request.path} answered {reply.status}") from error
        now = self._clock.now()
        windows = exchange.parse_maintenance(await self._get(requests.exchange_schedule()))
        near = [window for window in windows if now < window.end and window.start <= now + MAINTENANCE_AHEAD]
        said = [f"maintenance {window.start:%Y-%m-%d %H:%M} to {window.end:%H:%M} UTC" for window in near]
        detail = "; ".join(filter(None, (state.detail, *said)))
        return replace(state, detail=detail, next_pause=near[0].start if near else None)

    async def close(self) -> None:
        """Give connections back."""
        await self._http.close()

    def _stages(self, since: datetime | None) -> dict[str, _Listing]:
        """What a pass reads, in order; the names stand in its cursors."""
        if since is None:
            return {"open": self._open}
        start = since - CHANGES_OVERLAP
        return {
            "events": partial(self._event_pages, partial(requests.changed_events, start)),
            "markets": partial(self._changed_markets, start),
            "fees": partial(self._changed_fees, start),
        }

    async def _open(self, cursor: str) -> AsyncIterator[CataloguePage]:
        """An open event may hold markets that are closed; they are not listed."""
        async for page in self._event_pages(requests.open_events, cursor):
            yield replace(page, markets=tuple(market for market in page.markets if market.status in _LISTED))

    async def _event_pages(self, ask: Callable[[str], Request], cursor: str) -> AsyncIterator[CataloguePage]:
        parse = partial(catalogue.parse_events, series=self._series.get)
        async for page in self._walk(ask, parse, cursor):
            yield page

    async def _changed_markets(self, since: datetime, cursor: str) -> AsyncIterator[CataloguePage]:
        ask = partial(requests.changed_markets, since)
        async for listed in self._walk(ask, catalogue.parse_markets, cursor):
            events, unusable = await self._events(sorted({row.event_ticker for row in listed.rows}))
            page = catalogue.joined(listed, events, self._series.get)
            yield replace(page, unusable=(*unusable, *page.unusable))

    async def _changed_fees(self, since: datetime, cursor: str) -> AsyncIterator[CataloguePage]:
        """One page of the markets whose fees changed; `cursor` is "", for such changes are few."""
        now = self._clock.now()
        body = await self._get(requests.series_fee_changes())
        series = exchange.parse_series_fee_changes(body, since=since, now=now)
        parse = partial(exchange.parse_event_fee_changes, since=since, now=now)
        events: set[str] = set()
        async for changed in self._walk(requests.event_fee_changes, parse, cursor):
            events |= changed.tickers
        pages = [page async for page in self._of_series(series)]
        for batch in _batches(sorted(events), requests.TICKERS_MAX):
            body = await self._get(requests.events_named(batch, with_markets=True), EVENTS_BYTES_MAX)
            pages.append(catalogue.parse_events(body, self._series.get))
        markets = tuple(market for page in pages for market in page.markets)
        unusable = tuple(row for page in pages for row in page.unusable)
        yield CataloguePage(markets, unusable, barren=any(page.barren for page in pages))

    async def _of_series(self, series: frozenset[str]) -> AsyncIterator[CataloguePage]:
        if len(series) > _SERIES_ASKED_MAX:
            asks: list[Callable[[str], Request]] = [requests.open_events]
        else:
            asks = [partial(requests.events_of_series, ticker) for ticker in sorted(series)]
        for ask in asks:
            async for page in self._event_pages(ask, ""):
                yield page

    async def _read_series(self) -> tuple[UnusableRow, ...]:
        """Read all series anew; those that cannot be read leave their markets without fees, hence untradable."""
        known, unusable = catalogue.parse_series_list(await self._get(requests.series_list(), CATALOGUE_BYTES_MAX))
        self._series = dict(known)
        return unusable

    async def _events(self, tickers: Sequence[str]) -> tuple[dict[str, EventRow], tuple[UnusableRow, ...]]:
        events: dict[str, EventRow] = {}
        unusable: tuple[UnusableRow, ...] = ()
        for batch in _batches(tickers, requests.TICKERS_MAX):
            body = await self._get(requests.events_named(batch, with_markets=False))
            known, refused = catalogue.parse_event_rows(body)
            events |= known
            unusable += refused
        return events, unusable

    async def _walk(self, ask: Callable[[str], Request], parse: Callable[[bytes], P], cursor: str) -> AsyncIterator[P]:
        """Follow cursors from `cursor` to the last page."""
        seen = {cursor}
        while True:
            page = parse(await self._get(ask(cursor), EVENTS_BYTES_MAX))
            yield page
            cursor = page.cursor
            if not cursor:
                return
            if cursor in seen:
                raise SchemaMismatch(self.name, "$.cursor", "a cursor that came before: the listing runs in circles")
            seen.add(cursor)

    async def _get(self, request: Request, bytes_max: int | None = None) -> bytes:
        reply = await self._http.get(request.path, params=request.params, body_bytes_max=bytes_max)
        return success(reply, request)


def _batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))
