"""Our own Kalshi payloads: loaded, and spoiled one field at a time."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "payloads" / "kalshi"


def payload(name: str) -> bytes:
    """The bytes of a payload file."""
    return (FOLDER / f"{name}.json").read_bytes()


def loaded(name: str) -> Any:
    """The same, decoded."""
    return json.loads(payload(name))


def dumped(body: Any) -> bytes:
    return json.dumps(body).encode()


def changed(body: Any, path: tuple[str | int, ...], value: Any) -> bytes:
    """A copy of `body` with another value at `path`."""
    copied = copy.deepcopy(body)
    place = copied
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return dumped(copied)


def without(body: Any, path: tuple[str | int, ...]) -> bytes:
    """A copy of `body` without the value at `path`."""
    copied = copy.deepcopy(body)
    place = copied
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    return dumped(copied)


def json_path(path: tuple[str | int, ...]) -> str:
    """A path as messages write it: ``$.events[0].title``."""
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)


def wrong_values(value: Any) -> Iterator[Any]:
    """Values of another kind than `value`."""
    for other in (True, 7, "seven", [], {"seven": 7}, None):
        if type(other) is not type(value) and not (isinstance(value, float | int) and other == 7):
            yield other
