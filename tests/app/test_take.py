"""Sizing: what was found without regard to money is taken as it is only where the money would have found the same."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from arbkit.app import take
from arbkit.app.take import is_within, plan, plan_again, sized, why_not
from arbkit.config.load import load
from arbkit.core.markets import Side
from arbkit.core.money import Price, Qty, Usd
from arbkit.core.opportunity import Limit, NoOpportunity, Opportunity
from arbkit.core.orders import Balance
from arbkit.core.risk import Mode
from arbkit.wiring.kit import Kit, SystemClock
from arbkit.wiring.trading import rules_of
from tests.app.scene import Scene
from tests.builders import KALSHI, POLYMARKET
from tests.desks import Fate

pytestmark = pytest.mark.anyio


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


@pytest.mark.parametrize(
    ("kalshi", "polymarket", "exposure", "why"),
    [
        ("0", "50", "100", "kalshi has $0 left, too little for the least trade"),
        ("50", "1.5", "20", "polymarket has $1.5 left, too little for the least trade"),
        ("50", "50", "1", "the limit of exposure leaves $1 of $1, too little for the least trade"),
    ],
)
def test_whoever_has_too_little_money_hears_which_money(
    scene: Scene, kalshi: str, polymarket: str, exposure: str, why: str
) -> None:
    scene = with_money(scene, kalshi=kalshi, polymarket=polymarket, exposure=exposure)
    none = found(scene, offer=None)
    assert isinstance(none, NoOpportunity)
    assert why_not(scene.room, scene.markets, none) == why
    assert why_not(scene.room, scene.markets, replace(none, limited_by=None)) == f"{none.reason}: {none.detail}"


def test_with_money_enough_nothing_is_looked_for_again(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = with_money(scene, kalshi="50", polymarket="50", exposure="100")
    monkeypatch.setattr(take, "look", None)
    assert found(scene, offer=scene.opportunity) is scene.opportunity


async def test_a_version_that_has_not_completed_a_trade_begins_with_the_smallest_that_is_worth_it(scene: Scene) -> None:
    scene.room = replace(scene.room, rules=replace(scene.room.rules, begins_small=True))
    refused = await scene.execute()
    assert (refused.state, refused.denied_by) == ("refused", "untried")
    small = found(scene, offer=scene.opportunity)
    assert isinstance(small, Opportunity)
    # the leg that buys YES has to be worth $5: 12 contracts at 0.45
    assert (small.qty, small.limited_by) == (Qty.whole(12), Limit.SMALLEST)
    scene.opportunity = small
    assert (await scene.execute()).success
    again = found(scene, offer=None)
    assert isinstance(again, Opportunity)
    assert again.qty > small.qty
    scene.opportunity = again
    assert (await scene.execute()).success


@pytest.mark.parametrize("fate", [Fate.KILLED, Fate.GHOST])
async def test_a_first_trade_that_came_to_nothing_proves_nothing_of_the_version(scene: Scene, fate: Fate) -> None:
    scene.room = replace(scene.room, rules=replace(scene.room.rules, begins_small=True, resolve_for_ms=0))
    small = found(scene, offer=None)
    assert isinstance(small, Opportunity)
    scene.opportunity = small
    await scene.execute(kalshi=Fate.KILLED if fate is Fate.KILLED else Fate.FILLED, polymarket=fate)
    assert scene.room.untried()


async def test_what_another_version_completed_says_nothing_of_this_one(scene: Scene) -> None:
    assert (await scene.execute()).success
    scene.room = replace(scene.room, version="next", rules=replace(scene.room.rules, begins_small=True))
    assert scene.room.untried()
    assert not replace(scene.room, version="test").untried()


@pytest.mark.parametrize(("mode", "sim"), [(Mode.LIVE, False), (Mode.LIVE, True), (Mode.DRY_RUN, False)])
def test_a_new_version_begins_small_where_money_is_real_and_nowhere_else(tmp_path: Path, mode: Mode, sim: bool) -> None:
    configured = load(flags=(), environ={}, config=None, cwd=tmp_path)
    kit = Kit(
        lambda: configured, home=tmp_path / "state", cwd=tmp_path, sim=sim, environ={}, clock=SystemClock()
    )  # fmt: skip
    assert rules_of(kit, mode).begins_small is (mode is Mode.LIVE and not sim)


async def test_what_a_person_has_thought_about_is_read_anew_before_anything_leaves(scene: Scene) -> None:
    agreed = await plan(scene.room, scene.opportunity.pair)
    assert isinstance(agreed.found, Opportunity)
    scene.clock.advance(seconds=20)
    assert "a book is 20000 ms old" in (await take.take(scene.room, agreed)).errors[0]
    again = await plan_again(scene.room, agreed)
    assert isinstance(again.found, Opportunity)
    assert is_within(again.found, agreed.found)
    assert (await take.take(scene.room, again)).success


async def test_a_person_who_agreed_to_few_does_not_get_more(scene: Scene) -> None:
    agreed = await plan(scene.room, scene.opportunity.pair)
    assert isinstance(agreed.found, Opportunity)
    few = replace(
        agreed.found,
        kalshi=replace(agreed.found.kalshi, qty=Qty.whole(12)),
        polymarket=replace(agreed.found.polymarket, qty=Qty.whole(12)),
    )
    assert not is_within(agreed.found, few)
    again = await plan_again(scene.room, replace(agreed, found=few))
    assert isinstance(again.found, Opportunity)
    assert again.found.qty == Qty.whole(12)


def test_a_dearer_leg_or_the_other_outcome_is_asked_about_again(scene: Scene) -> None:
    agreed = scene.opportunity
    assert is_within(agreed, agreed)
    for leg in ("kalshi", "polymarket"):
        seen = getattr(agreed, leg)
        dearer, cheaper = (replace(seen, limit=Price(seen.limit.micros + by)) for by in (10_000, -10_000))
        other = replace(seen, side=Side.NO if seen.side is Side.YES else Side.YES)
        assert not is_within(replace(agreed, **{leg: dearer}), agreed)
        assert not is_within(replace(agreed, **{leg: other}), agreed)
        assert is_within(replace(agreed, **{leg: cheaper}), agreed)
