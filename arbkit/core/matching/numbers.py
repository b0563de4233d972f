"""Thresholds in a text: number, unit and comparator as an interval, and how two intervals stand to each other."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from arbkit.core.markets import Relation, Strike, StrikeKind
from arbkit.core.money import MICRO
from arbkit.errors import BadNumber


class Unit(StrEnum):
    """What a number counts. NONE: a bare number, which may be anything."""

    NONE = ""
    USD = "$"
    PERCENT = "%"
    DEGREE = "°F"
    """Also degrees of which the text does not say the scale: both venues then mean Fahrenheit."""
    CELSIUS = "°C"


@dataclass(frozen=True, slots=True)
class Interval:
    """Values from `low` to `high` in millionths of `unit`; None is unbounded. Bounds belong to it when `*_in`."""

    low: int | None
    low_in: bool
    high: int | None
    high_in: bool
    unit: Unit
    words: str
    """The words it was read from, for the reasons."""

    @property
    def exact(self) -> bool:
        """Whether it is a single value."""
        return self.low == self.high and self.low is not None

    @property
    def bare(self) -> bool:
        """Whether it is a number without any comparator, which a rule may still give it; "exactly" is one."""
        return self.exact and not self.words.lower().startswith(("exactly", "equal to"))

    @property
    def key(self) -> tuple[int | None, bool, int | None, bool]:
        """The interval without unit and words."""
        return (self.low, self.low_in, self.high, self.high_in)

    def on_lattice(self, step: int) -> "Interval":
        """The same values when only multiples of `step` occur: closed bounds on the lattice."""
        low, high = self.low, self.high
        if low is not None:
            low = low // step * step + step if not self.low_in or low % step else low
        if high is not None:
            high = (high - 1) // step * step if not self.high_in else high // step * step
        return Interval(low, low is not None, high, high is not None, self.unit, self.words)


_SCALES = {
    "k": 1_000,
    "thousand": 1_000,
    "m": MICRO,
    "mm": MICRO,
    "mil": MICRO,
    "million": MICRO,
    "b": 1_000_000_000,
    "bn": 1_000_000_000,
    "billion": 1_000_000_000,
    "t": 1_000_000_000_000,
    "tn": 1_000_000_000_000,
    "trillion": 1_000_000_000_000,
}

_DIGITS = r"\d{{1,3}}(?:,\d{{3}}){{1,5}}(?:\.\d{{1,6}})?|\d{{1,15}}(?:\.\d{{1,6}})?|\.\d{{1,6}}"
_SCALE = r"(?:thousand|million|billion|trillion|bn|mil|k|m|b|t)\b"
_UNIT = (
    r"%|percent\b|percentage points?\b|bps\b|bp\b|basis points?\b|[°º]\s?[fc]?\b|degrees?(?: (?:celsius|fahrenheit))?\b"
)
_NUMBER = (
    rf"(?P<{{0}}s>-\s?|\bminus )?(?P<{{0}}c>[$€£])?(?P<{{0}}m>-)?(?P<{{0}}n>{_DIGITS})\s?(?P<{{0}}k>{_SCALE})?"
    rf"(?P<{{0}}p>\+(?!\w))?\s?(?P<{{0}}u>{_UNIT})?"
)
_OVER = (
    r"(?:equals?|equal to|meets?|reaches) or (?:exceeds?|is (?:greater|more|higher|above) than)"
    r"|strictly greater than|greater than or equal to|equal to or (?:greater|more|higher) than|at or (?:above|over)"
    r"|not? (?:less|fewer|lower) than|at least|more than|greater than|higher than|longer than|above"
    r"|exceeds?|exceeding|over"
    r"|minimum of|>=|≥|>"
)
_UNDER = (
    r"less than or equal to|equal to or (?:less|lower|fewer) than|at or (?:below|under)|strictly less than"
    r"|not? (?:more|greater|higher) than|at most|fewer than|less than|lower than|shorter than|below|under|up to|<=|≤|<"
)
_TAIL = (
    r"\+(?!\w)|or (?:more|above|higher|greater|over|better)\b|and (?:above|up)\b(?! [$€£]?\d)"
    r"|or (?:less|below|lower|fewer|under)\b|and below\b(?! [$€£]?\d)"
)
_LATE = r"or (?:more|higher|greater|better|less|lower|fewer)\b"
"""What may stand after the thing that is counted: 5 goals or more."""
_QUANTITY = re.compile(
    rf"(?:\b(?P<between>between|from)\s)?(?:(?<!\w)(?P<pre>{_OVER}|{_UNDER}|exactly|equal to)\s?)?"
    + r"(?<![\w.])"
    + _NUMBER.format("a")
    + r"(?:\s?(?P<dash>-|to|and)\s?"
    + _NUMBER.format("b")
    + rf")?(?:(?P<noun>(?: [a-z-]{{3,}}){{1,2}}) (?P<late>{_LATE})|\s?(?P<tail>{_TAIL})?(?!\w))",
    re.IGNORECASE,
)
_CLOSED = re.compile(r"\bat\b|equal|meet|reach|\bnot?\b|minimum|up to|[≥≤=]")
"""What stands in a comparator whose own number belongs to it."""
_JOINING = frozenset({"and", "And", "AND", "to", "To", "TO"})
"""Words between two numbers; a dash before a number that follows another dash is no sign."""
_QUANTITIES_MAX = 24
_NINES_MIN = 10 * MICRO
_LAST_CENTS = frozenset({990_000, 999_000, 999_900, 999_990, 999_999})
_LAST_OF_THOUSAND = 10_000 * MICRO
_DIGIT = re.compile(r"\d")


@lru_cache(maxsize=4_096)
def quantities(text: str) -> tuple[tuple[Interval, ...], str]:
    """Read every number of `text` with its comparator; return them and the text without them. Dates must be gone."""
    if not _DIGIT.search(text):
        return (), text
    found: list[Interval] = []
    rest: list[str] = []
    end = 0
    for hit in _QUANTITY.finditer(text):
        if len(found) >= _QUANTITIES_MAX:
            break
        found.extend(map(_next_whole, _intervals(hit)))
        rest += [text[end : hit.start()], " ", hit["noun"] or "", " "]
        end = hit.end()
    rest.append(text[end:])
    return tuple(found), "".join(rest)


def from_strike(strike: Strike, unit: Unit = Unit.NONE) -> Interval | None:
    """The interval of a Kalshi strike; None when it is not a number (custom, structured, functional)."""
    found = _of_strike(strike, unit)
    return found and _next_whole(found)


def _of_strike(strike: Strike, unit: Unit) -> Interval | None:
    low, high = _strike_micros(strike.floor), _strike_micros(strike.cap)
    words = f"{strike.kind} {strike.floor}{'-' if strike.floor and strike.cap else ''}{strike.cap}"
    match strike.kind:
        case StrikeKind.GREATER | StrikeKind.GREATER_OR_EQUAL if low is not None:
            return Interval(low, strike.kind is StrikeKind.GREATER_OR_EQUAL, None, False, unit, words)
        case StrikeKind.LESS | StrikeKind.LESS_OR_EQUAL if high is not None:
            return Interval(None, False, high, strike.kind is StrikeKind.LESS_OR_EQUAL, unit, words)
        case StrikeKind.BETWEEN if low is not None and high is not None:
            return Interval(low, True, high, True, unit, words)
        case _:
            return None


def _next_whole(one: Interval) -> Interval:
    """`above 149,999.99` as "150,000 or above", `to 159.9999` as "below 160", `over 3,199,999` as "3,200,000 or more":
    a border of nines is how a strike writes the round number after it (Kalshi's crypto strikes). The upper border of a
    bracket stays in it, as in a text that says "140 to 160": the next bracket begins there, and both mean the same."""
    if one.exact or one.unit not in {Unit.NONE, Unit.USD}:
        return one
    if one.low is not None and not one.low_in and _ends_in_nines(one.low):
        one = replace(one, low=(one.low // MICRO + 1) * MICRO, low_in=True)
    if one.high is not None and one.high_in and one.high >= _NINES_MIN and one.high % MICRO in _LAST_CENTS:
        one = replace(one, high=(one.high // MICRO + 1) * MICRO, high_in=one.low is not None)
    return one


def _ends_in_nines(value: int) -> bool:
    cents = value >= _NINES_MIN and value % MICRO in _LAST_CENTS
    return cents or (value >= _LAST_OF_THOUSAND and value % (1_000 * MICRO) == 999 * MICRO)


def upward(one: Interval) -> Interval:
    """The interval where a value on the border of two brackets belongs to the higher one: "above 3.5" holds 3.5."""
    if one.low is not None and one.high is None:
        return replace(one, low_in=True)
    return replace(one, high_in=False) if one.low is None else one


def same_values(one: Interval, other: Interval, step: int | None) -> bool:
    """Whether both hold the same values, given the lattice."""
    if step:
        one, other = one.on_lattice(step), other.on_lattice(step)
    return one.key == other.key


def complementary(one: Interval, other: Interval, step: int | None) -> bool:
    """Whether exactly one of both holds any value: above 3 and at most 3."""
    if step:
        one, other = one.on_lattice(step), other.on_lattice(step)
    for low, high in ((one, other), (other, one)):
        if low.low is None and high.high is None and low.high is not None and high.low is not None:
            if step:
                return low.high + step == high.low
            return low.high == high.low and low.high_in != high.low_in
    return False


def relation(one: Interval, other: Interval) -> Relation:
    """How `one` stands to `other`: IMPLIES when it lies within, SUBSET when it contains it, else overlap or none."""
    if _within(one, other):
        return Relation.IMPLIES
    if _within(other, one):
        return Relation.SUBSET
    apart = (one.high is not None and other.low is not None and one.high < other.low) or (
        other.high is not None and one.low is not None and other.high < one.low
    )
    return Relation.DIFFERENT if apart else Relation.OVERLAP


def _within(inner: Interval, outer: Interval) -> bool:
    low = outer.low is None or (inner.low is not None and inner.low >= outer.low)
    return low and (outer.high is None or (inner.high is not None and inner.high <= outer.high))


def _strike_micros(text: str) -> int | None:
    try:
        return _micros(text, 1) if text else None
    except BadNumber:
        return None


def _micros(digits: str, scale: int) -> int:
    whole, _, fraction = digits.replace(",", "").partition(".")
    sign = -1 if whole.startswith("-") else 1
    value = int(whole.lstrip("-") or "0") * MICRO + int(fraction[:6].ljust(6, "0") or "0")
    return sign * value * scale


def _value(hit: re.Match[str], which: str) -> tuple[int, Unit]:
    unit_text = (hit[which + "u"] or "").lower()
    value = _micros(hit[which + "n"], _SCALES.get((hit[which + "k"] or "").lower(), 1))
    if hit[which + "m"] or (hit[which + "s"] and (hit["dash"] or "and") in _JOINING):
        value = -value
    if unit_text.startswith(("bp", "basis")):
        return value // 100, Unit.PERCENT
    if unit_text.startswith(("%", "percent")):
        return value, Unit.PERCENT
    if unit_text.startswith(("°", "º", "degree")):
        return value, Unit.CELSIUS if unit_text.endswith(("c", "celsius")) else Unit.DEGREE
    return value, Unit.USD if hit[which + "c"] else Unit.NONE


def _intervals(hit: re.Match[str]) -> list[Interval]:
    """One interval, or two exact ones for `7 and 9` (no range)."""
    words = " ".join(hit.group().split())
    low, unit = _value(hit, "a")
    if hit["bn"] is None:
        return [_single(hit, low, unit, words)]
    high, unit_high = _value(hit, "b")
    if unit is not unit_high:
        low, unit = _with_unit_of(hit, low, unit, unit_high)
    if hit["ak"] is None and hit["bk"] is not None and low < high // 1_000:
        low *= _SCALES[hit["bk"].lower()]
    if hit["dash"].lower() == "and" and not hit["between"]:
        return [Interval(low, True, low, True, unit, words), Interval(high, True, high, True, unit, words)]
    return [Interval(min(low, high), True, max(low, high), True, unit, words)]


def _with_unit_of(hit: re.Match[str], low: int, unit: Unit, unit_high: Unit) -> tuple[int, Unit]:
    """`10-15%` says the unit once; `25-50 bps` too."""
    if unit is Unit.NONE:
        in_points = (hit["bu"] or "").lower().startswith(("bp", "basis"))
        return (low // 100 if in_points else low), unit_high
    return low, unit


def _single(hit: re.Match[str], value: int, unit: Unit, words: str) -> Interval:
    before, after = (hit["pre"] or "").lower(), (hit["late"] or hit["tail"] or hit["ap"] or "").lower()
    if after:
        if after in {"+", "and up"} or after.endswith(("more", "above", "higher", "greater", "over", "better")):
            return Interval(value, True, None, False, unit, words)
        return Interval(None, False, value, True, unit, words)
    if re.fullmatch(_OVER, before):
        return Interval(value, bool(_CLOSED.search(before)), None, False, unit, words)
    if re.fullmatch(_UNDER, before):
        return Interval(None, False, value, bool(_CLOSED.search(before)), unit, words)
    return Interval(value, True, value, True, unit, words)


ZERO = Interval(0, True, 0, True, Unit.NONE, "none")
"""None of something: no cuts, no change."""

ONE_OR_MORE = (MICRO, True, None, False)
"""The key of "at least one", which is what a question without a number asks of something countable."""
