"""The language model of the settings."""

from arbkit.errors import ConfigError
from arbkit.llm.chat import ChatModel
from arbkit.net.posting import Poster
from arbkit.venues.secrets import read_secret
from arbkit.wiring.kit import Kit


def reader_of(kit: Kit) -> ChatModel:
    """What answers questions about rules. Raises ConfigError and AuthError. Without a key none is sent (loopback)."""
    settings = kit.settings.llm
    if not settings.model:
        raise ConfigError("llm.enabled is true, but llm.model names no model")
    key = ""
    if settings.key_file:
        key = read_secret(settings.key_file, "the key of the language model").reveal()
    elif settings.api_key:
        key = settings.api_key.get_secret_value().strip()
    poster = Poster("language model", settings.url, clock=kit.clock, writes=None, connect_s=5)
    kit.later(poster.close)
    return ChatModel(poster, model=settings.model, key=key)
