"""Behind the stage: what no venue offers, on Kalshi's port below /sim: accounts for other processes, faults, endings.

POST /sim/kalshi/accounts     {"user_id", "key_id", "public_pem", "usd"?}      an account for an API key
POST /sim/polymarket/wallets  {"address", "eoa", "signature_type", "usd"?}     a funded wallet of a wallet key
POST /sim/faults              {"faults": [...]}                                more faults; DELETE forgets them all
GET  /sim/replay              how far the recordings are played
GET  /sim/telegram            the messages that came to the simulated Telegram
POST /sim/kalshi/settle       {"ticker", "yes_pays"}                           pays: 10000 is a dollar
POST /sim/polymarket/resolve  {"condition_id", "winner"}                       0, 1, or null for half each
GET  /sim/posts               every order request by the ids of its orders, and how often each came
GET  /sim/truth               every account as it truly stands, in whole micro-units
"""

from datetime import datetime
from typing import Protocol, TypeVar

import msgspec

from arbkit.errors import UsageError
from arbkit.venues.sim.control import Control
from arbkit.venues.sim.faults import FaultPlan
from arbkit.venues.sim.kalshi_engine import KalshiEngine
from arbkit.venues.sim.kalshi_portfolio import KalshiAccount
from arbkit.venues.sim.knobs import read_plan
from arbkit.venues.sim.polymarket_engine import PolymarketEngine
from arbkit.venues.sim.polymarket_wallets import Wallet
from arbkit.venues.sim.wire.message import Answer, BadRequest, Reply, Request, Router, json_answer
from arbkit.venues.sim.world.model import JsonObject

PREFIX = "/sim"
Shape = TypeVar("Shape")


class Inside(Protocol):
    """What the stage hands lead to."""

    def open_kalshi_account(
        self, user_id: str, *, key_id: str, public_pem: bytes, usd: int | None = None
    ) -> KalshiAccount:
        """Give a key an account."""
        ...

    def put_faults(self, plan: FaultPlan, now: datetime) -> None:
        """Add the faults of a plan. Raises UsageError."""
        ...

    def clear_faults(self) -> None:
        """Forget every fault."""
        ...


class _NewAccount(msgspec.Struct, forbid_unknown_fields=True):
    user_id: str
    key_id: str
    public_pem: str
    usd: int | None = None


class _NewWallet(msgspec.Struct, forbid_unknown_fields=True):
    address: str
    eoa: str
    signature_type: int
    usd: int | None = None


class _Settle(msgspec.Struct, forbid_unknown_fields=True):
    ticker: str
    yes_pays: int


class _Resolve(msgspec.Struct, forbid_unknown_fields=True):
    condition_id: str
    winner: int | None


class Backstage:
    """Answers below /sim."""

    def __init__(self, inside: Inside, kalshi: KalshiEngine, polymarket: PolymarketEngine, control: Control) -> None:
        self._inside = inside
        self._kalshi = kalshi
        self._polymarket = polymarket
        self._control = control
        routes: list[tuple[str, str, Reply]] = [
            ("POST", "/kalshi/accounts", self.open_account),
            ("POST", "/kalshi/settle", self.settle),
            ("POST", "/polymarket/wallets", self.open_wallet),
            ("POST", "/polymarket/resolve", self.resolve),
            ("POST", "/faults", self.add_faults),
            ("DELETE", "/faults", self.clear_faults),
            ("GET", "/posts", self.posts),
            ("GET", "/truth", self.truth),
        ]
        self._router = Router(routes)

    def answer(self, request: Request) -> Answer:
        """Answer one request."""
        answer = self._router.answer(request, request.path.removeprefix(PREFIX))
        return answer or json_answer({"error": "not found"}, 404)

    def open_account(self, request: Request) -> Answer:
        """POST /sim/kalshi/accounts."""
        asked = _decoded(request, _NewAccount)
        try:
            self._inside.open_kalshi_account(
                asked.user_id, key_id=asked.key_id, public_pem=asked.public_pem.encode(), usd=asked.usd
            )
        except UsageError as error:
            return json_answer({"error": str(error)}, 400)
        return json_answer({"user_id": asked.user_id}, 201)

    def open_wallet(self, request: Request) -> Answer:
        """POST /sim/polymarket/wallets."""
        asked = _decoded(request, _NewWallet)
        cash = None if asked.usd is None else asked.usd * 1_000_000
        wallet = self._polymarket.open_wallet(asked.address, eoa=asked.eoa, kind=asked.signature_type, cash=cash)
        return json_answer({"address": wallet.address}, 201)

    def settle(self, request: Request) -> Answer:
        """POST /sim/kalshi/settle."""
        asked = _decoded(request, _Settle)
        if not self._kalshi.lists(asked.ticker) or not 0 <= asked.yes_pays <= 10_000:
            return json_answer({"error": "unknown ticker, or yes_pays outside 0 to 10000"}, 400)
        self._kalshi.settle(asked.ticker, asked.yes_pays, request.at)
        return Answer(status=204)

    def resolve(self, request: Request) -> Answer:
        """POST /sim/polymarket/resolve."""
        asked = _decoded(request, _Resolve)
        if not self._polymarket.lists(asked.condition_id) or asked.winner not in (0, 1, None):
            return json_answer({"error": "unknown condition_id, or winner not 0, 1 or null"}, 400)
        self._polymarket.resolve(asked.condition_id, asked.winner, request.at)
        return Answer(status=204)

    def add_faults(self, request: Request) -> Answer:
        """POST /sim/faults."""
        try:
            self._inside.put_faults(read_plan(request.body), request.at)
        except UsageError as error:
            return json_answer({"error": str(error)}, 400)
        return json_answer({"faults": self._control.faults.faults}, 201)

    def clear_faults(self, _request: Request) -> Answer:
        """DELETE /sim/faults."""
        self._inside.clear_faults()
        return Answer(status=204)

    def posts(self, _request: Request) -> Answer:
        """GET /sim/posts."""
        return json_answer({"posts": len(self._control.posts), "counts": self._control.counts()})

    def truth(self, _request: Request) -> Answer:
        """GET /sim/truth."""
        kalshi = {user_id: _kalshi_truth(account) for user_id, account in self._kalshi.accounts.items()}
        polymarket = {address: _wallet_truth(wallet) for address, wallet in self._polymarket.wallets.items()}
        return json_answer({"kalshi": kalshi, "polymarket": polymarket})


def _kalshi_truth(account: KalshiAccount) -> JsonObject:
    truth = account.truth
    return {
        "cash_micros": {str(shard): cash * 100 for shard, cash in truth.cash.items()},
        "positions_micros": {ticker: held.qty * 10_000 for ticker, held in truth.positions.items() if held.qty},
        "fills": [
            {
                "trade_id": fill.trade_id,
                "order_id": fill.order_id,
                "client_order_id": truth.orders[fill.order_id].client_order_id,
                "ticker": fill.ticker,
                "book_side": "bid" if fill.is_bid else "ask",
                "yes_price_micros": fill.price * 100,
                "qty_micros": fill.qty * 10_000,
                "fee_micros": fill.fee,
            }
            for fill in truth.fills
        ],
    }


def _wallet_truth(wallet: Wallet) -> JsonObject:
    return {
        "cash_micros": wallet.cash,
        "shares_micros": {token: held.shares for token, held in wallet.holdings.items() if held.shares},
        "trades": [
            {
                "trade_id": trade.trade_id,
                "taker_order_id": trade.taker_order_id,
                "token": trade.token,
                "side": "BUY" if trade.is_buy else "SELL",
                "shares_micros": trade.shares,
                "cost_micros": trade.cost,
                "fee_micros": trade.fee,
                "status": trade.status.value,
            }
            for trade in wallet.truth.trades.values()
        ],
    }


def _decoded(request: Request, shape: type[Shape]) -> Shape:
    try:
        return msgspec.json.decode(request.body, type=shape)
    except msgspec.DecodeError as error:
        raise BadRequest(json_answer({"error": str(error)}, 400)) from None
