"""OrderBook: price-time matching in integers, the same engine under both venues.

A book holds the YES side of one market: a bid buys YES, an ask sells YES (or buys NO, which is the same order seen from
the other outcome). Prices are in 1e-4 dollars, quantities in whatever unit the venue trades in (Kalshi 0.01 contract,
Polymarket a millionth of a share). A trade happens at the price of the order that was there first. The book moves no
money.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from arbkit.errors import InvariantError

ONE_DOLLAR = 10_000
"""A dollar in units of price."""


class TimeInForce(StrEnum):
    """How long an order lives: all at once or not at all, what is there and no more, or until cancelled."""

    FILL_OR_KILL = "fill_or_kill"
    IMMEDIATE_OR_CANCEL = "immediate_or_cancel"
    GOOD_TILL_CANCELED = "good_till_canceled"


class SelfTrade(StrEnum):
    """What happens when an order meets one of its owner: they trade, the newer stops, or the older is cancelled."""

    TRADE = "trade"
    STOP_TAKER = "taker_at_cross"
    CANCEL_MAKER = "maker"


@dataclass(slots=True)
class Resting:
    """An order that stands in the book; `left` is what is not yet filled."""

    order_id: str
    owner: str
    is_bid: bool
    price: int
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """An order on its way in. It wants `qty`, or, with `budget` (price x quantity), as much as that buys.

    `mirrored` says that the budget counts dollars of NO: a unit then costs one dollar minus the YES price.
    """

    order_id: str
    owner: str
    is_bid: bool
    limit: int
    qty: int = 0
    budget: int | None = None
    mirrored: bool = False
    time_in_force: TimeInForce = TimeInForce.GOOD_TILL_CANCELED
    self_trade: SelfTrade = SelfTrade.TRADE
    post_only: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """A trade between the incoming order and one that stood: YES price and quantity."""

    maker_id: str
    maker: str
    price: int
    qty: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an incoming order. `killed`: a fill-or-kill that could not be filled; nothing happened at all."""

    matches: tuple[Match, ...] = ()
    rested: int = 0
    killed: bool = False
    crossed: bool = False
    """A post-only order that would have traded; nothing happened."""
    cancelled: tuple[Resting, ...] = ()
    """Orders of the same owner that gave way."""

    @property
    def filled(self) -> int:
        """The quantity traded."""
        return sum(match.qty for match in self.matches)


class _Ladder:
    """One side of a book: the orders at each price in order of arrival."""

    __slots__ = ("at", "prices")

    def __init__(self) -> None:
        self.prices: list[int] = []
        self.at: dict[int, dict[str, Resting]] = {}

    def add(self, order: Resting) -> None:
        if order.price not in self.at:
            insort(self.prices, order.price)
            self.at[order.price] = {}
        self.at[order.price][order.order_id] = order

    def remove(self, order: Resting) -> None:
        queue = self.at[order.price]
        del queue[order.order_id]
        if not queue:
            del self.at[order.price]
            del self.prices[bisect_left(self.prices, order.price)]


class OrderBook:
    """One market's book: who stands at which price, and since when in relation to the others."""

    __slots__ = ("_asks", "_bids", "_orders")

    def __init__(self) -> None:
        self._bids = _Ladder()
        self._asks = _Ladder()
        self._orders: dict[str, Resting] = {}

    def rest(self, order: Resting) -> None:
        """Put an order into the book without matching it, behind everything at its price."""
        if order.left <= 0 or order.order_id in self._orders or not 0 < order.price < ONE_DOLLAR:
            raise InvariantError(f"order {order.order_id} cannot rest: {order.left} at {order.price}")
        self._orders[order.order_id] = order
        self._side(order.is_bid).add(order)

    def order(self, order_id: str) -> Resting | None:
        """Find an order that stands."""
        return self._orders.get(order_id)

    def orders(self) -> Iterator[Resting]:
        """Every order that stands, oldest first."""
        return iter(tuple(self._orders.values()))

    def cancel(self, order_id: str) -> Resting | None:
        """Take an order out; None when it does not stand."""
        order = self._orders.pop(order_id, None)
        if order is not None:
            self._side(order.is_bid).remove(order)
        return order

    def reduce(self, order_id: str, by: int) -> int:
        """Make an order smaller without losing its place; says by how much (all of it at most)."""
        order = self._orders.get(order_id)
        if order is None:
            return 0
        by = min(by, order.left)
        order.left -= by
        if order.left == 0:
            self.cancel(order_id)
        return by

    def levels(self, *, is_bid: bool) -> list[tuple[int, int]]:
        """Price and total quantity of each level of a side, best first."""
        ladder = self._side(is_bid)
        prices = reversed(ladder.prices) if is_bid else iter(ladder.prices)
        return [(price, sum(order.left for order in ladder.at[price].values())) for price in prices]

    def at(self, price: int, *, is_bid: bool) -> list[Resting]:
        """The orders at one price, oldest first."""
        return list(self._side(is_bid).at.get(price, {}).values())

    def level(self, price: int, *, is_bid: bool) -> int:
        """The total quantity at one price."""
        return sum(order.left for order in self._side(is_bid).at.get(price, {}).values())

    def best(self, *, is_bid: bool) -> int | None:
        """The best price of a side."""
        prices = self._side(is_bid).prices
        return (prices[-1] if is_bid else prices[0]) if prices else None

    def preview(self, order: Incoming) -> tuple[Match, ...]:
        """What an order would trade if it came now; nothing happens."""
        return self._plan(order)[0]

    def submit(self, order: Incoming) -> Outcome:
        """Match an order, then rest, cancel or kill what is left of it."""
        matches, cancelled, stopped, left = self._plan(order)
        if order.post_only and matches:
            return Outcome(crossed=True)
        if order.time_in_force is TimeInForce.FILL_OR_KILL and left:
            return Outcome(killed=True)
        for resting in cancelled:
            self.cancel(resting.order_id)
        for match in matches:
            self.reduce(match.maker_id, match.qty)
        rests = order.time_in_force is TimeInForce.GOOD_TILL_CANCELED and order.budget is None and not stopped
        if not (rests and left):
            left = 0
        else:
            self.rest(Resting(order.order_id, order.owner, order.is_bid, order.limit, left))
        return Outcome(matches, left, cancelled=cancelled)

    def _side(self, is_bid: bool) -> _Ladder:
        return self._bids if is_bid else self._asks

    def _facing(self, order: Incoming) -> Iterator[Resting]:
        """The orders an incoming one may meet, in the order in which it meets them."""
        ladder = self._side(not order.is_bid)
        for price in ladder.prices if order.is_bid else reversed(ladder.prices):
            if (price > order.limit) if order.is_bid else (price < order.limit):
                return
            yield from ladder.at[price].values()

    def _plan(self, order: Incoming) -> tuple[tuple[Match, ...], tuple[Resting, ...], bool, int]:
        """What would happen: matches, own orders to cancel, whether self-trade stops it, and what stays unfilled (for a
        budget: the units it could still buy at the last price)."""
        matches: list[Match] = []
        cancelled: list[Resting] = []
        left = order.qty if order.budget is None else order.budget
        for resting in self._facing(order):
            unit = 1 if order.budget is None else (ONE_DOLLAR - resting.price if order.mirrored else resting.price)
            wanted = left // unit
            if not wanted:
                return tuple(matches), tuple(cancelled), False, 0
            if resting.owner == order.owner and order.self_trade is SelfTrade.CANCEL_MAKER:
                cancelled.append(resting)
                continue
            if resting.owner == order.owner and order.self_trade is SelfTrade.STOP_TAKER:
                return tuple(matches), tuple(cancelled), True, left
            qty = min(wanted, resting.left)
            matches.append(Match(resting.order_id, resting.owner, resting.price, qty))
            left -= qty * unit
        if order.budget is not None:
            limit = ONE_DOLLAR - order.limit if order.mirrored else order.limit
            left //= limit
        return tuple(matches), tuple(cancelled), False, left
