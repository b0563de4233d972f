"""Builders with defaults, a clock that stands still, and a venue that says what it was told to."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from arbkit.core.books import Book, Level, make_book
from arbkit.core.markets import (
    KalshiFees,
    Market,
    MarketId,
    MarketStatus,
    Method,
    Pair,
    Polarity,
    PolymarketFees,
    PriceGrid,
    Relation,
    VenueName,
)
from arbkit.core.money import Price, Qty
from arbkit.errors import BadId
from arbkit.ports import Books, CataloguePage, UnusableRow, VenueHealth
from arbkit.store.files import own_directory, own_file
from arbkit.store.store import Store

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
KALSHI, POLYMARKET = VenueName.KALSHI, VenueName.POLYMARKET


class StandingClock:
    """A clock that moves only when told to."""

    def __init__(self, now: datetime = NOW) -> None:
        self.at = now

    def now(self) -> datetime:
        return self.at

    def monotonic_ms(self) -> int:
        return (self.at - NOW) // timedelta(milliseconds=1)

    async def sleep(self, ms: int) -> None:
        """Time passes at once, and everybody else gets a turn."""
        self.at += timedelta(milliseconds=ms)
        await asyncio.sleep(0)

    def advance(self, **by: int) -> None:
        self.at += timedelta(**by)


def a_market(venue: VenueName = KALSHI, key: str = "", **changes: object) -> Market:
    """An open market with fees and a grid; a key of its own venue's form by default."""
    fees = KalshiFees("quadratic", 1_000_000) if venue is KALSHI else PolymarketFees(40_000, 1)
    market = Market(
        id=MarketId(venue, key or ("KXRAIN-26NOV30" if venue is KALSHI else "0xab12")),
        event_key="KXRAIN-26NOV",
        title="Rain on 30 November?",
        rules="Pays if a drop falls in the park on 30 November.",
        status=MarketStatus.OPEN,
        expected_at=NOW + timedelta(days=29),
        grid=PriceGrid.uniform(Price(10_000)),
        fees=fees,
    )
    return replace(market, **changes)


def markets(venue: VenueName, count: int, *, first: int = 0) -> tuple[Market, ...]:
    """Several markets with keys M0000, M0001 ..."""
    return tuple(a_market(venue, f"M{number:04}") for number in range(first, first + count))


def a_pair(kalshi: Market | None = None, polymarket: Market | None = None, **changes: object) -> Pair:
    """A tradable pair of two markets, sure and aligned."""
    kalshi, polymarket = kalshi or a_market(KALSHI), polymarket or a_market(POLYMARKET)
    pair = Pair(
        kalshi=kalshi.id,
        polymarket=polymarket.id,
        polarity=Polarity.ALIGNED,
        relation=Relation.EQUAL,
        confidence_ppm=980_000,
        method=Method.FUZZY,
        tradable=True,
        kalshi_rules_hash=kalshi.rules_hash,
        polymarket_rules_hash=polymarket.rules_hash,
        reasons=("same title",),
    )
    return replace(pair, **changes)


def a_book(
    market: Market | MarketId, *, bid: str = "0.40", ask: str = "0.60", qty: str = "100", at: datetime = NOW
) -> Book:
    """A book with one level a side."""
    bids, asks = [Level(Price.parse(bid), Qty.parse(qty))], [Level(Price.parse(ask), Qty.parse(qty))]
    return make_book(market.id if isinstance(market, Market) else market, yes_bids=bids, yes_asks=asks, seen_at=at)


def pages(*parts: Sequence[Market], unusable: Sequence[UnusableRow] = ()) -> list[CataloguePage]:
    """Pages of a listing with cursors c1, c2 ... and none on the last; unusable rows stand on the first."""
    last = len(parts) - 1
    return [
        CataloguePage(tuple(part), tuple(unusable) if not number else (), "" if number == last else f"c{number + 1}")
        for number, part in enumerate(parts)
    ]


@dataclass
class ScriptedVenue:
    """A venue that lists the given pages, knows the given markets and shows the given books.

    `breaks_before` is a page number before which `failure` is raised, once. `asked` keeps cursors and `since`.
    """

    name: VenueName = KALSHI
    listing: Sequence[CataloguePage] = ()
    shown: Mapping[MarketId, Book] = field(default_factory=dict)
    known: Mapping[MarketId, Market] = field(default_factory=dict)
    tells_changes: bool = False
    breaks_before: int | None = None
    failure: BaseException | None = None
    books_failure: Exception | None = None
    asked: list[tuple[str, datetime | None]] = field(default_factory=list)
    refreshed: list[MarketId] = field(default_factory=list)

    async def catalogue(self, *, cursor: str = "", since: datetime | None = None) -> AsyncIterator[CataloguePage]:
        self.asked.append((cursor, since))
        first = int(cursor[1:]) if cursor else 0
        for number, page in enumerate(self.listing):
            if number == self.breaks_before and self.failure:
                failure, self.failure = self.failure, None
                raise failure
            if number >= first:
                yield page

    async def market(self, market: MarketId) -> Market:
        self.refreshed.append(market)
        if market not in self.known:
            raise BadId(market, "a market that is listed")
        return self.known[market]

    async def books(self, markets: Sequence[Market]) -> Books:
        if self.books_failure:
            raise self.books_failure
        known = {market.id: self.shown[market.id] for market in markets if market.id in self.shown}
        return Books(known, {market.id: "not found" for market in markets if market.id not in known})

    async def health(self) -> VenueHealth:
        return VenueHealth(self.name, trading=True)

    async def close(self) -> None:
        return


_numbers = itertools.count()


def a_store(directory: Path) -> Store:
    """A store of its own below a directory: a copy of an empty one, for making it takes as long as many a test."""
    path = directory / f"state{next(_numbers)}" / "arbkit.db"
    own_directory(path.parent)
    own_file(path)
    path.write_bytes(_empty_store())
    return Store(path)


@cache
def _empty_store() -> bytes:
    with TemporaryDirectory() as directory:
        path = Path(directory) / "state" / "arbkit.db"
        Store(path).close()
        return path.read_bytes()
