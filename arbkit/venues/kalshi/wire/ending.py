"""How a Kalshi market ended: `result` and `settlement_value_dollars` of a market object that is finalized.

What was determined may still be disputed and amended; only what is finalized is paid. A result that is not known, or
that its own value contradicts, proves nothing and is told as what it is: a SchemaMismatch. Where the least that YES can
pay is bounded (`settlement_bounds_type`: floor), the value counts, whatever the result is called.
"""

from typing import Final

import msgspec

from arbkit.core.markets import MarketStatus
from arbkit.core.money import MICRO, Price
from arbkit.core.settlement import Ending
from arbkit.core.text import clean
from arbkit.venues.kalshi.wire.fields import Moment, decode, mismatch, moment, price
from arbkit.venues.kalshi.wire.terms import STATUSES

_YES_PAYS: Final = {"yes": Price(MICRO), "no": Price(0)}


class _Row(msgspec.Struct):
    ticker: str
    status: str
    result: str | None = None
    settlement_value_dollars: str | None = None
    settlement_ts: Moment | None = None
    settlement_bounds_type: str | None = None


class _One(msgspec.Struct):
    market: _Row


def parse_ending(body: bytes, ticker: str) -> Ending | None:
    """Read GET /markets/{ticker}: what it pays, None while nothing is final."""
    row = decode(body, _One).market
    if row.ticker != ticker:
        raise mismatch("$.market.ticker", f"the record of {clean(row.ticker)}, not of {ticker}")
    if row.status not in STATUSES:
        raise mismatch("$.market.status", clean(row.status))
    if STATUSES[row.status] is not MarketStatus.SETTLED:
        return None
    return Ending(_yes_pays(row), moment(row.settlement_ts, "$.market.settlement_ts"))


def _yes_pays(row: _Row) -> Price:
    told, at = row.settlement_value_dollars, "$.market.settlement_value_dollars"
    value = None if told is None else price(told, at)
    is_between = row.result == "scalar" or (row.result in _YES_PAYS and row.settlement_bounds_type == "floor")
    if is_between and value is not None:
        return value
    pays = _YES_PAYS.get(row.result or "")
    if pays is None:
        raise mismatch("$.market.result", f"{clean(row.result or '')!r} with a value of {told}")
    if value not in {None, pays}:
        raise mismatch(at, f"{told} with the result {row.result}")
    return pays
