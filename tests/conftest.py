"""How a run is organised; what its tests are given is in tests/fixtures.py."""

import gc
import marshal
import os
from collections import Counter
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

MEMORY, MEMORY_BYTES_MIN = Path("/dev/shm"), 4 << 30
GARBAGE_MAX = 50_000
"""How many objects more than there were make the collector look for garbage."""
SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_configure(config: pytest.Config) -> None:
    """What tests write goes to memory if there is room: nothing of it is to last, and a disk makes each commit wait.

    A process that only hands tests to others loads nothing of the project: they wait for it.
    """
    gc.disable()
    if "PYTEST_DEBUG_TEMPROOT" not in os.environ and MEMORY.is_dir() and os.access(MEMORY, os.W_OK):
        volume = os.statvfs(MEMORY)
        if volume.f_bavail * volume.f_frsize >= MEMORY_BYTES_MIN and not volume.f_flag & os.ST_NOEXEC:
            os.environ["PYTEST_DEBUG_TEMPROOT"] = str(MEMORY)
    if hasattr(config, "workerinput") or not getattr(config.option, "numprocesses", 0):
        config.pluginmanager.import_plugin("tests.fixtures")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs the reference material where it is absent."""
    if SHARED.is_dir():
        return
    for item in items:
        if item.get_closest_marker("shared"):
            item.add_marker(pytest.mark.skip(reason="the reference material (../shared) is not here"))


def pytest_collection_finish() -> None:
    """Thousands of tests stand from here to the end: the collector need not walk them again and again."""
    gc.freeze()
    gc.set_threshold(GARBAGE_MAX)
    gc.enable()


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """A process that runs tests for another tells it of each once, with the seconds of setting up and tearing down, and
    of these apart only what did not pass: to tell of every step takes longer than many a test."""
    if not hasattr(item.config, "workerinput"):
        return None
    reports = runtestprotocol(item, nextitem=nextitem, log=False)
    seconds = sum(report.duration for report in reports)
    for report in reports:
        if report.when == "call":
            report.duration = seconds
        if report.when == "call" or not report.passed:
            item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, object, dict[str, object]]:
    """A report travels to the process that counts it in one piece: taken apart, thousands of them cost seconds."""
    said = yield
    return {"packed": marshal.dumps(said)}


@pytest.hookimpl(tryfirst=True)
def pytest_report_from_serializable(data: dict[str, Any]) -> None:
    """The other end; pytest reads on from here."""
    data |= marshal.loads(data.pop("packed"))


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


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """The whole run left no secret behind: every file of it is searched once all workers are done."""
    config = session.config
    factory = getattr(config, "_tmp_path_factory", None)
    if hasattr(config, "workerinput") or factory is None or config.option.collectonly:
        return
    from tests import canary  # noqa: PLC0415 - not before the workers are at work

    if leaks := canary.found(factory.getbasetemp()):
        told = "\n".join(("SECRETS WERE LEFT BEHIND:", *leaks))
        config.get_terminal_writer().line(f"\n{told}", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
