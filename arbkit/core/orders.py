"""Orders and what became of them: the nouns of the side that acts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from arbkit.core.markets import MarketId, Side
from arbkit.core.money import ZERO_QTY, Price, Qty, Usd


class Action(StrEnum):
    """Buying an outcome, or selling what is held of it."""

    BUY = "buy"
    SELL = "sell"


@dataclass(frozen=True, slots=True, kw_only=True)
class FokOrder:
    """A Fill-or-Kill order for one outcome: all of `qty` at `limit` or better, or nothing.

    There is no other order type: a market order is a FOK at its worst acceptable price. `budget` is the most that the
    order may take from the account before fees; a Polymarket FOK BUY spends exactly its budget.
    """

    leg_id: str
    market: MarketId
    side: Side
    action: Action
    qty: Qty
    limit: Price
    budget: Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """What one trade at the venue gave us. `fill_id` is the venue's; the same fill is booked once, however often seen.

    `fee` is None where the venue has not said yet. `order_key` is the id by which we know the order (Kalshi: its
    order id or our client id; Polymarket: the order hash), "" for a trade that was not ours.
    """

    market: MarketId
    fill_id: str
    order_key: str
    side: Side
    action: Action
    qty: Qty
    price: Price
    cost: Usd
    """Money paid (BUY) or received (SELL) before the fee, never negative."""
    fee: Usd | None
    at: datetime


class Settlement(StrEnum):
    """The second axis of a filled leg: Kalshi fills are FINAL at once, Polymarket's only when the chain confirms."""

    NONE = "none"
    PENDING = "pending"
    FINAL = "final"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Filled:
    """The venue says the order traded. `qty` is what was really received, which may differ from what was asked."""

    venue_order_id: str
    qty: Qty
    cost: Usd
    fee: Usd | None
    settlement: Settlement
    trade_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Killed:
    """The venue says it could not be filled whole and is gone: nothing was bought."""

    why: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """The venue proves that it never took the order (a 4xx with a known meaning)."""

    code: str
    why: str
    status: int = 0
    """The HTTP status, 0 where the venue refused within a success: 401 and 429 mean more than this one order."""


@dataclass(frozen=True, slots=True)
class NotSent:
    """Not a byte of the order left this machine: name resolution, connection or TLS failed, or we held it back."""

    why: str


@dataclass(frozen=True, slots=True)
class Delayed:
    """The venue holds the order before matching it. Not a fill."""

    venue_order_id: str


@dataclass(frozen=True, slots=True)
class InDoubt:
    """Anything else: a time-out, a 5xx, a broken connection, an answer that cannot be read. It may stand."""

    why: str


SendOutcome = Filled | Killed | Rejected | NotSent | Delayed | InDoubt
"""What one POST of one order told us."""

DUST = Qty(10_000)
"""A difference of up to 0.01 contract between what was asked and what was received is booked as dust."""


def near(asked: Qty, received: Qty) -> bool:
    """Whether a received quantity counts as the one asked for."""
    return abs(asked.micros - received.micros) <= DUST.micros


@dataclass(frozen=True, slots=True)
class Holding:
    """A position as a venue reports it: contracts of one outcome."""

    market: MarketId
    side: Side
    qty: Qty = ZERO_QTY


@dataclass(frozen=True, slots=True)
class Balance:
    """Cash at a venue. Kalshi keeps money per shard; `shard` is None where a venue has only one purse."""

    available: Usd
    shard: int | None = None
