"""Watch: a pair under a stream. Whatever can open the gate asks it; only behind it is depth walked.

The gate adds up two numbers from two tables: what one contract costs at each best price, with a fee that is never above
the true one. So many times what is left of a dollar as a trade may have contracts must be a profit worth having. Most
of what that lets in is a handful of contracts at a good price, so the same tables then say what all levels together
could leave at most. Neither holds back what `find` would take; property tests hold them to that. Raw
ints inside; values are made only for what promises enough.

Only a best bid that rises can open a shut gate, for it makes its opposite cheaper, fee and all. Of other changes the
books need not even tell while it is shut.

An ask is the mirror of a bid for the opposite outcome, so the tables are asked by that bid, as live books hold it.
"""

from array import array
from datetime import datetime
from functools import lru_cache

from arbkit.core.books import TICKS, Ladder, LiveBook
from arbkit.core.detect import find, unfit
from arbkit.core.fees import FeeModel, all_in_table
from arbkit.core.markets import Fees, Market, Pair, PolymarketFees, Side
from arbkit.core.money import MICRO, ceil_div
from arbkit.core.opportunity import NoOpportunity, Opportunity, Policy
from arbkit.errors import InvariantError

_YES, _NO = Side.YES, Side.NO


class Watch:
    """One pair and its two live books. `refusal` is why it must not be traded at all, if it must not."""

    __slots__ = ("_kalshi_all_in", "_kalshi_no", "_kalshi_yes", "_most", "_polymarket_all_in", "_polymarket_no",
                 "_polymarket_yes", "id", "kalshi", "kalshi_book", "pair", "policy", "polymarket", "polymarket_book",
                 "refusal")  # fmt: skip

    def __init__(
        self, pair: Pair, *, kalshi: Market, polymarket: Market, kalshi_book: LiveBook, polymarket_book: LiveBook,
        policy: Policy,
    ) -> None:  # fmt: skip
        if policy.fee_model is not FeeModel.VENUE:
            raise InvariantError(f"a stream watches with the venues' fees, not with the model {policy.fee_model}")
        self.pair, self.policy, self.id = pair, policy, pair.id
        self.kalshi, self.polymarket = kalshi, polymarket
        self.kalshi_book, self.polymarket_book = kalshi_book, polymarket_book
        self.refusal = unfit(pair, kalshi=kalshi, polymarket=polymarket, policy=policy)
        self._kalshi_all_in = _by_bid(None if self.refusal else kalshi.fees)
        self._polymarket_all_in = _by_bid(None if self.refusal else polymarket.fees)
        # By the outcome bought on Kalshi: whose bids are mirrored to buy it there, and its opposite on Polymarket.
        self._kalshi_yes, self._polymarket_yes = self._door(Side.YES)
        self._kalshi_no, self._polymarket_no = self._door(Side.NO)
        least_edge = max(1, ceil_div(policy.profit_min.micros * MICRO, max(1, policy.qty_max.micros)))
        self._most = MICRO - least_edge
        """What two contracts may cost: with less left of a dollar, even the most contracts leave too little."""

    def _door(self, side: Side) -> tuple[Ladder, Ladder]:
        return self.kalshi_book.ladder(side.other), self.polymarket_book.ladder(self.pair.polymarket_side(side))

    def gate(self) -> Side | None:
        """The Kalshi outcome whose purchase, with the opposite one on Polymarket, might leave enough, if any. Shut
        while a book is not LIVE: it has no best price then."""
        ours, theirs = self._kalshi_all_in, self._polymarket_all_in
        if ours[self._kalshi_yes.best] + theirs[self._polymarket_yes.best] <= self._most:
            return _YES
        if ours[self._kalshi_no.best] + theirs[self._polymarket_no.best] <= self._most:
            return _NO
        return None

    def is_open(self) -> bool:
        """Whether the gate is open. If so, both books go on to tell of every change, for their depth counts as well."""
        if self.gate() is None:
            return False
        self.kalshi_book.stirred = self.polymarket_book.stirred = True
        return True

    def _promise(self, side: Side) -> int:
        """What buying this outcome on Kalshi and its opposite could leave at most, before gas, in millionths."""
        kalshi, polymarket = self._door(side)
        cheapest = self._polymarket_all_in[polymarket.best]
        ours = _offers(kalshi, self._kalshi_all_in, self.kalshi_book.unit_micros, below=MICRO - cheapest)
        # The fee is on the average price. With other exponents only the first level's is surely not above it.
        plain = isinstance(self.polymarket.fees, PolymarketFees) and self.polymarket.fees.exponent == 1
        below = MICRO - self._kalshi_all_in[kalshi.best] if plain else 2 * MICRO
        theirs = _offers(polymarket, self._polymarket_all_in, self.polymarket_book.unit_micros, below=below)
        if not plain:
            theirs = [(cheapest, size) for _, size in theirs]
        left, promise = self.policy.qty_max.micros, 0
        while ours and theirs and left and ours[-1][0] + theirs[-1][0] < MICRO:
            (cost, size), (other_cost, other_size) = ours.pop(), theirs.pop()
            taken = min(size, other_size, left)
            left -= taken
            promise += (MICRO - cost - other_cost) * taken
            if size > taken:
                ours.append((cost, size - taken))
            if other_size > taken:
                theirs.append((other_cost, other_size - taken))
        return promise // MICRO

    def look(
        self, *, kalshi_seen_at: datetime, polymarket_seen_at: datetime, now: datetime
    ) -> Opportunity | NoOpportunity | None:
        """What the two books offer now; None when the gate stayed shut, or what is behind it cannot be worth a trade.
        The times say how current each book is."""
        side = self.gate()
        if side is None or self._promise(side) < self.policy.profit_min.micros:
            return None
        return find(
            self.pair,
            kalshi=self.kalshi,
            polymarket=self.polymarket,
            kalshi_book=self.kalshi_book.freeze(seen_at=kalshi_seen_at),
            polymarket_book=self.polymarket_book.freeze(seen_at=polymarket_seen_at),
            policy=self.policy,
            now=now,
        )


def _offers(bids: Ladder, all_in: "array[int]", unit_micros: int, *, below: int) -> list[tuple[int, int]]:
    """What mirrors these bids and costs less than so much: a contract's cost with the floor of its fee, and how many
    there are; dearest first."""
    sizes, offers = bids.sizes, []
    for tick in sorted(sizes, reverse=True):
        if (cost := all_in[tick]) >= below:  # and so do all that follow
            break
        offers.append((cost, sizes[tick] * unit_micros))
    offers.reverse()
    return offers


@lru_cache(maxsize=64)
def _by_bid(fees: Fees | None) -> "array[int]":
    """What one contract costs all in, by the best bid for its opposite; a dollar and more where there is no bid, and
    everywhere if fees are not known.

    An array of C ints: looked up at random all the time, it has to fit the processor's cache."""
    return array("i", reversed(all_in_table(fees)) if fees else [MICRO] * (TICKS + 1))
