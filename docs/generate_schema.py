"""docs/schema.md: every table and view with the meaning of its columns, as the migrations make them."""

import inspect
import sqlite3
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from arbkit.store.store import Store


@cache
def told() -> Mapping[str, Any]:
    """What docs/columns.toml says."""
    return tomllib.loads((Path(__file__).parent / "columns.toml").read_text())


@cache
def structure() -> tuple[Sequence[tuple[str, str, str]], Mapping[str, Sequence[tuple[str, str]]]]:
    """What the migrations make of an empty file: kind, name and SQL of everything; name and type of every column."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "home" / "arbkit.db"
        Store(path).close()
        database = sqlite3.connect(path)
        parts = database.execute(
            "SELECT type, name, sql FROM sqlite_schema"
            " WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type, name"
        ).fetchall()
        columns = {
            name: [(row[1], row[2]) for row in database.execute(f"PRAGMA table_info({name})")]
            for kind, name, _ in parts
            if kind in {"table", "view"}
        }
        database.close()
    return parts, columns


def meaning(table: str, column: str) -> str:
    """What a column means; KeyError if nobody has said so."""
    own = told()["tables"][table]
    return str(own[column] if column in own else told()["columns"][column])


def tables() -> None:
    """Every table and view, column by column."""
    parts, columns = structure()
    for wanted, title in (("table", "Tables"), ("view", "Views with the specification's names")):
        print(f"\n## {title}")
        for kind, name, _ in parts:
            if kind == wanted:
                print(
                    f"\n### {name}\n\n{told()['tables'][name]['about']}\n\n| column | type | meaning |\n|---|---|---|"
                )
                for column, sort in columns[name]:
                    print(f"| `{column}` | {sort.lower()} | {meaning(name, column)} |")


def statements() -> None:
    """The SQL, word for word."""
    parts, _ = structure()
    for wanted, title in (("table", "Tables"), ("view", "Views"), ("index", "Indexes"), ("trigger", "Triggers")):
        print(f"\n### {title}, in SQL\n\n```sql")
        print("\n\n".join(inspect.cleandoc(sql) + ";" for kind, _, sql in parts if kind == wanted))
        print("```")
