"""Polymarket as a Venue: the wire formats over HTTP."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from arbkit.core.books import Book
from arbkit.core.markets import Market, MarketId, MarketStatus, Side, VenueName
from arbkit.core.money import MICRO, Price
from arbkit.core.settlement import Ending
from arbkit.core.text import clean
from arbkit.errors import BadId, SchemaMismatch
from arbkit.net import MEBIBYTE, Http, Reply
from arbkit.ports import Books, CataloguePage, Clock, VenueHealth
from arbkit.venues.polymarket.wire import catalogue, clob

LISTING_BYTES_MAX: Final = 64 * MEBIBYTE
"""A page of 100 events holds up to some thousand markets of about 4 kB."""

_ENGINE_RESTARTS: Final = frozenset({425, 503})


class PolymarketVenue:
    """Looking at Polymarket: Gamma lists markets, the CLOB has terms and books. Errors: VenueUnavailable, AuthError,
    SchemaMismatch."""

    name = VenueName.POLYMARKET
    tells_changes = False

    def __init__(self, clob: Http, gamma: Http, clock: Clock) -> None:
        self._clob = clob
        self._gamma = gamma
        self._clock = clock

    async def catalogue(self, *, cursor: str = "", since: datetime | None = None) -> AsyncIterator[CataloguePage]:
        """List open events with all their markets, page by page. Gamma cannot tell what changed: `since` is ignored.

        Closed markets of open events come too, so that a stored market learns that it closed.
        """
        del since
        seen = {cursor}
        while True:
            reply = await self._gamma.get(
                catalogue.EVENTS_PATH, params=catalogue.listing_params(cursor), body_bytes_max=LISTING_BYTES_MAX
            )
            page = catalogue.parse_listing(_body(reply, catalogue.EVENTS_PATH))
            yield page
            cursor = page.cursor
            if not cursor:
                return
            if cursor in seen:
                raise SchemaMismatch(
                    self.name, "$.next_cursor", "a cursor that was sent before: the listing runs in circles"
                )
            seen.add(cursor)

    async def market(self, market: MarketId) -> Market:
        """Read one market afresh from Gamma, with fee, tick and delay of the matching engine while it is not closed.

        A market that the engine does not know (yet) counts as paused. Raises BadId for one that Gamma does not know.
        """
        listed = await self._listed(market)
        if listed.status in {MarketStatus.CLOSED, MarketStatus.SETTLED}:
            return listed
        path = clob.terms_path(market)
        reply = await self._clob.get(path)
        if reply.status == 404:
            return replace(listed, status=MarketStatus.PAUSED)
        return clob.with_terms(listed, clob.parse_terms(_body(reply, path), listed))

    async def _listed(self, market: MarketId) -> Market:
        for closed in (False, True):
            params = catalogue.market_params(market, closed=closed)
            reply = await self._gamma.get(catalogue.MARKETS_PATH, params=params)
            page = catalogue.parse_markets(_body(reply, catalogue.MARKETS_PATH))
            if found := [row for row in page.markets if row.id == market]:
                return found[0]
            if page.unusable:
                raise SchemaMismatch(self.name, page.unusable[0].path, page.unusable[0].why)
        raise BadId(market, "the condition id of a market that Polymarket lists")

    async def books(self, markets: Sequence[Market]) -> Books:
        """Read the YES books of several markets, 500 a request."""
        if len(markets) <= clob.BOOKS_MAX:
            return await self._books(markets)
        parts = [markets[first : first + clob.BOOKS_MAX] for first in range(0, len(markets), clob.BOOKS_MAX)]
        found = await asyncio.gather(*(self._books(part) for part in parts))
        books: dict[MarketId, Book] = {}
        missing: dict[MarketId, str] = {}
        for part in found:
            books.update(part.books)
            missing.update(part.missing)
        return Books(books, missing)

    async def _books(self, markets: Sequence[Market]) -> Books:
        reply = await self._clob.post_read(clob.BOOKS_PATH, clob.books_body(markets), small=len(markets) == 1)
        return clob.parse_books(_body(reply, clob.BOOKS_PATH), markets, seen_at=reply.received_at)

    async def resolution(self, market: Market) -> clob.Resolution:
        """Ask the CLOB who won; the plainest settlement signal there is. Where nobody did, ask Gamma if all did."""
        path = clob.clob_market_path(market.id)
        told = clob.parse_resolution(_body(await self._clob.get(path), path), market)
        if not told.closed or told.winner is not None:
            return told
        params = catalogue.market_params(market.id, closed=True)
        reply = await self._gamma.get(catalogue.MARKETS_PATH, params=params)
        return replace(told, halved=catalogue.parse_halved(_body(reply, catalogue.MARKETS_PATH), market.id))

    async def ending(self, market: Market) -> Ending | None:
        """What a market pays: all to the winner, or half to each where it was resolved so. A market that closed without
        either is disputed, and pays nothing yet."""
        told = await self.resolution(market)
        if not told.closed:
            return None
        if told.halved:
            return Ending(Price(MICRO // 2))
        return None if told.winner is None else Ending(Price(MICRO if told.winner is Side.YES else 0))

    async def health(self) -> VenueHealth:
        """Ask whether the matching engine is up. While it restarts it says so and takes no orders."""
        reply = await self._clob.get(clob.OK_PATH, returned=_ENGINE_RESTARTS)
        if reply.status in _ENGINE_RESTARTS:
            return VenueHealth(self.name, trading=False, detail=f"the engine restarts ({reply.status})")
        is_up = reply.status == 200 and clob.parse_ok(reply.body)
        return VenueHealth(self.name, trading=is_up, detail="" if is_up else f"GET /ok answered {_said(reply)}")

    async def clock_ahead(self) -> timedelta:
        """How far this machine's clock is ahead of the venue's, within about a second."""
        before = self._clock.now()
        venue_at = clob.parse_time(_body(await self._clob.get(clob.TIME_PATH), clob.TIME_PATH))
        return before + (self._clock.now() - before) / 2 - venue_at

    async def close(self) -> None:
        """Give connections back."""
        await self._clob.close()
        await self._gamma.close()


async def geoblock(site: Http) -> clob.Geoblock:
    """Ask https://polymarket.com whether it lets this address trade."""
    reply = await site.get(clob.GEOBLOCK_PATH)
    return clob.parse_geoblock(_body(reply, clob.GEOBLOCK_PATH))


def _body(reply: Reply, path: str) -> bytes:
    """The body of a good answer. A 4xx to a plain read means that the API is not the one we know."""
    if reply.status != 200:
        raise SchemaMismatch(VenueName.POLYMARKET, path, f"status {_said(reply)}")
    return reply.body


def _said(reply: Reply) -> str:
    return clean(f"{reply.status} {reply.body[:400].decode('utf-8', 'replace')}", 200)
