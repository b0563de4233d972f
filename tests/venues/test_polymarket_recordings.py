"""Polymarket as recorded: catalogues, books and frames of the real venue run through the parsers without a surprise."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from arbkit.core.books import TICKS, Book, problem
from arbkit.core.markets import Market, MarketId, MarketStatus, PolymarketFees, Side, VenueName
from arbkit.errors import SchemaMismatch
from arbkit.venues.polymarket.wire.catalogue import parse_file
from arbkit.venues.polymarket.wire.clob import parse_book, parse_resolution, parse_terms
from arbkit.venues.polymarket.wire.stream import MarketStream

pytestmark = pytest.mark.shared

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
NOT_LISTED = "no asset ids: the market is not on the order book"
JsonObject = dict[str, object]


def read(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def a_market(yes_token: str, condition: str = "0x" + "ab" * 32, no_token: str = "1") -> Market:
    return Market(
        id=MarketId(VenueName.POLYMARKET, condition),
        event_key="",
        title="",
        yes_label="Yes",
        no_label="No",
        status=MarketStatus.OPEN,
        yes_token=yes_token,
        no_token=no_token,
    )


@pytest.mark.parametrize(
    ("path", "usable", "unusable"),
    [
        ("data/catalog/2026-03-10/polymarket.jsonl.gz", 2_779, 0),
        ("data/catalog/raw/2026-01-04_polymarket_events_raw_nba_steffenmax.jsonl.gz", 738, 0),
        ("data/catalog/raw/2026-01-18_polymarket_markets_raw_nba_adamnhan.jsonl.gz", 62, 0),
        ("data/catalog/raw/2026-03-01_polymarket_events_raw_iran_areeba.jsonl.gz", 239, 3),
        ("data/books/wire/pmvl/polymarket_events.json.gz", 7, 1),
        ("data/books/wire/pmvl/polymarket_markets.json.gz", 3, 0),
        ("data/books/wire/pmvl/ext_polymarket-market.json.gz", 1, 0),
        ("samples/polymarket/gamma_event.json", 2, 0),
        ("samples/polymarket/gamma_market_btc_updown_5m.json", 1, 0),
        ("samples/polymarket/gamma_market_sports_handicap.json", 1, 0),
        ("samples/polymarket/gamma_market_sports_moneyline.json", 1, 0),
        ("samples/polymarket/gamma_markets_keyset_page_composed.json", 2, 0),
    ],
)
def test_every_recorded_market_is_read_or_refused_for_a_reason(
    shared: Path, path: str, usable: int, unusable: int
) -> None:
    page = parse_file(read(shared / path))

    assert (len(page.markets), len(page.unusable)) == (usable, unusable)
    assert {row.why for row in page.unusable} <= {NOT_LISTED}
    assert len({market.id for market in page.markets}) == usable


def test_a_recorded_sports_market_keeps_its_teams_its_fee_and_its_delay(shared: Path) -> None:
    [market] = parse_file(read(shared / "samples/polymarket/gamma_market_sports_moneyline.json")).markets

    assert (market.yes_label, market.no_label) == ("FaZe", "illwill")
    assert market.fees == PolymarketFees(30_000, 1)
    assert market.delay_ms == 3_000
    assert market.expected_at == datetime(2026, 4, 5, 15, 10, tzinfo=UTC)
    assert market.status is MarketStatus.SETTLED


def test_recorded_terms_are_read_and_their_missing_keys_mean_what_the_docs_say(shared: Path) -> None:
    samples = json.loads(read(shared / "samples/polymarket/clob_markets_compact.json"))
    market = a_market("2")

    sports = parse_terms(json.dumps(samples["sports_2026_09_26_partial"]).encode(), market)
    coin = parse_terms(json.dumps(samples["btc_15m_2026_09_26_partial"]).encode(), market)

    assert (sports.fees, sports.delay_ms, sports.neg_risk) == (PolymarketFees(50_000, 1), 1_000, True)
    assert (coin.fees, coin.delay_ms, coin.neg_risk) == (PolymarketFees(70_000, 1), 150, False)


def test_the_recorded_end_of_a_market_names_its_winner(shared: Path) -> None:
    body = read(shared / "samples/polymarket/clob_market_closed.json")
    record = json.loads(body)
    yes, no = (token["token_id"] for token in record["tokens"])
    won = [token["winner"] for token in record["tokens"]]

    found = parse_resolution(body, a_market(yes, record["condition_id"], no))

    assert found.closed
    assert found.winner is {(True, False): Side.YES, (False, True): Side.NO}.get(tuple(won))


@pytest.mark.parametrize(
    "path",
    [
        "samples/polymarket/book.json",
        "samples/polymarket/ws_market_book.json",
        "data/books/wire/pmvl/polymarket_book.json.gz",
        "data/books/wire/pmvl/ext_polymarket-book.json.gz",
    ],
)
def test_a_recorded_book_is_read_and_its_best_level_was_the_last(shared: Path, path: str) -> None:
    body = read(shared / path)
    record = json.loads(body)
    record = record[0] if isinstance(record, list) else record

    book = parse_book(json.dumps(record).encode(), a_market(record["asset_id"]), seen_at=NOW)

    assert len(book.yes_bids) == len(record["bids"])
    assert len(book.yes_asks) == len(record["asks"])
    assert float(record["bids"][-1]["price"]) == book.yes_bids[0].price.micros / 1e6
    assert float(record["asks"][-1]["price"]) == book.yes_asks[0].price.micros / 1e6


def frames(path: Path) -> Iterator[JsonObject]:
    yield from (json.loads(line) for line in read(path).splitlines())


def test_recorded_snapshots_of_the_stream_become_live_books(shared: Path) -> None:
    seen = Counter[str]()
    for name in ("ssmd_polymarket_book.jsonl", "ssmd_polymarket_trade.jsonl"):
        for frame in frames(shared / "data/books/wire" / name):
            market = a_market(str(frame["asset_id"]), str(frame["market"]))
            stream = MarketStream([market])
            effects = stream.take(json.dumps(frame))
            assert not effects.lost
            assert not effects.unknown
            if frame["event_type"] == "book":
                frozen = stream.freeze(market.id, seen_at=NOW)
                assert frozen == parse_book(json.dumps(frame).encode(), market, seen_at=NOW)
            seen[str(frame["event_type"])] += 1

    assert seen == {"book": 10, "last_trade_price": 10}


@pytest.mark.parametrize(
    "kind",
    ["best_bid_ask", "book", "last_trade_price", "market_resolved", "new_market", "price_change", "tick_size_change"],
)
def test_every_sample_of_the_stream_is_understood(shared: Path, kind: str) -> None:
    frame = read(shared / f"samples/polymarket/ws_market_{kind}.json")

    effects = MarketStream([a_market("2")]).take(frame)

    assert not effects.unknown
    assert not effects.lost


def test_the_obsolete_form_of_a_change_is_refused(shared: Path) -> None:
    frame = read(shared / "samples/polymarket/ws_market_price_change_OBSOLETE_pre_2025_09.json")

    with pytest.raises(SchemaMismatch, match="price_changes"):
        MarketStream([a_market("2")]).take(frame)


def changes(before: JsonObject, after: JsonObject, token: str) -> str:
    """The price_change message that leads from one recorded snapshot to the next."""
    rows = []
    for key, side in (("bids", "BUY"), ("asks", "SELL")):
        old = {level["price"]: level["size"] for level in before[key]}
        new = {level["price"]: level["size"] for level in after[key]}
        rows += [
            {"asset_id": token, "price": price, "size": new.get(price, "0"), "side": side}
            for price in old.keys() | new.keys()
            if old.get(price) != new.get(price)
        ]
    bid, ask = (after[key][-1]["price"] if after[key] else None for key in ("bids", "asks"))
    rows = [{**row, "best_bid": bid or "0", "best_ask": ask or "1"} for row in rows]
    return json.dumps({"event_type": "price_change", "timestamp": after["timestamp"], "price_changes": rows})


RECORDINGS = ("15m_sol_orderbooks_1765450800", "1h_btc_orderbooks_1765450800")


@pytest.mark.slow
@pytest.mark.parametrize("name", [f"{recording}{side}" for recording in RECORDINGS for side in ("up", "down")])
def test_changes_between_recorded_snapshots_lead_from_one_to_the_next(shared: Path, name: str) -> None:
    snapshots = json.loads(read(shared / f"data/books/polymarket_l2_caiooooo_2025-12-11/{name}.json.gz"))
    snapshots.sort(key=lambda snapshot: int(snapshot["timestamp"]))
    market = a_market("2")
    stream = MarketStream([market])
    stream.take(json.dumps({**snapshots[0], "event_type": "book", "asset_id": "2"}))

    for before, after in pairwise(snapshots):
        effects = stream.take(changes(before, after, "2"))
        assert not effects.lost
        book = parse_book(json.dumps({**after, "asset_id": "2"}).encode(), market, seen_at=NOW)
        assert replace(stream.freeze(market.id, seen_at=NOW), venue_at=book.venue_at) == book

    assert len(snapshots) > 100


@pytest.mark.parametrize("recording", RECORDINGS)
def test_the_recorded_book_of_no_mirrors_the_one_of_yes(shared: Path, recording: str) -> None:
    folder = shared / "data/books/polymarket_l2_caiooooo_2025-12-11"
    sides = [
        {int(row["timestamp"]): row for row in json.loads(read(folder / f"{recording}{side}.json.gz"))}
        for side in ("up", "down")
    ]
    at_once = sorted(sides[0].keys() & sides[1].keys())

    def tops(row: JsonObject) -> tuple[int, int]:
        stream = MarketStream([a_market("2")])
        stream.take(json.dumps({**row, "event_type": "book", "asset_id": "2"}))
        [book] = stream.books.values()
        return book.yes.best, TICKS - book.no.best

    mirrored = sum(tops(sides[0][at]) == tuple(TICKS - top for top in reversed(tops(sides[1][at]))) for at in at_once)

    assert len(at_once) > 50
    assert mirrored == len(at_once)


def test_recorded_depth_of_yes_is_the_mirror_of_no(shared: Path) -> None:
    """At most five levels a side, an empty side left out. Both books of a market were read one after the other: what
    changed in between shows as a difference in 35 of 531 pairs."""
    problems, mirrored = Counter[str](), Counter[bool]()
    for row in frames(shared / "data/books/both_depth_snapshots_pmvl.jsonl.gz"):
        if row["venue"] != "polymarket":
            continue
        market = a_market(str(row["yes_token_id"]), str(row["condition_id"]), str(row["no_token_id"]))
        yes = depth(row, "yes", market)
        no = depth(row, "no", replace(market, yes_token=market.no_token))
        mirrored[(yes.asks(Side.NO), yes.bids(Side.NO)) == (no.yes_asks, no.yes_bids)] += 1
        problems[str(problem(yes, age_ms_max=1_000, now=NOW))] += 1

    assert mirrored == {True: 496, False: 35}
    assert problems == {"None": 363, "one_sided": 168}


def depth(row: JsonObject, side: str, market: Market) -> Book:
    levels = {
        key: [{"price": price, "size": size} for price, size in row.get(f"{side}_{key}", ())]
        for key in ("bids", "asks")
    }
    body = {"asset_id": market.yes_token, "timestamp": "1795608000000", **levels}
    return parse_book(json.dumps(body).encode(), market, seen_at=NOW)
