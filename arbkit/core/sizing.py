"""The best quantity: an exact maximum of dollars through two depths, by branch and bound over integers.

Everything here is a plain int: quantities and prices in millionths, costs in 1e-12 dollar, fees and profits in
millionths of a dollar. Between two level ends the cost of either leg is a straight line and its fee lies above one, so
the profit of a stretch of quantities is nowhere above the line between its two ends with those floors. Stretches are
split where that bound promises most, until none promises more than the best quantity found.
"""

from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import heappop, heappush
from itertools import accumulate
from math import gcd
from operator import mul
from typing import Self

from arbkit.core.books import Book, Level
from arbkit.core.fees import (
    kalshi_buy_fee_raw,
    kalshi_model_raw,
    kalshi_rate,
    polymarket_fee_raw,
    polymarket_ratio,
)
from arbkit.core.markets import KalshiFees, PolymarketFees, Side
from arbkit.core.money import MICRO, ceil_div

CENT_PICO = 10_000 * MICRO
"""A cent in units of 1e-12 dollar."""


class Depth:
    """What can be bought of one outcome, cheapest first, with running totals before each level and after the last."""

    __slots__ = ("costs", "ends", "prices")

    def __init__(self, levels: Sequence[Level], *, mirrored: bool = False) -> None:
        """`mirrored`: the levels are bids for the opposite outcome. The same as mirroring each, without its objects."""
        prices = [level.price.micros for level in levels]
        sizes = [level.qty.micros for level in levels]
        self.prices = [MICRO - price for price in prices] if mirrored else prices
        self.ends = [*accumulate(sizes, initial=0)]
        self.costs: list[int] = [*accumulate(map(mul, self.prices, sizes), initial=0)]

    @classmethod
    def of(cls, book: Book, side: Side) -> Self:
        """What a book offers of an outcome."""
        return cls(book.yes_asks) if side is Side.YES else cls(book.yes_bids, mirrored=True)

    @property
    def total(self) -> int:
        """All that is offered."""
        return self.ends[-1]

    def level(self, qty: int) -> int:
        """The index of the level in which the last of `qty` is bought."""
        return bisect_left(self.ends, qty) - 1

    def price(self, qty: int) -> int:
        """The price of the last of `qty`."""
        return self.prices[bisect_left(self.ends, qty) - 1]

    def cost(self, qty: int) -> int:
        """What `qty` costs in 1e-12 dollar; 0 < qty <= total."""
        level = bisect_left(self.ends, qty) - 1
        return self.costs[level] + self.prices[level] * (qty - self.ends[level])

    def worth(self, pico: int) -> int | None:
        """The smallest quantity that costs at least so much; None when even everything costs less."""
        level = (bisect_left(self.costs, pico) or 1) - 1
        if level == len(self.prices):
            return None
        return max(1, self.ends[level] + ceil_div(pico - self.costs[level], self.prices[level]))


class Tariff(ABC):
    """A depth and what the venue charges for buying through it."""

    __slots__ = ("_debits", "depth")

    def __init__(self, depth: Depth) -> None:
        self.depth = depth
        self._debits: dict[int, int] = {0: 0}

    @abstractmethod
    def fee(self, qty: int) -> int:
        """The fee of buying `qty`, rounded as the venue rounds."""

    @abstractmethod
    def floors(self, low: int, high: int) -> tuple[int, int]:
        """Values at both ends, which lie in one level, of a straight line that is nowhere above the fee."""

    def debit(self, qty: int) -> int:
        """Cost and fee of buying `qty`, in millionths of a dollar. Grows with the quantity, for rates are below 1.
        The caps, the search and the leg ask for the same few quantities: each is worked out once."""
        debit = self._debits.get(qty)
        if debit is None:
            debit = self._debits[qty] = ceil_div(self.depth.cost(qty), MICRO) + self.fee(qty)
        return debit


class KalshiTariff(Tariff):
    """Kalshi: each level walked is a fill of its own, rounded by itself."""

    __slots__ = ("_before", "_precision", "_rate")

    def __init__(self, depth: Depth, fees: KalshiFees, *, precision: int) -> None:
        super().__init__(depth)
        self._rate, self._precision = kalshi_rate(fees), precision
        self._before = [0]

    def _whole(self, level: int) -> int:
        """The fees of all levels before this one; worked out as far as it is asked for."""
        before, ends = self._before, self.depth.ends
        while len(before) <= level:
            last = len(before) - 1
            before.append(before[last] + self._fill(self.depth.prices[last], ends[last + 1] - ends[last]))
        return before[level]

    def _fill(self, price: int, qty: int) -> int:
        return kalshi_buy_fee_raw(self._rate, price, qty, precision=self._precision)

    def fee(self, qty: int) -> int:
        """Whole levels before, and the part of the last one."""
        level = self.depth.level(qty)
        return self._whole(level) + self._fill(self.depth.prices[level], qty - self.depth.ends[level])

    def floors(self, low: int, high: int) -> tuple[int, int]:
        """The formula without its rounding is a straight line within a level."""
        level = self.depth.level(low)
        price, start, before = self.depth.prices[level], self.depth.ends[level], self._whole(level)
        return (
            before + kalshi_model_raw(self._rate, price, low - start),
            before + kalshi_model_raw(self._rate, price, high - start),
        )


class PolymarketTariff(Tariff):
    """Polymarket: one fee for the whole match, on its average price."""

    __slots__ = ("_fees",)

    def __init__(self, depth: Depth, fees: PolymarketFees) -> None:
        super().__init__(depth)
        self._fees = fees

    def fee(self, qty: int) -> int:
        """The fee on the average price, rounded up."""
        return polymarket_fee_raw(self._fees, qty, self.depth.cost(qty))

    def floors(self, low: int, high: int) -> tuple[int, int]:
        """Within a level the average price moves one way, and x (1 - x) has one hump: over the stretch the fee of one
        share is never below the smaller of its values at the ends."""
        if not self._fees.rate_ppm:
            return 0, 0
        above, below = polymarket_ratio(self._fees, low, self.depth.cost(low))
        above_high, below_high = polymarket_ratio(self._fees, high, self.depth.cost(high))
        below, below_high = below * low, below_high * high
        if above * below_high > above_high * below:
            above, below = above_high, below_high
        return above * low // below, above * high // below


class ShareTariff(Tariff):
    """The `spec` model: a share of what is paid, without steps."""

    __slots__ = ("_share_ppm",)

    def __init__(self, depth: Depth, *, share_ppm: int) -> None:
        super().__init__(depth)
        self._share_ppm = share_ppm

    def fee(self, qty: int) -> int:
        """The share of the cost, a fraction of a millionth counted as one."""
        return ceil_div(self.depth.cost(qty) * self._share_ppm, MICRO * MICRO)

    def floors(self, low: int, high: int) -> tuple[int, int]:
        """The share itself is a straight line within a level."""
        first, last = (self.depth.cost(qty) * self._share_ppm // (MICRO * MICRO) for qty in (low, high))
        return first, last


def largest(holds: Callable[[int], bool], *, step: int, high: int) -> int:
    """The largest multiple of `step` up to `high` for which `holds`, given that it holds for all smaller ones."""
    low, above = 0, high // step + 1
    if above > 1 and holds((above - 1) * step):  # mostly so: a cap that does not bite
        return (above - 1) * step
    while above - low > 1:
        middle = (low + above) // 2
        low, above = (middle, above) if holds(middle * step) else (low, middle)
    return low * step


@dataclass(slots=True)
class Stretch:
    """Quantities first, first + stride, ... : `count` of them, all within one level of either leg."""

    first: int
    stride: int
    count: int

    @property
    def last(self) -> int:
        """The largest of them."""
        return self.first + self.stride * (self.count - 1)


def stretches(kalshi: Depth, polymarket: Depth, *, step: int, low: int, high: int) -> Iterator[Stretch]:
    """All quantities between `low` and `high` that are multiples of `step` and cost whole cents on Polymarket.

    A Polymarket FOK BUY is a budget in whole cents that is spent entirely. Only where the cost is a whole number of
    cents does it bring exactly the quantity meant.
    """
    first, high = ceil_div(low, step) * step, min(high, kalshi.total, polymarket.total)
    level, other = kalshi.level(first), polymarket.level(first)
    while first <= high:
        while kalshi.ends[level + 1] < first:
            level += 1
        while polymarket.ends[other + 1] < first:
            other += 1
        end = min(kalshi.ends[level + 1], polymarket.ends[other + 1], high)
        if found := _whole_cents(polymarket, other, step=step, low=first, high=end):
            yield found
        first = (end // step + 1) * step


def _whole_cents(depth: Depth, level: int, *, step: int, low: int, high: int) -> Stretch | None:
    """Solve cost(k x step) = 0 modulo a cent within one level: an arithmetic progression, or nothing."""
    price = depth.prices[level]
    wanted = (price * depth.ends[level] - depth.costs[level]) % CENT_PICO
    common, period, inverse = _congruence(price * step % CENT_PICO)
    if wanted % common:
        return None
    stride = step * period
    first = step * (wanted // common * inverse % period)
    first += max(0, ceil_div(low - first, stride)) * stride
    return Stretch(first, stride, (high - first) // stride + 1) if first <= high else None


@lru_cache(maxsize=1_024)
def _congruence(factor: int) -> tuple[int, int, int]:
    """What solves factor x k = wanted modulo a cent: their common divisor, after how many k it comes again, and the
    inverse of the factor without that divisor."""
    common = gcd(factor, CENT_PICO)
    period = CENT_PICO // common
    return common, period, pow(factor // common, -1, period)


class _Search:
    """The best quantity so far, and the stretches that might hold a better one, most promising first."""

    def __init__(self, kalshi: Tariff, polymarket: Tariff) -> None:
        self.kalshi, self.polymarket = kalshi, polymarket
        self.profit, self.qty = 0, 0
        self.open: list[tuple[int, int, int, int]] = []

    def beats(self, profit: int, qty: int) -> bool:
        """More profit, or as much with fewer contracts."""
        return profit > self.profit or (profit == self.profit and qty < self.qty)

    def add(self, stretch: Stretch) -> None:
        """Try both ends, and keep what lies between if it might be better."""
        low, high = stretch.first, stretch.last
        kalshi, polymarket = self.kalshi, self.polymarket
        gross = []
        for qty in (low, high) if high > low else (low,):
            left = qty - (kalshi.depth.cost(qty) + polymarket.depth.cost(qty)) // MICRO
            gross.append(left)
            if left >= self.profit:  # fees only take from it
                profit = qty - kalshi.debit(qty) - polymarket.debit(qty)
                if self.beats(profit, qty):
                    self.profit, self.qty = profit, qty
        if stretch.count <= 2 or max(gross) < self.profit:
            return
        (here_first, here_last), (there_first, there_last) = kalshi.floors(low, high), polymarket.floors(low, high)
        first, last = gross[0] - here_first - there_first, gross[1] - here_last - there_last
        steps = stretch.count - 1  # from end to end; what is kept begins and ends one step further inside
        bound = max(0, first + ceil_div(last - first, steps), last + ceil_div(first - last, steps))
        if self.beats(bound, low + stretch.stride):
            heappush(self.open, (-bound, low + stretch.stride, stretch.stride, stretch.count - 2))

    def finish(self) -> None:
        """Split what is open, most promising first, until nothing can be better than the best."""
        while self.open:
            bound, first, stride, count = heappop(self.open)
            if -bound < self.profit:
                return
            if self.beats(-bound, first):
                half = (count + 1) // 2
                self.add(Stretch(first, stride, half))
                if count > half:
                    self.add(Stretch(first + stride * half, stride, count - half))


def best_size(kalshi: Tariff, polymarket: Tariff, *, step: int, low: int, high: int) -> tuple[int, int] | None:
    """The quantity between `low` and `high` with the largest profit before gas, and that profit; the smaller quantity
    where two are equal. None if no quantity leaves a profit."""
    search = _Search(kalshi, polymarket)
    for stretch in stretches(kalshi.depth, polymarket.depth, step=step, low=low, high=high):
        cost = kalshi.depth.cost(stretch.first) + polymarket.depth.cost(stretch.first)
        # Prices only rise with the quantity, so profit before fees has one hump: below a profit already made, it is
        # past its top and falls for good.
        if stretch.first - cost // MICRO < search.profit:
            break
        search.add(stretch)
    search.finish()
    return (search.qty, search.profit) if search.profit > 0 else None


def smallest_size(
    kalshi: Tariff, polymarket: Tariff, *, step: int, low: int, high: int, enough: int
) -> tuple[int, int] | None:
    """The smallest quantity between `low` and `high` with at least so much profit before gas, and that profit. Tries
    one after the other: for the few contracts of a first trade."""
    for stretch in stretches(kalshi.depth, polymarket.depth, step=step, low=low, high=high):
        for qty in range(stretch.first, stretch.last + 1, stretch.stride):
            profit = qty - kalshi.debit(qty) - polymarket.debit(qty)
            if profit >= enough:
                return qty, profit
    return None
