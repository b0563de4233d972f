"""The room in which trades are made: limits, ledger, desks and accounts, for dry run and live, real and simulated."""

import hashlib
import os
import secrets
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

from arbkit.app.room import Room, TradeRules
from arbkit.core.books import Book
from arbkit.core.breaker import BreakerLimits
from arbkit.core.ledger import Account as LedgerAccount
from arbkit.core.ledger import balances as ledger_balances
from arbkit.core.limits import Limits, LossAtRisk, checked, strict
from arbkit.core.markets import VenueName
from arbkit.core.money import MICRO, ZERO_USD, Usd
from arbkit.core.opportunity import Policy
from arbkit.core.orders import Balance, Holding
from arbkit.core.risk import Mode
from arbkit.errors import AuthError, ConfigError
from arbkit.net import Poster
from arbkit.ports import Account, Desk
from arbkit.store.lock import halt_reason, single_instance
from arbkit.store.store import Store
from arbkit.venues.kalshi.desk import KalshiDesk
from arbkit.venues.kalshi.signing import KalshiSigner
from arbkit.venues.kalshi.wire.orders import validate as kalshi_validate
from arbkit.venues.kalshi.wire.requests import exchange_status
from arbkit.venues.paper import PaperAccount
from arbkit.venues.polymarket.desk import PolymarketDesk
from arbkit.venues.polymarket.signing import TradingAccount
from arbkit.venues.polymarket.wire.clob import OK_PATH
from arbkit.venues.polymarket.wire.orders import validate as polymarket_validate
from arbkit.wiring.accounts import accounts_of, credentials_of, keys_of
from arbkit.wiring.alerts import deliver_now, sinks_of
from arbkit.wiring.kit import Kit, per
from arbkit.wiring.modes import dry_only

PAPER_CASH = Usd(50 * MICRO)
"""What the dry run starts with at each venue (specification section 7.1: $50 and $50)."""
PAPER_LATENCY_MS = 200
"""How long an order of the dry run takes: the specification's target for placing one."""
_SEAT_MS = 5_000
_ACCOUNTS_FACT = "accounts"
"""Whose money the ledger of this state directory is about."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Both venues' desks and accounts."""

    desks: Mapping[VenueName, Desk]
    accounts: Mapping[VenueName, Account]
    left: Callable[[Book], Book] = lambda book: book


@contextmanager
def trading_room(kit: Kit, *, mode: Mode, what: str) -> Iterator[Room]:
    """Everything that trading needs, behind the lock of the state directory and in a run of its own.

    Errors: AlreadyRunning, ConfigError, AuthError, and those of the venues.
    """
    with single_instance(kit.home, what=what, now=kit.clock.now()), _books(kit, mode) as store:
        sinks = sinks_of(kit)  # first: an alert that could reach nobody is a reason not to trade
        sides = _paper(kit, store) if mode is Mode.DRY_RUN else _live(kit, store)
        now, host = kit.clock.now(), socket.gethostname()
        epoch = store.operations.begin_epoch(
            pid=os.getpid(), host=host, version=version("arbkit"), config_hash=_config_hash(kit), at=now
        )
        try:
            yield _room(kit, mode, store, sides, epoch.n)
        finally:
            store.operations.end_epoch(epoch.n, at=kit.clock.now())
            deliver_now(kit, store, sinks)


def store_of(kit: Kit, mode: Mode) -> Path:
    """Where journal and ledger of a mode are: a dry run keeps its own."""
    return kit.home / ("arbkit.db" if mode is Mode.LIVE else "paper.db")


@contextmanager
def _books(kit: Kit, mode: Mode) -> Iterator[Store]:
    if mode is Mode.LIVE:
        yield kit.store
        return
    with Store(store_of(kit, mode)) as paper:
        yield paper


def _room(kit: Kit, mode: Mode, store: Store, sides: Sides, epoch: int) -> Room:
    breaker = kit.settings.circuit_breaker
    return Room(
        store=store,
        catalogue=kit.store,
        venues=kit.venues,
        desks=sides.desks,
        accounts=sides.accounts,
        clock=kit.clock,
        limits=limits_of(kit, live_successes=kit.store.trades.successes(), mode=mode),
        breaker_limits=BreakerLimits(
            consecutive_failures_max=breaker.max_consecutive_failures,
            asymmetric_executions_max=breaker.max_asymmetric_executions,
        ),
        policy=policy_of(kit),
        rules=rules_of(kit, mode),
        mode=mode,
        epoch=epoch,
        version=version("arbkit"),
        halted=lambda: halt_reason(kit.home) or (dry_only(kit.store) if mode is Mode.LIVE else ""),
        new_id=lambda: f"{epoch}-{secrets.token_hex(6)}",
        left=sides.left,
    )


def rules_of(kit: Kit, mode: Mode) -> TradeRules:
    """How a trade is carried out, by the settings. Where money is real, a new version begins small."""
    settings, retry = kit.settings, kit.settings.retry
    return TradeRules(
        order_timeout_ms=min(settings.trading.execution_timeout_ms, settings.latency.order_placement_max_ms),
        slippage_max_ppm=settings.trading.max_slippage.ppm,
        end_to_end_max_ms=settings.latency.end_to_end_max_ms,
        retries=retry.opportunity_max_retries,
        retry_delay_ms=retry.opportunity_retry_delay_ms,
        begins_small=mode is Mode.LIVE and not kit.sim,
        unwinds=settings.risk.on_asymmetric == "unwind",
    )


def policy_of(kit: Kit) -> Policy:
    """What a trade may look like, by the settings."""
    settings, small = kit.settings, kit.settings.small_position
    return Policy(
        age_ms_max=settings.data_age.book_max_ms,
        qty_max=settings.risk.max_quantity_per_trade,
        capital_max=settings.trading.max_total_exposure,
        trade_value_min=small.min_trade_value_usd,
        profit_min=small.min_profit_usd,
        gas=Usd(2 * small.estimated_gas_cost_usd.micros),
        gas_share_max_ppm=small.max_gas_percent.ppm,
    )


def limits_of(kit: Kit, *, live_successes: int, mode: Mode) -> Limits:
    """The limits in force, held against the hard caps; raises ConfigError."""
    settings, risk, trading = kit.settings, kit.settings.risk, kit.settings.trading
    hurdle = trading.hurdle_rate.ppm // 100
    limits = Limits(
        total_exposure_max=trading.max_total_exposure,
        event_exposure_max=trading.max_position_per_event,
        imbalance_max=risk.max_imbalance,
        daily_loss_max=risk.daily_loss_limit,
        trade_loss_max=risk.per_trade_loss_limit,
        loss_at_risk=LossAtRisk(risk.loss_at_risk),
        qty_max=risk.max_quantity_per_trade,
        return_min_bps=trading.min_profit_threshold.ppm // 100,
        annualised_min_bps=hurdle or None,
        depth_min=trading.min_liquidity,
        large_opportunity=settings.monitoring.alert_on_large_opportunity,
        book_age_ms_max=settings.data_age.book_max_ms,
        book_age_gap_ms_max=settings.data_age.book_difference_max_ms,
        confidence_min_ppm=settings.matching.min_confidence_threshold.ppm,
        approval_of=Limits().approval_of if kit.reviews else frozenset(),
    )
    in_force = strict(limits) if risk.profile == "strict" else limits
    proven = live_successes if mode is Mode.LIVE else 1_000
    return checked(in_force, live_successes=proven, acknowledged=risk.accept_exposure_above_100_usd)


def _paper(kit: Kit, store: Store) -> Sides:
    checks = {VenueName.KALSHI: kalshi_validate, VenueName.POLYMARKET: polymarket_validate}
    made = {
        name: PaperAccount(
            venue,
            kit.clock,
            validate=checks[name],
            latency_ms=lambda: PAPER_LATENCY_MS,
            holdings=partial(_held, store, name),
            balances=partial(_paper_cash, store, name),
            market_of=kit.store.catalogue.market,
        )
        for name, venue in kit.venues.items()
    }
    return Sides(made, made, left=lambda book: made[book.market.venue].takings.left(book))


def _held(store: Store, venue: VenueName) -> list[Holding]:
    positions = store.ledger.positions().values()
    return [Holding(p.market, p.side, p.qty) for p in positions if p.market.venue is venue and p.qty]


def _paper_cash(store: Store, venue: VenueName) -> list[Balance]:
    sums = ledger_balances(store.ledger.transactions())
    put_in = -sums.get((venue, LedgerAccount.EXTERNAL_CASH), ZERO_USD)
    return [Balance(PAPER_CASH + sums.get((venue, LedgerAccount.CASH), ZERO_USD) - put_in)]


def _live(kit: Kit, store: Store) -> Sides:
    settings = kit.settings
    signer, account = keys_of(kit)
    _bind(store, kit, signer, account)
    # An order that takes longer than the latency budget allows is given up: its answer is asked for instead.
    timeout_ms = min(settings.trading.execution_timeout_ms, settings.latency.order_placement_max_ms)
    kalshi_url = kit.sim_urls.kalshi if kit.sim else settings.kalshi.api_base
    clob_url = kit.sim_urls.clob if kit.sim else settings.polymarket.clob_base
    rates = settings.rate_limits
    kalshi_writes = None if kit.sim else per(rates.kalshi.write_per_second, 1, rates.kalshi.min_request_interval_ms)
    clob_writes = None if kit.sim else per(
        rates.polymarket.orders_per_minute, 60, rates.polymarket.min_request_interval_ms
    )  # fmt: skip
    kalshi_poster = Poster("kalshi", kalshi_url, clock=kit.clock, writes=kalshi_writes)
    clob_poster = Poster("polymarket", clob_url, clock=kit.clock, writes=clob_writes)
    for poster in (kalshi_poster, clob_poster):
        kit.later(poster.close)
    credentials = credentials_of(kit, store, signer, account)
    install = _install_id(kit, store)
    kalshi = KalshiDesk(
        kalshi_poster, signer, kit.clock, path_prefix=urlsplit(kalshi_url).path, timeout_ms=timeout_ms,
        new_id=lambda: f"{install}-{_run_of(store)}-{secrets.token_hex(9)}",
    )  # fmt: skip
    polymarket = PolymarketDesk(clob_poster, account, credentials, kit.clock, timeout_ms=timeout_ms)
    kit.beside |= {"kalshi desk": kalshi.stay_ready, "polymarket desk": polymarket.stay_ready}
    kit.beside |= {
        "kalshi books": partial(kit.hosts["kalshi"].keep_warm, exchange_status().path),
        "polymarket books": partial(kit.hosts["clob"].keep_warm, OK_PATH),
    }
    desks: dict[VenueName, Desk] = {VenueName.KALSHI: kalshi, VenueName.POLYMARKET: polymarket}
    accounts = accounts_of(kit, store, signer, account, credentials)
    for name, venue_account in accounts.items():
        if why := kit.run(venue_account.barred()):
            raise AuthError(f"{name}: {why}")
    return Sides(desks, accounts)


def _run_of(store: Store) -> int:
    """The run that has begun last: behind the lock it is this one."""
    last = store.operations.last_epoch()
    return last.n if last else 0


def bound_elsewhere(kit: Kit, signer: KalshiSigner, account: TradingAccount) -> str:
    """Why this state directory is not for these accounts, "" if it is: a ledger must not meet other money."""
    known, ours = kit.store.operations.fact(_ACCOUNTS_FACT), _print_of(signer, account)
    if known is None or known[0] == ours:
        return ""
    return f"{kit.home} belongs to other accounts ({known[0]}); use another --home for these ({ours})"


def _install_id(kit: Kit, store: Store) -> str:
    """Six digits that tell the orders of this state directory from those of another copy on the same account."""
    known = store.operations.fact("install")
    if known is None:
        known = (secrets.token_hex(3), kit.clock.now())
        store.operations.note("install", known[0], at=known[1])
    return known[0]


def _bind(store: Store, kit: Kit, signer: KalshiSigner, account: TradingAccount) -> None:
    """One state directory, one pair of accounts."""
    if why := bound_elsewhere(kit, signer, account):
        raise ConfigError(why)
    if store.operations.fact(_ACCOUNTS_FACT) is None:
        store.operations.note(_ACCOUNTS_FACT, _print_of(signer, account), at=kit.clock.now())


def _print_of(signer: KalshiSigner, account: TradingAccount) -> str:
    return hashlib.sha256(f"{signer.key_id}/{account.wallet.address}".encode()).hexdigest()[:16]


def _config_hash(kit: Kit) -> str:
    return hashlib.sha256(repr(kit.settings).encode()).hexdigest()[:16]
