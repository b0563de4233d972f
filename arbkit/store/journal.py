"""The write-ahead journal: a trade is here, with its ids and reservations, before a byte of it leaves this machine.

Each method is one transaction. The order of a trade's life: `open` (intent, both legs, reservations), `mark_sending`
(both legs, one commit), then `record` for each piece of news. A leg's state moves only by the table of
core/execution.py; the state of the trade is derived from its legs.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from arbkit.core.evidence import LATE_FILL_WATCH, Observation
from arbkit.core.execution import (
    UNPROVEN_STATES,
    ZERO_STATES,
    LegEvent,
    LegState,
    Standing,
    TradeState,
    is_late,
    step_leg,
    step_settlement,
)
from arbkit.core.markets import VenueName
from arbkit.core.money import ZERO_USD, Qty, Usd
from arbkit.core.orders import Action, Fill, FokOrder, Settlement, near
from arbkit.errors import InvariantError
from arbkit.store.database import Database
from arbkit.store.rows import text_of
from arbkit.store.trades import Role, StoredLeg, StoredTrade, Trades


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A trade about to be made: what was approved, and what it may cost and lose."""

    trade_id: str
    pair_id: str
    mode: str
    epoch: int
    version: str
    qty: Qty
    expected_net: Usd
    kalshi_rules_hash: str
    polymarket_rules_hash: str
    loss_at_risk: Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLeg:
    """A leg with everything that is known before sending. `worst_cost` is its budget with the worst fee."""

    order: FokOrder
    client_id: str
    venue_order_id: str
    body_sha256: str
    worst_cost: Usd


class Journal:
    """Everything that writes about trades and their legs; part of Store."""

    def __init__(self, database: Database, trades: Trades) -> None:
        self._database = database
        self._trades = trades

    def open(self, intent: Intent, legs: Sequence[PlannedLeg], *, at: datetime) -> None:
        """Write a trade, its legs and its reservations. Call inside `together()` with the risk check."""
        with self._database.part() as db:
            db.execute(
                "INSERT INTO trades (id, pair_id, started_at, status, expected_net_micros, mode, epoch, version, "
                "qty_micros, kalshi_rules_hash, polymarket_rules_hash) "
                "VALUES (?, ?, ?, 'pending', ?, ?, ?, ?, ?, ?, ?)",
                [
                    intent.trade_id, intent.pair_id, text_of(at), intent.expected_net.micros, intent.mode, intent.epoch,
                    intent.version, intent.qty.micros, intent.kalshi_rules_hash, intent.polymarket_rules_hash,
                ],
            )  # fmt: skip
            for leg in legs:
                self._insert_leg(db, intent.trade_id, leg)
            exposures = [("exposure", leg.order.market.venue, leg.worst_cost.micros) for leg in legs]
            db.executemany(
                "INSERT INTO reservations (trade_id, kind, venue, micros) VALUES (?, ?, ?, ?)",
                [(intent.trade_id, *one) for one in (("loss", "both", intent.loss_at_risk.micros), *exposures)],
            )

    def name(self, trade_id: str, *, sighting_id: str) -> None:
        """Note which sighting a trade takes. No money hangs on it: it does not wait for the disk."""
        with self._database.writing_ahead() as db:
            db.execute("UPDATE trades SET sighting_id = ? WHERE id = ?", [sighting_id, trade_id])

    def mark_sending(self, trade_id: str, *, at: datetime, deadline: datetime) -> None:
        """Mark both legs as sending in one commit. Only after this returns may a byte leave."""
        after = step_leg(LegState.INTENT, LegEvent.MARKED)
        with self._database.part() as db:
            # The role stands in the text: as a value it would keep SQLite from its index, and have it plan each time.
            marked = db.execute(
                "UPDATE legs SET state = ?, deadline = ? WHERE trade_id = ? AND role = 'entry' AND state = ? "
                "RETURNING id",
                [after, text_of(deadline), trade_id, LegState.INTENT],
            ).fetchall()
            if len(marked) != len(VenueName):
                raise InvariantError(f"trade {trade_id} was to be sent, and {len(marked)} of its legs await it")
            for (leg_id,) in marked:
                self._event(db, leg_id, (LegState.INTENT, LegEvent.MARKED, after), "both legs", at)

    def open_unwind(self, trade_id: str, order: PlannedLeg, *, at: datetime, deadline: datetime) -> None:
        """Write the order that sells a lonely leg back, already marked as sending. A trade has one at most, ever."""
        with self._database.writing() as db:
            if self._trades.trade(trade_id).unwind is not None:
                raise InvariantError(f"trade {trade_id} was to be unwound twice")
            self._insert_leg(db, trade_id, order, Role.UNWIND)
            self._step(db, self._trades.leg(order.order.leg_id), LegEvent.MARKED, "to sell a lonely leg back", at)
            db.execute("UPDATE legs SET deadline = ? WHERE id = ?", [text_of(deadline), order.order.leg_id])

    def withhold(self, trade_id: str, *, why: str, at: datetime) -> None:
        """Give both legs up before sending, in one commit; what was reserved for them is free again."""
        with self._database.writing() as db:
            for leg in self._trades.trade(trade_id).legs:
                self._step(db, leg, LegEvent.WITHHELD, why, at)
            self._settle_reservations(db, trade_id, at)

    def record(self, leg_id: str, event: LegEvent, *, why: str, at: datetime, venue_order_id: str = "") -> LegState:
        """Move a leg by what was learnt, and keep the reservations of its trade true. Returns its new state."""
        with self._database.writing() as db:
            leg = self._trades.leg(leg_id)
            after = self._step(db, leg, event, why, at)
            if venue_order_id and venue_order_id != leg.venue_order_id:
                if leg.venue_order_id:
                    raise InvariantError(f"leg {leg_id} is order {leg.venue_order_id}, not {venue_order_id}")
                db.execute("UPDATE legs SET venue_order_id = ? WHERE id = ?", [venue_order_id, leg_id])
            if is_late(leg.state, event):
                self._take_up_again(db, leg)
            if after in ZERO_STATES:
                until = text_of(at + LATE_FILL_WATCH)
                db.execute("UPDATE legs SET watch_until = ? WHERE id = ?", [until, leg_id])
            self._settle_reservations(db, leg.trade_id, at)
        return after

    def settle(self, leg_id: str, seen: Settlement, *, at: datetime) -> Settlement:
        """Move a leg on its settlement axis."""
        with self._database.writing() as db:
            leg = self._trades.leg(leg_id)
            after = step_settlement(leg.settlement, seen)
            if after is not leg.settlement:
                db.execute("UPDATE legs SET settlement = ? WHERE id = ?", [after, leg_id])
                self._event(db, leg_id, (leg.settlement, "settlement", after), "", at)
            self._settle_reservations(db, leg.trade_id, at)
        return after

    def add_fill(self, fill: Fill, leg_id: str | None, *, brought: Usd | None = None) -> bool:
        """Keep a fill with its fee; False if it is known already. A known fill that differs raises InvariantError.

        `brought` is what a sale brought where the venue tells it as a purchase of the other outcome.
        """
        if fill.fee is None:
            raise InvariantError(f"fill {fill.fill_id} has no fee yet")
        values = (
            leg_id, str(fill.market.key), fill.side, fill.action, fill.qty.micros, fill.price.micros, fill.cost.micros,
            fill.fee.micros,
        )  # fmt: skip
        key = [fill.market.venue, fill.fill_id, fill.order_key]
        with self._database.writing() as db:
            known = db.execute(
                "SELECT leg_id, market, side, action, qty_micros, price_micros, cost_micros, fee_micros FROM fills "
                "WHERE venue = ? AND fill_id = ? AND order_key = ?",
                key,
            ).fetchone()
            if known is not None:
                if tuple(known) != values:
                    raise InvariantError(f"{fill.market.venue} restated fill {fill.fill_id}: {known} became {values}")
                return False
            db.execute(
                "INSERT INTO fills (venue, fill_id, order_key, leg_id, market, side, action, qty_micros, price_micros, "
                "cost_micros, fee_micros, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [*key, *values, text_of(fill.at)],
            )
            if leg_id is not None:
                db.execute(
                    "UPDATE legs SET qty_micros = coalesce(qty_micros, 0) + ?, cost_micros = coalesce(cost_micros, 0) "
                    "+ ?, fee_micros = coalesce(fee_micros, 0) + ? WHERE id = ?",
                    [fill.qty.micros, (fill.cost if brought is None else brought).micros, fill.fee.micros, leg_id],
                )
                self._spend(db, leg_id, fill)
        return True

    def finish(self, trade_id: str, *, status: str, net: Usd | None, notes: str, at: datetime) -> None:
        """Unlock the markets of a trade that needs nothing more. `status`: complete, partial or failed."""
        with self._database.writing() as db:
            db.execute(
                "UPDATE trades SET status = ?, net_micros = ?, notes = ?, finished_at = ? WHERE id = ?",
                [status, net.micros if net is not None else None, notes, text_of(at), trade_id],
            )

    def take_over(self, trade_id: str, *, note: str, at: datetime) -> None:
        """End a trade as it stands, by a person's word: its markets are free, and so is all it had reserved."""
        with self._database.writing() as db:
            db.execute(
                "UPDATE trades SET status = 'partial', finished_at = ?, notes = trim(notes || ' ' || ?) WHERE id = ?",
                [text_of(at), note, trade_id],
            )
            db.execute(
                "UPDATE reservations SET released_at = ? WHERE trade_id = ? AND released_at IS NULL",
                [text_of(at), trade_id],
            )

    def note(self, trade_id: str, text: str, *, status: str) -> None:
        """Add to the notes of a trade that stays unfinished."""
        with self._database.writing() as db:
            db.execute(
                "UPDATE trades SET status = ?, notes = trim(notes || ' ' || ?) WHERE id = ?", [status, text, trade_id]
            )

    def look(self, leg_id: str, seen: Observation) -> None:
        """Keep a complete look at the venue that found no trace of a leg."""
        with self._database.writing() as db:
            db.execute(
                "INSERT OR IGNORE INTO leg_looks (leg_id, at, horizon, books_agree, stream_healthy) "
                "VALUES (?, ?, ?, ?, ?)",
                [
                    leg_id,
                    text_of(seen.at),
                    text_of(seen.horizon) if seen.horizon else None,
                    seen.books_agree,
                    seen.stream_healthy,
                ],
            )

    def postpone(self, venue: VenueName, by: timedelta) -> None:
        """The clock was set forward: for what is not proven yet at a venue just as long is waited as before."""
        with self._database.writing() as db:
            for leg in [leg for trade in self._trades.unfinished() for leg in trade.orders]:
                if leg.deadline and leg.order.market.venue is venue and leg.state in UNPROVEN_STATES:
                    db.execute("UPDATE legs SET deadline = ? WHERE id = ?", [text_of(leg.deadline + by), leg.leg_id])

    def recover(self, *, at: datetime) -> Sequence[StoredTrade]:
        """What a start must do before anything else: legs of dead runs become not sent, or unknown. Sends nothing."""
        with self._database.writing() as db:
            for trade in self._trades.unfinished():
                for leg in trade.orders:
                    if leg.state in UNPROVEN_STATES:
                        self._step(db, leg, LegEvent.CRASHED, "found at start", at)
                self._settle_reservations(db, trade.trade_id, at)
        return self._trades.unfinished()

    def _step(self, db: sqlite3.Connection, leg: StoredLeg, event: LegEvent, why: str, at: datetime) -> LegState:
        after = step_leg(leg.state, event)
        note = f"late fill: {why}" if is_late(leg.state, event) else why
        self._event(db, leg.leg_id, (leg.state, event, after), note, at)
        db.execute("UPDATE legs SET state = ? WHERE id = ?", [after, leg.leg_id])
        return after

    def _event(self, db: sqlite3.Connection, leg_id: str, move: tuple[str, str, str], why: str, at: datetime) -> None:
        db.execute(
            "INSERT INTO leg_events (leg_id, at, before, event, after, why) VALUES (?, ?, ?, ?, ?, ?)",
            [leg_id, text_of(at), *move, why],
        )

    def _settle_reservations(self, db: sqlite3.Connection, trade_id: str, at: datetime) -> None:
        """Free what the legs have proven: a leg's exposure once it is zero, or filled and all its fills are kept (they
        are booked in the same transaction); the loss once all is final."""
        trade = self._trades.trade(trade_id)
        for leg in trade.legs:
            whole = leg.state is LegState.FILLED and near(leg.order.qty, leg.filled)
            if whole or leg.standing.standing is Standing.ZERO:
                self._release(db, trade_id, "exposure", leg.order.market.venue, at)
        if trade.state in {TradeState.HEDGED, TradeState.FLAT, TradeState.UNWOUND}:
            self._release(db, trade_id, "loss", "both", at)

    def _spend(self, db: sqlite3.Connection, leg_id: str, fill: Fill) -> None:
        """What a fill took is in the ledger from now on, and no longer reserved; the rest of the order still is."""
        leg, taken = self._trades.leg(leg_id), fill.cost + (fill.fee or ZERO_USD)
        if leg.order.action is Action.BUY:  # a sale takes nothing
            db.execute(
                "UPDATE reservations SET micros = max(micros - ?, 0) WHERE trade_id = ? AND kind = 'exposure' "
                "AND venue = ?",
                [taken.micros, leg.trade_id, leg.order.market.venue],
            )
        self._settle_reservations(db, leg.trade_id, fill.at)

    def _take_up_again(self, db: sqlite3.Connection, leg: StoredLeg) -> None:
        """A leg was believed to hold nothing and was filled: its trade is open again, and so is what it may cost."""
        db.execute("UPDATE trades SET finished_at = NULL, status = 'partial' WHERE id = ?", [leg.trade_id])
        db.execute(
            "UPDATE reservations SET released_at = NULL WHERE trade_id = ? AND (kind = 'loss' OR venue = ?)",
            [leg.trade_id, leg.order.market.venue],
        )

    def _release(self, db: sqlite3.Connection, trade_id: str, kind: str, venue: str, at: datetime) -> None:
        db.execute(
            "UPDATE reservations SET released_at = ? "
            "WHERE trade_id = ? AND kind = ? AND venue = ? AND released_at IS NULL",
            [text_of(at), trade_id, kind, venue],
        )

    def _insert_leg(self, db: sqlite3.Connection, trade_id: str, leg: PlannedLeg, role: Role = Role.ENTRY) -> None:
        order = leg.order
        db.execute(
            "INSERT INTO legs (id, trade_id, venue, market, side, action, client_id, venue_order_id, asked_micros, "
            "limit_micros, budget_micros, body_sha256, role) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, nullif(?, ''), ?, ?, ?, ?, ?)",
            [
                order.leg_id, trade_id, order.market.venue, order.market.key, order.side, order.action, leg.client_id,
                leg.venue_order_id, order.qty.micros, order.limit.micros, order.budget.micros, leg.body_sha256, role,
            ],
        )  # fmt: skip
