"""The cookbook's recipes work as pasted, one after the other, against the simulated venues."""

import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import environment, process, simulator

__all__ = ["simulator"]
TEXT = (Path(__file__).parents[1] / "docs" / "cookbook.md").read_text()
LINES = [
    line for block in re.findall(r"<!-- tried -->\n```sh\n(.*?)```", TEXT, re.DOTALL) for line in block.splitlines()
]

MAY_BE_EMPTY = ["run --sim", "days_locked < 30", "config show", "mappings check"]


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(not shutil.which("jq"), reason="jq is not here")
def test_every_recipe_that_is_marked_works_as_pasted(simulator: str, tmp_path: Path) -> None:
    environ = environment(tmp_path, ARBKIT_SIM=simulator)
    assert (Path(sys.executable).parent / "sqlite-utils").exists()
    assert len(LINES) == 21
    for line in LINES:
        ran = process(cwd=tmp_path, environ=environ, shell=line)
        assert ran.code == 0 or (ran.code == 141 and "head" in line), (line, ran.out, ran.err)
        assert ran.out or any(words in line for words in MAY_BE_EMPTY), line
