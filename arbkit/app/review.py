"""Review: what a person decides about a trade that evidence alone does not end, checked at the venue before it counts.

A word about an order is taken only for one that nobody could find out about (REVIEW), and only if the venue does not
say otherwise: what it shows is booked, and the word refused. Everything said is kept, with who and why.
"""

from arbkit.app.duties import perform_duties
from arbkit.app.resolve import book_fills, books_agree, learn, resolve, sent_order
from arbkit.app.room import Room
from arbkit.app.unwind import lonely, unwind_and_follow
from arbkit.core.alerts import Alert, Severity
from arbkit.core.evidence import QUIESCENCE
from arbkit.core.execution import LegEvent, LegState, Standing, TradeState, event_of
from arbkit.core.markets import VenueName
from arbkit.core.orders import Filled, Killed
from arbkit.errors import BadId, RefusedError
from arbkit.store.trades import StoredLeg, StoredTrade

OPEN_TO_A_PERSON = {TradeState.ASYMMETRIC, TradeState.REVIEW, TradeState.IN_DOUBT, TradeState.UNWINDING}


def open_trade(room: Room, text: str) -> StoredTrade:
    """An unfinished trade by the beginning of its id. Raises BadId."""
    found = [trade for trade in room.store.trades.unfinished() if text and trade.trade_id.startswith(text)]
    if len(found) != 1:
        raise BadId(text, "the id of one open trade, as `arbkit resolve` shows them")
    return found[0]


async def claim(room: Room, trade: StoredTrade, venue: VenueName, *, filled: bool, who: str, reason: str) -> LegState:
    """Take a person's word for what became of an order under review. Returns the state of the order.

    Raises RefusedError where the venue contradicts it, or where there is nothing to be said; what the venue shows is
    booked all the same.
    """
    leg = _under_review(trade, venue)
    told = await room.accounts[venue].outcome(sent_order(room, leg))
    if isinstance(told, Filled | Killed):
        learn(room, leg, told)
        await book_fills(room, room.store.trades.leg(leg.leg_id))
        perform_duties(room, trade.trade_id)
        if isinstance(told, Filled) is not filled:
            raise RefusedError(f"{venue} says otherwise: the order is {event_of(told, asked=leg.order.qty)}, booked so")
        return room.store.trades.leg(leg.leg_id).state
    if filled:
        raise RefusedError(f"{venue} shows no trade of order {leg.client_id}: there is nothing that could be booked")
    await _hold_against_the_venue(room, leg)
    with room.store.together():
        why = f"by hand, {who}: {reason}; {venue} shows nothing of it, and its positions and cash agree with that"
        after = room.store.journal.record(leg.leg_id, LegEvent.KILLED, why=why, at=room.clock.now())
        _tell(room, f"Order {leg.client_id} of trade {trade.trade_id} counts as never filled {why}")
    perform_duties(room, trade.trade_id)
    return after


def _under_review(trade: StoredTrade, venue: VenueName) -> StoredLeg:
    legs = [order for order in trade.orders if order.order.market.venue is venue]
    waiting = next((order for order in legs if order.state is LegState.REVIEW), None)
    if waiting is None:
        states = ", ".join(order.state for order in legs)
        raise RefusedError(
            f"the order at {venue} is {states}: a word is taken only for one under review; evidence decides the others"
        )
    return waiting


async def _hold_against_the_venue(room: Room, leg: StoredLeg) -> None:
    venue, now = leg.order.market.venue, room.clock.now()
    await book_fills(room, leg)
    if room.store.trades.leg(leg.leg_id).filled:
        raise RefusedError(f"{venue} shows trades of order {leg.client_id}; they were booked")
    quiet = leg.deadline + QUIESCENCE[venue] if leg.deadline else None
    if quiet is not None and now < quiet:
        raise RefusedError(f"too early: {venue} may take the order until {quiet.isoformat(timespec='seconds')}")
    if not await books_agree(room, venue):
        raise RefusedError(f"positions or cash at {venue} differ from the ledger without this order; see `reconcile`")


async def sell_back(room: Room, trade: StoredTrade) -> TradeState:
    """Unwind by a person's order, within the same bounds as by itself. Raises RefusedError where it is not done."""
    state = await unwind_and_follow(room, trade.trade_id)
    if room.store.trades.trade(trade.trade_id).unwind is None:
        notes = room.store.trades.trade(trade.trade_id).notes
        raise RefusedError(f"nothing was sold back: the trade is {state}; {notes}")
    return state


async def accept(room: Room, trade: StoredTrade, *, who: str, reason: str) -> None:
    """End an asymmetric trade as it stands: what is held is the person's from now on, and counts as any position.

    Raises RefusedError while anything about it is not proven.
    """
    await resolve(room, trade.trade_id)
    fresh = room.store.trades.trade(trade.trade_id)
    if fresh.state is not TradeState.ASYMMETRIC:
        raise RefusedError(f"the trade is {fresh.state}; only one with a proven leg that stands alone is taken over")
    pair = lonely(fresh)
    if pair is not None and pair[0].standing.standing is Standing.PROVISIONAL:
        raise RefusedError("the chain has not confirmed the leg that stands alone yet; wait until it has")
    with room.store.together():
        room.store.journal.take_over(fresh.trade_id, note=f"taken over by {who}: {reason}", at=room.clock.now())
        _tell(room, f"Trade {fresh.trade_id} was taken over as it stands by {who}: {reason}")


def _tell(room: Room, text: str) -> None:
    alert = Alert(severity=Severity.HIGH, kind="manual_resolution", text=text)
    room.store.operations.alert(alert, at=room.clock.now())
