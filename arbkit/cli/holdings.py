"""What is held and what ended, from the store alone: positions, inventory of each pair, settlements."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from arbkit.cli.render import Field, Output
from arbkit.cli.standing import ledgers, open_positions
from arbkit.core.inventory import Inventory, apart_from, inventory
from arbkit.core.ledger import Position
from arbkit.core.markets import MarketId, MarketStatus, Side
from arbkit.core.money import Price, Qty, Usd, plain, proceeds_down
from arbkit.core.settlement import Settled, settled
from arbkit.store.marks import Mark
from arbkit.store.store import Store
from arbkit.wiring import Kit


@dataclass(frozen=True, slots=True)
class Held:
    """A position, the ledger that holds it, and what it could be sold for when last seen."""

    mode: str
    position: Position
    mark: Mark | None

    @property
    def unrealised(self) -> Usd | None:
        """What selling all of it at the best bid would leave, before the fee; None where no book was seen."""
        return proceeds_down(self.mark.bid, self.position.qty) - self.position.basis if self.mark else None


POSITION: Sequence[Field[Held]] = (
    Field("mode", lambda h: h.mode, "mode"),
    Field("venue", lambda h: h.position.market.venue, "venue"),
    Field("market", lambda h: h.position.market.key, "market", width_min=18),
    Field("side", lambda h: h.position.side, "side"),
    Field("qty", lambda h: h.position.qty, "contracts", right=True),
    Field("average_price", lambda h: h.position.average, "average", right=True),
    Field("cost_usd", lambda h: h.position.basis, "cost", right=True),
    Field("current_price", lambda h: h.mark.bid if h.mark else None, "bid", right=True, spare=2),
    Field("unrealised_pnl_usd", lambda h: h.unrealised, "unrealised", right=True, spare=1),
    Field("priced_at", lambda h: h.mark.at if h.mark else None),
)


@dataclass(frozen=True, slots=True)
class Stock:
    """What one ledger holds of one pair."""

    mode: str
    report: Inventory


INVENTORY: Sequence[Field[Stock]] = (
    Field("mode", lambda s: s.mode, "mode"),
    Field("event_id", lambda s: s.report.pair.id, "pair"),
    Field("kalshi_ticker", lambda s: s.report.pair.kalshi.key, "kalshi", width_min=18),
    Field("polymarket_condition_id", lambda s: s.report.pair.polymarket.key),
    Field("kalshi_yes_qty", lambda s: s.report.kalshi_yes, "K yes", right=True, spare=2),
    Field("kalshi_no_qty", lambda s: s.report.kalshi_no, "K no", right=True, spare=2),
    Field("polymarket_yes_qty", lambda s: s.report.polymarket_yes, "P yes", right=True, spare=2),
    Field("polymarket_no_qty", lambda s: s.report.polymarket_no, "P no", right=True, spare=2),
    Field("net_position", lambda s: Usd(s.report.net_micros), "net", text=lambda s: plain(s.report.net_micros),
          right=True),
    Field("imbalance_usd", lambda s: s.report.imbalance, "unhedged", right=True),
    Field("needs_rebalancing", lambda s: s.report.needs_rebalancing, "rebalance"),
    Field("preferred_direction", lambda s: s.report.preferred, "preferred", spare=1),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ended:
    """An outcome whose market ended, or should have: `paid` is None until the venue says what it pays."""

    mode: str
    market: MarketId
    side: Side
    qty: Qty
    cost: Usd
    paid: Usd | None
    state: str
    """awaited: trading ended, nothing is paid yet. receivable: settled, the money was not seen. received, worthless."""
    settled_at: datetime | None = None
    received_at: datetime | None = None
    due_hours: int | None = None

    @property
    def each(self) -> Price | None:
        """What a contract paid."""
        return Price(self.paid.micros * 1_000_000 // self.qty.micros) if self.paid is not None else None


SETTLEMENT: Sequence[Field[Ended]] = (
    Field("mode", lambda e: e.mode, "mode"),
    Field("venue", lambda e: e.market.venue, "venue"),
    Field("market", lambda e: e.market.key, "market", width_min=18),
    Field("side", lambda e: e.side, "side"),
    Field("qty", lambda e: e.qty, "contracts", right=True),
    Field("cost_usd", lambda e: e.cost, "cost", right=True),
    Field("paid_each_usd", lambda e: e.each, "each", right=True),
    Field("paid_usd", lambda e: e.paid, "paid", right=True),
    Field("profit_usd", lambda e: None if e.paid is None else e.paid - e.cost, "profit", right=True),
    Field("state", lambda e: e.state, "state"),
    Field("settled_at", lambda e: e.settled_at),
    Field("received_at", lambda e: e.received_at),
    Field("due_hours", lambda e: e.due_hours, "due h", right=True, spare=1),
)


def show_positions(kit: Kit, output: Output, *, pairs: bool) -> None:
    """Show what each ledger holds, outcome by outcome or pair by pair."""
    with ledgers(kit) as stores:
        if pairs:
            stock = [Stock(mode, report) for mode, store in stores.items() for report in _inventories(kit, store)]
            output.show(stock, INVENTORY, nothing="no open positions")
            return
        rows = [
            Held(mode, position, store.marks.all().get((position.market, position.side)))
            for mode, store in stores.items()
            for position in open_positions(store)
        ]
    output.show(rows, POSITION, nothing="no open positions")


def _inventories(kit: Kit, store: Store) -> Iterator[Inventory]:
    """The report of every pair of which something is held."""
    held, couples = store.ledger.positions(), store.trades.couples()
    for pair in kit.store.pairs.standing():
        left = apart_from(pair, held, couples)
        if any(position.qty for position in left.values()):
            yield inventory(pair, left, imbalance_max=kit.settings.risk.max_imbalance)


def show_settlements(kit: Kit, output: Output) -> None:
    """Show what ended, what it paid, and whose money is still to come."""
    with ledgers(kit) as stores:
        rows = [row for mode, store in stores.items() for row in _ended(kit, mode, store)]
    output.show(rows, SETTLEMENT, nothing="nothing has ended yet; `arbkit reconcile --fix` books what venues settled")


def _ended(kit: Kit, mode: str, store: Store) -> Iterator[Ended]:
    now = kit.clock.now()
    for one in settled(store.ledger.transactions()):
        hours = int((now - one.at).total_seconds()) // 3_600 if one.is_due else None
        yield Ended(
            mode, one.market, one.side, one.qty, one.cost, one.paid, _state(one), one.at, one.received_at, hours
        )
    for position in open_positions(store):
        market = kit.store.catalogue.market(position.market)
        over = market is not None and (
            market.status in {MarketStatus.CLOSED, MarketStatus.SETTLED}
            or (market.closes_at is not None and market.closes_at <= now)
        )
        if over:
            yield Ended(mode, position.market, position.side, position.qty, position.basis, None, "awaited")


def _state(one: Settled) -> str:
    if not one.paid:
        return "worthless"
    return "receivable" if one.is_due else "received"
