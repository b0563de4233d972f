"""Settlement: what ended markets paid, read from the ledger.

A contract may pay anything between nothing and a dollar: a void or halved market pays both outcomes the same. What was
settled is receivable until its money is seen; on Polymarket that takes a redemption.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from arbkit.core.ledger import Account, Kind, Transaction, receipt_ref
from arbkit.core.markets import MarketId, Side
from arbkit.core.money import MICRO, Price, Qty, Usd


@dataclass(frozen=True, slots=True)
class Ending:
    """How a market ended, by its venue's final word."""

    yes: Price
    """What a contract of YES is paid: a dollar, nothing, or between them where the market was void or halved."""
    at: datetime | None = None
    """When it was settled, None where the venue does not say."""

    def pays(self, side: Side) -> Price:
        """What a contract of an outcome is paid: both outcomes together are paid one dollar, always."""
        return self.yes if side is Side.YES else self.yes.complement


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """One outcome that was held when its market ended."""

    ref: str
    market: MarketId
    side: Side
    qty: Qty
    cost: Usd
    """What the contracts cost, without fees."""
    paid: Usd
    at: datetime
    received_at: datetime | None = None
    """When the money was seen; None while it is receivable. What paid nothing needs no money."""

    @property
    def profit(self) -> Usd:
        """Paid less cost, before fees."""
        return self.paid - self.cost

    @property
    def each(self) -> Price:
        """What a contract paid."""
        return Price(self.paid.micros * MICRO // self.qty.micros)

    @property
    def yes_paid(self) -> Price:
        """What a contract of YES of this market paid, or would have."""
        return self.each if self.side is Side.YES else self.each.complement

    @property
    def is_due(self) -> bool:
        """Whether money is still to come."""
        return bool(self.paid) and self.received_at is None


def settled(transactions: Iterable[Transaction]) -> Sequence[Settled]:
    """Every settlement in the ledger, oldest first, with its receipt where that is booked."""
    found: dict[str, Settled] = {}
    receipts: dict[str, datetime] = {}
    for transaction in transactions:
        if transaction.kind is Kind.SETTLEMENT and (one := _read(transaction)):
            found[transaction.ref] = one
        elif transaction.kind is Kind.RECEIPT:
            receipts[transaction.ref] = transaction.at
    return [_with_receipt(one, receipts) for one in found.values()]


def _read(transaction: Transaction) -> Settled | None:
    out = next((e for e in transaction.entries if e.account is Account.POSITION), None)
    if out is None or out.side is None or not out.qty_micros:
        return None
    paid = sum(e.usd_micros for e in transaction.entries if e.account is Account.RECEIVABLE)
    return Settled(
        ref=transaction.ref, market=MarketId(out.venue, out.market), side=out.side, qty=Qty(-out.qty_micros),
        cost=Usd(-out.usd_micros), paid=Usd(paid), at=transaction.at,
    )  # fmt: skip


def _with_receipt(one: Settled, receipts: Mapping[str, datetime]) -> Settled:
    at = receipts.get(receipt_ref(one.market.venue, one.ref))
    return Settled(
        ref=one.ref, market=one.market, side=one.side, qty=one.qty, cost=one.cost, paid=one.paid, at=one.at,
        received_at=at,
    )  # fmt: skip
