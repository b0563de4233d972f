"""The commands on simulated venues: what they print adds up, agrees, and survives a second run."""

import json
import re
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from tests.cli.conftest import environment, on_terminal, process

pytestmark = pytest.mark.slow


@pytest.fixture
def synced(arbkit, simulated: str):
    """Both catalogues are in the store."""
    assert arbkit("markets", "sync", "--sim", "-q").code == 0
    return arbkit


def levels_cost(levels: list[dict[str, Decimal]]) -> Decimal:
    return sum((Decimal(level["price"]) * Decimal(level["qty"]) for level in levels), Decimal())


def test_sync_and_list_agree(arbkit, simulated: str) -> None:
    synced = {row["venue"]: row for row in arbkit("markets", "sync", "--sim", "--json").rows}
    assert set(synced) == {"kalshi", "polymarket"}
    for venue, row in synced.items():
        assert row["error"] is None
        assert len(arbkit("markets", "list", "--sim", "--venue", venue, "--json").rows) == row["seen"] == row["new"]


def test_a_second_sync_changes_nothing(synced) -> None:
    assert {row["new"] for row in synced("markets", "sync", "--sim", "--json").rows} == {0}


def test_one_venue_can_be_synced_alone(arbkit, simulated: str) -> None:
    assert [row["venue"] for row in arbkit("markets", "sync", "--sim", "--venue", "kalshi", "--json").rows] == [
        "kalshi"
    ]


def test_a_market_is_shown_by_its_id_or_the_beginning_of_it(synced) -> None:
    [first] = synced("markets", "list", "--sim", "--venue", "polymarket", "--limit", "1", "--json").rows
    whole = str(first["id"])
    for text in (whole, whole.partition(":")[2], whole[:30]):
        [shown] = synced("markets", "show", text, "--sim", "--json").rows
        assert shown["id"] == whole
        assert shown["rules"]
    assert "rules" in synced("markets", "show", whole, "--sim").out


def test_a_beginning_of_several_ids_is_refused(synced) -> None:
    ran = synced("markets", "show", "KX", "--sim")
    assert (ran.code, "begins" in ran.err) == (2, True)


def test_every_row_of_a_scan_adds_up_to_the_micro_dollar(synced) -> None:
    synced("match", "--sim", "-q")
    rows = synced("scan", "--sim", "--all", "--json").rows
    assert rows
    for row in rows:
        number = {key: Decimal(value) for key, value in row.items() if isinstance(value, int | Decimal)}
        for leg in ("kalshi", "polymarket"):
            assert levels_cost(row[f"{leg}_levels"]) == number[f"{leg}_cost_usd"]
            assert sum(Decimal(level["qty"]) for level in row[f"{leg}_levels"]) == number["qty"]
        assert number["kalshi_cost_usd"] + number["polymarket_cost_usd"] == number["cost_usd"]
        assert number["kalshi_fee_usd"] + number["polymarket_fee_usd"] == number["fees_usd"]
        assert number["payout_usd"] == number["qty"]
        assert number["payout_usd"] - number["cost_usd"] == number["gross_usd"]
        assert number["gross_usd"] - number["fees_usd"] - number["gas_usd"] == number["net_usd"] > 0
        assert number["cost_usd"] + number["fees_usd"] == number["capital_usd"]
        assert 0 <= number["net_usd"] / number["capital_usd"] - number["return"] < Decimal("0.0001")
        assert row["kalshi_side"] != row["polymarket_side"] or row["polarity"] == "inverted"
        assert 0 <= number["execution_risk"] <= 1
        assert 0 <= number["age_ms"] <= 2000


def test_a_scan_leaves_out_what_is_not_asked_for(synced) -> None:
    synced("match", "--sim", "-q")
    rows = synced("scan", "--sim", "--all", "--json").rows
    most = max(Decimal(row["net_usd"]) for row in rows)
    assert synced("scan", "--sim", "--min-net", str(int(most) + 1), "--json").out == ""
    assert len(synced("scan", "--sim", "--all", "--limit", "1", "--json").rows) == 1
    assert all(Decimal(row["return"]) >= Decimal("0.03") for row in synced("scan", "--sim", "--json").rows)
    yearly = [
        row["annualised_return"] for row in synced("scan", "--sim", "--all", "--sort", "annualised", "--json").rows
    ]
    assert all(a >= b for a, b in pairwise(Decimal(y) for y in yearly if y is not None))


def test_the_fee_model_of_the_specification_can_be_asked_for(synced) -> None:
    synced("match", "--sim", "-q")
    assert {row["fee_model"] for row in synced("scan", "--sim", "--all", "--fees", "spec", "--json").rows} <= {"spec"}


def test_a_scan_without_pairs_says_what_to_do(arbkit, simulated: str) -> None:
    ran = arbkit("scan", "--sim")
    assert (ran.code, ran.out) == (0, "")
    assert "arbkit match" in ran.err


def test_match_explains_each_pair(synced) -> None:
    rows = synced("match", "--sim", "--json").rows
    assert rows
    for row in rows:
        assert row["reasons"]
        assert not row["tradable"] or Decimal(row["confidence"]) >= Decimal("0.95")
    tradable = synced("match", "--sim", "--tradable", "--json").rows
    assert [row["tradable"] for row in tradable] == [True] * sum(bool(row["tradable"]) for row in rows)


def test_a_person_decides_and_the_decision_is_listed(synced) -> None:
    pair = next(row for row in synced("match", "--sim", "--json").rows if row["tradable"])
    ids = (str(pair["kalshi_ticker"]), str(pair["polymarket_condition_id"]))
    [added] = synced("mappings", "add", *ids, "--reject", "--note", "half-time, not full time", "--sim", "--json").rows
    assert (added["decision"], added["in_force"], added["origin"]) == ("rejected", True, "store")
    assert synced("mappings", "list", "--sim", "--json").rows == [added]
    now = {row["id"]: row for row in synced("match", "--sim", "--json").rows}
    assert pair["id"] not in now or not now[pair["id"]]["tradable"]


def test_curated_files_are_listed_with_their_place(arbkit, simulated: str, tmp_path: Path) -> None:
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "a.yaml").write_text(
        f'version: 1\npairs:\n  - kalshi: KX-1\n    polymarket: "0x{"0" * 64}"\n    by: me\n    on: 2026-11-22\n'
    )
    assert arbkit("mappings", "list", "--sim", "--json").rows == []
    [row] = arbkit("mappings", "list", "--json").rows
    assert (row["kalshi_ticker"], row["who"], row["in_force"]) == ("KX-1", "me", None)
    assert str(row["origin"]).startswith(str(tmp_path / "mappings" / "a.yaml"))


def test_the_settings_show_where_they_come_from(arbkit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.yaml").write_text("risk:\n  max_imbalance: 7.5\n")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "123456:secret-token")
    ran = arbkit("config", "show", "--origin", "--json", "--set", "risk.profile=strict")
    rows = {row["key"]: row for row in ran.rows}
    assert (rows["risk.max_imbalance"]["value"], rows["risk.max_imbalance"]["origin"]) == (
        Decimal("7.5"),
        f"{tmp_path}/config.yaml:2",
    )
    assert rows["risk.profile"]["origin"] == "--set"
    assert rows["telegram.bot_token"]["origin"] == "TELEGRAM_BOT_TOKEN"
    assert "secret-token" not in ran.out
    assert f"{tmp_path}/config.yaml" in arbkit("config", "path").out


def test_run_shows_the_job_and_what_to_do_next(arbkit, simulated: str) -> None:
    ran = arbkit("run", "--sim")
    assert ran.code == 0
    for words in ("Simulated:", "1/6 sync", "2/6 match", "trap: ", "are refused: only ", "3/6 scan", "4/6 trade",
                  "refused: a pair matched by method fuzzy needs approval", "5/6 positions", "6/6 ledger",
                  "Next:"):  # fmt: skip
        assert words in ran.err
    assert re.search("hedged trades: [12],", ran.err)
    assert len(re.findall(r"^ {2}arbkit ", ran.err, re.MULTILINE)) == 3
    assert len(ran.out.splitlines()) > 6


@pytest.mark.parametrize("columns", [80, 120])
def test_tables_fit_the_terminal(simulator: str, tmp_path: Path, columns: int) -> None:
    environ = environment(tmp_path, ARBKIT_SIM=simulator)
    for command in (["run", "--sim"], ["markets", "list", "--sim", "--limit", "9"], ["config", "show", "--origin"]):
        ran = on_terminal(*command, cwd=tmp_path, environ=environ | {"NO_COLOR": "1"}, columns=columns)
        assert ran.code == 0, ran.out
        shown = [line for line in ran.out.splitlines() if "\x1b" not in line and str(tmp_path) not in line]
        assert not [line for line in shown if len(line) > columns]


def test_a_terminal_that_can_do_nothing_has_its_own_width_too(simulator: str, tmp_path: Path) -> None:
    environ = environment(tmp_path, ARBKIT_SIM=simulator, TERM="dumb")
    ran = on_terminal("config", "show", cwd=tmp_path, environ=environ, columns=60)
    assert max(map(len, ran.out.splitlines())) <= 60


def test_a_narrow_terminal_keeps_what_a_person_needs_to_go_on(tmp_path: Path) -> None:
    environ = environment(tmp_path, NO_COLOR="1")  # a world of its own: the tour takes what others would look for
    process("run", "--sim", cwd=tmp_path, environ=environ)
    for command, heads in (
        ("scan --sim --all", "pair title fees net size profit capital days annual"),
        ("match --sim --limit 3", "pair kalshi sure trade why"),
        ("positions --sim", "mode venue market side contracts average cost"),
        ("opportunities --sim", "id pair seen qty net"),
    ):
        shown = on_terminal(*command.split(), cwd=tmp_path, environ=environ, columns=80).out
        lines = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", shown).splitlines()
        [head] = [line for line in lines if line.split()[: len(heads.split())] == heads.split()]
        assert len(head) <= 80
    assert head.endswith("taken  why not")  # the peak may have given way to it


def test_no_color_means_no_color(simulator: str, tmp_path: Path) -> None:
    environ = environment(tmp_path, ARBKIT_SIM=simulator)
    command = ("config", "show")
    plain = on_terminal(*command, cwd=tmp_path, environ=environ | {"NO_COLOR": "1"}, columns=80).out
    flag = on_terminal(*command, "--no-color", cwd=tmp_path, environ=environ, columns=80).out
    assert "\x1b[3" not in plain + flag


def test_a_pipe_gets_neither_colour_nor_progress(simulator: str, tmp_path: Path) -> None:
    environ = environment(tmp_path, ARBKIT_SIM=simulator, FORCE_COLOR="1")
    ran = process("markets", "sync", "--sim", cwd=tmp_path, environ=environ)
    assert (ran.code, "\x1b" in ran.out + ran.err, ran.err) == (0, False, "")


def test_a_command_needs_no_terminal_and_no_home_of_its_own(simulator: str, tmp_path: Path) -> None:
    environ = environment(tmp_path, ARBKIT_SIM=simulator)
    del environ["HOME"], environ["LANG"]
    ran = process("markets", "sync", "--sim", "--json", cwd=Path("/"), environ=environ)
    assert (ran.code, [json.loads(line)["error"] for line in ran.out.splitlines()]) == (0, [None, None])
