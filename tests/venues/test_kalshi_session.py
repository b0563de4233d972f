"""What is said over one Kalshi connection: books that are right, or not believed."""

import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbkit.core.books import LiveBook, LiveState
from arbkit.core.markets import Market, MarketId, VenueName
from arbkit.venues.kalshi.wire import session
from arbkit.venues.kalshi.wire.news import NewsTalk
from arbkit.venues.kalshi.wire.session import BookTalk
from arbkit.venues.kalshi.wire.stream import SIZE_UNIT_MICROS
from tests.builders import NOW
from tests.venues.stages import Listener, Truth, kalshi_market, truth_book

RAIN, SNOW = "KXRAIN", "KXSNOW"


class Scene:
    """A talk, its books, and a venue's side of the conversation in short hand."""

    def __init__(self, *tickers: str) -> None:
        self.listener, self.told = Listener(), []
        self.markets: list[Market] = [kalshi_market(ticker) for ticker in tickers or (RAIN, SNOW)]
        self.books = {m.id: LiveBook(m.id, unit_micros=SIZE_UNIT_MICROS) for m in self.markets}
        self.talk = BookTalk(self.listener, self.told.append, silence_ms=30_000)
        self.talk.follow(self.markets, self.books)
        self.seq, self.at = 0, 1_000_000
        self.talk.opened(self.at)

    def commands(self) -> list[dict[str, Any]]:
        """What the talk wants sent since the last look."""
        found = [json.loads(text) for text in self.talk.outbox]
        self.talk.outbox.clear()
        return found

    def frame(self, kind: str, msg: Any, *, seq: int | None = None, sid: int = 7) -> None:
        if seq is None:
            self.seq += 1
        self.talk.take(
            json.dumps({"type": kind, "sid": sid, "seq": seq or self.seq, "msg": msg}).encode(), self.at
        )  # fmt: skip

    def accept(self) -> None:
        self.talk.take(
            b'{"id":1,"type":"subscribed","msg":{"channel":"orderbook_delta","sid":7}}', self.at
        )  # fmt: skip

    def snapshot(self, ticker: str, *, yes: str = "10.00", **more: Any) -> None:
        sides = {"yes_dollars_fp": [["0.4000", yes]], "no_dollars_fp": [["0.5500", "7.00"]]}
        self.frame("orderbook_snapshot", {"market_ticker": ticker, **sides, **more})

    def delta(self, ticker: str, price: str = "0.4100", change: str = "1.00", side: str = "yes", **at: int) -> None:
        msg = {"market_ticker": ticker, "price_dollars": price, "delta_fp": change, "side": side}
        self.frame("orderbook_delta", msg, **at)

    def live(self) -> "Scene":
        self.accept()
        for market in self.markets:
            self.snapshot(market.id.key)
        self.commands()
        self.listener.changes.clear()
        return self

    def pass_ms(self, ms: int) -> None:
        self.at += ms
        self.talk.due(self.at)

    def state(self, ticker: str) -> LiveState:
        return self.books[MarketId(VenueName.KALSHI, ticker)].state

    def book(self, ticker: str) -> LiveBook:
        return self.books[MarketId(VenueName.KALSHI, ticker)]

    def seen(self, ticker: str) -> int | None:
        return self.talk.seen_ms(MarketId(VenueName.KALSHI, ticker))


def test_the_number_of_another_channel_is_not_that_of_the_books() -> None:
    scene = Scene()
    scene.live()

    scene.talk.take(b'{"id":2,"type":"subscribed","msg":{"channel":"fill","sid":8}}', scene.at)
    scene.delta(RAIN)

    assert scene.listener.changes
    assert not scene.told


def test_every_book_waits_for_a_snapshot_of_this_connection() -> None:
    scene = Scene()
    assert scene.commands()[0]["params"] == {
        "channels": ["orderbook_delta"],
        "market_tickers": [RAIN, SNOW],
        "use_yes_price": True,
    }

    scene.accept()
    scene.delta(RAIN)
    assert scene.state(RAIN) is LiveState.WAITING

    scene.snapshot(RAIN)
    assert (scene.state(RAIN), scene.state(SNOW)) == (LiveState.LIVE, LiveState.WAITING)
    assert (scene.seen(RAIN), scene.seen(SNOW)) == (scene.at, None)

    scene.talk.lost(scene.at)
    assert scene.state(RAIN) is LiveState.WAITING
    assert len(scene.listener.changes) == 2


def test_a_book_that_nobody_looks_into_tells_of_best_bids_that_rise_alone() -> None:
    scene = Scene().live()
    book = scene.book(RAIN)
    for price, change, told in (("0.3000", "1.00", 0), ("0.4000", "-10.00", 0), ("0.4300", "1.00", 1)):
        book.stirred = False
        scene.delta(RAIN, price, change)
        assert len(scene.listener.changes) == told
        assert scene.seen(RAIN) == scene.at


def test_many_markets_are_asked_for_in_chunks_once_the_subscription_has_its_number() -> None:
    scene = Scene(*(f"KXM{number:03}" for number in range(250)))
    assert [len(c["params"]["market_tickers"]) for c in scene.commands()] == [100]

    scene.accept()

    added = [c["params"] for c in scene.commands()]
    assert [(p["action"], p["sids"], len(p["market_tickers"])) for p in added] == [
        ("add_markets", [7], 100),
        ("add_markets", [7], 50),
    ]


def test_a_gap_voids_every_book_at_once_and_asks_for_all_snapshots() -> None:
    scene = Scene().live()

    scene.seq += 1
    scene.delta(RAIN)

    assert {scene.state(RAIN), scene.state(SNOW)} == {LiveState.WAITING}
    assert scene.listener.changes == [(scene.markets[0].id, scene.at), (scene.markets[1].id, scene.at)]
    assert scene.commands()[0]["params"] == {"sids": [7], "market_tickers": [RAIN, SNOW], "action": "get_snapshot"}
    scene.snapshot(RAIN)
    scene.snapshot(SNOW)
    assert scene.state(RAIN) is scene.state(SNOW) is LiveState.LIVE
    assert (scene.talk.resyncs, len(scene.told)) == (2, 1)


def test_replies_count_and_repeated_frames_are_dropped() -> None:
    scene = Scene().live()

    scene.frame("ok", {"market_tickers": [RAIN, SNOW]})
    scene.delta(RAIN)
    scene.delta(RAIN, seq=scene.seq)
    scene.delta(RAIN, seq=1)

    assert scene.book(RAIN).yes.sizes == {4000: 1000, 4100: 100}
    assert scene.talk.resyncs == 0


def test_two_frames_in_the_wrong_order_are_a_gap_and_the_late_one_is_not_applied() -> None:
    scene = Scene().live()

    scene.delta(RAIN, "0.4200", seq=scene.seq + 2)
    scene.delta(RAIN, "0.4300", seq=scene.seq + 1)

    assert scene.state(RAIN) is LiveState.WAITING
    assert scene.talk.resyncs == 2


def test_a_change_that_leaves_less_than_nothing_rereads_that_book_alone() -> None:
    scene = Scene().live()

    scene.delta(RAIN, "0.4000", "-10.01")

    assert (scene.state(RAIN), scene.state(SNOW)) == (LiveState.WAITING, LiveState.LIVE)
    assert scene.commands()[0]["params"]["market_tickers"] == [RAIN]
    assert scene.listener.changes[-1] == (scene.markets[0].id, scene.at)


@pytest.mark.parametrize(
    ("price", "change", "why"),
    [
        ("0.45001", "1.00", "a whole number of 100 millionths"),
        ("1.0001", "1.00", "a whole number of 100 millionths"),
        ("0.4500", "0.001", "a whole number of 10000 millionths"),
        ("0.4500", "1" * 33, "a whole number of 10000 millionths"),
        ("half", "1.00", "a plain decimal"),
        ("0.0000", "1.00", "does not fit the book"),
        ("1.0000", "1.00", "does not fit the book"),
    ],
)
def test_a_change_that_cannot_be_rereads_that_book_alone_however_often_it_comes(
    price: str, change: str, why: str
) -> None:
    scene = Scene().live()
    for _ in range(2):
        scene.delta(RAIN, price, change)
        assert (scene.state(RAIN), scene.state(SNOW)) == (LiveState.WAITING, LiveState.LIVE)
        assert why in scene.told[-1]
        scene.snapshot(RAIN)
        assert scene.state(RAIN) is LiveState.LIVE


def test_a_book_that_stays_crossed_is_read_again_and_one_crossed_for_an_instant_is_not() -> None:
    scene = Scene().live()

    scene.delta(RAIN, "0.5600", "1.00")
    scene.pass_ms(500)
    scene.delta(RAIN, "0.5600", "-1.00")
    scene.pass_ms(2_000)
    assert scene.talk.resyncs == 0

    scene.delta(RAIN, "0.5600", "1.00")
    scene.pass_ms(session.CROSSED_MS)
    assert scene.state(RAIN) is LiveState.WAITING
    assert "crossed" in scene.told[-1]


def test_a_quiet_subscription_is_asked_for_one_snapshot_after_the_other() -> None:
    scene = Scene().live()
    asked = []
    for _ in range(4):
        scene.pass_ms(1_000)
        asked += [c["params"]["market_tickers"] for c in scene.commands()]
        scene.snapshot(asked[-1][0])

    assert sorted(itertools.chain.from_iterable(asked)) == [RAIN, RAIN, SNOW, SNOW]
    assert scene.seen(RAIN) == scene.seen(SNOW) == scene.at
    assert scene.listener.changes == []


def test_a_probe_that_shows_another_book_voids_them_all() -> None:
    scene = Scene().live()

    scene.snapshot(RAIN, yes="9.00")

    assert {scene.state(RAIN), scene.state(SNOW)} == {LiveState.WAITING}
    assert "no frame is missing" in scene.told[-1]


def test_silence_of_the_subscription_ends_the_connection_and_never_freshens_a_book() -> None:
    scene = Scene().live()
    last = scene.at

    for _ in range(31):
        assert not scene.talk.broken
        scene.pass_ms(1_000)

    assert scene.seen(RAIN) == last
    assert "no frame of the subscription" in scene.talk.broken


def test_a_snapshot_that_does_not_come_is_asked_for_again() -> None:
    scene = Scene()
    scene.accept()
    scene.snapshot(RAIN)
    scene.commands()

    scene.pass_ms(session.SNAPSHOT_MS)

    assert scene.commands()[0]["params"]["market_tickers"] == [SNOW]
    assert scene.state(SNOW) is LiveState.WAITING


def test_a_subscription_that_is_not_acknowledged_ends_the_connection() -> None:
    scene = Scene()

    scene.pass_ms(session.SNAPSHOT_MS + 1)

    assert "not acknowledged" in scene.talk.broken


@pytest.mark.parametrize("code", [9, 10, 25])
def test_a_terminal_error_ends_the_connection(code: int) -> None:
    scene = Scene().live()

    scene.frame("error", {"code": code, "msg": "Subscription buffer overflow"})

    assert f"error {code}" in scene.talk.broken


def test_another_error_is_told_and_the_books_stand() -> None:
    scene = Scene().live()

    scene.frame("error", {"code": 27, "msg": "Too many requests"})

    assert not scene.talk.broken
    assert scene.state(RAIN) is LiveState.LIVE


def test_a_frame_that_cannot_be_read_voids_every_book_and_too_many_end_the_connection() -> None:
    scene = Scene().live()

    scene.talk.take(b'{"type":"orderbook_delta","sid":7,"seq":99,"msg":{}}', scene.at)
    assert {scene.state(RAIN), scene.state(SNOW)} == {LiveState.WAITING}

    for _ in range(session.TROUBLE_MAX):
        scene.talk.take(b"{", scene.at)
    assert "breaks within" in scene.talk.broken


@pytest.mark.parametrize(
    "row", [b'{"market_ticker":"KX\xff"}}', b'{"x":' + b"[" * 100_000], ids=["no UTF-8", "too deep"]
)
def test_a_change_that_no_decoder_takes_voids_every_book_as_well(row: bytes) -> None:
    scene = Scene().live()
    scene.talk.take(b'{"type":"orderbook_delta","sid":7,"seq":3,"msg":' + row, scene.at)
    assert {scene.state(RAIN), scene.state(SNOW)} == {LiveState.WAITING}


def test_frames_of_other_subscriptions_and_of_strangers_change_nothing() -> None:
    scene = Scene().live()

    scene.frame("orderbook_snapshot", {"market_ticker": RAIN}, sid=8, seq=1)
    scene.delta("KXHAIL")
    scene.talk.take(b'{"type":"weather","sid":9,"msg":{}}', scene.at)

    assert scene.book(RAIN).yes.sizes == {4000: 1000}
    assert scene.listener.changes == []


def test_markets_come_and_go_while_the_stream_runs() -> None:
    scene = Scene().live()
    hail = kalshi_market("KXHAIL")
    book = scene.books[hail.id] = LiveBook(hail.id, unit_micros=SIZE_UNIT_MICROS)

    scene.talk.follow([scene.markets[0], hail], scene.books)

    assert [(c["params"]["action"], c["params"]["market_tickers"]) for c in scene.commands()] == [
        ("delete_markets", [SNOW]),
        ("add_markets", ["KXHAIL"]),
    ]
    scene.frame("ok", {"market_tickers": [RAIN]})
    scene.delta(SNOW)
    scene.frame("ok", {"market_tickers": [RAIN, "KXHAIL"]})
    scene.snapshot("KXHAIL")
    assert book.state is LiveState.LIVE
    assert scene.seen(SNOW) is None
    assert scene.talk.resyncs == 0


def test_a_book_read_over_http_that_differs_makes_the_stream_show_its_own() -> None:
    scene = Scene().live()
    other = truth_book(Truth(), scene.markets[0], NOW)

    scene.talk.compare(other, asked_ms=scene.at + 5, now_ms=scene.at + 9)
    scene.talk.compare(other, asked_ms=scene.at - 5, now_ms=scene.at + 9)

    assert [c["params"]["action"] for c in scene.commands()] == ["get_snapshot"]
    assert scene.state(RAIN) is LiveState.LIVE
    scene.snapshot(RAIN)
    assert (scene.state(RAIN), scene.talk.resyncs) == (LiveState.LIVE, 0)


FRAMES = st.lists(
    st.tuples(
        st.sampled_from(["delta", "snapshot", "lost", "again", "swap", "ok"]),
        st.sampled_from([RAIN, SNOW]),
        st.integers(1, 99),
        st.integers(1, 300),
    ),
    max_size=40,
)


@given(FRAMES)
def test_a_book_is_what_the_venue_holds_or_is_not_believed(events: list[tuple[str, str, int, int]]) -> None:
    """Whatever is lost, repeated or swapped: after each frame, a LIVE book is a state that the venue once had."""
    scene = Scene().live()
    truths = {t: ({4000: 1000}, {5500 - 1000: 700}) for t in (RAIN, SNOW)}
    truths = {t: (dict(scene.book(t).yes.sizes), dict(scene.book(t).no.sizes)) for t in truths}
    for kind, ticker, cents, size in events:
        yes = truths[ticker][0]
        if kind in {"delta", "lost", "again"}:
            yes[cents * 100] = yes.get(cents * 100, 0) + size
            if kind == "lost":
                scene.seq += 1
                continue
            scene.delta(ticker, f"0.{cents:02}", f"{size / 100:.2f}")
            if kind == "again":
                scene.delta(ticker, f"0.{cents:02}", f"{size / 100:.2f}", seq=scene.seq)
        elif kind == "swap":
            yes[cents * 100] = yes.get(cents * 100, 0) + 2 * size
            for seq in (scene.seq + 2, scene.seq + 1):
                scene.delta(ticker, f"0.{cents:02}", f"{size / 100:.2f}", seq=seq)
            scene.seq += 2
        elif kind == "snapshot":
            levels = [[f"0.{price // 100:02}", f"{amount / 100:.2f}"] for price, amount in yes.items()]
            scene.snapshot(ticker, yes_dollars_fp=levels)
        else:
            scene.frame("ok", {"market_tickers": []})
        for other, (bids, asks) in truths.items():
            book = scene.book(other)
            assert book.state is not LiveState.LIVE or (book.yes.sizes, book.no.sizes) == (bids, asks)


def news(listener: Listener) -> NewsTalk:
    market = kalshi_market(RAIN)
    return NewsTalk(listener, lambda _: None, lambda: {market.id: market})


def lifecycle(seq: int, ticker: str, what: str) -> dict[str, Any]:
    return {
        "type": "market_lifecycle_v2",
        "sid": 1,
        "seq": seq,
        "msg": {"market_ticker": ticker, "event_type": what},
    }


def test_news_of_orders_and_of_followed_markets_are_passed_on() -> None:
    listener = Listener()
    talk = news(listener)
    talk.opened(0)
    frames: list[dict[str, Any]] = [
        {"type": "fill", "sid": 2, "msg": {"order_id": "o1", "client_order_id": "c1", "market_ticker": RAIN}},
        {"type": "user_order", "sid": 3, "msg": {"order_id": "o2", "client_order_id": "c2", "ticker": RAIN}},
        {
            "type": "market_lifecycle_v2",
            "sid": 1,
            "seq": 1,
            "msg": {"market_ticker": RAIN, "event_type": "deactivated"},
        },
        {
            "type": "market_lifecycle_v2",
            "sid": 1,
            "seq": 2,
            "msg": {"market_ticker": "KXELSE", "event_type": "settled"},
        },
        {"type": "event_fee_update", "sid": 1, "seq": 3, "msg": {"event_ticker": "KXRAIN-26NOV"}},
        {"type": "ok", "id": 1, "msg": [{"channel": "fill", "sid": 2}]},
    ]

    for frame in frames:
        talk.take(json.dumps(frame).encode(), 0)

    assert json.loads(talk.outbox[0])["params"]["channels"] == ["market_lifecycle_v2", "fill", "user_orders"]
    assert listener.orders == [(VenueName.KALSHI, "c1", "o1"), (VenueName.KALSHI, "c2", "o2")]
    assert [what for _, what in listener.markets] == ["deactivated", "event_fee_update"]


def test_after_a_reconnection_every_order_is_asked_about() -> None:
    listener = Listener()
    talk = news(listener)

    talk.opened(0)
    assert listener.orders == []
    talk.lost(1)
    talk.opened(2)
    talk.take(b"[", 3)

    assert listener.orders == [(VenueName.KALSHI, "", "")] * 2
