"""The real Prometheus scrapes a loop that runs, on loopback: every rule is healthy, every panel has an answer."""

import json
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import COMMAND, environment, simulator
from tests.deploy.queries import DEPLOY, panels, rules

__all__ = ["simulator"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(150),
    pytest.mark.skipif(not shutil.which("prometheus"), reason="prometheus is not here (apt-get install prometheus)"),
]
SECONDS_MAX = 60
SCRAPES = 4


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], *, log: Path, **more: Any) -> Iterator["subprocess.Popen[bytes]"]:
    with (
        log.open("wb") as said,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, **more) as child,
    ):
        try:
            yield child
        finally:
            child.terminate()
            child.wait(timeout=30)


class Prometheus:
    """What Prometheus answers."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"

    def asked(self, path: str, **query: str) -> Any:
        url = f"{self.base}/api/v1/{path}?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            told = json.load(answer)
        assert told["status"] == "success", (query, told)
        return told["data"]

    def value(self, query: str) -> list[dict[str, Any]]:
        return self.asked("query", query=query)["result"]

    def wait_for(self, query: str) -> None:
        ends = time.monotonic() + SECONDS_MAX
        while time.monotonic() < ends:
            try:
                if self.value(query):
                    return
            except (urllib.error.URLError, ConnectionError):
                pass
            time.sleep(0.3)
        raise AssertionError(f"no answer to {query} within {SECONDS_MAX} s")


@pytest.fixture
def prometheus(simulator: str, tmp_path: Path) -> Iterator[Prometheus]:
    """Prometheus with the files of docs/deploy, scraping a dry run on the simulated venues every half second."""
    metrics, web = free_port(), free_port()
    text = (DEPLOY / "prometheus.yml").read_text().replace("127.0.0.1:9090", f"127.0.0.1:{metrics}")
    (tmp_path / "prometheus.yml").write_text(re.sub(r"(scrape|evaluation)_interval: \d+s", r"\1_interval: 500ms", text))
    shutil.copy(DEPLOY / "arbkit.rules.yml", tmp_path)
    scraper = [
        "prometheus", f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={tmp_path}/tsdb",
        f"--web.listen-address=127.0.0.1:{web}", "--log.level=warn",
    ]  # fmt: skip
    loop = [*COMMAND, "run", "--sim", "--no-live", "--for", "90s", "--set", f"monitoring.metrics_port={metrics}"]
    environ = environment(tmp_path, ARBKIT_SIM=simulator)
    with (
        running(loop, log=tmp_path / "arbkit.log", env=environ, cwd=tmp_path),
        running(scraper, log=tmp_path / "prometheus.log"),
    ):
        told = Prometheus(web)
        told.wait_for("orders_sent_total > 0")
        told.wait_for(f"count_over_time(realized_pnl_usd[1m]) >= {SCRAPES}")
        yield told


def test_every_rule_is_healthy_and_every_panel_has_an_answer(prometheus: Prometheus) -> None:
    [target] = prometheus.asked("targets")["activeTargets"]
    assert (target["health"], target["labels"]["job"]) == ("up", "arbkit")

    loaded = [rule for group in prometheus.asked("rules")["groups"] for rule in group["rules"]]
    assert [rule["name"] for rule in loaded] == [rule["alert"] for rule in rules()]
    assert not [(rule["name"], rule["lastError"]) for rule in loaded if rule["health"] != "ok"]
    urgent = {a["labels"]["alertname"] for a in prometheus.asked("alerts")["alerts"] if a["state"] == "firing"}
    assert "ArbkitAbsent" not in urgent

    silent = [(title, query) for title, query in panels("30s") if not prometheus.value(query)]
    assert silent == [("Trading paused", "max by (reason) (breaker_open) == 1")], "it speaks of a pause only"
    for rule in rules():
        prometheus.value(rule["expr"])
    [mode] = prometheus.value("build_info")
    assert mode["metric"]["mode"] == "dry_run"
