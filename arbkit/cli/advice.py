"""Commands that a message names, as they must be typed here to do what the message says."""

import re
from pathlib import Path
from shlex import quote

_COMMAND = re.compile(r"`(arbkit (?!sim )[^`]*)`")


def advised(text: str, *, sim: bool, home: Path | None = None) -> str:
    """Every command that is advised says --sim and --home as the one typed did: each has a state of its own."""
    said = [*(["--sim"] if sim else []), *([f"--home {quote(str(home))}"] if home else [])]
    if not said or "`arbkit " not in text:
        return text

    def typed(found: re.Match[str]) -> str:
        missing = (words for words in said if words.split()[0] not in found[1].split())
        return f"`{' '.join([found[1], *missing])}`"

    return _COMMAND.sub(typed, text)
