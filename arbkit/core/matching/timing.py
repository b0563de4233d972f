"""When a market is about, from every text, slug and ticker that says it."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Self

from arbkit.core.markets import Market, VenueName
from arbkit.core.matching.dates import UNDATED, Day, When, read_dates, ticker_day, ticker_month, ticker_year
from arbkit.core.matching.passages import Passages

_SLUG_DAY = re.compile(r"(20\d\d)-([01]\d)-([0-3]\d)(?!\d)")
_RULES_YEAR = re.compile(r"20(?<!\w20)[2-9]\d\b")
_TEAM_CODES = re.compile(r"[A-Z0-9]{4,}")
_SETTLED_MONTHS = 2
"""How many months after the month it is about a market closes at most, when it names no year."""
_AFTER_CLOSE_DAYS = 90
"""How long after the end of its market a day may lie of which the text says no year."""
_EASTERN = timedelta(hours=5)
"""What is taken from a UTC time to get the American day; summer's four hours matter to no event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """The dates of one market."""

    asked: When = UNDATED
    """Of the question."""
    stated: When = UNDATED
    """Of the statement of the rules."""
    match_day: Day | None = None
    match_minute: int | None = None
    match_day_weak: Day | None = None
    """The American day of a venue's time stamp; counts only when no text says the day."""
    match_up: bool = False
    on_kalshi: bool = False
    ticker_days: tuple[Day, ...] = ()
    ticker_months: tuple[tuple[int, int], ...] = ()
    ticker_year: int | None = None
    told_years: frozenset[int] = frozenset()
    """Every year that the rules name, wherever."""
    closes_on: Day | None = None
    opens_on: Day | None = None

    @property
    def deadline(self) -> Day | None:
        """The last day that counts: of the question, else of the statement, latest first."""
        for when in (self.asked, self.stated):
            if when.deadlines:
                return max(when.deadlines, key=lambda day: (day.year, day.month, day.day))
        return None

    @property
    def years(self) -> frozenset[int]:
        """The years that the question, or else the statement, names (seasons by both years)."""
        return years_named(self.asked) or years_named(self.stated)

    def undated(self) -> Self:
        """The dates without last days, which for the outcome of a vote only say how long it is waited for."""
        asked, stated = (replace(when, deadlines=frozenset()) for when in (self.asked, self.stated))
        return replace(self, asked=asked, stated=stated)

    def by_first_year(self) -> Self:
        """The dates where a season goes by its first year, which a ticker does not tell."""
        first = frozenset(year for year, _ in self.asked.seasons | self.stated.seasons)
        if not first:
            return replace(self, ticker_year=None)
        asked = replace(self.asked, seasons=frozenset(), years=first)
        return replace(self, asked=asked, stated=UNDATED, ticker_year=None)


def read_timing(market: Market, texts: Passages) -> tuple[Timing, str, str]:
    """Read the dates of `market`; return them, and question and statement without their dates."""
    asked, question = read_dates(texts.asked)
    stated, statement = read_dates(texts.statement)
    if not texts.judged and stated.deadlines:
        stated = replace(stated, deadlines=frozenset())
    if market.id.venue is VenueName.KALSHI and texts.asked != texts.title:
        asked = _joined(asked, read_dates(texts.title)[0])
    closes = market.closes_at
    asked, stated = (_dated(when, closes, market.expected_at) for when in (asked, stated))
    if market.id.venue is VenueName.POLYMARKET and closes:
        asked, stated = (replace(when, months=_months_dated(when.months, closes)) for when in (asked, stated))
    timing = Timing(
        asked=asked,
        stated=stated,
        match_up=texts.match_up,
        told_years=frozenset(map(int, _RULES_YEAR.findall(texts.context))),
        closes_on=_american(closes),
        opens_on=_american(market.opens_at),
        on_kalshi=market.id.venue is VenueName.KALSHI,
    )
    if market.id.venue is VenueName.KALSHI:
        return _with_ticker(timing, market.id.key), question, statement
    return _with_slug(timing, market), question, statement


def _with_ticker(timing: Timing, key: str) -> Timing:
    days: list[Day] = []
    months: list[tuple[int, int]] = []
    year: int | None = None
    for part in key.split("-")[1:]:
        if found := ticker_day(part):
            day, minute, rest = found
            if timing.match_up or _TEAM_CODES.match(rest):
                timing = replace(timing, match_day=day, match_minute=minute, match_up=True)
            elif not rest:
                days.append(day)
            year = year or day.year
        elif month := ticker_month(part):
            months.append(month)
            year = year or month[0]
        elif (plain := ticker_year(part)) and (year is None or part.isdigit()):
            year = plain
    if timing.match_up and timing.match_day is None and len(timing.asked.days) == 1:
        timing = replace(timing, match_day=next(iter(timing.asked.days)))
    return replace(timing, ticker_days=tuple(days), ticker_months=tuple(months), ticker_year=year)


def _with_slug(timing: Timing, market: Market) -> Timing:
    if not timing.match_up:
        return timing
    slug = _SLUG_DAY.search(market.slug)
    days = timing.asked.days or timing.stated.days
    minutes = timing.asked.minutes or timing.stated.minutes
    day = Day(int(slug[1]), int(slug[2]), int(slug[3])) if slug else min(days, key=str, default=None)
    return replace(
        timing,
        match_day=day,
        match_minute=min(minutes) if len(minutes) == 1 else None,
        match_day_weak=_american(market.expected_at),
    )


def _dated(when: When, closes: datetime | None, expected: datetime | None) -> When:
    """Give days, deadlines and months without a year the year that lies nearest to the market's own end."""
    end = expected or closes
    if end is None or not (when.deadlines or when.days or when.starts):
        return when
    return replace(
        when,
        deadlines=frozenset(_in_year(day, end) for day in when.deadlines),
        days=frozenset(_in_year(day, end) for day in when.days),
        starts=frozenset(_in_year(day, end) for day in when.starts),
    )


def _in_year(day: Day, end: datetime) -> Day:
    if day.year or (day.month, day.day) == (2, 29):
        return day
    target = end.date().toordinal()
    apart = {year: date(year, day.month, day.day).toordinal() - target for year in range(end.year - 1, end.year + 2)}
    near = [year for year, days in apart.items() if days <= _AFTER_CLOSE_DAYS]
    return Day(min(near, key=lambda year: abs(apart[year])), day.month, day.day)


def _months_dated(months: frozenset[tuple[int, int]], closes: datetime) -> frozenset[tuple[int, int]]:
    """Months without a year with that of the close, when it comes soon after them: then is settled what they bring."""
    last = closes.year * 12 + closes.month - 1
    found = set()
    for year, month in months:
        ago = (last - (month - 1)) % 12
        found.add(((last - ago) // 12, month) if not year and ago <= _SETTLED_MONTHS else (year, month))
    return frozenset(found)


def _joined(one: When, two: When) -> When:
    return When(
        one.deadlines or two.deadlines,
        one.days or two.days,
        one.months or two.months,
        one.quarters or two.quarters,
        one.years | two.years,
        one.seasons | two.seasons,
        one.minutes or two.minutes,
        one.starts or two.starts,
        one.afterwards or two.afterwards,
    )


def years_named(when: When) -> frozenset[int]:
    """Every year that the dates name; a season names two."""
    years = when.years | {year for season in when.seasons for year in season}
    return (
        years | {day.year for day in when.days | when.deadlines if day.year} | {year for year, _ in when.months if year}
    )


def _american(moment: datetime | None) -> Day | None:
    if moment is None:
        return None
    local = moment - _EASTERN
    return Day(local.year, local.month, local.day)


UNTIMED = Timing()
"""No date at all."""
