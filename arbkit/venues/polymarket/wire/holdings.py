"""What is ours at Polymarket: orders, trades, balances and positions, as reads show them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import msgspec

from arbkit.core.markets import Market, MarketId, Side, VenueName
from arbkit.core.money import MICRO, Price, Qty, Usd, ceil_div
from arbkit.core.orders import Action, Fill, Settlement
from arbkit.core.text import clean
from arbkit.venues.polymarket.wire import fields

LAST_CURSOR: Final = "LTE="
MarketOf = Callable[[str], Market | None]
"""From a condition id to the market, as the catalogue has it."""


class _MakerOrder(msgspec.Struct):
    order_id: str
    matched_amount: str
    price: str
    asset_id: str


class _Trade(msgspec.Struct):
    id: str
    taker_order_id: str
    market: str
    asset_id: str
    side: str
    size: str
    price: str
    status: str
    match_time: str | int
    maker_orders: list[_MakerOrder]
    trader_side: str = "TAKER"


class _Trades(msgspec.Struct):
    data: list[_Trade]
    next_cursor: str = LAST_CURSOR


@dataclass(frozen=True, slots=True)
class SeenTrade:
    """A trade of ours and how far the chain has got with it."""

    fill: Fill
    settlement: Settlement


SETTLEMENTS: Final = {
    "MATCHED": Settlement.PENDING,
    "MATCHED_NOT_BROADCASTED": Settlement.PENDING,
    "MINED": Settlement.PENDING,
    "RETRYING": Settlement.PENDING,
    "CONFIRMED": Settlement.FINAL,
    "FAILED": Settlement.VOID,
}
"""MATCHED -> MINED -> CONFIRMED, or RETRYING -> FAILED. Only CONFIRMED is final."""


def parse_trades(body: bytes, market_of: MarketOf) -> tuple[Sequence[SeenTrade], str]:
    """A page of GET /data/trades and the cursor behind it; "" after the last."""
    page = fields.decode(body, _Trades)
    seen = [_trade(row, f"$.data[{n}]", market_of) for n, row in enumerate(page.data)]
    return seen, "" if page.next_cursor in {"", LAST_CURSOR} else page.next_cursor


def _trade(row: _Trade, at: str, market_of: MarketOf) -> SeenTrade:
    status = row.status.removeprefix("TRADE_STATUS_")
    if status not in SETTLEMENTS:
        raise fields.mismatch(f"{at}.status", clean(row.status, 40))
    if row.side not in {"BUY", "SELL"}:
        raise fields.mismatch(f"{at}.side", clean(row.side, 40))
    qty, cost = _amounts(row, at)
    fill = Fill(
        market=MarketId(VenueName.POLYMARKET, fields.condition_id(row.market, f"{at}.market")),
        fill_id=clean(row.id, 80),
        order_key=clean(row.taker_order_id, 80),
        side=_side(row, at, market_of),
        action=Action.BUY if row.side == "BUY" else Action.SELL,
        qty=qty,
        price=Price(ceil_div(cost.micros * MICRO, qty.micros)),
        cost=cost,
        fee=None,
        at=_time(row.match_time, f"{at}.match_time"),
    )
    return SeenTrade(fill, SETTLEMENTS[status])


def _amounts(row: _Trade, at: str) -> tuple[Qty, Usd]:
    """Shares and dollars from the makers' parts: the top-level price is only that of the first level.

    A maker of the opposite asset sold us ours at one dollar less their price.
    """
    if not row.maker_orders:
        qty = Qty(fields.micros_text(row.size, f"{at}.size"))
        price = fields.micros_text(row.price, f"{at}.price")
        return qty, Usd(ceil_div(price * qty.micros, MICRO))
    shares = dollars = 0
    for n, maker in enumerate(row.maker_orders):
        place = f"{at}.maker_orders[{n}]"
        amount = fields.micros_text(maker.matched_amount, f"{place}.matched_amount")
        price = fields.micros_text(maker.price, f"{place}.price")
        shares += amount
        dollars += amount * (price if maker.asset_id == row.asset_id else MICRO - price)
    if shares <= 0:
        raise fields.mismatch(f"{at}.maker_orders", "nothing was matched")
    return Qty(shares), Usd(ceil_div(dollars, MICRO))


def _side(row: _Trade, at: str, market_of: MarketOf) -> Side:
    market = market_of(row.market)
    sides = {market.yes_token: Side.YES, market.no_token: Side.NO} if market else {}
    if row.asset_id not in sides:
        raise fields.mismatch(f"{at}.asset_id", "an asset of a market that the catalogue does not have; sync first")
    return sides[row.asset_id]


def _time(value: str | int, at: str) -> datetime:
    text = str(value)
    if text.isdecimal() and len(text) <= 14:
        return datetime.fromtimestamp(int(text) // (1_000 if len(text) > 11 else 1), UTC)
    found = fields.moment(text, at)
    if found is None:
        raise fields.mismatch(at, "no time")
    return found


class _Order(msgspec.Struct):
    id: str
    status: str
    size_matched: str = ""


@dataclass(frozen=True, slots=True)
class SeenOrder:
    """An order as the venue shows it. `matched` is in shares, or in dollars for a market buy: only zero is telling."""

    status: str
    is_matched: bool


def parse_order(body: bytes) -> SeenOrder | None:
    """GET /data/order/{id}: null where the venue never took the order, or does not show it any more."""
    if body.strip() == b"null":
        return None
    row = fields.decode(body, _Order)
    matched = fields.micros_text(row.size_matched, "$.size_matched") if row.size_matched else 0
    return SeenOrder(clean(row.status, 200).upper().removeprefix("ORDER_STATUS_"), matched > 0)


class _Balance(msgspec.Struct):
    balance: str


def parse_balance(body: bytes) -> int:
    """GET /balance-allowance: dollars or shares in millionths, which are the units of the chain."""
    text = fields.decode(body, _Balance).balance
    if not (text.isascii() and text.isdecimal() and len(text) <= 20):
        raise fields.mismatch("$.balance", clean(text, 40))
    return int(text)


class _Position(msgspec.Struct):
    token_id: str
    condition_id: str
    outcome_index: int


class _Pagination(msgspec.Struct):
    has_more: bool = False
    next_cursor: str | None = None


class _Positions(msgspec.Struct):
    data: list[_Position]
    pagination: _Pagination


@dataclass(frozen=True, slots=True, order=True)
class HeldToken:
    """An asset that the account holds, or held lately."""

    token: str
    market: MarketId
    side: Side


def parse_positions(body: bytes) -> tuple[Sequence[HeldToken], str]:
    """A page of GET /v2/positions. It lags the chain, so it is only asked which assets there are."""
    page = fields.decode(body, _Positions)
    held = []
    for n, row in enumerate(page.data):
        if row.outcome_index not in {0, 1}:
            raise fields.mismatch(f"$.data[{n}].outcome_index", str(row.outcome_index))
        market = MarketId(VenueName.POLYMARKET, fields.condition_id(row.condition_id, f"$.data[{n}].condition_id"))
        side = Side.NO if row.outcome_index else Side.YES
        held.append(HeldToken(fields.token_id(row.token_id, f"$.data[{n}].token_id"), market, side))
    return held, page.pagination.next_cursor or ""


class _ClosedOnly(msgspec.Struct):
    closed_only: bool


def parse_closed_only(body: bytes) -> bool:
    """GET /auth/ban-status/closed-only."""
    return fields.decode(body, _ClosedOnly).closed_only
