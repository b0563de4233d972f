"""KalshiEngine: accounts, orders, trades, pauses and settlements of the simulated Kalshi."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from arbkit.venues.sim.agenda import Agenda
from arbkit.venues.sim.exchange import ONE_DOLLAR, Incoming, Match, Outcome, SelfTrade, TimeInForce
from arbkit.venues.sim.floor import Floor, Pit, Print
from arbkit.venues.sim.kalshi_fees import FeeTerms, RoundingPot, charge
from arbkit.venues.sim.kalshi_listing import KalshiListing, ListedMarket, objects, text_of
from arbkit.venues.sim.kalshi_portfolio import (
    KalshiAccount,
    KalshiChange,
    KalshiFill,
    KalshiOrder,
    KalshiPosition,
    KalshiSettlement,
)
from arbkit.venues.sim.kalshi_state import KalshiState

_CENT = 100
_QUIET_AFTER_CANCEL_ALL = timedelta(seconds=60)
_FEE_UNITS_SPARE = 2
"""How many 1e-4 dollars the rounding of one fill may take beyond the model fee."""


class KalshiRefusal(Exception):
    """The exchange refuses a request: HTTP status, code, and details where the venue gives some."""

    def __init__(self, status: int, code: str, details: str = "") -> None:
        super().__init__(code)
        self.status, self.code, self.details = status, code, details


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """An order as asked for: YES price in 1e-4 dollars, count in 0.01 contracts."""

    ticker: str
    client_order_id: str
    is_bid: bool
    price: int
    count: int
    time_in_force: TimeInForce
    self_trade: SelfTrade
    shard: int | None = None
    post_only: bool = False
    reduce_only: bool = False
    cancel_on_pause: bool = False
    expires_at: datetime | None = None


class KalshiEngine:
    """Everything that moves money. Amounts: cash in 1e-4 dollars, costs and fees in micro-dollars."""

    def __init__(self, listing: KalshiListing, floor: Floor, state: KalshiState, agenda: Agenda, *, seed: int) -> None:
        self._listing = listing
        self._floor = floor
        self._state = state
        self._agenda = agenda
        self._seed = seed
        self._made = 0
        self.read_lag_ms = 0
        self.fees_collected = 0
        self.accounts: dict[str, KalshiAccount] = {}
        self._orders: dict[str, KalshiOrder] = {}
        self._pots: dict[str, RoundingPot] = {}
        self._quiet_until: dict[str, datetime] = {}
        self.filled: Callable[[KalshiAccount, KalshiFill], None] = lambda _account, _fill: None
        """Told of every trade of an account."""
        floor.watchers.append(self._traded)

    def open_account(self, user_id: str, cash: Mapping[int, int]) -> KalshiAccount:
        """Open an account with money on some shards (1e-4 dollars)."""
        account = self.accounts[user_id] = KalshiAccount(user_id, cash)
        return account

    def lists(self, ticker: str) -> bool:
        """Whether there is such a market."""
        return ticker in self._listing.markets

    def create(self, account: KalshiAccount, asked: NewOrder, now: datetime) -> KalshiOrder:
        """Take an order: match it, then rest, cancel or kill what is left. Raises KalshiRefusal."""
        market = self._checked(account, asked, now)
        incoming = self._incoming(account, asked, market, now)
        order = KalshiOrder(
            order_id=incoming.order_id,
            user_id=account.user_id,
            client_order_id=asked.client_order_id,
            ticker=asked.ticker,
            shard=market.shard,
            is_bid=asked.is_bid,
            price=asked.price,
            count=incoming.qty,
            remaining=incoming.qty,
            time_in_force=asked.time_in_force,
            self_trade=asked.self_trade,
            created_at=now,
            updated_at=now,
            expires_at=asked.expires_at,
            cancel_on_pause=asked.cancel_on_pause,
        )
        self._orders[order.order_id] = order
        self._pots[order.order_id] = RoundingPot()
        outcome = self._floor.submit(asked.ticker, incoming, now)
        if outcome.killed or outcome.crossed:
            del self._orders[order.order_id]
            if outcome.crossed:
                raise KalshiRefusal(400, "invalid_order", "post only cross")
            account.client_ids.add(asked.client_order_id)
            raise KalshiRefusal(409, "fill_or_kill_insufficient_resting_volume")
        account.client_ids.add(asked.client_order_id)
        return self._placed(account, outcome, self._orders[order.order_id], now)

    def cancel(self, account: KalshiAccount, order_id: str, *, shard: int | None, now: datetime) -> KalshiOrder:
        """Cancel a resting order; the venue says the same of unknown, executed and cancelled ones."""
        if self._state.closed:
            raise KalshiRefusal(409, "exchange_is_paused")
        order = self._orders.get(order_id)
        if order is None or order.user_id != account.user_id or order.shard != (shard or 0):
            raise KalshiRefusal(404, "not_found")
        market = self._listing.markets[order.ticker]
        if self._floor.pit(order.ticker, now).book.order(order_id) is None or market.status != "active":
            raise KalshiRefusal(404, "not_found")
        return self._end(self._orders[order_id], now)

    def cancel_all(self, account: KalshiAccount, now: datetime) -> None:
        """Cancel everything of an account on every shard, and whatever it places within the next minute."""
        for order in account.truth.resting():
            self._end(order, now)
        self._quiet_until[account.user_id] = now + _QUIET_AFTER_CANCEL_ALL

    def decrease(self, account: KalshiAccount, order_id: str, *, by: int, now: datetime) -> KalshiOrder:
        """Make a resting order smaller; its place stays."""
        order = self._orders.get(order_id)
        if order is None or order.user_id != account.user_id or order.status != "resting":
            raise KalshiRefusal(404, "not_found")
        taken = self._floor.reduce(order.ticker, order_id, by, now)
        order = replace(self._orders[order_id], remaining=order.remaining - taken, updated_at=now)
        if not order.remaining:
            order = replace(order, status="canceled")
        self._keep(order, now)
        return order

    def transfer(self, account: KalshiAccount, *, source: int, target: int, amount: int, now: datetime) -> None:
        """Move money between shards (1e-4 dollars)."""
        if amount <= 0 or account.truth.available(source) < amount:
            raise KalshiRefusal(400, "insufficient_balance")
        cash = account.truth.cash
        change = {source: cash[source] - amount, target: cash.get(target, 0) + amount}
        account.change(KalshiChange(cash=change), at=now, lag_ms=self.read_lag_ms)

    def pay_in(self, amount: int, now: datetime) -> None:
        """Bring money from outside into every account, on its first shard; less than nothing takes it out."""
        for account in self.accounts.values():
            shard = min(account.truth.cash)
            change = KalshiChange(cash={shard: account.truth.cash[shard] + amount})
            account.change(change, at=now, lag_ms=self.read_lag_ms)

    def pause(self, ticker: str, now: datetime) -> None:
        """Make a market inactive; only orders that asked for it are cancelled."""
        self._listing.markets[ticker].changed["status"] = "inactive"
        for order in self._resting_in(ticker):
            if order.cancel_on_pause:
                self._end(order, now)

    def resume(self, ticker: str, now: datetime) -> None:
        """Make a market active again; every order that rested in it is cancelled."""
        self._listing.markets[ticker].changed["status"] = "active"
        self._cancel_market(ticker, now)

    def close(self, ticker: str, now: datetime) -> None:
        """End trading in a market and cancel what rests in it."""
        self._cancel_market(ticker, now)
        self._listing.markets[ticker].changed["status"] = "closed"

    def settle(self, ticker: str, yes_pays: int, now: datetime) -> None:
        """Determine and pay a market: `yes_pays` is what a YES is worth (1e-4 dollars), NO gets the rest."""
        market = self._listing.markets[ticker]
        self._cancel_market(ticker, now)
        result = {ONE_DOLLAR: "yes", 0: "no"}.get(yes_pays, "scalar")
        market.changed |= {
            "status": "finalized",
            "result": result,
            "settlement_value_dollars": f"{yes_pays / ONE_DOLLAR:.4f}",
            "settlement_ts": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        for account in self.accounts.values():
            position = account.truth.positions.get(ticker)
            if position is None or not position.qty:
                continue
            each = yes_pays if position.qty > 0 else ONE_DOLLAR - yes_pays
            revenue = abs(position.qty) * each
            paid = revenue // 100
            self.fees_collected += revenue - paid * 100
            settlement = KalshiSettlement(position=position, result=result, yes_pays=yes_pays, revenue=revenue, at=now)
            gained = revenue - position.cost
            ended = replace(position, qty=0, cost=0, realized=position.realized + gained, settled=True, updated_at=now)
            cash = {market.shard: account.truth.cash[market.shard] + paid}
            change = KalshiChange(position=ended, settlement=settlement, cash=cash)
            account.change(change, at=now, lag_ms=self.read_lag_ms)

    def placed_by(self, account: KalshiAccount, order_id: str) -> KalshiOrder | None:
        """An order of an account as it truly stands."""
        order = self._orders.get(order_id)
        return order if order is not None and order.user_id == account.user_id else None

    def _checked(self, account: KalshiAccount, asked: NewOrder, now: datetime) -> ListedMarket:
        market = self._listing.markets.get(asked.ticker)
        if market is None or (asked.shard is not None and asked.shard >= 0 and asked.shard != market.shard):
            raise KalshiRefusal(404, "market_not_found")
        if market.shard not in account.truth.cash:
            raise KalshiRefusal(404, "user_not_found")
        if self._state.closed:
            raise KalshiRefusal(409, "exchange_is_paused")
        if market.status == "inactive" or not self._state.trades(market.shard):
            raise KalshiRefusal(409, "trading_is_paused")
        if market.status != "active":
            raise KalshiRefusal(400, "MARKET_INACTIVE")
        if asked.count < 1:
            raise KalshiRefusal(400, "invalid_parameters", "count must be at least 0.01")
        if not on_grid(market, asked.price):
            raise KalshiRefusal(400, "invalid_price")
        if asked.client_order_id and asked.client_order_id in account.client_ids:
            raise KalshiRefusal(409, "order_already_exists")
        rests = asked.time_in_force is TimeInForce.GOOD_TILL_CANCELED
        if not rests and (asked.post_only or asked.expires_at is not None):
            raise KalshiRefusal(400, "invalid_order", "only good_till_canceled orders rest")
        if asked.reduce_only and asked.time_in_force is not TimeInForce.IMMEDIATE_OR_CANCEL:
            raise KalshiRefusal(400, "invalid_order", "reduce only needs immediate_or_cancel")
        if asked.expires_at is not None and asked.expires_at <= now:
            raise KalshiRefusal(400, "invalid_order", "expiration in the past")
        return market

    def _incoming(self, account: KalshiAccount, asked: NewOrder, market: ListedMarket, now: datetime) -> Incoming:
        """The order for the book, after the check that the account can pay for it."""
        position = account.truth.positions.get(asked.ticker)
        held = position.qty if position is not None else 0
        closing = min(asked.count, max(-held if asked.is_bid else held, 0))
        count = closing if asked.reduce_only else asked.count
        if not count:
            raise KalshiRefusal(400, "invalid_order", "nothing to reduce")
        incoming = Incoming(
            order_id=self._new_order_id(now),
            owner=account.user_id,
            is_bid=asked.is_bid,
            limit=asked.price,
            qty=count,
            time_in_force=asked.time_in_force,
            self_trade=asked.self_trade,
            post_only=asked.post_only,
        )
        fills = len(self._floor.pit(asked.ticker, now).book.preview(incoming))
        unit = asked.price if asked.is_bid else ONE_DOLLAR - asked.price
        fee = self._terms(market).model_atto(price=asked.price, qty=count, maker=False) // 10**14
        need = (count - closing) * unit // 100 + 1 + fee + 1 + _FEE_UNITS_SPARE * fills
        if count > closing and need > account.truth.available(market.shard):
            raise KalshiRefusal(400, "insufficient_balance")
        return incoming

    def _placed(self, account: KalshiAccount, outcome: Outcome, order: KalshiOrder, now: datetime) -> KalshiOrder:
        if outcome.rested:
            self._keep(replace(order, remaining=outcome.rested, status="resting"), now)
            if order.expires_at is not None:
                self._agenda.plan(order.expires_at, lambda at: self._expire(order.order_id, at))
            if now < self._quiet_until.get(account.user_id, now):
                return self._end(self._orders[order.order_id], now)
        else:
            status = "executed" if order.filled == order.count else "canceled"
            self._keep(replace(order, remaining=0, status=status), now)
        for resting in outcome.cancelled:
            self._end(self._orders[resting.order_id], now)
        return self._orders[order.order_id]

    def _traded(self, pit: Pit, order: Incoming, outcome: Outcome, prints: list[Print], now: datetime) -> None:
        for match, trade in zip(outcome.matches, prints, strict=True):
            self._book(pit, match.maker_id, match, trade, is_taker=False, is_bid=not order.is_bid, now=now)
            self._book(pit, order.order_id, match, trade, is_taker=True, is_bid=order.is_bid, now=now)

    def _book(
        self, pit: Pit, order_id: str, match: Match, trade: Print, *, is_taker: bool, is_bid: bool, now: datetime
    ) -> None:
        """Book one side of a trade, if it is an account's."""
        order = self._orders.get(order_id)
        if order is None:
            return
        market, account = self._listing.markets[pit.key], self.accounts[order.user_id]
        position = account.truth.positions.get(pit.key) or KalshiPosition(
            ticker=pit.key, event_ticker=market.event_ticker, shard=market.shard, updated_at=now
        )
        paid = match.price if is_bid else ONE_DOLLAR - match.price
        closing = min(match.qty, max(-position.qty if is_bid else position.qty, 0))
        revenue = closing * (ONE_DOLLAR - paid) - (match.qty - closing) * paid
        charged = charge(
            self._terms(market),
            price=match.price,
            qty=match.qty,
            revenue_micros=revenue,
            maker=not is_taker,
            pot=self._pots[order_id],
        )
        self.fees_collected += charged.fee_micros
        fill = KalshiFill(
            trade_id=trade_uuid(trade.number),
            order_id=order_id,
            ticker=pit.key,
            shard=market.shard,
            is_bid=is_bid,
            price=match.price,
            qty=match.qty,
            is_taker=is_taker,
            fee=charged.fee_micros,
            at=now,
        )
        order = self._orders[order_id] = _after(order, fill, paid, now)
        cash = {market.shard: account.truth.cash[market.shard] + charged.balance_change}
        after = position.after(fill)
        account.change(KalshiChange(order=order, fill=fill, position=after, cash=cash), at=now, lag_ms=self.read_lag_ms)
        self.filled(account, fill)

    def _terms(self, market: ListedMarket) -> FeeTerms:
        fee_type, multiplier = self._listing.fees_of(market)
        return FeeTerms(fee_type, round(multiplier * 1_000_000))

    def _keep(self, order: KalshiOrder, now: datetime) -> None:
        self._orders[order.order_id] = order
        self.accounts[order.user_id].change(KalshiChange(order=order), at=now, lag_ms=self.read_lag_ms)

    def _end(self, order: KalshiOrder, now: datetime) -> KalshiOrder:
        """Cancel what rests of an order; the value returned still says how much that was."""
        self._floor.cancel(order.ticker, order.order_id, now)
        self._keep(replace(order, status="canceled", remaining=0, updated_at=now), now)
        return order

    def _expire(self, order_id: str, now: datetime) -> None:
        order = self._orders[order_id]
        if order.status == "resting":
            self._end(order, now)

    def _cancel_market(self, ticker: str, now: datetime) -> None:
        for order in self._resting_in(ticker):
            self._end(order, now)

    def _resting_in(self, ticker: str) -> list[KalshiOrder]:
        return [o for account in self.accounts.values() for o in account.truth.resting() if o.ticker == ticker]

    def _new_order_id(self, now: datetime) -> str:
        """The time is part of it: the embedded simulator begins anew with every command, our ledger does not."""
        self._made += 1
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self._seed}/order/{now.isoformat()}/{self._made}"))


def trade_uuid(number: int) -> str:
    """The id of a public trade."""
    return f"00000000-0000-4000-8000-{number:012x}"


def on_grid(market: ListedMarket, price: int) -> bool:
    """Whether a market takes orders at a price (1e-4 dollars). Without price ranges the grid is whole cents."""
    if not 0 < price < ONE_DOLLAR:
        return False
    bands = [
        tuple(round(float(text_of(band, key)) * ONE_DOLLAR) for key in ("start", "end", "step"))
        for band in objects(market.wire.get("price_ranges"))
    ]
    if not bands:
        return price % _CENT == 0
    return any(start <= price <= end and (price - start) % step == 0 for start, end, step in bands)


def _after(order: KalshiOrder, fill: KalshiFill, paid: int, now: datetime) -> KalshiOrder:
    """An order after a fill of it."""
    left = order.remaining - fill.qty
    cost = fill.qty * paid
    return replace(
        order,
        filled=order.filled + fill.qty,
        remaining=left,
        status="executed" if not left else order.status,
        updated_at=now,
        taker_fees=order.taker_fees + (fill.fee if fill.is_taker else 0),
        maker_fees=order.maker_fees + (0 if fill.is_taker else fill.fee),
        taker_cost=order.taker_cost + (cost if fill.is_taker else 0),
        maker_cost=order.maker_cost + (0 if fill.is_taker else cost),
    )
