"""One instance at a time, whatever the others do, and a HALT file that is believed even when it cannot be read."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from arbkit.errors import AlreadyRunning
from arbkit.store.lock import HALT_FILE, LOCK_FILE, halt_reason, single_instance

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
HOLD = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from arbkit.errors import AlreadyRunning
from arbkit.store.lock import single_instance
try:
    with single_instance(Path(sys.argv[1]), what="run", now=datetime.now(UTC)):
        print("held", flush=True)
        sys.stdin.read()
except AlreadyRunning:
    print("refused", flush=True)
"""


def holder(home: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLD, str(home)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def first_word(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_the_lock_is_free_again_after_it_was_held(home: Path) -> None:
    for _ in range(2):
        with single_instance(home, what="run", now=NOW):
            pass


@pytest.mark.slow
def test_the_second_instance_is_refused_and_told_who_holds_it(home: Path) -> None:
    with holder(home) as first:
        assert first_word(first) == "held"
        with (
            pytest.raises(AlreadyRunning, match=rf"\(run, process {first.pid}, since 20"),
            single_instance(home, what="run", now=NOW),
        ):
            pass
        first.kill()


@pytest.mark.parametrize(
    ("written", "who"),
    [("", "unknown"), ("[1]", "'[1]'"), ('{"pid": 1, "what": "\\u001b[2J", "since": ""}', "x1b[2J, pr")],
)
def test_whatever_lies_in_a_lock_is_shown_in_one_clean_line(home: Path, written: str, who: str) -> None:
    with single_instance(home, what="run", now=NOW):
        (home / LOCK_FILE).write_text(written)
        with pytest.raises(AlreadyRunning) as refused, single_instance(home, what="run", now=NOW):
            pass
    assert who in str(refused.value)
    assert str(refused.value).isprintable()


@pytest.mark.slow
def test_after_a_kill_the_next_start_needs_no_clean_up(home: Path) -> None:
    with holder(home) as first:
        assert first_word(first) == "held"
        first.kill()
    with single_instance(home, what="run", now=NOW):
        pass


@pytest.mark.slow
def test_of_eight_that_start_at_once_exactly_one_trades(home: Path) -> None:
    processes = [holder(home) for _ in range(8)]
    words = sorted(first_word(process) for process in processes)
    for process in processes:
        process.kill()
        process.communicate()
    assert words == ["held", *["refused"] * 7]


def test_a_lock_that_is_a_link_is_not_followed(home: Path, tmp_path: Path) -> None:
    home.mkdir(mode=0o700)
    (tmp_path / "elsewhere").write_text("")
    (home / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Exception, match="lock"), single_instance(home, what="run", now=NOW):
        pass


def test_no_halt_file_means_nothing_and_any_halt_file_halts(home: Path) -> None:
    assert halt_reason(home) == ""
    home.mkdir(mode=0o700)
    (home / HALT_FILE).symlink_to(home / "nowhere")
    assert "HALT file" in halt_reason(home)


def test_a_halt_file_that_cannot_be_looked_at_halts(home: Path) -> None:
    home.write_text("not a directory")
    assert "cannot be looked at" in halt_reason(home)
