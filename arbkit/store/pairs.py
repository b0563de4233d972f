"""Pairs, the verdict on each, and what people decided about them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from arbkit.core.markets import Market, MarketId, Method, Pair, Polarity, Relation, VenueName
from arbkit.errors import StoreError
from arbkit.store.database import Database
from arbkit.store.rows import moment_of, text_of

_SELECT = """
SELECT p.kalshi_key, p.polymarket_key, p.polarity, p.relation, p.confidence_ppm, p.method, p.tradable,
       p.kalshi_rules_hash, p.polymarket_rules_hash, p.reasons
FROM pairs p
"""
# A verdict stands only while both markets still pay by the rules that it was given for.
_IN_FORCE = """
JOIN markets k ON k.venue = 'kalshi' AND k.key = p.kalshi_key AND k.rules_hash = p.kalshi_rules_hash
JOIN markets m ON m.venue = 'polymarket' AND m.key = p.polymarket_key AND m.rules_hash = p.polymarket_rules_hash
WHERE p.is_active
"""
_ORDER = "ORDER BY p.tradable DESC, p.confidence_ppm DESC, p.kalshi_key, p.polymarket_key"
_ALL = f"{_SELECT} WHERE p.is_active {_ORDER}"
_STANDING = f"{_SELECT} {_IN_FORCE} {_ORDER}"
# A rejection counts at once; an approval of a pair found by matching is asked for where the settings want one.
_LAST_DECISION = """
SELECT r.decision FROM reviews r WHERE r.kalshi_key = p.kalshi_key AND r.polymarket_key = p.polymarket_key
AND r.kalshi_rules_hash = p.kalshi_rules_hash AND r.polymarket_rules_hash = p.polymarket_rules_hash
ORDER BY r.id DESC LIMIT 1
"""
_MAY_TRADE = f"""
AND p.tradable AND k.status = 'open' AND m.status = 'open'
AND CASE ({_LAST_DECISION}) WHEN 'approved' THEN 1 WHEN 'rejected' THEN 0 ELSE p.method = 'manual' OR NOT ? END
"""
_TRADABLE = f"{_SELECT} {_IN_FORCE} {_MAY_TRADE} {_ORDER}"
_UPSERT = """
INSERT INTO pairs (kalshi_key, polymarket_key, polarity, relation, confidence_ppm, method, tradable, kalshi_rules_hash,
  polymarket_rules_hash, reasons, id, is_active, created_at, updated_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,1,?,?)
ON CONFLICT (id) DO UPDATE SET polarity = excluded.polarity, relation = excluded.relation,
  confidence_ppm = excluded.confidence_ppm, method = excluded.method, tradable = excluded.tradable,
  kalshi_rules_hash = excluded.kalshi_rules_hash, polymarket_rules_hash = excluded.polymarket_rules_hash,
  reasons = excluded.reasons, is_active = 1, updated_at = excluded.updated_at
"""
_DISPLACE = """
UPDATE pairs SET tradable = 0, reasons = json_insert(reasons, '$[#]', 'a person approved another pair of this market')
WHERE tradable AND is_active AND id <> ?1 AND (kalshi_key = ?2 OR polymarket_key = ?3)
"""
_REVIEW = """
INSERT INTO reviews (kalshi_key, polymarket_key, decision, polarity, kalshi_rules_hash, polymarket_rules_hash, who, at,
  note) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_LATEST_REVIEWS = """
SELECT r.kalshi_key, r.polymarket_key, r.decision, r.polarity, r.kalshi_rules_hash, r.polymarket_rules_hash,
       r.who, r.at, r.note,
       coalesce(k.rules_hash = r.kalshi_rules_hash AND m.rules_hash = r.polymarket_rules_hash, 0)
FROM reviews r
LEFT JOIN markets k ON k.venue = 'kalshi' AND k.key = r.kalshi_key
LEFT JOIN markets m ON m.venue = 'polymarket' AND m.key = r.polymarket_key
WHERE r.id IN (SELECT max(id) FROM reviews GROUP BY kalshi_key, polymarket_key)
ORDER BY r.id
"""
_LAST_REVIEW = """
SELECT decision, polarity, kalshi_rules_hash, polymarket_rules_hash FROM reviews
WHERE kalshi_key = ? AND polymarket_key = ? ORDER BY id DESC LIMIT 1
"""

UNDONE = "undone: to be decided again"
"""The note of a rejection that only takes a decision back."""


class Decision(StrEnum):
    """What a person said about a pair."""

    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A person's decision on a pair, bound to the rules as they were then."""

    kalshi: MarketId
    polymarket: MarketId
    decision: Decision
    polarity: Polarity
    kalshi_rules_hash: str
    polymarket_rules_hash: str
    who: str
    at: datetime
    note: str = ""
    in_force: bool = True
    """False once a rule text, a date or a source of either market has changed."""

    @property
    def undone(self) -> bool:
        """Whether it only takes an earlier decision back: nothing trades, and matching judges the pair as before."""
        return self.decision is Decision.REJECTED and self.note == UNDONE


class Pairs:
    """Questions about pairs and reviews; part of Store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def replace(self, pairs: Sequence[Pair], *, at: datetime) -> None:
        """Store the outcome of a match: these pairs and no others are active. What was reviewed or traded stays."""
        moment = text_of(at)
        with self._database.writing() as db:
            db.execute("UPDATE pairs SET is_active = 0 WHERE is_active")
            db.executemany(_UPSERT, [(*_columns(pair), pair.id, moment, moment) for pair in pairs])

    def release(self, pair: Pair, *, at: datetime) -> None:
        """Store the verdict on one pair, and leave the others; where it is tradable, a market of it leaves any other
        tradable pair."""
        with self._database.writing() as db:
            if pair.tradable:
                db.execute(_DISPLACE, [pair.id, pair.kalshi.key, pair.polymarket.key])
            db.execute(_UPSERT, [*_columns(pair), pair.id, text_of(at), text_of(at)])

    def active(self) -> list[Pair]:
        """Every pair of the last match, also those whose verdict has ended since; tradable and surest first."""
        return self._read(_ALL)

    def standing(self) -> list[Pair]:
        """The pairs of the last match whose markets still have the rules that were judged."""
        return self._read(_STANDING)

    def tradable(self, *, reviewed_only: bool = False) -> list[Pair]:
        """The standing pairs that may be traded: both markets open, not rejected by a person, and, with
        `reviewed_only`, approved by one (curated or reviewed)."""
        return self._read(_TRADABLE, int(reviewed_only))

    def pair(self, pair_id: str) -> Pair | None:
        """One pair by its id, active or not."""
        with self._database.reading() as db:
            row = db.execute(f"{_SELECT} WHERE p.id = ?", [pair_id]).fetchone()
        return None if row is None else _pair_of(row)

    def review(
        self,
        kalshi: Market,
        polymarket: Market,
        decision: Decision,
        *,
        polarity: Polarity,
        who: str,
        note: str,
        at: datetime,
    ) -> Review:
        """Add a person's decision on two markets as they stand now; an earlier one is kept, and no longer counts."""
        review = Review(
            kalshi=kalshi.id,
            polymarket=polymarket.id,
            decision=decision,
            polarity=polarity,
            kalshi_rules_hash=kalshi.rules_hash,
            polymarket_rules_hash=polymarket.rules_hash,
            who=who,
            at=at,
            note=note,
        )
        values = [kalshi.id.key, polymarket.id.key, decision, polarity, kalshi.rules_hash, polymarket.rules_hash]
        with self._database.writing() as db:
            db.execute(_REVIEW, [*values, who, text_of(at), note])
        return review

    def reviews(self) -> list[Review]:
        """The decision that counts for each pair ever reviewed, with whether it is still in force."""
        with self._database.reading() as db:
            return [_review_of(row) for row in db.execute(_LATEST_REVIEWS)]

    def approves(self, pair: Pair) -> bool:
        """Whether the decision that counts approved this pair, this way round and with these very rules."""
        rows = self._database.look(_LAST_REVIEW, [pair.kalshi.key, pair.polymarket.key])
        return rows == [(Decision.APPROVED, pair.polarity, pair.kalshi_rules_hash, pair.polymarket_rules_hash)]

    def _read(self, query: str, *values: int) -> list[Pair]:
        with self._database.reading() as db:
            return [_pair_of(row) for row in db.execute(query, values)]


def _columns(pair: Pair) -> tuple[str | int, ...]:
    return (
        pair.kalshi.key,
        pair.polymarket.key,
        pair.polarity,
        pair.relation,
        pair.confidence_ppm,
        pair.method,
        int(pair.tradable),
        pair.kalshi_rules_hash,
        pair.polymarket_rules_hash,
        json.dumps(pair.reasons),
    )


def _pair_of(row: tuple[str, str, str, str, int, str, int, str, str, str]) -> Pair:
    kalshi, polymarket, polarity, relation, confidence_ppm, method, tradable, kalshi_hash, polymarket_hash, reasons = (
        row
    )
    try:
        return Pair(
            kalshi=MarketId(VenueName.KALSHI, kalshi),
            polymarket=MarketId(VenueName.POLYMARKET, polymarket),
            polarity=Polarity(polarity),
            relation=Relation(relation),
            confidence_ppm=confidence_ppm,
            method=Method(method),
            tradable=bool(tradable),
            kalshi_rules_hash=kalshi_hash,
            polymarket_rules_hash=polymarket_hash,
            reasons=tuple(json.loads(reasons)),
        )
    except ValueError as error:
        raise StoreError(f"a stored pair cannot be read ({error}); run: arbkit match") from error


def _review_of(row: tuple[str, str, str, str, str, str, str, str, str, int]) -> Review:
    kalshi, polymarket, decision, polarity, kalshi_hash, polymarket_hash, who, at, note, in_force = row
    return Review(
        kalshi=MarketId(VenueName.KALSHI, kalshi),
        polymarket=MarketId(VenueName.POLYMARKET, polymarket),
        decision=Decision(decision),
        polarity=Polarity(polarity),
        kalshi_rules_hash=kalshi_hash,
        polymarket_rules_hash=polymarket_hash,
        who=who,
        at=moment_of(at),
        note=note,
        in_force=bool(in_force),
    )
