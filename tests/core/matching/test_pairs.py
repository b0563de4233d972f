"""Real-looking pairs of many families: what pays alike is accepted with the right polarity, all else refused."""

from typing import Any

import pytest

from arbkit.core.markets import CONFIDENCE_FLOOR_PPM, Polarity
from tests.core.matching.markets import from_row, read_yaml, verdict

PAIRS = read_yaml("pairs.yaml")


Row = dict[str, Any]


def named(row: Row) -> str:
    return f"{row['kalshi']['title']} <> {row['polymarket']['title']}"


@pytest.mark.parametrize("row", [row for row in PAIRS if row["pays"] != "otherwise"], ids=named)
def test_a_pair_that_pays_alike_is_accepted_with_its_polarity(row: Row) -> None:
    made = verdict(from_row(row["kalshi"]), from_row(row["polymarket"]))

    assert made.acceptable, made.reasons
    assert made.polarity is (Polarity.ALIGNED if row["pays"] == "alike" else Polarity.INVERTED), made.reasons


@pytest.mark.parametrize("row", [row for row in PAIRS if row["pays"] == "otherwise"], ids=named)
def test_a_look_alike_is_refused_with_a_reason(row: Row) -> None:
    made = verdict(from_row(row["kalshi"]), from_row(row["polymarket"]))

    assert made.confidence_ppm < CONFIDENCE_FLOOR_PPM, made.reasons
    assert any(reason.startswith(("conflict", "silent")) for reason in made.reasons)
