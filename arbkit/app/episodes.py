"""Episodes: each opportunity from the first look that shows it to the first that does not, kept in the store.

Looks are gathered, and written now and then; the first one at the latest when a trade has to name the episode.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from arbkit.core.fees import FeeModel
from arbkit.core.money import Usd
from arbkit.core.opportunity import Opportunity
from arbkit.store.sightings import Sightings

_DIGITS = re.compile(r"[0-9.]+")


@dataclass(slots=True)
class Episode:
    """An opportunity that is there. `peak` is the best look at it, `why_not` why it has not been taken."""

    first_seen_at: datetime
    first: Opportunity
    last: Opportunity
    peak: Opportunity
    sighting_id: str = ""
    """The id of its row, once it has one."""
    why_not: str = ""
    taken: bool = False
    written: bool = True
    """Whether the row says all that is known."""


@dataclass(frozen=True, slots=True)
class Gone:
    """An opportunity that ended."""

    pair_id: str
    lasted_ms: int
    peak_net: Usd
    why_not: str


class Episodes:
    """The opportunities of the present, by pair."""

    def __init__(self, sightings: Sightings) -> None:
        self._sightings = sightings
        self.open: dict[str, Episode] = {}
        self.count = 0

    def seen(self, found: Opportunity, *, now: datetime) -> bool:
        """Note a look that shows an opportunity; whether it is a new one."""
        known = self.open.get(found.pair.id)
        if known is not None and known.last.kalshi.side is found.kalshi.side:
            known.last = found
            known.written = False
            if found.net > known.peak.net:
                known.peak = found
            return False
        if known is not None:
            self.gone(found.pair.id, now=now)
        self.open[found.pair.id] = Episode(now, found, found, found)
        self.count += 1
        return True

    def gone(self, pair_id: str, *, now: datetime) -> Gone | None:
        """Note a look that shows nothing; what ended with it, if anything was there."""
        episode = self.open.pop(pair_id, None)
        if episode is None:
            return None
        self._explained(episode, "gone before it could be tried")
        self._write(episode, now)
        self._sightings.end(self._begun(episode), at=now)
        lasted_ms = round((now - episode.first_seen_at).total_seconds() * 1_000)
        return Gone(pair_id, lasted_ms, episode.peak.net, episode.why_not)

    def explain(self, pair_id: str, why_not: str, *, mildly: bool = False) -> bool:
        """Note why an opportunity is not taken; whether that is news: other figures alone are none. What was taken
        needs no reason any more.

        `mildly`: only if no reason is known yet.
        """
        episode = self.open.get(pair_id)
        if episode is None or episode.taken or episode.why_not == why_not or (mildly and episode.why_not):
            return False
        news = _DIGITS.sub("", episode.why_not) != _DIGITS.sub("", why_not)
        episode.why_not = why_not
        episode.written = False
        return news

    def end(self, *, now: datetime) -> None:
        """Nobody looks any more: what is still there gets its reason."""
        for episode in self.open.values():
            self._explained(episode, "the run ended before it was tried")
        self.write(now=now)

    def _explained(self, episode: Episode, why_not: str) -> None:
        if not episode.why_not and not episode.taken:
            episode.why_not = why_not
            episode.written = False

    def write(self, *, now: datetime) -> None:
        """Write down what was gathered."""
        for episode in self.open.values():
            self._write(episode, now)

    def name_of(self, pair_id: str) -> str | None:
        """The id by which the opportunity of a pair is in the store from now on, None if there is none."""
        episode = self.open.get(pair_id)
        return self._begun(episode) if episode else None

    def _begun(self, episode: Episode) -> str:
        if not episode.sighting_id:
            episode.sighting_id = self._record(episode.first, why_not="", now=episode.first_seen_at)
        return episode.sighting_id

    def _write(self, episode: Episode, now: datetime) -> None:
        self._begun(episode)
        if episode.written:
            return
        # The last figures stay in the row, the best only as its peak.
        for found in (episode.peak, episode.last):
            self._record(found, why_not=episode.why_not, now=now)
        episode.written = True

    def _record(self, found: Opportunity, *, why_not: str, now: datetime) -> str:
        [kept] = self._sightings.record([found], looked_at=[], fee_model=FeeModel.VENUE, why_not=why_not, at=now)
        return kept.id
