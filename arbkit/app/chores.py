"""Chores: what the live loop does beside watching and trading, each in a task of its own and at its own pace.

A venue that does not answer is told of and asked again; anything else that goes wrong ends the loop.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from arbkit.app import notices
from arbkit.app.events import EventKind, LiveEvent, Tell
from arbkit.app.loop_state import LOOP_FACT, FeedStanding, LoopState
from arbkit.app.reconcile import reconcile, refresh_balances
from arbkit.app.resolve import FAULTS_OF_A_VENUE, resolve_all
from arbkit.app.room import Room, why_closed
from arbkit.app.settlements import remind
from arbkit.app.trader import Trader
from arbkit.app.unwind import obstacle, unwind
from arbkit.app.watching import Watching
from arbkit.core.breaker import Failure
from arbkit.core.execution import TradeState
from arbkit.core.markets import Market, MarketId, MarketStatus, Pair, VenueName
from arbkit.core.reconnect import Vigil
from arbkit.errors import BadId
from arbkit.ports import FeedHealth, FeedState, Venue

LOST_MS = 30_000
"""A stream that is away for longer pauses trading (specification section 8.2)."""
TOLD_MS = 5_000
"""A stream that is away for longer is told of."""
_LATE_MS = 60_000
_AGAIN_MS = 5_000
_RECENT = timedelta(minutes=15)
PAUSED_AGAIN = timedelta(seconds=30)
"""A market that is paused is watched no more; it is read again so often, until it trades or has closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How often each chore is done, in milliseconds."""

    resolve_ms: int = 1_000
    balances_ms: int = 20_000
    reconcile_ms: int = 300_000
    health_ms: int = 30_000
    pairs_ms: int = 30_000
    facts_ms: int = 1_000
    facts_age_max: timedelta = timedelta(minutes=60)
    catalogue_ms: int = 0
    """0: the catalogue is not read by the loop."""
    look_ms: int = 1_000
    beat_ms: int = 5_000
    reopening: timedelta = timedelta(minutes=3)
    """How long a venue that trades again is still left alone: an engine that restarted takes no fill-or-kill at first.
    """


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
        crowded: Callable[[], Collection[str]] = tuple,
    ) -> None:
        """`sync` reads and matches the catalogues and says what went wrong, "" if nothing did. `crowded` says at which
        venues more than 80 % of what our own rate limits allow was used since it was last asked."""
        self._room, self._watching, self._trader, self._tell = room, watching, trader, tell
        self._feeds, self._rhythm, self._chosen, self._sync, self._crowded = feeds, rhythm, chosen, sync, crowded
        self._lost_since_ms: dict[VenueName, int] = {}
        self._told_away: set[VenueName] = set()
        self._told_lost: set[VenueName] = set()
        self._slower: Collection[str] = ()
        self._was_paused = ""
        self._late_ms = 0
        self._unknown: set[MarketId] = set()
        self._standing_still: dict[MarketId, datetime] = {}
        """Markets that were paused when they were last read, and when they are read again."""
        self._day = room.clock.now().date()
        self._vigil = Vigil(now=room.clock.now(), monotonic_ms=room.clock.monotonic_ms())

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
            "rates": every(rhythm.health_ms, self._rates),
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
                    connected_since=health.connected_since,
                    last_frame_at=health.last_frame_at,
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
        told = ""
        while True:
            failed = ""
            try:
                await chore()
            except FAULTS_OF_A_VENUE as error:
                failed = str(error)
            if failed and failed != told:  # a venue that is down for an hour is told of once
                self._warn(failed)
            told = failed
            await self._room.clock.sleep(ms)

    async def _resolving(self) -> None:
        """Ask about what is open: when an order spoke, and now and then."""
        while True:
            with suppress(TimeoutError):
                # Not wait_for: before Python 3.12 it can lose a cancellation, and the loop would never end.
                async with asyncio.timeout(self._rhythm.resolve_ms / 1_000):
                    await self._watching.order_spoke.wait()
            late_fills = self._looks_for_late_fills()
            self._watching.order_spoke.clear()
            self._watching.orders_spoken_of.clear()
            if not late_fills and not self._room.store.trades.unfinished():
                continue
            async with self._trader.lock:
                try:
                    await resolve_all(self._room, late_fills=late_fills)
                    await self._unwind()
                except FAULTS_OF_A_VENUE as error:
                    self._warn(str(error))

    def _looks_for_late_fills(self) -> bool:
        """Whether orders that came to nothing are asked about now. Each is for a day, but not at every turn: a minute
        apart, and later, when none of them is new, ten; and at once when an order spoke."""
        now, now_ms = self._room.clock.now(), self._room.clock.monotonic_ms()
        watched = self._room.store.trades.watched(at=now)
        recent = any(leg.deadline and now - leg.deadline < _RECENT for leg in watched)
        due = now_ms - self._late_ms >= (_LATE_MS if recent else 10 * _LATE_MS) or self._watching.order_spoke.is_set()
        if watched and due:
            self._late_ms = now_ms
        return bool(watched) and due

    async def _unwind(self) -> None:
        """Sell lonely legs of this run back, where that is wanted: some become final only after their trade ended."""
        room = self._room
        if not room.rules.unwinds:
            return
        for trade in room.store.trades.unfinished():
            if trade.state is TradeState.ASYMMETRIC and trade.epoch == room.epoch and not obstacle(room, trade):
                why = await unwind(room, trade.trade_id)
                self._warn(f"trade {trade.trade_id}: {why or 'the lonely leg is being sold back'}")

    async def _balances(self) -> None:
        async with self._trader.lock:
            await refresh_balances(self._room)

    async def _reconcile(self) -> None:
        """Compare ledger and venues; book settlements; a difference pauses trading, and so does a trade not of ours."""
        room = self._room
        async with self._trader.lock:
            found = await reconcile(room, fix=not room.store.trades.unfinished())
            booked, external = found.booked, found.external_fills
            if found.differences and not room.store.trades.unfinished():
                # A market may have ended unseen, or between two reads: what differs is believed only at a second look.
                await self._freshen_held()
                await room.clock.sleep(_AGAIN_MS)
                found = await reconcile(room, fix=True)
                booked, external = [*booked, *found.booked], [*external, *found.external_fills]
        for line in booked:
            self._say(EventKind.MARKET, line)
        remind(room)
        if room.store.trades.unfinished():
            return
        for fill in (*found.unknown_fills, *external):
            detail = f"{fill.market.venue}: trade {fill.fill_id} on {fill.market.key} is of no order of this run"
            room.fail(Failure.FOREIGN_TRADE, detail, once_a_day=True)
        if found.differences:
            first = found.differences[0]
            detail = f"{first.venue} {first.what}: ledger {first.ledger}, venue {first.venue_says}"
            room.fail(Failure.POSITION_MISMATCH, detail, once_a_day=True)

    async def _freshen_held(self) -> None:
        """Read every market afresh of which something is held."""
        room = self._room
        for market in {market for (market, _), position in room.store.ledger.positions().items() if position.qty}:
            with suppress(BadId):
                room.catalogue.catalogue.refresh([await room.venues[market.venue].market(market)], at=room.clock.now())

    async def _health(self) -> None:
        for name, venue in self._room.venues.items():
            why = await self._why_closed(venue)
            before = self._watching.closed.get(name, "")
            if why:
                self._watching.closed[name] = why
                if not before:
                    self._say(EventKind.WARNING, f"{name} does not trade: {why}", venue=name)
            elif before:
                self._room.set_aside(name, "it trades again", self._rhythm.reopening)
                del self._watching.closed[name]
                self._say(EventKind.WARNING, f"{name} trades again", venue=name)

    async def _why_closed(self, venue: Venue) -> str:
        """Why nothing may be traded at a venue at present, "" if it may."""
        try:
            health = await venue.health()
        except FAULTS_OF_A_VENUE as error:
            return str(error)
        self._watching.closed_shards[venue.name] = health.paused_shards
        return why_closed(health, now=self._room.clock.now())

    async def _rates(self) -> None:
        """Where our own limit of requests is nearly used up, less is asked for, and people are told."""
        self._slower = self._crowded()
        for venue in self._slower:
            notices.of_rate(self._room, venue)

    async def _facts(self) -> None:
        """Read one market of each venue afresh: one that changed, else the one known for longest."""
        await asyncio.gather(*(self._freshen(venue) for venue in VenueName if venue not in self._slower))

    async def _freshen(self, venue: VenueName) -> None:
        wanted = self._next_of(venue)
        if wanted is None:
            return
        try:
            fresh: Market = await self._room.venues[venue].market(wanted)
        except BadId as error:
            self._unknown.add(wanted)
            self._watching.doubtful[wanted] = "its venue does not know it any more"
            self._warn(f"{wanted}: {error}; it is not traded")
            return
        now, catalogue = self._room.clock.now(), self._room.catalogue.catalogue
        before = catalogue.market(wanted)
        catalogue.refresh([fresh], at=now)
        self._watching.doubtful.pop(wanted, None)
        self._standing_still.pop(wanted, None)
        if fresh.status is MarketStatus.PAUSED:
            self._standing_still[wanted] = now + PAUSED_AGAIN
        if before is not None and before.rules_hash != fresh.rules_hash:
            self._say(EventKind.MARKET, f"{wanted}: its rules changed; its pairs are not traded", venue=venue)
        if before != fresh:
            await self.choose_pairs()

    def _next_of(self, venue: VenueName) -> MarketId | None:
        for market in self._watching.doubtful:
            if market.venue is venue and market not in self._unknown:
                return market
        for market, due in self._standing_still.items():
            if market.venue is venue and due <= self._room.clock.now():
                return market
        ids = {m for pair in self._watching.pairs for m in (pair.kalshi, pair.polymarket) if m.venue is venue}
        seen = self._room.catalogue.catalogue.seen_at(ids - self._unknown)
        oldest = min(seen, key=lambda market: seen[market], default=None)
        if oldest is None or self._room.clock.now() - seen[oldest] < self._rhythm.facts_age_max:
            return None
        return oldest

    async def _catalogue(self) -> None:
        why = await self._sync() if self._sync is not None else ""
        if why:
            self._warn(f"the catalogues could not be read again: {why}")
        else:
            self._say(EventKind.MARKET, "the catalogues were read and matched again")
        await self.choose_pairs()

    async def _look(self) -> None:
        """What time alone changes: a day, a pause that began or ended, a stream that is away, a second chance."""
        self._watch_time()
        self._room.weigh_losses()
        paused = self._room.paused()
        if paused != self._was_paused:
            kind = EventKind.PAUSED if paused else EventKind.RESUMED
            self._say(kind, f"trading is paused: {paused}" if paused else "trading goes on")
        self._was_paused = paused
        for health in self._feeds():
            self._weigh(health)
        self._watching.look_again(list(self._watching.episodes.open))

    def _watch_time(self) -> None:
        """A machine that slept, or a clock that was set, voids what was found before; midnight begins a new day."""
        now = self._room.clock.now()
        if wrong := self._vigil.look(now=now, monotonic_ms=self._room.clock.monotonic_ms()):
            self._watching.offers.clear()
            self._warn(f"{wrong}; what was found before is void")
        if self._vigil.jumped > timedelta():
            # Kalshi tells how far its reads have come, by its own clock; at Polymarket only ours says how long it was.
            self._room.store.journal.postpone(VenueName.POLYMARKET, self._vigil.jumped)
        if now.date() > self._day:
            self._day = now.date()
            self._say(EventKind.DAY, f"a new trading day, {self._day}: the day's loss and counts start again")

    def _weigh(self, health: FeedHealth) -> None:
        """A stream that was given up, or is away for too long, pauses trading; polling by choice does not."""
        venue, now_ms = health.venue, self._room.clock.monotonic_ms()
        polled = health.polled_by_choice and health.state is FeedState.POLLING and health.books_live > 0
        if health.state is FeedState.LIVE or polled or not health.books_wanted:
            self._lost_since_ms.pop(venue, None)
            self._told_away.discard(venue)
            self._told_lost.discard(venue)
            return
        away_ms = now_ms - self._lost_since_ms.setdefault(venue, now_ms)
        given_up = health.state is FeedState.POLLING and not health.polled_by_choice
        why = health.detail or str(health.state)
        if (given_up or away_ms > LOST_MS) and venue not in self._told_lost:
            self._told_lost.add(venue)
            what = f"gave up after {health.attempts} attempts" if given_up else f"no stream for {away_ms // 1_000} s"
            self._room.fail(Failure.CONNECTION_LOST, f"{venue}: {what}: {why}")
        elif away_ms > TOLD_MS and venue not in self._told_away | self._told_lost:
            self._told_away.add(venue)
            notices.of_lost_stream(self._room, venue, why)

    def _warn(self, text: str) -> None:
        self._say(EventKind.WARNING, text)

    def _say(self, kind: EventKind, text: str, *, venue: str = "") -> None:
        self._tell(LiveEvent(at=self._room.clock.now(), event=kind, text=text, venue=venue))
