"""Which kind of contest it is, where the names are alike: men's or women's, singles or doubles, the race or its sprint,
the first team or the academy; and how long after something a figure is taken."""

import re
from functools import lru_cache
from typing import NamedTuple

from arbkit.core.matching.facts import Facts
from arbkit.core.matching.findings import Finding, conflict, silent

UNPLAYED_PPM = 45_000
"""Doubt when one side alone says what it pays for a deciding map that is not played, as every second is not."""

_ONE_SIDED = {
    "doubles": re.compile(r"\bdoubles\b", re.IGNORECASE),
    "sprint": re.compile(r"\bgrand prix:? sprint\b|\bsprint (?:race|qualifying|shootout)\b", re.IGNORECASE),
    "qualifying": re.compile(r"\bgrand prix:? qualifying\b", re.IGNORECASE),
}
"""What has to be said on both sides, or on neither."""
_SECOND_TEAM = re.compile(
    r"\b(?:academy|youth|reserves|u-?(?:1[5-9]|2[0-3])|under-?(?:1[5-9]|2[0-3]))\b", re.IGNORECASE
)
_WOMEN, _MEN = (
    re.compile(r"\b(?:wom[ae]n|ladies)\b", re.IGNORECASE),
    re.compile(r"\b(?:men|gentlemen)'?s\b", re.IGNORECASE),
)
_AFTER = re.compile(
    r"\b(?P<count>\d{1,3}|an?|one|two|three|six|seven|twelve|twenty-four) (?P<unit>minute|hour|day|week|month|year)s?"
    r" (?:after|following) (?:the )?(?:token )?(?P<what>launch|listing|release|ipo|tge|debut|opening)\b",
    re.IGNORECASE,
)
_COUNTS = {
    "a": "1",
    "an": "1",
    "one": "1",
    "two": "2",
    "three": "3",
    "six": "6",
    "seven": "7",
    "twelve": "12",
    "twenty-four": "24",
}


_UNPLAYED = re.compile(
    r"\b(?:map|game|set|round)\b[^.;\n]{0,60}?\b(?:is|are|was) (?:[a-z]+, )*(?:or )?not (?:be )?"
    r"(?:played|needed|required|necessary)\b(?P<pays>[^.;\n]{0,140})",
    re.IGNORECASE,
)
_PAYS = {
    "half": re.compile(r"50 ?[-/] ?50|50 ?%|0\.50\b"),
    "a fair price": re.compile(r"fair (?:market )?(?:price|value)|last (?:fair |traded )?price", re.IGNORECASE),
    "no": re.compile(r"resolves? (?:to )?[\"']?no\b", re.IGNORECASE),
}
_DECIDER = re.compile(r"\b(?:map|game|set) [3-7]\b", re.IGNORECASE)
"""A part of a match that is played only when the ones before it decide nothing."""


class _Kind(NamedTuple):
    alone: frozenset[str]
    women: bool
    men: bool
    second_team: bool
    after: frozenset[str]


def compare_kinds(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """Hold the kinds of both contests against each other, as titles and deciding sentences tell them."""
    mine, other = (
        _kind(f"{facts.decisive} . {facts.series.replace('doubles', ' doubles ')}") for facts in (kalshi, polymarket)
    )
    found = []
    if (mine.women and other.men and not other.women) or (other.women and mine.men and not mine.women):
        found.append(conflict("men or women", *("women" if kind.women else "men" for kind in (mine, other))))
    if mine.alone != other.alone:
        found.append(conflict("kind of contest", mine.alone, other.alone))
    of_match = kalshi.timing.match_up and polymarket.timing.match_up
    if of_match and mine.second_team is not other.second_team:
        found.append(conflict("team", *("a second team" if kind.second_team else "" for kind in (mine, other))))
    if mine.after and other.after and mine.after != other.after:
        found.append(conflict("how long after", mine.after, other.after))
    return [*found, *_unplayed(kalshi, polymarket)]


def _unplayed(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """What both pay for a map that is not played."""
    mine, other = (_paid_unplayed(facts.all_rules) for facts in (kalshi, polymarket))
    if mine == other:
        return []
    if mine and other:
        return [conflict("not played", mine, other)]
    known = kalshi.rules_known and polymarket.rules_known
    if known and _DECIDER.search(kalshi.shown) and _DECIDER.search(polymarket.shown):
        return [silent("not played", f"only one side says what it pays then: {mine or other}", UNPLAYED_PPM)]
    return []


@lru_cache(maxsize=4_096)
def _paid_unplayed(rules: str) -> str:
    hit = _UNPLAYED.search(rules) if " not " in rules else None
    return next((name for name, pattern in _PAYS.items() if hit and pattern.search(hit["pays"])), "")


@lru_cache(maxsize=8_192)
def _kind(text: str) -> _Kind:
    return _Kind(
        frozenset(name for name, pattern in _ONE_SIDED.items() if pattern.search(text)),
        bool(_WOMEN.search(text)),
        bool(_MEN.search(text)),
        bool(_SECOND_TEAM.search(text)),
        frozenset(
            f"{_COUNTS.get(hit['count'].lower(), hit['count'])} {hit['unit'].lower()}" for hit in _AFTER.finditer(text)
        ),
    )
