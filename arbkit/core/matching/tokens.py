"""Text -> canonical tokens by which candidates are found: dates, numbers and names that mean the same look the same.

Cheap and forgiving on purpose: one pass over the text, no grammar. What a market really asks is read by `facts`, for
the few pairs that come out as candidates. Tokens depend on the text alone, so they may be stored with a market and kept
until its text changes.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache, lru_cache
from itertools import chain

from arbkit.core.matching import lexicon
from arbkit.core.matching.entities.contexts import CONTEXTS
from arbkit.core.matching.entities.teams import LEAGUES
from arbkit.core.matching.entities.words import LIGHT
from arbkit.core.matching.lexicon import stem
from arbkit.core.matching.texts import TEXT_LENGTH_MAX

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE_TEXT = (
    r"(?:before )?(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?![a-z])\.?(?: (?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?![\w.:%]))?"
    r"(?:,? 20[2-9]\d(?!\d))?"
)
_BEYOND_TEXT = r"(?:above|over|than|exceeds?) \$?\d{1,3}(?:\.\d\d?)?(?![\d,a-z]|\.\d| [a-z]+illion| thousand)%?"
_SPLIT = re.compile(
    rf"{_DATE_TEXT}|{_BEYOND_TEXT}|before 20[2-9]\d(?!\d)|[a-z]+(?:-\d\d?(?!\d))?"
    r"|20\d\d-[01]\d-[0-3]\d|20\d\d[-/](?:20)?\d\d(?!\d)"
    r"|\d+(?:,\d\d\d)*(?:\.\d+)?(?:%|[a-z]+| (?:thousand|million|billion|trillion))?"
)
_HELD_NUMBER = re.compile(r"[a-z]+\d+[a-z]*")
_LETTERS, _DIGIT = re.compile("[a-z]+"), re.compile(r"\d")
"""All that `_SPLIT` finds where no number stands."""
_DATE = re.compile(
    r"(?P<before>before )?(?P<month>[a-z]{3})[a-z]*\.?(?: (?P<day>\d\d?)[a-z]*)?(?:,? (?P<year>20\d\d))?"
)
_IS_DATE, _IS_BEYOND = re.compile(_DATE_TEXT), re.compile(_BEYOND_TEXT)
_YEARS = re.compile(r"20[2-9]\d(?:[-/](?:20)?\d\d|-\d\d-\d\d)?")
_NUMBER = re.compile(r"(?P<whole>\d[\d,]*)(?:\.(?P<fraction>\d+))? ?(?P<unit>%|[a-z]+)?")
_SCALES = {"k": 10**3, "m": 10**6, "mn": 10**6, "b": 10**9, "bn": 10**9, "t": 10**12} | {
    "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
}  # fmt: skip
_DASHES = dict.fromkeys(range(0x2010, 0x2016), "-")
_DIGITS_MAX = 18
_STEPPED = re.compile(r"(?P<whole>\d{1,3})(?:\.(?P<fraction>(?!5(?:%|$))\d{1,2}))?%?")
_GRAMMAR = frozenset({"a", "the", "at", "as", "by", "in", "of", "on", "to", "be", "is", "for", "will"})
"""Words too frequent to look for phrases that begin with them."""
_STOP = (
    LIGHT
    | frozenset("abcdefghijklmnopqrstuvwxyz")
    | {"more", "less", "above", "below", "over", "under", "than", "bps", "bp"}
) - frozenset(("first", "second"))
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
_PLACES = "newyork < new york city; new york; nyc\nlosangeles < los angeles; la\nsanfrancisco < san francisco; sf"
_UNITS = frozenset({None, "%", "st", "nd", "rd", "th", "bps", "bp", "f", "c"})
_ROUND_UP = frozenset({"5", "99", "999", "9999"})
_WORDS_MAX = 131_072
_Put = tuple[str, ...] | None
_Row = tuple[tuple[str, ...], tuple[str, ...]]
_Longer = Mapping[str, Sequence[_Row]]
"""Second word of a phrase -> (the words after it, tokens), longest first."""


def tokens(text: str) -> tuple[str, ...]:
    """Canonical tokens in the order of the text: ``dt1231`` a day, ``my12`` a month, ``y2026`` a year, ``n95000`` a
    number, the rest words."""
    plain = text[:TEXT_LENGTH_MAX]
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain.translate(_DASHES)).encode("ascii", "ignore").decode()
    plain = plain.lower()
    found = (_SPLIT if _DIGIT.search(plain) or "before " in plain else _LETTERS).findall(plain)
    puts = [_PUTS[word] for word in found]
    return _in_context(found, puts) if None in puts else tuple(chain.from_iterable(filter(None, puts)))


def _in_context(found: list[str], puts: list[_Put]) -> tuple[str, ...]:
    """Tokens of words of which some may begin a phrase."""
    made: list[str] = []
    table, index, length = _phrases(), 0, len(found)
    while index < length:
        put = puts[index]
        index += 1
        if put is None:
            put, longer = table[found[index - 1]]
            for rest, tokens_of_phrase in longer.get(found[index], ()) if index < length else ():
                end = index + 1 + len(rest)
                if not rest or tuple(found[index + 1 : end]) == rest:
                    index, put = end, tokens_of_phrase
                    break
        made += put
    return tuple(made)


class _Puts(dict[str, _Put]):
    """Word -> its tokens, or None when longer phrases begin with it."""

    def __missing__(self, word: str) -> _Put:
        if len(self) >= _WORDS_MAX:
            self.clear()
        alone, longer = _phrases().get(word, (None, None))
        put = self[word] = None if longer else alone if alone is not None else _plain(word)
        return put


_PUTS = _Puts()


def _plain(word: str) -> tuple[str, ...]:
    """The tokens of a word, or of words that the pattern keeps together."""
    if word in _STOP:
        return ()
    if word[0].isdigit():
        return _plain_year(word) if _YEARS.fullmatch(word) else (_number(word),)
    if " " in word or _IS_DATE.fullmatch(word):
        return _plain_words(word)
    name, _, number = word.partition("-")
    if number:
        return (f"{name}{int(number):02d}",) if len(name) == 2 else (*_plain(name), _number(number))
    return (stem(word),)


def _plain_words(words: str) -> tuple[str, ...]:
    """A date, "before" a year, or "above" a number."""
    if _IS_BEYOND.fullmatch(words):
        number = words.rpartition(" ")[2].removeprefix("$")
        return (_number(number), *_beyond(number))
    if (hit := _DATE.fullmatch(words)) and hit["month"] in _MONTHS:
        month = _MONTHS.index(hit["month"]) + 1
        return _day_tokens(int(hit["year"] or 0), month, int(hit["day"] or 0), before=bool(hit["before"]))
    return "dt1231", f"y{int(words[-4:]) - 1}"


def _plain_year(word: str) -> tuple[str, ...]:
    """A year, a season (``2025-26``) or a date (``2026-11-05``)."""
    if len(word) == 10:
        return f"dt{word[5:7]}{word[8:]}", f"y{word[:4]}"
    return (f"y{word}",) if len(word) == 4 else (f"y{word[:4]}", f"y20{word[-2:]}")


def _number(word: str) -> str:
    """``94,999.99`` and ``94,999.5`` mean "95,000 or more"; a percentage keeps its decimals."""
    hit = _NUMBER.fullmatch(word)
    if hit is None:
        return word
    whole, fraction, unit = (
        int(hit["whole"].replace(",", "")[:_DIGITS_MAX]),
        (hit["fraction"] or "").rstrip("0"),
        hit["unit"],
    )
    if unit in _SCALES:
        return _scaled(f"n{whole}.{fraction}", unit)
    if unit not in _UNITS:
        return word
    if unit != "%" and fraction in _ROUND_UP:
        return f"n{whole + 1}"
    return f"n{whole}.{fraction}" if fraction else f"n{whole}"


def _beyond(word: str) -> tuple[str, ...]:
    """ "Above 40" is "41 or more" of something counted, and "above 2.7%" is "2.8% or more": the following number."""
    hit = _STEPPED.fullmatch(word)
    if hit is None:
        return ()
    whole, fraction = hit["whole"], hit["fraction"] or ""
    following = str(int(whole + fraction) + 1).rjust(len(fraction) + 1, "0")
    if not fraction:
        return (f"n{following}",)
    decimals = following[-len(fraction) :].rstrip("0")
    return (f"n{following[: -len(fraction)]}.{decimals}".rstrip("."),)


def _scaled(token: str, scale: str) -> str:
    whole, _, fraction = token[1:].partition(".")
    if not whole.isdigit() or len(whole) > _DIGITS_MAX:
        return token
    digits = fraction[:6] if fraction.isdigit() else ""
    return f"n{int(whole) * _SCALES[scale] + int(digits or 0) * _SCALES[scale] // 10 ** len(digits)}"


@lru_cache(maxsize=8_192)
def _day_tokens(year: int, month: int, day: int, *, before: bool) -> tuple[str, ...]:
    if before:
        moved = _shifted(year or 2025, month, day or 1, -1)
        year, month, day = (moved.year if year else 0), moved.month, moved.day
    made = f"dt{month:02d}{day:02d}" if day else f"my{month:02d}"
    return (made, f"y{year}") if year else (made,)


def _shifted(year: int, month: int, day: int, days: int) -> date:
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(max(day, 1), last)) + timedelta(days=days)


@cache
def _phrases() -> dict[str, tuple[tuple[str, ...], _Longer]]:
    """First word -> its tokens when it stands alone, and by the second word the longer phrases: house names, clubs, and
    teams by their place."""
    alone: dict[str, tuple[str, ...]] = {}
    longer: dict[str, dict[str, list[_Row]]] = {}
    puts: dict[tuple[str, ...], tuple[str, ...]] = {}
    for variant, canonical in _ordered_rows():
        if len(variant) > 1 and variant[0] in _GRAMMAR and variant[1] != "s":  # "A's" is a team
            continue
        if (put := puts.get(canonical)) is None:
            put = puts[canonical] = tuple(
                stem(word) for part in canonical for word in _names(part) if word not in _STOP
            )
        if len(variant) == 1:
            alone.setdefault(variant[0], put)
            continue
        rows = longer.setdefault(variant[0], {}).setdefault(variant[1], [])
        if not rows or variant[2:] not in [row[0] for row in rows]:
            rows.append((variant[2:], put))
    for seconds in longer.values():
        for rows in seconds.values():
            rows.sort(key=lambda row: -len(row[0]))
    return {
        first: (alone[first] if first in alone else _plain(first), longer.get(first, {}))
        for first in {**alone, **longer}
    }


def _ordered_rows() -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    for number, word in enumerate(_ORDINALS, 1):
        yield (word,), (f"n{number}",)
    for letter in "abcdefghijkl":
        yield ("group", letter), (f"group{letter}",)
    yield ("s", "p", "500"), ("sp500",)
    yield from ((("counter", "strike", *number), ("cs2",)) for number in ((), ("2",)))
    for line in _PLACES.splitlines():
        place, _, variants = line.partition(" < ")
        for name in variants.split("; "):
            yield tuple(name.split()), (place,)
    yield from _teams()
    names = ((name, tuple(means.split())) for name, means in chain.from_iterable(map(lexicon.names_of, CONTEXTS)))
    for variant, canonical in chain(lexicon.rows_of(lexicon.phrases()), names):
        yield _as_split(variant), canonical
        yield from ((_as_split((word,)), (word,)) for word in canonical if _HELD_NUMBER.fullmatch(word))


def _as_split(variant: tuple[str, ...]) -> tuple[str, ...]:
    """A name that holds a number in the pieces that stand for it in a text: F1 is `f` and `1` there."""
    if not any(map(_DIGIT.search, variant)):
        return variant
    return tuple(chain.from_iterable(map(_SPLIT.findall, variant)))


def _names(canonical: str) -> list[str]:
    """The words of a canonical name, without the context that it belongs to."""
    return (canonical.partition(":")[2] or canonical).split("_")


def _teams() -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Each way to write a team -> its place; also its nickname where several teams share the place in a league."""
    meaning: dict[tuple[str, ...], dict[str, None]] = {}
    for lines in LEAGUES.values():
        rows = [line.split("|") for line in lines.strip().splitlines()]
        places = [row[1] for row in rows]
        for _, place, nickname, further in rows:
            means = ["".join(place.split()), *(nickname.split() if places.count(place) > 1 else ())]
            for name in {nickname, f"{place} {nickname}", *further.split(";")} - {"", place}:
                meaning.setdefault(tuple(_SPLIT.findall(name)), {}).update(dict.fromkeys(means))
            meaning.setdefault(tuple(_SPLIT.findall(place)), {}).update({means[0]: None})
    return ((name, tuple(means)) for name, means in meaning.items())
