"""Everything that sockets and venues do to a stream, end to end: real feeds, the live loop, simulated venues.

One pair is watched. In each act the loop is shown an opportunity while it must not trade, a fault begins, the
opportunity goes away, and trading is allowed again: whoever believes an old book would send orders now. Then the fault
ends, the opportunity comes back, and it has to be taken without a hand. Time runs four times as fast as ours.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from arbkit.app.catalog import sync
from arbkit.app.events import EventKind, LiveEvent
from arbkit.app.live import Choices, Live
from arbkit.app.pairs import match_catalogues
from arbkit.app.reconcile import reconcile
from arbkit.config.load import load
from arbkit.core.markets import MarketStatus, Pair, Polarity, VenueName
from arbkit.core.risk import Mode
from arbkit.ports import FeedState
from arbkit.venues.sim.control import Post
from arbkit.venues.sim.crowd import Flow
from arbkit.venues.sim.knobs import read_plan
from arbkit.venues.sim.server import SimServer
from arbkit.venues.sim.simulation import Simulation
from arbkit.venues.sim.world.generator import generate
from arbkit.wiring import Kit
from arbkit.wiring.live import live_loop
from arbkit.wiring.trading import trading_room
from tests.venues.stages import FastClock

pytestmark = [pytest.mark.slow, pytest.mark.timeout(280)]

SPEED = 4
PATIENCE_S = 60
OLD = timedelta(seconds=2)
"""A book that is older than this by data_age.book_max_ms must not be traded on."""
SLACK = timedelta(seconds=1)
KALSHI, POLYMARKET = VenueName.KALSHI, VenueName.POLYMARKET
SETTINGS = (
    "matching.require_review=never", "risk.max_quantity_per_trade=6", "small_position.min_trade_value_usd=1",
    "monitoring.metrics_port=0",
    "websocket.heartbeat_interval_ms=1000", "websocket.heartbeat_timeout_ms=4000", "websocket.initial_delay_ms=100",
    "websocket.max_delay_ms=1000", "trading.execution_timeout_ms=5000", "latency.end_to_end_max_ms=10000",
    "latency.detection_max_ms=9000", "circuit_breaker.max_consecutive_failures=10",
)  # fmt: skip


class Clock(FastClock):
    """Four times as fast as ours: slow enough for a busy machine."""

    def monotonic_ms(self) -> int:
        real = super().monotonic_ms() - self._start_ms
        return self._start_ms + real * SPEED // 10

    async def sleep(self, ms: int) -> None:
        await asyncio.sleep(ms / 1_000 / SPEED)


@dataclass
class Act:
    """The loop, the venues, and what is true of them."""

    kit: Kit
    live: Live
    simulation: Simulation
    pair: Pair
    halt: Path
    events: list[LiveEvent]
    posts: list[tuple[datetime, str]] = field(default_factory=list)
    gone_since: datetime | None = None
    """Since when nothing has been on offer."""
    stale: list[str] = field(default_factory=list)
    """Orders that came long after what they were after was gone: what the oracle finds."""

    def judge(self, post: Post) -> None:
        """The oracle: hold an order that arrives against the true age of what it is after."""
        now = self.kit.clock.now()
        self.posts.append((now, post.service))
        if self.gone_since is not None and now - self.gone_since > OLD + SLACK:
            self.stale.append(f"{post.service} at {now - self.gone_since} after it was gone")

    def show(self, *, offer: bool) -> None:
        """Let both books show an opportunity of ten cents a contract, or none."""
        now = self.kit.clock.now()
        kalshi, poly = self.simulation.kalshi_floor, self.simulation.polymarket_floor
        token = self.simulation.polymarket_listing.by_condition[self.pair.polymarket.key].book_key
        yes = (4_300, 4_500) if offer else (4_900, 5_100)
        other = (5_500, 5_700) if offer else (4_900, 5_100)
        if self.pair.polarity is Polarity.INVERTED:
            other = (10_000 - other[1], 10_000 - other[0])
        with self.simulation.lock:
            for floor, key, (bid, ask), unit in ((kalshi, self.pair.kalshi.key, yes, 1), (poly, token, other, 10_000)):
                gone = dict.fromkeys(floor.pit(key, now).levels(), 0)
                floor.show(key, gone | {(True, bid): 30_000 * unit, (False, ask): 30_000 * unit}, now)
            self.gone_since = None if offer else now

    def fault(self, *faults: dict[str, Any]) -> None:
        self.simulation.put_faults(read_plan(json.dumps({"faults": faults}).encode()), self.kit.clock.now())

    def told(self, kind: EventKind, words: str = "") -> list[LiveEvent]:
        return [event for event in self.events if event.event is kind and words in event.text]

    @property
    def trades(self) -> int:
        return len(self.told(EventKind.TRADE))

    @property
    def well(self) -> bool:
        return all(h.state is FeedState.LIVE and h.books_live == h.books_wanted for h in self.live.health())

    async def until(self, what: Callable[[], object], why: str) -> None:
        for _ in range(PATIENCE_S * 50):
            if what():
                return
            await asyncio.sleep(0.02)
        said = [event.text for event in self.events[-12:]]
        raise AssertionError(
            f"{why}: it did not come to be; {self.live.health()}; {said}; paused: {self.live.room.paused()}"
        )

    async def wait(self, ms: int) -> None:
        await self.kit.clock.sleep(ms)

    async def play(self, name: str, *faults: dict[str, Any], for_ms: int = 5_000, heal: bool = True) -> None:
        """One act: see the module."""
        self.halt.write_text("not now")
        pair, watching = self.pair.id, self.live.watching
        await self.until(lambda: self.well and pair not in watching.episodes.open, f"{name}: before")
        self.show(offer=True)
        await self.until(lambda: pair in watching.episodes.open, f"{name}: seen")
        self.fault(*faults)
        self.show(offer=False)
        await self.wait(2_500)
        sent = len(self.posts)
        self.halt.unlink()
        await self.wait(for_ms)
        assert len(self.posts) == sent, f"{name}: an order was sent on an old book"
        if heal:
            self.simulation.clear_faults()
        await self.until(lambda: self.well, f"{name}: after")
        done = self.trades
        self.forgive()
        self.show(offer=True)
        await self.until(lambda: self.trades > done, f"{name}: taken again")
        await self.withdraw(name)
        assert not self.stale, f"{name}: {self.stale}"

    async def withdraw(self, name: str) -> None:
        """End the offer between two trades: an offer that goes away during one leaves it with a single leg."""
        self.halt.write_text("enough")
        await self.until(lambda: not self.live.trader.in_flight, f"{name}: at rest")
        self.show(offer=False)

    def forgive(self) -> None:
        """What a person does after a pause that only a person may end."""
        operations = self.live.room.store.operations
        if operations.breaker().is_open:
            operations.close_breaker(by="test", reason="seen", at=self.kit.clock.now())

    def alerts(self) -> Counter[tuple[str, str]]:
        far = self.kit.clock.now() + timedelta(days=365)
        due = self.live.room.store.operations.due_alerts(at=far, count_max=1_000)
        return Counter((alert.kind, alert.text) for _, alert, _ in due)


@contextmanager
def staged(tmp_path: Path, script: Callable[[Act], Any]) -> Iterator[Act]:
    """A live loop over one pair on simulated venues; the script is played while it runs."""
    clock = Clock()
    simulation = Simulation(generate(5, clock.now(), markets=60), flow=Flow.OFF, limits=False)
    with SimServer(simulation, clock=clock) as server:
        environ = {"ARBKIT_SIM": server.urls.base}
        kit = Kit(
            lambda: load(flags=SETTINGS, environ=environ, config=None, cwd=tmp_path),
            home=tmp_path / "home", cwd=tmp_path, sim=True, environ=environ, clock=clock,
        )  # fmt: skip
        try:
            kit.run(sync(kit.chosen(None), kit.store, kit.clock, lambda _: None, source=kit.source))
            match_catalogues(kit.store, kit.mappings, kit.clock)
            pair = simple(kit)
            with trading_room(kit, mode=Mode.LIVE, what="test") as room:
                kit.run(reconcile(room, fix=False))
                events: list[LiveEvent] = []
                choices = Choices(pairs=frozenset({pair.id}))
                with live_loop(kit, room, choices, events.append) as live:
                    act = Act(kit, live, simulation, pair, kit.home / "HALT", events)
                    simulation.control.before_post.append(act.judge)
                    act.show(offer=False)
                    kit.run(played(live, act, script))
                    yield act
        finally:
            kit.close()


def simple(kit: Kit) -> Pair:
    """A pair whose markets take orders at once, in whole cents, for weeks to come."""
    for pair in kit.store.pairs.tradable():
        markets = kit.store.catalogue.named([pair.kalshi, pair.polymarket])
        ends = [m.expected_at or m.closes_at for m in markets.values()]
        far = kit.clock.now() + timedelta(days=2)
        if all(m.status is MarketStatus.OPEN and not m.delay_ms for m in markets.values()) and all(
            end is not None and end > far for end in ends
        ):
            return pair
    raise AssertionError("the world has no simple pair")


async def played(live: Live, act: Act, script: Callable[[Act], Any]) -> None:
    running = asyncio.ensure_future(live.run())
    playing = asyncio.ensure_future(script(act))
    await asyncio.wait({running, playing}, return_when=asyncio.FIRST_COMPLETED)
    live.stop.set()
    summary, ended = await asyncio.gather(running, playing, return_exceptions=True)
    for one in (ended, summary):
        if isinstance(one, BaseException):
            raise one


def on(target: str, do: str, **more: Any) -> dict[str, Any]:
    return {"on": target, "do": do, **more}


FRAMES = {
    KALSHI: [
        ("gap", on("kalshi.frame", "ws.seq_gap", times=2)),
        ("duplicate", on("kalshi.frame", "ws.dup", times=6)),
        ("reorder", on("kalshi.frame", "ws.reorder", times=5)),
        ("crossed", on("kalshi.frame", "ws.crossed", nth=2)),
        ("malformed", on("kalshi.frame", "ws.malformed")),
        ("unknown type", on("kalshi.frame", "ws.unknown_type", times=3)),
        ("wrong market", on("kalshi.frame", "ws.wrong_market", times=3)),
    ],
    POLYMARKET: [
        ("gap", on("poly.frame", "ws.seq_gap", times=2)),
        ("duplicate", on("poly.frame", "ws.dup", times=6)),
        ("reorder", on("poly.frame", "ws.reorder", times=5)),
        ("crossed", on("poly.frame", "ws.crossed")),
        ("malformed", on("poly.frame", "ws.malformed")),
        ("unknown type", on("poly.frame", "ws.unknown_type", times=3)),
        ("wrong market", on("poly.frame", "ws.wrong_market", times=3)),
        ("tick change", on("poly.frame", "ws.tick_change")),
    ],
}


@pytest.mark.parametrize("venue", list(VenueName))
def test_frames_that_are_lost_doubled_swapped_damaged_or_foreign(tmp_path: Path, venue: VenueName) -> None:
    async def script(act: Act) -> None:
        for name, fault in FRAMES[venue]:
            await act.play(name, fault, for_ms=3_000)

    with staged(tmp_path, script) as act:
        assert act.trades >= len(FRAMES[venue])
        assert not [count for count in act.alerts().values() if count > 1]


def everywhere(do: str, **more: Any) -> list[dict[str, Any]]:
    return [on(target, do, **more) for target in ("kalshi.time", "poly.time")]


OUTAGES = [
    ("silent at Kalshi, with PONG", [on("kalshi.time", "ws.silent_with_pong")]),
    ("silent at Polymarket, with PONG", [on("poly.time", "ws.silent_with_pong")]),
    ("half open at both", everywhere("ws.half_open")),
    ("both lost at once", everywhere("ws.close")),
    ("both lag, more and more", everywhere("ws.lag", step_ms=900)),
    ("neither acknowledges, after both are cut", [
        *everywhere("ws.close"), on("kalshi.command", "ws.sub_ack_missing", times=2),
        on("poly.command", "ws.sub_ack_missing"),
    ]),
]  # fmt: skip


def test_streams_that_fall_silent_hang_lag_or_are_lost(tmp_path: Path) -> None:
    async def script(act: Act) -> None:
        for name, faults in OUTAGES:
            await act.play(name, *faults, for_ms=6_000)

    with staged(tmp_path, script) as act:
        assert act.trades >= len(OUTAGES)
        assert not [count for count in act.alerts().values() if count > 1]


def test_fifty_flaps_are_told_once_and_survived(tmp_path: Path) -> None:
    async def script(act: Act) -> None:
        flaps = [on(target, "ws.flap", times=50, ms=40) for target in ("kalshi.connect", "poly.connect")]
        told = len(act.told(EventKind.FEED))
        await act.play("flaps", *everywhere("ws.close"), *flaps, for_ms=8_000, heal=False)
        assert len(act.told(EventKind.FEED)) - told < 80

    with staged(tmp_path, script) as act:
        lost = [count for (kind, text), count in act.alerts().items() if "gave up" in text or "no stream" in text]
        assert all(count == 1 for count in lost)
        assert len(lost) <= len(VenueName)


def test_a_restart_a_maintenance_window_a_pause_and_a_settled_market(tmp_path: Path) -> None:
    async def script(act: Act) -> None:
        kalshi, poly = act.pair.kalshi.key, act.pair.polymarket.key
        restart = on("poly.time", "exchange.maintenance", for_ms=4_000, ms=2_000)
        await act.play("restart", restart, *everywhere("ws.close"), for_ms=7_000, heal=False)
        window = on("kalshi.time", "exchange.maintenance", for_ms=6_000)
        await act.play("maintenance", window, on("kalshi.time", "ws.silent", for_ms=6_000), for_ms=7_000, heal=False)
        pause = on("kalshi.time", "market.pause", key=kalshi, for_ms=4_000)
        await act.play("pause", pause, for_ms=5_000, heal=False)
        await act.play("tick", on("poly.time", "market.tick", key=poly, value="0.001"), for_ms=4_000)

        act.fault(on("kalshi.time", "market.resolve", key=kalshi, ms=1_000))
        await act.wait(3_000)
        sent = len(act.posts)
        act.show(offer=True)
        await act.wait(8_000)
        assert len(act.posts) == sent, "an order was sent for a market that was settled"

    with staged(tmp_path, script) as act:
        assert act.trades >= 4
        assert not [count for count in act.alerts().values() if count > 1]
