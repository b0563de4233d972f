"""Drafts: one subject as both venues would list it, before it takes the shape of a wire."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from arbkit.core.markets import Polarity
from arbkit.venues.sim.world.model import JsonObject, TwinKind

WHOLE = 10_000
"""A dollar in 1e-4 dollars: what a contract pays when it wins."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement that will turn out true or not. `fair` is its worth now and `pays` its worth at the end, both in 1e-4
    dollars; `void` ends it without a winner (Kalshi then pays the fair value, Polymarket half)."""

    key: str
    fair: int
    pays: int
    void: bool = False

    @property
    def denied(self) -> "Claim":
        """The opposite statement."""
        return Claim(f"not {self.key}", WHOLE - self.fair, WHOLE - self.pays, self.void)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A Kalshi series."""

    ticker: str
    title: str
    category: str
    frequency: str = "custom"
    fee_type: str = "quadratic"
    fee_multiplier: float = 1
    tags: tuple[str, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
    shard: int = 0
    grid: str = "linear_cent"


@dataclass(frozen=True, slots=True, kw_only=True)
class KalshiListing:
    """A Kalshi market: YES pays if the claim is true, or false when `flipped`."""

    ticker: str
    claim: Claim
    title: str
    label: str
    rules: str
    no_label: str = ""
    more_rules: str = ""
    strike: JsonObject = field(default_factory=dict)
    flipped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KalshiEvent:
    """A Kalshi event. The markets close at `closes_at`, which may be long after the thing is `decided_at`."""

    series: Series
    ticker: str
    title: str
    sub_title: str
    decided_at: datetime
    closes_at: datetime
    listings: Sequence[KalshiListing]
    exclusive: bool = False
    early: str = ""
    strike_date: datetime | None = None
    strike_period: str = ""
    facts: JsonObject = field(default_factory=dict)
    fee_multiplier_override: float | None = None
    opened_days_ago: int = 20


@dataclass(frozen=True, slots=True)
class FeeClass:
    """A fee class of Polymarket: rate 0 is free."""

    name: str
    rate: float = 0.0
    rebate: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GammaListing:
    """A Polymarket market: the first outcome pays if the claim is true, or false when `flipped`."""

    slug: str
    claim: Claim
    question: str
    rules: str
    group: str = ""
    outcomes: tuple[str, str] = ("Yes", "No")
    source: str = ""
    tick: float = 0.01
    flipped: bool = False
    other: bool = False
    facts: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class GammaEvent:
    """A Polymarket event."""

    slug: str
    title: str
    rules: str
    ends_at: datetime
    listings: Sequence[GammaListing]
    tags: tuple[str, ...] = ()
    fees: FeeClass
    neg_risk: bool = False
    augmented: bool = False
    opened_days_ago: int = 15


@dataclass(frozen=True, slots=True)
class Trap:
    """Two listings that look alike and do not pay alike; `kalshi` is a ticker and `gamma` a slug."""

    kalshi: str
    gamma: str
    kind: TwinKind
    polarity: Polarity = Polarity.ALIGNED


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A subject at both venues. Listings with the same claim are twins; `traps` are not."""

    family: str
    kalshi: Sequence[KalshiEvent]
    gamma: Sequence[GammaEvent]
    traps: Sequence[Trap] = ()


SPORTS = FeeClass("sports_fees_v3", 0.05, 0.15)
SPORTS_BEFORE_JULY_2026 = FeeClass("sports_fees_v2", 0.03, 0.25)
CRYPTO = FeeClass("crypto_fees_v2", 0.07, 0.2)
POLITICS = FeeClass("politics_fees", 0.04, 0.25)
ECONOMICS = FeeClass("economics_fees", 0.05, 0.25)
CULTURE = FeeClass("culture_fees", 0.05, 0.25)
WEATHER = FeeClass("weather_fees", 0.05, 0.25)
TECH = FeeClass("tech_fees", 0.04, 0.25)
FREE = FeeClass("")
"""Geopolitics: no fee (fee pages of Polymarket, September 2026)."""


def ask(
    event: str, suffix: str, claim: Claim, *, title: str, label: str, condition: str, strike: JsonObject | None = None
) -> KalshiListing:
    """Draft a Kalshi market in the venue's usual rule sentence."""
    return KalshiListing(
        ticker=f"{event}-{suffix}",
        claim=claim,
        title=title,
        label=label,
        rules=f"If {condition}, then the market resolves to Yes.",
        strike=strike or {"strike_type": "structured", "custom_strike": {"Name": label}},
    )


def traps_between(kalshi: Sequence[KalshiListing], gamma: Sequence[GammaListing], kind: TwinKind) -> list[Trap]:
    """Pair two rows of listings off, one by one, as traps of a kind."""
    return [
        Trap(
            here.ticker,
            there.slug,
            kind,
            Polarity.ALIGNED if here.flipped == there.flipped else Polarity.INVERTED,
        )
        for here, there in zip(kalshi, gamma, strict=False)
    ]
