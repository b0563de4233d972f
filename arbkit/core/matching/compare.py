"""Two records of facts, fact by fact: what agrees, what is missing on one side, what rules the pair out."""

from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from arbkit.core.markets import Polarity, Relation
from arbkit.core.matching import numbers
from arbkit.core.matching.calendar import compare_timing
from arbkit.core.matching.entities.words import GROUPS, LATTICE_TENTHS, LENIENT
from arbkit.core.matching.facts import Facts
from arbkit.core.matching.findings import Finding, Kind, agree, conflict, silent
from arbkit.core.matching.lexicon import stem
from arbkit.core.matching.numbers import ONE_OR_MORE, Interval, Unit
from arbkit.core.matching.passages import Effect
from arbkit.core.matching.sources import COINS
from arbkit.core.money import MICRO

UNEXPLAINED_PPM = 45_000
"""Doubt for each ordinary word of one question that the other side says nowhere."""
CONTEXT_WORD_PPM = 45_000
"""Doubt for a word of one question that stands only deep in the other side's rules."""
EVENT_NAME_PPM = 2_000
SPELLING_PPM = 15_000
NUMBER_ELSEWHERE_PPM = 6_000

_GROUPS = {name: frozenset(stem(word) for word in members) for name, members in GROUPS.items()}
_EXCLUSIVE = tuple(_GROUPS.items())
_LENIENT_WORDS = frozenset(word for name in LENIENT for word in _GROUPS[name])
_DIRECTIONS = _GROUPS["direction"]
_ANNOUNCE = frozenset({stem("announce"), stem("confirm"), stem("nominate"), stem("report")})
_DEEDS = (
    "strike attack invade bomb capture acquire recognize recognise sue endorse pardon nominate fire arrest sanction"
    " defeat beat visit annex blockade ban indict overtake pass surpass outsell tariff"
)
_DONE_TO_ANOTHER = frozenset(map(stem, _DEEDS.split()))
_UNDERSTOOD = frozenset({"united_states"})
"""What American markets leave out; another country is a name that the other side lacks."""
_TENTH = MICRO // 10
_COUNTED_MAX = 1_000_000 * MICRO


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything found, and how the outcomes lie to each other."""

    findings: tuple[Finding, ...]
    polarity: Polarity
    relation: Relation


def compare(kalshi: Facts, polymarket: Facts) -> Comparison:
    """Compare two markets fact by fact."""
    found: list[Finding] = []
    inverted, relation = _thresholds(kalshi, polymarket, found)
    found.extend(_groups(kalshi, polymarket))
    found.extend(_leagues(kalshi, polymarket))
    found.extend(_words(kalshi, polymarket))
    found.extend(
        compare_timing(
            kalshi.timing, polymarket.timing, next_one="next" in kalshi.strict and "next" in polymarket.strict
        )
    )
    found.extend(_sources(kalshi, polymarket))
    found.extend(_clauses(kalshi, polymarket))
    if (side := _outcome(kalshi, polymarket, found)) is not None:
        inverted ^= side
    if kalshi.negative != polymarket.negative:
        inverted = not inverted
        found.append(agree("negation", "one side asks whether it does not happen", NUMBER_ELSEWHERE_PPM))
    return Comparison(tuple(found), Polarity.INVERTED if inverted else Polarity.ALIGNED, relation)


def _thresholds(kalshi: Facts, polymarket: Facts, found: list[Finding]) -> tuple[bool, Relation]:
    """Match every number of either question with one of the other side; return whether YES is turned, and how."""
    mine, other = kalshi.intervals, polymarket.intervals
    if not mine and not other and not kalshi.further:
        return False, Relation.EQUAL
    step = _lattice(kalshi, polymarket)
    strikes = [item for item in kalshi.further if item.words.split(" ")[0] in _STRIKES]
    pool = (*mine, *kalshi.further)
    inverted = False
    for asked in other:
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
        if not _met(item, (*other, *polymarket.further), strikes if mine else [], other, step) and not inverted:
            if not other and item.key == ONE_OR_MORE:
                continue
            found.append(conflict("threshold", item.words, [asked.words for asked in other]))
            return False, Relation.RELATED
    return inverted, Relation.EQUAL


_STRIKES = frozenset({"greater", "greater_or_equal", "less", "less_or_equal", "between"})


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


def _lattice(kalshi: Facts, polymarket: Facts) -> int | None:
    """The step between possible values: tenths of some statistics, whole numbers of things counted; None: unknown."""
    asked = [*kalshi.intervals, *polymarket.intervals]
    if (kalshi.asked | polymarket.asked) & LATTICE_TENTHS:
        return _TENTH
    plain = all(item.unit in {Unit.NONE, Unit.DEGREE} for item in asked)
    values = [value for item in asked for value in (item.low, item.high) if value is not None]
    if plain and values and all(value % (MICRO // 2) == 0 and abs(value) < _COUNTED_MAX for value in values):
        return MICRO
    return None


def _groups(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """Qualifiers that exclude each other: primary and general, AL and NL, month and year."""
    found = []
    for name, members in _EXCLUSIVE:
        mine, other = kalshi.strict & members, polymarket.strict & members
        mine, other = mine or kalshi.common & members, other or polymarket.common & members
        if name in LENIENT:
            mine, other = mine or kalshi.said & members, other or polymarket.said & members
        if not mine or not other or mine & other:
            continue
        if name == "direction" and _nothing_changes(kalshi, polymarket):
            continue
        found.append(conflict(name, mine, other))
    return found


def _nothing_changes(kalshi: Facts, polymarket: Facts) -> bool:
    """A hike of 0 bps is no change."""
    return any(item.low == item.high == 0 for item in (*kalshi.intervals, *polymarket.intervals))


def _leagues(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    if kalshi.league and polymarket.league and kalshi.league != polymarket.league:
        return [conflict("league", kalshi.league, polymarket.league)]
    return []


def _words(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """Every word of either question has to stand on the other side; names and qualifiers close to its question."""
    found: list[Finding] = []
    missing_there = _missing(kalshi, polymarket)
    missing_here = _missing(polymarket, kalshi)
    lost, unknown = [names - spelled for names, spelled in _spelling(missing_there[0], missing_here[0], found)]
    if same_match(kalshi, polymarket):
        event = sorted(lost | unknown)
        found.extend(
            silent("name", f"{word}, said on one side of one and the same match", EVENT_NAME_PPM) for word in event
        )
    elif lost or unknown:
        found.append(conflict("name", lost, unknown))
    found.extend(_who_to_whom(kalshi, polymarket))
    if missing_there[1] or missing_here[1]:
        found.append(conflict("qualifier", missing_there[1], missing_here[1]))
    for words, venue in ((missing_there[2], "Kalshi"), (missing_here[2], "Polymarket")):
        found.extend(silent("word", f"only {venue} says {word}", UNEXPLAINED_PPM) for word in sorted(words))
    for words, venue in ((missing_there[3], "Kalshi"), (missing_here[3], "Polymarket")):
        found.extend(silent("word", f"only {venue} asks for {word}", CONTEXT_WORD_PPM) for word in sorted(words))
    shared = kalshi.asked & polymarket.asked or (kalshi.names | kalshi.strict) & polymarket.said
    if shared:
        found.append(agree("subject", ", ".join(sorted(shared))))
    else:
        found.append(conflict("subject", kalshi.asked, polymarket.asked))
    return found


def same_match(kalshi: Facts, polymarket: Facts) -> bool:
    """Whether both ask which of the same two sides wins: then the name of the event, or a first name, adds nothing."""
    mine, other = kalshi.opponents, polymarket.opponents
    if mine is None or other is None or polymarket.sides is None:
        return False
    straight = bool(mine[0] & other[0]) and bool(mine[1] & other[1])
    crossed = bool(mine[0] & other[1]) and bool(mine[1] & other[0])
    return straight != crossed


def _who_to_whom(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """A strikes B is not B strikes A: who is named first, when something is done to the other."""
    one, two = kalshi.first_name, polymarket.first_name
    done = kalshi.asked & polymarket.asked & _DONE_TO_ANOTHER
    if done and one != two and one in polymarket.names and two in kalshi.names:
        return [conflict(f"who does it ({', '.join(sorted(done))})", one, two)]
    return []


_Missing = tuple[frozenset[str], frozenset[str], frozenset[str], frozenset[str]]


def _missing(asker: Facts, other: Facts) -> _Missing:
    """Names, qualifiers and words of one question that the other market does not say; names said only far away."""
    names = _unsaid(asker.names - other.said - _UNDERSTOOD, other)
    strict = _unsaid(asker.strict - other.said, other)
    lenient = (strict | names) & _LENIENT_WORDS
    names, strict = names - lenient, strict - lenient
    if _nothing_changes(asker, other):
        lenient -= _DIRECTIONS
    far = names & other.context
    lenient -= _frequency_or_league(lenient)
    common = _unsaid(asker.common - other.said, other) | (lenient - other.context)
    common -= _DIRECTIONS
    deep = common & other.context
    return names - far, strict, common - deep, far | deep


def _frequency_or_league(words: frozenset[str]) -> frozenset[str]:
    """Words whose group conflicts are found elsewhere and whose absence says little."""
    return words & (_GROUPS["frequency"] | _GROUPS["direction"] | _GROUPS["kind of price"])


def _unsaid(words: frozenset[str], other: Facts) -> frozenset[str]:
    """Words not in the ticker of the other market either; NBA is not in KXWNBA."""
    if not words or not other.series:
        return words
    series = other.series.removeprefix("kx")
    return frozenset(
        word
        for word in words
        if len(word) < 3 or word not in series or (word in _GROUPS["league"] and not series.startswith(word))
    )


def _spelling(
    mine: frozenset[str], other: frozenset[str], found: list[Finding]
) -> tuple[tuple[frozenset[str], frozenset[str]], tuple[frozenset[str], frozenset[str]]]:
    """Pair names that differ by one letter, when each side lacks as many as the other."""
    spelled: tuple[set[str], set[str]] = (set(), set())
    for word in mine:
        for twin in other:
            if _one_letter_apart(word, twin):
                spelled[0].add(word)
                spelled[1].add(twin)
                found.append(agree("spelling", f"{word} and {twin}", SPELLING_PPM))
    return (mine, frozenset(spelled[0])), (other, frozenset(spelled[1]))


def _one_letter_apart(word: str, twin: str) -> bool:
    """A slip of the pen in a longer name; never between teams of a table, and never in the first letter."""
    if min(len(word), len(twin)) < 5 or ":" in word + twin or word[0] != twin[0]:
        return False
    return Levenshtein.distance(word, twin, score_cutoff=1) == 1


def _sources(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    mine, other = set(kalshi.sources), set(polymarket.sources)
    if (kalshi.asked | kalshi.said) & COINS and (kalshi.intervals or polymarket.intervals or _up_down(polymarket)):
        mine, other = mine or {"CF Benchmarks"}, other or {"an exchange or an oracle"}
    if {"temperature", "low_temperature"} & kalshi.asked:
        mine, other = mine or {"National Weather Service"}, other or {"Weather Underground"}
    if not mine or not other:
        return []
    return [agree("source", ", ".join(sorted(mine & other)))] if mine & other else [conflict("source", mine, other)]


def _clauses(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """What the rules add to the question: one of several, announced or in effect."""
    found = []
    if kalshi.several != polymarket.several and kalshi.rules_known and polymarket.rules_known:
        found.append(
            conflict(
                "several",
                *("one or all of several" if facts.several else "one thing" for facts in (kalshi, polymarket)),
            )
        )
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


def _announces(facts: Facts) -> bool:
    return bool(facts.said & _ANNOUNCE)


def _up_down(facts: Facts) -> bool:
    return {"up", "down"} <= facts.said


def _outcome(kalshi: Facts, polymarket: Facts, found: list[Finding]) -> bool | None:
    """Whether YES on Polymarket is the other side of a match; None when the question is not about sides."""
    if polymarket.sides is not None:
        first, second = polymarket.sides
        if kalshi.regulation:
            found.append(conflict("outcomes", "a draw is possible", "two sides"))
        if polymarket.pick and not polymarket.pick & kalshi.pick:
            found.append(conflict("outcome", kalshi.pick, polymarket.pick))
        mine = len(first & kalshi.pick), len(second & kalshi.pick)
        if mine[0] == mine[1]:
            found.append(conflict("outcome", kalshi.pick, first | second))
            return None
        found.append(agree("outcome", f"YES on Kalshi is about {', '.join(sorted(kalshi.pick))}"))
        return mine[0] < mine[1]
    about_sides = kalshi.versus or polymarket.versus or polymarket.timing.match_up
    if about_sides and kalshi.pick and polymarket.pick and not polymarket.pick & kalshi.pick:
        found.append(conflict("outcome", kalshi.pick, polymarket.pick))
    return None


def conflicts(comparison: Comparison) -> bool:
    """Whether anything rules the pair out."""
    return any(item.kind is Kind.CONFLICT for item in comparison.findings)
