"""How Kalshi writes things: prices, counts, times, cursors, and its error bodies."""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NoReturn, TypeVar

from arbkit.venues.sim.wire.message import Answer, BadRequest, Request, json_answer

Item = TypeVar("Item")

PREFIX = "/trade-api/v2"
_CURSOR_MARK = "at:"


def dollars(price: int) -> str:
    """Write a price in 1e-4 dollars with four decimals."""
    sign, price = ("-", -price) if price < 0 else ("", price)
    return f"{sign}{price // 10_000}.{price % 10_000:04d}"


def dollars6(micros: int) -> str:
    """Write micro-dollars with six decimals."""
    sign, micros = ("-", -micros) if micros < 0 else ("", micros)
    return f"{sign}{micros // 1_000_000}.{micros % 1_000_000:06d}"


def contracts(qty: int) -> str:
    """Write a quantity in 0.01 contracts with two decimals."""
    sign, qty = ("-", -qty) if qty < 0 else ("", qty)
    return f"{sign}{qty // 100}.{qty % 100:02d}"


def moment(at: datetime) -> str:
    """Write a time as RFC 3339 in UTC with microseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def error(status: int, code: str, *, message: str = "", details: str = "") -> Answer:
    """The usual error body."""
    body = {"code": code, "message": message or code.replace("_", " ")}
    if details:
        body["details"] = details
    return json_answer({"error": body}, status)


def refuse(status: int, code: str, *, message: str = "", details: str = "") -> NoReturn:
    """Refuse a request with the usual error body."""
    raise BadRequest(error(status, code, message=message, details=details))


def not_found() -> NoReturn:
    """Refuse with the one 404 body of this venue."""
    refuse(404, "not_found")


def invalid_parameter(operation: str, name: str, tag: str) -> NoReturn:
    """Refuse a query parameter with the venue's third shape of error body."""
    key = f"{operation}Params.{name}"
    text = (
        f"Parameter validation failed for {operation}: Key: '{key}' Error:Field validation for '{name}' failed"
        f" on the '{tag}' tag"
    )
    raise BadRequest(json_answer({"msg": text}, 400))


def integer(request: Request, name: str) -> int | None:
    """A whole number of the query; None when it is absent; refused when it is no number."""
    text = request.one(name)
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        refuse(400, "bad_request", details=f"invalid value for parameter {name}")


def page_size(request: Request, operation: str, *, default: int, top: int, bottom: int = 0) -> int:
    """The `limit` of a listing, refused outside its bounds."""
    limit = integer(request, "limit")
    if limit is None:
        return default
    if limit > top:
        invalid_parameter(operation, "Limit", "lte")
    if limit < bottom:
        invalid_parameter(operation, "Limit", "gte")
    return limit or default


def written_cursor(place: int) -> str:
    """An opaque cursor that leads back to a place in a listing."""
    return base64.urlsafe_b64encode(f"{_CURSOR_MARK}{place}".encode()).decode().rstrip("=")


def read_cursor(text: str) -> int:
    """The place a cursor leads to. Garbage is silently the first page, as at the venue."""
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
        mark, place = plain[: len(_CURSOR_MARK)], plain[len(_CURSOR_MARK) :]
        return int(place) if mark == _CURSOR_MARK and place.isdigit() else 0
    except ValueError:
        return 0


def page(items: Sequence[Item], cursor: str, limit: int) -> tuple[Sequence[Item], str]:
    """One page of a list and the cursor of the next; "" after the last."""
    start = read_cursor(cursor)
    found = items[start : start + limit]
    return found, written_cursor(start + limit) if start + limit < len(items) else ""
