"""Single fields of Kalshi's JSON: exact numbers, times, texts. Every failure names its JSON path."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Final, TypeVar

import msgspec

from arbkit.core.markets import VenueName
from arbkit.core.money import Price, Qty, parse_micros
from arbkit.core.text import clean
from arbkit.errors import BadNumber, SchemaMismatch, shown

VENUE: Final = VenueName.KALSHI

ABSENT: Final = msgspec.Raw()
"""Default of an optional number; msgspec keeps Raw apart from None."""

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""A time of RFC 3339 with its zone, as Kalshi sends all of them."""

T = TypeVar("T")

_MISSING: Final = re.compile(r"Object missing required field `([^`]+)`")
_JSON_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,30})(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,2})?", re.ASCII)
_UNSET_YEAR: Final = 1
"""Kalshi is written in Go, whose unset time is the first day of year 1."""


def mismatch(path: str, found: str) -> SchemaMismatch:
    """Build the error for a value at a JSON path that is not of the documented shape."""
    return SchemaMismatch(VENUE, path, found)


def decode(body: bytes | str | msgspec.Raw, kind: type[T], at: str = "$") -> T:
    """Decode JSON into a Struct (or any type that msgspec knows); `at` is the path of `body` in the whole answer.

    Raises SchemaMismatch with the path and what was found there.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        what, _, inner = str(error).partition(" - at `$")
        path = at + inner.rstrip("`")
        if missing := _MISSING.fullmatch(what):
            raise mismatch(f"{path}.{missing.group(1)}", "missing") from error
        raise mismatch(path, clean(what)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise mismatch(at, f"not JSON ({clean(str(error))})") from error
    except RecursionError as error:
        raise mismatch(at, "JSON nested too deeply") from error


def price(text: str, at: str) -> Price:
    """Read dollars a contract, between 0 and 1, both included (``"0.5600"``)."""
    try:
        return Price.parse(text)
    except BadNumber as error:
        raise mismatch(at, str(error)) from error


def quantity(text: str, at: str) -> Qty:
    """Read a number of contracts that is not negative (``"10.00"``)."""
    try:
        return Qty.parse(text)
    except BadNumber as error:
        raise mismatch(at, str(error)) from error


def signed_micros(text: str, at: str) -> int:
    """Read a number of contracts that may be negative, in millionths (``"-54.00"``)."""
    try:
        return parse_micros(text)
    except BadNumber as error:
        raise mismatch(at, str(error)) from error


def multiplier_ppm(number: msgspec.Raw, at: str) -> int:
    """Read a fee multiplier, a JSON number that is not negative, into millionths without passing through a float."""
    text = bytes(number).decode("utf-8", "replace")
    try:
        ppm = parse_micros(text)
    except BadNumber as error:
        raise mismatch(at, str(error)) from error
    if ppm < 0:
        raise mismatch(at, f"{shown(text)} is negative")
    return ppm


def number_text(number: msgspec.Raw, at: str) -> str:
    """Read a strike, a JSON number, as the plain decimal it stands for; "" when absent or null."""
    if is_null(number):
        return ""
    text = bytes(number).decode("utf-8", "replace")
    if not _JSON_NUMBER.fullmatch(text):
        raise mismatch(at, f"{shown(text)} is not a number of reasonable size")
    return format(Decimal(text), "f") if "e" in text.lower() else text


def is_null(value: msgspec.Raw) -> bool:
    """Whether an undecoded value is absent or null."""
    return bytes(value) in {b"", b"null"}


def moment(found: datetime | None, at: str) -> datetime | None:
    """Turn a time into UTC; None when absent or never set."""
    if found is None or found.year == _UNSET_YEAR:
        return None
    try:
        return found.astimezone(UTC)
    except OverflowError as error:
        raise mismatch(at, f"{shown(found)} lies outside the calendar") from error


def line(text: str) -> str:
    """Make a title or a label safe, without the asterisks that Kalshi's Markdown puts around its numbers."""
    return clean(text.replace("**", ""))
