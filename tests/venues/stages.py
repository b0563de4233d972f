"""Two small scripted venues over loopback WebSockets, with faults at hand, and a listener that keeps everything."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from websockets.asyncio.server import Request, Response, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed

from arbkit.core.books import Book, Level, LiveBook, make_book
from arbkit.core.markets import Market, MarketId, VenueName
from arbkit.core.money import Price, Qty
from arbkit.errors import VenueUnavailable
from arbkit.ports import Books, FeedHealth
from arbkit.wiring.kit import SystemClock
from tests.builders import a_market

Side = dict[str, str]


class FastClock(SystemClock):
    """Ten times as fast as ours, and may be set forward."""

    def __init__(self) -> None:
        self.stepped = timedelta()
        self._start, self._start_ms = super().now(), super().monotonic_ms()

    def now(self) -> datetime:
        return self._start + timedelta(milliseconds=self.monotonic_ms() - self._start_ms) + self.stepped

    def monotonic_ms(self) -> int:
        return self._start_ms + (super().monotonic_ms() - self._start_ms) * 10

    async def sleep(self, ms: int) -> None:
        await super().sleep(ms // 10 + 1)


@dataclass
class Listener:
    """Keeps what it is told."""

    changes: list[tuple[MarketId, int]] = field(default_factory=list)
    orders: list[tuple[VenueName, str, str]] = field(default_factory=list)
    markets: list[tuple[MarketId, str]] = field(default_factory=list)
    news: list[tuple[FeedHealth, str]] = field(default_factory=list)
    on_change: Callable[[MarketId], None] = lambda market: None

    def book_changed(self, book: LiveBook, received_ms: int) -> None:
        self.changes.append((book.market, received_ms))
        self.on_change(book.market)

    def order_news(self, venue: VenueName, *, client_id: str, venue_order_id: str) -> None:
        self.orders.append((venue, client_id, venue_order_id))

    def market_news(self, market: MarketId, what: str) -> None:
        self.markets.append((market, what))

    def feed_news(self, health: FeedHealth, what: str) -> None:
        self.news.append((health, what))

    def said(self, words: str) -> bool:
        return any(words in what for _, what in self.news)


@dataclass
class Truth:
    """The YES side of a book: bids and asks, price text -> size text."""

    bids: Side = field(default_factory=lambda: {"0.4000": "10.00", "0.4500": "5.00"})
    asks: Side = field(default_factory=lambda: {"0.5500": "7.00", "0.6000": "20.00"})
    ms: int = 1_700_000_000_000


@dataclass
class Stage:
    """One venue: its books, its connections, and its faults."""

    truths: dict[str, Truth] = field(default_factory=dict)
    connections: list[ServerConnection] = field(default_factory=list)
    received: list[Any] = field(default_factory=list)
    opened: int = 0
    refuse: int = 0
    refusal: bytes = b""
    mute: bool = False
    """Connected and answering pings, and nothing else."""
    headers: list[Headers] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    url: str = ""

    async def gate(self, connection: ServerConnection, request: Request) -> Response | None:
        self.headers.append(request.headers)
        self.paths.append(request.path)
        if self.refuse:
            return Response(self.refuse, "No", Headers({"Content-Length": str(len(self.refusal))}), self.refusal)
        return None

    async def serve(self, connection: ServerConnection) -> None:
        self.opened += 1
        self.connections.append(connection)
        try:
            async for text in connection:
                await self.obey(connection, str(text))
        except ConnectionClosed:
            pass
        finally:
            self.connections.remove(connection)

    async def obey(self, connection: ServerConnection, text: str) -> None:
        raise NotImplementedError

    async def send(self, connection: ServerConnection, frame: Any) -> None:
        """Say something, unless the other side is just hanging up: a venue does not mind."""
        with suppress(ConnectionClosed):
            await connection.send(frame if isinstance(frame, str) else json.dumps(frame))

    async def drop(self) -> None:
        for connection in list(self.connections):
            connection.transport.abort()
        await asyncio.sleep(0)


@dataclass
class KalshiStage(Stage):
    """Kalshi's order books, lifecycle and orders: one subscription a channel, one sequence a connection."""

    numbers: dict[int, int] = field(default_factory=dict)
    following: dict[int, list[str]] = field(default_factory=dict)

    async def obey(self, connection: ServerConnection, text: str) -> None:
        command = json.loads(text)
        self.received.append(command)
        params, number = command["params"], command["id"]
        if command["cmd"] == "subscribe":
            for sid, channel in enumerate(params["channels"], 1):
                await self.send(
                    connection, {"id": number, "type": "subscribed", "msg": {"channel": channel, "sid": sid}}
                )
            if "market_tickers" in params:
                self.numbers[id(connection)] = 0
                self.following[id(connection)] = []
                await self.more(connection, params["market_tickers"])
        elif params["action"] == "add_markets":
            await self.count(connection, "ok", {"market_tickers": params["market_tickers"]})
            await self.more(connection, params["market_tickers"])
        elif params["action"] == "get_snapshot" and not self.mute:
            for ticker in params["market_tickers"]:
                await self.snapshot(connection, ticker)
        elif params["action"] == "delete_markets":
            for ticker in params["market_tickers"]:
                self.following[id(connection)].remove(ticker)
            await self.count(connection, "ok", {"market_tickers": self.following[id(connection)]})

    async def more(self, connection: ServerConnection, tickers: Sequence[str]) -> None:
        self.following[id(connection)] += tickers
        for ticker in tickers:
            if not self.mute:
                await self.snapshot(connection, ticker)

    async def snapshot(self, connection: ServerConnection, ticker: str) -> None:
        if ticker in self.truths:
            truth = self.truths[ticker]
            sides = {"yes_dollars_fp": list(truth.bids.items()), "no_dollars_fp": list(truth.asks.items())}
            await self.count(
                connection, "orderbook_snapshot", {"market_ticker": ticker, **{k: v for k, v in sides.items() if v}}
            )

    async def delta(self, ticker: str, price: str, change: str, side: str = "yes", *, lost: bool = False) -> None:
        """A change at the venue; `lost`: its frame never leaves, though it is counted."""
        levels = self.truths[ticker].bids if side == "yes" else self.truths[ticker].asks
        size = float(levels.get(price, "0")) + float(change)
        levels[price] = f"{size:.2f}"
        if not size:
            del levels[price]
        msg = {"market_ticker": ticker, "price_dollars": price, "delta_fp": change, "side": side, "ts_ms": 1}
        for connection in list(self.connections):
            if ticker in self.following.get(id(connection), ()):
                await self.count(connection, "orderbook_delta", msg, lost=lost)

    async def count(self, connection: ServerConnection, kind: str, msg: Any, *, lost: bool = False) -> None:
        self.numbers[id(connection)] += 1
        if not lost and not self.mute:
            await self.send(connection, {"type": kind, "sid": 1, "seq": self.numbers[id(connection)], "msg": msg})

    async def tell(self, kind: str, **msg: Any) -> None:
        """News on every connection without books."""
        for connection in list(self.connections):
            if id(connection) not in self.following:
                await self.send(connection, {"type": kind, "sid": 2, "msg": msg})


@dataclass
class PolymarketStage(Stage):
    """Polymarket's market channel: arrays of books, absolute sizes, PONG."""

    following: dict[int, list[str]] = field(default_factory=dict)
    ponging: bool = True

    async def obey(self, connection: ServerConnection, text: str) -> None:
        if text == "PING":
            if self.ponging:
                await self.send(connection, "PONG")
            return
        command = json.loads(text)
        self.received.append(command)
        if "assets_ids" not in command:
            return
        following = self.following.setdefault(id(connection), [])
        if command.get("operation") == "unsubscribe":
            for asset in command["assets_ids"]:
                following.remove(asset)
            return
        following += command["assets_ids"]
        if not self.mute:
            known = [asset for asset in command["assets_ids"] if asset in self.truths]
            await self.send(connection, [self.book(asset) for asset in known])

    def book(self, asset: str) -> dict[str, Any]:
        truth = self.truths[asset]
        bids, asks = ([{"price": p, "size": s} for p, s in side.items()] for side in (truth.bids, truth.asks))
        return {"event_type": "book", "asset_id": asset, "market": asset, "timestamp": str(truth.ms), "bids": bids,
                "asks": asks}  # fmt: skip

    async def change(self, asset: str, price: str, size: str, side: str = "BUY", *, lost: bool = False) -> None:
        """A level at the venue gets a new total; `lost`: nobody is told."""
        truth = self.truths[asset]
        truth.ms += 10
        levels = truth.bids if side == "BUY" else truth.asks
        levels[price] = size
        if float(size) == 0:
            del levels[price]
        best = {"best_bid": max(truth.bids, default="0"), "best_ask": min(truth.asks, default="1")}
        row = {"asset_id": asset, "price": price, "size": size, "side": side, **best}
        if not lost:
            await self.tell(asset, event_type="price_change", timestamp=str(truth.ms), price_changes=[row])

    async def tell(self, asset: str, **event: Any) -> None:
        """An event, to every connection that follows the asset."""
        for connection in list(self.connections):
            if asset in self.following.get(id(connection), ()) and not self.mute:
                await self.send(connection, {"market": asset, **event})


@asynccontextmanager
async def staged(stage: Stage, path: str = "/ws") -> AsyncIterator[str]:
    """Serve a stage; its address."""
    async with serve(
        stage.serve, "127.0.0.1", 0, process_request=stage.gate, ping_interval=None, close_timeout=0.2
    ) as server:
        stage.url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}{path}"
        yield stage.url


@dataclass
class Reads:
    """The venue over HTTP: the same truth, unless it is down."""

    name: VenueName
    stage: Stage
    clock: SystemClock
    down: bool = False
    asked: list[list[str]] = field(default_factory=list)
    tells_changes: bool = False
    on_the_way: Callable[[], None] = lambda: None

    async def books(self, markets: Sequence[Market]) -> Books:
        self.asked.append([market.id.key for market in markets])
        self.on_the_way()
        if self.down:
            raise VenueUnavailable(self.name, "down")
        found = {}
        for market in markets:
            truth = self.stage.truths.get(market.yes_token or market.id.key)
            if truth is not None:
                found[market.id] = truth_book(truth, market, self.clock.now())
        return Books(found)


def truth_book(truth: Truth, market: Market, seen_at: datetime) -> Book:
    """What HTTP shows; Polymarket says when it was made."""
    bids, asks = (
        [Level(Price.parse(price), Qty.parse(size)) for price, size in side.items()]
        for side in (truth.bids, truth.asks)
    )
    book = make_book(market.id, yes_bids=bids, yes_asks=asks, seen_at=seen_at)
    if market.id.venue is VenueName.KALSHI:
        return book
    return replace(book, venue_at=datetime.fromtimestamp(truth.ms / 1_000, UTC))


def kalshi_market(key: str) -> Market:
    return a_market(VenueName.KALSHI, key)


def polymarket_market(key: str) -> Market:
    return a_market(VenueName.POLYMARKET, key, yes_token=f"{key}1", no_token=f"{key}2")


async def until(what: Callable[[], object], *, within_s: float = 20) -> None:
    """Wait for something to be true."""
    for _ in range(int(within_s / 0.005)):
        if what():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it did not become true")
