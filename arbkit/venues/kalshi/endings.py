"""Asking Kalshi what a market pays."""

from arbkit.core.markets import VenueName
from arbkit.core.settlement import Ending
from arbkit.errors import SchemaMismatch
from arbkit.net import Http, Reply
from arbkit.venues.kalshi.wire import exchange, requests
from arbkit.venues.kalshi.wire.ending import parse_ending
from arbkit.venues.kalshi.wire.requests import Request


async def read_ending(http: Http, ticker: str) -> Ending | None:
    """Read what a market pays, also where it has left the live tier; None until that is final, and for a market that
    Kalshi does not know."""
    for request in (requests.market(ticker), requests.archived_market(ticker)):
        reply = await http.get(request.path)
        if reply.status != 404:
            return parse_ending(success(reply, request), ticker)
    return None


def success(reply: Reply, request: Request) -> bytes:
    """The body of a success; anything else is a request that Kalshi no longer takes as documented: SchemaMismatch."""
    if reply.status >= 300:
        refusal = exchange.parse_refusal(reply.body)
        raise SchemaMismatch(VenueName.KALSHI, f"GET {request.path}", f"HTTP {reply.status} ({refusal})")
    return reply.body
