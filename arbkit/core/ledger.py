"""Double entry in whole millionths: fills, netting, settlement and cash become transactions that sum to nothing.

Every transaction balances twice: in dollars, and in contracts of each outcome. What was booked is never changed; a
trade that fails on chain is booked again with every sign turned. All figures (positions, profit) are sums of entries.

Signs: what we own is positive. Income is booked on `pnl` with a minus, so that realised profit is minus the balance of
`pnl` minus the balance of `fees`.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from arbkit.core.markets import MarketId, Side, VenueName
from arbkit.core.money import MICRO, Price, Qty, Usd, ceil_div
from arbkit.core.orders import Action, Fill
from arbkit.errors import InvariantError


class Account(StrEnum):
    """The accounts; each exists once a venue, `POSITION` once a market and side."""

    CASH = "cash"
    POSITION = "position"
    FEES = "fees"
    PNL = "pnl"
    RECEIVABLE = "receivable"
    """Settled by the venue, money not seen yet."""
    EXTERNAL = "external"
    """Where contracts come from and go to."""
    EXTERNAL_CASH = "external_cash"
    """Deposits, withdrawals and interest: money that is neither profit nor loss."""


class Kind(StrEnum):
    """Why a transaction was booked."""

    FILL = "fill"
    VOID = "void"
    NETTING = "netting"
    SETTLEMENT = "settlement"
    RECEIPT = "receipt"
    CASH = "cash"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: so much money, and so many contracts of the named outcome, into an account."""

    venue: VenueName
    account: Account
    usd_micros: int
    market: str = ""
    side: Side | None = None
    qty_micros: int = 0


@dataclass(frozen=True, slots=True)
class Transaction:
    """Entries that belong together. `ref` is unique: the same event is booked once, however often it is seen."""

    ref: str
    kind: Kind
    at: datetime
    entries: tuple[Entry, ...]

    def __post_init__(self) -> None:
        contracts: defaultdict[tuple[VenueName, str, Side | None], int] = defaultdict(int)
        for entry in self.entries:
            contracts[entry.venue, entry.market, entry.side] += entry.qty_micros
        if sum(entry.usd_micros for entry in self.entries) or any(contracts.values()):
            raise InvariantError(f"transaction {self.ref} does not balance")


@dataclass(frozen=True, slots=True)
class Position:
    """What is held of an outcome, and what it cost without fees."""

    market: MarketId
    side: Side
    qty: Qty
    basis: Usd

    @property
    def average(self) -> Price:
        """The average price paid, rounded up."""
        return Price(min(MICRO, ceil_div(self.basis.micros * MICRO, self.qty.micros)) if self.qty else 0)


Positions = Mapping[tuple[MarketId, Side], Position]


def positions(transactions: Iterable[Transaction]) -> Positions:
    """Every outcome held, from all transactions."""
    sums: defaultdict[tuple[MarketId, Side], list[int]] = defaultdict(lambda: [0, 0])
    for transaction in transactions:
        for entry in transaction.entries:
            if entry.account is Account.POSITION and entry.side is not None:
                held = sums[MarketId(entry.venue, entry.market), entry.side]
                held[0] += entry.qty_micros
                held[1] += entry.usd_micros
    if below := [f"{market} {side}" for (market, side), (qty, _) in sums.items() if qty < 0]:
        raise InvariantError(f"the ledger holds less than nothing of {', '.join(below)}")
    return {key: Position(*key, Qty(qty), Usd(basis)) for key, (qty, basis) in sums.items() if qty or basis}


def exposure(transactions: Iterable[Transaction]) -> Usd:
    """What the open positions cost, with the fees paid since each was last none: a round trip that ended is over."""
    qty: defaultdict[tuple[VenueName, str, Side | None], int] = defaultdict(int)
    cost: defaultdict[tuple[VenueName, str, Side | None], int] = defaultdict(int)
    for transaction in transactions:
        touched = {(entry.venue, entry.market, entry.side) for entry in transaction.entries if entry.side is not None}
        for entry in transaction.entries:
            key = entry.venue, entry.market, entry.side
            if entry.account is Account.POSITION:
                qty[key] += entry.qty_micros
            if key in touched and entry.account in {Account.POSITION, Account.FEES}:
                cost[key] += entry.usd_micros
        for key in touched:
            if not qty[key]:
                cost[key] = 0
    return Usd(sum(cost.values()))


def book_fill(fill: Fill, held: Positions) -> Transaction:
    """Book a fill. Raises InvariantError for a sale of more than is held, or a fill without its fee."""
    if fill.fee is None:
        raise InvariantError(f"fill {fill.fill_id} has no fee yet")
    money = _Lines(fill.market, fill.side)
    fee = fill.fee.micros
    if fill.action is Action.BUY:
        money.position(fill.qty.micros, fill.cost.micros)
        money.add(Account.CASH, -fill.cost.micros - fee)
    else:
        basis = _basis_out(held, fill.market, fill.side, fill.qty)
        money.position(-fill.qty.micros, -basis)
        money.add(Account.CASH, fill.cost.micros - fee)
        money.add(Account.PNL, basis - fill.cost.micros)
    money.add(Account.FEES, fee)
    return Transaction(fill_ref(fill), Kind.FILL, fill.at, money.entries())


def fill_ref(fill: Fill) -> str:
    """The unique name under which a fill is booked. Two legs of ours can share a trade id, hence the order's key."""
    return f"fill:{fill.market.venue}:{fill.fill_id}:{fill.order_key}"


def book_void(original: Transaction, at: datetime) -> Transaction:
    """Take back a fill that failed on chain."""
    turned = tuple(Entry(e.venue, e.account, -e.usd_micros, e.market, e.side, -e.qty_micros) for e in original.entries)
    return Transaction(f"void:{original.ref}", Kind.VOID, at, turned)


def book_netting(market: MarketId, qty: Qty, held: Positions, *, ref: str, at: datetime) -> Transaction:
    """Turn equal contracts of YES and NO of one market into a dollar each (Kalshi at once, Polymarket by merging)."""
    entries: list[Entry] = []
    income = qty.micros
    for side in Side:
        basis = _basis_out(held, market, side, qty)
        lines = _Lines(market, side)
        lines.position(-qty.micros, -basis)
        entries += lines.entries()
        income -= basis
    entries.append(Entry(market.venue, Account.CASH, qty.micros))
    entries.append(Entry(market.venue, Account.PNL, -income))
    return Transaction(netting_ref(ref), Kind.NETTING, at, tuple(entries))


def netting_ref(ref: str) -> str:
    """The unique name under which what a fill netted out is booked."""
    return f"netting:{ref}"


def book_settlement(position: Position, paid_per_contract: Price, *, at: datetime) -> Transaction:
    """Close a position at what the venue says it pays; any value between 0 and 1 can be. The money is receivable."""
    paid = paid_per_contract.micros * position.qty.micros // MICRO
    lines = _Lines(position.market, position.side)
    lines.position(-position.qty.micros, -position.basis.micros)
    lines.add(Account.RECEIVABLE, paid)
    lines.add(Account.PNL, position.basis.micros - paid)
    return Transaction(f"settlement:{position.market}:{position.side}", Kind.SETTLEMENT, at, lines.entries())


def book_receipt(venue: VenueName, amount: Usd, *, ref: str, at: datetime) -> Transaction:
    """Money that was receivable has arrived."""
    entries = (Entry(venue, Account.CASH, amount.micros), Entry(venue, Account.RECEIVABLE, -amount.micros))
    return Transaction(receipt_ref(venue, ref), Kind.RECEIPT, at, entries)


def receipt_ref(venue: VenueName, ref: str) -> str:
    """The unique name under which the money of a settlement is booked."""
    return f"receipt:{venue}:{ref}"


def book_cash(venue: VenueName, amount: Usd, *, ref: str, at: datetime) -> Transaction:
    """A deposit (positive), a withdrawal (negative), or interest: no profit, no loss."""
    entries = (Entry(venue, Account.CASH, amount.micros), Entry(venue, Account.EXTERNAL_CASH, -amount.micros))
    return Transaction(f"cash:{venue}:{ref}", Kind.CASH, at, entries)


@dataclass(frozen=True, slots=True)
class Result:
    """What a set of transactions earned. `realised` is after fees."""

    realised: Usd
    fees: Usd
    volume: Usd
    """Money moved by fills, bought and sold."""
    fills: int


def result(transactions: Iterable[Transaction], *, venue: VenueName | None = None) -> Result:
    """Add up profit, fees and volume, of one venue or of both."""
    gained = fees = volume = fills = 0
    for transaction in transactions:
        for entry in transaction.entries:
            if venue is not None and entry.venue is not venue:
                continue
            gained -= entry.usd_micros if entry.account is Account.PNL else 0
            fees += entry.usd_micros if entry.account is Account.FEES else 0
            if transaction.kind is Kind.FILL and entry.account is Account.CASH:
                volume += abs(entry.usd_micros)
                fills += 1
    return Result(Usd(gained - fees), Usd(fees), Usd(volume), fills)


def results_by_day(transactions: Iterable[Transaction], *, venue: VenueName | None = None) -> Mapping[date, Result]:
    """The same for every UTC day on which something was booked."""
    days: defaultdict[date, list[Transaction]] = defaultdict(list)
    for transaction in transactions:
        days[transaction.at.date()].append(transaction)
    return {day: result(days[day], venue=venue) for day in sorted(days)}


def balances(transactions: Iterable[Transaction]) -> Mapping[tuple[VenueName, Account], Usd]:
    """The dollar balance of every account of every venue."""
    sums: defaultdict[tuple[VenueName, Account], int] = defaultdict(int)
    for transaction in transactions:
        for entry in transaction.entries:
            sums[entry.venue, entry.account] += entry.usd_micros
    return {key: Usd(amount) for key, amount in sums.items()}


GENESIS = "0" * 64


def chained(previous: str, transaction: Transaction) -> str:
    """The hash of a transaction that follows the one with hash `previous`."""
    lines = [previous, transaction.ref, transaction.kind, transaction.at.isoformat()]
    lines += [
        f"{e.venue}|{e.account}|{e.usd_micros}|{e.market}|{e.side or ''}|{e.qty_micros}" for e in transaction.entries
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


class _Lines:
    """Collects the entries of one transaction on one outcome."""

    def __init__(self, market: MarketId, side: Side) -> None:
        self._market, self._side = market, side
        self._entries: list[Entry] = []

    def position(self, qty_micros: int, usd_micros: int) -> None:
        """Contracts in or out of the position, against the outside world."""
        venue, key, side = self._market.venue, self._market.key, self._side
        self._entries.append(Entry(venue, Account.POSITION, usd_micros, key, side, qty_micros))
        self._entries.append(Entry(venue, Account.EXTERNAL, 0, key, side, -qty_micros))

    def add(self, account: Account, usd_micros: int) -> None:
        """Money on an account."""
        if usd_micros:
            self._entries.append(Entry(self._market.venue, account, usd_micros, self._market.key, self._side))

    def entries(self) -> tuple[Entry, ...]:
        """What was collected."""
        return tuple(self._entries)


def _basis_out(held: Positions, market: MarketId, side: Side, qty: Qty) -> int:
    """The cost that leaves with `qty`, at average, rounded down; the last contract takes the rest."""
    position = held.get((market, side))
    if position is None or position.qty < qty:
        raise InvariantError(f"{market}: {qty} of {side} leave, but {position.qty if position else 0} are held")
    return position.basis.micros * qty.micros // position.qty.micros if qty else 0
