"""A power cut: what the disk holds when the first byte leaves, and what happens when the disk fails."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from arbkit.app.trade import execute
from arbkit.core.breaker import Failure
from arbkit.core.execution import LegState
from arbkit.core.markets import VenueName
from arbkit.errors import InvariantError, StoreError
from arbkit.ports import PreparedOrder
from arbkit.store import database
from tests.app.scene import Scene
from tests.desks import Fate

pytestmark = pytest.mark.anyio


class Disk:
    """What would be left after a power cut: the log as it was when it was last flushed."""

    def __init__(self, store: Path, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store, self.kept, self.flushes = store, kept, 0
        monkeypatch.setattr(database, "_flush", self.flush)

    def flush(self, log: int) -> None:
        os.fsync(log)
        self.flushes += 1
        self.kept.mkdir(exist_ok=True)
        for suffix in ("", "-wal"):
            shutil.copy(f"{self.store}{suffix}", self.kept / f"{self.store.name}{suffix}")

    @property
    def legs(self) -> list[str]:
        """The states of all legs, read from what the disk holds."""
        if not self.flushes:
            return []
        db = sqlite3.connect(self.kept / self.store.name)
        try:
            return [state for (state,) in db.execute("SELECT state FROM legs")]
        finally:
            db.close()


async def test_both_legs_are_marked_on_the_disk_before_a_byte_leaves(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk, seen = Disk(scene.room.store.path, tmp_path / "disk", monkeypatch), []

    def leaves(prepared: PreparedOrder) -> None:
        seen.append(disk.legs)

    for venue in scene.venues.values():
        venue.before_send = leaves
    result = await scene.execute()

    assert result.success
    assert seen == [[LegState.SENDING, LegState.SENDING]] * 2
    assert disk.flushes == 1


async def test_a_disk_that_fails_keeps_everything_from_being_sent(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(database, "_flush", broken)
    with pytest.raises(StoreError, match="did not reach the disk"):
        await scene.execute()

    assert not any(venue.posts for venue in scene.venues.values())
    trade = scene.room.store.trades.recent(count_max=1)[0]
    assert [leg.state for leg in trade.legs] == [LegState.NOT_SENT, LegState.NOT_SENT]
    assert not scene.exposure.micros


async def test_what_fails_while_the_books_travel_keeps_everything_from_being_sent(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def get_ready(_: object) -> None:
        raise InvariantError("the request could not be rendered")

    monkeypatch.setattr(scene.venues[VenueName.POLYMARKET], "get_ready", get_ready)
    with pytest.raises(InvariantError, match="could not be rendered"):
        await scene.execute()

    assert not any(venue.posts for venue in scene.venues.values())
    trade = scene.room.store.trades.recent(count_max=1)[0]
    assert [leg.state for leg in trade.legs] == [LegState.NOT_SENT, LegState.NOT_SENT]
    assert not scene.exposure.micros


@pytest.mark.parametrize("polymarket", [Fate.FILLED, Fate.KILLED])
async def test_a_name_that_cannot_be_written_is_told_when_both_answers_are_kept_and_acted_upon(
    scene: Scene, polymarket: Fate
) -> None:
    def name() -> None:
        raise StoreError("the sighting could not be written")

    scene.venues[VenueName.POLYMARKET].fate = polymarket
    books = {venue: desk.book() for venue, desk in scene.venues.items()}
    with pytest.raises(StoreError, match="could not be written"):
        await execute(scene.room, scene.opportunity, markets=scene.markets, books=books, named=name)

    assert [len(venue.posts) for venue in scene.venues.values()] == [1, 1]
    trade = scene.room.store.trades.recent(count_max=1)[0]
    is_lonely = polymarket is Fate.KILLED
    assert [leg.state for leg in trade.legs] == [LegState.FILLED, LegState.KILLED if is_lonely else LegState.FILLED]
    assert (Failure.ASYMMETRIC_EXECUTION in scene.room.store.operations.breaker().trips) is is_lonely


def halts(scene: Scene) -> None:
    scene.halt.append("HALT file")


def trips(scene: Scene) -> None:
    scene.room.fail(Failure.LATE_FILL, "another trade was filled late")


def stalls(scene: Scene) -> None:
    scene.clock.advance(seconds=4)


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        (halts, "trading is paused: HALT file"),
        (trips, "trading is paused: LATE_FILL: another trade was filled late"),
        (stalls, "the permission of risk expired before anything was sent"),
    ],
)
async def test_what_forbids_to_send_while_the_disk_is_awaited_is_seen(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, happens: Callable[[Scene], None], why: str
) -> None:
    durable = scene.room.store.durable

    async def meanwhile() -> None:
        await durable()
        happens(scene)

    monkeypatch.setattr(scene.room.store, "durable", meanwhile)
    await scene.execute()

    assert [event["why"] for event in scene.room.store.table("leg_events")][2:4] == [why] * 2
    assert not any(venue.posts for venue in scene.venues.values())
    assert not scene.exposure.micros
    for trade in scene.room.store.trades.recent(count_max=9):
        assert [leg.state for leg in trade.legs] == [LegState.NOT_SENT] * 2


async def test_every_other_commit_waits_for_the_disk(scene: Scene) -> None:
    store = scene.room.store

    def waits() -> bool:
        return store._database.connection.execute("PRAGMA synchronous").fetchone() == (2,)

    with store.together():
        assert waits()
    with store.together_ahead():
        assert not waits()
    with store.together(), store.together_ahead():
        assert waits()
    with pytest.raises(ZeroDivisionError), store.together_ahead():
        raise ZeroDivisionError
    with store.together():
        assert waits()
    with store.together_ahead(), store.together():
        assert not waits()


async def test_where_some_commits_are_ahead_the_others_leave_the_way_clear(scene: Scene) -> None:
    """Changing whether a commit waits costs as much as a statement: who waits anyway pays for it."""
    store = scene.room.store

    def waits() -> bool:
        return store._database.connection.execute("PRAGMA synchronous").fetchone() == (2,)

    await store.durable()
    for _ in range(2):
        with store.together():
            assert waits()
        assert not waits()
        with pytest.raises(ZeroDivisionError), store.together():
            raise ZeroDivisionError
        assert not waits()
        store.operations.note("a single statement", "waits as well", at=scene.clock.now())
        assert not waits()
