"""`report`: what was earned and what was not, as tables, JSON lines, CSV, tax lots or one HTML page."""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from arbkit.app.reporting import report_of
from arbkit.cli.logbook import milliseconds
from arbkit.cli.render import Field, Output, Row
from arbkit.cli.report_page import page
from arbkit.cli.report_tables import BIN, DAY, LOT, PAIR, REASON, SUMMARY, TRADE, VENUE, Named, csv_text
from arbkit.cli.standing import ledgers
from arbkit.core.report import Report
from arbkit.errors import BadFile, UsageError
from arbkit.store.store import Store
from arbkit.wiring import Kit

TABLES: Mapping[str, tuple[Callable[[Report], Sequence[Any]], Sequence[Field[Any]]]] = {
    "days": (lambda r: r.days, DAY),
    "venues": (lambda r: r.venues, VENUE),
    "pairs": (lambda r: r.pairs, PAIR),
    "trades": (lambda r: r.trades, TRADE),
    "lots": (lambda r: r.lots, LOT),
    "opportunities": (lambda r: r.bins, BIN),
    "reasons": (lambda r: r.reasons, REASON),
}
"""What can be had by itself, as CSV or JSON."""


_ROWS: Sequence[Sequence[Field[Any]]] = (SUMMARY, DAY, VENUE, PAIR, BIN, REASON, TRADE)
_KEYS = {field.key for fields in _ROWS for field in fields}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportChoices:
    """What was asked of `report`."""

    since: str = "30d"
    until: str = ""
    mode: str = ""
    html: Path | None = None
    csv: str = ""
    lots: bool = False


def report(kit: Kit, output: Output, choices: ReportChoices) -> None:
    """Add up a span of time and show it in the form that was asked for. Raises UsageError, BadFile."""
    wanted = "lots" if choices.lots else choices.csv
    if wanted and wanted not in TABLES:
        raise UsageError(f"--csv {wanted}: there is {', '.join(TABLES)}")
    now = kit.clock.now()
    until = _moment(choices.until, now=now) if choices.until else now
    named = _made(kit, output, choices.mode, since=_moment(choices.since, now=now), until=until)
    if choices.html is not None:
        _write(choices.html, page(named))
        output.say(f"written to {choices.html}; open it in a browser, it needs no network")
    elif wanted:
        _show_alone(output, named.report, wanted)
    else:
        _show(output, named)
    output.say(_nothing_traded(kit, named))


def _show_alone(output: Output, made: Report, wanted: str) -> None:
    rows_of, fields = TABLES[wanted]
    if output.json:
        output.show(rows_of(made), fields)
    else:
        output.text(csv_text(rows_of(made), output.chosen(fields)))


def _moment(text: str, *, now: datetime) -> datetime:
    """A day (its beginning in UTC), or a span before now. Raises UsageError."""
    with suppress(ValueError):
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    try:
        return now - timedelta(milliseconds=milliseconds(text))
    except UsageError:
        wanted = f"a span back such as 12h or 7d, or a day such as {now:%Y-%m-%d}"
        raise UsageError(f"{text!r} is neither span nor day; write {wanted}") from None


def _made(kit: Kit, output: Output, asked: str, *, since: datetime, until: datetime) -> Named:
    if since >= until:
        raise UsageError(f"nothing lies between {since:%Y-%m-%d %H:%M} and {until:%Y-%m-%d %H:%M} UTC")
    with ledgers(kit) as stores:
        mode = asked.replace("-", "_") or _mode_with_trades(stores)
        if mode not in {"live", "dry_run"}:
            raise UsageError(f"--mode {asked}: there is live and dry-run")
        if mode not in stores:
            raise UsageError("there is no dry run here yet; `arbkit run` makes one")
        if not asked and mode != "live":
            output.say("no live trades yet: this is the dry run; --mode live shows the other ledger")
        return Named(mode, report_of(stores[mode], kit.store, since=since, until=until), sim=kit.sim)


def _nothing_traded(kit: Kit, named: Named) -> str:
    """Where to look instead, "" where there are trades."""
    if named.report.trades:
        return ""
    since = f"{named.report.since:%Y-%m-%d %H:%M} UTC"
    with ledgers(kit) as stores:
        other = next((mode for mode in stores if mode != named.mode and stores[mode].trades.recent(count_max=1)), "")
    hint = "; `arbkit scan` shows what is worth trading, `arbkit run` takes it in a dry run"
    if other:
        hint = f"; --mode {other.replace('_', '-')} shows the other ledger, which has some"
    return f"no trades in the {named.mode} ledger since {since}{hint}"


def _mode_with_trades(stores: dict[str, Store]) -> str:
    """Live, unless only the dry run has trades."""
    traded = [mode for mode in ("live", "dry_run") if mode in stores and stores[mode].trades.recent(count_max=1)]
    return traded[0] if traded else "live"


def _show(output: Output, named: Named) -> None:
    made = named.report
    output.facts(named, SUMMARY if output.json or output.fields else SUMMARY[1:], also=_KEYS)
    _section(output, "By day", made.days, DAY)
    _section(output, "By venue", made.venues, VENUE)
    _section(output, "By pair", made.pairs, PAIR)
    _section(output, "Opportunities", [one for one in made.bins if one.count or output.json], BIN)
    _section(output, "Not taken", made.reasons, REASON)
    if output.json:
        _section(output, "", made.trades, TRADE)


def _section(output: Output, title: str, rows: Sequence[Row], fields: Sequence[Field[Row]]) -> None:
    chosen = [field.key for field in output.chosen(fields, also=_KEYS)]
    if not rows or (chosen == ["section"] and len(output.fields) > 1):
        return
    if not output.json:
        output.text(f"\n{title}\n")
        output.flush()
    output.show(rows, fields, also=_KEYS)


def _write(path: Path, text: str) -> None:
    """Whole or not at all, readable by its owner alone."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise BadFile(path, f"cannot be written: {error.strerror}") from error
