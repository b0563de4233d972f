"""Both feeds over loopback: the happy path, then everything that sockets do to it. Time runs ten times as fast."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from arbkit.core.books import LiveState
from arbkit.core.markets import Market, Side, VenueName
from arbkit.core.reconnect import ReconnectionPolicy
from arbkit.errors import AuthError
from arbkit.ports import FeedState
from arbkit.venues.feed import StreamFeed
from arbkit.venues.kalshi.feed import BOOKS_MAX, kalshi_feed
from arbkit.venues.kalshi.signing import KalshiSigner, new_key_pem
from arbkit.venues.polymarket.feed import polymarket_feed
from arbkit.venues.polymarket.signing import ApiCredentials
from arbkit.venues.rereading import POLLED_MS_MAX
from arbkit.venues.secrets import Secret
from tests.builders import NOW
from tests.venues.stages import (
    FastClock,
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

RAIN, SNOW = kalshi_market("KXRAIN"), kalshi_market("KXSNOW")
WIND, HAIL = polymarket_market("0xa"), polymarket_market("0xb")
SIGNER = KalshiSigner("key-1", Secret(new_key_pem()))
DEFAULT = ReconnectionPolicy()
Running = tuple[StreamFeed, Listener, Reads]


@asynccontextmanager
async def running(feed: StreamFeed, *markets: Market) -> AsyncIterator[Listener]:
    listener = Listener()
    feed.follow(markets)
    task = asyncio.create_task(feed.run(listener))
    try:
        yield listener
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def at_kalshi(
    stage: KalshiStage,
    *,
    signer: KalshiSigner | None = SIGNER,
    clock: FastClock | None = None,
    policy: ReconnectionPolicy = DEFAULT,
) -> AsyncIterator[Running]:
    clock = clock or FastClock()
    reads = Reads(VenueName.KALSHI, stage, clock)
    async with staged(stage, "/trade-api/ws/v2") as url:
        feed = kalshi_feed(url, signer, venue=reads, clock=clock, policy=policy)
        async with running(feed, RAIN, SNOW) as listener:
            yield feed, listener, reads


@asynccontextmanager
async def at_polymarket(stage: PolymarketStage, *, credentials: ApiCredentials | None = None) -> AsyncIterator[Running]:
    clock = FastClock()
    reads = Reads(VenueName.POLYMARKET, stage, clock)
    async with staged(stage, "/ws") as url:
        feed = polymarket_feed(url, credentials, venue=reads, clock=clock, policy=DEFAULT)
        async with running(feed, WIND, HAIL) as listener:
            yield feed, listener, reads


def kalshi() -> KalshiStage:
    return KalshiStage({"KXRAIN": Truth(), "KXSNOW": Truth()})


def polymarket() -> PolymarketStage:
    return PolymarketStage({"0xa1": Truth(), "0xb1": Truth()})


def live(feed: StreamFeed) -> bool:
    health = feed.health()
    return health.books_live == health.books_wanted > 0 and health.state is FeedState.LIVE


def right(feed: StreamFeed, stage: Stage) -> bool:
    """Whether every book is LIVE and what the venue holds."""
    for market in (RAIN, SNOW, WIND, HAIL):
        book = feed.book(market.id)
        if book is None:
            continue
        if book.state is not LiveState.LIVE:
            return False
        truth = truth_book(stage.truths[market.yes_token or market.id.key], market, NOW)
        ours = book.freeze(seen_at=NOW)
        if (ours.yes_bids, ours.yes_asks) != (truth.yes_bids, truth.yes_asks):
            return False
    return True


async def test_kalshi_streams_snapshots_and_changes_over_a_signed_connection() -> None:
    stage = kalshi()
    async with at_kalshi(stage) as (feed, listener, _):
        await until(lambda: live(feed))
        book = feed.book(RAIN.id)
        assert book is not None
        assert (book.best_ask(Side.YES), book.best_ask(Side.NO)) == (5_500, 5_500)

        await stage.delta("KXRAIN", "0.4700", "3.00")
        await until(lambda: book.yes.best == 4_700)

        assert feed.book(RAIN.id) is book
        assert listener.changes[-1][0] == RAIN.id
        assert feed.seen_at(RAIN.id) is not None
        headers = {name.upper(): value for name, value in stage.headers[0].raw_items()}
        assert SIGNER.verifies(headers, "GET", "/trade-api/ws/v2")
        assert next(c for c in stage.received if "market_tickers" in c["params"])["params"]["use_yes_price"] is True


async def test_polymarket_streams_books_and_changes() -> None:
    stage = polymarket()
    async with at_polymarket(stage) as (feed, listener, _):
        await until(lambda: live(feed))
        book = feed.book(WIND.id)
        assert book is not None
        listener.changes.clear()

        await stage.change("0xa1", "0.47", "3")
        await until(lambda: book.yes.best == 4_700)
        await until(lambda: feed.health().last_frame_at is not None)

        assert right(feed, stage)
        assert WIND.id in [market for market, _ in listener.changes]  # perhaps a doubted book was read meanwhile
        assert stage.received[0] == {"type": "market", "assets_ids": ["0xa1", "0xb1"], "custom_feature_enabled": False}


# Silence


async def test_kalshis_silence_behind_a_working_heartbeat_is_noticed_and_mended() -> None:
    stage = kalshi()
    async with at_kalshi(stage) as (feed, listener, _):
        await until(lambda: live(feed))
        stage.mute = True
        seen = feed.seen_at(RAIN.id)
        await asyncio.sleep(0.5)
        assert seen is not None
        assert abs((feed.seen_at(RAIN.id) or NOW) - seen) < timedelta(seconds=2)

        await until(lambda: listener.said("no frame of the subscription"))
        assert feed.seen_at(RAIN.id) is None
        stage.mute = False
        await stage.delta("KXRAIN", "0.4600", "2.00")

        await until(lambda: live(feed) and right(feed, stage))
        assert feed.health().reconnects >= 1


async def test_a_pong_makes_no_book_fresher() -> None:
    stage = polymarket()
    async with at_polymarket(stage) as (feed, _, reads):
        await until(lambda: live(feed))
        reads.down = True
        seen, alive = feed.seen_at(WIND.id), feed.health().last_frame_at
        await until(lambda: (feed.health().last_frame_at or NOW) - (alive or NOW) > timedelta(seconds=5))
        assert seen is not None
        assert abs((feed.seen_at(WIND.id) or seen) - seen) < timedelta(seconds=2), "only a pong was heard meanwhile"


async def test_polymarkets_silence_behind_a_working_heartbeat_is_noticed_by_reading_and_mended() -> None:
    stage = polymarket()
    async with at_polymarket(stage) as (feed, listener, reads):
        await until(lambda: live(feed))
        stage.mute = True
        await stage.change("0xa1", "0.46", "2")

        await until(lambda: listener.said("the stream did not say so"))
        stage.mute = False

        await until(lambda: live(feed) and right(feed, stage))
        assert reads.asked


@pytest.mark.parametrize("venue", list(VenueName))
async def test_a_half_open_connection_is_dead_after_the_heartbeats_time_out(venue: VenueName) -> None:
    stage: Stage = kalshi() if venue is VenueName.KALSHI else polymarket()
    scene = at_kalshi(stage) if isinstance(stage, KalshiStage) else at_polymarket(stage)
    async with scene as (feed, listener, _):
        await until(lambda: live(feed))
        stage.mute = True
        for connection in stage.connections:
            connection.transport.pause_reading()

        await until(lambda: listener.said("no sign of life") or listener.said("no frame of the subscription"))
        stage.mute = False

        await until(lambda: live(feed) and right(feed, stage))


async def test_polymarkets_missing_pong_ends_the_connection() -> None:
    stage = polymarket()
    async with at_polymarket(stage) as (feed, listener, _):
        await until(lambda: live(feed))
        stage.ponging = False

        await until(lambda: listener.said("no sign of life"))
        stage.ponging = True

        await until(lambda: live(feed))


# Loss


async def test_a_gap_is_mended_over_the_same_connection() -> None:
    stage = kalshi()
    async with at_kalshi(stage) as (feed, listener, _):
        await until(lambda: live(feed))
        await stage.delta("KXRAIN", "0.4600", "2.00", lost=True)
        await stage.delta("KXSNOW", "0.4700", "2.00")

        await until(lambda: right(feed, stage) and feed.health().resyncs == 2)
        assert listener.said("missing")
        assert feed.health().reconnects == 0


async def test_a_lost_change_of_polymarket_is_read_over_http() -> None:
    stage = polymarket()
    async with at_polymarket(stage) as (feed, listener, _):
        await until(lambda: live(feed))
        await stage.change("0xa1", "0.47", "2", lost=True)
        await stage.change("0xa1", "0.46", "2")

        await until(lambda: right(feed, stage))
        assert listener.said("best prices") or feed.health().resyncs  # a read of a doubted book may come first


def outages(listener: Listener) -> list[str]:
    """What was told of the books' connection, in order: that it gave up, that it recovered."""
    news = [what for _, what in listener.news if not what.startswith("orders")]
    return [word for what in news for word in ("gave up", "recovered") if word in what]


async def test_fifty_flaps_are_survived_told_once_and_recovered_from() -> None:
    stage = kalshi()
    policy = ReconnectionPolicy(initial_delay_ms=200, max_delay_ms=1_000)
    async with at_kalshi(stage, policy=policy) as (feed, listener, _):
        for _ in range(50):
            await until(lambda: stage.connections)
            before = feed.health().reconnects
            await stage.drop()
            await until(lambda: not live(feed) or feed.health().reconnects > before)  # noqa: B023 - called at once

        await until(lambda: outages(listener)[-1:] == ["recovered"])
        await until(lambda: live(feed) and right(feed, stage))
        of_books = [what for _, what in listener.news if not what.startswith("orders")]
        # On a busy machine a connection may last long enough in between to count. Each outage is told once.
        assert outages(listener) == ["gave up", "recovered"] * (len(outages(listener)) // 2)
        assert 1 <= outages(listener).count("gave up") <= 5
        assert len(of_books) < 20
        # A drop may strike the private connection alone, or a handshake: how many do is the machine's affair.
        assert feed.health().reconnects >= 10


async def test_a_venue_that_cannot_be_reached_is_polled_after_five_attempts_and_recovers_without_a_hand() -> None:
    stage = polymarket()
    stage.refuse = 502
    async with at_polymarket(stage) as (feed, listener, reads):
        await until(lambda: feed.health().state is FeedState.POLLING)
        assert feed.health().attempts >= 5
        await until(lambda: right(feed, stage))
        assert feed.seen_at(WIND.id) is not None
        assert sum("gave up after 5" in what for _, what in listener.news) == 1
        await stage.change("0xa1", "0.46", "2")
        await until(lambda: right(feed, stage))
        asked = len(reads.asked)
        await asyncio.sleep(0.5)
        assert len(reads.asked) - asked <= 5

        stage.refuse = 0
        await until(lambda: live(feed) and right(feed, stage))


async def test_a_book_that_can_neither_be_streamed_nor_polled_is_believed_no_longer() -> None:
    stage = polymarket()
    stage.refuse = 502
    async with at_polymarket(stage) as (feed, _, reads):
        await until(lambda: right(feed, stage))
        reads.down = True

        await until(lambda: feed.health().books_live == 0)
        assert feed.seen_at(WIND.id) is None


async def test_both_venues_lost_at_once_recover() -> None:
    first, second = kalshi(), polymarket()
    async with at_kalshi(first) as (here, _, _), at_polymarket(second) as (there, _, _):
        await until(lambda: live(here) and live(there))
        await first.drop()
        await second.drop()
        await until(lambda: not live(here) and not live(there))
        await first.delta("KXRAIN", "0.4600", "2.00")
        await second.change("0xa1", "0.46", "2")

        await until(lambda: live(here) and live(there))
        assert right(here, first)
        assert right(there, second)


# Keys


async def test_a_key_that_kalshi_does_not_know_ends_the_feed() -> None:
    stage = kalshi()
    stage.refuse, stage.refusal = 401, b'{"error":{"code":"token_authentication_failure"}}'
    clock = FastClock()
    async with staged(stage) as url:
        feed = kalshi_feed(url, SIGNER, venue=Reads(VenueName.KALSHI, stage, clock), clock=clock, policy=DEFAULT)
        feed.follow([RAIN])
        with pytest.raises(AuthError, match=r"check kalshi\.key_id"):
            await asyncio.wait_for(feed.run(Listener()), 5)
    assert feed.health().state is FeedState.CLOSED


async def test_a_clock_that_is_off_is_no_wrong_key() -> None:
    stage = kalshi()
    stage.refuse, stage.refusal = 401, b'{"error":{"code":"header_timestamp_expired"}}'
    async with at_kalshi(stage) as (feed, listener, _):
        await until(lambda: listener.said("header_timestamp_expired"))
        stage.refuse = 0

        await until(lambda: live(feed))
        stamps = {headers["KALSHI-ACCESS-TIMESTAMP"] for headers in stage.headers}
        assert len(stamps) > 1


async def test_without_a_key_kalshis_books_are_polled() -> None:
    stage = kalshi()
    async with at_kalshi(stage, signer=None) as (feed, listener, reads):
        await until(lambda: right(feed, stage))

        assert feed.health().state is FeedState.POLLING
        assert listener.said("wants an API key")
        assert not stage.headers
        assert reads.asked[0] == ["KXRAIN", "KXSNOW"]


async def test_polymarkets_user_channel_is_a_connection_of_its_own() -> None:
    stage = polymarket()
    credentials = ApiCredentials("key", Secret("c2VjcmV0"), Secret("phrase"))
    async with at_polymarket(stage, credentials=credentials) as (feed, listener, _):
        await until(lambda: live(feed) and len(stage.connections) == 2)
        assert {
            "type": "user",
            "auth": {"apiKey": "key", "secret": "c2VjcmV0", "passphrase": "phrase"},
        } in stage.received
        assert sorted(stage.paths) == ["/ws/market", "/ws/user"]

        for connection in stage.connections:
            await connection.send('{"event_type":"order","id":"0x77"}')
        await until(lambda: listener.orders == [(VenueName.POLYMARKET, "", "0x77")])


async def test_kalshis_orders_and_markets_come_over_a_connection_of_their_own() -> None:
    stage = kalshi()
    async with at_kalshi(stage) as (feed, listener, _):
        await until(lambda: live(feed) and len(stage.connections) == 2)
        await stage.tell("fill", client_order_id="c1", order_id="o1", market_ticker="KXRAIN")
        await stage.tell("market_lifecycle_v2", market_ticker="KXRAIN", event_type="deactivated")
        await until(lambda: listener.orders and listener.markets)
        assert listener.orders == [(VenueName.KALSHI, "c1", "o1")]
        assert listener.markets == [(RAIN.id, "deactivated")]

        await stage.drop()
        await until(lambda: (VenueName.KALSHI, "", "") in listener.orders)


# Many books, and other ones


async def test_many_books_are_spread_over_connections_and_follow_what_is_wanted() -> None:
    stage = KalshiStage({f"KXM{number:03}": Truth() for number in range(BOOKS_MAX + 50)})
    many = [kalshi_market(ticker) for ticker in stage.truths]
    clock = FastClock()
    async with staged(stage) as url:
        feed = kalshi_feed(url, SIGNER, venue=Reads(VenueName.KALSHI, stage, clock), clock=clock, policy=DEFAULT)
        async with running(feed, *many):
            await until(lambda: live(feed))
            assert len(stage.following) == 2
            kept = feed.book(many[0].id)

            feed.follow(many[:10])
            await until(
                lambda: sum(len(tickers) for tickers in stage.following.values()) == 10 or len(stage.connections) == 2
            )
            assert feed.book(many[0].id) is kept
            assert feed.book(many[20].id) is None

            feed.follow(many)
            await until(lambda: live(feed))
            assert feed.book(many[0].id) is kept


# Time


async def test_a_clock_that_jumps_ends_every_connection_and_starts_afresh() -> None:
    stage, clock = kalshi(), FastClock()
    async with at_kalshi(stage, clock=clock) as (feed, listener, _):
        await until(lambda: live(feed))
        clock.stepped = timedelta(hours=1)

        await until(lambda: listener.said("the clock jumped"))
        await until(lambda: live(feed))
        assert feed.health().reconnects >= 1


async def test_a_clock_that_jumps_voids_books_that_are_polled_until_they_are_read_again() -> None:
    stage, clock = kalshi(), FastClock()
    async with at_kalshi(stage, signer=None, clock=clock) as (feed, listener, reads):
        await until(lambda: right(feed, stage))
        reads.down = True
        listener.changes.clear()
        jumped_ms, clock.stepped = clock.monotonic_ms(), timedelta(hours=1)

        await until(lambda: feed.health().books_live == 0)
        assert clock.monotonic_ms() - jumped_ms < POLLED_MS_MAX // 2
        assert {market for market, _ in listener.changes} == {RAIN.id, SNOW.id}
        assert feed.seen_at(RAIN.id) is None

        reads.down = False
        await until(lambda: right(feed, stage))


async def test_an_answer_that_was_asked_for_before_the_clock_jumped_is_not_believed() -> None:
    stage, clock = kalshi(), FastClock()
    async with at_kalshi(stage, signer=None, clock=clock) as (feed, listener, reads):

        def slept() -> None:
            if len(reads.asked) == 1:
                clock.stepped = timedelta(hours=1)

        reads.on_the_way = slept
        listener.on_change = lambda _market: believed.append(len(reads.asked))
        believed: list[int] = []
        await until(lambda: right(feed, stage))
        assert min(believed) > 1


async def test_a_process_that_stood_still_believes_nothing_that_waited() -> None:
    stage = kalshi()
    async with at_kalshi(stage) as (feed, listener, _):
        await until(lambda: live(feed))
        await stage.delta("KXRAIN", "0.4600", "2.00")
        time.sleep(0.7)  # noqa: ASYNC251 - standing still is what is tried

        await until(lambda: listener.said("stood still"))
        await until(lambda: live(feed) and right(feed, stage))


# Doubt


async def test_who_asks_about_a_quiet_book_has_it_confirmed_and_is_told() -> None:
    stage = polymarket()
    async with at_polymarket(stage) as (feed, listener, reads):
        await until(lambda: live(feed) and reads.asked)
        await asyncio.sleep(0.15)
        reads.asked.clear()
        listener.changes.clear()
        stale = feed.seen_at(WIND.id)
        assert stale is not None

        # an answer that was on its way may come first; who goes on asking is asked for once it is old again
        await until(lambda: (feed.seen_at(WIND.id) or stale) > stale and reads.asked and listener.changes)

        assert reads.asked[0] == ["0xa"]
        assert listener.changes[0][0] == WIND.id
