"""How Polymarket writes things: cursors and its error bodies."""

import base64
from typing import NoReturn

from arbkit.venues.sim.wire.message import BadRequest, json_answer

CURSOR_START = "MA=="
CURSOR_END = "LTE="


def refuse(status: int, text: str, **more: object) -> NoReturn:
    """Refuse a request with the order book service's error body."""
    raise BadRequest(json_answer({"error": text, **more}, status))


def gamma_refuse(status: int, text: str, kind: str = "validation error") -> NoReturn:
    """Refuse a request with the catalogue service's error body."""
    raise BadRequest(json_answer({"type": kind, "error": text}, status))


def written_offset(place: int) -> str:
    """The order book service's cursor: base64 of a decimal offset."""
    return base64.b64encode(str(place).encode()).decode()


def read_offset(text: str) -> int:
    """The offset in a cursor; refused when it is none."""
    if not text:
        return 0
    try:
        place = int(base64.b64decode(text, validate=True))
    except ValueError:
        refuse(400, "invalid next_cursor")
    if place < 0:
        refuse(400, "invalid next_cursor")
    return place


def written_keyset(place: int) -> str:
    """The catalogue service's cursor, which is opaque."""
    return base64.urlsafe_b64encode(f'{{"k":{place}}}'.encode()).decode()


def read_keyset(text: str) -> int:
    """The place a keyset cursor leads to; refused when it is none of ours."""
    if not text:
        return 0
    try:
        plain = base64.b64decode(text, altchars=b"-_", validate=True).decode("ascii")
        return int(plain.removeprefix('{"k":').removesuffix("}"))
    except ValueError:
        gamma_refuse(400, "invalid after_cursor")
