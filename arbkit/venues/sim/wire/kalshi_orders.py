"""Kalshi's order calls (V2): create, batch, cancel, cancel all, decrease; and how an order is asked for and shown."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import msgspec

from arbkit.core.money import parse_micros
from arbkit.errors import BadNumber
from arbkit.venues.sim.exchange import SelfTrade, TimeInForce
from arbkit.venues.sim.kalshi_engine import KalshiEngine, KalshiRefusal, NewOrder
from arbkit.venues.sim.kalshi_portfolio import KalshiAccount, KalshiOrder
from arbkit.venues.sim.wire import kalshi_forms as forms
from arbkit.venues.sim.wire.message import Answer, BadRequest, Request, json_answer
from arbkit.venues.sim.world.model import JsonObject

Private = Callable[..., Answer]
"""Answers a request of an account: called with account, request and the values of the path."""
Cost = int | Callable[[Request], int]

_BATCH_MAX = 20
_UNIX_MAX = 253_402_300_799
"""The end of the year 9999."""
_GO_KINDS: dict[type, str] = {
    str: "string",
    bool: "bool",
    int: "number",
    float: "number",
    list: "array",
    dict: "object",
}
_CREATE_FIELDS: dict[str, type] = {
    "ticker": str,
    "client_order_id": str,
    "side": str,
    "count": str,
    "price": str,
    "time_in_force": str,
    "self_trade_prevention_type": str,
    "expiration_time": int,
    "post_only": bool,
    "reduce_only": bool,
    "cancel_order_on_pause": bool,
    "order_group_id": str,
    "subaccount": int,
    "exchange_index": int,
}
_REQUIRED = ("ticker", "side", "count", "price", "time_in_force", "self_trade_prevention_type")


class KalshiOrders:
    """Answers for `/portfolio/events/orders`."""

    def __init__(self, engine: KalshiEngine) -> None:
        self._engine = engine

    def routes(self) -> list[tuple[str, str, Private, Cost]]:
        """What is answered here, and what each call costs in write tokens."""
        path = "/portfolio/events/orders"
        return [
            ("POST", path, self.create, 10),
            ("POST", f"{path}/batched", self.create_batch, lambda request: 10 * _size(request)),
            ("DELETE", path, self.cancel_all, 2),
            ("DELETE", f"{path}/batched", self.cancel_batch, lambda request: 2 * _size(request)),
            ("DELETE", f"{path}/{{order_id}}", self.cancel, 2),
            ("POST", f"{path}/{{order_id}}/decrease", self.decrease, 10),
        ]

    def create(self, account: KalshiAccount, request: Request) -> Answer:
        """POST /portfolio/events/orders: 201, or 409 for a killed fill-or-kill."""
        asked = asked_order(_body(request))
        try:
            return json_answer(_created(self._engine.create(account, asked, request.at)), 201)
        except KalshiRefusal as refusal:
            return _refused(refusal)

    def create_batch(self, account: KalshiAccount, request: Request) -> Answer:
        """POST .../batched: each item succeeds or fails alone."""
        return json_answer({"orders": [self._one(account, item, request.at) for item in _items(request)]}, 201)

    def cancel(self, account: KalshiAccount, request: Request, order_id: str) -> Answer:
        """DELETE .../{order_id}: without a shard or ticker it looks on shard 0 only."""
        shard = forms.integer(request, "exchange_index")
        routed = self._routed(account, order_id, request.one("market_ticker"), shard)
        try:
            return json_answer(
                _cancelled(self._engine.cancel(account, order_id, shard=routed, now=request.at), request)
            )
        except KalshiRefusal as refusal:
            return _refused(refusal)

    def cancel_batch(self, account: KalshiAccount, request: Request) -> Answer:
        """DELETE .../batched."""
        found: list[JsonObject] = []
        for item in _items(request):
            order_id, ticker, shard = (item.get(key) for key in ("order_id", "market_ticker", "exchange_index"))
            name = order_id if isinstance(order_id, str) else ""
            routed = self._routed(
                account, name, ticker if isinstance(ticker, str) else "", shard if isinstance(shard, int) else None
            )
            try:
                found.append(_cancelled(self._engine.cancel(account, name, shard=routed, now=request.at), request))
            except KalshiRefusal as refusal:
                found.append({"order_id": name, "reduced_by": "0.00", "error": _error_of(refusal)})
        return json_answer({"orders": found})

    def cancel_all(self, account: KalshiAccount, request: Request) -> Answer:
        """DELETE /portfolio/events/orders: every shard, and the minute that follows."""
        self._engine.cancel_all(account, request.at)
        return Answer(status=204)

    def decrease(self, account: KalshiAccount, request: Request, order_id: str) -> Answer:
        """POST .../{order_id}/decrease: exactly one of `reduce_by` and `reduce_to`."""
        content = _body(request)
        by, to = content.get("reduce_by"), content.get("reduce_to")
        if (by is None) == (to is None) or not isinstance(by or to, str):
            forms.refuse(400, "invalid_parameters", details="exactly one of reduce_by and reduce_to")
        order = self._engine.placed_by(account, order_id)
        amount = _hundredths(str(by or to))
        if order is None:
            forms.not_found()
        wanted = amount if by is not None else max(order.remaining - amount, 0)
        try:
            order = self._engine.decrease(account, order_id, by=wanted, now=request.at)
        except KalshiRefusal as refusal:
            return _refused(refusal)
        return json_answer(
            _head(order) | {"remaining_count": forms.contracts(order.remaining), "ts_ms": _ms(request.at)}
        )

    def _one(self, account: KalshiAccount, item: JsonObject, now: datetime) -> JsonObject:
        client_id = item.get("client_order_id")
        head: JsonObject = {"client_order_id": client_id} if isinstance(client_id, str) else {}
        try:
            return _created(self._engine.create(account, asked_order(item), now))
        except KalshiRefusal as refusal:
            return head | {"error": _error_of(refusal)}
        except BadRequest as refused:
            return head | {"error": msgspec.json.decode(refused.answer.body).get("error", {"code": "bad_request"})}

    def _routed(self, account: KalshiAccount, order_id: str, ticker: str, shard: int | None) -> int | None:
        order = self._engine.placed_by(account, order_id)
        if shard is not None and shard >= 0:
            return shard
        return order.shard if order is not None and ticker == order.ticker else None


def asked_order(content: Mapping[str, object]) -> NewOrder:
    """Read a create body as the venue does: decimals are strings, unknown keys are ignored."""
    for name, kind in _CREATE_FIELDS.items():
        value = content.get(name)
        if value is not None and (not isinstance(value, kind) or (kind is int and isinstance(value, bool))):
            _cannot_unmarshal(value, name, kind)
    missing = [name for name in _REQUIRED if not content.get(name)]
    if missing:
        forms.refuse(400, "invalid_parameters", details=f"missing {', '.join(missing)}")
    if content.get("order_group_id") or content.get("subaccount"):
        forms.refuse(400, "invalid_parameters", details="this simulator has neither order groups nor subaccounts")
    side, shard, expires = content["side"], content.get("exchange_index"), content.get("expiration_time")
    if side not in ("bid", "ask"):
        forms.refuse(400, "invalid_parameters", details="side must be bid or ask")
    try:
        time_in_force = TimeInForce(str(content["time_in_force"]))
        self_trade = SelfTrade(str(content["self_trade_prevention_type"]))
    except ValueError:
        forms.refuse(400, "invalid_parameters", details="unknown time_in_force or self_trade_prevention_type")
    if self_trade is SelfTrade.TRADE:
        forms.refuse(400, "invalid_parameters", details="unknown self_trade_prevention_type")
    return NewOrder(
        ticker=str(content["ticker"]),
        client_order_id=str(content.get("client_order_id") or ""),
        is_bid=side == "bid",
        price=_price(str(content["price"])),
        count=_hundredths(str(content["count"])),
        time_in_force=time_in_force,
        self_trade=self_trade,
        shard=shard if isinstance(shard, int) else None,
        post_only=content.get("post_only") is True,
        reduce_only=content.get("reduce_only") is True,
        cancel_on_pause=content.get("cancel_order_on_pause") is True,
        expires_at=_expiry(expires) if isinstance(expires, int) and expires else None,
    )


def _expiry(unix: int) -> datetime:
    if not 0 <= unix <= _UNIX_MAX:
        forms.refuse(400, "invalid_parameters", details="expiration_time is out of range")
    return datetime.fromtimestamp(unix, UTC)


def _cannot_unmarshal(value: object, name: str, wanted: type) -> None:
    found = _GO_KINDS.get(type(value), "value")
    kind = {str: "string", bool: "bool", int: "int64"}[wanted]
    raise BadRequest(
        json_answer(
            {
                "code": "bad_request",
                "message": "bad request",
                "details": f"json: cannot unmarshal {found} into Go struct field CreateOrderV2Request.{name}"
                f" of type {kind}",
            },
            400,
        )
    )


def _body(request: Request) -> JsonObject:
    try:
        return msgspec.json.decode(request.body, type=dict[str, object])
    except msgspec.DecodeError:
        details = "invalid JSON body"
    raise BadRequest(json_answer({"code": "bad_request", "message": "bad request", "details": details}, 400))


def _items(request: Request) -> list[JsonObject]:
    orders = _body(request).get("orders")
    if not isinstance(orders, list) or not 0 < len(orders) <= _BATCH_MAX:
        forms.refuse(400, "invalid_parameters", details=f"orders must hold 1 to {_BATCH_MAX} items")
    return [item if isinstance(item, dict) else {} for item in orders]


def _size(request: Request) -> int:
    try:
        return len(_items(request))
    except BadRequest:
        return 1


def _price(text: str) -> int:
    try:
        micros = parse_micros(text)
    except BadNumber:
        forms.refuse(400, "invalid_price")
    return micros // 100 if micros % 100 == 0 else 0


def _hundredths(text: str) -> int:
    try:
        micros = parse_micros(text)
    except BadNumber:
        forms.refuse(400, "invalid_parameters", details="count must be a decimal with at most two places")
    if micros % 10_000:
        forms.refuse(400, "invalid_parameters", details="count must be a decimal with at most two places")
    return micros // 10_000


def _head(order: KalshiOrder) -> JsonObject:
    client_id = {"client_order_id": order.client_order_id} if order.client_order_id else {}
    return {"order_id": order.order_id, **client_id}


def _created(order: KalshiOrder) -> JsonObject:
    fields: JsonObject = {}
    if order.filled:
        paid = order.taker_cost if order.is_bid else order.filled * 10_000 - order.taker_cost
        fields["average_fee_paid"] = forms.dollars(_nearest(order.taker_fees, order.filled))
        fields["average_fill_price"] = forms.dollars(_nearest(paid, order.filled))
    return {
        **fields,
        **_head(order),
        "fill_count": forms.contracts(order.filled),
        "remaining_count": forms.contracts(order.remaining),
        "ts_ms": _ms(order.updated_at),
    }


def _cancelled(order: KalshiOrder, request: Request) -> JsonObject:
    return _head(order) | {"reduced_by": forms.contracts(order.remaining), "ts_ms": _ms(request.at)}


def _nearest(micros: int, qty: int) -> int:
    """Micro-dollars over 0.01 contracts, as 1e-4 dollars a contract, to the nearest."""
    return (2 * micros + qty) // (2 * qty)


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _error_of(refusal: KalshiRefusal) -> JsonObject:
    error: JsonObject = {"code": refusal.code, "message": refusal.code.replace("_", " ")}
    return error | ({"details": refusal.details} if refusal.details else {})


def _refused(refusal: KalshiRefusal) -> Answer:
    return json_answer({"error": _error_of(refusal)}, refusal.status)
