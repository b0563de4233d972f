"""Whatever fails, at whatever point: the n-th question to the database, the n-th question to a venue, for every n.

By default every 23rd of the database's, others for each kind, and every third of a venue's; ARBKIT_NTH=1 takes all.
"""

import asyncio
import os
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from arbkit.app.reconcile import check_start
from arbkit.app.resolve import resolve_all
from arbkit.errors import ArbkitError, VenueUnavailable
from arbkit.store.store import Store
from tests.app.scene import Scene, a_scene
from tests.desks import Fate

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

STRIDE = int(os.environ.get("ARBKIT_NTH", "23"))
CODES = {"full": sqlite3.SQLITE_FULL, "ioerr": sqlite3.SQLITE_IOERR, "busy": sqlite3.SQLITE_BUSY}
FATES = [(Fate.FILLED, Fate.FILLED), (Fate.LOST_FILLED, Fate.KILLED), (Fate.FILLED, Fate.PENDING)]
QUESTIONS = ("books", "outcome", "fills", "holdings", "balances", "payouts", "read_horizon")


class Failing:
    """A connection whose n-th statement fails, and every one after it until it is mended; n = 0 only counts."""

    def __init__(self, db: sqlite3.Connection, *, nth: int, code: int, lasts: bool) -> None:
        self.db, self.nth, self.code, self.lasts, self.seen = db, nth, code, lasts, 0

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        self.seen += 1
        if self.nth and (self.seen == self.nth or (self.lasts and self.seen > self.nth and not _undoes(sql))):
            if self.code == sqlite3.SQLITE_FULL and self.db.in_transaction:
                self.db.rollback()  # as SQLite does by itself
            error = sqlite3.OperationalError("made to fail")
            error.sqlite_errorcode = self.code
            raise error
        return self.db.execute(sql, *values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.db, name)


def _undoes(sql: str) -> bool:
    return sql.startswith("ROLLBACK")


def go_on(scene: Scene) -> None:
    """Another process starts, with a disk and venues that work, and there is time to ask."""
    with Store(scene.room.store.path) as store:
        run = store.operations.begin_epoch(pid=2, host="here", version="", config_hash="", at=scene.clock.now())
        posts, scene = scene.witness.posts, replace(scene, room=replace(scene.room, store=store, catalogue=store))
        scene.room = replace(scene.room, epoch=run.n)
        scene.witness.posts.extend(posts)
        asyncio.run(check_start(scene.room, state_age_max=timedelta(hours=1)))
        for _ in range(20):
            scene.clock.advance(seconds=10)
            if not asyncio.run(resolve_all(scene.room)):
                break
        scene.judge()


def traded(place: Path, fates: tuple[Fate, Fate], spoil: Callable[[Scene], Any]) -> Any:
    """Trade while something is broken; whatever that leads to, the next start makes it right."""
    with a_scene(place) as scene:
        told = spoil(scene)
        try:
            asyncio.run(scene.execute(kalshi=fates[0], polymarket=fates[1]))
        except ArbkitError:
            pass
        finally:
            scene.room.store._database._db = getattr(told, "db", scene.room.store._database._db)
        for venue in scene.venues.values():
            for name in QUESTIONS:
                vars(venue).pop(name, None)
        go_on(scene)
    return told


@pytest.mark.parametrize("fates", FATES, ids="-".join)
@pytest.mark.parametrize("kind", CODES)
def test_the_nth_statement_fails(tmp_path: Path, tally, kind: str, fates: tuple[Fate, Fate]) -> None:
    def failing(nth: int) -> Callable[[Scene], Failing]:
        def spoil(scene: Scene) -> Failing:
            database = scene.room.store._database
            made = Failing(database._db, nth=nth, code=CODES[kind], lasts=kind != "busy")
            database._db = made
            return made

        return spoil

    whole = traded(tmp_path / "whole", fates, failing(0)).seen
    assert whole > 50
    points = range(1 + list(CODES).index(kind) * STRIDE // 3, whole + 1, STRIDE)
    for nth in points:
        traded(tmp_path / f"{nth}", fates, failing(nth))
    tally("statements that failed", len(points))


@pytest.mark.parametrize("fates", [*FATES, (Fate.LOST_ABSENT, Fate.FILLED)], ids="-".join)
def test_the_nth_question_to_a_venue_fails(tmp_path: Path, tally, fates: tuple[Fate, Fate]) -> None:
    def failing(nth: int, seen: list[str]) -> Callable[[Scene], None]:
        def spoil(scene: Scene) -> None:
            for venue in scene.venues.values():
                for name in QUESTIONS:
                    setattr(venue, name, _counting(getattr(venue, name), name, venue.name, nth, seen))

        return spoil

    seen: list[str] = []
    traded(tmp_path / "whole", fates, failing(0, seen))
    count = min(len(seen), 40)
    points = range(1, count + 1, 1 if STRIDE == 1 else 3)
    for nth in points:
        traded(tmp_path / f"{nth}", fates, failing(nth, []))
    tally("questions to a venue that failed", len(points))


def _counting(real: Callable[..., Any], name: str, venue: str, nth: int, seen: list[str]) -> Callable[..., Any]:
    async def asked(*args: Any, **more: Any) -> Any:
        seen.append(name)
        if len(seen) == nth:
            raise VenueUnavailable(venue, "time-out")
        return await real(*args, **more)

    return asked
