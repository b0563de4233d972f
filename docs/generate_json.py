"""docs/json.md and docs/json/*.json: the keys of every `--json` output, as pages and as JSON Schemas."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from arbkit.cli.curation import FINDING
from arbkit.cli.decisions import DECIDED
from arbkit.cli.health import CHECK
from arbkit.cli.holdings import INVENTORY, POSITION, SETTLEMENT
from arbkit.cli.logbook import LINE, SEEN
from arbkit.cli.mode import ALLOWED
from arbkit.cli.opportunities import OPPORTUNITY
from arbkit.cli.progress import SYNC
from arbkit.cli.report_tables import BIN, DAY, LOT, REASON, SUMMARY, TRADE, VENUE
from arbkit.cli.report_tables import PAIR as PAIR_LINE
from arbkit.cli.reports import DIFFERENCE, PURSE, RESULT
from arbkit.cli.resolving import OPEN
from arbkit.cli.screen import EVENT
from arbkit.cli.screen import SUMMARY as RUN_SUMMARY
from arbkit.cli.settings import PLACE, SETTING
from arbkit.cli.standing import STANDING
from arbkit.cli.views import ADDRESSES, MARKET, MARKET_DETAILS, PAIR

HERE = Path(__file__).parent
SCHEMAS = HERE / "json"

SHAPES: Mapping[str, Sequence[Any]] = {
    "balance": PURSE,
    "config path": PLACE,
    "config show": SETTING,
    "doctor": CHECK,
    "health": CHECK,
    "logs": LINE,
    "mappings check": FINDING,
    "mappings list": DECIDED,
    "markets list": MARKET,
    "markets show": MARKET_DETAILS,
    "markets sync": SYNC,
    "match": PAIR,
    "mode": ALLOWED,
    "opportunities": SEEN,
    "positions": POSITION,
    "positions (pairs)": INVENTORY,
    "reconcile": DIFFERENCE,
    "report (day)": DAY,
    "report (lots)": LOT,
    "report (opportunities)": BIN,
    "report (pair)": PAIR_LINE,
    "report (reason)": REASON,
    "report (summary)": SUMMARY,
    "report (trade)": TRADE,
    "report (venue)": VENUE,
    "resolve": OPEN,
    "run (event)": EVENT,
    "run (summary)": RUN_SUMMARY,
    "scan": OPPORTUNITY,
    "settlements": SETTLEMENT,
    "sim serve": ADDRESSES,
    "status": STANDING,
    "trade": RESULT,
}
"""Every shape of a row, and the fields that make it."""

_KINDS: Mapping[str, Mapping[str, Any]] = {
    "text": {"type": "string"},
    "bool": {"type": "boolean"},
    "count": {"type": "integer"},
    "ms": {"type": "integer"},
    "days": {"type": "integer"},
    "bps": {"type": "integer"},
    "usd": {"type": "number"},
    "price": {"type": "number", "minimum": 0, "maximum": 1},
    "qty": {"type": "number"},
    "share": {"type": "number"},
    "time": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|\+00:00)$"},
    "date": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"},
    "texts": {"type": "array", "items": {"type": "string"}},
    "object": {"type": "object"},
    "objects": {"type": "array", "items": {"type": "object"}},
    "any": {},
}


@cache
def keys() -> Mapping[str, Mapping[str, Any]]:
    """What docs/json_keys.toml says of every shape."""
    return tomllib.loads((HERE / "json_keys.toml").read_text())


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of one row."""
    told = keys()[name]
    properties = {}
    for field in SHAPES[name]:
        kind, meaning = told[field.key]
        made = dict(_KINDS[kind.rstrip("?")])
        if kind.endswith("?"):
            made = {"anyOf": [made, {"type": "null"}]}
        properties[field.key] = {"description": meaning, **made}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"arbkit {name} --json",
        "description": told["about"],
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def file_of(name: str) -> Path:
    """Where the schema of a shape is kept."""
    return SCHEMAS / f"{name.replace(' (', '-').rstrip(')').replace(' ', '-')}.json"


def text_of(name: str) -> str:
    """The file of a schema."""
    return json.dumps(schema(name), indent=1) + "\n"


def json_tables() -> None:
    """docs/json.md: every key of every output."""
    for name, fields in SHAPES.items():
        print(f"\n## {name}\n\n{keys()[name]['about']} Schema: [{file_of(name).name}](json/{file_of(name).name}).\n")
        print("| key | kind | meaning |\n|---|---|---|")
        for field in fields:
            kind, meaning = keys()[name][field.key]
            print(f"| `{field.key}` | {kind.replace('?', ' or null')} | {meaning} |")


def write_schemas() -> None:
    """Write every schema, and remove those that nothing prints any more."""
    SCHEMAS.mkdir(exist_ok=True)
    for old in set(SCHEMAS.glob("*.json")) - {file_of(name) for name in SHAPES}:
        old.unlink()
    for name in SHAPES:
        file_of(name).write_text(text_of(name))
