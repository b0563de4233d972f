"""Rows of the failure catalogue that no other test holds: old and torn copies of the state, versions, odd balances."""

import ast
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from arbkit.app.reconcile import StartCheck, check_start, reconcile
from arbkit.core.breaker import Failure
from arbkit.core.money import Qty
from arbkit.core.orders import Holding
from arbkit.store.files import own_directory
from arbkit.store.store import Store
from tests.app.scene import Scene
from tests.app.test_trade import replace_store
from tests.builders import POLYMARKET

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]
ORDER_PATH = ("trade", "sending", "unwind", "resolve", "duties", "trader", "take")


async def start_on(scene: Scene, copy: Path) -> tuple[StartCheck, Store]:
    """Start on another file of the state: what it finds, and the store, for the caller to close."""
    store = Store(copy)
    there = replace_store(scene, store)
    run = store.operations.begin_epoch(pid=2, host="here", version="test", config_hash="", at=scene.clock.now())
    there.room = replace(there.room, epoch=run.n)
    return await check_start(there.room, state_age_max=scene.room.limits.approval_valid), store


def aside(tmp_path: Path) -> Path:
    own_directory(tmp_path / "aside")
    return tmp_path / "aside" / "arbkit.db"


async def test_an_old_backup_that_was_restored_lies_behind_the_venues_and_starts_nothing(
    scene: Scene, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(scene.room.store.path)) as db:
        db.execute("VACUUM INTO ?", [str(aside(tmp_path))])
    aside(tmp_path).chmod(0o600)
    await scene.execute()

    check, store = await start_on(scene, aside(tmp_path))

    with closing(store):
        assert [why for why in check.hindrances(force=True, unattended=False) if "is not ours or not known" in why]
        trip = store.operations.breaker().trips[Failure.FOREIGN_TRADE]
        assert "another copy of arbkit" in trip.detail
        assert not store.ledger.positions()


async def test_a_copy_without_its_log_starts_nothing(scene: Scene, tmp_path: Path) -> None:
    await scene.execute()
    assert scene.room.store.path.with_name("arbkit.db-wal").stat().st_size
    shutil.copy(scene.room.store.path, aside(tmp_path))

    check, store = await start_on(scene, aside(tmp_path))

    with closing(store):
        assert [why for why in check.hindrances(force=True, unattended=False) if "is not ours or not known" in why]
        assert Failure.FOREIGN_TRADE in store.operations.breaker().trips


async def test_a_balance_that_falls_short_of_the_trades_is_a_difference_and_is_not_traded_on(scene: Scene) -> None:
    await scene.execute()
    polymarket = scene.venues[POLYMARKET]
    whole = polymarket.holdings

    async def less_a_fee_in_shares() -> Sequence[Holding]:
        return [replace(held, qty=Qty(held.qty.micros * 99 // 100)) for held in await whole()]

    polymarket.holdings = less_a_fee_in_shares
    found = await reconcile(scene.room, fix=True)
    check = await check_start(scene.room, state_age_max=scene.room.limits.approval_valid)

    assert [(one.venue, one.ledger, one.venue_says) for one in found.differences] == [(POLYMARKET, "20", "19.8")]
    assert any("ledger 20, venue 19.8" in why for why in check.hindrances(force=True, unattended=False))


@pytest.mark.parametrize("version", ["0.0.1", "99.0.0"])
async def test_another_version_finds_the_pause_and_the_halt_as_they_were_left(scene: Scene, version: str) -> None:
    scene.room.fail(Failure.LATE_FILL, "seen by the version before")
    with Store(scene.room.store.path) as store:
        run = store.operations.begin_epoch(pid=2, host="here", version=version, config_hash="", at=scene.clock.now())
        other = replace_store(scene, store)
        other.room = replace(other.room, version=version, epoch=run.n)
        paused = await other.execute()
        store.operations.close_breaker(by="a person", reason="seen", at=scene.clock.now())
        scene.halt.append("HALT file")
        halted = await other.execute()
    assert "seen by the version before" in paused.errors[0]
    assert "HALT file" in halted.errors[0]
    assert not any(venue.posts for venue in scene.venues.values())


async def test_every_intent_says_by_which_version_and_run_it_was_meant(scene: Scene) -> None:
    run = scene.room.store.operations.begin_epoch(
        pid=2, host="here", version="7.7.7", config_hash="abcdef", at=scene.clock.now()
    )
    scene.room = replace(scene.room, version="7.7.7", epoch=run.n)
    await scene.execute()
    [row] = scene.room.store.table("trades")
    [epoch] = [row for row in scene.room.store.table("epochs") if row["n"] == run.n]
    assert (row["version"], row["epoch"], epoch["config_hash"]) == ("7.7.7", run.n, "abcdef")


async def test_no_switch_of_the_environment_or_the_settings_turns_the_path_of_an_order() -> None:
    for name in ORDER_PATH:
        nodes = list(ast.walk(ast.parse((ROOT / "arbkit" / "app" / f"{name}.py").read_text())))
        imported = {n.module or "" for n in nodes if isinstance(n, ast.ImportFrom)}
        imported |= {alias.name for n in nodes if isinstance(n, ast.Import) for alias in n.names}
        assert not [module for module in imported if module.startswith(("os", "arbkit.config", "arbkit.wiring"))]
