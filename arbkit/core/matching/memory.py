"""What matching keeps from one run to the next: facts and verdicts as bytes, under names of all they are made from.

A name is a digest of the market as it is read, and of the edition: whatever else facts and verdicts are made from. What
stands under another name is never used, so nothing has to be taken back when a text, an alias or matching itself
changes.
"""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache
from hashlib import blake2b
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec

from arbkit.core.markets import Market, MarketStatus
from arbkit.core.matching.verdict import Verdict

if TYPE_CHECKING:
    from arbkit.core.matching.facts import Facts

NAME_BYTES = 16
Part = tuple[Any, ...]
"""The fields of a market, in order, that facts may be read from; what changes all the time is not among them."""
Verdicts = Mapping[bytes, Verdict | None]
"""The name of a Polymarket market -> the verdict on the pair with it; None below the floor of review."""
_encode = msgspec.msgpack.Encoder().encode


class _Judged(msgspec.Struct, array_like=True):
    refused: bytes
    """Names, one after another."""
    worth_a_look: list[tuple[bytes, Verdict]]


_judged = msgspec.msgpack.Decoder(_Judged)


_MOVING: Mapping[str, Any] = {
    "status": MarketStatus.OPEN, "grid": None, "qty_min": None, "qty_step": None, "fees": None, "shard": None,
    "delay_ms": 0, "volume": None,
}  # fmt: skip
"""What changes all the time and says nothing of what a market asks."""
_PARTS = tuple(field.name for field in fields(Market) if field.name not in _MOVING)
part_of: Callable[[Market], Part] = attrgetter(*_PARTS)
"""What facts are read from."""


def market_of(part: Part) -> Market:
    """A market of which nothing is known but this."""
    return Market(**dict(zip(_PARTS, part, strict=True)), **_MOVING)


def name_of(market: Market, edition: bytes) -> bytes:
    """The name of what is made from `market`, as it is read, by an edition of matching."""
    return blake2b(edition + _encode(part_of(market)), digest_size=NAME_BYTES).digest()


@cache
def _facts() -> "msgspec.msgpack.Decoder[Facts]":
    from arbkit.core.matching.facts import Facts  # noqa: PLC0415 - loads all that reads, which verdicts kept spare

    return msgspec.msgpack.Decoder(Facts)


def pack_facts(facts: "Facts") -> bytes | None:
    """Facts as bytes; None for the few whose numbers do not fit, which are read again each time."""
    try:
        return zlib.compress(_encode(facts), 1)
    except OverflowError:  # trillions, in millionths
        return None


def unpack_facts(packed: bytes) -> "Facts | None":
    """What `pack_facts` wrote; None when it cannot be read."""
    try:
        return _facts().decode(zlib.decompress(packed))
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
