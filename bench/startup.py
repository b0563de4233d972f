"""How long small commands take, against importing what none of them can do without: `import typer, rich`.

    python bench/startup.py [--json] [--runs N]

Whole processes in an empty home, by turns, medians. `status` has a database of its own to read.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from figures import Figure, middle, shown

RUNS = 11
ARBKIT = (sys.executable, "-m", "arbkit")
BASE = (sys.executable, "-c", "import typer, rich")
SUBJECTS: dict[str, tuple[tuple[str, ...], float]] = {
    "arbkit --help": ((*ARBKIT, "--help"), 1.6),
    "arbkit --version": ((*ARBKIT, "--version"), 1.6),
    "arbkit status --json": ((*ARBKIT, "status", "--json"), 3),
}


def timed_ms(command: tuple[str, ...], directory: str) -> float:
    """Run a command in an empty directory and home; milliseconds of the whole process."""
    environ = {"HOME": directory, "PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parents[1])}
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=directory, env=environ)
    return (time.perf_counter() - started) * 1000


def measured(arguments: argparse.Namespace) -> list[Figure]:
    """The medians, and their ratios to the base."""
    commands = {"import typer, rich": BASE, **{name: command for name, (command, _) in SUBJECTS.items()}}
    times: dict[str, list[float]] = {name: [] for name in commands}
    with tempfile.TemporaryDirectory() as directory:
        for command in commands.values():
            timed_ms(command, directory)  # warm: byte code, the disk's cache, the database
        for _ in range(arguments.runs):
            for name, command in commands.items():
                times[name].append(timed_ms(command, directory))
    base = middle(times["import typer, rich"])
    figures = [Figure("python -c 'import typer, rich'", base, "ms", note=f"{arguments.runs} runs by turns")]
    for name, (_, most) in SUBJECTS.items():
        figures.append(Figure(name, middle(times[name]), "ms", note=f"quickest {min(times[name]):.0f} ms"))
        figures.append(Figure(f"{name} / import typer, rich", middle(times[name]) / base, at_most=most))
    return figures


def options(parser: argparse.ArgumentParser) -> None:
    """How often."""
    parser.add_argument("--runs", type=int, default=RUNS)


if __name__ == "__main__":
    shown("startup", __doc__, measured, options)
