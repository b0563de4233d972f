"""The catalogue service of Polymarket (Gamma): keyset and offset listings, single objects, tags, and the geoblock."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from arbkit.venues.sim.floor import Floor
from arbkit.venues.sim.kalshi_listing import text_of, time_of
from arbkit.venues.sim.polymarket_listing import ListedGroup, ListedPair, PolymarketListing, number_of
from arbkit.venues.sim.wire import polymarket_forms as forms
from arbkit.venues.sim.wire.gamma_objects import GammaObjects
from arbkit.venues.sim.wire.message import Answer, Reply, Request, json_answer, listed
from arbkit.venues.sim.world.model import JsonObject

_KEYSET_PAGE_MAX = 100
_OFFSET_PAGE_MAX = 500
_PAGE_DEFAULT = 20
_OFFSET_MAX = 2_000
_NUMBERS = {"liquidity_num": "liquidityNum", "volume_num": "volumeNum"}
_DATES = {"end_date": "endDate", "start_date": "startDate"}
_EVER = datetime.min.replace(tzinfo=UTC)
_NEVER = datetime.max.replace(tzinfo=UTC)

Item = TypeVar("Item", ListedPair, ListedGroup)


class Gamma:
    """Answers for the catalogue. Closed markets are hidden unless asked for."""

    def __init__(self, listing: PolymarketListing, floor: Floor) -> None:
        self._listing = listing
        self._objects = GammaObjects(listing, floor)
        self.geoblock: JsonObject = {"blocked": False, "ip": "127.0.0.1", "country": "IE", "region": "L"}

    def routes(self) -> list[tuple[str, str, Reply]]:
        """What is answered here."""
        return [
            ("GET", "/markets/keyset", self.markets_by_key),
            ("GET", "/events/keyset", self.events_by_key),
            ("GET", "/markets", self.markets),
            ("GET", "/events", self.events),
            ("GET", "/markets/slug/{slug}", self.market_by_slug),
            ("GET", "/events/slug/{slug}", self.event_by_slug),
            ("GET", "/markets/{id}", self.market),
            ("GET", "/events/{id}", self.event),
            ("GET", "/markets/{id}/tags", self.market_tags),
            ("GET", "/events/{id}/tags", self.event_tags),
            ("GET", "/tags", self.tags),
            ("GET", "/api/geoblock", lambda _request: json_answer(self.geoblock)),
        ]

    def markets_by_key(self, request: Request) -> Answer:
        """GET /markets/keyset."""
        found, cursor = _keyset_page(request, self._markets_asked(request))
        return Answer(body=b'{"markets":' + self._encoded(request, found) + cursor + b"}")

    def events_by_key(self, request: Request) -> Answer:
        """GET /events/keyset."""
        found, cursor = _keyset_page(request, self._events_asked(request))
        return Answer(body=b'{"events":' + listed([self._objects.event(group) for group in found]) + cursor + b"}")

    def markets(self, request: Request) -> Answer:
        """GET /markets: a bare array, and only the first two thousand."""
        return Answer(body=self._encoded(request, _offset_page(request, self._markets_asked(request))))

    def events(self, request: Request) -> Answer:
        """GET /events: a bare array, and only the first two thousand."""
        found = _offset_page(request, self._events_asked(request))
        return Answer(body=listed([self._objects.event(group) for group in found]))

    def market(self, request: Request, key: str) -> Answer:
        """GET /markets/{id}."""
        return self._single(request, self._listing.by_id.get(key))

    def market_by_slug(self, request: Request, slug: str) -> Answer:
        """GET /markets/slug/{slug}."""
        return self._single(request, self._listing.by_slug.get(slug))

    def event(self, _request: Request, key: str) -> Answer:
        """GET /events/{id}."""
        return self._single_event(self._listing.group_by_id.get(key))

    def event_by_slug(self, _request: Request, slug: str) -> Answer:
        """GET /events/slug/{slug}."""
        return self._single_event(self._listing.group_by_slug.get(slug))

    def market_tags(self, _request: Request, key: str) -> Answer:
        """GET /markets/{id}/tags."""
        market = self._listing.by_id.get(key)
        return json_answer(self._listing.group_of[id(market)].tags) if market else _missing()

    def event_tags(self, _request: Request, key: str) -> Answer:
        """GET /events/{id}/tags."""
        group = self._listing.group_by_id.get(key)
        return json_answer(group.tags) if group else _missing()

    def tags(self, request: Request) -> Answer:
        """GET /tags: at most a hundred a page."""
        tags = {text_of(tag, "id"): tag for group in self._listing.groups for tag in group.tags}
        place = max(_whole(request, "offset") or 0, 0)
        limit = min(_whole(request, "limit") or 100, 100)
        return json_answer(list(tags.values())[place : place + limit])

    def _single(self, request: Request, market: ListedPair | None) -> Answer:
        if market is None:
            return _missing()
        tags = request.says("include_tag")
        return Answer(body=self._objects.market(market, with_event=True, with_tags=tags))

    def _single_event(self, group: ListedGroup | None) -> Answer:
        return _missing() if group is None else Answer(body=self._objects.event(group))

    def _encoded(self, request: Request, markets: Sequence[ListedPair]) -> bytes:
        tags = request.says("include_tag")
        return listed([self._objects.market(market, with_event=True, with_tags=tags) for market in markets])

    def _markets_asked(self, request: Request) -> Sequence[ListedPair]:
        closed = request.says("closed")
        tag = request.one("tag_id")
        ids, slugs = set(request.all("id")), set(request.all("slug"))
        conditions, tokens = set(request.all("condition_ids")), set(request.all("clob_token_ids"))
        version = request.one("version")
        within = _bounds(request)
        found = [
            market
            for market in self._listing.markets
            if market.closed == closed
            and (not ids or market.id in ids)
            and (not slugs or market.slug in slugs)
            and (not conditions or market.condition_id in conditions)
            and (not tokens or not tokens.isdisjoint(market.tokens))
            and (not tag or any(text_of(t, "id") == tag for t in self._listing.group_of[id(market)].tags))
            and (not version or (text_of(market.wire, "version") or "v1") == version)
            and within(market.wire)
        ]
        return _ordered(request, found)

    def _events_asked(self, request: Request) -> Sequence[ListedGroup]:
        closed = request.says("closed")
        ids, slugs = set(request.all("id")), set(request.all("slug"))
        tag, tag_slug, without = request.one("tag_id"), request.one("tag_slug"), set(request.all("exclude_tag_id"))
        title = request.one("title_search").casefold()
        within = _bounds(request)
        found = [
            group
            for group in self._listing.groups
            if group.id
            and group.closed == closed
            and (not ids or group.id in ids)
            and (not slugs or group.slug in slugs)
            and (not tag or any(text_of(t, "id") == tag for t in group.tags))
            and (not tag_slug or any(text_of(t, "slug") == tag_slug for t in group.tags))
            and not any(text_of(t, "id") in without for t in group.tags)
            and (not title or title in text_of(group.wire, "title").casefold())
            and within(group.wire)
        ]
        return _ordered(request, found)


def _missing() -> Answer:
    return json_answer({"type": "not found error", "error": "id not found"}, 404)


def _whole(request: Request, name: str) -> int | None:
    text = request.one(name)
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        forms.gamma_refuse(422, f"invalid {name}")


def _limit(request: Request, most: int) -> int:
    limit = _whole(request, "limit")
    if limit is None:
        return min(_PAGE_DEFAULT, most)
    if limit < 0:
        forms.gamma_refuse(422, "invalid limit")
    return min(limit, most) or min(_PAGE_DEFAULT, most)


def _keyset_page(request: Request, items: Sequence[Item]) -> tuple[Sequence[Item], bytes]:
    if request.one("offset"):
        forms.gamma_refuse(422, "offset is not supported on keyset endpoints; use after_cursor")
    place = forms.read_keyset(request.one("after_cursor"))
    end = place + _limit(request, _KEYSET_PAGE_MAX)
    more = b',"next_cursor":' + msgspec.json.encode(forms.written_keyset(end)) if end < len(items) else b""
    return items[place:end], more


def _offset_page(request: Request, items: Sequence[Item]) -> Sequence[Item]:
    place = _whole(request, "offset") or 0
    if place < 0:
        forms.gamma_refuse(422, "invalid offset")
    if place > _OFFSET_MAX:
        forms.gamma_refuse(422, f"offset exceeds {_OFFSET_MAX}: use the keyset endpoint to page further")
    return items[place : place + _limit(request, _OFFSET_PAGE_MAX)]


def _bounds(request: Request) -> Callable[[JsonObject], bool]:
    """The `..._min` and `..._max` filters asked for, as one test of a wire object."""
    numbers = [
        (key, _decimal(request, f"{name}_min"), _decimal(request, f"{name}_max")) for name, key in _NUMBERS.items()
    ]
    dates = [(key, _date(request, f"{name}_min"), _date(request, f"{name}_max")) for name, key in _DATES.items()]

    def within(wire: JsonObject) -> bool:
        return all(
            (low is None or number_of(wire, key, 0) >= low) and (high is None or number_of(wire, key, 0) <= high)
            for key, low, high in numbers
        ) and all(
            (first is None or (time_of(wire, key) or _EVER) >= first)
            and (last is None or (time_of(wire, key) or _NEVER) <= last)
            for key, first, last in dates
        )

    return within


def _decimal(request: Request, name: str) -> float | None:
    text = request.one(name)
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        forms.gamma_refuse(422, f"invalid {name}")


def _date(request: Request, name: str) -> datetime | None:
    text = request.one(name)
    if not text:
        return None
    at = time_of({name: text}, name)
    if at is None:
        forms.gamma_refuse(422, f"invalid {name}")
    return at


def _ordered(request: Request, items: list[Item]) -> Sequence[Item]:
    """Sort by the keys of `order`, largest first unless `ascending=true`; without it in the order of the world."""
    keys = [key for key in request.one("order").split(",") if key]
    if not keys:
        return items
    return sorted(
        items, key=lambda item: [_rank(item.wire, key) for key in keys], reverse=not request.says("ascending")
    )


def _rank(wire: JsonObject, key: str) -> tuple[float, str]:
    """Numbers by value, texts (`volume` is one) by their letters."""
    value = wire.get(key)
    return (0.0, value) if isinstance(value, str) else (number_of(wire, key, float("-inf")), "")
