"""README: its commands run, word for word."""

import re
import shutil
from pathlib import Path

import pytest
import typer

from arbkit.cli.main import app
from arbkit.cli.options import hoisted
from tests.cli.conftest import environment, process, simulator

__all__ = ["simulator"]
PROJECT = Path(__file__).parents[1]
TEXT = (PROJECT / "README.md").read_text()


def blocks(marker: str) -> list[str]:
    return re.findall(rf"<!-- {marker} -->\n```sh\n(.*?)```", TEXT, re.DOTALL)


LINES = [line for block in blocks("tried") for line in block.splitlines()]


def test_there_are_two_commands() -> None:
    [shown], [tested] = blocks("run-command"), blocks("test-command")
    assert shown.rstrip().endswith("arbkit run --sim")
    assert tested.rstrip().endswith("pytest")


@pytest.mark.parametrize("lock", ["run.txt", "build.txt", "dev.txt"])
def test_requirements_are_pinned_by_hash_and_name_no_index(lock: str) -> None:
    text = (Path(__file__).parents[1] / ".ci" / "lock" / lock).read_text()
    entries = re.split(r"\n(?=\S)", text.strip())
    assert "://" not in text
    assert not [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry]


@pytest.mark.parametrize(
    ("first", "second"), [("run.txt", "dev.txt"), ("build.txt", "dev.txt"), ("run.txt", "build.txt")]
)
def test_the_locks_agree(first: str, second: str) -> None:
    folder = Path(__file__).parents[1] / ".ci" / "lock"
    one, other = (
        dict(re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", (folder / name).read_text(), re.MULTILINE))
        for name in (first, second)
    )
    assert {name: one[name] for name in one.keys() & other.keys()} == {
        name: other[name] for name in one.keys() & other.keys()
    }


def test_it_is_short() -> None:
    assert len(TEXT.splitlines()) <= 250


def test_the_pictures_are_there_and_fetch_nothing() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", TEXT)
    assert len(pictures) == 3
    for picture in pictures:
        svg = (PROJECT / picture).read_text()
        assert not re.findall(r"(?:url|href|src)\(?=?[\"']?https?:", svg)
        assert "@font-face" not in svg


def test_every_promise_names_something_that_shows_it() -> None:
    proofs = re.findall(r"\| `(pytest|arbkit) ([^`]+)` \|", TEXT.partition("<!-- proofs -->")[2].partition("\n## ")[0])
    assert len(proofs) == 10
    for tool, line in proofs:
        words = line.split()
        if tool == "pytest":
            names = re.findall(r"def (test_\w+)", (PROJECT / words[0]).read_text())
            wanted = words[2] if "-k" in words else ""
            assert [name for name in names if wanted in name], line
        else:
            typer.main.get_command(app).make_context("arbkit", hoisted(words), resilient_parsing=True)


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_every_line_that_is_shown_works(simulator: str, tmp_path: Path) -> None:
    environ = environment(tmp_path, ARBKIT_SIM=simulator)
    assert len(LINES) == 12
    for line in LINES:
        if "| jq" in line and not shutil.which("jq"):
            continue
        ran = process(cwd=tmp_path, environ=environ, shell=line)
        assert ran.code == 0, (line, ran.err)
        assert ran.out or "scan" in line, line
