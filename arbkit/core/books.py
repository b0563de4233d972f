"""Book: one market's depth, seen once. A bid for NO at q is an offer of YES at 1 - q, on both venues.

Both venues keep one book per market: what is shown as a NO bid is the same order as the mirrored YES ask. A Book
therefore holds the YES side only and answers for both outcomes; mirrored sides are never added up.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from arbkit.core.markets import MarketId, Side
from arbkit.core.money import MICRO, Price, Qty


@dataclass(frozen=True, slots=True)
class Level:
    """A price and what stands there."""

    price: Price
    qty: Qty

    @property
    def mirrored(self) -> "Level":
        """The same order seen from the other outcome."""
        return Level(self.price.complement, self.qty)


class BookProblem(StrEnum):
    """Why a book must not be traded on."""

    EMPTY = "empty"
    ONE_SIDED = "one_sided"
    CROSSED = "crossed"
    STALE = "stale"
    SENTINEL = "sentinel"
    OFF_GRID = "off_grid"


@dataclass(frozen=True, slots=True)
class Book:
    """Bids and asks for YES, best first, each price once, no empty level."""

    market: MarketId
    yes_bids: tuple[Level, ...]
    yes_asks: tuple[Level, ...]
    seen_at: datetime
    """When we received it, by our clock."""
    venue_at: datetime | None = None
    """When the venue says it was made, if it says so."""

    def asks(self, side: Side) -> tuple[Level, ...]:
        """What can be bought of an outcome, cheapest first."""
        return self.yes_asks if side is Side.YES else tuple(level.mirrored for level in self.yes_bids)

    def bids(self, side: Side) -> tuple[Level, ...]:
        """What an outcome can be sold for, dearest first."""
        return self.yes_bids if side is Side.YES else tuple(level.mirrored for level in self.yes_asks)


def make_book(
    market: MarketId,
    *,
    yes_bids: Iterable[Level],
    yes_asks: Iterable[Level],
    seen_at: datetime,
    venue_at: datetime | None = None,
) -> Book:
    """Build a book from levels in any order: sorts them, drops empty ones and the sentinels at 0 and 1."""
    bids = sorted(_real(yes_bids), key=lambda level: level.price, reverse=True)
    asks = sorted(_real(yes_asks), key=lambda level: level.price)
    return Book(market, tuple(bids), tuple(asks), seen_at, venue_at)


def _real(levels: Iterable[Level]) -> Iterable[Level]:
    return (level for level in levels if level.qty and 0 < level.price.micros < MICRO)


def age_ms(book: Book, now: datetime) -> int:
    """How old a book is in milliseconds, by our own clock."""
    return (now - book.seen_at) // timedelta(milliseconds=1)


def problem(book: Book, *, age_ms_max: int, now: datetime) -> BookProblem | None:
    """Why this book must not be traded on, or None. A single empty side already counts: such prices are quotes of
    nobody, and the mirrored outcome could not be sold back."""
    if not book.yes_bids and not book.yes_asks:
        return BookProblem.EMPTY
    if not book.yes_bids or not book.yes_asks:
        return BookProblem.ONE_SIDED
    if book.yes_bids[0].price >= book.yes_asks[0].price:
        return BookProblem.CROSSED
    if not 0 <= age_ms(book, now) <= age_ms_max:
        return BookProblem.STALE
    return None
