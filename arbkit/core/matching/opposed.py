"""What one side asks for and the other denies, or has the opposite word for."""

import re
from dataclasses import replace
from functools import lru_cache

from arbkit.core.matching.alike import decide_alike
from arbkit.core.matching.entities.words import LIGHT, OPPOSED, TURNING
from arbkit.core.matching.facts import Facts
from arbkit.core.matching.findings import Finding, conflict, sided, silent
from arbkit.core.matching.lexicon import phrases, stem, words
from arbkit.core.matching.lexicon import replace as replace_words
from arbkit.core.matching.numbers import ONE_OR_MORE, ZERO

_OPPOSED = {name: tuple(frozenset(map(stem, side)) | side for side in sides) for name, sides in OPPOSED.items()}
_TURNING = frozenset(map(stem, TURNING)) | TURNING
FURTHER_PPM = 45_000
"""Doubt when a market that denies has a further way to YES."""
_PAYS_YES = re.compile(r"\bresolves? (?:immediately )?(?:to |as )?[\"']?yes\b", re.IGNORECASE)
_TWO_WAYS = 2
_NO_CHANGE, _CHANGE = frozenset({"no_change"}), frozenset({stem("change")})
_DIRECTIONS = frozenset({stem("cut"), stem("increase")})
_AUXILIARY = frozenset({"a", "an", "the", "be", "been", "have", "had", "to", "any"})
_AT_LEAST_ONE = re.compile(r"\b(?:at least once?|at least one|one or more|any)\b", re.IGNORECASE)


def none_alike(kalshi: Facts, polymarket: Facts) -> tuple[Facts, Facts]:
    """Both markets, where one asks for none of something, in the words of the other: `no cuts` is `0 cuts`, and that
    is the denial of `at least one cut`; no change is the denial of a change."""
    if not (kalshi.intervals or polymarket.intervals) or _is_none(kalshi) is _is_none(polymarket):
        return kalshi, polymarket
    return _as_none(kalshi, polymarket), _as_none(polymarket, kalshi)


def _as_none(facts: Facts, other: Facts) -> Facts:
    """`no cuts` as `0 cuts`, or the other way round."""
    denial = facts.denial
    if denial.asked and not facts.intervals and not other.denial.asked and _is_none(other):
        if (facts.stated and not denial.ruled) or facts.strict & _NO_CHANGE:
            return facts
        return replace(facts, denial=denial._replace(asked=False, ruled=False), intervals=(ZERO,))
    if not _is_none(facts) or denial.asked or other.denial.asked:
        return facts
    if facts.strict & _NO_CHANGE:
        if other.intervals or not other.asked & _CHANGE or other.asked & _DIRECTIONS:
            return facts
        facts = replace(
            facts, strict=facts.strict - _NO_CHANGE, common=facts.common | _CHANGE, said=facts.said | _CHANGE
        )
    elif not _asks_for_one(other):
        return facts
    return replace(facts, denial=denial._replace(asked=True, ruled=True), intervals=())


def _is_none(facts: Facts) -> bool:
    values = facts.intervals
    return bool(values) and values[0].low == 0 and all(item.low == item.high == 0 for item in values)


def _asks_for_one(facts: Facts) -> bool:
    if facts.intervals:
        return all(item.key == ONE_OR_MORE for item in facts.intervals)
    return bool(_AT_LEAST_ONE.search(f"{facts.title} . {facts.statement}"))


def compare_opposed(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """Hold denials and opposite words of both sides against each other."""
    return [*_denials(kalshi, polymarket), *_opposites(kalshi, polymarket), *_alone(kalshi, polymarket)]


def _denials(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """A title and its own rules have to deny the same; and what is denied beside it has to be so on both sides."""
    mine, other = ((facts.denial.asked, facts.denial.ruled, facts.denial.loose) for facts in (kalshi, polymarket))
    if (
        mine == other
        and kalshi.denial.ruled
        and not kalshi.denial.asked
        and _same_act(kalshi.denial.acts[1], polymarket.denial.acts[1])
    ):
        return []  # to default is to fail to pay, under both titles
    found = []
    for facts, venue in ((kalshi, "Kalshi"), (polymarket, "Polymarket")):
        if facts.rules_known and facts.denial.ruled is not facts.denial.asked:
            where = "rules" if facts.denial.ruled else "title"
            found.append(conflict("negation", *sided(venue, f"says not in its {where} alone")))
        elif facts.denial.ruled and not _same_act(*facts.denial.acts):
            words = "not {} in its title, not {} in its rules".format(*facts.denial.acts)
            found.append(conflict("negation", *sided(venue, words)))
    if kalshi.denial.loose != polymarket.denial.loose:
        sides = ([f"not {word}" for word in facts.spell(facts.denial.loose)] for facts in (kalshi, polymarket))
        found.append(conflict("negation", *sides))
    if kalshi.denial.asked is not polymarket.denial.asked:
        found += _further_ways(kalshi, "Kalshi") + _further_ways(polymarket, "Polymarket")
    return found


def _further_ways(facts: Facts, venue: str) -> list[Finding]:
    """A second way to YES in the rules of a market that asks for what does not come about."""
    if not facts.denial.asked or len(_PAYS_YES.findall(facts.all_rules)) < _TWO_WAYS:
        return []
    return [silent("alternative", f"{venue} pays on a further condition", FURTHER_PPM)]


def _same_act(title: str, rule: str) -> bool:
    """Whether a title and its rule may deny the same: light verbs such as `receive` tell nothing."""
    one, two = _act(title), _act(rule)
    return not one or not two or one == two


@lru_cache(maxsize=4_096)
def _act(denied: str) -> str:
    found = replace_words(words(denied), phrases())
    verb = next((word.text for word in found if word.text not in _AUXILIARY), "")
    return "" if verb in LIGHT and verb != "win" else stem(verb)


def _opposites(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """To be acquitted is not to be convicted, nor is it exactly not to be convicted."""
    mine, other = (facts.asked | facts.stated | facts.turns | facts.ruled_turns for facts in (kalshi, polymarket))
    found = []
    for name, (one, two) in _OPPOSED.items():
        for here, there in ((one, two), (two, one)):
            if mine & here and other & there and not (mine & there or other & here):
                found.append(conflict(name, kalshi.spell(mine & here), polymarket.spell(other & there)))
    return found


def _alone(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """A word that turns a question, of which the other side has nothing: the sides may ask for opposites."""
    if decide_alike(kalshi, polymarket):
        return []
    mine, other = (facts.asked & _TURNING for facts in (kalshi, polymarket))
    mine, other = mine - polymarket.said, other - kalshi.said
    mine, other = mine - polymarket.told(mine), other - kalshi.told(other)
    return [conflict("what happens", kalshi.spell(mine), polymarket.spell(other))] if mine or other else []
