"""Chores: what the live loop does beside watching and trading, each in a task of its own and at its own pace.

A venue that does not answer is told of and asked again; anything else that goes wrong ends the loop.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from arbkit.app.events import EventKind, LiveEvent, Tell
from arbkit.app.loop_state import LOOP_FACT, FeedStanding, LoopState
from arbkit.app.reconcile import reconcile, refresh_balances
from arbkit.app.resolve import FAULTS_OF_A_VENUE, resolve_all
from arbkit.app.room import Room
from arbkit.app.trader import Trader
from arbkit.app.watching import Watching
from arbkit.core.breaker import Failure
from arbkit.core.markets import Market, MarketId, Pair, VenueName
from arbkit.errors import BadId
from arbkit.ports import FeedHealth, FeedState

LOST_AFTER = timedelta(seconds=30)
"""A stream that is away for longer pauses trading (specification section 8.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How often each chore is done, in milliseconds."""

    resolve_ms: int = 1_000
    balances_ms: int = 30_000
    reconcile_ms: int = 300_000
    health_ms: int = 30_000
    pairs_ms: int = 30_000
    facts_ms: int = 1_000
    facts_age_max: timedelta = timedelta(minutes=60)
    catalogue_ms: int = 0
    """0: the catalogue is not read by the loop."""
    look_ms: int = 1_000
    beat_ms: int = 5_000


class Chores:
    """Everything that is done beside the main job."""

    def __init__(
        self,
        room: Room,
        watching: Watching,
        trader: Trader,
        tell: Tell,
        *,
        feeds: Callable[[], list[FeedHealth]],
        rhythm: Rhythm,
        chosen: Callable[[Pair], bool],
        sync: Callable[[], Awaitable[str]] | None = None,
    ) -> None:
        self._room, self._watching, self._trader, self._tell = room, watching, trader, tell
        self._feeds, self._rhythm, self._chosen, self._sync = feeds, rhythm, chosen, sync
        self._lost_since: dict[VenueName, datetime] = {}
        self._told_lost: set[VenueName] = set()
        self._was_paused = ""

    def tasks(self) -> dict[str, Awaitable[None]]:
        """The chores by name, to be run until cancelled."""
        every, rhythm = self._every, self._rhythm
        found: dict[str, Awaitable[None]] = {
            "resolver": self._resolving(),
            "balances": every(rhythm.balances_ms, self._balances),
            "reconciler": every(rhythm.reconcile_ms, self._reconcile),
            "venue health": every(rhythm.health_ms, self._health, at_once=True),
            "pairs": every(rhythm.pairs_ms, self.choose_pairs),
            "facts": every(rhythm.facts_ms, self._facts),
            "looks": every(rhythm.look_ms, self._look),
            "heartbeat": every(rhythm.beat_ms, self.beat, at_once=True),
        }
        if self._sync is not None and rhythm.catalogue_ms:
            found["catalogue"] = every(rhythm.catalogue_ms, self._catalogue)
        return found

    async def choose_pairs(self) -> None:
        """Watch the pairs that may be traded now: others may have been matched, approved or voided since."""
        store = self._room.catalogue
        pairs = [pair for pair in store.pairs.tradable() if self._chosen(pair)]
        named = store.catalogue.named(market for pair in pairs for market in (pair.kalshi, pair.polymarket))
        self._watching.watch(pairs, named)

    async def beat(self) -> None:
        """Keep a sign of life, and how things stand, where another terminal finds them."""
        state = LoopState(
            mode=self._room.mode,
            pairs=len(self._watching.pairs),
            opportunities=len(self._watching.episodes.open),
            trades=self._trader.tally.tried,
            hedged=self._trader.tally.hedged,
            in_flight=self._trader.in_flight,
            paused=self._room.paused(),
            feeds={
                str(health.venue): FeedStanding(
                    state=health.state,
                    books_live=health.books_live,
                    books_wanted=health.books_wanted,
                    detail=health.detail,
                )
                for health in self._feeds()
            },
            venues_closed={str(venue): why for venue, why in self._watching.closed.items()},
        )
        now, operations = self._room.clock.now(), self._room.store.operations
        with self._room.store.together():
            operations.note("heartbeat", now.isoformat(), at=now)
            operations.note(LOOP_FACT, msgspec.json.encode(state).decode(), at=now)
        self._watching.episodes.write(now=now)

    async def _every(self, ms: int, chore: Callable[[], Awaitable[None]], *, at_once: bool = False) -> None:
        if not at_once:
            await self._room.clock.sleep(ms)
        while True:
            try:
                await chore()
            except FAULTS_OF_A_VENUE as error:
                self._warn(str(error))
            await self._room.clock.sleep(ms)

    async def _resolving(self) -> None:
        """Ask about what is open: when an order spoke, and now and then."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._watching.order_spoke.wait(), self._rhythm.resolve_ms / 1_000)
            self._watching.order_spoke.clear()
            self._watching.orders_spoken_of.clear()
            open_trades = self._room.store.trades.unfinished()
            watched = self._room.store.trades.watched(at=self._room.clock.now())
            if not open_trades and not watched:
                continue
            async with self._trader.lock:
                try:
                    await resolve_all(self._room)
                except FAULTS_OF_A_VENUE as error:
                    self._warn(str(error))

    async def _balances(self) -> None:
        async with self._trader.lock:
            await refresh_balances(self._room)

    async def _reconcile(self) -> None:
        """Compare ledger and venues; book settlements; a difference pauses trading."""
        async with self._trader.lock:
            found = await reconcile(self._room, fix=not self._room.store.trades.unfinished())
        for line in found.booked:
            self._say(EventKind.MARKET, line)
        if found.differences and not self._room.store.trades.unfinished():
            first = found.differences[0]
            detail = f"{first.venue} {first.what}: ledger {first.ledger}, venue {first.venue_says}"
            self._room.fail(Failure.POSITION_MISMATCH, detail, once_a_day=True)

    async def _health(self) -> None:
        for name, venue in self._room.venues.items():
            try:
                health = await venue.health()
                why = "" if health.trading else health.detail or "the venue says so"
            except FAULTS_OF_A_VENUE as error:
                why = str(error)
            before = self._watching.closed.get(name, "")
            if why and not before:
                self._say(EventKind.WARNING, f"{name} does not trade: {why}", venue=name)
            elif before and not why:
                self._say(EventKind.WARNING, f"{name} trades again", venue=name)
            self._watching.closed |= {name: why}
            if not why:
                self._watching.closed.pop(name)

    async def _facts(self) -> None:
        """Read one market of each venue afresh: one that changed, else the one known for longest."""
        await asyncio.gather(*(self._freshen(venue) for venue in VenueName))

    async def _freshen(self, venue: VenueName) -> None:
        wanted = self._next_of(venue)
        if wanted is None:
            return
        try:
            fresh: Market = await self._room.venues[venue].market(wanted)
        except BadId as error:
            self._warn(f"{wanted}: {error}")
            return
        now, catalogue = self._room.clock.now(), self._room.catalogue.catalogue
        before = catalogue.market(wanted)
        catalogue.refresh([fresh], at=now)
        self._watching.doubtful.pop(wanted, None)
        if before is not None and before.rules_hash != fresh.rules_hash:
            self._say(EventKind.MARKET, f"{wanted}: its rules changed; its pairs are not traded", venue=venue)
        if before != fresh:
            await self.choose_pairs()

    def _next_of(self, venue: VenueName) -> MarketId | None:
        for market in self._watching.doubtful:
            if market.venue is venue:
                return market
        ids = {m for pair in self._watching.pairs for m in (pair.kalshi, pair.polymarket) if m.venue is venue}
        seen = self._room.catalogue.catalogue.seen_at(ids)
        oldest = min(seen, key=lambda market: seen[market], default=None)
        if oldest is None or self._room.clock.now() - seen[oldest] < self._rhythm.facts_age_max:
            return None
        return oldest

    async def _catalogue(self) -> None:
        if self._sync is not None:
            self._say(EventKind.MARKET, await self._sync())
        await self.choose_pairs()

    async def _look(self) -> None:
        """What time alone changes: a pause that began or ended, a stream that is away for too long, a second chance."""
        paused = self._room.paused()
        if paused != self._was_paused:
            kind = EventKind.PAUSED if paused else EventKind.RESUMED
            self._say(kind, f"trading is paused: {paused}" if paused else "trading goes on")
        self._was_paused = paused
        for health in self._feeds():
            self._weigh(health)
        self._watching.look_again(list(self._watching.episodes.open))

    def _weigh(self, health: FeedHealth) -> None:
        now = self._room.clock.now()
        if health.state is FeedState.LIVE or not health.books_wanted:
            self._lost_since.pop(health.venue, None)
            self._told_lost.discard(health.venue)
            return
        since = self._lost_since.setdefault(health.venue, now)
        if now - since > LOST_AFTER and health.venue not in self._told_lost:
            self._told_lost.add(health.venue)
            detail = f"{health.venue}: no stream for {LOST_AFTER.seconds} s: {health.detail or health.state}"
            self._room.fail(Failure.CONNECTION_LOST, detail)

    def _warn(self, text: str) -> None:
        self._say(EventKind.WARNING, text)

    def _say(self, kind: EventKind, text: str, *, venue: str = "") -> None:
        self._tell(LiveEvent(at=self._room.clock.now(), event=kind, text=text, venue=venue))
