"""Lines: HTTP/1.1 for what a trade waits for. A request is one write on a connection that stands, and no more.

A general client takes a millisecond or two for a request; here it is some microseconds. What comes back is read
strictly: an answer that is not whole and well formed is none. Nothing is followed, repeated, decoded or pooled beyond a
few connections, and nothing of the environment is used.

Whoever has been given a line knows that nothing was sent yet; once `ask` was called, everything may have left.
"""

import asyncio
import re
import select
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, cast

from arbkit.errors import InvariantError

HEAD_BYTES_MAX: Final = 64 * 1024
"""Largest head of an answer, and how much the frames of a chunked body may add."""
LINES_MAX: Final = 4
WARM_EVERY_MS: Final = 15_000
"""Venues close connections that are idle for longer, and a trade would pay for opening a new one."""
_CLOSE_S: Final = 1
_STATUS: Final = re.compile(rb"HTTP/1\.([01]) ([1-5][0-9][0-9])(?: [^\r\n]*)?")
_FIELD: Final = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):([^\x00\r\n]*)")
_LENGTH: Final = re.compile(r"[0-9]{1,15}")
_CHUNK: Final = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?")
_PLAIN: Final = re.compile(r"[ -~]*")
_NO_BODY: Final = frozenset({204, 304})


class BrokenLine(Exception):
    """The connection ended or said what is no HTTP; the text says which. What it was asked may have arrived."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers in lower case, and the body as it came."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def rendered(method: str, target: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """A request as it travels. Raises InvariantError for what would not be one line each."""
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    if body or method != "GET":
        lines.append(f"Content-Length: {len(body)}")
    if " " in target or not all(_PLAIN.fullmatch(line) for line in lines):
        raise InvariantError(f"{method} {target!r} cannot be sent: a line of its head is not plain ASCII")
    return "\r\n".join((*lines, "", "")).encode("ascii") + body


class Reading:
    """One answer, from the bytes as they come. Every way of cutting them gives the same."""

    def __init__(self, body_bytes_max: int) -> None:
        self._body_bytes_max = body_bytes_max
        self._buffer = bytearray()
        self._at = 0
        self._body = bytearray()
        self._in_trailer = False
        self._head: tuple[int, dict[str, str]] | None = None
        self._length: int | None = None
        self._chunked = False
        self.stays_open = False
        """Whether the connection may be used again after this answer."""

    def feed(self, piece: bytes) -> Answer | None:
        """Take the next bytes; the answer once it is whole. Raises BrokenLine for what is none."""
        self._buffer += piece
        if self._head is None:
            self._read_head()
        if self._head is None:
            return None
        if len(self._buffer) > self._body_bytes_max + HEAD_BYTES_MAX:
            raise BrokenLine(f"answered {self._head[0]} with more than {self._body_bytes_max} bytes")
        if self._chunked:
            return self._answer(bytes(self._body)) if self._unchunked() else None
        if self._length is None or len(self._buffer) - self._at < self._length:
            return None
        if len(self._buffer) - self._at > self._length:
            self.stays_open = False  # more than an answer: who says more than was asked is not listened to
        return self._answer(bytes(self._buffer[self._at : self._at + self._length]))

    def end(self) -> Answer:
        """The other side has said all. Raises BrokenLine unless that is how this answer ends."""
        self.stays_open = False
        if self._head is None or self._chunked or self._length is not None:
            raise BrokenLine("the connection was closed before the answer was whole")
        return self._answer(bytes(self._buffer[self._at :]))

    def _answer(self, body: bytes) -> Answer:
        status, headers = cast("tuple[int, dict[str, str]]", self._head)
        if len(body) > self._body_bytes_max:
            raise BrokenLine(f"answered {status} with more than {self._body_bytes_max} bytes")
        return Answer(status, headers, body)

    def _read_head(self) -> None:
        while (end := self._buffer.find(b"\r\n\r\n", self._at)) >= 0:
            first, *rest = bytes(self._buffer[self._at : end]).split(b"\r\n")
            self._at = end + 4
            if (found := _STATUS.fullmatch(first)) is None:
                raise BrokenLine("what came is no answer of HTTP/1.1")
            if (status := int(found[2])) < 200 and status != 101:
                continue  # an answer before the answer
            headers = _fields(rest)
            self._head = status, headers
            self._frame(status, headers, is_old=found[1] == b"0")
            return
        if len(self._buffer) > HEAD_BYTES_MAX:
            raise BrokenLine(f"the head of the answer has more than {HEAD_BYTES_MAX} bytes")

    def _frame(self, status: int, headers: Mapping[str, str], *, is_old: bool) -> None:
        """Where the body ends (RFC 9112 section 6.3), and whether the connection goes on behind it."""
        said = {word.strip().lower() for word in headers.get("connection", "").split(",")}
        self.stays_open = not is_old and "close" not in said and status != 101
        coding, length = headers.get("transfer-encoding", "").lower(), headers.get("content-length")
        if status in _NO_BODY:
            self._length = 0
        elif coding:
            if coding != "chunked" or length is not None:
                raise BrokenLine("the answer does not say where it ends")
            self._chunked = True
        elif length is not None:
            if _LENGTH.fullmatch(length) is None:
                raise BrokenLine("the answer does not say how long it is")
            self._length = int(length)
            if self._length > self._body_bytes_max:
                raise BrokenLine(f"answered {status} with more than {self._body_bytes_max} bytes")

    def _unchunked(self) -> bool:
        while (end := self._buffer.find(b"\r\n", self._at)) >= 0:
            if self._in_trailer:
                self._at, is_last = end + 2, end == self._at
                if is_last:
                    self.stays_open = self.stays_open and self._at == len(self._buffer)
                    return True
                continue
            if (found := _CHUNK.fullmatch(self._buffer, self._at, end)) is None:
                raise BrokenLine("the answer is cut in pieces that do not say how long they are")
            start, size = end + 2, int(found[1], 16)
            if size == 0:
                self._at, self._in_trailer = start, True
                continue
            if len(self._body) + size > self._body_bytes_max:
                raise BrokenLine(f"answered with more than {self._body_bytes_max} bytes")
            if len(self._buffer) < start + size + 2:
                return False
            if self._buffer[start + size : start + size + 2] != b"\r\n":
                raise BrokenLine("a piece of the answer is longer than it says")
            self._body += self._buffer[start : start + size]
            self._at = start + size + 2
        return False


def _fields(lines: list[bytes]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        if (found := _FIELD.fullmatch(line)) is None:
            raise BrokenLine("a header of the answer is none")
        name, value = found[1].decode("ascii").lower(), found[2].strip(b" \t").decode("latin-1")
        if name == "content-length" and headers.get(name, value) != value:
            raise BrokenLine("the answer has two lengths")
        headers[name] = f"{headers[name]}, {value}" if name in headers and name != "content-length" else value
    return headers


class Line(asyncio.Protocol):
    """One connection. It is asked one thing at a time."""

    def __init__(self) -> None:
        self._gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._reading: Reading | None = None
        self._answer: asyncio.Future[Answer] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where requests go."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Hand on what came. What nobody asked for ends the connection."""
        if self._reading is None or self._answer is None or self._answer.done():
            self._transport.abort()
            return
        try:
            answer = self._reading.feed(data)
        except BrokenLine as error:
            self._answer.set_exception(error)
            self._transport.abort()
            return
        if answer is not None:
            self._answer.set_result(answer)

    def eof_received(self) -> None:
        """The other side has said all, which may be how an answer ends."""
        self._end(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._end(exc)
        if not self._gone.done():
            self._gone.set_result(None)

    def _end(self, error: Exception | None) -> None:
        if self._reading is None or self._answer is None or self._answer.done():
            return
        try:
            if error is not None:
                raise BrokenLine(f"the connection broke ({error})")
            self._answer.set_result(self._reading.end())
        except BrokenLine as broken:
            self._answer.set_exception(broken)

    async def ask(self, request: bytes, *, body_bytes_max: int) -> Answer:
        """Write a request and return its answer. Raises BrokenLine; then it may have arrived."""
        self._reading = Reading(body_bytes_max)
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def is_free(self) -> bool:
        """Whether it can be asked: it stands, all that was asked is answered, and nothing has come since, for that
        could only be its end."""
        if self._gone.done() or self._transport.is_closing():
            return False
        if self._reading is not None and not (
            self._reading.stays_open and self._answer and self._answer.done() and not self._answer.cancelled()
        ):
            return False
        return not _readable(self._transport.get_extra_info("socket").fileno())

    def abort(self) -> None:
        """Give it up at once."""
        self._transport.abort()

    async def close(self) -> None:
        """Close it; give it up when the other side takes its time."""
        self._transport.close()
        await asyncio.wait([self._gone], timeout=_CLOSE_S)
        if not self._gone.done():
            self._transport.abort()


def _readable(fd: int) -> bool:
    if not hasattr(select, "poll"):
        return bool(select.select([fd], [], [], 0)[0])
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    return bool(poll.poll(0))


class Lines:
    """The few lines to one host. The one that was used last is used first, so that one at least is kept warm."""

    def __init__(self, host: str, port: int, *, tls: ssl.SSLContext | None) -> None:
        self._host, self._port, self._tls = host, port, tls
        self._free: list[Line] = []
        self._seats = asyncio.Semaphore(LINES_MAX)

    @asynccontextmanager
    async def one(self, *, connect_s: float) -> AsyncIterator[Line]:
        """A line that can be asked, for this block alone. Raises OSError when none can be opened or is free in time:
        up to here nothing was sent. A block that ends in the middle of an answer ends the line."""
        async with asyncio.timeout(connect_s) as opening, self._seats:
            line = self._standing() or await self._opened()
            opening.reschedule(None)
            try:
                yield line
            finally:
                if line.is_free():
                    self._free.append(line)
                else:
                    line.abort()

    async def close(self) -> None:
        """Close every line that is not in use."""
        free, self._free = self._free, []
        await asyncio.gather(*(line.close() for line in free))

    def _standing(self) -> Line | None:
        while self._free:
            line = self._free.pop()
            if line.is_free():
                return line
            line.abort()
        return None

    async def _opened(self) -> Line:
        _, line = await asyncio.get_running_loop().create_connection(Line, self._host, self._port, ssl=self._tls)
        return line
