"""Both feeds over loopback: the happy path first, then everything that sockets do to it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from arbkit.core.books import LiveState
from arbkit.core.markets import Side, VenueName
from arbkit.core.reconnect import ReconnectionPolicy
from arbkit.ports import FeedState
from arbkit.venues.feed import StreamFeed
from arbkit.venues.kalshi.feed import kalshi_feed
from arbkit.venues.kalshi.signing import KalshiSigner, new_key_pem
from arbkit.venues.polymarket.feed import polymarket_feed
from arbkit.venues.polymarket.signing import ApiCredentials
from arbkit.venues.secrets import Secret
from arbkit.wiring.kit import SystemClock
from tests.venues.stages import (
    QUICK,
    KalshiStage,
    Listener,
    PolymarketStage,
    Reads,
    Stage,
    Truth,
    kalshi_market,
    polymarket_market,
    staged,
    truth_book,
    until,
)

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

CLOCK = SystemClock()
RAIN, SNOW = kalshi_market("KXRAIN"), kalshi_market("KXSNOW")
WIND, HAIL = polymarket_market("0xa"), polymarket_market("0xb")
SIGNER = KalshiSigner("key-1", Secret(new_key_pem()))


@asynccontextmanager
async def running(feed: StreamFeed) -> AsyncIterator[Listener]:
    listener = Listener()
    task = asyncio.create_task(feed.run(listener))
    try:
        yield listener
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def at_kalshi(
    stage: KalshiStage, *, policy: ReconnectionPolicy = QUICK, signer: KalshiSigner | None = SIGNER
) -> AsyncIterator[tuple[StreamFeed, Listener, Reads]]:
    async with staged(stage, "/trade-api/ws/v2") as url:
        reads = Reads(VenueName.KALSHI, stage)
        feed = kalshi_feed(url, signer, venue=reads, clock=CLOCK, policy=policy)
        feed.follow([RAIN, SNOW])
        async with running(feed) as listener:
            yield feed, listener, reads


@asynccontextmanager
async def at_polymarket(
    stage: PolymarketStage, *, policy: ReconnectionPolicy = QUICK, credentials: ApiCredentials | None = None
) -> AsyncIterator[tuple[StreamFeed, Listener, Reads]]:
    async with staged(stage, "/ws") as url:
        reads = Reads(VenueName.POLYMARKET, stage)
        feed = polymarket_feed(url, credentials, venue=reads, clock=CLOCK, policy=policy)
        feed.follow([WIND, HAIL])
        async with running(feed) as listener:
            yield feed, listener, reads


def kalshi() -> KalshiStage:
    return KalshiStage({"KXRAIN": Truth(), "KXSNOW": Truth()})


def polymarket() -> PolymarketStage:
    return PolymarketStage({"0xa1": Truth(), "0xb1": Truth()})


def live(feed: StreamFeed) -> bool:
    return feed.health().books_live == feed.health().books_wanted > 0


def right(feed: StreamFeed, stage: Stage) -> bool:
    """Whether every book is what the venue holds."""
    for market in (RAIN, SNOW, WIND, HAIL):
        book = feed.book(market.id)
        if book is not None:
            if book.state is not LiveState.LIVE:
                return False
            truth = truth_book(stage.truths[market.yes_token or market.id.key], market, CLOCK.now())
            ours = book.freeze(seen_at=truth.seen_at)
            if (ours.yes_bids, ours.yes_asks) != (truth.yes_bids, truth.yes_asks):
                return False
    return True


async def test_kalshi_streams_snapshots_and_changes_over_a_signed_connection() -> None:
    stage = kalshi()
    async with at_kalshi(stage) as (feed, listener, _):
        await until(lambda: live(feed) and feed.health().state is FeedState.LIVE)
        book = feed.book(RAIN.id)
        assert book is not None
        assert (book.best_ask(Side.YES), book.best_ask(Side.NO)) == (5_500, 5_500)

        await stage.delta("KXRAIN", "0.4700", "3.00")
        await until(lambda: book.yes.best == 4_700)

        assert feed.book(RAIN.id) is book
        assert listener.changes[-1][0] == RAIN.id
        assert (CLOCK.now() - (feed.seen_at(RAIN.id) or CLOCK.now())).total_seconds() < 1
        headers = {name.upper(): value for name, value in stage.headers[0].raw_items()}
        assert SIGNER.verifies(headers, "GET", "/trade-api/ws/v2")
        assert next(c for c in stage.received if "market_tickers" in c["params"])["params"]["use_yes_price"] is True


async def test_polymarket_streams_books_and_changes() -> None:
    stage = polymarket()
    async with at_polymarket(stage) as (feed, listener, _):
        await until(lambda: live(feed) and feed.health().state is FeedState.LIVE)
        book = feed.book(WIND.id)
        assert book is not None

        await stage.change("0xa1", "0.47", "3")
        await until(lambda: book.yes.best == 4_700)
        await until(lambda: feed.health().last_frame_at is not None)

        assert right(feed, stage)
        assert listener.changes[-1][0] == WIND.id
        assert stage.received[0] == {"type": "market", "assets_ids": ["0xa1", "0xb1"], "custom_feature_enabled": False}
