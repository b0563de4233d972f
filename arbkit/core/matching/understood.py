"""What one question says and the other may leave out: who holds an office, who makes a product, that an award goes to
the best, which kind of team a full name means."""

from arbkit.core.matching.entities.politics import HOLDERS
from arbkit.core.matching.facts import Facts
from arbkit.core.matching.lexicon import stem

_MAKERS = {
    "openai": "gpt chatgpt sora",
    "xai": "grok",
    "anthropic": "claude",
    "google": "gemini",
    "meta": "llama",
    "apple": "iphone ipad macbook airpods",
    "spacex": "starship starlink",
    "tesla": "optimus cybercab roadster",
    "sony": "playstation ps6",
    "nintendo": "switch",
    "microsoft": "xbox",
    "samsung": "galaxy",
}
"""Maker -> its products, whose names belong to nobody else (the makers' own sites)."""
_MAKER_OF = {stem(product): stem(maker) for maker, products in _MAKERS.items() for product in products.split()}
_PRODUCTS = frozenset(_MAKER_OF)
_AWARDS = frozenset(map(stem, ("oscars", "emmys", "grammys")))
_FOR_THE_BEST = frozenset(map(stem, ("best", "outstanding", "achievement")))
"""What every category of an award is for, so that nothing is said when one side leaves it out."""
_LEAVES = stem("leave")
_SCREENED = stem("tsa")
_TRAVELLERS = frozenset(map(stem, ("passengers", "travelers", "people")))
"""Whom the agency counts."""
_SOLD_BY = {
    stem(what): frozenset(map(stem, units.split()))
    for what, units in {
        "eggs": "dozen grade large",
        "gas": "gallon regular",
        "gold": "ounce oz troy",
        "silver": "ounce oz troy",
        "wti": "barrel",
        "brent": "barrel",
    }.items()
}
"""What is sold -> the measure of which both venues give the price, whichever says so."""
_LENGTHS = frozenset(map(stem, ("short", "feature")))
_FILM = frozenset(map(stem, ("movie",)))


def understood(asker: Facts, other: Facts) -> frozenset[str]:
    """The words of one question that the other market need not say."""
    words = (
        _in_office(asker, other) | _his_office(asker, other) | _of_award(asker, other) | _in_plain_words(asker, other)
    )
    for what in asker.asked & other.asked & _SOLD_BY.keys():
        words |= _SOLD_BY[what]
    if _SCREENED in asker.said and _SCREENED in other.said:
        words |= _TRAVELLERS
    made = _PRODUCTS & asker.names & other.said
    return words.union(_MAKER_OF[product] for product in made) if made else words


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
