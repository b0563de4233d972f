"""What has to survive a restart besides trades: runs, mode, breaker, balances, and alerts not yet delivered."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from arbkit.core.alerts import Alert, Severity
from arbkit.core.breaker import Breaker, Failure, Trip
from arbkit.core.markets import VenueName
from arbkit.core.money import Usd
from arbkit.core.orders import Balance
from arbkit.errors import AlreadyRunning, InvariantError
from arbkit.store.database import Database
from arbkit.store.rows import moment_of, text_of

LOG_BYTES = 1_000 * 4_096
"""At so many pages SQLite brings its log into the file by itself, and begins it anew."""
_ONE_PURSE = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """One start of something that may trade."""

    n: int
    pid: int
    host: str
    started_at: datetime
    ended_at: datetime | None
    version: str


class Operations:
    """Questions about the running of arbkit; part of Store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin_epoch(self, *, pid: int, host: str, version: str, config_hash: str, at: datetime) -> Epoch:
        """Start an epoch; every older one is fenced off from now on."""
        with self._database.writing() as db:
            inserted = db.execute(
                "INSERT INTO epochs (pid, host, started_at, version, config_hash) VALUES (?, ?, ?, ?, ?)",
                [pid, host, text_of(at), version, config_hash],
            )
        return Epoch(n=inserted.lastrowid or 0, pid=pid, host=host, started_at=at, ended_at=None, version=version)

    def end_epoch(self, epoch: int, *, at: datetime) -> None:
        """Note that a run ended in order."""
        with self._database.writing() as db:
            db.execute("UPDATE epochs SET ended_at = ? WHERE n = ?", [text_of(at), epoch])

    def last_epoch(self, *, before: int | None = None) -> Epoch | None:
        """The newest run, or the newest one before run `before`."""
        rows = self._database.look(
            "SELECT n, pid, host, started_at, ended_at, version FROM epochs WHERE ?1 IS NULL OR n < ?1 "
            "ORDER BY n DESC LIMIT 1",
            [before],
        )
        if not rows:
            return None
        n, pid, host, started, ended, version = rows[0]
        ended_at = moment_of(ended) if ended else None
        return Epoch(n=n, pid=pid, host=host, started_at=moment_of(started), ended_at=ended_at, version=version)

    def hold_epoch(self, epoch: int) -> None:
        """Raise AlreadyRunning if a newer run has begun: this one must not send any more."""
        if self._database.look(_NEWEST_EPOCH) != [(epoch,)]:
            last = self.last_epoch()
            raise AlreadyRunning(
                f"run {epoch} was overtaken by run {last.n if last else '?'} on {last.host if last else '?'}; it stops"
            )

    def widen_log(self, *, at: datetime) -> None:
        """Have SQLite's log at its usual size from the start, and begin it anew: a commit that makes the file longer
        waits for the file system's own journal, too, and for whoever else writes there."""
        with self._database.writing() as db:
            filled = [_FILLING, "." * LOG_BYTES, text_of(at)]
            db.execute("INSERT OR REPLACE INTO facts (name, value, at) VALUES (?, ?, ?)", filled)
        self._database.checkpoint()
        with self._database.writing() as db:
            db.execute("DELETE FROM facts WHERE name = ?", [_FILLING])

    def fact(self, name: str) -> tuple[str, datetime] | None:
        """A small fact and when it was noted."""
        with self._database.reading() as db:
            row = db.execute("SELECT value, at FROM facts WHERE name = ?", [name]).fetchone()
        return (row[0], moment_of(row[1])) if row else None

    def facts(self, *names: str) -> Mapping[str, str]:
        """Those of these small facts that were ever noted."""
        return dict(self._database.recall(" ".join((_FACTS, "(", ",".join("?" * len(names)), ")")), names))

    def note(self, name: str, value: str, *, at: datetime) -> None:
        """Note a small fact."""
        self._database.change(_NOTE, [name, value, text_of(at)])

    def breaker(self) -> Breaker:
        """The breaker as it stands, over all restarts."""
        with self._database.reading() as db:
            rows = db.execute("SELECT failure, detail, opened_at FROM breaker_trips WHERE closed_at IS NULL").fetchall()
            facts = dict(db.execute("SELECT name, value FROM facts WHERE name GLOB 'breaker.*'").fetchall())
        counts = {name: int(facts.get(f"breaker.{name}", 0)) for name in _COUNTERS}
        trips = {Failure(f): Trip(Failure(f), detail, moment_of(at)) for f, detail, at in rows}
        return Breaker(trips=trips, **counts)

    def first_trip(self) -> Trip | None:
        """What opened the breaker, None while it is closed."""
        rows = self._database.recall(_FIRST_TRIP)
        return Trip(Failure(rows[0][0]), rows[0][1], moment_of(rows[0][2])) if rows else None

    def save_breaker(self, breaker: Breaker, *, at: datetime) -> None:
        """Keep counters and new trips. It cannot close anything: see `close_breaker`."""
        with self._database.writing() as db:
            for trip in breaker.trips.values():
                db.execute(
                    "INSERT INTO breaker_trips (failure, detail, opened_at) SELECT ?1, ?2, ?3 WHERE NOT EXISTS "
                    "(SELECT 1 FROM breaker_trips WHERE failure = ?1 AND closed_at IS NULL)",
                    [trip.failure, trip.detail, text_of(trip.at)],
                )
            self.note("breaker.consecutive_failures", str(breaker.consecutive_failures), at=at)
            self.note("breaker.asymmetric_executions", str(breaker.asymmetric_executions), at=at)

    def close_breaker(self, *, by: str, reason: str, at: datetime) -> None:
        """A person resumes: every trip is closed with who and why, and the counters start again."""
        with self._database.writing() as db:
            db.execute(
                "UPDATE breaker_trips SET closed_at = ?, closed_by = ?, close_reason = ? WHERE closed_at IS NULL",
                [text_of(at), by, reason],
            )
            for name in _COUNTERS:
                self.note(f"breaker.{name}", "0", at=at)

    def save_balances(self, venue: VenueName, purses: Iterable[Balance], *, at: datetime) -> None:
        """Replace what a venue's account was last known to hold."""
        with self._database.writing() as db:
            db.execute("DELETE FROM balances WHERE venue = ?", [venue])
            db.executemany(
                "INSERT INTO balances (venue, shard, available_micros, at) VALUES (?, ?, ?, ?)",
                [(venue, _ONE_PURSE if p.shard is None else p.shard, p.available.micros, text_of(at)) for p in purses],
            )

    def balances(self, venue: VenueName) -> tuple[Sequence[Balance], datetime | None]:
        """What a venue's account held, and when that was asked."""
        return self.all_balances()[venue]

    def all_balances(self) -> Mapping[VenueName, tuple[Sequence[Balance], datetime | None]]:
        """The same of both venues at once."""
        purses: dict[VenueName, list[Balance]] = {venue: [] for venue in VenueName}
        asked: dict[VenueName, datetime] = {}
        for name, shard, micros, at in self._database.recall(_BALANCES):
            venue = VenueName(name)
            purses[venue].append(Balance(Usd(micros), None if shard == _ONE_PURSE else shard))
            asked.setdefault(venue, moment_of(at))
        return {venue: (purses[venue], asked.get(venue)) for venue in VenueName}

    def alert(self, alert: Alert, *, at: datetime) -> None:
        """Put an alert into the outbox, in the transaction of what it tells of."""
        with self._database.writing() as db:
            db.execute(
                "INSERT INTO alerts (severity, kind, dedupe_key, text, created_at, next_try_at) "
                "VALUES (?1, ?2, ?3, ?4, ?5, ?5) ON CONFLICT DO NOTHING",
                [alert.severity, alert.kind, alert.dedupe_key, alert.text, text_of(at)],
            )

    def due_alerts(self, *, at: datetime, count_max: int) -> Sequence[tuple[int, Alert, int]]:
        """Alerts that should be tried now, the most urgent first: number, alert, tries so far."""
        with self._database.reading() as db:
            rows = db.execute(
                "SELECT id, severity, kind, text, dedupe_key, tries FROM alerts WHERE sent_at IS NULL AND "
                "given_up_at IS NULL AND next_try_at <= ? ORDER BY severity = 'critical' DESC, id LIMIT ?",
                [text_of(at), count_max],
            ).fetchall()
        return [
            (n, Alert(severity=Severity(severity), kind=kind, text=text, dedupe_key=key), tries)
            for n, severity, kind, text, key, tries in rows
        ]

    def alert_sent(self, number: int, *, at: datetime) -> None:
        """An alert was delivered."""
        self._update_alert("sent_at = ?, tries = tries + 1", number, at)

    def alert_failed(self, number: int, *, next_try_at: datetime) -> None:
        """An alert was not delivered; try again then."""
        self._update_alert("next_try_at = ?, tries = tries + 1", number, next_try_at)

    def alert_given_up(self, number: int, *, at: datetime) -> None:
        """An alert that the sink will never take is put aside; it stays readable here."""
        self._update_alert("given_up_at = ?, tries = tries + 1", number, at)

    def _update_alert(self, assignment: str, number: int, at: datetime) -> None:
        with self._database.writing() as db:
            done = db.execute(" ".join(("UPDATE alerts SET", assignment, "WHERE id = ?")), [text_of(at), number])
            if done.rowcount != 1:
                raise InvariantError(f"there is no alert {number}")


_NOTE = """
INSERT INTO facts (name, value, at) VALUES (?1, ?2, ?3) ON CONFLICT (name) DO UPDATE SET value = ?2, at = ?3
"""
_FACTS = "SELECT name, value FROM facts WHERE name IN"
_NEWEST_EPOCH = "SELECT max(n) FROM epochs"
_FIRST_TRIP = """
SELECT failure, detail, opened_at FROM breaker_trips WHERE closed_at IS NULL ORDER BY opened_at, id LIMIT 1
"""
_BALANCES = "SELECT venue, shard, available_micros, at FROM balances ORDER BY venue, shard"
_COUNTERS = ("consecutive_failures", "asymmetric_executions")
_FILLING = "log.filling"
