"""What a rule counts and what it leaves out: "including seized coins" against "seized coins do not count"."""

import re
from functools import lru_cache

from arbkit.core.matching import lexicon
from arbkit.core.matching.entities.words import LIGHT, MONTH_NAMES
from arbkit.core.matching.facts import Facts
from arbkit.core.matching.findings import Finding, conflict, silent
from arbkit.core.matching.lexicon import stem

ALTERNATIVE_PPM = 45_000
"""Doubt when one deciding sentence is content with a second thing of which the other side says nothing."""
_SUBJECT = r"(?P<what>(?:[\w'/-]+,? ){1,8}?)"
_NOT_COUNTED = re.compile(
    rf"(?:^|[.;:(\n] ?|, (?:but|however|though),? ){_SUBJECT}(?:alone |only |by itself |on its own )?(?:"
    r"(?:will|do|does|shall|would) not (?:be )?"
    r"(?:counte?d?|qualify|suffice|satisfy|considered|included|sufficient|enough)\b"
    r"|(?:is|are) not (?:be )?(?:counted|considered|included|sufficient|enough|eligible)\b|(?:will|do|does) not[.;])",
    re.IGNORECASE,
)
_NEITHER = re.compile(
    r"\bneither (?P<what>[^.;()\n]{3,80}?) (?:will |shall )?(?:counts?|qualif(?:y|ies)|suffices?)\b", re.IGNORECASE
)
_LEFT_OUT = re.compile(
    r"\b(?:excluding|not including|(?:does|do|will) not include) (?P<what>[^.;()\n]{3,80})", re.IGNORECASE
)
_COUNTED = re.compile(
    r"(?:^|[.;:(\n] ?)(?P<what>(?:(?!(?:not?|nor|never) )[\w'/-]+,? ){1,14}?)(?:will |shall |would |also ){0,2}"
    r"(?:counts?|qualif(?:y|ies)|suffices?|satisf(?:y|ies)|be (?:counted|considered)"
    r"|(?:is|are|be) (?:also )?(?:encompassed|included|sufficient|enough)"
    r"|resolves? (?:the|this) market to [\"']?yes)\b",
    re.IGNORECASE,
)
"""Kalshi's rules say `also satisfies the criterion` and `encompassed by the Payout Criterion`."""
_INCLUDING = re.compile(r"(?<!not )\bincluding (?P<what>[^.;()\n]{3,80})", re.IGNORECASE)
_STILL = r"\bif (?P<what>[^.;\n]{{3,140}}?),? (?:the|this) market (?:will )?(?:still|also|nonetheless|nevertheless) "
_STILL_YES, _STILL_NO = (
    re.compile(_STILL.format() + rf"(?:resolves?|settles?) (?:to |as )?[\"']?{pays}\b", re.IGNORECASE)
    for pays in ("yes", "no")
)
_ALTERNATIVE = re.compile(r"\b(?P<one>[a-z-]{4,}) or (?P<two>[a-z-]{4,})\b")
_ENUMERATION = re.compile(r"\b[A-Za-z-]{4,}(?:, [A-Za-z-]{4,}){1,6},? or (?:an? )?[A-Za-z-]{4,}\b")
_ONE_OF_TWO = re.compile(r"\b(?P<one>[\w-]{3,}) or (?:the )?(?P<two>[\w-]{3,})\b")
_DENIED = re.compile(r"\b(?:not|no|nor|never|without|exclud\w+)\b[^.;,)]{0,40}$", re.IGNORECASE)
"""What stands before things that do not count, neither the one nor the other."""
_OR_IF = re.compile(r"\bor,? (?:alternatively,? )?(?:if|when|in case|should) (?P<rest>[^.;]{3,200})", re.IGNORECASE)
"""A second condition with which the deciding sentence is content."""
_PART_OF_COUNTRY = re.compile(
    r"\b(?:(?P<mainland>conterminous|contiguous|continental|lower 48)|(?P<any>mainland))\b", re.IGNORECASE
)
_MONTHS = frozenset(map(stem, MONTH_NAMES))
_NO_ALTERNATIVE = frozenset(
    {"more", "less", "above", "below", "higher", "lower", "greater", "fewer", "better", "over", "under", "equal"}
    | {"before", "after", "later", "earlier", "other", "others", "otherwise", "any", "none", "both", "another"}
    | {"anything", "similar", "equivalent", "verdict", "alone", "jointly", "together", "individually"}
)
"""Words of which the one beside "or" adds no second thing."""


def compare_counted(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """What one rule leaves out and the other counts; and a second thing with which one side alone is content."""
    if not (kalshi.rules_known and polymarket.rules_known):
        return []
    found = []
    for mine, other in ((kalshi, polymarket), (polymarket, kalshi)):
        out = _left_out(mine)
        out -= mine.asked | other.asked
        if out and (clash := out & _counts(other)):
            sides = ["left out" if facts is mine else "counted" for facts in (kalshi, polymarket)]
            found.append(conflict(f"what counts ({', '.join(mine.spell(clash))})", *sides))
    return [
        *found,
        *_alternatives(kalshi, polymarket),
        *_one_or_both(kalshi, polymarket),
        *_second_conditions(kalshi, polymarket),
        *_part(kalshi, polymarket),
    ]


def _counts(facts: Facts) -> frozenset[str]:
    """The words of what a rule counts, in the sentence that decides and in those that add to it."""
    counted = facts.stated | frozenset().union(
        *(_read(facts.all_rules, pattern) for pattern in (_COUNTED, _INCLUDING, _STILL_YES))
    )
    return counted - _left_out(facts)


def _left_out(facts: Facts) -> frozenset[str]:
    """The words of what a rule says does not count."""
    return frozenset().union(
        *(_read(facts.all_rules, pattern) for pattern in (_NOT_COUNTED, _LEFT_OUT, _NEITHER, _STILL_NO))
    )


def _alternatives(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    found = []
    for venue, mine, other in (("Kalshi", kalshi, polymarket), ("Polymarket", polymarket, kalshi)):
        for things in (*_pairs(mine.statement), *_enumerations(mine.statement)):
            decisive = [word in other.asked | other.stated or word in other.statement.lower() for word in things]
            spare = things[decisive.index(False)] if True in decisive and False in decisive else ""
            if spare and spare not in other.rules_text.lower() and not other.told(frozenset({spare})):
                found.append(silent("alternative", f"only {venue} is content with {spare}", ALTERNATIVE_PPM))
    return found


def _one_or_both(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """`the House or Senate` against `the House and Senate`."""
    for mine, other in ((kalshi, polymarket), (polymarket, kalshi)):
        for hit in _ONE_OF_TWO.finditer(mine.statement):
            both = rf"\b{re.escape(hit['one'])} and (?:the )?{re.escape(hit['two'])}\b"
            if re.search(both, other.statement) and not re.search(both, mine.statement):
                words = "one of two", "both"
                return [conflict(f"how many ({hit.group()})", *(words if mine is kalshi else words[::-1]))]
    return []


def _second_conditions(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """`or if a committee announces it`: a second way to YES of which the other side hardly speaks."""
    found = []
    for venue, mine, other in (("Kalshi", kalshi, polymarket), ("Polymarket", polymarket, kalshi)):
        told = _read(mine.statement, _OR_IF, "rest") if " or" in mine.statement else frozenset()
        spare = frozenset(word for word in told - mine.asked - other.asked - _MONTHS if word.isalpha())
        alone = spare - other.told(spare)
        if len(alone) * 2 > len(spare):
            found.append(
                silent("alternative", f"only {venue} is content with {', '.join(mine.spell(alone))}", ALTERNATIVE_PPM)
            )
    return found


def _part(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """The continental part of a country is not all of it: Hawaii, Alaska and the islands are left out."""
    mine, other = (
        {hit.lastgroup for hit in _PART_OF_COUNTRY.finditer(facts.statement)} for facts in (kalshi, polymarket)
    )
    if mine == other:
        return []
    return [silent("place", "only one side means the continental part of the country", ALTERNATIVE_PPM)]


@lru_cache(maxsize=8_192)
def _pairs(statement: str) -> tuple[tuple[str, str], ...]:
    found = []
    for hit in _ALTERNATIVE.finditer(statement):
        if (
            not _DENIED.search(statement[: hit.start()])
            and _NO_ALTERNATIVE.isdisjoint(hit.groups())
            and not LIGHT.issuperset(hit.groups())
        ):
            one, two = (_canonical(word) for word in hit.groups())
            if one and two and one != two:
                found.append((one, two))
    return tuple(found)


@lru_cache(maxsize=8_192)
def _enumerations(statement: str) -> tuple[tuple[str, ...], ...]:
    """What is enumerated as enough: `a pardon, commutation, or reprieve`."""
    found = []
    for hit in _ENUMERATION.finditer(statement) if " or " in statement else ():
        listed = re.split(r",? or (?:an? )?|, ", hit.group())
        if (
            not _DENIED.search(statement[: hit.start()])
            and LIGHT.isdisjoint(listed)
            and _NO_ALTERNATIVE.isdisjoint(listed)
        ):
            found.append(tuple(word for one in listed if (word := _canonical(one))))
    return tuple(found)


def _canonical(word: str) -> str:
    found = lexicon.replace(lexicon.words(word), lexicon.phrases())
    return stem(found[0].text) if len(found) == 1 else ""


@lru_cache(maxsize=8_192)
def _read(rules: str, pattern: re.Pattern[str], group: str = "what") -> frozenset[str]:
    """The words of weight in what the pattern calls `group`."""
    text = " . ".join(hit[group] for hit in pattern.finditer(rules))
    found = lexicon.replace(lexicon.words(text), lexicon.phrases())
    return frozenset(stem(word.text) for word in found if word.text not in LIGHT and len(word.text) > 2)
