"""Pairs, verdicts and what people decided."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from arbkit.core.markets import Market, MarketStatus, Method, Pair, Polarity, Relation
from arbkit.errors import InvariantError
from arbkit.store.pairs import Decision
from arbkit.store.store import Store
from tests.builders import KALSHI, NOW, POLYMARKET, a_market, a_pair, a_store

K, P = a_market(KALSHI), a_market(POLYMARKET)
K2, P2 = a_market(KALSHI, "K2"), a_market(POLYMARKET, "0xcd34")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = a_store(tmp_path)
    store.catalogue.refresh([K, P, K2, P2], at=NOW)
    return store


def reviewed(store: Store, decision: Decision, kalshi: Market = K, polymarket: Market = P) -> None:
    store.pairs.review(kalshi, polymarket, decision, polarity=Polarity.ALIGNED, who="eve", note="read both", at=NOW)


def ids(pairs: Sequence[Pair]) -> list[str]:
    return [pair.id for pair in pairs]


def test_a_pair_comes_back_as_it_was_stored(store: Store) -> None:
    pair = a_pair(K, P, polarity=Polarity.INVERTED, method=Method.EXACT, reasons=("same\u2026", "dates"))
    store.pairs.replace([pair], at=NOW)
    assert store.pairs.active() == [pair]
    assert store.pairs.pair(pair.id) == pair
    assert store.pairs.pair("none") is None


def test_a_match_replaces_the_one_before(store: Store) -> None:
    store.pairs.replace([a_pair(K, P)], at=NOW)
    store.pairs.replace([a_pair(K, P2), a_pair(K2, P, tradable=False)], at=NOW)
    assert store.pairs.active() == [a_pair(K, P2), a_pair(K2, P, tradable=False)]
    assert store.pairs.pair(a_pair(K, P).id) is not None


@pytest.mark.parametrize("changes", [{"confidence_ppm": 949_999}, {"relation": Relation.IMPLIES}])
def test_nothing_below_the_floor_is_stored_as_tradable(store: Store, changes: dict[str, object]) -> None:
    with pytest.raises(InvariantError):
        store.pairs.replace([a_pair(K, P, **changes)], at=NOW)
    store.pairs.replace([a_pair(K, P, tradable=False, **changes)], at=NOW)


def test_a_market_stands_in_one_tradable_pair_at_most(store: Store) -> None:
    store.pairs.replace([a_pair(K, P)], at=NOW)
    with pytest.raises(InvariantError):
        store.pairs.replace([a_pair(K2, P), a_pair(K, P)], at=NOW)
    assert ids(store.pairs.active()) == [a_pair(K, P).id]


def test_a_pair_is_tradable_while_both_markets_are_open_and_unchanged(store: Store) -> None:
    store.pairs.replace([a_pair(K, P)], at=NOW)
    assert ids(store.pairs.tradable()) == [a_pair(K, P).id]
    store.catalogue.refresh([replace(P, status=MarketStatus.PAUSED)], at=NOW)
    assert store.pairs.tradable() == []
    assert ids(store.pairs.standing()) == [a_pair(K, P).id]
    store.catalogue.refresh([replace(P, rules="Something else.")], at=NOW)
    assert store.pairs.standing() == []


def test_a_rejection_counts_at_once_and_until_the_rules_change(store: Store) -> None:
    store.pairs.replace([a_pair(K, P)], at=NOW)
    reviewed(store, Decision.REJECTED)
    assert store.pairs.tradable() == []
    changed = replace(K, rules="Something else.")
    store.catalogue.refresh([changed], at=NOW)
    [review] = store.pairs.reviews()
    assert (review.decision, review.who, review.note, review.in_force) == (Decision.REJECTED, "eve", "read both", False)
    store.pairs.replace([a_pair(changed, P)], at=NOW)
    assert ids(store.pairs.tradable()) == [a_pair(K, P).id]


def test_where_a_review_is_required_a_fuzzy_pair_waits_for_it(store: Store) -> None:
    store.pairs.replace([a_pair(K, P), a_pair(K2, P2, method=Method.MANUAL)], at=NOW)
    assert ids(store.pairs.tradable(reviewed_only=True)) == [a_pair(K2, P2).id]
    reviewed(store, Decision.APPROVED)
    assert set(ids(store.pairs.tradable(reviewed_only=True))) == {a_pair(K, P).id, a_pair(K2, P2).id}


def test_the_last_decision_counts_and_all_are_kept(store: Store) -> None:
    for decision in (Decision.REJECTED, Decision.APPROVED):
        reviewed(store, decision)
    assert [review.decision for review in store.pairs.reviews()] == [Decision.APPROVED]
    assert len(store.table("reviews")) == 2


def test_a_pair_is_approved_by_the_last_word_on_it_with_these_very_rules_and_this_way_round(store: Store) -> None:
    pair = a_pair(K, P)
    assert not store.pairs.approves(pair)
    reviewed(store, Decision.APPROVED)
    assert store.pairs.approves(pair)
    other_way = Polarity.INVERTED if pair.polarity is Polarity.ALIGNED else Polarity.ALIGNED
    for other in (
        a_pair(K2, P),
        a_pair(K, P2),
        replace(pair, polarity=other_way),
        replace(pair, kalshi_rules_hash="x"),
    ):
        assert not store.pairs.approves(other)
    reviewed(store, Decision.REJECTED)
    assert not store.pairs.approves(pair)


@pytest.mark.parametrize("statement", ["UPDATE reviews SET who = 'mallory'", "DELETE FROM reviews"])
def test_decisions_are_never_rewritten(store: Store, statement: str) -> None:
    reviewed(store, Decision.REJECTED)
    with pytest.raises(InvariantError, match="reviews are never"), store._database.writing() as db:
        db.execute(statement)


def test_a_released_pair_takes_its_markets_from_others(store: Store) -> None:
    store.pairs.replace([a_pair(K, P), a_pair(K2, P2)], at=NOW)
    store.pairs.release(a_pair(K, P2, method=Method.MANUAL), at=NOW + timedelta(hours=1))
    assert ids(store.pairs.tradable()) == [a_pair(K, P2).id]
    displaced = store.pairs.pair(a_pair(K, P).id)
    assert displaced is not None
    assert displaced.reasons == ("same title", "a person approved another pair of this market")


def test_the_specifications_mapping_table_shows_the_pairs(store: Store) -> None:
    store.pairs.replace([a_pair(K, P)], at=NOW)
    [row] = store.table("event_mappings")
    assert (row["kalshi_ticker"], row["polymarket_condition_id"]) == (K.id.key, P.id.key)
    assert (row["match_confidence"], row["match_method"], row["is_active"]) == (0.98, "fuzzy", 1)
    assert row["description"] == K.title
