"""Fee schedules as functions: what a fill costs at either venue, rounded as the venue rounds, and the `spec` model.

Kalshi (fee schedule of 2026-07-07, docs.kalshi.com/getting_started/fee_rounding): taker M x 0.07 x C x P x (1 - P), per
fill, rounded up to $0.0001; then the balance change is rounded down to the member's precision, and what that rounding
took is given back in whole units of the precision, order by order.

Polymarket (docs.polymarket.com, trading fees): shares x rate x (p x (1 - p))^exponent for the taker, on the average
price of the whole match, in steps of $0.00001. Chain events agree with rounding down; decisions round up.

Functions ending in `_raw` take and give millionths as plain ints, for loops; the others take value types.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from arbkit.core.books import TICK_MICROS, TICKS, Level
from arbkit.core.markets import Fees, KalshiFees, PolymarketFees, Side
from arbkit.core.money import MICRO, ZERO_USD, Qty, Usd, ceil_div
from arbkit.errors import InvariantError


class FeeModel(StrEnum):
    """VENUE: what the venues charge. SPEC: the formulas of the specification, section 3.4, for comparison."""

    VENUE = "venue"
    SPEC = "spec"


DIRECT_PRECISION = Usd(100)
"""Balances of direct members are multiples of $0.0001 (docs.kalshi.com, fee rounding)."""
CLEARED_PRECISION = Usd(10_000)
"""Balances of accounts cleared through a broker are multiples of $0.01; also the cautious choice when unknown."""

KALSHI_TAKER_PPM = 70_000
KALSHI_FEE_STEP = 100
"""Kalshi rounds a fill's fee up to $0.0001. A newer page says $0.000001, which is never above this."""
KALSHI_MULTIPLIER_PPM_MAX = 10 * MICRO
"""Multipliers seen lie between 0 and 1. Beyond 10 the schedule is not one that we understand."""
KALSHI_MAKER_PPM = {
    "quadratic": 0,
    "quadratic_with_maker_fees": 17_500,
    "quadratic_with_combo_maker_fees": 35_000,
}
"""The maker's share of 0.07 by fee type: none, a quarter, a half."""
KALSHI_UNKNOWN_MAKER_PPM = 17_500

POLYMARKET_FEE_STEP = 10
"""Polymarket's fees have five decimals of a dollar."""
POLYMARKET_EXPONENT_MAX = 4

SPEC_POLYMARKET_PPM = 20_000
"""Specification section 3.4: 2 % of the price of YES bought, or of "1 - sell price", which is what a NO costs."""
SPEC_KALSHI_PPM = 70_000
"""The cap of $0.07 a contract never binds, for a price is at most $1."""


def known(fees: Fees | None) -> bool:
    """Whether a schedule is understood well enough to trade on: fee type known, rates within reason."""
    if isinstance(fees, KalshiFees):
        return fees.fee_type in KALSHI_MAKER_PPM and 0 <= fees.multiplier_ppm <= KALSHI_MULTIPLIER_PPM_MAX
    if isinstance(fees, PolymarketFees):
        return 0 <= fees.rate_ppm < MICRO and 1 <= fees.exponent <= POLYMARKET_EXPONENT_MAX
    return False


def kalshi_rate(fees: KalshiFees, *, maker: bool = False) -> int:
    """The rate on P x (1 - P), exact in units of 1e-12. An unknown fee type counts as one with maker fees."""
    base = KALSHI_MAKER_PPM.get(fees.fee_type, KALSHI_UNKNOWN_MAKER_PPM) if maker else KALSHI_TAKER_PPM
    return base * fees.multiplier_ppm


_KALSHI_SCALE = MICRO**4
"""rate (1e-12) x contracts (1e-6) x price (1e-6) x (1 - price) (1e-6) is in units of 1e-30 dollar: 1e24 a micro."""
_KALSHI_STEP = _KALSHI_SCALE * KALSHI_FEE_STEP


def kalshi_model_raw(rate: int, price: int, qty: int) -> int:
    """The unrounded formula in raw millionths, rounded down: a bound from below for whatever is charged."""
    return rate * qty * price * (MICRO - price) // _KALSHI_SCALE


def kalshi_trade_fee_raw(rate: int, price: int, qty: int) -> int:
    """The fee of one fill in raw millionths: the formula, rounded up to $0.0001."""
    return -(-rate * qty * price * (MICRO - price) // _KALSHI_STEP) * KALSHI_FEE_STEP


def kalshi_buy_fee_raw(rate: int, price: int, qty: int, *, precision: int) -> int:
    """What a purchase in one fill costs beyond price x quantity, in raw millionths, before any rebate."""
    cost_pico = price * qty
    debit = -(-(cost_pico + kalshi_trade_fee_raw(rate, price, qty) * MICRO) // (precision * MICRO)) * precision
    return debit - cost_pico // MICRO


@dataclass(frozen=True, slots=True)
class KalshiCharge:
    """The fee of one fill as Kalshi composes it."""

    trade_fee: Usd
    rounding: Usd
    rebate: Usd

    @property
    def net(self) -> Usd:
        """What the fill costs beyond its price, after the rebate; never negative."""
        return self.trade_fee + self.rounding - self.rebate


def kalshi_charges(
    fees: KalshiFees,
    fills: Iterable[Level],
    *,
    precision: Usd = DIRECT_PRECISION,
    buying: bool = True,
    maker: bool = False,
) -> tuple[KalshiCharge, ...]:
    """The fees of the fills of one order, in their order, with the rebates of its accumulator.

    The rounding of each fill is added up; as soon as more than one unit of the precision has gathered, whole units are
    given back, as long as no fill's fee becomes negative (docs.kalshi.com, fee rounding, worked examples).
    """
    rate = kalshi_rate(fees, maker=maker)
    gathered, charges = 0, []
    for fill in fills:
        fee = kalshi_trade_fee_raw(rate, fill.price.micros, fill.qty.micros)
        rounding = _rounding(fill, fee, precision.micros, buying=buying)
        gathered += rounding
        units = min(max(gathered - 1, 0), fee + rounding) // precision.micros
        gathered -= units * precision.micros
        charges.append(KalshiCharge(Usd(fee), Usd(rounding), Usd(units * precision.micros)))
    return tuple(charges)


def _rounding(fill: Level, fee: int, precision: int, *, buying: bool) -> int:
    """What is lost when the balance change is rounded down to the precision."""
    cost_pico = fill.price.micros * fill.qty.micros
    change_pico = (-cost_pico if buying else cost_pico) - fee * MICRO
    return change_pico % (precision * MICRO) // MICRO


def kalshi_buy_fee_up(fees: KalshiFees, fills: Iterable[Level], *, precision: Usd = DIRECT_PRECISION) -> Usd:
    """What a purchase costs at most beyond its price: each fill rounded, no rebate counted upon."""
    rate = kalshi_rate(fees)
    return Usd(sum(kalshi_buy_fee_raw(rate, f.price.micros, f.qty.micros, precision=precision.micros) for f in fills))


def polymarket_ratio(fees: PolymarketFees, qty: int, cost_pico: int) -> tuple[int, int]:
    """The unrounded fee as a fraction of micro-dollars, from raw shares and their cost in 1e-12 dollar."""
    whole = qty * MICRO
    if not 0 <= cost_pico <= whole:
        raise InvariantError(f"{qty} millionths of a share cannot cost {cost_pico} e-12 dollar: a price is 0 to 1")
    spread = (cost_pico * (whole - cost_pico)) ** fees.exponent
    return fees.rate_ppm * qty * spread, MICRO * whole ** (2 * fees.exponent)


def polymarket_fee_raw(fees: PolymarketFees, qty: int, cost_pico: int) -> int:
    """The taker fee in raw millionths for a decision: rounded up to $0.00001."""
    if not qty or not fees.rate_ppm:
        return 0
    above, below = polymarket_ratio(fees, qty, cost_pico)
    return ceil_div(above, below * POLYMARKET_FEE_STEP) * POLYMARKET_FEE_STEP


def polymarket_fee_up(fees: PolymarketFees, qty: Qty, cost: Usd) -> Usd:
    """The taker fee of a whole match as a decision counts it: on the average price, rounded up to $0.00001.

    For exponent 1 the fee on the average is never below the sum over levels, for p x (1 - p) is concave.
    """
    return Usd(polymarket_fee_raw(fees, qty.micros, cost.micros * MICRO))


def polymarket_fee_down(fees: PolymarketFees, qty: Qty, cost: Usd) -> Usd:
    """The taker fee of a whole match as the venue charges it: on the average price, rounded down to $0.00001."""
    if not qty:
        return ZERO_USD
    above, below = polymarket_ratio(fees, qty.micros, cost.micros * MICRO)
    return Usd(above // (below * POLYMARKET_FEE_STEP) * POLYMARKET_FEE_STEP)


def spec_kalshi_ppm(side: Side) -> int:
    """Specification section 3.4: nothing for YES bought; 7 % of "1 - sell price" for YES sold: for NO bought."""
    return 0 if side is Side.YES else SPEC_KALSHI_PPM


def spec_fee_up(cost: Usd, *, share_ppm: int) -> Usd:
    """The fee of the `spec` model: a share of what is paid, a fraction of a millionth counted as one."""
    return Usd(ceil_div(cost.micros * share_ppm, MICRO))


def all_in_floor(fees: Fees, price: int) -> int:
    """Price plus fee of one contract in raw millionths, never above what each of any number of contracts costs from
    this level on: fees grow slower than prices (rates are below 1), so that deeper levels only cost more, and rounding
    only adds. Where two of these make a dollar or more there is no arbitrage.
    """
    if isinstance(fees, KalshiFees):
        return price + kalshi_model_raw(kalshi_rate(fees), price, MICRO)
    above, below = polymarket_ratio(fees, MICRO, price * MICRO)
    return price + above // below


@lru_cache(maxsize=64)
def all_in_table(fees: Fees) -> tuple[int, ...]:
    """`all_in_floor` at every tick of $0.0001 from 0 to 1, for the gate of a stream: one look-up a book."""
    return tuple(all_in_floor(fees, ticks * TICK_MICROS) for ticks in range(TICKS + 1))


def spec_all_in_floor(price: int, *, share_ppm: int) -> int:
    """The same for the `spec` model, where a fee is a share of the price."""
    return price + price * share_ppm // MICRO
