"""Unwinding: one bounded attempt to sell a leg back that stands alone, and the figures a person is shown about it.

`risk.on_asymmetric: unwind` asks for it; a person can, too. It is done only where the other leg is proven to hold
nothing and this one is final, with one Fill-or-Kill order within the bounds of core/correction.py, which is on disk
before it is sent. Trading was paused before, and stays paused whatever comes of it. Recovery never does this.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from arbkit.app.duties import perform_duties
from arbkit.app.resolve import FAULTS_OF_A_VENUE, resolve
from arbkit.app.room import Room
from arbkit.app.sending import planned, send
from arbkit.core.books import Book, problem
from arbkit.core.breaker import Failure
from arbkit.core.correction import Correction, Lonely, complete, sell_back, too_dear
from arbkit.core.execution import Standing, TradeState, may_unwind
from arbkit.core.markets import Market
from arbkit.core.money import ZERO_USD, Usd, proceeds_down
from arbkit.core.orders import FokOrder
from arbkit.errors import InvariantError, RefusedError
from arbkit.ports import PreparedOrder
from arbkit.store.trades import StoredLeg, StoredTrade

TRIED = "unwind:"
"""How the note of an attempt begins that was not made: there is no second look."""

EXPECTED_TRIPS = frozenset({Failure.ASYMMETRIC_EXECUTION, Failure.GHOST_FILL, Failure.EXECUTION_FAILURE})
"""What an asymmetric trade itself opens the breaker for. With any other trip open nothing is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a person can do about a trade of which one leg stands alone, by the books of this moment."""

    trade: StoredTrade
    held: StoredLeg
    missing: StoredLeg
    back: Correction | None
    """Sell it back; None where the bids do not suffice."""
    completed: Correction | None
    """Buy the missing leg; None where the offers do not suffice."""
    loss_left: Usd
    """What the daily loss limit leaves for this trade."""
    hindrance: str
    """Why it must not be sold back now, "" if it may."""


def lonely(trade: StoredTrade) -> tuple[StoredLeg, StoredLeg] | None:
    """The leg that holds something and the one that proved to hold nothing; None where it is not so."""
    for held, other in (trade.legs, trade.legs[::-1]):
        if held.standing.held and other.standing.standing is Standing.ZERO:
            return held, other
    return None


def obstacle(room: Room, trade: StoredTrade) -> str:
    """Why this trade must not be unwound now, whatever the books say; "" if it may."""
    pair = lonely(trade)
    if trade.state is not TradeState.ASYMMETRIC or pair is None:
        return f"the trade is {trade.state}, and not one leg alone"
    if trade.unwind is not None or TRIED in trade.notes:
        return "it was tried once, and is not tried again"
    if not may_unwind(pair[0].standing, pair[1].standing):
        return f"the {pair[0].order.market.venue} leg is {pair[0].state} and {pair[0].settlement}: not final"
    if why := room.halted():
        return why
    others = [trip for failure, trip in room.store.operations.breaker().trips.items() if failure not in EXPECTED_TRIPS]
    return f"trading is paused for {others[0].failure}: {others[0].detail}" if others else ""


async def choices(room: Room, trade: StoredTrade) -> Choices | None:
    """The live figures of an asymmetric trade. Errors: those of the venues."""
    pair = lonely(trade)
    if pair is None:
        return None
    held, missing = pair
    (market, book), (other, other_book) = await asyncio.gather(_seen(room, held), _seen(room, missing))
    leg = Lonely(side=held.order.side, qty=held.standing.held, paid=held.paid)
    back = sell_back(leg, book, market.fees) if market.fees else None
    completed = complete(leg, missing.order.side, other_book, other.fees) if other.fees else None
    left = _loss_left(room, trade)
    return Choices(
        trade=trade, held=held, missing=missing, back=back, completed=completed, loss_left=left,
        hindrance=obstacle(room, trade) or _unfit(room, book) or _bounded(room, back, left),
    )  # fmt: skip


async def unwind(room: Room, trade_id: str) -> str:
    """Sell the lonely leg of a trade back, once; why that was not done, "" if the order was sent.

    Errors: those of the venues, before anything was written or sent.
    """
    trade = room.store.trades.trade(trade_id)
    if why := obstacle(room, trade):
        return why
    seen = await choices(room, trade)
    if seen is None or seen.back is None or seen.hindrance:
        why = seen.hindrance if seen else "no leg stands alone"
        room.store.journal.note(trade_id, f"{TRIED} {why};", status="partial")
        return why
    try:
        prepared = _prepare(room, seen.held, seen.back)
        why = _mark(room, trade_id, prepared)
    except RefusedError as error:
        why = str(error)
        room.store.journal.note(trade_id, f"{TRIED} {why};", status="partial")
    if why:
        return why
    await send(room, [prepared])
    perform_duties(room, trade_id)
    return ""


async def unwind_and_follow(room: Room, trade_id: str) -> TradeState:
    """Unwind where that is wanted and may be done, and ask until it is known what became of it, or time is up."""
    started_ms = room.clock.monotonic_ms()
    while True:
        trade = room.store.trades.trade(trade_id)
        with suppress(*FAULTS_OF_A_VENUE):
            if trade.state is TradeState.ASYMMETRIC:
                await unwind(room, trade_id)
            await resolve(room, trade_id)
        trade = room.store.trades.trade(trade_id)
        waiting = trade.state is TradeState.UNWINDING or _matures(trade) or not obstacle(room, trade)
        if not waiting or room.clock.monotonic_ms() - started_ms >= room.rules.resolve_for_ms:
            return trade.state
        await room.clock.sleep(room.rules.resolve_every_ms)


def _matures(trade: StoredTrade) -> bool:
    """Whether the chain has still to confirm the leg that may then be sold back."""
    pair = lonely(trade) if trade.state is TradeState.ASYMMETRIC else None
    return pair is not None and pair[0].standing.standing is Standing.PROVISIONAL


async def _seen(room: Room, leg: StoredLeg) -> tuple[Market, Book]:
    venue = room.venues[leg.order.market.venue]
    market = await venue.market(leg.order.market)
    answer = await venue.books([market])
    if market.id not in answer.books:
        raise RefusedError(f"{market.id}: {answer.missing.get(market.id, 'the venue shows no book')}")
    return market, answer.books[market.id]


def _unfit(room: Room, book: Book) -> str:
    why = problem(book, age_ms_max=room.limits.book_age_ms_max, now=room.clock.now())
    return f"the book of {book.market} is {why}" if why else ""


def _bounded(room: Room, back: Correction | None, left: Usd) -> str:
    if back is None:
        return "the bids do not suffice to sell all of it"
    return too_dear(
        back,
        slippage_max_ppm=room.rules.slippage_max_ppm,
        trade_loss_max=room.limits.trade_loss_max,
        day_left=left,
    )


def _loss_left(room: Room, trade: StoredTrade) -> Usd:
    """What the daily limit leaves for this trade: its own reservation, and the fee it has already paid, are its own."""
    own_fees = sum(order.fee.micros for order in trade.orders)
    lost = max(-room.counted_today().micros - own_fees, 0)
    others = room.store.trades.reserved("loss").micros - room.store.trades.loss_reserved_by(trade.trade_id).micros
    return max(Usd(room.limits.daily_loss_max.micros - lost - others), ZERO_USD)


def _prepare(room: Room, held: StoredLeg, back: Correction) -> PreparedOrder:
    order = FokOrder(
        leg_id=f"{held.trade_id}-u",
        market=held.order.market,
        side=back.side,
        action=back.action,
        qty=back.qty,
        limit=back.limit,
        budget=proceeds_down(back.limit, back.qty),
    )
    market = room.catalogue.catalogue.market(held.order.market)
    if market is None:
        raise InvariantError(f"{held.order.market} is held and not in the catalogue")
    return room.desks[order.market.venue].prepare(order, market=market, now=room.clock.now())


def _mark(room: Room, trade_id: str, prepared: PreparedOrder) -> str:
    """The last gate, in the commit that writes the order: everything may have changed since the books were read."""
    with room.store.together():
        now = room.clock.now()
        if why := obstacle(room, room.store.trades.trade(trade_id)):
            return why
        room.store.operations.hold_epoch(room.epoch)
        deadline = now + timedelta(milliseconds=room.rules.order_timeout_ms)
        room.store.journal.open_unwind(trade_id, planned(prepared, worst_cost=ZERO_USD), at=now, deadline=deadline)
    return ""
