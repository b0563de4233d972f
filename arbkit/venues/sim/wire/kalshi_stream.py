"""Kalshi's WebSocket as frames: commands in, answers and news out. No socket and no clock of its own.

A session remembers what it last told of every book and of the account, and tells the difference when it is asked: so
whatever happens between two looks is told once, in one step.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec

from arbkit.venues.sim.exchange import ONE_DOLLAR
from arbkit.venues.sim.floor import Change, Floor, Place
from arbkit.venues.sim.kalshi_listing import KalshiListing
from arbkit.venues.sim.kalshi_portfolio import KalshiAccount, KalshiFill, KalshiOrder
from arbkit.venues.sim.wire.kalshi_forms import contracts, dollars
from arbkit.venues.sim.wire.kalshi_portfolio_reads import fill_object, order_object
from arbkit.venues.sim.world.model import JsonObject

BOOKS, LIFECYCLE, FILLS, ORDERS = "orderbook_delta", "market_lifecycle_v2", "fill", "user_orders"
_COUNTED = frozenset({BOOKS, LIFECYCLE})
"""Channels whose frames carry `seq`."""
_LIFECYCLE_EVERY = timedelta(seconds=1)
_EVENTS = {"inactive": "deactivated", "active": "activated", "determined": "determined", "finalized": "settled"}
_ERRORS = {
    1: "Unable to process message", 2: "Params required", 3: "Channels required", 4: "Subscription IDs required",
    5: "Unknown command", 7: "Unknown subscription ID", 8: "Unknown channel name", 11: "Invalid parameter",
    12: "Exactly one subscription ID is required", 13: "Unsupported action", 14: "Market Ticker required",
}  # fmt: skip


class _Params(msgspec.Struct):
    """The parameters of every command; each uses its own."""

    channels: list[str] = []
    market_ticker: str = ""
    market_tickers: list[str] = []
    sid: int = 0
    sids: list[int] = []
    action: str = ""
    use_yes_price: bool = False

    @property
    def tickers(self) -> list[str]:
        return [self.market_ticker] if self.market_ticker else self.market_tickers

    @property
    def numbers(self) -> list[int]:
        return [self.sid] if self.sid else self.sids


class _Command(msgspec.Struct):
    cmd: str
    id: int = 0
    params: _Params | None = None


@dataclass(slots=True)
class _Told:
    """A book as it was last told: (is a bid, YES price) -> quantity, and the version of the pit."""

    levels: dict[Place, int]
    version: int


@dataclass(slots=True)
class _Subscription:
    """A channel of this connection. `seq` counts what was sent on it."""

    channel: str
    sid: int
    use_yes_price: bool = False
    seq: int = 0
    books: dict[str, _Told] = field(default_factory=dict)


class _Wrong(Exception):
    """A command that the venue answers with an error."""

    def __init__(self, code: int) -> None:
        super().__init__(_ERRORS[code])
        self.code = code


class KalshiSession:
    """One connection of an account."""

    def __init__(self, listing: KalshiListing, floor: Floor, account: KalshiAccount, *, now: datetime) -> None:
        self._listing, self._floor, self._account = listing, floor, account
        self._open: dict[str, _Subscription] = {}
        self._sids = 0
        self._fills = len(account.truth.fills)
        self._orders = dict(account.truth.orders)
        self._statuses: dict[str, str] = {}
        self._states_at = now

    @property
    def listens(self) -> bool:
        """Whether it follows a book."""
        return BOOKS in self._open

    def command(self, text: str, now: datetime) -> list[JsonObject]:
        """Obey a command of the client: the frames to send back, in order."""
        number = 0
        try:
            asked = msgspec.json.decode(text, type=_Command)
            number = asked.id
            return [_stamped(frame, now) for frame in self._obey(asked, now)]
        except msgspec.DecodeError:
            return [_stamped(_error(number, 1), now)]
        except _Wrong as wrong:
            return [_stamped(_error(number, wrong.code), now)]

    def news(self, now: datetime) -> list[JsonObject]:
        """What has happened since the last look."""
        return [_stamped(frame, now) for frame in self._news(now)]

    def _obey(self, asked: _Command, now: datetime) -> Iterator[JsonObject]:
        if asked.cmd == "list_subscriptions":
            listed = [{"channel": s.channel, "sid": s.sid} for s in self._open.values()]
            yield _numbered(asked.id, {"type": "ok", "msg": listed})
            return
        commands: dict[str, Callable[[int, _Params, datetime], Iterator[JsonObject]]] = {
            "subscribe": self._subscribe, "update_subscription": self._update, "unsubscribe": self._unsubscribe,
        }  # fmt: skip
        if asked.cmd not in commands:
            raise _Wrong(5)
        if asked.params is None:
            raise _Wrong(2)
        yield from commands[asked.cmd](asked.id, asked.params, now)

    def _subscribe(self, number: int, params: _Params, now: datetime) -> Iterator[JsonObject]:
        if not params.channels:
            raise _Wrong(3)
        for channel in params.channels:
            if channel not in {BOOKS, LIFECYCLE, FILLS, ORDERS}:
                raise _Wrong(8)
            if channel == BOOKS and not params.tickers:
                raise _Wrong(14)
            known = self._open.get(channel)
            if known is None:
                self._sids += 1
                known = self._open[channel] = _Subscription(channel, self._sids, params.use_yes_price)
                yield _numbered(number, {"type": "subscribed", "msg": {"channel": channel, "sid": known.sid}})
            if channel == LIFECYCLE:
                self._statuses = {market.ticker: market.status for market in self._listing.all_markets}
            if channel == BOOKS:
                merged = bool(known.books)
                yield from self._add(number if merged else 0, known, params.tickers, now, acknowledged=merged)

    def _add(
        self, number: int, subscription: _Subscription, tickers: Sequence[str], now: datetime, *, acknowledged: bool
    ) -> Iterator[JsonObject]:
        fresh = [t for t in tickers if t in self._listing.markets and t not in subscription.books]
        for ticker in fresh:
            subscription.books[ticker] = _Told({}, -1)
        if acknowledged:
            yield self._ok(number, subscription)
        for ticker in fresh:
            yield self._snapshot(subscription, ticker, now)

    def _update(self, number: int, params: _Params, now: datetime) -> Iterator[JsonObject]:
        subscription = self._named(params)
        if params.action == "get_snapshot":
            for ticker in params.tickers:
                if (told := subscription.books.get(ticker)) is not None:
                    yield from self._deltas(subscription, ticker, told, now)  # a snapshot tells no news of its own
                    yield _numbered(number, self._snapshot(subscription, ticker, now))
        elif params.action == "add_markets":
            yield from self._add(number, subscription, params.tickers, now, acknowledged=True)
        elif params.action == "delete_markets":
            for ticker in params.tickers:
                subscription.books.pop(ticker, None)
            yield self._ok(number, subscription)
        else:
            raise _Wrong(13)

    def _unsubscribe(self, number: int, params: _Params, _now: datetime) -> Iterator[JsonObject]:
        if not params.numbers:
            raise _Wrong(4)
        for sid in params.numbers:
            subscription = self._named(_Params(sid=sid))
            del self._open[subscription.channel]
            yield _numbered(number, _counted(subscription, {"type": "unsubscribed"}))

    def _named(self, params: _Params) -> _Subscription:
        if len(params.numbers) != 1:
            raise _Wrong(12)
        for subscription in self._open.values():
            if subscription.sid == params.numbers[0]:
                return subscription
        raise _Wrong(7)

    def _ok(self, number: int, subscription: _Subscription) -> JsonObject:
        body: JsonObject = {"type": "ok", "msg": {"market_tickers": list(subscription.books)}}
        return _numbered(number, _counted(subscription, body))

    def _snapshot(self, subscription: _Subscription, ticker: str, now: datetime) -> JsonObject:
        pit = self._floor.pit(ticker, now)
        levels = pit.levels()
        subscription.books[ticker] = _Told(levels, pit.version)
        message: JsonObject = {"market_ticker": ticker, "market_id": _market_id(ticker), "clock": pit.version}
        for is_bid, key in ((True, "yes_dollars_fp"), (False, "no_dollars_fp")):
            rows = [
                [_shown(is_bid, price, subscription.use_yes_price), contracts(qty)]
                for (bid, price), qty in levels.items()
                if bid is is_bid
            ]
            if rows:
                message[key] = sorted(rows)
        return _counted(subscription, {"type": "orderbook_snapshot", "msg": message})

    def _news(self, now: datetime) -> Iterator[JsonObject]:
        if (books := self._open.get(BOOKS)) is not None:
            for ticker, told in books.books.items():
                yield from self._deltas(books, ticker, told, now)
        if FILLS in self._open:
            for fill in self._account.truth.fills[self._fills :]:
                yield {"type": "fill", "sid": self._open[FILLS].sid, "msg": self._fill(fill)}
        self._fills = len(self._account.truth.fills)
        if ORDERS in self._open:
            for order in self._account.truth.orders.values():
                if self._orders.get(order.order_id) is not order:
                    yield {"type": "user_order", "sid": self._open[ORDERS].sid, "msg": _user_order(order)}
        self._orders = dict(self._account.truth.orders)
        if LIFECYCLE in self._open and now - self._states_at >= _LIFECYCLE_EVERY:
            self._states_at = now
            yield from self._lifecycle(self._open[LIFECYCLE])

    def _deltas(self, subscription: _Subscription, ticker: str, told: _Told, now: datetime) -> Iterator[JsonObject]:
        pit = self._floor.pit(ticker, now)
        if pit.version == told.version:
            return
        for change in pit.since(told.version, told.levels):
            for place, qty in change.levels:
                if difference := qty - told.levels.get(place, 0):
                    told.levels[place] = qty
                    yield self._delta(subscription, ticker, place, difference, change)
        told.version = pit.version

    def _delta(
        self, subscription: _Subscription, ticker: str, place: Place, difference: int, change: Change
    ) -> JsonObject:
        is_bid, price = place
        message: JsonObject = {
            "market_ticker": ticker, "market_id": _market_id(ticker), "clock": change.version,
            "price_dollars": _shown(is_bid, price, subscription.use_yes_price),
            "delta_fp": ("-" if difference < 0 else "") + contracts(abs(difference)),
            "side": "yes" if is_bid else "no",
            "ts": change.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "ts_ms": round(change.at.timestamp() * 1_000),
        }  # fmt: skip
        return _counted(subscription, {"type": "orderbook_delta", "msg": message})

    def _lifecycle(self, subscription: _Subscription) -> Iterator[JsonObject]:
        for market in self._listing.all_markets:
            before = self._statuses.get(market.ticker)
            if market.status == before:
                continue
            self._statuses[market.ticker] = market.status
            if (event := _EVENTS.get(market.status)) is not None:
                message: JsonObject = {"market_ticker": market.ticker, "event_type": event}
                for key, name in (("result", "result"), ("settlement_value_dollars", "settlement_value")):
                    if key in market.changed:
                        message[name] = market.changed[key]
                yield _counted(subscription, {"type": "market_lifecycle_v2", "msg": message})

    def _fill(self, fill: KalshiFill) -> JsonObject:
        order = self._account.truth.orders.get(fill.order_id)
        position = self._account.truth.positions.get(fill.ticker)
        told = {key: value for key, value in fill_object(fill).items() if key not in {"fill_id", "created_time"}}
        return told | {
            "client_order_id": "" if order is None else order.client_order_id,
            "post_position_fp": contracts(0 if position is None else position.qty),
            "ts_ms": round(fill.at.timestamp() * 1_000),
        }


def _user_order(order: KalshiOrder) -> JsonObject:
    told = order_object(order)
    for read, streamed in (("created_time", "created_ts_ms"), ("last_update_time", "last_updated_ts_ms")):
        del told[read]
        at = order.created_at if streamed == "created_ts_ms" else order.updated_at
        told[streamed] = round(at.timestamp() * 1_000)
    return told | {"last_update_reason": "Trade" if order.filled else ""}


def _shown(is_bid: bool, price: int, use_yes_price: bool) -> str:
    """The price of a level: a NO bid at its own price, or at the YES price if so asked."""
    return dollars(price if is_bid or use_yes_price else ONE_DOLLAR - price)


def _market_id(ticker: str) -> str:
    text = ticker.encode().hex().ljust(32, "0")[:32]
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _counted(subscription: _Subscription, body: JsonObject) -> JsonObject:
    subscription.seq += 1
    return {"sid": subscription.sid, "seq": subscription.seq, **body}


def _numbered(number: int, body: JsonObject) -> JsonObject:
    return {"id": number, **body} if number else body


def _error(number: int, code: int) -> JsonObject:
    return _numbered(number, {"type": "error", "msg": {"code": code, "msg": _ERRORS[code]}})


def _stamped(frame: JsonObject, now: datetime) -> JsonObject:
    return frame | {"sending_ts_ms": round(now.timestamp() * 1_000)}
