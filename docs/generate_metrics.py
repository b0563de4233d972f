"""docs/metrics.md: every metric, from a scrape in which each of them has something to tell."""

from collections.abc import Sequence
from datetime import UTC, datetime

from prometheus_client.core import Metric

from arbkit.core.execution import LegState
from arbkit.core.limits import Limits
from arbkit.core.markets import VenueName
from arbkit.ports import FeedHealth, FeedState
from arbkit.store.figures import Figures
from arbkit.wiring.metrics import Metrics, Sample, limits_told

NOW = datetime(2026, 1, 1, tzinfo=UTC)
_FIGURES = Figures(
    orders={("kalshi", LegState.FILLED): 1}, told={"paused": 1}, realised_micros=0, volume_micros=0,
    reserved_micros=0, loss_at_risk_micros=0, provisional_micros=0, naked_micros=0, trades_finished=0,
    trades_hedged=0, locked_micros=0,
    trades_ms=0,
    alerts_pending=0, alert_oldest=None, alerts_given_up=0, fee_mismatch_micros=0, reconciled=True,
)  # fmt: skip
_OF_THE_LOOP = ("exposure", "day_loss", "imbalance", "unrealized", "halted", "unknown")
_SAMPLE = Sample(
    at=NOW,
    live=dict.fromkeys(_OF_THE_LOOP, 0.0),
    limits=limits_told(Limits()),
    feeds=tuple(FeedHealth(venue=venue, state=FeedState.LIVE, last_frame_at=NOW) for venue in VenueName),
    book_age_s=dict.fromkeys(map(str, VenueName), 0.0),
    answers={("kalshi", "200"): 1},
    clocks_s=dict.fromkeys(map(str, VenueName), 0.0),
    figures=_FIGURES,
)


def families() -> Sequence[Metric]:
    """Every family of metrics that the program can tell of, in the order of a scrape."""
    metrics = Metrics("0", "live", {})
    metrics.show(_SAMPLE)
    return list(metrics.registry.collect())


def full_name(family: Metric) -> str:
    """The name in a query: that of a counter ends in `_total`."""
    return f"{family.name}_total" if family.type == "counter" else family.name


def metrics_table() -> None:
    """docs/metrics.md: every metric with its labels."""
    print("| metric | kind | labels | meaning |\n|---|---|---|---|")
    for family in families():
        labels = sorted({f"`{name}`" for sample in family.samples for name in sample.labels if name != "le"})
        print(f"| `{full_name(family)}` | {family.type} | {', '.join(labels)} | {family.documentation} |")
