"""Markets and times as the columns that hold them, and back."""

import hashlib
from datetime import UTC, datetime
from functools import lru_cache

import msgspec

from arbkit.core.markets import (
    Fees,
    KalshiFees,
    Market,
    MarketId,
    MarketStatus,
    PolymarketFees,
    PriceBand,
    PriceGrid,
    Strike,
    StrikeKind,
    VenueName,
)
from arbkit.core.money import Price, Qty
from arbkit.errors import InvariantError, StoreError

_POLYMARKET_FEE = "polymarket"


class MarketRow(msgspec.Struct, array_like=True, gc=False, kw_only=True):
    """A row of `markets`; the fields are its columns, in order, except `facts_hash` and `tokens`."""

    venue: str
    key: str
    event_key: str
    series_key: str
    slug: str
    title: str
    subtitle: str
    event_title: str
    yes_label: str
    no_label: str
    category: str
    tags: str
    rules: str
    resolution_source: str
    status: str
    opens_at: str | None
    closes_at: str | None
    expected_at: str | None
    strike_kind: str | None = None
    strike_floor: str | None = None
    strike_cap: str | None = None
    strike_text: str | None = None
    grid: str | None = None
    qty_min_micros: int | None = None
    qty_step_micros: int | None = None
    fee_type: str | None = None
    fee_ppm: int | None = None
    fee_exponent: int | None = None
    yes_token: str
    no_token: str
    neg_risk: int
    placeholder: int
    shard: int | None
    delay_ms: int
    volume_micros: int | None = None
    rules_hash: str


COLUMNS = MarketRow.__struct_fields__


def text_of(moment: datetime) -> str:
    """Write a time so that the order of the texts is the order of the times."""
    if moment.tzinfo is None:
        raise InvariantError(f"a time without a zone: {moment}")
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return utc.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def moment_of(text: str) -> datetime:
    """Read what `text_of` wrote."""
    return datetime.fromisoformat(text)


def row_of(market: Market) -> MarketRow:
    """Lay a market out as columns."""
    row = MarketRow(
        venue=market.id.venue,
        key=market.id.key,
        event_key=market.event_key,
        series_key=market.series_key,
        slug=market.slug,
        title=market.title,
        subtitle=market.subtitle,
        event_title=market.event_title,
        yes_label=market.yes_label,
        no_label=market.no_label,
        category=market.category,
        tags=_tags_text(market.tags),
        rules=market.rules,
        resolution_source=market.resolution_source,
        status=market.status,
        opens_at=_optional_text(market.opens_at),
        closes_at=_optional_text(market.closes_at),
        expected_at=_optional_text(market.expected_at),
        yes_token=market.yes_token,
        no_token=market.no_token,
        neg_risk=int(market.neg_risk),
        placeholder=int(market.placeholder),
        shard=market.shard,
        delay_ms=market.delay_ms,
        volume_micros=market.volume.micros if market.volume is not None else None,
        rules_hash=market.rules_hash,
    )
    _add_terms(row, market)
    return row


def _add_terms(row: MarketRow, market: Market) -> None:
    """Lay out what a venue may leave out: strike, price grid, quantities, fees."""
    if strike := market.strike:
        row.strike_kind, row.strike_floor = strike.kind, strike.floor
        row.strike_cap, row.strike_text = strike.cap, strike.text
    if market.grid is not None:
        row.grid = _grid_text(market.grid)
    if market.qty_min is not None:
        row.qty_min_micros = market.qty_min.micros
    if market.qty_step is not None:
        row.qty_step_micros = market.qty_step.micros
    row.fee_type, row.fee_ppm, row.fee_exponent = _fee_columns(market.fees)


def market_of(columns: object) -> Market:
    """Read a market from its columns; raises StoreError when they are not what `row_of` writes."""
    try:
        row = msgspec.convert(columns, MarketRow)
        return Market(
            id=MarketId(VenueName(row.venue), row.key),
            event_key=row.event_key,
            title=row.title,
            subtitle=row.subtitle,
            series_key=row.series_key,
            event_title=row.event_title,
            yes_label=row.yes_label,
            no_label=row.no_label,
            category=row.category,
            tags=_tags(row.tags),
            rules=row.rules,
            resolution_source=row.resolution_source,
            slug=row.slug,
            status=MarketStatus(row.status),
            opens_at=_optional_moment(row.opens_at),
            closes_at=_optional_moment(row.closes_at),
            expected_at=_optional_moment(row.expected_at),
            strike=_strike(row),
            grid=_grid(row.grid) if row.grid is not None else None,
            qty_min=Qty(row.qty_min_micros) if row.qty_min_micros is not None else None,
            qty_step=Qty(row.qty_step_micros) if row.qty_step_micros is not None else None,
            fees=_fees(row),
            yes_token=row.yes_token,
            no_token=row.no_token,
            neg_risk=bool(row.neg_risk),
            placeholder=bool(row.placeholder),
            shard=row.shard,
            delay_ms=row.delay_ms,
            volume=Qty(row.volume_micros) if row.volume_micros is not None else None,
        )
    except (ValueError, TypeError) as error:  # msgspec's ValidationError is a ValueError
        raise StoreError(f"a stored market cannot be read ({error}); run: arbkit markets sync --full") from error


def facts_hash(row: MarketRow) -> str:
    """A hash of everything a market is, except its volume, which moves all the time."""
    volume, row.volume_micros = row.volume_micros, None
    text = msgspec.json.encode(row)
    row.volume_micros = volume
    return hashlib.sha256(text).hexdigest()


def _optional_text(moment: datetime | None) -> str | None:
    return None if moment is None else text_of(moment)


def _optional_moment(text: str | None) -> datetime | None:
    return None if text is None else moment_of(text)


def _fee_columns(fees: Fees | None) -> tuple[str | None, int | None, int | None]:
    match fees:
        case None:
            return None, None, None
        case KalshiFees(fee_type, multiplier_ppm):
            return fee_type, multiplier_ppm, None
        case PolymarketFees(rate_ppm, exponent):
            return _POLYMARKET_FEE, rate_ppm, exponent


def _fees(row: MarketRow) -> Fees | None:
    if row.fee_type is None or row.fee_ppm is None:
        return None
    if row.fee_exponent is None:
        return KalshiFees(row.fee_type, row.fee_ppm)
    return PolymarketFees(row.fee_ppm, row.fee_exponent)


def _strike(row: MarketRow) -> Strike | None:
    if row.strike_kind is None:
        return None
    return Strike(StrikeKind(row.strike_kind), row.strike_floor or "", row.strike_cap or "", row.strike_text or "")


# A catalogue repeats the same few grids and tags a hundred thousand times.
@lru_cache(4096)
def _grid_text(grid: PriceGrid) -> str:
    return msgspec.json.encode([(b.start.micros, b.end.micros, b.step.micros) for b in grid.bands]).decode()


@lru_cache(4096)
def _grid(text: str) -> PriceGrid:
    bands = msgspec.json.decode(text, type=list[tuple[int, int, int]])
    return PriceGrid(tuple(PriceBand(Price(start), Price(end), Price(step)) for start, end, step in bands))


@lru_cache(4096)
def _tags_text(tags: tuple[str, ...]) -> str:
    return msgspec.json.encode(tags).decode()


@lru_cache(4096)
def _tags(text: str) -> tuple[str, ...]:
    return msgspec.json.decode(text, type=tuple[str, ...])
