"""The live loop: what changes is looked at, the best is taken, and everything that could cost money stops it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from arbkit.app.chores import LOST_MS, Rhythm
from arbkit.app.events import EventKind, LiveEvent
from arbkit.app.live import Choices, Live, Summary
from arbkit.app.trader import DENIALS
from arbkit.core.alerts import Alert
from arbkit.core.breaker import Failure
from arbkit.core.execution import ZERO_STATES
from arbkit.core.latency import BOUNDS, Bound, Stage
from arbkit.core.markets import VenueName
from arbkit.core.money import Usd
from arbkit.core.orders import SendOutcome
from arbkit.errors import TaskDied
from arbkit.ports import FeedState, SentOrder, VenueHealth
from arbkit.store import flushing
from tests.app.scene import Scene
from tests.app.streams import StagedFeed
from tests.builders import KALSHI, NOW, POLYMARKET
from tests.desks import Fate
from tests.virtual import AwaitedFlusher, VirtualClock, VirtualLoop, until

pytestmark = pytest.mark.anyio


@dataclass
class Running:
    """A loop over a scene, with what it told."""

    live: Live
    scene: Scene
    feeds: dict[VenueName, StagedFeed]
    events: list[LiveEvent]
    task: "asyncio.Task[Summary]" = field(init=False)

    def told(self, kind: EventKind, words: str = "") -> list[LiveEvent]:
        return [event for event in self.events if event.event is kind and words in event.text]

    def offer(self, *, qty: int = 200) -> None:
        """YES at 0.45 on Kalshi and NO at 0.45 on Polymarket: both books of the scene."""
        self.feeds[KALSHI].show("0.44", "0.45", qty=qty)
        self.feeds[POLYMARKET].show("0.55", "0.56", qty=qty)

    def offer_nothing(self) -> None:
        self.feeds[KALSHI].show("0.54", "0.56")
        self.feeds[POLYMARKET].show("0.54", "0.56")

    @property
    def posts(self) -> int:
        return sum(venue.posts.total() for venue in self.scene.venues.values())

    async def end(self) -> Summary:
        self.live.stop.set()
        return await self.task


@pytest.fixture
def anyio_backend(monkeypatch: pytest.MonkeyPatch) -> tuple[str, dict[str, object]]:
    """Time is virtual: it jumps to the next timer, but never while the journal is on its way to the disk."""
    monkeypatch.setattr(flushing, "Flusher", AwaitedFlusher)
    return "asyncio", {"loop_factory": VirtualLoop}


QUICK = Rhythm(
    resolve_ms=200, balances_ms=2_000, health_ms=500, pairs_ms=500, facts_ms=100, look_ms=100, beat_ms=200,
    reopening=timedelta(seconds=2),
)  # fmt: skip
CALM = replace(QUICK, look_ms=1_000, facts_ms=9_000, beat_ms=1_000, health_ms=5_000, pairs_ms=5_000)
"""For minutes of virtual time, in which little happens."""


@asynccontextmanager
async def running(
    scene: Scene,
    choices: Choices | None = None,
    *,
    rhythm: Rhythm = QUICK,
    bounds: dict[Stage, Bound] | None = None,
    setting: Callable[[Running], None] = lambda _: None,
    beside: Mapping[str, Callable[[], Awaitable[None]]] | None = None,
) -> AsyncIterator[Running]:
    """The loop over the scene, in virtual time; ended if the test did not end it."""
    clock = VirtualClock()
    for venue in scene.venues.values():
        venue.clock, shown = clock, venue.book
        venue.book = lambda shown=shown: replace(shown(), seen_at=clock.now())  # type: ignore[misc]
    scene.clock = clock
    events: list[LiveEvent] = []
    feeds = {name: StagedFeed(name, clock) for name in VenueName}
    room = replace(scene.room, clock=clock, rules=replace(scene.room.rules, resolve_for_ms=500, waits_for_chain=False))
    scene.room = room
    live = Live(
        room=room, feeds=feeds, choices=choices or Choices(), tell=events.append, rhythm=rhythm,
        bounds=bounds or dict(BOUNDS) | {Stage.DETECTION: Bound(500, 5_000)}, beside=beside or {},
    )  # fmt: skip
    run = Running(live, scene, feeds, events)
    setting(run)
    run.task = asyncio.ensure_future(live.run())
    try:
        await until(lambda: run.task.done() or all(feed.listener for feed in feeds.values()))
        yield run
    finally:
        live.stop.set()
        await asyncio.gather(run.task, return_exceptions=True)


def alerts(scene: Scene, kind: str) -> list[Alert]:
    """What waits in the outbox, or was to be sent, of a kind."""
    due = scene.room.store.operations.due_alerts(at=scene.clock.now() + timedelta(days=9), count_max=1_000)
    return [alert for _, alert, _ in due if alert.kind == kind]


async def test_a_change_that_opens_an_opportunity_is_taken_and_the_ledger_is_the_truth(scene: Scene) -> None:
    async with running(scene, Choices(trades_max=1)) as run:
        run.offer()
        summary = await run.task

    assert (summary.trades, summary.hedged, summary.open_trades, summary.paused) == (1, 1, 0, "")
    assert summary.profit == Usd.parse("1.4555")
    assert scene.ledger == scene.truth
    assert run.posts == 2
    [seen] = scene.room.catalogue.sightings.recent(since=NOW)
    assert seen.was_executed
    assert [trade.sighting_id for trade in scene.room.store.trades.recent(count_max=9)] == [seen.id]
    assert [e.event for e in run.events if e.event in {EventKind.STARTED, EventKind.TRADE, EventKind.STOPPED}] == [
        "started", "trade", "stopped",
    ]  # fmt: skip


async def test_the_profit_of_trades_that_are_proven_later_is_in_the_summary(scene: Scene) -> None:
    scene.venues[POLYMARKET].fate = Fate.PENDING
    async with running(scene, Choices(trades_max=1)) as run:
        run.offer()
        await until(lambda: run.told(EventKind.TRADE))
        summary = await run.task

    assert summary.hedged == 1
    assert summary.profit == Usd.parse("1.4555")


async def test_books_that_offer_nothing_are_looked_at_and_left(scene: Scene) -> None:
    async with running(scene) as run:
        run.offer_nothing()
        await until(lambda: run.live.watching.counts.looks >= 2)
        summary = await run.end()

    assert (summary.opportunities, summary.trades, run.posts) == (0, 0, 0)
    assert summary.book_changes >= 2


async def test_an_opportunity_is_kept_from_its_first_look_to_its_last_with_its_peak(scene: Scene) -> None:
    scene.halt.append("the operator wants quiet")
    async with running(scene) as run:
        run.offer(qty=16)
        await until(lambda: run.told(EventKind.OPPORTUNITY))
        run.offer(qty=50)
        await until(lambda: run.told(EventKind.REFUSED))
        run.offer_nothing()
        await until(lambda: run.told(EventKind.GONE))
        await run.end()

    [row] = scene.room.catalogue.sightings.recent(since=NOW)
    assert row.last_seen_at >= row.first_seen_at >= NOW
    assert row.peak_net > Usd(0)
    assert "quiet" in row.why_not
    assert run.posts == 0


@pytest.mark.parametrize("venue", list(VenueName))
async def test_a_book_of_which_nobody_knows_how_current_it_is_offers_nothing(scene: Scene, venue: VenueName) -> None:
    async with running(scene) as run:
        run.feeds[venue].seen = lambda: None
        run.offer()
        await until(lambda: run.live.watching.counts.looks >= 2)
        await run.end()

    assert not run.told(EventKind.OPPORTUNITY)
    assert run.posts == 0


@pytest.mark.parametrize("venue", list(VenueName))
async def test_an_old_book_is_never_traded(scene: Scene, venue: VenueName) -> None:
    async with running(scene) as run:
        run.feeds[venue].seen = lambda: run.scene.clock.now() - timedelta(seconds=30)
        run.offer()
        await until(lambda: run.live.watching.counts.looks >= 3)
        await asyncio.sleep(0.05)
        await run.end()

    assert run.posts == 0


async def test_a_market_that_is_said_to_have_changed_waits_until_it_was_read_afresh(scene: Scene) -> None:
    kalshi = scene.markets[KALSHI]
    async with running(scene, rhythm=replace(QUICK, facts_ms=60_000)) as run:
        run.live.watching.market_news(kalshi.id, "deactivated")
        run.offer()
        await until(lambda: run.told(EventKind.REFUSED, "has not been read afresh"))
        assert run.posts == 0

        await run.live.chores._freshen(KALSHI)
        await until(lambda: run.told(EventKind.TRADE))
        await run.end()


async def test_a_market_whose_rules_changed_is_traded_no_more(scene: Scene) -> None:
    kalshi = scene.markets[KALSHI]
    scene.venues[KALSHI].market_listed = replace(kalshi, rules="Pays if it hails on 30 November.")
    async with running(scene) as run:
        run.live.watching.market_news(kalshi.id, "rules changed")
        await until(lambda: run.told(EventKind.MARKET, "its rules changed"))
        run.offer()
        await asyncio.sleep(0.1)
        await run.end()

    assert run.live.watching.pairs == []
    assert run.posts == 0


async def test_a_venue_that_does_not_trade_is_left_alone_and_told_of_once(scene: Scene) -> None:
    state = {"trading": False}

    async def health() -> VenueHealth:
        return VenueHealth(KALSHI, trading=state["trading"], detail="maintenance")

    scene.venues[KALSHI].health = health  # type: ignore[method-assign] # the one method this test changes
    async with running(scene) as run:
        await until(lambda: run.told(EventKind.WARNING, "does not trade"))
        run.offer()
        await until(lambda: run.told(EventKind.REFUSED, "maintenance"))
        await asyncio.sleep(0.2)
        assert run.posts == 0
        assert len(run.told(EventKind.WARNING, "does not trade")) == 1

        state["trading"] = True
        await until(lambda: run.told(EventKind.WARNING, "trades again"))
        await until(lambda: run.told(EventKind.TRADE))
        await run.end()


async def test_a_halt_from_another_process_holds_at_once_and_its_end_is_told(scene: Scene) -> None:
    scene.halt.append("HALT file")
    async with running(scene) as run:
        run.offer()
        await until(lambda: run.told(EventKind.REFUSED, "HALT file"))
        await until(lambda: run.told(EventKind.PAUSED))
        assert run.posts == 0

        scene.halt.clear()
        await until(lambda: run.told(EventKind.RESUMED))
        await until(lambda: run.told(EventKind.TRADE))
        await run.end()


async def test_what_is_found_too_late_is_skipped_and_told(scene: Scene) -> None:
    async with running(scene, bounds=dict(BOUNDS) | {Stage.DETECTION: Bound(0, -1)}) as run:
        run.offer()
        await until(lambda: run.told(EventKind.LATENCY, "too late"))
        summary = await run.end()

    assert (summary.trades, run.posts) == (0, 0)
    assert run.live.watching.counts.skipped_late


async def test_a_task_that_dies_pauses_trading_and_ends_the_loop(scene: Scene) -> None:
    async with running(scene) as run:
        run.feeds[POLYMARKET].die_of(RuntimeError("no such thing"))
        with pytest.raises(TaskDied, match=r"polymarket feed died .*no such thing"):
            await run.task

    assert Failure.TASK_DIED in scene.room.store.operations.breaker().trips
    assert scene.room.paused()


async def test_a_stream_that_is_lost_is_told_of_and_pauses_trading_once_after_half_a_minute(scene: Scene) -> None:
    async with running(scene) as run:
        run.feeds[KALSHI].state, run.feeds[KALSHI].detail = FeedState.CONNECTING, "connection reset"
        await asyncio.sleep(LOST_MS / 1_000 - 2)
        assert Failure.CONNECTION_LOST not in scene.room.store.operations.breaker().trips
        assert [alert.severity for alert in alerts(scene, "connection")] == ["high"]

        await until(lambda: run.told(EventKind.PAUSED))
        await asyncio.sleep(5)
        await run.end()

    assert Failure.CONNECTION_LOST in scene.room.store.operations.breaker().trips
    assert len(run.told(EventKind.PAUSED)) == 1
    assert [alert.severity for alert in alerts(scene, "connection_lost")] == ["critical"]


async def test_a_stream_that_was_given_up_pauses_at_once(scene: Scene) -> None:
    async with running(scene) as run:
        run.feeds[POLYMARKET].state, run.feeds[POLYMARKET].detail = FeedState.POLLING, "refused"
        await asyncio.sleep(1)
        await run.end()

    assert "gave up" in scene.room.store.operations.breaker().trips[Failure.CONNECTION_LOST].detail


async def test_a_dry_run_without_a_key_polls_and_is_not_paused_for_it(scene: Scene) -> None:
    async with running(scene, rhythm=CALM) as run:
        run.offer_nothing()
        run.feeds[KALSHI].state, run.feeds[KALSHI].polled_by_choice = FeedState.POLLING, True
        await asyncio.sleep(2 * LOST_MS / 1_000)
        assert not scene.room.paused()

        run.feeds[KALSHI].forget()
        await asyncio.sleep(2 * LOST_MS / 1_000)
        await run.end()

    assert Failure.CONNECTION_LOST in scene.room.store.operations.breaker().trips


async def test_a_clock_that_is_set_forward_pauses_nothing_and_voids_what_was_found(scene: Scene) -> None:
    async with running(scene) as run:
        run.feeds[KALSHI].state = FeedState.CONNECTING
        await asyncio.sleep(1)
        scene.clock.stepped = timedelta(hours=2)  # type: ignore[attr-defined] # a VirtualClock by now
        await until(lambda: run.told(EventKind.WARNING, "the clock jumped by +7200 s"))
        run.feeds[KALSHI].state = FeedState.LIVE
        await asyncio.sleep(1)
        await run.end()

    assert not scene.room.paused()


async def test_a_clock_that_is_set_forward_proves_no_order_absent(scene: Scene) -> None:
    for venue in scene.venues.values():
        venue.fate = Fate.LOST_ABSENT
    kalshi = scene.venues[KALSHI]

    async def by_its_own_clock() -> datetime | None:
        return scene.clock.now() - scene.clock.stepped  # type: ignore[attr-defined] # a VirtualClock by now

    kalshi.read_horizon = by_its_own_clock  # type: ignore[method-assign]
    async with running(scene, rhythm=replace(CALM, resolve_ms=2_000, beat_ms=9_000)) as run:
        run.offer()
        await until(lambda: run.posts == 2)
        scene.clock.stepped = timedelta(hours=2)  # type: ignore[attr-defined]
        for _ in range(10):
            await asyncio.sleep(5)
            [trade] = scene.room.store.trades.unfinished()
            assert not [leg.state for leg in trade.legs if leg.state in ZERO_STATES]
        await until(lambda: not scene.room.store.trades.unfinished(), within_s=300)
        await run.end()


async def test_an_asymmetric_trade_is_the_last_one(scene: Scene) -> None:
    scene.venues[POLYMARKET].fate = Fate.KILLED
    async with running(scene) as run:
        run.offer()
        await until(lambda: run.told(EventKind.PAUSED))
        posts = run.posts
        for _ in range(5):
            run.offer_nothing()
            run.offer()
            await asyncio.sleep(0.03)
        summary = await run.end()

    assert run.posts == posts == 2
    assert "ASYMMETRIC_EXECUTION" in summary.paused


async def test_pairs_that_were_not_asked_for_are_not_watched(scene: Scene) -> None:
    async with running(scene, Choices(pairs=frozenset({"nothing"}))) as run:
        summary = await run.end()
    assert summary.pairs == 0


async def test_for_a_time_and_once_end_by_themselves(scene: Scene) -> None:
    async with running(scene, Choices(for_ms=500)) as run:
        timed = await run.task
    async with running(scene, Choices(once=True)) as run:
        run.offer()
        seen = await run.task

    assert timed.ran_ms >= 500
    assert timed.trades == 0
    assert seen.trades >= 1


async def test_the_order_to_stop_lets_a_trade_under_way_end(scene: Scene) -> None:
    scene.venues[POLYMARKET].fate = Fate.HELD_FILLED
    async with running(scene) as run:
        run.offer()
        await until(lambda: run.posts == 2)
        summary = await run.end()

    assert summary.trades == summary.hedged == 1
    assert summary.open_trades == 0
    assert scene.ledger == scene.truth


async def test_a_refused_offer_is_told_once_while_nothing_changes(scene: Scene) -> None:
    scene.halt.append("quiet")
    async with running(scene) as run:
        for _ in range(10):
            run.offer()
            await asyncio.sleep(0.02)
        await run.end()
    assert len(run.told(EventKind.REFUSED)) == 1


async def test_refusals_are_counted_by_a_reason_of_the_closed_list(scene: Scene) -> None:
    async with running(scene) as run:
        scene.halt.append("quiet")
        run.offer()
        await until(lambda: run.live.trader.tally.refused)
        scene.halt.clear()
        run.live.watching.closed[KALSHI] = "maintenance"
        await asyncio.sleep(3)
        run.offer()
        await until(lambda: len(run.live.trader.tally.denied) == 2)
        run.live.watching.closed.clear()
        await run.end()
    assert set(run.live.trader.tally.denied) == {"paused", "venue_unwell"}
    assert set(run.live.trader.tally.denied) <= set(DENIALS)


async def test_another_terminal_finds_how_a_loop_stands_in_the_store(scene: Scene) -> None:
    async with running(scene) as run:
        run.offer_nothing()
        await until(lambda: scene.room.store.operations.fact("live") is not None)
        await run.end()
    kept = scene.room.store.operations.fact("live")
    assert kept is not None
    assert '"pairs":1' in kept[0]


async def test_orders_that_came_to_nothing_are_asked_about_for_a_day_but_not_at_every_turn(scene: Scene) -> None:
    for venue in scene.venues.values():
        venue.fate = Fate.KILLED
    async with running(scene, Choices(), rhythm=replace(CALM, beat_ms=9_000)) as run:
        run.offer()
        await until(lambda: run.told(EventKind.TRADE))
        run.offer_nothing()
        asked: list[str] = []
        outcome = scene.venues[KALSHI].outcome

        async def counted(order: SentOrder) -> SendOutcome | None:
            asked.append(order.client_id)
            return await outcome(order)

        scene.venues[KALSHI].outcome = counted
        await asyncio.sleep(180)
        assert 2 <= len(asked) <= 5

        scene.venues[KALSHI].orders = [replace(o, fate=Fate.FILLED) for o in scene.venues[KALSHI].orders]
        run.live.watching.order_news(KALSHI, client_id="", venue_order_id="")
        await until(lambda: Failure.LATE_FILL in scene.room.store.operations.breaker().trips, within_s=2)
        await run.end()
