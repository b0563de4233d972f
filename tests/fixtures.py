"""Fixtures for every test: no socket but loopback, no real state directory, no real environment, no process."""

import json
import os
import random
import subprocess
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.internal import entropy

from arbkit.venues.secrets import Secret
from arbkit.venues.sim.control import Control, Post
from tests import canary, watched
from tests.conftest import SHARED
from tests.oracles import witnessed

# A slow machine is no counter-example; in CI the same examples are tried every time.
settings.register_profile("arbkit", deadline=None, print_blob=True, derandomize="CI" in os.environ)
settings.load_profile("arbkit")
# Seeding numpy's generator for each of ten thousand examples takes seconds, and nothing draws from it
# (tests/test_architecture.py).
entropy.NP_RANDOM = random


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Callable[[str, int], None]:
    """Counts what a test did many of (kills, payloads ...); the run tells the sums in the end."""
    return lambda what, count: request.node.user_properties.append((what, count))


@pytest.fixture(scope="session", autouse=True)
def canaries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Every secret that is made is noted, to be searched for in the end."""
    keep, real = tmp_path_factory.getbasetemp(), Secret.__init__

    def noting(self: Secret, text: str) -> None:
        real(self, text)
        canary.note(keep, text)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Secret, "__init__", noting)
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What a test printed or failed with is searched, too."""
    report = yield
    if report.sections or report.longrepr:
        said = report.capstdout, report.capstderr, report.caplog, report.longreprtext
        canary.heard(item.config._tmp_path_factory.getbasetemp(), *said)
    return report


@pytest.fixture(scope="session", autouse=True)
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An environment without settings or secrets. The state directory cannot be made: a file is in its way."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [n for n in os.environ if n.startswith(("ARBKIT_", "KALSHI_", "POLYMARKET_", "TELEGRAM_", "LLM_"))]:
            patch.delenv(name)
        patch.delenv("TRADING_MODE", raising=False)
        nowhere = tmp_path_factory.getbasetemp() / "nowhere"
        nowhere.touch()
        patch.setenv("ARBKIT_HOME", str(nowhere / "home"))
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """What starts a process takes its time: it is marked `slow`, so that the unit part stays quick."""
    real = subprocess.Popen
    if not item.get_closest_marker("slow"):
        subprocess.Popen = _Unstarted  # type: ignore[misc]
    try:
        return (yield)
    finally:
        subprocess.Popen = real  # type: ignore[misc]


class _Unstarted(subprocess.Popen[bytes]):
    """Stands in a test of the unit part for a process."""

    def __init__(self, *_: object, **__: object) -> None:
        raise AssertionError("a test that starts a process is marked `slow`")

    def __del__(self) -> None:
        return


@pytest.fixture
def tmp_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A test with a directory of its own has its state there. Whenever an order reaches a simulator, it is durable in
    a journal below that directory.

    So in this process; processes that are started as tests/watched.py says tell what they saw.
    """
    unknown: list[str] = []
    real, told = Control.seen, tmp_path.with_name(f"{tmp_path.name}{watched.SUFFIX}")
    monkeypatch.setenv(watched.NAME, str(told))
    monkeypatch.setenv("ARBKIT_HOME", str(tmp_path / "home"))

    def seen(control: Control, post: Post) -> None:
        unknown.extend(witnessed(tmp_path, post.keys, post.at))
        real(control, post)

    monkeypatch.setattr(Control, "seen", seen)
    yield tmp_path
    if told.exists():
        unknown += [wrong for line in told.read_text().splitlines() for wrong in json.loads(line)["wrong"]]
    assert not unknown


@pytest.fixture
def shared() -> Path:
    """The reference material beside the checkout; tests that use it carry the marker `shared`."""
    return SHARED


@pytest.fixture
def anyio_backend() -> str:
    """Async tests carry `@pytest.mark.anyio` and run on asyncio."""
    return "asyncio"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A state directory of the test's own."""
    return tmp_path / "home"
