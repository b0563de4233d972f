"""What wallets at the simulated Polymarket hold, their orders and their trades. Money and shares are in millionths."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from arbkit.venues.sim.replicas import Delayed, Misreport


class TradeStatus(StrEnum):
    """Where the settlement of a trade stands; CONFIRMED and FAILED are final."""

    MATCHED = "MATCHED"
    MINED = "MINED"
    CONFIRMED = "CONFIRMED"
    RETRYING = "RETRYING"
    FAILED = "FAILED"


class OrderType(StrEnum):
    """How long an order lives."""

    FOK = "FOK"
    FAK = "FAK"
    GTC = "GTC"
    GTD = "GTD"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolyOrder:
    """An order as it stands; a new value replaces it at each change. `size` is in shares, for a budget in dollars."""

    order_id: str
    owner: str
    wallet: str
    condition_id: str
    token: str
    outcome: str
    is_buy: bool
    price: int
    size: int
    matched: int = 0
    spent: int = 0
    fee: int = 0
    status: str = "LIVE"
    order_type: OrderType
    created_at: datetime
    expires_at: datetime | None = None
    trade_ids: tuple[str, ...] = ()

    @property
    def left(self) -> int:
        """Shares that still rest."""
        return max(self.size - self.matched, 0) if self.status == "LIVE" else 0


@dataclass(frozen=True, slots=True)
class MakerPart:
    """A resting order's part in a trade, as its owner sees it."""

    order_id: str
    owner: str
    wallet: str
    token: str
    outcome: str
    is_buy: bool
    price: int
    shares: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PolyTrade:
    """A trade as one participant sees it. `cost` is what the shares cost or brought, before the fee."""

    trade_id: str
    taker_order_id: str
    owner: str
    wallet: str
    condition_id: str
    token: str
    outcome: str
    is_buy: bool
    shares: int
    cost: int
    fee: int
    is_taker: bool
    makers: tuple[MakerPart, ...]
    status: TradeStatus
    matched_at: datetime
    changed_at: datetime
    transaction: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """What a trade does to a wallet on chain: shares of a token and cash, both signed; the fee is in the cash."""

    wallet: str
    token: str
    shares: int
    cash: int
    cost: int = 0


@dataclass(slots=True)
class Holding:
    """Shares of a token on chain, what they cost in all, and what was realised by selling or redeeming."""

    shares: int = 0
    cost: int = 0
    realized: int = 0
    bought: int = 0
    changed_at: datetime | None = None

    def add(self, shares: int, cash: int, at: datetime) -> None:
        """Take shares in, or give them away at a proportion of their cost."""
        if shares >= 0:
            self.cost -= cash
            self.bought += shares
        else:
            released = self.cost * -shares // self.shares if self.shares else 0
            self.cost -= released
            self.realized += cash - released
        self.shares += shares
        self.changed_at = at


@dataclass(frozen=True, slots=True)
class HoldingSeen:
    """A holding as the Data API got to know it."""

    token: str
    shares: int
    cost: int
    realized: int
    bought: int
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PolyChange:
    """A change that reads of the order book service show: whatever is given replaces what was there."""

    order: PolyOrder | None = None
    trade: PolyTrade | None = None


@dataclass(slots=True)
class PolyView:
    """Orders and trades as reads show them."""

    orders: dict[str, PolyOrder] = field(default_factory=dict)
    trades: dict[str, PolyTrade] = field(default_factory=dict)
    live: dict[str, PolyOrder] = field(default_factory=dict)

    def apply(self, change: PolyChange) -> None:
        """Take in a change."""
        if change.order is not None:
            self.orders[change.order.order_id] = change.order
            if change.order.status == "LIVE":
                self.live[change.order.order_id] = change.order
            else:
                self.live.pop(change.order.order_id, None)
        if change.trade is not None:
            self.trades[change.trade.trade_id] = change.trade


class Wallet:
    """A funder: the chain's truth about it, what is bound by orders and unsettled trades, and what reads show."""

    def __init__(self, address: str, *, eoa: str, kind: int, cash: int) -> None:
        self.address, self.eoa, self.kind = address, eoa, kind
        self.cash = cash
        self.holdings: dict[str, Holding] = {}
        self.pending: dict[str, list[Move]] = {}
        self.truth, self.seen = PolyView(), PolyView()
        self.misreport = Misreport()
        self.positions: dict[str, HoldingSeen] = {}
        self._late = Delayed(self.seen.apply)
        self._later = Delayed(self._learn)

    def change(self, change: PolyChange, *, at: datetime, lag_ms: int) -> None:
        """Make a change; reads of the order book service show it after the lag."""
        self.truth.apply(change)
        self._late.add(change, at=at, lag_ms=lag_ms)

    def read(self, now: datetime) -> PolyView:
        """What a read of orders and trades shows now."""
        if not self.misreport.is_held(now):
            self._late.catch_up(now)
        return self.seen

    def read_trades(self, now: datetime) -> list[PolyTrade]:
        """The trades that a read shows now."""
        shown = self.truth if self.misreport.is_held(now) else self.read(now)
        return self.misreport.listed(shown.trades.values(), lambda trade: trade.trade_id, now)

    def shares(self, token: str) -> int:
        """Shares of a token on chain."""
        holding = self.holdings.get(token)
        return holding.shares if holding is not None else 0

    def settle(self, move: Move, *, at: datetime, lag_ms: int) -> None:
        """Let a trade reach the chain; the Data API learns of it after the lag."""
        self.cash += move.cash
        holding = self.holdings.setdefault(move.token, Holding())
        holding.add(move.shares, move.cash, at)
        seen = HoldingSeen(move.token, holding.shares, holding.cost, holding.realized, holding.bought, at)
        self._later.add(seen, at=at, lag_ms=lag_ms)

    def known_positions(self, now: datetime) -> dict[str, HoldingSeen]:
        """What the Data API knows now."""
        self._later.catch_up(now)
        return self.positions

    def resting(self) -> Iterator[PolyOrder]:
        """Orders that stand in a book."""
        return iter(tuple(self.truth.live.values()))

    def free_cash(self) -> int:
        """Cash that neither a resting order nor an unsettled trade needs."""
        bound = sum(-move.cash for moves in self.pending.values() for move in moves if move.cash < 0)
        bound += sum(-(-order.left * order.price // 10_000) for order in self.resting() if order.is_buy)
        return self.cash - bound

    def free_shares(self, token: str) -> int:
        """Settled shares that neither a resting order nor an unsettled trade needs."""
        bound = sum(-m.shares for moves in self.pending.values() for m in moves if m.token == token and m.shares < 0)
        bound += sum(order.left for order in self.resting() if not order.is_buy and order.token == token)
        return self.shares(token) - bound

    def _learn(self, seen: HoldingSeen) -> None:
        self.positions[seen.token] = seen
