"""`resolve`: what evidence alone does not end: shown with the figures of this moment, and decided by a person."""

from collections.abc import Sequence
from dataclasses import dataclass

from arbkit.app.resolve import resolve_all
from arbkit.app.review import OPEN_TO_A_PERSON, accept, claim, open_trade, sell_back
from arbkit.app.room import Room
from arbkit.app.unwind import Choices, choices
from arbkit.cli.render import Field, Output
from arbkit.core.correction import Correction
from arbkit.core.markets import VenueName
from arbkit.core.risk import Mode
from arbkit.errors import RefusedError, UsageError
from arbkit.store.trades import StoredLeg, StoredTrade
from arbkit.wiring import Kit
from arbkit.wiring.trading import trading_room


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was asked of `resolve` about one trade."""

    filled: VenueName | None = None
    nothing: VenueName | None = None
    sell: bool = False
    accept: bool = False
    reason: str = ""
    yes: bool = False

    @property
    def count(self) -> int:
        """How many decisions were named."""
        return sum((self.filled is not None, self.nothing is not None, self.sell, self.accept))


@dataclass(frozen=True, slots=True)
class Open:
    """A trade that waits for a person, with the ways out by the books of this moment."""

    trade: StoredTrade
    ways: Choices | None


def _orders(row: Open) -> list[dict[str, object]]:
    return [_order(order) for order in row.trade.orders]


def _order(leg: StoredLeg) -> dict[str, object]:
    return {
        "venue": leg.order.market.venue, "market": leg.order.market.key, "role": leg.role, "action": leg.order.action,
        "side": leg.order.side, "asked_qty": leg.order.qty, "filled_qty": leg.filled, "state": leg.state,
        "settlement": leg.settlement, "spent_usd": leg.spent,
    }  # fmt: skip


def _way(correction: Correction | None) -> dict[str, object] | None:
    if correction is None:
        return None
    return {
        "action": correction.action, "side": correction.side, "qty": correction.qty, "limit": correction.limit,
        "money_usd": correction.money, "fee_usd": correction.fee, "result_usd": correction.result,
    }  # fmt: skip


OPEN: Sequence[Field[Open]] = (
    Field("trade", lambda o: o.trade.trade_id, "trade"),
    Field("state", lambda o: o.trade.state, "state"),
    Field("pair", lambda o: o.trade.pair_id, "pair", spare=1),
    Field("started_at", lambda o: o.trade.started_at),
    Field("orders", _orders, "orders", text=lambda o: _orders_text(o.trade), width_min=24),
    Field("complete", lambda o: _way(o.ways.completed) if o.ways else None, "complete: result",
          text=lambda o: _way_text(o.ways.completed if o.ways else None), right=True),
    Field("unwind", lambda o: _way(o.ways.back) if o.ways else None, "unwind: result",
          text=lambda o: _way_text(o.ways.back if o.ways else None), right=True),
    Field("loss_budget_usd", lambda o: o.ways.loss_left if o.ways else None, "loss left", right=True),
    Field("hindrance", lambda o: o.ways.hindrance if o.ways else None),
    Field("notes", lambda o: o.trade.notes),
)  # fmt: skip


def _orders_text(trade: StoredTrade) -> str:
    return ", ".join(
        f"{order.order.market.venue} {order.order.action} {order.filled} of {order.order.qty} {order.order.side}: "
        f"{order.state}"
        for order in trade.orders
    )


def _way_text(correction: Correction | None) -> str:
    return "-" if correction is None else f"${correction.result} at {correction.limit}"


def resolve_trades(kit: Kit, output: Output, text: str, decision: Decision, *, mode: Mode, who: str) -> bool:
    """Show what waits for a person, or carry a decision about one trade out; whether nothing waits any more."""
    _checked(text, decision)
    with trading_room(kit, mode=mode, what="resolve") as room:
        kit.run(resolve_all(room))
        if text:
            _decide(kit, room, output, decision, trade=open_trade(room, text), who=who)
        rows = [
            Open(trade, kit.run(choices(room, trade)))
            for trade in room.store.trades.unfinished()
            if trade.state in OPEN_TO_A_PERSON
        ]
    output.show(rows, OPEN, nothing="nothing waits for a person")
    if mode is Mode.DRY_RUN:
        output.say("trades of dry runs; --live --confirm shows the live ones")
    return not rows


def _checked(text: str, decision: Decision) -> None:
    if decision.count and not text:
        raise UsageError("say which trade: `arbkit resolve TRADE ...`")
    if text and decision.count != 1:
        raise UsageError("say one of --filled VENUE, --nothing VENUE, --sell-back, --accept")
    if text and not decision.reason.strip():
        raise UsageError("say why: --reason TEXT; it is kept with your name")


def _decide(kit: Kit, room: Room, output: Output, decision: Decision, *, trade: StoredTrade, who: str) -> None:
    if decision.sell:
        seen = kit.run(choices(room, trade))
        if seen is None or seen.back is None:
            raise RefusedError(f"trade {trade.trade_id} is {trade.state}: nothing can be sold back")
        back = seen.back
        output.say(
            f"sell {back.qty} {back.side} of {seen.held.order.market} at {back.limit} or better: ${back.money} and "
            f"${back.fee} fee; the trade then comes to ${back.result}; the day's limit leaves ${seen.loss_left}"
        )
        if not decision.yes:
            raise UsageError("this sends an order; say --yes")
        output.say(f"{trade.trade_id}: {kit.run(sell_back(room, trade))}")
        return
    if decision.accept:
        kit.run(accept(room, trade, who=who, reason=decision.reason))
        output.say(f"{trade.trade_id}: taken over as it stands; `arbkit resume --reason ...` lets trading go on")
        return
    venue = decision.filled or decision.nothing
    if venue is not None:
        filled = decision.filled is not None
        state = kit.run(claim(room, trade, venue, filled=filled, who=who, reason=decision.reason))
        output.say(f"{trade.trade_id}: the order at {venue} is {state}")


def tell_ways_out(output: Output, seen: Choices, mode: Mode) -> None:
    """Say what can be done about a leg that stands alone, in words."""
    held = seen.held
    output.say(f"{held.order.market}: {held.standing.held} of {held.order.side} stand alone, paid ${held.paid}")
    for what, way in (("buying the missing leg", seen.completed), ("selling it back", seen.back)):
        if way is None:
            output.say(f"  {what}: the book does not suffice")
        else:
            output.say(f"  {what} at {way.limit} or better: the trade comes to ${way.result}, all fees paid")
    output.say(f"  the day's limit leaves ${seen.loss_left} to lose; `arbkit resolve{mode.words}` decides")
