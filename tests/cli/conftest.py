"""Running commands in this process, as processes, and on a terminal; and one simulator for all of them."""

import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from arbkit.cli.main import run
from arbkit.venues.sim.server import SimServer
from arbkit.wiring import simulation
from tests import canary, watched

PROJECT = Path(__file__).parents[2]
COMMAND = (sys.executable, str(PROJECT / "tests" / "watched.py"))
"""As `python -m arbkit`, and the orders that reach a simulator inside of it are watched."""
WATCHED_BIN = PROJECT / "tests" / "cli" / "bin"
"""Where `arbkit` is the same, for lines of shell."""
SECONDS_MAX = 40


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, object]]:
        """The JSON lines on stdout, numbers exact."""
        return [json.loads(line, parse_float=Decimal) for line in self.out.splitlines()]


@pytest.fixture
def arbkit(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Run a command in this process, in an empty directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))

    def ran(*arguments: str) -> Ran:
        code = run(arguments)
        captured = capsys.readouterr()
        canary.heard(tmp_path, captured.out, captured.err)
        return Ran(code, captured.out, captured.err)

    return ran


@pytest.fixture(scope="session")
def simulator() -> Iterator[str]:
    """A simulator that runs for the whole session; its address."""
    with SimServer(simulation(seed=7)) as server:
        yield server.urls.base


@pytest.fixture
def simulated(simulator: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """`--sim` means the session's simulator."""
    monkeypatch.setenv("ARBKIT_SIM", simulator)
    return simulator


def environment(home: Path, **more: str) -> dict[str, str]:
    """What a process of arbkit needs of the environment."""
    return {
        "HOME": str(home),
        "ARBKIT_HOME": str(home / "state"),
        "PATH": f"{WATCHED_BIN}:{Path(sys.executable).parent}:/usr/bin:/bin",
        "PYTHONPATH": str(PROJECT),
        "LANG": "C.UTF-8",
        watched.NAME: os.environ.get(watched.NAME, ""),
    } | more


def process(*arguments: str, cwd: Path, environ: dict[str, str], shell: str = "") -> Ran:
    """Run a command, or a line of shell, as a process of its own, without a terminal."""
    command = ["bash", "-o", "pipefail", "-c", shell] if shell else [*COMMAND, *arguments]
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        cwd=cwd,
        env=environ,
        timeout=SECONDS_MAX,
        stdin=subprocess.DEVNULL,
    )
    canary.heard(cwd, " ".join(command), done.stdout, done.stderr)
    return Ran(done.returncode, done.stdout, done.stderr)


def on_terminal(
    *arguments: str,
    cwd: Path,
    environ: dict[str, str],
    columns: int,
    typed: Sequence[tuple[str, str]] = (),
    thinks_s: float = 0,
) -> Ran:
    """Run a command on a pseudo-terminal of so many columns; what it showed is in `out`.

    `typed` are questions and what is typed when each of them has been shown, in order, after some thought.
    """
    waiting = list(typed)
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    child = subprocess.Popen(
        [*COMMAND, *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=cwd,
        env={"TERM": "xterm-256color"} | environ,
        start_new_session=True,
    )
    os.close(theirs)
    shown, answered = b"", 0
    ends = time.monotonic() + SECONDS_MAX
    while time.monotonic() < ends:
        if not select.select([ours], [], [], 0.2)[0]:
            continue
        try:
            chunk = os.read(ours, 65536)
        except OSError:
            break
        if not chunk:
            break
        shown += chunk
        if waiting and waiting[0][0].encode() in shown[answered:]:
            answered = len(shown)
            time.sleep(thinks_s)
            os.write(ours, f"{waiting.pop(0)[1]}\n".encode())
    else:
        child.kill()
    code = child.wait(timeout=SECONDS_MAX)
    os.close(ours)
    canary.heard(cwd, " ".join(arguments), shown.decode())
    return Ran(code, shown.decode().replace("\r\n", "\n"), "")
