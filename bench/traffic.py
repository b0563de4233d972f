"""Traffic: a made-up evening of two venues, frame by frame, as they would send it. The same seed, the same frames.

Every pair has a fair price that wanders. Either venue quotes around it with its own error, so that now and then, for a
few messages, the two of them leave something. Kalshi sends differences, Polymarket new sizes for both of its tokens.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

import msgspec

from arbkit.core.markets import (
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

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1_000)
SID = 1
WILDNESS = 1.9
"""How far the venues err: one message in 700 leaves something."""
KALSHI_FEES = KalshiFees("quadratic", 1_000_000)
POLYMARKET_FEES = PolymarketFees(40_000, 1)
Sizes = dict[int, int]
"""Cents -> hundredths of a contract."""


@dataclass(slots=True)
class Sheet:
    """One book: bids for YES and for NO, in cents of either outcome."""

    yes: Sizes
    no: Sizes

    @property
    def top(self) -> tuple[int, int]:
        """Best bid and best ask of YES, in cents."""
        return max(self.yes), 100 - max(self.no)


@dataclass(slots=True)
class Couple:
    """Two markets that pay the same, and what is made up about them."""

    number: int
    kalshi: Market
    polymarket: Market
    pair: Pair
    fair: float
    errors: list[float]
    sheets: tuple[Sheet, Sheet] = field(init=False)


@dataclass(frozen=True, slots=True)
class Message:
    """A frame, and whose it is."""

    venue: VenueName
    couple: int
    frame: bytes


@dataclass(frozen=True, slots=True)
class Traffic:
    """Couples, the frames that show each book first, and those that change it."""

    couples: list[Couple]
    first: list[Message]
    changes: list[Message]


def made(*, pairs: int, changes: int, seed: int = 1, wildness: float = 1.0) -> Traffic:
    """So many pairs and changes. `wildness` scales how far a venue errs, hence how often there is an arbitrage."""
    dice = Random(seed)
    couples = [_couple(dice, number, wildness) for number in range(pairs)]
    for couple in couples:
        couple.sheets = (_sheet(dice, _centre(couple, 0)), _sheet(dice, _centre(couple, 1)))
    first = [*(_kalshi_snapshot(c, seq) for seq, c in enumerate(couples, 1)), *map(_polymarket_snapshot, couples)]
    seq, messages = len(couples), []
    for index in range(changes):
        couple = couples[dice.randrange(pairs)]
        _drift(dice, couple, wildness)
        venue = dice.randrange(2)
        side, cents, size, before = _step(dice, couple, venue)
        if venue == 0:
            seq += 1
            messages.append(_kalshi_change(couple, seq, side, cents, size - before, index))
        else:
            messages.append(_polymarket_change(couple, side, cents, size, index))
    return Traffic(couples, first, messages)


def _couple(dice: Random, number: int, wildness: float) -> Couple:
    ticker = f"KXBENCH{number % 40:02}-26NOV{number % 28 + 1:02}-T{number}"
    condition = f"0x{dice.getrandbits(256):064x}"
    tokens = tuple(str(dice.getrandbits(255)) for _ in range(2))
    until = NOW + timedelta(days=30)
    grid = PriceGrid.uniform(Price(10_000))
    common = {"title": "", "rules": "made up", "status": MarketStatus.OPEN, "expected_at": until, "grid": grid}
    kalshi = Market(
        id=MarketId(VenueName.KALSHI, ticker), event_key=ticker.rpartition("-")[0], fees=KALSHI_FEES, shard=0, **common
    )
    polymarket = Market(
        id=MarketId(VenueName.POLYMARKET, condition), event_key=f"e{number}", fees=POLYMARKET_FEES,
        yes_token=tokens[0], no_token=tokens[1], **common,
    )  # fmt: skip
    pair = Pair(
        kalshi=kalshi.id,
        polymarket=polymarket.id,
        polarity=Polarity.ALIGNED,
        relation=Relation.EQUAL,
        confidence_ppm=990_000,
        method=Method.FUZZY,
        tradable=True,
        kalshi_rules_hash=kalshi.rules_hash,
        polymarket_rules_hash=polymarket.rules_hash,
        reasons=("made up",),
    )
    errors = [dice.gauss(0, 0.6 * wildness) for _ in range(2)]
    return Couple(number, kalshi, polymarket, pair, dice.uniform(20, 80), errors)


def _centre(couple: Couple, venue: int) -> float:
    return min(92.0, max(8.0, couple.fair + couple.errors[venue]))


def _size(dice: Random) -> int:
    return dice.choice((100, 500, 1_000, 2_500, 5_000, dice.randrange(1, 20_000)))


def _sheet(dice: Random, centre: float) -> Sheet:
    bid = int(centre)
    ask = bid + dice.randrange(1, 4)
    yes = {cents: _size(dice) for cents in range(max(1, bid - 11), bid + 1)}
    no = {cents: _size(dice) for cents in range(max(1, 100 - ask - 11), 100 - ask + 1)}
    return Sheet(yes, no)


def _drift(dice: Random, couple: Couple, wildness: float) -> None:
    couple.fair = min(85.0, max(15.0, couple.fair + dice.gauss(0, 0.15)))
    venue = dice.randrange(2)
    couple.errors[venue] = couple.errors[venue] * 0.8 + dice.gauss(0, 0.35 * wildness)


def _step(dice: Random, couple: Couple, venue: int) -> tuple[str, int, int, int]:
    """Change one level towards where the venue believes the price to be: side, cents, size, size before."""
    sheet, centre = couple.sheets[venue], _centre(couple, venue)
    side = dice.choice(("yes", "no"))
    bids, others = (sheet.yes, sheet.no) if side == "yes" else (sheet.no, sheet.yes)
    believed = int(centre if side == "yes" else 100 - centre)
    best = max(bids)
    if best > believed and len(bids) > 3:
        return _put(side, bids, best, 0)
    aim = min(believed - dice.choice((0, 0, 1, 1, 2, 3, 5, 8)), 99 - max(others))
    if aim < 1 or (aim in bids and len(bids) > 4 and dice.random() < 0.15):
        aim = dice.choice(sorted(bids)[:-1])
        return _put(side, bids, aim, 0)
    return _put(side, bids, aim, _size(dice))


def _put(side: str, bids: Sizes, cents: int, size: int) -> tuple[str, int, int, int]:
    before = bids.get(cents, 0)
    if size == before:
        size += 100
    if size:
        bids[cents] = size
    else:
        del bids[cents]
    return side, cents, size, before


def _dollars(cents: int) -> str:
    return f"{cents / 100:.4f}"


def _hundredths(size: int) -> str:
    if not size:
        return "0"
    sign, size = ("-", -size) if size < 0 else ("", size)
    return f"{sign}{size // 100}.{size % 100:02}"


def _kalshi_snapshot(couple: Couple, seq: int) -> Message:
    sheet = couple.sheets[0]
    # With use_yes_price a NO bid comes at its YES price.
    shown = {
        "market_ticker": couple.kalshi.id.key,
        "yes_dollars_fp": [[_dollars(cents), _hundredths(size)] for cents, size in sheet.yes.items()],
        "no_dollars_fp": [[_dollars(100 - cents), _hundredths(size)] for cents, size in sheet.no.items()],
    }
    frame = {"type": "orderbook_snapshot", "sid": SID, "seq": seq, "msg": shown}
    return Message(VenueName.KALSHI, couple.number, msgspec.json.encode(frame))


def _kalshi_change(couple: Couple, seq: int, side: str, cents: int, difference: int, index: int) -> Message:
    at = NOW + timedelta(milliseconds=index)
    message = {
        "market_ticker": couple.kalshi.id.key,
        "market_id": "9b0f6b43-5b68-4f9f-9f02-9a2d1b8ac1a1",
        "price_dollars": _dollars(cents if side == "yes" else 100 - cents),
        "delta_fp": _hundredths(difference),
        "side": side,
        "ts": at.isoformat().replace("+00:00", "Z"),
        "ts_ms": NOW_MS + index,
    }
    frame = {"type": "orderbook_delta", "sid": SID, "seq": seq, "msg": message}
    return Message(VenueName.KALSHI, couple.number, msgspec.json.encode(frame))


def _polymarket_snapshot(couple: Couple) -> Message:
    sheet = couple.sheets[1]
    frame = {
        "market": couple.polymarket.id.key,
        "asset_id": couple.polymarket.yes_token,
        "timestamp": str(NOW_MS - 1),
        "hash": "0" * 40,
        "bids": [{"price": _short(c), "size": _hundredths(s)} for c, s in sorted(sheet.yes.items())],
        "asks": [{"price": _short(100 - c), "size": _hundredths(s)} for c, s in sorted(sheet.no.items())],
        "event_type": "book",
    }
    return Message(VenueName.POLYMARKET, couple.number, msgspec.json.encode(frame))


def _short(cents: int) -> str:
    return f"{cents / 100:g}"


def _polymarket_change(couple: Couple, side: str, cents: int, size: int, index: int) -> Message:
    bid, ask = couple.sheets[1].top
    market, is_bid, price = couple.polymarket, side == "yes", cents if side == "yes" else 100 - cents
    mark = f"{index:040x}"
    yes = {
        "asset_id": market.yes_token, "price": _short(price), "size": _hundredths(size),
        "side": "BUY" if is_bid else "SELL", "hash": mark, "best_bid": _short(bid), "best_ask": _short(ask),
    }  # fmt: skip
    no = {
        "asset_id": market.no_token, "price": _short(100 - price), "size": _hundredths(size),
        "side": "SELL" if is_bid else "BUY", "hash": mark, "best_bid": _short(100 - ask),
        "best_ask": _short(100 - bid),
    }  # fmt: skip
    frame = {
        "market": market.id.key, "price_changes": [yes, no], "timestamp": str(NOW_MS + index),
        "event_type": "price_change",
    }  # fmt: skip
    return Message(VenueName.POLYMARKET, couple.number, msgspec.json.encode(frame))
