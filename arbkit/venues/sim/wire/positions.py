"""Polymarket's Data API: what wallets hold, in its second version (snake case) and its first. It lags the chain."""

from collections.abc import Iterator

from arbkit.venues.sim.exchange import ONE_DOLLAR
from arbkit.venues.sim.floor import Floor
from arbkit.venues.sim.kalshi_listing import text_of
from arbkit.venues.sim.polymarket_engine import PolymarketEngine
from arbkit.venues.sim.polymarket_listing import PolymarketListing
from arbkit.venues.sim.polymarket_wallets import HoldingSeen
from arbkit.venues.sim.wire import polymarket_forms as forms
from arbkit.venues.sim.wire.clob_objects import quote_for
from arbkit.venues.sim.wire.message import Answer, Reply, Request, json_answer
from arbkit.venues.sim.world.model import JsonObject

_PAGE_MAX = 1000
_PAGE = 100
_MILLION = 1_000_000
_OPEN, _REDEEMABLE, _LOST, _CLOSED = "OPEN", "REDEEMABLE", "REDEEMABLE_LOST", "CLOSED"


class PositionReads:
    """Answers for positions."""

    def __init__(self, listing: PolymarketListing, floor: Floor, engine: PolymarketEngine) -> None:
        self._listing = listing
        self._floor = floor
        self._engine = engine

    def routes(self) -> list[tuple[str, str, Reply]]:
        """What is answered here."""
        return [
            ("GET", "/v2/positions", self.positions),
            ("GET", "/positions", self.positions_v1),
            ("GET", "/", lambda _request: json_answer({"data": "OK"})),
        ]

    def positions(self, request: Request) -> Answer:
        """GET /v2/positions?user=: the funder's holdings, open ones unless another status is asked for."""
        wanted, conditions = request.one("status") or _OPEN, set(request.all("condition_id"))
        rows = [
            row
            for row in self._rows(request)
            if row["status"] == wanted and (not conditions or row["condition_id"] in conditions)
        ]
        limit = min(int(request.one("limit") or _PAGE) if request.one("limit").isdecimal() else _PAGE, _PAGE_MAX)
        place = forms.read_keyset(request.one("cursor"))
        more = place + limit < len(rows)
        cursor = forms.written_keyset(place + limit) if more else None
        return json_answer(
            {"data": rows[place : place + limit], "pagination": {"has_more": more, "next_cursor": cursor}}
        )

    def positions_v1(self, request: Request) -> Answer:
        """GET /positions?user=: a bare array in camel case."""
        return json_answer([_first_version(row) for row in self._rows(request) if row["current_size"]])

    def _rows(self, request: Request) -> Iterator[JsonObject]:
        user = request.one("user").lower()
        if not user:
            forms.refuse(400, "required query param 'user' not provided")
        wallet = self._engine.wallets.get(user)
        known = {} if wallet is None else wallet.known_positions(request.at)
        return (self._row(user, holding) for holding in known.values())

    def _row(self, user: str, holding: HoldingSeen) -> JsonObject:
        market = self._listing.by_token[holding.token]
        place = market.tokens.index(holding.token)
        price, status = self._worth(holding)
        size, cost, realized = (value / _MILLION for value in (holding.shares, holding.cost, holding.realized))
        value = round(size * price, 6)
        return {
            "proxy_wallet": user,
            "token_id": holding.token,
            "condition_id": market.condition_id,
            "current_size": size,
            "avg_price": round(cost / size, 6) if size else 0.0,
            "entry_cost_usdc": cost,
            "entry_fees_usdc": 0.0,
            "total_cost_usdc": cost,
            "current_price": price,
            "current_value": value,
            "total_size": holding.bought / _MILLION,
            "realized_pnl": realized,
            "unrealized_pnl": round(value - cost, 6),
            "total_pnl": round(value - cost + realized, 6),
            "percent_pnl": round((value - cost) / cost * 100, 4) if cost else 0.0,
            "percent_realized_pnl": 0.0,
            "status": status,
            "redeemable": status in (_REDEEMABLE, _LOST),
            "mergeable": False,
            "negative_risk": market.neg_risk,
            "archived": False,
            "title": text_of(market.wire, "question"),
            "slug": market.slug,
            "event_id": text_of(market.event, "id"),
            "event_slug": text_of(market.event, "slug"),
            "outcome": market.outcomes[place],
            "outcome_index": place,
            "opposite_outcome": market.outcomes[1 - place],
            "opposite_token_id": market.tokens[1 - place],
            "end_date": text_of(market.wire, "endDate")[:10],
            "last_event_at": int(holding.changed_at.timestamp()),
        }

    def _worth(self, holding: HoldingSeen) -> tuple[float, str]:
        """The price of a share and the status of the position."""
        pays = self._engine.pays(holding.token)
        if pays is not None:
            return pays / ONE_DOLLAR, (_REDEEMABLE if pays else _LOST) if holding.shares else _CLOSED
        market = self._listing.by_token[holding.token]
        quote = self._floor.quote(market.book_key)
        bid = None if quote is None else quote_for(market, holding.token, quote).bid
        return (bid[0] / ONE_DOLLAR if bid else 0.0), _OPEN if holding.shares else _CLOSED


_FIRST_VERSION = {
    "proxyWallet": "proxy_wallet",
    "asset": "token_id",
    "conditionId": "condition_id",
    "size": "current_size",
    "avgPrice": "avg_price",
    "initialValue": "entry_cost_usdc",
    "currentValue": "current_value",
    "cashPnl": "unrealized_pnl",
    "percentPnl": "percent_pnl",
    "totalBought": "total_size",
    "realizedPnl": "realized_pnl",
    "curPrice": "current_price",
    "redeemable": "redeemable",
    "mergeable": "mergeable",
    "title": "title",
    "slug": "slug",
    "eventSlug": "event_slug",
    "outcome": "outcome",
    "outcomeIndex": "outcome_index",
    "oppositeOutcome": "opposite_outcome",
    "oppositeAsset": "opposite_token_id",
    "endDate": "end_date",
    "negativeRisk": "negative_risk",
}


def _first_version(row: JsonObject) -> JsonObject:
    return {name: row[key] for name, key in _FIRST_VERSION.items()}
