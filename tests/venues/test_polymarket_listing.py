"""Gamma's listing: what a market becomes, and what is refused with which reason."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbkit.core.markets import Market, MarketId, MarketStatus, PolymarketFees, PriceGrid, VenueName
from arbkit.core.money import Price, Qty, plain
from arbkit.errors import SchemaMismatch
from arbkit.ports import UnusableRow
from arbkit.venues.polymarket.wire import fields
from arbkit.venues.polymarket.wire.catalogue import (
    listing_params,
    market_params,
    parse_file,
    parse_listing,
    parse_markets,
)

PAYLOADS = Path(__file__).parents[1] / "payloads" / "polymarket"
PAGE = (PAYLOADS / "gamma_events_page.json").read_bytes()
JsonObject = dict[str, object]


def a_row(**changes: object) -> JsonObject:
    """A plain open market; a change to None leaves the key out."""
    row: JsonObject = {
        "id": "1",
        "question": "Will it rain in Exampleton on 1 December?",
        "conditionId": "0x" + "ab" * 32,
        "outcomes": '["Yes", "No"]',
        "clobTokenIds": '["111", "222"]',
        "active": True,
        "closed": False,
        "acceptingOrders": True,
        "enableOrderBook": True,
        "endDate": "2026-12-01T00:00:00Z",
        "orderPriceMinTickSize": 0.01,
        "orderMinSize": 5,
        "feesEnabled": False,
        **changes,
    }
    return {key: value for key, value in row.items() if value is not None}


def parsed(row: JsonObject, **event: object) -> Market | UnusableRow:
    body = json.dumps({"events": [{"id": "9", "slug": "rain", "title": "Rain", **event, "markets": [row]}]})
    page = parse_listing(body.encode())
    return (*page.markets, *page.unusable)[0]


def a_market(row: JsonObject, **event: object) -> Market:
    found = parsed(row, **event)
    assert isinstance(found, Market), found
    return found


def a_refusal(row: JsonObject) -> UnusableRow:
    found = parsed(row)
    assert isinstance(found, UnusableRow), found
    return found


def by_title(prefix: str) -> Market:
    return next(market for market in parse_listing(PAGE).markets if market.title.startswith(prefix))


def test_a_page_becomes_markets_and_says_what_it_could_not_use() -> None:
    page = parse_listing(PAGE)

    assert len(page.markets) == 7
    assert page.cursor == "Zml4dHVyZS0x"
    [unlisted] = page.unusable
    assert (unlisted.path, unlisted.why) == (
        "$.events[0].markets[3].clobTokenIds",
        "no asset ids: the market is not on the order book",
    )
    assert unlisted.key.startswith("0x")


def test_a_market_keeps_everything_that_decides_how_it_pays() -> None:
    market = by_title("Will the bank cut")

    assert market.id.venue is VenueName.POLYMARKET
    assert market.event_key == "rate-decision-december"
    assert market.event_title == "Rate decision in December?"
    assert market.subtitle == "25 bps cut"
    assert market.series_key == "rate-decisions"
    assert market.category == "Economy"
    assert market.tags == ("Economy", "Banks")
    assert market.rules.endswith("Decided by the “Office of Examples”.")
    assert market.rules.count("\n") == 1
    assert market.resolution_source == "https://bank.example/decisions"
    assert market.status is MarketStatus.OPEN
    assert market.grid == PriceGrid.uniform(Price(10_000))
    assert market.qty_min == Qty.whole(5)
    assert market.qty_step == Qty(10_000)
    assert market.fees == PolymarketFees(50_000, 1)
    assert market.neg_risk
    assert not market.placeholder
    assert market.volume == Qty(1_234_567_891)
    assert market.opens_at == datetime(2026, 10, 1, 8, 30, 0, 123456, tzinfo=UTC)


def test_team_names_are_outcomes_and_the_first_one_is_yes() -> None:
    market = by_title("Reds vs. Blues")

    assert (market.yes_label, market.no_label) == ("Reds", "Blues")
    assert market.expected_at == datetime(2026, 11, 28, 19, 30, tzinfo=UTC)
    assert market.closes_at == datetime(2026, 12, 5, 19, 30, tzinfo=UTC)
    assert market.delay_ms == 3000
    assert market.series_key == "friendly-league"
    assert market.category == "Sports"


def test_a_protocol_v2_market_is_traded_by_its_position_ids() -> None:
    market = by_title("Coin up or down")

    assert market.yes_token == str(7 << 104 | 1)
    assert market.no_token == str(7 << 104 | 2)
    assert market.fees == PolymarketFees(250_000, 2)


def test_what_an_old_market_does_not_say_stays_unknown() -> None:
    market = by_title("Is this an old question")

    assert market.grid is None
    assert market.qty_min is None
    assert market.fees is None
    assert market.status is MarketStatus.PAUSED


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, MarketStatus.OPEN),
        ({"acceptingOrders": False}, MarketStatus.PAUSED),
        ({"enableOrderBook": False}, MarketStatus.PAUSED),
        ({"enableOrderBook": None}, MarketStatus.PAUSED),
        ({"active": False}, MarketStatus.UNOPENED),
        ({"archived": True}, MarketStatus.CLOSED),
        ({"closed": True}, MarketStatus.CLOSED),
        ({"closed": True, "umaResolutionStatus": "proposed"}, MarketStatus.CLOSED),
        ({"closed": True, "umaResolutionStatus": "resolved"}, MarketStatus.SETTLED),
        ({"closed": True, "resolutionStatus": "resolved"}, MarketStatus.SETTLED),
    ],
)
def test_only_a_market_that_says_so_four_times_is_open(changes: JsonObject, status: MarketStatus) -> None:
    assert a_market(a_row(**changes)).status is status


@pytest.mark.parametrize(
    ("changes", "fees"),
    [
        ({"feesEnabled": False}, PolymarketFees(0, 1)),
        ({"feesEnabled": True}, None),
        ({"feesEnabled": None}, None),
        ({"feesEnabled": None, "takerBaseFee": 1000}, None),
        ({"feesEnabled": True, "feeSchedule": {"rate": 0.07, "exponent": 1}}, PolymarketFees(70_000, 1)),
        ({"feesEnabled": True, "feeSchedule": {"rate": 0, "exponent": 0}}, PolymarketFees(0, 1)),
        ({"feesEnabled": True, "feeSchedule": {"rate": 0.0}}, PolymarketFees(0, 1)),
        ({"feesEnabled": True, "feeSchedule": {"rate": "0.0125", "exponent": 2.0}}, PolymarketFees(12_500, 2)),
        ({"feesEnabled": False, "feeSchedule": {"rate": 0.05, "exponent": 1}}, PolymarketFees(50_000, 1)),
    ],
)
def test_a_fee_is_what_the_schedule_says_or_unknown(changes: JsonObject, fees: PolymarketFees | None) -> None:
    assert a_market(a_row(**changes)).fees == fees


@pytest.mark.parametrize(
    ("changes", "is_placeholder"),
    [
        ({"groupItemTitle": "Other"}, True),
        ({"groupItemTitle": "Another team"}, True),
        ({"groupItemTitle": "Person AB"}, True),
        ({"groupItemTitle": "Jo Example", "negRiskOther": True}, True),
        ({"question": "Will Company F make the first flying car?"}, True),
        ({"groupItemTitle": "Jo Example"}, False),
        ({"groupItemTitle": "Otherton FC"}, False),
        ({"question": "Will Player O'Neil score?"}, False),
        ({"question": "Another bank failure by March 31?"}, False),
        ({"question": "Who wins World Cup Group A?"}, False),
    ],
)
def test_a_placeholder_is_known_by_its_flag_or_its_name(changes: JsonObject, is_placeholder: bool) -> None:
    assert a_market(a_row(**changes)).placeholder is is_placeholder


@pytest.mark.parametrize("key", ["question", "conditionId", "outcomes", "active", "closed", "clobTokenIds"])
def test_a_row_without_a_required_field_is_refused_by_name(key: str) -> None:
    refusal = a_refusal(a_row(**{key: None}))

    assert refusal.path == f"$.events[0].markets[0].{key}"
    assert refusal.key == (("0x" + "ab" * 32) if key != "conditionId" else "1")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("question", 5),
        ("conditionId", ""),
        ("conditionId", "0x12"),
        ("conditionId", "../../etc"),
        ("outcomes", '["Yes"]'),
        ("outcomes", '["Yes", "No", "Maybe"]'),
        ("outcomes", '["Yes", "Yes"]'),
        ("outcomes", "Yes, No"),
        ("outcomes", '{"a": 1}'),
        ("clobTokenIds", '["111"]'),
        ("clobTokenIds", '["111", "111"]'),
        ("clobTokenIds", '["111", "0x22"]'),
        ("clobTokenIds", '["111", "0"]'),
        ("clobTokenIds", f'["111", "{1 << 256}"]'),
        ("clobTokenIds", '["111", 222]'),
        ("active", "true"),
        ("closed", 0),
        ("endDate", "tomorrow"),
        ("endDate", "2026-13-01T00:00:00Z"),
        ("endDate", 1795608000),
        ("startDate", "9999-12-31T23:59:59-12:00"),
        ("gameStartTime", "19:30"),
        ("orderPriceMinTickSize", 0),
        ("orderPriceMinTickSize", 0.003),
        ("orderPriceMinTickSize", -0.01),
        ("orderPriceMinTickSize", 1),
        ("orderPriceMinTickSize", "fine"),
        ("orderMinSize", -5),
        ("orderMinSize", [5]),
        ("secondsDelay", -1),
        ("secondsDelay", True),
        ("feeSchedule", {"exponent": 1}),
        ("feeSchedule", {"rate": 0.05}),
        ("feeSchedule", {"rate": 5, "exponent": 1}),
        ("feeSchedule", {"rate": -0.05, "exponent": 1}),
        ("feeSchedule", {"rate": 0.05, "exponent": 0.5}),
        ("feeSchedule", {"rate": 0.05, "exponent": 99}),
        ("feeSchedule", {"rate": 1e-9, "exponent": 1}),
        ("feeSchedule", "none"),
        ("negRisk", "yes"),
        ("version", 2),
    ],
)
def test_a_row_with_a_wrong_field_is_refused_and_names_it(key: str, value: object) -> None:
    refusal = a_refusal(a_row(**{key: value}))

    assert refusal.path.startswith(f"$.events[0].markets[0].{key}")
    assert refusal.why


def test_a_bad_row_does_not_spoil_its_neighbours() -> None:
    body = json.dumps({"events": [{"markets": [a_row(active=1), a_row()]}, {"title": 3}, {"markets": [a_row()]}]})

    page = parse_listing(body.encode())

    assert len(page.markets) == 2
    assert [row.path for row in page.unusable] == ["$.events[0].markets[0].active", "$.events[1].title"]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b'{"markets": []}', "$.events"),
        (b'{"events": {}}', "$.events"),
        (b'{"events": [], "next_cursor": 5}', "$.next_cursor"),
        (b"[]", "$"),
        (b'{"events": [', "$"),
        (b'{"events": [{"title": "\xff"}', "$"),
        (b'{"x": ' + b"[" * 100_000, "$"),
        (b"", "$"),
    ],
)
def test_a_page_of_another_shape_is_a_mismatch_that_names_the_path(body: bytes, path: str) -> None:
    with pytest.raises(SchemaMismatch) as caught:
        parse_listing(body)

    assert caught.value.path == path


def test_a_text_that_would_move_the_cursor_is_made_harmless() -> None:
    market = a_market(a_row(question="Will \x1b[2J it\u202e rain\nsoon?", description="one\x00\ntwo"))

    assert market.title == "Will \ufffd[2J it\ufffd rain soon?"
    assert market.rules == "one\ufffd\ntwo"


def test_a_market_read_alone_is_the_market_of_the_listing() -> None:
    [alone] = parse_markets((PAYLOADS / "gamma_markets_page.json").read_bytes()).markets

    assert alone == by_title("Will the bank cut")


def test_requests_page_open_events_and_find_a_market_by_id() -> None:
    assert listing_params("") == [("closed", "false"), ("limit", "100")]
    assert listing_params("abc=") == [("closed", "false"), ("limit", "100"), ("after_cursor", "abc=")]
    params = market_params(MarketId(VenueName.POLYMARKET, "0xab"), closed=True)
    assert params == [("condition_ids", "0xab"), ("include_tag", "true"), ("closed", "true")]


@pytest.mark.parametrize(
    "written",
    [
        json.dumps,
        lambda rows: "\n".join(json.dumps(row) for row in rows),
        lambda rows: json.dumps({"events": rows[:1]}) if "markets" in rows[0] else json.dumps({"markets": rows}),
        lambda rows: json.dumps(rows[0], indent=2),
    ],
    ids=["array", "lines", "page", "one"],
)
@pytest.mark.parametrize(
    "rows", [[a_row()], [{"id": "4", "title": "Rain", "markets": [a_row()]}]], ids=["markets", "events"]
)
def test_a_file_may_be_an_array_lines_a_page_or_one_object(
    written: Callable[[list[JsonObject]], str], rows: list[JsonObject]
) -> None:
    page = parse_file(written(rows).encode())

    assert [market.title for market in page.markets] == ["Will it rain in Exampleton on 1 December?"]
    assert not page.unusable


def test_a_damaged_line_of_a_file_is_counted_and_the_rest_is_read() -> None:
    page = parse_file(f"{json.dumps(a_row())}\n{{broken\n\n{json.dumps(a_row())}".encode())

    assert len(page.markets) == 2
    [broken] = page.unusable
    assert broken.path == "$[1]"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-04-05T19:37:33Z", datetime(2026, 4, 5, 19, 37, 33, tzinfo=UTC)),
        ("2026-04-05 19:37:33+00", datetime(2026, 4, 5, 19, 37, 33, tzinfo=UTC)),
        ("2023-10-25 18:55:50.674+00", datetime(2023, 10, 25, 18, 55, 50, 674_000, tzinfo=UTC)),
        ("2026-04-05", datetime(2026, 4, 5, tzinfo=UTC)),
        ("2026-04-05T15:37:33-04:00", datetime(2026, 4, 5, 19, 37, 33, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", None),
        ("", None),
        (None, None),
    ],
)
def test_all_spellings_of_a_time_are_read_as_utc(text: str | None, moment: datetime | None) -> None:
    assert fields.moment(text, "$") == moment


@given(micros=st.integers(min_value=0, max_value=1_000_000))
def test_a_json_number_is_read_exactly(micros: int) -> None:
    body = json.dumps({"events": [{"markets": [a_row(feeSchedule={"rate": "RATE", "exponent": 1})]}]})

    [market] = parse_listing(body.replace('"RATE"', plain(micros)).encode()).markets

    assert market.fees == PolymarketFees(micros, 1)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@given(
    key=st.sampled_from([*sorted(a_row()), "feeSchedule", "events", "tags", "volumeNum", "secondsDelay"]),
    value=json_values,
)
def test_any_json_in_any_field_is_a_market_or_a_refusal(key: str, value: object) -> None:
    body = json.dumps({"events": [{"markets": [{**a_row(), key: value}]}]}).encode()

    page = parse_listing(body)

    assert len(page.markets) + len(page.unusable) == 1
