"""Reading over HTTP: time-outs, size caps, rate limits, and retries, for reads alone."""

import asyncio
import importlib.util
import re
import sys
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import Final
from urllib.parse import urlencode

import httpx
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from arbkit.core.text import clean
from arbkit.errors import AuthError, InvariantError, VenueUnavailable, shown
from arbkit.net.exchanges import Answer, BrokenLine, Exchange
from arbkit.net.hosts import base_url_of, lines_to, own_headers, tls
from arbkit.net.lines import WARM_EVERY_MS
from arbkit.net.rates import Rate, TokenBucket
from arbkit.ports import Clock

# httpcore looks for sniffio several times a request, and to search the disk for what is not installed takes a good part
# of the time that a request costs. Marked as missing it is missed at once; under asyncio nobody needs it.
if importlib.util.find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment]

MEBIBYTE: Final = 1024 * 1024
BODY_BYTES_MAX: Final = 8 * MEBIBYTE
"""Largest decoded answer that is read by default."""
CATALOGUE_BYTES_MAX: Final = 32 * MEBIBYTE
"""Largest decoded catalogue answer: the list of all Kalshi series had 18 MB in September 2026."""

_RETRIED_STATUSES: Final = frozenset({425, 429, 500, 502, 503, 504})
_VENUE_TEXT_LENGTH_MAX: Final = 200
_READ_ENDS_AT_ONCE: Final = "wait a moment and try again"
_PLAIN_SECONDS: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?", re.ASCII)


Sign = Callable[[str, str], Mapping[str, str]]
"""From a method and a path, counted from the host root, to the headers that prove who asks."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long one attempt may take: to connect, between two bytes, and in all."""

    connect_s: float = 5
    read_s: float = 15
    total_s: float = 60


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how patiently a read is tried again (specification section 3.10, API_RETRY_CONFIG).

    The wait is drawn between zero and `delay_initial_s` x `multiplier` ^ n, at most `delay_max_s`; a Retry-After of the
    venue is a lower bound, itself at most `retry_after_max_s`.
    """

    retries: int = 3
    delay_initial_s: float = 1
    multiplier: float = 2
    delay_max_s: float = 8
    retry_after_max_s: float = 60


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: status, headers in lower case, and the decoded body."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime


class Http:
    """Requests to one host of one venue, over connections that stay open.

    `get` and `post_read` return 2xx answers, and 4xx answers that the caller has to interpret (404). They raise
    VenueUnavailable after the last retry (time-out, no connection, 425, 429, 5xx) and at once for redirects, 403
    without credentials, bodies over the cap or of another content type than JSON; AuthError for 401, and for 403 with
    credentials. Nothing of the environment is used (no proxies, no netrc), redirects are not followed, and
    TLS is always verified. `rates` maps bucket names to rates; an empty mapping sets no limit (loopback).
    """

    def __init__(
        self,
        venue: str,
        base_url: str,
        *,
        clock: Clock,
        rates: Mapping[str, Rate],
        timeouts: Timeouts | None = None,
        retry: RetryPolicy | None = None,
        body_bytes_max: int = BODY_BYTES_MAX,
    ) -> None:
        self.venue = venue
        self._base_url = base_url_of(base_url)
        self._clock = clock
        self._retry = retry or RetryPolicy()
        self._timeouts = timeouts or Timeouts()
        self._body_bytes_max = body_bytes_max
        self._buckets = {name: TokenBucket(rate) for name, rate in rates.items()}
        self.answers: Counter[int] = Counter()
        """How many answers came, by status; 0 stands for none at all."""
        self.clock_ahead_s: float | None = None
        """How far the venue's clock is ahead of ours, by the Date of its last answer: to a second."""
        self._root = self._base_url.raw_path.rstrip(b"/").decode("ascii")
        self._lines, self._line_headers = lines_to(self._base_url), own_headers(self._base_url)
        self._client = httpx.AsyncClient(
            verify=tls() if self._base_url.scheme == "https" else False,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(self._timeouts.read_s, connect=self._timeouts.connect_s),
            limits=httpx.Limits(max_connections=10, keepalive_expiry=600),
            headers={
                "User-Agent": f"arbkit/{version('arbkit')}",
                "Accept": "application/json",
                "Accept-Encoding": "gzip",
            },
        )

    async def get(
        self,
        path: str,
        *,
        params: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        sign: Sign | None = None,
        bucket: str = "read",
        cost: int = 1,
        returned: Collection[int] = (),
        body_bytes_max: int | None = None,
        small: bool = False,
    ) -> Reply:
        """Read `path` below the base URL.

        `sign` makes the headers of each attempt (a signature holds a time); `cost` is in tokens of `bucket`; statuses
        in `returned` come back as they are instead of being raised. What is `small`, and waited for by a trade, is read
        over a line (net/lines.py): as it is, without compression.
        """
        cap = self._body_bytes_max if body_bytes_max is None else body_bytes_max
        target, statuses = self._target(path, params), frozenset(returned)
        return await self._read(
            _Read("GET", self._base_url, target, None, headers or {}, sign, bucket, cost, statuses, cap, small)
        )

    async def post_read(
        self,
        path: str,
        body: bytes,
        *,
        headers: Mapping[str, str] | None = None,
        sign: Sign | None = None,
        bucket: str = "read",
        cost: int = 1,
        returned: Collection[int] = (),
        body_bytes_max: int | None = None,
        small: bool = False,
    ) -> Reply:
        """POST JSON to an endpoint that only reads (a batch of order books); retried like a GET."""
        cap = self._body_bytes_max if body_bytes_max is None else body_bytes_max
        own, statuses = {"Content-Type": "application/json", **(headers or {})}, frozenset(returned)
        return await self._read(
            _Read("POST", self._base_url, self._target(path), body, own, sign, bucket, cost, statuses, cap, small)
        )

    def was_crowded(self) -> bool:
        """Whether more than 80 % of a rate limit of ours was used at some moment since this was asked last."""
        return sum(bucket.was_crowded() for bucket in self._buckets.values()) > 0

    async def keep_warm(self, path: str) -> None:
        """Keep one line open by a request that means nothing, until cancelled; a failure is left to the next read."""
        while True:
            target = self._target(path)
            with suppress(OSError, BrokenLine):
                await self._over_a_line(
                    Exchange("GET", target, self._line_headers, body_bytes_max=self._body_bytes_max)
                )
            await self._clock.sleep(WARM_EVERY_MS)

    async def close(self) -> None:
        """Close every connection."""
        await self._lines.close()
        await self._client.aclose()

    def _target(self, path: str, params: Sequence[tuple[str, str]] = ()) -> str:
        if not path.startswith("/") or not path.isascii() or "?" in path or "#" in path or ".." in path.split("/"):
            raise InvariantError(f"{shown(path)} is not a request path; quote what goes into it")
        return f"{self._root}{path}?{urlencode(params)}" if params else self._root + path

    async def _read(self, read: "_Read") -> Reply:
        try:  # what nearly always succeeds; to wind up the retries costs as much as the request
            return await self._attempt(read)
        except _TryAgain as failure:
            failed = [failure]
        attempts = AsyncRetrying(
            stop=stop_after_attempt(self._retry.retries + 1),
            retry=retry_if_exception_type(_TryAgain),
            wait=self._delay_s,
            reraise=True,
        )
        try:
            return await attempts(self._attempt_after, failed, read)
        except _TryAgain as failure:
            what = f"{read.name}: {failure.what}, {self._retry.retries + 1} attempts"
            raise VenueUnavailable(self.venue, what, advice=failure.advice) from failure

    async def _attempt_after(self, failed: list["_TryAgain"], read: "_Read") -> Reply:
        """The attempts as the policy counts them: of the first it is known how it ended."""
        if failed:
            raise failed.pop()
        return await self._attempt(read)

    def _delay_s(self, state: RetryCallState) -> float:
        policy = self._retry
        drawn = wait_random_exponential(policy.delay_initial_s, policy.delay_max_s, policy.multiplier)(state)
        failure = state.outcome.exception() if state.outcome else None
        asked = failure.retry_after_s if isinstance(failure, _TryAgain) else 0
        return max(drawn, min(asked, policy.retry_after_max_s))

    async def _attempt(self, read: "_Read") -> Reply:
        await self._admit(read)
        signed = read.sign(read.method, read.target.partition("?")[0]) if read.sign else {}
        headers = {**read.headers, **signed}
        secrets = tuple(value for name, value in headers.items() if name.lower() != "content-type")
        try:
            if read.small:
                return await self._read_line(read, headers, secrets)
            async with asyncio.timeout(self._timeouts.total_s):
                request = self._client.build_request(read.method, read.url, headers=headers, content=read.body)
                response = await self._client.send(request, stream=True)
                try:
                    came = {name.lower(): value for name, value in response.headers.items()}
                    return await self._judged(_Came(response.status_code, came, response.aiter_raw()), read, secrets)
                finally:
                    await response.aclose()
        except (TimeoutError, httpx.TimeoutException) as error:
            self.answers[0] += 1
            raise _TryAgain("timed out") from error
        except (httpx.TransportError, OSError, BrokenLine) as error:
            self.answers[0] += 1
            why = clean(str(error), _VENUE_TEXT_LENGTH_MAX) or type(error).__name__
            raise _TryAgain(f"no connection, or it broke ({why})", advice="check the network and the host") from error

    async def _read_line(self, read: "_Read", headers: Mapping[str, str], secrets: tuple[str, ...]) -> Reply:
        asked = {**self._line_headers, **headers}
        answer = await self._over_a_line(
            Exchange(read.method, read.target, asked, read.body or b"", body_bytes_max=read.body_bytes_max)
        )
        return await self._judged(_Came(answer.status, answer.headers, answer.body), read, secrets)

    async def _over_a_line(self, exchange: Exchange) -> Answer:
        async with asyncio.timeout(self._timeouts.read_s), self._lines.one(connect_s=self._timeouts.connect_s) as line:
            return await line.ask(exchange)

    async def _admit(self, read: "_Read") -> None:
        if not self._buckets:
            return
        if read.bucket not in self._buckets:
            raise InvariantError(f"{self.venue}: no rate is set for requests of kind {read.bucket!r}")
        await self._buckets[read.bucket].admit(read.cost)

    async def _judged(self, came: "_Came", read: "_Read", secrets: tuple[str, ...]) -> Reply:
        """Decide what an answer is worth; its body is read only if it may be one."""
        status, headers = came.status, came.headers
        self.answers[status] += 1
        if "date" in headers and (told := _date(headers["date"])) is not None:
            self.clock_ahead_s = (told - self._clock.now()).total_seconds()
        if status in read.returned:
            return await self._reply(came, read)
        if 300 <= status < 400:
            advice = "redirects are not followed; check the host in the configuration"
            raise VenueUnavailable(self.venue, f"{read.name} was redirected ({status})", advice=advice)
        if status in _RETRIED_STATUSES:
            retry_after_s = _retry_after_s(headers.get("retry-after", ""), self._clock.now())
            throttled = "; lower rate_limits in the configuration" if status == 429 else ""
            raise _TryAgain(
                f"answered {status}", advice=f"{_READ_ENDS_AT_ONCE}{throttled}", retry_after_s=retry_after_s
            )
        if status >= 500:
            raise VenueUnavailable(self.venue, f"{read.name} answered {status}", advice=_READ_ENDS_AT_ONCE)
        if status in {401, 403}:
            raise await self._refusal(came, read, secrets)
        return await self._reply(came, read)

    async def _reply(self, came: "_Came", read: "_Read") -> Reply:
        body = await self._body(came, read)
        content_type = came.headers.get("content-type", "").partition(";")[0].strip().lower()
        is_text = content_type in {"", "text/plain", "application/json"} or content_type.endswith("+json")
        if body and (not is_text or body[:64].lstrip().startswith(b"<")):
            what = f"{read.name} answered {came.status} with {shown(content_type)} instead of JSON"
            raise VenueUnavailable(self.venue, what, advice="is the host in the configuration the venue's API?")
        return Reply(came.status, came.headers, body, self._clock.now())

    async def _body(self, came: "_Came", read: "_Read") -> bytes:
        """Read and decode a body piece by piece, so that neither size nor compression can exhaust the memory."""
        encoding = came.headers.get("content-encoding", "").strip().lower()
        if encoding not in {"", "identity", "gzip"}:
            what = f"{read.name} answered in the encoding {shown(encoding)}, which was not asked for"
            raise VenueUnavailable(self.venue, what)
        if isinstance(came.pieces, bytes) and encoding != "gzip":  # a line has held it to the cap
            return came.pieces
        pieces = _whole(came.pieces) if isinstance(came.pieces, bytes) else came.pieces
        inflate = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS) if encoding == "gzip" else None
        body = bytearray()
        try:
            async for piece in pieces:
                body += inflate.decompress(piece, read.body_bytes_max + 1 - len(body)) if inflate else piece
                if len(body) > read.body_bytes_max:
                    what = f"{read.name} answered with more than {read.body_bytes_max} bytes"
                    raise VenueUnavailable(self.venue, what, advice="ask for less at a time")
        except zlib.error as error:
            raise _TryAgain("answered with a damaged body") from error
        if inflate and not inflate.eof and (body or inflate.unconsumed_tail):
            raise _TryAgain("answered with a truncated body")
        return bytes(body)

    async def _refusal(self, came: "_Came", read: "_Read", secrets: tuple[str, ...]) -> AuthError | VenueUnavailable:
        body = await self._body(came, read)
        said = clean(body.decode("utf-8", "replace"), _VENUE_TEXT_LENGTH_MAX)
        for secret in filter(None, secrets):
            said = said.replace(secret, "[hidden]")
        reason = "a web page" if said.startswith("<") else said or "no reason given"
        what = f"{read.name} answered {came.status}: {reason}"
        if came.status == 401 or secrets:
            return AuthError(f"{self.venue}: {what}; check the API key, its permissions and the clock of this machine")
        advice = "this address or region may be closed to the venue's API; trying again will not help"
        return VenueUnavailable(self.venue, what, advice=advice)


@dataclass(frozen=True, slots=True)
class _Read:
    method: str
    base_url: httpx.URL
    target: str
    body: bytes | None
    headers: Mapping[str, str]
    sign: Sign | None
    bucket: str
    cost: int
    returned: frozenset[int]
    body_bytes_max: int
    small: bool

    @property
    def url(self) -> httpx.URL:
        """Where it goes, whole."""
        return self.base_url.copy_with(raw_path=self.target.encode("ascii"))

    @property
    def name(self) -> str:
        """The request for a message: no query (cursors are long) and no headers (they may hold secrets)."""
        return f"{self.method} {self.url.scheme}://{self.url.netloc.decode('ascii')}{clean(self.url.path, 120)}"


@dataclass(frozen=True, slots=True)
class _Came:
    """An answer; its body is there, or still to be read, piece by piece."""

    status: int
    headers: Mapping[str, str]
    pieces: AsyncIterator[bytes] | bytes


async def _whole(body: bytes) -> AsyncIterator[bytes]:
    yield body


class _TryAgain(Exception):
    """A failure after which a read may be repeated."""

    def __init__(self, what: str, *, advice: str = _READ_ENDS_AT_ONCE, retry_after_s: float = 0) -> None:
        super().__init__(what)
        self.what, self.advice, self.retry_after_s = what, advice, retry_after_s


def _retry_after_s(text: str, now: datetime) -> float:
    """Seconds from a Retry-After header (a number or a date, RFC 9110 section 10.2.3); 0 if it says nothing usable."""
    if _PLAIN_SECONDS.fullmatch(text.strip()):
        return float(text)
    at = _date(text)
    return 0 if at is None else max((at - now).total_seconds(), 0)


def _date(text: str) -> datetime | None:
    """A date of HTTP (RFC 9110 section 5.6.7); None if it is none."""
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
