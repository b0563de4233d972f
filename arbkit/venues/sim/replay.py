"""Replay: recordings played into the books of the simulated venues, in their own time or faster.

It begins when the first client listens to books, so that nothing is missed. What was recorded decides what stands at a
price; what orders of accounts took is there again with the next change at that price. Orders of accounts that rest are
never filled by a recording.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from arbkit.core.markets import VenueName
from arbkit.venues.recording import Entry, Kind, Recording
from arbkit.venues.sim.agenda import Agenda
from arbkit.venues.sim.exchange import ONE_DOLLAR
from arbkit.venues.sim.floor import Floor, Place
from arbkit.venues.sim.kalshi_engine import KalshiEngine
from arbkit.venues.sim.polymarket_engine import PolymarketEngine
from arbkit.venues.sim.polymarket_listing import PolymarketListing
from arbkit.venues.sim.replayed import mirrored
from arbkit.venues.sim.wire.recorded import Moves, Shown, Turn, Unreadable, Whole, shown
from arbkit.venues.sim.world.model import JsonObject

_PAYS: Final = {"yes": ONE_DOLLAR, "no": 0}


@dataclass(slots=True)
class Progress:
    """How far a replay is."""

    began: bool = False
    ended: bool = False
    frames: int = 0
    connections_lost: int = 0
    dropped: int = 0
    """Entries that the recorder had no room for."""
    unreadable: int = 0
    """Frames that are damaged, or of a shape that is not known."""
    unlisted: int = 0
    """Frames about markets that are not listed here."""
    recorded_us: int = 0
    """The recorded time of what was played last, in microseconds since 1970."""


Put = Callable[[Shown, datetime], bool]
"""Lets a venue show something; False if it does not list the market."""


class Replay:
    """Plays recordings, entry by entry, each at its time."""

    def __init__(
        self,
        recordings: Sequence[Recording],
        *,
        begins_us: int,
        speed: float,
        agenda: Agenda,
        venues: dict[VenueName, Put],
    ) -> None:
        self.progress = Progress()
        self._begins_us, self._speed, self._agenda, self._venues = begins_us, speed, agenda, venues
        self._entries = _played(recordings)
        self._began_at: datetime | None = None

    def begin(self, now: datetime) -> None:
        """Start, if it has not started."""
        if self._began_at is None:
            self._began_at, self.progress.began = now, True
            self._plan_next(now)

    def report(self) -> JsonObject:
        """How far it is, ready to be encoded."""
        return asdict(self.progress) | {"speed": self._speed}

    def _plan_next(self, began_at: datetime) -> None:
        entry = next(self._entries, None)
        if entry is None:
            self.progress.ended = True
            return
        after = timedelta(microseconds=max(0, entry.at_us - self._begins_us) / self._speed)

        def play(at: datetime) -> None:
            self._play(entry, at)
            self._plan_next(began_at)

        self._agenda.plan(began_at + after, play)

    def _play(self, entry: Entry, at: datetime) -> None:
        progress = self.progress
        progress.recorded_us = entry.at_us
        progress.frames += entry.kind is Kind.FRAME
        progress.connections_lost += entry.kind is Kind.LOST
        progress.dropped += entry.count
        if entry.venue is None:
            return
        try:
            for one in shown(entry):
                progress.unlisted += not self._venues[entry.venue](one, at)
        except Unreadable:
            progress.unreadable += 1


def _played(recordings: Sequence[Recording]) -> Iterator[Entry]:
    for recording in recordings:
        for entry in recording:
            if entry.kind is not Kind.CATALOGUE:
                yield entry


class _Truth:
    """What was recorded to stand in each book, whatever our own orders took of it meanwhile."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._books: dict[str, dict[Place, int]] = {}

    def replace(self, key: str, levels: dict[Place, int], at: datetime) -> None:
        """A whole book: whatever it does not name is gone.

        What becomes less is told first: level by level, the old prices of one side would cross the new of the other.
        """
        before = self._floor.pit(key, at).levels()
        after = dict.fromkeys(before.keys() - levels.keys(), 0) | levels
        self._books[key] = levels
        self._floor.show(key, dict(sorted(after.items(), key=lambda one: one[1] > before.get(one[0], 0))), at)

    def move(self, key: str, levels: Sequence[tuple[Place, int]], at: datetime, *, relative: bool) -> None:
        """Some levels, each by a difference or to a total; nothing while no whole book was shown."""
        if (book := self._books.get(key)) is None:
            return
        for place, qty in levels:
            book[place] = max(0, qty + book.get(place, 0) if relative else qty)
        self._floor.show(key, {place: book[place] for place, _ in levels}, at)


class KalshiShows:
    """What was recorded at Kalshi, shown by the simulated one."""

    def __init__(self, floor: Floor, engine: KalshiEngine) -> None:
        self._truth, self._engine = _Truth(floor), engine

    def __call__(self, one: Shown, at: datetime) -> bool:
        """Show it; False if the market is not listed."""
        if not self._engine.lists(one.key):
            return False
        if isinstance(one, Whole):
            self._truth.replace(one.key, one.levels, at)
        elif isinstance(one, Moves):
            self._truth.move(one.key, one.levels, at, relative=one.relative)
        else:
            self._turn(one, at)
        return True

    def _turn(self, turn: Turn, at: datetime) -> None:
        if turn.what == "deactivated":
            self._engine.pause(turn.key, at)
        elif turn.what == "activated":
            self._engine.resume(turn.key, at)
        elif turn.what == "determined" and turn.value:
            paid = _PAYS.get(turn.value)
            self._engine.settle(turn.key, int(Decimal(turn.value) * ONE_DOLLAR) if paid is None else paid, at)


class PolymarketShows:
    """What was recorded at Polymarket, shown by the simulated one."""

    def __init__(self, listing: PolymarketListing, floor: Floor, engine: PolymarketEngine) -> None:
        self._listing, self._truth, self._engine = listing, _Truth(floor), engine

    def __call__(self, one: Shown, at: datetime) -> bool:
        """Show it; False if the market is not listed."""
        pair = self._listing.by_token.get(one.key) or self._listing.by_condition.get(one.key)
        if pair is None or not pair.tokens:
            return False
        second = one.key == pair.tokens[1]
        if isinstance(one, Whole):
            self._truth.replace(pair.book_key, {_seen(p, second): qty for p, qty in one.levels.items()}, at)
        elif isinstance(one, Moves):
            levels = [(_seen(place, second), qty) for place, qty in one.levels]
            self._truth.move(pair.book_key, levels, at, relative=one.relative)
        elif one.what == "tick":
            pair.changed["orderPriceMinTickSize"] = float(one.value)
        elif one.what == "resolved":
            self._engine.resolve(pair.condition_id, int(second), at)
        return True


def _seen(place: Place, second: bool) -> Place:
    return mirrored(place) if second else place
