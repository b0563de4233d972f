"""Trader: of what is on offer, the best is sized to what risk leaves, and taken; one trade at a time."""

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from arbkit.app.events import EventKind, LiveEvent, Tell
from arbkit.app.reconcile import refresh_balances
from arbkit.app.resolve import FAULTS_OF_A_VENUE
from arbkit.app.result import ExecutionResult
from arbkit.app.room import BookPair, Markets, Room, remember
from arbkit.app.take import as_seen_in, sized, why_not
from arbkit.app.trade import execute
from arbkit.app.watching import Watching
from arbkit.core.breaker import Failure
from arbkit.core.inventory import inventory, score
from arbkit.core.money import ZERO_USD, Usd
from arbkit.core.opportunity import NoOpportunity, Opportunity, Reason
from arbkit.core.risk import RULE_NAMES
from arbkit.errors import AuthError, RefusedError, StoreError

AFTER_REFUSAL = timedelta(seconds=2)
AFTER_FAILURE = timedelta(seconds=5)
"""How long a pair is left alone after it was refused, and after its orders came to nothing."""
QUIET_MS = 20
"""So long after something was written the store is asked again for what a trade wants to know; more may follow."""
A_MOMENT = timedelta(milliseconds=50)
"""How old an offer may be that is taken as it was found."""

DENIALS = tuple(sorted({*RULE_NAMES, *Reason, "market_in_doubt", "authentication", "venue_fault", "withdrawn"}))
"""Why an opportunity may be refused, in a word: the rules of risk, what sizing finds, and what the venues do."""


@dataclass(slots=True)
class Tally:
    """What the trader has done."""

    denied: Counter[str] = field(default_factory=Counter)
    """How often it said no, by the first reason: one of DENIALS."""
    tried: int = 0
    hedged: int = 0
    profit: Usd = ZERO_USD
    """What hedged trades will pay: as booked, or as expected while the chain has still to confirm."""
    trades: list[str] = field(default_factory=list)
    """The ids of what was tried."""

    @property
    def refused(self) -> int:
        """How often it said no."""
        return self.denied.total()


class Trader:
    """Takes opportunities. `lock` is held while a trade is under way: the resolver waits for it."""

    def __init__(self, room: Room, watching: Watching, tell: Tell, *, trades_max: int | None) -> None:
        self._room, self._watching, self._tell, self._trades_max = room, watching, tell, trades_max
        self._not_before: dict[str, datetime] = {}
        """Pairs that were passed over or failed, and since when they may be tried again."""
        self._said_yes = True
        """Whether risk said yes when it was last asked."""
        self.lock = asyncio.Lock()
        self.done = asyncio.Event()
        self.stopping = False
        self.in_flight, self._started_ms = "", 0
        self.tally = Tally()

    async def run(self) -> None:
        """Take what is offered until told to stop, or until enough was traded."""
        while not self.stopping:
            await self._watching.offered.wait()
            self._watching.offered.clear()
            while not self.stopping and (offer := self.best()) is not None:
                self._watching.offers.pop(offer.pair.id, None)
                async with self.lock:
                    await self._consider(offer)
                if self._trades_max is not None and self.tally.tried >= self._trades_max:
                    self.stopping = True
        self.done.set()

    async def stay_ready(self) -> None:
        """Whenever something was written, ask the store for what risk asks of it at every trade, until cancelled."""
        written = asyncio.Event()
        written.set()
        self._room.store.when_written(written.set)
        while True:
            await written.wait()
            await self._room.clock.sleep(QUIET_MS)
            written.clear()
            if not self.lock.locked():
                with suppress(StoreError):  # whoever needs it asks for himself, and hears of it
                    remember(self._room)

    def best(self) -> Opportunity | None:
        """The offer with the highest score among those that may be tried now (specification section 3.7)."""
        now = self._room.clock.now()
        free = [
            offer
            for pair_id, offer in self._watching.offers.items()
            if self._not_before.get(pair_id, now) <= now
        ]  # fmt: skip
        return max(free, key=self._score) if len(free) > 1 else next(iter(free), None)

    def _score(self, offer: Opportunity) -> tuple[int, str]:
        held = self._room.store.ledger.positions()
        report = inventory(offer.pair, held, imbalance_max=self._room.limits.imbalance_max)
        return score(offer.net, buys_yes_on=offer.buys_yes_on, report=report).micros, offer.pair.id

    async def _consider(self, offer: Opportunity) -> None:
        """Take an offer, or say why not. After a yes of risk the next one is expected: then risk alone is asked what
        is asked here beforehand otherwise, and only a no is followed by the longer way."""
        pair_id = offer.pair.id
        is_bold = self._said_yes and pair_id not in self._not_before
        if obstacle := self._doubt(offer) or (None if is_bold else self._obstacle(offer)):
            self._pass_over(offer, *obstacle, AFTER_REFUSAL)
            return
        markets, shown = self._watching.markets_of(pair_id), self._watching.books_of(pair_id)
        if markets is None or shown is None:
            return
        books = {venue: self._room.left(book) for venue, book in shown.items()}
        if why := self._too_old(books):
            # No refusal: who asked how old the books are has made them be read; the pair is looked at again then.
            self._watching.episodes.explain(pair_id, why, mildly=True)
            return
        stands = as_seen_in(books, offer) if self._stands(offer, shown, books) else None
        is_bold = is_bold and stands is not None and not self._room.untried()
        found = stands if is_bold and stands else sized(self._room, offer.pair, markets, books, offer=stands)
        if isinstance(found, NoOpportunity):
            self._pass_over(offer, found.reason, why_not(self._room, markets, found), AFTER_REFUSAL)
            return
        result = await self._executed(found, markets, books, is_bold=is_bold)
        if result is None:
            return
        self._said_yes = result.state != "refused"
        if is_bold and not self._said_yes:
            await self._consider(offer)
        else:
            await self._conclude(offer, result)

    async def _executed(
        self, found: Opportunity, markets: Markets, books: BookPair, *, is_bold: bool
    ) -> ExecutionResult | None:
        """Carry it out; None, and the pair is passed over, where a venue kept it from beginning."""
        pair_id = found.pair.id
        self.in_flight, self._started_ms = pair_id, self._room.clock.monotonic_ms()
        named = partial(self._watching.episodes.name_of, pair_id)
        try:
            return await execute(self._room, found, markets=markets, books=books, named=named, asks_ahead=is_bold)
        except AuthError as error:
            self._room.fail(Failure.AUTHENTICATION, str(error), once_a_day=True)
            self._pass_over(found, "authentication", str(error), AFTER_FAILURE)
        except RefusedError as error:
            self._pass_over(found, "withdrawn", str(error), AFTER_FAILURE)
        except FAULTS_OF_A_VENUE as error:
            self._pass_over(found, "venue_fault", str(error), AFTER_FAILURE)
        finally:
            self.in_flight = ""
        return None

    def _stands(self, offer: Opportunity, shown: BookPair, books: BookPair) -> bool:
        """Whether these books are still those that the offer was found in: whole, unchanged, and a moment ago."""
        is_whole = all(books[venue] is book for venue, book in shown.items())
        return (
            is_whole
            and self._room.clock.now() - offer.found_at <= A_MOMENT
            and not self._watching.is_due(offer.pair.id)
        )

    def _obstacle(self, offer: Opportunity) -> tuple[str, str] | None:
        """Why nothing may be tried now, in a word and in a sentence; None if it may. Risk asks for it again."""
        if why := self._room.paused():
            return "paused", f"trading is paused: {why}"
        unwell = self._room.unwell()
        for venue in self._watching.markets_of(offer.pair.id) or ():
            if closed := unwell.get(venue):
                return "venue_unwell", f"{venue} does not trade: {closed}"
        return None

    def _doubt(self, offer: Opportunity) -> tuple[str, str] | None:
        """The same, of what is known here alone: risk does not ask for it."""
        watching = self._watching
        for venue, market in (watching.markets_of(offer.pair.id) or {}).items():
            if what := watching.doubtful.get(market.id):
                return "market_in_doubt", f"{market.id}: {what}; it has not been read afresh yet"
            if closed := watching.closed.get(venue):
                return "venue_unwell", f"{venue} does not trade: {closed}"
            if market.shard in watching.closed_shards.get(venue, ()):
                return "venue_unwell", f"{venue} does not trade on shard {market.shard}"
        return None

    def _too_old(self, books: BookPair) -> str:
        """Why two books cannot be compared, by the limits of risk; "" if they can."""
        limits, now = self._room.limits, self._room.clock.now()
        ages = sorted((now - book.seen_at) // timedelta(milliseconds=1) for book in books.values())
        if ages[-1] <= limits.book_age_ms_max and ages[-1] - ages[0] <= limits.book_age_gap_ms_max:
            return ""
        return f"a book was {ages[-1]} ms old, the other {ages[0]} ms, and could not be confirmed in time"

    async def _conclude(self, offer: Opportunity, result: ExecutionResult) -> None:
        took_ms = self._room.clock.monotonic_ms() - self._started_ms
        if result.state == "refused":
            self._pass_over(offer, result.denied_by, "; ".join(result.errors), AFTER_REFUSAL)
            return
        self.tally.tried += 1
        if result.success:
            self.tally.hedged += 1
            self.tally.profit += result.expected_profit if result.actual_profit is None else result.actual_profit
        self.tally.trades.append(result.trade_id)
        if result.success:
            self._not_before.pop(offer.pair.id, None)
        else:
            self._not_before[offer.pair.id] = self._room.clock.now() + AFTER_FAILURE
        profit = "" if result.actual_profit is None else f", profit ${result.actual_profit}"
        errors = f": {'; '.join(result.errors)}" if result.errors else ""
        text = f"{offer.pair.id}: {result.qty} contracts {result.state}{profit}{errors}"
        self._tell(
            LiveEvent(
                at=self._room.clock.now(),
                event=EventKind.TRADE,
                text=text,
                pair=offer.pair.id,
                trade=result.trade_id,
                state=result.state,
                qty=result.qty,
                net=result.actual_profit,
                took_ms=took_ms,
            )
        )
        if not result.success:
            self._watching.episodes.explain(offer.pair.id, text)
        elif self._room.store is not self._room.catalogue:
            self._watching.episodes.explain(offer.pair.id, f"taken on paper: trade {result.trade_id} of the dry run")
        episode = self._watching.episodes.open.get(offer.pair.id)
        if episode is not None:
            episode.taken = True
        await self._count_cash()

    async def _count_cash(self) -> None:
        """Cash has moved: without knowing it, risk refuses the next trade for the age of the balances."""
        try:
            await refresh_balances(self._room)
        except FAULTS_OF_A_VENUE as error:
            text = f"the balances could not be read: {error}"
            self._tell(LiveEvent(at=self._room.clock.now(), event=EventKind.WARNING, text=text))

    def _pass_over(self, offer: Opportunity, reason: str, why: str, pause: timedelta) -> None:
        self.tally.denied[reason] += 1
        self._not_before[offer.pair.id] = self._room.clock.now() + pause
        if self._watching.episodes.explain(offer.pair.id, why):
            now, pair_id = self._room.clock.now(), offer.pair.id
            text = f"{pair_id}: not taken: {why}"
            self._tell(
                LiveEvent(at=now, event=EventKind.REFUSED, text=text, pair=pair_id, qty=offer.qty, net=offer.net)
            )
