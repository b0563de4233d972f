"""Every outcome of one leg beside every outcome of the other once more, over real sockets and in the venues' own words.

One outcome of each leg beside another by default; ARBKIT_OUTCOMES=all takes every pair, 2/5 the second fifth of them.
"""

import os
import shutil
from collections.abc import Mapping
from itertools import product

import pytest

from arbkit.core.execution import TradeState
from arbkit.store.store import Store
from tests.crash.loopback import Loopback, served, to_its_end
from tests.crash.stage import a_place

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_800)]

WHOLE, ZERO, GHOST, PART = "whole", "zero", "ghost", "part"
Outcome = tuple[str, *tuple[Mapping[str, object], ...]]
"""What comes of a leg, and the faults that bring it about."""


TWICE: Mapping[str, object] = {"do": "trade.duplicate_event"}
LATE: Mapping[str, object] = {"do": "trade.missing_event", "ms": 40_000}
FIRST: Mapping[str, object] = {"do": "trade.out_of_order", "ms": 40_000}
LOST: Mapping[str, object] = {"do": "order.accept_then_timeout"}


def a_way(path: list[str], ms: int) -> Mapping[str, object]:
    return {"on": "poly.trade", "do": "trade.status_path", "path": path, "ms": ms}


KALSHI: dict[str, Outcome] = {
    "filled": (WHOLE,),
    "answer lost": (WHOLE, LOST),
    "502 after it was taken": (WHOLE, {"do": "order.accept_then_5xx"}),
    "half an answer": (WHOLE, {"do": "order.malformed_json"}),
    "taken late": (WHOLE, {"do": "order.late_accept", "ms": 20_000}),
    "502 and taken late": (WHOLE, {"do": "order.late_accept", "ms": 20_000, "status": 502}),
    "slow": (WHOLE, {"do": "order.slow", "ms": 200}),
    "reset after it was taken": (WHOLE, {"do": "order.accept_then_reset"}),
    "queued at the edge": (WHOLE, {"do": "order.queue_throttle", "ms": 150}),
    "queued beyond our patience": (WHOLE, {"do": "order.queue_throttle", "ms": 20_000}),
    "an answer in pieces": (WHOLE, {"do": "http.slow_body", "ms": 200}),
    "an answer in pieces without end": (WHOLE, {"do": "http.slow_body", "ms": 10_000}),
    "answer lost, its trade listed twice": (WHOLE, LOST, {"on": "kalshi.trade", **TWICE}),
    "answer lost, its trade listed late": (
        WHOLE,
        LOST,
        {"on": "kalshi.trade", **LATE},
    ),
    "answer lost, its trade listed first": (
        WHOLE,
        LOST,
        {"on": "kalshi.trade", **FIRST},
    ),
    "a contract too many": (PART, {"do": "order.overfill", "value": "1"}),
    "request torn": (ZERO, {"do": "order.torn_request"}),
    "request lost": (ZERO, {"do": "order.drop_request"}),
    "refused": (ZERO, {"do": "order.reject"}),
    "201 without an order": (ZERO, {"do": "order.ok_without_order"}),
    "half of it filled": (PART, {"do": "order.partial"}),
    "too many requests": (ZERO, {"do": "http.429"}),
    "key refused": (ZERO, {"do": "http.401"}),
    "banned": (ZERO, {"do": "http.403_ban"}),
    "the market is paused": (ZERO, {"do": "market.pause"}),
    "the exchange is closed": (ZERO, {"do": "exchange.maintenance", "for_ms": 5_000}),
}
POLYMARKET: dict[str, Outcome] = {
    "filled": (WHOLE,),
    "answer lost": (WHOLE, LOST),
    "500 after it was taken": (WHOLE, {"do": "order.accept_then_5xx"}),
    "half an answer": (WHOLE, {"do": "order.malformed_json"}),
    "taken late": (WHOLE, {"do": "order.late_accept", "ms": 40_000}),
    "slow": (WHOLE, {"do": "order.slow", "ms": 200}),
    "reset after it was taken": (WHOLE, {"do": "order.accept_then_reset"}),
    "queued at the edge": (WHOLE, {"do": "order.queue_throttle", "ms": 150}),
    "queued beyond our patience": (WHOLE, {"do": "order.queue_throttle", "ms": 40_000}),
    "an answer in pieces": (WHOLE, {"do": "http.slow_body", "ms": 200}),
    "an answer in pieces without end": (WHOLE, {"do": "http.slow_body", "ms": 10_000}),
    "answer lost, its trade listed twice": (WHOLE, LOST, {"on": "poly.trade", **TWICE}),
    "answer lost, its trade listed late": (WHOLE, LOST, {"on": "poly.trade", **LATE}),
    "answer lost, its trade listed first": (WHOLE, LOST, {"on": "poly.trade", **FIRST}),
    "a share too many": (PART, {"do": "order.overfill", "value": "1"}),
    "request torn": (ZERO, {"do": "order.torn_request"}),
    "held, then matched": (WHOLE, {"do": "order.delayed", "ms": 900}),
    "confirmed slowly": (WHOLE, a_way(["MINED", "CONFIRMED"], 20_000)),
    "request lost": (ZERO, {"do": "order.drop_request"}),
    "refused": (ZERO, {"do": "order.reject"}),
    "success without an order": (ZERO, {"do": "order.ok_without_order"}),
    "the engine restarts": (ZERO, {"do": "http.425"}),
    "key refused": (ZERO, {"do": "http.401"}),
    "only cancels": (ZERO, {"do": "http.503_cancel_only"}),
    "the market is paused": (ZERO, {"do": "market.pause"}),
    "failed on chain": (GHOST, a_way(["RETRYING", "FAILED"], 900)),
    "undone on chain": (GHOST, a_way(["MINED", "FAILED"], 900)),
}  # fmt: skip
ALL = list(product(KALSHI, POLYMARKET))
SOME = [
    (list(KALSHI)[at % len(KALSHI)], list(POLYMARKET)[(4 * at + 1) % len(POLYMARKET)])
    for at in range(max(len(KALSHI), len(POLYMARKET)))
]
WANTED = os.environ.get("ARBKIT_OUTCOMES", "")
PAIRS = ALL if WANTED == "all" else SOME
if "/" in WANTED:
    part, parts = map(int, WANTED.split("/"))
    PAIRS = ALL[part - 1 :: parts]


def expected(kalshi: str, polymarket: str) -> TradeState:
    kinds = {kalshi, polymarket}
    if kinds == {WHOLE}:
        return TradeState.HEDGED
    return TradeState.ASYMMETRIC if kinds & {WHOLE, PART} else TradeState.FLAT


def test_every_outcome_is_among_the_pairs() -> None:
    assert [{pair[leg] for pair in PAIRS} for leg in (0, 1)] == [set(KALSHI), set(POLYMARKET)] or "/" in WANTED


def test_every_outcome_beside_every_outcome_over_loopback(tally) -> None:
    with a_place() as place, served(place, len(PAIRS) + 1) as loopback:
        to_its_end(lambda: loopback.prepare(place / "template", len(PAIRS) + 1))
        shutil.copytree(place / "template", loopback.home(0))
        loopback.warm(0)
        for trial, (kalshi, polymarket) in enumerate(PAIRS, start=1):
            try:
                _one(loopback, trial, KALSHI[kalshi], POLYMARKET[polymarket])
            except AssertionError as error:
                raise AssertionError(f"Kalshi: {kalshi}; Polymarket: {polymarket}: {error}") from error
    tally("outcomes over loopback", len(PAIRS))


def _one(loopback: Loopback, trial: int, kalshi: Outcome, polymarket: Outcome) -> None:
    shutil.copytree(loopback.place / "template", loopback.home(trial))
    loopback.clock.trial = trial
    loopback.tell("POST", "/sim/faults", {"faults": loopback.plan(trial, kalshi[1:], polymarket[1:])})
    to_its_end(lambda: loopback.trade(trial, ready=os.open(os.devnull, os.O_WRONLY)))
    to_its_end(lambda: loopback.judge(trial))
    with Store(loopback.home(trial) / "sim" / "arbkit.db") as store:
        [trade] = store.trades.recent(count_max=9)
        assert trade.state is expected(kalshi[0], polymarket[0]), [(leg.state, leg.settlement) for leg in trade.legs]
        assert store.operations.breaker().is_open or trade.state is not TradeState.ASYMMETRIC
    assert len(loopback.posts(trial)) == 2
    shutil.rmtree(loopback.home(trial))
