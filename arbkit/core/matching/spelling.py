"""One name written in two ways: a slip of the pen, a further name of a person, the first letters of a name."""

from functools import lru_cache

from rapidfuzz.distance import OSA

from arbkit.core.matching.entities.words import GROUPS
from arbkit.core.matching.facts import Facts
from arbkit.core.matching.findings import Finding, agree
from arbkit.core.matching.lexicon import stem

SPELLING_PPM = 15_000
_INITIALS_MIN, _INITIALS_MAX = 3, 6
_FULL_NAME, _SUFFIXES = 2, frozenset({"jr", "sr", "ii", "iii", "iv"})
_ONE_HOLDS = frozenset(map(stem, GROUPS["office"] - {"house", "senate"}))
"""Offices that one person holds."""


def slips(mine: frozenset[str], other: frozenset[str], found: list[Finding]) -> frozenset[str]:
    """Names that differ from one of the other side by one slip of the pen."""
    spelled: set[str] = set()
    for word in sorted(mine):
        for twin in sorted(other):
            if _one_slip_apart(word, twin):
                spelled |= {word, twin}
                found.append(agree("spelling", f"{word} and {twin}", SPELLING_PPM))
    return frozenset(spelled)


def given_names(missing: frozenset[str], asker: Facts, other: Facts, found: list[Finding]) -> frozenset[str]:
    """A further name of somebody whose first and last names both sides say: Andrea Kimi, Julio Cesar. Of those who seek
    an office that one person holds it may stand last, too: a mother's name, Ivan Cepeda Castro."""
    sought = missing & asker.pick - _SUFFIXES
    if not sought or asker.league:
        return frozenset()
    order, spare = asker.order, set()
    shared = asker.names & other.names & asker.pick
    for word in sought:
        at = order.index(word) if word in order else -1
        beside = [{*order[at - 1 : at], *order[at + 1 : at + 2]}, set(order[at + 1 : at + 3])]
        if at >= _FULL_NAME and asker.strict & other.strict & _ONE_HOLDS:
            beside.append(set(order[at - _FULL_NAME : at]))
        if at >= 0 and any(len(names) == _FULL_NAME and names <= shared for names in beside):
            spare.add(word)
            found.append(agree("given name", f"{word}, on one side only", SPELLING_PPM))
    return frozenset(spare)


def initials(mine: frozenset[str], other: frozenset[str], facts: Facts, found: list[Finding]) -> frozenset[str]:
    """Short names whose letters begin a run of words of the other title, with those words: RSP, of a party in full."""
    explained: set[str] = set()
    for word in mine:
        at = _first_letters(facts.title).find(word) if _INITIALS_MIN <= len(word) <= _INITIALS_MAX else -1
        if at >= 0:
            run = facts.title.split(" ")[at : at + len(word)]
            explained |= {word, *map(stem, run)}
            found.append(agree("initials", f"{word} and {' '.join(run)}", SPELLING_PPM))
    return frozenset(explained) & (mine | other)


@lru_cache(maxsize=16_384)
def _first_letters(title: str) -> str:
    return "".join(word[:1] or " " for word in title.split(" "))


def _one_slip_apart(word: str, twin: str) -> bool:
    """One letter wrong, missing or swapped in a longer name; never between teams of a table, at the start,
    or by a letter of another script."""
    if min(len(word), len(twin)) < 5 or ":" in word + twin or word[0] != twin[0] or not (word + twin).isascii():
        return False
    return OSA.distance(word, twin, score_cutoff=1) == 1
