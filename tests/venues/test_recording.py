"""Recordings as files: whatever tears or damages them, what stands whole is read, and nothing is invented."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbkit.core.markets import VenueName
from arbkit.errors import BadFile
from arbkit.venues.recording import Entry, Recording, RecordingFile, framed, head, recordings
from arbkit.venues.withheld import without_private

KALSHI, POLYMARKET = VenueName.KALSHI, VenueName.POLYMARKET


def a_file(path: Path, *members: list[Entry]) -> Path:
    with RecordingFile(path) as file:
        file.add([head(1)])
        for member in members:
            file.add(member)
    return path


def frames(*texts: bytes) -> list[Entry]:
    return [framed(number, KALSHI, 1, text) for number, text in enumerate(texts, 1)]


def test_what_is_written_is_read_and_the_file_is_ours_alone(tmp_path: Path) -> None:
    path = a_file(tmp_path / "a.jsonl.gz", frames(b'{"a":1}'), frames("ü".encode(), b"\xff\x00 no text"))

    recording = Recording(path)

    assert [entry.frame for entry in recording] == [b'{"a":1}', "ü".encode(), b"\xff\x00 no text"]
    assert recording.unreadable_bytes == 0
    assert path.stat().st_mode & 0o777 == 0o600


def test_any_tool_reads_it_too(tmp_path: Path) -> None:
    path = a_file(tmp_path / "a.jsonl.gz", frames(b"PONG"))
    rows = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    assert [row["kind"] for row in rows] == ["head", "frame"]
    assert rows[1] == {"at_us": 1, "kind": "frame", "venue": "kalshi", "line": 1, "text": "PONG"}


def test_wherever_the_end_is_torn_off_every_whole_member_is_read(tmp_path: Path) -> None:
    path = a_file(tmp_path / "a.jsonl.gz", frames(b"one"), frames(b"two"), frames(b"three"))
    whole = path.read_bytes()
    ends = [start for start in range(1, len(whole)) if whole[start:].startswith(b"\x1f\x8b\x08")] + [len(whole)]
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        recording = Recording(path)
        members = sum(end <= size for end in ends)
        if members == 0:
            with pytest.raises(BadFile, match="nothing that can be read"):
                list(recording)
            continue
        assert [entry.text for entry in recording] == ["one", "two", "three"][: members - 1]
        assert recording.unreadable_bytes == size - (ends[members - 1] if members else 0)


@given(place=st.integers(0, 10_000), flip=st.integers(1, 255))
def test_a_damaged_byte_costs_a_member_at_most_and_is_told(
    tmp_path_factory: pytest.TempPathFactory, place: int, flip: int
) -> None:
    path = a_file(tmp_path_factory.mktemp("r") / "a.jsonl.gz", frames(b"one"), frames(b"two"), frames(b"three"))
    damaged = bytearray(path.read_bytes())
    first = damaged.index(b"\x1f\x8b\x08", 1)
    place = first + place % (len(damaged) - first)
    damaged[place] ^= flip
    path.write_bytes(damaged)

    recording = Recording(path)
    texts = [entry.text for entry in recording]

    # Some bytes of a gzip header (time, system) mean nothing to the content, and are under no checksum.
    assert texts == ["one", "two", "three"] or (len(texts) == 2 and recording.unreadable_bytes > 0)
    assert set(texts) <= {"one", "two", "three"}


def test_a_large_member_of_another_tool_is_read(tmp_path: Path) -> None:
    path = a_file(tmp_path / "a.jsonl.gz", *[frames(b"%d" % n * 300) for n in range(300)])
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()) * 1))
    assert sum(1 for _ in Recording(path)) == 300


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "nothing that can be read"),
        (b"not packed", "nothing that can be read"),
        (b'{"ticker":"A"}', "is no recording"),
        (b'{"at_us":1,"kind":"frame","text":"x"}', "is no recording"),
        (b'{"at_us":1,"kind":"head","text":"{\\"format\\":\\"arbkit recording\\",\\"version\\":9}"}', "version 9"),
    ],
    ids=["empty", "plain", "a catalogue", "no head", "a later version"],
)
def test_what_is_no_recording_is_refused_by_name(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(content) if content.startswith(b"{") else content)
    with pytest.raises(BadFile, match=rf"a\.jsonl\.gz.*{why}"):
        list(Recording(path))


def test_a_file_that_exists_or_a_link_is_never_written_through(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text("precious")
    (tmp_path / "a.jsonl.gz").symlink_to(kept)
    for name in ("kept", "a.jsonl.gz"):
        with pytest.raises(BadFile, match="cannot be created"):
            RecordingFile(tmp_path / name)
    assert kept.read_text() == "precious"


def test_directories_give_their_files_in_order(tmp_path: Path) -> None:
    for name in ("20261101T000000-1-0002", "20261101T000000-1-0001"):
        a_file(tmp_path / f"{name}.jsonl.gz")
    assert [r.path.name[-14:] for r in recordings([tmp_path])] == ["-0001.jsonl.gz", "-0002.jsonl.gz"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadFile, match="holds no recording"):
        recordings([tmp_path / "empty"])


def test_of_private_connections_only_public_types_are_kept() -> None:
    public = b'{"type":"market_lifecycle_v2","sid":1,"msg":{}}'
    assert without_private(KALSHI, public, private=True) == public
    for frame in (b'{"type":"fill","msg":{"order_id":"1"}}', b'{"type":"user_order"}', b"torn {", b'{"no":"type"}'):
        assert without_private(KALSHI, frame, private=True) is None
    assert without_private(POLYMARKET, public, private=True) is None


def test_a_change_by_an_order_of_ours_is_kept_without_saying_so() -> None:
    frame = {
        "type": "orderbook_delta", "sid": 2, "seq": 3,
        "msg": {"market_ticker": "A", "delta_fp": "-54.00", "client_order_id": "secret", "subaccount": 0},
    }  # fmt: skip
    kept = without_private(KALSHI, json.dumps(frame).encode(), private=False)
    assert kept is not None
    assert json.loads(kept) == frame | {"msg": {"market_ticker": "A", "delta_fp": "-54.00"}}
    assert without_private(KALSHI, b'{"client_order_id":', private=False) is None
