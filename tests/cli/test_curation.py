"""Curation: decisions by id, out into files, back in, and every way in which one stops to hold."""

import gzip
from pathlib import Path

import pytest
import yaml

from arbkit.app.catalog import PassKind, VenueSync
from arbkit.cli.render import Output
from arbkit.cli.rewording import difference, tell_rewordings
from arbkit.core.markets import MarketStatus
from arbkit.store.mappings import load_mappings
from arbkit.store.store import Store
from arbkit.venues.kalshi.wire import catalogue as kalshi_wire
from arbkit.venues.polymarket.wire import catalogue as polymarket_wire
from tests.builders import KALSHI, NOW, POLYMARKET, a_market, a_pair

ID = "0x" + "ab" * 32
STARTER = Path(__file__).parents[2] / "mappings" / "starter.yaml"


@pytest.fixture
def stored(arbkit, home: Path) -> Path:
    """A store with one pair that matching has found."""
    arbkit("status")
    markets = a_market(KALSHI), a_market(POLYMARKET, ID)
    with Store(home / "arbkit.db") as store:
        store.catalogue.refresh(list(markets), at=NOW)
        store.pairs.replace([a_pair(*markets)], at=NOW)
    return home


def pair_id(home: Path) -> str:
    with Store(home / "arbkit.db") as store:
        return store.pairs.active()[0].id


def reword(home: Path, rules: str = "Pays if it hails.", **more: object) -> None:
    with Store(home / "arbkit.db") as store:
        store.catalogue.refresh([a_market(KALSHI, rules=rules, **more)], at=NOW)


def written(text: str) -> None:
    Path("mappings").mkdir(exist_ok=True)
    Path("mappings/a.yaml").write_text(text)


def entry(kalshi: str = "KXRAIN-26NOV30", more: str = "") -> str:
    return f"version: 1\npairs:\n  - kalshi: {kalshi}\n    polymarket: '{ID}'\n{more}"


def test_a_pair_is_approved_and_rejected_by_the_beginning_of_its_id(arbkit, stored: Path) -> None:
    beginning = pair_id(stored)[:6]
    assert arbkit("mappings", "approve", beginning, "--flip", "--note", "read").code == 0
    [row] = arbkit("mappings", "list", "--json").rows
    assert (row["decision"], row["polarity"], row["in_force"], row["note"]) == ("approved", "inverted", True, "read")
    arbkit("mappings", "reject", beginning)
    [row] = arbkit("mappings", "list", "--json").rows
    assert row["decision"] == "rejected"


@pytest.mark.parametrize("text", ["", "zzzz"])
def test_an_id_that_names_no_pair_is_refused(arbkit, stored: Path, text: str) -> None:
    ran = arbkit("mappings", "approve", text)
    assert ran.code != 0
    assert "arbkit match" in ran.err


def test_what_is_exported_is_read_back_and_bound_to_the_rules(arbkit, stored: Path) -> None:
    arbkit("mappings", "approve", pair_id(stored))
    shown = arbkit("mappings", "export")
    assert yaml.safe_load(shown.out)["pairs"][0]["kalshi"] == "KXRAIN-26NOV30"
    Path("mappings").mkdir()
    assert arbkit("mappings", "export", "mappings/mine.yaml").code == 0
    [kept] = load_mappings(Path("mappings"))
    assert len(kept.curated.kalshi_rules_hash) == 64
    again = arbkit("mappings", "export", "mappings/mine.yaml")
    assert (again.code, "already" in again.err) == (2, True)
    assert arbkit("mappings", "check").code == 0


def test_check_names_what_dangles_what_is_over_and_what_is_void(arbkit, stored: Path) -> None:
    written(entry("KXNOBODY"))
    assert [row["problem"] for row in arbkit("mappings", "check", "--json").rows] == ["dangling"]
    written(entry(more=f"    kalshi_rules_hash: {'0' * 64}\n"))
    ran = arbkit("mappings", "check", "--json")
    assert (ran.code, [row["problem"] for row in ran.rows]) == (1, ["void"])
    written(entry())
    reword(stored, status=MarketStatus.SETTLED)
    assert "over" in arbkit("mappings", "check").out


def test_check_names_a_decision_of_the_command_line_that_is_void_or_contradicts_a_file(arbkit, stored: Path) -> None:
    arbkit("mappings", "reject", pair_id(stored))
    written(entry())
    assert [row["problem"] for row in arbkit("mappings", "check", "--json").rows] == ["contradiction"]
    reword(stored)
    assert [row["problem"] for row in arbkit("mappings", "check", "--json").rows] == ["void"]


def test_the_starter_file_is_well_formed_and_bound_to_the_texts_that_were_read() -> None:
    entries = [one for one in load_mappings(STARTER.parent) if "starter.yaml" in one.origin]
    assert len(entries) >= 10
    assert all(one.curated.kalshi_rules_hash and one.curated.polymarket_rules_hash and one.on for one in entries)
    assert all(one.by_slug for one in entries), "a condition id is not to be had from the recording"


@pytest.mark.shared
def test_the_starter_file_holds_on_the_recording_that_it_was_written_from(shared: Path) -> None:
    folder = shared / "data" / "catalog" / "2026-03-10"
    kalshi, polymarket = (
        gzip.decompress((folder / f"{venue}.jsonl.gz").read_bytes()) for venue in (KALSHI, POLYMARKET)
    )
    listed = {market.id: market for market in kalshi_wire.parse_file(kalshi).markets}
    slugged = {market.slug: market for market in polymarket_wire.parse_file(polymarket).markets}
    for one in load_mappings(STARTER.parent):
        decided = one.curated
        assert decided.holds(listed[decided.kalshi], slugged[decided.polymarket.key]), one.origin


def test_a_match_names_a_few_curated_markets_that_nobody_lists_and_counts_the_others(arbkit, stored: Path) -> None:
    rows = [f"  - {{kalshi: KXNOBODY{number}, polymarket: nobody-{number}}}\n" for number in range(3)]
    written("version: 1\npairs:\n" + "".join(rows))
    said = [line for line in arbkit("match").err.splitlines() if "not in the catalogue" in line]
    assert [("nobody" in line.lower(), "mappings check" in line) for line in said] == [(True, False)] * 3 + [
        (False, True)
    ]
    assert said[-1].startswith("3 more")


def test_an_empty_catalogue_is_said_once_and_not_once_a_curated_market(arbkit) -> None:
    written(entry("KXNOBODY"))
    assert [line for line in arbkit("match").err.splitlines() if "catalogue" in line] == [
        "a catalogue is empty; run `arbkit markets sync` first"
    ]


def test_a_market_may_be_named_by_its_slug(arbkit, stored: Path) -> None:
    written(entry().replace(ID, "rain-in-the-park-on-november-30"))
    assert [row["problem"] for row in arbkit("mappings", "check", "--json").rows] == ["dangling"]
    with Store(stored / "arbkit.db") as store:
        store.catalogue.refresh([a_market(POLYMARKET, ID, slug="rain-in-the-park-on-november-30")], at=NOW)
    assert arbkit("mappings", "check").code == 0


def test_a_difference_shows_the_words_that_changed_and_few_others() -> None:
    old = "one two three four five six seven eight nine ten before January 1, 2027 it pays"
    new = old.replace("before", "by")
    assert " ".join(difference(old, new)).endswith("[-before-] {+by+} January 1, 2027 it pays")
    assert "..." in difference(old, new)
    assert difference("same", "same") == ["same"]


def test_an_alias_is_read_and_a_file_of_nonsense_is_refused_with_its_line(arbkit, stored: Path) -> None:
    Path("mappings").mkdir()
    aliases = Path("mappings/aliases.yaml")
    aliases.write_text('version: 1\naliases:\n  "Big Dance": "NCAA Tournament"\n')
    assert arbkit("match").code == 0
    aliases.write_text("version: 1\naliases:\n  - a\n")
    ran = arbkit("match")
    assert ran.code != 0
    assert "aliases.yaml:3" in ran.err


def test_a_sync_that_voids_a_decision_says_which_and_what_changed(
    arbkit, stored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arbkit("mappings", "approve", pair_id(stored))
    reword(stored, "Pays if a drop falls in the park by 30 November.")
    with Store(stored / "arbkit.db") as store:
        result = VenueSync(venue=KALSHI, kind=PassKind.FULL, reworded=[a_market(KALSHI).id])
        tell_rewordings(store, [result], Output())
    said = capsys.readouterr().err
    assert "void: kalshi:KXRAIN-26NOV30 = polymarket:0xabab" in said
    assert "drop falls in the park [-on-] {+by+} 30 November." in said
