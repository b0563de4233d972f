"""The log: every line is JSON, none holds a secret, files rotate, and the last lines are found again."""

import json
import logging
import stat
import threading
import time
from pathlib import Path

import pytest

from arbkit.app.events import EventKind, LiveEvent
from arbkit.config.settings import Settings
from arbkit.core.alerts import Alert, Severity
from arbkit.wiring import logs
from arbkit.wiring.logs import logging_to, read_log
from tests.builders import NOW

PEM = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\n-----END PRIVATE KEY-----"


def settings(**changes: str) -> Settings:
    return Settings.model_validate({"logging": changes})


def event(text: str, kind: EventKind = EventKind.TRADE) -> LiveEvent:
    return LiveEvent(at=NOW, event=kind, text=text, pair="p1", trade="t1")


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_an_event_is_one_line_with_its_ids(tmp_path: Path) -> None:
    with logging_to(settings(), tmp_path, run=7) as log:
        log.event(event("two\nlines"))
    [line] = lines(tmp_path / "logs" / "arbkit.log")
    assert {key: line[key] for key in ("level", "event", "run", "pair", "trade")} == {
        "level": "info", "event": "trade", "run": 7, "pair": "p1", "trade": "t1",
    }  # fmt: skip
    assert stat.S_IMODE((tmp_path / "logs" / "arbkit.log").stat().st_mode) == 0o600


@pytest.mark.parametrize("secret", [PEM, "123456789:AAF-abcdefghijklmnopqrstuvwxyz012345", "canary-phrase"])
def test_no_secret_reaches_the_log_from_us_or_from_a_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "canary-phrase")
    with logging_to(settings(), tmp_path, run=1) as log:
        log.event(event(f"it was {secret}"))
        log.alert(Alert(severity=Severity.HIGH, kind="k", text=secret), secret)
        logging.getLogger("httpx").warning("GET https://x/bot%s", secret)
        try:
            raise ValueError(secret)
        except ValueError:
            logging.getLogger("websockets").exception("oops")
    text = (tmp_path / "logs" / "arbkit.log").read_text()
    assert text.count("[redacted]") >= 4
    assert secret not in text
    assert "MIIEvQ" not in text


def test_only_what_the_level_asks_for_is_written_and_libraries_only_warn(tmp_path: Path) -> None:
    with logging_to(settings(level="warn"), tmp_path, run=1) as log:
        log.event(event("info"))
        log.event(event("careful", EventKind.WARNING))
        logging.getLogger("httpx").info("GET https://api.telegram.org/bot1:secret/x")
    assert [line["text"] for line in lines(tmp_path / "logs" / "arbkit.log")] == ["careful"]


def test_files_rotate_and_the_last_lines_are_found_over_all_of_them(tmp_path: Path) -> None:
    with logging_to(settings(max_size_mb="1", max_files="2"), tmp_path, run=1) as log:
        for number in range(1_200):
            log.event(event(f"{number} {'x' * 1_500}"))
    folder = tmp_path / "logs"
    assert sorted(file.name for file in folder.iterdir()) == ["arbkit.log", "arbkit.log.1"]
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in folder.iterdir())
    found = read_log(folder / "arbkit.log", count_max=900, level="info")
    assert [int(line.text.split()[0]) for line in found] == list(range(300, 1_200))


def test_the_files_of_the_specification_are_five_of_ten_megabytes() -> None:
    assert (Settings().logging.max_size_mb, Settings().logging.max_files, Settings().logging.level) == (10, 5, "info")


def test_five_files_are_kept_and_none_is_larger_than_asked(tmp_path: Path) -> None:
    with logging_to(settings(max_size_mb="1", max_files="5"), tmp_path, run=1) as log:
        for number in range(1_500):
            log.event(event(f"{number} {'x' * 3_900}"))
    files = sorted((tmp_path / "logs").iterdir())
    assert [file.name for file in files] == ["arbkit.log", *(f"arbkit.log.{n}" for n in range(1, 5))]
    assert all(file.stat().st_size <= 1 << 20 for file in files)
    last = read_log(tmp_path / "logs" / "arbkit.log", count_max=1_000, level="info")
    assert [int(line.text.split()[0]) for line in last] == list(range(500, 1_500))


def test_a_command_beside_the_loop_adds_its_lines_and_moves_no_file(tmp_path: Path) -> None:
    with logging_to(settings(max_size_mb="1"), tmp_path, run=1) as log:
        log.event(event("x" * 1_000))
    path = tmp_path / "logs" / "arbkit.log"
    path.write_bytes(path.read_bytes() * 2_000)
    with logging_to(settings(max_size_mb="1"), tmp_path, run=0) as log:
        log.alert(Alert(severity=Severity.HIGH, kind="paused", text="look"), "")
    assert [file.name for file in path.parent.iterdir()] == ["arbkit.log"]
    assert lines(path)[-1]["text"] == "high: look"


def test_every_line_names_its_run_those_of_libraries_too(tmp_path: Path) -> None:
    with logging_to(settings(), tmp_path, run=7) as log:
        log.event(event("ours"))
        logging.getLogger("websockets").warning("theirs")
    assert [line["run"] for line in lines(tmp_path / "logs" / "arbkit.log")] == [7, 7]


def test_a_disk_that_does_not_keep_up_costs_lines_and_says_so_never_the_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = threading.Event()
    write = logs._OwnFiles.emit
    monkeypatch.setattr(logs, "_WAITING_MAX", 10)
    monkeypatch.setattr(logs._OwnFiles, "emit", lambda handler, record: (held.wait(20), write(handler, record))[1])
    with logging_to(settings(), tmp_path, run=1) as log:
        for number in range(100):
            log.event(event(str(number)))
        held.set()
        time.sleep(0.2)
        log.event(event("afterwards"))
    texts = [str(line["text"]) for line in lines(tmp_path / "logs" / "arbkit.log")]
    assert texts[0] == "0"
    assert texts[-1] == "afterwards"
    assert "lines were dropped" in texts[-2]
    assert len(texts) <= 14


def test_a_disk_that_fails_is_told_of_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(logs._OwnFiles, "shouldRollover", full)
    with logging_to(settings(), tmp_path, run=1) as log:
        for number in range(5):
            log.event(event(str(number)))
    assert capsys.readouterr().err.count("No space left on device") == 1


def test_a_line_that_was_cut_off_is_passed_over(tmp_path: Path) -> None:
    with logging_to(settings(), tmp_path, run=1) as log:
        log.event(event("whole"))
    path = tmp_path / "logs" / "arbkit.log"
    path.write_bytes(path.read_bytes() + b'{"at":"2026","lev')
    assert [line.text for line in read_log(path, count_max=5, level="debug")] == ["whole"]
