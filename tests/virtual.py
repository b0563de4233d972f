"""Virtual time: an event loop that jumps to its next timer as soon as nothing is left to do.

What runs on it is the same every time, and a day takes as long as what happens in it.
"""

import asyncio
import selectors
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from arbkit.store.flushing import Flusher
from tests.builders import NOW

if TYPE_CHECKING:
    from _typeshed import FileDescriptorLike

_SOCKETS_MIN_S, _SOCKETS_MAX_S, _SOCKETS_SHARE = 0.0002, 0.005, 0.01
_SETTLED_S, _DISK_S = 0.00005, 10
_STEP_S, _LONG_STEP_S, _SOON_S = 0.02, 0.2, 2


class _Jumping(selectors.SelectSelector):
    """Waits for nothing: time passes instead."""

    now_s = 0.0
    disks = 0
    """How many wait for a disk, in a thread of its own: time stands still for them."""
    _stirred = True
    """Whether anything came, or a socket was opened, since it was last waited for in vain."""

    def register(self, fileobj: "FileDescriptorLike", events: int, data: Any = None) -> selectors.SelectorKey:
        self._stirred = True
        return super().register(fileobj, events, data)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout != 0 and self.disks:
            return super().select(_DISK_S)
        found = super().select(self._wait_s(timeout) if len(self.get_map()) > 1 and timeout != 0 else 0)
        if found or timeout == 0:
            self._stirred = self._stirred or bool(found)
            return found
        if timeout is None:
            raise RuntimeError("nothing will ever happen: every task waits for something that no timer brings")
        self._stirred = False
        self.now_s += max(timeout, 0)
        return found

    def _wait_s(self, timeout: float | None) -> float:
        # A socket of the same loop is answered within microseconds of ours: time waits for it, and only then jumps. The
        # further it is to jump, the longer it waits, for a loaded machine is slow; once in vain is enough.
        if timeout is None:
            return _SOCKETS_MAX_S
        return max(min(timeout * _SOCKETS_SHARE, _SOCKETS_MAX_S), _SOCKETS_MIN_S) if self._stirred else _SETTLED_S


class AwaitedFlusher(Flusher):
    """Waits for the disk while virtual time stands still."""

    async def flushed(self) -> None:
        jumping = cast(VirtualLoop, asyncio.get_running_loop()).jumping
        jumping.disks += 1
        try:
            await super().flushed()
        finally:
            jumping.disks -= 1


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time is its own."""

    def __init__(self) -> None:
        self.jumping = _Jumping()
        super().__init__(self.jumping)

    def run_in_executor(self, executor: object, func: Callable[..., Any], *args: Any) -> "asyncio.Future[Any]":
        """Threads have no place in virtual time: what they would do is done at once."""
        del executor
        done: asyncio.Future[Any] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - as an executor does
            done.set_exception(error)
        return done

    def time(self) -> float:
        return self.jumping.now_s


class VirtualClock:
    """The clock of the running loop; it may be set, and the machine may sleep (`stepped`: time that nobody noticed)."""

    def __init__(self, start: datetime = NOW) -> None:
        self.stepped = timedelta()
        self._loop, self._start = asyncio.get_running_loop(), start
        self._started_s = self._loop.time()

    def now(self) -> datetime:
        return self._start + timedelta(milliseconds=self.monotonic_ms()) + self.stepped

    def monotonic_ms(self) -> int:
        return round((self._loop.time() - self._started_s) * 1_000)

    async def sleep(self, ms: int) -> None:
        await asyncio.sleep(ms / 1_000)


async def until(what: Callable[[], object], *, within_s: float = 60) -> None:
    """Let time pass until something is true; what takes long is looked for less often."""
    passed_s = 0.0
    while passed_s < within_s:
        if what():
            return
        step_s = _STEP_S if passed_s < _SOON_S else _LONG_STEP_S
        passed_s += step_s
        await asyncio.sleep(step_s)
    raise AssertionError("it did not become true")
