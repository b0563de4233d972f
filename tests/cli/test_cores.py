"""`arbkit match` in several processes, from outside: interrupted, robbed of a worker, and left alone."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from arbkit.core.markets import MarketId
from arbkit.store.store import Store
from tests.app.test_rematch import catalogue
from tests.builders import NOW, POLYMARKET
from tests.cli.conftest import Ran, environment
from tests.test_crew import alive, soon

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

PROGRAM = """
import sys
import arbkit.app.remembering as remembering
remembering.SPREAD_FROM_US = 0
remembering.READ_TOGETHER = 10
remembering.KEPT_EVERY = 50
from arbkit.cli.main import run
sys.exit(run(sys.argv[1:]))
"""
TIMES = 12
"""How often each Polymarket market stands in the catalogue, so that a match takes some seconds."""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with many markets, none of which was read."""
    home = tmp_path_factory.mktemp("filled")
    (home / "state").mkdir(mode=0o700)
    markets = catalogue()
    more = [
        replace(market, id=MarketId(POLYMARKET, f"{market.id.key}-{number}"), rules=f"{market.rules} Note {number}.")
        for market in markets if market.id.venue is POLYMARKET for number in range(TIMES)
    ]  # fmt: skip
    with Store(home / "state" / "arbkit.db") as store:
        store.catalogue.refresh([*markets, *more], at=NOW)
    return home


@pytest.fixture
def home(filled: Path, tmp_path: Path) -> Path:
    (tmp_path / "state").mkdir(mode=0o700)
    with Store(filled / "state" / "arbkit.db") as store:
        store._database.connection.execute("VACUUM INTO ?", [str(tmp_path / "state" / "arbkit.db")])
    (tmp_path / "state" / "arbkit.db").chmod(0o600)
    return tmp_path


@contextmanager
def matching(home: Path) -> Iterator["subprocess.Popen[str]"]:
    """A match with two workers, in a session of its own."""
    child = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "--set", "matching.processes=3", "match", "--json"], cwd=home,
        env=environment(home), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        yield child
    finally:
        child.kill()
        child.communicate()


def children(parent: int) -> list[int]:
    said = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in said.splitlines()]
    return [int(pid) for pid, above, stat, *_ in rows if int(above) == parent and not stat.startswith("Z")]


def at_work(child: "subprocess.Popen[str]", home: Path) -> list[int]:
    """The workers, once they have answered something."""
    with closing(sqlite3.connect(home / "state" / "arbkit.db")) as db:
        assert soon(lambda: db.execute("SELECT count(*) FROM readings").fetchone()[0] > 0)
    assert child.poll() is None
    return children(child.pid)


def ended(child: "subprocess.Popen[str]") -> Ran:
    out, err = child.communicate(timeout=30)
    return Ran(child.returncode, out, err)


def kept(home: Path) -> tuple[int, int]:
    with Store(home / "state" / "arbkit.db") as store:
        return len(store.table("readings")), len(store.table("pairs"))


def test_an_interruption_ends_all_of_them_at_once_and_says_one_line(home: Path) -> None:
    with matching(home) as child:
        workers = at_work(child, home)
        began = time.monotonic()
        os.killpg(child.pid, signal.SIGINT)
        ran = ended(child)

    assert ran.code == 130
    assert time.monotonic() - began < 5
    assert ran.out == ""
    assert ran.err.splitlines() == ['{"error":"Interrupted","message":"interrupted","exit_code":130}']
    assert not [pid for pid in workers if alive(pid)]
    assert kept(home)[0] > 0
    assert kept(home)[1] == 0


def test_a_worker_that_is_killed_ends_the_match_with_its_name_and_a_way_out(home: Path) -> None:
    with matching(home) as child:
        workers = at_work(child, home)
        os.kill(workers[0], signal.SIGKILL)
        ran = ended(child)

    assert ran.code == 70
    assert ran.out == ""
    assert '"WorkerDied"' in ran.err
    assert "killed by signal 9" in ran.err
    assert "matching.processes=1" in ran.err
    assert not [pid for pid in workers if alive(pid)]
    assert kept(home)[1] == 0


def test_a_match_that_is_killed_leaves_nobody(home: Path) -> None:
    with matching(home) as child:
        workers = at_work(child, home)
        child.kill()
        ended(child)

    assert soon(lambda: not [pid for pid in workers if alive(pid)], 10)


def test_left_alone_it_ends_with_all_pairs_and_nobody_stays(home: Path) -> None:
    with matching(home) as child:
        workers = at_work(child, home)
        ran = ended(child)

    assert ran.code == 0
    assert len(ran.rows) == kept(home)[1] > 0
    assert not [pid for pid in workers if alive(pid)]
