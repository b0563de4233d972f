"""Polymarket's orders: what is allowed, the amounts that are signed, the body, and what each answer proves."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from arbkit.core.markets import Market, MarketStatus, Side
from arbkit.core.money import MICRO, Price, Qty, Usd, plain
from arbkit.core.orders import (
    Action,
    Delayed,
    Filled,
    FokOrder,
    InDoubt,
    Killed,
    Rejected,
    SendOutcome,
    Settlement,
)
from arbkit.core.text import clean
from arbkit.errors import BadNumber, RefusedError

ORDER_PATH: Final = "/order"
CANCEL_ALL_PATH: Final = "/cancel-all"

CENT: Final = 10_000
AMOUNT_STEP: Final = 100
"""Four decimals: shares that a FOK BUY takes, dollars that a FOK SELL takes (the server refuses more)."""
SHARE_STEP: Final = 10_000
"""Two decimals: shares that a FOK SELL gives."""
VALUE_MIN: Final = Usd(MICRO)
QTY_MIN: Final = Qty(5 * MICRO)

_WHY_LENGTH_MAX: Final = 160


def validate(order: FokOrder, market: Market) -> None:
    """Refuse what the venue would refuse; raises RefusedError with the figure and the way out."""
    if market.status is not MarketStatus.OPEN or market.placeholder:
        raise RefusedError(f"{market.id} takes no orders: {market.status}{', a placeholder' * market.placeholder}")
    if not token_of(order.side, market):
        raise RefusedError(f"{market.id} has no asset id for {order.side}; read the market again")
    if market.grid is None or not market.grid.holds(order.limit):
        raise RefusedError(f"{market.id}: {order.limit} is not a multiple of its tick; read the market again")
    least = max(market.qty_min or QTY_MIN, QTY_MIN)
    if order.qty < least:
        raise RefusedError(f"{market.id}: {order.qty} shares; the venue takes {least} at least")
    if order.budget < VALUE_MIN:
        raise RefusedError(f"{market.id}: ${order.budget}; the venue takes no marketable order below ${VALUE_MIN}")
    if order.action is Action.BUY and order.budget.micros % CENT:
        raise RefusedError(f"{market.id}: a budget of ${order.budget} is not in whole cents")
    if order.action is Action.SELL and order.qty.micros % SHARE_STEP:
        raise RefusedError(f"{market.id}: {order.qty} shares; a sale has two decimals at most")


def token_of(side: Side, market: Market) -> str:
    """The asset that an outcome is traded as."""
    return market.yes_token if side is Side.YES else market.no_token


@dataclass(frozen=True, slots=True)
class Amounts:
    """What is given and taken, in millionths: a BUY gives dollars and takes shares, a SELL the reverse."""

    given: int
    taken: int


def amounts(order: FokOrder) -> Amounts:
    """The amounts of a FOK order. A BUY spends its budget at prices no worse than given / taken.

    What is taken is rounded down, so that the implied price is never a hair below the limit: then the offer at the
    limit could not be lifted, and every such order would be killed.
    """
    if order.action is Action.BUY:
        shares = order.budget.micros * MICRO // order.limit.micros
        return Amounts(order.budget.micros, shares // AMOUNT_STEP * AMOUNT_STEP)
    dollars = order.qty.micros * order.limit.micros // MICRO
    return Amounts(order.qty.micros, dollars // AMOUNT_STEP * AMOUNT_STEP)


def order_body(signed: Mapping[str, str | int], *, api_key: str) -> bytes:
    """The body of POST /order, compact; these very bytes are signed and sent."""
    return msgspec.json.encode({"deferExec": False, "order": signed, "orderType": "FOK", "owner": api_key})


class _Answer(msgspec.Struct, rename="camel"):
    success: bool
    error_msg: str = ""
    order_id: str = msgspec.field(name="orderID", default="")
    status: str = ""
    making_amount: str = ""
    taking_amount: str = ""
    trade_ids: list[str] = msgspec.field(name="tradeIDs", default_factory=list)


class _Error(msgspec.Struct):
    error: str = ""
    code: str = ""
    error_msg: str = msgspec.field(name="errorMsg", default="")


KILLED_TEXTS: Final = ("couldn't be fully filled", "no orders found to match with fak")
DOUBT_TEXTS: Final = ("duplicated", "order match delayed", "timed out")
"""A duplicate proves that an earlier copy arrived; the others say nothing about the order."""

REJECTING_CODES: Final = frozenset({"post_only_mode", "cancel_only_mode", "trading_disabled"})
REJECTING_TEXTS: Final = ("post-only mode", "cancel-only", "trading is disabled", "trading disabled")
"""503 with one of these is a refusal, though it is a 5xx: the engine takes no such order for now."""

REJECTING_STATUSES: Final = frozenset({400, 401, 403, 404, 425, 429})
"""Statuses that prove a refusal. Every other one that is no success leaves the order in doubt."""


def classify(status: int, body: bytes, *, order: FokOrder, order_id: str) -> SendOutcome:
    """What an answer to the POST proves. Success needs our own order hash; whatever is unknown is doubt."""
    if status == 200:
        return _accepted(body, order, order_id)
    text, code = _said(body)
    return refused(status, text, code)


def refused(status: int, text: str, code: str = "") -> SendOutcome:
    """What a refusal in words proves, at any status."""
    why, lower = f"{status} {text}".strip(), text.lower()
    if any(words in lower for words in KILLED_TEXTS):
        return Killed(why)
    if any(words in lower for words in DOUBT_TEXTS):
        return InDoubt(why)
    if status in REJECTING_STATUSES or code in REJECTING_CODES or any(words in lower for words in REJECTING_TEXTS):
        return Rejected(code or str(status), why, status)
    return InDoubt(why)


def _accepted(body: bytes, order: FokOrder, order_id: str) -> SendOutcome:
    try:
        answer = msgspec.json.decode(body, type=_Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return InDoubt(f"the answer could not be read: {clean(str(error), _WHY_LENGTH_MAX)}")
    said = clean(answer.error_msg, _WHY_LENGTH_MAX)
    if said:
        # Without an order id the words are a refusal; with ours they may follow something that stands.
        return refused(400, said) if answer.order_id in {"", order_id} else InDoubt(said)
    if not answer.success or answer.order_id.lower() != order_id.lower():
        return InDoubt(f"the answer speaks of order {clean(answer.order_id, 80)!r}")
    if answer.status == "matched":
        return _matched(answer, order)
    known: dict[str, SendOutcome] = {"delayed": Delayed(order_id), "unmatched": Killed("unmatched")}
    return known.get(answer.status) or InDoubt(f"a fill-or-kill order is {clean(answer.status, 40)!r}")


def _matched(answer: _Answer, order: FokOrder) -> SendOutcome:
    try:
        given, taken = Usd.parse(answer.making_amount).micros, Usd.parse(answer.taking_amount).micros
    except BadNumber as error:
        return InDoubt(f"the amounts could not be read: {error}")
    shares, dollars = (taken, given) if order.action is Action.BUY else (given, taken)
    if shares <= 0 or not 0 < dollars <= shares:
        return InDoubt(f"{plain(shares)} shares for ${plain(dollars)} cannot be")
    trades = tuple(clean(trade, 80) for trade in answer.trade_ids)
    return Filled(answer.order_id, Qty(shares), Usd(dollars), None, Settlement.PENDING, trades)


def _said(body: bytes) -> tuple[str, str]:
    try:
        said = msgspec.json.decode(body, type=_Error)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return clean(body[:_WHY_LENGTH_MAX].decode("utf-8", "replace"), _WHY_LENGTH_MAX), ""
    return clean(said.error or said.error_msg, _WHY_LENGTH_MAX), clean(said.code, 40)


def implied_price(order: FokOrder) -> Price:
    """The worst price that the signed amounts allow, rounded down to a millionth."""
    sums = amounts(order)
    dollars, shares = (sums.given, sums.taken) if order.action is Action.BUY else (sums.taken, sums.given)
    return Price(dollars * MICRO // shares)
