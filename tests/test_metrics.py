"""Metrics: every name that was promised, on loopback alone, of a loop that really runs."""

import asyncio
import re
import time
import urllib.request
from dataclasses import replace
from types import SimpleNamespace

import pytest
from prometheus_client import generate_latest

from arbkit.app.events import EventKind, LiveEvent
from arbkit.app.live import Choices, Live
from arbkit.app.trader import DENIALS
from arbkit.core.breaker import Failure
from arbkit.core.markets import VenueName
from arbkit.errors import ConfigError
from arbkit.store.figures import Figures, FiguresOf
from arbkit.wiring import metrics as metrics_module
from arbkit.wiring.metrics import Metrics
from tests.app.conftest import scene
from tests.app.scene import Scene
from tests.app.streams import StagedFeed
from tests.builders import NOW
from tests.desks import Fate
from tests.venues.stages import until

__all__ = ["scene"]
pytestmark = pytest.mark.anyio

SPECIFIED = [
    "opportunities_detected",
    "opportunities_executed",
    "execution_success_rate",
    "opportunity_detection_latency_ms",
    "execution_latency_ms",
    "realized_pnl_usd",
    "unrealized_pnl_usd",
    "total_volume_usd",
    "current_exposure",
    "position_imbalance",
    "polymarket_ws_connected",
    "kalshi_ws_connected",
    "last_opportunity_time",
]
OF_OPERATION = [
    "orders_sent",
    "order_outcome",
    "orders_denied",
    "legs_unknown",
    "leg_resolution_seconds",
    "late_fills",
    "asymmetric",
    "ghost_fills",
    "provisional_notional_usd",
    "naked_notional_usd",
    "exposure_usd",
    "reserved_usd",
    "loss_at_risk_usd",
    "daily_loss_usd",
    "breaker_open",
    "halted",
    "position_mismatch",
    "reconcile_discrepancies",
    "external_fills",
    "book_age_seconds",
    "ws_message_lag_seconds",
    "ws_reconnects",
    "ws_seq_gaps",
    "venue_health",
    "http_responses",
    "clock_offset_seconds",
    "loop_lag_seconds",
    "db_errors",
    "alerts_pending",
    "alert_oldest_seconds",
    "fok_kill_ratio",
    "fee_mismatch_usd",
    "build_info",
    "limit_usd",
    "alerts",
    "sample_age_seconds",
]


def scraped(address: tuple[str, int]) -> str:
    with urllib.request.urlopen(f"http://{address[0]}:{address[1]}/metrics", timeout=5) as answer:
        return answer.read().decode()


def value(text: str, line: str) -> float:
    found = re.search(rf"^{re.escape(line)} (\S+)$", text, re.MULTILINE)
    assert found, line
    return float(found[1])


def standing(scene: Scene) -> Live:
    """A loop that is put together and does not run: what it would be asked for at this moment."""
    feeds = {venue: StagedFeed(venue, scene.clock) for venue in VenueName}
    return Live(room=scene.room, feeds=feeds, choices=Choices(), tell=lambda _: None)


def told(scene: Scene) -> str:
    metrics = Metrics("1", "live", {})
    metrics.show(metrics._taken(standing(scene), scene.room.store.figures.taken()))
    return generate_latest(metrics.registry).decode()


@pytest.mark.slow
async def test_a_scrape_tells_of_a_trade_under_every_promised_name(scene: Scene) -> None:
    metrics = Metrics("1.2.3", "live", {})
    address = metrics.serve(0)
    try:
        await scene.execute()
        metrics.event(LiveEvent(at=NOW, event=EventKind.OPPORTUNITY, text="", took_ms=7))
        metrics.show(metrics._taken(standing(scene), scene.room.store.figures.taken()))
        text = scraped(address)
    finally:
        metrics.close()

    families = set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))
    promised = {*SPECIFIED, *OF_OPERATION}
    assert promised <= {name.removesuffix("_total") for name in families} | families
    assert value(text, "opportunities_detected_total") == 1
    assert value(text, "opportunities_executed_total") == 1
    assert value(text, 'opportunity_detection_latency_ms_bucket{le="10.0"}') == 1
    assert value(text, 'orders_sent_total{venue="kalshi"}') == 1
    assert value(text, 'order_outcome_total{outcome="filled",venue="polymarket"}') == 1
    assert value(text, "exposure_usd") == pytest.approx(18.5445)
    assert value(text, 'alerts_total{kind="trade_executed"}') == 1
    assert value(text, 'limit_usd{limit="total_exposure"}') == 100
    assert value(text, "execution_success_rate") == 1
    assert value(text, 'breaker_open{reason="asymmetric_execution"}') == 0


async def test_a_trade_that_is_proven_later_is_executed_all_the_same(scene: Scene) -> None:
    scene.room = replace(scene.room, rules=replace(scene.room.rules, waits_for_chain=False))
    await scene.execute(polymarket=Fate.PENDING)
    assert value(told(scene), "opportunities_executed_total") == 0
    assert value(told(scene), "provisional_notional_usd") > 0

    await scene.wait(seconds=60)
    assert value(told(scene), "opportunities_executed_total") == 1
    assert value(told(scene), "provisional_notional_usd") == 0


async def test_a_pause_is_told_with_its_reason_and_labels_are_the_breakers_own(scene: Scene) -> None:
    scene.room.fail(Failure.GHOST_FILL, "Will it rain?")
    text = told(scene)
    for failure in Failure:
        assert value(text, f'breaker_open{{reason="{failure.lower()}"}}') == (failure is Failure.GHOST_FILL)
    assert "rain" not in text


async def test_refusals_are_counted_by_their_reason_and_every_reason_is_there_from_the_start(scene: Scene) -> None:
    live, metrics = standing(scene), Metrics("1", "live", {})
    live.trader.tally.denied.update({"cash": 2, "near_close": 1})
    metrics.show(metrics._taken(live, scene.room.store.figures.taken()))
    text = generate_latest(metrics.registry).decode()
    assert value(text, 'orders_denied_total{reason="cash"}') == 2
    assert value(text, 'orders_denied_total{reason="venue_unwell"}') == 0
    assert text.count("orders_denied_total{") == len(DENIALS)


async def test_an_order_whose_end_is_open_is_a_gauge_and_no_count(scene: Scene) -> None:
    await scene.execute(polymarket=Fate.LOST_ABSENT)
    text = told(scene)
    assert value(text, "legs_unknown") == 1
    assert value(text, 'orders_sent_total{venue="polymarket"}') == 1
    assert 'order_outcome_total{outcome="unknown"' not in text


async def test_a_loop_that_hangs_shows_in_its_lag_and_in_the_age_of_the_figures(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics_module, "SAMPLE_MS", 150)
    metrics = Metrics("1", "live", {})
    sampling = asyncio.ensure_future(metrics.sampling(standing(scene)))
    await until(lambda: metrics._sample is not None, within_s=10)
    await asyncio.sleep(0.01)
    time.sleep(0.4)  # noqa: ASYNC251 - this is the hanging
    assert value(generate_latest(metrics.registry).decode(), "sample_age_seconds") >= 0.4
    await until(lambda: metrics._loop_lag_s > 0, within_s=10)
    sampling.cancel()
    await asyncio.gather(sampling, return_exceptions=True)
    assert metrics._loop_lag_s >= 0.25


async def test_adding_up_a_large_ledger_does_not_hold_the_loop(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = FiguresOf.taken

    def slow(figures: FiguresOf) -> Figures:
        time.sleep(0.6)
        return quick(figures)

    monkeypatch.setattr(FiguresOf, "taken", slow)
    metrics, loop = Metrics("1", "live", {}), asyncio.get_running_loop()
    sampling = asyncio.ensure_future(metrics.sampling(standing(scene)))
    begun, worst = loop.time(), 0.0
    while metrics._sample is None:
        before = loop.time()
        await asyncio.sleep(0.01)
        worst = max(worst, loop.time() - before)
    sampling.cancel()
    await asyncio.gather(sampling, return_exceptions=True)
    assert loop.time() - begun >= 0.6
    assert worst < 0.5


def test_a_status_that_no_server_may_send_makes_no_label_of_its_own(scene: Scene) -> None:
    hosts = {"kalshi": SimpleNamespace(venue="kalshi", answers={200: 3, 999: 1, 998: 1, 0: 2}, clock_ahead_s=None)}
    metrics = Metrics("1", "live", hosts)  # type: ignore[arg-type] # the two figures that are read of it
    assert metrics._answers() == {("kalshi", "200"): 3, ("kalshi", "0"): 2, ("kalshi", "other"): 2}


@pytest.mark.slow
async def test_a_port_that_is_taken_is_an_error_with_advice() -> None:
    first, second = Metrics("1", "live", {}), Metrics("1", "live", {})
    host, port = first.serve(0)
    try:
        assert host == "127.0.0.1"
        with pytest.raises(ConfigError, match="metrics_port"):
            second.serve(port)
    finally:
        first.close()
