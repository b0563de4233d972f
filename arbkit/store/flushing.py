"""The thread that waits for the disk, so that the event loop need not."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from queue import SimpleQueue

_Asked = tuple[asyncio.AbstractEventLoop, "asyncio.Future[None]", "asyncio.Future[None]"]


class Flusher:
    """Calls `flush` in a thread of its own, once for each who asks, in the order of asking."""

    def __init__(self, flush: Callable[[Callable[[], None]], None]) -> None:
        """`flush` calls what it is given as soon as nothing but the disk is left to wait for."""
        self._flush = flush
        self._asked: SimpleQueue[_Asked | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    async def flushed(self, meanwhile: Callable[[], None]) -> None:
        """Return when a flush that began after this call has ended. Raises what it failed with.

        `meanwhile` is done here while the disk is at work; what it raises is raised when the flush has ended.
        """
        loop = asyncio.get_running_loop()
        begun: asyncio.Future[None] = loop.create_future()
        ended: asyncio.Future[None] = loop.create_future()
        self._asked.put((loop, begun, ended))
        try:
            await begun
            meanwhile()
        finally:
            await ended

    def close(self) -> None:
        """End the thread, when all that was asked is done."""
        self._asked.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (asked := self._asked.get()) is not None:
            error: BaseException | None = None
            try:
                self._flush(partial(_tell, asked, ended=False))
            except BaseException as failure:  # noqa: BLE001 - whoever waits has to hear of it
                error = failure
            _tell(asked, error, ended=True)


def _tell(asked: _Asked, error: BaseException | None = None, *, ended: bool) -> None:
    loop, begun, end = asked
    with suppress(RuntimeError):  # the loop was closed: nobody waits any more
        loop.call_soon_threadsafe(_told, begun, None)
        if ended:
            loop.call_soon_threadsafe(_told, end, error)


def _told(waited: "asyncio.Future[None]", error: BaseException | None) -> None:
    if waited.done():  # whoever asked was cancelled, or knows already
        return
    if error is None:
        waited.set_result(None)
    else:
        waited.set_exception(error)
