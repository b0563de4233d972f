"""What of a frame may be kept by a recorder: what every subscriber of the venue sees, and nothing that is ours."""

from typing import Final

import msgspec

from arbkit.core.markets import VenueName

_OURS: Final = ("client_order_id", "subaccount", "subaccount_number")
"""Keys by which Kalshi marks a change of a book that an order of ours made."""
_OURS_BYTES: Final = tuple(f'"{key}"'.encode() for key in _OURS)
_PUBLIC_NEWS: Final = frozenset({"market_lifecycle_v2", "event_lifecycle", "event_fee_update"})
"""Types that come over Kalshi's connection of news and are the same for everybody."""


class _Typed(msgspec.Struct):
    type: str


class _Frame(msgspec.Struct, omit_defaults=True):
    type: msgspec.Raw = msgspec.Raw(b"")
    sid: msgspec.Raw = msgspec.Raw(b"")
    seq: msgspec.Raw = msgspec.Raw(b"")
    sending_ts_ms: msgspec.Raw = msgspec.Raw(b"")
    msg: dict[str, msgspec.Raw] = {}


def without_private(venue: VenueName, frame: bytes, *, private: bool) -> bytes | None:
    """The frame, what is left of it without what is ours, or None. `private`: it came over a connection that also
    carries news of our orders. What cannot be read there is withheld."""
    if private:
        return frame if venue is VenueName.KALSHI and _type(frame) in _PUBLIC_NEWS else None
    if not any(key in frame for key in _OURS_BYTES):
        return frame
    try:
        read = msgspec.json.decode(frame, type=_Frame)
    except msgspec.MsgspecError:
        return None
    for key in _OURS:
        read.msg.pop(key, None)
    return msgspec.json.encode({name: getattr(read, name) for name in read.__struct_fields__ if getattr(read, name)})


def _type(frame: bytes) -> str:
    try:
        return msgspec.json.decode(frame, type=_Typed).type
    except msgspec.MsgspecError:
        return ""
