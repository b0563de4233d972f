"""However many processes share a match: the same pairs, and the same is kept; stopped, it goes on where it was."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from arbkit.app.pairs import Matched, match_catalogues, silent
from arbkit.app.remembering import Progress, Stage
from arbkit.core.matching.facts import Facts
from arbkit.core.matching.memory import unpack_facts
from arbkit.core.spread import Cores, here
from arbkit.errors import WorkerDied
from arbkit.processes.crew import Crew, threads
from arbkit.store.store import Store
from tests.app.test_rematch import ROWS, catalogue, stored
from tests.builders import StandingClock

pytestmark = pytest.mark.slow


@pytest.fixture
def crew() -> Iterator[Crew]:
    made = Crew(3)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _little_is_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arbkit.app.remembering.SPREAD_FROM_US", 0)
    monkeypatch.setattr("arbkit.app.pairs.SPREAD_FROM_TEXTS", 0)
    monkeypatch.setattr("arbkit.app.remembering.READ_TOGETHER", 7)
    monkeypatch.setattr("arbkit.app.remembering.JUDGED_TOGETHER", 5)
    monkeypatch.setattr("arbkit.app.remembering.KEPT_EVERY", 50)


def matched(store: Store, mappings: Path, crew: Crew, progress: Progress = silent) -> Matched:
    return match_catalogues(store, mappings, StandingClock(), progress, Cores(crew.count, crew, threads(crew.count)))


def facts(store: Store) -> dict[tuple[str, str, bytes], Facts | None]:
    """What is kept of each market; as bytes they differ, for sets have no order."""
    return {(row["venue"], row["key"], row["name"]): unpack_facts(row["facts"]) for row in store.table("readings")}


def mappings(directory: Path) -> Path:
    """Aliases travel to the others too."""
    made = directory / "mappings"
    made.mkdir()
    (made / "aliases.yaml").write_text("version: 1\naliases:\n  central bank: Fed\n")
    return made


def test_one_process_or_three_give_and_keep_the_same(tmp_path: Path, crew: Crew) -> None:
    markets, aliases = catalogue(ROWS[:150]), mappings(tmp_path)
    alone, shared = (tmp_path / name for name in ("alone", "shared"))
    alone.mkdir()
    shared.mkdir()
    first = stored(alone, markets)
    one = match_catalogues(first, aliases, StandingClock())
    second = stored(shared, markets)
    three = matched(second, aliases, crew)

    assert three.pairs == one.pairs
    assert one.tradable
    assert (three.markets_read, three.pairs_judged) == (one.markets_read, one.pairs_judged)
    for table in ("judgements", "pairs"):
        assert sorted(map(repr, second.table(table))) == sorted(map(repr, first.table(table)))
    assert facts(second) == facts(first)
    assert first.catalogue.tokens(markets[0].id.venue) == second.catalogue.tokens(markets[0].id.venue)
    assert matched(second, aliases, crew).pairs_judged == 0


def test_little_work_starts_nobody(tmp_path: Path, crew: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arbkit.app.remembering.SPREAD_FROM_US", 2_000_000)
    monkeypatch.setattr("arbkit.app.pairs.SPREAD_FROM_TEXTS", 20_000)
    matched(stored(tmp_path, catalogue(ROWS[:20])), mappings(tmp_path), crew)

    assert not crew._workers


@pytest.mark.parametrize("stage", Stage)
def test_stopped_while_others_work_what_was_answered_is_kept(tmp_path: Path, crew: Crew, stage: Stage) -> None:
    store, aliases = stored(tmp_path, catalogue(ROWS[:60])), mappings(tmp_path)

    all_of_it = dict[Stage, int]()

    def stopped(at: Stage, done: int, of: int) -> None:
        all_of_it[at] = of
        if at is stage and done > of // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        matched(store, aliases, crew, stopped)
    assert not crew._workers
    assert not store.table("pairs")
    rest = matched(store, aliases, crew)

    if stage is Stage.READ:
        assert 0 < rest.markets_read < all_of_it[stage] // 2
    else:
        assert rest.markets_read == 0
        assert 0 < rest.pairs_judged < all_of_it[stage] // 2


def test_a_worker_that_dies_leaves_the_pairs_of_the_last_match(tmp_path: Path, crew: Crew) -> None:
    """And not some of the new ones; what was answered until then is kept."""
    markets, aliases = catalogue(ROWS[:60]), mappings(tmp_path)
    store = stored(tmp_path, markets[:40])
    before = matched(store, aliases, crew)
    kept = store.table("pairs")
    store.catalogue.refresh(markets, at=StandingClock().now())

    def murdered(at: Stage, _done: int, _of: int) -> None:
        if at is Stage.JUDGED:  # at the first answer: later on it may have given all of its own
            crew._workers[0].process.kill()
            crew._workers[0].process.wait()

    with pytest.raises(WorkerDied):
        matched(store, aliases, crew, murdered)
    assert store.table("pairs") == kept
    rest = matched(store, aliases, crew)

    assert before.pairs
    assert rest.markets_read == 0
    assert rest.pairs == match_catalogues(store, aliases, StandingClock(), cores=Cores(1, here, here)).pairs
