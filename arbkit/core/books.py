"""Book: one market's depth, seen once; LiveBook: the same kept up by a stream. A NO bid at q is a YES ask at 1 - q.

Both venues keep one book per market: what is shown as a NO bid is the same order as the mirrored YES ask. A Book
therefore holds the YES side only and answers for both outcomes; mirrored sides are never added up.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from arbkit.core.markets import MarketId, PriceGrid, Side
from arbkit.core.money import MICRO, Price, Qty
from arbkit.errors import InvariantError

TICK_MICROS = 100
"""Streams count prices in ticks of $0.0001, the finest step of either venue."""
TICKS = MICRO // TICK_MICROS
"""Ticks in a dollar."""
_MS = timedelta(milliseconds=1)
_LEVELS_KEPT = 8_192
"""Enough for what stands in some hundred books; with more, a loop would grow by tens of megabytes for days."""
STUB_BID, STUB_ASK = Price(10_000), Price(990_000)
"""Quotes at or beyond both of these are nobody's opinion: they hold the ends of an empty book."""


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
    """The best bid is not below the best ask: something is missing or old."""
    STALE = "stale"
    """Older than allowed, or from the future."""
    SENTINEL = "sentinel"
    """A price of 0 or 1, or only stub quotes at both ends: nobody quotes this market."""
    OFF_GRID = "off_grid"
    """A price at which the market takes no orders: the grid we know is old, or the book is."""


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

    def best_ask(self, side: Side) -> Price | None:
        """The cheapest price of an outcome; None when nothing is offered."""
        if side is Side.YES:
            return self.yes_asks[0].price if self.yes_asks else None
        return self.yes_bids[0].price.complement if self.yes_bids else None

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
    return (now - book.seen_at) // _MS


def problem(book: Book, *, age_ms_max: int, now: datetime) -> BookProblem | None:
    """Why this book must not be traded on, or None. A single empty side already counts: such prices are quotes of
    nobody, and the mirrored outcome could not be sold back."""
    if not book.yes_bids or not book.yes_asks:
        return BookProblem.ONE_SIDED if book.yes_bids or book.yes_asks else BookProblem.EMPTY
    bid, ask = book.yes_bids[0].price.micros, book.yes_asks[0].price.micros
    ends = (book.yes_bids[-1].price.micros, ask, bid, book.yes_asks[-1].price.micros)
    if 0 in ends or MICRO in ends:
        return BookProblem.SENTINEL
    if bid >= ask:
        return BookProblem.CROSSED
    if bid <= STUB_BID.micros and ask >= STUB_ASK.micros:
        return BookProblem.SENTINEL
    if not 0 <= age_ms(book, now) <= age_ms_max:
        return BookProblem.STALE
    return None


def off_grid(book: Book, grid: PriceGrid) -> Level | None:
    """A level at a price where the market takes no orders, if there is one."""
    off: Sequence[Level] = (*book.yes_bids, *book.yes_asks)
    for band in grid.ranges():
        # What `in band` says, without its objects: this is asked of every level of a book.
        start, stop, step = band.start, band.stop, band.step
        off = [one for one in off if not start <= (micros := one.price.micros) < stop or (micros - start) % step]
        if not off:
            return None
    return next(iter(off), None)


class LiveState(StrEnum):
    """Whether a LiveBook may be believed."""

    WAITING = "waiting"
    """No snapshot yet, or the stream was interrupted."""
    LIVE = "live"
    CORRUPT = "corrupt"
    """A change did not fit what we hold: only a new snapshot helps."""


# At hand, for looking up a member of an enumeration takes half as long as changing a level.
_LIVE, _YES = LiveState.LIVE, Side.YES


class Ladder:
    """The bids for one outcome as raw ints: price in ticks -> size in the venue's unit, and the best price at hand."""

    __slots__ = ("best", "frozen", "sizes")

    def __init__(self) -> None:
        self.sizes: dict[int, int] = {}
        self.best = 0
        """The highest price with a size; 0 when there is none."""
        self.frozen: tuple[Level, ...] | None = None
        """The same as values, once they were asked for, until the next change."""

    def load(self, sizes: Mapping[int, int]) -> None:
        """Replace everything; zeros are left out."""
        self.sizes = {price: size for price, size in sizes.items() if size}
        self.best = max(self.sizes, default=0)
        self.frozen = None

    def put(self, price: int, size: int) -> bool:
        """Let exactly `size` stand at a price; 0 removes it. Returns whether the best price rose."""
        self.frozen = None
        if size:
            self.sizes[price] = size
            if price > self.best:
                self.best = price
                return True
        elif self.sizes.pop(price, 0) and price == self.best:
            self.best = max(self.sizes, default=0)
        return False


class LiveBook:
    """One market's book under a stream: a snapshot, then absolute sizes (Polymarket) or differences (Kalshi).

    Prices are ticks of $0.0001, sizes whole numbers of `unit_micros` millionths of a contract: 10,000 at Kalshi (0.01
    contract, so that tick x size is a micro-dollar), 1 at Polymarket (sizes with six decimals). Both ladders hold bids;
    an ask for YES at p is the NO bid at 1 - p.

    Changes are believed only while LIVE; otherwise they are ignored until the next snapshot, and no price is the best.
    A price of 0 or 1, a negative size, or a difference that leaves less than nothing makes the book CORRUPT.
    """

    __slots__ = ("changed_ms", "market", "no", "state", "stirred", "unit_micros", "venue_ms", "yes")

    def __init__(self, market: MarketId, *, unit_micros: int) -> None:
        self.market, self.unit_micros = market, unit_micros
        self.yes, self.no = Ladder(), Ladder()
        self.state = LiveState.WAITING
        self.stirred = True
        """Whether who follows the book has to hear of its changes: a best bid rose, so that its opposite is cheaper, or
        the book is believed again or no longer. Who needs nothing else clears this; while it stays set, every change of
        any level is told."""
        self.changed_ms = 0
        """When something last came about it, by a monotonic clock; set by whoever follows the stream."""
        self.venue_ms = 0
        """The same by the venue's clock, where it has a say."""

    def ladder(self, side: Side) -> Ladder:
        """The bids for an outcome."""
        return self.yes if side is Side.YES else self.no

    def best_ask(self, side: Side) -> int | None:
        """The cheapest price of an outcome in ticks; None when nothing is offered."""
        best = self.ladder(side.other).best
        return TICKS - best if best else None

    def snapshot(self, *, yes_bids: Mapping[int, int], no_bids: Mapping[int, int]) -> bool:
        """Start afresh; the book is LIVE if every price and size can be. Returns whether it is."""
        levels = [*yes_bids.items(), *no_bids.items()]
        if not all(0 < price < TICKS and size >= 0 for price, size in levels):
            return self._corrupt()
        self.yes.load(yes_bids)
        self.no.load(no_bids)
        self.state, self.stirred = LiveState.LIVE, True
        return True

    def put(self, side: Side, price: int, size: int) -> bool:
        """Set the size bid for an outcome at a price (Polymarket). Returns whether the book is LIVE."""
        if self.state is not _LIVE:
            return False
        if not 0 < price < TICKS or size < 0:
            return self._corrupt()
        if (self.yes if side is _YES else self.no).put(price, size):
            self.stirred = True
        return True

    def change(self, side: Side, price: int, difference: int) -> bool:
        """Add to the size bid for an outcome at a price, or take away (Kalshi). Returns whether the book is LIVE."""
        return self.state is _LIVE and self.add(self.ladder(side), price, difference)

    def add(self, ladder: Ladder, price: int, difference: int) -> bool:
        """The same for who knows that the book is LIVE, and has one of its ladders at hand: what most messages do."""
        sizes = ladder.sizes
        size = sizes.get(price, 0) + difference
        if size < 0 or not 0 < price < TICKS:
            return self._corrupt()
        ladder.frozen = None
        if size:  # what `put` does, without calling it
            sizes[price] = size
            if price > ladder.best:
                ladder.best, self.stirred = price, True
        elif sizes.pop(price, 0) and price == ladder.best:
            ladder.best = max(sizes, default=0)
        return True

    def interrupt(self) -> None:
        """Forget that the book is current: a gap in the sequence, a lost connection, silence."""
        self.state, self.stirred = LiveState.WAITING, True
        self.yes.best = self.no.best = 0

    def _corrupt(self) -> bool:
        self.state, self.stirred = LiveState.CORRUPT, True
        self.yes.best = self.no.best = 0
        return False

    def freeze(self, *, seen_at: datetime, venue_at: datetime | None = None) -> Book:
        """What stands now, as a value. Raises InvariantError unless LIVE."""
        if self.state is not LiveState.LIVE:
            raise InvariantError(f"the book of {self.market} is {self.state} and was to be read")
        unit, yes, no = self.unit_micros, self.yes, self.no
        if yes.frozen is None:
            bids = sorted(yes.sizes.items(), reverse=True)
            yes.frozen = tuple([level_of(tick * TICK_MICROS, size * unit) for tick, size in bids])
        if no.frozen is None:
            asks = sorted(no.sizes.items(), reverse=True)
            no.frozen = tuple([level_of(MICRO - tick * TICK_MICROS, size * unit) for tick, size in asks])
        return Book(self.market, yes.frozen, no.frozen, seen_at, venue_at)


@lru_cache(maxsize=_LEVELS_KEPT)
def level_of(price_micros: int, size_micros: int) -> Level:
    """A level as a value. From one look at a book to the next nearly all of them are the same."""
    return Level(_price(price_micros), _qty(size_micros))


_price = lru_cache(maxsize=TICKS)(Price)
_qty = lru_cache(maxsize=_LEVELS_KEPT)(Qty)
