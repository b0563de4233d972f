"""The rows of two venues as they are looked up: what each is found by, and the listed ones by their keys.

Rare tokens of a row are paired up, and two rows that share such a pair are candidates ("pair keys"): a hundred thousand
rows of ladders have only some thousand different tokens, so that single tokens say little, and pairs much.

Imports numpy: import this module only where catalogues are matched. Rows stand in packed whole numbers, so that one
sort orders them by everything, and sums are exact: results do not depend on the machine.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from arbkit.core.matching.columns import Codes, Columns, Ints, Vocabulary, starts_of
from arbkit.core.spread import Spread

_RARE_MAX = 8
"""How many of its rarest tokens a row is looked up by."""
_KEY_ROWS_FLOOR = 48
_KEY_ROWS_SHARE = 2_000
"""A pair of tokens that more than one row in so many shares, and more than the floor, tells nothing."""
_SINGLE_ROWS_MAX = 50
"""A token that at most so many rows have serves as a key alone."""
_TOKENS_MAX = 14
_SLICE_ROWS = 20_000
_NUMBER_BITS = 63
_ANY_NUMBER = -1
_WEIGHT_UNIT = 1_000
WEIGHT_BITS = 15
_WEIGHT_MAX = (1 << WEIGHT_BITS - 1) - 1
ROW_BITS = 24
ROW = (1 << ROW_BITS) - 1
_CODE_BITS = 24
_NO_KEY = np.iinfo(np.int64).max
"""Behind all keys, so that each that is sought has a place."""

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Side:
    """The rows of one venue, a column each in matrices. What is missing is negative, and differs from side to side."""

    rare: Codes
    """Ranks of the rarest tokens that both sides have, rarest first."""
    tokens: Codes
    """The heaviest tokens, heaviest first."""
    numbers: Ints
    """The numbers of each row as a set of bits, some of which stand for several numbers: a gate, not a proof. What has
    no number fits all."""
    days: Codes
    ends: Codes


@dataclass(frozen=True, slots=True)
class Lookup:
    """Both sides, and the listed rows by key."""

    listed: Side
    sought: Side
    keys: Ints
    """In order; those that tell something."""
    firsts: Ints
    """Where the rows of each key begin in `holders`."""
    counts: Ints
    """How many rows each key has."""
    holders: Ints
    """Listed rows, by key."""
    weights: Ints
    """Of tokens, by rank."""
    weights_of: Codes
    """Of tokens, by code, and nothing for what is missing."""


class _Tokens(NamedTuple):
    """The tokens of all rows as codes, one after another, and the row of each."""

    rows: Ints
    codes: Ints


class _Slice(NamedTuple):
    """The tokens of rows that follow each other; the rows count from the first of them."""

    rows: Ints
    codes: Ints
    size: int
    missing: int
    """What stands where a row has no token."""


class _Matrices(NamedTuple):
    """What `Side` has of the same name."""

    rare: Codes
    tokens: Codes
    numbers: Ints


@dataclass(frozen=True, slots=True)
class _Words:
    """What is known of each token, by its code."""

    ranks: Codes
    weights: Codes
    numeric: Flags


def lookup_of(listed: Columns, sought: Columns, spread_over: Spread) -> Lookup:
    vocabulary = Vocabulary()
    ours, theirs = _coded(listed, vocabulary), _coded(sought, vocabulary)
    size = max(1, len(vocabulary))
    spread = np.bincount(ours.codes, minlength=size)
    ranks = _ranks(spread, spread + np.bincount(theirs.codes, minlength=size))
    weight_of = np.log(len(listed) / np.maximum(spread, 1) + 1) * _WEIGHT_UNIT
    weight_of = np.minimum(weight_of, _WEIGHT_MAX).astype(np.int64)
    numeric = np.fromiter((word[0] == "n" and word[1:2].isdigit() for word in vocabulary), np.bool_, len(vocabulary))
    by_rank = np.argsort(np.where(ranks < 0, size, ranks), kind="stable")
    words = _Words(ranks, weight_of.astype(np.int32), numeric)
    parts = [*_slices(ours, len(listed), -1), *_slices(theirs, len(sought), -2)]
    made = list(spread_over(partial(_matrices, words), parts))
    of_listed = len(range(0, len(listed), _SLICE_ROWS))
    sides = _side(listed, made[:of_listed]), _side(sought, made[of_listed:])
    found = keys_of(sides[0].rare, singles=spread[by_rank] <= _SINGLE_ROWS_MAX)
    found.sort()
    keys = found >> ROW_BITS
    firsts = starts_of(keys)
    counts = np.diff(firsts, append=len(keys))
    telling = counts <= max(_KEY_ROWS_FLOOR, len(listed) // _KEY_ROWS_SHARE)
    firsts, counts = firsts[telling], counts[telling]
    return Lookup(
        listed=sides[0],
        sought=sides[1],
        keys=np.append(keys[firsts], _NO_KEY),
        firsts=np.append(firsts, 0),
        counts=np.append(counts, 0),
        holders=found & ROW,
        weights=weight_of[by_rank],
        weights_of=np.append(words.weights, (0, 0)).astype(np.int32),
    )


def _coded(columns: Columns, vocabulary: Vocabulary) -> _Tokens:
    """The tokens of all rows, each once a row. A piece of text is taken apart once, however many rows have it."""
    used = np.flatnonzero(np.bincount(columns.codes, minlength=len(columns.pieces)))
    words = [columns.pieces[code].split() for code in used.tolist()]
    lengths = np.zeros(len(columns.pieces), dtype=np.int64)
    lengths[used] = np.fromiter(map(len, words), np.int64, len(words))
    tokens = np.fromiter(map(vocabulary.__getitem__, chain.from_iterable(words)), np.int64, lengths.sum())
    starts, lengths = (np.cumsum(lengths) - lengths)[columns.codes], lengths[columns.codes]
    return _each_once(np.repeat(columns.owners, lengths), tokens[ranges(starts, lengths)])


def _each_once(rows: Ints, codes: Ints) -> _Tokens:
    """A token that stands several times in a row counts once."""
    packed = np.sort(rows << _CODE_BITS | codes)
    once = packed.take(starts_of(packed))
    return _Tokens(once >> _CODE_BITS, once & (1 << _CODE_BITS) - 1)


def ranges(starts: Ints, lengths: Ints) -> Ints:
    """Count up from each start so many times, one range after another."""
    return np.repeat(starts - (np.cumsum(lengths) - lengths), lengths) + np.arange(lengths.sum())


def _ranks(spread: Ints, both: Ints) -> Codes:
    """Each token's rank from rare to common; -1 for a token of one side, which joins no rows."""
    common = (spread > 0) & (spread < both)
    ranks = np.empty(len(both), dtype=np.int32)
    ranks[np.argsort(np.where(common, both, np.iinfo(np.int64).max), kind="stable")] = np.arange(len(both))
    ranks[~common] = -1
    return ranks


def _slices(tokens: _Tokens, rows: int, missing: int) -> Iterator[_Slice]:
    """Some rows after others, with their tokens."""
    starts = range(0, rows, _SLICE_ROWS)
    places = np.searchsorted(tokens.rows, [*starts, rows]).tolist()
    for start, (first, end) in zip(starts, pairwise(places), strict=True):
        yield _Slice(tokens.rows[first:end] - start, tokens.codes[first:end], min(_SLICE_ROWS, rows - start), missing)


def _matrices(words: _Words, of: _Slice) -> _Matrices:
    owners, codes = of.rows, of.codes
    heaviest = np.sort((owners << WEIGHT_BITS | _WEIGHT_MAX - words.weights.take(codes)) << _CODE_BITS | codes)
    owners, codes = heaviest >> WEIGHT_BITS + _CODE_BITS, heaviest & (1 << _CODE_BITS) - 1
    ranks = words.ranks.take(codes)
    common = np.flatnonzero(ranks >= 0)
    by_rank = np.sort(owners.take(common) << 32 | ranks.take(common))
    return _Matrices(
        rare=_first(by_rank >> 32, by_rank & (1 << 32) - 1, shape=(_RARE_MAX, of.size), missing=-1),
        tokens=_first(owners, codes, shape=(_TOKENS_MAX, of.size), missing=of.missing),
        numbers=_numbers(owners, codes, words.numeric, of.size),
    )


def _numbers(owners: Ints, codes: Ints, numeric: Flags, rows: int) -> Ints:
    """The numbers of each row as a set of bits."""
    chosen = np.flatnonzero(numeric.take(codes))
    owners, bits = owners.take(chosen), np.left_shift(1, codes.take(chosen) % _NUMBER_BITS, dtype=np.int64)
    starts, numbers = starts_of(owners), np.full(rows, _ANY_NUMBER, dtype=np.int64)
    if len(starts):
        numbers[owners.take(starts)] = np.bitwise_or.reduceat(bits, starts)
    return numbers


def _side(rows: Columns, made: Sequence[_Matrices]) -> Side:
    rare, tokens, numbers = zip(*made, strict=True)
    whole = partial(np.concatenate, axis=1)
    return Side(whole(rare), whole(tokens), np.concatenate(numbers), rows.days, rows.closes)


def _first(owners: Ints, values: Ints, *, shape: tuple[int, int], missing: int) -> Codes:
    """A matrix of the first values of each row, a column each."""
    counts = np.bincount(owners, minlength=shape[1])
    starts, made = np.cumsum(counts) - counts, np.full(shape, missing, dtype=np.int32)
    for place, row in enumerate(made):
        rows = np.flatnonzero(counts > place)
        row[rows] = values.take(starts.take(rows) + place)
    return made


def keys_of(rare: Codes, *, singles: Flags) -> Ints:
    """The keys of rows (two ranks in one number; a rank twice stands for itself), each with its row behind it."""
    size, ranks, keys = len(singles), rare.astype(np.int64), []
    for two, ranked in enumerate(ranks):
        rows = np.flatnonzero(ranked >= 0)
        right = ranked.take(rows)
        alone = np.flatnonzero(singles.take(right))
        keys.append(right.take(alone) * (size + 1) << ROW_BITS | rows.take(alone))
        keys += [(left.take(rows) * size + right) << ROW_BITS | rows for left in ranks[:two]]
    return np.concatenate(keys)
