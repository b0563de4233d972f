"""Notices: what a person should hear of although it stops nothing (specification section 8.2), each once a day."""

from datetime import timedelta

from arbkit.app.room import Room
from arbkit.core.alerts import Alert, Severity
from arbkit.core.opportunity import Opportunity
from arbkit.core.risk import Refused

_OF_RULES = {
    "imbalance": ("position_imbalance", "Position imbalance: {}. New trades in this event are blocked"),
    "pair": ("low_confidence_match", "Trade blocked: {}"),
}
"""Rules of risk whose refusal means more than no to one trade: the kind of the alert, and its words."""


def of_refusal(room: Room, refused: Refused) -> None:
    """Tell of an imbalance, or of a pair that is not surely the same: somebody tried to trade it."""
    for reason in refused.reasons:
        if reason.rule in _OF_RULES:
            kind, words = _OF_RULES[reason.rule]
            about = refused.opportunity.pair.id
            tell_daily(room, Severity.HIGH, kind, f"{words.format(reason.text)}. Pair {about}", about=about)


def of_opportunity(room: Room, found: Opportunity) -> None:
    """Tell of an opportunity that is larger than one should expect."""
    if found.net > room.limits.large_opportunity:
        text = f"Large opportunity: {found.qty} contracts of pair {found.pair.id} leave ${found.net}; read both rules"
        tell_daily(room, Severity.MEDIUM, "large_opportunity", text, about=found.pair.id)


def of_latency(room: Room, what: str, took_ms: int, max_ms: int) -> None:
    """Tell of a step that took longer than it may."""
    text = f"Latency exceeded: {what} took {took_ms} ms; at most {max_ms} ms are allowed. The opportunity is skipped"
    tell_daily(room, Severity.HIGH, "latency_exceeded", text, about=f"{what}:{room.clock.now().hour}")


def of_rate(room: Room, venue: str) -> None:
    """Tell that our own limit of requests is nearly used up."""
    text = f"Rate limit warning: more than 80 % of the requests that rate_limits.{venue} allows are used; slowing down"
    tell_daily(room, Severity.MEDIUM, "rate_limit_warning", text, about=venue)


def of_lost_stream(room: Room, venue: str, why: str) -> None:
    """Tell that a stream is away; beyond half a minute it stops trading, which is told by the breaker."""
    text = f"Connection lost to {venue}\n\n{why}\n\nAttempting reconnection..."
    now = room.clock.now()
    key = f"connection:{venue}:{now - timedelta(minutes=now.minute % 10):%Y-%m-%dT%H:%M}"
    room.store.operations.alert(Alert(severity=Severity.HIGH, kind="connection", text=text, dedupe_key=key), at=now)


def tell_daily(room: Room, severity: Severity, kind: str, text: str, *, about: str) -> None:
    """Put an alert into the outbox, once a day for what it is about."""
    now = room.clock.now()
    alert = Alert(severity=severity, kind=kind, text=text, dedupe_key=f"{kind}:{about}:{now.date()}")
    room.store.operations.alert(alert, at=now)
