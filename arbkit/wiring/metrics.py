"""Metrics for Prometheus, on loopback alone: the names of the specification's section 8.1 and those of operation.

The loop takes a sample every two seconds; the scraping thread only ever reads the last one. Names carry no prefix, for
the specification gives them so; labels come from closed sets, never from a venue's text.
"""

import asyncio
import platform
import time
from collections import Counter as Tally
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Histogram, disable_created_metrics, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric, SummaryMetricFamily
from prometheus_client.registry import Collector

from arbkit.app.events import EventKind, LiveEvent
from arbkit.app.live import Live
from arbkit.app.trader import DENIALS
from arbkit.core.books import LiveState
from arbkit.core.breaker import Failure
from arbkit.core.execution import LegState
from arbkit.core.inventory import inventory
from arbkit.core.latency import Stage
from arbkit.core.limits import Limits
from arbkit.core.markets import MarketId, Side, VenueName
from arbkit.core.money import MICRO
from arbkit.errors import ConfigError
from arbkit.net import Http
from arbkit.ports import FeedHealth, FeedState
from arbkit.store.figures import Figures
from arbkit.store.store import Store

SAMPLE_MS: Final = 2_000
LAG_MS: Final = 100
"""How often the lag of the event loop is measured; a stall shorter than this may be missed."""
LOOPBACK: Final = "127.0.0.1"
_BUCKETS_MS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000)
_FAILURES: Final = {
    "late_fills_total": ("late_fill", "Fills that arrived after their order had been given up."),
    "asymmetric_total": ("asymmetric_execution", "Trades of which one leg stands alone."),
    "ghost_fills_total": ("ghost_fill", "Fills that a venue took back."),
    "reconcile_discrepancies_total": ("position_mismatch", "Differences between ledger and venues."),
    "external_fills_total": ("foreign_trade", "Trades of the accounts that arbkit did not make."),
    "db_errors_total": ("store", "Failures of the database."),
}
_FINAL: Final = frozenset({LegState.FILLED, LegState.PARTIAL, LegState.KILLED, LegState.REJECTED, LegState.NOT_PLACED})
"""What becomes of an order in the end. Only these are counted: a counter must not take an open order back."""
_STATUSES: Final = frozenset({0, *range(100, 600)})
_UNPROVEN: Final = frozenset({LegState.UNKNOWN, LegState.DELAYED, LegState.SENDING})


@dataclass(slots=True, kw_only=True)
class Sample:
    """What the loop looked like at one moment."""

    at: datetime
    live: Mapping[str, float] = field(default_factory=dict)
    denied: Mapping[str, int] = field(default_factory=dict)
    """Refusals by their first reason."""
    limits: Mapping[str, float] = field(default_factory=dict)
    open_for: frozenset[Failure] = frozenset()
    """The reasons for which the breaker is open."""
    feeds: tuple[FeedHealth, ...] = ()
    closed: frozenset[str] = frozenset()
    book_age_s: Mapping[str, float] = field(default_factory=dict)
    answers: Mapping[tuple[str, str], int] = field(default_factory=dict)
    clocks_s: Mapping[str, float] = field(default_factory=dict)
    figures: Figures | None = None


class Metrics(Collector):
    """Everything that is measured of one run."""

    def __init__(self, version: str, mode: str, hosts: Mapping[str, Http]) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call] # the library leaves it untyped
        self.registry = CollectorRegistry()
        self._version, self._mode, self._hosts = version, mode, hosts
        self._sample: Sample | None = None
        self._sampled_s = time.monotonic()
        self._loop_lag_s = 0.0
        self._last_opportunity: datetime | None = None
        self._events: Tally[EventKind] = Tally()
        self.detection_ms = Histogram(
            "opportunity_detection_latency_ms", "From the change of a book to the opportunity it made.",
            buckets=_BUCKETS_MS, registry=self.registry,
        )  # fmt: skip
        self.execution_ms = Histogram(
            "execution_latency_ms", "From the decision to the proof of both legs.",
            buckets=_BUCKETS_MS, registry=self.registry,
        )  # fmt: skip
        self.stage_ms = Histogram(
            "stage_latency_ms", "Every step of the latency budget, and the age of the older book.", ("stage",),
            buckets=_BUCKETS_MS, registry=self.registry,
        )  # fmt: skip
        for stage in Stage:  # so that each is there before it is first measured
            self.stage_ms.labels(stage)
        self.registry.register(self)

    def measured(self, stage: Stage, took_ms: int) -> None:
        """Keep what a step took."""
        self.stage_ms.labels(stage).observe(took_ms)

    def event(self, event: LiveEvent) -> None:
        """Count an event."""
        self._events[event.event] += 1
        if event.event is EventKind.OPPORTUNITY:
            self._last_opportunity = event.at
            if event.took_ms is not None:
                self.detection_ms.observe(event.took_ms)
        elif event.event is EventKind.TRADE and event.took_ms is not None:
            self.execution_ms.observe(event.took_ms)

    async def sampling(self, live: Live) -> None:
        """Take samples until cancelled, and measure between them how late the event loop is: the worst is kept."""
        loop, worst = asyncio.get_running_loop(), 0.0
        with _figures_aside(live.room.store.path) as taken:
            while True:
                figures = await taken()
                self._loop_lag_s, worst = worst, 0.0
                self.show(self._taken(live, figures))
                for _ in range(SAMPLE_MS // LAG_MS):
                    due = loop.time() + LAG_MS / 1_000
                    await asyncio.sleep(LAG_MS / 1_000)
                    worst = max(worst, loop.time() - due)

    def show(self, sample: Sample) -> None:
        """Let scrapes see this sample from now on."""
        self._sample, self._sampled_s = sample, time.monotonic()

    def _taken(self, live: Live, figures: Figures) -> Sample:
        room, now = live.room, live.room.clock.now()
        held = room.store.ledger.positions()
        imbalances = [
            abs(inventory(pair, held, imbalance_max=room.limits.imbalance_max).net_micros)
            for pair in live.watching.pairs
        ]
        return Sample(
            at=now,
            live={
                "exposure": room.store.ledger.exposure().micros / MICRO,
                "day_loss": max(-room.counted_today().micros, 0) / MICRO,
                "imbalance": max(imbalances, default=0) / MICRO,
                "unrealized": self._unrealised(live),
                "halted": float(bool(room.halted())),
                "unknown": sum(
                    leg.state in _UNPROVEN
                    for trade in room.store.trades.unfinished() for leg in trade.legs
                ),
            },
            denied=dict(live.trader.tally.denied),
            limits=limits_told(room.limits),
            open_for=frozenset(room.store.operations.breaker().trips),
            feeds=tuple(live.health()),
            closed=frozenset(str(venue) for venue in live.watching.closed),
            book_age_s=self._ages(live, now),
            answers=self._answers(),
            clocks_s={
                http.venue: http.clock_ahead_s for http in self._hosts.values() if http.clock_ahead_s is not None
            },
            figures=figures,
        )  # fmt: skip

    def _answers(self) -> Mapping[tuple[str, str], int]:
        answers: Tally[tuple[str, str]] = Tally()
        for http in self._hosts.values():
            for status, count in http.answers.items():
                answers[http.venue, str(status) if status in _STATUSES else "other"] += count
        return answers

    def _ages(self, live: Live, now: datetime) -> dict[str, float]:
        """How old the books are on which something is offered now: the others may well be quiet."""
        markets: dict[VenueName, list[MarketId]] = {venue: [] for venue in VenueName}
        for episode in live.watching.episodes.open.values():
            for market in (episode.last.pair.kalshi, episode.last.pair.polymarket):
                markets[market.venue].append(market)
        ages = {}
        for venue, ids in markets.items():
            seen = [at for market in ids if (at := live.feeds[venue].seen_at(market)) is not None]
            ages[str(venue)] = max(((now - at).total_seconds() for at in seen), default=0.0)
        return ages

    def _unrealised(self, live: Live) -> float:
        """What the positions would bring at the best bids, less what they cost; outcomes without a book at cost."""
        total = 0
        for (market, side), position in live.room.store.ledger.positions().items():
            book = live.feeds[market.venue].book(market)
            if not position.qty or book is None or book.state is not LiveState.LIVE:
                continue
            bid = book.ladder(Side(side)).best or 0
            total += bid * 100 * position.qty.micros // MICRO - position.basis.micros
        return total / MICRO

    def collect(self) -> Iterator[Metric]:
        """Say everything once, for a scrape."""
        yield _gauge("build_info", "Version and mode of what runs.", [
            (("version", "mode", "python"), (self._version, self._mode, platform.python_version()), 1)
        ])  # fmt: skip
        yield _count("opportunities_detected", "Opportunities seen.", self._events[EventKind.OPPORTUNITY])
        yield _count("latency_exceeded", "Opportunities skipped for latency.", self._events[EventKind.LATENCY])
        yield _plain("loop_lag_seconds", "Longest delay of the event loop, lately.", self._loop_lag_s)
        age_s = time.monotonic() - self._sampled_s
        yield _plain("sample_age_seconds", "Age of these figures; it grows while the loop hangs.", age_s)
        last = self._last_opportunity
        yield _plain("last_opportunity_time", "When one was last seen (Unix time).", last.timestamp() if last else 0)
        sample = self._sample
        if sample is not None:
            yield from _of_the_loop(sample)
            yield from _of_the_streams(sample)
            if sample.figures is not None:
                yield from _of_the_store(sample.figures, sample.at)

    def serve(self, port: int) -> tuple[str, int]:
        """Answer scrapes on loopback from a thread of its own; the address. Raises ConfigError for a taken port."""
        try:
            server, thread = start_http_server(port, addr=LOOPBACK, registry=self.registry)
        except OSError as error:
            raise ConfigError(
                f"metrics cannot be served on {LOOPBACK}:{port} ({error.strerror}); set monitoring.metrics_port to a"
                " free port, or to 0 for none"
            ) from error
        self._server, self._thread = server, thread
        return LOOPBACK, int(server.server_port)

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


@contextmanager
def _figures_aside(path: Path) -> Iterator[Callable[[], Awaitable[Figures]]]:
    """Figures of a store by a thread and a connection of their own: a large ledger takes longer than a decision may."""
    pool = ThreadPoolExecutor(1, thread_name_prefix="figures")
    opened: list[Store] = []

    def look() -> Figures:
        if not opened:
            opened.append(Store(path))
        return opened[0].figures.taken()

    async def taken() -> Figures:
        return await asyncio.get_running_loop().run_in_executor(pool, look)

    try:
        yield taken
    finally:
        for store in opened:
            pool.submit(store.close)
        pool.shutdown()


def limits_told(limits: Limits) -> dict[str, float]:
    """The limits that have a name in the metrics, in dollars."""
    return {
        name: amount.micros / MICRO
        for name, amount in (
            ("total_exposure", limits.total_exposure_max), ("event_exposure", limits.event_exposure_max),
            ("imbalance", limits.imbalance_max), ("daily_loss", limits.daily_loss_max),
            ("trade_loss", limits.trade_loss_max),
        )
    }  # fmt: skip


def _of_the_loop(sample: Sample) -> Iterator[Metric]:
    live = sample.live
    denied = CounterMetricFamily("orders_denied", "Opportunities that risk or the books refused.", labels=("reason",))
    for reason in DENIALS:
        denied.add_metric((reason,), sample.denied.get(reason, 0))
    yield denied
    yield _plain("current_exposure", "Capital in positions, in dollars.", live["exposure"])
    yield _plain("exposure_usd", "Capital in positions.", live["exposure"])
    yield _plain("daily_loss_usd", "Loss since midnight UTC, as its limit counts it.", live["day_loss"])
    yield _plain("position_imbalance", "Largest unhedged number of contracts of a pair.", live["imbalance"])
    yield _plain("unrealized_pnl_usd", "Positions at the best bids, less their cost.", live["unrealized"])
    yield _gauge("breaker_open", "1 while the circuit breaker is open for this reason.", [
        (("reason",), (failure.lower(),), float(failure in sample.open_for)) for failure in Failure
    ])  # fmt: skip
    yield _gauge("limit_usd", "The limits in force.", [
        (("limit",), (name,), dollars) for name, dollars in sample.limits.items()
    ])  # fmt: skip
    yield _plain("halted", "1 while the HALT file is there.", live["halted"])
    yield _plain("legs_unknown", "Orders of which it is not known what became of them.", live["unknown"])
    yield _gauge("venue_health", "1 while the venue trades.", [
        (("venue",), (str(venue),), float(venue not in sample.closed)) for venue in VenueName
    ])  # fmt: skip
    yield _gauge("book_age_seconds", "Oldest book on which something is offered.", [
        (("venue",), (venue,), age) for venue, age in sample.book_age_s.items()
    ])  # fmt: skip
    answered = CounterMetricFamily("http_responses", "Answers to reads; 0: none came.", labels=("venue", "status"))
    for (venue, status), count in sorted(sample.answers.items()):
        answered.add_metric((venue, status), count)
    yield answered
    yield _gauge("clock_offset_seconds", "How far the venue's clock is ahead, to a second.", [
        (("venue",), (venue,), ahead) for venue, ahead in sample.clocks_s.items()
    ])  # fmt: skip


def _of_the_streams(sample: Sample) -> Iterator[Metric]:
    for health in sample.feeds:
        up = float(health.state is FeedState.LIVE)
        yield _plain(f"{health.venue}_ws_connected", "1 while every stream of the venue is live.", up)
    yield _streams("ws_reconnects", "Connections beyond the first.", [(h.venue, h.reconnects) for h in sample.feeds])
    yield _streams("ws_seq_gaps", "Snapshots asked for anew.", [(h.venue, h.resyncs) for h in sample.feeds])
    yield _streams("ws_frames", "Frames received.", [(h.venue, h.frames) for h in sample.feeds])
    yield _gauge("ws_message_lag_seconds", "Since anything at all was heard of the venue.", [
        (("venue",), (h.venue,), (sample.at - h.last_frame_at).total_seconds())
        for h in sample.feeds if h.last_frame_at is not None
    ])  # fmt: skip
    yield _gauge(
        "books_live", "Books that are current.", [(("venue",), (h.venue,), h.books_live) for h in sample.feeds]
    )


def _of_the_store(figures: Figures, at: datetime) -> Iterator[Metric]:
    for name, micros, meaning in (
        ("realized_pnl_usd", figures.realised_micros, "Profit booked, ever: fees at once, gains at settlement."),
        ("locked_profit_usd", figures.locked_micros, "What hedged trades make once they settle, ever."),
        ("reserved_usd", figures.reserved_micros, "Capital held back for orders under way."),
        ("loss_at_risk_usd", figures.loss_at_risk_micros, "What naked legs could lose."),
        ("provisional_notional_usd", figures.provisional_micros, "Fills that the chain has not confirmed."),
        ("naked_notional_usd", figures.naked_micros, "Contracts without their counterpart, at a dollar each."),
        ("fee_mismatch_usd", figures.fee_mismatch_micros, "Fees paid beyond what the schedule says."),
    ):
        yield _plain(name, meaning, micros / MICRO)
    yield _count("total_volume_usd", "Money spent on contracts, ever.", figures.volume_micros / MICRO)
    yield _plain("position_mismatch", "1 while ledger and venues differ.", float(not figures.reconciled))
    yield from _of_the_orders(figures)
    yield from _of_the_alerts(figures, at)


def _of_the_orders(figures: Figures) -> Iterator[Metric]:
    sent: Tally[str] = Tally()
    meaning = "Orders by what became of them in the end."
    outcomes = CounterMetricFamily("order_outcome", meaning, labels=("venue", "outcome"))
    for (venue, state), count in sorted(figures.orders.items()):
        sent[venue] += count
        if state in _FINAL:
            outcomes.add_metric((venue, state), count)
    yield outcomes
    yield _streams("orders_sent", "Orders sent.", [(venue, sent[venue]) for venue in VenueName])
    killed = sum(count for (_, state), count in figures.orders.items() if state == LegState.KILLED)
    yield _plain("fok_kill_ratio", "Share of the orders sent that were killed.", killed / max(sent.total(), 1))
    hedged, finished = figures.trades_hedged, figures.trades_finished
    yield _count("opportunities_executed", "Trades of which both legs are proven to stand.", hedged)
    rate = hedged / finished if finished else 1
    yield _plain("execution_success_rate", "Share of finished trades that are hedged.", rate)
    resolved = SummaryMetricFamily("leg_resolution_seconds", "From a trade's intent to the proof of both legs.")
    resolved.add_metric((), count_value=finished, sum_value=figures.trades_ms / 1_000)
    yield resolved


def _of_the_alerts(figures: Figures, at: datetime) -> Iterator[Metric]:
    for name, (kind, meaning) in _FAILURES.items():
        yield _count(name.removesuffix("_total"), meaning, figures.told.get(kind, 0))
    told = CounterMetricFamily("alerts", "Alerts written, by kind.", labels=("kind",))
    for kind, count in sorted(figures.told.items()):
        told.add_metric((kind,), count)
    yield told
    yield _plain("alerts_pending", "Alerts not yet delivered.", figures.alerts_pending)
    age = (at - figures.alert_oldest).total_seconds() if figures.alert_oldest else 0
    yield _plain("alert_oldest_seconds", "Age of the oldest of them.", age)
    yield _count("alerts_failed", "Alerts that no sink will ever take.", figures.alerts_given_up)


def _gauge(name: str, meaning: str, rows: Iterable[tuple[tuple[str, ...], tuple[str, ...], float]]) -> Metric:
    family: GaugeMetricFamily | None = None
    for labels, values, number in rows:
        family = family or GaugeMetricFamily(name, meaning, labels=labels)
        family.add_metric(values, number)
    return family or GaugeMetricFamily(name, meaning, labels=("venue",))


def _plain(name: str, meaning: str, number: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value=number)


def _count(name: str, meaning: str, number: float) -> Metric:
    return CounterMetricFamily(name, meaning, value=number)


def _streams(name: str, meaning: str, rows: Iterable[tuple[VenueName, int]]) -> Metric:
    family = CounterMetricFamily(name, meaning, labels=("venue",))
    for venue, number in rows:
        family.add_metric((venue,), number)
    return family
