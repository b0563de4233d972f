"""Small words that the tables leave aside and that turn what is asked: to a country or from it, sixty seats or sixty
percent of them, the most awards or one."""

import re
from functools import lru_cache

from arbkit.core.matching import lexicon
from arbkit.core.matching.facts import Facts
from arbkit.core.matching.findings import Finding, conflict, silent
from arbkit.core.matching.lexicon import stem, stems

MOST_PPM = 45_000
"""Doubt when one side alone asks for the most of something."""


_MOVES = stems("extradite deport flee move transfer travel fly flight flights return evacuate relocate export import")
_WAY = re.compile(
    r"\b(?P<way>to|into|towards?|from|out of|flees?|leaves?) (?:the )?(?P<where>[A-Z][\w'-]*(?: [A-Z][\w'-]*){0,2})"
)
_TOWARDS = frozenset({"to", "into", "toward", "towards"})
_SHARE = re.compile(r"(?<![\d.,])(?P<number>\d{1,3}(?:\.\d+)?) ?(?:%|percent\b)")
_COUNT = re.compile(
    r"(?<![\d.,])(?P<number>\d{1,3})(?:\+| or (?:more|fewer|less))? (?:house |senate |national )?"
    r"(?:seats|votes|delegates|members|districts|states|counties|voters)\b",
    re.IGNORECASE,
)
_MOST = frozenset({"most"})
_FIRST_OF_ALL = stems("top best largest biggest lead leader leads first greatest highest richest mvp plurality")
"""Words that ask for the most, too."""


def compare_ways(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """Hold the small words of both questions against each other."""
    return [*_directions(kalshi, polymarket), *_shares(kalshi, polymarket), *_most(kalshi, polymarket)]


def _directions(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """To Italy is not from Italy."""
    if not kalshi.asked & polymarket.asked & _MOVES:
        return []
    mine, other = (_ways(facts.decisive) for facts in (kalshi, polymarket))
    return [
        conflict(
            "direction",
            *((f"{way} {kalshi.spell([where])[0]}" for way in sorted(ways[where])) for ways in (mine, other)),
        )
        for where in sorted(mine.keys() & other.keys())
        if not mine[where] & other[where]
    ]


@lru_cache(maxsize=4_096)
def _ways(text: str) -> dict[str, frozenset[str]]:
    """Every place that a text says a way to, and whether it leads there or away."""
    found: dict[str, frozenset[str]] = {}
    for hit in _WAY.finditer(text):
        way = "to" if hit["way"].lower() in _TOWARDS else "from"
        for word in lexicon.replace(lexicon.words(hit["where"]), lexicon.phrases()):
            if word.name:
                found[stem(word.text)] = found.get(stem(word.text), frozenset()) | {way}
    return found


def _shares(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """Sixty seats are not sixty percent of the seats."""
    texts = [facts.decisive for facts in (kalshi, polymarket)]
    shares, counts = ([{hit["number"] for hit in found.finditer(text)} for text in texts] for found in (_SHARE, _COUNT))
    for one, two in ((0, 1), (1, 0)):
        if shares[one] & counts[two] and not shares[two] and not counts[one]:
            return [conflict("unit", *(("percent", "a count") if one == 0 else ("a count", "percent")))]
    return []


def _most(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """To win the most awards is not to win one; the most seats are what wins an election."""
    found = []
    for venue, mine, other in (("Kalshi", kalshi, polymarket), ("Polymarket", polymarket, kalshi)):
        told = other.turns | other.ruled_turns | other.said
        if mine.turns >= _MOST and not told & (_MOST | _FIRST_OF_ALL):
            found.append(silent("most", f"only {venue} asks for the most", MOST_PPM))
    return found
