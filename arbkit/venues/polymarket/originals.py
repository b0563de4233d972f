"""What Gamma itself says of some markets, in its own words: for recordings, which must be readable without us."""

from collections.abc import AsyncIterator, Sequence
from typing import Final

from arbkit.core.markets import Market
from arbkit.errors import SchemaMismatch
from arbkit.net import Http
from arbkit.venues.polymarket.wire.catalogue import MARKETS_PATH

_MARKETS_A_REQUEST: Final = 50


async def originals(gamma: Http, markets: Sequence[Market]) -> AsyncIterator[bytes]:
    """Pages of these markets, each with its event inside. Errors: VenueUnavailable, SchemaMismatch."""
    for start in range(0, len(markets), _MARKETS_A_REQUEST):
        named = [("condition_ids", market.id.key) for market in markets[start : start + _MARKETS_A_REQUEST]]
        params = [*named, ("include_tag", "true"), ("closed", "false"), ("limit", str(_MARKETS_A_REQUEST))]
        reply = await gamma.get(MARKETS_PATH, params=params)
        if reply.status != 200:
            raise SchemaMismatch("polymarket", MARKETS_PATH, f"HTTP {reply.status}")
        yield reply.body
