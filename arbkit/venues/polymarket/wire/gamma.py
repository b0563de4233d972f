"""Gamma's event and market objects, and how they become a core Market."""

import re
from typing import Final

import msgspec

from arbkit.core.markets import Market, MarketId, MarketStatus, PolymarketFees, PriceGrid
from arbkit.core.money import MICRO, Qty, ceil_div, parse_micros
from arbkit.core.text import clean, clean_lines
from arbkit.errors import BadNumber
from arbkit.venues.polymarket.wire import fields

QTY_STEP: Final = Qty(10_000)
"""Orders are written in hundredths of a share at every tick size (rounding table of polymarket-client 0.14)."""

FEE_EXPONENT_MAX: Final = 8

FREE: Final = PolymarketFees(0, 1)

_RESOLVED: Final = frozenset({"resolved", "settled"})

_MAIN_TAGS: Final = (
    "sports", "esports", "crypto", "politics", "geopolitics", "economy", "finance", "tech", "weather", "science",
    "mentions", "pop-culture", "culture", "world", "elections",
)  # fmt: skip
"""Tags that are categories of the site, the telling ones first."""

_CATCH_ALL: Final = re.compile(r"(?i)others?\b.*|(another|any other)\b.*|none of the above|(the )?field")
_STAND_IN: Final = (
    "(?:Person|Individual|Candidate|Nominee|Player|Party|Company|Country|Option|Outcome|Entity|Artist|Movie|Film|Song|"
    "Team|Club|Driver|Actor|Actress|Name)"
)
"""Reserved names such as "Person C" of augmented neg-risk events, which are given to real names later."""
_STAND_IN_ALONE: Final = re.compile(_STAND_IN + r"\s[A-Z]{1,2}")
_STAND_IN_WITHIN: Final = re.compile(rf"\b{_STAND_IN}\s[A-Z]\b(?![.'\u2019])")


class Tag(msgspec.Struct, gc=False):
    """A tag of an event."""

    label: str | None = None
    slug: str | None = None


class Series(msgspec.Struct, gc=False):
    """The series an event belongs to."""

    slug: str | None = None
    ticker: str | None = None


class EventRow(msgspec.Struct, rename="camel"):
    """An event object; in a market's `events` it comes without markets, often without tags."""

    id: str | int | None = None
    slug: str | None = None
    ticker: str | None = None
    title: str | None = None
    category: str | None = None
    resolution_source: str | None = None
    neg_risk: bool | None = None
    series_slug: str | None = None
    series: list[Series] | None = None
    tags: list[Tag] | None = None
    markets: list[msgspec.Raw] | None = None


class FeeSchedule(msgspec.Struct):
    """`feeSchedule` of a market; `takerOnly` and `rebateRate` do not change what a taker pays."""

    rate: msgspec.Raw
    exponent: msgspec.Raw = fields.ABSENT


class MarketRow(msgspec.Struct, rename="camel"):
    """A market object of Gamma, as far as it is needed. What is without default is always there."""

    condition_id: str
    question: str
    outcomes: str | list[str]
    active: bool
    closed: bool
    id: str | int | None = None
    slug: str | None = None
    description: str | None = None
    group_item_title: str | None = None
    resolution_source: str | None = None
    category: str | None = None
    clob_token_ids: str | list[str] | None = None
    position_ids: str | list[str] | None = None
    version: str | None = None
    archived: bool | None = None
    accepting_orders: bool | None = None
    enable_order_book: bool | None = None
    start_date: str | None = None
    end_date: str | None = None
    game_start_time: str | None = None
    order_price_min_tick_size: msgspec.Raw = fields.ABSENT
    order_min_size: msgspec.Raw = fields.ABSENT
    neg_risk: bool | None = None
    neg_risk_other: bool | None = None
    fees_enabled: bool | None = None
    fee_schedule: FeeSchedule | None = None
    seconds_delay: msgspec.Raw = fields.ABSENT
    uma_resolution_status: str | None = None
    resolution_status: str | None = None
    volume_num: msgspec.Raw = fields.ABSENT
    events: list[msgspec.Raw] | None = None
    tags: list[Tag] | None = None


def to_market(row: MarketRow, event: EventRow, at: str = "$") -> Market:
    """Turn a decoded market and its event into a Market; raises SchemaMismatch naming the field that is wrong."""
    yes_label, no_label = _labels(row, at)
    yes_token, no_token = _assets(row, at)
    ends_at = fields.moment(row.end_date, f"{at}.endDate")
    starts_at = fields.moment(row.game_start_time, f"{at}.gameStartTime")
    title, subtitle = clean(row.question), clean(row.group_item_title or "")
    return Market(
        id=MarketId(fields.VENUE, fields.condition_id(row.condition_id, f"{at}.conditionId")),
        event_key=clean(event.slug or event.ticker or str(event.id or "")),
        title=title,
        subtitle=subtitle,
        series_key=clean(_series(event)),
        event_title=clean(event.title or ""),
        yes_label=yes_label,
        no_label=no_label,
        category=_category(row, event),
        tags=_tags(row, event),
        rules=clean_lines(row.description or ""),
        resolution_source=clean(row.resolution_source or event.resolution_source or ""),
        slug=clean(row.slug or ""),
        status=_status(row),
        opens_at=fields.moment(row.start_date, f"{at}.startDate"),
        closes_at=ends_at,
        expected_at=starts_at or ends_at,
        grid=grid(row.order_price_min_tick_size, f"{at}.orderPriceMinTickSize"),
        qty_min=_qty_min(row, at),
        qty_step=QTY_STEP,
        fees=_market_fees(row, at),
        yes_token=yes_token,
        no_token=no_token,
        neg_risk=bool(event.neg_risk if row.neg_risk is None else row.neg_risk),
        placeholder=_is_placeholder(row, title, subtitle),
        delay_ms=delay_ms(row.seconds_delay, f"{at}.secondsDelay"),
        volume=_volume(row.volume_num),
    )


def grid(tick: msgspec.Raw, at: str) -> PriceGrid | None:
    """The price grid of a tick size; None where the venue does not say."""
    if fields.is_null(tick):
        return None
    step = fields.price(tick, at)
    if not 0 < step.micros <= MICRO // 2 or MICRO % step.micros:
        raise fields.mismatch(at, f"{step} does not divide a dollar into ticks")
    return PriceGrid.uniform(step)


def fees(rate: msgspec.Raw, exponent: msgspec.Raw, at: tuple[str, str]) -> PolymarketFees:
    """A taker fee from its two numbers; `at` are their paths. The formula is shares x rate x (p x (1 - p)) ^ exponent.

    Source: docs.polymarket.com, trading/fees (September 2026).
    """
    rate_ppm = fields.micros(rate, at[0])
    if not 0 <= rate_ppm <= MICRO:
        raise fields.mismatch(at[0], "a fee rate that is not between 0 and 1")
    if not rate_ppm:
        return FREE
    power = fields.whole(exponent, at[1])
    if power > FEE_EXPONENT_MAX:
        raise fields.mismatch(at[1], f"a fee exponent above {FEE_EXPONENT_MAX}")
    return PolymarketFees(rate_ppm, power)


def delay_ms(seconds: msgspec.Raw, at: str) -> int:
    """How long a marketable order is held; an absent field means not at all (live sports only have it)."""
    if fields.is_null(seconds):
        return 0
    held = fields.micros(seconds, at)
    if held < 0:
        raise fields.mismatch(at, "a negative delay")
    return ceil_div(held, 1_000)


def _market_fees(row: MarketRow, at: str) -> PolymarketFees | None:
    """The fee of a market, or None if unknown. `takerBaseFee` is a cap of old and never the fee."""
    if schedule := row.fee_schedule:
        return fees(schedule.rate, schedule.exponent, (f"{at}.feeSchedule.rate", f"{at}.feeSchedule.exponent"))
    return FREE if row.fees_enabled is False else None


def _pair_of(values: list[str], at: str, what: str) -> tuple[str, str]:
    if len(values) != 2:
        raise fields.mismatch(at, f"{len(values)} {what} instead of 2")
    return values[0], values[1]


def _labels(row: MarketRow, at: str) -> tuple[str, str]:
    at = f"{at}.outcomes"
    yes, no = _pair_of([clean(text) for text in fields.texts(row.outcomes, at)], at, "outcomes")
    if not yes or not no or yes == no:
        raise fields.mismatch(at, "outcomes that cannot be told apart")
    return yes, no


def _assets(row: MarketRow, at: str) -> tuple[str, str]:
    """What orders name: the position ids of a Protocol V2 market, the token ids of any other."""
    is_v2 = row.version == "v2"
    at = f"{at}.{'positionIds' if is_v2 else 'clobTokenIds'}"
    ids = fields.texts(row.position_ids if is_v2 else row.clob_token_ids, at)
    if not ids:
        raise fields.mismatch(at, "no asset ids: the market is not on the order book")
    yes, no = _pair_of([fields.token_id(text, at) for text in ids], at, "asset ids")
    if yes == no:
        raise fields.mismatch(at, "the same asset id twice")
    return yes, no


def _status(row: MarketRow) -> MarketStatus:
    """Tradable is active, not closed, accepting orders, with a book; what is not said counts as no."""
    if row.closed or row.archived:
        is_resolved = row.uma_resolution_status in _RESOLVED or row.resolution_status in _RESOLVED
        return MarketStatus.SETTLED if is_resolved else MarketStatus.CLOSED
    if not row.active:
        return MarketStatus.UNOPENED
    return MarketStatus.OPEN if row.accepting_orders and row.enable_order_book else MarketStatus.PAUSED


def _qty_min(row: MarketRow, at: str) -> Qty | None:
    size = row.order_min_size
    return None if fields.is_null(size) else fields.quantity(size, f"{at}.orderMinSize")


def _volume(number: msgspec.Raw) -> Qty | None:
    """Traded volume for display, cut to six decimals; Gamma sends more, for it sums floats."""
    whole, _, fraction = bytes(number).decode("utf-8", "replace").partition(".")
    try:
        return Qty(parse_micros(f"{whole}.{fraction[:6] or 0}"))
    except BadNumber:
        return None


def _is_placeholder(row: MarketRow, title: str, subtitle: str) -> bool:
    if row.neg_risk_other or _CATCH_ALL.fullmatch(subtitle) or _STAND_IN_ALONE.fullmatch(subtitle):
        return True
    return _STAND_IN_WITHIN.search(title) is not None


def _series(event: EventRow) -> str:
    named = (series.slug or series.ticker for series in event.series or [])
    return next((name for name in named if name), "") or event.series_slug or ""


def _category(row: MarketRow, event: EventRow) -> str:
    """The site's category: said outright on old markets only, otherwise the most telling tag."""
    if said := row.category or event.category:
        return clean(said)
    by_slug = {tag.slug: tag.label or tag.slug for tag in _tag_rows(row, event) if tag.slug}
    return next((clean(by_slug[slug]) for slug in _MAIN_TAGS if slug in by_slug), "")


def _tags(row: MarketRow, event: EventRow) -> tuple[str, ...]:
    return tuple(clean(tag.label or tag.slug or "") for tag in _tag_rows(row, event) if tag.label or tag.slug)


def _tag_rows(row: MarketRow, event: EventRow) -> list[Tag]:
    return row.tags or event.tags or []
