"""World: what the simulated venues hold at the start, as plain data in the shapes of the wire.

A world is made by the generator or read from recorded catalogues; the servers put moving parts (quotes, books, status,
results) on top of it and otherwise send its dicts as they are, missing fields included.

Agreement on the dicts:
- `kalshi_events[i]` is an event object of Kalshi whose key "markets" holds market objects; `kalshi_series[i]` a series
  object. "exchange_index", "price_ranges", "fee_type", "fee_multiplier" and the overrides are read from them.
- `gamma_events[i]` is an event object of Gamma whose key "markets" holds Gamma market objects ("tags" may be present);
  "clobTokenIds" and friends are JSON inside a string, as at the venue; the CLOB's own objects are derived from them.
- Quotes in the dicts (yes_bid_dollars, bestBid, outcomePrices, ...) are replaced where the simulator holds a book for
  the market, and only if the key is present; a market without a book is served as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from arbkit.core.markets import Polarity

JsonObject = dict[str, object]
"""A JSON object ready to be encoded: values are None, bool, int, float, str, lists and dicts of such."""

Rung = tuple[int, int]
"""A price in 1e-4 dollars (1..9999) and a quantity in 0.01 contracts (from 1); their product is in micro-dollars."""


@dataclass(frozen=True, slots=True)
class SeedBook:
    """The orders that stand in a market's book at the start, as YES levels in any order.

    `activity` is how many random orders an hour strangers send once flow is on (before the server's own factor); 0 is a
    frozen book. `fair` (1e-4 dollars) is the price around which they do; None is the middle of the book.
    """

    yes_bids: tuple[Rung, ...] = ()
    yes_asks: tuple[Rung, ...] = ()
    last_price: int | None = None
    activity: int = 0
    fair: int | None = None


class TwinKind(StrEnum):
    """Whether two listings pay alike, or look so and do not: the trap's name says how they differ."""

    SAME = "same"
    THRESHOLD = "threshold"
    COMPARATOR = "comparator"
    DATE = "date"
    PERIOD = "period"
    STAGE = "stage"
    SUBJECT = "subject"
    REGION = "region"
    SOURCE = "source"
    STATISTIC = "statistic"
    FIRST_OR_SECOND = "first_or_second"
    VOID_RULE = "void_rule"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """The truth about a market listed at both venues (or about a trap that only looks so).

    `polarity` is INVERTED when YES at Polymarket pays as NO at Kalshi. `planted` says that the seed books hold an
    arbitrage that remains after every fee. `yes_pays` is what a YES of the Kalshi market pays in the end (1e-4 dollars:
    10000, 0, or between for a void), `polymarket_yes_pays` what one of the other pays; they differ in a trap, and
    sometimes in a true twin.
    """

    kalshi: str
    polymarket: str
    polarity: Polarity = Polarity.ALIGNED
    kind: TwinKind = TwinKind.SAME
    planted: bool = False
    yes_pays: int | None = None
    polymarket_yes_pays: int | None = None
    family: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Both venues at one moment. `books` is keyed by Kalshi ticker or by Polymarket YES token id (the first token)."""

    seed: int
    made_at: datetime
    kalshi_series: Sequence[JsonObject] = ()
    kalshi_events: Sequence[JsonObject] = ()
    gamma_events: Sequence[JsonObject] = ()
    books: Mapping[str, SeedBook] = field(default_factory=dict)
    twins: Sequence[Twin] = ()
