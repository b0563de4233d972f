"""The simulated venues answer whatever is sent to them, and never fall over."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arbkit.venues.sim.simulation import Service, Simulation
from arbkit.venues.sim.wire.message import Request
from tests.venues.sim_traders import KalshiTrader, PolyTrader
from tests.venues.sim_worlds import CONDITION, MADE_AT, RATES_CUT, YES_TOKEN, a_world

NASTY = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, 1, -1, 2**31, 10**13, 2**63 - 1, 2**63, 2**64, -(2**63), 2**70, 10**300]),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False),
    st.sampled_from(["", "-1", "1e9", "0x", "NaN", "½", "1" * 400, "\x00", "0.5200", "1.00", RATES_CUT, YES_TOKEN]),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)
PATHS = st.sampled_from(
    [
        "/trade-api/v2/markets",
        "/trade-api/v2/events",
        f"/trade-api/v2/markets/{RATES_CUT}/orderbook",
        "/trade-api/v2/markets/orderbooks",
        "/trade-api/v2/markets/trades",
        "/book",
        "/markets",
        "/simplified-markets",
        "/prices-history",
        f"/clob-markets/{CONDITION}",
        "/markets/keyset",
        "/events/keyset",
        "/events",
        "/tags",
        "/v2/positions",
        "/positions",
        "/sim/truth",
    ]
)
QUERY = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "limit",
                "cursor",
                "after_cursor",
                "next_cursor",
                "offset",
                "depth",
                "tickers",
                "status",
                "order",
                "user",
                "min_updated_ts",
                "end_date_min",
                "volume_num_min",
                "token_id",
                "market",
                "side",
                "min_ts",
                "tag_id",
            ]
        ),
        st.one_of(st.text(max_size=8), st.integers(-(10**20), 10**20).map(str), st.sampled_from([YES_TOKEN, "LTE="])),
    ),
    max_size=3,
).map(tuple)

SHARED = Simulation(a_world(), limits=False)


@settings(max_examples=200)
@given(st.sampled_from(Service), PATHS, QUERY)
def test_no_query_breaks_a_read(service: Service, path: str, query: tuple[tuple[str, str], ...]) -> None:
    answer = SHARED.answer(service, Request(method="GET", path=path, query=query, at=MADE_AT))

    assert 200 <= answer.status < 500


@pytest.fixture(scope="module")
def traders() -> tuple[KalshiTrader, PolyTrader]:
    simulation = Simulation(a_world(), limits=False)
    return KalshiTrader(simulation=simulation), PolyTrader(simulation=simulation)


@pytest.mark.slow
@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_field_of_an_order_breaks_a_venue(traders: tuple[KalshiTrader, PolyTrader], data: st.DataObject) -> None:
    kalshi, poly = traders
    ours, theirs = kalshi.order(exchange_index=0, expiration_time=0), poly.order()
    ours[data.draw(st.sampled_from(sorted(ours)))] = data.draw(NASTY)
    inner = theirs["order"]
    inner[data.draw(st.sampled_from(sorted(inner)))] = data.draw(NASTY)
    theirs[data.draw(st.sampled_from(["owner", "orderType", "deferExec"]))] = data.draw(NASTY)

    assert kalshi.ask("POST", "/portfolio/events/orders", body=ours).status < 500
    assert kalshi.ask("POST", "/portfolio/events/orders/batched", body={"orders": [ours]}).status < 500
    assert poly.ask("POST", "/order", body=theirs).status < 500
    assert poly.ask("DELETE", "/order", body=theirs).status < 500


@given(st.binary(max_size=40), st.sampled_from(["POST", "DELETE", "GET", "PUT"]))
def test_no_bytes_break_a_venue(body: bytes, method: str) -> None:
    for service, path in (
        (Service.KALSHI, "/trade-api/v2/portfolio/events/orders"),
        (Service.CLOB, "/order"),
        (Service.CLOB, "/books"),
        (Service.KALSHI, "/sim/faults"),
        (Service.CLOB, "/auth/api-key"),
    ):
        headers = {"kalshi-access-signature": "x", "kalshi-access-key": "y", "kalshi-access-timestamp": "9" * 40}
        request = Request(method=method, path=path, at=MADE_AT, headers=headers, body=body)
        assert SHARED.answer(service, request).status < 500
