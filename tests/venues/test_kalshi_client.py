"""Kalshi as a Venue: which requests are made, and what comes of the answers."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from arbkit.core.markets import KalshiFees, Market, MarketId, MarketStatus, Side, VenueName
from arbkit.core.money import MICRO, Price
from arbkit.errors import BadId, SchemaMismatch, VenueUnavailable
from arbkit.net import Reply
from arbkit.ports import CataloguePage, Venue
from arbkit.venues.kalshi.client import KalshiVenue
from tests.venues.kalshi_payloads import changed, dumped, loaded, payload

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SINCE = datetime(2026, 11, 20, tzinfo=UTC)
T41 = MarketId(VenueName.KALSHI, "KXTEMPEMB-26NOV24-T41")
NOT_FOUND = b'{"error":{"code":"not_found","message":"not found"}}'

Params = Sequence[tuple[str, str]]


class StoppedClock:
    def now(self) -> datetime:
        return NOW

    def monotonic_ms(self) -> int:
        return 0


@dataclass
class Answers:
    """Plays the venue: bodies by path, one after the other, the last one for ever; remembers what was asked."""

    by_path: dict[str, list[tuple[int, bytes]]]
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    closed: bool = False

    async def get(
        self,
        path: str,
        *,
        params: Params = (),
        returned: Collection[int] = (),
        body_bytes_max: int | None = None,
        small: bool = False,
        sign: object = None,
    ) -> Reply:
        self.asked.append((path, dict(params)))
        answers = self.by_path.get(path, [(404, NOT_FOUND)])
        status, body = answers.pop(0) if len(answers) > 1 else answers[0]
        return Reply(status, {}, body, NOW)

    async def close(self) -> None:
        self.closed = True

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


def answering(**answers: bytes | list[bytes]) -> tuple[KalshiVenue, Answers]:
    """A venue whose endpoints answer with our payloads, except for those given (`events=...` is GET /events)."""
    bodies: dict[str, bytes | list[bytes]] = {
        "/series": payload("series_list"),
        "/series/KXTEMPEMB": payload("series"),
        "/series/fee_changes": dumped({"series_fee_change_arr": []}),
        "/events/fee_changes": dumped({"event_fee_changes": [], "cursor": ""}),
        "/events": payload("events_page"),
        "/markets": payload("markets_page"),
        f"/markets/{T41.key}": payload("market"),
        "/markets/orderbooks": payload("orderbooks"),
        "/exchange/status": payload("exchange_status"),
        "/exchange/schedule": payload("exchange_schedule"),
    } | {f"/{name.replace('__', '/')}": body for name, body in answers.items()}
    play = Answers(
        {
            path: [(200, body) for body in (given if isinstance(given, list) else [given])]
            for path, given in bodies.items()
        }
    )
    return KalshiVenue(play, StoppedClock()), play


async def collected(pages: AsyncIterator[CataloguePage]) -> list[CataloguePage]:
    return [page async for page in pages]


def keys(pages: list[CataloguePage]) -> list[str]:
    return [market.id.key for page in pages for market in page.markets]


def a_page(*events: Any, cursor: str = "") -> bytes:
    return dumped({"events": list(events), "cursor": cursor})


async def test_a_full_pass_reads_the_series_once_and_then_page_after_page() -> None:
    harbour, temps, vote = loaded("events_page")["events"]
    kalshi, play = answering(events=[a_page(harbour, cursor="c1"), a_page(temps, cursor="c2"), a_page(vote)])

    pages = await collected(kalshi.catalogue())

    assert play.paths() == ["/series", "/events", "/events", "/events"]
    assert [asked.get("cursor") for _, asked in play.asked[1:]] == [None, "c1", "c2"]
    assert play.asked[1][1] == {"limit": "200", "with_nested_markets": "true", "status": "open"}
    assert [page.cursor for page in pages] == ["open:", "open:c1", "open:c2", ""]
    assert [len(page.unusable) for page in pages] == [0, 0, 0, 1]


async def test_a_full_pass_lists_what_may_still_trade() -> None:
    kalshi, _ = answering()

    pages = await collected(kalshi.catalogue())

    assert {market.status for page in pages for market in page.markets} == {
        MarketStatus.OPEN,
        MarketStatus.PAUSED,
        MarketStatus.UNOPENED,
    }
    assert "KXTEMPEMB-26NOV24-T40" not in keys(pages)


async def test_a_pass_goes_on_where_it_was_left() -> None:
    kalshi, play = answering(events=[a_page(loaded("events_page")["events"][0])])

    pages = await collected(kalshi.catalogue(cursor="open:c7"))

    assert play.asked[1][1]["cursor"] == "c7"
    assert [page.cursor for page in pages] == ["open:c7", ""]


async def test_a_listing_in_circles_ends_with_an_error() -> None:
    kalshi, play = answering(events=[a_page(cursor="c1"), a_page(cursor="c2"), a_page(cursor="c1")])

    with pytest.raises(SchemaMismatch, match="circles"):
        await collected(kalshi.catalogue())

    assert len(play.asked) == 4


async def test_an_unusable_series_is_reported_with_the_pass() -> None:
    kalshi, _ = answering(series=changed(loaded("series_list"), ("series", 1, "fee_type"), ""))

    pages = await collected(kalshi.catalogue())

    assert [row.key for row in pages[0].unusable] == ["KXTEMPEMB"]


async def test_changes_come_from_events_markets_and_fees() -> None:
    kalshi, play = answering(
        events=[payload("events_page"), payload("event_rows"), payload("events_page"), payload("events_page")],
        series__fee_changes=payload("series_fee_changes"),
        events__fee_changes=payload("event_fee_changes"),
    )

    pages = await collected(kalshi.catalogue(since=SINCE))

    assert play.paths() == [
        "/series",
        "/events",
        "/markets",
        "/events",
        "/series/fee_changes",
        "/events/fee_changes",
        "/events",
        "/events",
    ]
    since = str(int((SINCE - timedelta(minutes=2)).timestamp()))
    assert play.asked[1][1]["min_updated_ts"] == play.asked[2][1]["min_updated_ts"] == since
    assert play.asked[3][1]["tickers"] == "KXHARBOUR-27FEB28,KXTEMPEMB-26NOV24,KXUNKNOWN-1"
    assert play.asked[6][1]["series_ticker"] == "KXTEMPEMB"
    assert play.asked[7][1]["tickers"] == "KXVOTEEMB-26"
    assert [page.cursor for page in pages] == ["events:", "markets:", "fees:", ""]
    assert MarketStatus.SETTLED in {market.status for page in pages for market in page.markets}


async def test_a_change_pass_resumes_in_its_own_listing() -> None:
    kalshi, play = answering(events=payload("event_rows"))

    pages = await collected(kalshi.catalogue(cursor="markets:m9", since=SINCE))

    assert play.paths()[:3] == ["/series", "/markets", "/events"]
    assert play.asked[1][1]["cursor"] == "m9"
    assert pages[-1].cursor == ""


async def test_a_cursor_of_another_pass_starts_this_one_afresh() -> None:
    kalshi, play = answering()

    await collected(kalshi.catalogue(cursor="markets:m9"))

    assert "cursor" not in play.asked[1][1]


async def test_one_market_is_read_with_its_event_and_series() -> None:
    kalshi, play = answering(events=payload("temps_event_row"))

    market = await kalshi.market(T41)

    assert play.paths() == [f"/markets/{T41.key}", "/events", "/series/KXTEMPEMB"]
    assert market.fees == KalshiFees("quadratic_with_maker_fees", 500_000)
    assert market.rules.startswith("If the harbour")


async def test_a_market_that_left_the_live_tier_is_found_in_the_archive() -> None:
    kalshi, play = answering(events=payload("temps_event_row"), historical__markets__x=b"")
    play.by_path[f"/historical/markets/{T41.key}"] = play.by_path.pop(f"/markets/{T41.key}")

    assert (await kalshi.market(T41)).id == T41


async def test_a_market_nobody_knows_is_a_bad_id() -> None:
    kalshi, _ = answering()

    with pytest.raises(BadId, match="KXNOPE"):
        await kalshi.market(MarketId(VenueName.KALSHI, "KXNOPE"))


async def test_a_market_whose_event_is_withheld_is_a_mismatch() -> None:
    kalshi, _ = answering(events=a_page())

    with pytest.raises(SchemaMismatch, match=r"no KXTEMPEMB-26NOV24"):
        await kalshi.market(T41)


def markets_named(*tickers: str) -> list[Market]:
    return [
        Market(id=MarketId(VenueName.KALSHI, ticker), event_key="E", title="T", status=MarketStatus.OPEN)
        for ticker in tickers
    ]


async def test_books_are_read_a_hundred_at_a_time() -> None:
    kalshi, play = answering()
    wanted = markets_named(*(f"KXM-{number}" for number in range(250)))

    books = await kalshi.books(wanted)

    assert play.paths() == ["/markets/orderbooks"] * 3
    assert not books.books
    assert set(books.missing) == {market.id for market in wanted}


async def test_no_books_need_no_request() -> None:
    kalshi, play = answering()

    assert not (await kalshi.books([])).books
    assert play.asked == []


async def test_a_book_is_as_old_as_its_answer() -> None:
    kalshi, _ = answering()

    books = await kalshi.books(markets_named("KXHARBOUR-27FEB28-F"))

    assert {book.seen_at for book in books.books.values()} == {NOW}


async def test_health_tells_pauses_and_maintenance_that_is_near() -> None:
    kalshi, _ = answering()

    health = await kalshi.health()

    assert health.trading
    assert health.detail == "shard 3 (Tennis) is paused; maintenance 2026-11-23 01:00 to 03:30 UTC"


async def test_a_venue_that_is_down_may_say_so_itself() -> None:
    kalshi, play = answering()
    down = loaded("exchange_status") | {"exchange_active": False, "exchange_index_statuses": []}
    play.by_path["/exchange/status"] = [(503, dumped(down))]

    health = await kalshi.health()

    assert (health.trading, health.detail.split(";")[0]) == (False, "the exchange is down")


async def test_a_venue_that_is_down_and_silent_is_unavailable() -> None:
    kalshi, play = answering()
    play.by_path["/exchange/status"] = [(503, b"")]

    with pytest.raises(VenueUnavailable, match="503"):
        await kalshi.health()


async def test_a_request_that_is_no_longer_taken_names_path_and_reason() -> None:
    kalshi, play = answering()
    play.by_path["/events"] = [(400, b'{"msg":"Parameter validation failed"}')]

    with pytest.raises(SchemaMismatch, match=r"GET /events: HTTP 400 \(Parameter validation failed\)"):
        await collected(kalshi.catalogue())


async def test_it_is_a_venue_and_gives_its_connections_back() -> None:
    kalshi, play = answering()
    venue: Venue = kalshi

    await venue.close()

    assert play.closed


async def test_how_a_market_ended_is_read_also_after_it_left_the_live_tier() -> None:
    market = loaded("market")["market"] | {"status": "finalized", "result": "no", "settlement_value_dollars": "0.0000"}
    shown = Market(id=T41, event_key="", title="", status=MarketStatus.OPEN)
    open_still, _ = answering()
    assert await open_still.ending(shown) is None
    play = Answers({f"/historical/markets/{T41.key}": [(200, dumped({"market": market}))]})
    ending = await KalshiVenue(play, StoppedClock()).ending(shown)
    assert ending is not None
    assert (ending.pays(Side.YES), ending.pays(Side.NO)) == (Price(0), Price(MICRO))
    assert play.paths() == [f"/markets/{T41.key}", f"/historical/markets/{T41.key}"]


async def test_a_market_that_nobody_knows_has_not_ended_as_far_as_anybody_knows() -> None:
    shown = Market(id=T41, event_key="", title="", status=MarketStatus.OPEN)
    assert await KalshiVenue(Answers({}), StoppedClock()).ending(shown) is None
