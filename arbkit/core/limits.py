"""The limits in force: the specification's numbers as defaults, the strict profile, and caps that nothing can raise."""

from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar

from arbkit.core.markets import CONFIDENCE_FLOOR_PPM
from arbkit.core.money import MICRO, Price, Qty, Usd
from arbkit.errors import ConfigError

Bound = TypeVar("Bound", int, Usd)


class LossAtRisk(StrEnum):
    """How the loss of a leg that might stand alone is counted before sending."""

    EXIT = "exit"
    """What selling it back through the present depth would lose, fees of both ways included."""
    FULL = "full"
    """All that it costs."""


def _usd(dollars: int) -> Usd:
    return Usd(dollars * MICRO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Every number a trade is held against. Defaults: specification sections 3.6, 3.8 and 3.11."""

    total_exposure_max: Usd = field(default=_usd(100))
    """Positions, reservations and orders in doubt of both venues, at cost, fees included."""
    event_exposure_max: Usd = field(default=_usd(100))
    leg_cost_max: Usd | None = None
    imbalance_max: Usd = field(default=_usd(10))
    daily_loss_max: Usd = field(default=_usd(20))
    trade_loss_max: Usd = field(default=_usd(10))
    loss_at_risk: LossAtRisk = LossAtRisk.EXIT
    qty_min: Qty = field(default=Qty(MICRO))
    qty_max: Qty = field(default=Qty(50 * MICRO))
    return_min_bps: int = 300
    """Net profit over the capital of both legs; the specification's 3 % after fees."""
    annualised_min_bps: int | None = None
    """The hurdle rate: capital that is locked for long has to earn more."""
    edge_max_bps: int | None = None
    """A gross edge above this is taken for a wrong pair, not for a gift."""
    depth_min: Qty = field(default=Qty(50 * MICRO))
    """Less than this at the limit prices is worth a warning."""
    large_opportunity: Usd = field(default=_usd(50))
    """A net profit above this is worth a warning."""
    price_gap_max: Price = field(default=Price(150_000))
    """YES prices of both venues further apart than this suggest a flipped outcome."""
    book_age_ms_max: int = 2_000
    book_age_gap_ms_max: int = 1_000
    balance_age_ms_max: int = 30_000
    before_close_min: timedelta = field(default=timedelta(minutes=15))
    trades_a_minute_max: int | None = None
    trades_a_day_max: int | None = None
    confidence_min_ppm: int = 950_000
    approval_of: frozenset[str] = field(default=frozenset({"fuzzy"}))
    """Matching methods that need a person's approval in live trading (`matching.require_review`)."""
    approval_valid: timedelta = field(default=timedelta(seconds=3))
    """How long a permission holds before it has to be asked for again."""


HARD_CAPS = Limits(
    total_exposure_max=_usd(1_000),
    event_exposure_max=_usd(1_000),
    imbalance_max=_usd(100),
    daily_loss_max=_usd(200),
    trade_loss_max=_usd(100),
    qty_max=Qty(500 * MICRO),
    price_gap_max=Price(500_000),
    book_age_ms_max=20_000,
    book_age_gap_ms_max=10_000,
    balance_age_ms_max=300_000,
)
"""Ten times the defaults. Configuration can only stay below."""

LIVE_SUCCESSES_MIN = 50
"""Successful live trades before total exposure may exceed $100 (specification section 9.4)."""

UNPROVEN_EXPOSURE_MAX = _usd(100)

_CAPPED = (
    "total_exposure_max",
    "event_exposure_max",
    "imbalance_max",
    "daily_loss_max",
    "trade_loss_max",
    "qty_max",
    "price_gap_max",
    "book_age_ms_max",
    "book_age_gap_ms_max",
    "balance_age_ms_max",
)


def strict(limits: Limits) -> Limits:
    """The stricter set for the first live weeks (`risk.profile: strict`): never wider than what was given."""
    every_method = frozenset({"exact", "fuzzy", "manual"})
    return replace(
        limits,
        event_exposure_max=min(limits.event_exposure_max, _usd(25)),
        leg_cost_max=_lower(limits.leg_cost_max, _usd(15)),
        loss_at_risk=LossAtRisk.FULL,
        edge_max_bps=_lower(limits.edge_max_bps, 800),
        trades_a_minute_max=_lower(limits.trades_a_minute_max, 6),
        trades_a_day_max=_lower(limits.trades_a_day_max, 60),
        approval_of=every_method,
    )


def checked(limits: Limits, *, live_successes: int = 0, acknowledged: bool = False) -> Limits:
    """Hold limits against the hard caps and the gate of the roll-out; raises ConfigError, never corrects."""
    for name in _CAPPED:
        value, cap = getattr(limits, name), getattr(HARD_CAPS, name)
        if value > cap:
            raise ConfigError(f"{name} is {value}; the hard cap is {cap}, and no setting can raise it")
    for name in (f.name for f in fields(limits)):
        value = getattr(limits, name)
        if isinstance(value, Usd) and value.micros < 0:
            raise ConfigError(f"{name} is {value}; it cannot be negative")
    if limits.confidence_min_ppm < CONFIDENCE_FLOOR_PPM:
        raise ConfigError(f"confidence_min is {limits.confidence_min_ppm} ppm; the floor is {CONFIDENCE_FLOOR_PPM}")
    if limits.total_exposure_max > UNPROVEN_EXPOSURE_MAX and not (
        acknowledged and live_successes >= LIVE_SUCCESSES_MIN
    ):
        raise ConfigError(
            f"a total exposure of ${limits.total_exposure_max} needs {LIVE_SUCCESSES_MIN} successful live trades "
            f"(there are {live_successes}) and risk.accept_exposure_above_100_usd: true; "
            f"stay at ${UNPROVEN_EXPOSURE_MAX}"
        )
    return limits


def _lower(given: Bound | None, most: Bound) -> Bound:
    return most if given is None else min(given, most)
