"""`run --record` and `record` over the simulated venues: what is kept, and what never is."""

import gzip
import json
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from arbkit.venues.recording import Entry, Kind, recordings
from arbkit.venues.sim.server import SimServer
from arbkit.wiring import simulation
from tests.cli.conftest import COMMAND, environment, process

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def venues() -> Iterator[SimServer]:
    with SimServer(simulation(seed=7)) as server:
        yield server


@pytest.fixture
def environ(tmp_path: Path, venues: SimServer) -> dict[str, str]:
    return environment(tmp_path, ARBKIT_SIM=venues.urls.base)


def entries(directory: Path) -> list[Entry]:
    return [entry for recording in recordings([directory]) for entry in recording]


def test_a_live_run_keeps_the_frames_of_both_venues_and_nothing_that_is_ours(
    tmp_path: Path, environ: dict[str, str], venues: SimServer
) -> None:
    ran = process(
        "run", "--sim", "--live", "--confirm", "--set", "matching.require_review=never",
        "--for", "8s", "--json", "--record", "kept", cwd=tmp_path, environ=environ,
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert ran.rows[-1]["trades"]
    assert "recorded" in ran.err
    found = entries(tmp_path / "kept")

    count = Counter((entry.kind, entry.venue) for entry in found)
    for venue in ("kalshi", "polymarket"):
        assert count[Kind.FRAME, venue]
        assert count[Kind.CATALOGUE, venue]
        assert count[Kind.CONNECTED, venue] == count[Kind.LOST, venue] > 0
    known = b"".join(gzip.decompress(path.read_bytes()) for path in (tmp_path / "kept").iterdir()).decode()
    ours = {key for post in venues.simulation.control.posts for key in post.keys}
    ours |= {wallet.eoa for wallet in venues.simulation.polymarket.wallets.values()}
    assert ours
    for secret in {*ours, "PRIVATE KEY", "passphrase", "client_order_id", "KALSHI-ACCESS", "user_order"}:
        assert secret not in known
    for file in (tmp_path / "kept").iterdir():
        assert file.stat().st_mode & 0o777 == 0o600


def test_markets_are_recorded_without_trading_until_a_signal(tmp_path: Path, environ: dict[str, str]) -> None:
    for words in (("markets", "sync"), ("match",)):
        assert process(*words, "--sim", "-q", cwd=tmp_path, environ=environ).code == 0
    child = subprocess.Popen(
        [*COMMAND, "record", "kept", "--sim", "--json"],
        cwd=tmp_path, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    ends = time.monotonic() + 30
    while not any((tmp_path / "kept").glob("*")) or sum(e.kind is Kind.FRAME for e in entries(tmp_path / "kept")) < 20:
        assert time.monotonic() < ends
        time.sleep(0.2)
    os.kill(child.pid, signal.SIGTERM)
    out, _ = child.communicate(timeout=30)

    row = json.loads(out)
    assert child.returncode == 0
    assert row["frames"] == sum(entry.kind is Kind.FRAME for entry in entries(tmp_path / "kept"))
    assert (row["dropped"], row["trouble"], row["files"]) == (0, None, 1)


def test_with_nothing_to_record_it_says_what_to_do(tmp_path: Path, environ: dict[str, str]) -> None:
    ran = process("record", "kept", "--sim", cwd=tmp_path, environ=environ)
    assert ran.code == 3
    assert "arbkit match" in ran.err
