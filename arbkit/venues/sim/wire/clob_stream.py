"""Polymarket's WebSockets as frames: the market channel of books, the user channel of own orders and trades.

No socket and no clock of its own. Like the venue's, the stream carries no sequence number: sizes are totals.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from arbkit.venues.sim.clob_keys import ApiKey, ClobKeys
from arbkit.venues.sim.decimals import decimal_text, price_text
from arbkit.venues.sim.exchange import ONE_DOLLAR
from arbkit.venues.sim.floor import Floor, Pit
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

    levels: dict[tuple[bool, int], int]
    version: int
    tick: int


class MarketSession:
    """One connection to the market channel."""

    def __init__(self, listing: PolymarketListing, floor: Floor) -> None:
        self._listing, self._floor = listing, floor
        self._tokens: dict[str, ListedPair] = {}
        self._told: dict[str, _Told] = {}
        self._begun = False

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
            self._told.setdefault(market.condition_id, _Told(_levels(pit), pit.version, market.tick))
            dump.append(book(market, token, pit) | {"event_type": "book"})
        return [dump] if asked.initial_dump and dump else []

    def _changes(self, market: ListedPair, now: datetime) -> Iterator[JsonObject]:
        pit, told = self._floor.pit(market.book_key, now), self._told[market.condition_id]
        if pit.version == told.version:
            return
        levels = _levels(pit)
        changed = [place for place in {**told.levels, **levels} if levels.get(place) != told.levels.get(place)]
        told.levels, told.version = levels, pit.version
        rows = [
            self._row(market, token, place, levels.get(place, 0), pit)
            for place in changed
            for token in market.tokens
            if token in self._tokens
        ]
        if rows:
            at = str(unix_ms(pit.changed_at))
            yield {
                "event_type": "price_change", "market": market.condition_id, "timestamp": at, "price_changes": rows
            }  # fmt: skip

    def _row(self, market: ListedPair, token: str, place: tuple[bool, int], qty: int, pit: Pit) -> JsonObject:
        is_bid, price = place
        bid, ask = pit.book.best(is_bid=True), pit.book.best(is_bid=False)
        if token != market.tokens[0]:
            is_bid, price = not is_bid, ONE_DOLLAR - price
            bid, ask = (None if ask is None else ONE_DOLLAR - ask), (None if bid is None else ONE_DOLLAR - bid)
        told = f"{token}/{is_bid}/{price}/{qty}/{pit.version}"
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


def _levels(pit: Pit) -> dict[tuple[bool, int], int]:
    return {(is_bid, price): qty for is_bid in (True, False) for price, qty in pit.book.levels(is_bid=is_bid)}
