"""A power cut: what SQLite had not yet brought to the disk is gone, at any byte. What was sent is never forgotten.

The write-ahead log is cut at random places behind what it held when the last order left. ARBKIT_CUTS=200 for more.
"""

import json
import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.stage import a_place, in_child, judge, template
from tests.crash.test_kill import SOME_FATES
from tests.desks import Fate

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

CUTS = int(os.environ.get("ARBKIT_CUTS", "8"))


@pytest.fixture(scope="module")
def ready() -> Iterator[Path]:
    with a_place() as place:
        template(place / "state")
        yield place / "state"


@pytest.mark.parametrize("fates", SOME_FATES, ids="-".join)
def test_a_log_that_is_cut_behind_the_last_order_loses_nothing(ready: Path, tally, fates: tuple[Fate, Fate]) -> None:
    whole = Path(shutil.copytree(ready, ready.with_name("-".join(fate.name for fate in fates))))
    in_child(whole, fates, kill_at=0)
    log = whole / "arbkit.db-wal"
    records = [line for file in whole.glob("*.jsonl") for line in file.read_text().splitlines()]
    durable, dice = max(json.loads(line)["log_bytes"] for line in records), random.Random(str(fates))
    assert 0 < durable < log.stat().st_size
    for number in range(CUTS):
        cut = Path(shutil.copytree(whole, whole.with_name(f"{whole.name}-{number}")))
        os.truncate(cut / log.name, dice.randint(durable, log.stat().st_size))
        (cut / "arbkit.db-shm").unlink(missing_ok=True)
        judge(cut, fates)
        shutil.rmtree(cut)
    tally("power cuts", CUTS)


def test_an_order_that_the_disk_never_knew_of_would_be_noticed(ready: Path) -> None:
    """The oracle itself: cut before the order was durable, and the trade is one that nobody here has heard of."""
    directory = Path(shutil.copytree(ready, ready.with_name("forgotten")))
    in_child(directory, (Fate.FILLED, Fate.FILLED), kill_at=0)
    os.truncate(directory / "arbkit.db-wal", 0)
    with pytest.raises(AssertionError, match="ledger 0, venue 20"):
        judge(directory, (Fate.FILLED, Fate.FILLED))
