"""The order book service's public objects: books with their hash, and the markets as it describes them."""

import hashlib
from datetime import UTC, datetime

import msgspec

from arbkit.venues.sim.decimals import decimal_text, price_text
from arbkit.venues.sim.exchange import ONE_DOLLAR
from arbkit.venues.sim.floor import Pit, Quote
from arbkit.venues.sim.kalshi_listing import text_of
from arbkit.venues.sim.polymarket_listing import ListedPair, number_of
from arbkit.venues.sim.world.model import JsonObject

LEGACY_FEE_BPS = 1000


def unix_ms(at: datetime) -> int:
    """A time in milliseconds since 1970."""
    at = at.astimezone(UTC)
    return round(at.timestamp() * 1000)


def plain_number(price: int) -> float:
    """A price in 1e-4 dollars as a JSON number."""
    return price / ONE_DOLLAR


def book(market: ListedPair, token: str, pit: Pit) -> JsonObject:
    """A book: bids ascend and asks descend, so that the best of each is last; the second token's is the mirror."""
    bids, asks = pit.book.levels(is_bid=True), pit.book.levels(is_bid=False)
    last = pit.last_price
    if token != market.tokens[0]:
        bids, asks = _mirrored(asks), _mirrored(bids)
        last = None if last is None else ONE_DOLLAR - last
    fields: JsonObject = {
        "market": market.condition_id,
        "asset_id": token,
        "timestamp": str(unix_ms(pit.changed_at)),
        "hash": "",
        "bids": [_level(rung) for rung in reversed(bids)],
        "asks": [_level(rung) for rung in reversed(asks)],
        "min_order_size": f"{market.size_min:g}",
        "tick_size": price_text(market.tick),
        "neg_risk": market.neg_risk,
        "last_trade_price": "" if last is None else price_text(last),
    }
    fields["hash"] = hashlib.sha1(msgspec.json.encode(fields), usedforsecurity=False).hexdigest()
    return fields


def quote_for(market: ListedPair, token: str, quote: Quote) -> Quote:
    """A quote as a token sees it."""
    if token == market.tokens[0]:
        return quote
    return Quote(
        bid=None if quote.ask is None else (ONE_DOLLAR - quote.ask[0], quote.ask[1]),
        ask=None if quote.bid is None else (ONE_DOLLAR - quote.bid[0], quote.bid[1]),
        last=None if quote.last is None else ONE_DOLLAR - quote.last,
    )


def middle(quote: Quote) -> int | None:
    """Twice the mid price in 1e-4 dollars; None unless both sides stand."""
    return None if quote.bid is None or quote.ask is None else quote.bid[0] + quote.ask[0]


def compact_market(market: ListedPair) -> JsonObject:
    """`/clob-markets/{condition_id}`: keys with the value nothing are left out, as at the venue."""
    rate, exponent = market.fee
    fields: JsonObject = {
        "c": market.condition_id,
        "t": [{"t": token, "o": outcome} for token, outcome in zip(market.tokens, market.outcomes, strict=False)],
        "mts": plain_number(market.tick),
        "mos": _number(market.size_min),
        "mbf": LEGACY_FEE_BPS if rate else 0,
        "tbf": LEGACY_FEE_BPS if rate else 0,
        "ao": market.takes_orders,
        "r": {"mi": 50, "ma": 4.5, "moas": 30},
    }
    if rate:
        fields["fd"] = {"r": rate, "e": exponent, "to": True}
    if market.neg_risk:
        fields["nr"] = True
    if market.delay_s:
        fields["sd"] = market.delay_s
    if market.flag("itode", otherwise=False):
        fields["itode"] = True
    if starts := text_of(market.wire, "gameStartTime"):
        fields["gst"] = starts
    if market.flag("clearBookOnStart", otherwise=False):
        fields["cbos"] = True
    return fields


def full_market(market: ListedPair, quote: Quote | None) -> JsonObject:
    """`/markets/{condition_id}` in snake case."""
    wire, fee_bps = market.wire, LEGACY_FEE_BPS if market.fee[0] else 0
    return {
        "enable_order_book": market.flag("enableOrderBook", otherwise=True),
        "active": market.flag("active", otherwise=True),
        "closed": market.closed,
        "archived": market.flag("archived", otherwise=False),
        "accepting_orders": market.takes_orders,
        "accepting_order_timestamp": wire.get("acceptingOrdersTimestamp"),
        "minimum_order_size": _number(market.size_min),
        "minimum_tick_size": plain_number(market.tick),
        "condition_id": market.condition_id,
        "question_id": text_of(wire, "questionID"),
        "question": text_of(wire, "question"),
        "description": text_of(wire, "description"),
        "market_slug": market.slug,
        "end_date_iso": wire.get("endDate"),
        "game_start_time": wire.get("gameStartTime"),
        "seconds_delay": market.delay_s,
        "fpmm": "",
        "maker_base_fee": fee_bps,
        "taker_base_fee": fee_bps,
        "notifications_enabled": True,
        "neg_risk": market.neg_risk,
        "neg_risk_market_id": text_of(wire, "negRiskMarketID"),
        "neg_risk_request_id": text_of(wire, "negRiskRequestID"),
        "is_50_50_outcome": market.halved,
        "rewards": {"rates": None, "min_size": 0, "max_spread": 0},
        "tokens": tokens(market, quote),
        "tags": None,
    }


def simple_market(market: ListedPair, quote: Quote | None) -> JsonObject:
    """`/simplified-markets`."""
    full = full_market(market, quote)
    return {
        key: full[key]
        for key in ("condition_id", "tokens", "rewards", "active", "closed", "archived", "accepting_orders")
    }


def tokens(market: ListedPair, quote: Quote | None) -> list[JsonObject]:
    """The two tokens with a price and, once resolved, the winner."""
    twice_mid = middle(quote) if quote is not None else None
    first = 0.5 if twice_mid is None else twice_mid / 2 / ONE_DOLLAR
    if market.winner is not None:
        first = 1.0 - market.winner
    prices = (first, round(1 - first, 6))
    return [
        {"token_id": token, "outcome": outcome, "price": price, "winner": market.winner == place and not market.halved}
        for place, (token, outcome, price) in enumerate(zip(market.tokens, market.outcomes, prices, strict=False))
    ]


def _mirrored(rungs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return [(ONE_DOLLAR - price, qty) for price, qty in rungs]


def _level(rung: tuple[int, int]) -> JsonObject:
    return {"price": price_text(rung[0]), "size": decimal_text(rung[1])}


def _number(value: float) -> float | int:
    return int(value) if value == int(value) else value


def last_number(wire: JsonObject, key: str) -> float:
    """A number used to sort by; what is absent comes last."""
    return number_of(wire, key, float("-inf"))
