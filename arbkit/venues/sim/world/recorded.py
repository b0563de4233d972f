"""Recorded catalogues as a world: the records are served as they are, and the least is made up around them.

Made up, because the recordings lack it: the event of a market that comes alone (Kalshi: one per `event_ticker`; Gamma:
one per market), its series (the first part of the ticker, fee type quadratic, multiplier 1), the price grid of a Kalshi
market without one (whole cents), and every order book. Books stand around the recorded prices; a Kalshi market without
any takes the price of the Polymarket market whose words are most like its own, else one drawn from the seed.
"""

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from arbkit.errors import BadFile
from arbkit.venues.sim.world.dice import Dice, gamma_id
from arbkit.venues.sim.world.drafts import WHOLE
from arbkit.venues.sim.world.kalshi_shape import GRIDS, Ranges
from arbkit.venues.sim.world.likeness import Likeness
from arbkit.venues.sim.world.model import JsonObject, SeedBook, World
from arbkit.venues.sim.world.quotes import quoted

_WHOLE_CENTS: JsonObject = {
    "price_level_structure": "linear_cent",
    "price_ranges": [{"start": "0.0000", "end": "1.0000", "step": "0.0100"}],
}
_TICK_DEFAULT = 100


@dataclass(slots=True)
class Records:
    """What the files hold, by key; a later record of the same market takes the place of an earlier one."""

    markets: dict[str, JsonObject] = field(default_factory=dict)
    events: dict[str, JsonObject] = field(default_factory=dict)


def load_catalogue(folder: Path, now: datetime, seed: int) -> World:
    """Read a folder of recordings: JSON lines, gzipped or not, with "kalshi" or "polymarket" in the file's name, each
    line a market or an event with its markets. Raises BadFile."""
    made_at = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    kalshi, gamma = _read(folder, "kalshi", "ticker", "event_ticker"), _read(folder, "polymarket", "id", "id")
    if not kalshi.markets and not gamma.markets:
        raise BadFile(folder, "no kalshi*.jsonl.gz and no polymarket*.jsonl.gz with markets in it")
    books = dict([*_gamma_books(seed, gamma), *_kalshi_books(seed, kalshi, gamma)])
    return world_of(kalshi, gamma, books, made_at=made_at, seed=seed)


def world_of(kalshi: Records, gamma: Records, books: Mapping[str, SeedBook], *, made_at: datetime, seed: int) -> World:
    """Records as a world, with the least made up around them, and these books."""
    events = list(_kalshi_events(kalshi))
    return World(
        seed=seed,
        made_at=made_at,
        kalshi_series=list(_kalshi_series(events)),
        kalshi_events=events,
        gamma_events=list(_gamma_events(gamma)),
        books=books,
    )


def _read(folder: Path, venue: str, market_key: str, event_key: str) -> Records:
    records = Records()
    try:
        files = sorted(path for path in folder.iterdir() if venue in path.name and ".jsonl" in path.name)
    except OSError as error:
        raise BadFile(folder, f"cannot be read: {error.strerror}") from error
    for path in files:
        for number, row in enumerate(_rows(path), 1):
            markets = row.get("markets")
            if isinstance(markets, list):
                records.events[_key(row, event_key, path, number)] = row
            for market in markets if isinstance(markets, list) else [row]:
                records.markets[_key(market, market_key, path, number)] = market
    return records


def _rows(path: Path) -> Iterator[JsonObject]:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                row = json.loads(line)
                if not isinstance(row, dict):
                    raise BadFile(path, f"line {number} is no JSON object")
                yield row
    except (OSError, EOFError, ValueError) as error:
        raise BadFile(path, f"cannot be read as JSON lines: {error}") from error


def _key(row: object, key: str, path: Path, number: int) -> str:
    if isinstance(row, dict) and isinstance(value := row.get(key), str | int):
        return str(value)
    raise BadFile(path, f"line {number} holds a market or an event without {key!r}")


def _text(row: JsonObject, key: str) -> str:
    value = row.get(key)
    return value if isinstance(value, str) else ""


def _kalshi_events(records: Records) -> Iterator[JsonObject]:
    """Recorded events as they are, then one for each event ticker that comes without its event."""
    alone: dict[str, list[JsonObject]] = {}
    for market in records.markets.values():
        if (ticker := _text(market, "event_ticker")) not in records.events:
            alone.setdefault(ticker, []).append(_with_grid(market))
    for event in records.events.values():
        markets = event["markets"]
        yield {**event, "markets": [_with_grid(market) for market in markets] if isinstance(markets, list) else []}
    for ticker, markets in alone.items():
        series = ticker.partition("-")[0]
        yield {
            "category": "",
            "collateral_return_type": "",
            "event_ticker": ticker,
            "exchange_index": 0,
            "markets": markets,
            "mutually_exclusive": False,
            "series_ticker": series,
            "settlement_sources": [],
            "sub_title": "",
            "title": _text(markets[0], "title"),
        }


def _with_grid(market: JsonObject) -> JsonObject:
    return market if "price_ranges" in market else {**market, **_WHOLE_CENTS}


def _kalshi_series(events: Iterable[JsonObject]) -> Iterator[JsonObject]:
    found: dict[str, JsonObject] = {}
    for event in events:
        ticker = _text(event, "series_ticker") or _text(event, "event_ticker").partition("-")[0]
        markets = event.get("markets")
        first = markets[0] if isinstance(markets, list) and markets else {}
        recorded = first.get("series")
        made = recorded if isinstance(recorded, dict) else _series(ticker, _text(event, "category"))
        found.setdefault(ticker, made)
    yield from found.values()


def _series(ticker: str, category: str) -> JsonObject:
    return {
        "additional_prohibitions": [],
        "categories": [category] if category else [],
        "category": category,
        "contract_terms_url": "",
        "contract_url": "",
        "exchange_index": 0,
        "fee_multiplier": 1,
        "fee_type": "quadratic",
        "frequency": "custom",
        "settlement_sources": [],
        "tags": None,
        "ticker": ticker,
        "title": ticker.removeprefix("KX"),
    }


def _gamma_events(records: Records) -> Iterator[JsonObject]:
    """Recorded events as they are, then one for each market that comes alone."""
    nested = {
        _text(market, "id")
        for event in records.events.values()
        for market in _nested(event)
        if isinstance(market, dict)
    }
    yield from records.events.values()
    for key, market in records.markets.items():
        if key not in nested:
            yield {
                "id": gamma_id("recorded", key),
                "ticker": _text(market, "slug"),
                "slug": _text(market, "slug"),
                "title": _text(market, "question"),
                "description": _text(market, "description"),
                "endDate": market.get("endDate"),
                "active": True,
                "closed": False,
                "archived": False,
                "negRisk": False,
                "markets": [market],
                "tags": [],
            }


def _nested(event: JsonObject) -> list[object]:
    markets = event.get("markets")
    return list(markets) if isinstance(markets, list) else []


def _gamma_books(seed: int, records: Records) -> Iterator[tuple[str, SeedBook]]:
    for key, market in records.markets.items():
        tokens, price = _json_list(market, "clobTokenIds"), _gamma_price(market)
        if tokens and price is not None:
            tick = market.get("orderPriceMinTickSize")
            step = round(tick * WHOLE) if isinstance(tick, int | float) and tick else _TICK_DEFAULT
            yield tokens[0], _around(Dice(seed, "recorded", key), price, ((0, WHOLE, step),))


def _kalshi_books(seed: int, records: Records, gamma: Records) -> Iterator[tuple[str, SeedBook]]:
    priced = [(market, price) for market in gamma.markets.values() if (price := _gamma_price(market)) is not None]
    likeness = Likeness([f"{_text(market, 'question')}" for market, _ in priced])
    for ticker, market in records.markets.items():
        dice = Dice(seed, "recorded", ticker)
        price = _kalshi_price(market)
        if price is None:
            name = f"{_text(market, 'title')} {_text(market, 'yes_sub_title')} {_text(market, 'rules_primary')}"
            like = likeness.nearest(_text(market, "title")) if _text(market, "title") else None
            like = likeness.nearest(name) if like is None else like
            price = dice.randint(300, 9_700) if like is None else priced[like][1] + round(dice.gauss(0, 60))
        yield ticker, _around(dice, price, GRIDS["linear_cent"])


def _around(dice: Dice, price: int, grid: Ranges) -> SeedBook:
    """A book around a price; where the price is beyond the last tick, nobody takes the other side."""
    step = grid[0][2]
    book = quoted(dice, min(WHOLE - step, max(step, price)), grid)
    if price <= step:
        return replace(book, yes_bids=())
    return replace(book, yes_asks=()) if price >= WHOLE - step else book


def _gamma_price(market: JsonObject) -> int | None:
    prices = _json_list(market, "outcomePrices")
    return _ten_thousandths(prices[0]) if prices else None


def _kalshi_price(market: JsonObject) -> int | None:
    """The middle of the recorded quotes, or the last trade; whole cents in recordings of before March 2026."""
    for scale, bid_key, ask_key, last_key in (
        (1, "yes_bid_dollars", "yes_ask_dollars", "last_price_dollars"),
        (100, "yes_bid", "yes_ask", "last_price"),
    ):
        bid, ask, last = (_ten_thousandths(market.get(key), scale) for key in (bid_key, ask_key, last_key))
        if bid and ask and bid < ask < WHOLE:
            return (bid + ask) // 2
        if last:
            return last
    return None


def _ten_thousandths(value: object, scale: int = 1) -> int | None:
    try:
        return round(float(value) * WHOLE / scale) if isinstance(value, str | int | float) else None
    except ValueError:
        return None


def _json_list(row: JsonObject, key: str) -> list[str]:
    value = row.get(key)
    try:
        found = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return []
    return [str(item) for item in found] if isinstance(found, list) else []
