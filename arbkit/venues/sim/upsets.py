"""Upsets: faults that change a venue itself rather than one answer of it, and the end of those that end."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from arbkit.errors import UsageError
from arbkit.venues.sim.agenda import Agenda
from arbkit.venues.sim.faults import Fault, Trouble
from arbkit.venues.sim.kalshi_engine import KalshiEngine
from arbkit.venues.sim.kalshi_listing import KalshiListing
from arbkit.venues.sim.kalshi_state import KalshiState
from arbkit.venues.sim.polymarket_engine import PolymarketEngine
from arbkit.venues.sim.polymarket_listing import ListedPair, PolymarketListing

_OTHER_RULES = "The rules of this market were rewritten while it was open. It resolves by another source."

_UNITS, _MICROS = 10_000, 1_000_000
"""Kalshi's cash is in 1e-4 dollars, Polymarket's in millionths."""

_VALUE_MAX = 10**9

Strike = Callable[[Fault, datetime], None]


def _nothing(_fault: Fault, _at: datetime) -> None:
    """What has happened for good has no end."""


def _units(fault: Fault, units: int) -> int:
    """The dollars that a fault names, in units of which so many are a dollar."""
    return round(Decimal(fault.value) * units)


@dataclass(frozen=True, slots=True)
class Kalshi:
    """What can be changed at Kalshi."""

    listing: KalshiListing
    engine: KalshiEngine
    state: KalshiState

    def strikes(self) -> dict[Trouble, tuple[Strike, Strike]]:
        """For each trouble how it begins and how it ends."""
        engine = self.engine
        return {
            Trouble.MARKET_PAUSE: (lambda f, at: engine.pause(f.key, at), lambda f, at: engine.resume(f.key, at)),
            Trouble.MARKET_CLOSE: (lambda f, at: engine.close(f.key, at), _nothing),
            Trouble.MARKET_RESOLVE: (lambda f, at: engine.settle(f.key, f.ms * 10, at), _nothing),
            Trouble.MARKET_FEE: (self._fee, _nothing),
            Trouble.RULES_CHANGED: (self._rules, _nothing),
            Trouble.MAINTENANCE: (lambda _f, _at: self._closed(True), lambda _f, _at: self._closed(False)),
            Trouble.DEPOSIT: (lambda f, at: engine.pay_in(_units(f, _UNITS), at), _nothing),
            Trouble.BALANCE_DROP: (lambda f, at: engine.pay_in(-_units(f, _UNITS), at), _nothing),
        }

    def lists(self, key: str) -> bool:
        """Whether a market is listed."""
        return key in self.listing.markets

    def _rules(self, fault: Fault, _at: datetime) -> None:
        self.listing.markets[fault.key].changed["rules_primary"] = _OTHER_RULES

    def _fee(self, fault: Fault, _at: datetime) -> None:
        event = self.listing.events[self.listing.markets[fault.key].event_ticker]
        event.wire |= {"fee_type_override": "quadratic", "fee_multiplier_override": float(fault.value)}

    def _closed(self, closed: bool) -> None:
        self.state.closed = closed


@dataclass(frozen=True, slots=True)
class Polymarket:
    """What can be changed at Polymarket."""

    listing: PolymarketListing
    engine: PolymarketEngine
    agenda: Agenda

    def strikes(self) -> dict[Trouble, tuple[Strike, Strike]]:
        """For each trouble how it begins and how it ends."""
        engine = self.engine
        return {
            Trouble.MARKET_PAUSE: (
                lambda f, _at: self._change(f, acceptingOrders=False),
                lambda f, _at: self._change(f, acceptingOrders=True),
            ),
            Trouble.MARKET_CLOSE: (lambda f, _at: self._change(f, closed=True), _nothing),
            Trouble.MARKET_RESOLVE: (lambda f, at: engine.resolve(f.key, 0 if f.ms else 1, at), _nothing),
            Trouble.MARKET_TICK: (lambda f, _at: self._change(f, orderPriceMinTickSize=float(f.value)), _nothing),
            Trouble.MARKET_MIN_SIZE: (lambda f, _at: self._change(f, orderMinSize=float(f.value)), _nothing),
            Trouble.MARKET_FEE: (self._fee, _nothing),
            Trouble.RULES_CHANGED: (lambda f, _at: self._change(f, description=_OTHER_RULES), _nothing),
            Trouble.MAINTENANCE: (self._restart, self._restarted),
            Trouble.DEPOSIT: (lambda f, _at: self._pay_in(_units(f, _MICROS)), _nothing),
            Trouble.BALANCE_DROP: (lambda f, _at: self._pay_in(-_units(f, _MICROS)), _nothing),
        }

    def lists(self, key: str) -> bool:
        """Whether a market is listed."""
        return key in self.listing.by_condition

    def _pair(self, fault: Fault) -> ListedPair:
        return self.listing.by_condition[fault.key]

    def _change(self, fault: Fault, **changes: object) -> None:
        self._pair(fault).changed.update(changes)

    def _fee(self, fault: Fault, _at: datetime) -> None:
        schedule = {"exponent": 1, "rate": float(fault.value), "takerOnly": True, "rebateRate": 0}
        self._change(fault, feesEnabled=True, feeSchedule=schedule)

    def _pay_in(self, micros: int) -> None:
        for wallet in self.engine.wallets.values():
            wallet.cash += micros

    def _restart(self, _fault: Fault, _at: datetime) -> None:
        self.engine.state.restarting = True

    def _restarted(self, fault: Fault, at: datetime) -> None:
        """After a restart only post-only orders are taken for a while."""
        state = self.engine.state
        state.restarting = False
        if fault.ms:
            state.post_only = True
            self.agenda.plan(at + timedelta(milliseconds=fault.ms), lambda _at: self._open())

    def _open(self) -> None:
        self.engine.state.post_only = False


class Upsets:
    """Strikes both venues."""

    def __init__(self, kalshi: Kalshi, polymarket: Polymarket, agenda: Agenda) -> None:
        self._kalshi, self._polymarket, self._agenda = kalshi, polymarket, agenda
        self._of_kalshi, self._of_polymarket = kalshi.strikes(), polymarket.strikes()

    def check(self, fault: Fault) -> None:
        """Whether what a fault names is there. Raises UsageError."""
        venue = self._kalshi if fault.on.at_kalshi else self._polymarket
        if fault.key and not venue.lists(fault.key):
            named = "ticker" if fault.on.at_kalshi else "condition id"
            raise UsageError(f"{fault.do} on {fault.on}: {fault.key!r} is not the {named} of a market listed here")
        if fault.value:
            try:
                is_number = abs(Decimal(fault.value)) < _VALUE_MAX
            except InvalidOperation:
                is_number = False
            if not is_number:
                raise UsageError(f"{fault.do} on {fault.on}: {fault.value!r} is no number")

    def strike(self, fault: Fault, at: datetime) -> bool:
        """Change the venue, and plan the end of it; False if it is a fault of another kind."""
        found = (self._of_kalshi if fault.on.at_kalshi else self._of_polymarket).get(fault.do)
        if found is None:
            return False
        begin, end = found
        begin(fault, at)
        if fault.for_ms:
            self._agenda.plan(at + timedelta(milliseconds=fault.for_ms), lambda ends: end(fault, ends))
        return True
