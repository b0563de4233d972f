"""StreamFeed: the books of one venue over as many connections as they need, with HTTP reads where a stream fails."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from arbkit.core.books import LiveBook, LiveState
from arbkit.core.markets import Market, MarketId, VenueName
from arbkit.core.reconnect import ReconnectionPolicy
from arbkit.errors import ArbkitError
from arbkit.net.sockets import Refused
from arbkit.ports import Clock, FeedHealth, FeedListener, FeedState, Tap, Venue
from arbkit.venues.line import Dial, Line, Talk
from arbkit.venues.rereading import Reread, Rereader

DOUBT_MS = 1_000
"""A book of which nothing was heard for so long is read over HTTP when somebody asks how current it is."""


class BookTalk(Talk, Reread, Protocol):
    """The talk of a connection that carries order books."""

    resyncs: int
    """Snapshots asked for after a gap, a crossed book, or a disagreement."""
    changed_ms: int | None
    """When market data last came."""

    def follow(self, markets: Iterable[Market], books: Mapping[MarketId, LiveBook]) -> None:
        """Keep exactly these books from now on."""
        ...

    def seen_ms(self, market: MarketId) -> int | None:
        """Up to when a book is known to be what the venue shows, monotonic; None while it is not LIVE."""
        ...


Tell = Callable[[str], None]
Followed = Callable[[], Mapping[MarketId, Market]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Streams:
    """How a venue streams: its books, and its news of orders and markets on a connection of their own, so that
    market data never delays them."""

    unit_micros: int
    """What LiveBook counts sizes in."""
    books_dial: Dial | None
    """None: no socket can be had (no key), books are polled."""
    books_talk: Callable[[FeedListener, Tell], BookTalk]
    books_max: int
    """Books on one connection."""
    news_dial: Dial | None = None
    news_talk: Callable[[FeedListener, Tell, Followed], Talk] | None = None
    no_socket: str = ""
    """Why there is no socket, in words."""
    hopeless: Callable[[Refused], ArbkitError | None] = field(default=lambda _: None)
    """The error that a refused upgrade is, if trying again cannot help."""


@dataclass(slots=True, eq=False)
class Branch:
    """One connection of books, and which they are."""

    line: Line | None
    talk: BookTalk
    markets: dict[MarketId, Market] = field(default_factory=dict)
    task: "asyncio.Task[None] | None" = None

    @property
    def up(self) -> bool:
        """Whether the connection stands."""
        return self.line is not None and self.line.up_since_ms is not None

    @property
    def given_up(self) -> bool:
        """Whether books have to be polled: no connection, and none is to be had soon."""
        return self.line is None or (not self.up and self.line.given_up)


class StreamFeed:
    """A venue's market data as a Feed. All of it runs on one event loop; `follow` is called there too."""

    def __init__(
        self,
        name: VenueName,
        streams: Streams,
        *,
        venue: Venue,
        clock: Clock,
        policy: ReconnectionPolicy,
        tap: Tap | None = None,
    ) -> None:
        self.name = name
        self._streams, self._clock, self._policy, self._tap = streams, clock, policy, tap
        self._wanted: dict[MarketId, Market] = {}
        self._books: dict[MarketId, LiveBook] = {}
        self._branches: list[Branch] = []
        self._of: dict[MarketId, Branch] = {}
        self._news: Line | None = None
        self._listener: FeedListener | None = None
        self._tasks: asyncio.TaskGroup | None = None
        self._rereader = Rereader(venue, clock, books=self._books, branches=self._branches, tap=tap)
        self._detail = ""

    def follow(self, markets: Sequence[Market]) -> None:
        """Keep exactly these books from now on; callable at any time, before `run` and while it runs."""
        self._wanted = {market.id: market for market in markets}
        if self._tap is not None:
            self._tap.follows(markets)
        for market_id in [market_id for market_id in self._books if market_id not in self._wanted]:
            del self._books[market_id]
        for market in self._wanted.values():
            if market.id not in self._books:
                self._books[market.id] = LiveBook(market.id, unit_micros=self._streams.unit_micros)
        if self._listener is not None:
            self._arrange(self._listener)

    def book(self, market: MarketId) -> LiveBook | None:
        """The live book of a market that is followed: always the same object while it is followed."""
        return self._books.get(market)

    def seen_at(self, market: MarketId) -> datetime | None:
        """Up to when the book is known to be what the venue shows; None while it is not LIVE.

        Who asks about a book that was quiet has it read: when the venue has confirmed it, `book_changed` is told.
        """
        branch, book = self._of.get(market), self._books.get(market)
        if branch is None or book is None or book.state is not LiveState.LIVE:
            return None
        seen_ms = branch.talk.seen_ms(market) if branch.up else self._rereader.polled_ms.get(market)
        if seen_ms is not None and self._clock.monotonic_ms() - seen_ms > DOUBT_MS:
            self._rereader.doubted.add(market)
        return self._when(seen_ms)

    def health(self) -> FeedHealth:
        """How the stream is doing, now."""
        lines = [branch.line for branch in self._branches if branch.line is not None]
        ups = [line.up_since_ms for line in lines if line.up_since_ms is not None]
        heard = [line.heard_ms for line in lines if line.heard_ms is not None]
        changed = [branch.talk.changed_ms for branch in self._branches if branch.talk.changed_ms is not None]
        return FeedHealth(
            venue=self.name,
            state=self._state(),
            connected_since=self._when(max(ups)) if ups and len(ups) == len(lines) else None,
            last_frame_at=self._when(min(heard)) if heard else None,
            last_change_at=self._when(max(changed)) if changed else None,
            reconnects=sum(max(0, line.connections - 1) for line in lines),
            attempts=max((line.attempts for line in lines), default=0),
            frames=sum(line.frames for line in lines),
            resyncs=sum(branch.talk.resyncs for branch in self._branches),
            books_live=sum(book.state is LiveState.LIVE for book in self._books.values()),
            books_wanted=len(self._books),
            detail=self._detail,
            polled_by_choice=self._streams.books_dial is None,
        )

    async def run(self, listener: FeedListener) -> None:
        """Stream until cancelled. Errors: AuthError when the venue will never let us in."""
        streams = self._streams
        found: ArbkitError | None = None
        try:
            async with asyncio.TaskGroup() as tasks:
                self._tasks, self._listener = tasks, listener
                self._arrange(listener)
                tasks.create_task(self._rereader.run(listener))
                if streams.news_dial is not None and streams.news_talk is not None:
                    talk = streams.news_talk(listener, self._say, lambda: self._wanted)
                    self._news = self._line(talk, streams.news_dial, private=True)
                    tasks.create_task(self._news.run())
                if streams.books_dial is None:
                    self._say(f"polling: {streams.no_socket}")
        except* ArbkitError as errors:
            found = _first(errors)  # raised below: what is raised here comes out wrapped, by some versions of Python
        finally:
            self._close()
        if found is not None:
            raise found

    def _close(self) -> None:
        self._tasks = self._listener = self._news = None
        self._branches.clear()
        self._of.clear()
        for book in self._books.values():
            book.interrupt()

    def _state(self) -> FeedState:
        if self._listener is None:
            return FeedState.CLOSED
        news_up = self._news is None or self._news.up_since_ms is not None
        news_lost = self._news is not None and not news_up and self._news.given_up
        if news_lost or any(branch.given_up for branch in self._branches):
            return FeedState.POLLING
        return FeedState.LIVE if news_up and all(branch.up for branch in self._branches) else FeedState.CONNECTING

    def _when(self, monotonic_ms: int | None) -> datetime | None:
        """The time of a monotonic moment by the present wall clock, whatever was done to that one in between."""
        if monotonic_ms is None:
            return None
        return self._clock.now() - timedelta(milliseconds=self._clock.monotonic_ms() - monotonic_ms)

    def _arrange(self, listener: FeedListener) -> None:
        """Spread the books over connections: those that stay keep theirs, new ones go where there is room."""
        touched = set()
        for branch in self._branches:
            if gone := [market_id for market_id in branch.markets if market_id not in self._wanted]:
                touched.add(branch)
            for market_id in gone:
                del branch.markets[market_id], self._of[market_id]
        for market in self._wanted.values():
            if market.id not in self._of:
                self._of[market.id] = self._with_room(listener)
                touched.add(self._of[market.id])
            self._of[market.id].markets[market.id] = market
        for branch in touched:
            branch.talk.follow(branch.markets.values(), self._books)
        for branch in [branch for branch in self._branches if not branch.markets]:
            self._branches.remove(branch)
            if branch.task is not None:
                branch.task.cancel()
        for branch in self._branches:
            if branch.task is None and branch.line is not None and self._tasks is not None:
                branch.task = self._tasks.create_task(branch.line.run())

    def _with_room(self, listener: FeedListener) -> Branch:
        for branch in self._branches:
            if len(branch.markets) < self._streams.books_max:
                return branch
        talk = self._streams.books_talk(listener, self._say)
        dial = self._streams.books_dial
        branch = Branch(self._line(talk, dial) if dial is not None else None, talk)
        self._branches.append(branch)
        return branch

    def _line(self, talk: Talk, dial: Dial, *, private: bool = False) -> Line:
        tap = self._tap.line(self.name, private=private) if self._tap is not None else None
        return Line(talk, dial, policy=self._policy, clock=self._clock, news=self._line_news, tap=tap)

    def _line_news(self, line: Line, what: str) -> None:
        """A line was connected or lost. Raises what ends the feed: a refusal that no patience will change."""
        refusal = line.refusal
        if isinstance(refusal, Refused) and not line.connections and (error := self._streams.hopeless(refusal)):
            raise error
        up = line.up_since_ms is not None
        whose = "orders and markets: " if line is self._news else ""
        self._detail = "" if up else f"{whose}{what}"
        if not line.given_up:
            self._say(f"{whose}{what}")
        elif not up and line.failures == self._policy.max_attempts:
            # Said once: a venue that flaps must not fill the log. What ends it is a connection that lasts.
            self._say(f"{whose}{what}; gave up after {line.failures} attempts, trying on")

    def _say(self, what: str) -> None:
        if self._listener is not None:
            self._listener.feed_news(replace(self.health(), detail=self._detail or what), what)


def _first(group: BaseExceptionGroup[ArbkitError]) -> ArbkitError:
    error = group.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error
