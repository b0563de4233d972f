"""How things stand, from the store alone: status, positions, soundness of the ledger; and the breaker's switch."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from arbkit.cli.render import Field, Output
from arbkit.core.alerts import Alert, Severity
from arbkit.core.breaker import pause, resume_refusals
from arbkit.core.execution import TradeState
from arbkit.core.ledger import Position, result, results_by_day
from arbkit.core.money import ZERO_USD, Usd
from arbkit.errors import RefusedError
from arbkit.store.lock import halt_reason
from arbkit.store.store import Store
from arbkit.wiring import Kit

_NEEDS_A_PERSON = {TradeState.IN_DOUBT, TradeState.REVIEW, TradeState.WORKING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The state of one ledger."""

    mode: str
    paused: str
    halted: str
    run: str
    heartbeat: datetime | None
    daily_pnl: Usd
    realised: Usd
    fees: Usd
    exposure: Usd
    reserved: Usd
    loss_at_risk: Usd
    trades_today: int
    open_trades: int
    open_positions: int
    alerts_pending: int


STANDING: Sequence[Field[Standing]] = (
    Field("mode", lambda s: s.mode),
    Field("circuit_breaker", lambda s: s.paused or "active"),
    Field("halted", lambda s: s.halted or None),
    Field("run", lambda s: s.run),
    Field("heartbeat", lambda s: s.heartbeat),
    Field("daily_pnl_usd", lambda s: s.daily_pnl),
    Field("realised_pnl_usd", lambda s: s.realised),
    Field("fees_usd", lambda s: s.fees),
    Field("exposure_usd", lambda s: s.exposure),
    Field("reserved_usd", lambda s: s.reserved),
    Field("loss_at_risk_usd", lambda s: s.loss_at_risk),
    Field("trades_today", lambda s: s.trades_today),
    Field("open_trades", lambda s: s.open_trades),
    Field("open_positions", lambda s: s.open_positions),
    Field("alerts_pending", lambda s: s.alerts_pending),
)


def standing(kit: Kit, store: Store, mode: str) -> Standing:
    """Add up how one ledger stands."""
    now = kit.clock.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    booked = store.ledger.transactions()
    today = results_by_day(booked).get(now.date())
    trip, last = store.operations.breaker().first, store.operations.last_epoch()
    beat = store.operations.fact("heartbeat")
    total = result(booked)
    return Standing(
        mode=mode,
        paused=f"PAUSED since {trip.at.isoformat()}: {trip.failure}: {trip.detail}" if trip else "",
        halted=halt_reason(kit.home),
        run="none yet" if last is None else f"{last.n}, {'ended' if last.ended_at else 'running or died'}",
        heartbeat=beat[1] if beat else None,
        daily_pnl=today.realised if today else ZERO_USD,
        realised=total.realised,
        fees=total.fees,
        exposure=store.ledger.exposure(),
        reserved=store.trades.reserved("exposure"),
        loss_at_risk=store.trades.reserved("loss"),
        trades_today=store.trades.count_since(midnight),
        open_trades=len(store.trades.unfinished()),
        open_positions=len(open_positions(store)),
        alerts_pending=len(store.operations.due_alerts(at=now + timedelta(days=365), count_max=1_000)),
    )


def open_positions(store: Store) -> list[Position]:
    """Every outcome held, in order."""
    held = store.ledger.positions().values()
    return sorted((p for p in held if p.qty), key=lambda p: (p.market, p.side))


@contextmanager
def ledgers(kit: Kit) -> Iterator[dict[str, Store]]:
    """Both ledgers by mode; that of the dry run only if there is one."""
    paper = kit.home / "paper.db"
    if not paper.exists():
        yield {"live": kit.store}
        return
    with Store(paper) as dry:
        yield {"dry_run": dry, "live": kit.store}


def show_standing(kit: Kit, output: Output) -> None:
    """Show how each ledger stands."""
    with ledgers(kit) as stores:
        for mode, store in stores.items():
            output.facts(standing(kit, store, mode), STANDING)


def show_soundness(kit: Kit, output: Output) -> bool:
    """Replay each ledger and say what is wrong; whether nothing is."""
    with ledgers(kit) as stores:
        wrong = [f"{mode}: {what}" for mode, store in stores.items() for what in store.ledger.verify()]
    for line in wrong or ["every transaction follows from the one before it"]:
        output.say(line)
    return not wrong


def pause_all(kit: Kit, output: Output, *, reason: str) -> None:
    """Open the breaker of both ledgers."""
    now = kit.clock.now()
    with ledgers(kit) as stores:
        for mode, store in stores.items():
            with store.together():
                store.operations.save_breaker(pause(store.operations.breaker(), reason, now=now), at=now)
                text = f"Circuit breaker triggered!\n\nReason: {reason}\n\nBot is paused."
                store.operations.alert(Alert(severity=Severity.CRITICAL, kind="paused", text=text), at=now)
            output.say(f"{mode}: paused; `arbkit resume --reason ...` when it may go on")


def resume_all(kit: Kit, output: Output, *, by: str, reason: str) -> None:
    """Close the breaker of both ledgers, or refuse. Raises RefusedError, and then changes nothing."""
    now = kit.clock.now()
    if why := halt_reason(kit.home):
        raise RefusedError(why)
    with ledgers(kit) as stores:
        paused = {mode: store for mode, store in stores.items() if store.operations.breaker().is_open}
        if not paused:
            raise RefusedError("trading is not paused")
        for mode, store in paused.items():
            if refusals := _refusals(kit, store):
                raise RefusedError(f"{mode}: {'; '.join(refusals)}")
        for mode, store in paused.items():
            store.operations.close_breaker(by=by, reason=reason, at=now)
            output.say(f"{mode}: resumed")


def _refusals(kit: Kit, store: Store) -> tuple[str, ...]:
    today = results_by_day(store.ledger.transactions()).get(kit.clock.now().date())
    reconciled = store.operations.fact("reconciled")
    return resume_refusals(
        store.operations.breaker(),
        unresolved=sum(trade.state in _NEEDS_A_PERSON for trade in store.trades.unfinished()),
        mismatches=int(reconciled is not None and reconciled[0] != "clean"),
        loss_limit_reached=today is not None and -today.realised >= kit.settings.risk.daily_loss_limit,
    )
