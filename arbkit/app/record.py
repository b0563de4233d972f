"""`record`: follow books without trading, for whoever listens in on the feeds."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from arbkit.core.books import LiveBook
from arbkit.core.markets import Market, MarketId, VenueName
from arbkit.ports import Clock, Feed, FeedHealth


@dataclass(slots=True)
class Follower:
    """A listener that counts changes and passes on what happens to the streams."""

    tell: Callable[[str], None]
    changes: int = 0

    def book_changed(self, book: LiveBook, received_ms: int) -> None:
        """Count."""
        del book, received_ms
        self.changes += 1

    def order_news(self, venue: VenueName, *, client_id: str, venue_order_id: str) -> None:
        """There are no orders of ours."""

    def market_news(self, market: MarketId, what: str) -> None:
        """Pass it on."""
        self.tell(f"{market}: {what}")

    def feed_news(self, health: FeedHealth, what: str) -> None:
        """Pass it on."""
        self.tell(f"{health.venue}: {what}")


@dataclass(slots=True, kw_only=True)
class Following:
    """Streams to be followed, and until when."""

    feeds: Mapping[VenueName, Feed]
    clock: Clock
    tell: Callable[[str], None]
    beside: Callable[[], Coroutine[object, object, None]] | None = None
    """Work that goes on meanwhile."""
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, markets: Sequence[Market], *, for_ms: int | None) -> int:
        """Follow the books of markets until told to stop, or the time is up; how many changes came.

        Errors: AuthError and whatever else ends a feed.
        """
        follower = Follower(self.tell)
        for venue, feed in self.feeds.items():
            feed.follow([market for market in markets if market.id.venue is venue])
        tasks = {asyncio.ensure_future(feed.run(follower)) for feed in self.feeds.values()}
        if self.beside is not None:
            tasks.add(asyncio.ensure_future(self.beside()))
        ends = asyncio.ensure_future(self._end(for_ms))
        try:
            await asyncio.wait({ends, *tasks}, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                if task.done():
                    task.result()
        finally:
            for task in (ends, *tasks):
                task.cancel()
            await asyncio.gather(ends, *tasks, return_exceptions=True)
        return follower.changes

    async def _end(self, for_ms: int | None) -> None:
        waiting = asyncio.ensure_future(self.stop.wait())
        if for_ms is None:
            await waiting
            return
        time_up = asyncio.ensure_future(self.clock.sleep(for_ms))
        with suppress(asyncio.CancelledError):
            await asyncio.wait({waiting, time_up}, return_when=asyncio.FIRST_COMPLETED)
        for one in (waiting, time_up):
            one.cancel()
