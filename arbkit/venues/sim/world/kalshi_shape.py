"""Kalshi's JSON objects from drafts: the fields of the OpenAPI description 3.34.0, as its events listing sends them."""

from datetime import datetime, timedelta

from arbkit.venues.sim.world.dice import Dice, instant
from arbkit.venues.sim.world.drafts import KalshiEvent, KalshiListing, Series
from arbkit.venues.sim.world.model import JsonObject, SeedBook

Ranges = tuple[tuple[int, int, int], ...]
"""Price bands as (start, end, step), each in 1e-4 dollars."""

GRIDS: dict[str, Ranges] = {
    "linear_cent": ((0, 10_000, 100),),
    "deci_cent": ((0, 10_000, 10),),
    "tapered_deci_cent": ((0, 1_000, 10), (1_000, 9_000, 100), (9_000, 10_000, 10)),
    "center_half_edge_half_cent": ((0, 10_000, 50),),
}
_GRID_OF_RARE_MARKETS = ("deci_cent", "tapered_deci_cent", "center_half_edge_half_cent")
_PROHIBITIONS = (
    "Employees of a source agency of this contract may not trade it.",
    "Nobody who holds material information on the underlying that is not public may trade this contract.",
)


def grid_of(series: Series, dice: Dice) -> str:
    """Choose the price grid of a market: nearly always the one of its series."""
    return dice.choice(_GRID_OF_RARE_MARKETS) if dice.happens(3) else series.grid


def series_json(series: Series, made_at: datetime) -> JsonObject:
    """Write a series object."""
    stem = series.ticker.removeprefix("KX")
    return {
        "additional_prohibitions": list(_PROHIBITIONS),
        "categories": [series.category],
        "category": series.category,
        "contract_terms_url": f"https://assets.kalshi.com/contract_terms/{stem}.pdf",
        "contract_url": f"https://assets.kalshi.com/regulatory/product-certifications/{stem}.pdf",
        "exchange_index": series.shard,
        "fee_multiplier": series.fee_multiplier,
        "fee_type": series.fee_type,
        "frequency": series.frequency,
        "last_updated_ts": instant(made_at - timedelta(days=30), micros=901_806),
        "settlement_sources": [{"name": name, "url": url} for name, url in series.sources],
        "tags": list(series.tags) or None,
        "ticker": series.ticker,
        "title": series.title,
    }


def event_json(event: KalshiEvent, markets: list[JsonObject], made_at: datetime) -> JsonObject:
    """Write an event object with its markets."""
    made: JsonObject = {
        "category": event.series.category,
        "collateral_return_type": "MECNET" if event.exclusive else "",
        "event_ticker": event.ticker,
        "exchange_index": event.series.shard,
        "last_updated_ts": instant(made_at - timedelta(days=event.opened_days_ago), micros=525_782),
        "markets": markets,
        "mutually_exclusive": event.exclusive,
        "product_metadata": event.facts or None,
        "series_ticker": event.series.ticker,
        "settlement_sources": [{"name": name, "url": url} for name, url in event.series.sources],
        "strike_period": event.strike_period,
        "sub_title": event.sub_title,
        "title": event.title,
    }
    if event.strike_date:
        made["strike_date"] = instant(event.strike_date)
    if event.fee_multiplier_override is not None:
        made["fee_multiplier_override"] = event.fee_multiplier_override
    return made


def market_json(
    event: KalshiEvent, listing: KalshiListing, *, grid: str, book: SeedBook, status: str, made_at: datetime, dice: Dice
) -> JsonObject:
    """Write a market object; its quotes are those of the book."""
    opened_at = made_at - timedelta(days=event.opened_days_ago)
    expires_at = max(event.closes_at, event.decided_at)
    made: JsonObject = {
        "can_close_early": True,
        "close_time": instant(event.closes_at),
        "created_time": instant(opened_at - timedelta(minutes=20), micros=dice.randrange(1_000_000)),
        "early_close_condition": event.early or "This market will close and expire early if the event occurs.",
        "event_ticker": event.ticker,
        "exchange_index": event.series.shard,
        "expected_expiration_time": instant(event.decided_at),
        "expiration_time": instant(expires_at),
        "expiration_value": "",
        "latest_expiration_time": instant(expires_at),
        "market_type": "binary",
        "no_sub_title": listing.no_label or listing.label,
        "notional_value_dollars": "1.0000",
        "occurrence_datetime": instant(event.decided_at),
        "open_time": instant(opened_at if status != "initialized" else made_at + timedelta(days=3)),
        "price_level_structure": grid,
        "price_ranges": [
            {"start": dollars(start), "end": dollars(end), "step": dollars(step)} for start, end, step in GRIDS[grid]
        ],
        "result": "",
        "rules_primary": listing.rules,
        "rules_secondary": listing.more_rules,
        "settlement_bounds_type": "default",
        "settlement_timer_seconds": 300 if event.series.category == "Sports" else 1800,
        "status": status,
        "ticker": listing.ticker,
        "title": listing.title,
        "updated_time": instant(made_at - timedelta(hours=dice.randint(1, 40)), micros=dice.randrange(1_000_000)),
        "yes_sub_title": listing.label,
    }
    return {**made, **listing.strike, **_quotes(book, dice)}


def _quotes(book: SeedBook, dice: Dice) -> JsonObject:
    bid, bid_size = max(book.yes_bids, default=(0, 0))
    ask, ask_size = min(book.yes_asks, default=(10_000, 0))
    if not book.yes_bids and not book.yes_asks:
        ask = 0  # never quoted: the venue then shows an ask of nothing
    volume = 0 if not book.yes_bids else dice.randrange(500, 9_000_000)
    last = book.last_price or 0
    return {
        "last_price_dollars": dollars(last),
        "no_ask_dollars": dollars(10_000 - bid),
        "no_bid_dollars": dollars(10_000 - ask),
        "open_interest_fp": contracts(volume // 3),
        "previous_price_dollars": dollars(last),
        "previous_yes_ask_dollars": dollars(ask),
        "previous_yes_bid_dollars": dollars(bid),
        "volume_24h_fp": contracts(volume // 40),
        "volume_fp": contracts(volume),
        "yes_ask_dollars": dollars(ask),
        "yes_ask_size_fp": contracts(ask_size),
        "yes_bid_dollars": dollars(bid),
        "yes_bid_size_fp": contracts(bid_size),
    }


def dollars(price: int) -> str:
    """Write 1e-4 dollars: ``"0.5600"``."""
    return f"{price // 10_000}.{price % 10_000:04d}"


def contracts(quantity: int) -> str:
    """Write 0.01 contracts: ``"12.50"``."""
    return f"{quantity // 100}.{quantity % 100:02d}"
