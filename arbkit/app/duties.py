"""Duties: what the state of a trade demands, done in order: pause before anything else, then tell, then finish."""

from collections.abc import Iterable

from arbkit.app.room import Room
from arbkit.core.alerts import Alert, Severity
from arbkit.core.breaker import Failure
from arbkit.core.evidence import OVERDUE_AFTER
from arbkit.core.execution import DUTIES, Duty, Standing, TradeState
from arbkit.core.markets import Side
from arbkit.core.money import MICRO, ZERO_USD, Price, Usd, payout
from arbkit.core.orders import near
from arbkit.core.paid import fee_surplus
from arbkit.store.trades import StoredLeg, StoredTrade


def perform_duties(room: Room, trade_id: str) -> TradeState:
    """Do what the state of a trade demands: pause before anything else, then tell, then finish."""
    trade = room.store.trades.trade(trade_id)
    state = trade.state
    duties = DUTIES[state]
    if Duty.PAUSE in duties:
        _pause(room, trade, state)
    elif trade.finished_at is not None:
        pass
    elif state is TradeState.HEDGED and _all_booked(trade.legs):
        _complete(room, trade)
    elif state is TradeState.UNWOUND and _all_booked(_standing(trade)):
        _end_unwound(room, trade)
    elif state is TradeState.FLAT:
        _fall_flat(room, trade)
    else:
        _pause_when_it_lasts(room, trade, state)
    return state


def _standing(trade: StoredTrade) -> list[StoredLeg]:
    """The orders of a trade that were filled, whether their trades were seen yet or not."""
    return [order for order in trade.orders if order.standing.standing is not Standing.ZERO]


def _all_booked(orders: Iterable[StoredLeg]) -> bool:
    return all(near(order.order.qty, order.filled) for order in orders)


def actual_net(trade: StoredTrade) -> Usd:
    """What the trade will have made once one of its legs pays: the hedged quantity less all that was paid."""
    hedged = min(leg.filled for leg in trade.legs)
    return payout(hedged) - trade.legs[0].paid - trade.legs[1].paid


def unwound_net(trade: StoredTrade) -> Usd:
    """What a trade of which one leg was sold back has made: what came in less all that was paid, both fees included."""
    return -Usd(sum(order.spent.micros for order in trade.orders))


def _complete(room: Room, trade: StoredTrade) -> None:
    net = actual_net(trade)
    with room.store.together():
        _check_fees(room, trade)
        room.store.journal.finish(trade.trade_id, status="complete", net=net, notes="", at=room.clock.now())
        if trade.sighting_id:
            room.store.sightings.mark_executed(trade.sighting_id)
        room.succeed()
        _tell(room, Severity.MEDIUM, "trade_executed", f"{_executed(trade)}\nProfit: ${net}\n\n{_named(trade)}")


def _executed(trade: StoredTrade) -> str:
    """The words of the specification, section 3.15: who buys NO sells YES for the rest of a dollar."""
    first, second = trade.legs if trade.legs[0].order.side is Side.YES else reversed(trade.legs)
    bought, sold = (leg.cost.micros * MICRO // leg.filled.micros for leg in (first, second))
    buy = f"Buy: {first.order.market.venue} @ ${Price(bought)}"
    return f"Trade executed!\n\n{buy}\nSell: {second.order.market.venue} @ ${Price(MICRO - sold)}"


def _named(trade: StoredTrade) -> str:
    return f"trade {trade.trade_id}: {_legs(trade)}"


def _end_unwound(room: Room, trade: StoredTrade) -> None:
    """The leg that stood alone was sold back: nothing is held any more. The pause stays for a person."""
    net = unwound_net(trade)
    with room.store.together():
        room.store.journal.finish(
            trade.trade_id, status="failed", net=net, notes=f"unwound: {_legs(trade)}", at=room.clock.now()
        )
        _tell(room, Severity.HIGH, "unwound", f"Trade {trade.trade_id} was unwound: {_legs(trade)}. Result ${net}")
    room.weigh_losses()


def _check_fees(room: Room, trade: StoredTrade) -> None:
    """Fees that are not those of the schedule stop trading: every profit that was counted on may be wrong."""
    for leg in trade.legs:
        market = room.catalogue.catalogue.market(leg.order.market)
        if market is None or market.fees is None:
            continue
        surplus = fee_surplus(market.fees, room.store.trades.fills(leg.leg_id), leg.fee)
        if surplus.micros:
            kept = room.store.operations.fact("fee_mismatch_micros")
            total = int(kept[0]) if kept else 0
            room.store.operations.note("fee_mismatch_micros", str(total + surplus.micros), at=room.clock.now())
            detail = f"trade {trade.trade_id}, {leg.order.market}: ${leg.fee} fee is ${surplus} off the schedule"
            room.fail(Failure.FEE_MISMATCH, detail)


def _fall_flat(room: Room, trade: StoredTrade) -> None:
    """Both legs came to nothing: expected with Fill-or-Kill, counted, and no reason to stop by itself."""
    sent = any(leg.deadline for leg in trade.legs)
    with room.store.together():
        room.store.journal.finish(
            trade.trade_id, status="failed", net=ZERO_USD, notes=_legs(trade), at=room.clock.now()
        )
        if sent:
            room.fail(Failure.EXECUTION_FAILURE, _named(trade), severity=Severity.MEDIUM)


def _pause(room: Room, trade: StoredTrade, state: TradeState) -> None:
    failure = Failure.ASYMMETRIC_EXECUTION if state is TradeState.ASYMMETRIC else Failure.LEG_UNRESOLVED
    if f"{failure}" in trade.notes:
        return
    with room.store.together():
        room.store.journal.note(trade.trade_id, failure, status="partial")
        room.fail(failure, _named(trade))


def _pause_when_it_lasts(room: Room, trade: StoredTrade, state: TradeState) -> None:
    """An order in doubt, a fill whose trades are not shown, a trade that the chain does not confirm: not for ever."""
    patience = OVERDUE_AFTER if state is TradeState.HEDGED_PROVISIONAL else room.rules.doubt_max
    deadlines = [leg.deadline for leg in trade.legs if leg.deadline]
    lasts = deadlines and room.clock.now() - min(deadlines) >= patience
    if lasts and Failure.LEG_UNRESOLVED not in trade.notes:
        with room.store.together():
            room.store.journal.note(trade.trade_id, Failure.LEG_UNRESOLVED, status="pending")
            room.fail(Failure.LEG_UNRESOLVED, f"{_named(trade)}; run `arbkit reconcile{room.mode.words}`")


def _legs(trade: StoredTrade) -> str:
    orders = ((leg.order, leg.state) for leg in trade.orders)
    return ", ".join(f"{o.market.venue} {o.action} {o.side} {o.qty} at {o.limit}: {state}" for o, state in orders)


def _tell(room: Room, severity: Severity, kind: str, text: str) -> None:
    room.store.operations.alert(Alert(severity=severity, kind=kind, text=text), at=room.clock.now())
