"""`scan`: one look at the books of every pair that may be traded, and what is worth trading there."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar

from arbkit.core.detect import find, unfit
from arbkit.core.markets import Fees, KalshiFees, Market, MarketId, Pair, PolymarketFees, VenueName
from arbkit.core.opportunity import NoOpportunity, Opportunity, Policy, Reason
from arbkit.errors import BadId, SchemaMismatch
from arbkit.ports import Books, Clock, Venue
from arbkit.store.sightings import Sighting
from arbkit.store.store import Store

FACTS_AGE_MAX = timedelta(hours=24)
"""How old fees, grid and rules may be before a market is read afresh."""

PAIRS_AT_ONCE = 100
"""Pairs whose books are read together, and judged before they are old: what fits one request at either venue."""

Answer = TypeVar("Answer")
Seen = Callable[[Market], Market]

_FREE: Mapping[VenueName, Fees] = {
    VenueName.KALSHI: KalshiFees("quadratic", 0),
    VenueName.POLYMARKET: PolymarketFees(0, 1),
}


class SortKey(StrEnum):
    """By what opportunities are ranked, best first."""

    NET = "net"
    ANNUALISED = "annualised"


@dataclass(frozen=True, slots=True)
class Found:
    """An opportunity and, if its pair may be traded, the episode in the store that it belongs to."""

    opportunity: Opportunity
    sighting: Sighting | None


@dataclass(frozen=True, slots=True)
class Scan:
    """What one look showed: every active pair is either in `found` or in `passed`."""

    found: Sequence[Found]
    passed: Sequence[NoOpportunity]
    books_read: int
    refreshed: int
    """Markets that were read afresh, because what was stored of them was old."""
    duration_ms: int

    @property
    def reasons(self) -> Counter[Reason]:
        """How many pairs were passed over, by reason."""
        return Counter(refusal.reason for refusal in self.passed)


async def scan(
    venues: Mapping[VenueName, Venue],
    store: Store,
    clock: Clock,
    policy: Policy,
    *,
    sort: SortKey = SortKey.NET,
    reviewed_only: bool = False,
) -> Scan:
    """Look once at every active pair.

    A pair that shows an opportunity on facts older than FACTS_AGE_MAX, or without knowing a fee, is looked at again
    after the venues confirmed them. `reviewed_only` leaves out pairs that no person approved. Raises what the venues
    raise: with one of them away there is no arbitrage.
    """
    started_ms = clock.monotonic_ms()
    look = _Look(venues, store, clock, policy)
    fit = look.vet(store.pairs.active(), {pair.id for pair in store.pairs.tradable(reviewed_only=reviewed_only)})
    await look.at_books(fit, _presumed)
    if doubtful := look.unconfirmed():
        await look.at_books(await look.confirm(doubtful), _as_it_is)
    found = look.ranked(sort)
    released = [opportunity for opportunity in found if opportunity.pair.tradable]
    sightings = store.sightings.record(
        released,
        looked_at=[pair.id for pair in fit],
        fee_model=policy.fee_model,
        at=clock.now(),
    )
    known = dict(zip((opportunity.pair.id for opportunity in released), sightings, strict=True))
    return Scan(
        found=[Found(opportunity, known.get(opportunity.pair.id)) for opportunity in found],
        passed=look.passed(),
        books_read=look.books_read,
        refreshed=look.refreshed,
        duration_ms=clock.monotonic_ms() - started_ms,
    )


class _Look:
    """A look in progress: the markets known, and the verdict on each pair so far."""

    def __init__(self, venues: Mapping[VenueName, Venue], store: Store, clock: Clock, policy: Policy) -> None:
        self._venues, self._store, self._clock, self._policy = venues, store, clock, policy
        self._markets: dict[MarketId, Market] = {}
        self._verdicts: dict[str, Opportunity | NoOpportunity] = {}
        self.books_read = 0
        self.refreshed = 0

    def vet(self, pairs: Sequence[Pair], released: set[str]) -> list[Pair]:
        """Sort out what must not be traded whatever the books say; return the rest."""
        open_question = [pair for pair in pairs if pair.tradable or self._policy.include_untradable]
        self._markets = self._store.catalogue.named(_named(open_question))
        for pair in pairs:
            if not pair.tradable and not self._policy.include_untradable:
                self._verdicts[pair.id] = NoOpportunity(pair=pair, reason=Reason.PAIR_NOT_TRADABLE)
        return [pair for pair in open_question if not self._refused(pair, released, _presumed)]

    async def at_books(self, pairs: Sequence[Pair], seen: Seen) -> None:
        """Read the books of pairs that are fit, some at a time, and judge each while they are fresh.

        `seen` is how a market is looked at: as it is, or presumed free where its fee is not known.
        """
        for first in range(0, len(pairs), PAIRS_AT_ONCE):
            some = pairs[first : first + PAIRS_AT_ONCE]
            kalshi, polymarket = await _all(
                self._venues[VenueName.KALSHI].books([self._markets[pair.kalshi] for pair in some]),
                self._venues[VenueName.POLYMARKET].books([self._markets[pair.polymarket] for pair in some]),
            )
            self.books_read += len(kalshi.books) + len(polymarket.books)
            for pair in some:
                self._verdicts[pair.id] = self._judged(pair, kalshi, polymarket, seen)

    def unconfirmed(self) -> list[Pair]:
        """The pairs with an opportunity that rests on old or presumed facts."""
        pairs = [found.pair for found in self._verdicts.values() if isinstance(found, Opportunity)]
        doubtful = self._doubtful(pairs)
        return [pair for pair in pairs if {pair.kalshi, pair.polymarket} & doubtful]

    async def confirm(self, pairs: Sequence[Pair]) -> list[Pair]:
        """Read the doubtful markets of these pairs afresh, and return the pairs that are still fit."""
        doubtful = self._doubtful(pairs)
        answers = await _all(*(self._fresh(market) for market in sorted(doubtful)))
        fresh = [market for market in answers if market]
        self._store.catalogue.refresh(fresh, at=self._clock.now())
        self.refreshed = len(fresh)
        self._markets |= {market.id: market for market in fresh}
        gone = doubtful - {market.id for market in fresh}
        for pair in pairs:
            if {pair.kalshi, pair.polymarket} & gone:
                detail = "the venue did not confirm what is stored of the market; run: arbkit markets sync"
                self._verdicts[pair.id] = NoOpportunity(pair=pair, reason=Reason.FACTS_UNCONFIRMED, detail=detail)
        kept = [pair for pair in pairs if not {pair.kalshi, pair.polymarket} & gone]
        return [pair for pair in kept if not self._refused(pair, {pair.id}, _as_it_is)]

    def ranked(self, sort: SortKey) -> list[Opportunity]:
        """The opportunities, best first; one whose end is not known has no annualised return and comes last."""
        found = [verdict for verdict in self._verdicts.values() if isinstance(verdict, Opportunity)]

        def rank(opportunity: Opportunity) -> tuple[int, int, str]:
            net = -opportunity.net.micros
            if sort is SortKey.NET:
                return net, 0, opportunity.pair.id
            yearly = opportunity.annualised_bps
            return (1, net, opportunity.pair.id) if yearly is None else (-yearly, net, opportunity.pair.id)

        return sorted(found, key=rank)

    def passed(self) -> list[NoOpportunity]:
        """The pairs without opportunity."""
        return [verdict for verdict in self._verdicts.values() if isinstance(verdict, NoOpportunity)]

    def _refused(self, pair: Pair, released: set[str], seen: Seen) -> bool:
        kalshi, polymarket = seen(self._markets[pair.kalshi]), seen(self._markets[pair.polymarket])
        refusal = unfit(pair, kalshi=kalshi, polymarket=polymarket, policy=self._policy)
        if not refusal and pair.id not in released and not self._policy.include_untradable:
            detail = "a person rejected it, or has to approve it first: arbkit match --review"
            refusal = NoOpportunity(pair=pair, reason=Reason.PAIR_NOT_TRADABLE, detail=detail)
        if refusal:
            self._verdicts[pair.id] = refusal
        return refusal is not None

    def _judged(self, pair: Pair, kalshi: Books, polymarket: Books, seen: Seen) -> Opportunity | NoOpportunity:
        for market, answer in ((pair.kalshi, kalshi), (pair.polymarket, polymarket)):
            if market not in answer.books:
                detail = f"{market}: {answer.missing.get(market, 'not in the answer')}"
                return NoOpportunity(pair=pair, reason=Reason.BOOK_MISSING, detail=detail)
        return find(
            pair,
            kalshi=seen(self._markets[pair.kalshi]),
            polymarket=seen(self._markets[pair.polymarket]),
            kalshi_book=kalshi.books[pair.kalshi],
            polymarket_book=polymarket.books[pair.polymarket],
            policy=self._policy,
            now=self._clock.now(),
        )

    def _doubtful(self, pairs: Sequence[Pair]) -> set[MarketId]:
        """The markets of these pairs with facts that are old or missing."""
        markets = set(_named(pairs))
        oldest = self._clock.now() - FACTS_AGE_MAX
        confirmed = {market for market, at in self._store.catalogue.seen_at(markets).items() if at >= oldest}
        return {market for market in markets if market not in confirmed or self._markets[market].fees is None}

    async def _fresh(self, market: MarketId) -> Market | None:
        try:
            return await self._venues[market.venue].market(market)
        except (BadId, SchemaMismatch):
            return None  # counted as FACTS_UNCONFIRMED


def _named(pairs: Iterable[Pair]) -> Iterator[MarketId]:
    for pair in pairs:
        yield from (pair.kalshi, pair.polymarket)


def _as_it_is(market: Market) -> Market:
    return market


def _presumed(market: Market) -> Market:
    """A market whose fee is not known, as if it were free: where even that leaves nothing, nobody needs to ask."""
    if market.fees is not None:
        return market
    return replace(market, fees=_FREE[market.id.venue])


async def _all(*work: Coroutine[object, object, Answer]) -> list[Answer]:
    """Wait for all, also when one fails, so that nothing is left running."""
    answers = await asyncio.gather(*work, return_exceptions=True)
    done: list[Answer] = []
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
        done.append(answer)
    return done
