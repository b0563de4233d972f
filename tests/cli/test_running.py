"""`arbkit run` as processes over the simulated venues' streams: what it trades, what it tells, how it ends."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from arbkit.cli.logbook import milliseconds
from arbkit.errors import UsageError
from arbkit.venues.sim.server import SimServer
from arbkit.wiring import simulation
from tests.cli.conftest import COMMAND, environment, on_terminal, process

slow = pytest.mark.slow
LIVE = ("run", "--sim", "--live", "--confirm", "--set", "matching.require_review=never")


@pytest.fixture(scope="module")
def venues() -> Iterator[str]:
    """Simulated venues for the tests of this module alone: they trade on them."""
    with SimServer(simulation(seed=11)) as server:
        yield server.urls.base


@pytest.fixture
def environ(tmp_path: Path, venues: str) -> dict[str, str]:
    return environment(tmp_path, ARBKIT_SIM=venues)


@slow
def test_what_is_offered_is_taken_and_both_venues_agree_with_the_ledger(tmp_path: Path, environ) -> None:
    ran = process(*LIVE, "--once", "--json", cwd=tmp_path, environ=environ)
    assert ran.code == 0, ran.err
    summary = ran.rows[-1]
    trades = [row for row in ran.rows if row["event"] == "trade"]

    assert summary["event"] == "summary"
    assert summary["trades"] == len(trades) > 0
    assert summary["hedged"] == summary["trades"]
    assert Decimal(summary["profit_usd"]) > 0
    assert (summary["open_trades"], summary["paused"]) == (0, None)
    assert process("reconcile", "--sim", "--live", "--confirm", cwd=tmp_path, environ=environ).code == 0
    assert process("ledger", "verify", "--sim", cwd=tmp_path, environ=environ).code == 0


@slow
def test_a_dry_run_sends_nothing_and_says_so(tmp_path: Path, environ) -> None:
    ran = process("run", "--sim", "--once", "--json", cwd=tmp_path, environ=environ)
    assert ran.code == 0, ran.err
    assert ran.rows[-1]["mode"] == "dry_run"
    assert process("reconcile", "--sim", "--live", "--confirm", cwd=tmp_path, environ=environ).code == 0


@slow
def test_what_is_not_taken_has_a_reason(tmp_path: Path, environ) -> None:
    ran = process("run", "--sim", "--live", "--confirm", "--for", "3s", "--json", cwd=tmp_path, environ=environ)
    assert ran.code == 0, ran.err
    found = {row["pair"] for row in ran.rows if row["event"] == "opportunity"}
    answered = {row["pair"] for row in ran.rows if row["event"] in {"refused", "trade", "gone"}}
    assert found
    assert found <= answered


@slow
def test_a_second_loop_ends_at_once_and_names_the_first_and_a_signal_ends_the_first_in_order(
    tmp_path: Path, environ
) -> None:
    told = tmp_path / "events.jsonl"
    with told.open("wb") as out:
        first = subprocess.Popen(
            [*COMMAND, *LIVE, "--json"], cwd=tmp_path, env=environ, stdout=out, stderr=subprocess.DEVNULL
        )
    try:
        wait_for(lambda: '"started"' in told.read_text())
        second = process(*LIVE, "--once", "--json", cwd=tmp_path, environ=environ)
        os.kill(first.pid, signal.SIGTERM)
        code = first.wait(timeout=30)
    finally:
        first.kill()
    rows = [json.loads(line) for line in told.read_text().splitlines()]

    assert second.code == 73, second.err
    assert str(first.pid) in second.err
    assert code == 0
    assert [row["event"] for row in rows[-2:]] == ["stopped", "summary"]
    assert rows[-1]["open_trades"] == 0


@slow
def test_a_terminal_that_is_closed_ends_the_loop_in_order(tmp_path: Path, environ) -> None:
    told = tmp_path / "events.jsonl"
    with told.open("wb") as out:
        loop = subprocess.Popen(
            [*COMMAND, *LIVE, "--json"], cwd=tmp_path, env=environ, stdout=out, stderr=subprocess.DEVNULL
        )
    try:
        wait_for(lambda: '"started"' in told.read_text())
        loop.send_signal(signal.SIGHUP)
        code = loop.wait(timeout=30)
    finally:
        loop.kill()
    assert code == 0
    assert json.loads(told.read_text().splitlines()[-1])["open_trades"] == 0
    [run] = [row for row in process("health", "--sim", "--json", cwd=tmp_path, environ=environ).rows
             if row["check"] == "live: loop"]  # fmt: skip
    assert run["state"] == "ok"


def wait_for(what, *, within_s: float = 30) -> None:
    ends = time.monotonic() + within_s
    while not what():
        assert time.monotonic() < ends, "it did not become true"
        time.sleep(0.05)


@slow
@pytest.mark.parametrize("columns", [80, 120])
def test_on_a_terminal_a_screen_shows_venues_limits_and_offers(tmp_path: Path, environ, columns: int) -> None:
    ran = on_terminal(*LIVE, "--for", "2s", cwd=tmp_path, environ=environ, columns=columns)
    assert ran.code == 0, ran.out[-500:]
    for words in ("LIVE", "limits:", "kalshi", "polymarket", "why not taken", "open_trades"):
        assert words in ran.out


@slow
def test_in_a_pipe_talk_and_data_are_apart(tmp_path: Path, environ) -> None:
    ran = process("run", "--sim", "--for", "1s", cwd=tmp_path, environ=environ)
    assert ran.code == 0, ran.err
    assert "started" in ran.err
    assert "\x1b" not in ran.out + ran.err
    assert ran.out.startswith("event ")


@pytest.mark.parametrize(("text", "ms"), [("90s", 90_000), ("10m", 600_000), ("2h30m", 9_000_000), ("250ms", 250)])
def test_spans_are_read(text: str, ms: int) -> None:
    assert milliseconds(text) == ms


@pytest.mark.parametrize("text", ["", "10", "ten minutes", "5m!", "0s", "999999d", "m"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no span of time"):
        milliseconds(text)
