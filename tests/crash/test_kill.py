"""`kill -9` at the lines of execution, unwinding, resolver, reconcile, journal and ledger, and again while recovering.

By default at 24 lines of each pair of fates, spread over all that run. ARBKIT_KILL_STRIDE=1 kills at every line, and
with ARBKIT_KILL_PART=2/8 at the second eighth of them: each part in a process of its own takes some minutes.
ARBKIT_KILL_FATES=all takes every fate of one leg beside every fate of the other.
"""

import os
import shutil
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from tests.crash.stage import UNWINDS, a_place, in_child, judge, template
from tests.desks import Fate

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

STRIDE = int(os.environ.get("ARBKIT_KILL_STRIDE", "0"))
PART, PARTS = map(int, os.environ.get("ARBKIT_KILL_PART", "1/1").split("/"))
KILLS = 24
SOME_FATES = [
    (Fate.FILLED, Fate.FILLED),
    (Fate.FILLED, Fate.KILLED),
    (Fate.LOST_FILLED, Fate.LOST_FILLED),
    (Fate.KILLED, Fate.LOST_ABSENT),
    (Fate.FILLED, Fate.PENDING),
    (Fate.FILLED, Fate.GHOST),
]
FATES = list(product(Fate, Fate)) if os.environ.get("ARBKIT_KILL_FATES") == "all" else SOME_FATES


@pytest.fixture(scope="module")
def ready() -> Iterator[Path]:
    with a_place() as place:
        template(place / "state")
        yield place / "state"


def fresh(ready: Path, name: object) -> Path:
    return Path(shutil.copytree(ready, ready.with_name(f"{name}")))


@pytest.mark.parametrize(
    ("number", "fates"), list(enumerate(FATES)), ids=lambda v: "-".join(v) if isinstance(v, tuple) else ""
)
def test_a_kill_at_any_line_loses_doubles_and_invents_nothing(
    ready: Path, tally, number: int, fates: tuple[Fate, Fate]
) -> None:
    assert _killed_everywhere(ready, tally, number, fates) > 300


@pytest.mark.parametrize("fates", [(Fate.FILLED, Fate.KILLED), (Fate.REJECTED, Fate.PENDING)], ids="-".join)
def test_a_kill_while_a_lonely_leg_is_sold_back_sells_it_once_at_most(
    ready: Path, tally, fates: tuple[Fate, Fate]
) -> None:
    unwinding = fresh(ready, f"unwinds-{fates[0].name}")
    (unwinding / UNWINDS).touch()
    assert _killed_everywhere(unwinding, tally, 0, fates) > 900
    shutil.rmtree(unwinding)


def _killed_everywhere(ready: Path, tally, number: int, fates: tuple[Fate, Fate]) -> int:
    """Kill at lines all over a trade, and again while recovering, and judge each; how many lines the trade has."""
    whole = fresh(ready, f"{number}-whole")
    lines, recovering = in_child(whole, fates, kill_at=0), in_child(whole, fates, kill_at=0, recover=True)
    judge(whole, fates)
    shutil.rmtree(whole)
    stride = STRIDE or lines // KILLS
    points = range(1 + 7 * number % stride, lines + 1, stride)[PART - 1 :: PARTS]
    for line in points:
        directory = fresh(ready, f"{number}-{line}")
        in_child(directory, fates, kill_at=line)
        in_child(directory, fates, kill_at=1 + line * 7 % recovering, recover=True)
        judge(directory, fates)
        shutil.rmtree(directory)
    tally("kills at a line", len(points))
    tally("kills while recovering", len(points))
    return lines
