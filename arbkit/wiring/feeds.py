"""The market data of both venues as streams, for the loop that watches pairs."""

from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

from arbkit.core.markets import VenueName
from arbkit.core.reconnect import ReconnectionPolicy
from arbkit.core.risk import Mode
from arbkit.ports import Feed, Tap
from arbkit.venues.kalshi.feed import kalshi_feed
from arbkit.venues.kalshi.signing import KalshiSigner
from arbkit.venues.polymarket.account import api_credentials
from arbkit.venues.polymarket.feed import polymarket_feed
from arbkit.venues.polymarket.signing import ApiCredentials
from arbkit.venues.secrets import KALSHI_KEY, find_secret
from arbkit.wiring.accounts import real_keys, seat, sim_keys
from arbkit.wiring.kit import Kit


def stream_feeds(kit: Kit, mode: Mode, tap: Tap | None = None) -> Mapping[VenueName, Feed]:
    """A feed for each venue. Live, both also tell of our orders; in a dry run there are none to tell of. `tap` is
    given what they bring.

    Kalshi signs every WebSocket: a dry run without a key polls its books. Call it outside the event loop, and live
    within the trading room. Errors: AuthError, ConfigError, VenueUnavailable.
    """
    signer, credentials = _who(kit, mode)
    kalshi_url, polymarket_url = _urls(kit)
    policy, venues = policy_of(kit), kit.venues
    return {
        VenueName.KALSHI: kalshi_feed(
            kalshi_url, signer, venue=venues[VenueName.KALSHI], clock=kit.clock, policy=policy, tap=tap
        ),
        VenueName.POLYMARKET: polymarket_feed(
            polymarket_url, credentials, venue=venues[VenueName.POLYMARKET], clock=kit.clock, policy=policy, tap=tap
        ),
    }


def policy_of(kit: Kit) -> ReconnectionPolicy:
    """How streams are kept up, by the settings."""
    asked = kit.settings.websocket
    return ReconnectionPolicy(
        max_attempts=asked.max_reconnect_attempts,
        initial_delay_ms=asked.initial_delay_ms,
        max_delay_ms=asked.max_delay_ms,
        backoff_multiplier_ppm=asked.backoff_multiplier.ppm,
        heartbeat_interval_ms=asked.heartbeat_interval_ms,
        heartbeat_timeout_ms=asked.heartbeat_timeout_ms,
    )


def _who(kit: Kit, mode: Mode) -> tuple[KalshiSigner | None, ApiCredentials | None]:
    if kit.sim:
        signer, account = sim_keys(kit)
        _ = kit.sim_urls  # an embedded simulator has to stand before accounts are opened at it
        seat(kit, kit.store, signer, account)
    elif mode is Mode.LIVE:
        signer, account = real_keys(kit)
    else:
        return _reader(kit), None
    if mode is not Mode.LIVE:
        return signer, None
    return signer, kit.run(api_credentials(kit.hosts["clob"], account.wallet, kit.clock))


def _reader(kit: Kit) -> KalshiSigner | None:
    """The Kalshi key for reading alone, if there is one."""
    settings = kit.settings.kalshi
    if not settings.key_id:
        return None
    found = find_secret(KALSHI_KEY, file=settings.key_file, environment=kit.environ)
    return KalshiSigner(settings.key_id, found.secret)


def _urls(kit: Kit) -> tuple[str, str]:
    if not kit.sim:
        return kit.settings.kalshi.ws_base, kit.settings.polymarket.ws_base
    urls = kit.sim_urls
    return _socket(urls.kalshi, "/trade-api/ws/v2"), _socket(urls.clob, "/ws")


def _socket(url: str, path: str) -> str:
    return urlunsplit(("ws", urlsplit(url).netloc, path, "", ""))
