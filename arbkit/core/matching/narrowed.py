"""What a deciding sentence narrows by ordinary words: the manner of a win, which release of a figure, of which crime,
and what is counted. The titles are often alike; the sentence is not."""

import re
from functools import lru_cache

from arbkit.core.matching import lexicon
from arbkit.core.matching.entities.words import CRIMES, FIGURES
from arbkit.core.matching.essence import deciding
from arbkit.core.matching.facts import Facts
from arbkit.core.matching.findings import Finding, conflict, silent
from arbkit.core.matching.lexicon import stem
from arbkit.core.matching.manner import read_manner
from arbkit.core.matching.understood import understood

RELEASE_PPM = 90_000
"""Doubt when one side alone waits for a later release than the first, or for a revised figure."""
CRIME_PPM = 45_000
"""Doubt when one side alone says of which crime."""
NARROWING_PPM = 100_000
"""Doubt when one side alone says a word that leaves out a part of what the other counts."""
FIGURE_PPM = 45_000
"""Doubt for each word that a rule counts by and neither its title nor the other side says: job openings for jobs."""

_RELEASES = {
    "first": "advanced?|flash|initial|first|preliminary|initially",
    "second": "second",
    "final": "third|final|last",
    "revised": "revised|updated|benchmark",
}
_REGULATION = frozenset({"regulation"})
_MARGIN = frozenset({"margin"})
"""By how much is a threshold where both sides give a number."""
_HINTS = ("stimate", "eading", "elease", "rint", "igure", "relim", "intage", "umber", "data", "alue")
_FIRST = frozenset({"first"})
_RELEASE = re.compile(
    r"(?P<no>\b(?:not|nor|no|without|ignor\w+|disregard\w*|exclud\w+|regardless of|later|subsequent"
    r"|before any|after the) (?:[\w'-]+ ){0,3})?"
    r"\b(?:" + "|".join(f"(?P<{name}>{words})" for name, words in _RELEASES.items()) + r")"
    r"[ -](?:(?:official|gdp|cpi|payrolls?|quarterly|monthly|annual|published|reported) ){0,2}"
    r"(?:estimates?|readings?|releases?|prints?|figures?|prelim\w*|vintage|numbers?|data|value)\b",
    re.IGNORECASE,
)
_NUMBER_OF = re.compile(
    r"\b(?:number|total|amount|volume|count) of (?P<what>(?:[\w.'-]+ ){0,5}?[\w'-]+)"
    r"(?= (?:in|at|by|is|are|on|for|that|who|during|from|reported|between|within|to|issued|made|of)\b|[,.;()]|$)",
    re.IGNORECASE,
)
_DENIED = re.compile(r"\b(?:not|no|nor|without|ignor\w+|disregard\w*|exclud\w+|regardless|later|before)\b[^.;]{0,40}$")
_LEGAL = re.compile(
    r"\b(?:convict|guilty|charge|indict|acquit|plead|felon|crime|offen[sc]e|sentenc|prison|jail)", re.IGNORECASE
)
_BROAD = re.compile(
    r"\b(?P<first>flash|preliminary|initially (?:reported|published|released))\b"
    r"|\b(?P<final>final (?:pmi|index|gdp|cpi|sentiment))\b|\b(?P<revised>revised|after revisions?)\b",
    re.IGNORECASE,
)
"""How the deciding sentence itself names the release, whatever it calls the figure."""
_ANY_CRIME = re.compile(
    r"\b(?:any|a|an|one|all|every|each|at least one|one or more)(?: of the| or more)? "
    r"(?:(?:criminal|federal|state|other|serious|new|such|pending) ){0,2}"
    r"(?:charges?|counts?|crimes?|felon(?:y|ies)|offen[sc]es?|misdemeanou?rs?)\b(?! of (?!the ))",
    re.IGNORECASE,
)
_RIVALS: dict[str, tuple[str, ...]] = {
    "ruling": (
        r"affirm(?:s|ed)?|uph(?:olds?|eld)|lawful|(?:is|was|are) constitutional",
        r"revers(?:es?|ed)|overturn(?:s|ed)?|str(?:ikes?|uck) down|unlawful|unconstitutional|invalidates?|illegal",
    ),
    "decision": (
        r"grant(?:s|ed)?|approv(?:es?|ed)|accept(?:s|ed)?",
        r"den(?:y|ies|ied)|reject(?:s|ed)?|dismiss(?:es|ed)?",
    ),
    "items": (r"core", r"headline|all[- ]items"),
    "employers": (
        r"private(?= (?:\w+ )?(?:payrolls|jobs|employment))",
        r"(?:total|non-?farm|government)(?= (?:\w+ )?(?:payrolls?|jobs|employment))",
    ),
    "grade": (
        r"regular(?= (?:unleaded |grade )?(?:gas|gasoline|fuel)\b)",
        r"(?:premium|mid-?grade)(?= (?:unleaded |grade )?(?:gas|gasoline|fuel)\b)|diesel",
    ),
    "most of what": (
        r"(?:most|greatest number of|largest number of|highest number of|plurality of) seats",
        r"(?:most|greatest number of|largest number of|highest number of|plurality of) votes"
        r"|(?:highest|largest|greatest) (?:share|percentage) of (?:the )?(?:popular )?votes?",
        r"(?:majority|more than half) of (?:all |the |its )?(?:\w+ )?seats|(?:absolute|outright|overall) majority",
    ),
    "whose turnout": (r"registered voters", r"(?:voting[- ](?:eligible|age)|eligible) (?:voters?|population)"),
    "act": (r"issue[sd]?", r"revok(?:es?|ed)|rescind(?:s|ed)?"),
    "prices": (r"nominal", r"real|inflation[- ]adjusted"),
    "adjustment": (r"(?<!not )seasonally[- ]adjusted", r"(?:not|un)[ -]?(?:seasonally )?adjusted|unadjusted"),
    "certainty": (r"confirmed|verified", r"suspected|alleged|probable"),
    "sentence": (
        r"to death|death penalty|executed",
        r"life\b(?=[^.]{0,12}\b(?:prison|sentence|imprison|without))|to life",
    ),
}
"""Ordinary words of deciding sentences of which the one is not so where the other is."""
_NARROWING = {
    "stage of a prize": r"long-?list(?:ed)?|short-?list(?:ed)?|finalists?",
    "outcome of an appeal": r"w[io]ns? (?:(?:an?|the|her|his|its|their) )?(?:\w+ )?appeal|appeal (?:is )?(?:granted"
    r"|succeeds|successful)|successfully appeals?",
    "whose law": r"federal(?:ly)?",
    "how many charges": r"(?:all|every|each|both|multiple|several|two|three|two or more|at least (?:two|three|[2-9])"
    r"|most serious|top|[2-9])(?: of the| or more)? (?:criminal |federal |felony )?(?:charges?|counts?|felonies)",
    "how long": r"life (?:in prison|sentence|imprisonment|without)|to life\b|to death\b",
}
"""Words of a deciding sentence or title that leave out what stands on the other side without them."""
_IN_BRACKETS = re.compile(r"\([^()]*\)")
_CRIMES = frozenset(map(stem, CRIMES))
_FIGURES = frozenset(map(stem, FIGURES))


def compare_narrowed(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """Hold what both deciding sentences narrow against each other."""
    return [
        *_manners(kalshi, polymarket),
        *_releases(kalshi, polymarket),
        *_crimes(kalshi, polymarket),
        *_figures(kalshi, polymarket),
        *_rivals(kalshi, polymarket),
        *_narrowing(kalshi, polymarket),
    ]


def _manners(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """To win by knockout is not to win."""
    numbered = _MARGIN if kalshi.intervals and polymarket.intervals else frozenset()
    mine, other = (read_manner(f"{facts.shown} . {facts.statement}") - numbered for facts in (kalshi, polymarket))
    if kalshi.regulation and polymarket.regulation:
        mine, other = mine - _REGULATION, other - _REGULATION
    return [] if mine == other else [conflict("manner of the win", mine, other)]


def _releases(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """The advance estimate is not the third one; who names none means the first."""
    if not (polymarket.intervals and (kalshi.intervals or kalshi.further)):
        return []
    mine, other = (_release(f"{facts.title} . {facts.all_rules}", facts.statement) for facts in (kalshi, polymarket))
    if mine == other or mine & other:
        return []
    if mine and other:
        return [conflict("release of the figure", mine, other)]
    named = mine or other
    if named == _FIRST:
        return []
    return [silent("release", f"only one side waits for the {', '.join(sorted(named))} figure", RELEASE_PPM)]


@lru_cache(maxsize=8_192)
def _release(text: str, statement: str) -> frozenset[str]:
    """Which releases of a figure a text names, but for those that it says do not count."""
    hits = [hit for hit in _RELEASE.finditer(text) if not hit["no"]] if any(hint in text for hint in _HINTS) else []
    decisive = deciding(statement)
    hits += [hit for hit in _BROAD.finditer(decisive) if not _DENIED.search(decisive, 0, hit.start())]
    return frozenset(str(hit.lastgroup) for hit in hits)


def _crimes(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """Of any charge is not of murder, and murder is not manslaughter."""
    if not (_LEGAL.search(kalshi.statement) and _LEGAL.search(polymarket.statement)):
        return []
    mine, other = (_words(deciding(facts.statement), facts.title) & _CRIMES for facts in (kalshi, polymarket))
    if mine == other:
        return []
    if mine and other:
        return [conflict("crime", kalshi.spell(mine), polymarket.spell(other))]
    if _ANY_CRIME.search((polymarket if mine else kalshi).statement):
        return [conflict("crime", kalshi.spell(mine) or "any", polymarket.spell(other) or "any")]
    return [silent("crime", f"only one side says of which: {', '.join(sorted(mine | other))}", CRIME_PPM)]


def _figures(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """A figure of the deciding sentence that is not that of the other side: arrests and deportations."""
    if not (polymarket.intervals and (kalshi.intervals or kalshi.further)):
        return []
    one, two = (_figure(facts) for facts in (kalshi, polymarket))
    if one and two and not one & two:
        return [conflict("what is counted", kalshi.spell(one), polymarket.spell(two))]
    found = []
    for venue, mine, other in (("Kalshi", kalshi, polymarket), ("Polymarket", polymarket, kalshi)):
        told = " . ".join(hit["what"] for hit in _NUMBER_OF.finditer(deciding(mine.statement))) if mine.detail else ""
        alone = (_words(told, "") & mine.detail) - other.said - understood(mine, other) if told else frozenset()
        found += [
            silent("figure", f"only {venue} counts {word}", FIGURE_PPM)
            for word in mine.spell(alone - other.told(alone))
        ]
    return found


def _figure(facts: Facts) -> frozenset[str]:
    """What is counted: by the deciding sentence, or else by the title."""
    return _words(deciding(facts.statement), "") & _FIGURES or _words("", facts.title) & _FIGURES


@lru_cache(maxsize=8_192)
def _words(text: str, title: str) -> frozenset[str]:
    """The stems of a text and of a title that already stands in canonical words."""
    found = lexicon.replace(lexicon.words(text), lexicon.phrases())
    return frozenset(stem(word.text) for word in found).union(map(stem, title.split(" ")))


def _rivals(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """Affirms is not reverses, and nominal is not real."""
    mine, other = (_sides(_decisive(facts)) for facts in (kalshi, polymarket))
    return [
        conflict(name, *({word for _, word in sides[name]} for sides in (mine, other)))
        for name in mine.keys() & other.keys()
        if not {side for side, _ in mine[name]} & {side for side, _ in other[name]}
    ]


def _narrowing(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """To be a finalist is not to win, and a federal crime is not any crime."""
    found = []
    texts = _decisive(kalshi), _decisive(polymarket)
    legal = all(map(_LEGAL.search, texts))
    for name, pattern in _NARROWING_PATTERNS.items():
        hits = [pattern.search(text) for text in texts] if legal or name in _ALWAYS else [None, None]
        if bool(hits[0]) is not bool(hits[1]):
            found.append(silent(name, f"only {'Kalshi' if hits[0] else 'Polymarket'} says so", NARROWING_PPM))
    return found


def _decisive(facts: Facts) -> str:
    """Title and deciding sentence, without what stands in brackets."""
    return f"{facts.title} . {_IN_BRACKETS.sub(' ', deciding(facts.statement))}"


@lru_cache(maxsize=8_192)
def _sides(text: str) -> dict[str, frozenset[tuple[int, str]]]:
    """Of each pair of rivals the sides that a text names, with its words."""
    if not _ANY_RIVAL.search(text):
        return {}
    found = {
        name: frozenset((side, hit.group().lower()) for side, one in enumerate(patterns) for hit in one.finditer(text))
        for name, patterns in _RIVAL_PATTERNS.items()
    }
    return {name: sides for name, sides in found.items() if sides}


_RIVAL_PATTERNS = {
    name: tuple(re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for words in sides) for name, sides in _RIVALS.items()
}
_ANY_RIVAL = re.compile(rf"\b(?:{'|'.join(words for sides in _RIVALS.values() for words in sides)})\b", re.IGNORECASE)
_NARROWING_PATTERNS = {name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for name, words in _NARROWING.items()}
_ALWAYS = frozenset({"stage of a prize", "outcome of an appeal"})
"""What narrows whatever is asked; the rest is read of crimes alone."""
