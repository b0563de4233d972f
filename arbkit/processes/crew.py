"""Several processes for pure work.

A crew is this process and some workers (`worker.py`), which are started when work is first spread and live as long as
the crew. They are new interpreters and never forks, so that no thread, lock or connection of ours is in them twice;
they load what they are given work of and nothing else, so a program that uses arbkit is not run again in them. What
they get comes through their input: there is nothing in their arguments. The pool of the standard library does
otherwise: it runs the program again, and when the parent is killed its workers wait for ever.
"""

import os
import pickle
import selectors
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from arbkit.core.spread import AHEAD, Answer, Part, Spread
from arbkit.core.text import clean
from arbkit.errors import InvariantError, WorkerDied
from arbkit.processes.worker import AHEAD_MAX, read_frame, write_frame

PROCESSES_MAX = 8
"""No more are used unless somebody asks for more: each takes about a hundred megabytes."""
_START = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); from arbkit.processes.worker import main; main()"
)
_ROOM = 2
"""So many times the parts that are given ahead may be on their way, or wait for the answers before them."""
_PIPE_BYTES = 1 << 18
"""Answers wait there while nobody takes them, and whoever works goes on."""
_SAID_MAX = 2_000
_FORGOTTEN = -1
"""The number of a part whose answer nobody wants."""
_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def cores() -> int:
    """How many processors this process may use: those it is bound to, and no more than its container is given."""
    bound = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(bound, _quota() or bound))


def _quota() -> int | None:
    """How many processors' time the container is given, rounded up; None without a limit."""
    try:
        allowed, period = _QUOTA.read_text().split()
        return None if allowed == "max" else -(-int(allowed) // int(period))
    except (OSError, ValueError):
        return None


def can_start() -> bool:
    """Whether this interpreter can be started anew: a frozen program, or one that embeds Python, would start itself."""
    name = Path(sys.executable or "").name.lower()
    return not getattr(sys, "frozen", False) and name.startswith(("python", "pypy"))


def threads(count: int = 0) -> Spread:
    """What spreads work over threads: for numpy, which lets others run while it works, and copies nothing for it."""

    def spread(work: Callable[[Part], Answer], parts: Iterable[Part], *, ahead: int = AHEAD) -> Iterator[Answer]:
        del ahead
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - who starts processes alone needs none

        with ThreadPoolExecutor(count or cores()) as pool:
            yield from pool.map(work, parts)

    return spread


@dataclass(eq=False, slots=True)
class _Worker:
    """A process, and the numbers of the parts that it has not answered yet."""

    process: "subprocess.Popen[bytes]"
    said: IO[bytes]
    """What it writes to its stderr; looked at when it ends by itself."""
    owed: set[int] = field(default_factory=set)

    @property
    def input(self) -> IO[bytes]:
        return _there(self.process.stdin)

    @property
    def output(self) -> IO[bytes]:
        return _there(self.process.stdout)


class Crew:
    """Spreads work over processes: called like `map`, it gives the answers in order. One piece of work at a time. Give
    it back by `close`."""

    def __init__(self, count: int = 0) -> None:
        """`count` is this process and its workers, 0 as many as there are cores. With 1, and where no other process
        can be had, all is done here."""
        self.count = count or min(cores(), PROCESSES_MAX)
        self._workers: list[_Worker] = []

    def start(self) -> None:
        """Start the workers unless they run."""
        if self._workers or not can_start():
            return
        try:
            for _ in range(self.count - 1):
                self._workers.append(_started())
        except OSError:  # no more processes can be had: with fewer it takes longer, and that is all
            return

    def prepare(self, work: Callable[[Part], object], part: Part) -> None:
        """Have each worker do this once, and forget the answer: it loads what such work needs while the caller goes
        on."""
        self.start()
        for worker in self._workers:
            self._send(worker, work, (_FORGOTTEN, part))

    def close(self) -> None:
        """End the workers at once, whatever they are at."""
        workers, self._workers = self._workers, []
        for worker in workers:
            worker.process.kill()
        for worker in workers:
            worker.process.wait()
            for stream in (worker.input, worker.output, worker.said):
                stream.close()

    def __call__(
        self, work: Callable[[Part], Answer], parts: Iterable[Part], *, ahead: int = AHEAD
    ) -> Iterator[Answer]:
        """`work` on each part, the answers in the order of the parts. `work` is a function of a module; parts and
        answers are plain values. Parts are taken as there is room for them, at most `ahead` for each worker. Raises
        what `work` raises, and WorkerDied."""
        self.start()
        if not self._workers:
            yield from map(work, parts)
            return
        try:
            yield from self._spread(work, enumerate(parts), min(ahead, AHEAD_MAX))
        except BaseException:  # also when nobody asks for the rest: what is on its way is nothing for the next
            self.close()
            raise

    def _spread(
        self, work: Callable[[Part], Answer], parts: Iterator[tuple[int, Part]], ahead: int
    ) -> Iterator[Answer]:
        """Each part is for the worker that has least to do, or for this process where all have enough."""
        answers: dict[int, Answer] = {}
        taken = due = 0
        with selectors.DefaultSelector() as outputs:
            for worker in self._workers:
                outputs.register(worker.output, selectors.EVENT_READ, worker)
            while True:
                part = next(parts, None) if taken - due < _ROOM * ahead * self.count else None
                if part is not None:
                    taken += 1
                    free = min(self._workers, key=lambda worker: len(worker.owed))
                    if len(free.owed) < ahead:
                        self._send(free, work, part)
                    else:
                        answers[part[0]] = work(part[1])
                elif taken == due:
                    return
                self._collect(outputs, answers, wait=part is None and due not in answers)
                while due in answers:
                    yield answers.pop(due)
                    due += 1

    def _send(self, worker: _Worker, work: Callable[[Part], Answer], part: tuple[int, Part]) -> None:
        try:
            write_frame(worker.input, pickle.dumps((part[0], work, part[1]), pickle.HIGHEST_PROTOCOL))
        except BrokenPipeError:
            raise self._died(worker) from None
        worker.owed.add(part[0])

    def _collect(self, outputs: selectors.BaseSelector, answers: dict[int, Answer], *, wait: bool) -> None:
        """Take the answers that are there; wait for one where there is nothing else to do."""
        if not any(worker.owed for worker in self._workers):
            return
        for key, _ in outputs.select(None if wait else 0):
            worker: _Worker = key.data
            if (frame := read_frame(worker.output)) is None:
                raise self._died(worker)
            number, answer, error = pickle.loads(frame)  # noqa: S301 - from our own worker
            if error is not None:
                raise error
            worker.owed.discard(number)
            if number != _FORGOTTEN:
                answers[number] = answer

    def _died(self, worker: _Worker) -> WorkerDied:
        """What is known of the end of a worker."""
        code = worker.process.wait()
        worker.said.seek(0)
        words = [clean(line) for line in worker.said.read(_SAID_MAX).decode(errors="replace").strip().splitlines()]
        how = f"killed by signal {-code}, {signal.strsignal(-code)}" if code < 0 else f"exit code {code}"
        return WorkerDied("; ".join((how, *words[-1:])), self.count)


def _started() -> _Worker:
    said = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the crew
    process = subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-P", "-c", _START],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=said,
        bufsize=0,
        pipesize=_PIPE_BYTES,
        process_group=0,  # what a terminal sends on Ctrl-C is for the parent
    )
    worker = _Worker(process, said)
    with suppress(BrokenPipeError):  # whoever gives it work will notice
        worker.input.write(pickle.dumps(sys.path))
    return worker


def _there(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise InvariantError("a worker was started without its streams")
    return stream
