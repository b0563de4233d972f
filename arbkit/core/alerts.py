"""Alerts: what is worth telling a person, how urgent it is, and the words for it (specification sections 3.15, 8.2)."""

from dataclasses import dataclass
from enum import StrEnum

from arbkit.core.breaker import Failure
from arbkit.core.text import clean

TEXT_UNITS_MAX = 4_096
"""Longest message that Telegram takes, in UTF-16 units (Bot API, sendMessage)."""
_DETAIL_MAX = 1_500
_CUT = "\N{HORIZONTAL ELLIPSIS}"


class Severity(StrEnum):
    """How urgent an alert is (specification section 8.2)."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


_SIGNS = {Severity.CRITICAL: "\N{POLICE CARS REVOLVING LIGHT}", Severity.HIGH: "\N{WARNING SIGN}\ufe0f"}
_SIGN = "\N{INFORMATION SOURCE}\ufe0f"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something a person should hear of. With a `dedupe_key`, the same thing is told once."""

    severity: Severity
    kind: str
    text: str
    dedupe_key: str = ""


def worded(alert: Alert) -> str:
    """The message as it is sent: plain text, no markup to be interpreted, short enough for every sink."""
    return _fitting(f"{_SIGNS.get(alert.severity, _SIGN)} ARB BOT {alert.severity.upper()}\n\n{alert.text}")


def together(alerts: list[Alert]) -> str:
    """Several alerts of little urgency in one message: a flood is not read."""
    lines = "\n".join(f"- {clean(alert.text, 200)}" for alert in alerts)
    return _fitting(f"{_SIGN} ARB BOT {len(alerts)} MESSAGES\n\n{lines}")


def of_failure(failure: Failure, detail: str, *, opened: bool, severity: Severity, once: str = "") -> Alert:
    """What is said of a failure. `opened`: it stopped trading. `once`: under this key it is said once."""
    detail = clean(detail, _DETAIL_MAX)
    if failure is Failure.ASYMMETRIC_EXECUTION:
        text = f"Asymmetric execution detected!\n\n{detail}\n\nIMMEDIATE ATTENTION REQUIRED"
    elif failure is Failure.DAILY_LOSS_LIMIT:
        text = f"Daily loss limit reached!\n\n{detail}\n\nTrading halted for today."
    elif failure is Failure.CONNECTION_LOST:
        text = f"Connection lost\n\n{detail}\n\nAttempting reconnection..."
    elif opened:
        text = f"Circuit breaker triggered!\n\nReason: {failure}: {detail}\n\nBot is paused. Manual review required."
    else:
        text = f"{failure}: {detail}"
    if opened:
        severity = Severity.CRITICAL
        text += "\nTrading is paused; run `arbkit status`."
    return Alert(severity=severity, kind=failure.lower(), text=text, dedupe_key=once)


def _fitting(text: str) -> str:
    units = text.encode("utf-16-le")
    if len(units) <= TEXT_UNITS_MAX * 2:
        return text
    # A cut may fall between the halves of a pair: the half that is left is dropped.
    return units[: (TEXT_UNITS_MAX - 1) * 2].decode("utf-16-le", "ignore") + _CUT
