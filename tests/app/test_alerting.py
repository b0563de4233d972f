"""Alerting: at least once, whatever the sink does; and the store is the memory of it."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from arbkit.app.alerting import FLOOD, Alerter
from arbkit.core.alerts import Alert, Severity
from arbkit.ports import Delivered, Delivery, Later, Never
from arbkit.store.store import Store
from tests.builders import StandingClock, a_store

pytestmark = pytest.mark.anyio


@dataclass
class Sink:
    """Answers as it was told to, and otherwise takes everything."""

    name: str = "sink"
    answers: deque[Delivery] = field(default_factory=deque)
    got: list[tuple[str, bool]] = field(default_factory=list)

    async def deliver(self, text: str, *, urgent: bool) -> Delivery:
        answer = self.answers.popleft() if self.answers else Delivered()
        if isinstance(answer, Delivered):
            self.got.append((text, urgent))
        return answer

    async def close(self) -> None:
        return


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with a_store(tmp_path) as opened:
        yield opened


def alerter(store: Store, *sinks: Sink, clock: StandingClock, wanted=lambda _: True, noted: list[str] | None = None):
    notes = noted if noted is not None else []
    return Alerter(
        store=store, sinks=sinks, clock=clock, wanted=wanted, note=lambda a, what: notes.append(f"{a.text}: {what}")
    )


def told(store: Store, clock: StandingClock, *texts: str, severity: Severity = Severity.CRITICAL) -> None:
    for text in texts:
        store.operations.alert(Alert(severity=severity, kind="kind", text=text), at=clock.now())


def pending(store: Store, clock: StandingClock) -> int:
    return len(store.operations.due_alerts(at=clock.now() + timedelta(days=9), count_max=999))


async def test_an_alert_reaches_every_sink_once_and_the_most_urgent_first(store: Store) -> None:
    clock, one, other = StandingClock(), Sink("one"), Sink("other")
    told(store, clock, "minor", severity=Severity.MEDIUM)
    told(store, clock, "major")
    sender = alerter(store, one, other, clock=clock)

    assert await sender.deliver_due() == 2
    assert await sender.deliver_due() == 0
    for sink in (one, other):
        assert [("major" in text, urgent) for text, urgent in sink.got] == [(True, True), (False, False)]


async def test_a_sink_that_is_down_gets_it_when_it_is_back_and_the_other_not_twice(store: Store) -> None:
    clock, good, bad = StandingClock(), Sink("good"), Sink("bad", deque([Later("down")] * 3))
    told(store, clock, "major")
    sender = alerter(store, good, bad, clock=clock)
    for _ in range(8):
        await sender.deliver_due()
        clock.advance(seconds=10)

    assert len(good.got) == len(bad.got) == 1
    assert pending(store, clock) == 0


async def test_after_a_crash_what_was_not_noted_is_sent_again_never_lost(store: Store) -> None:
    clock, sink = StandingClock(), Sink(answers=deque([Later("slow")]))
    told(store, clock, "major")
    await alerter(store, sink, clock=clock).deliver_due()
    clock.advance(minutes=10)

    assert await alerter(store, sink, clock=clock).deliver_due() == 1
    assert len(sink.got) == 1


async def test_patience_that_is_asked_for_is_kept(store: Store) -> None:
    clock, sink = StandingClock(), Sink(answers=deque([Later("429", at_least_ms=60_000)]))
    told(store, clock, "first", "second")
    sender = alerter(store, sink, clock=clock)
    await sender.deliver_due()
    clock.advance(seconds=30)
    await sender.deliver_due()
    assert sink.got == []

    clock.advance(seconds=120)
    await sender.deliver_due()
    assert len(sink.got) == 2


async def test_a_message_that_is_never_taken_is_put_aside_and_noted(store: Store) -> None:
    clock, sink, noted = StandingClock(), Sink(answers=deque([Never("can't parse")])), []
    told(store, clock, "poison", "next")
    sender = alerter(store, sink, clock=clock, noted=noted)
    await sender.deliver_due()

    assert [("next" in text) for text, _ in sink.got] == [True]
    assert pending(store, clock) == 0
    assert any("poison" in line and "can't parse" in line for line in noted)
    assert store.figures.taken().alerts_given_up == 1


async def test_a_flood_of_unimportant_ones_is_one_message_and_the_critical_ones_are_not_in_it(store: Store) -> None:
    clock, sink = StandingClock(), Sink()
    told(store, clock, *(f"minor {n}" for n in range(FLOOD + 10)), severity=Severity.MEDIUM)
    told(store, clock, "major")
    await alerter(store, sink, clock=clock).deliver_due()

    assert len(sink.got) == 2
    assert "major" in sink.got[0][0]
    assert f"{FLOOD + 10} MESSAGES" in sink.got[1][0]
    assert pending(store, clock) == 0


async def test_what_nobody_asked_for_is_noted_and_leaves_the_outbox(store: Store) -> None:
    clock, sink, noted = StandingClock(), Sink(), []
    told(store, clock, "minor", severity=Severity.MEDIUM)
    sender = alerter(store, sink, clock=clock, wanted=lambda a: a.severity is Severity.CRITICAL, noted=noted)
    await sender.deliver_due()

    assert sink.got == []
    assert pending(store, clock) == 0
    assert "alert_levels" in noted[0]


async def test_messages_are_spaced(store: Store) -> None:
    clock, sink = StandingClock(), Sink()
    start = clock.now()
    told(store, clock, "1", "2", "3")
    await alerter(store, sink, clock=clock).deliver_due()
    assert clock.now() - start >= timedelta(seconds=2)
