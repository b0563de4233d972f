"""The order book service's order calls: an order is read, its signature checked for its exchange, then placed."""

from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from arbkit.venues.sim.clob_keys import ApiKey
from arbkit.venues.sim.decimals import decimal_text
from arbkit.venues.sim.polymarket_engine import PolymarketEngine
from arbkit.venues.sim.polymarket_listing import PolymarketListing, is_protocol_v2
from arbkit.venues.sim.polymarket_rules import AskedOrder, PolyRefusal
from arbkit.venues.sim.polymarket_wallets import OrderType, PolyOrder
from arbkit.venues.sim.signatures import (
    EXCHANGE,
    EXCHANGE_V3,
    NEG_RISK_EXCHANGE,
    POLY_1271,
    Domain,
    OrderToCheck,
    order_id,
    order_signer,
)
from arbkit.venues.sim.wire import polymarket_forms as forms
from arbkit.venues.sim.wire.clob_account import ClobAccount, Private
from arbkit.venues.sim.wire.message import Answer, Request, json_answer
from arbkit.venues.sim.world.model import JsonObject

_BATCH_MAX = 15
_WORD_MAX = 2**256
_DOMAINS = (EXCHANGE, NEG_RISK_EXCHANGE, EXCHANGE_V3)
_GTD_LEAD_S = 60
_UNIX_MAX = 253_402_300_799
"""The end of the year 9999."""


class _SentOrder(msgspec.Struct, rename="camel"):
    salt: int
    maker: str
    signer: str
    token_id: str
    maker_amount: str
    taker_amount: str
    side: str
    signature_type: int
    timestamp: str
    metadata: str
    builder: str
    signature: str
    expiration: str = "0"


class Sent(msgspec.Struct, rename="camel"):
    """The body of POST /order."""

    order: _SentOrder
    owner: str
    order_type: str
    post_only: bool = False
    defer_exec: bool = False


class ClobOrders:
    """Answers for placing and cancelling. `delay_ms` of the next order makes it `delayed`."""

    def __init__(self, listing: PolymarketListing, engine: PolymarketEngine, account: ClobAccount) -> None:
        self._listing = listing
        self._engine = engine
        self._account = account
        self.delay_next_ms = 0

    def routes(self) -> list[tuple[str, str, Private]]:
        """What is answered here."""
        return [
            ("POST", "/order", self.create),
            ("POST", "/orders", self.create_batch),
            ("DELETE", "/order", self.cancel),
            ("DELETE", "/orders", self.cancel_some),
            ("DELETE", "/cancel-all", self.cancel_all),
            ("DELETE", "/cancel-market-orders", self.cancel_market),
        ]

    def create(self, key: ApiKey, request: Request) -> Answer:
        """POST /order: 200 for what is taken, 400 with a text for what is not."""
        sent = _decoded(request.body, Sent)
        try:
            return json_answer(self._placed(key, sent, request.at))
        except PolyRefusal as refusal:
            return json_answer({"error": refusal.text}, refusal.status)

    def create_batch(self, key: ApiKey, request: Request) -> Answer:
        """POST /orders: at most fifteen; a refused one says so in `errorMsg` beside `"success": true`."""
        sent = _decoded(request.body, list[Sent])
        if len(sent) > _BATCH_MAX:
            forms.refuse(400, f"too many orders: at most {_BATCH_MAX}")
        found: list[JsonObject] = []
        for one in sent:
            try:
                found.append(self._placed(key, one, request.at))
            except PolyRefusal as refusal:
                found.append(_answer_object("", "", error=refusal.text))
        return json_answer(found)

    def cancel(self, key: ApiKey, request: Request) -> Answer:
        """DELETE /order."""
        content = _decoded(request.body, dict[str, str])
        return self._cancelled(key, [content.get("orderID", "")], request)

    def cancel_some(self, key: ApiKey, request: Request) -> Answer:
        """DELETE /orders."""
        return self._cancelled(key, _decoded(request.body, list[str]), request)

    def cancel_all(self, key: ApiKey, request: Request) -> Answer:
        """DELETE /cancel-all."""
        return self._cancelled(key, None, request)

    def cancel_market(self, key: ApiKey, request: Request) -> Answer:
        """DELETE /cancel-market-orders."""
        content = _decoded(request.body, dict[str, str])
        market, token = content.get("market", ""), content.get("asset_id", "")
        wanted = [
            order.order_id
            for wallet in self._account.wallets(key)
            for order in wallet.resting()
            if (not market or order.condition_id == market) and (not token or order.token == token)
        ]
        return self._cancelled(key, wanted, request)

    def _cancelled(self, key: ApiKey, order_ids: list[str] | None, request: Request) -> Answer:
        done, refused = self._engine.cancel(self._account.wallets(key), order_ids, request.at)
        return json_answer({"canceled": done, "not_canceled": refused})

    def _placed(self, key: ApiKey, sent: Sent, now: datetime) -> JsonObject:
        asked = self._asked(key, sent, now)
        delay_ms, self.delay_next_ms = self.delay_next_ms, 0
        order = self._engine.place(asked, now, delay_ms=delay_ms)
        return _answer_object(order.order_id, _status(order), order)

    def _asked(self, key: ApiKey, sent: Sent, now: datetime) -> AskedOrder:
        """Check whose order it is and that it is signed for the exchange of its asset."""
        if sent.owner != key.key:
            raise PolyRefusal("the order owner has to be the owner of the API KEY")
        order, state = fields_to_check(sent), self._engine.state
        if state.cancel_only or state.disabled:
            raise PolyRefusal("trading is currently cancel-only", 503)
        if sent.order_type not in OrderType.__members__ or (sent.post_only and sent.order_type in ("FOK", "FAK")):
            raise PolyRefusal("Invalid order payload")
        owner_field = order.maker if order.signature_type in (0, POLY_1271) else ""
        if owner_field and order.signer.lower() != owner_field.lower():
            raise PolyRefusal("invalid signature")
        if order.signature_type != POLY_1271 and order.signer.lower() != key.eoa:
            raise PolyRefusal("the order signer address has to be the address of the API KEY")
        domain = self._domain(sent.order.token_id)
        self._check_signature(key, order, domain, sent.order.signature)
        wallet = self._engine.open_wallet(order.maker, eoa=key.eoa, kind=order.signature_type)
        if wallet.eoa != key.eoa:
            raise PolyRefusal("invalid signature")
        return AskedOrder(
            order_id=order_id(order, domain),
            owner=key.key,
            wallet=wallet.address,
            token=sent.order.token_id,
            is_buy=order.side == 0,
            maker_amount=order.maker_amount,
            taker_amount=order.taker_amount,
            order_type=OrderType(sent.order_type),
            post_only=sent.post_only,
            expires_at=_expiration(sent, now),
        )

    def _domain(self, token: str) -> Domain:
        market = self._listing.by_token.get(token)
        if market is None:
            raise PolyRefusal("No orderbook exists for the requested token id")
        if is_protocol_v2(token):
            return EXCHANGE_V3
        return NEG_RISK_EXCHANGE if market.neg_risk else EXCHANGE

    def _check_signature(self, key: ApiKey, order: OrderToCheck, domain: Domain, signature: str) -> None:
        if order_signer(order, domain, signature) == key.eoa:
            return
        others = [d for d in _DOMAINS if d.version != domain.version and order_signer(order, d, signature) == key.eoa]
        raise PolyRefusal("order_version_mismatch" if others else "invalid signature")


def fields_to_check(sent: Sent) -> OrderToCheck:
    """The signed fields of an order; PolyRefusal when one is malformed."""
    order = sent.order
    try:
        numbers = [int(text) for text in (order.token_id, order.maker_amount, order.taker_amount, order.timestamp)]
        metadata, builder = (bytes.fromhex(text.removeprefix("0x")) for text in (order.metadata, order.builder))
        addresses = [bytes.fromhex(text.removeprefix("0x")) for text in (order.maker, order.signer)]
    except ValueError:
        raise PolyRefusal("Invalid order payload") from None
    in_range = (
        all(0 <= number < _WORD_MAX for number in (*numbers, order.salt)) and 0 <= order.signature_type <= POLY_1271
    )
    lengths = [len(part) for part in (metadata, builder, *addresses)]
    if not in_range or lengths != [32, 32, 20, 20] or order.side not in ("BUY", "SELL"):
        raise PolyRefusal("Invalid order payload")
    return OrderToCheck(
        salt=order.salt,
        maker=order.maker,
        signer=order.signer,
        token_id=numbers[0],
        maker_amount=numbers[1],
        taker_amount=numbers[2],
        side=0 if order.side == "BUY" else 1,
        signature_type=order.signature_type,
        timestamp=numbers[3],
        metadata=metadata,
        builder=builder,
    )


def sent_order_ids(body: bytes) -> list[str]:
    """Every id the orders of a body could have, one for each exchange: which one is right depends on the asset."""
    try:
        sent = msgspec.json.decode(body, type=Sent | list[Sent])
    except msgspec.DecodeError:
        return []
    try:
        orders = [fields_to_check(one) for one in (sent if isinstance(sent, list) else [sent])]
    except PolyRefusal:
        return []
    return [order_id(order, domain) for order in orders for domain in _DOMAINS]


Shape = TypeVar("Shape")


def _decoded(body: bytes, kind: type[Shape]) -> Shape:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError:
        forms.refuse(400, "Invalid order payload")


def _expiration(sent: Sent, now: datetime) -> datetime | None:
    text = sent.order.expiration
    if not (text.isascii() and text.isdecimal() and len(text) <= 12):
        raise PolyRefusal("Invalid order payload")
    if sent.order_type != "GTD":
        if int(text):
            raise PolyRefusal("invalid expiration")
        return None
    if not now.timestamp() + _GTD_LEAD_S * 3 <= int(text) <= _UNIX_MAX:
        raise PolyRefusal("invalid expiration")
    return datetime.fromtimestamp(int(text), UTC)


def _status(order: PolyOrder) -> str:
    return {"LIVE": "live", "DELAYED": "delayed"}.get(order.status, "matched")


def _answer_object(order_hash: str, status: str, order: PolyOrder | None = None, *, error: str = "") -> JsonObject:
    making = taking = ""
    if order is not None and order.matched:
        given, got = (order.spent, order.matched) if order.is_buy else (order.matched, order.spent)
        making, taking = decimal_text(given), decimal_text(got)
    return {
        "success": True,
        "errorMsg": error,
        "orderID": order_hash,
        "status": status,
        "makingAmount": making,
        "takingAmount": taking,
        "tradeIDs": [] if order is None else list(order.trade_ids),
        "transactionsHashes": [],
    }
