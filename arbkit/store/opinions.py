"""What a language model said, kept by the hash of model, question and texts, with what it cost."""

from datetime import datetime

from arbkit.core.money import Usd
from arbkit.store.database import Database
from arbkit.store.rows import text_of


class Opinions:
    """Questions about answers; part of Store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def answer(self, key: str) -> str | None:
        """What was answered to this very question, if it was asked before."""
        with self._database.reading() as db:
            row = db.execute("SELECT answer FROM opinions WHERE key = ?", [key]).fetchone()
        return None if row is None else str(row[0])

    def keep(self, key: str, *, model: str, answer: str, cost: Usd, at: datetime) -> None:
        """Keep an answer and its cost."""
        with self._database.writing() as db:
            db.execute(
                "INSERT INTO opinions (key, model, answer, cost_micros, at) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (key) DO UPDATE SET answer = excluded.answer, at = excluded.at, "
                "cost_micros = cost_micros + excluded.cost_micros",
                [key, model, answer, cost.micros, text_of(at)],
            )

    def spent_since(self, since: datetime) -> tuple[int, Usd]:
        """How many answers were had since then, and what they cost."""
        with self._database.reading() as db:
            [(count, micros)] = db.execute(
                "SELECT count(*), coalesce(sum(cost_micros), 0) FROM opinions WHERE at >= ?", [text_of(since)]
            )
        return int(count), Usd(int(micros))
