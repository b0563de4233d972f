"""A venue that trades as it was told to: one fate an order, and its own truth to compare the ledger with.

For the tests of execution, in memory and on a clock that jumps. It keeps its own record of what it sold, so that a test
can ask: does the ledger hold this, all of it, once?
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from arbkit.core.books import Book, Level
from arbkit.core.fees import kalshi_charges, polymarket_fee_down
from arbkit.core.markets import KalshiFees, Market, MarketId, Side, VenueName
from arbkit.core.money import MICRO, ZERO_USD, Price, Qty, Usd, cost_up
from arbkit.core.orders import (
    Action,
    Balance,
    Delayed,
    Fill,
    Filled,
    FokOrder,
    Holding,
    InDoubt,
    Killed,
    NotSent,
    Rejected,
    SendOutcome,
    Settlement,
)
from arbkit.core.settlement import Ending
from arbkit.ports import Books, Payout, PreparedOrder, SentOrder, VenueHealth
from tests.builders import StandingClock


class Fate(StrEnum):
    """What becomes of an order."""

    FILLED = "filled"
    BETTER = "filled at a better price"
    KILLED = "killed"
    REJECTED = "rejected"
    THROTTLED = "too many requests"
    UNAUTHORISED = "key refused"
    NOT_SENT = "not a byte left"
    HELD_FILLED = "held, then filled"
    HELD_KILLED = "held, then killed"
    LOST_FILLED = "answer lost, was filled"
    LOST_KILLED = "answer lost, was killed and is listed so"
    LOST_ABSENT = "request lost"
    LATE = "answer lost, taken a while later"
    PARTIAL = "half of it filled"
    OVERFILL = "a hundredth too much filled"
    PENDING = "matched, confirmed later"
    GHOST = "matched, then failed on chain"


_NEVER_TAKEN = {Fate.KILLED, Fate.REJECTED, Fate.THROTTLED, Fate.UNAUTHORISED, Fate.LOST_ABSENT}


@dataclass
class _Order:
    prepared: PreparedOrder
    sent_at: datetime
    fate: Fate


@dataclass
class TradingVenue:
    """Venue, Desk and Account of one market in one."""

    name: VenueName
    clock: StandingClock
    market_listed: Market
    book: Callable[[], Book]
    fate: Fate = Fate.FILLED
    sale_fate: Fate = Fate.FILLED
    """What becomes of an order that sells."""
    cash: Usd = field(default_factory=lambda: Usd(50 * MICRO))
    before_send: Callable[[PreparedOrder], None] = lambda _: None
    ended: dict[Side, Price] = field(default_factory=dict)
    """What each outcome paid, once the market has ended."""
    redeemed: bool = True
    """Whether what it paid is in the account already; if not, the shares still are."""
    posts: Counter[str] = field(default_factory=Counter)
    orders: list[_Order] = field(default_factory=list)
    made_ready: list[PreparedOrder] = field(default_factory=list)
    number: int = 0

    # -- looking

    async def market(self, market: MarketId) -> Market:
        return self.market_listed

    async def books(self, markets: Sequence[Market]) -> Books:
        return Books({self.market_listed.id: self.book()})

    async def ending(self, market: Market) -> Ending | None:
        return Ending(self.ended[Side.YES], self.clock.now()) if self.ended else None

    async def health(self) -> VenueHealth:
        return VenueHealth(self.name, trading=True)

    async def close(self) -> None:
        return

    # -- acting

    def prepare(self, order: FokOrder, *, market: Market, now: datetime) -> PreparedOrder:
        self.number += 1
        client_id = f"ak1-test-{self.name}-{self.number}"
        order_id = f"0x{self.number:04}" if self.name is VenueName.POLYMARKET else ""
        return PreparedOrder(order=order, client_id=client_id, venue_order_id=order_id, body=client_id.encode())

    def get_ready(self, prepared: PreparedOrder) -> None:
        self.made_ready.append(prepared)

    async def send(self, prepared: PreparedOrder) -> SendOutcome:
        fate = self.fate if prepared.order.action is Action.BUY else self.sale_fate
        if fate is Fate.NOT_SENT:
            return NotSent("connection refused")
        self.before_send(prepared)
        self.posts[prepared.client_id] += 1
        sent = _Order(prepared, self.clock.now(), fate)
        self.orders.append(sent)
        match fate:
            case Fate.KILLED:
                return Killed("fill or kill")
            case Fate.REJECTED:
                return Rejected("400", "invalid", 400)
            case Fate.THROTTLED:
                return Rejected("too_many_requests", "slow down", 429)
            case Fate.UNAUTHORISED:
                return Rejected("unauthorized", "who are you?", 401)
            case Fate.HELD_FILLED | Fate.HELD_KILLED:
                return Delayed(self._id(sent))
            case Fate.LOST_FILLED | Fate.LOST_KILLED | Fate.LOST_ABSENT | Fate.LATE:
                return InDoubt("time-out")
            case _:
                return self._filled(sent)

    async def cancel(self, venue_order_id: str, *, market: Market) -> None:
        return

    async def cancel_all(self) -> None:
        return

    # -- what is ours

    async def outcome(self, order: SentOrder) -> SendOutcome | None:
        sent = next((o for o in self.orders if o.prepared.client_id == order.client_id), None)
        if sent is None or sent.fate in _NEVER_TAKEN or not self._taken(sent):
            return None
        if sent.fate in {Fate.HELD_FILLED, Fate.HELD_KILLED} and self._age(sent) < timedelta(seconds=1):
            return Delayed(self._id(sent))
        return Killed("listed as canceled") if sent.fate in {Fate.HELD_KILLED, Fate.LOST_KILLED} else self._filled(sent)

    async def fills(self, *, since: datetime) -> Sequence[Fill]:
        return [
            self._fill(sent)
            for sent in self.orders
            if self._qty(sent) and self._settlement(sent) is not Settlement.VOID
        ]

    async def client_id_of(self, fill: Fill) -> str:
        return next((o.prepared.client_id for o in self.orders if self._id(o) == fill.order_key), "")

    async def holdings(self) -> Sequence[Holding]:
        return [Holding(market, side, qty) for (market, side), qty in self.truth.items()]

    async def balances(self) -> Sequence[Balance]:
        spent = [
            self._fill(sent)
            for sent in self.orders
            if self._qty(sent) and self._settlement(sent) is not Settlement.VOID
        ]
        spent_usd = sum((_taken(f) + (f.fee or self._fee(f)) for f in spent), start=ZERO_USD)
        return [Balance(self.cash - spent_usd + self._netted + self._paid_out)]

    @property
    def _paid_out(self) -> Usd:
        if not (self.ended and self.redeemed):
            return ZERO_USD
        return Usd(sum(self.ended[side].micros * qty.micros // MICRO for (_, side), qty in self.bought.items()))

    @property
    def _netted(self) -> Usd:
        """What Kalshi paid for YES and NO of one market that met in this account: a dollar a pair."""
        if self.name is VenueName.POLYMARKET:
            return ZERO_USD
        both: Counter[Side] = Counter()
        for sent in self._standing():
            order = sent.prepared.order
            both[order.side if order.action is Action.BUY else order.side.other] += self._qty(sent).micros
        return Usd(min(both[Side.YES], both[Side.NO]))

    async def payouts(self, *, since: datetime) -> Sequence[Payout]:
        market, now = self.market_listed.id, self.clock.now()
        return [Payout(market, side, paid, now, self.redeemed) for side, paid in self.ended.items()]

    async def read_horizon(self) -> datetime | None:
        return self.clock.now() - timedelta(seconds=1) if self.name is VenueName.KALSHI else None

    async def barred(self) -> str:
        return ""

    # -- its own truth

    def _standing(self) -> list[_Order]:
        return [o for o in self.orders if self._qty(o) and self._settlement(o) is not Settlement.VOID]

    def _age(self, sent: _Order) -> timedelta:
        return self.clock.now() - sent.sent_at

    def _taken(self, sent: _Order) -> bool:
        return sent.fate is not Fate.LATE or self._age(sent) >= timedelta(seconds=20)

    def _id(self, sent: _Order) -> str:
        return sent.prepared.venue_order_id or f"order-{sent.prepared.client_id}"

    def _qty(self, sent: _Order) -> Qty:
        order = sent.prepared.order
        nothing = _NEVER_TAKEN | {Fate.LOST_KILLED, Fate.HELD_KILLED}
        held = sent.fate is Fate.HELD_FILLED and self._age(sent) < timedelta(seconds=1)
        if sent.fate in nothing or held or not self._taken(sent):
            return Qty(0)
        if sent.fate is Fate.PARTIAL:
            return Qty(order.qty.micros // 2)
        return Qty(order.qty.micros + 10_000) if sent.fate is Fate.OVERFILL else order.qty

    def _settlement(self, sent: _Order) -> Settlement:
        if sent.fate is Fate.GHOST:
            return Settlement.PENDING if self._age(sent) < timedelta(seconds=2) else Settlement.VOID
        if sent.fate is Fate.PENDING:
            return Settlement.PENDING if self._age(sent) < timedelta(seconds=3) else Settlement.FINAL
        return Settlement.FINAL

    def _fill(self, sent: _Order) -> Fill:
        order, qty = sent.prepared.order, self._qty(sent)
        better = -10_000 if order.action is Action.BUY else 10_000
        price = Price(order.limit.micros + better) if sent.fate is Fate.BETTER else order.limit
        side, action = order.side, order.action
        if action is Action.SELL and self.name is VenueName.KALSHI:  # told as a purchase of the other outcome
            side, action, price = side.other, Action.BUY, price.complement
        cost = cost_up(price, qty)
        bare = Fill(
            market=order.market, fill_id=f"t-{sent.prepared.client_id}", order_key=self._id(sent), side=side,
            action=action, qty=qty, price=price, cost=cost, fee=None, at=sent.sent_at,
        )  # fmt: skip
        return bare if self.name is VenueName.POLYMARKET else _with(bare, self._fee(bare))

    def _fee(self, fill: Fill) -> Usd:
        fees = self.market_listed.fees
        if isinstance(fees, KalshiFees):
            return kalshi_charges(fees, [Level(fill.price, fill.qty)])[0].net
        return polymarket_fee_down(fees, fill.qty, fill.cost)

    def _filled(self, sent: _Order) -> Filled:
        fill = self._fill(sent)
        return Filled(self._id(sent), fill.qty, fill.cost, fill.fee, self._settlement(sent), (fill.fill_id,))

    @property
    def settlements(self) -> dict[str, Settlement]:
        """How far each order that was filled has come, by every id that it goes by."""
        standing = [sent for sent in self.orders if self._qty(sent)]
        return {key: self._settlement(sent) for sent in standing for key in (self._id(sent), sent.prepared.client_id)}

    @property
    def truth(self) -> dict[tuple[MarketId, Side], Qty]:
        """What this venue really holds for us at this moment."""
        return {} if self.ended and self.redeemed else self.bought

    @property
    def bought(self) -> dict[tuple[MarketId, Side], Qty]:
        """What is held, or was when the market ended."""
        held: Counter[tuple[MarketId, Side]] = Counter()
        for sent in self._standing():
            order = sent.prepared.order
            sign = 1 if order.action is Action.BUY else -1
            held[order.market, order.side] += sign * self._qty(sent).micros
        if self.name is VenueName.KALSHI:
            for market, _ in list(held):
                netted = min(held[market, Side.YES], held[market, Side.NO])
                held.subtract({(market, side): netted for side in Side if netted})
        return {key: Qty(micros) for key, micros in held.items() if micros}


def _taken(fill: Fill) -> Usd:
    return fill.cost if fill.action is Action.BUY else -fill.cost


def _with(fill: Fill, fee: Usd) -> Fill:
    return replace(fill, fee=fee)
