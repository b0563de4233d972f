"""The log: one JSON object a line, in files that rotate; written by a thread of its own; no secret reaches it."""

import logging
import logging.handlers
import os
import queue
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Final

import msgspec

from arbkit.app.events import EventKind, LiveEvent
from arbkit.config.settings import Settings
from arbkit.core.alerts import Alert
from arbkit.core.redaction import redaction
from arbkit.core.text import clean
from arbkit.store.files import FILE_MODE, own_directory, own_file

LEVELS: Final[Mapping[str, int]] = {
    "debug": logging.DEBUG, "info": logging.INFO, "warn": logging.WARNING, "error": logging.ERROR,
}  # fmt: skip
_NAMES: Final = {number: name for name, number in LEVELS.items()} | {logging.CRITICAL: "error"}
_LEVEL_OF: Final = {
    EventKind.GONE: logging.DEBUG,
    EventKind.LATENCY: logging.WARNING,
    EventKind.WARNING: logging.WARNING,
    EventKind.PAUSED: logging.ERROR,
}
_MEBIBYTE: Final = 1 << 20
_TEXT_MAX: Final = 4_000
_WAITING_MAX: Final = 10_000
"""Lines that may wait for the disk; beyond it they are dropped and counted, for the loop waits for no disk."""


class LogLine(msgspec.Struct, omit_defaults=True):
    """A line of the log."""

    at: str
    level: str
    event: str
    text: str
    run: int = 0
    pair: str = ""
    venue: str = ""
    trade: str = ""
    state: str = ""
    took_ms: int | None = None


def log_file(settings: Settings, home: Path) -> Path:
    """Where the log is."""
    return settings.logging.file or home / "logs" / "arbkit.log"


class Log:
    """What happens, for later."""

    def __init__(self, run: int) -> None:
        self._logger, self._run = logging.getLogger("arbkit.log"), run

    def event(self, event: LiveEvent) -> None:
        """Write an event of the live loop."""
        line = LogLine(
            at="", level="", event=event.event, text=event.text, run=self._run, pair=event.pair, venue=event.venue,
            trade=event.trade, state=event.state, took_ms=event.took_ms,
        )  # fmt: skip
        self._logger.log(_LEVEL_OF.get(event.event, logging.INFO), "%s", event.text, extra={"line": line})

    def alert(self, alert: Alert, what: str) -> None:
        """Write an alert and what became of it."""
        level = logging.ERROR if alert.severity == "critical" else logging.WARNING
        text = f"{alert.severity}: {alert.text}{f' ({what})' if what else ''}"
        line = LogLine(at="", level="", event="alert", text=text, run=self._run, state=alert.kind)
        self._logger.log(level, "%s", text, extra={"line": line})


@contextmanager
def logging_to(settings: Settings, home: Path, *, run: int) -> Iterator[Log]:
    """Write the log until the end of the block. Raises StoreError when the file cannot be ours.

    `run` is on every line. 0 is a command beside the loop: it adds lines, and leaves the rotation to the loop.
    """
    path = log_file(settings, home)
    if not settings.logging.file:
        own_directory(home)
        own_directory(path.parent)
    own_file(path)
    handler = _OwnFiles(
        path,
        maxBytes=settings.logging.max_size_mb * _MEBIBYTE if run else 0,
        backupCount=settings.logging.max_files - 1,
        encoding="utf-8",
        delay=True,
    )
    handler.setFormatter(_Json(run))
    waiting: queue.Queue[logging.LogRecord | None] = queue.Queue(_WAITING_MAX)
    writer = _Writer(waiting, handler)
    feeder = _Feeder(waiting)
    root = logging.getLogger()
    before = root.level, root.handlers[:]
    root.handlers[:] = [feeder]
    root.setLevel(logging.WARNING)
    logging.getLogger("arbkit").setLevel(LEVELS[settings.logging.level])
    writer.start()
    try:
        yield Log(run)
    finally:
        writer.stop()
        handler.close()
        root.setLevel(before[0])
        root.handlers[:] = before[1]


class _OwnFiles(logging.handlers.RotatingFileHandler):
    """Files that rotate, each for our eyes alone."""

    _told = False

    def _open(self) -> TextIOWrapper:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        return os.fdopen(os.open(self.baseFilename, flags, FILE_MODE), "a", encoding=self.encoding)

    def handleError(self, _record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        """Say once that the disk fails, not with every line."""
        if not self._told:
            self._told = True
            sys.stderr.write(f"arbkit: the log {self.baseFilename} cannot be written: {sys.exc_info()[1]}\n")


class _Feeder(logging.handlers.QueueHandler):
    """Hands records over as they are; the writer formats them. What does not fit is counted, and told of later."""

    def __init__(self, waiting: queue.Queue[logging.LogRecord | None]) -> None:
        super().__init__(waiting)
        self._waiting, self._dropped = waiting, 0

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        return record

    def enqueue(self, record: logging.LogRecord) -> None:
        try:
            if self._dropped:
                text = f"{self._dropped} lines were dropped: the disk does not keep up with the log"
                self._waiting.put_nowait(logging.LogRecord("arbkit.log", logging.WARNING, "", 0, text, None, None))
                self._dropped = 0
            self._waiting.put_nowait(record)
        except queue.Full:
            self._dropped += 1


class _Writer(logging.handlers.QueueListener):
    """Writes from a thread of its own; the end waits its turn behind what is still to be written."""

    def __init__(self, waiting: queue.Queue[logging.LogRecord | None], handler: logging.Handler) -> None:
        super().__init__(waiting, handler)
        self._waiting = waiting

    def enqueue_sentinel(self) -> None:
        self._waiting.put(None)


class _Json(logging.Formatter):
    def __init__(self, run: int) -> None:
        super().__init__()
        self._redact, self._run = redaction(os.environ, long_hex=False), run
        self._last: tuple[logging.LogRecord | None, str] = (None, "")

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record. It is asked for twice: how long it is decides about the file it is written to."""
        if record is not self._last[0]:
            self._last = record, self._written(record)
        return self._last[1]

    def _written(self, record: logging.LogRecord) -> str:
        line = getattr(record, "line", None)
        if not isinstance(line, LogLine):  # of a library
            line = LogLine(at="", level="", event=record.name, text=record.getMessage(), run=self._run)
        if record.exc_info:
            line.text = f"{line.text}\n{self.formatException(record.exc_info)}"
        line.at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line.level = _NAMES.get(record.levelno, "info")
        line.text = clean(self._redact(line.text), _TEXT_MAX)
        return msgspec.json.encode(line).decode()


def read_log(path: Path, *, count_max: int, level: str) -> list[LogLine]:
    """The last lines of at least a level, oldest first, over all files that are kept."""
    wanted = LEVELS[level]
    found: list[LogLine] = []
    for file in [path, *(path.with_name(f"{path.name}.{n}") for n in range(1, 100))]:
        if not file.exists() or len(found) >= count_max:
            break
        with file.open("rb") as lines:
            parsed = [line for raw in lines if (line := parsed_line(raw)) and LEVELS[line.level] >= wanted]
        found = parsed + found
    return found[-count_max:]


def parsed_line(raw: bytes) -> LogLine | None:
    """A line of the log; None for one that was cut off, or is none."""
    try:
        line = msgspec.json.decode(raw, type=LogLine)
    except msgspec.MsgspecError:
        return None
    return line if line.level in LEVELS else None
