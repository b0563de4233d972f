"""The catalogue: what goes in comes out, what changed is noticed, what is gone is closed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arbkit.core.markets import (
    Fees,
    KalshiFees,
    Market,
    MarketId,
    MarketStatus,
    PolymarketFees,
    PriceBand,
    PriceGrid,
    Strike,
    StrikeKind,
    VenueName,
)
from arbkit.core.money import MICRO, Price, Qty
from arbkit.errors import InvariantError, StoreError
from arbkit.ports import CataloguePage, UnusableRow
from arbkit.store.passes import PassKind, SyncPass
from arbkit.store.rows import moment_of, text_of
from arbkit.store.store import Store
from tests.builders import KALSHI, NOW, POLYMARKET, a_market, a_pair, a_store, markets, pages

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)
moments = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 30), timezones=st.just(UTC))
prices = st.integers(0, MICRO).map(Price)
quantities = st.integers(0, 10**15).map(Qty)
grids = st.lists(st.builds(PriceBand, prices, prices, prices), max_size=3).map(lambda bands: PriceGrid(tuple(bands)))
strikes = st.builds(Strike, st.sampled_from(StrikeKind), texts, texts, texts)
ppm = st.integers(0, 10**9)


def fees_of(venue: VenueName) -> st.SearchStrategy[Fees]:
    if venue is KALSHI:
        return st.builds(KalshiFees, texts, ppm)
    return st.builds(PolymarketFees, ppm, st.integers(0, 9))


def any_market(venue: VenueName) -> st.SearchStrategy[Market]:
    optional = {"opens_at": moments, "closes_at": moments, "expected_at": moments, "strike": strikes, "grid": grids}
    optional |= {"qty_min": quantities, "qty_step": quantities, "volume": quantities, "shard": st.integers(0, 99)}
    plain = ("event_key", "title", "subtitle", "series_key", "event_title", "yes_label", "no_label", "category")
    plain += ("rules", "resolution_source", "slug", "yes_token", "no_token")
    return st.builds(
        Market,
        id=texts.filter(bool).map(lambda key: MarketId(venue, key)),
        tags=st.lists(texts, max_size=3).map(tuple),
        status=st.sampled_from(MarketStatus),
        fees=st.none() | fees_of(venue),
        neg_risk=st.booleans(),
        placeholder=st.booleans(),
        delay_ms=st.integers(0, 10_000),
        **dict.fromkeys(plain, texts),
        **{name: st.none() | values for name, values in optional.items()},
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return a_store(tmp_path)


def a_pass(store: Store, kind: PassKind = PassKind.FULL, venue: VenueName = KALSHI) -> SyncPass:
    return store.catalogue.begin(venue, kind, at=NOW)


def listed(store: Store, *rows: Market, kind: PassKind = PassKind.FULL, at: datetime = NOW) -> int:
    """Run a whole pass of one page; returns how many markets it closed."""
    listing = a_pass(store, kind, rows[0].id.venue if rows else KALSHI)
    store.catalogue.save_page(listing, CataloguePage(rows), at=at)
    return store.catalogue.finish(listing, at=at)


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(st.sampled_from(VenueName).flatmap(any_market))
def test_a_market_comes_back_as_it_was_stored(store: Store, market: Market) -> None:
    store.catalogue.refresh([market], at=NOW)
    found = store.catalogue.market(market.id)
    assert found == market
    assert found is not None
    assert found.rules_hash == market.rules_hash


@given(moments, moments)
def test_the_order_of_stored_times_is_the_order_of_times(first: datetime, second: datetime) -> None:
    assert moment_of(text_of(first)) == first
    assert (text_of(first) < text_of(second)) == (first < second)


def test_a_time_without_zone_is_a_bug() -> None:
    with pytest.raises(InvariantError):
        text_of(datetime(2026, 1, 1))


def test_times_of_any_zone_are_stored_in_utc() -> None:
    assert text_of(datetime.fromisoformat("2026-07-04T02:00:00+02:00")) == "2026-07-04T00:00:00.000000Z"


def test_new_changed_and_unchanged_markets_are_told_apart(store: Store) -> None:
    listing = a_pass(store)
    one, two = a_market(key="A"), a_market(key="B")
    first = store.catalogue.save_page(listing, CataloguePage((one, two)), at=NOW)
    again = (replace(one, fees=None), replace(two, volume=Qty.whole(7)), a_market(key="C"))
    second = store.catalogue.save_page(listing, CataloguePage(again), at=NOW)
    assert (first.new, first.changed, first.unchanged) == (2, 0, 0)
    assert (second.new, second.changed, second.unchanged) == (1, 1, 1)
    assert store.catalogue.markets() == list(again)


def test_a_reworded_rule_is_kept_and_voids_the_verdict_on_its_pair(store: Store) -> None:
    kalshi, polymarket = a_market(), a_market(POLYMARKET)
    store.catalogue.refresh([kalshi, polymarket], at=NOW)
    store.pairs.replace([a_pair(kalshi, polymarket)], at=NOW)
    later = NOW + timedelta(hours=1)
    saved = store.catalogue.save_page(
        a_pass(store), CataloguePage((replace(kalshi, rules="Pays if it pours.", volume=Qty(1)),)), at=later
    )
    assert (saved.reworded, saved.voided) == ((kalshi.id,), 1)
    [change] = store.catalogue.rule_changes(kalshi.id)
    assert change.changed_at == later
    assert (change.old["rules"], change.new["rules"]) == (kalshi.rules, "Pays if it pours.")
    assert set(change.old) == {"rules", "rules_hash"}
    assert store.pairs.tradable() == []
    assert [pair.id for pair in store.pairs.active()] == [a_pair().id]


def test_a_changed_fee_is_no_rewording(store: Store) -> None:
    market = a_market()
    store.catalogue.refresh([market], at=NOW)
    assert store.catalogue.refresh([replace(market, fees=None)], at=NOW) == ()
    assert store.catalogue.rule_changes(market.id) == []


def test_what_a_full_listing_no_longer_shows_is_closed(store: Store) -> None:
    listed(store, *markets(KALSHI, 3))
    store.catalogue.refresh([a_market(POLYMARKET)], at=NOW)
    assert listed(store, *markets(KALSHI, 2)) == 1
    assert store.catalogue.counts() == {
        (KALSHI, MarketStatus.OPEN): 2,
        (KALSHI, MarketStatus.CLOSED): 1,
        (POLYMARKET, MarketStatus.OPEN): 1,
    }


def test_a_closed_market_opens_again_when_it_is_listed_again(store: Store) -> None:
    listed(store, *markets(KALSHI, 2))
    listed(store, *markets(KALSHI, 1))
    listed(store, *markets(KALSHI, 2))
    assert store.catalogue.counts() == {(KALSHI, MarketStatus.OPEN): 2}


@pytest.mark.parametrize("kind", [PassKind.CHANGES, PassKind.IMPORT])
def test_a_partial_listing_closes_nothing(store: Store, kind: PassKind) -> None:
    listed(store, *markets(KALSHI, 3))
    assert listed(store, *markets(KALSHI, 1), kind=kind) == 0


def test_an_empty_listing_closes_nothing(store: Store) -> None:
    listed(store, *markets(KALSHI, 3))
    assert listed(store) == 0
    assert store.catalogue.counts() == {(KALSHI, MarketStatus.OPEN): 3}


def test_a_listed_market_that_is_not_understood_any_more_is_paused(store: Store) -> None:
    listed(store, *markets(KALSHI, 2))
    row = UnusableRow("M0001", "$.events[0].markets[1].price_ranges", "missing")
    listing = a_pass(store)
    store.catalogue.save_page(listing, CataloguePage(markets(KALSHI, 1), (row,)), at=NOW)
    assert store.catalogue.unusable(listing) == [row]
    paused = store.catalogue.market(MarketId(KALSHI, "M0001"))
    assert paused is not None
    assert paused.status is MarketStatus.PAUSED


def test_a_cursor_moves_with_its_page(store: Store) -> None:
    listing = a_pass(store)
    first, second = pages(markets(KALSHI, 2), markets(KALSHI, 1, first=2))
    store.catalogue.save_page(listing, first, at=NOW + timedelta(seconds=5))
    open_pass = store.catalogue.unfinished(KALSHI)
    assert open_pass is not None
    assert (open_pass.cursor, open_pass.pages, open_pass.seen) == ("c1", 1, 2)
    assert open_pass.paged_at == NOW + timedelta(seconds=5)
    store.catalogue.save_page(listing, second, at=NOW)
    store.catalogue.finish(listing, at=NOW)
    assert store.catalogue.unfinished(KALSHI) is None
    last = store.catalogue.last_full(KALSHI)
    assert last is not None
    assert (last.seen, last.cursor) == (3, "")
    assert store.catalogue.last_full(POLYMARKET) is None


def test_a_new_pass_gives_up_the_unfinished_one(store: Store) -> None:
    old = a_pass(store)
    store.catalogue.save_page(old, CataloguePage((), (UnusableRow("A", "$", "?"),), "c1"), at=NOW)
    new = a_pass(store)
    assert store.catalogue.unfinished(KALSHI) == new
    assert store.catalogue.unusable(old) == []


def test_cursors_and_times_of_another_source_do_not_count(store: Store) -> None:
    listing = store.catalogue.begin(KALSHI, PassKind.FULL, source="http://127.0.0.1:1", at=NOW)
    store.catalogue.save_page(listing, CataloguePage(markets(KALSHI, 1), (), "c1"), at=NOW)
    assert store.catalogue.unfinished(KALSHI) is None
    store.catalogue.finish(listing, at=NOW)
    assert store.catalogue.last_full(KALSHI) is None
    assert store.catalogue.last_sync(KALSHI, "http://127.0.0.1:1") is not None
    listed(store, *markets(KALSHI, 1))
    assert store.catalogue.last_sync(KALSHI, "http://127.0.0.1:1") is None


def test_facts_from_a_file_are_not_confirmed_by_the_venue(store: Store) -> None:
    listed(store, *markets(KALSHI, 2))
    assert store.catalogue.seen_at(market.id for market in markets(KALSHI, 3)) == {
        market.id: NOW for market in markets(KALSHI, 2)
    }
    listed(store, *markets(KALSHI, 1), kind=PassKind.IMPORT)
    assert list(store.catalogue.seen_at(market.id for market in markets(KALSHI, 2))) == [MarketId(KALSHI, "M0001")]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("rain", ["A", "B"]),
        ("RAIN 100%", ["B"]),
        ("%", ["B"]),
        ("_", []),
        ("\\", []),
        ("park", []),
        ("'; DROP TABLE markets", []),
        ("", ["A", "B"]),
    ],
)
def test_a_search_takes_every_word_literally(store: Store, search: str, found: list[str]) -> None:
    rows = (a_market(key="A", title="Rain?", event_title=""), a_market(key="B", title="Rain with 100% certainty?"))
    store.catalogue.refresh(rows, at=NOW)
    assert [market.id.key for market in store.catalogue.markets(search=search)] == found


def test_markets_are_chosen_by_venue_status_and_number(store: Store) -> None:
    rows = [*markets(KALSHI, 3), a_market(POLYMARKET), a_market(key="Z", status=MarketStatus.PAUSED)]
    store.catalogue.refresh(rows, at=NOW)
    assert len(store.catalogue.markets()) == 5
    assert len(store.catalogue.markets(limit=2)) == 2
    assert [m.id.key for m in store.catalogue.markets(KALSHI, statuses=[MarketStatus.PAUSED])] == ["Z"]
    assert store.catalogue.named([MarketId(KALSHI, "Z"), MarketId(KALSHI, "none")]).keys() == {MarketId(KALSHI, "Z")}


def test_a_spoiled_row_is_reported_with_what_to_do(store: Store) -> None:
    store.catalogue.refresh([a_market()], at=NOW)
    store._database.connection.execute("UPDATE markets SET closes_at = 'soon'")
    with pytest.raises(StoreError, match="run: arbkit markets sync --full"):
        store.catalogue.markets()


def test_more_unusable_rows_than_are_kept_are_cut(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arbkit.store.catalogue.UNUSABLE_KEPT_MAX", 3)
    listing = a_pass(store)
    rows = tuple(UnusableRow(str(number), "$", "?") for number in range(2))
    for _ in range(3):
        store.catalogue.save_page(listing, CataloguePage((), rows, "c"), at=NOW)
    assert [row.key for row in store.catalogue.unusable(listing)] == ["0", "1", "0"]
