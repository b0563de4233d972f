"""Marks: what a contract that is held could be sold for when its book was last seen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from arbkit.core.books import Book
from arbkit.core.markets import MarketId, Side, VenueName
from arbkit.core.money import Price
from arbkit.store.database import Database
from arbkit.store.rows import moment_of, text_of


@dataclass(frozen=True, slots=True)
class Mark:
    """The best bid of an outcome, and when it was seen."""

    bid: Price
    at: datetime


class Marks:
    """Questions about present prices; part of Store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, books: Iterable[Book]) -> None:
        """Keep the best bids of books; without a bid there is nothing to be had: zero."""
        rows = [
            (book.market.venue, book.market.key, side, best.micros if best else 0, text_of(book.seen_at))
            for book in books
            for side in Side
            for best in [next((level.price for level in book.bids(side)), None)]
        ]
        with self._database.writing() as db:
            db.executemany(
                "INSERT INTO marks (venue, market, side, bid_micros, at) VALUES (?1, ?2, ?3, ?4, ?5) "
                "ON CONFLICT (venue, market, side) DO UPDATE SET bid_micros = ?4, at = ?5",
                rows,
            )

    def all(self) -> Mapping[tuple[MarketId, Side], Mark]:
        """Every mark."""
        with self._database.reading() as db:
            rows = db.execute("SELECT venue, market, side, bid_micros, at FROM marks").fetchall()
        return {
            (MarketId(VenueName(venue), key), Side(side)): Mark(Price(int(bid)), moment_of(at))
            for venue, key, side, bid, at in rows
        }
