"""The resolver: ask the venues what became of every order that is not proven, book what they say, and do the duties.

It never sends an order. A leg leaves UNKNOWN only by evidence (core/evidence.py); a fill is booked in the transaction
that frees its reservation; what is MATCHED stays provisional until the chain confirms.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from arbkit.app.room import Room
from arbkit.core.breaker import Failure
from arbkit.core.evidence import Observation, Ruling, judge
from arbkit.core.execution import (
    DUTIES,
    ZERO_STATES,
    Duty,
    LegEvent,
    LegState,
    TradeState,
    event_of,
    is_late,
)
from arbkit.core.fees import polymarket_fee_down
from arbkit.core.inventory import cash_difference, position_differences
from arbkit.core.ledger import Account as LedgerAccount
from arbkit.core.ledger import balances, book_fill, book_void, fill_ref
from arbkit.core.markets import PolymarketFees, VenueName
from arbkit.core.money import ZERO_USD, Usd, payout
from arbkit.core.orders import Fill, Filled, SendOutcome, Settlement, near
from arbkit.errors import InvariantError, VenueUnavailable
from arbkit.ports import SentOrder
from arbkit.store.operations import Alert, Severity
from arbkit.store.trades import StoredLeg, StoredTrade

FILLS_SINCE = timedelta(hours=1)
"""How far before a trade its fills are asked for: the venue's clock is not ours."""

CASH_TOLERANCE = Usd(1_000)
"""Rounding of fees that a venue has not reported exactly: a tenth of a cent."""

_ASKED = {LegState.SENDING, LegState.DELAYED, LegState.UNKNOWN, LegState.REVIEW}
_OF_OUTCOME = {LegEvent.FILLED, LegEvent.PARTIAL, LegEvent.KILLED, LegEvent.DELAYED}


async def resolve(room: Room, trade_id: str) -> TradeState:
    """Ask once about every leg of a trade that is not settled, and carry out what follows. Returns its state."""
    for leg in room.store.trades.trade(trade_id).legs:
        if leg.state in _ASKED:
            await _ask(room, leg)
        if room.store.trades.leg(leg.leg_id).state in {LegState.FILLED, LegState.PARTIAL}:
            await _book(room, room.store.trades.leg(leg.leg_id))
    return perform_duties(room, trade_id)


async def resolve_all(room: Room) -> Sequence[StoredTrade]:
    """Ask about every unfinished trade and about late fills; what is still unfinished afterwards."""
    for trade in room.store.trades.unfinished():
        await resolve(room, trade.trade_id)
    for leg in room.store.trades.watched(at=room.clock.now()):
        await _look_for_late_fill(room, leg)
    return room.store.trades.unfinished()


def learn(room: Room, leg: StoredLeg, outcome: SendOutcome) -> LegState:
    """Write down what a venue said about an order."""
    event = event_of(outcome, asked=leg.order.qty)
    order_id = outcome.venue_order_id if isinstance(outcome, Filled) else ""
    why = getattr(outcome, "why", "") or str(type(outcome).__name__).lower()
    with room.store.together():
        late = is_late(leg.state, event)
        now = room.clock.now()
        after = room.store.journal.record(leg.leg_id, event, why=why, at=now, venue_order_id=order_id)
        if isinstance(outcome, Filled):
            room.store.journal.settle(leg.leg_id, outcome.settlement, at=now)
        if late:
            room.fail(Failure.LATE_FILL, f"order {leg.client_id} was filled after it was believed to hold nothing")
    return after


async def _ask(room: Room, leg: StoredLeg) -> None:
    account = room.accounts[leg.order.market.venue]
    outcome = await account.outcome(_sent_order(room, leg))
    if outcome is not None and event_of(outcome, asked=leg.order.qty) in _OF_OUTCOME:
        learn(room, leg, outcome)
        return
    now = room.clock.now()
    if leg.state in {LegState.SENDING, LegState.DELAYED} and leg.deadline and now > leg.deadline:
        room.store.journal.record(leg.leg_id, LegEvent.LOST, why="the deadline passed without news", at=now)
    elif leg.state in {LegState.UNKNOWN, LegState.REVIEW} and outcome is None:
        await _weigh(room, leg)


async def _weigh(room: Room, leg: StoredLeg) -> None:
    """Nothing was found: keep that as a look, and rule on all looks so far."""
    venue = leg.order.market.venue
    if leg.deadline is None:
        raise InvariantError(f"leg {leg.leg_id} is {leg.state} and was never sent")
    horizon = await room.accounts[venue].read_horizon()
    agree = await _books_agree(room, venue)
    look = Observation(at=room.clock.now(), horizon=horizon, books_agree=agree, stream_healthy=True)
    with room.store.together():
        room.store.journal.look(leg.leg_id, look)
        finding = judge(venue, deadline=leg.deadline, looks=room.store.trades.looks(leg.leg_id), now=look.at)
        if finding.ruling is Ruling.PROVEN_ABSENT:
            room.store.journal.record(leg.leg_id, LegEvent.PROVEN_ABSENT, why=finding.why, at=look.at)
        elif finding.ruling is Ruling.OVERDUE and leg.state is LegState.UNKNOWN:
            room.store.journal.record(leg.leg_id, LegEvent.OVERDUE, why=finding.why, at=look.at)


async def _books_agree(room: Room, venue: VenueName) -> bool:
    """Whether positions and cash at a venue are those of the ledger, without the order in doubt."""
    account = room.accounts[venue]
    differences = position_differences(room.store.ledger.positions(), venue, await account.holdings())
    ours = balances(room.store.ledger.transactions()).get((venue, LedgerAccount.CASH), ZERO_USD)
    cash = cash_difference(ours, venue, await account.balances(), tolerance=CASH_TOLERANCE)
    return not differences and cash is None


async def _book(room: Room, leg: StoredLeg) -> None:
    """Bring a filled leg's trades into journal and ledger, and its settlement up to date."""
    if leg.settlement is Settlement.FINAL and near(leg.order.qty, leg.filled):
        return
    await _book_fills(room, leg)
    if leg.settlement in {Settlement.NONE, Settlement.PENDING}:
        outcome = await room.accounts[leg.order.market.venue].outcome(_sent_order(room, leg))
        if isinstance(outcome, Filled) and outcome.settlement is not leg.settlement:
            _settle(room, leg, outcome.settlement)


async def _book_fills(room: Room, leg: StoredLeg) -> None:
    trade = room.store.trades.trade(leg.trade_id)
    fills = await room.accounts[leg.order.market.venue].fills(since=trade.started_at - FILLS_SINCE)
    keys = {leg.client_id, leg.venue_order_id} - {""}
    for fill in fills:
        if fill.order_key in keys:
            book(room, fill, leg.leg_id)


def book(room: Room, fill: Fill, leg_id: str | None) -> bool:
    """Keep a fill and book it, in one transaction; False if it is known already."""
    priced = _with_fee(room, fill)
    with room.store.together():
        if not room.store.journal.add_fill(priced, leg_id):
            return False
        room.store.ledger.append([book_fill(priced, room.store.ledger.positions())])
    return True


def _with_fee(room: Room, fill: Fill) -> Fill:
    """Polymarket reports no fee with a trade; its formula is public and is what it charges."""
    if fill.fee is not None:
        return fill
    market = room.catalogue.catalogue.market(fill.market)
    if market is None or not isinstance(market.fees, PolymarketFees):
        raise InvariantError(
            f"fill {fill.fill_id} on {fill.market}: neither its fee nor the market's schedule is known"
        )
    return replace(fill, fee=polymarket_fee_down(market.fees, fill.qty, fill.cost))


def _settle(room: Room, leg: StoredLeg, seen: Settlement) -> None:
    """Move the settlement axis; a trade that failed on chain is taken back in the ledger, and pauses."""
    now = room.clock.now()
    with room.store.together():
        room.store.journal.settle(leg.leg_id, seen, at=now)
        if seen is not Settlement.VOID:
            return
        refs = {fill_ref(fill) for fill in room.store.trades.fills(leg.leg_id)}
        voided = [book_void(booked, now) for booked in room.store.ledger.transactions() if booked.ref in refs]
        room.store.ledger.append(voided)
        room.fail(Failure.GHOST_FILL, f"{leg.order.market}: order {leg.venue_order_id} was matched and failed on chain")


async def _look_for_late_fill(room: Room, leg: StoredLeg) -> None:
    outcome = await room.accounts[leg.order.market.venue].outcome(_sent_order(room, leg))
    if isinstance(outcome, Filled) and leg.state in ZERO_STATES:
        learn(room, leg, outcome)
        await _book(room, room.store.trades.leg(leg.leg_id))


def _sent_order(room: Room, leg: StoredLeg) -> SentOrder:
    started: datetime = room.store.trades.trade(leg.trade_id).started_at
    return SentOrder(
        order=leg.order,
        client_id=leg.client_id,
        venue_order_id=leg.venue_order_id,
        since=started - timedelta(seconds=5),
    )


def perform_duties(room: Room, trade_id: str) -> TradeState:
    """Do what the state of a trade demands: pause before anything else, then tell, then finish."""
    trade = room.store.trades.trade(trade_id)
    state = trade.state
    duties = DUTIES[state]
    if Duty.PAUSE in duties:
        _pause(room, trade, state)
    elif state is TradeState.IN_DOUBT:
        _pause_when_doubt_lasts(room, trade)
    elif trade.finished_at is None and state is TradeState.HEDGED and _all_booked(trade):
        _complete(room, trade)
    elif trade.finished_at is None and state is TradeState.FLAT:
        _fall_flat(room, trade)
    return state


def _all_booked(trade: StoredTrade) -> bool:
    return all(near(leg.order.qty, leg.filled) for leg in trade.legs)


def actual_net(trade: StoredTrade) -> Usd:
    """What the trade will have made once one of its legs pays: the hedged quantity less all that was paid."""
    hedged = min(leg.filled for leg in trade.legs)
    return payout(hedged) - trade.legs[0].cost - trade.legs[0].fee - trade.legs[1].cost - trade.legs[1].fee


def _complete(room: Room, trade: StoredTrade) -> None:
    net = actual_net(trade)
    with room.store.together():
        room.store.journal.finish(trade.trade_id, status="complete", net=net, notes="", at=room.clock.now())
        if trade.sighting_id:
            room.store.sightings.mark_executed(trade.sighting_id)
        room.succeed()
        _tell(
            room, Severity.MEDIUM, "trade_executed", f"Trade {trade.trade_id} executed: {_legs(trade)}. Profit ${net}"
        )


def _fall_flat(room: Room, trade: StoredTrade) -> None:
    """Both legs came to nothing: expected with Fill-or-Kill, counted, and no reason to stop by itself."""
    sent = any(leg.deadline for leg in trade.legs)
    with room.store.together():
        room.store.journal.finish(
            trade.trade_id, status="failed", net=ZERO_USD, notes=_legs(trade), at=room.clock.now()
        )
        if sent:
            room.fail(Failure.EXECUTION_FAILURE, f"trade {trade.trade_id}: {_legs(trade)}", severity=Severity.MEDIUM)


def _pause(room: Room, trade: StoredTrade, state: TradeState) -> None:
    failure = Failure.ASYMMETRIC_EXECUTION if state is TradeState.ASYMMETRIC else Failure.LEG_UNRESOLVED
    if f"{failure}" in trade.notes:
        return
    with room.store.together():
        room.store.journal.note(trade.trade_id, failure, status="partial")
        room.fail(failure, f"trade {trade.trade_id}: {_legs(trade)}")


def _pause_when_doubt_lasts(room: Room, trade: StoredTrade) -> None:
    now = room.clock.now()
    late = [leg for leg in trade.legs if leg.deadline and now - leg.deadline >= room.rules.doubt_max]
    doubtful = [leg for leg in late if leg.state is LegState.UNKNOWN]
    if doubtful and Failure.LEG_UNRESOLVED not in trade.notes:
        with room.store.together():
            room.store.journal.note(trade.trade_id, Failure.LEG_UNRESOLVED, status="pending")
            room.fail(Failure.LEG_UNRESOLVED, f"trade {trade.trade_id}: {_legs(trade)}; run `arbkit reconcile`")


def _legs(trade: StoredTrade) -> str:
    orders = ((leg.order, leg.state) for leg in trade.legs)
    return ", ".join(f"{o.market.venue} {o.action} {o.side} {o.qty} at {o.limit}: {state}" for o, state in orders)


def _tell(room: Room, severity: Severity, kind: str, text: str) -> None:
    room.store.operations.alert(Alert(severity=severity, kind=kind, text=text), at=room.clock.now())


FAULTS_OF_A_VENUE = (VenueUnavailable,)
"""What a pass of the resolver may meet without harm: it asks again later."""
