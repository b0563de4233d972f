"""`--version`: enough for a report of a fault, and no path."""

import re
from pathlib import Path

import pytest

import arbkit
from arbkit.cli.version import commit_of, version_text
from tests.cli.conftest import environment, process

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / ".git" / "refs" / "heads").mkdir(parents=True)
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    return tmp_path


def test_it_says_version_commit_python_and_platform() -> None:
    shape = r"arbkit \d+\.\d+\.\d+ \((commit [0-9a-f]{12}, )?Python \d+\.\d+\.\d+, \w+ \w+\)"
    assert re.fullmatch(shape, version_text())
    assert arbkit.__version__ in version_text()


@pytest.mark.slow
def test_both_ways_to_ask_say_the_same(tmp_path: Path) -> None:
    environ = environment(tmp_path)
    alone, beside = (process(*words, cwd=tmp_path, environ=environ) for words in (["--version"], ["-q", "--version"]))
    assert alone.out == beside.out == f"{version_text()}\n"


def test_the_commit_is_that_of_the_branch(checkout: Path) -> None:
    (checkout / ".git" / "refs" / "heads" / "main").write_text(f"{COMMIT}\n")
    assert commit_of(checkout) == COMMIT


def test_the_commit_of_a_packed_branch_is_found(checkout: Path) -> None:
    (checkout / ".git" / "packed-refs").write_text(f"# pack-refs\n{COMMIT} refs/heads/main\n")
    assert commit_of(checkout) == COMMIT


def test_a_detached_head_is_its_own_commit(checkout: Path) -> None:
    (checkout / ".git" / "HEAD").write_text(f"{COMMIT}\n")
    assert commit_of(checkout) == COMMIT


def test_a_work_tree_finds_the_branches_of_its_repository(checkout: Path, tmp_path: Path) -> None:
    (checkout / ".git" / "refs" / "heads" / "side").write_text(COMMIT)
    inside = checkout / ".git" / "worktrees" / "side"
    inside.mkdir(parents=True)
    (inside / "HEAD").write_text("ref: refs/heads/side\n")
    (inside / "commondir").write_text("../..\n")
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "pyproject.toml").touch()
    (tree / ".git").write_text(f"gitdir: {inside}\n")
    assert commit_of(tree) == COMMIT


def test_what_is_no_checkout_has_no_commit(tmp_path: Path) -> None:
    assert commit_of(tmp_path) == ""
