"""Trading over real sockets by processes that can be killed at any time, and a simulator that outlives them all.

Everything is forked from one warm parent that opens no connection, no database and no event loop of its own. All
processes share one clock, which can be set forward: what takes minutes to prove is proven at once.
"""

import asyncio
import gc
import http.client
import importlib
import json
import mmap
import os
import signal
import struct
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from arbkit.app.catalog import sync
from arbkit.app.reconcile import check_start
from arbkit.app.resolve import FAULTS_OF_A_VENUE, resolve_all
from arbkit.app.room import Room
from arbkit.app.take import plan, take
from arbkit.config.load import load
from arbkit.core.execution import TradeState
from arbkit.core.markets import MarketId, Method, Side, VenueName
from arbkit.core.money import Qty, Usd
from arbkit.core.orders import Settlement
from arbkit.core.risk import Mode
from arbkit.store.trades import StoredTrade
from arbkit.venues.sim.control import Post
from arbkit.venues.sim.server import SimServer
from arbkit.venues.sim.simulation import Simulation
from arbkit.venues.sim.world.model import SeedBook, World
from arbkit.wiring.accounts import sim_keys
from arbkit.wiring.kit import Kit, SystemClock
from arbkit.wiring.trading import trading_room
from tests.builders import KALSHI, POLYMARKET, a_pair
from tests.oracles import Posted, Witness, judge
from tests.venues.sim_worlds import MADE_AT, a_gamma_event, a_gamma_market, a_kalshi_event, a_kalshi_market, a_world

FLAGS = ("matching.require_review=never", "trading.execution_timeout_ms=400", "latency.end_to_end_max_ms=20000")
_TRIAL, _AHEAD = 0, 8
_PASSES_MAX = 60
_SETTLED = {"CONFIRMED": Settlement.FINAL, "FAILED": Settlement.VOID}


class SharedClock(SystemClock):
    """One clock for all forked processes; whoever sets it forward does so for all."""

    def __init__(self) -> None:
        self.shared = mmap.mmap(-1, 16)
        self.began_ns = time.monotonic_ns()

    def _elapsed_us(self) -> int:
        [ahead_us] = struct.unpack_from("q", self.shared, _AHEAD)
        return (time.monotonic_ns() - self.began_ns) // 1_000 + ahead_us

    def now(self) -> datetime:
        return MADE_AT + timedelta(microseconds=self._elapsed_us())

    def monotonic_ms(self) -> int:
        return self._elapsed_us() // 1_000

    def advance(self, seconds: int) -> None:
        [ahead_us] = struct.unpack_from("q", self.shared, _AHEAD)
        struct.pack_into("q", self.shared, _AHEAD, ahead_us + seconds * 1_000_000)

    async def sleep(self, ms: int) -> None:
        """Wait a twentieth of it, and set the clock forward by the rest."""
        await asyncio.sleep(ms / 20_000)
        [ahead_us] = struct.unpack_from("q", self.shared, _AHEAD)
        struct.pack_into("q", self.shared, _AHEAD, ahead_us + ms * 950)

    @property
    def trial(self) -> int:
        """Which trial is on: the simulator has to know whose journal to look into."""
        return int(struct.unpack_from("q", self.shared, _TRIAL)[0])

    @trial.setter
    def trial(self, number: int) -> None:
        struct.pack_into("q", self.shared, _TRIAL, number)


def ticker(number: int) -> str:
    return f"KXRATE-26DEC-C{number:04}"


def condition(number: int) -> str:
    return f"0x{number + 1:064x}"


def token(number: int, side: Side) -> str:
    return str(2**200 + 2 * number + (side is Side.NO))


def a_world_of(pairs: int) -> World:
    """So many pairs, each worth taking: YES for 0.45 at one venue, NO for 0.45 at the other."""
    events = [
        a_gamma_event(
            a_gamma_market(
                id=str(700_000 + number), conditionId=condition(number), slug=f"cut-{number}",
                questionID=f"0x{number:064x}", clobTokenIds=json.dumps([token(number, side) for side in Side]),
            ),
            id=str(90_000 + number), slug=f"decision-{number}", ticker=f"decision-{number}",
        )
        for number in range(pairs)
    ]  # fmt: skip
    cheap_yes = SeedBook(yes_bids=((4400, 20_000),), yes_asks=((4500, 20_000),))
    cheap_no = SeedBook(yes_bids=((5500, 20_000),), yes_asks=((5600, 20_000),))
    return a_world(
        kalshi_events=[
            a_kalshi_event(*(a_kalshi_market(ticker(number)) for number in range(pairs)), mutually_exclusive=False)
        ],
        gamma_events=events,
        books={ticker(number): cheap_yes for number in range(pairs)}
        | {token(number, Side.YES): cheap_no for number in range(pairs)},
    )


@contextmanager
def forked(work: Callable[[], Any]) -> Iterator[tuple[int, int]]:
    """A process that does some work, and the end of a pipe from which its failure can be read; ended with the block."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        try:
            work()
        except BaseException:  # noqa: BLE001 - a forked test must not go on as another
            os.write(writing, traceback.format_exc().encode()[-60_000:])
        finally:
            os._exit(0)
    os.close(writing)
    try:
        yield child, reading
    finally:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(reading)


def to_its_end(work: Callable[[], Any]) -> None:
    """Do some work in a process of its own; what fails there fails here."""
    with forked(work) as (_, reading):
        told = b""
        while piece := os.read(reading, 65_536):
            told += piece
    assert not told, told.decode()


def killed_after(work: Callable[[], Any], seconds: float) -> float:
    """Do some work in a process that is killed after a while, if it lasts so long; how long it lived."""
    began = time.monotonic()
    with forked(work) as (child, _):
        while time.monotonic() - began < seconds:
            if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                break
            time.sleep(0.001)
        return time.monotonic() - began


@dataclass(frozen=True)
class Loopback:
    """The simulator's process, where the state directories are, and one clock."""

    place: Path
    clock: SharedClock
    base: str

    def home(self, trial: int) -> Path:
        return self.place / f"{trial}"

    @contextmanager
    def room(self, trial: int) -> Iterator[tuple[Kit, Room]]:
        """What a command of arbkit has in hand, over the simulator's sockets."""
        environ = {"ARBKIT_SIM": self.base}
        configured = load(flags=FLAGS, environ=environ, config=None, cwd=self.place)
        home = self.home(trial)
        kit = Kit(lambda: configured, home=home, cwd=self.place, sim=True, environ=environ, clock=self.clock)
        try:
            with trading_room(kit, mode=Mode.LIVE, what="trade") as room:
                yield kit, room
        finally:
            kit.close()

    def trade(self, trial: int, *, ready: int) -> None:
        """Everything that `arbkit trade` does; the moment before planning is told on a pipe."""
        with self.room(trial) as (kit, room):
            check = kit.run(check_start(room, state_age_max=timedelta(hours=1)))
            assert not check.hindrances(force=True, unattended=False), check
            os.write(ready, b".")
            pair = next(pair for pair in kit.store.pairs.active() if pair.kalshi.key == ticker(trial))
            kit.run(take(room, kit.run(plan(room, pair))))

    def settle_down(self, trial: int) -> None:
        """What the next start does, and the resolver until nothing more can be learnt."""
        with self.room(trial) as (kit, room):
            kit.run(check_start(room, state_age_max=timedelta(hours=1)))
            kit.run(self._settling(room))

    async def _settling(self, room: Room) -> None:
        for _ in range(_PASSES_MAX):
            self.clock.advance(15)
            try:
                left = await resolve_all(room)
            except FAULTS_OF_A_VENUE:
                continue
            if all(_is_for_a_person(trade) for trade in left):
                return

    def judge(self, trial: int) -> None:
        """Settle down, then compare the ledger with what the simulator holds, and with every request that it saw."""
        self.tell("DELETE", "/sim/faults")
        with self.room(trial) as (kit, room):
            kit.run(check_start(room, state_age_max=timedelta(hours=1)))
            kit.run(self._settling(room))
            signer, account = sim_keys(kit)
            truth = self.tell("GET", "/sim/truth")
            kalshi, wallet = truth["kalshi"][signer.key_id], truth["polymarket"][account.maker.lower()]
            judge(
                room.store,
                self.posts(trial),
                room.limits,
                held=_held(kalshi, wallet, trial),
                settlements=_settlements(kalshi, wallet),
                cash={KALSHI: Usd(sum(kalshi["cash_micros"].values())), POLYMARKET: Usd(wallet["cash_micros"])},
            )

    def posts(self, trial: int) -> list[Posted]:
        """Every order request of a trial, as the simulator saw it."""
        record = self.place / f"{trial}.posts"
        lines = [json.loads(line) for line in record.read_text().splitlines()] if record.exists() else []
        return [
            Posted(
                keys=tuple(line["keys"]), at=datetime.fromisoformat(line["at"]), leg=line["leg"],
                exposure=Usd(line["exposure"]),
            )
            for line in lines
        ]  # fmt: skip

    def tell(self, method: str, path: str, body: object = None) -> Any:
        """Ask behind the stage of the simulator."""
        line = http.client.HTTPConnection(urlsplit(self.base).netloc, timeout=10)
        try:
            line.request(method, path, body=None if body is None else json.dumps(body).encode())
            answer = line.getresponse()
            told = answer.read()
            assert answer.status < 300, told
            return json.loads(told or b"null")
        finally:
            line.close()

    def plan(
        self, trial: int, kalshi: Iterable[Mapping[str, Any]], polymarket: Iterable[Mapping[str, Any]]
    ) -> list[dict[str, Any]]:
        """Faults for the order of each leg; those of a market name the one of this trial."""
        faults = []
        for on, key, hits in (
            ("kalshi.order", ticker(trial), kalshi),
            ("poly.order", condition(trial), polymarket),
        ):
            for fault in hits:
                named = {"key": key} if fault["do"].startswith("market.") else {}
                faults.append({"on": on, **named, **fault})
        return faults

    def prepare(self, template: Path, pairs: int) -> None:
        """A state directory with both catalogues and every pair."""
        environ = {"ARBKIT_SIM": self.base}
        configured = load(flags=FLAGS, environ=environ, config=None, cwd=self.place)
        kit = Kit(lambda: configured, home=template, cwd=self.place, sim=True, environ=environ, clock=self.clock)
        try:
            kit.run(sync(kit.chosen(None), kit.store, kit.clock, lambda _: None, source=kit.source))
            made = []
            for number in range(pairs):
                kalshi = kit.store.catalogue.market(MarketId(KALSHI, ticker(number)))
                polymarket = kit.store.catalogue.market(MarketId(POLYMARKET, condition(number)))
                assert kalshi is not None
                assert polymarket is not None
                made.append(a_pair(kalshi, polymarket, method=Method.EXACT, confidence_ppm=1_000_000))
            kit.store.pairs.replace(made, at=kit.clock.now())
        finally:
            kit.close()

    def warm(self, trial: int) -> None:
        """Trade and judge once, and load here what that had to load: the processes that follow start warm."""
        loaded = self.place / "modules"

        def once() -> None:
            self.trade(trial, ready=os.open(os.devnull, os.O_WRONLY))
            self.judge(trial)
            loaded.write_text("\n".join(sys.modules))

        to_its_end(once)
        for name in loaded.read_text().splitlines():
            if name != "__main__":
                with suppress(ImportError):
                    importlib.import_module(name)


@contextmanager
def served(place: Path, pairs: int) -> Iterator[Loopback]:
    """The simulator in a process of its own, whose journal of requests is a file."""
    clock = SharedClock()
    address, told = os.pipe()

    def serve() -> None:
        os.close(address)
        simulation = Simulation(a_world_of(pairs))
        witness = Witness(lambda: place / f"{clock.trial}" / "sim" / "arbkit.db")

        def see(post: Post) -> None:
            seen = witness.see(post.keys, post.at)
            line = {"keys": seen.keys, "at": seen.at.isoformat(), "leg": seen.leg, "exposure": seen.exposure.micros}
            with (place / f"{clock.trial}.posts").open("a") as record:
                record.write(json.dumps(line) + "\n")

        simulation.control.before_post.append(see)
        with SimServer(simulation, clock=clock) as server:
            os.write(told, server.urls.base.encode())
            while os.getppid() != 1:
                time.sleep(0.2)

    gc.freeze()
    with forked(serve) as (_, failure):
        os.close(told)
        base = os.read(address, 100).decode()
        os.close(address)
        assert base, os.read(failure, 65_536).decode()
        yield Loopback(place, clock, base)


def _is_for_a_person(trade: StoredTrade) -> bool:
    pending = any(leg.settlement is Settlement.PENDING for leg in trade.legs)
    return not pending and trade.state in {TradeState.ASYMMETRIC, TradeState.REVIEW}


def _held(kalshi: Mapping[str, Any], wallet: Mapping[str, Any], trial: int) -> dict[tuple[MarketId, Side], Qty]:
    held = {
        (MarketId(KALSHI, key), Side.YES if qty > 0 else Side.NO): Qty(abs(qty))
        for key, qty in kalshi["positions_micros"].items()
    }
    sides = {token(trial, side): side for side in Side}
    for asset, qty in wallet["shares_micros"].items():
        held[MarketId(VenueName.POLYMARKET, condition(trial)), sides[asset]] = Qty(qty)
    return held


def _settlements(kalshi: Mapping[str, Any], wallet: Mapping[str, Any]) -> dict[str, Settlement]:
    seen = {fill["client_order_id"]: Settlement.FINAL for fill in kalshi["fills"]}
    trades = {trade["taker_order_id"]: _SETTLED.get(trade["status"], Settlement.PENDING) for trade in wallet["trades"]}
    return seen | trades
