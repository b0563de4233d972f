"""A loop that runs, and another terminal beside it: it is watched through the store, and obeys at its next order."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import COMMAND, Ran, environment, process, simulator

__all__ = ["simulator"]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
SECONDS_MAX = 60


class Loop:
    """A dry run in a process of its own, and what it told so far."""

    def __init__(self, home: Path, address: str) -> None:
        self.home, self.environ = home, environment(home, ARBKIT_SIM=address)
        self.told = home / "events.jsonl"
        with self.told.open("wb") as out:
            self.child = subprocess.Popen(
                [*COMMAND, "run", "--sim", "--json", "--for", "170s", "--set", "monitoring.metrics_port=0"],
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL, cwd=home, env=self.environ,
            )  # fmt: skip

    def events(self, kind: str) -> list[dict[str, object]]:
        whole = self.told.read_bytes().rpartition(b"\n")[0].splitlines()
        return [row for row in map(json.loads, whole) if row["event"] == kind]

    def until(self, done: Callable[[], object]) -> None:
        ends = time.monotonic() + SECONDS_MAX
        while not done():
            assert self.child.poll() is None, "the loop ended"
            assert time.monotonic() < ends, self.told.read_text()[-2_000:]
            time.sleep(0.1)

    def beside(self, *words: str) -> Ran:
        return process(*words, "--sim", cwd=self.home, environ=self.environ)

    def paper(self) -> dict[str, Any]:
        """What `status` says of the dry run's ledger."""
        return self.beside("status", "--json").rows[0]


@pytest.fixture
def loop(tmp_path: Path, simulator: str) -> Iterator[Loop]:
    run = Loop(tmp_path, simulator)
    try:
        run.until(lambda: run.events("trade"))
        yield run
    finally:
        run.child.kill()
        run.child.wait()


def test_a_running_loop_is_watched_and_stopped_from_beside(loop: Loop) -> None:
    loop.until(lambda: loop.paper()["streams"]["kalshi"].startswith("live"))
    assert "running: process" in str(loop.paper()["run"])
    assert loop.beside("opportunities", "--json").rows
    assert loop.beside("logs", "--json").rows
    assert loop.beside("health").code == 0
    assert loop.beside("run", "--once").code == 73

    loop.beside("pause", "--reason", "look at it")
    loop.until(lambda: loop.events("paused"))
    assert "look at it" in str(loop.events("paused")[-1]["text"])
    before = len(loop.events("trade"))
    assert loop.beside("health").code == 1
    time.sleep(3)
    assert len(loop.events("trade")) == before

    assert loop.beside("resume", "--reason", "looked").code == 0
    loop.until(lambda: loop.events("resumed"))
    halt = loop.home / "state" / "sim" / "HALT"
    halt.touch()
    loop.until(lambda: len(loop.events("paused")) == 2)
    halt.unlink()
    loop.until(lambda: len(loop.events("resumed")) == 2)

    os.kill(loop.child.pid, signal.SIGTERM)
    assert loop.child.wait(timeout=30) in {0, 7}
    assert loop.events("summary")
    assert "ended" in str(loop.paper()["run"])
