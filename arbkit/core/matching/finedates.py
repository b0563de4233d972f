"""When the rules decide, held against their own title and against the other market: days, years, seasons, the clock."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from arbkit.core.matching.calendar import apart_days
from arbkit.core.matching.dates import Day, When
from arbkit.core.matching.facts import Facts
from arbkit.core.matching.findings import Finding, conflict, of_title, silent
from arbkit.core.matching.timing import years_named

START_PPM = 45_000
"""Doubt when the rules of one side alone say after when something has to happen."""
ON_PPM = 45_000
"""Doubt when the rules of one side ask for a day and everything else for all days up to it."""
_OATH = re.compile(r"\b(?:inaugurated|sworn in|takes? office|term beginning)\b", re.IGNORECASE)
"""What happens in the year after a vote."""
_STRETCH = re.compile(r"\b(?:between|from|through|until|starting|by)\b", re.IGNORECASE)
_CLOCK = re.compile(
    r"\b(?P<hour>1?\d)(?::(?P<minute>[0-5]\d))? ?(?P<half>[AaPp])\.?[Mm]\.?,? \(?"
    r"(?P<zone>E[SD]?T|C[SD]?T|M[SD]?T|P[SD]?T|UTC|GMT|Eastern|Central|Mountain|Pacific)\b"
)
_HOURS_BEHIND = {"E": 5, "C": 6, "M": 7, "P": 8, "U": 0, "G": 0}
_DAY_MINUTES = 24 * 60
_LAST_MINUTES = frozenset({0, _DAY_MINUTES - 1})
"""A day's first and last minute, which stand for the day."""

_Kind = tuple[str, Callable[[When], Iterable[object]]]


def _months(when: When) -> set[int]:
    """The months that something is about; days and deadlines of a rule stand for theirs."""
    return {month for _, month in when.months} | {day.month for day in when.days | when.deadlines | when.starts}


_KINDS: tuple[_Kind, ...] = (
    ("season", lambda when: when.seasons),
    ("year", years_named),
    ("month", _months),
    ("quarter", lambda when: {part for _, part in when.quarters}),
    ("year of the quarter", lambda when: {year for year, _ in when.quarters if year}),
)
_ASKED_AFTER_OATH = frozenset({"season", "quarter", "year of the quarter"})


def compare_fine_dates(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """Hold the dates of the deciding sentences against all other dates."""
    found = _clocks(kalshi, polymarket)
    oath = any(_OATH.search(facts.statement) for facts in (kalshi, polymarket))
    for mine, other, venue in ((kalshi, polymarket, "Kalshi"), (polymarket, kalshi, "Polymarket")):
        if not mine.rules_known:
            continue
        asked, stated = mine.timing.asked, mine.timing.stated
        for what, read in _KINDS:
            ruled = set(read(stated)) if not oath or what in _ASKED_AFTER_OATH else set()
            for said in (set(read(asked)), set(read(other.timing.asked)) or set(read(other.timing.stated))):
                if ruled and said and not ruled & said:
                    found.append(conflict(what, *of_title(venue, said, ruled)))
                    break
        found += _days(mine, other, venue)
    return found


def _days(mine: Facts, other: Facts, venue: str) -> list[Finding]:
    asked, stated = mine.timing.asked, mine.timing.stated
    there = other.timing.asked.deadlines or other.timing.stated.deadlines
    found = []
    if not all(_beside(stated.deadlines, days) for days in (asked.deadlines, there)):
        found.append(conflict("deadline", *of_title(venue, asked.deadlines or there, stated.deadlines)))
    if asked.days and stated.days and not _meet(asked.days, stated.days):
        found.append(conflict("day", *of_title(venue, asked.days, stated.days)))
    if mine.timing.match_day and stated.days and not _meet({mine.timing.match_day}, stated.days):
        found.append(conflict("match day", *of_title(venue, {mine.timing.match_day}, stated.days)))
    if stated.afterwards and not asked.afterwards and not stated.deadlines:
        found.append(silent("start", f"only {venue}'s rules say after when", START_PPM))
    on = len(stated.days) == 1 and not (stated.deadlines or asked.days or _STRETCH.search(mine.statement))
    if on and _meet(stated.days, asked.deadlines | there):
        found.append(silent("deadline", f"{venue}'s rules ask for that day alone", ON_PPM))
    return found


def _meet(one: Iterable[Day], two: Iterable[Day]) -> bool:
    others = list(two)
    return any(day.agrees(other) for day in one for other in others)


def _beside(one: Iterable[Day], two: Iterable[Day]) -> bool:
    """Whether any two are the same day or neighbours; so are none."""
    firsts, seconds = list(one), list(two)
    return not (firsts and seconds) or any(apart_days(day, other) <= 1 for day in firsts for other in seconds)


def _clocks(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """Noon in New York is not noon in Los Angeles."""
    if kalshi.timing.match_day or polymarket.timing.match_day:
        return []
    mine, other = (_clock(f"{facts.statement} . {facts.title}") for facts in (kalshi, polymarket))
    if mine and other and not mine & other:
        return [conflict("time of day (minutes after midnight, UTC)", mine, other)]
    return []


@lru_cache(maxsize=4_096)
def _clock(text: str) -> frozenset[int]:
    """The times of day with a zone that a text says, in winter's minutes after midnight UTC."""
    found = set()
    for hit in _CLOCK.finditer(text):
        minutes = (int(hit["hour"]) % 12 + 12 * (hit["half"] in "pP")) * 60 + int(hit["minute"] or 0)
        if minutes not in _LAST_MINUTES:
            found.add((minutes + 60 * _HOURS_BEHIND[hit["zone"][0]]) % _DAY_MINUTES)
    return frozenset(found)
