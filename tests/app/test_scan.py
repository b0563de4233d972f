"""One look at the books."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from arbkit.app.scan import FACTS_AGE_MAX, Scan, SortKey, scan
from arbkit.core.books import Book
from arbkit.core.markets import KalshiFees, Market, MarketStatus
from arbkit.core.opportunity import Policy, Reason
from arbkit.errors import SchemaMismatch, VenueUnavailable
from arbkit.ports import Books
from arbkit.store.pairs import Decision
from arbkit.store.passes import PassKind
from arbkit.store.store import Store
from tests.builders import (
    KALSHI,
    NOW,
    POLYMARKET,
    ScriptedVenue,
    StandingClock,
    a_book,
    a_market,
    a_pair,
    a_store,
    pages,
)

pytestmark = pytest.mark.anyio


class Scene:
    """Pairs K0 = P0, K1 = P1 ... in the store and at both venues, all with the same profitable books."""

    def __init__(self, directory: Path, pairs: int = 1, **kalshi: object) -> None:
        self.store: Store = a_store(directory)
        self.clock = StandingClock()
        self.kalshi = [a_market(KALSHI, f"K{number}", **kalshi) for number in range(pairs)]
        self.polymarket = [a_market(POLYMARKET, f"0x{number}") for number in range(pairs)]
        self.confirmed(*self.kalshi)
        self.confirmed(*self.polymarket)
        self.pairs = [a_pair(k, p) for k, p in zip(self.kalshi, self.polymarket, strict=True)]
        self.store.pairs.replace(self.pairs, at=NOW)
        self.venues = {
            KALSHI: self.venue(self.kalshi, bid="0.20", ask="0.30"),
            POLYMARKET: self.venue(self.polymarket, bid="0.45", ask="0.60"),
        }

    def venue(self, markets: Sequence[Market], *, bid: str, ask: str) -> ScriptedVenue:
        shown = {market.id: a_book(market, bid=bid, ask=ask) for market in markets}
        return ScriptedVenue(markets[0].id.venue, shown=shown, known={market.id: market for market in markets})

    def confirmed(self, *markets: Market) -> None:
        listing = self.store.catalogue.begin(markets[0].id.venue, PassKind.FULL, at=self.clock.now())
        self.store.catalogue.save_page(listing, pages(markets)[0], at=self.clock.now())
        self.store.catalogue.finish(listing, at=self.clock.now())

    def shows(self, book: Book) -> None:
        venue = self.venues[book.market.venue]
        venue.shown = {**venue.shown, book.market: book}

    async def scan(
        self, policy: Policy | None = None, *, sort: SortKey = SortKey.NET, reviewed_only: bool = False
    ) -> Scan:
        return await scan(
            self.venues, self.store, self.clock, policy or Policy(), sort=sort, reviewed_only=reviewed_only
        )


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


async def test_a_profitable_pair_is_found_and_remembered(scene: Scene) -> None:
    result = await scene.scan()
    [found] = result.found
    assert found.opportunity.net.micros > 0
    assert found.sighting is not None
    assert scene.store.sightings.sighting(found.sighting.id) == found.sighting
    assert (result.passed, result.books_read, result.refreshed) == ([], 2, 0)


async def test_a_second_look_prolongs_the_episode_and_a_vain_one_ends_it(scene: Scene) -> None:
    await scene.scan()
    again = await scene.scan()
    assert again.found[0].sighting is not None
    assert again.found[0].sighting.looks == 2
    scene.clock.advance(seconds=1)
    scene.shows(a_book(scene.kalshi[0], bid="0.50", ask="0.60"))
    result = await scene.scan()
    assert result.reasons == {Reason.NO_EDGE: 1}
    [episode] = scene.store.sightings.recent(since=NOW)
    assert episode.expired_at == scene.clock.now()


@pytest.mark.parametrize(
    ("book", "reason"),
    [
        ({"bid": "0.30", "ask": "0.30"}, Reason.KALSHI_BOOK),
        ({"bid": "0.40", "ask": "0.30"}, Reason.KALSHI_BOOK),
        ({"bid": "0", "ask": "0.30"}, Reason.KALSHI_BOOK),
        ({"bid": "0.20", "ask": "1"}, Reason.KALSHI_BOOK),
        ({"at": NOW - timedelta(seconds=3)}, Reason.KALSHI_BOOK),
        ({"at": NOW + timedelta(seconds=3)}, Reason.KALSHI_BOOK),
    ],
    ids=["locked", "crossed", "no bid", "no ask", "old", "of the future"],
)
async def test_no_row_comes_from_a_book_that_is_not_sound(scene: Scene, book: dict[str, str], reason: Reason) -> None:
    scene.shows(a_book(scene.kalshi[0], **{"bid": "0.20", "ask": "0.30"} | book))
    result = await scene.scan()
    assert (list(result.found), result.reasons) == ([], {reason: 1})


async def test_a_book_that_is_not_shown_is_a_reason(scene: Scene) -> None:
    scene.venues[POLYMARKET].shown = {}
    result = await scene.scan()
    assert result.reasons == {Reason.BOOK_MISSING: 1}
    assert result.passed[0].detail == "polymarket:0x0: not found"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": MarketStatus.PAUSED}, Reason.MARKET_NOT_OPEN),
        ({"rules": "Other."}, Reason.RULES_CHANGED),
        ({"fees": KalshiFees("cubic", 1)}, Reason.UNKNOWN_FEE),
        ({"delay_ms": 3_000}, Reason.MARKET_DELAYED),
    ],
)
async def test_an_unfit_pair_costs_no_request(scene: Scene, changes: dict[str, object], reason: Reason) -> None:
    scene.store.catalogue.refresh([replace(scene.kalshi[0], **changes)], at=NOW)
    result = await scene.scan()
    assert (result.reasons, result.books_read) == ({reason: 1}, 0)


async def test_a_rejected_pair_is_passed_over(scene: Scene) -> None:
    pair = scene.pairs[0]
    scene.store.pairs.review(
        scene.kalshi[0], scene.polymarket[0], Decision.REJECTED, polarity=pair.polarity, who="eve", note="", at=NOW
    )
    assert (await scene.scan()).reasons == {Reason.PAIR_NOT_TRADABLE: 1}


async def test_a_pair_that_waits_for_review_is_passed_over_where_one_is_required(scene: Scene) -> None:
    result = await scene.scan(reviewed_only=True)
    assert result.reasons == {Reason.PAIR_NOT_TRADABLE: 1}
    assert "approve" in result.passed[0].detail


async def test_a_scan_has_nothing_against_what_it_shows_and_leaves_the_reasons_of_others(scene: Scene) -> None:
    [found] = (await scene.scan()).found
    assert found.sighting
    assert scene.store.sightings.sighting(found.sighting.id).why_not == ""
    scene.store.sightings.explain(found.sighting.id, "the market is quiet")
    await scene.scan()
    assert scene.store.sightings.sighting(found.sighting.id).why_not == "the market is quiet"


async def test_a_pair_that_is_shown_only_is_not_remembered(scene: Scene) -> None:
    scene.store.pairs.replace([replace(scene.pairs[0], tradable=False)], at=NOW)
    result = await scene.scan(Policy(include_untradable=True))
    assert [found.sighting for found in result.found] == [None]
    assert scene.store.sightings.recent(since=NOW) == []


async def test_every_pair_is_looked_at_however_many_there_are(tmp_path: Path) -> None:
    result = await Scene(tmp_path, pairs=230).scan()
    assert (len(result.found), result.books_read) == (230, 460)


async def test_rows_are_ranked_by_dollars_or_by_return_a_year(tmp_path: Path) -> None:
    scene = Scene(tmp_path, pairs=3)
    soon = replace(scene.kalshi[1], expected_at=NOW + timedelta(days=2))
    never = replace(scene.kalshi[2], expected_at=None)
    open_end = replace(scene.polymarket[2], expected_at=None)
    near = replace(scene.polymarket[1], expected_at=NOW + timedelta(days=2))
    scene.confirmed(scene.kalshi[0], soon, never)
    scene.confirmed(scene.polymarket[0], near, open_end)
    scene.store.pairs.replace(
        [scene.pairs[0], a_pair(soon, near), a_pair(never, open_end)],
        at=NOW,
    )
    scene.shows(a_book(soon, bid="0.20", ask="0.33"))
    scene.shows(a_book(never, bid="0.20", ask="0.25"))
    by_net = [found.opportunity.kalshi.market.key for found in (await scene.scan()).found]
    by_year = [found.opportunity.kalshi.market.key for found in (await scene.scan(sort=SortKey.ANNUALISED)).found]
    assert (by_net, by_year) == (["K2", "K0", "K1"], ["K1", "K0", "K2"])


async def test_old_facts_are_confirmed_before_a_row_is_shown(scene: Scene) -> None:
    scene.clock.at = NOW + FACTS_AGE_MAX + timedelta(seconds=1)
    for market, (bid, ask) in ((scene.kalshi[0], ("0.20", "0.30")), (scene.polymarket[0], ("0.45", "0.60"))):
        scene.shows(a_book(market, bid=bid, ask=ask, at=scene.clock.now()))
    result = await scene.scan()
    assert (len(result.found), result.refreshed) == (1, 2)
    assert (await scene.scan()).refreshed == 0


async def test_a_fee_that_rose_meanwhile_is_taken_into_account(scene: Scene) -> None:
    scene.clock.at = NOW + FACTS_AGE_MAX + timedelta(seconds=1)
    for market, (bid, ask) in ((scene.kalshi[0], ("0.40", "0.50")), (scene.polymarket[0], ("0.52", "0.60"))):
        scene.shows(a_book(market, bid=bid, ask=ask, at=scene.clock.now()))
    cheap = replace(scene.kalshi[0], fees=replace(scene.kalshi[0].fees, multiplier_ppm=0))
    scene.store.catalogue.refresh([cheap], at=NOW)
    result = await scene.scan()
    assert (result.refreshed, result.reasons) == (2, {Reason.NO_EDGE: 1})


async def test_a_fee_that_is_not_known_is_asked_for_where_it_matters(scene: Scene) -> None:
    unknown = replace(scene.kalshi[0], fees=None)
    scene.store.catalogue.refresh([unknown], at=NOW)
    result = await scene.scan()
    assert (len(result.found), scene.venues[KALSHI].refreshed) == (1, [unknown.id])
    assert result.found[0].opportunity.kalshi.fee.micros > 0
    scene.store.catalogue.refresh([unknown], at=NOW)
    scene.shows(a_book(unknown, bid="0.40", ask="0.50"))
    assert (await scene.scan()).reasons == {Reason.NO_EDGE: 1}
    assert scene.venues[KALSHI].refreshed == [unknown.id]


async def test_a_fee_that_stays_unknown_is_never_taken_for_none(scene: Scene) -> None:
    unknown = replace(scene.kalshi[0], fees=None)
    scene.store.catalogue.refresh([unknown], at=NOW)
    scene.venues[KALSHI].known = {unknown.id: unknown}
    result = await scene.scan()
    assert (list(result.found), result.reasons) == ([], {Reason.UNKNOWN_FEE: 1})


async def test_rules_that_changed_meanwhile_end_the_verdict(scene: Scene) -> None:
    scene.clock.at = NOW + FACTS_AGE_MAX + timedelta(seconds=1)
    for market, (bid, ask) in ((scene.kalshi[0], ("0.20", "0.30")), (scene.polymarket[0], ("0.45", "0.60"))):
        scene.shows(a_book(market, bid=bid, ask=ask, at=scene.clock.now()))
    scene.venues[KALSHI].known = {scene.kalshi[0].id: replace(scene.kalshi[0], rules="Other.")}
    result = await scene.scan()
    assert result.reasons == {Reason.RULES_CHANGED: 1}
    assert scene.store.pairs.tradable() == []


async def test_a_market_that_its_venue_does_not_know_any_more_is_not_traded(scene: Scene) -> None:
    scene.clock.at = NOW + FACTS_AGE_MAX + timedelta(seconds=1)
    for market, (bid, ask) in ((scene.kalshi[0], ("0.20", "0.30")), (scene.polymarket[0], ("0.45", "0.60"))):
        scene.shows(a_book(market, bid=bid, ask=ask, at=scene.clock.now()))
    scene.venues[KALSHI].known = {}
    result = await scene.scan()
    assert (list(result.found), result.reasons) == ([], {Reason.FACTS_UNCONFIRMED: 1})


@pytest.mark.parametrize(
    "failure", [VenueUnavailable("polymarket", "no connection"), SchemaMismatch("polymarket", "$", "a list")]
)
async def test_with_one_venue_away_there_is_no_scan(scene: Scene, failure: Exception) -> None:
    scene.venues[POLYMARKET].books_failure = failure
    with pytest.raises(type(failure)):
        await scene.scan()
    assert scene.store.sightings.recent(since=NOW) == []


async def test_books_are_judged_while_they_are_fresh(tmp_path: Path) -> None:
    scene = Scene(tmp_path, pairs=150)

    class Slow(ScriptedVenue):
        async def books(self, markets: Sequence[Market]) -> Books:
            scene.clock.advance(seconds=1)
            answer = await super().books(markets)
            return Books({key: replace(book, seen_at=scene.clock.now()) for key, book in answer.books.items()})

    slow = scene.venues[KALSHI]
    scene.venues[KALSHI] = Slow(KALSHI, shown=slow.shown, known=slow.known)
    scene.venues[POLYMARKET] = Slow(POLYMARKET, shown=scene.venues[POLYMARKET].shown)
    assert len((await scene.scan(Policy(age_ms_max=1_000))).found) == 150


async def test_no_pairs_is_no_fault(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.store.pairs.replace([], at=NOW)
    result = await scene.scan()
    assert (list(result.found), list(result.passed)) == ([], [])
