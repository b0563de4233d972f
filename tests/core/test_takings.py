"""What a dry run has taken is gone for it, though the venue still shows it."""

from arbkit.core.books import Level, make_book
from arbkit.core.markets import Side
from arbkit.core.money import Price, Qty
from arbkit.core.orders import Action
from arbkit.core.takings import Takings
from tests.builders import KALSHI, NOW, a_market

MARKET = a_market(KALSHI).id


def levels(*rungs: tuple[str, int]) -> list[Level]:
    return [Level(Price.parse(price), Qty.whole(qty)) for price, qty in rungs]


def shown(bids: list[Level], asks: list[Level]):
    return make_book(MARKET, yes_bids=bids, yes_asks=asks, seen_at=NOW)


BOOK = shown(levels(("0.44", 30), ("0.43", 50)), levels(("0.45", 20), ("0.46", 40)))


def test_what_was_not_taken_is_as_it_was() -> None:
    assert Takings().left(BOOK) is BOOK


def test_contracts_are_taken_from_the_side_that_offers_them() -> None:
    taken = Takings()
    taken.take(MARKET, Side.YES, Action.BUY, levels(("0.45", 20), ("0.46", 5)))
    taken.take(MARKET, Side.NO, Action.BUY, levels(("0.56", 10)))
    left = taken.left(BOOK)
    assert left.yes_asks == tuple(levels(("0.46", 35)))
    assert left.yes_bids == tuple(levels(("0.44", 20), ("0.43", 50)))


def test_a_sale_takes_bids() -> None:
    taken = Takings()
    taken.take(MARKET, Side.YES, Action.SELL, levels(("0.44", 30)))
    assert taken.left(BOOK).yes_bids == tuple(levels(("0.43", 50)))


def test_what_comes_anew_at_a_price_counts_and_what_was_taken_does_not() -> None:
    taken = Takings()
    taken.take(MARKET, Side.YES, Action.BUY, levels(("0.45", 20)))
    grown = shown([], levels(("0.45", 50)))
    assert taken.left(grown).yes_asks == tuple(levels(("0.45", 30)))


def test_a_level_that_was_gone_in_between_is_new() -> None:
    taken = Takings()
    taken.take(MARKET, Side.YES, Action.BUY, levels(("0.45", 20)))
    taken.left(shown([], levels(("0.47", 9))))
    assert taken.left(BOOK).yes_asks == BOOK.yes_asks
