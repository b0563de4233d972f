"""The trader: what it asks beforehand, what it leaves to risk, and what that costs at the venues."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from arbkit.app.chores import Rhythm
from arbkit.app.events import EventKind
from arbkit.app.live import Choices
from arbkit.app.room import remember, situation
from arbkit.core.limits import Limits
from arbkit.core.markets import Market, VenueName
from arbkit.core.money import Usd
from arbkit.ports import Books
from tests.app.scene import Scene
from tests.app.test_live import CALM, anyio_backend, running  # noqa: F401 - the fixture: time is virtual
from tests.builders import KALSHI
from tests.virtual import until

pytestmark = pytest.mark.anyio

QUIET: Rhythm = CALM
"""Nothing is read on account of chores."""


def reads_of(scene: Scene) -> "Counter[VenueName]":
    """Counts the books that are read from now on."""
    reads: Counter[VenueName] = Counter()
    for name, venue in scene.venues.items():
        books = venue.books

        async def counted(markets: Sequence[Market], name: VenueName = name, books: object = books) -> Books:
            reads[name] += 1
            return await books(markets)  # type: ignore[operator, no-any-return]

        venue.books = counted  # type: ignore[method-assign]
    return reads


async def test_an_offer_is_as_current_as_its_books_where_they_were_confirmed_since(scene: Scene) -> None:
    async with running(scene, Choices(trades_max=1)) as run:
        late = [timedelta(milliseconds=scene.room.limits.book_age_gap_ms_max + 5)]
        run.feeds[KALSHI].seen = lambda: scene.clock.now() - (late.pop() if late else timedelta(0))
        run.offer()
        await until(lambda: run.told(EventKind.TRADE), within_s=1)
        summary = await run.task

    assert not late
    assert (summary.hedged, run.told(EventKind.REFUSED)) == (1, [])


async def test_a_first_offer_that_risk_refuses_costs_one_read_of_either_book_and_the_next_ones_none(
    scene: Scene,
) -> None:
    async with running(scene, rhythm=QUIET) as run:
        reads = reads_of(scene)
        scene.halt.append("the operator wants quiet")
        run.offer()
        await until(lambda: run.told(EventKind.REFUSED))
        assert set(reads.values()) == {1}
        for qty in (150, 160, 170):
            await until(lambda: run.live.trader.best() is None)
            run.offer(qty=qty)
            await scene.clock.sleep(3_000)
        assert run.live.trader.tally.refused >= 3
        await run.end()

    assert set(reads.values()) == {1}
    assert run.posts == 0


async def test_a_pair_that_risk_alone_refuses_is_not_read_ahead_again(scene: Scene) -> None:
    scene.room = replace(scene.room, limits=Limits(event_exposure_max=Usd.parse("1")))
    async with running(scene, rhythm=QUIET) as run:
        reads = reads_of(scene)
        for qty in (150, 160, 170):
            run.offer(qty=qty)
            await scene.clock.sleep(3_000)
        assert run.live.trader.tally.refused >= 3
        await run.end()

    assert set(reads.values()) == {1}
    assert run.posts == 0


async def test_an_offer_for_which_the_cash_does_not_suffice_is_taken_as_far_as_it_does(scene: Scene) -> None:
    scene.venues[KALSHI].cash = Usd.parse("7")
    async with running(scene, Choices(trades_max=1)) as run:
        run.offer()
        summary = await run.task

    assert summary.hedged == 1
    [trade] = scene.room.store.trades.recent(count_max=9)
    assert 0 < trade.qty.micros < 16_000_000
    assert run.told(EventKind.REFUSED) == []


def questions_of_risk(scene: Scene) -> list[str]:
    """What the store is asked for while everything is gathered that risk has to know, but for the pair's reviews."""
    books = {venue: desk.book() for venue, desk in scene.venues.items()}
    asked: list[str] = []
    with scene.room.store.together():
        scene.room.store._database.connection.set_trace_callback(asked.append)
        situation(scene.room, scene.opportunity, scene.markets, books, now=scene.clock.now())
        scene.room.store._database.connection.set_trace_callback(None)
    return [question for question in asked if "FROM reviews" not in question]


async def test_what_risk_asks_for_was_asked_before_and_is_asked_anew_once_something_was_written(scene: Scene) -> None:
    remember(scene.room)
    assert questions_of_risk(scene) == ["PRAGMA data_version"]
    scene.room.store.operations.note("anything", "at all", at=scene.clock.now())
    assert len(questions_of_risk(scene)) >= 8


async def test_a_loop_that_rests_has_asked_for_what_risk_will_ask_for(scene: Scene) -> None:
    async with running(scene, rhythm=QUIET) as run:
        for _ in range(2):
            await scene.clock.sleep(50)
            assert questions_of_risk(scene) == ["PRAGMA data_version"]
            scene.room.store.operations.note("anything", "at all", at=scene.clock.now())
            assert len(questions_of_risk(scene)) >= 8
        await run.end()
