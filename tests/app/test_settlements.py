"""Settlements: what ended is closed at what it paid, money is due until it is seen, and halves that differ stop all."""

from dataclasses import replace
from datetime import timedelta

import pytest

from arbkit.app.reconcile import check_start, reconcile
from arbkit.app.settlements import due, remind
from arbkit.core.breaker import Failure
from arbkit.core.ledger import result
from arbkit.core.limits import Limits
from arbkit.core.markets import Polarity, Side, VenueName
from arbkit.core.money import MICRO, ZERO_USD, Price, Usd
from arbkit.core.settlement import settled
from arbkit.store.pairs import Decision
from tests.app.scene import Scene
from tests.builders import KALSHI, POLYMARKET

pytestmark = pytest.mark.anyio

ONE, NOTHING, HALF = Price(MICRO), Price(0), Price(MICRO // 2)
FEES = Usd.parse("0.5445")
"""Of the pair of a scene: 0.3465 and 0.198."""


def end(scene: Scene, venue: VenueName, *, yes: Price, redeemed: bool = True) -> None:
    scene.venues[venue].ended = {Side.YES: yes, Side.NO: yes.complement}
    scene.venues[venue].redeemed = redeemed


def realised(scene: Scene) -> Usd:
    return result(scene.room.store.ledger.transactions()).realised


def tripped(scene: Scene) -> set[Failure]:
    return set(scene.room.store.operations.breaker().trips)


@pytest.mark.parametrize("yes", [ONE, NOTHING, HALF], ids=["yes won", "no won", "void"])
async def test_a_hedged_pair_ends_with_the_profit_it_was_bought_for(scene: Scene, yes: Price) -> None:
    await scene.execute()
    end(scene, KALSHI, yes=yes)
    end(scene, POLYMARKET, yes=yes)
    found = await reconcile(scene.room, fix=True)
    # bought for 9 + 0.3465 + 9 + 0.198; 20 come back, whoever won
    assert realised(scene) == Usd.parse("1.4555")
    assert found.clean
    assert not tripped(scene)
    assert scene.ledger == {}
    assert due(scene.room) == []


async def test_without_being_asked_to_nothing_is_booked_and_the_difference_is_shown(scene: Scene) -> None:
    await scene.execute()
    end(scene, KALSHI, yes=ONE)
    found = await reconcile(scene.room, fix=False)
    assert [payout.market.venue for payout in found.unpaid] == [KALSHI]
    assert not found.clean


async def test_a_start_books_what_ended_meanwhile_before_it_counts_the_day_s_loss(scene: Scene) -> None:
    await scene.execute()
    end(scene, KALSHI, yes=ONE)
    check = await check_start(scene.room, state_age_max=timedelta(hours=1))
    assert check.blocking == ()
    assert realised(scene) == Usd.parse("11") - Usd.parse("0.3465") - Usd.parse("0.198")


async def test_shares_that_won_are_money_due_until_they_are_redeemed(scene: Scene) -> None:
    await scene.execute()
    end(scene, KALSHI, yes=NOTHING)
    end(scene, POLYMARKET, yes=NOTHING, redeemed=False)
    found = await reconcile(scene.room, fix=True)
    assert found.clean  # the shares are still in the wallet, and that is no difference
    [open_one] = due(scene.room)
    assert (open_one.market.venue, open_one.paid, open_one.received_at) == (POLYMARKET, Usd.parse("20"), None)
    scene.venues[POLYMARKET].redeemed = True
    scene.clock.advance(hours=3)
    found = await reconcile(scene.room, fix=True)
    assert any("$20 arrived" in line for line in found.booked)
    assert due(scene.room) == []
    assert (await reconcile(scene.room, fix=False)).clean


async def test_shares_that_lost_stay_in_the_wallet_and_are_no_difference(scene: Scene) -> None:
    await scene.execute()
    end(scene, KALSHI, yes=ONE)
    end(scene, POLYMARKET, yes=ONE, redeemed=False)
    assert (await reconcile(scene.room, fix=True)).clean
    assert due(scene.room) == []


async def test_money_that_does_not_come_is_told_of_once_a_day(scene: Scene) -> None:
    await scene.execute()
    end(scene, POLYMARKET, yes=NOTHING, redeemed=False)
    await reconcile(scene.room, fix=True)
    remind(scene.room)
    scene.clock.advance(hours=49)
    remind(scene.room)
    remind(scene.room)
    told = [alert for _, alert, _ in scene.room.store.operations.due_alerts(at=scene.clock.now(), count_max=99)]
    assert [alert.severity for alert in told if alert.kind == "receivable"] == ["high"]


@pytest.mark.parametrize(("kalshi", "polymarket"), [(ONE, NOTHING), (ONE, HALF), (HALF, NOTHING)])
async def test_halves_that_pay_differently_stop_trading_and_are_told_of(
    scene: Scene, kalshi: Price, polymarket: Price
) -> None:
    await scene.execute()
    end(scene, KALSHI, yes=kalshi)
    await reconcile(scene.room, fix=True)
    assert not tripped(scene)  # one half alone says nothing
    end(scene, POLYMARKET, yes=polymarket)
    await reconcile(scene.room, fix=True)
    assert Failure.RESOLUTION_MISMATCH in tripped(scene)
    alerts = [alert for _, alert, _ in scene.room.store.operations.due_alerts(at=scene.clock.now(), count_max=99)]
    assert any(alert.severity == "critical" and "paid" in alert.text for alert in alerts)
    assert (await scene.execute()).state == "refused"


async def test_a_loss_by_settlement_counts_against_the_day(scene: Scene) -> None:
    scene.room = replace(scene.room, limits=Limits(daily_loss_max=Usd.parse("15")))
    await scene.execute()
    end(scene, KALSHI, yes=NOTHING)
    end(scene, POLYMARKET, yes=ONE)
    await reconcile(scene.room, fix=True)
    assert Failure.DAILY_LOSS_LIMIT in tripped(scene)
    scene.room = replace(scene.room, limits=Limits())  # the scene is judged by these; both halves lost by a wrong pair


async def test_a_pair_that_ends_at_both_venues_is_weighed_as_a_whole_and_not_by_the_half_that_is_booked_first(
    scene: Scene,
) -> None:
    scene.room = replace(scene.room, limits=Limits(daily_loss_max=Usd.parse("5")))
    await scene.execute()
    end(scene, KALSHI, yes=NOTHING)
    end(scene, POLYMARKET, yes=NOTHING)
    await reconcile(scene.room, fix=True)
    assert not tripped(scene)
    assert realised(scene) == Usd.parse("1.4555")


async def test_a_half_that_lost_is_no_loss_of_the_day_while_the_other_half_is_still_to_pay(scene: Scene) -> None:
    scene.room = replace(scene.room, limits=Limits(daily_loss_max=Usd.parse("5")))
    await scene.execute()
    end(scene, KALSHI, yes=NOTHING)
    check = await check_start(scene.room, state_age_max=timedelta(hours=1))  # nine dollars are booked as lost
    assert (check.checks, tripped(scene)) == ((), set())
    assert scene.room.counted_today() == -FEES
    scene.clock.advance(hours=14)  # past midnight
    end(scene, POLYMARKET, yes=NOTHING)
    await reconcile(scene.room, fix=True)
    assert not tripped(scene)
    assert scene.room.counted_today() == Usd.parse("2")  # not eleven: nine of them were counted before they came


async def test_a_half_that_won_first_leaves_no_loss_for_the_day_on_which_the_other_ends(scene: Scene) -> None:
    scene.room = replace(scene.room, limits=Limits(daily_loss_max=Usd.parse("5")))
    await scene.execute()
    end(scene, KALSHI, yes=ONE)
    await reconcile(scene.room, fix=True)
    assert scene.room.counted_today() == Usd.parse("2") - FEES  # of eleven, nine are as good as gone
    scene.clock.advance(hours=14)
    end(scene, POLYMARKET, yes=ONE)
    await reconcile(scene.room, fix=True)
    assert not tripped(scene)
    assert scene.room.counted_today() == ZERO_USD


async def test_a_half_that_was_to_pay_and_did_not_costs_the_day_on_which_that_is_known_both(scene: Scene) -> None:
    scene.room = replace(scene.room, limits=Limits(daily_loss_max=Usd.parse("15")))
    await scene.execute()
    end(scene, KALSHI, yes=NOTHING)
    await reconcile(scene.room, fix=True)
    scene.clock.advance(hours=14)
    end(scene, POLYMARKET, yes=ONE)
    await reconcile(scene.room, fix=True)
    assert scene.room.counted_today() == Usd.parse("-18")
    assert {Failure.DAILY_LOSS_LIMIT, Failure.RESOLUTION_MISMATCH} <= tripped(scene)
    scene.room = replace(scene.room, limits=Limits())


async def test_a_half_that_lost_counts_at_once_where_the_pair_is_in_doubt(scene: Scene) -> None:
    scene.room = replace(scene.room, limits=Limits(daily_loss_max=Usd.parse("9")))
    await scene.execute()
    end(scene, KALSHI, yes=NOTHING)
    await reconcile(scene.room, fix=True)
    assert not tripped(scene)
    kalshi, polymarket = scene.markets[KALSHI], scene.markets[POLYMARKET]
    scene.room.catalogue.pairs.review(
        kalshi,
        polymarket,
        Decision.REJECTED,
        polarity=Polarity.ALIGNED,
        who="me",
        note="not the same",
        at=scene.clock.now(),
    )
    scene.room.weigh_losses()
    assert Failure.DAILY_LOSS_LIMIT in tripped(scene)
    scene.room = replace(scene.room, limits=Limits())


@pytest.mark.parametrize("change", ["matched anew", "rules touched"])
async def test_halves_that_pay_differently_are_compared_whatever_the_catalogue_says_of_them_now(
    scene: Scene, change: str
) -> None:
    await scene.execute()
    if change == "matched anew":  # what has closed is matched no more
        scene.room.catalogue.pairs.replace([], at=scene.clock.now())
    else:  # a market that ends early gets another time of closing
        early = replace(scene.markets[KALSHI], closes_at=scene.clock.now())
        scene.room.catalogue.catalogue.refresh([early], at=scene.clock.now())
    end(scene, KALSHI, yes=ONE)
    end(scene, POLYMARKET, yes=NOTHING)
    await reconcile(scene.room, fix=True)
    assert Failure.RESOLUTION_MISMATCH in tripped(scene)


async def test_what_was_settled_can_be_read_from_the_ledger_again(scene: Scene) -> None:
    await scene.execute()
    end(scene, KALSHI, yes=HALF)
    await reconcile(scene.room, fix=True)
    [one] = settled(scene.room.store.ledger.transactions())
    assert (one.each, one.yes_paid, one.cost, one.paid) == (HALF, HALF, Usd.parse("9"), Usd.parse("10"))
    assert one.profit == Usd.parse("1")
    assert one.profit > ZERO_USD
