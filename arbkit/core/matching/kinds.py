"""Which kind of contest it is, where the names are alike: men's or women's, singles or doubles, the race or its sprint,
the first team or the academy; and how long after something a figure is taken."""

import re
from functools import lru_cache
from typing import NamedTuple

from arbkit.core.matching.essence import deciding
from arbkit.core.matching.facts import Facts
from arbkit.core.matching.findings import Finding, conflict

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


class _Kind(NamedTuple):
    alone: frozenset[str]
    women: bool
    men: bool
    second_team: bool
    after: frozenset[str]


def compare_kinds(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """Hold the kinds of both contests against each other, as titles and deciding sentences tell them."""
    mine, other = (_kind(f"{facts.shown} . {deciding(facts.statement)}") for facts in (kalshi, polymarket))
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
    return found


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
