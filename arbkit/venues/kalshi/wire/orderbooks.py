"""Order books as Kalshi's REST API sends them: bids only, for both outcomes, best last."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from arbkit.core.books import Book, Level, make_book
from arbkit.core.markets import MarketId
from arbkit.errors import SchemaMismatch
from arbkit.ports import Books
from arbkit.venues.kalshi.wire import fields


class _Sides(msgspec.Struct):
    yes_dollars: list[tuple[str, str]]
    no_dollars: list[tuple[str, str]]


class _One(msgspec.Struct):
    orderbook_fp: _Sides


class _Entry(msgspec.Struct):
    ticker: str
    orderbook_fp: msgspec.Raw


class _Many(msgspec.Struct):
    orderbooks: list[_Entry]


def parse_orderbook(body: bytes, market: MarketId, seen_at: datetime) -> Book:
    """Read GET /markets/{ticker}/orderbook; raises SchemaMismatch."""
    return _book(fields.decode(body, _One).orderbook_fp, market, seen_at, "$.orderbook_fp")


def parse_orderbooks(body: bytes, asked: Iterable[MarketId], seen_at: datetime) -> Books:
    """Read GET /markets/orderbooks. A market that is left out, or whose book cannot be read, is `missing`."""
    awaited = {market.key: market for market in asked}
    books: dict[MarketId, Book] = {}
    missing: dict[MarketId, str] = {}
    for index, entry in enumerate(fields.decode(body, _Many).orderbooks):
        market = awaited.get(entry.ticker)
        if market is None:
            continue
        at = f"$.orderbooks[{index}].orderbook_fp"
        try:
            books[market] = _book(fields.decode(entry.orderbook_fp, _Sides, at), market, seen_at, at)
        except SchemaMismatch as error:
            missing[market] = f"unreadable at {error.path}: {error.found}"
    for market in awaited.values():
        if market not in books:
            missing.setdefault(market, "the venue shows no book for it")
    return Books(books, missing)


def _book(sides: _Sides, market: MarketId, seen_at: datetime, at: str) -> Book:
    # A NO bid at q is an offer of YES at 1 - q (docs.kalshi.com, "Orderbook responses").
    bids = _levels(sides.yes_dollars, f"{at}.yes_dollars")
    asks = [level.mirrored for level in _levels(sides.no_dollars, f"{at}.no_dollars")]
    return make_book(market, yes_bids=bids, yes_asks=asks, seen_at=seen_at)


def _levels(pairs: Sequence[tuple[str, str]], at: str) -> list[Level]:
    sizes: dict[int, Level] = {}
    for index, (price_text, qty_text) in enumerate(pairs):
        here = f"{at}[{index}]"
        level = Level(fields.price(price_text, f"{here}[0]"), fields.quantity(qty_text, f"{here}[1]"))
        if level.price.micros in sizes:
            raise fields.mismatch(f"{here}[0]", f"the price {level.price} for a second time")
        sizes[level.price.micros] = level
    return list(sizes.values())
