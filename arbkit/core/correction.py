"""Correction: what could be done about a leg that stands alone, by the books as they are: complete it, or sell it back.

Nothing here decides. `sell_back` and `complete` work out one Fill-or-Kill order each and what the whole trade would
come to with it; `too_dear` says why the order that sells back must not be sent by itself (`on_asymmetric: unwind`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from arbkit.core.books import Book, Level
from arbkit.core.fees import kalshi_charges, polymarket_fee_up
from arbkit.core.markets import Fees, KalshiFees, Side
from arbkit.core.money import MICRO, Price, Qty, Usd, cost_up, floor_to, payout, proceeds_down
from arbkit.core.orders import Action

SHARE_STEP = 10_000
"""Hundredths of a contract: what both venues let one sell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One order that would end the asymmetry, by the book of this moment."""

    action: Action
    side: Side
    qty: Qty
    best: Price
    """The best level it would meet."""
    limit: Price
    """The worst."""
    money: Usd
    """What it brings (SELL) or takes (BUY), before its fee."""
    fee: Usd
    result: Usd
    """What the whole trade comes to with it, all fees paid; negative is a loss."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lonely:
    """The leg that stands alone: what is held, and what was paid for it, fee included."""

    side: Side
    qty: Qty
    paid: Usd


def sell_back(held: Lonely, book: Book, fees: Fees) -> Correction | None:
    """The order that sells what is held into the bids; None where they do not suffice."""
    qty = Qty(floor_to(held.qty.micros, SHARE_STEP))
    taken = _taken(book.bids(held.side), qty)
    if not taken:
        return None
    money = Usd(sum(proceeds_down(level.price, level.qty).micros for level in taken))
    fee = _fee(fees, taken, money, buying=False)
    return Correction(
        action=Action.SELL, side=held.side, qty=qty, best=taken[0].price, limit=taken[-1].price, money=money, fee=fee,
        result=money - fee - held.paid,
    )  # fmt: skip


def complete(held: Lonely, missing: Side, book: Book, fees: Fees) -> Correction | None:
    """The order that buys the missing leg from the asks; None where they do not suffice."""
    taken = _taken(book.asks(missing), held.qty)
    if not taken:
        return None
    money = Usd(sum(cost_up(level.price, level.qty).micros for level in taken))
    fee = _fee(fees, taken, money, buying=True)
    return Correction(
        action=Action.BUY, side=missing, qty=held.qty, best=taken[0].price, limit=taken[-1].price, money=money, fee=fee,
        result=payout(held.qty) - money - fee - held.paid,
    )  # fmt: skip


def too_dear(back: Correction, *, slippage_max_ppm: int, trade_loss_max: Usd, day_left: Usd) -> str:
    """Why selling back must not be done without a person, "" if it is within every bound.

    `day_left` is what the daily loss limit leaves for this trade, the fee already paid for it not counted twice.
    """
    floor = back.best.micros * (MICRO - slippage_max_ppm) // MICRO
    if back.limit.micros < floor:
        return f"it would sell down to {back.limit}, more than {slippage_max_ppm} ppm below the best bid {back.best}"
    loss = -back.result
    if loss > trade_loss_max:
        return f"it would lose ${loss}; the limit of a trade is ${trade_loss_max}"
    if loss > day_left:
        return f"it would lose ${loss}; the day's limit leaves ${day_left}"
    return ""


def _taken(levels: Sequence[Level], qty: Qty) -> list[Level]:
    """What an order of this size meets, best first; nothing where it would not be filled whole."""
    left, taken = qty, list[Level]()
    for level in levels:
        if not left:
            break
        taken.append(Level(level.price, min(left, level.qty)))
        left = left - taken[-1].qty
    return [] if left else taken


def _fee(fees: Fees, taken: Sequence[Level], money: Usd, *, buying: bool) -> Usd:
    if isinstance(fees, KalshiFees):
        return Usd(sum(charge.net.micros for charge in kalshi_charges(fees, taken, buying=buying)))
    return polymarket_fee_up(fees, Qty(sum(level.qty.micros for level in taken)), money)
