"""Why two markets do not pay alike, in the words that stand in their questions: matching compares stems."""

import re
from collections.abc import Iterator

from arbkit.core.markets import Market
from arbkit.core.matching.lexicon import stem

_CONFLICT = re.compile(r"conflict: [a-z ]+: Kalshi (?P<kalshi>.+), Polymarket (?P<polymarket>.+)")
_NOTHING = "nothing"
_STAND_FOR = {"make": ("advance", "qualify", "reach", "make")}
"""Words of matching that stand for several."""


def asked(market: Market) -> str:
    """What a market asks, and what YES means where the question does not say it."""
    label = market.yes_label
    told = label.lower() in {"", "yes"} or label.lower() in market.title.lower()
    return market.title if told else f"{market.title} [{label}]"


def worded(reason: str, kalshi: Market, polymarket: Market) -> str:
    """A reason as a trader would say it; one that is no conflict of words stays as it is."""
    found = _CONFLICT.fullmatch(reason)
    if not found:
        return reason
    here = ", ".join(_written(found["kalshi"], asked(kalshi)))
    there = ", ".join(_written(found["polymarket"], asked(polymarket)))
    if here == _NOTHING:
        return f"only Polymarket says {there!r}"
    if there == _NOTHING:
        return f"only Kalshi says {here!r}"
    return f"Kalshi says {here!r}, Polymarket {there!r}"


def _written(words: str, question: str) -> Iterator[str]:
    """Each word as it stands in the question, or as matching calls it."""
    stems = {stem(word.lower()): word for word in re.findall(r"\w+", question)}
    for word in words.split(", "):
        known = (stems[stem(one)] for one in _STAND_FOR.get(word, ()) if stem(one) in stems)
        begun = (one for one in stems.values() if one.lower().startswith(word))
        yield stems.get(word) or next(known, "") or next(begun, word.replace("_", " "))
