"""Kalshi's order books, public trades, exchange status, schedule and published limits."""

from arbkit.venues.sim.floor import Floor
from arbkit.venues.sim.kalshi_listing import KalshiListing
from arbkit.venues.sim.kalshi_state import SHARDS, KalshiState
from arbkit.venues.sim.wire import kalshi_forms as forms
from arbkit.venues.sim.wire.kalshi_objects import order_book, public_trade
from arbkit.venues.sim.wire.message import Answer, Reply, Request, json_answer

_BATCH_MAX = 100
_DEPTH_MAX = 100
_ALL_DAY = [{"open_time": "00:00", "close_time": "00:00"}]
_DAYS = ("monday", "tuesday", "wednesday", "friday", "saturday", "sunday")
_COSTS = (
    ("DELETE", "/portfolio/events/orders", 2),
    ("DELETE", "/portfolio/events/orders/:order_id", 2),
    ("DELETE", "/portfolio/events/orders/batched", 2),
    ("GET", "/portfolio/orders/:order_id", 2),
    ("POST", "/account/api_usage_level/upgrade", 30),
)


class KalshiMarketReads:
    """Answers what needs no account and changes by the second."""

    def __init__(self, listing: KalshiListing, floor: Floor, state: KalshiState) -> None:
        self._listing = listing
        self._floor = floor
        self._state = state

    def routes(self) -> list[tuple[str, str, Reply]]:
        """What is answered here."""
        return [
            ("GET", "/markets/trades", self.trades),
            ("GET", "/markets/orderbooks", self.books),
            ("GET", "/markets/{ticker}/orderbook", self.book),
            ("GET", "/exchange/status", self.status),
            ("GET", "/exchange/schedule", self.schedule),
            ("GET", "/account/endpoint_costs", self.costs),
        ]

    def book(self, request: Request, ticker: str) -> Answer:
        """GET /markets/{ticker}/orderbook."""
        if ticker not in self._listing.markets:
            forms.not_found()
        depth = forms.integer(request, "depth") or 0
        if depth > _DEPTH_MAX:
            forms.invalid_parameter("GetMarketOrderbook", "Depth", "lte")
        return json_answer({"orderbook_fp": order_book(self._floor.pit(ticker, request.at), depth)})

    def books(self, request: Request) -> Answer:
        """GET /markets/orderbooks: the parameter is repeated; what is not listed is left out."""
        tickers = request.all("tickers")
        if not tickers:
            forms.invalid_parameter("GetMarketOrderbooks", "Tickers", "required")
        if len(tickers) > _BATCH_MAX:
            forms.invalid_parameter("GetMarketOrderbooks", "Tickers", "max")
        found = [
            {"ticker": ticker, "orderbook_fp": order_book(self._floor.pit(ticker, request.at), 0)}
            for ticker in tickers
            if ticker in self._listing.markets
        ]
        return json_answer({"orderbooks": found})

    def trades(self, request: Request) -> Answer:
        """GET /markets/trades: the public tape, newest first."""
        limit = forms.page_size(request, "GetTrades", default=100, top=1000)
        low, high = forms.integer(request, "min_ts"), forms.integer(request, "max_ts")
        ticker = request.one("ticker")
        pits = [self._floor.pit(ticker, request.at)] if ticker in self._listing.markets else []
        tape = [(pit.key, trade) for pit in (pits if ticker else self._floor.touched()) for trade in pit.tape]
        tape.sort(key=lambda row: -row[1].number)
        wanted = [
            row
            for row in tape
            if (low is None or row[1].at.timestamp() >= low) and (high is None or row[1].at.timestamp() <= high)
        ]
        found, cursor = forms.page(wanted, request.one("cursor"), limit)
        return json_answer({"trades": [public_trade(key, trade) for key, trade in found], "cursor": cursor})

    def status(self, _request: Request) -> Answer:
        """GET /exchange/status: shard 0 at the top, every shard below."""
        shards = [
            {
                "exchange_index": index,
                "description": description,
                "exchange_active": not self._state.closed,
                "trading_active": self._state.trades(index),
                "intra_exchange_transfers_active": not self._state.closed,
            }
            for index, description in SHARDS.items()
        ]
        body = {
            "exchange_active": not self._state.closed,
            "trading_active": self._state.trades(0),
            "intra_exchange_transfers_active": not self._state.closed,
            "exchange_estimated_resume_time": None,
            "exchange_index_statuses": shards,
        }
        return json_answer(body, 503 if self._state.closed else 200)

    def schedule(self, _request: Request) -> Answer:
        """GET /exchange/schedule: all week, with two hours off on Thursday morning (US Eastern)."""
        thursday = [{"open_time": "00:00", "close_time": "03:00"}, {"open_time": "05:00", "close_time": "00:00"}]
        hours: dict[str, object] = dict.fromkeys(_DAYS, _ALL_DAY)
        hours |= {"thursday": thursday, "start_time": "2024-12-01T00:00:00Z", "end_time": "2200-12-01T00:00:00Z"}
        return json_answer({"schedule": {"standard_hours": [hours], "maintenance_windows": []}})

    def costs(self, _request: Request) -> Answer:
        """GET /account/endpoint_costs: only what differs from the default."""
        costs = [{"method": method, "path": forms.PREFIX + path, "cost": cost} for method, path, cost in _COSTS]
        return json_answer({"default_cost": 10, "endpoint_costs": costs})
