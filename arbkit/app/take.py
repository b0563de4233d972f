"""`trade`: take one pair as it stands now. What was seen before is a hint; everything is read again before deciding."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from arbkit.app.reconcile import refresh_balances
from arbkit.app.result import ExecutionResult
from arbkit.app.room import BookPair, Markets, Room, why_closed
from arbkit.app.trade import execute, read_books, worst_case
from arbkit.core.detect import look
from arbkit.core.markets import Market, Pair, VenueName
from arbkit.core.money import ZERO_USD, Usd
from arbkit.core.opportunity import Limit, NoOpportunity, Opportunity
from arbkit.errors import BadId, nearest
from arbkit.store.store import Store

CLOSED_FOR = timedelta(seconds=30)
"""How long a venue is left alone that said it does not trade, before it is asked again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What would be done now: the opportunity with its markets and books, or why there is none."""

    pair: Pair
    markets: Markets
    books: BookPair
    found: Opportunity | NoOpportunity


def pair_of(catalogue: Store, text: str) -> Pair:
    """The pair that an id names: of the pair itself, or of an opportunity that was seen. Raises BadId."""
    sighting = catalogue.sightings.sighting(text)
    pair = catalogue.pairs.pair(sighting.pair_id if sighting else text)
    if pair is None:
        near = nearest(text, (pair.id for pair in catalogue.pairs.active()))
        raise BadId(text, "the id of a pair or of an opportunity, as `arbkit scan` shows them", near=near)
    return pair


async def plan(room: Room, pair: Pair) -> Plan:
    """Read both markets, both books and the cash, and look for the best trade. Errors: those of the venues."""
    kalshi, polymarket = await asyncio.gather(
        room.venues[VenueName.KALSHI].market(pair.kalshi), room.venues[VenueName.POLYMARKET].market(pair.polymarket)
    )
    markets = {VenueName.KALSHI: kalshi, VenueName.POLYMARKET: polymarket}
    room.catalogue.catalogue.refresh([kalshi, polymarket], at=room.clock.now())
    await asyncio.gather(refresh_balances(room), *(_weigh_health(room, market) for market in markets.values()))
    books = await read_books(room, markets)
    room.store.marks.save(books.values())
    return Plan(pair=pair, markets=markets, books=books, found=sized(room, pair, markets, books))


async def plan_again(room: Room, agreed: Plan) -> Plan:
    """The same read anew after somebody has thought about it, for no more contracts than they saw."""
    if isinstance(agreed.found, Opportunity):
        room = replace(room, policy=replace(room.policy, qty_max=agreed.found.qty))
    return await plan(room, agreed.pair)


def is_within(found: Opportunity, agreed: Opportunity) -> bool:
    """Whether a trade is covered by what was agreed to: the same outcomes, no more contracts, at no worse prices."""
    legs = ((found.kalshi, agreed.kalshi), (found.polymarket, agreed.polymarket))
    return found.qty <= agreed.qty and all(new.side is old.side and new.limit <= old.limit for new, old in legs)


async def _weigh_health(room: Room, market: Market) -> None:
    """A venue that says it does not trade, or soon will not, is left alone for a while: risk refuses it."""
    health = await room.venues[market.id.venue].health()
    if why := why_closed(health, now=room.clock.now(), shard=market.shard):
        room.set_aside(market.id.venue, why, CLOSED_FOR)


def sized(
    room: Room, pair: Pair, markets: Markets, books: BookPair, *, offer: Opportunity | None = None
) -> Opportunity | NoOpportunity:
    """What these books offer within the cash at hand and what the exposure limit leaves. Reads the store alone.

    `offer` is what was found in these very books without regard to money. If all of it can be paid, less money would
    have found the same, and nothing is looked for again.
    """
    means = _means(room, markets)
    if offer is not None and not room.untried() and _is_payable(offer, markets, means):
        return offer
    found = _found(room, pair, markets, books, means)
    if isinstance(found, Opportunity):
        # The exposure limit holds for what the orders may take at worst: leave room for that, too.
        more = worst_case(found, markets) - found.capital
        if found.capital + more > means.left:
            found = _found(room, pair, markets, books, replace(means, left=max(means.left - more, ZERO_USD)))
    return found


def as_seen_in(books: BookPair, offer: Opportunity) -> Opportunity:
    """An offer that still stands in these books: they may have been confirmed since it was found."""
    kalshi, polymarket = (books[leg.venue].seen_at for leg in (offer.kalshi, offer.polymarket))
    if (kalshi, polymarket) == (offer.kalshi.seen_at, offer.polymarket.seen_at):
        return offer
    return replace(
        offer,
        kalshi=replace(offer.kalshi, seen_at=kalshi),
        polymarket=replace(offer.polymarket, seen_at=polymarket),
    )


@dataclass(frozen=True, slots=True)
class _Means:
    """What may be spent at this moment."""

    left: Usd
    """What the exposure limit still leaves."""
    free: Mapping[VenueName, Usd]
    """Cash that an order may use: the purse of its market's shard, less what is reserved."""


def _means(room: Room, markets: Markets) -> _Means:
    reserved, known = room.store.trades.held_back(), room.store.operations.all_balances()
    free = {}
    for venue, market in markets.items():
        purses, _ = known[venue]
        total = sum(p.available.micros for p in purses if p.shard is None or p.shard == (market.shard or 0))
        free[venue] = Usd(max(total - reserved.exposure(venue).micros, 0))
    used = room.store.ledger.exposure() + reserved.exposure()
    return _Means(Usd(max(room.limits.total_exposure_max.micros - used.micros, 0)), free)


def _is_payable(offer: Opportunity, markets: Markets, means: _Means) -> bool:
    legs = (offer.kalshi, offer.polymarket)
    return worst_case(offer, markets) <= means.left and all(leg.debit <= means.free[leg.venue] for leg in legs)


def _found(room: Room, pair: Pair, markets: Markets, books: BookPair, means: _Means) -> Opportunity | NoOpportunity:
    kalshi, polymarket = VenueName.KALSHI, VenueName.POLYMARKET
    return look(
        pair,
        kalshi=markets[kalshi],
        polymarket=markets[polymarket],
        kalshi_book=books[kalshi],
        polymarket_book=books[polymarket],
        policy=replace(
            room.policy,
            kalshi_cash=means.free[kalshi],
            polymarket_cash=means.free[polymarket],
            capital_max=means.left,
            smallest=room.untried(),
        ),
        now=room.clock.now(),
    )


async def take(room: Room, planned: Plan) -> ExecutionResult:
    """Carry a plan out. Its opportunity must be one; risk is asked, and both books are read again.

    What was seen is kept as an opportunity, so that it is known later what was taken and why the rest was not.
    """
    found = planned.found
    if isinstance(found, NoOpportunity):
        raise BadId(planned.pair.id, "a pair that offers something now")
    sightings = room.catalogue.sightings
    [seen] = sightings.record(
        [found], looked_at=[planned.pair.id], fee_model=found.fee_model, why_not="", at=room.clock.now()
    )
    result = await execute(room, found, markets=planned.markets, books=planned.books, named=lambda: seen.id)
    if not result.success:
        sightings.explain(seen.id, "; ".join(result.errors) or result.state)
    elif room.store is not room.catalogue:
        sightings.explain(seen.id, f"taken on paper: trade {result.trade_id} of the dry run")
    return result


def why_not(room: Room, markets: Markets, found: NoOpportunity) -> str:
    """Why nothing is offered when it is sized; where money does not suffice, how much there is and of which kind."""
    means, short = _means(room, markets), "too little for the least trade"
    if found.limited_by is Limit.CAPITAL_MAX:
        return f"the limit of exposure leaves ${means.left} of ${room.limits.total_exposure_max}, {short}"
    if found.limited_by in {Limit.KALSHI_CASH, Limit.POLYMARKET_CASH} and (venue := found.limited_by.venue):
        return f"{venue} has ${means.free[venue]} left, {short}"
    return f"{found.reason}: {found.detail}" if found.detail else str(found.reason)
