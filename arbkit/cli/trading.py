"""What the commands that trade do: plan, show, ask, carry out, and say how it ended."""

import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from arbkit.app.reconcile import Reconciliation, check_start, reconcile, refresh_balances
from arbkit.app.resolve import FAULTS_OF_A_VENUE
from arbkit.app.result import ExecutionResult
from arbkit.app.room import Room
from arbkit.app.settlements import due
from arbkit.app.take import Plan, is_within, pair_of, plan, plan_again, take, why_not
from arbkit.app.unwind import choices as ways_out
from arbkit.cli.render import Output, short
from arbkit.cli.reports import DIFFERENCE, PURSE, RESULT, Purse
from arbkit.cli.resolving import tell_ways_out
from arbkit.core.breaker import Failure
from arbkit.core.capital import LOW, Capital, advice, beyond_allotment
from arbkit.core.execution import TradeState
from arbkit.core.inventory import Difference
from arbkit.core.markets import VenueName
from arbkit.core.money import Usd
from arbkit.core.opportunity import Limit, Opportunity
from arbkit.core.risk import Mode
from arbkit.errors import OrderInDoubt, RefusedError, UsageError
from arbkit.wiring import Kit
from arbkit.wiring.trading import trading_room

_LINE_BYTES_MAX = 100_000
_LINES_MAX = 1_000


@dataclass(frozen=True, slots=True)
class TradeChoices:
    """What was asked of `trade`."""

    live: bool
    yes: bool
    force: bool


def mode_of(*, live: bool, confirm: bool) -> Mode:
    """Live needs both words on the command line: --live and --confirm. Raises RefusedError."""
    if not live:
        return Mode.DRY_RUN
    if not confirm:
        raise RefusedError("WARNING: this would trade with real money; repeat it with --live --confirm")
    return Mode.LIVE


def trade(kit: Kit, output: Output, ids: Iterator[str], *, mode: Mode, choices: TradeChoices) -> None:
    """Take pairs one after the other. Raises RefusedError where risk refused, OrderInDoubt where the end is open."""
    output.chosen(RESULT)  # before anything is sent
    conclude(attempt(kit, output, ids, mode=mode, choices=choices), mode)


def attempt(
    kit: Kit, output: Output, ids: Iterator[str], *, mode: Mode, choices: TradeChoices, shown: bool = True
) -> list[ExecutionResult]:
    """Take pairs one after the other, and show how each ended."""
    results: list[ExecutionResult] = []
    with ending_in_order(), trading_room(kit, mode=mode, what="trade") as room:
        start_checked(kit, room, output, force=choices.force)
        for text in ids:
            planned = kit.run(plan(room, pair_of(kit.store, text)))
            if not isinstance(planned.found, Opportunity):
                output.say(f"{text}: offers nothing now ({why_not(room, planned.markets, planned.found)})")
                continue
            how = "simulated" if kit.sim and mode is Mode.LIVE else str(mode)
            _show_plan(output, planned, planned.found, how)
            wanted = planned if choices.yes else _agreed_to(kit, room, output, planned, how)
            if wanted is None:
                output.say("nothing was sent")
                continue
            results.append(kit.run(take(room, wanted)))
            kit.run(refresh_balances(room))
            _show_ways_out(kit, room, output, results[-1])
    if shown:
        output.show(results, RESULT, nothing="nothing was traded")
    return results


@contextmanager
def ending_in_order() -> Iterator[None]:
    """SIGTERM is taken like Ctrl-C: what was sent is waited for and written down, then the command ends."""
    before = signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _show_ways_out(kit: Kit, room: Room, output: Output, result: ExecutionResult) -> None:
    """Show at once what can be done about a leg that stands alone."""
    if result.state == TradeState.ASYMMETRIC:
        with suppress(*FAULTS_OF_A_VENUE):
            if seen := kit.run(ways_out(room, room.store.trades.trade(result.trade_id))):
                tell_ways_out(output, seen, room.mode)


def start_checked(kit: Kit, room: Room, output: Output, *, force: bool, unattended: bool = False) -> None:
    """The checks of a start: what is unknown always stops; the rest stops it unless forced."""
    recovery = kit.settings.crash_recovery
    check = kit.run(check_start(room, state_age_max=timedelta(minutes=recovery.max_state_age_minutes)))
    alone = unattended and room.mode is Mode.LIVE and recovery.require_manual_review
    reasons = check.hindrances(force=force, unattended=alone)
    for reason in (*check.checks, *check.warnings):
        if reason not in reasons:
            output.say(f"note: {reason}")
    if reasons:
        forced = "" if check.blocking else "; --force starts all the same"
        raise RefusedError(f"MANUAL REVIEW REQUIRED: {'; '.join(reasons)}; {_way_on(room, reasons)}{forced}")


def _way_on(room: Room, reasons: Sequence[str]) -> str:
    """What to run so that trading may begin."""
    reconciling = f"`arbkit reconcile{room.mode.words}`"
    trip = room.store.operations.breaker().first
    if trip is None:
        return f"run {reconciling}"
    if trip.failure is Failure.MANUAL and len(reasons) == 1:
        return "`arbkit resume --reason ...` ends it"
    return f"run {reconciling}, then `arbkit resume --reason ...`"


def _show_plan(output: Output, planned: Plan, found: Opportunity, how: str) -> None:
    for leg in (found.kalshi, found.polymarket):
        output.say(
            f"{how}: buy {leg.qty} {leg.side} of {short(leg.market)} at {leg.limit} or better: ${leg.cost} and"
            f" ${leg.fee} fee"
        )
    if found.limited_by is Limit.SMALLEST:
        output.say("the first trade of a version is as small as can be; the next one, once it is complete, is not")
    left = f"net ${found.net} after fees and ${found.gas} that gas may cost"
    output.say(f"pair {planned.pair.id}: ${found.capital} for ${found.payout}; {left}")


def _agreed_to(kit: Kit, room: Room, output: Output, planned: Plan, how: str) -> Plan | None:
    """What a person says yes to, read anew: books are old by then. Where it has become worse, they are asked again."""
    shown = planned.found
    while isinstance(shown, Opportunity) and _agreed(output):
        planned = kit.run(plan_again(room, planned))
        found = planned.found
        if not isinstance(found, Opportunity):
            output.say(f"meanwhile {planned.pair.id} offers nothing ({why_not(room, planned.markets, found)})")
        elif is_within(found, shown):
            return planned
        else:
            output.say("meanwhile the prices have moved:")
            _show_plan(output, planned, found, how)
        shown = found
    return None


def _agreed(output: Output) -> bool:
    if not sys.stdin.isatty():
        raise UsageError("there is nobody to ask; say --yes")
    output.say("Send both orders? Type yes:")
    return sys.stdin.readline().strip().lower() == "yes"


def conclude(results: Sequence[ExecutionResult], mode: Mode) -> None:
    """Raises OrderInDoubt where the end of a trade is open, RefusedError where risk refused."""
    if any(result.in_doubt for result in results):
        raise OrderInDoubt(f"an order is in doubt; run `arbkit reconcile{mode.words}`; nothing is sent again")
    if failed := [result for result in results if not result.success]:
        raise RefusedError("; ".join(failed[0].errors))


def ids_wanted(ids: Sequence[str], *, stdin: bool) -> Iterator[str]:
    """What is to be traded. Raises UsageError where nothing was named."""
    if not ids and not stdin:
        raise UsageError("nothing is named; say the id of a pair (`arbkit scan` shows them), or --stdin")
    return ids_of_lines() if stdin else iter(ids)


def ids_of_lines() -> Iterator[str]:
    """Ids from JSON lines on stdin, as `scan --json` writes them: the pair of each row. Raises UsageError."""
    for number in range(1, _LINES_MAX + 1):
        line = sys.stdin.readline(_LINE_BYTES_MAX)
        if not line:
            return
        if line.strip():
            yield _pair_in(line, number)
    raise UsageError(f"more than {_LINES_MAX} lines on stdin")


def _pair_in(line: str, number: int) -> str:
    try:
        row = msgspec.json.decode(line)
    except msgspec.DecodeError as error:
        raise UsageError(f"line {number} of stdin is not JSON: {error}") from error
    pair = row.get("pair") if isinstance(row, dict) else None
    if not isinstance(pair, str):
        raise UsageError(f"line {number} of stdin has no pair; pipe the output of `arbkit scan --json`")
    return pair


def put_right(kit: Kit, output: Output, *, mode: Mode, fix: bool) -> bool:
    """Compare the ledger with both venues and show what differs; whether all is clean."""
    output.chosen(DIFFERENCE)  # before anything is booked
    with trading_room(kit, mode=mode, what="reconcile") as room:
        room.store.journal.recover(at=kit.clock.now())
        found = kit.run(reconcile(room, fix=fix, cash_moved=fix))
    for line in found.booked:
        output.say(f"booked: {line}")
    output.show(_differences(found), DIFFERENCE, nothing="ledger and venues agree")
    if mode is Mode.DRY_RUN:
        output.say("the ledger of dry runs, on paper; --live --confirm compares the live one with both venues")
    return found.clean


def _differences(found: Reconciliation) -> list[Difference]:
    rows = list(found.differences)
    for trade_open in found.unresolved:
        venue = trade_open.legs[0].order.market.venue
        rows.append(Difference(venue, f"trade {trade_open.trade_id}", trade_open.state, "not proven"))
    rows += [Difference(f.market.venue, f"trade {f.fill_id}", "unknown", str(f.qty)) for f in found.unknown_fills]
    rows += [Difference(p.market.venue, f"{p.market} {p.side}", "open", f"paid {p.paid}") for p in found.unpaid]
    return rows


def show_balances(kit: Kit, output: Output, *, mode: Mode) -> None:
    """Ask both venues for cash, and say what is low and how money moves (specification section 7)."""
    with trading_room(kit, mode=mode, what="balance") as room:
        kit.run(refresh_balances(room))
        capitals = [_capital(room, venue) for venue in VenueName]
        rows = [row for capital in capitals for row in _purses(room, capital)]
    output.show(rows, PURSE)
    if mode is Mode.DRY_RUN:
        output.say("cash of the dry run, on paper; --live --confirm asks both venues for yours")
    for line in (*advice(capitals), *beyond_allotment(capitals)):
        output.say(line)


def _capital(room: Room, venue: VenueName) -> Capital:
    purses, _ = room.store.operations.balances(venue)
    held = room.store.ledger.positions().values()
    return Capital(
        venue=venue,
        cash=Usd(sum(purse.available.micros for purse in purses)),
        reserved=room.store.trades.reserved("exposure", venue),
        at_work=Usd(sum(position.basis.micros for position in held if position.market.venue is venue)),
        due=Usd(sum(one.paid.micros for one in due(room, venue))),
    )


def _purses(room: Room, capital: Capital) -> list[Purse]:
    purses, _ = room.store.operations.balances(capital.venue)
    note = f"low: below ${LOW}" if capital.is_low else ""
    return [Purse(capital, purse.shard, purse.available, note) for purse in purses]
