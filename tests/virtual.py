"""Virtual time: an event loop that jumps to its next timer as soon as nothing is left to do.

What runs on it is the same every time, and a day takes as long as what happens in it.
"""

import asyncio
import selectors
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.builders import NOW

_SOCKETS_MIN_S, _SOCKETS_MAX_S, _SOCKETS_SHARE = 0.0002, 0.005, 0.01
_STEP_S, _LONG_STEP_S, _SOON_S = 0.02, 0.2, 2


class _Jumping(selectors.SelectSelector):
    """Waits for nothing: time passes instead."""

    now_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        # A socket of the same loop is answered within microseconds of ours: time waits for it, and only then jumps. The
        # further it is to jump, the longer it waits, for a loaded machine is slow.
        wait_s = (
            _SOCKETS_MAX_S if timeout is None else max(min(timeout * _SOCKETS_SHARE, _SOCKETS_MAX_S), _SOCKETS_MIN_S)
        )
        found = super().select(wait_s if len(self.get_map()) > 1 and timeout != 0 else 0)
        if found or timeout == 0:
            return found
        if timeout is None:
            raise RuntimeError("nothing will ever happen: every task waits for something that no timer brings")
        self.now_s += max(timeout, 0)
        return found


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
