"""One connection to one SQLite file: pragmas, transactions, and each failure as one line.

A commit waits for the disk. Where an event loop must not wait, `writing_ahead` commits without it, and `durable` has a
thread of its own wait for the disk: what is ahead is seen at once, and would survive a power cut once that returned.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from arbkit.errors import BadId, InvariantError, StoreError
from arbkit.store.files import own_directory, own_file
from arbkit.store.schema import APPLICATION_ID, MIGRATIONS, statements

if TYPE_CHECKING:
    from arbkit.store.flushing import Flusher

BUSY_MS = 5_000
"""How long a transaction waits for another process before it gives up."""

_WAL_TRIES = 50
_flush = getattr(os, "fdatasync", os.fsync)
READ, WRITE = "DEFERRED", "IMMEDIATE"
_INNER = {WRITE: ("SAVEPOINT inside", "RELEASE inside", "ROLLBACK TO inside"), READ: ("", "", "")}
"""How a transaction begins, ends and is undone within another one. Reading leaves nothing to undo."""
_PART = ("", "", "")
_ADVICE = {
    sqlite3.SQLITE_FULL: "the disk is full; make room and run the command again",
    sqlite3.SQLITE_BUSY: "another process holds the database; wait for it to end and run the command again",
    sqlite3.SQLITE_LOCKED: "another process holds the database; wait for it to end and run the command again",
    sqlite3.SQLITE_READONLY: "the database cannot be written; check the permissions of the file and of the disk",
    sqlite3.SQLITE_CORRUPT: "the database is damaged; restore a backup or move the file away",
    sqlite3.SQLITE_NOTADB: "this is not a database of arbkit; move the file away or name another one",
    sqlite3.SQLITE_IOERR: "the disk failed; check it before going on",
    sqlite3.SQLITE_CANTOPEN: "the database cannot be opened; check the path and its permissions",
}


class Database:
    """A connection. Transactions nest: an inner one joins the outer, and all of it stands or nothing does.

    It belongs to the thread and process that opened it.
    """

    def __init__(self, path: Path, *, busy_ms: int = BUSY_MS) -> None:
        """Open or create the file and bring its schema up to date. Raises StoreError."""
        self.path = path
        self._pid = os.getpid()
        self.modes: list[str] = []
        """What the transactions that are open may do, from the outermost on."""
        self.is_spoilt = False
        """Whether a part of the open transaction failed that has no way back of its own."""
        self.written: Callable[[], None] | None = None
        """Called after each transaction that wrote, if somebody wants to know."""
        self.seen: int | None = None
        """The version of the file's content that the open transaction sees, once it was asked for."""
        self._memory = Memory()
        self._waits_for_disk = True
        self._flusher: Flusher | None = None
        self._log: int | None = None
        """The file of the log, once it was flushed: it is the same one while a connection to it stands."""
        own_directory(path.parent)
        own_file(path)
        with self._failures():
            self._db = sqlite3.connect(path, timeout=busy_ms / 1000, isolation_level=None)
        try:
            self._set_up()
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        """Give the file back."""
        if self._flusher is not None:
            self._flusher.close()
        if self._log is not None:
            os.close(self._log)
            self._log = None
        self._db.close()

    @property
    def connection(self) -> sqlite3.Connection:
        """The bare connection, for reading outside a transaction."""
        if os.getpid() != self._pid:
            raise InvariantError(f"{self.path}: a connection was carried into another process")
        return self._db

    def writing(self) -> AbstractContextManager[sqlite3.Connection]:
        """One transaction that may write, from its start on. Raises StoreError; then nothing of it stands."""
        return _Transaction(self, WRITE)

    def writing_ahead(self) -> AbstractContextManager[sqlite3.Connection]:
        """Like `writing`, but the commit is not on the disk before `durable` returned, or before the next one that
        waits. Within another transaction it is part of that one. Raises StoreError."""
        return _Transaction(self, WRITE, waits_for_disk=False)

    def part(self) -> AbstractContextManager[sqlite3.Connection]:
        """Like `writing`, for what is written within another transaction as a rule: it is a part of that one without a
        way back of its own, which would cost as much as a statement or two. What fails in it undoes all of it: should
        somebody survive the failure, the commit raises InvariantError, and nothing stands."""
        return _Transaction(self, WRITE, is_part=True)

    def change(self, statement: str, values: Sequence[object] = ()) -> None:
        """One statement that writes. It stands whole or not at all, and within a transaction needs no way back."""
        if not self.modes:
            with self.writing() as db:
                db.execute(statement, values)
            return
        if READ in self.modes:
            raise InvariantError(f"{self.path}: a transaction that reads was asked to write")
        try:
            self.connection.execute(statement, values)
        except sqlite3.Error as error:
            raise self.failure(error) from error

    def checkpoint(self) -> None:
        """Bring what is in the log into the file itself, as far as nobody still reads what was before."""
        with self._failures():
            self.connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    async def durable(self) -> None:
        """Return when all that was committed would survive a power cut. Raises StoreError: then it might not."""
        if self._flusher is None:
            from arbkit.store.flushing import Flusher  # noqa: PLC0415 - not for the commands that only look

            self._flusher = Flusher(self._flush_log)
        try:
            await self._flusher.flushed()
        except OSError as error:
            raise StoreError(f"{self.path}: the journal did not reach the disk ({error}); check the disk") from error

    def _flush_log(self) -> None:
        # SQLite puts its locks on the other two files: opening and closing the log here releases none of them.
        if self._log is None:
            self._log = os.open(f"{self.path}-wal", os.O_RDWR | os.O_CLOEXEC)
        _flush(self._log)

    def reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """One transaction that sees the same state from its first statement to its last. Raises StoreError."""
        return _Transaction(self, READ)

    def look(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """The rows of one question: by itself it sees one state, and needs no transaction. Raises StoreError."""
        try:
            return self.connection.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise self.failure(error) from error

    @contextmanager
    def remembering(self) -> Iterator[None]:
        """Within this block `recall` remembers what it is asked. Not within a transaction, which may yet be undone."""
        if self.modes:
            raise InvariantError(f"{self.path}: what an open transaction sees was to be remembered")
        with self.reading() as db:
            self._memory = Memory(self._seen(), db.total_changes, learns=True)
            try:
                yield
            finally:
                self._memory.learns = False

    def recall(self, statement: str, values: Sequence[object] = ()) -> Sequence[tuple[Any, ...]]:
        """Like `look`; but in a transaction what was remembered is answered from memory, as long as nothing at all was
        written since: neither here, for SQLite counts what it changed, nor by others, for the file's version tells."""
        memory = self._memory
        if not memory.learns and not (self.modes and memory.changes == self._db.total_changes):
            return self.look(statement, values)
        if memory.version != self._seen():
            return self.look(statement, values)
        key = (statement, *values)
        rows = memory.answers.get(key)
        if rows is None:
            rows = tuple(self.look(statement, values))
            if memory.learns:
                memory.answers[key] = rows
        return rows

    def _seen(self) -> int:
        if self.seen is None:
            [(self.seen,)] = self.look("PRAGMA data_version")
        return self.seen

    def version(self) -> int:
        """How many migrations this file has seen."""
        [(version,)] = self._db.execute("PRAGMA user_version")
        return int(version)

    def rows(self, table: str) -> list[dict[str, object]]:
        """All rows of a table or view by column name; raises BadId if there is none of that name."""
        from sqlite_utils import Database as Tables  # noqa: PLC0415 - half of the start-up time of a command

        with self.reading() as db:
            tables = Tables(db, recursive_triggers=False, execute_plugins=False)
            if table not in (*tables.table_names(), *tables.view_names()):
                raise BadId(table, "the name of a table")
            return list(tables[table].rows)

    def damage(self) -> list[str]:
        """What SQLite's own check finds wrong with the file."""
        try:
            with self._failures():
                found = [str(line) for (line,) in self.connection.execute("PRAGMA quick_check")]
                found += [f"dangling reference: {row}" for row in self.connection.execute("PRAGMA foreign_key_check")]
        except StoreError as error:
            return [str(error)]
        return [line for line in found if line != "ok"]

    def wait_for_disk(self, waits: bool) -> None:
        """Whether the commits from now on wait for the disk."""
        if waits is not self._waits_for_disk:
            self.connection.execute(f"PRAGMA synchronous = {'FULL' if waits else 'NORMAL'}")
            self._waits_for_disk = waits

    def rest(self) -> None:
        """After a commit that waited for the disk: where some are made ahead, the next of them finds its way clear, and
        who waits anyway has paid for the change both ways."""
        if self._flusher is not None and not self._db.in_transaction:
            with suppress(sqlite3.Error):  # then commits go on waiting, until the next one ahead asks for it
                self.wait_for_disk(False)

    def failure(self, error: sqlite3.Error) -> InvariantError | StoreError:
        """What an error of SQLite means, in one line."""
        if isinstance(error, sqlite3.IntegrityError):
            return InvariantError(f"{self.path}: the database refused a row: {error}")
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        advice = _ADVICE.get(code, "nothing was written; run the command again")
        return StoreError(f"{self.path}: {error}; {advice}")

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self.failure(error) from error

    def _set_up(self) -> None:
        with self._failures():
            for pragma in ("foreign_keys = ON", "trusted_schema = OFF", "cell_size_check = ON", "temp_store = MEMORY"):
                self._db.execute(f"PRAGMA {pragma}")
            self._refuse_others()
            self._enter_wal()
            self._db.execute("PRAGMA synchronous = FULL")
        self._migrate()

    def _refuse_others(self) -> None:
        [(application,)] = self._db.execute("PRAGMA application_id")
        [(tables,)] = self._db.execute("SELECT count(*) FROM sqlite_schema")
        if application != APPLICATION_ID and tables:
            raise StoreError(f"{self.path}: {_ADVICE[sqlite3.SQLITE_NOTADB]}")
        if self.version() > len(MIGRATIONS):
            raise StoreError(
                f"{self.path} was written by a newer arbkit (schema {self.version()}, this one knows"
                f" {len(MIGRATIONS)}); install that version"
            )

    def _enter_wal(self) -> None:
        # Two processes that create the file at once: SQLite reports the change of mode as busy without waiting.
        for left in reversed(range(_WAL_TRIES)):
            try:
                [(mode,)] = self._db.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or not left:
                    raise
                time.sleep(0.1)
            else:
                if mode != "wal":
                    raise StoreError(
                        f"{self.path}: the file system cannot hold the database safely ({mode}); use a local disk"
                    )
                return

    def _migrate(self) -> None:
        """Bring the schema up to date in one transaction, behind a backup if there is something to lose."""
        if self.version() == len(MIGRATIONS):
            return
        if self.version():
            self._back_up(self.path.with_name(f"{self.path.name}.schema{self.version()}.bak"))
        with self.writing() as db:
            for number in range(self.version(), len(MIGRATIONS)):  # read again: another process may have been faster
                for statement in statements(MIGRATIONS[number]):
                    db.execute(statement)
            db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")

    def _back_up(self, target: Path) -> None:
        fresh = target.with_name(f"{target.name}.{os.getpid()}")
        own_file(fresh)
        try:
            with self._failures():
                self._db.execute("VACUUM INTO ?", [str(fresh)])
            fresh.replace(target)
        finally:
            fresh.unlink(missing_ok=True)


@dataclass(slots=True)
class Memory:
    """Answers of the store that hold while nothing was written: at one version of the file, after so many changes of
    our own."""

    version: int = -1
    changes: int = -1
    learns: bool = False
    answers: dict[tuple[object, ...], Sequence[tuple[Any, ...]]] = field(default_factory=dict)


class _Transaction:
    """A transaction for the length of a block, or a part of the one that is open: what reads within it needs none."""

    __slots__ = ("_database", "_end", "_is_part", "_mode", "_undo", "_waits_for_disk")

    def __init__(self, database: Database, mode: str, *, waits_for_disk: bool = True, is_part: bool = False) -> None:
        self._database, self._mode = database, mode
        self._waits_for_disk, self._is_part = waits_for_disk, is_part

    def __enter__(self) -> sqlite3.Connection:
        database, mode = self._database, self._mode
        db, modes = database.connection, database.modes
        if mode == WRITE and READ in modes:
            raise InvariantError(f"{database.path}: a transaction that reads was asked to write")
        if not modes:
            database.seen = None
            begin, self._end, self._undo = f"BEGIN {mode}", "COMMIT", "ROLLBACK"
            self._is_part, database.is_spoilt = False, False
        else:
            begin, self._end, self._undo = _PART if self._is_part else _INNER[mode]
        try:
            if mode == WRITE and not modes:
                database.wait_for_disk(self._waits_for_disk)
            if begin:
                db.execute(begin)
        except sqlite3.Error as error:
            raise database.failure(error) from error
        modes.append(mode)
        return db

    def __exit__(self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None) -> None:
        database = self._database
        database.is_spoilt |= self._is_part and error is not None
        try:
            if error is None and self._end:
                self._commit(database.connection)
            elif self._undo and database.connection.in_transaction:  # a full disk makes SQLite roll back by itself
                database.connection.execute(self._undo)
        except sqlite3.Error as failed:
            raise database.failure(failed) from failed
        finally:
            database.modes.pop()
            if self._mode == WRITE and self._waits_for_disk and not database.modes:
                database.rest()
            if self._mode == WRITE and database.written is not None and not database.modes:
                database.written()
        if isinstance(error, sqlite3.Error):
            raise database.failure(error) from error

    def _commit(self, db: sqlite3.Connection) -> None:
        try:
            if self._end == "COMMIT" and self._database.is_spoilt:
                raise InvariantError(
                    f"{self._database.path}: a part of a transaction failed, and the rest was to stand"
                )
            db.execute(self._end)
        except BaseException:
            if db.in_transaction:
                db.execute(self._undo)
            raise
