"""Recorded catalogues as a world: records as they are, the least around them."""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from arbkit.errors import BadFile
from arbkit.venues.sim.world.model import JsonObject, World
from arbkit.venues.sim.world.recorded import load_catalogue

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def a_kalshi_market(ticker: str = "KXFROST-27-MAY", **fields: object) -> JsonObject:
    return {
        "ticker": ticker,
        "event_ticker": "KXFROST-27",
        "market_type": "binary",
        "title": "Will it freeze in Lisbon before May 2027?",
        "rules_primary": "If it freezes, then Yes.",
        "close_time": "2027-05-01T03:59:00Z",
        "status": "active",
        **fields,
    }


def a_gamma_market(number: int = 1, **fields: object) -> JsonObject:
    return {
        "id": str(number),
        "question": "Will it freeze in Lisbon by April 30, 2027?",
        "conditionId": f"0x{number:064x}",
        "slug": f"freeze-{number}",
        "outcomes": '["Yes", "No"]',
        "outcomePrices": '["0.62", "0.38"]',
        "clobTokenIds": f'["{number}1", "{number}2"]',
        "orderPriceMinTickSize": 0.01,
        **fields,
    }


def a_folder(path: Path, **files: list[JsonObject]) -> Path:
    for name, rows in files.items():
        with gzip.open(path / f"{name}.jsonl.gz", "wt") as lines:
            lines.writelines(json.dumps(row) + "\n" for row in rows)
    return path


def nested(events: object) -> Iterator[JsonObject]:
    assert isinstance(events, list)
    for event in events:
        yield from event["markets"]


def markets(world: World) -> tuple[dict[object, JsonObject], dict[object, JsonObject]]:
    return (
        {market["ticker"]: market for market in nested(world.kalshi_events)},
        {market["id"]: market for market in nested(world.gamma_events)},
    )


def test_records_are_served_unchanged(tmp_path: Path) -> None:
    ours, theirs = a_kalshi_market(), a_gamma_market(odd={"kept": [1, None]})
    world = load_catalogue(a_folder(tmp_path, kalshi=[ours], polymarket=[theirs]), NOW, 1)
    kalshi, gamma = markets(world)
    assert kalshi["KXFROST-27-MAY"].items() >= ours.items()
    assert gamma["1"] == theirs


def test_markets_of_one_event_ticker_share_an_event_and_a_series(tmp_path: Path) -> None:
    rows = [a_kalshi_market("KXFROST-27-MAY"), a_kalshi_market("KXFROST-27-JUN")]
    world = load_catalogue(a_folder(tmp_path, kalshi=rows), NOW, 1)
    assert [event["event_ticker"] for event in world.kalshi_events] == ["KXFROST-27"]
    assert [(series["ticker"], series["fee_type"]) for series in world.kalshi_series] == [("KXFROST", "quadratic")]


def test_recorded_events_and_series_are_taken_as_they_are(tmp_path: Path) -> None:
    event: JsonObject = {
        "event_ticker": "KXFROST-27",
        "series_ticker": "KXFROST",
        "title": "Frost",
        "markets": [a_kalshi_market()],
    }
    series = {"ticker": "KXHEAT", "fee_type": "flat", "fee_multiplier": 2}
    row = a_kalshi_market("KXHEAT-1-A", event_ticker="KXHEAT-1", series=series)
    world = load_catalogue(a_folder(tmp_path, kalshi=[event, row]), NOW, 1)
    assert world.kalshi_events[0]["title"] == "Frost"
    assert series in list(world.kalshi_series)


def test_books_stand_around_recorded_prices(tmp_path: Path) -> None:
    rows = [a_kalshi_market("KXFROST-27-B", yes_bid_dollars="0.2000", yes_ask_dollars="0.2400")]
    world = load_catalogue(a_folder(tmp_path, kalshi=rows, polymarket=[a_gamma_market()]), NOW, 1)
    for key, price in (("KXFROST-27-B", 2_200), ("11", 6_200)):
        book = world.books[key]
        assert abs((max(book.yes_bids)[0] + min(book.yes_asks)[0]) / 2 - price) < 400


def test_a_market_without_prices_is_lent_the_price_of_its_likeness(tmp_path: Path) -> None:
    world = load_catalogue(a_folder(tmp_path, kalshi=[a_kalshi_market()], polymarket=[a_gamma_market()]), NOW, 1)
    book = world.books["KXFROST-27-MAY"]
    assert abs((max(book.yes_bids)[0] + min(book.yes_asks)[0]) / 2 - 6_200) < 600


def test_beyond_the_last_tick_nobody_takes_the_other_side(tmp_path: Path) -> None:
    rows = [a_gamma_market(outcomePrices='["0.0005", "0.9995"]')]
    book = load_catalogue(a_folder(tmp_path, polymarket=rows), NOW, 1).books["11"]
    assert not book.yes_bids
    assert book.yes_asks


@pytest.mark.parametrize("text", [b"\x1f\x8b broken", b"[1]\n", b"not json\n", b'{"title": "no ticker"}\n'])
def test_files_that_are_no_catalogue_are_refused_by_name(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "kalshi.jsonl").write_bytes(text)
    with pytest.raises(BadFile, match=r"kalshi\.jsonl"):
        load_catalogue(tmp_path, NOW, 1)


def test_a_folder_without_a_catalogue_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile):
        load_catalogue(tmp_path, NOW, 1)
    with pytest.raises(BadFile):
        load_catalogue(tmp_path / "absent", NOW, 1)


@pytest.mark.shared
@pytest.mark.slow
def test_every_record_of_the_march_catalogue_is_there(shared: Path) -> None:
    folder = shared / "data/catalog/2026-03-10"
    kalshi, gamma = markets(load_catalogue(folder, NOW, 1))
    for found, name, key in ((kalshi, "kalshi", "ticker"), (gamma, "polymarket", "id")):
        with gzip.open(folder / f"{name}.jsonl.gz") as lines:
            rows = [json.loads(line) for line in lines]
        assert len(found) == len(rows)
        assert all(found[row[key]].items() >= row.items() for row in rows)
    assert (len(kalshi), len(gamma)) == (3_659, 2_779)
    assert sum(str(ticker).startswith("KXMVE") for ticker in kalshi) == 518


@pytest.mark.shared
@pytest.mark.parametrize("folder", ["2026-03-22-politics", "raw"])
def test_other_recordings_load(shared: Path, folder: str) -> None:
    kalshi, _ = markets(load_catalogue(shared / "data/catalog" / folder, NOW, 1))
    assert len(kalshi) > 1_000
