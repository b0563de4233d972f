"""The day's loss, by pairs: what is booked since midnight UTC, and the halves that the day may not count yet."""

from datetime import datetime

from arbkit.core.halves import Couple, DayResult
from arbkit.core.markets import Relation
from arbkit.core.money import Usd
from arbkit.store.pairs import Decision
from arbkit.store.store import Store


def counted_today(store: Store, catalogue: Store, *, now: datetime) -> Usd:
    """What counts against the day's loss: see core/halves. `catalogue` tells which pairs have come into doubt since."""
    day = day_so_far(store, now=now)
    return day.counted([one.couple for one in day.now if not _stands(catalogue, one.couple)])


def day_so_far(store: Store, *, now: datetime) -> DayResult:
    """What is booked since midnight UTC, with the halves that wait."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return store.ledger.day(since=midnight)


def _stands(catalogue: Store, couple: Couple) -> bool:
    """Whether the pair is still held to pay the same at both venues: by matching, and by people."""
    pair = catalogue.pairs.pair(couple.pair_id)
    if pair is None or not pair.tradable or pair.relation is not Relation.EQUAL:
        return False
    same = pair.polymarket_side(couple.kalshi[1]) is couple.polymarket[1].other
    rejected = {
        (review.kalshi, review.polymarket)
        for review in catalogue.pairs.reviews()
        if review.decision is Decision.REJECTED and not review.undone
    }
    return same and (pair.kalshi, pair.polymarket) not in rejected
