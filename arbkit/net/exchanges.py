"""Exchanges: one request of HTTP/1.1 as it travels, and its answer as it comes back.

A request is rendered here, of parts that cannot make it two. The plainest answer, whole in one piece and with a length,
is read here too; everything else is h11's to judge, and an answer that is not whole and well formed is none. What both
can read they read alike (tests/test_lines.py).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import h11

from arbkit.errors import InvariantError

HEAD_BYTES_MAX: Final = 64 * 1024
"""Largest head of an answer."""

_NAME = re.compile(r"[-!#$%&'*+.^_`|~0-9A-Za-z]+")
_VALUE = re.compile(r"[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?")
_TARGET = re.compile(r"[\x21-\x7e]+")
_REQUEST = re.compile(rf"{_NAME.pattern} {_TARGET.pattern} HTTP/1\.1\r\n(?:{_NAME.pattern}: {_VALUE.pattern}\r\n)*\r\n")
_ANSWER = re.compile(
    rb"HTTP/1\.1 ([2-9][0-9][0-9])(?: [\t\x20-\x7e]*)?"
    rb"((?:\r\n[-!#$%&'*+.^_`|~0-9A-Za-z]+:[\t\x20-\x7e]*)*)"
)
_SIZE = re.compile("[0-9]{1,9}")
_BODILESS: Final = frozenset({204, 304})


class BrokenLine(Exception):
    """The connection ended or said what is no HTTP; the text says which. What it was asked may have arrived."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers in lower case, and the body as it came."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Exchange:
    """One request and its answer, which is read from the bytes as they come."""

    def __init__(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"", *, body_bytes_max: int
    ) -> None:
        """Render the request. Raises InvariantError for what would not be one request."""
        fields = {**headers, "Content-Length": str(len(body))} if body or method != "GET" else headers
        self.request: Final = _rendered(method, target, fields) + body
        """The request as it travels."""
        self._method, self._body, self._body_bytes_max = method, bytearray(), body_bytes_max
        self._http: h11.Connection | None = None
        self._response: h11.Response | None = None
        self._was_plain = False
        self._was_taken = False

    def take(self) -> bytes:
        """The request, to be written. Raises InvariantError the second time: it would be a second order."""
        if self._was_taken:
            raise InvariantError(f"a {self._method} request was about to be sent twice")
        self._was_taken = True
        return self.request

    @property
    def stays_open(self) -> bool:
        """Whether the connection may be used again: the answer is whole, and nothing came behind it."""
        if self._http is None:
            return self._was_plain
        return self._http.states == {h11.CLIENT: h11.DONE, h11.SERVER: h11.DONE} and self._http.trailing_data == (
            b"",
            False,
        )

    def feed(self, piece: bytes) -> Answer | None:
        """Take the next bytes; the answer once it is whole. Raises BrokenLine for what is none."""
        if self._http is None:
            if answer := plain(piece, body_bytes_max=self._body_bytes_max):
                self._was_plain = True
                return answer
            self._http = _listening(self._method)
        try:
            self._http.receive_data(piece)
            while not isinstance(event := self._http.next_event(), h11.EndOfMessage):
                if event is h11.NEED_DATA or event is h11.PAUSED:
                    return None
                self._take(event)
        except h11.RemoteProtocolError as error:
            raise BrokenLine(f"what came is no answer of HTTP/1.1: {error}") from error
        return self._whole()

    def end(self) -> Answer:
        """The other side has said all. Raises BrokenLine unless that is how this answer ends."""
        try:
            answer = self.feed(b"")
        except BrokenLine as error:
            raise BrokenLine("the connection was closed before the answer was whole") from error
        if answer is None:
            raise BrokenLine("the connection was closed before the answer was whole")
        return answer

    def _take(self, event: object) -> None:
        match event:
            case h11.Response(headers=headers):
                self._response, names = event, dict(list(headers))
                if b"transfer-encoding" in names and b"content-length" in names:
                    raise BrokenLine("the answer says twice where it ends")
                self._hold_to_size(int(names.get(b"content-length", b"0")))
            case h11.Data(data=data):
                self._hold_to_size(len(self._body) + len(data))
                self._body += data
            case _:
                pass  # an answer before the answer

    def _hold_to_size(self, size: int) -> None:
        if size > self._body_bytes_max:
            raise BrokenLine(f"the answer has more than {self._body_bytes_max} bytes")

    def _whole(self) -> Answer:
        if self._response is None:
            raise BrokenLine("the answer has no head")
        headers: dict[str, str] = {}
        for raw_name, raw_value in self._response.headers:
            name, value = raw_name.decode("ascii"), raw_value.decode("latin-1")
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        return Answer(self._response.status_code, headers, bytes(self._body))


def plain(piece: bytes, *, body_bytes_max: int) -> Answer | None:
    """The answer, if these bytes are exactly one of the plainest kind; None leaves the judgement to h11."""
    head, _, body = piece.partition(b"\r\n\r\n")
    if len(head) > HEAD_BYTES_MAX or len(body) > body_bytes_max or not (whole := _ANSWER.fullmatch(head)):
        return None
    headers: dict[str, str] = {}
    for row in whole[2].decode("ascii").split("\r\n")[1:]:
        name, _, value = row.partition(":")
        name = name.lower()
        if name in headers:
            return None
        headers[name] = value.strip(" \t")
    size = headers.get("content-length", "")
    is_plain = _SIZE.fullmatch(size) and int(size) == len(body) and "transfer-encoding" not in headers
    stays = headers.get("connection", "keep-alive").lower() == "keep-alive"
    code = int(whole[1])
    return Answer(code, headers, body) if is_plain and stays and code not in _BODILESS else None


def _rendered(method: str, target: str, fields: Mapping[str, str]) -> bytes:
    """The head of a request. Raises InvariantError for parts that could end a line, or the head."""
    rows = "".join([f"{name}: {value}\r\n" for name, value in fields.items()])
    head = f"{method} {target} HTTP/1.1\r\n{rows}\r\n"
    if not _REQUEST.fullmatch(head) or head.count("\r\n") != len(fields) + 2:
        raise InvariantError(_unsendable(method, target, fields))
    return head.encode("ascii")


def _unsendable(method: str, target: str, fields: Mapping[str, str]) -> str:
    if _NAME.fullmatch(method) and _TARGET.fullmatch(target):
        for name, value in fields.items():
            if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
                return f"{method} {target!r} cannot be sent with the header {name!r}: its value is not shown"
    return f"{method} {target!r} cannot be sent: it is no request of one line"


def _listening(method: str) -> h11.Connection:
    """What reads the answer to a request of this method that was sent, and wants the connection to stand."""
    http = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD_BYTES_MAX)
    for event in (h11.Request(method=method, target="/", headers=[("Host", "-")]), h11.EndOfMessage()):
        http.send(event)
    return http
