"""Capital at both venues: what is low, which way money should go, and what that costs."""

import pytest

from arbkit.core.capital import Capital, advice, beyond_allotment
from arbkit.core.markets import VenueName
from arbkit.core.money import Usd

KALSHI, POLYMARKET = VenueName.KALSHI, VenueName.POLYMARKET


def at(venue: VenueName, cash: str, at_work: str = "0") -> Capital:
    return Capital(venue=venue, cash=Usd.parse(cash), at_work=Usd.parse(at_work))


def test_with_enough_at_both_nothing_is_said() -> None:
    assert advice([at(KALSHI, "20"), at(POLYMARKET, "80")]) == []


@pytest.mark.parametrize(("kalshi", "polymarket", "words"), [
    ("5", "65", ["from polymarket to kalshi", "Coinbase"]),
    ("65", "5", ["from kalshi to polymarket", "bridge it to Polygon"]),
])  # fmt: skip
def test_money_goes_to_the_poorer_venue_by_the_way_of_the_specification(
    kalshi: str, polymarket: str, words: list[str]
) -> None:
    said = advice([at(KALSHI, kalshi), at(POLYMARKET, polymarket)])
    assert "is low: $5 is below $20" in said[0]
    # half of 60 levels both; 1 to 2 % of 30
    assert "move $30" in said[1]
    assert "$0.3 to $0.6" in said[1]
    assert all(word in said[1] for word in words)


def test_where_there_is_nothing_to_share_a_deposit_is_advised() -> None:
    said = advice([at(KALSHI, "5"), at(POLYMARKET, "15")])
    assert len(said) == 3
    assert "deposit at kalshi" in said[2]


def test_more_than_its_share_at_a_venue_is_said_positions_counted() -> None:
    assert beyond_allotment([at(KALSHI, "40", "10"), at(POLYMARKET, "40", "10.01")]) == [
        "polymarket holds $50.01; the specification allots $50, $10 of it for gas"
    ]
