"""Review: a person's word counts only where nobody could find out, and only if the venue does not say otherwise."""

from dataclasses import replace
from datetime import timedelta

import pytest

from arbkit.app.reconcile import check_start
from arbkit.app.review import accept, claim, open_trade, sell_back
from arbkit.core.books import Book
from arbkit.core.execution import LegState, TradeState
from arbkit.core.money import Usd
from arbkit.core.orders import Balance
from arbkit.errors import BadId, RefusedError
from arbkit.store.trades import StoredTrade
from tests.app.scene import Scene
from tests.builders import KALSHI, POLYMARKET
from tests.desks import Fate

pytestmark = pytest.mark.anyio

WHO = {"who": "ann", "reason": "seen on the site"}


def the_trade(scene: Scene) -> StoredTrade:
    return scene.room.store.trades.recent(count_max=1)[0]


async def under_review(scene: Scene, fate: Fate) -> None:
    """An order at Polymarket of which nothing can be proven: its cash does not agree with the ledger for an hour."""
    polymarket = scene.venues[POLYMARKET]
    real = polymarket.balances

    async def other() -> list[Balance]:
        return [Balance(purse.available - Usd.parse("1")) for purse in await real()]

    polymarket.balances = other
    await scene.execute(kalshi=Fate.FILLED, polymarket=fate)
    await scene.wait(1_000)
    assert the_trade(scene).legs[1].state is LegState.REVIEW
    polymarket.balances = real


async def test_never_filled_is_believed_once_the_venue_agrees_and_is_kept_with_who_and_why(scene: Scene) -> None:
    await under_review(scene, Fate.LOST_ABSENT)
    after = await claim(scene.room, the_trade(scene), POLYMARKET, filled=False, **WHO)
    assert after is LegState.KILLED
    assert the_trade(scene).state is TradeState.ASYMMETRIC
    kept = scene.room.store.table("leg_events")[-1]
    assert "by hand, ann: seen on the site" in str(kept["why"])
    alerts = [alert.kind for _, alert, _ in scene.room.store.operations.due_alerts(at=scene.clock.now(), count_max=99)]
    assert "manual_resolution" in alerts


async def test_never_filled_is_refused_while_positions_or_cash_say_otherwise(scene: Scene) -> None:
    await under_review(scene, Fate.LOST_ABSENT)
    polymarket = scene.venues[POLYMARKET]
    real = polymarket.balances

    async def other() -> list[Balance]:
        return [Balance(purse.available - Usd.parse("1")) for purse in await real()]

    polymarket.balances = other
    with pytest.raises(RefusedError, match="differ from the ledger"):
        await claim(scene.room, the_trade(scene), POLYMARKET, filled=False, **WHO)
    assert the_trade(scene).legs[1].state is LegState.REVIEW
    polymarket.balances = real
    await claim(scene.room, the_trade(scene), POLYMARKET, filled=False, **WHO)


async def test_a_word_against_the_venue_is_refused_and_what_the_venue_shows_is_booked(scene: Scene) -> None:
    await under_review(scene, Fate.LOST_ABSENT)
    [order] = scene.venues[POLYMARKET].orders
    order.fate = Fate.FILLED  # now the venue does show it
    with pytest.raises(RefusedError, match="says otherwise"):
        await claim(scene.room, the_trade(scene), POLYMARKET, filled=False, **WHO)
    assert the_trade(scene).state is TradeState.HEDGED
    assert scene.ledger == scene.truth


async def test_filled_is_never_invented(scene: Scene) -> None:
    await under_review(scene, Fate.LOST_ABSENT)
    with pytest.raises(RefusedError, match="nothing that could be booked"):
        await claim(scene.room, the_trade(scene), POLYMARKET, filled=True, **WHO)
    await claim(scene.room, the_trade(scene), POLYMARKET, filled=False, **WHO)


async def test_a_word_is_not_taken_for_an_order_that_evidence_can_still_decide(scene: Scene) -> None:
    await scene.execute(kalshi=Fate.FILLED, polymarket=Fate.LOST_ABSENT)
    with pytest.raises(RefusedError, match="evidence decides"):
        await claim(scene.room, the_trade(scene), POLYMARKET, filled=False, **WHO)
    with pytest.raises(RefusedError, match="evidence decides"):
        await claim(scene.room, the_trade(scene), KALSHI, filled=False, **WHO)
    await scene.wait(300)


async def test_a_lonely_leg_can_be_taken_over_and_then_a_start_is_possible_again(scene: Scene) -> None:
    await scene.execute(kalshi=Fate.FILLED, polymarket=Fate.KILLED)
    assert (await check_start(scene.room, state_age_max=timedelta(hours=1))).blocking
    await accept(scene.room, the_trade(scene), **WHO)
    trade = the_trade(scene)
    assert trade.finished_at is not None
    assert "taken over by ann: seen on the site" in trade.notes
    assert not (await check_start(scene.room, state_age_max=timedelta(hours=1))).blocking
    assert scene.room.store.trades.reserved("loss") == Usd(0)
    assert scene.room.store.operations.breaker().is_open  # resuming is another word


async def test_nothing_is_taken_over_while_it_is_in_doubt_or_provisional(scene: Scene) -> None:
    await scene.execute(kalshi=Fate.FILLED, polymarket=Fate.LOST_ABSENT)
    with pytest.raises(RefusedError, match="in_doubt"):
        await accept(scene.room, the_trade(scene), **WHO)
    await scene.wait(300)


async def test_a_person_can_have_a_lonely_leg_sold_back_within_the_same_bounds(scene: Scene) -> None:
    await scene.execute(kalshi=Fate.FILLED, polymarket=Fate.KILLED)
    assert await sell_back(scene.room, the_trade(scene)) is TradeState.UNWOUND
    assert scene.ledger == scene.truth == {}


async def test_a_sale_beyond_the_bounds_is_refused_to_a_person_too(scene: Scene) -> None:
    await scene.execute(kalshi=Fate.FILLED, polymarket=Fate.KILLED)
    kalshi = scene.venues[KALSHI]
    seen = kalshi.book()
    kalshi.book = lambda: empty(seen)
    with pytest.raises(RefusedError, match="one_sided"):
        await sell_back(scene.room, the_trade(scene))
    assert kalshi.posts.total() == 1


def empty(book: Book) -> Book:
    return replace(book, yes_bids=())


async def test_an_id_that_names_no_open_trade_is_refused(scene: Scene) -> None:
    await scene.execute()
    with pytest.raises(BadId):
        open_trade(scene.room, "t0")
