"""SIGKILL at a random time: real processes, real sockets, and the simulator's own record as the judge.

A share of it by default; ARBKIT_KILLS=300 for all of it, ARBKIT_KILL_SEED=n for others. A trial's faults, and after
which part of a trade it is killed, follow from the seed; a failure names seed and trial.
"""

import os
import random
import shutil
import time

import pytest

from tests.crash.loopback import Loopback, forked, killed_after, served, to_its_end
from tests.crash.stage import a_place

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_800)]

KILLS = int(os.environ.get("ARBKIT_KILLS", "40"))
SEED = int(os.environ.get("ARBKIT_KILL_SEED", "1"))
PLANS: list[list[dict[str, object]]] = [
    [],
    [],
    [],
    [{"on": "kalshi.order", "do": "order.accept_then_timeout"}],
    [{"on": "poly.order", "do": "order.accept_then_timeout"}],
    [{"on": "kalshi.order", "do": "order.accept_then_5xx"}, {"on": "poly.order", "do": "order.malformed_json"}],
    [{"on": "kalshi.order", "do": "order.drop_request"}],
    [{"on": "poly.order", "do": "order.drop_request"}],
    [{"on": "kalshi.order", "do": "order.late_accept", "ms": 20_000}],
    [{"on": "poly.order", "do": "order.late_accept", "ms": 40_000}],
    [{"on": "poly.order", "do": "order.slow", "ms": 150}, {"on": "kalshi.order", "do": "order.slow", "ms": 90}],
    [{"on": "kalshi.order", "do": "order.reject"}],
    [{"on": "poly.order", "do": "order.reject"}],
    [{"on": "poly.order", "do": "order.delayed", "ms": 700}],
    [{"on": "poly.trade", "do": "trade.status_path", "path": ["MATCHED", "RETRYING", "FAILED"], "ms": 2_000}],
    [{"on": "poly.trade", "do": "trade.status_path", "path": ["MATCHED", "MINED", "FAILED"], "ms": 4_000}],
    [{"on": "kalshi.read", "do": "rest.read_lag", "ms": 400}, {"on": "poly.read", "do": "rest.read_lag", "ms": 900}],
]


def test_a_kill_at_any_time_over_loopback_loses_doubles_and_invents_nothing(tally) -> None:
    with a_place() as place, served(place, KILLS + 2) as loopback:
        to_its_end(lambda: loopback.prepare(place / "template", KILLS + 2))
        _fresh(loopback, 0)
        loopback.warm(0)
        whole_s = _unharmed(loopback, KILLS + 1)
        sent = cut = 0
        for trial in range(1, KILLS + 1):
            dice = random.Random(f"{SEED}-{trial}")
            try:
                cut += _one(loopback, trial, dice, whole_s)
                sent += len(loopback.posts(trial))
            except AssertionError as error:
                raise AssertionError(f"seed {SEED}, trial {trial}: {error}") from error
            shutil.rmtree(loopback.home(trial))
    tally("kills at a random time", KILLS)
    tally("of them before the end of the trade", cut)
    tally("order requests over loopback", sent)
    assert sent > KILLS // 2  # the times are such that many trades had begun


def _fresh(loopback: Loopback, trial: int) -> None:
    shutil.copytree(loopback.place / "template", loopback.home(trial))
    loopback.clock.trial = trial


def _unharmed(loopback: Loopback, trial: int) -> float:
    """A whole trade without a kill: how long it takes from planning to its end."""
    _fresh(loopback, trial)
    waiting, ready = os.pipe()
    with forked(lambda: loopback.trade(trial, ready=ready)) as (_, failure):
        os.close(ready)
        assert os.read(waiting, 1) == b".", os.read(failure, 65_536).decode()
        began = time.monotonic()
        told = os.read(failure, 65_536)
        took = time.monotonic() - began
    os.close(waiting)
    assert not told, told.decode()
    to_its_end(lambda: loopback.judge(trial))
    assert len(loopback.posts(trial)) == 2
    return took


def _one(loopback: Loopback, trial: int, dice: random.Random, whole_s: float) -> bool:
    """One kill, sometimes another while recovering, then the verdict; whether the process was killed in time."""
    _fresh(loopback, trial)
    plan = dice.choice(PLANS)
    loopback.tell("POST", "/sim/faults", {"faults": plan})
    waiting, ready = os.pipe()
    with forked(lambda: loopback.trade(trial, ready=ready)) as (child, failure):
        os.close(ready)
        early = dice.random() < 0.1  # before anything is planned
        assert early or os.read(waiting, 1) == b".", os.read(failure, 65_536).decode()
        time.sleep(dice.uniform(0, whole_s * (1.1 if not plan else 2.2)))
        killed = os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
    os.close(waiting)
    if dice.random() < 0.3:
        killed_after(lambda: loopback.settle_down(trial), dice.uniform(0.02, 0.4))
    to_its_end(lambda: loopback.judge(trial))
    return killed
