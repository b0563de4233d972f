"""A scene for the tests of trading: two venues that trade as they were told to, a pair, and one opportunity."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from arbkit.app.reconcile import reconcile
from arbkit.app.resolve import resolve_all
from arbkit.app.result import ExecutionResult
from arbkit.app.room import Room, TradeRules
from arbkit.app.trade import execute
from arbkit.core.books import Book, Level, make_book
from arbkit.core.breaker import BreakerLimits
from arbkit.core.detect import look
from arbkit.core.limits import Limits
from arbkit.core.markets import Market, Method, VenueName
from arbkit.core.money import Price, Qty, Usd
from arbkit.core.opportunity import Opportunity, Policy
from arbkit.core.risk import Mode
from arbkit.ports import PreparedOrder
from arbkit.store.store import Store
from tests.builders import KALSHI, NOW, POLYMARKET, StandingClock, a_market, a_pair, a_store
from tests.desks import Fate, TradingVenue
from tests.oracles import Witness, judge, judge_on_the_way


@dataclass
class Scene:
    """Two trading venues, a pair, and an opportunity of 20 contracts: YES at 0.45 on Kalshi, NO at 0.45 elsewhere."""

    room: Room
    venues: dict[VenueName, TradingVenue]
    markets: dict[VenueName, Market]
    opportunity: Opportunity
    clock: StandingClock
    halt: list[str]
    witness: Witness = field(init=False)

    def __post_init__(self) -> None:
        self.witness = Witness(lambda: self.room.store.path)
        for venue in self.venues.values():
            venue.before_send = self._see

    def _see(self, prepared: PreparedOrder) -> None:
        """Promise P2, asked at the moment a byte arrives."""
        ids = [key for key in (prepared.client_id, prepared.venue_order_id) if key]
        posted = self.witness.see(ids[:1], self.clock.now())
        assert posted.leg == prepared.order.leg_id

    async def execute(self, **fates: Fate) -> ExecutionResult:
        for name, fate in fates.items():
            self.venues[VenueName(name)].fate = fate
        books = {name: venue.book() for name, venue in self.venues.items()}
        return await execute(self.room, self.opportunity, markets=self.markets, books=books)

    async def wait(self, seconds: int) -> None:
        """Let time pass, with the resolver asking every ten seconds."""
        for _ in range(seconds // 10):
            self.clock.advance(seconds=10)
            await resolve_all(self.room)

    def judge(self) -> None:
        """Every oracle, once there was time to ask."""
        judge(
            self.room.store,
            self.witness.posts,
            self.room.limits,
            held=self.truth,
            settlements={key: seen for venue in self.venues.values() for key, seen in venue.settlements.items()},
        )

    @property
    def truth(self) -> dict[object, Qty]:
        return {key: qty for venue in self.venues.values() for key, qty in venue.truth.items()}

    @property
    def ledger(self) -> dict[object, Qty]:
        return {key: position.qty for key, position in self.room.store.ledger.positions().items() if position.qty}

    @property
    def exposure(self) -> Usd:
        return self.room.store.ledger.exposure() + self.room.store.trades.reserved("exposure")


def book_of(market: Market, clock: StandingClock, bid: str, ask: str) -> Book:
    levels = [[Level(Price.parse(price), Qty.whole(200))] for price in (bid, ask)]
    return make_book(market.id, yes_bids=levels[0], yes_asks=levels[1], seen_at=clock.now())


@contextmanager
def a_scene(directory: Path) -> Iterator[Scene]:
    """Ready to trade: markets and pair are stored, the ledger is open. Every order is checked to be journaled as it
    arrives, and what must hold on the way is asked once more in the end."""
    clock = StandingClock()
    markets = {name: a_market(name) for name in VenueName}
    venues = {
        KALSHI: TradingVenue(KALSHI, clock, markets[KALSHI], lambda: book_of(markets[KALSHI], clock, "0.44", "0.45")),
        POLYMARKET: TradingVenue(
            POLYMARKET, clock, markets[POLYMARKET], lambda: book_of(markets[POLYMARKET], clock, "0.55", "0.56")
        ),
    }
    pair = a_pair(markets[KALSHI], markets[POLYMARKET], method=Method.EXACT, confidence_ppm=1_000_000)
    policy = Policy(qty_max=Qty.whole(20))
    with a_store(directory) as store:
        save_markets(store, markets, clock)
        store.pairs.replace([pair], at=NOW)
        opportunity = look(
            pair, kalshi=markets[KALSHI], polymarket=markets[POLYMARKET], kalshi_book=venues[KALSHI].book(),
            polymarket_book=venues[POLYMARKET].book(), policy=policy, now=NOW,
        )  # fmt: skip
        assert isinstance(opportunity, Opportunity)
        halt: list[str] = []
        numbers = iter(range(1_000))
        room = Room(
            store=store, catalogue=store, venues=venues, desks=venues, accounts=venues, clock=clock, limits=Limits(),
            breaker_limits=BreakerLimits(consecutive_failures_max=3, asymmetric_executions_max=1), policy=policy,
            rules=TradeRules(), mode=Mode.LIVE, epoch=0, version="test", halted=lambda: "".join(halt),
            new_id=lambda: f"t{next(numbers):03}",
        )  # fmt: skip
        epoch = store.operations.begin_epoch(pid=1, host="here", version="test", config_hash="", at=NOW)
        room = replace(room, epoch=epoch.n)
        asyncio.run(reconcile(room, fix=False))
        ready = Scene(room, venues, markets, opportunity, clock, halt)
        yield ready
        judge_on_the_way(store, ready.witness.posts, ready.room.limits)


def save_markets(store: Store, markets: dict[VenueName, Market], clock: StandingClock) -> None:
    store.catalogue.refresh(list(markets.values()), at=clock.now())
