"""The one path of an order to its venue: its row in the journal, the sending, and what became of it.

Who calls `send` has written every order into the journal as SENDING, and this is on the disk. Each order is posted
once, and to its end: whatever becomes of the caller, of the other order or of the answer, what is known is kept, and
what is not known is in doubt, for the resolver to ask about.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from arbkit.app.resolve import learn
from arbkit.app.room import Room
from arbkit.core.breaker import Failure
from arbkit.core.execution import LegState
from arbkit.core.latency import Stage
from arbkit.core.money import Usd
from arbkit.core.orders import InDoubt, SendOutcome
from arbkit.errors import InvariantError, StoreError
from arbkit.ports import PreparedOrder
from arbkit.store.journal import PlannedLeg

A_MOMENT_MS: Final = 1
"""What came back is written down so much later: writing takes a processor that the other order may still need."""


def planned(prepared: PreparedOrder, *, worst_cost: Usd) -> PlannedLeg:
    """What the journal keeps of a signed order before it is sent: all that can identify it at its venue."""
    return PlannedLeg(
        order=prepared.order,
        client_id=prepared.client_id,
        venue_order_id=prepared.venue_order_id,
        body_sha256=hashlib.sha256(prepared.body).hexdigest(),
        worst_cost=worst_cost,
    )


async def send(room: Room, orders: Sequence[PreparedOrder]) -> None:
    """Start all sends with no await between, and return when each has ended; a cancelled caller waits for that, too.

    Errors: InvariantError, before a byte left, for an order that is not SENDING in the journal; StoreError for an
    answer that could not be written down, whatever a desk failed with: both after every order has ended.
    """
    states = room.store.trades.states([prepared.order.leg_id for prepared in orders])
    for prepared in orders:
        state = states.get(prepared.order.leg_id, "unknown to the journal")
        if state is not LegState.SENDING:
            raise InvariantError(f"leg {prepared.order.leg_id} is {state} and was about to be sent")
    tasks = [asyncio.ensure_future(_send_and_keep(room, prepared)) for prepared in orders]
    done = asyncio.gather(*tasks, return_exceptions=True)
    cancelled: asyncio.CancelledError | None = None
    while not done.done():
        try:
            await asyncio.shield(done)
        except asyncio.CancelledError as error:
            cancelled = error
    for end in (cancelled, *done.result()):
        if end is not None:
            raise end


async def _send_and_keep(room: Room, prepared: PreparedOrder) -> None:
    venue = prepared.order.market.venue
    started_ms = room.clock.monotonic_ms()
    try:
        outcome: SendOutcome = await room.desks[venue].send(prepared)
    except BaseException as error:
        # Whatever a desk failed with, a byte may have left: the order is in doubt, and the fault is a bug.
        _keep(room, prepared, InDoubt(type(error).__name__))
        raise
    room.timed(Stage.PLACEMENT, room.clock.monotonic_ms() - started_ms, str(venue))
    try:
        await room.clock.sleep(A_MOMENT_MS)
    finally:
        _keep(room, prepared, outcome)


def _keep(room: Room, prepared: PreparedOrder, outcome: SendOutcome) -> None:
    """Write an answer down. If that fails the order stays SENDING, and the resolver will ask the venue for it."""
    try:
        learn(room, room.store.trades.leg(prepared.order.leg_id), outcome)
    except InvariantError as error:
        room.impossible(error)
    except StoreError as error:
        with suppress(StoreError):
            room.fail(Failure.STORE, f"what became of order {prepared.client_id} could not be written: {error}")
        raise
