"""The CLOB's reads: terms, books, resolution, service answers."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbkit.core.markets import Market, MarketStatus, PolymarketFees, PriceGrid, Side
from arbkit.core.money import Price, Qty
from arbkit.errors import SchemaMismatch
from arbkit.venues.polymarket.wire import clob
from arbkit.venues.polymarket.wire.catalogue import parse_listing

PAYLOADS = Path(__file__).parents[1] / "payloads" / "polymarket"
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
JsonObject = dict[str, object]


def a_market(index: int = 0) -> Market:
    return parse_listing((PAYLOADS / "gamma_events_page.json").read_bytes()).markets[index]


CUT, DRAW = a_market(), a_market(3)


def the_terms(**changes: object) -> JsonObject:
    terms: JsonObject = {**json.loads((PAYLOADS / "clob_market_compact.json").read_bytes()), **changes}
    return {key: value for key, value in terms.items() if value is not None}


def terms(**changes: object) -> clob.Terms:
    return clob.parse_terms(json.dumps(the_terms(**changes)).encode(), CUT)


def a_book(**changes: object) -> JsonObject:
    return {
        "asset_id": CUT.yes_token,
        "timestamp": "1795608000123",
        "bids": [{"price": "0.55", "size": "20"}],
        "asks": [{"price": "0.56", "size": "40"}],
        **changes,
    }


def test_the_engines_own_terms_replace_those_of_the_listing() -> None:
    market = clob.with_terms(CUT, terms())

    assert market.grid == PriceGrid.uniform(Price(1_000))
    assert market.qty_min == Qty.whole(5)
    assert market.fees == PolymarketFees(40_000, 1)
    assert market.neg_risk
    assert market.delay_ms == 1_150
    assert market.status is MarketStatus.OPEN
    assert market.rules_hash == CUT.rules_hash


def test_a_record_without_a_fee_is_free_and_without_a_flag_not_neg_risk() -> None:
    record = the_terms(fd=None, nr=None, sd=None, itode=None)

    found = clob.parse_terms(json.dumps(record).encode(), replace(CUT, fees=None))

    assert found.fees == PolymarketFees(0, 1)
    assert not found.neg_risk
    assert found.delay_ms == 0


def test_a_fee_that_only_the_listing_names_is_believed() -> None:
    assert terms(fd=None).fees == PolymarketFees(50_000, 1)
    assert terms(fd={"r": 0, "e": 1}).fees == PolymarketFees(0, 1)


def test_an_engine_that_takes_no_orders_pauses_an_open_market() -> None:
    assert clob.with_terms(CUT, terms(ao=False)).status is MarketStatus.PAUSED
    assert clob.with_terms(CUT, terms(ao=None)).status is MarketStatus.OPEN


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"mts": None}, "$.mts"),
        ({"mos": None}, "$.mos"),
        ({"mts": 0}, "$.mts"),
        ({"mos": "many"}, "$.mos"),
        ({"c": "0x" + "00" * 32}, "$.c"),
        ({"t": [{"t": CUT.yes_token, "o": "No"}, {"t": CUT.no_token, "o": "Yes"}]}, "$.t"),
        ({"t": [{"t": "1", "o": "Yes"}, {"t": "2", "o": "No"}]}, "$.t"),
        ({"fd": {"e": 1}}, "$.fd.r"),
        ({"fd": {"r": 0.05}}, "$.fd.e"),
        ({"fd": {"r": 1.5, "e": 1}}, "$.fd.r"),
        ({"fd": 0.05}, "$.fd"),
        ({"nr": "false"}, "$.nr"),
        ({"itode": 1}, "$.itode"),
    ],
)
def test_terms_of_another_shape_or_another_market_are_refused(changes: JsonObject, path: str) -> None:
    with pytest.raises(SchemaMismatch) as caught:
        terms(**changes)

    assert caught.value.path == path


def test_books_are_indexed_by_asset_whatever_their_order() -> None:
    body = (PAYLOADS / "books.json").read_bytes()

    found = clob.parse_books(body, [CUT, DRAW, a_market(5)], seen_at=NOW)

    draw = found.books[DRAW.id]
    assert [(str(level.price), str(level.qty)) for level in draw.yes_bids] == [
        ("0.4", "100"),
        ("0.39", "12.5"),
        ("0.001", "90000"),
    ]
    assert [str(level.price) for level in draw.yes_asks] == ["0.42", "0.45", "0.999"]
    assert draw.seen_at == NOW
    assert draw.venue_at == datetime(2026, 11, 25, 12, 0, 0, 123_000, tzinfo=UTC)
    assert found.books[CUT.id].asks(Side.NO)[0].price == Price.parse("0.45")
    assert found.missing == {a_market(5).id: "the venue has no book for it"}


def test_one_damaged_book_does_not_spoil_the_others() -> None:
    body = json.dumps([a_book(timestamp="soon"), a_book(asset_id=DRAW.yes_token), a_book(asset_id="9")]).encode()

    found = clob.parse_books(body, [CUT, DRAW], seen_at=NOW)

    assert set(found.books) == {DRAW.id}
    assert found.missing[CUT.id].startswith("$[0].timestamp")


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"timestamp": 5}, "$.timestamp"),
        ({"timestamp": "-5"}, "$.timestamp"),
        ({"bids": None}, "$.bids"),
        ({"asks": {}}, "$.asks"),
        ({"bids": [{"price": 0.5, "size": "1"}]}, "$.bids[0].price"),
        ({"bids": [{"price": "0.5"}]}, "$.bids[0].size"),
        ({"bids": [{"price": "1.5", "size": "1"}]}, "$.bids[0]"),
        ({"bids": [{"price": "0.5", "size": "-1"}]}, "$.bids[0]"),
        ({"bids": [{"price": "0.5", "size": "1e3"}]}, "$.bids[0]"),
        ({"asks": [{"price": "0.5", "size": "1"}, {"price": "0.50", "size": "2"}]}, "$.asks[1]"),
        ({"asks": [{"price": "0.5", "size": "1"}] * 30_000}, "$"),
        ({"asset_id": "1"}, "$.asset_id"),
    ],
)
def test_a_book_of_another_shape_is_refused_and_names_the_path(changes: JsonObject, path: str) -> None:
    with pytest.raises(SchemaMismatch) as caught:
        clob.parse_book(json.dumps(a_book(**changes)).encode(), CUT, seen_at=NOW)

    assert caught.value.path == path


@given(st.permutations(list(range(1, 10))))
def test_the_order_of_levels_on_the_wire_does_not_matter(ticks: list[int]) -> None:
    rows = [{"price": f"0.{tick}", "size": str(tick)} for tick in ticks]

    book = clob.parse_book(json.dumps(a_book(bids=rows, asks=[])).encode(), CUT, seen_at=NOW)

    assert [level.price.micros for level in book.yes_bids] == [tick * 100_000 for tick in range(9, 0, -1)]


def test_a_batch_asks_for_yes_books_only() -> None:
    assert json.loads(clob.books_body([CUT, DRAW])) == [{"token_id": CUT.yes_token}, {"token_id": DRAW.yes_token}]


def test_the_winner_is_the_marked_asset_and_nobody_when_both_pay_half() -> None:
    body = (PAYLOADS / "clob_market.json").read_bytes()

    assert clob.parse_resolution(body, CUT) == clob.Resolution(closed=True, winner=Side.YES)
    halves = json.dumps(
        {**json.loads(body), "tokens": [{"token_id": token, "outcome": ""} for token in (CUT.yes_token, CUT.no_token)]}
    )
    assert clob.parse_resolution(halves.encode(), CUT) == clob.Resolution(closed=True, winner=None)
    with pytest.raises(SchemaMismatch, match="another market"):
        clob.parse_resolution(body, DRAW)


def test_small_answers_are_read() -> None:
    assert clob.parse_time(b"1795608000") == datetime(2026, 11, 25, 12, tzinfo=UTC)
    assert clob.parse_version(b'{"version":2}') == 2
    assert clob.parse_ok(b'"OK"')
    assert not clob.parse_ok(b'"starting"')
    assert clob.parse_tick_size(b'{"minimum_tick_size":0.0025}') == Price(2_500)
    place = b'{"blocked":true,"ip":"203.0.113.42","country":"US","region":"NY"}'
    assert clob.parse_geoblock(place) == clob.Geoblock(blocked=True, country="US", region="NY")


@pytest.mark.parametrize("body", [b"{}", b'{"blocked":"no"}', b"null"])
def test_a_geoblock_answer_that_is_not_clear_is_refused(body: bytes) -> None:
    with pytest.raises(SchemaMismatch):
        clob.parse_geoblock(body)


def test_ids_are_quoted_into_paths() -> None:
    assert clob.terms_path(CUT.id) == f"/clob-markets/{CUT.id.key}"
    assert clob.clob_market_path(CUT.id) == f"/markets/{CUT.id.key}"
