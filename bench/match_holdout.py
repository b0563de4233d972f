"""What matching does without what it was told: labelled pairs with each table of names emptied in turn, then with all.

    python bench/match_holdout.py PAIRS.jsonl.gz [--families] [--json]

A family of which matching knows no names stands for a family that it has never seen. What may fall is recall; what must
not rise is the number of pairs accepted that are not the same. Each row is a run of match_quality.py in a fresh
process. With --families each family is left out in turn: what the tables say of words that no other family uses is
taken out, and only the pairs of that family are judged.
"""

import argparse
import gzip
import json
import re
import runpy
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

TABLES = {
    "clubs": "CONTEXTS", "countries": "COUNTRIES", "phrases": "PHRASES", "contests": "CONTESTS", "finance": "FINANCE",
    "politics": "POLITICS", "teams": "LEAGUES", "forms": "FORMS",
}  # fmt: skip
QUALITY = Path(__file__).parent / "match_quality.py"


def without(names: list[str], pairs: str) -> list[dict[str, object]]:
    """The rows of match_quality.py with these tables emptied."""
    done = subprocess.run(
        [sys.executable, __file__, "--empty", *names, "--", pairs], check=True, capture_output=True, text=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def run_emptied(names: list[str], pairs: str) -> None:
    """In this process: forget the tables, then score."""
    import arbkit.core.matching.engine  # noqa: F401, PLC0415 - loaded before its tables are emptied

    for name in names:
        for module in list(sys.modules.values()):
            table = getattr(module, TABLES[name], None)
            if module.__name__.startswith("arbkit.core.matching") and table is not None:
                setattr(module, TABLES[name], type(table)())
    sys.argv = [str(QUALITY), pairs, "--json"]
    runpy.run_path(str(QUALITY), run_name="__main__")


def families_left_out(pairs: str) -> Iterator[dict[str, object]]:
    """For each family, its score without the lines of the tables that its own texts alone use."""
    import msgspec  # noqa: PLC0415
    from match_quality import LabelledPair, Score, kalshi_market, polymarket_market  # noqa: PLC0415

    from arbkit.core.matching import lexicon, naming, tokens  # noqa: PLC0415
    from arbkit.core.matching.facts import read_facts  # noqa: PLC0415
    from arbkit.core.matching.judge import judge  # noqa: PLC0415

    lines = gzip.decompress(Path(pairs).read_bytes()).splitlines()
    rows = [msgspec.json.decode(line, type=LabelledPair) for line in lines if line.strip()]
    families: dict[str, list[LabelledPair]] = defaultdict(list)
    for row in rows:
        families[row.family].append(row)
    contexts = lexicon.CONTEXTS
    whole = {name: getattr(lexicon, name) for name in TABLES.values()}
    whole["CONTEXTS"] = {name: context.names for name, context in contexts.items()}
    used = {family: lines_used(whole, family_text(members)) for family, members in families.items()}
    for family, members in sorted(families.items()):
        others = set().union(*(lines for name, lines in used.items() if name != family))
        for name, table in whole.items():
            left: Any = lines_left(table, used[family] - others)
            if name == "CONTEXTS":
                left = {key: contexts[key]._replace(names=names) for key, names in left.items()}
            setattr(lexicon, name, left)
        forget(lexicon.phrases, lexicon.named, lexicon.teams, lexicon.full_team_names, lexicon.with_aliases)
        forget(lexicon._phrase_rows, lexicon.league_hints, tokens._phrases)  # noqa: SLF001
        forget(naming.rules_words, naming._league_told)  # noqa: SLF001
        score = Score()
        for row in members:
            made = judge(read_facts(kalshi_market(row.kalshi)), read_facts(polymarket_market(row.polymarket)))
            score.add(row, made.acceptable, made.polarity, candidate=True)
        yield score.row(family) | {"lines_out": len(used[family] - others)}


def forget(*remembered: Any) -> None:
    """Empty the memory of these functions."""
    for function in remembered:
        function.cache_clear()


def family_text(members: Sequence[Any]) -> str:
    """All texts of a family, in canonical words."""
    from arbkit.core.matching.lexicon import fold, words  # noqa: PLC0415

    texts: dict[str, None] = {}
    for row in members:
        kalshi, polymarket = row.kalshi, row.polymarket
        parts = (kalshi.title, kalshi.subtitle, kalshi.rules_primary, kalshi.rules_secondary)
        texts |= dict.fromkeys(part for part in (*parts, polymarket.question, polymarket.description) if part)
    return f" {' '.join(word.text for text in texts for word in words(fold(text)))} "


def lines_used(tables: Mapping[str, str | dict[str, str]], text: str) -> set[str]:
    """The lines of all tables of which a variant stands in the text."""
    lines = [
        line
        for table in tables.values()
        for part in (table.values() if isinstance(table, dict) else (table,))
        for line in part.strip().splitlines()
    ]
    return {line for line in lines if any(f" {name} " in text for name in re.split(r" < |; ?|\|", line) if name)}


def lines_left(table: str | dict[str, str], out: set[str]) -> str | dict[str, str]:
    """A table without some of its lines."""
    if isinstance(table, dict):
        return {name: str(lines_left(part, out)) for name, part in table.items()}
    return "\n".join(line for line in table.strip().splitlines() if line not in out)


def main() -> None:
    """Print one line a table, and with all emptied one a family."""
    if "--empty" in sys.argv:
        middle = sys.argv.index("--")
        run_emptied(sys.argv[2:middle], sys.argv[middle + 1])
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs")
    parser.add_argument("--families", action="store_true", help="leave out one family at a time")
    parser.add_argument("--json", action="store_true", help="JSON lines")
    asked = parser.parse_args()
    if asked.families:
        for row in families_left_out(asked.pairs):
            told(row, f"{row['lines_out']:>3} lines out", asked.json)
        return
    for title, names in [("none", []), *((name, [name]) for name in TABLES), ("all", list(TABLES))]:
        rows = without(names, asked.pairs)
        for row in rows if title == "all" else rows[-1:]:
            told({"emptied": title} | row, title, asked.json)


def told(row: dict[str, object], title: str, as_json: bool) -> None:
    """Write one row."""
    if as_json:
        sys.stdout.write(json.dumps(row) + "\n")
        return
    recall = "-" if row["recall"] is None else f"{row['recall']:.3f}"
    wrong = f"{row['accepted_different']} different, {row['accepted_partial']} partial"
    polarity = f"{row['polarity_errors']} polarity errors"
    sys.stdout.write(f"{title:<13} {row['family']:<24} recall {recall:>5}  {wrong}, {polarity}\n")


if __name__ == "__main__":
    main()
