"""Trades and legs as the journal has them: every question that changes nothing."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from arbkit.core.evidence import Observation
from arbkit.core.execution import LegState, TradeLeg, TradeState, trade_state, unwound_state
from arbkit.core.halves import Couple
from arbkit.core.markets import MarketId, Side, VenueName
from arbkit.core.money import ZERO_QTY, ZERO_USD, Price, Qty, Usd, payout
from arbkit.core.orders import Action, Fill, FokOrder, Settlement
from arbkit.errors import InvariantError
from arbkit.store.database import Database
from arbkit.store.rows import moment_of, text_of


class Role(StrEnum):
    """What an order is for."""

    ENTRY = "entry"
    UNWIND = "unwind"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLeg:
    """A leg as the journal has it."""

    leg_id: str
    trade_id: str
    order: FokOrder
    client_id: str
    venue_order_id: str
    body_sha256: str
    state: LegState
    settlement: Settlement
    filled: Qty
    cost: Usd
    fee: Usd
    deadline: datetime | None
    watch_until: datetime | None
    role: Role = Role.ENTRY

    @property
    def spent(self) -> Usd:
        """What the order took from the account, fee included; negative for a sale, which brings."""
        return (self.cost if self.order.action is Action.BUY else -self.cost) + self.fee

    @property
    def paid(self) -> Usd:
        """What the leg costs its trade, fee included. A sale of what was held gives up a dollar a contract for what it
        brings: the same as buying the other outcome for the rest."""
        bought = self.order.action is Action.BUY
        return (self.cost if bought else payout(self.filled) - self.cost) + self.fee

    @property
    def standing(self) -> TradeLeg:
        """The leg as the machine sees it."""
        return TradeLeg(self.leg_id, self.order.qty, self.state, self.settlement, self.filled)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTrade:
    """A trade as the journal has it, its Kalshi leg first."""

    trade_id: str
    sighting_id: str | None
    pair_id: str
    mode: str
    epoch: int
    started_at: datetime
    finished_at: datetime | None
    qty: Qty
    expected_net: Usd
    legs: tuple[StoredLeg, StoredLeg]
    notes: str
    unwind: StoredLeg | None = None
    """The one order that sells a lonely leg back, if it was ever sent."""

    @property
    def orders(self) -> tuple[StoredLeg, ...]:
        """Every order of the trade."""
        return self.legs if self.unwind is None else (*self.legs, self.unwind)

    @property
    def state(self) -> TradeState:
        """What its orders come to."""
        legs = trade_state(self.legs[0].standing, self.legs[1].standing)
        return legs if self.unwind is None else unwound_state(legs, self.unwind.standing)


_LEGS = """
SELECT id, trade_id, venue, market, side, action, client_id, coalesce(venue_order_id, ''), body_sha256, state,
       settlement, asked_micros, limit_micros, budget_micros, coalesce(qty_micros, 0), coalesce(cost_micros, 0),
       coalesce(fee_micros, 0), deadline, watch_until, role
FROM legs
"""
_TRADES = """
SELECT id, sighting_id, pair_id, mode, epoch, started_at, finished_at, qty_micros, expected_net_micros, notes
FROM trades
"""
_RESERVED = """
SELECT r.kind, r.venue, l.market, sum(r.micros) FROM reservations r
LEFT JOIN legs l ON l.trade_id = r.trade_id AND l.venue = r.venue AND l.role = 'entry'
WHERE r.released_at IS NULL GROUP BY r.kind, r.venue, l.market
"""
_STATES = "SELECT id, state FROM legs WHERE id IN"
_LOCKS = """
SELECT l.venue, l.market, t.id FROM trades t CROSS JOIN legs l ON l.trade_id = t.id WHERE t.finished_at IS NULL
"""
_COMPLETED = """
SELECT 1 FROM trades WHERE mode = 'live' AND status = 'complete' AND version = ? ORDER BY rowid DESC LIMIT 1
"""
_LAST = "SELECT max(started_at) FROM trades"
_COUNT = "SELECT count(*) FROM trades WHERE started_at >= ?"


@dataclass(frozen=True, slots=True)
class Reserved:
    """All that is reserved at one moment."""

    loss: Usd
    """What trades that are not settled on both sides may lose."""
    legs: Mapping[MarketId, Usd]
    """What orders may still take, by market."""

    def exposure(self, venue: VenueName | None = None) -> Usd:
        """What orders may still take, at one venue or at both."""
        return Usd(sum(usd.micros for at, usd in self.legs.items() if venue is None or at.venue is venue))


# What failed on chain was never bought.
_COUPLES = """
SELECT t.pair_id, k.market, k.side, p.market, p.side, sum(min(k.qty_micros, p.qty_micros))
FROM trades t
JOIN legs k ON k.trade_id = t.id AND k.role = 'entry' AND k.venue = 'kalshi' AND k.settlement <> 'void'
JOIN legs p ON p.trade_id = t.id AND p.role = 'entry' AND p.venue = 'polymarket' AND p.settlement <> 'void'
WHERE k.action = 'buy' AND p.action = 'buy' AND k.qty_micros > 0 AND p.qty_micros > 0
GROUP BY t.pair_id, k.market, k.side, p.market, p.side
"""


class Trades:
    """Questions about trades and their legs; part of Store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def looks(self, leg_id: str) -> Sequence[Observation]:
        """Every such look, in order of time."""
        with self._database.reading() as db:
            rows = db.execute(
                "SELECT at, horizon, books_agree, stream_healthy FROM leg_looks WHERE leg_id = ? ORDER BY at", [leg_id]
            ).fetchall()
        return [
            Observation(
                at=moment_of(at),
                horizon=moment_of(horizon) if horizon else None,
                books_agree=bool(agree),
                stream_healthy=bool(healthy),
            )
            for at, horizon, agree, healthy in rows
        ]

    def leg(self, leg_id: str) -> StoredLeg:
        """One leg."""
        with self._database.reading() as db:
            row = db.execute(" ".join((_LEGS, "WHERE id = ?")), [leg_id]).fetchone()
        if row is None:
            raise InvariantError(f"there is no leg {leg_id}")
        return _leg(row)

    def fills(self, leg_id: str) -> Sequence[Fill]:
        """The fills kept for a leg."""
        with self._database.reading() as db:
            rows = db.execute(
                "SELECT venue, fill_id, order_key, market, side, action, qty_micros, price_micros, cost_micros, "
                "fee_micros, at FROM fills WHERE leg_id = ? ORDER BY at, fill_id",
                [leg_id],
            ).fetchall()
        return [_fill(row) for row in rows]

    def kept(self, fill: Fill) -> Fill | None:
        """A trade at a venue as it was kept, None if it is not known."""
        with self._database.reading() as db:
            row = db.execute(
                "SELECT venue, fill_id, order_key, market, side, action, qty_micros, price_micros, cost_micros, "
                "fee_micros, at FROM fills WHERE venue = ? AND fill_id = ? AND order_key = ?",
                [fill.market.venue, fill.fill_id, fill.order_key],
            ).fetchone()
        return _fill(row) if row else None

    def leg_of(self, venue: VenueName, *, keys: Sequence[str]) -> StoredLeg | None:
        """The leg that goes by one of these ids at a venue: our client id or the venue's order id."""
        with self._database.reading() as db:
            for key in keys:
                where = "WHERE venue = ?1 AND ?2 <> '' AND (client_id = ?2 OR venue_order_id = ?2)"
                if row := db.execute(" ".join((_LEGS, where)), [venue, key]).fetchone():
                    return _leg(row)
        return None

    def trade(self, trade_id: str) -> StoredTrade:
        """One trade."""
        with self._database.reading() as db:
            found = self._trades(db, "WHERE id = ?", [trade_id])
        if not found:
            raise InvariantError(f"there is no trade {trade_id}")
        return found[0]

    def unfinished(self) -> Sequence[StoredTrade]:
        """Trades that still need something, oldest first. Their markets are locked."""
        with self._database.reading() as db:
            return self._trades(db, "WHERE finished_at IS NULL ORDER BY started_at, id", [])

    def recent(self, *, count_max: int) -> Sequence[StoredTrade]:
        """The newest trades."""
        with self._database.reading() as db:
            return self._trades(db, "ORDER BY started_at DESC, id DESC LIMIT ?", [count_max])

    def couples(self) -> Sequence[Couple]:
        """Outcomes that were bought together by trades, with the contracts that stand against each other."""
        with self._database.reading() as db:
            rows = db.execute(_COUPLES).fetchall()
        kalshi, polymarket = VenueName
        return [
            Couple(
                pair_id=pair_id,
                kalshi=(MarketId(kalshi, ticker), Side(side)),
                polymarket=(MarketId(polymarket, condition), Side(other)),
                qty=Qty(qty),
            )
            for pair_id, ticker, side, condition, other, qty in rows
        ]

    def watched(self, *, at: datetime) -> Sequence[StoredLeg]:
        """Legs that came to zero and are still looked for among the fills."""
        with self._database.reading() as db:
            rows = db.execute(" ".join((_LEGS, "WHERE watch_until > ?")), [text_of(at)]).fetchall()
        return [_leg(row) for row in rows]

    def locked_by(self, markets: Sequence[MarketId]) -> str:
        """The unfinished trade that involves one of these markets, "" if none does."""
        locks = {(venue, key): trade_id for venue, key, trade_id in self._database.recall(_LOCKS)}
        return next((str(locks[m.venue, m.key]) for m in markets if (m.venue, m.key) in locks), "")

    def held_back(self) -> Reserved:
        """Everything that is reserved, at one look."""
        loss, legs = ZERO_USD, {}
        for kind, venue, market, micros in self._database.recall(_RESERVED):
            if kind == "loss":
                loss += Usd(micros)
            else:
                legs[MarketId(VenueName(venue), market or "")] = Usd(micros)
        return Reserved(loss, legs)

    def reserved(self, kind: str, venue: VenueName | None = None, *, pair_id: str | None = None) -> Usd:
        """What is reserved: kind `exposure` (of one venue or all) or `loss`."""
        with self._database.reading() as db:
            [(micros,)] = db.execute(
                "SELECT coalesce(sum(r.micros), 0) FROM reservations r JOIN trades t ON t.id = r.trade_id WHERE "
                "r.released_at IS NULL AND r.kind = ?1 AND (?2 IS NULL OR r.venue = ?2) "
                "AND (?3 IS NULL OR t.pair_id = ?3)",
                [kind, venue, pair_id],
            )
        return Usd(micros)

    def reserved_by(self, trade_id: str, venue: VenueName) -> Usd:
        """The exposure that a trade still has reserved at a venue."""
        with self._database.reading() as db:
            [(micros,)] = db.execute(
                "SELECT coalesce(sum(micros), 0) FROM reservations "
                "WHERE released_at IS NULL AND kind = 'exposure' AND trade_id = ? AND venue = ?",
                [trade_id, venue],
            )
        return Usd(micros)

    def loss_reserved_by(self, trade_id: str) -> Usd:
        """What a trade still has reserved for a leg that might stand alone."""
        with self._database.reading() as db:
            [(micros,)] = db.execute(
                "SELECT coalesce(sum(micros), 0) FROM reservations "
                "WHERE released_at IS NULL AND kind = 'loss' AND trade_id = ?",
                [trade_id],
            )
        return Usd(micros)

    def count_since(self, since: datetime) -> int:
        """How many trades were begun since then."""
        with self._database.reading() as db:
            [(count,)] = db.execute("SELECT count(*) FROM trades WHERE started_at >= ?", [text_of(since)])
        return int(count)

    def counts_since(self, lately: datetime, midnight: datetime) -> tuple[int, int]:
        """The same since a moment, which is another one each time, and since the day began."""
        since, [(last,)] = text_of(lately), self._database.recall(_LAST)
        [(count,)] = self._database.look(_COUNT, [since]) if last is not None and last >= since else [(0,)]
        [(today,)] = self._database.recall(_COUNT, [text_of(midnight)])
        return int(count), int(today)

    def states(self, leg_ids: Sequence[str]) -> Mapping[str, LegState]:
        """In which state these legs are; those that there are."""
        rows = self._database.look(" ".join((_STATES, "(", ",".join("?" * len(leg_ids)), ")")), leg_ids)
        return {leg_id: LegState(state) for leg_id, state in rows}

    def successes(self) -> int:
        """How many live trades were completed, ever."""
        with self._database.reading() as db:
            [(count,)] = db.execute("SELECT count(*) FROM trades WHERE mode = 'live' AND status = 'complete'")
        return int(count)

    def has_completed(self, version: str) -> bool:
        """Whether a version of this program has completed a live trade."""
        return bool(self._database.recall(_COMPLETED, [version]))

    def _trades(self, db: sqlite3.Connection, where: str, values: Sequence[object]) -> list[StoredTrade]:
        rows = db.execute(" ".join((_TRADES, where)), values).fetchall()
        return [self._with_legs(db, row) for row in rows]

    def _with_legs(self, db: sqlite3.Connection, row: tuple[str, ...]) -> StoredTrade:
        trade_id, sighting_id, pair_id, mode, epoch, started, finished, qty, net, notes = row
        orders = [_leg(leg) for leg in db.execute(" ".join((_LEGS, "WHERE trade_id = ? ORDER BY venue")), [trade_id])]
        legs = [order for order in orders if order.role is Role.ENTRY]
        if len(legs) != len(VenueName):
            raise InvariantError(f"trade {trade_id} has {len(legs)} legs")
        unwind = next((order for order in orders if order.role is Role.UNWIND), None)
        return StoredTrade(
            trade_id=trade_id, sighting_id=sighting_id, pair_id=pair_id, mode=mode, epoch=int(epoch),
            started_at=moment_of(started), finished_at=moment_of(finished) if finished else None, qty=Qty(int(qty)),
            expected_net=Usd(int(net)), legs=(legs[0], legs[1]), notes=notes, unwind=unwind,
        )  # fmt: skip


def _leg(row: tuple[str, ...]) -> StoredLeg:
    leg_id, trade_id, venue, market, side, action, client_id, order_id, body, state, settlement, *rest = row
    asked, limit, budget, qty, cost, fee = (int(number) for number in rest[:6])
    deadline, watch, role = rest[6:]
    order = FokOrder(
        leg_id=leg_id, market=MarketId(VenueName(venue), market), side=Side(side), action=Action(action),
        qty=Qty(asked), limit=Price(limit), budget=Usd(budget),
    )  # fmt: skip
    return StoredLeg(
        leg_id=leg_id, trade_id=trade_id, order=order, client_id=client_id, venue_order_id=order_id, body_sha256=body,
        state=LegState(state), settlement=Settlement(settlement), filled=Qty(qty) if qty else ZERO_QTY, cost=Usd(cost),
        fee=Usd(fee), deadline=moment_of(deadline) if deadline else None,
        watch_until=moment_of(watch) if watch else None, role=Role(role),
    )  # fmt: skip


def _fill(row: tuple[str, ...]) -> Fill:
    venue, fill_id, order_key, market, side, action, *numbers, at = row
    qty, price, cost, fee = (int(number) for number in numbers)
    return Fill(
        market=MarketId(VenueName(venue), market), fill_id=fill_id, order_key=order_key, side=Side(side),
        action=Action(action), qty=Qty(qty), price=Price(price), cost=Usd(cost), fee=Usd(fee), at=moment_of(at),
    )  # fmt: skip
