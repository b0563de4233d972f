"""What a market asks, as a small typed record: words by weight, numbers, dates, subject, sources."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from arbkit.core.markets import Market, MarketId, VenueName
from arbkit.core.matching import lexicon
from arbkit.core.matching.clauses import Clauses, borders_go_up, read_clauses
from arbkit.core.matching.dates import read_dates
from arbkit.core.matching.entities.contexts import CONTEXTS
from arbkit.core.matching.entities.sports import SERIES
from arbkit.core.matching.entities.teams import LEAGUES
from arbkit.core.matching.entities.words import ACTS, LIGHT, OPPOSITES, PLACE_PARTS, STRICT
from arbkit.core.matching.essence import denies, essence, excepts
from arbkit.core.matching.lexicon import ALL_LEAGUES, KNOWN_LEAGUES, Aliases, Table, Word, stem, words
from arbkit.core.matching.numbers import ZERO, Interval, from_strike, quantities, upward
from arbkit.core.matching.passages import Effect, Passages, passages, subject_of, without_next_vote
from arbkit.core.matching.sources import sources
from arbkit.core.matching.timing import UNTIMED, Timing, read_timing

NO_ALIASES = Aliases({})

_STRICT = frozenset(stem(word) for word in STRICT) | STRICT
_ACTS = frozenset(map(stem, ACTS))
_LIGHT = frozenset(stem(word) for word in LIGHT) | LIGHT
_TURNS = frozenset(stem(word) for sides in OPPOSITES.values() for words_of_side in sides for word in words_of_side) | {
    "total",
    "win",
}
_STRETCHES = frozenset(
    stem(word) for word in ("year", "yoy", "quarter", "qoq", "month", "mom", "week", "period", "day", "term")
)
_PLACE_PARTS = frozenset(stem(word) for word in PLACE_PARTS)
_DONE = frozenset({"records", "recorded"})
"""What a player does with points; a record is a noun."""
_SOURCE_MAX = 300
_SINGLE = frozenset("aix")
"""Letters that stand alone without being a name."""
_HOW_MUCH = re.compile(r"how (?:high|low|many|much|long|fast|far|big|large|often)\b", re.IGNORECASE)
_RANKING = frozenset({"than", "before", "ahead", "against"})
_SERIES_LEAGUES = (
    *(("wnba", "wnba"), ("ncaamb", "ncaab"), ("ncaawb", "ncaaw"), ("ncaaf", "ncaaf"), ("ncaabaseball", "ncaabaseball")),
    *(("marmad", "ncaab"), ("wmarmad", "ncaaw")),
    *((league, league) for league in LEAGUES),
    *SERIES.items(),
)
"""How the ticker of a Kalshi series begins (after KX) -> league."""
_SLUG_LEAGUES = {"cbb": "ncaab", "cwbb": "ncaaw", "cfb": "ncaaf"} | SERIES
"""How a Polymarket slug begins -> league, where it is not the name of the league."""


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
    denied: bool = False
    """Whether that sentence, too, asks that it does not happen."""
    detail: frozenset[str] = frozenset()
    """Ordinary words of the question that only the statement says, not the title with its label."""
    versus: bool = False
    shown: str = ""
    negative: bool = False
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
    def clauses(self) -> Clauses:
        """What the rules say beyond the question."""
        return read_clauses(self.all_rules)

    def told(self, sought: frozenset[str]) -> frozenset[str]:
        """Which of these words stand anywhere; the rules are read only for words that stand nowhere else."""
        near = sought & self.said
        return near if near == sought else near | sought & _rules_words(self.rules_text, self.domain)


def read_facts(market: Market, aliases: Aliases = NO_ALIASES) -> Facts:
    """Read what `market` asks. Linear in its text, which is clipped."""
    table = lexicon.with_aliases(tuple(sorted(aliases.phrases.items()))) if aliases.phrases else lexicon.phrases()
    texts = passages(market)
    timing, question, statement = read_timing(market, texts)
    parts = map(quantities, (question, statement, read_dates(texts.labels)[1]))
    (intervals, question), (further, statement), (labelled, labels) = parts
    asked, stated, label, title = (_canonical(part, table) for part in (question, statement, labels, texts.title))
    league = _league(market, texts, asked, [*title, *stated, *label])
    domain = _domain(market, league, [*asked, *stated, *label])
    naming = _naming(domain)
    asked, stated, label = (_named(part, naming) for part in (asked, stated, label))
    (names, strict, common), near = _by_weight(asked), _stems([*asked, *label, *_named(title, naming)])
    facts = Facts(
        market=market.id,
        title=" ".join(word.text for word in title),
        names=names,
        strict=strict,
        common=common,
        said=near | _stems(stated) | ({league} if league else frozenset()),
        statement=texts.statement,
        rules_text=texts.context,
        domain=domain,
        league=league,
        series=_series(market),
        intervals=intervals or ((ZERO,) if texts.none_of else ()),
        further=(*_strikes(market), *labelled, *further),
        timing=timing,
        pick=_weighty(texts.pick, table, naming),
        kind=_weighty(texts.kind, table, naming),
        sides=_sides(texts.sides, table, naming),
        opponents=_sides(texts.opponents, table, naming),
        versus=texts.versus,
        sources=sources(texts.title) | sources(f"{texts.context}\n{market.resolution_source[:_SOURCE_MAX]}"),
        placeholder=market.placeholder,
        spelled=_spelled([*asked, *label, *stated]),
    )
    facts = _ruled(facts, texts, table, naming, near)
    facts = _worded(facts, asked, texts, _stems(_named(_canonical(texts.headline, table), naming)))
    return _deciding(facts, stated, _weighty(texts.cited, table, naming)) if texts.judged else facts


def _ruled(facts: Facts, texts: Passages, table: Table, naming: Table, near: frozenset[str]) -> Facts:
    """The facts with what the rules decide by beyond the words that stand near the question."""
    decisive = quantities(read_dates(essence(texts.statement, texts.rules))[1])[1]
    words = _named(_canonical(decisive, table), naming)
    names, strict, common = _by_weight(words)
    return replace(
        facts,
        added=(strict | common & _ACTS) - near,
        added_names=names - near,
        ruled_names=names,
        denied=denies(decisive),
        excepting=excepts(f"{texts.title} . {decisive}") is not texts.no_first,
        ruled_turns=_turns(words),
        subject=_weighty(subject_of(texts.statement), table, naming),
        labels=texts.sides,
    )


def _deciding(facts: Facts, stated: Sequence[Word], cited: frozenset[str]) -> Facts:
    """The facts with the words of the sentence that decides."""
    names, *rest = _by_weight(stated)
    return replace(facts, stated=names.union(*rest), stated_names=names, cited=cited)


def _worded(facts: Facts, asked: Sequence[Word], texts: Passages, headline: frozenset[str]) -> Facts:
    """The facts with what the order of the words tells, and which of them the headline lacks."""
    return replace(
        facts,
        order=tuple(dict.fromkeys(text for word in _actor_first(asked) if (text := stem(word.text)) in facts.asked)),
        turns=_turns(asked),
        ranked=any(word.text in _RANKING for word in asked),
        detail=facts.common - headline if headline else frozenset(),
        how_much=bool(_HOW_MUCH.match(texts.title)),
        several=texts.several,
        moment=texts.moment,
        after_votes=texts.after_votes,
        votes=texts.votes,
        effect=texts.effect,
        shown=f"{texts.title} . {texts.labels}",
        negative=texts.negative,
        regulation=texts.regulation,
        until_meeting=texts.until_meeting,
        all_rules=texts.rules,
        intervals=tuple(map(upward, facts.intervals)) if borders_go_up(texts.rules) else facts.intervals,
    )


def _actor_first(asked: Sequence[Word]) -> Sequence[Word]:
    """`Boeing certified by FAA` as `FAA Boeing certified by`: who does it comes first."""
    for index in range(1, len(asked) - 1):
        if asked[index].text == "by" and not asked[index - 1].name:
            after = index + 2 if asked[index + 1].text == "the" and index + 2 < len(asked) else index + 1
            if asked[after].name and asked[after].text not in LIGHT:
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


def _canonical(text: str, table: Table) -> list[Word]:
    return lexicon.replace(words(without_next_vote(text)), table)


def _named(found: Sequence[Word], naming: Table) -> list[Word]:
    return lexicon.replace(found, naming) if naming else list(found)


def _stems(found: Iterable[Word]) -> frozenset[str]:
    return frozenset([stem(word.text) for word in found])


def _spelled(found: Iterable[Word]) -> dict[str, str]:
    return {cut: word.text for word in found if (cut := stem(word.text)) != word.text}


def _plain(word: str) -> str:
    """A canonical word without what tells its table: aston villa, not soccer:aston_villa."""
    return (word.partition(":")[2] or word).replace("_", " ")


def _weighty(text: str, table: Table, naming: Table) -> frozenset[str]:
    return _stems(_named(_canonical(text, table), naming)) - _LIGHT


def _sides(texts: tuple[str, str] | None, table: Table, naming: Table) -> tuple[frozenset[str], frozenset[str]] | None:
    if texts is None:
        return None
    one, two = (_weighty(text, table, naming) for text in texts)
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
        elif text in _LIGHT or (len(text) == 1 and not (word.name and text not in _SINGLE)):
            continue
        elif word.name:
            names.add(text)
        else:
            common.add(text)
    return frozenset(names), frozenset(strict), frozenset(common - names)


@lru_cache(maxsize=8_192)
def _rules_words(text: str, domain: str) -> frozenset[str]:
    return _stems(_named(_canonical(text, lexicon.phrases()), _naming(domain)))


def _league(market: Market, texts: Passages, asked: Sequence[Word], near: Sequence[Word]) -> str:
    """The league a market is about: of the Kalshi series, else of the closest text that names exactly one."""
    series = _series(market).removeprefix("kx")
    if market.id.venue is VenueName.KALSHI:
        for start, league in _SERIES_LEAGUES:
            if series.startswith(start):
                return league
    for part in (asked, near):
        found = KNOWN_LEAGUES.intersection([word.text for word in part])
        if len(found) == 1:
            return next(iter(found))
    prefix = market.slug.partition("-")[0]
    if (league := _SLUG_LEAGUES.get(prefix, prefix)) in KNOWN_LEAGUES:
        return league
    for part in (asked, near):
        if lexicon.full_team_names().keys().isdisjoint([word.text for word in part]):
            continue
        full = {word.text for word in lexicon.replace(part, lexicon.full_team_names())}.intersection(ALL_LEAGUES)
        if len(full) == 1:
            return full.pop()
    return _league_told(texts.context)


@lru_cache(maxsize=4_096)
def _league_told(text: str) -> str:
    """The one league that a text names, if it is one."""
    if lexicon.league_hints().isdisjoint([word.text for word in words(text)]):
        return ""
    found = KNOWN_LEAGUES & _rules_words(text, "")
    return next(iter(found)) if len(found) == 1 else ""


def _series(market: Market) -> str:
    """The Kalshi series, which the ticker tells when the listing does not; "" on Polymarket."""
    if market.id.venue is not VenueName.KALSHI:
        return ""
    return (market.series_key or market.id.key.partition("-")[0]).lower()


def _domain(market: Market, league: str, near: Sequence[Word]) -> str:
    """Whose names hold: of a league, or of the first context that the words near the question, or its key, show."""
    if league in ALL_LEAGUES:
        return league
    said = {league, *(word.text for word in near)}
    series, (slug, dash, _) = _series(market).removeprefix("kx"), market.slug.partition("-")
    for context, (_, telling, starts, slugs) in CONTEXTS.items():
        if telling & said or (series and series.startswith(starts)) or (dash and slug in slugs):
            return context
    return ""


def _naming(domain: str) -> Table:
    """The table of team or club names that holds for this market."""
    if not domain:
        return {}
    return lexicon.teams(domain) if domain in ALL_LEAGUES else lexicon.named(domain)
