"""What changed in the words of a market, as lines that fit a terminal."""

import difflib
from collections.abc import Iterable, Iterator, Sequence

from arbkit.app.catalog import VenueSync
from arbkit.cli.render import Output
from arbkit.store.catalogue import RuleChange
from arbkit.store.store import Store

_AROUND = 4
"""Words shown on either side of a change."""
_WORDS_MAX = 60
_SHOWN_MAX = 10
_LEFT_OUT = {"rules_hash"}


def tell_rewordings(store: Store, results: Iterable[VenueSync], output: Output) -> None:
    """Say of each pair that a person had approved and that is void now, what has changed."""
    reworded = {market for result in results for market in result.reworded}
    if not reworded:
        return
    void = [r for r in store.pairs.reviews() if not r.in_force and reworded & {r.kalshi, r.polymarket}]
    for review in void[:_SHOWN_MAX]:
        output.say(f"void: {review.kalshi} = {review.polymarket}, {review.decision} by {review.who}:")
        for market in sorted(reworded & {review.kalshi, review.polymarket}):
            for line in changed_lines(store.catalogue.rule_changes(market)[-1]):
                output.say(f"  {market.venue} {line}")
    if void:
        output.say(f"{len(void)} decisions are void; `arbkit match --review` shows them again")


def changed_lines(change: RuleChange) -> Iterator[str]:
    """One line a column that changed: the words that went in [-...-], those that came in {+...+}."""
    for name in sorted(change.new):
        if name not in _LEFT_OUT:
            yield f"{name}: {' '.join(difference(str(change.old.get(name) or ''), str(change.new[name] or '')))}"


def difference(old: str, new: str) -> Sequence[str]:
    """The words of both texts, what is the same left out but for a few words around each change."""
    before, after = old.split(), new.split()
    told: list[str] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            same = before[a:b]
            told += same if len(same) <= 2 * _AROUND else [*same[:_AROUND], "...", *same[-_AROUND:]]
            continue
        told += [f"[-{' '.join(before[a:b])}-]"] if b > a else []
        told += [f"{{+{' '.join(after[c:d])}+}}"] if d > c else []
    return told if len(told) <= _WORDS_MAX else [*told[:_WORDS_MAX], "..."]
