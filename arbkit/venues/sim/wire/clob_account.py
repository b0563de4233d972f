"""The order book service's account calls: API keys, orders and trades as reads show them, balances."""

from collections.abc import Callable
from datetime import UTC, datetime

from arbkit.venues.sim.clob_keys import ApiKey, ClobKeys
from arbkit.venues.sim.decimals import decimal_text, price_text
from arbkit.venues.sim.exchange import ONE_DOLLAR
from arbkit.venues.sim.polymarket_engine import PolymarketEngine
from arbkit.venues.sim.polymarket_listing import PolymarketListing, is_protocol_v2
from arbkit.venues.sim.polymarket_wallets import MakerPart, PolyOrder, PolyTrade, Wallet
from arbkit.venues.sim.signatures import EXCHANGE, EXCHANGE_V3, NEG_RISK_EXCHANGE
from arbkit.venues.sim.wire import polymarket_forms as forms
from arbkit.venues.sim.wire.message import Answer, Reply, Request, json_answer
from arbkit.venues.sim.world.model import JsonObject

PAGE = 100
_BOUNDLESS = str(2**256 - 1)
_FEE_BPS = 1000

Private = Callable[..., Answer]
"""Answers a request of an API key: called with the key, the request and the values of the path."""


class ClobAccount:
    """Answers for everything private but placing and cancelling."""

    def __init__(self, listing: PolymarketListing, engine: PolymarketEngine, keys: ClobKeys) -> None:
        self._listing = listing
        self._engine = engine
        self._keys = keys

    def public_routes(self) -> list[tuple[str, str, Reply]]:
        """What is proven with the wallet key (L1)."""
        return [("POST", "/auth/api-key", self.create_key), ("GET", "/auth/derive-api-key", self.derive_key)]

    def routes(self) -> list[tuple[str, str, Private]]:
        """What is proven with an API key (L2)."""
        return [
            ("GET", "/auth/api-keys", self.keys),
            ("DELETE", "/auth/api-key", self.delete_key),
            ("GET", "/auth/ban-status/closed-only", lambda _key, _request: json_answer({"closed_only": False})),
            ("GET", "/data/order/{order_id}", self.order),
            ("GET", "/data/orders", self.orders),
            ("GET", "/data/trades", self.trades),
            ("GET", "/balance-allowance", self.balance),
            ("GET", "/balance-allowance/update", lambda _key, _request: json_answer({})),
        ]

    def create_key(self, request: Request) -> Answer:
        """POST /auth/api-key: 400 when the nonce has a key."""
        proven = self._proven(request)
        key = self._keys.create(*proven)
        if key is None:
            forms.refuse(400, "Could not create api key")
        return json_answer(_credentials(key))

    def derive_key(self, request: Request) -> Answer:
        """GET /auth/derive-api-key."""
        key = self._keys.derive(*self._proven(request))
        if key is None:
            forms.refuse(400, "Could not derive api key!")
        return json_answer(_credentials(key))

    def keys(self, key: ApiKey, _request: Request) -> Answer:
        """GET /auth/api-keys."""
        return json_answer({"apiKeys": self._keys.of(key.eoa)})

    def delete_key(self, key: ApiKey, _request: Request) -> Answer:
        """DELETE /auth/api-key."""
        self._keys.delete(key)
        return json_answer("OK")

    def order(self, key: ApiKey, request: Request, order_id: str) -> Answer:
        """GET /data/order/{orderID}: null for an order that was never accepted."""
        for wallet in self.wallets(key):
            order = wallet.read(request.at).orders.get(order_id)
            if order is not None:
                return json_answer(order_object(order))
        return json_answer(None)

    def orders(self, key: ApiKey, request: Request) -> Answer:
        """GET /data/orders: what rests, or is held."""
        wanted = {
            "condition_id": request.one("market"),
            "token": request.one("asset_id"),
            "order_id": request.one("id"),
        }
        found = [
            order_object(order)
            for wallet in self.wallets(key)
            for order in wallet.read(request.at).orders.values()
            if order.status in ("LIVE", "DELAYED")
            and all(not value or getattr(order, name) == value for name, value in wanted.items())
        ]
        return _page(request, found)

    def trades(self, key: ApiKey, request: Request) -> Answer:
        """GET /data/trades: newest first."""
        wanted = {
            "condition_id": request.one("market"),
            "token": request.one("asset_id"),
            "trade_id": request.one("id"),
        }
        maker, before, after = request.one("maker_address").lower(), request.one("before"), request.one("after")
        trades = [trade for wallet in self.wallets(key) for trade in wallet.read_trades(request.at)]
        found = [
            trade_object(trade)
            for trade in sorted(trades, key=lambda trade: trade.matched_at, reverse=True)
            if all(not value or getattr(trade, name) == value for name, value in wanted.items())
            and (not maker or trade.wallet == maker)
            and (not before.isdecimal() or trade.matched_at.timestamp() < int(before))
            and (not after.isdecimal() or trade.matched_at.timestamp() > int(after))
        ]
        return _page(request, found)

    def balance(self, key: ApiKey, request: Request) -> Answer:
        """GET /balance-allowance: what is on chain, in base units, with the allowances of the exchanges."""
        kind = request.one("signature_type") or "0"
        token = request.one("token_id")
        wallet = self._engine.wallet_of(key.eoa, int(kind)) if kind in "0123" and len(kind) == 1 else None
        match request.one("asset_type"):
            case "COLLATERAL":
                balance = self._engine.starting_cash if wallet is None else wallet.cash
            case "CONDITIONAL" | "CONDITIONAL-V2" as asset if token in self._listing.by_token and is_protocol_v2(
                token
            ) == asset.endswith("V2"):
                balance = 0 if wallet is None else wallet.shares(token)
            case _:
                forms.refuse(400, "Invalid asset type")
        allowances = {domain.contract: _BOUNDLESS for domain in (EXCHANGE, NEG_RISK_EXCHANGE, EXCHANGE_V3)}
        return json_answer({"balance": str(balance), "allowances": allowances})

    def wallets(self, key: ApiKey) -> list[Wallet]:
        """The wallets that a key may act for."""
        return [wallet for wallet in self._engine.wallets.values() if wallet.eoa == key.eoa]

    def _proven(self, request: Request) -> tuple[str, int]:
        proven = self._keys.prove_login(request.headers, request.came_at)
        if proven is None:
            forms.refuse(401, "Invalid L1 Request headers")
        return proven


def order_object(order: PolyOrder) -> JsonObject:
    """An order as reads show it; the size of a market buy is in dollars."""
    return {
        "id": order.order_id,
        "status": order.status,
        "owner": order.owner,
        "maker_address": order.wallet,
        "market": order.condition_id,
        "asset_id": order.token,
        "side": "BUY" if order.is_buy else "SELL",
        "original_size": decimal_text(order.size),
        "size_matched": decimal_text(order.matched),
        "price": price_text(order.price),
        "outcome": order.outcome,
        "expiration": "0" if order.expires_at is None else str(int(order.expires_at.timestamp())),
        "order_type": order.order_type.value,
        "associate_trades": list(order.trade_ids),
        "created_at": int(order.created_at.timestamp()),
    }


def trade_object(trade: PolyTrade) -> JsonObject:
    """A trade as one participant sees it. `price` is only the first level's; the makers' parts give the whole."""
    first = trade.makers[0]
    price = first.price if first.token == trade.token else ONE_DOLLAR - first.price
    return {
        "id": trade.trade_id,
        "taker_order_id": trade.taker_order_id,
        "market": trade.condition_id,
        "asset_id": trade.token,
        "side": "BUY" if trade.is_buy else "SELL",
        "size": decimal_text(trade.shares),
        "fee_rate_bps": str(_FEE_BPS if trade.fee else 0),
        "price": price_text(price),
        "status": trade.status.value,
        "match_time": _seconds(trade.matched_at),
        "last_update": _seconds(trade.changed_at),
        "outcome": trade.outcome,
        "bucket_index": 0,
        "owner": trade.owner,
        "maker_address": trade.wallet,
        "transaction_hash": trade.transaction,
        "maker_orders": [_maker_object(maker) for maker in trade.makers],
        "trader_side": "TAKER" if trade.is_taker else "MAKER",
    }


def _maker_object(maker: MakerPart) -> JsonObject:
    return {
        "order_id": maker.order_id,
        "owner": maker.owner,
        "maker_address": maker.wallet or "0x" + "5" * 40,
        "matched_amount": decimal_text(maker.shares),
        "price": price_text(maker.price),
        "fee_rate_bps": "0",
        "asset_id": maker.token,
        "outcome": maker.outcome,
        "side": "BUY" if maker.is_buy else "SELL",
    }


def _credentials(key: ApiKey) -> JsonObject:
    return {"apiKey": key.key, "secret": key.secret, "passphrase": key.passphrase}


def _page(request: Request, rows: list[JsonObject]) -> Answer:
    place = forms.read_offset(request.one("next_cursor"))
    found = rows[place : place + PAGE]
    cursor = forms.written_offset(place + PAGE) if place + PAGE < len(rows) else forms.CURSOR_END
    return json_answer({"data": found, "next_cursor": cursor, "limit": PAGE, "count": len(found)})


def _seconds(at: datetime) -> str:
    return str(int(at.astimezone(UTC).timestamp()))
