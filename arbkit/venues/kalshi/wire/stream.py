"""Kalshi's WebSocket frames of order books: parsed, counted by subscription, applied to a LiveBook.

Prices become ticks of $0.0001 and sizes hundredths of a contract, as LiveBook wants them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import msgspec

from arbkit.core.books import LiveBook
from arbkit.core.markets import Side
from arbkit.core.memo import Memo
from arbkit.core.money import MICRO, parse_micros
from arbkit.core.text import clean
from arbkit.errors import BadNumber
from arbkit.venues.kalshi.wire import fields

TICK_MICROS: Final = 100
TICKS: Final = MICRO // TICK_MICROS
SIZE_UNIT_MICROS: Final = 10_000
"""Sizes are whole hundredths of a contract: what LiveBook takes as `unit_micros` for a Kalshi book."""

_TEXT_LENGTH_MAX: Final = 32
"""Nothing longer is a number that is read, or remembered."""
_SIZE_MAX: Final = 10**15


def _ticks_of(text: str) -> int:
    return _units(text, TICK_MICROS, range(TICKS + 1))


def _units(text: str, unit_micros: int, possible: range) -> int:
    wanted = f"a whole number of {unit_micros} millionths"
    if len(text) > _TEXT_LENGTH_MAX:
        raise BadNumber(text, wanted)
    units, rest = divmod(parse_micros(text), unit_micros)
    if rest or units not in possible:
        raise BadNumber(text, wanted)
    return units


PRICES: Final = Memo(_ticks_of, sound=range(1, TICKS))
"""Text of a price to its ticks."""
MIRRORED: Final = Memo(lambda text: TICKS - _ticks_of(text), sound=range(1, TICKS))
"""Text of a price to the ticks of the opposite outcome."""
_SIZES_POSSIBLE: Final = range(-_SIZE_MAX, _SIZE_MAX + 1)
SIZES: Final = Memo(lambda text: _units(text, SIZE_UNIT_MICROS, _SIZES_POSSIBLE), sound=_SIZES_POSSIBLE)
"""Text of a size to hundredths of a contract."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """Any frame that belongs to a subscription and counts in its sequence, whatever it says."""

    sid: int
    seq: int


@dataclass(frozen=True, slots=True)
class Snapshot(Numbered):
    """A whole book: bids for both outcomes, price in ticks -> size."""

    ticker: str
    yes_bids: dict[int, int]
    no_bids: dict[int, int]


@dataclass(frozen=True, slots=True)
class Delta(Numbered):
    """A difference of the size bid for an outcome, at a price of that outcome."""

    ticker: str
    side: Side
    price: int
    difference: int


@dataclass(frozen=True, slots=True)
class Refused:
    """An error of the stream. Codes 10 and 25 end the subscription."""

    code: int
    message: str
    sid: int | None = None
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class Unnumbered:
    """A frame outside any sequence: a ticker, a fill."""

    kind: str


@dataclass(frozen=True, slots=True)
class Subscribed:
    """The answer to `subscribe`: the number that a channel has on this connection."""

    channel: str
    sid: int


Frame = Numbered | Refused | Unnumbered | Subscribed


class Continuity(StrEnum):
    """How a frame follows the one before it in its subscription."""

    NEXT = "next"
    REPEATED = "repeated"
    """Seen before: drop it."""
    GAP = "gap"
    """Frames were lost: every book of the subscription is void until its next snapshot."""


class _SnapshotRow(msgspec.Struct, gc=False):
    """The key of a side is absent when that side is empty."""

    market_ticker: str
    yes_dollars_fp: list[tuple[str, str]] = []
    no_dollars_fp: list[tuple[str, str]] = []


class DeltaRow(msgspec.Struct, gc=False):
    """A change as it comes; prices of NO are YES prices if the subscription asked for those."""

    market_ticker: str
    price_dollars: str
    delta_fp: str
    side: Side


class _ErrorRow(msgspec.Struct, gc=False):
    code: int
    msg: str = ""


class _SnapshotFrame(msgspec.Struct, tag_field="type", tag="orderbook_snapshot", gc=False):
    sid: int
    seq: int
    msg: _SnapshotRow


class DeltaFrame(msgspec.Struct, tag_field="type", tag="orderbook_delta", gc=False):
    """Nearly every frame of a busy connection."""

    sid: int
    seq: int
    msg: DeltaRow


class _ErrorFrame(msgspec.Struct, tag_field="type", tag="error", gc=False):
    msg: _ErrorRow
    sid: int | None = None
    seq: int | None = None


class _SubscribedRow(msgspec.Struct, gc=False):
    channel: str
    sid: int


class _SubscribedFrame(msgspec.Struct, gc=False):
    msg: _SubscribedRow


class _OtherFrame(msgspec.Struct, gc=False):
    type: str
    sid: int | None = None
    seq: int | None = None


_Known = DeltaFrame | _SnapshotFrame | _ErrorFrame
_FRAMES: Final[dict[str, type[_Known]]] = {
    "orderbook_delta": DeltaFrame,
    "orderbook_snapshot": _SnapshotFrame,
    "error": _ErrorFrame,
}
_KNOWN_DECODER: Final[msgspec.json.Decoder[_Known]] = msgspec.json.Decoder(_Known)
"""Decodes nearly every frame at one go; it is built once, for frames come in thousands a second."""


DELTA_DECODER: Final[msgspec.json.Decoder[DeltaFrame]] = msgspec.json.Decoder(DeltaFrame)
"""Decodes a change and nothing else, a little faster."""


def parse_frame(text: bytes | str, *, use_yes_price: bool) -> Frame:
    """Read one frame. `use_yes_price` is what the subscription asked for: NO bids then come at their YES price.

    Raises SchemaMismatch.
    """
    try:
        frame = _KNOWN_DECODER.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _other(text)
    if isinstance(frame, DeltaFrame):
        return _delta(frame, use_yes_price)
    if isinstance(frame, _SnapshotFrame):
        return _snapshot(frame, use_yes_price)
    return Refused(frame.msg.code, clean(frame.msg.msg), frame.sid, frame.seq)


def _other(text: bytes | str) -> Frame:
    """A frame of another type, or one that cannot be read."""
    frame = fields.decode(text, _OtherFrame)
    if known := _FRAMES.get(frame.type):
        fields.decode(text, known)  # raises, and says where
    if frame.sid is not None and frame.seq is not None:
        return Numbered(frame.sid, frame.seq)
    if frame.type == "subscribed":
        told = fields.decode(text, _SubscribedFrame).msg
        return Subscribed(clean(told.channel), told.sid)
    return Unnumbered(clean(frame.type))


class Sequences:
    """Counts the frames of each subscription of one connection: seq starts at 1 and leaves nothing out.

    `ok`, `unsubscribed` and errors of a subscription count too, so every frame is shown to `follow` first.
    """

    def __init__(self) -> None:
        self._last: dict[int, int] = {}

    def follow(self, frame: Frame) -> Continuity:
        """Say how a frame follows, and remember it. After a GAP counting goes on from the frame that showed it."""
        if isinstance(frame, Unnumbered | Subscribed) or frame.sid is None or frame.seq is None:
            return Continuity.NEXT
        last = self._last.get(frame.sid, 0)
        if frame.seq <= last:
            return Continuity.REPEATED
        self._last[frame.sid] = frame.seq
        return Continuity.NEXT if frame.seq == last + 1 else Continuity.GAP


def apply(frame: Snapshot | Delta, book: LiveBook) -> bool:
    """Let a book follow a frame of its market. Returns whether it is LIVE afterwards."""
    if isinstance(frame, Snapshot):
        return book.snapshot(yes_bids=frame.yes_bids, no_bids=frame.no_bids)
    return book.change(frame.side, frame.price, frame.difference)


def _snapshot(frame: _SnapshotFrame, use_yes_price: bool) -> Snapshot:
    yes = _sizes(frame.msg.yes_dollars_fp, "$.msg.yes_dollars_fp", mirrored=False)
    no = _sizes(frame.msg.no_dollars_fp, "$.msg.no_dollars_fp", mirrored=use_yes_price)
    return Snapshot(frame.sid, frame.seq, frame.msg.market_ticker, yes, no)


def _delta(frame: DeltaFrame, use_yes_price: bool) -> Delta:
    row = frame.msg
    price = _ticks(row.price_dollars, "$.msg.price_dollars", mirrored=use_yes_price and row.side is Side.NO)
    difference = _hundredths(row.delta_fp, "$.msg.delta_fp")
    return Delta(frame.sid, frame.seq, row.market_ticker, row.side, price, difference)


def numbers(row: DeltaRow) -> tuple[int, int]:
    """The price and the difference of a change that comes with YES prices. Raises BadNumber."""
    price = MIRRORED if row.side is Side.NO else PRICES
    return price.number(row.price_dollars), SIZES.number(row.delta_fp)


def _sizes(pairs: Iterable[tuple[str, str]], at: str, *, mirrored: bool) -> dict[int, int]:
    sizes: dict[int, int] = {}
    for index, (price_text, size_text) in enumerate(pairs):
        price = _ticks(price_text, f"{at}[{index}][0]", mirrored=mirrored)
        if price in sizes:
            raise fields.mismatch(f"{at}[{index}][0]", "a price for the second time")
        sizes[price] = _hundredths(size_text, f"{at}[{index}][1]")
    return sizes


def _ticks(text: str, at: str, *, mirrored: bool) -> int:
    """Units of a price; 0 and 1 are left to the book to judge."""
    try:
        return (MIRRORED if mirrored else PRICES).number(text)
    except BadNumber:
        raise fields.mismatch(at, f"{text[:32]!a} is not a price in steps of 0.0001") from None


def _hundredths(text: str, at: str) -> int:
    try:
        return SIZES.number(text)
    except BadNumber:
        raise fields.mismatch(at, f"{text[:32]!a} is not a number of contracts in steps of 0.01") from None
