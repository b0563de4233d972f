"""The state directory and the files in it: ours alone, never through a link."""

import errno
import os
import stat
from pathlib import Path

from arbkit.errors import BadHome, StoreError

DIR_MODE = 0o700
FILE_MODE = 0o600
_BY = " by --home or ARBKIT_HOME"
_DISK_FAILED = {errno.ENOSPC, errno.EDQUOT, errno.EIO}
_SQLITE_SIDECARS = ("-wal", "-shm", "-journal")


def own_directory(path: Path) -> None:
    """Make sure `path` is a directory of ours with mode 0700; create it, parents included, where it is missing.

    An empty directory of ours is tightened; one with content and a wider mode is refused, for it may not be meant for
    us. Raises BadHome; StoreError where the disk is full.
    """
    try:
        _create(path)
        found = path.lstat()
        if stat.S_ISLNK(found.st_mode) or not stat.S_ISDIR(found.st_mode):
            raise BadHome(f"{path} is not a directory (links are not followed); name a real directory{_BY}")
        _refuse_foreign(path, found)
        if stat.S_IMODE(found.st_mode) & 0o077:
            if any(path.iterdir()):
                raise BadHome(f"{path} can be entered by other users; run: chmod 700 {path}")
            path.chmod(DIR_MODE)
    except OSError as error:
        kind = StoreError if error.errno in _DISK_FAILED else BadHome
        raise kind(f"{path}: {error.strerror}; the state directory cannot be used; name one{_BY}") from error


def own_file(path: Path) -> None:
    """Make sure `path` is a plain file of ours with mode 0600 and one name; create it empty where it is missing.

    An existing file is looked at and never opened here: closing it would drop the locks that a connection of this
    process holds on it. The directory is ours alone, so nothing is exchanged between the look and the use.
    Raises StoreError.
    """
    try:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, FILE_MODE)
    except FileExistsError:
        for name in (path, *(path.with_name(path.name + suffix) for suffix in _SQLITE_SIDECARS)):
            _inspect(name)
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}; the file cannot be created") from error
    else:
        os.close(fd)


def new_file(path: Path, text: str) -> None:
    """Write a file that is not there yet, whole and durable, with mode 0600. Raises StoreError."""
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, FILE_MODE)
        with os.fdopen(fd, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        if not isinstance(error, FileExistsError):
            path.unlink(missing_ok=True)
        raise StoreError(f"{path}: {error.strerror}; the file cannot be written") from error


def set_aside(path: Path) -> Path | None:
    """Rename a file to a name that is free beside it; the new name, or nothing if there is no file.

    Raises StoreError.
    """
    if not path.exists() and not path.is_symlink():
        return None
    kept = next(name for n in range(1, 1_000_000) if not (name := path.with_name(f"{path.name}.{n}.old")).exists())
    try:
        return path.rename(kept)
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}; it cannot be moved out of the way") from error


def _create(path: Path) -> None:
    for parent in reversed([path, *path.parents]):
        if not parent.exists() and not parent.is_symlink():
            parent.mkdir(mode=DIR_MODE, exist_ok=True)


def _inspect(path: Path) -> None:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}") from error
    if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
        raise BadHome(f"{path} is a link or no plain file; move it away")
    _refuse_foreign(path, found)
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise BadHome(f"{path} can be read by other users; run: chmod 600 {path}")


def _refuse_foreign(path: Path, found: os.stat_result) -> None:
    if found.st_uid != os.geteuid():
        raise BadHome(f"{path} belongs to another user; name a directory of your own{_BY}")
