"""What Kalshi itself says of some markets, in its own words: for recordings, which must be readable without us."""

from collections.abc import AsyncIterator, Sequence
from typing import Final

from arbkit.core.markets import Market
from arbkit.errors import SchemaMismatch
from arbkit.net import MEBIBYTE, Http
from arbkit.venues.kalshi.wire import requests
from arbkit.venues.kalshi.wire.requests import Request

_EVENTS_A_REQUEST: Final = 20
"""Some events hold hundreds of markets of 2 to 4 kB."""
_BYTES_MAX: Final = 64 * MEBIBYTE


async def originals(http: Http, markets: Sequence[Market]) -> AsyncIterator[bytes]:
    """The events of these markets with all their markets, and the series. Errors: VenueUnavailable, SchemaMismatch."""
    events = sorted({market.event_key for market in markets})
    series = sorted({market.series_key for market in markets if market.series_key})
    asked = [
        requests.events_named(events[start : start + _EVENTS_A_REQUEST], with_markets=True)
        for start in range(0, len(events), _EVENTS_A_REQUEST)
    ]
    for request in (*asked, *map(requests.series, series)):
        yield await _got(http, request)


async def _got(http: Http, request: Request) -> bytes:
    reply = await http.get(request.path, params=request.params, body_bytes_max=_BYTES_MAX)
    if reply.status != 200:
        raise SchemaMismatch("kalshi", f"GET {request.path}", f"HTTP {reply.status}")
    return reply.body
