"""Tax lots: every disposal with the purchase that it closes, first in, first out. Sums of integers; no clock, no I/O.

The fee of a purchase is part of its cost, the fee of a sale is taken off its proceeds. A fill that failed on chain was
never made: neither it nor its taking back is here. Proceeds of YES and NO that were netted are split by contracts.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from arbkit.core.ledger import Account, Kind, Transaction
from arbkit.core.markets import VenueName
from arbkit.core.money import Qty, Usd
from arbkit.errors import InvariantError

_Outcome = tuple[VenueName, str, str]
_MONEY = {Account.CASH, Account.RECEIVABLE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """Contracts bought together and disposed of together."""

    venue: VenueName
    market: str
    side: str
    qty: Qty
    acquired_at: datetime
    cost: Usd
    disposed_at: datetime
    how: str
    """What disposed of them: a sale (fill), netting or settlement."""
    proceeds: Usd

    @property
    def gain(self) -> Usd:
        """Proceeds less cost."""
        return self.proceeds - self.cost


@dataclass(slots=True)
class _Bought:
    at: datetime
    qty: int
    cost: int


def lots(transactions: Sequence[Transaction]) -> list[Lot]:
    """Every lot that was closed, in the order in which they were. Raises InvariantError for what was never bought."""
    held: defaultdict[_Outcome, deque[_Bought]] = defaultdict(deque)
    found: list[Lot] = []
    for transaction in _made(transactions):
        for outcome, (qty, money) in _moved(transaction).items():
            if qty > 0:
                held[outcome].append(_Bought(transaction.at, qty, -money))
            else:
                found += _closed(outcome, held[outcome], transaction, qty=-qty, proceeds=money)
    return found


def _made(transactions: Sequence[Transaction]) -> Iterable[Transaction]:
    """Without what was taken back, and without the taking back."""
    void = {one.ref.removeprefix("void:") for one in transactions if one.kind is Kind.VOID}
    return [one for one in transactions if one.kind is not Kind.VOID and one.ref not in void]


def _moved(transaction: Transaction) -> Mapping[_Outcome, tuple[int, int]]:
    """Contracts that came (or went, negative), and the money that came (or went) with them, for each outcome."""
    qty: defaultdict[_Outcome, int] = defaultdict(int)
    money: defaultdict[VenueName, int] = defaultdict(int)
    for entry in transaction.entries:
        if entry.account is Account.POSITION:
            qty[entry.venue, entry.market, str(entry.side)] += entry.qty_micros
        elif entry.account in _MONEY:
            money[entry.venue] += entry.usd_micros
    moved: dict[_Outcome, tuple[int, int]] = {}
    for outcome, count in qty.items():
        left = sum(abs(other) for key, other in qty.items() if key[0] == outcome[0] and key not in moved)
        share = money[outcome[0]] * abs(count) // left if left else 0  # the last one takes what is left
        money[outcome[0]] -= share
        moved[outcome] = (count, share)
    return {outcome: both for outcome, both in moved.items() if both[0]}


def _closed(
    outcome: _Outcome, held: deque[_Bought], transaction: Transaction, *, qty: int, proceeds: int
) -> Iterable[Lot]:
    venue, market, side = outcome
    while qty:
        if not held:
            raise InvariantError(f"{transaction.ref} disposes of more {venue}:{market} {side} than was bought")
        first = held[0]
        part = min(qty, first.qty)
        cost, got = first.cost * part // first.qty, proceeds * part // qty
        yield Lot(
            venue=venue, market=market, side=side, qty=Qty(part), acquired_at=first.at, cost=Usd(cost),
            disposed_at=transaction.at, how=transaction.kind, proceeds=Usd(got),
        )  # fmt: skip
        first.qty, first.cost = first.qty - part, first.cost - cost
        qty, proceeds = qty - part, proceeds - got
        if not first.qty:
            held.popleft()
