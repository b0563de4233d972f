"""Alerts: the words of the specification's section 3.15, and who gets them."""

import pytest

from arbkit.alerts import (
    Alert,
    AlertLevel,
    asymmetric_execution,
    breaker_tripped,
    connection_lost,
    daily_loss_reached,
    trade_executed,
)
from arbkit.core.markets import MarketId
from arbkit.core.money import Price, Usd

TRADE = trade_executed(
    (MarketId.parse("kalshi:KX-1"), Price.parse("0.45")),
    (MarketId.parse("polymarket:0xab"), Price.parse("0.5")),
    Usd.parse("1.25"),
)


@pytest.mark.parametrize(
    ("alert", "level", "words"),
    [
        (breaker_tripped("three failures"), "critical", "Reason: three failures"),
        (asymmetric_execution("filled", "killed"), "critical", "Buy: filled\nSell: killed"),
        (daily_loss_reached(Usd.parse("-20.5")), "critical", "Loss: $20.5"),
        (connection_lost("kalshi"), "high", "Connection lost to kalshi"),
        (TRADE, "medium", "Buy: kalshi:KX-1 @ $0.45\nSell: polymarket:0xab @ $0.5\nProfit: $1.25"),
    ],
)
def test_an_alert_says_how_urgent_it_is_and_what_happened(alert: Alert, level: str, words: str) -> None:
    assert alert.level == level
    assert alert.text.partition("\n\n")[0].endswith(f"ARB BOT {level.upper()}")
    assert words in alert.text


def test_only_the_levels_that_were_asked_for_are_wanted() -> None:
    assert [
        a.level for a in (breaker_tripped(""), connection_lost(""), TRADE) if a.is_wanted(("critical", "high"))
    ] == [
        AlertLevel.CRITICAL,
        AlertLevel.HIGH,
    ]
