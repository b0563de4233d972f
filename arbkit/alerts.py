"""Alerts: what is worth telling a person, how urgent it is, and the words for it (specification section 3.15)."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from arbkit.core.markets import MarketId
from arbkit.core.money import Price, Usd


class AlertLevel(StrEnum):
    """How soon a person has to look."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"


_SIGNS = {AlertLevel.CRITICAL: "\N{POLICE CARS REVOLVING LIGHT}", AlertLevel.HIGH: "\N{WARNING SIGN}\ufe0f"}
_SIGN = "\N{INFORMATION SOURCE}\ufe0f"


@dataclass(frozen=True, slots=True)
class Alert:
    """One message to a person."""

    level: AlertLevel
    message: str

    @property
    def text(self) -> str:
        """The message as it is sent: plain text, no markup to be interpreted."""
        return f"{_SIGNS.get(self.level, _SIGN)} ARB BOT {self.level.upper()}\n\n{self.message}"

    def is_wanted(self, levels: Collection[str]) -> bool:
        """Whether `telegram.alert_levels` asks for it."""
        return self.level.value in levels


def breaker_tripped(reason: str) -> Alert:
    """Trading has stopped by itself."""
    return Alert(
        AlertLevel.CRITICAL,
        f"Circuit breaker triggered!\n\nReason: {reason}\n\nBot is paused. Manual review required.",
    )


def asymmetric_execution(bought: str, sold: str) -> Alert:
    """One leg stands without the other."""
    return Alert(
        AlertLevel.CRITICAL,
        f"Asymmetric execution detected!\n\nBuy: {bought}\nSell: {sold}\n\nIMMEDIATE ATTENTION REQUIRED",
    )


def daily_loss_reached(loss: Usd) -> Alert:
    """No more trades today."""
    return Alert(AlertLevel.CRITICAL, f"Daily loss limit reached!\n\nLoss: ${abs(loss)}\n\nTrading halted for today.")


def connection_lost(venue: str) -> Alert:
    """A venue cannot be heard."""
    return Alert(AlertLevel.HIGH, f"Connection lost to {venue}\n\nAttempting reconnection...")


def trade_executed(bought: tuple[MarketId, Price], sold: tuple[MarketId, Price], profit: Usd) -> Alert:
    """Both legs stand."""
    (buy_market, buy_price), (sell_market, sell_price) = bought, sold
    return Alert(
        AlertLevel.MEDIUM,
        f"Trade executed!\n\nBuy: {buy_market} @ ${buy_price}\nSell: {sell_market} @ ${sell_price}\nProfit: ${profit}",
    )
