"""A feed in memory, for the tests of the live loop: the test moves the book, and says how current it is."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from arbkit.core.books import LiveBook, LiveState
from arbkit.core.markets import Market, MarketId, VenueName
from arbkit.core.money import Price, Qty
from arbkit.ports import Clock, FeedHealth, FeedListener, FeedState

UNIT_MICROS = {VenueName.KALSHI: 10_000, VenueName.POLYMARKET: 1}


class StagedFeed:
    """The Feed of one venue; every book is current until a test says otherwise."""

    def __init__(self, name: VenueName, clock: Clock) -> None:
        self.name, self.clock = name, clock
        self.state, self.detail = FeedState.LIVE, ""
        self.polled_by_choice = False
        self.seen: Callable[[], datetime | None] = clock.now
        self.books: dict[MarketId, LiveBook] = {}
        self._death: asyncio.Future[None] | None = None
        self.listener: FeedListener | None = None

    def follow(self, markets: Sequence[Market]) -> None:
        unit_micros = UNIT_MICROS[self.name]
        self.books = {
            market.id: self.books.get(market.id) or LiveBook(market.id, unit_micros=unit_micros) for market in markets
        }

    def book(self, market: MarketId) -> LiveBook | None:
        return self.books.get(market)

    def seen_at(self, market: MarketId) -> datetime | None:
        return self.seen() if self.books[market].state is LiveState.LIVE else None

    def health(self) -> FeedHealth:
        live = sum(book.state is LiveState.LIVE for book in self.books.values())
        return FeedHealth(
            venue=self.name, state=self.state, books_live=live, books_wanted=len(self.books), detail=self.detail,
            polled_by_choice=self.polled_by_choice,
        )  # fmt: skip

    async def run(self, listener: FeedListener) -> None:
        self.listener = listener
        self._death = asyncio.get_running_loop().create_future()
        await self._death

    def forget(self) -> None:
        """No book of this feed is known any more."""
        for book in self.books.values():
            book.interrupt()

    def die_of(self, error: Exception) -> None:
        """The feed's task ends with this error."""
        if self._death:
            self._death.set_exception(error)

    def show(self, bid: str, ask: str, *, qty: int = 200) -> None:
        """Every book of this feed now has one bid and one ask."""
        size = Qty.whole(qty).micros // UNIT_MICROS[self.name]
        for book in self.books.values():
            book.snapshot(yes_bids={_ticks(bid): size}, no_bids={10_000 - _ticks(ask): size})
            if self.listener:
                self.listener.book_changed(book, self.clock.monotonic_ms())


def _ticks(text: str) -> int:
    return Price.parse(text).micros // 100
