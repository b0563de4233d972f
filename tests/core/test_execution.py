"""The two-leg machine: complete tables, and what no sequence of events may ever do."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbkit.core.execution import (
    DUTIES,
    JOINT_TABLE,
    LEG_TABLE,
    SETTLEMENT_TABLE,
    STANDINGS,
    UNPROVEN_STATES,
    ZERO_STATES,
    Duty,
    LegEvent,
    LegState,
    Standing,
    TradeLeg,
    TradeState,
    event_of,
    is_late,
    may_unwind,
    step_leg,
    step_settlement,
    trade_state,
)
from arbkit.core.money import Qty, Usd
from arbkit.core.orders import Delayed, Filled, InDoubt, Killed, NotSent, Rejected, Settlement
from arbkit.errors import InvariantError

S, E = LegState, LegEvent

IMPOSSIBLE: dict[tuple[LegState, LegEvent], str] = {
    # nothing was sent, so the venue cannot speak of it
    **{
        (S.INTENT, e): "not sent yet"
        for e in (E.FILLED, E.PARTIAL, E.KILLED, E.REJECTED, E.DELAYED, E.LOST, E.PROVEN_ABSENT, E.OVERDUE)
    },
    # a leg is marked once, before anything else happens to it
    **{(s, E.MARKED): "marked once, from INTENT" for s in S if s is not S.INTENT},
    # bytes may have left: "not sent" can no longer be said
    **{(s, E.WITHHELD): "bytes may have left" for s in S if s not in {S.INTENT, S.SENDING, S.NOT_SENT}},
    # the resolver asks only about unknown legs, and only after their deadline
    (S.SENDING, E.PROVEN_ABSENT): "evidence is gathered from UNKNOWN only",
    (S.SENDING, E.OVERDUE): "the deadline makes it UNKNOWN first",
    (S.DELAYED, E.PROVEN_ABSENT): "evidence is gathered from UNKNOWN only",
    (S.DELAYED, E.OVERDUE): "the deadline makes it UNKNOWN first",
    # a POST was answered once; a refusal cannot follow an accepted hold or an unknown fate
    (S.DELAYED, E.REJECTED): "the venue had taken it",
    (S.UNKNOWN, E.REJECTED): "a refusal answers the POST, and that was lost",
    (S.REVIEW, E.REJECTED): "a refusal answers the POST, and that was lost",
    # terminal states cannot get lost, be held or become overdue again
    **{
        (s, e): "already settled on this axis"
        for s in (S.FILLED, S.PARTIAL, S.KILLED, S.REJECTED, S.NOT_PLACED, S.NOT_SENT)
        for e in (E.LOST, E.DELAYED, E.OVERDUE)
    },
    (S.NOT_PLACED, E.REJECTED): "a refusal answers the POST, and that was lost",
    (S.NOT_SENT, E.KILLED): "nothing was sent",
    (S.NOT_SENT, E.REJECTED): "nothing was sent",
    (S.NOT_SENT, E.PROVEN_ABSENT): "nothing was sent",
}


def a_leg(state: LegState, settlement: Settlement = Settlement.NONE, filled: int = 0) -> TradeLeg:
    return TradeLeg("leg", Qty.whole(10), state, settlement, Qty.whole(filled))


def test_every_state_and_event_is_either_in_the_table_or_impossible_with_a_reason() -> None:
    assert set(LEG_TABLE) | set(IMPOSSIBLE) == set(product(S, E))
    assert not set(LEG_TABLE) & set(IMPOSSIBLE)


@pytest.mark.parametrize(("state", "event"), list(IMPOSSIBLE), ids=str)
def test_an_impossible_event_is_a_bug_and_says_so(state: LegState, event: LegEvent) -> None:
    with pytest.raises(InvariantError, match=f"{state}.*{event}"):
        step_leg(state, event)


def test_every_settlement_move_is_known_but_the_ones_a_person_must_judge() -> None:
    missing = set(product(Settlement, Settlement)) - set(SETTLEMENT_TABLE)
    to_none = {(s, Settlement.NONE) for s in Settlement}
    assert missing == to_none | {(Settlement.VOID, Settlement.FINAL)}
    with pytest.raises(InvariantError):
        step_settlement(Settlement.VOID, Settlement.FINAL)


def test_every_pair_of_standings_has_a_state_but_planned_beside_anything_else() -> None:
    missing = set(product(Standing, Standing)) - set(JOINT_TABLE)
    assert missing == {
        pair for pair in product(Standing, Standing) if (Standing.PLANNED in pair) and len(set(pair)) == 2
    }


def test_the_joint_table_does_not_care_which_leg_is_first() -> None:
    assert all(JOINT_TABLE[b, a] is state for (a, b), state in JOINT_TABLE.items())


def test_every_leg_state_has_a_standing_and_every_trade_state_its_duties() -> None:
    assert set(STANDINGS) == set(LegState)
    assert set(DUTIES) == set(TradeState)


def test_a_leg_is_only_ever_sent_from_intent() -> None:
    assert [key for key, after in LEG_TABLE.items() if after is S.SENDING] == [(S.INTENT, E.MARKED)]


@given(st.lists(st.sampled_from([*E])))
def test_unknown_is_left_only_by_evidence(events: list[LegEvent]) -> None:
    evidence = {E.FILLED, E.PARTIAL, E.KILLED, E.PROVEN_ABSENT, E.OVERDUE}
    state = S.UNKNOWN
    for event in events:
        if (state, event) not in LEG_TABLE:
            continue
        after = step_leg(state, event)
        if state is S.UNKNOWN and after is not S.UNKNOWN:
            assert event in evidence
        state = after


@given(st.lists(st.sampled_from([*E])))
def test_no_sequence_of_events_turns_a_fill_into_nothing(events: list[LegEvent]) -> None:
    state = S.FILLED
    for event in events:
        if (state, event) in LEG_TABLE:
            was_fill = state in {S.FILLED, S.PARTIAL}
            state = step_leg(state, event)
            assert not (was_fill and state in ZERO_STATES)


def test_a_crash_makes_every_sent_leg_unknown_and_every_unsent_one_not_sent() -> None:
    assert {s: step_leg(s, E.CRASHED) for s in (S.INTENT, S.SENDING, S.DELAYED)} == {
        S.INTENT: S.NOT_SENT,
        S.SENDING: S.UNKNOWN,
        S.DELAYED: S.UNKNOWN,
    }


def test_what_was_matched_is_not_hedged_before_it_is_final() -> None:
    final = a_leg(S.FILLED, Settlement.FINAL, 10)
    pending = a_leg(S.FILLED, Settlement.PENDING, 10)
    assert trade_state(final, pending) is TradeState.HEDGED_PROVISIONAL
    assert trade_state(final, final) is TradeState.HEDGED
    assert Duty.RELEASE_LOSS not in DUTIES[TradeState.HEDGED_PROVISIONAL]


def test_a_fill_that_fails_on_chain_leaves_the_other_leg_naked() -> None:
    void = a_leg(S.FILLED, Settlement.VOID, 10)
    assert void.held == Qty(0)
    assert trade_state(a_leg(S.FILLED, Settlement.FINAL, 10), void) is TradeState.ASYMMETRIC


@pytest.mark.parametrize("zero", sorted(ZERO_STATES))
def test_one_leg_filled_and_the_other_at_zero_pauses_before_anything_else(zero: LegState) -> None:
    state = trade_state(a_leg(S.FILLED, Settlement.FINAL, 10), a_leg(zero))
    assert state is TradeState.ASYMMETRIC
    assert DUTIES[state][0] is Duty.PAUSE


@pytest.mark.parametrize("unproven", sorted(UNPROVEN_STATES - {S.INTENT}))
def test_nothing_is_unwound_while_the_other_leg_is_unproven(unproven: LegState) -> None:
    assert not may_unwind(a_leg(S.FILLED, Settlement.FINAL, 10), a_leg(unproven))


def test_a_provisional_fill_is_never_unwound() -> None:
    assert not may_unwind(a_leg(S.FILLED, Settlement.PENDING, 10), a_leg(S.KILLED))
    assert may_unwind(a_leg(S.FILLED, Settlement.FINAL, 10), a_leg(S.KILLED))


@pytest.mark.parametrize("zero", sorted(ZERO_STATES))
def test_a_fill_after_a_zero_is_late_and_pauses(zero: LegState) -> None:
    assert is_late(zero, E.FILLED)
    assert step_leg(zero, E.FILLED) is S.FILLED
    assert not is_late(S.UNKNOWN, E.FILLED)


def test_every_answer_to_a_post_means_one_event() -> None:
    filled = Filled("o", Qty.whole(10), Usd(1), None, Settlement.FINAL)
    odd = Filled("o", Qty.whole(9), Usd(1), None, Settlement.FINAL)
    dusty = Filled("o", Qty(10_009_000), Usd(1), None, Settlement.PENDING)
    answers = [filled, odd, dusty, Killed(""), Rejected("", ""), NotSent(""), Delayed("o"), InDoubt("")]
    assert [event_of(a, asked=Qty.whole(10)) for a in answers] == [
        E.FILLED, E.PARTIAL, E.FILLED, E.KILLED, E.REJECTED, E.WITHHELD, E.DELAYED, E.LOST,
    ]  # fmt: skip
