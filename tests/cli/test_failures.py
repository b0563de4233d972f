"""Every failure is one line, an exit code, and nothing half-done."""

import inspect
import json
import os
import signal
import socket
import stat
import subprocess
from pathlib import Path

import pytest

from arbkit import errors
from arbkit.cli.boundary import guarded, redacted
from arbkit.errors import ArbkitError
from tests.cli.conftest import COMMAND, SECONDS_MAX, environment, process

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, ArbkitError)]
KEY = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----"
TOKEN = "123456789:AAF-abcdefghijklmnopqrstuvwxyz012345"


def raising(error: BaseException):
    def call() -> int:
        raise error

    return call


def end_of(error: BaseException, *, json: bool = False) -> int:
    return guarded(raising(error), arguments=["scan"], json=json)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_each_error_is_a_line_and_its_exit_code(kind: type[ArbkitError], capsys: pytest.CaptureFixture[str]) -> None:
    error = kind.__new__(kind)
    Exception.__init__(error, "first line\nsecond   line")
    assert end_of(error) == kind.exit_code
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "arbkit: first line second line\n")


def test_with_json_an_error_is_one_object_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    end_of(errors.VenueUnavailable("kalshi", "timed out"), json=True)
    captured = capsys.readouterr()
    assert json.loads(captured.err) == {
        "error": "VenueUnavailable",
        "message": "kalshi: timed out; try again later",
        "exit_code": 5,
    }


def test_a_bug_leaves_a_report_for_our_eyes_only(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert end_of(ZeroDivisionError("oops")) == 70
    [report] = (home / "reports").iterdir()
    assert str(report) in capsys.readouterr().err
    assert "ZeroDivisionError: oops" in report.read_text()
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert stat.S_IMODE(report.parent.stat().st_mode) == 0o700


def test_a_report_holds_no_secret(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MY_API_SECRET", "correct horse battery")
    end_of(ValueError(f"{KEY} and {TOKEN} and 0x{'ab' * 32} and correct horse battery"))
    [report] = (home / "reports").iterdir()
    said = report.read_text() + capsys.readouterr().err
    assert not [secret for secret in ("MIIE", TOKEN, "ab" * 32, "correct horse") if secret in said]


def test_a_report_that_cannot_be_written_is_printed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home.write_text("in the way")
    assert end_of(ZeroDivisionError("oops")) == 70
    assert "Traceback" in capsys.readouterr().err


def test_short_values_are_not_taken_for_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEYBOARD", "us")
    assert redacted("focus") == "focus"


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["scann"], 2, "scan"),
        (["markets", "lst"], 2, "did you mean 'list'?"),
        (["scan", "--min-nett", "1"], 2, "--min-net"),
        (["scan", "--min-net", "1e3"], 2, "--min-net: '1e3'"),
        (["markets"], 2, "Missing command"),
        (["markets", "list", "--limit", "0"], 2, "--limit"),
        (["markets", "show", "KX-NOPE"], 2, "is not an id"),
        (["markets", "import", "/nonexistent.json", "--venue", "kalshi"], 2, "/nonexistent.json"),
        (["config", "show", "--config", "/nonexistent.yaml"], 2, "no such file of settings"),
        (["config", "show", "--set", "risk.profil=strict"], 2, "did you mean risk.profile?"),
        (["run", "--for", "ever"], 2, "90s, 10m, 2h or 7d"),
        (["scan", "--sim", "--home", "/proc/nowhere"], 2, "/proc"),
        (["sim", "serve", "--port", "70000"], 2, "--port"),
        (["sim", "serve", "--markets", "99999999999"], 2, "--markets"),
        (["status", "--home", ""], 2, "--home': it is empty"),
        (["status", "--home="], 2, "--home': it is empty"),
        (["status", "--config", ""], 2, "--config': it is empty"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_mistake_gets_one_line_that_helps(arbkit, arguments: list[str], code: int, says: str) -> None:
    ran = arbkit(*arguments)
    assert (ran.code, ran.out) == (code, "")
    assert says in ran.err
    assert len(ran.err.splitlines()) == 1
    assert "Traceback" not in ran.err


def test_an_unreachable_venue_is_named_and_nothing_is_stored(arbkit, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        monkeypatch.setenv("ARBKIT_SIM", f"http://127.0.0.1:{min(taken.getsockname()[1], 65_000)}")
        ran = arbkit("markets", "sync", "--sim", "--venue", "kalshi", "--set", "retry.api_max_retries=0", "--json")
    assert ran.code == 5
    assert ran.rows[0]["seen"] == 0
    assert json.loads(ran.err.splitlines()[-1])["message"].startswith("kalshi: ")
    assert arbkit("markets", "list", "--sim", "--json").out == ""


def test_an_address_that_is_no_simulator_is_refused(arbkit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARBKIT_SIM", "http://192.0.2.1:8700")
    ran = arbkit("scan", "--sim")
    assert (ran.code, len(ran.err.splitlines())) == (2, 1)


def test_a_mistyped_variable_is_refused(arbkit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARBKIT_RISK__PROFIL", "strict")
    ran = arbkit("scan")
    assert (ran.code, "did you mean ARBKIT_RISK__PROFILE?" in ran.err) == (2, True)


@pytest.mark.slow
def test_ctrl_c_ends_quietly(tmp_path: Path) -> None:
    server = subprocess.Popen(
        [*COMMAND, "sim", "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=environment(tmp_path),
    )
    assert server.stdout is not None
    assert "http://127.0.0.1:" in server.stdout.readline()
    server.send_signal(signal.SIGINT)
    _, said = server.communicate(timeout=SECONDS_MAX)
    assert (server.returncode, said) == (130, "arbkit: interrupted\n")


@pytest.mark.slow
def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    ran = process(cwd=tmp_path, environ=environment(tmp_path), shell="arbkit config show --json | head -1")
    assert (ran.code, len(ran.rows), ran.err) == (0, 1, "")


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    ran = process(cwd=tmp_path, environ=environment(tmp_path), shell="arbkit config show > /dev/full")
    assert (ran.code, ran.err) == (70, "arbkit: No space left on device\n")


@pytest.mark.slow
@pytest.mark.parametrize("closed", ["0", "2", "0 2"])
def test_what_a_caller_closed_becomes_no_file_of_ours(tmp_path: Path, closed: str) -> None:
    shut = " ".join(f"{number}>&-" for number in closed.split())
    ran = process(cwd=tmp_path, environ=environment(tmp_path), shell=f"arbkit scan --sim --json {shut}")
    assert (ran.code, ran.err) == (0, "" if "2" in closed else ran.err)


@pytest.mark.slow
def test_data_for_a_closed_stdout_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    ran = process(cwd=tmp_path, environ=environment(tmp_path), shell="arbkit markets list --sim --json >&-")
    assert (ran.code, ran.err) == (2, "arbkit: stdout is closed; give it a file, a pipe or /dev/null\n")
    assert not (tmp_path / "state").exists()
