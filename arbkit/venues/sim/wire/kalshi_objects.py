"""Kalshi's public objects as bytes: static parts encoded once, quotes and states put in at each answer."""

import msgspec

from arbkit.venues.sim.floor import Floor, Pit, Print, Quote
from arbkit.venues.sim.kalshi_engine import trade_uuid
from arbkit.venues.sim.kalshi_listing import ListedEvent, ListedMarket, text_of
from arbkit.venues.sim.wire.kalshi_forms import contracts, dollars, moment
from arbkit.venues.sim.wire.message import listed, spliced
from arbkit.venues.sim.world.model import JsonObject

_ONE = 10_000
QUOTE_KEYS = (
    "yes_bid_dollars",
    "yes_ask_dollars",
    "no_bid_dollars",
    "no_ask_dollars",
    "yes_bid_size_fp",
    "yes_ask_size_fp",
    "last_price_dollars",
)
_STATE_KEYS = ("status", "result", "settlement_value_dollars", "settlement_ts", "expiration_value", "updated_time")
_MOVING = frozenset((*QUOTE_KEYS, *_STATE_KEYS))


def quote_fields(quote: Quote) -> JsonObject:
    """The quote keys of a market object. An absent bid is 0, an absent ask 1, and their sizes are zero."""
    bid, bid_qty = quote.bid or (0, 0)
    ask, ask_qty = quote.ask or (_ONE, 0)
    fields: JsonObject = {
        "yes_bid_dollars": dollars(bid),
        "yes_ask_dollars": dollars(ask),
        "no_bid_dollars": dollars(_ONE - ask),
        "no_ask_dollars": dollars(_ONE - bid),
        "yes_bid_size_fp": contracts(bid_qty),
        "yes_ask_size_fp": contracts(ask_qty),
    }
    if quote.last is not None:
        fields["last_price_dollars"] = dollars(quote.last)
    return fields


def order_book(pit: Pit, depth: int) -> JsonObject:
    """`orderbook_fp`: the bids of both outcomes, ascending, so that the best is last, also when `depth` cuts."""
    yes = pit.book.levels(is_bid=True)
    no = [(_ONE - price, qty) for price, qty in pit.book.levels(is_bid=False)]
    if depth > 0:
        yes, no = yes[:depth], no[:depth]
    return {
        "no_dollars": [[dollars(price), contracts(qty)] for price, qty in reversed(no)],
        "yes_dollars": [[dollars(price), contracts(qty)] for price, qty in reversed(yes)],
    }


def public_trade(ticker: str, trade: Print) -> JsonObject:
    """A trade of the public tape."""
    side = ("bid", "yes") if trade.taker_is_bid else ("ask", "no")
    return {
        "trade_id": trade_uuid(trade.number),
        "ticker": ticker,
        "count_fp": contracts(trade.qty),
        "yes_price_dollars": dollars(trade.price),
        "no_price_dollars": dollars(_ONE - trade.price),
        "taker_book_side": side[0],
        "taker_outcome_side": side[1],
        "taker_side": side[1],
        "is_block_trade": False,
        "created_time": moment(trade.at),
    }


class KalshiObjects:
    """Encodes markets and events. What never changes of a market is encoded at its first use and kept."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._markets: dict[str, bytes] = {}
        self._events: dict[str, bytes] = {}

    def market(self, market: ListedMarket) -> bytes:
        """A market object: keys that the record has, with present quotes where there is a book."""
        static = self._markets.get(market.ticker)
        if static is None:
            still = {key: value for key, value in market.wire.items() if key not in _MOVING}
            static = self._markets[market.ticker] = msgspec.json.encode(still)
        quote = self._floor.quote(market.ticker)
        moving = {key: market.wire[key] for key in (*QUOTE_KEYS, *_STATE_KEYS) if key in market.wire}
        if quote is not None:
            moving.update({key: value for key, value in quote_fields(quote).items() if key in moving})
        return spliced(static, moving | market.changed)

    def event(self, event: ListedEvent, *, nested: bool) -> bytes:
        """An event object, with its markets inside if wanted."""
        static = self._events.get(event.ticker)
        if static is None:
            static = self._events[event.ticker] = msgspec.json.encode(event.wire)
        if not nested:
            return static
        markets = listed([self.market(market) for market in event.markets])
        head = static[:-1] + b"," if static != b"{}" else b"{"
        return head + b'"markets":' + markets + b"}"


def is_tagged(series: JsonObject, wanted: str) -> bool:
    """Whether a series carries a tag."""
    tags = series.get("tags")
    return isinstance(tags, list) and wanted in tags


def is_in_category(series: JsonObject, wanted: str) -> bool:
    """Whether a series is of a category."""
    return text_of(series, "category") == wanted
