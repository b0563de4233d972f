"""When a market is about, from every text that says it, and whether two markets are about the same time."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from arbkit.core.markets import Market, VenueName
from arbkit.core.matching.dates import UNDATED, Day, When, month_end, read_dates, ticker_day, ticker_month, ticker_year
from arbkit.core.matching.findings import Finding, agree, conflict, silent
from arbkit.core.matching.passages import Passages

_SLUG_DAY = re.compile(r"(20\d\d)-([01]\d)-([0-3]\d)(?!\d)")
_TEAM_CODES = re.compile(r"[A-Z0-9]{4,}")
_EASTERN = timedelta(hours=5)
"""What is taken from a UTC time to get the American day; summer's four hours matter to no event."""
_MATCH_MINUTES_MAX = 150
"""Two matches of the same sides on one day (baseball) start further apart."""

SILENT_DEADLINE_PPM = 50_000
SILENT_DATE_PPM = 45_000
WEAK_DATE_PPM = 5_000


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
    ticker_days: tuple[Day, ...] = ()
    ticker_months: tuple[tuple[int, int], ...] = ()
    ticker_year: int | None = None
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
        return _years(self.asked) or _years(self.stated)


def read_timing(market: Market, texts: Passages) -> tuple[Timing, str, str]:
    """Read the dates of `market`; return them, and question and statement without their dates."""
    asked, question = read_dates(texts.asked)
    stated, statement = read_dates(texts.statement)
    if not texts.judged:
        stated = replace(stated, deadlines=frozenset())
    if market.id.venue is VenueName.KALSHI and texts.asked != texts.title:
        asked = _joined(asked, read_dates(texts.title)[0])
    closes = market.closes_at
    asked, stated = (_dated(when, closes, market.expected_at) for when in (asked, stated))
    timing = Timing(
        asked=asked,
        stated=stated,
        match_up=texts.match_up,
        closes_on=_american(closes),
        opens_on=_american(market.opens_at),
    )
    if market.id.venue is VenueName.KALSHI:
        return _with_ticker(timing, market.id.key), question, statement
    return _with_slug(timing, market), question, statement


def compare_timing(kalshi: Timing, polymarket: Timing, *, next_one: bool) -> list[Finding]:
    """Compare match day, deadline, period, season and year; the time of day too."""
    if kalshi.match_day or polymarket.match_day:
        return _match_days(kalshi, polymarket)
    found = [_seasons(kalshi, polymarket), _clock(kalshi, polymarket)]
    if kalshi.deadline or polymarket.deadline:
        found.append(_deadlines(kalshi, polymarket, next_one=next_one))
    found.append(_periods(kalshi, polymarket))
    if not any(item and item.fact in {"deadline", "day"} for item in found):
        found.append(_year(kalshi, polymarket))
    return [item for item in found if item]


def _match_days(kalshi: Timing, polymarket: Timing) -> list[Finding]:
    if not (kalshi.match_day and polymarket.match_up) or not kalshi.match_up:
        return [conflict("scope", kalshi.match_day or "no single match", polymarket.match_day or "no single match")]
    day, weak = polymarket.match_day, polymarket.match_day_weak
    if day is None and weak is None:
        return [silent("match day", f"Kalshi {kalshi.match_day}, Polymarket nothing", SILENT_DEADLINE_PPM)]
    if not kalshi.match_day.agrees(day or weak or kalshi.match_day):
        return [conflict("match day", kalshi.match_day, day or weak)]
    minutes = (kalshi.match_minute, polymarket.match_minute)
    if minutes[0] is not None and minutes[1] is not None and abs(minutes[0] - minutes[1]) > _MATCH_MINUTES_MAX:
        return [conflict("start of the match (minutes after midnight)", minutes[0], minutes[1])]
    return [agree("match day", str(kalshi.match_day), 0 if day else WEAK_DATE_PPM)]


def _deadlines(kalshi: Timing, polymarket: Timing, *, next_one: bool) -> Finding:
    mine, other = kalshi.deadline, polymarket.deadline
    if mine and other:
        if _apart_days(mine, other) <= 1:
            return agree("deadline", str(other))
        return conflict("deadline", mine, other)
    known, rest = (mine or other), (polymarket if mine else kalshi)
    if known is None:
        return silent("deadline", "neither", SILENT_DEADLINE_PPM)
    if _ends_with(rest, known):
        holder = kalshi if mine else polymarket
        if (rest.asked.months or rest.asked.quarters) and not _opened_within(holder, known):
            return silent("start", f"a period that ends on {known} against a mere deadline", SILENT_DEADLINE_PPM)
        return agree("deadline", f"{known}, the end of the period named on the other side")
    if rest.asked.days:
        return conflict("deadline", mine or rest.asked.days, other or rest.asked.days)
    if rest is kalshi and not next_one and kalshi.ticker_days:
        if any(_apart_days(day, known) <= 1 for day in kalshi.ticker_days):
            return agree("deadline", f"{known}, on Kalshi in the ticker", WEAK_DATE_PPM)
        return conflict("deadline", kalshi.ticker_days, known)
    if rest.closes_on and rest.closes_on.year and _apart_days(rest.closes_on, known) <= 1:
        return agree("deadline", f"{known}, on one side only as the close", WEAK_DATE_PPM)
    if rest.years and known.year and known.year not in rest.years:
        return conflict("deadline", mine or rest.years, other or rest.years)
    if rest is kalshi and kalshi.ticker_year and known.year not in {0, kalshi.ticker_year, kalshi.ticker_year - 1}:
        return conflict("deadline", f"ticker year {kalshi.ticker_year}", known)
    year_end = (known.month, known.day) == (12, 31)
    doubt = SILENT_DEADLINE_PPM // 2 if year_end and (next_one or rest.years) else SILENT_DEADLINE_PPM
    return silent("deadline", f"Kalshi {mine or 'nothing'}, Polymarket {other or 'nothing'}", doubt)


def _opened_within(holder: Timing, deadline: Day) -> bool:
    """Whether the market with the mere deadline opened about when the other side's month or quarter begins."""
    if holder.opens_on is None or not deadline.year:
        return False
    return -5 <= _ordinal(deadline, 0) - 31 - _ordinal(holder.opens_on, 0) <= 5


def _ends_with(timing: Timing, deadline: Day) -> bool:
    """Whether the period that `timing` names ends with `deadline`: in 2026 is by December 31, 2026."""
    for when in (timing.asked, timing.stated):
        if any(
            _apart_days(month_end(year or deadline.year or 2025, month), deadline) <= 1 for year, month in when.months
        ):
            return True
        if when.quarters or when.months or when.days:
            return any(
                _apart_days(_quarter_end(year or deadline.year, part), deadline) <= 1 for year, part in when.quarters
            )
        if when.years:
            return (deadline.month, deadline.day) == (12, 31) and deadline.year in when.years
    return False


def _periods(kalshi: Timing, polymarket: Timing) -> Finding | None:
    """Months, quarters and named days of both questions."""
    mine, other = _period(kalshi), _period(polymarket)
    if not (mine and _asks_period(kalshi)) and not (other and _asks_period(polymarket)):
        return None
    if mine and other:
        if any(_agree(one, two) for one in mine for two in other):
            return agree("period", ", ".join(sorted(map(_shown, other))))
        return conflict("period", [_shown(item) for item in mine], [_shown(item) for item in other])
    if kalshi.deadline or polymarket.deadline:
        return None
    known = mine or other
    if not (_asks_period(kalshi) if mine else _asks_period(polymarket)):
        return None
    if other and any(_agree(one, ("month", *month)) for one in other for month in kalshi.ticker_months):
        return agree("period", ", ".join(sorted(map(_shown, other))), WEAK_DATE_PPM)
    if other and any(_agree(one, ("day", day)) for one in other for day in kalshi.ticker_days):
        return agree("period", ", ".join(sorted(map(_shown, other))), WEAK_DATE_PPM)
    if other and (kalshi.ticker_months or kalshi.ticker_days):
        return conflict("period", kalshi.ticker_days or kalshi.ticker_months, [_shown(item) for item in other])
    return silent("period", ", ".join(sorted(map(_shown, known))), SILENT_DATE_PPM)


_Period = tuple[str, Day] | tuple[str, int, int] | tuple[str, int, str]


def _period(timing: Timing) -> set[_Period]:
    when = timing.asked if timing.asked.days or timing.asked.months or timing.asked.quarters else timing.stated
    if when is timing.stated and (timing.asked.deadlines or timing.asked.seasons):
        return set()
    found: set[_Period] = {("month", year, month) for year, month in when.months}
    found |= {("quarter", year, part) for year, part in when.quarters}
    return found | {("day", day) for day in when.days}


def _asks_period(timing: Timing) -> bool:
    return bool(timing.asked.days or timing.asked.months or timing.asked.quarters)


def _agree(one: _Period, two: _Period) -> bool:
    if len(one) == 2 and len(two) == 2:
        return one[1].agrees(two[1])
    if len(one) == 2 or len(two) == 2:
        day, other = (one, two) if len(one) == 2 else (two, one)
        return (
            len(day) == 2
            and len(other) == 3
            and other[0] == "month"
            and day[1].month == other[2]
            and (not day[1].year or not other[1] or day[1].year == other[1])
        )
    return one[0] == two[0] and one[2] == two[2] and (not one[1] or not two[1] or one[1] == two[1])


def _shown(item: _Period) -> str:
    return str(item[1]) if len(item) == 2 else f"{item[1] or ''} {item[2]}".strip()


def _seasons(kalshi: Timing, polymarket: Timing) -> Finding | None:
    mine = kalshi.asked.seasons or kalshi.stated.seasons
    other = polymarket.asked.seasons or polymarket.stated.seasons
    if mine and other:
        return agree("season", _season(other)) if mine & other else conflict("season", _season(mine), _season(other))
    known, rest = (mine or other), (polymarket if mine else kalshi)
    if not known or rest.years:
        return None
    if rest is kalshi and kalshi.ticker_year:
        if any(kalshi.ticker_year == last for _, last in known):
            return agree("season", _season(known), WEAK_DATE_PPM)
        return conflict("season", f"ticker year {kalshi.ticker_year}", _season(known))
    return silent("season", _season(known), SILENT_DATE_PPM)


def _year(kalshi: Timing, polymarket: Timing) -> Finding | None:
    mine, other = kalshi.years, polymarket.years
    if mine and not _years(kalshi.asked) and kalshi.ticker_year:
        mine |= {kalshi.ticker_year}
    if mine and other:
        return agree("year", _list(mine & other)) if mine & other else conflict("year", mine, other)
    if other and kalshi.ticker_year:
        if kalshi.ticker_year in other:
            return agree("year", f"{kalshi.ticker_year}, on Kalshi in the ticker", WEAK_DATE_PPM)
        return conflict("year", f"ticker year {kalshi.ticker_year}", other)
    if mine or other:
        return silent("year", _list(mine or other), SILENT_DATE_PPM)
    return silent("date", "neither side says when", SILENT_DATE_PPM // 3)


def _clock(kalshi: Timing, polymarket: Timing) -> Finding | None:
    """A time of day in both questions: a price at noon is not the price at four."""
    mine, other = kalshi.asked.minutes, polymarket.asked.minutes
    if mine and other and not mine & other:
        return conflict("time of day (minutes after midnight)", mine, other)
    return None


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
    if end is None:
        return when
    return replace(
        when,
        deadlines=frozenset(_in_year(day, end) for day in when.deadlines),
        days=frozenset(_in_year(day, end) for day in when.days),
    )


def _in_year(day: Day, end: datetime) -> Day:
    if day.year or (day.month, day.day) == (2, 29):
        return day
    years = (end.year - 1, end.year, end.year + 1)
    target = end.date().toordinal()
    return Day(
        min(years, key=lambda year: abs(date(year, day.month, day.day).toordinal() - target)), day.month, day.day
    )


def _joined(one: When, two: When) -> When:
    return When(
        one.deadlines or two.deadlines,
        one.days or two.days,
        one.months or two.months,
        one.quarters or two.quarters,
        one.years | two.years,
        one.seasons | two.seasons,
        one.minutes or two.minutes,
    )


def _years(when: When) -> frozenset[int]:
    years = when.years | {year for season in when.seasons for year in season}
    return (
        years | {day.year for day in when.days | when.deadlines if day.year} | {year for year, _ in when.months if year}
    )


def _apart_days(one: Day, two: Day) -> int:
    year = one.year or two.year or 2025
    return abs(_ordinal(one, year) - _ordinal(two, two.year or year))


def _ordinal(day: Day, year: int) -> int:
    return date(day.year or year, day.month, min(day.day, 28) if day.month == 2 else day.day).toordinal()


def _quarter_end(year: int, part: str) -> Day:
    return month_end(year or 2025, int(part[1]) * (3 if part[0] == "q" else 6))


def _american(moment: datetime | None) -> Day | None:
    if moment is None:
        return None
    local = moment - _EASTERN
    return Day(local.year, local.month, local.day)


def _season(seasons: frozenset[tuple[int, int]]) -> str:
    return ", ".join(f"{first}-{last}" for first, last in sorted(seasons))


def _list(years: frozenset[int]) -> str:
    return ", ".join(map(str, sorted(years)))


UNTIMED = Timing()
"""No date at all."""
