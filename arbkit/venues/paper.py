"""The desk of the dry run: nothing is sent, and what would have happened is found out from the live books.

An order waits as long as orders take, then the book is read again, and it is filled only from what stands there at its
limit or better: so one leg can die while the other fills, as in live trading. What was taken before counts as gone,
though the venue still shows it. Fees are the venue's. Simulated, and said so: the reason of every outcome begins with
"dry run".
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime

from arbkit.core.books import Book, Level
from arbkit.core.fees import kalshi_charges, polymarket_fee_down
from arbkit.core.markets import KalshiFees, Market, MarketId, PolymarketFees, VenueName
from arbkit.core.money import MICRO, ZERO_USD, Price, Qty, Usd, ceil_div, cost_up
from arbkit.core.orders import Action, Balance, Fill, Filled, FokOrder, Holding, Killed, SendOutcome, Settlement
from arbkit.core.settlement import Ending
from arbkit.core.takings import Takings
from arbkit.errors import ArbkitError, InvariantError, SchemaMismatch
from arbkit.ports import Clock, Payout, PreparedOrder, SentOrder, Venue
from arbkit.venues.ended import Ends


class PaperAccount:
    """Desk and Account of one venue in dry run. Holdings and cash come from the ledger of the dry run."""

    def __init__(
        self,
        venue: Venue,
        clock: Clock,
        *,
        validate: Callable[[FokOrder, Market], None],
        latency_ms: Callable[[], int],
        holdings: Callable[[], Sequence[Holding]],
        balances: Callable[[], Sequence[Balance]],
        market_of: Callable[[MarketId], Market | None],
    ) -> None:
        """`validate` is the venue's own check of an order; `latency_ms` how long orders take at present; `market_of`
        finds what is held in the catalogue."""
        self.name: VenueName = venue.name
        self._venue, self._clock = venue, clock
        self._validate, self._latency_ms = validate, latency_ms
        self._holdings, self._balances, self._market_of = holdings, balances, market_of
        self._ends = Ends(clock)
        self._ended: dict[MarketId, Ending] = {}
        self._markets: dict[str, Market] = {}
        self._outcomes: dict[str, Filled | Killed] = {}
        self._fills: list[Fill] = []
        self.takings = Takings()

    def prepare(self, order: FokOrder, *, market: Market, now: datetime) -> PreparedOrder:
        """Check the order as the venue would; raises RefusedError."""
        self._validate(order, market)
        body = f"{order}|{now.isoformat()}".encode()
        client_id = f"paper-{hashlib.sha256(body).hexdigest()[:24]}"
        self._markets[client_id] = market
        return PreparedOrder(order=order, client_id=client_id, venue_order_id="", body=body)

    def get_ready(self, prepared: PreparedOrder) -> None:
        """Nothing is rendered: nothing leaves."""
        del prepared

    async def send(self, prepared: PreparedOrder) -> SendOutcome:
        """Wait as long as an order takes, read the book again, and fill from it or die."""
        if prepared.client_id in self._outcomes:
            raise InvariantError(f"order {prepared.client_id} was sent twice")
        await self._clock.sleep(self._latency_ms())
        market = self._markets[prepared.client_id]
        outcome = await self._match(prepared, market)
        self._outcomes[prepared.client_id] = outcome
        return outcome

    async def cancel(self, venue_order_id: str, *, market: Market) -> None:
        """Nothing rests."""
        del venue_order_id, market

    async def cancel_all(self) -> None:
        """Nothing rests."""

    async def outcome(self, order: SentOrder) -> SendOutcome | None:
        """What an order came to; an order of an earlier process was never matched."""
        return self._outcomes.get(order.client_id, Killed("dry run: the process ended before it was matched"))

    async def fills(self, *, since: datetime) -> Sequence[Fill]:
        """What this process filled."""
        return [fill for fill in self._fills if fill.at >= since]

    async def client_id_of(self, fill: Fill) -> str:
        """Every order of a dry run is its own."""
        del fill
        return ""

    async def holdings(self) -> Sequence[Holding]:
        """Positions of the dry run."""
        return self._holdings()

    async def balances(self) -> Sequence[Balance]:
        """Cash of the dry run, and what ended markets were found to pay, from that moment on: as an account shows it
        before anybody has booked it."""
        purses, paid = list(self._balances()), sum(_worth(one) for one in self._paid())
        if purses and paid:
            purses[0] = Balance(purses[0].available + Usd(paid), purses[0].shard)
        return purses

    async def payouts(self, *, since: datetime) -> Sequence[Payout]:
        """What the held markets pay that have ended, by their venue's final word. On paper the money comes at once, on
        Polymarket too: nobody has to redeem it."""
        del since
        unreadable: SchemaMismatch | None = None
        for market in {held.market: self._market_of(held.market) for held in self._holdings()}.values():
            if market is None or market.id in self._ended or not self._ends.worth_asking(market):
                continue
            try:
                ending = await self._venue.ending(market)
            except SchemaMismatch as error:
                unreadable = error
                continue
            self._ended |= {market.id: ending} if ending is not None else {}
        paid, now = self._paid(), self._clock.now()
        if unreadable is not None and not paid:  # told when it holds up no other market
            raise unreadable
        return [Payout(held.market, held.side, end.pays(held.side), end.at or now) for held, end in paid]

    def _paid(self) -> list[tuple[Holding, Ending]]:
        """What is still in the ledger of markets that are known to have ended."""
        return [(held, self._ended[held.market]) for held in self._holdings() if held.market in self._ended]

    async def read_horizon(self) -> datetime | None:
        """Reads never lag."""
        return self._clock.now()

    async def barred(self) -> str:
        """Nobody is barred from pretending."""
        return ""

    async def _match(self, prepared: PreparedOrder, market: Market) -> Filled | Killed:
        order = prepared.order
        try:
            book = (await self._venue.books([market])).books.get(market.id)
        except ArbkitError as error:
            return Killed(f"dry run: the book could not be read again: {error}")
        taken = _taken(order, self.takings.left(book)) if book else None
        if taken is None:
            return Killed(f"dry run: {order.qty} of {order.side} no longer stand at {order.limit} or better")
        self.takings.take(market.id, order.side, order.action, taken)
        qty = Qty(sum(level.qty.micros for level in taken))
        cost = Usd(sum(cost_up(level.price, level.qty).micros for level in taken))
        fill = Fill(
            market=market.id, fill_id=prepared.client_id, order_key=prepared.client_id, side=order.side,
            action=order.action, qty=qty, price=Price(ceil_div(cost.micros * MICRO, qty.micros)), cost=cost,
            fee=_fee(market, taken, buying=order.action is Action.BUY), at=self._clock.now(),
        )  # fmt: skip
        self._fills.append(fill)
        return Filled(prepared.client_id, qty, cost, fill.fee, Settlement.FINAL, (fill.fill_id,))


def _worth(paid: tuple[Holding, Ending]) -> int:
    """What an ended holding pays in all, rounded as it is booked."""
    held, ending = paid
    return ending.pays(held.side).micros * held.qty.micros // MICRO


def _taken(order: FokOrder, book: Book) -> list[Level] | None:
    """The levels the order would take, or None where they do not suffice."""
    buying = order.action is Action.BUY
    left, taken = order.qty, []
    for level in book.asks(order.side) if buying else book.bids(order.side):
        too_bad = level.price > order.limit if buying else level.price < order.limit
        if too_bad or not left:
            break
        taken.append(Level(level.price, min(left, level.qty)))
        left = left - taken[-1].qty
    return None if left else taken


def _fee(market: Market, taken: Sequence[Level], *, buying: bool) -> Usd:
    if isinstance(market.fees, KalshiFees):
        return sum((charge.net for charge in kalshi_charges(market.fees, taken, buying=buying)), start=ZERO_USD)
    if isinstance(market.fees, PolymarketFees):
        qty = Qty(sum(level.qty.micros for level in taken))
        cost = Usd(sum(cost_up(level.price, level.qty).micros for level in taken))
        return polymarket_fee_down(market.fees, qty, cost)
    raise InvariantError(f"{market.id} has no known fee and came to be traded")
