"""What a signature costs on the way of an order: Polymarket's against the bare library, Kalshi's made ahead.

    python bench/signing.py [--json] [--rounds N]

By turns in one run; of each the quickest turns count. Kalshi's RSA operations are counted, and none may happen between
a decision and its order.
"""

import argparse
import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from coincurve import PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from figures import Figure, percentile, shown

from arbkit.core.orders import Action
from arbkit.venues.kalshi.signing import AHEAD, KalshiSigner, SignaturesAhead, new_key_pem
from arbkit.venues.polymarket.signing import CTF_EXCHANGE, Order, SignatureType, Wallet, order_id
from arbkit.venues.secrets import Secret
from arbkit.wiring.kit import SystemClock

PATH = "/trade-api/v2/portfolio/orders"
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


class CountingSigner(KalshiSigner):
    """Counts signatures made on the thread of the loop, and elsewhere."""

    def __init__(self, pem: Secret) -> None:
        super().__init__("bench", pem)
        self.inline = self.aside = 0
        self._loop_thread = threading.get_ident()

    def headers(self, method: str, path: str, *, now: datetime) -> Mapping[str, str]:
        """Sign, and count where."""
        if threading.get_ident() == self._loop_thread:
            self.inline += 1
        else:
            self.aside += 1
        return super().headers(method, path, now=now)


def order(wallet: Wallet, kind: SignatureType) -> Order:
    """An order as the hot path signs it."""
    return Order(
        salt=123_456_789, maker=wallet.address, signer=wallet.address, asset_id=str(1 << 200), maker_amount=9_900_000,
        taker_amount=20_000_000, action=Action.BUY, signature_type=kind, timestamp_ms=1_795_608_000_000,
    )  # fmt: skip


def quickest_us(subjects: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Each by turns, in small batches; the tenth percentile of a batch, which other programs do not disturb."""
    times: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(rounds):
        for name, subject in subjects.items():
            started = time.perf_counter_ns()
            for _ in range(5):
                subject()
            times[name].append((time.perf_counter_ns() - started) / 5e3)
    return {name: percentile(found, 10) for name, found in times.items()}


def measured(arguments: argparse.Namespace) -> list[Figure]:
    """Every figure of this bench."""
    secret = "11" * 32
    wallet, bare = Wallet(Secret(secret)), PrivateKey(bytes.fromhex(secret))
    plain, wrapped = order(wallet, SignatureType.EOA), order(wallet, SignatureType.DEPOSIT_WALLET)
    digest = bytes(range(32))
    private = generate_private_key(public_exponent=65_537, key_size=2_048)
    rsa = CountingSigner(Secret(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()))
    ed25519 = KalshiSigner("bench", Secret(new_key_pem()))
    took = quickest_us(
        {
            "coincurve": lambda: bare.sign_recoverable(digest, hasher=None),
            "own wallet": lambda: wallet.sign_order(plain, CTF_EXCHANGE),
            "deposit wallet": lambda: wallet.sign_order(wrapped, CTF_EXCHANGE),
            "order id": lambda: order_id(wrapped, CTF_EXCHANGE),
            "rsa": lambda: rsa.headers("POST", PATH, now=NOW),
            "ed25519": lambda: ed25519.headers("POST", PATH, now=NOW),
        },
        arguments.rounds,
    )
    times = arguments.rounds // 4
    taken_us, inline = asyncio.run(taken(rsa, times))
    return [
        Figure("coincurve alone", took["coincurve"], "us"),
        Figure("Polymarket order, own wallet", took["own wallet"], "us"),
        Figure("own wallet / coincurve", took["own wallet"] / took["coincurve"], at_most=2),
        Figure("Polymarket order, deposit wallet", took["deposit wallet"], "us", note="with the ERC-7739 wrap"),
        Figure("deposit wallet / coincurve", took["deposit wallet"] / took["coincurve"], at_most=2),
        Figure("Polymarket order id", took["order id"], "us"),
        Figure("Kalshi RSA-2048, made now", took["rsa"], "us"),
        Figure("Kalshi Ed25519, made now", took["ed25519"], "us"),
        Figure("Kalshi RSA-2048, made ahead", taken_us, "us", note="what is left on the way of an order"),
        Figure("RSA operations on the way of an order", inline, at_most=0, note=f"{times * AHEAD} taken"),
    ]  # fmt: skip


async def taken(signer: CountingSigner, rounds: int) -> tuple[float, int]:
    """Microseconds of taking a signature that is ready, and how many had to be made then."""
    ahead, took = SignaturesAhead(signer, SystemClock(), "POST", PATH), []
    signer.inline = 0
    for _ in range(rounds):
        await ahead.renew()
        for _ in range(AHEAD):
            started = time.perf_counter_ns()
            ahead.take()
            took.append((time.perf_counter_ns() - started) / 1e3)
    return percentile(took, 50), signer.inline


def options(parser: argparse.ArgumentParser) -> None:
    """How often."""
    parser.add_argument("--rounds", type=int, default=400)


if __name__ == "__main__":
    shown("signing", __doc__, measured, options)
