"""The coming vote: "the next Danish election" names one and the same on both sides, whenever it is held; and how long
a market waits for what the vote brings."""

import re

from arbkit.core.matching.dates import Day, read_dates
from arbkit.core.matching.facts import Facts
from arbkit.core.matching.findings import Finding, agree, silent

COMING_PPM = 5_000
"""Doubt when both ask for the next vote and neither says when: one side may be listed before a vote and one after."""
TERM_PPM = 45_000
"""Doubt when one side alone asks for the next in an office, who may follow before any vote."""
COMING_VOTE = agree("date", "the next vote, on both sides", COMING_PPM)
_NEXT_VOTE = re.compile(r"\bnext (?:[\w'-]+ ){0,4}?election\b", re.IGNORECASE)
_OF_A_TERM = re.compile(r"\bterm beginning\b", re.IGNORECASE)
_NEXT = "next"
_VOTED = frozenset({"election", "elections", "elected", "term", "inaugurated"})
_IF_NONE = re.compile(
    r"\bif no (?:such|new)\b[^.;]{0,80}?(?P<until>\bby [A-Z][a-z]{2,8} \d{1,2}, 20\d\d)", re.IGNORECASE
)


def coming_vote(kalshi: Facts, polymarket: Facts) -> bool:
    """Whether both questions ask for the next vote."""
    return all(_NEXT_VOTE.search(facts.shown) for facts in (kalshi, polymarket))


def waits_until(rules: str) -> Day | None:
    """The day by which rules look for another outcome: "if no such mayor has been elected by June 30, 2030"."""
    hit = _IF_NONE.search(rules)
    return next(iter(read_dates(hit["until"])[0].deadlines), None) if hit else None


def of_a_term(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """The next president is not whoever takes the oath for a term, when a deputy may follow before it."""
    return [
        silent("term", "one side asks for a term, and one for whoever comes next", TERM_PPM)
        for mine, other in ((kalshi, polymarket), (polymarket, kalshi))
        if _OF_A_TERM.search(mine.statement)
        and _NEXT in other.strict
        and _VOTED.isdisjoint(f"{other.shown} {other.statement}".lower().split())
    ]
