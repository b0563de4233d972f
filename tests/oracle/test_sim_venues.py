"""The simulated venues judged by clients that others wrote: the venue's own for Polymarket, a public one for Kalshi.

Runs where those clients are installed (an environment of their own); skipped elsewhere.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from arbkit.venues.sim.server import SimServer
from arbkit.venues.sim.simulation import Simulation
from tests.venues.sim_worlds import (
    CONDITION,
    NO_TOKEN,
    RATES_BOOK,
    RATES_CUT,
    YES_TOKEN,
    a_gamma_event,
    a_gamma_market,
    a_kalshi_event,
    a_kalshi_market,
    a_living_world,
)

pytestmark = [pytest.mark.oracle, pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

WHY = "the venue's client is not installed here"
KEY = "0x" + "07" * 32
WALLET = "0x" + "22" * 20


@pytest.fixture
def server() -> Iterator[SimServer]:
    with SimServer(Simulation(a_living_world(datetime.now(UTC)))) as running:
        yield running


@pytest.fixture
def clob() -> ModuleType:
    return pytest.importorskip("py_clob_client_v2", reason=WHY)


def a_polymarket_client(clob: ModuleType, server: SimServer, *, kind: int = 3) -> object:
    funder = None if kind == 0 else WALLET
    client = clob.ClobClient(server.urls.clob, chain_id=137, key=KEY, signature_type=kind, funder=funder)
    client.set_api_creds(client.create_or_derive_api_key())
    return client


@pytest.mark.parametrize("kind", [0, 1, 2, 3])
def test_the_venues_client_buys_with_a_fill_or_kill_order(clob: ModuleType, server: SimServer, kind: int) -> None:
    client = a_polymarket_client(clob, server, kind=kind)
    args = clob.MarketOrderArgs(token_id=YES_TOKEN, amount=10.25, side="BUY", price=0.41)

    reply = client.create_and_post_market_order(args)

    assert (reply["success"], reply["status"], reply["makingAmount"], reply["takingAmount"]) == (
        True,
        "matched",
        "10.25",
        "25",
    )
    assert [trade["id"] for trade in client.get_trades()] == reply["tradeIDs"]
    assert client.get_order(reply["orderID"])["status"] == "MATCHED"


def test_the_venues_client_is_told_of_a_kill(clob: ModuleType, server: SimServer) -> None:
    client = a_polymarket_client(clob, server)
    args = clob.MarketOrderArgs(token_id=NO_TOKEN, amount=5.00, side="BUY", price=0.50)

    with pytest.raises(clob.exceptions.PolyApiException) as refused:
        client.create_and_post_market_order(args)

    assert refused.value.status_code == 400
    assert "fully filled or killed" in str(refused.value)


def test_the_venues_client_rests_lists_and_cancels(clob: ModuleType, server: SimServer) -> None:
    client = a_polymarket_client(clob, server)
    reply = client.create_and_post_order(clob.OrderArgs(token_id=YES_TOKEN, price=0.30, size=10, side="BUY"))

    listed = client.get_open_orders()
    cancelled = client.cancel_all()

    assert reply["status"] == "live"
    assert [(order["id"], order["price"]) for order in listed] == [(reply["orderID"], "0.3")]
    assert cancelled["canceled"] == [reply["orderID"]]
    assert client.get_open_orders() == []


def test_the_venues_client_trades_neg_risk_markets(clob: ModuleType) -> None:
    world = a_living_world(datetime.now(UTC), gamma_events=[a_gamma_event(a_gamma_market(negRisk=True))])
    with SimServer(Simulation(world)) as server:
        client = a_polymarket_client(clob, server)
        args = clob.MarketOrderArgs(token_id=YES_TOKEN, amount=10.25, side="BUY", price=0.41)

        assert client.create_and_post_market_order(args)["status"] == "matched"


def test_the_venues_client_reads_books_markets_and_balances(clob: ModuleType, server: SimServer) -> None:
    client = a_polymarket_client(clob, server)
    params = clob.BalanceAllowanceParams(asset_type="COLLATERAL", signature_type=3)

    book = client.get_order_book(YES_TOKEN)
    found = book if isinstance(book, dict) else book.__dict__

    assert [found["asks"][-1]["price"], found["bids"][-1]["price"]] == ["0.41", "0.39"]
    assert client.get_tick_size(YES_TOKEN) == "0.01"
    assert client.get_neg_risk(YES_TOKEN) is False
    assert client.get_market(CONDITION)["condition_id"] == CONDITION
    assert client.get_balance_allowance(params)["balance"] == "1000000000"
    assert client.get_order_book_hash(book) == found["hash"]


@pytest.fixture
def kalshi(server: SimServer, tmp_path: Path) -> object:
    pykalshi = pytest.importorskip("pykalshi", reason=WHY)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    path = tmp_path / "key.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    server.simulation.open_kalshi_account("ann", key_id="ann", public_pem=public)
    return pykalshi.KalshiClient(api_key_id="ann", private_key_path=str(path), api_base=server.urls.kalshi)


def test_a_public_client_trades_and_reads_its_account(kalshi: object) -> None:
    pykalshi = pytest.importorskip("pykalshi", reason=WHY)
    fok, buy, yes = pykalshi.TimeInForce.FOK, pykalshi.Action.BUY, pykalshi.Side.YES

    order = kalshi.portfolio.place_order(
        RATES_CUT, buy, yes, "2.00", yes_price_dollars="0.52", time_in_force=fok, client_order_id="one"
    )

    assert order.status.value == "executed"
    assert kalshi.portfolio.get_balance().balance == 299892
    assert [fill.fee_cost_dollars for fill in kalshi.portfolio.get_fills()] == ["0.035000"]
    assert [(p.ticker, p.position_fp) for p in kalshi.portfolio.get_positions()] == [(RATES_CUT, "2.00")]


def test_a_public_client_is_told_of_a_kill_and_of_a_used_id(kalshi: object) -> None:
    pykalshi = pytest.importorskip("pykalshi", reason=WHY)
    fok, buy, no = pykalshi.TimeInForce.FOK, pykalshi.Action.BUY, pykalshi.Side.NO

    for wanted in ("fill_or_kill_insufficient_resting_volume", "order_already_exists"):
        with pytest.raises(pykalshi.KalshiAPIError) as refused:
            kalshi.portfolio.place_order(
                RATES_CUT, buy, no, "900.00", no_price_dollars="0.53", time_in_force=fok, client_order_id="one"
            )
        assert refused.value.status_code == 409
        assert wanted in str(refused.value.error_code)


def test_a_public_client_rests_and_cancels(kalshi: object) -> None:
    pykalshi = pytest.importorskip("pykalshi", reason=WHY)
    order = kalshi.portfolio.place_order(
        RATES_CUT, pykalshi.Action.BUY, pykalshi.Side.YES, "1.00", yes_price_dollars="0.10"
    )

    resting = kalshi.portfolio.get_orders()
    kalshi.portfolio.cancel_order(order.order_id)

    assert [o.order_id for o in resting] == [order.order_id]
    assert kalshi.portfolio.get_order(order.order_id).status.value == "canceled"


def test_a_public_client_reads_the_markets(kalshi: object) -> None:
    market = kalshi.get_market(RATES_CUT)
    book = market.get_orderbook()

    assert market.yes_bid_dollars == "0.4700"
    assert len(book.orderbook.yes_dollars) == len(RATES_BOOK.yes_bids)
    assert a_kalshi_event(a_kalshi_market())["event_ticker"] == market.event_ticker
