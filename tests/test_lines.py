"""Lines: an answer is whole and well formed or it is none, and a line that is not as it should be is not used again."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbkit.errors import InvariantError
from arbkit.net.exchanges import Answer, BrokenLine, Exchange, _listening, plain
from arbkit.net.lines import LINES_MAX, Line, Lines

HOST = {"Host": "venue.example"}


def exchange(body_bytes_max: int = 1_000) -> Exchange:
    return Exchange("GET", "/ok", HOST, body_bytes_max=body_bytes_max)


@pytest.fixture(params=[False, True], ids=["asyncio", "uvloop"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, bool]]:
    return "asyncio", {"use_uvloop": request.param}


def read(wire: bytes, *, ended: bool = False, body_bytes_max: int = 1_000) -> tuple[Answer, bool] | None:
    reading = exchange(body_bytes_max)
    answer = reading.feed(wire) if wire else None
    if answer is None and ended:
        answer = reading.end()
    return None if answer is None else (answer, reading.stays_open)


WHOLE = {
    "length": (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", 200, b"{}", True),
    "no reason": (b"HTTP/1.1 409 \r\ncontent-length:2\r\n\r\n{}", 409, b"{}", True),
    "twice the same length": (b"HTTP/1.1 200 x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n1", 200, b"1", True),
    "cut": (b"HTTP/1.1 201 x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x\r\nd\r\n0\r\n\r\n", 201, b"abd", True),
    "pieces with a trailer": (
        b"HTTP/1.1 201 x\r\nTransfer-Encoding: Chunked\r\n\r\nA\r\n0123456789\r\n0\r\nDigest: x\r\n\r\n",
        201,
        b"0123456789",
        True,
    ),
    "no body": (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b"", True),
    "not modified": (b"HTTP/1.1 304 x\r\nContent-Length: 100\r\n\r\n", 304, b"", True),
    "one before it": (b"HTTP/1.1 103 x\r\nA: b\r\n\r\nHTTP/1.1 200 x\r\nContent-Length: 0\r\n\r\n", 200, b"", True),
    "last words": (b"HTTP/1.1 503 x\r\nConnection: close\r\nContent-Length: 1\r\n\r\n!", 503, b"!", False),
    "old": (b"HTTP/1.0 200 x\r\nContent-Length: 1\r\n\r\n!", 200, b"!", False),
    "more than was asked": (b"HTTP/1.1 200 x\r\nContent-Length: 1\r\n\r\n!HTTP/1.1", 200, b"!", False),
    "more behind the pieces": (b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nHTTP", 200, b"", False),
}  # fmt: skip
NONE = {
    "no http": b"220 mail.example ESMTP\r\n\r\n",
    "http/2": b"HTTP/2 200\r\n\r\n",
    "no status": b"HTTP/1.1 OK\r\n\r\n",
    "no header": b"HTTP/1.1 200 x\r\nnonsense\r\n\r\n",
    "a blank before the colon": b"HTTP/1.1 200 x\r\nContent-Length : 0\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n!!",
    "two lengths in one": b"HTTP/1.1 200 x\r\nContent-Length: 1, 2\r\n\r\n!!",
    "less than nothing": b"HTTP/1.1 200 x\r\nContent-Length: -1\r\n\r\n",
    "length and pieces": b"HTTP/1.1 200 x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "another coding": b"HTTP/1.1 200 x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "a piece without a size": b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\nabc!\r\n",
    "a piece that is longer": b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
    "too long": b"HTTP/1.1 200 x\r\nContent-Length: 1001\r\n\r\n",
    "too long in pieces": b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n3E9\r\n" + b"x" * 1_001,
    "a head without end": b"HTTP/1.1 200 x\r\n" + b"a: b\r\n" * 20_000,
}
TORN = {
    "in its head": b"HTTP/1.1 200 x\r\nContent-",
    "in its body": b"HTTP/1.1 200 x\r\nContent-Length: 2\r\n\r\n{",
    "in its pieces": b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
    "before it began": b"",
}


@pytest.mark.parametrize("name", WHOLE)
def test_an_answer_ends_where_it_says(name: str) -> None:
    wire, status, body, stays_open = WHOLE[name]
    found = read(wire)
    assert found is not None
    assert (found[0].status, found[0].body, found[1]) == (status, body, stays_open)


@pytest.mark.parametrize("name", NONE)
def test_what_is_no_answer_is_refused(name: str) -> None:
    with pytest.raises(BrokenLine):
        read(NONE[name])


@pytest.mark.parametrize("name", TORN)
def test_a_torn_answer_is_none(name: str) -> None:
    assert read(TORN[name]) is None
    with pytest.raises(BrokenLine, match="before the answer was whole"):
        read(TORN[name], ended=True)


def test_without_a_length_the_end_of_the_connection_is_the_end_of_the_answer() -> None:
    assert read(b"HTTP/1.1 200 x\r\n\r\nall of it", ended=True) == (Answer(200, {}, b"all of it"), False)


def test_headers_are_found_by_their_names_in_lower_case_and_joined() -> None:
    found = read(b"HTTP/1.1 429 x\r\nRetry-After:  7 \r\nVia: a\r\nVIA: b\r\nContent-Length: 0\r\n\r\n")
    assert found is not None
    assert found[0].headers == {"retry-after": "7", "via": "a, b", "content-length": "0"}


@given(st.sampled_from(sorted(WHOLE)), st.lists(st.integers(0, 150), max_size=12))
def test_every_way_of_cutting_an_answer_gives_the_same(name: str, cuts: list[int]) -> None:
    wire, status, body, _ = WHOLE[name]
    edges = [0, *sorted({cut for cut in cuts if 0 < cut < len(wire)}), len(wire)]
    reading = exchange()
    found = next(filter(None, (reading.feed(wire[a:b]) for a, b in pairwise(edges))), None)
    assert found is not None
    assert (found.status, found.body) == (status, body)


@given(st.binary(max_size=300))
def test_noise_is_refused_or_waited_for(noise: bytes) -> None:
    with suppress(BrokenLine):
        assert read(b"HTTP/1.1 200 x\r\n" + noise, body_bytes_max=100) is None or b"\r\n\r\n" in b"\r\n" + noise


_STATUSES = [
    b"HTTP/1.1 200 OK", b"HTTP/1.1 409", b"HTTP/1.1 503 \tx", b"HTTP/1.1 304 x", b"HTTP/1.1 101 x", b"HTTP/1.0 200 x",
    b"HTTP/1.1  200 x", b"HTTP/1.1 2000", b"http/1.1 200 x", b"HTTP/1.1 200 \xe9",
]  # fmt: skip
_ROWS = [
    b"Date: Thu, 26 Nov 2026 05:00:00 GMT", b"content-type:application/json ", b"A:", b"A: \t b\tc ", b"A : b",
    b" a: b", b"\ta", b"Connection: close", b"Connection: Keep-Alive", b"Connection: keep-alive, close", b"\xe9: b",
    b"A: \xe9", b"A: \x00", b"A: b\rc", b"A: b\nc", b"Transfer-Encoding: chunked", b"Content-Length: 1",
    b"Content-Length: 01", b": b", b"nonsense", b"B: :",
]  # fmt: skip


@given(st.sampled_from(_STATUSES), st.lists(st.sampled_from(_ROWS), max_size=3), st.binary(max_size=12), st.booleans())
def test_the_plainest_answer_is_read_as_h11_reads_it(first: bytes, rows: list[bytes], body: bytes, sized: bool) -> None:
    length = [b"Content-Length: %d" % len(body)] if sized else []
    wire = b"\r\n".join([first, *rows, *length]) + b"\r\n\r\n" + body
    found = plain(wire, body_bytes_max=10)
    if found is not None:
        judged = exchange(10)
        judged._http = _listening("GET")
        assert (judged.feed(wire), judged.stays_open) == (found, True)


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_what_is_read_here_among_noise_is_read_by_h11_too(noise: bytes, body: bytes) -> None:
    wire = b"HTTP/1.1 200 x\r\nA: " + noise + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    found = plain(wire, body_bytes_max=100)
    if found is not None:
        judged = exchange(100)
        judged._http = _listening("GET")
        assert (judged.feed(wire), judged.stays_open) == (found, True)


def test_what_venues_say_is_plain() -> None:
    wire = b"HTTP/1.1 201 Created\r\nDate: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
    assert plain(wire, body_bytes_max=2) == read(wire)[0]  # type: ignore[index]
    assert plain(wire, body_bytes_max=1) is None
    assert plain(wire + b"x", body_bytes_max=9) is None


@pytest.mark.parametrize("name", ["A\r\nB", "A: b\nC"])
def test_a_request_cannot_be_made_two(name: str) -> None:
    with pytest.raises(InvariantError):
        Exchange("POST", "/order", {"Host": name}, b"{}", body_bytes_max=1)
    with pytest.raises(InvariantError):
        Exchange("POST", f"/order HTTP/1.1\r\n{name}", HOST, b"{}", body_bytes_max=1)
    with pytest.raises(InvariantError):
        Exchange("POST", "/order", {**HOST, "A": "\u2028"}, b"{}", body_bytes_max=1)


def test_a_request_is_its_head_and_its_body() -> None:
    assert (
        Exchange("POST", "/a?b=c", {"Host": "h"}, b"{}", body_bytes_max=1).request
        == b"POST /a?b=c HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}"
    )
    assert Exchange("GET", "/", {"Host": "h"}, body_bytes_max=1).request == b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"


def test_a_request_is_written_once() -> None:
    asked = exchange()
    assert asked.take() == asked.request
    with pytest.raises(InvariantError, match="twice"):
        asked.take()


Answering = Callable[[int, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def lines_to(answering: Answering) -> AsyncIterator[tuple[Lines, list[int]]]:
    """Lines to a server that answers the n-th request as told; and how many requests each connection carried."""
    asked: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = len(asked)
        asked.append(0)
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                asked[number] += 1
                await answering(sum(asked), reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    lines = Lines("127.0.0.1", server.sockets[0].getsockname()[1], tls=None)
    try:
        yield lines, asked
    finally:
        await lines.close()
        server.close()


async def ask(lines: Lines) -> bytes:
    async with lines.one(connect_s=1) as line:
        return (await line.ask(exchange())).body


def told(text: str, extra: str = "") -> bytes:
    return f"HTTP/1.1 200 x\r\nContent-Length: {len(text)}\r\n{extra}\r\n{text}".encode()


async def number_it(number: int, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(told(str(number)))


@pytest.mark.slow
@pytest.mark.anyio
async def test_one_line_carries_one_request_after_the_other() -> None:
    async with lines_to(number_it) as (lines, asked):
        assert [await ask(lines) for _ in range(5)] == [b"1", b"2", b"3", b"4", b"5"]
    assert asked == [5]


@pytest.mark.slow
@pytest.mark.anyio
async def test_requests_at_once_take_a_line_each_up_to_a_few() -> None:
    async def slowly(number: int, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.02)
        writer.write(told(str(number)))

    async with lines_to(slowly) as (lines, asked):
        found = await asyncio.gather(*(ask(lines) for _ in range(2 * LINES_MAX)))
    assert sorted(found) == [str(n + 1).encode() for n in range(2 * LINES_MAX)]
    assert len(asked) == LINES_MAX


@pytest.mark.slow
@pytest.mark.anyio
async def test_a_line_that_the_other_side_has_left_is_not_written_to() -> None:
    async def and_leave(number: int, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(told(str(number)))
        writer.close()

    async with lines_to(and_leave) as (lines, asked):
        for number in range(1, 4):
            assert await ask(lines) == str(number).encode()
            await asyncio.sleep(0.02)
    assert asked == [1, 1, 1]


@pytest.mark.slow
@pytest.mark.anyio
async def test_an_end_that_was_not_noticed_yet_is_noticed_before_writing() -> None:
    """The loop has no turn between the end of the connection and the next request: the socket itself is asked."""
    theirs: list[socket.socket] = []

    async def remembered(number: int, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs.append(socket.socket(fileno=os.dup(writer.get_extra_info("socket").fileno())))
        writer.write(told(str(number)))

    async with lines_to(remembered) as (lines, asked):
        assert await ask(lines) == b"1"
        theirs[0].shutdown(socket.SHUT_RDWR)
        assert await ask(lines) == b"2"
    for end in theirs:
        end.close()
    assert asked == [1, 1]


@pytest.mark.slow
@pytest.mark.anyio
async def test_whoever_asks_next_never_gets_the_answer_of_a_request_that_was_given_up() -> None:
    async def late(number: int, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.1 if number == 1 else 0)
        writer.write(told(str(number)))

    async with lines_to(late) as (lines, asked):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.03):
                await ask(lines)
        assert await ask(lines) == b"2"
        await asyncio.sleep(0.15)
        assert await ask(lines) == b"3"
    assert asked == [1, 2]


@pytest.mark.slow
@pytest.mark.anyio
async def test_a_line_whose_request_was_given_up_is_hung_up_at_once() -> None:
    ended = asyncio.Event()

    async def silent(_: int, reader: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            await reader.read()
        ended.set()

    async with lines_to(silent) as (lines, _):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.03):
                await ask(lines)
        await asyncio.wait_for(ended.wait(), 20)


@pytest.mark.slow
@pytest.mark.anyio
async def test_what_nobody_asked_for_ends_the_line() -> None:
    async def chatty(number: int, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(told(str(number)))
        await asyncio.sleep(0.01)
        writer.write(told("and another thing"))

    async with lines_to(chatty) as (lines, asked):
        assert await ask(lines) == b"1"
        await asyncio.sleep(0.05)
        assert await ask(lines) == b"2"
    assert asked == [1, 1]


@asynccontextmanager
async def both_ends() -> AsyncIterator[tuple[Line, socket.socket]]:
    """A line, and the socket at its other end."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        lines = Lines(*listening.getsockname(), tls=None)
        async with lines.one(connect_s=1) as line:
            other, _ = listening.accept()
            with other:
                other.setblocking(False)
                yield line, other


def received(other: socket.socket) -> bytes:
    try:
        return other.recv(1 << 16)
    except BlockingIOError:
        return b"nothing"


@pytest.mark.slow
@pytest.mark.anyio
async def test_what_is_asked_in_step_is_written_when_all_are_ready() -> None:
    async with both_ends() as (first, one), both_ends() as (second, other):
        asked = [asyncio.ensure_future(line.ask(exchange(), in_step=True)) for line in (first, second)]
        seen: list[bytes] = []
        asyncio.get_running_loop().call_soon(lambda: seen.extend(received(end) for end in (one, other)))
        await asyncio.sleep(0.01)
        assert seen == [b"nothing"] * 2
        assert [received(end) for end in (one, other)] == [exchange().request] * 2
        for end in (one, other):
            end.send(told("both"))
        assert [answer.body for answer in await asyncio.gather(*asked)] == [b"both"] * 2


@pytest.mark.slow
@pytest.mark.anyio
async def test_what_was_given_up_before_it_was_written_is_not_written() -> None:
    async with both_ends() as (line, other):
        asked = asyncio.ensure_future(line.ask(exchange(), in_step=True))
        await asyncio.sleep(0)
        asked.cancel()
        line.abort()
        with suppress(asyncio.CancelledError):
            await asked
        for _ in range(100):
            await asyncio.sleep(0.001)
            with suppress(ConnectionError):
                if (what := received(other)) != b"nothing":
                    break
        assert what == b""


@pytest.mark.slow
@pytest.mark.anyio
async def test_a_line_that_says_goodbye_is_not_used_again() -> None:
    async def politely(number: int, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(told(str(number), "Connection: close\r\n"))

    async with lines_to(politely) as (lines, asked):
        assert [await ask(lines), await ask(lines)] == [b"1", b"2"]
    assert asked == [1, 1]
