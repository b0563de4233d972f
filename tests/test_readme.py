"""README: its commands run, word for word."""

import re
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import environment, process, simulator

__all__ = ["simulator"]
TEXT = (Path(__file__).parents[1] / "README.md").read_text()


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


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_every_line_that_is_shown_works(simulator: str, tmp_path: Path) -> None:
    environ = environment(tmp_path, ARBKIT_SIM=simulator)
    assert len(LINES) == 14
    for line in LINES:
        if "| jq" in line and not shutil.which("jq"):
            continue
        ran = process(cwd=tmp_path, environ=environ, shell=line)
        assert ran.code == 0, (line, ran.err)
        assert ran.out or "scan" in line, line
