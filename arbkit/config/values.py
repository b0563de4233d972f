"""Kinds of values a setting can have: each reads exact text, and writes it back."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

from pydantic import BeforeValidator, SecretStr

from arbkit.config.ratio import Ratio
from arbkit.core.money import Qty, Usd
from arbkit.errors import ArbkitError, shown

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
"""Hosts that may be spoken to without TLS: the simulated venues on this machine."""

_WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)
_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})
_MOVED_HOSTS = {"trading-api.kalshi.com": "https://external-api.kalshi.com/trade-api/v2"}

LIST = "list of words"

Parsed = TypeVar("Parsed")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a value is, in the words of the documentation."""

    name: str


def _reads(parse: Callable[[str], Parsed]) -> BeforeValidator:
    """Let pydantic read a value from text by `parse`."""

    def validate(text: str) -> Parsed:
        try:
            return parse(text.strip())
        except ArbkitError as error:
            raise ValueError(str(error)) from error

    return BeforeValidator(validate)


def _whole(text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise ValueError(f"{shown(text)} is not a whole number")
    return int(text)


def _flag(text: str) -> bool:
    word = text.lower()
    if word not in _TRUE | _FALSE:
        raise ValueError(f"{shown(text)} is neither true nor false")
    return word in _TRUE


def _url(text: str) -> str:
    """Check an address of a venue. The address itself is not shown in a message: it may hold a password."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise ValueError("is not an address such as https://host/path") from None
    if parts.hostname in _MOVED_HOSTS:
        raise ValueError(f"{parts.hostname} is gone; use {_MOVED_HOSTS[parts.hostname]}")
    if not parts.hostname or parts.username is not None or parts.query or parts.fragment or not text.isascii():
        raise ValueError("is not an address such as https://host/path")
    secure, bare = ("wss", "ws") if parts.scheme in ("ws", "wss") else ("https", "http")
    if parts.scheme != secure and not (parts.scheme == bare and parts.hostname in LOOPBACK):
        raise ValueError(f"must start with {secure}:// ({bare}:// is for this machine alone)")
    return text.rstrip("/")


def _file(text: str) -> Path | None:
    """Read the path of a file; "" is none. The text is not shown in a message: somebody may paste the secret itself."""
    if not text:
        return None
    try:
        path = Path(text).expanduser()
    except RuntimeError:
        raise ValueError("names the home directory of a user who is not here") from None
    if "\n" in text or not path.is_absolute():
        raise ValueError("must be the absolute path of a file (~ is your home directory)")
    return path


def _words(value: str | list[str]) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else value
    return tuple(word for part in parts if (word := part.strip()))


Money = Annotated[Usd, _reads(Usd.parse), Kind("dollars")]
Share = Annotated[Ratio, _reads(Ratio.parse), Kind("ratio")]
Contracts = Annotated[Qty, _reads(Qty.parse), Kind("contracts")]
Whole = Annotated[int, _reads(_whole), Kind("whole number")]
Flag = Annotated[bool, _reads(_flag), Kind("true or false")]
Url = Annotated[str, _reads(_url), Kind("address")]
File = Annotated[Path | None, _reads(_file), Kind("file path")]
Text = Annotated[str, _reads(str), Kind("text")]
Words = Annotated[tuple[str, ...], BeforeValidator(_words), Kind(LIST)]
Secret = Annotated[SecretStr | None, Kind("secret")]
"""Never read from a file of settings; shown as a fingerprint."""


def written(value: object) -> str:
    """Write a value as it would stand in the file."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case tuple():
            return "[" + ", ".join(map(str, value)) + "]"
        case _:
            return str(value)
