"""How long an intent takes to be safe on the disk, and how long the event loop is held meanwhile.

    python bench/journal.py [--json] [--rounds N]

By turns in one run on one disk: a bare append with fdatasync; one row committed inline, and one committed ahead with a
thread waiting for the disk; and a whole intent (trade, legs, reservations, both marks) either way. A callback that is
due when a commit begins tells how long the loop was held. As in `run --live`: on the same event loop, with SQLite's log
at its usual size, with what stands before the loop begins frozen, and the thread at work already.
"""

import argparse
import asyncio
import gc
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

from figures import Figure, percentile, shown
from traffic import NOW, made

from arbkit.core.markets import Side
from arbkit.core.money import Price, Qty, Usd
from arbkit.core.orders import Action, FokOrder
from arbkit.store.journal import Intent, PlannedLeg
from arbkit.store.store import Store
from arbkit.wiring.kit import quickest_loop

FLUSH = getattr(os, "fdatasync", os.fsync)
PAGE = bytes(4_096 + 24)
"""What the smallest commit appends to the log: a page and its header."""
Times = dict[str, list[float]]


class Bench:
    """A store with one pair, and the numbers of its trades."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder / "arbkit.db")
        self.couple = made(pairs=1, changes=0).couples[0]
        self.store.catalogue.refresh([self.couple.kalshi, self.couple.polymarket], at=NOW)
        self.store.pairs.replace([self.couple.pair], at=NOW)
        self.epoch = self.store.operations.begin_epoch(pid=1, host="bench", version="", config_hash="", at=NOW).n
        self.store.operations.widen_log(at=NOW)
        self.number = 0
        self.append = os.open(folder / "appended", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def floor(self) -> None:
        """Append a page and wait for the disk."""
        os.write(self.append, PAGE)
        FLUSH(self.append)

    def row(self, together: Callable[[], AbstractContextManager[None]]) -> None:
        """One row of a few words."""
        self.number += 1
        with together():
            self.store.operations.note("bench", str(self.number), at=NOW)

    def intent(self, together: Callable[[], AbstractContextManager[None]]) -> None:
        """What stands in the journal before an order is sent: two commits, as a trade makes them."""
        self.number += 1
        trade_id = f"t{self.number}"
        with together():
            self.store.journal.open(self._intent(trade_id), self._legs(trade_id), at=NOW)
        with together():
            self.store.journal.mark_sending(trade_id, at=NOW, deadline=NOW + timedelta(seconds=1))

    def _intent(self, trade_id: str) -> Intent:
        pair = self.couple.pair
        return Intent(
            trade_id=trade_id, pair_id=pair.id, mode="live", epoch=self.epoch, version="",
            qty=Qty.whole(20), expected_net=Usd(1), kalshi_rules_hash=pair.kalshi_rules_hash,
            polymarket_rules_hash=pair.polymarket_rules_hash, loss_at_risk=Usd(1),
        )  # fmt: skip

    def _legs(self, trade_id: str) -> list[PlannedLeg]:
        legs = []
        for market, side in ((self.couple.kalshi, Side.YES), (self.couple.polymarket, Side.NO)):
            name = f"{trade_id}-{market.id.venue[0]}"
            order = FokOrder(
                leg_id=name, market=market.id, side=side, action=Action.BUY, qty=Qty.whole(20),
                limit=Price.parse("0.45"), budget=Usd.parse("9"),
            )  # fmt: skip
            legs.append(PlannedLeg(order=order, client_id=name, venue_order_id="", body_sha256="", worst_cost=Usd(1)))
        return legs


async def turns(bench: Bench, rounds: int) -> tuple[Times, Times]:
    """Every way by turns: microseconds until it is durable, and for how long the loop was held."""
    took: Times = {}
    held: Times = {}
    store = bench.store
    ways: list[tuple[str, Callable[[], None], bool]] = [
        ("floor", bench.floor, False),
        ("row inline", lambda: bench.row(store.together), False),
        ("row ahead", lambda: bench.row(store.together_ahead), True),
        ("intent inline", lambda: bench.intent(store.together), False),
        ("intent ahead", lambda: bench.intent(store.together_ahead), True),
    ]
    loop = asyncio.get_running_loop()
    await store.durable()
    gc.collect()
    gc.freeze()
    for _ in range(rounds):
        for name, write, is_ahead in ways:
            due = time.perf_counter_ns()
            loop.call_soon(
                lambda due=due, name=name: held.setdefault(name, []).append((time.perf_counter_ns() - due) / 1e3)
            )
            write()
            if is_ahead:
                await store.durable()
            took.setdefault(name, []).append((time.perf_counter_ns() - due) / 1e3)
            await asyncio.sleep(0.002)
    return took, held


def measured(arguments: argparse.Namespace) -> list[Figure]:
    """Every figure of this bench."""
    with tempfile.TemporaryDirectory(dir=arguments.directory) as name:
        bench = Bench(Path(name))
        with asyncio.Runner(loop_factory=quickest_loop()) as runner:
            took, held = runner.run(turns(bench, arguments.rounds))
        bench.store.close()
    half = {name: percentile(times, 50) for name, times in took.items()}
    worst = {name: percentile(times, 99) for name, times in held.items()}
    usual = {name: percentile(times, 50) for name, times in held.items()}
    return [
        Figure("append and fdatasync, p50", half["floor"], "us", note=f"p99 {percentile(took['floor'], 99):,.0f} us"),
        Figure("one row, inline, p50", half["row inline"], "us"),
        Figure("one row, ahead and durable, p50", half["row ahead"], "us", note="with the way to the thread and back"),
        Figure("one row durable / one fdatasync", half["row ahead"] / half["floor"], at_most=2.5),
        Figure("whole intent, both marks, inline, p50", half["intent inline"], "us", note="two commits, two waits"),
        Figure("whole intent, ahead and durable, p50", half["intent ahead"], "us", note="two commits, one wait"),
        Figure("loop held by a row, inline, p99", worst["row inline"], "us", note=f"p50 {usual['row inline']:,.0f} us"),
        Figure("loop held by a row, ahead, p99", worst["row ahead"], "us", note=f"p50 {usual['row ahead']:,.0f} us"),
        Figure("lag of the loop, ahead / inline, p99", worst["row ahead"] / worst["row inline"], at_most=0.25),
        Figure("lag by a whole intent, ahead / inline, p99", worst["intent ahead"] / worst["intent inline"],
               note=f"p50 {usual['intent ahead']:,.0f} and {usual['intent inline']:,.0f} us"),
    ]  # fmt: skip


def options(parser: argparse.ArgumentParser) -> None:
    """How often, and on which disk."""
    parser.add_argument("--rounds", type=int, default=400)
    parser.add_argument("--directory", type=Path, help="measure the disk of this directory")


if __name__ == "__main__":
    shown("journal", __doc__, measured, options)
