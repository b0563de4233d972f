"""Our own limits: how many requests a host gets from us, and how close together."""

import asyncio
from dataclasses import dataclass

from aiolimiter import AsyncLimiter

from arbkit.errors import InvariantError


@dataclass(frozen=True, slots=True)
class Rate:
    """A token bucket: `per_period` tokens every `period_s` seconds, and a least distance between two requests."""

    per_period: int
    period_s: int = 1
    min_interval_ms: int = 0


class TokenBucket:
    """A token bucket and a least distance between two admissions, in the order of asking."""

    def __init__(self, rate: Rate) -> None:
        self._limiter = AsyncLimiter(rate.per_period, rate.period_s)
        self._interval_s = rate.min_interval_ms / 1000
        self._free_at_s = 0.0
        self._crowded = False

    def was_crowded(self) -> bool:
        """Whether an admission left less than a fifth of the bucket since this was asked last."""
        was, self._crowded = self._crowded, False
        return was

    async def admit(self, cost: int) -> None:
        """Return when so many tokens are ours."""
        if cost > self._limiter.max_rate:
            raise InvariantError(f"a request of {cost} tokens never fits a bucket of {self._limiter.max_rate:g}")
        await self._limiter.acquire(cost)
        self._crowded = self._crowded or not self._limiter.has_capacity(self._limiter.max_rate / 5)
        now_s = asyncio.get_running_loop().time()
        at_s = max(now_s, self._free_at_s)
        self._free_at_s = at_s + self._interval_s
        if at_s > now_s:
            await asyncio.sleep(at_s - now_s)
