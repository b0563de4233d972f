"""Kalshi's orders: what is allowed, the body that is posted, and what each answer to it proves (OpenAPI 3.34.0)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import msgspec

from arbkit.core.markets import Market, MarketStatus, Side
from arbkit.core.money import MICRO, Price, Qty, cost_up
from arbkit.core.orders import Action, Filled, FokOrder, InDoubt, Killed, Rejected, SendOutcome, Settlement
from arbkit.core.text import clean
from arbkit.errors import BadNumber, RefusedError

ORDERS_PATH: Final = "/portfolio/events/orders"
QTY_STEP_MICROS: Final = 10_000
"""Hundredths of a contract."""

_WHY_LENGTH_MAX: Final = 160


def validate(order: FokOrder, market: Market) -> None:
    """Refuse what Kalshi would refuse; raises RefusedError with the figure and the way out."""
    if market.status is not MarketStatus.OPEN:
        raise RefusedError(f"{market.id} is {market.status}; only open markets take orders")
    if market.shard is None:
        raise RefusedError(f"{market.id}: its exchange shard is unknown; run `arbkit markets sync`")
    if market.grid is None or not market.grid.holds(yes_price(order)):
        raise RefusedError(f"{market.id}: {yes_price(order)} is not on the price grid; read the market again")
    if not order.qty or order.qty.micros % QTY_STEP_MICROS:
        raise RefusedError(f"{market.id}: {order.qty} contracts; Kalshi trades hundredths, 0.01 at least")


def yes_price(order: FokOrder) -> Price:
    """The price that is sent: Kalshi speaks of YES only, and buying NO at q is selling YES at 1 - q."""
    return order.limit if order.side is Side.YES else order.limit.complement


def is_bid(order: FokOrder) -> bool:
    """Whether the order buys YES: it does, or it sells NO."""
    return (order.side is Side.YES) is (order.action is Action.BUY)


class _Body(msgspec.Struct):
    ticker: str
    client_order_id: str
    side: str
    count: str
    price: str
    time_in_force: str
    self_trade_prevention_type: str
    exchange_index: int


def order_body(order: FokOrder, *, client_id: str, shard: int) -> bytes:
    """The body of POST /portfolio/events/orders. Prices and counts are strings; numbers are refused by the venue."""
    return msgspec.json.encode(
        _Body(
            ticker=order.market.key,
            client_order_id=client_id,
            side="bid" if is_bid(order) else "ask",
            count=f"{order.qty.micros // MICRO}.{order.qty.micros % MICRO // QTY_STEP_MICROS:02d}",
            price=_four_decimals(yes_price(order)),
            time_in_force="fill_or_kill",
            self_trade_prevention_type="taker_at_cross",
            exchange_index=shard,
        )
    )


def _four_decimals(price: Price) -> str:
    return f"{price.micros // MICRO}.{price.micros % MICRO // 100:04d}"


class Meaning(StrEnum):
    """What an error code proves."""

    KILLED = "killed"
    REJECTED = "rejected"
    DOUBT = "doubt"


CODES: Final[Mapping[str, Meaning]] = MappingProxyType(
    {
        "fill_or_kill_insufficient_resting_volume": Meaning.KILLED,
        "immediate_or_cancel_insufficient_resting_volume": Meaning.KILLED,
        # An earlier copy of this id exists, and it may have been filled.
        "order_already_exists": Meaning.DOUBT,
        "deprecated_v1_order_endpoint": Meaning.REJECTED,
        "trading_is_paused": Meaning.REJECTED,
        "exchange_is_paused": Meaning.REJECTED,
        "too_many_requests": Meaning.REJECTED,
    }
)
"""By error code, whatever the status. A code that is not here is judged by its status."""

STATUSES: Final[Mapping[int, Meaning]] = MappingProxyType(
    dict.fromkeys((400, 401, 403, 404, 409, 410, 422, 425, 429), Meaning.REJECTED)
)
"""By status, for codes that are not listed. A status that is not here (408, 3xx, 5xx) leaves the order in doubt."""


class _Placed(msgspec.Struct):
    order_id: str
    client_order_id: str
    fill_count: str
    remaining_count: str
    average_fill_price: str = ""


class _Error(msgspec.Struct):
    code: str = ""
    message: str = ""
    details: str = ""


class _Wrapped(msgspec.Struct):
    error: _Error | str = ""
    code: str = ""
    message: str = ""
    details: str = ""
    msg: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error body in any of its shapes."""

    code: str
    text: str


def parse_refusal(body: bytes) -> Refusal:
    """Read an error: wrapped, bare, a message alone, or no JSON at all."""
    try:
        said = msgspec.json.decode(body, type=_Wrapped)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Refusal("", clean(body[:_WHY_LENGTH_MAX].decode("utf-8", "replace"), _WHY_LENGTH_MAX))
    if isinstance(said.error, _Error):
        said = _Wrapped(code=said.error.code, message=said.error.message, details=said.error.details)
    words = [word for word in (said.message, said.details, said.msg, said.error) if isinstance(word, str) and word]
    return Refusal(clean(said.code, 80), clean(": ".join(words), _WHY_LENGTH_MAX))


def classify(status: int, body: bytes, *, order: FokOrder, client_id: str) -> SendOutcome:
    """What an answer to the POST proves. Success needs an order with our own id; whatever is unknown is doubt."""
    if 200 <= status < 300:
        return _placed(body, order, client_id)
    said = parse_refusal(body)
    why = f"{status} {said.code or ''} {said.text}".strip()
    meaning = CODES.get(said.code) or STATUSES.get(status, Meaning.DOUBT)
    if meaning is Meaning.KILLED:
        return Killed(why)
    return Rejected(said.code or str(status), why, status) if meaning is Meaning.REJECTED else InDoubt(why)


def _placed(body: bytes, order: FokOrder, client_id: str) -> SendOutcome:
    refusal = parse_refusal(body)
    if CODES.get(refusal.code) is Meaning.REJECTED:
        return Rejected(refusal.code, refusal.text)
    try:
        placed = msgspec.json.decode(body, type=_Placed)
        filled, left = Qty.parse(placed.fill_count), Qty.parse(placed.remaining_count)
        if placed.client_order_id != client_id or not placed.order_id:
            return InDoubt("the answer speaks of another order")
        if left:
            return InDoubt(f"a fill-or-kill order rests with {left} contracts")
        if not filled:
            return Killed("nothing was filled")
        price = Price.parse(placed.average_fill_price)
    except (msgspec.MsgspecError, BadNumber, UnicodeDecodeError, RecursionError) as error:
        return InDoubt(f"the answer could not be read: {clean(str(error), _WHY_LENGTH_MAX)}")
    ours = price if order.side is Side.YES else price.complement
    # The average has four decimals: the exact cost and fee come with the fills.
    return Filled(clean(placed.order_id, 80), filled, cost_up(ours, filled), None, Settlement.FINAL)
