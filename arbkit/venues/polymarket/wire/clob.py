"""The CLOB's reads: trading terms, settlement, order books, and small service answers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from urllib.parse import quote

import msgspec

from arbkit.core.books import Book, Level, make_book
from arbkit.core.markets import Market, MarketId, MarketStatus, PolymarketFees, PriceGrid, Side
from arbkit.core.money import Price, Qty
from arbkit.core.text import clean
from arbkit.errors import BadNumber, SchemaMismatch
from arbkit.ports import Books
from arbkit.venues.polymarket.wire import fields, gamma

BOOK_PATH: Final = "/book"
BOOKS_PATH: Final = "/books"
OK_PATH: Final = "/ok"
TIME_PATH: Final = "/time"
VERSION_PATH: Final = "/version"
TICK_SIZE_PATH: Final = "/tick-size"
GEOBLOCK_PATH: Final = "/api/geoblock"
"""On https://polymarket.com, not on the CLOB."""

BOOKS_MAX: Final = 500
"""Most books that one POST /books answers (docs.polymarket.com)."""

SHORT_DELAY_MS: Final = 150
"""What `itode` adds on crypto and finance up-or-down markets since 2026-09-04 (changelog; 250 before)."""

LEVELS_MAX: Final = 20_000
"""More levels than the finest grid has on both sides cannot be a book."""


class Token(msgspec.Struct):
    """An outcome in the compact record."""

    t: str
    o: str


class FeeDetails(msgspec.Struct):
    """`fd` of the compact record: rate and exponent of the taker fee."""

    r: msgspec.Raw
    e: msgspec.Raw = fields.ABSENT


class TermsRow(msgspec.Struct):
    """GET /clob-markets/{condition id}: the compact record by which the official clients sign."""

    mts: msgspec.Raw
    mos: msgspec.Raw
    c: str | None = None
    t: list[Token] | None = None
    nr: bool = False
    sd: msgspec.Raw = fields.ABSENT
    itode: bool = False
    ao: bool | None = None
    fd: FeeDetails | None = None


class ClobToken(msgspec.Struct):
    """An outcome in the full record."""

    token_id: str
    outcome: str
    winner: bool = False


class ClobMarketRow(msgspec.Struct):
    """GET /markets/{condition id}, as far as it is needed."""

    condition_id: str
    tokens: list[ClobToken]
    closed: bool
    accepting_orders: bool


class LevelRow(msgspec.Struct, gc=False):
    """A price and a total of shares, both as text."""

    price: str
    size: str


class BookRow(msgspec.Struct):
    """A book of one asset. Its four youngest keys (tick size, ...) are not needed and absent in old captures."""

    asset_id: str
    timestamp: str
    bids: list[LevelRow]
    asks: list[LevelRow]


class _AssetKey(msgspec.Struct):
    asset_id: str


class _TickSizeRow(msgspec.Struct):
    minimum_tick_size: msgspec.Raw


class _VersionRow(msgspec.Struct):
    version: int


class _GeoblockRow(msgspec.Struct):
    blocked: bool
    country: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How a market trades at present, by the matching engine's own record."""

    grid: PriceGrid
    qty_min: Qty
    fees: PolymarketFees
    neg_risk: bool
    delay_ms: int
    accepting: bool | None
    """None: not said."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What is said about a market's end: `winner` is None while open, and when both outcomes pay half.

    The CLOB cannot tell a halved market from a disputed one; `halved` is Gamma's word for it.
    """

    closed: bool
    winner: Side | None
    halved: bool = False


@dataclass(frozen=True, slots=True)
class Geoblock:
    """Whether the venue refuses trading from this address, and where it thinks that we are."""

    blocked: bool
    country: str
    region: str


def terms_path(market: MarketId) -> str:
    """Where the compact record of a market is."""
    return f"/clob-markets/{quote(market.key, safe='')}"


def clob_market_path(market: MarketId) -> str:
    """Where the full record of a market is, with the winner after resolution."""
    return f"/markets/{quote(market.key, safe='')}"


def parse_terms(body: bytes, market: Market) -> Terms:
    """Read the compact record of a market that Gamma listed; it must name the same assets with the same outcomes.

    Without `fd` the market is free of fees, without `nr` it is no neg-risk market (docs.polymarket.com,
    get-clob-market-info). Where the listing has a fee and the record has none, the listing is believed: that side is
    the cautious one.
    """
    row = fields.decode(body, TermsRow)
    if row.c is not None and row.c.lower() != market.id.key.lower():
        raise fields.mismatch("$.c", "the record of another market")
    if row.t and {token.t: clean(token.o) for token in row.t} != {
        market.yes_token: market.yes_label,
        market.no_token: market.no_label,
    }:
        raise fields.mismatch("$.t", "other assets or outcomes than the listing has")
    grid = gamma.grid(row.mts, "$.mts")
    if grid is None:
        raise fields.mismatch("$.mts", "null")
    return Terms(
        grid=grid,
        qty_min=fields.quantity(row.mos, "$.mos"),
        fees=gamma.fees(row.fd.r, row.fd.e, ("$.fd.r", "$.fd.e")) if row.fd else _listed_fees(market),
        neg_risk=row.nr,
        delay_ms=gamma.delay_ms(row.sd, "$.sd") + (SHORT_DELAY_MS if row.itode else 0),
        accepting=row.ao,
    )


def _listed_fees(market: Market) -> PolymarketFees:
    return market.fees if isinstance(market.fees, PolymarketFees) else gamma.FREE


def with_terms(market: Market, terms: Terms) -> Market:
    """Put the engine's own terms over those of the listing. An engine that takes no orders pauses an open market."""
    is_paused = market.status is MarketStatus.OPEN and terms.accepting is False
    return replace(
        market,
        grid=terms.grid,
        qty_min=terms.qty_min,
        fees=terms.fees,
        neg_risk=terms.neg_risk,
        delay_ms=terms.delay_ms,
        status=MarketStatus.PAUSED if is_paused else market.status,
    )


def parse_resolution(body: bytes, market: Market) -> Resolution:
    """Read who won from the full record."""
    row = fields.decode(body, ClobMarketRow)
    sides = {market.yes_token: Side.YES, market.no_token: Side.NO}
    if row.condition_id.lower() != market.id.key.lower():
        raise fields.mismatch("$.condition_id", "the record of another market")
    if {token.token_id for token in row.tokens} != set(sides):
        raise fields.mismatch("$.tokens", "other assets than the listing has")
    winners = [sides[token.token_id] for token in row.tokens if token.winner]
    return Resolution(row.closed, winners[0] if len(winners) == 1 else None)


def books_body(markets: Sequence[Market]) -> bytes:
    """Ask for the YES books of at most BOOKS_MAX markets; the NO books are their mirror images."""
    return msgspec.json.encode([{"token_id": market.yes_token} for market in markets])


def parse_books(body: bytes, markets: Sequence[Market], *, seen_at: datetime) -> Books:
    """Read the answer to `books_body(markets)`. The venue leaves unknown assets out; a book that cannot be read is
    missing with its reason and does not spoil the others."""
    wanted = {market.yes_token: market.id for market in markets}
    books: dict[MarketId, Book] = {}
    missing: dict[MarketId, str] = {}
    for index, row in enumerate(fields.decode(body, list[msgspec.Raw])):
        at = f"$[{index}]"
        token = fields.decode(row, _AssetKey, at).asset_id
        if token not in wanted:
            continue
        try:
            books[wanted[token]] = to_book(fields.decode(row, BookRow, at), wanted[token], seen_at=seen_at, at=at)
        except SchemaMismatch as error:
            missing[wanted[token]] = f"{error.path}: {error.found}"
    for market in markets:
        if market.id not in books:
            missing.setdefault(market.id, "the venue has no book for it")
    return Books(books, missing)


def parse_book(body: bytes, market: Market, *, seen_at: datetime) -> Book:
    """Read the answer to GET /book for a market's YES asset."""
    row = fields.decode(body, BookRow)
    if row.asset_id != market.yes_token:
        raise fields.mismatch("$.asset_id", "the book of another asset")
    return to_book(row, market.id, seen_at=seen_at)


def to_book(row: BookRow, market: MarketId, *, seen_at: datetime, at: str = "$") -> Book:
    """Turn a decoded YES book into a Book. On the wire the best level is the last; the order is not relied upon."""
    if len(row.bids) + len(row.asks) > LEVELS_MAX:
        raise fields.mismatch(at, f"a book of {len(row.bids) + len(row.asks)} levels")
    return make_book(
        market,
        yes_bids=_levels(row.bids, f"{at}.bids"),
        yes_asks=_levels(row.asks, f"{at}.asks"),
        seen_at=seen_at,
        venue_at=fields.epoch_ms(row.timestamp, f"{at}.timestamp"),
    )


def _levels(rows: Sequence[LevelRow], at: str) -> list[Level]:
    levels: dict[Price, Qty] = {}
    for index, row in enumerate(rows):
        try:
            price, qty = Price.parse(row.price), Qty.parse(row.size)
        except BadNumber as error:
            raise fields.mismatch(f"{at}[{index}]", str(error)) from error
        if price in levels:
            raise fields.mismatch(f"{at}[{index}]", f"the price {price} twice")
        levels[price] = qty
    return [Level(price, qty) for price, qty in levels.items()]


def parse_tick_size(body: bytes) -> Price:
    """Read GET /tick-size."""
    return fields.price(fields.decode(body, _TickSizeRow).minimum_tick_size, "$.minimum_tick_size")


def parse_time(body: bytes) -> datetime:
    """Read GET /time: seconds since 1970, as text or as a number."""
    return fields.epoch_s(body.decode("ascii", "replace").strip().strip('"'), "$")


def parse_version(body: bytes) -> int:
    """Read GET /version: the version of the order format that the engine takes."""
    return fields.decode(body, _VersionRow).version


def parse_ok(body: bytes) -> bool:
    """Read GET /ok."""
    return body.strip().strip(b'"') == b"OK"


def parse_geoblock(body: bytes) -> Geoblock:
    """Read GET /api/geoblock. A trading key used from a blocked address is refused; ask before trading."""
    row = fields.decode(body, _GeoblockRow)
    return Geoblock(row.blocked, clean(row.country), clean(row.region))
