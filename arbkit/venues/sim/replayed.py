"""Recordings as a world: the markets that were recorded, as the venues listed them, with the books they began with.

A market that a stream showed and no catalogue entry describes is given the least that lists it. When a market of the
recording has ended since it was made, all dates of its records are moved by the whole days that have passed, so that it
can be traded again; texts are left alone.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from arbkit.core.markets import VenueName
from arbkit.errors import BadFile
from arbkit.venues.recording import Entry, Kind, Recording
from arbkit.venues.sim.exchange import ONE_DOLLAR
from arbkit.venues.sim.floor import Place
from arbkit.venues.sim.polymarket_listing import PolymarketListing
from arbkit.venues.sim.wire.recorded import Unreadable, Whole, shown
from arbkit.venues.sim.world.model import JsonObject, Rung, SeedBook, World
from arbkit.venues.sim.world.recorded import Records, world_of

_DATED: Final = re.compile(r".*(time|Time|date|Date|DateIso|At|_ts)")
_ISO: Final = re.compile(r"(\d{4}-\d\d-\d\d)(.*)", re.DOTALL)
_ENDS: Final = ("close_time", "endDate")
_MICROS_OF_A_HUNDREDTH: Final = 10_000
_ENDS_AFTER: Final = timedelta(days=30)
_SECOND_US: Final = 1_000_000


@dataclass(slots=True)
class _Found:
    """What a look through recordings finds."""

    kalshi: Records = field(default_factory=Records)
    gamma: Records = field(default_factory=Records)
    series: dict[str, JsonObject] = field(default_factory=dict)
    firsts: dict[tuple[VenueName, str], dict[Place, int]] = field(default_factory=dict)
    """The first whole book of each key."""
    begins_us: int = 0


@dataclass(frozen=True, slots=True)
class Replayed:
    """The world of recordings, and when they begin, in microseconds since 1970."""

    world: World
    begins_us: int


def load_recordings(recordings: Sequence[Recording], now: datetime, seed: int) -> Replayed:
    """Read recordings as a world of now. Raises BadFile."""
    found = _Found()
    for recording in recordings:
        for entry in recording.entries(_is_wanted):
            _look(found, entry)
    if not found.firsts:
        raise BadFile(recordings[0].path, "holds no whole book to begin with")
    for venue, key in found.firsts:
        _list_if_unlisted(found, venue, key, now)
    _move_dates(found, now)
    world = world_of(found.kalshi, found.gamma, {}, made_at=now, seed=seed)
    made = {str(series["ticker"]): series for series in world.kalshi_series}
    series = tuple((made | found.series).values())
    return Replayed(replace(world, kalshi_series=series, books=dict(_seeds(found, world))), found.begins_us)


def _is_wanted(line: bytes) -> bool:
    """Whether a line may hold a record of a market, a whole book, or the beginning."""
    return b'"kind":"frame"' not in line or b"orderbook_snapshot" in line or b'\\"bids\\"' in line


def _look(found: _Found, entry: Entry) -> None:
    if entry.kind is Kind.CATALOGUE:
        _list(found, entry)
        return
    found.begins_us = found.begins_us or entry.at_us
    try:
        for one in shown(entry):
            if isinstance(one, Whole) and entry.venue is not None:
                found.firsts.setdefault((entry.venue, one.key), one.levels)
    except Unreadable:
        return  # told of when it is played


def _list(found: _Found, entry: Entry) -> None:
    """Keep the events, the markets or the series of a catalogue entry."""
    try:
        content = msgspec.json.decode(entry.frame)
        if entry.venue is VenueName.POLYMARKET:
            for market in content["markets"]:
                _list_gamma(found.gamma, market)
            return
        for event in content.get("events", ()):
            _list_kalshi(found.kalshi, event)
        if series := content.get("series"):
            found.series[series["ticker"]] = series
    except (msgspec.MsgspecError, KeyError, TypeError, AttributeError):
        return  # a venue's answer that is none lists nothing


def _list_kalshi(records: Records, event: JsonObject) -> None:
    """Keep an event, with the markets that earlier entries knew of it."""
    known = records.events.get(str(event["event_ticker"]), {}).get("markets")
    merged = {
        str(market["ticker"]): market
        for markets in (known, event.get("markets"))
        for market in (markets if isinstance(markets, list) else [])
    }
    event["markets"] = list(merged.values())
    records.events[str(event["event_ticker"])] = event
    records.markets |= merged


def _list_gamma(records: Records, market: JsonObject) -> None:
    """Keep a market, within its event if it says which."""
    events = market.pop("events", None)
    records.markets[str(market["id"])] = market
    if isinstance(events, list) and events:
        event = records.events.setdefault(str(events[0]["id"]), {**events[0], "markets": []})
        nested = event["markets"]
        if isinstance(nested, list):
            event["markets"] = [other for other in nested if other["id"] != market["id"]] + [market]


def _list_if_unlisted(found: _Found, venue: VenueName, key: str, now: datetime) -> None:
    ends = (now + _ENDS_AFTER).strftime("%Y-%m-%dT%H:%M:%SZ")
    if venue is VenueName.KALSHI:
        found.kalshi.markets.setdefault(key, _kalshi_market(key, ends))
        return
    names = {str(market.get("conditionId")) for market in found.gamma.markets.values()}
    tokens = {token for market in found.gamma.markets.values() for token in _tokens(market)}
    if key not in names | tokens:
        market = _gamma_market(key, ends)
        found.gamma.markets[str(market["id"])] = market


def _tokens(market: JsonObject) -> list[str]:
    found = msgspec.json.decode(str(market.get("clobTokenIds") or "[]"))
    return [str(token) for token in found]


def _kalshi_market(ticker: str, ends: str) -> JsonObject:
    return {
        "ticker": ticker, "event_ticker": ticker.rpartition("-")[0] or ticker, "market_type": "binary",
        "title": ticker, "yes_sub_title": "", "no_sub_title": "", "rules_primary": "", "rules_secondary": "",
        "status": "active", "result": "", "open_time": "2020-01-01T00:00:00Z", "close_time": ends,
        "expected_expiration_time": ends, "latest_expiration_time": ends,
        "price_level_structure": "deci_cent",
        "price_ranges": [{"start": "0.0000", "end": "1.0000", "step": "0.0010"}],
    }  # fmt: skip


def _gamma_market(token: str, ends: str) -> JsonObject:
    """A market around one token, or around a condition id; what else it needs is a hash of that."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    is_condition = token.startswith("0x")
    first, second = (str(int(digest, 16)), str(int(digest[::-1], 16)))
    return {
        "id": str(int(digest[:8], 16)), "question": token, "conditionId": token if is_condition else f"0x{digest}",
        "slug": digest[:16], "description": "", "resolutionSource": "", "endDate": ends,
        "outcomes": '["Yes", "No"]', "outcomePrices": '["0.5", "0.5"]',
        "clobTokenIds": f'["{first if is_condition else token}", "{second}"]',
        "active": True, "closed": False, "archived": False, "acceptingOrders": True, "enableOrderBook": True,
        "orderPriceMinTickSize": 0.001, "orderMinSize": 5, "negRisk": False, "feesEnabled": False,
    }  # fmt: skip


def _move_dates(found: _Found, now: datetime) -> None:
    """If a market that was streamed has ended since, move every date by the days that have passed."""
    began = datetime.fromtimestamp(found.begins_us / _SECOND_US, UTC)
    days = (now.date() - began.date()).days
    if days > 0 and any(end < now.isoformat() for end in _ends(found)):
        for records in (found.kalshi, found.gamma):
            for record in (*records.markets.values(), *records.events.values()):
                _move(record, timedelta(days=days))


def _ends(found: _Found) -> Iterator[str]:
    for records in (found.kalshi, found.gamma):
        for market in records.markets.values():
            known = {str(market.get("ticker")), str(market.get("conditionId")), *_tokens(market)}
            if any(key in known for _, key in found.firsts):
                yield from (str(market[key]) for key in _ENDS if market.get(key))


def _move(record: JsonObject, by: timedelta) -> None:
    for key, value in record.items():
        if _DATED.fullmatch(key) and isinstance(value, str) and (iso := _ISO.fullmatch(value)):
            moved = datetime.fromisoformat(iso.group(1)) + by
            record[key] = f"{moved:%Y-%m-%d}{iso.group(2)}"


def _seeds(found: _Found, world: World) -> Iterator[tuple[str, SeedBook]]:
    """The first whole books, by the keys of the simulated books; sizes in whole hundredths of a contract."""
    listing = PolymarketListing(world)
    for (venue, key), levels in found.firsts.items():
        if venue is VenueName.KALSHI:
            yield key, _seed(levels.items(), 1)
        elif (pair := listing.by_condition.get(key) or listing.by_token.get(key)) is not None:
            at = pair.tokens.index(key) if key in pair.tokens else 0
            yield pair.book_key, _seed(((mirrored(place) if at else place, qty) for place, qty in levels.items()),
                                       _MICROS_OF_A_HUNDREDTH)  # fmt: skip


def mirrored(place: Place) -> Place:
    """The same place seen from the other outcome."""
    is_bid, price = place
    return not is_bid, ONE_DOLLAR - price


def _seed(levels: Iterable[tuple[Place, int]], unit: int) -> SeedBook:
    bids: list[Rung] = []
    asks: list[Rung] = []
    for (is_bid, price), qty in levels:
        if qty // unit:
            (bids if is_bid else asks).append((price, qty // unit))
    return SeedBook(yes_bids=tuple(bids), yes_asks=tuple(asks))
