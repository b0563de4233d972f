"""The crowd: strangers who quote, cancel and trade in every book, the same for the same seed whoever looks and when."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from arbkit.core.markets import Polarity
from arbkit.venues.sim.exchange import ONE_DOLLAR, Incoming, TimeInForce
from arbkit.venues.sim.floor import CROWD, Pit
from arbkit.venues.sim.world.dice import Dice
from arbkit.venues.sim.world.model import World

CATCH_UP_MAX = 300
"""How many acts of a market are played at most at one look; a market unseen for long skips what came before."""
_DRIFT_EVERY = timedelta(seconds=30)
_DRIFT_STEP = 25
_DEPTH_ORDERS_MIN = 6
_GRIDS = (100, 50, 10, 5, 1)


class Flow(StrEnum):
    """How lively the books are: frozen, as lively as the world says, or thirty times that."""

    OFF = "off"
    CALM = "calm"
    BUSY = "busy"

    @property
    def factor(self) -> int:
        """What the activity of a market is multiplied by."""
        return {Flow.OFF: 0, Flow.CALM: 1, Flow.BUSY: 30}[self]


class _Drift:
    """How opinion about one event wanders, in 1e-4 dollars: shared by both venues, so that twins move together."""

    def __init__(self, seed: int, event: str, start: datetime) -> None:
        self._dice = Dice(seed, "drift", event)
        self._start = start
        self._path = [0]

    def at(self, now: datetime) -> int:
        place = max(0, (now - self._start) // _DRIFT_EVERY)
        while len(self._path) <= place:
            pull = -self._path[-1] / 2_000
            self._path.append(self._path[-1] + round(self._dice.gauss(pull, 1) * _DRIFT_STEP))
        return self._path[place]


@dataclass(slots=True)
class _Market:
    """What the crowd remembers of a market."""

    dice: Dice
    drift: _Drift
    mirrored: bool
    fair: int
    grid: int
    orders_wanted: int
    qty_unit: int
    next_at: datetime
    acts: int = 0


class SeededCrowd:
    """Gives the acts of strangers in a market up to a time. Markets whose activity is 0 stand still."""

    def __init__(self, world: World, flow: Flow, *, tokens: Mapping[str, str]) -> None:
        """`tokens` gives the YES token of a Polymarket condition id, by which the books are keyed."""
        self._world = world
        self._factor = flow.factor
        self._events: dict[str, tuple[str, bool]] = {}
        for twin in world.twins:
            self._events[twin.kalshi] = (twin.kalshi, False)
            if (token := tokens.get(twin.polymarket)) is not None:
                self._events[token] = (twin.kalshi, twin.polarity is Polarity.INVERTED)
        self._drifts: dict[str, _Drift] = {}
        self._markets: dict[str, _Market] = {}

    def __call__(self, pit: Pit, now: datetime) -> Iterator[tuple[datetime, Incoming | str]]:
        """The acts between the pit's own time and `now`; each sees the book as the one before left it."""
        per_hour = pit.seed.activity * self._factor
        if not per_hour:
            return
        market = self._markets.get(pit.key) or self._meet(pit)
        pause_s = 3600 / per_hour
        market.next_at = max(market.next_at, now - timedelta(seconds=pause_s * CATCH_UP_MAX))
        while market.next_at <= now:
            at = market.next_at
            act = self._act(pit, market, at)
            market.acts += 1
            market.next_at = at + timedelta(seconds=pause_s * (0.2 + 1.6 * market.dice.random()))
            if act is not None:
                yield at, act

    def _meet(self, pit: Pit) -> _Market:
        event, mirrored = self._events.get(pit.key, (pit.key, False))
        if event not in self._drifts:
            self._drifts[event] = _Drift(self._world.seed, event, self._world.made_at)
        prices = [price for price, _qty in (*pit.seed.yes_bids, *pit.seed.yes_asks)]
        grid = next(step for step in _GRIDS if all(price % step == 0 for price in prices))
        orders = list(pit.book.orders())
        market = _Market(
            dice=Dice(self._world.seed, "crowd", pit.key),
            drift=self._drifts[event],
            mirrored=mirrored,
            fair=_fair(pit),
            grid=grid,
            orders_wanted=max(_DEPTH_ORDERS_MIN, len(orders)),
            qty_unit=max(1, sum(order.left for order in orders) // (len(orders) or 1)),
            next_at=pit.moved_to,
        )
        self._markets[pit.key] = market
        return market

    def _act(self, pit: Pit, market: _Market, at: datetime) -> Incoming | str | None:
        drift = market.drift.at(at)
        fair = min(max(market.fair + (-drift if market.mirrored else drift), 150), ONE_DOLLAR - 150)
        mine = [order for order in pit.book.orders() if order.owner == CROWD]
        stale = [o for o in mine if (o.price > fair if o.is_bid else o.price < fair)]
        if stale and market.dice.happens(60):
            return market.dice.choice(stale).order_id
        if len(mine) > market.orders_wanted and market.dice.happens(60):
            return market.dice.choice(mine).order_id
        return self._take(pit, market, fair) if market.dice.happens(15) else self._quote(market, pit, fair)

    def _quote(self, market: _Market, pit: Pit, fair: int) -> Incoming | None:
        is_bid = market.dice.happens(50)
        away = market.dice.choice((1, 1, 1, 2, 2, 3, 4, 6)) * market.grid
        if market.dice.happens(3):
            away = -market.dice.choice((1, 2, 4)) * market.grid
        price = _on_grid(fair - away if is_bid else fair + away, market.grid, up=not is_bid)
        return self._order(pit, market, is_bid, price, TimeInForce.GOOD_TILL_CANCELED)

    def _take(self, pit: Pit, market: _Market, fair: int) -> Incoming | None:
        is_bid = market.dice.happens(50)
        best = pit.book.best(is_bid=not is_bid)
        if best is None or abs(best - fair) > 8 * max(market.grid, 50):
            return None
        return self._order(pit, market, is_bid, best, TimeInForce.IMMEDIATE_OR_CANCEL)

    def _order(
        self, pit: Pit, market: _Market, is_bid: bool, price: int, time_in_force: TimeInForce
    ) -> Incoming | None:
        if not market.grid <= price <= ONE_DOLLAR - market.grid:
            return None
        share = market.dice.choice((0.05, 0.1, 0.25, 0.5, 1, 1.5))
        whole = 100 * pit.qty_scale
        qty = max(1, round(market.qty_unit * share / whole)) * whole
        return Incoming(
            order_id=f"{pit.key}/{market.acts}",
            owner=CROWD,
            is_bid=is_bid,
            limit=price,
            qty=qty,
            time_in_force=time_in_force,
        )


def _fair(pit: Pit) -> int:
    if pit.seed.fair is not None:
        return pit.seed.fair
    bid, ask = pit.book.best(is_bid=True), pit.book.best(is_bid=False)
    if bid is not None and ask is not None:
        return (bid + ask) // 2
    return pit.last_price or bid or ask or ONE_DOLLAR // 2


def _on_grid(price: int, grid: int, *, up: bool) -> int:
    return -(-price // grid) * grid if up else price // grid * grid
