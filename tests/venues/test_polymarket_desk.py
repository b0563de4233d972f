"""Polymarket's desk: what is refused before it is signed, the amounts that are signed, and what each answer proves."""

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from arbkit.core.markets import Market, MarketStatus, PriceGrid, Side
from arbkit.core.money import MICRO, Price, Qty, Usd
from arbkit.core.orders import Action, Delayed, Filled, FokOrder, InDoubt, Killed, Rejected, Settlement
from arbkit.errors import RefusedError, SchemaMismatch
from arbkit.venues.polymarket.wire.holdings import parse_balance, parse_order, parse_positions, parse_trades
from arbkit.venues.polymarket.wire.orders import amounts, classify, implied_price, validate
from tests.builders import POLYMARKET, a_market

MARKET = a_market(POLYMARKET, yes_token="111", no_token="222")
OURS = "0x" + "ab" * 32


def an_order(
    action: Action = Action.BUY, *, limit: str = "0.45", qty: str = "20", budget: str = "9", side: Side = Side.YES
) -> FokOrder:
    return FokOrder(
        leg_id="t-p", market=MARKET.id, side=side, action=action, qty=Qty.parse(qty), limit=Price.parse(limit),
        budget=Usd.parse(budget),
    )  # fmt: skip


TICKS = ["0.1", "0.01", "0.005", "0.0025", "0.001", "0.0001"]


@given(st.sampled_from(TICKS), st.integers(1, 9_999), st.integers(100, 100_000))
def test_a_buy_never_implies_a_price_below_its_limit_nor_a_tick_above(tick: str, steps: int, cents: int) -> None:
    step = Price.parse(tick).micros
    assume(0 < step * steps < MICRO)
    limit = Price(step * steps)
    order = an_order(limit=str(limit), budget=str(Usd(cents * 10_000)))
    sums = amounts(order)
    assume(sums.taken >= 5 * MICRO)
    assert sums.given * MICRO >= limit.micros * sums.taken
    assert implied_price(order).micros <= limit.micros + step
    assert sums.given % 10_000 == 0
    assert sums.taken % 100 == 0


def test_a_sale_gives_exactly_its_shares() -> None:
    sums = amounts(an_order(Action.SELL, limit="0.433", qty="20.01"))
    assert (sums.given, sums.taken) == (20_010_000, 8_664_300)


BAD: list[tuple[Market, FokOrder, str]] = [
    (a_market(POLYMARKET, yes_token="1", no_token="2", status=MarketStatus.CLOSED), an_order(), "closed"),
    (a_market(POLYMARKET, yes_token="1", no_token="2", placeholder=True), an_order(), "placeholder"),
    (a_market(POLYMARKET), an_order(), "asset id"),
    (MARKET, an_order(limit="0.455"), "tick"),
    (a_market(POLYMARKET, yes_token="1", no_token="2", grid=PriceGrid.uniform(Price.parse("0.1"))), an_order(), "tick"),
    (MARKET, an_order(qty="4.99"), "5 at least"),
    (a_market(POLYMARKET, yes_token="1", no_token="2", qty_min=Qty.whole(50)), an_order(), "50 at least"),
    (MARKET, an_order(limit="0.01", qty="50", budget="0.5"), "below"),
    (MARKET, an_order(budget="9.005"), "whole cents"),
    (MARKET, an_order(Action.SELL, qty="20.001"), "two decimals"),
]


@pytest.mark.parametrize(("market", "order", "why"), BAD, ids=[case[2] for case in BAD])
def test_what_the_venue_would_refuse_is_refused_here(market: Market, order: FokOrder, why: str) -> None:
    with pytest.raises(RefusedError, match=why):
        validate(order, market)


def a_reply(**changes: object) -> bytes:
    answer = {
        "success": True, "errorMsg": "", "orderID": OURS, "status": "matched", "makingAmount": "9",
        "takingAmount": "20", "tradeIDs": ["t1"], "transactionsHashes": [],
    }  # fmt: skip
    return json.dumps(answer | changes).encode()


def test_a_match_is_a_fill_that_is_not_settled_yet() -> None:
    outcome = classify(200, a_reply(), order=an_order(), order_id=OURS)
    assert outcome == Filled(OURS, Qty.whole(20), Usd.parse("9"), None, Settlement.PENDING, ("t1",))


def error(text: str, **more: object) -> bytes:
    return json.dumps({"error": text, **more}).encode()


KILL = "order couldn't be fully filled. FOK orders are fully filled or killed."
ANSWERS = [
    (400, error(KILL), Killed),
    (200, a_reply(success=False, errorMsg=KILL, orderID="", status=""), Killed),
    (200, a_reply(errorMsg=KILL), Killed),
    (200, a_reply(status="unmatched"), Killed),
    (200, a_reply(status="delayed"), Delayed),
    (400, error("Invalid order payload"), Rejected),
    (400, error("not enough balance / allowance"), Rejected),
    (400, error("invalid signature"), Rejected),
    (400, error("order_version_mismatch"), Rejected),
    (400, error("maker address not allowed, please use the deposit wallet flow"), Rejected),
    (400, error("order 0x1 is invalid. Price (0.455) breaks minimum tick size rule: 0.01"), Rejected),
    (400, error("the market is not yet ready to process new orders"), Rejected),
    (200, a_reply(success=False, errorMsg="not enough balance / allowance", orderID=""), Rejected),
    (200, a_reply(success=True, errorMsg="not enough balance / allowance", orderID=""), Rejected),
    (401, error("Unauthorized/Invalid api key"), Rejected),
    (403, b"<html>blocked</html>", Rejected),
    (425, b"service not ready", Rejected),
    (429, b"", Rejected),
    (503, error("post-only mode: only post-only orders and cancels are allowed", code="post_only_mode"), Rejected),
    (503, error("cancel-only mode"), Rejected),
    (400, error("order 0x1 is invalid. Duplicated."), InDoubt),
    (400, error("order match delayed due to market conditions"), InDoubt),
    (500, error("order timed out in the matching engine"), InDoubt),
    (500, error("could not run the execution"), InDoubt),
    (503, error("service unavailable"), InDoubt),
    (502, b"", InDoubt),
    (408, b"", InDoubt),
    (302, b"", InDoubt),
    (201, a_reply(), InDoubt),
    (200, b"", InDoubt),
    (200, b"{}", InDoubt),
    (200, a_reply(orderID="0xother"), InDoubt),
    (200, a_reply(success=False), InDoubt),
    (200, a_reply(status="live"), InDoubt),
    (200, a_reply(status="mystery"), InDoubt),
    (200, a_reply(takingAmount="1E+999999"), InDoubt),
    (200, a_reply(takingAmount="0"), InDoubt),
    (200, a_reply(makingAmount="21"), InDoubt),
    (200, b"[" * 100_000, InDoubt),
]


@pytest.mark.parametrize(("status", "body", "kind"), ANSWERS, ids=[f"{a[0]}-{a[1][:40]!r}" for a in ANSWERS])
def test_each_answer_proves_what_the_table_says(status: int, body: bytes, kind: type) -> None:
    assert type(classify(status, body, order=an_order(), order_id=OURS)) is kind


@given(st.integers(100, 599), st.binary(max_size=100) | st.text().map(error))
def test_every_answer_has_a_meaning_and_only_200_can_be_a_fill(status: int, body: bytes) -> None:
    assert not isinstance(classify(status, body, order=an_order(), order_id=OURS), Filled)


def a_trade(**changes: object) -> bytes:
    trade = {
        "id": "t1", "taker_order_id": OURS, "market": "0x" + "1" * 64, "asset_id": "111", "side": "BUY", "size": "20",
        "price": "0.45", "status": "CONFIRMED", "match_time": "1767225600", "trader_side": "TAKER",
        "maker_orders": [
            {"order_id": "m", "matched_amount": "12", "price": "0.44", "asset_id": "111"},
            {"order_id": "n", "matched_amount": "8", "price": "0.55", "asset_id": "222"},
        ],
    }  # fmt: skip
    return json.dumps({"data": [trade | changes], "next_cursor": "LTE="}).encode()


def test_a_fill_is_added_up_from_its_makers_at_the_price_of_our_outcome() -> None:
    [seen], cursor = parse_trades(a_trade(), lambda _: MARKET)
    # 12 x 0.44 + 8 x (1 - 0.55)
    assert (seen.fill.qty, seen.fill.cost, seen.fill.side) == (Qty.whole(20), Usd.parse("8.88"), Side.YES)
    assert (seen.settlement, seen.fill.fee, cursor) == (Settlement.FINAL, None, "")


@pytest.mark.parametrize("status", ["MATCHED", "TRADE_STATUS_MINED", "RETRYING", "MATCHED_NOT_BROADCASTED"])
def test_nothing_but_confirmed_is_final(status: str) -> None:
    assert parse_trades(a_trade(status=status), lambda _: MARKET)[0][0].settlement is Settlement.PENDING


@pytest.mark.parametrize("changes", [{"status": "NEW"}, {"asset_id": "333"}, {"side": "HOLD"}, {"match_time": "soon"}])
def test_a_trade_that_cannot_be_understood_is_named_by_its_path(changes: dict[str, str]) -> None:
    with pytest.raises(SchemaMismatch, match=next(iter(changes))):
        parse_trades(a_trade(**changes), lambda _: MARKET)


def test_orders_balances_and_positions_are_read() -> None:
    assert parse_order(b"null") is None
    seen = parse_order(b'{"id":"0x1","status":"CANCELED_order couldn\'t be fully filled","size_matched":""}')
    assert seen is not None
    assert (seen.status.startswith("CANCELED"), seen.is_matched) == (True, False)
    assert parse_balance(b'{"balance":"1000000000","allowances":{}}') == 1_000_000_000
    row = {"token_id": "111", "condition_id": "0x" + "1" * 64, "outcome_index": 1}
    page = {"data": [row], "pagination": {"has_more": False, "next_cursor": None}}
    [held], cursor = parse_positions(json.dumps(page).encode())
    assert (held.side, held.token, cursor) == (Side.NO, "111", "")
