"""Recordings through arbkit's own path from a frame to a decision: nothing lost, books valid, and how long it takes.

Each frame of a recording is given to the talk of its connection, as the live loop would give it, and each change of a
book asks a pair: its market against one of the other venue that shows the same prices, but late. Sequence numbers are
also counted by other code than ours. A break is explained when the recording itself says that a connection or an entry
was lost just before.

Make recordings with `arbkit record`, or of published files with bench/convert_books.py. Exit code 1: something broke.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from arbkit.core.books import TICKS, LiveBook, LiveState
from arbkit.core.markets import (
    Fees,
    KalshiFees,
    Market,
    MarketId,
    MarketStatus,
    Method,
    Pair,
    Polarity,
    PolymarketFees,
    PriceGrid,
    Relation,
    VenueName,
)
from arbkit.core.money import Price
from arbkit.core.opportunity import Opportunity, Policy
from arbkit.core.watch import Watch
from arbkit.ports import FeedHealth
from arbkit.venues.feed import BookTalk
from arbkit.venues.kalshi.wire.session import BookTalk as KalshiTalk
from arbkit.venues.kalshi.wire.stream import SIZE_UNIT_MICROS
from arbkit.venues.polymarket.wire.session import BookTalk as PolymarketTalk
from arbkit.venues.recording import Entry, Kind, recordings
from arbkit.venues.sim.wire.recorded import Moves, Unreadable, Whole, shown

SILENCE_MS = 30_000
QUOTED_EVERY = 200
"""After so many changes the market of the other venue shows the prices of now."""
UNITS = {VenueName.KALSHI: SIZE_UNIT_MICROS, VenueName.POLYMARKET: 1}
FEES: dict[VenueName, Fees] = {
    VenueName.KALSHI: KalshiFees("quadratic", 1_000_000),
    VenueName.POLYMARKET: PolymarketFees(40_000, 1),
}
LONG = datetime(2100, 1, 1, tzinfo=UTC)


def a_market(venue: VenueName, key: str, token: str = "") -> Market:
    """A market that can be watched; what it is about does not matter here."""
    return Market(
        id=MarketId(venue, key), event_key=key, title=key, rules=key, status=MarketStatus.OPEN, expected_at=LONG,
        grid=PriceGrid.uniform(Price(1_000)), fees=FEES[venue], yes_token=token, no_token=f"{token}-no",
    )  # fmt: skip


@dataclass
class Line:
    """A connection of the recording: its talk, and the count of its sequences by other code than ours."""

    talk: BookTalk
    last: dict[int, int] = field(default_factory=dict)


@dataclass
class Played:
    """What came of it."""

    frames: int = 0
    changes: int = 0
    looks: int = 0
    opportunities: int = 0
    breaks_unexplained: int = 0
    breaks_explained: int = 0
    crossed_frames: int = 0
    locked_frames: int = 0
    corrupt_frames: int = 0
    unreadable_bytes: int = 0
    told: Counter[str] = field(default_factory=Counter)
    took_ns: list[int] = field(default_factory=list)
    """From a frame's arrival to the last decision that it led to."""

    @property
    def resyncs_unasked(self) -> int:
        """Books that our own code no longer believed."""
        return sum(self.told.values())

    @property
    def sound(self) -> bool:
        """Whether nothing broke that the recording does not explain."""
        return not (self.breaks_unexplained or self.crossed_frames or self.corrupt_frames or self.resyncs_unasked)


class Player:
    """Plays entries into talks, as the listener of all of them."""

    def __init__(self, markets: dict[tuple[VenueName, int], set[str]]) -> None:
        self.played = Played()
        self.books: dict[MarketId, LiveBook] = {}
        self.now = LONG
        self._lost = True
        self._watches: dict[MarketId, Watch] = {}
        self._twins: dict[MarketId, LiveBook] = {}
        self._lines = {
            where: Line(self._talk(where[0], sorted(keys))) for where, keys in markets.items()
        }  # fmt: skip

    def _talk(self, venue: VenueName, keys: Sequence[str]) -> BookTalk:
        make = KalshiTalk if venue is VenueName.KALSHI else PolymarketTalk
        talk = make(self, partial(self._tell, venue), silence_ms=SILENCE_MS)
        followed = [a_market(venue, key, token=key) for key in keys]
        for market in followed:
            self.books[market.id] = LiveBook(market.id, unit_micros=UNITS[venue])
            self._watches[market.id] = self._watch(market, self.books[market.id])
        talk.follow(followed, self.books)
        return talk

    def _watch(self, market: Market, book: LiveBook) -> Watch:
        """The market against one of the other venue."""
        other = VenueName.POLYMARKET if market.id.venue is VenueName.KALSHI else VenueName.KALSHI
        twin = a_market(other, f"twin of {market.id.key}", token=f"twin of {market.id.key}")
        standing = self._twins[market.id] = LiveBook(twin.id, unit_micros=UNITS[other])
        kalshi, polymarket = (market, twin) if other is VenueName.POLYMARKET else (twin, market)
        books = (book, standing) if other is VenueName.POLYMARKET else (standing, book)
        pair = Pair(
            kalshi=kalshi.id, polymarket=polymarket.id, polarity=Polarity.ALIGNED, relation=Relation.EQUAL,
            confidence_ppm=1_000_000, method=Method.EXACT, tradable=True, kalshi_rules_hash=kalshi.rules_hash,
            polymarket_rules_hash=polymarket.rules_hash,
        )  # fmt: skip
        return Watch(
            pair, kalshi=kalshi, polymarket=polymarket, kalshi_book=books[0], polymarket_book=books[1], policy=Policy()
        )

    def _tell(self, venue: VenueName, why: str) -> None:
        self.played.told[f"{venue}: {why}"] += not self._lost

    def book_changed(self, book: LiveBook, received_ms: int) -> None:
        """Decide, as the loop does at every change."""
        del received_ms
        self.played.changes += 1
        watch = self._watches[book.market]
        if self.played.changes % QUOTED_EVERY == 1:
            self._quote(book, self._twins[book.market])
        if watch.gate() is None:
            return
        self.played.looks += 1
        found = watch.look(kalshi_seen_at=self.now, polymarket_seen_at=self.now, now=self.now)
        self.played.opportunities += isinstance(found, Opportunity)

    def _quote(self, book: LiveBook, twin: LiveBook) -> None:
        """Let the twin show a hundred contracts at each best price of a book."""
        size = 100_000_000 // twin.unit_micros
        yes, no = ({best: size} if best else {} for best in (book.yes.best, book.no.best))
        twin.snapshot(yes_bids=yes, no_bids=no)

    def order_news(self, venue: VenueName, *, client_id: str, venue_order_id: str) -> None:
        """There are no orders."""

    def market_news(self, market: MarketId, what: str) -> None:
        """Not traded here."""

    def feed_news(self, health: FeedHealth, what: str) -> None:
        """There is no feed."""

    def play(self, entry: Entry) -> None:
        """Play one entry."""
        line = self._lines.get((entry.venue, entry.line)) if entry.venue else None
        now_ms = entry.at_us // 1_000
        self._lost = self._lost or entry.kind in {Kind.LOST, Kind.DROPPED}
        if line is None:
            return
        if entry.kind is Kind.CONNECTED:
            line.last.clear()
            line.talk.opened(now_ms)
        elif entry.kind is Kind.LOST:
            line.talk.lost(now_ms)
        elif entry.kind is Kind.FRAME:
            self._frame(line, entry, now_ms)

    def _frame(self, line: Line, entry: Entry, now_ms: int) -> None:
        played, frame = self.played, entry.frame
        self._count(line, frame)
        self.now = datetime.fromtimestamp(entry.at_us / 1e6, UTC)
        started = time.perf_counter_ns()
        line.talk.take(frame, now_ms)
        played.took_ns.append(time.perf_counter_ns() - started)
        played.frames += 1
        line.talk.outbox.clear()
        self._judge(entry)

    def _count(self, line: Line, frame: bytes) -> None:
        read = json.loads(frame) if frame.startswith(b"{") else {}
        sid, seq = read.get("sid"), read.get("seq")
        if sid is None or seq is None:
            return
        last = line.last.get(sid)
        line.last[sid] = seq
        if last is not None and seq != last + 1:
            explained = self._lost
            self.played.breaks_explained += explained
            self.played.breaks_unexplained += not explained
        self._lost = False

    def _judge(self, entry: Entry) -> None:
        """Look at the books that the frame touched."""
        try:
            keys = {one.key for one in shown(entry) if isinstance(one, Whole | Moves)}
        except Unreadable:
            return
        for key in keys:
            if entry.venue and (book := self.books.get(MarketId(entry.venue, key))):
                top = book.yes.best + book.no.best if book.yes.best and book.no.best else 0
                self.played.crossed_frames += top > TICKS
                self.played.locked_frames += top == TICKS
                self.played.corrupt_frames += book.state is LiveState.CORRUPT


def streamed(paths: Sequence[Path]) -> dict[tuple[VenueName, int], set[str]]:
    """Which books each connection streams whole."""
    found: dict[tuple[VenueName, int], set[str]] = {}
    for recording in recordings(paths):
        for entry in recording.entries(lambda line: b"orderbook_snapshot" in line or b'\\"bids\\"' in line):
            if entry.kind is Kind.FRAME and entry.venue:
                keys = {one.key for one in shown(entry) if isinstance(one, Whole)}
                found.setdefault((entry.venue, entry.line), set()).update(keys)
    return {where: keys for where, keys in found.items() if keys}


def played(paths: Sequence[Path]) -> Played:
    """Play recordings as fast as it goes."""
    player = Player(streamed(paths))
    for recording in recordings(paths):
        for entry in recording:
            player.play(entry)
        player.played.unreadable_bytes += recording.unreadable_bytes
    return player.played


def percentile(ordered: Sequence[int], share: float) -> float:
    """A percentile in microseconds."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] / 1_000 if ordered else 0.0


def facts(one: Played) -> Iterator[tuple[str, object]]:
    """What is printed."""
    took = sorted(one.took_ns)
    yield from (
        ("frames", one.frames), ("book_changes", one.changes), ("looks_behind_the_gate", one.looks),
        ("opportunities", one.opportunities), ("sequence_breaks_unexplained", one.breaks_unexplained),
        ("sequence_breaks_explained", one.breaks_explained), ("books_doubted_by_us", one.resyncs_unasked),
        ("frames_with_a_crossed_book", one.crossed_frames), ("frames_with_a_locked_book", one.locked_frames),
        ("frames_with_a_corrupt_book", one.corrupt_frames), ("unreadable_bytes", one.unreadable_bytes),
        ("message_to_decision_p50_us", round(percentile(took, 0.5), 1)),
        ("message_to_decision_p99_us", round(percentile(took, 0.99), 1)),
        ("message_to_decision_max_us", round(percentile(took, 1.0), 1)),
        ("sound", one.sound),
    )  # fmt: skip


def main() -> int:
    """Print what came of it; 1 when something broke."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("recordings", nargs="+", type=Path)
    asked.add_argument("--json", action="store_true")
    given = asked.parse_args()
    one = played(given.recordings)
    if given.json:
        print(json.dumps(dict(facts(one))))
    else:
        for name, value in facts(one):
            print(f"{name:<30} {value:>12}" if not isinstance(value, bool) else f"{name:<30} {value!s:>12}")
        for why, count in one.told.most_common(5):
            print(f"  {count} x {why}") if count else None
    return int(not one.sound)


if __name__ == "__main__":
    sys.exit(main())
