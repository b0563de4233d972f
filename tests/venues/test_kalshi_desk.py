"""Kalshi's desk: what is refused before it is sent, what is posted, and what each answer proves."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbkit.core.markets import MarketStatus, PriceGrid, Side
from arbkit.core.money import Price, Qty, Usd
from arbkit.core.orders import Action, Filled, FokOrder, InDoubt, Killed, Rejected, Settlement
from arbkit.errors import RefusedError
from arbkit.venues.kalshi.wire.orders import CODES, classify, order_body, parse_refusal, validate
from arbkit.venues.kalshi.wire.portfolio import (
    parse_balance,
    parse_fills,
    parse_orders,
    parse_positions,
)
from tests.builders import KALSHI, a_market

MARKET = a_market(KALSHI, shard=3)
OURS = "ak1-1-K"


def an_order(side: Side = Side.YES, action: Action = Action.BUY, *, limit: str = "0.11", qty: str = "25") -> FokOrder:
    return FokOrder(
        leg_id="t-k", market=MARKET.id, side=side, action=action, qty=Qty.parse(qty), limit=Price.parse(limit),
        budget=Usd.parse("2.75"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("side", "action", "sent"),
    [
        (Side.YES, Action.BUY, ("bid", "0.1100")),
        (Side.NO, Action.BUY, ("ask", "0.8900")),
        (Side.YES, Action.SELL, ("ask", "0.1100")),
        (Side.NO, Action.SELL, ("bid", "0.8900")),
    ],
)
def test_every_order_is_told_in_prices_of_yes(side: Side, action: Action, sent: tuple[str, str]) -> None:
    body = json.loads(order_body(an_order(side, action), client_id=OURS, shard=3))
    assert (body["side"], body["price"]) == sent
    assert body["count"] == "25.00"
    assert body["time_in_force"] == "fill_or_kill"
    assert body["exchange_index"] == 3


@given(st.integers(1, 10_000), st.integers(1, 99), st.sampled_from(Side))
def test_counts_and_prices_survive_the_way_to_text(hundredths: int, cents: int, side: Side) -> None:
    order = an_order(side, limit=f"0.{cents:02}", qty=f"{hundredths / 100:.2f}")
    body = json.loads(order_body(order, client_id=OURS, shard=0))
    assert Qty.parse(body["count"]) == order.qty
    assert Price.parse(body["price"]) == (order.limit if side is Side.YES else order.limit.complement)


@pytest.mark.parametrize(
    ("market", "order", "why"),
    [
        (a_market(KALSHI, shard=3, status=MarketStatus.PAUSED), an_order(), "paused"),
        (a_market(KALSHI), an_order(), "shard"),
        (MARKET, an_order(limit="0.115"), "grid"),
        (a_market(KALSHI, shard=3, grid=None), an_order(), "grid"),
        (MARKET, an_order(qty="0"), "hundredths"),
        (MARKET, an_order(qty="1.005"), "hundredths"),
        (a_market(KALSHI, shard=3, grid=PriceGrid.uniform(Price.parse("0.05"))), an_order(), "grid"),
    ],
)
def test_what_the_venue_would_refuse_is_refused_here(market: object, order: FokOrder, why: str) -> None:
    with pytest.raises(RefusedError, match=why):
        validate(order, market)


def a_reply(**changes: str) -> bytes:
    placed = {
        "client_order_id": OURS, "order_id": "o1", "fill_count": "25.00", "remaining_count": "0.00",
        "average_fill_price": "0.8900", "average_fee_paid": "0.0069", "ts_ms": 1,
    }  # fmt: skip
    return json.dumps(placed | changes).encode()


def test_a_fill_of_no_is_told_at_the_price_of_no() -> None:
    outcome = classify(201, a_reply(), order=an_order(Side.NO), client_id=OURS)
    assert outcome == Filled("o1", Qty.whole(25), Usd.parse("2.75"), None, Settlement.FINAL)


def wrapped(code: str) -> bytes:
    return json.dumps({"error": {"code": code, "message": code.replace("_", " ")}}).encode()


def bare(code: str) -> bytes:
    return json.dumps({"code": code, "message": "m", "details": "d"}).encode()


KILL = "fill_or_kill_insufficient_resting_volume"
ANSWERS = [
    (409, wrapped(KILL), Killed),
    (409, bare(KILL), Killed),
    (201, a_reply(fill_count="0.00"), Killed),
    (409, wrapped("order_already_exists"), InDoubt),
    (409, wrapped("trading_is_paused"), Rejected),
    (400, wrapped("insufficient_balance"), Rejected),
    (400, b'{"msg":"Parameter validation failed"}', Rejected),
    (401, wrapped("header_timestamp_expired"), Rejected),
    (403, b"", Rejected),
    (404, wrapped("market_not_found"), Rejected),
    (410, wrapped("deprecated_v1_order_endpoint"), Rejected),
    (200, wrapped("deprecated_v1_order_endpoint"), Rejected),
    (429, b'{"error":"too many requests"}', Rejected),
    (408, b"", InDoubt),
    (302, b"", InDoubt),
    (500, b"", InDoubt),
    (502, b"", InDoubt),
    (503, wrapped("service_unavailable"), InDoubt),
    (504, b"<html>", InDoubt),
    (201, b"", InDoubt),
    (201, b"{", InDoubt),
    (201, b"{}", InDoubt),
    (201, a_reply(client_order_id="another"), InDoubt),
    (201, a_reply(order_id=""), InDoubt),
    (201, a_reply(remaining_count="5.00", fill_count="20.00"), InDoubt),
    (201, a_reply(fill_count="1E+999999"), InDoubt),
    (201, a_reply(average_fill_price=""), InDoubt),
    (201, b"[" * 100_000, InDoubt),
    (599, b"\xff\xfe", InDoubt),
]


@pytest.mark.parametrize(("status", "body", "kind"), ANSWERS, ids=[f"{a[0]}-{a[1][:30]!r}" for a in ANSWERS])
def test_each_answer_proves_what_the_table_says(status: int, body: bytes, kind: type) -> None:
    assert type(classify(status, body, order=an_order(), client_id=OURS)) is kind


@given(
    st.integers(100, 599), st.binary(max_size=200) | st.sampled_from([a_reply(), wrapped(KILL), *map(wrapped, CODES)])
)
def test_every_answer_has_a_meaning_and_an_unknown_one_is_doubt(status: int, body: bytes) -> None:
    outcome = classify(status, body, order=an_order(), client_id=OURS)
    if isinstance(outcome, Filled):
        assert 200 <= status < 300
    if status >= 500 and not parse_refusal(body).code:
        assert isinstance(outcome, InDoubt)


def test_orders_fills_positions_and_purses_are_read_exactly() -> None:
    orders, cursor = parse_orders(
        b'{"orders":[{"order_id":"o","client_order_id":"c","ticker":"T","status":"executed","fill_count_fp":"2.50"}],'
        b'"cursor":"n"}'
    )
    assert (orders[0].client_id, orders[0].filled, cursor) == ("c", Qty.parse("2.5"), "n")
    fills, _ = parse_fills(
        b'{"fills":[{"trade_id":"f","order_id":"o","ticker":"T","count_fp":"28.32","yes_price_dollars":"0.9670",'
        b'"no_price_dollars":"0.0330","outcome_side":"no","fee_cost":"0.063340","created_time":"2026-08-01T00:00:00Z"}]}'
    )
    assert (fills[0].side, fills[0].cost, fills[0].fee) == (Side.NO, Usd.parse("0.93456"), Usd.parse("0.06334"))
    holdings, _ = parse_positions(
        b'{"market_positions":[{"ticker":"A","position_fp":"-3.00"},{"ticker":"B","position_fp":"0.00"}]}'
    )
    assert [(holding.side, holding.qty) for holding in holdings] == [(Side.NO, Qty.whole(3))]
    purses = parse_balance(b'{"balance":1,"balance_breakdown":[{"exchange_index":3,"balance":"98.0186"}]}')
    assert [(purse.shard, purse.available) for purse in purses] == [(3, Usd.parse("98.0186"))]
