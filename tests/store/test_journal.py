"""The journal and the ledger on disk: durable before sending, true after every piece of news, never changed."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from arbkit.core.alerts import Alert, Severity
from arbkit.core.breaker import BreakerLimits, Failure, record_failure
from arbkit.core.evidence import Observation
from arbkit.core.execution import LegEvent, LegState, TradeState
from arbkit.core.ledger import book_fill, book_void
from arbkit.core.markets import MarketId, Method, Pair, Polarity, Relation, Side, VenueName
from arbkit.core.money import Price, Qty, Usd, cost_up
from arbkit.core.orders import Action, Balance, Fill, FokOrder, Settlement
from arbkit.errors import AlreadyRunning, InvariantError, StoreError
from arbkit.store.journal import Intent, PlannedLeg
from arbkit.store.store import Store

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
KALSHI = MarketId(VenueName.KALSHI, "KXFED-26DEC-T3.75")
POLYMARKET = MarketId(VenueName.POLYMARKET, "0xabc")
PAIR = Pair(
    kalshi=KALSHI, polymarket=POLYMARKET, polarity=Polarity.ALIGNED, relation=Relation.EQUAL, confidence_ppm=1_000_000,
    method=Method.MANUAL, tradable=True, kalshi_rules_hash="k", polymarket_rules_hash="p",
)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "state" / "arbkit.db") as opened:
        opened.pairs.replace([PAIR], at=NOW)
        yield opened


def a_leg(market: MarketId, side: Side, trade: str = "t1") -> PlannedLeg:
    order = FokOrder(
        leg_id=f"{trade}-{market.venue}", market=market, side=side, action=Action.BUY, qty=Qty.whole(10),
        limit=Price.parse("0.45"), budget=Usd.parse("4.5"),
    )  # fmt: skip
    return PlannedLeg(
        order=order,
        client_id=f"c-{order.leg_id}",
        venue_order_id="0xhash" + trade if market.venue is VenueName.POLYMARKET else "",
        body_sha256="b",
        worst_cost=Usd.parse("4.7"),
    )


INTENT = Intent(
    trade_id="t1", pair_id=PAIR.id, mode="live", epoch=1, version="0", qty=Qty.whole(10),
    expected_net=Usd.parse("0.6"), kalshi_rules_hash="k", polymarket_rules_hash="p", loss_at_risk=Usd.parse("2"),
)  # fmt: skip


def opened(store: Store, trade: str = "t1") -> str:
    intent = replace(INTENT, trade_id=trade)
    store.journal.open(intent, [a_leg(KALSHI, Side.YES, trade), a_leg(POLYMARKET, Side.NO, trade)], at=NOW)
    return trade


def sent(store: Store, trade: str = "t1") -> str:
    opened(store, trade)
    store.journal.mark_sending(trade, at=NOW, deadline=NOW + timedelta(seconds=1))
    return trade


def a_fill(market: MarketId = KALSHI, fill_id: str = "f1", side: Side = Side.YES) -> Fill:
    price, qty = Price.parse("0.44"), Qty.whole(10)
    return Fill(
        market=market, fill_id=fill_id, order_key="o1", side=side, action=Action.BUY, qty=qty, price=price,
        cost=cost_up(price, qty), fee=Usd.parse("0.1"), at=NOW,
    )  # fmt: skip


def filled(store: Store, venue: VenueName, trade: str = "t1") -> None:
    leg_id = f"{trade}-{venue}"
    leg = store.trades.leg(leg_id)
    fill = a_fill(leg.order.market, f"f-{leg_id}", leg.order.side)
    with store.together():
        store.journal.record(leg_id, LegEvent.FILLED, why="201", at=NOW)
        store.journal.add_fill(fill, leg_id)
        store.ledger.append([book_fill(fill, store.ledger.positions())])
        store.journal.settle(leg_id, Settlement.FINAL, at=NOW)


def test_an_intent_reserves_both_legs_and_the_loss_and_locks_both_markets(store: Store) -> None:
    opened(store)
    assert store.trades.reserved("exposure") == Usd.parse("9.4")
    assert store.trades.reserved("exposure", VenueName.KALSHI) == Usd.parse("4.7")
    assert store.trades.reserved("loss") == Usd.parse("2")
    assert store.trades.locked_by([POLYMARKET]) == "t1"
    assert store.trades.trade("t1").state is TradeState.PLANNED


def test_one_look_at_all_that_is_reserved_tells_the_same_as_every_question_by_itself(store: Store) -> None:
    opened(store)
    filled(store, VenueName.KALSHI, sent(store, "t2"))
    with store.together():
        store.journal.open(
            replace(INTENT, trade_id="t3"), [a_leg(m, Side.NO, "t3") for m in (KALSHI, POLYMARKET)], at=NOW
        )
        store.journal.withhold("t3", why="told to", at=NOW)
    seen = store.trades.held_back()
    assert seen.loss == store.trades.reserved("loss") == Usd.parse("4")
    assert seen.exposure() == store.trades.reserved("exposure") == Usd.parse("14.1")
    for venue in VenueName:
        assert seen.exposure(venue) == store.trades.reserved("exposure", venue)
    assert seen.legs == {KALSHI: Usd.parse("4.7"), POLYMARKET: Usd.parse("9.4")}


def test_trades_are_counted_since_two_moments_at_once_whichever_is_earlier(store: Store) -> None:
    opened(store)
    store.journal.open(
        replace(INTENT, trade_id="t2"),
        [a_leg(m, Side.NO, "t2") for m in (KALSHI, POLYMARKET)],
        at=NOW - timedelta(hours=1),
    )
    moments = [NOW - timedelta(hours=2), NOW - timedelta(minutes=1), NOW + timedelta(minutes=1)]
    for one in moments:
        for other in moments:
            singly = (store.trades.count_since(one), store.trades.count_since(other))
            assert store.trades.counts_since(one, other) == singly
    assert store.trades.counts_since(moments[0], moments[1]) == (2, 1)


def test_the_first_trip_is_that_of_the_breaker(store: Store) -> None:
    limits = BreakerLimits(consecutive_failures_max=1, asymmetric_executions_max=1)
    assert store.operations.first_trip() is None
    breaker = store.operations.breaker()
    for minute, failure in ((2, Failure.LATE_FILL), (1, Failure.GHOST_FILL)):
        at = NOW + timedelta(minutes=minute)
        breaker = record_failure(breaker, failure, f"{failure} happened", limits=limits, now=at)
    store.operations.save_breaker(breaker, at=NOW)
    assert store.operations.first_trip() == store.operations.breaker().first
    assert store.operations.breaker().trips.keys() == {Failure.LATE_FILL, Failure.GHOST_FILL}
    store.operations.close_breaker(by="me", reason="looked", at=NOW)
    assert store.operations.first_trip() is None


def test_both_legs_are_marked_in_one_commit_with_their_deadline(store: Store) -> None:
    legs = store.trades.trade(sent(store)).legs
    assert [(leg.state, leg.deadline) for leg in legs] == [(LegState.SENDING, NOW + timedelta(seconds=1))] * 2


def test_a_trade_cannot_be_marked_twice(store: Store) -> None:
    trade = sent(store)
    with pytest.raises(InvariantError):
        store.journal.mark_sending(trade, at=NOW, deadline=NOW)


def test_a_hedged_trade_frees_everything_and_its_cost_stands_in_the_ledger(store: Store) -> None:
    sent(store)
    for venue in VenueName:
        filled(store, venue)
    trade = store.trades.trade("t1")
    assert trade.state is TradeState.HEDGED
    assert (store.trades.reserved("exposure"), store.trades.reserved("loss")) == (Usd(0), Usd(0))
    assert store.ledger.exposure() == Usd.parse("9")
    assert store.ledger.verify() == []


def test_exposure_is_never_counted_short_between_the_news_of_a_fill_and_its_booking(store: Store) -> None:
    sent(store)
    store.journal.record("t1-kalshi", LegEvent.FILLED, why="201", at=NOW)
    assert store.trades.reserved("exposure", VenueName.KALSHI) == Usd.parse("4.7")


def test_the_loss_stays_reserved_while_one_leg_stands_alone(store: Store) -> None:
    sent(store)
    filled(store, VenueName.KALSHI)
    store.journal.record("t1-polymarket", LegEvent.KILLED, why="killed", at=NOW)
    assert store.trades.trade("t1").state is TradeState.ASYMMETRIC
    assert store.trades.reserved("loss") == Usd.parse("2")
    assert [leg.leg_id for leg in store.trades.watched(at=NOW)] == ["t1-polymarket"]


def test_two_kills_free_everything_and_stay_on_the_watch(store: Store) -> None:
    sent(store)
    for venue in VenueName:
        store.journal.record(f"t1-{venue}", LegEvent.KILLED, why="409", at=NOW)
    assert store.trades.trade("t1").state is TradeState.FLAT
    assert store.trades.reserved("exposure") == store.trades.reserved("loss") == Usd(0)
    assert len(store.trades.watched(at=NOW)) == 2
    assert not store.trades.watched(at=NOW + timedelta(hours=25))


def test_a_start_turns_sent_legs_into_unknown_ones_and_unsent_ones_into_nothing(store: Store) -> None:
    sent(store, "t1")
    opened(store, "t2")
    states = {t.trade_id: t.state for t in store.journal.recover(at=NOW)}
    assert states == {"t1": TradeState.IN_DOUBT, "t2": TradeState.FLAT}
    assert store.trades.reserved("exposure") == Usd.parse("9.4")
    again = {t.trade_id: t.state for t in store.journal.recover(at=NOW)}
    assert again == states


def test_the_same_fill_is_kept_once_and_a_restated_one_is_an_alarm(store: Store) -> None:
    sent(store)
    assert store.journal.add_fill(a_fill(), "t1-kalshi")
    assert not store.journal.add_fill(a_fill(), "t1-kalshi")
    with pytest.raises(InvariantError, match="restated"):
        store.journal.add_fill(replace(a_fill(), fee=Usd.parse("0.2")), "t1-kalshi")
    assert store.trades.leg("t1-kalshi").filled == Qty.whole(10)


def test_a_leg_is_found_by_either_of_its_ids(store: Store) -> None:
    sent(store)
    store.journal.record("t1-kalshi", LegEvent.FILLED, why="201", at=NOW, venue_order_id="ord-1")
    found = [
        store.trades.leg_of(VenueName.KALSHI, keys=["nobody", "ord-1"]),
        store.trades.leg_of(VenueName.KALSHI, keys=["c-t1-kalshi"]),
        store.trades.leg_of(VenueName.POLYMARKET, keys=["0xhasht1"]),
        store.trades.leg_of(VenueName.POLYMARKET, keys=["", "ord-1"]),
    ]
    assert [leg.leg_id if leg else None for leg in found] == ["t1-kalshi", "t1-kalshi", "t1-polymarket", None]


def test_an_order_cannot_change_its_id(store: Store) -> None:
    sent(store)
    with pytest.raises(InvariantError, match="not other"):
        store.journal.record("t1-polymarket", LegEvent.FILLED, why="", at=NOW, venue_order_id="other")
    assert store.trades.leg("t1-polymarket").state is LegState.SENDING


def test_looks_at_the_venue_are_kept_in_order(store: Store) -> None:
    sent(store)
    looks = [
        Observation(at=NOW + timedelta(seconds=n), horizon=NOW, books_agree=True, stream_healthy=n != 1)
        for n in range(3)
    ]
    for look in reversed(looks):
        store.journal.look("t1-kalshi", look)
    assert store.trades.looks("t1-kalshi") == looks


def test_a_finished_trade_unlocks_its_markets_and_counts_as_a_success(store: Store) -> None:
    sent(store)
    store.journal.finish("t1", status="complete", net=Usd.parse("0.6"), notes="", at=NOW)
    assert store.trades.locked_by([KALSHI]) == ""
    assert (store.trades.successes(), len(store.trades.unfinished()), store.trades.count_since(NOW)) == (1, 0, 1)
    [row] = store.table("executions")
    assert (row["status"], row["actual_profit"]) == ("complete", 0.6)


def test_the_ledger_books_once_and_finds_what_was_tampered_with(store: Store) -> None:
    one = book_fill(a_fill(), {})
    assert store.ledger.append([one, one]) == 1
    assert store.ledger.append([book_void(one, NOW)]) == 1
    assert store.ledger.transactions() == [one, book_void(one, NOW)]
    with sqlite3.connect(store.path) as db:
        db.execute("DROP TRIGGER ledger_entries_are_never_changed")
        db.execute("UPDATE ledger_entries SET usd_micros = usd_micros + 1 WHERE seq = 1 AND account = 'fees'")
        db.execute("UPDATE ledger_entries SET usd_micros = usd_micros - 1 WHERE seq = 1 AND account = 'cash'")
    assert store.ledger.verify() == [f"{one.ref}: its hash does not follow from what stands before it"]


@pytest.mark.parametrize("table", ["ledger_transactions", "ledger_entries", "leg_events"])
def test_neither_ledger_nor_journal_can_be_rewritten(store: Store, table: str) -> None:
    sent(store)
    store.ledger.append([book_fill(a_fill(), {})])
    with sqlite3.connect(store.path) as db, pytest.raises(sqlite3.IntegrityError, match="never changed"):
        db.execute(f"DELETE FROM {table}")


def test_the_breaker_stays_open_over_restarts_until_a_person_closes_it(store: Store) -> None:
    limits = BreakerLimits(consecutive_failures_max=3, asymmetric_executions_max=1)
    tripped = record_failure(store.operations.breaker(), Failure.ASYMMETRIC_EXECUTION, "t1", limits=limits, now=NOW)
    store.operations.save_breaker(tripped, at=NOW)
    with Store(store.path) as other:
        assert other.operations.breaker() == tripped
        other.operations.close_breaker(by="me", reason="looked at it", at=NOW)
    assert not store.operations.breaker().is_open
    assert store.operations.breaker().asymmetric_executions == 0


def test_a_newer_run_fences_off_the_older(store: Store) -> None:
    old = store.operations.begin_epoch(pid=1, host="a", version="0", config_hash="", at=NOW)
    store.operations.hold_epoch(old.n)
    store.operations.begin_epoch(pid=2, host="b", version="0", config_hash="", at=NOW)
    with pytest.raises(AlreadyRunning, match="overtaken by run 2 on b"):
        store.operations.hold_epoch(old.n)


def test_balances_are_kept_by_shard_with_their_time(store: Store) -> None:
    purses = [Balance(Usd.parse("40"), 0), Balance(Usd.parse("2"), 3)]
    store.operations.save_balances(VenueName.KALSHI, purses, at=NOW)
    store.operations.save_balances(VenueName.POLYMARKET, [Balance(Usd.parse("9"))], at=NOW)
    assert store.operations.balances(VenueName.KALSHI) == (purses, NOW)
    assert store.operations.balances(VenueName.POLYMARKET) == ([Balance(Usd.parse("9"))], NOW)


def test_an_alert_is_tried_until_sent_and_the_same_one_told_once(store: Store) -> None:
    alert = Alert(severity=Severity.CRITICAL, kind="breaker", text="paused", dedupe_key="b1")
    for _ in range(2):
        store.operations.alert(alert, at=NOW)
    [(number, due, tries)] = store.operations.due_alerts(at=NOW, count_max=10)
    assert (due, tries) == (alert, 0)
    store.operations.alert_failed(number, next_try_at=NOW + timedelta(minutes=1))
    assert not store.operations.due_alerts(at=NOW, count_max=10)
    store.operations.alert_sent(number, at=NOW)
    assert not store.operations.due_alerts(at=NOW + timedelta(hours=1), count_max=10)


def test_nothing_is_kept_of_a_trade_whose_intent_could_not_be_committed(store: Store) -> None:
    def fail_after_opening() -> None:
        with store.together():
            opened(store)
            raise StoreError("disk full")

    with pytest.raises(StoreError):
        fail_after_opening()
    assert not store.trades.unfinished()
    assert store.trades.reserved("exposure") == Usd(0)
