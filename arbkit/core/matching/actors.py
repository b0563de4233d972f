"""Who does something to whom: A strikes B is not B strikes A, and A before B is not B before A."""

import re
from collections.abc import Sequence
from functools import cache

from arbkit.core.matching.entities.countries import COUNTRIES
from arbkit.core.matching.entities.words import GROUPS
from arbkit.core.matching.facts import Facts
from arbkit.core.matching.findings import Finding, conflict
from arbkit.core.matching.lexicon import stem, stems

_PARTIES = frozenset(map(stem, GROUPS["party"]))
_MUTUAL = stems(
    "meet talk call speak marry engaged divorce ceasefire truce deal agreement treaty peace normalize normalise merge"
    " war debate together joint both"
)
"""What two do with each other: Putin meets Trump is Trump meets Putin."""
UNDERSTOOD = frozenset({"united_states", "fide", "fia", "uefa", "icc", "pdc"})
"""What venues leave out: their own country, and who holds the contest. Another country is a name that is missing."""
_PASSIVE = re.compile(
    r"\b(?:be|been|being|is|are|gets?) (?:\w+ly )?\w+(?:ed|en|wn|ck|hit|put|cut|sent|made)\b", re.IGNORECASE
)
_MEASURES = stems(
    "gross revenue sales price market_cap temperature approval turnout average box score rating inflation population"
    " precipitation rain rainfall snow snowfall wind passengers departures arrivals flights seats margin share viewers"
    " opening views streams subscribers followers downloads deaths cases unemployment gdp"
    " cpi payrolls jobless_claims deficit wage extent area volume level depth height"
)
"""What is measured of a subject: the gross of a film is what the film grosses."""
_NO_ACTORS = UNDERSTOOD | _MEASURES | stems("tax fee ballot_measure measure referendum amendment")


def who_to_whom(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """A strikes B is not B strikes A, and A before B is not B before A: what is named first counts."""
    if kalshi.asked & polymarket.asked & _MUTUAL:
        return []
    if kalshi.ranked or polymarket.ranked:
        common = (kalshi.names | _PARTIES) & set(kalshi.order) & set(polymarket.order)
        orders = [[word for word in facts.order if word in common] for facts in (kalshi, polymarket)]
        if orders[0] != orders[1]:
            return [conflict("order", *(" then ".join(kalshi.spell([word])[0] for word in order) for order in orders))]
    for words in (
        (kalshi.names, polymarket.names),
        (kalshi.asked - kalshi.strict, polymarket.asked - polymarket.strict),
    ):
        one, two = (
            next((word for word in _actors_first(facts) if word in own), "")
            for facts, own in zip((kalshi, polymarket), words, strict=True)
        )
        if one == two or one not in words[1] or two not in words[0]:
            continue
        if {one, two} & _NO_ACTORS and not ({one, two} <= countries() and _voiced_alike(kalshi, polymarket)):
            continue
        if not ({one, two} & countries() and _wins_election(kalshi) and _wins_election(polymarket)):
            return [conflict("who does it", kalshi.spell([one]), polymarket.spell([two]))]
    return []


def _actors_first(facts: Facts) -> Sequence[str]:
    """The words of a question as they come; of a match, whom YES is about comes before the two who meet."""
    if facts.opponents is None or not facts.pick:
        return facts.order
    return sorted(facts.order, key=lambda word: word not in facts.pick)


def _voiced_alike(kalshi: Facts, polymarket: Facts) -> bool:
    """Whether both say what somebody does, or both what is done: "Cuba is added to" is "add Cuba to"."""
    one, two = (bool(_PASSIVE.search(facts.shown)) for facts in (kalshi, polymarket))
    return one is two


def _wins_election(facts: Facts) -> bool:
    """Whether it is about who wins an election, in which a country only votes."""
    return (of_election(facts) or "election" in facts.title.split()) and "win" in facts.said


@cache
def countries() -> frozenset[str]:
    """The countries, in stems."""
    return frozenset(stem(line.partition("|")[0].replace(" ", "_")) for line in COUNTRIES.strip().splitlines())


def of_election(facts: Facts) -> bool:
    """Whether the deciding sentence speaks of an election."""
    return "election" in facts.statement.lower()
