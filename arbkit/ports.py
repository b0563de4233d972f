"""What the application needs from the world, as small Protocols. `Venue` looks, `Desk` acts, and nothing does both."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from arbkit.core.books import Book, LiveBook
from arbkit.core.markets import Market, MarketId, Side, VenueName
from arbkit.core.money import Price
from arbkit.core.orders import Balance, Fill, FokOrder, Holding, SendOutcome
from arbkit.core.settlement import Ending


class Clock(Protocol):
    """Time. Only the composition root owns a real one."""

    def now(self) -> datetime:
        """The present time in UTC, aware."""
        ...

    def monotonic_ms(self) -> int:
        """Milliseconds that never run backwards; only differences mean anything."""
        ...

    async def sleep(self, ms: int) -> None:
        """Let so many milliseconds pass."""
        ...


@dataclass(frozen=True, slots=True)
class UnusableRow:
    """A row of a catalogue that could not be used: where, which, and why. Counted and shown, never defaulted."""

    key: str
    path: str
    why: str


@dataclass(frozen=True, slots=True)
class CataloguePage:
    """One page of a catalogue listing. `cursor` is what resumes after it; "" on the last page."""

    markets: tuple[Market, ...]
    unusable: tuple[UnusableRow, ...] = ()
    cursor: str = ""
    barren: bool = False
    """Whether there were rows and none of them could be used: the venue has probably changed their shape."""


CatalogueParser = Callable[[bytes], CataloguePage]
"""Reads a saved file of a venue: JSON lines, an array or a page of its own objects (`parse_file` of each wire format).
Rows that cannot be used are reported in the page; a file that is no JSON at all is a SchemaMismatch."""


@dataclass(frozen=True, slots=True)
class VenueHealth:
    """Whether a venue trades at present, in its own words."""

    venue: VenueName
    trading: bool
    detail: str = ""
    paused_shards: frozenset[int] = frozenset()
    """Shards of the exchange that do not trade at present (Kalshi: `Market.shard`)."""
    next_pause: datetime | None = None
    """When the next maintenance that the venue has announced begins, or has begun."""


@dataclass(frozen=True, slots=True)
class Books:
    """The answer to a batch read of books: markets the venue does not know, or would not show, are in `missing`."""

    books: Mapping[MarketId, Book]
    missing: Mapping[MarketId, str] = field(default_factory=dict)


class Venue(Protocol):
    """Looking at one venue. Errors: VenueUnavailable, AuthError, SchemaMismatch."""

    name: VenueName
    tells_changes: bool
    """Whether `catalogue` honours `since`; a venue that cannot lists everything every time (Gamma cannot)."""

    def catalogue(self, *, cursor: str = "", since: datetime | None = None) -> AsyncIterator[CataloguePage]:
        """List open markets page by page, from `cursor` on; with `since`, only what changed after it, if the venue
        can tell."""
        ...

    async def market(self, market: MarketId) -> Market:
        """Read one market afresh: rules, status, grid, fees."""
        ...

    async def books(self, markets: Sequence[Market]) -> Books:
        """Read the books of several markets in as few requests as the venue allows."""
        ...

    async def ending(self, market: Market) -> Ending | None:
        """Ask what a market pays; None until the venue's word on that is final. A word that is not known is a
        SchemaMismatch."""
        ...

    async def health(self) -> VenueHealth:
        """Ask whether the venue is up and trading."""
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedOrder:
    """An order that is valid at its venue, has its ids and, where the venue wants it, its signature; nothing was sent.

    `client_id` is ours and never used twice. `venue_order_id` is known before sending on Polymarket (the order hash)
    and "" on Kalshi. `body` is exactly what will be posted.
    """

    order: FokOrder
    client_id: str
    venue_order_id: str
    body: bytes = field(repr=False)


class Desk(Protocol):
    """Acting on one venue. Only the code that trades is given one."""

    name: VenueName

    def prepare(self, order: FokOrder, *, market: Market, now: datetime) -> PreparedOrder:
        """Check an order against the venue's rules (grid, minimums, decimals), choose its ids, sign it. Sends nothing.

        Errors: RefusedError for an order the venue would refuse, AuthError for a key that cannot sign.
        """
        ...

    def get_ready(self, prepared: PreparedOrder) -> None:
        """Sign and render the request of an order that may be sent soon, so that `send` has only to write it. Sends
        nothing; what is not ready, or has become old meanwhile, `send` renders itself."""
        ...

    async def send(self, prepared: PreparedOrder) -> SendOutcome:
        """Post the order once. Never raises for anything the venue or the network does: that is an outcome."""
        ...

    async def cancel(self, venue_order_id: str, *, market: Market) -> None:
        """Cancel one order. A Fill-or-Kill never rests, so this is belt and braces."""
        ...

    async def cancel_all(self) -> None:
        """Cancel every order of the account."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SentOrder:
    """An order that may have been sent, by everything that can identify it at its venue."""

    order: FokOrder
    client_id: str
    venue_order_id: str
    since: datetime
    """It was not sent before this."""


@dataclass(frozen=True, slots=True)
class Payout:
    """A market that the venue settled, and what one contract of the outcome is paid."""

    market: MarketId
    side: Side
    paid: Price
    at: datetime
    received: bool = True
    """Whether the money has arrived; on Polymarket it does when the shares are redeemed."""


class Account(Protocol):
    """Looking at what is ours on one venue. Errors: VenueUnavailable, AuthError, SchemaMismatch."""

    name: VenueName

    async def outcome(self, order: SentOrder) -> SendOutcome | None:
        """What became of an order, asked by the ids known before sending; None where the venue says nothing of it,
        which proves nothing by itself."""
        ...

    async def fills(self, *, since: datetime) -> Sequence[Fill]:
        """Every trade of ours since then, to the last page."""
        ...

    async def client_id_of(self, fill: Fill) -> str:
        """The id that whoever placed it gave to the order behind a trade, "" where the venue does not tell."""
        ...

    async def holdings(self) -> Sequence[Holding]:
        """Every position that is open."""
        ...

    async def balances(self) -> Sequence[Balance]:
        """The cash that can be traded with, per shard where the venue keeps it so."""
        ...

    async def payouts(self, *, since: datetime) -> Sequence[Payout]:
        """Every settlement of ours since then."""
        ...

    async def read_horizon(self) -> datetime | None:
        """Up to when reads are known to be complete (reads lag the matching engine); None where the venue is silent."""
        ...

    async def barred(self) -> str:
        """Why this account may not trade from here (geoblock, closed-only, region), "" when it may."""
        ...


class FeedState(StrEnum):
    """What the market-data stream of a venue is doing."""

    CONNECTING = "connecting"
    LIVE = "live"
    POLLING = "polling"
    """No socket can be had at present: books are read by REST, less often."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHealth:
    """The health report of a stream (specification section 3.1.3)."""

    venue: VenueName
    state: FeedState
    connected_since: datetime | None = None
    last_frame_at: datetime | None = None
    """When anything at all arrived, a heartbeat included."""
    last_change_at: datetime | None = None
    """When market data last arrived."""
    reconnects: int = 0
    attempts: int = 0
    """Attempts to connect that failed in a row; 0 while connected."""
    frames: int = 0
    resyncs: int = 0
    """Snapshots asked for after a gap, a crossed book or a reconnection."""
    books_live: int = 0
    books_wanted: int = 0
    detail: str = ""
    """Why it is not LIVE, in words."""
    polled_by_choice: bool = False
    """No socket can be had without a key, so books are polled, and nothing is wrong with that."""


class FeedListener(Protocol):
    """Who is told of a stream. Every method returns at once and never raises for what a venue sent."""

    def book_changed(self, book: LiveBook, received_ms: int) -> None:
        """A live book changed and is `stirred`, or ceased to be LIVE. `received_ms`: monotonic, when the frame came."""
        ...

    def order_news(self, venue: VenueName, *, client_id: str, venue_order_id: str) -> None:
        """The private channel spoke of an order of ours: ask the venue about it now. Either id may be ""; with both
        "", news may have been missed: ask about every order that is open."""
        ...

    def market_news(self, market: MarketId, what: str) -> None:
        """A market changed otherwise (closed, paused, tick size, settled): read it afresh before trading it."""
        ...

    def feed_news(self, health: FeedHealth, what: str) -> None:
        """The stream was connected, lost, resynchronised, or gave up and polls."""
        ...


class LineTap(Protocol):
    """Is given what one connection brings, as it comes. Every method returns at once and never raises."""

    def connected(self) -> None:
        """The connection stands."""
        ...

    def heard(self, frame: bytes) -> None:
        """A frame came."""
        ...

    def lost(self) -> None:
        """The connection is gone."""
        ...


class Tap(Protocol):
    """Is given what the streams of both venues bring. Every method returns at once and never raises."""

    def line(self, venue: VenueName, *, private: bool) -> LineTap:
        """A tap for one more connection; `private` when news of our own orders comes over it."""
        ...

    def follows(self, markets: Sequence[Market]) -> None:
        """The books of these markets are followed from now on."""
        ...

    def read(self, book: Book) -> None:
        """A book was read over HTTP beside the streams."""
        ...


class Feed(Protocol):
    """The market data of one venue as a stream of changes. Reconnects and resynchronises by itself."""

    name: VenueName

    def follow(self, markets: Sequence[Market]) -> None:
        """Keep exactly these books from now on; callable at any time, before `run` and while it runs."""
        ...

    def book(self, market: MarketId) -> LiveBook | None:
        """The live book of a market that is followed: always the same object while it is followed."""
        ...

    def seen_at(self, market: MarketId) -> datetime | None:
        """Up to when the book is known to be what the venue shows; None while it is not LIVE.

        A book of which nothing was heard lately is then confirmed with the venue, and `book_changed` is told of it.
        """
        ...

    def health(self) -> FeedHealth:
        """How the stream is doing, now."""
        ...

    async def run(self, listener: FeedListener) -> None:
        """Stream until cancelled. Errors: AuthError when the venue will never let us in."""
        ...


@dataclass(frozen=True, slots=True)
class Delivered:
    """The sink has taken the alert."""


@dataclass(frozen=True, slots=True)
class Later:
    """The sink has not; it may be asked again, not before `at_least_ms`."""

    why: str
    at_least_ms: int = 0


@dataclass(frozen=True, slots=True)
class Never:
    """The sink will never take this message."""

    why: str


Delivery = Delivered | Later | Never


class AlertSink(Protocol):
    """A place where people are reached."""

    name: str

    async def deliver(self, text: str, *, urgent: bool) -> Delivery:
        """Hand over a message. Never raises for what the network or the other side does."""
        ...

    async def close(self) -> None:
        """Let go of what is open."""
        ...


@dataclass(frozen=True, slots=True)
class Answered:
    """The text that a model answered with, and how much was read and written for it."""

    text: str
    tokens_in: int
    tokens_out: int


@dataclass(frozen=True, slots=True)
class NotAnswered:
    """Why there is no answer."""

    why: str


class Reader(Protocol):
    """A language model that reads rules."""

    model: str

    async def ask(self, system: str, question: str) -> Answered | NotAnswered:
        """Ask one question. Never raises for what the network or the other side does."""
        ...
