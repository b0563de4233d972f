"""Alerting: what waits in the outbox is delivered, at least once, and never in the way of a trade."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from arbkit.core.alerts import Alert, Severity, together, worded
from arbkit.ports import AlertSink, Clock, Delivered, Delivery, Later, Never
from arbkit.store.store import Store

SPACING_MS = 1_100
"""Between two messages: Telegram takes about one a second in a chat."""
LOOK_MS = 1_000
FLOOD = 5
"""More unimportant alerts than these go in one message."""
DELAY_MAX = timedelta(minutes=5)
_BATCH = 100
_URGENT = {Severity.CRITICAL, Severity.HIGH}

Due = tuple[int, Alert, int]


@dataclass(slots=True, kw_only=True)
class Alerter:
    """Delivers the outbox of a store to every sink. `wanted` says which alerts leave at all; `note` is the log."""

    store: Store
    sinks: Sequence[AlertSink]
    clock: Clock
    wanted: Callable[[Alert], bool]
    note: Callable[[Alert, str], None]
    _taken: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=1_000))
    _not_before_ms: dict[str, int] = field(default_factory=dict)

    async def run(self) -> None:
        """Deliver until cancelled."""
        while True:
            await self.deliver_due()
            await self.clock.sleep(LOOK_MS)

    async def deliver_due(self) -> int:
        """Try what is due once; how many alerts are done with."""
        due = self.store.operations.due_alerts(at=self.clock.now(), count_max=_BATCH)
        done = 0
        minor = [one for one in due if self.wanted(one[1]) and one[1].severity not in _URGENT]
        as_one = minor if len(minor) > FLOOD else []
        for one in due:
            if one in as_one:
                continue
            if not self.wanted(one[1]):
                self.note(one[1], "not asked for by telegram.alert_levels")
                self.store.operations.alert_sent(one[0], at=self.clock.now())
                done += 1
            else:
                done += await self._deliver([one], worded(one[1]))
        if as_one:
            done += await self._deliver(as_one, together([alert for _, alert, _ in as_one]))
        return done

    async def _deliver(self, group: Sequence[Due], text: str) -> int:
        """Hand one message to every sink that does not have it yet."""
        urgent = any(alert.severity in _URGENT for _, alert, _ in group)
        never, later = "", None
        for sink in self.sinks:
            if (group[0][0], sink.name) in self._taken:
                continue
            answer = await self._tried(sink, text, urgent=urgent)
            if isinstance(answer, Delivered):
                self._taken.append((group[0][0], sink.name))
            elif isinstance(answer, Never):
                never = f"{sink.name} will never take it: {answer.why}"
            else:
                later = answer
        return self._written(group, never, later)

    async def _tried(self, sink: AlertSink, text: str, *, urgent: bool) -> Delivery:
        free_ms = self._not_before_ms.get(sink.name, 0) - self.clock.monotonic_ms()
        if free_ms > SPACING_MS:
            return Later(f"{sink.name} asked for patience", at_least_ms=free_ms)
        if free_ms > 0:
            await self.clock.sleep(free_ms)
        answer = await sink.deliver(text, urgent=urgent)
        wait_ms = answer.at_least_ms if isinstance(answer, Later) else 0
        self._not_before_ms[sink.name] = self.clock.monotonic_ms() + max(SPACING_MS, wait_ms)
        return answer

    def _written(self, group: Sequence[Due], never: str, later: Later | None) -> int:
        operations, now = self.store.operations, self.clock.now()
        with self.store.together():
            for number, _, tries in group:
                if later is not None:
                    delay = min(timedelta(seconds=2 ** min(tries, 9)), DELAY_MAX)
                    again = now + max(delay, timedelta(milliseconds=later.at_least_ms))
                    operations.alert_failed(number, next_try_at=again)
                elif never:
                    operations.alert_given_up(number, at=now)
                else:
                    operations.alert_sent(number, at=now)
        for _, alert, tries in group:
            if later is None or tries == 0:
                self.note(alert, f"not delivered yet: {later.why}" if later else never)
        return 0 if later else len(group)
