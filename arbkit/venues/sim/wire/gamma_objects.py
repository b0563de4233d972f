"""Gamma's markets and events as bytes: static parts encoded once, cached quotes and states put in at each answer."""

import json

import msgspec

from arbkit.venues.sim.decimals import decimal_text
from arbkit.venues.sim.exchange import ONE_DOLLAR
from arbkit.venues.sim.floor import Floor, Quote
from arbkit.venues.sim.polymarket_listing import ListedGroup, ListedPair, PolymarketListing
from arbkit.venues.sim.wire.clob_objects import middle, plain_number
from arbkit.venues.sim.wire.message import listed, spliced
from arbkit.venues.sim.world.model import JsonObject

_MOVING = (
    "bestBid",
    "bestAsk",
    "spread",
    "lastTradePrice",
    "outcomePrices",
    "closed",
    "active",
    "acceptingOrders",
    "umaResolutionStatus",
    "closedTime",
    "updatedAt",
)


class GammaObjects:
    """Encodes markets and events. What never changes is encoded at its first use and kept."""

    def __init__(self, listing: PolymarketListing, floor: Floor) -> None:
        self._listing = listing
        self._floor = floor
        self._static: dict[int, bytes] = {}

    def market(self, market: ListedPair, *, with_event: bool, with_tags: bool) -> bytes:
        """A market object; alone it carries a short form of its event."""
        static = self._static.get(id(market))
        if static is None:
            still = {key: value for key, value in market.wire.items() if key not in _MOVING}
            static = self._static[id(market)] = msgspec.json.encode(still)
        moving = {key: market.wire[key] for key in _MOVING if key in market.wire}
        quote = self._floor.quote(market.book_key)
        if quote is not None and market.has_book:
            moving.update({key: value for key, value in _quotes(quote).items() if key in moving})
        moving |= market.changed
        group = self._listing.group_of[id(market)]
        if with_event and group.id and "events" not in market.wire:
            moving["events"] = [group.wire]
        if with_tags and "tags" not in market.wire:
            moving["tags"] = group.tags
        return spliced(static, moving)

    def event(self, group: ListedGroup) -> bytes:
        """An event object with its markets inside."""
        static = self._static.get(id(group))
        if static is None:
            static = self._static[id(group)] = msgspec.json.encode(group.wire)
        markets = listed([self.market(market, with_event=False, with_tags=False) for market in group.markets])
        head = static[:-1] + b"," if static != b"{}" else b"{"
        return head + b'"markets":' + markets + b"}"


def _quotes(quote: Quote) -> JsonObject:
    fields: JsonObject = {}
    if quote.bid is not None:
        fields["bestBid"] = plain_number(quote.bid[0])
    if quote.ask is not None:
        fields["bestAsk"] = plain_number(quote.ask[0])
    if quote.last is not None:
        fields["lastTradePrice"] = plain_number(quote.last)
    twice = middle(quote)
    if quote.bid is not None and quote.ask is not None and twice is not None:
        fields["spread"] = plain_number(quote.ask[0] - quote.bid[0])
        fields["outcomePrices"] = json.dumps([decimal_text(twice * 50), decimal_text((2 * ONE_DOLLAR - twice) * 50)])
    return fields
