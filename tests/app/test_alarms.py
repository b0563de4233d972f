"""Every reason that stops trading, and every row of the specification's table of alerts (section 8.2), end to end: the
loop meets it, the store keeps it, the outbox carries it, and a Telegram bot on loopback gets its words.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from arbkit.alerts.telegram import TelegramSink
from arbkit.app.alerting import Alerter
from arbkit.app.events import EventKind
from arbkit.app.live import Choices, Live
from arbkit.app.room import UNWELL_FOR
from arbkit.core.alerts import Alert, Severity
from arbkit.core.breaker import Failure, pause
from arbkit.core.ledger import book_fill
from arbkit.core.markets import KalshiFees, Market, MarketId, Side, VenueName
from arbkit.core.money import MICRO, ZERO_USD, Price, Qty, Usd
from arbkit.core.orders import Action, Balance, Fill, Holding, SendOutcome
from arbkit.errors import InvariantError, StoreError, TaskDied
from arbkit.ports import Books, FeedState, Payout, PreparedOrder, SentOrder, VenueHealth
from tests.app.scene import Scene
from tests.app.test_live import QUICK, Running, anyio_backend, running
from tests.builders import KALSHI, NOW, POLYMARKET
from tests.chats import Bot, telegram
from tests.desks import Fate
from tests.virtual import until

__all__ = ["anyio_backend"]
pytestmark = pytest.mark.anyio
RHYTHM = replace(
    QUICK,
    resolve_ms=2_000,
    reconcile_ms=3_000,
    look_ms=500,
    facts_ms=2_000,
    health_ms=5_000,
    pairs_ms=5_000,
    beat_ms=5_000,
)


@dataclass
class Alarmed:
    """A loop over a scene whose alerts go to a chat."""

    run: Running
    bot: Bot

    @property
    def scene(self) -> Scene:
        return self.run.scene

    @property
    def live(self) -> Live:
        return self.run.live

    def tripped(self) -> set[Failure]:
        return set(self.scene.room.store.operations.breaker().trips)

    def said(self, words: str) -> list[str]:
        return [text for text in self.bot.texts if words in text]

    async def hear(self, words: str) -> None:
        """Wait until the chat was told something, exactly once."""
        await until(lambda: self.said(words), within_s=120)
        assert len(self.said(words)) == 1, self.bot.texts


def alerter(scene: Scene, sink: TelegramSink, running: Callable[[], Running]) -> Callable[[], Awaitable[None]]:
    """What delivers everything that is worth telling, by the clock of the loop."""

    async def deliver() -> None:
        one = Alerter(
            store=scene.room.store, sinks=[sink], clock=running().live.room.clock, wanted=lambda _: True,
            note=lambda _alert, _what: None,
        )  # fmt: skip
        await one.run()

    return deliver


@asynccontextmanager
async def alarmed(scene: Scene, choices: Choices | None = None) -> AsyncIterator[Alarmed]:
    made: list[Running] = []
    async with telegram() as (sink, bot):
        beside = {"alerts": alerter(scene, sink, lambda: made[0])}
        async with running(scene, choices, rhythm=RHYTHM, setting=made.append, beside=beside) as run:
            yield Alarmed(run, bot)


# What brings each reason about. Each provokes, and leaves the rest to the loop.

Provoke = Callable[[Alarmed], Awaitable[None]]


async def an_order_fails(alarmed: Alarmed) -> None:
    """Both orders are killed, three times in a row."""
    for venue in alarmed.scene.venues.values():
        venue.fate = Fate.KILLED
    alarmed.run.offer()


async def one_leg_stands_alone(alarmed: Alarmed) -> None:
    alarmed.scene.venues[POLYMARKET].fate = Fate.KILLED
    alarmed.run.offer()


async def a_stream_is_given_up(alarmed: Alarmed) -> None:
    alarmed.run.offer_nothing()
    alarmed.run.feeds[KALSHI].state, alarmed.run.feeds[KALSHI].detail = FeedState.POLLING, "refused"


async def too_many_requests(alarmed: Alarmed) -> None:
    """A failure, then both venues say that we ask too much: the third in a row is theirs."""
    alarmed.scene.room.fail(Failure.EXECUTION_FAILURE, "an earlier one", severity=Severity.MEDIUM)
    for venue in alarmed.scene.venues.values():
        venue.fate = Fate.THROTTLED
    alarmed.run.offer()


async def a_day_is_lost(alarmed: Alarmed) -> None:
    """What was bought is settled at nothing, beyond what a day may lose."""
    await a_trade_settles(alarmed, kalshi=Price(0), polymarket=Price(0))


async def a_pair_pays_twice(alarmed: Alarmed) -> None:
    """Both legs pay: welcome this time, and the next time neither will."""
    await a_trade_settles(alarmed, kalshi=Price(MICRO), polymarket=Price(MICRO))


async def a_trade_settles(alarmed: Alarmed, *, kalshi: Price, polymarket: Price) -> None:
    alarmed.run.offer(qty=20)
    await until(lambda: alarmed.run.told(EventKind.TRADE))
    alarmed.run.offer_nothing()
    await until(lambda: not alarmed.scene.room.store.trades.unfinished())
    for venue, paid in ((KALSHI, kalshi), (POLYMARKET, polymarket)):
        settle(alarmed.scene, venue, paid)


def settle(scene: Scene, name: VenueName, paid: Price) -> None:
    """The venue settles what it holds: pays, and holds nothing of it any more."""
    venue = scene.venues[name]
    holdings, balances = venue.holdings, venue.balances

    async def payouts(*, since: object) -> Sequence[Payout]:
        return [Payout(held.market, held.side, paid, scene.clock.now()) for held in await holdings()]

    async def nothing() -> Sequence[Holding]:
        return []

    async def richer() -> Sequence[Balance]:
        gained = sum(held.qty.micros * paid.micros // MICRO for held in await holdings())
        return [replace(purse, available=purse.available + Usd(gained)) for purse in await balances()]

    venue.payouts, venue.holdings, venue.balances = payouts, nothing, richer


async def an_order_stays_in_doubt(alarmed: Alarmed) -> None:
    alarmed.scene.venues[POLYMARKET].fate = Fate.LOST_ABSENT
    alarmed.run.offer()


async def an_order_fills_after_it_was_believed_dead(alarmed: Alarmed) -> None:
    await an_order_fails(alarmed)
    await until(lambda: alarmed.run.told(EventKind.TRADE))
    alarmed.run.offer_nothing()
    kalshi = alarmed.scene.venues[KALSHI]
    kalshi.orders = [replace(order, fate=Fate.FILLED) for order in kalshi.orders]


async def the_chain_takes_a_fill_back(alarmed: Alarmed) -> None:
    alarmed.scene.venues[POLYMARKET].fate = Fate.GHOST
    alarmed.run.offer()


async def another_copy_trades(alarmed: Alarmed) -> None:
    kalshi, market = alarmed.scene.venues[KALSHI], alarmed.scene.markets[KALSHI].id

    async def theirs(*, since: object) -> Sequence[Fill]:
        return [
            Fill(market=market, fill_id="f1", order_key="ak1-another-1", side=Side.YES, action=Action.BUY,
                 qty=Qty.whole(1), price=Price.parse("0.5"), cost=Usd.parse("0.5"), fee=ZERO_USD, at=NOW)
        ]  # fmt: skip

    kalshi.fills = theirs


async def a_venue_holds_more_than_we_know(alarmed: Alarmed) -> None:
    kalshi, market = alarmed.scene.venues[KALSHI], alarmed.scene.markets[KALSHI].id

    async def more() -> Sequence[Holding]:
        return [Holding(market, Side.YES, Qty.whole(7))]

    kalshi.holdings = more


async def a_fee_is_not_the_schedules(alarmed: Alarmed) -> None:
    alarmed.scene.venues[KALSHI].market_listed = replace(
        alarmed.scene.markets[KALSHI], fees=KalshiFees("quadratic", 2_000_000)
    )
    alarmed.run.offer()


async def both_orders_take_too_long(alarmed: Alarmed) -> None:
    slow(alarmed.scene, ms=2_500)
    alarmed.run.offer()


def slow(scene: Scene, *, ms: int) -> None:
    """Every order is answered so late."""
    for venue in scene.venues.values():
        send = venue.send

        async def late(prepared: PreparedOrder, send: Callable[..., Awaitable[SendOutcome]] = send) -> SendOutcome:
            await scene.clock.sleep(ms)
            return await send(prepared)

        venue.send = late


async def a_key_is_refused(alarmed: Alarmed) -> None:
    for venue in alarmed.scene.venues.values():
        venue.fate = Fate.UNAUTHORISED
    alarmed.run.offer()


async def an_answer_cannot_be_written(alarmed: Alarmed) -> None:
    store, record = alarmed.scene.room.store, alarmed.scene.room.store.journal.record

    def full_disk(leg_id: str, *args: object, **kwargs: object) -> object:
        if leg_id.endswith("-k"):
            raise StoreError("the disk is full")
        return record(leg_id, *args, **kwargs)

    store.journal.record = full_disk
    alarmed.run.offer()


async def a_task_dies(alarmed: Alarmed) -> None:
    alarmed.run.feeds[POLYMARKET].die_of(RuntimeError("no such thing"))


async def what_cannot_be_is(alarmed: Alarmed) -> None:
    async def impossible(order: SentOrder) -> SendOutcome | None:
        raise InvariantError("what cannot be")

    alarmed.scene.venues[KALSHI].outcome = impossible
    alarmed.scene.venues[KALSHI].fate = Fate.LOST_FILLED
    alarmed.run.offer()


REASONS: dict[Failure, tuple[Provoke, str]] = {
    Failure.EXECUTION_FAILURE: (an_order_fails, "3 consecutive failures"),
    Failure.ASYMMETRIC_EXECUTION: (one_leg_stands_alone, "Asymmetric execution detected!"),
    Failure.CONNECTION_LOST: (a_stream_is_given_up, "Connection lost\n\nkalshi: gave up"),
    Failure.RATE_LIMIT_EXCEEDED: (too_many_requests, "Reason: RATE_LIMIT_EXCEEDED: 3 consecutive failures"),
    Failure.DAILY_LOSS_LIMIT: (a_day_is_lost, "Daily loss limit reached!\n\nLoss: $"),
    Failure.LEG_UNRESOLVED: (an_order_stays_in_doubt, "Reason: LEG_UNRESOLVED"),
    Failure.LATE_FILL: (an_order_fills_after_it_was_believed_dead, "Reason: LATE_FILL"),
    Failure.GHOST_FILL: (the_chain_takes_a_fill_back, "Reason: GHOST_FILL"),
    Failure.FOREIGN_TRADE: (another_copy_trades, "Reason: FOREIGN_TRADE"),
    Failure.POSITION_MISMATCH: (a_venue_holds_more_than_we_know, "Reason: POSITION_MISMATCH"),
    Failure.FEE_MISMATCH: (a_fee_is_not_the_schedules, "Reason: FEE_MISMATCH"),
    Failure.RESOLUTION_MISMATCH: (a_pair_pays_twice, "Reason: RESOLUTION_MISMATCH"),
    Failure.LATENCY_EXCEEDED: (both_orders_take_too_long, "Reason: LATENCY_EXCEEDED"),
    Failure.AUTHENTICATION: (a_key_is_refused, "Reason: AUTHENTICATION"),
    Failure.STORE: (an_answer_cannot_be_written, "Reason: STORE"),
    Failure.TASK_DIED: (a_task_dies, "Reason: TASK_DIED: polymarket feed: RuntimeError"),
    Failure.INVARIANT: (what_cannot_be_is, "Reason: INVARIANT: what cannot be"),
}
"""How each reason comes about, and what the chat is told. MANUAL is a person's own, see below."""
_ENDS_THE_LOOP = {Failure.TASK_DIED: TaskDied, Failure.STORE: StoreError}


def test_every_reason_is_tried() -> None:
    assert REASONS.keys() == set(Failure) - {Failure.MANUAL}


@pytest.mark.parametrize("failure", REASONS, ids=str)
async def test_every_reason_stops_trading_and_is_told_once(scene: Scene, failure: Failure) -> None:
    provoke, words = REASONS[failure]
    if failure is Failure.DAILY_LOSS_LIMIT:
        limits = replace(scene.room.limits, daily_loss_max=Usd.parse("18.5445"))
        scene.room = replace(scene.room, limits=limits)
    async with telegram() as (sink, bot):
        made: list[Running] = []
        beside = {"alerts": alerter(scene, sink, lambda: made[0])}
        async with running(scene, rhythm=RHYTHM, setting=made.append, beside=beside) as run:
            one = Alarmed(run, bot)
            await provoke(one)
            await until(lambda: failure in one.tripped(), within_s=400)
            posts = run.posts
            if ends := _ENDS_THE_LOOP.get(failure):
                with pytest.raises(ends):
                    await run.task
                await last_words(scene, sink)
            else:
                await one.hear(words)
                assert run.posts <= posts + 1  # the other leg of what was under way
                posts = run.posts
                for _ in range(5):
                    run.offer_nothing()
                    await until(lambda: True)
                    run.offer()
                    await scene.clock.sleep(3_000)
                assert run.posts == posts
                assert run.told(EventKind.PAUSED)
            assert len(one.said(words)) == 1, bot.texts
            assert one.said(words)[0].startswith("\N{POLICE CARS REVOLVING LIGHT} ARB BOT CRITICAL\n\n")
    assert scene.room.paused()


async def last_words(scene: Scene, sink: TelegramSink) -> None:
    """What a run does at its end, however it ends."""
    await Alerter(
        store=scene.room.store, sinks=[sink], clock=scene.clock, wanted=lambda _: True, note=lambda _alert, _what: None
    ).deliver_due()


async def test_a_pause_by_hand_is_told_and_holds(scene: Scene) -> None:
    async with alarmed(scene) as one:
        operations, now = scene.room.store.operations, scene.clock.now()
        operations.save_breaker(pause(operations.breaker(), "lunch", now=now), at=now)
        one.run.offer()
        await until(lambda: one.run.told(EventKind.PAUSED, "MANUAL: lunch"))
        await scene.clock.sleep(5_000)
        assert one.run.posts == 0


# The rows of section 8.2 that stop nothing


async def test_a_killed_order_is_a_medium_alert_and_the_loop_goes_on(scene: Scene) -> None:
    async with alarmed(scene) as one:
        await an_order_fails(one)
        await until(lambda: one.run.told(EventKind.TRADE))
        for venue in scene.venues.values():
            venue.fate = Fate.FILLED
        await one.hear("EXECUTION_FAILURE: trade")
        assert "ARB BOT MEDIUM" in one.said("EXECUTION_FAILURE")[0]
        await until(lambda: len(one.run.told(EventKind.TRADE)) > 1)
        assert not scene.room.paused()


async def test_an_imbalance_is_a_high_alert_and_blocks_new_trades(scene: Scene) -> None:
    """Somebody else's position, which the ledger knows: ten dollars of it may stand alone, no more."""
    async with alarmed(scene) as one:
        market = scene.markets[KALSHI].id
        hold_alone(scene, market, Qty.whole(30))
        one.run.offer()
        await one.hear("Position imbalance: ")
        assert "ARB BOT HIGH" in one.said("Position imbalance")[0]
        assert one.run.posts == 0


def hold_alone(scene: Scene, market: MarketId, qty: Qty) -> None:
    fill = Fill(market=market, fill_id="s1", order_key="stranger", side=Side.YES, action=Action.BUY, qty=qty,
                price=Price.parse("0.5"), cost=Usd(qty.micros // 2), fee=ZERO_USD, at=NOW)  # fmt: skip
    scene.room.store.journal.add_fill(fill, None)
    scene.room.store.ledger.append([book_fill(fill, scene.room.store.ledger.positions())])


async def test_a_stream_that_is_away_is_a_high_alert_before_it_is_a_critical_one(scene: Scene) -> None:
    async with alarmed(scene) as one:
        one.run.feeds[KALSHI].state, one.run.feeds[KALSHI].detail = FeedState.CONNECTING, "reset"
        await one.hear("Connection lost to kalshi\n\nreset\n\nAttempting reconnection...")
        assert "ARB BOT HIGH" in one.said("Connection lost to kalshi")[0]
        await one.hear("Connection lost\n\nkalshi: no stream for 30 s")


async def test_a_pair_that_is_not_sure_enough_is_a_high_alert_and_not_traded(scene: Scene) -> None:
    scene.room = replace(scene.room, limits=replace(scene.room.limits, confidence_min_ppm=999_999))
    doubtful = replace(scene.opportunity.pair, confidence_ppm=970_000)
    scene.room.catalogue.pairs.replace([doubtful], at=NOW)
    async with alarmed(scene) as one:
        one.run.offer()
        await one.hear("Low Confidence Match: 970000 ppm is below 999999 ppm")
        assert "ARB BOT HIGH" in one.said("Low Confidence")[0]
        assert one.run.posts == 0


async def test_a_large_opportunity_is_a_medium_alert(scene: Scene) -> None:
    scene.room = replace(scene.room, limits=replace(scene.room.limits, large_opportunity=Usd.parse("1")))
    scene.halt.append("quiet")
    async with alarmed(scene) as one:
        one.run.offer()
        await one.hear("Large opportunity: 20 contracts")
        assert "ARB BOT MEDIUM" in one.said("Large opportunity")[0]


async def test_a_low_balance_is_a_medium_alert_once_a_day(scene: Scene) -> None:
    scene.venues[POLYMARKET].cash = Usd.parse("19")
    async with alarmed(scene) as one:
        await one.hear("Low balance: $19 on polymarket")
        await scene.clock.sleep(10_000)
        assert len(one.said("Low balance")) == 1
        assert "ARB BOT MEDIUM" in one.said("Low balance")[0]


async def test_a_rate_limit_that_is_nearly_used_up_is_a_medium_alert_and_slows_reading(scene: Scene) -> None:
    reads: list[MarketId] = []

    def counting(run: Running) -> None:
        chores = run.live.chores
        chores._crowded = lambda: {POLYMARKET}
        for venue in scene.venues.values():
            market = venue.market

            async def counted(asked: MarketId, market: Callable[[MarketId], Awaitable[Market]] = market) -> Market:
                reads.append(asked)
                return await market(asked)

            venue.market = counted

    made: list[Running] = []
    async with telegram() as (sink, bot):
        beside = {"alerts": alerter(scene, sink, lambda: made[0])}
        rhythm = replace(RHYTHM, facts_age_max=timedelta(seconds=1))

        def setting(run: Running) -> None:
            made.append(run)
            counting(run)

        async with running(scene, rhythm=rhythm, setting=setting, beside=beside) as run:
            one = Alarmed(run, bot)
            await one.hear("Rate limit warning: more than 80 % of the requests that rate_limits.polymarket allows")
            assert "ARB BOT MEDIUM" in one.said("Rate limit")[0]
            reads.clear()
            await scene.clock.sleep(10_000)
    assert {market.venue for market in reads} == {KALSHI}


async def test_an_order_that_was_placed_late_is_a_high_alert(scene: Scene) -> None:
    slow(scene, ms=1_200)
    async with alarmed(scene) as one:
        one.run.offer()
        await one.hear("Latency exceeded: order placement on kalshi took 1200 ms")
        assert "ARB BOT HIGH" in one.said("order placement on kalshi")[0]


async def test_a_trade_is_a_medium_message_with_both_prices_and_the_profit(scene: Scene) -> None:
    async with alarmed(scene) as one:
        one.run.offer(qty=20)
        await until(lambda: one.run.told(EventKind.TRADE))
        one.run.offer_nothing()
        await one.hear("Trade executed!\n\nBuy: kalshi @ $0.45\nSell: polymarket @ $0.55\nProfit: $1.4555")


# The latency table of section 1.4; SKIP and RECONNECT are in test_live and in the feeds' tests


async def test_a_book_that_comes_late_is_logged(scene: Scene) -> None:
    venue = scene.venues[KALSHI]
    books = venue.books

    async def late(markets: Sequence[Market]) -> Books:
        await scene.clock.sleep(700)
        return await books(markets)

    venue.books = late
    async with alarmed(scene) as one:
        one.run.offer()
        await until(lambda: one.run.told(EventKind.LATENCY, "orderbook_fetch took 700 ms; at most 500 ms"))
        await until(lambda: one.run.told(EventKind.TRADE))
        assert not scene.room.paused()


# Venues that must be left alone


async def test_a_venue_that_restarts_is_left_alone_for_three_minutes_after_it_trades_again(scene: Scene) -> None:
    restarting = {"now": True}

    async def health() -> VenueHealth:
        return VenueHealth(POLYMARKET, trading=not restarting["now"], detail="the engine restarts (425)")

    scene.venues[POLYMARKET].health = health
    rhythm = replace(RHYTHM, look_ms=2_000, facts_ms=9_000, beat_ms=9_000, reopening=timedelta(minutes=3))
    async with running(scene, rhythm=rhythm) as run:
        await until(lambda: run.told(EventKind.WARNING, "does not trade"))
        restarting["now"] = False
        await until(lambda: run.told(EventKind.WARNING, "trades again"))
        opened_ms = scene.clock.monotonic_ms()
        run.offer()
        await until(lambda: run.told(EventKind.REFUSED, "left alone until"))
        await until(lambda: run.told(EventKind.TRADE), within_s=400)
        assert scene.clock.monotonic_ms() - opened_ms >= 179_000


@pytest.mark.parametrize(("minutes", "traded"), [(5, False), (20, True)])
async def test_no_trade_is_begun_shortly_before_a_maintenance(scene: Scene, minutes: int, *, traded: bool) -> None:
    async def health() -> VenueHealth:
        starts = NOW + timedelta(minutes=minutes)
        return VenueHealth(KALSHI, trading=True, detail="maintenance soon", next_pause=starts)

    scene.venues[KALSHI].health = health
    async with running(scene) as run:
        await until(lambda: run.live.watching.counts.looks)
        await scene.clock.sleep(1_000)
        run.offer()
        await scene.clock.sleep(10_000)
        assert bool(run.posts) is traded
        assert bool(run.told(EventKind.REFUSED, "maintenance soon")) is not traded


async def test_a_shard_that_is_paused_is_not_traded(scene: Scene) -> None:
    async def health() -> VenueHealth:
        return VenueHealth(KALSHI, trading=True, paused_shards=frozenset({3}))

    scene.venues[KALSHI].health = health
    scene.markets[KALSHI] = replace(scene.markets[KALSHI], shard=3)
    scene.room.catalogue.catalogue.refresh([scene.markets[KALSHI]], at=NOW)
    async with running(scene) as run:
        run.offer()
        await until(lambda: run.told(EventKind.REFUSED, "kalshi does not trade on shard 3"))
        assert run.posts == 0


@pytest.mark.parametrize("status", [425, 503, 429])
async def test_a_venue_that_refuses_orders_for_now_is_left_alone_by_every_command(scene: Scene, status: int) -> None:
    scene.room.set_aside(KALSHI, "it refused an order: not now", UNWELL_FOR[status])
    result = await scene.execute()
    assert result.state == "refused"
    assert "left alone until" in result.errors[0]

    scene.clock.advance(seconds=UNWELL_FOR[status].seconds + 1)
    assert not scene.room.unwell()


@pytest.mark.parametrize(("status", "body"), [(500, b"oops"), (429, {"ok": False, "parameters": {"retry_after": 30}})])
async def test_a_chat_that_is_slow_and_refuses_delays_no_trade_and_hears_of_it_when_it_is_back(
    scene: Scene, status: int, body: object
) -> None:
    async with alarmed(scene) as one:
        one.bot.status, one.bot.body, one.bot.wait_s = status, body, 4
        scene.room.store.operations.alert(
            Alert(severity=Severity.CRITICAL, kind="test", text="first"), at=scene.clock.now()
        )
        await until(lambda: one.bot.requests)
        await one_leg_stands_alone(one)
        await until(lambda: one.run.told(EventKind.TRADE))
        [trade] = one.run.told(EventKind.TRADE)
        assert trade.took_ms is not None
        assert trade.took_ms < 1_000 < one.bot.wait_s * 1_000
        await scene.clock.sleep(60_000)
        assert one.bot.texts == []
        assert len(one.bot.requests) <= 14

        one.bot.status, one.bot.body, one.bot.wait_s = 200, {"ok": True}, 0
        await one.hear("Asymmetric execution detected!")
        await one.hear("first")
