"""Opportunities over time: when each was first and last seen, how good it became, and why it was not taken."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from arbkit.core.fees import FeeModel
from arbkit.core.markets import Side
from arbkit.core.money import Price, Qty, Usd
from arbkit.core.opportunity import Opportunity
from arbkit.store.database import Database
from arbkit.store.rows import moment_of, text_of


class _Row(msgspec.Struct, array_like=True, gc=False):
    """A row of `sightings`; the fields are its columns, in order."""

    id: str
    pair_id: str
    kalshi_side: str
    fee_model: str
    first_seen_at: str
    last_seen_at: str
    expired_at: str | None
    looks: int
    peak_at: str
    peak_net_micros: int
    qty_micros: int
    kalshi_price_micros: int
    polymarket_price_micros: int
    cost_micros: int
    gross_micros: int
    fees_micros: int
    gas_micros: int
    net_micros: int
    was_executed: int
    why_not: str


_SELECT = " ".join(("SELECT", ", ".join(_Row.__struct_fields__), "FROM sightings"))
_THIS = "pair_id = :pair AND kalshi_side = :side AND fee_model = :model AND expired_at IS NULL"
_OPEN = f"{_SELECT} WHERE {_THIS}"
_ONE = f"{_SELECT} WHERE id = ?"
_RECENT = f"{_SELECT} WHERE last_seen_at >= ? ORDER BY last_seen_at DESC, peak_net_micros DESC, id LIMIT ?"
_EXTEND = """
UPDATE sightings SET last_seen_at = :at, looks = looks + 1,
  peak_at = iif(:net > peak_net_micros, :at, peak_at), peak_net_micros = max(:net, peak_net_micros),
  qty_micros = :qty, kalshi_price_micros = :kalshi, polymarket_price_micros = :polymarket, cost_micros = :cost,
  gross_micros = :gross, fees_micros = :fees, gas_micros = :gas, net_micros = :net,
  why_not = iif(:why_not = '', why_not, :why_not)
WHERE pair_id = :pair AND kalshi_side = :side AND fee_model = :model AND expired_at IS NULL
"""
_BEGIN = """
INSERT INTO sightings (id, pair_id, kalshi_side, fee_model, first_seen_at, last_seen_at, peak_at, peak_net_micros,
  qty_micros, kalshi_price_micros, polymarket_price_micros, cost_micros, gross_micros, fees_micros, gas_micros,
  net_micros, why_not)
VALUES (:id, :pair, :side, :model, :at, :at, :at, :net, :qty, :kalshi, :polymarket, :cost, :gross, :fees, :gas, :net,
  :why_not)
"""
_EXPIRE = """
UPDATE sightings SET expired_at = ?1 WHERE expired_at IS NULL AND fee_model = ?2 AND last_seen_at < ?1
AND pair_id IN (SELECT value FROM json_each(?3))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One episode of an opportunity. The figures are those of its last look, `peak_net` the best of all looks."""

    id: str
    pair_id: str
    kalshi_side: Side
    fee_model: FeeModel
    first_seen_at: datetime
    last_seen_at: datetime
    expired_at: datetime | None
    looks: int
    peak_at: datetime
    peak_net: Usd
    qty: Qty
    kalshi_price: Price
    polymarket_price: Price
    cost: Usd
    gross: Usd
    fees: Usd
    gas: Usd
    net: Usd
    was_executed: bool
    why_not: str


class Sightings:
    """Questions about opportunities seen; part of Store. No money hangs on them: they do not wait for the disk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(
        self,
        found: Sequence[Opportunity],
        *,
        looked_at: Iterable[str],
        fee_model: FeeModel,
        why_not: str = "",
        at: datetime,
    ) -> list[Sighting]:
        """Note what one look showed: each opportunity begins an episode or prolongs its own, and the episodes of pairs
        that were looked at (`looked_at`: pair ids) without showing theirs end. `why_not` is why none of them is taken;
        "" leaves what was noted before. Returns the episodes in the order of `found`."""
        with self._database.writing_ahead() as db:
            sightings = [self._note(db, opportunity, text_of(at), why_not) for opportunity in found]
            db.execute(_EXPIRE, [text_of(at), fee_model, json.dumps(list(looked_at))])
        return sightings

    def explain(self, sighting_id: str, why_not: str) -> None:
        """Note why an opportunity was not taken."""
        with self._database.writing_ahead() as db:
            db.execute("UPDATE sightings SET why_not = ? WHERE id = ?", [why_not, sighting_id])

    def end(self, sighting_id: str, *, at: datetime) -> None:
        """Note that an opportunity is no longer there."""
        with self._database.writing_ahead() as db:
            sql = "UPDATE sightings SET expired_at = ? WHERE id = ? AND expired_at IS NULL"
            db.execute(sql, [text_of(at), sighting_id])

    def mark_executed(self, sighting_id: str) -> None:
        """Note that an opportunity was taken."""
        with self._database.writing_ahead() as db:
            db.execute("UPDATE sightings SET was_executed = 1, why_not = '' WHERE id = ?", [sighting_id])

    def sighting(self, sighting_id: str) -> Sighting | None:
        """One episode by its id."""
        with self._database.reading() as db:
            row = db.execute(_ONE, [sighting_id]).fetchone()
        return None if row is None else _sighting_of(row)

    def recent(self, *, since: datetime, limit: int = 1_000) -> list[Sighting]:
        """The episodes last seen at or after a time, newest first."""
        with self._database.reading() as db:
            return [_sighting_of(row) for row in db.execute(_RECENT, [text_of(since), limit])]

    def _note(self, db: sqlite3.Connection, opportunity: Opportunity, at: str, why_not: str) -> Sighting:
        values = _values(opportunity, at) | {"why_not": why_not}
        if not db.execute(_EXTEND, values).rowcount:
            db.execute(_BEGIN, values)
        [row] = db.execute(_OPEN, values)
        return _sighting_of(row)


def _values(opportunity: Opportunity, at: str) -> dict[str, str | int]:
    pair, side, model = opportunity.pair.id, opportunity.kalshi.side, opportunity.fee_model
    return {
        "id": hashlib.sha256(f"{pair}|{side}|{model}|{at}".encode()).hexdigest()[:12],
        "pair": pair,
        "side": side,
        "model": model,
        "at": at,
        "qty": opportunity.qty.micros,
        "kalshi": opportunity.kalshi.average.micros,
        "polymarket": opportunity.polymarket.average.micros,
        "cost": (opportunity.kalshi.cost + opportunity.polymarket.cost).micros,
        "gross": opportunity.gross.micros,
        "fees": opportunity.fees.micros,
        "gas": opportunity.gas.micros,
        "net": opportunity.net.micros,
    }


def _sighting_of(columns: tuple[object, ...]) -> Sighting:
    row = msgspec.convert(columns, _Row)
    return Sighting(
        id=row.id,
        pair_id=row.pair_id,
        kalshi_side=Side(row.kalshi_side),
        fee_model=FeeModel(row.fee_model),
        first_seen_at=moment_of(row.first_seen_at),
        last_seen_at=moment_of(row.last_seen_at),
        expired_at=moment_of(row.expired_at) if row.expired_at else None,
        looks=row.looks,
        peak_at=moment_of(row.peak_at),
        peak_net=Usd(row.peak_net_micros),
        qty=Qty(row.qty_micros),
        kalshi_price=Price(row.kalshi_price_micros),
        polymarket_price=Price(row.polymarket_price_micros),
        cost=Usd(row.cost_micros),
        gross=Usd(row.gross_micros),
        fees=Usd(row.fees_micros),
        gas=Usd(row.gas_micros),
        net=Usd(row.net_micros),
        was_executed=bool(row.was_executed),
        why_not=row.why_not,
    )
