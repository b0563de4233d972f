"""What is ours at Kalshi: orders, fills, positions, balances, settlements, as the portfolio calls tell it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from arbkit.core.markets import MarketId, Side, VenueName
from arbkit.core.money import Price, Qty, Usd, cost_up, parse_micros
from arbkit.core.orders import Action, Balance, Fill, Holding
from arbkit.core.text import clean
from arbkit.errors import BadNumber
from arbkit.venues.kalshi.wire.fields import Moment, decode, mismatch, price, quantity

PAGE_ROWS: Final = 200
_ID_LENGTH_MAX: Final = 80


class _Order(msgspec.Struct):
    order_id: str
    client_order_id: str
    ticker: str
    status: str
    fill_count_fp: str


class _Orders(msgspec.Struct):
    orders: list[_Order]
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class ListedOrder:
    """An order as the venue lists it. `status`: resting, canceled or executed."""

    order_id: str
    client_id: str
    status: str
    filled: Qty


def parse_orders(body: bytes) -> tuple[Sequence[ListedOrder], str]:
    """A page of GET /portfolio/orders and the cursor behind it."""
    page = decode(body, _Orders)
    return [
        ListedOrder(
            clean(order.order_id, _ID_LENGTH_MAX),
            clean(order.client_order_id, _ID_LENGTH_MAX),
            clean(order.status, _ID_LENGTH_MAX),
            quantity(order.fill_count_fp, f"$.orders[{n}].fill_count_fp"),
        )
        for n, order in enumerate(page.orders)
    ], page.cursor


class _Fill(msgspec.Struct):
    trade_id: str
    order_id: str
    ticker: str
    count_fp: str
    yes_price_dollars: str
    no_price_dollars: str
    outcome_side: str
    fee_cost: str
    created_time: Moment


class _Fills(msgspec.Struct):
    fills: list[_Fill]
    cursor: str = ""


def parse_fills(body: bytes) -> tuple[Sequence[Fill], str]:
    """A page of GET /portfolio/fills. Selling YES and buying NO are one thing there: every fill buys an outcome."""
    page = decode(body, _Fills)
    return [_fill(fill, f"$.fills[{n}]") for n, fill in enumerate(page.fills)], page.cursor


def _fill(row: _Fill, at: str) -> Fill:
    side = _side(row.outcome_side, f"{at}.outcome_side")
    texts = {Side.YES: row.yes_price_dollars, Side.NO: row.no_price_dollars}
    paid = price(texts[side], f"{at}.{side}_price_dollars")
    qty = quantity(row.count_fp, f"{at}.count_fp")
    return Fill(
        market=MarketId(VenueName.KALSHI, clean(row.ticker, _ID_LENGTH_MAX)),
        fill_id=clean(row.trade_id, _ID_LENGTH_MAX),
        order_key=clean(row.order_id, _ID_LENGTH_MAX),
        side=side,
        action=Action.BUY,
        qty=qty,
        price=paid,
        cost=cost_up(paid, qty),
        fee=dollars(row.fee_cost, f"{at}.fee_cost"),
        at=row.created_time,
    )


class _Position(msgspec.Struct):
    ticker: str
    position_fp: str


class _Positions(msgspec.Struct):
    market_positions: list[_Position]
    cursor: str = ""


def parse_positions(body: bytes) -> tuple[Sequence[Holding], str]:
    """A page of GET /portfolio/positions: a positive count is YES, a negative one NO."""
    page = decode(body, _Positions)
    holdings = []
    for n, row in enumerate(page.market_positions):
        micros = _micros(row.position_fp, f"$.market_positions[{n}].position_fp")
        if micros:
            market = MarketId(VenueName.KALSHI, clean(row.ticker, _ID_LENGTH_MAX))
            holdings.append(Holding(market, Side.YES if micros > 0 else Side.NO, Qty(abs(micros))))
    return holdings, page.cursor


class _Purse(msgspec.Struct):
    exchange_index: int
    balance: str


class _Balance(msgspec.Struct):
    balance_breakdown: list[_Purse]


def parse_balance(body: bytes) -> Sequence[Balance]:
    """GET /portfolio/balance: the cash of every shard; an order can only use that of its own."""
    purses = decode(body, _Balance).balance_breakdown
    return [
        Balance(dollars(purse.balance, f"$.balance_breakdown[{n}].balance"), purse.exchange_index)
        for n, purse in enumerate(purses)
    ]


class _Settlement(msgspec.Struct):
    ticker: str
    settled_time: Moment
    market_result: str
    value: int | None = None


class _Settlements(msgspec.Struct):
    settlements: list[_Settlement]
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class ListedSettlement:
    """A market that ended while we held some of it. `yes` is what YES pays, None where the listing, which tells whole
    cents and sometimes none, does not have it exactly: then the market does."""

    market: MarketId
    at: datetime
    yes: Price | None


_YES_PAYS_CENTS: Final = {"yes": 100, "no": 0}
_CENT_MICROS: Final = 10_000


def parse_settlements(body: bytes) -> tuple[Sequence[ListedSettlement], str]:
    """A page of GET /portfolio/settlements."""
    page = decode(body, _Settlements)
    return [_settlement(row, f"$.settlements[{n}]") for n, row in enumerate(page.settlements)], page.cursor


def _settlement(row: _Settlement, at: str) -> ListedSettlement:
    if row.value is not None and not 0 <= row.value <= 100:
        raise mismatch(f"{at}.value", f"{row.value} cents")
    cents = _YES_PAYS_CENTS.get(row.market_result)
    exact = None if cents is None or row.value not in {None, cents} else Price(cents * _CENT_MICROS)
    return ListedSettlement(MarketId(VenueName.KALSHI, clean(row.ticker, _ID_LENGTH_MAX)), row.settled_time, exact)


class _AsOf(msgspec.Struct):
    as_of_time: Moment


def parse_read_horizon(body: bytes) -> datetime:
    """GET /exchange/user_data_timestamp: up to when portfolio reads are complete."""
    return decode(body, _AsOf).as_of_time


def dollars(text: str, at: str) -> Usd:
    """Read an amount of dollars."""
    return Usd(_micros(text, at))


def _micros(text: str, at: str) -> int:
    try:
        return parse_micros(text)
    except BadNumber as error:
        raise mismatch(at, str(error)) from error


def _side(text: str, at: str) -> Side:
    if text not in set(Side):
        raise mismatch(at, clean(text, _ID_LENGTH_MAX))
    return Side(text)
