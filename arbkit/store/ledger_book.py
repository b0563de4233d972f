"""The ledger on disk: transactions are appended, chained by hash, and never changed."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from arbkit.core.halves import Couple, DayResult, day_result
from arbkit.core.ledger import (
    GENESIS,
    Account,
    Entry,
    Kind,
    Positions,
    Transaction,
    chained,
    exposure,
    positions,
)
from arbkit.core.markets import Side, VenueName
from arbkit.core.money import ZERO_USD, Usd
from arbkit.store.database import Database
from arbkit.store.rows import moment_of, text_of

_ENTRIES = """
SELECT t.seq, t.ref, t.kind, t.at, t.hash, e.venue, e.account, e.usd_micros, e.market, e.side, e.qty_micros
FROM ledger_transactions t JOIN ledger_entries e USING (seq)
"""


_NO_DAY = DayResult(realised=ZERO_USD)


@dataclass(frozen=True, slots=True)
class _Standing:
    """What the ledger adds up to, by the hash of its last transaction."""

    tip: str = ""
    positions: Positions = field(default_factory=dict)
    exposure: Usd = ZERO_USD
    day: DayResult = _NO_DAY


class LedgerBook:
    """Questions about the ledger; part of Store."""

    def __init__(self, database: Database, couples: Callable[[], Sequence[Couple]]) -> None:
        """`couples` tells which outcomes trades have bought together."""
        self._database, self._couples = database, couples
        self._standing = _Standing()
        self._since: datetime | None = None

    def append(self, transactions: Iterable[Transaction]) -> int:
        """Book what is not booked yet, in order; returns how many were new. The same `ref` is booked once."""
        with self._database.writing() as db:
            row = db.execute("SELECT seq, hash FROM ledger_transactions ORDER BY seq DESC LIMIT 1").fetchone()
            seq, previous = row or (0, GENESIS)
            new = 0
            for transaction in transactions:
                if db.execute("SELECT 1 FROM ledger_transactions WHERE ref = ?", [transaction.ref]).fetchone():
                    continue
                seq, new, previous = seq + 1, new + 1, chained(previous, transaction)
                db.execute(
                    "INSERT INTO ledger_transactions (seq, ref, kind, at, hash) VALUES (?, ?, ?, ?, ?)",
                    [seq, transaction.ref, transaction.kind, text_of(transaction.at), previous],
                )
                db.executemany(
                    "INSERT INTO ledger_entries (seq, line, venue, account, usd_micros, market, side, qty_micros) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    [
                        (seq, line, e.venue, e.account, e.usd_micros, e.market, e.side, e.qty_micros)
                        for line, e in enumerate(transaction.entries)
                    ],
                )
        return new

    def transactions(self, *, since: datetime | None = None) -> Sequence[Transaction]:
        """Every transaction in order, or those booked for a time from `since` on."""
        return [transaction for _, transaction in self._read(since)]

    def holds(self, ref: str) -> bool:
        """Whether a transaction is booked."""
        with self._database.reading() as db:
            return db.execute("SELECT 1 FROM ledger_transactions WHERE ref = ?", [ref]).fetchone() is not None

    def positions(self) -> Positions:
        """Every outcome held."""
        return self._now().positions

    def exposure(self) -> Usd:
        """What the open positions of both venues cost, with the fees paid for them."""
        return self._now().exposure

    def _now(self) -> "_Standing":
        """Asked at every look: it is added up anew, in one reading, only when something was booked."""
        if self._standing.tip != self._tip():
            with self._database.reading():
                tip, booked = self._tip(), self.transactions()
                day = day_result(booked, self._couples(), since=self._since) if self._since else _NO_DAY
                self._standing = _Standing(tip, positions(booked), exposure(booked), day)
        return self._standing

    def day(self, *, since: datetime) -> DayResult:
        """What was booked from a time on, and the halves that wait."""
        with self._database.reading():
            if self._since != since:
                self._since, self._standing = since, replace(self._standing, tip="")
            return self._now().day

    def _tip(self) -> str:
        """The hash of the last transaction, which stands for all of them: their hashes form a chain."""
        rows = self._database.recall("SELECT hash FROM ledger_transactions ORDER BY seq DESC LIMIT 1")
        return str(rows[0][0]) if rows else GENESIS

    def verify(self) -> list[str]:
        """Replay the chain of hashes from the first transaction; what is wrong, in words, or nothing."""
        previous, wrong = GENESIS, []
        for stored, transaction in self._read(None):
            previous = chained(previous, transaction)
            if stored != previous:
                wrong.append(f"{transaction.ref}: its hash does not follow from what stands before it")
                previous = stored
        return wrong

    def _read(self, since: datetime | None) -> list[tuple[str, Transaction]]:
        where, values = ("WHERE t.at >= ?", [text_of(since)]) if since else ("", [])
        with self._database.reading() as db:
            rows = db.execute(" ".join((_ENTRIES, where, "ORDER BY t.seq, e.line")), values).fetchall()
        grouped: dict[int, list[tuple[str, ...]]] = {}
        for row in rows:
            grouped.setdefault(row[0], []).append(row)
        return [(lines[0][4], _transaction(lines)) for lines in grouped.values()]


def _transaction(lines: Sequence[tuple[str, ...]]) -> Transaction:
    _, ref, kind, at, *_ = lines[0]
    entries = tuple(
        Entry(VenueName(venue), Account(account), int(usd), market, Side(side) if side else None, int(qty))
        for *_, venue, account, usd, market, side, qty in lines
    )
    return Transaction(ref, Kind(kind), moment_of(at), entries)
