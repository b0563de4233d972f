"""Keys that are wrong, missing or readable, a clock that is off, a place that is barred: a line, a code, no order."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from arbkit.venues.kalshi.signing import KalshiSigner, new_key_pem
from arbkit.venues.secrets import Secret
from arbkit.venues.sim.server import SimServer
from arbkit.venues.sim.simulation import Simulation
from arbkit.wiring import simulation
from arbkit.wiring.kit import SystemClock

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

OWN = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
"""A public development key; nobody's money."""
OF_ANOTHER = "0x5F4f45aBd6e86C60B3Df2a4aF103f85256A2Ce6d"


@dataclass
class Ready:
    """Accounts at a simulator of our own, and a pair that is worth trading."""

    sim: Simulation
    trade: tuple[str, ...]


@pytest.fixture
def ready(arbkit, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ready]:
    with SimServer(simulation(seed=7)) as server:
        monkeypatch.setenv("ARBKIT_SIM", server.urls.base)
        assert arbkit("markets", "sync", "--sim", "-q").code == 0
        assert arbkit("match", "--sim", "-q", "--json").code == 0
        pair = next(
            json.loads(line)["pair"]
            for _ in range(9)
            for line in arbkit("scan", "--sim", "--json", "--all", "-q").out.splitlines()
        )
        assert arbkit("balance", "--sim", "--live", "--confirm").code == 0
        yield Ready(server.simulation, ("trade", pair, "--sim", "--live", "--confirm", "--yes"))
        assert not server.simulation.control.posts


def test_a_kalshi_key_that_does_not_sign_as_the_venue_knows_it(arbkit, ready: Ready) -> None:
    gate = ready.sim.kalshi_gate
    [(key_id, (_, account))] = gate._keys.items()
    gate.add_key(key_id, KalshiSigner("other", Secret(new_key_pem())).public_pem, account)
    done = arbkit(*ready.trade)
    assert done.code == 4
    assert "kalshi" in done.err
    assert "check the API key" in done.err


def test_a_kalshi_key_that_the_venue_does_not_know(arbkit, ready: Ready) -> None:
    ready.sim.kalshi_gate._keys.clear()
    done = arbkit(*ready.trade)
    assert (done.code, "NOT_FOUND" in done.err) == (4, True)


@pytest.mark.parametrize("seconds", [-60, 60])
def test_a_clock_that_is_a_minute_off(arbkit, ready: Ready, monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    right = SystemClock.now

    def off(self: SystemClock) -> datetime:
        return right(self) + timedelta(seconds=seconds)

    monkeypatch.setattr(SystemClock, "now", off)
    done = arbkit(*ready.trade)
    assert done.code == 4
    assert "the clock of this machine" in done.err


def test_a_place_that_polymarket_bars(arbkit, ready: Ready) -> None:
    ready.sim.gamma.geoblock |= {"blocked": True, "country": "US", "region": "NY"}
    done = arbkit(*ready.trade)
    assert done.code == 4
    assert "refuses trading from here (US NY)" in done.err


@pytest.fixture
def keys(tmp_path: Path) -> dict[str, Path]:
    """Sound key files, outside any work tree."""
    made = {"kalshi": tmp_path / "kalshi.pem", "polymarket": tmp_path / "polymarket.key"}
    made["kalshi"].write_text(new_key_pem())
    made["polymarket"].write_text(OWN)
    for path in made.values():
        path.chmod(0o600)
    return made


def asked(keys: dict[str, Path], funder: str = OF_ANOTHER) -> list[str]:
    settings = {
        "kalshi.key_id": "abc", "kalshi.key_file": keys["kalshi"], "polymarket.key_file": keys["polymarket"],
        "polymarket.funder": funder,
    }  # fmt: skip
    return ["balance", "--live", "--confirm", *(word for k, v in settings.items() for word in ("--set", f"{k}={v}"))]


def test_a_polymarket_key_of_another_wallet_is_found_before_anything_is_asked(arbkit, keys: dict[str, Path]) -> None:
    done = arbkit(*asked(keys))  # the network is blocked: a request would be another error
    assert done.code == 4
    assert f"polymarket.funder {OF_ANOTHER} is no wallet of this key" in done.err
    assert OWN not in done.err


@pytest.mark.parametrize("venue", ["kalshi", "polymarket"])
@pytest.mark.parametrize(("what", "says"), [("missing", "is not there"), ("readable", "chmod 600"), ("nonsense", "")])
def test_a_key_file_that_is_missing_readable_or_nonsense(
    arbkit, keys: dict[str, Path], venue: str, what: str, says: str
) -> None:
    if what == "missing":
        keys[venue] = keys[venue].with_name("nowhere") / "key"
    elif what == "readable":
        keys[venue].chmod(0o644)
    else:
        keys[venue].write_text("nonsense")
    done = arbkit(*asked(keys))
    assert done.code == 4
    assert says in done.err
    assert "nonsense" not in done.err


def test_no_key_at_all_says_where_to_put_one(arbkit, home: Path) -> None:
    done = arbkit("balance", "--live", "--confirm")
    assert done.code == 4
    assert "name a file of mode 0600 that holds it" in done.err


@pytest.mark.parametrize(
    ("setting", "host"),
    [
        ("kalshi.api_base=https://kalshi.com.evil.example/trade-api/v2", "kalshi.com.evil.example"),
        ("kalshi.ws_base=wss://notkalshi.com/ws", "notkalshi.com"),
        ("polymarket.clob_base=https://clob.evil.example", "clob.evil.example"),
    ],
)
def test_a_real_key_signs_for_no_other_host(arbkit, keys: dict[str, Path], setting: str, host: str) -> None:
    done = arbkit(*asked(keys, funder=""), "--set", setting)
    assert done.code == 2
    assert f"{host} is no host of" in done.err
