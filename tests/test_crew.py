"""Other processes: they answer as one process would, in order; whatever happens to them is said, and none stays."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbkit.config.load import load
from arbkit.core.spread import here
from arbkit.errors import WorkerDied
from arbkit.processes import crew as crews
from arbkit.processes.crew import Crew, can_start, cores, threads
from arbkit.wiring.kit import Kit, SystemClock
from tests import sharing

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).parents[1]


@pytest.fixture
def crew() -> Iterator[Crew]:
    made = Crew(3)
    yield made
    made.close()


def pids(crew: Crew) -> list[int]:
    return [worker.process.pid for worker in crew._workers]


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and that nobody asked about does not."""
    said = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(said.strip()) and not said.startswith("Z")


def soon(happened: Callable[[], bool], seconds: float = 20) -> bool:
    until = time.monotonic() + seconds
    while not happened() and time.monotonic() < until:
        time.sleep(0.02)
    return happened()


# -- as one process would ----------------------------------------------------------------------------------------------


@given(count=st.integers(1, 3), parts=st.integers(0, 60))
@settings(max_examples=12, deadline=None)
def test_answers_come_in_the_order_of_the_parts_however_many_work(count: int, parts: int) -> None:
    crew = Crew(count)
    try:
        assert list(crew(sharing.squared, range(parts))) == list(here(sharing.squared, range(parts)))
        assert list(crew(sharing.squared, range(parts))) == [number * number for number in range(parts)]
    finally:
        crew.close()


def test_a_slow_part_holds_its_place(crew: Crew) -> None:
    assert list(crew(sharing.slow_first, range(40))) == list(range(40))


def test_everybody_works_and_so_does_this_process(crew: Crew) -> None:
    assert set(crew(sharing.who, range(60))) == {os.getpid(), *pids(crew)}


def test_parts_are_taken_as_there_is_room_for_them(crew: Crew) -> None:
    taken = list[int]()
    answers = crew(sharing.squared, (taken.append(number) or number for number in range(1_000)))

    assert next(answers) == 0
    assert len(taken) <= 40
    answers.close()


def test_large_parts_and_answers_do_not_wait_for_each_other(crew: Crew) -> None:
    parts = [bytes(2_000_000)] * 20
    assert list(crew(bytes.swapcase, parts)) == parts


def test_threads_answer_in_order_too() -> None:
    assert list(threads(3)(sharing.slow_first, range(10))) == list(range(10))


def test_what_a_worker_prints_is_no_answer(crew: Crew, capsys: pytest.CaptureFixture[str]) -> None:
    assert list(crew(sharing.talkative, range(20))) == list(range(20))


def test_workers_are_started_by_the_first_work_and_kept(crew: Crew) -> None:
    assert not pids(crew)
    list(crew(sharing.squared, range(3)))
    first = pids(crew)
    list(crew(sharing.squared, range(3)))

    assert first == pids(crew)
    assert len(first) == 2


def test_a_command_has_them_for_the_length_of_its_work_and_no_longer(tmp_path: Path) -> None:
    configured = load(flags=("matching.processes=3",), environ={}, config=None, cwd=tmp_path)
    kit = Kit(lambda: configured, home=tmp_path, cwd=tmp_path, sim=True, environ={}, clock=SystemClock())
    with kit.cores() as spread:
        assert list(spread.processes(sharing.squared, range(3))) == [0, 1, 4]
        assert isinstance(spread.processes, Crew)
        workers = pids(spread.processes)
        assert all(map(alive, workers))

    assert len(workers) == 2
    assert not any(map(alive, workers))


def test_what_is_only_prepared_has_no_answer(crew: Crew) -> None:
    crew.prepare(sharing.squared, 7)
    assert len(pids(crew)) == 2
    assert list(crew(sharing.squared, range(20))) == [number * number for number in range(20)]


# -- what goes wrong ---------------------------------------------------------------------------------------------------


def test_an_error_is_raised_here_with_the_place_where_it_happened(crew: Crew) -> None:
    with pytest.raises(ZeroDivisionError) as raised:
        list(crew(sharing.divided, [os.getpid()] * 9))

    assert "in divided" in raised.value.__notes__[0]
    assert not pids(crew)


def test_an_error_that_cannot_travel_is_told_in_its_words(crew: Crew) -> None:
    with pytest.raises(RuntimeError, match="Stubborn: 1 and 2"):
        list(crew(sharing.stubborn, [os.getpid()] * 9))


def test_a_worker_that_dies_is_told_of_and_no_answer_is_made_up(crew: Crew) -> None:
    answers = list[None]()
    with pytest.raises(WorkerDied, match=r"one of the 3 processes .*killed by signal 9") as raised:
        answers.extend(crew(sharing.killed, [os.getpid()] * 50))

    assert "matching.processes" in str(raised.value)
    assert len(answers) < 50
    assert not pids(crew)


def test_a_crew_that_lost_a_worker_works_again(crew: Crew) -> None:
    with pytest.raises(WorkerDied):
        list(crew(sharing.killed, [os.getpid()] * 50))

    assert list(crew(sharing.squared, range(9))) == [number * number for number in range(9)]


def test_a_worker_that_died_meanwhile_is_noticed(crew: Crew) -> None:
    list(crew(sharing.squared, range(3)))
    os.kill(pids(crew)[0], signal.SIGKILL)

    with pytest.raises(WorkerDied):
        list(crew(sharing.squared, range(50)))


def test_a_worker_that_cannot_start_says_why(crew: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crews, "_START", "import sys; sys.exit('the disk is gone')")
    with pytest.raises(WorkerDied, match="exit code 1; the disk is gone"):
        list(crew(sharing.squared, range(50)))


def test_where_nothing_can_be_started_the_work_is_done_here(crew: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(crews, "_started", refused)
    assert set(crew(sharing.who, range(3))) == {os.getpid()}


@pytest.mark.parametrize(("name", "value"), [("frozen", True), ("executable", "/usr/bin/uwsgi"), ("executable", None)])
def test_a_program_that_is_no_interpreter_is_not_started(
    crew: Crew, monkeypatch: pytest.MonkeyPatch, name: str, value: object
) -> None:
    monkeypatch.setattr(sys, name, value, raising=False)

    assert not can_start()
    assert set(crew(sharing.who, range(3))) == {os.getpid()}


# -- none stays --------------------------------------------------------------------------------------------------------


def test_nobody_asks_for_the_rest_and_all_are_gone(crew: Crew) -> None:
    answers = crew(sharing.who, range(1_000))
    next(answers)
    started = pids(crew)
    answers.close()

    assert len(started) == 2
    assert not [pid for pid in started if alive(pid)]


def test_closing_does_not_wait_for_what_they_are_at(crew: Crew) -> None:
    answers = crew(sharing.endless, [os.getpid()] * 100)
    crew.start()
    started, began = pids(crew), time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        for _ in answers_or_alarm(answers):
            pass

    assert time.monotonic() - began < 20
    assert not [pid for pid in started if alive(pid)]


def answers_or_alarm(answers: Iterator[None]) -> Iterator[None]:
    """What an interruption does to whoever waits for answers that never come."""

    def interrupted(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupted)
    signal.setitimer(signal.ITIMER_REAL, 1)
    try:
        yield from answers
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


SCRIPT = """
import os, signal
from arbkit.processes.crew import Crew
from tests import sharing
print("begun", flush=True)
crew = Crew(3)
print(sum(crew(sharing.squared, range(100))), flush=True)
print(*(worker.process.pid for worker in crew._workers), flush=True)
"""
"""A program without the usual question whether it is the main one."""


def script(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, timeout=40, cwd=PROJECT,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(PROJECT)},
    )  # fmt: skip


def test_a_program_that_uses_it_is_not_run_again(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(SCRIPT)
    for done in (script(str(tmp_path / "program.py")), script("-c", SCRIPT)):
        begun, total, started = done.stdout.splitlines()

        assert (begun, total, done.stderr) == ("begun", "328350", "")
        assert soon(lambda started=started: not [pid for pid in started.split() if alive(int(pid))])


@pytest.mark.parametrize("ends", ["os._exit(3)", "os.kill(os.getpid(), signal.SIGKILL)"])
def test_workers_end_with_their_parent_however_it_ends(ends: str) -> None:
    end = f"signal.signal(signal.SIGALRM, lambda *_: {ends})\nsignal.setitimer(signal.ITIMER_REAL, 0.5)\n"
    done = script("-c", f"{SCRIPT}{end}list(crew(sharing.endless, [os.getpid()] * 100))")
    _, _, started = done.stdout.splitlines()

    assert done.returncode
    assert soon(lambda: not [pid for pid in started.split() if alive(int(pid))])


def test_nothing_of_ours_is_in_what_everybody_can_see(crew: Crew) -> None:
    list(crew(sharing.squared, range(9)))
    said = subprocess.run(
        ["ps", "-o", "command=", "-p", ",".join(map(str, pids(crew)))], capture_output=True, text=True, check=True
    ).stdout

    assert crews._START.split()[0] in said
    assert str(PROJECT) not in said.replace(sys.executable, "")


# -- how many ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "expected"),
    [("max 100000", 6), ("150000 100000", 2), ("1000 100000", 1), ("800000 100000", 6), ("?", 6), (None, 6)],
)
def test_as_many_as_there_are_cores_for_us(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str | None, expected: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(6)), raising=False)
    monkeypatch.setattr(crews, "_QUOTA", tmp_path / "cpu.max")
    if written is not None:
        (tmp_path / "cpu.max").write_text(f"{written}\n")

    assert cores() == expected
    assert Crew().count == expected


def test_no_more_than_memory_bears_unless_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(96)), raising=False)
    monkeypatch.setattr(crews, "_quota", lambda: None)

    assert Crew().count == 8
    assert Crew(20).count == 20
