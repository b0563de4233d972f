"""`logs` and `opportunities`: what has happened, as the log and the store have it."""

import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from arbkit.cli.opportunities import dollars
from arbkit.cli.render import Field, Output
from arbkit.errors import UsageError
from arbkit.store.sightings import Sighting
from arbkit.wiring import Kit
from arbkit.wiring.logs import LEVELS, LogLine, log_file, parsed_line, read_log

LINE: Sequence[Field[LogLine]] = (
    Field("at", lambda n: n.at, "at"),
    Field("level", lambda n: n.level, "level"),
    Field("event", lambda n: n.event, "event"),
    Field("text", lambda n: n.text, "text", width_min=20),
    Field("run", lambda n: n.run),
    Field("pair", lambda n: n.pair or None),
    Field("venue", lambda n: n.venue or None),
    Field("trade", lambda n: n.trade or None),
    Field("state", lambda n: n.state or None),
    Field("took_ms", lambda n: n.took_ms),
)


def log_text(line: LogLine) -> str:
    """One line of the log for a person: when, how grave, what."""
    return f"{line.at[:23].replace('T', ' ')}  {line.level:<5}  {line.event:<11}  {line.text}"


def _why_not(seen: Sighting) -> str:
    """Only a loop or a trade has reasons; a scan looks at what may well be taken."""
    return seen.why_not or ("" if seen.was_executed else "not tried")


SEEN: Sequence[Field[Sighting]] = (
    Field("id", lambda s: s.id, "id"),
    Field("pair", lambda s: s.pair_id, "pair"),
    Field("kalshi_side", lambda s: s.kalshi_side, "kalshi", spare=3),
    Field("first_seen_at", lambda s: s.first_seen_at, "seen", text=lambda s: f"{s.first_seen_at:%m-%d %H:%M:%S}"),
    Field("last_seen_at", lambda s: s.last_seen_at),
    Field("expired_at", lambda s: s.expired_at),
    Field("lasted_ms", lambda s: round((s.last_seen_at - s.first_seen_at).total_seconds() * 1_000)),
    Field("looks", lambda s: s.looks, "looks", right=True, spare=2),
    Field("qty", lambda s: s.qty, "qty", right=True),
    Field("kalshi_price", lambda s: s.kalshi_price),
    Field("polymarket_price", lambda s: s.polymarket_price),
    Field("net_usd", lambda s: s.net, "net", text=lambda s: dollars(s.net, 2), right=True),
    Field("peak_net_usd", lambda s: s.peak_net, "peak", text=lambda s: dollars(s.peak_net, 2), right=True, spare=1),
    Field("fee_model", lambda s: s.fee_model),
    Field("was_executed", lambda s: s.was_executed, "taken"),
    Field("why_not", lambda s: s.why_not or None, "why not", text=_why_not, width_min=20, whole=True),
)

_UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_SPAN_DAYS_MAX = 3_650
_FOLLOW_S = 0.3


def milliseconds(text: str) -> int:
    """Read a span such as 90s, 10m, 2h30m. Raises UsageError."""
    parts = re.findall(r"(\d{1,9})(ms|s|m|h|d)", text)
    total = sum(int(number) * _UNITS[unit] for number, unit in parts)
    if "".join(number + unit for number, unit in parts) != text or not 0 < total <= _SPAN_DAYS_MAX * _UNITS["d"]:
        raise UsageError(f"{text!r} is no span of time; write for example 90s, 10m, 2h or 7d")
    return total


def show_opportunities(kit: Kit, output: Output, *, since: str, limit: int | None) -> None:
    """Show what `scan` and the live loop have seen, the newest first."""
    start = kit.clock.now() - timedelta(milliseconds=milliseconds(since))
    rows = kit.store.sightings.recent(since=start, limit=limit or 1_000)
    output.show(rows, SEEN, nothing=f"nothing was seen within {since}; `arbkit scan` and `arbkit run` look")


def show_log(kit: Kit, output: Output, *, level: str, limit: int, follow: bool) -> None:
    """Show the last lines of the log; with `follow`, go on until interrupted."""
    if level not in LEVELS:
        raise UsageError(f"{level!r} is no level of the log; use {', '.join(LEVELS)}")
    path = log_file(kit.settings, kit.home)
    with closing(Followed(path)) as followed:
        lines = read_log(path, count_max=limit, level=level)
        if not lines:
            output.say(f"there is nothing in {path}; `arbkit run` writes it")
        for line in lines:
            output.one(line, LINE, log_text)
        while follow:
            output.flush()
            time.sleep(_FOLLOW_S)
            for line in followed.new(level):
                output.one(line, LINE, log_text)


class Followed:
    """A log from where it ends now, over every rotation: what is written to a file after it was moved aside counts."""

    def __init__(self, path: Path) -> None:
        self._path, self._rest = path, b""
        self._file = path.open("rb") if path.exists() else None
        if self._file:
            self._file.seek(0, os.SEEK_END)

    def new(self, level: str) -> Iterator[LogLine]:
        """The lines of at least a level that were written since the last call."""
        while True:
            chunk = self._file.read() if self._file else b""
            *whole, self._rest = (self._rest + chunk).split(b"\n")
            for raw in whole:
                line = parsed_line(raw)
                if line and LEVELS[line.level] >= LEVELS[level]:
                    yield line
            if not self._moved():
                return

    def close(self) -> None:
        """Let go of the file."""
        if self._file:
            self._file.close()

    def _moved(self) -> bool:
        """Whether the log begins anew in another file; then that is the one from now on."""
        try:
            there = self._path.stat()
        except FileNotFoundError:
            return False
        here = os.fstat(self._file.fileno()) if self._file else None
        if here and (here.st_ino, here.st_dev) == (there.st_ino, there.st_dev):
            return False
        self.close()
        self._file, self._rest = self._path.open("rb"), b""
        return True
