"""What other processes may do behind the stage of a running simulator."""

import json

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from arbkit.venues.sim.simulation import Service, Simulation
from arbkit.venues.sim.wire.message import Answer, Request
from tests.venues.sim_traders import KalshiTrader, PolyTrader, content
from tests.venues.sim_worlds import CONDITION, MADE_AT, RATES_CUT, YES_TOKEN, a_world


def ask(simulation: Simulation, method: str, path: str, body: object = None) -> Answer:
    raw = b"" if body is None else json.dumps(body).encode()
    return simulation.answer(Service.KALSHI, Request(method=method, path=f"/sim{path}", at=MADE_AT, body=raw))


def test_an_account_and_a_wallet_can_be_opened_from_outside() -> None:
    simulation = Simulation(a_world())
    pem = (
        Ed25519PrivateKey.generate()
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    account = {"user_id": "ann", "key_id": "k", "public_pem": pem.decode(), "usd": 50}
    wallet = {"address": "0x" + "AB" * 20, "eoa": "0x" + "cd" * 20, "signature_type": 3, "usd": 70}

    assert ask(simulation, "POST", "/kalshi/accounts", account).status == 201
    assert ask(simulation, "POST", "/polymarket/wallets", wallet).status == 201

    truth = content(ask(simulation, "GET", "/truth"))
    assert truth["kalshi"]["ann"]["cash_micros"] == {"0": 50_000_000, "2": 50_000_000, "3": 50_000_000}
    assert truth["polymarket"]["0x" + "ab" * 20]["cash_micros"] == 70_000_000


def test_the_truth_names_every_fill_by_the_ids_of_its_sender() -> None:
    simulation = Simulation(a_world())
    kalshi, poly = KalshiTrader(simulation=simulation), PolyTrader(simulation=simulation)
    kalshi.send()
    poly.send()

    truth, posts = content(ask(simulation, "GET", "/truth")), content(ask(simulation, "GET", "/posts"))

    fill, trade = truth["kalshi"]["ann"]["fills"][0], truth["polymarket"][poly.wallet]["trades"][0]
    assert (fill["client_order_id"], fill["qty_micros"], fill["fee_micros"]) == ("ann-1", 1_000_000, 17_500)
    assert (trade["taker_order_id"], trade["cost_micros"], trade["fee_micros"]) == (poly.last_hash, 4_100_000, 120_950)
    assert (posts["posts"], posts["counts"]["ann-1"], posts["counts"][poly.last_hash]) == (2, 1, 1)


def test_faults_can_be_planned_and_forgotten() -> None:
    simulation = Simulation(a_world())
    kalshi = KalshiTrader(simulation=simulation)
    plan = {"faults": [{"on": "kalshi.order", "do": "http.429", "times": 0}]}

    assert ask(simulation, "POST", "/faults", plan).status == 201
    assert kalshi.send().status == 429
    assert ask(simulation, "DELETE", "/faults").status == 204
    assert kalshi.send().status == 201


def test_markets_can_be_ended() -> None:
    simulation = Simulation(a_world())
    kalshi, poly = KalshiTrader(simulation=simulation), PolyTrader(simulation=simulation)

    assert ask(simulation, "POST", "/kalshi/settle", {"ticker": RATES_CUT, "yes_pays": 0}).status == 204
    assert ask(simulation, "POST", "/polymarket/resolve", {"condition_id": CONDITION, "winner": 1}).status == 204

    assert kalshi.read(f"/markets/{RATES_CUT}")["market"]["result"] == "no"
    assert poly.read(f"/markets/{CONDITION}")["tokens"][1]["winner"] is True
    assert simulation.polymarket.pays(YES_TOKEN) == 0


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/kalshi/accounts", {"user_id": "ann", "key_id": "k", "public_pem": "no key"}),
        ("/kalshi/accounts", {"user_id": "ann"}),
        ("/kalshi/settle", {"ticker": "NO", "yes_pays": 0}),
        ("/kalshi/settle", {"ticker": RATES_CUT, "yes_pays": 10_001}),
        ("/polymarket/resolve", {"condition_id": "0x", "winner": 0}),
        ("/polymarket/wallets", {"address": "0x1"}),
        ("/faults", {"faults": [{"on": "everything"}]}),
    ],
)
def test_what_cannot_be_meant_is_refused(path: str, body: object) -> None:
    assert ask(Simulation(a_world()), "POST", path, body).status == 400
