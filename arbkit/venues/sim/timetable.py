"""Timetable: faults at a moment: the whole venue is hit, and recovers when their time is over."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from arbkit.venues.sim.agenda import Agenda
from arbkit.venues.sim.faults import Fault, Trouble
from arbkit.venues.sim.streams import Weather
from arbkit.venues.sim.upsets import Upsets


@dataclass(frozen=True, slots=True)
class Timetable:
    """Plans faults, and lets them begin and end."""

    agenda: Agenda
    upsets: Upsets
    kalshi: Weather
    polymarket: Weather

    def add(self, fault: Fault, now: datetime) -> None:
        """Let a fault happen `after_ms` from now."""
        self.agenda.plan(now + timedelta(milliseconds=fault.after_ms), lambda at: self._begin(fault, at))

    def clear(self) -> None:
        """Let every connection be as it should. What was done to a market stays done."""
        for weather in (self.kalshi, self.polymarket):
            weather.silence, weather.lag, weather.refusal = None, None, 0

    def _begin(self, fault: Fault, at: datetime) -> None:
        if self.upsets.strike(fault, at):
            return
        weather = self.kalshi if fault.on.at_kalshi else self.polymarket
        if fault.do is Trouble.WS_CLOSE:
            weather.cuts += 1
        elif fault.do is Trouble.WS_LAG:
            weather.lag = (fault, at)
        elif fault.do is Trouble.WS_CONNECT_REFUSE:
            weather.refusal = fault.status or 502
        else:
            weather.silence = fault.do
        if fault.for_ms:
            self.agenda.plan(at + timedelta(milliseconds=fault.for_ms), lambda _at: _end(fault, weather))


def _end(fault: Fault, weather: Weather) -> None:
    if fault.do is Trouble.WS_LAG:
        weather.lag = None
    elif fault.do is Trouble.WS_CONNECT_REFUSE:
        weather.refusal = 0
    elif weather.silence is fault.do:
        weather.silence = None
