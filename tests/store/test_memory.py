"""What the store remembers for a trade: never anything but what it would answer if it were asked again."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbkit.errors import InvariantError
from arbkit.store.store import Store
from tests.builders import NOW, a_store

FACTS = "SELECT name, value FROM facts ORDER BY name"
ACTS = ("remember", "write", "write in vain", "another writes", "write and ask", "write in vain and ask", "checkpoint")


@contextmanager
def statements(store: Store) -> Iterator[list[str]]:
    """What SQLite is asked within the block."""
    asked: list[str] = []
    store._database.connection.set_trace_callback(asked.append)
    try:
        yield asked
    finally:
        store._database.connection.set_trace_callback(None)


def remember(store: Store) -> None:
    with store.remembering():
        store._database.recall(FACTS)


def holds(store: Store) -> None:
    """What is recalled is what would be looked up."""
    assert list(store._database.recall(FACTS)) == store._database.look(FACTS)


@given(acts=st.lists(st.sampled_from(ACTS), min_size=1, max_size=14))
@settings(max_examples=60, deadline=None)
def test_what_is_recalled_is_what_would_be_looked_up_whoever_wrote(acts: list[str]) -> None:
    with TemporaryDirectory() as folder, Store(Path(folder) / "a.db") as store, Store(Path(folder) / "a.db") as other:
        for number, act in enumerate(acts):
            if act == "remember":
                remember(store)
            elif act == "another writes":
                other.operations.note("fact", f"{number} of another", at=NOW)
            elif act == "checkpoint":
                store._database.checkpoint()
            else:
                with suppress(ZeroDivisionError), store.together():
                    store.operations.note("fact", str(number), at=NOW)
                    if act.endswith("ask"):
                        holds(store)
                    if "in vain" in act:
                        raise ZeroDivisionError
            holds(store)
            with store.together():
                holds(store)
                holds(store)
            with store._database.reading():
                holds(store)


def test_what_is_remembered_costs_no_question_until_something_is_written(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    store.operations.note("fact", "first", at=NOW)
    remember(store)
    with store.together(), statements(store) as asked:
        for _ in range(3):
            assert store._database.recall(FACTS) == (("fact", "first"),)
    assert asked == ["PRAGMA data_version"]
    store.operations.note("fact", "second", at=NOW)
    with store.together(), statements(store) as asked:
        assert store._database.recall(FACTS) == [("fact", "second")]
    assert asked == [FACTS]


def test_an_open_transaction_is_not_remembered(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    with store.together(), pytest.raises(InvariantError, match="was to be remembered"), store.remembering():
        pass


def test_whoever_wants_to_know_is_told_of_each_change_once_it_stands(tmp_path: Path) -> None:
    store, told = a_store(tmp_path), []
    store.when_written(lambda: told.append(store.operations.facts("fact")))
    with store.together():
        store.operations.note("fact", "first", at=NOW)
        store.operations.note("fact", "second", at=NOW)
    store.operations.note("fact", "third", at=NOW + timedelta(seconds=1))
    assert told == [{"fact": "second"}, {"fact": "third"}]
