"""Kalshi's news over one WebSocket, without I/O: what becomes of markets, and of orders of ours."""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from arbkit.core.markets import Market, MarketId, VenueName
from arbkit.core.text import clean
from arbkit.errors import SchemaMismatch
from arbkit.ports import FeedListener
from arbkit.venues.kalshi.wire import fields
from arbkit.venues.kalshi.wire.session import Commands

CHANNELS: Final = ("market_lifecycle_v2", "fill", "user_orders")
_OF_ORDERS: Final = frozenset({"fill", "user_order"})


class _NewsRow(msgspec.Struct, gc=False):
    market_ticker: str = ""
    event_ticker: str = ""
    event_type: str = ""
    order_id: str = ""
    client_order_id: str = ""
    code: int = 0
    msg: str = ""


class _NewsFrame(msgspec.Struct, gc=False):
    type: str
    msg: _NewsRow | list[msgspec.Raw] | None = None


class NewsTalk:
    """Lifecycle of every market, fills and orders of the account. None of it can be replayed: after a reconnection
    the listener is told to ask about every order."""

    def __init__(
        self,
        listener: FeedListener,
        tell: Callable[[str], None],
        followed: Callable[[], Mapping[MarketId, Market]],
    ) -> None:
        self.broken = ""
        self._commands = Commands()
        self.outbox = self._commands.outbox
        self._listener, self._tell, self._followed = listener, tell, followed
        self._connected_before = False

    def opened(self, now_ms: int) -> None:
        """Subscribe; what was missed before can only be asked for."""
        del now_ms
        self._commands.add("subscribe", channels=list(CHANNELS))
        if self._connected_before:
            self._listener.order_news(VenueName.KALSHI, client_id="", venue_order_id="")
        self._connected_before = True

    def lost(self, now_ms: int) -> None:
        """Nothing stands that would have to be taken back."""

    def due(self, now_ms: int) -> None:
        """Nothing is waited for."""

    def take(self, frame: bytes, now_ms: int) -> None:
        """Pass news on. What cannot be read may have been about an order, so all are asked about."""
        del now_ms
        try:
            read = fields.decode(frame, _NewsFrame)
        except SchemaMismatch as error:
            self._tell(f"news could not be read ({error.path}: {error.found})")
            self._listener.order_news(VenueName.KALSHI, client_id="", venue_order_id="")
            return
        row = read.msg
        if not isinstance(row, _NewsRow):
            return
        if read.type in _OF_ORDERS:
            self._listener.order_news(
                VenueName.KALSHI, client_id=clean(row.client_order_id), venue_order_id=clean(row.order_id)
            )
        elif read.type == "error":
            self.broken = f"error {row.code}: {clean(row.msg)}"
        else:
            self._of_markets(read.type, row)

    def _of_markets(self, kind: str, row: _NewsRow) -> None:
        """The lifecycle channel cannot be narrowed: it speaks of every market of the exchange."""
        market_id = MarketId(VenueName.KALSHI, row.market_ticker)
        if kind == "market_lifecycle_v2" and market_id in self._followed():
            self._listener.market_news(market_id, clean(row.event_type))
        elif kind == "event_fee_update":
            for market in self._followed().values():
                if market.event_key == row.event_ticker:
                    self._listener.market_news(market.id, kind)
