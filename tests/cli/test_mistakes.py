"""Mistakes of a newcomer: each gets one line that says what was probably meant."""

import re
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
        ("config risk", "No such command 'risk'; there is path, sample, show (see `arbkit config --help`)"),
        ("scan --simm", "No such option: --simm; did you mean --sim? (see `arbkit scan --help`)"),
        ("scan --limit x", "Invalid value for '--limit': write a number, such as 3"),
        ("report --html", "Option '--html' requires an argument (see `arbkit report --help`)"),
        ("resume", "Missing option '--reason': What was looked at; kept with the time"),
        ("completion", "Missing argument 'SHELL': bash, zsh or fish"),
        ("markets import x", "Missing option '--venue': Whose objects the file holds (kalshi, polymarket)"),
        ("markets list --venue kalsi", "'kalsi' is not one of 'kalshi', 'polymarket'"),
        ("config show --set trading.max_slipage=1", "did you mean trading.max_slippage?"),
        ("markets list --fields titel", "--fields titel: did you mean title?"),
        ("status --fields zzz", "--fields zzz: there is mode, "),
        ("trade", "say the id of a pair (`arbkit scan` shows them), or --stdin"),
        ("trade zzz", "'zzz' is not an id; write the id of a pair or of an opportunity"),
        ("markets show zzz", "nothing was read yet, run `arbkit markets sync` first"),
        ("mappings add KX-1 0x12", "nothing was read yet, run `arbkit markets sync` first"),
        ("markets import nofile --venue kalshi", "nofile: cannot be read (No such file or directory)"),
        ("run --live", "repeat it with --live --confirm"),
        ("logs --level wran", "use debug, info, warn, error"),
        ("run --for 5x", "write for example 90s, 10m, 2h or 7d"),
    ],
)
def test_one_line_says_what_to_do(arbkit, line: str, says: str) -> None:
    ran = arbkit(*line.split())
    assert ran.code in {UsageError.exit_code, 3}
    assert (ran.out, ran.err.count("\n")) == ("", 1)
    assert says in ran.err


@pytest.mark.parametrize(
    ("home", "says"),
    [
        ("/proc/no/such", "No such file or directory; the state directory cannot be used; name one by --home"),
        ("/dev/null", "is not a directory (links are not followed); name a real directory by --home or ARBKIT_HOME"),
        ("/dev/null/below", "Not a directory; the state directory cannot be used"),
        ("a" * 300, "File name too long"),
    ],
)
@pytest.mark.parametrize("command", ["status", "markets list", "scan", "ledger verify"])
def test_a_state_directory_that_cannot_be_is_a_mistake_and_no_bug(arbkit, home: str, says: str, command: str) -> None:
    ran = arbkit(*command.split(), "--home", home)
    assert ran.code == 2
    assert says in ran.err


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("markets list", "no markets yet; `arbkit markets sync` reads the catalogues"),
        ("match", "a catalogue is empty; run `arbkit markets sync` first"),
        ("match --review", "no pairs were found yet; run `arbkit markets sync`, then `arbkit match`"),
        ("scan", "no pairs to look at; run `arbkit markets sync`, then `arbkit match`"),
        ("opportunities", "nothing was seen within 1d; `arbkit scan` and `arbkit run` look"),
        ("positions", "no open positions"),
        ("settlements", "nothing has ended yet; `arbkit reconcile --fix` books what venues settled"),
        ("report", "no trades in the live ledger since "),
        ("mappings list", "no decisions yet; see `arbkit mappings add -h`"),
        ("logs", "`arbkit run` writes it"),
        ("ledger verify", "live: 0 transactions: each follows from the one before it"),
        ("health --fields detail", ""),
    ],
)
def test_where_nothing_is_yet_a_line_says_how_it_comes(arbkit, line: str, says: str) -> None:
    ran = arbkit(*line.split())
    assert ran.code == 0
    assert says in ran.err
    assert "not compared with the venues yet; `arbkit reconcile --live --confirm" in ran.out or "health" not in line


@pytest.mark.slow
@pytest.mark.usefixtures("simulated")
def test_a_pause_says_how_it_ends(arbkit) -> None:
    assert arbkit("reconcile", "--sim").code == 0
    assert arbkit("pause", "--sim", "--reason", "maintenance").code == 0
    paused = r"PAUSED since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC: MANUAL: maintenance"
    assert re.search(paused, arbkit("status", "--sim").out)
    ran = arbkit("trade", "--sim", "b7dec2d69092")
    assert ran.code == 3
    assert ran.err.splitlines() == [
        "arbkit: MANUAL REVIEW REQUIRED: Circuit breaker was paused: MANUAL: maintenance;"
        " `arbkit resume --reason ... --sim` ends it; --force starts all the same"
    ]


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
