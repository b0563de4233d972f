"""The shape of the code: what no linter can hold."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "arbkit"
SOURCES = sorted(ROOT.rglob("*.py"))
CORE = [path for path in SOURCES if path.is_relative_to(ROOT / "core")]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT.parent))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    yield from (n for n in ast.walk(tree(path)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_a_file_is_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_a_function_fits_the_screen(path: Path) -> None:
    assert not [f.name for f in functions(path) if (f.end_lineno or 0) - f.lineno >= 40]


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_a_module_says_its_duty_first(path: Path) -> None:
    assert ast.get_docstring(tree(path))


@pytest.mark.parametrize("path", CORE, ids=named)
def test_the_core_knows_no_floats_and_opens_nothing(path: Path) -> None:
    assert not [
        n.lineno
        for n in ast.walk(tree(path))
        if (isinstance(n, ast.Constant) and isinstance(n.value, float))
        or (isinstance(n, ast.Name) and n.id in {"float", "open", "print"})
    ]


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_nothing_relies_on_assert_which_python_may_strip(path: Path) -> None:
    assert not [n.lineno for n in ast.walk(tree(path)) if isinstance(n, ast.Assert)]


def test_an_order_reaches_its_venue_by_one_line() -> None:
    """Of the use-cases, `app/sending.py` alone hands an order to a desk."""
    lines = [
        named(path)
        for path in SOURCES
        if named(path).startswith("arbkit/app/")
        for n in ast.walk(tree(path))
        if isinstance(n, ast.Call) and getattr(n.func, "attr", "") == "send"
    ]
    assert lines == ["arbkit/app/sending.py"]


def test_only_risk_grants_permission() -> None:
    makers = {
        named(path)
        for path in SOURCES
        for n in ast.walk(tree(path))
        if isinstance(n, ast.Call) and "Approved" in (getattr(n.func, "id", ""), getattr(n.func, "attr", ""))
    }
    assert makers <= {"arbkit/core/risk.py"}
