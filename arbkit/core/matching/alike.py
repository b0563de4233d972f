"""Two deciding sentences that say the same, word by word; and the full name of what the other side calls by its short
one. The rules bind: where both decide by the same words, what a title says in others decides nothing."""

import re
from functools import lru_cache

from arbkit.core.matching import lexicon
from arbkit.core.matching.dates import read_dates
from arbkit.core.matching.entities.words import LIGHT, MONTH_NAMES
from arbkit.core.matching.essence import deciding
from arbkit.core.matching.facts import Facts
from arbkit.core.matching.lexicon import stem, words

_ALIKE_MIN = 3
"""How many words of weight both sentences have at least."""
_FULL_NAME = re.compile(r"(?P<name>(?:[A-Z][\w'.-]* ){1,5})\((?P<short>[A-Z][A-Za-z]+(?: [A-Z][a-z]+)?)\)")
_STATION = re.compile(r"CLI[A-Z]{3}")
"""How the weather service calls the place whose climate reports it issues."""
_TO_DECIDE = re.compile(
    r"\b(?:this|the) market (?:will )?resolves? (?:to )?[\"']?yes[\"']? if\b|\botherwise\b.*", re.IGNORECASE
)
_SPARE = frozenset({"concerning", "regarding", "officially", "publicly"}).union(MONTH_NAMES)
_WEIGHING = frozenset(
    {"not", "never", "no", "nor", "or", "and", "all", "any", "every", "each", "both", "either", "only", "without"}
    | {"except", "unless", "until", "while", "more", "less", "least", "most", "fewer", "greater", "higher", "lower"}
    | {"above", "below", "over", "under", "up", "down", "before", "after"}
)
"""Light words of which each side has to have the same."""


@lru_cache(maxsize=8_192)
def _decides_by(sentence: str) -> tuple[tuple[str, ...], frozenset[str], bool]:
    """The words of weight of a sentence as they come with its numbers, its weighing words, and whether it has names."""
    undated = read_dates(_TO_DECIDE.sub(" ", sentence))[1]
    found = lexicon.replace(words(undated), lexicon.phrases())
    weighty = [word for word in found if word.text not in LIGHT and word.text not in _SPARE]
    said = tuple(stem(word.text) for word in weighty)
    return said, _WEIGHING.intersection(word.text for word in found), any(word.name for word in weighty)


def decide_alike(kalshi: Facts, polymarket: Facts) -> bool:
    """Whether both rules decide by the same words in the same order, and by the same numbers."""
    if not (kalshi.stated and polymarket.stated) or kalshi.denial.ruled is not polymarket.denial.ruled:
        return False
    sentences = deciding(kalshi.statement), deciding(polymarket.statement)
    one, two = (_decides_by(_shortened(*both)) for both in (sentences, sentences[::-1]))
    return one == two and len(one[0]) >= _ALIKE_MIN and one[2]


def full_names(mine: Facts, other: Facts) -> frozenset[str]:
    """The words of a full name in the rules of the one, when those of the other say its short name."""
    if "(" not in mine.statement:
        return frozenset()
    return frozenset(
        stem(word.text)
        for hit in _FULL_NAME.finditer(mine.statement)
        if _says(hit, other.statement)
        for word in words(hit["name"])
    )


def _shortened(statement: str, other: str) -> str:
    return _FULL_NAME.sub(lambda hit: hit["short"] if _says(hit, other) else hit.group(), statement)


def _says(hit: re.Match[str], other: str) -> bool:
    """Whether the other text says the short name, and it is one: a word of the name, its first letters, a station."""
    name, short = hit["name"].split(), hit["short"]
    if not re.search(rf"\b{re.escape(short)}\b", other):
        return False
    letters = "".join(word[0] for word in name if word[0].isupper())
    first = short.split()[0].lower()
    named = len(name) > 1 and first in {word.lower() for word in name}
    return named or short == letters or bool(_STATION.fullmatch(short))
