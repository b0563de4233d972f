"""Two stub venues on loopback in a process of their own: streams of books, reads, and orders that are always killed.

They answer at once and check nothing, so that what is measured is ours. Told by lines on stdin: `tick N` moves the
Polymarket book of couple N so that it leaves something, and a line on stdout tells when the frame was sent and when
either order arrived: when the kernel had its last bytes, and (`..._read`) when this process came to read them, which
says as much about this process and the scheduler as about who sent them. `hum N ...` lets a deep level of these couples
change a thousand times a second, at both venues, until the next `hum`. `flood RATE SECONDS` sends traffic of both
venues, paced.
"""

import argparse
import asyncio
import json
import socket
import struct
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

from traffic import SID, WILDNESS, Couple, Message, Traffic, made
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from arbkit.core.markets import VenueName

KILLED = {
    "kalshi": (409, {"error": {"code": "fill_or_kill_insufficient_resting_volume", "message": "killed"}}),
    "polymarket": (400, {"error": "order couldn't be fully filled. FOK orders are fully filled or killed."}),
}
DRAINED_BYTES = 1 << 20
TIMESTAMPNS = 35 if sys.platform == "linux" else None
"""The option of a socket to be told when the kernel had what is read, and the kind of note that tells it."""
HUM_EVERY_S = 0.002
"""One change at each venue so often."""


@dataclass
class Stubs:
    """Both venues and everybody who listens to them."""

    traffic: Traffic
    couples: dict[str, Couple] = field(default_factory=dict)
    kalshi: list[ServerConnection] = field(default_factory=list)
    sequences: dict[ServerConnection, tuple[set[str], int]] = field(default_factory=dict)
    """Who follows which of Kalshi's books that stand still, and the number of the last frame sent."""
    polymarket: dict[ServerConnection, set[str]] = field(default_factory=dict)
    """Who listens, and the assets that each asked for: as at the venue, nobody is told of others."""
    sent: dict[int, dict[str, int]] = field(default_factory=dict)
    moved: set[int] = field(default_factory=set)
    humming: Sequence[int] = ()
    deep: set[int] = field(default_factory=set)
    """Couples of which ten contracts stand at 0.40."""

    def __post_init__(self) -> None:
        for couple in self.traffic.couples:
            self.couples |= {couple.kalshi.id.key: couple, couple.polymarket.yes_token: couple}
            self.couples[couple.polymarket.no_token] = couple

    async def listen_kalshi(self, listener: ServerConnection) -> None:
        """Acknowledge, and show the books: of a flood all at once, for its sequence is made already."""
        wanted: set[str] = set()
        async for text in listener:
            command = json.loads(text)
            if "orderbook_delta" not in command["params"].get("channels", ["orderbook_delta"]):
                continue
            wanted |= set(command["params"].get("market_tickers", ()))
            if command["cmd"] == "subscribe":
                told = {"id": command["id"], "type": "subscribed", "msg": {"channel": "orderbook_delta", "sid": SID}}
                await listener.send(json.dumps(told))
            if not self.traffic.changes:
                for ticker in sorted(wanted):
                    tickers, seq = self.sequences.get(listener, (set(), 0))
                    self.sequences[listener] = (tickers | {ticker}, seq + 1)
                    await listener.send(snapshot(ticker, seq + 1, deep=self.couples[ticker].number in self.deep))
                wanted = set()
            elif len(wanted) == len(self.traffic.couples):
                for message in self.traffic.first:
                    if message.venue is VenueName.KALSHI:
                        await listener.send(message.frame, text=True)
                self.kalshi.append(listener)
                wanted = set()

    async def listen_polymarket(self, listener: ServerConnection) -> None:
        """Show the books that are asked for."""
        async for text in listener:
            if text == "PING":
                await listener.send("PONG")
                continue
            wanted = set(json.loads(text).get("assets_ids", ()))
            self.polymarket.setdefault(listener, set()).update(wanted)
            for message in self.traffic.first:
                couple = self.traffic.couples[message.couple]
                if message.venue is VenueName.POLYMARKET and couple.polymarket.yes_token in wanted:
                    await listener.send(message.frame, text=True)

    async def tick(self, number: int) -> None:
        """Polymarket's YES becomes dear: its NO, with Kalshi's YES, is cheap."""
        market = self.traffic.couples[number].polymarket
        top = {"asset_id": market.yes_token, "hash": "0", "best_bid": "0.53", "best_ask": "0.54"}
        rows = [
            {**top, "price": "0.45", "size": "0", "side": "SELL"},
            {**top, "price": "0.54", "size": "200", "side": "SELL"},
            {**top, "price": "0.53", "size": "200", "side": "BUY"},
        ]
        frame = json.dumps({
            "market": market.id.key, "price_changes": rows, "timestamp": str(time.time_ns() // 1_000_000),
            "event_type": "price_change",
        })  # fmt: skip
        self.moved.add(number)
        self.sent[number] = {"tick": time.time_ns()}
        for listener, wanted in self.polymarket.items():
            if market.yes_token in wanted:
                await listener.send(frame)

    async def hum(self) -> None:
        """Changes that leave nothing and are told to whoever follows these couples, evenly in time, for ever."""
        due = time.monotonic()
        for index in count():
            due += HUM_EVERY_S
            await asyncio.sleep(max(due - time.monotonic(), 0))
            if not self.humming:
                continue
            couple = self.traffic.couples[self.humming[index % len(self.humming)]]
            up = couple.number not in self.deep
            (self.deep.add if up else self.deep.discard)(couple.number)
            for listener, (tickers, seq) in self.sequences.items():
                if couple.kalshi.id.key in tickers:
                    self.sequences[listener] = (tickers, seq + 1)
                    await listener.send(deep_change(couple, seq + 1, up=up))
            for listener, wanted in self.polymarket.items():
                if couple.polymarket.yes_token in wanted:
                    await listener.send(deep_size(couple, up=up))

    def ordered(self, venue: str, key: str, *, arrived: int) -> None:
        """An order came; with the second one, tell."""
        number = self.couples[key].number
        times = self.sent.get(number, {})
        times.setdefault(f"{venue}_read", time.time_ns())
        times.setdefault(venue, arrived)
        if {"kalshi", "polymarket"} <= times.keys():
            del self.sent[number]
            print(json.dumps({"couple": number, **times}), flush=True)

    def read(self, key: str) -> tuple[list[list[str]], list[list[str]]]:
        """Bids and asks of YES at either venue, as price and size."""
        couple = self.couples[key]
        if key != couple.kalshi.id.key and couple.number in self.moved:
            return [["0.44", "200"], ["0.53", "200"]], [["0.54", "200"]]
        return [*([["0.40", "10"]] if couple.number in self.deep else []), ["0.44", "200"]], [["0.45", "200"]]

    async def flood(self, rate: int, seconds: float) -> None:
        """Send the changes of the traffic to everybody, so many a second."""
        started, messages = time.monotonic(), self.traffic.changes[: int(rate * seconds)]
        for index, message in enumerate(messages):
            sockets = self.kalshi if message.venue is VenueName.KALSHI else self.polymarket
            for listener in sockets:
                await listener.send(message.frame, text=True)
            if index % 20 == 19:
                ahead = index / rate - (time.monotonic() - started)
                await asyncio.sleep(max(ahead, 0))
        print(json.dumps({"sent": len(messages), "took_s": time.monotonic() - started}), flush=True)


class Web:
    """One connection, and as little of HTTP/1.1 as both clients need."""

    def __init__(self, stubs: Stubs, line: socket.socket) -> None:
        self._stubs, self._line, self._buffer = stubs, line, b""
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        asyncio.get_running_loop().add_reader(line, self._read)

    def _read(self) -> None:
        """Take what came, and when the kernel had it."""
        try:
            data, notes, _, _ = self._line.recvmsg(1 << 16, 128)
        except (BlockingIOError, InterruptedError):
            return
        except ConnectionError:
            data, notes = b"", []
        if not data:
            asyncio.get_running_loop().remove_reader(self._line)
            self._line.close()
            return
        stamps = [struct.unpack("@qq", note[:16]) for _, kind, note in notes if kind == TIMESTAMPNS]
        self._take(data, stamps[0][0] * 1_000_000_000 + stamps[0][1] if stamps else time.time_ns())

    def _take(self, data: bytes, arrived: int) -> None:
        """Answer every request that is complete."""
        self._buffer += data
        while b"\r\n\r\n" in self._buffer:
            head, _, rest = self._buffer.partition(b"\r\n\r\n")
            length = 0
            for line in head.split(b"\r\n")[1:]:
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            if len(rest) < length:
                return
            body, self._buffer = rest[:length], rest[length:]
            method, path, _ = head.split(b"\r\n")[0].decode().split(" ")
            status, answer = self._answer(method, path, body, arrived)
            text = json.dumps(answer).encode()
            self._line.sendall(
                b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (status, len(text))
                + text
            )

    def _answer(self, method: str, path: str, body: bytes, arrived: int) -> tuple[int, object]:
        stubs = self._stubs
        if method == "POST" and path.endswith("/portfolio/events/orders"):
            stubs.ordered("kalshi", json.loads(body)["ticker"], arrived=arrived)
            return KILLED["kalshi"]
        if method == "POST" and path == "/order":
            stubs.ordered("polymarket", json.loads(body)["order"]["tokenId"], arrived=arrived)
            return KILLED["polymarket"]
        if stubs.traffic.changes and path.partition("?")[0].endswith(("/orderbooks", "/books")):
            return 503, "the books of a flood are told by the streams alone"
        if "/markets/orderbooks" in path:
            return 200, {
                "orderbooks": [self._kalshi(part) for part in path.partition("tickers=")[2].split("&tickers=")]
            }
        if path == "/books":
            return 200, [self._polymarket(asked["token_id"]) for asked in json.loads(body)]
        return 200, "OK"

    def _kalshi(self, ticker: str) -> object:
        bids, asks = self._stubs.read(ticker)
        no = [[f"{1 - float(price):.4f}", size] for price, size in asks]
        return {"ticker": ticker, "orderbook_fp": {"yes_dollars": bids, "no_dollars": no}}

    def _polymarket(self, token: str) -> object:
        bids, asks = self._stubs.read(token)
        rows = [[{"price": price, "size": size} for price, size in side] for side in (bids, asks[::-1])]
        stamp = str(time.time_ns() // 1_000_000)
        return {"asset_id": token, "market": "", "timestamp": stamp, "bids": rows[0], "asks": rows[1]}


def snapshot(ticker: str, seq: int, *, deep: bool = False) -> str:
    """A Kalshi book that stands at 0.44 and 0.45."""
    bids = [["0.44", "200"], *([["0.40", "10"]] if deep else [])]
    sides = {"yes_dollars_fp": bids, "no_dollars_fp": [["0.45", "200"]]}
    return json.dumps({"type": "orderbook_snapshot", "sid": SID, "seq": seq, "msg": {"market_ticker": ticker, **sides}})


def deep_change(couple: Couple, seq: int, *, up: bool) -> str:
    """Ten contracts more, or less, at 0.40."""
    change = {"market_ticker": couple.kalshi.id.key, "price_dollars": "0.4000", "side": "yes",
              "delta_fp": "10.00" if up else "-10.00", "ts_ms": time.time_ns() // 1_000_000}  # fmt: skip
    return json.dumps({"type": "orderbook_delta", "sid": SID, "seq": seq, "msg": change})


def deep_size(couple: Couple, *, up: bool) -> str:
    """Ten contracts, or none, at 0.40, in a book that stands at 0.44 and 0.45."""
    row = {"asset_id": couple.polymarket.yes_token, "price": "0.40", "size": "10" if up else "0", "side": "BUY",
           "hash": "0", "best_bid": "0.44", "best_ask": "0.45"}  # fmt: skip
    return json.dumps({
        "market": couple.polymarket.id.key, "price_changes": [row], "timestamp": str(time.time_ns() // 1_000_000),
        "event_type": "price_change",
    })  # fmt: skip


def standing(pairs: int) -> Traffic:
    """Couples whose four books all stand at 0.44 and 0.45, so that nothing is left until one of them moves."""
    traffic = made(pairs=pairs, changes=0)
    first = []
    for seq, couple in enumerate(traffic.couples, 1):
        first.append(Message(VenueName.KALSHI, couple.number, snapshot(couple.kalshi.id.key, seq).encode()))
        book = {
            "market": couple.polymarket.id.key, "asset_id": couple.polymarket.yes_token, "timestamp": "1700000000000",
            "bids": [{"price": "0.44", "size": "200"}], "asks": [{"price": "0.45", "size": "200"}],
            "event_type": "book", "hash": "0",
        }  # fmt: skip
        first.append(Message(VenueName.POLYMARKET, couple.number, json.dumps(book).encode()))
    return Traffic(traffic.couples, first, [])


async def answer_all(stubs: Stubs, listening: socket.socket) -> None:
    """Take every connection."""
    while True:
        line, _ = await asyncio.get_running_loop().sock_accept(listening)
        Web(stubs, line)


def web() -> socket.socket:
    """Where requests are listened for; what comes is stamped by the kernel, where it can."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setblocking(False)
    if TIMESTAMPNS is not None:
        listening.setsockopt(socket.SOL_SOCKET, TIMESTAMPNS, 1)
    return listening


async def run(stubs: Stubs) -> None:
    """Serve, tell the ports, and do as told until stdin ends."""
    loop = asyncio.get_running_loop()

    async def quietly(listen: object, listener: ServerConnection) -> None:
        try:
            await listen(listener)  # type: ignore[operator]
        except ConnectionClosed:
            return

    options = {"compression": None, "ping_interval": None, "max_queue": None, "write_limit": DRAINED_BYTES}
    streams = [
        await serve(lambda listener, listen=listen: quietly(listen, listener), "127.0.0.1", 0, **options)
        for listen in (stubs.listen_kalshi, stubs.listen_polymarket)
    ]
    webs = [web() for _ in range(2)]
    answering = [asyncio.ensure_future(answer_all(stubs, listening)) for listening in webs]
    ports = [listening.getsockname()[1] for listening in (*(stream.sockets[0] for stream in streams), *webs)]
    print(json.dumps(ports), flush=True)
    humming = asyncio.ensure_future(stubs.hum())
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := (await reader.readline()).decode().split():
        if line[0] == "tick":
            await stubs.tick(int(line[1]))
        elif line[0] == "hum":
            stubs.humming = [int(number) for number in line[1:]]
        elif line[0] == "flood":
            await stubs.flood(int(line[1]), float(line[2]))
        for task in (humming, *answering):
            if task.done():
                task.result()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=100)
    parser.add_argument("--changes", type=int, default=0, help="traffic for `flood`; without it all books stand still")
    arguments = parser.parse_args()
    changes = arguments.changes
    traffic = made(pairs=arguments.pairs, changes=changes, wildness=WILDNESS) if changes else standing(arguments.pairs)
    asyncio.run(run(Stubs(traffic)))


if __name__ == "__main__":
    main()
