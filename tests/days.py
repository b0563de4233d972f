"""Days: the loop, wired as `arbkit run` wires it, over both simulated venues, in virtual time and without a socket.

Requests and frames go to the simulator as calls. A process may be killed at any moment: what is on disk then is what
the next one starts from, and whatever the dead one does afterwards reaches nobody.
"""

import asyncio
import random
import shutil
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import h11
import httpx
import pytest

from arbkit.app.catalog import sync
from arbkit.app.chores import Rhythm
from arbkit.app.events import LiveEvent
from arbkit.app.live import Choices, Live
from arbkit.app.reconcile import check_start, reconcile
from arbkit.app.resolve import FAULTS_OF_A_VENUE
from arbkit.app.review import accept
from arbkit.app.room import Room
from arbkit.app.unwind import unwind
from arbkit.cli.render import Output
from arbkit.cli.standing import resume_all
from arbkit.config.load import load
from arbkit.core.breaker import Failure
from arbkit.core.execution import TradeState
from arbkit.core.markets import MarketId, Method, Side, VenueName
from arbkit.core.money import ZERO_USD, Qty, Usd
from arbkit.core.orders import Settlement
from arbkit.core.risk import Mode
from arbkit.errors import RefusedError
from arbkit.net import lines
from arbkit.net.sockets import Lost, Refused
from arbkit.venues import line, rereading
from arbkit.venues.sim.control import Post
from arbkit.venues.sim.exchange import Incoming
from arbkit.venues.sim.faults import Fault, FaultPlan, Target
from arbkit.venues.sim.floor import CROWD, Floor
from arbkit.venues.sim.kalshi_portfolio import KalshiAccount
from arbkit.venues.sim.polymarket_wallets import Wallet
from arbkit.venues.sim.simulation import Service, Simulation
from arbkit.venues.sim.streams import Line, Sending, Stream
from arbkit.venues.sim.wire.message import Answer, Request
from arbkit.wiring.accounts import sim_keys
from arbkit.wiring.kit import Kit, SystemClock
from arbkit.wiring.live import live_loop
from arbkit.wiring.trading import trading_room
from tests.builders import KALSHI, POLYMARKET, a_pair
from tests.crash.loopback import a_world_of, condition, ticker, token
from tests.oracles import (
    Witness,
    _cash_agrees,
    hedged_means_settled,
    judge_on_the_way,
    nothing_lost_or_invented,
)
from tests.oracles import (
    asked as rows,
)
from tests.venues.sim_worlds import MADE_AT
from tests.virtual import VirtualLoop

BASE_PORT = 8700
POLL_S = 1.0
"""How often a stream looks at its book; a change is told so late at most."""
WIRE_S = 0.015
HANG_S = 60.0
FLAGS = (
    "matching.require_review=never", "monitoring.metrics_port=0", "risk.on_asymmetric=unwind",
    "data_age.catalogue_max_minutes=10080",
)  # fmt: skip
RHYTHM = Rhythm(
    resolve_ms=3_000, balances_ms=20_000, reconcile_ms=300_000, health_ms=30_000, pairs_ms=60_000, facts_ms=10_000,
    look_ms=2_000, beat_ms=30_000,
)  # fmt: skip
_CALM, _CHEAP_KALSHI, _DEAR_POLYMARKET = ((5400, 5600), (4400, 4500), (5500, 5600))
_SIZE = 80
CASH_USD = 50
"""What lies at each venue at first, and again whenever the owner has moved cash."""
DRY_USD = 25
"""With less at a venue its owner moves cash."""


class Killed(BaseException):
    """The process is no more."""


class DayClock(SystemClock):
    """One clock over all processes of a day; each has a loop of its own."""

    def __init__(self) -> None:
        self.before_s = 0.0
        self.loop: VirtualLoop | None = None

    def fresh_loop(self) -> VirtualLoop:
        self.before_s = self.seconds()
        self.loop = VirtualLoop()
        return self.loop

    def seconds(self) -> float:
        return self.before_s + (self.loop.time() if self.loop else 0)

    def now(self) -> datetime:
        return MADE_AT + timedelta(seconds=round(self.seconds(), 3))

    def monotonic_ms(self) -> int:
        return round(self.seconds() * 1_000)

    async def sleep(self, ms: int) -> None:
        await asyncio.sleep(ms / 1_000)


class DayKit(Kit):
    """A kit whose event loop is virtual."""

    @cached_property
    def _runner(self) -> asyncio.Runner:
        clock = self.clock
        assert isinstance(clock, DayClock)
        return self._closing.enter_context(asyncio.Runner(loop_factory=clock.fresh_loop))


class Faults(FaultPlan):
    """A plan that keeps what was really met."""

    def __init__(self) -> None:
        super().__init__()
        self.met: list[Fault] = []

    def hit(self, target: Target) -> Fault | None:
        fault = super().hit(target)
        self.met += [fault] if fault else []
        return fault


@dataclass
class Day:
    """Two venues, a clock, and what goes wrong when."""

    place: Path
    pairs: int
    seed: int = 1
    mode: Mode = Mode.LIVE
    flags: tuple[str, ...] = ()
    clock: DayClock = field(default_factory=DayClock)
    happenings: deque[tuple[float, Callable[[], None]]] = field(default_factory=deque)
    """What happens when (seconds since the start), in order."""
    down_until_s: float = 0
    dead: bool = False
    kill_in_posts: int | None = None
    """The process dies while a venue reads the n-th order request from now."""
    events: list[LiveEvent] = field(default_factory=list)
    kills: int = 0
    resumed: int = 0
    moved: dict[VenueName, Usd] = field(default_factory=lambda: dict.fromkeys(VenueName, ZERO_USD))
    """What an owner paid in at each venue after the beginning, less what was taken out."""
    moves: int = 0
    wants_cash: bool = False

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.sim = Simulation(a_world_of(self.pairs), limits=False, usd=CASH_USD)
        self.witness = Witness(lambda: self.home / "arbkit.db")
        self.sim.control.faults = self.faults = Faults()
        self.sim.control.before_post.append(self._posted)
        self.planted = 0
        self.next_pair = 0
        self._acts = 0
        for number in range(self.pairs):
            self.quote(number, _CALM, _CALM)

    @property
    def home(self) -> Path:
        return self.place / "state" / "sim"

    # -- the venues

    def quote(self, number: int, kalshi: tuple[int, int], polymarket: tuple[int, int]) -> None:
        """Make both books of a pair new: one bid and one ask."""
        now = self.clock.now()
        self._renew(self.sim.kalshi_floor, ticker(number), kalshi, 100, now)
        self._renew(self.sim.polymarket_floor, token(number, Side.YES), polymarket, 1_000_000, now)

    def _renew(self, floor: Floor, key: str, prices: tuple[int, int], unit: int, now: datetime) -> None:
        for order in floor.pit(key, now).book.orders():
            if order.owner == CROWD:
                floor.cancel(key, order.order_id, now)
        for is_bid, price in zip((True, False), prices, strict=True):
            self._acts += 1
            qty = _SIZE * unit
            floor.submit(
                key, Incoming(order_id=f"c{self._acts}", owner=CROWD, is_bid=is_bid, limit=price, qty=qty), now
            )

    def plant(self) -> None:
        """Something worth taking, for a pair that was not traded yet; the last one is over."""
        if self.next_pair:
            self.quote(self.next_pair - 1, _CALM, _CALM)
        if self.next_pair < self.pairs:
            self.quote(self.next_pair, _CHEAP_KALSHI, _DEAR_POLYMARKET)
            self.next_pair += 1
            self.planted += 1

    def settle(self) -> None:
        """Every pair whose chance is over ends: one leg pays, the other does not, and what pays is redeemed."""
        now = self.clock.now()
        for number in range(self.next_pair - 1):
            market = self.sim.kalshi_listing.markets[ticker(number)]
            if market.status == "finalized":
                continue
            yes = self.dice.random() < 0.5
            self.sim.kalshi.settle(ticker(number), 10_000 if yes else 0, now)
            self.sim.polymarket.resolve(condition(number), 0 if yes else 1, now)
            for wallet in self.sim.polymarket.wallets.values():
                self.sim.polymarket.redeem(wallet, condition(number), now)

    def look_after_cash(self) -> None:
        """An owner sees one venue run dry: the loop is to stop in order, so that cash can be moved."""
        seat, wallet = self._purses()
        self.wants_cash = min(self._on_shard(seat) // 100, wallet.cash // 10_000) < DRY_USD * 100

    async def _cash_moved(self, room: Room) -> None:
        """Both venues hold again what they held at first, and `reconcile --fix` tells the ledger so."""
        await self._started(room)
        seat, wallet = self._purses()
        lacks = CASH_USD * 10_000 - self._on_shard(seat)
        self.sim.kalshi.pay_in(lacks, self.clock.now())
        self.moved[KALSHI] += Usd(lacks * 100)
        self.moved[POLYMARKET] += Usd(CASH_USD * 1_000_000 - wallet.cash)
        wallet.cash = CASH_USD * 1_000_000
        self.moves, self.wants_cash = self.moves + 1, False
        await self._started(room)

    def _purses(self) -> tuple[KalshiAccount, Wallet]:
        [seat], [wallet] = self.sim.kalshi.accounts.values(), self.sim.polymarket.wallets.values()
        return seat, wallet

    def _on_shard(self, seat: KalshiAccount) -> int:
        """Cash on the shard of all these markets, which is the one that money comes in on."""
        return seat.truth.cash[min(seat.truth.cash)]

    def outage(self, seconds: float) -> None:
        """Nothing can be reached for a while."""
        self.down_until_s = self.clock.seconds() + seconds

    @property
    def down(self) -> bool:
        return self.dead or self.clock.seconds() < self.down_until_s

    def _posted(self, post: Post) -> None:
        self.witness.see(post.keys, post.at)
        if self.kill_in_posts is not None:
            self.kill_in_posts -= 1
            if self.kill_in_posts <= 0:
                self.kill()

    def kill(self) -> None:
        """The process dies here and now: what is on disk is all that is left of it."""
        self.kill_in_posts, self.dead = None, True
        self.kills += 1
        image = self.place / "image"
        shutil.rmtree(image, ignore_errors=True)
        image.mkdir()
        for file in self.home.glob("arbkit.db*"):
            shutil.copy2(file, image)

    # -- the process

    @contextmanager
    def process(self) -> Iterator[tuple[Kit, Room]]:
        """What a command has in hand, from its start to its end or death."""
        environ = {"ARBKIT_SIM": f"http://127.0.0.1:{BASE_PORT}"}
        configured = load(flags=(*FLAGS, *self.flags), environ=environ, config=None, cwd=self.place)
        kit = DayKit(
            lambda: configured, home=self.place / "state", cwd=self.place, sim=True, environ=environ, clock=self.clock
        )
        try:
            with trading_room(kit, mode=self.mode, what="run") as room:
                yield kit, room
        except Killed:
            pass
        finally:
            kit.close()
            if self.dead:
                self.dead = False
                for file in self.home.glob("arbkit.db*"):
                    file.unlink()
                for file in (self.place / "image").iterdir():
                    shutil.copy2(file, self.home)

    def prepare(self) -> None:
        """Read both catalogues, and take every pair for the same."""
        with self.process() as (kit, _):
            kit.run(sync(kit.chosen(None), kit.store, kit.clock, lambda _: None, source=kit.source))
            made = []
            for number in range(self.pairs):
                kalshi = kit.store.catalogue.market(MarketId(KALSHI, ticker(number)))
                polymarket = kit.store.catalogue.market(MarketId(POLYMARKET, condition(number)))
                assert kalshi is not None
                assert polymarket is not None
                made.append(a_pair(kalshi, polymarket, method=Method.EXACT, confidence_ppm=1_000_000))
            kit.store.pairs.replace(made, at=kit.clock.now())

    def run_until(self, seconds: float) -> None:
        """Run the loop, and again whenever it died, up to a time of the day."""
        while self.clock.seconds() < seconds:
            with self.process() as (kit, room):
                kit.run(self._cash_moved(room) if self.wants_cash else self._started(room))
                settled = replace(room, rules=replace(room.rules, resolve_for_ms=2_000, waits_for_chain=False))
                with live_loop(kit, settled, Choices(), self.events.append) as live:
                    live.chores._sync, live.chores._rhythm = None, RHYTHM
                    live.beside = {name: task for name, task in live.beside.items() if name != "metrics"}
                    kit.run(self._lived(kit, live, seconds))
                judge_on_the_way(room.store, self.witness.posts, room.limits)

    async def _started(self, room: Room) -> None:
        """What a start checks, and what a person does about it: reconcile, sell a lonely leg, look again."""
        found: list[str] = []
        for _ in range(100):
            try:
                check = await check_start(room, state_age_max=timedelta(hours=1))
                if not check.hindrances(force=True, unattended=True):
                    return
                await reconcile(room, fix=True, cash_moved=True)
                for trade in room.store.trades.unfinished():
                    if trade.state is TradeState.ASYMMETRIC:
                        found += [f"{await unwind(room, trade.trade_id)}: {trade.notes}"]
                        await accept(room, trade, who="the night watch", reason="it cannot be sold back")
            except (*FAULTS_OF_A_VENUE, RefusedError):
                pass
            await asyncio.sleep(30)
        raise AssertionError(f"the loop cannot start any more: {check.blocking} {found[-3:]}")

    async def _lived(self, kit: Kit, live: Live, until_s: float) -> None:
        beside = [asyncio.ensure_future(self._weather()), asyncio.ensure_future(self._person(kit))]
        loop = asyncio.ensure_future(live.run())
        while self.clock.seconds() < until_s and not self.dead and not self.wants_cash:
            done, _ = await asyncio.wait([loop], timeout=1)
            if done:
                break
        for task in beside:
            task.cancel()
        if self.dead:
            loop.cancel()
            await asyncio.gather(loop, *beside, return_exceptions=True)
            raise Killed
        live.stop.set()
        await loop
        await asyncio.gather(*beside, return_exceptions=True)

    async def _weather(self) -> None:
        while True:
            while self.happenings and self.happenings[0][0] <= self.clock.seconds():
                self.happenings.popleft()[1]()
            await asyncio.sleep(5)

    async def _person(self, kit: Kit) -> None:
        """Looks every five minutes, and resumes what may be resumed."""
        while True:
            await asyncio.sleep(300)
            if kit.store.operations.breaker().is_open and not self.dead:
                try:
                    resume_all(kit, Output(json=True, quiet=True), by="the night watch", reason="looked at it")
                    self.resumed += 1
                except RefusedError:
                    continue

    def judge(self) -> None:
        """Everything the oracles ask, once the faults have stopped."""
        self.sim.control.faults.clear()
        with self.process() as (kit, room):
            kit.run(self._started(room))
            kit.run(reconcile(room, fix=True))
            signer, account = sim_keys(kit)
            seat = self.sim.kalshi.accounts[signer.key_id].truth
            wallet = self.sim.polymarket.wallets[account.maker.lower()]
            held = {
                (MarketId(KALSHI, key), Side.YES if p.qty > 0 else Side.NO): Qty(abs(p.qty) * 10_000)
                for key, p in seat.positions.items() if p.qty
            }  # fmt: skip
            sides = {
                token(n, side): (MarketId(POLYMARKET, condition(n)), side) for n in range(self.pairs) for side in Side
            }
            held |= {sides[asset]: Qty(holding.shares) for asset, holding in wallet.holdings.items() if holding.shares}
            kinds = {"CONFIRMED": Settlement.FINAL, "FAILED": Settlement.VOID}
            settlements = {seat.orders[fill.order_id].client_order_id: Settlement.FINAL for fill in seat.fills}
            settlements |= {
                trade.taker_order_id: kinds.get(trade.status, Settlement.PENDING)
                for trade in wallet.truth.trades.values()
            }
            cash = {KALSHI: Usd(sum(seat.cash.values()) * 100), POLYMARKET: Usd(wallet.cash)}
            judge_on_the_way(room.store, self.witness.posts, room.limits)
            wrong = nothing_lost_or_invented(room.store, held) + hedged_means_settled(room.store, settlements)
            wrong += _cash_agrees(room.store, cash) + self._moves_are_booked(room)
            assert not wrong, "\n".join(wrong)
            assert not room.store.trades.unfinished()

    def _moves_are_booked(self, room: Room) -> list[str]:
        """What an owner moved is in the ledger as that and as nothing else."""
        question = (
            "SELECT coalesce(sum(usd_micros), 0) FROM ledger_entries WHERE account = 'external_cash' AND venue = ?"
            " AND seq NOT IN (SELECT seq FROM ledger_transactions WHERE ref LIKE '%:opening')"
        )
        booked = {venue: -Usd(int(rows(room.store.path, question, venue)[0][0])) for venue in VenueName}
        return [] if booked == self.moved else [f"moved by the owner {self.moved}, booked {booked}"]

    def trips(self) -> set[Failure]:
        """Every reason that stopped trading on this day, closed ones too."""
        with self.process() as (kit, _), kit.store._database.reading() as db:
            return {Failure(row[0]) for row in db.execute("SELECT DISTINCT failure FROM breaker_trips")}


async def asked(day: Day, port: int | None, request: Request) -> Answer:
    """What the simulator answers, when it has; raises BrokenLine where nothing comes back."""
    await asyncio.sleep(WIRE_S)
    if day.down:
        raise lines.BrokenLine("reset")
    answer = day.sim.answer(Service((port or BASE_PORT) - BASE_PORT), request)
    await asyncio.sleep(HANG_S if answer.hang else answer.after_ms / 1_000)
    while answer.later is not None:
        day.sim.advance(day.clock.now())
        answer = answer.later() or answer
        await asyncio.sleep(WIRE_S)
    await asyncio.sleep(answer.dribble_ms / 1_000)  # the last piece comes after the whole time
    if day.dead or answer.hang or answer.reset:
        raise lines.BrokenLine("reset" if answer.reset else "no answer")
    return answer


class Wire(httpx.AsyncBaseTransport):
    """Requests of the general client as calls of the simulator."""

    def __init__(self, day: Day) -> None:
        self._day = day

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._day.down:
            raise httpx.ConnectError("unreachable", request=request)
        call = Request(
            method=request.method, path=request.url.path, at=self._day.clock.now(),
            query=tuple(request.url.params.multi_items()), headers=dict(request.headers), body=request.content,
        )  # fmt: skip
        try:
            answer = await asked(self._day, request.url.port, call)
        except lines.BrokenLine as error:
            raise httpx.ReadError(str(error), request=request) from error
        headers = {**dict(answer.headers), "content-type": answer.content_type}
        return httpx.Response(answer.status, headers=headers, stream=httpx.ByteStream(answer.body), request=request)


class DayLine:
    """A line: requests as calls of the simulator, read from the very bytes that would travel."""

    def __init__(self, day: Day, port: int) -> None:
        self._day, self._port = day, port

    async def ask(self, exchange: lines.Exchange, *, in_step: bool = False) -> lines.Answer:
        del in_step  # there is nothing to wait for
        server, body = h11.Connection(h11.SERVER), b""
        server.receive_data(exchange.request)
        head = server.next_event()
        assert isinstance(head, h11.Request)
        while isinstance(event := server.next_event(), h11.Data):
            body += event.data
        url = urlsplit(head.target.decode())
        call = Request(
            method=head.method.decode(), path=url.path, at=self._day.clock.now(),
            query=tuple(parse_qsl(url.query, keep_blank_values=True)),
            headers={name.decode(): value.decode() for name, value in head.headers}, body=body,
        )  # fmt: skip
        answer = await asked(self._day, self._port, call)
        headers = {name.lower(): value for name, value in answer.headers}
        return lines.Answer(answer.status, {**headers, "content-type": answer.content_type}, answer.body)


class DaySocket:
    """One end of a stream of the simulator."""

    def __init__(self, day: Day, stream: Stream) -> None:
        self._day, self._stream = day, stream
        self._waiting: deque[Sending] = deque()
        self._woken = asyncio.Event()
        self._deaf = False
        self.heard_ms = day.clock.monotonic_ms()

    async def listen(self, take: Callable[[Sequence[bytes]], None]) -> None:
        while True:
            take([await self._receive()])

    async def _receive(self) -> bytes:
        while True:
            self._check()
            if self._waiting:
                sending, now = self._waiting.popleft(), self._day.clock.now()
                if sending.due is not None and sending.due > now:
                    await asyncio.sleep((sending.due - now).total_seconds())
                if sending.what is Line.CUT:
                    raise Lost("closed by the venue")
                if isinstance(sending.what, str):
                    self.heard_ms = self._day.clock.monotonic_ms()
                    return sending.what.encode()
                self._deaf = True
            self._woken.clear()
            try:
                async with asyncio.timeout(POLL_S):
                    await self._woken.wait()
            except TimeoutError:
                self._hear(None)

    async def send(self, text: bytes) -> None:
        self._check()
        self._hear(text.decode())
        self._woken.set()

    def _hear(self, text: str | None) -> None:
        if not self._deaf:
            self._waiting += self._day.sim.hear(self._stream, text, self._day.clock.now())

    async def ping(self) -> None:
        self._check()
        if not self._deaf:
            self.heard_ms = self._day.clock.monotonic_ms()

    def _check(self) -> None:
        if self._day.down:
            raise Lost("unreachable")


@contextmanager
def without_sockets(day: Day) -> Iterator[None]:
    """Every connection of this process leads to the simulator of the day."""

    @asynccontextmanager
    async def dialled(url: str, *, headers: Mapping[str, str] | None = None, **_: object) -> AsyncIterator[DaySocket]:
        if day.down:
            raise Lost("unreachable")
        lower = {name.lower(): value for name, value in (headers or {}).items()}
        stream = day.sim.stream(urlsplit(url).path, lower, day.clock.now())
        if isinstance(stream, Answer):
            raise Refused(stream.status, "")
        yield DaySocket(day, stream)

    @asynccontextmanager
    async def one(self: lines.Lines, *, connect_s: float) -> AsyncIterator[DayLine]:
        del connect_s
        if day.down:
            raise ConnectionRefusedError("unreachable")
        yield DayLine(day, self._port)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines.Lines, "one", one)
        patch.setattr("httpx._client.AsyncHTTPTransport", lambda **_: Wire(day))
        patch.setattr(line, "dialled", dialled)
        patch.setattr(line, "TICK_MS", 1_000)
        patch.setattr(rereading, "_TICK_MS", 250)
        yield
