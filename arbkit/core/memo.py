"""Memo: texts that come again and again, and the whole number that each of them is read as."""

from collections.abc import Callable
from typing import Final

TEXTS_KEPT: Final = 65_536
"""With more, a memo begins afresh."""


class Memo:
    """What texts were read as. What cannot be read, or is not one of `sound`, is read anew each time.

    `met` is there to be asked directly by what has to be quick: whatever it holds is sound, and a text that it does not
    hold raises KeyError. A plain dict answers much sooner than a class of dict that reads what it lacks.
    """

    __slots__ = ("_read", "_sound", "met")

    def __init__(self, read: Callable[[str], int], *, sound: range) -> None:
        self._read, self._sound = read, sound
        self.met: dict[str, int] = {}

    def number(self, text: str) -> int:
        """The number of a text. Raises what reading it raises."""
        number = self.met.get(text)
        if number is None:
            number = self._read(text)
            if number in self._sound:
                if len(self.met) >= TEXTS_KEPT:
                    self.met.clear()
                self.met[text] = number
        return number
