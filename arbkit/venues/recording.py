"""Recordings: what both venues sent, as it came and when, in gzipped JSON lines that survive a kill.

A file is a row of gzip members, each of whole lines and each with its own checksum, so `zcat FILE | jq` reads it too. A
member is written at one go; what a kill or a lost power supply tears is the last one, and a reader leaves that one out.
The first entry of every file is its HEAD. Frames stand in `text` as the very characters that came.
"""

import base64
import gzip
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Final, Self

import msgspec

from arbkit.core.markets import VenueName
from arbkit.errors import BadFile

VERSION: Final = 1
SUFFIX: Final = ".jsonl.gz"

_FORMAT: Final = "arbkit recording"
_LEVEL: Final = 5
_MAGIC: Final = b"\x1f\x8b\x08"
_BLOCK_BYTES: Final = 1 << 20
_MEMBER_BYTES_MAX: Final = 256 << 20
"""A member of ours holds a few hundred kilobytes; nothing beyond this is unpacked."""


class Kind(StrEnum):
    """What an entry is."""

    HEAD = "head"
    """Begins a file: what it is, and what has to be known to read it."""
    CATALOGUE = "catalogue"
    """A venue's answer about markets that were followed: events, markets or a series, in its own words."""
    CONNECTED = "connected"
    FRAME = "frame"
    """A frame of a stream."""
    LOST = "lost"
    """A connection is gone: what comes on the next one does not continue its sequences."""
    BOOK = "book"
    """A book that was read over HTTP beside the streams."""
    DROPPED = "dropped"
    """`count` entries before this one were not kept."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line. `line` is the number of the connection within the recording."""

    at_us: int
    """When it was received, in microseconds since 1970."""
    kind: Kind
    venue: VenueName | None = None
    line: int = 0
    text: str = ""
    base64: str = ""
    """A frame that is no UTF-8."""
    count: int = 0

    @property
    def frame(self) -> bytes:
        """The bytes that came."""
        return base64.b64decode(self.base64) if self.base64 else self.text.encode()


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What a file is. Kalshi's NO bids stand in it at their YES prices, for so arbkit asks for them."""

    format: str = _FORMAT
    version: int = VERSION


class BookText(msgspec.Struct, frozen=True, kw_only=True):
    """The text of a BOOK: YES prices and sizes in plain decimals. `market` is the venue's key."""

    market: str
    bids: list[tuple[str, str]]
    asks: list[tuple[str, str]]


_ENTRY: Final = msgspec.json.Decoder(Entry)


def head(at_us: int) -> Entry:
    """The entry that begins a file."""
    return Entry(at_us=at_us, kind=Kind.HEAD, text=msgspec.json.encode(Head()).decode())


def framed(at_us: int, venue: VenueName, line: int, frame: bytes) -> Entry:
    """The entry of a frame."""
    try:
        return Entry(at_us=at_us, kind=Kind.FRAME, venue=venue, line=line, text=frame.decode())
    except UnicodeDecodeError:
        return Entry(at_us=at_us, kind=Kind.FRAME, venue=venue, line=line, base64=base64.b64encode(frame).decode())


class RecordingFile:
    """A new file to record into, for our eyes alone. Raises BadFile and OSError."""

    def __init__(self, path: Path) -> None:
        self.path, self.bytes = path, 0
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            self._fd = os.open(path, flags, 0o600)
        except OSError as error:
            raise BadFile(path, f"cannot be created: {error.strerror}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add(self, entries: Iterable[Entry]) -> None:
        """Write entries as one member: after it all of them can be read, whatever happens to us."""
        self.add_lines(b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries))

    def add_lines(self, lines: bytes) -> None:
        """Write whole lines as one member. A member that cannot be written whole is taken back. Raises OSError."""
        member = memoryview(gzip.compress(lines, _LEVEL, mtime=0))
        written = 0
        try:
            while written < len(member):
                written += os.write(self._fd, member[written:])
        except OSError:
            os.ftruncate(self._fd, self.bytes)
            os.lseek(self._fd, self.bytes, os.SEEK_SET)
            raise
        self.bytes += written

    def close(self) -> None:
        """Nothing more comes."""
        os.close(self._fd)


class Recording:
    """A file that was recorded. After reading, `unreadable_bytes` says how much of it was torn or damaged."""

    def __init__(self, path: Path) -> None:
        self.path, self.unreadable_bytes = path, 0
        self.head = Head()

    def __iter__(self) -> Iterator[Entry]:
        """Every entry after the HEAD. Raises BadFile."""
        return self.entries()

    def entries(self, wanted: Callable[[bytes], bool] | None = None) -> Iterator[Entry]:
        """The entries after the HEAD, or those whose line is wanted. Raises BadFile."""
        begun = False
        for line in self._lines():
            if begun and wanted is not None and not wanted(line):
                continue
            try:
                entry = _ENTRY.decode(line)
            except msgspec.MsgspecError as error:
                raise BadFile(self.path, f"is no recording: {error}") from error
            if begun:
                yield entry
            else:
                self._begin(entry)
                begun = True
        if not begun:
            raise BadFile(self.path, "holds nothing that can be read")

    def _begin(self, entry: Entry) -> None:
        try:
            self.head = msgspec.json.decode(entry.text or "{}", type=Head)
        except msgspec.MsgspecError as error:
            raise BadFile(self.path, f"is no recording: {error}") from error
        if entry.kind is not Kind.HEAD or self.head.format != _FORMAT:
            raise BadFile(self.path, f"is no recording: it begins with {entry.kind}")
        if self.head.version != VERSION:
            raise BadFile(self.path, f"is a recording of version {self.head.version}; this arbkit reads {VERSION}")

    def _lines(self) -> Iterator[bytes]:
        self.unreadable_bytes = 0
        try:
            with self.path.open("rb") as file:
                for member in self._members(file.fileno()):
                    yield from member.splitlines()
        except OSError as error:
            raise BadFile(self.path, f"cannot be read: {error.strerror}") from error

    def _members(self, fd: int) -> Iterator[bytes]:
        """What the members hold; a torn or damaged one is left out, and the next one looked for."""
        waiting = b""
        while True:
            member, size = _unpacked(waiting)
            if member is not None:
                waiting = waiting[size:]
                yield member
                continue
            block = os.read(fd, max(_BLOCK_BYTES, len(waiting))) if size == 0 else b""
            if block:
                waiting += block
                continue
            if not waiting:
                return
            # Damaged, or torn at the end: on to the next member, if one follows.
            following = waiting.find(_MAGIC, 1)
            self.unreadable_bytes += following if following > 0 else len(waiting)
            waiting = waiting[following:] if following > 0 else b""


def _unpacked(packed: bytes) -> tuple[bytes | None, int]:
    """The first member and its packed size. None and 0: more bytes may complete it; None and 1: it is damaged."""
    unpacking = zlib.decompressobj(wbits=31)
    try:
        member = unpacking.decompress(packed, _MEMBER_BYTES_MAX)
    except zlib.error:
        return None, 1
    if unpacking.eof:
        return member, len(packed) - len(unpacking.unused_data)
    return None, int(len(member) >= _MEMBER_BYTES_MAX)


def recordings(paths: Iterable[Path]) -> list[Recording]:
    """The recordings that files are, or that directories hold, in the order of their names. Raises BadFile."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(path.glob(f"*{SUFFIX}")) if path.is_dir() else [path]
        if not inside:
            raise BadFile(path, f"holds no recording (*{SUFFIX})")
        found += inside
    return [Recording(path) for path in found]
