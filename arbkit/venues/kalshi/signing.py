"""Kalshi's signatures: RSA-PSS or Ed25519 over time, method and path, in three headers; and some of them ahead."""

import asyncio
import base64
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, NoReturn

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from arbkit.errors import AuthError, InvariantError, shown
from arbkit.ports import Clock
from arbkit.venues.secrets import Secret

WS_PATH: Final = "/trade-api/ws/v2"
"""What is signed, with GET, to open a WebSocket."""

RSA_BITS_MIN: Final = 2048
AHEAD: Final = 2
"""Signatures kept ready: one for an order, and one for the next should the first come to nothing."""
AHEAD_MS_MAX: Final = 1_000
"""Older ones are not used: the venue was seen to take times that are 5 s off, and to refuse 30 s."""
REFRESH_MS: Final = 500
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SHA256: Final = hashes.SHA256()
_PSS: Final = PSS(mgf=MGF1(_SHA256), salt_length=PSS.DIGEST_LENGTH)


class KeyKind(StrEnum):
    """RSA takes most of a millisecond a signature, Ed25519 a twentieth of that."""

    RSA = "rsa"
    ED25519 = "ed25519"


class KalshiSigner:
    """An API key: its id and its private key. Every attempt of a request is signed anew, for the time is signed.

    Source: docs.kalshi.com, getting_started/api_keys; Ed25519 since 2026-09-24.
    """

    __slots__ = ("_private", "key_id", "kind")

    def __init__(self, key_id: str, pem: Secret) -> None:
        """Load a key. The kind is told by the key itself. Raises AuthError, which never shows the key."""
        if not (key_id and key_id.isascii() and key_id.isprintable() and len(key_id) <= 100):
            raise AuthError("kalshi.key_id is not set, or is not an id; copy it from the API keys page of your account")
        private = _loaded(pem)
        self.key_id = key_id
        self.kind = KeyKind.RSA if isinstance(private, RSAPrivateKey) else KeyKind.ED25519
        self._private = private
        probe = b"arbkit"
        if not self._verifies(probe, self._signed(probe)):
            raise AuthError("the Kalshi key does not verify its own signature; the file is damaged, make a new key")

    def __repr__(self) -> str:
        return f"KalshiSigner({shown(self.key_id)}, {self.kind})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a private key is not written down")

    @property
    def public_pem(self) -> bytes:
        """The public half, as the venue is given it."""
        return self._private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def headers(self, method: str, path: str, *, now: datetime) -> Mapping[str, str]:
        """Sign one attempt. `path` is whole, from the root of the host (``/trade-api/v2/...``); a query is not
        signed, nor is the body."""
        if not path.startswith("/"):
            raise InvariantError(f"{shown(path)} is not a path from the root of the host")
        timestamp_ms = str((now - _EPOCH) // timedelta(milliseconds=1))
        message = f"{timestamp_ms}{method.upper()}{path.partition('?')[0]}".encode()
        return {
            "KALSHI-ACCESS-KEY": self.key_id,
            "KALSHI-ACCESS-TIMESTAMP": timestamp_ms,
            "KALSHI-ACCESS-SIGNATURE": base64.b64encode(self._signed(message)).decode(),
        }

    def verifies(self, headers: Mapping[str, str], method: str, path: str) -> bool:
        """Whether headers carry this key's signature for a request."""
        message = f"{headers['KALSHI-ACCESS-TIMESTAMP']}{method.upper()}{path.partition('?')[0]}".encode()
        return self._verifies(message, base64.b64decode(headers["KALSHI-ACCESS-SIGNATURE"]))

    def _signed(self, message: bytes) -> bytes:
        if isinstance(self._private, RSAPrivateKey):
            return self._private.sign(message, _PSS, _SHA256)
        return self._private.sign(message)

    def _verifies(self, message: bytes, signature: bytes) -> bool:
        try:
            if isinstance(self._private, RSAPrivateKey):
                self._private.public_key().verify(signature, message, _PSS, _SHA256)
            else:
                self._private.public_key().verify(signature, message)
        except InvalidSignature:
            return False
        return True


class SignaturesAhead:
    """Signatures of one request, made before it is: the body is not signed, so an order can find its own ready.

    An RSA signature takes most of a millisecond, made here in a thread. Each is given out once, and none that is old.
    """

    __slots__ = ("_clock", "_method", "_path", "_ready", "_signer")

    def __init__(self, signer: KalshiSigner, clock: Clock, method: str, path: str) -> None:
        self._signer, self._clock, self._method, self._path = signer, clock, method, path
        self._ready: deque[tuple[int, Mapping[str, str]]] = deque(maxlen=AHEAD)

    def take(self) -> Mapping[str, str]:
        """The headers of one attempt: the freshest that is ready, or else made now."""
        if self._ready:
            made_ms, headers = self._ready.pop()
            if 0 <= self._clock.monotonic_ms() - made_ms <= AHEAD_MS_MAX:
                return headers
            self._ready.clear()
        return self._signer.headers(self._method, self._path, now=self._clock.now())

    async def renew(self) -> None:
        """Put fresh ones in the place of those that are ready."""
        for _ in range(AHEAD):
            made_ms = self._clock.monotonic_ms()
            headers = await asyncio.to_thread(self._signer.headers, self._method, self._path, now=self._clock.now())
            self._ready.append((made_ms, headers))

    async def run(self) -> None:
        """Keep them fresh until cancelled. An Ed25519 key signs in no time, and needs none of this."""
        while self._signer.kind is KeyKind.RSA:
            await self.renew()
            await self._clock.sleep(REFRESH_MS)


def _loaded(pem: Secret) -> RSAPrivateKey | Ed25519PrivateKey:
    try:
        private = load_pem_private_key(pem.reveal().encode(), password=None)
    except TypeError:
        raise AuthError(
            "the Kalshi key is encrypted; arbkit needs it without a passphrase, in a file of mode 0600"
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise AuthError(f"the Kalshi key is not a private key in PEM form; this is {pem!r}") from None
    if isinstance(private, RSAPrivateKey):
        if private.key_size < RSA_BITS_MIN:
            raise AuthError(f"the Kalshi key has {private.key_size} bits; at least {RSA_BITS_MIN} are wanted")
        return private
    if isinstance(private, Ed25519PrivateKey):
        return private
    raise AuthError(f"the Kalshi key is a {type(private).__name__}; Kalshi takes RSA and Ed25519 keys")


def new_key_pem() -> str:
    """A new Ed25519 private key in PEM form, for an account at the simulator."""
    private = Ed25519PrivateKey.generate()
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
