"""Ids, grids, orientation and the hash that a verdict is bound to."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbkit.core.markets import (
    MarketId,
    Method,
    Pair,
    Polarity,
    PriceBand,
    PriceGrid,
    Side,
    Strike,
    StrikeKind,
    VenueName,
)
from arbkit.core.money import Price
from arbkit.errors import BadId
from tests.core.scenes import a_pair, kalshi_market

keys = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1)


@given(st.sampled_from(VenueName), keys)
def test_an_id_reads_back_as_written(venue: VenueName, key: str) -> None:
    market = MarketId(venue, key)

    assert MarketId.parse(str(market)) == market


@pytest.mark.parametrize("text", ["", "kalshi", "kalshi:", ":KXFED", "Kalshi:KXFED", "predictit:1", " kalshi:A"])
def test_what_names_no_venue_or_no_market_is_refused(text: str) -> None:
    with pytest.raises(BadId):
        MarketId.parse(text)


@given(st.integers(0, 1_000_000).map(Price), st.sampled_from([100, 1_000, 2_500, 5_000, 10_000, 100_000]))
def test_a_uniform_grid_holds_the_multiples_of_its_step(price: Price, step: int) -> None:
    grid = PriceGrid.uniform(Price(step))

    assert grid.holds(price) is (price.micros % step == 0 and 0 < price.micros < 1_000_000)
    assert grid.holds(price) is grid.holds(price.complement)


def band(start: str, end: str, step: str) -> PriceBand:
    return PriceBand(Price.parse(start), Price.parse(end), Price.parse(step))


@pytest.mark.parametrize(
    ("price", "held"),
    [("0.055", True), ("0.10", True), ("0.105", False), ("0.11", True), ("0.905", True), ("0", False), ("1", False)],
)
def test_a_tapered_grid_is_fine_at_its_ends(price: str, held: bool) -> None:
    grid = PriceGrid((band("0", "0.1", "0.001"), band("0.1", "0.9", "0.01"), band("0.9", "1", "0.001")))

    assert grid.holds(Price.parse(price)) is held


@given(st.sampled_from(Side), st.sampled_from(Polarity))
def test_the_other_outcome_of_the_other_outcome_is_the_first(side: Side, polarity: Polarity) -> None:
    pair = a_pair(polarity=polarity)

    assert side.other.other is side
    assert pair.polymarket_side(side).other is pair.polymarket_side(side.other)


def test_an_inverted_pair_pays_no_where_kalshi_pays_yes() -> None:
    assert a_pair(polarity=Polarity.INVERTED).polymarket_side(Side.YES) is Side.NO
    assert a_pair(polarity=Polarity.ALIGNED).polymarket_side(Side.YES) is Side.YES


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Snow on 30 November?"},
        {"event_title": "x"},
        {"yes_label": "x"},
        {"no_label": "x"},
        {"rules": "x"},
        {"resolution_source": "x"},
        {"closes_at": datetime(2027, 1, 1, tzinfo=UTC)},
        {"expected_at": None},
        {"strike": Strike(StrikeKind.GREATER, floor="3")},
    ],
)
def test_whatever_decides_the_payout_changes_the_hash(change: dict[str, object]) -> None:
    assert replace(kalshi_market(), **change).rules_hash != kalshi_market().rules_hash


def test_prices_and_status_leave_the_hash_alone() -> None:
    assert kalshi_market(fees=None, delay_ms=5, volume=None).rules_hash == kalshi_market().rules_hash


def test_a_text_moved_between_fields_changes_the_hash() -> None:
    assert kalshi_market(yes_label="a", no_label="").rules_hash != kalshi_market(yes_label="", no_label="a").rules_hash


def test_the_name_of_a_pair_depends_on_its_two_markets_alone() -> None:
    pair: Pair = a_pair()

    assert pair.id == replace(pair, tradable=False, method=Method.FUZZY).id
    assert pair.id != replace(pair, kalshi=MarketId(VenueName.KALSHI, "KXSNOW")).id
    assert len(pair.id) == 12
