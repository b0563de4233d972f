"""Looking at what is ours on Polymarket: orders and trades from the engine, balances from the chain."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from arbkit.core.markets import VenueName
from arbkit.core.money import ZERO_USD, Qty, Usd
from arbkit.core.orders import (
    Balance,
    Delayed,
    Fill,
    Filled,
    Holding,
    InDoubt,
    Killed,
    SendOutcome,
    Settlement,
)
from arbkit.errors import AuthError, SchemaMismatch
from arbkit.net import Http, Reply
from arbkit.ports import Clock, Payout, SentOrder
from arbkit.venues.ended import Ends
from arbkit.venues.polymarket import signing
from arbkit.venues.polymarket.client import PolymarketVenue, geoblock
from arbkit.venues.polymarket.signing import ApiCredentials, TradingAccount, Wallet
from arbkit.venues.polymarket.wire import holdings as wire
from arbkit.venues.polymarket.wire.holdings import HeldToken, MarketOf, SeenTrade

PAGES_MAX: Final = 500
_KEY_PATHS: Final = (("GET", "/auth/derive-api-key"), ("POST", "/auth/api-key"))


@dataclass(frozen=True, slots=True)
class Hosts:
    """Where Polymarket is asked: the matching engine, the Data API, and the site for the geoblock."""

    clob: Http
    data: Http
    site: Http


class PolymarketAccount:
    """What one trading account owns. Errors: VenueUnavailable, AuthError, SchemaMismatch.

    `market_of` finds a market by condition id in the catalogue; `held` names the assets that the ledger knows of, so
    that the exact balances of the chain can be asked for (the Data API lags by up to minutes).
    """

    name = VenueName.POLYMARKET

    def __init__(
        self,
        hosts: Hosts,
        venue: PolymarketVenue,
        clock: Clock,
        *,
        account: TradingAccount,
        credentials: ApiCredentials,
        market_of: MarketOf,
        held: Callable[[], Collection[HeldToken]],
    ) -> None:
        self._clob, self._data, self._site, self._venue = hosts.clob, hosts.data, hosts.site, venue
        self._account, self._credentials, self._clock = account, credentials, clock
        self._market_of, self._held = market_of, held
        self._ends = Ends(clock)

    async def outcome(self, order: SentOrder) -> SendOutcome | None:
        """Read our order and its trades by the hash. None proves nothing: closed orders may not be shown."""
        trades = [t for t in await self._trades(order.since) if t.fill.order_key == order.venue_order_id]
        if trades:
            return _filled(order.venue_order_id, trades)
        reply = await self._get(self._clob, f"/data/order/{order.venue_order_id}", returned=(404,))
        seen = wire.parse_order(reply.body) if reply.status == 200 else None
        if seen is None:
            return None
        if seen.is_matched:
            return InDoubt("matched, and its trades cannot be read yet")
        if seen.status == "DELAYED":
            return Delayed(order.venue_order_id)
        if seen.status.startswith("CANCELED") or seen.status in {"UNMATCHED", "INVALID"}:
            return Killed(seen.status.lower())
        return InDoubt(f"listed as {seen.status}")

    async def fills(self, *, since: datetime) -> Sequence[Fill]:
        """Every trade of ours since then that has not failed on chain, to the last page."""
        return [t.fill for t in await self._trades(since) if t.settlement is not Settlement.VOID]

    async def client_id_of(self, fill: Fill) -> str:
        """Orders have no id here but their hash, which says nothing of who sent them."""
        del fill
        return ""

    async def holdings(self) -> Sequence[Holding]:
        """The exact balance of every asset that the ledger or the Data API knows of."""
        tokens = sorted({*self._held(), *await self._listed_tokens()})
        amounts = await asyncio.gather(*(self._shares(token.token) for token in tokens))
        return [Holding(t.market, t.side, Qty(n)) for t, n in zip(tokens, amounts, strict=True) if n]

    async def balances(self) -> Sequence[Balance]:
        """The collateral that orders can spend."""
        return [Balance(Usd(await self._balance((("asset_type", "COLLATERAL"),))))]

    async def payouts(self, *, since: datetime) -> Sequence[Payout]:
        """What every market that the ledger holds has paid: to the winner, or half to each where it was resolved so. A
        market that closed without either is disputed, and pays nothing yet."""
        del since
        payouts = []
        for token in sorted(self._held()):
            market = self._market_of(token.market.key)
            if market is None or not self._ends.worth_asking(market):
                continue
            if (ending := await self._venue.ending(market)) is not None:
                received = not await self._shares(token.token)
                payouts.append(Payout(token.market, token.side, ending.pays(token.side), self._clock.now(), received))
        return payouts

    async def read_horizon(self) -> datetime | None:
        """Polymarket does not say how current its reads are."""
        return None

    async def barred(self) -> str:
        """Why this account may not trade from here, "" when it may."""
        place = await geoblock(self._site)
        if place.blocked:
            return f"Polymarket refuses trading from here ({place.country} {place.region}); it is closed to this place"
        closed = wire.parse_closed_only((await self._get(self._clob, "/auth/ban-status/closed-only")).body)
        return "Polymarket lets this account only close positions" if closed else ""

    async def _trades(self, since: datetime) -> Sequence[SeenTrade]:
        """All trades of ours since then; listed twice where pages shift, one counts once, as it was last."""
        after, cursor, seen = str(int(since.timestamp()) - 1), "", set[str]()
        trades: list[SeenTrade] = []
        for _ in range(PAGES_MAX):
            params = (("maker_address", self._account.maker), ("after", after))
            further = (("next_cursor", cursor),) if cursor else ()
            page = await self._get(self._clob, "/data/trades", (*params, *further))
            rows, cursor = wire.parse_trades(page.body, self._market_of)
            trades += rows
            if not cursor:
                return list({trade.fill: trade for trade in trades}.values())
            if cursor in seen:
                break
            seen.add(cursor)
        raise SchemaMismatch(self.name, "$.next_cursor", f"/data/trades goes round in circles after {len(seen)} pages")

    async def _listed_tokens(self) -> Collection[HeldToken]:
        tokens: list[HeldToken] = []
        cursor = ""
        for _ in range(PAGES_MAX):
            params = (("user", self._account.maker), ("limit", "500"), *((("cursor", cursor),) if cursor else ()))
            page, cursor = wire.parse_positions((await self._data.get("/v2/positions", params=params)).body)
            tokens += page
            if not cursor:
                return tokens
        raise SchemaMismatch(self.name, "$.pagination.next_cursor", f"/v2/positions has more than {PAGES_MAX} pages")

    async def _shares(self, token: str) -> int:
        kind = "CONDITIONAL-V2" if signing.is_protocol_v2(token) else "CONDITIONAL"
        return await self._balance((("asset_type", kind), ("token_id", token)))

    async def _balance(self, asset: tuple[tuple[str, str], ...]) -> int:
        params = (*asset, ("signature_type", str(int(self._account.signature_type))))
        return wire.parse_balance((await self._get(self._clob, "/balance-allowance", params)).body)

    async def _get(
        self, http: Http, path: str, params: Sequence[tuple[str, str]] = (), *, returned: Collection[int] = ()
    ) -> Reply:
        reply = await http.get(path, params=params, sign=self._sign, returned=returned)
        if reply.status not in {200, *returned}:
            raise SchemaMismatch(self.name, path, f"status {reply.status}")
        return reply

    def _sign(self, method: str, path: str) -> dict[str, str]:
        address = self._account.wallet.address
        return dict(signing.l2_headers(address, self._credentials, method, path, now=self._clock.now()))


def _filled(order_id: str, trades: Sequence[SeenTrade]) -> SendOutcome:
    """All trades of one order as one: final when all are, void when all failed; a mixture is for a person."""
    kinds = {trade.settlement for trade in trades}
    if Settlement.VOID in kinds and len(kinds) > 1:
        return InDoubt("some of its trades failed on chain and some did not")
    ids = tuple(trade.fill.fill_id for trade in trades)
    if len({*ids}) < len(ids):
        return InDoubt("one of its trades is listed in two ways")
    settlement = Settlement.PENDING if Settlement.PENDING in kinds else next(iter(kinds))
    qty = Qty(sum(trade.fill.qty.micros for trade in trades))
    cost = sum((trade.fill.cost for trade in trades), start=ZERO_USD)
    return Filled(order_id, qty, cost, None, settlement, ids)


async def api_credentials(clob: Http, wallet: Wallet, clock: Clock) -> ApiCredentials:
    """Derive the API credentials of a wallet, or have them made if there are none yet. Raises AuthError."""
    for method, path in _KEY_PATHS:
        headers = signing.l1_headers(wallet, now=clock.now())
        ask = clob.get(path, headers=headers, returned=(400,)) if method == "GET" else clob.post_read(
            path, b"", headers=headers, returned=(400,)
        )  # fmt: skip
        reply = await ask
        if reply.status == 200:
            return ApiCredentials.parse(reply.body)
    raise AuthError(f"Polymarket gives {wallet.address} no API key; log in on the site with this wallet once")
