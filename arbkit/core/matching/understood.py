"""What one question says and the other may leave out: who holds an office, who makes a product, that an award goes to
the best, which kind of team a full name means."""

from collections.abc import Callable

from arbkit.core.matching.beside import beside
from arbkit.core.matching.calendar import apart_days
from arbkit.core.matching.dates import Day
from arbkit.core.matching.entities.implied import COUNTRY_OF, MAKERS, SOLD_BY
from arbkit.core.matching.entities.politics import HOLDERS
from arbkit.core.matching.entities.words import GROUPS
from arbkit.core.matching.facts import Facts
from arbkit.core.matching.lexicon import stem

_MAKER_OF = {stem(product): stem(maker) for maker, products in MAKERS.items() for product in products.split()}
_PRODUCTS = frozenset(_MAKER_OF)
_AWARDS = frozenset(map(stem, ("oscars", "emmys", "grammys")))
_FOR_THE_BEST = frozenset(map(stem, ("best", "outstanding", "achievement")))
"""What every category of an award is for, so that nothing is said when one side leaves it out."""
_LEAVES = stem("leave")
_SCREENED = stem("tsa")
_TRAVELLERS = frozenset(
    map(
        stem, ("passengers", "travelers", "people", "screened", "screening", "checkpoint", "throughput", "check", "ins")
    )
)
_A_DAY = frozenset({stem("daily")})
"""Whom the agency counts, and how; an average is one of days."""
_GAMES, _OLYMPIC = frozenset({"winter_olympics", "summer_olympics"}), frozenset(map(stem, ("olympic", "olympics")))
_SHORT, _LONG = stem("strategy"), stem("microstrategy")
"""The company of that name, which took the shorter one in 2025."""
_AVERAGED, _NATIONAL = frozenset({stem("average")}), frozenset({stem("national")})
_COUNTRY = frozenset({stem("united_states")})
"""An average of the United States is the national one."""
_SEASONS, _FIRST_AND_LAST = frozenset(map(stem, ("summer", "winter", "autumn"))), 2
_SOLD_BY = {stem(what): frozenset(map(stem, units.split())) for what, units in SOLD_BY.items()}
COUNTRY_OF_WORD = {stem(word): stem(country) for country, words in COUNTRY_OF.items() for word in words.split()}
_PLACED = frozenset(COUNTRY_OF_WORD)
_NAMED_BY_OFFICE = frozenset(map(stem, ("leader", "parliament", "government")))
"""Words for an office or a body that a rule names by its own name."""
_OFFICES = frozenset(map(stem, GROUPS["office"] | {"house_of_commons", "bundestag", "knesset", "sejm", "duma"}))
_VERDICTS = frozenset(map(stem, ("convict", "acquit", "charge", "indict")))
_CRIMES = frozenset(map(stem, ("crime", "criminal", "offense", "count", "counts")))
"""What somebody is charged with, or found guilty of, whatever it is."""
_CHAMBER = frozenset({stem("house")})
_EVERY = frozenset(map(stem, ("all", "every", "each", "both")))
_LENGTHS = frozenset(map(stem, ("short", "feature")))
_FILM = frozenset(map(stem, ("movie",)))


def understood(asker: Facts, other: Facts) -> frozenset[str]:
    """The words of one question that the other market does not say and need not say."""
    missing = asker.asked - other.said
    if not missing:
        return missing
    found = [rule(asker, other) for words, rule in _RULES if not words.isdisjoint(missing)]
    return frozenset().union(*found, _in_plain_words(asker, other), beside(asker, other)) & missing


def _renamed(asker: Facts, other: Facts) -> frozenset[str]:
    """The old name of a company against its new one, where both are written as names."""
    both = {_SHORT, _LONG}
    return frozenset(both) if both <= asker.names | other.names and len(both & asker.names) == 1 else frozenset()


def _in_order(day: Day) -> tuple[int, int, int]:
    return day.year, day.month, day.day


def _same_days(asker: Facts, other: Facts) -> bool:
    """Whether both rules say the same first and last day: until Oct 1 is to the end of Sep 30."""
    mine, theirs = (sorted(facts.timing.stated.days, key=_in_order) for facts in (asker, other))
    if not len(mine) == len(theirs) == _FIRST_AND_LAST:
        return False
    return all(apart_days(one, two) <= 1 for one, two in zip(mine, theirs, strict=True))


def _in_office(asker: Facts, other: Facts) -> frozenset[str]:
    """The name of who holds the office that the other side speaks of, as long as the term lasts."""
    ends = [facts.timing.deadline.year for facts in (asker, other) if facts.timing.deadline]
    for office, ((title, act), names, last_year) in HOLDERS.items():
        told = (office in other.strict and title in other.all_rules) or act in other.all_rules
        if told and ends and max(ends) <= last_year:
            return names
    return frozenset()


def _his_office(asker: Facts, other: Facts) -> frozenset[str]:
    """The office that somebody leaves, where both name who holds it: "out as President" and "leaves office"."""
    ends = [facts.timing.deadline.year for facts in (asker, other) if facts.timing.deadline]
    if _LEAVES not in asker.asked & other.asked or not ends:
        return frozenset()
    return frozenset(
        office
        for office, (_, names, last_year) in HOLDERS.items()
        if office in asker.strict and names & asker.names & other.names and max(ends) <= last_year
    )


def _placed(asker: Facts, other: Facts) -> frozenset[str]:
    """The country of a party, a parliament or a place that both name."""
    return frozenset(COUNTRY_OF_WORD[word] for word in asker.asked & other.asked & _PLACED)


def _named_by_office(asker: Facts, other: Facts) -> frozenset[str]:
    """`leader of Colombia`, where the rule itself names the office for which the other side asks."""
    vague = asker.strict & _NAMED_BY_OFFICE
    return vague if vague and other.asked & _OFFICES & asker.said else frozenset()


def _of_district(asker: Facts, other: Facts) -> frozenset[str]:
    """The chamber, for a seat that both call by the number of its congressional district."""
    shared = asker.strict & other.strict
    return _CHAMBER if any(word.startswith("district_") for word in shared) else frozenset()


def _of_crime(asker: Facts, other: Facts) -> frozenset[str]:
    """That it is a crime of which somebody is found guilty; all of several counts are another matter."""
    if not asker.strict & other.strict & _VERDICTS or _EVERY & set(asker.title.split()):
        return frozenset()
    return _CRIMES


def _of_award(asker: Facts, other: Facts) -> frozenset[str]:
    """`best`, of an award of which both speak; and that a short or a feature is a film."""
    if not _AWARDS & asker.said & other.said:
        return frozenset()
    return _FOR_THE_BEST | _FILM if asker.asked & other.asked & _LENGTHS else _FOR_THE_BEST


def _in_plain_words(asker: Facts, other: Facts) -> frozenset[str]:
    """A name of a table of teams against the same name word by word, where nothing shows the table: `Virginia Tech`
    without a word of colleges."""
    if bool(asker.domain) is bool(other.domain):
        return frozenset()
    named, plain = (asker, other) if asker.domain else (other, asker)
    found: set[str] = set()
    for name in named.names:
        if ":" not in name:
            continue
        parts = frozenset(map(stem, name.partition(":")[2].split("_")))
        if len(parts) > 1 and parts <= plain.names:
            found |= {name} if asker is named else parts
    return frozenset(found)


def _of_average(asker: Facts, other: Facts) -> frozenset[str]:
    """`national`, of an average for which the other side names the country."""
    return _NATIONAL if _AVERAGED & asker.asked & other.asked and _COUNTRY & other.said else frozenset()


def _of_season(asker: Facts, other: Facts) -> frozenset[str]:
    """The season of a year, between the same two days."""
    return _SEASONS if _same_days(asker, other) else frozenset()


def _by_measure(asker: Facts, other: Facts) -> frozenset[str]:
    """The measure by which that is sold for which both ask."""
    return frozenset().union(*(_SOLD_BY[what] for what in asker.asked & other.asked & _SOLD_BY.keys()))


def _of_games(asker: Facts, other: Facts) -> frozenset[str]:
    """`olympic`, where both speak of the games."""
    return _OLYMPIC if _GAMES & asker.said & other.said else frozenset()


def _screened(asker: Facts, other: Facts) -> frozenset[str]:
    """Whom the agency counts that both name, and how."""
    if _SCREENED not in asker.said & other.said:
        return frozenset()
    return _TRAVELLERS | _A_DAY if asker.said & other.said >= _AVERAGED else _TRAVELLERS


def _maker(asker: Facts, other: Facts) -> frozenset[str]:
    """Who makes the product that both name."""
    return frozenset(_MAKER_OF[product] for product in _PRODUCTS & asker.names & other.said)


_RULES: tuple[tuple[frozenset[str], Callable[[Facts, Facts], frozenset[str]]], ...] = (
    (frozenset().union(*(names for _, names, _ in HOLDERS.values())), _in_office),
    (frozenset(HOLDERS), _his_office),
    (_FOR_THE_BEST | _FILM, _of_award),
    (frozenset(COUNTRY_OF_WORD.values()), _placed),
    (_NAMED_BY_OFFICE, _named_by_office),
    (_CRIMES, _of_crime),
    (_CHAMBER, _of_district),
    (_NATIONAL, _of_average),
    (_SEASONS, _of_season),
    (frozenset().union(*_SOLD_BY.values()), _by_measure),
    (_OLYMPIC, _of_games),
    (frozenset({_SHORT, _LONG}), _renamed),
    (_TRAVELLERS | _A_DAY, _screened),
    (frozenset(_MAKER_OF.values()), _maker),
)
"""The words that a rule may spare the other side, and the rule."""
