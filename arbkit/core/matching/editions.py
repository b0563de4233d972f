"""Which edition of a published figure counts: as first printed or as revised, adjusted for the season or not."""

import re
from functools import lru_cache

from arbkit.core.matching.facts import Facts
from arbkit.core.matching.findings import Finding, conflict, silent
from arbkit.core.matching.lexicon import stem

EDITION_PPM = 45_000
"""Doubt when one side alone says that a revised figure counts, or an unusual one of adjusted and unadjusted."""
_REVISED = re.compile(r"[^.;\n]*\brevis(?:ed|ions?)\b[^.;\n]*", re.IGNORECASE)
_LEFT_OUT = re.compile(
    r"\b(?:not|no|never|nor|without|regardless|irrespective|disregard\w*|ignor\w*|exclud\w*|initial\w*|first|before"
    r"|prior|subsequent(?:ly)?)\b|n't\b",
    re.IGNORECASE,
)
_FIRST = re.compile(
    r"\b(?:first|initial(?:ly)?) (?:published|reported|released|printed|announced|release|print|report|figure)\b",
    re.IGNORECASE,
)
_SEASONAL = re.compile(r"(?P<not>\bnot |\bnon[- ])?\bseasonally[- ]adjusted\b|(?P<un>\bunadjusted\b)", re.IGNORECASE)
_OVER_A_YEAR = frozenset({stem("yoy")})


def compare_editions(kalshi: Facts, polymarket: Facts) -> list[Finding]:
    """Hold the editions of both rules against each other."""
    rules = kalshi.all_rules, polymarket.all_rules
    return [item for item in (_print(*map(_edition, rules)), _season(kalshi, polymarket)) if item]


def _print(mine: str, other: str) -> Finding | None:
    """The first print is what counts where nobody says otherwise."""
    if "revised" not in {mine, other} or mine == other:
        return None
    if mine and other:
        return conflict("edition", mine, other)
    return silent("edition", f"only {'Kalshi' if mine else 'Polymarket'} counts the revised figure", EDITION_PPM)


@lru_cache(maxsize=4_096)
def _edition(rules: str) -> str:
    """`first` or `revised`, or nothing where the rules do not say."""
    if "revis" in rules and any(not _LEFT_OUT.search(hit) for hit in _REVISED.findall(rules)):
        return "revised"
    return "first" if _FIRST.search(rules) else ""


def _season(kalshi: Facts, polymarket: Facts) -> Finding | None:
    """Over twelve months the unadjusted figure is the usual one, over one month the adjusted one."""
    mine, other = (_adjusted(facts.all_rules) for facts in (kalshi, polymarket))
    if mine == other:
        return None
    if mine and other:
        return conflict("seasonal adjustment", mine, other)
    usual = "unadjusted" if _OVER_A_YEAR & kalshi.said & polymarket.said else "adjusted"
    if (mine or other) == usual:
        return None
    return silent("seasonal adjustment", f"only {'Kalshi' if mine else 'Polymarket'} says {mine or other}", EDITION_PPM)


@lru_cache(maxsize=4_096)
def _adjusted(rules: str) -> str:
    hits = list(_SEASONAL.finditer(rules)) if "adjusted" in rules else []
    if not hits:
        return ""
    return "unadjusted" if any(hit["not"] or hit["un"] for hit in hits) else "adjusted"
