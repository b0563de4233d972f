"""What matching does without what it was told: labelled pairs with each table of names emptied in turn, then with all.

    python bench/match_holdout.py PAIRS.jsonl.gz [--json]

A family of which matching knows no names stands for a family that it has never seen. What may fall is recall; what must
not rise is the number of pairs accepted that are not the same. Each row is a run of match_quality.py in a fresh
process.
"""

import argparse
import json
import runpy
import subprocess
import sys
from pathlib import Path

TABLES = {"clubs": "CLUBS", "countries": "COUNTRIES", "phrases": "PHRASES", "teams": "LEAGUES"}
QUALITY = Path(__file__).parent / "match_quality.py"


def without(names: list[str], pairs: str) -> list[dict[str, object]]:
    """The rows of match_quality.py with these tables emptied."""
    done = subprocess.run(
        [sys.executable, __file__, "--empty", *names, "--", pairs], check=True, capture_output=True, text=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def run_emptied(names: list[str], pairs: str) -> None:
    """In this process: forget the tables, then score."""
    import arbkit.core.matching  # noqa: F401, PLC0415 - loaded before its tables are emptied

    for name in names:
        for module in list(sys.modules.values()):
            table = getattr(module, TABLES[name], None)
            if module.__name__.startswith("arbkit.core.matching") and table is not None:
                setattr(module, TABLES[name], type(table)())
    sys.argv = [str(QUALITY), pairs, "--json"]
    runpy.run_path(str(QUALITY), run_name="__main__")


def main() -> None:
    """Print one line a table, and with all emptied one a family."""
    if "--empty" in sys.argv:
        middle = sys.argv.index("--")
        run_emptied(sys.argv[2:middle], sys.argv[middle + 1])
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs")
    parser.add_argument("--json", action="store_true", help="JSON lines")
    asked = parser.parse_args()
    for title, names in [("none", []), *((name, [name]) for name in TABLES), ("all", list(TABLES))]:
        rows = without(names, asked.pairs)
        for row in rows if title == "all" else rows[-1:]:
            told = {"emptied": title} | row
            if asked.json:
                sys.stdout.write(json.dumps(told) + "\n")
            else:
                recall = "-" if row["recall"] is None else f"{row['recall']:.3f}"
                wrong = f"{row['accepted_different']} different, {row['accepted_partial']} partial"
                polarity = f"{row['polarity_errors']} polarity errors"
                sys.stdout.write(f"{title:<10} {row['family']:<24} recall {recall:>5}  {wrong}, {polarity}\n")


if __name__ == "__main__":
    main()
