"""Reading over HTTP: what is retried, what is refused, and what a message says."""

import asyncio
import gzip
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import respx
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from arbkit.errors import ArbkitError, AuthError, ConfigError, InvariantError, VenueUnavailable
from arbkit.net import Http, Rate, Reply, RetryPolicy, Timeouts

pytestmark = pytest.mark.anyio

HOST = "https://venue.example/api/v2"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
IMPATIENT = RetryPolicy(delay_initial_s=0.001, delay_max_s=0.002, retry_after_max_s=0.05)
JSON = {"Content-Type": "application/json; charset=utf-8"}


@dataclass
class StoppedClock:
    def now(self) -> datetime:
        return NOW

    def monotonic_ms(self) -> int:
        return 0


def an_http(
    url: str = HOST,
    *,
    rates: Mapping[str, Rate] | None = None,
    timeouts: Timeouts | None = None,
    retry: RetryPolicy = IMPATIENT,
    body_bytes_max: int = 10_000,
) -> Http:
    return Http(
        "kalshi",
        url,
        clock=StoppedClock(),
        rates=rates or {},
        timeouts=timeouts,
        retry=retry,
        body_bytes_max=body_bytes_max,
    )


@dataclass
class Pieces(httpx.AsyncByteStream):
    """A body as it comes off the wire, still encoded."""

    body: bytes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self.body), 1000):
            yield self.body[start : start + 1000]


@pytest.fixture
def venue() -> Iterator[respx.MockRouter]:
    with respx.mock(base_url=HOST, assert_all_called=False) as router:
        yield router


async def refusal(http: Http, path: str = "/events") -> ArbkitError:
    with pytest.raises(ArbkitError) as caught:
        await http.get(path)
    await http.close()
    return caught.value


def recorded_sleeps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let this thread's sleeps take no time, and keep their lengths. A simulator of the session has its own thread."""
    slept: list[float] = []
    ours, wait = threading.get_ident(), asyncio.sleep

    async def sleep(seconds: float) -> None:
        if threading.get_ident() == ours:
            slept.append(seconds)
        else:
            await wait(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    return slept


async def test_an_answer_comes_back_with_lower_case_headers_and_the_time(venue: respx.MockRouter) -> None:
    venue.get("/events").respond(200, headers={"X-Cache": "Miss", **JSON}, content=b'{"events":[]}')

    reply = await an_http().get("/events")

    assert reply == Reply(200, reply.headers, b'{"events":[]}', NOW)
    assert reply.headers["x-cache"] == "Miss"


async def test_parameters_may_repeat_and_are_quoted(venue: respx.MockRouter) -> None:
    route = venue.get("/markets/orderbooks").respond(200, headers=JSON, content=b"{}")

    await an_http().get("/markets/orderbooks", params=[("tickers", "A&B"), ("tickers", "C D")])

    assert route.calls.last.request.url.query == b"tickers=A%26B&tickers=C+D"


async def test_we_say_who_we_are_and_accept_gzip_alone(venue: respx.MockRouter) -> None:
    route = venue.get("/events").respond(200, headers=JSON, content=b"{}")

    await an_http().get("/events")

    sent = route.calls.last.request.headers
    assert sent["user-agent"].startswith("arbkit/")
    assert sent["accept-encoding"] == "gzip"


async def test_a_404_is_for_the_caller_to_interpret(venue: respx.MockRouter) -> None:
    venue.get("/markets/NOPE").respond(404, headers=JSON, content=b'{"error":{"code":"not_found"}}')

    assert (await an_http().get("/markets/NOPE")).status == 404


@pytest.mark.parametrize("status", [425, 429, 500, 502, 503, 504])
async def test_a_failing_venue_is_asked_four_times_in_all(venue: respx.MockRouter, status: int) -> None:
    route = venue.get("/events").respond(status)

    error = await refusal(an_http())

    assert isinstance(error, VenueUnavailable)
    assert route.call_count == 4
    assert f"GET {HOST}/events: answered {status}, 4 attempts" in str(error)


async def test_a_venue_that_recovers_is_heard(venue: respx.MockRouter) -> None:
    route = venue.get("/events")
    route.side_effect = [
        httpx.Response(502),
        httpx.ReadTimeout("slow"),
        httpx.Response(200, headers=JSON, content=b"1"),
    ]

    assert (await an_http().get("/events")).body == b"1"
    assert route.call_count == 3


async def test_a_reading_post_is_retried_like_a_get(venue: respx.MockRouter) -> None:
    route = venue.post("/books")
    route.side_effect = [httpx.Response(503), httpx.Response(200, headers=JSON, content=b"[]")]

    reply = await an_http().post_read("/books", b'[{"token_id":"7"}]')

    assert reply.body == b"[]"
    assert [call.request.content for call in route.calls] == [b'[{"token_id":"7"}]'] * 2


async def test_a_status_asked_for_comes_back_at_once(venue: respx.MockRouter) -> None:
    route = venue.get("/exchange/status").respond(503, headers=JSON, content=b'{"trading_active":false}')

    reply = await an_http().get("/exchange/status", returned={500, 503})

    assert (reply.status, route.call_count) == (503, 1)


@pytest.mark.parametrize("status", [501, 520, 530])
async def test_an_unusual_server_error_is_not_repeated(venue: respx.MockRouter, status: int) -> None:
    route = venue.get("/events").respond(status)

    assert str(status) in str(await refusal(an_http()))
    assert route.call_count == 1


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (httpx.ConnectError("connection refused"), "connection refused"),
        (httpx.ReadError(""), "ReadError"),
        (httpx.ConnectTimeout("slow"), "timed out"),
        (httpx.RemoteProtocolError("peer closed connection"), "peer closed connection"),
    ],
)
async def test_an_unreachable_venue_is_unavailable(venue: respx.MockRouter, failure: Exception, said: str) -> None:
    route = venue.get("/events").mock(side_effect=failure)

    error = await refusal(an_http())

    assert isinstance(error, VenueUnavailable)
    assert said in str(error)
    assert route.call_count == 4


@pytest.mark.parametrize(
    ("header", "waited_s"),
    [
        ("7", 7),
        ("0.5", 0.5),
        ("Sun, 22 Nov 2026 12:00:09 GMT", 9),
        ("100000", 60),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0),
        ("inf", 0),
        ("nan", 0),
        ("-3", 0),
        ("1e9", 0),
        ("soon", 0),
        ("", 0),
    ],
)
async def test_a_throttled_read_waits_as_asked_but_never_over_a_minute(
    venue: respx.MockRouter, monkeypatch: pytest.MonkeyPatch, header: str, waited_s: float
) -> None:
    slept = recorded_sleeps(monkeypatch)
    venue.get("/events").side_effect = [
        httpx.Response(429, headers={"Retry-After": header}),
        httpx.Response(200, headers=JSON, content=b"{}"),
    ]

    await an_http(retry=RetryPolicy(delay_initial_s=0, delay_max_s=0)).get("/events")

    assert slept == [waited_s]


async def test_back_off_grows_to_a_cap_with_full_jitter(
    venue: respx.MockRouter, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept = recorded_sleeps(monkeypatch)
    venue.get("/events").respond(500)

    for _ in range(20):
        await refusal(an_http(retry=RetryPolicy(retries=5)))

    for turn, ceiling_s in enumerate([1, 2, 4, 8, 8]):
        waits = slept[turn::5]
        assert all(0 <= wait <= ceiling_s for wait in waits)
        assert max(waits) > ceiling_s / 4
        assert len(set(waits)) > 10


async def test_a_401_is_a_matter_of_credentials_and_quotes_the_venue(venue: respx.MockRouter) -> None:
    body = b'{"error":{"code":"header_timestamp_expired\x1b[31m"}}'
    route = venue.get("/portfolio/balance").respond(401, headers=JSON, content=body)

    error = await refusal(an_http(), "/portfolio/balance")

    assert isinstance(error, AuthError)
    assert "header_timestamp_expired" in str(error)
    assert "\x1b" not in str(error)
    assert route.call_count == 1


async def test_a_403_without_credentials_speaks_of_the_region(venue: respx.MockRouter) -> None:
    venue.get("/events").respond(403, headers={"Content-Type": "text/html"}, content=b"<html>Blocked</html>")

    error = await refusal(an_http())

    assert isinstance(error, VenueUnavailable)
    assert "region" in str(error)
    assert "<html" not in str(error)


async def test_a_403_with_credentials_speaks_of_them(venue: respx.MockRouter) -> None:
    venue.get("/events").respond(403, headers=JSON, content=b'{"msg":"missing scope"}')

    with pytest.raises(AuthError, match="missing scope"):
        await an_http().get("/events", sign=lambda method, path: {"KALSHI-ACCESS-SIGNATURE": "c2lnbmF0dXJl"})


async def test_each_attempt_is_signed_anew_over_its_method_and_full_path(venue: respx.MockRouter) -> None:
    signed: list[tuple[str, str]] = []

    def sign(method: str, path: str) -> Mapping[str, str]:
        signed.append((method, path))
        return {"X-Stamp": str(len(signed))}

    route = venue.get("/portfolio/balance")
    route.side_effect = [httpx.Response(502), httpx.Response(200, headers=JSON, content=b"{}")]

    await an_http().get("/portfolio/balance", params=[("subaccount", "0")], sign=sign)

    assert signed == [("GET", "/api/v2/portfolio/balance")] * 2
    assert [call.request.headers["x-stamp"] for call in route.calls] == ["1", "2"]


@pytest.mark.parametrize("status", [401, 403, 404, 500])
async def test_no_message_holds_a_secret(venue: respx.MockRouter, status: int) -> None:
    secrets = {"POLY_API_KEY": "5f1a-key", "POLY_PASSPHRASE": "open sesame"}
    venue.get("/orders").respond(status, headers=JSON, content=b'{"seen":"5f1a-key open sesame"}')
    http = an_http()

    try:
        said = repr(http) + str((await http.get("/orders", headers=secrets)).status)
    except ArbkitError as error:
        said = f"{error!r} {error.__cause__!r} {http!r}"

    assert not [secret for secret in secrets.values() if secret in said]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(venue: respx.MockRouter, status: int) -> None:
    route = venue.get("/events").respond(status, headers={"Location": "https://elsewhere.example/"})

    error = await refusal(an_http())

    assert isinstance(error, VenueUnavailable)
    assert "redirected" in str(error)
    assert route.call_count == 1


@pytest.mark.parametrize("status", [200, 404])
async def test_a_web_page_instead_of_json_is_named(venue: respx.MockRouter, status: int) -> None:
    venue.get("/events").respond(status, headers={"Content-Type": "text/html"}, content=b"<!doctype html>")

    error = await refusal(an_http())

    assert isinstance(error, VenueUnavailable)
    assert f"answered {status} with 'text/html' instead of JSON" in str(error)


async def test_a_web_page_that_claims_to_be_json_is_found_out(venue: respx.MockRouter) -> None:
    venue.get("/events").respond(200, headers=JSON, content=b"\n <html>")

    assert isinstance(await refusal(an_http()), VenueUnavailable)


async def test_an_answer_over_the_cap_is_refused(venue: respx.MockRouter) -> None:
    venue.get("/events").respond(200, headers=JSON, content=b"1" * 10_001)

    error = await refusal(an_http())

    assert "more than 10000 bytes" in str(error)


async def test_the_cap_can_be_raised_for_one_request(venue: respx.MockRouter) -> None:
    venue.get("/series").respond(200, headers=JSON, content=b"1" * 10_001)

    assert len((await an_http().get("/series", body_bytes_max=10_001)).body) == 10_001


async def test_a_compressed_answer_is_unpacked(venue: respx.MockRouter) -> None:
    packed = gzip.compress(b"[" + b"1," * 4_000 + b"1]")
    venue.get("/events").respond(200, headers={"Content-Encoding": "gzip", **JSON}, stream=Pieces(packed))

    assert (await an_http().get("/events")).body.endswith(b"1,1]")


async def test_a_gzip_bomb_is_never_unpacked(venue: respx.MockRouter) -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    venue.get("/events").respond(200, headers={"Content-Encoding": "gzip", **JSON}, stream=Pieces(bomb))

    assert "more than 10000 bytes" in str(await refusal(an_http()))


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "zstd"])
async def test_an_encoding_nobody_asked_for_is_refused(venue: respx.MockRouter, encoding: str) -> None:
    venue.get("/events").respond(200, headers={"Content-Encoding": encoding, **JSON}, stream=Pieces(b"\x0b"))

    assert "encoding" in str(await refusal(an_http()))


@pytest.mark.parametrize("spoil", [lambda packed: packed[:-9], lambda packed: b"no gzip at all"])
async def test_a_damaged_compressed_answer_is_tried_again(
    venue: respx.MockRouter, spoil: Callable[[bytes], bytes]
) -> None:
    body = spoil(gzip.compress(b'{"events":[1,2,3]}'))
    route = venue.get("/events")
    route.side_effect = lambda request: httpx.Response(
        200, headers={"Content-Encoding": "gzip", **JSON}, stream=Pieces(body)
    )

    assert isinstance(await refusal(an_http()), VenueUnavailable)
    assert route.call_count == 4


async def test_an_answer_that_dribbles_for_ever_is_cut_off(venue: respx.MockRouter) -> None:
    class Dribble(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                await asyncio.sleep(0.01)
                yield b" "

    venue.get("/events").respond(200, headers=JSON, stream=Dribble())

    error = await refusal(an_http(timeouts=Timeouts(total_s=0.05), retry=RetryPolicy(retries=0)))

    assert "timed out" in str(error)


@pytest.mark.parametrize(
    "url",
    [
        "http://venue.example",
        "ftp://127.0.0.1",
        "https://",
        "venue.example/api",
        "https://user:secret@venue.example",
        "https://venue.example/api?key=1",
        "http://127.0.0.1.venue.example",
        "http://169.254.169.254",
        "",
        "https://venue.example:port",
    ],
)
def test_only_https_or_loopback_is_spoken_to(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        an_http(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8700", "http://[::1]:8700", "http://localhost:8700/x", HOST])
async def test_https_and_loopback_are_fine(url: str) -> None:
    await an_http(url).close()


@pytest.mark.parametrize("path", ["events", "/a/../b", "/events?x=1", "/a#b", "/é"])
async def test_a_path_that_could_lead_elsewhere_is_a_bug(path: str) -> None:
    with pytest.raises(InvariantError):
        await an_http().get(path)


async def test_requests_of_one_bucket_keep_their_distance(venue: respx.MockRouter) -> None:
    venue.get("/events").respond(200, headers=JSON, content=b"{}")
    http = an_http(rates={"read": Rate(1000, min_interval_ms=20)})
    began = time.monotonic()

    await asyncio.gather(*(http.get("/events") for _ in range(4)))

    assert time.monotonic() - began >= 0.059


async def test_tokens_run_out(venue: respx.MockRouter) -> None:
    venue.get("/events").respond(200, headers=JSON, content=b"{}")
    http = an_http(rates={"read": Rate(10, period_s=0.4)})
    began = time.monotonic()

    await asyncio.gather(*(http.get("/events", cost=5) for _ in range(3)))

    assert time.monotonic() - began >= 0.16


async def test_a_kind_of_request_without_a_rate_is_a_bug() -> None:
    with pytest.raises(InvariantError, match="write"):
        await an_http(rates={"read": Rate(5)}).get("/events", bucket="write")


async def test_a_request_that_costs_more_than_its_bucket_holds_is_a_bug() -> None:
    with pytest.raises(InvariantError, match="6 tokens"):
        await an_http(rates={"read": Rate(5)}).get("/events", cost=6)


@dataclass
class RawServer:
    """Answers each connection on loopback with fixed bytes, then hangs up."""

    answer: bytes
    port: int = 0
    asked: list[bytes] = field(default_factory=list)


@contextmanager
def raw_server(answer: bytes) -> Iterator[RawServer]:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        listener.settimeout(0.05)
        server, over = RawServer(answer, listener.getsockname()[1]), threading.Event()

        def serve() -> None:
            while not over.is_set():
                try:
                    peer, _ = listener.accept()
                except TimeoutError:
                    continue
                with closing(peer):
                    server.asked.append(peer.recv(65536))
                    peer.sendall(server.answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server
        finally:
            over.set()
            thread.join()


@pytest.mark.slow
async def test_a_truncated_answer_is_tried_again_and_then_reported() -> None:
    half = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"events":['
    with raw_server(half) as server:
        error = await refusal(an_http(f"http://127.0.0.1:{server.port}"))

    assert isinstance(error, VenueUnavailable)
    assert len(server.asked) == 4


@pytest.mark.slow
async def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    ok = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
    with raw_server(ok) as server, raw_server(b"") as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")

        http = an_http(f"http://127.0.0.1:{server.port}")
        reply = await http.get("/events")
        await http.close()

    assert (reply.body, proxy.asked) == (b"{}", [])


@pytest.mark.slow
async def test_nobody_listening_is_reported_with_advice() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]

    error = await refusal(an_http(f"http://127.0.0.1:{port}"))

    assert isinstance(error, VenueUnavailable)
    assert error.exit_code == 5
    assert "check the network" in str(error)


def a_self_signed_certificate(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "self-signed.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@pytest.mark.slow
async def test_a_certificate_that_nobody_vouches_for_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = a_self_signed_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "self-signed.pem"))
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    async with server:
        port = server.sockets[0].getsockname()[1]
        error = await refusal(an_http(f"https://127.0.0.1:{port}"))

    assert isinstance(error, VenueUnavailable)
    assert "certificate" in str(error).lower()
