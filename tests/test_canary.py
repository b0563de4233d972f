"""The search for secrets, itself: what it finds, and where it does not look."""

import base64
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import canary


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """A run's directory of its own; gone before the search of the real one."""
    place = tmp_path / "run"
    (place / "one").mkdir(parents=True)
    yield place
    shutil.rmtree(place)


def test_a_secret_is_found_wherever_it_stands_plain_or_in_base64(root: Path) -> None:
    made = secrets.token_hex(32)
    canary.note(root, f"0x{made}")
    (root / "one" / "arbkit.db").write_bytes(os.urandom(100_003) + made.encode() + os.urandom(5))
    (root / "one" / "log.jsonl").write_bytes(b'{"x":"' + base64.b64encode(made.encode()) + b'"}')
    (root / "one" / "clean").write_bytes(os.urandom(100_000))

    assert {line.partition(":")[0] for line in canary.found(root)} == {"one/arbkit.db", "one/log.jsonl"}


@pytest.mark.parametrize("before", range(9))
@pytest.mark.parametrize("after", [0, 1, 8])
def test_a_secret_of_the_shortest_kind_is_found_at_any_place_of_a_file(root: Path, before: int, after: int) -> None:
    canary.note(root, made := secrets.token_hex(8))
    (root / "one" / "file").write_bytes(b"." * before + made.encode() + b"." * after)
    assert [line.partition(":")[0] for line in canary.found(root)] == ["one/file"]


def test_a_key_that_was_only_written_to_its_file_is_a_canary_too(root: Path) -> None:
    (root / "one" / "keys").mkdir()
    (root / "one" / "keys" / "polymarket.key").write_text(key := secrets.token_hex(32))
    assert canary.found(root) == []

    canary.heard(root / "one", "an error: no such key ", key)
    assert [line.partition(":")[0] for line in canary.found(root)] == [f"one/{canary.SAID}"]


@pytest.mark.parametrize("text", ["short", "a" * 40, "0x" + "07" * 32])
def test_what_is_no_secret_is_not_searched_for(root: Path, text: str) -> None:
    canary.note(root, text)
    assert not (root / canary.NOTED).exists()
