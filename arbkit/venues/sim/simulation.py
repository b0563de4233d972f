"""Simulation: both venues over one world, as four services that turn requests into answers. It opens no socket."""

from enum import IntEnum
from typing import NoReturn

from arbkit.venues.sim.crowd import Flow, SeededCrowd
from arbkit.venues.sim.floor import Floor
from arbkit.venues.sim.kalshi_listing import KalshiListing
from arbkit.venues.sim.kalshi_state import KalshiState
from arbkit.venues.sim.polymarket_listing import PolymarketListing
from arbkit.venues.sim.wire import kalshi_forms
from arbkit.venues.sim.wire.clob_reads import ClobReads
from arbkit.venues.sim.wire.gamma import Gamma
from arbkit.venues.sim.wire.kalshi_catalogue import KalshiCatalogue
from arbkit.venues.sim.wire.kalshi_market_reads import KalshiMarketReads
from arbkit.venues.sim.wire.message import Answer, Reply, Request, Router, json_answer
from arbkit.venues.sim.wire.positions import PositionReads
from arbkit.venues.sim.world.model import World

_POLYMARKET_QTY_SCALE = 10_000
"""Polymarket trades millionths of a share; the seeds hold hundredths."""


class Service(IntEnum):
    """The four services, by the offset of their port."""

    KALSHI = 0
    CLOB = 1
    GAMMA = 2
    POSITIONS = 3


class Simulation:
    """Everything the simulated venues know. Not safe for two threads at once: the server owns it while it runs."""

    def __init__(self, world: World, *, flow: Flow = Flow.OFF) -> None:
        self.world = world
        self.kalshi_listing = KalshiListing(world)
        self.polymarket_listing = PolymarketListing(world)
        tokens = {market.condition_id: market.book_key for market in self.polymarket_listing.markets}
        crowd = None if flow is Flow.OFF else SeededCrowd(world, flow, tokens=tokens)
        self.kalshi_floor = Floor(world.books, made_at=world.made_at, qty_scale=1, crowd=crowd)
        self.polymarket_floor = Floor(world.books, made_at=world.made_at, qty_scale=_POLYMARKET_QTY_SCALE, crowd=crowd)
        self.kalshi_state = KalshiState()
        self.gamma = Gamma(self.polymarket_listing, self.polymarket_floor)
        self._routers = {
            Service.KALSHI: Router(self._kalshi_routes()),
            Service.CLOB: Router(ClobReads(self.polymarket_listing, self.polymarket_floor).routes()),
            Service.GAMMA: Router(self.gamma.routes()),
            Service.POSITIONS: Router(PositionReads().routes()),
        }

    def answer(self, service: Service, request: Request) -> Answer:
        """Answer one request."""
        if service is Service.KALSHI:
            return self._kalshi(request)
        answer = self._routers[service].answer(request, request.path)
        return answer or json_answer({"error": "Not found"}, 404)

    def _kalshi(self, request: Request) -> Answer:
        path = request.path.removeprefix(kalshi_forms.PREFIX)
        if path == request.path:
            return Answer(status=404, body=b"404 page not found", content_type="text/plain")
        answer = self._routers[Service.KALSHI].answer(request, path)
        return answer or Answer(status=404, body=b"404 page not found", content_type="text/plain")

    def _kalshi_routes(self) -> list[tuple[str, str, Reply]]:
        return [
            *KalshiCatalogue(self.kalshi_listing, self.kalshi_floor).routes(),
            *KalshiMarketReads(self.kalshi_listing, self.kalshi_floor, self.kalshi_state).routes(),
            ("GET", "/exchange/user_data_timestamp", _user_moment),
            ("GET", "/account/limits", _limits),
            ("POST", "/portfolio/orders", _gone),
        ]


def _user_moment(request: Request) -> Answer:
    return json_answer({"as_of_time": kalshi_forms.moment(request.at)})


def _limits(_request: Request) -> Answer:
    read, write = {"bucket_capacity": 200, "refill_rate": 200}, {"bucket_capacity": 100, "refill_rate": 100}
    return json_answer({"grants": [], "read": read, "usage_tier": "basic", "write": write})


def _gone(_request: Request) -> NoReturn:
    kalshi_forms.refuse(
        410,
        "deprecated_v1_order_endpoint",
        message="deprecated v1 order endpoint",
        details="Please switch to the V2 endpoints",
    )
