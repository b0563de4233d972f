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


def fee_surplus(fees: Fees, fills: Sequence[Fill]) -> Usd:
    """By how much the fees of an order's fills exceed the schedule; negative when less was taken. 0 within rounding.

    Fills whose fee is not known yet say nothing.
    """
    known = [fill for fill in fills if fill.fee is not None]
    if not known or len(known) < len(fills):
        return Usd(0)
    taken = sum(fill.fee.micros for fill in known if fill.fee is not None)
    if isinstance(fees, KalshiFees):
        levels = [Level(fill.price, fill.qty) for fill in known]
        charges = kalshi_charges(fees, levels, buying=known[0].action is Action.BUY)
        scheduled = sum(charge.net.micros for charge in charges)
    else:
        scheduled = sum(polymarket_fee_down(fees, fill.qty, fill.cost).micros for fill in known)
    surplus = taken - scheduled
    return Usd(surplus) if abs(surplus) > TOLERANCE.micros * len(known) else Usd(0)
