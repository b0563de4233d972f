"""The shape of the code: what no linter can hold."""

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1] / "arbkit"
SOURCES = sorted(ROOT.rglob("*.py"))
CORE = [path for path in SOURCES if path.is_relative_to(ROOT / "core")]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT.parent))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(text(path))


@cache
def text(path: Path) -> str:
    return path.read_text()


@cache
def nodes(path: Path, *words: str) -> Sequence[ast.AST]:
    """All of a module, or nothing where none of the words stands: to walk a tree takes longer than to read it."""
    return list(ast.walk(tree(path))) if not words or any(word in text(path) for word in words) else []


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """All of them: they stand among statements, so expressions need no look."""
    left: list[ast.AST] = [tree(path)]
    while left:
        node = left.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
        left += (n for n in ast.iter_child_nodes(node) if isinstance(n, ast.stmt | ast.excepthandler | ast.match_case))


def test_a_file_is_read_in_one_sitting() -> None:
    assert not [named(path) for path in SOURCES if len(text(path).splitlines()) > 400]


def test_a_function_fits_the_screen() -> None:
    assert not [
        f"{named(path)}: {f.name}"
        for path in SOURCES
        if len(text(path).splitlines()) > 40
        for f in functions(path)
        if (f.end_lineno or 0) - f.lineno >= 40
    ]


def test_a_module_says_its_duty_first() -> None:
    assert not [named(path) for path in SOURCES if not re.match(r'r?"""\S', text(path))]


def test_the_map_of_matching_names_every_module_and_no_other() -> None:
    folder = ROOT / "core" / "matching"
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"} | {"entities"}

    assert set(re.findall(r"`(\w+)`", ast.get_docstring(tree(folder / "__init__.py")) or "")) == modules


def test_the_core_knows_no_floats_and_opens_nothing() -> None:
    assert not [
        f"{named(path)}:{n.lineno}"
        for path in CORE
        for n in nodes(path)
        if (isinstance(n, ast.Constant) and isinstance(n.value, float))
        or (isinstance(n, ast.Name) and n.id in {"float", "open", "print"})
    ]


def test_nothing_relies_on_assert_which_python_may_strip() -> None:
    assert not [
        f"{named(path)}:{n.lineno}" for path in SOURCES for n in nodes(path, "assert") if isinstance(n, ast.Assert)
    ]


def test_an_order_reaches_its_venue_by_one_line() -> None:
    """Of the use-cases, `app/sending.py` alone hands an order to a desk."""
    lines = [
        named(path)
        for path in SOURCES
        if named(path).startswith("arbkit/app/")
        for n in nodes(path, "send")
        if isinstance(n, ast.Call) and getattr(n.func, "attr", "") == "send"
    ]
    assert lines == ["arbkit/app/sending.py"]


def test_what_import_contracts_cannot_see_has_one_door_too() -> None:
    """Modules that are imported by a name in a string: the keyring, which need not be installed, and what the doctor
    tries to load."""
    called = {
        (named(path), n.args[0].value if isinstance(n.args[0], ast.Constant) else None)
        for path in SOURCES
        for n in nodes(path, "import_module", "__import__")
        if isinstance(n, ast.Call)
        and (getattr(n.func, "id", "") or getattr(n.func, "attr", "")) in {"import_module", "__import__"}
    }
    door = "arbkit/venues/secrets.py"
    assert called == {(door, "keyring"), (door, "keyring.errors"), ("arbkit/wiring/doctor.py", None)}
    imported = {
        named(path)
        for path in SOURCES
        for n in nodes(path, "keyring")
        if (isinstance(n, ast.ImportFrom) and (n.module or "").split(".")[0] == "keyring")
        or (isinstance(n, ast.Import) and any(alias.name.split(".")[0] == "keyring" for alias in n.names))
    }
    assert not imported


def test_nothing_draws_from_the_generator_of_numpy() -> None:
    """So hypothesis need not seed it for every example (tests/fixtures.py)."""
    tests = [path for path in Path(__file__).parent.rglob("*.py") if path != Path(__file__)]
    drawing = re.compile(r"\b(np|numpy)\.random\b|\bfrom numpy(\.random)? import .*\brandom\b|\bfrom numpy\.random\b")
    assert not [str(path) for path in [*SOURCES, *tests] if drawing.search(text(path))]


def test_every_queue_has_an_end() -> None:
    """What waits in memory is bounded. The recorder counts for itself, in entries and in bytes; for the disk waits
    who asked it, and nobody asks twice before the answer."""
    boundless = [
        named(path)
        for path in SOURCES
        if not named(path).startswith("arbkit/venues/sim/")
        for n in nodes(path, "deque", "Queue")
        if isinstance(n, ast.Call)
        and (getattr(n.func, "id", "") or getattr(n.func, "attr", "")) in {"deque", "Queue", "SimpleQueue", "LifoQueue"}
        and not n.args
        and "maxlen" not in {keyword.arg for keyword in n.keywords}
        and "maxsize" not in {keyword.arg for keyword in n.keywords}
    ]
    assert boundless == ["arbkit/store/flushing.py", "arbkit/wiring/recorder.py"]


def test_only_risk_grants_permission() -> None:
    makers = {
        named(path)
        for path in SOURCES
        for n in nodes(path, "Approved")
        if isinstance(n, ast.Call) and "Approved" in (getattr(n.func, "id", ""), getattr(n.func, "attr", ""))
    }
    assert makers == {"arbkit/core/risk.py"}
