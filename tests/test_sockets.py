"""Messages of a WebSocket: cut out of whatever pieces they come in; what a server must not send is not believed."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.utils import accept_key

from arbkit.net.frames import Cutter
from arbkit.net.pace import DENSE_A_SECOND, WINDOW_S, Pace
from arbkit.net.sockets import FRAME_BYTES_MAX, Lost, Socket, dialled
from arbkit.wiring.kit import SystemClock

pytestmark = pytest.mark.anyio

TEXT, BINARY, PART, GOES_ON, ENDS, PING, CLOSE = 0x81, 0x82, 0x01, 0x00, 0x80, 0x89, 0x88


def frame(first: int, payload: bytes = b"") -> bytes:
    size = len(payload)
    if size < 126:
        return bytes([first, size]) + payload
    wide = size.to_bytes(2) if size < 1 << 16 else size.to_bytes(8)
    return bytes([first, 126 if size < 1 << 16 else 127]) + wide + payload


def cut_up(cutter: Cutter, pieces: Sequence[bytes]) -> tuple[list[bytes], list[bytes]]:
    """All messages, and all frames for the machine."""
    messages: list[bytes] = []
    odd_ones: list[bytes] = []
    for piece in pieces:
        data = piece
        while data:
            found, odd = cutter.cut(data)
            messages += found
            odd_ones += [odd] if odd else []
            data = cutter.rest() if odd else b""
    return messages, odd_ones


payloads = st.one_of(st.binary(max_size=300), st.sampled_from([125, 126, 65_535, 65_536]).map(lambda size: b"x" * size))


@given(st.lists(st.tuples(st.sampled_from([TEXT, BINARY, PING]), payloads), max_size=8), st.data())
def test_messages_come_out_whole_and_in_order_however_they_are_cut(
    sent: list[tuple[int, bytes]], data: st.DataObject
) -> None:
    stream = b"".join(frame(first, payload) for first, payload in sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    pieces = [stream[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    messages, odd = cut_up(Cutter(FRAME_BYTES_MAX), pieces)
    assert messages == [payload for first, payload in sent if first != PING]
    assert odd == [frame(first, payload) for first, payload in sent if first == PING]


def test_one_byte_at_a_time_is_enough() -> None:
    stream = frame(TEXT, b"a" * 70_000) + frame(PING, b"?") + frame(TEXT, b"b" * 200)
    messages, odd = cut_up(Cutter(FRAME_BYTES_MAX), [bytes([byte]) for byte in stream])
    assert (messages, odd) == ([b"a" * 70_000, b"b" * 200], [frame(PING, b"?")])


def test_a_message_in_fragments_is_left_to_the_machine_and_those_after_it_are_not() -> None:
    parts = [frame(PART, b"a"), frame(PING), frame(GOES_ON, b"b"), frame(ENDS, b"c")]
    messages, odd = cut_up(Cutter(FRAME_BYTES_MAX), [b"".join(parts) + frame(TEXT, b"d")])
    assert (messages, odd) == ([b"d"], parts)


@pytest.mark.parametrize(
    "wrong", [b"\x81\x85maskhello", b"\x81\xfe\x00", b"\x81\x7f" + (FRAME_BYTES_MAX + 1).to_bytes(8)]
)
def test_after_a_frame_that_must_not_come_nothing_is_taken(wrong: bytes) -> None:
    cutter = Cutter(FRAME_BYTES_MAX)
    assert cutter.cut(frame(TEXT, b"good") + wrong + frame(TEXT, b"bad")) == ([b"good"], wrong + frame(TEXT, b"bad"))
    assert cutter.hopeless


class Server:
    """Answers one upgrade and then says what it is told to, byte for byte."""

    def __init__(self, *sends: bytes, with_the_head: bytes = b"") -> None:
        self.sends, self.with_the_head = sends, with_the_head
        self.heard = bytearray()
        self.gone = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        [key] = [line[19:] for line in head.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key: ")]
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept_key(key.decode()).encode() + b"\r\n\r\n" + self.with_the_head
        )
        for said in self.sends:
            await writer.drain()
            await asyncio.sleep(0.01)
            writer.write(said)
        while (got := await reader.read(1_000)) and got[0] != CLOSE:
            self.heard += got
        writer.close()
        self.gone.set()


@asynccontextmanager
async def connected(server: Server) -> AsyncIterator[Socket]:
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        async with dialled(f"ws://127.0.0.1:{port}/", clock=SystemClock()) as socket:
            yield socket
        await asyncio.wait_for(server.gone.wait(), 5)


async def heard(server: Server, *, until: int) -> list[bytes]:
    """So many messages."""
    messages: list[bytes] = []

    def take(frames: Sequence[bytes]) -> None:
        messages.extend(frames)
        if len(messages) >= until:
            raise Lost("enough")

    async with connected(server) as socket, asyncio.timeout(5):
        with pytest.raises(Lost, match="enough"):
            await socket.listen(take)
    return messages


@pytest.mark.slow
async def test_messages_in_the_segment_of_the_upgrade_are_not_lost() -> None:
    server = Server(frame(TEXT, b"third"), with_the_head=frame(TEXT, b"first") + frame(TEXT, b"second"))
    assert await heard(server, until=3) == [b"first", b"second", b"third"]


@pytest.mark.slow
async def test_a_message_may_come_in_fragments_with_a_ping_between_which_is_answered() -> None:
    server = Server(frame(PART, b"a") + frame(PING, b"?"), frame(GOES_ON, b"b"), frame(ENDS, b"c") + frame(TEXT, b"d"))
    assert await heard(server, until=2) == [b"abc", b"d"]
    assert server.heard[0] == 0x8A


@pytest.mark.slow
async def test_a_large_message_is_put_together() -> None:
    large = bytes(range(256)) * 8_000
    whole = frame(BINARY, large)
    server = Server(whole[:100_000], whole[100_000:] + frame(TEXT, b"after"))
    assert await heard(server, until=2) == [large, b"after"]


def rests(pace: Pace, *, messages: int, a_second: int, from_s: float = 0.0) -> list[bool]:
    """Whether reading rests after each of so many messages that come one by one at an even pace."""
    return [pace.rests_after(1, from_s + number / a_second) for number in range(messages)]


def test_reading_rests_only_while_messages_are_dense() -> None:
    pace = Pace()
    assert not any(rests(pace, messages=1_000, a_second=DENSE_A_SECOND // 2))
    dense = rests(pace, messages=1_000, a_second=DENSE_A_SECOND * 2, from_s=1)
    assert dense.index(True) < 3 * WINDOW_S * DENSE_A_SECOND * 2
    assert all(dense[dense.index(True) :])
    assert not any(rests(pace, messages=1_000, a_second=DENSE_A_SECOND // 2, from_s=60)), "a rush that is long over"


@pytest.mark.slow
async def test_of_messages_that_come_densely_none_is_lost_and_all_come_in_order() -> None:
    every = [b"%d" % number for number in range(3_000)]
    sends = [b"".join(frame(TEXT, text) for text in every[start : start + 100]) for start in range(0, 3_000, 100)]
    assert await heard(Server(*sends), until=3_000) == every


@pytest.mark.slow
@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (b"\x81\x85maskhello", "1002"),
        (b"\xc1\x01x", "1002"),
        (frame(GOES_ON, b"x"), "1002"),
        (b"\x81\x7f" + (FRAME_BYTES_MAX + 1).to_bytes(8), "1009"),
        (frame(CLOSE, b"\x03\xf2enough of you"), "enough of you"),
    ],
    ids=["masked", "compressed", "a fragment of nothing", "too large", "a close"],
)
async def test_what_ends_a_connection_ends_it_and_nothing_behind_it_is_taken(wrong: bytes, why: str) -> None:
    messages: list[bytes] = []
    server = Server(frame(TEXT, b"good") + wrong + frame(TEXT, b"bad"))
    async with connected(server) as socket, asyncio.timeout(5):
        with pytest.raises(Lost, match=why):
            await socket.listen(messages.extend)
    assert messages == [b"good"]


@pytest.mark.slow
async def test_what_the_listener_raises_comes_out_where_it_is_listened_and_it_hears_no_more() -> None:
    asked = []

    def take(frames: Sequence[bytes]) -> None:
        asked.extend(frames)
        raise ValueError("ours")

    server = Server(frame(TEXT, b"one"), frame(TEXT, b"two"))
    async with connected(server) as socket, asyncio.timeout(5):
        with pytest.raises(ValueError, match="ours"):
            await socket.listen(take)
        await asyncio.sleep(0.05)
    assert asked == [b"one"]
