"""Recordings played by the simulated venues: at their time, frame by frame, and the same over HTTP and the stream."""

import importlib.util
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from arbkit.core.markets import VenueName
from arbkit.errors import BadFile
from arbkit.venues.recording import Entry, Kind, Recording, RecordingFile, framed, head
from arbkit.venues.sim.exchange import Incoming
from arbkit.venues.sim.replayed import load_recordings
from arbkit.venues.sim.simulation import Service, Simulation
from arbkit.venues.sim.wire.clob_stream import MarketSession
from arbkit.venues.sim.wire.kalshi_stream import KalshiSession
from arbkit.venues.sim.wire.message import Request
from arbkit.wiring import SimChoices, simulated
from tests.venues.sim_worlds import YES_TOKEN, a_gamma_market, a_kalshi_event, a_kalshi_market

KALSHI, POLYMARKET = VenueName.KALSHI, VenueName.POLYMARKET
T0 = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
TICKER = "KXRATE-26DEC-CUT"
Book = dict[tuple[str, str], str]


def at_us(after_ms: int) -> int:
    return int(T0.timestamp() * 1_000_000) + after_ms * 1_000


def kalshi(after_ms: int, kind: str, seq: int = 0, **msg: object) -> Entry:
    frame = {"type": kind, "sid": 1, "seq": seq, "msg": {"market_ticker": TICKER, **msg}}
    return framed(at_us(after_ms), KALSHI, 1, json.dumps(frame).encode())


def delta(after_ms: int, price: str, change: str, side: str = "yes") -> Entry:
    return kalshi(after_ms, "orderbook_delta", 2, price_dollars=price, delta_fp=change, side=side)


def polymarket(after_ms: int, event_type: str, **event: object) -> Entry:
    frame = {"event_type": event_type, "market": "0x", "timestamp": "1", **event}
    return framed(at_us(after_ms), POLYMARKET, 2, json.dumps(frame).encode())


def change(after_ms: int, *rows: tuple[str, str, str], asset: str = YES_TOKEN) -> Entry:
    changes = [{"asset_id": asset, "price": price, "size": size, "side": side} for price, size, side in rows]
    return polymarket(after_ms, "price_change", price_changes=changes)


def catalogue(venue: VenueName, **content: object) -> Entry:
    return Entry(at_us=at_us(0), kind=Kind.CATALOGUE, venue=venue, text=json.dumps(content))


SNAPSHOT = kalshi(0, "orderbook_snapshot", 1, yes_dollars_fp=[["0.4500", "10.00"], ["0.4700", "3.50"]],
                  no_dollars_fp=[["0.5200", "4.00"]])  # fmt: skip
BOOK = polymarket(
    0, "book", asset_id=YES_TOKEN, bids=[{"price": "0.46", "size": "12.5"}], asks=[{"price": "0.55", "size": "7"}]
)
LISTED = [
    catalogue(KALSHI, events=[a_kalshi_event(a_kalshi_market())]),
    catalogue(KALSHI, series={"ticker": "KXRATE", "fee_type": "quadratic", "fee_multiplier": 2}),
    catalogue(POLYMARKET, markets=[a_gamma_market(events=[{"id": "90001", "title": "Rates", "negRisk": False}])]),
]


def playing(path: Path, *entries: Entry, speed: float = 1, listed: Sequence[Entry] = LISTED) -> Simulation:
    with RecordingFile(path / "r.jsonl.gz") as file:
        file.add([head(at_us(0)), *listed, *entries])
    recording = Recording(path / "r.jsonl.gz")
    loaded = load_recordings([recording], NOW, 1)
    simulation = Simulation(loaded.world)
    simulation.plays([recording], begins_us=loaded.begins_us, speed=speed)
    return simulation


def begun(simulation: Simulation) -> Simulation:
    assert simulation.replay is not None
    simulation.replay.begin(NOW)
    return simulation


def later(ms: int) -> datetime:
    return NOW + timedelta(milliseconds=ms)


def rest(simulation: Simulation, service: Service, path: str, now: datetime, **query: str) -> Any:
    answer = simulation.answer(service, Request(method="GET", path=path, at=now, query=tuple(query.items())))
    assert answer.status == 200, answer.body
    return json.loads(answer.body)


def kalshi_book(simulation: Simulation, now: datetime) -> dict[str, Any]:
    return rest(simulation, Service.KALSHI, f"/trade-api/v2/markets/{TICKER}/orderbook", now)["orderbook_fp"]


def clob_book(simulation: Simulation, now: datetime) -> dict[str, Any]:
    return rest(simulation, Service.CLOB, "/book", now, token_id=YES_TOKEN)


def test_books_stand_as_they_began_until_somebody_listens(tmp_path: Path) -> None:
    simulation = playing(tmp_path, SNAPSHOT, BOOK, delta(10, "0.4700", "-3.50"))
    for ms in (0, 5_000):
        assert kalshi_book(simulation, later(ms)) == {
            "yes_dollars": [["0.4500", "10.00"], ["0.4700", "3.50"]], "no_dollars": [["0.4800", "4.00"]],
        }  # fmt: skip
    assert [level["price"] for level in clob_book(simulation, NOW)["bids"]] == ["0.46"]


@pytest.mark.parametrize("speed", [1, 10])
def test_each_change_comes_at_its_time(tmp_path: Path, speed: float) -> None:
    simulation = begun(playing(tmp_path, SNAPSHOT, delta(2_000, "0.4700", "1.50"), speed=speed))
    assert kalshi_book(simulation, later(int(1_999 / speed)))["yes_dollars"][-1] == ["0.4700", "3.50"]
    assert kalshi_book(simulation, later(int(2_000 / speed)))["yes_dollars"][-1] == ["0.4700", "5.00"]


def following(simulation: Simulation) -> tuple[KalshiSession, list[dict[str, object]]]:
    """A session that follows the book of Kalshi, and what it was told at first."""
    account = simulation.kalshi.open_account("k", {0: 0})
    session = KalshiSession(simulation.kalshi_listing, simulation.kalshi_floor, account, now=NOW)
    params = {"channels": ["orderbook_delta"], "market_tickers": [TICKER], "use_yes_price": True}
    simulation.advance(NOW)
    return session, session.command(json.dumps({"id": 1, "cmd": "subscribe", "params": params}), NOW)


def test_a_snapshot_that_is_asked_for_comes_after_every_change_before_it(tmp_path: Path) -> None:
    simulation = begun(playing(tmp_path, SNAPSHOT, delta(100, "0.4700", "1.00")))
    session, _ = following(simulation)
    simulation.advance(later(1_000))
    params = {"sid": 1, "market_tickers": [TICKER], "action": "get_snapshot"}
    asked = json.dumps({"id": 2, "cmd": "update_subscription", "params": params})

    frames = session.command(asked, later(1_000))
    assert [frame["type"] for frame in frames] == ["orderbook_delta", "orderbook_snapshot"]
    assert not session.news(later(1_000))


def test_a_second_whole_book_is_told_without_a_price_that_crosses_on_the_way(tmp_path: Path) -> None:
    higher = kalshi(
        100, "orderbook_snapshot", 1, yes_dollars_fp=[["0.7000", "10.00"]], no_dollars_fp=[["0.7500", "4.00"]]
    )
    simulation = begun(playing(tmp_path, SNAPSHOT, higher))
    session, _ = following(simulation)
    simulation.advance(later(1_000))

    best = {"yes": {"0.4500", "0.4700"}, "no": {"0.5200"}}
    for frame in session.news(later(1_000)):
        message = frame["msg"]
        assert isinstance(message, dict)
        standing = best[message["side"]]
        (standing.discard if message["delta_fp"].startswith("-") else standing.add)(message["price_dollars"])
        assert max(best["yes"], default="0") < min(best["no"], default="1")
    assert best == {"yes": {"0.7000"}, "no": {"0.7500"}}


def test_the_stream_of_kalshi_tells_every_change_and_adds_up_to_what_http_shows(tmp_path: Path) -> None:
    changes = [delta(100 * n, "0.4700", "1.00") for n in range(1, 40)] + [delta(4_000, "0.5000", "9.00", "no")]
    simulation = begun(playing(tmp_path, SNAPSHOT, *changes))
    session, frames = following(simulation)
    simulation.advance(later(10_000))
    frames += session.news(later(10_000))

    told = [frame for frame in frames if frame["type"] == "orderbook_delta"]
    assert [frame["seq"] for frame in frames if "seq" in frame] == list(range(1, len(frames)))
    assert len(told) == len(changes)
    message = told[-1]["msg"]
    assert isinstance(message, dict)
    assert (message["price_dollars"], message["delta_fp"], message["side"]) == ("0.5000", "9.00", "no")
    assert message["ts_ms"] == round(later(4_000).timestamp() * 1_000)
    assert kalshi_book(simulation, later(10_000)) == {
        "yes_dollars": [["0.4500", "10.00"], ["0.4700", "42.50"]],
        "no_dollars": [["0.4800", "4.00"], ["0.5000", "9.00"]],
    }  # fmt: skip


def test_the_stream_of_polymarket_tells_a_message_for_a_message_with_the_tops_after_it(tmp_path: Path) -> None:
    simulation = begun(
        playing(
            tmp_path,
            BOOK,
            change(100, ("0.47", "5", "BUY"), ("0.46", "0", "BUY")),
            change(200, ("0.54", "1.25", "SELL")),
        )
    )
    session = MarketSession(simulation.polymarket_listing, simulation.polymarket_floor)
    simulation.advance(NOW)
    session.command(json.dumps({"type": "market", "assets_ids": [YES_TOKEN]}), NOW)
    simulation.advance(later(300))
    first, second = session.news(later(300))

    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert [(row["price"], row["size"], row["best_bid"], row["best_ask"]) for row in first["price_changes"]] == [
        ("0.47", "5", "0.47", "0.55"), ("0.46", "0", "0.47", "0.55"),
    ]  # fmt: skip
    assert [(row["price"], row["size"], row["best_ask"]) for row in second["price_changes"]] == [
        ("0.54", "1.25", "0.54")
    ]
    book = clob_book(simulation, later(300))
    assert [level["price"] for level in book["bids"]] == ["0.47"]
    assert [level["price"] for level in book["asks"]] == ["0.55", "0.54"]


def test_the_book_of_the_other_token_is_seen_from_the_other_side(tmp_path: Path) -> None:
    no_token = json.loads(str(a_gamma_market()["clobTokenIds"]))[1]
    simulation = begun(playing(tmp_path, BOOK, change(100, ("0.40", "2", "BUY"), asset=no_token)))
    assert [level["price"] for level in clob_book(simulation, later(100))["asks"]] == ["0.6", "0.55"]


def test_a_book_that_was_read_over_http_replaces_the_streamed_one(tmp_path: Path) -> None:
    text = json.dumps({"market": TICKER, "bids": [["0.4", "1"]], "asks": []})
    read = Entry(at_us=at_us(100), kind=Kind.BOOK, venue=KALSHI, text=text)
    simulation = begun(playing(tmp_path, SNAPSHOT, read))
    assert kalshi_book(simulation, later(100)) == {"yes_dollars": [["0.4000", "1.00"]], "no_dollars": []}


def test_what_happened_to_markets_happens_again(tmp_path: Path) -> None:
    simulation = begun(
        playing(
            tmp_path, SNAPSHOT, BOOK,
            kalshi(100, "market_lifecycle_v2", event_type="deactivated"),
            kalshi(200, "market_lifecycle_v2", event_type="activated"),
            kalshi(300, "market_lifecycle_v2", event_type="determined", result="yes", settlement_value="1.0000"),
            polymarket(100, "tick_size_change", asset_id=YES_TOKEN, old_tick_size="0.01", new_tick_size="0.001"),
        )
    )  # fmt: skip
    session = MarketSession(simulation.polymarket_listing, simulation.polymarket_floor)
    session.command(json.dumps({"type": "market", "assets_ids": [YES_TOKEN]}), NOW)
    states = []
    for ms in (0, 100, 200, 300):
        simulation.advance(later(ms))
        states.append(simulation.kalshi_listing.markets[TICKER].status)
    [told] = session.news(later(300))

    assert states == ["active", "inactive", "active", "finalized"]
    assert isinstance(told, dict)
    assert (told["event_type"], told["new_tick_size"]) == ("tick_size_change", "0.001")
    assert rest(simulation, Service.CLOB, "/tick-size", later(300), token_id=YES_TOKEN) == {"minimum_tick_size": 0.001}


def test_what_an_order_took_is_there_again_with_the_next_change_at_its_price(tmp_path: Path) -> None:
    simulation = begun(playing(tmp_path, SNAPSHOT, delta(1_000, "0.5200", "1.00", "no")))
    simulation.advance(NOW)
    order = Incoming(order_id="1", owner="us", is_bid=True, limit=5_200, qty=300)
    simulation.kalshi_floor.submit(TICKER, order, NOW)

    assert kalshi_book(simulation, later(999))["no_dollars"] == [["0.4800", "1.00"]]
    assert kalshi_book(simulation, later(1_000))["no_dollars"] == [["0.4800", "5.00"]]


def test_frames_that_are_damaged_or_of_unlisted_markets_are_counted_and_passed_over(tmp_path: Path) -> None:
    simulation = begun(
        playing(
            tmp_path, SNAPSHOT, framed(at_us(1), KALSHI, 1, b'{"type":"orderbook_del'),
            framed(at_us(1), POLYMARKET, 2, b"\xff"), framed(at_us(2), POLYMARKET, 2, b"PONG"),
            change(3, ("0.5", "1", "BUY"), asset="77"), Entry(at_us=at_us(4), kind=Kind.DROPPED, count=12),
            Entry(at_us=at_us(5), kind=Kind.LOST, venue=KALSHI, line=1), delta(6, "0.4700", "1.00"),
        )
    )  # fmt: skip
    simulation.advance(later(10))
    assert simulation.replay is not None
    report = simulation.replay.report()
    assert (report["unreadable"], report["unlisted"], report["dropped"], report["connections_lost"]) == (2, 1, 12, 1)
    assert report["ended"] is True
    assert rest(simulation, Service.KALSHI, "/sim/replay", later(10))["replay"] == report
    assert kalshi_book(simulation, later(10))["yes_dollars"][-1] == ["0.4700", "4.50"]


def test_records_are_listed_as_they_were_recorded_and_markets_without_one_are_listed_too(tmp_path: Path) -> None:
    simulation = playing(tmp_path, SNAPSHOT, BOOK)
    market = rest(simulation, Service.KALSHI, f"/trade-api/v2/markets/{TICKER}", NOW)["market"]
    assert (market["title"], market["close_time"]) == (
        "Will the bank cut its rate in December 2026?", "2026-12-16T19:00:00Z",
    )  # fmt: skip
    series = rest(simulation, Service.KALSHI, "/trade-api/v2/series/KXRATE", NOW)["series"]
    assert series["fee_multiplier"] == 2
    assert rest(simulation, Service.GAMMA, "/events/keyset", NOW)["events"][0]["title"] == "Rates"

    (tmp_path / "bare").mkdir()
    bare = playing(tmp_path / "bare", SNAPSHOT, BOOK, listed=())
    assert rest(bare, Service.KALSHI, f"/trade-api/v2/markets/{TICKER}", NOW)["market"]["status"] == "active"
    assert clob_book(bare, NOW)["bids"] == [{"price": "0.46", "size": "12.5"}]


def test_an_old_recording_of_markets_that_have_ended_is_moved_to_now_by_whole_days(tmp_path: Path) -> None:
    ended = [catalogue(KALSHI, events=[a_kalshi_event(a_kalshi_market(close_time="2026-11-22T15:00:00Z"))])]
    simulation = playing(tmp_path, SNAPSHOT, BOOK, listed=ended)
    same_day = simulation.kalshi_listing.markets[TICKER].wire
    assert same_day["close_time"] == "2026-11-22T15:00:00Z"

    loaded = load_recordings([Recording(tmp_path / "r.jsonl.gz")], NOW + timedelta(days=40), 1)
    [event] = loaded.world.kalshi_events
    assert isinstance(event["markets"], list)
    [market] = event["markets"]
    assert market["close_time"] == "2027-01-01T15:00:00Z"
    assert market["title"] == same_day["title"]


def test_a_recording_without_a_book_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="no whole book"):
        playing(tmp_path, delta(1, "0.4700", "1.00"))


# Published recordings


@pytest.fixture(scope="module")
def converter() -> ModuleType:
    path = Path(__file__).parents[2] / "bench" / "convert_books.py"
    spec = importlib.util.spec_from_file_location("convert_books", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["convert_books"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "frames", "books"),
    [
        ("kalshi_ws_demo_2026-07-01_jfreun.jsonl.gz", 2_896, 5),
        ("kalshi_ws_prod_KXBTC15M_2026-05-14_organics.jsonl.gz", 102_555, 2),
        ("polymarket_l2_caiooooo_2025-12-11", 548, 2),
        ("both_depth_snapshots_pmvl.jsonl.gz", 0, 1_297),
        ("both_bbo_worldcup_paraguay_france.jsonl.gz", 0, 4),
    ],
)
def test_published_recordings_play_whole(
    shared: Path, converter: ModuleType, tmp_path: Path, source: str, frames: int, books: int
) -> None:
    path = converter.convert(shared / "data/books" / source, tmp_path)
    simulation = simulated(SimChoices(replay=(path,)))
    assert simulation.replay is not None
    now = datetime.now(UTC)
    simulation.replay.begin(now)
    simulation.advance(now + timedelta(days=60))

    report = simulation.replay.report()
    assert report["ended"] is True
    assert (report["frames"], report["unreadable"], report["unlisted"]) == (frames, 0, 0)
    assert len(simulation.world.books) == books
