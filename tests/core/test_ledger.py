"""The ledger: transactions balance, figures are sums, nothing is lost in rounding."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbkit.core.halves import Couple
from arbkit.core.inventory import (
    Direction,
    apart_from,
    cash_difference,
    inventory,
    position_differences,
    score,
)
from arbkit.core.ledger import (
    GENESIS,
    Account,
    Entry,
    Kind,
    Transaction,
    balances,
    book_cash,
    book_fill,
    book_netting,
    book_receipt,
    book_settlement,
    book_void,
    chained,
    exposure,
    positions,
    result,
    results_by_day,
)
from arbkit.core.markets import MarketId, Method, Pair, Polarity, Relation, Side, VenueName
from arbkit.core.money import Price, Qty, Usd, cost_up
from arbkit.core.orders import Action, Balance, Fill, Holding
from arbkit.errors import InvariantError

NOW = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)
KALSHI = MarketId(VenueName.KALSHI, "KXFED-26DEC-T3.75")
POLYMARKET = MarketId(VenueName.POLYMARKET, "0xabc")


def a_pair(polarity: Polarity = Polarity.ALIGNED) -> Pair:
    return Pair(
        kalshi=KALSHI,
        polymarket=POLYMARKET,
        polarity=polarity,
        relation=Relation.EQUAL,
        confidence_ppm=1_000_000,
        method=Method.MANUAL,
        tradable=True,
        kalshi_rules_hash="k",
        polymarket_rules_hash="p",
    )


def a_fill(
    market: MarketId = KALSHI,
    side: Side = Side.YES,
    action: Action = Action.BUY,
    qty: str = "10",
    price: str = "0.45",
    fee: str | None = "0.1733",
    fill_id: str = "f1",
) -> Fill:
    q, p = Qty.parse(qty), Price.parse(price)
    cost = cost_up(p, q)
    return Fill(
        market=market, fill_id=fill_id, order_key="o1", side=side, action=action, qty=q, price=p, cost=cost,
        fee=None if fee is None else Usd.parse(fee), at=NOW,
    )  # fmt: skip


def test_a_transaction_that_does_not_balance_cannot_exist() -> None:
    with pytest.raises(InvariantError, match="does not balance"):
        Transaction("x", Kind.CASH, NOW, (Entry(VenueName.KALSHI, Account.CASH, 1),))


def test_a_hedged_pair_earns_what_a_hand_computes() -> None:
    # 10 YES at 0.45 on Kalshi (fee 0.1733) and 10 NO at 0.50 on Polymarket (fee 0.10): 9.50 + 0.2733 for 10 dollars
    books = [book_fill(a_fill(), {})]
    books.append(book_fill(a_fill(POLYMARKET, Side.NO, qty="10", price="0.5", fee="0.1", fill_id="f2"), {}))
    held = positions(books)
    books.append(book_settlement(held[KALSHI, Side.YES], Price.parse("1"), at=NOW))
    books.append(book_settlement(held[POLYMARKET, Side.NO], Price.parse("0"), at=NOW))
    books.append(book_receipt(VenueName.KALSHI, Usd.parse("10"), ref="1", at=NOW))
    total = result(books)
    assert (total.realised, total.fees) == (Usd.parse("0.2267"), Usd.parse("0.2733"))
    cash = balances(books)
    assert cash[VenueName.KALSHI, Account.CASH] + cash[VenueName.POLYMARKET, Account.CASH] == total.realised
    assert cash[VenueName.KALSHI, Account.RECEIVABLE] == Usd(0)
    assert not positions(books)


def test_a_fill_without_its_fee_is_not_booked() -> None:
    with pytest.raises(InvariantError, match="no fee"):
        book_fill(a_fill(fee=None), {})


def test_more_than_is_held_cannot_be_sold() -> None:
    with pytest.raises(InvariantError, match="0 are held"):
        book_fill(a_fill(action=Action.SELL), {})


def test_the_fees_of_a_round_trip_that_ended_are_no_exposure_when_the_same_is_bought_again() -> None:
    books = [book_fill(a_fill(), {})]
    assert exposure(books) == Usd.parse("4.6733")
    books.append(book_fill(a_fill(action=Action.SELL, qty="4", fee="0.1", fill_id="f2"), positions(books)))
    assert exposure(books) == Usd.parse("2.9733")  # six at 0.45, and both fees while some are held
    books.append(book_fill(a_fill(action=Action.SELL, qty="6", fee="0.2", fill_id="f3"), positions(books)))
    assert exposure(books) == Usd(0)
    books.append(book_fill(a_fill(qty="2", fee="0.05", fill_id="f4"), positions(books)))
    assert exposure(books) == Usd.parse("0.95")


def test_a_trade_that_failed_on_chain_leaves_no_trace_in_the_sums() -> None:
    fill = book_fill(a_fill(POLYMARKET), {})
    books = [fill, book_void(fill, NOW + timedelta(seconds=9))]
    assert not positions(books)
    assert result(books).realised == Usd(0)
    assert all(not amount for amount in balances(books).values())


def test_netting_pays_a_dollar_a_pair_and_books_the_difference_as_profit() -> None:
    books = [book_fill(a_fill(fee="0"), {}), book_fill(a_fill(side=Side.NO, price="0.5", fee="0", fill_id="f2"), {})]
    books.append(book_netting(KALSHI, Qty.whole(4), positions(books), ref="n1", at=NOW))
    assert result(books).realised == Usd.parse("0.2")
    assert positions(books)[KALSHI, Side.YES].qty == Qty.whole(6)


lots = st.integers(1, 10_000).map(lambda hundredths: Qty(hundredths * 10_000))
ticks = st.integers(1, 9_999).map(lambda tick: Price(tick * 100))


@given(st.lists(st.tuples(lots, ticks), min_size=1, max_size=8), st.lists(st.integers(0, 100), max_size=8))
def test_buying_and_selling_everything_leaves_cash_equal_to_profit(
    buys: list[tuple[Qty, Price]], shares: list[int]
) -> None:
    books: list[Transaction] = []
    for n, (qty, price) in enumerate(buys):
        books.append(book_fill(a_fill(qty=str(qty), price=str(price), fee="0.0001", fill_id=f"b{n}"), {}))
    for n, percent in enumerate([*shares, 100]):
        held = positions(books).get((KALSHI, Side.YES))
        if held is None:
            break
        sold = Qty(held.qty.micros * percent // 100 // 10_000 * 10_000)
        if sold:
            fill = a_fill(action=Action.SELL, qty=str(sold), price="0.5", fee="0.0001", fill_id=f"s{n}")
            books.append(book_fill(fill, positions(books)))
    assert not positions(books)
    assert balances(books)[VenueName.KALSHI, Account.CASH] == result(books).realised


def test_profit_is_told_by_the_utc_day_on_which_it_was_booked() -> None:
    first = book_fill(a_fill(fee="1"), {})
    second = book_settlement(positions([first])[KALSHI, Side.YES], Price.parse("1"), at=NOW + timedelta(minutes=2))
    days = results_by_day([first, second])
    assert [str(day.realised) for day in days.values()] == ["-1", "5.5"]


def test_a_deposit_is_no_profit() -> None:
    books = [book_cash(VenueName.KALSHI, Usd.parse("50"), ref="d1", at=NOW)]
    assert result(books).realised == Usd(0)
    assert balances(books)[VenueName.KALSHI, Account.CASH] == Usd.parse("50")


def test_the_chain_breaks_where_anything_was_changed() -> None:
    one, other = book_fill(a_fill(), {}), book_fill(a_fill(fee="0.1734"), {})
    assert chained(GENESIS, one) != chained(GENESIS, other)
    assert chained(chained(GENESIS, one), one) != chained(GENESIS, one)


def test_a_hedged_pair_has_no_imbalance_and_an_inverted_one_counts_no_as_yes() -> None:
    books = [book_fill(a_fill(), {}), book_fill(a_fill(POLYMARKET, Side.YES, fill_id="f2"), {})]
    hedged = inventory(a_pair(Polarity.INVERTED), positions(books), imbalance_max=Usd.parse("10"))
    naked = inventory(a_pair(), positions(books), imbalance_max=Usd.parse("8.99"))
    assert (hedged.net_micros, hedged.imbalance) == (0, Usd(0))
    assert (naked.net_micros, naked.imbalance, naked.needs_rebalancing) == (20_000_000, Usd.parse("9"), True)


def test_a_pair_has_what_other_pairs_left_of_its_markets_and_all_that_is_its_own() -> None:
    pair = a_pair()
    held = positions([book_fill(a_fill(qty="20", price="0.45"), {})])
    outcome = (pair.kalshi, Side.YES)
    bought = Couple(pair_id=pair.id, kalshi=outcome, polymarket=(pair.polymarket, Side.NO), qty=Qty.parse("15"))
    other = replace(bought, pair_id="another", polymarket=(MarketId(VenueName.POLYMARKET, "0x9"), Side.NO))

    assert apart_from(pair, held, [bought]) == held, "the other half is gone: all of it stands alone"
    assert apart_from(pair, held, [other])[outcome] == replace(
        held[outcome], qty=Qty.parse("5"), basis=Usd.parse("2.25")
    )
    assert not apart_from(pair, held, [other, other])[outcome].qty


def test_closing_trades_are_preferred_and_score_a_fifth_more() -> None:
    books = [book_fill(a_fill(qty="40"), {}), book_fill(a_fill(POLYMARKET, Side.NO, fill_id="f2"), {})]
    report = inventory(a_pair(), positions(books), imbalance_max=Usd.parse("10"))
    assert report.preferred is Direction.BUY_POLY_SELL_KALSHI
    assert score(Usd.parse("1"), buys_yes_on=VenueName.POLYMARKET, report=report) == Usd.parse("1.2")
    assert score(Usd.parse("1"), buys_yes_on=VenueName.KALSHI, report=report) == Usd.parse("1")


def test_every_difference_between_ledger_and_venue_is_named() -> None:
    held = positions([book_fill(a_fill(), {})])
    same = [Holding(KALSHI, Side.YES, Qty.whole(10))]
    assert not position_differences(held, VenueName.KALSHI, same)
    assert [d.ledger for d in position_differences(held, VenueName.KALSHI, [])] == ["10"]
    assert [d.venue_says for d in position_differences({}, VenueName.KALSHI, same)] == ["10"]


def test_cash_may_differ_by_rounding_only() -> None:
    purses = [Balance(Usd.parse("40"), 0), Balance(Usd.parse("9.9999"), 3)]
    assert cash_difference(Usd.parse("50"), VenueName.KALSHI, purses, tolerance=Usd(100)) is None
    assert cash_difference(Usd.parse("50"), VenueName.KALSHI, purses, tolerance=Usd(99)) is not None
