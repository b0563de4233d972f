"""What markets, pairs and addresses show: their keys in JSON, their columns in a table."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from arbkit.cli.reasons import brief
from arbkit.cli.render import Field
from arbkit.config.ratio import Ratio
from arbkit.core.markets import Fees, KalshiFees, Market, MarketId, Pair, PolymarketFees
from arbkit.core.money import plain

if TYPE_CHECKING:
    from arbkit.venues.sim.knobs import Knob
    from arbkit.venues.sim.server import SimUrls

ID_WIDTH = 18
TEXT_WIDTH = 16


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
    Field("id", lambda m: m.id, "market", text=lambda m: _id(m.id), width_min=ID_WIDTH),
    Field("venue", lambda m: m.id.venue, "venue", spare=2),
    Field("title", lambda m: m.title, "title", width_min=TEXT_WIDTH),
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

PAIR: Sequence[Field[Pair]] = (
    Field("id", lambda p: p.id, "pair"),
    Field("kalshi_ticker", lambda p: p.kalshi.key, "kalshi", width_min=ID_WIDTH),
    Field("polymarket_condition_id", lambda p: p.polymarket.key, "polymarket", width_min=10, spare=4),
    Field(
        "confidence",
        lambda p: Ratio(p.confidence_ppm),
        "sure",
        text=lambda p: _percent(p.confidence_ppm, 1),
        right=True,
    ),
    Field("method", lambda p: p.method, "method", spare=1),
    Field("relation", lambda p: p.relation, "relation", spare=2),
    Field("polarity", lambda p: p.polarity, "polarity", spare=3),
    Field("tradable", lambda p: p.tradable, "trade"),
    Field("reasons", lambda p: p.reasons, "why", text=lambda p: brief(p.reasons), width_min=30, whole=True),
)


ADDRESSES: "Sequence[Field[SimUrls]]" = (
    Field("arbkit_sim", lambda u: u.base, "ARBKIT_SIM"),
    Field("kalshi", lambda u: u.kalshi, "kalshi"),
    Field("clob", lambda u: u.clob, "clob"),
    Field("gamma", lambda u: u.gamma, "gamma"),
    Field("data", lambda u: u.positions, "data"),
)

KNOB: "Sequence[Field[Knob]]" = (
    Field("do", lambda k: k.do, "do"),
    Field("on", lambda k: " ".join(k.on), "on", width_min=12, spare=1, whole=True),
    Field("needs", lambda k: " ".join(sorted(k.needs)), "needs"),
    Field("takes", lambda k: " ".join(sorted(k.takes - k.needs)), "takes", spare=2),
    Field("does", lambda k: k.does, "what it does", width_min=34, whole=True),
)
