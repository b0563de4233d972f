"""Between which values nothing lies: of things counted only whole numbers occur, so that over 8 is 9 or more; what is
measured may lie anywhere between two numbers, however round they are."""

import re
from collections.abc import Sequence

from arbkit.core.matching.entities.words import COUNTED, LATTICE_TENTHS, MEASURED
from arbkit.core.matching.facts import Facts
from arbkit.core.matching.lexicon import stem
from arbkit.core.matching.numbers import Interval, Unit
from arbkit.core.money import MICRO

_TENTH = MICRO // 10
_COUNTED_MAX = 1_000_000 * MICRO
_COUNTED, _MEASURED = (frozenset(map(stem, words)) for words in (COUNTED, MEASURED))
_WRITTEN_IN_TENTHS = re.compile(r"\d\.(?!5)\d")
"""`8.0`: who writes the nought measures in tenths; `8.5` may be a line between two counts."""
_NUMBER_OF_TIMES = re.compile(
    r"\b(?:\d[\d,]*\+?(?: or (?:more|fewer|less))?|many|number of) (?:[\w-]+ ){0,2}(?:launches|releases)\b",
    re.IGNORECASE,
)
"""What is counted by a word that elsewhere means an act."""
_BY_THE_CLOCK = frozenset({"per", "seconds", "minutes", "hours", "lengths"})
"""Words of a title that ask for a rate, or for how long something takes."""
_STRIKES = ("greater", "less", "between")
"""How the words of a strike begin, whose digits are those of a field and not of a text."""
_WHOLE_DEGREES = re.compile(r"\b(?:whole|full|nearest|integer) (?:number of )?degrees?\b", re.IGNORECASE)


def step_between(values: Sequence[Interval], kalshi: Facts, polymarket: Facts) -> int | None:
    """The step from one possible value to the next of what both sides ask: tenths of some statistics, ones of what is
    counted, or of degrees where a rule says that they are whole; None where any value may occur."""
    if (kalshi.asked | polymarket.asked) & LATTICE_TENTHS:
        return _TENTH
    bounds = [value for item in values for value in (item.low, item.high) if value is not None]
    if not bounds or any(value % (MICRO // 2) or abs(value) >= _COUNTED_MAX for value in bounds):
        return None
    return MICRO if _in_ones(values, kalshi, polymarket) else None


def _in_ones(values: Sequence[Interval], kalshi: Facts, polymarket: Facts) -> bool:
    units = {item.unit for item in values} - {Unit.NONE}
    if units - {Unit.DEGREE, Unit.CELSIUS}:
        return False
    if units or (kalshi.said | polymarket.said) & _TEMPERATURES:
        return any(_WHOLE_DEGREES.search(facts.all_rules) for facts in (kalshi, polymarket))
    if any(_WRITTEN_IN_TENTHS.search(item.words) for item in values if not item.words.startswith(_STRIKES)):
        return False
    near = kalshi.said | polymarket.said
    counted = bool(near & _COUNTED) or any(
        _NUMBER_OF_TIMES.search(f"{facts.shown} . {facts.statement}") for facts in (kalshi, polymarket)
    )
    timed = any(_BY_THE_CLOCK & set(facts.title.split(" ")) for facts in (kalshi, polymarket))
    measured = _MEASURED - _CRITICS if _TOMATOMETER in near and not near & _AVERAGED else _MEASURED
    return counted and not near & measured and not timed


_TEMPERATURES = frozenset(map(stem, ("temperature", "low_temperature", "degrees", "fahrenheit", "celsius")))
_TOMATOMETER, _CRITICS = stem("rotten_tomatoes"), frozenset(map(stem, ("critic", "critics", "tomatometer")))
"""The Tomatometer shows whole percents of the critics; an average rating has tenths."""
_AVERAGED = frozenset(map(stem, ("average", "rating", "ratings", "imdb", "metacritic", "letterboxd")))
