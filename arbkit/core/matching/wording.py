"""Two questions word by word: what one asks has to stand on the other side, names and qualifiers near the question."""

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from arbkit.core.matching.actors import UNDERSTOOD, of_election, who_to_whom
from arbkit.core.matching.alike import decide_alike
from arbkit.core.matching.calendar import ordinal
from arbkit.core.matching.entities.words import GROUPS, LENIENT, MONTH_NAMES, OPPOSITES
from arbkit.core.matching.facts import Facts
from arbkit.core.matching.findings import Finding, Hopeless, agree, conflict, silent
from arbkit.core.matching.inticker import own_series, unsaid
from arbkit.core.matching.lexicon import stem, stems
from arbkit.core.matching.sides import (
    names_of_sides,
    namesakes,
    of_the_match,
    opponent_understood,
    same_match,
    sides_of_bout,
)
from arbkit.core.matching.spelling import given_names, initials, slips
from arbkit.core.matching.understood import understood

UNEXPLAINED_PPM = 45_000
"""Doubt for each ordinary word of one question that the other side says nowhere."""
CONTEXT_WORD_PPM = 45_000
"""Doubt for a word of one question that stands only deep in the other side's rules."""
DETAIL_WORD_PPM = 12_000
"""Doubt for an ordinary word that only the statement says, when the question is the title with its label."""
EVENT_NAME_PPM = 2_000
LOOSE_TITLE_PPM = 10_000
"""Doubt for a word that only a title says, when both rules decide by the same words."""
_WORD = re.compile(r"\w+")
_IN_BRACKETS = re.compile(r"\([^()]*\)")
_REDEFINED_MIN = 2
"""How many words of weight a rule has to bring in for those that it leaves out of the title."""


_DECIDED_MIN = 3
"""How many words a rule has to decide by before those of its title may be idle."""
_QUALIFIERS = re.compile(r" (?:of|for|in|as|with|from|at|to|over|against|on|by|under|through|than)(?= )")


EXCLUSIVE = {name: stems(" ".join(members)) for name, members in GROUPS.items()}
"""The groups of words that exclude each other, in stems."""
OPPOSITE_STEMS = {name: (stems(" ".join(one)), stems(" ".join(two))) for name, (one, two) in OPPOSITES.items()}
"""The pairs of opposite words, in stems."""
_LENIENT_WORDS = frozenset(word for name in LENIENT for word in EXCLUSIVE[name])
_DIRECTIONS = EXCLUSIVE["direction"]
_TOUCHES = stems("touch_high touch_low")
"""What something does that is so at any time."""
_SAYING_LITTLE = EXCLUSIVE["frequency"] | _DIRECTIONS
"""Words whose conflicts are found elsewhere and whose absence says little."""
_COURTS = frozenset({"icc"})
_TRIED = stems("convict arrest charge warrant trial custody prosecutor indict prosecute acquit plead sentence prison")
"""What is asked of the International Criminal Court, and not of the council of cricket."""
WORLDWIDE = stems(
    "hottest warmest coldest wettest driest temperature earthquake hurricane tornado wildfire album song movie film"
    " show netflix spotify app streamed richest largest biggest wealthiest flights"
) | {f"{kind}_{month[:3]}" for kind in ("hottest", "warmest", "coldest", "wettest", "driest") for month in MONTH_NAMES}
"""What is asked of the whole world as well as of one country, so that no country is understood."""
_NEXT = frozenset({"next"})
_HEADS, _ELECTED = stems("prime_minister chancellor"), stems("mayor governor president")
_LEADER = frozenset({"leader"})
"""Whom a party elects."""
_HELD = EXCLUSIVE["office"] | stems("nominee") | _HEADS
_FOUGHT = stems("appeal vote strike convict")
"""What is won or lost: to make an appeal is not to win it."""
_CHAMBERS = stems("house parliament")
_AIRPORTS_MAX = 2
"""How many names may be missing when one of them is called an airport on the other side."""
_WEEK, _WEEK_DAYS, _ANY_YEAR = frozenset({"week", "weekly"}), (6, 7), 2025
NOMINATIONS = stems("primary nominee")
_RUN_OFF = re.compile(r"\brun-?offs?\b")
_STAGES = stems("final semifinal quarterfinal knockout playoff group")
_ORDINALS = stems("first second third fourth fifth sixth seventh")
"""Which of several matches of the same sides it is, when it is on the same day."""
_BOUT = stems("fight bout boxing mma schedule scheduled prelims ufc")
"""Words that every match of its kind has."""
_NONE: frozenset[str] = frozenset()


def compare_words(kalshi: Facts, polymarket: Facts, hopeless: Hopeless) -> list[Finding]:
    """Every word of either question has to stand on the other side; what is `hopeless` is not read to its end."""
    subject = _subject(kalshi, polymarket)
    if hopeless([subject]):
        return [subject]
    found: list[Finding] = []
    there, here = _named(kalshi, polymarket, found)
    if hopeless(found):
        return found
    if (there.worded or here.worded) and decide_alike(kalshi, polymarket):
        there = _without_title(there, kalshi, "Kalshi", found)
        here = _without_title(here, polymarket, "Polymarket", found)
    if there.strict or here.strict:
        found.append(conflict("qualifier", kalshi.spell(there.strict), polymarket.spell(here.strict)))
    for missing, asker, other, venue in (
        (there, kalshi, polymarket, "Kalshi"),
        (here, polymarket, kalshi, "Polymarket"),
    ):
        idle = missing.common & _idle(asker, other) if missing.common else frozenset()
        found.extend(_unexplained(idle, asker, f"only the title on {venue} says", DETAIL_WORD_PPM))
        found.extend(_unexplained(missing.common - idle, asker, f"only {venue} says", UNEXPLAINED_PPM))
        found.extend(_unexplained(missing.deep, asker, f"only {venue} asks for", CONTEXT_WORD_PPM))
    found.extend(_redefined(kalshi, polymarket))
    found.extend(_winning(kalshi, polymarket))
    return [*found, subject]


def _named(kalshi: Facts, polymarket: Facts, found: list[Finding]) -> tuple["_Missing", "_Missing"]:
    """What either side leaves unsaid of the other's question; the names among it are found, the words are not yet."""
    there, here = _missing(kalshi, polymarket), _missing(polymarket, kalshi)
    if nominated(kalshi, polymarket):
        there, here = (missing._replace(strict=missing.strict - NOMINATIONS) for missing in (there, here))
    spelled = slips(there.names, here.names, found)
    given = given_names(there.names, kalshi, polymarket, found) | given_names(here.names, polymarket, kalshi, found)
    there, here = there._replace(names=there.names - given), here._replace(names=here.names - given)
    short = initials(there.names, here.names, polymarket, found) | initials(here.names, there.names, kalshi, found)
    there = there._replace(names=there.names - spelled - short - opponent_understood(kalshi, polymarket))
    here = here._replace(names=here.names - spelled - short)
    there, here = _without_sides(there, here, kalshi, polymarket, found)
    if there.names or here.names:
        found.append(conflict("name", kalshi.spell(there.names), polymarket.spell(here.names)))
    return there, here


def _without_sides(
    there: "_Missing", here: "_Missing", kalshi: Facts, polymarket: Facts, found: list[Finding]
) -> tuple["_Missing", "_Missing"]:
    """What is missing still, when both are about one and the same match; who does what to whom, when they are not."""
    if same_match(kalshi, polymarket):
        sides = names_of_sides(kalshi, polymarket)
        found.extend([*namesakes(kalshi, polymarket), *_spare(there, here, sides)])
        return _of_one_match(there, sides), _of_one_match(here, sides)
    if bout := sides_of_bout(kalshi, polymarket):
        found.extend(namesakes(kalshi, polymarket))
        found.extend(_spare(there._replace(strict=_NONE), here._replace(strict=_NONE), bout))
        return there._replace(names=there.names - bout), here._replace(names=here.names - bout)
    found.extend(who_to_whom(kalshi, polymarket))
    return there, here


def _subject(kalshi: Facts, polymarket: Facts) -> Finding:
    """What both ask about, or that it is not one thing."""
    shared = kalshi.asked & polymarket.asked or (kalshi.names | kalshi.strict) & polymarket.said
    if shared:
        return agree("subject", ", ".join(kalshi.spell(shared)))
    return conflict("subject", kalshi.spell(kalshi.asked), polymarket.spell(polymarket.asked))


def _without_title(missing: "_Missing", asker: Facts, venue: str, found: list[Finding]) -> "_Missing":
    """What is missing without the words that only the title says, of which each is a small doubt. What stands after a
    preposition tells the kind of thing, and counts unless the rule has a word of its own in its place."""
    spare = missing.worded - asker.stated
    kinds = spare - stems(_QUALIFIERS.split(asker.title, maxsplit=1)[0])
    spare -= {word for word in kinds if not _replaced(word, asker)}
    found.extend(_unexplained(spare, asker, f"only the title on {venue} says", LOOSE_TITLE_PPM))
    return missing._replace(strict=missing.strict - spare, common=missing.common - spare)


def _replaced(word: str, asker: Facts) -> bool:
    """Whether the rule puts another word before the noun of a title: a strategic reserve for a national one."""
    title, rule = ([stem(text) for text in _WORD.findall(text)] for text in (asker.title, asker.statement.lower()))
    nouns = {noun for before, noun in pairwise(title) if before == word} & asker.stated
    return any(noun in nouns and before in asker.stated - asker.asked for before, noun in pairwise(rule))


def _idle(asker: Facts, other: Facts) -> frozenset[str]:
    """The words of a title up to its first preposition that its own rule does without, when the other side says all
    that the rule decides by. After a preposition stands what kind of thing is asked for, and that counts."""
    decided = asker.stated - asker.cited
    if len(decided) < _DECIDED_MIN or not decided <= other.said or asker.versus or other.versus:
        return frozenset()
    return stems(_QUALIFIERS.split(asker.title, maxsplit=1)[0]) - asker.stated


def _winning(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """That somebody wins, of which the other side has no word, though it neither names two sides nor an office nor asks
    for the most of something, and both share no qualifier: that a fight takes place is not that one of two wins it."""
    found = []
    for asker, other, venue in ((kalshi, polymarket, "Kalshi"), (polymarket, kalshi, "Polymarket")):
        told = other.versus or other.sides or "most" in other.turns or other.strict & _HELD or asker.timing.match_day
        told = told or asker.strict & other.strict - _FOUGHT
        if "win" in asker.turns and "win" not in other.said and not told:
            found.append(silent("word", f"only {venue} asks who wins", UNEXPLAINED_PPM))
    return found


def _redefined(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """A rule that decides by something else than the title asks, of which the other side says nothing: a recession is
    two quarters of shrinking here, and what a committee calls one there. Names alone tell it of a title that it keeps:
    a ruling for one side is one that overturns a case of other names."""
    kept = kalshi.strict | kalshi.common <= kalshi.stated
    if not kalshi.stated or (kept and (kalshi.timing.match_day or not polymarket.rules_known)):
        return []
    instead = (kalshi.stated_names if kept else kalshi.stated) - kalshi.asked - kalshi.cited
    instead -= polymarket.told(instead)
    if kept:
        outside = _IN_BRACKETS.sub(" ", kalshi.statement).lower()
        instead = frozenset(word for word in instead if kalshi.spell([word])[0] in outside)
    if len(instead) < _REDEFINED_MIN:
        return []
    return [silent("condition", f"only Kalshi's rule speaks of {', '.join(kalshi.spell(instead))}", UNEXPLAINED_PPM)]


class _Missing(NamedTuple):
    """Names, qualifiers and words of one question that the other market does not say; and those said only far away."""

    names: frozenset[str]
    strict: frozenset[str]
    common: frozenset[str]
    deep: frozenset[str]

    @property
    def worded(self) -> frozenset[str]:
        """Those that are no names and stand nowhere on the other side."""
        return self.strict | self.common


def _spare(there: _Missing, here: _Missing, sides: frozenset[str]) -> list[Finding]:
    """First names, nicknames and rounds, which add nothing to one and the same match."""
    spare = (there.names | here.names) & sides | {word for word in there.strict | here.strict if is_stage(word)}
    return [
        silent("name", f"{word}, said on one side of one and the same match", EVENT_NAME_PPM) for word in sorted(spare)
    ]


def _of_one_match(missing: _Missing, sides: frozenset[str]) -> _Missing:
    """What is missing still when both are about the same match."""
    strict = frozenset(word for word in missing.strict if not is_stage(word)) - _BOUT
    return _Missing(
        names=missing.names - sides,
        strict=frozenset() if strict <= _ORDINALS else strict,
        common=missing.common - _BOUT,
        deep=missing.deep - _BOUT,
    )


def _unexplained(words: Iterable[str], asker: Facts, start: str, doubt_ppm: int) -> list[Finding]:
    return [
        silent("word", f"{start} {asker.spell([word])[0]}", DETAIL_WORD_PPM if word in asker.detail else doubt_ppm)
        for word in sorted(words)
    ]


def is_stage(word: str) -> bool:
    """Whether it names a stage of a contest."""
    return word in _STAGES or word.startswith(("roundof", "group_", "pool_"))


def _missing(asker: Facts, other: Facts) -> _Missing:
    """Names, qualifiers and words of one question that the other market does not say; names said only far away."""
    clear = understood(asker, other)
    left_out = clear if asker.asked & WORLDWIDE else clear | UNDERSTOOD
    left_out -= _COURTS if asker.asked & _TRIED else frozenset()
    names = unsaid(asker.names - other.said - left_out - own_series(asker, other), other)
    if 0 < len(names) <= _AIRPORTS_MAX:
        names = frozenset(word for word in names if not {f"{word}_airport", _airport(word)} & other.said)
    weeks = _weeks(other) if asker.asked & _WEEK else frozenset()
    strict = unsaid(asker.strict - other.said - _not_asked(asker, other) - weeks - clear, other)
    lenient = (strict | names) & _LENIENT_WORDS
    names, strict = names - lenient, strict - lenient
    if nothing_changes(asker, other):
        lenient -= _DIRECTIONS
    if other.moment == "ever":
        lenient -= _TOUCHES
    far = other.told(names)
    lenient -= _SAYING_LITTLE
    common = unsaid(asker.common - other.said - weeks - clear, other) | (lenient - other.told(lenient))
    common -= _DIRECTIONS
    deep = other.told(common)
    named = far - asker.cited - of_the_match(asker, other) if far else far
    return _Missing(names - far, strict, common - deep, named | deep)


def _airport(word: str) -> str:
    """The code of what a word calls an airport; else the word, which is known to be missing."""
    return word.removesuffix("_airport")


def same_government(kalshi: Facts, polymarket: Facts) -> bool:
    """Whether both ask who heads the government that one and the same election makes."""
    offices = kalshi.strict & polymarket.strict & _HEADS
    return bool(offices and kalshi.after_votes & polymarket.after_votes)


def _not_asked(facts: Facts, other: Facts) -> frozenset[str]:
    """`next` of a title whose rule asks who wins an election: "the next president" is whom that election makes."""
    if facts.strict.isdisjoint(_NEXT | _CHAMBERS):
        return frozenset()
    if same_government(facts, other):
        return _NEXT | _CHAMBERS
    if _LEADER & facts.strict & other.strict and "election" in other.title.split(" "):
        return _NEXT
    if facts.strict & other.strict & _ELECTED and facts.votes & other.votes and "election" in other.title.split(" "):
        return _NEXT
    return _NEXT if facts.stated and "next" not in facts.stated and of_election(facts) else frozenset()


def _weeks(facts: Facts) -> frozenset[str]:
    """That it is a week, when the text says so in another form, or names its first and last day."""
    days = {
        day for when in (facts.timing.asked, facts.timing.stated) for day in (*when.days, *when.starts, *when.deadlines)
    }
    ordinals = {ordinal(day, day.year or _ANY_YEAR) for day in days}
    spans = any(day + days in ordinals for day in ordinals for days in _WEEK_DAYS)
    return _WEEK if spans or not _WEEK.isdisjoint(facts.said) else frozenset()


def nominated(kalshi: Facts, polymarket: Facts) -> bool:
    """Whether one side asks for a party's nominee and the other who wins its primary, of which a first round is not
    the whole."""
    one, two = (facts.strict & NOMINATIONS for facts in (kalshi, polymarket))
    if one | two != NOMINATIONS or one & two or not kalshi.strict & polymarket.strict & EXCLUSIVE["party"]:
        return False
    rules = (kalshi if "primary" in one else polymarket).all_rules.lower()
    return "first round" not in rules or bool(_RUN_OFF.search(rules))


def nothing_changes(kalshi: Facts, polymarket: Facts) -> bool:
    """A hike of 0 bps is no change."""
    return any(item.low == item.high == 0 for item in (*kalshi.intervals, *polymarket.intervals))
