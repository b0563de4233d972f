"""docs/concepts.md: the worked numbers, by the program's own arithmetic."""

from arbkit.core.books import Level
from arbkit.core.fees import kalshi_buy_fee_up, polymarket_fee_up
from arbkit.core.markets import KalshiFees, PolymarketFees
from arbkit.core.money import Price, Qty, Usd, cost_up, payout

KALSHI = KalshiFees("quadratic", 1_000_000)
POLYMARKET = PolymarketFees(50_000, 1)
QTY = Qty.whole(50)
YES, NO = Price.parse("0.46"), Price.parse("0.47")
GAS = Usd.parse("0.02")
DAYS = 29


def kalshi_fee(price: Price, qty: Qty) -> Usd:
    """What a fill at Kalshi costs beside its price."""
    return kalshi_buy_fee_up(KALSHI, [Level(price, qty)])


def polymarket_fee(price: Price, qty: Qty) -> Usd:
    """The same at Polymarket, in a category that charges 5 %."""
    return polymarket_fee_up(POLYMARKET, qty, cost_up(price, qty))


def example() -> None:
    """Fifty contracts, to the last cent."""
    costs = cost_up(YES, QTY), cost_up(NO, QTY)
    fees = kalshi_fee(YES, QTY), polymarket_fee(NO, QTY)
    paid = costs[0] + costs[1] + fees[0] + fees[1] + GAS
    net = payout(QTY) - paid
    share = net.micros * 10_000 // paid.micros
    print("| | |\n|---|--:|")
    for words, amount in (
        (f"Kalshi: {QTY} YES at {YES}", costs[0]),
        (f"Polymarket: {QTY} NO at {NO}", costs[1]),
        (f"Kalshi's fee: 0.07 x {QTY} x {YES} x (1 - {YES}), rounded up to $0.0001", fees[0]),
        (f"Polymarket's fee: {QTY} x 0.05 x {NO} x (1 - {NO})", fees[1]),
        ("gas, an estimate", GAS),
        ("**paid: the capital**", paid),
        ("**one of both pays, whichever way it goes**", payout(QTY)),
        ("**left: the net profit**", net),
    ):
        print(f"| {words} | ${amount} |")
    yearly = share * 365 / DAYS / 100
    print(
        f"\nThat is {share / 100:.2f} % of the capital. If it is locked for {DAYS} days, {yearly:.0f} % a year; after"
    )
    print("fees alone, not after what may go wrong.")


def fees_by_price() -> None:
    """What a contract costs beside its price."""
    print("| price | Kalshi | Polymarket at 5 % | both legs of a pair |\n|--:|--:|--:|--:|")
    hundred = Qty.whole(100)
    for text in ("0.05", "0.10", "0.25", "0.50", "0.75", "0.90", "0.95"):
        price, other = Price.parse(text), Price.parse(str(round(1 - float(text), 2)))
        one, two = kalshi_fee(price, hundred), polymarket_fee(price, hundred)
        both = one + polymarket_fee(other, hundred)
        cells = (f"${amount.micros / 1e8:.4f}" for amount in (one, two, both))
        print(f"| {text} | {' | '.join(cells)} |")
