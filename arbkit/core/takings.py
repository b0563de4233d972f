"""Takings: what a dry run has taken from the books of venues that do not know of it.

Without this a dry run would take the same contracts again and again, and look better than live trading can be. A level
is remembered by its price as long as it stands; when it is gone, whatever stands there later is new.
"""

from collections.abc import Iterable
from dataclasses import replace

from arbkit.core.books import Book, Level
from arbkit.core.markets import MarketId, Side
from arbkit.core.money import Price, Qty
from arbkit.core.orders import Action

_Key = tuple[MarketId, bool, Price]


class Takings:
    """Contracts taken, by market, side of the YES book and YES price."""

    def __init__(self) -> None:
        self._taken: dict[_Key, int] = {}

    def take(self, market: MarketId, side: Side, action: Action, levels: Iterable[Level]) -> None:
        """Levels of an outcome, at its own prices, were taken by an order."""
        from_bids = (side is Side.YES) is (action is Action.SELL)
        for level in levels:
            price = level.price if side is Side.YES else level.price.complement
            key = (market, from_bids, price)
            self._taken[key] = self._taken.get(key, 0) + level.qty.micros

    def left(self, book: Book) -> Book:
        """What a book still offers beside what was taken of it."""
        if not any(market == book.market for market, _, _ in self._taken):
            return book
        bids, asks = self._less(book, book.yes_bids, from_bids=True), self._less(book, book.yes_asks, from_bids=False)
        return replace(book, yes_bids=bids, yes_asks=asks)

    def _less(self, book: Book, levels: tuple[Level, ...], *, from_bids: bool) -> tuple[Level, ...]:
        standing = {level.price for level in levels}
        for key in [k for k in self._taken if k[0] == book.market and k[1] is from_bids and k[2] not in standing]:
            del self._taken[key]
        shown = ((level, self._taken.get((book.market, from_bids, level.price), 0)) for level in levels)
        return tuple(
            replace(level, qty=Qty(level.qty.micros - taken)) for level, taken in shown if level.qty.micros > taken
        )
