"""The simulated order book service of Polymarket: public reads, L1 for keys, L2 for the rest."""

from arbkit.venues.sim.clob_keys import ClobKeys
from arbkit.venues.sim.floor import Floor
from arbkit.venues.sim.polymarket_engine import PolymarketEngine
from arbkit.venues.sim.polymarket_listing import PolymarketListing
from arbkit.venues.sim.wire.clob_account import ClobAccount, Private
from arbkit.venues.sim.wire.clob_orders import ClobOrders
from arbkit.venues.sim.wire.clob_reads import ClobReads
from arbkit.venues.sim.wire.message import Answer, Reply, Request, Router, json_answer

_PLACES = frozenset({"/order", "/orders"})


class ClobWire:
    """Answers every request to the order book service's port."""

    def __init__(self, listing: PolymarketListing, floor: Floor, engine: PolymarketEngine, keys: ClobKeys) -> None:
        self._keys = keys
        self._state = engine.state
        account = ClobAccount(listing, engine, keys)
        self.orders = ClobOrders(listing, engine, account)
        private = [
            (method, path, self._for_key(reply)) for method, path, reply in (*account.routes(), *self.orders.routes())
        ]
        self._router = Router([*ClobReads(listing, floor).routes(), *account.public_routes(), *private])

    def answer(self, request: Request) -> Answer:
        """Answer one request."""
        if self._state.restarting:
            return not_ready()
        if self._state.post_only and request.method == "POST" and request.path in _PLACES:
            return post_only_mode()
        return self._router.answer(request, request.path) or json_answer({"error": "Not found"}, 404)

    def _for_key(self, reply: Private) -> Reply:
        def answer(request: Request, *values: str) -> Answer:
            key = self._keys.admit(request.method, request.path, request.headers, request.body, request.came_at)
            if key is None:
                return unauthorized()
            return reply(key, request, *values)

        return answer


def post_only_mode() -> Answer:
    """HTTP 503 in the first minutes after a restart. Whoever sends post-only orders is refused too, unlike there."""
    text = "post-only mode: only post-only orders and cancels are allowed"
    return json_answer({"error": text, "code": "post_only_mode", "retry_after_seconds": 79}, 503)


def unauthorized() -> Answer:
    """HTTP 401."""
    return json_answer({"error": "Unauthorized/Invalid api key"}, 401)


def not_ready() -> Answer:
    """HTTP 425 while the engine restarts."""
    return json_answer({"error": "service not ready"}, 425, (("retry-after", "1"),))
