"""The runbook knows everything that can ring, stop or be measured, and nothing that cannot."""

import ast
import re
from pathlib import Path

import pytest

from arbkit.app import notices
from arbkit.core.breaker import Failure
from docs.generate_metrics import families, full_name
from tests.deploy.queries import rules

TEXT = (Path(__file__).parents[1] / "docs" / "runbook.md").read_text()
METRICS = {full_name(family) for family in families()}


def part(title: str) -> str:
    found = re.search(rf"^## {title}$(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]


@pytest.mark.parametrize("failure", Failure)
def test_a_reason_to_stop_has_an_entry_that_says_what_it_means_and_what_to_do(failure: Failure) -> None:
    found = re.search(rf"^### {failure}$(.*?)(?=^##|\Z)", part("What stops trading"), re.MULTILINE | re.DOTALL)
    assert found, f"docs/runbook.md has no entry for {failure}"
    assert "**Means:**" in found[1]
    assert "**Do:**" in found[1]


def test_no_entry_is_left_of_a_reason_that_is_gone() -> None:
    assert set(re.findall(r"^### (\w+)$", TEXT, re.MULTILINE)) == {str(failure) for failure in Failure}


def alert_kinds() -> set[str]:
    """The kinds of all alerts that the source can write, besides those of the breaker's reasons.

    Where a kind is no plain text it has to be the name of a reason, or handed on by one of the two functions below.
    """
    kinds = {kind for kind, _ in notices._OF_RULES.values()}
    for path in (Path(__file__).parents[1] / "arbkit").rglob("*.py"):
        text = path.read_text()
        if "Alert(" not in text and "tell_daily(" not in text and "_tell(" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            given = [word.value for word in node.keywords if word.arg == "kind"] if name == "Alert" else []
            given += node.args[2:3] if name in {"tell_daily", "_tell"} else []
            for kind in given:
                if isinstance(kind, ast.Constant):
                    kinds.add(str(kind.value))
                else:
                    assert ast.unparse(kind) in {"kind", "failure.lower()"}, f"{path}:{kind.lineno}"
    return kinds - {failure.lower() for failure in Failure}


def test_every_alert_that_stops_nothing_has_its_row_and_no_other() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", part("Alerts that stop nothing"), re.MULTILINE)
    assert sorted(rows) == sorted(alert_kinds())


def test_every_rule_of_prometheus_has_its_row_and_no_other() -> None:
    assert re.findall(r"^\| (Arbkit\w+) \|", part("Prometheus rules"), re.MULTILINE) == [r["alert"] for r in rules()]


def test_every_metric_is_in_the_table_and_no_other() -> None:
    table = part("Metrics at a glance")
    named = {
        name
        for row in table.splitlines()
        if row.startswith("| `")
        for name in re.findall(r"`(\w+)`", row.split("|")[1])
    }
    assert named == METRICS


def test_an_entry_sends_one_to_entries_that_are_there() -> None:
    assert set(re.findall(r"\bas ([A-Z][A-Z_]{3,})\b", TEXT)) <= {str(failure) for failure in Failure}
    assert set(re.findall(r"\bas (Arbkit\w+)", TEXT)) <= {rule["alert"] for rule in rules()}
