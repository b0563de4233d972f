"""Why two markets do not pay alike, in the words that stand in their questions: matching compares stems."""

import re
from collections.abc import Iterator, Sequence

from arbkit.core.markets import Market

_CONFLICT = re.compile(r"conflict: (?P<fact>[a-z ]+): Kalshi (?P<kalshi>.+), Polymarket (?P<polymarket>.+)")
_NOTHING = "nothing"
_STAND_FOR = {"make": ("advance", "qualify", "reach", "make"), "nominee": ("nominated", "nomination", "nominee")}
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


def brief(reasons: Sequence[str]) -> str:
    """What decides about a pair, for a row of a table: what speaks against it, else in what both agree."""
    against = [reason for reason in reasons if not reason.startswith(("agree: ", "signal: "))]
    if against:
        return "; ".join(map(_against, against))
    agreed = dict.fromkeys(reason.split(": ")[1] for reason in reasons if reason.startswith("agree: "))
    title = [reason.removeprefix("signal: ") for reason in reasons if reason.endswith("exact title")]
    return "; ".join([f"same {', '.join(agreed)}", *title]) if agreed else "; ".join(reasons)


def _against(reason: str) -> str:
    found = _CONFLICT.fullmatch(reason)
    if not found:
        return reason.removeprefix("conflict: ").removeprefix("silent: ").removeprefix("word: ")
    for venue, other in (("Kalshi", "polymarket"), ("Polymarket", "kalshi")):
        if found[other] == _NOTHING:
            return f"{found['fact']}: only {venue} says {found[venue.lower()]}"
    return reason.removeprefix("conflict: ")


def _written(words: str, question: str) -> Iterator[str]:
    """Each word as it stands in the question, or as matching calls it."""
    from arbkit.core.matching.lexicon import stem  # costs start-up time

    stems = {stem(word.lower()): word for word in re.findall(r"\w+", question)}
    for word in words.split(", "):
        known = (stems[stem(one)] for one in _STAND_FOR.get(word, ()) if stem(one) in stems)
        begun = (one for one in stems.values() if one.lower().startswith(word))
        yield stems.get(word) or next(known, "") or next(begun, word.replace("_", " "))
