"""The composition root: from settings to clock, store, venues, desks and simulator. Nothing else knows which exist."""

from arbkit.wiring.kit import (
    SIM_SEED,
    Kit,
    SystemClock,
    home_directory,
    opened,
    serve_simulation,
    simulation,
    write_report,
)

__all__ = [
    "SIM_SEED",
    "Kit",
    "SystemClock",
    "home_directory",
    "opened",
    "serve_simulation",
    "simulation",
    "write_report",
]
