"""Candidates: for each market of one venue the few of the other that could be its twin, out of a hundred thousand.

Rows that share a rare pair of tokens pass two gates (numbers, days), and those that share most weight are scored on all
their tokens.

Imports numpy: import this module only where catalogues are matched. Pairs stand in packed whole numbers, so that one
sort orders them by everything, and sums are exact: results do not depend on the machine.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from arbkit.core.matching.columns import Codes, Columns, Ints, places, starts_of
from arbkit.core.matching.lookup import ROW, ROW_BITS, WEIGHT_BITS, Flags, Lookup, keys_of, lookup_of, ranges
from arbkit.core.spread import Spread, here

CANDIDATES_MAX = 20
"""How many candidates a market gets."""
_SCORED_MAX = 6
_LIGHTER_MAX = 3
"""A candidate that shares less than one third of what the best one shares is none."""
_BLOCK_ROWS = 4_000
_DAYS_APART_MAX = 21
_ENDS_APART_DAYS_MAX = 400
"""Venues expect ends at very different times: nominations by the convention, or by the election."""
_TOLD_BITS = 6
_ENDS_TOLD_MAX = 1 << _TOLD_BITS - 1
"""Beyond so many days apart it does not matter how far."""
_SUM_BITS = 21
"""Room for the weights of all keys that two rows can share."""
_SUM_MAX = (1 << _SUM_BITS) - 1


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

    def in_order(self) -> "Candidates":
        """The same pairs by their listed rows, as they are judged: millions of pairs are sorted faster here."""
        order = np.lexsort((self.sought, self.listed))
        return Candidates(self.listed.take(order), self.sought.take(order))


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
    lookup = lookup_of(listed, sought, spread)
    found = list(spread(partial(_block, lookup, candidates_max), range(0, len(sought), _BLOCK_ROWS)))
    return Candidates(*map(np.concatenate, zip(*found, strict=True)))


def _block(lookup: Lookup, most: int, start: int) -> tuple[Ints, Ints]:
    """The candidates of one block of sought rows."""
    shared = _summed(_near(lookup, start, _met(lookup, start)))
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
        packed = np.sort((self.sought << _SUM_BITS | _SUM_MAX - self.weight) << ROW_BITS | self.listed)
        packed = packed.take(np.flatnonzero(places(packed >> _SUM_BITS + ROW_BITS) < most))
        lighter = packed >> ROW_BITS & _SUM_MAX
        return _Shared(packed >> _SUM_BITS + ROW_BITS, packed & ROW, _SUM_MAX - lighter)


class _Met(NamedTuple):
    """Rows that share a key, once for each key that they share."""

    listed: Ints
    sought: Ints
    """Where they count from the start of their block."""
    weight: Ints
    """Of the key."""


def _met(lookup: Lookup, start: int) -> _Met:
    """Which listed rows share a key with the sought rows of a block, and have a number in common."""
    size = len(lookup.weights)
    found = keys_of(lookup.sought.rare[:, start : start + _BLOCK_ROWS], singles=np.ones(size, dtype=np.bool_))
    found.sort()  # neighbours are found near each other
    keys, rows = found >> ROW_BITS, found & ROW
    place = np.searchsorted(lookup.keys, keys)
    known = np.flatnonzero(lookup.keys.take(place) == keys)
    place, keys, rows = place.take(known), keys.take(known), rows.take(known)
    left, right = np.divmod(keys, size)
    weight = lookup.weights.take(left) + np.where(left == right, 0, lookup.weights.take(right))
    counts = lookup.counts.take(place)
    listed = lookup.holders.take(ranges(lookup.firsts.take(place), counts))
    numbers = lookup.listed.numbers.take(listed) & np.repeat(lookup.sought.numbers.take(rows + start), counts)
    fits = np.flatnonzero(numbers)
    met = np.repeat(rows << WEIGHT_BITS | weight, counts).take(fits)
    return _Met(listed.take(fits), met >> WEIGHT_BITS, met & (1 << WEIGHT_BITS) - 1)


def _near(lookup: Lookup, start: int, met: _Met) -> Ints:
    """Leave out what is of other days. In one number each: sought row, listed row, how many days apart they end as far
    as that matters, and the weight."""
    sought = met.sought + start
    days = lookup.listed.days.take(met.listed), lookup.sought.days.take(sought)
    ends = lookup.listed.ends.take(met.listed), lookup.sought.ends.take(sought)
    ends_apart = np.abs(ends[0] - ends[1]) * (np.minimum(*ends) > 0)
    named = np.minimum(*days) > 0
    near = np.where(named, np.abs(days[0] - days[1]) <= _DAYS_APART_MAX, ends_apart <= _ENDS_APART_DAYS_MAX)
    told = np.minimum(ends_apart, _ENDS_TOLD_MAX)
    packed: Ints = ((met.sought << ROW_BITS | met.listed) << _TOLD_BITS | told) << WEIGHT_BITS | met.weight
    found: Ints = packed[near]
    return found


def _summed(near: Ints) -> _Shared:
    """Pairs with the weight of all the keys that they share, without those that are far lighter than the best. What
    ends on other days is the less likely the same: it counts less, down to a half."""
    near.sort()
    pairs = near >> WEIGHT_BITS
    starts = starts_of(pairs)
    if not len(starts):
        return _Shared(pairs, pairs, pairs)
    pairs, weight = pairs.take(starts), np.add.reduceat(near & (1 << WEIGHT_BITS) - 1, starts)
    weight = weight * ((1 << _TOLD_BITS) - (pairs & (1 << _TOLD_BITS) - 1)) >> _TOLD_BITS
    sought = pairs >> _TOLD_BITS + ROW_BITS
    starts = starts_of(sought)
    best = np.repeat(np.maximum.reduceat(weight, starts), np.diff(starts, append=len(sought)))
    heavy = np.flatnonzero(weight * _LIGHTER_MAX >= best)
    return _Shared(sought, pairs >> _TOLD_BITS & ROW, weight).at(heavy)


def _common(ours: Codes, theirs: Codes) -> Flags:
    """Which values of each column of `ours` stand in the same column of `theirs`."""
    found: Flags = ours == theirs[0]
    for row in theirs[1:]:
        found |= ours == row
    return found


def _scored(lookup: Lookup, start: int, shared: _Shared) -> Ints:
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
