"""Completion: what a shell would offer, asked of the shells themselves where they are installed."""

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import environment, process

ASK_BASH = """
source ./script
COMP_WORDS=({words}"") COMP_CWORD={count}
_arbkit
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.fixture
def offered(arbkit, tmp_path: Path):
    """What bash offers after some words."""
    (tmp_path / "script").write_text(arbkit("completion", "bash").out)

    def ask(*words: str) -> list[str]:
        typed = "".join(f"{word} " for word in ("arbkit", *words))
        line = ASK_BASH.format(words=typed, count=len(words) + 1)
        ran = process(cwd=tmp_path, environ=environment(tmp_path), shell=line)
        assert ran.code == 0, ran.err
        return ran.out.split()

    return ask


@pytest.mark.slow
def test_commands_options_and_values_are_offered(offered) -> None:
    assert {"scan", "markets", "report"} <= set(offered())
    assert {"list", "sync", "show", "import"} <= set(offered("markets"))
    assert {"--venue", "--json", "--limit"} <= set(offered("markets", "list"))
    assert offered("markets", "list", "--venue") == ["kalshi", "polymarket"]
    assert offered("--sim", "scan", "--sort") == ["net", "annualised"]


@pytest.mark.slow
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_one_that_the_shell_can_read(arbkit, tmp_path: Path, shell: str) -> None:
    ran = arbkit("completion", shell)
    assert (ran.code, ran.err) == (0, "")
    assert "mappings approve" in ran.out
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    (tmp_path / "script").write_text(ran.out)
    assert process(cwd=tmp_path, environ=environment(tmp_path), shell=f"{shell} -n script").code == 0


def test_ids_of_pairs_are_those_of_the_store(arbkit) -> None:
    ran = arbkit("completion", "pairs")
    assert (ran.code, ran.out) == (0, "")


def test_a_shell_that_is_not_known_is_refused(arbkit) -> None:
    ran = arbkit("completion", "csh")
    assert ran.code == 2
    assert "bash, zsh, fish" in ran.err
