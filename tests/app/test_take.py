"""Sizing: what was found without regard to money is taken as it is only where the money would have found the same."""

from dataclasses import replace
from itertools import product

import pytest

from arbkit.app import take
from arbkit.app.take import sized
from arbkit.core.money import Usd
from arbkit.core.opportunity import NoOpportunity, Opportunity
from arbkit.core.orders import Balance
from tests.app.scene import Scene
from tests.builders import KALSHI, POLYMARKET


def with_money(scene: Scene, *, kalshi: str, polymarket: str, exposure: str) -> Scene:
    for venue, text in ((KALSHI, kalshi), (POLYMARKET, polymarket)):
        scene.room.store.operations.save_balances(venue, [Balance(Usd.parse(text))], at=scene.clock.now())
    limits = replace(scene.room.limits, total_exposure_max=Usd.parse(exposure))
    return replace(scene, room=replace(scene.room, limits=limits))


def found(scene: Scene, *, offer: Opportunity | None) -> Opportunity | NoOpportunity:
    books = {name: venue.book() for name, venue in scene.venues.items()}
    return sized(scene.room, scene.opportunity.pair, scene.markets, books, offer=offer)


def test_an_offer_is_taken_as_it_is_only_where_it_would_be_found_again(scene: Scene) -> None:
    kalshi, polymarket = ("50", "9.36", "9.34", "9", "0"), ("50", "9.2", "9", "3")
    for cash, other_cash, exposure in product(kalshi, polymarket, ("100", "18.9", "18.5", "10", "1")):
        scene = with_money(scene, kalshi=cash, polymarket=other_cash, exposure=exposure)
        assert found(scene, offer=scene.opportunity) == found(scene, offer=None), (cash, other_cash, exposure)


def test_with_money_enough_nothing_is_looked_for_again(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = with_money(scene, kalshi="50", polymarket="50", exposure="100")
    monkeypatch.setattr(take, "look", None)
    assert found(scene, offer=scene.opportunity) is scene.opportunity
