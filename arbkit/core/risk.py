"""Risk: every rule asked about one opportunity, and the only place that grants permission.

`check` is a function of the opportunity, the situation and the limits. All rules are asked, so that a refusal names
every reason at once; each reason says its figure and its limit. Exposure counts positions, reservations and orders in
doubt, at cost with fees. Nothing here looks anything up: who calls must have gathered the situation in the same
transaction that will write the intent.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from arbkit.core.books import Book, Level
from arbkit.core.fees import kalshi_charges, polymarket_fee_up
from arbkit.core.limits import Limits, LossAtRisk
from arbkit.core.markets import Fees, KalshiFees, Relation, VenueName
from arbkit.core.money import MICRO, ZERO_QTY, ZERO_USD, Price, Qty, Usd, floor_to, proceeds_down
from arbkit.core.opportunity import Leg, Limit, Opportunity


class Mode(StrEnum):
    """Dry run decides and records like live, but sends nothing."""

    DRY_RUN = "dry_run"
    LIVE = "live"

    @property
    def words(self) -> str:
        """What is said after the name of a command for it to act on this ledger."""
        return " --live --confirm" if self is Mode.LIVE else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is so at this moment, as the store and the venues tell it. Money is at cost, fees included."""

    mode: Mode
    paused: str = ""
    """Why trading is paused (breaker, HALT file), "" when it is not."""
    locked_by: str = ""
    """A trade that is not finished and involves one of the two markets."""
    exposure: Usd
    event_exposure: Usd
    imbalance: Usd
    realised_today: Usd
    """As the day's loss counts it: see core/halves."""
    loss_at_risk: Usd
    """Of all trades that are not settled on both sides yet."""
    cash: Mapping[VenueName, Usd]
    """What may be spent, reservations already taken off; on Kalshi of the market's own shard."""
    balance_age_ms: int
    exit_loss: Usd
    """What the worse of both legs, standing alone, would lose: see `exit_loss`."""
    yes_prices: Mapping[VenueName, Price] = field(default_factory=dict)
    """The best ask of the outcome Kalshi calls YES, at either venue."""
    closes_at: datetime | None = None
    """The earlier close of both markets."""
    unwell: Mapping[VenueName, str] = field(default_factory=dict)
    """Venues that must not be traded on now: maintenance, throttled, restarting, blocked."""
    approved_by_person: bool = False
    untried: bool = False
    """Whether this version has to begin small: it has not completed a live trade yet."""
    trades_last_minute: int = 0
    trades_today: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """Permission to send one trade, for a short while. Minted by `check` alone."""

    opportunity: Opportunity
    mode: Mode
    loss_at_risk: Usd
    expires_at: datetime
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that said no, and its sentence."""

    rule: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """No, with every reason. `suggested_qty` would pass the rules of size, 0 where none would."""

    opportunity: Opportunity
    reasons: tuple[Reason, ...]
    suggested_qty: Qty = ZERO_QTY
    warnings: tuple[str, ...] = ()


def check(opportunity: Opportunity, situation: Situation, limits: Limits, *, now: datetime) -> Approved | Refused:
    """Ask every rule. The specification's `RiskCheck`: approved, reasons, warnings, suggested quantity."""
    asked = _Question(opportunity, situation, limits, now)
    reasons = tuple(Reason(rule.__name__.removeprefix("_"), text) for rule in RULES if (text := rule(asked)))
    warnings = tuple(text for warning in WARNINGS if (text := warning(asked)))
    if reasons:
        suggested = _suggested_qty(asked)
        return Refused(opportunity=opportunity, reasons=reasons, suggested_qty=suggested, warnings=warnings)
    return Approved(
        opportunity=opportunity,
        mode=situation.mode,
        loss_at_risk=asked.loss,
        expires_at=now + limits.approval_valid,
        warnings=warnings,
    )


def exit_loss(leg: Leg, book: Book, fees: Fees) -> Usd:
    """What a leg that stands alone would lose if it were sold back through the present bids.

    Costs and fee of buying, less the proceeds, plus the fee of selling; what finds no bid counts as lost.
    """
    left, levels = leg.qty, []
    for level in book.bids(leg.side):
        taken = min(left, level.qty)
        if taken:
            levels.append(Level(level.price, taken))
        left = left - taken
    proceeds = Usd(sum(proceeds_down(level.price, level.qty).micros for level in levels))
    if isinstance(fees, KalshiFees):
        fee = Usd(sum(charge.net.micros for charge in kalshi_charges(fees, levels, buying=False)))
    else:
        fee = polymarket_fee_up(fees, leg.qty - left, proceeds)
    return max(leg.debit - proceeds + fee, ZERO_USD)


@dataclass(frozen=True, slots=True)
class _Question:
    """All that a rule may look at."""

    opportunity: Opportunity
    situation: Situation
    limits: Limits
    now: datetime

    @property
    def loss(self) -> Usd:
        """What this trade may lose if one leg stands alone."""
        full = max(self.opportunity.kalshi.debit, self.opportunity.polymarket.debit)
        if self.limits.loss_at_risk is LossAtRisk.FULL:
            return full
        return min(self.situation.exit_loss, full)


def _paused(q: _Question) -> str | None:
    return f"trading is paused: {q.situation.paused}" if q.situation.paused else None


def _venue_unwell(q: _Question) -> str | None:
    return "; ".join(f"{venue}: {why}" for venue, why in q.situation.unwell.items()) or None


def _market_locked(q: _Question) -> str | None:
    return f"trade {q.situation.locked_by} on one of these markets is not finished" if q.situation.locked_by else None


def _pair(q: _Question) -> str | None:
    pair = q.opportunity.pair
    if not pair.tradable or pair.relation is not Relation.EQUAL:
        return f"the pair is {pair.relation} and not released for trading"
    if pair.confidence_ppm < q.limits.confidence_min_ppm:
        return f"Low Confidence Match: {pair.confidence_ppm} ppm is below {q.limits.confidence_min_ppm} ppm"
    return None


def _approval(q: _Question) -> str | None:
    method = q.opportunity.pair.method
    if q.situation.mode is Mode.LIVE and method in q.limits.approval_of and not q.situation.approved_by_person:
        return f"a pair matched by method {method} needs approval in live trading; run `arbkit match --review`"
    return None


def _quotes_too_old(q: _Question) -> str | None:
    ages = [
        (q.now - leg.seen_at) // timedelta(milliseconds=1) for leg in (q.opportunity.kalshi, q.opportunity.polymarket)
    ]
    if min(ages) < 0:
        return "a book is from the future: the clock was set back"
    if max(ages) > q.limits.book_age_ms_max:
        return f"a book is {max(ages)} ms old; the limit is {q.limits.book_age_ms_max} ms"
    if abs(ages[0] - ages[1]) > q.limits.book_age_gap_ms_max:
        return f"the books are {abs(ages[0] - ages[1])} ms apart; the limit is {q.limits.book_age_gap_ms_max} ms"
    return None


def _balance_too_old(q: _Question) -> str | None:
    age, limit = q.situation.balance_age_ms, q.limits.balance_age_ms_max
    return None if 0 <= age <= limit else f"the balances are {age} ms old; the limit is {limit} ms"


def _near_close(q: _Question) -> str | None:
    closes = q.situation.closes_at
    if closes is None or closes - q.now >= q.limits.before_close_min:
        return None
    return f"a market closes at {closes.isoformat()}, in less than {q.limits.before_close_min}"


def _prices_apart(q: _Question) -> str | None:
    prices = [price.micros for price in q.situation.yes_prices.values()]
    gap = max(prices) - min(prices) if len(prices) == len(VenueName) else 0
    if gap <= q.limits.price_gap_max.micros:
        return None
    return (
        f"the venues' YES prices are ${Usd(gap)} apart; above ${q.limits.price_gap_max} a flipped outcome is likelier"
    )


def _too_good(q: _Question) -> str | None:
    edge, limit = q.opportunity.edge_bps, q.limits.edge_max_bps
    return None if limit is None or edge <= limit else f"an edge of {edge} bps is too good: the limit is {limit} bps"


def _untried(q: _Question) -> str | None:
    if not q.situation.untried or q.opportunity.limited_by is Limit.SMALLEST:
        return None
    return f"the first trade of a new version is the smallest that is worth it, not {q.opportunity.qty} contracts"


def _qty(q: _Question) -> str | None:
    qty = q.opportunity.qty
    if q.limits.qty_min <= qty <= q.limits.qty_max:
        return None
    return f"{qty} contracts; allowed are {q.limits.qty_min} to {q.limits.qty_max}"


def _return(q: _Question) -> str | None:
    bps, limit = q.opportunity.return_bps, q.limits.return_min_bps
    return None if bps >= limit else f"a return of {bps} bps after fees; the minimum is {limit} bps"


def _hurdle(q: _Question) -> str | None:
    hurdle = q.limits.annualised_min_bps
    if hurdle is None:
        return None
    annualised = q.opportunity.annualised_bps
    if annualised is None:
        return "when the markets settle is unknown, so the hurdle rate cannot be held"
    return None if annualised >= hurdle else f"{annualised} bps a year; the hurdle rate is {hurdle} bps"


def _total_exposure(q: _Question) -> str | None:
    return _over("total exposure", q.situation.exposure + q.opportunity.capital, q.limits.total_exposure_max)


def _event_exposure(q: _Question) -> str | None:
    return _over(
        "exposure to this event", q.situation.event_exposure + q.opportunity.capital, q.limits.event_exposure_max
    )


def _leg_cost(q: _Question) -> str | None:
    if q.limits.leg_cost_max is None:
        return None
    return _over("a leg", max(q.opportunity.kalshi.debit, q.opportunity.polymarket.debit), q.limits.leg_cost_max)


def _imbalance(q: _Question) -> str | None:
    return _over("the unhedged position in this event", q.situation.imbalance, q.limits.imbalance_max)


def _daily_loss(q: _Question) -> str | None:
    lost = max(-q.situation.realised_today, ZERO_USD)
    return _over(
        "the day's loss and what is at risk", lost + q.situation.loss_at_risk + q.loss, q.limits.daily_loss_max
    )


def _trade_loss(q: _Question) -> str | None:
    return _over("the loss of a leg that stands alone", q.loss, q.limits.trade_loss_max)


def _cash(q: _Question) -> str | None:
    short = [
        f"{leg.venue} has ${q.situation.cash.get(leg.venue, ZERO_USD)} free, the leg needs ${leg.debit}"
        for leg in (q.opportunity.kalshi, q.opportunity.polymarket)
        if leg.debit > q.situation.cash.get(leg.venue, ZERO_USD)
    ]
    return "; ".join(short) or None


def _rate(q: _Question) -> str | None:
    for count, limit, span in (
        (q.situation.trades_last_minute, q.limits.trades_a_minute_max, "minute"),
        (q.situation.trades_today, q.limits.trades_a_day_max, "day"),
    ):
        if limit is not None and count >= limit:
            return f"{count} trades this {span}; the limit is {limit}"
    return None


def _over(what: str, amount: Usd, limit: Usd) -> str | None:
    return None if amount <= limit else f"{what} would be ${amount}; the limit is ${limit}"


Rule = Callable[[_Question], str | None]

RULES: tuple[Rule, ...] = (
    _paused, _venue_unwell, _market_locked, _pair, _approval, _quotes_too_old, _balance_too_old, _near_close,
    _prices_apart, _too_good, _untried, _qty, _return, _hurdle, _total_exposure, _event_exposure, _leg_cost, _imbalance,
    _daily_loss, _trade_loss, _cash, _rate,
)  # fmt: skip
"""Every rule. The order is the order in which reasons are shown."""

RULE_NAMES = tuple(rule.__name__.removeprefix("_") for rule in RULES)
"""What `Reason.rule` may say."""


def _thin(q: _Question) -> str | None:
    depth = min(q.opportunity.kalshi.depth, q.opportunity.polymarket.depth)
    return None if depth >= q.limits.depth_min else f"Low liquidity: only {depth} contracts at the limit prices"


def _large(q: _Question) -> str | None:
    net = q.opportunity.net
    return None if net <= q.limits.large_opportunity else f"Large opportunity: ${net} net; look at the pair again"


def _logged(q: _Question) -> str | None:
    confidence = q.opportunity.pair.confidence_ppm
    return None if confidence >= MICRO else f"matched with confidence {confidence} ppm: traded with logging"


WARNINGS: tuple[Rule, ...] = (_thin, _large, _logged)


def _suggested_qty(q: _Question) -> Qty:
    """The largest whole quantity that the rules of size would pass, taking cost to be proportional to quantity."""
    o, s, limits = q.opportunity, q.situation, q.limits
    lost = max(-s.realised_today, ZERO_USD)
    rooms = [
        (limits.total_exposure_max - s.exposure, o.capital),
        (limits.event_exposure_max - s.event_exposure, o.capital),
        (limits.trade_loss_max, q.loss),
        (limits.daily_loss_max - lost - s.loss_at_risk, q.loss),
        *((s.cash.get(leg.venue, ZERO_USD), leg.debit) for leg in (o.kalshi, o.polymarket)),
    ]
    if limits.leg_cost_max is not None:
        rooms.append((limits.leg_cost_max, max(o.kalshi.debit, o.polymarket.debit)))
    qty = min(o.qty.micros, limits.qty_max.micros)
    for room, needed in rooms:
        if needed > room:
            # what needs nothing and yet finds too little room finds none: its limit is exceeded already
            qty = min(qty, max(room.micros, 0) * o.qty.micros // needed.micros if needed else 0)
    whole = floor_to(qty, MICRO)
    return Qty(whole) if whole >= limits.qty_min.micros else ZERO_QTY
