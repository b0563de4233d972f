"""Whole days of the loop in virtual time: outages, restarts of engines, order faults, kills, midnight. Nothing is lost,
nothing is sent twice, nothing passes a limit, and it always goes on.

One hour by default, with midnight in it; `ARBKIT_SOAK_HOURS=24 ARBKIT_SOAK_SEED=2 pytest tests/crash/test_days.py` runs
the day, in about a quarter of an hour of one processor. The seed deals times and troubles anew.
"""

import os
from functools import partial
from pathlib import Path

import pytest

from arbkit.app.events import EventKind
from arbkit.core.breaker import Failure
from arbkit.venues.sim.faults import Fault, Target, Trouble
from tests.days import Day, without_sockets

HOURS = float(os.environ.get("ARBKIT_SOAK_HOURS", "1"))
SEED = int(os.environ.get("ARBKIT_SOAK_SEED", "1"))
HOUR_S = 3_600.0
_TROUBLES = (
    Fault(on=Target.KALSHI_ORDER, do=Trouble.ACCEPT_THEN_RESET),
    Fault(on=Target.POLY_ORDER, do=Trouble.QUEUE_THROTTLE, ms=3_000),
    Fault(on=Target.KALSHI_ORDER, do=Trouble.HTTP_SLOW_BODY, ms=5_000),
    Fault(on=Target.POLY_ORDER, do=Trouble.TORN_REQUEST),
    Fault(on=Target.KALSHI_ORDER, do=Trouble.QUEUE_THROTTLE, ms=400),
    Fault(on=Target.POLY_ORDER, do=Trouble.HTTP_SLOW_BODY, ms=500),
    Fault(on=Target.KALSHI_ORDER, do=Trouble.ACCEPT_THEN_TIMEOUT),
    Fault(on=Target.POLY_ORDER, do=Trouble.ACCEPT_THEN_TIMEOUT),
    Fault(on=Target.POLY_ORDER, do=Trouble.DROP_REQUEST),
    Fault(on=Target.KALSHI_ORDER, do=Trouble.ACCEPT_THEN_5XX, status=502),
    Fault(on=Target.KALSHI_ORDER, do=Trouble.REJECT),
    Fault(on=Target.POLY_ORDER, do=Trouble.MALFORMED_JSON),
)
_OF_STREAMS = (
    Fault(on=Target.KALSHI_FRAME, do=Trouble.WS_SEQ_GAP),
    Fault(on=Target.POLY_FRAME, do=Trouble.WS_CLOSE),
    Fault(on=Target.KALSHI_FRAME, do=Trouble.WS_SILENT_WITH_PONG),
    Fault(on=Target.POLY_FRAME, do=Trouble.WS_CROSSED),
)


def a_day(day: Day, hours: float) -> None:
    """A chance every ten minutes, settlements and a look at cash every forty; outage, restart, pause; 5 kills."""
    plan: list[tuple[float, object]] = []
    troubles, of_streams = list(_TROUBLES), list(_OF_STREAMS)
    if SEED > 1:
        day.dice.shuffle(troubles)
        day.dice.shuffle(of_streams)
    for number in range(round(hours * 6)):
        at_s = 60 + number * 600.0 + (day.dice.random() * 40 if SEED > 1 else 0)
        plan.append((at_s, day.plant))
        if number % 4 == 3:
            plan.append((at_s + 300, day.settle))
            plan.append((at_s + 450, day.look_after_cash))
        if number % 5 in {0, 2}:
            trouble = troubles[(number // 5 * 2 + bool(number % 5)) % len(troubles)]
            plan.append((at_s - 20, partial(day.faults.add, trouble)))
        if number % 5 == 4:
            trouble = of_streams[number // 5 % len(of_streams)]
            plan.append((at_s + 100, partial(day.faults.add, trouble)))
    for number in range(5):
        at_s = (0.5 + number) * hours / 5 * HOUR_S
        kill = partial(setattr, day, "kill_in_posts", 1 + number % 2) if number < 4 else day.kill
        plan += [(at_s, kill), (at_s + 0.12 * hours * HOUR_S, partial(killed_by_now, day, number + 1))]
    plan.append((0.30 * hours * HOUR_S, partial(day.outage, 300)))
    plan.append((0.45 * hours * HOUR_S, partial(setattr, day.sim.polymarket.state, "restarting", True)))
    plan.append((0.45 * hours * HOUR_S + 90, partial(setattr, day.sim.polymarket.state, "restarting", False)))
    plan.append((0.72 * hours * HOUR_S, partial(setattr, day.sim.kalshi_state, "closed", True)))
    plan.append((0.72 * hours * HOUR_S + 600, partial(setattr, day.sim.kalshi_state, "closed", False)))
    day.happenings.extend(sorted(plan, key=lambda one: one[0]))  # type: ignore[arg-type,return-value]


def killed_by_now(day: Day, times: int) -> None:
    """Where no order came in whose middle the process could have died, it dies between two."""
    if day.kills < times:
        day.kill()


@pytest.mark.slow
@pytest.mark.timeout(14_400)
def test_a_day_with_everything_in_it(tmp_path: Path) -> None:
    day = Day(tmp_path, pairs=round(HOURS * 6) + 2, seed=SEED)
    with without_sockets(day):
        day.prepare()
        day.clock.before_s += max(0.0, (12 - HOURS / 2) * HOUR_S)  # so that midnight lies in the middle
        start_s = day.clock.seconds()
        a_day(day, HOURS)
        day.happenings = type(day.happenings)((at_s + start_s, what) for at_s, what in day.happenings)
        day.run_until(start_s + HOURS * HOUR_S)
        day.judge()
        trips = day.trips()

    kinds = {event.event for event in day.events}
    trades = [event for event in day.events if event.event is EventKind.TRADE]
    hedged = [event for event in trades if event.state.startswith("hedged")]
    met = {(fault.on, fault.do) for fault in day.faults.met}
    told = (
        f"{HOURS:g} h, {len(day.events)} events, {day.planted} chances, {len(trades)} trades, {len(hedged)} hedged,"
        f" {len(day.witness.posts)} orders, {day.kills} kills, {day.resumed} resumes,"
        f" {day.moves} moves of cash, trips {sorted(trips)}, faults {sorted(f'{on}: {what}' for on, what in met)}"
    )
    (tmp_path / "day.txt").write_text(told)
    assert day.kills == 5, told
    assert EventKind.DAY in kinds
    assert Failure.CONNECTION_LOST in trips
    assert not trips & {Failure.INVARIANT, Failure.STORE, Failure.TASK_DIED, Failure.POSITION_MISMATCH}
    assert len(hedged) >= day.planted // 4
    assert day.resumed
    planned = {(fault.on, fault.do) for fault in _TROUBLES[: round(HOURS * 2)]}
    assert SEED > 1 or len(met & planned) > len(planned) // 2, told
