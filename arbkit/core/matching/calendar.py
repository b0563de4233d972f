"""Whether two markets are about the same time: match day, deadline, period, season, year, time of day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Self

from arbkit.core.matching.dates import Day, When, day_before, month_end
from arbkit.core.matching.findings import Finding, agree, conflict, silent
from arbkit.core.matching.spans import compare_starts
from arbkit.core.matching.timing import Timing, years_named

SILENT_DEADLINE_PPM = 50_000
"""Doubt when only one side has a deadline, and nothing stands for it on the other."""
SILENT_DATE_PPM = 45_000
"""Doubt when only one side names a period, season or year."""
WEAK_DATE_PPM = 5_000
"""Doubt when one side says the date only in its ticker or by its close."""

_MATCH_MINUTES_MAX = 150
"""Two matches of the same sides on one day (baseball) start further apart."""
_CLOSE_DAYS = 7
"""How near two markets on one event close, when neither closes long after it."""
_LAST_DAYS_FROM = 30
"""Before the last day of a year is its last day but one."""
_CLOSES_FAR_DAYS = 180
"""How far apart two markets without any date may close: where nothing else says when, one waits longer."""
_MONTH_START_DAYS = 5
"""How near to the first of the month a market has to open for "by its end" to mean "within it"."""


def compare_timing(
    kalshi: Timing, polymarket: Timing, *, next_one: bool = False, contest: bool = False
) -> list[Finding]:
    """Compare every date of two markets.

    `next_one`: both ask for the next of something; then the day in a ticker is when it was issued, not when it ends.
    `contest`: both ask who wins; then a year's end that only a rule names is how long it waits, not what is asked.
    """
    if kalshi.match_day or polymarket.match_day:
        return [_match_day(kalshi, polymarket)]
    found = [_season(kalshi, polymarket), _clock(kalshi, polymarket), compare_starts(kalshi, polymarket)]
    if kalshi.deadline or polymarket.deadline:
        waits = contest and not (kalshi.asked.deadlines or polymarket.asked.deadlines)
        found.append(_deadline(kalshi, polymarket, next_one=next_one, waits=waits))
    found.append(_period(kalshi, polymarket))
    if not any(item and item.fact == "deadline" for item in found):
        found.append(_years_compared(kalshi, polymarket) or _year(kalshi, polymarket))
    return [item for item in found if item]


def _match_day(kalshi: Timing, polymarket: Timing) -> Finding:
    mine, other = kalshi.match_day, polymarket.match_day
    if mine is None or not polymarket.match_up:
        return conflict("scope", mine or "no single match", other or "no single match")
    day = other or polymarket.match_day_weak
    if day is None:
        return silent("match day", f"Kalshi {mine}, Polymarket nothing", SILENT_DEADLINE_PPM)
    if not mine.agrees(day):
        return conflict("match day", mine, day)
    starts = kalshi.match_minute, polymarket.match_minute
    if starts[0] is not None and starts[1] is not None and abs(starts[0] - starts[1]) > _MATCH_MINUTES_MAX:
        return conflict("start of the match (minutes after midnight)", *starts)
    return agree("match day", str(mine), 0 if other else WEAK_DATE_PPM)


def _deadline(kalshi: Timing, polymarket: Timing, *, next_one: bool, waits: bool) -> Finding:
    mine, other = kalshi.deadline, polymarket.deadline
    if mine and other:
        if apart_days(mine, other) == 0:
            return agree("deadline", str(other))
        if apart_days(mine, other) == 1 and (_states(kalshi, other) or _states(polymarket, mine)):
            return agree("deadline", f"{other}, in the rules of both", WEAK_DATE_PPM)
        return conflict("deadline", mine, other)
    if mine:
        return _against(mine, kalshi, polymarket) or _silent_deadline(mine, polymarket, open_end=next_one or waits)
    if other is None:
        return silent("deadline", "neither side says it", SILENT_DEADLINE_PPM)
    found = _against(other, polymarket, kalshi) or (None if next_one else _in_ticker(other, kalshi))
    return found or _silent_deadline(other, kalshi, open_end=next_one or waits)


def _states(timing: Timing, day: Day) -> bool:
    """Whether the statement names this very day, though the title names the one beside it: before or through it."""
    return any(day.agrees(named) for named in (*timing.stated.days, *timing.stated.deadlines))


def _last_days(ticker_day: Day) -> tuple[Day, ...]:
    """What last day a ticker may mean: the day itself; for the first of a month also the day before."""
    return (ticker_day, day_before(ticker_day)) if ticker_day.day == 1 else (ticker_day,)


def _against(deadline: Day, holder: Timing, rest: Timing) -> Finding | None:
    """A deadline against whatever the other side says of time instead."""
    words = f"{deadline} against {_shown(_spans(rest))}"
    if _ends_with(rest, deadline):
        if (rest.asked.months or rest.asked.quarters) and not _opened_with_month(holder, deadline):
            return silent("start", f"{words}: the deadline says no start", SILENT_DEADLINE_PPM)
        return agree("deadline", f"{deadline}, the end of the period on the other side")
    if (deadline.month, deadline.day) == (12, 30) and deadline.year in holder.asked.years & rest.asked.years:
        return agree("deadline", f"{words}: the last day but one of the year that both name", WEAK_DATE_PPM)
    if rest.asked.days:
        return conflict("deadline", *_in_order(holder, rest, str(deadline), f"on {_shown(_spans(rest))}"))
    if rest.years and deadline.year and deadline.year not in rest.years:
        return conflict("deadline", *_in_order(holder, rest, str(deadline), _listed(rest.years)))
    return None


def _in_order(holder: Timing, rest: Timing, held: str, said: str) -> tuple[str, str]:
    """Kalshi first; only Kalshi has a ticker."""
    return (said, held) if rest.on_kalshi and not holder.on_kalshi else (held, said)


def _in_ticker(deadline: Day, kalshi: Timing) -> Finding | None:
    """The deadline of Polymarket against the date in Kalshi's ticker."""
    if kalshi.ticker_days:
        if any(apart_days(last, deadline) == 0 for day in kalshi.ticker_days for last in _last_days(day)):
            return agree("deadline", f"{deadline}, on Kalshi in the ticker", WEAK_DATE_PPM)
        return conflict("deadline", f"ticker {', '.join(map(str, kalshi.ticker_days))}", deadline)
    year = kalshi.ticker_year
    if year and deadline.year not in {0, year, year - 1}:
        return conflict("deadline", f"ticker year {year}", deadline)
    return None


def _silent_deadline(deadline: Day, rest: Timing, *, open_end: bool) -> Finding:
    if rest.closes_on and rest.closes_on.year and apart_days(rest.closes_on, deadline) <= 1:
        return agree("deadline", f"{deadline}, on one side only as the close", WEAK_DATE_PPM)
    year_end = deadline.month == 12 and deadline.day >= _LAST_DAYS_FROM
    doubt = SILENT_DEADLINE_PPM // 2 if year_end and (open_end or rest.years) else SILENT_DEADLINE_PPM
    return silent("deadline", f"{deadline}, on one side only", doubt)


def _opened_with_month(holder: Timing, deadline: Day) -> bool:
    """Whether the market with the mere deadline says, or opened about, when the other side's month begins."""
    if not deadline.year:
        return False
    first = Day(deadline.year, deadline.month, 1)
    if any(first.agrees(day) for day in holder.stated.days | holder.stated.starts):
        return True
    return holder.opens_on is not None and apart_days(holder.opens_on, first) <= _MONTH_START_DAYS


def _ends_with(timing: Timing, deadline: Day) -> bool:
    """Whether the period that `timing` names ends with `deadline`: "in 2026" is by December 31, 2026."""
    for when in (timing.asked, timing.stated):
        ends = [month_end(year or deadline.year or 2025, month) for year, month in when.months]
        ends += [_quarter_end(year or deadline.year, part) for year, part in when.quarters]
        if ends or when.days:
            return any(apart_days(end, deadline) == 0 for end in ends)
        if when.years:
            return (deadline.month, deadline.day) == (12, 31) and deadline.year in when.years
    return False


@dataclass(frozen=True, slots=True, order=True)
class _Span:
    """A named day, month, quarter or half-year; 0 and "" are what the text does not say."""

    year: int
    month: int = 0
    day: int = 0
    part: str = ""

    def agrees(self, other: Self) -> bool:
        """Whether one can lie within the other; a quarter is never a month."""
        if self.year and other.year and self.year != other.year:
            return False
        if self.part or other.part:
            return self.part == other.part
        return self.month == other.month and (self.day == other.day or 0 in {self.day, other.day})

    def __str__(self) -> str:
        return (
            self.part.upper() + f" {self.year or ''}"
            if self.part
            else "-".join(f"{value:02d}" for value in (self.year, self.month, self.day) if value)
        )


def _period(kalshi: Timing, polymarket: Timing) -> Finding | None:
    """Months, quarters and named days of both questions."""
    mine, other = _spans(kalshi), _spans(polymarket)
    if not (_asks_span(kalshi) or _asks_span(polymarket)):
        return None
    if mine and other:
        shown = _shown(mine), _shown(other)
        if _same_stretch(mine, other) and _day_of_month(kalshi, polymarket):
            return silent("period", f"Kalshi {shown[0]}, Polymarket {shown[1]}: a day, and a month", SILENT_DATE_PPM)
        return agree("period", shown[1]) if _same_stretch(mine, other) else conflict("period", *shown)
    if kalshi.deadline or polymarket.deadline:
        return None
    if other:
        return _period_in_ticker(other, kalshi)
    return silent("period", _shown(mine), SILENT_DATE_PPM)


def _day_of_month(kalshi: Timing, polymarket: Timing) -> bool:
    """Whether one question asks for a day and the other for the month that it lies in."""
    both = (kalshi, polymarket)
    mine, other = (timing.asked if _asks_span(timing) else timing.stated for timing in both)
    return _lies_in(mine, other, polymarket) or _lies_in(other, mine, kalshi)


def _lies_in(day: When, month: When, timing: Timing) -> bool:
    """Whether the one names days and the other nothing but months, of which its rules name no such day either."""
    named = month.days | timing.stated.days & day.days
    return bool(day.days and month.months) and not (day.months or named)


def _period_in_ticker(other: set[_Span], kalshi: Timing) -> Finding:
    """The period of Polymarket against the days and months in Kalshi's ticker."""
    ticker = {_Span(*month) for month in kalshi.ticker_months}
    ticker |= {_Span(day.year, day.month, day.day) for day in kalshi.ticker_days}
    if not ticker:
        return silent("period", _shown(other), SILENT_DATE_PPM)
    if _any_agree(ticker, other):
        return agree("period", f"{_shown(other)}, on Kalshi in the ticker", WEAK_DATE_PPM)
    return conflict("period", f"ticker {_shown(ticker)}", _shown(other))


def _spans(timing: Timing) -> set[_Span]:
    asks = _asks_span(timing)
    when = timing.asked if asks else timing.stated
    if not asks and (timing.asked.deadlines or timing.asked.seasons):
        return set()
    found = {_Span(year, month) for year, month in when.months}
    found |= {_Span(year, part=part) for year, part in when.quarters}
    return found | {_Span(day.year, day.month, day.day) for day in when.days}


def _asks_span(timing: Timing) -> bool:
    return bool(timing.asked.days or timing.asked.months or timing.asked.quarters)


def _same_stretch(mine: set[_Span], other: set[_Span]) -> bool:
    """Whether both name a span that agrees; two days on each side are the ends of a stretch, and both have to agree."""
    if len(mine) == len(other) == 2 and all(span.day for span in (*mine, *other)):
        return all(one.agrees(two) for one, two in zip(sorted(mine), sorted(other), strict=True))
    return _any_agree(mine, other)


def _any_agree(mine: Iterable[_Span], other: Iterable[_Span]) -> bool:
    others = list(other)
    return any(one.agrees(two) for one in mine for two in others)


def _season(kalshi: Timing, polymarket: Timing) -> Finding | None:
    mine, other = _named_seasons(kalshi), _named_seasons(polymarket)
    if mine and other:
        if mine & other:
            return agree("season", _seasons(other))
        return conflict("season", _seasons(mine), _seasons(other))
    known, rest = (mine or other), (polymarket if mine else kalshi)
    if not known or rest.years:
        return _season_or_year(known, rest.asked.years or rest.stated.years)
    found = _season_in_ticker(known, kalshi.ticker_year, kalshi.closes_on) if rest is kalshi else None
    return found or silent("season", _seasons(known), SILENT_DATE_PPM)


def _season_or_year(known: frozenset[tuple[int, int]], years: frozenset[int]) -> Finding | None:
    """A season against a bare year: "the 2026 cup" is that of 2025-26, and only some go by the year of their start."""
    if not years or any(last in years for _, last in known) or not any(first in years for first, _ in known):
        return None
    return silent("season", f"{_seasons(known)} against {_listed(years)}, its first or its last year", SILENT_DATE_PPM)


def _season_in_ticker(known: frozenset[tuple[int, int]], year: int | None, closes_on: Day | None) -> Finding | None:
    """A season against the year in Kalshi's ticker: its last one, or (football) its first one when the close agrees."""
    if year is None:
        return None
    if any(year == last for _, last in known):
        return agree("season", f"{_seasons(known)}, on Kalshi in the ticker", WEAK_DATE_PPM)
    if not any(year == first for first, _ in known):
        return conflict("season", f"ticker year {year}", _seasons(known))
    if closes_on and any(closes_on.year == last for _, last in known):
        return agree("season", f"{_seasons(known)}, on Kalshi in ticker and close", WEAK_DATE_PPM)
    return None


def _named_seasons(timing: Timing) -> frozenset[tuple[int, int]]:
    """The seasons of the question; those of the rules only when the question names no year either."""
    return timing.asked.seasons or (frozenset() if timing.asked.years else timing.stated.seasons)


def _years_compared(kalshi: Timing, polymarket: Timing) -> Finding | None:
    """More in one year than in another: both years have to agree."""
    both = kalshi.asked.years, polymarket.asked.years
    return conflict("year", *map(_listed, both)) if min(map(len, both)) > 1 and both[0] != both[1] else None


def _year(kalshi: Timing, polymarket: Timing) -> Finding | None:
    mine, other, ticker = kalshi.years, polymarket.years, kalshi.ticker_year
    if mine and ticker and not years_named(kalshi.asked):
        mine |= {ticker}
    if mine and other:
        return agree("year", _listed(mine & other)) if mine & other else conflict("year", _listed(mine), _listed(other))
    if other and ticker:
        if ticker in other:
            return agree("year", f"{ticker}, on Kalshi in the ticker", WEAK_DATE_PPM)
        return conflict("year", f"ticker year {ticker}", _listed(other))
    if mine or other:
        known, rest = (mine, polymarket) if mine else (other, kalshi)
        beside = _closes_beside(known, kalshi.closes_on, polymarket.closes_on) or _closes_on_ticker(kalshi, polymarket)
        if beside or _only_told(known, rest):
            where = "as the close" if beside else "in the rules"
            return agree("year", f"{_listed(known)}, on one side only {where}", WEAK_DATE_PPM)
        one_month = rest.closes_on is None and _month_asked(kalshi, polymarket)
        return silent("year", _listed(known), SILENT_DATE_PPM // 3 if one_month else SILENT_DATE_PPM)
    apart = kalshi.closes_on and polymarket.closes_on and apart_days(kalshi.closes_on, polymarket.closes_on)
    far = (apart or 0) > _CLOSES_FAR_DAYS
    return silent(
        "date",
        f"neither side says when{', and they close far apart' if far else ''}",
        SILENT_DATE_PPM if far else SILENT_DATE_PPM // 3,
    )


def _month_asked(kalshi: Timing, polymarket: Timing) -> bool:
    """Whether both questions name the same month or day, which is the coming one when a listing says no year at all."""
    both = _asks_span(kalshi) and _asks_span(polymarket)
    return both and _same_stretch(_spans(kalshi), _spans(polymarket))


def _closes_beside(years: frozenset[int], mine: Day | None, other: Day | None) -> bool:
    """Whether both close in this year, and within a week of each other."""
    return bool(mine and other and {mine.year, other.year} <= years and apart_days(mine, other) <= _CLOSE_DAYS)


def _closes_on_ticker(kalshi: Timing, polymarket: Timing) -> bool:
    """Whether Polymarket closes on the very day in Kalshi's ticker."""
    closes = polymarket.closes_on
    return closes is not None and any(apart_days(day, closes) <= 1 for day in kalshi.ticker_days)


def _only_told(years: frozenset[int], rest: Timing) -> bool:
    """Whether the rules of the side that does not ask for a year tell of no other years than these, nor its end."""
    ends = {rest.closes_on.year} if rest.closes_on and not rest.on_kalshi else set()
    return bool(rest.told_years) and rest.told_years | ends <= years


def _clock(kalshi: Timing, polymarket: Timing) -> Finding | None:
    """A time of day in both questions: a price at noon is not the price at four."""
    mine, other = kalshi.asked.minutes, polymarket.asked.minutes
    if mine and other and not mine & other:
        return conflict("time of day (minutes after midnight)", mine, other)
    return None


def apart_days(one: Day, two: Day) -> int:
    """How many days lie between; a day without a year is of the other's."""
    year = one.year or two.year or 2025
    return abs(ordinal(one, year) - ordinal(two, two.year or year))


def ordinal(day: Day, year: int) -> int:
    """The number of a day, of `year` when it names none; February has 28 days."""
    return date(day.year or year, day.month, min(day.day, 28) if day.month == 2 else day.day).toordinal()


def _quarter_end(year: int, part: str) -> Day:
    return month_end(year or 2025, int(part[1]) * (3 if part[0] == "q" else 6))


def _shown(spans: Iterable[_Span]) -> str:
    return ", ".join(map(str, sorted(spans))) or "nothing"


def _days(days: Iterable[Day]) -> str:
    return ", ".join(sorted(map(str, days)))


def _seasons(seasons: Iterable[tuple[int, int]]) -> str:
    return ", ".join(f"{first}-{last}" for first, last in sorted(seasons))


def _listed(years: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(years)))
