"""Rereading: books read over HTTP beside a stream: lost ones, quiet ones, and all of them while there is no socket.

One request at a time and at a bounded rate, whatever happens to the streams.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from arbkit.core.books import TICK_MICROS, TICKS, Book, LiveBook, LiveState
from arbkit.core.markets import Market, MarketId
from arbkit.core.reconnect import Vigil
from arbkit.errors import SchemaMismatch, VenueUnavailable
from arbkit.ports import Clock, FeedListener, Tap, Venue

READ_MS: Final = 250
"""Between two requests, at least; the limits of the venue's host hold besides."""
POLL_MS: Final = 2_000
"""How often a book is polled while there is no socket."""
VERIFY_MS: Final = 5_000
"""Between two requests that only verify what the stream says."""
BATCH_MAX: Final = 100
"""Books asked for at once."""
POLLED_MS_MAX: Final = 30_000
"""A polled book that was not read for so long is believed no longer."""
_TICK_MS: Final = 50


class Reread(Protocol):
    """What a talk wants read, and what it makes of it."""

    unread: set[MarketId]
    """Books that the stream itself cannot mend."""

    def compare(self, book: Book, *, asked_ms: int, now_ms: int) -> None:
        """A book that was read over HTTP, asked for at `asked_ms`: start from it, or hold it against ours."""
        ...


class Source(Protocol):
    """One connection, as far as reading beside it goes."""

    @property
    def talk(self) -> Reread: ...

    @property
    def markets(self) -> Mapping[MarketId, Market]: ...

    @property
    def up(self) -> bool: ...

    @property
    def given_up(self) -> bool: ...


class Rereader:
    """Reads books for all connections of a feed."""

    def __init__(
        self,
        venue: Venue,
        clock: Clock,
        *,
        books: Mapping[MarketId, LiveBook],
        branches: Sequence[Source],
        tap: Tap | None = None,
    ) -> None:
        self.polled_ms: dict[MarketId, int] = {}
        """When the polled books were asked for."""
        self.doubted: set[MarketId] = set()
        """Books that were asked about though nothing was heard of them lately: they are read next."""
        self._venue, self._clock, self._books, self._branches, self._tap = venue, clock, books, branches, tap
        self._tried_ms: dict[MarketId, int] = {}
        self._verified_ms = 0
        self._vigil = Vigil(now=clock.now(), monotonic_ms=clock.monotonic_ms(), stall_ms_max=None)

    async def run(self, listener: FeedListener) -> None:
        """Read what has to be read until cancelled."""
        while True:
            await self._clock.sleep(_TICK_MS)
            now_ms = self._clock.monotonic_ms()
            self._time_jumped(listener)
            self._forget(now_ms, listener)
            if batch := self._next(now_ms):
                await self._read(batch, listener)
                await self._clock.sleep(READ_MS)

    def _next(self, now_ms: int) -> list[Market]:
        """The most urgent books: doubted ones, lost ones, those to be polled, then the ones verified longest ago."""
        if self.doubted:
            doubted = [b.markets[m] for b in self._branches for m in b.markets if m in self.doubted]
            self.doubted.intersection_update(market.id for market in doubted)
            if urgent := self._oldest(doubted, now_ms - READ_MS):
                return urgent
        lost = [b.markets[m] for b in self._branches if b.up for m in b.talk.unread if m in b.markets]
        if urgent := self._oldest(lost, now_ms - POLL_MS):
            return urgent
        polled = [market for b in self._branches if b.given_up for market in b.markets.values()]
        if urgent := self._oldest(polled, now_ms - POLL_MS):
            return urgent
        if now_ms - self._verified_ms < VERIFY_MS:
            return []
        self._verified_ms = now_ms
        return self._oldest([market for b in self._branches if b.up for market in b.markets.values()], now_ms)

    def _oldest(self, markets: list[Market], before_ms: int) -> list[Market]:
        waiting = [market for market in markets if self._tried_ms.get(market.id, before_ms) <= before_ms]
        return sorted(waiting, key=lambda market: self._tried_ms.get(market.id, 0))[:BATCH_MAX]

    async def _read(self, markets: Sequence[Market], listener: FeedListener) -> None:
        asked_ms = self._clock.monotonic_ms()
        of = {market_id: branch for branch in self._branches for market_id in branch.markets}
        was_up = {market.id: of[market.id].up for market in markets}
        self._tried_ms |= dict.fromkeys(was_up, asked_ms)
        try:
            books = (await self._venue.books(markets)).books
        except (VenueUnavailable, SchemaMismatch):
            return
        if self._time_jumped(listener):
            return
        now_ms = self._clock.monotonic_ms()
        for market_id, book in books.items():
            if self._tap is not None:
                self._tap.read(book)
            branch = of[market_id]
            if market_id not in branch.markets or market_id not in self._books or branch.up != was_up[market_id]:
                continue
            if branch.up:
                branch.talk.compare(book, asked_ms=asked_ms, now_ms=now_ms)
            elif branch.given_up:
                self._poll(book, asked_ms)
                listener.book_changed(self._books[market_id], now_ms)
            if market_id in self.doubted:  # also when nothing changed: somebody waits for the book to be current
                self.doubted.discard(market_id)
                listener.book_changed(self._books[market_id], now_ms)

    def _poll(self, book: Book, asked_ms: int) -> None:
        self.polled_ms[book.market] = asked_ms
        load(book, self._books[book.market])

    def _time_jumped(self, listener: FeedListener) -> bool:
        """Whether the clock was set, or the machine slept, since the last look: the age of what was read before is not
        known. Polled books are void then and read again at once; a stream sees to its own."""
        now_ms = self._clock.monotonic_ms()
        if not self._vigil.look(now=self._clock.now(), monotonic_ms=now_ms):
            return False
        self._tried_ms.clear()
        polled = [m for branch in self._branches if not branch.up for m in branch.markets if m in self.polled_ms]
        for market_id in polled:
            del self.polled_ms[market_id]
            book = self._books.get(market_id)
            if book is not None and book.state is LiveState.LIVE:
                book.interrupt()
                listener.book_changed(book, now_ms)
        return True

    def _forget(self, now_ms: int, listener: FeedListener) -> None:
        """A polled book is believed for a while only, and not beyond a connection."""
        for branch in self._branches:
            for market_id in [m for m in branch.markets if m in self.polled_ms]:
                book = self._books.get(market_id)
                if branch.up or book is None:
                    del self.polled_ms[market_id]
                elif now_ms - self.polled_ms[market_id] > POLLED_MS_MAX and book.state is LiveState.LIVE:
                    book.interrupt()
                    listener.book_changed(book, now_ms)


def load(book: Book, live: LiveBook) -> bool:
    """Start a live book from one that was read. Returns whether it is LIVE."""
    return live.snapshot(
        yes_bids={level.price.micros // TICK_MICROS: level.qty.micros // live.unit_micros for level in book.yes_bids},
        no_bids={
            TICKS - level.price.micros // TICK_MICROS: level.qty.micros // live.unit_micros for level in book.yes_asks
        },
    )
