"""Pages are what the program says, today."""

import inspect
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from cogapp import Cog

import arbkit
from arbkit import errors
from docs.generate import PAGES, commands
from docs.generate_schema import structure, told

PROJECT = Path(__file__).parents[1]
DEPLOY_PAGES = sorted((PROJECT / "docs" / "deploy").rglob("*.md"))
COMMANDS = dict(commands())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_says_what_the_program_does(page: Path) -> None:
    assert Cog().main(["cog", "--check", "--diff", "-P", "-I", str(PROJECT / "docs"), str(page)]) == 0, (
        "run `just docs`"
    )


@pytest.mark.parametrize("page", [*PAGES, *DEPLOY_PAGES], ids=lambda page: str(page.relative_to(PROJECT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text())
    assert not [target for target in targets if "://" not in target and not (page.parent / target).exists()]


def test_the_first_page_leads_to_every_other() -> None:
    text = (PROJECT / "docs" / "README.md").read_text()
    assert not [page.name for page in PAGES if page.parent.name == "docs" and f"({page.name})" not in text
                and page.name != "README.md"]  # fmt: skip


def errors_there() -> set[str]:
    """The errors that a command can end with; their common base is none."""
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass)]
    return {kind.__name__ for kind in kinds if issubclass(kind, errors.ArbkitError)} - {"ArbkitError"}


def calls(shell: str) -> Iterator[str]:
    """What arbkit is called with in lines of shell: it stands first, after variables, or behind its path."""
    for piece in re.split(r"[|;&\n]|\$\(", shell.replace("\\\n", " ").replace("\\|", "|")):
        words = re.sub(r"^\s*(\$ )?(\w+=\S* )*", "", piece).split()
        places = [n for n, word in enumerate(words) if word.endswith("/bin/arbkit") or (n == 0 and word == "arbkit")]
        if places and words[places[0] + 1 :]:
            yield " ".join(words[places[0] + 1 :])


def spoken_of() -> Iterator[tuple[str, str]]:
    """Every command line of arbkit in the pages, in a block or within a sentence."""
    for page in [*PAGES, *DEPLOY_PAGES]:
        if page.name == "cli.md":  # written by the program itself
            continue
        text = page.read_text()
        blocks = re.findall(r"^```(?:sh|console)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        for shell in [*blocks, *re.findall(r"`([^`\n]+)`", text)]:
            yield from ((str(page.relative_to(PROJECT)), line) for line in calls(shell))


@pytest.mark.parametrize(("page", "line"), sorted(set(spoken_of())))
def test_a_command_that_a_page_speaks_of_exists_with_its_options(page: str, line: str) -> None:
    everywhere = {"--json", "--fields", "--sim", "--home", "--config", "--set", "--no-color", "-q", "--quiet",
                  "-v", "--verbose", "--help", "-h", "--version"}  # fmt: skip
    words = line.split()
    path: tuple[str, ...] = ()
    while len(path) < len(words) and (*path, words[len(path)]) in COMMANDS:
        path = (*path, words[len(path)])
    assert path or words[0].startswith("-"), f"{page}: arbkit has no command {words[0]!r}"
    options = {name for option in getattr(COMMANDS[path], "params", ()) for name in option.opts} | everywhere
    asked = {word.partition("=")[0].rstrip(".,:") for word in words if re.match(r"--?[a-z]", word)}
    assert asked <= options, f"{page}: arbkit {' '.join(path)} has no {asked - options}"


def test_the_changelog_knows_this_version() -> None:
    assert f"## {arbkit.__version__}" in (PROJECT / "docs" / "CHANGELOG.md").read_text()


def test_the_version_is_written_in_one_place() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    assert project["project"]["dynamic"] == ["version"]


def test_every_contract_is_kept_without_exception() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    contracts = project["tool"]["importlinter"]["contracts"]
    assert len(contracts) == 15
    assert not [contract["name"] for contract in contracts if contract.get("ignore_imports")]
    assert "(" not in "".join(contracts[0]["layers"])


def test_every_table_and_column_is_explained_and_no_other() -> None:
    _, columns = structure()
    tables = {name: set(rows) - {"about"} for name, rows in told()["tables"].items()}
    assert tables.keys() == columns.keys()
    for name, found in columns.items():
        there = {column for column, _ in found}
        assert tables[name] <= there, f"{name}: explained, but not there"
        assert there <= tables[name] | set(told()["columns"]), f"{name}: there, but not explained"
    everywhere = {column for found in columns.values() for column, _ in found}
    assert set(told()["columns"]) <= everywhere


@pytest.mark.parametrize("kind", sorted(errors_there()))
def test_an_error_has_an_entry_that_says_what_to_do(kind: str) -> None:
    text = (PROJECT / "docs" / "errors.md").read_text()
    found = re.search(rf"^### {kind}$(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"docs/errors.md does not say what to do about {kind}"
    assert len(found[1].split()) >= 8


def test_no_entry_is_left_of_an_error_that_is_gone() -> None:
    text = (PROJECT / "docs" / "errors.md").read_text()
    assert set(re.findall(r"^### (\w+)$", text, re.MULTILINE)) == errors_there()
