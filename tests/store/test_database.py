"""The file: pragmas, transactions, migrations, and what happens when the disk does not play along."""

import os
import sqlite3
from contextlib import suppress
from pathlib import Path

import pytest

from arbkit.errors import BadId, InvariantError, StoreError
from arbkit.store import database as database_module
from arbkit.store.database import Database
from arbkit.store.operations import LOG_BYTES
from arbkit.store.passes import PassKind
from arbkit.store.schema import MIGRATIONS
from arbkit.store.store import SPECIFIED_TABLES, Store
from tests.builders import KALSHI, NOW, a_market, a_store, markets, pages


def test_a_commit_survives_a_power_cut_and_foreign_keys_hold(tmp_path: Path) -> None:
    db = a_store(tmp_path)._database.connection
    values = {name: db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")}
    assert values == {"journal_mode": "wal", "synchronous": 2}
    assert db.execute("PRAGMA foreign_keys").fetchone() == (1,)
    assert db.execute("PRAGMA trusted_schema").fetchone() == (0,)


def test_every_table_is_strict(tmp_path: Path) -> None:
    tables = a_store(tmp_path)._database.connection.execute("PRAGMA table_list").fetchall()
    own = [row for row in tables if row[2] == "table" and not row[1].startswith("sqlite_")]
    assert own
    assert [row[1] for row in own if not row[5]] == []


COLUMNS = {
    "event_mappings": "id polymarket_condition_id kalshi_ticker description match_confidence match_method"
    " resolution_date created_at updated_at is_active",
    "opportunities": "id event_mapping_id detected_at buy_platform buy_price buy_quantity sell_platform sell_price"
    " sell_quantity gross_spread estimated_fees net_profit was_executed expired_at",
    "executions": "id opportunity_id executed_at status buy_order_id buy_fill_price buy_fill_quantity buy_fees"
    " sell_order_id sell_fill_price sell_fill_quantity sell_fees actual_profit slippage notes",
    "positions": "id platform event_id event_mapping_id side quantity avg_price current_price unrealized_pnl opened_at"
    " updated_at",
    "pnl_records": "id date platform realized_pnl unrealized_pnl fees_paid volume_traded num_trades created_at",
}


@pytest.mark.parametrize("table", SPECIFIED_TABLES)
def test_the_tables_of_the_specification_have_its_columns(tmp_path: Path, table: str) -> None:
    store = a_store(tmp_path)
    store._database.connection.execute(f"SELECT {', '.join(COLUMNS[table].split())} FROM {table}")
    assert store.table(table) == []


def test_an_unknown_table_is_no_id(tmp_path: Path) -> None:
    with pytest.raises(BadId):
        a_store(tmp_path).table("markets; DROP TABLE markets")


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    store._database.connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    store.close()
    before = store.path.read_bytes()
    with pytest.raises(StoreError, match="newer arbkit"):
        Store(store.path)
    assert store.path.read_bytes() == before


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o700)
    path = tmp_path / "state" / "arbkit.db"
    path.touch(mode=0o600)
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
    other.close()
    with pytest.raises(StoreError, match="not a database of arbkit"):
        Store(path)


@pytest.mark.parametrize("content", [b"hello, this is no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_file_that_is_no_database_is_one_clear_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "state").mkdir(mode=0o700)
    path = tmp_path / "state" / "arbkit.db"
    path.touch(mode=0o600)
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"^[^\n]*arbkit\.db: [^\n]*$"):
        Store(path)
    assert path.read_bytes() == content


def test_damage_is_reported(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    listing = store.catalogue.begin(KALSHI, PassKind.FULL, at=NOW)
    store.catalogue.save_page(listing, pages(markets(KALSHI, 500))[0], at=NOW)
    assert store.damage() == []
    store.close()
    content = bytearray(store.path.read_bytes())
    sound = len(content) * 2 // 3  # the schema lies before it
    content[sound:] = b"\xa5" * (len(content) - sound)
    store.path.write_bytes(content)
    with Store(store.path) as damaged:
        assert damaged.damage()
        with pytest.raises(StoreError, match="the database is damaged; restore a backup"):
            damaged.catalogue.markets()


def test_a_full_disk_is_one_clear_line_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    listing = store.catalogue.begin(KALSHI, PassKind.FULL, at=NOW)
    first, second = pages(markets(KALSHI, 50), markets(KALSHI, 1_000, first=50))
    store.catalogue.save_page(listing, first, at=NOW)
    db = store._database.connection
    [(used,)] = db.execute("PRAGMA page_count")
    db.execute(f"PRAGMA max_page_count = {used + 20}")
    with pytest.raises(StoreError, match="disk is full; make room"):
        store.catalogue.save_page(listing, second, at=NOW)
    assert len(store.catalogue.markets(KALSHI)) == 50
    unfinished = store.catalogue.unfinished(KALSHI)
    assert unfinished is not None
    assert (unfinished.cursor, unfinished.seen) == ("c1", 50)
    db.execute("PRAGMA max_page_count = 1000000")
    store.catalogue.save_page(listing, second, at=NOW)
    assert len(store.catalogue.markets(KALSHI)) == 1_050


def test_a_database_that_stays_locked_is_one_clear_line(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    with Store(store.path, busy_ms=20) as other, store.together():
        with pytest.raises(StoreError, match="another process holds the database"):
            other.catalogue.begin(KALSHI, PassKind.FULL, at=NOW)
        assert other.catalogue.markets() == []


def test_a_read_only_database_is_one_clear_line(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    store._database.connection.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreError, match="cannot be written"):
        store.catalogue.begin(KALSHI, PassKind.FULL, at=NOW)


def test_an_error_undoes_the_whole_transaction(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    with suppress(KeyError), store.together():
        store.catalogue.refresh([a_market()], at=NOW)
        raise KeyError
    assert store.catalogue.markets() == []


def test_an_inner_failure_that_is_survived_undoes_only_itself(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    with store.together():
        store.catalogue.refresh([a_market(key="A")], at=NOW)
        with suppress(KeyError), store.together():
            store.catalogue.refresh([a_market(key="B")], at=NOW)
            raise KeyError
    assert [market.id.key for market in store.catalogue.markets()] == ["A"]


def test_a_part_that_fails_undoes_all_even_where_the_failure_is_survived(tmp_path: Path) -> None:
    store = a_store(tmp_path)

    def survived() -> None:
        with store.together():
            store.catalogue.refresh([a_market(key="A")], at=NOW)
            with suppress(KeyError), store._database.part():
                store.catalogue.refresh([a_market(key="B")], at=NOW)
                raise KeyError

    with pytest.raises(InvariantError, match="a part of a transaction failed"):
        survived()
    assert store.catalogue.markets() == []
    with store.together():
        store.catalogue.refresh([a_market(key="C")], at=NOW)
    assert [market.id.key for market in store.catalogue.markets()] == ["C"]


def test_a_part_by_itself_is_a_transaction(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    with suppress(KeyError), store._database.part():
        store.catalogue.refresh([a_market(key="A")], at=NOW)
        raise KeyError
    with store._database.part():
        store.catalogue.refresh([a_market(key="B")], at=NOW)
    assert [market.id.key for market in store.catalogue.markets()] == ["B"]


def test_a_statement_that_fails_undoes_only_itself(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    insert = "INSERT INTO epochs (n, pid, host, started_at, version, config_hash) VALUES (?, 1, ?, '', '', '')"
    with store.together():
        store._database.change(insert, [1, "first"])
        with pytest.raises(InvariantError, match="refused a row"):
            store._database.change(insert, [1, "again"])
        store._database.change(insert, [2, "second"])
    store._database.change(insert, [3, "alone"])
    assert [row["host"] for row in store.table("epochs")] == ["first", "second", "alone"]
    with store._database.reading(), pytest.raises(InvariantError, match="asked to write"):
        store._database.change(insert, [4, "while reading"])


def test_a_transaction_that_reads_cannot_turn_into_one_that_writes(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    with store._database.reading(), pytest.raises(InvariantError), store._database.writing():
        pass


def test_a_connection_does_not_survive_a_fork(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = a_store(tmp_path)
    monkeypatch.setattr(os, "getpid", lambda: -1)
    with pytest.raises(InvariantError, match="another process"):
        store.catalogue.markets()


def test_a_migration_is_backed_up_and_keeps_what_was_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = a_store(tmp_path)
    store.catalogue.refresh([a_market()], at=NOW)
    store.close()
    monkeypatch.setattr(database_module, "MIGRATIONS", (*MIGRATIONS, "CREATE TABLE later (x INTEGER) STRICT;\n"))
    with Store(store.path) as grown:
        assert grown.catalogue.markets() == [a_market()]
        assert grown.table("later") == []
    backup = store.path.with_name(f"arbkit.db.schema{len(MIGRATIONS)}.bak")
    assert backup.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(backup) as db:
        assert db.execute("SELECT count(*) FROM markets").fetchone() == (1,)
        assert db.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    db.close()


def test_a_migration_that_fails_leaves_the_old_schema_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = a_store(tmp_path)
    store.close()
    broken = "CREATE TABLE later (x INTEGER) STRICT;\nINSERT INTO nowhere VALUES (1);\n"
    monkeypatch.setattr(database_module, "MIGRATIONS", (*MIGRATIONS, broken))
    with pytest.raises(StoreError, match="nowhere"):
        Store(store.path)
    monkeypatch.undo()
    with Store(store.path) as same:
        assert same._database.version() == len(MIGRATIONS)
        with pytest.raises(BadId):
            same.table("later")


@pytest.mark.parametrize("steps", range(1, len(MIGRATIONS) + 1))
def test_every_older_schema_grows_into_the_present_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    monkeypatch.setattr(database_module, "MIGRATIONS", MIGRATIONS[:steps])
    old = Database(tmp_path / "state" / "arbkit.db")
    old.close()
    monkeypatch.undo()
    with Store(old.path) as grown, Store(tmp_path / "new" / "arbkit.db") as new:
        shapes = [
            dict(store._database.connection.execute("SELECT name, sql FROM sqlite_schema").fetchall())
            for store in (grown, new)
        ]
        assert shapes[0] == shapes[1]


def test_a_log_that_was_widened_does_not_grow_with_the_next_trades(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    log = store.path.with_name(f"{store.path.name}-wal")
    for _ in range(2):  # the second time as after a run that was killed: what is free is filled again
        store.operations.widen_log(at=NOW)
    wide, file = log.stat().st_size, store.path.stat().st_size
    assert wide >= LOG_BYTES
    for number in range(100):
        store.operations.note("trade", str(number), at=NOW)
    assert log.stat().st_size == wide
    store.operations.widen_log(at=NOW)
    assert store.path.stat().st_size == file
    assert store.operations.fact("trade") == ("99", NOW)
    assert store._database.connection.execute("SELECT count(*) FROM facts").fetchone() == (1,)
    assert store.damage() == []
