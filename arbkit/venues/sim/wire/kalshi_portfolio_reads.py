"""Kalshi's reads of an account: balance, orders, fills, positions, settlements; and moving money between shards."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from arbkit.venues.sim.exchange import ONE_DOLLAR
from arbkit.venues.sim.floor import Floor
from arbkit.venues.sim.kalshi_engine import KalshiEngine, KalshiRefusal
from arbkit.venues.sim.kalshi_portfolio import (
    KalshiAccount,
    KalshiFill,
    KalshiOrder,
    KalshiPosition,
    KalshiSettlement,
)
from arbkit.venues.sim.wire import kalshi_forms as forms
from arbkit.venues.sim.wire.kalshi_orders import Cost, Private
from arbkit.venues.sim.wire.message import Answer, Request, json_answer
from arbkit.venues.sim.world.model import JsonObject

_STATUSES = ("resting", "canceled", "executed")


class _Transfer(msgspec.Struct):
    source: str
    destination: str
    amount: int
    source_exchange_shard: int = 0
    destination_exchange_shard: int = 0
    client_transfer_id: str = ""


class KalshiPortfolioReads:
    """Answers for `/portfolio` and `/exchange/user_data_timestamp`. Reads lag behind the truth by a settable time."""

    def __init__(self, engine: KalshiEngine, floor: Floor) -> None:
        self._engine = engine
        self._floor = floor
        self._transfers: dict[str, JsonObject] = {}

    def routes(self) -> list[tuple[str, str, Private, Cost]]:
        """What is answered here, and what each call costs in read tokens."""
        return [
            ("GET", "/portfolio/balance", self.balance, 10),
            ("GET", "/portfolio/orders", self.orders, 10),
            ("GET", "/portfolio/orders/{order_id}", self.order, 2),
            ("GET", "/portfolio/fills", self.fills, 10),
            ("GET", "/portfolio/positions", self.positions, 10),
            ("GET", "/portfolio/settlements", self.settlements, 10),
            ("GET", "/portfolio/summary/total_resting_order_value", self.resting_value, 10),
            ("GET", "/account/limits", self.limits, 10),
            ("POST", "/portfolio/intra_exchange_instance_transfer", self.transfer, 10),
            ("GET", "/portfolio/intra_exchange_instance_transfers/{transfer_id}", self.transfer_state, 10),
        ]

    def balance(self, account: KalshiAccount, request: Request) -> Answer:
        """GET /portfolio/balance: `balance` is in whole cents, rounded down; the rest is exact."""
        seen = account.read(request.at)
        asked = forms.integer(request, "exchange_index")
        shards = [shard for shard in sorted(seen.cash) if asked is None or shard == asked]
        total = sum(seen.available(shard) for shard in shards)
        worth = sum(self._worth(position) for position in seen.positions.values())
        body = {
            "balance": total // 100,
            "balance_dollars": forms.dollars(total),
            "portfolio_value": worth // 10_000,
            "updated_ts": int(request.at.timestamp()),
            "balance_breakdown": [
                {"exchange_index": shard, "balance": forms.dollars(seen.available(shard))} for shard in shards
            ],
        }
        return json_answer(body)

    def orders(self, account: KalshiAccount, request: Request) -> Answer:
        """GET /portfolio/orders: newest first."""
        status = request.one("status")
        if status and status not in _STATUSES:
            forms.refuse(400, "bad_request", details="invalid status filter")
        events = [ticker for ticker in request.one("event_ticker").split(",") if ticker]
        found = [
            order_object(order)
            for order in reversed(account.read(request.at).orders.values())
            if (not status or order.status == status)
            and (not events or order.ticker.rpartition("-")[0] in events)
            and _wanted(request, order.ticker, order.shard, order.created_at)
        ]
        return _page(request, "GetOrders", "orders", found)

    def order(self, account: KalshiAccount, request: Request, order_id: str) -> Answer:
        """GET /portfolio/orders/{order_id}."""
        order = account.read(request.at).orders.get(order_id)
        if order is None:
            forms.not_found()
        return json_answer({"order": order_object(order)})

    def fills(self, account: KalshiAccount, request: Request) -> Answer:
        """GET /portfolio/fills: newest first, without our client ids."""
        order_id = request.one("order_id")
        found = [
            fill_object(fill)
            for fill in reversed(account.read_fills(request.at))
            if (not order_id or fill.order_id == order_id) and _wanted(request, fill.ticker, fill.shard, fill.at)
        ]
        return _page(request, "GetFills", "fills", found)

    def positions(self, account: KalshiAccount, request: Request) -> Answer:
        """GET /portfolio/positions: what is open, unless a filter asks for more."""
        state = request.one("settlement_status") or "unsettled"
        counts = [name for name in request.one("count_filter").split(",") if name]
        event = request.one("event_ticker")
        rows = [
            position
            for position in account.read(request.at).positions.values()
            if (state == "all" or position.settled == (state == "settled"))
            and (position.qty or "total_traded" in counts or state != "unsettled")
            and (not event or position.event_ticker == event)
            and _wanted(request, position.ticker, position.shard, None)
        ]
        limit = forms.page_size(request, "GetPositions", default=100, top=1000)
        found, cursor = forms.page(rows, request.one("cursor"), limit)
        body = {
            "market_positions": [position_object(position) for position in found],
            "event_positions": _by_event(rows),
            "cursor": cursor,
        }
        return json_answer(body)

    def settlements(self, account: KalshiAccount, request: Request) -> Answer:
        """GET /portfolio/settlements."""
        found = [
            settlement_object(settlement)
            for settlement in reversed(account.read(request.at).settlements)
            if _wanted(request, settlement.position.ticker, settlement.position.shard, settlement.at)
        ]
        return _page(request, "GetSettlements", "settlements", found)

    def resting_value(self, account: KalshiAccount, request: Request) -> Answer:
        """GET /portfolio/summary/total_resting_order_value: in cents, and by shard in dollars."""
        seen = account.read(request.at)
        locked = {shard: seen.locked(shard) for shard in sorted(seen.cash)}
        shards = [{"exchange_index": shard, "balance": forms.dollars(value)} for shard, value in locked.items()]
        total = sum(locked.values()) // 100
        return json_answer({"total_resting_order_value": total, "resting_order_value_breakdown": shards})

    def limits(self, _account: KalshiAccount, _request: Request) -> Answer:
        """GET /account/limits: the Basic tier."""
        read, write = {"bucket_capacity": 200, "refill_rate": 200}, {"bucket_capacity": 100, "refill_rate": 100}
        return json_answer({"grants": [], "read": read, "usage_tier": "basic", "write": write})

    def transfer(self, account: KalshiAccount, request: Request) -> Answer:
        """POST /portfolio/intra_exchange_instance_transfer: the amount is in 1e-4 dollars, a whole number."""
        try:
            asked = msgspec.json.decode(request.body, type=_Transfer)
        except msgspec.DecodeError:
            forms.refuse(400, "invalid_parameters")
        source, target = asked.source_exchange_shard, asked.destination_exchange_shard
        try:
            self._engine.transfer(account, source=source, target=target, amount=asked.amount, now=request.at)
        except KalshiRefusal as refusal:
            return forms.error(refusal.status, refusal.code, details=refusal.details)
        name = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{account.user_id}/transfer/{len(self._transfers)}"))
        self._transfers[name] = {
            "transfer_id": name,
            "client_transfer_id": asked.client_transfer_id,
            "source": asked.source,
            "destination": asked.destination,
            "source_exchange_shard": source,
            "destination_exchange_shard": target,
            "amount": forms.dollars(asked.amount),
            "status": "complete",
            "created_ts": int(request.at.timestamp()),
        }
        return json_answer({"transfer_id": name})

    def transfer_state(self, _account: KalshiAccount, _request: Request, transfer_id: str) -> Answer:
        """GET /portfolio/intra_exchange_instance_transfers/{transfer_id}."""
        if transfer_id not in self._transfers:
            forms.not_found()
        return json_answer({"transfer": self._transfers[transfer_id]})

    def user_moment(self, request: Request) -> Answer:
        """GET /exchange/user_data_timestamp: how fresh these reads are."""
        return json_answer({"as_of_time": forms.moment(request.at - timedelta(milliseconds=self._engine.read_lag_ms))})

    def _worth(self, position: KalshiPosition) -> int:
        """A position at the best bid of its outcome, in micro-dollars."""
        quote = self._floor.quote(position.ticker)
        if quote is None or not position.qty:
            return 0
        if position.qty > 0:
            return position.qty * (quote.bid[0] if quote.bid else 0)
        return -position.qty * (ONE_DOLLAR - quote.ask[0] if quote.ask else 0)


def order_object(order: KalshiOrder) -> JsonObject:
    """An order as reads show it. Selling YES and buying NO look the same."""
    return {
        "order_id": order.order_id,
        "user_id": order.user_id,
        "client_order_id": order.client_order_id,
        "ticker": order.ticker,
        "type": "limit",
        "status": order.status,
        **_sides(order.is_bid, order.price),
        "initial_count_fp": forms.contracts(order.count),
        "fill_count_fp": forms.contracts(order.filled),
        "remaining_count_fp": forms.contracts(order.remaining),
        "taker_fees_dollars": forms.dollars6(order.taker_fees),
        "maker_fees_dollars": forms.dollars6(order.maker_fees),
        "taker_fill_cost_dollars": forms.dollars6(order.taker_cost),
        "maker_fill_cost_dollars": forms.dollars6(order.maker_cost),
        "created_time": forms.moment(order.created_at),
        "last_update_time": forms.moment(order.updated_at),
        "expiration_time": None if order.expires_at is None else forms.moment(order.expires_at),
        "self_trade_prevention_type": order.self_trade.value,
        "order_group_id": None,
        "cancel_order_on_pause": order.cancel_on_pause,
        "subaccount_number": 0,
        "exchange_index": order.shard,
    }


def fill_object(fill: KalshiFill) -> JsonObject:
    """A fill as reads show it."""
    return {
        "fill_id": fill.trade_id,
        "trade_id": fill.trade_id,
        "order_id": fill.order_id,
        "ticker": fill.ticker,
        "market_ticker": fill.ticker,
        "exchange_index": fill.shard,
        "count_fp": forms.contracts(fill.qty),
        **_sides(fill.is_bid, fill.price),
        "is_taker": fill.is_taker,
        "fee_cost": forms.dollars6(fill.fee),
        "created_time": forms.moment(fill.at),
        "ts": int(fill.at.timestamp()),
        "subaccount_number": 0,
    }


def position_object(position: KalshiPosition) -> JsonObject:
    """A market position as reads show it."""
    return {
        "ticker": position.ticker,
        "exchange_index": position.shard,
        "position_fp": forms.contracts(position.qty),
        "total_traded_dollars": forms.dollars6(position.traded),
        "market_exposure_dollars": forms.dollars6(position.cost),
        "realized_pnl_dollars": forms.dollars6(position.realized),
        "fees_paid_dollars": forms.dollars6(position.fees),
        "last_updated_ts": forms.moment(position.updated_at),
    }


def settlement_object(settlement: KalshiSettlement) -> JsonObject:
    """A settlement as reads show it; `revenue` and `value` are in whole cents."""
    position = settlement.position
    is_yes = position.qty > 0
    return {
        "ticker": position.ticker,
        "event_ticker": position.event_ticker,
        "exchange_index": position.shard,
        "market_result": settlement.result,
        "yes_count_fp": forms.contracts(position.qty if is_yes else 0),
        "no_count_fp": forms.contracts(0 if is_yes else -position.qty),
        "yes_total_cost_dollars": forms.dollars6(position.cost if is_yes else 0),
        "no_total_cost_dollars": forms.dollars6(0 if is_yes else position.cost),
        "revenue": settlement.revenue // 10_000,
        "value": settlement.yes_pays // 100,
        "fee_cost": forms.dollars6(position.fees),
        "settled_time": forms.moment(settlement.at),
    }


def _sides(is_bid: bool, price: int) -> JsonObject:
    return {
        "side": "yes" if is_bid else "no",
        "action": "buy",
        "outcome_side": "yes" if is_bid else "no",
        "book_side": "bid" if is_bid else "ask",
        "yes_price_dollars": forms.dollars(price),
        "no_price_dollars": forms.dollars(ONE_DOLLAR - price),
    }


def _by_event(positions: Sequence[KalshiPosition]) -> list[JsonObject]:
    events: dict[str, list[KalshiPosition]] = {}
    for position in positions:
        events.setdefault(position.event_ticker, []).append(position)
    return [
        {
            "event_ticker": event,
            "total_cost_dollars": forms.dollars6(sum(p.traded for p in rows)),
            "total_cost_shares_fp": forms.contracts(sum(abs(p.qty) for p in rows)),
            "event_exposure_dollars": forms.dollars6(sum(p.cost for p in rows)),
            "realized_pnl_dollars": forms.dollars6(sum(p.realized for p in rows)),
            "fees_paid_dollars": forms.dollars6(sum(p.fees for p in rows)),
        }
        for event, rows in events.items()
    ]


def _wanted(request: Request, ticker: str, shard: int, at: datetime | None) -> bool:
    tickers = [name for name in request.one("ticker").split(",") if name]
    asked, low, high = (forms.integer(request, name) for name in ("exchange_index", "min_ts", "max_ts"))
    return (
        (not tickers or ticker in tickers)
        and (asked is None or shard == asked)
        and (at is None or low is None or at.timestamp() >= low)
        and (at is None or high is None or at.timestamp() <= high)
    )


def _page(request: Request, operation: str, key: str, rows: Sequence[JsonObject]) -> Answer:
    limit = forms.page_size(request, operation, default=100, top=1000)
    found, cursor = forms.page(rows, request.one("cursor"), limit)
    return json_answer({key: found, "cursor": cursor})
