"""Signatures made before they are needed: none on the way of an order, each once, none that is old."""

import threading
from collections.abc import Mapping
from datetime import datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from arbkit.net import Exchange, NotSent, Poster, Reply
from arbkit.venues.kalshi.desk import KalshiDesk
from arbkit.venues.kalshi.signing import AHEAD, AHEAD_MS_MAX, KalshiSigner, SignaturesAhead, new_key_pem
from arbkit.venues.kalshi.wire.orders import ORDERS_PATH
from arbkit.venues.secrets import Secret
from tests.builders import StandingClock, a_market
from tests.venues.test_kalshi_desk import an_order

pytestmark = pytest.mark.anyio
PATH = "/trade-api/v2" + ORDERS_PATH


class CountingSigner(KalshiSigner):
    """Remembers in which thread it signed."""

    def __init__(self, pem: Secret) -> None:
        super().__init__("key", pem)
        self.threads: list[int] = []

    def headers(self, method: str, path: str, *, now: datetime) -> Mapping[str, str]:
        self.threads.append(threading.get_ident())
        return super().headers(method, path, now=now)

    @property
    def inline(self) -> int:
        return self.threads.count(threading.get_ident())


class RefusedPoster(Poster):
    """Keeps the headers of an order, and sends nothing."""

    async def post(self, request: Exchange, *, timeout_ms: int) -> Reply:
        head = request.take().decode().partition("\r\n\r\n")[0]
        self.headers = dict(row.split(": ", 1) for row in head.split("\r\n")[1:])
        raise NotSent("no such host")


@pytest.fixture(scope="module")
def rsa() -> Secret:
    private = generate_private_key(public_exponent=65_537, key_size=2_048)
    return Secret(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


def some_ahead(pem: Secret) -> tuple[SignaturesAhead, CountingSigner, StandingClock]:
    signer, clock = CountingSigner(pem), StandingClock()
    return SignaturesAhead(signer, clock, "POST", PATH), signer, clock


async def test_what_is_ready_was_signed_elsewhere_and_is_given_out_once(rsa: Secret) -> None:
    ahead, signer, _ = some_ahead(rsa)
    await ahead.renew()
    given = [ahead.take() for _ in range(AHEAD)]
    assert signer.inline == 0
    assert len({headers["KALSHI-ACCESS-SIGNATURE"] for headers in given}) == AHEAD
    assert all(signer.verifies(headers, "POST", PATH) for headers in given)
    assert signer.verifies(ahead.take(), "POST", PATH)
    assert signer.inline == 1


async def test_an_old_one_is_not_given_out(rsa: Secret) -> None:
    ahead, signer, clock = some_ahead(rsa)
    await ahead.renew()
    clock.advance(milliseconds=AHEAD_MS_MAX + 1)
    headers = ahead.take()
    assert signer.inline == 1
    assert headers["KALSHI-ACCESS-TIMESTAMP"] == str(round(clock.now().timestamp() * 1_000))


async def test_renewing_keeps_only_the_fresh_ones(rsa: Secret) -> None:
    ahead, signer, clock = some_ahead(rsa)
    await ahead.renew()
    clock.advance(milliseconds=AHEAD_MS_MAX)
    await ahead.renew()
    clock.advance(milliseconds=AHEAD_MS_MAX)
    for _ in range(AHEAD):
        ahead.take()
    assert signer.inline == 0


async def test_a_key_that_signs_in_no_time_needs_none() -> None:
    ahead, signer, _ = some_ahead(Secret(new_key_pem()))
    await ahead.run()
    ahead.take()
    assert signer.inline == 1


async def test_no_rsa_operation_stands_in_the_way_of_an_order(rsa: Secret) -> None:
    clock, signer = StandingClock(), CountingSigner(rsa)
    poster = RefusedPoster("kalshi", "https://kalshi.test/trade-api/v2", clock=clock, writes=None)
    desk = KalshiDesk(poster, signer, clock, path_prefix="/trade-api/v2", timeout_ms=1_000, new_id=lambda: "1")
    await desk._ahead.renew()
    await desk.send(desk.prepare(an_order(), market=a_market(shard=0), now=clock.now()))
    assert signer.inline == 0
    assert signer.verifies(poster.headers, "POST", PATH)
    await poster.close()
