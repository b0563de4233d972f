"""Builders with defaults for markets, pairs and books."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from arbkit.core.books import Book, Level, make_book
from arbkit.core.detect import look
from arbkit.core.markets import (
    KalshiFees,
    Market,
    MarketId,
    MarketStatus,
    Method,
    Pair,
    Polarity,
    PolymarketFees,
    Relation,
    VenueName,
)
from arbkit.core.money import Price, Qty, Usd
from arbkit.core.opportunity import NoOpportunity, Opportunity, Policy

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
KALSHI_ID = MarketId(VenueName.KALSHI, "KXRAIN-26NOV30")
POLYMARKET_ID = MarketId(VenueName.POLYMARKET, "0xab12")
QUADRATIC = KalshiFees("quadratic", 1_000_000)
POLITICS = PolymarketFees(40_000, 1)
FREE = PolymarketFees(0, 1)


def kalshi_market(**changes: object) -> Market:
    market = Market(
        id=KALSHI_ID,
        event_key="KXRAIN-26NOV",
        title="Rain on 30 November?",
        status=MarketStatus.OPEN,
        expected_at=NOW + timedelta(days=29),
        fees=QUADRATIC,
    )
    return replace(market, **changes)


def polymarket_market(**changes: object) -> Market:
    market = Market(
        id=POLYMARKET_ID,
        event_key="rain",
        title="Will it rain on 30 November?",
        status=MarketStatus.OPEN,
        closes_at=NOW + timedelta(days=30),
        fees=POLITICS,
    )
    return replace(market, **changes)


def a_pair(kalshi: Market | None = None, polymarket: Market | None = None, **changes: object) -> Pair:
    kalshi, polymarket = kalshi or kalshi_market(), polymarket or polymarket_market()
    pair = Pair(
        kalshi=kalshi.id,
        polymarket=polymarket.id,
        polarity=Polarity.ALIGNED,
        relation=Relation.EQUAL,
        confidence_ppm=1_000_000,
        method=Method.MANUAL,
        tradable=True,
        kalshi_rules_hash=kalshi.rules_hash,
        polymarket_rules_hash=polymarket.rules_hash,
    )
    return replace(pair, **changes)


def levels(*rows: tuple[str, str]) -> list[Level]:
    """Levels from ("0.45", "100")."""
    return [Level(Price.parse(price), Qty.parse(qty)) for price, qty in rows]


def a_book(
    market: MarketId = KALSHI_ID,
    *,
    bids: tuple[tuple[str, str], ...] = (("0.40", "100"),),
    asks: tuple[tuple[str, str], ...] = (("0.60", "100"),),
    seen_at: datetime = NOW,
) -> Book:
    return make_book(market, yes_bids=levels(*bids), yes_asks=levels(*asks), seen_at=seen_at)


def permissive(**changes: object) -> Policy:
    """A policy without minimums of ours, so that the sizes speak."""
    policy = Policy(
        trade_value_min=Usd(0),
        profit_min=Usd(1),
        gas=Usd(0),
        polymarket_qty_min=Qty(0),
        polymarket_value_min=Usd(0),
        qty_max=Qty.whole(10_000_000),
        capital_max=Usd.parse("10000000"),
    )
    return replace(policy, **changes)


def looked(
    kalshi_book: Book,
    polymarket_book: Book,
    *,
    policy: Policy | None = None,
    kalshi: Market | None = None,
    polymarket: Market | None = None,
    pair: Pair | None = None,
    now: datetime = NOW,
) -> Opportunity | NoOpportunity:
    kalshi, polymarket = kalshi or kalshi_market(), polymarket or polymarket_market()
    return look(
        pair or a_pair(kalshi, polymarket),
        kalshi=kalshi,
        polymarket=polymarket,
        kalshi_book=kalshi_book,
        polymarket_book=polymarket_book,
        policy=policy or Policy(),
        now=now,
    )
