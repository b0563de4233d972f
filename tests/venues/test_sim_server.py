"""The simulated venues over real sockets."""

import http.client
import json
import socket
import threading
from urllib.parse import urlsplit

import pytest

from arbkit.errors import UsageError
from arbkit.venues.sim.server import SimServer, sim_urls
from arbkit.venues.sim.simulation import Simulation
from tests.venues.sim_worlds import RATES_CUT, YES_TOKEN, a_world

pytestmark = pytest.mark.slow


def fetched(url: str, *, post: bytes | None = None) -> tuple[int, bytes, dict[str, str]]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=5)
    connection.request("GET" if post is None else "POST", f"{parts.path}?{parts.query}", post)
    answer = connection.getresponse()
    result = answer.status, answer.read(), {key.lower(): value for key, value in answer.getheaders()}
    connection.close()
    return result


def test_all_four_services_answer_on_consecutive_ports_and_stop() -> None:
    threads = threading.active_count()
    with SimServer(Simulation(a_world())) as server:
        urls = server.urls
        status, body, headers = fetched(f"{urls.kalshi}/markets/{RATES_CUT}/orderbook")
        assert (status, headers["content-type"]) == (200, "application/json")
        assert json.loads(body)["orderbook_fp"]["yes_dollars"][-1] == ["0.4700", "3.00"]
        batch = fetched(f"{urls.clob}/books", post=json.dumps([{"token_id": YES_TOKEN}]).encode())
        assert json.loads(batch[1])[0]["asset_id"] == YES_TOKEN
        assert json.loads(fetched(f"{urls.gamma}/markets/keyset")[1])["markets"]
        assert json.loads(fetched(f"{urls.positions}/v2/positions?user=0x1")[1])["data"] == []

    assert threading.active_count() == threads
    with pytest.raises(OSError):
        fetched(f"{urls.clob}/ok")


def test_a_named_port_is_used_and_a_taken_one_refused() -> None:
    with SimServer(Simulation(a_world())) as server:
        port = int(server.urls.base.rpartition(":")[2])
        with pytest.raises(UsageError, match="not free"):
            SimServer(Simulation(a_world()), port=port).start()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "venue.example"])
def test_only_loopback_is_served_and_asked(host: str) -> None:
    with pytest.raises(UsageError, match="loopback"):
        SimServer(Simulation(a_world()), host=host)
    with pytest.raises(UsageError):
        sim_urls(f"http://{host}:8700")


@pytest.mark.parametrize(
    "base", ["127.0.0.1:8700", "https://127.0.0.1:8700", "http://127.0.0.1", "http://127.0.0.1:65533"]
)
def test_an_address_that_cannot_be_a_simulator_is_refused(base: str) -> None:
    with pytest.raises(UsageError):
        sim_urls(base)


def test_the_addresses_follow_from_the_first_port() -> None:
    urls = sim_urls("http://localhost:8700/")

    assert urls.kalshi == "http://127.0.0.1:8700/trade-api/v2"
    assert (urls.clob, urls.gamma, urls.positions) == (
        "http://127.0.0.1:8701",
        "http://127.0.0.1:8702",
        "http://127.0.0.1:8703",
    )


def test_a_connection_that_says_nothing_does_not_hold_up_the_stop() -> None:
    with SimServer(Simulation(a_world())) as server:
        parts = urlsplit(server.urls.base)
        silent = socket.create_connection((parts.hostname, parts.port))
    silent.close()
