"""The two-leg machine: the states of a leg, what the two legs mean together, and what has to be done next.

Everything here is a table. A leg moves by events; the state of a trade is derived from its two legs and stored nowhere;
each state of a trade names its duties. Whatever is in no table is an InvariantError, and trading stops.

Rules of the house: an unknown outcome is a state of its own, left only by evidence; MATCHED is provisional until the
chain confirms; no corrective order while any leg is unproven.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from arbkit.core.money import ZERO_QTY, Qty
from arbkit.core.orders import (
    Delayed,
    Filled,
    InDoubt,
    Killed,
    NotSent,
    Rejected,
    SendOutcome,
    Settlement,
    near,
)
from arbkit.errors import InvariantError


class LegState(StrEnum):
    """Where one order stands."""

    INTENT = "intent"
    """Journaled, signed, not sent."""
    SENDING = "sending"
    """Marked before the first byte left; nothing known yet."""
    FILLED = "filled"
    PARTIAL = "partial"
    """Traded, but not the quantity asked for, though it was Fill-or-Kill."""
    KILLED = "killed"
    REJECTED = "rejected"
    DELAYED = "delayed"
    UNKNOWN = "unknown"
    NOT_PLACED = "not_placed"
    """Was unknown; all negative evidence is in."""
    NOT_SENT = "not_sent"
    REVIEW = "review"
    """No evidence in time, or evidence that contradicts itself: a person decides."""


class LegEvent(StrEnum):
    """What can happen to a leg."""

    MARKED = "marked"
    """Committed as SENDING, together with the other leg."""
    WITHHELD = "withheld"
    """Decided not to send, or failed before any byte left."""
    CRASHED = "crashed"
    """The process that knew more is gone."""
    FILLED = "filled"
    PARTIAL = "partial"
    KILLED = "killed"
    REJECTED = "rejected"
    DELAYED = "delayed"
    LOST = "lost"
    """The answer did not come, or cannot be read, or the hold took too long."""
    PROVEN_ABSENT = "proven_absent"
    """All of the negative evidence is in: the venue never took it."""
    OVERDUE = "overdue"
    """No evidence within the time allowed."""


S, E = LegState, LegEvent

LEG_TABLE: dict[tuple[LegState, LegEvent], LegState] = {
    (S.INTENT, E.MARKED): S.SENDING,
    (S.INTENT, E.WITHHELD): S.NOT_SENT,
    (S.INTENT, E.CRASHED): S.NOT_SENT,
    (S.SENDING, E.WITHHELD): S.NOT_SENT,
    (S.SENDING, E.CRASHED): S.UNKNOWN,
    (S.SENDING, E.FILLED): S.FILLED,
    (S.SENDING, E.PARTIAL): S.PARTIAL,
    (S.SENDING, E.KILLED): S.KILLED,
    (S.SENDING, E.REJECTED): S.REJECTED,
    (S.SENDING, E.DELAYED): S.DELAYED,
    (S.SENDING, E.LOST): S.UNKNOWN,
    (S.DELAYED, E.CRASHED): S.UNKNOWN,
    (S.DELAYED, E.FILLED): S.FILLED,
    (S.DELAYED, E.PARTIAL): S.PARTIAL,
    (S.DELAYED, E.KILLED): S.KILLED,
    (S.DELAYED, E.DELAYED): S.DELAYED,
    (S.DELAYED, E.LOST): S.UNKNOWN,
    (S.UNKNOWN, E.CRASHED): S.UNKNOWN,
    (S.UNKNOWN, E.FILLED): S.FILLED,
    (S.UNKNOWN, E.PARTIAL): S.PARTIAL,
    (S.UNKNOWN, E.KILLED): S.KILLED,
    (S.UNKNOWN, E.DELAYED): S.UNKNOWN,
    (S.UNKNOWN, E.LOST): S.UNKNOWN,
    (S.UNKNOWN, E.PROVEN_ABSENT): S.NOT_PLACED,
    (S.UNKNOWN, E.OVERDUE): S.REVIEW,
    (S.REVIEW, E.CRASHED): S.REVIEW,
    (S.REVIEW, E.FILLED): S.FILLED,
    (S.REVIEW, E.PARTIAL): S.PARTIAL,
    (S.REVIEW, E.KILLED): S.KILLED,
    (S.REVIEW, E.DELAYED): S.REVIEW,
    (S.REVIEW, E.LOST): S.REVIEW,
    (S.REVIEW, E.PROVEN_ABSENT): S.NOT_PLACED,
    (S.REVIEW, E.OVERDUE): S.REVIEW,
    # The same news twice changes nothing; a second trade completes a partial fill, a kill of the rest does not undo it.
    (S.FILLED, E.CRASHED): S.FILLED,
    (S.FILLED, E.FILLED): S.FILLED,
    (S.FILLED, E.PARTIAL): S.PARTIAL,
    (S.FILLED, E.KILLED): S.REVIEW,
    (S.FILLED, E.REJECTED): S.REVIEW,
    (S.FILLED, E.PROVEN_ABSENT): S.REVIEW,
    (S.PARTIAL, E.CRASHED): S.PARTIAL,
    (S.PARTIAL, E.FILLED): S.FILLED,
    (S.PARTIAL, E.PARTIAL): S.PARTIAL,
    (S.PARTIAL, E.KILLED): S.PARTIAL,
    (S.PARTIAL, E.REJECTED): S.REVIEW,
    (S.PARTIAL, E.PROVEN_ABSENT): S.REVIEW,
    # A fill after a zero was believed: the late-fill watch found it. `is_late` tells, and trading pauses.
    (S.KILLED, E.FILLED): S.FILLED,
    (S.KILLED, E.PARTIAL): S.PARTIAL,
    (S.KILLED, E.KILLED): S.KILLED,
    (S.KILLED, E.REJECTED): S.KILLED,
    (S.KILLED, E.PROVEN_ABSENT): S.KILLED,
    (S.KILLED, E.CRASHED): S.KILLED,
    (S.REJECTED, E.FILLED): S.FILLED,
    (S.REJECTED, E.PARTIAL): S.PARTIAL,
    (S.REJECTED, E.KILLED): S.REJECTED,
    (S.REJECTED, E.REJECTED): S.REJECTED,
    (S.REJECTED, E.PROVEN_ABSENT): S.REJECTED,
    (S.REJECTED, E.CRASHED): S.REJECTED,
    (S.NOT_PLACED, E.FILLED): S.FILLED,
    (S.NOT_PLACED, E.PARTIAL): S.PARTIAL,
    (S.NOT_PLACED, E.KILLED): S.KILLED,
    (S.NOT_PLACED, E.PROVEN_ABSENT): S.NOT_PLACED,
    (S.NOT_PLACED, E.CRASHED): S.NOT_PLACED,
    (S.NOT_SENT, E.FILLED): S.FILLED,
    (S.NOT_SENT, E.PARTIAL): S.PARTIAL,
    (S.NOT_SENT, E.WITHHELD): S.NOT_SENT,
    (S.NOT_SENT, E.CRASHED): S.NOT_SENT,
}
"""Every transition that can be. The test of this table lists, with reasons, every pair that is not in it."""

ZERO_STATES = frozenset({S.KILLED, S.REJECTED, S.NOT_PLACED, S.NOT_SENT})
"""Believed to hold nothing. Every one stays on the late-fill watch: a status code can be wrong too."""

UNPROVEN_STATES = frozenset({S.INTENT, S.SENDING, S.DELAYED, S.UNKNOWN, S.REVIEW})
"""States in which the venue may still hold, or come to hold, something."""


def step_leg(state: LegState, event: LegEvent) -> LegState:
    """Move a leg; raises InvariantError where the table has no such move."""
    try:
        return LEG_TABLE[state, event]
    except KeyError:
        raise InvariantError(f"a leg in state {state} cannot see {event}") from None


def is_late(before: LegState, event: LegEvent) -> bool:
    """Whether this is a fill that arrived after nothing was believed to stand: pause."""
    return before in ZERO_STATES and event in {E.FILLED, E.PARTIAL}


def event_of(outcome: SendOutcome, *, asked: Qty) -> LegEvent:
    """What an answer to the POST means for the leg."""
    match outcome:
        case Filled(qty=qty):
            return E.FILLED if near(asked, qty) else E.PARTIAL
        case Killed():
            return E.KILLED
        case Rejected():
            return E.REJECTED
        case NotSent():
            return E.WITHHELD
        case Delayed():
            return E.DELAYED
        case InDoubt():
            return E.LOST


SETTLEMENT_TABLE: dict[tuple[Settlement, Settlement], Settlement] = {
    (Settlement.NONE, Settlement.PENDING): Settlement.PENDING,
    (Settlement.NONE, Settlement.FINAL): Settlement.FINAL,
    (Settlement.NONE, Settlement.VOID): Settlement.VOID,
    (Settlement.PENDING, Settlement.PENDING): Settlement.PENDING,
    (Settlement.PENDING, Settlement.FINAL): Settlement.FINAL,
    (Settlement.PENDING, Settlement.VOID): Settlement.VOID,
    (Settlement.FINAL, Settlement.FINAL): Settlement.FINAL,
    (Settlement.FINAL, Settlement.PENDING): Settlement.FINAL,
    (Settlement.FINAL, Settlement.VOID): Settlement.VOID,
    (Settlement.VOID, Settlement.VOID): Settlement.VOID,
    (Settlement.VOID, Settlement.PENDING): Settlement.VOID,
}
"""(held, seen) -> held. Old news never takes a leg back; FINAL -> VOID is a bust by the venue, and pauses.
VOID -> FINAL is missing on purpose: a trade that failed and then stands is for a person to judge."""


def step_settlement(held: Settlement, seen: Settlement) -> Settlement:
    """Move the settlement axis; raises InvariantError for a trade that failed and is then said to stand."""
    try:
        return SETTLEMENT_TABLE[held, seen]
    except KeyError:
        raise InvariantError(f"a settlement in state {held} cannot become {seen}") from None


class Standing(StrEnum):
    """What a leg, on both its axes, comes to for its trade."""

    PLANNED = "planned"
    FLYING = "flying"
    DOUBT = "doubt"
    REVIEW = "review"
    ZERO = "zero"
    ODD = "odd"
    """Holds a quantity that was not asked for."""
    PROVISIONAL = "provisional"
    HELD = "held"


class TradeState(StrEnum):
    """What two legs come to together."""

    PLANNED = "planned"
    WORKING = "working"
    IN_DOUBT = "in_doubt"
    HEDGED_PROVISIONAL = "hedged_provisional"
    HEDGED = "hedged"
    FLAT = "flat"
    ASYMMETRIC = "asymmetric"
    UNWINDING = "unwinding"
    """One leg stood alone; the order that sells it back is on its way, or not final yet."""
    UNWOUND = "unwound"
    """It was sold back: nothing is held, at a loss."""
    REVIEW = "review"


STANDINGS: dict[LegState, Standing] = {
    S.INTENT: Standing.PLANNED,
    S.SENDING: Standing.FLYING,
    S.DELAYED: Standing.FLYING,
    S.UNKNOWN: Standing.DOUBT,
    S.REVIEW: Standing.REVIEW,
    S.KILLED: Standing.ZERO,
    S.REJECTED: Standing.ZERO,
    S.NOT_PLACED: Standing.ZERO,
    S.NOT_SENT: Standing.ZERO,
    S.PARTIAL: Standing.ODD,
    S.FILLED: Standing.PROVISIONAL,
}


@dataclass(frozen=True, slots=True)
class TradeLeg:
    """A leg as the machine sees it."""

    leg_id: str
    asked: Qty
    state: LegState
    settlement: Settlement = Settlement.NONE
    filled: Qty = ZERO_QTY

    @property
    def standing(self) -> Standing:
        """Both axes in one word. A fill that failed on chain holds nothing."""
        if self.state in {S.FILLED, S.PARTIAL} and self.settlement is Settlement.VOID:
            return Standing.ZERO
        if self.state is S.FILLED and self.settlement is Settlement.FINAL:
            return Standing.HELD
        return STANDINGS[self.state]

    @property
    def held(self) -> Qty:
        """What the leg holds as far as is known."""
        return ZERO_QTY if self.standing is Standing.ZERO else self.filled

    def after(self, event: LegEvent) -> "TradeLeg":
        """This leg after an event."""
        return replace(self, state=step_leg(self.state, event))


def _joint() -> dict[tuple[Standing, Standing], TradeState]:
    p, f, d, r, z, o, v, h = Standing
    t = TradeState
    upper = {
        (p, p): t.PLANNED,
        (f, f): t.WORKING, (f, z): t.WORKING, (f, v): t.WORKING, (f, h): t.WORKING, (f, o): t.WORKING,
        (d, f): t.IN_DOUBT, (d, d): t.IN_DOUBT, (d, z): t.IN_DOUBT, (d, v): t.IN_DOUBT, (d, h): t.IN_DOUBT,
        (d, o): t.IN_DOUBT,
        (r, f): t.REVIEW, (r, d): t.REVIEW, (r, r): t.REVIEW, (r, z): t.REVIEW, (r, v): t.REVIEW, (r, h): t.REVIEW,
        (r, o): t.REVIEW,
        (z, z): t.FLAT,
        (z, v): t.ASYMMETRIC, (z, h): t.ASYMMETRIC, (z, o): t.ASYMMETRIC,
        (o, v): t.ASYMMETRIC, (o, h): t.ASYMMETRIC, (o, o): t.ASYMMETRIC,
        (v, v): t.HEDGED_PROVISIONAL, (v, h): t.HEDGED_PROVISIONAL,
        (h, h): t.HEDGED,
    }  # fmt: skip
    return upper | {(b, a): state for (a, b), state in upper.items()}


JOINT_TABLE = _joint()
"""(standing of one leg, standing of the other) -> state of the trade. PLANNED stands only beside PLANNED: both legs
are marked, or given up, in one commit."""


def trade_state(first: TradeLeg, second: TradeLeg) -> TradeState:
    """What two legs come to; raises InvariantError for a combination that cannot be."""
    try:
        return JOINT_TABLE[first.standing, second.standing]
    except KeyError:
        raise InvariantError(f"legs cannot stand {first.standing} and {second.standing}") from None


class Duty(StrEnum):
    """What the shell has to do about a trade. PAUSE is always carried out, and durable, before anything else."""

    PAUSE = "pause"
    ALERT = "alert"
    RESOLVE = "resolve"
    """Ask the venue, by the ids known before sending; never send."""
    RELEASE_ALL = "release_all"
    """Free every reservation: nothing is held, and that is proven."""
    RELEASE_LOSS = "release_loss"
    """Free the loss reserved for a naked leg: both legs are final and equal."""
    WATCH = "watch"
    """Put legs that came to zero on the late-fill watch."""
    REVIEW = "review"
    """Show a person the two legs, the present quotes, and what completing or unwinding would cost."""


DUTIES: dict[TradeState, tuple[Duty, ...]] = {
    TradeState.PLANNED: (),
    TradeState.WORKING: (Duty.RESOLVE,),
    TradeState.IN_DOUBT: (Duty.RESOLVE,),
    TradeState.HEDGED_PROVISIONAL: (Duty.RESOLVE,),
    TradeState.HEDGED: (Duty.RELEASE_LOSS,),
    TradeState.FLAT: (Duty.RELEASE_ALL, Duty.WATCH),
    TradeState.ASYMMETRIC: (Duty.PAUSE, Duty.ALERT, Duty.WATCH, Duty.REVIEW),
    TradeState.UNWINDING: (Duty.RESOLVE,),
    TradeState.UNWOUND: (Duty.RELEASE_ALL, Duty.WATCH),
    TradeState.REVIEW: (Duty.PAUSE, Duty.ALERT, Duty.REVIEW),
}


def may_unwind(filled: TradeLeg, other: TradeLeg) -> bool:
    """Whether a corrective order may be considered at all: the other leg is proven to hold nothing, this one is final
    and holds what was asked for. Anything else could double the error."""
    return other.standing is Standing.ZERO and filled.standing is Standing.HELD


_UNWIND_TABLE: dict[Standing, TradeState] = {
    Standing.PLANNED: TradeState.UNWINDING,
    Standing.FLYING: TradeState.UNWINDING,
    Standing.DOUBT: TradeState.UNWINDING,
    Standing.PROVISIONAL: TradeState.UNWINDING,
    Standing.ZERO: TradeState.ASYMMETRIC,
    Standing.ODD: TradeState.ASYMMETRIC,
    Standing.REVIEW: TradeState.REVIEW,
    Standing.HELD: TradeState.UNWOUND,
}
"""What the order that sells the lonely leg back makes of an asymmetric trade."""


def unwound_state(legs: TradeState, unwind: TradeLeg) -> TradeState:
    """The state of a trade with a corrective order, from that of its two legs. Where the legs turned out to be anything
    but asymmetric after all, and the order is not proven to hold nothing, a person decides."""
    if legs is TradeState.ASYMMETRIC:
        return _UNWIND_TABLE[unwind.standing]
    return legs if unwind.standing is Standing.ZERO else TradeState.REVIEW
