"""The market channel of the WebSocket: what to send, and frames applied to live books.

The channel has no sequence numbers. What makes up for them: a snapshot replaces everything, a change older than the
snapshot is dropped, and after each message our own top must be the one that the venue names; otherwise the book is
interrupted until it is read again. Only the YES asset of a market is followed: the NO book is its mirror image.
Source: docs.polymarket.com, market-channel (September 2026).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

import msgspec

from arbkit.core.books import TICK_MICROS, TICKS, Book, LiveBook, LiveState
from arbkit.core.markets import Market, MarketId, Side
from arbkit.core.memo import Memo
from arbkit.core.money import Price
from arbkit.errors import SchemaMismatch
from arbkit.venues.polymarket.wire import fields

PING: Final = "PING"
PONG: Final = "PONG"
PONGS: Final = frozenset({PONG, PONG.encode()})
PING_INTERVAL_MS: Final = 10_000
SILENCE_MS_MAX: Final = 30_000
"""Without a PONG for this long the connection is dead."""
ASSETS_MAX: Final = 200
"""Assets followed on one connection; beyond 500 no snapshots came."""

_HELD_MAX: Final = 2_000
"""Changes kept of a book that is being read over HTTP."""
_QUICK_MAX: Final = 1_000
"""With more changes an event is another case: what texts are read as has to be remembered for all of them at once."""
_STAMP_DIGITS_MAX: Final = 14
_IGNORED: Final = frozenset({"last_trade_price", "best_bid_ask", "new_market"})


class LevelRow(msgspec.Struct, gc=False):
    """A level of a snapshot."""

    price: str
    size: str


class ChangeRow(msgspec.Struct, gc=False):
    """One entry of `price_changes`: `size` is the new total at the price; the bests are those after the message."""

    asset_id: str
    price: str
    size: str
    side: str
    best_bid: str | None = None
    best_ask: str | None = None


class EventRow(msgspec.Struct, gc=False):
    """Any event of the market channel; which keys are there depends on `event_type`."""

    event_type: str
    asset_id: str = ""
    market: str = ""
    timestamp: str = ""
    bids: list[LevelRow] | None = None
    asks: list[LevelRow] | None = None
    price_changes: list[ChangeRow] | None = None
    new_tick_size: str | None = None
    winning_asset_id: str | None = None


class QuickChange(msgspec.Struct, gc=False):
    """An entry of `price_changes` as nearly all are."""

    asset_id: str
    price: str
    size: str
    side: Literal["BUY", "SELL"]
    best_bid: str
    best_ask: str


class QuickEvent(msgspec.Struct, gc=False):
    """Nearly every frame of a busy connection: only what has to be read of it, so that decoding takes half as long."""

    price_changes: Annotated[list[QuickChange], msgspec.Meta(max_length=_QUICK_MAX)]
    timestamp: Annotated[int, msgspec.Meta(ge=0, lt=10**_STAMP_DIGITS_MAX)]
    event_type: Literal["price_change"]


CHANGE_DECODER: Final[msgspec.json.Decoder[QuickEvent]] = msgspec.json.Decoder(QuickEvent, strict=False)
"""Decodes a change of prices in the usual form and nothing else. Not strict: a time is a number in a text."""
_DECODE: Final = msgspec.json.Decoder(list[EventRow] | EventRow).decode
_LIVE: Final = LiveState.LIVE
"""At hand, for looking up a member of an enumeration takes half as long as changing a level."""


def _units(text: str, unit_micros: int) -> int:
    micros = fields.micros_text(text, "$")
    if micros % unit_micros:
        raise fields.mismatch("$", f"{micros} millionths are finer than the finest tick")
    return micros // unit_micros


_BIDS: Final = Memo(lambda text: _units(text, TICK_MICROS), sound=range(TICKS))
"""Text of a price to its ticks; no bid at all is one at 0."""
_ASKS: Final = Memo(lambda text: TICKS - _units(text, TICK_MICROS), sound=range(TICKS))
"""Text of a price to the ticks of the NO bid that an ask at it is; no ask at all is one at 1."""
_SIZES: Final = Memo(lambda text: _units(text, 1), sound=range(10**18))
"""Text of a size to millionths."""
_BIDS_MET, _ASKS_MET, _SIZES_MET = _BIDS.met, _ASKS.met, _SIZES.met


@dataclass(slots=True)
class Effects:
    """What a frame did. `lost` books have to be read again before they are believed."""

    touched: set[MarketId] = field(default_factory=set)
    lost: dict[MarketId, str] = field(default_factory=dict)
    tick_sizes: dict[MarketId, Price] = field(default_factory=dict)
    resolved: dict[MarketId, Side] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    """Event types that we do not know."""


def subscription(assets: Sequence[str]) -> bytes:
    """The first frame of a connection."""
    return msgspec.json.encode({"type": "market", "assets_ids": assets, "custom_feature_enabled": False})


def subscribe(assets: Sequence[str]) -> bytes:
    """Follow more assets on a connection that stands."""
    return msgspec.json.encode({"operation": "subscribe", "assets_ids": assets, "custom_feature_enabled": False})


def unsubscribe(assets: Sequence[str]) -> bytes:
    """Follow these assets no longer."""
    return msgspec.json.encode({"operation": "unsubscribe", "assets_ids": assets})


def decoded(frame: str | bytes) -> list[EventRow] | EventRow:
    """The events of a frame. Raises SchemaMismatch."""
    try:
        found: list[EventRow] | EventRow = _DECODE(frame)
    except fields.NOT_DECODED as error:
        raise fields.explained(error) from error
    return found


class MarketStream:
    """The live books of the markets that one connection follows."""

    def __init__(self, markets: Iterable[Market] = ()) -> None:
        self.books: dict[MarketId, LiveBook] = {}
        self._by_asset: dict[str, LiveBook] = {}
        self._sides: dict[str, Side] = {}
        self._held: dict[str, list[tuple[int, ChangeRow]]] = {}
        self._unheld_ms: dict[str, int] = {}
        for market in markets:
            self.add(market, LiveBook(market.id, unit_micros=1))

    def add(self, market: Market, book: LiveBook) -> None:
        """Follow one more market."""
        self.books[market.id] = self._by_asset[market.yes_token] = book
        self._sides |= {market.yes_token: Side.YES, market.no_token: Side.NO}

    def remove(self, market: Market) -> None:
        """Follow a market no longer."""
        self.books.pop(market.id, None)
        self._by_asset.pop(market.yes_token, None)
        for kept in (self._held, self._unheld_ms):
            kept.pop(market.id.key, None)
        for token in (market.yes_token, market.no_token):
            self._sides.pop(token, None)

    @property
    def assets(self) -> list[str]:
        """What to subscribe to."""
        return list(self._by_asset)

    def interrupt(self) -> None:
        """The connection broke: no book is current any more."""
        for book in self.books.values():
            book.interrupt()
            book.venue_ms = 0
        for kept in (self._held, self._unheld_ms):
            kept.clear()

    def load(self, book: Book) -> bool:
        """Start a live book from one that was read over HTTP, then apply the changes that came in the meantime and are
        not older. Returns whether it is LIVE."""
        at_ms, followed = venue_ms_of(book), self.books[book.market]
        if at_ms < self._unheld_ms.get(book.market.key, 0):
            return False
        yes_bids = {level.price.micros // TICK_MICROS: level.qty.micros for level in book.yes_bids}
        no_bids = {TICKS - level.price.micros // TICK_MICROS: level.qty.micros for level in book.yes_asks}
        followed.venue_ms = at_ms
        live = followed.snapshot(yes_bids=yes_bids, no_bids=no_bids)
        for at_ms, change in self._held.pop(book.market.key, ()):
            if at_ms >= followed.venue_ms:
                live = live and self._put(followed, change)
        return live

    def freeze(self, market: MarketId, *, seen_at: datetime) -> Book:
        """What stands now in a live book."""
        book = self.books[market]
        venue_at = fields.EPOCH + timedelta(milliseconds=book.venue_ms)
        return book.freeze(seen_at=seen_at, venue_at=venue_at)

    def take(self, frame: str | bytes) -> Effects:
        """Apply a frame: PONG, one event, or an array of events. Raises SchemaMismatch for anything else."""
        return Effects() if frame in PONGS else self.apply(decoded(frame))

    def apply(self, found: list[EventRow] | EventRow) -> Effects:
        """Apply what a frame held."""
        effects = Effects()
        for event in found if isinstance(found, list) else (found,):
            self._take(event, effects)
        return effects

    def quick(self, event: QuickEvent) -> LiveBook | None:
        """Apply a change of one book as nearly all are: it fits, and our top is the venue's afterwards. Returns the
        book. None: it is another case, for `apply`; what was done already it does again, for sizes are absolute."""
        book: LiveBook | None = None
        at_ms, by_asset = event.timestamp, self._by_asset
        try:
            for change in event.price_changes:
                found = by_asset.get(change.asset_id)
                if found is None:
                    continue
                if book is None:
                    book = found
                    if book.state is not _LIVE or at_ms < book.venue_ms:
                        return None
                if change.side == "BUY":
                    ladder, price = book.yes, _BIDS_MET[change.price]
                else:
                    ladder, price = book.no, _ASKS_MET[change.price]
                size = _SIZES_MET.get(change.size)
                if size is None:  # sizes are often new, prices seldom
                    size = _SIZES.number(change.size)
                if found is not book or not price or size < 0:
                    return None
                if ladder.put(price, size):
                    book.stirred = True
                top = change
            if book is None or book.yes.best != _BIDS_MET[top.best_bid] or book.no.best != _ASKS_MET[top.best_ask]:
                return None
        except (KeyError, SchemaMismatch):  # a price that comes for the first time, or what cannot be
            return self.quick(event) if _met(event) else None
        book.venue_ms = at_ms
        return book

    def _take(self, event: EventRow, effects: Effects) -> None:
        match event.event_type:
            case "price_change":
                self._change(event, effects)
            case "book":
                self._snapshot(event, effects)
            case "tick_size_change":
                self._tick_size(event, effects)
            case "market_resolved":
                self._resolve(event, effects)
            case kind if kind not in _IGNORED:
                effects.unknown.append(kind)

    def _snapshot(self, event: EventRow, effects: Effects) -> None:
        if (book := self._by_asset.get(event.asset_id)) is None:
            return
        if event.bids is None or event.asks is None:
            raise fields.mismatch("$.bids", "a snapshot without both sides")
        at_ms = _ms(event.timestamp)
        if at_ms < book.venue_ms and book.state is LiveState.LIVE:
            return
        book.venue_ms = at_ms
        self._held.pop(book.market.key, None)
        self._unheld_ms.pop(book.market.key, None)
        yes_bids = {_BIDS.number(level.price): _SIZES.number(level.size) for level in event.bids}
        no_bids = {_ASKS.number(level.price): _SIZES.number(level.size) for level in event.asks}
        if len(yes_bids) + len(no_bids) != len(event.bids) + len(event.asks):
            book.interrupt()
            effects.lost[book.market] = "a snapshot with a price twice"
        elif book.snapshot(yes_bids=yes_bids, no_bids=no_bids):
            effects.touched.add(book.market)
            effects.lost.pop(book.market, None)
        else:
            effects.lost[book.market] = "a snapshot with an impossible level"

    def _change(self, event: EventRow, effects: Effects) -> None:
        if event.price_changes is None:
            raise fields.mismatch("$.price_changes", "missing")
        at_ms = _ms(event.timestamp)
        last: dict[MarketId, ChangeRow] = {}
        for change in event.price_changes:
            book = self._by_asset.get(change.asset_id)
            if book is None:
                continue
            if book.state is not LiveState.LIVE:
                self._hold(book.market, at_ms, change)
            elif at_ms < book.venue_ms:
                continue
            elif self._put(book, change):
                last[book.market] = change
            else:
                effects.lost[book.market] = "an impossible level"
        for market, change in last.items():
            self.books[market].venue_ms = at_ms
            self._compare(self.books[market], change, effects)

    def _put(self, book: LiveBook, change: ChangeRow) -> bool:
        side, ticks = (Side.YES, _BIDS.number(change.price)) if change.side == "BUY" else (Side.NO, _ask(change))
        return book.put(side, ticks, _SIZES.number(change.size))

    def _hold(self, market: MarketId, at_ms: int, change: ChangeRow) -> None:
        """Keep a change until the book is read; of too many the oldest go, and the read must be newer than those."""
        held = self._held.setdefault(market.key, [])
        held.append((at_ms, change))
        if len(held) > _HELD_MAX:
            self._unheld_ms[market.key] = held[_HELD_MAX // 2][0]
            del held[: _HELD_MAX // 2]

    def _compare(self, book: LiveBook, change: ChangeRow, effects: Effects) -> None:
        """Hold our own top against the venue's; an empty side is named 0 or 1, or not at all."""
        ours = (book.yes.best, TICKS - book.no.best)
        theirs = (
            ours[0] if change.best_bid is None else _BIDS.number(change.best_bid),
            ours[1] if change.best_ask is None else TICKS - _ASKS.number(change.best_ask),
        )
        if ours == theirs:
            effects.touched.add(book.market)
            return
        book.interrupt()
        effects.lost[book.market] = f"our best prices {ours} are not the venue's {theirs}"

    def _tick_size(self, event: EventRow, effects: Effects) -> None:
        if (book := self._by_asset.get(event.asset_id)) is None:
            return
        if event.new_tick_size is None:
            raise fields.mismatch("$.new_tick_size", "missing")
        effects.tick_sizes[book.market] = Price(_BIDS.number(event.new_tick_size) * TICK_MICROS)
        book.interrupt()
        effects.lost[book.market] = "the tick size changed"

    def _resolve(self, event: EventRow, effects: Effects) -> None:
        side = self._sides.get(event.winning_asset_id or "")
        market = next((book.market for book in self.books.values() if book.market.key == event.market), None)
        if side is not None and market is not None:
            effects.resolved[market] = side


def _ask(change: ChangeRow) -> int:
    """The NO bid that a change of the ask side is."""
    if change.side != "SELL":
        raise fields.mismatch("$.price_changes.side", "neither BUY nor SELL")
    return _ASKS.number(change.price)


def _met(event: QuickEvent) -> bool:
    """Read whatever of an event comes for the first time. Returns whether all of it is sound."""
    try:
        for change in event.price_changes:
            price = _BIDS if change.side == "BUY" else _ASKS
            texts = ((price, change.price), (_SIZES, change.size), (_BIDS, change.best_bid), (_ASKS, change.best_ask))
            for memo, text in texts:
                memo.number(text)
                if text not in memo.met:
                    return False
    except SchemaMismatch:
        return False
    return True


def venue_ms_of(book: Book) -> int:
    """When a book was made by the venue's clock; 0 if that is not known."""
    return (book.venue_at - fields.EPOCH) // timedelta(milliseconds=1) if book.venue_at is not None else 0


def _ms(timestamp: str) -> int:
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= _STAMP_DIGITS_MAX):
        raise fields.mismatch("$.timestamp", "not a time in milliseconds")
    return int(timestamp)
