"""The stub venues as a child process, and our own clients of them."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from arbkit.core.markets import VenueName
from arbkit.core.reconnect import ReconnectionPolicy
from arbkit.net import Http
from arbkit.ports import Feed, Venue
from arbkit.venues.kalshi.client import KalshiVenue
from arbkit.venues.kalshi.feed import kalshi_feed
from arbkit.venues.kalshi.signing import KalshiSigner
from arbkit.venues.polymarket.client import PolymarketVenue
from arbkit.venues.polymarket.feed import polymarket_feed
from arbkit.venues.secrets import Secret
from arbkit.wiring.kit import SystemClock


@dataclass
class Child:
    """The stub venues, where they listen, and the lines that go to and fro."""

    process: asyncio.subprocess.Process
    kalshi_stream: str
    polymarket_stream: str
    kalshi: str
    clob: str

    async def tell(self, line: str) -> None:
        """Have something done."""
        stdin = self.process.stdin
        if stdin is None:
            raise AssertionError("the child has no stdin")
        stdin.write(f"{line}\n".encode())
        await stdin.drain()

    async def told(self, timeout_s: float = 10) -> dict[str, Any]:
        """The next line."""
        stdout = self.process.stdout
        if stdout is None:
            raise AssertionError("the child has no stdout")
        found: dict[str, Any] = json.loads(await asyncio.wait_for(stdout.readline(), timeout_s))
        return found


@asynccontextmanager
async def stub_venues(*arguments: str) -> AsyncIterator[Child]:
    """The child, until the end of the block."""
    pipe = asyncio.subprocess.PIPE
    program = Path(__file__).with_name("stub_venues.py")
    process = await asyncio.create_subprocess_exec(sys.executable, program, *arguments, stdin=pipe, stdout=pipe)
    try:
        if process.stdout is None:
            raise AssertionError("the child has no stdout")
        ports = json.loads(await asyncio.wait_for(process.stdout.readline(), 60))
        yield Child(
            process, f"ws://127.0.0.1:{ports[0]}/trade-api/ws/v2", f"ws://127.0.0.1:{ports[1]}/ws",
            f"http://127.0.0.1:{ports[2]}/trade-api/v2", f"http://127.0.0.1:{ports[3]}",
        )  # fmt: skip
    finally:
        process.kill()
        await process.wait()


def rsa_signer(make: type[KalshiSigner] = KalshiSigner) -> KalshiSigner:
    """A new RSA key, as most Kalshi accounts have."""
    private = generate_private_key(public_exponent=65_537, key_size=2_048)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return make("bench", Secret(pem))


def venues_of(child: Child, clock: SystemClock) -> tuple[dict[VenueName, Venue], list[Http]]:
    """What reads books over HTTP."""
    kalshi, clob = (
        Http(name, url, clock=clock, rates={}) for name, url in (("kalshi", child.kalshi), ("polymarket", child.clob))
    )
    venues: dict[VenueName, Venue] = {
        VenueName.KALSHI: KalshiVenue(kalshi, clock),
        VenueName.POLYMARKET: PolymarketVenue(clob, clob, clock),
    }
    return venues, [kalshi, clob]


def feeds_of(
    child: Child, signer: KalshiSigner, venues: dict[VenueName, Venue], clock: SystemClock
) -> dict[VenueName, Feed]:
    """Both streams."""
    policy = ReconnectionPolicy()
    return {
        VenueName.KALSHI: kalshi_feed(
            child.kalshi_stream, signer, venue=venues[VenueName.KALSHI], clock=clock, policy=policy
        ),
        VenueName.POLYMARKET: polymarket_feed(
            child.polymarket_stream, None, venue=venues[VenueName.POLYMARKET], clock=clock, policy=policy
        ),
    }  # fmt: skip


async def all_live(feeds: dict[VenueName, Feed], books: int) -> None:
    """Return when every book of both feeds is live."""
    async with asyncio.timeout(60):
        while any(feed.health().books_live < books for feed in feeds.values()):  # noqa: ASYNC110 - no event tells it
            await asyncio.sleep(0.05)
