"""Pages are what the program says, today."""

import re
import tomllib
from pathlib import Path

import pytest
from cogapp import Cog

import arbkit
from docs.generate import PAGES

PROJECT = Path(__file__).parents[1]
DEPLOY_PAGES = sorted((PROJECT / "docs" / "deploy").rglob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_says_what_the_program_does(page: Path) -> None:
    assert Cog().main(["cog", "--check", "--diff", "-P", "-I", str(PROJECT / "docs"), str(page)]) == 0, (
        "run `just docs`"
    )


@pytest.mark.parametrize("page", [*PAGES, *DEPLOY_PAGES], ids=lambda page: str(page.relative_to(PROJECT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text())
    assert not [target for target in targets if "://" not in target and not (page.parent / target).exists()]


def test_the_changelog_knows_this_version() -> None:
    assert f"## {arbkit.__version__}" in (PROJECT / "docs" / "CHANGELOG.md").read_text()


def test_the_version_is_written_in_one_place() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    assert project["project"]["dynamic"] == ["version"]


def test_every_contract_is_kept_without_exception() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    contracts = project["tool"]["importlinter"]["contracts"]
    assert len(contracts) == 12
    assert not [contract["name"] for contract in contracts if contract.get("ignore_imports")]
    assert "(" not in "".join(contracts[0]["layers"])
