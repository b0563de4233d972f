"""What real listings suffer from: hostile text, paused and unopened markets."""

from arbkit.venues.sim.world.dice import Dice
from arbkit.venues.sim.world.model import JsonObject, SeedBook

HOSTILE = (
    "[/red][bold]",
    "\u202etxet\u202c",
    "\x1b[31m\x07",
    "\U0001f3c6\u200d\ufe0f",
    "\u0000\u009b2J",
    "{{7*7}} %s %n $(id)",
    "\u2028\ue000",
    "<script>alert(1)</script>",
)
"""Markup, bidirectional overrides, escape sequences, joiners, format strings, private use."""
_HOSTILE_PERCENT = 1.5
_PAUSED_PERCENT = 0.7
_UNOPENED_PERCENT = 20


def disfigured(dice: Dice, market: JsonObject, keys: tuple[str, str]) -> JsonObject:
    """Put hostile text into a few titles (at the end) and texts (anywhere in front)."""
    if not dice.happens(_HOSTILE_PERCENT):
        return market
    title, text = keys
    dirt = dice.choice(HOSTILE)
    return {**market, title: f"{market[title]} {dirt}", text: f"{dirt} {market[text]}"}


def kalshi_status(dice: Dice, book: SeedBook) -> str:
    """The status of a Kalshi market object; one that nobody ever quoted may not be open yet."""
    if not book.yes_bids and not book.yes_asks and dice.happens(_UNOPENED_PERCENT):
        return "initialized"
    return "inactive" if dice.happens(_PAUSED_PERCENT) else "active"
