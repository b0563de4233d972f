"""Detection: a pair, its markets and its books in, an Opportunity or the reason for none out."""

from datetime import datetime

from arbkit.core.books import Book
from arbkit.core.markets import Market, Pair
from arbkit.core.opportunity import NoOpportunity, Opportunity, Policy, Reason


def look(
    pair: Pair,
    *,
    kalshi: Market,
    polymarket: Market,
    kalshi_book: Book,
    polymarket_book: Book,
    policy: Policy,
    now: datetime,
) -> Opportunity | NoOpportunity:
    """Look for the trade on this pair that leaves most net dollars, in both orientations.

    Refuses what must not be traded (pair, rules, status, delay, fees, books) before it compares prices.
    """
    if refusal := unfit(pair, kalshi=kalshi, polymarket=polymarket, policy=policy):
        return refusal
    del kalshi_book, polymarket_book, now
    return NoOpportunity(pair=pair, reason=Reason.NO_EDGE)


def unfit(pair: Pair, *, kalshi: Market, polymarket: Market, policy: Policy) -> NoOpportunity | None:
    """Why a pair need not be looked at, whatever the books say; lets a scan skip reading them."""
    del kalshi, polymarket, policy
    return NoOpportunity(pair=pair, reason=Reason.PAIR_NOT_TRADABLE)
