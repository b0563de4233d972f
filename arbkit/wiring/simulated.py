"""Which simulated venues there are: a generated world, recorded catalogues, or recordings that are played."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from arbkit.errors import BadFile

# Imports that cost start-up time stand in the functions that need them.
if TYPE_CHECKING:
    from arbkit.venues.sim.server import SimUrls
    from arbkit.venues.sim.simulation import Simulation

SIM_SEED = 7
"""The world that `--sim` shows unless another one is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimChoices:
    """What the simulated venues are to show."""

    seed: int = SIM_SEED
    catalog: Path | None = None
    """Recorded catalogues in place of the generated world."""
    markets: int | None = None
    """About how many each venue lists."""
    flow: str = "calm"
    """How lively the books of a generated world are: off, calm or busy."""
    replay: tuple[Path, ...] = ()
    """Recordings to be played, in place of a world or catalogues."""
    speed: float = 1
    faults: Path | None = None
    """A plan of faults; their moments count from when a client first listens to books."""


def serve_simulation(choices: SimChoices, *, port: int, started: Callable[["SimUrls"], None]) -> None:
    """Serve simulated venues until interrupted; `started` is told the addresses. Raises BadFile, UsageError."""
    from arbkit.venues.sim.server import serve

    serve(simulated(choices), port, started=started)


def simulated(choices: SimChoices, *, now: datetime | None = None) -> "Simulation":
    """Both simulated venues as chosen, as of today or of another day. Raises BadFile and, for a plan of faults that
    cannot be meant, UsageError."""
    venues = _shown(choices, now or datetime.now(UTC))
    if choices.faults:
        from arbkit.venues.sim.knobs import read_plan

        try:
            venues.put_faults(read_plan(choices.faults.read_bytes()))
        except OSError as error:
            raise BadFile(choices.faults, f"cannot be read: {error.strerror}") from error
    return venues


def _shown(choices: SimChoices, now: datetime) -> "Simulation":
    from arbkit.venues.sim.crowd import Flow
    from arbkit.venues.sim.simulation import Simulation

    if choices.replay:
        return _replayed(choices, now)
    if choices.catalog:
        from arbkit.venues.sim.world.recorded import load_catalogue

        return Simulation(load_catalogue(choices.catalog, now, choices.seed), flow=Flow.OFF)
    from arbkit.venues.sim.world.generator import MARKETS_OF_A_DEMO, generate

    world = generate(choices.seed, now, markets=choices.markets or MARKETS_OF_A_DEMO)
    return Simulation(world, flow=Flow(choices.flow))


def simulation(
    *, seed: int = SIM_SEED, catalog: Path | None = None, markets: int | None = None, flow: str = "calm"
) -> "Simulation":
    """Both simulated venues over the generated world of today, or over recorded catalogues."""
    return simulated(SimChoices(seed=seed, catalog=catalog, markets=markets, flow=flow))


def _replayed(choices: SimChoices, now: datetime) -> "Simulation":
    from arbkit.venues.recording import recordings
    from arbkit.venues.sim.crowd import Flow
    from arbkit.venues.sim.replayed import load_recordings
    from arbkit.venues.sim.simulation import Simulation

    played = recordings(choices.replay)
    loaded = load_recordings(played, now, choices.seed)
    venues = Simulation(loaded.world, flow=Flow.OFF)
    venues.plays(played, begins_us=loaded.begins_us, speed=choices.speed)
    return venues
