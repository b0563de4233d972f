"""The report as one HTML page: no network, no script, light and dark, narrow and wide, every text escaped."""

from collections.abc import Sequence
from html import escape

from arbkit.cli.render import Field, Row
from arbkit.cli.report_charts import Curve, bars, columns, steps
from arbkit.cli.report_tables import DAY, PAIR, VENUE, Named, cents, class_of, dollars, paid, span, yearly
from arbkit.core.report import Report
from arbkit.core.report_lines import PairLine, TradeLine

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = """
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#5b6570;--line:#d9dee4;--paper:#fff;--card:#f5f7f9;
--main:#2563c9;--other:#b4530a;--good:#1a7f4b;--bad:#c0303b}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ec;--soft:#9aa5b1;--line:#353c44;--paper:#14171a;--card:#1d2126;
--main:#6ea3f5;--other:#e39a55;--good:#4cc38a;--bad:#f2777f}}
*{box-sizing:border-box}
body{font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;color:var(--ink);background:var(--paper);
max-width:66rem;margin:0 auto;padding:1.5rem 1rem 3rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.05rem;margin:2.2rem 0 .6rem}p{color:var(--soft);margin:.25rem 0;
max-width:44rem}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr));gap:.6rem;margin:1.2rem 0}
.card{background:var(--card);border-radius:.5rem;padding:.6rem .8rem}
.card b{display:block;font-size:1.3rem;line-height:1.3;font-variant-numeric:tabular-nums}
.card span{color:var(--soft);font-size:.82rem}
.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:0 2.5rem}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:.9rem}
th,td{text-align:right;padding:.3rem .5rem;border-bottom:1px solid var(--line);white-space:nowrap}
th:first-child,td:first-child{text-align:left;padding-left:0}
td:first-child{white-space:normal;min-width:9rem;overflow-wrap:anywhere}
th{color:var(--soft);font-weight:600}
.chart{position:relative;padding-left:4.2rem}
.chart svg{display:block;width:100%;height:9rem;overflow:visible}
.chart .y{position:absolute;left:0;width:3.7rem;text-align:right;color:var(--soft);font-size:.78rem;line-height:1;
font-variant-numeric:tabular-nums;transform:translateY(-50%)}
.chart .x{display:flex;justify-content:space-between;color:var(--soft);font-size:.78rem;margin-top:.35rem}
.key{font-size:.82rem;color:var(--soft);margin:.2rem 0 .6rem}.key i{display:inline-block;width:1rem;height:0;
border-top:2px solid;vertical-align:middle;margin-right:.35rem}.key span{margin-right:1.2rem}
.bars{display:grid;grid-template-columns:minmax(6rem,max-content) 1fr auto;gap:.25rem .7rem;align-items:center;
font-size:.88rem}
.bars.long{grid-template-columns:minmax(9rem,45%) 1fr auto}
.bars svg{width:100%;height:.85rem;display:block}.bars b{font-weight:500;font-variant-numeric:tabular-nums;
text-align:right}
"""
_NAMED_PAIR: Field[PairLine] = Field("pair", lambda p: f"{p.title} ({p.pair_id})", "pair")
_TRADE: Sequence[Field[TradeLine]] = (
    Field("trade", lambda t: t.trade_id, "trade"),
    Field("started_at", lambda t: t.started_at, "begun", text=lambda t: f"{t.started_at:%Y-%m-%d %H:%M:%S}"),
    Field("state", lambda t: t.state, "state"),
    Field("qty", lambda t: t.qty, "contracts"),
    Field("capital_usd", lambda t: t.capital, "capital", text=lambda t: paid(t.capital)),
    Field("fees_usd", lambda t: t.fees, "fees", text=lambda t: paid(t.fees)),
    Field("expected_usd", lambda t: t.expected, "expected", text=lambda t: cents(t.expected)),
    Field("net_usd", lambda t: t.net, "made", text=lambda t: cents(t.net)),
)
_TRADES_MAX = 200
_REASONS_MAX = 15


def page(named: Named) -> str:
    """The whole page."""
    made = named.report
    kind = "live trading" if named.mode == "live" else "dry run: no money was moved"
    kind = f"{kind}, on simulated venues" if named.sim else kind
    when = f"{made.since:%Y-%m-%d %H:%M} to {made.until:%Y-%m-%d %H:%M} UTC"
    body = [
        f"<h1>arbkit report</h1><p>{escape(kind)}, {when}</p>",
        _cards(made),
        "<p>Locked: what the hedged trades make in the end, whether paid yet or not. Realised: what is booked; fees"
        " count at once, a contract when it pays. Slippage: expected less locked.</p>",
        *_profit(made),
        *_opportunities(made),
        *_tables(made),
    ]
    head = (
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><title>arbkit report</title>'
    )
    return (
        f'<!doctype html>\n<html lang="en"><head>{head}<style>{_STYLE}</style></head>\n<body>\n'
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def _cards(made: Report) -> str:
    cards = [
        (dollars(made.locked), "profit locked in"),
        (dollars(made.realised), "realised"),
        (f"${paid(made.fees)}", "fees"),
        (dollars(made.slippage), "slippage"),
        (f"{len(made.hedged)} of {len(made.trades)}", "trades hedged"),
        (yearly(made.locked_annualised_bps), "a year on the capital, locked"),
        (f"${paid(made.capital.now)}", f"in use now; at most ${paid(made.capital.highest)}"),
        (f"{made.taken} of {len(made.seen)}", "opportunities taken"),
        (span(made.lasted_ms_median), "an opportunity lasted (median)"),
    ]
    return f'<div class="cards">{"".join(f"<div class=card><b>{v}</b><span>{n}</span></div>" for v, n in cards)}</div>'


def _profit(made: Report) -> list[str]:
    hedged = sorted(made.hedged, key=lambda trade: trade.started_at)
    locked, expected = [(made.since, 0)], [(made.since, 0)]
    for trade in hedged:
        net = trade.net.micros if trade.net else 0
        locked.append((trade.started_at, locked[-1][1] + net))
        expected.append((trade.started_at, expected[-1][1] + trade.expected.micros))
    in_use = [(at, amount.micros) for at, amount in made.capital.steps]
    curves = [
        Curve("expected", expected, "var(--other)", dashed=True),
        Curve("locked in", locked, "var(--main)"),
    ]
    return [
        "<h2>Profit: locked in, against what was expected</h2>",
        steps(curves, until=made.until, keyed=True) if hedged else _nothing("No trade stands yet."),
        '<div class="two"><section><h2>Realised by day</h2>',
        columns([(f"{line.day:%m-%d}", line.realised.micros) for line in made.days])
        if made.days
        else _nothing("Nothing is booked yet."),
        "</section><section><h2>Capital in use</h2>",
        steps([Curve("capital in use", in_use, "var(--main)", filled=True)], until=made.until)
        if any(micros for _, micros in in_use)
        else _nothing("No position was held."),
        "</section></div>",
    ]


def _opportunities(made: Report) -> list[str]:
    if not made.seen:
        return ["<h2>Opportunities</h2>", _nothing("None was seen in this span.")]
    classes = {
        "edge_bps": "Opportunities by edge (profit on the capital)",
        "lasted_ms": "By how long they lasted",
        "contracts": "By size",
    }
    parts = ['<div class="two">']
    for what, title in classes.items():
        rows = [(class_of(one), one.count) for one in made.bins if one.what == what]
        parts.append(f"<section><h2>{title}</h2>{bars(rows)}</section>")
    reasons = [(one.text, one.count) for one in made.reasons[:_REASONS_MAX]]
    parts.append(f"<section><h2>Why they were not taken</h2>{bars(reasons, long=True)}</section></div>")
    return parts


def _tables(made: Report) -> list[str]:
    trades = sorted(made.trades, key=lambda trade: trade.started_at, reverse=True)
    more = f", the newest {_TRADES_MAX} of {len(trades)}" if len(trades) > _TRADES_MAX else ""
    return [
        *("<h2>By venue</h2>", _table(made.venues, VENUE)),
        *("<h2>By day</h2>", _table(list(reversed(made.days)), DAY)),
        *("<h2>By pair</h2>", _table(made.pairs, [_NAMED_PAIR, *PAIR[2:]])),
        *(f"<h2>Trades{more}</h2>", _table(trades[:_TRADES_MAX], _TRADE)),
    ]


def _table(rows: Sequence[Row], fields: Sequence[Field[Row]]) -> str:
    shown = [field for field in fields if field.title]
    if not rows:
        return _nothing("Nothing yet.")
    head = "".join(f"<th>{escape(field.title)}</th>" for field in shown)
    cells = "".join(f"<tr>{''.join(f'<td>{escape(field.shown(row))}</td>' for field in shown)}</tr>" for row in rows)
    return f'<div class="wide"><table><tr>{head}</tr>{cells}</table></div>'


def _nothing(text: str) -> str:
    return f"<p>{text}</p>"
