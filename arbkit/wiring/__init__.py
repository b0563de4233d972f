"""The composition root: from settings to clock, store, venues, desks and simulator. Nothing else knows which exist."""

from arbkit.wiring.kit import Kit, SystemClock, home_directory, opened, write_report
from arbkit.wiring.simulated import SIM_SEED, SimChoices, serve_simulation, simulated, simulation

__all__ = [
    "SIM_SEED",
    "Kit",
    "SimChoices",
    "SystemClock",
    "home_directory",
    "opened",
    "serve_simulation",
    "simulated",
    "simulation",
    "write_report",
]
