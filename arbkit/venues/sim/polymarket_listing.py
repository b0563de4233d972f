"""PolymarketListing: the events, markets and tokens that the simulated Polymarket lists, and what has changed since."""

import json
from datetime import datetime
from functools import cached_property

from arbkit.venues.sim.kalshi_listing import objects, text_of, time_of
from arbkit.venues.sim.world.model import JsonObject, World

_PRICE_UNIT = 10_000
_POSITION_ID_GAP = ((1 << 64) - 1) << 40


def json_in_text(wire: JsonObject, key: str) -> list[str]:
    """A list of texts that Gamma writes as JSON inside a string (or, in some records, as a list)."""
    value = wire.get(key)
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return []
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def number_of(wire: JsonObject, key: str, otherwise: float) -> float:
    """A number of a wire object, which Gamma may also write as text."""
    value = wire.get(key)
    if isinstance(value, bool):
        return otherwise
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return otherwise
    return float(value) if isinstance(value, int | float) else otherwise


def is_protocol_v2(token: str) -> bool:
    """Whether an asset id is a position of Protocol V2: bits 40 to 103 are zero."""
    return token.isdecimal() and int(token) & _POSITION_ID_GAP == 0


class ListedPair:
    """A market of two tokens: its wire object, and the keys of it that have changed since the world was made.

    What a record leaves out has the value the venue most often uses (tick 0.01, minimum 5 shares, no fee): the
    simulated venue must know its own rules even if Gamma does not publish them.
    """

    def __init__(self, wire: JsonObject, event: JsonObject) -> None:
        self.wire = wire
        self.event = event
        self.id = text_of(wire, "id")
        self.condition_id = text_of(wire, "conditionId")
        self.slug = text_of(wire, "slug")
        self.changed: JsonObject = {}
        self.winner: int | None = None
        """The index of the token that won, once it is resolved; both pay half when `halved`."""
        self.halved = False

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        """The asset ids of orders, first outcome first; none while the market is not yet ready."""
        ids = self.wire.get("positionIds") if self.wire.get("version") == "v2" else None
        found = [item for item in ids if isinstance(item, str)] if isinstance(ids, list) else []
        return tuple(found or json_in_text(self.wire, "clobTokenIds"))

    @cached_property
    def outcomes(self) -> tuple[str, ...]:
        """The names of the outcomes."""
        return tuple(json_in_text(self.wire, "outcomes") or ("Yes", "No"))

    @property
    def book_key(self) -> str:
        """The key of its book: the first token."""
        return self.tokens[0] if self.tokens else ""

    @property
    def tick(self) -> int:
        """The tick in 1e-4 dollars, as changed."""
        now = self.changed if "orderPriceMinTickSize" in self.changed else self.wire
        return round(number_of(now, "orderPriceMinTickSize", 0.01) * _PRICE_UNIT)

    @property
    def size_min(self) -> float:
        """The least size of an order in shares, as changed."""
        return number_of(self.changed if "orderMinSize" in self.changed else self.wire, "orderMinSize", 5)

    @cached_property
    def neg_risk(self) -> bool:
        """Whether orders go to the neg-risk exchange."""
        return bool(self.wire.get("negRisk", self.event.get("negRisk", False)))

    @property
    def fee(self) -> tuple[float, int]:
        """Taker rate and exponent, as changed; rate 0 is free."""
        schedule = self.changed.get("feeSchedule", self.wire.get("feeSchedule"))
        if not isinstance(schedule, dict):
            return 0.0, 1
        return number_of(schedule, "rate", 0), round(number_of(schedule, "exponent", 1))

    @cached_property
    def delay_s(self) -> int:
        """For how many seconds a marketable order is held."""
        return round(number_of(self.wire, "secondsDelay", 0))

    def flag(self, key: str, otherwise: bool) -> bool:
        """A boolean of the wire object, as changed."""
        value = self.changed.get(key, self.wire.get(key, otherwise))
        return value if isinstance(value, bool) else otherwise

    @property
    def closed(self) -> bool:
        """Whether trading has ended for good."""
        return self.flag("closed", otherwise=False)

    @property
    def has_book(self) -> bool:
        """Whether the order book service knows it: it has both tokens and is not closed."""
        return len(self.tokens) == 2 and not self.closed and self.flag("enableOrderBook", otherwise=True)

    @property
    def takes_orders(self) -> bool:
        """Whether orders are accepted at present."""
        return self.has_book and self.flag("acceptingOrders", otherwise=True) and self.flag("active", otherwise=True)

    def time(self, key: str) -> datetime | None:
        """One of the market's ISO times."""
        return time_of(self.wire, key)


class ListedGroup:
    """An event of Gamma: its wire object without the markets, and the markets."""

    def __init__(self, wire: JsonObject) -> None:
        self.wire: JsonObject = {key: value for key, value in wire.items() if key != "markets"}
        self.id = text_of(wire, "id")
        self.slug = text_of(wire, "slug")
        self.markets = [ListedPair(market, self.wire) for market in objects(wire.get("markets"))]

    @property
    def tags(self) -> list[JsonObject]:
        """The tags of the event."""
        return list(objects(self.wire.get("tags")))

    @property
    def closed(self) -> bool:
        """Whether every market of it is closed."""
        return bool(self.wire.get("closed")) or (bool(self.markets) and all(market.closed for market in self.markets))


class PolymarketListing:
    """Everything listed, in the order of the world, with the ways in."""

    def __init__(self, world: World) -> None:
        self.groups = [ListedGroup(wire) for wire in world.gamma_events]
        self.markets = [market for group in self.groups for market in group.markets]
        self.group_of = {id(market): group for group in self.groups for market in group.markets}
        self.by_id = {market.id: market for market in self.markets}
        self.by_slug = {market.slug: market for market in self.markets if market.slug}
        self.by_condition = {market.condition_id: market for market in self.markets if market.condition_id}
        self.by_token = {token: market for market in self.markets for token in market.tokens}
        self.group_by_id = {group.id: group for group in self.groups if group.id}
        self.group_by_slug = {group.slug: group for group in self.groups if group.slug}
