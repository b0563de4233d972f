"""`report`: one page without network, CSV that no spreadsheet runs, and rows that add up."""

import csv
import html.parser
import io
import json
import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from arbkit.cli.render import Field
from arbkit.cli.report_charts import Curve, steps
from arbkit.cli.report_page import page
from arbkit.cli.report_tables import Named, cents, csv_text, paid, span
from arbkit.core.money import Usd
from arbkit.core.report import made
from tests.builders import NOW
from tests.core.test_report import SINCE, UNTIL, a_sighting, a_trade, settled


class Page(html.parser.HTMLParser):
    """What a browser would have to fetch or run, and whether every tag is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.outside: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "link", "img", "iframe", "object"}:
            self.outside.append(tag)
        self.outside += [name for name, _ in attrs if name in {"src", "href"} or name.startswith("on")]
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += f"{data} "


def a_page(**changes: object) -> str:
    return page(Named("live", made(settled(), [a_trade(**changes)], [a_sighting()], since=SINCE, until=UNTIL)))


def test_the_page_needs_nothing_from_outside() -> None:
    text = a_page()
    read = Page(text)
    assert not read.open
    assert not read.outside
    assert "url(" not in text
    assert "@import" not in text
    assert "default-src 'none'" in text


def test_the_page_is_light_and_dark() -> None:
    assert "prefers-color-scheme:dark" in a_page()


def test_the_page_shows_the_figures() -> None:
    text = " ".join(Page(a_page()).text.split())
    for shown in ("$0.22 profit locked in", "$0.28 fees", "1 of 1 trades hedged", "Rain? (p1)", "169.32%"):
        assert shown in text


def test_one_trade_of_today_is_more_than_an_edge_at_the_end_of_a_month() -> None:
    month, hour = [(NOW - timedelta(days=30), 0), (NOW - timedelta(hours=8), 3_000_000)], timedelta(hours=1)
    drawn = steps([Curve("locked in", month, "red")], until=NOW)
    assert f"{NOW - 9 * hour:%Y-%m-%d %H:%M}" in drawn
    assert 'd="M0,1000H1111V0H10000"' in drawn
    held_before = [(NOW - 9 * hour, 1_000_000), (NOW - hour, 0)]
    assert f"{NOW - 9 * hour:%Y-%m-%d %H:%M}" in steps([Curve("in use", held_before, "red")], until=NOW)
    assert f"{NOW - timedelta(minutes=1):%H:%M}" in steps([Curve("made now", [month[0], (NOW, 1)], "red")], until=NOW)


def test_the_page_says_when_the_venues_are_simulated() -> None:
    report = made([], [], [], since=SINCE, until=UNTIL)
    assert "live trading, on simulated venues" in Page(page(Named("live", report, sim=True))).text
    assert "simulated" not in Page(page(Named("live", report))).text


def test_foreign_text_is_escaped_on_the_page() -> None:
    text = a_page(title="<script>alert(1)</script>&", trade_id='"><img src=x>')
    assert not Page(text).outside
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&amp;" in text


def test_an_empty_report_is_a_page_too() -> None:
    read = Page(page(Named("dry_run", made([], [], [], since=SINCE, until=UNTIL))))
    assert not read.open
    assert "No trade stands yet." in read.text


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1"])
def test_a_spreadsheet_runs_nothing(text: str) -> None:
    made_of = csv_text([text], [Field("market", lambda row: row)])
    [[_], [cell]] = csv.reader(io.StringIO(made_of, newline=""))
    assert cell.startswith("'")
    assert cell.split() == f"'{text}".split() or cell == f"' {text[1:]}"


def test_a_loss_stays_a_number() -> None:
    assert csv_text([Usd.parse("-1.5")], [Field("gain_usd", lambda row: row)]) == "gain_usd\n-1.5\n"


def test_cents_are_rounded_against_us() -> None:
    amounts = [Usd.parse(text) for text in ("0.229", "-0.221", "1234.5")]
    assert [cents(amount) for amount in amounts] == ["0.22", "-0.23", "1234.50"]
    assert [paid(amount) for amount in amounts] == ["0.23", "-0.22", "1234.50"]


def test_spans_are_said_in_the_unit_that_fits() -> None:
    said = [span(ms) for ms in (None, 250, 1_000, 1_500, 120_000, 5_400_000, 86_400_000)]
    assert said == ["-", "250 ms", "1 s", "1.5 s", "2 min", "1.5 h", "1 d"]


def test_nothing_traded_yet_is_no_error(arbkit) -> None:
    ran = arbkit("report")
    assert (ran.code, ran.err.count("\n")) == (0, 1)
    assert "no trades in the live ledger since" in ran.err
    assert re.search(r"^locked in +\$0\.00$", ran.out, re.MULTILINE)
    assert arbkit("report", "--json").rows[0]["trades"] == 0
    assert arbkit("report", "--lots").out.count("\n") == 1
    assert arbkit("report", "--lots", "--json").out == ""
    assert arbkit("report", "--csv", "venues", "--fields", "venue,fills").out == "venue,fills\nkalshi,0\npolymarket,0\n"
    assert arbkit("report", "--csv", "venues", "--json", "--fields", "venue,fills").rows == [
        {"venue": "kalshi", "fills": 0},
        {"venue": "polymarket", "fills": 0},
    ]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--mode", "paper"), "there is live and dry-run"),
        (("--mode", "dry-run"), "there is no dry run here yet"),
        (("--csv", "fills"), "there is days, venues, pairs, trades, lots, opportunities, reasons"),
        (("--since", "yesterday"), "write a span back such as 12h or 7d, or a day such as 20"),
        (("--since", "2026-02-01", "--until", "2026-01-01"), "nothing lies between"),
        (("--html", "no/such/place.html"), "cannot be written"),
    ],
)
def test_what_cannot_be_reported_is_said(arbkit, arguments: tuple[str, ...], says: str) -> None:
    ran = arbkit("report", *arguments)
    assert ran.code == 2
    assert says in ran.err
    assert ran.err.count("\n") == 1


def test_the_page_is_ours_alone_and_replaces_an_older_one(arbkit, tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_text("old")
    assert arbkit("report", "--html", str(target)).code == 0
    assert target.read_text().startswith("<!doctype html>")
    assert target.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir() if "report" in path.name] == ["report.html"]


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.usefixtures("simulated")
def test_a_run_is_reported_to_the_micro_dollar(arbkit, tmp_path: Path) -> None:
    assert arbkit("run", "--sim").code == 0
    rows = arbkit("report", "--sim", "--json").rows
    [total] = [row for row in rows if row["section"] == "summary"]
    trades = [row for row in rows if row["section"] == "trade"]
    assert total["mode"] == "live"
    assert total["trades"] == len(trades) > 0
    assert total["taken"] == len(trades)
    for name, of_each in (("locked_profit_usd", "net_usd"), ("expected_profit_usd", "expected_usd")):
        assert Decimal(total[name]) == sum(Decimal(trade[of_each]) for trade in trades)
    for section in ("day", "venue"):
        parts = [row for row in rows if row["section"] == section]
        assert Decimal(total["realised_usd"]) == sum(Decimal(part["realised_usd"]) for part in parts)
        assert Decimal(total["fees_usd"]) == sum(Decimal(part["fees_usd"]) for part in parts)
    listed = list(csv.DictReader(io.StringIO(arbkit("report", "--sim", "--csv", "trades").out)))
    assert [json.loads(row["qty"]) for row in listed] == [int(trade["qty"]) for trade in trades]
    assert arbkit("report", "--sim", "--html", str(tmp_path / "r.html")).code == 0
    assert not Page((tmp_path / "r.html").read_text()).outside
