"""Turns of phrase that change what a number or a verb means: quarters in words, the first of a chart, lawsuits that are
settled, albums that headlines announce without a verb. Tried on the folded text, like those of `joined`."""

import re
from collections.abc import Callable

_QUARTERS = {"first": "Q1", "second": "Q2", "third": "Q3", "fourth": "Q4", "final": "Q4"}
_HALVES = {"first": "H1", "second": "H2"}
_PUBLISHED = r"show|series|movie|film|app|artist|album|model|podcast|song|single"
"""What a chart or a leaderboard ranks."""
_SUED = r"lawsuits?|suits?|case|dispute|litigation"
_TRIED = (
    r"(?:convict(?:ed|s)?|charge[sd]?|arrest(?:ed|s)?|indict(?:ed|s)?|sentenced?|acquit(?:ted|s)?|tried|custody|trial"
    r"|extradited|transferred|surrendered|handed over|(?:arrest )?warrants?|issues?(?= (?:an? )?(?:arrest )?warrant))"
)
"""What the International Criminal Court does, and the council of cricket does not."""
_SIGNS = {"+": "_plus", "-": "_minus", "": ""}


def _quarter(hit: re.Match[str]) -> str:
    return f"{_QUARTERS[hit['part'].lower()]} {hit['year']}"


def _half(hit: re.Match[str]) -> str:
    return f"{_HALVES[hit[1].lower()]} {hit[2]}"


TURNS: tuple[tuple[str, re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (
        "cinemascore",
        re.compile(
            r"\bCinemaScore((?: (?:grade|of|an?|at|least|or|better))*) ['\"]?([A-F])([+-]?)(?![\w])", re.IGNORECASE
        ),
        lambda hit: f"CinemaScore{hit[1]} Grade_{hit[2].lower()}{_SIGNS[hit[3]]}",
    ),
    ("fy", re.compile(r"\bFY ?(?:20)?(\d\d)\b"), r"fiscal year 20\1"),
    *((hint, re.compile(r"\bH-?1-?B\b"), "H1B") for hint in ("h1", "h-1")),
    ("class", re.compile(r"\bClass[ _]I{1,3} (?=(?:[A-Z][a-z]+ ){1,2}Senate\b)"), ""),
    (
        "quarter",
        re.compile(
            r"\b(?P<part>first|second|third|fourth|final)[ -]quarter(?: of)?(?: the(?: year)?)?,? (?P<year>20\d\d)\b",
            re.IGNORECASE,
        ),
        _quarter,
    ),
    ("half", re.compile(r"\b(first|second) half(?: of)? (20\d\d)\b", re.IGNORECASE), _half),
    *(
        (
            hint,
            re.compile(
                rf"(?:#|\bno\. ?|\bnumber )(?:1|one)(?:[ -]ranked)? (?=(?:[\w'-]+ ){{0,3}}?(?:{_PUBLISHED})\b)",
                re.IGNORECASE,
            ),
            "top ",
        )
        for hint in ("#1", "no. 1", "number 1", "number one", "no.1")
    ),
    (
        "vote",
        re.compile(r"\b(?:(?:holds?|takes?) an? )?votes? (?:up)?on (?!(?:the )?[A-Z]?[a-z]* ?\d)", re.IGNORECASE),
        "ballot_on ",
    ),
    (
        "settle",
        re.compile(rf"\bsettles? ((?:(?:the|their|its|his|her|an?) )?(?:[\w-]+ ){{0,2}}?)(?:{_SUED})\b", re.IGNORECASE),
        r"settle_suit \1",
    ),
    (
        "settle",
        re.compile(r"\b(?:reach(?:es|ed)?|agrees? to) (?:an? )?((?:[\w-]+ )?)settlement\b", re.IGNORECASE),
        r"settle_suit \1",
    ),
    (
        "settle",
        re.compile(r"(?<=[\w.] )settles?(?= (?:by|before|in) (?:[A-Z]|20\d\d|the end)| with (?:the )?[A-Z]|\?|$)"),
        "settle_suit",
    ),
    (
        "icc",
        re.compile(
            rf"\b({_TRIED} (?:by|at|to|of|from|in)) (?:the )?ICC\b"
            rf"|\b(?:the )?ICC (?=(?:{_TRIED}|prosecutors?|judges)\b)",
            re.IGNORECASE,
        ),
        lambda hit: f"{hit[1] or ''} the International Criminal Court ",
    ),
    (
        "new ",
        re.compile(
            r"^New ((?:[A-Z][\w'.-]* ){1,4})(album|song|single|movie|film|season)(?= (?:by|before|in|this)\b)",
        ),
        r"\1releases new \2",
    ),
)
"""(hint in lower case, pattern, what to put)."""
