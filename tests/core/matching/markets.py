"""Builders of markets in the house styles of both venues; own wording, made-up ids."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from arbkit.core.markets import Market, MarketId, MarketStatus, Strike, StrikeKind, VenueName
from arbkit.core.matching.facts import read_facts
from arbkit.core.matching.judge import judge
from arbkit.core.matching.verdict import Verdict

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Ten times as fast where PyYAML was built with libyaml, as its wheels are."""


def read_yaml(name: str) -> Any:
    """What a file beside this one holds."""
    return yaml.load((Path(__file__).parent / name).read_text(encoding="utf-8"), _LOADER)


def kalshi(title: str, ticker: str = "KXTEST-26", *, yes_label: str = "", rules: str = "") -> Market:
    """Build a Kalshi market."""
    return Market(
        id=MarketId(VenueName.KALSHI, ticker),
        event_key=ticker.rpartition("-")[0],
        series_key=ticker.partition("-")[0],
        title=title,
        yes_label=yes_label,
        rules=rules,
        status=MarketStatus.OPEN,
    )


def polymarket(
    title: str, rules: str = "", *, outcomes: tuple[str, str] = ("Yes", "No"), key: str = "0x01", slug: str = ""
) -> Market:
    """Build a Polymarket market."""
    return Market(
        id=MarketId(VenueName.POLYMARKET, key),
        event_key="",
        title=title,
        rules=rules,
        yes_label=outcomes[0],
        no_label=outcomes[1],
        slug=slug,
        status=MarketStatus.OPEN,
    )


def from_row(row: Mapping[str, object]) -> Market:
    """Build a market of either venue from a row of pairs.yaml."""
    text = {name: str(value) for name, value in row.items()}
    if "ticker" in row:
        market = kalshi(text["title"], text["ticker"], yes_label=text.get("yes_label", ""), rules=text.get("rules", ""))
    else:
        labels = row.get("outcomes", ["Yes", "No"])
        assert isinstance(labels, list)
        market = polymarket(
            text["title"], text.get("rules", ""), outcomes=(labels[0], labels[1]), slug=text.get("slug", "")
        )
    closes = datetime.fromisoformat(text["closes"]).replace(tzinfo=UTC) if "closes" in row else None
    return replace(
        market, event_title=text.get("event_title", ""), closes_at=closes, expected_at=closes, strike=_strike(row)
    )


def verdict(one: Market, two: Market) -> Verdict:
    """Judge a pair."""
    return judge(read_facts(one), read_facts(two))


def _strike(row: Mapping[str, object]) -> Strike | None:
    strike = row.get("strike")
    if not isinstance(strike, dict):
        return None
    return Strike(StrikeKind(strike["kind"]), strike["floor"], strike["cap"])
