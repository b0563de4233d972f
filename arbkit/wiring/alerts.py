"""Alerts, put together: which leave, by what sinks, by the settings."""

import asyncio
import contextlib
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path

from arbkit.alerts.command import CommandSink
from arbkit.alerts.telegram import TelegramSink
from arbkit.app.alerting import Alerter
from arbkit.config.settings import Settings
from arbkit.core.alerts import Alert, Severity
from arbkit.errors import ConfigError
from arbkit.net.posting import Poster
from arbkit.ports import AlertSink
from arbkit.store.store import Store
from arbkit.venues.secrets import read_secret
from arbkit.wiring.kit import Kit
from arbkit.wiring.logs import logging_to

LAST_WORDS_S = 8


def sinks_of(kit: Kit) -> list[AlertSink]:
    """Where alerts go. Raises ConfigError and AuthError for settings that cannot work."""
    sinks: list[AlertSink] = []
    if kit.settings.telegram.enabled:
        sinks.append(telegram_of(kit))
    if kit.settings.monitoring.alert_command:
        sinks.append(command_of(kit.settings.monitoring.alert_command))
    return sinks


def alerter_of(kit: Kit, store: Store, sinks: Sequence[AlertSink], note: Callable[[Alert, str], None]) -> Alerter:
    """What delivers the alerts of a store."""
    return Alerter(store=store, sinks=sinks, clock=kit.clock, wanted=wanted_by(kit.settings), note=note)


async def last_words(alerter: Alerter) -> None:
    """Try once more what waits, for a few seconds at most: what is not delivered now is by the next run."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LAST_WORDS_S):
            await alerter.deliver_due()


def deliver_now(kit: Kit, store: Store, sinks: Sequence[AlertSink]) -> None:
    """Deliver what a command has put into the outbox; for commands beside the loop."""
    if not store.operations.due_alerts(at=kit.clock.now(), count_max=1):
        return
    with logging_to(kit.settings, kit.home, run=0) as log:
        kit.run(last_words(alerter_of(kit, store, sinks, log.alert)))


def telegram_of(kit: Kit) -> TelegramSink:
    """The chat of the settings. Raises ConfigError and AuthError."""
    settings = kit.settings.telegram
    if settings.bot_token_file:
        token = read_secret(settings.bot_token_file, "the token of the Telegram bot").reveal()
    elif settings.bot_token:
        token = settings.bot_token.get_secret_value().strip()
    else:
        raise ConfigError(
            "telegram.enabled is true, but there is no token; export TELEGRAM_BOT_TOKEN, or name a file of mode 0600 in"
            " telegram.bot_token_file"
        )
    if not settings.chat_id:
        raise ConfigError("telegram.enabled is true, but telegram.chat_id says no chat; see docs/alerts.md")
    if not token.isascii() or any(c in token for c in "/?# \n"):
        raise ConfigError("the token of the Telegram bot does not look like one (digits, a colon, letters)")
    poster = Poster("telegram", settings.api_base, clock=kit.clock, writes=None, connect_s=5)
    kit.later(poster.close)
    return TelegramSink(poster, token=token, chat_id=settings.chat_id)


def command_of(words: tuple[str, ...]) -> CommandSink:
    """The command of the settings: a program with its arguments, or one line that a shell would split the same way."""
    split = list(words) if len(words) > 1 else shlex.split(words[0])
    program = Path(split[0]).expanduser()
    if program.parent != Path() and not program.is_file():
        raise ConfigError(f"monitoring.alert_command: {program} is not there; name a program that can be run")
    return CommandSink([str(program), *split[1:]])


def wanted_by(settings: Settings) -> Callable[[Alert], bool]:
    """Whether an alert leaves this machine at all."""
    levels, monitoring = set(settings.telegram.alert_levels), settings.monitoring

    def wanted(alert: Alert) -> bool:
        if alert.severity is Severity.CRITICAL and not monitoring.alert_on_circuit_breaker:
            return False
        if alert.kind == "execution_failure" and not monitoring.alert_on_execution_failure:
            return False
        return alert.severity.value in levels

    return wanted
