"""The operator's commands: health, doctor, mode, logs, opportunities, and the prompt."""

import os
import signal
import subprocess
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from arbkit.app.loop_state import LOOP_FACT, FeedStanding, LoopState
from arbkit.cli.logbook import Followed
from arbkit.cli.main import words_after
from arbkit.cli.shell import completed
from arbkit.core.breaker import Failure
from arbkit.core.checks import CheckState
from arbkit.core.markets import Method, VenueName
from arbkit.store.store import Store
from arbkit.wiring import opened
from arbkit.wiring.doctor import _pairs
from tests.app.scene import save_markets
from tests.builders import NOW, StandingClock, a_market, a_pair
from tests.cli.conftest import COMMAND, environment, process

slow = pytest.mark.slow


def state_of(rows: list[dict[str, object]], name: str) -> object:
    return next(row["state"] for row in rows if row["check"] == name)


def test_a_fresh_state_directory_is_healthy(arbkit, home: Path) -> None:
    ran = arbkit("health", "--json")
    assert ran.code == 0
    assert {row["state"] for row in ran.rows} == {"ok"}


def test_a_pause_and_a_halt_file_are_unhealthy_and_named(arbkit, home: Path) -> None:
    arbkit("pause", "--reason", "look at it")
    (home / "HALT").touch()
    ran = arbkit("health", "--json")
    assert ran.code == 1
    assert state_of(ran.rows, "live: breaker") == "fail"
    assert state_of(ran.rows, "halt") == "fail"
    assert "look at it" in ran.out


def test_a_loop_that_died_is_unhealthy(arbkit, home: Path) -> None:
    arbkit("status")
    with Store(home / "arbkit.db") as store:
        store.operations.begin_epoch(pid=4242, host="h", version="1", config_hash="", at=NOW)
        store.operations.note("heartbeat", NOW.isoformat(), at=NOW)
    ran = arbkit("health", "--json")
    assert ran.code == 1
    [loop] = [row for row in ran.rows if row["check"] == "live: loop"]
    assert loop["state"] == "fail"
    assert "process 4242" in str(loop["detail"])


def test_dry_run_forbids_live_orders_until_live_is_confirmed(arbkit, home: Path) -> None:
    assert arbkit("mode", "--json").rows[0]["mode"] == "live"
    assert arbkit("dry-run").code == 0
    assert arbkit("mode", "--json").rows[0]["mode"] == "dry_run"
    refused = arbkit("live")
    assert (refused.code, "arbkit mode live --confirm" in refused.err) == (3, True)
    assert arbkit("live", "--confirm").code == 0
    assert arbkit("mode", "--json").rows[0]["mode"] == "live"
    assert arbkit("mode", "fast").code == 2


def test_status_names_the_ledger_and_says_nothing_that_does_not_apply(arbkit, home: Path) -> None:
    ran = arbkit("status")
    assert "ledger           live" in ran.out
    assert "run              none yet" in ran.out
    assert "streams" not in ran.out
    [row] = arbkit("status", "--json").rows
    assert (row["mode"], row["streams"], row["live_orders"]) == ("live", None, "allowed")


def test_status_shows_a_running_loop_by_what_it_wrote_down(arbkit, home: Path) -> None:
    arbkit("status")
    now = datetime.now(UTC)
    feed = FeedStanding(
        state="live", books_live=80, books_wanted=81, detail="", connected_since=now - timedelta(minutes=3),
        last_frame_at=now,
    )  # fmt: skip
    state = LoopState(
        mode="live", pairs=81, opportunities=2, trades=0, hedged=0, in_flight="p1", paused="", feeds={"kalshi": feed},
        venues_closed={},
    )  # fmt: skip
    with Store(home / "arbkit.db") as store:
        store.operations.begin_epoch(pid=4242, host="h", version="1", config_hash="", at=now - timedelta(minutes=4))
        store.operations.note("heartbeat", "", at=now)
        store.operations.note(LOOP_FACT, msgspec.json.encode(state).decode(), at=now)
    [row] = arbkit("status", "--json").rows
    assert (row["pairs_watched"], row["opportunities_open"], row["in_flight"]) == (81, 2, "p1")
    assert str(row["run"]).startswith("1, running: process 4242, last sign of life")
    assert row["streams"]["kalshi"].startswith("live, 80 of 81 books, up 3 min, heard 0 s ago")
    assert "kalshi: live, 80 of 81" in arbkit("status").out
    assert state_of(arbkit("health", "--json").rows, "live: kalshi stream") == "ok"


def test_a_loop_of_an_older_version_is_still_understood(arbkit, home: Path) -> None:
    """It knew nothing of times; a new `status` beside it must not fail."""
    arbkit("status")
    now = datetime.now(UTC)
    old = (
        '{"mode":"live","pairs":1,"opportunities":0,"trades":0,"hedged":0,"in_flight":"","paused":"",'
        '"feeds":{"kalshi":{"state":"live","books_live":1,"books_wanted":1,"detail":""}},"venues_closed":{}}'
    )
    with Store(home / "arbkit.db") as store:
        store.operations.begin_epoch(pid=1, host="h", version="0", config_hash="", at=now - timedelta(minutes=4))
        store.operations.note("heartbeat", "", at=now)
        store.operations.note(LOOP_FACT, old, at=now)
    assert arbkit("status", "--json").rows[0]["streams"] == {"kalshi": "live, 1 of 1 books"}


@slow
def test_a_live_start_is_refused_while_the_mode_is_dry_run(tmp_path: Path, simulator: str) -> None:
    environ = environment(tmp_path, ARBKIT_SIM=simulator)
    process("dry-run", "--sim", cwd=tmp_path, environ=environ)
    ran = process("run", "--sim", "--live", "--confirm", "--once", cwd=tmp_path, environ=environ)
    assert ran.code == 3
    assert "the mode is dry-run" in ran.err
    assert process("run", "--sim", "--once", cwd=tmp_path, environ=environ).code == 0


@slow
def test_the_doctor_looks_at_everything_and_says_why_not_live(tmp_path: Path, simulator: str) -> None:
    environ = environment(tmp_path, ARBKIT_SIM=simulator)
    before = process("doctor", "--sim", "--json", cwd=tmp_path, environ=environ)
    assert before.code == 1
    assert [row["check"] for row in before.rows if row["state"] == "fail"] == ["pairs", "ready for live"]
    assert before.rows[-1]["detail"] == "pairs failed"

    process("", cwd=tmp_path, environ=environ, shell="arbkit markets sync --sim && arbkit match --sim")
    after = process("doctor", "--sim", "--json", cwd=tmp_path, environ=environ)
    assert after.code == 0, after.out
    assert {str(row["check"]) for row in after.rows} >= {"kalshi cash", "polymarket allowed", "clock", "telegram"}


@pytest.mark.parametrize(
    ("method", "needs", "state"),
    [
        (Method.FUZZY, "auto", CheckState.FAIL),
        (Method.FUZZY, "never", CheckState.OK),
        (Method.EXACT, "auto", CheckState.OK),
    ],
)
def test_the_doctor_knows_that_live_takes_no_fuzzy_pair_that_nobody_approved(
    tmp_path: Path, home: Path, method: Method, needs: str, state: CheckState
) -> None:
    flags = [f"matching.require_review={needs}"]
    markets = {venue: a_market(venue) for venue in VenueName}
    with opened(environ={}, cwd=tmp_path, home=home, flags=flags) as kit:
        save_markets(kit.store, markets, StandingClock())
        kit.store.pairs.replace([a_pair(*markets.values(), method=method)], at=NOW)
        assert _pairs(kit)[0] is state


def test_a_doctor_without_keys_and_network_fails_each_check_by_itself(arbkit, home: Path) -> None:
    nowhere = "http://127.0.0.1:9"
    ran = arbkit(
        "doctor", "--json", "--set", f"kalshi.api_base={nowhere}", "--set", f"polymarket.clob_base={nowhere}",
        "--set", f"polymarket.gamma_base={nowhere}", "--set", f"polymarket.data_base={nowhere}",
        "--set", "retry.api_max_retries=0",
    )  # fmt: skip
    assert ran.code == 1
    states = {row["check"]: row["state"] for row in ran.rows}
    assert states["kalshi reachable"] == states["keys"] == states["ready for live"] == "fail"
    assert states["database"] == states["limits"] == "ok"


@slow
def test_logs_and_opportunities_tell_what_a_run_did(tmp_path: Path, simulator: str) -> None:
    environ = environment(tmp_path, ARBKIT_SIM=simulator)
    assert process("run", "--sim", "--once", cwd=tmp_path, environ=environ).code == 0
    logs = process("logs", "--sim", "--json", "--limit", "500", cwd=tmp_path, environ=environ)
    seen = process("opportunities", "--sim", "--json", cwd=tmp_path, environ=environ)
    text = process("opportunities", "--sim", cwd=tmp_path, environ=environ)

    assert {"started", "opportunity", "stopped"} <= {row["event"] for row in logs.rows}
    assert seen.rows
    assert all(row["was_executed"] or row["why_not"] for row in seen.rows)
    assert "why not" in text.out
    assert process("logs", "--sim", "--level", "error", cwd=tmp_path, environ=environ).out == ""


@slow
def test_logs_follow_what_is_written_until_interrupted(tmp_path: Path, simulator: str) -> None:
    environ = environment(tmp_path, ARBKIT_SIM=simulator)
    out = tmp_path / "followed"
    with out.open("wb") as file:
        following = subprocess.Popen(
            [*COMMAND, "logs", "--sim", "-f", "--json"], cwd=tmp_path, env=environ, stdout=file, start_new_session=True
        )
        try:
            time.sleep(1)
            process("run", "--sim", "--once", cwd=tmp_path, environ=environ)
            ends = time.monotonic() + 10
            while b'"stopped"' not in out.read_bytes() and time.monotonic() < ends:
                time.sleep(0.1)
            os.kill(following.pid, signal.SIGINT)
            code = following.wait(timeout=10)
        finally:
            following.kill()
            following.wait()
    assert b'"stopped"' in out.read_bytes()
    assert code == 130


def log_line(number: int) -> bytes:
    return b'{"at":"2026-01-01T00:00:00.000+00:00","level":"info","event":"market","text":"%d"}\n' % number


def test_following_a_log_loses_nothing_over_a_rotation(tmp_path: Path) -> None:
    path = tmp_path / "arbkit.log"
    path.write_bytes(log_line(0))
    seen: list[str] = []
    with closing(Followed(path)) as followed:
        for number in range(1, 13):
            with path.open("ab") as file:
                file.write(log_line(number)[:20])
                file.flush()
                seen += [line.text for line in followed.new("debug")]
                file.write(log_line(number)[20:])
            if number % 4 == 0:
                path.rename(tmp_path / f"arbkit.log.{number}")
                path.write_bytes(log_line(100 + number))
        seen += [line.text for line in followed.new("debug")]
    assert seen == ["1", "2", "3", "4", "104", "5", "6", "7", "8", "108", "9", "10", "11", "12", "112"]


def test_following_a_log_that_is_not_there_yet_begins_with_its_first_line(tmp_path: Path) -> None:
    with closing(Followed(tmp_path / "arbkit.log")) as followed:
        assert list(followed.new("debug")) == []
        (tmp_path / "arbkit.log").write_bytes(log_line(1))
        assert [line.text for line in followed.new("debug")] == ["1"]
        assert list(followed.new("error")) == []


@pytest.mark.slow
def test_the_prompt_runs_the_same_commands(tmp_path: Path) -> None:
    typed = "status/dry-run/live/live --confirm/mode --json/say 'x/nonsense/config/help/exit/never"
    (tmp_path / "typed").write_text(typed.replace("/", "\n"))
    ran = process("", cwd=tmp_path, environ=environment(tmp_path), shell="arbkit shell < typed")
    assert ran.code == 0
    assert "circuit breaker" in ran.out
    assert "arbkit mode live --confirm" in ran.err
    assert '"mode":"live"' in ran.out
    assert "Unknown command: nonsense. Available commands: balance," in ran.err
    assert "quote with" in ran.err
    assert "trading.min_profit_threshold" in ran.out
    assert "never" not in ran.err


@pytest.mark.parametrize(
    ("before", "text", "words"),
    [
        ("", "sta", ["status "]),
        ("arbkit ", "po", ["positions "]),
        ("markets ", "s", ["show ", "sync "]),
        ("config ", "pa", ["path "]),
        ("logs ", "--l", ["--level ", "--limit "]),
        ("logs --level warn ", "--f", ["--fields ", "--follow "]),
        ("", "nonsense", []),
    ],
)
def test_the_prompt_completes_commands_their_parts_and_their_options(before: str, text: str, words: list[str]) -> None:
    found = []
    while (word := completed(before, text, words_after, len(found))) is not None:
        found.append(word)
    assert found == words


def test_what_the_breaker_latched_is_what_health_names(arbkit, home: Path) -> None:
    arbkit("pause")
    assert Failure.MANUAL in arbkit("health").out
