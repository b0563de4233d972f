"""Start-up: a command loads what it needs and nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import environment, process

pytestmark = pytest.mark.slow

HEAVY = {"httpx", "websockets", "rapidfuzz", "numpy", "sqlite_utils", "pydantic_settings", "uvicorn", "starlette"}
SCRIPT = """
import sys
from arbkit.cli.main import run
code = run(sys.argv[1:])
print(" ".join(name.partition(".")[0] for name in sys.modules), file=sys.stderr)
sys.exit(code)
"""
WHOLE_NAMES = SCRIPT.replace('name.partition(".")[0] for name in ', "")


MAIN = """
import sys
from arbkit.__main__ import main
try:
    main()
finally:
    print(" ".join(name.partition(".")[0] for name in sys.modules), file=sys.stderr)
"""


def loaded(tmp_path: Path, *arguments: str, script: str = SCRIPT) -> set[str]:
    environ = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environ,
        check=True,
    )
    return set(done.stderr.split())


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["scan", "--help"], ["markets", "list", "-h"]], ids=" ".join
)
def test_help_loads_nothing_heavy(tmp_path: Path, arguments: list[str]) -> None:
    assert not loaded(tmp_path, *arguments) & (HEAVY | {"sqlite3", "msgspec", "rich", "yaml", "ssl"})


def test_showing_the_settings_loads_neither_network_nor_database(tmp_path: Path) -> None:
    assert not loaded(tmp_path, "config", "show", "--json") & (HEAVY - {"pydantic_settings"} | {"sqlite3"})


def test_reading_the_catalogue_loads_no_network(tmp_path: Path) -> None:
    assert not loaded(tmp_path, "markets", "list", "--json") & {"httpx", "uvicorn", "numpy", "rapidfuzz"}


def test_what_monitors_ask_loads_neither_parser_nor_settings(tmp_path: Path) -> None:
    assert not loaded(tmp_path, "status", "--json", script=MAIN) & (
        HEAVY | {"typer", "rich", "pydantic", "asyncio", "yaml", "cryptography", "coincurve"}
    )


def test_what_monitors_ask_is_what_the_command_says(tmp_path: Path) -> None:
    environ = environment(tmp_path)
    said = [
        process(*words, cwd=tmp_path, environ=environ) for words in (["status", "--json"], ["status", "--json", "-q"])
    ]
    assert said[0].rows
    assert said[0] == said[1]
    (tmp_path / "state" / "arbkit.db").write_text("no database at all, and long enough to be noticed as none" * 40)
    said = [
        process(*words, cwd=tmp_path, environ=environ) for words in (["status", "--json"], ["status", "--json", "-q"])
    ]
    assert said[0].code
    assert said[0] == said[1]


def test_a_match_that_finds_nothing_new_loads_nothing_that_reads_or_judges(tmp_path: Path) -> None:
    whole = loaded(tmp_path, "match", "--json", script=WHOLE_NAMES)
    assert "arbkit.core.matching.engine" in whole
    assert not whole & {f"arbkit.core.matching.{name}" for name in ("facts", "judge", "tokens", "joined")}
