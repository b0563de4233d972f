"""The real pipeline on frames from memory: both venues' conversations, live books, the gate, the exact search."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from traffic import NOW, NOW_MS, SID, Message, Traffic

from arbkit.core.books import LiveBook
from arbkit.core.markets import MarketId, VenueName
from arbkit.core.opportunity import Opportunity, Policy
from arbkit.core.watch import Watch
from arbkit.ports import FeedHealth
from arbkit.venues.kalshi.wire import session as kalshi
from arbkit.venues.polymarket.wire import session as polymarket

Hit = tuple[int, str, int, int, int, int, int, int]
"""Message, outcome bought on Kalshi, quantity, net before gas, cost and fee there, cost and fee on Polymarket."""


@dataclass
class Pipeline:
    """Both conversations with a listener that decides at once. `hits` are the opportunities, by message."""

    traffic: Traffic
    hits: list[tuple[int, Opportunity]] = field(default_factory=list)
    passed: int = 0
    """How often the gate opened."""
    number: int = -1
    told: list[str] = field(default_factory=list)
    watches: dict[LiveBook, Watch] = field(default_factory=dict)
    books: dict[MarketId, LiveBook] = field(default_factory=dict)

    def __post_init__(self) -> None:
        couples = self.traffic.couples
        for couple in couples:
            for market, unit in ((couple.kalshi, 10_000), (couple.polymarket, 1)):
                self.books[market.id] = LiveBook(market.id, unit_micros=unit)
            watch = Watch(
                couple.pair, kalshi=couple.kalshi, polymarket=couple.polymarket,
                kalshi_book=self.books[couple.kalshi.id], polymarket_book=self.books[couple.polymarket.id],
                policy=Policy(),
            )  # fmt: skip
            self.watches |= {watch.kalshi_book: watch, watch.polymarket_book: watch}
        self.talks = {
            VenueName.KALSHI: kalshi.BookTalk(self, self.told.append, silence_ms=60_000),
            VenueName.POLYMARKET: polymarket.BookTalk(self, self.told.append, silence_ms=60_000),
        }
        self.talks[VenueName.KALSHI].follow([c.kalshi for c in couples], self.books)
        self.talks[VenueName.POLYMARKET].follow([c.polymarket for c in couples], self.books)
        for talk in self.talks.values():
            talk.opened(NOW_MS)
        subscribed = b'{"id":1,"type":"subscribed","msg":{"channel":"orderbook_delta","sid":%d}}' % SID
        self.talks[VenueName.KALSHI].take(subscribed, NOW_MS)
        for message in self.traffic.first:
            self.talks[message.venue].take(message.frame, NOW_MS)
        if self.told:
            raise AssertionError(f"the first frames were not believed: {self.told[0]}")
        self.hits.clear()

    def book_changed(self, book: LiveBook, received_ms: int) -> None:
        """The gate, and behind it the exact search."""
        del received_ms
        watch = self.watches[book]
        book.stirred = False
        if not watch.is_open():
            return
        self.passed += 1
        found = watch.look(kalshi_seen_at=NOW, polymarket_seen_at=NOW, now=NOW)
        if isinstance(found, Opportunity):
            self.hits.append((self.number, found))

    def order_news(self, venue: VenueName, *, client_id: str, venue_order_id: str) -> None:
        """Nothing of the kind is sent."""
        self.told.append(f"{venue} {client_id} {venue_order_id}")

    def market_news(self, market: MarketId, what: str) -> None:
        """Nothing of the kind is sent."""
        self.told.append(f"{market} {what}")

    def feed_news(self, health: FeedHealth, what: str) -> None:
        """Nothing of the kind is sent."""
        self.told.append(f"{health.venue} {what}")

    def run(self, messages: Sequence[Message]) -> list[int]:
        """Every message to its decision; nanoseconds of each by the wall clock."""
        clock, took = time.perf_counter_ns, []
        takes = {venue: talk.take for venue, talk in self.talks.items()}
        for number, message in enumerate(messages):
            self.number = number
            take, frame = takes[message.venue], message.frame
            started = clock()
            take(frame, NOW_MS)
            took.append(clock() - started)
        if self.told:
            raise AssertionError(f"the conversation broke: {self.told[0]}")
        return took

    @property
    def found(self) -> list[Hit]:
        """The hits as plain numbers, for comparison."""
        return [
            (
                number, opportunity.kalshi.side.value, opportunity.qty.micros,
                (opportunity.net + opportunity.gas).micros,
                opportunity.kalshi.cost.micros, opportunity.kalshi.fee.micros,
                opportunity.polymarket.cost.micros, opportunity.polymarket.fee.micros,
            )
            for number, opportunity in self.hits
        ]  # fmt: skip
