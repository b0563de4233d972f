"""What is said over one Polymarket connection: books that are right, or not believed."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from arbkit.core.books import LiveBook, LiveState
from arbkit.core.markets import Market, VenueName
from arbkit.venues.polymarket.wire import session
from arbkit.venues.polymarket.wire.session import BookTalk, NewsTalk
from tests.builders import NOW
from tests.venues.stages import Listener, Truth, polymarket_market, truth_book

WIND, HAIL = polymarket_market("0xa"), polymarket_market("0xb")


class Scene:
    """A talk, its books, and the venue's side of the conversation in short hand."""

    def __init__(self) -> None:
        self.listener, self.told = Listener(), []
        self.books = {m.id: LiveBook(m.id, unit_micros=1) for m in (WIND, HAIL)}
        self.truths = {m.id: Truth() for m in (WIND, HAIL)}
        self.talk = BookTalk(self.listener, self.told.append, silence_ms=30_000)
        self.talk.follow([WIND, HAIL], self.books)
        self.at = 1_000_000
        self.talk.opened(self.at)

    def send(self, frame: Any) -> None:
        self.talk.take(json.dumps(frame).encode(), self.at)

    def snapshots(self, *markets: Market) -> None:
        self.send([self.book(market) for market in markets])

    def book(self, market: Market) -> Mapping[str, Any]:
        truth = self.truths[market.id]
        bids, asks = ([{"price": p, "size": s} for p, s in side.items()] for side in (truth.bids, truth.asks))
        return {
            "event_type": "book",
            "asset_id": market.yes_token,
            "timestamp": str(truth.ms),
            "bids": bids,
            "asks": asks,
        }

    def change(
        self, market: Market, price: str, size: str, side: str = "BUY", *, told: bool = True, tops: bool = True
    ) -> None:
        """A level at the venue gets a new total; `tops`: the message names the best prices."""
        truth = self.truths[market.id]
        truth.ms += 10
        levels = truth.bids if side == "BUY" else truth.asks
        levels[price] = size
        if not float(size):
            del levels[price]
        best = {"best_bid": max(truth.bids, default="0"), "best_ask": min(truth.asks, default="1")} if tops else {}
        yes = {"asset_id": market.yes_token, "price": price, "size": size, "side": side, **best}
        if told:
            event = {"event_type": "price_change", "timestamp": str(truth.ms), "price_changes": [yes]}
            self.send(event)

    def read(self, market: Market, *, asked_before_ms: int = 0, age_s: int = 0) -> None:
        """HTTP shows the book; it changed so long ago."""
        book = truth_book(self.truths[market.id], market, NOW)
        seen_at = (book.venue_at or NOW) + timedelta(seconds=age_s)
        self.talk.compare(replace(book, seen_at=seen_at), asked_ms=self.at - asked_before_ms, now_ms=self.at)

    def live(self) -> "Scene":
        self.snapshots(WIND, HAIL)
        self.listener.changes.clear()
        self.talk.outbox.clear()
        self.at += 100
        return self

    def state(self, market: Market) -> LiveState:
        return self.books[market.id].state

    def right(self, market: Market) -> bool:
        truth = truth_book(self.truths[market.id], market, NOW)
        ours = self.books[market.id].freeze(seen_at=NOW)
        return (ours.yes_bids, ours.yes_asks) == (truth.yes_bids, truth.yes_asks)


def test_every_book_waits_for_its_snapshot_of_this_connection() -> None:
    scene = Scene()
    assert json.loads(scene.talk.outbox[0])["assets_ids"] == ["0xa1", "0xb1"]

    scene.change(WIND, "0.46", "1")
    scene.snapshots(WIND)
    assert (scene.state(WIND), scene.state(HAIL)) == (LiveState.LIVE, LiveState.WAITING)
    assert (scene.talk.seen_ms(WIND.id), scene.talk.seen_ms(HAIL.id)) == (scene.at, None)

    scene.talk.lost(scene.at)
    scene.talk.opened(scene.at + 5)
    assert scene.state(WIND) is LiveState.WAITING


def test_a_book_that_nobody_looks_into_tells_of_best_bids_that_rise_alone() -> None:
    scene = Scene().live()
    for price, told in (("0.30", 0), ("0.31", 0), ("0.46", 1)):
        scene.books[WIND.id].stirred = False
        scene.change(WIND, price, "1")
        assert len(scene.listener.changes) == told
        assert scene.talk.seen_ms(WIND.id) == scene.at


def test_an_event_of_one_book_says_nothing_of_another() -> None:
    scene = Scene().live()

    scene.change(WIND, "0.46", "1")

    assert scene.talk.seen_ms(WIND.id) == scene.at
    assert scene.talk.seen_ms(HAIL.id) == scene.at - 100
    assert scene.right(WIND)


def test_a_lost_change_shows_in_the_top_and_the_book_is_read_again() -> None:
    scene = Scene().live()

    scene.change(WIND, "0.47", "1", told=False)
    scene.change(WIND, "0.46", "1")

    assert scene.state(WIND) is LiveState.WAITING
    assert scene.talk.unread == {WIND.id}
    scene.read(WIND)
    assert scene.state(WIND) is LiveState.LIVE
    assert scene.right(WIND)
    assert scene.talk.unread == set()


def test_changes_that_come_while_a_book_is_read_are_applied_to_the_reading_unless_it_has_them() -> None:
    scene = Scene().live()
    scene.change(WIND, "0.47", "1", told=False)
    scene.change(WIND, "0.46", "1")
    old = truth_book(scene.truths[WIND.id], WIND, NOW)

    scene.change(WIND, "0.41", "9")
    scene.talk.compare(old, asked_ms=scene.at, now_ms=scene.at)
    assert scene.right(WIND)

    scene.change(WIND, "0.41", "5")
    scene.talk.compare(old, asked_ms=scene.at + 1, now_ms=scene.at + 1)
    assert scene.right(WIND)


def test_a_reading_older_than_the_changes_that_could_be_kept_is_not_believed() -> None:
    scene = Scene()
    old = truth_book(scene.truths[WIND.id], WIND, NOW)
    for number in range(3_000):
        scene.change(WIND, "0.41", str(1 + number % 7))
    scene.talk.unread.add(WIND.id)

    scene.talk.compare(old, asked_ms=scene.at, now_ms=scene.at)
    assert scene.state(WIND) is LiveState.WAITING

    scene.read(WIND)
    assert scene.right(WIND)


def test_a_quiet_book_is_as_current_as_the_last_reading_that_agreed() -> None:
    scene = Scene().live()
    scene.at += 60_000

    scene.read(HAIL, asked_before_ms=40)

    assert scene.talk.seen_ms(HAIL.id) == scene.at - 40
    assert not scene.talk.broken


def test_a_change_that_only_http_shows_is_taken_and_a_stream_long_behind_is_left() -> None:
    scene = Scene().live()
    scene.change(WIND, "0.46", "1", told=False)

    scene.read(WIND, age_s=1)
    assert scene.right(WIND)
    assert not scene.talk.broken

    scene.at += 10_000
    scene.change(WIND, "0.47", "1", told=False)
    scene.read(WIND, age_s=6)
    assert "the stream did not say so" in scene.talk.broken


def test_a_stale_page_or_a_race_changes_nothing() -> None:
    scene = Scene().live()
    old = truth_book(scene.truths[WIND.id], WIND, NOW)
    scene.change(WIND, "0.46", "1")

    scene.talk.compare(old, asked_ms=scene.at + 5, now_ms=scene.at + 9)

    assert scene.right(WIND)
    assert scene.talk.resyncs == 0


def test_a_book_that_does_not_come_is_read_over_http() -> None:
    scene = Scene()
    scene.snapshots(WIND)

    scene.talk.due(scene.at + session.SNAPSHOT_MS)

    assert scene.talk.unread == {HAIL.id}
    scene.read(HAIL)
    assert scene.state(HAIL) is LiveState.LIVE


def test_a_connection_that_never_shows_a_book_is_left() -> None:
    scene = Scene()

    scene.talk.due(scene.at + 30_001)

    assert "not one book" in scene.talk.broken


def test_a_new_tick_size_is_told_and_the_book_read_again() -> None:
    scene = Scene().live()

    scene.send(
        {
            "event_type": "tick_size_change",
            "asset_id": "0xa1",
            "market": "0xa",
            "old_tick_size": "0.01",
            "new_tick_size": "0.001",
            "timestamp": "1",
        }
    )

    assert scene.listener.markets == [(WIND.id, "tick size 0.001")]
    assert scene.state(WIND) is LiveState.WAITING
    assert scene.talk.unread == {WIND.id}


def test_a_book_crossed_for_an_instant_stands_and_one_that_stays_so_is_read_again() -> None:
    scene = Scene().live()
    scene.change(WIND, "0.5600", "1")
    scene.talk.due(scene.at + 500)
    scene.change(WIND, "0.5600", "0")
    scene.talk.due(scene.at + 1_500)
    assert scene.talk.resyncs == 0

    scene.change(WIND, "0.5600", "1")
    scene.talk.due(scene.at + session.CROSSED_MS)
    assert scene.state(WIND) is LiveState.WAITING
    assert scene.talk.unread == {WIND.id}


def test_a_frame_that_cannot_be_read_voids_every_book_and_too_many_end_the_connection() -> None:
    scene = Scene().live()

    scene.talk.take(b"{", scene.at)
    assert {scene.state(WIND), scene.state(HAIL)} == {LiveState.WAITING}
    assert scene.talk.unread == {WIND.id, HAIL.id}
    assert len(scene.told) == 1

    for _ in range(session.TROUBLE_MAX):
        scene.talk.take(b"{", scene.at)
    assert "could not be read" in scene.talk.broken


def test_an_impossible_change_loses_the_book_and_strangers_change_nothing() -> None:
    scene = Scene().live()

    stranger = {"asset_id": "0xc1", "price": "0.5", "size": "1", "side": "BUY", "best_bid": "0.5", "best_ask": "0.6"}
    scene.send({"event_type": "price_change", "timestamp": "1700000000999", "price_changes": [stranger]})
    assert scene.listener.changes == []

    scene.change(WIND, "1", "3", "SELL")
    assert scene.talk.unread == {WIND.id}
    assert scene.state(WIND) is not LiveState.LIVE


def test_assets_come_and_go_while_the_stream_runs() -> None:
    scene = Scene().live()
    fog = polymarket_market("0xf")
    scene.books[fog.id], scene.truths[fog.id] = LiveBook(fog.id, unit_micros=1), Truth()

    scene.talk.follow([WIND, fog], scene.books)

    assert [json.loads(text)["operation"] for text in scene.talk.outbox] == ["unsubscribe", "subscribe"]
    scene.snapshots(HAIL, fog)
    assert scene.state(fog) is LiveState.LIVE
    assert scene.talk.seen_ms(HAIL.id) is None


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["told", "lost", "read", "snapshot", "bare"]),
        st.sampled_from([WIND, HAIL]),
        st.sampled_from(["BUY", "SELL"]),
        st.integers(0, 14),
        st.integers(0, 3),
    ),
    max_size=40,
)


@given(EVENTS)
def test_the_top_of_a_live_book_is_the_venues_after_every_message(
    events: list[tuple[str, Market, str, int, int]],
) -> None:
    """Whatever changes are lost: once the venue names its best prices, a LIVE book has the same ones."""
    scene = Scene().live()
    for kind, market, side, step, size in events:
        price = f"0.{(35 if side == 'BUY' else 51) + step:02}00"
        truth = scene.truths[market.id]
        if not size and price not in (truth.bids if side == "BUY" else truth.asks):
            continue
        if kind in {"told", "lost", "bare"}:
            scene.change(market, price, str(size), side, told=kind != "lost", tops=kind != "bare")
        elif kind == "read":
            scene.read(market)
        else:
            scene.snapshots(market)
        book = scene.books[market.id]
        if kind in {"told", "snapshot"} and book.state is LiveState.LIVE:
            best = truth_book(truth, market, NOW)
            assert book.yes.best == (best.yes_bids[0].price.micros // 100 if best.yes_bids else 0)
            assert 10_000 - book.no.best == (best.yes_asks[0].price.micros // 100 if best.yes_asks else 10_000)


def test_news_of_orders_and_trades_are_passed_on() -> None:
    listener = Listener()
    talk = NewsTalk(listener, lambda: b"who")
    talk.opened(0)
    assert talk.outbox == [b"who"]

    talk.take(b"PONG", 0)
    talk.take(b'{"event_type":"order","id":"0x1","type":"PLACEMENT","price":"0.5"}', 0)
    talk.take(b'[{"event_type":"trade","id":"t1","taker_order_id":"0x2","status":"MATCHED"}]', 0)
    talk.lost(0)
    talk.opened(0)

    assert listener.orders == [(VenueName.POLYMARKET, "", key) for key in ("0x1", "0x2", "")]
