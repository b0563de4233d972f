"""What one account of the embedded simulator held when the last command ended, put into a new one.

The embedded simulator lives as long as a command. Its markets come from a seed; what our account bought there is known
to our ledger, and is handed over here, so that the next command finds the account as the last one left it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from arbkit.core.ledger import Position
from arbkit.core.markets import Market, MarketId, Side, VenueName
from arbkit.core.money import Usd
from arbkit.venues.sim.kalshi_portfolio import KalshiAccount, KalshiChange, KalshiPosition
from arbkit.venues.sim.polymarket_wallets import Move, Wallet

_CENTICENTS = 100
"""Micro-dollars in the simulator's unit of cash at Kalshi."""
_HUNDREDTHS = 10_000
"""Millionths in the simulator's unit of contracts at Kalshi."""


@dataclass(frozen=True, slots=True)
class LastKnown:
    """What the last command knew: cash by shard at Kalshi, cash at Polymarket, and every position with its market."""

    kalshi_cash: Mapping[int, Usd]
    polymarket_cash: Usd | None
    positions: Iterable[Position]
    markets: Mapping[MarketId, Market]


def carry_over(known: LastKnown, *, account: KalshiAccount, wallet: Wallet, now: datetime) -> None:
    """Give a new account and a new wallet what is known of the old ones."""
    cash = {shard: amount.micros // _CENTICENTS for shard, amount in known.kalshi_cash.items()}
    account.change(KalshiChange(cash=cash), at=now, lag_ms=0)
    if known.polymarket_cash is not None:
        wallet.cash = known.polymarket_cash.micros
    for position in known.positions:
        market = known.markets.get(position.market)
        if market is None or not position.qty:
            continue
        if position.market.venue is VenueName.KALSHI:
            account.change(KalshiChange(position=_kalshi(position, market, now)), at=now, lag_ms=0)
        else:
            token = market.yes_token if position.side is Side.YES else market.no_token
            move = Move(wallet.address, token, position.qty.micros, 0, position.basis.micros)
            wallet.settle(move, at=now, lag_ms=0)


def _kalshi(position: Position, market: Market, now: datetime) -> KalshiPosition:
    sign = 1 if position.side is Side.YES else -1
    return KalshiPosition(
        ticker=market.id.key,
        event_ticker=market.event_key,
        shard=market.shard or 0,
        updated_at=now,
        qty=sign * position.qty.micros // _HUNDREDTHS,
        cost=position.basis.micros,
    )
