"""Halves: pairs that have ended at one venue and not yet at the other, and what the day's loss may count of them.

Both halves of a pair were bought together so that one of them pays. What ended with nothing is therefore no loss of the
day beyond what the pair loses for certain: the other half will pay a dollar a contract. And what ended with a dollar is
no gain beyond what the pair gains: the other half is worth nothing now. So the loss of the first waits for the second,
and so does the gain; when the second has ended, or was sold, what had waited is counted on that day.

Nothing waits where it is not certain: where the first half paid anything between nothing and a dollar, where an outcome
was bought in two pairs, where something of the ended half is still held. A loss then counts at once, a gain not at all.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from arbkit.core.ledger import Account, Transaction, result
from arbkit.core.markets import MarketId, Side
from arbkit.core.money import Qty, Usd, ceil_div, payout
from arbkit.core.settlement import Settled, settled

Outcome = tuple[MarketId, Side]


@dataclass(frozen=True, slots=True, kw_only=True)
class Couple:
    """Two outcomes that trades of ours bought together, so that one of them pays, and how many of each."""

    pair_id: str
    kalshi: Outcome
    polymarket: Outcome
    qty: Qty

    @property
    def is_aligned(self) -> bool:
        """Whether YES means the same at both venues."""
        return self.polymarket[1] is self.kalshi[1].other


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfEnded:
    """A couple of which one half has ended and the other is held."""

    couple: Couple
    waits: Usd
    """What is still to be counted when the other half ends: positive for a loss that it makes good, negative for a gain
    that it takes away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayResult:
    """What a day booked, and the halves that were waiting when it began and are waiting now."""

    realised: Usd
    before: Sequence[HalfEnded] = ()
    now: Sequence[HalfEnded] = ()

    def counted(self, doubtful: Iterable[Couple] = ()) -> Usd:
        """What the day's loss is held against: booked, without the losses that wait now and those gains, and with what
        had waited when the day began. A loss of a couple that is in doubt does not wait."""
        doubts = set(doubtful)
        waiting = [one.waits for one in self.now if one.waits.micros < 0 or one.couple not in doubts]
        return Usd(self.realised.micros + _sum(waiting) - _sum(one.waits for one in self.before))


def disagreement(couple: Couple, ended: Iterable[Settled]) -> str:
    """How the two halves of a pair paid differently, in words; "" while they did not, or while one has not ended.

    Both were bought to pay a dollar together. If they do not, they were not the same thing, and the pair is wrong.
    """
    by_market = {one.market: one for one in ended}
    (here, _), (there, _) = couple.kalshi, couple.polymarket
    kalshi, polymarket = by_market.get(here), by_market.get(there)
    if kalshi is None or polymarket is None:
        return ""
    same = polymarket.yes_paid if couple.is_aligned else polymarket.yes_paid.complement
    if kalshi.yes_paid == same:
        return ""
    return f"YES of {here} paid ${kalshi.yes_paid}, the same outcome of {there} paid ${same}"


def day_result(transactions: Sequence[Transaction], couples: Sequence[Couple], *, since: datetime) -> DayResult:
    """Add up what was booked for a time from `since` on, with the halves that wait before and after."""
    return DayResult(
        realised=result(one for one in transactions if one.at >= since).realised,
        before=half_ended([one for one in transactions if one.at < since], couples),
        now=half_ended(transactions, couples),
    )


def half_ended(transactions: Sequence[Transaction], couples: Iterable[Couple]) -> Sequence[HalfEnded]:
    """The couples of which one half has ended and the other is held, with what waits for that."""
    ended = {(one.market, one.side): one for one in settled(transactions)}
    if not ended:
        return ()
    couples, held = list(couples), _held(transactions)
    shared = Counter(outcome for couple in couples for outcome in (couple.kalshi, couple.polymarket))
    found = []
    for couple in couples:
        for first, second in ((couple.kalshi, couple.polymarket), (couple.polymarket, couple.kalshi)):
            if first in ended and second in held and second not in ended:
                is_sure = first not in held and shared[first] == shared[second] == 1
                waits = _waits(ended[first], *held[second], most=couple.qty, is_sure=is_sure)
                found.append(HalfEnded(couple=couple, waits=Usd(waits)))
    return found


def _waits(first: Settled, qty: int, basis: int, *, most: Qty, is_sure: bool) -> int:
    """What waits for the second half, of which `qty` are held for `basis`; of equal contracts alone, rounded against
    us."""
    matched = min(first.qty.micros, qty, most.micros)
    gained = first.profit.micros * matched // first.qty.micros
    cost = ceil_div(basis * matched, qty)
    if gained < 0:
        good = matched - cost if is_sure and not first.paid else 0
        return max(0, min(-gained, good))
    return -cost if first.paid == payout(first.qty) else -min(gained, cost)


def _held(transactions: Iterable[Transaction]) -> Mapping[Outcome, tuple[int, int]]:
    """Contracts held and what they cost. A part of a ledger, cut by time, may show less than nothing of an outcome."""
    sums: defaultdict[Outcome, list[int]] = defaultdict(lambda: [0, 0])
    for transaction in transactions:
        for entry in transaction.entries:
            if entry.account is Account.POSITION and entry.side is not None:
                of = sums[MarketId(entry.venue, entry.market), entry.side]
                of[0], of[1] = of[0] + entry.qty_micros, of[1] + entry.usd_micros
    return {outcome: (qty, basis) for outcome, (qty, basis) in sums.items() if qty > 0}


def _sum(amounts: Iterable[Usd]) -> int:
    return sum(amount.micros for amount in amounts)
