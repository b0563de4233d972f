"""`match --review` through a real terminal: what is shown, and that each key does what it says, at once."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from pathlib import Path

import pytest

from arbkit.core.markets import Polarity
from arbkit.core.matching.card import card, compared
from arbkit.store.pairs import Decision
from arbkit.store.store import Store
from tests.builders import KALSHI, POLYMARKET, a_market, a_pair
from tests.cli.conftest import COMMAND, environment, process

SECONDS_MAX = 20


class Terminal:
    """A command on a pseudo-terminal of 80 columns, typed at key by key."""

    def __init__(self, *arguments: str, cwd: Path, environ: dict[str, str], rows: int = 24) -> None:
        self.ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, 80, 0, 0))
        env = {"TERM": "xterm-256color", **environ}
        command = [*COMMAND, *arguments]
        self.child = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=cwd, env=env, start_new_session=True
        )
        os.close(theirs)
        self.raw = b""

    def shows(self, words: str) -> str:
        """Wait until a text is on the screen; what was shown since the last wait, without the terminal's codes."""
        ends = time.monotonic() + SECONDS_MAX
        while time.monotonic() < ends:
            plain = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", self.raw).decode("utf-8", "replace")
            if words in plain:
                self.raw = b""
                return plain
            if select.select([self.ours], [], [], 0.1)[0]:
                self.raw += os.read(self.ours, 65536)
        raise AssertionError(f"{words!r} was not shown: {self.raw[-2000:]!r}")

    def types(self, keys: str) -> None:
        os.write(self.ours, keys.encode())

    def ends(self) -> int:
        return self.child.wait(SECONDS_MAX)

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        self.child.kill()
        self.child.wait()
        os.close(self.ours)


@pytest.fixture
def matched(tmp_path: Path) -> dict[str, str]:
    env = environment(tmp_path)
    process("markets", "sync", "--sim", "-q", cwd=tmp_path, environ=env)
    process("match", "--sim", "-q", cwd=tmp_path, environ=env)
    return env


@pytest.mark.slow
def test_a_reviewer_decides_by_keys_and_every_decision_is_kept_at_once(matched: dict[str, str], tmp_path: Path) -> None:
    listed = process("match", "--review", "--sim", "--json", cwd=tmp_path, environ=matched).rows
    with Terminal("match", "--review", "--sim", cwd=tmp_path, environ=matched) as terminal:
        first = terminal.shows("q quit")
        assert max(len(line) for line in first.splitlines()) <= 80
        assert str(listed[0]["kalshi_ticker"])[:20] in first
        for key in "faru":
            terminal.types(key)
            terminal.shows("q quit")
        terminal.types("q")
        assert terminal.ends() == 0
    with Store(tmp_path / "state" / "sim" / "arbkit.db") as store:
        kept = {review.kalshi.key: review for review in store.pairs.reviews()}
    flipped = kept[str(listed[0]["kalshi_ticker"])]
    assert flipped.decision is Decision.APPROVED
    assert (flipped.polarity is Polarity.INVERTED) is (listed[0]["polarity"] == "aligned")
    assert kept[str(listed[1]["kalshi_ticker"])].note == "undone: to be decided again"
    again = process("match", "--review", "--sim", "--json", cwd=tmp_path, environ=matched).rows
    assert len(again) == len(listed) - 1
    process("match", "--sim", "-q", cwd=tmp_path, environ=matched)
    after_a_match = process("match", "--review", "--sim", "--json", cwd=tmp_path, environ=matched).rows
    assert len(after_a_match) == len(again), "what was undone is asked for again"


@pytest.mark.slow
def test_a_long_pair_is_read_page_by_page_and_an_arrow_decides_nothing(matched: dict[str, str], tmp_path: Path) -> None:
    with Terminal("match", "--review", "--sim", cwd=tmp_path, environ=matched, rows=12) as terminal:
        assert "lines 1-" in terminal.shows("q quit")
        terminal.types("\x1b[B")
        assert "lines 1-" not in terminal.shows("q quit")
        terminal.types("\x1b[A")
        assert "lines 1-" in terminal.shows("q quit")
        terminal.types("aa")
        terminal.shows("q quit")
        terminal.types("q")
        assert "1 decided" in terminal.shows("kept"), "the second key came before its pair was on the screen"
        assert terminal.ends() == 0


def test_only_the_words_that_differ_are_marked() -> None:
    ours, theirs = compared("Will the Fed cut by 25 bps in December?", "Will the fed cut by 50 bps in December")
    assert [word.text for word in ours if word.differs] == ["25"]
    assert [word.text for word in theirs if word.differs] == ["50"]


def test_conflicts_come_first_and_hostile_texts_stay_text() -> None:
    kalshi = a_market(KALSHI, title="[/red] title", rules="word " * 5_000)
    polymarket = a_market(POLYMARKET)
    pair = a_pair(kalshi, polymarket, reasons=("agree: a", "conflict: threshold 1 / 2"))
    shown = card(pair, kalshi, polymarket)
    assert shown.reasons[0].startswith("conflict")
    assert shown.rows[0].kalshi[0].text == "[/red]"
