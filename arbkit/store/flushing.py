"""The thread that waits for the disk, so that the event loop need not."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue

_Asked = tuple[asyncio.AbstractEventLoop, "asyncio.Future[None]"]


class Flusher:
    """Calls `flush` in a thread of its own, once for each who asks, in the order of asking."""

    def __init__(self, flush: Callable[[], None]) -> None:
        self._flush = flush
        self._asked: SimpleQueue[_Asked | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    async def flushed(self) -> None:
        """Return when a flush that began after this call has ended. Raises what it failed with."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._asked.put((loop, done))
        await done

    def close(self) -> None:
        """End the thread, when all that was asked is done."""
        self._asked.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (asked := self._asked.get()) is not None:
            error: BaseException | None = None
            try:
                self._flush()
            except BaseException as failure:  # noqa: BLE001 - whoever waits has to hear of it
                error = failure
            loop, done = asked
            with suppress(RuntimeError):  # the loop was closed: nobody waits any more
                loop.call_soon_threadsafe(_tell, done, error)


def _tell(done: "asyncio.Future[None]", error: BaseException | None) -> None:
    if done.done():  # whoever asked was cancelled
        return
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)
