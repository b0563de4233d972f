"""Passes through a venue's catalogue: how far each has come, and what resumes it."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from arbkit.core.markets import VenueName
from arbkit.store.rows import moment_of, text_of


class PassKind(StrEnum):
    """FULL lists everything, CHANGES only what changed since the pass before, IMPORT came from a file."""

    FULL = "full"
    CHANGES = "changes"
    IMPORT = "import"


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncPass:
    """One pass through a venue's catalogue. `cursor` resumes it; `pages` and `seen` count what was stored so far."""

    id: int
    venue: VenueName
    kind: PassKind
    since: datetime | None
    started_at: datetime
    paged_at: datetime
    finished_at: datetime | None
    cursor: str
    pages: int
    seen: int


_SELECT = """
SELECT id, venue, kind, since, started_at, paged_at, finished_at, cursor, pages, seen FROM sync_passes
"""
_UNFINISHED = f"{_SELECT} WHERE venue = ? AND finished_at IS NULL AND kind <> 'import' ORDER BY id DESC LIMIT 1"
_FINISHED = f"{_SELECT} WHERE venue = ? AND finished_at IS NOT NULL AND kind IN (?, ?) ORDER BY id DESC LIMIT 1"


def insert_pass(
    db: sqlite3.Connection, venue: VenueName, kind: PassKind, since: datetime | None, at: datetime
) -> SyncPass:
    """Start a pass; an unfinished one of the venue is given up."""
    if (old := unfinished_pass(db, venue)) and kind is not PassKind.IMPORT:
        db.execute("DELETE FROM unusable_rows WHERE pass = ?", [old.id])
        db.execute("DELETE FROM sync_passes WHERE id = ?", [old.id])
    inserted = db.execute(
        "INSERT INTO sync_passes (venue, kind, since, started_at, paged_at, cursor) VALUES (?, ?, ?, ?, ?, '')",
        [venue, kind, text_of(since) if since else None, text_of(at), text_of(at)],
    )
    return pass_of(db, inserted.lastrowid or 0)


def move_pass(db: sqlite3.Connection, listing: SyncPass, *, cursor: str, seen: int, at: datetime) -> None:
    """Note that a page has been stored and where the next one begins."""
    db.execute(
        "UPDATE sync_passes SET cursor = ?, paged_at = ?, pages = pages + 1, seen = seen + ? WHERE id = ?",
        [cursor, text_of(at), seen, listing.id],
    )


def end_pass(db: sqlite3.Connection, listing: SyncPass, at: datetime) -> None:
    """Note that a pass has come to its end."""
    db.execute("UPDATE sync_passes SET finished_at = ?, cursor = '' WHERE id = ?", [text_of(at), listing.id])


def pass_of(db: sqlite3.Connection, pass_id: int) -> SyncPass:
    """A pass as it stands now."""
    [row] = db.execute(f"{_SELECT} WHERE id = ?", [pass_id])
    return _read(row)


def unfinished_pass(db: sqlite3.Connection, venue: VenueName) -> SyncPass | None:
    """The pass that was interrupted, if there is one."""
    row = db.execute(_UNFINISHED, [venue]).fetchone()
    return None if row is None else _read(row)


def finished_pass(db: sqlite3.Connection, venue: VenueName, *kinds: PassKind) -> SyncPass | None:
    """The last pass of one of two kinds that came to its end."""
    row = db.execute(_FINISHED, [venue, kinds[0], kinds[-1]]).fetchone()
    return None if row is None else _read(row)


def _read(row: tuple[int, str, str, str | None, str, str, str | None, str, int, int]) -> SyncPass:
    pass_id, venue, kind, since, started_at, paged_at, finished_at, cursor, pages, seen = row
    return SyncPass(
        id=pass_id,
        venue=VenueName(venue),
        kind=PassKind(kind),
        since=moment_of(since) if since else None,
        started_at=moment_of(started_at),
        paged_at=moment_of(paged_at),
        finished_at=moment_of(finished_at) if finished_at else None,
        cursor=cursor,
        pages=pages,
        seen=seen,
    )
