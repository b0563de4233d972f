"""Single fields of Polymarket's JSON: exact numbers, JSON inside text, times in three spellings, checked ids."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

import msgspec

from arbkit.core.markets import VenueName
from arbkit.core.money import MICRO, Price, Qty, parse_micros
from arbkit.errors import BadNumber, SchemaMismatch, shown

VENUE: Final = VenueName.POLYMARKET

ABSENT: Final = msgspec.Raw()
"""Default of an optional number: msgspec keeps Raw apart from None."""

T = TypeVar("T")

NOT_DECODED: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""Everything that decoding can raise."""

_MISSING: Final = re.compile(r"Object missing required field `([^`]+)`")
_CONDITION_ID: Final = re.compile(r"0x[0-9a-fA-F]{62,64}", re.ASCII)
_TOKEN_ID: Final = re.compile(r"[1-9][0-9]{0,77}", re.ASCII)
_TOKEN_ID_LIMIT: Final = 1 << 256
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_UNSET_YEAR: Final = 1
"""Gamma is written in Go, whose unset time is the first day of year 1."""


def mismatch(path: str, found: str) -> SchemaMismatch:
    """Build the error for a value at a JSON path that is not of the documented shape."""
    return SchemaMismatch(VENUE, path, found)


def decode(body: bytes | msgspec.Raw, kind: type[T], at: str = "$") -> T:
    """Decode JSON into a Struct (or any type that msgspec knows); `at` is the path of `body` in the whole answer.

    Raises SchemaMismatch with the path and what was found there.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except NOT_DECODED as error:
        raise explained(error, at) from error


def explained(error: Exception, at: str = "$") -> SchemaMismatch:
    """Turn what msgspec raises into the error that names the path."""
    if isinstance(error, RecursionError):
        return mismatch(at, "JSON nested too deeply")
    if not isinstance(error, msgspec.ValidationError):
        return mismatch(at, f"not JSON ({error})")
    what, _, inner = str(error).partition(" - at `$")
    path = at + inner.rstrip("`")
    if missing := _MISSING.fullmatch(what):
        return mismatch(f"{path}.{missing.group(1)}", "missing")
    return mismatch(path, what)


def micros(number: msgspec.Raw, at: str) -> int:
    """Read a JSON number, or text holding one, into millionths without passing through a float."""
    text = bytes(number).decode("utf-8", "replace").strip('"')
    try:
        return parse_micros(text)
    except BadNumber as error:
        raise mismatch(at, str(error)) from error


def micros_text(text: str, at: str) -> int:
    """Read a number sent as text into millionths."""
    try:
        return parse_micros(text)
    except BadNumber as error:
        raise mismatch(at, str(error)) from error


def price(number: msgspec.Raw, at: str) -> Price:
    """Read a price or a tick size sent as a number."""
    try:
        return Price(micros(number, at))
    except BadNumber as error:
        raise mismatch(at, str(error)) from error


def quantity(number: msgspec.Raw, at: str) -> Qty:
    """Read a number of shares sent as a number."""
    try:
        return Qty(micros(number, at))
    except BadNumber as error:
        raise mismatch(at, str(error)) from error


def whole(number: msgspec.Raw, at: str) -> int:
    """Read a whole number, which may be written ``1`` or ``1.0``."""
    value = micros(number, at)
    if value < 0 or value % MICRO:
        raise mismatch(at, f"{shown(bytes(number).decode('utf-8', 'replace'))} is not a whole number")
    return value // MICRO


def is_null(number: msgspec.Raw) -> bool:
    """Whether an optional number is absent, null, or empty text."""
    return bytes(number) in {b"", b"null", b'""'}


def texts(value: str | list[str] | None, at: str) -> list[str]:
    """Read a list of texts that Gamma sends as JSON inside text (``"[\\"Yes\\", \\"No\\"]"``), or as a plain list."""
    if isinstance(value, str):
        return decode(value.encode(), list[str], at) if value else []
    return value or []


def condition_id(text: str, at: str) -> str:
    """Check a condition id: 32 bytes in hexadecimal (31 in Protocol V2)."""
    if not text:
        raise mismatch(at, "empty")
    if not _CONDITION_ID.fullmatch(text):
        raise mismatch(at, f"{shown(text)} is not a condition id")
    return text


def token_id(text: str, at: str) -> str:
    """Check an asset id: a positive decimal below 2**256."""
    if not _TOKEN_ID.fullmatch(text) or int(text) >= _TOKEN_ID_LIMIT:
        raise mismatch(at, f"{shown(text)} is not an asset id")
    return text


def moment(text: str | None, at: str) -> datetime | None:
    """Read a time of Gamma: ISO with Z, ``2026-04-05 19:37:33+00``, or a date alone; all are UTC. Empty is None."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        if found.year == _UNSET_YEAR:
            return None
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise mismatch(at, f"{shown(text)} is not a time") from error


def epoch_ms(text: str, at: str) -> datetime:
    """Read milliseconds since 1970, sent as text."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 14):
        raise mismatch(at, f"{shown(text)} is not a time in milliseconds")
    return EPOCH + timedelta(milliseconds=int(text))


def epoch_s(text: str, at: str) -> datetime:
    """Read seconds since 1970, sent as text."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 11):
        raise mismatch(at, f"{shown(text)} is not a time in seconds")
    return EPOCH + timedelta(seconds=int(text))
