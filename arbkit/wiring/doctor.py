"""Doctor: is everything there that live trading needs? It reads much and orders nothing."""

import importlib
import shutil
import socket
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from arbkit.core.capital import LOW
from arbkit.core.checks import Check, CheckState
from arbkit.core.markets import Market, MarketStatus, VenueName
from arbkit.core.money import Usd
from arbkit.core.risk import Mode
from arbkit.errors import ArbkitError
from arbkit.ports import Account, CataloguePage, Venue
from arbkit.store.files import own_directory
from arbkit.store.lock import halt_reason, holder
from arbkit.venues.kalshi.account import KalshiAccount
from arbkit.venues.polymarket.account import api_credentials
from arbkit.wiring.accounts import (
    accounts_of,
    credentials_of,
    kalshi_key,
    keys_of,
    polymarket_account,
    polymarket_key,
    seat,
    sim_keys,
)
from arbkit.wiring.alerts import command_of, telegram_of
from arbkit.wiring.kit import Kit
from arbkit.wiring.modes import dry_only
from arbkit.wiring.trading import bound_elsewhere, limits_of

DISK_BYTES_MIN: Final = 200 << 20
_PAGES_MAX: Final = 20
CLOCK_WARN_S: Final = 2
CLOCK_FAIL_S: Final = 30

Answer = tuple[CheckState, str]
OK, WARN, FAIL = CheckState.OK, CheckState.WARN, CheckState.FAIL


def examine(kit: Kit) -> Iterator[Check]:
    """Every check in order; the last one says why live trading is not possible, if it is not."""
    checks: list[tuple[str, Callable[[], Answer]]] = [
        ("settings", partial(_settings, kit)),
        ("state directory", partial(_directory, kit)),
        ("database", partial(_database, kit)),
        ("another run", partial(_lock, kit)),
        *((f"{name} reachable", partial(_status, kit, venue)) for name, venue in kit.venues.items()),
        *((f"{name} markets", partial(_schema, kit, venue)) for name, venue in kit.venues.items()),
        ("clock", partial(_clock, kit)),
        ("limits", partial(_limits, kit)),
        *_of_the_accounts(kit),
        ("pairs", partial(_pairs, kit)),
        ("telegram", partial(_telegram, kit)),
        ("alert command", partial(_command, kit)),
        ("metrics", partial(_metrics, kit)),
        ("speed", _speed),
    ]
    failed: list[str] = []
    for name, check in checks:
        made = _asked(name, check)
        if made.state is FAIL:
            failed.append(name)
        yield made
    yield _verdict(kit, failed)


def credentials(kit: Kit) -> Iterator[Check]:
    """Each credential that the settings name, tried by reading alone. Says so where there is none."""
    settings = kit.settings
    checks: list[tuple[str, Callable[[], Answer]]] = []
    if kit.sim or settings.kalshi.key_file:
        checks.append(("kalshi credential", partial(_kalshi_credential, kit)))
    if kit.sim or settings.polymarket.key_file:
        checks.append(("polymarket credential", partial(_polymarket_credential, kit)))
    if settings.telegram.enabled:
        checks.append(("telegram credential", partial(_telegram, kit)))
    if not checks:
        yield Check("credentials", OK, "none set: reading, scanning and dry runs need none")
    for name, check in checks:
        yield _asked(name, check)


def _kalshi_credential(kit: Kit) -> Answer:
    signer = sim_keys(kit)[0] if kit.sim else kalshi_key(kit)
    if kit.sim:
        seat(kit, kit.store, *sim_keys(kit))
    return OK, f"{signer.kind} key accepted; ${_cash(kit, KalshiAccount(kit.hosts['kalshi'], signer, kit.clock))}"


def _polymarket_credential(kit: Kit) -> Answer:
    account = sim_keys(kit)[1] if kit.sim else polymarket_key(kit)
    if kit.sim:
        seat(kit, kit.store, *sim_keys(kit))
    given = kit.run(api_credentials(kit.hosts["clob"], account.wallet, kit.clock))
    return OK, (
        f"wallet {account.wallet.address[:10]}... accepted;"
        f" ${_cash(kit, polymarket_account(kit, kit.store, account, given))}"
    )


def _cash(kit: Kit, account: Account) -> Usd:
    return Usd(sum(purse.available.micros for purse in kit.run(account.balances())))


def _asked(name: str, check: Callable[[], Answer]) -> Check:
    try:
        state, detail = check()
    except ArbkitError as error:
        state, detail = FAIL, str(error)
    except OSError as error:
        state, detail = FAIL, error.strerror or type(error).__name__
    return Check(name, state, detail)


def _settings(kit: Kit) -> Answer:
    mode = "simulated venues" if kit.sim else "real venues"
    return OK, f"{mode}; `arbkit config show --origin` says what is in force and why"


def _directory(kit: Kit) -> Answer:
    own_directory(kit.home)
    free = shutil.disk_usage(kit.home).free
    if free < DISK_BYTES_MIN:
        return FAIL, f"{kit.home}: only {free >> 20} MiB free, at least {DISK_BYTES_MIN >> 20} are needed"
    return OK, f"{kit.home}, ours alone, {free >> 30} GiB free"


def _database(kit: Kit) -> Answer:
    wrong = [*kit.store.damage(), *kit.store.ledger.verify()]
    if wrong:
        return FAIL, f"{wrong[0]}; keep a copy of {kit.store.path} and do not trade on it"
    return OK, f"sound; the ledger's {len(kit.store.ledger.transactions())} transactions follow from each other"


def _lock(kit: Kit) -> Answer:
    who = holder(kit.home)
    return (WARN, f"here: {who}") if who else (OK, "none here")


def _status(kit: Kit, venue: Venue) -> Answer:
    health = kit.run(venue.health())
    return (OK, "trades") if health.trading else (WARN, f"does not trade now: {health.detail}")


def _schema(kit: Kit, venue: Venue) -> Answer:
    """Does the venue still speak as we expect? One page of markets, and the book of one of them."""
    page = kit.run(_first_page(venue))
    open_ones = [market for market in page.markets if market.status is MarketStatus.OPEN]
    if not open_ones:
        return WARN, f"no open market among the first {len(page.markets)}"
    books = kit.run(_books(venue, open_ones[:3]))
    return OK, f"{len(page.markets)} markets on the first page, {len(page.unusable)} not usable; {books} books read"


async def _first_page(venue: Venue) -> CataloguePage:
    seen = 0
    async for page in venue.catalogue():
        seen += 1
        if page.markets or seen == _PAGES_MAX:
            return page
    return CataloguePage(())


async def _books(venue: Venue, markets: list[Market]) -> int:
    return len((await venue.books(markets)).books)


def _clock(kit: Kit) -> Answer:
    told = {http.venue: http.clock_ahead_s for http in kit.hosts.values() if http.clock_ahead_s is not None}
    if not told:
        return WARN, "no venue has told the time"
    venue, ahead = max(told.items(), key=lambda one: abs(one[1]))
    text = f"{abs(ahead):.1f} s {'behind' if ahead > 0 else 'ahead of'} {venue}'s (told to the second)"
    if abs(ahead) > CLOCK_FAIL_S:
        return FAIL, f"{text}: signatures are refused; set this machine's clock (NTP)"
    return (WARN if abs(ahead) > CLOCK_WARN_S else OK), text


def _limits(kit: Kit) -> Answer:
    limits = limits_of(kit, live_successes=kit.store.trades.successes(), mode=Mode.LIVE)
    return OK, (
        f"${limits.total_exposure_max} in all, ${limits.event_exposure_max} an event, ${limits.daily_loss_max} a day,"
        f" {limits.qty_max} contracts"
    )


def _pairs(kit: Kit) -> Answer:
    """Whether there is a pair that live trading would take: a fuzzy one needs a person's yes there."""
    found, approved = kit.store.pairs.tradable(), kit.store.pairs.tradable(reviewed_only=True)
    if not found:
        return FAIL, "no pair may be traded: `arbkit markets sync`, `arbkit match`"
    limits = limits_of(kit, live_successes=kit.store.trades.successes(), mode=Mode.LIVE)
    allowed = approved if limits.approval_of else found
    if not any(pair.method not in limits.approval_of or pair in approved for pair in found):
        return FAIL, f"{len(found)} may be traded in a dry run, none is approved by a person: `arbkit match --review`"
    return OK, f"{len(found)} may be traded, {len(allowed)} of them live"


def _of_the_accounts(kit: Kit) -> list[tuple[str, Callable[[], Answer]]]:
    accounts: dict[VenueName, Account] = {}

    def keys() -> Answer:
        signer, account = keys_of(kit)
        credentials = credentials_of(kit, kit.store, signer, account)
        accounts.update(accounts_of(kit, kit.store, signer, account, credentials))
        if why := bound_elsewhere(kit, signer, account):
            return FAIL, why
        return OK, f"Kalshi key {signer.key_id[:8]}..., Polymarket wallet {account.wallet.address[:10]}..."

    def cash(venue: VenueName) -> Answer:
        if venue not in accounts:
            return FAIL, "not asked: the keys are missing or refused"
        purses = kit.run(accounts[venue].balances())
        total = Usd(sum(purse.available.micros for purse in purses))
        return (OK if total >= LOW else WARN), f"${total}{'' if total >= LOW else ', below $20'}"

    def allowed(venue: VenueName) -> Answer:
        if venue not in accounts:
            return FAIL, "not asked: the keys are missing or refused"
        why = kit.run(accounts[venue].barred())
        return (FAIL, why) if why else (OK, "may trade from here")

    return [
        ("keys", keys),
        *((f"{venue} cash", partial(cash, venue)) for venue in VenueName),
        *((f"{venue} allowed", partial(allowed, venue)) for venue in VenueName),
    ]


def _telegram(kit: Kit) -> Answer:
    if not kit.settings.telegram.enabled:
        return WARN, "off: nobody is told when trading stops; set telegram.enabled, or monitoring.alert_command"
    name = kit.run(telegram_of(kit).check())
    return (FAIL, name) if name.startswith(("refused", "no answer")) else (OK, f"the bot {name} answers")


def _command(kit: Kit) -> Answer:
    if not kit.settings.monitoring.alert_command:
        return OK, "none set"
    return OK, command_of(kit.settings.monitoring.alert_command).name


def _metrics(kit: Kit) -> Answer:
    port = kit.settings.monitoring.metrics_port
    if not port:
        return OK, "off"
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return WARN, f"port {port} is taken (by a running loop, or by Prometheus itself?)"
    return OK, f"http://127.0.0.1:{port}/metrics while `run` runs"


def _speed() -> Answer:
    losses = {
        "coincurve": "a Polymarket signature takes milliseconds instead of microseconds",
        "uvloop": "the standard event loop takes its place",
    }
    missing = [f"{name}: {loss}" for name, loss in losses.items() if not _is_there(name)]
    if missing:
        return WARN, f"works, but slower, without {'; '.join(missing)}"
    return OK, "coincurve and uvloop are there"


def _is_there(name: str) -> bool:
    """Whether a module can be loaded; one that is installed and broken cannot."""
    try:
        importlib.import_module(name)
    except ImportError:
        return False
    return True


def _verdict(kit: Kit, failed: list[str]) -> Check:
    """Everything that stands between this machine and a live order."""
    reasons = [f"{name} failed" for name in failed]
    if why := halt_reason(kit.home):
        reasons.append(why)
    if why := dry_only(kit.store):
        reasons.append(why)
    if trip := kit.store.operations.breaker().first:
        reasons.append(f"the breaker is open ({trip.failure}): `arbkit resume`")
    if count := len(kit.store.trades.unfinished()):
        reasons.append(f"{count} trades are open: `arbkit reconcile{Mode.LIVE.words}`")
    if reasons:
        return Check("ready for live", FAIL, "; ".join(reasons))
    return Check("ready for live", OK, "`arbkit run --live --confirm --max-trades 1`")
