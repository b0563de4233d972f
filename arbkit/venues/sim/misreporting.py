"""Misreporting: how reads tell of the trades of an order that a fault hits: late, twice, first of all, or otherwise."""

from dataclasses import replace
from datetime import datetime, timedelta

from arbkit.venues.sim.agenda import Agenda
from arbkit.venues.sim.faults import Fault, Trouble
from arbkit.venues.sim.kalshi_portfolio import KalshiAccount, KalshiChange, KalshiFill
from arbkit.venues.sim.polymarket_clearing import Case, Clearing
from arbkit.venues.sim.polymarket_wallets import MakerPart, PolyTrade, Wallet
from arbkit.venues.sim.replicas import Misreport

_CENT = 100
"""In units of price, 1e-4 dollars."""


class Misreporting:
    """Knows which fault hits the trades of the order that is being dealt with."""

    def __init__(self, agenda: Agenda, clearing: Clearing) -> None:
        self._agenda, self._clearing = agenda, clearing
        self.fault: Fault | None = None

    def of_kalshi(self, account: KalshiAccount, fill: KalshiFill) -> None:
        """A trade was made at Kalshi."""
        fault = self._spoils(account.misreport, fill.trade_id, fill.at)
        if fault is not None:
            at = fill.at + timedelta(milliseconds=fault.ms)
            self._agenda.plan(at, lambda later: _restated_fill(account, fill, later))

    def of_polymarket(self, wallet: Wallet, case: Case, now: datetime) -> None:
        """A trade was made at Polymarket."""
        fault = self._spoils(wallet.misreport, case.views[0].trade_id, now)
        if fault is not None:
            at = now + timedelta(milliseconds=fault.ms)
            self._agenda.plan(at, lambda later: self._restated_trade(wallet, case, later))

    def _spoils(self, misreport: Misreport, trade_id: str, at: datetime) -> Fault | None:
        """Spoil the reads of a trade; the fault, where the trade itself will be restated."""
        fault = self.fault
        if fault is None:
            return None
        until = at + timedelta(milliseconds=fault.ms)
        match fault.do:
            case Trouble.DUPLICATE_EVENT:
                misreport.twice.add(trade_id)
            case Trouble.MISSING_EVENT:
                misreport.hidden_until[trade_id] = until
            case Trouble.OUT_OF_ORDER:
                misreport.held_until = until
        return fault if fault.do is Trouble.RESTATE else None

    def _restated_trade(self, wallet: Wallet, case: Case, at: datetime) -> None:
        """The buyer paid a cent a share more, or the seller got a cent less."""
        case.views = [_dearer(view) if view.wallet == wallet.address else view for view in case.views]
        [view] = [view for view in case.views if view.wallet == wallet.address]
        wallet.cash -= view.shares * _CENT // 10_000
        self._clearing.show(case, view.status, at)


def _restated_fill(account: KalshiAccount, fill: KalshiFill, at: datetime) -> None:
    account.restate(fill, replace(fill, price=fill.price + (_CENT if fill.is_bid else -_CENT)))
    cash = {fill.shard: account.truth.cash[fill.shard] - fill.qty * _CENT // 100}
    account.change(KalshiChange(cash=cash), at=at, lag_ms=0)


def _dearer(trade: PolyTrade) -> PolyTrade:
    more = _CENT if trade.is_buy else -_CENT

    def moved(maker: MakerPart) -> MakerPart:
        return replace(maker, price=maker.price + (more if maker.token == trade.token else -more))

    cost = trade.cost + trade.shares * more // 10_000
    return replace(trade, cost=cost, makers=tuple(moved(maker) for maker in trade.makers))
