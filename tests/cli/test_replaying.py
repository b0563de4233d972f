"""A run that was recorded, run again: the same loop over the same frames finds and takes the same."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from arbkit.venues.sim.knobs import KNOBS
from arbkit.venues.sim.server import SimServer
from arbkit.wiring import simulation
from tests.cli.conftest import COMMAND, Ran, environment, process

pytestmark = pytest.mark.slow

RUN = ("run", "--sim", "--live", "--confirm", "--set", "matching.require_review=never", "--for", "10s", "--json")


@contextmanager
def replaying(directory: Path, *recordings: Path, speed: str) -> Iterator[str]:
    """`sim serve --replay` as a process; its address."""
    asked = [word for recording in recordings for word in ("--replay", str(recording))]
    child = subprocess.Popen(
        [*COMMAND, "sim", "serve", "--port", "0", "--json", *asked, "--speed", speed],
        cwd=directory, env=environment(directory), stdout=subprocess.PIPE, stderr=sys.stderr,
    )  # fmt: skip
    try:
        assert child.stdout is not None
        yield json.loads(child.stdout.readline())["arbkit_sim"]
    finally:
        child.terminate()
        child.communicate(timeout=20)


def taken(ran: Ran) -> set[object]:
    return {row["pair"] for row in ran.rows if row["event"] == "trade"}


def test_a_recorded_run_is_run_again_with_the_same_result(tmp_path: Path) -> None:
    with SimServer(simulation(seed=7)) as server:
        first = process(
            *RUN, "--record", "kept", cwd=tmp_path, environ=environment(tmp_path, ARBKIT_SIM=server.urls.base)
        )
    assert first.code == 0, first.err
    (tmp_path / "again").mkdir()
    with replaying(tmp_path, tmp_path / "kept", speed="1") as base:
        again = process(*RUN, cwd=tmp_path, environ=environment(tmp_path / "again", ARBKIT_SIM=base))
        with urllib.request.urlopen(f"{base}/sim/replay") as answer:
            replay = json.load(answer)["replay"]

    assert again.code == 0, again.err
    assert again.rows[-1]["pairs"] == first.rows[-1]["pairs"]
    assert taken(again) == taken(first) != set()
    assert again.rows[-1]["profit_usd"] == first.rows[-1]["profit_usd"]
    assert replay["began"] is True
    assert (replay["unreadable"], replay["unlisted"]) == (0, 0)


def test_what_cannot_be_replayed_is_refused_before_anything_is_served(tmp_path: Path) -> None:
    (tmp_path / "no.jsonl.gz").write_bytes(b"nothing")
    for name, why in (("no.jsonl.gz", "nothing that can be read"), ("absent", "cannot be read"), (".", "no.jsonl.gz")):
        ran = process("sim", "serve", "--port", "0", "--replay", name, cwd=tmp_path, environ=environment(tmp_path))
        assert ran.code == 2
        assert why in ran.err


def test_a_plan_of_faults_that_cannot_be_meant_is_refused_before_anything_is_served(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    for text, why in (
        ('{"faults":[{"on":"poly.frame","do":"ws.dup","nht":2}]}', "unknown field `nht`"),
        ('{"faults":[{"on":"kalshi.time","do":"market.pause","key":"KXNONE"}]}', "'KXNONE' is not the ticker"),
    ):
        plan.write_text(text)
        ran = process(
            "sim", "serve", "--port", "0", "--faults", "plan.json", cwd=tmp_path, environ=environment(tmp_path)
        )
        assert ran.code == 2
        assert why in ran.err


def test_every_fault_is_listed(tmp_path: Path) -> None:
    ran = process("sim", "faults", "--json", cwd=tmp_path, environ=environment(tmp_path))
    assert [row["do"] for row in ran.rows] == [knob.do for knob in KNOBS]
