"""What candidates are read from and found by: the texts of a market, its tokens and its day."""

import re
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

TEXT_LENGTH_MAX = 1_200
"""What is read of a text."""
_SLUG_DATE = re.compile(r"-(20\d\d)-(0[1-9]|1[012])-([0-3]\d)")
_TICKER_DATE = re.compile(r"-(\d\d)(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)(\d\d)")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_MONTH_NUMBERS = {month: f"{number:02d}" for number, month in enumerate(_MONTHS, 1)}


class Texts(NamedTuple):
    """What candidates are read from."""

    text: str
    """The question, the labels, and what of the rules says more; a line each."""
    key: str = ""
    """A ticker or slug: the day in it counts when the texts name no day; no more than that, for it may be the day of
    listing."""
    closes: int = 0
    """The day on which the venue expects the end, as an ordinal; 0 when unknown."""


class Asked(NamedTuple):
    """What candidates are found by. `tokens` are separated by blanks, and pieces of the text by line ends: few pieces
    make many titles, and who reads them all may keep what a piece says. Days are ordinals, 0 when unknown."""

    tokens: str
    day: int
    """The day that the texts name, when they name just one."""
    closes: int
    """The day on which the venue expects the end."""


def kept(asked: Asked, name: str) -> str:
    """What is stored of a market's tokens, under the name of the edition."""
    return f"{name} {asked.day} {asked.closes} {asked.tokens}"


def read_kept(text: str, name: str) -> Asked | None:
    """What `kept` wrote; None when there is nothing, or tokens of another edition."""
    if not text.startswith(f"{name} "):
        return None
    _, day, closes, found = text.split(" ", 3)
    return Asked(found, int(day), int(closes))


def is_dated(token: str) -> bool:
    """Whether a token says a day or a year."""
    return token[:2] == "dt" or token[:3] == "y20"


def day_named(dates: Iterable[str]) -> int | None:
    """The day that date tokens name, as an ordinal: 0 for several or without a year, None for none."""
    days, years = ({token for token in dates if token[0] == first} for first in "dy")
    return (_day_number(*days, *years) if len(days) == len(years) == 1 else 0) if days else None


def key_date(key: str) -> str:
    """The date tokens of a ticker (``-26NOV05``) or a slug (``-2026-11-05``), separated by blanks; "" without."""
    if hit := _SLUG_DATE.search(key):
        year, month, day = hit.groups()
        return f"dt{month}{day} y{year}"
    if hit := _TICKER_DATE.search(key):
        year, month, day = hit.groups()
        return f"dt{_MONTH_NUMBERS[month]}{day} y20{year}"
    return ""


def _day_number(day: str, year: str) -> int:
    try:
        return date(int(year[1:]), int(day[2:4]), int(day[4:])).toordinal()
    except ValueError:
        return 0
