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
    source: str
    since: datetime | None
    started_at: datetime
    paged_at: datetime
    finished_at: datetime | None
    cursor: str
    pages: int
    seen: int


_SELECT = """
SELECT id, venue, kind, source, since, started_at, paged_at, finished_at, cursor, pages, seen FROM sync_passes
"""
_NEWEST = "ORDER BY id DESC LIMIT 1"
_UNFINISHED = f"{_SELECT} WHERE venue = ? AND source = ? AND finished_at IS NULL AND kind <> 'import' {_NEWEST}"
# Only what another source has not overwritten since counts: the catalogue is that of the last source.
_LATEST = f"{_SELECT} WHERE venue = ? AND finished_at IS NOT NULL AND kind <> 'import' {_NEWEST}"
_FINISHED = f"{_SELECT} WHERE venue = ? AND source = ? AND finished_at IS NOT NULL AND kind IN (?, ?) {_NEWEST}"


def insert_pass(
    db: sqlite3.Connection, venue: VenueName, kind: PassKind, *, source: str, since: datetime | None, at: datetime
) -> SyncPass:
    """Start a pass; unless it is an import, unfinished ones of the venue are given up."""
    if kind is not PassKind.IMPORT:
        given_up = "SELECT id FROM sync_passes WHERE venue = ? AND finished_at IS NULL AND kind <> 'import'"
        old = [int(pass_id) for (pass_id,) in db.execute(given_up, [venue])]
        db.executemany("DELETE FROM unusable_rows WHERE pass = ?", [(pass_id,) for pass_id in old])
        db.executemany("DELETE FROM sync_passes WHERE id = ?", [(pass_id,) for pass_id in old])
    inserted = db.execute(
        "INSERT INTO sync_passes (venue, kind, source, since, started_at, paged_at, cursor)"
        " VALUES (?, ?, ?, ?, ?, ?, '')",
        [venue, kind, source, text_of(since) if since else None, text_of(at), text_of(at)],
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


def unfinished_pass(db: sqlite3.Connection, venue: VenueName, source: str) -> SyncPass | None:
    """The pass through this source that was interrupted, if there is one."""
    row = db.execute(_UNFINISHED, [venue, source]).fetchone()
    return None if row is None else _read(row)


def finished_pass(db: sqlite3.Connection, venue: VenueName, source: str, *kinds: PassKind) -> SyncPass | None:
    """The last pass of one of two kinds that came to its end, unless another source was read since."""
    latest = db.execute(_LATEST, [venue]).fetchone()
    if latest is None or _read(latest).source != source:
        return None
    row = db.execute(_FINISHED, [venue, source, kinds[0], kinds[-1]]).fetchone()
    return None if row is None else _read(row)


def _read(row: tuple[int, str, str, str, str | None, str, str, str | None, str, int, int]) -> SyncPass:
    pass_id, venue, kind, source, since, started_at, paged_at, finished_at, cursor, pages, seen = row
    return SyncPass(
        id=pass_id,
        venue=VenueName(venue),
        kind=PassKind(kind),
        source=source,
        since=moment_of(since) if since else None,
        started_at=moment_of(started_at),
        paged_at=moment_of(paged_at),
        finished_at=moment_of(finished_at) if finished_at else None,
        cursor=cursor,
        pages=pages,
        seen=seen,
    )
