"""KalshiListing: the series, events and markets that the simulated Kalshi lists, and what has changed since."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from arbkit.venues.sim.world.model import JsonObject, World

COMBO_PREFIX = "KXMVE"

STATUSES_BY_FILTER: dict[str, frozenset[str]] = {
    "unopened": frozenset({"initialized"}),
    "open": frozenset({"active"}),
    "paused": frozenset({"inactive"}),
    "closed": frozenset({"closed", "determined", "disputed", "amended"}),
    "settled": frozenset({"finalized"}),
}
"""The words of the `status` filter and the states of a market that each finds."""


def text_of(wire: JsonObject, key: str) -> str:
    """A text of a wire object; "" when it is absent or of another type."""
    value = wire.get(key)
    return value if isinstance(value, str) else ""


def time_of(wire: JsonObject, key: str) -> datetime | None:
    """A time of a wire object, aware; None when it is absent or unreadable."""
    try:
        value = datetime.fromisoformat(text_of(wire, key))
    except ValueError:
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def objects(value: object) -> Sequence[JsonObject]:
    """The JSON objects in a JSON array; anything else is left out."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


class ListedMarket:
    """A market: its wire object, and the keys of it that have changed since the world was made."""

    __slots__ = ("changed", "event_ticker", "series_ticker", "shard", "ticker", "wire")

    def __init__(self, wire: JsonObject, event: JsonObject) -> None:
        self.wire = wire
        self.ticker = text_of(wire, "ticker")
        self.event_ticker = text_of(wire, "event_ticker") or text_of(event, "event_ticker")
        self.series_ticker = text_of(event, "series_ticker") or self.event_ticker.partition("-")[0]
        shard = wire.get("exchange_index", event.get("exchange_index", 0))
        self.shard = shard if isinstance(shard, int) else 0
        self.changed: JsonObject = {}

    @property
    def status(self) -> str:
        """The state of the market in the venue's words; what a record leaves out counts as active."""
        return text_of(self.changed, "status") or text_of(self.wire, "status") or "active"

    @property
    def is_combo(self) -> bool:
        """Whether it is a parlay, which the filter `mve_filter` tells apart."""
        return self.ticker.startswith(COMBO_PREFIX) or bool(self.wire.get("mve_collection_ticker"))

    def time(self, key: str) -> datetime | None:
        """One of the market's times, as changed."""
        return time_of(self.changed, key) or time_of(self.wire, key)


class ListedEvent:
    """An event: its wire object without the markets, and the markets."""

    __slots__ = ("markets", "series_ticker", "ticker", "wire")

    def __init__(self, wire: JsonObject) -> None:
        self.wire: JsonObject = {key: value for key, value in wire.items() if key != "markets"}
        self.ticker = text_of(wire, "event_ticker")
        self.series_ticker = text_of(wire, "series_ticker") or self.ticker.partition("-")[0]
        self.markets = [ListedMarket(market, wire) for market in objects(wire.get("markets"))]

    @property
    def is_combo(self) -> bool:
        """Whether it holds parlays; such events are listed elsewhere."""
        return self.ticker.startswith(COMBO_PREFIX)


class KalshiListing:
    """Everything listed, in the order of the world, with the ways in."""

    def __init__(self, world: World) -> None:
        self.series: dict[str, JsonObject] = {text_of(s, "ticker"): s for s in world.kalshi_series}
        self.events: dict[str, ListedEvent] = {}
        for wire in world.kalshi_events:
            event = ListedEvent(wire)
            self.events[event.ticker] = event
        self.markets: dict[str, ListedMarket] = {m.ticker: m for e in self.events.values() for m in e.markets}
        self.by_series: dict[str, list[ListedEvent]] = {}
        for event in self.events.values():
            self.by_series.setdefault(event.series_ticker, []).append(event)
        self.all_events = list(self.events.values())
        self.all_markets = list(self.markets.values())

    def of_series(self, series_ticker: str) -> Iterator[ListedMarket]:
        """The markets of a series."""
        for event in self.by_series.get(series_ticker, ()):
            yield from event.markets

    def of_tickers(self, tickers: Iterable[str]) -> Iterator[ListedMarket]:
        """The markets of these tickers; unknown ones are left out."""
        return (self.markets[ticker] for ticker in tickers if ticker in self.markets)

    def fees_of(self, market: ListedMarket) -> tuple[str, float]:
        """Fee type and multiplier in force: the event's override, else the series' own, else quadratic x 1."""
        event, series = self.events[market.event_ticker].wire, self.series.get(market.series_ticker, {})
        fee_type = text_of(event, "fee_type_override") or text_of(series, "fee_type") or "quadratic"
        multiplier = event.get("fee_multiplier_override")
        if not isinstance(multiplier, int | float):
            multiplier = series.get("fee_multiplier", 1)
        return fee_type, float(multiplier) if isinstance(multiplier, int | float) else 1.0
