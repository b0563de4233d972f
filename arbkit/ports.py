"""What the application needs from the world, as small Protocols. `Venue` looks, `Desk` acts, and nothing does both."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from arbkit.core.books import Book
from arbkit.core.markets import Market, MarketId, VenueName


class Clock(Protocol):
    """Time. Only the composition root owns a real one."""

    def now(self) -> datetime:
        """The present time in UTC, aware."""
        ...

    def monotonic_ms(self) -> int:
        """Milliseconds that never run backwards; only differences mean anything."""
        ...


@dataclass(frozen=True, slots=True)
class UnusableRow:
    """A row of a catalogue that could not be used: where, which, and why. Counted and shown, never defaulted."""

    key: str
    path: str
    why: str


@dataclass(frozen=True, slots=True)
class CataloguePage:
    """One page of a catalogue listing. `cursor` is what resumes after it; "" on the last page."""

    markets: tuple[Market, ...]
    unusable: tuple[UnusableRow, ...] = ()
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class VenueHealth:
    """Whether a venue trades at present, in its own words."""

    venue: VenueName
    trading: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Books:
    """The answer to a batch read of books: markets the venue does not know, or would not show, are in `missing`."""

    books: Mapping[MarketId, Book]
    missing: Mapping[MarketId, str] = field(default_factory=dict)


class Venue(Protocol):
    """Looking at one venue. Errors: VenueUnavailable, AuthError, SchemaMismatch."""

    name: VenueName

    def catalogue(self, *, cursor: str = "", since: datetime | None = None) -> AsyncIterator[CataloguePage]:
        """List open markets page by page, from `cursor` on; with `since`, only what changed after it, if the venue
        can tell."""
        ...

    async def market(self, market: MarketId) -> Market:
        """Read one market afresh: rules, status, grid, fees."""
        ...

    async def books(self, markets: Sequence[Market]) -> Books:
        """Read the books of several markets in as few requests as the venue allows."""
        ...

    async def health(self) -> VenueHealth:
        """Ask whether the venue is up and trading."""
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...
