"""What `match --review` shows of one pair: its facts first, then the rules, a screenful at a time."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from arbkit.cli.reasons import worded
from arbkit.cli.render import Output
from arbkit.cli.rewording import changed_lines
from arbkit.core.books import Book
from arbkit.core.markets import Market, Pair, Polarity
from arbkit.core.matching.card import Card, CardRow, Word, card
from arbkit.errors import ArbkitError
from arbkit.wiring import Kit

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

KEYS = "a approve  r reject  f flip YES/NO  s skip  n note  o links  u undo  q quit"
BOOKS_S = 2
_LINES_MIN = 4
"""Lines of the card that are shown on even the lowest terminal."""


@dataclass(slots=True)
class Screen:
    """One pair as lines for a terminal, and which of them are shown."""

    console: "Console"
    lines: Sequence[str]
    top: int = 0

    def show(self, foot: Sequence[str]) -> None:
        """Draw what fits above `foot`; without a terminal, everything."""
        foot = [line for text in foot for line in _drawn(self.console, text)]
        if not self.console.is_terminal:
            self._write([*self.lines, *foot])
            return
        self.console.clear()
        room = max(self.console.height - len(foot) - 2, _LINES_MIN)
        if len(self.lines) <= room:
            self._write([*self.lines, *foot])
            return
        self.top = max(0, min(self.top, len(self.lines) - room))
        end = self.top + room
        where = f"lines {self.top + 1}-{end} of {len(self.lines)}: space or down for more, b or up for back"
        self._write([*self.lines[self.top : end], *_drawn(self.console, where), *foot])

    def turn(self, pages: int) -> None:
        """Go on, or back."""
        self.top = max(0, self.top + pages * max(self.console.height - 8, _LINES_MIN))

    def _write(self, lines: Sequence[str]) -> None:
        self.console.file.write("".join(f"{line}\n" for line in lines))
        self.console.file.flush()


def screen(output: Output, pair: Pair, markets: tuple[Market, Market], *, left: int) -> Screen:
    """Draw a pair for the width of the terminal."""
    console = output.console(stderr=True)
    with console.capture() as drawn:
        shown = card(pair, *markets)
        _draw(console, replace(shown, reasons=tuple(_in_words(reason, markets) for reason in shown.reasons)), left=left)
    return Screen(console, drawn.get().splitlines())


def changes(kit: Kit, pair: Pair) -> Sequence[str]:
    """How either market was reworded since a person decided on it, or since it was first read; newest last."""
    return [
        f"{market.venue} changed on {change.changed_at:%Y-%m-%d}: {line}"
        for market in (pair.kalshi, pair.polymarket)
        for change in kit.store.catalogue.rule_changes(market)
        for line in changed_lines(change)
    ]


def prices(kit: Kit, markets: tuple[Market, Market]) -> str:
    """What YES costs at both venues now, if they answer at once."""
    told = []
    for market in markets:
        try:
            book = kit.run(_read(kit, market))
        except (ArbkitError, TimeoutError):
            book = None
        bid, ask = (book.yes_bids[:1], book.yes_asks[:1]) if book else ((), ())
        best = [f"{level[0].price} ({level[0].qty})" if level else "none" for level in (bid, ask)]
        told.append(f"{market.id.venue}: bid {best[0]}, ask {best[1]}" if book else f"{market.id.venue}: unknown")
    return f"YES now   {'   '.join(told)}"


async def _read(kit: Kit, market: Market) -> Book | None:
    async with asyncio.timeout(BOOKS_S):
        return (await kit.venues[market.id.venue].books([market])).books.get(market.id)


def _drawn(console: "Console", text: str) -> list[str]:
    with console.capture() as drawn:
        console.print(text)
    return drawn.get().splitlines()


def _in_words(reason: str, markets: tuple[Market, Market]) -> str:
    said = worded(reason, *markets)
    return reason if said == reason else f"conflict: {said}"


def _draw(console: "Console", shown: Card, *, left: int) -> None:
    from rich.text import Text

    pair = shown.pair
    percent = pair.confidence_ppm // 10_000
    there = "YES" if pair.polarity is Polarity.ALIGNED else "NO"
    console.print(Text(f"{left} left   pair {pair.id}   {percent}%   {pair.method}   YES here is {there} there"))
    _side_by_side(console, shown, [row for row in shown.rows if row.name != "rules"])
    for reason in shown.reasons:
        console.print(Text(f"  {reason}", style="bold red" if reason.startswith("conflict") else ""))
    _side_by_side(console, shown, [row for row in shown.rows if row.name == "rules"])


def _side_by_side(console: "Console", shown: Card, rows: Sequence[CardRow]) -> None:
    from rich.table import Table
    from rich.text import Text

    if not rows:
        return
    table = Table(show_header=True, expand=True, box=None, padding=(0, 1))
    table.add_column("", width=9, style="dim")
    table.add_column(Text(shown.pair.kalshi.key), ratio=1, overflow="fold")
    table.add_column(Text(f"{shown.pair.polymarket.key[:20]}..."), ratio=1, overflow="fold")
    for row in rows:
        table.add_row(Text(row.name), _words(row.kalshi), _words(row.polymarket))
    console.print(table)


def _words(words: Sequence[Word]) -> "Text":
    from rich.text import Text

    text = Text()
    for word in words:
        text.append(word.text, style="bold reverse" if word.differs else "")
        text.append(" ")
    return text
