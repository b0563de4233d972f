"""Trading at the simulated Polymarket, over its wire formats."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbkit.venues.sim.polymarket_rules import AskedOrder, PolyRefusal, taker_fee
from arbkit.venues.sim.polymarket_wallets import OrderType, TradeStatus
from arbkit.venues.sim.simulation import Simulation
from arbkit.venues.sim.world.model import JsonObject, SeedBook
from tests.venues.sim_traders import PolyTrader, content
from tests.venues.sim_worlds import CONDITION, MADE_AT, NO_TOKEN, YES_TOKEN, a_gamma_event, a_gamma_market, a_world

KILLED = "order couldn't be fully filled. FOK orders are fully filled or killed."
MILLION = 1_000_000


def a_trader(simulation: Simulation | None = None, **more: object) -> PolyTrader:
    return PolyTrader(simulation=simulation or Simulation(a_world()), **more)


def a_market(**more: object) -> Simulation:
    return Simulation(a_world(gamma_events=[a_gamma_event(a_gamma_market(**more))]))


def test_a_fill_or_kill_buy_is_matched_and_says_what_it_gave_and_got() -> None:
    trader = a_trader()

    answer = trader.send(usd="4.10", shares="10")

    reply = content(answer)
    assert answer.status == 200
    assert reply | {"tradeIDs": []} == {
        "success": True,
        "errorMsg": "",
        "orderID": trader.last_hash,
        "status": "matched",
        "makingAmount": "4.1",
        "takingAmount": "10",
        "tradeIDs": [],
        "transactionsHashes": [],
    }
    assert len(reply["tradeIDs"]) == 1


@pytest.mark.parametrize("signature_type", [0, 1, 2, 3])
def test_every_kind_of_wallet_trades(signature_type: int) -> None:
    assert a_trader(signature_type=signature_type).send().status == 200


def test_orders_are_signed_for_the_exchange_of_their_asset() -> None:
    plain, neg_risk = a_trader(), a_trader(a_market(negRisk=True))

    assert plain.send(exchange="neg_risk").status == 400
    assert neg_risk.send(exchange="neg_risk").status == 200
    assert content(neg_risk.send(exchange="plain")) == {"error": "invalid signature"}
    assert content(plain.send(exchange="v3")) == {"error": "order_version_mismatch"}


def test_a_position_of_protocol_v2_is_an_asset_of_its_own_exchange() -> None:
    first, second = str(7 << 104), str(9 << 104)
    books = {first: SeedBook(yes_asks=((4100, 2_500),))}
    simulation = Simulation(
        a_world(
            gamma_events=[a_gamma_event(a_gamma_market(version="v2", positionIds=[first, second]))],
            books=books,
        )
    )
    trader = a_trader(simulation)

    assert trader.send(token=first, exchange="v3").status == 200
    assert content(trader.send(token=first)) == {"error": "order_version_mismatch"}


def test_a_dollar_budget_buys_more_shares_when_the_book_is_better() -> None:
    trader = a_trader(Simulation(a_world(books={YES_TOKEN: SeedBook(yes_asks=((9800, 5_000),))})))

    reply = content(trader.send(usd="4.95", shares="5"))

    assert (reply["makingAmount"], reply["takingAmount"]) == ("4.95", "5.05102")


def test_no_is_bought_from_those_who_bid_for_yes() -> None:
    trader = a_trader()

    reply = content(trader.send(token=NO_TOKEN, usd="6.10", shares="10"))
    trade = trader.read("/data/trades")["data"][0]

    assert (reply["makingAmount"], reply["takingAmount"]) == ("6.1", "10")
    assert (trade["asset_id"], trade["outcome"], trade["price"]) == (NO_TOKEN, "No", "0.61")
    assert (trade["maker_orders"][0]["asset_id"], trade["maker_orders"][0]["price"]) == (YES_TOKEN, "0.39")


def test_an_order_that_cannot_be_filled_is_killed_with_400_and_costs_nothing() -> None:
    trader = a_trader()

    answer = trader.send(usd="4.00", shares="10")

    assert (answer.status, content(answer)) == (400, {"error": KILLED})
    assert trader.read("/data/trades")["data"] == []
    assert trader.read(f"/data/order/{trader.last_hash}") is None
    assert trader.simulation.polymarket.wallets[trader.wallet].free_cash() == 1_000 * MILLION


def test_the_same_signed_order_is_refused_the_second_time() -> None:
    trader = a_trader()
    body = trader.order()

    first = trader.ask("POST", "/order", body=body)
    second = trader.ask("POST", "/order", body=body)

    assert (first.status, second.status) == (200, 400)
    assert content(second) == {"error": f"order {trader.last_hash} is invalid. Duplicated."}


@pytest.mark.parametrize(
    ("order", "text"),
    [
        (
            {"usd": "4.105", "shares": "10"},
            "invalid amounts, the market buy orders maker amount supports a max accuracy of 2 decimals, "
            "taker amount a max of 4 decimals",
        ),
        (
            {"usd": "4.10", "shares": "10.00001"},
            "invalid amounts, the market buy orders maker amount supports a max accuracy of 2 decimals, "
            "taker amount a max of 4 decimals",
        ),
        ({"usd": "0.82", "shares": "2"}, "invalid amount for a marketable BUY order ($0.82), min size: $1"),
        ({"usd": "1.64", "shares": "4"}, "order HASH is invalid. Size (4) lower than the minimum: 5"),
        ({"usd": "4.15", "shares": "10"}, "order HASH is invalid. Price (0.415) breaks minimum tick size rule: 0.01"),
        ({"usd": "10.00", "shares": "10"}, "order HASH is invalid. Price (1) breaks minimum tick size rule: 0.01"),
        ({"usd": "990000", "shares": "1000000"}, "not enough balance / allowance"),
        ({"side": "SELL", "usd": "3.80", "shares": "10"}, "not enough balance / allowance"),
        ({"expiration": "1795999999"}, "invalid expiration"),
        ({"token": "17"}, "No orderbook exists for the requested token id"),
    ],
)
def test_an_order_that_cannot_be_is_refused_in_the_words_of_the_venue(order: JsonObject, text: str) -> None:
    trader = a_trader()

    answer = trader.send(**order)

    assert (answer.status, content(answer)) == (400, {"error": text.replace("HASH", trader.last_hash)})


def test_the_fee_comes_on_top_and_must_be_there() -> None:
    simulation = Simulation(a_world(), usd=4)
    trader = a_trader(simulation)
    trader.send()
    wallet = simulation.polymarket.wallets[trader.wallet]
    wallet.cash = 4_220_000

    short = content(trader.send())
    wallet.cash = 4_220_950
    enough = trader.send()

    assert short == {"error": "not enough balance / allowance"}
    assert enough.status == 200
    trader.wait(seconds=5)
    trader.read("/data/trades")
    assert wallet.cash == 0


@pytest.mark.parametrize(
    ("rate", "shares", "cost", "fee"),
    [
        (0.07, 100 * MILLION, 50 * MILLION, 1_750_000),
        (0.05, 100 * MILLION, 30 * MILLION, 1_050_000),
        (0.04, 100 * MILLION, 5 * MILLION, 190_000),
        (0.0, 100 * MILLION, 50 * MILLION, 0),
        (0.07, 580_677_591, 306_051_099, 10_132_090),
    ],
)
def test_fees_are_floored_to_five_decimals(rate: float, shares: int, cost: int, fee: int) -> None:
    market = a_market(feeSchedule={"rate": rate, "exponent": 1}).polymarket_listing.markets[0]

    assert taker_fee(market, shares=shares, cost=cost) == fee


def test_a_trade_is_matched_then_mined_then_confirmed_and_only_then_can_shares_be_sold() -> None:
    trader = a_trader()
    trader.send()

    def status() -> str:
        return trader.read("/data/trades")["data"][0]["status"]

    def shares() -> str:
        query = ("asset_type", "CONDITIONAL"), ("token_id", YES_TOKEN), ("signature_type", "3")
        return trader.read("/balance-allowance", *query)["balance"]

    at_first = status(), shares()
    too_early = trader.send(side="SELL", usd="3.90", shares="10")
    trader.wait(milliseconds=900)
    mined = status(), shares()
    trader.wait(milliseconds=900)

    assert at_first == ("MATCHED", "0")
    assert content(too_early) == {"error": "not enough balance / allowance"}
    assert mined == ("MINED", "10000000")
    assert status() == "CONFIRMED"
    assert trader.send(side="SELL", usd="3.90", shares="10").status == 200


def test_a_failed_trade_gives_everything_back() -> None:
    trader = a_trader()
    trader.simulation.polymarket.clearing.plan_life((TradeStatus.MINED, TradeStatus.FAILED), 500)
    trader.send()
    wallet = trader.simulation.polymarket.wallets[trader.wallet]

    trader.wait(milliseconds=600)
    trader.read("/data/trades")
    mined = wallet.cash, wallet.shares(YES_TOKEN)
    trader.wait(milliseconds=600)

    assert trader.read("/data/trades")["data"][0]["status"] == "FAILED"
    assert mined == (1_000 * MILLION - 4_100_000 - 120_950, 10 * MILLION)
    assert (wallet.cash, wallet.shares(YES_TOKEN), wallet.free_cash()) == (1_000 * MILLION, 0, 1_000 * MILLION)


def test_collateral_is_told_in_base_units_with_the_allowances_of_the_exchanges() -> None:
    answer = a_trader().read("/balance-allowance", ("asset_type", "COLLATERAL"), ("signature_type", "3"))

    assert answer["balance"] == "1000000000"
    assert "0xE111180000d2663C0091e4f400237545B87B996B" in answer["allowances"]


def test_a_delayed_market_holds_the_order_and_no_fill_is_promised() -> None:
    trader = a_trader(a_market(secondsDelay=3))

    reply = content(trader.send())
    held = trader.read(f"/data/order/{trader.last_hash}")
    cancel = trader.ask("DELETE", "/order", body={"orderID": trader.last_hash})
    trader.wait(seconds=4)

    assert (reply["status"], reply["takingAmount"], reply["tradeIDs"]) == ("delayed", "", [])
    assert held["status"] == "DELAYED"
    assert content(cancel)["canceled"] == []
    assert trader.read(f"/data/order/{trader.last_hash}")["status"] == "MATCHED"


def test_a_delayed_order_may_be_killed_in_the_end() -> None:
    simulation = a_market(secondsDelay=3)
    slow, quick = a_trader(simulation), a_trader(simulation, secret=8, wallet="0x" + "33" * 20)
    slow.send(usd="10.25", shares="25")
    rival = slow.last_hash
    simulation.polymarket_listing.markets[0].__dict__["delay_s"] = 0
    quick.send(usd="10.25", shares="25")

    slow.wait(seconds=4)

    assert slow.read(f"/data/order/{rival}")["status"] == f"CANCELED_{KILLED}"
    assert slow.read("/data/trades")["data"] == []


def test_resting_orders_are_listed_and_cancelled() -> None:
    trader = a_trader()
    for price in ("3.00", "2.00"):
        trader.send(usd=price, shares="10", order_type="GTC")
    listed = trader.read("/data/orders")

    one = trader.ask("DELETE", "/order", body={"orderID": listed["data"][0]["id"]})
    all_of_them = trader.ask("DELETE", "/cancel-all")
    again = trader.ask("DELETE", "/order", body={"orderID": listed["data"][0]["id"]})

    assert [(order["status"], order["price"], order["original_size"]) for order in listed["data"]] == [
        ("LIVE", "0.3", "10"),
        ("LIVE", "0.2", "10"),
    ]
    assert listed["next_cursor"] == "LTE="
    assert content(one)["canceled"] == [listed["data"][0]["id"]]
    assert content(all_of_them)["canceled"] == [listed["data"][1]["id"]]
    assert content(again)["not_canceled"] == {listed["data"][0]["id"]: "already canceled or matched"}


def test_a_resting_order_is_filled_by_another_trader_without_a_fee() -> None:
    simulation = Simulation(a_world(books={}))
    maker, taker = a_trader(simulation), a_trader(simulation, secret=8, wallet="0x" + "33" * 20)
    maker.send(usd="4.00", shares="10", order_type="GTC")

    taker.send(token=NO_TOKEN, usd="6.00", shares="10")

    for trader in (maker, taker):
        trader.wait(seconds=5)
        assert trader.read("/data/trades")["data"][0]["status"] == "CONFIRMED"
    wallets = simulation.polymarket.wallets
    assert wallets[maker.wallet].cash == 1_000 * MILLION - 4 * MILLION
    assert wallets[taker.wallet].cash == 1_000 * MILLION - 6 * MILLION - 120_000
    assert maker.read("/data/trades")["data"][0]["trader_side"] == "MAKER"
    assert maker.read("/data/trades")["data"][0]["id"] == taker.read("/data/trades")["data"][0]["id"]


def test_positions_lag_behind_the_chain() -> None:
    trader = a_trader()
    trader.send()
    trader.read("/data/trades")
    trader.wait(milliseconds=900)
    trader.read("/data/trades")

    early = trader.positions()
    trader.wait(milliseconds=1_100)
    position = trader.positions()[0]

    assert early == []
    assert (position["current_size"], position["avg_price"], position["status"]) == (10.0, 0.422095, "OPEN")
    assert (position["outcome"], position["opposite_token_id"]) == ("Yes", NO_TOKEN)


def test_a_resolved_market_is_closed_and_its_shares_can_be_redeemed() -> None:
    trader = a_trader()
    trader.send()
    trader.wait(seconds=3)
    trader.read("/data/trades")
    engine = trader.simulation.polymarket
    wallet = engine.wallets[trader.wallet]

    engine.resolve(CONDITION, 0, trader.now)
    refused = trader.send()
    waiting = trader.positions(("status", "REDEEMABLE"))
    before = wallet.cash
    engine.redeem(wallet, CONDITION, trader.now)
    trader.wait(seconds=3)

    market = trader.read(f"/markets/{CONDITION}")
    assert [token["winner"] for token in market["tokens"]] == [True, False]
    assert content(refused) == {"error": "the market is not yet ready to process new orders"}
    assert waiting[0]["redeemable"] is True
    assert wallet.cash - before == 10 * MILLION
    assert trader.positions() == []


def test_a_draw_pays_half_to_each_side() -> None:
    trader = a_trader()
    trader.send()
    trader.wait(seconds=3)
    trader.read("/data/trades")
    engine = trader.simulation.polymarket

    engine.resolve(CONDITION, None, trader.now)

    assert engine.redeem(engine.wallets[trader.wallet], CONDITION, trader.now) == 5 * MILLION
    assert trader.read(f"/markets/{CONDITION}")["is_50_50_outcome"] is True


def test_keys_are_made_once_and_derived_after_that() -> None:
    trader = a_trader()
    missing = trader.login("GET", "/auth/derive-api-key")
    made = trader.login("POST", "/auth/api-key")

    assert (missing.status, made.status) == (400, 200)
    assert trader.login("POST", "/auth/api-key").status == 400
    assert content(trader.login("GET", "/auth/derive-api-key")) == content(made)


@pytest.mark.parametrize(
    "change",
    [
        {"poly_signature": "0x" + "00" * 65},
        {"poly_address": "0x" + "11" * 20},
        {"poly_timestamp": str(int(MADE_AT.timestamp()) - 60)},
        {"poly_nonce": "1"},
    ],
)
def test_a_login_that_is_not_properly_signed_is_refused(change: dict[str, str]) -> None:
    assert a_trader().login("POST", "/auth/api-key", **change).status == 401


@pytest.mark.parametrize(
    "change",
    [
        {"poly_signature": "AAAA"},
        {"poly_api_key": "who"},
        {"poly_passphrase": "wrong"},
        {"poly_address": "0x" + "11" * 20},
        {"poly_timestamp": str(int((MADE_AT + timedelta(seconds=60)).timestamp()))},
    ],
)
def test_a_private_call_that_is_not_properly_signed_is_refused(change: dict[str, str]) -> None:
    answer = a_trader().ask("GET", "/data/orders", **change)

    assert (answer.status, content(answer)) == (401, {"error": "Unauthorized/Invalid api key"})


def test_nobody_trades_with_the_key_or_the_wallet_of_another() -> None:
    simulation = Simulation(a_world())
    ann, bob = a_trader(simulation), a_trader(simulation, secret=8)
    ann.send()
    stolen = bob.order()

    assert content(bob.ask("POST", "/order", body=stolen)) == {"error": "invalid signature"}
    assert content(ann.ask("POST", "/order", body=stolen)) == {
        "error": "the order owner has to be the owner of the API KEY"
    }
    stolen["owner"] = ann.api_key["apiKey"]
    assert content(ann.ask("POST", "/order", body=stolen)) == {"error": "invalid signature"}


def test_a_tampered_order_is_refused() -> None:
    trader = a_trader()
    body = trader.order()
    body["order"]["makerAmount"] = "4000000"

    assert content(trader.ask("POST", "/order", body=body)) == {"error": "invalid signature"}


@pytest.mark.parametrize(
    "change",
    [{"salt": "x"}, {"side": "HOLD"}, {"maker": "0x1"}, {"tokenId": "abc"}, {"signatureType": 4}, {"metadata": "0x"}],
)
def test_a_malformed_order_is_refused(change: JsonObject) -> None:
    trader = a_trader()
    body = trader.order()
    body["order"] |= change

    answer = trader.ask("POST", "/order", body=body)

    assert answer.status == 400


def test_a_batch_says_success_beside_the_error_of_a_refused_leg() -> None:
    trader = a_trader()

    answer = trader.ask("POST", "/orders", body=[trader.order(), trader.order(usd="4.00")])

    good, bad = content(answer)
    assert (good["status"], bad["success"], bad["errorMsg"], bad["orderID"]) == ("matched", True, KILLED, "")


def test_a_resting_order_expires_a_minute_early() -> None:
    trader = a_trader()
    expires = str(int(MADE_AT.timestamp()) + 300)
    trader.send(usd="1.00", shares="10", order_type="GTD", expiration=expires)

    trader.wait(seconds=241)

    assert trader.read(f"/data/order/{trader.last_hash}")["status"] == "CANCELED_EXPIRED_ORDER"


acts = st.tuples(
    st.integers(0, 2),
    st.sampled_from([YES_TOKEN, NO_TOKEN]),
    st.booleans(),
    st.integers(1, 99),
    st.integers(5, 60),
    st.sampled_from([OrderType.FOK, OrderType.FAK, OrderType.GTC]),
)


@settings(max_examples=60)
@given(st.lists(acts, min_size=1, max_size=25), st.sampled_from([0, 1, None]))
def test_no_money_and_no_share_is_made_or_lost(sent: list[tuple], winner: int | None) -> None:
    simulation = Simulation(a_world(books={}))
    engine, now = simulation.polymarket, MADE_AT
    wallets = [engine.open_wallet(name, eoa=name, kind=0, cash=50 * MILLION) for name in ("ann", "bob", "cid")]
    for number, (who, token, is_buy, cents, shares, order_type) in enumerate(sent):
        dollars, units = shares * cents * 10_000, shares * MILLION
        asked = AskedOrder(
            order_id=str(number),
            owner="key",
            wallet=wallets[who].address,
            token=token,
            is_buy=is_buy,
            maker_amount=dollars if is_buy else units,
            taker_amount=units if is_buy else dollars,
            order_type=order_type,
        )
        with suppress(PolyRefusal):
            engine.place(asked, now)
        now += timedelta(seconds=1)
        simulation.advance(now)
    simulation.advance(now + timedelta(seconds=5))

    yes, no = (sum(wallet.shares(token) for wallet in wallets) for token in (YES_TOKEN, NO_TOKEN))
    cash = sum(wallet.cash for wallet in wallets)
    dust = 150 * MILLION - cash - yes - engine.fees_charged
    assert yes == no
    assert 0 <= dust <= 2 * len(sent) * 10
    assert all(wallet.free_cash() >= 0 for wallet in wallets)
    assert all(wallet.shares(token) >= 0 for wallet in wallets for token in (YES_TOKEN, NO_TOKEN))

    engine.resolve(CONDITION, winner, now)
    paid = sum(engine.redeem(wallet, CONDITION, now) for wallet in wallets)
    assert yes - len(wallets) * 2 <= paid <= yes
