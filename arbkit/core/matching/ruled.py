"""What only the deciding sentences say, of titles that agree: of which country, on which day, for how long, and whether
a deal has to be closed or only announced."""

import re

from arbkit.core.matching.actors import countries
from arbkit.core.matching.calendar import apart_days
from arbkit.core.matching.dates import Day
from arbkit.core.matching.facts import Facts
from arbkit.core.matching.findings import Finding, conflict, silent
from arbkit.core.matching.lexicon import stem
from arbkit.core.matching.rulings import compare_rulings
from arbkit.core.matching.ways import compare_ways

LENGTH_PPM = 45_000
"""Doubt when one side alone asks for a least length of time."""
CLOSED_PPM = 45_000
"""Doubt when one side alone wants a deal closed."""
_ENDS = 2
"""The first and the last day of a stretch."""
_LENGTH = re.compile(
    r"\b(?:at least|more than|no less than|longer than|a minimum of|exceeding|over) (?:an? |one )"
    r"(?:full |calendar )?(?P<unit>year|month|week|day)s?\b",
    re.IGNORECASE,
)
_DEAL = r"(?:acquisition|merger|takeover|purchase|buyout|transaction|deal|sale)"
_CLOSED = re.compile(
    rf"\bcomplet(?:es?|ed|ing|ion of)\b[^.;]{{0,60}}\b{_DEAL}\b"
    rf"|\b{_DEAL}\b[^.;]{{0,80}}\b(?:is|are|has been|have been|be) (?:officially |formally )?"
    r"(?:completed|closed|consummated|finali[sz]ed)\b"
    rf"|\b{_DEAL}\b[^.;]{{0,60}}\bcloses?\b"
    rf"|\bcloses? (?:on )?(?:its|the|their|an?) [^.;]{{0,40}}\b{_DEAL}\b",
    re.IGNORECASE,
)
_ANNOUNCED = re.compile(
    r"\b(?:it is (?:\w+ )?announced that|announce[sd]?(?: \w+){0,3} (?:agreement|deal|plans?|intention)"
    r"|will be, has been)\b",
    re.IGNORECASE,
)
_WHETHER = re.compile(r"\b(?:regardless|whether|even if|irrespective)\b[^.;]*", re.IGNORECASE)
_DEALS = frozenset(map(stem, ("acquire", "merge", "sell")))


def compare_ruled(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """Hold both deciding sentences against each other."""
    found = [*compare_rulings(kalshi, polymarket), *compare_ways(kalshi, polymarket)]
    if not (kalshi.rules_known and polymarket.rules_known):
        return found
    return [*found, *_of_country(kalshi, polymarket), *_of_day(kalshi, polymarket), *_how_long(kalshi, polymarket),
            *_closed(kalshi, polymarket)]  # fmt: skip


def _of_country(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """Deported from one country is not deported from another."""
    mine, other = (facts.ruled_names & countries() for facts in (kalshi, polymarket))
    if not (mine and other) or mine & other or (kalshi.asked | polymarket.asked) & countries():
        return []
    return [conflict("country", kalshi.spell(mine), polymarket.spell(other))]


def _of_day(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """`This week` is not the week before, which only the rules tell."""
    if not (kalshi.stated and polymarket.stated):
        return []
    if any(facts.timing.asked.known or facts.timing.match_day for facts in (kalshi, polymarket)):
        return []
    mine, other = kalshi.timing.stated.days, polymarket.timing.stated.days
    if not (mine and other) or _beside(mine, other):
        return []
    return [conflict("day", ", ".join(map(str, mine)), ", ".join(map(str, other)))]


def _beside(one: frozenset[Day], two: frozenset[Day]) -> bool:
    """Whether any two days are the same or neighbours; of two stretches both ends."""
    if len(one) == len(two) == _ENDS:
        ends = (sorted(days, key=lambda day: (day.month, day.day)) for days in (one, two))
        return all(apart_days(*pair) <= 1 for pair in zip(*ends, strict=True))
    return any(apart_days(first, second) <= 1 for first in one for second in two)


def _how_long(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """To be sentenced to at least a year is not to be sentenced to any time."""
    mine, other = ({hit["unit"].lower() for hit in _LENGTH.finditer(facts.decisive)} for facts in (kalshi, polymarket))
    if mine == other:
        return []
    return [silent("length", f"at least one {', '.join(sorted(mine ^ other))}, on one side only", LENGTH_PPM)]


def _closed(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """A deal that is announced may never be closed."""
    if not kalshi.asked & polymarket.asked & _DEALS:
        return []
    texts = [_WHETHER.sub(" ", facts.decisive) for facts in (kalshi, polymarket)]
    closed = [bool(_CLOSED.search(text)) for text in texts]
    if closed[0] is closed[1]:
        return []
    if _ANNOUNCED.search(texts[closed.index(False)]):
        return [conflict("deal", *("has to be closed" if one else "may be announced" for one in closed))]
    return [silent("deal", f"only {'Kalshi' if closed[0] else 'Polymarket'} wants it closed", CLOSED_PPM)]
