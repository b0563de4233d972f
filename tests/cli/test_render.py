"""Rows on their way out: exact in JSON, aligned in a pipe, and never interpreted."""

import json
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbkit.cli.opportunities import dollars
from arbkit.cli.render import Field, Output, fitted, json_text, short
from arbkit.config.ratio import Ratio
from arbkit.core.markets import MarketId, VenueName
from arbkit.core.money import MICRO, Price, Qty, Usd

FIELDS = (
    Field("id", lambda row: row["id"], "id"),
    Field("title", lambda row: row["title"], "title", width_min=8),
    Field("n", lambda row: row["n"], "n", right=True),
)
ROWS = [{"id": "1", "title": "[red]Will it rain?[/red] :smile:", "n": "7"}, {"id": "22", "title": "Sun", "n": "1000"}]


@given(st.integers(-(10**18), 10**18))
def test_money_is_written_exactly(micros: int) -> None:
    read = json.loads(json_text({"net_usd": Usd(micros)}), parse_float=Decimal, parse_int=Decimal)
    assert read["net_usd"] * MICRO == micros


def test_each_kind_of_value_has_one_form_in_json() -> None:
    row = {
        "price": Price(560_000),
        "qty": Qty(10_000_000),
        "share": Ratio(999_999),
        "at": datetime(2026, 11, 22, 12, 0, 0, 5000, tzinfo=UTC),
        "market": MarketId(VenueName.KALSHI, "KX-1"),
        "venue": VenueName.KALSHI,
        "flag": True,
        "nothing": None,
        "count": 3,
        "list": (Usd(1), "a"),
        "map": {"a": Usd(5)},
    }
    assert json_text(row) == (
        '{"price":0.56,"qty":10,"share":0.999999,"at":"2026-11-22T12:00:00.005Z","market":"kalshi:KX-1",'
        '"venue":"kalshi","flag":true,"nothing":null,"count":3,"list":[0.000001,"a"],"map":{"a":0.000005}}'
    )


def test_a_pipe_gets_aligned_text_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    Output().show(ROWS, FIELDS)
    assert capsys.readouterr().out.splitlines() == [
        "id  title                                n",
        "1   [red]Will it rain?[/red] :smile:     7",
        "22  Sun                               1000",
    ]


@pytest.mark.parametrize(
    "title", ["[red]Will it rain?[/red]", "[/red] is no tag of ours", "[link=http://x]here[/link]", "[bold", ":smile:"]
)
def test_a_terminal_shows_a_title_as_it_is_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, title: str
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm-256color")
    Output().show([ROWS[1], {"id": "3", "title": title, "n": "1"}], FIELDS)
    shown = capsys.readouterr().out
    assert title in shown
    assert "\x1b]8" not in shown


@pytest.fixture
def narrow(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """What a terminal of forty columns shows."""
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")

    def shown(show: Callable[[], None]) -> list[str]:
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
        show()
        return re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out).splitlines()

    return shown


WHY = (Field("id", lambda row: row[0], "id"), Field("why", lambda row: row[1], "why", width_min=12, whole=True))
REASON = "a return of 155 bps after fees; the minimum is 300 bps"


def test_a_reason_is_broken_between_words_and_never_cut(narrow) -> None:
    assert narrow(lambda: Output().show([("7f44055149a4", REASON), ("693fefa29106", "-")], WHY)) == [
        "id            why",
        "7f44055149a4  a return of 155 bps after",
        "              fees; the minimum is 300",
        "              bps",
        "693fefa29106  -",
    ]


def test_a_fact_that_is_too_long_hangs_under_itself(narrow) -> None:
    fields = [Field("id", lambda r: r[0]), Field("why", lambda r: r[1], "why not")]
    assert narrow(lambda: Output().facts(("none", REASON), fields)) == [
        "id       none",
        "why not  a return of 155 bps after fees;",
        "         the minimum is 300 bps",
    ]


def test_a_line_of_the_log_is_broken_on_a_terminal_and_whole_elsewhere(
    narrow, capsys: pytest.CaptureFixture[str]
) -> None:
    Output().one(REASON, (), str)
    assert capsys.readouterr().out == f"{REASON}\n"
    assert narrow(lambda: Output().one(REASON, (), str)) == [
        "a return of 155 bps after fees; the",
        "    minimum is 300 bps",
    ]


def test_nothing_to_show_leaves_stdout_empty(capsys: pytest.CaptureFixture[str]) -> None:
    Output().show([], FIELDS, nothing="no rows")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "no rows\n")


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    Output(quiet=True).say("hello")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("micros", "digits", "down", "up"),
    [
        (1_239_999, 2, "1.23", "1.24"),
        (-5_000, 2, "-0.01", "0.00"),
        (50_000, 4, "0.0500", "0.0500"),
        (1, 2, "0.00", "0.01"),
    ],
)
def test_tables_round_against_us(micros: int, digits: int, down: str, up: str) -> None:
    assert dollars(Usd(micros), digits) == down
    assert dollars(Usd(micros), digits, up=True) == up


COLUMNS = (
    Field("id", str, "id"),
    Field("text", str, "text", width_min=6),
    Field("extra", str, "extra", spare=1),
    Field("more", str, "more", spare=2),
)


@pytest.mark.parametrize(
    ("width", "widths", "left_out"),
    [
        (100, {0: 12, 1: 30, 2: 5, 3: 4}, []),
        (40, {0: 12, 1: 13, 2: 5, 3: 4}, []),
        (32, {0: 12, 1: 11, 2: 5}, ["more"]),
        (20, {0: 12, 1: 6}, ["more", "extra"]),
        (16, {0: 8, 1: 6}, ["more", "extra"]),
        (5, {0: 6, 1: 6}, ["more", "extra"]),
    ],
)
def test_columns_are_spared_then_cut_and_what_is_free_is_shared(
    width: int, widths: dict[int, int], left_out: list[str]
) -> None:
    assert fitted(COLUMNS, [12, 30, 5, 4], width) == (widths, left_out)


@given(st.lists(st.integers(1, 70), min_size=4, max_size=4), st.integers(34, 200))
def test_a_table_is_never_wider_than_the_terminal(natural: list[int], width: int) -> None:
    natural = [max(have, len(column.title)) for have, column in zip(natural, COLUMNS, strict=True)]
    widths, _ = fitted(COLUMNS, natural, width)
    assert sum(widths.values()) + 2 * (len(widths) - 1) <= width
    assert all(wide <= natural[at] for at, wide in widths.items())


def test_an_id_in_a_sentence_is_short_only_where_it_is_long() -> None:
    assert short("kalshi:KXHIGHNY-26NOV26-B86.5") == "kalshi:KXHIGHNY-26NOV26-B86.5"
    assert short(f"polymarket:0x{'ab' * 32}") == "polymarket:0xababababab…"
