"""Options that every command takes, before or after its name, and the way from them to a Kit."""

import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arbkit.cli.render import Output
    from arbkit.wiring import Kit

SWITCHES = frozenset({"--json", "--sim", "--no-color", "-q", "--quiet", "-v", "--verbose"})
VALUED = frozenset({"--config", "--fields", "--home", "--set"})


class FlowChoice(StrEnum):
    """How lively the simulated books are."""

    OFF = "off"
    CALM = "calm"
    BUSY = "busy"


class VenueChoice(StrEnum):
    """The venues, in words: the help needs them, and need not load the core."""

    KALSHI = "kalshi"
    POLYMARKET = "polymarket"


class StatusChoice(StrEnum):
    """Where a market stands in its life."""

    UNOPENED = "unopened"
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"
    SETTLED = "settled"


class FeeChoice(StrEnum):
    """Exact fees, or the simple formulas of the specification."""

    VENUE = "venue"
    SPEC = "spec"


class SortChoice(StrEnum):
    """By what opportunities are ranked."""

    NET = "net"
    ANNUALISED = "annualised"


EVERYWHERE = "Also: --json --fields --sim --home --config --set --no-color -q -v (arbkit -h)"
"""The last line of each command's help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was asked of any command."""

    json: bool = False
    sim: bool = False
    home: Path | None = None
    config: Path | None = None
    settings: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    color: bool = True
    quiet: bool = False
    verbose: bool = False
    again: "Callable[[Sequence[str]], int]" = lambda _: 0
    """Runs another command, for the prompt."""
    names: Sequence[str] = ()
    """The names of all commands."""
    words_after: "Callable[[Sequence[str]], Sequence[str]]" = lambda _: ()
    """What may follow these words on a command line, for the prompt."""

    @property
    def words(self) -> list[str]:
        """These options as they were said, for another command."""
        given = [("--config", self.config), ("--home", self.home)]
        switches = [("--sim", self.sim), ("--json", self.json), ("--no-color", not self.color),
                    ("--quiet", self.quiet), ("--verbose", self.verbose)]  # fmt: skip
        return [
            *(word for name, path in given if path for word in (name, str(path))),
            *(word for setting in self.settings for word in ("--set", setting)),
            *(("--fields", ",".join(self.fields)) if self.fields else ()),
            *(name for name, said in switches if said),
        ]

    @property
    def output(self) -> "Output":
        """Where rows and words go."""
        from arbkit.cli.render import Output

        return Output(
            json=self.json, color=self.color, quiet=self.quiet, fields=self.fields, sim=self.sim, home=self.home
        )

    def opened(self, *, settings_later: bool = False) -> "AbstractContextManager[Kit]":
        """Open everything a command may need; nothing is loaded or connected before it is used.

        `settings_later`: not even the settings, for a command that looks at the state alone."""
        from arbkit.wiring import opened

        return opened(
            environ=os.environ,
            cwd=Path.cwd(),
            home=self.home,
            config=self.config,
            flags=self.settings,
            sim=self.sim,
            settings_later=settings_later,
        )


def hoisted(arguments: Sequence[str]) -> list[str]:
    """Move the options of every command to the front, where the parser expects them: people write them last.

    ``scan --sim --json`` becomes ``--sim --json scan``. After ``--`` nothing moves.
    """
    front: list[str] = []
    rest: list[str] = []
    left = iter(arguments)
    for argument in left:
        if argument == "--":
            rest += [argument, *left]
        elif argument in SWITCHES or argument.partition("=")[0] in VALUED - {argument}:
            front.append(argument)
        elif argument in VALUED:
            front += [argument, *([value] if (value := next(left, None)) is not None else [])]
        else:
            rest.append(argument)
    return front + rest
