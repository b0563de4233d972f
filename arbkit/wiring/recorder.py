"""Recorder: keeps what the streams of both venues bring, in files, without the loop ever waiting for a disk.

The event loop only appends to a bounded queue. A thread takes from it, leaves out what is private, and writes whole
gzip members. A full queue drops entries and says how many; a full or failing disk ends the recording, never trading.
"""

import os
import shutil
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple, Self

import msgspec

from arbkit.core.books import Book
from arbkit.core.markets import Market, MarketId, VenueName
from arbkit.core.money import plain
from arbkit.errors import BadFile, SchemaMismatch, VenueUnavailable
from arbkit.ports import Clock, LineTap
from arbkit.venues.recording import SUFFIX, BookText, Entry, Kind, RecordingFile, framed, head
from arbkit.venues.withheld import without_private

FILE_BYTES_MAX: Final = 64 << 20
"""A file that has grown beyond this, or is of yesterday (UTC), is followed by a new one."""
FREE_BYTES_MIN: Final = 1 << 30
"""The disk holds the ledger too: with less than this left, nothing more is recorded."""
WAITING_MAX: Final = 200_000
WAITING_BYTES_MAX: Final = 64 << 20
FLUSH_S: Final = 1.0
"""What a kill may cost."""

_MEMBER_BYTES: Final = 256 << 10
_CATALOGUE_MS: Final = 1_000
_AGAIN: Final = timedelta(minutes=1)
_EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")

Originals = Callable[[Sequence[Market]], AsyncIterator[bytes]]
"""What a venue says of some markets in its own words. Errors: VenueUnavailable, SchemaMismatch."""


class _Heard(NamedTuple):
    """What waits to be written; `content` is the frame, the book, or what the venue says of markets."""

    at: datetime
    kind: Kind
    venue: VenueName
    line: int
    content: bytes | Book
    private: bool


class _Line:
    """One connection's way into the recorder."""

    def __init__(self, recorder: "Recorder", venue: VenueName, number: int, *, private: bool) -> None:
        self._recorder, self._venue, self._number, self._private = recorder, venue, number, private

    def connected(self) -> None:
        self._take(Kind.CONNECTED, b"")

    def heard(self, frame: bytes) -> None:
        self._take(Kind.FRAME, frame)

    def lost(self) -> None:
        self._take(Kind.LOST, b"")

    def _take(self, kind: Kind, frame: bytes) -> None:
        self._recorder.take(kind, self._venue, self._number, frame, private=self._private)


class Recorder:
    """A Tap that writes. Use as a context manager; `run` beside the loop fetches the catalogue and tells of trouble."""

    def __init__(
        self,
        directory: Path,
        clock: Clock,
        *,
        file_bytes_max: int = FILE_BYTES_MAX,
        free_bytes_min: int = FREE_BYTES_MIN,
        waiting_max: int = WAITING_MAX,
    ) -> None:
        self.frames = self.dropped = self.bytes = self.files = 0
        self.trouble = ""
        """Why nothing more is recorded, "" while it is."""
        self._directory, self._clock = directory, clock
        self._file_bytes_max, self._free_bytes_min, self._waiting_max = file_bytes_max, free_bytes_min, waiting_max
        self._queue: deque[_Heard] = deque()
        self._bytes_in = self._bytes_out = 0
        self._dropped_told = 0
        self._lines = 0
        self._followed: dict[MarketId, Market] = {}
        self._catalogue: list[bytes] = []
        """The lines of every CATALOGUE entry so far: each file begins with them."""
        self._file: RecordingFile | None = None
        self._day = clock.now().date()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._write_until_the_end, name="arbkit-recorder", daemon=True)

    def __enter__(self) -> Self:
        """Open the first file. Raises BadFile."""
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise BadFile(self._directory, f"is no directory to record into: {error.strerror}") from error
        self._open()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()
        if self._file is not None:
            self._file.close()

    # -- the loop's side ---------------------------------------------------------------------------------------------

    def line(self, venue: VenueName, *, private: bool) -> LineTap:
        """A tap for one more connection."""
        self._lines += 1
        return _Line(self, venue, self._lines, private=private)

    def follows(self, markets: Sequence[Market]) -> None:
        """Have `run` ask for what the venue says of them."""
        for market in markets:
            self._followed.setdefault(market.id, market)

    def read(self, book: Book) -> None:
        """Keep a book that was read over HTTP."""
        self.take(Kind.BOOK, book.market.venue, 0, book, private=False)

    def take(self, kind: Kind, venue: VenueName, line: int, content: bytes | Book, *, private: bool) -> None:
        """Queue an entry, or count it as dropped."""
        size = len(content) if isinstance(content, bytes) else 0
        if len(self._queue) >= self._waiting_max or self._bytes_in - self._bytes_out > WAITING_BYTES_MAX:
            self.dropped += 1
            return
        self._bytes_in += size
        self._queue.append(_Heard(self._clock.now(), kind, venue, line, content, private))

    async def run(self, originals: Mapping[VenueName, Originals], tell: Callable[[str], None]) -> None:
        """Ask the venues about the markets that are followed, and tell of trouble once, until cancelled."""
        known: set[MarketId] = set()
        again_at = dict.fromkeys(originals, self._clock.now())
        told = False
        while True:
            for venue, ask in originals.items():
                fresh = [m for m in self._followed.values() if m.id.venue is venue and m.id not in known]
                if fresh and self._clock.now() >= again_at[venue] and not self.trouble:
                    again_at[venue] = self._clock.now() + _AGAIN
                    with suppress(VenueUnavailable, SchemaMismatch):
                        async for body in ask(fresh):
                            self.take(Kind.CATALOGUE, venue, 0, body, private=False)
                        known.update(market.id for market in fresh)
                        again_at[venue] = self._clock.now()
            if self.trouble and not told:
                told = True
                tell(f"nothing more is recorded: {self.trouble}")
            await self._clock.sleep(_CATALOGUE_MS)

    # -- the thread's side -------------------------------------------------------------------------------------------

    def _write_until_the_end(self) -> None:
        try:
            while not self._ending.wait(FLUSH_S):
                self._drain()
            self._drain()
        except (OSError, BadFile) as error:
            self.trouble = str(error)
            self._waiting_max = 0

    def _drain(self) -> None:
        """Write what waits; of what comes meanwhile only as much as makes a member full."""
        for _ in range(1 + len(self._queue)):
            lines = self._member()
            if not lines or self._file is None:
                return
            if (free := shutil.disk_usage(self._directory).free) < self._free_bytes_min:
                raise BadFile(self._directory, f"only {free >> 20} MiB are free on its disk")
            self._write(lines)
            today = self._clock.now().date()
            if self._file.bytes >= self._file_bytes_max or today != self._day:
                self._day = today
                self._file.close()
                self._open()

    def _member(self) -> list[bytes]:
        lines: list[bytes] = []
        size = 0
        if self.dropped > self._dropped_told:
            lines.append(_line(Entry(at_us=_us(self._clock.now()), kind=Kind.DROPPED, count=self._untold())))
        while self._queue and size < _MEMBER_BYTES:
            heard = self._queue.popleft()
            self._bytes_out += len(heard.content) if isinstance(heard.content, bytes) else 0
            entry = _entry(heard)
            if entry is None:
                continue
            self.frames += entry.kind is Kind.FRAME
            lines.append(_line(entry))
            size += len(lines[-1])
            if entry.kind is Kind.CATALOGUE:
                self._catalogue.append(lines[-1])
        return lines

    def _untold(self) -> int:
        dropped = self.dropped
        count, self._dropped_told = dropped - self._dropped_told, dropped
        return count

    def _open(self) -> None:
        self.files += 1
        now = self._clock.now()
        name = f"{now:%Y%m%dT%H%M%S}-{os.getpid()}-{self.files:04}{SUFFIX}"
        self._file = RecordingFile(self._directory / name)
        self._write([_line(head(_us(now))), *self._catalogue])

    def _write(self, lines: Sequence[bytes]) -> None:
        if self._file is not None:
            before = self._file.bytes
            self._file.add_lines(b"".join(lines))
            self.bytes += self._file.bytes - before


def _entry(heard: _Heard) -> Entry | None:
    """What is written of something heard; None: nothing, for it is private."""
    at_us = _us(heard.at)
    if isinstance(heard.content, Book):
        text = msgspec.json.encode(_book_text(heard.content)).decode()
        return Entry(at_us=at_us, kind=heard.kind, venue=heard.venue, text=text)
    if heard.kind is Kind.FRAME:
        public = without_private(heard.venue, heard.content, private=heard.private)
        return None if public is None else framed(at_us, heard.venue, heard.line, public)
    text = heard.content.decode("utf-8", "replace")
    return Entry(at_us=at_us, kind=heard.kind, venue=heard.venue, line=heard.line, text=text)


def _book_text(book: Book) -> BookText:
    bids, asks = (
        [(plain(level.price.micros), plain(level.qty.micros)) for level in levels]
        for levels in (book.yes_bids, book.yes_asks)
    )
    return BookText(market=book.market.key, bids=bids, asks=asks)


def _line(entry: Entry) -> bytes:
    return msgspec.json.encode(entry) + b"\n"


def _us(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)
