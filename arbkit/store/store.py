"""Store: one SQLite file with everything arbkit remembers, asked one question a method."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from arbkit.store.database import BUSY_MS, Database
from arbkit.store.figures import FiguresOf
from arbkit.store.journal import Journal
from arbkit.store.ledger_book import LedgerBook
from arbkit.store.marks import Marks
from arbkit.store.operations import Operations
from arbkit.store.trades import Trades

if TYPE_CHECKING:
    from arbkit.store.catalogue import Catalogue
    from arbkit.store.opinions import Opinions
    from arbkit.store.pairs import Pairs
    from arbkit.store.readings import Readings
    from arbkit.store.sightings import Sightings

SPECIFIED_TABLES = ("event_mappings", "opportunities", "executions", "positions", "pnl_records")
"""The tables of the specification, section 4.1."""


class Store:
    """The memory of one state directory. Use it in the thread that made it; other processes may use the file too.

    `catalogue`, `pairs`, `sightings`, `trades`, `journal`, `ledger`, `marks`, `operations`, `figures`, `opinions`
    and `readings` hold the questions by subject.
    Errors: StoreError.
    """

    def __init__(self, path: Path, *, busy_ms: int = BUSY_MS) -> None:
        """Open the file, or create it and its directory for us alone, and bring its schema up to date."""
        self._database = Database(path, busy_ms=busy_ms)
        self.trades = Trades(self._database)
        self.journal = Journal(self._database, self.trades)
        self.ledger = LedgerBook(self._database, self.trades.couples)
        self.marks = Marks(self._database)
        self.operations = Operations(self._database)
        self.figures = FiguresOf(self._database)

    # What `status` has no use for is loaded when it is first asked for: it is half of what there is to load.

    @cached_property
    def catalogue(self) -> "Catalogue":
        """Markets and syncs."""
        from arbkit.store.catalogue import Catalogue  # noqa: PLC0415

        return Catalogue(self._database)

    @cached_property
    def pairs(self) -> "Pairs":
        """Pairs, verdicts and reviews."""
        from arbkit.store.pairs import Pairs  # noqa: PLC0415

        return Pairs(self._database)

    @cached_property
    def sightings(self) -> "Sightings":
        """Opportunities that were seen."""
        from arbkit.store.sightings import Sightings  # noqa: PLC0415

        return Sightings(self._database)

    @cached_property
    def readings(self) -> "Readings":
        """What matching read and judged."""
        from arbkit.store.readings import Readings  # noqa: PLC0415

        return Readings(self._database)

    @cached_property
    def opinions(self) -> "Opinions":
        """What language models said."""
        from arbkit.store.opinions import Opinions  # noqa: PLC0415

        return Opinions(self._database)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self._database.path

    def close(self) -> None:
        """Give the file back."""
        self._database.close()

    def together(self) -> AbstractContextManager[object]:
        """Make several changes one: all of them stand, or none. Never hold it over an await."""
        return self._database.writing()

    def together_ahead(self) -> AbstractContextManager[object]:
        """The same, committed without waiting for the disk: nothing may follow from it outside before `durable`."""
        return self._database.writing_ahead()

    def remembering(self) -> AbstractContextManager[object]:
        """Within this block, what every trade asks is remembered; a transaction is answered from memory as long as
        nothing at all was written since. Not within a transaction."""
        return self._database.remembering()

    def when_written(self, tell: Callable[[], None]) -> None:
        """Have this called after each change of ours, from now on; it must be quick, and asks nothing of the store."""
        self._database.written = tell

    async def durable(self) -> None:
        """Return when all that was committed would survive a power cut. A thread of its own waits for the disk."""
        await self._database.durable()

    def damage(self) -> list[str]:
        """What SQLite's own check finds wrong with the file; nothing if it is sound. Reads all of it."""
        return self._database.damage()

    def table(self, name: str) -> list[dict[str, object]]:
        """The rows of a table or view by column name, for reports; the specification's tables are among them."""
        return self._database.rows(name)
