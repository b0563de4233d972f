"""Trading as a state machine: any order of trades, moving books, news, crashes, restarts, midnights, strangers and
resumes. The oracles hold after every step, and in the end the ledger is what the venues hold.

A few runs by default; ARBKIT_MACHINE=300 for as many, ARBKIT_MACHINE_STEPS=50 for longer ones.
"""

import asyncio
import os
import tempfile
from collections.abc import Coroutine
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from arbkit.app.reconcile import check_start, reconcile
from arbkit.app.resolve import resolve_all
from arbkit.core.breaker import resume_refusals
from arbkit.core.execution import UNPROVEN_STATES
from arbkit.core.markets import Side, VenueName
from arbkit.core.money import Qty
from arbkit.ports import PreparedOrder
from arbkit.store.store import Store
from tests.app.scene import Scene, a_scene, book_of
from tests.builders import KALSHI
from tests.desks import Fate, _Order
from tests.oracles import below_the_ceilings, judge_on_the_way, nothing_lost_or_invented

RUNS = int(os.environ.get("ARBKIT_MACHINE", "12"))
STEPS = int(os.environ.get("ARBKIT_MACHINE_STEPS", "14"))
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
LIKELY = [Fate.FILLED] * 6 + [Fate.PENDING] * 3


class Trading(RuleBasedStateMachine):
    """One pair, both venues, and everything that can happen to them."""

    def __init__(self) -> None:
        super().__init__()
        self.opened = ExitStack()
        place = Path(self.opened.enter_context(tempfile.TemporaryDirectory(prefix="arbkit-", dir=MEMORY)))
        self.scene: Scene = self.opened.enter_context(a_scene(place / "state"))
        self.strangers = self.epochs = 0

    def teardown(self) -> None:
        try:
            self.at_rest()
        finally:
            self.opened.close()

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run(work)

    # -- what can happen

    @rule(kalshi=st.sampled_from([*Fate, *LIKELY]), polymarket=st.sampled_from([*Fate, *LIKELY]))
    def trade(self, kalshi: Fate, polymarket: Fate) -> None:
        scene = self.scene
        before, paused = len(scene.witness.posts), scene.room.paused()
        result = self.do(scene.execute(kalshi=kalshi, polymarket=polymarket))
        sent = len(scene.witness.posts) - before
        assert sent <= 2 * (scene.room.rules.retries + 1) + 1
        assert not (paused and sent), f"{sent} orders were sent while paused: {paused}"
        assert result.state != "refused" or not sent

    @rule(venue=st.sampled_from(list(VenueName)), kalshi=st.sampled_from([*LIKELY, Fate.LOST_FILLED, Fate.LATE]))
    def a_trade_dies_after_sending(self, venue: VenueName, kalshi: Fate) -> None:
        desk = self.scene.venues[venue]
        real = desk.send

        async def send_and_die(prepared: PreparedOrder) -> object:
            await real(prepared)
            raise asyncio.CancelledError

        desk.send = send_and_die
        try:
            self.do(self.scene.execute(kalshi=kalshi, polymarket=Fate.FILLED))
        except asyncio.CancelledError:
            pass
        finally:
            desk.send = real
        self.restart()

    @rule()
    def restart(self) -> None:
        """A new process: another connection, another run, nothing remembered but what is on disk."""
        self.epochs += 1
        old, clock = self.scene, self.scene.clock
        store = self.opened.enter_context(Store(old.room.store.path))
        run = store.operations.begin_epoch(pid=1, host="here", version="test", config_hash="", at=clock.now())
        number = iter(range(1_000))
        name = f"r{self.epochs}"
        room = replace(
            old.room, store=store, catalogue=store, epoch=run.n, new_id=lambda: f"{name}-{next(number):03}"
        )  # fmt: skip
        posts = old.witness.posts
        self.scene = replace(old, room=room)
        self.scene.witness.posts.extend(posts)
        self.do(check_start(room, state_age_max=timedelta(days=2)))

    @rule(seconds=st.sampled_from([1, 5, 30, 70, 200, 1_000]))
    def time_passes(self, seconds: int) -> None:
        self.scene.clock.advance(seconds=seconds)
        self.do(resolve_all(self.scene.room))

    @rule()
    def midnight(self) -> None:
        now = self.scene.clock.now()
        self.scene.clock.at = now.replace(hour=0, minute=0, second=0) + timedelta(days=1)
        self.do(resolve_all(self.scene.room))

    @rule(bid=st.integers(30, 60), spread=st.integers(1, 8))
    def kalshis_book_moves(self, bid: int, spread: int) -> None:
        scene = self.scene
        prices = (f"0.{bid:02}", f"0.{bid + spread:02}")
        scene.venues[KALSHI].book = lambda: book_of(scene.markets[KALSHI], scene.clock, *prices)

    @rule()
    def kalshis_book_comes_back(self) -> None:
        scene = self.scene
        scene.venues[KALSHI].book = lambda: book_of(scene.markets[KALSHI], scene.clock, "0.44", "0.45")

    @precondition(lambda self: any(o.fate is Fate.KILLED for o in self.scene.venues[KALSHI].orders))
    @rule()
    def a_kill_was_none(self) -> None:
        """The venue said killed, and had filled it: a late fill."""
        orders = self.scene.venues[KALSHI].orders
        at = next(n for n, order in enumerate(orders) if order.fate is Fate.KILLED)
        orders[at] = replace(orders[at], fate=Fate.FILLED)
        self.do(resolve_all(self.scene.room))

    @precondition(lambda self: any(venue.orders for venue in self.scene.venues.values()) and self.strangers < 2)
    @rule()
    def a_stranger_trades_on_our_account(self) -> None:
        self.strangers += 1
        venue = next(venue for venue in self.scene.venues.values() if venue.orders)
        like = venue.orders[0].prepared
        order = replace(like.order, leg_id="", qty=Qty.whole(5), side=Side.YES)
        name = f"stranger-{self.strangers}"
        prepared = PreparedOrder(order=order, client_id=name, venue_order_id=name, body=b"")
        venue.orders.append(_Order(prepared, self.scene.clock.now(), Fate.FILLED))

    @rule(fix=st.booleans())
    def somebody_reconciles(self, fix: bool) -> None:
        self.do(reconcile(self.scene.room, fix=fix))

    @rule()
    def a_person_resumes(self) -> None:
        """As `resume` does it: refused while anything is in doubt or differs."""
        room = self.scene.room
        clean = self.do(reconcile(room, fix=False))
        unproven = [leg for trade in room.store.trades.unfinished() for leg in trade.orders]
        refusals = resume_refusals(
            room.store.operations.breaker(),
            mode=room.mode,
            unresolved=sum(leg.state in UNPROVEN_STATES for leg in unproven),
            mismatches=len(clean.differences) + len(clean.unknown_fills),
            loss_limit_reached=-room.counted_today() >= room.limits.daily_loss_max,
        )
        if not refusals:
            room.store.operations.close_breaker(by="ann", reason="seen", at=room.clock.now())

    @rule()
    def the_halt_file_comes_and_goes(self) -> None:
        if self.scene.halt:
            self.scene.halt.clear()
        else:
            self.scene.halt.append("HALT file")

    # -- what must hold

    @invariant()
    def the_oracles_hold(self) -> None:
        scene = self.scene
        judge_on_the_way(scene.room.store, scene.witness.posts, scene.room.limits)

    def at_rest(self) -> None:
        """Faults have stopped, and there was time to ask: all is known, nothing lost, nothing invented."""
        scene = self.scene
        self.do(scene.wait(400))
        self.do(reconcile(scene.room, fix=True))
        self.do(scene.wait(20))
        store = scene.room.store
        unknown = [leg.leg_id for t in store.trades.unfinished() for leg in t.orders if leg.state in UNPROVEN_STATES]
        wrong = nothing_lost_or_invented(store, scene.truth) + below_the_ceilings(store, [], scene.room.limits)
        assert not wrong
        assert not unknown


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_no_order_of_events_breaks_a_promise(tally) -> None:
    run_state_machine_as_test(
        Trading,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink],
        ),
    )
    tally("runs of the state machine", RUNS)
