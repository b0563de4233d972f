"""Metrics: every name that was promised, on loopback alone, of a loop that really runs."""

import re
import urllib.request

import pytest

from arbkit.app.live import Choices
from arbkit.errors import ConfigError
from arbkit.wiring.metrics import Metrics
from tests.app.conftest import scene
from tests.app.scene import Scene
from tests.app.test_live import running
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
]


def scraped(address: tuple[str, int]) -> str:
    with urllib.request.urlopen(f"http://{address[0]}:{address[1]}/metrics", timeout=5) as answer:
        return answer.read().decode()


def value(text: str, line: str) -> float:
    found = re.search(rf"^{re.escape(line)} (\S+)$", text, re.MULTILINE)
    assert found, line
    return float(found[1])


async def test_a_scrape_tells_of_a_trade_under_every_promised_name(scene: Scene) -> None:
    metrics = Metrics("1.2.3", "live", {})
    address = metrics.serve(0)
    try:
        async with running(scene, Choices(trades_max=1)) as run:
            run.live.tell = run.live.watching._tell = run.live.trader._tell = lambda event: (
                run.events.append(event), metrics.event(event),
            )  # fmt: skip
            run.offer()
            await until(run.task.done)
            metrics._sample = metrics._taken(run.live)
            text = scraped(address)
    finally:
        metrics.close()

    families = set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))
    promised = {*SPECIFIED, *OF_OPERATION}
    assert promised <= {name.removesuffix("_total") for name in families} | families
    assert value(text, "opportunities_executed_total") == 1
    assert value(text, 'orders_sent_total{venue="kalshi"}') == 1
    assert value(text, 'order_outcome_total{outcome="filled",venue="polymarket"}') == 1
    assert value(text, "exposure_usd") == pytest.approx(18.5445)
    assert value(text, "execution_success_rate") == 1
    assert value(text, "breaker_open") == 0


async def test_a_port_that_is_taken_is_an_error_with_advice() -> None:
    first, second = Metrics("1", "live", {}), Metrics("1", "live", {})
    host, port = first.serve(0)
    try:
        assert host == "127.0.0.1"
        with pytest.raises(ConfigError, match="metrics_port"):
            second.serve(port)
    finally:
        first.close()
