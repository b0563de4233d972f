"""Were the fees that a venue took those of its schedule? A schedule that changed unseen turns profits into losses."""

from collections.abc import Sequence
from typing import Final

from arbkit.core.books import Level
from arbkit.core.fees import kalshi_charges, polymarket_fee_down
from arbkit.core.markets import Fees, KalshiFees
from arbkit.core.money import Usd
from arbkit.core.orders import Action, Fill

TOLERANCE: Final = Usd(10_000)
"""A cent a fill: venues round fills that we see split or joined (docs.kalshi.com, fee rounding)."""


def fee_surplus(fees: Fees, fills: Sequence[Fill], taken: Usd) -> Usd:
    """By how much the fee taken for an order's fills exceeds the schedule; negative when it was less. 0 within
    rounding, and where no fill is known."""
    if not fills:
        return Usd(0)
    if isinstance(fees, KalshiFees):
        levels = [Level(fill.price, fill.qty) for fill in fills]
        charges = kalshi_charges(fees, levels, buying=fills[0].action is Action.BUY)
        scheduled = sum(charge.net.micros for charge in charges)
    else:
        scheduled = sum(polymarket_fee_down(fees, fill.qty, fill.cost).micros for fill in fills)
    surplus = taken.micros - scheduled
    return Usd(surplus) if abs(surplus) > TOLERANCE.micros * len(fills) else Usd(0)
