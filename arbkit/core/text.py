"""Foreign text made harmless: no control, format or private characters, one line (or several), capped length.

Titles, rules and error bodies come from strangers. What could move a cursor, hide text, turn its direction or break a
line is replaced before the text enters the core, so that no later place needs to think of it.
"""

import re
import unicodedata

TITLE_LENGTH_MAX = 500
"""Longest title, label or name that is kept; real ones stay below 300 characters."""

RULES_LENGTH_MAX = 20_000
"""Longest rules text that is kept; real ones stay below 8,000 characters."""

REPLACEMENT = "\ufffd"

_BANNED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_BLANKS = re.compile(r"\s+")
_LINE_BLANKS = re.compile(r"[^\S\n]+")
_MANY_BREAKS = re.compile(r" ?\n[ \n]*")


def clean(text: str, length_max: int = TITLE_LENGTH_MAX) -> str:
    """Make foreign text safe to print on one line.

    Characters of the Unicode categories Cc, Cf, Cs, Co, Cn, Zl and Zp become U+FFFD, except newline and tab, which are
    blanks; runs of blanks become one space; the result is at most `length_max` characters long and ends in U+2026 when
    cut. Linear in `length_max`, whatever the length of `text`.
    """
    return _capped(_BLANKS.sub(" ", _without_banned(_clip(text, length_max))).strip(), length_max)


def clean_lines(text: str, length_max: int = RULES_LENGTH_MAX) -> str:
    """Make foreign text safe to print on several lines: like `clean`, but line breaks stay (rules have paragraphs)."""
    kept = _without_banned(_clip(text, length_max))
    return _capped(_MANY_BREAKS.sub("\n", _LINE_BLANKS.sub(" ", kept)).strip(), length_max)


def _clip(text: str, length_max: int) -> str:
    """Drop what can never be shown before any work is done on it; blanks may shrink, hence twice the length."""
    return text[: 2 * length_max].replace("\r\n", "\n")


def _capped(text: str, length_max: int) -> str:
    return text if len(text) <= length_max else text[: max(length_max - 1, 0)] + "\u2026"


def _without_banned(text: str) -> str:
    # Printable is all but these categories (and the odd blanks of Zs), and asking so is a hundred times faster.
    if text.replace("\n", " ").replace("\t", " ").isprintable():
        return text
    return "".join(
        char if char in "\n\t" or unicodedata.category(char) not in _BANNED_CATEGORIES else REPLACEMENT for char in text
    )
