"""A match that remembers the last one gives what a match from nothing gives, and reads only what changed."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

import arbkit.core
from arbkit.app.edition import edition, engine
from arbkit.app.pairs import Matched, decide, match_catalogues, silent, undo
from arbkit.app.remembering import Stage
from arbkit.core.markets import (
    KalshiFees,
    Market,
    MarketId,
    MarketStatus,
    Method,
    Polarity,
    PriceGrid,
    Strike,
    StrikeKind,
)
from arbkit.core.matching.facts import read_facts
from arbkit.core.matching.memory import market_of, name_of, pack_facts, part_of, unpack_facts, unpack_verdicts
from arbkit.core.money import Qty
from arbkit.store.pairs import Decision
from arbkit.store.store import Store
from tests.builders import KALSHI, NOW, POLYMARKET, StandingClock, a_market, a_store
from tests.core.matching.markets import from_row, kalshi, polymarket, read_yaml

ROWS = read_yaml("pairs.yaml")
WORDS = ("Sinner", "March", "more than", "at least", "Fed", "wins", "2026", "2027", "not")
ALIASES = ("", "sinner: the tall one\n", "fed: central bank\n  bitcoin: btc\n")


def catalogue(rows: Sequence[dict[str, dict[str, object]]] = ROWS) -> list[Market]:
    """Every market of these rows once, with an event date, so that all of them are looked at."""
    ours = {(market := from_row(row["kalshi"])).id: market for row in rows}
    theirs = [from_row(row["polymarket"]) for row in rows]
    numbered = [replace(market, id=MarketId(POLYMARKET, f"0x{n:04}")) for n, market in enumerate(theirs)]
    return [*ours.values(), *numbered]


@pytest.fixture
def mappings(tmp_path: Path) -> Path:
    (tmp_path / "mappings").mkdir()
    return tmp_path / "mappings"


def stored(directory: Path, markets: Sequence[Market]) -> Store:
    store = a_store(directory)
    store.catalogue.refresh(markets, at=NOW)
    return store


def matched(store: Store, mappings: Path) -> Matched:
    return match_catalogues(store, mappings, StandingClock())


def from_nothing(store: Store, mappings: Path, directory: Path) -> tuple[Matched, list[dict[str, object]]]:
    """What a match gives in a copy of the store that remembers nothing, and the pairs that are then stored."""
    path = directory / "forgetful.db"
    path.unlink(missing_ok=True)
    store._database.connection.execute("VACUUM INTO ?", [str(path)])
    path.chmod(0o600)
    with Store(path) as copy:
        for statement in ("DELETE FROM readings", "DELETE FROM judgements", "UPDATE markets SET tokens = NULL"):
            copy._database.connection.execute(statement)
        return matched(copy, mappings), copy.table("pairs")


# -- what a day brings -------------------------------------------------------------------------------------------------


def reworded(market: Market, dice: Random) -> Market:
    words = market.rules.split() or ["It", "counts."]
    words[dice.randrange(len(words))] = dice.choice(WORDS)
    return replace(market, rules=" ".join(words))


def retitled(market: Market, dice: Random) -> Market:
    words = market.title.split()
    words[dice.randrange(len(words))] = dice.choice(WORDS)
    return replace(market, title=" ".join(words))


def redated(market: Market, dice: Random) -> Market:
    moved = (market.closes_at or NOW) + timedelta(days=dice.choice((-30, -1, 1, 400)))
    return replace(market, closes_at=moved, expected_at=moved, opens_at=NOW - timedelta(days=dice.randrange(90)))


def resourced(market: Market, dice: Random) -> Market:
    strike = dice.choice((None, Strike(StrikeKind.GREATER, "3", "")))
    return replace(market, resolution_source=dice.choice(("", "Binance", "Coinbase")), strike=strike)


def relabelled(market: Market, dice: Random) -> Market:
    """What no hash of the rules holds, and facts are read from all the same."""
    return replace(market, subtitle=dice.choice(WORDS), slug=f"nba-{dice.randrange(9)}", series_key="KXNBA")


def moved(market: Market, dice: Random) -> Market:
    status = dice.choice((MarketStatus.OPEN, MarketStatus.PAUSED, MarketStatus.SETTLED))
    return replace(market, volume=Qty(dice.randrange(10**9)), status=status)


EDITS: tuple[Callable[[Market, Random], Market], ...] = (reworded, retitled, redated, resourced, relabelled, moved)


def a_day_passes(store: Store, mappings: Path, unseen: list[Market], dice: Random) -> None:
    listed = store.catalogue.markets()
    changed = [dice.choice(EDITS)(market, dice) for market in dice.sample(listed, dice.randrange(8))]
    new = [unseen.pop() for _ in range(min(len(unseen), dice.randrange(4)))]
    store.catalogue.refresh([*changed, *new], at=NOW)
    if dice.random() < 0.3:
        lines = dice.choice(ALIASES)
        (mappings / "aliases.yaml").write_text(f"version: 1\naliases:\n  {lines}" if lines else "")
    pairs = store.pairs.active()
    if pairs and dice.random() < 0.7:
        pair = dice.choice(pairs)
        if dice.random() < 0.2:
            undo(store, pair.kalshi, pair.polymarket, who="eve", clock=StandingClock())
        else:
            decide(
                store, pair.kalshi, pair.polymarket, dice.choice(list(Decision)),
                polarity=dice.choice(list(Polarity)), who="eve", note="", clock=StandingClock(),
            )  # fmt: skip


@pytest.mark.parametrize("seed", range(2))
def test_after_any_changes_the_pairs_are_those_of_a_match_from_nothing(
    tmp_path: Path, mappings: Path, seed: int
) -> None:
    dice = Random(seed)
    markets = catalogue(dice.sample(ROWS, 40))
    dice.shuffle(markets)
    store, unseen = stored(tmp_path, markets[:50]), markets[50:]
    accepted = reused = 0
    for _ in range(6):
        a_day_passes(store, mappings, unseen, dice)
        full, rows = from_nothing(store, mappings, tmp_path)
        again = matched(store, mappings)

        assert again.pairs == full.pairs
        assert store.table("pairs") == rows
        unchanged = matched(store, mappings)
        assert unchanged.pairs == full.pairs
        assert (unchanged.markets_read, unchanged.pairs_judged) == (0, 0)
        accepted += full.tradable
        reused += full.pairs_judged - again.pairs_judged
    assert accepted
    assert reused


# -- only what changed -------------------------------------------------------------------------------------------------


def test_only_a_market_that_changed_is_read_again(tmp_path: Path, mappings: Path) -> None:
    store = stored(tmp_path, catalogue(ROWS[:40]))
    first = matched(store, mappings)
    [pair, *_] = [pair for pair in first.pairs if pair.tradable]
    market = store.catalogue.named([pair.polymarket])[pair.polymarket]
    store.catalogue.refresh([replace(market, rules=f"{market.rules} If it is cancelled, this resolves to No.")], at=NOW)
    second = matched(store, mappings)

    assert first.markets_read > 20
    assert second.markets_read == 1
    assert 0 < second.pairs_judged < first.pairs_judged / 2


def test_an_approval_is_void_when_a_text_changes_whatever_is_remembered(tmp_path: Path, mappings: Path) -> None:
    store = stored(tmp_path, catalogue(ROWS[:20]))
    [pair, *_] = matched(store, mappings).pairs
    decide(
        store, pair.kalshi, pair.polymarket, Decision.APPROVED,
        polarity=pair.polarity, who="eve", note="", clock=StandingClock(),
    )  # fmt: skip
    matched(store, mappings)
    market = store.catalogue.named([pair.kalshi])[pair.kalshi]
    store.catalogue.refresh([replace(market, rules=f"{market.rules} Or not.")], at=NOW)
    full, _ = from_nothing(store, mappings, tmp_path)
    again = matched(store, mappings)

    [void] = [one for one in again.pairs if (one.kalshi, one.polymarket) == (pair.kalshi, pair.polymarket)]
    assert void.method is not Method.MANUAL
    assert again.pairs == full.pairs


def test_a_status_a_fee_or_a_volume_is_no_reason_to_read_a_market_again(tmp_path: Path, mappings: Path) -> None:
    store = stored(tmp_path, catalogue(ROWS[:20]))
    matched(store, mappings)
    fees = KalshiFees("quadratic", 70_000)
    moved = [
        replace(market, status=MarketStatus.PAUSED, fees=fees, volume=Qty(5_000_000))
        for market in store.catalogue.markets(KALSHI)
    ]
    store.catalogue.refresh(moved, at=NOW)

    assert matched(store, mappings).pairs_judged == 0


def test_other_aliases_have_everything_read_again(tmp_path: Path, mappings: Path) -> None:
    store = stored(tmp_path, catalogue(ROWS[:20]))
    first = matched(store, mappings)
    (mappings / "aliases.yaml").write_text("version: 1\naliases:\n  tall one: Sinner\n")
    second = matched(store, mappings)

    assert (second.markets_read, second.pairs_judged) == (first.markets_read, first.pairs_judged)


def test_a_match_that_is_stopped_has_not_worked_for_nothing(
    tmp_path: Path, mappings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("arbkit.app.remembering.JUDGED_TOGETHER", 1)
    store = stored(tmp_path, catalogue(ROWS[:40]))
    full, _ = from_nothing(store, mappings, tmp_path)

    def stopped(stage: Stage, done: int, of: int) -> None:
        if stage is Stage.JUDGED and done > of // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        match_catalogues(store, mappings, StandingClock(), stopped)
    rest = match_catalogues(store, mappings, StandingClock(), silent)

    assert rest.pairs == full.pairs
    assert 0 < rest.pairs_judged < full.pairs_judged * 2 // 3


def test_what_is_over_is_forgotten(tmp_path: Path, mappings: Path) -> None:
    store = stored(tmp_path, catalogue(ROWS[:20]))
    matched(store, mappings)
    before = len(store.table("readings"))
    over = [replace(market, status=MarketStatus.SETTLED) for market in store.catalogue.markets(KALSHI)[:5]]
    fresh = [replace(market, subtitle="Final") for market in store.catalogue.markets(KALSHI)[5:]]
    store.catalogue.refresh([*over, *fresh], at=NOW)
    matched(store, mappings)

    assert len(store.table("readings")) < before
    assert {row["kalshi_key"] for row in store.table("judgements")}.isdisjoint(market.id.key for market in over)


def test_what_cannot_be_read_back_is_made_afresh(tmp_path: Path, mappings: Path) -> None:
    store = stored(tmp_path, catalogue(ROWS[:20]))
    first = matched(store, mappings)
    for statement in ("UPDATE readings SET facts = x'00'", "UPDATE judgements SET verdicts = x'c1'"):
        store._database.connection.execute(statement)
    again = matched(store, mappings)

    assert again.pairs == first.pairs
    assert (again.markets_read, again.pairs_judged) == (first.markets_read, first.pairs_judged)


# -- names -------------------------------------------------------------------------------------------------------------


def test_a_name_holds_every_field_that_facts_may_be_read_from() -> None:
    market = a_market(KALSHI, "KXTEST-26", title="Will it rain?")
    moving = {"status", "grid", "qty_min", "qty_step", "fees", "shard", "delay_ms", "volume"}
    other: dict[str, object] = {
        "id": MarketId(KALSHI, "KXTEST-27"), "tags": ("rain",), "opens_at": NOW, "closes_at": NOW + timedelta(9),
        "expected_at": NOW + timedelta(8), "strike": Strike(StrikeKind.LESS, "", "7"), "neg_risk": True,
        "placeholder": True,
    }  # fmt: skip
    name = name_of(market, b"one")

    for field in {field.name for field in fields(Market)} - moving:
        assert name_of(replace(market, **{field: other.get(field, "another")}), b"one") != name, field
    assert name_of(market, b"two") != name


def test_what_moves_leaves_name_and_facts_alone() -> None:
    market = kalshi("Will Bitcoin be above $95,000 on March 31, 2026?", "KXBTC-26MAR31", rules="If it is, Yes.")
    moved = replace(
        market, status=MarketStatus.PAUSED, fees=KalshiFees("quadratic", 1), volume=Qty(7), shard=3, delay_ms=9,
        qty_min=Qty(1), qty_step=Qty(1), grid=PriceGrid(()),
    )  # fmt: skip

    assert name_of(moved, b"") == name_of(market, b"")
    assert read_facts(market_of(part_of(moved))) == read_facts(moved) == read_facts(market)


def test_facts_are_kept_whole() -> None:
    for row in ROWS[::5]:
        for market in (from_row(row["kalshi"]), from_row(row["polymarket"])):
            facts = read_facts(market)
            packed = pack_facts(facts)
            assert packed is not None
            back = unpack_facts(packed)
            assert back == facts
            assert back.spelled == facts.spelled
            assert back.clauses == facts.clauses


def test_facts_with_numbers_beyond_all_measure_are_not_kept() -> None:
    assert pack_facts(read_facts(polymarket("Will the national debt hit $50 trillion in 2026?"))) is None
    assert unpack_facts(b"") is None
    assert unpack_verdicts(b"") == {}


def test_another_line_of_the_core_is_another_edition(tmp_path: Path) -> None:
    [source] = arbkit.core.__path__
    core = tmp_path / "core"
    shutil.copytree(source, core, ignore=shutil.ignore_patterns("__pycache__"))
    same = engine(core)
    judge = core / "matching" / "judge.py"
    judge.write_text(judge.read_text(encoding="utf-8").replace("AGREED_PPM = 993_000", "AGREED_PPM = 992_000"))

    assert same == engine(Path(source))
    assert engine(core) != same
    assert edition({"fed": "central bank"}) != edition({})
