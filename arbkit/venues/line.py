"""Line: one WebSocket kept up. Connects, listens, sends signs of life, notices silence, and calls again."""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Final, Protocol

from arbkit.core.reconnect import STALL_MS_MAX, ReconnectionPolicy, Vigil
from arbkit.net.sockets import Lost, Socket, SocketTimeouts, dialled
from arbkit.ports import Clock, LineTap

TICK_MS: Final = 100
"""How often a line looks at its clocks and sends what waits."""


class Talk(Protocol):
    """What is said over one connection, without I/O: frames go in, `outbox` is sent, `broken` ends the connection."""

    outbox: list[bytes]
    broken: str
    """Why the connection is of no more use, "" while it is."""

    def opened(self, now_ms: int) -> None:
        """A connection stands, and nothing was said over it yet."""
        ...

    def lost(self, now_ms: int) -> None:
        """The connection is gone."""
        ...

    def take(self, frame: bytes, now_ms: int) -> None:
        """A frame came. Never raises for what a venue sent."""
        ...

    def due(self, now_ms: int) -> None:
        """Time passed: ask again for what did not come."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """How a venue's WebSocket is opened and kept awake."""

    url: str
    headers: Callable[[], Mapping[str, str]] | None = None
    """Made afresh for every attempt: a signature holds a time."""
    ping: bytes | None = None
    """The text that asks for a sign of life; None: a ping of the protocol."""
    ping_ms_max: int = 10_000
    """The venue wants to hear from us at least so often, whatever the policy says."""
    timeouts: SocketTimeouts | None = None

    def open(self, clock: Clock) -> AbstractAsyncContextManager[Socket]:
        """One connection, or Lost."""
        headers = self.headers() if self.headers else None
        return dialled(self.url, clock=clock, headers=headers, timeouts=self.timeouts)


LineNews = Callable[["Line", str], None]
"""Told when a line is connected, lost, or gives up: which, and what happened. Raises only what shall end the feed."""


class Line:
    """One connection and its talk, for as long as `run` runs."""

    def __init__(
        self,
        talk: Talk,
        dial: Dial,
        *,
        policy: ReconnectionPolicy,
        clock: Clock,
        news: LineNews,
        tap: LineTap | None = None,
        draw: Callable[[int], int] = secrets.randbelow,
    ) -> None:
        self.talk, self.failures, self.connections, self.frames = talk, 0, 0, 0
        self.up_since_ms: int | None = None
        self.heard_ms: int | None = None
        """When anything last came, a heartbeat included."""
        self.given_up = False
        """Whether so many attempts failed in a row that the breaker was told; a connection that lasts ends it."""
        self.refusal: Lost | None = None
        self._dial, self._policy, self._clock, self._news, self._tap, self._draw = dial, policy, clock, news, tap, draw
        self._looked_ms = 0
        self._unsent = asyncio.Event()

    @property
    def attempts(self) -> int:
        """Attempts that failed in a row; 0 while connected."""
        return 0 if self.up_since_ms is not None else self.failures

    async def run(self) -> None:
        """Keep the connection up until cancelled."""
        while True:
            self.refusal = await self._once()
            self._judge()
            self._news(self, str(self.refusal))
            await self._clock.sleep(self._draw(self._policy.delay_ms_max(self.failures) + 1))

    async def _once(self) -> Lost:
        """Connect and converse until it ends; why it did."""
        try:
            async with self._dial.open(self._clock) as socket:
                return await self._converse(socket)
        except Lost as lost:
            return lost

    async def _converse(self, socket: Socket) -> Lost:
        now_ms = self._clock.monotonic_ms()
        self.up_since_ms = self.heard_ms = self._looked_ms = now_ms
        self.connections += 1
        self.talk.outbox.clear()
        self.talk.broken = ""
        self.talk.opened(now_ms)
        self._news(self, "connected")
        if self._tap is not None:
            self._tap.connected()
        # No task group: before Python 3.11.4 one that is left through an error can leave its own task cancelled.
        listening = socket.listen(lambda frames: self._heard(frames, socket.heard_ms))
        tasks = [asyncio.ensure_future(work) for work in (listening, self._answer(socket), self._beat(socket))]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
            self.talk.lost(self._clock.monotonic_ms())
            if self._tap is not None:
                self._tap.lost()
        return _why(ended)

    def _judge(self) -> None:
        """Count a failure, unless the connection that ended had lasted."""
        now_ms = self._clock.monotonic_ms()
        lasted = self.up_since_ms is not None and now_ms - self.up_since_ms >= self._policy.lasting_ms
        self.up_since_ms = None
        self.failures = 0 if lasted else self.failures + 1
        self.given_up = self.failures >= self._policy.max_attempts

    def _heard(self, frames: Sequence[bytes], now_ms: int) -> None:
        """Take the frames that came together. Raises Lost when the connection is of no more use."""
        if now_ms - self._looked_ms > STALL_MS_MAX:
            raise Lost("this process stood still, and what waited meanwhile is old")
        talk, tap, take = self.talk, self._tap, self.talk.take
        for frame in frames:
            self.frames += 1
            if tap is not None:
                tap.heard(frame)
            take(frame, now_ms)
            if talk.broken:
                raise Lost(talk.broken)
        if talk.outbox:
            self._unsent.set()

    async def _answer(self, socket: Socket) -> None:
        """Send what is to be sent, as soon as it is."""
        while True:
            await self._flush(socket)
            await self._unsent.wait()
            self._unsent.clear()

    async def _beat(self, socket: Socket) -> None:
        clock, policy = self._clock, self._policy
        vigil = Vigil(now=clock.now(), monotonic_ms=clock.monotonic_ms())
        ping_ms = min(policy.heartbeat_interval_ms, self._dial.ping_ms_max)
        pinged_ms = clock.monotonic_ms()
        while True:
            await clock.sleep(TICK_MS)
            now_ms = clock.monotonic_ms()
            if wrong := vigil.look(now=clock.now(), monotonic_ms=now_ms):
                raise Lost(wrong)
            self._looked_ms, self.heard_ms = now_ms, socket.heard_ms
            if now_ms - socket.heard_ms > policy.heartbeat_timeout_ms:
                raise Lost(f"no sign of life for {(now_ms - socket.heard_ms) / 1_000:.0f} s")
            if now_ms - pinged_ms >= ping_ms:
                pinged_ms = now_ms
                await (socket.send(self._dial.ping) if self._dial.ping else socket.ping())
            self.talk.due(now_ms)
            await self._flush(socket)
            if self.talk.broken:
                raise Lost(self.talk.broken)
            self._forgive(now_ms)

    def _forgive(self, now_ms: int) -> None:
        """A connection that lasts ends the row of failures."""
        lasting = self.up_since_ms is not None and now_ms - self.up_since_ms >= self._policy.lasting_ms
        if lasting and self.failures:
            recovered, self.failures, self.given_up = self.given_up, 0, False
            if recovered:
                self._news(self, "recovered: the connection lasts")

    async def _flush(self, socket: Socket) -> None:
        outbox = self.talk.outbox
        while outbox:
            await socket.send(outbox.pop(0))


def _why(ended: Sequence[object]) -> Lost:
    """Why a conversation ended: the first Lost of its tasks. Raises whatever else ended one."""
    for error in ended:
        if isinstance(error, Exception) and not isinstance(error, Lost):
            raise error
    return next((error for error in ended if isinstance(error, Lost)), Lost("closed"))
