"""From a frame that leaves something to both orders at both venues, on loopback: ours, whole, and the plain way.

    python bench/tick_to_trade.py [--json] [--ticks N]

The venues are a process of their own; the time is theirs: from sending the frame to the moment the kernel has the
second order for them. ("As read": until their process came to read it. On a machine of two processors that process is
often woken in the middle of our work, on our processor, or is still busy answering: time that no venue far away costs
anyone. It was the measure before, and is shown beside.) Ours is
what `run --live` does: both streams, watching, the trader, risk, the journal on the disk before the first byte, both
books read once more over HTTP, two orders over warm connections. The plain way is json and Decimal, one commit inline,
RSA inline, the other signature without the C library, and one order after the other with httpx; it looks at nothing
twice, and asks nobody. "Plain, same steps" is the plain way with what makes ours safe and is a step of its own: after
the intent it reads both books once more, and it commits that both orders are being sent. All take turns, in one
process, and each follows its own couples alone: else whoever connected first would have read and judged a frame before
the others. Whose turn it is hears a thousand changes a second meanwhile, of couples that are not traded.
"""

import argparse
import asyncio
import contextlib
import gc
import json
import secrets
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import websockets
from figures import Figure, percentile, shown
from loopback import Child, all_live, feeds_of, rsa_signer, stub_venues, venues_of
from reference import Reference
from sqlite_utils import Database
from stub_venues import standing
from traffic import Couple, Traffic

from arbkit.app.events import LiveEvent
from arbkit.app.room import Room, TradeRules
from arbkit.app.trader import Trader
from arbkit.app.watching import Watching
from arbkit.core.breaker import BreakerLimits
from arbkit.core.latency import BOUNDS
from arbkit.core.limits import Limits
from arbkit.core.markets import Market, Method, VenueName
from arbkit.core.money import MICRO, Usd
from arbkit.core.opportunity import Policy
from arbkit.core.orders import Balance
from arbkit.core.risk import Mode
from arbkit.net import Poster
from arbkit.ports import Account, Desk
from arbkit.store.store import Store
from arbkit.venues.kalshi.desk import KalshiDesk
from arbkit.venues.kalshi.signing import KalshiSigner
from arbkit.venues.polymarket import signing
from arbkit.venues.polymarket.desk import PolymarketDesk
from arbkit.venues.polymarket.signing import ApiCredentials, SignatureType, TradingAccount, Wallet
from arbkit.venues.secrets import Secret
from arbkit.wiring.kit import SystemClock, quickest_loop

KALSHI, POLYMARKET = VenueName.KALSHI, VenueName.POLYMARKET
WALLET = "11" * 32
PLAIN, PLAIN_C_KEY, PLAIN_SAME_STEPS = "plain", "plain, C key", "plain, same steps"
WARM_UP = 5
"""Ticks of either side that are not counted."""
BATCH = 5
HUMMING = 5
"""Couples of either side that are never traded: their deep levels change all the time."""
Times = dict[str, Any]


class CountingSigner(KalshiSigner):
    """Counts the signatures that the event loop had to wait for."""

    inline = 0

    def headers(self, method: str, path: str, *, now: datetime) -> Mapping[str, str]:
        """Sign, and count what is signed on the loop's thread for an order."""
        if threading.current_thread() is threading.main_thread() and method == "POST":
            type(self).inline += 1
        return super().headers(method, path, now=now)


class Rich:
    """An account with cash and nothing else: all orders are killed."""

    async def balances(self) -> Sequence[Balance]:
        """A thousand dollars."""
        return [Balance(Usd(1_000 * MICRO))]


@dataclass
class Ours:
    """What `run --live` is made of, on the stub venues."""

    child: Child
    folder: Path
    couples: list[Couple]
    stack: contextlib.AsyncExitStack
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    said: list[LiveEvent] = field(default_factory=list)

    async def start(self) -> None:
        """Follow all books, and trade."""
        clock = SystemClock()
        signer = rsa_signer(CountingSigner)
        venues, hosts = venues_of(self.child, clock)
        posters = [Poster("kalshi", self.child.kalshi, clock=clock, writes=None)]
        posters.append(Poster("polymarket", self.child.clob, clock=clock, writes=None))
        for closing in (*hosts, *posters):
            self.stack.push_async_callback(closing.close)
        wallet = Wallet(Secret(WALLET))
        account = TradingAccount(wallet, SignatureType.DEPOSIT_WALLET, wallet.address)
        key = ApiCredentials("key", Secret("c2VjcmV0"), Secret("pass"))
        desks: dict[VenueName, Any] = {
            KALSHI: KalshiDesk(posters[0], signer, clock, path_prefix="/trade-api/v2", timeout_ms=5_000,
                               new_id=lambda: secrets.token_hex(12)),
            POLYMARKET: PolymarketDesk(posters[1], account, key, clock, timeout_ms=5_000),
        }  # fmt: skip
        room = self.room_of(clock, venues, desks)
        feeds = feeds_of(self.child, signer, venues, clock)
        watching = Watching(room, feeds, self.said.append, bounds=dict(BOUNDS))
        trader = Trader(room, watching, self.said.append, trades_max=None)
        pairs = [_sure(couple).pair for couple in self.couples]
        watching.watch(pairs, {m.id: m for couple in self.couples for m in (couple.kalshi, couple.polymarket)})
        work = [feed.run(watching) for feed in feeds.values()]
        work += [desk.stay_ready() for desk in desks.values()]
        self.tasks = [
            asyncio.ensure_future(one)
            for one in (*work, watching.run(), trader.run(), trader.stay_ready(), self._cash(room))
        ]
        await all_live(feeds, len(self.couples))
        self.room = room

    def room_of(self, clock: SystemClock, venues: Mapping[VenueName, Any], desks: Mapping[VenueName, Desk]) -> Room:
        """A room over a store of its own."""
        store = Store(self.folder / "arbkit.db")
        self.stack.callback(store.close)
        markets: list[Market] = [m for couple in self.couples for m in (couple.kalshi, couple.polymarket)]
        store.catalogue.refresh(markets, at=clock.now())
        store.pairs.replace([_sure(couple).pair for couple in self.couples], at=clock.now())
        epoch = store.operations.begin_epoch(pid=1, host="bench", version="", config_hash="", at=clock.now())
        store.operations.widen_log(at=clock.now())
        rich: Any = Rich()
        accounts: dict[VenueName, Account] = dict.fromkeys(VenueName, rich)
        return Room(
            store=store, catalogue=store, venues=venues, desks=desks, accounts=accounts, clock=clock, limits=Limits(),
            breaker_limits=BreakerLimits(consecutive_failures_max=10_000, asymmetric_executions_max=1),
            policy=Policy(), rules=TradeRules(retries=0), mode=Mode.LIVE, epoch=epoch.n, version="bench",
            halted=lambda: "", new_id=lambda: secrets.token_hex(6),
        )  # fmt: skip

    async def _cash(self, room: Room) -> None:
        """Risk wants to know the cash, and not from long ago."""
        while True:
            for venue in VenueName:
                room.store.operations.save_balances(venue, await Rich().balances(), at=room.clock.now())
            await asyncio.sleep(5)


def _sure(couple: Couple) -> Couple:
    """The couple with a pair that needs no person's approval."""
    couple.pair = replace(couple.pair, method=Method.EXACT, confidence_ppm=1_000_000)
    return couple


@dataclass
class Plain:
    """The plain way, with the same decision."""

    child: Child
    folder: Path
    traffic: Traffic
    name: str
    stack: contextlib.AsyncExitStack
    only: set[int] = field(default_factory=set)
    """Couples that it follows and trades."""

    async def start(self) -> None:
        """Connect to both streams."""
        self.signer = rsa_signer()
        quick = self.name == PLAIN_C_KEY
        load = signing._loaded if quick else signing._loaded_without_coincurve  # noqa: SLF001
        self.sign = load(bytes.fromhex(WALLET))[1]
        self.db = Database(self.folder / f"{self.name}.db")
        self.reference = Reference(Traffic(self.traffic.couples, [], []))
        self.kalshi = await self.stack.enter_async_context(httpx.AsyncClient(base_url=self.child.kalshi))
        self.clob = await self.stack.enter_async_context(httpx.AsyncClient(base_url=self.child.clob))
        streams = [
            await websockets.connect(url)
            for url in (self.child.kalshi_stream, f"{self.child.polymarket_stream}/market")
        ]
        for stream in streams:
            self.stack.push_async_callback(stream.close)
        own = [couple for couple in self.traffic.couples if couple.number in self.only]
        tickers = [couple.kalshi.id.key for couple in own]
        params = {"channels": ["orderbook_delta"], "market_tickers": tickers, "use_yes_price": True}
        await streams[0].send(json.dumps({"id": 1, "cmd": "subscribe", "params": params}))
        tokens = [couple.polymarket.yes_token for couple in own]
        await streams[1].send(json.dumps({"type": "market", "assets_ids": tokens}))
        await streams[0].recv()
        for _ in tickers:
            self.reference.apply(KALSHI, await streams[0].recv())  # type: ignore[arg-type]
            self.reference.apply(POLYMARKET, await streams[1].recv())  # type: ignore[arg-type]
        venues = zip((KALSHI, POLYMARKET), streams, strict=True)
        self.tasks = [asyncio.ensure_future(self._listen(venue, stream)) for venue, stream in venues]

    async def _listen(self, venue: VenueName, stream: websockets.ClientConnection) -> None:
        async for frame in stream:
            number = self.reference.apply(venue, frame)  # type: ignore[arg-type]
            if found := self.reference.decide(number):
                await self._trade(self.traffic.couples[number], found)

    async def _trade(self, couple: Couple, found: tuple[Any, ...]) -> None:
        row = {"pair": couple.pair.id, "side": found[0], "qty": found[1], "net": found[2], "state": "intent"}
        intent = self.db["intents"].insert(row)
        if self.name == PLAIN_SAME_STEPS:
            await self._read_again(couple)
            intent.update(intent.last_pk, {"state": "sending"})
        path = "/portfolio/events/orders"
        headers = self.signer.headers("POST", "/trade-api/v2" + path, now=datetime.fromisoformat("2026-11-01T12:00Z"))
        order = {"ticker": couple.kalshi.id.key, "side": "bid", "price": "0.4500", "count": f"{found[1] / 1e6:.2f}"}
        await self.kalshi.post(path, json=order, headers=dict(headers))
        signature = self.sign(secrets.token_bytes(32)).hex()
        body = {"order": {"tokenId": couple.polymarket.no_token, "signature": signature, "side": "BUY"}}
        await self.clob.post("/order", json=body)

    async def _read_again(self, couple: Couple) -> None:
        """Both books at once, as anyone would; that they still stand is what a stub always says."""
        ticker, token = couple.kalshi.id.key, couple.polymarket.no_token
        kalshi, clob = await asyncio.gather(
            self.kalshi.get("/markets/orderbooks", params={"tickers": ticker}),
            self.clob.post("/books", json=[{"token_id": token}]),
        )
        if kalshi.json()["orderbooks"][0]["ticker"] != ticker or clob.json()[0]["asset_id"] != token:
            raise AssertionError("the stub showed another book than was asked for")


async def ticks(child: Child, numbers: Sequence[int], done: list[Times], said: Sequence[LiveEvent]) -> None:
    """Move one book after the other, and keep what the venues saw."""
    for number in numbers:
        await child.tell(f"tick {number}")
        try:
            done.append(await child.told())
        except TimeoutError as error:
            raise AssertionError(f"no orders for {number}; ours said {[e.text for e in said[-3:]]}") from error
        await asyncio.sleep(0.25)  # signatures are made ahead twice a second, two at a time


async def race(count: int) -> dict[str, list[Times]]:
    """All by turns, in small batches."""
    each = count + WARM_UP + HUMMING
    names = ("ours", PLAIN, PLAIN_C_KEY, PLAIN_SAME_STEPS)
    traffic = standing(each * len(names))
    done: dict[str, list[Times]] = {name: [] for name in names}
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        child = await stack.enter_async_context(stub_venues("--pairs", str(len(traffic.couples))))
        numbers = {name: list(range(index * each, (index + 1) * each)) for index, name in enumerate(names)}
        rivals = [Plain(child, folder, traffic, name, stack, set(numbers[name])) for name in names[1:]]
        ours = Ours(child, folder, [traffic.couples[n] for n in numbers["ours"]], stack)
        for one in (*rivals, ours):
            await one.start()
        gc.collect()
        gc.freeze()
        humming = {name: " ".join(map(str, numbers[name][-HUMMING:])) for name in names}
        for first in range(0, count + WARM_UP, BATCH):
            for name in names:
                await child.tell(f"hum {humming[name]}")
                counted = done[name] if first >= WARM_UP else []
                await ticks(child, numbers[name][first : min(first + BATCH, count + WARM_UP)], counted, ours.said)
        tasks = [*ours.tasks, *(task for one in rivals for task in one.tasks)]
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        for end in ended:
            if isinstance(end, Exception):
                raise end
        gc.unfreeze()
    return done


def arrivals(done: Mapping[str, Sequence[Times]], how: str = "") -> tuple[dict[str, list[float]], ...]:
    """Milliseconds from the frame to the second order, and between both orders."""
    legs = {name: [(t["tick"], *sorted(t[f"{venue}{how}"] for venue in VenueName)) for t in times]
            for name, times in done.items()}  # fmt: skip
    both = {name: [(last - tick) / 1e6 for tick, _, last in times] for name, times in legs.items()}
    return both, {name: [(last - first) / 1e6 for _, first, last in times] for name, times in legs.items()}


def measured(arguments: argparse.Namespace) -> list[Figure]:
    """Every figure of this bench."""
    with asyncio.Runner(loop_factory=quickest_loop()) as runner:
        done = runner.run(race(arguments.ticks))
    both, skew = arrivals(done)
    both_read, skew_read = arrivals(done, "_read")
    half: Callable[[list[float]], float] = lambda times: percentile(times, 50)  # noqa: E731
    figures = [
        Figure(
            f"tick -> both orders, {name}, p50",
            half(times),
            "ms",
            note=f"quickest {min(times):.3g} ms, p99 {percentile(times, 99):.3g} ms",
        )
        for name, times in both.items()
    ]
    figures += [
        Figure("tick -> both orders, ours / plain", half(both["ours"]) / half(both["plain"]), at_most=1 / 3),
        Figure("tick -> both orders, ours / plain, same steps", half(both["ours"]) / half(both[PLAIN_SAME_STEPS])),
        Figure("tick -> both orders, ours / plain, C key", half(both["ours"]) / half(both[PLAIN_C_KEY])),
        Figure("skew of the legs, ours, p50", half(skew["ours"]), "ms"),
        Figure("skew of the legs, ours, p99", percentile(skew["ours"], 99), "ms"),
        Figure("skew of the legs, one after the other, p99", percentile(skew[PLAIN_C_KEY], 99), "ms"),
        Figure("skew, ours / one after the other, p99",
               percentile(skew["ours"], 99) / percentile(skew[PLAIN_C_KEY], 99), at_most=0.25),
        Figure("tick -> both orders as read, ours / plain", half(both_read["ours"]) / half(both_read[PLAIN])),
        Figure("skew as read, ours / one after the other, p99",
               percentile(skew_read["ours"], 99) / percentile(skew_read[PLAIN_C_KEY], 99)),
        Figure("RSA operations on the way of an order", CountingSigner.inline, at_most=0,
               note=f"{len(done['ours']) + WARM_UP} orders"),
    ]  # fmt: skip
    return figures


def options(parser: argparse.ArgumentParser) -> None:
    """How often."""
    parser.add_argument("--ticks", type=int, default=30)


if __name__ == "__main__":
    shown("tick_to_trade", __doc__, measured, options)
