"""What stands beside a name, or beside a thing, and adds nothing to it: the title of a person, the court that a justice
sits on, the oath that an elected president takes, the measure in which a thing comes anyway."""

import re

from arbkit.core.matching import lexicon
from arbkit.core.matching.entities.implied import BESIDE, COUNTRY_OF, MEMBERS, PARLIAMENTS
from arbkit.core.matching.facts import Facts
from arbkit.core.matching.lexicon import stem, stems

_BESIDE = {stem(shared): stems(left_out) for shared, left_out in BESIDE}
_MEMBERS = tuple((stems(body), tuple(map(stems, names))) for body, names in MEMBERS.items())
_BODIES = frozenset().union(*(body for body, _ in _MEMBERS))
_TITLED = re.compile(
    r"\b(?P<title>(?:[Ff]ormer )?(?:(?:US|UK|Fed|FBI|CIA|DHS|NYC|New York City) )?(?:Governor|Gov\.|Senator|Sen\."
    r"|Representative|Rep\.|Congressman|Congresswoman|Judge|Justice|Director|Chair|Chairman|Secretary|Mayor|CEO"
    r"|President|Prime Minister|Attorney General|Prince|King)) (?P<who>[A-Z][\w'-]+ [A-Z][\w'-]+)"
)
_PERSONAL = stems(
    "convict indict charge arrest pardon acquit plead prison jail extradite deport testified sentence die marry engaged"
    " divorce pregnant"
)
"""What befalls a person, whatever office they hold; who leaves an office is asked for the office."""
_WHICH = re.compile(r"(?:which|who)\b", re.IGNORECASE)
_OATH = re.compile(r"\b(?:inaugurated|sworn in)\b[^.;]{0,80}\bterm beginning\b", re.IGNORECASE)
_SWORN = stems("inaugurated sworn swear term next")
_ELECTED, _HEADS = stems("elect"), stems("president mayor governor")


_PARLIAMENTS = {
    chamber: stem(country) for country, words in COUNTRY_OF.items() for chamber in stems(words) & stems(PARLIAMENTS)
}


def beside(asker: Facts, other: Facts) -> frozenset[str]:
    """The words of one question that only stand beside what both name."""
    shared = asker.asked & other.asked
    words: frozenset[str] = frozenset().union(*(_BESIDE[word] for word in shared & _BESIDE.keys()))
    if asker.asked & _BODIES:
        words = words.union(*(body for body, members in _MEMBERS if any(names <= shared for names in members)))
    return (
        words | _titles(asker, shared) | _sworn(asker, other) | _named_by_outcome(asker, other) | _elected(asker, other)
    )


def _named_by_outcome(asker: Facts, other: Facts) -> frozenset[str]:
    """Whom YES is about, where the other side names it as one of two outcomes and asks which."""
    if not (other.sides and _WHICH.match(other.shown)):
        return frozenset()
    one, two = other.sides
    return (one | two) & asker.asked if bool(one & asker.asked) is not bool(two & asker.asked) else frozenset()


def _elected(asker: Facts, other: Facts) -> frozenset[str]:
    """The chamber that a general election elects, of a country that both name."""
    chambers = asker.asked & _PARLIAMENTS.keys()
    if not (chambers and all("election" in facts.title.split(" ") for facts in (asker, other))):
        return frozenset()
    shared = asker.said & other.said
    return frozenset(chamber for chamber in chambers if _PARLIAMENTS[chamber] in shared)


def _titles(asker: Facts, shared: frozenset[str]) -> frozenset[str]:
    """`Governor Ann Vane` of whom both ask whether she is charged."""
    if not shared & _PERSONAL:
        return frozenset()
    titles = (hit["title"] for hit in _TITLED.finditer(asker.shown) if stems(hit["who"].lower()) <= shared)
    found = lexicon.words(" . ".join(titles))
    return frozenset(stem(word.text) for word in (*found, *lexicon.replace(found, lexicon.phrases())))


def _sworn(asker: Facts, other: Facts) -> frozenset[str]:
    """Who takes the oath for the term after an election, and whom it elects, is whoever wins it."""
    if not (asker.asked & other.asked & _HEADS and "election" in other.title.split(" ")):
        return frozenset()
    return _ELECTED | _SWORN if _OATH.search(asker.statement) and "win" in other.said else _ELECTED
