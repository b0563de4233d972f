"""Reading of words that others may do: the tables of names are loaded by who reads, and not by who has texts read."""

from collections.abc import Sequence


def tokens_of_each(texts: Sequence[str]) -> list[str]:
    """The tokens of each text, each once, separated by blanks."""
    from arbkit.core.matching.tokens import tokens  # noqa: PLC0415 - loads those tables

    return [" ".join(dict.fromkeys(tokens(text))) for text in texts]
