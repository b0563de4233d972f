"""Ratio: a share or a yearly rate, exact."""

from dataclasses import dataclass
from typing import Self

from arbkit.core.money import parse_micros, plain


@dataclass(frozen=True, slots=True, order=True)
class Ratio:
    """A share or a yearly rate in millionths: 0.03 is 3 %, held as 30,000 ppm."""

    ppm: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``"0.03"``; raises BadNumber."""
        return cls(parse_micros(text))

    def __str__(self) -> str:
        return plain(self.ppm)
