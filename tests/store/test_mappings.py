"""mappings/*.yaml: strict on what it reads."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbkit.core.markets import MarketId, Polarity
from arbkit.errors import BadFile
from arbkit.store.mappings import PAIRS_MAX, dump_mappings, load_mappings
from arbkit.store.pairs import Decision, Review
from tests.builders import KALSHI, NOW, POLYMARKET

ROOT = Path(__file__).parents[2]
ENTRY = "  - {kalshi: K1, polymarket: '0x1'}\n"


def written(directory: Path, text: str, name: str = "pairs.yaml") -> Path:
    (directory / name).write_text(text)
    return directory


def test_an_entry_is_read_with_its_place(tmp_path: Path) -> None:
    text = f"""version: 1
pairs:
  - kalshi: KXFED-26DEC-T3.75
    polymarket: "0x1f0c"
    polarity: inverted
    decision: rejected
    note: 'another \u202emeeting'
    by: eve
    on: 2026-11-22
    kalshi_rules_hash: {"a" * 64}
"""
    [entry] = load_mappings(written(tmp_path, text))
    assert entry.origin == f"{tmp_path}/pairs.yaml:3"
    assert entry.curated.kalshi == MarketId(KALSHI, "KXFED-26DEC-T3.75")
    assert (entry.curated.polarity, entry.curated.approved) == (Polarity.INVERTED, False)
    assert entry.curated.kalshi_rules_hash == "a" * 64
    assert entry.curated.note == "another \ufffdmeeting"
    assert (entry.by, str(entry.on)) == ("eve", "2026-11-22")


def test_an_entry_is_approved_and_aligned_unless_it_says_otherwise(tmp_path: Path) -> None:
    [entry] = load_mappings(written(tmp_path, "version: 1\npairs:\n" + ENTRY))
    assert (entry.curated.polarity, entry.curated.approved) == (Polarity.ALIGNED, True)


def test_no_directory_holds_no_entries(tmp_path: Path) -> None:
    assert load_mappings(tmp_path / "none") == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("version: 2\npairs: []", "version: 1"),
        ("pairs: []", "version: 1"),
        ("version: 1", "pairs"),
        ("version: 1\npairs: []\nextra: 1", "nothing else"),
        ("version: 1\npairs: 7", "not a list"),
        ("- a", "key: value"),
        ("version: 1\npairs:\n  - K1", ":3: expected"),
        ("version: 1\npairs:\n  - {kalshi: K1}", "polymarket"),
        ("version: 1\npairs:\n  - {kalshi: K1, polymarket: P, confidence: 1}", "confidence"),
        ("version: 1\npairs:\n  - {kalshi: K1, polymarket: P, polarity: sideways}", "sideways"),
        ("version: 1\npairs:\n  - {kalshi: K1, polymarket: P, on: yesterday}", "yesterday"),
        ("version: 1\npairs:\n  - {kalshi: K1, kalshi: K2, polymarket: P}", "twice"),
        ("version: 1\npairs:\n  - {kalshi: [K1], polymarket: P}", "single value"),
        ("version: 1\npairs:\n  - {kalshi: '', polymarket: P}", "not the id"),
        ("version: 1\npairs:\n  - {kalshi: 'K 1', polymarket: P}", "not the id"),
        ("version: 1\npairs:\n  - {kalshi: K1, polymarket: P, kalshi_rules_hash: XYZ}", "64 hex digits"),
        ("version: 1\npairs: &a [*a]", "aliases"),
        ("version: 1\npairs: " + "[" * 50 + "]" * 50, "nesting"),
        ("version: 1\npairs:\n  - {kalshi: !!python/object:os.system K1, polymarket: P}\n\t", "not YAML"),
        ("version: 1\npairs:\n" + ENTRY + ENTRY, "contradicts"),
        ("version: 1\npairs:\n" + ENTRY + "  - {kalshi: K1, polymarket: '0x2'}", "contradicts"),
        ("version: 1\npairs:\n" + ENTRY + "  - {kalshi: K2, polymarket: '0x1'}", "contradicts"),
        ("#" * (1 << 20) + "\n", "larger than"),
    ],
)
def test_what_is_not_in_the_schema_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(BadFile, match=complaint) as refusal:
        load_mappings(written(tmp_path, text))
    assert str(refusal.value).startswith(f"{tmp_path}/pairs.yaml")


def test_a_market_may_be_rejected_with_many_and_approved_with_one(tmp_path: Path) -> None:
    text = "version: 1\npairs:\n" + ENTRY + "  - {kalshi: K1, polymarket: '0x2', decision: rejected}"
    assert len(load_mappings(written(tmp_path, text))) == 2


def test_two_files_must_not_contradict_each_other(tmp_path: Path) -> None:
    written(tmp_path, "version: 1\npairs:\n" + ENTRY, "a.yaml")
    written(tmp_path, "version: 1\npairs:\n" + ENTRY.replace("}", ", polarity: inverted}"), "b.yaml")
    with pytest.raises(BadFile, match=r"b\.yaml:3: .* contradicts .*a\.yaml:3"):
        load_mappings(tmp_path)


@pytest.mark.slow
def test_there_is_an_end_to_the_number_of_pairs(tmp_path: Path) -> None:
    rows = "".join(f"  - {{kalshi: K{n}, polymarket: P{n}}}\n" for n in range(PAIRS_MAX + 1))
    with pytest.raises(BadFile, match="more than 5000 pairs"):
        load_mappings(written(tmp_path, "version: 1\npairs:\n" + rows))


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "pairs.yaml").write_bytes(b"version: 1\npairs: \xff")
    with pytest.raises(BadFile, match="not UTF-8"):
        load_mappings(tmp_path)


@settings(max_examples=200, deadline=None)
@given(content=st.binary(max_size=60) | st.text(max_size=60).map(lambda text: ("version: 1\npairs: " + text).encode()))
def test_nothing_but_a_bad_file_comes_of_garbage(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    directory = tmp_path_factory.mktemp("garbage")
    (directory / "pairs.yaml").write_bytes(content)
    said = ""
    try:
        load_mappings(directory)
    except BadFile as refusal:
        said = str(refusal)
    assert "\n" not in said


def test_an_export_is_read_back(tmp_path: Path) -> None:
    review = Review(
        kalshi=MarketId(KALSHI, "K1"),
        polymarket=MarketId(POLYMARKET, "0x1"),
        decision=Decision.REJECTED,
        polarity=Polarity.INVERTED,
        kalshi_rules_hash="a" * 64,
        polymarket_rules_hash="b" * 64,
        who="eve",
        at=NOW,
        note="yes: no # [\u2028]",
    )
    [entry] = load_mappings(written(tmp_path, dump_mappings([review])))
    assert (entry.curated.approved, entry.curated.polarity) == (False, Polarity.INVERTED)
    assert (entry.curated.kalshi_rules_hash, entry.curated.polymarket_rules_hash) == ("a" * 64, "b" * 64)
    assert (entry.by, entry.on) == ("eve", NOW.date())


def test_what_the_project_ships_is_well_formed() -> None:
    load_mappings(ROOT / "mappings")


def test_the_example_becomes_a_mapping_by_its_name(tmp_path: Path) -> None:
    written(tmp_path, (ROOT / "mappings" / "example.yaml.txt").read_text())
    assert len(load_mappings(tmp_path)) == 1
