"""Floor: the books of one venue, each built when it is first touched and moved on by the crowd up to the present."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from arbkit.venues.sim.exchange import Incoming, OrderBook, Outcome, Resting
from arbkit.venues.sim.world.model import SeedBook

CROWD = ""
"""The owner of every order that belongs to no account: strangers, of whom there are as many as it takes."""

TAPE_LENGTH_MAX = 1_000
CHANGES_KEPT_MAX = 2_000

Place = tuple[bool, int]
"""A level of a book: whether it is a bid, and its YES price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """A trade as the public sees it: YES price (1e-4 dollars) and the venue's own units of quantity."""

    number: int
    price: int
    qty: int
    taker_is_bid: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """What one act did to a book: the version since then, and what stands at each place that it touched."""

    version: int
    levels: tuple[tuple[Place, int], ...]
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
    changes: deque[Change] = field(default_factory=lambda: deque(maxlen=CHANGES_KEPT_MAX))
    traded: int = 0
    version: int = 0

    def levels(self) -> dict[Place, int]:
        """What stands at each place."""
        return {(is_bid, price): qty for is_bid in (True, False) for price, qty in self.book.levels(is_bid=is_bid)}

    def since(self, version: int, told: Mapping[Place, int]) -> list[Change]:
        """What has changed since a version, when so much was told to stand, act by act; in one step when that is
        longer ago than is kept."""
        count = self.version - version
        if count <= len(self.changes):
            return list(islice(self.changes, len(self.changes) - count, None))
        levels = self.levels()
        places = tuple((place, levels.get(place, 0)) for place in {**told, **levels})
        return [Change(self.version, places, self.changed_at)]


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

    def reduce(self, key: str, order_id: str, by: int, now: datetime) -> int:
        """Make an order smaller; says by how much."""
        pit = self.pit(key, now)
        order = pit.book.order(order_id)
        if order is None:
            return 0
        taken = pit.book.reduce(order_id, by)
        self._changed(pit, {(order.is_bid, order.price)}, now)
        return taken

    def show(self, key: str, levels: Mapping[Place, int], at: datetime) -> None:
        """Let strangers stand at these places with so much in all, whoever stood there before; orders of accounts stay,
        and nothing is matched. One act, whatever it touches."""
        pit = self.pit(key, at)
        for (is_bid, price), qty in levels.items():
            for order in pit.book.at(price, is_bid=is_bid):
                if order.owner == CROWD:
                    pit.book.cancel(order.order_id)
            if qty:
                name = f"{key}/{'bid' if is_bid else 'ask'}@{price}"
                pit.book.rest(Resting(name, CROWD, is_bid, price, qty))
        self._changed(pit, levels.keys(), at)

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
            places = {(not order.is_bid, match.price) for match in outcome.matches}
            places |= {(resting.is_bid, resting.price) for resting in outcome.cancelled}
            self._changed(pit, places | ({(order.is_bid, order.limit)} if outcome.rested else set()), now)
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
            self._changed(pit, {(order.is_bid, order.price)}, now)
        return order

    def _changed(self, pit: Pit, places: Iterable[Place], now: datetime) -> None:
        pit.changed_at = now
        pit.version += 1
        levels = tuple(((is_bid, price), pit.book.level(price, is_bid=is_bid)) for is_bid, price in places)
        pit.changes.append(Change(pit.version, levels, now))


def quote_of(pit: Pit) -> Quote:
    """The best levels of a book and its last trade."""
    bids, asks = pit.book.levels(is_bid=True), pit.book.levels(is_bid=False)
    return Quote(bids[0] if bids else None, asks[0] if asks else None, pit.last_price)
