"""What people decided about pairs, from files and from the command line, as rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from arbkit.cli.render import Field
from arbkit.cli.views import ID_WIDTH
from arbkit.core.markets import MarketId, Polarity
from arbkit.store.mappings import CuratedEntry
from arbkit.store.pairs import Decision, Review


@dataclass(frozen=True, slots=True)
class Decided:
    """A person's decision, from a file of mappings or from the command line."""

    kalshi: MarketId
    polymarket: MarketId
    decision: Decision
    polarity: Polarity
    who: str
    on: date | None
    in_force: bool | None
    """Unknown for a file's entry until `match` has compared it with the catalogue."""
    origin: str
    note: str


def decided(curated: Sequence[CuratedEntry], reviews: Sequence[Review]) -> list[Decided]:
    """What the files of mappings and the store hold, files first."""
    from_files = [
        Decided(
            kalshi=entry.curated.kalshi,
            polymarket=entry.curated.polymarket,
            decision=Decision.APPROVED if entry.curated.approved else Decision.REJECTED,
            polarity=entry.curated.polarity,
            who=entry.by,
            on=entry.on,
            in_force=None,
            origin=entry.origin,
            note=entry.curated.note,
        )
        for entry in curated
    ]
    from_store = [
        Decided(
            kalshi=review.kalshi,
            polymarket=review.polymarket,
            decision=review.decision,
            polarity=review.polarity,
            who=review.who,
            on=review.at.date(),
            in_force=review.in_force,
            origin="store",
            note=review.note,
        )
        for review in reviews
    ]
    return [*from_files, *from_store]


DECIDED: Sequence[Field[Decided]] = (
    Field("kalshi_ticker", lambda d: d.kalshi.key, "kalshi", width_min=ID_WIDTH),
    Field("polymarket_condition_id", lambda d: d.polymarket.key, "polymarket", width_min=10),
    Field("decision", lambda d: d.decision, "decision"),
    Field("polarity", lambda d: d.polarity, "polarity", spare=1),
    Field("who", lambda d: d.who, "who", spare=2),
    Field("on", lambda d: d.on, "on", spare=3),
    Field("in_force", lambda d: d.in_force, "holds"),
    Field("origin", lambda d: d.origin, "from", width_min=5),
    Field("note", lambda d: d.note, "note", width_min=8, spare=4),
)
