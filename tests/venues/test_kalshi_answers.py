"""Kalshi's books, state, fee changes and refusals; and the requests that bring them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from arbkit.app.room import why_closed
from arbkit.core.books import Book, Level
from arbkit.core.markets import MarketId, Side, VenueName
from arbkit.core.money import Price, Qty
from arbkit.errors import BadId, SchemaMismatch
from arbkit.ports import VenueHealth
from arbkit.venues.kalshi.wire import exchange, orderbooks, requests
from tests.venues.kalshi_payloads import changed, dumped, json_path, loaded, payload, without

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FROZEN = MarketId(VenueName.KALSHI, "KXHARBOUR-27FEB28-F")
KELDA = MarketId(VenueName.KALSHI, "KXVOTEEMB-26-KEL")
ABSENT = MarketId(VenueName.KALSHI, "KXABSENT-1")


def level(price: str, qty: str) -> Level:
    return Level(Price.parse(price), Qty.parse(qty))


def test_a_book_turns_no_bids_into_yes_asks_and_puts_the_best_first() -> None:
    book = orderbooks.parse_orderbook(payload("orderbook"), FROZEN, NOW)

    assert book == Book(
        FROZEN,
        (level("0.31", "40"), level("0.30", "7.25"), level("0.29", "100")),
        (level("0.33", "12.5"), level("0.34", "9")),
        NOW,
    )
    assert book.asks(Side.NO)[0] == level("0.69", "40")


def test_a_batch_reports_what_is_missing_and_ignores_what_nobody_asked_for() -> None:
    books = orderbooks.parse_orderbooks(payload("orderbooks"), [FROZEN, ABSENT], NOW)

    assert set(books.books) == {FROZEN}
    assert set(books.missing) == {ABSENT}


def test_a_market_never_quoted_has_an_empty_book() -> None:
    books = orderbooks.parse_orderbooks(payload("orderbooks"), [KELDA], NOW)

    assert books.books == {KELDA: Book(KELDA, (), (), NOW)}


@pytest.mark.parametrize(
    "levels",
    [
        [["0.29", 100]],
        [["0.29", "-1.00"]],
        [["1.2900", "1.00"]],
        [["NaN", "1.00"]],
        [["0.29"]],
        [["0.29", "1.00"], ["0.2900", "2.00"]],
        None,
        {},
    ],
)
def test_one_unreadable_book_is_missing_and_spoils_no_other(levels: Any) -> None:
    body = loaded("orderbooks")
    body["orderbooks"][1]["orderbook_fp"]["yes_dollars"] = levels

    books = orderbooks.parse_orderbooks(dumped(body), [FROZEN, KELDA], NOW)

    assert set(books.books) == {FROZEN}
    assert "$.orderbooks[1].orderbook_fp.yes_dollars" in books.missing[KELDA]


@pytest.mark.parametrize(
    "path",
    [("orderbooks",), ("orderbooks", 0, "ticker"), ("orderbooks", 0, "orderbook_fp")],
    ids=json_path,
)
def test_a_batch_of_another_shape_is_a_mismatch(path: tuple[str | int, ...]) -> None:
    with pytest.raises(SchemaMismatch) as caught:
        orderbooks.parse_orderbooks(without(loaded("orderbooks"), path), [FROZEN], NOW)

    assert (caught.value.path, caught.value.found) == (json_path(path), "missing")


@pytest.mark.parametrize("side", ["yes_dollars", "no_dollars"])
def test_a_book_without_one_of_its_sides_is_a_mismatch_not_an_empty_side(side: str) -> None:
    with pytest.raises(SchemaMismatch) as caught:
        orderbooks.parse_orderbook(without(loaded("orderbook"), ("orderbook_fp", side)), FROZEN, NOW)

    assert caught.value.path == f"$.orderbook_fp.{side}"


def test_the_state_names_the_shards_that_are_paused() -> None:
    health = exchange.parse_status(payload("exchange_status"))

    assert (health.trading, health.paused_shards) == (True, frozenset({3}))
    assert health.detail == "shard 3 (Tennis) is paused"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"trading_active": False}, "trading is paused"),
        ({"exchange_active": False}, "the exchange is down"),
        (
            {"trading_active": False, "exchange_estimated_resume_time": "2026-11-22T10:30:00Z"},
            "trading is paused; expected back at 2026-11-22 10:30 UTC",
        ),
    ],
)
def test_a_pause_is_told_in_words(values: dict[str, Any], said: str) -> None:
    health = exchange.parse_status(dumped(loaded("exchange_status") | {"exchange_index_statuses": []} | values))

    assert (health.trading, health.detail) == (False, said)


@pytest.mark.parametrize("name", ["exchange_active", "trading_active"])
def test_whether_it_trades_is_never_presumed(name: str) -> None:
    for body in (without(loaded("exchange_status"), (name,)), changed(loaded("exchange_status"), (name,), "true")):
        with pytest.raises(SchemaMismatch) as caught:
            exchange.parse_status(body)
        assert caught.value.path == f"$.{name}"


@pytest.mark.parametrize(
    ("told", "starts"),
    [
        ("2026-03-05T03:00:00-05:00", datetime(2026, 3, 5, 8, tzinfo=UTC)),
        ("2026-03-12T03:00:00-04:00", datetime(2026, 3, 12, 7, tzinfo=UTC)),
        ("2026-03-08T03:00:00-04:00", datetime(2026, 3, 8, 7, tzinfo=UTC)),
        ("2026-11-01T01:30:00-04:00", datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        ("2026-11-01T01:30:00-05:00", datetime(2026, 11, 1, 6, 30, tzinfo=UTC)),
    ],
)
def test_a_window_on_a_day_when_the_clocks_change_begins_when_it_is_said(told: str, starts: datetime) -> None:
    until = (starts + timedelta(hours=2)).isoformat()
    body = {
        "schedule": {"standard_hours": [], "maintenance_windows": [{"start_datetime": told, "end_datetime": until}]}
    }
    [window] = exchange.parse_maintenance(msgspec.json.encode(body))
    assert (window.start, window.end - window.start) == (starts, timedelta(hours=2))
    for minutes, closed in ((11, False), (9, True)):
        health = VenueHealth(VenueName.KALSHI, trading=True, detail="soon", next_pause=window.start)
        assert bool(why_closed(health, now=starts - timedelta(minutes=minutes))) is closed


def test_a_window_whose_time_has_no_zone_is_not_guessed_at() -> None:
    window = {"start_datetime": "2026-11-01T01:30:00", "end_datetime": "2026-11-01T03:30:00"}
    with pytest.raises(SchemaMismatch):
        exchange.parse_maintenance(msgspec.json.encode({"schedule": {"maintenance_windows": [window]}}))


def test_maintenance_comes_in_order_and_in_utc() -> None:
    windows = exchange.parse_maintenance(payload("exchange_schedule"))

    assert [window.start for window in windows] == [
        datetime(2026, 11, 23, 1, tzinfo=UTC),
        datetime(2026, 12, 24, 7, tzinfo=UTC),
    ]


def test_fee_changes_count_once_they_are_in_force() -> None:
    since = datetime(2026, 11, 20, tzinfo=UTC)

    series = exchange.parse_series_fee_changes(payload("series_fee_changes"), since=since, now=NOW)
    events = exchange.parse_event_fee_changes(payload("event_fee_changes"), since=since, now=NOW)

    assert series == {"KXTEMPEMB"}
    assert (events.tickers, events.cursor) == ({"KXVOTEEMB-26"}, "")


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        (b'{"error":{"code":"not_found","message":"not found"}}', "not_found", "not found"),
        (
            b'{"error":{"code":"bad_request","message":"bad request","details":"invalid status filter","service":"x"}}',
            "bad_request",
            "bad request: invalid status filter",
        ),
        (b'{"code":"invalid_parameters","message":"no","details":null}', "invalid_parameters", "no"),
        (b'{"msg":"Parameter validation failed"}', "", "Parameter validation failed"),
        (b'{"error":"too many requests"}', "", "too many requests"),
        (b"API has been moved", "", "API has been moved"),
        (b"", "", ""),
        (b'{"error":7}', "", '{"error":7}'),
        (b'{"msg":"\\u001b[31mred"}', "", "\ufffd[31mred"),
        (b"\xff" * 5000, "", "\ufffd" * 199 + "\u2026"),
    ],
)
def test_each_shape_of_refusal_is_understood(body: bytes, code: str, message: str) -> None:
    refusal = exchange.parse_refusal(body)

    assert (refusal.code, refusal.message) == (code, message)
    assert str(refusal)


@pytest.mark.parametrize("ticker", ["", ".", ".."])
def test_a_ticker_that_would_lead_to_another_endpoint_is_refused(ticker: str) -> None:
    with pytest.raises(BadId):
        requests.market(ticker)


def test_a_ticker_is_one_segment_of_a_path() -> None:
    assert requests.market("../portfolio?x=1#y").path == "/markets/..%2Fportfolio%3Fx%3D1%23y"
    assert requests.market("KXFED-26DEC-T3.75").path == "/markets/KXFED-26DEC-T3.75"


def test_a_ticker_with_a_comma_cannot_smuggle_in_another() -> None:
    with pytest.raises(BadId):
        requests.events_named(["KXA,KXB"], with_markets=False)


def test_changes_are_asked_for_in_whole_seconds_and_without_other_filters() -> None:
    names = [name for name, _ in requests.changed_markets(NOW, "abc").params]

    assert dict(requests.changed_markets(NOW, "abc").params)["min_updated_ts"] == "1795348800"
    assert names == ["limit", "mve_filter", "min_updated_ts", "cursor"]
