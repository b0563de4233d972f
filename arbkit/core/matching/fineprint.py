"""What the rules decide by, held against their own title and against the other market: another thing, day, number or
payout than the title says. The rules bind, so a title that agrees is not enough."""

import dataclasses
import re
from collections.abc import Sequence

from arbkit.core.matching.actors import UNDERSTOOD
from arbkit.core.matching.alike import full_names
from arbkit.core.matching.dates import read_dates
from arbkit.core.matching.entities.implied import MAY_ADD, MAY_ADD_BESIDE
from arbkit.core.matching.entities.politics import HOLDERS
from arbkit.core.matching.entities.words import MONTH_NAMES
from arbkit.core.matching.essence import deciding, number_in_words, pays_the_other, read_fine_print
from arbkit.core.matching.facts import Facts
from arbkit.core.matching.findings import Finding, conflict, of_title, sided, silent
from arbkit.core.matching.lexicon import stem, stems
from arbkit.core.matching.numbers import ONE_OR_MORE, Interval, Unit, complementary, quantities, same_values
from arbkit.core.matching.passages import Effect
from arbkit.core.matching.steps import step_between
from arbkit.core.matching.timing import years_named
from arbkit.core.matching.understood import COUNTRY_OF_WORD
from arbkit.core.matching.wording import EXCLUSIVE, OPPOSITE_STEMS, WORLDWIDE, is_stage
from arbkit.core.money import MICRO

ADDED_PPM = 45_000
"""Doubt for each qualifier, name or act that decides by the rules of one side and that nobody else says."""
PLACE_PPM = 12_000
"""Doubt for a name that the rules of one side add, when they keep those of the title: the place, the host, the body."""
NUMBER_PPM = 45_000
CONDITION_PPM = 45_000


_ACTED = stems("reach lose loses lost loser make finalist finalists runner lead leads")
_LEAST, _MINIMUM = stems("fewest lowest"), stems("touch_low low_temperature")
_NUMBERED = re.compile(
    r"\b(?!(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec))([A-Z][A-Za-z']{2,}) (\d{1,3})\b(?![,.:-]?\d|%)"
)
_PRIMARY, _GENERAL = stems("primary nominee"), frozenset({"general_election"})
_IMPLIED, _ALONGSIDE = (
    tuple((stems(said), stems(added)) for said, added in table) for table in (MAY_ADD, MAY_ADD_BESIDE)
)
_RUN_OFF, _HALF = stems("runoff"), 50 * MICRO
_MONTHS = frozenset(map(stem, MONTH_NAMES))
_CONTESTS = tuple(EXCLUSIVE[name] for name in ("league", "competition", "esport"))
_BY_TABLE = frozenset({"nfl", "mlb"})
"""Leagues whose divisions are won in the regular season."""
_CONFERENCE, _PLAYED_OUT = stems("conference"), stems("playoff")
_STANDINGS = stems("record seed standing point points regular_season table top first best")
"""What tells the best of a table from who wins the last round."""
_SPORTS = stems("formula1 nascar ufc cricket tennis golf t20 chess darts boxing").union(*_CONTESTS)
_STRIKES = ("greater ", "greater_or_equal ", "less ", "less_or_equal ", "between ")
"""How a strike begins to be spelled."""
_SCALES = (1, 1_000, MICRO, 1_000 * MICRO)
_ORDINALS = tuple(map(stem, ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")))


def compare_fine_print(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """Hold the deciding sentences of both rules against the titles."""
    found = _outcomes(kalshi, polymarket)
    for mine, other, venue in ((kalshi, polymarket, "Kalshi"), (polymarket, kalshi, "Polymarket")):
        if mine.rules_known:
            found += [*_added(mine, other, venue), *_numbers(mine, other, venue)]
            found += [*_opposed(mine, other, venue), *_numbered(mine, other, venue)]
            found += _turned(mine, other, venue)
    return found


def _outcomes(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """Outcomes that mean something else than their names, or than the title says."""
    found = []
    if kalshi.excepting is not polymarket.excepting:
        venue = "Kalshi" if kalshi.excepting else "Polymarket"
        found.append(conflict("outcome", *sided(venue, "all but what is named, or no first")))
    if polymarket.labels and (words := pays_the_other(polymarket.all_rules, polymarket.labels)):
        found.append(conflict("payout", "", words))
    sides = frozenset().union(*kalshi.opponents) if kalshi.opponents else frozenset()
    if kalshi.pick and not kalshi.subject & kalshi.pick and kalshi.subject & sides:
        words = f"{', '.join(kalshi.spell(kalshi.subject))} by its rules, {', '.join(kalshi.spell(kalshi.pick))} else"
        found.append(conflict("outcome", words, ""))
    return found


def _added(mine: Facts, other: Facts, venue: str) -> list[Finding]:
    """What the rules of one side decide by, and neither its title nor the other side says."""
    if not (mine.added or mine.added_names):
        return []
    of_match = mine.timing.match_day and other.timing.match_up
    names = mine.added_names if other.rules_known and not of_match else frozenset()
    words = (mine.added | names) - other.said - mine.cited - other.cited - UNDERSTOOD
    words -= _implied(mine, other) if words else frozenset()
    words -= other.told(words)
    places = words & names - mine.added if _keeps_its_title(mine) and _keeps_its_title(other) else frozenset()
    found = [
        silent("rule", f"only {venue}'s rules speak of {spelled}", PLACE_PPM if word in places else ADDED_PPM)
        for word, spelled in sorted((word, mine.spell([word])[0]) for word in words)
    ]
    for members in _CONTESTS:
        ruled, asked = (mine.added | mine.added_names) & members, other.asked & members
        if ruled and asked and not ruled & asked:
            found.append(conflict("competition", *of_title(venue, other.spell(asked), mine.spell(ruled))))
    return found


def _keeps_its_title(facts: Facts) -> bool:
    """Whether the rules say all that their own question asks; those that tell who wins do not name the subject."""
    if facts.stated:
        return facts.asked <= facts.stated | facts.ruled_names
    return facts.names - facts.pick <= facts.ruled_names


def _implied(mine: Facts, other: Facts) -> frozenset[str]:
    """What a rule may add and still asks the same."""
    near = mine.asked | mine.said | other.asked | frozenset(other.title.split(" "))
    words = _SPORTS | _MONTHS | {stem(name.lower()) for name in mine.sources}
    words = words.union(*(beside for said, beside in _ALONGSIDE if said & (mine.stated or mine.said)))
    words |= {word for word in mine.added | mine.added_names if COUNTRY_OF_WORD.get(word) in near}
    words |= {COUNTRY_OF_WORD[word] for word in near & COUNTRY_OF_WORD.keys()}
    words |= {office for office, (_, holders, _) in HOLDERS.items() if holders & (mine.asked | other.asked)}
    words |= full_names(mine, other)
    words = words.union(*(implied for said, implied in _IMPLIED if said & near))
    if any(word.startswith("district_") for word in near):
        words |= stems("house")
    if not (mine.asked | other.asked) & _PRIMARY or "make" in mine.said:
        words |= _GENERAL
    if mine.sides or other.sides:
        words |= stems("make")
    if {mine.league, other.league} & _BY_TABLE and near & EXCLUSIVE["compass"]:
        words |= stems("division regular_season")
    if not mine.added & _ACTED:
        words |= stems("final")
    if near & WORLDWIDE or "largest" in mine.title.split(" "):
        words |= stems("global largest")
    if mine.effect is not Effect.UNKNOWN:
        words |= stems("announce")
    if mine.timing.match_day and other.timing.match_up:
        words |= {word for word in mine.added if is_stage(word) or word in _RUN_OFF}
    if mine.opponents and other.opponents:
        words |= EXCLUSIVE["league half"] | _CONFERENCE
    if _CONFERENCE & mine.said & other.said and not _STANDINGS & (mine.said | other.said) and _is_played_out(other):
        words |= _PLAYED_OUT
    asked = {item.low for item in (*mine.intervals, *other.intervals) if item.exact}
    return words.union(word for number, word in enumerate(_ORDINALS, 1) if number * MICRO in asked)


def _is_played_out(facts: Facts) -> bool:
    """Whether the rules of a market on a conference speak of its title and not of its table."""
    return "hampionship" in facts.statement or "inals" in facts.statement or "layoff" in facts.statement


def _numbers(mine: Facts, other: Facts, venue: str) -> list[Finding]:
    """Numbers of the deciding sentence that are not those of its own title."""
    if mine.intervals and (written := number_in_words(mine.statement)):
        return [silent("threshold", f"only {venue}'s rules say {written}", NUMBER_PPM)]
    stated = quantities(read_dates(deciding(mine.statement))[1])[0]
    if not stated:
        return []
    found = _against_strike(stated, mine, other) if venue == "Kalshi" else []
    for item in mine.intervals:
        comparable = [one for one in stated if one.unit is item.unit and not _told(one, mine, other)]
        told = any(_alike(item, one, mine, other) or _beside_the_line(item, one, mine) for one in stated)
        if comparable and not told:
            words = [one.words for one in comparable]
            found.append(conflict("threshold", *of_title(venue, item.words, words)))
    known = (*mine.intervals, *other.intervals, *other.further)
    near_runoff = bool(_RUN_OFF & mine.asked & other.asked)
    for one in stated:
        alone = not one.exact and one.key != ONE_OR_MORE and not (near_runoff and _is_half(one))
        if alone and not any(_alike(one, item, mine, other) or _turned_over(one, item, mine, other) for item in known):
            found.append(silent("threshold", f"only {venue}'s rules say {one.words}", NUMBER_PPM))
    return found


def _beside_the_line(line: Interval, one: Interval, mine: Facts) -> bool:
    """Whether rules say how many make it Over: "Over if 3 maps are played and Under if 2 are", of a line at 2.5."""
    paid, border = mine.statement.lower(), line.low if line.low is not None else line.high
    if '"over"' not in paid or '"under"' not in paid or border is None or one.low is None:
        return False
    return one.exact and border < one.low <= border + MICRO


def _is_half(one: Interval) -> bool:
    """Whether it is a majority, short of which a vote goes to a run-off."""
    return one.unit is Unit.PERCENT and _HALF in {one.low, one.high}


def _against_strike(stated: Sequence[Interval], mine: Facts, other: Facts) -> list[Finding]:
    """A deciding sentence that puts its numbers otherwise than the strike that Kalshi gives beside it, which may count
    in thousands or millions; a slug of Polymarket is no strike."""
    strike = next((item for item in mine.further if item.words.startswith(_STRIKES)), None)
    ruled = [one for one in stated if not one.exact and one.key != ONE_OR_MORE]
    if strike is None or not ruled:
        return []
    if any(_alike(one, _times(strike, scale), mine, other) for one in ruled for scale in _SCALES):
        return []
    return [conflict("strike", *of_title("Kalshi", strike.words, [one.words for one in ruled]))]


def _times(one: Interval, scale: int) -> Interval:
    low, high = (None if bound is None else bound * scale for bound in (one.low, one.high))
    return dataclasses.replace(one, low=low, high=high)


def _told(one: Interval, mine: Facts, other: Facts) -> bool:
    """Whether a number of the rules stands in the title, so that it is not there in the place of another."""
    return any(_alike(item, one, mine, other) for item in mine.intervals)


def _alike(one: Interval, two: Interval, mine: Facts, other: Facts) -> bool:
    if one.unit is not two.unit and Unit.NONE not in {one.unit, two.unit}:
        return False
    if one.bare or two.bare:
        return bool({one.low, one.high} & {two.low, two.high} - {None})
    return same_values(one, two, None) or same_values(one, two, step_between((one, two), mine, other))


def _turned_over(one: Interval, two: Interval, mine: Facts, other: Facts) -> bool:
    return complementary(one, two, None) or complementary(one, two, step_between((one, two), mine, other))


def _opposed(mine: Facts, other: Facts, venue: str) -> list[Finding]:
    """A small word of the deciding sentence that says the opposite of the questions: lowest for highest."""
    near = mine.turns | other.turns
    found = []
    for name, sides in OPPOSITE_STEMS.items():
        for side, turned in (sides, sides[::-1]):
            ruled = mine.ruled_turns & turned
            if ruled and not mine.ruled_turns & side and near & side and not near & turned:
                found.append(conflict(name, *of_title(venue, near & side, ruled)))
    said = frozenset(map(stem, mine.title.split(" "))) | other.turns | other.ruled_turns
    if (least := mine.ruled_turns & _LEAST) and not said & _LEAST and not _MINIMUM & mine.asked & other.asked:
        found.append(silent("most or least", f"only {venue}'s rules say {', '.join(mine.spell(least))}", ADDED_PPM))
    return found


def _numbered(mine: Facts, other: Facts, venue: str) -> list[Finding]:
    """A name with another number than elsewhere: Ligue 2 and Ligue 1, Formula 2 and Formula 1."""
    found = []
    elsewhere = f"{mine.title} . {other.title} . {other.statement}".lower()
    for name, number in _NUMBERED.findall(mine.statement):
        numbers = set(re.findall(rf"\b{re.escape(name.lower())} ?(\d{{1,3}})\b", elsewhere))
        if numbers and number not in numbers:
            found.append(conflict("number in a name", *of_title(venue, numbers, f"{name} {number}")))
    return found


def _texts(mine: Facts, other: Facts) -> str:
    """Where a name may stand that one side alone is decided by."""
    return f"{mine.title} {mine.statement} {other.title} {other.all_rules}".lower()


def _turned(mine: Facts, other: Facts, venue: str) -> list[Finding]:
    """Rules that pay NO where the question says YES, or by something else than the question."""
    fine = read_fine_print(mine.all_rules)
    found = []
    if fine.reversed:
        found.append(conflict("payout", *sided(venue, fine.reversed)))
    if fine.instead:
        found.append(conflict("payout", *sided(venue, fine.instead)))
    if fine.only_if and not read_fine_print(other.all_rules).only_if:
        found.append(silent("condition", f"only {venue} pays on a further condition: {fine.only_if}", CONDITION_PPM))
    years = years_named(read_dates(fine.scope)[0])
    asked = years_named(mine.timing.asked) | years_named(mine.timing.stated) | years_named(other.timing.asked)
    if years and asked and not years & asked:
        found.append(conflict("year", *of_title(venue, asked, years)))
    alone = [name for name in fine.sole if name.lower() not in _texts(mine, other)]
    if alone:
        found.append(silent("source", f"{venue} alone is decided by {', '.join(sorted(alone))}", CONDITION_PPM))
    if fine.as_of and not read_fine_print(other.all_rules).as_of:
        found.append(silent("moment", f"only {venue} decides by the standing of {fine.as_of}", CONDITION_PPM))
    return found
