"""Faults of the simulated venues, and what a test can see behind their backs."""

import http.client
import json
import time
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from arbkit.errors import UsageError
from arbkit.venues.sim.faults import Fault, Target, Trouble
from arbkit.venues.sim.knobs import read_plan
from arbkit.venues.sim.server import SimServer
from arbkit.venues.sim.simulation import Simulation
from tests.venues.sim_traders import V2, KalshiTrader, PolyTrader, content
from tests.venues.sim_worlds import CONDITION, RATES_CUT, a_world


def a_simulation(*faults: Fault) -> Simulation:
    simulation = Simulation(a_world())
    for fault in faults:
        simulation.control.faults.add(fault)
    return simulation


def a_fault(on: Target, do: Trouble, **more: object) -> Fault:
    return Fault(on=on, do=do, **more)


KALSHI, POLY = Target.KALSHI_ORDER, Target.POLY_ORDER


def test_a_dropped_request_was_never_there_and_is_never_answered() -> None:
    simulation = a_simulation(a_fault(KALSHI, Trouble.DROP_REQUEST), a_fault(POLY, Trouble.DROP_REQUEST))
    kalshi, poly = KalshiTrader(simulation=simulation), PolyTrader(simulation=simulation)

    assert kalshi.send().hang
    assert poly.send().hang
    assert kalshi.account.truth.fills == []
    assert poly.read("/data/trades")["data"] == []


def test_an_order_may_be_accepted_though_the_answer_is_lost() -> None:
    simulation = a_simulation(a_fault(KALSHI, Trouble.ACCEPT_THEN_TIMEOUT), a_fault(POLY, Trouble.ACCEPT_THEN_TIMEOUT))
    kalshi, poly = KalshiTrader(simulation=simulation), PolyTrader(simulation=simulation)

    assert kalshi.send().hang
    assert poly.send().hang
    assert kalshi.read("/portfolio/orders")["orders"][0]["client_order_id"] == "ann-1"
    assert poly.read(f"/data/order/{poly.last_hash}")["status"] == "MATCHED"


def test_a_server_error_may_follow_an_accepted_order() -> None:
    simulation = a_simulation(a_fault(KALSHI, Trouble.ACCEPT_THEN_5XX), a_fault(POLY, Trouble.ACCEPT_THEN_5XX))
    kalshi, poly = KalshiTrader(simulation=simulation), PolyTrader(simulation=simulation)

    answers = kalshi.send(), poly.send()

    assert [(answer.status, answer.body) for answer in answers] == [
        (502, b""),
        (500, b'{"error":"order timed out in the matching engine"}'),
    ]
    assert len(kalshi.account.truth.fills) == 1
    assert len(poly.read("/data/trades")["data"]) == 1


def test_an_order_may_be_accepted_long_after_the_sender_gave_up() -> None:
    simulation = a_simulation(a_fault(POLY, Trouble.LATE_ACCEPT, ms=45_000))
    poly = PolyTrader(simulation=simulation)

    assert poly.send().hang
    before = poly.read(f"/data/order/{poly.last_hash}")
    poly.wait(seconds=50)

    assert before is None
    assert poly.read(f"/data/order/{poly.last_hash}")["status"] == "MATCHED"


def test_success_may_be_claimed_without_an_order() -> None:
    simulation = a_simulation(a_fault(KALSHI, Trouble.OK_WITHOUT_ORDER), a_fault(POLY, Trouble.OK_WITHOUT_ORDER))
    kalshi, poly = KalshiTrader(simulation=simulation), PolyTrader(simulation=simulation)

    assert (kalshi.send().status, content(poly.send())["orderID"]) == (201, "")
    assert kalshi.account.truth.fills == []


def test_an_answer_may_be_cut_in_the_middle() -> None:
    kalshi = KalshiTrader(simulation=a_simulation(a_fault(KALSHI, Trouble.MALFORMED_JSON)))

    answer = kalshi.send()

    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.body)
    assert len(kalshi.account.truth.fills) == 1


def test_throttling_and_restarts_leave_orders_unplaced() -> None:
    simulation = a_simulation(
        a_fault(KALSHI, Trouble.HTTP_429),
        a_fault(POLY, Trouble.HTTP_425),
        a_fault(POLY, Trouble.HTTP_503_CANCEL_ONLY, nth=2),
        a_fault(POLY, Trouble.HTTP_403_BAN, nth=3),
    )
    kalshi, poly = KalshiTrader(simulation=simulation), PolyTrader(simulation=simulation)

    statuses = [kalshi.send().status, *(poly.send().status for _ in range(4))]

    assert statuses == [429, 425, 503, 403, 200]
    assert len(poly.read("/data/trades")["data"]) == 1


def test_a_trade_may_take_another_way_of_statuses() -> None:
    path = ("MATCHED", "RETRYING", "FAILED")
    simulation = a_simulation(Fault(on=Target.POLY_TRADE, do=Trouble.STATUS_PATH, path=path, ms=7_000))
    poly = PolyTrader(simulation=simulation)
    poly.send()

    seen = []
    for _ in range(3):
        seen.append(poly.read("/data/trades")["data"][0]["status"])
        poly.wait(seconds=8)

    assert seen == ["MATCHED", "RETRYING", "FAILED"]
    assert simulation.polymarket.wallets[poly.wallet].shares(poly.order()["order"]["tokenId"]) == 0


def test_a_market_may_pause_just_before_an_order() -> None:
    simulation = a_simulation(
        a_fault(KALSHI, Trouble.MARKET_PAUSE, key=RATES_CUT), a_fault(POLY, Trouble.MARKET_PAUSE, key=CONDITION)
    )
    kalshi, poly = KalshiTrader(simulation=simulation), PolyTrader(simulation=simulation)

    assert content(kalshi.send())["error"]["code"] == "trading_is_paused"
    assert content(poly.send())["error"] == "the market is not yet ready to process new orders"


def test_maintenance_stops_a_whole_venue() -> None:
    simulation = a_simulation(a_fault(KALSHI, Trouble.MAINTENANCE), a_fault(POLY, Trouble.MAINTENANCE))
    kalshi, poly = KalshiTrader(simulation=simulation), PolyTrader(simulation=simulation)

    assert content(kalshi.send())["error"]["code"] == "exchange_is_paused"
    assert poly.send().status == 425
    assert poly.ask("GET", "/data/orders").status == 425


def test_a_read_lag_holds_from_the_start() -> None:
    kalshi = KalshiTrader(simulation=a_simulation(a_fault(Target.KALSHI_READ, Trouble.READ_LAG, ms=300)))
    kalshi.send()

    assert kalshi.read("/portfolio/fills")["fills"] == []
    kalshi.wait(milliseconds=300)
    assert len(kalshi.read("/portfolio/fills")["fills"]) == 1


def test_an_order_may_be_delayed_where_no_market_says_so() -> None:
    poly = PolyTrader(simulation=a_simulation(a_fault(POLY, Trouble.DELAYED, ms=2_000)))

    assert content(poly.send())["status"] == "delayed"
    assert content(poly.send())["status"] == "matched"


def test_every_post_is_counted_by_the_ids_of_its_orders_and_seen_before_it_is_dealt_with() -> None:
    simulation = a_simulation(a_fault(KALSHI, Trouble.DROP_REQUEST))
    kalshi, poly = KalshiTrader(simulation=simulation), PolyTrader(simulation=simulation)
    fills_before = []
    simulation.control.before_post.append(lambda _post: fills_before.append(len(kalshi.account.truth.fills)))
    body = kalshi.order()
    for _ in range(2):
        kalshi.ask("POST", "/portfolio/events/orders", body=body)
    poly.send()

    counts = simulation.control.counts()

    assert (counts["ann-1"], counts[poly.last_hash]) == (2, 1)
    assert fills_before == [0, 0, 1]
    assert [post.service for post in simulation.control.posts_of(poly.last_hash)] == ["clob"]


def test_a_plan_is_read_from_json_and_refused_when_it_cannot_be_meant() -> None:
    plan = read_plan(b'{"faults": [{"on": "poly.order", "nth": 2, "do": "order.late_accept", "ms": 900}]}')

    assert plan.hit(Target.POLY_ORDER) is None
    assert plan.hit(Target.POLY_ORDER) == Fault(on=POLY, do=Trouble.LATE_ACCEPT, nth=2, ms=900)
    for text in (b"", b"[]", b'{"faults": [{"on": "poly.order", "do": "order.lost"}]}', b'{"faults": [{"x": 1}]}'):
        with pytest.raises(UsageError):
            read_plan(text)


@pytest.mark.slow
def test_over_a_socket_an_unanswered_order_times_out_and_does_not_hold_up_the_stop() -> None:
    simulation = a_simulation(a_fault(KALSHI, Trouble.ACCEPT_THEN_TIMEOUT))
    trader = KalshiTrader(simulation=simulation)
    path = f"{V2}/portfolio/events/orders"
    with SimServer(simulation) as server:
        parts = urlsplit(server.urls.kalshi)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=0.3)
        headers = trader.headers("POST", path, datetime.now(UTC))
        connection.request("POST", path, json.dumps(trader.order()), headers)
        with pytest.raises(TimeoutError):
            connection.getresponse()
        started = time.monotonic()
    assert time.monotonic() - started < 3
    assert len(trader.account.truth.fills) == 1
    connection.close()


def test_a_fill_or_kill_order_may_be_filled_in_part_against_its_word() -> None:
    kalshi = KalshiTrader(simulation=a_simulation(a_fault(KALSHI, Trouble.PARTIAL)))

    answer = kalshi.send(count="2.00")

    assert (answer.status, content(answer)["fill_count"]) == (201, "1.00")
    assert [fill.qty for fill in kalshi.account.truth.fills] == [100]
    assert content(kalshi.send(count="2.00"))["fill_count"] == "2.00"


def test_answers_may_lead_elsewhere_or_be_far_too_long() -> None:
    faults = [
        a_fault(KALSHI, Trouble.HTTP_REDIRECT),
        a_fault(KALSHI, Trouble.HTTP_HUGE_BODY, nth=2, ms=6_000),
        a_fault(KALSHI, Trouble.HTTP_GZIP_BOMB, nth=3, ms=50_000),
    ]
    kalshi = KalshiTrader(simulation=a_simulation(*faults))

    elsewhere, huge, bomb = (kalshi.send() for _ in range(3))

    assert (elsewhere.status, dict(elsewhere.headers)) == (307, {"location": "/elsewhere"})
    assert (huge.status, len(huge.body) > 6_000_000) == (201, True)
    assert (dict(bomb.headers)["content-encoding"], len(bomb.body) < 100_000) == ("gzip", True)
    assert len(kalshi.account.truth.fills) == 2


def test_money_may_come_and_go_beside_every_trade() -> None:
    simulation = a_simulation(
        a_fault(KALSHI, Trouble.BALANCE_DROP, value="999.9"), a_fault(POLY, Trouble.DEPOSIT, value="25", nth=2)
    )
    kalshi, poly = KalshiTrader(simulation=simulation), PolyTrader(simulation=simulation)
    poly.send()
    poly.wait(seconds=5)
    settled = int(poly.read("/balance-allowance", ("asset_type", "COLLATERAL"), ("signature_type", "3"))["balance"])

    assert content(kalshi.send())["error"]["code"] == "insufficient_balance"
    assert kalshi.account.truth.cash[0] == 1_000
    poly.send()
    assert simulation.polymarket.wallets[poly.wallet].cash == settled + 25_000_000


def both(do: Trouble, **more: object) -> tuple[KalshiTrader, PolyTrader]:
    """A trader at each venue, whose first order is hit."""
    trades = do.value.startswith("trade.")
    targets = (Target.KALSHI_TRADE, Target.POLY_TRADE) if trades else (KALSHI, POLY)
    simulation = a_simulation(*(a_fault(target, do, **more) for target in targets))
    return KalshiTrader(simulation=simulation), PolyTrader(simulation=simulation)


def listed(kalshi: KalshiTrader, poly: PolyTrader) -> tuple[int, int]:
    return len(kalshi.read("/portfolio/fills")["fills"]), len(poly.read("/data/trades")["data"])


def test_a_connection_may_be_reset_before_or_after_an_order_is_dealt_with() -> None:
    for do, filled in ((Trouble.TORN_REQUEST, 0), (Trouble.ACCEPT_THEN_RESET, 1)):
        kalshi, poly = both(do)
        assert kalshi.send().reset
        assert poly.send().reset
        assert listed(kalshi, poly) == (filled, filled)


def test_the_edge_may_hold_an_order_back_and_trade_it_then() -> None:
    kalshi, poly = both(Trouble.QUEUE_THROTTLE, ms=5_000)
    answers = kalshi.send(), poly.send()
    assert listed(kalshi, poly) == (0, 0)
    assert [(answer.after_ms, answer.later()) for answer in answers] == [(5_000, None)] * 2
    for trader in (kalshi, poly):
        trader.wait(seconds=5)
    assert listed(kalshi, poly) == (1, 1)
    assert [answer.later().status for answer in answers] == [201, 200]


def test_an_order_may_be_filled_beyond_what_it_asked_for() -> None:
    kalshi, poly = both(Trouble.OVERFILL, value="1")
    assert content(kalshi.send(count="2.00"))["fill_count"] == "3.00"
    plain = content(PolyTrader(simulation=Simulation(a_world())).send())
    more = content(poly.send())
    assert more["makingAmount"] == plain["makingAmount"]
    assert 0.95 < float(more["takingAmount"]) - float(plain["takingAmount"]) < 1.1


def test_a_trade_may_be_listed_twice_or_late() -> None:
    kalshi, poly = both(Trouble.DUPLICATE_EVENT)
    kalshi.send()
    poly.send()
    assert listed(kalshi, poly) == (2, 2)
    kalshi, poly = both(Trouble.MISSING_EVENT, ms=5_000)
    kalshi.send()
    poly.send()
    assert listed(kalshi, poly) == (0, 0)
    assert len(kalshi.read("/portfolio/orders")["orders"]) == 1
    assert poly.read(f"/data/order/{poly.last_hash}")["status"] == "MATCHED"
    for trader in (kalshi, poly):
        trader.wait(seconds=5)
    assert listed(kalshi, poly) == (1, 1)


def test_a_trade_may_be_listed_before_its_order() -> None:
    kalshi, poly = both(Trouble.OUT_OF_ORDER, ms=5_000)
    kalshi.send()
    poly.send()
    assert listed(kalshi, poly) == (1, 1)
    assert kalshi.read("/portfolio/orders")["orders"] == kalshi.read("/portfolio/positions")["market_positions"] == []
    assert poly.read(f"/data/order/{poly.last_hash}") is None
    for trader in (kalshi, poly):
        trader.wait(seconds=5)
    assert len(kalshi.read("/portfolio/orders")["orders"]) == 1
    assert poly.read(f"/data/order/{poly.last_hash}")["status"] == "MATCHED"


def test_a_trade_may_be_restated_and_cost_a_cent_a_contract_more() -> None:
    kalshi, poly = both(Trouble.RESTATE, ms=5_000)
    kalshi.send(count="2.00")
    poly.send()
    shares = float(poly.read("/data/trades")["data"][0]["size"])
    wallet = kalshi.simulation.polymarket.wallets[poly.wallet]
    poly.wait(seconds=4)
    poly.read("/data/trades")
    before = kalshi.account.truth.cash[0], wallet.cash
    first = kalshi.read("/portfolio/fills")["fills"][0], poly.read("/data/trades")["data"][0]["maker_orders"][0]
    for trader in (kalshi, poly):
        trader.wait(seconds=6)
    then = kalshi.read("/portfolio/fills")["fills"][0], poly.read("/data/trades")["data"][0]["maker_orders"][0]
    assert round(float(then[0]["yes_price_dollars"]) - float(first[0]["yes_price_dollars"]), 4) == 0.01
    assert round(float(then[1]["price"]) - float(first[1]["price"]), 4) == 0.01
    assert (before[0] - kalshi.account.truth.cash[0], before[1] - wallet.cash) == (200, round(shares * 10_000))


def test_a_page_may_be_old_or_cut_short() -> None:
    old = a_fault(Target.KALSHI_READ, Trouble.STALE_PAGE, nth=2)
    kalshi = KalshiTrader(simulation=a_simulation(old))
    seen = []
    for _ in range(3):
        kalshi.send()
        seen.append(len(kalshi.read("/portfolio/fills")["fills"]))
    assert seen == [1, 1, 3]
    for on, path in ((Target.KALSHI_READ, "/portfolio/fills"), (Target.POLY_READ, "/data/trades")):
        simulation = a_simulation(a_fault(on, Trouble.PAGINATION_CUT, nth=1 if on.at_kalshi else 2))
        trader = KalshiTrader(simulation=simulation) if on.at_kalshi else PolyTrader(simulation=simulation)
        for _ in range(2):
            trader.send()
        pages = [trader.read(path) for _ in range(2)]
        rows = [len(page["fills" if on.at_kalshi else "data"]) for page in pages]
        ends = [page["cursor" if on.at_kalshi else "next_cursor"] for page in pages]
        assert (rows, ends[0]) == ([1, 2], "" if on.at_kalshi else "LTE=")


@pytest.mark.slow
def test_over_a_socket_an_order_may_end_in_a_reset_or_come_in_pieces() -> None:
    simulation = a_simulation(
        a_fault(KALSHI, Trouble.ACCEPT_THEN_RESET),
        a_fault(KALSHI, Trouble.TORN_REQUEST, nth=2),
        a_fault(KALSHI, Trouble.QUEUE_THROTTLE, nth=3, ms=300),
        a_fault(KALSHI, Trouble.HTTP_SLOW_BODY, nth=4, ms=300),
    )
    trader = KalshiTrader(simulation=simulation)
    path, seen = f"{V2}/portfolio/events/orders", []
    with SimServer(simulation) as server:
        parts = urlsplit(server.urls.kalshi)
        for _ in range(4):
            connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=5)
            started = time.monotonic()
            try:
                connection.request(
                    "POST", path, json.dumps(trader.order()), trader.headers("POST", path, datetime.now(UTC))
                )
                answer = connection.getresponse()
                headed = time.monotonic() - started
                order = json.loads(answer.read())
                seen.append((answer.status, order["fill_count"], headed > 0.25, time.monotonic() - started > 0.25))
            except ConnectionResetError:
                seen.append(len(trader.account.truth.fills))
            connection.close()
    assert seen == [1, 1, (201, "1.00", True, True), (201, "1.00", False, True)]
