"""Text -> canonical tokens by which candidates are found: dates, numbers and names that mean the same look the same.

Cheap and forgiving on purpose: one pass over the text, no grammar. What a market really asks is read by `facts`, for the
few pairs that come out as candidates. Tokens depend on the text alone, so they may be stored with a market and kept
until its text changes.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from enum import Enum, auto
from functools import cache, lru_cache
from typing import NamedTuple

from arbkit.core.markets import Market, VenueName
from arbkit.core.matching import lexicon
from arbkit.core.matching.entities.teams import LEAGUES
from arbkit.core.matching.entities.words import LIGHT

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NUMBERS = {month.upper(): f"{number:02d}" for number, month in enumerate(_MONTHS, 1)}
_MONTH = re.compile(
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = re.compile(r"(0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?")
_SPLIT = re.compile(
    r"20\d\d-[01]\d-[0-3]\d|20\d\d[-/](?:20)?\d\d(?!\d)|[a-z]{2}-\d\d?(?!\d)|[a-z]+"
    r"|\d+(?:,\d\d\d)*(?:\.\d+)?(?:%|[a-z]+)?"
)
_NUMBER = re.compile(r"(?P<whole>\d[\d,]*)(?:\.(?P<fraction>\d+))?(?P<unit>%|[a-z]+)?")
_SCALES = {"k": 10**3, "m": 10**6, "mn": 10**6, "b": 10**9, "bn": 10**9, "t": 10**12} | {
    "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
}  # fmt: skip
_TICKER_DATE = re.compile(r"-(\d\d)(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)(\d\d)")
_SLUG_DATE = re.compile(r"(20\d\d)-([01]\d)-([0-3]\d)")
_DASHES = dict.fromkeys(range(0x2010, 0x2016), "-")
_RULE_LENGTH_MAX = 240
_TEXT_LENGTH_MAX = 600
_DIGITS_MAX = 18
_STOP = (
    LIGHT | frozenset("abcdefghijklmnopqrstuvwxyz") | frozenset("more less above below over under than bps bp".split())
) - frozenset(("first", "second"))
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
_PLACES = "newyork < new york city; new york; nyc\nlosangeles < los angeles; la\nsanfrancisco < san francisco; sf"
_UNITS = frozenset({None, "%", "st", "nd", "rd", "th", "bps", "bp", "f", "c"})
_ROUND_UP = frozenset({"5", "99", "999", "9999"})
_Phrases = tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]


class Asked(NamedTuple):
    """What candidates are found by. `tokens` are separated by blanks; days are ordinals of the calendar, 0 when unknown."""

    tokens: str
    day: int
    """The day that text, ticker or slug name."""
    closes: int
    """The day on which the venue expects the end."""


def asked(market: Market) -> Asked:
    """Read the tokens of a market from its question, the label of YES, the first sentence of a Kalshi rule, and the date
    in a ticker or slug."""
    if market.id.venue is VenueName.KALSHI:
        rule = market.rules[:_RULE_LENGTH_MAX].partition(", then ")[0]
        day = _ticker_day(market.id.key)
        ends = market.expected_at
        texts = (market.title, market.yes_label, rule)
    else:
        day = _slug_day(market.slug)
        ends = market.expected_at or market.closes_at
        texts = (market.title, market.yes_label, market.no_label)
    return asked_in(*texts, day=day, closes=ends.toordinal() if ends else 0)


def asked_in(*texts: str, day: int, closes: int) -> Asked:
    """Read the tokens of texts; `day` is a day known from elsewhere, which counts when the texts name none."""
    found: dict[str, None] = {}
    for text in texts:
        if text:
            found.update(dict.fromkeys(tokens(text)))
    joined = " ".join(found)
    if day and " dt" not in joined and joined[:2] != "dt":
        extra = _tokens_of_day(day)
        found.update(dict.fromkeys(extra))
        joined = " ".join(found)
    return Asked(joined, day or _day_of(found), closes)


@lru_cache(maxsize=8_192)
def _tokens_of_day(day: int) -> tuple[str, ...]:
    named = date.fromordinal(day)
    return _day_tokens(named.year, named.month, named.day, before=False)


@lru_cache(maxsize=16_384)
def tokens(text: str) -> tuple[str, ...]:
    """Canonical tokens in the order of the text: ``dt1231`` a day, ``my12`` a month, ``y2026`` a year, ``n95000`` a number,
    the rest words. A ladder shares its titles, hence the cache."""
    plain = text[:_TEXT_LENGTH_MAX]
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain.translate(_DASHES)).encode("ascii", "ignore").decode()
    found = _SPLIT.findall(plain.lower())
    made: list[str] = []
    index, length = 0, len(found)
    while index < length:
        word = found[index]
        kind, put, phrases = _meaning(word)
        index += 1
        if phrases:
            index, put = _phrase(found, index, phrases, put)
        elif kind is _Kind.MONTH:
            index, put = _month(found, index)
        elif kind is _Kind.YEAR:
            put = _year(word, "before" if index > 1 and found[index - 2] == "before" else "")
        elif kind is _Kind.SCALE and index > 1 and found[index - 2][0].isdigit() and made:
            made[-1] = _scaled(f"n{found[index - 2].replace(',', '')}", word)
            continue
        made += put
    return tuple(made)


class _Kind(Enum):
    PLAIN = auto()
    MONTH = auto()
    YEAR = auto()
    SCALE = auto()


@lru_cache(maxsize=131_072)
def _meaning(word: str) -> tuple[_Kind, tuple[str, ...], _Phrases]:
    """What a word is, the tokens it gives by itself, and the phrases that begin with it."""
    phrases = _phrases().get(word, ())
    if phrases:
        alone = next((put for rest, put in phrases if not rest), None)
        longer = tuple(row for row in phrases if row[0])
        return _Kind.PLAIN, alone if alone is not None else _plain(word), longer
    if _MONTH.fullmatch(word):
        return _Kind.MONTH, (), ()
    if word in _SCALES:
        return _Kind.SCALE, _plain(word), ()
    if word[:2] == "20" and len(word) in {4, 7, 9} and word[:4].isdigit() and "2019" < word[:4] < "2100":
        return _Kind.YEAR, (), ()
    return _Kind.PLAIN, _plain(word), ()


def _plain(word: str) -> tuple[str, ...]:
    if word in _STOP:
        return ()
    if word[0].isdigit():
        return (f"dt{word[5:7]}{word[8:]}", f"y{word[:4]}") if len(word) == 10 and "-" in word else (_number(word),)
    if "-" in word:
        return (f"{word[:2]}{int(word[3:]):02d}",)
    return (lexicon.stem(word),)


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


def _scaled(token: str, scale: str) -> str:
    whole, _, fraction = token[1:].partition(".")
    if not whole.isdigit() or len(whole) > _DIGITS_MAX:
        return token
    digits = fraction[:6] if fraction.isdigit() else ""
    return f"n{int(whole) * _SCALES[scale] + int(digits or 0) * _SCALES[scale] // 10 ** len(digits)}"


def _phrase(found: list[str], index: int, phrases: _Phrases, alone: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
    """The longest phrase that goes on here, and where it ends; else the word alone."""
    following = found[index] if index < len(found) else ""
    for rest, put in phrases:
        if rest[0] == following and (len(rest) == 1 or tuple(found[index : index + len(rest)]) == rest):
            return index + len(rest), put
    return index, alone


def _month(found: list[str], index: int) -> tuple[int, tuple[str, ...]]:
    """A month with what follows: a day, a year. "Before" a day means the day that precedes it."""
    month = _MONTHS.index(found[index - 1][:3]) + 1
    before = index > 1 and found[index - 2] == "before"
    day = year = 0
    if index < len(found) and (hit := _DAY.fullmatch(found[index])):
        day, index = int(hit[1]), index + 1
    if index < len(found) and len(found[index]) == 4 and found[index].isdigit() and found[index][:2] == "20":
        year, index = int(found[index]), index + 1
    return index, _day_tokens(year, month, day, before)


@lru_cache(maxsize=8_192)
def _day_tokens(year: int, month: int, day: int, before: bool) -> tuple[str, ...]:
    if before:
        moved = _shifted(year or 2025, month, day or 1, -1)
        year, month, day = (moved.year if year else 0), moved.month, moved.day
    made = f"dt{month:02d}{day:02d}" if day else f"my{month:02d}"
    return (made, f"y{year}") if year else (made,)


def _year(word: str, before: str) -> tuple[str, ...]:
    if before:
        return "dt1231", f"y{int(word[:4]) - 1}"
    return (f"y{word[:4]}", f"y20{word[-2:]}") if len(word) > 4 else (f"y{word}",)


def _shifted(year: int, month: int, day: int, days: int) -> date:
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(max(day, 1), last)) + timedelta(days=days)


@cache
def _phrases() -> dict[str, _Phrases]:
    """First word -> (further words, tokens), longest first: house names, clubs, and teams by their place."""
    meaning: dict[tuple[str, ...], tuple[str, ...]] = {}
    for variant, canonical in _ordered_rows():
        meaning.setdefault(variant, canonical)
    table: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
    for variant, canonical in meaning.items():
        kept = tuple(lexicon.stem(word) for word in canonical if word not in _STOP)
        table.setdefault(variant[0], []).append((variant[1:], kept))
    return {first: tuple(sorted(rows, key=lambda row: -len(row[0]))) for first, rows in table.items()}


def _ordered_rows() -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    for number, word in enumerate(_ORDINALS, 1):
        yield (word,), (f"n{number}",)
    for letter in "abcdefghijkl":
        yield ("group", letter), (f"group{letter}",)
    yield ("s", "p", "500"), ("sp500",)
    for line in _PLACES.splitlines():
        canonical, _, variants = line.partition(" < ")
        for variant in variants.split("; "):
            yield tuple(variant.split()), (canonical,)
    yield from _teams()
    for table in (lexicon.phrases(), lexicon.clubs()):
        for first, entries in table.items():
            for rest, canonical in entries:
                parts = (part.partition(":")[2] or part for part in canonical)
                yield (first, *rest), tuple(word for part in parts for word in part.split("_"))


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


def _day_of(found: dict[str, None]) -> int:
    """The day when the texts name exactly one day and one year."""
    days = [token for token in found if token.startswith("dt") and len(token) == 6]
    years = [token for token in found if token.startswith("y20")]
    if len(days) != 1 or len(years) != 1:
        return 0
    return _shifted(int(years[0][1:]), int(days[0][2:4]) or 1, int(days[0][4:]), 0).toordinal()


def _ticker_day(ticker: str) -> int:
    hit = _TICKER_DATE.search(ticker)
    return _day_number(f"20{hit[1]}", _MONTH_NUMBERS[hit[2]], hit[3]) if hit else 0


def _slug_day(slug: str) -> int:
    hit = _SLUG_DATE.search(slug)
    return _day_number(hit[1], hit[2], hit[3]) if hit else 0


@lru_cache(maxsize=8_192)
def _day_number(year: str, month: str, day: str) -> int:
    try:
        return date(int(year), int(month), int(day)).toordinal()
    except ValueError:
        return 0
