"""A trade that can be killed at any line: who trades, a venue that outlives it, and what must then be true."""

import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

from arbkit.app.reconcile import check_start, reconcile
from arbkit.app.resolve import resolve_all
from arbkit.app.room import Room, TradeRules
from arbkit.app.trade import execute
from arbkit.core.books import Book, Level, make_book
from arbkit.core.breaker import BreakerLimits
from arbkit.core.detect import look
from arbkit.core.execution import TradeState
from arbkit.core.limits import Limits
from arbkit.core.markets import MarketId, Method, Side, VenueName
from arbkit.core.money import Price, Qty, Usd
from arbkit.core.opportunity import Opportunity, Policy
from arbkit.core.orders import Action, FokOrder, SendOutcome, Settlement
from arbkit.core.risk import Mode
from arbkit.ports import PreparedOrder
from arbkit.store.store import Store
from arbkit.store.trades import StoredTrade
from tests.builders import KALSHI, NOW, POLYMARKET, StandingClock, a_market, a_pair
from tests.desks import Fate, TradingVenue, _Order
from tests.oracles import Posted, Witness
from tests.oracles import judge as judge_all

MARKETS = {name: a_market(name) for name in VenueName}
QUOTES = {KALSHI: ("0.44", "0.45"), POLYMARKET: ("0.55", "0.56")}
TRACED = (
    "app/trade.py", "app/sending.py", "app/duties.py", "app/resolve.py", "app/unwind.py", "app/reconcile.py",
    "store/journal.py", "store/ledger_book.py",
)  # fmt: skip
UNWINDS = "unwinds"
"""A file of this name in a state directory asks for `risk.on_asymmetric: unwind`."""
MEMORY = Path("/dev/shm")
"""Where files cost nothing, if there is such a place: a killed process loses nothing of them, only power would."""


PASSES_MAX = 60
"""Passes of the resolver, ten seconds apart: what is not known by then never will be."""


def _is_known(trade: StoredTrade) -> bool:
    """Whether only a person has something left to do about a trade."""
    pending = any(leg.settlement is Settlement.PENDING for leg in trade.legs)
    return not pending and trade.state in {TradeState.ASYMMETRIC, TradeState.REVIEW}


@contextmanager
def a_place() -> Iterator[Path]:
    """A directory for many short-lived stages."""
    made = Path(tempfile.mkdtemp(prefix="arbkit-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None))
    try:
        yield made
    finally:
        shutil.rmtree(made)


class DurableVenue(TradingVenue):
    """A venue whose record of accepted orders is a file: it survives whoever trades, and counts every request."""

    def remember(self, record: Path) -> "DurableVenue":
        self.record = record
        self.witness = Witness(lambda: record.parent / "arbkit.db")
        for line in record.read_text().splitlines() if record.exists() else []:
            self._learn(json.loads(line))
        return self

    async def send(self, prepared: PreparedOrder) -> SendOutcome:
        order = prepared.order
        fate = self.fate if order.action is Action.BUY else self.sale_fate
        if fate is not Fate.NOT_SENT:
            posted = self.witness.see([prepared.client_id], self.clock.now())
            line = {
                "client": prepared.client_id, "venue_id": prepared.venue_order_id, "leg": order.leg_id,
                "side": order.side, "qty": order.qty.micros, "limit": order.limit.micros,
                "budget": order.budget.micros, "fate": fate, "action": order.action, "at": self.clock.now().isoformat(),
                "journaled": posted.leg, "exposure": posted.exposure.micros,
                "log_bytes": self.record.with_name("arbkit.db-wal").stat().st_size,
            }  # fmt: skip
            descriptor = os.open(self.record, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            os.write(descriptor, json.dumps(line).encode() + b"\n")
            os.close(descriptor)
        return await super().send(prepared)

    def _learn(self, line: dict[str, Any]) -> None:
        order = FokOrder(
            leg_id=line["leg"], market=self.market_listed.id, side=Side(line["side"]), action=Action(line["action"]),
            qty=Qty(line["qty"]), limit=Price(line["limit"]), budget=Usd(line["budget"]),
        )  # fmt: skip
        prepared = PreparedOrder(order=order, client_id=line["client"], venue_order_id=line["venue_id"], body=b"")
        self.posts[prepared.client_id] += 1
        at, exposure = datetime.fromisoformat(line["at"]), Usd(line["exposure"])
        self.witness.posts.append(Posted(keys=(line["client"],), at=at, leg=line["journaled"], exposure=exposure))
        self.orders.append(_Order(prepared, datetime.fromisoformat(line["at"]), Fate(line["fate"])))


@dataclass
class Stage:
    """One process's view: a room over a store and both venues."""

    room: Room
    venues: dict[VenueName, DurableVenue]
    clock: StandingClock

    def settle_down(self) -> None:
        """Everything a start does, and the resolver until nothing more can be learnt."""
        asyncio.run(self._settling())

    async def _settling(self) -> None:
        await check_start(self.room, state_age_max=timedelta(hours=1))
        for _ in range(PASSES_MAX):
            self.clock.advance(seconds=10)
            if all(_is_known(trade) for trade in await resolve_all(self.room)):
                return

    @property
    def truth(self) -> dict[tuple[MarketId, Side], Qty]:
        return {key: qty for venue in self.venues.values() for key, qty in venue.truth.items()}


def a_stage(directory: Path, fates: tuple[Fate, Fate], *, at: datetime = NOW) -> Stage:
    clock = StandingClock(at)
    venues = {}
    for name, fate in zip(VenueName, fates, strict=True):
        venue = DurableVenue(name, clock, MARKETS[name], lambda name=name: a_book(name, clock), fate=fate)
        venues[name] = venue.remember(directory / f"{name}.jsonl")
    store = Store(directory / "arbkit.db")
    numbers = iter(range(1_000))
    rules = TradeRules(unwinds=True, slippage_max_ppm=50_000) if (directory / UNWINDS).exists() else TradeRules()
    run = store.operations.begin_epoch(pid=os.getpid(), host="here", version="test", config_hash="", at=at).n
    room = Room(
        store=store, catalogue=store, venues=venues, desks=venues, accounts=venues, clock=clock, limits=Limits(),
        breaker_limits=BreakerLimits(consecutive_failures_max=3, asymmetric_executions_max=1),
        policy=Policy(qty_max=Qty.whole(20)), rules=rules, mode=Mode.LIVE, epoch=run, version="test",
        halted=lambda: "", new_id=lambda: f"t{run}-{next(numbers)}",
    )  # fmt: skip
    return Stage(room, venues, clock)


def a_book(name: VenueName, clock: StandingClock) -> Book:
    bid, ask = ([Level(Price.parse(price), Qty.whole(200))] for price in QUOTES[name])
    return make_book(MARKETS[name].id, yes_bids=bid, yes_asks=ask, seen_at=clock.now())


def template(directory: Path) -> None:
    """A state directory that is ready to trade: markets, a pair, opened books."""
    directory.mkdir(mode=0o700)
    stage = a_stage(directory, (Fate.FILLED, Fate.FILLED))
    stage.room.store.catalogue.refresh(list(MARKETS.values()), at=NOW)
    stage.room.store.pairs.replace([the_pair()], at=NOW)
    asyncio.run(reconcile(stage.room, fix=False))
    stage.room.store.close()


def the_pair():
    return a_pair(MARKETS[KALSHI], MARKETS[POLYMARKET], method=Method.EXACT, confidence_ppm=1_000_000)


def trade(stage: Stage) -> None:
    """Find the one opportunity there is, and take it."""
    books = {name: venue.book() for name, venue in stage.venues.items()}
    found = look(
        the_pair(), kalshi=MARKETS[KALSHI], polymarket=MARKETS[POLYMARKET], kalshi_book=books[KALSHI],
        polymarket_book=books[POLYMARKET], policy=stage.room.policy, now=stage.clock.now(),
    )  # fmt: skip
    assert isinstance(found, Opportunity)
    asyncio.run(execute(stage.room, found, markets=MARKETS, books=books))


def in_child(directory: Path, fates: tuple[Fate, Fate], *, kill_at: int, recover: bool = False) -> int:
    """Trade (or recover) in a forked process that kills itself at the n-th traced line; how many lines it ran."""
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        os.close(ours)
        try:
            stage = a_stage(directory, fates, at=NOW + timedelta(seconds=1 if recover else 0))
            counted = _killing_at(kill_at, stage.settle_down if recover else lambda: trade(stage))
            os.write(theirs, str(counted).encode())
        finally:
            os._exit(0)
    os.close(theirs)
    told = os.read(ours, 32)
    os.close(ours)
    os.waitpid(child, 0)
    return int(told or b"0")


def _killing_at(line: int, work: Any) -> int:
    seen = 0

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal seen
        if not frame.f_code.co_filename.endswith(TRACED):
            return None
        if event == "line":
            seen += 1
            if seen == line:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(None)
    return seen


def judge(directory: Path, fates: tuple[Fate, Fate]) -> None:
    """The oracles, after a restart and enough time: nothing sent twice, nothing lost, nothing invented."""
    stage = a_stage(directory, fates, at=NOW + timedelta(seconds=2))
    try:
        stage.settle_down()
        venues = stage.venues.values()
        judge_all(
            stage.room.store,
            [post for venue in venues for post in venue.witness.posts],
            stage.room.limits,
            held=stage.truth,
            settlements={key: seen for venue in venues for key, seen in venue.settlements.items()},
        )
    finally:
        stage.room.store.close()
