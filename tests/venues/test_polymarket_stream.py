"""The market channel: frames in, live books out."""

import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbkit.core.books import TICKS, LiveState
from arbkit.core.markets import Market, Side
from arbkit.core.money import Price
from arbkit.errors import SchemaMismatch
from arbkit.venues.polymarket.wire import stream as wire
from arbkit.venues.polymarket.wire.catalogue import parse_listing
from arbkit.venues.polymarket.wire.clob import parse_book
from arbkit.venues.polymarket.wire.stream import (
    CHANGE_DECODER,
    PONG,
    MarketStream,
    subscribe,
    subscription,
    unsubscribe,
)

PAYLOADS = Path(__file__).parents[1] / "payloads" / "polymarket"
NOW = datetime(2026, 11, 25, 12, 0, 5, tzinfo=UTC)
SNAPSHOT, CHANGE, _, TOP_GONE, TRADE, TICK, BEST, RESOLVED = (
    (PAYLOADS / "ws_market_frames.jsonl").read_text().splitlines()
)
JsonObject = dict[str, object]


def a_market() -> Market:
    return parse_listing((PAYLOADS / "gamma_events_page.json").read_bytes()).markets[0]


MARKET = a_market()


def a_stream(*frames: str) -> MarketStream:
    stream = MarketStream([MARKET])
    for frame in frames:
        stream.take(frame)
    return stream


def a_change(**changes: object) -> str:
    change = {
        "asset_id": MARKET.yes_token,
        "price": "0.55",
        "size": "1",
        "side": "BUY",
        "best_bid": "0.55",
        "best_ask": "0.56",
    }
    return json.dumps(
        {
            "event_type": "price_change",
            "market": MARKET.id.key,
            "timestamp": "1795608001000",
            "price_changes": [{**change, **changes}],
        }
    )


def tops(stream: MarketStream) -> tuple[int, int]:
    book = stream.books[MARKET.id]
    return book.yes.best, TICKS - book.no.best


def test_an_array_of_snapshots_makes_the_yes_book_live() -> None:
    stream = a_stream(SNAPSHOT)

    assert stream.books[MARKET.id].state is LiveState.LIVE
    assert tops(stream) == (5500, 5600)


def test_a_change_sets_the_new_total_and_the_other_asset_is_not_added() -> None:
    stream = a_stream(SNAPSHOT)

    effects = stream.take(CHANGE)

    assert effects.touched == {MARKET.id}
    assert stream.books[MARKET.id].yes.sizes == {1000: 10_000_000, 5500: 35_000_000}


def test_a_size_of_zero_removes_the_level_and_the_top_moves() -> None:
    assert tops(a_stream(SNAPSHOT, CHANGE, TOP_GONE)) == (5500, 9000)


def test_a_stream_ends_where_a_fresh_read_would_be() -> None:
    stream = a_stream(SNAPSHOT, CHANGE, TOP_GONE)
    body = {
        "asset_id": MARKET.yes_token,
        "timestamp": "1795608002000",
        "bids": [{"price": "0.1", "size": "10"}, {"price": "0.55", "size": "35"}],
        "asks": [{"price": "0.9", "size": "30"}],
    }

    assert stream.freeze(MARKET.id, seen_at=NOW) == parse_book(json.dumps(body).encode(), MARKET, seen_at=NOW)


def test_a_book_read_over_http_can_be_carried_on() -> None:
    frozen = a_stream(SNAPSHOT).freeze(MARKET.id, seen_at=NOW)
    stream = a_stream()

    stream.load(frozen)
    stream.take(CHANGE)

    assert stream.freeze(MARKET.id, seen_at=NOW) == a_stream(SNAPSHOT, CHANGE).freeze(MARKET.id, seen_at=NOW)


@pytest.mark.parametrize("frame", [PONG, PONG.encode(), TRADE, BEST, "[]"])
def test_what_says_nothing_about_depth_changes_nothing(frame: str) -> None:
    stream = a_stream(SNAPSHOT)

    effects = stream.take(frame)

    assert not effects.touched
    assert not effects.unknown
    assert tops(stream) == (5500, 5600)


def test_an_event_of_unknown_type_is_named_and_ignored() -> None:
    assert a_stream(SNAPSHOT).take('{"event_type":"weather"}').unknown == ["weather"]


def test_a_change_before_the_snapshot_is_ignored() -> None:
    stream = a_stream(CHANGE)

    assert stream.books[MARKET.id].state is LiveState.WAITING


def test_a_change_older_than_the_snapshot_is_dropped() -> None:
    stream = a_stream(SNAPSHOT)

    stream.take(a_change(size="77").replace("1795608001000", "1795608000122"))

    assert stream.books[MARKET.id].yes.sizes[5500] == 20_000_000


def test_a_snapshot_older_than_the_book_is_dropped() -> None:
    stream = a_stream(SNAPSHOT, CHANGE, SNAPSHOT)

    assert stream.books[MARKET.id].yes.sizes[5500] == 35_000_000


@pytest.mark.parametrize(
    "changes",
    [
        {"best_bid": "0.54"},
        {"best_ask": "1"},
        {"size": "0"},
        {"price": "0.6", "side": "BUY"},
        {"price": "0", "best_bid": "0.55"},
        {"price": "1", "side": "SELL"},
        {"size": "-1"},
    ],
)
def test_a_top_that_is_not_the_venues_loses_the_book_until_it_is_read_again(changes: JsonObject) -> None:
    stream = a_stream(SNAPSHOT)

    effects = stream.take(a_change(**changes))

    assert MARKET.id in effects.lost
    assert stream.books[MARKET.id].state is not LiveState.LIVE
    stream.load(a_stream(SNAPSHOT).freeze(MARKET.id, seen_at=NOW))
    assert stream.books[MARKET.id].state is LiveState.LIVE


def test_an_empty_side_is_named_zero_or_one() -> None:
    stream = a_stream(SNAPSHOT)

    stream.take(a_change(price="0.56", size="0", side="SELL", best_ask="0.9"))
    effects = stream.take(a_change(price="0.9", size="0", side="SELL", best_ask="1"))

    assert effects.touched == {MARKET.id}
    assert tops(stream) == (5500, TICKS)


def test_a_new_tick_size_is_told_and_loses_the_book() -> None:
    stream = a_stream(SNAPSHOT)

    effects = stream.take(TICK)

    assert effects.tick_sizes == {MARKET.id: Price(1_000)}
    assert MARKET.id in effects.lost


def test_the_winner_of_a_resolved_market_is_told() -> None:
    assert a_stream().take(RESOLVED).resolved == {MARKET.id: Side.YES}


def test_a_broken_connection_makes_every_book_wait() -> None:
    stream = a_stream(SNAPSHOT)

    stream.interrupt()

    assert stream.books[MARKET.id].state is LiveState.WAITING


@pytest.mark.parametrize(
    "frame",
    [
        "PING!",
        "{}",
        '{"event_type":5}',
        '{"event_type":"price_change","asset_id":"1","changes":[{"price":"0.5","side":"BUY","size":"1"}]}',
        '{"event_type":"price_change","timestamp":"1","price_changes":[{"asset_id":"1"}]}',
        a_change(price="0.00001"),
        a_change(price="half"),
        a_change(size="1e3"),
        a_change(side="buy"),
        a_change().replace('"1795608001000"', '"now"'),
        SNAPSHOT.replace('"asks"', '"offers"'),
        SNAPSHOT.replace('"1795608000123"', "1795608000123"),
        "[" * 100_000,
        b"\xff",
    ],
)
def test_a_frame_of_another_shape_is_a_mismatch(frame: str) -> None:
    with pytest.raises(SchemaMismatch):
        a_stream(SNAPSHOT).take(frame)


def test_a_snapshot_that_cannot_be_is_not_believed() -> None:
    for bids in ('[{"price":"0.1","size":"10"},{"price":"0.10","size":"20"}]', '[{"price":"0","size":"10"}]'):
        frame = f'{{"event_type":"book","asset_id":"{MARKET.yes_token}","timestamp":"1","bids":{bids},"asks":[]}}'
        stream = a_stream()

        assert MARKET.id in stream.take(frame).lost
        assert stream.books[MARKET.id].state is not LiveState.LIVE


def test_subscriptions_use_the_venues_key() -> None:
    assert json.loads(subscription(["1"])) == {"type": "market", "assets_ids": ["1"], "custom_feature_enabled": False}
    assert json.loads(subscribe(["1"]))["operation"] == "subscribe"
    assert json.loads(unsubscribe(["1"])) == {"operation": "unsubscribe", "assets_ids": ["1"]}
    assert a_stream().assets == [MARKET.yes_token]


@given(
    st.lists(
        st.tuples(st.sampled_from(["BUY", "SELL"]), st.integers(1, 99), st.integers(0, 3)),
        max_size=30,
    )
)
def test_any_run_of_changes_leaves_the_sizes_last_named(changes: list[tuple[str, int, int]]) -> None:
    stream = a_stream(SNAPSHOT)
    expected = {"BUY": {10: 10, 55: 20}, "SELL": {90: 30, 56: 40}}

    for side, cents, size in changes:
        stream.take(a_change(side=side, price=f"0.{cents:02}", size=str(size), best_bid=None, best_ask=None))
        expected[side][cents] = size

    book = stream.books[MARKET.id]
    assert book.yes.sizes == {cents * 100: size * 1_000_000 for cents, size in expected["BUY"].items() if size}
    assert book.no.sizes == {TICKS - cents * 100: size * 1_000_000 for cents, size in expected["SELL"].items() if size}


PRICES = st.sampled_from(["0", "0.1", "0.10", "0.54", "0.55", "0.56", "0.9", "1", "1.2", "-0.1", "0.00001", "x"])
SIZES = st.sampled_from(["0", "1", "35", "0.000001", "-1", "1e3"])
ENTRIES = st.fixed_dictionaries(
    {
        "asset_id": st.sampled_from([MARKET.yes_token, MARKET.yes_token, MARKET.no_token, "7"]),
        "price": PRICES,
        "size": SIZES,
        "side": st.sampled_from(["BUY", "SELL"]),
        "best_bid": st.sampled_from(["0", "0.55", "0.56", "1", "2", "x"]),
        "best_ask": st.sampled_from(["0.56", "0.55", "1", "0", "x"]),
    }
)


@given(st.lists(st.tuples(st.lists(ENTRIES, max_size=3), st.booleans(), st.integers(-1, 2)), max_size=8))
def test_the_short_way_ends_where_the_long_way_ends(events: list[tuple[list[JsonObject], bool, int]]) -> None:
    """Whether its texts were met before or not; what the short way leaves to the long one, it has not spoilt."""
    short, long = a_stream(SNAPSHOT), a_stream(SNAPSHOT)
    for entries, forgotten, later in events:
        for memo in (wire._BIDS, wire._ASKS, wire._SIZES) if forgotten else ():
            memo.met.clear()
        at_ms = short.books[MARKET.id].venue_ms + later
        event = {"event_type": "price_change", "timestamp": str(at_ms), "price_changes": entries}
        frame = json.dumps(event)
        effects = outcome(long, frame)
        if short.quick(CHANGE_DECODER.decode(frame)) is None:
            assert outcome(short, frame) == effects
        else:
            assert effects == ({MARKET.id}, {})
        ours, theirs = (
            (book.state, book.yes.sizes, book.no.sizes, book.yes.best, book.no.best, book.stirred, book.venue_ms)
            for book in (short.books[MARKET.id], long.books[MARKET.id])
        )
        assert ours == theirs


def outcome(stream: MarketStream, frame: str) -> object:
    """What a frame does: whom it touches and what it loses, or that it cannot be read."""
    try:
        effects = stream.take(frame)
    except SchemaMismatch as error:
        return error.path, error.found
    return effects.touched, effects.lost


def test_an_event_of_unusually_many_changes_is_left_to_the_long_way() -> None:
    frame = json.loads(a_change())
    frame["price_changes"] *= wire._QUICK_MAX
    assert a_stream(SNAPSHOT).quick(CHANGE_DECODER.decode(json.dumps(frame))) is not None
    frame["price_changes"] += frame["price_changes"][:1]
    with pytest.raises(msgspec.ValidationError):
        CHANGE_DECODER.decode(json.dumps(frame))
    assert a_stream(SNAPSHOT).take(json.dumps(frame)).touched == {MARKET.id}
