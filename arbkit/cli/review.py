"""`match --review`: one pair a screen, decided by a key. Each decision is kept at once, so quitting loses nothing."""

import asyncio
import getpass
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from arbkit.app.pairs import decide
from arbkit.cli.keys import Keys
from arbkit.cli.render import Output
from arbkit.cli.rewording import changed_lines
from arbkit.cli.views import PAIR
from arbkit.core.books import Book
from arbkit.core.markets import Market, Method, Pair, Polarity, Relation
from arbkit.core.matching.card import Card, Word, card
from arbkit.errors import ArbkitError
from arbkit.store.pairs import Decision
from arbkit.wiring import Kit

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

KEYS = "a approve  r reject  f flip YES/NO  s skip  n note  o links  u undo  q quit"
NOTE_LENGTH_MAX = 500
BOOKS_S = 2
_UNDONE = "undone: to be decided again"


@dataclass(slots=True)
class _Session:
    """Where a review stands."""

    kit: Kit
    output: Output
    keys: Keys
    waiting: list[Pair]
    done: list[Pair] = field(default_factory=list)
    note: str = ""


def waiting_for_review(kit: Kit) -> list[Pair]:
    """Pairs found by matching on which nobody has decided as they stand now, surest first."""
    decided = {(r.kalshi, r.polymarket) for r in kit.store.pairs.reviews() if r.in_force and r.note != _UNDONE}
    return [
        pair
        for pair in kit.store.pairs.standing()
        if pair.relation is Relation.EQUAL
        and pair.method is not Method.MANUAL
        and (pair.kalshi, pair.polymarket) not in decided
    ]


def review(kit: Kit, output: Output) -> None:
    """Show what waits, one pair a screen, and keep what is decided; with --json only list it."""
    waiting = waiting_for_review(kit)
    if output.json:
        output.show(waiting, PAIR)
        return
    with Keys() as keys:
        session = _Session(kit, output, keys, waiting)
        while session.waiting:
            pair = session.waiting[0]
            _show(session, pair)
            if not _act(session, pair, keys.key()):
                break
    output.say(f"{len(session.done)} decided, {len(session.waiting)} left; decisions are kept")


def _act(session: _Session, pair: Pair, key: str) -> bool:
    """Do what a key asks for; False ends the review."""
    match key:
        case "a":
            _decide(session, pair, Decision.APPROVED)
        case "r":
            _decide(session, pair, Decision.REJECTED)
        case "f":
            other = Polarity.INVERTED if pair.polarity is Polarity.ALIGNED else Polarity.ALIGNED
            session.waiting[0] = replace(pair, polarity=other)
        case "s":
            session.waiting.pop(0)
        case "n":
            session.output.say("note, then Enter:")
            session.note = session.keys.line(NOTE_LENGTH_MAX)
        case "o":
            for address in _links(session.kit, pair):
                session.output.say(address)
            session.output.say("any key goes on")
            session.keys.key()
        case "u":
            _undo(session)
        case _:
            return key != "q"
    return True


def _decide(session: _Session, pair: Pair, decision: Decision, note: str = "") -> None:
    kit = session.kit
    decide(
        kit.store, pair.kalshi, pair.polymarket, decision, polarity=pair.polarity, who=getpass.getuser(),
        note=note or session.note, clock=kit.clock,
    )  # fmt: skip
    if not note:
        session.note = ""
        session.done.append(session.waiting.pop(0))


def _undo(session: _Session) -> None:
    """Take the last decision back. Until decided again the pair counts as rejected: nothing trades by accident."""
    if session.done:
        pair = session.done.pop()
        _decide(session, pair, Decision.REJECTED, _UNDONE)
        session.waiting.insert(0, pair)


def _links(kit: Kit, pair: Pair) -> list[str]:
    """Where both venues show these markets; built here, never taken from a venue."""
    kalshi, polymarket = _markets(kit, pair)
    return [
        f"https://kalshi.com/markets/{quote((kalshi.series_key or kalshi.event_key).lower(), safe='')}",
        f"https://polymarket.com/market/{quote(polymarket.slug, safe='')}",
    ]


def _markets(kit: Kit, pair: Pair) -> tuple[Market, Market]:
    named = kit.store.catalogue.named([pair.kalshi, pair.polymarket])
    return named[pair.kalshi], named[pair.polymarket]


def _show(session: _Session, pair: Pair) -> None:
    console = session.output.console(stderr=True)
    kalshi, polymarket = _markets(session.kit, pair)
    shown = card(pair, kalshi, polymarket)
    if console.is_terminal:
        console.clear()
    _draw(console, shown, left=len(session.waiting))
    console.print(_books(session.kit, kalshi, polymarket), markup=False, highlight=False)
    for change in _changes(session.kit, pair):
        console.print(change, markup=False, highlight=False)
    console.print(KEYS, markup=False, highlight=False)


def _changes(kit: Kit, pair: Pair) -> Sequence[str]:
    """How either market was reworded since a person decided on it, or since it was first read; newest last."""
    return [
        f"{market.venue} changed on {change.changed_at:%Y-%m-%d}: {line}"
        for market in (pair.kalshi, pair.polymarket)
        for change in kit.store.catalogue.rule_changes(market)
        for line in changed_lines(change)
    ]


def _books(kit: Kit, kalshi: Market, polymarket: Market) -> str:
    """What YES costs at both venues now, if they answer at once."""
    told = []
    for market in (kalshi, polymarket):
        try:
            book = kit.run(_read(kit, market))
        except (ArbkitError, TimeoutError):
            book = None
        bid, ask = (book.yes_bids[:1], book.yes_asks[:1]) if book else ((), ())
        prices = [f"{level[0].price} ({level[0].qty})" if level else "none" for level in (bid, ask)]
        told.append(f"{market.id.venue}: bid {prices[0]}, ask {prices[1]}" if book else f"{market.id.venue}: unknown")
    return f"YES now   {'   '.join(told)}"


async def _read(kit: Kit, market: Market) -> Book | None:
    async with asyncio.timeout(BOOKS_S):
        return (await kit.venues[market.id.venue].books([market])).books.get(market.id)


def _draw(console: "Console", shown: Card, *, left: int) -> None:
    from rich.table import Table
    from rich.text import Text

    pair = shown.pair
    percent = pair.confidence_ppm // 10_000
    console.print(
        Text(f"{left} left   pair {pair.id}   {percent}%   {pair.method}   YES here is {_meaning(pair)} there")
    )
    table = Table(show_header=True, expand=True, box=None, padding=(0, 1))
    table.add_column("", width=9, style="dim")
    table.add_column(Text(pair.kalshi.key), ratio=1, overflow="fold")
    table.add_column(Text(f"{pair.polymarket.key[:20]}..."), ratio=1, overflow="fold")
    for row in shown.rows:
        table.add_row(Text(row.name), _words(row.kalshi), _words(row.polymarket))
    console.print(table)
    for reason in shown.reasons:
        style = "bold red" if reason.startswith("conflict") else ""
        console.print(Text(f"  {reason}", style=style))


def _meaning(pair: Pair) -> str:
    return "YES" if pair.polarity is Polarity.ALIGNED else "NO"


def _words(words: Sequence[Word]) -> "Text":
    from rich.text import Text

    text = Text()
    for word in words:
        text.append(word.text, style="bold reverse" if word.differs else "")
        text.append(" ")
    return text
