"""Small worlds for the tests of the simulated venues, with a default for everything."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from arbkit.venues.sim.world.model import JsonObject, SeedBook, World

MADE_AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
RATES_CUT, RATES_HOLD, HOME_WINS = "KXRATE-26DEC-CUT", "KXRATE-26DEC-HOLD", "KXCUP-26DEC01ABCDEF-ABC"
YES_TOKEN, NO_TOKEN, CONDITION = (
    "1111222233334444555566667777888899990000111122223333",
    "98765432109876543210",
    "0x" + "ab" * 32,
)
RATES_BOOK = SeedBook(yes_bids=((4500, 10_000), (4700, 300)), yes_asks=((5200, 300), (5400, 20_000)), last_price=4800)


def a_kalshi_market(ticker: str = RATES_CUT, **more: object) -> JsonObject:
    return {
        "ticker": ticker,
        "event_ticker": ticker.rpartition("-")[0],
        "market_type": "binary",
        "exchange_index": 0,
        "title": "Will the bank cut its rate in December 2026?",
        "subtitle": "Cut",
        "yes_sub_title": "Cut",
        "no_sub_title": "Cut",
        "created_time": "2026-10-01T10:00:00Z",
        "updated_time": "2026-11-01T10:00:00Z",
        "open_time": "2026-10-01T15:00:00Z",
        "close_time": "2026-12-16T19:00:00Z",
        "expected_expiration_time": "2026-12-16T20:00:00Z",
        "latest_expiration_time": "2026-12-23T20:00:00Z",
        "expiration_time": "2026-12-23T20:00:00Z",
        "settlement_timer_seconds": 300,
        "status": "active",
        "yes_bid_dollars": "0.0000",
        "yes_ask_dollars": "1.0000",
        "no_bid_dollars": "0.0000",
        "no_ask_dollars": "1.0000",
        "yes_bid_size_fp": "0.00",
        "yes_ask_size_fp": "0.00",
        "last_price_dollars": "0.4000",
        "previous_yes_bid_dollars": "0.0000",
        "previous_yes_ask_dollars": "1.0000",
        "previous_price_dollars": "0.4000",
        "volume_fp": "1200.00",
        "volume_24h_fp": "30.00",
        "open_interest_fp": "400.00",
        "notional_value_dollars": "1.0000",
        "result": "",
        "can_close_early": True,
        "expiration_value": "",
        "rules_primary": "If the bank cuts its rate at its December 2026 meeting, the market resolves to Yes.",
        "rules_secondary": "",
        "price_level_structure": "linear_cent",
        "price_ranges": [{"start": "0.0100", "end": "0.9900", "step": "0.0100"}],
        "settlement_bounds_type": "default",
    } | more


def a_kalshi_event(*markets: JsonObject, ticker: str = "KXRATE-26DEC", **more: object) -> JsonObject:
    return {
        "event_ticker": ticker,
        "series_ticker": ticker.partition("-")[0],
        "title": "Rate decision in December 2026",
        "sub_title": "Dec 2026",
        "category": "Economics",
        "mutually_exclusive": True,
        "collateral_return_type": "MECNET",
        "settlement_sources": [{"name": "The bank", "url": "https://bank.example"}],
        "last_updated_ts": "2026-11-01T10:00:00Z",
        "exchange_index": 0,
        "markets": list(markets),
    } | more


def a_series(ticker: str = "KXRATE", **more: object) -> JsonObject:
    return {
        "ticker": ticker,
        "title": "Rate decisions",
        "frequency": "custom",
        "category": "Economics",
        "categories": ["Economics"],
        "tags": ["Interest rates"],
        "settlement_sources": [{"name": "The bank", "url": "https://bank.example"}],
        "contract_url": "https://bank.example/contract.pdf",
        "contract_terms_url": "https://bank.example/terms.pdf",
        "fee_type": "quadratic",
        "fee_multiplier": 1,
        "additional_prohibitions": [],
        "last_updated_ts": "2026-02-01T10:00:00Z",
        "exchange_index": 0,
    } | more


def a_gamma_market(**more: object) -> JsonObject:
    return {
        "id": "700001",
        "question": "Will the bank cut rates in December?",
        "conditionId": CONDITION,
        "slug": "will-the-bank-cut-rates-in-december",
        "description": "This market resolves to Yes if the bank cuts rates at its December 2026 meeting.",
        "resolutionSource": "",
        "endDate": "2026-12-16T20:00:00Z",
        "startDate": "2026-10-02T09:00:00.123Z",
        "outcomes": json.dumps(["Yes", "No"]),
        "outcomePrices": json.dumps(["0.4", "0.6"]),
        "clobTokenIds": json.dumps([YES_TOKEN, NO_TOKEN]),
        "questionID": "0x" + "cd" * 32,
        "volume": "5000.5",
        "volumeNum": 5000.5,
        "liquidity": "900.25",
        "liquidityNum": 900.25,
        "bestBid": 0.39,
        "bestAsk": 0.41,
        "spread": 0.02,
        "lastTradePrice": 0.4,
        "active": True,
        "closed": False,
        "archived": False,
        "acceptingOrders": True,
        "enableOrderBook": True,
        "orderPriceMinTickSize": 0.01,
        "orderMinSize": 5,
        "negRisk": False,
        "feesEnabled": True,
        "feeType": "economics_fees",
        "feeSchedule": {"exponent": 1, "rate": 0.05, "takerOnly": True, "rebateRate": 0.25},
    } | more


def a_gamma_event(*markets: JsonObject, **more: object) -> JsonObject:
    return {
        "id": "90001",
        "ticker": "bank-decision-in-december",
        "slug": "bank-decision-in-december",
        "title": "Bank decision in December",
        "active": True,
        "closed": False,
        "negRisk": False,
        "tags": [{"id": "7", "label": "Economy", "slug": "economy"}],
        "markets": list(markets),
    } | more


def a_world(**more: object) -> World:
    defaults: dict[str, object] = {
        "seed": 1,
        "made_at": MADE_AT,
        "kalshi_series": [a_series()],
        "kalshi_events": [a_kalshi_event(a_kalshi_market(), a_kalshi_market(RATES_HOLD))],
        "gamma_events": [a_gamma_event(a_gamma_market())],
        "books": {
            RATES_CUT: RATES_BOOK,
            YES_TOKEN: SeedBook(yes_bids=((3900, 50_000), (3800, 1_000)), yes_asks=((4100, 2_500), (4200, 90_000))),
        },
    }
    return World(**(defaults | more))


def a_living_world(now: datetime, **more: object) -> World:
    """The same world as if it had been made just now: its markets are open whatever day it is."""
    world = a_world(**more)
    later = {
        f"2026-12-{day}T": f"{now + timedelta(days=days):%Y-%m-%d}T" for day, days in ((16, 24), (23, 31))
    }  # fmt: skip
    changed: dict[str, object] = {}
    for name in ("kalshi_events", "gamma_events"):
        text = json.dumps(getattr(world, name))
        for fixed, moved in later.items():
            text = text.replace(fixed, moved)
        changed[name] = json.loads(text)
    return replace(world, made_at=now, **changed)
