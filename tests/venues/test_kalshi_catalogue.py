"""Kalshi's listings become Markets, or rows with a reason."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from arbkit.core.markets import (
    KalshiFees,
    Market,
    MarketId,
    MarketStatus,
    PriceBand,
    Strike,
    StrikeKind,
    VenueName,
)
from arbkit.core.money import Price, Qty
from arbkit.errors import SchemaMismatch
from arbkit.venues.kalshi.wire import catalogue
from arbkit.venues.kalshi.wire.terms import Series
from tests.venues.kalshi_payloads import changed, dumped, json_path, loaded, payload, without, wrong_values

SERIES = catalogue.parse_series_list(payload("series_list"))[0]
T41, T40, FROZEN, KELDA = "KXTEMPEMB-26NOV24-T41", "KXTEMPEMB-26NOV24-T40", "KXHARBOUR-27FEB28-F", "KXVOTEEMB-26-KEL"


def markets(body: bytes = payload("events_page")) -> dict[str, Market]:
    return {market.id.key: market for market in catalogue.parse_events(body, SERIES.get).markets}


def one_market(**values: Any) -> bytes:
    row = loaded("market")["market"] | values
    return dumped({"events": [loaded("events_page")["events"][1] | {"markets": [row]}], "cursor": ""})


def read(**values: Any) -> Market:
    (market,) = markets(one_market(**values)).values()
    return market


def test_a_market_is_joined_with_its_event_and_series() -> None:
    market = markets()[FROZEN]

    assert market.id == MarketId(VenueName.KALSHI, FROZEN)
    assert (market.event_key, market.series_key) == ("KXHARBOUR-27FEB28", "KXHARBOUR")
    assert market.title == "Will the harbour freeze over?"
    assert market.event_title == "Port Ember harbour on Feb 28?"
    assert (market.category, market.tags) == ("Climate and Weather", ("Snow and rain",))
    assert market.status is MarketStatus.OPEN
    assert market.opens_at == datetime(2026, 10, 2, 14, tzinfo=UTC)
    assert market.closes_at == datetime(2027, 3, 1, 4, 59, tzinfo=UTC)
    assert market.expected_at == datetime(2027, 2, 28, 15, tzinfo=UTC)
    assert market.resolution_source == (
        "Harbour master https://harbour.example/ice; Ember Gazette https://gazette.example"
    )
    assert market.rules.startswith("If the harbour of Port Ember is frozen")
    assert market.rules.endswith("\nThe harbour master decides.\nIce floes do not count.")
    assert (market.shard, market.volume) == (0, Qty.parse("1204.25"))
    assert (market.qty_min, market.qty_step) == (Qty.parse("0.01"), Qty.parse("0.01"))
    assert market.fees == KalshiFees("quadratic", 1_000_000)
    assert market.strike is None


def test_a_no_label_that_repeats_the_yes_label_says_nothing() -> None:
    assert (markets()[FROZEN].yes_label, markets()[FROZEN].no_label) == ("Frozen", "")
    assert markets()[T40].no_label == "40° or above"


def test_markdown_leaves_titles_and_markers_leave_subtitles() -> None:
    assert markets()[T41].title == "Will the high temp in Port Ember be >41° on Nov 24, 2026?"
    assert markets()[KELDA].subtitle == "Tide Party"


def test_the_price_ranges_are_the_grid() -> None:
    grid = markets()[T41].grid

    assert grid is not None
    assert grid.bands[0] == PriceBand(Price.parse("0"), Price.parse("0.1"), Price.parse("0.001"))
    assert [grid.holds(Price.parse(text)) for text in ("0.0990", "0.0991", "0.55", "0.555", "0.905")] == [
        True,
        False,
        True,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("values", "strike"),
    [
        ({"floor_strike": 41}, Strike(StrikeKind.GREATER, "41")),
        ({"floor_strike": 1234.5678}, Strike(StrikeKind.GREATER, "1234.5678")),
        ({"floor_strike": -0.1}, Strike(StrikeKind.GREATER, "-0.1")),
        ({"strike_type": "between", "floor_strike": 1, "cap_strike": 2.5}, Strike(StrikeKind.BETWEEN, "1", "2.5")),
        (
            {"strike_type": "functional", "functional_strike": "max(a)", "floor_strike": None},
            Strike(StrikeKind.FUNCTIONAL, text="max(a)"),
        ),
        (
            {"strike_type": "custom", "custom_strike": {"Word": "ice"}, "floor_strike": None},
            Strike(StrikeKind.CUSTOM, text='{"Word": "ice"}'),
        ),
        ({"strike_type": ""}, None),
    ],
)
def test_strikes_keep_the_digits_of_the_venue(values: dict[str, Any], strike: Strike | None) -> None:
    assert read(**values).strike == strike


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (b"123456789012345678.123456789", "123456789012345678.123456789"),
        (b"1e+21", "1" + "0" * 21),
        (b"1E-7", "0.0000001"),
    ],
)
def test_a_strike_is_exact_whatever_its_size(written: bytes, text: str) -> None:
    (market,) = markets(
        one_market(floor_strike=41).replace(b'"floor_strike": 41', b'"floor_strike": ' + written)
    ).values()

    assert market.strike == Strike(StrikeKind.GREATER, text)


@pytest.mark.parametrize(
    ("fee_type", "multiplier", "fees"),
    [
        (None, None, KalshiFees("quadratic", 1_000_000)),
        ("quadratic_with_maker_fees", 0.5, KalshiFees("quadratic_with_maker_fees", 500_000)),
        (None, 0, KalshiFees("quadratic", 0)),
        ("flat", None, KalshiFees("flat", 1_000_000)),
        ("", 0.125, KalshiFees("quadratic", 125_000)),
    ],
)
def test_an_event_may_override_either_half_of_its_series_fees(
    fee_type: str | None, multiplier: float | None, fees: KalshiFees
) -> None:
    body = loaded("events_page")
    body["events"] = [body["events"][1] | {"fee_type_override": fee_type, "fee_multiplier_override": multiplier}]

    assert {market.fees for market in markets(dumped(body)).values()} == {fees}


def test_without_its_series_a_market_has_no_fees_but_is_listed() -> None:
    page = catalogue.parse_events(payload("events_page"), lambda _: None)

    fees = {market.id.key: market.fees for market in page.markets}
    assert fees[FROZEN] is None
    assert fees[T41] == KalshiFees("quadratic_with_maker_fees", 500_000)


def test_a_series_with_an_unreadable_fee_leaves_its_markets_without_fees() -> None:
    body = changed(loaded("series_list"), ("series", 0, "fee_multiplier"), "1")

    known, unusable = catalogue.parse_series_list(body)

    assert "KXHARBOUR" not in known
    assert [(row.key, row.path) for row in unusable] == [("KXHARBOUR", "$.series[0].fee_multiplier")]


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("initialized", MarketStatus.UNOPENED),
        ("active", MarketStatus.OPEN),
        ("inactive", MarketStatus.PAUSED),
        ("closed", MarketStatus.CLOSED),
        ("determined", MarketStatus.CLOSED),
        ("disputed", MarketStatus.CLOSED),
        ("amended", MarketStatus.CLOSED),
        ("finalized", MarketStatus.SETTLED),
    ],
)
def test_every_status_of_the_venue_has_its_place(word: str, status: MarketStatus) -> None:
    assert read(status=word).status is status


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"market_type": "scalar"}, "market_type"),
        ({"status": "open"}, "status"),
        ({"ticker": "KXMVESPORTS-S1-2"}, "ticker"),
        ({"mve_collection_ticker": "KXMVE-R"}, "ticker"),
        ({"ticker": ""}, "ticker"),
        ({"event_ticker": ""}, "event_ticker"),
        ({"strike_type": "modulo"}, "strike_type"),
        ({"floor_strike": "41"}, "floor_strike"),
        ({"cap_strike": [1]}, "cap_strike"),
        ({"notional_value_dollars": "10.0000"}, "notional_value_dollars"),
        ({"notional_value_dollars": "much"}, "notional_value_dollars"),
        ({"volume_fp": "-1.00"}, "volume_fp"),
        ({"volume_fp": "1e3"}, "volume_fp"),
        ({"close_time": "2027-03-01T04:59:00"}, "close_time"),
        ({"close_time": "soon"}, "close_time"),
        ({"price_ranges": [{"start": "0.0000", "end": "1.0000", "step": "0.0000"}]}, "price_ranges[0]"),
        ({"price_ranges": [{"start": "0.5000", "end": "0.5000", "step": "0.0100"}]}, "price_ranges[0]"),
        ({"price_ranges": [{"start": "0.0000", "end": "1.0000", "step": "0.0300"}]}, "price_ranges[0]"),
        ({"price_ranges": [{"start": "0.0000", "end": "1.0000", "step": "NaN"}]}, "price_ranges[0].step"),
        ({"price_ranges": [{"start": "0.0000", "end": "1.5000", "step": "0.0100"}]}, "price_ranges[0].end"),
        ({"price_ranges": [{"start": "0.0000", "end": "1.0000"}]}, "price_ranges[0].step"),
        ({"title": ""}, None),
        ({"open_time": "0001-01-01T00:00:00+14:00"}, None),
        ({"close_time": "9999-12-31T23:59:59-10:00"}, "close_time"),
    ],
)
def test_a_row_that_cannot_be_used_says_where_and_why(values: dict[str, Any], path: str | None) -> None:
    page = catalogue.parse_events(one_market(**values), SERIES.get)

    found = [(row.path, bool(row.why)) for row in page.unusable]
    assert found == ([(f"$.events[0].markets[0].{path}", True)] if path else [])
    assert len(page.markets) == (0 if path else 1)


def test_of_one_page_the_good_rows_stay_and_the_bad_are_counted() -> None:
    page = catalogue.parse_events(payload("events_page"), SERIES.get)

    assert len(page.markets) == 5
    assert [row.key for row in page.unusable] == ["KXVOTEEMB-26-SHARE"]


def test_an_old_recording_is_listed_but_has_neither_grid_nor_fees() -> None:
    row = {
        "ticker": "KXOLD-26",
        "event_ticker": "KXOLD-26",
        "market_type": "binary",
        "title": "Will it?",
        "status": "active",
        "close_time": "2026-12-01T00:00:00Z",
    }

    (market,) = catalogue.parse_file(dumped(row)).markets

    assert (market.grid, market.fees, market.opens_at, market.volume, market.shard) == (None, None, None, None, None)


def test_foreign_text_cannot_move_the_cursor() -> None:
    market = read(title="A\x1b[2J\u202egame", rules_primary="one\r\ntwo\x07")

    assert market.title == "A\ufffd[2J\ufffdgame"
    assert market.rules.startswith("one\ntwo\ufffd")


def test_quotes_that_look_like_a_free_yes_are_never_read() -> None:
    assert loaded("events_page")["events"][2]["markets"][0]["yes_ask_dollars"] == "0.0000"
    assert not [name for name in Market.__dataclass_fields__ if "ask" in name or "bid" in name]


MARKET = ("events", 0, "markets", 0)
REQUIRED = [
    ("events",),
    ("cursor",),
    *(("events", 0, name) for name in ("event_ticker", "series_ticker", "title")),
    *((*MARKET, name) for name in ("ticker", "event_ticker", "market_type", "status", "close_time")),
    *((*MARKET, "price_ranges", 0, name) for name in ("start", "end", "step")),
]
TYPED = [
    *REQUIRED,
    *(
        (*MARKET, name)
        for name in ("title", "yes_sub_title", "rules_primary", "open_time", "price_ranges", "volume_fp")
    ),
    (*MARKET, "exchange_index"),
    ("events", 0, "settlement_sources"),
]


def complaint(body: bytes) -> tuple[str, str]:
    """Where and why a spoilt page is refused, as a whole or in a row."""
    try:
        page = catalogue.parse_events(body, SERIES.get)
    except SchemaMismatch as error:
        return error.path, error.found
    (row,) = page.unusable
    assert not page.markets
    return row.path, row.why


def one_event() -> Any:
    body = loaded("events_page")
    return body | {"events": body["events"][:1]}


@pytest.mark.parametrize("path", REQUIRED, ids=json_path)
def test_a_required_field_is_never_made_up(path: tuple[str | int, ...]) -> None:
    assert complaint(without(one_event(), path)) in {
        (json_path(path), "missing"),
        (json_path(path), "missing (its markets are left out with it)"),
    }


@pytest.mark.parametrize("path", TYPED, ids=json_path)
def test_a_field_of_another_kind_is_named(path: tuple[str | int, ...]) -> None:
    body = one_event()
    value = body
    for step in path:
        value = value[step]
    for wrong in wrong_values(value):
        if wrong is None and path not in REQUIRED:
            continue
        where, why = complaint(changed(body, path, wrong))
        assert where.startswith(json_path(path))
        assert why


@pytest.mark.parametrize("name", ["ticker", "fee_type", "fee_multiplier"])
def test_a_series_without_its_terms_is_refused(name: str) -> None:
    with pytest.raises(SchemaMismatch) as caught:
        catalogue.parse_series(without(loaded("series"), ("series", name)))

    assert (caught.value.path, caught.value.found) == (f"$.series.{name}", "missing")


@pytest.mark.parametrize("number", [b"-1", b"1e3", b'"1"', b"null", b"true", b"[1]", b"0.0000001"])
def test_a_fee_multiplier_is_a_plain_number(number: bytes) -> None:
    body = payload("series").replace(b'"fee_multiplier": 1', b'"fee_multiplier": ' + number)

    with pytest.raises(SchemaMismatch) as caught:
        catalogue.parse_series(body)

    assert caught.value.path == "$.series.fee_multiplier"


@pytest.mark.parametrize("body", [b"", b"{", b'{"events":[', b"\xff\xfe", b"[" * 100_000, b"[]", b"null", b'"x"'])
def test_what_is_no_page_is_a_mismatch(body: bytes) -> None:
    with pytest.raises(SchemaMismatch) as caught:
        catalogue.parse_events(body, SERIES.get)

    assert caught.value.exit_code == 6
    assert "$" in str(caught.value)


def test_markets_listed_alone_get_their_events_later() -> None:
    listed = catalogue.parse_markets(payload("markets_page"))
    events, unusable = catalogue.parse_event_rows(payload("event_rows"))

    page = catalogue.joined(listed, events, SERIES.get)

    joined = {market.id.key: market for market in page.markets}
    assert not unusable
    assert joined[FROZEN] == markets()[FROZEN]
    assert joined[T40] == markets()[T40]
    assert (joined["KXUNKNOWN-1-A"].series_key, joined["KXUNKNOWN-1-A"].fees) == ("", None)


@pytest.mark.parametrize("name", ["events_page", "markets_page", "market"])
def test_any_answer_of_the_api_can_be_imported(name: str) -> None:
    page = catalogue.parse_file(payload(name))

    assert {market.id.key for market in page.markets} <= {*markets(), "KXUNKNOWN-1-A"}
    assert page.markets


def test_a_file_of_lines_is_read_row_by_row() -> None:
    rows = [loaded("market")["market"], {"what": "is this"}, loaded("events_page")["events"][0], 7]
    body = b"\n".join(dumped(row) for row in rows) + b"\n\n{broken"

    page = catalogue.parse_file(body)

    assert [market.id.key for market in page.markets] == [T41, FROZEN]
    assert [row.path for row in page.unusable] == ["$[1].ticker", "$[3]", "$[4]"]
    assert catalogue.parse_file(dumped(rows)).markets == page.markets


def test_an_event_saved_without_its_markets_is_told_apart_from_a_broken_market() -> None:
    page = catalogue.parse_file(payload("event_rows"))

    assert {(row.key, row.why) for row in page.unusable} == {
        ("KXHARBOUR-27FEB28", "an event without its markets"),
        ("KXTEMPEMB-26NOV24", "an event without its markets"),
    }


def test_markets_saved_beside_their_event_are_joined_with_it() -> None:
    body = {"event": loaded("temps_event_row")["events"][0], "markets": [loaded("market")["market"]]}

    (market,) = catalogue.parse_file(dumped(body)).markets

    assert (market.id.key, market.series_key) == (T41, "KXTEMPEMB")


def test_a_market_saved_with_its_series_has_no_fees_for_its_event_may_override_them() -> None:
    row = loaded("market")["market"] | {"series": loaded("series")["series"]}

    (market,) = catalogue.parse_file(dumped(row)).markets

    assert (market.series_key, market.category) == ("KXTEMPEMB", "Climate and Weather")
    assert market.resolution_source == "Ember Archive https://archive.example"
    assert market.fees is None


def test_series_fees_do_not_leak_to_the_event_of_another_series() -> None:
    alien = replace(SERIES["KXHARBOUR"], ticker="KXALIEN")

    def mixed_up(_: str) -> Series:
        return alien

    page = catalogue.parse_events(dumped(one_event()), mixed_up)

    assert [market.fees for market in page.markets] == [None]
