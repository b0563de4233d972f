"""Every exception and its exit code.

ArbkitError
├── UsageError            2   the command line, an id, a number, a file
│   ├── BadNumber
│   ├── BadId
│   └── BadFile
├── ConfigError           2   config.yaml, the environment
├── RefusedError          3   risk, policy, paused
├── AuthError             4   a venue refused our credentials
├── VenueUnavailable      5   unreachable, time-out, 429, 5xx
├── SchemaMismatch        6   a venue answered in a shape we do not know
├── OrderInDoubt          7   an order whose fate is unknown
├── StoreError           70   the database or the disk failed
├── InvariantError       70   a bug
├── TaskDied             70   a part of the live loop ended by itself
├── WorkerDied           70   a process that we started ended by itself
└── AlreadyRunning       73   another instance holds the lock

Exit code 0 is done, 1 a check that found something, 130 interrupted. A message says what failed, with which values,
and what to do.
"""

from collections.abc import Iterable
from typing import ClassVar

_SHOWN_MAX = 80


def shown(text: object) -> str:
    """Quote foreign text for a message: short, one line, and printable ASCII escapes for the rest."""
    quoted = ascii(str(text))
    return quoted if len(quoted) <= _SHOWN_MAX else f"{quoted[:_SHOWN_MAX]}..."


def nearest(text: str, known: Iterable[str]) -> str:
    """What was probably meant by a name or an id that does not exist, "" if nothing is near."""
    import difflib  # noqa: PLC0415 - only a mistake needs it, and every start would pay for it

    return next(iter(difflib.get_close_matches(text, list(known), n=1, cutoff=0.75)), "")


class ArbkitError(Exception):
    """Anything that ends a command with a line and an exit code."""

    exit_code: ClassVar[int] = 70


class UsageError(ArbkitError):
    """The command line, an argument or an input file cannot be used."""

    exit_code = 2


class BadNumber(UsageError):
    """A number that is not written, or not as large, as it has to be."""

    def __init__(self, text: object, wanted: str) -> None:
        super().__init__(f"{shown(text)} is not {wanted}")


class BadId(UsageError):
    """An id that names nothing."""

    def __init__(self, text: object, wanted: str, *, near: str = "") -> None:
        meant = f"; did you mean {near}?" if near else ""
        super().__init__(f"{shown(text)} is not an id; write {wanted}{meant}")


class BadFile(UsageError):
    """A file that cannot be read or written, or does not hold what it should."""

    def __init__(self, path: object, why: str) -> None:
        super().__init__(f"{path}: {why}")


class ConfigError(ArbkitError):
    """A setting that is unknown, malformed, out of bounds or contradictory."""

    exit_code = 2


class RefusedError(ArbkitError):
    """Risk, policy or the breaker said no; nothing was sent."""

    exit_code = 3


class AuthError(ArbkitError):
    """A venue refused the credentials, or they cannot be loaded."""

    exit_code = 4


class VenueUnavailable(ArbkitError):
    """A venue could not be reached, was too slow, throttled us or failed."""

    exit_code = 5

    def __init__(self, venue: str, what: str, *, advice: str = "try again later") -> None:
        super().__init__(f"{venue}: {what}; {advice}")
        self.venue = venue


class SchemaMismatch(ArbkitError):
    """A venue's answer is not of the documented shape; names the JSON path and the kind of value found there."""

    exit_code = 6

    def __init__(self, venue: str, path: str, found: str) -> None:
        super().__init__(f"{venue}: unexpected answer at {path}: {found}; arbkit may need an update for this venue")
        self.venue, self.path, self.found = venue, path, found


class OrderInDoubt(ArbkitError):
    """An order was sent and its outcome is not known; nothing is sent again."""

    exit_code = 7


class StoreError(ArbkitError):
    """The database or the disk failed; nothing half-written stands."""

    exit_code = 70


class BadHome(StoreError):
    """The state directory, or a file in it, cannot be used as it is: name another one, or do as the message says."""

    exit_code = 2


class InvariantError(ArbkitError):
    """Something that cannot be was: a bug. Trading stops."""

    exit_code = 70


class TaskDied(ArbkitError):
    """A part of the live loop ended by itself; trading was paused, and the loop stopped."""

    exit_code = 70


class WorkerDied(ArbkitError):
    """A process that was started to share the work ended by itself; nothing half-done stands."""

    exit_code = 70

    def __init__(self, how: str, processes: int) -> None:
        super().__init__(
            f"one of the {processes} processes that share the work ended by itself ({how}); nothing half-done stands;"
            " run it again, with fewer processes where memory is short (--set matching.processes=1)"
        )


class AlreadyRunning(ArbkitError):
    """Another instance holds the lock of this state directory."""

    exit_code = 73
