"""Lines: HTTP/1.1 for what a trade waits for. A request is one write on a connection that stands, and no more.

A general client takes a millisecond or two for a request; here it is a tenth of that. Nothing is followed, repeated,
decoded or pooled beyond a few connections, and nothing of the environment is used.

Whoever has been given a line knows that nothing was sent yet; once `ask` was called, everything may have left.
"""

import asyncio
import select
import ssl
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
        self._fd: int = transport.get_extra_info("socket").fileno()

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

    async def ask(self, exchange: Exchange, *, in_step: bool = False) -> Answer:
        """Write a request and return its answer. Raises BrokenLine; then it may have arrived.

        `in_step`: it is written when the loop comes round, close behind what others ask for in this turn of it: all
        that has to be done for any of them is done by then, and between their writes there is nothing.
        """
        request, loop = exchange.take(), asyncio.get_running_loop()
        self._exchange = exchange
        self._answer = loop.create_future()
        if in_step:
            loop.call_soon(self._write, request)
        else:
            self._transport.write(request)
        return await self._answer

    def _write(self, request: bytes) -> None:
        """Write what was asked for a turn ago, unless it was given up or the line ended meanwhile."""
        if not self._transport.is_closing():
            self._transport.write(request)

    def is_free(self) -> bool:
        """Whether it can be asked: it stands, all that was asked is answered, and nothing has come since, for that
        could only be its end."""
        return self.is_idle() and not _readable(self._fd)

    def is_idle(self) -> bool:
        """The same, as far as it is known without asking the system."""
        if self._gone.done() or self._transport.is_closing():
            return False
        return self._exchange is None or bool(
            self._exchange.stays_open and self._answer and self._answer.done() and not self._answer.cancelled()
        )

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

    def one(self, *, connect_s: float) -> "_Seat":
        """A line that can be asked, for a block alone. Raises OSError when none can be opened or is free in time:
        up to here nothing was sent. A block that ends in the middle of an answer ends the line."""
        return _Seat(self, connect_s)

    async def taken(self, connect_s: float) -> Line:
        """Take a seat, and with it a line: the one that stands, or a new one. Raises OSError."""
        if not self._seats.locked() and (line := self._standing()):
            await self._seats.acquire()  # there is one: this does not wait
            return line
        async with asyncio.timeout(connect_s):
            await self._seats.acquire()
            try:
                return self._standing() or await self._opened()
            except BaseException:
                self._seats.release()
                raise

    def give_back(self, line: Line) -> None:
        """Keep a line that can be asked again, and give up any other."""
        if line.is_idle():
            self._free.append(line)
        else:
            line.abort()
        self._seats.release()

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


class _Seat:
    """A line for the length of a block."""

    __slots__ = ("_connect_s", "_line", "_lines")

    def __init__(self, lines: Lines, connect_s: float) -> None:
        self._lines, self._connect_s = lines, connect_s

    async def __aenter__(self) -> Line:
        self._line = await self._lines.taken(self._connect_s)
        return self._line

    async def __aexit__(self, *_: object) -> None:
        self._lines.give_back(self._line)
