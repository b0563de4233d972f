"""Mistakes of a newcomer: each gets one line that says what was probably meant."""

from pathlib import Path

import pytest

from arbkit.errors import UsageError
from tests.cli.conftest import environment, on_terminal


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("scna", "No such command 'scna'; did you mean 'scan'? (see `arbkit --help`)"),
        ("markets lst", "did you mean 'list'? (see `arbkit markets --help`)"),
        ("markets", "Missing command; there is import, list, show, sync (see `arbkit markets --help`)"),
        ("scan --limt 3", "No such option: --limt; did you mean --limit? (see `arbkit scan --help`)"),
        ("markets list --venue kalsi", "'kalsi' is not one of 'kalshi', 'polymarket'"),
        ("config show --set trading.max_slipage=1", "did you mean trading.max_slippage?"),
        ("markets list --fields titel", "--fields titel: did you mean title?"),
        ("status --fields zzz", "--fields zzz: there is mode, "),
        ("trade", "say the id of a pair (`arbkit scan` shows them), or --stdin"),
        ("trade zzz", "'zzz' is not an id; write the id of a pair or of an opportunity"),
        ("markets show zzz", "'zzz' is not an id; write an id of `arbkit markets list`"),
        ("markets import nofile --venue kalshi", "nofile: cannot be read (No such file or directory)"),
        ("run --live", "repeat it with --live --confirm"),
        ("logs --level wran", "use debug, info, warn, error"),
        ("run --for 5x", "write for example 90s, 10m or 2h"),
    ],
)
def test_one_line_says_what_to_do(arbkit, line: str, says: str) -> None:
    ran = arbkit(*line.split())
    assert ran.code in {UsageError.exit_code, 3}
    assert (ran.out, ran.err.count("\n")) == ("", 1)
    assert says in ran.err


def test_fields_choose_and_order_in_json_and_in_tables(arbkit) -> None:
    rows = arbkit("config", "show", "--json", "--fields", "value,key").rows
    assert [list(row) for row in rows] == [["value", "key"]] * len(rows)
    head = arbkit("config", "show", "--fields", "kind,key").out.splitlines()[0]
    assert head.split() == ["kind", "setting"]
    assert list(arbkit("status", "--json", "--fields", "trades_today").rows[0]) == ["trades_today"]


@pytest.mark.slow
@pytest.mark.usefixtures("simulated")
def test_an_id_with_a_slip_is_recognised(arbkit) -> None:
    arbkit("markets", "sync", "--sim")
    pair = next(row["id"] for row in arbkit("match", "--sim", "--json").rows)
    wrong = f"{pair[:-1]}{'0' if pair[-1] != '0' else '1'}"
    for command in (("trade", wrong), ("mappings", "approve", wrong), ("run", "--once", "--pairs", wrong)):
        assert f"did you mean {pair}?" in arbkit(*command, "--sim").err
    market = arbkit("markets", "list", "--sim", "--json").rows[0]["id"].partition(":")[2]
    slip = f"{market[:4]}{market[5]}{market[4]}{market[6:]}"
    assert f"did you mean {market}?" in arbkit("markets", "show", slip, "--sim").err


@pytest.mark.slow
@pytest.mark.usefixtures("simulated")
def test_a_field_that_does_not_exist_is_refused_before_anything_is_done(arbkit) -> None:
    arbkit("run", "--sim", "-q")
    before = arbkit("report", "--sim", "--json", "--mode", "dry-run").rows
    pair = arbkit("match", "--sim", "--json", "--tradable").rows[0]["id"]
    for command in (("trade", pair, "--yes"), ("run", "--once"), ("mappings", "approve", pair), ("reconcile",)):
        ran = arbkit(*command, "--sim", "--fields", "nonsense")
        assert (ran.code, "--fields nonsense" in ran.err) == (2, True), command
    assert arbkit("report", "--sim", "--json", "--mode", "dry-run").rows == before
    assert not [row for row in arbkit("mappings", "list", "--sim", "--json").rows if row["who"] != "tour"]


@pytest.mark.parametrize("config", ["nothere.yaml", "bad.yaml"])
def test_settings_that_were_named_are_read_even_where_nothing_needs_them(arbkit, tmp_path: Path, config: str) -> None:
    (tmp_path / "bad.yaml").write_text("risk:\n  daily_loss_limt: 5\n")
    ran = arbkit("status", "--config", config)
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert config in ran.err


@pytest.mark.slow
def test_a_message_breaks_between_words_on_a_terminal(tmp_path: Path) -> None:
    ran = on_terminal("markets", "lst", cwd=tmp_path, environ=environment(tmp_path), columns=40)
    assert ran.out.splitlines() == [
        "arbkit: No such command 'lst'; did you",
        "  mean 'list'? (see `arbkit markets",
        "  --help`)",
    ]


def test_help_begins_with_what_a_newcomer_needs(arbkit) -> None:
    shown = arbkit().out
    assert "First time? arbkit run --sim." in shown.partition("Options:")[0]
    listed = [line.split()[0] for line in shown.partition("Commands:")[2].splitlines() if line.startswith("  ")]
    assert listed[:4] == ["run", "scan", "match", "trade"]
