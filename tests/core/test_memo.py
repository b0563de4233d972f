"""Memo: what is remembered, what is not, and for how long."""

import pytest

from arbkit.core import memo
from arbkit.core.memo import Memo
from arbkit.core.money import parse_micros
from arbkit.errors import BadNumber


def test_what_was_read_is_remembered_if_it_is_sound() -> None:
    read: list[str] = []

    def micros(text: str) -> int:
        read.append(text)
        return parse_micros(text)

    numbers = Memo(micros, sound=range(1, 1_000_000))
    assert [numbers.number(text) for text in ("0.5", "0.5", "0", "0", "-1", "1")] == [500_000] * 2 + [
        0, 0, -1_000_000, 1_000_000,
    ]  # fmt: skip
    assert read == ["0.5", "0", "0", "-1", "1"]
    assert numbers.met == {"0.5": 500_000}


def test_what_cannot_be_read_is_told_each_time() -> None:
    numbers = Memo(parse_micros, sound=range(10))
    for _ in range(2):
        with pytest.raises(BadNumber):
            numbers.number("half")
    assert numbers.met == {}


def test_a_memo_that_is_full_begins_afresh_and_stays_the_one_that_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memo, "TEXTS_KEPT", 3)
    numbers = Memo(int, sound=range(10))
    met = numbers.met
    for text in "12345":
        assert numbers.number(text) == int(text)
    assert numbers.met is met
    assert met == {"4": 4, "5": 5}
