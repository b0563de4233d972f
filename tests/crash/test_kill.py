"""`kill -9` at the lines of execution, resolver, journal and ledger, and again while recovering.

ARBKIT_KILL_STRIDE=1 kills at every line; by default at every 9th, another ninth for each pair of fates.
"""

import os
import shutil
from pathlib import Path

import pytest

from tests.crash.stage import in_child, judge, template
from tests.desks import Fate

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

STRIDE = int(os.environ.get("ARBKIT_KILL_STRIDE", "29"))
FATES = [
    (Fate.FILLED, Fate.FILLED),
    (Fate.FILLED, Fate.KILLED),
    (Fate.LOST_FILLED, Fate.LOST_FILLED),
    (Fate.KILLED, Fate.LOST_ABSENT),
    (Fate.FILLED, Fate.PENDING),
    (Fate.FILLED, Fate.GHOST),
]


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("template") / "state"
    template(directory)
    return directory


def fresh(ready: Path, tmp_path: Path, name: object) -> Path:
    return Path(shutil.copytree(ready, tmp_path / str(name)))


@pytest.mark.parametrize(
    ("number", "fates"), list(enumerate(FATES)), ids=lambda v: "-".join(v) if isinstance(v, tuple) else ""
)
def test_a_kill_at_any_line_loses_doubles_and_invents_nothing(
    ready: Path, tmp_path: Path, number: int, fates: tuple[Fate, Fate]
) -> None:
    lines = in_child(fresh(ready, tmp_path, "whole"), fates, kill_at=0)
    judge(tmp_path / "whole", fates)
    assert lines > 300
    for line in range(1 + number % STRIDE, lines + 1, STRIDE):
        directory = fresh(ready, tmp_path, line)
        in_child(directory, fates, kill_at=line)
        in_child(directory, fates, kill_at=1 + line * 7 % 400, recover=True)
        judge(directory, fates)
        shutil.rmtree(directory)
