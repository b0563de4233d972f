"""What a reviewer is shown of a pair: both markets, line by line, with the words marked that only one side has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher

from arbkit.core.markets import Market, Pair

_PUNCTUATION = ".,;:!?\"'()[]*\u201c\u201d\u2018\u2019"
WORDS_MAX = 600
"""Longer texts are compared up to here; what follows is marked as different."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word, and whether the other text lacks it at this place."""

    text: str
    differs: bool


@dataclass(frozen=True, slots=True)
class CardRow:
    """One line of a card: what it is about, and both texts in words."""

    name: str
    kalshi: tuple[Word, ...]
    polymarket: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """Everything about a pair on one screen; conflicts come first among the reasons."""

    pair: Pair
    rows: tuple[CardRow, ...]
    reasons: tuple[str, ...]


def card(pair: Pair, kalshi: Market, polymarket: Market) -> Card:
    """Put two markets side by side."""
    texts = (
        ("title", kalshi.title, polymarket.title),
        ("event", kalshi.event_title, polymarket.event_title),
        ("YES means", kalshi.yes_label, polymarket.yes_label),
        ("NO means", kalshi.no_label, polymarket.no_label),
        ("decided", _day(kalshi.expected_at), _day(polymarket.expected_at)),
        ("closes", _day(kalshi.closes_at), _day(polymarket.closes_at)),
        ("source", kalshi.resolution_source, polymarket.resolution_source),
        ("rules", kalshi.rules, polymarket.rules),
    )
    rows = tuple(_row(name, ours, theirs) for name, ours, theirs in texts if ours or theirs)
    conflicts = [reason for reason in pair.reasons if reason.startswith("conflict")]
    rest = [reason for reason in pair.reasons if not reason.startswith("conflict")]
    return Card(pair, rows, (*conflicts, *rest))


def _row(name: str, ours: str, theirs: str) -> CardRow:
    return CardRow(name, *compared(ours, theirs))


def compared(ours: str, theirs: str) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    """Both texts word by word; words count as the same whatever their case and the punctuation around them."""
    first, second = ours.split(), theirs.split()
    plain = [[_plain(word) for word in words[:WORDS_MAX]] for words in (first, second)]
    same: tuple[set[int], set[int]] = (set(), set())
    for block in SequenceMatcher(None, plain[0], plain[1], autojunk=False).get_matching_blocks():
        same[0].update(range(block.a, block.a + block.size))
        same[1].update(range(block.b, block.b + block.size))
    return _marked(first, same[0]), _marked(second, same[1])


def _marked(words: Sequence[str], same: set[int]) -> tuple[Word, ...]:
    return tuple(Word(word, n not in same) for n, word in enumerate(words))


def _plain(word: str) -> str:
    return word.casefold().strip(_PUNCTUATION)


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else ""
