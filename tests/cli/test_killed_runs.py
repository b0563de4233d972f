"""`kill -9` of a live run, seen from the command line: what `status` said before it says after, and the next run knows.

Killed while nothing moves, while trading is paused with a loss on the day, and in the middle of an order.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from arbkit.errors import RefusedError
from arbkit.venues.sim.faults import Fault, Target, Trouble
from arbkit.venues.sim.server import SimServer
from arbkit.wiring import simulation
from tests.cli.conftest import COMMAND, Ran, environment, process
from tests.cli.test_running import LIVE, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

QUIET_S = 4
KEPT = (
    "live_orders", "circuit_breaker", "halted", "daily_pnl_usd", "realised_pnl_usd", "locked_profit_usd", "fees_usd",
    "exposure_usd", "reserved_usd", "loss_at_risk_usd", "trades_today", "open_trades", "open_positions",
)  # fmt: skip
Row = dict[str, Any]


class Scene:
    """Venues of this test alone, and a loop that can be killed."""

    def __init__(self, place: Path, server: SimServer) -> None:
        self.place, self.sim = place, server.simulation
        self.environ = environment(place, ARBKIT_SIM=server.urls.base)

    def arbkit(self, *arguments: str) -> Ran:
        return process(*arguments, cwd=self.place, environ=self.environ)

    def status(self) -> Row:
        """How the live ledger stands, without what says whether the loop lives."""
        [row] = [row for row in self.arbkit("status", "--sim", "--json").rows if row["mode"] == "live"]
        return {key: row[key] for key in KEPT}

    @contextmanager
    def running(self, *more: str) -> Iterator["subprocess.Popen[bytes]"]:
        with (self.place / "events.jsonl").open("wb") as out, (self.place / "talk.txt").open("wb") as talk:
            child = subprocess.Popen(
                [*COMMAND, *LIVE, *more, "--json"], cwd=self.place, env=self.environ, stdout=out, stderr=talk
            )
        try:
            yield child
        finally:
            child.kill()
            child.wait()

    def events(self, kind: str) -> list[Row]:
        lines = (self.place / "events.jsonl").read_text().splitlines(keepends=True)
        return [row for row in (json.loads(line) for line in lines if line.endswith("\n")) if row["event"] == kind]

    def orders_sent(self) -> int:
        assert all(count == 1 for count in self.sim.control.counts().values())
        return len(self.sim.control.posts)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with SimServer(simulation(seed=11)) as server:
        yield Scene(tmp_path, server)


def kill(child: "subprocess.Popen[bytes]") -> None:
    os.kill(child.pid, signal.SIGKILL)
    assert child.wait(timeout=10) == -signal.SIGKILL


def quiet_status(scene: Scene) -> Row:
    """The status once it has stayed the same for longer than the chain takes to confirm: nothing moves any more."""
    seen, since_s = scene.status(), time.monotonic()

    def quiet() -> bool:
        nonlocal seen, since_s
        if (now := scene.status()) != seen:
            seen, since_s = now, time.monotonic()
        return time.monotonic() - since_s > QUIET_S

    wait_for(quiet)
    return seen


def test_a_pause_the_day_s_loss_and_what_is_held_outlive_a_kill_and_count_against_the_limits(scene: Scene) -> None:
    with scene.running() as child:
        wait_for(lambda: scene.events("trade"))
        assert scene.arbkit("pause", "--sim", "--reason", "a look").code == 0
        before = quiet_status(scene)
        kill(child)
    sent, lost = scene.orders_sent(), -Decimal(before["daily_pnl_usd"])
    assert lost > 0
    assert Decimal(before["exposure_usd"]) > 0
    assert "a look" in before["circuit_breaker"]
    assert scene.status() == before

    again = scene.arbkit(*LIVE, "--once", "--json")
    assert again.code == RefusedError.exit_code
    for words in ("MANUAL REVIEW REQUIRED", "a look", "did not end in order"):
        assert words in again.err
    assert scene.arbkit("resume", "--sim", "--reason", "looked at it").code == 0
    limits = ("--set", f"risk.daily_loss_limit={lost}", "--set", f"risk.per_trade_loss_limit={lost}")
    forced = scene.arbkit(*LIVE, "--once", "--force", "--json", *limits)
    assert forced.rows, forced.err
    assert "DAILY_LOSS_LIMIT" in forced.rows[-1]["paused"]
    after = scene.status()
    assert "DAILY_LOSS_LIMIT" in after["circuit_breaker"]
    assert after | {"circuit_breaker": ""} == before | {"circuit_breaker": ""}
    assert scene.orders_sent() == sent


def test_a_breaker_that_tripped_by_itself_and_a_leg_that_stands_alone_outlive_a_kill(scene: Scene) -> None:
    scene.sim.control.faults.add(Fault(on=Target.POLY_ORDER, do=Trouble.HTTP_425))
    with scene.running() as child:
        wait_for(lambda: scene.events("paused"))
        before = quiet_status(scene)
        kill(child)
    sent = scene.orders_sent()
    assert "ASYMMETRIC_EXECUTION" in before["circuit_breaker"]
    assert (sent, before["open_trades"]) == (2, 1)
    assert scene.status() == before

    again = scene.arbkit(*LIVE, "--once", "--json", "--force")
    assert again.code == RefusedError.exit_code
    assert "is asymmetric; see `arbkit resolve --live --confirm --sim`" in again.err
    assert scene.orders_sent() == sent
    assert scene.status() == before


def test_orders_that_were_on_their_way_when_it_was_killed_are_asked_about_and_not_sent_again(scene: Scene) -> None:
    """The process dies when the venues read the second of its orders: it never sees an answer."""
    found: list[int] = []

    def dies(_: object) -> None:
        if len(scene.sim.control.posts) == 2:
            os.kill(found[0], signal.SIGKILL)

    scene.sim.control.before_post.append(dies)
    with scene.running() as child:
        found.append(child.pid)
        assert child.wait(timeout=30) == -signal.SIGKILL
    before = scene.status()
    assert (before["open_trades"], before["trades_today"], before["open_positions"]) == (1, 1, 0)
    assert Decimal(before["reserved_usd"]) > 0
    scene.sim.control.before_post.clear()

    again = scene.arbkit(*LIVE, "--once", "--json")
    assert again.code == RefusedError.exit_code
    assert "did not end in order" in again.err
    assert scene.orders_sent() == 2
    proven = scene.status()
    assert (proven["open_positions"], Decimal(proven["reserved_usd"])) == (2, 0)
    assert Decimal(proven["exposure_usd"]) > 0
    assert scene.arbkit("reconcile", "--sim", "--live", "--confirm").code == 0
