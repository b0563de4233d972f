"""The resolver among venues that are down, late, repetitive or wrong, and a journal that cannot be written."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from arbkit.app.reconcile import reconcile
from arbkit.app.resolve import learn, resolve, resolve_all
from arbkit.app.take import plan, take
from arbkit.app.trade import worst_case
from arbkit.core.books import Book, Level, make_book
from arbkit.core.breaker import Failure
from arbkit.core.detect import look
from arbkit.core.execution import LegState, TradeState
from arbkit.core.limits import Limits
from arbkit.core.markets import Side
from arbkit.core.money import ZERO_USD, Price, Qty, Usd
from arbkit.core.opportunity import Opportunity
from arbkit.core.orders import Action, Balance, Delayed, Fill, Filled, SendOutcome, Settlement
from arbkit.errors import AuthError, InvariantError, SchemaMismatch, StoreError, VenueUnavailable
from arbkit.ports import PreparedOrder, SentOrder
from arbkit.store.trades import StoredTrade
from tests.app.scene import Scene
from tests.builders import KALSHI, NOW, POLYMARKET
from tests.desks import Fate

pytestmark = pytest.mark.anyio


def the_trade(scene: Scene) -> StoredTrade:
    return scene.room.store.trades.recent(count_max=1)[0]


def trips(scene: Scene) -> set[Failure]:
    return set(scene.room.store.operations.breaker().trips)


async def test_a_doubt_that_lasts_pauses_though_the_venue_cannot_be_asked(scene: Scene) -> None:
    async def down(order: SentOrder) -> SendOutcome | None:
        raise VenueUnavailable("kalshi", "time-out")

    scene.venues[KALSHI].outcome = down
    await scene.execute(kalshi=Fate.LOST_FILLED)
    for _ in range(8):
        scene.clock.advance(seconds=10)
        with pytest.raises(VenueUnavailable):
            await resolve_all(scene.room)
    assert Failure.LEG_UNRESOLVED in trips(scene)


async def test_one_venue_that_is_down_does_not_keep_the_other_from_being_asked(scene: Scene) -> None:
    kalshi = scene.venues[KALSHI]
    real = kalshi.outcome

    async def down(order: SentOrder) -> SendOutcome | None:
        raise VenueUnavailable("kalshi", "time-out")

    kalshi.outcome = down
    await scene.execute(kalshi=Fate.LOST_FILLED, polymarket=Fate.LOST_FILLED)
    assert [leg.state for leg in the_trade(scene).legs] == [LegState.UNKNOWN, LegState.FILLED]
    kalshi.outcome = real
    await scene.wait(10)
    assert the_trade(scene).state is TradeState.HEDGED


@pytest.mark.parametrize("error", [AuthError("expired"), SchemaMismatch("kalshi", "$.orders", "null")])
async def test_a_question_that_fails_after_sending_leaves_a_result_in_doubt(scene: Scene, error: Exception) -> None:
    async def failing(order: SentOrder) -> SendOutcome | None:
        raise error

    scene.venues[KALSHI].outcome = failing
    result = await scene.execute(kalshi=Fate.LOST_FILLED)
    assert result.in_doubt


async def test_an_order_held_without_end_becomes_a_doubt_and_then_a_person_s(scene: Scene) -> None:
    async def held(order: SentOrder) -> SendOutcome | None:
        return Delayed(order.venue_order_id)

    scene.venues[POLYMARKET].outcome = held
    await scene.execute(polymarket=Fate.HELD_FILLED)
    await scene.wait(70)
    assert Failure.LEG_UNRESOLVED in trips(scene)
    await scene.wait(900)
    assert the_trade(scene).state is TradeState.REVIEW


async def test_a_trade_that_the_chain_never_confirms_is_given_to_a_person(scene: Scene) -> None:
    scene.venues[POLYMARKET]._settlement = lambda _: Settlement.PENDING
    await scene.execute(polymarket=Fate.PENDING)
    assert not trips(scene)
    await scene.wait(920)
    assert Failure.LEG_UNRESOLVED in trips(scene)
    assert scene.room.store.trades.reserved("loss") > ZERO_USD


async def test_a_fill_that_is_restated_pauses_and_holds_up_no_other_trade(scene: Scene) -> None:
    await scene.execute(polymarket=Fate.LOST_FILLED)
    kalshi = scene.venues[KALSHI]
    told = await kalshi.fills(since=NOW)

    async def restated(*, since: datetime) -> Sequence[Fill]:
        return [replace(fill, cost=fill.cost - Usd(10_000)) for fill in told]

    kalshi.fills = restated
    reopen(scene)
    await scene.wait(10)
    assert Failure.INVARIANT in trips(scene)
    found = await reconcile(scene.room, fix=False)
    assert not found.clean


async def test_a_booked_fill_that_is_told_otherwise_later_pauses_once_for_each_word(scene: Scene) -> None:
    await scene.execute()
    kalshi, booked = scene.venues[KALSHI], scene.room.store.ledger.transactions()
    told = await kalshi.fills(since=NOW)
    for cents in (1, 2):

        async def restated(*, since: datetime, cents: int = cents) -> Sequence[Fill]:
            return [replace(fill, cost=fill.cost + Usd(cents * 10_000)) for fill in told]

        kalshi.fills = restated
        await reconcile(scene.room, fix=False)
        assert Failure.INVARIANT in trips(scene)
        scene.room.store.operations.close_breaker(by="a person", reason="seen", at=scene.clock.now())
        await reconcile(scene.room, fix=False)
        assert Failure.INVARIANT not in trips(scene)
    assert scene.room.store.ledger.transactions() == booked


def reopen(scene: Scene) -> None:
    """As if the trade had been left half booked."""
    db = scene.room.store._database.connection
    db.execute("UPDATE trades SET finished_at = NULL")
    db.execute("UPDATE legs SET qty_micros = 0")


async def test_parts_of_a_fill_keep_the_rest_of_the_order_reserved(scene: Scene) -> None:
    kalshi, all_fills = scene.venues[KALSHI], scene.venues[KALSHI].fills
    shown = 1

    async def in_parts(*, since: datetime) -> Sequence[Fill]:
        [whole] = await all_fills(since=since) or [None]
        if whole is None:
            return []
        parts = 4
        part = replace(
            whole, qty=Qty(whole.qty.micros // parts), cost=Usd(whole.cost.micros // parts),
            fee=Usd((whole.fee or ZERO_USD).micros // parts),
        )  # fmt: skip
        return [replace(part, fill_id=f"{whole.fill_id}-{n}") for n in range(shown)]

    kalshi.fills = in_parts
    before = scene.exposure
    await scene.execute()
    while_booking = scene.exposure
    shown = 4
    await scene.wait(10)
    assert before == ZERO_USD
    assert while_booking >= scene.exposure
    assert scene.ledger == scene.truth
    assert the_trade(scene).finished_at
    assert scene.room.store.trades.reserved("exposure") == ZERO_USD


async def test_a_fill_that_is_shown_only_after_its_trade_failed_on_chain_is_not_booked(scene: Scene) -> None:
    polymarket = scene.venues[POLYMARKET]
    polymarket._settlement = lambda _: Settlement.PENDING
    stale = None

    async def lagging(*, since: datetime) -> Sequence[Fill]:
        return [] if stale is None else stale

    polymarket.fills = lagging
    await scene.execute(polymarket=Fate.GHOST)
    bare = [polymarket._fill(sent) for sent in polymarket.orders]
    polymarket._settlement = lambda _: Settlement.VOID
    await scene.wait(10)
    stale = bare
    await scene.wait(30)
    await reconcile(scene.room, fix=True)
    assert scene.ledger == scene.truth


async def test_a_fill_booked_in_doubt_is_taken_back_when_the_chain_fails_it(scene: Scene) -> None:
    polymarket = scene.venues[POLYMARKET]
    real, polymarket._settlement = polymarket.outcome, lambda _: Settlement.PENDING

    async def silent(order: SentOrder) -> SendOutcome | None:
        return None

    polymarket.outcome = silent
    await scene.execute(polymarket=Fate.LOST_FILLED)
    await reconcile(scene.room, fix=False)
    assert scene.ledger == scene.truth
    polymarket.outcome, polymarket._settlement = real, lambda _: Settlement.VOID
    await scene.wait(20)
    assert scene.ledger == scene.truth
    assert Failure.GHOST_FILL in trips(scene)


async def test_a_late_fill_whose_trade_is_shown_later_still_is_booked(scene: Scene) -> None:
    kalshi = scene.venues[KALSHI]
    real, real_outcome = kalshi.fills, kalshi.outcome

    async def none(*, since: datetime) -> Sequence[Fill]:
        return []

    async def silent(order: SentOrder) -> SendOutcome | None:
        return None

    kalshi.outcome = silent
    await scene.execute(kalshi=Fate.KILLED, polymarket=Fate.KILLED)
    kalshi.fills, kalshi.outcome = none, real_outcome
    kalshi.orders = [replace(order, fate=Fate.FILLED) for order in kalshi.orders]  # the venue was wrong
    await scene.wait(10)
    assert Failure.LATE_FILL in trips(scene)
    assert scene.exposure > ZERO_USD
    kalshi.fills = real
    await scene.wait(10)
    assert scene.ledger == scene.truth
    assert the_trade(scene).state is TradeState.ASYMMETRIC
    assert the_trade(scene).finished_at is None


async def test_a_late_fill_that_then_fails_on_chain_is_taken_back(scene: Scene) -> None:
    polymarket = scene.venues[POLYMARKET]
    await scene.execute(kalshi=Fate.KILLED, polymarket=Fate.KILLED)
    ghosts = [replace(order, fate=Fate.GHOST, sent_at=scene.clock.now()) for order in polymarket.orders]
    polymarket.orders = ghosts
    await resolve_all(scene.room)
    assert scene.ledger == scene.truth != {}
    await scene.wait(20)
    assert scene.ledger == scene.truth == {}


async def test_news_that_comes_while_the_resolver_asks_is_not_overtaken(scene: Scene) -> None:
    await scene.execute(kalshi=Fate.LOST_ABSENT)
    await scene.wait(50)
    kalshi, clock = scene.venues[KALSHI], scene.clock
    kalshi.orders[:] = [replace(order, fate=Fate.FILLED) for order in kalshi.orders]
    real, horizon = kalshi.outcome, kalshi.read_horizon

    async def silent(order: SentOrder) -> SendOutcome | None:
        return None

    async def meanwhile() -> datetime | None:
        leg = the_trade(scene).legs[0]
        if leg.state is LegState.UNKNOWN:
            order = SentOrder(order=leg.order, client_id=leg.client_id, venue_order_id="", since=NOW)
            learn(scene.room, leg, await real(order))
        return await horizon()

    kalshi.outcome, kalshi.read_horizon = silent, meanwhile
    kalshi.holdings, kalshi.balances = nothing_held(scene)
    clock.advance(seconds=120)
    await resolve_all(scene.room)
    assert the_trade(scene).legs[0].state is LegState.FILLED


def nothing_held(scene: Scene) -> tuple[object, object]:
    async def holdings() -> Sequence[object]:
        return []

    async def balances() -> Sequence[object]:
        kalshi = scene.venues[KALSHI]
        return [Balance(kalshi.cash)]

    return holdings, balances


async def test_a_trade_of_an_order_in_doubt_is_not_taken_for_a_stranger_s(scene: Scene) -> None:
    kalshi = scene.venues[KALSHI]
    real = kalshi.outcome

    async def silent(order: SentOrder) -> SendOutcome | None:
        return None

    async def untold(fill: Fill) -> str:
        return ""

    told = kalshi.client_id_of
    kalshi.outcome, kalshi.client_id_of = silent, untold
    await scene.execute(kalshi=Fate.LOST_FILLED)
    found = await reconcile(scene.room, fix=True)
    assert len(found.unknown_fills) == 1
    kalshi.client_id_of = told  # once the venue tells whose order it was, the trade is booked as ours
    found = await reconcile(scene.room, fix=False)
    assert not found.unknown_fills
    kalshi.outcome = real
    await scene.wait(10)
    assert the_trade(scene).state is TradeState.HEDGED
    assert scene.ledger == scene.truth


async def test_a_stranger_s_sale_listed_before_its_purchase_is_booked_in_order_of_time(scene: Scene) -> None:
    market, side = scene.markets[KALSHI].id, Side.YES
    bought = Fill(
        market=market, fill_id="a", order_key="x", side=side, action=Action.BUY, qty=Qty.whole(2),
        price=Price.parse("0.40"), cost=Usd.parse("0.80"), fee=ZERO_USD, at=NOW,
    )  # fmt: skip
    sold = replace(bought, fill_id="b", order_key="y", action=Action.SELL, at=NOW + timedelta(seconds=5))

    async def newest_first(*, since: datetime) -> Sequence[Fill]:
        return [sold, bought]

    scene.venues[KALSHI].fills = newest_first
    found = await reconcile(scene.room, fix=True)
    assert not found.unknown_fills
    assert found.clean


async def test_a_stranger_s_trade_that_cannot_be_booked_is_told_and_stops_nothing(scene: Scene) -> None:
    market = scene.markets[KALSHI].id
    sold = Fill(
        market=market, fill_id="b", order_key="y", side=Side.YES, action=Action.SELL, qty=Qty.whole(2),
        price=Price.parse("0.40"), cost=Usd.parse("0.80"), fee=ZERO_USD, at=NOW,
    )  # fmt: skip

    async def one_sale(*, since: datetime) -> Sequence[Fill]:
        return [sold]

    scene.venues[KALSHI].fills = one_sale
    found = await reconcile(scene.room, fix=True)
    assert found.unknown_fills == [sold]
    assert scene.room.store.trades.kept(sold) is None


async def test_an_asymmetric_trade_shows_its_naked_leg_in_the_ledger_when_execute_returns(scene: Scene) -> None:
    await scene.execute(polymarket=Fate.KILLED)
    assert scene.ledger == scene.truth != {}


@pytest.mark.parametrize("error", [AuthError("expired"), StoreError("disk"), asyncio.CancelledError()])
async def test_whatever_stops_a_trade_before_sending_frees_what_was_reserved(
    scene: Scene, error: BaseException
) -> None:
    kalshi, shown = scene.venues[KALSHI], scene.venues[KALSHI].book

    def failing() -> Book:
        if scene.room.store.trades.unfinished():
            raise error
        return shown()

    kalshi.book = failing
    with pytest.raises(type(error)):
        await scene.execute()
    assert not scene.room.store.trades.unfinished()
    assert scene.exposure == scene.room.store.trades.reserved("loss") == ZERO_USD
    assert not kalshi.posts


async def test_a_leg_that_cannot_be_recorded_does_not_cut_off_the_other(scene: Scene) -> None:
    polymarket, real = scene.venues[POLYMARKET], scene.venues[POLYMARKET].send
    record = scene.room.store.journal.record

    async def slow(prepared: PreparedOrder) -> SendOutcome:
        for _ in range(20):
            await asyncio.sleep(0)
        return await real(prepared)

    def full_disk(leg_id: str, *args: object, **kwargs: object) -> LegState:
        if leg_id.endswith("-k"):
            raise StoreError("the disk is full")
        return record(leg_id, *args, **kwargs)

    polymarket.send, scene.room.store.journal.record = slow, full_disk
    with pytest.raises(StoreError):
        await scene.execute()
    assert [leg.state for leg in the_trade(scene).legs] == [LegState.SENDING, LegState.FILLED]
    assert Failure.STORE in trips(scene)
    scene.room.store.journal.record = record
    await scene.wait(10)
    assert scene.ledger == scene.truth
    assert the_trade(scene).state is TradeState.HEDGED


async def test_the_ceiling_counts_what_the_orders_may_take_not_what_they_are_expected_to(scene: Scene) -> None:
    """Ten contracts at 0.44 and ten at 0.45: should the cheaper be gone, all twenty may cost 0.45."""
    bids, asks = [Level(Price.parse("0.43"), Qty.whole(200))], [
        Level(Price.parse("0.44"), Qty.whole(10)), Level(Price.parse("0.45"), Qty.whole(200)),
    ]  # fmt: skip
    kalshi = scene.venues[KALSHI]
    kalshi.book = lambda: make_book(scene.markets[KALSHI].id, yes_bids=bids, yes_asks=asks, seen_at=scene.clock.now())
    found = look(
        scene.opportunity.pair, kalshi=scene.markets[KALSHI], polymarket=scene.markets[POLYMARKET],
        kalshi_book=kalshi.book(), polymarket_book=scene.venues[POLYMARKET].book(), policy=scene.room.policy, now=NOW,
    )  # fmt: skip
    assert isinstance(found, Opportunity)
    scene.opportunity = found
    scene.room = replace(scene.room, limits=Limits(total_exposure_max=found.capital, event_exposure_max=found.capital))
    result = await scene.execute()
    assert scene.exposure <= scene.room.limits.total_exposure_max
    assert result.state == "refused"


async def test_an_invariant_that_breaks_while_asking_pauses_and_is_told_once(scene: Scene) -> None:
    async def impossible(order: SentOrder) -> SendOutcome | None:
        raise InvariantError("what cannot be")

    scene.venues[KALSHI].outcome = impossible
    result = await scene.execute(kalshi=Fate.LOST_FILLED)
    await resolve(scene.room, result.trade_id)
    await scene.wait(50)
    assert Failure.INVARIANT in trips(scene)
    alerts = scene.room.store.operations.due_alerts(at=scene.clock.now(), count_max=99)
    assert sum("what cannot be" in alert.text for _, alert, _ in alerts) == 1
    assert result.in_doubt


async def test_a_late_answer_of_nothing_known_changes_nothing(scene: Scene) -> None:
    """The answer to the POST may come after the resolver has been asking: a fill that it proved stays proven."""
    polymarket, real = scene.venues[POLYMARKET], scene.venues[POLYMARKET].send

    async def late(prepared: PreparedOrder) -> SendOutcome:
        answer = await real(prepared)
        scene.clock.advance(seconds=5)
        await resolve_all(scene.room)
        await resolve_all(scene.room)
        return answer

    polymarket.send = late
    await scene.execute(kalshi=Fate.FILLED, polymarket=Fate.LOST_FILLED)
    assert the_trade(scene).state is TradeState.HEDGED
    assert isinstance(await polymarket.outcome(_sent(scene)), Filled)


def _sent(scene: Scene) -> SentOrder:
    leg = the_trade(scene).legs[1]
    return SentOrder(order=leg.order, client_id=leg.client_id, venue_order_id=leg.venue_order_id, since=NOW)


async def test_a_plan_leaves_room_below_the_ceiling_for_the_worst_that_its_orders_may_take(scene: Scene) -> None:
    pair = scene.opportunity.pair
    scene.room = replace(scene.room, limits=Limits(total_exposure_max=Usd.parse("12"), event_exposure_max=Usd(10**8)))
    planned = await plan(scene.room, pair)
    assert isinstance(planned.found, Opportunity)
    assert worst_case(planned.found, planned.markets) <= Usd.parse("12")
    assert (await take(scene.room, planned)).success
