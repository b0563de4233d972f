"""A dry run beside live trading: the same books, the same decision, and never a better result than the real one."""

from dataclasses import replace
from datetime import timedelta

import pytest

from arbkit.app.reconcile import check_start, reconcile
from arbkit.app.result import ExecutionResult
from arbkit.app.trade import execute
from arbkit.core.books import Book
from arbkit.core.execution import TradeState
from arbkit.core.ledger import Account, balances, result
from arbkit.core.markets import Market, MarketId, Side, VenueName
from arbkit.core.money import ZERO_USD, Price, Qty, Usd
from arbkit.core.orders import Balance, Holding
from arbkit.core.risk import Mode
from arbkit.core.settlement import Ending, settled
from arbkit.errors import SchemaMismatch
from arbkit.venues.paper import PaperAccount
from tests.app.scene import Scene, book_of
from tests.builders import KALSHI, POLYMARKET, a_market
from tests.desks import Fate

pytestmark = pytest.mark.anyio
LATENCY_MS = 200


def on_paper(scene: Scene) -> Scene:
    """The same scene with desks that only pretend."""
    made = {
        name: PaperAccount(
            venue, scene.clock, validate=lambda order, market: None, latency_ms=lambda: LATENCY_MS,
            holdings=list, balances=list, market_of=lambda market: None,
        )
        for name, venue in scene.venues.items()
    }  # fmt: skip
    scene.room = replace(
        scene.room, desks=made, accounts=made, mode=Mode.DRY_RUN,
        left=lambda book: made[book.market.venue].takings.left(book),
    )  # fmt: skip
    return scene


async def tried(scene: Scene) -> ExecutionResult:
    books = {name: scene.room.left(venue.book()) for name, venue in scene.venues.items()}
    return await execute(scene.room, scene.opportunity, markets=scene.markets, books=books)


async def test_the_profit_on_paper_is_not_better_than_that_of_the_real_trade(scene: Scene) -> None:
    real = await scene.execute()
    posts = sum(venue.posts.total() for venue in scene.venues.values())
    paper = await tried(on_paper(scene))
    assert real.actual_profit is not None
    assert paper.actual_profit is not None
    assert paper.dry_run
    assert paper.actual_profit <= real.actual_profit + Usd(10_000)  # a cent: fees are rounded per order
    assert sum(venue.posts.total() for venue in scene.venues.values()) == posts


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("venue", list(VenueName))
async def test_one_leg_dies_alone_in_both(scene: Scene, venue: VenueName, mode: Mode) -> None:
    """The book of one venue moves while both orders are on their way."""
    moved_at = scene.clock.now()
    if mode is Mode.LIVE:
        scene.venues[venue].fate = Fate.KILLED
    else:
        on_paper(scene)
        shown, dear = scene.venues[venue].book, "0.70" if venue is KALSHI else "0.30"

        def moving() -> Book:
            late = (scene.clock.now() - moved_at).total_seconds() * 1_000 >= LATENCY_MS
            worse = (dear, "0.71") if venue is KALSHI else ("0.29", dear)
            return book_of(scene.markets[venue], scene.clock, *worse) if late else shown()

        scene.venues[venue].book = moving
    traded = await tried(scene)
    assert traded.state == TradeState.ASYMMETRIC
    assert traded.dry_run is (mode is Mode.DRY_RUN)
    assert scene.room.paused().startswith("ASYMMETRIC_EXECUTION")


async def test_what_was_taken_on_paper_cannot_be_taken_twice(scene: Scene) -> None:
    """200 contracts stand at the price; a dry run that forgot would take them for ever."""
    on_paper(scene)
    much = Usd(1_000_000_000)
    limits = replace(scene.room.limits, total_exposure_max=much, event_exposure_max=much, book_age_ms_max=60_000)
    scene.room = replace(scene.room, limits=limits)
    for venue in VenueName:
        scene.room.store.operations.save_balances(venue, [Balance(much)], at=scene.clock.now())
    results = [await tried(scene) for _ in range(12)]
    assert [one.success for one in results] == [True] * 10 + [False] * 2
    assert "has become one_sided" in results[-1].errors[0]


def with_a_ledger(scene: Scene, *, cash: str = "50") -> Scene:
    """On paper, with holdings and cash of the ledger, as the composition root has it."""
    store, known = scene.room.store, {market.id: market for market in scene.markets.values()}

    def purse(venue: VenueName) -> list[Balance]:
        booked = balances(store.ledger.transactions())
        put_in = -booked.get((venue, Account.EXTERNAL_CASH), ZERO_USD)
        return [Balance(Usd.parse(cash) + booked.get((venue, Account.CASH), ZERO_USD) - put_in)]

    made = {
        name: PaperAccount(
            venue, scene.clock, validate=lambda order, market: None, latency_ms=lambda: LATENCY_MS,
            holdings=lambda name=name: [
                Holding(p.market, p.side, p.qty) for p in store.ledger.positions().values()
                if p.market.venue is name and p.qty
            ],
            balances=lambda name=name: purse(name), market_of=known.get,
        )
        for name, venue in scene.venues.items()
    }  # fmt: skip
    scene.room = replace(scene.room, desks=made, accounts=made, mode=Mode.DRY_RUN)
    return scene


@pytest.mark.parametrize("yes", ["1", "0", "0.5"], ids=["yes won", "no won", "void"])
async def test_what_is_held_on_paper_ends_with_the_profit_that_the_real_trade_would_make(
    scene: Scene, yes: str
) -> None:
    with_a_ledger(scene)
    assert (await tried(scene)).success
    for venue in VenueName:
        scene.venues[venue].ended = {Side.YES: Price.parse(yes), Side.NO: Price.parse(yes).complement}
    check = await check_start(scene.room, state_age_max=timedelta(hours=1))
    assert check.blocking == ()
    # bought for 9 + 0.3465 + 9 + 0.198; 20 come back, whoever won
    booked = scene.room.store.ledger.transactions()
    assert result(booked).realised == Usd.parse("1.4555")
    assert scene.ledger == {}
    assert [one.is_due for one in settled(booked)] == [False, False]
    cash = balances(booked)
    assert cash[KALSHI, Account.CASH] + cash[POLYMARKET, Account.CASH] == Usd.parse("101.4555")
    again = await reconcile(scene.room, fix=False)
    assert (again.clean, again.booked) == (True, [])


async def test_what_ended_on_paper_and_is_not_booked_is_shown_as_a_venue_would(scene: Scene) -> None:
    with_a_ledger(scene)
    await tried(scene)
    scene.venues[KALSHI].ended = {Side.YES: Price.parse("1"), Side.NO: Price.parse("0")}
    found = await reconcile(scene.room, fix=False)
    assert [(one.market.venue, one.paid) for one in found.unpaid] == [(KALSHI, Price.parse("1"))]
    assert [(one.venue, one.what) for one in found.differences] == [(KALSHI, "cash")]
    [purse] = await scene.room.accounts[KALSHI].balances()
    assert purse.available == Usd.parse("60.6535")  # 50 - 9 - 0.3465 + 20


async def test_halves_that_pay_differently_on_paper_stop_the_dry_run_too(scene: Scene) -> None:
    with_a_ledger(scene)
    await tried(scene)
    for venue, yes in ((KALSHI, "0.3"), (POLYMARKET, "0.5")):  # a void at a fair price here, halves there
        scene.venues[venue].ended = {Side.YES: Price.parse(yes), Side.NO: Price.parse(yes).complement}
    await reconcile(scene.room, fix=True)
    # 6 come back of 9, and 10 of 9
    assert result(scene.room.store.ledger.transactions()).realised == Usd.parse("-2.5445")
    assert "RESOLUTION_MISMATCH" in scene.room.paused()


async def test_an_end_that_cannot_be_read_settles_nothing_and_holds_up_no_other(scene: Scene) -> None:
    with_a_ledger(scene)
    await tried(scene)
    other = a_market(KALSHI, "KXSNOW-26NOV30", expected_at=scene.clock.now())
    account = scene.room.accounts[KALSHI]
    known = {other.id: other} | {market.id: market for market in scene.markets.values()}
    held = account._holdings
    account._market_of = known.get
    account._holdings = lambda: [*held(), Holding(other.id, Side.YES, Qty.whole(5))]

    async def ending(market: Market) -> Ending | None:
        if market.id == other.id:
            raise SchemaMismatch(KALSHI, "$.market.result", "'maybe'")
        return Ending(Price.parse("1"))

    scene.venues[KALSHI].ending = ending
    assert [payout.market for payout in await account.payouts(since=scene.clock.now())] == [scene.markets[KALSHI].id]
    account._holdings = lambda: [Holding(other.id, Side.YES, Qty.whole(5))]
    with pytest.raises(SchemaMismatch, match="maybe"):
        await account.payouts(since=scene.clock.now())


async def test_a_market_that_is_open_is_asked_now_and_then_whether_it_ended_early(scene: Scene) -> None:
    with_a_ledger(scene)
    await tried(scene)
    asked: list[MarketId] = []

    async def ending(market: Market) -> Ending | None:
        asked.append(market.id)
        return None

    scene.venues[KALSHI].ending = ending
    for _ in range(6):
        await scene.room.accounts[KALSHI].payouts(since=scene.clock.now())
        scene.clock.advance(minutes=5)
    assert len(asked) == 2
