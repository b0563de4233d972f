"""Kalshi's market data as a Feed: books over signed connections, news of markets and of our orders on another one."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from arbkit.core.markets import VenueName
from arbkit.core.reconnect import ReconnectionPolicy
from arbkit.errors import ArbkitError, AuthError
from arbkit.net.sockets import Refused, checked_url
from arbkit.ports import Clock, Tap, Venue
from arbkit.venues.feed import StreamFeed, Streams
from arbkit.venues.kalshi.signing import KalshiSigner
from arbkit.venues.kalshi.wire.news import NewsTalk
from arbkit.venues.kalshi.wire.session import BookTalk
from arbkit.venues.kalshi.wire.stream import SIZE_UNIT_MICROS
from arbkit.venues.line import Dial

BOOKS_MAX: Final = 300
"""Books on one connection, hence on one sequence: so many are void when it has a gap."""


def kalshi_feed(
    url: str,
    signer: KalshiSigner | None,
    *,
    venue: Venue,
    clock: Clock,
    policy: ReconnectionPolicy,
    tap: Tap | None = None,
) -> StreamFeed:
    """A Feed of the WebSocket at `url`. Kalshi signs every connection, so without a signer books are polled."""
    path = urlsplit(checked_url(url)).path

    def headers() -> Mapping[str, str]:
        return signer.headers("GET", path, now=clock.now()) if signer else {}

    dial = Dial(url=url, headers=headers) if signer else None
    silence_ms = policy.heartbeat_timeout_ms
    streams = Streams(
        unit_micros=SIZE_UNIT_MICROS,
        books_dial=dial,
        books_talk=lambda listener, tell: BookTalk(listener, tell, silence_ms=silence_ms),
        books_max=BOOKS_MAX,
        news_dial=dial,
        news_talk=NewsTalk,
        no_socket="Kalshi's WebSocket wants an API key",
        hopeless=_hopeless,
    )
    return StreamFeed(VenueName.KALSHI, streams, venue=venue, clock=clock, policy=policy, tap=tap)


def _hopeless(refusal: Refused) -> ArbkitError | None:
    """A wrong key stays wrong; a wrong clock, or a venue in trouble, does not."""
    if refusal.status != 401 or "header_timestamp_expired" in refusal.said:
        return None
    return AuthError(f"kalshi: the WebSocket was {refusal}; check kalshi.key_id and the key file")
