"""`mode`: whether live orders may be sent at all from this state directory, whatever a command line says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from arbkit.cli.render import Field, Output
from arbkit.core.risk import Mode
from arbkit.errors import RefusedError, UsageError
from arbkit.wiring import Kit
from arbkit.wiring.modes import DRY_ONLY_FACT


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the state directory allows."""

    mode: Mode
    since: datetime | None


ALLOWED: Sequence[Field[Allowed]] = (
    Field("mode", lambda a: a.mode),
    Field("since", lambda a: a.since),
    Field(
        "meaning",
        lambda a: (
            "`--live --confirm` sends real orders"
            if a.mode is Mode.LIVE
            else "nothing real is sent, whatever the command line says; `arbkit mode live --confirm` allows it again"
        ),
    ),
)


def show_or_set(kit: Kit, output: Output, *, wanted: str, confirm: bool) -> None:
    """Set what is wanted, if anything is; show it otherwise."""
    if wanted:
        set_mode(kit, output, wanted=wanted, confirm=confirm)
    else:
        show_mode(kit, output)


def show_mode(kit: Kit, output: Output) -> None:
    """Show what is allowed."""
    fact = kit.store.operations.fact(DRY_ONLY_FACT)
    dry = fact is not None and fact[0] == "yes"
    output.facts(Allowed(Mode.DRY_RUN if dry else Mode.LIVE, fact[1] if fact else None), ALLOWED)


def set_mode(kit: Kit, output: Output, *, wanted: str, confirm: bool) -> None:
    """Forbid live orders, or allow them again; a running loop obeys at its next order. Raises RefusedError."""
    if wanted not in {"dry-run", "live"}:
        raise UsageError(f"{wanted!r} is no mode; use dry-run or live")
    if wanted == "live" and not confirm:
        raise RefusedError(
            "this allows orders with real money again; say `arbkit mode live --confirm` if that is what you want"
        )
    kit.store.operations.note(DRY_ONLY_FACT, "no" if wanted == "live" else "yes", at=kit.clock.now())
    output.say(
        "live orders are allowed: `arbkit run --live --confirm` sends them"
        if wanted == "live"
        else "dry run only: nothing real is sent from now on, not by a loop that runs either"
    )
