"""The simulated venues' WebSockets, over loopback, by a client that knows only the venues' documents."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from arbkit.venues.kalshi.signing import KalshiSigner, new_key_pem
from arbkit.venues.secrets import Secret
from arbkit.venues.sim.crowd import Flow
from arbkit.venues.sim.faults import Fault, Target, Trouble
from arbkit.venues.sim.server import SimServer
from arbkit.venues.sim.simulation import KALSHI_STREAM, Simulation
from arbkit.venues.sim.wire.kalshi_stream import KalshiSession
from arbkit.venues.sim.world.generator import generate
from arbkit.venues.sim.world.model import JsonObject

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
pytestmark = [pytest.mark.anyio, pytest.mark.slow]


@asynccontextmanager
async def a_venue(flow: Flow = Flow.BUSY) -> AsyncIterator[tuple[Simulation, SimServer]]:
    simulation = Simulation(generate(3, datetime.now(UTC), markets=60), flow=flow)
    with SimServer(simulation) as server:
        yield simulation, server


@asynccontextmanager
async def kalshi(simulation: Simulation, server: SimServer) -> AsyncIterator[ClientConnection]:
    signer = KalshiSigner("k", Secret(new_key_pem()))
    simulation.open_kalshi_account("k", key_id="k", public_pem=signer.public_pem)
    headers = signer.headers("GET", KALSHI_STREAM, now=datetime.now(UTC))
    url = server.urls.base.replace("http", "ws") + KALSHI_STREAM
    async with connect(url, additional_headers=headers, proxy=None) as socket:
        yield socket


@asynccontextmanager
async def polymarket(server: SimServer) -> AsyncIterator[ClientConnection]:
    async with connect(server.urls.clob.replace("http", "ws") + "/ws/market", proxy=None) as socket:
        yield socket


async def said(socket: ClientConnection) -> JsonObject:
    told = json.loads(await socket.recv())
    assert isinstance(told, dict)
    return told


def command(cmd: str, **params: object) -> str:
    return json.dumps({"id": 1, "cmd": cmd, "params": params})


def tickers(simulation: Simulation, count: int = 3) -> list[str]:
    lively = sorted(simulation.world.books, key=lambda key: -simulation.world.books[key].activity)
    return [key for key in lively if key in simulation.kalshi_listing.markets][:count]


def a_token(simulation: Simulation) -> str:
    lively = sorted(simulation.world.books, key=lambda key: -simulation.world.books[key].activity)
    return next(key for key in lively if key in simulation.polymarket_listing.by_token)


async def test_kalshi_lets_nobody_in_without_a_signature() -> None:
    async with a_venue() as (_, server):
        with pytest.raises(InvalidStatus) as refused:
            await connect(server.urls.base.replace("http", "ws") + KALSHI_STREAM, proxy=None)
        assert refused.value.response.status_code == 401


@pytest.mark.parametrize("use_yes_price", [False, True])
async def test_snapshots_and_differences_make_the_book_that_stands(use_yes_price: bool) -> None:
    simulation = Simulation(generate(3, NOW, markets=60), flow=Flow.BUSY)
    account = simulation.kalshi.open_account("k", {0: 0})
    session = KalshiSession(simulation.kalshi_listing, simulation.kalshi_floor, account, now=NOW)
    [ticker] = tickers(simulation, 1)
    asked = command("subscribe", channels=["orderbook_delta"], market_tickers=[ticker], use_yes_price=use_yes_price)
    frames = session.command(asked, NOW)
    book: dict[tuple[bool, int], int] = {}
    seqs, deltas = [], 0
    for step in range(400):
        for frame in frames:
            message = frame["msg"]
            assert isinstance(message, dict)
            seqs += [frame["seq"]] if "seq" in frame else []
            for is_bid, side in ((True, "yes"), (False, "no")):
                for price, qty in message.get(f"{side}_dollars_fp", []):
                    book[is_bid, yes_price(is_bid, price, use_yes_price)] = hundredths(qty)
            if frame["type"] == "orderbook_delta":
                deltas += 1
                is_bid = message["side"] == "yes"
                place = is_bid, yes_price(is_bid, str(message["price_dollars"]), use_yes_price)
                book[place] = book.get(place, 0) + hundredths(str(message["delta_fp"]))
        now = NOW + timedelta(seconds=step)
        pit = simulation.kalshi_floor.pit(ticker, NOW + timedelta(seconds=max(step - 1, 0)))
        truth = {(bid, price): qty for bid in (True, False) for price, qty in pit.book.levels(is_bid=bid)}
        assert {place: qty for place, qty in book.items() if qty} == truth
        frames = session.news(now)
    assert deltas > 50
    assert seqs == list(range(1, len(seqs) + 1))


def yes_price(is_bid: bool, price: str, use_yes_price: bool) -> int:
    own = round(float(price) * 10_000)
    return own if is_bid or use_yes_price else 10_000 - own


def hundredths(qty: str) -> int:
    return round(float(qty) * 100)


async def test_a_second_subscription_is_merged_and_a_snapshot_can_be_asked_for() -> None:
    async with a_venue(Flow.OFF) as (simulation, server), kalshi(simulation, server) as socket:
        one, two, three = tickers(simulation)
        await socket.send(command("subscribe", channels=["orderbook_delta"], market_tickers=[one]))
        assert [(await said(socket))["type"] for _ in range(2)] == ["subscribed", "orderbook_snapshot"]
        await socket.send(command("subscribe", channels=["orderbook_delta"], market_tickers=[two]))
        assert [(await said(socket))["type"] for _ in range(2)] == ["ok", "orderbook_snapshot"]
        await socket.send(command("update_subscription", sid=1, market_tickers=[three], action="add_markets"))
        told = await said(socket)
        assert told["msg"] == {"market_tickers": [one, two, three]}
        await said(socket)
        await socket.send(command("update_subscription", sid=1, market_tickers=[one], action="get_snapshot"))
        again = await said(socket)
        assert (again["type"], again["id"], again["seq"]) == ("orderbook_snapshot", 1, 6)
        await socket.send(command("sing"))
        assert (await said(socket))["msg"] == {"code": 5, "msg": "Unknown command"}


async def test_polymarket_begins_with_an_array_of_books_and_then_tells_totals() -> None:
    async with a_venue() as (simulation, server), polymarket(server) as socket:
        token = a_token(simulation)
        await socket.send(json.dumps({"type": "market", "assets_ids": [token]}))
        [book] = json.loads(await socket.recv())
        assert (book["event_type"], book["asset_id"]) == ("book", token)
        changes = await said(socket)
        assert changes["event_type"] == "price_change"
        rows = changes["price_changes"]
        assert isinstance(rows, list)
        assert {row["asset_id"] for row in rows} == {token}
        await socket.send("PING")
        while await socket.recv() != "PONG":
            pass


@pytest.mark.parametrize("do", [Trouble.WS_SEQ_GAP, Trouble.WS_DUP, Trouble.WS_REORDER])
async def test_a_fault_of_the_sequence_can_be_seen_by_the_client(do: Trouble) -> None:
    async with a_venue() as (simulation, server), kalshi(simulation, server) as socket:
        simulation.control.faults.add(Fault(on=Target.KALSHI_FRAME, do=do, nth=6))
        await socket.send(command("subscribe", channels=["orderbook_delta"], market_tickers=tickers(simulation)))
        seqs = [(await said(socket)).get("seq", 0) for _ in range(12)]
        assert seqs != sorted(set(map(int, map(str, seqs)))) or len(set(seqs)) < 12 or seqs[-1] != 11


async def test_a_cut_and_a_refusal_are_what_they_say() -> None:
    async with a_venue() as (simulation, server):
        simulation.control.faults.add(Fault(on=Target.POLY_FRAME, do=Trouble.WS_CLOSE, nth=2))
        async with polymarket(server) as socket:
            await socket.send(json.dumps({"type": "market", "assets_ids": [a_token(simulation)]}))
            await socket.recv()
            with pytest.raises(ConnectionClosed):
                await socket.recv()
        simulation.control.faults.add(Fault(on=Target.POLY_CONNECT, do=Trouble.WS_CONNECT_REFUSE))
        with pytest.raises(InvalidStatus):
            await connect(server.urls.clob.replace("http", "ws") + "/ws/market", proxy=None)
