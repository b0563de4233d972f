"""A recording through the simulator's sockets into `arbkit run`: nothing lost on the wire, books valid, and how fast.

    python bench/convert_books.py kalshi_ws_prod_NAME.jsonl.gz --into recordings
    python bench/replay_wire.py recordings --speed 15

The venues are `arbkit sim serve --replay` in a process of its own; the loop is `arbkit run --sim` in this one, dry,
over pairs of a mapping file. Each recorded Kalshi market gets a Polymarket market that shows the same best prices, but
late, so that the pairs have something to decide. The loop records what it receives, and bench/replay.py judges that:
sequence numbers by other code than ours, crossed and corrupt books. A decision is the last word on the pairs of a
frame: that its new prices cannot offer anything, or what they offer. Exit code 1: something broke.
"""

import argparse
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from hashlib import sha256
from pathlib import Path

import replay as judging

from arbkit.app.watching import Watching
from arbkit.cli.main import run
from arbkit.core.books import LiveBook, LiveState
from arbkit.core.markets import VenueName
from arbkit.venues.kalshi.wire.session import BookTalk as KalshiTalk
from arbkit.venues.polymarket.wire.session import BookTalk as PolymarketTalk
from arbkit.venues.recording import SUFFIX, Entry, Kind, RecordingFile, framed, head, recordings
from arbkit.venues.sim.exchange import ONE_DOLLAR
from arbkit.venues.sim.wire.recorded import Moves, Whole, shown

QUOTED_EVERY = 200
"""After so many frames the market of the other venue shows the prices of now."""
STARTS_S = 15
"""How long the loop may take to read the catalogues before the recording begins, and to end after it."""


class Ear:
    """Listens in on the loop: every frame, and the last decision that it led to."""

    def __init__(self) -> None:
        self.took_ns: list[int] = []
        self.frames = self.corrupt = self.late = 0
        self.talks: set[KalshiTalk | PolymarketTalk] = set()
        self._marked: set[str] = set()
        self._began_ns: dict[str, int] = {}

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Stand between the loop and its parts; nothing of what they do is changed."""
        take_kalshi, take_polymarket = KalshiTalk.take, PolymarketTalk.take
        mark, evaluate = Watching.book_changed, Watching.evaluate

        def kalshi(talk: KalshiTalk, frame: bytes, now_ms: int) -> None:
            began_ns = time.perf_counter_ns()
            take_kalshi(talk, frame, now_ms)
            self._taken(talk, began_ns)

        def polymarket(talk: PolymarketTalk, frame: bytes, now_ms: int) -> None:
            began_ns = time.perf_counter_ns()
            take_polymarket(talk, frame, now_ms)
            self._taken(talk, began_ns)

        def marked(watching: Watching, book: LiveBook, received_ms: int) -> None:
            waiting = watching._changed  # noqa: SLF001 - whether its pairs have to wait is nobody else's business
            before = set(waiting)
            mark(watching, book, received_ms)
            self._marked |= waiting.keys() - before
            self.corrupt += book.state is LiveState.CORRUPT

        def evaluated(watching: Watching, pair_id: str, *, received_ms: int) -> None:
            evaluate(watching, pair_id, received_ms=received_ms)
            if began_ns := self._began_ns.pop(pair_id, 0):
                self.took_ns.append(time.perf_counter_ns() - began_ns)
                self.late += 1

        KalshiTalk.take, PolymarketTalk.take = kalshi, polymarket  # type: ignore[method-assign]
        Watching.book_changed, Watching.evaluate = marked, evaluated  # type: ignore[method-assign]
        try:
            yield
        finally:
            KalshiTalk.take, PolymarketTalk.take = take_kalshi, take_polymarket  # type: ignore[method-assign]
            Watching.book_changed, Watching.evaluate = mark, evaluate  # type: ignore[method-assign]

    def _taken(self, talk: KalshiTalk | PolymarketTalk, began_ns: int) -> None:
        """A frame was applied: its pairs were passed over there and then, or wait for their turn."""
        self.frames += 1
        self.talks.add(talk)
        for pair_id in self._marked:
            self._began_ns.setdefault(pair_id, began_ns)
        if not self._marked:
            self.took_ns.append(time.perf_counter_ns() - began_ns)
        self._marked.clear()


def twin_of(ticker: str) -> str:
    """The token of the Polymarket market that stands beside a Kalshi market."""
    return str(int(sha256(ticker.encode()).hexdigest(), 16))


def twins(paths: Sequence[Path], into: Path) -> dict[str, str]:
    """Record beside every Kalshi market one of Polymarket that shows its best prices now and then; by ticker."""
    books: dict[str, dict[tuple[bool, int], int]] = {}
    entries: list[Entry] = []
    frames = 0
    for entry in (entry for recording in recordings(paths) for entry in recording):
        if entry.kind is not Kind.FRAME or entry.venue is not VenueName.KALSHI:
            continue
        frames += 1
        for one in shown(entry):
            if isinstance(one, Whole):
                new = one.key not in books
                books[one.key] = dict(one.levels)
                entries += [_quote(entry.at_us, one.key, books[one.key])] if new else []
            elif isinstance(one, Moves) and one.key in books:
                for place, qty in one.levels:
                    books[one.key][place] = max(0, qty + books[one.key].get(place, 0) if one.relative else qty)
                entries += [_quote(entry.at_us, one.key, books[one.key])] if frames % QUOTED_EVERY == 0 else []
    with RecordingFile(into / f"twins{SUFFIX}") as file:
        file.add([head(entries[0].at_us)])
        file.add([Entry(at_us=entries[0].at_us, kind=Kind.CONNECTED, venue=VenueName.POLYMARKET, line=1), *entries])
    return {ticker: twin_of(ticker) for ticker in books}


def _quote(at_us: int, ticker: str, book: dict[tuple[bool, int], int]) -> Entry:
    token = twin_of(ticker)
    bid = max((price for (is_bid, price), qty in book.items() if is_bid and qty), default=0)
    ask = min((price for (is_bid, price), qty in book.items() if not is_bid and qty), default=0)
    sides = [[{"price": f"{price / ONE_DOLLAR:.4f}", "size": "100"}] if price else [] for price in (bid, ask)]
    told = {"event_type": "book", "asset_id": token, "market": token, "bids": sides[0], "asks": sides[1],
            "timestamp": str(at_us // 1_000)}  # fmt: skip
    return framed(at_us, VenueName.POLYMARKET, 1, json.dumps(told).encode())


def mapping(found: dict[str, str], into: Path) -> None:
    """The pairs as a file of mappings."""
    into.mkdir()
    rows = [
        {"kalshi": ticker, "polymarket": f"0x{sha256(token.encode()).hexdigest()}", "note": "twin"}
        for ticker, token in found.items()
    ]
    (into / "twins.yaml").write_text(json.dumps({"version": 1, "pairs": rows}))  # JSON is YAML


@contextmanager
def served(paths: Sequence[Path], speed: float, home: Path) -> Iterator[str]:
    """The simulated venues with recordings in them; their address."""
    asked = [word for path in paths for word in ("--replay", str(path))]
    with (home / "serve.txt").open("wb") as talk:
        child = subprocess.Popen(
            [sys.executable, "-m", "arbkit", "sim", "serve", "--port", "0", "--json", *asked, "--speed", f"{speed}"],
            stdout=subprocess.PIPE, stderr=talk, cwd=home, env=os.environ | {"ARBKIT_HOME": str(home)},
        )  # fmt: skip
    try:
        assert child.stdout is not None
        yield json.loads(child.stdout.readline())["arbkit_sim"]
    finally:
        child.terminate()
        child.wait(timeout=30)


def followed(base: str, home: Path, for_s: int) -> dict[str, object]:
    """Run the loop in this process; its summary."""
    os.environ |= {"ARBKIT_SIM": base, "ARBKIT_HOME": str(home)}
    os.chdir(home)
    sets = ("--set", "matching.require_review=never", "--set", "monitoring.metrics_port=0",
            "--set", f"matching.mappings_dir={home / 'mappings'}")  # fmt: skip
    out = io.StringIO()
    with redirect_stdout(out):
        code = run([*sets, "--json", "run", "--sim", "--for", f"{for_s}s", "--record", "kept"])
    rows = [json.loads(line) for line in out.getvalue().splitlines()]
    return (rows[-1] if rows else {}) | {"code": code}


def main() -> int:
    """Print what came of it; 1 when something broke."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("recordings", nargs="+", type=Path)
    asked.add_argument("--speed", type=float, default=15)
    asked.add_argument("--json", action="store_true")
    given = asked.parse_args()
    paths = [path.resolve() for path in given.recordings]
    with tempfile.TemporaryDirectory() as directory:
        home = Path(directory)
        found = twins(paths, home)
        mapping(found, home / "mappings")
        times = [entry.at_us for recording in recordings(paths) for entry in recording if entry.at_us]
        for_s = int((max(times) - min(times)) / 1_000_000 / given.speed) + STARTS_S
        ear = Ear()
        with served([*paths, home / f"twins{SUFFIX}"], given.speed, home) as base, ear.listening():
            summary = followed(base, home, for_s)
        judged = judging.played([home / "kept"])
    return told(ear, summary, judged, as_json=given.json)


def told(ear: Ear, summary: dict[str, object], judged: judging.Played, *, as_json: bool) -> int:
    """Print; the exit code."""
    took = sorted(ear.took_ns)
    resyncs = sum(talk.resyncs for talk in ear.talks)
    # 7: a paper trade of which one leg was killed is open; that is no matter of the wire
    sound = judged.sound and not (ear.corrupt or resyncs) and summary["code"] in (0, 7)
    facts: dict[str, object] = {
        "frames_received": ear.frames, "frames_recorded": judged.frames, "pairs": summary.get("pairs"),
        "looks": summary.get("looks"), "opportunities": summary.get("opportunities"),
        "sequence_breaks_unexplained": judged.breaks_unexplained,
        "sequence_breaks_explained": judged.breaks_explained, "books_doubted_by_us": resyncs,
        "books_doubted_when_judged": judged.resyncs_unasked, "frames_with_a_crossed_book": judged.crossed_frames,
        "frames_with_a_corrupt_book": judged.corrupt_frames + ear.corrupt, "decisions": len(took),
        "decisions_after_a_wait": ear.late,
        "message_to_decision_p50_us": round(judging.percentile(took, 0.5), 1),
        "message_to_decision_p99_us": round(judging.percentile(took, 0.99), 1),
        "message_to_decision_max_us": round(judging.percentile(took, 1.0), 1), "sound": sound,
    }  # fmt: skip
    if as_json:
        print(json.dumps(facts))
    else:
        for name, value in facts.items():
            print(f"{name:<30} {value!s:>12}")
        for why, count in judged.told.most_common(5):
            print(f"  {count} x {why}")
    return int(not sound)


if __name__ == "__main__":
    sys.exit(main())
