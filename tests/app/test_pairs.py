"""Matching as a use-case: catalogues, curated pairs and decisions together."""

from dataclasses import replace
from pathlib import Path

import pytest

from arbkit.app.pairs import decide, match_catalogues
from arbkit.core.markets import MarketId, MarketStatus, Method, Polarity
from arbkit.errors import BadFile, BadId
from arbkit.store.pairs import Decision
from arbkit.store.store import Store
from tests.builders import KALSHI, NOW, POLYMARKET, StandingClock, a_market, a_pair, a_store

# Two markets that no engine would pair by itself.
K = a_market(KALSHI, "K1", title="Who opens the bridge?", rules="Pays if the mayor opens it.")
P = a_market(POLYMARKET, "0x1", title="Colour of the ferry", rules="Resolves to the colour of the hull.")
CURATED = "version: 1\npairs:\n  - {kalshi: K1, polymarket: '0x1', polarity: inverted}\n"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = a_store(tmp_path)
    store.catalogue.refresh([K, P], at=NOW)
    return store


@pytest.fixture
def mappings(tmp_path: Path) -> Path:
    (tmp_path / "mappings").mkdir()
    return tmp_path / "mappings"


def decided(store: Store, decision: Decision, kalshi: MarketId = K.id, polymarket: MarketId = P.id) -> None:
    decide(
        store,
        kalshi,
        polymarket,
        decision,
        polarity=Polarity.ALIGNED,
        who="eve",
        note="",
        clock=StandingClock(),
    )


def test_what_has_nothing_in_common_is_not_paired(store: Store, mappings: Path) -> None:
    matched = match_catalogues(store, mappings, StandingClock())
    assert (matched.tradable, matched.kalshi_markets, matched.polymarket_markets) == (0, 1, 1)
    assert store.pairs.tradable() == []


def test_a_curated_pair_is_tradable_with_its_polarity(store: Store, mappings: Path) -> None:
    (mappings / "a.yaml").write_text(CURATED)
    matched = match_catalogues(store, mappings, StandingClock())
    assert matched.dangling == []
    [pair] = store.pairs.tradable(reviewed_only=True)
    assert (pair.kalshi, pair.polymarket, pair.polarity) == (K.id, P.id, Polarity.INVERTED)
    assert (pair.method, pair.confidence_ppm) == (Method.MANUAL, 1_000_000)


def test_a_curated_pair_is_void_when_its_rules_change(store: Store, mappings: Path) -> None:
    (mappings / "a.yaml").write_text(CURATED.replace("}", f", kalshi_rules_hash: {'0' * 64}}}"))
    match_catalogues(store, mappings, StandingClock())
    assert store.pairs.tradable() == []


def test_a_curated_pair_of_an_unknown_market_is_reported(store: Store, mappings: Path) -> None:
    (mappings / "a.yaml").write_text(CURATED.replace("0x1", "0x2"))
    [dangling] = match_catalogues(store, mappings, StandingClock()).dangling
    assert dangling.market == MarketId(POLYMARKET, "0x2")
    assert dangling.entry.origin.endswith("a.yaml:3")
    assert store.pairs.tradable() == []


def test_a_wrong_file_leaves_the_stored_pairs_alone(store: Store, mappings: Path) -> None:
    store.pairs.replace([a_pair(K, P)], at=NOW)
    (mappings / "a.yaml").write_text("version: 7")
    with pytest.raises(BadFile):
        match_catalogues(store, mappings, StandingClock())
    assert store.pairs.active() == [a_pair(K, P)]


def test_what_is_over_is_not_matched(store: Store, mappings: Path) -> None:
    store.catalogue.refresh([replace(P, status=MarketStatus.SETTLED)], at=NOW)
    (mappings / "a.yaml").write_text(CURATED)
    matched = match_catalogues(store, mappings, StandingClock())
    assert (matched.polymarket_markets, list(matched.pairs), list(matched.dangling)) == (0, [], [])


def test_an_approval_counts_at_once_and_in_the_next_match(store: Store, mappings: Path) -> None:
    decided(store, Decision.APPROVED)
    assert [pair.method for pair in store.pairs.tradable(reviewed_only=True)] == [Method.MANUAL]
    match_catalogues(store, mappings, StandingClock())
    assert [pair.method for pair in store.pairs.tradable(reviewed_only=True)] == [Method.MANUAL]


def test_a_note_is_kept_on_one_line_without_anything_that_moves_a_cursor(store: Store) -> None:
    review = decide(
        store, K.id, P.id, Decision.APPROVED,
        polarity=Polarity.ALIGNED, who="t", note="same\x1b[31m\nmeeting\x07", clock=StandingClock(),
    )  # fmt: skip
    assert review.note == "same\ufffd[31m meeting\ufffd"


def test_a_rejection_goes_before_a_curated_approval(store: Store, mappings: Path) -> None:
    (mappings / "a.yaml").write_text(CURATED)
    match_catalogues(store, mappings, StandingClock())
    decided(store, Decision.REJECTED)
    assert store.pairs.tradable() == []
    match_catalogues(store, mappings, StandingClock())
    assert store.pairs.tradable() == []


def test_an_approval_takes_the_market_out_of_another_pair(store: Store) -> None:
    other = a_market(POLYMARKET, "0x2")
    store.catalogue.refresh([other], at=NOW)
    store.pairs.replace([a_pair(K, other)], at=NOW)
    decided(store, Decision.APPROVED)
    assert [pair.polymarket for pair in store.pairs.tradable()] == [P.id]


@pytest.mark.parametrize(
    ("kalshi", "polymarket"),
    [(MarketId(KALSHI, "none"), P.id), (K.id, MarketId(POLYMARKET, "none")), (P.id, K.id)],
)
def test_a_decision_names_known_markets_of_the_right_venues(
    store: Store, kalshi: MarketId, polymarket: MarketId
) -> None:
    with pytest.raises(BadId):
        decided(store, Decision.APPROVED, kalshi, polymarket)
    assert store.pairs.reviews() == []


def test_the_words_of_markets_are_kept_until_a_market_changes(store: Store, mappings: Path) -> None:
    match_catalogues(store, mappings, StandingClock())
    before = store.catalogue.tokens(POLYMARKET)
    store.catalogue.refresh([replace(P, title="Colour of the tram")], at=NOW)

    assert "ferry" in before[P.id.key].lower()
    assert store.catalogue.tokens(POLYMARKET) == {}
    match_catalogues(store, mappings, StandingClock())
    assert "tram" in store.catalogue.tokens(POLYMARKET)[P.id.key]


def test_kept_words_are_read_and_not_made_again(store: Store, mappings: Path) -> None:
    match_catalogues(store, mappings, StandingClock())
    marked = {P.id.key: store.catalogue.tokens(POLYMARKET)[P.id.key] + " marked"}
    store.catalogue.keep_tokens(POLYMARKET, marked)
    match_catalogues(store, mappings, StandingClock())

    assert store.catalogue.tokens(POLYMARKET) == marked


def test_words_kept_under_other_aliases_are_made_again(store: Store, mappings: Path) -> None:
    match_catalogues(store, mappings, StandingClock())
    before = store.catalogue.tokens(POLYMARKET)
    (mappings / "aliases.yaml").write_text("version: 1\naliases:\n  ferry: the long boat\n")
    match_catalogues(store, mappings, StandingClock())

    assert store.catalogue.tokens(POLYMARKET) != before
    assert "boat" in store.catalogue.tokens(POLYMARKET)[P.id.key]
