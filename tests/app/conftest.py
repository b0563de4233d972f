"""Fixtures for the tests of the use-cases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.scene import Scene, a_scene


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Two venues, a pair, and an opportunity of 20 contracts."""
    with a_scene(tmp_path) as ready:
        yield ready
