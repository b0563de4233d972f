"""Dice: the world's only chance, seeded by a text, and the ids that follow from it."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice(Random):
    """Seeded randomness. The same words give the same throws on every machine: nothing here secures anything."""

    def __init__(self, *words: object) -> None:
        super().__init__(":".join(map(str, words)))

    def happens(self, percent: float) -> bool:
        """Throw: true in `percent` of a hundred cases."""
        return self.random() * 100 < percent

    def several(self, things: Sequence[T], count: int) -> list[T]:
        """Draw `count` different things, or all of them in a new order."""
        return self.sample(things, min(count, len(things)))


def digest(*words: object) -> str:
    """Hash words to 64 hex digits."""
    return hashlib.sha256("\x1f".join(map(str, words)).encode()).hexdigest()


def hex_id(*words: object) -> str:
    """A condition, question or neg-risk id: 0x and 64 hex digits."""
    return "0x" + digest(*words)


def token_id(*words: object) -> str:
    """An outcome token: a 256-bit number in decimal."""
    return str(int(digest("token", *words), 16))


def gamma_id(*words: object) -> str:
    """An id of Gamma: a number of nine digits as text."""
    return str(100_000_000 + int(digest("gamma", *words)[:14], 16) % 900_000_000)


def uuid_text(*words: object) -> str:
    """An id in the form of a UUID, such as Kalshi puts into `custom_strike`."""
    text = digest("uuid", *words)
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:32]}"


def instant(moment: datetime, *, micros: int | None = None) -> str:
    """Write a moment of UTC as both venues do, ending in Z; with `micros` as that fraction of a second."""
    text = moment.strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}Z" if micros is None else f"{text}.{micros:06d}Z"
