"""What `init` asks, in which order, and what an answer must be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from arbkit.cli.asking import Asker, Check, anything
from arbkit.config.load import check_flags
from arbkit.errors import UsageError
from arbkit.venues.kalshi.signing import KalshiSigner
from arbkit.venues.polymarket.signing import Wallet, parse_address
from arbkit.venues.secrets import Secret, read_secret

_VENUES = ("none", "kalshi", "polymarket", "both")
_CREDENTIALS = {
    "kalshi": {"kalshi.key_id", "kalshi.key_file"},
    "polymarket": {"polymarket.key_file", "polymarket.funder", "polymarket.signature_type"},
}
_TELEGRAM = {"telegram.bot_token_file", "telegram.chat_id", "telegram.enabled"}
_LIMITS = (
    ("risk.profile", "strict", "Limits: strict (for the first live weeks) or standard"),
    ("trading.max_position_per_event", "25", "Most money in a pair, in dollars"),
    ("trading.max_total_exposure", "100", "Most money at work, in dollars"),
    ("risk.daily_loss_limit", "20", "Stop for the day after losing, in dollars"),
    ("risk.per_trade_loss_limit", "10", "Most that a trade may lose, in dollars"),
)


@dataclass(slots=True)
class Setup:
    """What will be written: values of settings by name, and secrets for files of their own."""

    values: dict[str, str] = field(default_factory=dict)
    secrets: dict[Path, Secret] = field(default_factory=dict)


class Questions:
    """Asks what is not answered yet. `keys` is the directory for what is typed as a secret."""

    def __init__(self, asker: Asker, answers: Mapping[str, str], keys: Path) -> None:
        self._asker, self._answers, self._keys = asker, answers, keys
        self._setup = Setup()

    def all(self) -> Setup:
        """Every question in order. Raises ConfigError, AuthError and UsageError for an answer that was given."""
        venues = self._venues()
        if venues in {"kalshi", "both"}:
            self._kalshi()
        if venues in {"polymarket", "both"}:
            self._polymarket()
        for path, default, question in _LIMITS:
            self._value(path, question, default=default)
        self._telegram()
        for path in self._answers:
            self._value(path, "")
        return self._setup

    def _venues(self) -> str:
        named = [name for name, keys in _CREDENTIALS.items() if keys & self._answers.keys()]
        if named:
            return "both" if len(named) == 2 else named[0]
        return self._asker.ask(
            "Accounts to trade with: none, kalshi, polymarket or both", default="none", check=_one_of(_VENUES)
        )

    def _kalshi(self) -> None:
        key_id = self._value("kalshi.key_id", "Kalshi: id of the API key")
        self._key(
            "kalshi.key_file", "Kalshi: the private key (PEM)", "kalshi.pem",
            lambda text: KalshiSigner(key_id or "unknown", Secret(text)),
        )  # fmt: skip

    def _polymarket(self) -> None:
        self._key(
            "polymarket.key_file", "Polymarket: the private key of the wallet", "polymarket.key",
            lambda text: Wallet(Secret(text)),
        )  # fmt: skip
        kind = self._value(
            "polymarket.signature_type", "Polymarket: 0 wallet, 1 proxy, 2 Safe, 3 deposit wallet", default="3"
        )
        if kind != "0":
            self._value(
                "polymarket.funder", "Polymarket: the address in your account, which holds the money",
                check=parse_address,
            )  # fmt: skip

    def _telegram(self) -> None:
        if not _TELEGRAM & self._answers.keys() and not self._asker.agree("Send alerts by Telegram?", default=False):
            return
        self._key("telegram.bot_token_file", "Telegram: the token of the bot", "telegram.token", anything)
        self._value("telegram.chat_id", "Telegram: id of the chat")
        self._setup.values["telegram.enabled"] = "true"

    def _value(self, path: str, question: str, *, default: str = "", check: Check = anything) -> str:
        """The answer that was given or is given now: a value that the setting can have."""

        def checked(text: str) -> None:
            so_far = self._setup.values | {path: text}
            check_flags([f"{name}={value}" for name, value in so_far.items()])
            check(text)

        value = self._answers.get(path, "")
        if value:
            checked(value)
        else:
            value = self._asker.ask(question, default=default, check=checked)
        if value:
            self._setup.values[path] = value
        return value

    def _key(self, path: str, question: str, name: str, check: Check) -> None:
        """A file that holds a secret: one that is there, or a new one for what is typed unseen."""

        def usable(text: str) -> None:
            check_flags([f"{path}={text}"])
            check(read_secret(Path(text).expanduser(), question).reveal())

        if given := self._answers.get(path, ""):
            usable(given)
            self._setup.values[path] = given
            return
        kept = self._keys / name
        found = str(kept) if kept.exists() else ""
        value = self._asker.ask(f"{question}: its file, if there is one", default=found, check=usable)
        if not value and (text := self._asker.hidden(question, check=check)):
            self._setup.secrets[kept] = Secret(text)
            value = str(kept)
        if value:
            self._setup.values[path] = value


def _one_of(words: tuple[str, ...]) -> Check:
    def check(text: str) -> None:
        if text not in words:
            raise UsageError(f"type {', '.join(words[:-1])} or {words[-1]}")

    return check
