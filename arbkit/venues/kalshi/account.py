"""Looking at what is ours on Kalshi."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, TypeVar

from arbkit.core.markets import Side, VenueName
from arbkit.core.money import ZERO_USD, Price, Qty, Usd
from arbkit.core.orders import Balance, Fill, Filled, Holding, InDoubt, Killed, SendOutcome, Settlement
from arbkit.errors import SchemaMismatch, VenueUnavailable
from arbkit.net import Http, Reply
from arbkit.ports import Clock, Payout, SentOrder
from arbkit.venues.kalshi.endings import read_ending
from arbkit.venues.kalshi.signing import KalshiSigner
from arbkit.venues.kalshi.wire import portfolio
from arbkit.venues.kalshi.wire.portfolio import ListedOrder

PAGES_MAX: Final = 500
"""A listing longer than that has lost its way."""

Row = TypeVar("Row")
Params = tuple[tuple[str, str], ...]


class KalshiAccount:
    """What one API key owns. Errors: VenueUnavailable, AuthError, SchemaMismatch."""

    name = VenueName.KALSHI

    def __init__(self, http: Http, signer: KalshiSigner, clock: Clock) -> None:
        self._http, self._signer, self._clock = http, signer, clock
        self._pays: dict[str, Price] = {}

    async def outcome(self, order: SentOrder) -> SendOutcome | None:
        """Look for our client id among the orders of the market, and read what was filled.

        None proves nothing: a killed order may never be listed, and reads lag by half a second and more.
        """
        since = ("min_ts", _unix_s(order.since))
        params = (("ticker", order.order.market.key), since, ("limit", str(portfolio.PAGE_ROWS)))
        listed = await self._all("/portfolio/orders", params, portfolio.parse_orders)
        ours = next((row for row in listed if row.client_id == order.client_id), None)
        return await self._judged(ours, order) if ours else None

    async def fills(self, *, since: datetime) -> Sequence[Fill]:
        """Every fill since then, to the last page. One that is listed twice, as where pages shift, counts once."""
        params = (("min_ts", _unix_s(since)), ("limit", str(portfolio.PAGE_ROWS)))
        return list(dict.fromkeys(await self._all("/portfolio/fills", params, portfolio.parse_fills)))

    async def client_id_of(self, fill: Fill) -> str:
        """Look for the order of a trade among those of its market."""
        params = (("ticker", fill.market.key), ("limit", str(portfolio.PAGE_ROWS)))
        listed = await self._all("/portfolio/orders", params, portfolio.parse_orders)
        return next((row.client_id for row in listed if row.order_id == fill.order_key), "")

    async def holdings(self) -> Sequence[Holding]:
        """Every open position."""
        params = (("count_filter", "position"), ("limit", str(portfolio.PAGE_ROWS)))
        return await self._all("/portfolio/positions", params, portfolio.parse_positions)

    async def balances(self) -> Sequence[Balance]:
        """The cash of every shard."""
        return portfolio.parse_balance((await self._get("/portfolio/balance")).body)

    async def payouts(self, *, since: datetime) -> Sequence[Payout]:
        """Every settlement since then. One between yes and no is read from its market, to the micro.

        VenueUnavailable while the market does not tell what it pays, for then it is not known what became of ours.
        """
        params = (("min_ts", _unix_s(since)), ("limit", str(portfolio.PAGE_ROWS)))
        payouts: list[Payout] = []
        for one in await self._all("/portfolio/settlements", params, portfolio.parse_settlements):
            yes = await self._exactly(one.market.key) if one.yes is None else one.yes
            payouts.append(Payout(one.market, Side.YES, yes, one.at))
            payouts.append(Payout(one.market, Side.NO, yes.complement, one.at))
        return payouts

    async def _exactly(self, ticker: str) -> Price:
        """What YES of a market pays; what is final is asked for once."""
        if ticker not in self._pays:
            ending = await read_ending(self._http, ticker)
            if ending is None:
                raise VenueUnavailable(self.name, f"{ticker} is settled, and its market does not say yet what it pays")
            self._pays[ticker] = ending.yes
        return self._pays[ticker]

    async def read_horizon(self) -> datetime | None:
        """Up to when the venue's reads are complete."""
        return portfolio.parse_read_horizon((await self._get("/exchange/user_data_timestamp")).body)

    async def barred(self) -> str:
        """Kalshi has no place to ask; a key without the right or the region is refused with the order."""
        return ""

    async def _judged(self, listed: ListedOrder, order: SentOrder) -> SendOutcome:
        if not listed.filled:
            return (
                Killed("listed as canceled") if listed.status == "canceled" else InDoubt(f"listed as {listed.status}")
            )
        fills = [fill for fill in await self.fills(since=order.since) if fill.order_key == listed.order_id]
        qty = Qty(sum(fill.qty.micros for fill in fills))
        if qty != listed.filled:
            return InDoubt(f"{listed.filled} filled, of which {qty} can be read so far")
        cost = sum((fill.cost for fill in fills), start=ZERO_USD)
        fee: Usd = sum((fill.fee or ZERO_USD for fill in fills), start=ZERO_USD)
        return Filled(listed.order_id, qty, cost, fee, Settlement.FINAL, tuple(fill.fill_id for fill in fills))

    async def _all(
        self, path: str, params: Params, parse: Callable[[bytes], tuple[Sequence[Row], str]]
    ) -> Sequence[Row]:
        """Every page of a listing. A cursor that comes twice would go round for ever: SchemaMismatch."""
        rows: list[Row] = []
        cursor, seen = "", set[str]()
        for _ in range(PAGES_MAX):
            page, cursor = parse((await self._get(path, (*params, *((("cursor", cursor),) if cursor else ())))).body)
            rows += page
            if not cursor:
                return rows
            if cursor in seen:
                break
            seen.add(cursor)
        raise SchemaMismatch(self.name, "$.cursor", f"{path} goes round in circles after {len(seen)} pages")

    async def _get(self, path: str, params: Params = ()) -> Reply:
        return await self._http.get(path, params=params, sign=self._sign)

    def _sign(self, method: str, path: str) -> dict[str, str]:
        return dict(self._signer.headers(method, path, now=self._clock.now()))


def _unix_s(at: datetime) -> str:
    return str(int(at.timestamp()))
