"""Tax lots: first in, first out, and nothing is lost in the sums."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbkit.core.ledger import (
    Transaction,
    book_cash,
    book_fill,
    book_netting,
    book_settlement,
    book_void,
    positions,
    result,
)
from arbkit.core.lots import lots
from arbkit.core.markets import MarketId, Side, VenueName
from arbkit.core.money import ZERO_USD, Price, Qty, Usd, cost_up
from arbkit.core.orders import Action, Fill
from arbkit.errors import InvariantError

NOW = datetime(2026, 11, 1, tzinfo=UTC)
MARKET = MarketId(VenueName.KALSHI, "KXRAIN-26NOV30")


def a_fill(
    number: int, qty: str, price: str, *, fee: str = "0", side: Side = Side.YES, action: Action = Action.BUY
) -> Fill:
    q, p = Qty.parse(qty), Price.parse(price)
    return Fill(
        market=MARKET, fill_id=f"f{number}", order_key="o", side=side, action=action, qty=q, price=p,
        cost=cost_up(p, q), fee=Usd.parse(fee), at=NOW + timedelta(days=number),
    )  # fmt: skip


def bought(*fills: Fill) -> list[Transaction]:
    return [book_fill(fill, {}) for fill in fills]


def test_the_first_bought_is_the_first_sold() -> None:
    booked = bought(a_fill(0, "10", "0.40", fee="0.10"), a_fill(1, "10", "0.60"))
    sale = a_fill(2, "15", "0.50", fee="0.03", action=Action.SELL)
    first, second = lots([*booked, book_fill(sale, positions(booked))])
    # 15 contracts fetch 7.50 less 0.03: ten of them 4.98, five 2.49
    assert (first.qty, first.cost, first.proceeds) == (Qty.parse("10"), Usd.parse("4.10"), Usd.parse("4.98"))
    assert (second.qty, second.cost, second.proceeds) == (Qty.parse("5"), Usd.parse("3"), Usd.parse("2.49"))
    assert (first.acquired_at, second.acquired_at) == (NOW, NOW + timedelta(days=1))
    assert (first.gain, second.gain, first.how) == (Usd.parse("0.88"), Usd.parse("-0.51"), "fill")


def test_a_settlement_closes_what_is_left_at_what_it_pays() -> None:
    booked = bought(a_fill(0, "10", "0.40", fee="0.10"))
    held = positions(booked)[MARKET, Side.YES]
    [lot] = lots([*booked, book_settlement(held, Price.parse("1"), at=NOW + timedelta(days=9))])
    assert (lot.how, lot.cost, lot.proceeds, lot.gain) == (
        "settlement", Usd.parse("4.1"), Usd.parse("10"), Usd.parse("5.9"),
    )  # fmt: skip


def test_netting_shares_the_dollar_between_both_outcomes() -> None:
    booked = bought(a_fill(0, "4", "0.45"), a_fill(1, "4", "0.50", side=Side.NO))
    found = lots([*booked, book_netting(MARKET, Qty.whole(4), positions(booked), ref="n", at=NOW + timedelta(days=2))])
    assert [(lot.side, lot.proceeds, lot.gain) for lot in found] == [
        ("yes", Usd.parse("2"), Usd.parse("0.2")),
        ("no", Usd.parse("2"), Usd.parse("0")),
    ]


def test_what_failed_on_chain_was_never_bought() -> None:
    first, second = bought(a_fill(0, "10", "0.40"), a_fill(1, "10", "0.60"))
    sale = book_fill(a_fill(3, "10", "0.50", action=Action.SELL), positions([second]))
    [lot] = lots([first, second, book_void(first, NOW + timedelta(days=2)), sale])
    assert (lot.acquired_at, lot.cost) == (NOW + timedelta(days=1), Usd.parse("6"))


def test_a_sale_that_failed_on_chain_leaves_the_lot_open() -> None:
    [purchase] = bought(a_fill(0, "10", "0.40"))
    sale = book_fill(a_fill(1, "10", "0.50", action=Action.SELL), positions([purchase]))
    assert not lots([purchase, sale, book_void(sale, NOW + timedelta(days=2))])


def test_deposits_are_no_lots() -> None:
    assert not lots([book_cash(VenueName.KALSHI, Usd.parse("50"), ref="d", at=NOW)])


def test_what_was_never_bought_cannot_be_sold() -> None:
    booked = bought(a_fill(0, "10", "0.40"))
    sale = book_fill(a_fill(1, "10", "0.50", action=Action.SELL), positions(booked))
    with pytest.raises(InvariantError, match="more kalshi:KXRAIN-26NOV30 yes than was bought"):
        lots([sale])


@given(
    st.lists(
        st.tuples(
            st.sampled_from(list(Action)),
            st.integers(1, 2_000),
            st.integers(1, 99),
            st.integers(0, 99_999),
        ),
        max_size=20,
    ),
    st.integers(0, 100),
)
def test_the_gains_of_all_lots_are_what_the_ledger_realised(
    moves: list[tuple[Action, int, int, int]], pays: int
) -> None:
    booked: list[Transaction] = []
    for number, (action, hundredths, cents, fee) in enumerate(moves):
        held = positions(booked)
        have = held[MARKET, Side.YES].qty if (MARKET, Side.YES) in held else Qty(0)
        qty = Qty(hundredths * 10_000)
        if action is Action.SELL and have < qty:
            continue
        price = Price(cents * 10_000)
        fill = Fill(
            market=MARKET, fill_id=str(number), order_key="o", side=Side.YES, action=action, qty=qty, price=price,
            cost=cost_up(price, qty), fee=Usd(fee), at=NOW + timedelta(minutes=number),
        )  # fmt: skip
        booked.append(book_fill(fill, held))
    if (left := positions(booked).get((MARKET, Side.YES))) and left.qty:
        booked.append(book_settlement(left, Price(pays * 10_000), at=NOW + timedelta(days=9)))
    gains = sum((lot.gain for lot in lots(booked)), start=ZERO_USD)
    assert gains == result(booked).realised
