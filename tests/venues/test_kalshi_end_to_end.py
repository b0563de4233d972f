"""Kalshi's client against the simulated venue, over loopback and in the venue's own wire format."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from arbkit.core.markets import Market
from arbkit.net import Http
from arbkit.ports import CataloguePage
from arbkit.venues.kalshi.client import KalshiVenue
from arbkit.venues.sim.crowd import Flow
from arbkit.venues.sim.server import SimServer
from arbkit.venues.sim.simulation import Simulation
from arbkit.venues.sim.world.generator import generate
from arbkit.venues.sim.world.recorded import load_catalogue

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic_ms(self) -> int:
        return 0


def a_venue(server: SimServer) -> KalshiVenue:
    clock = SystemClock()
    return KalshiVenue(Http("kalshi", server.urls.kalshi, clock=clock, rates={}), clock)


async def pages_of(kalshi: KalshiVenue, **options: datetime) -> list[CataloguePage]:
    return [page async for page in kalshi.catalogue(**options)]


def markets_in(pages: list[CataloguePage]) -> dict[str, Market]:
    return {market.id.key: market for page in pages for market in page.markets}


async def test_a_generated_world_is_listed_read_again_and_quoted_alike() -> None:
    with SimServer(Simulation(generate(7, datetime.now(UTC)), flow=Flow.OFF)) as server:
        kalshi = a_venue(server)
        pages = await pages_of(kalshi)
        markets = markets_in(pages)
        again = markets_in(await pages_of(kalshi, since=datetime.now(UTC) - timedelta(days=4000)))
        some = list(markets.values())[::25]
        reread = [await kalshi.market(market.id) for market in some]
        books = await kalshi.books(list(markets.values()))
        health = await kalshi.health()
        await kalshi.close()

    assert len(markets) > 100
    assert not [row for page in pages for row in page.unusable]
    assert all(market.fees and market.grid for market in markets.values())
    assert {key: again[key] for key in markets} == markets
    assert reread == some
    assert {market.key for market in books.books} == set(markets)
    assert health.trading


@pytest.mark.shared
async def test_a_recorded_catalogue_arrives_whole_and_without_its_combos(shared: Path) -> None:
    world = load_catalogue(shared / "data/catalog/2026-03-10", datetime.now(UTC), 1)
    with SimServer(Simulation(world, flow=Flow.OFF)) as server:
        kalshi = a_venue(server)
        pages = await pages_of(kalshi)
        await kalshi.close()

    assert len(markets_in(pages)) == sum(len(page.markets) for page in pages) == 3141
    assert not [row for page in pages for row in page.unusable]
