"""Candidates: for each market of one venue the few of the other that could be its twin, out of a hundred thousand.

Rare tokens of a row are paired up, and two rows that share such a pair are candidates ("pair keys"): a hundred thousand
rows of ladders have only some thousand different tokens, so that single tokens say little, and pairs much. Candidates
pass two gates (days, numbers), and those that share most weight are scored on all their tokens.

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

from arbkit.core.matching.columns import Codes, Columns, Ints, Vocabulary, places
from arbkit.core.spread import Spread, here

CANDIDATES_MAX = 20
"""How many candidates a market gets."""
_RARE_MAX = 8
"""How many of its rarest tokens a row is looked up by."""
_KEY_ROWS_FLOOR = 48
_KEY_ROWS_SHARE = 2_000
"""A pair of tokens that more than one row in so many shares, and more than the floor, tells nothing."""
_SINGLE_ROWS_MAX = 50
"""A token that at most so many rows have serves as a key alone."""
_SCORED_MAX = 6
_SCORED_TOKENS_MAX = 14
_LIGHTER_MAX = 3
"""A candidate that shares less than one third of what the best one shares is none."""
_SLICE_ROWS = 20_000
_BLOCK_ROWS = 2_000
_DAYS_APART_MAX = 21
_ENDS_APART_DAYS_MAX = 400
"""Venues expect ends at very different times: nominations by the convention, or by the election."""
_ENDS_TOLD_BITS = 5
"""Beyond 32 days apart it does not matter how far."""
_NUMBER_BITS = 63
_ANY_NUMBER = -1
_WEIGHT_UNIT = 1_000
_WEIGHT_BITS = 15
_WEIGHT_MAX = (1 << _WEIGHT_BITS - 1) - 1
_SUM_BITS = 21
"""Room for the weights of all keys that two rows can share."""
_ROW_BITS = 24
_CODE_BITS = 24

Flags = npt.NDArray[np.bool_]
Found = tuple[Ints, Ints]
"""Pairs of rows: listed, sought."""


def candidates(
    listed: Columns,
    sought: Columns,
    *,
    candidates_max: int = CANDIDATES_MAX,
    spread: Spread = here,
) -> list[tuple[int, int]]:
    """Pairs (index into `listed`, index into `sought`): for each sought market the likeliest listed ones, best first.

    Both sides may be either venue. After a change, seek the changed markets alone among all of the other side. The
    work may be spread over threads.
    """
    if not len(listed) or not len(sought):
        return []
    lookup = _lookup(listed, sought, spread)
    found: list[tuple[int, int]] = []
    for one, two in spread(partial(_block, lookup, candidates_max), range(0, len(sought), _BLOCK_ROWS)):
        found.extend(zip(one.tolist(), two.tolist(), strict=True))
    return found


def _block(lookup: "_Lookup", most: int, start: int) -> Found:
    """The candidates of one block of sought rows."""
    shared = _gated(lookup, start, lookup.shared(start))
    best = _scored(lookup, start, shared.heaviest(most))
    return best.listed, best.sought + start


@dataclass(frozen=True, slots=True)
class _Shared:
    """Row pairs with the weight that they share, by sought row; sought rows count from the start of their block."""

    sought: Ints
    listed: Ints
    weight: Ints

    def where(self, kept: Flags) -> "_Shared":
        """Some of them."""
        return _Shared(self.sought[kept], self.listed[kept], self.weight[kept])

    def heaviest(self, most: int) -> "_Shared":
        """At most so many of each sought row, heaviest first."""
        lighter = (1 << _SUM_BITS) - 1 - self.weight
        packed = np.sort((self.sought << _SUM_BITS | lighter) << _ROW_BITS | self.listed)
        ordered = _Shared(
            packed >> _SUM_BITS + _ROW_BITS,
            packed & (1 << _ROW_BITS) - 1,
            (1 << _SUM_BITS) - 1 - (packed >> _ROW_BITS & (1 << _SUM_BITS) - 1),
        )
        return ordered.where(ordered.places() < most)

    def starts(self) -> Ints:
        """Where each sought row starts."""
        return np.flatnonzero(np.diff(self.sought, prepend=-1))

    def of_row(self, values: Ints, starts: Ints) -> Ints:
        """One value a sought row -> one value a pair."""
        return np.repeat(values, np.diff(starts, append=len(self.sought)))

    def places(self) -> Ints:
        """How many pairs of the same sought row stand before each."""
        return places(self.sought)


@dataclass(frozen=True, slots=True)
class _Side:
    """The rows of one venue. Matrices have a row each; what is missing is negative, and differs from side to side."""

    rare: Codes
    """Ranks of the rarest tokens that both sides have, rarest first."""
    tokens: Codes
    """The heaviest tokens, heaviest first."""
    weights: Codes
    """The weights of `tokens`."""
    numbers: Ints
    """The numbers of each row as a set of bits, some of which stand for several numbers: a gate, not a proof. What has
    no number fits all."""
    days: Codes
    ends: Codes


@dataclass(frozen=True, slots=True)
class _Lookup:
    """Both sides, and the listed rows by key."""

    listed: _Side
    sought: _Side
    keys: Ints
    firsts: Ints
    counts: Ints
    holders: Ints
    weights: Ints

    def shared(self, start: int) -> _Shared:
        """Which listed rows share keys with the sought rows of a block, and the weight of all these keys."""
        size = len(self.weights)
        keys, rows = _keys(self.sought.rare[start : start + _BLOCK_ROWS], size, singles=np.ones(size, dtype=np.bool_))
        packed = np.sort(keys << _ROW_BITS | rows)  # neighbours are found near each other
        keys, rows = packed >> _ROW_BITS, packed & (1 << _ROW_BITS) - 1
        place = np.searchsorted(self.keys, keys)
        place[place == len(self.keys)] = 0
        known = self.keys[place] == keys if len(self.keys) else np.zeros(len(keys), dtype=np.bool_)
        place, keys, rows = place[known], keys[known], rows[known]
        left, right = np.divmod(keys, size)
        weight = self.weights[left] + np.where(left == right, 0, self.weights[right])
        counts = self.counts[place]
        listed = self.holders[_ranges(self.firsts[place], counts)]
        packed = np.repeat(rows << _ROW_BITS + _WEIGHT_BITS | weight, counts) | listed << _WEIGHT_BITS
        packed.sort()
        pair = packed >> _WEIGHT_BITS
        starts = np.flatnonzero(np.diff(pair, prepend=-1))
        total = np.add.reduceat(packed & (1 << _WEIGHT_BITS) - 1, starts) if len(starts) else pair
        pair = pair[starts]
        return _Shared(pair >> _ROW_BITS, pair & (1 << _ROW_BITS) - 1, total)


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
    """What `_Side` has of the same name."""

    rare: Codes
    tokens: Codes
    weights: Codes
    numbers: Ints


@dataclass(frozen=True, slots=True)
class _Words:
    """What is known of each token, by its code."""

    ranks: Codes
    weights: Codes
    numeric: Flags


def _lookup(listed: Columns, sought: Columns, spread_over: Spread) -> _Lookup:
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
    keys, rows = _keys(sides[0].rare, size, singles=spread[by_rank] <= _SINGLE_ROWS_MAX)
    packed = np.sort(keys << _ROW_BITS | rows)
    firsts = np.flatnonzero(np.diff(packed >> _ROW_BITS, prepend=-1))
    counts = np.diff(firsts, append=len(packed))
    telling = counts <= max(_KEY_ROWS_FLOOR, len(listed) // _KEY_ROWS_SHARE)
    return _Lookup(
        listed=sides[0],
        sought=sides[1],
        keys=packed[firsts[telling]] >> _ROW_BITS,
        firsts=firsts[telling],
        counts=counts[telling],
        holders=packed & (1 << _ROW_BITS) - 1,
        weights=weight_of[by_rank],
    )


def _coded(columns: Columns, vocabulary: Vocabulary) -> _Tokens:
    """The tokens of all rows, each once a row. A piece of text is taken apart once, however many rows have it."""
    words = [piece.split() for piece in columns.pieces]
    lengths = np.fromiter(map(len, words), np.int64, len(words))
    tokens = np.fromiter(map(vocabulary.__getitem__, chain.from_iterable(words)), np.int64, lengths.sum())
    starts, lengths = (np.cumsum(lengths) - lengths)[columns.codes], lengths[columns.codes]
    return _each_once(np.repeat(columns.owners, lengths), tokens[_ranges(starts, lengths)])


def _each_once(rows: Ints, codes: Ints) -> _Tokens:
    """A token that stands several times in a row counts once."""
    packed = np.sort(rows << _CODE_BITS | codes)
    once = packed[np.diff(packed, prepend=-1) != 0]
    return _Tokens(once >> _CODE_BITS, once & (1 << _CODE_BITS) - 1)


def _ranges(starts: Ints, lengths: Ints) -> Ints:
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
    heaviest = np.sort((owners << _WEIGHT_BITS | _WEIGHT_MAX - words.weights[codes]) << _CODE_BITS | codes)
    owners, codes = heaviest >> _WEIGHT_BITS + _CODE_BITS, heaviest & (1 << _CODE_BITS) - 1
    kept = words.ranks[codes] >= 0
    by_rank = np.sort(owners[kept] << 32 | words.ranks[codes[kept]])
    chosen = words.numeric[codes] if len(codes) else np.zeros(0, dtype=np.bool_)
    numbers = np.zeros(of.size, dtype=np.int64)
    np.bitwise_or.at(numbers, owners[chosen], np.left_shift(1, codes[chosen] % _NUMBER_BITS, dtype=np.int64))
    numbers[numbers == 0] = _ANY_NUMBER
    first = partial(_first, count=of.size)
    return _Matrices(
        rare=first(by_rank >> 32, by_rank & (1 << 32) - 1, most=_RARE_MAX, missing=-1),
        tokens=first(owners, codes, most=_SCORED_TOKENS_MAX, missing=of.missing),
        weights=first(owners, words.weights[codes], most=_SCORED_TOKENS_MAX, missing=0),
        numbers=numbers,
    )


def _side(rows: Columns, made: Sequence[_Matrices]) -> _Side:
    rare, tokens, weights, numbers = map(np.concatenate, zip(*made, strict=True))
    return _Side(rare, tokens, weights, numbers, rows.days, rows.closes)


def _first(owners: Ints, values: Codes | Ints, *, count: int, most: int, missing: int) -> Codes:
    """A matrix of up to `most` values of each row."""
    place = places(owners)
    kept = place < most
    made = np.full((count, most), missing, dtype=np.int32)
    made[owners[kept], place[kept]] = values[kept]
    return made


def _keys(rare: Codes, size: int, *, singles: Flags) -> tuple[Ints, Ints]:
    """The keys of rows (two ranks in one number; a rank twice stands for itself) and the row of each key."""
    keys, rows = [], []
    for one in range(rare.shape[1]):
        left = rare[:, one].astype(np.int64)
        alone = np.flatnonzero((left >= 0) & singles[left])
        keys.append(left[alone] * (size + 1))
        rows.append(alone)
        for two in range(one + 1, rare.shape[1]):
            paired = np.flatnonzero(rare[:, two] >= 0)
            keys.append(left[paired] * size + rare[paired, two])
            rows.append(paired)
    return np.concatenate(keys), np.concatenate(rows)


def _gated(lookup: _Lookup, start: int, shared: _Shared) -> _Shared:
    """Leave out pairs whose numbers differ, those of other days, and those far lighter than the best."""
    shared = shared.where(lookup.listed.numbers[shared.listed] & lookup.sought.numbers[shared.sought + start] != 0)
    sought = shared.sought + start
    days = lookup.listed.days[shared.listed], lookup.sought.days[sought]
    ends = lookup.listed.ends[shared.listed], lookup.sought.ends[sought]
    ends_apart = np.abs(ends[0] - ends[1]) * ((ends[0] > 0) & (ends[1] > 0))
    named = (days[0] > 0) & (days[1] > 0)
    close = np.where(named, np.abs(days[0] - days[1]) <= _DAYS_APART_MAX, ends_apart <= _ENDS_APART_DAYS_MAX)
    # what ends on other days is the less likely the same, up to a half
    told = 1 << _ENDS_TOLD_BITS
    lighter = shared.weight * (2 * told - np.minimum(ends_apart, told)) >> _ENDS_TOLD_BITS + 1
    kept = _Shared(shared.sought, shared.listed, lighter).where(close)
    if not len(kept.sought):
        return kept
    starts = kept.starts()
    best = kept.of_row(np.maximum.reduceat(kept.weight, starts), starts)
    return kept.where(kept.weight * _LIGHTER_MAX >= best)


def _common(ours: Codes, theirs: Codes) -> Flags:
    """Which values of each row of `ours` stand in the same row of `theirs`."""
    found: Flags = ours == theirs[:, :1]
    for column in range(1, theirs.shape[1]):
        found |= ours == theirs[:, column : column + 1]
    return found


def _scored(lookup: _Lookup, start: int, shared: _Shared) -> _Shared:
    """Order the best by their weight and by what part of all their tokens they share; the rest follows."""
    places = shared.places()
    top = places < _SCORED_MAX
    listed, sought = shared.listed[top], shared.sought[top] + start
    ours, theirs = lookup.listed.weights[listed], lookup.sought.weights[sought]
    common = (_common(lookup.listed.tokens[listed], lookup.sought.tokens[sought]) * ours).sum(axis=1)
    of_all = ours.sum(axis=1) + theirs.sum(axis=1) - common
    score = (common << 10) // np.maximum(of_all, 1) + 1
    half = 1 << _SUM_BITS - 1
    weight = np.minimum(shared.weight, half - 1)
    weight[top] = half + (weight[top] * score >> 11)
    return _Shared(shared.sought, shared.listed, weight).heaviest(CANDIDATES_MAX)
