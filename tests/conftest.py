"""Fixtures for every test: no socket but loopback, no real state directory, no real environment."""

import gc
import json
import marshal
import os
import random
import subprocess
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.internal import entropy

from arbkit.venues.secrets import Secret
from arbkit.venues.sim.control import Control, Post
from tests import canary, watched
from tests.oracles import witnessed

# A slow machine is no counter-example; in CI the same examples are tried every time.
settings.register_profile("arbkit", deadline=None, print_blob=True, derandomize="CI" in os.environ)
settings.load_profile("arbkit")
# Seeding numpy's generator for each of ten thousand examples takes seconds, and nothing draws from it
# (tests/test_architecture.py).
entropy.NP_RANDOM = random

MEMORY, MEMORY_BYTES_MIN = Path("/dev/shm"), 4 << 30
GARBAGE_MAX = 50_000
"""How many objects more than there were make the collector look for garbage."""
SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs the reference material where it is absent."""
    if SHARED.is_dir():
        return
    for item in items:
        if item.get_closest_marker("shared"):
            item.add_marker(pytest.mark.skip(reason="the reference material (../shared) is not here"))


def pytest_configure() -> None:
    """What tests write goes to memory if there is room: nothing of it is to last, and a disk makes each commit wait."""
    gc.disable()
    if "PYTEST_DEBUG_TEMPROOT" not in os.environ and MEMORY.is_dir() and os.access(MEMORY, os.W_OK):
        volume = os.statvfs(MEMORY)
        if volume.f_bavail * volume.f_frsize >= MEMORY_BYTES_MIN and not volume.f_flag & os.ST_NOEXEC:
            os.environ["PYTEST_DEBUG_TEMPROOT"] = str(MEMORY)


def pytest_collection_finish() -> None:
    """Thousands of tests stand from here to the end: the collector need not walk them again and again."""
    gc.freeze()
    gc.set_threshold(GARBAGE_MAX)
    gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, object, dict[str, object]]:
    """A report travels to the process that counts it in one piece: taken apart, thousands of them cost seconds."""
    said = yield
    return {"packed": marshal.dumps(said)}


@pytest.hookimpl(tryfirst=True)
def pytest_report_from_serializable(data: dict[str, Any]) -> None:
    """The other end; pytest reads on from here."""
    data |= marshal.loads(data.pop("packed"))


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Callable[[str, int], None]:
    """Counts what a test did many of (kills, payloads ...); the run tells the sums in the end."""
    return lambda what, count: request.node.user_properties.append((what, count))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How much of everything was done, and what the unit part took: it has to stay quick."""
    unit = [report for kind in ("", "passed", "failed") for report in terminalreporter.getreports(kind)]
    unit = [report for report in unit if "slow" not in report.keywords]
    seconds, count = sum(report.duration for report in unit), sum(report.when == "call" for report in unit)
    terminalreporter.write_line(f"unit part: {count:,} tests, {seconds:.0f} s over all workers, beside their start")
    sums: Counter[str] = Counter()
    for report in terminalreporter.getreports("passed"):
        sums.update(dict(report.user_properties) if report.when == "call" else {})
    if sums:
        terminalreporter.write_line("done: " + ", ".join(f"{count:,} {what}" for what, count in sorted(sums.items())))


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


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """The whole run left no secret behind: every file of it is searched once all workers are done."""
    config = session.config
    factory = getattr(config, "_tmp_path_factory", None)
    if hasattr(config, "workerinput") or factory is None or config.option.collectonly:
        return
    if leaks := canary.found(factory.getbasetemp()):
        told = "\n".join(("SECRETS WERE LEFT BEHIND:", *leaks))
        config.get_terminal_writer().line(f"\n{told}", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


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


@pytest.fixture(autouse=True)
def apart(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test with a directory of its own has its state there, and its orders are watched; most need none of it.

    What starts a process takes its time: it is marked `slow`, so that the unit part stays quick.
    """
    if "tmp_path" in request.fixturenames:
        request.getfixturevalue("home")
        request.getfixturevalue("journaled")
    real = subprocess.Popen
    if not request.node.get_closest_marker("slow"):
        subprocess.Popen = _Unstarted  # type: ignore[misc]
    yield
    subprocess.Popen = real  # type: ignore[misc]


class _Unstarted(subprocess.Popen[bytes]):
    """Stands in a test of the unit part for a process."""

    def __init__(self, *_: object, **__: object) -> None:
        raise AssertionError("a test that starts a process is marked `slow`")

    def __del__(self) -> None:
        return


@pytest.fixture
def journaled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whenever an order reaches a simulator, it is durable in a journal below the test's directory.

    So in this process; processes that are started as tests/watched.py says tell what they saw.
    """
    unknown: list[str] = []
    real, told = Control.seen, tmp_path.with_name(f"{tmp_path.name}{watched.SUFFIX}")
    monkeypatch.setenv(watched.NAME, str(told))

    def seen(control: Control, post: Post) -> None:
        unknown.extend(witnessed(tmp_path, post.keys, post.at))
        real(control, post)

    monkeypatch.setattr(Control, "seen", seen)
    yield
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
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state directory of the test's own."""
    path = tmp_path / "home"
    monkeypatch.setenv("ARBKIT_HOME", str(path))
    return path
