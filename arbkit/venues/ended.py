"""When it is worth asking a venue whether a market has ended."""

from datetime import datetime, timedelta
from typing import Final

from arbkit.core.markets import Market, MarketId, MarketStatus
from arbkit.ports import Clock

EARLY_END_EVERY: Final = timedelta(minutes=15)
"""How often a market that should still be open is asked whether it ended early."""


class Ends:
    """Remembers when each market was asked about."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._asked_at: dict[MarketId, datetime] = {}

    def worth_asking(self, market: Market) -> bool:
        """Whether a market may have ended: its time has come, it was listed as closed, or nobody asked for a while."""
        now = self._clock.now()
        times = [at for at in (market.closes_at, market.expected_at) if at is not None]
        if market.status is not MarketStatus.OPEN or min(times, default=now) <= now:
            return True
        if now - self._asked_at.get(market.id, now - EARLY_END_EVERY) < EARLY_END_EVERY:
            return False
        self._asked_at[market.id] = now
        return True
