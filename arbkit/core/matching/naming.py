"""Whose names hold for a market: those of its league, of a context ("soccer") or of none; and texts read by them."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache

from arbkit.core.markets import Market, VenueName
from arbkit.core.matching import lexicon
from arbkit.core.matching.entities.contexts import CONTEXTS
from arbkit.core.matching.entities.sports import SERIES
from arbkit.core.matching.entities.teams import LEAGUES
from arbkit.core.matching.entities.words import LIGHT
from arbkit.core.matching.lexicon import ALL_LEAGUES, KNOWN_LEAGUES, Table, Word, stem, words
from arbkit.core.matching.passages import without_next_vote

LIGHT_STEMS = frozenset(stem(word) for word in LIGHT) | LIGHT
_SERIES_LEAGUES = (
    *(("wnba", "wnba"), ("ncaamb", "ncaab"), ("ncaawb", "ncaaw"), ("ncaaf", "ncaaf"), ("ncaabaseball", "ncaabaseball")),
    *(("marmad", "ncaab"), ("wmarmad", "ncaaw")),
    *((league, league) for league in LEAGUES),
    *SERIES.items(),
)
"""How the ticker of a Kalshi series begins (after KX) -> league."""
_SLUG_LEAGUES = {"cbb": "ncaab", "cwbb": "ncaaw", "cfb": "ncaaf"} | SERIES
"""How a Polymarket slug begins -> league, where it is not the name of the league."""


def canonical(text: str, table: Table) -> list[Word]:
    """The words of a text, house names replaced."""
    return lexicon.replace(words(without_next_vote(text)), table)


def named(found: Sequence[Word], naming: Table) -> list[Word]:
    """Canonical words with the names of teams and clubs replaced."""
    return lexicon.replace(found, naming) if naming else list(found)


def stems(found: Iterable[Word]) -> frozenset[str]:
    """The stems of canonical words."""
    return frozenset([stem(word.text) for word in found])


def weighty(text: str, table: Table, naming: Table) -> frozenset[str]:
    """The stems of a text that are not light."""
    return stems(named(canonical(text, table), naming)) - LIGHT_STEMS if text else frozenset()


def told_by(rules: str, domain: str, sought: frozenset[str]) -> frozenset[str]:
    """Which of these stems rules say, read by the names of a league or context. The rules are read only where a word
    may stand in them: where its letters do, all but the last, or those of a word with which a phrase for it begins."""
    lowered, begun_by = rules.lower(), _begun_by(domain)
    if not any(part in lowered for word in sought for part in (word[:-1], *begun_by.get(word, ()))):
        return frozenset()
    return sought & rules_words(rules, domain)


@cache
def _begun_by(domain: str) -> Mapping[str, set[str]]:
    """The stem of what replaces a phrase -> the first words of such phrases, some of which are put for phrases, too."""
    found = {word: set(firsts) for word, firsts in _begun_by("").items()} if domain else dict[str, set[str]]()
    for phrase, put in lexicon.rows_of(naming_of(domain) if domain else lexicon.phrases()):
        for word in map(stem, put):
            found.setdefault(word, set()).update({phrase[0]}, found.get(stem(phrase[0]), ()))
    return found


@lru_cache(maxsize=8_192)
def rules_words(text: str, domain: str) -> frozenset[str]:
    """The stems of rules, read by the names of a league or context."""
    return stems(named(canonical(text, lexicon.phrases()), naming_of(domain)))


def league_of(market: Market, asked: Sequence[Word], near: Sequence[Word], context: str) -> str:
    """The league a market is about: of the Kalshi series, else of the closest text that names exactly one."""
    series = series_of(market).removeprefix("kx")
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
    return _league_told(context)


@lru_cache(maxsize=4_096)
def _league_told(text: str) -> str:
    """The one league that a text names, if it is one."""
    found = words(without_next_vote(text))
    if lexicon.league_hints().isdisjoint([word.text for word in found]):
        return ""
    leagues = KNOWN_LEAGUES & stems(lexicon.replace(found, lexicon.phrases()))
    return next(iter(leagues)) if len(leagues) == 1 else ""


def series_of(market: Market) -> str:
    """The Kalshi series, which the ticker tells when the listing does not; "" on Polymarket."""
    if market.id.venue is not VenueName.KALSHI:
        return ""
    return (market.series_key or market.id.key.partition("-")[0]).lower()


def domain_of(market: Market, league: str, near: Sequence[Word]) -> str:
    """Whose names hold: of a league, or of the first context that the words near the question, or its key, show."""
    if league in ALL_LEAGUES:
        return league
    said = {league, *(word.text for word in near)}
    series, (slug, dash, _) = series_of(market).removeprefix("kx"), market.slug.partition("-")
    for context, (_, telling, starts, slugs, told) in CONTEXTS.items():
        keyed = (series and series.startswith(starts)) or (dash and slug in slugs)
        if telling & said or keyed or (told and told in market.rules):
            return context
    return ""


def naming_of(domain: str) -> Table:
    """The table of team or club names that holds in a domain."""
    if not domain:
        return {}
    return lexicon.teams(domain) if domain in ALL_LEAGUES else lexicon.named(domain)
