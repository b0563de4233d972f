"""`health`: whether anything needs a person, by what the store says. It asks nobody and slows nothing."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from arbkit.cli.loops import Life, seen_loop, stream_said
from arbkit.cli.render import Field, Output
from arbkit.cli.standing import ledgers
from arbkit.core.checks import Check, CheckState
from arbkit.core.execution import TradeState
from arbkit.core.risk import Mode
from arbkit.store.lock import halt_reason
from arbkit.store.store import Store
from arbkit.wiring import Kit

CHECK: Sequence[Field[Check]] = (
    Field("check", lambda c: c.name, "check", width_min=26),
    Field("state", lambda c: c.state, "state", width_min=5),
    Field("detail", lambda c: c.detail, "detail"),
)
_STYLES = {CheckState.OK: "", CheckState.WARN: "yellow", CheckState.FAIL: "bold red"}

ALERT_AGE_MAX = timedelta(minutes=5)
_NEEDS_A_PERSON = {TradeState.IN_DOUBT, TradeState.REVIEW, TradeState.WORKING, TradeState.ASYMMETRIC}


def show_health(kit: Kit, output: Output) -> bool:
    """Show every check of every ledger; whether none failed."""
    checks = [halt_check(kit)]
    with ledgers(kit) as stores:
        for mode, store in stores.items():
            checks += [Check(f"{mode}: {c.name}", c.state, c.detail) for c in checks_of(store, kit, Mode(mode))]
    return show_checks(output, checks)


def show_checks(output: Output, checks: Iterable[Check]) -> bool:
    """Show checks as they are made; whether none failed."""
    failed: list[Check] = []
    output.each(_noting_failures(checks, failed), CHECK, styled=lambda check: _STYLES[check.state])
    return not failed


def _noting_failures(checks: Iterable[Check], failed: list[Check]) -> Iterator[Check]:
    for check in checks:
        if check.state is CheckState.FAIL:
            failed.append(check)
        yield check


def halt_check(kit: Kit) -> Check:
    """Whether a HALT file stops everything."""
    why = halt_reason(kit.home)
    return Check("halt", CheckState.FAIL if why else CheckState.OK, why or "no HALT file")


def checks_of(store: Store, kit: Kit, mode: Mode) -> Iterator[Check]:
    """What a store says about its ledger and the loop over it."""
    reconcile = f"`arbkit reconcile{mode.words}`"
    trip = store.operations.breaker().first
    yield _check("breaker", not trip, f"{trip.failure}: {trip.detail}; `arbkit resume`" if trip else "closed")
    open_trades = [trade for trade in store.trades.unfinished() if trade.state in _NEEDS_A_PERSON]
    ids = ", ".join(trade.trade_id for trade in open_trades)
    yield _check("trades", not open_trades, f"{ids}: `arbkit resolve{mode.words}`" if ids else "none in doubt")
    reconciled = store.operations.fact("reconciled")
    same = reconciled is None or reconciled[0] == "clean"
    when = f", as of {reconciled[1]:%Y-%m-%d %H:%M} UTC" if reconciled else ""
    found = "agrees with the venues" if reconciled else f"not compared with the venues yet; {reconcile} does"
    yield _check("ledger", same, f"{found if same else f'differs: {reconcile}'}{when}")
    figures = store.figures.taken()
    late = figures.alert_oldest is not None and kit.clock.now() - figures.alert_oldest > ALERT_AGE_MAX
    yield _check("alerts", not late, f"{figures.alerts_pending} wait, {figures.alerts_given_up} could not be delivered")
    yield from _loop(store, kit)


def _loop(store: Store, kit: Kit) -> Iterator[Check]:
    """Whether the loop lives, and how its streams are."""
    now = kit.clock.now()
    loop = seen_loop(store, now)
    if loop.life in {Life.NONE, Life.ENDED, Life.UNENDED}:
        yield Check("loop", CheckState.OK, "does not run; `arbkit doctor` asks the venues")
        return
    yield _check("loop", loop.running, f"run {loop.said(now)}")
    if loop.state is None:
        return
    for venue, feed in loop.state.feeds.items():
        yield _check(f"{venue} stream", feed.state == "live", stream_said(feed, now))
    for venue, why in loop.state.venues_closed.items():
        yield Check(f"{venue} trading", CheckState.WARN, why)


def _check(name: str, good: bool, detail: str) -> Check:
    return Check(name, CheckState.OK if good else CheckState.FAIL, detail.strip())
