"""Fixtures for every test: no socket but loopback, no real state directory, no real environment."""

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# A slow machine is no counter-example; in CI the same examples are tried every time.
settings.register_profile("arbkit", deadline=None, print_blob=True, derandomize="CI" in os.environ)
settings.load_profile("arbkit")

SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs the reference material where it is absent."""
    if SHARED.is_dir():
        return
    for item in items:
        if item.get_closest_marker("shared"):
            item.add_marker(pytest.mark.skip(reason="the reference material (../shared) is not here"))


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Callable[[str, int], None]:
    """Counts what a test did many of (kills, payloads ...); the run tells the sums in the end."""
    return lambda what, count: request.node.user_properties.append((what, count))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How much of everything was done."""
    sums: Counter[str] = Counter()
    for report in terminalreporter.getreports("passed"):
        sums.update(dict(report.user_properties) if report.when == "call" else {})
    if sums:
        terminalreporter.write_line("done: " + ", ".join(f"{count:,} {what}" for what, count in sorted(sums.items())))


@pytest.fixture
def shared() -> Path:
    """The reference material beside the checkout; tests that use it carry the marker `shared`."""
    return SHARED


@pytest.fixture
def anyio_backend() -> str:
    """Async tests carry `@pytest.mark.anyio` and run on asyncio."""
    return "asyncio"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state directory of the test's own, and an environment without settings or secrets."""
    for name in [n for n in os.environ if n.startswith(("ARBKIT_", "KALSHI_", "POLYMARKET_", "TELEGRAM_", "LLM_"))]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("TRADING_MODE", raising=False)
    path = tmp_path / "home"
    monkeypatch.setenv("ARBKIT_HOME", str(path))
    return path
