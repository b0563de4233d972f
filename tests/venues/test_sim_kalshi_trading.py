"""Trading at the simulated Kalshi, over its wire formats."""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbkit.venues.sim.exchange import SelfTrade, TimeInForce
from arbkit.venues.sim.kalshi_engine import KalshiRefusal, NewOrder
from arbkit.venues.sim.simulation import Simulation
from arbkit.venues.sim.world.model import JsonObject, SeedBook
from tests.venues.sim_schemas import openapi
from tests.venues.sim_traders import KalshiTrader, content
from tests.venues.sim_worlds import (
    MADE_AT,
    RATES_CUT,
    a_kalshi_event,
    a_kalshi_market,
    a_series,
    a_world,
)


def a_trader(simulation: Simulation | None = None, **more: object) -> KalshiTrader:
    return KalshiTrader(simulation=simulation or Simulation(a_world()), **more)


def error_of(answer: object) -> object:
    return content(answer)["error"]["code"]


def test_a_fill_or_kill_order_takes_the_book_and_pays_price_and_fee() -> None:
    trader = a_trader()

    answer = trader.send(price="0.9900")

    assert answer.status == 201
    assert content(answer) | {"order_id": "", "ts_ms": 0} == {
        "average_fee_paid": "0.0175",
        "average_fill_price": "0.5200",
        "client_order_id": "ann-1",
        "fill_count": "1.00",
        "order_id": "",
        "remaining_count": "0.00",
        "ts_ms": 0,
    }
    balance = trader.read("/portfolio/balance")
    assert balance["balance_breakdown"][0] == {"exchange_index": 0, "balance": "999.4625"}
    assert balance["balance"] == 299946


def test_a_simulator_that_begins_anew_gives_other_ids_to_its_orders() -> None:
    first, second = a_trader(), a_trader(now=MADE_AT + timedelta(seconds=1))

    ids = [content(trader.send(price="0.9900"))["order_id"] for trader in (first, first, second, second)]

    assert len({*ids}) == 4


def test_buying_no_is_an_ask_at_the_yes_price() -> None:
    trader = a_trader()

    answer = trader.send(side="ask", price="0.4700", count="3.00")

    assert content(answer)["average_fill_price"] == "0.4700"
    position = trader.read("/portfolio/positions")["market_positions"][0]
    assert (position["position_fp"], position["market_exposure_dollars"]) == ("-3.00", "1.590000")
    order = trader.read("/portfolio/orders")["orders"][0]
    assert (order["outcome_side"], order["book_side"], order["status"]) == ("no", "ask", "executed")


def test_a_fill_or_kill_order_may_sweep_levels_and_each_is_a_fill() -> None:
    trader = a_trader()

    trader.send(count="10.00", price="0.5400")

    fills = trader.read("/portfolio/fills")["fills"]
    assert [(fill["yes_price_dollars"], fill["count_fp"]) for fill in fills] == [("0.5400", "7.00"), ("0.5200", "3.00")]
    assert {fill["is_taker"] for fill in fills} == {True}
    assert "client_order_id" not in fills[0]


def test_a_killed_order_answers_409_trades_nothing_and_uses_up_its_id() -> None:
    trader = a_trader()
    body = trader.order(count="500.00", price="0.5200")

    killed = trader.ask("POST", "/portfolio/events/orders", body=body)
    again = trader.ask("POST", "/portfolio/events/orders", body=body | {"count": "1.00"})

    assert (killed.status, content(killed)) == (
        409,
        {
            "error": {
                "code": "fill_or_kill_insufficient_resting_volume",
                "message": "fill or kill insufficient resting volume",
            }
        },
    )
    assert (again.status, error_of(again)) == (409, "order_already_exists")
    assert trader.read("/portfolio/positions")["market_positions"] == []
    assert trader.read("/portfolio/orders")["orders"] == []


def test_numbers_in_place_of_strings_are_refused_in_the_words_of_the_venue() -> None:
    answer = a_trader().send(count=1, price=0.01)

    assert (answer.status, content(answer)) == (
        400,
        {
            "code": "bad_request",
            "message": "bad request",
            "details": "json: cannot unmarshal number into Go struct field CreateOrderV2Request.count of type string",
        },
    )


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"price": "0.5150"}, 400, "invalid_price"),
        ({"price": "1.0000"}, 400, "invalid_price"),
        ({"price": "0.00"}, 400, "invalid_price"),
        ({"count": "0.00"}, 400, "invalid_parameters"),
        ({"count": "1.001"}, 400, "invalid_parameters"),
        ({"count": "-1.00"}, 400, "invalid_parameters"),
        ({"count": "99999.00", "price": "0.9900"}, 400, "insufficient_balance"),
        ({"ticker": "NO"}, 404, "market_not_found"),
        ({"exchange_index": 3}, 404, "market_not_found"),
        ({"side": "yes"}, 400, "invalid_parameters"),
        ({"time_in_force": "gtc"}, 400, "invalid_parameters"),
        ({"self_trade_prevention_type": "trade"}, 400, "invalid_parameters"),
        ({"post_only": True, "time_in_force": "good_till_canceled", "price": "0.9900"}, 400, "invalid_order"),
        ({"post_only": True}, 400, "invalid_order"),
        ({"order_group_id": "g"}, 400, "invalid_parameters"),
        ({"subaccount": 3}, 400, "invalid_parameters"),
        ({"reduce_only": True, "time_in_force": "immediate_or_cancel"}, 400, "invalid_order"),
    ],
)
def test_an_order_that_cannot_be_is_refused_and_leaves_its_id_free(change: JsonObject, status: int, code: str) -> None:
    trader = a_trader()
    body = trader.order()

    refused = trader.ask("POST", "/portfolio/events/orders", body=body | change)

    assert (refused.status, error_of(refused)) == (status, code)
    assert trader.ask("POST", "/portfolio/events/orders", body=body).status == 201


def test_an_immediate_order_without_a_match_is_201_and_readable_as_canceled() -> None:
    trader = a_trader()

    answer = trader.send(price="0.5000", time_in_force="immediate_or_cancel")

    assert (answer.status, content(answer)["fill_count"], content(answer)["remaining_count"]) == (201, "0.00", "0.00")
    assert trader.read("/portfolio/orders")["orders"][0]["status"] == "canceled"


def test_a_resting_order_stands_in_the_book_and_is_cancelled_once() -> None:
    trader = a_trader()
    order_id = content(trader.send(price="0.5000", time_in_force="good_till_canceled"))["order_id"]

    book = trader.read(f"/markets/{RATES_CUT}/orderbook")["orderbook_fp"]["yes_dollars"]
    locked = trader.read("/portfolio/balance")["balance_breakdown"][0]["balance"]
    first = trader.ask("DELETE", f"/portfolio/events/orders/{order_id}")
    second = trader.ask("DELETE", f"/portfolio/events/orders/{order_id}")

    assert book[-1] == ["0.5000", "1.00"]
    assert locked == "999.5000"
    assert (first.status, content(first)["reduced_by"]) == (200, "1.00")
    assert (second.status, content(second)) == (404, {"error": {"code": "not_found", "message": "not found"}})
    assert trader.read(f"/portfolio/orders/{order_id}")["order"]["status"] == "canceled"


def test_a_cancel_without_shard_or_ticker_looks_on_shard_0_only() -> None:
    event = a_kalshi_event(a_kalshi_market(exchange_index=3))
    trader = a_trader(Simulation(a_world(kalshi_events=[event])))
    order_id = content(trader.send(price="0.5000", time_in_force="good_till_canceled"))["order_id"]
    path = f"/portfolio/events/orders/{order_id}"

    assert trader.ask("DELETE", path).status == 404
    assert trader.ask("DELETE", path, ("market_ticker", RATES_CUT)).status == 200


def test_cancel_all_takes_every_order_and_those_of_the_next_minute() -> None:
    trader = a_trader()
    for price in ("0.1000", "0.2000"):
        trader.send(price=price, time_in_force="good_till_canceled")

    answer = trader.ask("DELETE", "/portfolio/events/orders")
    trader.wait(seconds=30)
    trader.send(price="0.3000", time_in_force="good_till_canceled")
    trader.wait(seconds=40)
    trader.send(price="0.3000", time_in_force="good_till_canceled")

    states = [order["status"] for order in trader.read("/portfolio/orders")["orders"]]
    assert answer.status == 204
    assert states == ["resting", "canceled", "canceled", "canceled"]


def test_a_batch_succeeds_and_fails_item_by_item() -> None:
    trader = a_trader()
    body = {"orders": [trader.order(), trader.order(price="0.5150"), trader.order(count=1)]}

    answer = trader.ask("POST", "/portfolio/events/orders/batched", body=body)

    good, bad, worse = content(answer)["orders"]
    assert answer.status == 201
    assert good["fill_count"] == "1.00"
    assert bad["error"]["code"] == "invalid_price"
    assert worse["error"]["code"] == "bad_request"


def test_yes_and_no_of_one_market_net_to_a_dollar_at_once() -> None:
    trader = a_trader()
    trader.send(count="3.00", price="0.5200")

    trader.send(side="ask", count="3.00", price="0.4700")

    assert trader.read("/portfolio/positions")["market_positions"] == []
    zeroed = trader.read("/portfolio/positions", ("count_filter", "total_traded"))["market_positions"][0]
    assert zeroed["position_fp"] == "0.00"
    assert zeroed["realized_pnl_dollars"] == "-0.150000"


def test_money_of_another_shard_does_not_help() -> None:
    event = a_kalshi_event(a_kalshi_market(exchange_index=2))
    trader = a_trader(Simulation(a_world(kalshi_events=[event])), usd=10)
    trader.account.truth.cash[2] = 0

    refused = trader.send()
    moved = trader.ask(
        "POST",
        "/portfolio/intra_exchange_instance_transfer",
        body={
            "source": "event_contract",
            "destination": "event_contract",
            "amount": 50_000,
            "source_exchange_shard": 0,
            "destination_exchange_shard": 2,
        },
    )

    assert error_of(refused) == "insufficient_balance"
    assert moved.status == 200
    assert trader.send().status == 201


def test_reads_lag_behind_and_say_how_far() -> None:
    trader = a_trader()
    trader.simulation.kalshi.read_lag_ms = 400

    trader.send()
    at_once = trader.read("/portfolio/positions")["market_positions"]
    as_of = trader.read("/exchange/user_data_timestamp")["as_of_time"]
    trader.wait(milliseconds=400)

    assert at_once == []
    assert as_of == "2026-11-22T11:59:59.600000Z"
    assert trader.read("/portfolio/positions")["market_positions"][0]["position_fp"] == "1.00"
    assert trader.account.truth.positions[RATES_CUT].qty == 100


def test_a_settled_market_pays_its_holders_and_leaves_a_settlement() -> None:
    trader = a_trader()
    trader.send(count="3.00", price="0.5200")
    before = trader.account.truth.cash[0]

    trader.simulation.kalshi.settle(RATES_CUT, 10_000, trader.now)

    assert trader.account.truth.cash[0] == before + 30_000
    settlement = trader.read("/portfolio/settlements")["settlements"][0]
    assert (settlement["market_result"], settlement["yes_count_fp"], settlement["revenue"]) == ("yes", "3.00", 300)
    market = trader.read(f"/markets/{RATES_CUT}")["market"]
    assert (market["status"], market["result"], market["settlement_value_dollars"]) == ("finalized", "yes", "1.0000")
    assert trader.read("/portfolio/positions")["market_positions"] == []


def test_a_void_pays_a_scalar_to_both_sides() -> None:
    simulation = Simulation(a_world())
    yes, no = a_trader(simulation), a_trader(simulation, name="bob")
    yes.send(count="3.00", price="0.5200")
    no.send(side="ask", count="3.00", price="0.4700")

    simulation.kalshi.settle(RATES_CUT, 4_250, MADE_AT)

    revenues = [t.account.truth.settlements[0].revenue for t in (yes, no)]
    assert revenues == [1_275_000, 1_725_000]


@pytest.mark.parametrize(
    ("state", "code"),
    [("pause", "trading_is_paused"), ("close", "MARKET_INACTIVE")],
)
def test_a_market_that_does_not_trade_takes_no_orders(state: str, code: str) -> None:
    trader = a_trader()
    getattr(trader.simulation.kalshi, state)(RATES_CUT, trader.now)

    assert error_of(trader.send()) == code


def test_a_closed_exchange_refuses_even_cancels() -> None:
    trader = a_trader()
    order_id = content(trader.send(price="0.1000", time_in_force="good_till_canceled"))["order_id"]
    trader.simulation.kalshi_state.closed = True

    assert error_of(trader.send()) == "exchange_is_paused"
    assert error_of(trader.ask("DELETE", f"/portfolio/events/orders/{order_id}")) == "exchange_is_paused"
    assert trader.ask("GET", "/exchange/status").status == 503


def test_a_reopened_market_has_lost_its_resting_orders() -> None:
    trader = a_trader()
    trader.send(price="0.1000", time_in_force="good_till_canceled")
    trader.simulation.kalshi.pause(RATES_CUT, trader.now)
    held = trader.read("/portfolio/orders")["orders"][0]["status"]
    trader.simulation.kalshi.resume(RATES_CUT, trader.now)

    assert (held, trader.read("/portfolio/orders")["orders"][0]["status"]) == ("resting", "canceled")


def test_an_order_expires_at_its_time() -> None:
    trader = a_trader()
    expires = int(MADE_AT.timestamp()) + 60
    trader.send(price="0.1000", time_in_force="good_till_canceled", expiration_time=expires)

    trader.wait(seconds=61)

    assert trader.read("/portfolio/orders")["orders"][0]["status"] == "canceled"


def test_two_traders_meet_and_only_the_taker_pays_a_fee() -> None:
    simulation = Simulation(a_world(books={}))
    maker, taker = a_trader(simulation), a_trader(simulation, name="bob")
    maker.send(price="0.4000", count="10.00", time_in_force="good_till_canceled")

    taker.send(side="ask", price="0.4000", count="10.00")

    assert (maker.account.truth.fills[0].fee, taker.account.truth.fills[0].fee) == (0, 168_000)
    assert maker.account.truth.fills[0].trade_id == taker.account.truth.fills[0].trade_id
    assert maker.read("/markets/trades")["trades"][0]["taker_outcome_side"] == "no"


def test_makers_pay_a_quarter_where_the_series_says_so() -> None:
    series = a_series(fee_type="quadratic_with_maker_fees")
    simulation = Simulation(a_world(books={}, kalshi_series=[series]))
    maker, taker = a_trader(simulation), a_trader(simulation, name="bob")
    maker.send(price="0.4000", count="10.00", time_in_force="good_till_canceled")
    taker.send(side="ask", price="0.4000", count="10.00")

    assert maker.account.truth.fills[0].fee == 42_000


def test_rounding_of_many_fills_is_given_back() -> None:
    rungs = tuple((330, 1) for _ in range(40))
    simulation = Simulation(a_world(books={RATES_CUT: SeedBook(yes_asks=rungs)}))
    event = simulation.kalshi_listing.markets[RATES_CUT]
    event.wire["price_ranges"] = [{"start": "0.0010", "end": "0.9990", "step": "0.0010"}]
    trader = a_trader(simulation)

    trader.send(price="0.0330", count="0.40")

    truth = trader.account.truth
    assert len(truth.fills) == 40
    assert (10_000_000 - truth.cash[0]) * 100 == 40 * 330 + sum(fill.fee for fill in truth.fills)
    assert any(fill.fee < truth.fills[0].fee for fill in truth.fills)


def test_ten_orders_a_second_are_let_through_and_the_eleventh_is_not() -> None:
    trader = a_trader()

    statuses = [trader.send().status for _ in range(13)]
    shapes = [content(trader.send())["error"] for _ in range(2)]
    trader.wait(seconds=1)

    assert statuses[:10].count(429) == 0
    assert statuses[10:] == [429, 429, 429]
    assert {type(shape) for shape in shapes} == {str, dict}
    assert trader.send().status != 429


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (
            {"kalshi-access-signature": ""},
            {"code": "signature_is_missing_from_headers", "message": "signature is missing from headers"},
        ),
        (
            {"kalshi-access-signature": "AAAA"},
            {
                "code": "authentication_error",
                "message": "authentication_error",
                "details": "INCORRECT_API_KEY_SIGNATURE",
            },
        ),
        (
            {"kalshi-access-key": "who"},
            {"code": "authentication_error", "message": "authentication_error", "details": "NOT_FOUND"},
        ),
        (
            {"kalshi-access-timestamp": "1795348700000"},
            {"code": "header_timestamp_expired", "message": "header timestamp expired"},
        ),
        (
            {"kalshi-access-key": ""},
            {"code": "access_key_is_missing_from_headers", "message": "access key is missing from headers"},
        ),
    ],
)
def test_a_request_that_is_not_properly_signed_is_refused(change: dict[str, str], error: JsonObject) -> None:
    trader = a_trader()
    signed = trader.headers
    trader.headers = lambda *of: signed(*of) | change

    answer = trader.ask("GET", "/portfolio/balance")

    assert (answer.status, content(answer)) == (401, {"error": error})


@pytest.mark.parametrize(("off_s", "status"), [(-9, 200), (9, 200), (-11, 401), (11, 401)])
def test_the_clock_may_be_ten_seconds_off(off_s: int, status: int) -> None:
    trader = a_trader()
    signed = trader.headers
    trader.headers = lambda method, path, at: signed(method, path, at + timedelta(seconds=off_s))

    assert trader.ask("GET", "/portfolio/balance").status == status


acts = st.tuples(
    st.integers(0, 2),
    st.booleans(),
    st.integers(1, 99).map(lambda cents: cents * 100),
    st.integers(1, 900),
    st.sampled_from(TimeInForce),
    st.sampled_from([SelfTrade.STOP_TAKER, SelfTrade.CANCEL_MAKER]),
)


@settings(max_examples=60)
@given(st.lists(acts, min_size=1, max_size=25), st.sampled_from([0, 4_250, 10_000]))
def test_no_money_and_no_contract_is_made_or_lost(sent: list[tuple], yes_pays: int) -> None:
    simulation = Simulation(a_world(books={}))
    engine = simulation.kalshi
    accounts = [engine.open_account(name, {0: 200_000}) for name in ("ann", "bob", "cid")]
    for who, is_bid, price, count, time_in_force, self_trade in sent:
        order = NewOrder(
            ticker=RATES_CUT,
            client_order_id="",
            is_bid=is_bid,
            price=price,
            count=count,
            time_in_force=time_in_force,
            self_trade=self_trade,
        )
        with suppress(KalshiRefusal):
            engine.create(accounts[who], order, MADE_AT)

    held = [account.truth.positions[RATES_CUT].qty for account in accounts if account.truth.positions]
    cash = sum(account.truth.cash[0] for account in accounts) * 100
    pool = sum(qty for qty in held if qty > 0) * 10_000
    assert sum(held) == 0
    assert cash + pool + engine.fees_collected == 3 * 200_000 * 100
    assert all(account.truth.available(0) >= 0 for account in accounts)

    engine.settle(RATES_CUT, yes_pays, MADE_AT)
    assert sum(account.truth.cash[0] for account in accounts) * 100 + engine.fees_collected == 3 * 200_000 * 100


SCHEMAS = {
    "CreateOrderV2Response": lambda t: content(t.send()),
    "GetBalanceResponse": lambda t: t.read("/portfolio/balance"),
    "GetOrdersResponse": lambda t: t.read("/portfolio/orders"),
    "GetFillsResponse": lambda t: t.read("/portfolio/fills"),
    "GetPositionsResponse": lambda t: t.read("/portfolio/positions"),
    "GetSettlementsResponse": lambda t: t.read("/portfolio/settlements"),
    "GetAccountApiLimitsResponse": lambda t: t.read("/account/limits"),
    "BatchCreateOrdersV2Response": lambda t: content(
        t.ask("POST", "/portfolio/events/orders/batched", body={"orders": [t.order(), t.order(price="2")]})
    ),
    "BatchCancelOrdersV2Response": lambda t: content(
        t.ask("DELETE", "/portfolio/events/orders/batched", body={"orders": [{"order_id": "x"}]})
    ),
    "GetTradesResponse": lambda t: t.read("/markets/trades"),
}


@pytest.mark.shared
@pytest.mark.parametrize("name", SCHEMAS)
def test_private_answers_are_of_the_published_schema(shared: Path, name: str) -> None:
    trader = a_trader()
    trader.send(count="2.00")
    trader.send(price="0.1000", time_in_force="good_till_canceled")
    trader.send(ticker=RATES_CUT, side="ask", price="0.4700")
    trader.wait(seconds=2)
    if name == "GetSettlementsResponse":
        trader.simulation.kalshi.settle(RATES_CUT, 0, trader.now)

    components = openapi(shared)["components"]
    schema = components["schemas"][name] | {"components": components}
    jsonschema.validate(SCHEMAS[name](trader), schema)
