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

from arbkit.core.matching.columns import Codes, Columns, Ints, Vocabulary, places, starts_of
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
_BLOCK_ROWS = 4_000
_DAYS_APART_MAX = 21
_ENDS_APART_DAYS_MAX = 400
"""Venues expect ends at very different times: nominations by the convention, or by the election."""
_ENDS_TOLD_MAX = 32
"""Beyond so many days apart it does not matter how far."""
_TOLD_BITS = 6
_NUMBER_BITS = 63
_ANY_NUMBER = -1
_WEIGHT_UNIT = 1_000
_WEIGHT_BITS = 15
_WEIGHT_MAX = (1 << _WEIGHT_BITS - 1) - 1
_SUM_BITS = 21
"""Room for the weights of all keys that two rows can share."""
_SUM_MAX = (1 << _SUM_BITS) - 1
_ROW_BITS = 24
_ROW = (1 << _ROW_BITS) - 1
_CODE_BITS = 24
_NO_KEY = np.iinfo(np.int64).max
"""Behind all keys, so that each that is sought has a place."""

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Pairs of rows, those of a sought row together and the likeliest first. There may be a million of them."""

    listed: Ints
    sought: Ints

    def __len__(self) -> int:
        return len(self.sought)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """Pair by pair: (index into `listed`, index into `sought`)."""
        return zip(self.listed.tolist(), self.sought.tolist(), strict=True)


def candidates(
    listed: Columns,
    sought: Columns,
    *,
    candidates_max: int = CANDIDATES_MAX,
    spread: Spread = here,
) -> Candidates:
    """For each sought market the likeliest listed ones.

    Both sides may be either venue. After a change, seek the changed markets alone among all of the other side. The
    work may be spread over threads.
    """
    if not len(listed) or not len(sought):
        return Candidates(*np.zeros((2, 0), dtype=np.int64))
    lookup = _lookup(listed, sought, spread)
    found = list(spread(partial(_block, lookup, candidates_max), range(0, len(sought), _BLOCK_ROWS)))
    return Candidates(*map(np.concatenate, zip(*found, strict=True)))


def _block(lookup: "_Lookup", most: int, start: int) -> tuple[Ints, Ints]:
    """The candidates of one block of sought rows."""
    shared = _summed(_near(lookup, start, lookup.met(start)))
    best = shared.heaviest(most)
    return _scored(lookup, start, best), best.sought + start


@dataclass(frozen=True, slots=True)
class _Shared:
    """Row pairs with the weight that they share, by sought row; sought rows count from the start of their block."""

    sought: Ints
    listed: Ints
    weight: Ints

    def at(self, kept: Ints) -> "_Shared":
        """Those in some places."""
        return _Shared(self.sought.take(kept), self.listed.take(kept), self.weight.take(kept))

    def heaviest(self, most: int) -> "_Shared":
        """At most so many of each sought row, heaviest first."""
        packed = np.sort((self.sought << _SUM_BITS | _SUM_MAX - self.weight) << _ROW_BITS | self.listed)
        packed = packed.take(np.flatnonzero(places(packed >> _SUM_BITS + _ROW_BITS) < most))
        lighter = packed >> _ROW_BITS & _SUM_MAX
        return _Shared(packed >> _SUM_BITS + _ROW_BITS, packed & _ROW, _SUM_MAX - lighter)


class _Met(NamedTuple):
    """Rows that share a key, once for each key that they share."""

    listed: Ints
    sought: Ints
    """Where they count from the start of their block."""
    weight: Ints
    """Of the key."""


@dataclass(frozen=True, slots=True)
class _Side:
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
class _Lookup:
    """Both sides, and the listed rows by key."""

    listed: _Side
    sought: _Side
    keys: Ints
    firsts: Ints
    counts: Ints
    holders: Ints
    weights: Ints
    """By rank."""
    weights_of: Codes
    """By code, and nothing for what is missing."""

    def met(self, start: int) -> _Met:
        """Which listed rows share a key with the sought rows of a block, and have a number in common."""
        size = len(self.weights)
        found = _keys(self.sought.rare[:, start : start + _BLOCK_ROWS], singles=np.ones(size, dtype=np.bool_))
        found.sort()  # neighbours are found near each other
        keys, rows = found >> _ROW_BITS, found & _ROW
        place = np.searchsorted(self.keys, keys)
        known = np.flatnonzero(self.keys.take(place) == keys)
        place, keys, rows = place.take(known), keys.take(known), rows.take(known)
        left, right = np.divmod(keys, size)
        weight = self.weights.take(left) + np.where(left == right, 0, self.weights.take(right))
        counts = self.counts.take(place)
        listed = self.holders.take(_ranges(self.firsts.take(place), counts))
        numbers = self.listed.numbers.take(listed) & np.repeat(self.sought.numbers.take(rows + start), counts)
        fits = np.flatnonzero(numbers)
        met = np.repeat(rows << _WEIGHT_BITS | weight, counts).take(fits)
        return _Met(listed.take(fits), met >> _WEIGHT_BITS, met & (1 << _WEIGHT_BITS) - 1)


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
    found = _keys(sides[0].rare, singles=spread[by_rank] <= _SINGLE_ROWS_MAX)
    found.sort()
    keys = found >> _ROW_BITS
    firsts = starts_of(keys)
    counts = np.diff(firsts, append=len(keys))
    telling = counts <= max(_KEY_ROWS_FLOOR, len(listed) // _KEY_ROWS_SHARE)
    firsts, counts = firsts[telling], counts[telling]
    return _Lookup(
        listed=sides[0],
        sought=sides[1],
        keys=np.append(keys[firsts], _NO_KEY),
        firsts=np.append(firsts, 0),
        counts=np.append(counts, 0),
        holders=found & _ROW,
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
    return _each_once(np.repeat(columns.owners, lengths), tokens[_ranges(starts, lengths)])


def _each_once(rows: Ints, codes: Ints) -> _Tokens:
    """A token that stands several times in a row counts once."""
    packed = np.sort(rows << _CODE_BITS | codes)
    once = packed.take(starts_of(packed))
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
    heaviest = np.sort((owners << _WEIGHT_BITS | _WEIGHT_MAX - words.weights.take(codes)) << _CODE_BITS | codes)
    owners, codes = heaviest >> _WEIGHT_BITS + _CODE_BITS, heaviest & (1 << _CODE_BITS) - 1
    ranks = words.ranks.take(codes)
    common = np.flatnonzero(ranks >= 0)
    by_rank = np.sort(owners.take(common) << 32 | ranks.take(common))
    return _Matrices(
        rare=_first(by_rank >> 32, by_rank & (1 << 32) - 1, shape=(_RARE_MAX, of.size), missing=-1),
        tokens=_first(owners, codes, shape=(_SCORED_TOKENS_MAX, of.size), missing=of.missing),
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


def _side(rows: Columns, made: Sequence[_Matrices]) -> _Side:
    rare, tokens, numbers = zip(*made, strict=True)
    whole = partial(np.concatenate, axis=1)
    return _Side(whole(rare), whole(tokens), np.concatenate(numbers), rows.days, rows.closes)


def _first(owners: Ints, values: Ints, *, shape: tuple[int, int], missing: int) -> Codes:
    """A matrix of the first values of each row, a column each."""
    counts = np.bincount(owners, minlength=shape[1])
    starts, made = np.cumsum(counts) - counts, np.full(shape, missing, dtype=np.int32)
    for place, row in enumerate(made):
        rows = np.flatnonzero(counts > place)
        row[rows] = values.take(starts.take(rows) + place)
    return made


def _keys(rare: Codes, *, singles: Flags) -> Ints:
    """The keys of rows (two ranks in one number; a rank twice stands for itself), each with its row behind it."""
    size, ranks, keys = len(singles), rare.astype(np.int64), []
    for two, ranked in enumerate(ranks):
        rows = np.flatnonzero(ranked >= 0)
        right = ranked.take(rows)
        alone = np.flatnonzero(singles.take(right))
        keys.append(right.take(alone) * (size + 1) << _ROW_BITS | rows.take(alone))
        keys += [(left.take(rows) * size + right) << _ROW_BITS | rows for left in ranks[:two]]
    return np.concatenate(keys)


def _near(lookup: _Lookup, start: int, met: _Met) -> Ints:
    """Leave out what is of other days. In one number each: sought row, listed row, how many days apart they end as far
    as that matters, and the weight."""
    sought = met.sought + start
    days = lookup.listed.days.take(met.listed), lookup.sought.days.take(sought)
    ends = lookup.listed.ends.take(met.listed), lookup.sought.ends.take(sought)
    ends_apart = np.abs(ends[0] - ends[1]) * (np.minimum(*ends) > 0)
    named = np.minimum(*days) > 0
    near = np.where(named, np.abs(days[0] - days[1]) <= _DAYS_APART_MAX, ends_apart <= _ENDS_APART_DAYS_MAX)
    told = np.minimum(ends_apart, _ENDS_TOLD_MAX)
    packed: Ints = ((met.sought << _ROW_BITS | met.listed) << _TOLD_BITS | told) << _WEIGHT_BITS | met.weight
    found: Ints = packed[near]
    return found


def _summed(near: Ints) -> _Shared:
    """Pairs with the weight of all the keys that they share, without those that are far lighter than the best. What
    ends on other days is the less likely the same: it counts less, down to a half."""
    near.sort()
    pairs = near >> _WEIGHT_BITS
    starts = starts_of(pairs)
    if not len(starts):
        return _Shared(pairs, pairs, pairs)
    pairs, weight = pairs.take(starts), np.add.reduceat(near & (1 << _WEIGHT_BITS) - 1, starts)
    weight = weight * (2 * _ENDS_TOLD_MAX - (pairs & (1 << _TOLD_BITS) - 1)) // (2 * _ENDS_TOLD_MAX)
    sought = pairs >> _TOLD_BITS + _ROW_BITS
    starts = starts_of(sought)
    best = np.repeat(np.maximum.reduceat(weight, starts), np.diff(starts, append=len(sought)))
    heavy = np.flatnonzero(weight * _LIGHTER_MAX >= best)
    return _Shared(sought, pairs >> _TOLD_BITS & _ROW, weight).at(heavy)


def _common(ours: Codes, theirs: Codes) -> Flags:
    """Which values of each column of `ours` stand in the same column of `theirs`."""
    found: Flags = ours == theirs[0]
    for row in theirs[1:]:
        found |= ours == row
    return found


def _scored(lookup: _Lookup, start: int, shared: _Shared) -> Ints:
    """The listed rows, the best ordered by their weight and by what part of all their tokens they share."""
    top = np.flatnonzero(places(shared.sought) < _SCORED_MAX)
    first = shared.at(top)
    listed, sought = first.listed, first.sought + start
    ours, theirs = lookup.listed.tokens.take(listed, axis=1), lookup.sought.tokens.take(sought, axis=1)
    weights, of_theirs = lookup.weights_of[ours], lookup.weights_of[theirs].sum(axis=0)
    both = (weights * _common(ours, theirs)).sum(axis=0)
    of_all = weights.sum(axis=0) + of_theirs - both
    score = (both << 10) // np.maximum(of_all, 1) + 1
    weight = np.minimum(first.weight * score >> 11, _SUM_MAX)
    ordered = shared.listed.copy()
    ordered[top] = _Shared(first.sought, listed, weight).heaviest(_SCORED_MAX).listed
    return ordered
