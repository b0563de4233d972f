"""ClobKeys: the API keys of the simulated Polymarket, made for whoever proves to own a wallet key."""

import base64
import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from arbkit.venues.sim.signatures import api_signature_holds, login_signer

SKEW_MAX = timedelta(seconds=30)
"""How far a request's time may be from the venue's; the venue's own bound is not known."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key and whose it is; never shown in a repr."""

    key: str
    secret: str
    passphrase: str
    eoa: str

    def __repr__(self) -> str:
        return f"ApiKey({self.key})"


class ClobKeys:
    """Keys by address and nonce. The same seed gives the same keys, so that a restart keeps them."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._keys: dict[str, ApiKey] = {}
        self._issued: dict[tuple[str, int], ApiKey] = {}

    def prove_login(self, headers: Mapping[str, str], now: datetime) -> tuple[str, int] | None:
        """The address and nonce of an L1 login, if its signature and time hold."""
        address, stamp = headers.get("poly_address", "").lower(), headers.get("poly_timestamp", "")
        nonce = headers.get("poly_nonce", "0")
        if not (nonce.isascii() and nonce.isdecimal() and len(nonce) < 20) or not _is_recent(stamp, now):
            return None
        signature = headers.get("poly_signature", "")
        signer = login_signer(address=address, timestamp=stamp, nonce=int(nonce), signature=signature)
        return (address, int(nonce)) if signer == address else None

    def create(self, address: str, nonce: int) -> ApiKey | None:
        """Make a key; None when this nonce has one already."""
        if (address, nonce) in self._issued:
            return None
        words = f"{self._seed}/{address}/{nonce}"
        secret = base64.urlsafe_b64encode(hashlib.sha256(f"secret/{words}".encode()).digest()).decode()
        passphrase = hashlib.sha256(f"passphrase/{words}".encode()).hexdigest()
        key = ApiKey(str(uuid.uuid5(uuid.NAMESPACE_OID, words)), secret, passphrase, address)
        self._issued[address, nonce] = self._keys[key.key] = key
        return key

    def derive(self, address: str, nonce: int) -> ApiKey | None:
        """The key made for this nonce, if there is one."""
        return self._issued.get((address, nonce))

    def of(self, address: str) -> list[str]:
        """The ids of an address's keys."""
        return [key.key for key in self._keys.values() if key.eoa == address]

    def delete(self, key: ApiKey) -> None:
        """Forget a key."""
        del self._keys[key.key]
        self._issued = {place: kept for place, kept in self._issued.items() if kept.key != key.key}

    def known(self, key: str, secret: str, passphrase: str) -> ApiKey | None:
        """The key with exactly these three, as the user channel wants them."""
        found = self._keys.get(key)
        return found if found is not None and (found.secret, found.passphrase) == (secret, passphrase) else None

    def admit(self, method: str, path: str, headers: Mapping[str, str], body: bytes, now: datetime) -> ApiKey | None:
        """The key that signed an L2 request, or None."""
        key = self._keys.get(headers.get("poly_api_key", ""))
        if key is None or headers.get("poly_passphrase") != key.passphrase:
            return None
        stamp = headers.get("poly_timestamp", "")
        if headers.get("poly_address", "").lower() != key.eoa or not _is_recent(stamp, now):
            return None
        signature = headers.get("poly_signature", "")
        holds = api_signature_holds(
            key.secret, timestamp=stamp, method=method, path=path, body=body, signature=signature
        )
        return key if holds else None


def _is_recent(stamp: str, now: datetime) -> bool:
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12):
        return False
    return abs(now.timestamp() - int(stamp)) <= SKEW_MAX.total_seconds()
