"""Settings of what stands beside trading: the language model, alerts, metrics, the log."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from arbkit.config.values import File, Flag, Money, Secret, Text, Url, Whole, Words
from arbkit.core.money import Usd

usd = Usd.parse


class Section(BaseModel):
    """A group of settings: cannot be changed, knows no unknown key, and shows no input in its errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Llm(Section):
    """A language model that reads what matching accepted. It can stop a pair, never let one pass."""

    enabled: Flag = Field(default=False, description="Ask it after each match.")
    url: Url = Field(
        default="https://api.openai.com/v1", description="Any endpoint of the OpenAI form; /chat/completions is added."
    )
    model: Text = Field(default="", description="The name of the model.")
    key_file: File = Field(default=None, description="File (mode 0600) with the key of that endpoint.")
    api_key: Secret = Field(default=None, description="The key; by the environment only.")
    questions_max: Whole = Field(default=50, ge=1, le=10_000, description="Most questions in one run.")
    usd_max_per_day: Money = Field(
        default=usd("1"), ge=usd("0"), le=usd("1000"), description="Most spent in a UTC day."
    )
    usd_per_million_tokens_in: Money = Field(default=usd("3"), ge=usd("0"), description="Price of what it reads.")
    usd_per_million_tokens_out: Money = Field(default=usd("15"), ge=usd("0"), description="Price of what it writes.")


class Telegram(Section):
    """Alerts by Telegram. The token comes from TELEGRAM_BOT_TOKEN or from a file, never from here."""

    enabled: Flag = Field(
        default=False, description="Send alerts.", json_schema_extra={"yaml": "${TELEGRAM_ENABLED:-false}"}
    )
    chat_id: Text = Field(default="", description="Where to.", json_schema_extra={"yaml": "${TELEGRAM_CHAT_ID:-}"})
    bot_token_file: File = Field(default=None, description="File (mode 0600) with the bot's token.")
    bot_token: Secret = Field(default=None, description="The bot's token; by the environment only.")
    api_base: Url = Field(default="https://api.telegram.org", description="Telegram's Bot API.")
    alert_levels: Words = Field(default=("critical", "high"), description="Of critical, high, medium.")


class Monitoring(Section):
    """What is worth an alert, and where metrics are served."""

    alert_on_execution_failure: Flag = Field(default=True, description="Alert when a trade fails.")
    alert_on_circuit_breaker: Flag = Field(default=True, description="Alert when trading stops.")
    alert_on_large_opportunity: Money = Field(
        default=usd("50"), ge=usd("0"), description="Alert on a profit beyond this."
    )
    alert_command: Words = Field(default=(), description="Program that gets each alert on its standard input.")
    metrics_port: Whole = Field(
        default=9090, ge=0, le=65_535, description="Prometheus, on this machine's loopback only; 0: none."
    )


class Logging(Section):
    """The log file."""

    level: Literal["debug", "info", "warn", "error"] = Field(default="info", description="How much.")
    file: File = Field(default=None, description="Where; nothing here means logs/arbkit.log in the state directory.")
    max_size_mb: Whole = Field(
        default=10, ge=1, le=1000, description="A file of this size is closed and a new one begun."
    )
    max_files: Whole = Field(default=5, ge=1, le=100, description="So many are kept.")
