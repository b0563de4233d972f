"""What the simulated Kalshi charges for a fill, rounded as the venue rounds. Its own reading of the rules, on purpose.

Rules: Kalshi fee schedule of 2026-07-07 and its page on fee rounding (docs.kalshi.com). Money is counted in 1e-4 dollar
(what an account holds), micro-dollars (fees and costs), and 1e-18 dollars (an unrounded fee, exact in integers).
"""

from dataclasses import dataclass

from arbkit.core.money import ceil_div

_MAKER_SHARE_PERCENT = {
    "quadratic": 0,
    "quadratic_with_maker_fees": 25,
    "quadratic_with_combo_maker_fees": 50,
}
_UNKNOWN_MAKER_SHARE_PERCENT = 25
_UNIT_ATTO = 10**14
_UNIT_MICROS = 100


@dataclass(frozen=True, slots=True)
class FeeTerms:
    """A market's fee type and multiplier (in millionths)."""

    fee_type: str
    multiplier_ppm: int

    def model_atto(self, *, price: int, qty: int, maker: bool) -> int:
        """M x 0.07 x C x P x (1 - P), in 1e-18 dollars; makers pay a share of it that depends on the type."""
        taker = self.multiplier_ppm * 7 * qty * price * (10_000 - price)
        if not maker:
            return taker
        return taker * _MAKER_SHARE_PERCENT.get(self.fee_type, _UNKNOWN_MAKER_SHARE_PERCENT) // 100


@dataclass(slots=True)
class RoundingPot:
    """What rounding has taken from the fills of one order, in micro-dollars; given back in units of 1e-4 dollars."""

    micros: int = 0


@dataclass(frozen=True, slots=True)
class Charge:
    """What a fill does to an account: the balance in 1e-4 dollars, and the net fee in micro-dollars."""

    balance_change: int
    fee_micros: int


def charge(terms: FeeTerms, *, price: int, qty: int, revenue_micros: int, maker: bool, pot: RoundingPot) -> Charge:
    """Charge one fill: the fee is rounded up, then the balance down; the pot of the order gives whole units back."""
    fee_units = ceil_div(terms.model_atto(price=price, qty=qty, maker=maker), _UNIT_ATTO)
    after_fee = revenue_micros - fee_units * _UNIT_MICROS
    change = after_fee // _UNIT_MICROS
    pot.micros += after_fee - change * _UNIT_MICROS
    fee_micros = revenue_micros - change * _UNIT_MICROS
    units_back = min(max(pot.micros - 1, 0), fee_micros) // _UNIT_MICROS
    pot.micros -= units_back * _UNIT_MICROS
    return Charge(change + units_back, fee_micros - units_back * _UNIT_MICROS)
