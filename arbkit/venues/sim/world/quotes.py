"""Seed books: live-looking depth around a fair value, coherent between venues; some hold a true or false arbitrage."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum, auto

from arbkit.venues.sim.world.dice import Dice
from arbkit.venues.sim.world.drafts import WHOLE
from arbkit.venues.sim.world.kalshi_shape import Ranges
from arbkit.venues.sim.world.model import Rung, SeedBook


class Plan(Enum):
    """How a Kalshi book stands to the book of its twin."""

    CALM = auto()
    """No price crosses."""
    PLANTED = auto()
    """Prices cross by so much that at least 3 % remain after every fee, for dozens of contracts."""
    FEES_EAT = auto()
    """Prices cross by less than the fees."""
    DUST = auto()
    """Prices cross widely, but for fewer contracts than can be ordered."""
    ONE_SIDED = auto()
    """Prices cross, and nobody stands on the other side of the book."""
    CROSSED = auto()
    """Prices cross, but the book crosses itself: the venue shows a moment that cannot last."""
    UNQUOTED = auto()
    """Nobody ever quoted: the venue's "no quote" figures look like a free contract."""


_ASK_MIN = 300
"""No arbitrage is planted below three cents."""


@dataclass(frozen=True, slots=True)
class FeeRates:
    """What a taker pays at each venue, as rate in rate x p x (1 - p)."""

    kalshi: float
    polymarket: float


@dataclass(frozen=True, slots=True)
class Theirs:
    """The book of a twin, seen from our side, and what taking from both costs."""

    book: SeedBook
    fees: FeeRates

    @property
    def mirrored(self) -> "Theirs":
        """The same seen from the other outcome."""
        return Theirs(mirrored(self.book), self.fees)


def mirrored(book: SeedBook) -> SeedBook:
    """The same book seen from the other outcome."""
    return SeedBook(
        yes_bids=tuple((WHOLE - price, size) for price, size in book.yes_asks),
        yes_asks=tuple((WHOLE - price, size) for price, size in book.yes_bids),
        last_price=None if book.last_price is None else WHOLE - book.last_price,
        activity=book.activity,
        fair=None if book.fair is None else WHOLE - book.fair,
    )


def quoted(dice: Dice, fair: int, grid: Ranges) -> SeedBook:
    """A book of its own: both sides, several levels, a spread of a few ticks."""
    half = max(1, round(dice.uniform(0.3, 1.2) * _width(fair)))
    centre = fair + round(dice.gauss(0, 0.4) * _width(fair))
    return _book(dice, grid, _below(grid, centre - half), _above(grid, centre + half), fair)


def beside(dice: Dice, fair: int, grid: Ranges, *, theirs: Theirs, plan: Plan) -> SeedBook:
    """A Kalshi book next to the book of its twin, as the plan wants it. Where the plan cannot be had (no price on the
    grid does it), prices stay calm: see `holds_arbitrage`."""
    if plan is Plan.UNQUOTED:
        return SeedBook(fair=fair)
    own = quoted(dice, fair, grid)
    bid = _below(grid, min(max(own.yes_bids)[0], min(theirs.book.yes_asks)[0]))
    ask = _above(grid, max(min(own.yes_asks)[0], max(theirs.book.yes_bids)[0]))
    calm = _book(dice, grid, bid, ask, fair)
    if plan is Plan.CALM:
        return calm
    if dice.happens(50):
        return _crossing(dice, calm, grid, theirs, plan)
    # too dear a bid is too cheap an ask of the mirrored market
    return mirrored(_crossing(dice, mirrored(calm), _mirror(grid), theirs.mirrored, plan))


def holds_arbitrage(here: SeedBook, theirs: SeedBook, fees: FeeRates, *, share_min: float) -> bool:
    """Whether the best prices leave at least `share_min` of the outlay after fees, one way or the other."""
    return any(
        _share(min(one.yes_asks)[0], max(other.yes_bids)[0], fees) >= share_min
        for one, other in ((here, theirs), (mirrored(here), mirrored(theirs)))
        if one.yes_asks and other.yes_bids
    )


def _crossing(dice: Dice, calm: SeedBook, grid: Ranges, theirs: Theirs, plan: Plan) -> SeedBook:
    their_bid = max(theirs.book.yes_bids)[0]
    if plan is Plan.FEES_EAT:
        best = _below(grid, their_bid - 1)
        if best >= their_bid or _share(best, their_bid, theirs.fees) >= 0:
            return calm
    else:
        best = _cheap_enough(grid, their_bid, theirs.fees, share_min=dice.uniform(0.04, 0.09))
        if best < _ASK_MIN:
            return calm
    if plan is Plan.DUST:
        return replace(calm, yes_asks=((best, dice.randrange(50, 300)), *calm.yes_asks), yes_bids=_under(calm, best))
    bid = _below(grid, best - max(grid[0][2], round(dice.uniform(1, 3) * _width(best))))
    book = _book(dice, grid, bid, best, calm.fair or best)
    if plan is Plan.ONE_SIDED:
        return replace(book, yes_bids=())
    if plan is Plan.CROSSED:
        return replace(book, yes_bids=calm.yes_bids) if max(calm.yes_bids)[0] >= best else calm
    return replace(book, activity=0)


def _under(book: SeedBook, ask: int) -> tuple[Rung, ...]:
    return tuple(level for level in book.yes_bids if level[0] < ask)


def _cheap_enough(grid: Ranges, their_bid: int, fees: FeeRates, *, share_min: float) -> int:
    price = their_bid
    while price >= _ASK_MIN and _share(price, their_bid, fees) < share_min:
        price = _below(grid, price - 1)
    return price


def _share(ask: int, bid: int, fees: FeeRates) -> float:
    """Profit over outlay of buying YES at Kalshi's ask and NO at Polymarket's bid, per contract at the best prices."""
    here, there = ask / WHOLE, bid / WHOLE
    outlay = here + (1 - there) + fees.kalshi * here * (1 - here) + fees.polymarket * there * (1 - there)
    return (1 - outlay) / outlay


def _width(price: int) -> int:
    """A usual half spread at a price: wide in the middle, narrow at the ends."""
    return 40 + 120 * price * (WHOLE - price) // (WHOLE * WHOLE // 4)


def _book(dice: Dice, grid: Ranges, bid: int, ask: int, fair: int) -> SeedBook:
    if bid >= ask:
        ask = _above(grid, bid + 1)
    bids = tuple(_levels(dice, grid, bid, -1))
    asks = tuple(_levels(dice, grid, ask, 1))
    last = dice.choice((bid, ask))
    return SeedBook(
        yes_bids=bids, yes_asks=asks, last_price=last or None, activity=dice.choice((0, 2, 6, 20)), fair=fair
    )


def _levels(dice: Dice, grid: Ranges, best: int, direction: int) -> Iterable[Rung]:
    """Levels from the best price outwards; sizes grow, gaps occur, the last ones stand far off."""
    price = best
    for depth in range(dice.randint(3, 9)):
        if not 0 < price < WHOLE:
            return
        yield price, round(100 * (60 + dice.lognormvariate(4.4, 0.9) * (1 + depth / 2)))
        for _ in range(dice.choice((1, 1, 1, 2, 3))):
            price = _above(grid, price + 1) if direction > 0 else _below(grid, price - 1)


def _below(grid: Ranges, price: int) -> int:
    """The highest price of the grid that is not above `price`, at least the lowest one."""
    price = max(price, grid[0][2])
    band = next(band for band in reversed(grid) if band[0] <= min(price, WHOLE - 1))
    return min(band[0] + (price - band[0]) // band[2] * band[2], WHOLE - grid[-1][2])


def _above(grid: Ranges, price: int) -> int:
    """The lowest price of the grid that is not below `price`, at most the highest one."""
    return WHOLE - _below(_mirror(grid), WHOLE - price)


def _mirror(grid: Ranges) -> Ranges:
    return tuple((WHOLE - end, WHOLE - start, step) for start, end, step in reversed(grid))
