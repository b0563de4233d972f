"""Keys from a real pseudo-terminal: what arrow keys and slow lines send is never taken for a letter."""

import os
import pty
from collections.abc import Iterator

import pytest

from arbkit.cli.keys import DOWN, OTHER, UP, Keys


@pytest.fixture
def typing(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr("arbkit.cli.keys._REST_S", 0.05)  # nothing of these lines comes late
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "r") as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        yield ours
    os.close(ours)


def read(ours: int, typed: str, count: int) -> list[str]:
    with Keys() as keys:
        os.write(ours, typed.encode())
        return [keys.key() for _ in range(count)]


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("aR n", ["a", "r", " ", "n"]),
        ("\x1b[Aq", [UP, "q"]),
        ("\x1b[B\x1b[5~\x1b[6~\x1bOA", [DOWN, UP, DOWN, UP]),
        ("\x1b[1;5Ar", [OTHER, "r"]),
        ("\x1b[200~", [OTHER]),
        ("\x1b", [OTHER]),
        ("\x1b[", [OTHER]),
        ("\x1baq", [OTHER, "q"]),
        ("\x04", ["q"]),
    ],
)
def test_a_key_is_a_letter_or_has_a_name(typing: int, typed: str, keys: list[str]) -> None:
    assert read(typing, typed, len(keys)) == keys


def test_what_was_typed_before_the_question_is_forgotten(typing: int) -> None:
    with Keys() as keys:
        os.write(typing, b"aaa")
        keys.key()
        keys.forget()
        os.write(typing, b"s")
        assert keys.key() == "s"
