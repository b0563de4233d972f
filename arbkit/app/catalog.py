"""`markets sync` and `markets import`: both venues' catalogues into the store, page by page, resumable at any page."""

import asyncio
import gzip
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from arbkit.core.markets import MarketId, VenueName
from arbkit.errors import ArbkitError, AuthError, BadFile, SchemaMismatch, VenueUnavailable
from arbkit.ports import CataloguePage, CatalogueParser, Clock, UnusableRow, Venue
from arbkit.store.catalogue import Catalogue, PageSaved
from arbkit.store.passes import PassKind, SyncPass
from arbkit.store.store import Store

FULL_EVERY = timedelta(hours=24)
"""A whole listing is read at least this often: only it shows what is no longer listed."""

RESUME_WITHIN = timedelta(hours=1)
"""How long the cursor of an interrupted pass is trusted."""

CLOCK_MARGIN = timedelta(minutes=10)
"""How much further back than the last pass changes are asked for: the venue's clock is not ours."""

FILE_BYTES_MAX = 1 << 30
"""Largest file that is imported, unpacked."""

IMPORT_PAGE_ROWS = 1_000
_UNUSABLE_SHOWN_MAX = 20
_FAULTS_OF_A_VENUE = (AuthError, SchemaMismatch, VenueUnavailable)


@dataclass(frozen=True, slots=True)
class PageStored:
    """Progress: a page has been stored. `pages` and `seen` count the whole pass, `resumed` says it began earlier."""

    venue: VenueName
    kind: PassKind
    pages: int
    seen: int
    resumed: bool


Progress = Callable[[PageStored], None]


@dataclass(slots=True)
class VenueSync:
    """What one venue's part of a sync brought; counts are of this run, not of an interrupted one before it."""

    venue: VenueName
    kind: PassKind
    resumed: bool = False
    pages: int = 0
    seen: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    closed: int = 0
    reworded: list[MarketId] = field(default_factory=list)
    """Markets whose rules changed."""
    voided: int = 0
    """Verdicts on pairs that ended with them."""
    unusable: Counter[str] = field(default_factory=Counter)
    """Rows that could not be used, by reason."""
    unusable_shown: list[UnusableRow] = field(default_factory=list)
    """The first few of them."""
    barren: SchemaMismatch | None = None
    """Set when no row of some page could be used, with the first reason. What other pages brought is stored; the pass
    closes nothing and does not count, so the next one reads again what this one should have brought."""
    duration_ms: int = 0
    error: ArbkitError | None = None
    """What ended this venue's part early; the pages before it are stored, and the next sync goes on behind them."""

    def add(self, page: CataloguePage, saved: PageSaved) -> None:
        """Count a stored page."""
        self.pages += 1
        self.seen += len(page.markets)
        self.new += saved.new
        self.changed += saved.changed
        self.unchanged += saved.unchanged
        self.reworded += saved.reworded
        self.voided += saved.voided
        self.unusable.update(row.why for row in page.unusable)
        self.unusable_shown += page.unusable[: _UNUSABLE_SHOWN_MAX - len(self.unusable_shown)]
        if page.barren and not self.barren:
            first, count = page.unusable[0], len(page.unusable)
            self.barren = SchemaMismatch(
                self.venue, first.path, f"{first.why} (none of the {count} rows of page {self.pages} could be used)"
            )


def silent(_: PageStored) -> None:
    """No progress is shown."""


async def sync(
    venues: Sequence[Venue],
    store: Store,
    clock: Clock,
    progress: Progress = silent,
    *,
    full: bool = False,
    source: str = "",
) -> list[VenueSync]:
    """Bring the catalogue of each venue up to date, all at once; one that fails does not hide the others.

    Reads only what changed where the venue can tell and a whole listing is younger than FULL_EVERY; `full` asks for the
    whole listing. An interrupted pass goes on behind its last stored page. What a venue does wrong is in its result;
    raises StoreError for what is wrong on our side. `source` names what answers for the venues: "" is the venues
    themselves, for a simulator its address; what was read of another source is not built upon.
    """
    scope = _Scope(store.catalogue, clock, progress, full, source)
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(_sync(venue, scope)) for venue in venues]
    results = [task.result() for task in running]
    for result in results:
        if result.error and not isinstance(result.error, _FAULTS_OF_A_VENUE):
            raise result.error
    return results


def import_file(
    venue: VenueName, path: Path, *, parse: CatalogueParser, store: Store, clock: Clock, progress: Progress = silent
) -> VenueSync:
    """Read a file of a venue's own objects (JSON lines, an array or a page; gzip too) into the catalogue.

    Its facts count as never confirmed, so they are read afresh from the venue before anything is traded on them.
    Raises BadFile.
    """
    started_ms = clock.monotonic_ms()
    try:
        whole = parse(_content(path))
    except SchemaMismatch as error:
        raise BadFile(path, f"not a listing of {venue}: {error.found} at {error.path}") from error
    if not whole.markets:
        found = [f"; {row.path}: {row.why}" for row in whole.unusable[:1]]
        raise BadFile(path, f"no market of {venue} in it ({len(whole.unusable)} rows{''.join(found)})")
    result = VenueSync(venue, PassKind.IMPORT)
    with store.together():
        listing = store.catalogue.begin(venue, PassKind.IMPORT, at=clock.now())
        for first in range(0, max(1, len(whole.markets)), IMPORT_PAGE_ROWS):
            unusable = () if first else whole.unusable
            page = CataloguePage(whole.markets[first : first + IMPORT_PAGE_ROWS], unusable)
            result.add(page, store.catalogue.save_page(listing, page, at=clock.now()))
            progress(PageStored(venue, PassKind.IMPORT, result.pages, result.seen, resumed=False))
        store.catalogue.finish(listing, at=clock.now())
    result.duration_ms = clock.monotonic_ms() - started_ms
    return result


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a pass is to read: `listing` is the interrupted pass that it goes on with."""

    kind: PassKind
    since: datetime | None = None
    listing: SyncPass | None = None


@dataclass(frozen=True, slots=True)
class _Scope:
    """What all passes of one sync share."""

    catalogue: Catalogue
    clock: Clock
    progress: Progress
    full: bool
    source: str


async def _sync(venue: Venue, scope: _Scope) -> VenueSync:
    started_ms = scope.clock.monotonic_ms()
    plan = _interrupted(venue, scope) or _afresh(venue, scope)
    result = VenueSync(venue.name, plan.kind, resumed=plan.listing is not None)
    try:
        try:
            await _read(venue, plan, result, scope)
        except (SchemaMismatch, VenueUnavailable):
            if not result.resumed or result.pages:
                raise
            # The venue may have forgotten the cursor: begin again, once. The old pass goes with the first new page.
            plan = _afresh(venue, scope)
            result = VenueSync(venue.name, plan.kind)
            await _read(venue, plan, result, scope)
    except ArbkitError as error:
        result.error = error
    result.duration_ms = scope.clock.monotonic_ms() - started_ms
    return result


def _interrupted(venue: Venue, scope: _Scope) -> _Plan | None:
    listing = scope.catalogue.unfinished(venue.name, scope.source)
    if listing is None or not listing.cursor or scope.clock.now() - listing.paged_at > RESUME_WITHIN:
        return None
    if scope.full and listing.kind is not PassKind.FULL:
        return None
    return _Plan(listing.kind, listing.since, listing)


def _afresh(venue: Venue, scope: _Scope) -> _Plan:
    last_full = scope.catalogue.last_full(venue.name, scope.source)
    last = scope.catalogue.last_sync(venue.name, scope.source)
    # Another world may answer at a simulator's address each time, so "since" means nothing there.
    if scope.full or scope.source or not venue.tells_changes or not last_full or not last:
        return _Plan(PassKind.FULL)
    if scope.clock.now() - last_full.started_at >= FULL_EVERY:
        return _Plan(PassKind.FULL)
    return _Plan(PassKind.CHANGES, last.started_at - CLOCK_MARGIN)


async def _read(venue: Venue, plan: _Plan, result: VenueSync, scope: _Scope) -> None:
    catalogue, listing, began_at = scope.catalogue, plan.listing, scope.clock.now()
    before = (listing.pages, listing.seen) if listing else (0, 0)
    async for page in venue.catalogue(cursor=listing.cursor if listing else "", since=plan.since):
        if listing is None:
            listing = catalogue.begin(venue.name, plan.kind, source=scope.source, since=plan.since, at=began_at)
        # Whoever resumed behind a barren page would not know what is missing: begin such a pass again.
        stored = replace(page, cursor="") if page.barren or result.barren else page
        result.add(page, catalogue.save_page(listing, stored, at=scope.clock.now()))
        pages, seen = before[0] + result.pages, before[1] + result.seen
        scope.progress(PageStored(venue.name, plan.kind, pages, seen, result.resumed))
    if listing is None:
        listing = catalogue.begin(venue.name, plan.kind, source=scope.source, since=plan.since, at=began_at)
    if not result.barren:
        result.closed = catalogue.finish(listing, at=scope.clock.now())


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:  # once: it may be a pipe
            packed = file.peek(2)[:2] == b"\x1f\x8b"
            content = (gzip.GzipFile(fileobj=file) if packed else file).read(FILE_BYTES_MAX + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise BadFile(path, f"cannot be read ({getattr(error, 'strerror', None) or error})") from error
    if len(content) > FILE_BYTES_MAX:
        raise BadFile(path, f"larger than {FILE_BYTES_MAX >> 20} MiB")
    return content
