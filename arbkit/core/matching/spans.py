"""From when on something counts: the first day of a span, and a span of days against its last day alone."""

from collections.abc import Iterable

from arbkit.core.matching.dates import Day
from arbkit.core.matching.findings import Finding, conflict
from arbkit.core.matching.timing import Timing


def compare_starts(kalshi: Timing, polymarket: Timing) -> Finding | None:
    """First days of both questions; "after June 30" is not answered by a question that says no start."""
    mine, other = kalshi.asked.starts, polymarket.asked.starts
    if mine and other:
        alike = any(one.agrees(two) for one in mine for two in other)
        return None if alike else conflict("start", _shown(mine), _shown(other))
    for one, rest in ((kalshi, polymarket), (polymarket, kalshi)):
        if one.asked.afterwards and not _on_the_eve(one.asked.starts, rest):
            return conflict("start", _shown(mine), _shown(other))
        if _its_last_day_alone(one, rest):
            return conflict("start", _shown(mine | kalshi.asked.days), _shown(other | polymarket.asked.days))
    return None


def _its_last_day_alone(span: Timing, rest: Timing) -> bool:
    """Whether one side is about all days from a first to a last one ("from Nov 27 to Dec 3", "between" them), and the
    other about that last day and no other."""
    days, said = span.asked.starts | span.asked.days, rest.asked.days | rest.stated.days
    elsewhere = rest.asked.starts | rest.stated.starts | rest.asked.deadlines | rest.stated.deadlines
    if len(days) < 2 or not span.asked.days or span.asked.deadlines or not said or elsewhere:
        return False
    last = max(span.asked.days, key=_in_order)
    return all(day.agrees(last) for day in said) and not all(day.agrees(last) for day in days)


def _on_the_eve(starts: frozenset[Day], rest: Timing) -> bool:
    """Whether they are the last day before the year that the other side asks about: after Dec 31, 2026 is in 2027."""
    return all((day.month, day.day) == (12, 31) and day.year + 1 in rest.asked.years for day in starts)


def _in_order(day: Day) -> tuple[int, int, int]:
    return day.year, day.month, day.day


def _shown(days: Iterable[Day]) -> str:
    return ", ".join(sorted(map(str, days)))
