"""KalshiGate: who may ask, proven by a signature, and how often, by token buckets."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from arbkit.venues.sim.kalshi_portfolio import KalshiAccount
from arbkit.venues.sim.signatures import VerifyingKey, load_verifying_key, request_signature_holds

SKEW_MAX = timedelta(seconds=10)
"""How far a request's time may be from the venue's; the true bound lies between 5 and 30 s."""
READ_PER_S, WRITE_PER_S = 200, 100
"""The Basic tier. Neither of its buckets holds more than one second's worth here."""
COST = 10


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a request is not let in: the error body's code and details."""

    code: str
    details: str = ""


@dataclass(slots=True)
class _Bucket:
    """Tokens that come back with time."""

    capacity: int
    left: float
    seen_at: datetime

    def take(self, cost: int, now: datetime) -> bool:
        elapsed = max((now - self.seen_at).total_seconds(), 0)
        self.left = min(self.capacity, self.left + elapsed * self.capacity)
        self.seen_at = now
        if self.left < cost:
            return False
        self.left -= cost
        return True


class KalshiGate:
    """API keys and buckets. `limits` off lets everybody ask as often as they like."""

    def __init__(self, *, limits: bool = True) -> None:
        self.limits = limits
        self._keys: dict[str, tuple[VerifyingKey, KalshiAccount]] = {}
        self._buckets: dict[tuple[str, str], _Bucket] = {}

    def add_key(self, key_id: str, public_pem: bytes, account: KalshiAccount) -> None:
        """Let requests signed with this key act for an account. Raises UsageError for a key of another kind."""
        self._keys[key_id] = (load_verifying_key(public_pem), account)

    def admit(self, method: str, path: str, headers: Mapping[str, str], now: datetime) -> KalshiAccount | Refused:
        """The account that signed a request, or why it is refused (HTTP 401)."""
        key_id, stamp = headers.get("kalshi-access-key", ""), headers.get("kalshi-access-timestamp", "")
        signature = headers.get("kalshi-access-signature", "")
        missing = {"signature": not signature, "access_key": not key_id, "timestamp": not _is_number(stamp)}
        for name in (name for name, absent in missing.items() if absent):
            return Refused(f"{name}_is_missing_from_headers")
        if abs(now.timestamp() - int(stamp) / 1000) > SKEW_MAX.total_seconds():
            return Refused("header_timestamp_expired")
        if key_id not in self._keys:
            return Refused("authentication_error", "NOT_FOUND")
        key, account = self._keys[key_id]
        if not request_signature_holds(key, timestamp=stamp, method=method, path=path, signature=signature):
            return Refused("authentication_error", "INCORRECT_API_KEY_SIGNATURE")
        return account

    def spend(self, account: KalshiAccount, *, write: bool, cost: int, now: datetime) -> bool:
        """Take tokens from an account's bucket; False when there are too few (HTTP 429)."""
        if not self.limits:
            return True
        key = account.user_id, "write" if write else "read"
        capacity = WRITE_PER_S if write else READ_PER_S
        bucket = self._buckets.setdefault(key, _Bucket(capacity, capacity, now))
        return bucket.take(cost, now)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 16
