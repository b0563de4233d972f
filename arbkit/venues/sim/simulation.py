"""Simulation: both venues over one world, as four services that turn requests into answers. It opens no socket."""

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from enum import IntEnum
from http import HTTPStatus

import msgspec

from arbkit.core.markets import VenueName
from arbkit.venues.recording import Recording
from arbkit.venues.sim import upsets
from arbkit.venues.sim.agenda import Agenda
from arbkit.venues.sim.clob_keys import ClobKeys
from arbkit.venues.sim.control import Control, Post
from arbkit.venues.sim.crowd import Flow, SeededCrowd
from arbkit.venues.sim.faults import Fault, FaultPlan, Target, Trouble
from arbkit.venues.sim.floor import Floor
from arbkit.venues.sim.kalshi_engine import KalshiEngine
from arbkit.venues.sim.kalshi_gate import KalshiGate, Refused
from arbkit.venues.sim.kalshi_listing import KalshiListing
from arbkit.venues.sim.kalshi_portfolio import KalshiAccount
from arbkit.venues.sim.kalshi_state import SHARDS, KalshiState
from arbkit.venues.sim.lifecycle import plan_kalshi, plan_polymarket
from arbkit.venues.sim.misreporting import Misreporting
from arbkit.venues.sim.polymarket_engine import PolymarketEngine
from arbkit.venues.sim.polymarket_listing import PolymarketListing
from arbkit.venues.sim.polymarket_wallets import TradeStatus
from arbkit.venues.sim.replay import KalshiShows, PolymarketShows, Put, Replay
from arbkit.venues.sim.streams import Kinds, Sending, Session, Stream, Weather
from arbkit.venues.sim.timetable import Timetable
from arbkit.venues.sim.trouble import target_of, troubled
from arbkit.venues.sim.upsets import Upsets
from arbkit.venues.sim.wire import backstage, bot
from arbkit.venues.sim.wire.bot import Bot
from arbkit.venues.sim.wire.clob import ClobWire
from arbkit.venues.sim.wire.clob_orders import sent_order_ids
from arbkit.venues.sim.wire.clob_stream import MarketSession, UserSession
from arbkit.venues.sim.wire.gamma import Gamma
from arbkit.venues.sim.wire.kalshi import KalshiWire
from arbkit.venues.sim.wire.kalshi_stream import KalshiSession
from arbkit.venues.sim.wire.message import Answer, Request, Router, json_answer
from arbkit.venues.sim.wire.positions import PositionReads
from arbkit.venues.sim.world.model import World

_POLYMARKET_QTY_SCALE = 10_000
"""Polymarket trades millionths of a share; the seeds hold hundredths."""
KALSHI_STREAM = "/trade-api/ws/v2"
CLOB_MARKET_STREAM, CLOB_USER_STREAM = "/ws/market", "/ws/user"
STARTING_USD = 1_000
"""What an account starts with: on each of Kalshi's shards, and in each wallet of Polymarket."""


KINDS = {
    True: Kinds(Target.KALSHI_FRAME, Target.KALSHI_COMMAND),
    False: Kinds(Target.POLY_FRAME, Target.POLY_COMMAND),
}
"""What connections belong to: at Kalshi, and at Polymarket."""


_TRADES_OF = {Target.KALSHI_ORDER: Target.KALSHI_TRADE, Target.POLY_ORDER: Target.POLY_TRADE}
"""Which trades an order may make."""


class Service(IntEnum):
    """The four services, by the offset of their port."""

    KALSHI = 0
    CLOB = 1
    GAMMA = 2
    POSITIONS = 3


class Simulation:
    """Everything the simulated venues know. `answer` may be called from any thread; requests are dealt with in turn.

    `control` is for tests: what was posted, hooks, faults. The engines hold the truth about accounts.
    """

    def __init__(self, world: World, *, flow: Flow = Flow.OFF, limits: bool = True, usd: int = STARTING_USD) -> None:
        self.world = world
        self.replay: Replay | None = None
        self.agenda = Agenda()
        self.control = Control()
        self.lock = threading.RLock()
        self.usd = usd
        self.kalshi_listing = KalshiListing(world)
        self.polymarket_listing = PolymarketListing(world)
        tokens = {market.condition_id: market.book_key for market in self.polymarket_listing.markets}
        crowd = None if flow is Flow.OFF else SeededCrowd(world, flow, tokens=tokens)
        self.kalshi_floor = Floor(world.books, made_at=world.made_at, qty_scale=1, crowd=crowd)
        self.polymarket_floor = Floor(world.books, made_at=world.made_at, qty_scale=_POLYMARKET_QTY_SCALE, crowd=crowd)
        self.kalshi_state = KalshiState()
        self.kalshi_gate = KalshiGate(limits=limits)
        self.kalshi = KalshiEngine(
            self.kalshi_listing, self.kalshi_floor, self.kalshi_state, self.agenda, seed=world.seed
        )
        self.clob_keys = ClobKeys(world.seed)
        self.polymarket = PolymarketEngine(
            self.polymarket_listing, self.polymarket_floor, self.agenda, cash=usd * 1_000_000
        )
        plan_kalshi(world, self.kalshi_listing, self.kalshi, self.agenda)
        plan_polymarket(world, self.polymarket_listing, self.polymarket, self.agenda)
        self.gamma = Gamma(self.polymarket_listing, self.polymarket_floor)
        self._kalshi_wire = KalshiWire(
            self.kalshi_listing, self.kalshi_floor, self.kalshi_state, self.kalshi, self.kalshi_gate
        )
        self._clob_wire = ClobWire(self.polymarket_listing, self.polymarket_floor, self.polymarket, self.clob_keys)
        self._gamma_router = Router(self.gamma.routes())
        self._backstage = backstage.Backstage(self, self.kalshi, self.polymarket, self.control)
        positions = PositionReads(self.polymarket_listing, self.polymarket_floor, self.polymarket)
        self._positions_router = Router(positions.routes())
        self._spoil()

    def _spoil(self) -> None:
        """Make ready for faults."""
        self.bot = Bot()
        self.upsets = Upsets(
            upsets.Kalshi(self.kalshi_listing, self.kalshi, self.kalshi_state),
            upsets.Polymarket(self.polymarket_listing, self.polymarket, self.agenda),
            self.agenda,
        )
        self._timetable = Timetable(self.agenda, self.upsets, Weather(), Weather())
        self._awaited: list[Fault] = []
        self._misreporting = Misreporting(self.agenda, self.polymarket.clearing)
        self.kalshi.filled = self._misreporting.of_kalshi
        self.polymarket.clearing.watchers.append(self._misreporting.of_polymarket)
        self._last_answers: dict[tuple[Service, str, tuple[tuple[str, str], ...]], Answer] = {}

    def open_kalshi_account(
        self, user_id: str, *, key_id: str, public_pem: bytes, usd: int | None = None
    ) -> KalshiAccount:
        """Give a key an account with money on every shard but that of combos. Raises UsageError for a bad key."""
        cash = (self.usd if usd is None else usd) * 10_000
        with self.lock:
            account = self.kalshi.open_account(user_id, {shard: cash for shard in SHARDS if shard != 1})
            self.kalshi_gate.add_key(key_id, public_pem, account)
        return account

    def plays(self, recordings: Sequence[Recording], *, begins_us: int, speed: float) -> None:
        """Have recordings played into the books, from when a client first listens to them."""
        venues: dict[VenueName, Put] = {
            VenueName.KALSHI: KalshiShows(self.kalshi_floor, self.kalshi),
            VenueName.POLYMARKET: PolymarketShows(self.polymarket_listing, self.polymarket_floor, self.polymarket),
        }
        self.replay = Replay(recordings, begins_us=begins_us, speed=speed, agenda=self.agenda, venues=venues)

    def advance(self, now: datetime) -> None:
        """Let everything happen that is due."""
        with self.lock:
            self.agenda.run_until(now)

    def answer(self, service: Service, request: Request) -> Answer:
        """Answer one request."""
        with self.lock:
            self.agenda.run_until(request.at)
            if service is Service.KALSHI and request.path == f"{backstage.PREFIX}/replay":
                return json_answer({"replay": self.replay.report() if self.replay else None})
            if service is Service.KALSHI and request.path.startswith(bot.PREFIX):
                return self.bot.answer(request, self.control.faults)
            if service is Service.KALSHI and request.path.startswith(f"{backstage.PREFIX}/"):
                return self._backstage.answer(request)
            target = target_of(service.name, request)
            if target in (Target.KALSHI_ORDER, Target.POLY_ORDER):
                keys = _order_keys(service, request)
                self.control.seen(Post(service.name.lower(), request.path, keys, request.body, request.at))
            self._set_lags()
            fault = self.control.faults.hit(target) if target is not None else None
            if target in _TRADES_OF:
                self._plan_trade(self.control.faults.hit(_TRADES_OF[target]))
            if self.control.faults.holds(Trouble.STALE_PAGE) and request.method == "GET":
                return self._remembered(service, request, fault)
            return self._dealt(service, request, fault)

    def stream(self, path: str, headers: Mapping[str, str], now: datetime) -> Stream | Answer:
        """Open a WebSocket at a path of Kalshi's or the order book's port; an Answer refuses the upgrade."""
        with self.lock:
            self.agenda.run_until(now)
            at_kalshi = path == KALSHI_STREAM
            weather = self._timetable.kalshi if at_kalshi else self._timetable.polymarket
            fault = self.control.faults.hit(Target.KALSHI_CONNECT if at_kalshi else Target.POLY_CONNECT)
            if weather.refusal or (fault is not None and fault.do is Trouble.WS_CONNECT_REFUSE):
                return Answer(status=weather.refusal or (fault.status if fault else 0) or 502)
            session = self._session(path, headers, now)
            if isinstance(session, Answer):
                return session
            flaps = fault is not None and fault.do is Trouble.WS_FLAP
            cut_at = now + timedelta(milliseconds=fault.ms) if fault is not None and flaps else None
            return Stream(session, self.control.faults, KINDS[at_kalshi], weather, cut_at=cut_at)

    def _session(self, path: str, headers: Mapping[str, str], now: datetime) -> Session | Answer:
        if path == KALSHI_STREAM:
            account = self.kalshi_gate.admit("GET", path, headers, now)
            if isinstance(account, Refused):
                return json_answer({"error": {"code": "token_authentication_failure"}}, 401)
            return KalshiSession(self.kalshi_listing, self.kalshi_floor, account, now=now)
        if path == CLOB_USER_STREAM:
            return UserSession(self.clob_keys, self.polymarket)
        if path == CLOB_MARKET_STREAM:
            return MarketSession(self.polymarket_listing, self.polymarket_floor)
        return Answer(status=404)

    def hear(self, stream: Stream, text: str | None, now: datetime) -> list[Sending]:
        """What a stream sends for a frame of its client, or (None) for what has happened meanwhile."""
        with self.lock:
            self.agenda.run_until(now)
            if stream.listens:
                self._begin(now)
            return stream.news(now) if text is None else stream.command(text, now)

    def put_faults(self, plan: FaultPlan, now: datetime | None = None) -> None:
        """Add the faults of a plan. Their moments count from `now`, or from when a client first listens to books.

        Raises UsageError for a market that is not listed, and then changes nothing.
        """
        with self.lock:
            for fault in plan.faults:
                self.upsets.check(fault)
            self.control.faults.seed = plan.seed
            for fault in plan.faults:
                if not fault.on.is_time:
                    self.control.faults.add(fault)
                elif now is None:
                    self._awaited.append(fault)
                else:
                    self._timetable.add(fault, now)

    def clear_faults(self) -> None:
        """Forget every fault; what was done to a market stays done."""
        with self.lock:
            self.control.faults.clear()
            self._awaited.clear()
            self._last_answers.clear()
            self._timetable.clear()

    def _begin(self, now: datetime) -> None:
        """A client listens to books: what waits for that begins."""
        if self.replay is not None:
            self.replay.begin(now)
        for fault in self._awaited:
            self._timetable.add(fault, now)
        self._awaited.clear()

    def _dealt(self, service: Service, request: Request, fault: Fault | None) -> Answer:
        if fault is None or self._struck(fault, request.at):
            return self._proper(service, request)
        return troubled(fault, request, lambda later: self._proper(service, later), self.agenda)

    def _remembered(self, service: Service, request: Request, fault: Fault | None) -> Answer:
        """Answer a read as the last time, where a fault asks for it; else keep the answer for that."""
        key = (service, request.path, request.query)
        is_stale = fault is not None and fault.do is Trouble.STALE_PAGE
        if is_stale and key in self._last_answers:
            return self._last_answers[key]
        answer = self._dealt(service, request, None if is_stale else fault)
        if answer.status == HTTPStatus.OK:
            self._last_answers[key] = answer
        return answer

    def _proper(self, service: Service, request: Request) -> Answer:
        if service is Service.KALSHI:
            return self._kalshi_wire.answer(request)
        if service is Service.CLOB:
            return self._clob_wire.answer(request)
        router = self._gamma_router if service is Service.GAMMA else self._positions_router
        return router.answer(request, request.path) or json_answer({"error": "Not found"}, 404)

    def _struck(self, fault: Fault, at: datetime) -> bool:
        """Let a fault change the venue before the request is dealt with; False if it is a fault of another kind."""
        if fault.do is Trouble.DELAYED:
            self._clob_wire.orders.delay_next_ms = fault.ms
            return True
        if fault.do is Trouble.OVERFILL and fault.on is Target.POLY_ORDER:
            self.polymarket.overfill_next = int(Decimal(fault.value) * 1_000_000)
            return True
        return self.upsets.strike(fault, at)

    def _plan_trade(self, fault: Fault | None) -> None:
        """How the trades of the next order go, and how they are told of."""
        self._misreporting.fault = fault
        if fault is not None and fault.do is Trouble.STATUS_PATH:
            self.polymarket.clearing.plan_life(tuple(TradeStatus(status) for status in fault.path), fault.ms)

    def _set_lags(self) -> None:
        faults = self.control.faults
        if faults.holds(Trouble.READ_LAG):
            self.kalshi.read_lag_ms = faults.lag_ms(Target.KALSHI_READ)
            self.polymarket.pace.read_lag_ms = faults.lag_ms(Target.POLY_READ)
            self.polymarket.pace.positions_lag_ms = faults.lag_ms(Target.POSITIONS_READ)


def _order_keys(service: Service, request: Request) -> tuple[str, ...]:
    """The ids by which the sender knows the orders of a POST, as far as its body can be read."""
    if service is Service.CLOB:
        return tuple(sent_order_ids(request.body))
    try:
        content = msgspec.json.decode(request.body)
    except msgspec.DecodeError:
        return ()
    orders = content.get("orders", [content]) if isinstance(content, dict) else []
    found = (
        [order.get("client_order_id") for order in orders if isinstance(order, dict)]
        if isinstance(orders, list)
        else []
    )
    return tuple(key for key in found if isinstance(key, str) and key)
