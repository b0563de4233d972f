"""Opportunity: what two books offer after every fee. NoOpportunity: why they offer nothing. Policy: what counts."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from arbkit.core.books import BookProblem, Level
from arbkit.core.fees import DIRECT_PRECISION, FeeModel
from arbkit.core.markets import MarketId, Pair, Side, VenueName
from arbkit.core.money import MICRO, ZERO_USD, Price, Qty, Usd
from arbkit.errors import ConfigError

QTY_STEP_FINEST = Qty(10_000)
"""Kalshi trades hundredths of a contract."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What is looked at and how large a trade may be. Defaults: specification sections 3.6 and 3.11.

    The caps here bound one trade. What is already held, reserved or in doubt is for the caller to subtract before.
    """

    fee_model: FeeModel = FeeModel.VENUE
    age_ms_max: int = 2_000
    """Neither book may be older."""
    include_delayed: bool = False
    """Look at markets that hold marketable orders before matching them."""
    smallest: bool = False
    """Look for the smallest quantity that is worth a trade, not for the best one."""
    include_untradable: bool = False
    """Look at pairs that matching has not released; for display only."""

    qty_step: Qty = field(default=Qty(MICRO))
    """Quantities are multiples of this; at least 0.01 contract, Kalshi's finest."""
    qty_max: Qty = field(default=Qty(50 * MICRO))
    capital_max: Usd = field(default=Usd(100 * MICRO))
    """Both legs and their fees."""
    kalshi_cash: Usd | None = None
    """What may be spent there, fees included; None is no bound of its own."""
    polymarket_cash: Usd | None = None
    kalshi_precision: Usd = DIRECT_PRECISION
    """What the account's balance is a multiple of."""

    kalshi_qty_min: Qty = field(default=Qty(MICRO))
    polymarket_qty_min: Qty = field(default=Qty(5 * MICRO))
    """The venue's own minimum of a market holds where it is larger."""
    polymarket_value_min: Usd = field(default=Usd(MICRO))
    """The venue takes no marketable order below $1."""
    trade_value_min: Usd = field(default=Usd(5 * MICRO))
    """Quantity x price of the leg that buys YES, as the specification has it."""
    profit_min: Usd = field(default=Usd(100_000))
    """After fees, before gas."""
    gas: Usd = field(default=Usd(20_000))
    """Estimated gas of one trade: two transactions at $0.01."""
    gas_share_max_ppm: int = 20_000
    """Gas in millionths of the trade value, at most."""

    def __post_init__(self) -> None:
        if not self.qty_step or self.qty_step.micros % QTY_STEP_FINEST.micros:
            raise ConfigError(f"qty_step {self.qty_step} is not a multiple of 0.01 contract; write for example 1")
        if self.kalshi_precision.micros <= 0 or self.gas_share_max_ppm <= 0 or self.gas < ZERO_USD:
            raise ConfigError("kalshi_precision and gas_share_max_ppm have to be positive, gas not negative")


class Limit(StrEnum):
    """What keeps a trade from being larger."""

    KALSHI_DEPTH = "kalshi_depth"
    """Nothing more is offered there."""
    POLYMARKET_DEPTH = "polymarket_depth"
    KALSHI_PRICE = "kalshi_price"
    """The next level there is too dear."""
    POLYMARKET_PRICE = "polymarket_price"
    KALSHI_CASH = "kalshi_cash"
    POLYMARKET_CASH = "polymarket_cash"
    CAPITAL_MAX = "capital_max"
    QTY_MAX = "qty_max"
    SMALLEST = "smallest"
    """The smallest quantity was looked for."""
    ROUNDING = "rounding"
    """The next quantity would cost more in rounded fees, or miss a whole cent."""

    @property
    def venue(self) -> VenueName | None:
        """The leg that limits, if it is one of them."""
        if self.value.startswith("kalshi"):
            return VenueName.KALSHI
        return VenueName.POLYMARKET if self.value.startswith("polymarket") else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One half of a trade: buying an outcome at one venue, through as many levels as needed."""

    market: MarketId
    side: Side
    qty: Qty
    limit: Price
    """The worst level taken: the price of the Fill-or-Kill order."""
    average: Price
    """Cost over quantity, rounded up to a millionth."""
    cost: Usd
    """Quantity x price over the levels, before fees. On Polymarket a whole number of cents: the order's budget."""
    fee: Usd
    levels: tuple[Level, ...]
    """What is taken of each level, best first."""
    depth: Qty
    """All that stands at the limit or better."""
    seen_at: datetime
    age_ms: int

    @property
    def venue(self) -> VenueName:
        """Where it trades."""
        return self.market.venue

    @property
    def debit(self) -> Usd:
        """What leaves the account: cost and fee."""
        return self.cost + self.fee

    @property
    def miss_ppm(self) -> int:
        """Share of the depth at the limit that the order needs, in millionths: 1 means that nothing may vanish."""
        return -(-self.qty.micros * MICRO // self.depth.micros)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opportunity:
    """Equal contracts of one outcome on Kalshi and of the opposite one on Polymarket, for less than they will pay."""

    pair: Pair
    kalshi: Leg
    polymarket: Leg
    gas: Usd
    limited_by: Limit
    fee_model: FeeModel
    found_at: datetime
    settles_at: datetime | None
    """When the later of both markets is expected to be decided; None: neither says."""
    days_locked: int | None
    """Whole days until then, rounded up, at least one."""

    @property
    def qty(self) -> Qty:
        """Contracts of each leg."""
        return self.kalshi.qty

    @property
    def buys_yes_on(self) -> VenueName:
        """Where the outcome is bought that Kalshi calls YES: the "buy platform" of the specification."""
        return VenueName.KALSHI if self.kalshi.side is Side.YES else VenueName.POLYMARKET

    @property
    def payout(self) -> Usd:
        """What exactly one of the legs will pay."""
        return Usd(self.qty.micros)

    @property
    def gross(self) -> Usd:
        """Payout less what both legs cost, before fees."""
        return self.payout - self.kalshi.cost - self.polymarket.cost

    @property
    def fees(self) -> Usd:
        """Both venues' fees, without gas."""
        return self.kalshi.fee + self.polymarket.fee

    @property
    def net(self) -> Usd:
        """What remains after fees and gas."""
        return self.gross - self.fees - self.gas

    @property
    def net_per_contract(self) -> Usd:
        """`net` over quantity, rounded down to a millionth."""
        return Usd(self.net.micros * MICRO // self.qty.micros)

    @property
    def gross_per_contract(self) -> Usd:
        """`gross` over quantity, rounded down to a millionth: 1 less both average prices."""
        return Usd(self.gross.micros * MICRO // self.qty.micros)

    @property
    def edge_bps(self) -> int:
        """`gross_per_contract` in basis points of the dollar it pays, rounded down."""
        return self.gross_per_contract.micros // 100

    @property
    def capital(self) -> Usd:
        """What is locked up until settlement: both costs and both fees."""
        return self.kalshi.debit + self.polymarket.debit

    @property
    def return_bps(self) -> int:
        """`net` over `capital` in basis points, rounded down."""
        return self.net.micros * 10_000 // self.capital.micros

    @property
    def annualised_bps(self) -> int | None:
        """The return of a year of such trades one after the other, not compounded; None when the end is not known."""
        if not self.days_locked:
            return None
        return self.net.micros * 10_000 * 365 // (self.capital.micros * self.days_locked)

    @property
    def age_ms(self) -> int:
        """The age of the older book."""
        return max(self.kalshi.age_ms, self.polymarket.age_ms)

    @property
    def execution_risk_ppm(self) -> int:
        """How thin the books are for this size (specification section 3.3), from 0 to 1 in millionths.

        1 - (1 - q/d1)(1 - q/d2), with q the quantity and d the depth at each leg's limit or better: the chance that at
        least one leg is killed, if the share of either depth that vanishes before the orders arrive is anything between
        none and all with equal chance. 1 means that a leg takes all there is: any cancellation kills it.
        """
        return MICRO - (MICRO - self.kalshi.miss_ppm) * (MICRO - self.polymarket.miss_ppm) // MICRO


class Reason(StrEnum):
    """Why a pair offers nothing."""

    PAIR_NOT_TRADABLE = "pair_not_tradable"
    RULES_CHANGED = "rules_changed"
    MARKET_NOT_OPEN = "market_not_open"
    MARKET_DELAYED = "market_delayed"
    UNKNOWN_FEE = "unknown_fee"
    FACTS_UNCONFIRMED = "facts_unconfirmed"
    """What is stored of a market is old, and its venue did not confirm it."""
    BOOK_MISSING = "book_missing"
    """A venue did not show the book."""
    KALSHI_BOOK = "kalshi_book"
    POLYMARKET_BOOK = "polymarket_book"
    NO_EDGE = "no_edge"
    """Both best prices and their fees already make a dollar or more."""
    BELOW_MINIMUM = "below_minimum"
    """The smallest trade that is allowed is larger than depth and caps permit."""
    NO_SIZE = "no_size"
    """The best prices leave something, but no quantity that is allowed does."""
    PROFIT_TOO_SMALL = "profit_too_small"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoOpportunity:
    """Why a pair was passed over, so that a scan can count and explain. `detail` is for people."""

    pair: Pair
    reason: Reason
    detail: str = ""
    book_problem: BookProblem | None = None
    kalshi_side: Side | None = None
    """The orientation that came nearest, where prices were compared."""
    edge: Usd | None = None
    """What one contract would leave at the best prices there, after unrounded fees; may be negative."""
    net: Usd | None = None
    """The best net of any allowed quantity, where there was one."""
    limited_by: Limit | None = None
    """What allows less than the least trade, where that is why."""
