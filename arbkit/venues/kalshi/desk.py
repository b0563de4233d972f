"""Acting on Kalshi: orders are checked, named, signed and posted once."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final
from urllib.parse import quote

from arbkit.core.markets import Market, VenueName
from arbkit.core.orders import FokOrder, InDoubt, NotSent, SendOutcome
from arbkit.errors import InvariantError
from arbkit.net import Exchange, NoAnswer, Poster
from arbkit.net import NotSent as NothingLeft
from arbkit.ports import Clock, PreparedOrder
from arbkit.venues.kalshi.signing import KalshiSigner, SignaturesAhead
from arbkit.venues.kalshi.wire import requests
from arbkit.venues.kalshi.wire.orders import ORDERS_PATH, classify, order_body, validate
from arbkit.venues.ready import ReadyRequest

CLIENT_ID_LENGTH_MAX: Final = 64


class KalshiDesk:
    """The only way to send an order to Kalshi. `new_id` makes a client id that was never used and never will be again.

    A client id begins with ``ak1-``, so that an order of another copy on the same account is recognised.
    """

    name = VenueName.KALSHI

    def __init__(
        self,
        poster: Poster,
        signer: KalshiSigner,
        clock: Clock,
        *,
        path_prefix: str,
        timeout_ms: int,
        new_id: Callable[[], str],
    ) -> None:
        """`path_prefix` is the path of the base URL (``/trade-api/v2``): it is signed too."""
        self._poster, self._signer, self._clock = poster, signer, clock
        self._prefix, self._timeout_ms, self._new_id = path_prefix, timeout_ms, new_id
        self._ahead = SignaturesAhead(signer, clock, "POST", path_prefix + ORDERS_PATH)
        self._ready = ReadyRequest(self._rendered, clock)

    def prepare(self, order: FokOrder, *, market: Market, now: datetime) -> PreparedOrder:
        """Check the order against the venue's rules and give it its id. Raises RefusedError; sends nothing."""
        del now  # the time is signed when the order is sent: a signature lives for seconds
        validate(order, market)
        client_id = f"ak1-{self._new_id()}-K"
        if len(client_id) > CLIENT_ID_LENGTH_MAX or market.shard is None:
            raise InvariantError(f"{client_id!r} cannot name an order on {market.id}")
        body = order_body(order, client_id=client_id, shard=market.shard)
        return PreparedOrder(order=order, client_id=client_id, venue_order_id="", body=body)

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
        return classify(reply.status, reply.body, order=prepared.order, client_id=prepared.client_id)

    async def stay_ready(self) -> None:
        """Keep the connection of orders open and signatures at hand, until cancelled."""
        await asyncio.gather(self._ahead.run(), self._poster.keep_warm(requests.exchange_status().path))

    async def cancel(self, venue_order_id: str, *, market: Market) -> None:
        """Cancel one order; the shard has to be named, or it is looked for on shard 0 alone."""
        path = f"{ORDERS_PATH}/{quote(venue_order_id, safe='')}"
        query = f"?exchange_index={market.shard or 0}&market_ticker={quote(market.id.key, safe='')}"
        await self._delete(path, query)

    async def cancel_all(self) -> None:
        """Cancel everything; the venue also cancels what is placed within the minute after it."""
        await self._delete(ORDERS_PATH, "")

    def _rendered(self, prepared: PreparedOrder) -> Exchange:
        return self._poster.rendered("POST", ORDERS_PATH, headers=self._ahead.take(), body=prepared.body)

    async def _delete(self, path: str, query: str) -> None:
        headers = self._headers("DELETE", path)
        await self._poster.send_once("DELETE", path + query, headers=headers, timeout_ms=self._timeout_ms)

    def _headers(self, method: str, path: str) -> Mapping[str, str]:
        return self._signer.headers(method, self._prefix + path, now=self._clock.now())
