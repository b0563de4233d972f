"""Turn published recordings of order books into recordings that `arbkit sim serve --replay` and bench/replay.py play.

Knows the files by their names: Kalshi's production and demo streams, Polymarket's full-depth snapshots, depth of both
venues read over HTTP, and the best prices of both venues during a match. Prices of NO are turned into those of YES, as
arbkit's own recordings have them; nothing else of a frame is changed.
"""

import argparse
import gzip
import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from arbkit.core.markets import VenueName
from arbkit.errors import BadFile
from arbkit.venues.recording import SUFFIX, Entry, Kind, RecordingFile, framed, head

KALSHI, POLYMARKET = VenueName.KALSHI, VenueName.POLYMARKET
MEMBER_ENTRIES = 2_000
DEMO_STEP_US = 10_000
"""Frames of the demo stream have no time: so much passes between two."""
ONE = Decimal(1)
Row = dict[str, object]


def rows_of(path: Path) -> Iterator[Row]:
    """The JSON objects of a file of JSON lines."""
    with gzip.open(path) as lines:
        yield from map(json.loads, lines)


def frame(at_us: int, venue: VenueName, content: object, *, line: int = 1) -> Entry:
    """The entry of a frame with this content."""
    return framed(at_us, venue, line, json.dumps(content, separators=(",", ":")).encode())


def of_yes(message: Row) -> Row:
    """A message of Kalshi's order book with the prices of NO bids as prices of YES."""
    if message.get("side") == "no":
        return message | {"price_dollars": f"{ONE - Decimal(str(message['price_dollars'])):.4f}"}
    if rows := message.get("no_dollars_fp"):
        return message | {"no_dollars_fp": [[f"{ONE - Decimal(price):.4f}", size] for price, size in rows]}
    return message


def kalshi_production(path: Path) -> Iterator[Entry]:
    """Production frames with their times; the recorder had dropped the sid, which was 2 on every connection."""
    connected = False
    at_us = 0
    for row in rows_of(path):
        at_us = int(str(row["recv_ns"])) // 1_000
        if row["type"] == "ws_connected":
            if connected:
                yield Entry(at_us=at_us, kind=Kind.LOST, venue=KALSHI, line=1)
            connected = True
            yield Entry(at_us=at_us, kind=Kind.CONNECTED, venue=KALSHI, line=1)
        elif row["type"] == "ws_subscribed":
            yield frame(at_us, KALSHI, row["msg"])
        elif row["seq"] is None:
            yield frame(at_us, KALSHI, {"type": row["type"], "sid": 1, "msg": row["msg"]})
        else:
            told = {"type": row["type"], "sid": 2, "seq": row["seq"], "msg": of_yes(row["msg"])}
            yield frame(at_us, KALSHI, told)
    yield Entry(at_us=at_us, kind=Kind.LOST, venue=KALSHI, line=1)


def kalshi_demo(path: Path) -> Iterator[Entry]:
    """Frames of the demo exchange in their order; fills are private and left out."""
    at_us = 1_782_864_000_000_000
    yield Entry(at_us=at_us, kind=Kind.CONNECTED, venue=KALSHI, line=1)
    for row in rows_of(path):
        at_us += DEMO_STEP_US
        if row["type"] != "fill":
            message = row.get("msg")
            changed = {"msg": of_yes(message)} if isinstance(message, dict) else {}
            yield frame(at_us, KALSHI, row | changed)
    yield Entry(at_us=at_us, kind=Kind.LOST, venue=KALSHI, line=1)


def polymarket_depth(folder: Path) -> Iterator[Entry]:
    """Snapshots of every file of a folder, each file a market of its own, merged by their times."""
    found: list[tuple[int, str, Row]] = []
    for path in sorted(folder.glob("*_orderbooks_*up.json.gz")):
        name = path.name.removesuffix(".json.gz")
        token = str(int(hashlib.sha256(name.encode()).hexdigest(), 16))
        found += [(int(row["local_timestamp"]), token, row) for row in json.loads(gzip.decompress(path.read_bytes()))]
    found.sort(key=lambda one: one[0])
    yield Entry(at_us=found[0][0] * 1_000, kind=Kind.CONNECTED, venue=POLYMARKET, line=1)
    for at_ms, token, row in found:
        told = {key: row[key] for key in ("bids", "asks", "timestamp")}
        yield frame(at_ms * 1_000, POLYMARKET, told | {"event_type": "book", "asset_id": token, "market": token})


def both_depths(path: Path) -> Iterator[Entry]:
    """Books of both venues that were read over HTTP, with what is known of their markets."""
    rows = sorted(rows_of(path), key=lambda row: str(row["observed_at"]))
    first = _us(str(rows[0]["observed_at"]))
    for row in {(row["venue"], row["market_id"]): row for row in rows}.values():
        yield _listed(first, row)
    for row in rows:
        sides = {"bids": row.get("yes_bids", []), "asks": row.get("yes_asks", [])}
        text = json.dumps({"market": _key(row), **sides})
        yield Entry(at_us=_us(str(row["observed_at"])), kind=Kind.BOOK, venue=VenueName(str(row["venue"])), text=text)


def both_tops(path: Path) -> Iterator[Entry]:
    """The best price of each side at both venues as whole books of one level a side, in cents with a decimal."""
    for row in rows_of(path):
        ticker, _, token = str(row["pair"]).partition(":")
        at_us = int(str(row["t_fetch"])) * 1_000
        bids, asks = ([(_cents(row[side]), str(row[f"{side}_sz"]))] if row[side] else [] for side in ("bid", "ask"))
        key = ticker if row["venue"] == "kalshi" else token
        text = json.dumps({"market": key, "bids": bids, "asks": asks})
        yield Entry(at_us=at_us, kind=Kind.BOOK, venue=VenueName(str(row["venue"])), text=text)


def _cents(price: object) -> str:
    return str(Decimal(str(price)) / 100)


def _us(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1_000_000)


def _key(row: Row) -> str:
    return str(row["market_id"] if row["venue"] == "kalshi" else row["condition_id"])


def _listed(at_us: int, row: Row) -> Entry:
    """What the venue would say of a market, as far as the file knows."""
    title, ends = row["title"], str(row["close_time"]).replace(" ", "T").partition(".")[0] + "Z"
    if row["venue"] == "kalshi":
        event = str(row["market_id"]).rpartition("-")[0]
        market = {
            "ticker": row["market_id"], "event_ticker": event, "market_type": "binary", "title": title,
            "yes_sub_title": "", "no_sub_title": "", "rules_primary": title, "rules_secondary": "", "result": "",
            "status": "active", "open_time": "2026-01-01T00:00:00Z", "close_time": ends,
            "expected_expiration_time": ends, "latest_expiration_time": ends, "price_level_structure": "deci_cent",
            "price_ranges": [{"start": "0.0000", "end": "1.0000", "step": "0.0010"}],
        }  # fmt: skip
        series = event.partition("-")[0]
        listed: Row = {"event_ticker": event, "series_ticker": series, "title": title, "category": "", "sub_title": "",
                       "mutually_exclusive": False, "markets": [market]}  # fmt: skip
        return Entry(at_us=at_us, kind=Kind.CATALOGUE, venue=KALSHI, text=json.dumps({"events": [listed]}))
    market = {
        "id": row["market_id"], "question": title, "conditionId": row["condition_id"], "slug": row["market_id"],
        "description": title, "resolutionSource": "", "endDate": ends, "outcomes": '["Yes", "No"]',
        "outcomePrices": '["0.5", "0.5"]', "clobTokenIds": json.dumps([row["yes_token_id"], row["no_token_id"]]),
        "active": True, "closed": False, "archived": False, "acceptingOrders": True, "enableOrderBook": True,
        "orderPriceMinTickSize": 0.001, "orderMinSize": 5, "negRisk": False, "feesEnabled": False,
    }  # fmt: skip
    return Entry(at_us=at_us, kind=Kind.CATALOGUE, venue=POLYMARKET, text=json.dumps({"markets": [market]}))


READERS: dict[str, Callable[[Path], Iterator[Entry]]] = {
    "kalshi_ws_prod": kalshi_production,
    "kalshi_ws_demo": kalshi_demo,
    "polymarket_l2": polymarket_depth,
    "both_depth": both_depths,
    "both_bbo": both_tops,
}
"""By how the name of a file or folder begins."""


def convert(source: Path, into: Path) -> Path:
    """Write a recording of a file or folder into a directory; where it is. Raises BadFile."""
    reader = next((read for name, read in READERS.items() if source.name.startswith(name)), None)
    if reader is None:
        raise BadFile(source, f"is none of those that are known: {', '.join(READERS)}")
    into.mkdir(parents=True, exist_ok=True)
    target = into / f"{source.name.partition('.')[0]}{SUFFIX}"
    entries = list(reader(source))
    with RecordingFile(target) as file:
        file.add([head(entries[0].at_us)])
        for start in range(0, len(entries), MEMBER_ENTRIES):
            file.add(entries[start : start + MEMBER_ENTRIES])
    return target


def main() -> int:
    """Convert what is named."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("sources", nargs="+", type=Path)
    asked.add_argument("--into", type=Path, required=True)
    given = asked.parse_args()
    for source in given.sources:
        print(convert(source, given.into))
    return 0


if __name__ == "__main__":
    sys.exit(main())
