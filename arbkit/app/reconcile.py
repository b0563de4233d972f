"""Reconcile: what the venues hold against what the ledger says, and the checks that every start has to pass.

The venue's word wins, but only what it proves is booked, and only when asked to (`fix`): trades of ours that the ledger
missed, trades made beside arbkit, settlements that were paid. Whatever is left is a difference for a person.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from arbkit.app.resolve import FAULTS_OF_A_VENUE, FILLS_SINCE, book, net_out, resolve_all
from arbkit.app.room import Room
from arbkit.app.settlements import CASH_ROUNDING, book_payouts, book_receipts, still_held, unbooked
from arbkit.core.alerts import Alert, Severity
from arbkit.core.breaker import Failure
from arbkit.core.capital import LOW
from arbkit.core.execution import UNPROVEN_STATES
from arbkit.core.inventory import Difference, apart_from, cash_difference, inventory, position_differences
from arbkit.core.ledger import Account, balances, book_cash
from arbkit.core.markets import VenueName
from arbkit.core.money import ZERO_USD, Usd
from arbkit.core.orders import Balance, Fill, Holding
from arbkit.errors import InvariantError
from arbkit.ports import Payout
from arbkit.store.trades import StoredTrade

OWN_PREFIX = "ak1-"
"""Every Kalshi client id of ours begins so; one that we do not know came from another copy on the same account."""

FIRST_LOOK_BACK = timedelta(days=14)
"""How far back trades are asked for when nothing was ever reconciled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueTruth:
    """What one venue says is ours."""

    venue: VenueName
    holdings: Sequence[Holding]
    purses: Sequence[Balance]
    fills: Sequence[Fill]
    payouts: Sequence[Payout]
    owners: Mapping[str, str] = field(default_factory=dict)
    """By trade id, who placed the order of a trade that we do not know: its client id, "" where that is not told."""


@dataclass(slots=True, kw_only=True)
class Reconciliation:
    """What a reconciliation found. `booked` is what it put right, in words."""

    differences: list[Difference] = field(default_factory=list)
    unresolved: Sequence[StoredTrade] = ()
    unknown_fills: list[Fill] = field(default_factory=list)
    """Trades at the venue that no order of ours explains."""
    external_fills: list[Fill] = field(default_factory=list)
    """Trades that were made beside arbkit, and are booked so now."""
    unpaid: list[Payout] = field(default_factory=list)
    """Settlements that are not booked."""
    booked: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether ledger and venues agree and nothing is open."""
        return not (self.differences or self.unresolved or self.unknown_fills or self.unpaid)


async def reconcile(room: Room, *, fix: bool, settle: bool = False, cash_moved: bool = False) -> Reconciliation:
    """Compare both venues with the ledger; with `fix`, book what they prove, with `settle` only what ended markets
    paid, with `cash_moved` also money that came or went beside all trades. Errors: those of the venues."""
    found = Reconciliation()
    found.unresolved = await resolve_all(room)
    truths = await asyncio.gather(*(truth(room, venue) for venue in VenueName))
    for told in truths:
        room.store.operations.save_balances(told.venue, told.purses, at=room.clock.now())
        _weigh_fills(room, told, found, fix=fix)
        if fix:
            _net(room, told, found)
        if fix or settle:
            found.booked += book_payouts(room, told)
            found.booked += book_receipts(room, told, cash=_told_cash(told))
        found.unpaid += unbooked(room, told)
        _open_books(room, told, found)
        if cash_moved:
            _book_moved_cash(room, told, found)
        found.differences += _differences(room, told)
    room.weigh_losses()  # not before both venues: of a pair that ended, one half lost and the other won
    room.store.operations.note("reconciled", "clean" if found.clean else "differs", at=room.clock.now())
    await _mark(room)
    return found


async def _mark(room: Room) -> None:
    """Keep what could be had for what is held; a venue that shows no books now costs the figure, not the rest."""
    held = [market for (market, _), position in room.store.ledger.positions().items() if position.qty]
    for name, venue in room.venues.items():
        markets = list(room.catalogue.catalogue.named(market for market in held if market.venue is name).values())
        if markets:
            with suppress(*FAULTS_OF_A_VENUE):
                room.store.marks.save((await venue.books(markets)).books.values())


async def truth(room: Room, venue: VenueName) -> VenueTruth:
    """Ask one venue for everything that is ours."""
    account, since = room.accounts[venue], _since(room)
    payouts = await account.payouts(since=since)  # first: what they brought is in the cash that is read then
    holdings, purses, fills = await asyncio.gather(account.holdings(), account.balances(), account.fills(since=since))
    unknown = [fill for fill in fills if not _is_known(room, fill)]
    owners = {fill.fill_id: await account.client_id_of(fill) for fill in unknown}
    return VenueTruth(venue=venue, holdings=holdings, purses=purses, fills=fills, payouts=payouts, owners=owners)


def _is_known(room: Room, fill: Fill) -> bool:
    ours = room.store.trades.leg_of(fill.market.venue, keys=[fill.order_key]) is not None
    return ours or room.store.trades.kept(fill) is not None


def _since(room: Room) -> datetime:
    """From when on trades may be missing: the last clean look, or the oldest trade that is open, less a margin."""
    last = room.store.operations.fact("reconciled")
    times = [last[1] if last and last[0] == "clean" else room.clock.now() - FIRST_LOOK_BACK]
    times += [trade.started_at for trade in room.store.trades.unfinished()]
    return min(times) - FILLS_SINCE


def _weigh_fills(room: Room, told: VenueTruth, found: Reconciliation, *, fix: bool) -> None:
    """Book what is ours, and with `fix` what is a stranger's; in order of time, for what is sold was bought before."""
    for fill in sorted(told.fills, key=lambda fill: fill.at):
        if kept := room.store.trades.kept(fill):
            _hold_to_its_word(room, kept, fill)
            continue
        owner = told.owners.get(fill.fill_id, "")
        leg = room.store.trades.leg_of(told.venue, keys=[fill.order_key, owner])
        if leg is None and owner.startswith(OWN_PREFIX):
            _tell_of_another_copy(room, fill, owner)
        if leg is None and (owner.startswith(OWN_PREFIX) or not (fix and _surely_a_stranger_s(room, fill))):
            found.unknown_fills.append(fill)
            continue
        whose = f"of our order {leg.client_id}" if leg else "made beside arbkit"
        try:
            if book(room, fill, leg.leg_id if leg else None):
                found.external_fills += [] if leg else [fill]
                found.booked.append(f"{told.venue}: trade {fill.fill_id}, {whose}")
        except InvariantError:
            found.unknown_fills.append(fill)


def _hold_to_its_word(room: Room, kept: Fill, told: Fill) -> None:
    """A trade that the venue tells otherwise than before stops trading, once; what is booked stays as it is."""
    told = replace(told, fee=kept.fee if told.fee is None else told.fee, at=kept.at)
    fact, words = f"restated:{told.market.venue}:{told.fill_id}", f"{told.qty} for ${told.cost}, fee ${told.fee}"
    if told == kept or (room.store.operations.fact(fact) or ("",))[0] == words:
        return
    room.store.operations.note(fact, words, at=room.clock.now())
    before = f"{kept.qty} for ${kept.cost}, fee ${kept.fee}"
    room.impossible(InvariantError(f"{told.market.venue} restated trade {told.fill_id}: {before} became {words}"))


def _surely_a_stranger_s(room: Room, fill: Fill) -> bool:
    """Not perhaps of an order in doubt whose id at the venue was never told."""
    nameless = [
        leg.order.market
        for trade in room.store.trades.unfinished()
        for leg in trade.orders
        if leg.state in UNPROVEN_STATES and not leg.venue_order_id
    ]
    return fill.market not in nameless


def _tell_of_another_copy(room: Room, fill: Fill, owner: str) -> None:
    """An order named as ours are, and not in this journal: another copy trades on the account, or a backup runs."""
    detail = f"foreign instance: order {owner} on {fill.market} is of another copy of arbkit on this account"
    room.fail(Failure.FOREIGN_TRADE, detail, once_a_day=True)


def _net(room: Room, told: VenueTruth, found: Reconciliation) -> None:
    """Kalshi turns YES and NO of one market into dollars at once; the ledger follows what the venue shows."""
    if told.venue is not VenueName.KALSHI:
        return
    now = room.clock.now()
    for market in {market for market, _ in room.store.ledger.positions() if market.venue is told.venue}:
        ref = f"{market}:{len(room.store.ledger.transactions())}"
        if qty := net_out(room, market, ref=ref, at=now):
            found.booked.append(f"{market}: {qty} of YES and NO became ${qty}")


def _told_cash(told: VenueTruth) -> Usd:
    return Usd(sum(purse.available.micros for purse in told.purses))


def _open_books(room: Room, told: VenueTruth, found: Reconciliation) -> None:
    """The first look at a venue: the cash it shows is where the ledger begins, if nothing else is unexplained."""
    held = room.store.ledger.positions()
    ref = f"cash:{told.venue}:opening"
    unexplained = (
        found.unknown_fills
        or found.unresolved
        or position_differences(held, told.venue, still_held(room, told.holdings))
    )
    if unexplained or room.store.ledger.holds(ref):
        return
    ours = balances(room.store.ledger.transactions()).get((told.venue, Account.CASH), ZERO_USD)
    lacking = _told_cash(told) - ours
    room.store.ledger.append([book_cash(told.venue, lacking, ref="opening", at=room.clock.now())])
    found.booked.append(f"{told.venue}: the ledger begins with ${lacking}")


def _book_moved_cash(room: Room, told: VenueTruth, found: Reconciliation) -> None:
    """A deposit or a withdrawal is neither profit nor loss. It is one only where everything else is explained."""
    differences = _differences(room, told)
    if found.unknown_fills or found.unresolved or [d.what for d in differences] != ["cash"]:
        return
    ours = balances(room.store.ledger.transactions()).get((told.venue, Account.CASH), ZERO_USD)
    moved, now = _told_cash(told) - ours, room.clock.now()
    room.store.ledger.append([book_cash(told.venue, moved, ref=now.isoformat(), at=now)])
    found.booked.append(f"{told.venue}: ${moved} of cash moved beside all trades, booked as external")


def _differences(room: Room, told: VenueTruth) -> list[Difference]:
    differences = list(position_differences(room.store.ledger.positions(), told.venue, still_held(room, told.holdings)))
    ours = balances(room.store.ledger.transactions()).get((told.venue, Account.CASH), ZERO_USD)
    cash = cash_difference(ours, told.venue, told.purses, tolerance=CASH_ROUNDING)
    return [*differences, cash] if cash else differences


@dataclass(frozen=True, slots=True, kw_only=True)
class StartCheck:
    """The specification's StartupCheckResult. `blocking` cannot be forced."""

    blocking: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    manual_review: bool = False
    """Whether the last run did not end in order, or too long ago: then what is open has to be looked at, too."""

    def hindrances(self, *, force: bool, unattended: bool) -> tuple[str, ...]:
        """Why trading must not begin: `force` overrides checks and warnings, never what is unknown.

        A person who asks for one trade has seen the warnings; a loop that starts after a crash, or on an old state,
        needs somebody to say so.
        """
        if force:
            return self.blocking
        return (*self.blocking, *self.checks, *(self.warnings if unattended and self.manual_review else ()))


async def check_start(room: Room, *, state_age_max: timedelta) -> StartCheck:
    """Everything a start has to know before a byte may leave (specification section 3.13). Sends no order."""
    room.store.journal.recover(at=room.clock.now())
    if damage := [*room.store.damage(), *room.store.ledger.verify()]:
        room.fail(Failure.STORE, damage[0], once_a_day=True)
    found = await reconcile(room, fix=False, settle=True)
    return StartCheck(
        blocking=(*damage, *_blocking(room, found)),
        checks=tuple(_checks(room, found)),
        warnings=(*(aged := _aged(room, state_age_max)), *_open_positions(room)),
        manual_review=bool(aged),
    )


def _blocking(room: Room, found: Reconciliation) -> list[str]:
    reasons = [
        f"trade {trade.trade_id} is {trade.state}; see `arbkit resolve{room.mode.words}`" for trade in found.unresolved
    ]
    reasons += [f"{fill.market.venue}: trade {fill.fill_id} is not ours or not known" for fill in found.unknown_fills]
    reasons += [f"{d.venue} {d.what}: ledger {d.ledger}, venue {d.venue_says}" for d in found.differences]
    if why := room.halted():
        reasons.append(why)
    return reasons


def _checks(room: Room, found: Reconciliation) -> list[str]:
    checks = []
    trip = room.store.operations.breaker().first
    if trip:
        checks.append(f"Circuit breaker was paused: {trip.failure}: {trip.detail}")
    if -(today := room.counted_today()) >= room.limits.daily_loss_max:
        checks.append(f"Daily loss limit reached: ${-today}")
    held, couples = room.store.ledger.positions(), room.store.trades.couples()
    for pair in room.catalogue.pairs.active():
        report = inventory(pair, apart_from(pair, held, couples), imbalance_max=room.limits.imbalance_max)
        if report.needs_rebalancing:
            checks.append(f"Imbalanced position on {pair.kalshi}: ${report.imbalance} unhedged")
    checks += [f"{payout.market} was settled and is not booked" for payout in found.unpaid]
    return checks


def _aged(room: Room, state_age_max: timedelta) -> list[str]:
    """What speaks of a crash, or of a state that is old."""
    warnings = []
    beat = room.store.operations.fact("heartbeat")
    if beat and room.clock.now() - beat[1] > state_age_max:
        warnings.append(f"State is {(room.clock.now() - beat[1]) // timedelta(minutes=1)} minutes old - may be stale")
    last = room.store.operations.last_epoch(before=room.epoch)
    if last and last.ended_at is None:
        warnings.append(f"run {last.n} of {last.started_at.isoformat(timespec='seconds')} did not end in order")
    return warnings


def _open_positions(room: Room) -> list[str]:
    count = sum(bool(position.qty) for position in room.store.ledger.positions().values())
    return [f"Found {count} open positions - manual review recommended"] if count else []


async def refresh_balances(room: Room) -> None:
    """Ask both venues for cash and keep it; a venue below $20 is told of once a day."""
    answers = await asyncio.gather(*(room.accounts[venue].balances() for venue in VenueName))
    now = room.clock.now()
    for venue, purses in zip(VenueName, answers, strict=True):
        total = Usd(sum(purse.available.micros for purse in purses))
        with room.store.together():
            room.store.operations.save_balances(venue, purses, at=now)
            if total < LOW:
                key = f"low_balance:{venue}:{now.date()}"
                text = f"Low balance: ${total} on {venue}; see `arbkit balance{room.mode.words}` for how to rebalance"
                alert = Alert(severity=Severity.MEDIUM, kind="low_balance", text=text, dedupe_key=key)
                room.store.operations.alert(alert, at=now)
