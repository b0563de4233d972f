"""One trade from an opportunity to its result: prepare, ask risk, journal, look again, send both legs, learn.

The order of steps is the safety: nothing is written before both legs are valid and signed; nothing is sent before the
intent is durable and both legs are marked; nothing is sent twice. After sending, everything is evidence.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta

from arbkit.app import notices
from arbkit.app.duties import perform_duties
from arbkit.app.resolve import FAULTS_OF_A_VENUE, resolve
from arbkit.app.result import ExecutionResult, refused, report
from arbkit.app.room import BookPair, Markets, Room, situation
from arbkit.app.sending import planned, send
from arbkit.app.unwind import unwind_and_follow
from arbkit.core.alerts import Severity
from arbkit.core.books import Book, Level, problem
from arbkit.core.breaker import Failure
from arbkit.core.execution import LegState, Standing, TradeState
from arbkit.core.fees import kalshi_buy_fee_up
from arbkit.core.latency import Stage
from arbkit.core.markets import KalshiFees, Market, PolymarketFees, VenueName
from arbkit.core.money import MICRO, ZERO_USD, Usd, ceil_div, cost_up
from arbkit.core.opportunity import Leg, Opportunity
from arbkit.core.orders import Action, FokOrder
from arbkit.core.risk import Approved, Mode, Refused, check
from arbkit.errors import InvariantError, RefusedError, StoreError, VenueUnavailable
from arbkit.ports import Books, PreparedOrder
from arbkit.store.journal import Intent, PlannedLeg


@dataclass(slots=True)
class _Attempt:
    """One trade on its way."""

    room: Room
    opportunity: Opportunity
    markets: Markets
    named: Callable[[], str | None]
    trade_id: str
    prepared: Mapping[VenueName, PreparedOrder] = field(default_factory=dict)
    asked: "Asked | None" = None
    """Both books once more, if they were asked for already."""


def _nothing() -> None:
    """Nothing to be done, and nothing to be told."""


async def execute(
    room: Room,
    opportunity: Opportunity,
    *,
    markets: Markets,
    books: BookPair,
    named: Callable[[], str | None] = _nothing,
    asks_ahead: bool = False,
) -> ExecutionResult:
    """Carry out an opportunity, with one more attempt if nothing of the first was sent.

    `named` tells the id of its sighting, and is asked when nobody waits: it may have to be written first. `asks_ahead`:
    both books are asked for before risk is, whose yes is expected; should it say no, they were read for nothing.
    Errors: AuthError and RefusedError from preparing (nothing was written or sent). Everything later is in the result.
    """
    attempts = room.rules.retries + 1
    asked = _ask(room, markets) if asks_ahead else None
    try:
        if asked:
            await asyncio.sleep(0)  # both requests leave now
        result = await _once(_Attempt(room, opportunity, markets, named, room.new_id(), asked=asked), books)
    finally:
        if asked:
            await asyncio.gather(asked, return_exceptions=True)  # to their end: a line that is given up is a cold one
    while attempts > 1 and _nothing_was_sent(room, result):
        attempts -= 1
        await room.clock.sleep(room.rules.retry_delay_ms)
        fresh = await read_books(room, markets)
        result = await _once(_Attempt(room, opportunity, markets, named, room.new_id()), fresh)
    return result


async def _once(attempt: _Attempt, books: BookPair) -> ExecutionResult:
    attempt.prepared = _prepare(attempt)
    answer = _approve_and_open(attempt, books)
    if isinstance(answer, Refused):
        return refused(attempt.room, answer)
    try:
        why = await _spoiled(attempt) or _mark_sending(attempt, answer)
        if not why:
            await attempt.room.store.durable()  # before it returns, not a byte may leave
            why = _forbidden(attempt.room, answer)  # while the disk was awaited, others went on
    except BaseException as error:
        with suppress(StoreError):  # what cannot be written now, the next start finds: nothing was sent
            _withhold(attempt, f"stopped by {type(error).__name__}")
        raise
    if why:
        _withhold(attempt, why)
        return report(attempt.room, attempt.opportunity, attempt.trade_id, errors=(why,), warnings=answer.warnings)
    started_ms = attempt.room.clock.monotonic_ms()
    await send(attempt.room, list(attempt.prepared.values()))
    try:
        _name(attempt)
    finally:  # what the orders ask of us does not hang on a name
        await _wait_until_proven(attempt, started_ms)
    return report(attempt.room, attempt.opportunity, attempt.trade_id, warnings=answer.warnings)


def _prepare(attempt: _Attempt) -> Mapping[VenueName, PreparedOrder]:
    """Validate and sign both legs completely before anything is written."""
    now = attempt.room.clock.now()
    return {
        leg.venue: attempt.room.desks[leg.venue].prepare(
            _order(attempt.trade_id, leg), market=attempt.markets[leg.venue], now=now
        )
        for leg in (attempt.opportunity.kalshi, attempt.opportunity.polymarket)
    }


def _order(trade_id: str, leg: Leg) -> FokOrder:
    # A Polymarket FOK BUY spends its budget: the cost over the levels. On Kalshi only quantity and limit count.
    budget = leg.cost if leg.venue is VenueName.POLYMARKET else cost_up(leg.limit, leg.qty)
    return FokOrder(
        leg_id=f"{trade_id}-{leg.venue[0]}",
        market=leg.market,
        side=leg.side,
        action=Action.BUY,
        qty=leg.qty,
        limit=leg.limit,
        budget=budget,
    )


def _approve_and_open(attempt: _Attempt, books: BookPair) -> Approved | Refused:
    """Ask risk and write the intent in one transaction: two trades at once cannot both pass under one limit."""
    room, opportunity = attempt.room, attempt.opportunity
    with room.store.together_ahead():
        now = room.clock.now()
        facts = situation(room, opportunity, attempt.markets, books, now=now)
        # The ceilings hold for what the orders may take, should the books have moved, not for what is expected.
        more = worst_case(opportunity, attempt.markets) - opportunity.capital
        facts = replace(facts, exposure=facts.exposure + more, event_exposure=facts.event_exposure + more)
        answer = check(opportunity, facts, room.limits, now=now)
        if isinstance(answer, Approved):
            if room.store is not room.catalogue:
                room.store.pairs.release(opportunity.pair, at=now)
            room.store.journal.open(_intent(attempt, answer), _planned(attempt), at=now)
    if isinstance(answer, Refused):
        notices.of_refusal(room, answer)
    return answer


def _intent(attempt: _Attempt, approved: Approved) -> Intent:
    opportunity, room = attempt.opportunity, attempt.room
    return Intent(
        trade_id=attempt.trade_id,
        pair_id=opportunity.pair.id,
        mode=room.mode,
        epoch=room.epoch,
        version=room.version,
        qty=opportunity.qty,
        expected_net=opportunity.gross - opportunity.fees,
        kalshi_rules_hash=opportunity.pair.kalshi_rules_hash,
        polymarket_rules_hash=opportunity.pair.polymarket_rules_hash,
        loss_at_risk=approved.loss_at_risk,
    )


def _planned(attempt: _Attempt) -> Sequence[PlannedLeg]:
    return [
        planned(prepared, worst_cost=_worst_cost(prepared.order, attempt.markets[venue]))
        for venue, prepared in attempt.prepared.items()
    ]


def _worst_cost(order: FokOrder, market: Market) -> Usd:
    """The most an order can take: all of it at its limit, and the dearest fee that any allowed price can bring."""
    if isinstance(market.fees, KalshiFees):
        return order.budget + kalshi_buy_fee_up(market.fees, [Level(order.limit, order.qty)])
    if isinstance(market.fees, PolymarketFees):
        return order.budget + Usd(ceil_div(order.budget.micros * market.fees.rate_ppm, MICRO))
    raise InvariantError(f"{market.id} has no known fee and came to be traded")


def worst_case(opportunity: Opportunity, markets: Markets) -> Usd:
    """The most that both orders of an opportunity can take together, fees included."""
    legs = (opportunity.kalshi, opportunity.polymarket)
    return Usd(sum(_worst_cost(_order("", leg), markets[leg.venue]).micros for leg in legs))


Asked = asyncio.Future[list[Books]]
"""The books of both venues on their way, in the order of the markets."""


def _ask(room: Room, markets: Markets) -> Asked:
    """Ask for both books; the requests leave when the loop comes round."""
    return asyncio.gather(*(room.venues[venue].books([market]) for venue, market in markets.items()))


async def read_books(room: Room, markets: Markets, *, asked: Asked | None = None) -> BookPair:
    """Read both books afresh and at once. Errors: those of the venues, RefusedError for a book that is not shown."""
    started_ms = room.clock.monotonic_ms()
    answers = await (asked or _ask(room, markets))
    room.timed(Stage.ORDERBOOK, room.clock.monotonic_ms() - started_ms, "both books")
    books: dict[VenueName, Book] = {}
    for market, answer in zip(markets.values(), answers, strict=True):
        if market.id not in answer.books:
            raise RefusedError(f"{market.id}: {answer.missing.get(market.id, 'the venue shows no book')}")
        books[market.id.venue] = room.left(answer.books[market.id])
    return books


def _get_ready(attempt: _Attempt) -> None:
    """While the books travel: have both requests ready to be written."""
    for venue, prepared in attempt.prepared.items():
        attempt.room.desks[venue].get_ready(prepared)


def _name(attempt: _Attempt) -> None:
    """Note which sighting the trade takes: no money hangs on it, so the orders do not wait for it."""
    room = attempt.room
    if room.store is room.catalogue and (name := attempt.named()):
        room.store.journal.name(attempt.trade_id, sighting_id=name)


async def _spoiled(attempt: _Attempt) -> str:
    """Read both books again; why the trade must not be sent any more, "" if it still stands."""
    if (asked := attempt.asked) is None:
        asked = _ask(attempt.room, attempt.markets)
        await asyncio.sleep(0)
    _get_ready(attempt)
    try:
        books = await read_books(attempt.room, attempt.markets, asked=asked)
    except (VenueUnavailable, RefusedError) as error:
        return f"the books could not be read again: {error}"
    now = attempt.room.clock.now()
    legs = (attempt.opportunity.kalshi, attempt.opportunity.polymarket)
    for leg in legs:
        if why := problem(books[leg.venue], age_ms_max=attempt.room.limits.book_age_ms_max, now=now):
            return f"the book of {leg.market} has become {why}"
    costs = [_cost_now(books[leg.venue], leg) for leg in legs]
    for leg, cost in zip(legs, costs, strict=True):
        if cost is None:
            return f"{leg.qty} of {leg.side} no longer stand on {leg.venue} at {leg.limit} or better"
    dearer = sum(cost.micros for cost in costs if cost) - sum(leg.cost.micros for leg in legs)
    expected = attempt.opportunity.net.micros
    if dearer * MICRO > expected * attempt.room.rules.slippage_max_ppm:
        return f"Spread deteriorated below threshold: it would cost ${Usd(dearer)} more of ${Usd(expected)} profit"
    return ""


def _cost_now(book: Book, leg: Leg) -> Usd | None:
    """What the leg would cost by this book at its limit or better; None when it could not be filled."""
    left, cost = leg.qty, ZERO_USD
    for level in book.asks(leg.side):
        if level.price > leg.limit:
            break
        taken = min(left, level.qty)
        cost, left = cost + cost_up(level.price, taken), left - taken
    return None if left else cost


def _mark_sending(attempt: _Attempt, approved: Approved) -> str:
    """The gate in the commit that marks both legs, because everything may have changed since risk was asked.

    Why nothing may be sent, "" if both legs are marked now. Raises AlreadyRunning in a run that was overtaken.
    """
    room = attempt.room
    with room.store.together_ahead():
        if why := _forbidden(room, approved):
            return why
        room.store.operations.hold_epoch(room.epoch)
        now = room.clock.now()
        deadline = now + timedelta(milliseconds=room.rules.order_timeout_ms)
        room.store.journal.mark_sending(attempt.trade_id, at=now, deadline=deadline)
    return ""


def _forbidden(room: Room, approved: Approved) -> str:
    """Why nothing may be sent at this moment, "" if it may."""
    if why := room.paused():
        return f"trading is paused: {why}"
    if room.clock.now() > approved.expires_at:
        return "the permission of risk expired before anything was sent"
    return ""


async def _wait_until_proven(attempt: _Attempt, started_ms: int) -> None:
    """Ask until both legs are proven, or the time is up; the resolver goes on from there."""
    room, trade_id = attempt.room, attempt.trade_id
    state = perform_duties(room, trade_id)
    took_ms = room.clock.monotonic_ms() - started_ms
    room.timed(Stage.END_TO_END, took_ms, f"trade {trade_id}")
    # The orders of a dry run are reads, which wait for our own limits: what they take says nothing of live trading.
    if took_ms > room.rules.end_to_end_max_ms and room.mode is Mode.LIVE:
        room.fail(Failure.LATENCY_EXCEEDED, f"trade {trade_id}: both orders took {took_ms} ms", severity=Severity.HIGH)
    while not _is_over(room, trade_id, state) and room.clock.monotonic_ms() - started_ms < room.rules.resolve_for_ms:
        try:
            state = await resolve(room, trade_id)
        except FAULTS_OF_A_VENUE:
            state = perform_duties(room, trade_id)
        if not _is_over(room, trade_id, state):
            await room.clock.sleep(room.rules.resolve_every_ms)
    if state is TradeState.ASYMMETRIC and room.rules.unwinds:
        await unwind_and_follow(room, trade_id)


def _is_over(room: Room, trade_id: str, state: TradeState) -> bool:
    """Whether nothing more can be learnt soon: finished, for a person, or asymmetric with what stands in the ledger."""
    trade = room.store.trades.trade(trade_id)
    booked = all(leg.filled or leg.standing.standing is Standing.ZERO for leg in trade.legs)
    enough = {TradeState.ASYMMETRIC} | (set() if room.rules.waits_for_chain else {TradeState.HEDGED_PROVISIONAL})
    return trade.finished_at is not None or state is TradeState.REVIEW or (state in enough and booked)


def _withhold(attempt: _Attempt, why: str) -> None:
    """Give both legs up before sending: nothing left, everything is freed."""
    room = attempt.room
    with room.store.together():
        room.store.journal.withhold(attempt.trade_id, why=why, at=room.clock.now())
        perform_duties(room, attempt.trade_id)


def _nothing_was_sent(room: Room, result: ExecutionResult) -> bool:
    """Whether both legs failed before any byte left: the only case in which trying again is safe."""
    if result.state != TradeState.FLAT:
        return False
    legs = room.store.trades.trade(result.trade_id).legs
    return all(leg.state is LegState.NOT_SENT and leg.deadline for leg in legs)
