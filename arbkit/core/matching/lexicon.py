"""Text -> canonical words: accents, dashes and house names removed, by phrase tables that a user can extend."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from arbkit.core.matching.entities.affairs import AFFAIRS
from arbkit.core.matching.entities.contests import CONTESTS
from arbkit.core.matching.entities.contexts import CONTEXTS
from arbkit.core.matching.entities.countries import COUNTRIES
from arbkit.core.matching.entities.finance import FINANCE
from arbkit.core.matching.entities.forms import FORMS
from arbkit.core.matching.entities.phrases import PHRASES
from arbkit.core.matching.entities.politics import POLITICS
from arbkit.core.matching.entities.sports import MORE_LEAGUES, TELLING
from arbkit.core.matching.entities.states import NAMES
from arbkit.core.matching.entities.teams import LEAGUES

if TYPE_CHECKING:
    from arbkit.core.markets import Market

_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"), "-")
_QUOTES = dict.fromkeys(map(ord, "\u2018\u2019\u02bc\u00b4`"), "'") | dict.fromkeys(map(ord, "\u201c\u201d"), '"')
_LETTERS = {ord("\u00f8"): "o", ord("\u00d8"): "O", ord("\u0142"): "l", ord("\u0141"): "L", ord("\u0131"): "i"} | {
    ord("\u00e6"): "ae", ord("\u00c6"): "Ae", ord("\u00df"): "ss", ord("\u0111"): "d", ord("\u0110"): "D",
}  # fmt: skip
_PLAIN = _DASHES | _QUOTES | _LETTERS
_ONE_LETTER_S = re.compile(r"\b([A-Za-z])'s\b")
_INITIALS = re.compile(r"\b(?:[A-Za-z]\.){2,}(?!\w)|\b[A-Z]\.(?:[A-Z]\.?)+(?!\w)")
_COMBINING = re.compile("[\u0300-\u036f]")
_CODE = re.compile(r"\([A-Z]{3,6}\)")
_GLOSS = re.compile(r"((?:[\w.&()-]+ ){1,4})\(([A-Z]{3,6})\)")
_PARTY_CODE = re.compile(r"\b([A-Z][\w'-]+ (?:(?:of|for|the|and|de|do|da) ){0,2}[A-Z][\w'-]+) \(([A-Z]{2,6})\)")
_HYPHENED = re.compile(r"\b([A-Z][a-z]+)-([a-z]+)\b")
_MIDDLE_INITIAL = re.compile(r"\b[A-Z]\.(?= )")
_JOINED_LETTERS = re.compile(r"\b([A-Z])&([A-Z])\b")
_STATE_SHORT = re.compile(r"(?<=[a-z] )St(?:\.|\b(?!\.))(?=\s*(?:$|[^A-Z\s]))")
_LETTERED_WORDS = "Group|Pool|Class|Section|Category|Division|Tier"
_LETTERED = re.compile(rf"\b({_LETTERED_WORDS}) ([A-Z])\b")
_DISTRICT = re.compile(r"\b([A-Z]{2})[- ]?(?:0?(\d{1,2})|(AL|at[- ]large))\b(?![\d%])")
_ORDINAL = re.compile(r"\b(\d{1,3})(?:st|nd|rd|th)\b", re.IGNORECASE)
_DOTTED, _MAY_BE_LETTERED = re.compile(r"\.[A-Za-z]"), re.compile(f"(?:{_LETTERED_WORDS}) [A-Z]")
_MAY_BE_DISTRICT, _MAY_BE_ORDINAL = re.compile(r"[A-Z][A-Z][- ]?(?:\d|AL|at)"), re.compile(r"\d(?i:st|nd|rd|th)")
"""What has to stand in a text before the slower pattern is tried: each begins with letters that are quickly found."""
_ORDINALS = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_WORD, _PLAIN_WORD = re.compile(r"[^\W_]+(?:_[^\W_]+)*"), re.compile(r"\w+")
_WORDS_MAX = 131_072
ALL_LEAGUES = LEAGUES | MORE_LEAGUES


COLLEGE_LEAGUES = frozenset({"ncaaf", "ncaab", "ncaaw", "ncaabaseball"})
KNOWN_LEAGUES = COLLEGE_LEAGUES.union(ALL_LEAGUES)


class Word(NamedTuple):
    """A canonical word, and whether the text wrote it as a name (with a capital letter)."""

    text: str
    name: bool


class Aliases(NamedTuple):
    """A user's own phrases (mappings/aliases.yaml): what one venue writes -> what it means."""

    phrases: Mapping[str, str]

    def spoken(self) -> "Callable[[Market], Market]":
        """What puts the meanings into the titles of a market, for those who look for common words."""
        if not self.phrases:
            return lambda market: market
        meanings = {phrase.lower(): meaning for phrase, meaning in self.phrases.items()}
        longest_first = sorted(meanings, key=lambda phrase: (-len(phrase), phrase))
        pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b", re.IGNORECASE)

        def told(text: str) -> str:
            return pattern.sub(lambda hit: meanings[hit.group().lower()], text)

        from dataclasses import replace as replaced  # noqa: PLC0415 - who reads words alone needs none

        return lambda market: replaced(market, title=told(market.title), yes_label=told(market.yes_label))


NO_ALIASES = Aliases({})
Row = tuple[tuple[str, ...], tuple[str, ...]]
"""The words of a phrase after the first, or all of them; and what replaces the phrase."""
Table = dict[str, dict[str, list[Row]]]
"""First word -> second word, "" for a phrase of one word -> rows, longest first."""


@lru_cache(maxsize=4_096)
def fold(text: str) -> str:
    """Remove accents, unify dashes and quotes, join initials ("U.S." -> "US") and names that hold a number."""
    if not text.isascii() and not (text := text.translate(_PLAIN)).isascii():
        text = _COMBINING.sub("", unicodedata.normalize("NFKD", text)).translate(_PLAIN)
    if "." in text:
        if _DOTTED.search(text):
            text = _INITIALS.sub(lambda hit: hit.group().replace(".", ""), text)
        text = _MIDDLE_INITIAL.sub("", text)
    if "&" in text:
        text = _JOINED_LETTERS.sub(r"\1_\2", text)
    text = _LETTERED.sub(r"\1_\2", text) if _MAY_BE_LETTERED.search(text) else text
    text = _STATE_SHORT.sub("State", text) if " St" in text else text
    text = _GLOSS.sub(_without_gloss, text) if "(" in text and _CODE.search(text) else text
    if "(" in text and "lection" in text:
        text = _PARTY_CODE.sub(lambda hit: hit.group() if hit[2] in NAMES else hit[1], text)
    lowered = text.lower()
    for hint, pattern, joined in _joined():
        if hint in lowered:
            text = pattern.sub(joined, text)
    text = _HYPHENED.sub(r"\1\2", text) if "-" in text else text
    text = _ONE_LETTER_S.sub(r"\1_s", text) if "'s" in text else text
    text = _DISTRICT.sub(_district, text) if _MAY_BE_DISTRICT.search(text) else text
    return _ORDINAL.sub(_ordinal, text) if _MAY_BE_ORDINAL.search(text) else text


def words(folded: str) -> list[Word]:
    """Split folded text into words. A word counts as a name when it has a capital letter: Tesla, xAI."""
    pattern = _WORD if "_" in folded else _PLAIN_WORD
    return [_READ[word] for word in pattern.findall(folded.replace("'", " "))]


@cache
def _joined() -> Sequence[tuple[str, re.Pattern[str], str | Callable[[re.Match[str]], str]]]:
    from arbkit.core.matching.joined import WITH_NUMBER  # noqa: PLC0415 - compiles patterns that only reading needs
    from arbkit.core.matching.sporting import SPORTING  # noqa: PLC0415 - as well

    return (*WITH_NUMBER, *SPORTING)


class _Read(dict[str, Word]):
    """A word as it is written -> the word; texts share most of theirs."""

    def __missing__(self, written: str) -> Word:
        if len(self) >= _WORDS_MAX:
            self.clear()
        word = self[written] = Word(written.lower(), not written.islower())
        return word


_READ = _Read()


def replace(found: Sequence[Word], table: Table) -> list[Word]:
    """Replace each longest phrase of `table`."""
    texts = (*[word.text for word in found], "")
    starts = [index for index, text in enumerate(texts) if text in table]
    out: list[Word] = []
    done = 0
    for index in starts:
        if index < done:
            continue
        by_second = table[texts[index]]
        for rest, canonical in (*by_second.get(texts[index + 1], ()), *by_second.get("", ())):
            end = index + 1 + len(rest)
            if not rest or texts[index + 1 : end] == rest:
                out += found[done:index]
                name = any(item.name for item in found[index:end])
                out += [Word(text, name) for text in canonical]
                done = end
                break
    out += found[done:]
    return out


def phrase_texts() -> tuple[str, ...]:
    """What the phrase table is made from; the countries last."""
    return PHRASES, CONTESTS, FINANCE, POLITICS, AFFAIRS, FORMS, COUNTRIES


@cache
def phrases() -> Table:
    """House names, competitions, offices, measures and countries."""
    return _filed(_phrase_rows())


@cache
def _phrase_rows() -> Sequence[tuple[tuple[str, ...], str]]:
    rows: list[tuple[str, str]] = []
    for line in "".join(phrase_texts()[:-1]).split("\n"):
        canonical, _, variants = line.partition(" < ")
        rows.extend((variant.strip(), canonical) for variant in variants.split(";"))
    for line in COUNTRIES.strip().splitlines():
        first, *others = line.split("|")
        rows.extend((variant, first.replace(" ", "_")) for variant in (first, *others) if variant)
    return list(_in_words(rows))


@cache
def league_hints() -> frozenset[str]:
    """The first words of all phrases that name a league: a text without any names none."""
    return KNOWN_LEAGUES.union(phrase[0] for phrase, names in rows_of(phrases()) if KNOWN_LEAGUES & set(names))


@lru_cache(maxsize=8)
def with_aliases(rows: tuple[tuple[str, str], ...]) -> Table:
    """The phrase table with a user's own rows, which win."""
    own = _in_words(
        (variant, " ".join(item.text for item in replace(words(fold(to)), phrases()))) for variant, to in rows
    )
    return _filed([*own, *_phrase_rows()])


@cache
def teams(league: str) -> Table:
    """Every way to write a team of `league`, where it names one team only."""
    meaning: dict[str, set[str]] = {}
    for line in ALL_LEAGUES[league].strip().splitlines():
        code, place, nickname, further = line.split("|")
        for name in {place, nickname, f"{place} {nickname}", *further.split(";")} - {""}:
            meaning.setdefault(" ".join(word.text for word in words(fold(name))), set()).add(f"{league}:{code}")
    if league == "nfl":
        meaning["afc"] = {"american_conference"}  # elsewhere these letters end the name of a football club
    return _filed(_as_written((name, next(iter(codes))) for name, codes in meaning.items() if len(codes) == 1))


@cache
def full_team_names() -> Table:
    """Place and nickname together -> league; shows which league a text is about."""
    rows: list[tuple[str, str]] = []
    for league in (*LEAGUES, *TELLING):
        for line in ALL_LEAGUES[league].strip().splitlines():
            _, place, nickname, _ = line.split("|")
            if league != "mls":  # football clubs are called after their city alone
                rows.append((f"{place} {nickname}" if not nickname.startswith(place) else nickname, league))
    return _filed(_in_words(rows))


_OTHER_SIDES = (("b",), ("w",), ("fc", "b"), ("fc", "w"))
"""How scores pages mark a second team and the women's team, which the words of `STRICT` do not show."""


@cache
def named(context: str) -> Table:
    """The names of football clubs, colleges or esports teams, their second teams and their women's teams."""
    names = names_of(context)
    sides = [((*name, *side), f"{canonical}_{side[-1]}") for name, canonical in names for side in _OTHER_SIDES]
    return _filed([*names, *sides])


@cache
def names_of(context: str) -> Sequence[tuple[tuple[str, ...], str]]:
    """The names of a context, without second teams. One word stays as it is, so that it still meets a text that does
    not show its context; so do esports teams, whose markets often name the tournament alone."""
    rows: list[tuple[str, str]] = []
    for line in CONTEXTS[context].names.strip().splitlines():
        first, *others = line.split("|")
        apart = " " not in first or context == "esports"
        canonical = first if apart else f"{context}:{first.replace(' ', '_')}"
        rows.extend((variant, canonical) for variant in (first, *others))
    return _as_written(rows)


def _as_written(rows: Iterable[tuple[str, str]]) -> list[tuple[tuple[str, ...], str]]:
    """Names as they are, and as they look once the phrases are replaced: "Al Hilal" begins like the American League."""
    both: list[tuple[tuple[str, ...], str]] = []
    for variant, canonical in rows:
        found = words(fold(variant))
        both.append((_texts(found), canonical))
        if (replaced := _texts(replace(found, phrases()))) != both[-1][0]:
            both.append((replaced, canonical))
    return both


def _texts(found: Iterable[Word]) -> tuple[str, ...]:
    return tuple(word.text for word in found)


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Cut the endings of English inflection, roughly; both sides are cut alike."""
    if len(word) <= 3 or ":" in word or "_" in word or not word.isalpha():
        return word
    for ending, put in (
        ("ings", ""),
        ("ies", "y"),
        ("ied", "y"),
        ("sses", "ss"),
        ("ing", ""),
        ("ed", ""),
        ("es", ""),
        ("s", ""),
    ):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            # "games" is "game", which is too short to lose its last letter below
            word = word[: -len(ending)] + put if len(word) > 5 or ending != "es" else word[:-1]
            break
    if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "lsz":
        word = word[:-1]
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


def stems(text: str) -> frozenset[str]:
    """The stems of some words that blanks divide."""
    return frozenset(map(stem, text.split()))


def rows_of(table: Table) -> Iterator[Row]:
    """All words of each phrase of a table, and what replaces them."""
    for first, by_second in table.items():
        for rows in by_second.values():
            yield from (((first, *rest), canonical) for rest, canonical in rows)


def _in_words(rows: Iterable[tuple[str, str]]) -> Iterator[tuple[tuple[str, ...], str]]:
    return ((_texts(words(fold(variant))), canonical) for variant, canonical in rows)


def _filed(rows: Iterable[tuple[tuple[str, ...], str]]) -> Table:
    """Rows of (words, replacement) as a table; the first of equal ones holds."""
    table: Table = {}
    seen: set[tuple[str, ...]] = set()
    for parts, canonical in rows:
        if parts and parts not in seen:
            seen.add(parts)
            second = parts[1] if len(parts) > 1 else ""
            table.setdefault(parts[0], {}).setdefault(second, []).append((parts[1:], tuple(canonical.split())))
    for by_second in table.values():
        for entries in by_second.values():
            entries.sort(key=lambda entry: -len(entry[0]))
    return table


def _without_gloss(hit: re.Match[str]) -> str:
    """`Pure Storage (PSTG)` without the code: its letters stand in the name, first letter first."""
    names = hit[1].split()
    for first in range(len(names)):
        letters = iter("".join(names[first:]).lower())
        if names[first][:1].lower() == hit[2][0].lower() and all(char in letters for char in hit[2].lower()):
            return hit[1]
    return hit.group()


def _ordinal(hit: re.Match[str]) -> str:
    number = int(hit[1])
    return _ORDINALS[number] if 0 < number < len(_ORDINALS) else f"th{number}"


def _district(hit: re.Match[str]) -> str:
    if hit[1] not in NAMES:
        return hit.group()
    return f"District_{hit[1].lower()}_{int(hit[2]) if hit[2] else 'al'}"
