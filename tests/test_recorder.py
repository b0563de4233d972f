"""The recorder: it never holds up who listens, survives a kill, keeps what is public, and ends before the disk does."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from arbkit.core.books import make_book
from arbkit.core.markets import Market, MarketId, VenueName
from arbkit.errors import BadFile, VenueUnavailable
from arbkit.venues.recording import Entry, Kind, Recording, recordings
from arbkit.wiring import recorder as recorder_module
from arbkit.wiring.kit import SystemClock
from arbkit.wiring.recorder import Recorder
from tests.builders import a_market
from tests.venues.stages import FastClock, until

KALSHI, POLYMARKET = VenueName.KALSHI, VenueName.POLYMARKET


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The writer takes what waits twenty times a second, not once."""
    monkeypatch.setattr(recorder_module, "FLUSH_S", 0.05)


def entries(directory: Path) -> list[Entry]:
    return [entry for recording in recordings([directory]) for entry in recording]


def texts(directory: Path, kind: Kind = Kind.FRAME) -> list[str]:
    return [entry.text for entry in entries(directory) if entry.kind is kind]


def wait_for(what, *, within_s: float = 20) -> None:
    ends = time.monotonic() + within_s
    while not what():
        assert time.monotonic() < ends, "it did not become true"
        time.sleep(0.02)


def test_frames_are_kept_in_order_with_their_connection_and_time(tmp_path: Path) -> None:
    with Recorder(tmp_path / "new" / "place", SystemClock()) as recorder:
        first, second = recorder.line(KALSHI, private=False), recorder.line(POLYMARKET, private=False)
        first.connected()
        first.heard(b"one")
        second.heard(b"two")
        first.lost()
    found = entries(tmp_path / "new" / "place")
    assert [(e.kind, e.venue, e.line, e.text) for e in found] == [
        (Kind.CONNECTED, KALSHI, 1, ""), (Kind.FRAME, KALSHI, 1, "one"), (Kind.FRAME, POLYMARKET, 2, "two"),
        (Kind.LOST, KALSHI, 1, ""),
    ]  # fmt: skip
    assert [e.at_us for e in found] == sorted(e.at_us for e in found)
    assert abs(found[0].at_us / 1e6 - time.time()) < 60
    assert (recorder.frames, recorder.files, recorder.dropped) == (2, 1, 0)
    assert (tmp_path / "new" / "place").stat().st_mode & 0o777 == 0o700


def test_what_is_private_never_reaches_the_disk(tmp_path: Path) -> None:
    with Recorder(tmp_path, SystemClock()) as recorder:
        news, user = recorder.line(KALSHI, private=True), recorder.line(POLYMARKET, private=True)
        news.heard(b'{"type":"fill","msg":{"client_order_id":"canary"}}')
        news.heard(b'{"type":"market_lifecycle_v2","msg":{"market_ticker":"A"}}')
        user.heard(b'{"event_type":"order","id":"canary"}')
    assert texts(tmp_path) == ['{"type":"market_lifecycle_v2","msg":{"market_ticker":"A"}}']


def test_files_follow_each_other_by_size_and_each_begins_with_the_catalogue(tmp_path: Path) -> None:
    with Recorder(tmp_path, SystemClock(), file_bytes_max=20_000) as recorder:
        line = recorder.line(KALSHI, private=False)
        recorder.take(Kind.CATALOGUE, KALSHI, 0, b'{"series":1}', private=False)
        for _ in range(3):
            for _ in range(40):
                line.heard(os.urandom(1_000).hex().encode())
            wait_for(lambda: not recorder._queue)
    files = recordings([tmp_path])
    assert len(files) == recorder.files > 1
    for recording in files[1:]:
        assert next(iter(recording)).kind is Kind.CATALOGUE
    assert len(texts(tmp_path)) == 120


def test_a_new_day_begins_a_new_file(tmp_path: Path) -> None:
    clock = FastClock()
    with Recorder(tmp_path, clock) as recorder:
        line = recorder.line(KALSHI, private=False)
        line.heard(b"yesterday")
        wait_for(lambda: recorder.frames == 1)
        clock.stepped = timedelta(days=1)
        line.heard(b"the last of the day")
        wait_for(lambda: recorder.files == 2)
        line.heard(b"today")
    assert [[e.text for e in r] for r in recordings([tmp_path])][-1] == ["today"]


def test_no_name_of_a_venue_becomes_a_path(tmp_path: Path) -> None:
    hostile = [MarketId(venue, "../../../etc/x\0y") for venue in (KALSHI, POLYMARKET)]
    with Recorder(tmp_path / "inside", SystemClock()) as recorder:
        recorder.follows([replace(a_market(market.venue), id=market, slug="../../z") for market in hostile])
        for market in hostile:
            recorder.read(make_book(market, yes_bids=[], yes_asks=[], seen_at=SystemClock().now()))
    assert [path.parent for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / "inside"]
    assert all(re.fullmatch(r"[0-9A-Za-z_.-]+", path.name) for path in (tmp_path / "inside").iterdir())
    assert len(entries(tmp_path / "inside")) == 2


def test_a_full_queue_drops_says_how_many_and_never_waits(tmp_path: Path) -> None:
    with Recorder(tmp_path, SystemClock(), waiting_max=10) as recorder:
        line = recorder.line(KALSHI, private=False)
        started = time.monotonic()
        for number in range(1_000):
            line.heard(b"%d" % number)
        assert time.monotonic() - started < 5
        wait_for(lambda: not recorder._queue)
        line.heard(b"after")
    found = entries(tmp_path)
    dropped = sum(entry.count for entry in found if entry.kind is Kind.DROPPED)
    kept = [entry.text for entry in found if entry.kind is Kind.FRAME]
    assert dropped == recorder.dropped > 0
    assert dropped + len(kept) == 1_001
    assert kept[-1] == "after"


def test_with_little_room_on_the_disk_the_recording_ends_and_nothing_else_does(tmp_path: Path) -> None:
    with Recorder(tmp_path, SystemClock(), free_bytes_min=1 << 62) as recorder:
        line = recorder.line(KALSHI, private=False)
        line.heard(b"one")
        wait_for(lambda: recorder.trouble)
        line.heard(b"two")
        assert "free on its disk" in recorder.trouble
        assert not recorder._queue
    assert texts(tmp_path) == []


def test_a_place_that_is_no_directory_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadFile, match="no directory to record into"):
        Recorder(tmp_path / "file", SystemClock()).__enter__()


@pytest.mark.anyio
async def test_what_the_venues_say_of_markets_is_asked_once_and_again_after_a_failure(tmp_path: Path) -> None:
    asked: list[list[str]] = []
    told: list[str] = []

    async def originals(markets: Sequence[Market]) -> AsyncIterator[bytes]:
        asked.append([market.id.key for market in markets])
        if len(asked) == 1:
            raise VenueUnavailable("kalshi", "down")
        yield b'{"events":[]}'

    clock = FastClock()
    with Recorder(tmp_path, clock, free_bytes_min=0) as recorder:
        recorder.follows([a_market(KALSHI, "A")])
        task = asyncio.create_task(recorder.run({KALSHI: originals}, told.append))
        await until(lambda: len(asked) == 1)
        clock.stepped = timedelta(minutes=2)
        await until(lambda: len(asked) == 2)
        recorder.follows([a_market(KALSHI, "A"), a_market(KALSHI, "B")])
        await until(lambda: len(asked) == 3)
        recorder.trouble = "no more room"
        await until(lambda: told)
        await asyncio.sleep(0.25)  # two turns more
        task.cancel()
    assert asked == [["A"], ["A"], ["B"]]
    assert told == ["nothing more is recorded: no more room"]
    assert texts(tmp_path, Kind.CATALOGUE) == ['{"events":[]}'] * 2


_WRITER = """
import sys, time
from pathlib import Path
from arbkit.core.markets import VenueName
from arbkit.wiring.kit import SystemClock
from arbkit.wiring.recorder import Recorder
with Recorder(Path(sys.argv[1]), SystemClock(), file_bytes_max=200_000) as recorder:
    line = recorder.line(VenueName.KALSHI, private=False)
    for number in range(10_000_000):
        line.heard(b'{"seq":%d,"noise":"%x"}' % (number, hash(str(number))))
        if number % 100 == 0:
            time.sleep(0.001)
            print(number, flush=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("after_s", [1.3, 1.9, 2.4, 3.1])
def test_a_killed_recorder_leaves_all_but_the_last_seconds(tmp_path: Path, after_s: float) -> None:
    child = subprocess.Popen([sys.executable, "-c", _WRITER, str(tmp_path)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline()
    time.sleep(after_s)
    child.send_signal(signal.SIGKILL)
    said = [int(word) for word in child.stdout.read().split() if word.isdigit()]
    child.wait()
    child.stdout.close()

    seqs = [json.loads(text)["seq"] for text in texts(tmp_path)]

    assert seqs == list(range(len(seqs)))
    assert len(seqs) > 0
    lost_s = (said[-1] - len(seqs)) / (said[-1] / after_s)
    assert lost_s < 2.5
    for recording in recordings([tmp_path]):
        list(Recording(recording.path))
