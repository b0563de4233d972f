"""The suite itself under test: each of these bugs, planted in a copy of the package, must turn named tests red."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Bug:
    """A line of the package, what a tired hand might write instead, and the tests that must notice."""

    name: str
    file: str
    line: str
    planted: str
    tests: str


BUGS = [
    Bug(
        "an order is sent again after a time-out",
        "app/trade.py",
        "        outcome: SendOutcome = await attempt.room.desks[venue].send(prepared)\n",
        "        outcome: SendOutcome = await attempt.room.desks[venue].send(prepared)\n"
        "        if isinstance(outcome, InDoubt):\n"
        "            outcome = await attempt.room.desks[venue].send(prepared)\n",
        "tests/app/test_trade.py -k lost_filled-filled",
    ),
    Bug(
        "what is not found is taken for not placed",
        "core/evidence.py",
        "    missing = _missing(venue, deadline, looks)\n",
        "    missing = [] if looks else _missing(venue, deadline, looks)\n",
        "tests/app/test_trade.py -k late-filled",
    ),
    Bug(
        "the journal is written after sending",
        "app/trade.py",
        "        room.store.journal.mark_sending(attempt.trade_id, at=now, deadline=deadline)\n",
        "        asyncio.get_running_loop().call_later(\n"
        "            0.01, lambda: room.store.journal.mark_sending(attempt.trade_id, at=now, deadline=deadline)\n"
        "        )\n",
        "tests/app/test_trade.py -k hand_computes",
    ),
    Bug(
        "the first byte leaves before the journal is on the disk",
        "app/trade.py",
        "            await attempt.room.store.durable()  # before it returns, not a byte may leave\n",
        "            pass\n",
        "tests/app/test_durable.py",
    ),
    Bug(
        "a commit does not wait for the disk",
        "store/database.py",
        'self._db.execute("PRAGMA synchronous = FULL")',
        'self._db.execute("PRAGMA synchronous = NORMAL")',
        "tests/store/test_database.py",
    ),
    Bug(
        "one failing leg cancels the other after it was sent",
        "app/trade.py",
        "        ends = await asyncio.shield(done)\n",
        "        ends = await done\n",
        "tests/app/test_trade.py -k cancelled",
    ),
    Bug(
        "the day's loss is forgotten by a restart",
        "app/room.py",
        "        realised_today=room.realised_today(),\n",
        "        realised_today=ZERO_USD,\n",
        "tests/app/test_trade.py -k day_s_loss",
    ),
    Bug(
        "the breaker closes by itself",
        "store/operations.py",
        'WHERE closed_at IS NULL").fetchall()\n        counts',
        "WHERE closed_at IS NULL AND opened_at > '9'\").fetchall()\n        counts",
        "tests/store/test_journal.py -k breaker",
    ),
    Bug(
        "matched counts as hedged",
        "core/execution.py",
        "(v, v): t.HEDGED_PROVISIONAL, (v, h): t.HEDGED_PROVISIONAL,",
        "(v, v): t.HEDGED, (v, h): t.HEDGED,",
        "tests/core/test_execution.py -k hedged",
    ),
    Bug(
        "an asymmetric trade goes on without a pause",
        "core/execution.py",
        "    TradeState.ASYMMETRIC: (Duty.PAUSE, Duty.ALERT, Duty.WATCH, Duty.REVIEW),\n",
        "    TradeState.ASYMMETRIC: (Duty.ALERT, Duty.WATCH, Duty.REVIEW),\n",
        "tests/app/test_trade.py -k filled-killed",
    ),
    Bug(
        "an old book is good enough",
        "core/books.py",
        "        return BookProblem.STALE\n",
        "        return None\n",
        "tests/core/test_books.py",
    ),
    Bug(
        "a venue's control characters reach the terminal",
        "core/text.py",
        'frozenset({"Cc", "Cf", ',
        'frozenset({"Cf", ',
        "tests/core/test_text.py",
    ),
    Bug(
        "exposure forgets what is reserved",
        "app/room.py",
        "        exposure=store.ledger.exposure() + reserved,\n",
        "        exposure=store.ledger.exposure(),\n",
        "tests/app/test_trade.py -k in_doubt_count",
    ),
]


def run(tests: str, project: Path) -> subprocess.CompletedProcess[str]:
    """Run some tests of a copy of the whole project."""
    command = [sys.executable, "-m", "pytest", "-x", "-n", "0", "-q", "-p", "no:cacheprovider", *tests.split(" ")]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.slow
@pytest.mark.timeout(150)
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name.replace(" ", "_"))
def test_a_planted_bug_turns_the_suite_red(bug: Bug, tmp_path: Path) -> None:
    for part in ("arbkit", "tests"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    source = tmp_path / "arbkit" / bug.file
    text = source.read_text()
    assert text.count(bug.line) >= 1, "the line to plant the bug in has changed; mend this list"
    source.write_text(text.replace(bug.line, bug.planted))

    outcome = run(bug.tests, tmp_path)

    assert outcome.returncode == 1, outcome.stdout[-2_000:] + outcome.stderr[-2_000:]
    assert "= FAILURES =" in outcome.stdout
