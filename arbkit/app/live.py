"""`run`: supervise feeds, watching, trading and chores; stop in order; say what is left open.

Watching marks what changed and finds what it offers; the trader takes the best of it through risk and execution; the
resolver proves what became of it. The death of any of these tasks pauses trading and ends the loop.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from arbkit.app.chores import Chores, Rhythm
from arbkit.app.duties import actual_net
from arbkit.app.events import EventKind, LiveEvent, Tell
from arbkit.app.reconcile import refresh_balances
from arbkit.app.resolve import FAULTS_OF_A_VENUE, resolve_all
from arbkit.app.room import Room
from arbkit.app.timing import Measured, Timing
from arbkit.app.trader import Trader
from arbkit.app.watching import Watching
from arbkit.core.breaker import Failure
from arbkit.core.execution import TradeState
from arbkit.core.latency import BOUNDS, Bound, Stage
from arbkit.core.markets import Pair, VenueName
from arbkit.core.money import ZERO_USD, Usd
from arbkit.errors import AlreadyRunning, StoreError, TaskDied
from arbkit.ports import Feed, FeedHealth, FeedState

DRAIN_MS = 20_000
"""How long a trade that is under way may take to end after the order to stop."""
_ONCE_MS = 10_000
_ASK_MS = 500
_MOVING = {TradeState.WORKING, TradeState.IN_DOUBT, TradeState.HEDGED_PROVISIONAL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What was asked of `run`."""

    pairs: frozenset[str] = frozenset()
    """Only these pairs, by the beginning of their ids; empty: all that may be traded."""
    trades_max: int | None = None
    for_ms: int | None = None
    once: bool = False
    """Stop when every book was looked at once."""

    def wants(self, pair: Pair) -> bool:
        """Whether a pair is to be watched."""
        return not self.pairs or any(pair.id.startswith(asked) for asked in self.pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a run came to."""

    mode: str
    pairs: int
    book_changes: int
    looks: int
    opportunities: int
    refused: int
    trades: int
    hedged: int
    profit: Usd
    detection_ms_max: int
    open_trades: int
    in_doubt: int
    """Open trades of which not both legs are known to stand."""
    paused: str
    ran_ms: int


@dataclass(slots=True, kw_only=True)
class Live:
    """A run: everything it is made of, for whoever shows it."""

    room: Room
    feeds: Mapping[VenueName, Feed]
    choices: Choices
    tell: Tell
    rhythm: Rhythm = field(default_factory=Rhythm)
    bounds: dict[Stage, Bound] = field(default_factory=lambda: dict(BOUNDS))
    sync: Callable[[], Awaitable[str]] | None = None
    crowded: Callable[[], Collection[str]] = tuple
    measured: Measured = lambda _stage, _took_ms: None
    beside: Mapping[str, Callable[[], Awaitable[None]]] = field(default_factory=dict)
    """Other tasks that live as long as the loop: alerts, metrics."""
    watching: Watching = field(init=False)
    trader: Trader = field(init=False)
    chores: Chores = field(init=False)
    stop: asyncio.Event = field(init=False, default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.room = replace(self.room, timed=Timing(self.room, self.tell, self.bounds, self.measured))
        self.watching = Watching(self.room, self.feeds, self.tell, bounds=self.bounds)
        self.trader = Trader(self.room, self.watching, self.tell, trades_max=self.choices.trades_max)
        self.chores = Chores(
            self.room, self.watching, self.trader, self.tell,
            feeds=self.health, rhythm=self.rhythm, chosen=self.choices.wants, sync=self.sync, crowded=self.crowded,
        )  # fmt: skip

    def health(self) -> list[FeedHealth]:
        """How both streams are."""
        return [feed.health() for feed in self.feeds.values()]

    async def run(self) -> Summary:
        """Watch and trade until told to stop. Raises TaskDied, AlreadyRunning and StoreError."""
        room, started_ms = self.room, self.room.clock.monotonic_ms()
        await refresh_balances(room)
        await self.chores.choose_pairs()
        self._say(EventKind.STARTED, f"{room.mode}: watching {len(self.watching.pairs)} pairs on both venues")
        tasks = self._started()
        try:
            await self._until_the_end(tasks)
        finally:
            await self._end(tasks)
        summary = self._summed_up(started_ms)
        self._say(EventKind.STOPPED, f"stopped; {summary.open_trades} trades are open")
        return summary

    def _started(self) -> dict[str, asyncio.Task[None]]:
        work: dict[str, Awaitable[None]] = {
            **{f"{venue} feed": feed.run(self.watching) for venue, feed in self.feeds.items()},
            "watching": self.watching.run(),
            "readiness": self.trader.stay_ready(),
            **self.chores.tasks(),
            **{name: make() for name, make in self.beside.items()},
        }
        tasks = {name: asyncio.ensure_future(_to_its_end(one)) for name, one in work.items()}
        tasks["trader"] = asyncio.ensure_future(self.trader.run())
        return tasks

    async def _until_the_end(self, tasks: Mapping[str, asyncio.Task[None]]) -> None:
        """Wait for the order to stop, for the time to be up, for enough trades, or for the first task that dies."""
        ends: set[asyncio.Future[bool]] = {
            asyncio.ensure_future(self.stop.wait()),
            asyncio.ensure_future(self.trader.done.wait()),
        }
        if self.choices.for_ms is not None:
            ends.add(asyncio.ensure_future(self._after(self.choices.for_ms)))
        if self.choices.once:
            ends.add(asyncio.ensure_future(self._seen_once()))
        waited: set[asyncio.Future[bool] | asyncio.Future[None]] = {*ends, *tasks.values()}
        try:
            done, _ = await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()
        dead = {name: task for name, task in tasks.items() if task in done and name != "trader"}
        dead |= {"trader": tasks["trader"]} if _failed(tasks["trader"]) else {}
        for name, task in dead.items():
            self._died(name, task)

    def _died(self, name: str, task: asyncio.Task[None]) -> None:
        error = task.exception()
        if isinstance(error, AlreadyRunning | StoreError):
            raise error
        said = f"{type(error).__name__}: {error}" if error else "it ended"
        self.room.fail(Failure.TASK_DIED, f"{name}: {said}")
        raise TaskDied(f"{name} died ({said}); trading is paused") from error

    async def _after(self, ms: int) -> bool:
        await self.room.clock.sleep(ms)
        return True

    async def _seen_once(self) -> bool:
        """Wait until every book that can be had was looked at, and what was found has been tried."""
        until_ms = self.room.clock.monotonic_ms() + _ONCE_MS
        while self.room.clock.monotonic_ms() < until_ms:
            healths = self.health()
            if all(h.state is not FeedState.CONNECTING and h.books_live >= h.books_wanted for h in healths):
                break
            await self.room.clock.sleep(20)
        self.watching.look_again([pair.id for pair in self.watching.pairs])
        await self.room.clock.sleep(50)
        while self.trader.in_flight or self.trader.best() is not None:
            await self.room.clock.sleep(20)
        return True

    async def _end(self, tasks: Mapping[str, asyncio.Task[None]]) -> None:
        """Let a trade that is under way end, ask once more about what is open, then stop everything."""
        self.trader.stopping = True
        self.watching.offered.set()
        if not tasks["trader"].done():
            await asyncio.wait([tasks["trader"]], timeout=DRAIN_MS / 1_000)
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
        try:
            await self._settle()
            self.watching.episodes.end(now=self.room.clock.now())
            await self.chores.beat()
        except FAULTS_OF_A_VENUE as error:
            self._say(EventKind.WARNING, f"what is open could not be asked about: {error}")

    async def _settle(self) -> None:
        """Ask about orders in doubt and fills that the chain has still to confirm, until the time to drain is over."""
        clock = self.room.clock
        until_ms = clock.monotonic_ms() + DRAIN_MS
        await resolve_all(self.room)
        while self._moving() and clock.monotonic_ms() < until_ms:
            await clock.sleep(_ASK_MS)
            await resolve_all(self.room)

    def _moving(self) -> bool:
        return any(trade.state in _MOVING for trade in self.room.store.trades.unfinished())

    def _summed_up(self, started_ms: int) -> Summary:
        tally, counts, room = self.trader.tally, self.watching.counts, self.room
        # Asked again at the end: what was provisional when it was told of may have been proven since.
        tried = [room.store.trades.trade(trade_id) for trade_id in tally.trades]
        unfinished = room.store.trades.unfinished()
        hedged = [trade for trade in tried if trade.state in {TradeState.HEDGED, TradeState.HEDGED_PROVISIONAL}]
        return Summary(
            mode=room.mode,
            pairs=len(self.watching.pairs),
            book_changes=counts.changes,
            looks=counts.looks,
            opportunities=self.watching.episodes.count,
            refused=tally.refused,
            trades=tally.tried,
            hedged=len(hedged),
            profit=sum((actual_net(trade) for trade in hedged), start=ZERO_USD),
            detection_ms_max=counts.detection_ms_max,
            open_trades=len(unfinished),
            in_doubt=sum(trade.state is not TradeState.HEDGED_PROVISIONAL for trade in unfinished),
            paused=room.paused(),
            ran_ms=room.clock.monotonic_ms() - started_ms,
        )

    def _say(self, kind: EventKind, text: str) -> None:
        self.tell(LiveEvent(at=self.room.clock.now(), event=kind, text=text))


async def _to_its_end(work: Awaitable[None]) -> None:
    await work


def _failed(task: asyncio.Task[None]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is not None
