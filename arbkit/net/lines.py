"""Lines: HTTP/1.1 for what a trade waits for. A request is one write on a connection that stands, and no more.

A general client takes a millisecond or two for a request; here it is a tenth of that. What is said and what comes back
is judged by h11: an answer that is not whole and well formed is none. Nothing is followed, repeated, decoded or pooled
beyond a few connections, and nothing of the environment is used.

Whoever has been given a line knows that nothing was sent yet; once `ask` was called, everything may have left.
"""

import asyncio
import select
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, cast

import h11

from arbkit.errors import InvariantError

HEAD_BYTES_MAX: Final = 64 * 1024
"""Largest head of an answer."""
LINES_MAX: Final = 4
WARM_EVERY_MS: Final = 15_000
"""Venues close connections that are idle for longer, and a trade would pay for opening a new one."""
_CLOSE_S: Final = 1


class BrokenLine(Exception):
    """The connection ended or said what is no HTTP; the text says which. What it was asked may have arrived."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers in lower case, and the body as it came."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Exchange:
    """One request and its answer, which is read from the bytes as they come."""

    def __init__(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"", *, body_bytes_max: int
    ) -> None:
        """Render the request. Raises InvariantError for what would not be one request."""
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD_BYTES_MAX)
        self._response: h11.Response | None = None
        self._body, self._body_bytes_max = bytearray(), body_bytes_max
        fields = {**headers, "Content-Length": str(len(body))} if body or method != "GET" else headers
        try:
            asked = h11.Request(method=method, target=target, headers=list(fields.items()))
            said = [self._http.send(event) or b"" for event in (asked, h11.Data(data=body), h11.EndOfMessage())]
        except (h11.LocalProtocolError, UnicodeEncodeError) as error:
            raise InvariantError(f"{method} {target!r} cannot be sent: {error}") from error
        self.request: Final = b"".join(said)
        """The request as it travels."""

    @property
    def stays_open(self) -> bool:
        """Whether the connection may be used again: the answer is whole, and nothing came behind it."""
        return self._http.states == {h11.CLIENT: h11.DONE, h11.SERVER: h11.DONE} and self._http.trailing_data == (
            b"",
            False,
        )

    def feed(self, piece: bytes) -> Answer | None:
        """Take the next bytes; the answer once it is whole. Raises BrokenLine for what is none."""
        try:
            self._http.receive_data(piece)
            while not isinstance(event := self._http.next_event(), h11.EndOfMessage):
                if event is h11.NEED_DATA or event is h11.PAUSED:
                    return None
                self._take(event)
        except h11.RemoteProtocolError as error:
            raise BrokenLine(f"what came is no answer of HTTP/1.1: {error}") from error
        return self._whole()

    def end(self) -> Answer:
        """The other side has said all. Raises BrokenLine unless that is how this answer ends."""
        try:
            answer = self.feed(b"")
        except BrokenLine as error:
            raise BrokenLine("the connection was closed before the answer was whole") from error
        if answer is None:
            raise BrokenLine("the connection was closed before the answer was whole")
        return answer

    def _take(self, event: object) -> None:
        match event:
            case h11.Response(headers=headers):
                self._response, names = event, dict(list(headers))
                if b"transfer-encoding" in names and b"content-length" in names:
                    raise BrokenLine("the answer says twice where it ends")
                self._hold_to_size(int(names.get(b"content-length", b"0")))
            case h11.Data(data=data):
                self._hold_to_size(len(self._body) + len(data))
                self._body += data
            case _:
                pass  # an answer before the answer

    def _hold_to_size(self, size: int) -> None:
        if size > self._body_bytes_max:
            raise BrokenLine(f"the answer has more than {self._body_bytes_max} bytes")

    def _whole(self) -> Answer:
        if self._response is None:
            raise BrokenLine("the answer has no head")
        headers: dict[str, str] = {}
        for raw_name, raw_value in self._response.headers:
            name, value = raw_name.decode("ascii"), raw_value.decode("latin-1")
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        return Answer(self._response.status_code, headers, bytes(self._body))


class Line(asyncio.Protocol):
    """One connection. It is asked one thing at a time."""

    def __init__(self) -> None:
        self._gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._exchange: Exchange | None = None
        self._answer: asyncio.Future[Answer] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where requests go."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Hand on what came. What nobody asked for ends the connection."""
        if self._exchange is None or self._answer is None or self._answer.done():
            self._transport.abort()
            return
        try:
            answer = self._exchange.feed(data)
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
        if self._exchange is None or self._answer is None or self._answer.done():
            return
        try:
            if error is not None:
                raise BrokenLine(f"the connection broke ({error})")
            self._answer.set_result(self._exchange.end())
        except BrokenLine as broken:
            self._answer.set_exception(broken)

    async def ask(self, exchange: Exchange) -> Answer:
        """Write a request and return its answer. Raises BrokenLine; then it may have arrived."""
        self._exchange = exchange
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(exchange.request)
        return await self._answer

    def is_free(self) -> bool:
        """Whether it can be asked: it stands, all that was asked is answered, and nothing has come since, for that
        could only be its end."""
        if self._gone.done() or self._transport.is_closing():
            return False
        if self._exchange is not None and not (
            self._exchange.stays_open and self._answer and self._answer.done() and not self._answer.cancelled()
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
