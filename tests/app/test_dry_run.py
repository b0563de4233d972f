"""A dry run beside live trading: the same books, the same decision, and never a better result than the real one."""

from dataclasses import replace

import pytest

from arbkit.app.result import ExecutionResult
from arbkit.app.trade import execute
from arbkit.core.books import Book
from arbkit.core.execution import TradeState
from arbkit.core.markets import VenueName
from arbkit.core.money import Usd
from arbkit.core.orders import Balance
from arbkit.core.risk import Mode
from arbkit.venues.paper import PaperAccount
from tests.app.scene import Scene, book_of
from tests.builders import KALSHI
from tests.desks import Fate

pytestmark = pytest.mark.anyio
LATENCY_MS = 200


def on_paper(scene: Scene) -> Scene:
    """The same scene with desks that only pretend."""
    made = {
        name: PaperAccount(
            venue, scene.clock, validate=lambda order, market: None, latency_ms=lambda: LATENCY_MS,
            holdings=list, balances=list,
        )
        for name, venue in scene.venues.items()
    }  # fmt: skip
    scene.room = replace(
        scene.room, desks=made, accounts=made, mode=Mode.DRY_RUN,
        left=lambda book: made[book.market.venue].takings.left(book),
    )  # fmt: skip
    return scene


async def tried(scene: Scene) -> ExecutionResult:
    books = {name: scene.room.left(venue.book()) for name, venue in scene.venues.items()}
    return await execute(scene.room, scene.opportunity, markets=scene.markets, books=books)


async def test_the_profit_on_paper_is_not_better_than_that_of_the_real_trade(scene: Scene) -> None:
    real = await scene.execute()
    posts = sum(venue.posts.total() for venue in scene.venues.values())
    paper = await tried(on_paper(scene))
    assert real.actual_profit is not None
    assert paper.actual_profit is not None
    assert paper.dry_run
    assert paper.actual_profit <= real.actual_profit + Usd(10_000)  # a cent: fees are rounded per order
    assert sum(venue.posts.total() for venue in scene.venues.values()) == posts


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("venue", list(VenueName))
async def test_one_leg_dies_alone_in_both(scene: Scene, venue: VenueName, mode: Mode) -> None:
    """The book of one venue moves while both orders are on their way."""
    moved_at = scene.clock.now()
    if mode is Mode.LIVE:
        scene.venues[venue].fate = Fate.KILLED
    else:
        on_paper(scene)
        shown, dear = scene.venues[venue].book, "0.70" if venue is KALSHI else "0.30"

        def moving() -> Book:
            late = (scene.clock.now() - moved_at).total_seconds() * 1_000 >= LATENCY_MS
            worse = (dear, "0.71") if venue is KALSHI else ("0.29", dear)
            return book_of(scene.markets[venue], scene.clock, *worse) if late else shown()

        scene.venues[venue].book = moving
    result = await tried(scene)
    assert result.state == TradeState.ASYMMETRIC
    assert result.dry_run is (mode is Mode.DRY_RUN)
    assert scene.room.paused().startswith("ASYMMETRIC_EXECUTION")


async def test_what_was_taken_on_paper_cannot_be_taken_twice(scene: Scene) -> None:
    """200 contracts stand at the price; a dry run that forgot would take them for ever."""
    on_paper(scene)
    much = Usd(1_000_000_000)
    limits = replace(scene.room.limits, total_exposure_max=much, event_exposure_max=much, book_age_ms_max=60_000)
    scene.room = replace(scene.room, limits=limits)
    for venue in VenueName:
        scene.room.store.operations.save_balances(venue, [Balance(much)], at=scene.clock.now())
    results = [await tried(scene) for _ in range(12)]
    assert [result.success for result in results] == [True] * 10 + [False] * 2
    assert "has become one_sided" in results[-1].errors[0]
