"""Sending once: what was never sent is told apart from what may have arrived, and nothing is ever repeated."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager

import pytest

from arbkit.net import NoAnswer, NotSent, Poster, Rate
from tests.builders import StandingClock

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[object, object, None]]


class Server:
    """A server on loopback that counts requests and answers as told."""

    def __init__(self, answer: Answer) -> None:
        self.answer, self.requests, self.port = answer, 0, 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                (int(x.split(b":")[1]) for x in head.split(b"\r\n") if x.lower().startswith(b"content-le")), 0
            )
            await reader.readexactly(length)
            self.requests += 1
            await self.answer(reader, writer)
        finally:
            writer.close()


@asynccontextmanager
async def posting_to(answer: Answer) -> AsyncIterator[tuple[Poster, Server]]:
    server = Server(answer)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    poster = Poster("kalshi", f"http://127.0.0.1:{server.port}/api", clock=StandingClock(), writes=None)
    try:
        yield poster, server
    finally:
        await poster.close()
        listening.close()


def saying(text: bytes) -> Answer:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(text)
        await writer.drain()

    return answer


async def silent(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(5)


def an_answer(status: int, body: bytes = b"{}", extra: bytes = b"") -> bytes:
    return b"HTTP/1.1 %d x\r\ncontent-length: %d\r\n%s\r\n%s" % (status, len(body), extra, body)


@pytest.mark.parametrize("status", [201, 302, 400, 409, 429, 500, 503])
async def test_any_answer_comes_back_as_it_is_after_one_request(status: int) -> None:
    async with posting_to(saying(an_answer(status, b'{"a":1}', b"location: /elsewhere\r\n"))) as (poster, server):
        reply = await poster.send_once("POST", "/orders", headers={}, body=b"{}", timeout_ms=2_000)
    assert (reply.status, reply.body, server.requests) == (status, b'{"a":1}', 1)


@pytest.mark.parametrize(
    "answer",
    [
        silent,
        saying(b""),
        saying(b"HTTP/1.1 201 x\r\ncontent-length: 100\r\n\r\n{"),
        saying(b"no http at all\r\n\r\n"),
        saying(an_answer(201, b"x" * ((1 << 20) + 1))),
    ],
    ids=["silence", "closed", "torn", "garbage", "huge"],
)
async def test_whatever_may_have_arrived_is_in_doubt_and_was_sent_once(answer: Answer) -> None:
    async with posting_to(answer) as (poster, server):
        with pytest.raises(NoAnswer):
            await poster.send_once("POST", "/orders", headers={}, body=b"{}", timeout_ms=300)
        assert server.requests == 1


async def test_a_refused_connection_proves_that_nothing_was_sent() -> None:
    async with posting_to(silent) as (_, server):
        port = server.port
    await asyncio.sleep(0.05)
    poster = Poster("kalshi", f"http://127.0.0.1:{port}", clock=StandingClock(), writes=None)
    with pytest.raises(NotSent):
        await poster.send_once("POST", "/orders", headers={}, body=b"{}", timeout_ms=1_000)
    await poster.close()


async def test_a_host_without_an_address_proves_that_nothing_was_sent() -> None:
    poster = Poster("kalshi", "https://nowhere.invalid", clock=StandingClock(), writes=None)
    with pytest.raises(NotSent):
        await poster.send_once("POST", "/orders", headers={}, body=b"{}", timeout_ms=5_000)
    await poster.close()


async def test_a_failed_tls_handshake_proves_that_nothing_was_sent() -> None:
    async with posting_to(saying(b"no tls here\r\n")) as (_, server):
        poster = Poster("kalshi", f"https://127.0.0.1:{server.port}", clock=StandingClock(), writes=None)
        with pytest.raises(NotSent):
            await poster.send_once("POST", "/orders", headers={}, body=b"{}", timeout_ms=1_000)
        await poster.close()
        assert server.requests == 0


async def test_a_handshake_that_never_ends_is_not_sent_at_the_deadline() -> None:
    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1 << 16):
            pass
        writer.close()
        await writer.wait_closed()
        hung_up.set()

    hung_up = asyncio.Event()
    listening = await asyncio.start_server(mute, "127.0.0.1", 0)
    url = f"https://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    poster = Poster("kalshi", url, clock=StandingClock(), writes=None)
    with pytest.raises(NotSent, match="timed out"):
        await poster.send_once("POST", "/orders", headers={}, body=b"{}", timeout_ms=200)
    await poster.close()
    await asyncio.wait_for(hung_up.wait(), timeout=20)
    listening.close()


async def test_our_own_limit_does_not_hold_an_order_beyond_its_deadline() -> None:
    async with posting_to(saying(an_answer(201))) as (_, server):
        slow = Rate(per_period=1, period_s=60)
        poster = Poster("kalshi", f"http://127.0.0.1:{server.port}", clock=StandingClock(), writes=slow)
        await poster.send_once("POST", "/orders", headers={}, body=b"{}", timeout_ms=2_000)
        with pytest.raises(NotSent):
            await poster.send_once("POST", "/orders", headers={}, body=b"{}", timeout_ms=150)
        await poster.close()
        assert server.requests == 1


async def test_orders_share_one_warm_connection() -> None:
    connections = 0

    async def keep(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while head := await reader.readline():
            length = 0
            while head not in {b"\r\n", b""}:
                length = int(head.split(b":")[1]) if head.lower().startswith(b"content-length") else length
                head = await reader.readline()
            await reader.readexactly(length)
            writer.write(an_answer(200))
            await writer.drain()
        writer.close()

    listening = await asyncio.start_server(keep, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    poster = Poster("kalshi", url, clock=StandingClock(), writes=None)
    await poster.warm("/ok")
    for _ in range(3):
        await poster.send_once("POST", "/orders", headers={}, body=b"{}", timeout_ms=2_000)
    await poster.close()
    listening.close()
    assert connections == 1


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    async with posting_to(saying(an_answer(201))) as (poster, server):
        await poster.send_once("POST", "/orders", headers={}, body=b"{}", timeout_ms=2_000)
        assert server.requests == 1


async def test_warming_a_dead_host_harms_nothing() -> None:
    poster = Poster("kalshi", "http://127.0.0.1:9", clock=StandingClock(), writes=None)
    await poster.warm("/exchange/status")
    await poster.close()
