"""What matching read and judged, by the names of all that it was made from."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from arbkit.core.markets import MarketId, MarketStatus, VenueName
from arbkit.store.database import Database

Named = tuple[bytes, bytes]
"""A name, and what is kept under it."""

_KEEP_FACTS = """
INSERT INTO readings (venue, key, name, facts) VALUES (?, ?, ?, ?)
ON CONFLICT (venue, key) DO UPDATE SET name = excluded.name, facts = excluded.facts
"""
_KEEP_VERDICTS = """
INSERT INTO judgements (kalshi_key, name, verdicts) VALUES (?, ?, ?)
ON CONFLICT (kalshi_key) DO UPDATE SET name = excluded.name, verdicts = excluded.verdicts
"""
_FORGET = (
    """
    DELETE FROM readings WHERE NOT EXISTS
    (SELECT 1 FROM markets m WHERE m.venue = readings.venue AND m.key = readings.key AND m.status IN ({statuses}))
    """,
    """
    DELETE FROM judgements WHERE NOT EXISTS
    (SELECT 1 FROM markets m WHERE m.venue = 'kalshi' AND m.key = judgements.kalshi_key AND m.status IN ({statuses}))
    """,
)


@dataclass(slots=True)
class Fresh:
    """What was read and judged and is not kept yet."""

    facts: dict[MarketId, Named] = field(default_factory=dict)
    verdicts: dict[str, Named] = field(default_factory=dict)
    """By the key of the Kalshi market."""


class Readings:
    """Questions about facts and verdicts that are kept; part of Store. Losing them costs time and nothing else."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def facts(self, market: MarketId, name: bytes) -> bytes | None:
        """The facts of a market, if they are kept under this name."""
        with self._database.reading() as db:
            row = db.execute(
                "SELECT facts FROM readings WHERE venue = ? AND key = ? AND name = ?", [market.venue, market.key, name]
            ).fetchone()
        return None if row is None else bytes(row[0])

    def names(self) -> Mapping[MarketId, bytes]:
        """Under which names facts are kept."""
        with self._database.reading() as db:
            rows = db.execute("SELECT venue, key, name FROM readings")
            return {MarketId(VenueName(venue), str(key)): bytes(name) for venue, key, name in rows}

    def verdicts(self) -> Mapping[str, Named]:
        """Everything judged, by the key of the Kalshi market."""
        with self._database.reading() as db:
            rows = db.execute("SELECT kalshi_key, name, verdicts FROM judgements")
            return {str(key): (bytes(name), bytes(packed)) for key, name, packed in rows}

    def keep(self, fresh: Fresh) -> None:
        """Keep what is fresh, in the place of what was kept of the same markets."""
        facts = [(market.venue, market.key, *named) for market, named in fresh.facts.items()]
        with self._database.writing_ahead() as db:
            db.executemany(_KEEP_FACTS, facts)
            db.executemany(_KEEP_VERDICTS, [(key, *named) for key, named in fresh.verdicts.items()])

    def forget_others(self, statuses: Collection[MarketStatus]) -> None:
        """Forget what is kept of markets in any other status than these."""
        marks = ", ".join("?" * len(statuses))
        with self._database.writing_ahead() as db:
            for statement in _FORGET:
                db.execute(statement.format(statuses=marks), list(statuses))
