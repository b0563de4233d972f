"""The ledger on disk: transactions are appended, chained by hash, and never changed."""

from collections.abc import Iterable, Sequence
from datetime import datetime

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
    result,
)
from arbkit.core.markets import Side, VenueName
from arbkit.core.money import ZERO_USD, Usd
from arbkit.store.database import Database
from arbkit.store.rows import moment_of, text_of

_ENTRIES = """
SELECT t.seq, t.ref, t.kind, t.at, t.hash, e.venue, e.account, e.usd_micros, e.market, e.side, e.qty_micros
FROM ledger_transactions t JOIN ledger_entries e USING (seq)
"""


class LedgerBook:
    """Questions about the ledger; part of Store."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._standing: tuple[str, Positions, Usd] = ("", {}, ZERO_USD)
        self._realised: tuple[str, datetime | None, Usd] = ("", None, ZERO_USD)

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
        return self._now()[1]

    def exposure(self) -> Usd:
        """What the open positions of both venues cost, with the fees paid for them."""
        return self._now()[2]

    def _now(self) -> tuple[str, Positions, Usd]:
        """Asked at every look: it is added up anew only when something was booked."""
        with self._database.reading():
            tip = self._tip()
            if self._standing[0] != tip:
                booked = self.transactions()
                self._standing = tip, positions(booked), exposure(booked)
        return self._standing

    def realised(self, *, since: datetime) -> Usd:
        """What was gained from a time on, after fees."""
        with self._database.reading():
            tip = self._tip()
            if self._realised[:2] != (tip, since):
                self._realised = tip, since, result(self.transactions(since=since)).realised
        return self._realised[2]

    def _tip(self) -> str:
        """The hash of the last transaction, which stands for all of them: their hashes form a chain."""
        with self._database.reading() as db:
            row = db.execute("SELECT hash FROM ledger_transactions ORDER BY seq DESC LIMIT 1").fetchone()
        return str(row[0]) if row else GENESIS

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
