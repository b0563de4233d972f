"""Recorded frames of both venues, read as what they show of books and markets. No parser of the clients is used.

Prices are 1e-4 dollars of YES, sizes hundredths of a contract at Kalshi and millionths of a share at Polymarket: the
units of the simulated venues' books.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache

import msgspec

from arbkit.core.markets import VenueName
from arbkit.venues.recording import BookText, Entry, Kind
from arbkit.venues.sim.exchange import ONE_DOLLAR
from arbkit.venues.sim.floor import Place
from arbkit.venues.sim.world.model import JsonObject

_TEXTS_KEPT = 65_536
_SIZE_UNITS = {VenueName.KALSHI: 100, VenueName.POLYMARKET: 1_000_000}


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole book. `key` is a Kalshi ticker, a token of Polymarket, or (of a book read over HTTP) its condition id."""

    key: str
    levels: dict[Place, int]


@dataclass(frozen=True, slots=True)
class Moves:
    """Changes of one book; `relative`: differences, not totals."""

    key: str
    levels: tuple[tuple[Place, int], ...]
    relative: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """A market was paused, settled, or given another tick: the venue's word, and the value that goes with it."""

    key: str
    what: str
    value: str = ""


Shown = Whole | Moves | Turn


class Unreadable(Exception):
    """A frame that is none of those the venue is known to send, or is damaged."""


def shown(entry: Entry) -> list[Shown]:
    """What an entry shows, in order; nothing for what is not about books or markets. Raises Unreadable."""
    if entry.venue is None or entry.kind not in {Kind.FRAME, Kind.BOOK} or entry.frame == b"PONG":
        return []
    try:
        if entry.kind is Kind.BOOK:
            return [_read(entry.venue, msgspec.json.decode(entry.frame, type=BookText))]
        content = msgspec.json.decode(entry.frame)
        if entry.venue is VenueName.KALSHI:
            return list(_kalshi(content))
        return [one for event in (content if isinstance(content, list) else [content]) for one in _polymarket(event)]
    except (msgspec.MsgspecError, KeyError, TypeError, ValueError, AttributeError, InvalidOperation) as error:
        raise Unreadable(f"{type(error).__name__}: {error}") from error


def _read(venue: VenueName, book: BookText) -> Whole:
    sides = ((True, book.bids), (False, book.asks))
    return Whole(book.market, {(bid, _price(p)): _size(venue, s) for bid, rows in sides for p, s in rows})


def _kalshi(frame: JsonObject) -> Iterator[Shown]:
    kind, message = frame["type"], frame.get("msg")
    if not isinstance(message, dict):
        return
    if kind == "orderbook_snapshot":
        levels: dict[Place, int] = {}
        for is_bid, key in ((True, "yes_dollars_fp"), (False, "no_dollars_fp")):
            for price, size in message.get(key) or ():
                levels[is_bid, _price(price)] = _size(VenueName.KALSHI, size)
        yield Whole(str(message["market_ticker"]), levels)
    elif kind == "orderbook_delta":
        place = (message["side"] == "yes", _price(message["price_dollars"]))
        change = (place, _size(VenueName.KALSHI, message["delta_fp"]))
        yield Moves(str(message["market_ticker"]), (change,), relative=True)
    elif kind == "market_lifecycle_v2":
        paid = message.get("settlement_value") or message.get("result") or ""
        yield Turn(str(message["market_ticker"]), str(message["event_type"]), str(paid))


def _polymarket(event: JsonObject) -> Iterator[Shown]:
    kind = event["event_type"]
    if kind == "book":
        sides = ((True, event["bids"]), (False, event["asks"]))
        levels = {_level(bid, row)[0]: _level(bid, row)[1] for bid, rows in sides for row in _rows(rows)}
        yield Whole(str(event["asset_id"]), levels)
    elif kind == "price_change":
        of_asset: dict[str, list[tuple[Place, int]]] = {}
        for row in _rows(event["price_changes"]):
            of_asset.setdefault(str(row["asset_id"]), []).append(_level(row["side"] == "BUY", row))
        for asset, levels_of in of_asset.items():
            yield Moves(asset, tuple(levels_of), relative=False)
    elif kind == "tick_size_change":
        yield Turn(str(event["asset_id"]), "tick", str(event["new_tick_size"]))
    elif kind == "market_resolved":
        yield Turn(str(event["winning_asset_id"]), "resolved")


def _rows(rows: object) -> list[JsonObject]:
    if not isinstance(rows, list):
        raise TypeError("no list of levels")
    return rows


def _level(is_bid: bool, row: JsonObject) -> tuple[Place, int]:
    return (is_bid, _price(row["price"])), _size(VenueName.POLYMARKET, row["size"])


@lru_cache(maxsize=_TEXTS_KEPT)
def _price(text: object) -> int:
    price = Decimal(str(text)) * ONE_DOLLAR
    if price != int(price) or not 0 < price < ONE_DOLLAR:
        raise ValueError(f"{text} is no price")
    return int(price)


@lru_cache(maxsize=_TEXTS_KEPT)
def _size(venue: VenueName, text: object) -> int:
    return int(Decimal(str(text)) * _SIZE_UNITS[venue])
