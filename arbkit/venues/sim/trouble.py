"""Carries out faults: what a request that is hit gets instead of, or after, its proper answer."""

import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from arbkit.venues.sim.agenda import Agenda
from arbkit.venues.sim.faults import Fault, Target, Trouble
from arbkit.venues.sim.wire.clob import not_ready, unauthorized
from arbkit.venues.sim.wire.kalshi import too_many_requests
from arbkit.venues.sim.wire.message import Answer, Request, json_answer
from arbkit.venues.sim.wire.polymarket_forms import CURSOR_END

Proper = Callable[[Request], Answer]
"""What the venue would do with a request if nothing were wrong."""

_BAN_PAGE = (
    b"<!DOCTYPE html><html><head><title>Access denied</title></head><body>Sorry, you have been blocked</body></html>"
)


def troubled(fault: Fault, request: Request, proper: Proper, agenda: Agenda) -> Answer:
    """Answer a request that is hit by a fault. Faults that change the venue itself are not dealt with here."""
    at_kalshi = fault.on.value.startswith("kalshi")
    if fault.do in _UNHEARD:
        return _UNHEARD[fault.do](fault, at_kalshi)
    if fault.do is Trouble.LATE_ACCEPT:
        _deal_later(fault, request, proper, agenda)
        return _broken(fault, at_kalshi) if fault.status else Answer(hang=True)
    if fault.do is Trouble.QUEUE_THROTTLE:
        return _queued(fault, request, proper, agenda)
    answer = proper(_RESIZED[fault.do](fault, request) if fault.do in _RESIZED else request)
    return _SPOILT[fault.do](fault, answer) if fault.do in _SPOILT else answer


def _reject(fault: Fault, at_kalshi: bool) -> Answer:
    status = fault.status or 400
    if at_kalshi:
        return json_answer({"error": {"code": "invalid_order", "message": "invalid order"}}, status)
    return json_answer({"error": "order match delayed due to market conditions"}, status)


def _without_order(_fault: Fault, at_kalshi: bool) -> Answer:
    return json_answer({}, 201) if at_kalshi else json_answer({"success": True, "errorMsg": "", "orderID": ""})


def _unauthorized(_fault: Fault, at_kalshi: bool) -> Answer:
    if not at_kalshi:
        return unauthorized()
    error = {"code": "authentication_error", "message": "authentication_error", "details": "NOT_FOUND"}
    return json_answer({"error": error}, 401)


def _cancel_only(_fault: Fault, _at_kalshi: bool) -> Answer:
    text = "cancel-only mode: only cancels are allowed"
    return json_answer({"error": text, "code": "cancel_only_mode", "retry_after_seconds": 79}, 503)


def _broken(fault: Fault, at_kalshi: bool) -> Answer:
    """A server's failure: at Kalshi 502 with an empty body, at Polymarket 500 with a text, unless a status is named."""
    if at_kalshi:
        return Answer(status=fault.status or 502)
    return json_answer({"error": "order timed out in the matching engine"}, fault.status or 500)


def _resized(request: Request, size: Callable[[Decimal], Decimal]) -> Request:
    """The order as if another size had been asked for, and nothing for the rest: a fill-or-kill that is filled in part,
    or beyond. One that cannot be read stays as it is."""
    try:
        order = msgspec.json.decode(request.body, type=dict[str, object])
        count = f"{size(Decimal(str(order['count']))):.2f}"
    except (msgspec.DecodeError, KeyError, ArithmeticError):
        return request
    return replace(request, body=msgspec.json.encode(order | {"count": count, "time_in_force": "immediate_or_cancel"}))


def _cut(fault: Fault, answer: Answer) -> Answer:
    """A page of a listing without its second half, as if nothing came after it."""
    try:
        content = msgspec.json.decode(answer.body)
    except msgspec.DecodeError:
        return answer
    if not isinstance(content, dict):
        return answer
    ends = {name: end for name, end in _ENDS.items() if name in content}
    if fault.on is Target.GAMMA_READ:  # there the last page names none
        ends = {"next_cursor": None}
    for key, rows in content.items() if ends else ():
        if isinstance(rows, list):
            return replace(answer, body=msgspec.json.encode(content | {key: rows[: len(rows) // 2]} | ends))
    return answer


def _bomb(fault: Fault, answer: Answer) -> Answer:
    packed = zlib.compressobj(wbits=31)
    body = packed.compress(bytes(fault.ms * 1_000)) + packed.flush()
    return replace(answer, body=body, headers=(*answer.headers, ("content-encoding", "gzip")))


def _queued(fault: Fault, request: Request, proper: Proper, agenda: Agenda) -> Answer:
    given: list[Answer] = []

    def deal(at: datetime) -> None:
        given.append(proper(replace(request, at=at, sent_at=request.at)))

    agenda.plan(request.at + timedelta(milliseconds=fault.ms), deal)
    return Answer(after_ms=fault.ms, later=lambda: given[0] if given else None)


def _deal_later(fault: Fault, request: Request, proper: Proper, agenda: Agenda) -> None:
    def deal(at: datetime) -> None:
        proper(replace(request, at=at, sent_at=request.at))

    agenda.plan(request.at + timedelta(milliseconds=fault.ms), deal)


_UNHEARD: dict[Trouble, Callable[[Fault, bool], Answer]] = {
    Trouble.DROP_REQUEST: lambda _fault, _at_kalshi: Answer(hang=True),
    Trouble.TORN_REQUEST: lambda _fault, _at_kalshi: Answer(reset=True),
    Trouble.REJECT: _reject,
    Trouble.OK_WITHOUT_ORDER: _without_order,
    Trouble.HTTP_401: _unauthorized,
    Trouble.HTTP_403_BAN: lambda _fault, _at_kalshi: Answer(status=403, body=_BAN_PAGE, content_type="text/html"),
    Trouble.HTTP_425: lambda _fault, _at_kalshi: not_ready(),
    Trouble.HTTP_429: lambda _fault, at_kalshi: too_many_requests(bare=not at_kalshi),
    Trouble.HTTP_REDIRECT: lambda _fault, _at_kalshi: Answer(status=307, headers=(("location", "/elsewhere"),)),
    Trouble.HTTP_503_CANCEL_ONLY: _cancel_only,
    Trouble.HTTP_503_DISABLED: lambda _fault, _at_kalshi: json_answer({"error": "Trading is currently disabled."}, 503),
}
"""Answers to a request with which the venue does not deal at all."""
_SPOILT: dict[Trouble, Callable[[Fault, Answer], Answer]] = {
    Trouble.ACCEPT_THEN_TIMEOUT: lambda _fault, _answer: Answer(hang=True),
    Trouble.ACCEPT_THEN_5XX: lambda fault, _answer: _broken(fault, fault.on.value.startswith("kalshi")),
    Trouble.ACCEPT_THEN_RESET: lambda _fault, _answer: Answer(reset=True),
    Trouble.PAGINATION_CUT: _cut,
    Trouble.HTTP_SLOW_BODY: lambda fault, answer: replace(answer, dribble_ms=fault.ms),
    Trouble.SLOW: lambda fault, answer: replace(answer, after_ms=fault.ms),
    Trouble.HTTP_HUGE_BODY: lambda fault, answer: replace(answer, body=answer.body + b" " * fault.ms * 1_000),
    Trouble.HTTP_GZIP_BOMB: _bomb,
    Trouble.MALFORMED_JSON: lambda _fault, answer: replace(answer, body=answer.body[: len(answer.body) // 2]),
}
"""What becomes of the proper answer to a request that the venue did deal with."""
_RESIZED: dict[Trouble, Callable[[Fault, Request], Request]] = {
    Trouble.PARTIAL: lambda _fault, request: _resized(request, lambda count: count / 2),
    Trouble.OVERFILL: lambda fault, request: _resized(request, lambda count: count + Decimal(fault.value)),
}
"""Orders of which the venue fills another size than was asked for."""
_ENDS: dict[str, object] = {"cursor": "", "next_cursor": CURSOR_END, "pagination": {"has_more": False}}
"""What a page says where nothing comes after it, by the name under which the venues say so."""


def target_of(service: str, request: Request) -> Target | None:
    """The kind of a request, for the fault plan."""
    path, method = request.path, request.method
    if service == "GAMMA":
        return Target.GAMMA_READ
    if service == "POSITIONS":
        return Target.POSITIONS_READ
    kinds = {
        "KALSHI": (Target.KALSHI_ORDER, Target.KALSHI_CANCEL, Target.KALSHI_READ),
        "CLOB": (Target.POLY_ORDER, Target.POLY_CANCEL, Target.POLY_READ),
    }
    order, cancel, read = kinds[service]
    if method == "DELETE":
        return cancel
    places = path.startswith(("/trade-api/v2/portfolio/events/orders", "/order"))
    return order if method == "POST" and places else read
