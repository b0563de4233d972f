"""WebSockets, the client's side: one connection with time-outs and size caps, frames as bytes with their time."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from arbkit.core.text import clean
from arbkit.errors import ConfigError, shown
from arbkit.net.hosts import base_url_of, tls
from arbkit.ports import Clock

FRAME_BYTES_MAX: Final = 4 * 1024 * 1024
"""Largest frame that is read: a dump of 200 Polymarket books has some hundred kilobytes."""
WAITING_FRAMES_MAX: Final = 64
"""Frames that may wait for us; beyond it the venue's sending is held up by TCP, never stored."""

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


class Socket:
    """One open connection. Everything raises Lost once it is gone. One task receives, any may send."""

    __slots__ = ("_clock", "_connection", "_send_s", "heard_ms")

    def __init__(self, connection: ClientConnection, clock: Clock, send_s: float) -> None:
        self._connection, self._clock, self._send_s = connection, clock, send_s
        self.heard_ms = clock.monotonic_ms()
        """When anything last came, the answer to a ping included; monotonic."""

    async def receive(self) -> bytes:
        """The next frame, whatever its kind; `heard_ms` is then its time."""
        try:
            frame = await self._connection.recv(decode=False)
        except ConnectionClosed as error:
            raise Lost(_said(error)) from error
        self.heard_ms = self._clock.monotonic_ms()
        return frame

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
        max_queue=WAITING_FRAMES_MAX,
        logger=_SILENT,
    )
    try:
        connection = await opening
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
