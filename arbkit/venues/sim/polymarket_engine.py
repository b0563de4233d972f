"""PolymarketEngine: wallets, orders, trades and their settlement at the simulated Polymarket."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from arbkit.core.money import ceil_div
from arbkit.venues.sim.agenda import Agenda
from arbkit.venues.sim.exchange import ONE_DOLLAR, Incoming, Match, Outcome, TimeInForce
from arbkit.venues.sim.floor import CROWD, Floor, Pit, Print
from arbkit.venues.sim.polymarket_clearing import Clearing, Pace
from arbkit.venues.sim.polymarket_listing import ListedPair, PolymarketListing
from arbkit.venues.sim.polymarket_rules import (
    FAK_KILLED,
    FOK_KILLED,
    NOT_ENOUGH,
    AskedOrder,
    PolyRefusal,
    check_amounts,
    taker_fee,
)
from arbkit.venues.sim.polymarket_wallets import (
    MakerPart,
    Move,
    OrderType,
    PolyChange,
    PolyOrder,
    PolyTrade,
    TradeStatus,
    Wallet,
)

_TIMES_IN_FORCE = {
    OrderType.FOK: TimeInForce.FILL_OR_KILL,
    OrderType.FAK: TimeInForce.IMMEDIATE_OR_CANCEL,
    OrderType.GTC: TimeInForce.GOOD_TILL_CANCELED,
    OrderType.GTD: TimeInForce.GOOD_TILL_CANCELED,
}
_SHORT_DELAY_MS = 150


@dataclass(slots=True, kw_only=True)
class ServiceState:
    """Whether the order book service works: restarting (425), or taking only cancels or nothing (503)."""

    restarting: bool = False
    post_only: bool = False
    """After a restart: orders that would take are refused."""
    cancel_only: bool = False
    disabled: bool = False


class PolymarketEngine:
    """Everything that moves money here. Amounts in millionths of a dollar and of a share."""

    def __init__(self, listing: PolymarketListing, floor: Floor, agenda: Agenda, *, cash: int) -> None:
        self._listing = listing
        self._floor = floor
        self._agenda = agenda
        self.starting_cash = cash
        self.pace = Pace()
        self.state = ServiceState()
        self.wallets: dict[str, Wallet] = {}
        self.clearing = Clearing(self.wallets, agenda, self.pace)
        self.fees_charged = 0
        self.overfill_next = 0
        """How many shares too many the next order gets for its dollars, about."""
        self._orders: dict[str, PolyOrder] = {}
        self._trades = 0
        floor.watchers.append(self._traded)

    def open_wallet(self, address: str, *, eoa: str, kind: int, cash: int | None = None) -> Wallet:
        """The wallet at an address; at its first appearance it gets the starting cash (or `cash`)."""
        key = address.lower()
        if key not in self.wallets:
            start = self.starting_cash if cash is None else cash
            self.wallets[key] = Wallet(key, eoa=eoa.lower(), kind=kind, cash=start)
        return self.wallets[key]

    def wallet_of(self, eoa: str, kind: int) -> Wallet | None:
        """The wallet of a kind that a key owns."""
        return next((w for w in self.wallets.values() if w.eoa == eoa.lower() and w.kind == kind), None)

    def lists(self, condition_id: str) -> bool:
        """Whether there is such a market."""
        return condition_id in self._listing.by_condition

    def order(self, order_id: str) -> PolyOrder | None:
        """An order as it truly stands."""
        return self._orders.get(order_id)

    def place(self, asked: AskedOrder, now: datetime, *, delay_ms: int = 0) -> PolyOrder:
        """Take an order: check, hold if the market says so, match. Raises PolyRefusal."""
        wallet, market = self.wallets[asked.wallet], self._open_market(asked.token)
        if asked.order_id in self._orders:
            raise PolyRefusal(f"order {asked.order_id} is invalid. Duplicated.")
        incoming = self._incoming(asked, market)
        matches = self._floor.pit(market.book_key, now).book.preview(incoming)
        check_amounts(asked, market, marketable=bool(matches) or asked.is_market)
        if asked.post_only and matches:
            raise PolyRefusal("invalid post-only order: order crosses book")
        self._check_funds(wallet, asked, market, matches)
        order = self._new_order(asked, market, now)
        hold_ms = delay_ms or (self._hold_ms(market) if matches else 0)
        if hold_ms:
            self._keep(replace(order, status="DELAYED"), now)
            self._agenda.plan(
                now + timedelta(milliseconds=hold_ms), lambda at: self._after_hold(asked.order_id, incoming, at)
            )
            return self._orders[order.order_id]
        self._orders[order.order_id] = order
        return self._match(order, incoming, now)

    def cancel(
        self, wallets: Iterable[Wallet], order_ids: Iterable[str] | None, now: datetime
    ) -> tuple[list[str], dict[str, str]]:
        """Cancel orders (None: all that rest); gives the cancelled ones, and reasons for the others."""
        own = {wallet.address for wallet in wallets}
        resting = [order.order_id for address in own for order in self.wallets[address].resting()]
        done: list[str] = []
        refused: dict[str, str] = {}
        for order_id in resting if order_ids is None else order_ids:
            order = self._orders.get(order_id)
            if order is None or order.wallet not in own:
                refused[order_id] = "order can't be found - already canceled or matched"
            elif order.status != "LIVE":
                refused[order_id] = "already canceled or matched"
            else:
                self._end(order, "CANCELED", now)
                done.append(order_id)
        return done, refused

    def resolve(self, condition_id: str, winner: int | None, now: datetime) -> None:
        """End a market: the token at `winner` pays a dollar, the other nothing; None pays half for each."""
        market = self._listing.by_condition[condition_id]
        for order in [o for w in self.wallets.values() for o in w.resting() if o.condition_id == condition_id]:
            self._end(order, "CANCELED_MARKET_RESOLVED", now)
        market.winner, market.halved = winner, winner is None
        prices = ["0.5", "0.5"] if winner is None else [str(int(place == winner)) for place in range(2)]
        market.changed |= {
            "closed": True,
            "acceptingOrders": False,
            "umaResolutionStatus": "resolved",
            "outcomePrices": f'["{prices[0]}", "{prices[1]}"]',
            "closedTime": now.strftime("%Y-%m-%d %H:%M:%S+00"),
        }

    def pays(self, token: str) -> int | None:
        """What a share of a token pays (1e-4 dollars), once its market is resolved."""
        market = self._listing.by_token[token]
        if market.halved:
            return ONE_DOLLAR // 2
        return None if market.winner is None else ONE_DOLLAR * int(market.tokens[market.winner] == token)

    def redeem(self, wallet: Wallet, condition_id: str, now: datetime) -> int:
        """Turn what a wallet holds of a resolved market into cash, as its contract does; gives the amount."""
        total = 0
        for token in self._listing.by_condition[condition_id].tokens:
            pays, shares = self.pays(token), wallet.shares(token)
            if pays is not None and shares:
                cash = shares * pays // ONE_DOLLAR
                wallet.settle(Move(wallet.address, token, -shares, cash), at=now, lag_ms=self.pace.positions_lag_ms)
                total += cash
        return total

    def _open_market(self, token: str) -> ListedPair:
        market = self._listing.by_token.get(token)
        if market is None:
            raise PolyRefusal("No orderbook exists for the requested token id")
        if not market.takes_orders:
            raise PolyRefusal("the market is not yet ready to process new orders")
        return market

    def _incoming(self, asked: AskedOrder, market: ListedPair) -> Incoming:
        if asked.shares <= 0 or asked.dollars <= 0:
            raise PolyRefusal("Invalid order payload")
        first = asked.token == market.tokens[0]
        limit = asked.limit if first else ONE_DOLLAR - asked.limit
        budget = asked.dollars * ONE_DOLLAR if asked.is_buy and asked.is_market else None
        return Incoming(
            order_id=asked.order_id,
            owner=asked.wallet,
            is_bid=asked.is_buy == first,
            limit=min(max(limit, 1), ONE_DOLLAR - 1),
            qty=0 if budget is not None else asked.shares,
            budget=budget,
            mirrored=not first,
            time_in_force=_TIMES_IN_FORCE[asked.order_type],
            post_only=asked.post_only,
        )

    def _check_funds(self, wallet: Wallet, asked: AskedOrder, market: ListedPair, matches: tuple[Match, ...]) -> None:
        if not asked.is_buy:
            if wallet.free_shares(asked.token) < asked.shares:
                raise PolyRefusal(NOT_ENOUGH)
            return
        mirrored = asked.token != market.tokens[0]
        shares = sum(match.qty for match in matches)
        cost = min(_cost_up(matches, mirrored=mirrored), asked.dollars)
        if wallet.free_cash() < asked.dollars + taker_fee(market, shares=shares, cost=cost):
            raise PolyRefusal(NOT_ENOUGH)

    def _new_order(self, asked: AskedOrder, market: ListedPair, now: datetime) -> PolyOrder:
        return PolyOrder(
            order_id=asked.order_id,
            owner=asked.owner,
            wallet=asked.wallet,
            condition_id=market.condition_id,
            token=asked.token,
            outcome=market.outcomes[market.tokens.index(asked.token)],
            is_buy=asked.is_buy,
            price=asked.limit,
            size=asked.dollars if asked.is_buy and asked.is_market else asked.shares,
            order_type=asked.order_type,
            created_at=now,
            expires_at=asked.expires_at,
        )

    def _hold_ms(self, market: ListedPair) -> int:
        return market.delay_s * 1000 or (_SHORT_DELAY_MS if market.flag("itode", otherwise=False) else 0)

    def _after_hold(self, order_id: str, incoming: Incoming, at: datetime) -> None:
        order = self._orders[order_id]
        try:
            self._match(replace(order, status="LIVE"), incoming, at)
        except PolyRefusal:
            return

    def _match(self, order: PolyOrder, incoming: Incoming, now: datetime) -> PolyOrder:
        self._orders[order.order_id] = order
        book_key = self._listing.by_token[order.token].book_key
        outcome = self._floor.submit(book_key, incoming, now)
        if outcome.killed or (not outcome.matches and order.order_type is OrderType.FAK):
            text = FOK_KILLED if order.order_type is OrderType.FOK else FAK_KILLED
            order = self._orders[order.order_id] = replace(order, status=f"CANCELED_{text}")
            if order.order_id in self.wallets[order.wallet].truth.orders:
                self._keep(order, now)
            raise PolyRefusal(text)
        order = self._orders[order.order_id]
        if not outcome.rested:
            order = replace(order, status="MATCHED")
        elif order.expires_at is not None:
            ends = order.expires_at - timedelta(seconds=60)
            self._agenda.plan(ends, lambda at: self._expire(order.order_id, at))
        self._keep(order, now)
        return order

    def _expire(self, order_id: str, at: datetime) -> None:
        order = self._orders[order_id]
        if order.status == "LIVE":
            self._end(order, "CANCELED_EXPIRED_ORDER", at)

    def _end(self, order: PolyOrder, status: str, now: datetime) -> None:
        self._floor.cancel(self._listing.by_token[order.token].book_key, order.order_id, now)
        self._keep(replace(order, status=status), now)

    def _keep(self, order: PolyOrder, now: datetime) -> None:
        self._orders[order.order_id] = order
        wallet = self.wallets[order.wallet]
        wallet.change(PolyChange(order=order), at=now, lag_ms=self.pace.read_lag_ms)

    def _traded(self, pit: Pit, order: Incoming, outcome: Outcome, prints: list[Print], now: datetime) -> None:
        """Turn the matches of one incoming order into a trade of every account that took part."""
        if not prints or all(owner == CROWD for owner in (order.owner, *(match.maker for match in outcome.matches))):
            return
        market = self._listing.by_token[pit.key]
        matches = self._overfilled(order, outcome.matches)
        self._trades += 1
        trade_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{pit.key}/{prints[0].number}/{self._trades}"))
        makers = [self._maker_part(market, order, match) for match in matches]
        parts = [self._maker_side(maker) for maker in makers if maker.wallet != CROWD]
        if order.owner != CROWD:
            parts.insert(0, self._taker_side(market, order, matches))
        views = [
            PolyTrade(
                trade_id=trade_id,
                taker_order_id=_hash_of(order),
                owner=part.order.owner,
                wallet=part.order.wallet,
                condition_id=market.condition_id,
                token=part.order.token,
                outcome=part.order.outcome,
                is_buy=part.order.is_buy,
                shares=part.shares,
                cost=part.cost,
                fee=part.fee,
                is_taker=part.is_taker,
                makers=tuple(makers),
                status=TradeStatus.MATCHED,
                matched_at=now,
                changed_at=now,
            )
            for part in parts
        ]
        for part in parts:
            self._count(part, trade_id, now)
        self.clearing.begin(views, [part.move for part in parts], now)

    def _overfilled(self, order: Incoming, matches: tuple[Match, ...]) -> tuple[Match, ...]:
        """More shares for the same dollars, where a fault asks for it."""
        extra, self.overfill_next = self.overfill_next, 0
        if not extra or order.budget is None:
            return matches
        price = order.budget // (sum(match.qty for match in matches) + extra)
        shown = ONE_DOLLAR - price if order.mirrored else price
        return (Match(matches[0].maker_id, matches[0].maker, shown, order.budget // price),)

    def _maker_part(self, market: ListedPair, taker: Incoming, match: Match) -> MakerPart:
        known = self._orders.get(match.maker_id)
        if known is not None:
            price = match.price if known.token == market.tokens[0] else ONE_DOLLAR - match.price
            return MakerPart(
                known.order_id, known.owner, known.wallet, known.token, known.outcome, known.is_buy, price, match.qty
            )
        stranger = "0x" + uuid.uuid5(uuid.NAMESPACE_OID, match.maker_id).hex.ljust(64, "0")
        first = market.tokens[0], market.outcomes[0]
        return MakerPart(stranger, "", CROWD, *first, not taker.is_bid, match.price, match.qty)

    def _taker_side(self, market: ListedPair, taker: Incoming, matches: tuple[Match, ...]) -> "_Side":
        order = self._orders[taker.order_id]
        mirrored = order.token != market.tokens[0]
        shares = sum(match.qty for match in matches)
        if not order.is_buy:
            cost = _proceeds_down(matches, mirrored=mirrored)
        elif order.order_type is OrderType.FOK:
            cost = order.size
        else:
            cost = _cost_up(matches, mirrored=mirrored)
        return _Side(order, shares, cost, taker_fee(market, shares=shares, cost=cost), is_taker=True)

    def _maker_side(self, maker: MakerPart) -> "_Side":
        worth = maker.price * maker.shares
        cost = ceil_div(worth, ONE_DOLLAR) if maker.is_buy else worth // ONE_DOLLAR
        return _Side(self._orders[maker.order_id], maker.shares, cost, 0, is_taker=False)

    def _count(self, part: "_Side", trade_id: str, now: datetime) -> None:
        """Add a trade to its order."""
        order = self._orders[part.order.order_id]
        matched = order.matched + part.shares
        whole = not part.is_taker and matched >= order.size
        order = replace(
            order,
            matched=matched,
            spent=order.spent + part.cost,
            fee=order.fee + part.fee,
            trade_ids=(*order.trade_ids, trade_id),
            status="MATCHED" if whole else order.status,
        )
        self.fees_charged += part.fee
        self._keep(order, now)


@dataclass(frozen=True, slots=True)
class _Side:
    """An account's side of a trade."""

    order: PolyOrder
    shares: int
    cost: int
    fee: int
    is_taker: bool

    @property
    def move(self) -> Move:
        if self.order.is_buy:
            return Move(self.order.wallet, self.order.token, self.shares, -self.cost - self.fee)
        return Move(self.order.wallet, self.order.token, -self.shares, self.cost - self.fee)


def _hash_of(order: Incoming) -> str:
    """The hash of an order; strangers' orders get one made up."""
    if order.owner != CROWD:
        return order.order_id
    return "0x" + uuid.uuid5(uuid.NAMESPACE_OID, order.order_id).hex.ljust(64, "0")


def _worth(matches: tuple[Match, ...], *, mirrored: bool) -> int:
    return sum(match.qty * (ONE_DOLLAR - match.price if mirrored else match.price) for match in matches)


def _cost_up(matches: tuple[Match, ...], *, mirrored: bool) -> int:
    return ceil_div(_worth(matches, mirrored=mirrored), ONE_DOLLAR)


def _proceeds_down(matches: tuple[Match, ...], *, mirrored: bool) -> int:
    return _worth(matches, mirrored=mirrored) // ONE_DOLLAR
