"""`match --review`: one pair a screen, decided by a key. Each decision is kept at once, so quitting loses nothing."""

import getpass
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from arbkit.app.pairs import decide, undo
from arbkit.cli.keys import DOWN, OTHER, UP, Keys
from arbkit.cli.render import Output
from arbkit.cli.review_screen import KEYS, Screen, changes, prices, screen
from arbkit.cli.views import PAIR
from arbkit.core.markets import Market, Method, Pair, Polarity, Relation
from arbkit.store.pairs import Decision
from arbkit.wiring import Kit

NOTE_LENGTH_MAX = 500
_TURNS = {" ": 1, DOWN: 1, "b": -1, UP: -1}
"""Keys that turn the pages of a pair whose texts are longer than the terminal."""


@dataclass(slots=True)
class _Session:
    """Where a review stands."""

    kit: Kit
    output: Output
    keys: Keys
    waiting: list[Pair]
    done: list[Pair] = field(default_factory=list)
    note: str = ""
    drawn: Screen | None = None
    """The pair on the screen; None when another one is to be drawn."""
    told: Sequence[str] = ()


def waiting_for_review(kit: Kit) -> list[Pair]:
    """Pairs found by matching on which nobody has decided as they stand now, surest first."""
    decided = {(r.kalshi, r.polymarket) for r in kit.store.pairs.reviews() if r.in_force and not r.undone}
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
    if not waiting:
        output.say(_nothing_waits(kit))
        return
    with Keys() as keys:
        session = _Session(kit, output, keys, waiting)
        while session.waiting:
            pair = session.waiting[0]
            _show(session, pair)
            if not _act(session, pair, keys.key()):
                break
    output.say(f"{len(session.done)} decided, {len(session.waiting)} left; decisions are kept")


def _nothing_waits(kit: Kit) -> str:
    if not kit.store.pairs.standing():
        return "no pairs were found yet; run `arbkit markets sync`, then `arbkit match`"
    return "no pair waits for a decision; `arbkit mappings list` shows those that were made"


def _act(session: _Session, pair: Pair, key: str) -> bool:
    """Do what a key asks for; False ends the review."""
    if session.drawn and key in _TURNS:
        session.drawn.turn(_TURNS[key])
        return True
    session.drawn = session.drawn if key in {OTHER, "n", "o"} else None
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


def _decide(session: _Session, pair: Pair, decision: Decision) -> None:
    kit = session.kit
    decide(
        kit.store, pair.kalshi, pair.polymarket, decision, polarity=pair.polarity, who=getpass.getuser(),
        note=session.note, clock=kit.clock,
    )  # fmt: skip
    session.note = ""
    session.done.append(session.waiting.pop(0))


def _undo(session: _Session) -> None:
    """Take the last decision back. Until decided again the pair counts as rejected: nothing trades by accident."""
    if session.done:
        pair = session.done.pop()
        undo(session.kit.store, pair.kalshi, pair.polymarket, who=getpass.getuser(), clock=session.kit.clock)
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
    """Draw the pair; its books are asked once. What was typed before it stood there answers nothing."""
    if session.drawn is None:
        markets = _markets(session.kit, pair)
        session.drawn = screen(session.output, pair, markets, left=len(session.waiting))
        session.told = [prices(session.kit, markets), *changes(session.kit, pair)]
        session.keys.forget()
    note = [f"note: {session.note}"] if session.note else []
    session.drawn.show([*session.told, *note, KEYS])
