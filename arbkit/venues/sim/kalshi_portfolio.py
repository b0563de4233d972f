"""What an account at the simulated Kalshi has: money by shard, orders, fills, positions, settlements."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from arbkit.venues.sim.exchange import ONE_DOLLAR, SelfTrade, TimeInForce
from arbkit.venues.sim.replicas import Delayed, Misreport


@dataclass(frozen=True, slots=True, kw_only=True)
class KalshiOrder:
    """An order as it stands; a new value replaces it at each change. Costs and fees in micro-dollars."""

    order_id: str
    user_id: str
    client_order_id: str
    ticker: str
    shard: int
    is_bid: bool
    price: int
    count: int
    remaining: int
    filled: int = 0
    status: str = "resting"
    time_in_force: TimeInForce
    self_trade: SelfTrade
    created_at: datetime
    updated_at: datetime
    expires_at: datetime | None = None
    cancel_on_pause: bool = False
    taker_fees: int = 0
    maker_fees: int = 0
    taker_cost: int = 0
    maker_cost: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class KalshiFill:
    """A trade of one of our orders; `fee` in micro-dollars."""

    trade_id: str
    order_id: str
    ticker: str
    shard: int
    is_bid: bool
    price: int
    qty: int
    is_taker: bool
    fee: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KalshiPosition:
    """A signed position (+ YES, - NO) in 0.01 contracts. `cost` is what the open part cost, in micro-dollars."""

    ticker: str
    event_ticker: str
    shard: int
    updated_at: datetime
    qty: int = 0
    cost: int = 0
    traded: int = 0
    realized: int = 0
    fees: int = 0
    settled: bool = False

    def after(self, fill: KalshiFill) -> "KalshiPosition":
        """The position after a fill: what it closes is realised, what it opens adds to the cost."""
        signed = fill.qty if fill.is_bid else -fill.qty
        closing = min(fill.qty, max(-self.qty if fill.is_bid else self.qty, 0))
        opening = fill.qty - closing
        paid_per_unit = fill.price if fill.is_bid else ONE_DOLLAR - fill.price
        released = self.cost * closing // abs(self.qty) if closing else 0
        brought = closing * (ONE_DOLLAR - paid_per_unit)
        return KalshiPosition(
            ticker=self.ticker,
            event_ticker=self.event_ticker,
            shard=self.shard,
            updated_at=fill.at,
            qty=self.qty + signed,
            cost=self.cost - released + opening * paid_per_unit,
            traded=self.traded + fill.qty * paid_per_unit,
            realized=self.realized + brought - released,
            fees=self.fees + fill.fee,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class KalshiSettlement:
    """The end of a position, as it was before. `yes_pays` in 1e-4 dollars, `revenue` in micro-dollars."""

    position: KalshiPosition
    result: str
    yes_pays: int
    revenue: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KalshiChange:
    """A change of an account: whatever is given replaces what was there. `cash` is the new money of shards."""

    order: KalshiOrder | None = None
    fill: KalshiFill | None = None
    position: KalshiPosition | None = None
    settlement: KalshiSettlement | None = None
    cash: Mapping[int, int] = field(default_factory=dict)


class KalshiPortfolio:
    """A view of an account; it knows what the changes that reached it say. `cash` in 1e-4 dollars by shard."""

    def __init__(self, cash: Mapping[int, int]) -> None:
        self.cash = dict(cash)
        self.orders: dict[str, KalshiOrder] = {}
        self.fills: list[KalshiFill] = []
        self.positions: dict[str, KalshiPosition] = {}
        self.settlements: list[KalshiSettlement] = []
        self._resting: dict[str, KalshiOrder] = {}

    def apply(self, change: KalshiChange) -> None:
        """Take in a change."""
        if change.order is not None:
            self.orders[change.order.order_id] = change.order
            if change.order.status == "resting":
                self._resting[change.order.order_id] = change.order
            else:
                self._resting.pop(change.order.order_id, None)
        if change.fill is not None:
            self.fills.append(change.fill)
        if change.position is not None:
            self.positions[change.position.ticker] = change.position
        if change.settlement is not None:
            self.settlements.append(change.settlement)
        self.cash.update(change.cash)

    def resting(self) -> Iterator[KalshiOrder]:
        """Orders that stand in a book."""
        return iter(tuple(self._resting.values()))

    def locked(self, shard: int) -> int:
        """What the resting orders of a shard may still take, in 1e-4 dollars: all but what closes a position."""
        free = {ticker: position.qty for ticker, position in self.positions.items()}
        micros = 0
        for order in self.resting():
            if order.shard != shard:
                continue
            held = free.get(order.ticker, 0)
            closing = min(order.remaining, max(-held if order.is_bid else held, 0))
            free[order.ticker] = held + (closing if order.is_bid else -closing)
            unit = order.price if order.is_bid else ONE_DOLLAR - order.price
            micros += (order.remaining - closing) * unit
        return -(-micros // 100)

    def available(self, shard: int) -> int:
        """What can be spent on a shard, in 1e-4 dollars."""
        return self.cash.get(shard, 0) - self.locked(shard)


class KalshiAccount:
    """An account: the truth, and what reads of it show a little later."""

    def __init__(self, user_id: str, cash: Mapping[int, int]) -> None:
        self.user_id = user_id
        self.truth = KalshiPortfolio(cash)
        self.seen = KalshiPortfolio(cash)
        self.client_ids: set[str] = set()
        self.misreport = Misreport()
        self._late = Delayed(self.seen.apply)

    def change(self, change: KalshiChange, *, at: datetime, lag_ms: int) -> None:
        """Make a change; reads show it after the lag."""
        self.truth.apply(change)
        self._late.add(change, at=at, lag_ms=lag_ms)

    def read(self, now: datetime) -> KalshiPortfolio:
        """What a read shows now."""
        if not self.misreport.is_held(now):
            self._late.catch_up(now)
        return self.seen

    def read_fills(self, now: datetime) -> list[KalshiFill]:
        """The trades that a read shows now, oldest first."""
        shown = self.truth if self.misreport.is_held(now) else self.read(now)
        return self.misreport.listed(shown.fills, lambda fill: fill.trade_id, now)

    def restate(self, fill: KalshiFill, dearer: KalshiFill) -> None:
        """Say of a trade from now on that it was another."""
        for view in (self.truth, self.seen):
            view.fills = [dearer if one is fill else one for one in view.fills]
