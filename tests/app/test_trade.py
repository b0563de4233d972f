"""Execution: every outcome of one leg beside every outcome of the other, and what may never happen in any of them."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from arbkit.app.reconcile import check_start, reconcile
from arbkit.app.room import situation
from arbkit.app.sending import send
from arbkit.app.trade import execute
from arbkit.core.books import Book
from arbkit.core.breaker import Failure
from arbkit.core.detect import look
from arbkit.core.execution import LegState, TradeState
from arbkit.core.ledger import Account, Entry, book_cash
from arbkit.core.ledger import result as ledger_result
from arbkit.core.limits import Limits
from arbkit.core.markets import KalshiFees, Side
from arbkit.core.money import Price, Qty, Usd
from arbkit.core.opportunity import Opportunity
from arbkit.core.orders import Action, FokOrder, Settlement
from arbkit.errors import AuthError, InvariantError
from arbkit.ports import PreparedOrder
from arbkit.store.store import Store
from tests.app.scene import Scene, book_of
from tests.builders import KALSHI, NOW, POLYMARKET
from tests.desks import Fate

pytestmark = pytest.mark.anyio


async def test_both_legs_filled_hedge_and_the_profit_is_what_a_hand_computes(scene: Scene) -> None:
    result = await scene.execute()
    # 20 x (1 - 0.45 - 0.45) = 2.00; Kalshi 0.07 x 20 x 0.45 x 0.55 = 0.3465; Polymarket 0.04 x 20 x 0.45 x 0.55 = 0.198
    assert result.success
    assert result.state == TradeState.HEDGED
    assert (result.actual_profit, result.slippage) == (Usd.parse("1.4555"), Usd(0))
    assert scene.ledger == scene.truth
    assert scene.room.store.trades.reserved("loss") == Usd(0)


async def test_both_requests_are_ready_before_either_is_sent(scene: Scene) -> None:
    ready_at_the_post = []

    def leaves(_: PreparedOrder) -> None:
        ready_at_the_post.append([len(venue.made_ready) for venue in scene.venues.values()])

    for venue in scene.venues.values():
        venue.before_send = leaves
    assert (await scene.execute()).success
    assert ready_at_the_post == [[1, 1], [1, 1]]


ENDS = {
    Fate.FILLED: LegState.FILLED,
    Fate.BETTER: LegState.FILLED,
    Fate.KILLED: LegState.KILLED,
    Fate.REJECTED: LegState.REJECTED,
    Fate.THROTTLED: LegState.REJECTED,
    Fate.UNAUTHORISED: LegState.REJECTED,
    Fate.NOT_SENT: LegState.NOT_SENT,
    Fate.HELD_FILLED: LegState.FILLED,
    Fate.HELD_KILLED: LegState.KILLED,
    Fate.LOST_FILLED: LegState.FILLED,
    Fate.LOST_KILLED: LegState.KILLED,
    Fate.LOST_ABSENT: LegState.NOT_PLACED,
    Fate.LATE: LegState.FILLED,
    Fate.PARTIAL: LegState.PARTIAL,
    Fate.OVERFILL: LegState.FILLED,
    Fate.PENDING: LegState.FILLED,
    Fate.GHOST: LegState.FILLED,
}
"""Where a leg is once everything is known. A ghost was matched: that it holds nothing is told by its settlement."""
WHOLE = {fate for fate, state in ENDS.items() if state is LegState.FILLED and fate is not Fate.GHOST}


def expected(first: Fate, second: Fate) -> TradeState:
    """What two fates come to: two whole legs hedge, two that hold nothing are flat, all else needs a person."""
    if {first, second} <= WHOLE:
        return TradeState.HEDGED
    return TradeState.ASYMMETRIC if {first, second} & (WHOLE | {Fate.PARTIAL}) else TradeState.FLAT


@pytest.mark.slow
@pytest.mark.parametrize(("first", "second"), list(product(Fate, Fate)), ids=lambda fate: fate.name.lower())
async def test_every_outcome_beside_every_outcome(scene: Scene, first: Fate, second: Fate) -> None:
    result = await scene.execute(kalshi=first, polymarket=second)
    await scene.wait(1_000)
    trade = scene.room.store.trades.recent(count_max=1)[0]

    assert trade.state is expected(first, second)
    assert [leg.state for leg in trade.legs] == [ENDS[first], ENDS[second]]
    scene.judge()
    # what the venue takes within the quiet time is never called absent first
    assert Failure.LATE_FILL not in scene.room.store.operations.breaker().trips
    assert (Failure.GHOST_FILL in scene.room.store.operations.breaker().trips) is (Fate.GHOST in {first, second})
    if trade.state is TradeState.ASYMMETRIC:
        await assert_paused_and_told(scene)
    if trade.state is TradeState.FLAT and Fate.GHOST not in {first, second}:
        assert scene.room.store.trades.reserved("exposure") == scene.room.store.trades.reserved("loss") == Usd(0)
    assert result.success is (result.state in {TradeState.HEDGED, TradeState.HEDGED_PROVISIONAL})


async def assert_paused_and_told(scene: Scene) -> None:
    """Asymmetric: paused, told, and silent for this pair and any other, after a restart too."""
    assert Failure.ASYMMETRIC_EXECUTION in scene.room.store.operations.breaker().trips
    alerts = scene.room.store.operations.due_alerts(at=scene.clock.now(), count_max=9)
    assert any(alert.severity == "critical" and "Asymmetric" in alert.text for _, alert, _ in alerts)
    before = posts_of(scene)
    with Store(scene.room.store.path) as reopened:
        reopened.journal.recover(at=scene.clock.now())
        again = await replace_store(scene, reopened).execute(kalshi=Fate.FILLED, polymarket=Fate.FILLED)
    assert not again.success
    assert again.circuit_breaker_triggered
    assert posts_of(scene) == before


def posts_of(scene: Scene) -> int:
    return sum(venue.posts.total() for venue in scene.venues.values())


async def test_only_a_person_makes_an_asymmetric_trade_tradable_again(scene: Scene) -> None:
    await scene.execute(kalshi=Fate.FILLED, polymarket=Fate.KILLED)
    scene.clock.advance(hours=30)
    assert (await scene.execute()).circuit_breaker_triggered
    posts = posts_of(scene)

    scene.room.store.operations.close_breaker(by="ann", reason="seen", at=scene.clock.now())
    refused = await scene.execute()
    assert (refused.state, refused.circuit_breaker_triggered) == ("refused", False)
    assert posts_of(scene) == posts  # its own market stays locked until the trade is finished


async def test_a_dead_connection_on_both_sides_is_tried_once_more_with_new_ids(scene: Scene) -> None:
    await scene.execute(kalshi=Fate.NOT_SENT, polymarket=Fate.NOT_SENT)
    assert len(scene.room.store.trades.recent(count_max=9)) == 2
    assert not scene.room.store.trades.unfinished()


async def test_a_killed_order_is_never_tried_again(scene: Scene) -> None:
    await scene.execute(kalshi=Fate.KILLED, polymarket=Fate.KILLED)
    assert [venue.posts.total() for venue in scene.venues.values()] == [1, 1]


async def test_three_trades_that_came_to_nothing_open_the_breaker(scene: Scene) -> None:
    for _ in range(3):
        await scene.execute(kalshi=Fate.KILLED, polymarket=Fate.KILLED)
    assert list(scene.room.store.operations.breaker().trips) == [Failure.EXECUTION_FAILURE]


async def test_an_order_in_doubt_for_a_minute_pauses_and_is_resolved_all_the_same(scene: Scene) -> None:
    await scene.execute(kalshi=Fate.FILLED, polymarket=Fate.LOST_ABSENT)
    await scene.wait(60)
    assert Failure.LEG_UNRESOLVED in scene.room.store.operations.breaker().trips
    assert scene.room.store.trades.unfinished()[0].state is TradeState.IN_DOUBT
    await scene.wait(200)
    assert Failure.ASYMMETRIC_EXECUTION in scene.room.store.operations.breaker().trips


async def test_nothing_is_sent_once_the_halt_file_is_there(scene: Scene) -> None:
    scene.halt.append("HALT file")
    result = await scene.execute()
    assert result.state == "refused"
    assert not scene.venues[KALSHI].posts


async def test_a_halt_between_approval_and_sending_is_seen(scene: Scene) -> None:
    kalshi = scene.venues[KALSHI]
    shown = kalshi.book

    def halt_while_reading() -> Book:
        if scene.room.store.trades.unfinished():
            scene.halt.append("HALT file")
        return shown()

    kalshi.book = halt_while_reading
    result = await scene.execute()
    assert result.errors == ("trading is paused: HALT file",)
    assert not kalshi.posts
    assert scene.exposure == Usd(0)


@pytest.mark.parametrize(("bid", "ask", "why"), [("0.44", "0.46", "no longer stand"), ("0.46", "0.46", "crossed")])
async def test_a_book_that_moved_since_aborts_before_anything_is_sent(
    scene: Scene, bid: str, ask: str, why: str
) -> None:
    kalshi, calls = scene.venues[KALSHI], iter(range(9))
    kalshi.book = lambda: book_of(
        scene.markets[KALSHI], scene.clock, *(("0.44", "0.45") if next(calls) == 0 else (bid, ask))
    )
    result = await scene.execute()
    assert why in result.errors[0]
    assert not any(venue.posts for venue in scene.venues.values())
    assert scene.exposure == Usd(0)
    assert not scene.room.store.operations.breaker().is_open


async def test_a_newer_run_takes_over_and_the_older_sends_nothing(scene: Scene) -> None:
    scene.room.store.operations.begin_epoch(pid=2, host="there", version="", config_hash="", at=NOW)
    with pytest.raises(Exception, match="overtaken"):
        await scene.execute()
    assert not any(venue.posts for venue in scene.venues.values())


async def test_a_key_that_cannot_sign_leaves_no_trace(scene: Scene) -> None:
    def refuse(*_: object, **__: object) -> PreparedOrder:
        raise AuthError("no key")

    scene.venues[POLYMARKET].prepare = refuse
    with pytest.raises(AuthError):
        await scene.execute()
    assert not scene.room.store.trades.recent(count_max=1)


async def test_two_trades_at_once_cannot_both_pass_under_one_limit(scene: Scene) -> None:
    room = replace(scene.room, limits=Limits(total_exposure_max=Usd.parse("20"), event_exposure_max=Usd.parse("20")))
    books = {name: venue.book() for name, venue in scene.venues.items()}
    results = await asyncio.gather(
        *(execute(room, scene.opportunity, markets=scene.markets, books=books) for _ in range(4))
    )
    assert sorted(result.success for result in results) == [False, False, False, True]
    assert room.store.ledger.exposure() <= Usd.parse("20")


async def test_a_crash_after_sending_is_cleared_up_by_the_next_start(scene: Scene) -> None:
    scene.venues[POLYMARKET].fate = Fate.LOST_FILLED

    kalshi = scene.venues[KALSHI]
    send = kalshi.send

    async def send_and_die(prepared: PreparedOrder) -> object:
        await send(prepared)
        raise asyncio.CancelledError

    kalshi.send = send_and_die
    with pytest.raises(asyncio.CancelledError):
        await scene.execute()
    check = await check_start(scene.room, state_age_max=timedelta(hours=1))
    assert scene.ledger == scene.truth
    assert all(leg.settlement is Settlement.FINAL for leg in scene.room.store.trades.recent(count_max=1)[0].legs)
    assert check.blocking == ()
    assert "Found 2 open positions - manual review recommended" in check.warnings


async def test_a_stranger_s_trade_blocks_the_start_until_it_is_booked(scene: Scene) -> None:
    await scene.execute()
    [order] = scene.venues[KALSHI].orders
    stranger = replace(order.prepared, client_id="someone-else", order=replace(order.prepared.order, side=Side.NO))
    scene.venues[KALSHI].orders.append(replace(order, prepared=stranger))
    found = await reconcile(scene.room, fix=False)
    assert [fill.fill_id for fill in found.unknown_fills] == ["t-someone-else"]
    assert not found.clean
    mended = await reconcile(scene.room, fix=True)
    assert any("made beside arbkit" in line for line in mended.booked)


@pytest.mark.parametrize("times", [1, 2, 3])
async def test_a_cancelled_trade_still_learns_what_became_of_both_legs(scene: Scene, times: int) -> None:
    polymarket = scene.venues[POLYMARKET]
    send, under_way = polymarket.send, asyncio.Event()

    async def slow(prepared: PreparedOrder) -> object:
        under_way.set()
        for _ in range(20):
            await asyncio.sleep(0)
        return await send(prepared)

    polymarket.send = slow
    task = asyncio.ensure_future(scene.execute())
    await under_way.wait()
    assert scene.venues[KALSHI].posts
    for _ in range(times):
        task.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [leg.state for leg in scene.room.store.trades.recent(count_max=1)[0].legs] == [LegState.FILLED] * 2


async def test_an_order_that_the_journal_does_not_call_sending_is_not_sent(scene: Scene) -> None:
    venue = scene.venues[KALSHI]
    order = FokOrder(
        leg_id="t000-k", market=venue.market_listed.id, side=Side.YES, action=Action.BUY, qty=Qty.whole(1),
        limit=Price.parse("0.45"), budget=Usd.parse("0.45"),
    )  # fmt: skip
    await scene.execute()
    again = venue.prepare(order, market=venue.market_listed, now=scene.clock.now())

    with pytest.raises(InvariantError, match="leg t000-k is filled and was about to be sent"):
        await send(scene.room, [again])

    assert again.client_id not in venue.posts


async def test_the_day_s_loss_is_counted_after_a_restart_too(scene: Scene) -> None:
    loss = book_cash(KALSHI, Usd(0), ref="nothing", at=scene.clock.now())
    lost = replace(loss, ref="loss", entries=a_loss("19.5"))
    scene.room.store.ledger.append([lost])
    with Store(scene.room.store.path) as reopened:
        result = await replace_store(scene, reopened).execute()
    assert result.state == "refused"
    assert "the day's loss and what is at risk" in result.errors[0]


def a_loss(dollars: str) -> tuple[Entry, ...]:
    amount = Usd.parse(dollars).micros
    return (Entry(KALSHI, Account.PNL, amount), Entry(KALSHI, Account.EXTERNAL_CASH, -amount))


def replace_store(scene: Scene, store: Store) -> Scene:
    return replace(scene, room=replace(scene.room, store=store, catalogue=store))


async def test_orders_in_doubt_count_as_exposure(scene: Scene) -> None:
    await scene.execute(kalshi=Fate.LOST_ABSENT, polymarket=Fate.LOST_ABSENT)
    books = {name: venue.book() for name, venue in scene.venues.items()}
    facts = situation(scene.room, scene.opportunity, scene.markets, books, now=scene.clock.now())
    # 20 x 0.45 at each venue, with 0.3465 and (at most 4 % of the budget) 0.36 in fees
    assert facts.exposure == facts.event_exposure == Usd.parse("18.7065")


async def test_a_fee_that_is_not_the_schedules_stops_trading_and_is_counted(scene: Scene) -> None:
    # Polymarket tells no fees with its trades: there a dearer schedule shows as missing cash, in `reconcile`.
    dearer = KalshiFees("quadratic", 2_000_000)
    scene.venues[KALSHI].market_listed = replace(scene.markets[KALSHI], fees=dearer)
    await scene.execute()

    trip = scene.room.store.operations.breaker().trips[Failure.FEE_MISMATCH]
    assert str(scene.markets[KALSHI].id) in trip.detail
    assert scene.room.store.figures.taken().fee_mismatch_micros > 100_000


async def test_the_fees_of_the_schedule_stop_nothing(scene: Scene) -> None:
    await scene.execute(kalshi=Fate.BETTER)
    assert not scene.room.store.operations.breaker().is_open


async def test_a_refused_key_stops_trading_at_once(scene: Scene) -> None:
    await scene.execute(kalshi=Fate.UNAUTHORISED, polymarket=Fate.KILLED)
    assert Failure.AUTHENTICATION in scene.room.store.operations.breaker().trips


async def test_too_many_requests_count_as_failures_in_a_row(scene: Scene) -> None:
    await scene.execute(kalshi=Fate.THROTTLED, polymarket=Fate.KILLED)
    assert scene.room.store.operations.breaker().consecutive_failures >= 1
    alerts = scene.room.store.operations.due_alerts(at=scene.clock.now(), count_max=9)
    assert any(alert.kind == "rate_limit_exceeded" for _, alert, _ in alerts)


async def test_a_trade_the_other_way_closes_what_is_held_and_kalshi_pays_at_once(scene: Scene) -> None:
    await scene.execute()
    # now YES of Kalshi can be sold at 0.54 (NO bought at 0.46), and YES bought at 0.44 on the other side
    scene.venues[KALSHI].book = lambda: book_of(scene.markets[KALSHI], scene.clock, "0.54", "0.55")
    scene.venues[POLYMARKET].book = lambda: book_of(scene.markets[POLYMARKET], scene.clock, "0.43", "0.44")
    books = {name: venue.book() for name, venue in scene.venues.items()}
    back = look(
        scene.opportunity.pair, kalshi=scene.markets[KALSHI], polymarket=scene.markets[POLYMARKET],
        kalshi_book=books[KALSHI], polymarket_book=books[POLYMARKET], policy=scene.room.policy, now=scene.clock.now(),
    )  # fmt: skip
    assert isinstance(back, Opportunity)
    result = await execute(scene.room, back, markets=scene.markets, books=books)
    assert result.success
    held = {(market.venue, side): qty for (market, side), qty in scene.ledger.items()}
    assert held == {(POLYMARKET, Side.YES): Qty.whole(20), (POLYMARKET, Side.NO): Qty.whole(20)}
    assert scene.ledger == scene.truth
    assert (await reconcile(scene.room, fix=False)).clean  # cash too: $20 came back at Kalshi
    # 20 x (1 - 0.46 - 0.45) less the fees of both Kalshi trades: 0.3465, and 0.07 x 20 x 0.46 x 0.54 up to 0.3478
    kalshi = ledger_result(scene.room.store.ledger.transactions(), venue=KALSHI)
    assert kalshi.realised == Usd.parse("1.1057")
