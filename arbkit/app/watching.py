"""Watching: a change of a live book asks its pairs again. What they offer is handed on, newest first of each pair.

While no gate of a book is open, it tells only of best bids that rise, which can open one. Then the listener asks the
gate, which costs less than marking what to look at later; behind most changes it is shut. It only marks the rest; one
task evaluates those, so that a burst of changes of one book is one evaluation (conflation) and news of our own orders
never waits behind market data.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from arbkit.app import notices
from arbkit.app.episodes import Episodes, Gone
from arbkit.app.events import EventKind, LiveEvent, Tell
from arbkit.app.room import BookPair, Room
from arbkit.core.books import LiveBook, LiveState
from arbkit.core.latency import Bound, Stage, beyond
from arbkit.core.markets import Market, MarketId, Pair, VenueName
from arbkit.core.money import Qty, Usd
from arbkit.core.opportunity import NoOpportunity, Opportunity
from arbkit.core.watch import Watch
from arbkit.errors import InvariantError
from arbkit.ports import Feed, FeedHealth

_TURNS_BEFORE_A_PAUSE = 50
"""Evaluations in a row before other tasks get their turn."""


@dataclass(slots=True)
class Counts:
    """What the loop has done so far; for the screen, the summary and metrics."""

    changes: int = 0
    """Changes of live books that were told: of a best bid that rose, or of any level while a gate was open."""
    marked: int = 0
    """Those behind which a gate was open, or that may have shut it."""
    looks: int = 0
    """How often a pair was looked at: for a change behind which the gate was open, or because it was time."""
    skipped_late: int = 0
    detection_ms_max: int = 0
    backlog_max: int = 0


class Watching:
    """The pairs that are watched, as the listener of both feeds."""

    def __init__(self, room: Room, feeds: Mapping[VenueName, Feed], tell: Tell, *, bounds: dict[Stage, Bound]) -> None:
        self._room, self._feeds, self._tell, self._bounds = room, feeds, tell, bounds
        self._watches: dict[str, Watch] = {}
        self._by_book: dict[LiveBook, list[Watch]] = {}
        self._changed: dict[str, int] = {}
        self._wake = asyncio.Event()
        self.episodes = Episodes(room.catalogue.sightings)
        self._standing = self.episodes.open
        self.offers: dict[str, Opportunity] = {}
        """The present opportunities that have not been looked at for trading since they last changed."""
        self.offered = asyncio.Event()
        self.order_spoke = asyncio.Event()
        self.orders_spoken_of: set[tuple[VenueName, str]] = set()
        self.doubtful: dict[MarketId, str] = {}
        """Markets of which a venue said that they changed: to be read afresh, and not traded until then."""
        self.closed: dict[VenueName, str] = {}
        """Venues that do not trade at present, and why."""
        self.closed_shards: dict[VenueName, frozenset[int]] = {}
        self.counts = Counts()

    def watch(self, pairs: Iterable[Pair], markets: Mapping[MarketId, Market]) -> None:
        """Watch exactly these pairs from now on."""
        wanted = {pair.id: pair for pair in pairs if pair.kalshi in markets and pair.polymarket in markets}
        for venue, feed in self._feeds.items():
            ids = {pair.kalshi if venue is VenueName.KALSHI else pair.polymarket for pair in wanted.values()}
            feed.follow([markets[market] for market in sorted(ids)])
        watches: dict[str, Watch] = {}
        self._by_book = {}
        for pair_id, pair in wanted.items():
            watch = watches[pair_id] = self._kept(pair, markets) or self._made(pair, markets)
            for book in (watch.kalshi_book, watch.polymarket_book):
                self._by_book.setdefault(book, []).append(watch)
        for gone in self._watches.keys() - watches.keys():
            self._nothing(gone)
        self._watches = watches
        self.look_again(watches)

    @property
    def pairs(self) -> list[Pair]:
        """The pairs that are watched."""
        return [watch.pair for watch in self._watches.values()]

    def markets_of(self, pair_id: str) -> Mapping[VenueName, Market] | None:
        """Both markets of a pair that is still watched."""
        watch = self._watches.get(pair_id)
        return {VenueName.KALSHI: watch.kalshi, VenueName.POLYMARKET: watch.polymarket} if watch else None

    def is_due(self, pair_id: str) -> bool:
        """Whether something of a pair changed that has not been looked at yet."""
        return pair_id in self._changed

    def books_of(self, pair_id: str) -> BookPair | None:
        """Both books of a pair as they stand now; None unless both are live."""
        watch = self._watches.get(pair_id)
        if watch is None:
            return None
        books = {}
        for venue, live in ((VenueName.KALSHI, watch.kalshi_book), (VenueName.POLYMARKET, watch.polymarket_book)):
            seen_at = self._feeds[venue].seen_at(live.market)
            if seen_at is None or live.state is not LiveState.LIVE:
                return None
            books[venue] = live.freeze(seen_at=seen_at)
        return books

    def look_again(self, pair_ids: Iterable[str]) -> None:
        """Have pairs evaluated again although nothing changed: time has passed, or money came back."""
        now_ms = self._room.clock.monotonic_ms()
        for pair_id in pair_ids:
            self._changed.setdefault(pair_id, now_ms)
        self._wake.set()

    def book_changed(self, book: LiveBook, received_ms: int) -> None:
        """Mark the pairs of a book that may offer something now, or did so until now."""
        self.counts.changes += 1
        book.stirred = False
        for watch in self._by_book.get(book, ()):
            if watch.is_open() or watch.id in self._standing:
                self.counts.marked += 1
                self._changed.setdefault(watch.id, received_ms)
                self._wake.set()

    def order_news(self, venue: VenueName, *, client_id: str, venue_order_id: str) -> None:
        """Wake the resolver, which asks about everything that is open."""
        self.orders_spoken_of.add((venue, client_id or venue_order_id))
        self.order_spoke.set()

    def market_news(self, market: MarketId, what: str) -> None:
        """Keep a market from being traded until it has been read afresh."""
        if any(market == book.market for book in self._by_book):
            self.doubtful[market] = what
            self._say(EventKind.MARKET, f"{market}: {what}; it is read afresh", venue=market.venue)

    def feed_news(self, health: FeedHealth, what: str) -> None:
        """Tell of a stream."""
        self._say(EventKind.FEED, f"{health.venue}: {what}", venue=health.venue, state=health.state)

    async def run(self) -> None:
        """Evaluate what changes, until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            turns = 0
            self.counts.backlog_max = max(self.counts.backlog_max, len(self._changed))
            while self._changed:
                pair_id = next(iter(self._changed))
                self.evaluate(pair_id, received_ms=self._changed.pop(pair_id))
                turns += 1
                if turns % _TURNS_BEFORE_A_PAUSE == 0:
                    await asyncio.sleep(0)

    def evaluate(self, pair_id: str, *, received_ms: int) -> None:
        """Look at one pair: keep the episode of its opportunity, and offer it to the trader."""
        watch = self._watches.get(pair_id)
        if watch is None:
            return
        self.counts.looks += 1
        if not watch.is_open() or (found := self._found(watch)) is None:
            self._nothing(pair_id)
            return
        took_ms = self._room.clock.monotonic_ms() - received_ms
        self.counts.detection_ms_max = max(self.counts.detection_ms_max, took_ms)
        self._time(found, took_ms)
        if self.episodes.seen(found, now=self._room.clock.now()):
            notices.of_opportunity(self._room, found)
            text = f"{pair_id}: {found.qty} contracts leave ${found.net} net"
            self._say(EventKind.OPPORTUNITY, text, pair=pair_id, qty=found.qty, net=found.net, took_ms=took_ms)
        if beyond(Stage.DETECTION, took_ms, self._bounds):
            self.counts.skipped_late += 1
            if self.episodes.explain(pair_id, f"found {took_ms} ms after the change: too late"):
                self._say(EventKind.LATENCY, f"{pair_id}: skipped, found too late", pair=pair_id, took_ms=took_ms)
            return
        self.offers[pair_id] = found
        self.offered.set()

    def _time(self, found: Opportunity, took_ms: int) -> None:
        self._room.timed(Stage.DETECTION, took_ms, found.pair.id)
        self._room.timed(Stage.BOOK_AGE, max(found.kalshi.age_ms, found.polymarket.age_ms), found.pair.id)

    def _found(self, watch: Watch) -> Opportunity | None:
        kalshi_at = self._feeds[VenueName.KALSHI].seen_at(watch.kalshi.id)
        polymarket_at = self._feeds[VenueName.POLYMARKET].seen_at(watch.polymarket.id)
        if kalshi_at is None or polymarket_at is None:
            return None
        found = watch.look(
            kalshi_seen_at=kalshi_at, polymarket_seen_at=polymarket_at, now=self._room.clock.now()
        )  # fmt: skip
        return None if found is None or isinstance(found, NoOpportunity) else found

    def _nothing(self, pair_id: str) -> None:
        self.offers.pop(pair_id, None)
        if pair_id in self.episodes.open:
            gone: Gone | None = self.episodes.gone(pair_id, now=self._room.clock.now())
            if gone:
                why = f"; not taken: {gone.why_not}" if gone.why_not else ""
                text = f"{pair_id}: gone after {gone.lasted_ms} ms, at best ${gone.peak_net}{why}"
                self._say(EventKind.GONE, text, pair=pair_id, net=gone.peak_net, took_ms=gone.lasted_ms)

    def _kept(self, pair: Pair, markets: Mapping[MarketId, Market]) -> Watch | None:
        known = self._watches.get(pair.id)
        same = known and (known.pair, known.kalshi, known.polymarket) == (
            pair, markets[pair.kalshi], markets[pair.polymarket]
        )  # fmt: skip
        return known if same else None

    def _made(self, pair: Pair, markets: Mapping[MarketId, Market]) -> Watch:
        kalshi = self._feeds[VenueName.KALSHI].book(pair.kalshi)
        polymarket = self._feeds[VenueName.POLYMARKET].book(pair.polymarket)
        if kalshi is None or polymarket is None:
            raise InvariantError(f"{pair.id}: a feed does not keep the book that it was told to follow")
        return Watch(
            pair,
            kalshi=markets[pair.kalshi],
            polymarket=markets[pair.polymarket],
            kalshi_book=kalshi,
            polymarket_book=polymarket,
            policy=self._room.policy,
        )

    def _say(
        self, kind: EventKind, text: str, *, pair: str = "", venue: str = "", state: str = "",
        qty: Qty | None = None, net: Usd | None = None, took_ms: int | None = None,
    ) -> None:  # fmt: skip
        at = self._room.clock.now()
        self._tell(
            LiveEvent(
                at=at, event=kind, text=text, pair=pair, venue=venue, state=state, qty=qty, net=net, took_ms=took_ms
            )
        )
