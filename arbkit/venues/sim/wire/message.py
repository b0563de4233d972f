"""Request and Answer: HTTP as values, and the table that leads from a path to the function that answers it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a client sent, and when it came. Header names are in lower case; `body` is raw, for it may be signed."""

    method: str
    path: str
    at: datetime
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    sent_at: datetime | None = None
    """When it came, if it is dealt with later than that."""

    @property
    def came_at(self) -> datetime:
        """The time against which its own timestamp is held."""
        return self.sent_at or self.at

    def one(self, name: str) -> str:
        """The first value of a query parameter; "" when it is absent."""
        return next((value for key, value in self.query if key == name), "")

    def all(self, name: str) -> list[str]:
        """Every value of a repeated query parameter."""
        return [value for key, value in self.query if key == name and value]

    def says(self, name: str) -> bool:
        """Whether a boolean query parameter is true."""
        return self.one(name).lower() in ("true", "1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is sent back. `after_ms` holds it up; `hang` never sends it: the client waits until it gives up; `reset`
    breaks the connection off instead. The body comes in pieces over `dribble_ms`. `later` gives an answer that is not
    known before `after_ms`, None as long as it is not."""

    status: int = 200
    body: bytes = b""
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()
    after_ms: int = 0
    hang: bool = False
    reset: bool = False
    dribble_ms: int = 0
    later: "Callable[[], Answer | None] | None" = None


def json_answer(value: object, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """Answer with a value as compact JSON."""
    return Answer(status=status, body=msgspec.json.encode(value), headers=headers)


class BadRequest(Exception):
    """A request that is refused: carries its answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


Reply = Callable[..., Answer]
"""Answers a request: called with the request and the values of the path's {names}, in order."""


class Router:
    """Finds who answers a method and path. A literal segment wins over a {name}."""

    def __init__(self, routes: Sequence[tuple[str, str, Reply]]) -> None:
        self._routes = [(method, template.strip("/").split("/"), reply) for method, template, reply in routes]
        self._routes.sort(key=lambda route: [segment.startswith("{") for segment in route[1]])

    def answer(self, request: Request, path: str) -> Answer | None:
        """The answer, or None when there is no such path (a path of another method gives 405)."""
        segments = path.strip("/").split("/")
        other_method = False
        for method, template, reply in self._routes:
            values = _matched(template, segments)
            if values is None:
                continue
            if method != request.method:
                other_method = True
                continue
            try:
                return reply(request, *values)
            except BadRequest as refused:
                return refused.answer
        return Answer(status=405, body=b"405 method not allowed", content_type="text/plain") if other_method else None


def _matched(template: list[str], segments: list[str]) -> list[str] | None:
    if len(template) != len(segments):
        return None
    values = []
    for wanted, found in zip(template, segments, strict=True):
        if wanted.startswith("{"):
            values.append(found)
        elif wanted != found:
            return None
    return values


def spliced(static: bytes, changing: Mapping[str, object]) -> bytes:
    """Join an encoded JSON object with further keys, without encoding it again."""
    if not changing:
        return static
    tail = msgspec.json.encode(changing)
    return tail if static == b"{}" else static[:-1] + b"," + tail[1:]


def listed(values: Sequence[bytes]) -> bytes:
    """A JSON array of encoded values."""
    return b"[" + b",".join(values) + b"]"
