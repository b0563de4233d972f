"""What `scan` shows: one row an opportunity, every figure exact in JSON, rounded against us in the table."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from arbkit.app.scan import Scan
from arbkit.cli.render import Field, Output
from arbkit.config.policy import is_worth_it
from arbkit.config.ratio import Ratio
from arbkit.config.settings import Settings
from arbkit.core.books import BookProblem
from arbkit.core.markets import Market, VenueName
from arbkit.core.money import Usd, ceil_div
from arbkit.core.opportunity import Leg, NoOpportunity, Opportunity
from arbkit.store.store import Store

_BPS = 100
"""Millionths in a basis point."""
_TITLE_WIDTH = 10


@dataclass(frozen=True, slots=True)
class Row:
    """An opportunity with the words for it."""

    found: Opportunity
    title: str
    sighting_id: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """The rows to show, and how many were left out."""

    rows: Sequence[Row]
    below_min_net: int
    not_worth_it: int


def chosen(
    scan: Scan, store: Store, settings: Settings, *, min_net: Usd | None, every: bool, limit: int | None
) -> Shown:
    """Leave out what earns too little, and cut the list to `limit` rows."""
    enough = [one for one in scan.found if min_net is None or one.opportunity.net >= min_net]
    worth = [one for one in enough if every or is_worth_it(one.opportunity, settings)]
    kept = worth[:limit]
    markets = store.catalogue.named(one.opportunity.pair.kalshi for one in kept)
    rows = [
        Row(one.opportunity, _title(markets[one.opportunity.pair.kalshi]), one.sighting.id if one.sighting else None)
        for one in kept
    ]
    return Shown(rows, len(scan.found) - len(enough), len(enough) - len(worth))


def summarise(scan: Scan, shown: Shown, settings: Settings, output: Output) -> None:
    """Say on stderr how much was looked at, and why the rest was passed over."""
    looked = len(scan.found) + len(scan.passed)
    if not looked:
        output.say("no pairs to look at; run `arbkit markets sync`, then `arbkit match`")
        return
    output.say(f"{looked} pairs, {scan.books_read} books in {scan.duration_ms} ms: {len(scan.found)} opportunities")
    if shown.below_min_net:
        output.say(f"{shown.below_min_net} below --min-net are not shown")
    if shown.not_worth_it:
        threshold = f"trading.min_profit_threshold ({settings.trading.min_profit_threshold})"
        output.say(f"{shown.not_worth_it} below {threshold} or the hurdle rate are not shown; --all shows them")
    if reasons := Counter(map(_why_passed, scan.passed)).most_common():
        output.say(f"passed over: {', '.join(f'{reason} {count}' for reason, count in reasons)}")
    if late := stale(scan):
        longest = f"data_age.book_max_ms ({settings.data_age.book_max_ms})"
        output.say(f"{late} pairs had books older than {longest} when they were judged: something is slow; look again")


def stale(scan: Scan) -> int:
    """How many pairs were passed over because their books were read too long ago."""
    return sum(refusal.book_problem is BookProblem.STALE for refusal in scan.passed)


def _why_passed(refusal: NoOpportunity) -> str:
    said = f"{refusal.reason} {refusal.book_problem or ''}".strip()
    return said.replace("_", " ")


def dollars(amount: Usd, digits: int, *, up: bool = False) -> str:
    """Write dollars with so many decimals, rounded down, or up for what is paid."""
    step = 10 ** (6 - digits)
    units = ceil_div(amount.micros, step) if up else amount.micros // step
    whole, fraction = divmod(abs(units), 10**digits)
    return f"{'-' if units < 0 else ''}{whole}.{fraction:0{digits}d}"


def _title(market: Market) -> str:
    title = market.title or market.event_title
    return f"{title} [{market.yes_label}]" if market.yes_label and market.yes_label not in title else title


def _a_contract(amount: Usd, found: Opportunity, *, up: bool = False) -> str:
    micros = amount.micros * 1_000_000
    each = ceil_div(micros, found.qty.micros) if up else micros // found.qty.micros
    return dollars(Usd(each), 4, up=up)


def _percent(bps: int | None) -> str:
    return "-" if bps is None else f"{bps // 100}%"


def _limit(found: Opportunity) -> str:
    venue = found.limited_by.venue
    return "caps" if venue is None else {VenueName.KALSHI: "kalshi", VenueName.POLYMARKET: "poly"}[venue]


def _leg_fields(name: str, leg_of: Callable[[Row], Leg]) -> list[Field[Row]]:
    return [
        Field(f"{name}_side", lambda r: leg_of(r).side),
        Field(f"{name}_limit_price", lambda r: leg_of(r).limit),
        Field(f"{name}_average_price", lambda r: leg_of(r).average),
        Field(f"{name}_cost_usd", lambda r: leg_of(r).cost),
        Field(f"{name}_fee_usd", lambda r: leg_of(r).fee),
        Field(f"{name}_levels", lambda r: [{"price": one.price, "qty": one.qty} for one in leg_of(r).levels]),
        Field(f"{name}_depth", lambda r: leg_of(r).depth),
        Field(f"{name}_age_ms", lambda r: leg_of(r).age_ms),
    ]


OPPORTUNITY: Sequence[Field[Row]] = (
    Field("id", lambda r: r.sighting_id),
    Field("pair", lambda r: r.found.pair.id, "pair"),
    Field("title", lambda r: r.title, "title", width_min=_TITLE_WIDTH),
    Field("kalshi_ticker", lambda r: r.found.pair.kalshi.key),
    Field("polymarket_condition_id", lambda r: r.found.pair.polymarket.key),
    Field("polarity", lambda r: r.found.pair.polarity),
    *_leg_fields("kalshi", lambda r: r.found.kalshi),
    *_leg_fields("polymarket", lambda r: r.found.polymarket),
    Field(
        "gross_per_contract_usd",
        lambda r: r.found.gross_per_contract,
        "gross",
        text=lambda r: _a_contract(r.found.gross, r.found),
        right=True,
        spare=1,
    ),
    Field("fees_usd", lambda r: r.found.fees),
    Field("gas_usd", lambda r: r.found.gas),
    Field(
        "fees_and_gas_usd",
        lambda r: r.found.fees + r.found.gas,
        "fees",
        text=lambda r: _a_contract(r.found.fees + r.found.gas, r.found, up=True),
        right=True,
    ),
    Field(
        "net_per_contract_usd",
        lambda r: r.found.net_per_contract,
        "net",
        text=lambda r: _a_contract(r.found.net, r.found),
        right=True,
    ),
    Field("qty", lambda r: r.found.qty, "size", right=True),
    Field("payout_usd", lambda r: r.found.payout),
    Field("cost_usd", lambda r: r.found.kalshi.cost + r.found.polymarket.cost),
    Field("gross_usd", lambda r: r.found.gross),
    Field("net_usd", lambda r: r.found.net, "profit", text=lambda r: dollars(r.found.net, 2), right=True),
    Field(
        "capital_usd",
        lambda r: r.found.capital,
        "capital",
        text=lambda r: dollars(r.found.capital, 2, up=True),
        right=True,
    ),
    Field("return", lambda r: Ratio(r.found.return_bps * _BPS)),
    Field("days_locked", lambda r: r.found.days_locked, "days", right=True),
    Field("settles_at", lambda r: r.found.settles_at),
    Field(
        "annualised_return",
        lambda r: None if r.found.annualised_bps is None else Ratio(r.found.annualised_bps * _BPS),
        "annual",
        text=lambda r: _percent(r.found.annualised_bps),
        right=True,
    ),
    Field("limited_by", lambda r: r.found.limited_by),
    Field("limiting_leg", lambda r: r.found.limited_by.venue, "limit", text=lambda r: _limit(r.found), spare=3),
    Field(
        "execution_risk",
        lambda r: Ratio(r.found.execution_risk_ppm),
        "risk",
        text=lambda r: dollars(Usd(r.found.execution_risk_ppm), 2, up=True),
        right=True,
        spare=2,
    ),
    Field("age_ms", lambda r: r.found.age_ms, "ms", right=True, spare=4),
    Field("fee_model", lambda r: r.found.fee_model),
    Field("found_at", lambda r: r.found.found_at),
)
