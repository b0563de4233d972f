"""Kalshi's WebSocket frames: parsed in both price modes, counted, applied."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbkit.core.books import LiveBook, LiveState
from arbkit.core.markets import MarketId, Side, VenueName
from arbkit.errors import SchemaMismatch
from arbkit.venues.kalshi.wire import stream
from arbkit.venues.kalshi.wire.stream import Continuity, Delta, Numbered, Refused, Sequences, Snapshot, Unnumbered

TICKER = "KXHARBOUR-27FEB28-F"


def frame(kind: str, msg: Any, *, sid: int | None = 3, seq: int | None = 1) -> bytes:
    head = {"type": kind, "sending_ts_ms": 1795348800000, "sid": sid, "seq": seq, "msg": msg}
    return json.dumps({name: value for name, value in head.items() if value is not None}).encode()


def snapshot(seq: int = 1, **sides: list[list[str]]) -> bytes:
    return frame("orderbook_snapshot", {"market_ticker": TICKER, "market_id": "5d", "clock": 9, **sides}, seq=seq)


def delta(price: str, change: str, side: str = "yes", *, seq: int | None = 2) -> bytes:
    msg = {"market_ticker": TICKER, "price_dollars": price, "delta_fp": change, "side": side, "ts_ms": 1795348800123}
    return frame("orderbook_delta", msg, seq=seq)


def a_book() -> LiveBook:
    return LiveBook(MarketId(VenueName.KALSHI, TICKER), unit_micros=stream.SIZE_UNIT_MICROS)


def follow(book: LiveBook, *frames: bytes, use_yes_price: bool = False) -> bool:
    live = False
    for text in frames:
        parsed = stream.parse_frame(text, use_yes_price=use_yes_price)
        assert isinstance(parsed, Snapshot | Delta)
        live = stream.apply(parsed, book)
    return live


def test_a_snapshot_is_bids_in_ticks_and_hundredths() -> None:
    parsed = stream.parse_frame(snapshot(yes_dollars_fp=[["0.3100", "40.25"]]), use_yes_price=False)

    assert parsed == Snapshot(3, 1, TICKER, {3100: 4025}, {})


def test_a_delta_keeps_its_sign() -> None:
    parsed = stream.parse_frame(delta("0.9600", "-54.00", "no"), use_yes_price=False)

    assert parsed == Delta(3, 2, TICKER, Side.NO, 9600, -5400)


def test_both_price_modes_build_the_same_book() -> None:
    own, yes = a_book(), a_book()

    follow(own, snapshot(no_dollars_fp=[["0.4800", "2.00"]]), delta("0.4800", "1.00", "no"), delta("0.31", "5", "yes"))
    follow(
        yes,
        snapshot(no_dollars_fp=[["0.5200", "2.00"]]),
        delta("0.5200", "1.00", "no"),
        delta("0.31", "5", "yes"),
        use_yes_price=True,
    )

    assert (own.no.sizes, own.yes.sizes) == (yes.no.sizes, yes.yes.sizes) == ({4800: 300}, {3100: 500})


def test_a_level_that_falls_to_zero_goes_and_one_below_zero_spoils_the_book() -> None:
    book = a_book()

    assert follow(book, snapshot(yes_dollars_fp=[["0.3100", "40.00"]]), delta("0.3100", "-40.00"))
    assert book.yes.sizes == {}
    assert not follow(book, delta("0.3100", "-0.01"))
    assert book.state is LiveState.CORRUPT


def test_nothing_is_believed_before_a_snapshot() -> None:
    book = a_book()

    assert not follow(book, delta("0.3100", "40.00"))
    assert book.state is LiveState.WAITING


def test_every_frame_of_a_subscription_counts_whatever_it_says() -> None:
    sequences = Sequences()
    frames = [
        frame("subscribed", {"channel": "orderbook_delta", "sid": 3}, sid=None, seq=None),
        snapshot(seq=1),
        frame("ok", {"market_tickers": [TICKER]}, seq=2),
        delta("0.3100", "1.00", seq=3),
        frame("error", {"code": 25, "msg": "Subscription buffer overflow"}, seq=4),
        frame("unsubscribed", {}, seq=5),
    ]

    found = [sequences.follow(stream.parse_frame(text, use_yes_price=True)) for text in frames]

    assert found == [Continuity.NEXT] * 6


def test_a_gap_and_a_repetition_are_told_apart_and_subscriptions_do_not_mix() -> None:
    sequences = Sequences()

    found = [
        sequences.follow(Numbered(*pair)) for pair in [(1, 1), (1, 2), (2, 1), (1, 2), (1, 5), (1, 6), (2, 2), (3, 2)]
    ]

    assert found == [
        Continuity.NEXT,
        Continuity.NEXT,
        Continuity.NEXT,
        Continuity.REPEATED,
        Continuity.GAP,
        Continuity.NEXT,
        Continuity.NEXT,
        Continuity.GAP,
    ]


def test_a_refusal_says_why_and_for_whom() -> None:
    parsed = stream.parse_frame(
        frame("error", {"code": 8, "msg": "Unknown\x1b channel"}, sid=None, seq=None), use_yes_price=True
    )

    assert parsed == Refused(8, "Unknown\ufffd channel")


def test_frames_of_other_channels_pass_by() -> None:
    text = frame("ticker", {"market_ticker": TICKER, "yes_bid_dollars": "0.3100"}, sid=4, seq=None)

    assert stream.parse_frame(text, use_yes_price=True) == Unnumbered("ticker")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (delta("0.31005", "1.00"), "$.msg.price_dollars"),
        (delta("1.3100", "1.00"), "$.msg.price_dollars"),
        (delta("-0.3100", "1.00"), "$.msg.price_dollars"),
        (delta("0.3100", "0.001"), "$.msg.delta_fp"),
        (delta("0.3100", "1e2"), "$.msg.delta_fp"),
        (delta("0.3100", "9" * 100_000), "$.msg.delta_fp"),
        (delta("0.3100", "1.00", "maybe"), "$.msg.side"),
        (frame("orderbook_delta", {"market_ticker": TICKER}), "$.msg.price_dollars"),
        (delta("0.3100", "1.00", seq=None), "$.seq"),
        (frame("orderbook_snapshot", {"market_ticker": TICKER}, sid=None), "$.sid"),
        (frame("orderbook_snapshot", {}), "$.msg.market_ticker"),
        (snapshot(yes_dollars_fp=[["0.3100", "1.00"], ["0.31", "2.00"]]), "$.msg.yes_dollars_fp[1][0]"),
        (snapshot(yes_dollars_fp=[["0.3100"]]), "$.msg.yes_dollars_fp[0]"),
        (frame("error", {"msg": "no code"}), "$.msg.code"),
        (b'{"sid":1}', "$.type"),
        (b'{"type":"orderbook_delta","sid":1,"seq":1}', "$.msg"),
        (b"heartbeat", "$"),
    ],
)
def test_a_frame_of_another_shape_names_its_path(text: bytes, path: str) -> None:
    with pytest.raises(SchemaMismatch) as caught:
        stream.parse_frame(text, use_yes_price=False)

    assert caught.value.path == path
    assert len(str(caught.value)) < 400


CHANGES = st.tuples(st.sampled_from(["yes", "no"]), st.integers(1, 9999), st.integers(1, 500_000))


@given(st.lists(CHANGES, max_size=40))
def test_what_came_and_went_leaves_an_empty_book(changes: list[tuple[str, int, int]]) -> None:
    book = a_book()
    follow(book, snapshot())

    for sign in (1, -1):
        for side, ticks, size in changes:
            text = delta(f"{ticks / 10_000:.4f}", f"{sign * size / 100:.2f}", side)
            assert follow(book, text)

    assert (book.yes.sizes, book.no.sizes, book.yes.best, book.no.best) == ({}, {}, 0, 0)
