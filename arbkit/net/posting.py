"""Sending orders over HTTP: once. Nothing here is ever repeated, and a doubt about what left is told as a doubt.

An order travels over a connection of its own that is kept warm. What failed before any byte of the request left is
NotSent; everything after that, a refusal to read the answer included, is NoAnswer: the order may stand. Which of the
two it was is not guessed from the kind of failure: the transport tells when it begins to write.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from arbkit.core.text import clean
from arbkit.net.http import Rate, Reply, TokenBucket, base_url_of, tls
from arbkit.ports import Clock

ANSWER_BYTES_MAX = 1 << 20
"""Largest answer to an order that is read; beyond it the answer counts as none."""

WARM_EVERY_MS = 15_000
"""Venues close connections that are idle for longer, and an order would pay for opening a new one."""

_TEXT_LENGTH_MAX = 200


class NotSent(Exception):
    """Not a byte of the request left: no address, no connection, no TLS, or no connection free in time."""


class NoAnswer(Exception):
    """The request may have arrived, and what came back, if anything, does not say what became of it."""


@dataclass(slots=True)
class _Pen:
    """Told of every step of the transport; knows whether a byte of the request can have left."""

    wrote: bool = False

    async def __call__(self, step: str, about: object) -> None:
        """Steps are named like http11.send_request_headers.started; opening a connection sends nothing of ours."""
        del about
        self.wrote = self.wrote or ".send_" in step


class Poster:
    """Requests that change something at one host of one venue: each is sent at most once.

    Nothing of the environment is used, redirects are not followed, TLS is always verified. `writes` is our own limit;
    None sets none (loopback).
    """

    def __init__(self, venue: str, base_url: str, *, clock: Clock, writes: Rate | None, connect_s: float = 2) -> None:
        self.venue = venue
        self._base_url = base_url_of(base_url)
        self._clock = clock
        self._bucket = TokenBucket(writes) if writes else None
        self._client = client_of(self._base_url, httpx.Timeout(10, connect=connect_s, pool=connect_s))

    async def send_once(
        self, method: str, path: str, *, headers: Mapping[str, str], body: bytes = b"", timeout_ms: int
    ) -> Reply:
        """Send one request and return whatever is answered, of any status.

        `timeout_ms` bounds all of it, waiting for our own limit and connecting included. Raises NotSent and NoAnswer,
        and nothing else that the network can cause.
        """
        kind = {"Content-Type": "application/json"} if body else {}
        request = self._client.build_request(method, self._url(path), headers={**kind, **headers}, content=body or None)
        return await self._exchange(request, timeout_ms, self._bucket)

    async def warm(self, path: str, *, timeout_ms: int = 5_000) -> None:
        """Open the connection, or keep it, by a request that means nothing; a failure is left to the next order."""
        try:
            await self._exchange(self._client.build_request("GET", self._url(path)), timeout_ms, None)
        except (NotSent, NoAnswer):
            return

    async def keep_warm(self, path: str) -> None:
        """Keep the connection open until cancelled."""
        while True:
            await self.warm(path)
            await self._clock.sleep(WARM_EVERY_MS)

    async def close(self) -> None:
        """Close the connection."""
        await self._client.aclose()

    def _url(self, path: str) -> httpx.URL:
        return self._base_url.copy_with(raw_path=self._base_url.raw_path.rstrip(b"/") + path.encode("ascii"))

    async def _exchange(self, request: httpx.Request, timeout_ms: int, bucket: TokenBucket | None) -> Reply:
        pen = _Pen()
        request.extensions["trace"] = pen
        # Each step gets less than the whole: a handshake cancelled from outside would leave its socket open.
        request.extensions["timeout"] = httpx.Timeout(timeout_ms * 0.95 / 1_000).as_dict()
        try:
            async with asyncio.timeout(timeout_ms / 1_000):
                if bucket:
                    await bucket.admit(1)
                response = await self._client.send(request, stream=True)
                try:
                    return await self._reply(response)
                finally:
                    await response.aclose()
        except (TimeoutError, httpx.HTTPError) as error:
            if pen.wrote:
                raise NoAnswer(_said(error)) from error
            raise NotSent(_said(error)) from error

    async def _reply(self, response: httpx.Response) -> Reply:
        body = bytearray()
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > ANSWER_BYTES_MAX:
                raise NoAnswer(f"answered {response.status_code} with more than {ANSWER_BYTES_MAX} bytes")
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Reply(response.status_code, headers, bytes(body), self._clock.now())


def client_of(base_url: httpx.URL, timeout: httpx.Timeout) -> httpx.AsyncClient:
    """A client that takes nothing from the environment and keeps its connections."""
    return httpx.AsyncClient(
        verify=tls() if base_url.scheme == "https" else False,
        trust_env=False,
        follow_redirects=False,
        timeout=timeout,
        limits=httpx.Limits(max_connections=4, keepalive_expiry=600),
        headers={"User-Agent": "arbkit", "Accept": "application/json", "Accept-Encoding": "identity"},
    )


def _said(error: BaseException) -> str:
    return clean(str(error), _TEXT_LENGTH_MAX) or (
        "timed out" if isinstance(error, TimeoutError | httpx.TimeoutException) else type(error).__name__
    )
