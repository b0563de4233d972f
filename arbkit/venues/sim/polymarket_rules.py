"""What the simulated Polymarket accepts as an order, and what it charges. Its own reading of the rules, on purpose.

Rules: docs.polymarket.com (place orders, error codes, fees) as of autumn 2026. Money and shares in millionths.
"""

from dataclasses import dataclass
from datetime import datetime

from arbkit.core.money import ceil_div
from arbkit.venues.sim.decimals import decimal_text, price_text
from arbkit.venues.sim.exchange import ONE_DOLLAR
from arbkit.venues.sim.polymarket_listing import ListedPair
from arbkit.venues.sim.polymarket_wallets import OrderType

FOK_KILLED = "order couldn't be fully filled. FOK orders are fully filled or killed."
FAK_KILLED = "no orders found to match with FAK order. FAK orders are partially filled or killed if no match is found."
NOT_ENOUGH = "not enough balance / allowance"
_CENT, _FOURTH = 10_000, 100
_MARKETABLE_MIN = 1_000_000
_FEE_STEP = 10


class PolyRefusal(Exception):
    """The order book service refuses an order: HTTP status and text."""

    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.text, self.status = text, status


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedOrder:
    """An order as sent, its signature found to be right. Amounts in millionths: of dollars, of shares."""

    order_id: str
    owner: str
    wallet: str
    token: str
    is_buy: bool
    maker_amount: int
    taker_amount: int
    order_type: OrderType
    post_only: bool = False
    expires_at: datetime | None = None

    @property
    def shares(self) -> int:
        """Shares asked for or offered."""
        return self.taker_amount if self.is_buy else self.maker_amount

    @property
    def dollars(self) -> int:
        """Dollars given or asked for."""
        return self.maker_amount if self.is_buy else self.taker_amount

    @property
    def is_market(self) -> bool:
        """Whether it is filled at once or not at all, to which stricter rules of decimals apply."""
        return self.order_type in (OrderType.FOK, OrderType.FAK)

    @property
    def limit(self) -> int:
        """The worst price in 1e-4 dollars: a buyer's amounts round it down, a seller's up."""
        if self.is_buy:
            return self.dollars * ONE_DOLLAR // self.shares
        return ceil_div(self.dollars * ONE_DOLLAR, self.shares)


def check_amounts(asked: AskedOrder, market: ListedPair, *, marketable: bool) -> None:
    """Refuse an order whose price, decimals or size the venue does not take. Raises PolyRefusal."""
    if asked.shares <= 0 or asked.dollars <= 0:
        raise PolyRefusal("Invalid order payload")
    _check_tick(asked, market.tick)
    if asked.is_market and (asked.maker_amount % _CENT or asked.taker_amount % _FOURTH):
        side = "buy" if asked.is_buy else "sell"
        raise PolyRefusal(
            f"invalid amounts, the market {side} orders maker amount supports a max accuracy of 2 decimals, "
            "taker amount a max of 4 decimals"
        )
    if marketable and asked.is_buy and asked.dollars < _MARKETABLE_MIN:
        amount = asked.dollars / 1_000_000
        raise PolyRefusal(f"invalid amount for a marketable BUY order (${amount:.2f}), min size: $1")
    if asked.shares < market.size_min * 1_000_000:
        size = decimal_text(asked.shares)
        raise PolyRefusal(
            f"order {asked.order_id} is invalid. Size ({size}) lower than the minimum: {market.size_min:g}"
        )


def _check_tick(asked: AskedOrder, tick: int) -> None:
    """A resting order's price must be on the grid; a market order's may be a hair off, as its shares are rounded."""
    scaled = asked.dollars * ONE_DOLLAR
    nearest = (scaled // asked.shares + tick // 2) // tick * tick
    off = abs(scaled - nearest * asked.shares)
    allowed = asked.shares * tick // 10 if asked.is_market else 0
    if off > allowed or not tick <= nearest <= ONE_DOLLAR - tick:
        price = decimal_text(scaled * 100 // asked.shares)
        raise PolyRefusal(
            f"order {asked.order_id} is invalid. Price ({price}) breaks minimum tick size rule: {price_text(tick)}"
        )


def taker_fee(market: ListedPair, *, shares: int, cost: int) -> int:
    """shares x rate x (p x (1 - p)) ^ exponent at the average price of the match, floored to five decimals."""
    rate, exponent = market.fee
    if not rate or not shares or not 0 < cost < shares:
        return 0
    dividend: int = round(rate * 1_000_000) * shares * (cost * (shares - cost)) ** exponent
    divisor: int = 1_000_000 * shares ** (2 * exponent)
    return dividend // divisor // _FEE_STEP * _FEE_STEP
