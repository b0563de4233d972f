"""Starting and reconciling: what stops a start, what --force overrides, what is nobody's trade or nobody's money."""

from dataclasses import replace
from datetime import timedelta

import pytest

from arbkit.app.reconcile import StartCheck, check_start, reconcile
from arbkit.app.take import plan, take
from arbkit.core.breaker import Failure, pause
from arbkit.core.ledger import result
from arbkit.core.money import Usd
from arbkit.ports import VenueHealth
from tests.app.scene import Scene
from tests.builders import KALSHI, POLYMARKET, a_market
from tests.desks import Fate

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)


async def started(scene: Scene) -> StartCheck:
    return await check_start(scene.room, state_age_max=HOUR)


async def test_after_an_orderly_end_hedged_positions_stop_no_loop(scene: Scene) -> None:
    await scene.execute()
    check = await started(scene)
    assert check.warnings == ("Found 2 open positions - manual review recommended",)
    assert check.hindrances(force=False, unattended=True) == ()


async def test_after_a_crash_a_loop_needs_a_person_who_says_so(scene: Scene) -> None:
    await scene.execute()
    epoch = scene.room.store.operations.begin_epoch(
        pid=2, host="here", version="", config_hash="", at=scene.clock.now()
    )
    scene.room = replace(scene.room, epoch=epoch.n)  # the run before this one never ended
    check = await started(scene)
    assert any("did not end in order" in reason for reason in check.hindrances(force=False, unattended=True))
    assert any("open positions" in reason for reason in check.hindrances(force=False, unattended=True))
    assert check.hindrances(force=False, unattended=False) == ()  # who asks for one trade has seen it
    assert check.hindrances(force=True, unattended=True) == ()


async def test_an_old_state_needs_a_person_who_says_so(scene: Scene) -> None:
    scene.room.store.operations.note("heartbeat", "", at=scene.clock.now())
    scene.clock.advance(minutes=61)
    check = await started(scene)
    assert check.hindrances(force=False, unattended=True) == ("State is 61 minutes old - may be stale",)


async def test_a_pause_an_imbalance_and_a_lost_day_stop_every_start_but_a_forced_one(scene: Scene) -> None:
    operations = scene.room.store.operations
    operations.save_breaker(pause(operations.breaker(), "look", now=scene.clock.now()), at=scene.clock.now())
    check = await started(scene)
    assert check.hindrances(force=False, unattended=False) == ("Circuit breaker was paused: MANUAL: look",)
    assert check.hindrances(force=True, unattended=False) == ()


def with_a_rival(scene: Scene) -> None:
    """The Kalshi market of the pair stands in a second pair, with a market that was found beside and is not traded."""
    pair, beside = scene.opportunity.pair, a_market(POLYMARKET, "0x" + "cd" * 32)
    scene.room.catalogue.catalogue.refresh([beside], at=scene.clock.now())
    rival = replace(pair, polymarket=beside.id, polymarket_rules_hash=beside.rules_hash, tradable=False)
    scene.room.catalogue.pairs.replace([pair, rival], at=scene.clock.now())
    scene.room = replace(scene.room, limits=replace(scene.room.limits, imbalance_max=Usd.parse("1")))


async def test_what_is_hedged_in_its_own_pair_is_no_imbalance_of_another_pair_of_the_same_market(scene: Scene) -> None:
    await scene.execute()
    with_a_rival(scene)
    assert (await started(scene)).checks == ()


async def test_a_leg_that_stands_alone_is_an_imbalance_whatever_other_pairs_its_market_has(scene: Scene) -> None:
    await scene.execute(kalshi=Fate.FILLED, polymarket=Fate.KILLED)
    with_a_rival(scene)
    assert any("Imbalanced position" in why for why in (await started(scene)).checks)


async def test_what_is_unknown_cannot_be_forced(scene: Scene) -> None:
    await scene.execute(kalshi=Fate.FILLED, polymarket=Fate.LOST_ABSENT)
    check = await started(scene)
    assert any("in_doubt" in reason for reason in check.hindrances(force=True, unattended=False))
    await scene.wait(300)


async def test_an_order_named_as_ours_that_we_do_not_know_is_of_another_copy_and_never_booked(scene: Scene) -> None:
    await scene.execute()
    [order] = scene.venues[KALSHI].orders
    copy = replace(order, prepared=replace(order.prepared, client_id="ak1-elsewhere-1-K", venue_order_id=""))
    scene.venues[KALSHI].orders.append(copy)
    found = await reconcile(scene.room, fix=True)
    assert [fill.fill_id for fill in found.unknown_fills] == ["t-ak1-elsewhere-1-K"]
    trip = scene.room.store.operations.breaker().trips[Failure.FOREIGN_TRADE]
    assert "foreign instance" in trip.detail
    scene.venues[KALSHI].orders.remove(copy)


async def test_a_deposit_is_a_difference_until_a_person_books_it_and_never_profit(scene: Scene) -> None:
    await scene.execute()
    before = result(scene.room.store.ledger.transactions()).realised
    scene.venues[KALSHI].cash = scene.venues[KALSHI].cash + Usd.parse("25")
    assert [d.what for d in (await reconcile(scene.room, fix=True)).differences] == ["cash"]
    assert (await reconcile(scene.room, fix=True, cash_moved=True)).clean
    assert result(scene.room.store.ledger.transactions()).realised == before
    assert (await reconcile(scene.room, fix=False)).clean


async def test_a_venue_that_does_not_trade_is_refused_before_anything_is_signed(scene: Scene) -> None:
    async def closed() -> VenueHealth:
        return VenueHealth(KALSHI, trading=False, detail="maintenance until 05:00")

    scene.venues[KALSHI].health = closed
    outcome = await take(scene.room, await plan(scene.room, scene.opportunity.pair))
    assert outcome.state == "refused"
    assert any("maintenance until 05:00" in why for why in outcome.errors)
    assert not scene.venues[KALSHI].posts
