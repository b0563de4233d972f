"""Real Kalshi recordings through our parsers: every object is read, or refused for a reason that we can name."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from arbkit.core.books import BookProblem, LiveBook, LiveState, problem
from arbkit.core.markets import MarketId, VenueName
from arbkit.core.money import Price
from arbkit.errors import SchemaMismatch
from arbkit.venues.kalshi.wire import catalogue, exchange, orderbooks, stream
from arbkit.venues.kalshi.wire.stream import Continuity, Delta, Snapshot
from tests.venues.kalshi_payloads import dumped

pytestmark = pytest.mark.shared

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ANY = MarketId(VenueName.KALSHI, "ANY")
COMBO = "a combo of other markets"


def content(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


@pytest.mark.parametrize(
    ("file", "markets", "refused", "with_grid"),
    [
        ("2026-03-10/kalshi.jsonl.gz", 3141, {COMBO: 518}, 0),
        ("2026-03-22-politics/kalshi.jsonl.gz", 1102, {}, 0),
        ("raw/2026-01-18_kalshi_markets_raw_nba_adamnhan.jsonl.gz", 52, {}, 52),
        ("raw/2026-03-01_kalshi_events_raw_iran_areeba.jsonl.gz", 763, {}, 763),
        ("raw/2026-08_kalshi_events_raw_sports_cockpit.jsonl.gz", 568, {}, 568),
    ],
)
def test_every_row_of_a_catalogue_is_a_market_or_a_combo(
    shared: Path, file: str, markets: int, refused: dict[str, int], with_grid: int
) -> None:
    page = catalogue.parse_file(content(shared / "data/catalog" / file))

    assert len(page.markets) == markets
    assert Counter(row.why for row in page.unusable) == refused
    assert sum(market.grid is not None for market in page.markets) == with_grid


def test_no_rule_text_and_no_title_is_lost(shared: Path) -> None:
    body = content(shared / "data/catalog/raw/2026-08_kalshi_events_raw_sports_cockpit.jsonl.gz")
    rows = [row for line in body.splitlines() for row in json.loads(line)["markets"]]

    for row, market in zip(rows, catalogue.parse_file(body).markets, strict=True):
        assert market.id.key == row["ticker"]
        assert market.title == " ".join(row["title"].replace("**", "").split())
        assert "".join(market.rules.split()) == "".join((row["rules_primary"] + row["rules_secondary"]).split())
        assert market.strike is not None
        assert market.strike.floor == str(row.get("floor_strike", ""))


def objects(node: Any) -> Iterator[dict[str, Any]]:
    """Every JSON object anywhere in a document, also in texts that hold one."""
    if isinstance(node, str) and node.startswith("{"):
        node = json.loads(node)
    if isinstance(node, list):
        for item in node:
            yield from objects(item)
    elif isinstance(node, dict):
        yield node
        for item in node.values():
            yield from objects(item)


def documents(folder: Path) -> Iterator[dict[str, Any]]:
    """Every JSON object of every recording of Kalshi in a folder, however it is wrapped."""
    for path in sorted(path for path in folder.rglob("*.json*") if "kalshi" in str(path)):
        text = content(path)
        for part in text.splitlines() if ".jsonl" in path.name else [text]:
            yield from objects(json.loads(part))


def kind_of(item: dict[str, Any]) -> str:
    for kind, keys in {
        "market": {"ticker", "event_ticker", "market_type", "rules_primary"},
        "event": {"event_ticker", "series_ticker", "mutually_exclusive", "title"},
        "series": {"ticker", "fee_type", "fee_multiplier"},
        "book": {"orderbook_fp"},
        "status": {"exchange_active", "trading_active", "exchange_estimated_resume_time"},
        "schedule": {"schedule"},
        "fee changes": {"series_fee_change_arr"},
    }.items():
        if keys <= set(item):
            return kind
    return ""


def reading(kind: str, item: dict[str, Any]) -> str:
    """Read one recorded object; what is wrong with it, "" when nothing is."""
    body = dumped(item)
    try:
        match kind:
            case "event" if "markets" not in item:
                _, unusable = catalogue.parse_event_rows(dumped({"events": [item], "cursor": ""}))
                return "; ".join(row.why for row in unusable)
            case "market" | "event":
                return "; ".join(row.why for row in catalogue.parse_file(body).unusable)
            case "series":
                catalogue.parse_series(dumped({"series": item}))
            case "book":
                orderbooks.parse_orderbook(body, ANY, NOW)
            case "status":
                exchange.parse_status(body)
            case "schedule":
                exchange.parse_maintenance(body)
            case "fee changes":
                exchange.parse_series_fee_changes(body, since=NOW, now=NOW)
    except SchemaMismatch as error:
        return f"{error.path}: {error.found}"
    return ""


@pytest.mark.parametrize(
    ("folder", "read", "refused"),
    [
        (
            "samples/kalshi",
            {"market": 19, "event": 5, "series": 3, "book": 5, "status": 1, "schedule": 1, "fee changes": 2},
            {COMBO: 1},
        ),
        (
            "data/books/wire",
            {"market": 66, "event": 13, "series": 247, "book": 29, "status": 1, "schedule": 1, "fee changes": 1},
            {COMBO: 6},
        ),
    ],
)
def test_every_recorded_answer_is_read(
    shared: Path, folder: str, read: dict[str, int], refused: dict[str, int]
) -> None:
    found: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for item in documents(shared / folder):
        if kind := kind_of(item):
            found[kind] += 1
            wrong[reading(kind, item)] += 1

    del wrong[""]
    assert (dict(found), dict(wrong)) == (read, refused)


def test_a_book_agrees_with_the_quotes_of_its_market(shared: Path) -> None:
    recorded = json.loads(content(shared / "samples/kalshi/market_single_and_orderbook_prod_2026-08-09.json"))
    quotes = recorded["GET /markets/{ticker}"]["market"]

    book = orderbooks.parse_orderbook(dumped(recorded["GET /markets/{ticker}/orderbook"]), ANY, NOW)

    assert [str(book.yes_bids[0].price), str(book.yes_bids[0].qty)] == ["0.89", "343.49"]
    assert book.yes_bids[0].price == Price.parse(quotes["yes_bid_dollars"])
    assert book.yes_asks[0].price == Price.parse(quotes["yes_ask_dollars"])
    assert problem(book, age_ms_max=0, now=NOW) is None


def test_full_depth_snapshots_show_the_same_book_from_both_sides(shared: Path) -> None:
    lines = content(shared / "data/books/both_depth_snapshots_pmvl.jsonl.gz").splitlines()
    rows = [row for row in map(json.loads, lines) if row["venue"] == "kalshi"]
    found: Counter[BookProblem | None] = Counter()

    for row in rows:
        sides = {"yes_dollars": row.get("yes_bids", [])[::-1], "no_dollars": row.get("no_bids", [])[::-1]}
        book = orderbooks.parse_orderbook(dumped({"orderbook_fp": sides}), ANY, NOW)
        assert [str(level.price) for level in book.yes_asks] == [
            str(Price.parse(price)) for price, _ in row.get("yes_asks", [])
        ]
        found[problem(book, age_ms_max=0, now=NOW)] += 1
    assert found == {None: 472, BookProblem.ONE_SIDED: 354}


@dataclass
class Replay:
    """What a recorded stream did to our books."""

    counts: Counter[str] = field(default_factory=Counter)
    books: dict[str, LiveBook] = field(default_factory=dict)
    tops: dict[str, list[tuple[int, int, int, int]]] = field(default_factory=dict)
    locked_at: list[int] = field(default_factory=list)
    sequences: stream.Sequences = field(default_factory=stream.Sequences)

    def reconnect(self) -> None:
        self.sequences = stream.Sequences()
        for book in self.books.values():
            book.interrupt()

    def show(self, text: bytes | str) -> None:
        frame = stream.parse_frame(text, use_yes_price=False)
        continuity = self.sequences.follow(frame)
        self.counts[continuity] += 1
        self.counts[type(frame).__name__] += 1
        if continuity is Continuity.NEXT and isinstance(frame, Snapshot | Delta):
            self.apply(frame)

    def apply(self, frame: Snapshot | Delta) -> None:
        new_book = partial(LiveBook, MarketId(VenueName.KALSHI, frame.ticker), unit_micros=stream.SIZE_UNIT_MICROS)
        book = self.books.setdefault(frame.ticker, new_book())
        self.counts["live" if stream.apply(frame, book) else book.state] += 1
        yes, no = book.yes, book.no
        self.tops.setdefault(frame.ticker, []).append(
            (yes.best, no.best, yes.sizes.get(yes.best, 0), no.sizes.get(no.best, 0))
        )
        if yes.best and no.best:
            self.counts["crossed"] += yes.best + no.best > stream.TICKS
            if yes.best + no.best == stream.TICKS:
                self.locked_at.append(self.counts.total())


@pytest.mark.slow
def test_fifteen_minutes_of_production_replay_without_a_break(shared: Path) -> None:
    replay, quotes = Replay(), []
    for line in content(shared / "data/books/kalshi_ws_prod_KXBTC15M_2026-05-14_organics.jsonl.gz").splitlines():
        row = json.loads(line)
        match row["type"]:
            case "ws_connected":
                replay.reconnect()
            case "ws_subscribed":
                replay.show(dumped(row["msg"]))
            case "ticker":
                quotes.append((row["msg"], len(replay.tops.get(row["msg"]["market_ticker"], []))))
            case _:
                # The recorder dropped the sid; both connections had the order books on sid 2.
                replay.show(dumped({"type": row["type"], "sid": 2, "seq": row["seq"], "msg": row["msg"]}))

    assert replay.counts["Delta"] == replay.counts["live"] - replay.counts["Snapshot"] == 101_703
    assert {Continuity.GAP, Continuity.REPEATED, LiveState.CORRUPT, LiveState.WAITING, "crossed"}.isdisjoint(
        name for name, count in replay.counts.items() if count
    )
    # While the exchange reports a match level by level, bid and ask may stand at one price for some frames.
    assert len(replay.locked_at) == 6
    assert all(agrees(replay.tops[quote["market_ticker"]], quote, at) for quote, at in quotes)
    assert len(quotes) == 842


def agrees(tops: list[tuple[int, int, int, int]], quote: dict[str, Any], at: int) -> bool:
    """Whether our best levels were what the ticker channel says, prices and sizes, within 300 frames of its message."""
    prices = (Price.parse(quote["yes_bid_dollars"]).micros, Price.parse(quote["yes_ask_dollars"]).complement.micros)
    sizes = (int(quote["yes_bid_size_fp"].replace(".", "")), int(quote["yes_ask_size_fp"].replace(".", "")))
    return (*(price // stream.TICK_MICROS for price in prices), *sizes) in tops[max(0, at - 300) : at + 300]


def test_the_demo_stream_replays_and_starts_from_the_books_that_rest_showed(shared: Path) -> None:
    replay, first = Replay(), {}
    for line in content(shared / "data/books/kalshi_ws_demo_2026-07-01_jfreun.jsonl.gz").splitlines():
        replay.show(line)
        for ticker in set(replay.books) - set(first):
            first[ticker] = replay.books[ticker].freeze(seen_at=NOW)
    for line in content(shared / "data/books/wire/kalshi_demo_rest_orderbooks_jfreun.jsonl.gz").splitlines():
        row = json.loads(line)
        market = MarketId(VenueName.KALSHI, row["url"].split("/")[-2])
        assert orderbooks.parse_orderbook(row["response_body"].encode(), market, NOW) == first.pop(market.key)

    assert first == {}
    assert (replay.counts["Delta"], replay.counts["Snapshot"], replay.counts[Continuity.NEXT]) == (2885, 5, 2898)
    assert replay.counts["live"] == 2890
    assert not replay.counts["crossed"]


def test_recorded_streams_of_both_price_modes_leave_valid_books(shared: Path) -> None:
    for name, use_yes_price, bid, ask in [
        ("ws_recorded_no_leg_pricing", False, (4700, 300), (4800, 100)),
        ("ws_recorded_use_yes_price", True, (4700, 300), (4800, 200)),
    ]:
        book = LiveBook(ANY, unit_micros=stream.SIZE_UNIT_MICROS)
        for row in json.loads(content(shared / f"samples/kalshi/{name}.json")):
            frame = stream.parse_frame(dumped(row), use_yes_price=use_yes_price)
            if isinstance(frame, Snapshot | Delta):
                assert stream.apply(frame, book)
        assert (book.yes.best, book.yes.sizes[book.yes.best]) == bid
        assert (book.no.best, book.no.sizes[book.no.best]) == ask


def test_twelve_subscriptions_merged_into_one_run_on_one_sequence(shared: Path) -> None:
    replay = Replay()
    recorded = json.loads(content(shared / "data/books/wire/kalshi_cockpit/ws_orderbook_stream.json.gz"))
    for row in recorded["frames"]:
        replay.show(dumped(row["frame"]))

    assert (replay.counts["Snapshot"], replay.counts["Numbered"], replay.counts["Subscribed"]) == (12, 11, 1)
    assert replay.counts[Continuity.NEXT] == len(recorded["frames"]) == 269
    assert {book.state for book in replay.books.values()} == {LiveState.LIVE}


def test_every_server_message_of_the_specification_is_understood(shared: Path) -> None:
    rows = json.loads(content(shared / "samples/kalshi/ws_server_messages_spec_examples.json"))
    frames = [row for row in objects(rows) if isinstance(row.get("type"), str) and ("msg" in row or "sid" in row)]

    assert len([stream.parse_frame(dumped(row), use_yes_price=True) for row in frames]) > 20
