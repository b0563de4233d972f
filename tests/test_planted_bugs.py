"""The suite itself under test: each of these bugs, planted in the package, must turn named tests red, and for the
reason that is named, not by accident. Without a bug the same tests are green."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.planting import PLANTED

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Bug:
    """A line of the package, what a tired hand might write instead, the tests that must notice, and their words."""

    name: str
    file: str
    line: str
    planted: str
    tests: str
    because: str


BUGS = [
    Bug(
        "an order is sent again after a time-out",
        "app/sending.py",
        "        outcome: SendOutcome = await room.desks[venue].send(prepared)\n",
        "        outcome: SendOutcome = await room.desks[venue].send(prepared)\n"
        "        if isinstance(outcome, InDoubt):\n"
        "            outcome = await room.desks[venue].send(prepared)\n",
        "tests/app/test_trade.py -k lost_filled-filled",
        r"was sent 2 times",
    ),
    Bug(
        "what is not found is taken for not placed",
        "core/evidence.py",
        "    missing = _missing(venue, deadline, looks)\n",
        "    missing = [] if looks else _missing(venue, deadline, looks)\n",
        "tests/app/test_trade.py -k late-filled",
        r"assert <Failure\.LATE_FILL",
    ),
    Bug(
        "the journal is written after sending",
        "app/trade.py",
        "        room.store.journal.mark_sending(attempt.trade_id, at=now, deadline=deadline)\n",
        "        asyncio.get_running_loop().call_later(\n"
        "            1, lambda: room.store.journal.mark_sending(attempt.trade_id, at=now, deadline=deadline)\n"
        "        )\n",
        "tests/app/test_trade.py -k hand_computes",
        r"is intent and was about to be sent",
    ),
    Bug(
        "an order is sent that the journal does not call SENDING",
        "app/sending.py",
        "        if state is not LegState.SENDING:\n",
        "        if False:\n",
        "tests/app/test_trade.py -k does_not_call_sending",
        r"assert posted\.leg == prepared\.order\.leg_id",
    ),
    Bug(
        "the first byte leaves before the journal is on the disk",
        "app/trade.py",
        "            await attempt.room.store.durable()  # before it returns, not a byte may leave\n",
        "            pass\n",
        "tests/app/test_durable.py",
        r"LegState\.SENDING",
    ),
    Bug(
        "a request that was signed long ago is sent",
        "venues/ready.py",
        " and 0 <= self._clock.monotonic_ms() - kept[1] <= READY_MS_MAX:\n",
        ":\n",
        "tests/venues/test_ready.py -k became_old",
        r"assert 1 == 2",
    ),
    Bug(
        "the request of another order is sent",
        "venues/ready.py",
        "kept[0] is prepared and ",
        "",
        "tests/venues/test_ready.py -k same_id",
        r"endswith",
    ),
    Bug(
        "a pause is not seen that came while the disk was awaited",
        "app/trade.py",
        "            why = _forbidden(attempt.room, answer)  # while the disk was awaited, others went on\n",
        "",
        "tests/app/test_durable.py -k forbids",
        r"trading is paused: HALT file",
    ),
    Bug(
        "a commit does not wait for the disk",
        "store/database.py",
        'self._db.execute("PRAGMA synchronous = FULL")',
        'self._db.execute("PRAGMA synchronous = NORMAL")',
        "tests/store/test_database.py",
        r"synchronous",
    ),
    Bug(
        "what a failed part of a transaction has left behind is committed",
        "store/database.py",
        'if self._end == "COMMIT" and self._database.is_spoilt:',
        "if False:",
        "tests/store/test_database.py -k a_part_that_fails",
        r"DID NOT RAISE",
    ),
    Bug(
        "after a commit ahead no commit waits for the disk any more",
        "store/database.py",
        "                database.wait_for_disk(self._waits_for_disk)\n",
        "                database.wait_for_disk(waits=False)\n",
        "tests/app/test_durable.py -k leave_the_way_clear",
        r"assert False",
    ),
    Bug(
        "what was remembered is believed although we wrote since",
        "store/database.py",
        "self.modes and memory.changes == self._db.total_changes",
        "self.modes",
        "tests/store/test_memory.py",
        r"assert|Falsified",
    ),
    Bug(
        "what was remembered is believed although another process wrote since",
        "store/database.py",
        "        if memory.version != self._seen():\n",
        "        if False:\n",
        "tests/store/test_memory.py",
        r"assert|Falsified",
    ),
    Bug(
        "a request that was given up is written after all",
        "net/lines.py",
        "        if not self._transport.is_closing():\n            self._transport.write(request)\n",
        "        import os\n\n        os.write(self._fd, request)\n",
        "tests/test_lines.py -k given_up_before_it_was_written",
        r"assert b",
    ),
    Bug(
        "a task group for the legs: what stops one stops the other after it was sent",
        "app/sending.py",
        "    done = asyncio.gather(*tasks, return_exceptions=True)\n"
        "    cancelled: asyncio.CancelledError | None = None\n"
        "    while not done.done():\n"
        "        try:\n"
        "            await asyncio.shield(done)\n"
        "        except asyncio.CancelledError as error:\n"
        "            cancelled = error\n"
        "    for end in (cancelled, *done.result()):\n"
        "        if end is not None:\n"
        "            raise end\n",
        "    async with asyncio.TaskGroup() as group:\n"
        "        for task in tasks:\n"
        "            group._tasks.add(task)\n"
        "            task.add_done_callback(group._on_task_done)\n",
        "tests/app/test_trade.py -k cancelled",
        r"LegState\.(UNKNOWN|SENDING)",
    ),
    Bug(
        "the day's loss is kept in memory and forgotten by a restart",
        "app/room.py",
        "        return counted_today(self.store, self.catalogue, now=self.clock.now())",
        "        return Usd(0) and counted_today(self.store, self.catalogue, now=self.clock.now())",
        "tests/app/test_trade.py -k day_s_loss",
        r"refused",
    ),
    Bug(
        "the breaker closes by itself after five minutes",
        "app/room.py",
        '        return f"{trip.failure}: {trip.detail}" if trip else ""\n',
        "        open_for = self.clock.now() - trip.at if trip else timedelta()\n"
        '        return f"{trip.failure}: {trip.detail}" if trip and open_for < timedelta(minutes=5) else ""\n',
        "tests/app/test_trade.py -k only_a_person",
        r"circuit_breaker_triggered",
    ),
    Bug(
        "matched counts as hedged",
        "core/execution.py",
        "(v, v): t.HEDGED_PROVISIONAL, (v, h): t.HEDGED_PROVISIONAL,",
        "(v, v): t.HEDGED, (v, h): t.HEDGED,",
        "tests/app/test_trade.py -k filled-ghost",
        r"TradeState\.HEDGED.* is .*TradeState\.ASYMMETRIC",
    ),
    Bug(
        "any sign of life makes a book fresh, a pong too",
        "venues/feed.py",
        "        seen_ms = branch.talk.seen_ms(market) if branch.up else self._rereader.polled_ms.get(market)\n",
        "        seen_ms = branch.line.heard_ms if branch.up else self._rereader.polled_ms.get(market)\n",
        "tests/venues/test_feeds.py -k pong_makes_no_book",
        r"only a pong was heard meanwhile",
    ),
    Bug(
        "titles are printed as markup",
        "cli/render.py",
        "                console.print(Text(line, style), soft_wrap=True)\n",
        "                console.print(Text.from_markup(line), soft_wrap=True)\n",
        "tests/cli/test_render.py",
        r"\[red\]Will it rain|closing tag|MarkupError",
    ),
    Bug(
        "an asymmetric trade goes on without a pause",
        "core/execution.py",
        "    TradeState.ASYMMETRIC: (Duty.PAUSE, Duty.ALERT, Duty.WATCH, Duty.REVIEW),\n",
        "    TradeState.ASYMMETRIC: (Duty.ALERT, Duty.WATCH, Duty.REVIEW),\n",
        "tests/app/test_trade.py -k filled-killed",
        r"<Failure\.ASYMMETRIC_EXECUTION",
    ),
    Bug(
        "an old book is good enough",
        "core/books.py",
        "        return BookProblem.STALE\n",
        "        return None\n",
        "tests/core/test_books.py",
        r"STALE",
    ),
    Bug(
        "a venue's control characters reach the terminal",
        "core/text.py",
        'frozenset({"Cc", "Cf", ',
        'frozenset({"Cf", ',
        "tests/core/test_text.py",
        r"assert",
    ),
    Bug(
        "exposure forgets what is reserved",
        "app/room.py",
        "        exposure=store.ledger.exposure() + reserved.exposure(),\n",
        "        exposure=store.ledger.exposure(),\n",
        "tests/app/test_trade.py -k in_doubt_count",
        r"18\.7065|exposure",
    ),
    Bug(
        "a fill that failed on chain stays in the ledger",
        "app/resolve.py",
        "        room.store.ledger.append(voided)\n",
        "        voided.clear()\n",
        "tests/app/test_trade.py -k filled-ghost",
        r"ledger 20, venue 0",
    ),
    Bug(
        "a run that was overtaken goes on sending",
        "app/trade.py",
        "        room.store.operations.hold_epoch(room.epoch)\n",
        "",
        "tests/app/test_trade.py -k newer_run",
        r"DID NOT RAISE",
    ),
]


def run(words: list[str], place: Path, planted: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run some tests in a process of their own, with a bug or without."""
    command = [sys.executable, "-m", "pytest", "-p", "tests.planting", "-x", "-n", "0", "-q", "-p", "no:cacheprovider"]
    environment = {**os.environ, PLANTED: json.dumps(planted)} if planted else os.environ
    return subprocess.run(
        [*command, f"--basetemp={place / 'run'}", *words],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.timeout(150)
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name.replace(" ", "_"))
def test_a_planted_bug_turns_the_suite_red(bug: Bug, tmp_path: Path) -> None:
    source = ROOT / "arbkit" / bug.file
    text = source.read_text()
    assert text.count(bug.line) >= 1, "the line to plant the bug in has changed; mend this list"
    module = ".".join(("arbkit", *Path(bug.file).with_suffix("").parts))
    planted = {"module": module, "path": str(source), "text": text.replace(bug.line, bug.planted)}

    outcome = run(bug.tests.split(" "), tmp_path, planted)

    assert outcome.returncode == 1, outcome.stdout[-2_000:] + outcome.stderr[-2_000:]
    assert "= FAILURES =" in outcome.stdout
    told = [line for line in outcome.stdout.splitlines() if re.match("E |>", line)]
    assert re.search(bug.because, "\n".join(told)), outcome.stdout[-3_000:]


@pytest.mark.slow
@pytest.mark.timeout(150)
def test_without_a_bug_the_same_tests_are_green(tmp_path: Path) -> None:
    files = sorted({word for bug in BUGS for word in bug.tests.split(" ") if word.startswith("tests/")})
    names = " or ".join(sorted({bug.tests.split(" -k ")[1].split(" ")[0] for bug in BUGS if " -k " in bug.tests}))

    outcome = run([*files, "-k", f"{names} or test_render or test_text or test_books"], tmp_path)

    assert outcome.returncode == 0, outcome.stdout[-2_000:]
