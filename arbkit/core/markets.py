"""Venue names, ids, Market, Pair: the nouns everything else speaks of."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Self

from arbkit.core.money import MICRO, Price, Qty
from arbkit.errors import BadId


class VenueName(StrEnum):
    """The two venues."""

    KALSHI = "kalshi"
    POLYMARKET = "polymarket"


class Side(StrEnum):
    """An outcome of a binary market. On Polymarket YES is the first outcome listed, whatever it is called."""

    YES = "yes"
    NO = "no"

    @property
    def other(self) -> "Side":
        """The opposite outcome."""
        return _NO if self is _YES else _YES


# At hand, for looking up a member of an enumeration takes as long as all else that is done with it.
_YES, _NO = Side.YES, Side.NO


@dataclass(frozen=True, slots=True, order=True)
class MarketId:
    """One binary market: a Kalshi ticker or a Polymarket condition id. Written ``kalshi:KXFED-26DEC-T3.75``."""

    venue: VenueName
    key: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``venue:key``; raises BadId."""
        venue, colon, key = text.partition(":")
        if not colon or not key or venue not in set(VenueName):
            raise BadId(text, "kalshi:<ticker> or polymarket:<condition id>")
        return cls(VenueName(venue), key)

    def __str__(self) -> str:
        return f"{self.venue}:{self.key}"

    def __hash__(self) -> int:
        """The key alone: keys of the two venues are never alike, and this runs several times for every message."""
        return hash(self.key)


class MarketStatus(StrEnum):
    """Where a market stands in its life; only OPEN takes orders."""

    UNOPENED = "unopened"
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class PriceBand:
    """Prices from `start` to `end` (both included) in steps of `step`."""

    start: Price
    end: Price
    step: Price


@dataclass(frozen=True, slots=True)
class PriceGrid:
    """The prices at which a market takes orders. Kalshi: `price_ranges`; Polymarket: one band of the tick size."""

    bands: tuple[PriceBand, ...]

    @classmethod
    def uniform(cls, step: Price) -> Self:
        """Build the grid step, 2 x step, ... 1 - step."""
        return cls((PriceBand(step, step.complement, step),))

    def holds(self, price: Price) -> bool:
        """Whether an order at this price is on the grid and strictly between 0 and 1."""
        return any(price.micros in band for band in self.ranges())

    def ranges(self) -> list[range]:
        """Every band in millionths, without 0 and 1: to ask about a whole book."""
        bands = ((band.start.micros, band.end.micros, band.step.micros) for band in self.bands)
        return [range(start or step, min(end + 1, MICRO), step) for start, end, step in bands]


class StrikeKind(StrEnum):
    """How a Kalshi strike compares; the words are the venue's."""

    GREATER = "greater"
    GREATER_OR_EQUAL = "greater_or_equal"
    LESS = "less"
    LESS_OR_EQUAL = "less_or_equal"
    BETWEEN = "between"
    FUNCTIONAL = "functional"
    CUSTOM = "custom"
    STRUCTURED = "structured"


@dataclass(frozen=True, slots=True)
class Strike:
    """The venue's own threshold: `floor` and `cap` as plain decimals in the text of the venue, "" when absent."""

    kind: StrikeKind
    floor: str = ""
    cap: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class KalshiFees:
    """A Kalshi fee schedule: `fee_type` of the venue, and the multiplier M in millionths (schedule of 2026-07-07)."""

    fee_type: str
    multiplier_ppm: int


@dataclass(frozen=True, slots=True)
class PolymarketFees:
    """A Polymarket taker fee: rate in millionths and exponent. Rate 0 is free."""

    rate_ppm: int
    exponent: int


Fees = KalshiFees | PolymarketFees


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """One binary market as its venue lists it. Texts are sanitised; what the venue left out is None or ""."""

    id: MarketId
    event_key: str
    title: str
    subtitle: str = ""
    """What sets the market apart within its event, if the venue says so in a word (Gamma: `groupItemTitle`)."""
    series_key: str = ""
    event_title: str = ""
    yes_label: str = ""
    no_label: str = ""
    category: str = ""
    tags: tuple[str, ...] = ()
    rules: str = ""
    resolution_source: str = ""
    slug: str = ""
    status: MarketStatus
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    expected_at: datetime | None = None
    """When the event itself is expected to be decided; on Kalshi `closes_at` may be years later."""
    strike: Strike | None = None
    grid: PriceGrid | None = None
    qty_min: Qty | None = None
    qty_step: Qty | None = None
    fees: Fees | None = None
    """None: unknown, hence not tradable."""
    yes_token: str = ""
    no_token: str = ""
    neg_risk: bool = False
    placeholder: bool = False
    """A neg-risk "Other" or a placeholder whose meaning may change: never matched."""
    shard: int | None = None
    delay_ms: int = 0
    """How long the venue holds a marketable order (live sports, up/down markets); 0 is none."""
    volume: Qty | None = None

    @property
    def rules_hash(self) -> str:
        """A hash of everything that decides how the market pays; a verdict on a pair is void when it changes."""
        parts = (
            self.title,
            self.event_title,
            self.yes_label,
            self.no_label,
            self.rules,
            self.resolution_source,
            self.closes_at.isoformat() if self.closes_at else "",
            self.expected_at.isoformat() if self.expected_at else "",
            repr(self.strike),
        )
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


class Polarity(StrEnum):
    """ALIGNED: YES here is YES there. INVERTED: YES on Polymarket pays when Kalshi pays NO."""

    ALIGNED = "aligned"
    INVERTED = "inverted"


class Relation(StrEnum):
    """How two contracts stand to each other; only EQUAL (with its polarity) can be traded."""

    EQUAL = "equal"
    IMPLIES = "implies"
    SUBSET = "subset"
    OVERLAP = "overlap"
    RELATED = "related"
    DIFFERENT = "different"


class Method(StrEnum):
    """How a pair was found (specification section 3.2)."""

    EXACT = "exact"
    FUZZY = "fuzzy"
    MANUAL = "manual"


CONFIDENCE_FLOOR_PPM = 950_000
"""Hard floor of the specification, section 3.2: nothing below 0.95 is ever traded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two markets on one event, with the verdict of matching.

    `confidence_ppm` is the probability, in millionths, that both contracts pay the same. `tradable` is the verdict of
    the matching policy (floor, conflicts, review), not of risk. The verdict holds only for the two rule hashes.
    """

    kalshi: MarketId
    polymarket: MarketId
    polarity: Polarity
    relation: Relation
    confidence_ppm: int
    method: Method
    tradable: bool
    kalshi_rules_hash: str
    polymarket_rules_hash: str
    reasons: tuple[str, ...] = field(default=())
    id: str = field(init=False, compare=False, repr=False)
    """A short stable name of the pair, the same in every store: twelve hex digits of a hash of both ids."""

    def __post_init__(self) -> None:
        digest = hashlib.sha256(f"{self.kalshi}|{self.polymarket}".encode()).hexdigest()
        object.__setattr__(self, "id", digest[:12])

    def polymarket_side(self, kalshi_side: Side) -> Side:
        """The Polymarket outcome that pays whenever `kalshi_side` pays."""
        return kalshi_side if self.polarity is Polarity.ALIGNED else kalshi_side.other
