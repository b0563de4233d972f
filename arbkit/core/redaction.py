"""Redaction: taking keys and tokens out of a text that goes to a screen, a log or a report."""

import re
from collections.abc import Callable, Mapping
from typing import Final

_KEYS: Final = r"-----BEGIN [^-]+-----.*?(-----END [^-]+-----|\Z)"
_TOKENS: Final = r"(?<![0-9])[0-9]{6,}:[A-Za-z0-9_-]{20,}"
_HEX: Final = r"(0x)?[0-9a-fA-F]{64,}"
_SHORT: Final = re.compile(f"{_KEYS}|{_TOKENS}", re.DOTALL)
_ALL: Final = re.compile(f"{_KEYS}|{_TOKENS}|{_HEX}", re.DOTALL)
_NAMES: Final = re.compile(r"TOKEN|SECRET|PASS|KEY|CREDENTIAL", re.IGNORECASE)
_LENGTH_MIN: Final = 6
_HIDDEN: Final = "[redacted]"


def redaction(environ: Mapping[str, str], *, long_hex: bool) -> Callable[[str], str]:
    """What takes out what looks like a key or a token, and every value of a variable that is named like one.

    `long_hex`: also 64 and more hex digits. A private key looks so; so does an order's id, which a log must keep.
    """
    values = sorted((v for name, v in environ.items() if _NAMES.search(name) and len(v) >= _LENGTH_MIN), key=len)
    pattern = _ALL if long_hex else _SHORT

    def redacted(text: str) -> str:
        for value in reversed(values):
            text = text.replace(value, _HIDDEN)
        return pattern.sub(_HIDDEN, text)

    return redacted
