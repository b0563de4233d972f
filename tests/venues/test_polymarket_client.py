"""PolymarketVenue over real sockets: against the simulated venue, and against answers that nobody wants."""

import json
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from arbkit.core.markets import Market, MarketId, MarketStatus, Side, VenueName
from arbkit.core.money import Price
from arbkit.core.settlement import Ending
from arbkit.errors import BadId, SchemaMismatch
from arbkit.net import Http
from arbkit.venues.polymarket.client import PolymarketVenue, geoblock
from arbkit.venues.polymarket.wire.catalogue import parse_listing
from arbkit.venues.sim.server import SimServer
from arbkit.venues.sim.simulation import Simulation
from tests.venues.sim_worlds import CONDITION, YES_TOKEN, a_world

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

PAYLOADS = Path(__file__).parents[1] / "payloads" / "polymarket"
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
CUT = parse_listing((PAYLOADS / "gamma_events_page.json").read_bytes()).markets[0]
Answer = tuple[int, str]


@dataclass
class StoppedClock:
    def now(self) -> datetime:
        return NOW

    def monotonic_ms(self) -> int:
        return 0


def a_venue(clob: str, gamma: str) -> PolymarketVenue:
    clock = StoppedClock()
    return PolymarketVenue(
        Http("polymarket", clob, clock=clock, rates={}), Http("polymarket", gamma, clock=clock, rates={}), clock
    )


@contextmanager
def answering(answers: Mapping[str, Answer]) -> Iterator[str]:
    """A host that gives fixed answers; a key is a path, or a path with its query. Everything else is a 404."""

    class Fixed(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answers.get(self.path) or answers.get(urlsplit(self.path).path, (404, '{"error":"none"}'))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *args: object) -> None:
            """Say nothing on stderr."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Fixed)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def a_page(*, cursor: str = "", markets: tuple[object, ...] = ()) -> Answer:
    return 200, json.dumps({"events": [{"markets": list(markets)}], "next_cursor": cursor})


@pytest.fixture
async def simulated() -> AsyncIterator[PolymarketVenue]:
    with SimServer(Simulation(a_world())) as server:
        venue = a_venue(server.urls.clob, server.urls.gamma)
        yield venue
        await venue.close()


async def listed(venue: PolymarketVenue) -> dict[str, Market]:
    return {market.id.key: market async for page in venue.catalogue() for market in page.markets}


async def test_the_listing_of_the_simulated_venue_is_read_to_its_end(simulated: PolymarketVenue) -> None:
    markets = await listed(simulated)

    assert CONDITION in markets
    assert markets[CONDITION].yes_token == YES_TOKEN
    assert markets[CONDITION].status is MarketStatus.OPEN


async def test_a_market_is_read_afresh_with_the_engines_terms(simulated: PolymarketVenue) -> None:
    from_listing = (await listed(simulated))[CONDITION]

    market = await simulated.market(from_listing.id)

    assert market.rules_hash == from_listing.rules_hash
    assert market.fees is not None
    assert market.grid is not None


async def test_books_come_in_one_go_and_unknown_ones_are_named(simulated: PolymarketVenue) -> None:
    market = (await listed(simulated))[CONDITION]
    stranger = replace(market, id=MarketId(VenueName.POLYMARKET, "0x" + "cd" * 32), yes_token="5")

    found = await simulated.books([market, stranger])

    assert found.books[market.id].seen_at == NOW
    assert found.books[market.id].yes_bids
    assert found.missing == {stranger.id: "the venue has no book for it"}


async def test_more_books_than_a_request_may_ask_for_take_several(simulated: PolymarketVenue) -> None:
    market = (await listed(simulated))[CONDITION]
    crowd = [
        replace(market, id=MarketId(VenueName.POLYMARKET, f"0x{number:064x}"), yes_token=str(number + 1))
        for number in range(1_100)
    ]

    found = await simulated.books([*crowd, market])

    assert set(found.books) == {market.id}
    assert len(found.missing) == 1_100


async def test_no_books_need_no_request(simulated: PolymarketVenue) -> None:
    assert (await simulated.books([])).books == {}


async def test_the_simulated_engine_is_up(simulated: PolymarketVenue) -> None:
    assert (await simulated.health()).trading


async def test_a_market_nobody_lists_is_an_unknown_id(simulated: PolymarketVenue) -> None:
    with pytest.raises(BadId, match="condition id of a market"):
        await simulated.market(MarketId(VenueName.POLYMARKET, "0x" + "ef" * 32))


async def test_pages_follow_the_cursor_from_where_they_are_told() -> None:
    answers = {
        "/events/keyset?closed=false&limit=100": a_page(cursor="one"),
        "/events/keyset?closed=false&limit=100&after_cursor=one": a_page(cursor="two"),
        "/events/keyset?closed=false&limit=100&after_cursor=two": a_page(),
    }
    with answering(answers) as host:
        venue = a_venue(host, host)
        assert [page.cursor async for page in venue.catalogue()] == ["one", "two", ""]
        assert [page.cursor async for page in venue.catalogue(cursor="one")] == ["two", ""]
        await venue.close()


async def test_a_listing_that_runs_in_circles_is_stopped() -> None:
    with answering({"/events/keyset": a_page(cursor="again")}) as host:
        venue = a_venue(host, host)
        with pytest.raises(SchemaMismatch, match="next_cursor"):
            [page async for page in venue.catalogue()]
        await venue.close()


async def test_a_closed_market_is_found_among_the_closed_and_needs_no_engine() -> None:
    listing = json.loads((PAYLOADS / "gamma_markets_page.json").read_text())
    listing["markets"][0] |= {"closed": True, "umaResolutionStatus": "resolved"}
    query = f"/markets/keyset?condition_ids={CUT.id.key}&include_tag=true&closed="
    with answering({f"{query}false": (200, '{"markets":[]}'), f"{query}true": (200, json.dumps(listing))}) as host:
        venue = a_venue(host, host)
        assert (await venue.market(CUT.id)).status is MarketStatus.SETTLED
        await venue.close()


async def test_a_market_that_the_engine_does_not_know_yet_is_paused() -> None:
    with answering({"/markets/keyset": (200, (PAYLOADS / "gamma_markets_page.json").read_text())}) as host:
        venue = a_venue(host, host)
        assert (await venue.market(CUT.id)).status is MarketStatus.PAUSED
        await venue.close()


async def test_a_row_that_cannot_be_used_says_why_when_it_is_asked_for() -> None:
    listing = json.loads((PAYLOADS / "gamma_markets_page.json").read_text())
    del listing["markets"][0]["outcomes"]
    with answering({"/markets/keyset": (200, json.dumps(listing))}) as host:
        venue = a_venue(host, host)
        with pytest.raises(SchemaMismatch, match=r"outcomes: missing"):
            await venue.market(CUT.id)
        await venue.close()


async def test_an_answer_that_is_no_answer_names_its_status() -> None:
    with answering({"/books": (400, '{"error":"Payload exceeds \\u001b[31mlimit"}')}) as host:
        venue = a_venue(host, host)
        with pytest.raises(SchemaMismatch, match="/books: status 400") as caught:
            await venue.books([CUT])
        assert "\x1b" not in str(caught.value)
        await venue.close()


@pytest.mark.parametrize(
    ("answer", "trading", "detail"),
    [
        ((200, '"OK"'), True, ""),
        ((425, '"service not ready"'), False, "the engine restarts (425)"),
        ((503, "{}"), False, "the engine restarts (503)"),
        ((200, '"NO"'), False, 'GET /ok answered 200 "NO"'),
    ],
)
async def test_health_is_what_the_engine_says(answer: Answer, trading: bool, detail: str) -> None:
    with answering({"/ok": answer}) as host:
        venue = a_venue(host, host)
        health = await venue.health()
        assert (health.trading, health.detail) == (trading, detail)
        await venue.close()


async def test_a_clock_that_runs_ahead_is_measured() -> None:
    with answering({"/time": (200, str(int(NOW.timestamp()) - 60))}) as host:
        venue = a_venue(host, host)
        assert await venue.clock_ahead() == timedelta(seconds=60)
        await venue.close()


async def test_the_winner_is_asked_of_the_clob() -> None:
    with answering({f"/markets/{CUT.id.key}": (200, (PAYLOADS / "clob_market.json").read_text())}) as host:
        venue = a_venue(host, host)
        assert (await venue.resolution(CUT)).winner is Side.YES
        await venue.close()


async def test_the_site_says_whether_this_address_may_trade() -> None:
    with answering({"/api/geoblock": (200, '{"blocked":true,"country":"US","region":"NY"}')}) as host:
        site = Http("polymarket", host, clock=StoppedClock(), rates={})
        assert (await geoblock(site)).blocked
        await site.close()


GAMMA_ENDED = {"conditionId": CUT.id.key, "closed": True, "outcomePrices": '["0.5", "0.5"]'}


@pytest.mark.parametrize(
    ("winner", "closed", "gamma", "yes"),
    [
        ("Yes", True, {}, "1"),
        ("No", True, {}, "0"),
        (None, True, GAMMA_ENDED | {"umaResolutionStatus": "resolved"}, "0.5"),
        (None, True, GAMMA_ENDED | {"umaResolutionStatus": "disputed"}, None),
        (None, True, GAMMA_ENDED | {"umaResolutionStatus": "resolved", "outcomePrices": '["0.7", "0.3"]'}, None),
        (None, True, {}, None),
        ("both", True, GAMMA_ENDED | {"umaResolutionStatus": "resolved", "outcomePrices": '["1", "1"]'}, None),
        ("Yes", False, {}, None),
    ],
)
async def test_a_market_pays_what_is_resolved_and_nothing_while_that_is_open_to_doubt(
    winner: str | None, closed: bool, gamma: dict[str, object], yes: str | None
) -> None:
    record = json.loads((PAYLOADS / "clob_market.json").read_text()) | {"closed": closed}
    for token in record["tokens"]:
        token["winner"] = winner in {token["outcome"], "both"}
    answers = {
        f"/markets/{CUT.id.key}": (200, json.dumps(record)),
        "/markets/keyset": (200, json.dumps({"markets": [gamma] if gamma else [], "next_cursor": ""})),
    }
    with answering(answers) as host:
        venue = a_venue(host, host)
        ending = await venue.ending(CUT)
        assert ending == (None if yes is None else Ending(Price.parse(yes)))
        await venue.close()
