"""The plain way, as most would write it: json, Decimal, sort both ladders and look at both orientations each time.

It is the measure of `decision.py` and its oracle at once: the fees and rules are written down here a second time, in
dollars, and every quantity is tried one after the other where the best prices leave anything.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal

from ours import Hit
from traffic import SID, Message, Traffic

from arbkit.core.markets import VenueName

ONE = Decimal(1)
Levels = list[tuple[Decimal, Decimal]]
KALSHI_RATE, POLYMARKET_RATE = Decimal("0.07"), Decimal("0.04")
QTY_MAX, QTY_MIN = 50, 5
LEG_VALUE_MIN, TRADE_VALUE_MIN, PROFIT_MIN, GAS = Decimal(1), Decimal(5), Decimal("0.1"), Decimal("0.02")
TENTH_OF_CENT_STEP, POLYMARKET_STEP, CENT = Decimal("0.0001"), Decimal("0.00001"), Decimal("0.01")


@dataclass(slots=True)
class DecimalBook:
    """Bids for YES, and asks for YES."""

    bids: dict[Decimal, Decimal] = field(default_factory=dict)
    asks: dict[Decimal, Decimal] = field(default_factory=dict)
    at_ms: int = 0

    def offers(self, side: str) -> Levels:
        """What can be bought of an outcome, cheapest first."""
        if side == "yes":
            return sorted(self.asks.items())
        return sorted((ONE - price, size) for price, size in self.bids.items())

    @property
    def sound(self) -> bool:
        """Two sides, and not crossed."""
        return bool(self.bids and self.asks) and max(self.bids) < min(self.asks)


@dataclass
class Reference:
    """The books of all couples by what names them on the wire."""

    traffic: Traffic
    hits: list[Hit] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._kalshi: dict[str, int] = {couple.kalshi.id.key: couple.number for couple in self.traffic.couples}
        self._polymarket = {couple.polymarket.yes_token: couple.number for couple in self.traffic.couples}
        self._seq = 0
        self._books = [(DecimalBook(), DecimalBook()) for _ in self.traffic.couples]
        for message in self.traffic.first:
            self.apply(message.venue, message.frame)

    def run(self, messages: Sequence[Message]) -> list[int]:
        """Every message to its decision; nanoseconds of each."""
        clock, took = time.perf_counter_ns, []
        for number, message in enumerate(messages):
            venue, frame = message.venue, message.frame
            started = clock()
            couple = self.apply(venue, frame)
            found = self.decide(couple)
            took.append(clock() - started)
            if found:
                self.hits.append((number, *found))
        return took

    def apply(self, venue: VenueName, frame: bytes) -> int:
        """Change the book that a frame is about; the number of its couple."""
        event = json.loads(frame)
        if venue is VenueName.KALSHI:
            return self._apply_kalshi(event)
        at_ms = int(event["timestamp"])
        if event["event_type"] == "book":
            couple = self._polymarket[event["asset_id"]]
            book = self._books[couple][1]
            book.at_ms = at_ms
            book.bids = {Decimal(row["price"]): Decimal(row["size"]) for row in event["bids"]}
            book.asks = {Decimal(row["price"]): Decimal(row["size"]) for row in event["asks"]}
            return couple
        for change in event["price_changes"]:
            known = self._polymarket.get(change["asset_id"])
            if known is not None:
                couple, book = known, self._books[known][1]
                if at_ms < book.at_ms:
                    raise AssertionError("a change that is older than the book")
                levels = book.bids if change["side"] == "BUY" else book.asks
                _put(levels, Decimal(change["price"]), Decimal(change["size"]))
                top = Decimal(change["best_bid"]), Decimal(change["best_ask"])
        if (max(book.bids, default=Decimal(0)), min(book.asks, default=ONE)) != top:
            raise AssertionError("our best prices are not the venue's")
        book.at_ms = at_ms
        return couple

    def _apply_kalshi(self, event: dict) -> int:
        message = event["msg"]
        couple = self._kalshi[message["market_ticker"]]
        if event["sid"] != SID or event["seq"] != self._seq + 1:
            raise AssertionError(f"frames before number {event['seq']} are missing")
        self._seq = event["seq"]
        book = self._books[couple][0]
        if event["type"] == "orderbook_snapshot":
            book.bids = {Decimal(price): Decimal(size) for price, size in message["yes_dollars_fp"]}
            book.asks = {Decimal(price): Decimal(size) for price, size in message["no_dollars_fp"]}
            return couple
        levels = book.bids if message["side"] == "yes" else book.asks
        price = Decimal(message["price_dollars"])
        _put(levels, price, levels.get(price, Decimal(0)) + Decimal(message["delta_fp"]))
        return couple

    def decide(self, couple: int) -> tuple[str, int, int, int, int, int, int] | None:
        """The best trade of a couple, in micros, or None."""
        kalshi, polymarket = self._books[couple]
        if not (kalshi.sound and polymarket.sound):
            return None
        for side, other in (("yes", "no"), ("no", "yes")):
            offers = kalshi.offers(side), polymarket.offers(other)
            if _worth_a_walk(*offers):
                found = _best(*offers, buys_yes_on_kalshi=side == "yes")
                if found:
                    return (side, *(int(value * 1_000_000) for value in found))
        return None


def _put(levels: dict[Decimal, Decimal], price: Decimal, size: Decimal) -> None:
    """Let so much stand at a price, if that can be."""
    if not 0 < price < ONE or size < 0:
        raise AssertionError(f"{size} at {price} cannot be")
    if size:
        levels[price] = size
    else:
        levels.pop(price, None)


def _worth_a_walk(kalshi: Levels, polymarket: Levels) -> bool:
    """Whether the two cheapest contracts leave anything after their fees."""
    k, p = kalshi[0][0], polymarket[0][0]
    return k + KALSHI_RATE * k * (ONE - k) + p + POLYMARKET_RATE * p * (ONE - p) < ONE


def _best(kalshi: Levels, polymarket: Levels, *, buys_yes_on_kalshi: bool) -> tuple[Decimal, ...] | None:
    """Quantity, net before gas, and cost and fee of either leg, of the whole number of contracts that leaves most."""
    best: tuple[Decimal, ...] | None = None
    most = min(sum(size for _, size in kalshi), sum(size for _, size in polymarket), Decimal(QTY_MAX))
    for contracts in range(QTY_MIN, int(most) + 1):
        qty = Decimal(contracts)
        kalshi_cost, kalshi_fee = _kalshi_bill(kalshi, qty)
        polymarket_cost, polymarket_fee = _polymarket_bill(polymarket, qty)
        yes_cost = kalshi_cost if buys_yes_on_kalshi else polymarket_cost
        if polymarket_cost % CENT or polymarket_cost < LEG_VALUE_MIN or yes_cost < TRADE_VALUE_MIN:
            continue
        net = qty - kalshi_cost - kalshi_fee - polymarket_cost - polymarket_fee
        if best is None or net > best[1]:
            best = (qty, net, kalshi_cost, kalshi_fee, polymarket_cost, polymarket_fee)
    return best if best and best[1] >= PROFIT_MIN and best[1] > GAS else None


def _fills(levels: Levels, qty: Decimal) -> Levels:
    fills = []
    for price, size in levels:
        taken = min(size, qty)
        fills.append((price, taken))
        qty -= taken
        if not qty:
            break
    return fills


def _kalshi_bill(levels: Levels, qty: Decimal) -> tuple[Decimal, Decimal]:
    """Each level is a fill: its fee up to $0.0001, then what is debited up to $0.0001 again."""
    fills = _fills(levels, qty)
    cost = sum((price * size for price, size in fills), start=Decimal(0))
    fee = Decimal(0)
    for price, size in fills:
        charged = _up(KALSHI_RATE * size * price * (ONE - price), TENTH_OF_CENT_STEP)
        fee += _up(price * size + charged, TENTH_OF_CENT_STEP) - price * size
    return cost, fee


def _polymarket_bill(levels: Levels, qty: Decimal) -> tuple[Decimal, Decimal]:
    """One fee for the whole match, on its average price: rate x cost x (qty - cost) / qty."""
    cost = sum((price * size for price, size in _fills(levels, qty)), start=Decimal(0))
    return cost, _up(POLYMARKET_RATE * cost * (qty - cost) / qty, POLYMARKET_STEP)


def _up(value: Decimal, step: Decimal) -> Decimal:
    return (value / step).to_integral_value(rounding=ROUND_CEILING) * step
