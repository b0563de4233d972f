"""Acting on Polymarket: orders are checked, signed and named before a byte leaves, and posted once."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec

from arbkit.core.markets import Market, VenueName
from arbkit.core.orders import FokOrder, InDoubt, NotSent, SendOutcome
from arbkit.net import Exchange, NoAnswer, Poster
from arbkit.net import NotSent as NothingLeft
from arbkit.ports import Clock, PreparedOrder
from arbkit.venues.polymarket import signing
from arbkit.venues.polymarket.signing import ApiCredentials, TradingAccount
from arbkit.venues.polymarket.wire.clob import OK_PATH
from arbkit.venues.polymarket.wire.orders import (
    CANCEL_ALL_PATH,
    ORDER_PATH,
    amounts,
    classify,
    order_body,
    token_of,
    validate,
)
from arbkit.venues.ready import ReadyRequest

_ZERO_WORD: Final = "0x" + "00" * 32
_EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


class PolymarketDesk:
    """The only way to send an order to Polymarket. The id of an order is its hash, known before it is sent."""

    name = VenueName.POLYMARKET

    def __init__(
        self,
        poster: Poster,
        account: TradingAccount,
        credentials: ApiCredentials,
        clock: Clock,
        *,
        timeout_ms: int,
        new_salt: Callable[[], int] = signing.random_salt,
    ) -> None:
        self._poster, self._account, self._credentials, self._clock = poster, account, credentials, clock
        self._timeout_ms, self._new_salt = timeout_ms, new_salt
        self._ready = ReadyRequest(self._rendered, clock)

    def prepare(self, order: FokOrder, *, market: Market, now: datetime) -> PreparedOrder:
        """Check the order, build and sign it, and work out its hash. Raises RefusedError; sends nothing."""
        validate(order, market)
        token, sums = token_of(order.side, market), amounts(order)
        exchange = signing.exchange_for(token, neg_risk=market.neg_risk)
        unsigned = signing.Order(
            salt=self._new_salt(),
            maker=self._account.maker,
            signer=self._account.signer,
            asset_id=token,
            maker_amount=sums.given,
            taker_amount=sums.taken,
            action=order.action,
            signature_type=self._account.signature_type,
            timestamp_ms=(now - _EPOCH) // timedelta(milliseconds=1),
        )
        signature = self._account.wallet.sign_order(unsigned, exchange)
        body = order_body(_signed(unsigned, signature), api_key=self._credentials.key)
        order_id = signing.order_id(unsigned, exchange)
        return PreparedOrder(order=order, client_id=order_id, venue_order_id=order_id, body=body)

    def get_ready(self, prepared: PreparedOrder) -> None:
        """Sign and render the request of an order that may be sent soon."""
        self._ready.make(prepared)

    async def send(self, prepared: PreparedOrder) -> SendOutcome:
        """Post the order once and say what the answer proves."""
        try:
            reply = await self._poster.post(self._ready.take(prepared), timeout_ms=self._timeout_ms)
        except NothingLeft as error:
            return NotSent(str(error))
        except NoAnswer as error:
            return InDoubt(str(error))
        return classify(reply.status, reply.body, order=prepared.order, order_id=prepared.venue_order_id)

    async def stay_ready(self) -> None:
        """Keep the connection of orders open, until cancelled."""
        await self._poster.keep_warm(OK_PATH)

    async def cancel(self, venue_order_id: str, *, market: Market) -> None:
        """Cancel one order."""
        del market
        body = msgspec.json.encode({"orderID": venue_order_id})
        await self._delete(ORDER_PATH, body)

    async def cancel_all(self) -> None:
        """Cancel every order of the account."""
        await self._delete(CANCEL_ALL_PATH, b"")

    def _rendered(self, prepared: PreparedOrder) -> Exchange:
        headers = self._headers("POST", ORDER_PATH, prepared.body)
        return self._poster.rendered("POST", ORDER_PATH, headers=headers, body=prepared.body)

    async def _delete(self, path: str, body: bytes) -> None:
        headers = self._headers("DELETE", path, body)
        await self._poster.send_once("DELETE", path, headers=headers, body=body, timeout_ms=self._timeout_ms)

    def _headers(self, method: str, path: str, body: bytes) -> Mapping[str, str]:
        address = self._account.wallet.address
        return signing.l2_headers(address, self._credentials, method, path, body, now=self._clock.now())


def _signed(order: signing.Order, signature: str) -> Mapping[str, str | int]:
    """The signed order as it travels; the salt is the one number in it."""
    return {
        "builder": _ZERO_WORD,
        "expiration": "0",
        "maker": order.maker,
        "makerAmount": str(order.maker_amount),
        "metadata": _ZERO_WORD,
        "salt": order.salt,
        "side": order.action.upper(),
        "signature": signature,
        "signatureType": int(order.signature_type),
        "signer": order.signer,
        "takerAmount": str(order.taker_amount),
        "timestamp": str(order.timestamp_ms),
        "tokenId": order.asset_id,
    }
