"""Report: what a ledger, its trades and the opportunities seen come to. Sums of integers; no clock, no I/O.

Two figures of profit stand side by side. Realised is what the ledger has booked: it pays fees at once, and a contract
only when it pays. Locked is what the hedged trades make in the end, paid or not: their payout less all they cost.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from arbkit.core.ledger import Account, Transaction, result, results_by_day
from arbkit.core.lots import Lot, lots
from arbkit.core.markets import MarketId, VenueName
from arbkit.core.money import ZERO_USD, Qty, Usd
from arbkit.core.report_lines import Bin, Capital, DayLine, PairLine, Reason, SeenLine, TradeLine, VenueLine

EDGES_BPS = (0, 50, 100, 200, 300, 500, 800, 1_200, 2_000)
"""Where a class of edge begins: profit in basis points of the capital."""
DURATIONS_MS = (0, 250, 1_000, 5_000, 30_000, 120_000, 600_000, 3_600_000)
SIZES = (0, 5, 10, 20, 50, 100, 500)
"""Where a class of size begins, in contracts."""
_DAY_S = 86_400
_YEAR_S = 365 * _DAY_S
_REASON_LENGTH_MAX = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that is reported of a span of time."""

    since: datetime
    until: datetime
    trades: Sequence[TradeLine]
    seen: Sequence[SeenLine]
    days: Sequence[DayLine]
    venues: Sequence[VenueLine]
    pairs: Sequence[PairLine]
    lots: Sequence[Lot]
    bins: Sequence[Bin]
    reasons: Sequence[Reason]
    capital: Capital

    @property
    def hedged(self) -> Sequence[TradeLine]:
        """The trades of which both legs stand."""
        return [trade for trade in self.trades if trade.net is not None]

    @property
    def realised(self) -> Usd:
        """Booked profit after fees."""
        return _sum(line.realised for line in self.venues)

    @property
    def fees(self) -> Usd:
        """Fees booked."""
        return _sum(line.fees for line in self.venues)

    @property
    def locked(self) -> Usd:
        """What the hedged trades make in the end."""
        return _sum(trade.net for trade in self.hedged)

    @property
    def expected(self) -> Usd:
        """What the same trades were expected to make when they were begun."""
        return _sum(trade.expected for trade in self.hedged)

    @property
    def slippage(self) -> Usd:
        """By how much they make less."""
        return self.expected - self.locked

    @property
    def taken(self) -> int:
        """How many opportunities were taken."""
        return sum(one.taken for one in self.seen)

    @property
    def lasted_ms_median(self) -> int | None:
        """How long an opportunity lasted."""
        return _middle([one.lasted_ms for one in self.seen])

    @property
    def edge_bps_median(self) -> int | None:
        """How good an opportunity was."""
        return _middle([one.edge_bps for one in self.seen])

    @property
    def locked_annualised_bps(self) -> int | None:
        """Locked profit a year on the capital, each trade weighed by its capital and the days until it pays."""
        known = [(trade, trade.pays_at) for trade in self.hedged if trade.pays_at is not None]
        dollar_seconds = sum(
            trade.capital.micros * max(_seconds(pays_at - trade.started_at), _DAY_S) for trade, pays_at in known
        )
        net = _sum(trade.net for trade, _ in known)
        return net.micros * 10_000 * _YEAR_S // dollar_seconds if dollar_seconds else None

    @property
    def closed_annualised_bps(self) -> int | None:
        """Gain a year on the lots that were closed, each weighed by its cost and the days it was held."""
        dollar_seconds = sum(
            lot.cost.micros * max(_seconds(lot.disposed_at - lot.acquired_at), _DAY_S) for lot in self.lots
        )
        gain = _sum(lot.gain for lot in self.lots)
        return gain.micros * 10_000 * _YEAR_S // dollar_seconds if dollar_seconds else None


def made(
    transactions: Sequence[Transaction], trades: Sequence[TradeLine], seen: Sequence[SeenLine], *,
    since: datetime, until: datetime,
) -> Report:  # fmt: skip
    """Add up a span of time. `transactions` and `trades` are all there are: what is sold now may be of an old trade."""
    booked = [one for one in transactions if since <= one.at <= until]
    begun = [one for one in trades if since <= one.started_at <= until]
    in_use = _in_use(transactions, until=until)
    return Report(
        since=since,
        until=until,
        trades=begun,
        seen=seen,
        days=_days(booked, begun, in_use),
        venues=_venues(transactions, booked),
        pairs=_pairs(booked, begun, trades),
        lots=[lot for lot in lots(transactions) if since <= lot.disposed_at <= until],
        bins=_bins(seen),
        reasons=_reasons(seen),
        capital=_capital(in_use, since=since, until=until),
    )


def percent(bps: int) -> str:
    """Basis points as a percentage."""
    whole, rest = divmod(abs(bps), 100)
    return f"{'-' if bps < 0 else ''}{whole}.{rest:02}%"


def _sum(amounts: Iterable[Usd | None]) -> Usd:
    return Usd(sum(amount.micros for amount in amounts if amount is not None))


def _seconds(span: timedelta) -> int:
    return span // timedelta(seconds=1)


def _middle(values: Sequence[int]) -> int | None:
    return sorted(values)[len(values) // 2] if values else None


def _in_use(transactions: Sequence[Transaction], *, until: datetime) -> list[tuple[datetime, int]]:
    """What positions had cost after each time at which it changed."""
    steps: list[tuple[datetime, int]] = []
    total = 0
    for one in sorted(transactions, key=lambda one: one.at):
        change = sum(entry.usd_micros for entry in one.entries if entry.account is Account.POSITION)
        if change and one.at <= until:
            total += change
            steps.append((one.at, total))
    return steps


def _capital(in_use: Sequence[tuple[datetime, int]], *, since: datetime, until: datetime) -> Capital:
    before = [micros for at, micros in in_use if at < since][-1:] or [0]
    steps = [(since, before[0]), *((at, micros) for at, micros in in_use if at >= since)]
    ends = [at for at, _ in steps[1:]] + [until]
    used = sum(micros * _seconds(end - at) for (at, micros), end in zip(steps, ends, strict=True))
    first = next((at for at, micros in steps if micros), until)
    return Capital(
        now=Usd(steps[-1][1]),
        highest=Usd(max(micros for _, micros in steps)),
        average=Usd(used // max(_seconds(until - first), 1)),
        steps=[(at, Usd(micros)) for at, micros in steps],
    )


def _days(
    booked: Sequence[Transaction], begun: Sequence[TradeLine], in_use: Sequence[tuple[datetime, int]]
) -> list[DayLine]:
    results = results_by_day(booked)
    trades: defaultdict[date, list[TradeLine]] = defaultdict(list)
    for trade in begun:
        trades[trade.started_at.date()].append(trade)
    lines = []
    for day in sorted({*results, *trades}):
        one = results.get(day)
        before = [micros for at, micros in in_use if at.date() < day][-1:]
        lines.append(
            DayLine(
                day=day,
                trades=len(trades[day]),
                locked=_sum(trade.net for trade in trades[day]),
                realised=one.realised if one else ZERO_USD,
                fees=one.fees if one else ZERO_USD,
                volume=one.volume if one else ZERO_USD,
                capital_max=Usd(max([0, *before, *(micros for at, micros in in_use if at.date() == day)])),
            )
        )
    return lines


def _venues(transactions: Sequence[Transaction], booked: Sequence[Transaction]) -> list[VenueLine]:
    lines = []
    for venue in VenueName:
        one = result(booked, venue=venue)
        entries = [entry for transaction in transactions for entry in transaction.entries if entry.venue is venue]
        held = sum(entry.usd_micros for entry in entries if entry.account is Account.POSITION)
        lines.append(
            VenueLine(
                venue=venue, realised=one.realised, fees=one.fees, volume=one.volume, fills=one.fills, capital=Usd(held)
            )
        )
    return lines


def _pairs(booked: Sequence[Transaction], begun: Sequence[TradeLine], trades: Sequence[TradeLine]) -> list[PairLine]:
    pair_of = {
        market: trade.pair_id for trade in sorted(trades, key=lambda t: t.started_at) for market in trade.markets
    }
    gained: defaultdict[str, list[Transaction]] = defaultdict(list)
    for transaction in booked:
        if pair_id := _pair_of(transaction, pair_of):
            gained[pair_id].append(transaction)
    grouped: defaultdict[str, list[TradeLine]] = defaultdict(list)
    for trade in begun:
        grouped[trade.pair_id].append(trade)
    titles = {trade.pair_id: trade.title for trade in trades}
    lines = [_pair(pair_id, titles[pair_id], grouped[pair_id], gained[pair_id]) for pair_id in {**grouped, **gained}]
    return sorted(lines, key=lambda line: (-line.locked.micros, line.pair_id))


def _pair_of(transaction: Transaction, pair_of: Mapping[MarketId, str]) -> str:
    markets = (MarketId(entry.venue, entry.market) for entry in transaction.entries if entry.market)
    return next((pair_of[market] for market in markets if market in pair_of), "")


def _pair(pair_id: str, title: str, trades: Sequence[TradeLine], booked: Sequence[Transaction]) -> PairLine:
    hedged = [trade for trade in trades if trade.net is not None]
    return PairLine(
        pair_id=pair_id,
        title=title,
        trades=len(trades),
        qty=Qty(sum(trade.qty.micros for trade in hedged)),
        capital=_sum(trade.capital for trade in hedged),
        fees=_sum(trade.fees for trade in trades),
        expected=_sum(trade.expected for trade in hedged),
        locked=_sum(trade.net for trade in hedged),
        realised=result(booked).realised,
    )


def _bins(seen: Sequence[SeenLine]) -> list[Bin]:
    """Every class of edge, duration and size, also the empty ones; nothing where nothing was seen."""
    kinds = [
        ("edge_bps", EDGES_BPS, [one.edge_bps for one in seen]),
        ("lasted_ms", DURATIONS_MS, [one.lasted_ms for one in seen]),
        ("contracts", SIZES, [one.qty.micros // 1_000_000 for one in seen]),
    ]
    bins = []
    for what, bounds, values in kinds:
        inside: defaultdict[int, list[Usd]] = defaultdict(list)
        for one, value in zip(seen, values, strict=True):
            inside[max((low for low in bounds if low <= value), default=bounds[0])].append(one.peak_net)
        bins += [Bin(what, low, len(inside[low]), _sum(inside[low])) for low in bounds if seen]
    return bins


def _reasons(seen: Sequence[SeenLine]) -> list[Reason]:
    counts: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for one in seen:
        if not one.taken:
            text = _kind_of(one.why_not) or "not tried"
            counts[text] += 1
            missed[text] += one.peak_net.micros
    return [
        Reason(text, count, Usd(missed[text]))
        for text, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    ]


def _kind_of(why_not: str) -> str:
    """A reason without its figures: every word that holds a digit becomes N, and the end is cut off."""
    text = " ".join(map(_without_figure, why_not.split()))
    return text if len(text) <= _REASON_LENGTH_MAX else f"{text[:_REASON_LENGTH_MAX].rpartition(' ')[0]} ..."


def _without_figure(word: str) -> str:
    bare = word.rstrip(",;:")
    return f"N{word[len(bare) :]}" if any(c.isdigit() for c in bare) else word
