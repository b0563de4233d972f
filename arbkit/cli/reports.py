"""What trades, positions, balances and differences show: their keys in JSON, their columns in a table."""

from collections.abc import Sequence
from dataclasses import dataclass

from arbkit.app.result import ExecutionResult, OrderExecution
from arbkit.cli.render import Field
from arbkit.core.capital import Capital
from arbkit.core.inventory import Difference
from arbkit.core.money import Usd


def _leg(execution: OrderExecution | None) -> object:
    if execution is None:
        return None
    return {
        "venue": execution.venue,
        "market": execution.market,
        "side": execution.side,
        "action": execution.action,
        "order_id": execution.order_id,
        "state": execution.state,
        "qty": execution.qty,
        "cost_usd": execution.cost,
        "fee_usd": execution.fee,
    }


RESULT: Sequence[Field[ExecutionResult]] = (
    Field("trade", lambda r: r.trade_id, "trade"),
    Field("success", lambda r: r.success),
    Field("state", lambda r: r.state, "state"),
    Field("dry_run", lambda r: r.dry_run, "dry run", spare=2),
    Field("qty", lambda r: r.qty, "size", right=True),
    Field("expected_profit_usd", lambda r: r.expected_profit, "expected", right=True),
    Field("actual_profit_usd", lambda r: r.actual_profit, "actual", right=True, spare=1),
    Field("slippage_usd", lambda r: r.slippage, "slippage", right=True, spare=3),
    Field("buy_execution", lambda r: _leg(r.buy_execution)),
    Field("sell_execution", lambda r: _leg(r.sell_execution)),
    Field("unwind_execution", lambda r: _leg(r.unwind_execution)),
    Field(
        "errors", lambda r: list(r.errors), "why", text=lambda r: "; ".join(r.errors) or "-", width_min=24, whole=True
    ),
    Field("warnings", lambda r: list(r.warnings)),
    Field("circuit_breaker_triggered", lambda r: r.circuit_breaker_triggered),
    Field("in_doubt", lambda r: r.in_doubt),
)


@dataclass(frozen=True, slots=True)
class Purse:
    """Cash of one purse, and all the money at its venue. `note` says what is wrong with it."""

    capital: Capital
    shard: int | None
    available: Usd
    note: str


PURSE: Sequence[Field[Purse]] = (
    Field("venue", lambda p: p.capital.venue, "venue"),
    Field("shard", lambda p: p.shard, "shard", text=lambda p: "-" if p.shard is None else str(p.shard)),
    Field("available_usd", lambda p: p.available, "available", right=True),
    Field("venue_cash_usd", lambda p: p.capital.cash),
    Field("venue_reserved_usd", lambda p: p.capital.reserved, "reserved", right=True, spare=2),
    Field("venue_at_work_usd", lambda p: p.capital.at_work, "at work", right=True, spare=1),
    Field("venue_due_usd", lambda p: p.capital.due),
    Field("venue_total_usd", lambda p: p.capital.total, "venue total", right=True),
    Field("low", lambda p: p.capital.is_low),
    Field("note", lambda p: p.note, "note", width_min=12),
)

DIFFERENCE: Sequence[Field[Difference]] = (
    Field("venue", lambda d: d.venue, "venue"),
    Field("what", lambda d: d.what, "what", width_min=18),
    Field("ledger", lambda d: d.ledger, "ledger", right=True),
    Field("venue_says", lambda d: d.venue_says, "venue says", right=True),
)
