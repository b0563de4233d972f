"""The lines of a report: a trade, an opportunity, a day, a venue, a pair, a class, a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from arbkit.core.markets import MarketId, VenueName
from arbkit.core.money import Qty, Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeLine:
    """One trade as a report needs it. `capital` and `fees` are what was paid."""

    trade_id: str
    pair_id: str
    markets: tuple[MarketId, MarketId]
    started_at: datetime
    state: str
    qty: Qty
    """Contracts that both legs hold."""
    capital: Usd
    fees: Usd
    expected: Usd
    net: Usd | None
    """What it makes in the end; None until both legs stand."""
    pays_at: datetime | None
    """When the later of its markets is expected to pay."""
    title: str = ""

    @property
    def slippage(self) -> Usd | None:
        """By how much it makes less than expected."""
        return None if self.net is None else self.expected - self.net


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenLine:
    """One opportunity, from the first look that showed it to the last."""

    lasted_ms: int
    qty: Qty
    capital: Usd
    net: Usd
    peak_net: Usd
    taken: bool
    why_not: str

    @property
    def edge_bps(self) -> int:
        """Profit in basis points of the capital, at the last look."""
        return self.net.micros * 10_000 // self.capital.micros if self.capital.micros > 0 else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLine:
    """One UTC day: what the trades begun on it make, and what was booked on it."""

    day: date
    trades: int
    locked: Usd
    realised: Usd
    fees: Usd
    volume: Usd
    capital_max: Usd
    """The most that positions had cost at any time of the day, without fees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueLine:
    """One venue."""

    venue: VenueName
    realised: Usd
    fees: Usd
    volume: Usd
    fills: int
    capital: Usd
    """What the positions that are held now have cost, without fees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairLine:
    """All trades of one pair. Its realised profit is that of both markets."""

    pair_id: str
    title: str
    trades: int
    qty: Qty
    capital: Usd
    fees: Usd
    expected: Usd
    locked: Usd
    realised: Usd


@dataclass(frozen=True, slots=True)
class Bin:
    """How many opportunities fell into a class, which begins at `low`, and what they could have made at their best."""

    what: str
    low: int
    count: int
    peak_net: Usd


@dataclass(frozen=True, slots=True)
class Reason:
    """Why opportunities were not taken, how many, and what they could have made at their best."""

    text: str
    count: int
    peak_net: Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class Capital:
    """What positions have cost without fees, over the span."""

    now: Usd
    highest: Usd
    average: Usd
    """Weighed by time, from the first position of the span on."""
    steps: Sequence[tuple[datetime, Usd]]
    """What it was from a time on, beginning with the span."""
