"""Settlements: what ended markets paid is booked, its money is watched until it is seen, and halves are compared.

A venue's word that a market ended is proof; the position is closed at what it says and the money becomes receivable.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Protocol

from arbkit.app.room import Room
from arbkit.core.alerts import Alert, Severity
from arbkit.core.breaker import Failure
from arbkit.core.halves import disagreement
from arbkit.core.ledger import Account, balances, book_receipt, book_settlement
from arbkit.core.markets import MarketId, VenueName
from arbkit.core.money import ZERO_USD, Usd
from arbkit.core.orders import Holding
from arbkit.core.settlement import Settled, settled
from arbkit.ports import Payout

LATE_AFTER = timedelta(hours=48)
"""Kalshi pays the next day; a redemption on Polymarket is a person's act. Beyond this somebody is reminded."""

CASH_ROUNDING = Usd(1_000)
"""Rounding of fees that a venue has not reported exactly: a tenth of a cent."""


class Told(Protocol):
    """What a venue says is ours."""

    @property
    def venue(self) -> VenueName: ...
    @property
    def holdings(self) -> Sequence[Holding]: ...
    @property
    def payouts(self) -> Sequence[Payout]: ...


def unbooked(room: Room, told: Told) -> list[Payout]:
    """The settlements that a venue tells of, and the ledger does not have, of what is held."""
    held = room.store.ledger.positions()
    return [p for p in told.payouts if (position := held.get((p.market, p.side))) is not None and position.qty]


def book_payouts(room: Room, told: Told) -> list[str]:
    """Close what ended at what it paid, in words. Both halves of a pair are compared once both have ended."""
    booked = []
    for payout in unbooked(room, told):
        position = room.store.ledger.positions()[payout.market, payout.side]
        with room.store.together():
            entry = book_settlement(position, payout.paid, at=payout.at)
            amount = Usd(sum(e.usd_micros for e in entry.entries if e.account is Account.RECEIVABLE))
            receipt = [book_receipt(told.venue, amount, ref=entry.ref, at=payout.at)] if payout.received else []
            room.store.ledger.append([entry, *receipt])
            _compare(room, payout.market)
        booked.append(f"{payout.market} {payout.side}: settled at {payout.paid}")
    return booked


def _compare(room: Room, market: MarketId) -> None:
    """Stop, and say so, where the halves of a pair paid differently: what was matched was not the same.

    Asked of what was bought together: an ended market is matched no more, and its times have often changed.
    """
    ended = settled(room.store.ledger.transactions())
    for couple in room.store.trades.couples():
        if market in {couple.kalshi[0], couple.polymarket[0]} and (why := disagreement(couple, ended)):
            room.fail(Failure.RESOLUTION_MISMATCH, f"pair {couple.pair_id}: {why}", once_a_day=True)


def book_receipts(room: Room, told: Told, *, cash: Usd) -> list[str]:
    """Count receivable money as received: what it was paid for is no longer held, and the cash is there."""
    surplus = cash - balances(room.store.ledger.transactions()).get((told.venue, Account.CASH), ZERO_USD)
    holding = {(holding.market, holding.side) for holding in told.holdings if holding.qty}
    booked = []
    for one in due(room, told.venue):
        if (one.market, one.side) in holding or surplus + CASH_ROUNDING < one.paid:
            continue
        receipt = book_receipt(told.venue, one.paid, ref=one.ref, at=room.clock.now())
        room.store.ledger.append([receipt])
        surplus = surplus - one.paid
        booked.append(f"{one.market} {one.side}: ${one.paid} arrived")
    return booked


def due(room: Room, venue: VenueName | None = None) -> list[Settled]:
    """What ended and whose money is still to come, oldest first."""
    ended = settled(room.store.ledger.transactions())
    return [one for one in ended if one.is_due and venue in {None, one.market.venue}]


def still_held(room: Room, holdings: Iterable[Holding]) -> list[Holding]:
    """What a venue says is held, without shares of ended markets: they stay in a wallet until they are redeemed, and
    for ever where they pay nothing."""
    ended = {(one.market, one.side) for one in settled(room.store.ledger.transactions())}
    return [holding for holding in holdings if (holding.market, holding.side) not in ended]


def remind(room: Room) -> None:
    """Tell of money that should have come long ago, once a day."""
    now = room.clock.now()
    for one in due(room):
        if now - one.at >= LATE_AFTER:
            hours = (now - one.at) // timedelta(hours=1)
            how = "redeem it on the site" if one.market.venue is VenueName.POLYMARKET else "ask the venue"
            text = f"${one.paid} of {one.market} ({one.side}) is receivable for {hours} hours; {how}"
            alert = Alert(
                severity=Severity.HIGH, kind="receivable", text=text, dedupe_key=f"receivable:{one.ref}:{now.date()}"
            )
            room.store.operations.alert(alert, at=now)
