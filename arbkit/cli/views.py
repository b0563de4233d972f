"""What each kind of row shows: its keys in JSON, its columns in a table. Docs and golden files hold these shapes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from arbkit.app.catalog import VenueSync
from arbkit.cli.render import Field, said
from arbkit.config.load import Entry
from arbkit.config.ratio import Ratio
from arbkit.core.markets import Fees, KalshiFees, Market, MarketId, Pair, Polarity, PolymarketFees
from arbkit.core.money import plain
from arbkit.store.mappings import CuratedEntry
from arbkit.store.pairs import Decision, Review
from arbkit.venues.sim.server import SimUrls
from arbkit.wiring import Kit

_ID_WIDTH = 18
_TEXT_WIDTH = 16


def _id(market: MarketId) -> str:
    """The key alone: its form says which venue it is from."""
    return market.key


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else "-"


def _percent(ppm: int, digits: int = 0) -> str:
    """A share in percent, rounded down."""
    step = 10 ** (4 - digits)
    return f"{plain(ppm // step * step * 100)}%"


def fees_text(fees: Fees | None) -> str:
    """A fee schedule in a few words."""
    match fees:
        case None:
            return "unknown"
        case KalshiFees():
            return f"{fees.fee_type} x {plain(fees.multiplier_ppm)}"
        case PolymarketFees():
            return f"rate {plain(fees.rate_ppm)}, exponent {fees.exponent}" if fees.rate_ppm else "none"


def _fees(fees: Fees | None) -> object:
    match fees:
        case None:
            return None
        case KalshiFees():
            return {"fee_type": fees.fee_type, "multiplier": Ratio(fees.multiplier_ppm)}
        case PolymarketFees():
            return {"rate": Ratio(fees.rate_ppm), "exponent": fees.exponent}


MARKET: Sequence[Field[Market]] = (
    Field("id", lambda m: m.id, "market", text=lambda m: _id(m.id), width_min=_ID_WIDTH),
    Field("venue", lambda m: m.id.venue, "venue", spare=2),
    Field("title", lambda m: m.title, "title", width_min=_TEXT_WIDTH),
    Field("yes_label", lambda m: m.yes_label, "yes means", width_min=10, spare=1),
    Field("event_title", lambda m: m.event_title),
    Field("event_key", lambda m: m.event_key),
    Field("status", lambda m: m.status, "status"),
    Field("closes_at", lambda m: m.closes_at, "closes", text=lambda m: _day(m.closes_at)),
    Field("expected_at", lambda m: m.expected_at),
    Field("category", lambda m: m.category),
    Field("fees", lambda m: _fees(m.fees)),
)

MARKET_DETAILS: Sequence[Field[Market]] = (
    Field("id", lambda m: m.id),
    Field("title", lambda m: m.title),
    Field("event_title", lambda m: m.event_title),
    Field("event_key", lambda m: m.event_key),
    Field("series_key", lambda m: m.series_key),
    Field("yes_label", lambda m: m.yes_label),
    Field("no_label", lambda m: m.no_label),
    Field("status", lambda m: m.status),
    Field("opens_at", lambda m: m.opens_at),
    Field("closes_at", lambda m: m.closes_at),
    Field("expected_at", lambda m: m.expected_at),
    Field("category", lambda m: m.category),
    Field("tags", lambda m: m.tags),
    Field("fees", lambda m: _fees(m.fees), text=lambda m: fees_text(m.fees)),
    Field("qty_min", lambda m: m.qty_min),
    Field("delay_ms", lambda m: m.delay_ms),
    Field("neg_risk", lambda m: m.neg_risk),
    Field("slug", lambda m: m.slug),
    Field("resolution_source", lambda m: m.resolution_source),
    Field("rules_hash", lambda m: m.rules_hash),
    Field("rules", lambda m: m.rules),
)

SYNC: Sequence[Field[VenueSync]] = (
    Field("venue", lambda s: s.venue, "venue"),
    Field("kind", lambda s: s.kind, "pass"),
    Field("resumed", lambda s: s.resumed),
    Field("pages", lambda s: s.pages, "pages", right=True),
    Field("seen", lambda s: s.seen, "markets", right=True),
    Field("new", lambda s: s.new, "new", right=True),
    Field("changed", lambda s: s.changed, "changed", right=True),
    Field("unchanged", lambda s: s.unchanged),
    Field("closed", lambda s: s.closed, "closed", right=True),
    Field("reworded", lambda s: s.reworded, "reworded", text=lambda s: str(len(s.reworded)), right=True),
    Field("voided", lambda s: s.voided),
    Field("unusable", lambda s: s.unusable.total(), "unusable", right=True),
    Field("unusable_reasons", lambda s: dict(s.unusable)),
    Field("duration_ms", lambda s: s.duration_ms, "ms", right=True),
    Field("error", lambda s: str(s.error) if s.error else None),
)

PAIR: Sequence[Field[Pair]] = (
    Field("id", lambda p: p.id, "pair"),
    Field("kalshi_ticker", lambda p: p.kalshi.key, "kalshi", width_min=_ID_WIDTH),
    Field("polymarket_condition_id", lambda p: p.polymarket.key, "polymarket", width_min=10),
    Field(
        "confidence",
        lambda p: Ratio(p.confidence_ppm),
        "confidence",
        text=lambda p: _percent(p.confidence_ppm, 1),
        right=True,
    ),
    Field("method", lambda p: p.method, "method"),
    Field("relation", lambda p: p.relation, "relation", spare=2),
    Field("polarity", lambda p: p.polarity, "polarity", spare=3),
    Field("tradable", lambda p: p.tradable, "trade"),
    Field("reasons", lambda p: p.reasons, "why", text=lambda p: said(p.reasons), width_min=_TEXT_WIDTH, spare=1),
)


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
    Field("kalshi_ticker", lambda d: d.kalshi.key, "kalshi", width_min=_ID_WIDTH),
    Field("polymarket_condition_id", lambda d: d.polymarket.key, "polymarket", width_min=10),
    Field("decision", lambda d: d.decision, "decision"),
    Field("polarity", lambda d: d.polarity, "polarity", spare=1),
    Field("who", lambda d: d.who, "who", spare=2),
    Field("on", lambda d: d.on, "on", spare=3),
    Field("in_force", lambda d: d.in_force, "holds"),
    Field("origin", lambda d: d.origin, "from", width_min=5),
    Field("note", lambda d: d.note, "note", width_min=8, spare=4),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A file or directory that matters to this command."""

    what: str
    path: str


def places(kit: Kit) -> list[Place]:
    """Where settings are read from and state is kept."""
    files = [Place("settings", str(path)) for path in kit.configured.files]
    return [*files, Place("state", str(kit.home))]


PLACE: Sequence[Field[Place]] = (Field("what", lambda p: p.what, "what"), Field("path", lambda p: p.path, "path"))

_ORIGIN: Field[Entry] = Field("origin", lambda e: e.origin, "from")
SETTING: Sequence[Field[Entry]] = (
    Field("key", lambda e: e.key.path, "setting"),
    Field("value", lambda e: e.value, "value", text=lambda e: said(e.value) or '""', width_min=_TEXT_WIDTH),
    Field("kind", lambda e: e.key.kind),
    replace(_ORIGIN, title=""),
)
SETTING_WITH_ORIGIN: Sequence[Field[Entry]] = (*SETTING[:-1], replace(_ORIGIN, width_min=_TEXT_WIDTH))

ADDRESSES: Sequence[Field[SimUrls]] = (
    Field("arbkit_sim", lambda u: u.base, "ARBKIT_SIM"),
    Field("kalshi", lambda u: u.kalshi, "kalshi"),
    Field("clob", lambda u: u.clob, "clob"),
    Field("gamma", lambda u: u.gamma, "gamma"),
    Field("data", lambda u: u.positions, "data"),
)
