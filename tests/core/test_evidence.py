"""The evidence rule: absence is proven by all of it or not at all."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbkit.core.evidence import OVERDUE_AFTER, QUIESCENCE, Finding, Observation, Ruling, judge
from arbkit.core.markets import VenueName

DEADLINE = datetime(2026, 11, 22, 12, tzinfo=UTC)


def seconds(n: float) -> datetime:
    return DEADLINE + timedelta(seconds=n)


def a_look(at: float, *, horizon: float | None = None) -> Observation:
    return Observation(
        at=seconds(at), horizon=None if horizon is None else seconds(horizon), books_agree=True, stream_healthy=True
    )


def ruling(venue: VenueName, *looks: Observation, now: float = 300) -> Finding:
    return judge(venue, deadline=DEADLINE, looks=looks, now=seconds(now))


def test_kalshi_is_proven_absent_once_its_reads_have_passed_the_quiet_time_by_its_own_clock() -> None:
    assert ruling(VenueName.KALSHI, a_look(61, horizon=60)).ruling is Ruling.PROVEN_ABSENT
    assert ruling(VenueName.KALSHI, a_look(7_200, horizon=59)).ruling is Ruling.WAIT


def test_polymarket_needs_three_complete_reads_ten_seconds_apart() -> None:
    reads = [a_look(121), a_look(131), a_look(141)]
    assert ruling(VenueName.POLYMARKET, *reads).ruling is Ruling.PROVEN_ABSENT
    assert ruling(VenueName.POLYMARKET, *reads[:2]).ruling is Ruling.WAIT
    assert ruling(VenueName.POLYMARKET, a_look(121), a_look(125), a_look(129)).ruling is Ruling.WAIT


@pytest.mark.parametrize("venue", VenueName)
def test_nothing_seen_before_the_quiet_time_counts(venue: VenueName) -> None:
    early = QUIESCENCE[venue].total_seconds() - 1
    assert ruling(venue, a_look(early - 20, horizon=early), a_look(early, horizon=early)).ruling is Ruling.WAIT


@pytest.mark.parametrize("flaw", ["books_agree", "stream_healthy"])
def test_a_single_missing_proof_keeps_it_open_and_is_named(flaw: str) -> None:
    flawed = replace(a_look(61, horizon=60), **{flaw: False})
    finding = ruling(VenueName.KALSHI, flawed)
    assert finding.ruling is Ruling.WAIT
    assert finding.why


def test_without_proof_for_a_quarter_of_an_hour_a_person_is_called() -> None:
    late = OVERDUE_AFTER.total_seconds()
    assert ruling(VenueName.KALSHI, now=late).ruling is Ruling.OVERDUE
    assert ruling(VenueName.KALSHI, now=late - 1).ruling is Ruling.WAIT


@given(
    st.sampled_from(VenueName),
    st.lists(
        st.builds(
            Observation,
            at=st.integers(-100, 600).map(seconds),
            horizon=st.none() | st.integers(-100, 600).map(seconds),
            books_agree=st.booleans(),
            stream_healthy=st.booleans(),
        )
    ).map(lambda looks: sorted(looks, key=lambda look: look.at)),
)
def test_no_set_of_looks_proves_absence_before_the_quiet_time_or_against_the_books(
    venue: VenueName, looks: list[Observation]
) -> None:
    if judge(venue, deadline=DEADLINE, looks=looks, now=seconds(600)).ruling is Ruling.PROVEN_ABSENT:
        assert looks[-1].at >= DEADLINE + QUIESCENCE[venue]
        assert looks[-1].books_agree
