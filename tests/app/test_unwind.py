"""Unwinding: one order at most, where nothing is in doubt, within bounds, on disk first, and paused all the same."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from arbkit.app.reconcile import check_start, reconcile
from arbkit.app.unwind import choices, obstacle, unwind
from arbkit.core.books import Book, Level
from arbkit.core.breaker import Failure
from arbkit.core.execution import LegState, TradeState
from arbkit.core.limits import Limits
from arbkit.core.money import ZERO_USD, Price, Qty, Usd
from arbkit.core.orders import Action
from arbkit.errors import InvariantError, VenueUnavailable
from arbkit.ports import PreparedOrder
from arbkit.store.trades import StoredTrade
from tests.app.scene import Scene
from tests.builders import KALSHI, POLYMARKET
from tests.desks import Fate

pytestmark = pytest.mark.anyio


@pytest.fixture
def unwinding(scene: Scene) -> Scene:
    """The scene with `risk.on_asymmetric: unwind`."""
    scene.room = replace(scene.room, rules=replace(scene.room.rules, unwinds=True, slippage_max_ppm=50_000))
    return scene


def the_trade(scene: Scene) -> StoredTrade:
    return scene.room.store.trades.recent(count_max=1)[0]


def trips(scene: Scene) -> set[Failure]:
    return set(scene.room.store.operations.breaker().trips)


def posts(scene: Scene) -> int:
    return sum(venue.posts.total() for venue in scene.venues.values())


async def test_a_lonely_kalshi_leg_is_sold_back_once_and_trading_stays_paused(unwinding: Scene) -> None:
    result = await unwinding.execute(kalshi=Fate.FILLED, polymarket=Fate.KILLED)
    # bought 20 at 0.45: 9.00 and 0.3465; sold 20 at 0.44: 8.80 less 0.07 x 20 x 0.44 x 0.56 = 0.34496, up to 0.3450
    assert result.state == TradeState.UNWOUND
    assert result.actual_profit == Usd.parse("-0.8915")
    assert not result.success
    assert result.circuit_breaker_triggered
    assert trips(unwinding) == {Failure.ASYMMETRIC_EXECUTION}
    assert unwinding.ledger == unwinding.truth == {}
    assert unwinding.exposure == unwinding.room.store.trades.reserved("loss") == ZERO_USD
    assert unwinding.venues[KALSHI].posts.total() == 2
    trade = the_trade(unwinding)
    assert trade.finished_at is not None
    [kept] = unwinding.room.store.table("executions")
    assert (kept["status"], kept["actual_profit_micros"]) == ("failed", -891_500)
    assert trade.unwind is not None
    assert (trade.unwind.order.action, trade.unwind.filled) == (Action.SELL, Qty.whole(20))
    assert (await reconcile(unwinding.room, fix=False)).clean


async def test_a_lonely_polymarket_leg_is_sold_back_only_once_the_chain_has_confirmed_it(unwinding: Scene) -> None:
    result = await unwinding.execute(kalshi=Fate.REJECTED, polymarket=Fate.PENDING)
    assert result.state == TradeState.UNWOUND, (the_trade(unwinding).notes, the_trade(unwinding).orders)
    [sold] = [order for order in unwinding.venues[POLYMARKET].orders if order.prepared.order.action is Action.SELL]
    [bought] = [order for order in unwinding.venues[POLYMARKET].orders if order.prepared.order.action is Action.BUY]
    assert (sold.sent_at - bought.sent_at).total_seconds() >= 3
    assert unwinding.ledger == unwinding.truth == {}


async def test_without_being_asked_for_nothing_is_sold_back(scene: Scene) -> None:
    result = await scene.execute(kalshi=Fate.FILLED, polymarket=Fate.KILLED)
    assert result.state == TradeState.ASYMMETRIC
    assert scene.venues[KALSHI].posts.total() == 1


@pytest.mark.slow
@pytest.mark.parametrize(("zero", "sale"), list(product([Fate.KILLED, Fate.REJECTED, Fate.GHOST], Fate)), ids=str)
async def test_every_outcome_of_the_unwinding_order(unwinding: Scene, zero: Fate, sale: Fate) -> None:
    unwinding.venues[KALSHI].sale_fate = sale
    await unwinding.execute(kalshi=Fate.FILLED, polymarket=zero)
    await unwinding.wait(1_000)
    sold = sale not in NOT_SOLD
    expected = TradeState.UNWOUND if sold and sale not in ODD else TradeState.ASYMMETRIC
    trade = the_trade(unwinding)
    assert trade.state is expected, [order.state for order in trade.orders]
    assert unwinding.ledger == unwinding.truth
    assert unwinding.room.store.ledger.verify() == []
    assert all(count == 1 for venue in unwinding.venues.values() for count in venue.posts.values())
    assert len(unwinding.venues[KALSHI].orders) == (1 if sale is Fate.NOT_SENT else 2)
    assert Failure.ASYMMETRIC_EXECUTION in trips(unwinding)
    before = posts(unwinding)
    assert (await unwinding.execute(kalshi=Fate.FILLED, polymarket=Fate.FILLED)).state == "refused"
    await unwinding.wait(100)
    assert posts(unwinding) == before
    assert (trade.finished_at is not None) is (expected is TradeState.UNWOUND)


NOT_SOLD = {
    Fate.KILLED, Fate.REJECTED, Fate.THROTTLED, Fate.UNAUTHORISED, Fate.NOT_SENT, Fate.HELD_KILLED, Fate.LOST_KILLED,
    Fate.LOST_ABSENT, Fate.GHOST,
}  # fmt: skip
ODD = {Fate.PARTIAL}


@pytest.mark.parametrize("doubt", [Fate.LOST_ABSENT, Fate.LATE, Fate.LOST_FILLED])
async def test_nothing_is_sold_while_the_other_leg_is_in_doubt(unwinding: Scene, doubt: Fate) -> None:
    await unwinding.execute(kalshi=Fate.FILLED, polymarket=doubt)
    assert unwinding.venues[KALSHI].posts.total() == 1


async def test_a_book_too_thin_to_sell_within_the_slippage_is_left_to_a_person(unwinding: Scene) -> None:
    unwinding.room = replace(unwinding.room, rules=replace(unwinding.room.rules, slippage_max_ppm=10_000))
    kalshi = unwinding.venues[KALSHI]
    shown = kalshi.book

    def thinner() -> Book:
        seen = shown()
        bids = [Level(Price.parse("0.44"), Qty.whole(1)), Level(Price.parse("0.40"), Qty.whole(50))]
        return replace(seen, yes_bids=tuple(bids)) if kalshi.posts else seen

    kalshi.book = thinner
    result = await unwinding.execute(kalshi=Fate.FILLED, polymarket=Fate.KILLED)
    assert result.state == TradeState.ASYMMETRIC
    assert kalshi.posts.total() == 1
    trade = the_trade(unwinding)
    assert "unwind:" in trade.notes
    assert "tried once" in obstacle(unwinding.room, trade)


async def test_a_loss_beyond_what_the_day_leaves_is_not_made(unwinding: Scene) -> None:
    unwinding.room = replace(unwinding.room, limits=Limits(daily_loss_max=Usd.parse("0.90")))
    result = await unwinding.execute(kalshi=Fate.FILLED, polymarket=Fate.KILLED)
    assert result.state == TradeState.UNWOUND  # 0.8915 fits into 0.90
    narrow = replace(unwinding.room, limits=Limits(daily_loss_max=Usd.parse("0.89"), trade_loss_max=Usd.parse("0.89")))
    seen = await choices(narrow, replace(the_trade(unwinding), unwind=None))
    assert seen is not None
    assert "the limit" in seen.hindrance or "the day" in seen.hindrance or seen.loss_left < Usd.parse("0.8915")


async def test_with_any_other_trip_or_a_halt_file_nothing_is_sold(scene: Scene) -> None:
    await scene.execute(kalshi=Fate.FILLED, polymarket=Fate.KILLED)
    trade = the_trade(scene)
    assert obstacle(scene.room, trade) == ""
    scene.halt.append("HALT file")
    assert obstacle(scene.room, trade) == "HALT file"
    scene.halt.clear()
    scene.room.fail(Failure.STORE, "the disk is full")
    assert "STORE" in obstacle(scene.room, trade)
    assert await unwind(scene.room, trade.trade_id)
    assert scene.venues[KALSHI].posts.total() == 1


async def test_the_order_that_sells_is_on_disk_before_it_is_sent_and_there_is_one_for_ever(unwinding: Scene) -> None:
    seen: list[LegState] = []
    kalshi = unwinding.venues[KALSHI]
    check = kalshi.before_send

    def both(prepared: PreparedOrder) -> None:
        check(prepared)
        seen.append(unwinding.room.store.trades.leg(prepared.order.leg_id).state)

    kalshi.before_send = both
    await unwinding.execute(kalshi=Fate.FILLED, polymarket=Fate.KILLED)
    assert seen == [LegState.SENDING, LegState.SENDING]
    trade = the_trade(unwinding)
    with pytest.raises(InvariantError, match="twice"):
        unwinding.room.store.journal.open_unwind(trade.trade_id, None, at=unwinding.clock.now(), deadline=None)  # type: ignore[arg-type]


async def test_a_crash_between_marking_and_sending_is_cleared_up_without_a_second_order(unwinding: Scene) -> None:
    kalshi = unwinding.venues[KALSHI]
    send = kalshi.send

    async def die(prepared: PreparedOrder) -> object:
        if prepared.order.action is Action.SELL:
            raise asyncio.CancelledError
        return await send(prepared)

    kalshi.send = die
    with pytest.raises(asyncio.CancelledError):
        await unwinding.execute(kalshi=Fate.FILLED, polymarket=Fate.KILLED)
    kalshi.send = send
    await check_start(unwinding.room, state_age_max=timedelta(hours=1))
    await unwinding.wait(300)
    trade = the_trade(unwinding)
    assert trade.unwind is not None
    assert trade.unwind.state is LegState.NOT_PLACED
    assert trade.state is TradeState.ASYMMETRIC
    assert kalshi.posts.total() == 1
    assert unwinding.ledger == unwinding.truth


async def test_a_person_is_shown_what_either_way_out_costs(scene: Scene) -> None:
    await scene.execute(kalshi=Fate.FILLED, polymarket=Fate.KILLED)
    seen = await choices(scene.room, the_trade(scene))
    assert seen is not None
    assert seen.back is not None
    assert seen.completed is not None
    assert (seen.back.limit, seen.back.result) == (scene.venues[KALSHI].book().yes_bids[0].price, Usd.parse("-0.8915"))
    # 20 - 9 - 0.3465 - 9 - 0.198 = 1.4555: completing now would make what the trade was for
    assert seen.completed.result == Usd.parse("1.4555")


async def test_a_venue_that_cannot_be_read_keeps_the_attempt_for_later(unwinding: Scene) -> None:
    kalshi = unwinding.venues[KALSHI]
    market, down = kalshi.market, [True]

    async def maybe(market_id: object) -> object:
        if down and kalshi.posts:
            raise VenueUnavailable("kalshi", "time-out")
        return await market(market_id)

    kalshi.market = maybe
    result = await unwinding.execute(kalshi=Fate.FILLED, polymarket=Fate.KILLED)
    assert result.state == TradeState.ASYMMETRIC
    down.clear()
    assert await unwind(unwinding.room, the_trade(unwinding).trade_id) == ""
    await unwinding.wait(20)
    assert the_trade(unwinding).state is TradeState.UNWOUND
