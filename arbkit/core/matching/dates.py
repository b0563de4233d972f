"""When a market is about: deadline, named days, months, quarters, years and seasons, read from its text."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Self

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_UNTIL = (
    r"by(?: the)?(?: end of| close of)?|on or before|before|prior to|(?:until|till|through)(?: the end of)?"
    r"|no later than"
)
_PRE = (
    rf"(?:\b(?P<rel>(?<=week )(?:ending|ended)(?: on)?|{_UNTIL}"
    r"|(?:at )?(?:the )?end of|in|on|after|since|from|starting|beginning|during|for)"
    r"\s+(?:the\s+)?)?"
)
_DATE = re.compile(
    _PRE + r"(?:" + _MONTH + r"\s*(?P<day>[0-3]?\d)(?:st|nd|rd|th)?\b(?!\s*%|:\d|\.\d)"
    r"(?:\s?-\s?(?P<to>[0-3]?\d)(?:st|nd|rd|th)?\b(?![-\d]|\s*%|:\d|\.\d))?(?:,?\s*(?P<year>20\d\d)\b)?"
    + r"|(?P<iso>20\d\d-[01]\d-[0-3]\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?Z?)?"
    + r")",
    re.IGNORECASE,
)
_MEASURES = r"unemployment|inflation|cpi|core|jobs|jobless|nonfarm|payrolls?|retail|pce|ppi|pmi|gdp|trade"
"""What is published of a month, so that the month says which: "China's February unemployment"."""
_MONTH_ONLY = re.compile(
    _PRE + _MONTH + rf"(?!\s+madness|-[a-z])(?:,?\s*(?P<year>20\d\d)\b)?(?P<of>(?=\s+(?:{_MEASURES})\b))?",
    re.IGNORECASE,
)
_SEASON = re.compile(r"\b(?P<first>20\d\d)\s*[-/]\s*(?P<last>20\d\d|\d\d)\b(?!-)")
_QUARTER = re.compile(r"\b(?P<part>[qh])(?P<number>[1-4])\b(?:\s*(?:of\s*)?,?'?(?P<year>20\d\d))?", re.IGNORECASE)
_YEAR = re.compile(
    rf"\b(?:(?P<rel>{_UNTIL}|end of|in)\s+(?:the\s+)?)?(?<![$\d,.])(?P<year>20[2-9]\d)\b(?![,.]?\d|%)", re.IGNORECASE
)
_TIME = re.compile(
    r"\b(?:at\s+)?(?P<hour>1?\d)(?::(?P<minute>[0-5]\d))?\s?(?P<half>[ap])\.?m\.?(?!\w)(?:\s*(?:e[sd]?t|pt|utc)\b)?",
    re.IGNORECASE,
)
_TICKER_DAY = re.compile(r"(?P<year>2\d)(?P<month>[A-Z]{3})(?P<day>[0-3]\d)(?P<hour>\d{4})?(?P<rest>[A-Z0-9]*)")
_TICKER_MONTH = re.compile(r"(?P<year>2\d)(?P<month>[A-Z]{3})(?![A-Z0-9])")
_TICKER_YEAR = re.compile(r"(?:^|[A-Z])(?P<year>2\d)(?:$|[A-Z])|^(?P<pair>2\d2\d)$")
_EXCLUSIVE = frozenset({"before", "prior to"})
_STARTS = frozenset({"after", "since", "from", "starting", "beginning"})
_WEEK_DAYS = 6
"""How far the first day of a week lies before its last one."""
_TO_THE_END = ("by", "until", "till", "through")
_MENTIONS_MAX = 40
_LATER = "(?i:an|eb|ar|pr|ay|un|ul|ug|ep|ct|ov|ec)"
_MAY_BE_YEAR, _MAY_BE_QUARTER = re.compile(r"20\d\d"), re.compile("[qhQH][1-4]")
_MAY_BE_DATE = re.compile(rf"[jfmasondJFMASOND2](?:{_LATER}[A-Za-z]*\.?\s*[0-3]?\d|0\d\d-)")
_MAY_BE_MONTH = re.compile(f"[JFMASOND]{_LATER}")
_MAY_BE_TIME = re.compile(r"\d\s?[apAP]\.?[mM]")
"""What has to stand in a text before the slower pattern is tried: each begins with letters that are quickly found."""


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day; `year` 0 when the text does not say it."""

    year: int
    month: int
    day: int

    def agrees(self, other: Self) -> bool:
        """Whether both can be the same day."""
        return (self.month, self.day) == (other.month, other.day) and not (
            self.year and other.year and self.year != other.year
        )

    def __str__(self) -> str:
        return f"{_MONTHS[self.month - 1].capitalize()} {self.day}" + (f", {self.year}" if self.year else "")


@dataclass(frozen=True, slots=True)
class When:
    """The dates of one text. `deadlines` are last days on which the event still counts."""

    deadlines: frozenset[Day] = frozenset()
    days: frozenset[Day] = frozenset()
    months: frozenset[tuple[int, int]] = frozenset()
    """(year or 0, month)"""
    quarters: frozenset[tuple[int, str]] = frozenset()
    """(year or 0, "q1" or "h2")"""
    years: frozenset[int] = frozenset()
    seasons: frozenset[tuple[int, int]] = frozenset()
    minutes: frozenset[int] = frozenset()
    """Times of day, in minutes after midnight as written."""
    starts: frozenset[Day] = frozenset()
    """First days: from, since, after."""
    afterwards: bool = False
    """Whether something has to happen after a day: the opposite of a deadline."""

    @property
    def known(self) -> bool:
        """Whether the text says any date at all."""
        return bool(self.deadlines or self.days or self.months or self.quarters or self.years or self.seasons)


UNDATED = When()
"""No date at all."""


@dataclass(slots=True)
class _Found:
    deadlines: set[Day] = field(default_factory=set)
    days: set[Day] = field(default_factory=set)
    months: set[tuple[int, int]] = field(default_factory=set)
    quarters: set[tuple[int, str]] = field(default_factory=set)
    years: set[int] = field(default_factory=set)
    seasons: set[tuple[int, int]] = field(default_factory=set)
    minutes: set[int] = field(default_factory=set)
    starts: set[Day] = field(default_factory=set)
    afterwards: bool = False

    def frozen(self) -> When:
        return When(
            frozenset(self.deadlines),
            frozenset(self.days),
            frozenset(self.months),
            frozenset(self.quarters),
            frozenset(self.years),
            frozenset(self.seasons),
            frozenset(self.minutes),
            frozenset(self.starts),
            self.afterwards,
        )


_Take = Callable[[re.Match[str], _Found], bool]
"""Files one hit under what it says; False when it is no date after all."""


@lru_cache(maxsize=4_096)
def read_dates(text: str) -> tuple[When, str]:
    """Read the dates of `text`; return them and the text without them."""
    found = _Found()
    for maybe, pattern, take in _READINGS:
        if maybe.search(text):
            text = _taken(text, pattern, take, found)
    return found.frozen(), text


def ticker_day(part: str) -> tuple[Day, int | None, str] | None:
    """Read `26JAN17BOSATL` or `26JUN131500XY`: day, minutes after midnight if any, and what follows."""
    hit = _TICKER_DAY.match(part)
    if hit is None or (month := _month_number(hit["month"])) is None:
        return None
    day = _day(2000 + int(hit["year"]), month, int(hit["day"]))
    if day is None:
        return None
    minutes = int(hit["hour"][:2]) * 60 + int(hit["hour"][2:]) if hit["hour"] else None
    return day, minutes, hit["rest"]


def ticker_month(part: str) -> tuple[int, int] | None:
    """Read `26MAR`: (2026, 3)."""
    hit = _TICKER_MONTH.match(part)
    month = _month_number(hit["month"]) if hit else None
    return (2000 + int(hit["year"]), month) if hit and month else None


def ticker_year(part: str) -> int | None:
    """Read the year of `26`, `MAST26`, `26KOR`; of `2526` the later one."""
    hit = _TICKER_YEAR.search(part)
    if hit is None:
        return None
    return 2000 + int(hit["year"] or hit["pair"][2:])


def day_before(day: Day, days: int = 1) -> Day:
    """The day that lies `days` before `day`."""
    if not day.year:
        before = date.fromordinal(
            date(2025, day.month, min(day.day, 28) if day.month == 2 else day.day).toordinal() - days
        )
        return Day(0, before.month, before.day)
    before = date.fromordinal(date(day.year, day.month, day.day).toordinal() - days)
    return Day(before.year, before.month, before.day)


def month_end(year: int, month: int) -> Day:
    """The last day of a month."""
    following = date(year + month // 12, month % 12 + 1, 1)
    last = date.fromordinal(following.toordinal() - 1)
    return Day(last.year, last.month, last.day)


def _taken(text: str, pattern: re.Pattern[str], take: _Take, found: _Found) -> str:
    rest: list[str] = []
    end = 0
    for count, hit in enumerate(pattern.finditer(text)):
        if count >= _MENTIONS_MAX:
            break
        if take(hit, found):
            rest += [text[end : hit.start()], " "]
            end = hit.end()
    rest.append(text[end:])
    return "".join(rest)


def _month_number(name: str) -> int | None:
    short = name[:3].lower()
    return _MONTHS.index(short) + 1 if short in _MONTHS else None


def _day(year: int, month: int, day: int) -> Day | None:
    try:
        date(year or 2024, month, day)
    except ValueError:
        return None
    return Day(year, month, day)


def _take_season(hit: re.Match[str], found: _Found) -> bool:
    first, last = int(hit["first"]), int(hit["last"])
    last += first // 100 * 100 if last < 100 else 0
    if last != first + 1:
        return False
    found.seasons.add((first, last))
    return True


def _take_date(hit: re.Match[str], found: _Found) -> bool:
    if hit["iso"]:
        year, month, number = (int(part) for part in hit["iso"].split("-"))
    else:
        month = _month_number(hit["month"]) or 0
        year, number = int(hit["year"] or 0), int(hit["day"])
    day = _day(year, month, number) if 1 <= month <= 12 else None
    if day is None:
        return False
    rel = (hit["rel"] or "").lower()
    first = day_before(day, _WEEK_DAYS)
    if rel.startswith(("ending", "ended")):
        found.days |= {first, day}
    elif rel == "through" and any(first.agrees(one) for one in found.days):
        found.days.add(day)
    elif hit["to"] and (last := _day(year, month, int(hit["to"]))):
        found.days |= {day, last}
    elif rel in _EXCLUSIVE:
        found.deadlines.add(day_before(day))
    elif rel and re.fullmatch(_UNTIL, rel):
        found.deadlines.add(day)
    elif rel in _STARTS:
        found.starts.add(day)
        found.afterwards |= rel == "after"
    else:
        found.days.add(day)
    return True


def _take_time(hit: re.Match[str], found: _Found) -> bool:
    hour = int(hit["hour"])
    if hour > 12:
        return False
    found.minutes.add((hour % 12 + (12 if hit["half"].lower() == "p" else 0)) * 60 + int(hit["minute"] or 0))
    return True


def _take_quarter(hit: re.Match[str], found: _Found) -> bool:
    if hit["part"] in "hH" and int(hit["number"]) > 2:
        return False
    found.quarters.add((int(hit["year"] or 0), hit["part"].lower() + hit["number"]))
    return True


def _take_month(hit: re.Match[str], found: _Found) -> bool:
    rel, month = (hit["rel"] or "").lower(), _month_number(hit["month"])
    if month is None or not hit["month"][0].isupper() or not (rel or hit["year"] or hit["of"] is not None):
        return False
    year = int(hit["year"] or 0)
    if rel in _EXCLUSIVE:
        found.deadlines.add(day_before(Day(year, month, 1)))
    elif "end of" in rel or (rel and re.fullmatch(_UNTIL, rel)):
        end = month_end(year or 2025, month)
        (found.deadlines if rel.startswith(_TO_THE_END) else found.days).add(Day(year, end.month, end.day))
    else:
        found.months.add((year, month))
    return True


def _take_year(hit: re.Match[str], found: _Found) -> bool:
    rel, year = (hit["rel"] or "").lower(), int(hit["year"])
    if "end of" in rel:
        (found.deadlines if rel.startswith(_TO_THE_END) else found.days).add(Day(year, 12, 31))
    elif rel and re.fullmatch(_UNTIL, rel):
        found.deadlines.add(Day(year if rel.startswith("through") else year - 1, 12, 31))
    else:
        found.years.add(year)
    return True


_READINGS: tuple[tuple[re.Pattern[str], re.Pattern[str], _Take], ...] = (
    (_MAY_BE_YEAR, _SEASON, _take_season),
    (_MAY_BE_DATE, _DATE, _take_date),
    (_MAY_BE_TIME, _TIME, _take_time),
    (_MAY_BE_QUARTER, _QUARTER, _take_quarter),
    (_MAY_BE_MONTH, _MONTH_ONLY, _take_month),
    (_MAY_BE_YEAR, _YEAR, _take_year),
)
"""Longest first: what one has taken is gone for those that follow."""
