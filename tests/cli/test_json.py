"""What `--json` prints is what its schema says: every key, every kind, of every command."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from arbkit.venues.sim.server import SimServer
from arbkit.wiring import simulation
from docs.generate_json import SCHEMAS, SHAPES, file_of, keys, schema, text_of
from tests.cli.conftest import Ran


def test_every_key_of_every_output_is_explained_and_no_other() -> None:
    told = {name: set(rows) - {"about"} for name, rows in keys().items()}
    assert told == {name: {field.key for field in fields} for name, fields in SHAPES.items()}


@pytest.mark.parametrize("name", SHAPES)
def test_the_file_of_a_schema_is_up_to_date_and_a_schema(name: str) -> None:
    assert file_of(name).read_text() == text_of(name), "run `just docs`"
    Draft202012Validator.check_schema(schema(name))


def test_no_schema_is_left_of_an_output_that_is_gone() -> None:
    assert set(SCHEMAS.glob("*.json")) == {file_of(name) for name in SHAPES}


def complaints(name: str, rows: list[Any]) -> Iterator[str]:
    validator = Draft202012Validator(schema(name))
    for row in rows:
        for error in validator.iter_errors(row):
            yield f"{name}: {'.'.join(map(str, error.path))}: {error.message[:200]}"


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_real_output_of_every_command_fits_its_schema(arbkit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, int] = {}

    def asked(name: str, *words: str, codes: tuple[int, ...] = (0,)) -> list[dict[str, Any]]:
        ran: Ran = arbkit(*words, "--sim", "--json")
        assert ran.code in codes, (words, ran.err)
        rows = [json.loads(line) for line in ran.out.splitlines()]
        for row in rows:
            shape = f"report ({row['section']})" if name == "report" else name
            shape = f"run ({'summary' if row['event'] == 'summary' else 'event'})" if name == "run" else shape
            assert not list(complaints(shape, [row]))
            seen[shape] = seen.get(shape, 0) + 1
        return rows

    with SimServer(simulation(seed=7)) as server:
        monkeypatch.setenv("ARBKIT_SIM", server.urls.base)
        asked("markets sync", "markets", "sync")
        pairs = asked("match", "match")
        [first, *_] = asked("markets list", "markets", "list", "--limit", "5")
        asked("markets show", "markets", "show", first["id"].partition(":")[2])
        offered = next(filter(None, (asked("scan", "scan", "--all") for _ in range(5))))  # a book may be old for once
        for row in offered[:2]:
            asked("trade", "trade", row["pair"], "--yes", codes=(0, 3))
        asked("run", "run", "--once", codes=(0, 7))  # a dry run takes nothing twice: trade first
        asked("mappings list", "mappings", "approve", next(p["id"] for p in pairs if p["tradable"]))
        asked("mappings check", "mappings", "check", codes=(0, 1))
        asked("positions (pairs)", "positions", "--pairs")
        asked("report", "report", "--mode", "dry-run")
        for name in ("positions", "settlements", "opportunities", "balance", "reconcile", "config show", "config path",
                     "status", "mode", "logs"):  # fmt: skip
            asked(name, *name.split(), codes=(0, 1))
        asked("resolve", "resolve", codes=(0, 1))
        asked("health", "health", codes=(0, 1))
        asked("doctor", "doctor", codes=(0, 1))

    never = set(SHAPES) - set(seen)
    assert never <= {"mappings check", "reconcile", "report (lots)", "resolve", "settlements", "sim serve",
                     "report (pair)", "report (trade)"}, "not seen, so not checked"  # fmt: skip
