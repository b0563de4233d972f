"""Rows to a table on a terminal, to plain aligned text in a pipe, or to JSON lines. Nothing else prints data."""

import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec

from arbkit.cli.advice import advised
from arbkit.config.ratio import Ratio
from arbkit.core.money import Price, Qty, Usd
from arbkit.errors import UsageError, nearest

if TYPE_CHECKING:
    from rich.console import Console

Row = TypeVar("Row")
_GAP = "  "
_HANGING = " " * 4
_CUT_MIN = 6
_ID_MAX = 40
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
    whole: bool = False
    """A column of sentences: broken over lines where it is too narrow, never cut."""

    def shown(self, row: Row) -> str:
        """The text in a table."""
        return self.text(row) if self.text else said(self.value(row))


@dataclass(frozen=True, slots=True)
class Output:
    """Where and how rows are written."""

    json: bool = False
    color: bool = True
    quiet: bool = False
    fields: tuple[str, ...] = ()
    """The keys that were asked for, in this order; nothing means all."""
    sim: bool = False
    """Whether the command speaks of simulated venues."""
    home: Path | None = None
    """The state directory that was named on the command line."""

    def chosen(self, fields: Sequence[Field[Row]], *, also: Collection[str] = ()) -> Sequence[Field[Row]]:
        """The fields that were asked for. Raises UsageError for one that is neither here nor in `also`, the keys of
        other rows of the same command. A command that changes something asks this before it does."""
        if not self.fields:
            return fields
        known = {field.key: field for field in fields}
        for name in self.fields:
            if name not in known and name not in also:
                keys = list(dict.fromkeys([*known, *also]))
                near = nearest(name, keys)
                hint = f"did you mean {near}?" if near else f"there is {', '.join(keys)}"
                raise UsageError(f"--fields {name}: {hint}")
        asked = [known[name] for name in self.fields if name in known]
        return [replace(field, title=field.title or field.key, spare=0) for field in asked]

    def show(
        self,
        rows: Iterable[Row],
        fields: Sequence[Field[Row]],
        *,
        nothing: str = "",
        also: Collection[str] = (),
    ) -> None:
        """Write rows to stdout. `nothing` is said on stderr when there are none."""
        if not (fields := self.chosen(fields, also=also)):
            return
        if self.json:
            for row in rows:
                self.line({field.key: field.value(row) for field in fields})
            return
        columns = [field for field in fields if field.title]
        cells = [self._cells(row, columns) for row in rows]
        if not cells:
            self.say(nothing)
        elif sys.stdout.isatty():
            self._table(columns, cells)
        else:
            sys.stdout.write("".join(f"{line}\n" for line in _aligned(columns, cells)))

    def each(self, rows: Iterable[Row], fields: Sequence[Field[Row]], *, styled: Callable[[Row], str]) -> None:
        """Write rows as they come; columns are as wide as their `width_min`, and the last is broken, never cut.

        `styled` names the Rich style of a row's line on a terminal, "" for none.
        """
        columns = [field for field in fields if field.title]
        if not self.json:
            self._line_of([field.title for field in columns], columns, "bold")
        for row in rows:
            if self.json:
                self.line({field.key: field.value(row) for field in fields})
            else:
                self._line_of(self._cells(row, columns), columns, styled(row))
            sys.stdout.flush()

    def _cells(self, row: Row, columns: Sequence[Field[Row]]) -> list[str]:
        return [advised(field.shown(row), sim=self.sim, home=self.home) for field in columns]

    def _line_of(self, cells: Sequence[str], columns: Sequence[Field[Row]], style: str) -> None:
        *first, last = cells
        lead = "".join(f"{text:<{column.width_min}}{_GAP}" for text, column in zip(first, columns, strict=False))
        if not sys.stdout.isatty():
            sys.stdout.write(f"{lead}{last}".rstrip() + "\n")
            return
        console = self.console()
        room = max(console.width - len(lead), 20)
        wrapped = textwrap.wrap(last, room, break_on_hyphens=False) or [""]
        console.print(f"{lead}{wrapped[0]}", style=style or None, soft_wrap=True)
        for line in wrapped[1:]:
            console.print(f"{'':<{len(lead)}}{line}", style=style or None, soft_wrap=True)

    def one(self, row: Row, fields: Sequence[Field[Row]], worded: Callable[[Row], str]) -> None:
        """Write one row of a stream: as an object, or in words; one line, but for a terminal too narrow for it."""
        if self.json:
            self.line({field.key: field.value(row) for field in fields})
            return
        first, *more = _fitting([worded(row)], len(_HANGING))
        sys.stdout.write("".join(f"{line}\n" for line in (first, *(f"{_HANGING}{line}" for line in more))))

    def text(self, text: str) -> None:
        """Write a document to stdout as it is."""
        sys.stdout.write(text)

    def flush(self) -> None:
        """Let whoever reads have what was written so far."""
        sys.stdout.flush()

    def facts(self, row: Row, fields: Sequence[Field[Row]], *, also: Collection[str] = ()) -> None:
        """Write one row: as an object, or as a list of titles and values."""
        if not (fields := self.chosen(fields, also=also)):
            return
        if self.json:
            self.line({field.key: field.value(row) for field in fields})
            sys.stdout.flush()
            return
        titled = [(field.title or field.key, field.shown(row)) for field in fields]
        width = max(len(title) for title, _ in titled)
        for title, text in titled:
            lead = title
            for line in _fitting(text.split("\n"), width + len(_GAP)):
                sys.stdout.write(f"{lead:<{width}}{_GAP}{line}".rstrip() + "\n")
                lead = ""
        sys.stdout.flush()

    def line(self, row: Mapping[str, object]) -> None:
        """Write one JSON line to stdout."""
        sys.stdout.write(json_text(row) + "\n")

    def typed(self, command: str) -> str:
        """A command as it must be typed to act where this one does."""
        return advised(f"`{command}`", sim=self.sim, home=self.home).strip("`")

    def say(self, text: str) -> None:
        """Tell a person something, on stderr."""
        if text and not self.quiet:
            sys.stderr.write(f"{_wrapped(advised(text, sim=self.sim, home=self.home))}\n")

    @property
    def progress(self) -> bool:
        """Whether progress may be shown: to a person at a terminal who did not ask for silence."""
        return not self.quiet and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def console(self, *, stderr: bool = False) -> "Console":
        """A Rich console that interprets nothing: no markup, no emoji codes, no highlighting."""
        from rich.console import Console, ConsoleDimensions

        no_color = True if not self.color or os.environ.get("NO_COLOR") else None
        console = Console(stderr=stderr, markup=False, emoji=False, highlight=False, no_color=no_color)
        if console.is_dumb_terminal:  # Rich would take it for 80 columns
            columns, lines = shutil.get_terminal_size()
            console.size = ConsoleDimensions(columns, lines)
        return console

    def _table(self, columns: Sequence[Field[Row]], cells: Sequence[Sequence[str]]) -> None:
        """One line a row, as wide as the terminal at most; what is cut off or left out is said."""
        from rich.cells import cell_len
        from rich.style import Style
        from rich.text import Text

        console = self.console()
        natural = [max(map(cell_len, [c.title, *(row[at] for row in cells)])) for at, c in enumerate(columns)]
        widths, left_out = fitted(columns, natural, console.width)
        for number, row in enumerate([[column.title for column in columns], *cells]):
            style = Style(bold=True) if number == 0 else Style.null()
            for line in _lines_of(row, columns, widths):
                console.print(Text(line, style), soft_wrap=True)
        if left_out:
            self.say(f"not shown at this width: {', '.join(left_out)} (--json has everything)")


def short(market: object) -> str:
    """An id for a sentence: the many digits of a condition id are cut."""
    text = str(market)
    return f"{text[: text.index('0x') + 12]}…" if len(text) > _ID_MAX and "0x" in text else text


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


def fitted(columns: Sequence[Field[Row]], natural: Sequence[int], width: int) -> tuple[dict[int, int], list[str]]:
    """How wide each column that is shown will be, by its place, and the titles of those that are left out.

    Columns that can be spared go first, then the others are cut down to their least width; what is free is shared out.
    If even that is too much, the widest is cut, down to a few letters.
    """
    least = {
        at: min(max(column.width_min, len(column.title)), natural[at]) if column.width_min else natural[at]
        for at, column in enumerate(columns)
    }
    left_out: list[str] = []
    for at in sorted(least, key=lambda at: -columns[at].spare):
        if _sum_of(least) <= width or not columns[at].spare:
            break
        del least[at]
        left_out.append(columns[at].title)
    while _sum_of(least) > width and max(least.values()) > _CUT_MIN:
        least[max(least, key=lambda at: least[at])] -= 1
    free = width - _sum_of(least)
    while free > 0 and (short := [at for at in least if least[at] < natural[at]]):
        least[min(short, key=lambda at: least[at])] += 1
        free -= 1
    return least, left_out


def _sum_of(widths: Mapping[int, int]) -> int:
    return sum(widths.values()) + len(_GAP) * (len(widths) - 1)


def _lines_of(row: Sequence[str], columns: Sequence[Field[Row]], widths: Mapping[int, int]) -> Iterable[str]:
    """A row of a table: one line, or as many as its longest sentence needs."""
    broken = {at: _broken(row[at], width) if columns[at].whole else [row[at]] for at, width in widths.items()}
    for number in range(max(map(len, broken.values()))):
        parts = (
            _sized(lines[number] if number < len(lines) else "", widths[at], right=columns[at].right)
            for at, lines in broken.items()
        )
        yield _GAP.join(parts).rstrip()


def _broken(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_on_hyphens=False) or [""]


def _fitting(lines: Sequence[str], indent: int) -> Iterable[str]:
    """Lines that stand so far from the left: broken between words on a terminal, as they are elsewhere."""
    if not sys.stdout.isatty():
        return lines
    room = max(shutil.get_terminal_size().columns - indent, 20)
    return [part for line in lines for part in (_broken(line, room) if len(line) > room else [line])]


def _sized(text: str, width: int, *, right: bool) -> str:
    """Cut or pad to a width on the screen: some letters take two places."""
    from rich.cells import cell_len, set_cell_size

    if cell_len(text) > width:
        return f"{set_cell_size(text, width - 1)}…"
    blank = " " * (width - cell_len(text))
    return blank + text if right else text + blank
