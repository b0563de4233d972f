"""What matching keeps from one run to the next: facts and verdicts as bytes, under names of all they are made from.

A name is a digest of the market as it is read, and of the edition: whatever else facts and verdicts are made from. What
stands under another name is never used, so nothing has to be taken back when a text, an alias or matching itself
changes.
"""

import zlib
from collections.abc import Mapping
from dataclasses import fields, replace
from hashlib import blake2b
from operator import attrgetter
from typing import Any

import msgspec

from arbkit.core.markets import Market, MarketStatus
from arbkit.core.matching.facts import Facts
from arbkit.core.matching.verdict import Verdict

NAME_BYTES = 16
Verdicts = Mapping[bytes, Verdict | None]
"""The name of a Polymarket market -> the verdict on the pair with it; None below the floor of review."""
_encode = msgspec.msgpack.Encoder().encode


class _Judged(msgspec.Struct, array_like=True):
    refused: bytes
    """Names, one after another."""
    worth_a_look: list[tuple[bytes, Verdict]]


_facts, _judged = msgspec.msgpack.Decoder(Facts), msgspec.msgpack.Decoder(_Judged)


_MOVING: Mapping[str, Any] = {
    "status": MarketStatus.OPEN, "grid": None, "qty_min": None, "qty_step": None, "fees": None, "shard": None,
    "delay_ms": 0, "volume": None,
}  # fmt: skip
"""What changes all the time and says nothing of what a market asks."""
_read_part = attrgetter(*(field.name for field in fields(Market) if field.name not in _MOVING))


def as_read(market: Market) -> Market:
    """The market with nothing in it that its name does not hold."""
    return replace(market, **_MOVING)


def name_of(market: Market, edition: bytes) -> bytes:
    """The name of what is made from `market`, as it is read, by an edition of matching."""
    return blake2b(edition + _encode(_read_part(market)), digest_size=NAME_BYTES).digest()


def pack_facts(facts: Facts) -> bytes | None:
    """Facts as bytes; None for the few whose numbers do not fit, which are read again each time."""
    try:
        return zlib.compress(_encode(facts), 1)
    except OverflowError:  # trillions, in millionths
        return None


def unpack_facts(packed: bytes) -> Facts | None:
    """What `pack_facts` wrote; None when it cannot be read."""
    try:
        return _facts.decode(zlib.decompress(packed))
    except (zlib.error, msgspec.MsgspecError):
        return None


def pack_verdicts(verdicts: Verdicts) -> bytes:
    """The verdicts on the pairs of one Kalshi market as bytes."""
    refused = b"".join([name for name, verdict in verdicts.items() if verdict is None])
    return _encode(_Judged(refused, [(name, verdict) for name, verdict in verdicts.items() if verdict is not None]))


def unpack_verdicts(packed: bytes) -> dict[bytes, Verdict | None]:
    """What `pack_verdicts` wrote; nothing when it cannot be read."""
    try:
        judged = _judged.decode(packed)
    except msgspec.MsgspecError:
        return {}
    names = range(0, len(judged.refused), NAME_BYTES)
    found: dict[bytes, Verdict | None] = {judged.refused[start : start + NAME_BYTES]: None for start in names}
    return found | dict(judged.worth_a_look)
