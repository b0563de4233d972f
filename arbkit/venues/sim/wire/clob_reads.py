"""The public reads of Polymarket's order book service (CLOB)."""

from collections.abc import Callable, Sequence

import msgspec

from arbkit.venues.sim.decimals import decimal_text, price_text
from arbkit.venues.sim.exchange import ONE_DOLLAR
from arbkit.venues.sim.floor import Floor, Quote, quote_of
from arbkit.venues.sim.polymarket_listing import ListedPair, PolymarketListing
from arbkit.venues.sim.wire import clob_objects as objects
from arbkit.venues.sim.wire import polymarket_forms as forms
from arbkit.venues.sim.wire.message import Answer, Reply, Request, json_answer
from arbkit.venues.sim.world.model import JsonObject

_PAGE = 1000
_BATCH_MAX = 500
_NO_BOOK = "No orderbook exists for the requested token id"


class _Asked(msgspec.Struct):
    token_id: str
    side: str = ""


class ClobReads:
    """Answers for service, books, prices and markets."""

    def __init__(self, listing: PolymarketListing, floor: Floor) -> None:
        self._listing = listing
        self._floor = floor

    def routes(self) -> list[tuple[str, str, Reply]]:
        """What is answered here."""
        return [
            ("GET", "/ok", lambda _request: json_answer("OK")),
            ("GET", "/", lambda _request: json_answer("OK")),
            ("GET", "/time", self.time),
            ("GET", "/version", lambda _request: json_answer({"version": 2})),
            ("GET", "/book", self.book),
            ("POST", "/books", self.books),
            ("GET", "/price", self.price),
            ("POST", "/prices", self.prices),
            ("GET", "/midpoint", self.midpoint),
            ("POST", "/midpoints", self.midpoints),
            ("GET", "/spread", self.spread),
            ("POST", "/spreads", self.spreads),
            ("GET", "/last-trade-price", self.last_trade),
            ("GET", "/tick-size", self.tick_size),
            ("GET", "/neg-risk", self.neg_risk),
            ("GET", "/fee-rate", self.fee_rate),
            ("GET", "/prices-history", self.history),
            ("GET", "/clob-markets/{condition_id}", self.compact),
            ("GET", "/markets-by-token/{token}", self.by_token),
            ("GET", "/markets/{condition_id}", self.market),
            ("GET", "/markets", lambda request: self._page(request, objects.full_market)),
            ("GET", "/sampling-markets", lambda request: self._page(request, objects.full_market)),
            ("GET", "/simplified-markets", lambda request: self._page(request, objects.simple_market)),
            ("GET", "/sampling-simplified-markets", lambda request: self._page(request, objects.simple_market)),
        ]

    def time(self, request: Request) -> Answer:
        """GET /time: Unix seconds as text."""
        return Answer(body=str(int(request.at.timestamp())).encode(), content_type="text/plain; charset=utf-8")

    def book(self, request: Request) -> Answer:
        """GET /book?token_id=."""
        token = request.one("token_id")
        return json_answer(objects.book(self._listed(token), token, self._floor.pit(self._key(token), request.at)))

    def books(self, request: Request) -> Answer:
        """POST /books: unknown tokens are left out, so the answer has to be read by asset id."""
        found = [
            objects.book(market, asked.token_id, self._floor.pit(market.book_key, request.at))
            for asked in _batch(request)
            if (market := self._listing.by_token.get(asked.token_id)) is not None and market.has_book
        ]
        return json_answer(found)

    def price(self, request: Request) -> Answer:
        """GET /price?token_id=&side=: BUY is the best bid, SELL the best ask."""
        side = request.one("side").upper()
        if side not in ("BUY", "SELL"):
            forms.refuse(400, "Invalid side")
        price = _price(self._quote(request, request.one("token_id")), side)
        return json_answer({"price": price})

    def prices(self, request: Request) -> Answer:
        """POST /prices."""
        found: dict[str, dict[str, str]] = {}
        for asked, quote in self._quotes(request):
            found.setdefault(asked.token_id, {})[asked.side] = _price(quote, asked.side)
        return json_answer(found)

    def midpoint(self, request: Request) -> Answer:
        """GET /midpoint?token_id=."""
        mid = _middle(self._quote(request, request.one("token_id")))
        if mid is None:
            forms.refuse(404, "No orderbook exists for the requested token id")
        return json_answer({"mid": mid})

    def midpoints(self, request: Request) -> Answer:
        """POST /midpoints."""
        mids = {asked.token_id: _middle(quote) for asked, quote in self._quotes(request)}
        return json_answer({token: mid for token, mid in mids.items() if mid is not None})

    def spread(self, request: Request) -> Answer:
        """GET /spread?token_id=."""
        return json_answer({"spread": _spread(self._quote(request, request.one("token_id")))})

    def spreads(self, request: Request) -> Answer:
        """POST /spreads."""
        return json_answer({asked.token_id: _spread(quote) for asked, quote in self._quotes(request)})

    def last_trade(self, request: Request) -> Answer:
        """GET /last-trade-price?token_id=."""
        token = request.one("token_id")
        last = self._quote(request, token).last
        tape = self._floor.pit(self._key(token), request.at).tape
        bought = bool(tape) and tape[-1].taker_is_bid == (token == self._key(token))
        return json_answer({"price": "" if last is None else price_text(last), "side": "BUY" if bought else "SELL"})

    def tick_size(self, request: Request) -> Answer:
        """GET /tick-size?token_id=."""
        market = self._listed(request.one("token_id"))
        return json_answer({"minimum_tick_size": objects.plain_number(market.tick)})

    def neg_risk(self, request: Request) -> Answer:
        """GET /neg-risk?token_id=."""
        return json_answer({"neg_risk": self._listed(request.one("token_id")).neg_risk})

    def fee_rate(self, request: Request) -> Answer:
        """GET /fee-rate?token_id=: a legacy figure, not the fee."""
        rate, _exponent = self._listed(request.one("token_id")).fee
        return json_answer({"base_fee": objects.LEGACY_FEE_BPS if rate else 0})

    def history(self, request: Request) -> Answer:
        """GET /prices-history?market=: the trades seen since the start."""
        token = request.one("market")
        tape = self._floor.pit(self._key(token), request.at).tape
        first = token == self._key(token)
        return json_answer(
            {
                "history": [
                    {
                        "t": int(trade.at.timestamp()),
                        "p": objects.plain_number(trade.price if first else ONE_DOLLAR - trade.price),
                    }
                    for trade in tape
                ]
            }
        )

    def compact(self, _request: Request, condition_id: str) -> Answer:
        """GET /clob-markets/{condition_id}."""
        return json_answer(objects.compact_market(self._by_condition(condition_id)))

    def market(self, _request: Request, condition_id: str) -> Answer:
        """GET /markets/{condition_id}."""
        market = self._by_condition(condition_id)
        return json_answer(objects.full_market(market, self._floor.quote(market.book_key)))

    def by_token(self, _request: Request, token: str) -> Answer:
        """GET /markets-by-token/{token_id}."""
        market = self._listing.by_token.get(token)
        if market is None:
            forms.refuse(404, "market not found")
        ids: JsonObject = {"condition_id": market.condition_id}
        if len(market.tokens) == 2:
            ids |= {"primary_token_id": market.tokens[0], "secondary_token_id": market.tokens[1]}
        return json_answer(ids)

    def _page(self, request: Request, shape: Callable[[ListedPair, Quote | None], JsonObject]) -> Answer:
        place = forms.read_offset(request.one("next_cursor"))
        ready = [market for market in self._listing.markets if len(market.tokens) == 2]
        found = [shape(market, self._floor.quote(market.book_key)) for market in ready[place : place + _PAGE]]
        more = place + _PAGE < len(ready)
        cursor = forms.written_offset(place + _PAGE) if more else forms.CURSOR_END
        return json_answer({"data": found, "next_cursor": cursor, "limit": _PAGE, "count": len(found)})

    def _by_condition(self, condition_id: str) -> ListedPair:
        market = self._listing.by_condition.get(condition_id)
        if market is None or len(market.tokens) != 2:
            forms.refuse(404, "market not found")
        return market

    def _listed(self, token: str) -> ListedPair:
        if not token:
            forms.refuse(400, "Invalid token id")
        market = self._listing.by_token.get(token)
        if market is None or not market.has_book:
            forms.refuse(404, _NO_BOOK)
        return market

    def _key(self, token: str) -> str:
        return self._listed(token).book_key

    def _quote(self, request: Request, token: str) -> Quote:
        market = self._listed(token)
        return objects.quote_for(market, token, quote_of(self._floor.pit(market.book_key, request.at)))

    def _quotes(self, request: Request) -> list[tuple[_Asked, Quote]]:
        return [
            (asked, self._quote(request, asked.token_id))
            for asked in _batch(request)
            if (market := self._listing.by_token.get(asked.token_id)) is not None and market.has_book
        ]


def _batch(request: Request) -> Sequence[_Asked]:
    try:
        asked = msgspec.json.decode(request.body, type=list[_Asked])
    except msgspec.DecodeError:
        forms.refuse(400, "Invalid payload")
    if len(asked) > _BATCH_MAX:
        forms.refuse(400, "Payload exceeds the limit")
    return asked


def _price(quote: Quote, side: str) -> str:
    best = quote.bid if side == "BUY" else quote.ask
    return "0" if best is None else price_text(best[0])


def _middle(quote: Quote) -> str | None:
    twice = objects.middle(quote)
    return None if twice is None else decimal_text(twice * 50)


def _spread(quote: Quote) -> str:
    if quote.bid is None or quote.ask is None:
        return "0"
    return price_text(quote.ask[0] - quote.bid[0])
