"""What a market asks, as a small typed record: words by weight, numbers, dates, subject, sources."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from arbkit.core.markets import Market, MarketId
from arbkit.core.matching import lexicon
from arbkit.core.matching.clauses import Clauses, borders_go_up, read_clauses
from arbkit.core.matching.dates import read_dates
from arbkit.core.matching.denial import NOTHING_DENIED, Denial, affirm
from arbkit.core.matching.entities.words import ACTS, LIGHT, OPPOSITES, PLACE_PARTS, STRICT
from arbkit.core.matching.essence import deciding, essence, excepts
from arbkit.core.matching.lexicon import NO_ALIASES, Aliases, Table, Word, stem
from arbkit.core.matching.naming import (
    LIGHT_STEMS,
    canonical,
    domain_of,
    league_of,
    named,
    naming_of,
    series_of,
    stems,
    told_by,
    weighty,
)
from arbkit.core.matching.numbers import ZERO, Interval, from_strike, quantities, upward
from arbkit.core.matching.passages import Effect, Passages, passages, subject_of
from arbkit.core.matching.sources import sources
from arbkit.core.matching.timing import UNTIMED, Timing, read_timing

_STRICT = frozenset(stem(word) for word in STRICT) | STRICT
_ACTS = frozenset(map(stem, ACTS))
_TURNS = frozenset(stem(word) for sides in OPPOSITES.values() for words_of_side in sides for word in words_of_side) | {
    "total",
    "win",
}
_STRETCHES = frozenset(
    stem(word) for word in ("year", "yoy", "quarter", "qoq", "month", "mom", "week", "period", "day", "term")
)
_PLACE_PARTS = frozenset(stem(word) for word in PLACE_PARTS)
_NOT = frozenset({"not"})
_DONE = frozenset({"records", "recorded"})
"""What a player does with points; a record is a noun."""
_SOURCE_MAX = 300
_AGENTS = frozenset({"court", "judge", "jury", "voters", "congress", "parliament"})
"""Who does something without being written as a name."""
_SINGLE = frozenset("aix")
"""Letters that stand alone without being a name."""
_HOW_MUCH = re.compile(r"how (?:high|low|many|much|long|fast|far|big|large|often)\b", re.IGNORECASE)
_RANKING = frozenset({"than", "before", "ahead", "against"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What one market asks. Sets hold canonical, stemmed words; what the texts do not say is empty or None."""

    market: MarketId
    title: str
    """The title in canonical words, for the exact comparison."""
    names: frozenset[str]
    """Names in the question: people, teams, countries, companies."""
    strict: frozenset[str]
    """Qualifiers in the question: stage, group, first, half, office, kind of statistic."""
    common: frozenset[str]
    """Other words of weight in the question."""
    said: frozenset[str]
    """Every word of title, labels, slug and statement."""
    statement: str = ""
    """The sentence of the rules that decides, as the rules have it."""
    rules_text: str = ""
    """The rules, folded and clipped; read for their words only when a pair needs them."""
    domain: str = ""
    """Whose team names hold: a league, a context ("soccer") or none."""
    league: str = ""
    series: str = ""
    intervals: tuple[Interval, ...] = ()
    """Thresholds of the question."""
    further: tuple[Interval, ...] = ()
    """Numbers of strike, labels and statement."""
    timing: Timing = UNTIMED
    pick: frozenset[str] = frozenset()
    """Whom YES is about, when the market is about one side of a match."""
    labels: tuple[str, str] | None = None
    """The two outcomes as they are written, when they are not called Yes and No."""
    sides: tuple[frozenset[str], frozenset[str]] | None = None
    """What the two outcomes stand for, when they are not called Yes and No."""
    opponents: tuple[frozenset[str], frozenset[str]] | None = None
    """The two sides of a match."""
    order: tuple[str, ...] = ()
    """The words of weight in the question as they come."""
    turns: frozenset[str] = frozenset()
    """The light words of the question that turn it: up, more, most, start, before; and total, win."""
    ranked: bool = False
    """Whether the question sets one name before or above another."""
    stated: frozenset[str] = frozenset()
    """All words of weight in the very sentence that decides."""
    stated_names: frozenset[str] = frozenset()
    """The names among them."""
    cited: frozenset[str] = frozenset()
    """Those of `asked` and `stated` that only name who reports it."""
    added: frozenset[str] = frozenset()
    """Qualifiers and acts that only the sentence of the rules says, not the title with its labels."""
    added_names: frozenset[str] = frozenset()
    """The names that only it says."""
    subject: frozenset[str] = frozenset()
    """Whom the deciding sentence is about."""
    excepting: bool = False
    """Whether YES is all but what is named: asked so, or the first outcome says no."""
    ruled_turns: frozenset[str] = frozenset()
    """The light words of that sentence that turn a question."""
    ruled_names: frozenset[str] = frozenset()
    """All names that it says."""
    detail: frozenset[str] = frozenset()
    """Ordinary words of the question that only the statement says, not the title with its label."""
    versus: bool = False
    shown: str = ""
    denial: Denial = NOTHING_DENIED
    regulation: bool = False
    after_votes: frozenset[int] = frozenset()
    """The years of the elections after which somebody takes an office."""
    votes: frozenset[int] = frozenset()
    """The years of the elections that title and rules begin with."""
    moment: str = ""
    """Whether something counts at any time, or only as it stands at the end."""
    several: bool = False
    kind: frozenset[str] = frozenset()
    """What it asks for any one of."""
    effect: Effect = Effect.UNKNOWN
    until_meeting: bool = False
    all_rules: str = ""
    """All of the rules that is read; their exceptions are read only when a pair needs them."""
    sources: frozenset[str] = frozenset()
    placeholder: bool = False
    how_much: bool = False
    """Whether the title asks how much of something."""
    spelled: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Stem -> the word as the texts have it, where they differ."""

    def spell(self, stems: Iterable[str]) -> list[str]:
        """Words as the texts have them, for people."""
        return sorted({_plain(self.spelled.get(text, text)) for text in stems})

    @property
    def asked(self) -> frozenset[str]:
        """All words of weight in the question."""
        return self.names | self.strict | self.common

    @property
    def unmeasured(self) -> bool:
        """Whether no text says how much of something makes it YES."""
        return self.how_much and not (self.intervals or self.further)

    @property
    def rules_known(self) -> bool:
        """Whether the venue gave the rules at all."""
        return bool(self.rules_text.strip())

    @property
    def decisive(self) -> str:
        """The title with its labels, and the sentences that decide."""
        return f"{self.shown} . {deciding(self.statement)}"

    @property
    def clauses(self) -> Clauses:
        """What the rules say beyond the question."""
        return read_clauses(self.all_rules)

    def told(self, sought: frozenset[str]) -> frozenset[str]:
        """Which of these words stand anywhere; the rules are read only for words that stand nowhere else."""
        near = sought & self.said
        return near if near == sought else near | told_by(self.rules_text, self.domain, sought - near)


def read_facts(market: Market, aliases: Aliases = NO_ALIASES) -> Facts:
    """Read what `market` asks. Linear in its text, which is clipped."""
    table = lexicon.with_aliases(tuple(sorted(aliases.phrases.items()))) if aliases.phrases else lexicon.phrases()
    texts = passages(market)
    timing, question, statement = read_timing(market, texts)
    parts = map(quantities, (question, statement, read_dates(texts.labels)[1]))
    (intervals, question), (further, statement), (labelled, labels) = parts
    intervals = intervals or ((ZERO,) if texts.none_of else ())
    asked, stated, label, title = (canonical(part, table) for part in (question, statement, labels, texts.title))
    league = league_of(market, asked, [*title, *stated, *label], texts.context)
    domain = domain_of(market, league, [*asked, *stated, *label])
    naming = naming_of(domain)
    asked, stated, label = (named(part, naming) for part in (asked, stated, label))
    near = stems([*asked, *label, *named(title, naming)])
    return Facts(
        market=market.id,
        title=" ".join(word.text for word in title),
        said=near | stems(stated) | ({league} if league else frozenset()),
        domain=domain,
        league=league,
        series=series_of(market),
        intervals=tuple(map(upward, intervals)) if borders_go_up(texts.rules) else intervals,
        further=(*_strikes(market), *labelled, *further),
        timing=timing,
        sources=sources(texts.title) | sources(f"{texts.context}\n{market.resolution_source[:_SOURCE_MAX]}"),
        placeholder=market.placeholder,
        spelled=_spelled([*asked, *label, *stated]),
        **_told(texts),
        **_sided(texts, table, naming),
        **_worded(asked, stems(named(canonical(texts.headline, table), naming))),
        **_ruled(texts, table, naming, near),
        **(_deciding(stated, weighty(texts.cited, table, naming)) if texts.judged else {}),
    )


_Part = dict[str, Any]
"""Some fields of `Facts`, by name."""


def _told(texts: Passages) -> _Part:
    """What the texts say as they are."""
    return {
        "statement": texts.statement,
        "rules_text": texts.context,
        "all_rules": texts.rules,
        "shown": affirm(f"{texts.title} . {texts.labels}").text,
        "how_much": bool(_HOW_MUCH.match(texts.title)),
        "several": texts.several,
        "moment": texts.moment,
        "after_votes": texts.after_votes,
        "votes": texts.votes,
        "effect": texts.effect,
        "regulation": texts.regulation,
        "until_meeting": texts.until_meeting,
    }


def _sided(texts: Passages, table: Table, naming: Table) -> _Part:
    """Who meets whom, and whom YES is about."""
    return {
        "pick": weighty(texts.pick, table, naming),
        "kind": weighty(texts.kind, table, naming),
        "labels": texts.sides,
        "sides": _sides(texts.sides, table, naming),
        "opponents": _sides(texts.opponents, table, naming),
        "versus": texts.versus,
    }


def _worded(asked: Sequence[Word], headline: frozenset[str]) -> _Part:
    """The words of the question: by weight, by their order, and which of them the headline lacks."""
    names, strict, common = _by_weight(asked)
    weight = names | strict | common
    return {
        "names": names,
        "strict": strict,
        "common": common,
        "order": tuple(dict.fromkeys(text for word in _actor_first(asked) if (text := stem(word.text)) in weight)),
        "turns": _turns(asked),
        "ranked": any(word.text in _RANKING for word in asked),
        "detail": common - headline if headline else frozenset(),
    }


def _ruled(texts: Passages, table: Table, naming: Table, near: frozenset[str]) -> _Part:
    """What the rules decide by beyond the words that stand near the question."""
    decisive = quantities(read_dates(essence(texts.statement, texts.rules))[1])[1]
    found = named(canonical(decisive, table), naming)
    names, strict, common = _by_weight(found)
    rest = affirm(decisive)
    return {
        "denial": texts.denial._replace(loose=texts.denial.loose | rest.loose | (_NOT if rest.turned else frozenset())),
        "added": (strict | common & _ACTS) - near,
        "added_names": names - near,
        "ruled_names": names,
        "excepting": excepts(f"{texts.title} . {decisive}") is not texts.no_first,
        "ruled_turns": _turns(found),
        "subject": weighty(subject_of(texts.statement), table, naming),
    }


def _deciding(stated: Sequence[Word], cited: frozenset[str]) -> _Part:
    """The words of the sentence that decides."""
    names, *rest = _by_weight(stated)
    return {"stated": names.union(*rest), "stated_names": names, "cited": cited}


def _actor_first(asked: Sequence[Word]) -> Sequence[Word]:
    """`Boeing certified by FAA` as `FAA Boeing certified by`: who does it comes first."""
    for index in range(1, len(asked) - 1):
        if asked[index].text == "by" and not asked[index - 1].name:
            after = index + 2 if asked[index + 1].text == "the" and index + 2 < len(asked) else index + 1
            if (asked[after].name and asked[after].text not in LIGHT) or asked[after].text in _AGENTS:
                return [asked[after], *asked[:after], *asked[after + 1 :]]
    return asked


def _turns(asked: Sequence[Word]) -> frozenset[str]:
    """What has an opposite; the end of a year, and a week ending some day, are times and nothing that ends."""
    found = ["", *(stem(word.text) for word in asked), ""]
    near = zip(found, found[1:], found[2:], strict=False)
    return frozenset(
        text
        for before, text, after in near
        if text in _TURNS and not (text == "end" and (after == "of" or before in _STRETCHES))
    )


def _strikes(market: Market) -> tuple[Interval, ...]:
    found = from_strike(market.strike) if market.strike else None
    return (found,) if found else ()


def _spelled(found: Iterable[Word]) -> dict[str, str]:
    return {cut: word.text for word in found if (cut := stem(word.text)) != word.text}


def _plain(word: str) -> str:
    """A canonical word without what tells its table: aston villa, not soccer:aston_villa."""
    return (word.partition(":")[2] or word).replace("_", " ")


def _sides(texts: tuple[str, str] | None, table: Table, naming: Table) -> tuple[frozenset[str], frozenset[str]] | None:
    if texts is None:
        return None
    one, two = (weighty(text, table, naming) for text in texts)
    return one, two


def _by_weight(asked: Sequence[Word]) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    names: set[str] = set()
    strict: set[str] = set()
    common: set[str] = set()
    for word in asked:
        text = stem(word.text)
        if (word.text in LIGHT and text not in _PLACE_PARTS) or word.text in _DONE:
            continue
        if text in _STRICT or text.startswith(("district_", "of_", "group_", "pool_", "class_", "tier_", "roundof")):
            strict.add(text)
        elif word.name and text in _PLACE_PARTS:
            names.add(text)
        elif text in LIGHT_STEMS or (len(text) == 1 and not (word.name and text not in _SINGLE)):
            continue
        elif word.name:
            names.add(text)
        else:
            common.add(text)
    return frozenset(names), frozenset(strict), frozenset(common - names)
