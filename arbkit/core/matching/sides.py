"""The two sides of one match: whether both texts mean the same two, and what then adds nothing."""

import re

from arbkit.core.matching.entities.words import LIGHT
from arbkit.core.matching.facts import Facts
from arbkit.core.matching.findings import Finding, conflict
from arbkit.core.matching.lexicon import stem

_SCORES = re.compile(r"^[^,]{2,60}? scores? (?:over |more than |at least )?\d")


def same_match(kalshi: Facts, polymarket: Facts) -> bool:
    """Whether both ask which of the same two sides wins: then the name of the event, or a first name, adds nothing."""
    mine, other = kalshi.opponents, polymarket.opponents
    if mine is None or other is None or polymarket.sides is None:
        return False
    straight = _one_side(mine[0], other[0]) and _one_side(mine[1], other[1])
    crossed = _one_side(mine[0], other[1]) and _one_side(mine[1], other[0])
    return straight != crossed


def _one_side(mine: frozenset[str], other: frozenset[str]) -> bool:
    """Whether one name is the other, or the other with more: Duke and Duke Blue Devils, Sinner and Jannik Sinner."""
    return bool(mine & other) and (mine <= other or other <= mine)


def sides_of_bout(kalshi: Facts, polymarket: Facts) -> frozenset[str]:
    """Every word that names a side, where both ask something of one and the same match and nothing of either side:
    whether it goes the distance, whether it ends in a draw."""
    mine, other = kalshi.opponents, polymarket.opponents
    if mine is None or other is None or polymarket.sides is not None:
        return frozenset()
    if (kalshi.pick | polymarket.pick) & frozenset().union(*mine, *other):
        return frozenset()
    straight = _one_side(mine[0], other[0]) and _one_side(mine[1], other[1])
    crossed = _one_side(mine[0], other[1]) and _one_side(mine[1], other[0])
    return frozenset().union(*mine, *other) if straight != crossed else frozenset()


def of_another_total(kalshi: Facts, polymarket: Facts) -> bool:
    """Whether Kalshi counts what one side of a match scores (`If Arizona scores over 20.5 points`), and Polymarket asks
    for the other side, or for both."""
    if kalshi.opponents is None or not kalshi.subject or not _SCORES.search(kalshi.statement):
        return False
    rivals = [side for side in kalshi.opponents if not side & kalshi.subject]
    if len(rivals) != 1:
        return False
    return not kalshi.subject & polymarket.asked or bool(rivals[0] & polymarket.asked)


def names_of_sides(kalshi: Facts, polymarket: Facts) -> frozenset[str]:
    """Every word that names a side of the match, on either venue."""
    sides = (*(kalshi.opponents or ()), *(polymarket.opponents or ()), *(polymarket.sides or ()))
    return kalshi.pick.union(*sides)


def namesakes(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """Two of one surname: the given names that both texts put before it have to meet."""
    found = []
    for mine, other in ((kalshi, polymarket), (polymarket, kalshi)):
        for side in mine.opponents or ():
            for full in other.opponents or ():
                given = _given_names(mine, side) if len(side) == 1 and side < full else frozenset()
                if given and not given & full:
                    names = given, full - side
                    found.append(conflict("given name", *(names if mine is kalshi else names[::-1])))
    return [*found, *_two_of_one_surname(kalshi, polymarket)]


def _two_of_one_surname(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """Whom YES on Kalshi is about, when no side on Polymarket is it, though one shares a name: Tom and Ada Vane."""
    near = [side for side in polymarket.sides or () if side & kalshi.pick]
    if not near or any(side <= kalshi.pick or kalshi.pick <= side for side in near):
        return []
    return [conflict("given name", kalshi.spell(kalshi.pick), polymarket.spell(frozenset().union(*near)))]


def _given_names(facts: Facts, surname: frozenset[str]) -> frozenset[str]:
    """What stands before a surname in the rules, written as a name."""
    written = re.escape(facts.spell(surname)[0])
    before = re.findall(rf"\b([A-Z][\w'-]{{2,}}) (?i:{written})\b", facts.rules_text)
    return frozenset(stem(word.lower()) for word in before if word.lower() not in LIGHT)


def opponent_understood(kalshi: Facts, polymarket: Facts) -> frozenset[str]:
    """The other side of the match, when Polymarket asks whether one side wins on that very day: it plays once a day."""
    if kalshi.opponents is None or polymarket.opponents is not None or not kalshi.pick & polymarket.pick:
        return frozenset()
    mine, other = kalshi.timing, polymarket.timing
    if not (mine.match_up and other.match_up and mine.match_day and other.match_day):
        return frozenset()
    if not mine.match_day.agrees(other.match_day):
        return frozenset()
    return frozenset().union(*kalshi.opponents) - kalshi.pick


def of_the_match(asker: Facts, other: Facts) -> frozenset[str]:
    """The two sides, when both are about the match of one day: its rules are the place to name them."""
    mine, theirs = asker.timing, other.timing
    if asker.opponents is None or not (mine.match_up and theirs.match_up and mine.match_day and theirs.match_day):
        return frozenset()
    return frozenset().union(*asker.opponents) if mine.match_day.agrees(theirs.match_day) else frozenset()
