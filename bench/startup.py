"""How long `arbkit --help` takes, against importing what it cannot do without: medians of interleaved runs."""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RATIO_MAX = 1.6
RUNS = 11
BASE = (sys.executable, "-c", "import typer, rich")
SUBJECTS = {
    "arbkit --help": (sys.executable, "-m", "arbkit", "--help"),
    "arbkit --version": (sys.executable, "-m", "arbkit", "--version"),
    "arbkit config path --json": (sys.executable, "-m", "arbkit", "config", "path", "--json"),
}
HELD = "arbkit --help"


def timed_ms(command: tuple[str, ...], directory: str) -> float:
    """Run a command in an empty directory and home; milliseconds of the whole process."""
    environ = {"HOME": directory, "PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parents[1])}
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=directory, env=environ)
    return (time.perf_counter() - started) * 1000


def main() -> int:
    """Print the table; 1 when the held ratio is exceeded."""
    runs = argparse.ArgumentParser(description=__doc__)
    runs.add_argument("--runs", type=int, default=RUNS)
    count = runs.parse_args().runs
    commands = {"python -c 'import typer, rich'": BASE, **SUBJECTS}
    times: dict[str, list[float]] = {name: [] for name in commands}
    with tempfile.TemporaryDirectory() as directory:
        for name, command in commands.items():
            timed_ms(command, directory)  # warm: byte code and the disk's cache
            times[name].clear()
        for _ in range(count):
            for name, command in commands.items():
                times[name].append(timed_ms(command, directory))
    base = statistics.median(next(iter(times.values())))
    for name, found in times.items():
        median = statistics.median(found)
        print(f"{name:<32} median {median:6.0f} ms  min {min(found):6.0f} ms  ratio {median / base:.2f}")
    ratio = statistics.median(times[HELD]) / base
    print(f"{HELD}: {ratio:.2f} x, at most {RATIO_MAX}: {'kept' if ratio <= RATIO_MAX else 'BROKEN'}")
    return int(ratio > RATIO_MAX)


if __name__ == "__main__":
    sys.exit(main())
