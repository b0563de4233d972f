"""Rows to a table on a terminal, to plain aligned text in a pipe, or to JSON lines. Nothing else prints data."""

import os
import sys
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec

from arbkit.config.ratio import Ratio
from arbkit.core.money import Price, Qty, Usd

if TYPE_CHECKING:
    from rich.console import Console

Row = TypeVar("Row")
_GAP = "  "
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Field(Generic[Row]):
    """One key of a row: `key` in JSON; `title` in a table, "" if it is not shown there."""

    key: str
    value: Callable[[Row], object]
    title: str = ""
    text: Callable[[Row], str] | None = None
    """How a table shows it; the value itself by default."""
    right: bool = False
    width_min: int = 0
    """A column that may be cut down to this; 0 is never cut."""
    spare: int = 0
    """A column that is left out where the terminal is too narrow; the highest goes first, 0 never."""

    def shown(self, row: Row) -> str:
        """The text in a table."""
        return self.text(row) if self.text else said(self.value(row))


@dataclass(frozen=True, slots=True)
class Output:
    """Where and how rows are written."""

    json: bool = False
    color: bool = True
    quiet: bool = False

    def show(self, rows: Iterable[Row], fields: Sequence[Field[Row]], *, nothing: str = "") -> None:
        """Write rows to stdout. `nothing` is said on stderr when there are none."""
        if self.json:
            for row in rows:
                self.line({field.key: field.value(row) for field in fields})
            return
        columns = [field for field in fields if field.title]
        cells = [[field.shown(row) for field in columns] for row in rows]
        if not cells:
            self.say(nothing)
        elif sys.stdout.isatty():
            self._table(columns, cells)
        else:
            sys.stdout.write("".join(f"{line}\n" for line in _aligned(columns, cells)))

    def text(self, text: str) -> None:
        """Write a document to stdout as it is."""
        sys.stdout.write(text)

    def flush(self) -> None:
        """Let whoever reads have what was written so far."""
        sys.stdout.flush()

    def facts(self, row: Row, fields: Sequence[Field[Row]]) -> None:
        """Write one row: as an object, or as a list of titles and values."""
        if self.json:
            self.line({field.key: field.value(row) for field in fields})
            sys.stdout.flush()
            return
        titled = [(field.title or field.key, field.shown(row)) for field in fields]
        width = max(len(title) for title, _ in titled)
        for title, text in titled:
            first, *more = text.split("\n")
            sys.stdout.write(f"{title:<{width}}{_GAP}{first}".rstrip() + "\n")
            sys.stdout.write("".join(f"{'':<{width}}{_GAP}{line}".rstrip() + "\n" for line in more))
        sys.stdout.flush()

    def line(self, row: Mapping[str, object]) -> None:
        """Write one JSON line to stdout."""
        sys.stdout.write(json_text(row) + "\n")

    def say(self, text: str) -> None:
        """Tell a person something, on stderr."""
        if text and not self.quiet:
            sys.stderr.write(f"{_wrapped(text)}\n")

    @property
    def progress(self) -> bool:
        """Whether progress may be shown: to a person at a terminal who did not ask for silence."""
        return not self.quiet and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def console(self, *, stderr: bool = False) -> "Console":
        """A Rich console that interprets nothing: no markup, no emoji codes, no highlighting."""
        from rich.console import Console

        no_color = True if not self.color or os.environ.get("NO_COLOR") else None
        return Console(stderr=stderr, markup=False, emoji=False, highlight=False, no_color=no_color)

    def _table(self, columns: Sequence[Field[Row]], cells: Sequence[Sequence[str]]) -> None:
        from rich.table import Table
        from rich.text import Text

        console = self.console()
        kept, left_out = _fitting(columns, cells, console.width)
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        for at in kept:
            cut = columns[at].width_min
            table.add_column(
                Text(columns[at].title),
                justify="right" if columns[at].right else "left",
                no_wrap=True,
                overflow="ellipsis",
                min_width=cut or _width(columns[at].title, cells, at),
                ratio=1 if cut else None,
            )
        for row in cells:
            table.add_row(*(Text(row[at]) for at in kept))
        console.print(table)
        if left_out:
            self.say(f"not shown at this width: {', '.join(left_out)} (--json has everything)")


def said(value: object) -> str:
    """A value as people read it."""
    match value:
        case None:
            text = "-"
        case bool():
            text = "yes" if value else "no"
        case datetime():
            text = value.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
        case list() | tuple():
            text = ", ".join(map(said, value))
        case _:
            text = str(value)
    return text


def json_text(value: object) -> str:
    """One line of JSON. Money, prices and ratios are exact plain decimals, times RFC 3339."""
    return _encode(_plain(value)).decode()


def _plain(value: object) -> object:
    match value:
        case Usd() | Price() | Qty() | Ratio():
            return msgspec.Raw(str(value).encode())
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case Mapping():
            return {key: _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case None | bool() | int():
            return value
        case _:
            return str(value)


def _wrapped(text: str) -> str:
    """Break words to the terminal's lines; elsewhere a message stays on one."""
    if not sys.stderr.isatty():
        return text
    width = os.get_terminal_size(sys.stderr.fileno()).columns
    return textwrap.fill(text, max(width, 20), subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _aligned(columns: Sequence[Field[Row]], cells: Sequence[Sequence[str]]) -> Iterable[str]:
    widths = [_width(column.title, cells, at) for at, column in enumerate(columns)]
    for row in [[column.title for column in columns], *cells]:
        padded = (
            text.rjust(width) if column.right else text.ljust(width)
            for text, width, column in zip(row, widths, columns, strict=True)
        )
        yield _GAP.join(padded).rstrip()


def _width(title: str, cells: Sequence[Sequence[str]], at: int) -> int:
    return max([len(title), *(len(row[at]) for row in cells)])


def _fitting(columns: Sequence[Field[Row]], cells: Sequence[Sequence[str]], width: int) -> tuple[list[int], list[str]]:
    """Which columns fit, and the titles of those that do not."""
    needed = {
        at: min(column.width_min or 10_000, _width(column.title, cells, at)) + len(_GAP)
        for at, column in enumerate(columns)
    }
    left_out = []
    for at in sorted(needed, key=lambda at: -columns[at].spare):
        if sum(needed.values()) - len(_GAP) <= width or not columns[at].spare:
            break
        del needed[at]
        left_out.append(columns[at].title)
    return list(needed), left_out
