"""The simulated Kalshi as one service: public reads for all, the rest for signed requests within their buckets."""

from typing import NoReturn

from arbkit.venues.sim.floor import Floor
from arbkit.venues.sim.kalshi_engine import KalshiEngine
from arbkit.venues.sim.kalshi_gate import KalshiGate, Refused
from arbkit.venues.sim.kalshi_listing import KalshiListing
from arbkit.venues.sim.kalshi_state import KalshiState
from arbkit.venues.sim.wire import kalshi_forms as forms
from arbkit.venues.sim.wire.kalshi_catalogue import KalshiCatalogue
from arbkit.venues.sim.wire.kalshi_market_reads import KalshiMarketReads
from arbkit.venues.sim.wire.kalshi_orders import Cost, KalshiOrders, Private
from arbkit.venues.sim.wire.kalshi_portfolio_reads import KalshiPortfolioReads
from arbkit.venues.sim.wire.message import Answer, Reply, Request, Router, json_answer

_NO_SUCH_PAGE = Answer(status=404, body=b"404 page not found", content_type="text/plain")


class KalshiWire:
    """Answers every request to Kalshi's port."""

    def __init__(
        self, listing: KalshiListing, floor: Floor, state: KalshiState, engine: KalshiEngine, gate: KalshiGate
    ) -> None:
        self._gate = gate
        self._refusals = 0
        reads = KalshiPortfolioReads(engine, floor)
        public: list[tuple[str, str, Reply]] = [
            *KalshiCatalogue(listing, floor).routes(),
            *KalshiMarketReads(listing, floor, state).routes(),
            ("GET", "/exchange/user_data_timestamp", reads.user_moment),
            ("POST", "/portfolio/orders", _gone),
            ("DELETE", "/portfolio/orders/{order_id}", _gone),
        ]
        private = [
            (method, path, self._for_account(reply, cost))
            for method, path, reply, cost in (*KalshiOrders(engine).routes(), *reads.routes())
        ]
        self._router = Router([*public, *private])

    def answer(self, request: Request) -> Answer:
        """Answer one request."""
        path = request.path.removeprefix(forms.PREFIX)
        if path == request.path:
            return _NO_SUCH_PAGE
        return self._router.answer(request, path) or _NO_SUCH_PAGE

    def _for_account(self, reply: Private, cost: Cost) -> Reply:
        def answer(request: Request, *values: str) -> Answer:
            account = self._gate.admit(request.method, request.path, request.headers, request.came_at)
            if isinstance(account, Refused):
                message = account.code if account.details else account.code.replace("_", " ")
                return forms.error(401, account.code, message=message, details=account.details)
            tokens = cost if isinstance(cost, int) else cost(request)
            if not self._gate.spend(account, write=request.method != "GET", cost=tokens, now=request.at):
                return self._too_many()
            return reply(account, request, *values)

        return answer

    def _too_many(self) -> Answer:
        """HTTP 429, in both shapes by turns: the venue sends either."""
        self._refusals += 1
        return too_many_requests(bare=self._refusals % 2 == 0)


def too_many_requests(*, bare: bool) -> Answer:
    """The venue's 429, without Retry-After; `bare` is the older of its two shapes."""
    if bare:
        return json_answer({"error": "too many requests"}, 429)
    return forms.error(429, "too_many_requests")


def _gone(_request: Request, *_values: str) -> NoReturn:
    forms.refuse(410, "deprecated_v1_order_endpoint", details="Please switch to the V2 endpoints")
