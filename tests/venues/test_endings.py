"""How markets ended, by the venue's final word: a dollar, nothing, or between; and nothing where it is not clear."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbkit.core.markets import Side
from arbkit.core.money import MICRO, Price
from arbkit.core.settlement import Ending
from arbkit.errors import SchemaMismatch
from arbkit.venues.kalshi.wire.ending import parse_ending

AT = "2026-11-30T18:00:00Z"
ENDED_AT = datetime(2026, 11, 30, 18, tzinfo=UTC)


def told(**changes: object) -> Ending | None:
    market = {"ticker": "A", "status": "finalized", "result": "yes", "settlement_value_dollars": "1.0000",
              "settlement_ts": AT, "close_time": AT} | changes  # fmt: skip
    return parse_ending(json.dumps({"market": {k: v for k, v in market.items() if v is not ...}}).encode(), "A")


@pytest.mark.parametrize(
    ("result", "value", "yes"),
    [
        ("yes", "1.0000", "1"),
        ("no", "0.0000", "0"),
        ("yes", ..., "1"),
        ("no", None, "0"),
        ("scalar", "0.5000", "0.5"),
        ("scalar", "0.3333", "0.3333"),
        ("scalar", "1.0000", "1"),
    ],
)
def test_what_is_final_pays_what_the_venue_says(result: str, value: object, yes: str) -> None:
    ending = told(result=result, settlement_value_dollars=value)
    assert ending == Ending(Price.parse(yes), ENDED_AT)
    assert ending.pays(Side.YES).micros + ending.pays(Side.NO).micros == MICRO


@pytest.mark.parametrize("status", ["initialized", "active", "inactive", "closed", "determined", "disputed", "amended"])
def test_what_is_not_final_pays_nothing_yet_whatever_its_result(status: str) -> None:
    assert told(status=status) is None


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"result": ""}, "result"),
        ({"result": None}, "result"),
        ({"result": ...}, "result"),
        ({"result": "void"}, "result"),
        ({"result": "scalar", "settlement_value_dollars": None}, "result"),
        ({"result": "no"}, "settlement_value_dollars"),
        ({"settlement_value_dollars": "0.5000"}, "settlement_value_dollars"),
        ({"result": "scalar", "settlement_value_dollars": "1.0001"}, "settlement_value_dollars"),
        ({"result": "scalar", "settlement_value_dollars": "-0.1"}, "settlement_value_dollars"),
        ({"settlement_value_dollars": "1e0"}, "settlement_value_dollars"),
        ({"settlement_value_dollars": 1}, "settlement_value_dollars"),
        ({"status": "settled"}, "status"),
        ({"ticker": "B"}, "ticker"),
    ],
)
def test_a_word_that_is_not_known_or_contradicts_itself_settles_nothing(changes: dict[str, object], path: str) -> None:
    with pytest.raises(SchemaMismatch) as caught:
        told(**changes)
    assert caught.value.path == f"$.market.{path}"


def test_where_the_least_is_bounded_the_value_counts() -> None:
    bounded = told(result="no", settlement_value_dollars="0.0500", settlement_bounds_type="floor")
    assert bounded == Ending(Price.parse("0.05"), ENDED_AT)


@given(st.text(max_size=20), st.text(max_size=20), st.none() | st.text(max_size=20))
def test_no_text_settles_a_market_that_is_not_final(status: str, result: str, value: str | None) -> None:
    try:
        ending = told(status=status, result=result, settlement_value_dollars=value)
    except SchemaMismatch:
        return
    assert ending is None or (status == "finalized" and result in {"yes", "no", "scalar"})


@pytest.mark.shared
def test_every_recorded_market_is_read(shared: Path) -> None:
    rows = json.loads((shared / "samples/kalshi/markets_settled_prod_2026-08-08_trimmed.json").read_text())["markets"]
    endings = [parse_ending(json.dumps({"market": row}).encode(), row["ticker"]) for row in rows]
    assert [ending.yes if ending else None for ending in endings] == [
        Price.parse(row["settlement_value_dollars"]) if row["status"] == "finalized" else None for row in rows
    ]
    assert any(ending and ending.at for ending in endings)
