"""`arbkit run` on busy simulated venues, held against what the venues know: was every real chance taken or refused with
reason, is the ledger what the venues owe, did anything die, does memory grow?

    python bench/live_truth.py --for 10m --markets 420

The venues run in this process and are looked at ten times a second, whatever the loop sees of them; the loop is a
process of its own and is asked only for its events and its store. Exit code 1 if anything does not hold.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from arbkit.core.books import Book, Level, make_book
from arbkit.core.detect import look
from arbkit.core.markets import Market, MarketId, Pair, VenueName
from arbkit.core.money import MICRO, Price, Qty, Usd
from arbkit.core.opportunity import Opportunity, Policy
from arbkit.store.sightings import Sighting
from arbkit.store.store import Store
from arbkit.venues.sim.exchange import ONE_DOLLAR
from arbkit.venues.sim.floor import Floor
from arbkit.venues.sim.server import SimServer
from arbkit.venues.sim.simulation import Simulation
from arbkit.wiring import simulation

LOOK_S = 0.1
LASTS = timedelta(seconds=1)
LATE = timedelta(seconds=2)
"""How long after a chance ended what was said of it may be written down."""
UNITS = {VenueName.KALSHI: 10_000, VenueName.POLYMARKET: 1}
"""Of the venue's own quantities, in millionths of a contract."""
GROWTH_MAX = 1.05
POLICY = Policy(qty_max=Qty.whole(50), capital_max=Usd(100 * MICRO))


@dataclass
class Chance:
    """A pair that really offered something, from the first look that showed it to the last."""

    pair: Pair
    planted: bool
    first: datetime
    last: datetime
    best: Usd

    @property
    def lasted(self) -> timedelta:
        return self.last - self.first


@dataclass
class Truth:
    """Looks at the venues' own books."""

    sim: Simulation
    pairs: list[tuple[Pair, Market, Market, bool]]
    open: dict[str, Chance] = field(default_factory=dict)
    ended: list[Chance] = field(default_factory=list)
    looks: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        while not self.stopped.wait(LOOK_S):
            self.look()
            self.looks += 1

    def look(self) -> None:
        for pair, kalshi, polymarket, planted in self.pairs:
            now = datetime.now(UTC)
            with self.sim.lock:
                books = (
                    book_of(self.sim.kalshi_floor, kalshi.id.key, kalshi, now),
                    book_of(self.sim.polymarket_floor, polymarket.yes_token, polymarket, now),
                )
            found = look(
                pair, kalshi=kalshi, polymarket=polymarket, kalshi_book=books[0], polymarket_book=books[1],
                policy=POLICY, now=now,
            )  # fmt: skip
            self.note(pair, planted, found if isinstance(found, Opportunity) else None, now)

    def note(self, pair: Pair, planted: bool, found: Opportunity | None, now: datetime) -> None:
        known = self.open.get(pair.id)
        if found is None:
            if known:
                self.ended.append(self.open.pop(pair.id))
        elif known:
            known.last, known.best = now, max(known.best, found.net)
        else:
            self.open[pair.id] = Chance(pair, planted, now, now, found.net)

    def chances(self) -> list[Chance]:
        return [chance for chance in (*self.ended, *self.open.values()) if chance.lasted >= LASTS]


def book_of(floor: Floor, key: str, market: Market, now: datetime) -> Book:
    """A book as the venue itself has it."""
    pit, unit = floor.pit(key, now), UNITS[market.id.venue]
    sides = [
        [Level(Price(price * MICRO // ONE_DOLLAR), Qty(qty * unit)) for price, qty in pit.book.levels(is_bid=is_bid)]
        for is_bid in (True, False)
    ]
    return make_book(market.id, yes_bids=sides[0], yes_asks=sides[1], seen_at=now)


def pairs_of(store: Store, sim: Simulation) -> list[tuple[Pair, Market, Market, bool]]:
    """The pairs that the loop may trade, and whether the generator planted something in them."""
    planted = {(twin.kalshi, twin.polymarket) for twin in sim.world.twins if twin.planted}
    pairs = store.pairs.tradable()
    named: Mapping[MarketId, Market] = store.catalogue.named(m for p in pairs for m in (p.kalshi, p.polymarket))
    return [
        (pair, named[pair.kalshi], named[pair.polymarket], (pair.kalshi.key, pair.polymarket.key) in planted)
        for pair in pairs
    ]


def resident_kb(pid: int) -> int:
    """The memory of a process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def answered(chance: Chance, rows: list[Sighting]) -> tuple[str, str]:
    """How the loop dealt with a chance: taken, refused or missed, and the reason."""
    mine = [
        row for row in rows
        if row.pair_id == chance.pair.id
        and row.first_seen_at <= chance.last + LATE and (row.expired_at or row.last_seen_at) >= chance.first - LATE
    ]  # fmt: skip
    if not mine:
        return "missed", "never seen"
    if any(row.was_executed for row in mine):
        return "taken", ""
    reasons = [row.why_not for row in mine if row.why_not]
    return ("refused", reasons[-1]) if reasons else ("missed", "seen, and no reason given")


def kind_of(reason: str) -> str:
    """A reason without its figures, so that like ones are counted together."""
    text = reason.split(": ", 1)[-1] if reason.startswith("trade") else reason
    return "".join("#" if c.isdigit() else c for c in text)[:110]


def run(arguments: argparse.Namespace, home: Path) -> int:
    """Run the loop against fresh venues; what it came to."""
    sim = simulation(seed=arguments.seed, markets=arguments.markets, flow=arguments.flow)
    environ = {"HOME": str(home), "ARBKIT_HOME": str(home), "PATH": "/usr/bin:/bin",
               "PYTHONPATH": str(Path(__file__).parents[1])}  # fmt: skip
    mode = [] if arguments.dry else ["--live", "--confirm"]
    sets = ["--set", "matching.require_review=never", "--set", "monitoring.metrics_port=0"]
    for one in arguments.set or []:
        sets += ["--set", one]
    with SimServer(sim) as server:
        environ["ARBKIT_SIM"] = server.urls.base
        command = [sys.executable, "-m", "arbkit", *sets, "--json", "run", "--sim", *mode, "--for", arguments.span]
        with (home / "events.jsonl").open("wb") as out, (home / "talk.txt").open("wb") as talk:
            loop = subprocess.Popen(command, env=environ, stdout=out, stderr=talk, cwd=home)
            truth, memory = watched(loop, home, sim)
    events = [json.loads(line) for line in (home / "events.jsonl").read_text().splitlines()]
    return report(arguments, home, sim, truth, memory, events, loop.returncode)


def watched(loop: "subprocess.Popen[bytes]", home: Path, sim: Simulation) -> tuple[Truth, list[int]]:
    """Watch venues and memory from the moment at which the loop watches, until it ends."""
    while loop.poll() is None and b'"started"' not in (home / "events.jsonl").read_bytes():
        time.sleep(0.05)
    with Store(home / "sim" / "arbkit.db") as store:
        truth = Truth(sim, pairs_of(store, sim))
    watcher = threading.Thread(target=truth.watch)
    watcher.start()
    memory: list[int] = []
    while loop.poll() is None:
        time.sleep(1)
        if loop.poll() is None and (resident := resident_kb(loop.pid)):
            memory.append(resident)
    truth.stopped.set()
    watcher.join()
    return truth, memory


def wrongs(
    sim: Simulation, store: Store, events: list[dict[str, object]], memory: list[int], code: int, *, dry: bool
) -> Iterator[str]:
    """What must not be."""
    if code not in (0, 7):
        yield f"the loop ended with exit code {code}"
    if any("died" in str(event["text"]) for event in events if "text" in event):
        yield "a task died"
    if doubled := {key: n for key, n in sim.control.counts().items() if n > 1 and not dry}:
        yield f"orders posted twice: {doubled}"
    calm = memory[len(memory) // 4 :]
    if len(calm) > 60 and max(calm[-len(calm) // 4 :]) > GROWTH_MAX * max(calm[: len(calm) // 4]):
        yield f"memory grew from {calm[0]} to {calm[-1]} kB"
    if dry:
        return
    held = {f"{m}|{s}": p.qty.micros for (m, s), p in store.ledger.positions().items() if p.qty}
    owed = holdings(sim)
    if held != owed:
        yield f"ledger and venues differ: {held} against {owed}"


def holdings(sim: Simulation) -> dict[str, int]:
    """What the venues' engines owe us, in millionths of a contract."""
    owed: dict[str, int] = {}
    for account in sim.kalshi.accounts.values():
        for ticker, position in account.truth.positions.items():
            if position.qty and not position.settled:
                side = "yes" if position.qty > 0 else "no"
                owed[f"{MarketId(VenueName.KALSHI, ticker)}|{side}"] = abs(position.qty) * UNITS[VenueName.KALSHI]
    sides = {token: (market.condition_id, side) for market in sim.polymarket_listing.markets
             for token, side in zip(market.tokens, ("yes", "no"), strict=True)}  # fmt: skip
    for wallet in sim.polymarket.wallets.values():
        for token, holding in wallet.holdings.items():
            if holding.shares:
                condition, side = sides[token]
                owed[f"{MarketId(VenueName.POLYMARKET, condition)}|{side}"] = holding.shares
    return owed


def report(
    arguments: argparse.Namespace, home: Path, sim: Simulation, truth: Truth, memory: list[int],
    events: list[dict[str, object]], code: int,
) -> int:  # fmt: skip
    """Print what was found; 1 if something does not hold."""
    with Store(home / "sim" / "arbkit.db") as store:
        rows = store.sightings.recent(since=datetime.now(UTC) - timedelta(days=1), limit=100_000)
        fates: Counter[tuple[str, str]] = Counter()
        missed = []
        for chance in truth.chances():
            fate, reason = answered(chance, rows)
            fates[fate, kind_of(reason)] += 1
            if fate == "missed":
                missed.append(chance)
        bad = [*wrongs(sim, store, events, memory, code, dry=arguments.dry)]
    summary = events[-1] if events else {}
    print(json.dumps(summary, indent=None))
    print(f"pairs {len(truth.pairs)}, planted {sum(p for *_, p in truth.pairs)}, looks at the truth {truth.looks}")
    print(f"memory kB: first {memory[:1]}, quarter {memory[len(memory) // 4 :][:1]}, last {memory[-1:]}")
    for (fate, reason), count in fates.most_common():
        print(f"{count:6} {fate:8} {reason}")
    for chance in missed:
        print(f"MISSED {chance.pair.id} {chance.first:%H:%M:%S.%f} lasted {chance.lasted} best ${chance.best}")
    for line in bad:
        print("WRONG", line)
    return 1 if bad or missed else 0


def main() -> int:
    """Parse the arguments and run."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--for", dest="span", default="30s")
    asked.add_argument("--markets", type=int, default=420)
    asked.add_argument("--seed", type=int, default=11)
    asked.add_argument("--flow", default="busy")
    asked.add_argument("--dry", action="store_true", help="a dry run instead of a live one")
    asked.add_argument("--set", action="append", help="another setting, as KEY=VALUE")
    asked.add_argument("--home", type=Path, help="keep the state here")
    arguments = asked.parse_args()
    if arguments.home:
        arguments.home.mkdir(parents=True, exist_ok=True)
        return run(arguments, arguments.home)
    with tempfile.TemporaryDirectory() as directory:
        return run(arguments, Path(directory))


if __name__ == "__main__":
    sys.exit(main())
