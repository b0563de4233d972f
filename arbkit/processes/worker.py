"""A process that does pure work for another one: it reads parts, works on one after another, and writes the answers.

Started by `crew.py` and by nobody else. It speaks over its own standard streams, so that it needs no address and nobody
but its parent can speak to it.
"""

import gc
import os
import pickle
import signal
import sys
from collections.abc import Callable
from queue import Queue
from threading import Thread
from typing import IO, Any

AHEAD_MAX = 64
"""More parts than any worker is given ahead."""
_LENGTH_BYTES = 8


def main() -> None:
    """Work until the parent closes our input, or is no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what an interruption ends
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what anybody prints is no answer
    gc.disable()  # pure work makes millions of values and no cycles of them
    parts = Queue[bytes](AHEAD_MAX)
    Thread(target=_listen, args=(sys.stdin.buffer, parts), daemon=True).start()
    while True:
        write_frame(out, _answered(parts.get()))


def write_frame(stream: IO[bytes], frame: bytes) -> None:
    """Write one message to a stream without a buffer."""
    for piece in (len(frame).to_bytes(_LENGTH_BYTES, "big"), frame):
        left = memoryview(piece)
        while left:
            left = left[stream.write(left) :]


def read_frame(stream: IO[bytes]) -> bytes | None:
    """The next message; None where the stream ends, also in the middle of one."""
    head = _exactly(stream, _LENGTH_BYTES)
    return None if head is None else _exactly(stream, int.from_bytes(head, "big"))


def _exactly(stream: IO[bytes], size: int) -> bytes | None:
    pieces, left = list[bytes](), size
    while left:
        piece = stream.read(left)
        if not piece:
            return None
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def _listen(stream: IO[bytes], parts: "Queue[bytes]") -> None:
    """Take parts as they come, so that the parent never waits to write them. Without the parent there is no work."""
    while (frame := read_frame(stream)) is not None:
        parts.put(frame)
    os._exit(0)


def _answered(frame: bytes) -> bytes:
    """(number of the part, answer, None), or (number, None, what went wrong)."""
    number, work, part = _unpacked(frame)
    try:
        answer = work(part)
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent raises it
        return _failure(number, error)
    return pickle.dumps((number, answer, None), pickle.HIGHEST_PROTOCOL)


def _unpacked(frame: bytes) -> tuple[int, Callable[[Any], object], Any]:
    unpacked: tuple[int, Callable[[Any], object], Any] = pickle.loads(frame)  # noqa: S301 - from our parent alone
    return unpacked


def _failure(number: int, error: Exception) -> bytes:
    """The error and where it came from; only its words where it cannot be taken apart and put together again."""
    import traceback  # noqa: PLC0415 - hardly ever needed

    error.add_note("".join(traceback.format_exception(error)))
    try:
        frame = pickle.dumps((number, None, error), pickle.HIGHEST_PROTOCOL)
        pickle.loads(frame)  # noqa: S301 - our own bytes
    except Exception:  # noqa: BLE001 - any class may refuse in a way of its own
        spoken = RuntimeError(f"{type(error).__name__}: {error}")
        return pickle.dumps((number, None, spoken), pickle.HIGHEST_PROTOCOL)
    return frame
