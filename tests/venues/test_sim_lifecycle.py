"""How markets end by themselves at the simulated venues, and how strangers move the books."""

from datetime import timedelta

from arbkit.core.markets import Polarity
from arbkit.venues.sim.crowd import Flow
from arbkit.venues.sim.exchange import ONE_DOLLAR
from arbkit.venues.sim.simulation import Simulation
from arbkit.venues.sim.world.model import SeedBook, Twin
from tests.venues.sim_traders import KalshiTrader, PolyTrader, content
from tests.venues.sim_worlds import (
    CONDITION,
    MADE_AT,
    RATES_BOOK,
    RATES_CUT,
    YES_TOKEN,
    a_gamma_event,
    a_gamma_market,
    a_kalshi_event,
    a_kalshi_market,
    a_world,
)

SOON = "2026-11-22T13:00:00Z"
LIVELY = {
    RATES_CUT: SeedBook(yes_bids=RATES_BOOK.yes_bids, yes_asks=RATES_BOOK.yes_asks, activity=60),
    YES_TOKEN: SeedBook(yes_bids=((5200, 30_000),), yes_asks=((5400, 30_000),), activity=60),
}


def ending(**truth: int) -> Simulation:
    return Simulation(
        a_world(
            kalshi_events=[a_kalshi_event(a_kalshi_market(close_time=SOON))],
            gamma_events=[a_gamma_event(a_gamma_market(endDate=SOON))],
            twins=[Twin(kalshi=RATES_CUT, polymarket=CONDITION, **truth)] if truth else [],
        )
    )


def test_a_market_closes_at_its_time_and_is_paid_soon_after() -> None:
    trader = KalshiTrader(simulation=ending(yes_pays=10_000))
    trader.send()
    bought = trader.account.truth.cash[0]

    trader.wait(minutes=61)
    refused = trader.send()
    trader.wait(minutes=6)

    assert content(refused)["error"]["code"] == "MARKET_INACTIVE"
    assert trader.read(f"/markets/{RATES_CUT}")["market"]["status"] == "finalized"
    assert trader.account.truth.cash[0] == bought + 10_000


def test_a_market_whose_end_is_not_known_stays_closed() -> None:
    trader = KalshiTrader(simulation=ending())

    trader.wait(days=2)

    assert trader.read(f"/markets/{RATES_CUT}")["market"]["status"] == "closed"


def test_the_other_venue_resolves_hours_later_and_perhaps_otherwise() -> None:
    trader = PolyTrader(simulation=ending(yes_pays=10_000, polymarket_yes_pays=0))

    trader.wait(minutes=61)
    ended = trader.read(f"/markets/{CONDITION}")
    trader.wait(hours=2)
    resolved = trader.read(f"/markets/{CONDITION}")

    assert (ended["accepting_orders"], ended["closed"]) == (False, False)
    assert (resolved["closed"], resolved["tokens"][1]["winner"]) == (True, True)


def test_a_market_opens_at_its_time() -> None:
    market = a_kalshi_market(status="initialized", open_time=SOON)
    trader = KalshiTrader(simulation=Simulation(a_world(kalshi_events=[a_kalshi_event(market)])))
    early = trader.send()

    trader.wait(minutes=61)

    assert content(early)["error"]["code"] == "MARKET_INACTIVE"
    assert trader.send().status == 201


def levels(simulation: Simulation, *minutes: int) -> object:
    for minute in minutes:
        pit = simulation.kalshi_floor.pit(RATES_CUT, MADE_AT + timedelta(minutes=minute))
    return pit.book.levels(is_bid=True), pit.book.levels(is_bid=False), list(pit.tape)


def test_the_crowd_does_the_same_however_often_it_is_watched() -> None:
    world = a_world(books=LIVELY)

    assert levels(Simulation(world, flow=Flow.BUSY), 9) == levels(Simulation(world, flow=Flow.BUSY), *range(10))
    assert levels(Simulation(world, flow=Flow.BUSY), 9) != levels(Simulation(world, flow=Flow.OFF), 9)


def test_books_moved_by_the_crowd_stay_uncrossed_on_their_grid_and_not_empty() -> None:
    simulation = Simulation(a_world(books=LIVELY), flow=Flow.BUSY)
    for minute in range(0, 600, 7):
        pit = simulation.kalshi_floor.pit(RATES_CUT, MADE_AT + timedelta(minutes=minute))
        bid, ask = pit.book.best(is_bid=True), pit.book.best(is_bid=False)
        assert bid is None or ask is None or bid < ask
        assert all(order.price % 100 == 0 and order.left % 100 == 0 for order in pit.book.orders())
        assert 2 <= len(list(pit.book.orders())) <= 40
    assert len(pit.tape) > 100


def test_twins_drift_together() -> None:
    twin = Twin(kalshi=RATES_CUT, polymarket=CONDITION, polarity=Polarity.INVERTED)
    simulation = Simulation(a_world(books=LIVELY, twins=[twin]), flow=Flow.BUSY)
    apart = []
    for hours in range(1, 40):
        at = MADE_AT + timedelta(hours=hours)
        here = simulation.kalshi_floor.pit(RATES_CUT, at).last_price
        there = simulation.polymarket_floor.pit(YES_TOKEN, at).last_price
        if here is not None and there is not None:
            apart.append(abs(here - (ONE_DOLLAR - there)))
    assert sum(apart) / len(apart) < 800
