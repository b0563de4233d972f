"""Streams: a connection's frames on their way out, with the faults that hit them. The socket is the server's."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final, Protocol

import msgspec

from arbkit.venues.sim.faults import Fault, FaultPlan, Target, Trouble
from arbkit.venues.sim.wire.clob_stream import PING, PONG, Frame
from arbkit.venues.sim.world.model import JsonObject

NOBODYS_TICKER: Final = "KXNOBODY-ASKED"
NOBODYS_TOKEN: Final = "1" * 20
OTHER_TICK: Final = "0.001"

_SILENCES: Final = frozenset({Trouble.WS_SILENT, Trouble.WS_SILENT_WITH_PONG, Trouble.WS_HALF_OPEN})


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


class Line(Enum):
    """What is to become of a connection."""

    CUT = auto()
    HALF_OPEN = auto()
    """Nothing more is read or written, and nobody hangs up."""


@dataclass(frozen=True, slots=True)
class Sending:
    """A text to send, not before a time; or what becomes of the connection."""

    what: str | Line
    due: datetime | None = None


@dataclass(slots=True)
class Weather:
    """What holds for every connection of a venue at present."""

    silence: Trouble | None = None
    lag: tuple[Fault, datetime] | None = None
    """A lag, and since when it grows."""
    refusal: int = 0
    """The status with which upgrades are refused, 0 while they are not."""
    cuts: int = 0
    """How often every connection was cut."""


@dataclass(slots=True)
class Kinds:
    """Which targets a connection belongs to."""

    frame: Target
    command: Target


@dataclass(slots=True)
class _Spoilt:
    """What faults have done to a connection so far."""

    silence: Trouble | None = None
    lag: tuple[Fault, datetime] | None = None
    held: str | None = None
    added: dict[int, int] = field(default_factory=dict)
    """By subscription: how many numbered frames were added, by which the later ones count higher."""


class Stream:
    """One connection: its session, and what faults have done to it so far. `cut_at`: when it is to be cut."""

    def __init__(
        self, session: Session, faults: FaultPlan, kinds: Kinds, weather: Weather, *, cut_at: datetime | None = None
    ) -> None:
        self._session, self._faults, self._kinds, self._weather, self._cut_at = session, faults, kinds, weather, cut_at
        self._cuts = weather.cuts
        self._spoilt = _Spoilt()
        self._half_open = False

    @property
    def listens(self) -> bool:
        """Whether the client follows a book."""
        return self._session.listens

    def command(self, text: str, now: datetime) -> list[Sending]:
        """Obey a frame of the client."""
        if text != PING:
            fault = self._faults.hit(self._kinds.command)
            if fault is not None and fault.do is Trouble.WS_SUB_ACK_MISSING:
                return []
        return self._out(self._session.command(text, now), now)

    def news(self, now: datetime) -> list[Sending]:
        """What has happened since the last look."""
        if self._half_open:
            return []
        if self._cuts != self._weather.cuts or (self._cut_at is not None and now >= self._cut_at):
            return [Sending(Line.CUT)]
        return self._out(self._session.news(now), now)

    def _out(self, frames: Sequence[Frame], now: datetime) -> list[Sending]:
        sendings: list[Sending] = []
        if self._half_open:
            return sendings
        for frame in frames:
            if frame == PONG:
                quiet = self._silence in {Trouble.WS_SILENT, Trouble.WS_HALF_OPEN}
                sendings += [] if quiet else [Sending(PONG, self._due(now))]
            else:
                sendings += self._hit(frame, now)
        if self._silence is Trouble.WS_HALF_OPEN and not self._half_open:
            self._half_open = True
            sendings.append(Sending(Line.HALF_OPEN))
        return sendings

    @property
    def _silence(self) -> Trouble | None:
        return self._spoilt.silence or self._weather.silence

    def _due(self, now: datetime) -> datetime | None:
        """When what is said now arrives, by the lag that there is."""
        found = self._spoilt.lag or self._weather.lag
        if found is None:
            return None
        fault, since = found
        return now + timedelta(milliseconds=fault.ms + fault.step_ms * (now - since).total_seconds())

    def _hit(self, frame: Frame, now: datetime) -> list[Sending]:
        fault = self._faults.hit(self._kinds.frame)
        do = None if fault is None else fault.do
        frames = self._numbered(frame, do)
        if do in _SILENCES:
            self._spoilt.silence = do
        lags = fault is not None and do is Trouble.WS_LAG
        self._spoilt.lag = (self._spoilt.lag or (fault, now)) if fault is not None and lags else None
        if self._silence is not None or do is Trouble.WS_SEQ_GAP:
            return []
        if do is Trouble.WS_CLOSE:
            return [Sending(Line.CUT)]
        texts = [one if isinstance(one, str) else msgspec.json.encode(one).decode() for one in frames]
        texts = _damaged(texts, do)
        if do is Trouble.WS_REORDER and self._spoilt.held is None:
            self._spoilt.held = texts[0]
            return []
        late, self._spoilt.held = self._spoilt.held, None
        return [Sending(text, self._due(now)) for text in [*texts, *([late] if late else [])]]

    def _numbered(self, frame: Frame, do: Trouble | None) -> list[Frame]:
        """The frame and what is added to it, numbered on."""
        frames = [frame, *_added(frame, do)]
        if not isinstance(frame, dict) or "seq" not in frame:
            return frames
        sid = int(str(frame.get("sid")))
        shift = self._spoilt.added.get(sid, 0)
        self._spoilt.added[sid] = shift + len(frames) - 1
        first = int(str(frame["seq"])) + shift
        return [one | {"seq": first + place} for place, one in enumerate(frames) if isinstance(one, dict)]


def _damaged(texts: list[str], do: Trouble | None) -> list[str]:
    match do:
        case Trouble.WS_DUP:
            return [texts[0], *texts]
        case Trouble.WS_MALFORMED:
            return [texts[0][: len(texts[0]) // 2]]
        case Trouble.WS_UNKNOWN_TYPE:
            return ['{"type":"weather","event_type":"weather","msg":{}}', *texts]
        case _:
            return texts


def _added(frame: Frame, do: Trouble | None) -> list[Frame]:
    """The frames that a fault puts behind one that changes a book."""
    message, rows = (frame.get("msg"), frame.get("price_changes")) if isinstance(frame, dict) else (None, None)
    if not isinstance(frame, dict):
        return []
    if isinstance(message, dict) and "delta_fp" in message:
        return _added_at_kalshi(frame, message, do)
    if isinstance(rows, list) and rows and isinstance(rows[0], dict):
        return _added_at_polymarket(frame, rows, do)
    return []


def _added_at_kalshi(frame: JsonObject, message: JsonObject, do: Trouble | None) -> list[Frame]:
    if do is Trouble.WS_CROSSED:
        return [frame | {"msg": message | {"side": "yes", "price_dollars": "0.9900", "delta_fp": "50.00"}}]
    if do is Trouble.WS_WRONG_MARKET:
        return [frame | {"msg": message | {"market_ticker": NOBODYS_TICKER}}]
    return []


def _added_at_polymarket(frame: JsonObject, rows: list[JsonObject], do: Trouble | None) -> list[Frame]:
    if do is Trouble.WS_CROSSED:
        bid = {"side": "BUY", "price": "0.99", "size": "50", "best_bid": "0.99"}
        return [frame | {"price_changes": [rows[0] | bid]}]
    if do is Trouble.WS_WRONG_MARKET:
        return [frame | {"price_changes": [row | {"asset_id": NOBODYS_TOKEN} for row in rows]}]
    if do is Trouble.WS_TICK_CHANGE:
        told = {"event_type": "tick_size_change", "asset_id": rows[0]["asset_id"], "new_tick_size": OTHER_TICK}
        return [{"market": frame["market"], "timestamp": frame["timestamp"], "old_tick_size": "0.01"} | told]
    return []
