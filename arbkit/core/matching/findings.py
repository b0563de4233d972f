"""What a comparison of two facts found: agreement, conflict or silence, with the words that made it."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """How two facts stand to each other."""

    AGREE = "agree"
    SILENT = "silent"
    """One side does not say it."""
    CONFLICT = "conflict"
    """Hard: the confidence stays below the floor, whatever else agrees."""


class Finding(NamedTuple):
    """One compared fact. `doubt_ppm` is what it takes from the confidence, in millionths."""

    kind: Kind
    fact: str
    words: str
    doubt_ppm: int = 0

    def __str__(self) -> str:
        return f"{self.kind}: {self.fact}: {self.words}"


Hopeless = Callable[[Sequence[Finding]], bool]
"""Whether what is found already rules the pair out for whoever asks."""


def agree(fact: str, words: str, doubt_ppm: int = 0) -> Finding:
    """Both sides say the same."""
    return Finding(Kind.AGREE, fact, words, doubt_ppm)


def silent(fact: str, words: str, doubt_ppm: int) -> Finding:
    """One side says nothing about it."""
    return Finding(Kind.SILENT, fact, words, doubt_ppm)


def conflict(fact: str, kalshi: object, polymarket: object) -> Finding:
    """Both sides say different things."""
    return Finding(Kind.CONFLICT, fact, f"Kalshi {_list(kalshi)}, Polymarket {_list(polymarket)}")


def _list(value: object) -> str:
    if isinstance(value, frozenset | set | tuple | list):
        return ", ".join(sorted(str(item) for item in value)) or "nothing"
    return "nothing" if value is None or value == "" else str(value)


def of_title(venue: str, title: object, rules: object) -> tuple[str, str]:
    """What is asked elsewhere and what the rules of one venue say instead, as the two sides of a conflict."""
    return sided(venue, f"{_list(rules)} by its own rules, against {_list(title)}")


def sided(venue: str, words: str) -> tuple[str, str]:
    """Words of one venue as the two sides of a conflict."""
    return (words, "") if venue == "Kalshi" else ("", words)


def hard(findings: Sequence[Finding]) -> list[Finding]:
    """The conflicts."""
    return [item for item in findings if item.kind is Kind.CONFLICT]
