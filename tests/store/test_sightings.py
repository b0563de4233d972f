"""Opportunities over time."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from arbkit.core.detect import look
from arbkit.core.fees import FeeModel
from arbkit.core.markets import Side
from arbkit.core.money import Usd
from arbkit.core.opportunity import Opportunity, Policy
from arbkit.store.store import Store
from tests.builders import KALSHI, NOW, POLYMARKET, a_book, a_market, a_pair, a_store

K, P = a_market(KALSHI), a_market(POLYMARKET)
PAIR = a_pair(K, P)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = a_store(tmp_path)
    store.catalogue.refresh([K, P], at=NOW)
    store.pairs.replace([PAIR], at=NOW)
    return store


def an_opportunity(kalshi_ask: str = "0.30", *, polymarket_bid: str = "0.45") -> Opportunity:
    """Buys YES on Kalshi and NO on Polymarket."""
    found = look(
        PAIR,
        kalshi=K,
        polymarket=P,
        kalshi_book=a_book(K, bid="0.20", ask=kalshi_ask),
        polymarket_book=a_book(P, bid=polymarket_bid, ask="0.60"),
        policy=Policy(),
        now=NOW,
    )
    assert isinstance(found, Opportunity)
    return found


def seen(store: Store, *found: Opportunity, at: datetime, looked_at: bool = True) -> None:
    pairs = [PAIR.id] if looked_at else []
    store.sightings.record(found, looked_at=pairs, fee_model=FeeModel.VENUE, why_not="only looked", at=at)


def minutes(count: int) -> datetime:
    return NOW + timedelta(minutes=count)


def test_an_episode_keeps_its_first_last_and_best_look(store: Store) -> None:
    low, high = an_opportunity("0.33"), an_opportunity("0.30")
    for minute, opportunity in enumerate((low, high, low)):
        seen(store, opportunity, at=minutes(minute))
    [episode] = store.sightings.recent(since=NOW)
    assert (episode.first_seen_at, episode.last_seen_at, episode.peak_at) == (NOW, minutes(2), minutes(1))
    assert (episode.peak_net, episode.net, episode.looks) == (high.net, low.net, 3)
    assert (episode.expired_at, episode.why_not, episode.was_executed) == (None, "only looked", False)
    assert episode.kalshi_side is Side.YES
    assert store.sightings.sighting(episode.id) == episode


def test_an_episode_ends_when_its_pair_is_looked_at_in_vain(store: Store) -> None:
    seen(store, an_opportunity(), at=NOW)
    seen(store, at=minutes(1), looked_at=False)
    [episode] = store.sightings.recent(since=NOW)
    assert episode.expired_at is None
    seen(store, at=minutes(2))
    [episode] = store.sightings.recent(since=NOW)
    assert episode.expired_at == minutes(2)


def test_an_opportunity_that_comes_back_begins_an_episode_of_its_own(store: Store) -> None:
    seen(store, an_opportunity(), at=NOW)
    seen(store, at=minutes(1))
    seen(store, an_opportunity(), at=minutes(2))
    assert [episode.first_seen_at for episode in store.sightings.recent(since=NOW)] == [minutes(2), NOW]
    assert len({episode.id for episode in store.sightings.recent(since=NOW)}) == 2


def test_the_formulas_of_the_specification_have_episodes_of_their_own(store: Store) -> None:
    seen(store, an_opportunity(), at=NOW)
    other = replace(an_opportunity(), fee_model=FeeModel.SPEC)
    store.sightings.record([other], looked_at=[PAIR.id], fee_model=FeeModel.SPEC, at=minutes(1))
    assert [episode.expired_at for episode in store.sightings.recent(since=NOW)] == [None, None]


def test_why_an_opportunity_was_not_taken_can_be_noted(store: Store) -> None:
    [episode] = store.sightings.record([an_opportunity()], looked_at=[], fee_model=FeeModel.VENUE, at=NOW)
    store.sightings.explain(episode.id, "daily loss limit")
    [row] = store.table("opportunities")
    assert (row["id"], row["why_not"]) == (episode.id, "daily loss limit")
    assert store.sightings.sighting("none") is None


def test_the_specifications_table_shows_its_prices_in_dollars(store: Store) -> None:
    found = an_opportunity()
    seen(store, found, at=NOW)
    [row] = store.table("opportunities")
    assert (row["buy_platform"], row["sell_platform"]) == ("kalshi", "polymarket")
    assert (row["buy_price"], row["sell_price"]) == (0.30, 0.45)
    assert row["event_mapping_id"] == PAIR.id
    micros = [row[name] for name in ("gross_spread_micros", "estimated_fees_micros", "net_profit_micros")]
    assert micros == [found.gross.micros, found.fees.micros, found.net.micros]
    assert row["net_profit_usd"] == row["net_profit"] == found.net.micros / 1e6
    assert Usd(micros[0] - micros[1]) - found.gas == found.net
