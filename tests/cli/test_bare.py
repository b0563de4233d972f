"""Without the quick libraries and without a terminal: everything works, slower, and `doctor` says so."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import PROJECT, environment, process

pytestmark = pytest.mark.slow
PATIENT = ("--set", "data_age.book_max_ms=10000")
"""Plain Python on a busy machine may take seconds to read all books."""
BARRIER = """
import sys

class Barrier:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("coincurve", "uvloop"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Barrier())
"""


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """The environment of a machine where neither is installed."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(BARRIER)
    return environment(tmp_path, PYTHONPATH=f"{tmp_path / 'site'}:{PROJECT}")


def test_help_scan_and_a_trade_on_paper_work_without_the_quick_libraries(
    tmp_path: Path, bare: dict[str, str], simulator: str
) -> None:
    environ = bare | {"ARBKIT_SIM": simulator}
    assert "arbkit" in process("--help", cwd=tmp_path, environ=environ).out
    for words in (["markets", "sync"], ["match"]):
        assert process("--sim", *words, cwd=tmp_path, environ=environ).code == 0
    scanned = process("scan", "--sim", "--json", *PATIENT, cwd=tmp_path, environ=environ)
    assert scanned.code == 0, scanned.err
    assert scanned.rows
    traded = process(
        "trade", "--sim", "--json", "--yes", *PATIENT, str(scanned.rows[0]["id"]), cwd=tmp_path, environ=environ
    )
    assert traded.code in {0, 3}, traded.err
    assert traded.rows[0]["dry_run"] is True


def test_orders_are_signed_without_the_quick_libraries_and_doctor_says_what_is_missing(
    tmp_path: Path, bare: dict[str, str]
) -> None:
    examined = process("doctor", "--sim", "--json", cwd=tmp_path, environ=bare)
    [speed] = [json.loads(line) for line in examined.out.splitlines() if '"speed"' in line]
    assert speed["state"] == "warning" or "slower" in json.dumps(speed)
    assert "coincurve" in json.dumps(speed)
    assert "uvloop" in json.dumps(speed)
    [keys] = [json.loads(line) for line in examined.out.splitlines() if '"keys"' in line]
    assert "Polymarket wallet" in json.dumps(keys)
    ran = process("run", "--sim", cwd=tmp_path, environ=bare)
    assert ran.code == 0, ran.err
    assert "\x1b" not in ran.out + ran.err
