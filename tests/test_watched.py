"""The witness of orders: what it says of one that is in no journal, in this process and in those that tests start."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from arbkit.store.store import Store
from arbkit.venues.sim.control import Control, Post
from tests import watched
from tests.builders import NOW
from tests.cli.conftest import COMMAND, WATCHED_BIN, environment
from tests.oracles import witnessed


def test_an_order_that_is_in_no_journal_is_told_of_unless_there_is_no_journal(tmp_path: Path) -> None:
    assert witnessed(tmp_path, ["ak1-x"], NOW) == []
    with Store(tmp_path / "state" / "arbkit.db"):
        assert witnessed(tmp_path, ["ak1-x"], NOW) == [f"ak1-x arrived at {NOW} and was not in the journal: no leg"]


def test_what_a_process_sees_is_kept_beside_the_directory_of_the_test(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed_on: list[Post] = []
    monkeypatch.setattr(Control, "seen", lambda _, post: passed_on.append(post))  # not the witness of this very test
    place = tmp_path / "place"
    told = place.with_name(f"place{watched.SUFFIX}")
    with Store(place / "arbkit.db"):
        watched._watch(told)
        Control().seen(Post("kalshi", "/orders", ("ak1-x",), b"", NOW))
    [line] = map(json.loads, told.read_text().splitlines())
    assert line == {"keys": ["ak1-x"], "wrong": [f"ak1-x arrived at {NOW} and was not in the journal: no leg"]}
    assert [post.keys for post in passed_on] == [("ak1-x",)]


@pytest.mark.slow
@pytest.mark.parametrize("command", [COMMAND, (str(WATCHED_BIN / "arbkit"),)])
def test_a_watched_command_is_the_command(tmp_path: Path, command: tuple[str, ...]) -> None:
    environ = environment(tmp_path)
    assert environ[watched.NAME] == os.environ[watched.NAME] != ""
    words = [*command, "trade", "--sim", "--no-such"]
    done = subprocess.run(words, check=False, capture_output=True, text=True, env=environ, cwd=tmp_path)
    assert (done.returncode, "no-such" in done.stderr, "arbkit trade --help" in done.stderr) == (2, True, True)
