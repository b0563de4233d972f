"""Polymarket's market data as a Feed: books over several connections, news of our orders over the user channel."""

import msgspec

from arbkit.core.markets import VenueName
from arbkit.core.reconnect import ReconnectionPolicy
from arbkit.net.sockets import checked_url
from arbkit.ports import Clock, Tap, Venue
from arbkit.venues.feed import StreamFeed, Streams
from arbkit.venues.line import Dial
from arbkit.venues.polymarket.signing import ApiCredentials
from arbkit.venues.polymarket.wire import stream
from arbkit.venues.polymarket.wire.session import BookTalk, NewsTalk


def polymarket_feed(
    url: str,
    credentials: ApiCredentials | None,
    *,
    venue: Venue,
    clock: Clock,
    policy: ReconnectionPolicy,
    tap: Tap | None = None,
) -> StreamFeed:
    """A Feed of the WebSockets below `url` (/market, and /user when there are credentials)."""
    base = checked_url(url).rstrip("/")
    ping = stream.PING.encode()
    silence_ms = policy.heartbeat_timeout_ms
    market, user = (
        Dial(url=f"{base}/{channel}", ping=ping, ping_ms_max=stream.PING_INTERVAL_MS) for channel in ("market", "user")
    )
    streams = Streams(
        unit_micros=1,
        books_dial=market,
        books_talk=lambda listener, tell: BookTalk(listener, tell, silence_ms=silence_ms),
        books_max=stream.ASSETS_MAX,
        news_dial=user if credentials else None,
        news_talk=(lambda listener, _, __: NewsTalk(listener, lambda: _who(credentials))) if credentials else None,
    )
    return StreamFeed(VenueName.POLYMARKET, streams, venue=venue, clock=clock, policy=policy, tap=tap)


def _who(credentials: ApiCredentials) -> bytes:
    """The first frame of the user channel: all markets of the account."""
    auth = {
        "apiKey": credentials.key,
        "secret": credentials.secret.reveal(),
        "passphrase": credentials.passphrase.reveal(),
    }
    return msgspec.json.encode({"type": "user", "auth": auth})
