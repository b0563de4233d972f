"""What is said over one WebSocket to Kalshi, without I/O: subscriptions, sequences, snapshots asked for, live books.

A connection has one subscription a channel, whatever number of `subscribe` is sent (recorded in production), and its
sequence runs over all markets and over replies. So one unbroken sequence proves every book of the connection, and one
gap voids every one of them. A quiet subscription is asked for the snapshot of one market a second: the answer comes
through the same sequence, which a ping does not, and shows whether our book of that market is what the venue holds.
Source: docs.kalshi.com, AsyncAPI of the trade API (September 2026).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from arbkit.core.books import Book, LiveBook, LiveState
from arbkit.core.markets import Market, MarketId, Side
from arbkit.errors import BadNumber, SchemaMismatch
from arbkit.ports import FeedListener
from arbkit.venues.kalshi.wire import stream
from arbkit.venues.kalshi.wire.stream import TICKS, Numbered, Refused, Snapshot

CHUNK: Final = 100
"""Markets named in one command."""
PROBE_MS: Final = 1_000
"""A subscription that said nothing for so long is asked for a snapshot."""
SNAPSHOT_MS: Final = 10_000
"""A snapshot that did not come in this time is asked for again."""
CROSSED_MS: Final = 1_000
"""A book may be crossed while the exchange reports a match level by level; beyond this it is wrong."""
CROSSED_AGAIN_MS: Final = 60_000
"""A snapshot that is crossed itself is doubted no sooner."""
TROUBLE_MAX: Final = 20
TROUBLE_MS: Final = 60_000
"""More gaps or unreadable frames than that in this time, and another connection is better."""

_CHANNEL: Final = "orderbook_delta"
_DELTA: Final = stream.DELTA_DECODER.decode
_PRICES: Final = stream.PRICES.met
_MIRRORED: Final = stream.MIRRORED.met
_SIZES: Final = stream.SIZES.met
# At hand, for looking up a member of an enumeration takes half as long as changing a level.
_LIVE: Final = LiveState.LIVE
_YES: Final = Side.YES
_NOT_DECODED: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_TERMINAL: Final = frozenset({9, 10, 25})
"""Authentication required, channel error, subscription buffer overflow."""


@dataclass(slots=True)
class Trouble:
    """Counts what went wrong lately on a connection."""

    count: int = 0
    since_ms: int = 0

    def more(self, now_ms: int) -> bool:
        """One more; whether it is too much."""
        if now_ms - self.since_ms > TROUBLE_MS:
            self.count, self.since_ms = 0, now_ms
        self.count += 1
        return self.count > TROUBLE_MAX


@dataclass(slots=True)
class Commands:
    """Commands of one connection, numbered from 1."""

    outbox: list[bytes] = field(default_factory=list)
    last_id: int = 0

    def add(self, cmd: str, **params: object) -> int:
        """Queue a command; its id."""
        self.last_id += 1
        self.outbox.append(msgspec.json.encode({"id": self.last_id, "cmd": cmd, "params": params}))
        return self.last_id


class BookTalk:
    """The order books of some markets over one connection. `tell` is told of what went wrong, in words."""

    def __init__(self, listener: FeedListener, tell: Callable[[str], None], *, silence_ms: int) -> None:
        self.broken = ""
        self.resyncs = 0
        self.changed_ms: int | None = None
        self.unread: set[MarketId] = set()
        self._commands = Commands()
        self.outbox = self._commands.outbox
        self._listener, self._tell, self._silence_ms = listener, tell, silence_ms
        self._books: dict[str, LiveBook] = {}
        self._connected = False
        self._begin(0)

    def _begin(self, now_ms: int) -> None:
        self._sid: int | None = None
        self._last = 0
        """The number of the last frame of the subscription."""
        self._trouble = Trouble()
        self._current_ms = self._asked_ms = self._probed_ms = now_ms
        self._turn = 0
        self._unasked: list[str] = []
        self._awaited: dict[str, int] = {}
        self._crossed: dict[str, int] = {}

    def follow(self, markets: Iterable[Market], books: Mapping[MarketId, LiveBook]) -> None:
        """Keep exactly these books from now on."""
        wanted = {market.id.key: books[market.id] for market in markets}
        added = [ticker for ticker in wanted if ticker not in self._books]
        removed = [ticker for ticker in self._books if ticker not in wanted]
        self._books = wanted
        for ticker in removed:
            self._awaited.pop(ticker, None)
            self._crossed.pop(ticker, None)
        if self._connected:
            asked = [ticker for ticker in removed if ticker not in self._unasked]
            self._unasked = [ticker for ticker in self._unasked if ticker in wanted] + added
            if self._sid is not None:
                for chunk in _chunks(asked):
                    self._update("delete_markets", chunk)
            self._subscribe(self._current_ms)

    def seen_ms(self, market: MarketId) -> int | None:
        """Up to when a book is known to be what the venue shows: the sequence is unbroken until then."""
        book = self._books.get(market.key)
        return self._current_ms if book is not None and book.state is LiveState.LIVE else None

    def opened(self, now_ms: int) -> None:
        """Subscribe to everything anew."""
        self._begin(now_ms)
        self._connected = True
        self._void(now_ms)
        self._unasked = list(self._books)
        self._subscribe(now_ms)

    def lost(self, now_ms: int) -> None:
        """No book is current any more."""
        self._connected = False
        self._void(now_ms)

    def take(self, frame: bytes, now_ms: int) -> None:
        """Apply a frame. What cannot be read voids every book: it may have been a change of any."""
        try:
            delta = _DELTA(frame)
        except _NOT_DECODED:
            self._take(frame, now_ms)
            return
        if delta.sid != self._sid or delta.seq != self._last + 1:
            self._take(frame, now_ms)
            return
        self._last = delta.seq
        self._current_ms = now_ms
        row = delta.msg
        book = self._books.get(row.market_ticker)
        if book is None or book.state is not _LIVE:
            return
        self.changed_ms = book.changed_ms = now_ms
        if row.side is _YES:
            ladder, prices = book.yes, _PRICES
        else:
            ladder, prices = book.no, _MIRRORED
        try:
            price, difference = prices[row.price_dollars], _SIZES[row.delta_fp]
        except KeyError:  # what comes for the first time
            try:
                price, difference = stream.numbers(row)
            except BadNumber as error:
                self._reread([row.market_ticker], f"{row.market_ticker}: {error}", now_ms)
                return
        if not book.add(ladder, price, difference):
            self._reread([row.market_ticker], f"{row.market_ticker}: a change that does not fit the book", now_ms)
            return
        if book.stirred:
            if book.yes.best + book.no.best >= TICKS:
                self._crossed.setdefault(row.market_ticker, now_ms + CROSSED_MS)
            self._listener.book_changed(book, now_ms)

    def _take(self, frame: bytes, now_ms: int) -> None:
        """Anything but the next change in sequence."""
        try:
            read = stream.parse_frame(frame, use_yes_price=True)
        except SchemaMismatch as error:
            self._resync(f"a frame could not be read ({error.path}: {error.found})", now_ms)
            return
        if isinstance(read, Numbered):
            self._numbered(read, now_ms)
        elif isinstance(read, stream.Subscribed) and read.channel == _CHANNEL:
            self._sid, self._last = read.sid, 0
            self._subscribe(now_ms)
        elif isinstance(read, Refused):
            self._refused(read, now_ms)

    def _numbered(self, frame: Numbered, now_ms: int) -> None:
        if frame.sid != self._sid or self._repeated(frame.seq, now_ms):
            return
        self._current_ms = now_ms
        if isinstance(frame, Snapshot):
            self._snapshot(frame, now_ms)

    def _repeated(self, seq: int, now_ms: int) -> bool:
        """Whether a frame came before; if frames before it did not come, no book is believed any more."""
        if seq <= self._last:
            return True
        if seq > self._last + 1:
            self._resync(f"frames before number {seq} are missing", now_ms)
        self._last = seq
        return False

    def _snapshot(self, frame: Snapshot, now_ms: int) -> None:
        book = self._books.get(frame.ticker)
        if book is None:
            return
        was_live = book.state is LiveState.LIVE
        self._awaited.pop(frame.ticker, None)
        if was_live and (book.yes.sizes, book.no.sizes) == (_standing(frame.yes_bids), _standing(frame.no_bids)):
            return
        self.changed_ms = book.changed_ms = now_ms
        if not stream.apply(frame, book):
            self._awaited[frame.ticker] = now_ms + SNAPSHOT_MS
        elif book.yes.best + book.no.best >= TICKS:
            self._crossed[frame.ticker] = now_ms + CROSSED_AGAIN_MS
        self._listener.book_changed(book, now_ms)
        if was_live:
            self._resync(f"{frame.ticker} was not what its snapshot shows, though no frame is missing", now_ms)

    def compare(self, book: Book, *, asked_ms: int, now_ms: int) -> None:
        """Hold a book that was read over HTTP meanwhile against ours; if it differs, the stream is asked as well."""
        live = self._books.get(book.market.key)
        if live is None or live.state is not LiveState.LIVE or live.changed_ms >= asked_ms:
            return
        ours = live.freeze(seen_at=book.seen_at, venue_at=book.venue_at)
        if (ours.yes_bids, ours.yes_asks) != (book.yes_bids, book.yes_asks) and book.market.key not in self._awaited:
            self._ask([book.market.key], now_ms)

    def due(self, now_ms: int) -> None:
        """Ask again for what did not come; notice a crossed book, and silence."""
        if not self._books:
            self._current_ms = self._asked_ms = now_ms
            return
        if self._sid is None:
            if now_ms - self._asked_ms > SNAPSHOT_MS:
                self.broken = "the subscription was not acknowledged"
            return
        if late := [ticker for ticker, at_ms in self._awaited.items() if now_ms >= at_ms]:
            self._ask(late, now_ms)
        self._uncross(now_ms)
        quiet_ms = now_ms - self._current_ms
        if quiet_ms >= PROBE_MS and now_ms - self._probed_ms >= PROBE_MS:
            self._probe(now_ms)
        if quiet_ms > self._silence_ms:
            self.broken = f"no frame of the subscription for {quiet_ms / 1_000:.0f} s, though asked for"

    def _uncross(self, now_ms: int) -> None:
        for ticker, due_ms in list(self._crossed.items()):
            book = self._books[ticker]
            if book.yes.best + book.no.best < TICKS or book.state is not LiveState.LIVE:
                del self._crossed[ticker]
            elif now_ms >= due_ms:
                del self._crossed[ticker]
                self._reread([ticker], f"{ticker} stays crossed", now_ms)

    def _probe(self, now_ms: int) -> None:
        """Ask for one book after the other, among those that the venue is known to send."""
        live = [ticker for ticker, book in self._books.items() if book.state is LiveState.LIVE]
        self._probed_ms = now_ms
        self._turn += 1
        self._update("get_snapshot", [(live or list(self._books))[self._turn % len(live or self._books)]])

    def _subscribe(self, now_ms: int) -> None:
        """Subscribe to what is not asked for: a first chunk, and the others once the subscription has its number."""
        if not self._unasked:
            return
        first = self._sid is None
        if first and self._awaited:
            return
        for chunk in list(_chunks(self._unasked))[: 1 if first else None]:
            if first:
                self._commands.add(
                    "subscribe", channels=[_CHANNEL], market_tickers=chunk, use_yes_price=True
                )  # fmt: skip
            else:
                self._update("add_markets", chunk)
            self._awaited |= dict.fromkeys(chunk, now_ms + SNAPSHOT_MS)
            self._unasked = [ticker for ticker in self._unasked if ticker not in self._awaited]
        self._asked_ms = now_ms

    def _update(self, action: str, tickers: Sequence[str]) -> None:
        self._commands.add("update_subscription", sids=[self._sid], market_tickers=tickers, action=action)

    def _ask(self, tickers: Sequence[str], now_ms: int) -> None:
        for chunk in _chunks(tickers):
            self._update("get_snapshot", chunk)
        self._awaited |= dict.fromkeys(tickers, now_ms + SNAPSHOT_MS)

    def _reread(self, tickers: Sequence[str], why: str, now_ms: int) -> None:
        """Believe these books no longer, and ask for their snapshots."""
        self.resyncs += len(tickers)
        for ticker in tickers:
            self._books[ticker].interrupt()
            self._listener.book_changed(self._books[ticker], now_ms)
        self._ask(tickers, now_ms)
        self._tell(why)
        if self._trouble.more(now_ms):
            self.broken = f"more than {TROUBLE_MAX} breaks within {TROUBLE_MS // 1_000} s, the last: {why}"

    def _resync(self, why: str, now_ms: int) -> None:
        """Start every book of the subscription afresh."""
        if self._sid is not None:
            self._reread([ticker for ticker in self._books if ticker not in self._unasked], why, now_ms)
        elif self._trouble.more(now_ms):
            self.broken = why

    def _void(self, now_ms: int) -> None:
        for book in self._books.values():
            was_live = book.state is LiveState.LIVE
            book.interrupt()
            if was_live:
                self._listener.book_changed(book, now_ms)

    def _refused(self, frame: Refused, now_ms: int) -> None:
        if frame.sid == self._sid and frame.seq is not None and self._repeated(frame.seq, now_ms):
            return
        why = f"error {frame.code}: {frame.message}"
        self._tell(why)
        if frame.code in _TERMINAL or self._sid is None or self._trouble.more(now_ms):
            self.broken = why


def _standing(bids: Mapping[int, int]) -> dict[int, int]:
    return {price: size for price, size in bids.items() if size}


def _chunks(tickers: Sequence[str]) -> Iterable[list[str]]:
    return (list(tickers[start : start + CHUNK]) for start in range(0, len(tickers), CHUNK))
