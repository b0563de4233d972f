"""The resolver: ask the venues what became of every order that is not proven, book what they say, and do the duties.

It never sends an order. A leg leaves UNKNOWN only by evidence (core/evidence.py); a fill is booked in the transaction
that frees its reservation; what is MATCHED stays provisional until the chain confirms.
"""

from collections.abc import Awaitable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from arbkit.app.duties import perform_duties
from arbkit.app.room import UNWELL_FOR, Room
from arbkit.app.settlements import CASH_ROUNDING, still_held
from arbkit.core.alerts import Severity
from arbkit.core.breaker import Failure
from arbkit.core.evidence import OVERDUE_AFTER, Observation, Ruling, judge
from arbkit.core.execution import (
    LEG_TABLE,
    ZERO_STATES,
    LegEvent,
    LegState,
    TradeState,
    event_of,
    is_late,
)
from arbkit.core.fees import polymarket_fee_down
from arbkit.core.inventory import cash_difference, position_differences
from arbkit.core.ledger import Account as LedgerAccount
from arbkit.core.ledger import balances, book_fill, book_netting, book_void, fill_ref, netting_ref
from arbkit.core.markets import MarketId, PolymarketFees, Side, VenueName
from arbkit.core.money import ZERO_QTY, ZERO_USD, Qty, Usd, payout
from arbkit.core.orders import Action, Delayed, Fill, Filled, Rejected, SendOutcome, Settlement, near
from arbkit.errors import ArbkitError, AuthError, InvariantError, SchemaMismatch, VenueUnavailable
from arbkit.ports import SentOrder
from arbkit.store.trades import StoredLeg, StoredTrade

FILLS_SINCE = timedelta(hours=1)
"""How far before a trade its fills are asked for: the venue's clock is not ours."""

FAULTS_OF_A_VENUE = (VenueUnavailable, AuthError, SchemaMismatch)
"""What a pass of the resolver may meet without harm: it asks again later."""

_BEYOND_THE_ORDER = {401: Failure.AUTHENTICATION, 403: Failure.AUTHENTICATION, 429: Failure.RATE_LIMIT_EXCEEDED}
"""Refusals that say something about the next order, too."""
_ASKED = {LegState.SENDING, LegState.DELAYED, LegState.UNKNOWN, LegState.REVIEW}
_OF_OUTCOME = {LegEvent.FILLED, LegEvent.PARTIAL, LegEvent.KILLED}
_OF_POST = {LegEvent.LOST, LegEvent.REJECTED, LegEvent.WITHHELD, LegEvent.DELAYED}
_PAST_SENDING = set(LegState) - {LegState.INTENT, LegState.SENDING}


async def resolve(room: Room, trade_id: str) -> TradeState:
    """Ask once about every leg of a trade that is not settled, and carry out what follows. Returns its state.

    Errors: those of the venues, after the other leg was asked and the duties are done: a venue that is down is the
    commonest reason for doubt, and must not keep a doubt from pausing.
    """
    failures: list[ArbkitError] = []
    for leg in room.store.trades.trade(trade_id).orders:
        await _gathered(room, _resolve_leg(room, leg.leg_id), failures)
    state = perform_duties(room, trade_id)
    if failures:
        raise failures[0]
    return state


async def _resolve_leg(room: Room, leg_id: str) -> None:
    leg = room.store.trades.leg(leg_id)
    if leg.state in _ASKED:
        await _ask(room, leg)
        leg = room.store.trades.leg(leg_id)
    if leg.state in {LegState.FILLED, LegState.PARTIAL}:
        await _book(room, leg)


async def resolve_all(room: Room, *, late_fills: bool = True) -> Sequence[StoredTrade]:
    """Ask about every unfinished trade, and about late fills; what is still unfinished afterwards.

    Errors: those of the venues, after everything else was asked.
    """
    failures: list[ArbkitError] = []
    for trade in room.store.trades.unfinished():
        await _gathered(room, resolve(room, trade.trade_id), failures)
    for leg in room.store.trades.watched(at=room.clock.now()) if late_fills else ():
        await _gathered(room, _look_for_late_fill(room, leg), failures)
    if failures:
        raise failures[0]
    return room.store.trades.unfinished()


async def _gathered(room: Room, question: Awaitable[object], failures: list[ArbkitError]) -> None:
    """Ask, and put a fault of the venue aside for later; what cannot be pauses, and holds nothing else up."""
    try:
        await question
    except FAULTS_OF_A_VENUE as error:
        failures.append(error)
    except InvariantError as error:
        room.impossible(error)


def learn(room: Room, leg: StoredLeg, outcome: SendOutcome) -> LegState:
    """Write down what a venue said about an order. Returns the state of the leg afterwards."""
    event = event_of(outcome, asked=leg.order.qty)
    order_id = outcome.venue_order_id if isinstance(outcome, Filled) else ""
    why = getattr(outcome, "why", "") or str(type(outcome).__name__).lower()
    with room.store.together():
        leg = room.store.trades.leg(leg.leg_id)  # while the venue was awaited, other news may have come
        if leg.state in _PAST_SENDING and event in _OF_POST and (leg.state, event) not in LEG_TABLE:
            return leg.state  # the resolver was faster than the answer to the POST, and knows more
        late = is_late(leg.state, event)
        now = room.clock.now()
        after = room.store.journal.record(leg.leg_id, event, why=why, at=now, venue_order_id=order_id)
        if isinstance(outcome, Filled):
            _settle(room, leg, outcome.settlement)
        if isinstance(outcome, Rejected) and (span := UNWELL_FOR.get(outcome.status)):
            room.set_aside(leg.order.market.venue, f"it refused an order: {outcome.why}", span)
        if isinstance(outcome, Rejected) and (failure := _BEYOND_THE_ORDER.get(outcome.status)):
            room.fail(failure, f"{leg.order.market.venue} refused an order: {outcome.why}", severity=Severity.HIGH)
        if late:
            room.fail(Failure.LATE_FILL, f"order {leg.client_id} was filled after it was believed to hold nothing")
    return after


async def _ask(room: Room, leg: StoredLeg) -> None:
    account = room.accounts[leg.order.market.venue]
    outcome = await account.outcome(sent_order(room, leg)) or _by_fills(room, leg.leg_id)
    if outcome is not None and event_of(outcome, asked=leg.order.qty) in _OF_OUTCOME:
        learn(room, leg, outcome)
    elif outcome is None and leg.state in {LegState.UNKNOWN, LegState.REVIEW}:
        await _weigh(room, leg)
    else:
        _lose_patience(room, leg.leg_id, held=isinstance(outcome, Delayed))


def _by_fills(room: Room, leg_id: str) -> Filled | None:
    """What the trades say that are booked already, where the venue does not speak of the order itself."""
    leg = room.store.trades.leg(leg_id)
    if not leg.filled:
        return None
    final = leg.order.market.venue is VenueName.KALSHI
    settlement = Settlement.FINAL if final else Settlement.PENDING
    return Filled(leg.venue_order_id, leg.filled, leg.cost, leg.fee, settlement)


def _lose_patience(room: Room, leg_id: str, *, held: bool) -> None:
    """Neither filled nor gone: an order without news is in doubt after its deadline, and then for a person."""
    with room.store.together():
        leg, now = room.store.trades.leg(leg_id), room.clock.now()
        late = leg.deadline is not None and now > leg.deadline
        overdue = leg.deadline is not None and now - leg.deadline >= OVERDUE_AFTER
        if leg.state in {LegState.SENDING, LegState.DELAYED} and late:
            why = "the venue still holds it" if held else "the deadline passed without news"
            room.store.journal.record(leg_id, LegEvent.LOST, why=why, at=now)
        elif leg.state is LegState.SENDING and held:
            room.store.journal.record(leg_id, LegEvent.DELAYED, why="held by the venue", at=now)
        elif leg.state is LegState.UNKNOWN and overdue:
            room.store.journal.record(leg_id, LegEvent.OVERDUE, why="listed, and neither filled nor gone", at=now)


async def _weigh(room: Room, leg: StoredLeg) -> None:
    """Nothing was found: keep that as a look, and rule on all looks so far."""
    venue = leg.order.market.venue
    deadline = leg.deadline
    if deadline is None:
        raise InvariantError(f"leg {leg.leg_id} is {leg.state} and was never sent")
    horizon = await room.accounts[venue].read_horizon()
    agree = await books_agree(room, venue)
    look = Observation(at=room.clock.now(), horizon=horizon, books_agree=agree, stream_healthy=True)
    with room.store.together():
        leg = room.store.trades.leg(leg.leg_id)
        if leg.filled or leg.state not in {LegState.UNKNOWN, LegState.REVIEW}:
            return  # while the venue was asked, the order was heard of
        room.store.journal.look(leg.leg_id, look)
        finding = judge(venue, deadline=deadline, looks=room.store.trades.looks(leg.leg_id), now=look.at)
        if finding.ruling is Ruling.PROVEN_ABSENT:
            room.store.journal.record(leg.leg_id, LegEvent.PROVEN_ABSENT, why=finding.why, at=look.at)
        elif finding.ruling is Ruling.OVERDUE and leg.state is LegState.UNKNOWN:
            room.store.journal.record(leg.leg_id, LegEvent.OVERDUE, why=finding.why, at=look.at)


async def books_agree(room: Room, venue: VenueName) -> bool:
    """Whether positions and cash at a venue are those of the ledger, without the order in doubt."""
    account = room.accounts[venue]
    differences = position_differences(room.store.ledger.positions(), venue, still_held(room, await account.holdings()))
    ours = balances(room.store.ledger.transactions()).get((venue, LedgerAccount.CASH), ZERO_USD)
    cash = cash_difference(ours, venue, await account.balances(), tolerance=CASH_ROUNDING)
    return not differences and cash is None


async def _book(room: Room, leg: StoredLeg) -> None:
    """Bring a filled leg's trades into journal and ledger, and its settlement up to date."""
    booked = leg.settlement is Settlement.FINAL and near(leg.order.qty, leg.filled)
    if booked or leg.settlement is Settlement.VOID:
        return
    await book_fills(room, leg)
    if leg.settlement in {Settlement.NONE, Settlement.PENDING}:
        outcome = await room.accounts[leg.order.market.venue].outcome(sent_order(room, leg))
        if isinstance(outcome, Filled) and outcome.settlement is not leg.settlement:
            _settle(room, leg, outcome.settlement)


async def book_fills(room: Room, leg: StoredLeg) -> None:
    trade = room.store.trades.trade(leg.trade_id)
    fills = await room.accounts[leg.order.market.venue].fills(since=trade.started_at - FILLS_SINCE)
    keys = {leg.client_id, leg.venue_order_id} - {""}
    for fill in fills:
        if fill.order_key in keys:
            book(room, fill, leg.leg_id)


def book(room: Room, fill: Fill, leg_id: str | None) -> bool:
    """Keep a fill and book it, in one transaction; False if it is known already, or failed on chain.

    Raises InvariantError for a fill that cannot be booked; then nothing is kept of it.
    """
    priced = _with_fee(room, fill)
    with room.store.together():
        brought: Usd | None = None
        if leg_id is not None:
            leg = room.store.trades.leg(leg_id)
            if leg.settlement is Settlement.VOID:
                return False
            if leg.order.action is Action.SELL and fill.action is Action.BUY:
                # Kalshi tells a sale as a purchase of the other outcome, which then nets out.
                brought = payout(fill.qty) - fill.cost
        if not room.store.journal.add_fill(priced, leg_id, brought=brought):
            return False
        room.store.ledger.append([book_fill(priced, room.store.ledger.positions())])
        net_out(room, priced.market, ref=fill_ref(priced), at=priced.at)
    return True


def net_out(room: Room, market: MarketId, *, ref: str, at: datetime) -> Qty:
    """Kalshi holds one signed position a market: YES and NO of it become a dollar at once, in the ledger too."""
    held = room.store.ledger.positions()
    both = [held.get((market, side)) for side in Side]
    if market.venue is not VenueName.KALSHI or both[0] is None or both[1] is None:
        return ZERO_QTY
    qty = min(both[0].qty, both[1].qty)
    if qty:
        room.store.ledger.append([book_netting(market, qty, held, ref=ref, at=at)])
    return qty


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
        after = room.store.journal.settle(leg.leg_id, seen, at=now)
        if after is leg.settlement or after is not Settlement.VOID:
            return
        fills = {fill_ref(fill) for fill in room.store.trades.fills(leg.leg_id)}
        refs = fills | {netting_ref(ref) for ref in fills}
        voided = [book_void(booked, now) for booked in room.store.ledger.transactions() if booked.ref in refs]
        room.store.ledger.append(voided)
        room.fail(Failure.GHOST_FILL, f"{leg.order.market}: order {leg.venue_order_id} was matched and failed on chain")


async def _look_for_late_fill(room: Room, leg: StoredLeg) -> None:
    if leg.state not in ZERO_STATES:
        return
    outcome = await room.accounts[leg.order.market.venue].outcome(sent_order(room, leg))
    if isinstance(outcome, Filled):
        learn(room, leg, outcome)
        perform_duties(room, leg.trade_id)
        await _book(room, room.store.trades.leg(leg.leg_id))


def sent_order(room: Room, leg: StoredLeg) -> SentOrder:
    started: datetime = room.store.trades.trade(leg.trade_id).started_at
    return SentOrder(
        order=leg.order,
        client_id=leg.client_id,
        venue_order_id=leg.venue_order_id,
        since=started - timedelta(seconds=5),
    )
