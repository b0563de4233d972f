"""The words of many markets at once: few pieces make many titles, so that each piece is read once, whoever has it.

Imports numpy: import this module only where catalogues are matched.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from operator import itemgetter

import numpy as np
import numpy.typing as npt

from arbkit.core.matching.errand import tokens_of_each
from arbkit.core.matching.texts import TEXT_LENGTH_MAX, Asked, Texts, day_named, is_dated, key_date
from arbkit.core.spread import Spread, here

_BLOCK_ROWS = 10_000
_PIECES_TOGETHER, _PARTS_AHEAD = 1_000, 48
"""Parts take a hundredth of a second: who reads them gets enough to be busy while the next are cut."""
_SEAM, _ROW = "\n", "\0"
_BETWEEN = f"{_SEAM}{_ROW}{_SEAM}"
_SEAMS = (b" vs. ", b" at ", b" win ", b" during ", b" on ", b" by ", b" (")
"""Where no phrase and no date goes on, and so after ": "."""
_NO_DAY = -1

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """What the markets of one side are found by."""

    pieces: Sequence[str]
    """The tokens of each piece of a text, separated by blanks."""
    owners: Ints
    """For every piece that a row has, the row; a row may have one several times."""
    codes: Ints
    """For the same, which piece it is."""
    days: Codes
    closes: Codes

    def __len__(self) -> int:
        return len(self.days)

    def __iter__(self) -> Iterator[Asked]:
        """One row after another."""
        ordered = np.argsort(self.owners, kind="stable")
        ends = np.cumsum(np.bincount(self.owners, minlength=len(self))).tolist()
        texts = [self.pieces[code] for code in self.codes[ordered].tolist()]
        rows = zip([0, *ends], ends, self.days.tolist(), self.closes.tolist(), strict=False)
        return (Asked(_SEAM.join(texts[start:end]), day, closes) for start, end, day, closes in rows)


class Vocabulary(dict[str, int]):
    """Text -> its code; a new one gets the next."""

    def __missing__(self, text: str) -> int:
        code = self[text] = len(self)
        return code


def asked(rows: Sequence[Texts], spread: Spread = here) -> Columns:
    """Read the words of many texts. The work may be spread over processes."""
    [found] = asked_of_all([rows], spread)
    return found


def asked_of_all(sides: Sequence[Sequence[Texts]], spread: Spread = here) -> list[Columns]:
    """The same for the texts of several venues at once."""
    numbers, cut = Vocabulary({_ROW: 0}), [list[Ints]() for _ in sides]
    met = list[int]()

    def unread() -> Iterator[list[str]]:
        """Pieces as they are met: while some are read, the next texts are cut."""
        known = len(numbers)
        for side, rows in enumerate(sides):
            for start in range(0, len(rows), _BLOCK_ROWS):
                cut[side].append(_cut(rows[start : start + _BLOCK_ROWS], numbers))
                fresh = list(islice(numbers, known, None))
                known = len(numbers)
                yield from (fresh[first : first + _PIECES_TOGETHER] for first in range(0, len(fresh), _PIECES_TOGETHER))
            met.append(known)

    pieces, dates, found = [""], [""], list[Columns]()
    for read in chain(spread(tokens_of_each, unread(), ahead=_PARTS_AHEAD), [[]]):
        pieces += read
        dates += map(_dates, read)
        while len(met) == len(sides) > len(found) and met[len(found)] <= len(pieces):
            found.append(_columns_of(sides[len(found)], pieces, dates, cut[len(found)]))
    return found


def _columns_of(rows: Sequence[Texts], pieces: Sequence[str], dates: Sequence[str], cut: Sequence[Ints]) -> Columns:
    codes = np.concatenate(cut) if cut else np.zeros(0, dtype=np.int64)
    says = np.flatnonzero(np.fromiter(map(bool, pieces), np.bool_, len(pieces)).take(codes))
    owners, codes = np.cumsum(codes == 0).take(says), codes.take(says)
    days = _days(dates, owners, codes, len(rows))
    named, undated = Vocabulary({"": 0}), np.flatnonzero(days == _NO_DAY)
    by_key = np.array([named[key_date(rows[row].key)] for row in undated.tolist()], dtype=np.int64)
    dated = np.flatnonzero(by_key)
    return Columns(
        pieces=[*pieces, *named],
        owners=np.concatenate((owners, undated.take(dated))),
        codes=np.concatenate((codes, by_key.take(dated) + len(pieces))),
        days=np.maximum(days, 0).astype(np.int32),
        closes=np.fromiter(map(itemgetter(2), rows), np.int32, len(rows)),
    )


def columns(rows: Sequence[Asked]) -> Columns:
    """Rows that were read before, as columns."""
    numbers, texts = Vocabulary(), [row.tokens for row in rows]
    held = _SEAM.join(texts).split(_SEAM) if texts else []
    return Columns(
        codes=np.fromiter(map(numbers.__getitem__, held), np.int64, len(held)),
        owners=np.repeat(np.arange(len(rows)), [text.count(_SEAM) + 1 for text in texts]),
        pieces=list(numbers),
        days=np.array([row.day for row in rows], dtype=np.int32),
        closes=np.array([row.closes for row in rows], dtype=np.int32),
    )


def places(rows: Ints) -> Ints:
    """How many values of the same row stand before each."""
    starts = starts_of(rows)
    return np.arange(len(rows)) - np.repeat(starts, np.diff(starts, append=len(rows)))


def starts_of(values: Ints) -> Ints:
    """Where another value stands than before."""
    differs = np.ones(len(values), dtype=np.bool_)
    np.not_equal(values[1:], values[:-1], out=differs[1:])
    return np.flatnonzero(differs)


def _cut(rows: Sequence[Texts], numbers: Vocabulary) -> Ints:
    """The pieces of all rows as numbers, and a 0 after each row. All are cut as one text: that is many times as fast
    as one after another."""
    whole = _BETWEEN.join([row.text[:TEXT_LENGTH_MAX].replace(_ROW, " ") for row in rows])
    pieces = _opened(whole.replace(": ", _SEAM)).split(_SEAM)
    pieces.append(_ROW)
    return np.fromiter(map(numbers.__getitem__, pieces), np.int64, len(pieces))


def _opened(text: str) -> str:
    """A line end for each seam: like `replace` with each of them, which reads all of the text each time, while here all
    look at the blanks alone."""
    letters = np.frombuffer(bytearray(text.encode(errors="replace")), dtype=np.uint8)
    blanks, kept = np.flatnonzero(letters == ord(" ")), np.ones(len(letters), dtype=np.bool_)
    next_letters = letters.take(blanks + 1, mode="clip")
    for seam in _SEAMS:
        at = blanks[next_letters == seam[1]]
        for place, letter in enumerate(seam[2:], 2):
            at = at[letters.take(at + place, mode="clip") == letter]
        letters[at] = ord(_SEAM)
        for place in range(1, len(seam)):
            kept[at + place] = False
    return letters[kept].tobytes().decode()


def _days(dates: Sequence[str], owners: Ints, codes: Ints, rows: int) -> Ints:
    """The day that each row names, when it is just one; 0 for several or without a year, _NO_DAY for none."""
    texts = Vocabulary({"": 0})
    dated = np.fromiter(map(texts.__getitem__, dates), np.int64, len(dates)).take(codes)
    told = np.flatnonzero(dated)
    owners, dated = owners.take(told), dated.take(told)
    place, named = places(owners), [frozenset(text.split()) for text in texts]
    found, state = {frozenset[str](): 0}, np.zeros(rows, dtype=np.int64)
    for number in range(int(place.max(initial=-1)) + 1):
        known, at = list(found), place == number
        pairs, which = np.unique(state[owners[at]] * len(named) + dated[at], return_inverse=True)
        both = (divmod(pair, len(named)) for pair in pairs.tolist())
        joined = [found.setdefault(known[one] | named[two], len(found)) for one, two in both]
        state[owners[at]] = np.array(joined, dtype=np.int64)[which]
    return np.array([_NO_DAY if (day := day_named(one)) is None else day for one in found], dtype=np.int64)[state]


def _dates(piece: str) -> str:
    """What of a piece says a day or a year."""
    return " ".join(filter(is_dated, piece.split())) if "dt" in piece or "y20" in piece else ""
