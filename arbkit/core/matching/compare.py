"""Two records of facts, fact by fact: what agrees, what is missing on one side, what rules the pair out."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from arbkit.core.markets import Polarity, Relation
from arbkit.core.matching import numbers
from arbkit.core.matching.calendar import compare_timing, ordinal
from arbkit.core.matching.clauses import compare_clauses, lost_by_a_draw
from arbkit.core.matching.coming import COMING_VOTE, coming_vote, of_a_term, waits_until
from arbkit.core.matching.counted import compare_counted
from arbkit.core.matching.dates import Day
from arbkit.core.matching.editions import compare_editions
from arbkit.core.matching.entities.words import LENIENT, YEAR_OF_KICK_OFF
from arbkit.core.matching.facts import Facts
from arbkit.core.matching.findings import Finding, Hopeless, Kind, agree, conflict, silent
from arbkit.core.matching.finedates import compare_fine_dates
from arbkit.core.matching.fineprint import compare_fine_print
from arbkit.core.matching.kinds import compare_kinds
from arbkit.core.matching.lexicon import stem, stems
from arbkit.core.matching.narrowed import compare_narrowed
from arbkit.core.matching.numbers import ONE_OR_MORE, Interval, Unit
from arbkit.core.matching.opposed import compare_opposed, none_alike
from arbkit.core.matching.passages import Effect
from arbkit.core.matching.ruled import compare_ruled
from arbkit.core.matching.sides import of_another_total
from arbkit.core.matching.sources import COINS, COMMODITIES
from arbkit.core.matching.steps import step_between
from arbkit.core.matching.wording import (
    EXCLUSIVE,
    NOMINATIONS,
    OPPOSITE_STEMS,
    UNEXPLAINED_PPM,
    compare_words,
    nominated,
    nothing_changes,
    same_government,
)

NUMBER_ELSEWHERE_PPM = 6_000
GOVERNMENT_PPM = 15_000
"""Doubt when both wait for the government after one election, and may wait for different lengths of time."""
LATE_VOTE_MONTH = 8
"""After a vote later in the year than this month a government may not stand by the end of it (Coalition talks in the
Netherlands, Belgium and Spain took longer than four months)."""
GOVERNMENT_DAYS = 300
"""After so many days a government stands: the Netherlands of 2021 took 299."""
NOMINATED_PPM = 20_000
"""Doubt when one side asks for the nominee and the other for the winner of the primary: the winner may withdraw."""

_ANNOUNCE = frozenset({stem("announce"), stem("confirm"), stem("nominate"), stem("report")})
_PRICE_WORDS = EXCLUSIVE["kind of price"] | stems(
    "all_time_high all-time record price return outperform flip dominance performance gain close"
)
_HOLDING = stems(
    "hold own acquire sell etf reserve approve move treasury mine transfer medal winter_olympics summer_olympics"
)
"""What is asked of a coin, or of gold, that is not its price."""
_AGREEMENTS = stems("agreement deal treaty accord peace ceasefire truce pact")
_OFTEN_DRAWN = stems("ryder_cup presidents_cup solheim test chess boxing")
"""Contests that a tie ends often enough to be an ordinary outcome."""
_WEALTH = stems("worth trillionaire billionaire richest")
"""What has no one official figure: each list of the rich has its own."""
_LAWS = stems("tax act bill ballot_measure")
_TEMPERATURES = stems("temperature low_temperature")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything found, and how the outcomes lie to each other."""

    findings: tuple[Finding, ...]
    polarity: Polarity
    relation: Relation


def compare(kalshi: Facts, polymarket: Facts, hopeless: Hopeless = lambda _: False) -> Comparison:
    """Compare two markets fact by fact, cheap ones first; no further once what is found is `hopeless`."""
    kalshi, polymarket = none_alike(kalshi, polymarket)
    found: list[Finding] = []
    inverted, relation = _thresholds(kalshi, polymarket, found)
    fresh: Sequence[Finding] = found
    for stage in (
        _groups,
        _opposites,
        _totals,
        _leagues,
        partial(compare_words, hopeless=hopeless),
        _timing,
        _sources,
        _clauses,
        compare_kinds,
        compare_narrowed,
        compare_ruled,
        compare_counted,
        compare_editions,
        compare_fine_dates,
        compare_fine_print,
        compare_opposed,
        partial(_exceptions, turned=inverted is (kalshi.denial.asked is polymarket.denial.asked)),
    ):
        if fresh and hopeless(found):
            return Comparison(tuple(found), Polarity.ALIGNED, relation)
        fresh = stage(kalshi, polymarket)
        found += fresh
    if (side := _outcome(kalshi, polymarket, found)) is not None:
        inverted ^= side
    if kalshi.denial.asked is not polymarket.denial.asked:
        inverted = not inverted
        found.append(agree("negation", "one side asks whether it does not happen", NUMBER_ELSEWHERE_PPM))
    return Comparison(tuple(found), Polarity.INVERTED if inverted else Polarity.ALIGNED, relation)


def _timing(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    next_one = "next" in kalshi.strict and "next" in polymarket.strict
    timing = kalshi.timing, polymarket.timing
    if kalshi.asked & polymarket.asked & YEAR_OF_KICK_OFF:
        timing = timing[0].by_first_year(), timing[1].by_first_year()
    if same_government(kalshi, polymarket):
        return [_government(kalshi, polymarket), *compare_timing(*(when.undated() for when in timing), contest=True)]
    contest = all("win" in facts.title.split() for facts in (kalshi, polymarket))
    found = compare_timing(*timing, next_one=next_one, contest=contest)
    found += of_a_term(kalshi, polymarket)
    return [COMING_VOTE if item.fact == "date" and coming_vote(kalshi, polymarket) else item for item in found]


def _government(kalshi: Facts, polymarket: Facts) -> Finding:
    """How long both wait for a government: past the end of the year, when the vote is late in it."""
    days = [day for facts in (kalshi, polymarket) for day in facts.timing.ticker_days + tuple(facts.timing.stated.days)]
    words = "a government after the same election, however long it takes"
    late = [day for day in days if day.month > LATE_VOTE_MONTH]
    ends = [facts.timing.deadline or waits_until(facts.all_rules) for facts in (kalshi, polymarket)]
    if late and not all(end and _waits(end, day) for end in ends for day in late):
        return silent("deadline", words, UNEXPLAINED_PPM)
    return agree("deadline", words, GOVERNMENT_PPM)


def _waits(end: Day, vote: Day) -> bool:
    """Whether a deadline lies long enough after a vote for any government to stand."""
    known = end.year and vote.year
    return bool(known) and ordinal(end, end.year) - ordinal(vote, vote.year) >= GOVERNMENT_DAYS


def _thresholds(kalshi: Facts, polymarket: Facts, found: list[Finding]) -> tuple[bool, Relation]:
    """Match every number of either question with one of the other side; return whether YES is turned, and how."""
    mine, other = kalshi.intervals, polymarket.intervals
    if not (mine or other or kalshi.further or kalshi.unmeasured or polymarket.unmeasured):
        return False, Relation.EQUAL
    if kalshi.unmeasured or polymarket.unmeasured:
        found.append(conflict("threshold", *("unknown" if facts.unmeasured else "" for facts in (kalshi, polymarket))))
        return False, Relation.RELATED
    scales = [_scales(facts) for facts in (kalshi, polymarket)]
    if scales[0] and scales[1] and not scales[0] & scales[1]:
        found.append(conflict("scale", *scales))
        return False, Relation.DIFFERENT
    step = step_between((*kalshi.intervals, *polymarket.intervals), kalshi, polymarket)
    strikes = [item for item in kalshi.further if item.words.split(" ")[0] in _STRIKES]
    pool = (*mine, *kalshi.further)
    inverted = False
    for said in other:
        asked = said if any(_same(said, item, step) for item in pool) else _refined(said, polymarket.further)
        if any(_same(asked, item, step) for item in pool):
            found.append(agree("threshold", asked.words))
        elif not pool and asked.key == ONE_OR_MORE:
            found.append(agree("threshold", f"{asked.words}: the same as asking for one"))
        elif any(_turned(asked, item, step) for item in (*mine, *strikes)):
            inverted = True
            found.append(agree("threshold", f"{asked.words} is the complement of {(*mine, *strikes)[0].words}"))
        else:
            shown = [item.words for item in (mine or strikes or pool)]
            found.append(conflict("threshold", shown, asked.words))
            return False, numbers.relation((mine or strikes or pool)[0], asked) if pool else Relation.RELATED
    for item in mine or strikes[:1]:
        wanted = (*other, *polymarket.further)
        met = _met(item, wanted, strikes if mine else [], other, step)
        if not met and not any(_same(_refined(item, kalshi.further), asked, step) for asked in wanted) and not inverted:
            if not other and item.key == ONE_OR_MORE:
                continue
            found.append(conflict("threshold", item.words, [asked.words for asked in other]))
            return False, Relation.RELATED
    return inverted, Relation.EQUAL


def _scales(facts: Facts) -> set[Unit]:
    """In what degrees a market counts, so that 20 of the one are not 20 of the other."""
    return {item.unit for item in (*facts.intervals, *facts.further)} & {Unit.DEGREE, Unit.CELSIUS}


_STRIKES = frozenset({"greater", "greater_or_equal", "less", "less_or_equal", "between"})


def _refined(item: Interval, further: tuple[Interval, ...]) -> Interval:
    """A bare number of the title with the comparator that the rule gives it: "24 hours", "at least 24 hours"."""
    if not item.bare:
        return item
    bounds = (one for one in further if not one.exact and item.low in {one.low, one.high} and _units(item, one))
    return next(bounds, item)


def _met(
    item: Interval, wanted: tuple[Interval, ...], strikes: list[Interval], other: tuple[Interval, ...], step: int | None
) -> bool:
    """Whether a number of the Kalshi title stands on the other side, or its strike does in its place."""
    if any(_same(item, asked, step) for asked in wanted):
        return True
    return any(_same(strike, asked, step) for strike in strikes for asked in other)


def _same(one: Interval, two: Interval, step: int | None) -> bool:
    if not _units(one, two):
        return False
    return numbers.same_values(one, two, None) or (step is not None and numbers.same_values(one, two, step))


def _turned(one: Interval, two: Interval, step: int | None) -> bool:
    return _units(one, two) and (
        numbers.complementary(one, two, None) or (step is not None and numbers.complementary(one, two, step))
    )


def _units(one: Interval, two: Interval) -> bool:
    return one.unit is two.unit or Unit.NONE in {one.unit, two.unit}


def _groups(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """Qualifiers that exclude each other: primary and general, AL and NL, month and year."""
    found = []
    for name, members in EXCLUSIVE.items():
        mine = kalshi.strict & members or kalshi.common & members
        if not mine and not (name in LENIENT and (mine := (kalshi.said | _forms_in_series(kalshi)) & members)):
            continue
        other = polymarket.strict & members or polymarket.common & members
        other = other or polymarket.said & members if name in LENIENT else other
        if not other or mine & other:
            continue
        if nominated(kalshi, polymarket) and mine | other <= NOMINATIONS:
            found.append(silent(name, "the nominee here, the winner of the primary there", NOMINATED_PPM))
            continue
        if name == "direction" and nothing_changes(kalshi, polymarket):
            continue
        found.append(conflict(name, kalshi.spell(mine), polymarket.spell(other)))
    return found


def _forms_in_series(kalshi: Facts) -> frozenset[str]:
    """The form of cricket that a Kalshi series is called after, when no text of its match says it."""
    forms = EXCLUSIVE["form of cricket"] if "cricket" in kalshi.series or "t20" in kalshi.series else frozenset()
    return frozenset(form for form in forms if form in kalshi.series)


def _opposites(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """Small words that turn a question round: up and down, most and least, begin and end."""
    found = []
    for name, sides in OPPOSITE_STEMS.items() if kalshi.turns and polymarket.turns else ():
        mine, other = ([facts.turns & side for side in sides] for facts in (kalshi, polymarket))
        if (mine[0] and not mine[1] and other[1] and not other[0]) or (
            mine[1] and not mine[0] and other[0] and not other[1]
        ):
            found.append(conflict(name, mine[0] | mine[1], other[0] | other[1]))
    ends = ["end" in facts.turns for facts in (kalshi, polymarket)]
    if ends[0] is not ends[1] and not found:
        found.append(conflict("beginning or end", *("end" if one else "" for one in ends)))
    return found


def _totals(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """The total of a game is not that of one of its sides."""
    if of_another_total(kalshi, polymarket):
        return [conflict("total", kalshi.spell(kalshi.subject), polymarket.spell(polymarket.names))]
    for match, other in ((kalshi, polymarket), (polymarket, kalshi)):
        if match.opponents and not other.opponents and "total" in match.turns & other.turns:
            named = [bool(side & other.asked) for side in match.opponents]
            if named.count(True) == 1:
                return [conflict("total", kalshi.spell(kalshi.names), polymarket.spell(polymarket.names))]
    return []


def _leagues(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    if kalshi.league and polymarket.league and kalshi.league != polymarket.league:
        return [conflict("league", kalshi.league, polymarket.league)]
    return []


def _sources(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    mine, other = set(kalshi.sources), set(polymarket.sources)
    if (kalshi.asked | kalshi.said) & COINS and _about_price(kalshi, polymarket):
        mine, other = mine or {"CF Benchmarks"}, other or {"an exchange or an oracle"}
    if (kalshi.asked & polymarket.asked) & COMMODITIES and _about_price(kalshi, polymarket) and not (mine and other):
        return [silent("source", "not both sides say whose price counts", UNEXPLAINED_PPM)]
    law = kalshi.asked & polymarket.asked & _LAWS
    if (kalshi.asked | polymarket.asked) & _WEALTH and not law and not (mine and other):
        return [silent("source", "not both sides say whose list of the rich counts", UNEXPLAINED_PPM)]
    if _TEMPERATURES & kalshi.asked:
        mine, other = mine or {"National Weather Service"}, other or {"Weather Underground"}
    if not mine or not other:
        return []
    return [agree("source", ", ".join(sorted(mine & other)))] if mine & other else [conflict("source", mine, other)]


def _clauses(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """What the rules add to the question: one of several, announced or in effect."""
    found = []
    kind = kalshi.kind | polymarket.kind
    any_of_asked = bool(kind) and kind <= kalshi.asked & polymarket.asked
    known = kalshi.rules_known and polymarket.rules_known
    if kalshi.several != polymarket.several and not known and not any_of_asked:
        found.append(silent("several", "of one or of several, and not both rules are known", UNEXPLAINED_PPM))
    elif kalshi.several != polymarket.several and not any_of_asked:
        found.append(
            conflict(
                "several",
                *("one or all of several" if facts.several else "one thing" for facts in (kalshi, polymarket)),
            )
        )
    if kalshi.moment and polymarket.moment and kalshi.moment != polymarket.moment:
        found.append(conflict("moment", kalshi.moment, polymarket.moment))
    found.extend(_conditions(kalshi, polymarket))
    mine, other = kalshi.effect, polymarket.effect
    if Effect.UNKNOWN not in {mine, other}:
        found.append(agree("effect", mine) if mine is other else conflict("effect", mine, other))
    elif (
        Effect.ANNOUNCED in {mine, other}
        and kalshi.rules_known
        and polymarket.rules_known
        and not _announces(kalshi if mine is Effect.UNKNOWN else polymarket)
    ):
        found.append(silent("effect", f"Kalshi {mine}, Polymarket {other}", UNEXPLAINED_PPM))
    return found


def _conditions(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """What one rule says of how long it counts, and the other does not."""
    if not (kalshi.rules_known and polymarket.rules_known):
        return []
    found = []
    if kalshi.until_meeting != polymarket.until_meeting:
        found.append(silent("deadline", "a meeting, on one side only", UNEXPLAINED_PPM))
    one_match = kalshi.timing.match_up and polymarket.timing.match_up and polymarket.sides is None
    if one_match and kalshi.regulation != polymarket.regulation:
        found.append(silent("extra time", "left out on one side only", UNEXPLAINED_PPM))
    return found


def _exceptions(kalshi: Facts, polymarket: Facts, *, turned: bool) -> list[Finding]:
    """What both rules pay when it comes to no plain answer. `turned`: whether one asks for what the other denies."""
    if not (kalshi.rules_known and polymarket.rules_known):
        return []
    timing = kalshi.timing, polymarket.timing
    drawn = all(when.match_up for when in timing) and lost_by_a_draw(kalshi.clauses, polymarket.clauses)
    return compare_clauses(
        kalshi.clauses,
        polymarket.clauses,
        turned=turned,
        of_agreement=bool((kalshi.asked | polymarket.asked) & _AGREEMENTS),
        of_deadline=any(when.deadline for when in timing) and not any(when.match_day for when in timing),
        of_draws=drawn or bool(kalshi.said & polymarket.said & _OFTEN_DRAWN),
    )


def _announces(facts: Facts) -> bool:
    return bool(facts.said & _ANNOUNCE)


def _about_price(kalshi: Facts, polymarket: Facts) -> bool:
    asked = kalshi.asked | polymarket.asked
    if asked & _HOLDING:
        return False
    return bool(kalshi.intervals or polymarket.intervals or asked & _PRICE_WORDS) or {"up", "down"} <= polymarket.said


def _outcome(kalshi: Facts, polymarket: Facts, found: list[Finding]) -> bool | None:
    """Whether YES on Polymarket is the other side of a match; None when the question is not about sides."""
    if polymarket.sides is not None:
        first, second = polymarket.sides
        if kalshi.regulation and not polymarket.intervals:
            found.append(conflict("outcomes", "a draw is possible", "two sides"))
        if polymarket.pick and not polymarket.pick & kalshi.pick:
            found.append(conflict("outcome", kalshi.spell(kalshi.pick), polymarket.spell(polymarket.pick)))
        mine = len(first & kalshi.pick), len(second & kalshi.pick)
        if mine[0] == mine[1]:
            found.append(conflict("outcome", kalshi.spell(kalshi.pick), polymarket.spell(first | second)))
            return None
        found.append(agree("outcome", f"YES on Kalshi is about {', '.join(kalshi.spell(kalshi.pick))}"))
        return mine[0] < mine[1]
    if polymarket.versus and not (polymarket.pick or polymarket.strict or polymarket.common or polymarket.intervals):
        found.append(conflict("outcome", kalshi.pick, "YES of a match, without saying for which side"))
    if kalshi.versus and polymarket.pick and not (kalshi.pick or kalshi.strict or kalshi.common or kalshi.intervals):
        found.append(conflict("outcome", "YES of a match, without saying for which side", polymarket.pick))
    about_sides = kalshi.versus or polymarket.versus or polymarket.timing.match_up
    if about_sides and kalshi.pick and polymarket.pick and not polymarket.pick & kalshi.pick:
        found.append(conflict("outcome", kalshi.spell(kalshi.pick), polymarket.spell(polymarket.pick)))
    return None


def conflicts(comparison: Comparison) -> bool:
    """Whether anything rules the pair out."""
    return any(item.kind is Kind.CONFLICT for item in comparison.findings)
