"""For whom a court rules: in Vane v. Berg it rules for the one or for the other, and both titles name both."""

import re
from functools import lru_cache

from arbkit.core.matching import lexicon
from arbkit.core.matching.facts import Facts
from arbkit.core.matching.findings import Finding, conflict
from arbkit.core.matching.lexicon import stem

_RULES_FOR = re.compile(
    r"\b(?:rul(?:es?|ed|ing)|sid(?:es?|ed|ing)|decid(?:es?|ed)|finds?|found) (?:unanimously )?"
    r"(?P<how>in favou?r of|for|with|against) (?P<who>(?:the )?[A-Z][\w.'-]*(?: (?:of |the )?[A-Z][\w.'-]*){0,4})"
)
_AGAINST = "against"


def compare_rulings(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """Hold whom both courts rule for, or against, against each other."""
    mine, other = (_ruled(f"{facts.shown} . {facts.statement}") for facts in (kalshi, polymarket))
    if not (mine and other):
        return []
    if any(against is same and who & there for against, who in mine for same, there in other):
        return []
    return [
        conflict(
            "for whom it rules",
            *(_shown(facts, ruled) for facts, ruled in zip((kalshi, polymarket), (mine, other), strict=True)),
        )
    ]


@lru_cache(maxsize=4_096)
def _ruled(text: str) -> tuple[tuple[bool, frozenset[str]], ...]:
    """Of every ruling that a text names: whether it is against somebody, and the words of their name."""
    return tuple(
        (hit["how"].lower() == _AGAINST, _name(hit["who"]))
        for hit in _RULES_FOR.finditer(text)
        if "v." not in hit["who"]
    )


def _name(text: str) -> frozenset[str]:
    return frozenset(stem(word.text) for word in lexicon.replace(lexicon.words(text), lexicon.phrases())) - {
        "the",
        "of",
    }


def _shown(facts: Facts, ruled: tuple[tuple[bool, frozenset[str]], ...]) -> list[str]:
    return [("against " if against else "") + " ".join(facts.spell(who)) for against, who in ruled]
