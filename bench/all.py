"""Every bench, one table.

    python bench/all.py [--json | --markdown] [NAME ...]

Each runs in a process of its own and compares within itself. Matching has its own: `bench/match_scale.py`,
`bench/match_quality.py` and `bench/rematch.py`. Exit code 1 when a goal is missed, 2 when a bench failed.
"""

import argparse
import json
import platform
import subprocess
import sys
from pathlib import Path

from figures import Figure, table

NAMES = ("decision", "feed", "tick_to_trade", "journal", "signing", "startup")
SECONDS_MAX = 300


def machine() -> str:
    """The machine's kind: processor, cores, Python."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), model)
    cores = sum(line.startswith("processor") for line in lines) or "?"
    return (
        f"{model}, {cores} cores, {platform.system()}, {platform.python_implementation()} {platform.python_version()}"
    )


def ran(name: str) -> list[tuple[str, Figure]] | None:
    """The figures of one bench; None if it failed."""
    program = Path(__file__).with_name(f"{name}.py")
    done = subprocess.run(
        [sys.executable, program, "--json"], capture_output=True, text=True, check=False, timeout=SECONDS_MAX
    )
    if not done.stdout:
        print(
            f"{name} failed: {done.stderr.strip().splitlines()[-1] if done.stderr else done.returncode}",
            file=sys.stderr,
        )
        return None
    found = []
    for line in done.stdout.splitlines():
        row = json.loads(line)
        del row["bench"], row["reached"]
        found.append((name, Figure(**row)))
    return found


def main() -> int:
    """Run them, one after the other, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], help="only these")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="one JSON object a figure")
    how.add_argument("--markdown", action="store_true", help="rows for docs/performance.md")
    arguments = parser.parse_args()
    results = {name: ran(name) for name in arguments.names or NAMES}
    found = [row for rows in results.values() for row in rows or ()]
    if arguments.json:
        for name, figure in found:
            print(json.dumps({"bench": name, "figure": figure.name, "value": figure.value, "unit": figure.unit,
                              "goal": figure.goal, "reached": figure.reached, "machine": machine()}))  # fmt: skip
    elif arguments.markdown:
        for name, figure in found:
            print(f"| {name} | {' | '.join(figure.cells)} |")
    else:
        print(machine())
        print(table([figure for _, figure in found], heads=[name for name, _ in found]))
    if None in results.values():
        return 2
    return int(any(figure.reached is False for _, figure in found))


if __name__ == "__main__":
    sys.exit(main())
