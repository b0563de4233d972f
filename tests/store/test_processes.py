"""Several processes on one file, and processes that are killed."""

import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from arbkit.core.markets import MarketId, MarketStatus
from arbkit.store.store import Store
from tests.builders import KALSHI, NOW, a_store, markets

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
PAGES, ROWS = 120, 20

SYNC = f"""
import asyncio, sys
from pathlib import Path
from arbkit.app.catalog import sync
from arbkit.store.store import Store
from tests.builders import KALSHI, ScriptedVenue, StandingClock, markets, pages

class Slow(ScriptedVenue):
    async def catalogue(self, *, cursor="", since=None):
        async for page in super().catalogue(cursor=cursor, since=since):
            await asyncio.sleep(0.01)
            yield page

listing = pages(*(markets(KALSHI, {ROWS}, first=number * {ROWS}) for number in range({PAGES})))
with Store(Path(sys.argv[1])) as store:
    print("ready", flush=True)
    [result] = asyncio.run(sync([Slow(KALSHI, listing)], store, StandingClock()))
print(result.seen, result.resumed, result.error, flush=True)
"""

WRITE = """
import sys
from dataclasses import replace
from pathlib import Path
from arbkit.store.store import Store
from tests.builders import NOW, a_market, a_pair, POLYMARKET

who = sys.argv[2]
for round in range(20):
    with Store(Path(sys.argv[1])) as store:
        kalshi, polymarket = a_market(key="K" + who), a_market(POLYMARKET, "0x" + who)
        store.catalogue.refresh([replace(kalshi, rules=f"round {round}"), polymarket], at=NOW)
        store.pairs.release(a_pair(kalshi, polymarket), at=NOW)
        assert store.catalogue.market(kalshi.id).rules == f"round {round}"
"""

MIGRATE = """
import os, signal, sys
from pathlib import Path
import arbkit.store.database as database
from arbkit.store.store import Store

steps = "".join(f"CREATE TABLE later{n} (x INTEGER) STRICT;\\n" for n in range(40))
database.MIGRATIONS = (*database.MIGRATIONS, steps)
statements, left = database.statements, int(sys.argv[2])

def counted(script):
    global left
    for statement in statements(script):
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        yield statement

database.statements = counted
Store(Path(sys.argv[1]))
"""


def started(script: str, *arguments: str) -> subprocess.Popen[str]:
    command: Sequence[str] = [sys.executable, "-c", script, *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=50)
    assert process.returncode == 0, err
    return out


def stored(path: Path) -> tuple[int, int]:
    """How many markets the file holds, and how many its unfinished pass says it does."""
    with Store(path) as store:
        listing = store.catalogue.unfinished(KALSHI)
        return store.catalogue.counts().get((KALSHI, MarketStatus.OPEN), 0), listing.seen if listing else 0


def test_a_sync_that_is_killed_again_and_again_ends_with_the_whole_listing(tmp_path: Path) -> None:
    path = tmp_path / "state" / "arbkit.db"
    before = kills = 0
    while kills < 6:
        process = started(SYNC, str(path))
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.05 + 0.017 * kills)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=50)
        kills += 1
        held, counted = stored(path)
        assert held == counted
        assert held % ROWS == 0
        assert held >= before
        before = held
    assert 0 < before < PAGES * ROWS
    seen, resumed, error = ended(started(SYNC, str(path))).split()[1:]
    assert (int(seen), resumed, error) == (PAGES * ROWS - before, "True", "None")
    assert stored(path) == (PAGES * ROWS, 0)
    with Store(path) as store:
        assert store.damage() == []
        assert store.catalogue.markets(KALSHI) == list(markets(KALSHI, PAGES * ROWS))


def test_ctrl_c_ends_a_sync_between_two_pages(tmp_path: Path) -> None:
    path = tmp_path / "state" / "arbkit.db"
    process = started(SYNC, str(path))
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=50)
    held, counted = stored(path)
    assert 0 < held == counted < PAGES * ROWS
    assert ended(started(SYNC, str(path))).split()[1:] == [str(PAGES * ROWS - held), "True", "None"]


def test_processes_that_create_and_write_one_file_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "state" / "arbkit.db"
    running = [started(WRITE, str(path), str(number)) for number in range(4)] + [started(SYNC, str(path))]
    for process in running:
        ended(process)
    with Store(path) as store:
        assert store.damage() == []
        assert {pair.kalshi.key for pair in store.pairs.active()} == {f"K{number}" for number in range(4)}
        for number in range(4):
            changes = store.catalogue.rule_changes(MarketId(KALSHI, f"K{number}"))
            assert [change.new["rules"] for change in changes] == [f"round {number}" for number in range(1, 20)]


@pytest.mark.parametrize("statement", [0, 1, 20, 39])
def test_a_kill_within_a_migration_leaves_the_old_schema_whole(tmp_path: Path, statement: int) -> None:
    store = a_store(tmp_path)
    store.catalogue.refresh(markets(KALSHI, 3), at=NOW)
    version = store._database.version()
    store.close()
    process = started(MIGRATE, str(store.path), str(statement))
    process.communicate(timeout=50)
    assert process.returncode == -signal.SIGKILL
    with Store(store.path) as same:
        assert same._database.version() == version
        assert len(same.catalogue.markets()) == 3
        assert same.damage() == []
