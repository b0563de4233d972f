"""Clearing: how a match becomes a settled trade: MATCHED, then mined and confirmed on chain, or failed and undone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from arbkit.venues.sim.agenda import Agenda
from arbkit.venues.sim.polymarket_wallets import Move, PolyChange, PolyTrade, TradeStatus, Wallet

_ON_CHAIN = (TradeStatus.MINED, TradeStatus.CONFIRMED)


@dataclass(slots=True, kw_only=True)
class Pace:
    """How fast things become known: settings of the simulation, in milliseconds. `life` is the way of every trade."""

    step_ms: int = 800
    life: tuple[TradeStatus, ...] = (TradeStatus.MINED, TradeStatus.CONFIRMED)
    read_lag_ms: int = 0
    positions_lag_ms: int = 1_000


@dataclass(slots=True)
class Case:
    """A trade on its way: what each participant sees, and what it does to them."""

    views: list[PolyTrade]
    moves: Sequence[Move]
    settled: bool = False


class Clearing:
    """Takes trades through their statuses. Money and shares move on chain once, and move back if it fails after all."""

    def __init__(self, wallets: Mapping[str, Wallet], agenda: Agenda, pace: Pace) -> None:
        self._wallets = wallets
        self._agenda = agenda
        self._pace = pace
        self._planned: list[tuple[tuple[TradeStatus, ...], int]] = []
        self.watchers: list[Callable[[Wallet, Case, datetime], None]] = []
        """Told of every trade and of each wallet that took part in it."""

    def plan_life(self, life: tuple[TradeStatus, ...], step_ms: int) -> None:
        """Let the next trade that is not yet planned go another way."""
        self._planned.append((life, step_ms))

    def begin(self, views: Sequence[PolyTrade], moves: Sequence[Move], now: datetime) -> None:
        """Take in a match: bind what it needs, and plan its statuses."""
        case = Case(list(views), moves)
        for move in moves:
            self._wallets[move.wallet].pending.setdefault(views[0].trade_id, []).append(move)
        self.show(case, TradeStatus.MATCHED, now)
        for view in views:
            for watch in self.watchers:
                watch(self._wallets[view.wallet], case, now)
        life, step_ms = self._planned.pop(0) if self._planned else (self._pace.life, self._pace.step_ms)
        self._plan(case, [status for status in life if status is not TradeStatus.MATCHED], step_ms, now)

    def _plan(self, case: Case, life: Sequence[TradeStatus], step_ms: int, now: datetime) -> None:
        if not life:
            return

        def happen(at: datetime) -> None:
            self._enter(case, life[0], at)
            self._plan(case, life[1:], step_ms, at)

        self._agenda.plan(now + timedelta(milliseconds=step_ms), happen)

    def _enter(self, case: Case, status: TradeStatus, at: datetime) -> None:
        if status in _ON_CHAIN and not case.settled:
            self._release(case)
            self._move(case, 1, at)
            case.settled = True
        elif status is TradeStatus.FAILED:
            self._release(case)
            if case.settled:
                self._move(case, -1, at)
                case.settled = False
        self.show(case, status, at)

    def _move(self, case: Case, sign: int, at: datetime) -> None:
        for move in case.moves:
            signed = replace(move, shares=sign * move.shares, cash=sign * move.cash)
            self._wallets[move.wallet].settle(signed, at=at, lag_ms=self._pace.positions_lag_ms)

    def _release(self, case: Case) -> None:
        for view in case.views:
            self._wallets[view.wallet].pending.pop(view.trade_id, None)

    def show(self, case: Case, status: TradeStatus, at: datetime) -> None:
        """Let reads know how a trade stands."""
        chain = "" if status is TradeStatus.MATCHED else "0x" + sha256(case.views[0].trade_id.encode()).hexdigest()
        case.views = [replace(view, status=status, changed_at=at, transaction=chain) for view in case.views]
        for view in case.views:
            change = PolyChange(trade=view)
            self._wallets[view.wallet].change(change, at=at, lag_ms=self._pace.read_lag_ms)
