"""What does the next match cost? `arbkit match` from nothing, again, and after changes, end to end, each in a process.

    python bench/rematch.py --catalog DIR [--changed N] [--rounds N] [--processes N] [--json]
    python bench/rematch.py [--kalshi N] [--polymarket N] [--changed N] [--processes N] [--json]

DIR holds kalshi.jsonl.gz and polymarket.jsonl.gz; without it, the synthetic catalogues of `scale_catalogue.py`, with
rules around their questions. A change is one more sentence in the rules of a market, drawn from both venues. Time by
the wall and time of the processor are those of the whole program, its start and all its processes included, and memory
is the most of each of them, added up; of several rounds the quickest counts. `--processes` is matching.processes: by
itself one a core, 1 for all in one. Exit code 1 when what is kept does not give the very pairs of a match from nothing,
or when a share is missed: a match after the changes takes no more than a third of the processor time of one from
nothing.
"""

import argparse
import gzip
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from threading import Thread

from scale_catalogue import Row, make

from arbkit.core.markets import Market, MarketId, MarketStatus, VenueName
from arbkit.store.store import Store
from arbkit.venues.kalshi.wire import catalogue as kalshi_wire
from arbkit.venues.polymarket.wire import catalogue as polymarket_wire

CHANGED = 1_000
CHANGED_SHARE_MAX = 1 / 3
SAVED_ROWS = 5_000
NOW = datetime(2026, 3, 10, tzinfo=UTC)
FORGET = "DELETE FROM readings; DELETE FROM judgements; UPDATE markets SET tokens = NULL;"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run cost."""

    seconds: float
    cpu_seconds: float
    rss_mb: int
    pairs: bytes
    said: str


def run(home: Path, processes: int) -> Cost:
    """Match once, in a process of its own and those that it starts."""
    environment = {**os.environ, "ARBKIT_HOME": str(home)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # else each run compiles arbkit again
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.perf_counter()
        program = subprocess.Popen(
            [sys.executable, "-m", "arbkit", "match", "--json", "--set", f"matching.processes={processes}"],
            stdout=out, stderr=err, env=environment,
        )  # fmt: skip
        most: dict[int, int] = {}
        Thread(target=watch, args=(program.pid, most), daemon=True).start()
        _, status, used = os.wait4(program.pid, 0)
        seconds = time.perf_counter() - started
        program.returncode = os.waitstatus_to_exitcode(status)
        for stream in (out, err):
            stream.seek(0)
        said = err.read().decode()
        if program.returncode:
            raise SystemExit(said)
        most[program.pid] = used.ru_maxrss
        return Cost(seconds, used.ru_utime + used.ru_stime, sum(most.values()) >> 10, out.read(), said.strip())


def watch(program: int, most: dict[int, int]) -> None:
    """Note the most memory of each process that the program starts, in kilobytes, until there is no such program."""
    while Path(f"/proc/{program}/task").exists():
        for worker in children(program):
            with suppress(OSError):
                status = Path(f"/proc/{worker}/status").read_text().splitlines()
                most[worker] = max([int(line.split()[1]) for line in status if line.startswith("VmHWM")], default=0)
        time.sleep(0.1)


def children(program: int) -> list[int]:
    """The processes that a program has started."""
    found: list[int] = []
    for path in Path(f"/proc/{program}/task").glob("*/children"):
        with suppress(OSError):
            found += map(int, path.read_text().split())
    return found


def of_files(folder: Path) -> list[Market]:
    """Both catalogues of a folder."""
    kalshi = kalshi_wire.parse_file(gzip.decompress((folder / "kalshi.jsonl.gz").read_bytes())).markets
    polymarket = polymarket_wire.parse_file(gzip.decompress((folder / "polymarket.jsonl.gz").read_bytes())).markets
    return [replace(market, status=MarketStatus.OPEN) for market in (*kalshi, *polymarket)]


def synthetic(kalshi_rows: int, polymarket_rows: int) -> Iterable[Market]:
    """Both synthetic catalogues as markets, with rules in the house styles."""
    made = make(kalshi_rows, polymarket_rows, seed=1)
    for number, row in enumerate(made.kalshi):
        rules = f"If {row.text.rstrip('?')}, then the market resolves to Yes."
        yield _market(MarketId(VenueName.KALSHI, f"{row.key}-{number}"), row, rules)
    for number, row in enumerate(made.polymarket):
        rules = (
            f'This market will resolve to "Yes" if the answer to "{row.text}" is yes. Otherwise, this market will '
            'resolve to "No". If the event is cancelled, this market resolves to "No".'
        )
        yield _market(MarketId(VenueName.POLYMARKET, f"0x{number:064x}"), row, rules)


def _market(name: MarketId, row: Row, rules: str) -> Market:
    ends = datetime.fromordinal(row.closes).replace(tzinfo=UTC)
    ours = name.venue is VenueName.KALSHI
    return Market(
        id=name, event_key="", series_key=row.key.partition("-")[0] if ours else "", slug="" if ours else row.key,
        title=row.text, yes_label=row.label if ours else "Yes", no_label="" if ours else "No", rules=rules,
        status=MarketStatus.OPEN, closes_at=ends, expected_at=ends,
    )  # fmt: skip


def fill(home: Path, markets: Iterable[Market]) -> None:
    """Put the markets into a store."""
    with Store(home / "arbkit.db") as store:
        waiting: list[Market] = []
        for market in markets:
            waiting.append(market)
            if len(waiting) == SAVED_ROWS:
                store.catalogue.refresh(waiting, at=NOW)
                waiting = []
        store.catalogue.refresh(waiting, at=NOW)


def change(home: Path, count: int, seed: int) -> None:
    """Give the rules of some markets one more sentence."""
    dice = Random(seed)
    with Store(home / "arbkit.db") as store:
        chosen = dice.sample(store.catalogue.markets(), count)
        store.catalogue.refresh(
            [replace(market, rules=f"{market.rules} Note {seed} was added.") for market in chosen], at=NOW
        )


def forget(home: Path) -> None:
    """Leave nothing of earlier matches but their pairs."""
    with closing(sqlite3.connect(home / "arbkit.db")) as db:
        db.executescript(FORGET)


def measured(home: Path, changed: int, rounds: int, processes: int) -> tuple[dict[str, Cost], bool]:
    """The quickest of each kind of run, and whether what is kept gave what nothing gives."""
    best: dict[str, Cost] = {}
    alike = True
    for number in range(rounds):
        forget(home)
        found = {"from nothing": run(home, processes), "again": run(home, processes)}
        change(home, changed, number)
        found["changed"] = run(home, processes)
        forget(home)
        whole = run(home, processes)
        alike &= found["again"].pairs == found["from nothing"].pairs and found["changed"].pairs == whole.pairs
        found["from nothing"] = min(found["from nothing"], whole, key=_cpu)
        best = {name: min(cost, best.get(name, cost), key=_cpu) for name, cost in found.items()}
    return best, alike


def _cpu(cost: Cost) -> float:
    return cost.cpu_seconds


def show(costs: dict[str, Cost], alike: bool, *, as_json: bool) -> dict[str, bool]:
    """Print the costs and the targets; return the targets."""
    share = costs["changed"].cpu_seconds / costs["from nothing"].cpu_seconds
    holds = {"alike_holds": alike, "changed_holds": share <= CHANGED_SHARE_MAX}
    rows = [
        {"run": name, "seconds": round(cost.seconds, 2), "cpu_seconds": round(cost.cpu_seconds, 2),
         "rss_mb": cost.rss_mb, "said": cost.said}
        for name, cost in costs.items()
    ]  # fmt: skip
    rows.append({"run": "targets", "changed_share_of_cpu": round(share, 3), **holds})
    for row in rows:
        print(json.dumps(row) if as_json else "  ".join(f"{key} {value}" for key, value in row.items()))
    return holds


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--catalog", type=Path)
    parser.add_argument("--kalshi", type=int, default=100_000)
    parser.add_argument("--polymarket", type=int, default=50_000)
    parser.add_argument("--changed", type=int, default=CHANGED)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--processes", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        fill(home, of_files(asked.catalog) if asked.catalog else synthetic(asked.kalshi, asked.polymarket))
        holds = show(*measured(home, asked.changed, asked.rounds, asked.processes), as_json=asked.json)
    raise SystemExit(not all(holds.values()))


if __name__ == "__main__":
    main()
