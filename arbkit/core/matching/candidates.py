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


@dataclass(frozen=True, slots=True)
class _Side:
    """One catalogue in the terms of both: the rare tokens and the numbers of each row, and its days."""

    rare: Codes
    numbers: Codes
    days: Codes
    closes: Codes


@dataclass(frozen=True, slots=True)
class _Index:
    """Kalshi's rows by pairs of rare tokens, and Polymarket's rows to be looked up."""

    kalshi: _Side
    polymarket: _Side
    weights: Ints
    keys: Ints
    firsts: Ints
    counts: Ints
    rows: Codes

    @classmethod
    def of(cls, kalshi: Sequence[Asked], polymarket: Sequence[Asked]) -> "_Index":
        vocabulary: dict[str, int] = {}
        ours, theirs = _coded(kalshi, vocabulary), _coded(polymarket, vocabulary)
        size = len(vocabulary)
        here = np.bincount(ours.codes, minlength=size)
        there = np.bincount(theirs.codes, minlength=size)
        # only tokens of both sides can join rows; the rarest come first
        shared = (here > 0) & (there > 0)
        order = np.argsort(np.where(shared, here + there, np.iinfo(np.int64).max), kind="stable")
        ranks = np.empty(size, dtype=np.int32)
        ranks[order] = np.arange(size, dtype=np.int32)
        ranks[~shared] = -1
        spread = np.maximum(here, 1)[order]
        weights = (np.log(len(kalshi) / spread + 1) * _IDF_UNIT).astype(np.int64)
        numeric = np.fromiter((token[0] == "n" and token[1:2].isdigit() for token in vocabulary), bool, size)
        mine = _side(kalshi, ours, ranks, numeric)
        keys, rows = _keys(mine.rare, size, single=spread <= _SINGLE_ROWS_MAX)
        order = np.argsort(keys, kind="stable")
        keys, rows = keys[order], rows[order]
        different, firsts, counts = np.unique(keys, return_index=True, return_counts=True)
        useful = counts <= _KEY_ROWS_MAX
        return cls(
            kalshi=mine,
            polymarket=_side(polymarket, theirs, ranks, numeric),
            weights=weights,
            keys=different[useful],
            firsts=firsts[useful],
            counts=counts[useful],
            rows=rows,
        )


def _coded(rows: Sequence[Asked], vocabulary: dict[str, int]) -> _Rows:
    lengths: list[int] = []
    codes: list[int] = []
    for row in rows:
        words = row.tokens.split(" ") if row.tokens else []
        lengths.append(len(words))
        codes.extend([vocabulary.setdefault(word, len(vocabulary)) for word in words])
    starts = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum(lengths, out=starts[1:])
    return _Rows(np.array(codes, dtype=np.int32), starts)
