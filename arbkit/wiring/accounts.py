"""Our accounts at both venues, real or simulated: keys, credentials, and what is read with them."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from arbkit.config.values import LOOPBACK
from arbkit.core.ledger import positions
from arbkit.core.markets import Market, MarketId, Side, VenueName
from arbkit.core.settlement import settled
from arbkit.errors import ConfigError, VenueUnavailable
from arbkit.net import NoAnswer, NotSent, Poster
from arbkit.ports import Account
from arbkit.store.files import own_directory, own_file
from arbkit.store.store import Store
from arbkit.venues.kalshi.account import KalshiAccount
from arbkit.venues.kalshi.signing import KalshiSigner, new_key_pem
from arbkit.venues.polymarket.account import Hosts, PolymarketAccount, api_credentials
from arbkit.venues.polymarket.client import PolymarketVenue
from arbkit.venues.polymarket.signing import (
    ApiCredentials,
    SignatureType,
    TradingAccount,
    Wallet,
    checksummed,
    keccak_256,
)
from arbkit.venues.polymarket.wallets import check_owner
from arbkit.venues.polymarket.wire.holdings import HeldToken
from arbkit.venues.secrets import KALSHI_KEY, POLYMARKET_KEY, Secret, find_secret
from arbkit.venues.sim.carry_over import LastKnown, carry_over
from arbkit.wiring.kit import Kit

KALSHI_DOMAINS = ("kalshi.com", "kalshi.co")
"""Production and demo (docs.kalshi.com, api_environments)."""
POLYMARKET_DOMAINS = ("polymarket.com",)
_SEAT_MS = 5_000


def keys_of(kit: Kit) -> tuple[KalshiSigner, TradingAccount]:
    """The keys that are traded with; raises AuthError and ConfigError."""
    return sim_keys(kit) if kit.sim else real_keys(kit)


def credentials_of(kit: Kit, store: Store, signer: KalshiSigner, account: TradingAccount) -> ApiCredentials:
    """Polymarket's API credentials of our wallet; at the simulator, our accounts are opened first."""
    if kit.sim:
        seat(kit, store, signer, account)
    return kit.run(api_credentials(kit.hosts["clob"], account.wallet, kit.clock))


def accounts_of(
    kit: Kit, store: Store, signer: KalshiSigner, account: TradingAccount, credentials: ApiCredentials
) -> dict[VenueName, Account]:
    """What reads our orders, fills, positions and cash."""
    return {
        VenueName.KALSHI: KalshiAccount(kit.hosts["kalshi"], signer, kit.clock),
        VenueName.POLYMARKET: polymarket_account(kit, store, account, credentials),
    }


def polymarket_account(
    kit: Kit, store: Store, account: TradingAccount, credentials: ApiCredentials
) -> PolymarketAccount:
    """What reads our orders, fills, positions and cash at Polymarket."""
    hosts = kit.hosts
    venue = PolymarketVenue(hosts["clob"], hosts["gamma"], kit.clock)
    return PolymarketAccount(
        Hosts(hosts["clob"], hosts["data"], hosts["site"]), venue, kit.clock, account=account, credentials=credentials,
        market_of=lambda key: _market(kit, key), held=lambda: _tokens(kit, store),
    )  # fmt: skip


def real_keys(kit: Kit) -> tuple[KalshiSigner, TradingAccount]:
    """The keys of the settings; raises AuthError and ConfigError."""
    return kalshi_key(kit), polymarket_key(kit)


def kalshi_key(kit: Kit) -> KalshiSigner:
    """The API key of the settings; raises AuthError, and ConfigError for an address that is not the venue's."""
    settings = kit.settings.kalshi
    _own_hosts_only("kalshi", (settings.api_base, settings.ws_base), KALSHI_DOMAINS)
    found = find_secret(KALSHI_KEY, file=settings.key_file, environment=kit.environ)
    return KalshiSigner(settings.key_id, found.secret)


def polymarket_key(kit: Kit) -> TradingAccount:
    """The wallet of the settings, and who signs for whom; raises AuthError, and ConfigError for a foreign address."""
    settings = kit.settings.polymarket
    addresses = (settings.clob_base, settings.gamma_base, settings.data_base, settings.ws_base)
    _own_hosts_only("polymarket", addresses, POLYMARKET_DOMAINS)
    found = find_secret(POLYMARKET_KEY, file=settings.key_file, environment=kit.environ)
    account = TradingAccount(Wallet(found.secret), SignatureType(settings.signature_type), settings.funder)
    if not settings.session_key:
        check_owner(account)
    return account


def _own_hosts_only(venue: str, addresses: Sequence[str], domains: Sequence[str]) -> None:
    """A real key signs for the venue's own hosts, or for a proxy on this machine, and for nobody else."""
    for host in filter(None, (urlsplit(address).hostname for address in addresses)):
        if host not in LOOPBACK and not any(host == domain or host.endswith(f".{domain}") for domain in domains):
            raise ConfigError(
                f"{venue}: {host} is no host of {' or '.join(domains)}, and a real key is used nowhere else; "
                "see `arbkit config show --origin` for where the address comes from"
            )


def sim_keys(kit: Kit) -> tuple[KalshiSigner, TradingAccount]:
    """Keys made for the simulator on first use; they are worth nothing anywhere else."""
    own_directory(kit.home / "keys")
    pem = _kept(kit.home / "keys" / "kalshi.pem", new_key_pem)
    wallet = Wallet(_kept(kit.home / "keys" / "polymarket.key", lambda: secrets.token_hex(32)))
    funder = checksummed(keccak_256(b"arbkit sim " + wallet.address.encode())[-20:])
    return KalshiSigner(f"sim-{pem.fingerprint}", pem), TradingAccount(wallet, SignatureType.DEPOSIT_WALLET, funder)


def _kept(path: Path, made: Callable[[], str]) -> Secret:
    own_file(path)
    text = path.read_text("ascii")
    if not text:
        text = made()
        path.write_text(text, "ascii")
    return Secret(text)


def seat(kit: Kit, store: Store, signer: KalshiSigner, account: TradingAccount) -> None:
    """Open our accounts at the simulator. An embedded one is new with every command: it is told what we hold."""
    if kit.seated:
        return
    kit.seated = True
    simulation = kit.embedded
    if simulation is None:
        kit.run(_seat_at_server(kit, signer, account))
        return
    seat = simulation.open_kalshi_account(signer.key_id, key_id=signer.key_id, public_pem=signer.public_pem)
    wallet = simulation.polymarket.open_wallet(account.maker, eoa=account.wallet.address, kind=account.signature_type)
    held = store.ledger.positions().values()
    purses, _ = store.operations.balances(VenueName.KALSHI)
    cash, _ = store.operations.balances(VenueName.POLYMARKET)
    known = LastKnown(
        {purse.shard: purse.available for purse in purses if purse.shard is not None},
        cash[0].available if cash else None,
        list(held),
        kit.store.catalogue.named([position.market for position in held]),
    )
    carry_over(known, account=seat, wallet=wallet, now=kit.clock.now())


async def _seat_at_server(kit: Kit, signer: KalshiSigner, account: TradingAccount) -> None:
    """Open our accounts at a simulator of another process, unless it knows them already."""
    poster = Poster("simulator", kit.sim_urls.base, clock=kit.clock, writes=None)
    try:
        told = await poster.send_once("GET", "/sim/truth", headers={}, timeout_ms=_SEAT_MS)
        known = msgspec.json.decode(told.body)  # whoever sat down before may have been stopped in the middle of it
        if signer.key_id not in known["kalshi"]:
            seat = {"user_id": signer.key_id, "key_id": signer.key_id, "public_pem": signer.public_pem.decode()}
            await _open(poster, "/sim/kalshi/accounts", seat)
        if account.maker.lower() not in known["polymarket"]:
            owner, kind = account.wallet.address, int(account.signature_type)
            wallet = {"address": account.maker, "eoa": owner, "signature_type": kind}
            await _open(poster, "/sim/polymarket/wallets", wallet)
    except (NotSent, NoAnswer) as error:
        raise VenueUnavailable("simulator", str(error), advice="is `arbkit sim serve` running?") from error
    finally:
        await poster.close()


async def _open(poster: Poster, path: str, body: Mapping[str, object]) -> None:
    await poster.send_once("POST", path, headers={}, body=msgspec.json.encode(body), timeout_ms=_SEAT_MS)


def _market(kit: Kit, key: str) -> Market | None:
    return kit.store.catalogue.market(MarketId(VenueName.POLYMARKET, key))


def _tokens(kit: Kit, store: Store) -> list[HeldToken]:
    """The assets that the ledger holds, and those of ended markets whose money was not seen yet."""
    booked = store.ledger.transactions()
    held = [key for key, position in positions(booked).items() if position.qty]
    held += [(one.market, one.side) for one in settled(booked) if one.is_due]
    tokens = []
    for market_id, side in held:
        market = kit.store.catalogue.market(market_id) if market_id.venue is VenueName.POLYMARKET else None
        if market is not None:
            tokens.append(HeldToken(market.yes_token if side is Side.YES else market.no_token, market_id, side))
    return tokens
