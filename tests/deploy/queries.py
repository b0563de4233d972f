"""The queries of the deployment files, and the names of the metrics in them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

DEPLOY = Path(__file__).parents[2] / "docs" / "deploy"
_WORDS = {"by", "sum", "max", "min", "count", "rate", "increase", "changes", "absent", "abs", "and", "or", "ignoring",
          "histogram_quantile", "time", "topk", "vector", "scalar", "without", "on"}  # fmt: skip


def rules() -> list[dict[str, Any]]:
    """Every alert rule."""
    groups = yaml.safe_load((DEPLOY / "arbkit.rules.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels(interval: str = "1m") -> Iterator[tuple[str, str]]:
    """Every query of the dashboard with the title of its panel, as Grafana would send it."""
    board = json.loads((DEPLOY / "grafana" / "dashboard.json").read_text())
    for panel in board["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"].replace("$__rate_interval", interval)
    for note in board["annotations"]["list"]:
        yield note["name"], note["expr"]


def metrics_in(query: str) -> set[str]:
    """The names of metrics in a query."""
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\"[^\"]*\"|\b(by|ignoring|on|without) \([^)]*\)", " ", query)
    return {word for word in re.findall(r"\b[a-z_][a-z_0-9]*\b", bare) if word not in _WORDS}
