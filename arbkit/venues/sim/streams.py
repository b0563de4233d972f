"""Streams: a connection's frames on their way out, with the faults that hit them. The socket is the server's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import msgspec

from arbkit.venues.sim.faults import FaultPlan, Target, Trouble
from arbkit.venues.sim.wire.clob_stream import PONG, Frame
from arbkit.venues.sim.world.model import JsonObject


class Session(Protocol):
    """What a connection says: answers to commands, and news."""

    @property
    def listens(self) -> bool:
        """Whether it follows a book."""
        ...

    def command(self, text: str, now: datetime, /) -> Sequence[Frame]:
        """Obey a frame of the client."""
        ...

    def news(self, now: datetime, /) -> Sequence[Frame]:
        """What has happened since the last look."""
        ...


@dataclass(frozen=True, slots=True)
class Sending:
    """A text to send after so many milliseconds; None cuts the connection."""

    text: str | None
    after_ms: int = 0


class Stream:
    """One connection: its session, and what faults have done to it so far."""

    def __init__(self, session: Session, faults: FaultPlan, target: Target) -> None:
        self._session, self._faults, self._target = session, faults, target
        self._silent = False
        self._pongs = True
        self._held: str | None = None

    @property
    def listens(self) -> bool:
        """Whether the client follows a book."""
        return self._session.listens

    def command(self, text: str, now: datetime) -> list[Sending]:
        """Obey a frame of the client."""
        return self._out(self._session.command(text, now))

    def news(self, now: datetime) -> list[Sending]:
        """What has happened since the last look."""
        return self._out(self._session.news(now))

    def _out(self, frames: Sequence[Frame]) -> list[Sending]:
        sendings: list[Sending] = []
        for frame in frames:
            if frame == PONG:
                sendings += [Sending(PONG)] if self._pongs else []
                continue
            sendings += self._spoilt(frame)
        return sendings

    def _spoilt(self, frame: Frame) -> list[Sending]:
        text = frame if isinstance(frame, str) else msgspec.json.encode(frame).decode()
        fault = self._faults.hit(self._target)
        do = None if fault is None else fault.do
        if do in {Trouble.WS_SILENT, Trouble.WS_SILENT_WITH_PONG}:
            self._silent = True
            self._pongs = self._pongs and do is Trouble.WS_SILENT_WITH_PONG
        if self._silent or do is Trouble.WS_SEQ_GAP:
            return []
        if do is Trouble.WS_CLOSE:
            return [Sending(None)]
        if do is Trouble.WS_REORDER and self._held is None:
            self._held = text
            return []
        late, self._held = self._held, None
        lag_ms = fault.ms if fault is not None and do is Trouble.WS_LAG else 0
        texts = [*_changed(text, frame, do), *([late] if late else [])]
        return [Sending(one, lag_ms) for one in texts]


def _changed(text: str, frame: Frame, do: Trouble | None) -> list[str]:
    match do:
        case Trouble.WS_DUP:
            return [text, text]
        case Trouble.WS_MALFORMED:
            return [text[: len(text) // 2]]
        case Trouble.WS_UNKNOWN_TYPE:
            return ['{"type":"weather","event_type":"weather","msg":{}}', text]
        case Trouble.WS_CROSSED if isinstance(frame, dict):
            return [text, msgspec.json.encode(_crossed(frame)).decode()]
        case Trouble.WS_WRONG_MARKET if isinstance(frame, dict):
            return [text.replace("market_ticker", "market_ticket").replace("asset_id", "asset_ib")]
        case _:
            return [text]


def _crossed(frame: JsonObject) -> JsonObject:
    """A change after which somebody bids 0.99 for what others offer for less."""
    message = frame.get("msg")
    if isinstance(message, dict) and "delta_fp" in message:
        at = frame.get("seq")
        seq = at + 1 if isinstance(at, int) else 1
        return frame | {"seq": seq, "msg": message | {"side": "yes", "price_dollars": "0.9900", "delta_fp": "50.00"}}
    rows = frame.get("price_changes")
    if isinstance(rows, list) and rows and isinstance(rows[0], dict):
        return frame | {"price_changes": [rows[0] | {"side": "BUY", "price": "0.99", "size": "50"}]}
    return frame
