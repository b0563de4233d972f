"""What a venue, or a file, may hold instead of a catalogue: told in one line, with the right exit code."""

import gzip
import json
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

TRIES = 50
PAYLOADS = Path(__file__).parents[1] / "payloads"


@contextmanager
def answering(pages: Mapping[int, Mapping[str, bytes]]) -> Iterator[str]:
    """Servers on neighbouring ports, as a simulator has them: offset -> path -> body. The address of the first."""
    for _ in range(TRIES):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            first = probe.getsockname()[1]
        if first > 65_000:
            continue
        with ExitStack() as stack:
            try:
                servers = [stack.enter_context(_Server(first + offset, pages.get(offset, {}))) for offset in range(4)]
            except OSError:
                continue
            for server in servers:
                Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
                stack.callback(server.shutdown)
            yield f"http://127.0.0.1:{first}"
            return
    pytest.fail("no four free ports in a row")


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, bodies: Mapping[str, bytes]) -> None:
        self.bodies = bodies
        super().__init__(("127.0.0.1", port), _Answer)


class _Answer(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        body = self.server.bodies.get(self.path.partition("?")[0])
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        return


KALSHI = {"/trade-api/v2/series": b'{"series":[]}', "/trade-api/v2/events": b'{"events":[],"cursor":""}'}
GAMMA_EVENTS = "/events/keyset"


def gamma(body: bytes) -> Mapping[int, Mapping[str, bytes]]:
    return {0: KALSHI, 2: {GAMMA_EVENTS: body}}


def kalshi(path: str, body: bytes) -> Mapping[int, Mapping[str, bytes]]:
    return {0: KALSHI | {f"/trade-api/v2/{path}": body}, 2: {GAMMA_EVENTS: b'{"events":[]}'}}


TORN = {
    "gamma: events are no list": (gamma(b'{"events":{"a":1}}'), 6, "polymarket: unexpected answer at $.events"),
    "gamma: an array": (gamma(b"[]"), 6, "polymarket: unexpected answer at $"),
    "gamma: another envelope": (gamma(b'{"data":[]}'), 6, "$.events: missing"),
    "gamma: not JSON": (gamma(b"<html>down</html>"), 5, "instead of JSON"),
    "gamma: nothing": (gamma(b""), 6, "not JSON"),
    "gamma: cut": (gamma(b'{"events":[{"id":"1"'), 6, "not JSON"),
    "gamma: nested": (gamma(b'{"events":' + b"[" * 100_000), 6, "nested too deeply"),
    "gamma: no UTF-8": (gamma(b'{"events":[{"title":"\xff\xfe"}]}'), 6, "polymarket: unexpected answer"),
    "gamma: markets are text": (gamma(b'{"events":[{"id":"1","markets":"x"}]}'), 6, "none of the 1 rows of page 1"),
    "gamma: rows are text": (gamma(b'{"events":["x","y"]}'), 6, "none of the 2 rows of page 1"),
    "gamma: escapes": (gamma(b'{"events":[{"id":"\\u001b[2J","markets":[{"conditionId":"\\u001b]"}]}]}'), 6, "none of"),
    "gamma: circles": (gamma(b'{"events":[],"next_cursor":"c"}'), 6, "runs in circles"),
    "kalshi: another envelope": (kalshi("events", b'{"events":[]}'), 6, "$.cursor: missing"),
    "kalshi: rows are numbers": (kalshi("events", b'{"events":[1,2,3],"cursor":""}'), 6, "none of the 3 rows"),
    "kalshi: no series": (kalshi("series", b'{"series":[{"ticker":1}]}'), 6, "none of the 1 rows of page 1"),
    "kalshi: series are null": (kalshi("series", b'{"series":null}'), 6, "$.series"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("pages", "code", "says"), TORN.values(), ids=TORN)
def test_a_sync_of_something_else_is_told_in_one_line_and_is_no_success(
    arbkit, monkeypatch: pytest.MonkeyPatch, pages: Mapping[int, Mapping[str, bytes]], code: int, says: str
) -> None:
    with answering(pages) as address:
        monkeypatch.setenv("ARBKIT_SIM", address)
        ran = arbkit("markets", "sync", "--sim", "--json", "--set", "retry.api_max_retries=0")
    assert ran.code == code
    assert says in json.loads(ran.err.splitlines()[-1])["message"]
    assert len(ran.rows) == 2
    assert "\x1b" not in ran.out + ran.err
    assert "Traceback" not in ran.err
    assert arbkit("markets", "list", "--sim", "--json").rows == []


UNREADABLE = {
    "random bytes": os.urandom(4_000).replace(b"\x1f\x8b", b"xx"),
    "lines of something else": b'{"a":1}\n{"b":2}\n',
    "a page of HTML": b"<!doctype html><title>x</title>",
    "an array of numbers": b"[1,2,3]",
    "nothing": b"",
    "spaces": b" \n \n",
    "null": b"null",
    "a text": b'"kalshi"',
    "nested": b"[" * 100_000,
    "packed noise": gzip.compress(os.urandom(1_000)),
    "zeros": bytes(10_000),
}


@pytest.mark.parametrize("venue", ["kalshi", "polymarket"])
@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_of_something_else_is_refused_in_one_line_and_nothing_is_written(
    arbkit, tmp_path: Path, venue: str, content: bytes
) -> None:
    (tmp_path / "file").write_bytes(content)
    ran = arbkit("markets", "import", "file", "--venue", venue)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert ran.err.startswith("arbkit: file: ")
    assert ran.err.isascii()
    assert ran.err.rstrip("\n").isprintable()
    assert len(ran.err) < 400
    assert arbkit("markets", "list", "--json").rows == []


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_file_may_be_a_pipe(arbkit, tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    content = pack((PAYLOADS / "kalshi" / "events_page.json").read_bytes())
    (tmp_path / "file").write_bytes(content)
    os.mkfifo(tmp_path / "pipe")
    writer = Thread(target=(tmp_path / "pipe").write_bytes, args=(content,), daemon=True)
    writer.start()
    piped = arbkit("markets", "import", "pipe", "--venue", "kalshi", "--json").rows
    writer.join(5)
    whole = arbkit("markets", "import", "file", "--venue", "kalshi", "--json").rows
    assert piped[0]["seen"] == whole[0]["seen"] > 0
    assert piped[0]["new"] == whole[0]["unchanged"]
