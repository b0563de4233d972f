"""Venues that misreport, over real sockets: pages that are old or cut short, and trades that are restated later."""

import os
import shutil

import pytest

from arbkit.core.breaker import Failure
from arbkit.core.execution import TradeState
from arbkit.store.store import Store
from tests.crash.loopback import Loopback, served, to_its_end
from tests.crash.stage import a_place

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

READS = ("kalshi.read", "poly.read", "positions.read")


def begin(loopback: Loopback, trial: int, *faults: dict[str, object]) -> None:
    shutil.copytree(loopback.place / "template", loopback.home(trial))
    loopback.clock.trial = trial
    loopback.tell("POST", "/sim/faults", {"faults": faults, "seed": trial})


def trade(loopback: Loopback, trial: int) -> None:
    to_its_end(lambda: loopback.trade(trial, ready=os.open(os.devnull, os.O_WRONLY)))


def test_pages_that_are_old_or_cut_short_lose_and_invent_nothing(tally) -> None:
    trials = 6
    lost = [{"on": f"{venue}.order", "do": "order.accept_then_timeout"} for venue in ("kalshi", "poly")]
    old = [{"on": on, "do": "rest.stale_page", "times": 0, "percent": 50} for on in READS]
    cut = [{"on": on, "do": "rest.pagination_cut", "times": 0, "percent": 50} for on in READS]
    with a_place() as place, served(place, trials + 1) as loopback:
        to_its_end(lambda: loopback.prepare(place / "template", trials + 1))
        for trial in range(1, trials + 1):
            begin(loopback, trial, *(lost if trial % 2 else lost[:1]), *old)
            trade(loopback, trial)
            loopback.tell("POST", "/sim/faults", {"faults": cut, "seed": trial})
            to_its_end(lambda trial=trial: loopback.settle_down(trial))
            to_its_end(lambda trial=trial: loopback.judge(trial))
            assert len(loopback.posts(trial)) == 2
            with Store(loopback.home(trial) / "sim" / "arbkit.db") as store:
                assert [one.state for one in store.trades.recent(count_max=9)] == [TradeState.HEDGED]
    tally("trades beside old and cut pages", trials)


@pytest.mark.parametrize(("venue", "name"), [("kalshi", "kalshi"), ("poly", "polymarket")])
def test_a_trade_that_is_restated_later_stops_trading_and_leaves_the_ledger_as_it_was(venue: str, name: str) -> None:
    with a_place() as place, served(place, 2) as loopback:
        to_its_end(lambda: loopback.prepare(place / "template", 2))
        begin(loopback, 1, {"on": f"{venue}.trade", "do": "trade.restate", "ms": 30_000})
        trade(loopback, 1)
        with Store(loopback.home(1) / "sim" / "arbkit.db") as store:
            [done] = store.trades.recent(count_max=9)
            booked = store.ledger.transactions()
        assert done.state in {TradeState.HEDGED, TradeState.HEDGED_PROVISIONAL}
        loopback.clock.advance(40)
        to_its_end(lambda: loopback.settle_down(1))
        with Store(loopback.home(1) / "sim" / "arbkit.db") as store:
            trips = store.operations.breaker().trips
            assert store.ledger.transactions()[: len(booked)] == booked
            assert f"{name} restated trade " in trips[Failure.INVARIANT].detail
        assert len(loopback.posts(1)) == 2
