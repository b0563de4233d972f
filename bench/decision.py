"""From a message to a decision: ours, the plain way in json and Decimal, and the same job in C, on the same frames.

    python bench/decision.py [--json] [--pairs N] [--messages N] [--rounds N]

All three take turns in one run, on the wall clock; of each message its quickest round counts, for all three alike, so
that other programs on the machine disturb little. Both others are exact, too, and check what we check (Kalshi's
sequence, Polymarket's best prices and times, what a price and a size may be): every opportunity has to be the same to
the millionth. `twin.c` is built on the spot if there is a C compiler. Then wilder books, and random ones, where the
gate must hide nothing.
"""

import argparse
import gc
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random
from statistics import fmean

from figures import Figure, own_cost, percentile, shown
from ours import Hit, Pipeline
from reference import Reference
from traffic import NOW, WILDNESS, Traffic, made

from arbkit.core.books import LiveBook
from arbkit.core.detect import find
from arbkit.core.opportunity import Opportunity, Policy
from arbkit.core.watch import Watch

WILD = 4.0
"""How far the venues err where there is much to find: one message in 14 leaves something."""


class Twin:
    """The C program, its input, and what it answered."""

    def __init__(self, traffic: Traffic, folder: Path, program: Path) -> None:
        self._program, self._setup = program, folder / f"setup{id(traffic)}"
        rows = (f"{c.kalshi.id.key} {c.polymarket.id.key} {c.polymarket.yes_token}\n" for c in traffic.couples)
        self._setup.write_text("".join(rows))
        first = [message.venue[0].upper().encode() + message.frame for message in traffic.first]
        changes = [message.venue[0].encode() + message.frame for message in traffic.changes]
        self._frames = b"\n".join([*first, *changes, b""])

    def run(self) -> tuple[list[Hit], list[int]]:
        """One round: the hits, and nanoseconds of each message."""
        done = subprocess.run([self._program, self._setup], input=self._frames, capture_output=True, check=True)
        hits: list[Hit] = []
        took: list[int] = []
        for what, *rest in map(str.split, done.stdout.decode().splitlines()):
            if what == "hit":
                at, side, *sums = rest
                hits.append((int(at), side, *map(int, sums)))  # type: ignore[arg-type]
            else:
                took = [int(ns) for ns in rest]
        return hits, took


def built(folder: Path) -> Path | None:
    """The C program, if there is a compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return None
    program = folder / "twin"
    source = Path(__file__).with_name("twin.c")
    subprocess.run([compiler, "-O3", "-o", program, source], check=True)
    return program


def measured(arguments: argparse.Namespace) -> list[Figure]:
    """Every figure of this bench."""
    traffic = made(pairs=arguments.pairs, changes=arguments.messages, wildness=WILDNESS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program = built(folder)
        twin = Twin(traffic, folder, program) if program else None
        figures = timed(traffic, twin, arguments.rounds)
        figures += alike(made(pairs=60, changes=2_000, seed=2, wildness=WILD), folder, program)
    return figures + hidden(Random(3))


def timed(traffic: Traffic, twin: Twin | None, rounds: int) -> list[Figure]:
    """Rounds of all three by turns."""
    ours: list[list[int]] = []
    plain: list[list[int]] = []
    in_c: list[list[int]] = []
    wrong = hits = 0
    for _ in range(rounds):
        pipeline, reference = Pipeline(traffic), Reference(traffic)
        gc.collect()
        gc.freeze()  # as `run` does before its loop
        ours.append(pipeline.run(traffic.changes))
        plain.append(reference.run(traffic.changes))
        hits, wrong = len(pipeline.hits), wrong + differences(pipeline.found, reference.hits)
        if twin:
            found, took = twin.run()
            in_c.append(took)
            wrong += differences(pipeline.found, found)
        gc.unfreeze()
    best, slow = own_cost(ours), own_cost(plain)
    mean, p50, p99 = fmean(best), percentile(best, 50), percentile(best, 99)
    figures = [
        Figure("message -> decision, mean", mean / 1e3, "us"),
        Figure("message -> decision, p50", p50 / 1e3, "us"),
        Figure("message -> decision, p99", p99 / 1e3, "us"),
        Figure("message -> decision, p99.9", percentile(best, 99.9) / 1e3, "us", note="the exact search is in here"),
        Figure("p99 / p50", p99 / p50, at_most=4),
        Figure("json + Decimal, mean", fmean(slow) / 1e3, "us"),
        Figure("json + Decimal / ours", fmean(slow) / mean, at_least=8),
    ]
    if in_c:
        quick = own_cost(in_c)
        note = f"p50 {percentile(quick, 50) / 1e3:.2g}, p99 {percentile(quick, 99) / 1e3:.2g} us"
        figures += [
            Figure("C twin, mean", fmean(quick) / 1e3, "us", note=note),
            Figure("ours / C twin", mean / fmean(quick), at_most=4),
        ]
    return [*figures, Figure("answers that differ", wrong, at_most=0, note=f"{hits} opportunities a round")]


def alike(traffic: Traffic, folder: Path, program: Path | None) -> list[Figure]:
    """The same answers where there is much to find."""
    pipeline, reference = Pipeline(traffic), Reference(traffic)
    pipeline.run(traffic.changes)
    reference.run(traffic.changes)
    wrong = differences(pipeline.found, reference.hits)
    if program:
        wrong += differences(pipeline.found, Twin(traffic, folder, program).run()[0])
    return [Figure("answers that differ, wild books", wrong, at_most=0, note=f"{len(pipeline.hits)} opportunities")]


def differences(ours: Sequence[Hit], theirs: Sequence[Hit]) -> int:
    """How many answers only one of both gave."""
    return len(set(ours) ^ set(theirs))


def hidden(dice: Random) -> list[Figure]:
    """Random books of one pair: what the exact search finds and the gate would have kept from it."""
    couple = made(pairs=1, changes=0).couples[0]
    books = [LiveBook(market.id, unit_micros=10_000) for market in (couple.kalshi, couple.polymarket)]
    watch = Watch(
        couple.pair, kalshi=couple.kalshi, polymarket=couple.polymarket, kalshi_book=books[0],
        polymarket_book=books[1], policy=Policy(),
    )  # fmt: skip
    found = missed = 0
    for _ in range(4_000):
        for book in books:
            bid = dice.randrange(2, 97)
            ask = dice.randrange(bid + 1, min(99, bid + 4) + 1)
            book.snapshot(yes_bids=_bids(dice, bid), no_bids=_bids(dice, 100 - ask))
        kalshi, polymarket = (book.freeze(seen_at=NOW) for book in books)
        truth = find(
            couple.pair, kalshi=couple.kalshi, polymarket=couple.polymarket, kalshi_book=kalshi,
            polymarket_book=polymarket, policy=watch.policy, now=NOW,
        )  # fmt: skip
        if isinstance(truth, Opportunity):
            found += 1
            missed += watch.look(kalshi_seen_at=NOW, polymarket_seen_at=NOW, now=NOW) != truth
    return [Figure("opportunities behind a shut gate", missed, at_most=0, note=f"{found} in 4,000 random books")]


def _bids(dice: Random, best: int) -> dict[int, int]:
    lower = dice.sample(range(1, best), min(best - 1, dice.randrange(8)))
    return {cents * 100: dice.choice((100, 500, 1_500, 6_000, dice.randrange(1, 9_000))) for cents in [best, *lower]}


def options(parser: argparse.ArgumentParser) -> None:
    """The size of the run."""
    parser.add_argument("--pairs", type=int, default=500)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=7)


if __name__ == "__main__":
    shown("decision", __doc__, measured, options)
