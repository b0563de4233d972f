"""What the loop does beside its main job: that each happens, and that its failure stops nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from arbkit.app.chores import Chores, Rhythm
from arbkit.app.events import EventKind
from arbkit.app.live import Choices
from arbkit.core.markets import Market, MarketId, PolymarketFees
from arbkit.core.money import Price, Usd
from arbkit.core.orders import Balance
from arbkit.errors import BadId, VenueUnavailable
from arbkit.ports import Payout
from tests.app.scene import Scene
from tests.app.test_alarms import settle
from tests.app.test_live import QUICK, Running, anyio_backend, running
from tests.builders import KALSHI, POLYMARKET
from tests.virtual import until

__all__ = ["anyio_backend"]
pytestmark = pytest.mark.anyio
AGED = replace(QUICK, facts_age_max=timedelta(seconds=1))


def down(*_: object, **__: object) -> Awaitable[object]:
    """A venue that does not answer."""

    async def failing() -> object:
        raise VenueUnavailable("kalshi", "GET /x timed out")

    return failing()


async def test_facts_that_are_old_are_read_again_and_new_fees_count_at_once(scene: Scene) -> None:
    dearer = PolymarketFees(100_000, 1)
    async with running(scene, rhythm=AGED) as run:
        scene.venues[POLYMARKET].market_listed = replace(scene.markets[POLYMARKET], fees=dearer)
        await until(lambda: [w.polymarket.fees for w in run.live.watching._watches.values()] == [dearer])
        await run.end()


async def test_a_market_that_its_venue_no_longer_knows_is_told_of_once_and_holds_up_no_other(scene: Scene) -> None:
    asked: list[MarketId] = []

    async def unknown(market: MarketId) -> Market:
        asked.append(market)
        raise BadId(market, "a market that Kalshi lists")

    scene.venues[KALSHI].market = unknown
    async with running(scene, rhythm=AGED) as run:
        await until(lambda: run.told(EventKind.WARNING, "it is not traded"))
        run.offer()
        await until(lambda: run.told(EventKind.REFUSED, "does not know it any more"))
        await asyncio.sleep(10)
        await run.end()
    assert len(asked) == len(run.told(EventKind.WARNING)) == 1
    assert run.posts == 0


@pytest.mark.parametrize("what", ["balances", "holdings", "market", "health"])
async def test_a_venue_that_is_down_is_told_of_and_the_loop_goes_on(scene: Scene, what: str) -> None:
    venue = scene.venues[KALSHI]
    working = getattr(venue, what)
    async with running(scene, rhythm=replace(AGED, reconcile_ms=2_000, reopening=timedelta(0))) as run:
        setattr(venue, what, down)
        await until(lambda: run.told(EventKind.WARNING, "timed out"))
        await asyncio.sleep(20)
        assert not run.task.done()
        assert len(run.told(EventKind.WARNING, "timed out")) <= 2

        setattr(venue, what, working)
        await asyncio.sleep(5)
        run.offer()
        await until(lambda: run.told(EventKind.TRADE))
        await run.end()


async def test_balances_are_asked_for_before_they_are_too_old_to_trade_on(scene: Scene) -> None:
    asked: list[int] = []
    balances = scene.venues[KALSHI].balances

    async def counted() -> Sequence[Balance]:
        asked.append(scene.clock.monotonic_ms())
        return await balances()

    scene.venues[KALSHI].balances = counted
    async with running(scene, rhythm=Rhythm()) as run:
        await asyncio.sleep(90)
        await run.end()
    gaps = [later - earlier for earlier, later in pairwise(asked)]
    assert max(gaps) < scene.room.limits.balance_age_ms_max


async def test_a_settlement_is_booked_and_frees_what_it_held(scene: Scene) -> None:
    async with running(scene, Choices(), rhythm=replace(QUICK, reconcile_ms=2_000)) as run:
        run.offer(qty=20)
        await until(lambda: run.told(EventKind.TRADE))
        run.offer_nothing()
        await until(lambda: not scene.room.store.trades.unfinished())
        settle(scene, KALSHI, Price(1_000_000))
        settle(scene, POLYMARKET, Price(0))
        await until(lambda: len(run.told(EventKind.MARKET, "settled at")) == 2)
        assert scene.room.store.ledger.exposure() == Usd(0)
        made = [event.net for event in run.told(EventKind.TRADE)]  # while the books offer it, it may be taken again
        assert scene.room.booked_today() == sum((net for net in made if net), start=Usd(0))
        assert set(made) == {Usd.parse("1.4555")}
        assert not scene.room.paused()
        await run.end()


async def test_a_difference_that_is_gone_at_the_second_look_pauses_nothing(scene: Scene) -> None:
    """A market ends between two reads: the position is gone, and its settlement is shown a moment later."""
    async with running(scene, rhythm=replace(QUICK, reconcile_ms=2_000)) as run:
        run.offer(qty=20)
        await until(lambda: run.told(EventKind.TRADE))
        run.offer_nothing()
        await until(lambda: not scene.room.store.trades.unfinished())
        settle(scene, KALSHI, Price(1_000_000))
        settle(scene, POLYMARKET, Price(0))
        payouts, began_ms = scene.venues[POLYMARKET].payouts, scene.clock.monotonic_ms()

        async def later(*, since: datetime) -> Sequence[Payout]:
            return await payouts(since=since) if scene.clock.monotonic_ms() - began_ms > 4_000 else []

        scene.venues[POLYMARKET].payouts = later
        await until(lambda: len(run.told(EventKind.MARKET, "settled at")) == 2)
        assert not scene.room.paused()
        await run.end()


async def test_settlements_that_cannot_be_read_are_asked_for_again(scene: Scene) -> None:
    async def failing(*, since: object) -> Sequence[Payout]:
        raise VenueUnavailable("kalshi", "GET /portfolio/settlements timed out")

    working, scene.venues[KALSHI].payouts = scene.venues[KALSHI].payouts, failing
    async with running(scene, rhythm=replace(QUICK, reconcile_ms=1_000)) as run:
        await until(lambda: run.told(EventKind.WARNING, "settlements timed out"))
        scene.venues[KALSHI].payouts = working
        await asyncio.sleep(3)
        assert (scene.room.store.operations.fact("reconciled") or ("",))[0] == "clean"
        await run.end()


def syncing(run: Running, sync: Callable[[], Awaitable[str]]) -> Chores:
    run.live.sync = sync
    run.live.rhythm = replace(QUICK, catalogue_ms=5_000)
    run.live.__post_init__()
    return run.live.chores


@pytest.mark.parametrize("why", ["", "`arbkit match` failed with exit code 5: no network"])
async def test_the_catalogues_are_read_again_and_a_failure_is_a_warning(scene: Scene, why: str) -> None:
    times: list[int] = []

    async def sync() -> str:
        times.append(scene.clock.monotonic_ms())
        return why

    async with running(scene, setting=lambda run: (syncing(run, sync), None)[1]) as run:
        await asyncio.sleep(12)
        assert len(times) == 2
        kind = EventKind.WARNING if why else EventKind.MARKET
        assert run.told(kind, "catalogues")
        run.offer()
        await until(lambda: run.told(EventKind.TRADE))
        await run.end()


async def test_a_pair_that_was_released_meanwhile_is_watched(scene: Scene) -> None:
    pair = scene.opportunity.pair
    scene.room.catalogue.pairs.replace([], at=scene.clock.now())
    async with running(scene) as run:
        assert run.live.watching.pairs == []
        scene.room.catalogue.pairs.replace([pair], at=scene.clock.now())
        await until(lambda: run.live.watching.pairs == [pair])
        run.offer()
        await until(lambda: run.told(EventKind.TRADE))
        await run.end()


async def test_midnight_begins_a_day_and_the_loss_of_the_last_one_no_longer_counts(scene: Scene) -> None:
    async with running(scene, rhythm=replace(QUICK, look_ms=1_000, facts_ms=60_000, beat_ms=60_000)) as run:
        scene.clock.stepped = timedelta(hours=11, minutes=59)  # type: ignore[attr-defined] # a VirtualClock by now
        await until(lambda: run.told(EventKind.DAY), within_s=120)
        assert len(run.told(EventKind.DAY)) == 1
        assert scene.room.booked_today() == Usd(0)
        await run.end()


async def test_the_heartbeat_is_kept_where_a_start_looks_for_it(scene: Scene) -> None:
    async with running(scene) as run:
        await asyncio.sleep(20)
        beat = scene.room.store.operations.fact("heartbeat")
        assert beat is not None
        assert scene.clock.now() - beat[1] < timedelta(seconds=1)
        await run.end()
