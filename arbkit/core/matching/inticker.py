"""What the series of a Kalshi ticker says, so that no other text of its market has to: KXUSOWOMEN is tennis, and
KXNFLTEAMTOTAL is the total of one team."""

from arbkit.core.matching.entities.words import GROUPS
from arbkit.core.matching.facts import Facts
from arbkit.core.matching.lexicon import stem

_LEAGUES = frozenset(map(stem, GROUPS["league"]))
_SAID_BY = {
    "formula1": ("f1",),
    "team_total": ("teamtotal",),
    "tennis": (
        "atp",
        "wta",
        "usomen",
        "usowomen",
        "fomen",
        "fowomen",
        "aomen",
        "aowomen",
        "wmensingle",
        "wwomensingle",
    ),
    "golf": ("pga", "livtour", "lpga"),
}
"""A word -> the pieces of a series that say it, where they are not the word itself."""
_PIECES = {stem(word): pieces for word, pieces in _SAID_BY.items()}
_PIECE_MIN = 3
"""Shorter words stand in many a series by chance."""


def unsaid(words: frozenset[str], other: Facts) -> frozenset[str]:
    """Words that the ticker of the other market does not say either; NBA is not in KXWNBA."""
    words -= {other.league}
    if not words or not other.series:
        return words
    series = other.series.removeprefix("kx")
    return frozenset(word for word in words if not _says(series, word))


def own_series(asker: Facts, other: Facts) -> frozenset[str]:
    """The league as the asker's own series is called, when the other side is about that league too: PSL."""
    return (
        frozenset({asker.series.removeprefix("kx")}) if asker.league and asker.league == other.league else frozenset()
    )


def _says(series: str, word: str) -> bool:
    if word in _PIECES:
        return any(piece in series for piece in _PIECES[word])
    return len(word) >= _PIECE_MIN and word in series and (word not in _LEAGUES or series.startswith(word))
