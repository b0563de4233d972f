"""Floor: the books of one venue, each built when it is first touched and moved on by the crowd up to the present."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from arbkit.venues.sim.exchange import Incoming, OrderBook, Outcome, Resting
from arbkit.venues.sim.world.model import SeedBook

CROWD = ""
"""The owner of every order that belongs to no account: strangers, of whom there are as many as it takes."""

TAPE_LENGTH_MAX = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """A trade as the public sees it: YES price (1e-4 dollars) and the venue's own units of quantity."""

    number: int
    price: int
    qty: int
    taker_is_bid: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Quote:
    """The best of each side, and the last trade; None where there is none."""

    bid: tuple[int, int] | None
    ask: tuple[int, int] | None
    last: int | None


@dataclass(slots=True, kw_only=True)
class Pit:
    """One market's book with what has happened in it. `moved_to` is how far the crowd has got, `qty_scale` how many
    units of quantity make a hundredth of a contract."""

    key: str
    seed: SeedBook
    qty_scale: int
    book: OrderBook
    changed_at: datetime
    moved_to: datetime
    last_price: int | None
    tape: deque[Print] = field(default_factory=lambda: deque(maxlen=TAPE_LENGTH_MAX))
    traded: int = 0
    version: int = 0


Crowd = Callable[[Pit, datetime], Iterator[tuple[datetime, Incoming | str]]]
"""What strangers do in a market up to a time: orders to send and ids of orders to cancel, with their times."""

Watcher = Callable[[Pit, Incoming, Outcome, list[Print], datetime], None]
"""Told of every order that went into a book, whoever sent it, with a print for each match."""


class Floor:
    """All books of a venue. `qty_scale` turns the 0.01 contracts of the seeds into the venue's unit."""

    def __init__(
        self, seeds: Mapping[str, SeedBook], *, made_at: datetime, qty_scale: int, crowd: Crowd | None = None
    ) -> None:
        self._seeds = seeds
        self._made_at = made_at
        self.qty_scale = qty_scale
        self._crowd = crowd
        self._pits: dict[str, Pit] = {}
        self._prints = 0
        self.watchers: list[Watcher] = []

    def holds(self, key: str) -> bool:
        """Whether there is a book for this market."""
        return key in self._seeds

    def pit(self, key: str, now: datetime) -> Pit:
        """The book of a market as it stands now. A market without a seed has an empty one."""
        pit = self._pits.get(key)
        if pit is None:
            pit = self._pits[key] = self._opened(key)
        if self._crowd is not None and now > pit.moved_to:
            for at, act in self._crowd(pit, now):
                if isinstance(act, str):
                    self._cancel(pit, act, at)
                else:
                    self._submit(pit, act, at)
            pit.moved_to = now
        return pit

    def touched(self) -> Iterator[Pit]:
        """Every book that was ever looked at."""
        return iter(tuple(self._pits.values()))

    def quote(self, key: str) -> Quote | None:
        """The last known quote, without moving the market on: what a cached listing shows."""
        if (pit := self._pits.get(key)) is not None:
            return quote_of(pit)
        if (seed := self._seeds.get(key)) is None:
            return None
        bid = max(seed.yes_bids, default=None)
        ask = min(seed.yes_asks, default=None)
        return Quote(self._rung(seed.yes_bids, bid), self._rung(seed.yes_asks, ask), seed.last_price)

    def submit(self, key: str, order: Incoming, now: datetime) -> Outcome:
        """Send an order into a book."""
        return self._submit(self.pit(key, now), order, now)

    def cancel(self, key: str, order_id: str, now: datetime) -> Resting | None:
        """Take an order out of a book."""
        return self._cancel(self.pit(key, now), order_id, now)

    def _rung(self, rungs: tuple[tuple[int, int], ...], best: tuple[int, int] | None) -> tuple[int, int] | None:
        if best is None:
            return None
        return best[0], sum(qty for price, qty in rungs if price == best[0]) * self.qty_scale

    def _opened(self, key: str) -> Pit:
        seed = self._seeds.get(key, SeedBook())
        book = OrderBook()
        for is_bid, rungs in ((True, seed.yes_bids), (False, seed.yes_asks)):
            for place, (price, qty) in enumerate(rungs):
                name = f"{key}/{'bid' if is_bid else 'ask'}/{place}"
                book.rest(Resting(name, CROWD, is_bid, price, qty * self.qty_scale))
        return Pit(
            key=key,
            seed=seed,
            qty_scale=self.qty_scale,
            book=book,
            changed_at=self._made_at,
            moved_to=self._made_at,
            last_price=seed.last_price,
        )

    def _submit(self, pit: Pit, order: Incoming, now: datetime) -> Outcome:
        outcome = pit.book.submit(order)
        if outcome.matches or outcome.rested or outcome.cancelled:
            pit.changed_at = now
            pit.version += 1
        prints = []
        for match in outcome.matches:
            self._prints += 1
            pit.last_price = match.price
            pit.traded += match.qty
            trade = Print(number=self._prints, price=match.price, qty=match.qty, taker_is_bid=order.is_bid, at=now)
            prints.append(trade)
        pit.tape.extend(prints)
        for watcher in self.watchers:
            watcher(pit, order, outcome, prints, now)
        return outcome

    def _cancel(self, pit: Pit, order_id: str, now: datetime) -> Resting | None:
        order = pit.book.cancel(order_id)
        if order is not None:
            pit.changed_at = now
            pit.version += 1
        return order


def quote_of(pit: Pit) -> Quote:
    """The best levels of a book and its last trade."""
    bids, asks = pit.book.levels(is_bid=True), pit.book.levels(is_bid=False)
    return Quote(bids[0] if bids else None, asks[0] if asks else None, pit.last_price)
