"""Syncing and importing catalogues."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from arbkit.app.catalog import PageStored, import_file, sync
from arbkit.core.markets import Market, MarketId, MarketStatus
from arbkit.errors import AuthError, BadFile, SchemaMismatch, StoreError, VenueUnavailable
from arbkit.ports import CataloguePage, UnusableRow
from arbkit.store.passes import PassKind
from arbkit.store.store import Store
from tests.builders import (
    KALSHI,
    NOW,
    POLYMARKET,
    ScriptedVenue,
    StandingClock,
    a_market,
    a_pair,
    a_store,
    markets,
    pages,
)

pytestmark = pytest.mark.anyio
DOWN = VenueUnavailable("kalshi", "no connection")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return a_store(tmp_path)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


def three_pages(**changes: object) -> ScriptedVenue:
    listing = pages(markets(KALSHI, 2), markets(KALSHI, 2, first=2), markets(KALSHI, 1, first=4))
    return replace(ScriptedVenue(KALSHI, listing), **changes)


async def test_a_sync_stores_every_page_and_tells_of_each(store: Store, clock: StandingClock) -> None:
    told: list[PageStored] = []
    [result] = await sync([three_pages()], store, clock, told.append)
    assert (result.kind, result.pages, result.seen, result.new, result.error) == (PassKind.FULL, 3, 5, 5, None)
    assert [(event.pages, event.seen) for event in told] == [(1, 2), (2, 4), (3, 5)]
    assert len(store.catalogue.markets(KALSHI)) == 5


async def test_a_second_sync_changes_nothing(store: Store, clock: StandingClock) -> None:
    await sync([three_pages()], store, clock)
    [result] = await sync([three_pages()], store, clock)
    assert (result.new, result.changed, result.unchanged, result.closed) == (0, 0, 5, 0)


async def test_what_is_listed_no_longer_is_closed_after_a_whole_pass_only(store: Store, clock: StandingClock) -> None:
    await sync([three_pages()], store, clock)
    fewer = three_pages(listing=pages(markets(KALSHI, 2), markets(KALSHI, 1, first=2)))
    [broken] = await sync([replace(fewer, breaks_before=1, failure=DOWN)], store, clock)
    assert (broken.error, broken.closed) == (DOWN, 0)
    [whole] = await sync([fewer], store, clock)
    assert (whole.resumed, whole.closed) == (True, 2)
    assert store.catalogue.counts()[KALSHI, MarketStatus.CLOSED] == 2


async def test_an_interrupted_sync_goes_on_behind_its_last_page(store: Store, clock: StandingClock) -> None:
    [broken] = await sync([three_pages(breaks_before=2, failure=DOWN)], store, clock)
    assert (broken.error, broken.pages) == (DOWN, 2)
    venue, told = three_pages(), list[PageStored]()
    [result] = await sync([venue], store, clock, told.append)
    assert venue.asked == [("c2", None)]
    assert (result.resumed, result.pages, result.new, result.closed) == (True, 1, 1, 0)
    assert told == [PageStored(KALSHI, PassKind.FULL, 3, 5, resumed=True)]


async def test_a_cancelled_sync_loses_no_stored_page(store: Store, clock: StandingClock) -> None:
    with pytest.raises(asyncio.CancelledError):
        await sync([three_pages(breaks_before=1, failure=asyncio.CancelledError())], store, clock)
    venue = three_pages()
    await sync([venue], store, clock)
    assert venue.asked == [("c1", None)]
    assert len(store.catalogue.markets(KALSHI)) == 5


async def test_an_old_cursor_is_not_trusted(store: Store, clock: StandingClock) -> None:
    await sync([three_pages(breaks_before=2, failure=DOWN)], store, clock)
    clock.advance(hours=1, seconds=1)
    venue = three_pages()
    await sync([venue], store, clock)
    assert venue.asked == [("", None)]


async def test_a_cursor_that_the_venue_refuses_is_given_up_once(store: Store, clock: StandingClock) -> None:
    await sync([three_pages(breaks_before=2, failure=DOWN)], store, clock)
    venue = three_pages(breaks_before=0, failure=SchemaMismatch("kalshi", "$", "unknown cursor"))
    [result] = await sync([venue], store, clock)
    assert [cursor for cursor, _ in venue.asked] == ["c2", ""]
    assert (result.error, result.resumed, result.seen) == (None, False, 5)


async def test_a_venue_that_stays_away_keeps_its_cursor(store: Store, clock: StandingClock) -> None:
    await sync([three_pages(breaks_before=2, failure=DOWN)], store, clock)

    class Away(ScriptedVenue):
        async def catalogue(self, *, cursor: str = "", since: datetime | None = None) -> AsyncIterator[CataloguePage]:
            raise DOWN
            yield

    [result] = await sync([Away(KALSHI)], store, clock)
    assert result.error is DOWN
    venue = three_pages()
    await sync([venue], store, clock)
    assert venue.asked == [("c2", None)]


async def test_a_cursor_of_another_source_is_not_used(store: Store, clock: StandingClock) -> None:
    await sync([three_pages(breaks_before=2, failure=DOWN)], store, clock, source="http://127.0.0.1:8700")
    venue = three_pages()
    await sync([venue], store, clock)
    assert venue.asked == [("", None)]


async def test_one_venue_failing_does_not_hide_the_other(store: Store, clock: StandingClock) -> None:
    failure = AuthError("kalshi: 401")
    polymarket = ScriptedVenue(POLYMARKET, pages(markets(POLYMARKET, 3)))
    results = await sync([three_pages(breaks_before=0, failure=failure), polymarket], store, clock)
    assert [(result.venue, result.seen, result.error) for result in results] == [
        (KALSHI, 0, failure),
        (POLYMARKET, 3, None),
    ]


async def test_a_fault_of_our_own_is_raised(store: Store, clock: StandingClock) -> None:
    store._database.connection.execute("PRAGMA max_page_count = 1")
    with pytest.raises(StoreError, match="disk is full"):
        await sync([three_pages(listing=pages(markets(KALSHI, 2_000)))], store, clock)


async def test_only_changes_are_asked_of_a_venue_that_can_tell(store: Store, clock: StandingClock) -> None:
    venue = three_pages(tells_changes=True)
    await sync([venue], store, clock)
    clock.advance(hours=2)
    venue.listing = pages(markets(KALSHI, 1))
    [result] = await sync([venue], store, clock)
    assert venue.asked == [("", None), ("", NOW - timedelta(minutes=10))]
    assert (result.kind, result.closed) == (PassKind.CHANGES, 0)
    clock.advance(hours=22)
    await sync([venue], store, clock)
    assert venue.asked[2] == ("", None)


async def test_a_simulator_may_be_another_one_each_time(store: Store, clock: StandingClock) -> None:
    venue = three_pages(tells_changes=True)
    for _ in range(2):
        await sync([venue], store, clock, source="http://127.0.0.1:8700")
    assert venue.asked == [("", None), ("", None)]


async def test_an_interrupted_pass_over_changes_keeps_its_beginning(store: Store, clock: StandingClock) -> None:
    venue = three_pages(tells_changes=True)
    await sync([venue], store, clock)
    clock.advance(hours=1)
    venue.breaks_before, venue.failure = 1, DOWN
    await sync([venue], store, clock)
    clock.advance(minutes=30)
    await sync([venue], store, clock)
    assert venue.asked[1:] == [("", NOW - timedelta(minutes=10)), ("c1", NOW - timedelta(minutes=10))]


async def test_a_whole_listing_can_be_asked_for(store: Store, clock: StandingClock) -> None:
    venue = three_pages(tells_changes=True)
    await sync([venue], store, clock)
    await sync([venue], store, clock, full=True)
    assert venue.asked[1] == ("", None)


async def test_rows_that_cannot_be_used_are_counted_with_their_reasons(store: Store, clock: StandingClock) -> None:
    rows = [UnusableRow(f"K{number}", f"$[{number}]", "no rules") for number in range(30)]
    venue = three_pages(listing=pages(markets(KALSHI, 1), unusable=[*rows, UnusableRow("X", "$[30]", "no price")]))
    [result] = await sync([venue], store, clock)
    assert result.unusable == {"no rules": 30, "no price": 1}
    assert result.unusable_shown == rows[:20]


async def test_a_page_without_a_usable_row_is_told_closes_nothing_and_its_pass_does_not_count(
    store: Store, clock: StandingClock
) -> None:
    await sync([three_pages()], store, clock)
    torn = CataloguePage((), (UnusableRow("?", "$.events[0].markets", "Expected `array`"),) * 2, barren=True)
    venue = three_pages(listing=[replace(three_pages().listing[0], cursor="c1"), torn], tells_changes=True)
    [result] = await sync([venue], store, clock, full=True)
    assert str(result.barren).startswith("kalshi: unexpected answer at $.events[0].markets: Expected `array`")
    assert "none of the 2 rows of page 2 could be used" in str(result.barren)
    assert (result.error, result.seen, result.closed) == (None, 2, 0)
    assert len(store.catalogue.markets(KALSHI, statuses=[MarketStatus.OPEN])) == 5
    clock.advance(hours=2)
    await sync([venue], store, clock)
    assert venue.asked == [("", None), ("", NOW - timedelta(minutes=10))]


async def test_a_pass_that_met_such_a_page_and_was_interrupted_begins_again(store: Store, clock: StandingClock) -> None:
    await sync([three_pages()], store, clock)
    first, second, third = three_pages().listing
    torn = CataloguePage((), (UnusableRow("?", "$.events[0]", "no key"),), cursor="c1", barren=True)
    [broken] = await sync(
        [three_pages(listing=[torn, second, third], breaks_before=2, failure=DOWN)], store, clock, full=True
    )
    assert (broken.error, broken.pages) == (DOWN, 2)
    venue = three_pages(listing=[first, second, third])
    [result] = await sync([venue], store, clock, full=True)
    assert venue.asked == [("", None)]
    assert (result.resumed, result.closed, result.barren) == (False, 0, None)
    assert len(store.catalogue.markets(KALSHI, statuses=[MarketStatus.OPEN])) == 5


async def test_reworded_rules_and_voided_verdicts_are_told(store: Store, clock: StandingClock) -> None:
    kalshi, polymarket = a_market(KALSHI), a_market(POLYMARKET)
    await sync([ScriptedVenue(KALSHI, pages([kalshi])), ScriptedVenue(POLYMARKET, pages([polymarket]))], store, clock)
    store.pairs.replace([a_pair(kalshi, polymarket)], at=NOW)
    [result] = await sync([ScriptedVenue(KALSHI, pages([replace(kalshi, rules="Other.")]))], store, clock)
    assert (result.reworded, result.voided) == ([kalshi.id], 1)


def parsed(content: bytes) -> CataloguePage:
    """A parser of a made-up venue: a JSON array of keys."""
    try:
        keys = json.loads(content)
    except ValueError as error:
        raise SchemaMismatch("kalshi", "$", "not JSON") from error
    rows = tuple(UnusableRow("?", f"$[{number}]", "no key") for number, key in enumerate(keys) if not key)
    return CataloguePage(tuple(a_market(KALSHI, key) for key in keys if key), rows)


def imported(path: Path, store: Store, clock: StandingClock) -> list[Market]:
    import_file(KALSHI, path, parse=parsed, store=store, clock=clock)
    return store.catalogue.markets()


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
async def test_a_file_is_imported_packed_or_not(
    tmp_path: Path, store: Store, clock: StandingClock, pack: type[bytes]
) -> None:
    path = tmp_path / "file"
    path.write_bytes(pack(json.dumps([f"K{number:04}" for number in range(2_500)] + [""]).encode()))
    told: list[PageStored] = []
    result = import_file(KALSHI, path, parse=parsed, store=store, clock=clock, progress=told.append)
    assert (result.kind, result.pages, result.seen, result.unusable) == (PassKind.IMPORT, 3, 2_500, {"no key": 1})
    assert [event.seen for event in told] == [1_000, 2_000, 2_500]
    assert store.catalogue.seen_at([MarketId(KALSHI, "K0000")]) == {}


@pytest.mark.parametrize(("content", "says"), [("[]", "(0 rows)"), ('["", ""]', "(2 rows; $[0]: no key)")])
async def test_a_file_without_a_usable_row_is_refused_and_nothing_is_written(
    tmp_path: Path, store: Store, clock: StandingClock, content: str, says: str
) -> None:
    path = tmp_path / "file"
    path.write_text(content)
    with pytest.raises(BadFile) as caught:
        imported(path, store, clock)
    assert str(caught.value) == f"{path}: no market of kalshi in it {says}"
    assert not store.table("sync_passes")


async def test_an_import_leaves_an_interrupted_sync_alone(tmp_path: Path, store: Store, clock: StandingClock) -> None:
    await sync([three_pages(breaks_before=2, failure=DOWN)], store, clock)
    (tmp_path / "file").write_text('["K1"]')
    imported(tmp_path / "file", store, clock)
    venue = three_pages()
    await sync([venue], store, clock)
    assert venue.asked == [("c2", None)]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"<html>", "not a listing of kalshi: not JSON"),
        (b"[]", "no market"),
        (gzip.compress(b'["K1"]')[:-9], "cannot be read"),
        (b"\x1f\x8bnonsense", "cannot be read"),
    ],
    ids=["page of HTML", "empty", "cut", "not gzip"],
)
async def test_a_file_that_is_no_listing_is_one_clear_line(
    tmp_path: Path, store: Store, clock: StandingClock, content: bytes, complaint: str
) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(BadFile, match=complaint):
        imported(tmp_path / "file", store, clock)
    assert store.catalogue.markets() == []


async def test_a_file_that_is_not_there_is_one_clear_line(tmp_path: Path, store: Store, clock: StandingClock) -> None:
    with pytest.raises(BadFile, match="cannot be read"):
        imported(tmp_path / "none", store, clock)


async def test_a_bomb_is_not_unpacked(
    tmp_path: Path, store: Store, clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("arbkit.app.catalog.FILE_BYTES_MAX", 1 << 20)
    (tmp_path / "file").write_bytes(gzip.compress(b" " * (2 << 20)))
    with pytest.raises(BadFile, match="larger than 1 MiB"):
        imported(tmp_path / "file", store, clock)
