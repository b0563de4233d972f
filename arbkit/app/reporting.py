"""`report`: gather trades, ledger and sightings of a store, and have them added up."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from arbkit.app.duties import actual_net
from arbkit.core.execution import TradeState
from arbkit.core.fees import FeeModel
from arbkit.core.report import Report, made
from arbkit.core.report_lines import SeenLine, TradeLine
from arbkit.store.sightings import Sighting
from arbkit.store.store import Store
from arbkit.store.trades import StoredTrade

ROWS_MAX = 1_000_000
"""More trades or opportunities than this are not read; a year of the busiest loop has fewer."""
_STANDS = {TradeState.HEDGED, TradeState.HEDGED_PROVISIONAL}


def report_of(store: Store, catalogue: Store, *, since: datetime, until: datetime) -> Report:
    """Everything of a span of time. `store` holds trades and ledger, `catalogue` markets and sightings."""
    trades = [_line(catalogue, trade) for trade in store.trades.recent(count_max=ROWS_MAX)]
    hedged: defaultdict[str, list[datetime]] = defaultdict(list)
    for trade in trades:
        if trade.net is not None:
            hedged[trade.pair_id].append(trade.started_at)
    seen = [
        _seen(one, hedged[one.pair_id], until=until)
        for one in catalogue.sightings.recent(since=since, limit=ROWS_MAX)
        if one.fee_model is FeeModel.VENUE and one.first_seen_at <= until
    ]
    return made(store.ledger.transactions(), trades, seen, since=since, until=until)


def _line(catalogue: Store, trade: StoredTrade) -> TradeLine:
    first, second = trade.legs
    markets = (first.order.market, second.order.market)
    listed = [catalogue.catalogue.market(market) for market in markets]
    ends = [market.expected_at or market.closes_at for market in listed if market is not None]
    known = [end for end in ends if end is not None]
    return TradeLine(
        trade_id=trade.trade_id,
        pair_id=trade.pair_id,
        markets=markets,
        started_at=trade.started_at,
        state=trade.state,
        qty=min(first.filled, second.filled),
        capital=first.cost + first.fee + second.cost + second.fee,
        fees=first.fee + second.fee,
        expected=trade.expected_net,
        net=actual_net(trade) if trade.state in _STANDS else None,
        pays_at=max(known) if len(known) == len(markets) else None,
        title=next((market.title or market.event_title for market in listed if market is not None), ""),
    )


def _seen(one: Sighting, hedged: Sequence[datetime], *, until: datetime) -> SeenLine:
    """An opportunity was taken if a trade on its pair stands that was begun while it was there."""
    lasted = (one.expired_at or one.last_seen_at) - one.first_seen_at
    return SeenLine(
        lasted_ms=round(lasted.total_seconds() * 1_000),
        qty=one.qty,
        capital=one.cost + one.fees,
        net=one.net,
        peak_net=one.peak_net,
        taken=any(one.first_seen_at <= at <= (one.expired_at or until) for at in hedged),
        why_not=one.why_not,
    )
