"""How things stand, from the store alone: status, positions, soundness of the ledger; and the breaker's switch."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from arbkit.app.day import counted_today
from arbkit.app.loop_state import LoopState
from arbkit.cli.loops import SeenLoop, seen_loop, stream_said
from arbkit.cli.render import Field, Output
from arbkit.core.alerts import Alert, Severity
from arbkit.core.breaker import pause, resume_refusals
from arbkit.core.execution import TradeState
from arbkit.core.ledger import Position, result, results_by_day
from arbkit.core.money import ZERO_USD, Usd
from arbkit.core.risk import Mode
from arbkit.errors import RefusedError
from arbkit.store.lock import halt_reason
from arbkit.store.store import Store
from arbkit.wiring import Kit
from arbkit.wiring.modes import dry_only

_NOT_PROVEN = {TradeState.IN_DOUBT, TradeState.REVIEW, TradeState.WORKING, TradeState.UNWINDING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The state of one ledger, and of the loop over it."""

    mode: str
    live_orders: str
    paused: str
    halted: str
    now: datetime
    loop: SeenLoop
    daily_pnl: Usd
    realised: Usd
    locked: Usd
    fees: Usd
    exposure: Usd
    reserved: Usd
    loss_at_risk: Usd
    trades_today: int
    open_trades: int
    open_positions: int
    alerts_pending: int

    @property
    def blank(self) -> bool:
        """Whether nothing ever ran, nothing was traded and nothing was paused."""
        return not (self.loop.epoch or self.paused or self.open_positions or self.realised)

    @property
    def state(self) -> LoopState | None:
        """How the loop stood at its last sign of life, if it is alive."""
        return self.loop.state

    @property
    def streams(self) -> dict[str, str]:
        """Each venue's stream in words; empty unless a loop runs."""
        return {name: stream_said(feed, self.now) for name, feed in self.state.feeds.items()} if self.state else {}


def _money(amount: Usd) -> str:
    return f"-${-amount}" if amount.micros < 0 else f"${amount}"


STANDING: Sequence[Field[Standing]] = (
    Field("mode", lambda s: s.mode, "ledger"),
    Field("live_orders", lambda s: s.live_orders or "allowed", "live orders"),
    Field("circuit_breaker", lambda s: s.paused or "active", "circuit breaker"),
    Field("halted", lambda s: s.halted or None, "HALT file", text=lambda s: s.halted or "none"),
    Field("run", lambda s: s.loop.said(s.now), "run"),
    Field("heartbeat", lambda s: s.loop.beat),
    Field("pairs_watched", lambda s: s.state.pairs if s.state else None, "pairs watched"),
    Field("opportunities_open", lambda s: s.state.opportunities if s.state else None, "opportunities now"),
    Field("in_flight", lambda s: (s.state.in_flight or None) if s.state else None, "in flight"),
    Field("streams", lambda s: s.streams or None, "streams",
          text=lambda s: "\n".join(f"{name}: {words}" for name, words in s.streams.items()) or "-"),
    Field("daily_pnl_usd", lambda s: s.daily_pnl, "booked today", text=lambda s: _money(s.daily_pnl)),
    Field("realised_pnl_usd", lambda s: s.realised, "booked ever", text=lambda s: _money(s.realised)),
    Field("locked_profit_usd", lambda s: s.locked, "locked in", text=lambda s: _money(s.locked)),
    Field("fees_usd", lambda s: s.fees, "fees ever", text=lambda s: _money(s.fees)),
    Field("exposure_usd", lambda s: s.exposure, "in positions", text=lambda s: _money(s.exposure)),
    Field("reserved_usd", lambda s: s.reserved, "reserved", text=lambda s: _money(s.reserved)),
    Field("loss_at_risk_usd", lambda s: s.loss_at_risk, "loss at risk", text=lambda s: _money(s.loss_at_risk)),
    Field("trades_today", lambda s: s.trades_today, "trades today"),
    Field("open_trades", lambda s: s.open_trades, "open trades"),
    Field("open_positions", lambda s: s.open_positions, "open positions"),
    Field("alerts_pending", lambda s: s.alerts_pending, "alerts waiting"),
)  # fmt: skip


def standing(kit: Kit, store: Store, mode: str) -> Standing:
    """Add up how one ledger stands."""
    now = kit.clock.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    booked = store.ledger.transactions()
    today = results_by_day(booked).get(now.date())
    trip = store.operations.breaker().first
    total, figures = result(booked), store.figures.taken()
    return Standing(
        mode=mode,
        paused=f"PAUSED since {trip.at:%Y-%m-%d %H:%M:%S} UTC: {trip.failure}: {trip.detail}" if trip else "",
        halted=halt_reason(kit.home),
        live_orders=dry_only(kit.store),
        now=now,
        loop=seen_loop(store, now),
        daily_pnl=today.realised if today else ZERO_USD,
        realised=total.realised,
        locked=Usd(figures.locked_micros),
        fees=total.fees,
        exposure=store.ledger.exposure(),
        reserved=store.trades.reserved("exposure"),
        loss_at_risk=store.trades.reserved("loss"),
        trades_today=store.trades.count_since(midnight),
        open_trades=len(store.trades.unfinished()),
        open_positions=len(open_positions(store)),
        alerts_pending=figures.alerts_pending,
    )


def open_positions(store: Store) -> list[Position]:
    """Every outcome held, in order."""
    held = store.ledger.positions().values()
    return sorted((p for p in held if p.qty), key=lambda p: (p.market, p.side))


@contextmanager
def ledgers(kit: Kit) -> Iterator[dict[str, Store]]:
    """Both ledgers by mode; that of the dry run only if there is one."""
    live = kit.store  # whoever opens it says what is wrong with the directory
    paper = kit.home / "paper.db"
    if not paper.exists():
        yield {"live": live}
        return
    with Store(paper) as dry:
        yield {"dry_run": dry, "live": live}


def show_standing(kit: Kit, output: Output) -> None:
    """Show how each ledger stands; to a person nothing that does not apply, and no ledger that is still blank."""
    with ledgers(kit) as stores:
        found = [standing(kit, store, mode) for mode, store in stores.items()]
    if output.json:
        output.show(found, STANDING)
        return
    used = [one for one in found if not one.blank] or found[-1:]
    for number, one in enumerate(used):
        output.text("\n" if number else "")
        output.facts(one, [field for field in STANDING if field.value(one) is not None])
    for one in found:
        output.say("" if one in used else f"the {one.mode} ledger is still blank")
    if any(one.paused for one in used):
        output.say("`arbkit health` says what to look at; `arbkit resume --reason ...` lets trading go on")


def show_soundness(kit: Kit, output: Output) -> bool:
    """Replay each ledger and say what is wrong; whether nothing is."""
    with ledgers(kit) as stores:
        wrong = [f"{mode}: {what}" for mode, store in stores.items() for what in store.ledger.verify()]
        counts = [f"{mode}: {len(store.ledger.transactions())} transactions" for mode, store in stores.items()]
    for line in wrong or [f"{', '.join(counts)}: each follows from the one before it"]:
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
            if refusals := _refusals(kit, store, Mode(mode)):
                raise RefusedError(f"{mode}: {'; '.join(refusals)}")
        for mode, store in paused.items():
            store.operations.close_breaker(by=by, reason=reason, at=now)
            output.say(f"{mode}: resumed")


def _refusals(kit: Kit, store: Store, mode: Mode) -> tuple[str, ...]:
    reconciled = store.operations.fact("reconciled")
    return resume_refusals(
        store.operations.breaker(),
        mode=mode,
        unresolved=sum(trade.state in _NOT_PROVEN for trade in store.trades.unfinished()),
        mismatches=int(reconciled is not None and reconciled[0] != "clean"),
        loss_limit_reached=-counted_today(store, kit.store, now=kit.clock.now()) >= kit.settings.risk.daily_loss_limit,
    )
