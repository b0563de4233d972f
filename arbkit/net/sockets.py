"""WebSockets, the client's side: one connection with time-outs and size caps, frames as bytes with their time.

`websockets` opens, keeps and closes the connection. Whole messages do not pass through it: they are cut out of what
came and handed on in the same turn of the event loop, all at once, without a queue or a task between. What is not taken
stays with the kernel, and TCP holds up the venue.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final, cast

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.frames import DATA_OPCODES, Frame
from websockets.protocol import Event, State

from arbkit.core.text import clean
from arbkit.errors import ConfigError, shown
from arbkit.net.frames import Cutter
from arbkit.net.hosts import base_url_of, tls
from arbkit.net.pace import REST_S, Pace
from arbkit.ports import Clock

FRAME_BYTES_MAX: Final = 4 * 1024 * 1024
"""Largest frame that is read: a dump of 200 Polymarket books has some hundred kilobytes."""
_TEXT_LENGTH_MAX: Final = 200
_SCHEMES: Final = {"wss": "https", "ws": "http"}
# At the level DEBUG websockets logs headers and frames, and both may hold what proves who we are.
_SILENT: Final = logging.getLogger("arbkit.net.sockets.wire")
_SILENT.disabled = True


class Lost(Exception):
    """There is no connection, or no longer; the text says why."""


class Refused(Lost):
    """The venue answered the upgrade with an HTTP status of refusal."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(f"refused with HTTP {status} ({said or 'no reason given'})")
        self.status, self.said = status, said


@dataclass(frozen=True, slots=True)
class SocketTimeouts:
    """How long opening, sending one frame, and a polite close may take."""

    open_s: float = 10
    send_s: float = 5
    close_s: float = 1


Take = Callable[[Sequence[bytes]], None]
"""Is given the messages that came together, in their order. What it raises ends listening."""


class _Connection(ClientConnection):
    """Cuts whole messages out by itself, and leaves all other frames to `websockets`."""

    _cutter: Cutter | None = None
    """None until the upgrade is answered."""
    _head = b""
    _early: list[bytes]
    """What came before anybody listened."""
    _parts: list[bytes]
    """The frames so far of a message that comes in several."""
    _take: Take | None = None
    _ended: "asyncio.Future[None] | None" = None
    _pace: Pace

    def data_received(self, data: bytes) -> None:
        if self._cutter is None:
            data = self._upgraded(data)
        cutter = self._cutter
        while data and cutter is not None and not cutter.hopeless:
            messages, odd = cutter.cut(data)
            if messages:
                self._give(messages)
                self._rest(len(messages))
            if not odd:
                return
            self._leave(odd)
            data = cutter.rest()
        if data:
            super().data_received(data)

    def _rest(self, messages: int) -> None:
        """While messages are dense, let more of them gather before the next read."""
        if self._pace.rests_after(messages, self.loop.time()) and not self.transport.is_closing():
            self.transport.pause_reading()
            self.loop.call_later(REST_S, self._read_on)

    def _read_on(self) -> None:
        if not self.transport.is_closing():
            self.transport.resume_reading()

    def _leave(self, odd: bytes) -> None:
        """Let `websockets` take a frame. What ends the conversation ends the connection, whatever the venue does."""
        super().data_received(odd)
        if self.protocol.state is not State.OPEN:
            self.transport.close()

    def _upgraded(self, data: bytes) -> bytes:
        """Hand the head of the answer on; what of the data belongs to frames, or is not looked at here."""
        head, end, rest = (self._head + data).partition(b"\r\n\r\n")
        if not end:
            self._head = head[-3:]
            return data
        super().data_received(data[: len(data) - len(rest)])
        if self.protocol.state is State.OPEN:
            self._cutter, self._pace, self._early, self._parts = Cutter(FRAME_BYTES_MAX), Pace(), [], []
        return rest

    def process_event(self, event: Event) -> None:
        if not isinstance(event, Frame) or event.opcode not in DATA_OPCODES:
            super().process_event(event)
            return
        self._parts.append(bytes(event.data))
        if event.fin:
            message = b"".join(self._parts)
            self._parts.clear()
            self._give([message])

    def _give(self, messages: list[bytes]) -> None:
        ended = self._ended
        if self._take is None or ended is None:
            self._early += messages
        elif not ended.done() and self.protocol.state is State.OPEN:
            try:
                self._take(messages)
            except Exception as error:  # noqa: BLE001 - it is raised where it is listened
                ended.set_exception(error)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._ended is not None and not self._ended.done():
            self._ended.set_exception(Lost(_said(self.close_exc)))

    async def listen(self, take: Take) -> None:
        """Give `take` what came and what comes, until it raises or the connection is lost."""
        self._ended, self._take = self.loop.create_future(), take
        if self._early:
            self._give(self._early)
        if self.connection_lost_waiter.done() and not self._ended.done():
            self._ended.set_exception(Lost(_said(self.close_exc)))
        await self._ended


class Socket:
    """One open connection. Everything raises Lost once it is gone. One task listens, any may send."""

    __slots__ = ("_clock", "_connection", "_send_s", "heard_ms")

    def __init__(self, connection: _Connection, clock: Clock, send_s: float) -> None:
        self._connection, self._clock, self._send_s = connection, clock, send_s
        self.heard_ms = clock.monotonic_ms()
        """When anything last came, the answer to a ping included; monotonic."""

    async def listen(self, take: Take) -> None:
        """Give `take` the messages as they come, those together that came together; `heard_ms` is then their time.

        Returns never: raises Lost when the connection is gone, and what `take` raises.
        """

        def heard(messages: Sequence[bytes]) -> None:
            self.heard_ms = self._clock.monotonic_ms()
            take(messages)

        await self._connection.listen(heard)

    async def send(self, text: bytes) -> None:
        """Send one text frame."""
        try:
            async with asyncio.timeout(self._send_s):
                await self._connection.send(text, text=True)
        except (ConnectionClosed, TimeoutError) as error:
            raise Lost(_said(error)) from error

    async def ping(self) -> None:
        """Ask for a sign of life; when it comes, `heard_ms` moves."""
        try:
            async with asyncio.timeout(self._send_s):
                pong = await self._connection.ping()
        except (ConnectionClosed, TimeoutError) as error:
            raise Lost(_said(error)) from error
        asyncio.ensure_future(pong).add_done_callback(self._answered)

    def _answered(self, pong: "asyncio.Future[float]") -> None:
        if not pong.cancelled() and pong.exception() is None:
            self.heard_ms = self._clock.monotonic_ms()


class _Connect(connect):
    """Follows no redirect: a signature is for the host that was asked."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


@asynccontextmanager
async def dialled(
    url: str, *, clock: Clock, headers: Mapping[str, str] | None = None, timeouts: SocketTimeouts | None = None
) -> AsyncIterator[Socket]:
    """A connection to `url` (wss, or ws on loopback), closed at the end. Raises Lost and, for a bad url, ConfigError.

    Nothing of the environment is used (no proxies), redirects are not followed, and TLS is always verified.
    """
    limits = timeouts or SocketTimeouts()
    secure = checked_url(url).startswith("wss:")
    opening = _Connect(
        url,
        additional_headers=dict(headers or {}),
        user_agent_header=f"arbkit/{version('arbkit')}",
        ssl=tls() if secure else None,
        proxy=None,
        compression=None,
        open_timeout=limits.open_s,
        close_timeout=limits.close_s,
        ping_interval=None,
        max_size=FRAME_BYTES_MAX,
        logger=_SILENT,
        create_connection=_Connection,
    )
    try:
        connection = cast("_Connection", await opening)
    except InvalidStatus as error:
        body = bytes(error.response.body or b"").decode("utf-8", "replace")
        raise Refused(error.response.status_code, clean(body, _TEXT_LENGTH_MAX)) from error
    except (OSError, WebSocketException, EOFError) as error:
        raise Lost(_said(error)) from error
    try:
        yield Socket(connection, clock, limits.send_s)
    finally:
        await connection.close()


def checked_url(url: str) -> str:
    """The url, if a WebSocket may be opened to it: wss anywhere, ws on loopback only. Raises ConfigError."""
    scheme, colon, rest = url.partition(":")
    if not colon or scheme not in _SCHEMES:
        raise ConfigError(f"{shown(url)} is not the address of a WebSocket; write wss://host/path")
    base_url_of(f"{_SCHEMES[scheme]}:{rest}")
    return url


def _said(error: BaseException) -> str:
    return clean(str(error), _TEXT_LENGTH_MAX) or (
        "timed out" if isinstance(error, TimeoutError) else type(error).__name__
    )
