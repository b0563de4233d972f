"""Candidates: for each Polymarket market the few Kalshi markets that could be its twin, out of a hundred thousand.

Rare tokens of a row are paired up, and two rows that share a pair of rare tokens are candidates ("pair keys"): a hundred
thousand rows of ladders have only some thousand different tokens, so that single tokens say little, and pairs much. Rows
that share enough weight pass two gates (days, numbers) and are scored exactly on their tokens.

numpy and rapidfuzz are imported with this module, and this module only where catalogues are matched.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from arbkit.core.matching.tokens import Asked

CANDIDATES_MAX = 20
"""How many candidates a Polymarket market gets."""
_RARE_MAX = 8
_KEY_ROWS_MAX = 300
_SINGLE_ROWS_MAX = 50
_BLOCK_ROWS = 10_000
_SCORED_MAX = 60
_DAYS_APART_NAMED = 21
_DAYS_APART_ENDS = 400
_NUMBERS_MAX = 6
_IDF_UNIT = 1_000
_SCORE_UNIT = 4

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class _Rows:
    """The tokens of a catalogue as numbers: row i owns codes[starts[i] : starts[i + 1]]."""

    codes: Codes
    starts: Ints

    @property
    def lengths(self) -> Ints:
        return np.diff(self.starts)


def candidates(
    kalshi: Sequence[Asked], polymarket: Sequence[Asked], *, candidates_max: int = CANDIDATES_MAX
) -> list[tuple[int, int]]:
    """Pairs (Kalshi index, Polymarket index) worth judging, the likeliest first within each Polymarket market."""
    if not kalshi or not polymarket:
        return []
    index = _Index.of(kalshi, polymarket)
    found: list[tuple[int, int]] = []
    for start in range(0, len(polymarket), _BLOCK_ROWS):
        block = index.block(start, min(start + _BLOCK_ROWS, len(polymarket)))
        found.extend(_scored(kalshi, polymarket, block, candidates_max))
    return found
