"""Lines: HTTP/1.1 for what a trade waits for. A request is one write on a connection that stands, and no more.

A general client takes a millisecond or two for a request; here it is a tenth of that. Nothing is followed, repeated,
decoded or pooled beyond a few connections, and nothing of the environment is used.

Whoever has been given a line knows that nothing was sent yet; once `ask` was called, everything may have left.
"""

import asyncio
import select
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, cast

from arbkit.net.exchanges import Answer, BrokenLine, Exchange

LINES_MAX: Final = 4
WARM_EVERY_MS: Final = 15_000
"""Venues close connections that are idle for longer, and a trade would pay for opening a new one."""
_CLOSE_S: Final = 1


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
        request = exchange.take()
        self._exchange = exchange
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
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
