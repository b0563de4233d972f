"""What trading needs, gathered once: the store, both venues with desks and accounts, the clock, and the rules."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from arbkit.app.day import counted_today, day_so_far
from arbkit.core.alerts import Severity, of_failure
from arbkit.core.books import Book
from arbkit.core.breaker import BreakerLimits, Failure, record_failure, record_success
from arbkit.core.inventory import inventory
from arbkit.core.latency import Stage
from arbkit.core.limits import Limits
from arbkit.core.markets import Market, Pair, Side, VenueName
from arbkit.core.money import Price, Usd
from arbkit.core.opportunity import Opportunity, Policy
from arbkit.core.orders import Balance
from arbkit.core.risk import Mode, Situation, exit_loss
from arbkit.errors import InvariantError
from arbkit.ports import Account, Clock, Desk, Venue, VenueHealth
from arbkit.store.store import Store
from arbkit.store.trades import Reserved


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeRules:
    """How a trade is carried out (specification sections 1.4, 3.5 and 3.10)."""

    order_timeout_ms: int = 1_000
    slippage_max_ppm: int = 10_000
    """By how much the profit may have shrunk between finding and sending."""
    end_to_end_max_ms: int = 2_000
    retries: int = 1
    """New attempts after one of which nothing was sent."""
    retry_delay_ms: int = 500
    resolve_every_ms: int = 500
    resolve_for_ms: int = 10_000
    """How long `execute` waits for both legs to be proven before it leaves the rest to the resolver."""
    waits_for_chain: bool = True
    """Whether a fill that the chain has still to confirm is waited for; the loop leaves that to its resolver."""
    begins_small: bool = False
    """Whether a version that has not completed a live trade yet trades the smallest quantity that is worth it."""
    unwinds: bool = False
    """Whether a lonely leg is sold back, once and within bounds (`risk.on_asymmetric: unwind`)."""
    doubt_max: timedelta = timedelta(seconds=60)
    """An order in doubt for longer pauses trading."""


Timed = Callable[[Stage, int, str], None]
"""Told how long a step took, in milliseconds, and of what; returns at once."""

UNWELL_FOR = {425: timedelta(minutes=3), 503: timedelta(minutes=3), 429: timedelta(minutes=1)}
"""How long a venue is left alone after it refused an order with such a status: a matching engine that restarts takes
no fill-or-kill for two minutes more, and one leg would stand alone every time."""


_UNWELL = {venue: f"unwell.{venue}" for venue in VenueName}

BEFORE_MAINTENANCE = timedelta(minutes=10)
"""So long before an announced pause no trade is begun."""


def why_closed(health: VenueHealth, *, now: datetime, shard: int | None = None) -> str:
    """Why nothing may be traded at a venue (on a shard of it) at present, "" if it may."""
    soon = health.next_pause is not None and health.next_pause - now <= BEFORE_MAINTENANCE
    if health.trading and not soon and shard not in health.paused_shards:
        return ""
    return health.detail or "the venue says so"


def _untimed(_stage: Stage, _took_ms: int, _what: str) -> None:
    """Nobody wants to know."""


def _whole(book: Book) -> Book:
    """A live order takes from the venue's own book."""
    return book


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Everything the use-cases of trading are given. `desks` is what makes them able to send."""

    store: Store
    """Journal and ledger: the live ones, or those of the dry run."""
    catalogue: Store
    """Markets, pairs and reviews. In live trading the same file."""
    venues: Mapping[VenueName, Venue]
    desks: Mapping[VenueName, Desk]
    accounts: Mapping[VenueName, Account]
    clock: Clock
    limits: Limits
    breaker_limits: BreakerLimits
    policy: Policy
    rules: TradeRules
    mode: Mode
    epoch: int
    version: str
    halted: Callable[[], str]
    """Why everything must stop at once (the HALT file), "" if nothing says so. Unreadable means halted."""
    new_id: Callable[[], str]
    timed: Timed = _untimed
    left: Callable[[Book], Book] = _whole
    """What a book still offers; less than it shows where a dry run has taken some of it."""

    def paused(self) -> str:
        """Why nothing may be sent now, "" if it may: the HALT file first, then the breaker."""
        if why := self.halted():
            return why
        trip = self.store.operations.first_trip()
        return f"{trip.failure}: {trip.detail}" if trip else ""

    def untried(self) -> bool:
        """Whether this version has to begin small, and has not completed a live trade yet."""
        return self.rules.begins_small and not self.store.trades.has_completed(self.version)

    def fail(
        self, failure: Failure, detail: str, *, severity: Severity = Severity.CRITICAL, once_a_day: bool = False
    ) -> None:
        """Tell the breaker of a failure, and people with it, in one transaction.

        `once_a_day`: for what is met again at every look; the breaker is told each time, people once.
        """
        now = self.clock.now()
        with self.store.together():
            before = self.store.operations.breaker()
            after = record_failure(before, failure, detail, limits=self.breaker_limits, now=now)
            self.store.operations.save_breaker(after, at=now)
            key = f"{failure}:{detail}:{now.date()}" if once_a_day else ""
            opened = after.is_open and not before.is_open
            said = after.trips[failure].detail if opened else detail
            alert = of_failure(failure, said, opened=opened, severity=severity, once=key)
            self.store.operations.alert(alert, at=now)

    def set_aside(self, venue: VenueName, why: str, span: timedelta) -> None:
        """Let no trade touch a venue for a while, over restarts too."""
        now = self.clock.now()
        self.store.operations.note(_UNWELL[venue], f"{(now + span).isoformat()} {why}", at=now)

    def unwell(self) -> Mapping[VenueName, str]:
        """The venues that are left alone for a while, and why."""
        found = {}
        noted = self.store.operations.facts(*_UNWELL.values())
        for venue, name in _UNWELL.items():
            until, _, why = noted.get(name, "").partition(" ")
            if until and datetime.fromisoformat(until) > self.clock.now():
                found[venue] = f"{why}; left alone until {until[11:19]} UTC"
        return found

    def weigh_losses(self) -> None:
        """Open the breaker when the day has lost what a day may lose (specification section 3.8)."""
        lost = -self.counted_today()
        if lost >= self.limits.daily_loss_max and Failure.DAILY_LOSS_LIMIT not in self.store.operations.breaker().trips:
            self.fail(Failure.DAILY_LOSS_LIMIT, f"Loss: ${lost}; the limit is ${self.limits.daily_loss_max}")

    def counted_today(self) -> Usd:
        """What was gained since midnight UTC, as the day's loss counts it: by pairs."""
        return counted_today(self.store, self.catalogue, now=self.clock.now())

    def booked_today(self) -> Usd:
        """What the ledger has booked since midnight UTC."""
        return day_so_far(self.store, now=self.clock.now()).realised

    def impossible(self, error: InvariantError) -> None:
        """Something that cannot be was: pause, tell, and let everything else go on."""
        self.fail(Failure.INVARIANT, str(error), once_a_day=True)

    def succeed(self) -> None:
        """Tell the breaker of a success."""
        now = self.clock.now()
        with self.store.together():
            self.store.operations.save_breaker(record_success(self.store.operations.breaker()), at=now)
            self.store.operations.note("last_successful_trade", now.isoformat(), at=now)


Markets = Mapping[VenueName, Market]
BookPair = Mapping[VenueName, Book]


def situation(room: Room, opportunity: Opportunity, markets: Markets, books: BookPair, *, now: datetime) -> Situation:
    """Gather what risk has to know, from the store alone. Call it in the transaction that writes the intent."""
    store, pair = room.store, opportunity.pair
    reserved = store.trades.held_back()
    known = store.operations.all_balances()
    held = store.ledger.positions()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    last_minute, today = store.trades.counts_since(now - timedelta(minutes=1), midnight)
    return Situation(
        mode=room.mode,
        paused=room.paused(),
        locked_by=store.trades.locked_by([pair.kalshi, pair.polymarket]),
        exposure=store.ledger.exposure() + reserved.exposure(),
        event_exposure=_event_exposure(room, markets, reserved),
        imbalance=inventory(pair, held, imbalance_max=room.limits.imbalance_max).imbalance,
        realised_today=room.counted_today(),
        loss_at_risk=reserved.loss,
        cash={venue: _cash(markets[venue], purses, reserved) for venue, (purses, _) in known.items()},
        balance_age_ms=max(_age_ms(room, asked, now) for _, asked in known.values()),
        exit_loss=max(_exit_loss(opportunity, markets, books, venue) for venue in VenueName),
        yes_prices=_yes_prices(pair, books),
        closes_at=min((m.closes_at for m in markets.values() if m.closes_at), default=None),
        unwell=room.unwell(),
        approved_by_person=room.catalogue.pairs.approves(pair),
        untried=room.untried(),
        trades_last_minute=last_minute,
        trades_today=today,
    )


def remember(room: Room) -> None:
    """Ask beforehand what `situation` asks of the store for any pair. What is left out here only costs time there."""
    store, now = room.store, room.clock.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    with store.remembering():
        store.trades.held_back()
        store.operations.all_balances()
        store.ledger.positions()
        store.trades.counts_since(now - timedelta(minutes=1), midnight)
        store.operations.first_trip()
        store.trades.locked_by(())
        room.counted_today()
        room.unwell()
        room.untried()


def _age_ms(room: Room, asked: datetime | None, now: datetime) -> int:
    return (now - asked) // timedelta(milliseconds=1) if asked else room.limits.balance_age_ms_max + 1


def _cash(market: Market, purses: Sequence[Balance], reserved: Reserved) -> Usd:
    """What the purse of this market holds, less what is reserved at its venue."""
    total = sum(p.available.micros for p in purses if p.shard is None or p.shard == (market.shard or 0))
    return Usd(total) - reserved.exposure(market.id.venue)


def _event_exposure(room: Room, markets: Markets, reserved: Reserved) -> Usd:
    """Positions and reservations in the events of both markets: what one surprise can hit."""
    events = {(market.id.venue, market.event_key) for market in markets.values()}
    taken = [(market, position.basis) for (market, _), position in room.store.ledger.positions().items()]
    taken += reserved.legs.items()
    known = room.catalogue.catalogue.events_of({market for market, _ in taken}) if taken else {}
    # A market that the catalogue does not know may belong to any event.
    return Usd(sum(usd.micros for m, usd in taken if m not in known or (m.venue, known[m]) in events))


def _exit_loss(opportunity: Opportunity, markets: Markets, books: BookPair, venue: VenueName) -> Usd:
    leg = opportunity.kalshi if venue is VenueName.KALSHI else opportunity.polymarket
    fees = markets[venue].fees
    if fees is None:
        raise InvariantError(f"{leg.market} has no known fee and came to be traded")
    return exit_loss(leg, books[venue], fees)


def _yes_prices(pair: Pair, books: BookPair) -> Mapping[VenueName, Price]:
    """The best ask of what Kalshi calls YES, where there is one."""
    sides = {VenueName.KALSHI: Side.YES, VenueName.POLYMARKET: pair.polymarket_side(Side.YES)}
    best = {venue: books[venue].best_ask(side) for venue, side in sides.items()}
    return {venue: price for venue, price in best.items() if price is not None}
