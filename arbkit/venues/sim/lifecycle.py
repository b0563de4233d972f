"""Lifecycle: markets open, close and are paid by themselves as time passes, as far as the world knows how they end."""

from datetime import datetime, timedelta

from arbkit.venues.sim.agenda import Agenda, Happening
from arbkit.venues.sim.kalshi_engine import KalshiEngine
from arbkit.venues.sim.kalshi_listing import KalshiListing, ListedMarket
from arbkit.venues.sim.polymarket_engine import PolymarketEngine
from arbkit.venues.sim.polymarket_listing import ListedPair, PolymarketListing
from arbkit.venues.sim.world.model import World

HORIZON = timedelta(days=7)
"""How far ahead endings are planned; no simulator runs longer."""
_KALSHI_PAYS_AFTER = timedelta(minutes=6)
_POLYMARKET_RESOLVES_AFTER = timedelta(hours=2)
_WINNERS = {10_000: 0, 0: 1}


def plan_kalshi(world: World, listing: KalshiListing, engine: KalshiEngine, agenda: Agenda) -> None:
    """Plan openings, closings and payments of the markets whose times lie ahead of the world's own."""
    pays = {twin.kalshi: twin.yes_pays for twin in world.twins}
    for market in listing.all_markets:
        opens, closes = market.time("open_time"), market.time("close_time")
        if market.status == "initialized" and opens is not None and _is_ahead(world, opens):
            agenda.plan(opens, _opening(market))
        if market.status == "active" and closes is not None and _is_ahead(world, closes):
            agenda.plan(closes, _closing(engine, market))
            result = pays.get(market.ticker)
            if result is not None:
                agenda.plan(closes + _KALSHI_PAYS_AFTER, _payment(engine, market, result))


def plan_polymarket(world: World, listing: PolymarketListing, engine: PolymarketEngine, agenda: Agenda) -> None:
    """Plan the end of trading and the resolution of the markets whose end lies ahead of the world's own time."""
    pays = {twin.polymarket: twin.polymarket_yes_pays for twin in world.twins}
    for market in listing.markets:
        ends = market.time("endDate")
        if market.closed or ends is None or not _is_ahead(world, ends):
            continue
        agenda.plan(ends, _stop(market))
        result = pays.get(market.condition_id)
        if result is not None:
            agenda.plan(ends + _POLYMARKET_RESOLVES_AFTER, _resolution(engine, market, _WINNERS.get(result)))


def _is_ahead(world: World, at: datetime) -> bool:
    return world.made_at < at <= world.made_at + HORIZON


def _opening(market: ListedMarket) -> Happening:
    return lambda _at: market.changed.update(status="active")


def _closing(engine: KalshiEngine, market: ListedMarket) -> Happening:
    def close(at: datetime) -> None:
        if market.status in ("active", "inactive"):
            engine.close(market.ticker, at)

    return close


def _payment(engine: KalshiEngine, market: ListedMarket, yes_pays: int) -> Happening:
    def pay(at: datetime) -> None:
        if market.status == "closed":
            engine.settle(market.ticker, yes_pays, at)

    return pay


def _stop(market: ListedPair) -> Happening:
    return lambda _at: market.changed.update(acceptingOrders=False)


def _resolution(engine: PolymarketEngine, market: ListedPair, winner: int | None) -> Happening:
    def resolve(at: datetime) -> None:
        if not market.closed:
            engine.resolve(market.condition_id, winner, at)

    return resolve
