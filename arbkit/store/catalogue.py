"""Both catalogues: markets, what changed in them, and how far each pass through a venue's listing has come."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from arbkit.core.markets import Market, MarketId, MarketStatus, VenueName
from arbkit.ports import CataloguePage, UnusableRow
from arbkit.store.database import Database
from arbkit.store.passes import (
    PassKind,
    SyncPass,
    end_pass,
    finished_pass,
    insert_pass,
    move_pass,
    pass_of,
    unfinished_pass,
)
from arbkit.store.rows import COLUMNS, MarketRow, facts_hash, market_of, moment_of, row_of, text_of

UNUSABLE_KEPT_MAX = 10_000
"""Unusable rows kept of one pass; further ones are counted, not kept."""

_SELECT = " ".join(("SELECT", ", ".join(COLUMNS), "FROM markets"))
_WRITTEN = (*COLUMNS, "facts_hash")
_UPSERT = " ".join((
    "INSERT INTO markets (", ", ".join(_WRITTEN), ") VALUES (", ", ".join("?" * len(_WRITTEN)), ")",
    "ON CONFLICT (venue, key) DO UPDATE SET", ", ".join(f"{name} = excluded.{name}" for name in _WRITTEN[2:]),
    ", tokens = NULL",
))  # fmt: skip
_KEYED = f"{_SELECT} WHERE venue = ? AND key = ?"
_LIST = """
INSERT INTO listings (venue, key, pass, seen_at) VALUES (?, ?, ?, ?)
ON CONFLICT DO UPDATE SET pass = max(pass, excluded.pass), seen_at = excluded.seen_at
"""
_STORED = """
SELECT key, rules_hash, facts_hash, volume_micros FROM markets
WHERE venue = ? AND key IN (SELECT value FROM json_each(?))
"""
_AMONG = "WHERE venue = ? AND key IN (SELECT value FROM json_each(?))"
_SEEN = "SELECT key, seen_at FROM listings WHERE venue = ? AND key IN (SELECT value FROM json_each(?))"
# An empty facts_hash makes the next listing of the market a change, whatever it says.
_CLOSE = """
UPDATE markets SET status = 'closed', facts_hash = '' WHERE venue = ?1 AND status IN ('unopened', 'open', 'paused')
AND key NOT IN (SELECT key FROM listings WHERE venue = ?1 AND pass >= ?2)
"""
_MOVE = "UPDATE markets SET volume_micros = ? WHERE venue = ? AND key = ?"
_HOLDS = """
(key || ' ' || title || ' ' || subtitle || ' ' || event_title || ' ' || yes_label || ' ' || slug) LIKE ? ESCAPE '\\'
"""
_UNLIST = "DELETE FROM listings WHERE venue = ? AND key = ?"
_PAUSE = "UPDATE markets SET status = 'paused', facts_hash = '' WHERE venue = ? AND key = ? AND status = 'open'"
_REMEMBER = """
INSERT INTO market_history (venue, key, changed_at, old_rules_hash, new_rules_hash, old, new)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""
_VERDICTS = {
    VenueName.KALSHI: "SELECT count(*) FROM pairs WHERE is_active AND kalshi_key = ? AND kalshi_rules_hash = ?",
    VenueName.POLYMARKET: (
        "SELECT count(*) FROM pairs WHERE is_active AND polymarket_key = ? AND polymarket_rules_hash = ?"
    ),
}
_SLUGGED = """
SELECT slug, key FROM markets WHERE venue = 'polymarket' AND slug IN (SELECT value FROM json_each(?))
"""
_TOKENS = "SELECT key, tokens FROM markets WHERE venue = ? AND tokens IS NOT NULL"
_KEEP_TOKENS = "UPDATE markets SET tokens = ? WHERE venue = ? AND key = ?"
_LISTED = f"{_SELECT} {_AMONG}"
_EVENTS = " ".join(("SELECT key, event_key FROM markets", _AMONG))


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A market whose way of paying was reworded: which columns, from what to what, and when we saw it."""

    market: MarketId
    changed_at: datetime
    old: Mapping[str, object]
    new: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class PageSaved:
    """What one page brought. `reworded` markets have new rules; `voided` counts the pair verdicts that ended so."""

    new: int
    changed: int
    unchanged: int
    reworded: tuple[MarketId, ...]
    voided: int


@dataclass(frozen=True, slots=True)
class _Stored:
    rules_hash: str
    facts_hash: str
    volume_micros: int | None


class Catalogue:
    """Questions about markets and passes; part of Store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- passes ------------------------------------------------------------------------------------------------------

    def begin(
        self, venue: VenueName, kind: PassKind, *, source: str = "", since: datetime | None = None, at: datetime
    ) -> SyncPass:
        """Start a pass. An unfinished one of the venue is given up; an import leaves it alone.

        `source` tells apart what answers in the name of the venue (a simulator, a file); cursors and times of one mean
        nothing to another.
        """
        with self._database.writing() as db:
            return insert_pass(db, venue, kind, source=source, since=since, at=at)

    def unfinished(self, venue: VenueName, source: str = "") -> SyncPass | None:
        """The pass that was interrupted, if the last one was, and read the same source."""
        with self._database.reading() as db:
            return unfinished_pass(db, venue, source)

    def last_full(self, venue: VenueName, source: str = "") -> SyncPass | None:
        """The last pass through the whole listing that came to its end."""
        with self._database.reading() as db:
            return finished_pass(db, venue, source, PassKind.FULL)

    def last_sync(self, venue: VenueName, source: str = "") -> SyncPass | None:
        """The last pass of any extent, from the venue itself, that came to its end."""
        with self._database.reading() as db:
            return finished_pass(db, venue, source, PassKind.FULL, PassKind.CHANGES)

    def save_page(self, listing: SyncPass, page: CataloguePage, *, at: datetime) -> PageSaved:
        """Store a page and the cursor behind it in one transaction: after a crash both stand or neither.

        A market that is listed but not understood is paused: what we stored of it may be out of date. What came from a
        file was not confirmed by the venue, so `seen_at` does not know it.
        """
        with self._database.writing() as db:
            saved = self._save_markets(db, listing.id, page.markets, text_of(at))
            _keep_unusable(db, listing, page.unusable)
            if listing.kind is PassKind.IMPORT:
                db.executemany(_UNLIST, [(market.id.venue, market.id.key) for market in page.markets])
            else:
                db.executemany(_PAUSE, [(listing.venue, row.key) for row in page.unusable])
            move_pass(db, listing, cursor=page.cursor, seen=len(page.markets), at=at)
            return saved

    def finish(self, listing: SyncPass, *, at: datetime) -> int:
        """End a pass and return how many markets a full one closed: those that are no longer listed.

        An empty listing is no evidence and closes nothing.
        """
        with self._database.writing() as db:
            closed = 0
            if listing.kind is PassKind.FULL and pass_of(db, listing.id).seen:
                closed = db.execute(_CLOSE, [listing.venue, listing.id]).rowcount
            end_pass(db, listing, at)
            return closed

    # -- markets -----------------------------------------------------------------------------------------------------

    def market(self, market: MarketId) -> Market | None:
        """One market, or None if it was never listed."""
        with self._database.reading() as db:
            row = db.execute(_KEYED, [market.venue, market.key]).fetchone()
        return None if row is None else market_of(row)

    def markets(
        self,
        venue: VenueName | None = None,
        *,
        search: str = "",
        statuses: Collection[MarketStatus] = (),
        limit: int | None = None,
    ) -> list[Market]:
        """Markets by venue and key: of one venue or both, in some status or any, whose id or texts hold every word of
        `search`."""
        wheres, values = ["1"], list[str | int]()
        if venue is not None:
            wheres.append("venue = ?")
            values.append(venue)
        if statuses:
            wheres.append("status IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(list(statuses)))
        for word in search.split():
            wheres.append(_HOLDS)
            values.append("%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%")
        values.append(-1 if limit is None else limit)
        with self._database.reading() as db:
            found = db.execute(f"{_SELECT} WHERE {' AND '.join(wheres)} ORDER BY venue, key LIMIT ?", values)
            return [market_of(row) for row in found]

    def named(self, markets: Iterable[MarketId]) -> dict[MarketId, Market]:
        """The markets of this list that are known."""
        found: dict[MarketId, Market] = {}
        with self._database.reading() as db:
            for venue, keys in _by_venue(markets).items():
                rows = db.execute(_LISTED, [venue, json.dumps(keys)])
                found |= {market.id: market for market in map(market_of, rows)}
        return found

    def events_of(self, markets: Iterable[MarketId]) -> dict[MarketId, str]:
        """The key of the event of each market of this list that is known."""
        found: dict[MarketId, str] = {}
        with self._database.reading() as db:
            for venue, keys in _by_venue(markets).items():
                rows = db.execute(_EVENTS, [venue, json.dumps(keys)])
                found |= {MarketId(venue, str(key)): str(event) for key, event in rows}
        return found

    def slugged(self, slugs: Iterable[str]) -> dict[str, MarketId]:
        """The Polymarket markets with these slugs, by slug."""
        with self._database.reading() as db:
            rows = db.execute(_SLUGGED, [json.dumps(sorted(slugs))])
            return {str(slug): MarketId(VenueName.POLYMARKET, str(key)) for slug, key in rows}

    def tokens(self, venue: VenueName) -> dict[str, str]:
        """What matching keeps of the words of each market, by key; gone as soon as the market changes."""
        with self._database.reading() as db:
            return {str(key): str(text) for key, text in db.execute(_TOKENS, [venue])}

    def keep_tokens(self, venue: VenueName, tokens: Mapping[str, str]) -> None:
        """Keep what matching made of the words of these markets, until they change."""
        with self._database.writing() as db:
            db.executemany(_KEEP_TOKENS, [(text, venue, key) for key, text in tokens.items()])

    def counts(self) -> dict[tuple[VenueName, MarketStatus], int]:
        """How many markets each venue has in each status."""
        with self._database.reading() as db:
            rows = db.execute("SELECT venue, status, count(*) FROM markets GROUP BY venue, status")
            return {(VenueName(venue), MarketStatus(status)): int(count) for venue, status, count in rows}

    def seen_at(self, markets: Iterable[MarketId]) -> dict[MarketId, datetime]:
        """When each market's facts were last confirmed by its venue."""
        found: dict[MarketId, datetime] = {}
        with self._database.reading() as db:
            for venue, keys in _by_venue(markets).items():
                rows = db.execute(_SEEN, [venue, json.dumps(keys)])
                found |= {MarketId(venue, str(key)): moment_of(seen) for key, seen in rows}
        return found

    def refresh(self, markets: Sequence[Market], *, at: datetime) -> tuple[MarketId, ...]:
        """Store markets that were read one by one, and return those whose rules have changed."""
        with self._database.writing() as db:
            return self._save_markets(db, 0, markets, text_of(at)).reworded

    def rule_changes(self, market: MarketId) -> list[RuleChange]:
        """How a market was reworded over time, oldest first."""
        with self._database.reading() as db:
            rows = db.execute(
                "SELECT changed_at, old, new FROM market_history WHERE venue = ? AND key = ? ORDER BY id",
                [market.venue, market.key],
            )
            return [RuleChange(market, moment_of(at), json.loads(old), json.loads(new)) for at, old, new in rows]

    def unusable(self, listing: SyncPass) -> list[UnusableRow]:
        """The rows of a pass that could not be used."""
        with self._database.reading() as db:
            rows = db.execute("SELECT key, path, why FROM unusable_rows WHERE pass = ? ORDER BY number", [listing.id])
            return [UnusableRow(key, path, why) for key, path, why in rows]

    # -- inside ------------------------------------------------------------------------------------------------------

    def _save_markets(self, db: sqlite3.Connection, pass_id: int, markets: Sequence[Market], at: str) -> PageSaved:
        rows = {market.id: row_of(market) for market in markets}
        hashes = {market: facts_hash(row) for market, row in rows.items()}
        stored = _stored(db, rows)
        reworded = tuple(market for market, old in stored.items() if old.rules_hash != rows[market].rules_hash)
        voided = sum(_note_rewording(db, market, rows[market], at) for market in reworded)
        same = {market for market, old in stored.items() if old.facts_hash == hashes[market]}
        moved = [market for market in same if stored[market].volume_micros != rows[market].volume_micros]
        fresh = [(*msgspec.structs.astuple(rows[market]), hashes[market]) for market in rows.keys() - same]
        db.executemany(_UPSERT, fresh)
        db.executemany(_MOVE, [(rows[market].volume_micros, market.venue, market.key) for market in moved])
        db.executemany(_LIST, [(market.venue, market.key, pass_id, at) for market in rows])
        return PageSaved(len(rows) - len(stored), len(stored) - len(same), len(same), reworded, voided)


def _stored(db: sqlite3.Connection, markets: Iterable[MarketId]) -> dict[MarketId, _Stored]:
    found: dict[MarketId, _Stored] = {}
    for venue, keys in _by_venue(markets).items():
        rows = db.execute(_STORED, [venue, json.dumps(keys)])
        found |= {MarketId(venue, key): _Stored(rules, facts, volume) for key, rules, facts, volume in rows}
    return found


def _note_rewording(db: sqlite3.Connection, market: MarketId, row: MarketRow, at: str) -> int:
    """Keep what a market said before, and return how many verdicts on pairs end with it."""
    [columns] = db.execute(_KEYED, [market.venue, market.key])
    fields = zip(COLUMNS, columns, msgspec.structs.astuple(row), strict=True)
    differing = {name: (old, new) for name, old, new in fields if old != new and name != "volume_micros"}
    old, new = ({name: values[side] for name, values in differing.items()} for side in (0, 1))
    values = [market.venue, market.key, at, old["rules_hash"], row.rules_hash, json.dumps(old), json.dumps(new)]
    db.execute(_REMEMBER, values)
    [(voided,)] = db.execute(_VERDICTS[market.venue], [market.key, old["rules_hash"]])
    return int(voided)


def _keep_unusable(db: sqlite3.Connection, listing: SyncPass, rows: Sequence[UnusableRow]) -> None:
    [(kept,)] = db.execute("SELECT count(*) FROM unusable_rows WHERE pass = ?", [listing.id])
    room = max(0, UNUSABLE_KEPT_MAX - int(kept))
    db.executemany(
        "INSERT INTO unusable_rows (pass, number, key, path, why) VALUES (?, ?, ?, ?, ?)",
        [(listing.id, kept + number, row.key, row.path, row.why) for number, row in enumerate(rows[:room])],
    )


def _by_venue(markets: Iterable[MarketId]) -> dict[VenueName, list[str]]:
    keys: dict[VenueName, list[str]] = {}
    for market in markets:
        keys.setdefault(market.venue, []).append(market.key)
    return keys
