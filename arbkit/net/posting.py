"""Sending orders over HTTP: once. Nothing here is ever repeated, and a doubt about what left is told as a doubt.

An order travels over a line of its own that is kept warm. What failed before the one write of a request is NotSent;
everything after that, a refusal to read the answer included, is NoAnswer: the order may stand.
"""

import asyncio
from collections.abc import Mapping

from arbkit.core.text import clean
from arbkit.net.exchanges import BrokenLine, Exchange
from arbkit.net.hosts import base_url_of, lines_to, own_headers
from arbkit.net.http import Reply
from arbkit.net.lines import WARM_EVERY_MS
from arbkit.net.rates import Rate, TokenBucket
from arbkit.ports import Clock

ANSWER_BYTES_MAX = 1 << 20
"""Largest answer to an order that is read; beyond it the answer counts as none."""

_TEXT_LENGTH_MAX = 200


class NotSent(Exception):
    """Not a byte of the request left: no address, no connection, no TLS, or no connection free in time."""


class NoAnswer(Exception):
    """The request may have arrived, and what came back, if anything, does not say what became of it."""


class Poster:
    """Requests that change something at one host of one venue: each is sent at most once.

    Nothing of the environment is used, redirects are not followed, TLS is always verified. `writes` is our own limit;
    None sets none (loopback).
    """

    def __init__(self, venue: str, base_url: str, *, clock: Clock, writes: Rate | None, connect_s: float = 2) -> None:
        url = base_url_of(base_url)
        self.venue = venue
        self._clock, self._connect_s = clock, connect_s
        self._bucket = TokenBucket(writes) if writes else None
        self._lines, self._headers = lines_to(url), own_headers(url)
        self._root = url.raw_path.rstrip(b"/").decode("ascii")

    async def send_once(
        self, method: str, path: str, *, headers: Mapping[str, str], body: bytes = b"", timeout_ms: int
    ) -> Reply:
        """Send one request and return whatever is answered, of any status.

        `timeout_ms` bounds all of it, waiting for our own limit and connecting included. Raises NotSent and NoAnswer,
        and nothing else that the network can cause.
        """
        return await self.post(self.rendered(method, path, headers=headers, body=body), timeout_ms=timeout_ms)

    def rendered(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes = b"") -> Exchange:
        """The request as it will travel; nothing leaves."""
        kind = {"Content-Type": "application/json"} if body else {}
        return self._asked(method, path, {**self._headers, **kind, **headers}, body)

    async def post(self, request: Exchange, *, timeout_ms: int) -> Reply:
        """Send a rendered request, as `send_once` does; the same one is never sent a second time."""
        return await self._answered(request, timeout_ms, self._bucket)

    async def warm(self, path: str, *, timeout_ms: int = 5_000) -> None:
        """Open the connection, or keep it, by a request that means nothing; a failure is left to the next order."""
        try:
            await self._answered(self._asked("GET", path, self._headers), timeout_ms, None)
        except (NotSent, NoAnswer):
            return

    async def keep_warm(self, path: str) -> None:
        """Keep the connection open until cancelled."""
        while True:
            await self.warm(path)
            await self._clock.sleep(WARM_EVERY_MS)

    async def close(self) -> None:
        """Close the connection."""
        await self._lines.close()

    def _asked(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Exchange:
        return Exchange(method, self._root + path, headers, body, body_bytes_max=ANSWER_BYTES_MAX)

    async def _answered(self, exchange: Exchange, timeout_ms: int, bucket: TokenBucket | None) -> Reply:
        may_have_left = False
        try:
            async with asyncio.timeout(timeout_ms / 1_000):
                if bucket:
                    await bucket.admit(1)
                async with self._lines.one(connect_s=self._connect_s) as line:
                    may_have_left = True
                    answer = await line.ask(exchange, in_step=True)
        except (OSError, BrokenLine) as error:  # TimeoutError is an OSError, and so is every failure of TLS
            raise (NoAnswer if may_have_left else NotSent)(_said(error)) from error
        return Reply(answer.status, answer.headers, answer.body, self._clock.now())


def _said(error: BaseException) -> str:
    return clean(str(error), _TEXT_LENGTH_MAX) or (
        "timed out" if isinstance(error, TimeoutError) else type(error).__name__
    )
