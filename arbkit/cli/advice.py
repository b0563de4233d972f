"""Commands that a message names, as they must be typed here to do what the message says."""

import re

_COMMAND = re.compile(r"`(arbkit (?!sim )[^`]*)`")


def advised(text: str, *, sim: bool) -> str:
    """Over the simulated venues every command that is advised has to say --sim too: their state is one of its own."""
    if not sim or "`arbkit " not in text:
        return text
    return _COMMAND.sub(lambda found: found[0] if "--sim" in found[1] else f"`{found[1]} --sim`", text)
