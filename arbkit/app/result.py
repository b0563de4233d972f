"""What became of a trade, in the words of the specification (section 3.5), told from what the journal holds."""

from dataclasses import dataclass

from arbkit.app.duties import actual_net, unwound_net
from arbkit.app.room import Room
from arbkit.core.execution import TradeState
from arbkit.core.markets import VenueName
from arbkit.core.money import ZERO_USD, Qty, Usd
from arbkit.core.opportunity import Opportunity
from arbkit.core.risk import Mode, Refused
from arbkit.store.trades import StoredLeg, StoredTrade


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderExecution:
    """What one leg came to."""

    venue: VenueName
    market: str
    side: str
    action: str
    order_id: str
    state: str
    qty: Qty
    cost: Usd
    fee: Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionResult:
    """The specification's ExecutionResult. `slippage` is expected less actual profit; both are None until proven."""

    trade_id: str
    success: bool
    state: str
    dry_run: bool
    qty: Qty
    buy_execution: OrderExecution | None = None
    sell_execution: OrderExecution | None = None
    unwind_execution: OrderExecution | None = None
    """The order that sold a lonely leg back, if one was sent."""
    expected_profit: Usd = ZERO_USD
    actual_profit: Usd | None = None
    slippage: Usd | None = None
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    circuit_breaker_triggered: bool = False
    in_doubt: bool = False
    denied_by: str = ""
    """The first rule of risk that said no."""


def refused(room: Room, answer: Refused) -> ExecutionResult:
    """The result of a trade that risk said no to."""
    opportunity = answer.opportunity
    return ExecutionResult(
        trade_id="",
        success=False,
        state="refused",
        dry_run=room.mode is Mode.DRY_RUN,
        qty=opportunity.qty,
        expected_profit=opportunity.gross - opportunity.fees,
        errors=tuple(reason.text for reason in answer.reasons),
        warnings=answer.warnings,
        circuit_breaker_triggered=any(reason.rule == "paused" for reason in answer.reasons),
        denied_by=answer.reasons[0].rule,
    )


def report(
    room: Room,
    opportunity: Opportunity,
    trade_id: str,
    *,
    errors: tuple[str, ...] = (),
    warnings: tuple[str, ...] = (),
) -> ExecutionResult:
    """The result, from what the journal holds."""
    trade = room.store.trades.trade(trade_id)
    hedged = trade.state in {TradeState.HEDGED, TradeState.HEDGED_PROVISIONAL}
    actual = _actual(trade)
    executions = {leg.order.market.venue: _execution(leg) for leg in trade.legs}
    buyer = opportunity.buys_yes_on
    seller = VenueName.POLYMARKET if buyer is VenueName.KALSHI else VenueName.KALSHI
    return ExecutionResult(
        trade_id=trade.trade_id,
        success=hedged,
        state=trade.state,
        dry_run=room.mode is Mode.DRY_RUN,
        qty=trade.qty,
        buy_execution=executions[buyer],
        sell_execution=executions[seller],
        unwind_execution=_execution(trade.unwind) if trade.unwind else None,
        expected_profit=trade.expected_net,
        actual_profit=actual,
        slippage=trade.expected_net - actual if actual is not None else None,
        errors=errors or (() if hedged else (f"the trade is {trade.state}",)),
        warnings=warnings,
        circuit_breaker_triggered=room.store.operations.breaker().is_open,
        in_doubt=trade.state in {TradeState.WORKING, TradeState.IN_DOUBT, TradeState.UNWINDING, TradeState.REVIEW},
    )


def _actual(trade: StoredTrade) -> Usd | None:
    """What the trade has made, by its fills; None while that is open."""
    if trade.state is TradeState.HEDGED:
        return actual_net(trade)
    if trade.state is TradeState.UNWOUND:
        return unwound_net(trade)
    return ZERO_USD if trade.state is TradeState.FLAT else None


def _execution(leg: StoredLeg) -> OrderExecution:
    return OrderExecution(
        venue=leg.order.market.venue,
        market=leg.order.market.key,
        side=leg.order.side,
        action=leg.order.action,
        order_id=leg.venue_order_id or leg.client_id,
        state=leg.state,
        qty=leg.filled,
        cost=leg.cost,
        fee=leg.fee,
    )
