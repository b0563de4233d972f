"""The files for running arbkit for days: read, since no container engine and no systemd runs in a test."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from arbkit.config.load import load
from docs.generate_metrics import families
from tests.deploy.queries import metrics_in, panels, rules

PROJECT = Path(__file__).parents[2]
DEPLOY = PROJECT / "docs" / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
NAMES = {sample.name for family in families() for sample in family.samples}
RULE_TESTS = sorted(DEPLOY.glob("*.test.yml"))
UNITS = sorted(DEPLOY.glob("*.service"))


def without_variables(text: str) -> str:
    """What compose makes of ``${NAME:-default}`` in an empty environment."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)


def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"\\\n", " ", (DEPLOY / "Dockerfile").read_text())
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines]


def copied_from_the_project() -> Iterator[str]:
    for name, rest in instructions():
        if name == "COPY" and not rest.startswith("--from"):
            yield from rest.split()[:-1]


def test_what_the_image_is_built_from_is_there_and_is_let_into_the_context() -> None:
    allowed = [line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line[:1] == "!"]
    for source in copied_from_the_project():
        assert (PROJECT / source).exists(), source
        assert any(source == entry or source.startswith(f"{entry}/") for entry in allowed), source


def test_the_image_installs_by_hash_and_runs_as_nobody_in_particular() -> None:
    installs = [rest for name, rest in instructions() if name == "RUN" and "pip install" in rest]
    assert "--require-hashes" in installs[0]
    assert "--no-deps" in installs[1]
    [user] = [rest for name, rest in instructions() if name == "USER"]
    assert user == "10001:10001"
    assert ("STOPSIGNAL", "SIGTERM") in instructions()
    assert "0700" in dict(reversed(instructions()))["RUN"] or any("0700" in rest for _, rest in instructions())


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_can_do_little_and_listens_nowhere_but_on_loopback(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "ports" not in service
    assert "privileged" not in service
    addresses = [*map(str, service.get("command", ())), *map(str, service.get("environment", {}).values())]
    assert not [text for text in addresses if "0.0.0.0" in text]


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_container_names_is_declared_or_lies_in_the_project(name: str) -> None:
    service = SERVICES[name]
    assert set(service.get("secrets", ())) <= set(COMPOSE["secrets"])
    for volume in service.get("volumes", ()):
        source, target, *_ = volume.split(":")
        assert target.startswith("/")
        assert (DEPLOY / source).exists() if source.startswith(".") else source in COMPOSE["volumes"], volume
    if "build" in service:
        context = (DEPLOY / service["build"]["context"]).resolve()
        assert context == PROJECT
        assert (context / service["build"]["dockerfile"]).is_file()
    else:
        assert re.fullmatch(r"[\w./-]+:v?\d+\.\d+\.\d+", service["image"]), "an image is pinned to a version"


def test_keys_are_files_outside_of_the_project() -> None:
    for secret in COMPOSE["secrets"].values():
        path = Path(without_variables(secret["file"]))
        assert path.is_absolute()
        assert not path.is_relative_to(PROJECT)


@pytest.mark.parametrize("where", [None, "/run/secrets"])
def test_the_settings_of_the_service_are_settings_and_name_the_keys_that_are_there(where: str | None) -> None:
    environment = {"KEYS_DIR": where} if where else {}
    settings = load(environ={"HOME": "/nowhere", **environment}, cwd=Path("/"), config=DEPLOY / "config.yaml").settings
    named = {settings.kalshi.key_file, settings.polymarket.key_file, settings.telegram.bot_token_file}
    folder = Path(where or "/var/lib/arbkit/keys")
    assert named == {folder / "kalshi.pem", folder / "polymarket.key", folder / "telegram.token"}
    if where:
        assert {path.name for path in named if path} <= set(SERVICES["arbkit"]["secrets"])
    assert settings.operating_mode.mode == "dry_run"


def test_prometheus_scrapes_the_port_of_the_settings_and_leaves_it_free() -> None:
    [job] = yaml.safe_load((DEPLOY / "prometheus.yml").read_text())["scrape_configs"]
    port = yaml.safe_load((DEPLOY / "config.yaml").read_text())["monitoring"]["metrics_port"]
    assert job["static_configs"] == [{"targets": [f"127.0.0.1:{port}"]}]
    [address] = [word for word in SERVICES["prometheus"]["command"] if "listen-address" in word]
    source = yaml.safe_load((DEPLOY / "grafana/provisioning/datasources/prometheus.yml").read_text())["datasources"][0]
    assert source["url"].endswith(address.partition("=")[2])
    assert str(port) not in source["url"]


def test_live_trading_is_asked_for_nowhere() -> None:
    texts = [SERVICES["arbkit"]["command"], *(line for unit in UNITS for line in unit.read_text().splitlines())]
    assert not [text for text in texts if text[:1] != "#" and "--live" in text]


@pytest.mark.slow
@pytest.mark.parametrize("unit", [*UNITS, DEPLOY / "arbkit-health.timer"], ids=lambda path: path.name)
@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
def test_systemd_understands_a_unit(unit: Path, tmp_path: Path) -> None:
    for one in DEPLOY.glob("arbkit*.[st]*"):
        text = one.read_text().replace("/opt/arbkit/.venv/bin/arbkit", "/bin/true")
        (tmp_path / one.name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", tmp_path / unit.name], check=False, capture_output=True, text=True, timeout=30
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
def test_a_unit_can_do_little(unit: Path) -> None:
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", unit],
        check=False, capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-400:]


def test_exits_that_a_restart_cannot_mend_are_not_restarted() -> None:
    text = (DEPLOY / "arbkit.service").read_text()
    [codes] = re.findall(r"^RestartPreventExitStatus=(.*)$", text, re.MULTILINE)
    assert {int(code) for code in codes.split()} == {2, 3, 4, 6, 7, 73}


def test_every_rule_has_a_test_and_names_only_metrics_that_are_there() -> None:
    tests = [test for path in RULE_TESTS for test in yaml.safe_load(path.read_text())["tests"]]
    assert sorted(test["name"] for test in tests) == sorted(rule["alert"] for rule in rules())
    assert all(test["alert_rule_test"][0]["exp_alerts"] == [] for test in tests), "first it is quiet"
    assert all(test["alert_rule_test"][-1]["exp_alerts"] for test in tests), "then it fires"
    known = {*NAMES, "up"}
    for rule in rules():
        assert metrics_in(rule["expr"]) <= known, rule["alert"]
        assert rule["labels"]["severity"] in {"critical", "high", "medium", "low"}


def test_every_query_of_the_dashboard_names_metrics_that_are_there_and_every_metric_is_on_it() -> None:
    asked = set().union(*(metrics_in(query) for _, query in panels()))
    assert asked <= NAMES
    left_out = {re.sub(r"_(bucket|sum|count)$", "", name) for name in NAMES - asked}
    assert left_out <= {re.sub(r"_(bucket|sum|count)$", "", name) for name in asked}


def test_panels_do_not_overlap_and_say_what_they_show() -> None:
    boxes: set[tuple[int, int]] = set()
    for panel in json.loads((DEPLOY / "grafana" / "dashboard.json").read_text())["panels"]:
        at = panel["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not cells & boxes, panel["title"]
        assert at["x"] + at["w"] <= 24
        assert panel["title"]
        boxes |= cells


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not here (apt-get install prometheus)")
@pytest.mark.parametrize(
    "words", [["check", "config", "prometheus.yml"], ["check", "rules", "arbkit.rules.yml"],
              ["test", "rules", *(path.name for path in RULE_TESTS)]], ids=" ".join,
)  # fmt: skip
def test_promtool_agrees(words: list[str]) -> None:
    done = subprocess.run(["promtool", *words], cwd=DEPLOY, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
