"""Oracles: what must be true after every scenario, whatever went wrong in it.

They read our database by themselves, read-only and with their own SQL, and compare it with what the venues know. Each
gives its violations in words; `judge` raises for all of them at once. The letters are those of the promises.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from arbkit.core.execution import TradeState
from arbkit.core.limits import Limits
from arbkit.core.markets import MarketId, Side, VenueName
from arbkit.core.money import Qty, Usd
from arbkit.core.orders import Settlement
from arbkit.store.store import Store

Held = Mapping[tuple[MarketId, Side], Qty]

_LEG = """
SELECT l.id, l.state, max(e.at), (SELECT count(*) FROM reservations r WHERE r.trade_id = l.trade_id)
FROM legs l JOIN leg_events e ON e.leg_id = l.id AND e.after = 'sending'
WHERE l.client_id = ?1 OR l.venue_order_id = ?1 GROUP BY l.id
"""
_SPENT = """
WITH held AS (
  SELECT venue, market, side, seq, sum(sum(qty_micros)) OVER (PARTITION BY venue, market, side ORDER BY seq) AS qty
  FROM ledger_entries WHERE account = 'position' GROUP BY venue, market, side, seq),
ended AS (SELECT venue, market, side, max(seq) AS seq FROM held WHERE qty = 0 GROUP BY venue, market, side)
SELECT coalesce(sum(e.usd_micros), 0) FROM ledger_entries e LEFT JOIN ended USING (venue, market, side)
WHERE e.account IN ('position', 'fees') AND e.side IS NOT NULL AND e.seq > coalesce(ended.seq, 0)
"""
_RESERVED = "SELECT coalesce(sum(micros), 0) FROM reservations WHERE kind = 'exposure' AND released_at IS NULL"
_TRIPPED = """
SELECT b.failure, b.opened_at, e.leg_id, e.at FROM leg_events e JOIN breaker_trips b
ON e.after = 'sending' AND e.at > b.opened_at AND (b.closed_at IS NULL OR e.at < b.closed_at)
JOIN legs l ON l.id = e.leg_id AND NOT (
  l.role = 'unwind' AND b.failure IN ('ASYMMETRIC_EXECUTION', 'GHOST_FILL', 'EXECUTION_FAILURE'))
"""
_UNWOUND_TWICE = "SELECT trade_id, count(*) FROM legs WHERE role = 'unwind' GROUP BY trade_id HAVING count(*) > 1"
_UNTOLD = """
SELECT failure, opened_at FROM breaker_trips b WHERE failure <> 'MANUAL' AND NOT EXISTS (
  SELECT 1 FROM alerts a WHERE a.kind = lower(b.failure) AND (a.severity = 'critical' OR EXISTS (
    SELECT 1 FROM breaker_trips o WHERE o.id < b.id AND (o.closed_at IS NULL OR o.closed_at > b.opened_at))))
"""


ON_THE_WAY = frozenset({"sending", "unknown"})
"""Of an order that arrives only when its sender has given up waiting, the journal no longer says `sending`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """An order request as it arrived, with what our database said of it at that very moment."""

    keys: tuple[str, ...]
    at: datetime
    leg: str
    """The leg that goes by one of these ids and was durably marked as being sent; "" if there is none."""
    exposure: Usd
    found: str = "no leg"
    """What of that leg was in the journal at that moment."""


_looked_at: ContextVar[tuple[Path, sqlite3.Connection] | None] = ContextVar("looked_at", default=None)


def asked(path: Path, question: str, *values: object) -> list[tuple[str, ...]]:
    """Ask a database of ours, read-only and without any code of ours."""
    if (looked_at := _looked_at.get()) and looked_at[0] == path:
        return looked_at[1].execute(question, values).fetchall()
    with looking(path):
        return asked(path, question, *values)


@contextmanager
def looking(path: Path) -> Iterator[None]:
    """All that is asked within is asked over one connection: to open one takes longer than most answers. Each question
    sees what is committed when it is asked, as over a connection of its own."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as db:
        token = _looked_at.set((path, db))
        try:
            yield
        finally:
            _looked_at.reset(token)


@dataclass
class Witness:
    """Sees every order request as it arrives at a venue; `database` says where our journal is at that moment."""

    database: Callable[[], Path]
    posts: list[Posted] = field(default_factory=list)

    def see(self, keys: Sequence[str], at: datetime) -> Posted:
        path = self.database()
        with looking(path):
            legs = [row for key in keys for row in asked(path, _LEG, key)]
            spent = sum(int(asked(path, question)[0][0]) for question in (_SPENT, _RESERVED))
        sending = [leg for leg, state, _, reserved in legs if state in ON_THE_WAY and int(reserved) == 3]
        leg = sending[0] if len(sending) == 1 else ""
        found = "; ".join(f"{leg} {state}, {reserved} reservations" for leg, state, _, reserved in legs) or "no leg"
        self.posts.append(Posted(keys=tuple(keys), at=at, leg=leg, exposure=Usd(spent), found=found))
        return self.posts[-1]


def sent_at_most_once(posts: Sequence[Posted]) -> list[str]:
    """P1: at most one request a leg, and no id in two of them."""
    counts = Counter(key for post in posts for key in post.keys)
    counts.update(Counter(post.leg for post in posts if post.leg))
    return [f"{key} was sent {count} times" for key, count in counts.items() if count > 1]


def journaled_first(posts: Sequence[Posted]) -> list[str]:
    """P2: when an order arrives, its leg is durable, in state SENDING, with what it may cost reserved."""
    return [
        f"{' '.join(post.keys)} arrived at {post.at} and was not in the journal: {post.found}"
        for post in posts
        if not post.leg
    ]


def witnessed(below: Path, keys: Sequence[str], at: datetime) -> list[str]:
    """P2 for an order that has just arrived: it is durable in one of the journals below a directory, if there are any.

    Tests of the simulator itself have no journal, and none is asked.
    """
    posted = [Witness(lambda path=path: path).see(keys, at) for path in below.rglob("arbkit.db")]
    return [] if any(post.leg for post in posted) else journaled_first(posted)


def nothing_lost_or_invented(store: Store, held: Held) -> list[str]:
    """P3: the ledger holds what the venues hold, to the micro-unit, and its chain is whole."""
    ours = {key: position.qty for key, position in store.ledger.positions().items() if position.qty}
    theirs = {key: qty for key, qty in held.items() if qty}
    wrong = [
        f"{market} {side}: ledger {ours.get((market, side), Qty(0))}, venue {theirs.get((market, side), Qty(0))}"
        for market, side in sorted({*ours, *theirs}, key=str)
        if ours.get((market, side)) != theirs.get((market, side))
    ]
    twice = asked(store.path, "SELECT ref, count(*) FROM ledger_transactions GROUP BY ref HAVING count(*) > 1")
    return [*wrong, *store.ledger.verify(), *(f"{ref} is booked {count} times" for ref, count in twice)]


def below_the_ceilings(store: Store, posts: Sequence[Posted], limits: Limits) -> list[str]:
    """P5 and P6: at every order and in the end, what is held and reserved is below the limits in force."""
    now = Usd(sum(int(asked(store.path, question)[0][0]) for question in (_SPENT, _RESERVED)))
    most = max([now, *(post.exposure for post in posts)])
    over = [f"exposure was ${most} of ${limits.total_exposure_max}"] if most > limits.total_exposure_max else []
    [(lost,)] = asked(store.path, "SELECT coalesce(sum(usd_micros), 0) FROM ledger_entries WHERE account = 'pnl'")
    if int(lost) > limits.daily_loss_max.micros:
        over.append(f"${Usd(int(lost))} were lost")
    return over


def silent_after_a_trip(store: Store) -> list[str]:
    """P7: nothing is marked for sending from the moment a trip is written until a person resumes.

    Where it is asked for, a lonely leg is sold back once for all; with any other trip open not even that.
    """
    loud = [
        f"{leg} was marked at {marked}, after {failure} at {opened}"
        for failure, opened, leg, marked in asked(store.path, _TRIPPED)
    ]
    return loud + [f"{trade} was unwound {count} times" for trade, count in asked(store.path, _UNWOUND_TWICE)]


def every_trip_is_told(store: Store) -> list[str]:
    """P11: a trip has its row in the outbox, a critical one unless trading was paused already."""
    return [f"{failure} at {opened} was told to nobody" for failure, opened in asked(store.path, _UNTOLD)]


def hedged_means_settled(store: Store, settlements: Mapping[str, Settlement]) -> list[str]:
    """P8: no trade counts as complete, and no loss is freed, while a leg of it is not final at its venue.

    `settlements` is what the venues say of our orders, by any id of theirs.
    """
    wrong = []
    for trade in store.trades.recent(count_max=10_000):
        free = not asked(
            store.path,
            "SELECT 1 FROM reservations WHERE kind = 'loss' AND trade_id = ? AND released_at IS NULL",
            trade.trade_id,
        )
        if trade.state is TradeState.HEDGED and free:
            for leg in trade.legs:
                seen = settlements.get(leg.venue_order_id, settlements.get(leg.client_id))
                if seen is not Settlement.FINAL:
                    wrong.append(f"{leg.leg_id} counts as settled and is {seen} at the venue")
    return wrong


def all_is_known(store: Store) -> list[str]:
    """P17: nothing is in doubt any more; either all is free again, or trading is paused with a reason."""
    states = {trade.trade_id: trade.state for trade in store.trades.recent(count_max=10_000)}
    t = TradeState
    unknown = {t.PLANNED, t.WORKING, t.IN_DOUBT, t.UNWINDING, t.HEDGED_PROVISIONAL}
    wrong = [f"trade {trade_id} is still {state}" for trade_id, state in states.items() if state in unknown]
    left = [kind for kind in ("exposure", "loss") if store.trades.reserved(kind)]
    over = set(states.values()) <= {TradeState.HEDGED, TradeState.FLAT}
    if over and left and not store.operations.breaker().is_open:
        wrong.append(f"{' and '.join(left)} are still reserved, and nothing is open")
    if not over and not store.operations.breaker().is_open:
        wrong.append(f"trades are {sorted(set(states.values()))}, and trading goes on")
    return wrong


def judge_on_the_way(store: Store, posts: Sequence[Posted], limits: Limits) -> None:
    """What must hold at every moment, in the middle of things too."""
    with looking(store.path):
        _refuse(
            sent_at_most_once(posts)
            + journaled_first(posts)
            + below_the_ceilings(store, posts, limits)
            + silent_after_a_trip(store)
            + every_trip_is_told(store)
        )


def judge(
    store: Store,
    posts: Sequence[Posted],
    limits: Limits,
    *,
    held: Held,
    settlements: Mapping[str, Settlement],
    cash: Mapping[VenueName, Usd] | None = None,
) -> None:
    """What must hold once faults have stopped and there was time to ask."""
    judge_on_the_way(store, posts, limits)
    with looking(store.path):
        _refuse(
            nothing_lost_or_invented(store, held)
            + hedged_means_settled(store, settlements)
            + all_is_known(store)
            + _cash_agrees(store, cash or {})
        )


def _cash_agrees(store: Store, cash: Mapping[VenueName, Usd]) -> list[str]:
    ours = {
        venue: int(micros)
        for venue, micros in asked(
            store.path, "SELECT venue, sum(usd_micros) FROM ledger_entries WHERE account = 'cash' GROUP BY venue"
        )
    }
    return [
        f"{venue}: ledger ${Usd(ours.get(venue, 0))}, venue ${theirs}"
        for venue, theirs in cash.items()
        if ours.get(venue, 0) != theirs.micros
    ]


def _refuse(violations: Sequence[str]) -> None:
    assert not violations, "\n".join(violations)
