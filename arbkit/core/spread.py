"""Work that divides: one function, many parts, and answers that do not depend on who works on which part, or when."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

Part = TypeVar("Part")
Answer = TypeVar("Answer")
AHEAD = 3
"""One to work on, one that waits, and one whose answer nobody has taken yet."""


class Spread(Protocol):
    """Where such work is done: here, or by several at once. `wiring` knows by whom."""

    def __call__(
        self, work: Callable[[Part], Answer], parts: Iterable[Part], *, ahead: int = AHEAD
    ) -> Iterator[Answer]:
        """`work` on each part, the answers in the order of the parts. Parts are taken as there is room for them: each
        who works is given so many ahead, more of small ones."""
        ...


def here(work: Callable[[Part], Answer], parts: Iterable[Part], *, ahead: int = AHEAD) -> Iterator[Answer]:
    """One part after another, when its answer is asked for."""
    del ahead
    return map(work, parts)


@dataclass(frozen=True, slots=True)
class Cores:
    """What this machine gives for work that divides. To have others do it costs a start: little work is done here."""

    count: int
    """How many work at once."""
    processes: Spread
    """For work in Python: `work` is a function of a module, parts and answers are plain values."""
    threads: Spread
    """For work in numpy, which lets others run meanwhile."""


ONE_CORE = Cores(1, here, here)
