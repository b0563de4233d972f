"""Polymarket's WebSockets as frames: the market channel of books, the user channel of own orders and trades.

No socket and no clock of its own. Like the venue's, the stream carries no sequence number: sizes are totals.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from arbkit.venues.sim.clob_keys import ApiKey, ClobKeys
from arbkit.venues.sim.decimals import decimal_text, price_text
from arbkit.venues.sim.exchange import ONE_DOLLAR
from arbkit.venues.sim.floor import Floor, Place
from arbkit.venues.sim.polymarket_engine import PolymarketEngine
from arbkit.venues.sim.polymarket_listing import ListedPair, PolymarketListing
from arbkit.venues.sim.polymarket_wallets import PolyOrder, PolyTrade, Wallet
from arbkit.venues.sim.wire.clob_account import order_object, trade_object
from arbkit.venues.sim.wire.clob_objects import book, unix_ms
from arbkit.venues.sim.world.model import JsonObject

PING, PONG = "PING", "PONG"
_FOK_KILLED = "CANCELED_order couldn't be fully filled. FOK orders are fully filled or killed."

Frame = JsonObject | list[JsonObject] | str
"""An object, the array with which a subscription begins, or the text PONG."""


class _Auth(msgspec.Struct, rename="camel"):
    api_key: str
    secret: str
    passphrase: str


class _First(msgspec.Struct):
    """The first frame and every later one of a client."""

    type: str = ""
    operation: str = ""
    assets_ids: list[str] = []
    markets: list[str] = []
    initial_dump: bool = True
    auth: _Auth | None = None


@dataclass(slots=True)
class _Told:
    """A book as it was last told: (is a bid, price of the first token) -> shares."""

    levels: dict[Place, int]
    version: int
    tick: int


class MarketSession:
    """One connection to the market channel."""

    def __init__(self, listing: PolymarketListing, floor: Floor) -> None:
        self._listing, self._floor = listing, floor
        self._tokens: dict[str, ListedPair] = {}
        self._told: dict[str, _Told] = {}
        self._begun = False

    @property
    def listens(self) -> bool:
        """Whether it follows a book."""
        return bool(self._tokens)

    def command(self, text: str, now: datetime) -> list[Frame]:
        """Obey a frame of the client. What is not understood is ignored, as the venue does."""
        if text == PING:
            return [PONG]
        try:
            asked = msgspec.json.decode(text, type=_First)
        except msgspec.DecodeError:
            return []
        if not self._begun and asked.type == "market":
            self._begun = True
            return self._subscribe(asked, now)
        if self._begun and asked.operation == "subscribe":
            return self._subscribe(asked, now)
        if asked.operation == "unsubscribe":
            for token in asked.assets_ids:
                self._tokens.pop(token, None)
        return []

    def news(self, now: datetime) -> list[Frame]:
        """What has changed since the last look, a frame for each market."""
        frames: list[Frame] = []
        for market in {pair.condition_id: pair for pair in self._tokens.values()}.values():
            frames += self._tick(market, now)
            frames += self._changes(market, now)
        return frames

    def _subscribe(self, asked: _First, now: datetime) -> list[Frame]:
        fresh = {
            token: self._listing.by_token[token]
            for token in asked.assets_ids
            if token in self._listing.by_token and token not in self._tokens
        }
        self._tokens |= fresh
        dump = []
        for token, market in fresh.items():
            pit = self._floor.pit(market.book_key, now)
            self._told.setdefault(market.condition_id, _Told(pit.levels(), pit.version, market.tick))
            dump.append(book(market, token, pit) | {"event_type": "book"})
        return [dump] if asked.initial_dump and dump else []

    def _tick(self, market: ListedPair, now: datetime) -> Iterator[JsonObject]:
        told = self._told[market.condition_id]
        if market.tick == told.tick:
            return
        for token in (token for token in market.tokens if token in self._tokens):
            yield {
                "event_type": "tick_size_change", "market": market.condition_id, "asset_id": token,
                "old_tick_size": price_text(told.tick), "new_tick_size": price_text(market.tick),
                "timestamp": str(unix_ms(now)),
            }  # fmt: skip
        told.tick = market.tick

    def _changes(self, market: ListedPair, now: datetime) -> Iterator[JsonObject]:
        pit, told = self._floor.pit(market.book_key, now), self._told[market.condition_id]
        if pit.version == told.version:
            return
        for change in pit.since(told.version, told.levels):
            moved = [(place, qty) for place, qty in change.levels if qty != told.levels.get(place, 0)]
            for place, qty in moved:
                told.levels[place] = qty
                if not qty:
                    del told.levels[place]
            if rows := self._rows(market, moved, told.levels, change.version):
                at = str(unix_ms(change.at))
                yield {
                    "event_type": "price_change", "market": market.condition_id, "timestamp": at, "price_changes": rows
                }  # fmt: skip
        told.version = pit.version

    def _rows(
        self, market: ListedPair, moved: Sequence[tuple[Place, int]], levels: Mapping[Place, int], version: int
    ) -> list[JsonObject]:
        """A row for each change and each token; the bests are those after all of them."""
        tokens = [token for token in market.tokens if token in self._tokens]
        if not moved or not tokens:
            return []
        bid = max((price for is_bid, price in levels if is_bid), default=None)
        ask = min((price for is_bid, price in levels if not is_bid), default=None)
        return [
            _row(token, place, qty, version, (bid, ask), mirrored=token != market.tokens[0])
            for place, qty in moved
            for token in tokens
        ]


def _row(
    token: str, place: Place, qty: int, version: int, best: tuple[int | None, int | None], *, mirrored: bool
) -> JsonObject:
    (is_bid, price), (bid, ask) = place, best
    if mirrored:
        is_bid, price = not is_bid, ONE_DOLLAR - price
        bid, ask = (None if ask is None else ONE_DOLLAR - ask), (None if bid is None else ONE_DOLLAR - bid)
    told = f"{token}/{is_bid}/{price}/{qty}/{version}"
    return {
        "asset_id": token,
        "price": price_text(price),
        "size": decimal_text(qty),
        "side": "BUY" if is_bid else "SELL",
        "hash": hashlib.sha1(told.encode(), usedforsecurity=False).hexdigest(),
        "best_bid": "0" if bid is None else price_text(bid),
        "best_ask": "1" if ask is None else price_text(ask),
    }


class UserSession:
    """One connection to the user channel. With wrong credentials it stays silent, as the venue does."""

    def __init__(self, keys: ClobKeys, engine: PolymarketEngine) -> None:
        self._keys, self._engine = keys, engine
        self._key: ApiKey | None = None
        self._orders: dict[str, PolyOrder] = {}
        self._trades: dict[str, PolyTrade] = {}

    listens = False
    """It follows no book."""

    def command(self, text: str, _now: datetime) -> list[Frame]:
        """Obey a frame of the client."""
        if text == PING:
            return [PONG]
        try:
            asked = msgspec.json.decode(text, type=_First)
        except msgspec.DecodeError:
            return []
        if asked.type == "user" and asked.auth is not None and self._key is None:
            self._key = self._keys.known(asked.auth.api_key, asked.auth.secret, asked.auth.passphrase)
            self._look()
        return []

    def news(self, _now: datetime) -> list[Frame]:
        """Orders and trades that changed since the last look."""
        return [] if self._key is None else list(self._look())

    def _look(self) -> Sequence[JsonObject]:
        frames: list[JsonObject] = []
        for wallet in self._wallets():
            for order in wallet.truth.orders.values():
                if self._orders.get(order.order_id) is not order:
                    frames.append(_order_event(order, known=order.order_id in self._orders))
                    self._orders[order.order_id] = order
            for trade in wallet.truth.trades.values():
                if self._trades.get(trade.trade_id) is not trade:
                    self._trades[trade.trade_id] = trade
                    frames.append(trade_object(trade) | {"event_type": "trade", "type": "TRADE"})
        return frames

    def _wallets(self) -> list[Wallet]:
        return [w for w in self._engine.wallets.values() if self._key is not None and w.eoa == self._key.eoa]


def _order_event(order: PolyOrder, *, known: bool) -> JsonObject:
    cancelled = order.status.startswith("CANCELED") or order.status == "UNMATCHED"
    kind = "CANCELLATION" if cancelled else "UPDATE" if known or order.matched else "PLACEMENT"
    told = order_object(order)
    if cancelled and not order.matched:
        told |= {"status": _FOK_KILLED, "size_matched": "", "created_at": ""}
    stamp = str(unix_ms(order.created_at))
    return told | {"event_type": "order", "type": kind, "order_owner": order.owner, "timestamp": stamp}
