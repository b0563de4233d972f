"""Watch: a pair under a stream. Every change of either live book asks the gate; only behind it is depth walked.

The gate adds up two numbers from two tables: what one contract costs at each best price, with a fee that is never above
the true one. It lets nothing pass by that `find` would take; a property test holds it to that. Raw ints inside; values
are made only once the gate has opened.
"""

from datetime import datetime

from arbkit.core.books import LiveBook, LiveState
from arbkit.core.detect import find, unfit
from arbkit.core.fees import FeeModel, all_in_table
from arbkit.core.markets import Market, Pair, Side
from arbkit.core.money import MICRO
from arbkit.core.opportunity import NoOpportunity, Opportunity, Policy
from arbkit.errors import InvariantError


class Watch:
    """One pair and its two live books. `refusal` is why it must not be traded at all, if it must not."""

    __slots__ = ("_kalshi_all_in", "_polymarket_all_in", "kalshi", "kalshi_book", "pair", "policy", "polymarket",
                 "polymarket_book", "refusal")  # fmt: skip

    def __init__(
        self, pair: Pair, *, kalshi: Market, polymarket: Market, kalshi_book: LiveBook, polymarket_book: LiveBook,
        policy: Policy,
    ) -> None:  # fmt: skip
        if policy.fee_model is not FeeModel.VENUE:
            raise InvariantError(f"a stream watches with the venues' fees, not with the model {policy.fee_model}")
        self.pair, self.policy = pair, policy
        self.kalshi, self.polymarket = kalshi, polymarket
        self.kalshi_book, self.polymarket_book = kalshi_book, polymarket_book
        self.refusal = unfit(pair, kalshi=kalshi, polymarket=polymarket, policy=policy)
        fees = None if self.refusal else (kalshi.fees, polymarket.fees)
        self._kalshi_all_in = all_in_table(fees[0]) if fees and fees[0] else ()
        self._polymarket_all_in = all_in_table(fees[1]) if fees and fees[1] else ()

    def gate(self) -> Side | None:
        """The Kalshi outcome whose purchase, with the opposite one on Polymarket, might leave something, if any."""
        if (
            self.refusal
            or self.kalshi_book.state is not LiveState.LIVE
            or self.polymarket_book.state is not LiveState.LIVE
        ):
            return None
        for side in Side:
            kalshi = self.kalshi_book.best_ask(side)
            polymarket = self.polymarket_book.best_ask(self.pair.polymarket_side(side).other)
            if kalshi and polymarket and self._kalshi_all_in[kalshi] + self._polymarket_all_in[polymarket] < MICRO:
                return side
        return None

    def look(
        self, *, kalshi_seen_at: datetime, polymarket_seen_at: datetime, now: datetime
    ) -> Opportunity | NoOpportunity | None:
        """What the two books offer now; None when the gate stayed shut. The times say how current each book is."""
        if self.gate() is None:
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
