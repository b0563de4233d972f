"""The listings of Kalshi: series, events and markets, with the venue's filters, cursors and refusals."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from arbkit.venues.sim.floor import Floor
from arbkit.venues.sim.kalshi_listing import (
    STATUSES_BY_FILTER,
    KalshiListing,
    ListedEvent,
    ListedMarket,
    time_of,
)
from arbkit.venues.sim.wire import kalshi_forms as forms
from arbkit.venues.sim.wire.kalshi_objects import KalshiObjects, is_in_category, is_tagged
from arbkit.venues.sim.wire.message import Answer, Reply, Request, json_answer, listed

_LISTING_HEADERS = (("cache-control", "public, max-age=15"),)
_TIMES = {"created": "created_time", "close": "close_time", "settled": "settlement_ts", "updated": "updated_time"}
_STATUSES_OF_TIMES = {
    "created": {"", "unopened", "open"},
    "close": {"", "closed"},
    "settled": {"", "settled"},
    "updated": {""},
}
_EVENT_FILTERS = {key: value for key, value in STATUSES_BY_FILTER.items() if key != "paused"}
_ARCHIVE_AFTER = timedelta(days=60)
_ORDERS_ARCHIVE_AFTER = timedelta(days=14)


class KalshiCatalogue:
    """Answers for `/series`, `/events`, `/markets` and the archive's cutoff."""

    def __init__(self, listing: KalshiListing, floor: Floor) -> None:
        self._listing = listing
        self._objects = KalshiObjects(floor)

    def routes(self) -> list[tuple[str, str, Reply]]:
        """What is answered here."""
        return [
            ("GET", "/series", self.series_list),
            ("GET", "/series/fee_changes", self.series_fee_changes),
            ("GET", "/series/{ticker}", self.series),
            ("GET", "/events", self.events),
            ("GET", "/events/fee_changes", self.event_fee_changes),
            ("GET", "/events/multivariate", self.combo_events),
            ("GET", "/events/{ticker}", self.event),
            ("GET", "/markets", self.markets),
            ("GET", "/markets/{ticker}", self.market),
            ("GET", "/historical/cutoff", self.cutoff),
        ]

    def series_list(self, request: Request) -> Answer:
        """GET /series: everything at once."""
        category, tags = request.one("category"), [tag for tag in request.one("tags").split(",") if tag]
        since = _unix(request, "min_updated_ts")
        found = [
            series
            for series in self._listing.series.values()
            if (not category or is_in_category(series, category))
            and all(is_tagged(series, tag) for tag in tags)
            and (since is None or _later(time_of(series, "last_updated_ts"), since))
        ]
        return json_answer({"series": found}, headers=_LISTING_HEADERS)

    def series(self, _request: Request, ticker: str) -> Answer:
        """GET /series/{ticker}."""
        found = self._listing.series.get(ticker)
        if found is None:
            forms.not_found()
        return json_answer({"series": found}, headers=_LISTING_HEADERS)

    def series_fee_changes(self, _request: Request) -> Answer:
        """GET /series/fee_changes: none is scheduled."""
        return json_answer({"series_fee_change_arr": []})

    def event_fee_changes(self, _request: Request) -> Answer:
        """GET /events/fee_changes: none is scheduled."""
        return json_answer({"event_fee_changes": [], "cursor": ""})

    def cutoff(self, request: Request) -> Answer:
        """GET /historical/cutoff: what is older is in the archive."""
        old = forms.moment(request.at - _ARCHIVE_AFTER)
        orders = forms.moment(request.at - _ORDERS_ARCHIVE_AFTER)
        return json_answer(
            {
                "market_settled_ts": old,
                "trades_created_ts": old,
                "orders_updated_ts": orders,
                "market_positions_last_updated_ts": old,
            }
        )

    def events(self, request: Request) -> Answer:
        """GET /events: parlays are not in it."""
        return self._event_page(request, [event for event in self._events_asked(request) if not event.is_combo])

    def combo_events(self, request: Request) -> Answer:
        """GET /events/multivariate: parlays only."""
        return self._event_page(request, [event for event in self._events_asked(request) if event.is_combo])

    def event(self, request: Request, ticker: str) -> Answer:
        """GET /events/{ticker}: markets inside the event, or beside it."""
        event = self._listing.events.get(ticker)
        if event is None:
            forms.not_found()
        nested, bare = request.says("with_nested_markets"), request.says("exclude_markets")
        if nested and bare:
            forms.refuse(400, "bad_request", details="with_nested_markets and exclude_markets exclude each other")
        beside = [] if nested or bare else [self._objects.market(market) for market in event.markets]
        body = b'{"event":' + self._objects.event(event, nested=nested) + b',"markets":' + listed(beside) + b"}"
        return Answer(body=body, headers=_LISTING_HEADERS)

    def markets(self, request: Request) -> Answer:
        """GET /markets: filters, then one page from the cursor on."""
        limit = forms.page_size(request, "GetMarkets", default=100, top=1000)
        statuses = _statuses(request, STATUSES_BY_FILTER)
        times = _time_filter(request)
        combos = request.one("mve_filter")
        if combos not in ("", "only", "exclude"):
            forms.refuse(400, "bad_request", details="invalid mve_filter")
        candidates = self._candidates(request)
        found: list[bytes] = []
        place = forms.read_cursor(request.one("cursor"))
        while place < len(candidates) and len(found) < limit:
            market = candidates[place]
            place += 1
            if (
                (statuses is None or market.status in statuses)
                and (not combos or market.is_combo == (combos == "only"))
                and _in_time(market, times)
            ):
                found.append(self._objects.market(market))
        cursor = forms.written_cursor(place) if place < len(candidates) else ""
        body = b'{"markets":' + listed(found) + b',"cursor":"' + cursor.encode() + b'"}'
        return Answer(body=body, headers=_LISTING_HEADERS)

    def market(self, _request: Request, ticker: str) -> Answer:
        """GET /markets/{ticker}."""
        market = self._listing.markets.get(ticker)
        if market is None:
            forms.not_found()
        return Answer(body=b'{"market":' + self._objects.market(market) + b"}", headers=_LISTING_HEADERS)

    def _candidates(self, request: Request) -> list[ListedMarket]:
        event, series, tickers = request.one("event_ticker"), request.one("series_ticker"), request.one("tickers")
        found: Iterable[ListedMarket]
        if tickers:
            found = self._listing.of_tickers(tickers.split(","))
        elif event:
            listed_event = self._listing.events.get(event)
            found = listed_event.markets if listed_event else []
        elif series:
            found = self._listing.of_series(series)
        else:
            return self._listing.all_markets
        return [
            market
            for market in found
            if (not event or market.event_ticker == event) and (not series or market.series_ticker == series)
        ]

    def _events_asked(self, request: Request) -> Iterable[ListedEvent]:
        statuses = _statuses(request, _EVENT_FILTERS)
        closes, updated = _unix(request, "min_close_ts"), _unix(request, "min_updated_ts")
        series, tickers = request.one("series_ticker"), request.one("tickers")
        if tickers:
            candidates = [self._listing.events[t] for t in tickers.split(",") if t in self._listing.events]
        else:
            candidates = self._listing.by_series.get(series, []) if series else self._listing.all_events
        return (
            event
            for event in candidates
            if (not series or event.series_ticker == series)
            and (statuses is None or any(market.status in statuses for market in event.markets))
            and (closes is None or any(_later(market.time("close_time"), closes) for market in event.markets))
            and (updated is None or _later(time_of(event.wire, "last_updated_ts"), updated))
        )

    def _event_page(self, request: Request, events: list[ListedEvent]) -> Answer:
        limit = forms.page_size(request, "GetEvents", default=200, top=200, bottom=1)
        found, cursor = forms.page(events, request.one("cursor"), limit)
        nested = request.says("with_nested_markets")
        bodies = listed([self._objects.event(event, nested=nested) for event in found])
        milestones = b',"milestones":[]' if request.says("with_milestones") else b""
        body = b'{"events":' + bodies + milestones + b',"cursor":"' + cursor.encode() + b'"}'
        return Answer(body=body, headers=_LISTING_HEADERS)


def _statuses(request: Request, words: dict[str, frozenset[str]]) -> frozenset[str] | None:
    status = request.one("status")
    if not status:
        return None
    if status not in words:
        forms.refuse(400, "bad_request", details="invalid status filter")
    return words[status]


def _unix(request: Request, name: str) -> int | None:
    return forms.integer(request, name)


def _later(at: datetime | None, unix: int) -> bool:
    return at is not None and at.timestamp() > unix


def _time_filter(request: Request) -> tuple[str, int | None, int | None] | None:
    """The key, least and greatest Unix time asked for; one family a call, with the statuses the venue allows."""
    asked = [
        (family, low, high)
        for family in _TIMES
        for low, high in [(_unix(request, f"min_{family}_ts"), _unix(request, f"max_{family}_ts"))]
        if low is not None or high is not None
    ]
    if not asked:
        return None
    if len(asked) > 1:
        forms.refuse(400, "bad_request", details="only one timestamp filter family is allowed")
    family, low, high = asked[0]
    if request.one("status") not in _STATUSES_OF_TIMES[family]:
        forms.refuse(400, "bad_request", details=f"status filter is not compatible with {family} timestamp filters")
    others = any(request.one(name) for name in ("event_ticker", "tickers"))
    series_alone = bool(request.one("series_ticker")) and request.one("mve_filter") != "exclude"
    if family == "updated" and (others or series_alone or request.one("mve_filter") == "only"):
        forms.refuse(400, "bad_request", details="min_updated_ts is incompatible with the other filters")
    return _TIMES[family], low, high


def _in_time(market: ListedMarket, times: tuple[str, int | None, int | None] | None) -> bool:
    if times is None:
        return True
    key, low, high = times
    at = market.time(key)
    if at is None:
        return False
    return (low is None or at.timestamp() >= low) and (high is None or at.timestamp() <= high)
