"""Candidates: for each market of one venue the few of the other that could be its twin, out of a hundred thousand.

Rare tokens of a row are paired up, and two rows that share such a pair are candidates ("pair keys"): a hundred thousand
rows of ladders have only some thousand different tokens, so that single tokens say little, and pairs much. Candidates
pass two gates (days, numbers), and those that share most weight are scored on all their tokens.

Imports numpy and rapidfuzz: import this module only where catalogues are matched. Sums are of whole numbers, so that
results do not depend on the machine.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from arbkit.core.matching.tokens import Asked

CANDIDATES_MAX = 20
"""How many candidates a market gets."""
_RARE_MAX = 8
"""How many of its rarest tokens a row is looked up by."""
_KEY_ROWS_MAX = 80
"""A pair of tokens that more rows share tells nothing."""
_SINGLE_ROWS_MAX = 50
"""A token that at most so many rows have serves as a key alone."""
_GATED_MAX = 40
_SCORED_MAX = 6
_LIGHTER_MAX = 3
"""A candidate that shares less than one third of what the best one shares is none."""
_BLOCK_ROWS = 2_000
_DAYS_APART_MAX = 21
_ENDS_APART_DAYS_MAX = 400
"""Venues expect ends at very different times: nominations by the convention, or by the election."""
_ENDS_TOLD_DAYS_MAX = 32
_NUMBERS_MAX = 6
_WEIGHT_UNIT = 1_000
_WEIGHT_BITS = 15
_WEIGHT_MAX = (1 << _WEIGHT_BITS - 1) - 1

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]


def candidates(
    listed: Sequence[Asked], sought: Sequence[Asked], *, candidates_max: int = CANDIDATES_MAX
) -> list[tuple[int, int]]:
    """Pairs (index into `listed`, index into `sought`): for each sought market the likeliest listed ones, best first.

    Both sides may be either venue. After a change, seek the changed markets alone among all of the other side.
    """
    if not listed or not sought:
        return []
    lookup = _lookup(listed, sought)
    found: list[tuple[int, int]] = []
    for start in range(0, len(sought), _BLOCK_ROWS):
        rows = np.arange(start, min(start + _BLOCK_ROWS, len(sought)), dtype=np.int32)
        found.extend(_scored(listed, sought, _gated(lookup, lookup.shared(rows)), candidates_max))
    return found


@dataclass(frozen=True, slots=True)
class _Tokens:
    """The tokens of all rows as codes, one after another, with the row of each."""

    codes: Codes
    rows: Codes
    count: int

    def first(self, values: Codes, most: int, chosen: npt.NDArray[np.bool_], filler: int) -> Codes:
        """A matrix of up to `most` values of each row, of those that are chosen; `filler` where a row has fewer."""
        rows, values = self.rows[chosen], values[chosen]
        place = np.arange(len(rows)) - np.searchsorted(rows, np.arange(self.count))[rows]
        made = np.full((self.count, most), filler, dtype=np.int32)
        made[rows[place < most], place[place < most]] = values[place < most]
        return made


@dataclass(frozen=True, slots=True)
class _Shared:
    """Row pairs with the weight of the keys that they share."""

    listed: Ints
    sought: Ints
    weight: Ints

    def where(self, kept: npt.NDArray[np.bool_] | Ints) -> "_Shared":
        """Some of them, or all in another order."""
        return _Shared(self.listed[kept], self.sought[kept], self.weight[kept])

    def heaviest(self, most: int, *, share: int = 0) -> "_Shared":
        """At most so many of each sought row, heaviest first; with `share`, none below one in `share` of the best."""
        if not len(self.weight):
            return self
        top = int(self.weight.max()) + 1
        ordered = self.where(np.argsort(self.sought * top - self.weight, kind="stable"))
        place = ordered.places()
        kept = place < most
        if share:
            kept &= ordered.weight * share >= ordered.weight[np.arange(len(place)) - place]
        return ordered.where(kept)

    def places(self) -> Ints:
        """How many pairs of the same sought row stand before each."""
        starts = np.flatnonzero(np.diff(self.sought, prepend=-1))
        return np.arange(len(self.sought)) - np.repeat(starts, np.diff(np.append(starts, len(self.sought))))


@dataclass(frozen=True, slots=True)
class _Lookup:
    """Listed rows by key, and for both sides the rare tokens, numbers and days."""

    keys: Ints
    firsts: Ints
    counts: Ints
    holders: Codes
    weights: Ints
    sought_rare: Codes
    numbers: tuple[Codes, Codes]
    days: tuple[Codes, Codes]
    ends: tuple[Codes, Codes]
    listed_count: int

    def shared(self, rows: Codes) -> _Shared:
        """Which listed rows share keys with these sought rows."""
        size = len(self.weights)
        keys, holders = _keys(self.sought_rare[rows], rows, size, singles=np.ones(size, dtype=np.bool_))
        place = np.searchsorted(self.keys, keys)
        place[place == len(self.keys)] = 0
        known = self.keys[place] == keys if len(self.keys) else np.zeros(len(keys), dtype=np.bool_)
        place, keys, holders = place[known], keys[known], holders[known]
        left, right = keys // size, keys % size
        weight = self.weights[left] + np.where(left == right, 0, self.weights[right])
        counts = self.counts[place]
        before = np.cumsum(counts) - counts
        listed = self.holders[np.repeat(self.firsts[place] - before, counts) + np.arange(counts.sum())]
        pair = np.repeat(holders.astype(np.int64), counts) * self.listed_count + listed
        packed = np.sort(pair << _WEIGHT_BITS | np.repeat(weight, counts))
        pair = packed >> _WEIGHT_BITS
        starts = np.flatnonzero(np.diff(pair, prepend=-1))
        if not len(starts):
            return _Shared(pair, pair, pair)
        total = np.add.reduceat(packed & (1 << _WEIGHT_BITS) - 1, starts)
        return _Shared(pair[starts] % self.listed_count, pair[starts] // self.listed_count, total)


def _lookup(listed: Sequence[Asked], sought: Sequence[Asked]) -> _Lookup:
    vocabulary = _Vocabulary()
    ours, theirs = _coded(listed, vocabulary), _coded(sought, vocabulary)
    size = max(1, len(vocabulary))
    spread = np.bincount(ours.codes, minlength=size)
    both = spread + np.bincount(theirs.codes, minlength=size)
    # only a token of both sides joins rows; ranks go from rare to common, and -1 is a token of one side
    common = (spread > 0) & (spread < both)
    order = np.argsort(np.where(common, both, np.iinfo(np.int64).max), kind="stable")
    ranks = np.empty(size, dtype=np.int32)
    ranks[order] = np.arange(size, dtype=np.int32)
    ranks[~common] = -1
    spread = np.maximum(spread, 1)[order]
    rows = np.arange(len(listed), dtype=np.int32)
    keys, holders = _keys(_rare(ours, ranks), rows, size, singles=spread <= _SINGLE_ROWS_MAX)
    sorting = np.argsort(keys, kind="stable")
    known, firsts, counts = np.unique(keys[sorting], return_index=True, return_counts=True)
    telling = counts <= _KEY_ROWS_MAX
    numeric = np.fromiter((word[0] == "n" and word[1:2].isdigit() for word in vocabulary), np.bool_, len(vocabulary))
    return _Lookup(
        keys=known[telling],
        firsts=firsts[telling],
        counts=counts[telling],
        holders=holders[sorting],
        weights=np.minimum(np.log(len(listed) / spread + 1) * _WEIGHT_UNIT, _WEIGHT_MAX).astype(np.int64),
        sought_rare=_rare(theirs, ranks),
        numbers=(_numbers(ours, numeric, -1), _numbers(theirs, numeric, -2)),
        days=(_days(listed), _days(sought)),
        ends=(_ends(listed), _ends(sought)),
        listed_count=len(listed),
    )


class _Vocabulary(dict[str, int]):
    """Token -> its code; a new token gets the next one."""

    def __missing__(self, token: str) -> int:
        code = self[token] = len(self)
        return code


def _coded(rows: Sequence[Asked], vocabulary: _Vocabulary) -> _Tokens:
    lengths: list[int] = []
    codes: list[int] = []
    for row in rows:
        words = row.tokens.split()
        lengths.append(len(words))
        codes += [vocabulary[word] for word in words]
    owners = np.repeat(np.arange(len(rows), dtype=np.int32), lengths)
    return _Tokens(np.array(codes, dtype=np.int32), owners, len(rows))


def _rare(tokens: _Tokens, ranks: Codes) -> Codes:
    """The ranks of each row's rarest tokens, rarest first."""
    size = len(ranks)
    kept = ranks[tokens.codes] >= 0
    ordered = np.sort(tokens.rows[kept].astype(np.int64) * size + ranks[tokens.codes[kept]])
    sorted_tokens = _Tokens((ordered % size).astype(np.int32), (ordered // size).astype(np.int32), tokens.count)
    return sorted_tokens.first(sorted_tokens.codes, _RARE_MAX, np.ones(len(ordered), dtype=np.bool_), -1)


def _numbers(tokens: _Tokens, numeric: npt.NDArray[np.bool_], filler: int) -> Codes:
    chosen = numeric[tokens.codes] if len(tokens.codes) else np.zeros(0, dtype=np.bool_)
    return tokens.first(tokens.codes, _NUMBERS_MAX, chosen, filler)


def _days(rows: Sequence[Asked]) -> Codes:
    return np.fromiter((row.day for row in rows), np.int32, len(rows))


def _ends(rows: Sequence[Asked]) -> Codes:
    return np.fromiter((row.closes for row in rows), np.int32, len(rows))


def _keys(rare: Codes, rows: Codes, size: int, *, singles: npt.NDArray[np.bool_]) -> tuple[Ints, Codes]:
    """The keys of rows (two ranks in one number; a rank twice stands for itself) and the row of each key."""
    keys, holders = [], []
    for one in range(rare.shape[1]):
        left = rare[:, one].astype(np.int64)
        alone = (left >= 0) & singles[left]
        keys.append(left[alone] * (size + 1))
        holders.append(rows[alone])
        for two in range(one + 1, rare.shape[1]):
            paired = rare[:, two] >= 0
            keys.append(left[paired] * size + rare[paired, two])
            holders.append(rows[paired])
    return np.concatenate(keys), np.concatenate(holders)


def _gated(lookup: _Lookup, shared: _Shared) -> _Shared:
    """Leave out pairs of other days, those far lighter than the best, and those that have numbers and share none."""
    days = lookup.days[0][shared.listed], lookup.days[1][shared.sought]
    ends = lookup.ends[0][shared.listed], lookup.ends[1][shared.sought]
    ends_apart = np.where((ends[0] > 0) & (ends[1] > 0), abs(ends[0] - ends[1]), 0)
    named = (days[0] > 0) & (days[1] > 0)
    close = np.where(named, abs(days[0] - days[1]) <= _DAYS_APART_MAX, ends_apart <= _ENDS_APART_DAYS_MAX)
    # what ends on other days is the less likely the same, up to a half
    lighter = shared.weight * (2 * _ENDS_TOLD_DAYS_MAX - np.minimum(ends_apart, _ENDS_TOLD_DAYS_MAX))
    shared = _Shared(shared.listed, shared.sought, lighter // (2 * _ENDS_TOLD_DAYS_MAX)).where(close)
    shared = shared.heaviest(_GATED_MAX, share=_LIGHTER_MAX)
    ours, theirs = lookup.numbers[0][shared.listed], lookup.numbers[1][shared.sought]
    same = (ours[:, 0] < 0) | (theirs[:, 0] < 0)
    for column in range(_NUMBERS_MAX):
        same |= (ours == theirs[:, column : column + 1]).any(axis=1)
    return shared.where(same)


def _scored(
    listed: Sequence[Asked], sought: Sequence[Asked], shared: _Shared, candidates_max: int
) -> Iterator[tuple[int, int]]:
    """Order the best by their weight and by how far the tokens of one row are those of the other; the rest follows."""
    shared = shared.heaviest(candidates_max)
    top = np.flatnonzero(shared.places() < _SCORED_MAX)
    scores = process.cpdist(
        [listed[row].tokens for row in shared.listed[top].tolist()],
        [sought[row].tokens for row in shared.sought[top].tolist()],
        scorer=fuzz.token_set_ratio,
        dtype=np.uint8,
    )
    weight = shared.weight.copy()
    weight[top] *= scores.astype(np.int64) + 1
    best = _Shared(shared.listed, shared.sought, weight).heaviest(candidates_max)
    return zip(best.listed.tolist(), best.sought.tolist(), strict=True)
