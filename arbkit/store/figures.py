"""Figures: what a monitor wants to know of a store, added up by the store in one look."""

from dataclasses import dataclass
from datetime import datetime

from arbkit.store.database import Database
from arbkit.store.rows import moment_of

_ORDERS = "SELECT venue, state, count(*) FROM legs WHERE deadline IS NOT NULL GROUP BY venue, state"
_MONEY = """
SELECT
  (SELECT coalesce(sum(realized_pnl_micros), 0) FROM pnl_records),
  (SELECT coalesce(sum(cost_micros), 0) FROM legs),
  (SELECT coalesce(sum(micros), 0) FROM reservations WHERE released_at IS NULL AND kind = 'exposure'),
  (SELECT coalesce(sum(micros), 0) FROM reservations WHERE released_at IS NULL AND kind = 'loss'),
  (SELECT coalesce(sum(cost_micros), 0) FROM legs WHERE settlement = 'pending'),
  (SELECT coalesce(sum(d), 0) FROM (
     SELECT abs(sum(iif(l.venue = 'kalshi', 1, -1) * coalesce(l.qty_micros, 0))) AS d FROM legs l
     JOIN trades t ON t.id = l.trade_id WHERE l.role = 'entry' AND t.status = 'partial' AND t.finished_at IS NULL
     GROUP BY l.trade_id))
"""
_OUTBOX = """
SELECT count(*), min(created_at) FROM alerts WHERE sent_at IS NULL AND given_up_at IS NULL
"""
_TOLD = "SELECT kind, count(*) FROM alerts GROUP BY kind"
_FACTS = "SELECT name, value FROM facts WHERE name IN ('fee_mismatch_micros', 'reconciled')"
_RESOLVED = """
SELECT count(*), coalesce(sum(status = 'complete'), 0), coalesce(sum(iif(status = 'complete', net_micros, 0)), 0),
       coalesce(sum((julianday(finished_at) - julianday(started_at)) * 86400000), 0)
FROM trades WHERE finished_at IS NOT NULL
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One look at a store. Money in millionths of a dollar; `naked_micros` in millionths of a contract."""

    orders: dict[tuple[str, str], int]
    """How many orders were sent, by venue and by what became of them."""
    told: dict[str, int]
    """How many alerts of each kind were written, ever."""
    realised_micros: int
    volume_micros: int
    reserved_micros: int
    loss_at_risk_micros: int
    provisional_micros: int
    naked_micros: int
    trades_finished: int
    trades_hedged: int
    """Those of them of which both legs are proven to stand."""
    locked_micros: int
    """What hedged trades make in the end, ever; it is booked when they settle."""
    trades_ms: int
    alerts_pending: int
    alert_oldest: datetime | None
    alerts_given_up: int
    fee_mismatch_micros: int
    reconciled: bool
    """Whether the last comparison with the venues found no difference."""


class FiguresOf:
    """Figures; part of Store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def taken(self) -> Figures:
        """Add everything up. Takes milliseconds at most: for once in a few seconds."""
        with self._database.reading() as db:
            orders = {(str(venue), str(state)): int(count) for venue, state, count in db.execute(_ORDERS)}
            told = {str(kind): int(count) for kind, count in db.execute(_TOLD)}
            [money] = db.execute(_MONEY)
            [(pending, oldest)] = db.execute(_OUTBOX)
            [(finished, hedged, locked, took_ms)] = db.execute(_RESOLVED)
            [(given_up,)] = db.execute("SELECT count(*) FROM alerts WHERE given_up_at IS NOT NULL")
            facts = dict(db.execute(_FACTS))
        realised, volume, reserved, loss, provisional, naked = (int(value) for value in money)
        return Figures(
            orders=orders, told=told, realised_micros=realised, volume_micros=volume,
            reserved_micros=reserved, loss_at_risk_micros=loss, provisional_micros=provisional, naked_micros=naked,
            trades_finished=int(finished), trades_hedged=int(hedged), locked_micros=int(locked),
            trades_ms=round(took_ms),
            alerts_pending=int(pending),
            alert_oldest=moment_of(oldest) if oldest else None, alerts_given_up=int(given_up),
            fee_mismatch_micros=int(facts.get("fee_mismatch_micros", "0")),
            reconciled=facts.get("reconciled", "clean") == "clean",
        )  # fmt: skip
