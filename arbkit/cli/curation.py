"""`mappings approve|reject|export|check`: what people decided about pairs, as commands take and show it."""

import getpass
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from arbkit.app.pairs import curated_entries, decide
from arbkit.cli.decisions import DECIDED, decided
from arbkit.cli.render import Field, Output
from arbkit.core.markets import Market, MarketId, MarketStatus, Pair, Polarity
from arbkit.errors import BadFile, BadId, UsageError, nearest
from arbkit.store.mappings import CuratedEntry, dump_mappings
from arbkit.store.pairs import Decision, Review
from arbkit.wiring import Kit


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with one decision, and what to do."""

    origin: str
    pair: str
    problem: str
    detail: str


FINDING: Sequence[Field[Finding]] = (
    Field("origin", lambda f: f.origin, "where", width_min=10),
    Field("pair", lambda f: f.pair, "pair", width_min=16),
    Field("problem", lambda f: f.problem, "problem"),
    Field("detail", lambda f: f.detail, "what to do", width_min=20),
)


def decide_on(kit: Kit, output: Output, text: str, *, decision: str, flip: bool, note: str) -> None:
    """Approve or reject a pair that `match` has found, by its id or the beginning of it. Raises BadId."""
    output.chosen(DECIDED)  # before anything is kept
    pair = _pair(kit, text)
    polarity = {False: pair.polarity, True: _OTHER[pair.polarity]}[flip]
    review = decide(
        kit.store, pair.kalshi, pair.polymarket, Decision(decision), polarity=polarity, who=getpass.getuser(),
        note=note, clock=kit.clock,
    )  # fmt: skip
    output.show(decided((), [review]), DECIDED)


_OTHER = {Polarity.ALIGNED: Polarity.INVERTED, Polarity.INVERTED: Polarity.ALIGNED}


def _pair(kit: Kit, text: str) -> Pair:
    active = kit.store.pairs.active()
    found = [pair for pair in active if text and pair.id.startswith(text)]
    if len(found) != 1:
        near = "" if found else nearest(text, (pair.id for pair in active))
        what = "the id of a pair, as `arbkit match` shows it" if not found else f"longer: {len(found)} pairs begin so"
        raise BadId(text, what, near=near)
    return found[0]


def export(kit: Kit, output: Output, out: Path | None) -> None:
    """Write the decisions of the command line that are in force as a file of mappings. Raises BadFile, UsageError."""
    kept = [review for review in kit.store.pairs.reviews() if review.in_force and not review.undone]
    text = dump_mappings(kept)
    if out is None:
        output.text(text)
        return
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError:
        raise UsageError(f"{out} is there already; name another file, or remove it first") from None
    except OSError as error:
        raise BadFile(out, error.strerror or "cannot be written") from error
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    output.say(f"{len(kept)} decisions written to {out}")


def check(kit: Kit, output: Output) -> bool:
    """Show every decision that does not hold; whether all do. Raises BadFile for files that contradict themselves."""
    entries, reviews = curated_entries(kit.store, kit.mappings), kit.store.pairs.reviews()
    named = kit.store.catalogue.named(
        market for entry in entries for market in (entry.curated.kalshi, entry.curated.polymarket)
    )
    findings = [
        *(finding for entry in entries for finding in _of_entry(entry, named)),
        *_contradictions(entries, [review for review in reviews if review.in_force]),
        *(
            Finding("store", f"{r.kalshi} = {r.polymarket}", "void", "the rules have changed; read both, decide again")
            for r in reviews if not r.in_force
        ),
    ]  # fmt: skip
    output.show(findings, FINDING)
    holding = len(entries) + len(reviews) - len({finding.origin + finding.pair for finding in findings})
    output.say(f"{len(entries)} decisions in {kit.mappings}, {len(reviews)} from the command line: {holding} hold")
    return not findings


def _of_entry(entry: CuratedEntry, named: Mapping[MarketId, Market]) -> Iterator[Finding]:
    row = entry.curated
    pair = f"{row.kalshi} = {row.polymarket}"
    for market in (row.kalshi, row.polymarket):
        if market not in named:
            yield Finding(entry.origin, pair, "dangling", f"{market} is not in the catalogue; `arbkit markets sync`")
        elif named[market].status in {MarketStatus.CLOSED, MarketStatus.SETTLED}:
            yield Finding(entry.origin, pair, "over", f"{market} is {named[market].status}; remove the entry")
    if row.kalshi in named and row.polymarket in named and not row.holds(named[row.kalshi], named[row.polymarket]):
        detail = "a rule text, a date or a source is not what it was; read both, then write the new hashes"
        yield Finding(entry.origin, pair, "void", detail)


def _contradictions(entries: Sequence[CuratedEntry], reviews: Sequence[Review]) -> Iterator[Finding]:
    """Where a file and the command line do not agree: the command line goes first, but nobody may have meant it."""
    said = {(review.kalshi, review.polymarket): review for review in reviews}
    for entry in entries:
        row, review = entry.curated, said.get((entry.curated.kalshi, entry.curated.polymarket))
        if review is None:
            continue
        approved = review.decision is Decision.APPROVED
        if approved is not row.approved or (approved and review.polarity is not row.polarity):
            detail = f"{review.who} said {review.decision} ({review.polarity}) on {review.at.date()}; keep one of them"
            yield Finding(entry.origin, f"{row.kalshi} = {row.polymarket}", "contradiction", detail)
