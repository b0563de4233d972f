"""What is said over one WebSocket to Polymarket, without I/O: the books of some assets, and the news of our orders.

The market channel has no sequence and no reply, and is known to go silent for one asset or for all while it goes on
answering PING. So nothing is believed for its silence: a book is current up to its own last event, or to the last read
over HTTP that showed the same; a read that shows what the stream left out ends the connection.
Source: docs.polymarket.com, market-channel and user-channel (September 2026).
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Final

import msgspec

from arbkit.core.books import TICKS, Book, LiveBook, LiveState
from arbkit.core.markets import Market, MarketId, VenueName
from arbkit.core.text import clean
from arbkit.errors import SchemaMismatch
from arbkit.ports import FeedListener
from arbkit.venues.polymarket.wire import fields, stream
from arbkit.venues.polymarket.wire.stream import CHANGE_DECODER, PONG, Effects, MarketStream, decoded, venue_ms_of

SNAPSHOT_MS: Final = 10_000
"""A book that did not come in this time is read over HTTP."""
CROSSED_MS: Final = 1_000
"""Books are crossed for an instant while an order is matched; beyond this they are wrong."""
BEHIND_MS: Final = 5_000
"""A change that HTTP shows and the stream did not bring in this time will not come."""
TROUBLE_MAX: Final = 20
"""Unreadable frames on one connection: beyond, another connection is better."""

_PONG: Final = PONG.encode()
_CHANGE: Final = CHANGE_DECODER.decode


class BookTalk:
    """The order books of some markets over one connection. `tell` is told of what went wrong, in words."""

    def __init__(self, listener: FeedListener, tell: Callable[[str], None], *, silence_ms: int) -> None:
        self.outbox: list[bytes] = []
        self.broken = ""
        self.resyncs = 0
        self.changed_ms: int | None = None
        self.unread: set[MarketId] = set()
        self._listener, self._tell, self._silence_ms = listener, tell, silence_ms
        self._stream = MarketStream()
        self._markets: dict[MarketId, Market] = {}
        self._verified_ms: dict[str, int] = {}
        """By condition id: when the read was asked for that last agreed."""
        self._connected = False
        self._begin(0)

    def _begin(self, now_ms: int) -> None:
        self._opened_ms = self._now_ms = now_ms
        self._awaited: dict[MarketId, int] = {}
        self._crossed: dict[MarketId, int] = {}
        self._unreadable = 0

    def follow(self, markets: Iterable[Market], books: Mapping[MarketId, LiveBook]) -> None:
        """Keep exactly these books from now on."""
        wanted = {market.id: market for market in markets}
        removed = [market for market_id, market in self._markets.items() if market_id not in wanted]
        added = [market for market_id, market in wanted.items() if market_id not in self._markets]
        self._markets = wanted
        for market in removed:
            self._stream.remove(market)
            self.unread.discard(market.id)
            for kept in (self._awaited, self._crossed):
                kept.pop(market.id, None)
            self._verified_ms.pop(market.id.key, None)
        for market in added:
            self._stream.add(market, books[market.id])
        if self._connected:
            if removed:
                self.outbox.append(stream.unsubscribe([market.yes_token for market in removed]))
            self._subscribe(added, stream.subscribe, self._now_ms)

    def seen_ms(self, market: MarketId) -> int | None:
        """Up to when a book is known to be what the venue shows: its last event, or the last read that agreed."""
        book = self._stream.books.get(market)
        if book is None or book.state is not LiveState.LIVE:
            return None
        return max(book.changed_ms, self._verified_ms.get(market.key, 0))

    def opened(self, now_ms: int) -> None:
        """Subscribe to everything anew; what was polled before is not believed."""
        self._begin(now_ms)
        self._connected = True
        self._void(now_ms)
        self._subscribe(list(self._markets.values()), stream.subscription, now_ms)

    def lost(self, now_ms: int) -> None:
        """No book is current any more."""
        self._connected = False
        self._void(now_ms)

    def take(self, frame: bytes, now_ms: int) -> None:
        """Apply a frame. What cannot be read may have been about any book: all are read over HTTP."""
        try:
            change = _CHANGE(frame)
        except fields.NOT_DECODED:
            self._take(frame, now_ms)
            return
        book = self._stream.quick(change)
        if book is None:
            self._take(frame, now_ms)
            return
        self.changed_ms = book.changed_ms = now_ms
        if book.stirred or self._awaited or self.unread:
            self._touched(book, now_ms)

    def _take(self, frame: bytes, now_ms: int) -> None:
        """Anything but a change of one book that fits."""
        if frame == _PONG:
            return
        try:
            effects = self._stream.apply(decoded(frame))
        except SchemaMismatch as error:
            self._unreadable += 1
            why = f"a frame could not be read ({error.path}: {error.found})"
            self._lose(dict.fromkeys(self._markets, why), now_ms)
            if self._unreadable > TROUBLE_MAX:
                self.broken = why
            return
        for market in effects.touched:
            self._touched(self._stream.books[market], now_ms)
        if effects.lost or effects.tick_sizes or effects.resolved:
            self._unusual(effects, now_ms)

    def _touched(self, book: LiveBook, now_ms: int) -> None:
        self.changed_ms = book.changed_ms = now_ms
        if self._awaited or self.unread:
            self._awaited.pop(book.market, None)
            self.unread.discard(book.market)
        if book.stirred:
            if book.yes.best + book.no.best >= TICKS:
                self._crossed.setdefault(book.market, now_ms + CROSSED_MS)
            self._listener.book_changed(book, now_ms)

    def _unusual(self, effects: Effects, now_ms: int) -> None:
        for market, step in effects.tick_sizes.items():
            self._listener.market_news(market, f"tick size {step}")
        for market, side in effects.resolved.items():
            self._listener.market_news(market, f"resolved {side}")
        self._lose(effects.lost, now_ms)

    def _lose(self, markets: Mapping[MarketId, str], now_ms: int) -> None:
        """Believe these books no longer, and have them read."""
        for market in markets:
            book = self._stream.books[market]
            book.interrupt()
            book.changed_ms = now_ms
            self._awaited.pop(market, None)
            self.unread.add(market)
            self._listener.book_changed(book, now_ms)
        if markets:
            self.resyncs += len(markets)
            first, why = next(iter(markets.items()))
            self._tell(f"{first}: {why}" if len(markets) == 1 else f"{len(markets)} books: {why}")

    def compare(self, book: Book, *, asked_ms: int, now_ms: int) -> None:
        """Start from a book that was read over HTTP, or hold it against ours."""
        live = self._stream.books.get(book.market)
        if live is None or not self._connected:
            return
        if live.state is not LiveState.LIVE:
            if book.market in self.unread:
                self._load(book, asked_ms, now_ms)
            return
        ours = self._stream.freeze(book.market, seen_at=book.seen_at)
        if (ours.yes_bids, ours.yes_asks) == (book.yes_bids, book.yes_asks):
            self._verified_ms[book.market.key] = asked_ms
        elif live.changed_ms < asked_ms and venue_ms_of(book) >= live.venue_ms:
            self._behind(book, asked_ms, now_ms)

    def _behind(self, book: Book, asked_ms: int, now_ms: int) -> None:
        """HTTP shows what the stream has not brought: take it, and mistrust a stream that is long behind."""
        late = book.venue_at is not None and book.seen_at - book.venue_at > timedelta(milliseconds=BEHIND_MS)
        self.resyncs += 1
        self._load(book, asked_ms, now_ms)
        if late:
            self.broken = f"{book.market} changed, and the stream did not say so"

    def _load(self, book: Book, asked_ms: int, now_ms: int) -> None:
        followed = self._stream.books[book.market]
        try:
            live = self._stream.load(book)
        except SchemaMismatch as error:
            followed.interrupt()
            self._tell(f"{book.market}: a change could not be read ({error.path}: {error.found})")
            return
        if live:
            self.unread.discard(book.market)
            self._awaited.pop(book.market, None)
            followed.changed_ms = self._verified_ms[book.market.key] = asked_ms
        self._listener.book_changed(followed, now_ms)

    def due(self, now_ms: int) -> None:
        """Have read what did not come; notice a crossed book, and a connection that never says anything."""
        self._now_ms = now_ms
        for market in [market for market, at_ms in self._awaited.items() if now_ms >= at_ms]:
            del self._awaited[market]
            self.unread.add(market)
        for market, at_ms in list(self._crossed.items()):
            book = self._stream.books[market]
            if book.yes.best + book.no.best < TICKS or book.state is not LiveState.LIVE:
                del self._crossed[market]
            elif now_ms >= at_ms:
                del self._crossed[market]
                self._lose({market: "stays crossed"}, now_ms)
        mute = self.changed_ms is None or self.changed_ms < self._opened_ms
        if self._markets and mute and now_ms - self._opened_ms > self._silence_ms:
            self.broken = f"not one book in {self._silence_ms // 1_000} s"

    def _subscribe(self, markets: list[Market], frame: Callable[[list[str]], bytes], now_ms: int) -> None:
        if markets:
            self.outbox.append(frame([market.yes_token for market in markets]))
            self._awaited |= dict.fromkeys((market.id for market in markets), now_ms + SNAPSHOT_MS)

    def _void(self, now_ms: int) -> None:
        live = [book for book in self._stream.books.values() if book.state is LiveState.LIVE]
        self._stream.interrupt()
        self.unread.clear()
        for book in live:
            self._listener.book_changed(book, now_ms)


class _NewsRow(msgspec.Struct, gc=False):
    event_type: str = ""
    id: str = ""
    taker_order_id: str = ""


class NewsTalk:
    """The user channel: orders and trades of the account. None of it can be replayed: after a reconnection the
    listener is told to ask about every order."""

    def __init__(self, listener: FeedListener, subscription: Callable[[], bytes]) -> None:
        self.outbox: list[bytes] = []
        self.broken = ""
        self._listener, self._subscription = listener, subscription
        self._connected_before = False

    def opened(self, now_ms: int) -> None:
        """Say who we are; what was missed before can only be asked for."""
        del now_ms
        self.outbox.append(self._subscription())
        if self._connected_before:
            self._all()
        self._connected_before = True

    def lost(self, now_ms: int) -> None:
        """Nothing stands that would have to be taken back."""

    def due(self, now_ms: int) -> None:
        """Nothing is waited for."""

    def take(self, frame: bytes, now_ms: int) -> None:
        """Pass news on. What cannot be read may have been about an order, so all are asked about."""
        del now_ms
        if frame == _PONG:
            return
        try:
            rows = _NEWS.decode(frame)
        except fields.NOT_DECODED:
            self._all()
            return
        for row in rows if isinstance(rows, list) else (rows,):
            if row.event_type in {"order", "trade"}:
                key = row.id if row.event_type == "order" else row.taker_order_id
                self._listener.order_news(VenueName.POLYMARKET, client_id="", venue_order_id=clean(key))

    def _all(self) -> None:
        self._listener.order_news(VenueName.POLYMARKET, client_id="", venue_order_id="")


_NEWS: Final = msgspec.json.Decoder(list[_NewsRow] | _NewsRow)
