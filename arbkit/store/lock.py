"""One instance a state directory, and the HALT file that stops it.

The lock is the kernel's: it ends with the process that holds it, however that dies. Who holds it is written inside, for
the message of whoever comes second.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from arbkit.errors import AlreadyRunning, StoreError, shown
from arbkit.store.files import own_directory, own_file

LOCK_FILE = "lock"
HALT_FILE = "HALT"
_HOLDER_BYTES_MAX = 1_000


@contextmanager
def single_instance(home: Path, *, what: str, now: datetime) -> Iterator[None]:
    """Hold the lock of a state directory. Raises AlreadyRunning, naming the holder, if another process does."""
    own_directory(home)
    path = home / LOCK_FILE
    own_file(path)
    descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        _take(descriptor, path)
        written = json.dumps({"pid": os.getpid(), "what": what, "since": now.isoformat(timespec="seconds")})
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, written.encode("ascii"), 0)
        yield
    finally:
        os.close(descriptor)


def holder(home: Path) -> str:
    """Who holds the lock of a state directory, "" if nobody does. It is looked at, and let go of at once."""
    path = home / LOCK_FILE
    if not path.exists():
        return ""
    descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        _take(descriptor, path)
    except AlreadyRunning:
        return _holder_in(descriptor)
    finally:
        os.close(descriptor)
    return ""


def _holder_in(descriptor: int) -> str:
    """Who wrote itself into the lock, in words; what is no such note is shown as it is."""
    written = os.pread(descriptor, _HOLDER_BYTES_MAX, 0).decode("ascii", "replace")
    with suppress(ValueError, TypeError, KeyError):
        note = json.loads(written)
        told = f"{note['what']}, process {note['pid']}, since {note['since']}"
        return told if told.isprintable() else shown(told)
    return shown(written.strip()) if written.strip() else "unknown"


def _take(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        who = _holder_in(descriptor)
        raise AlreadyRunning(f"{path.parent}: another instance is running ({who}); stop that one first") from None
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}; the state directory has to be on a local disk") from error


def halt_reason(home: Path) -> str:
    """Why everything must stop at once, "" if nothing says so. A HALT file that cannot be looked at halts too."""
    path = home / HALT_FILE
    try:
        os.lstat(path)
    except FileNotFoundError:
        return ""
    except OSError as error:
        return f"{path} cannot be looked at ({error.strerror})"
    return f"there is a HALT file: remove {path} when everything is understood"
