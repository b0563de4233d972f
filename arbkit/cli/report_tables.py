"""What a report shows: its rows as keys in JSON, columns in a table, and fields of CSV."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from arbkit.cli.render import Field, Row
from arbkit.config.ratio import Ratio
from arbkit.core.lots import Lot
from arbkit.core.money import Usd
from arbkit.core.report import Report, percent
from arbkit.core.report_lines import Bin, DayLine, PairLine, Reason, TradeLine, VenueLine

_PPM_IN_BPS = 100
_FORMULA = ("=", "+", "-", "@")


@dataclass(frozen=True, slots=True)
class Named:
    """A report, and of which ledger it is."""

    mode: str
    report: Report
    sim: bool = False


def cents(amount: Usd | None) -> str:
    """Dollars and cents, rounded down: a gain is never shown larger, a loss never smaller than it is."""
    if amount is None:
        return "-"
    whole, fraction = divmod(abs(amount.micros // 10_000), 100)
    return f"{'-' if amount.micros < 0 else ''}{whole}.{fraction:02}"


def dollars(amount: Usd) -> str:
    """The same with its sign before the dollar."""
    text = cents(amount)
    return f"-${text[1:]}" if text.startswith("-") else f"${text}"


def paid(amount: Usd) -> str:
    """Dollars and cents of what is paid, rounded up."""
    return cents(Usd(-(-amount.micros // 10_000) * 10_000))


def span(ms: int | None) -> str:
    """Milliseconds in the unit that fits."""
    if ms is None:
        return "-"
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1_000)):
        if ms >= size:
            whole, tenths = divmod(ms * 10 // size, 10)
            return f"{whole}.{tenths} {unit}" if tenths else f"{whole} {unit}"
    return f"{ms} ms"


def _yearly(bps: int | None) -> Ratio | None:
    return None if bps is None else Ratio(bps * _PPM_IN_BPS)


def yearly(bps: int | None) -> str:
    """A return a year."""
    return "-" if bps is None else percent(bps)


def class_of(one: Bin) -> str:
    """A class of opportunities in words."""
    match one.what:
        case "edge_bps":
            return f"edge from {percent(one.low)}"
        case "lasted_ms":
            return f"lasted from {span(one.low)}"
        case _:
            return f"from {one.low} contracts"


SUMMARY: Sequence[Field[Named]] = (
    Field("section", lambda _: "summary"),
    Field("mode", lambda n: n.mode, "ledger"),
    Field("since", lambda n: n.report.since),
    Field("until", lambda n: n.report.until),
    Field("trades", lambda n: len(n.report.trades)),
    Field("hedged", lambda n: len(n.report.hedged)),
    Field("locked_profit_usd", lambda n: n.report.locked, "locked in", text=lambda n: dollars(n.report.locked)),
    Field("expected_profit_usd", lambda n: n.report.expected, "expected", text=lambda n: dollars(n.report.expected)),
    Field("slippage_usd", lambda n: n.report.slippage, "slippage", text=lambda n: dollars(n.report.slippage)),
    Field("realised_usd", lambda n: n.report.realised, "realised", text=lambda n: dollars(n.report.realised)),
    Field("fees_usd", lambda n: n.report.fees, "fees", text=lambda n: f"${paid(n.report.fees)}"),
    Field("capital_now_usd", lambda n: n.report.capital.now, "capital now",
          text=lambda n: f"${paid(n.report.capital.now)}"),
    Field("capital_highest_usd", lambda n: n.report.capital.highest, "capital, highest",
          text=lambda n: f"${paid(n.report.capital.highest)}"),
    Field("capital_average_usd", lambda n: n.report.capital.average, "capital, average",
          text=lambda n: f"${paid(n.report.capital.average)}"),
    Field(
        "locked_annualised_return",
        lambda n: _yearly(n.report.locked_annualised_bps),
        "locked in, a year",
        text=lambda n: yearly(n.report.locked_annualised_bps),
    ),
    Field(
        "closed_annualised_return",
        lambda n: _yearly(n.report.closed_annualised_bps),
        "closed, a year",
        text=lambda n: yearly(n.report.closed_annualised_bps),
    ),
    Field("opportunities", lambda n: len(n.report.seen)),
    Field("taken", lambda n: n.report.taken),
    Field("lasted_ms_median", lambda n: n.report.lasted_ms_median, "lasted, median",
          text=lambda n: span(n.report.lasted_ms_median)),
    Field("edge_bps_median", lambda n: n.report.edge_bps_median, "edge, median",
          text=lambda n: yearly(n.report.edge_bps_median)),
)  # fmt: skip
DAY: Sequence[Field[DayLine]] = (
    Field("section", lambda _: "day"),
    Field("day", lambda d: d.day, "day"),
    Field("trades", lambda d: d.trades, "trades", right=True),
    Field("locked_usd", lambda d: d.locked, "locked", text=lambda d: cents(d.locked), right=True),
    Field("realised_usd", lambda d: d.realised, "realised", text=lambda d: cents(d.realised), right=True),
    Field("fees_usd", lambda d: d.fees, "fees", text=lambda d: paid(d.fees), right=True),
    Field("volume_usd", lambda d: d.volume, "volume", text=lambda d: cents(d.volume), right=True, spare=2),
    Field(
        "capital_highest_usd",
        lambda d: d.capital_max,
        "capital",
        text=lambda d: paid(d.capital_max),
        right=True,
        spare=1,
    ),
)
VENUE: Sequence[Field[VenueLine]] = (
    Field("section", lambda _: "venue"),
    Field("venue", lambda v: v.venue, "venue"),
    Field("fills", lambda v: v.fills, "fills", right=True),
    Field("realised_usd", lambda v: v.realised, "realised", text=lambda v: cents(v.realised), right=True),
    Field("fees_usd", lambda v: v.fees, "fees", text=lambda v: paid(v.fees), right=True),
    Field("volume_usd", lambda v: v.volume, "volume", text=lambda v: cents(v.volume), right=True),
    Field("capital_now_usd", lambda v: v.capital, "capital", text=lambda v: paid(v.capital), right=True),
)
PAIR: Sequence[Field[PairLine]] = (
    Field("section", lambda _: "pair"),
    Field("pair", lambda p: p.pair_id, "pair"),
    Field("title", lambda p: p.title),
    Field("trades", lambda p: p.trades, "trades", right=True, spare=1),
    Field("qty", lambda p: p.qty, "contracts", right=True),
    Field("capital_usd", lambda p: p.capital, "capital", text=lambda p: paid(p.capital), right=True),
    Field("fees_usd", lambda p: p.fees, "fees", text=lambda p: paid(p.fees), right=True, spare=2),
    Field("expected_usd", lambda p: p.expected, "expected", text=lambda p: cents(p.expected), right=True),
    Field("locked_usd", lambda p: p.locked, "locked", text=lambda p: cents(p.locked), right=True),
    Field("realised_usd", lambda p: p.realised, "realised", text=lambda p: cents(p.realised), right=True),
)
TRADE: Sequence[Field[TradeLine]] = (
    Field("section", lambda _: "trade"),
    Field("trade", lambda t: t.trade_id),
    Field("pair", lambda t: t.pair_id),
    Field("kalshi_ticker", lambda t: t.markets[0].key),
    Field("polymarket_condition_id", lambda t: t.markets[1].key),
    Field("started_at", lambda t: t.started_at),
    Field("state", lambda t: t.state),
    Field("qty", lambda t: t.qty),
    Field("capital_usd", lambda t: t.capital),
    Field("fees_usd", lambda t: t.fees),
    Field("expected_usd", lambda t: t.expected),
    Field("net_usd", lambda t: t.net),
    Field("slippage_usd", lambda t: t.slippage),
    Field("pays_at", lambda t: t.pays_at),
)
LOT: Sequence[Field[Lot]] = (
    Field("venue", lambda lot: lot.venue),
    Field("market", lambda lot: lot.market),
    Field("side", lambda lot: lot.side),
    Field("qty", lambda lot: lot.qty),
    Field("acquired_at", lambda lot: lot.acquired_at),
    Field("cost_usd", lambda lot: lot.cost),
    Field("disposed_at", lambda lot: lot.disposed_at),
    Field("how", lambda lot: lot.how),
    Field("proceeds_usd", lambda lot: lot.proceeds),
    Field("gain_usd", lambda lot: lot.gain),
)
BIN: Sequence[Field[Bin]] = (
    Field("section", lambda _: "opportunities"),
    Field("what", lambda b: b.what),
    Field("from", lambda b: b.low, "class", text=class_of),
    Field("count", lambda b: b.count, "seen", right=True),
    Field("peak_net_usd", lambda b: b.peak_net, "at best", text=lambda b: cents(b.peak_net), right=True),
)
REASON: Sequence[Field[Reason]] = (
    Field("section", lambda _: "reason"),
    Field("reason", lambda r: r.text, "because", width_min=20),
    Field("count", lambda r: r.count, "times", right=True),
    Field("peak_net_usd", lambda r: r.peak_net, "at best", text=lambda r: cents(r.peak_net), right=True),
)


def csv_text(rows: Sequence[Row], fields: Sequence[Field[Row]]) -> str:
    """CSV with a head. A text that a spreadsheet would take for a formula gets a ' before it."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    kept = [field for field in fields if field.key != "section"]
    writer.writerow([field.key for field in kept])
    for row in rows:
        writer.writerow([_cell(field.value(row)) for field in kept])
    return made.getvalue()


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case str():
            text = "".join(letter if letter.isprintable() else " " for letter in value)
            return f"'{text}" if text.lstrip().startswith(_FORMULA) else text
        case _:
            return str(value)
