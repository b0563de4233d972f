"""A report: every figure recomputed by hand, none rounded away."""

from datetime import UTC, date, datetime, timedelta

from arbkit.core.ledger import Transaction, book_fill, book_settlement, positions
from arbkit.core.markets import MarketId, Side, VenueName
from arbkit.core.money import Price, Qty, Usd, cost_up
from arbkit.core.orders import Action, Fill
from arbkit.core.report import made, percent
from arbkit.core.report_lines import SeenLine, TradeLine

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
KALSHI = MarketId(VenueName.KALSHI, "KXRAIN-26NOV30")
POLYMARKET = MarketId(VenueName.POLYMARKET, "0xab12")
SINCE, UNTIL = NOW - timedelta(days=2), NOW + timedelta(days=8)


def usd(text: str) -> Usd:
    return Usd.parse(text)


def bought(market: MarketId, side: Side, price: str, fee: str, *, at: datetime = NOW) -> Transaction:
    qty, paid = Qty.parse("10"), Price.parse(price)
    fill = Fill(
        market=market, fill_id=f"{market}{at}", order_key="o", side=side, action=Action.BUY, qty=qty, price=paid,
        cost=cost_up(paid, qty), fee=usd(fee), at=at,
    )  # fmt: skip
    return book_fill(fill, {})


def a_trade(**changes: object) -> TradeLine:
    """10 YES for 4.50 and 0.1733 of fee, 10 NO for 5.00 and 0.10: 9.7733 for ten dollars."""
    values: dict[str, object] = {
        "trade_id": "1-a",
        "pair_id": "p1",
        "markets": (KALSHI, POLYMARKET),
        "started_at": NOW,
        "state": "hedged",
        "qty": Qty.parse("10"),
        "capital": usd("9.7733"),
        "fees": usd("0.2733"),
        "expected": usd("0.25"),
        "net": usd("0.2267"),
        "pays_at": NOW + timedelta(days=5),
        "title": "Rain?",
    }
    return TradeLine(**(values | changes))


def a_sighting(**changes: object) -> SeenLine:
    values: dict[str, object] = {
        "lasted_ms": 1_500,
        "qty": Qty.parse("10"),
        "capital": usd("10"),
        "net": usd("0.5"),
        "peak_net": usd("0.7"),
        "taken": False,
        "why_not": "a book is 2500 ms old; the limit is 2000 ms",
    }
    return SeenLine(**(values | changes))


LEGS = [bought(KALSHI, Side.YES, "0.45", "0.1733"), bought(POLYMARKET, Side.NO, "0.50", "0.10")]


def settled() -> list[Transaction]:
    held, at = positions(LEGS), NOW + timedelta(days=5)
    return [
        *LEGS,
        book_settlement(held[KALSHI, Side.YES], Price.parse("1"), at=at),
        book_settlement(held[POLYMARKET, Side.NO], Price.parse("0"), at=at),
    ]


def test_an_open_pair_is_locked_profit_and_booked_fees() -> None:
    report = made(LEGS, [a_trade()], [], since=SINCE, until=UNTIL)
    assert (report.locked, report.expected, report.slippage) == (usd("0.2267"), usd("0.25"), usd("0.0233"))
    assert (report.realised, report.fees) == (usd("-0.2733"), usd("0.2733"))
    assert (report.capital.now, report.capital.highest) == (usd("9.5"), usd("9.5"))
    assert not report.lots
    assert report.closed_annualised_bps is None


def test_once_it_has_paid_realised_and_locked_agree() -> None:
    report = made(settled(), [a_trade()], [], since=SINCE, until=UNTIL)
    assert report.realised == report.locked == usd("0.2267")
    assert {line.venue: (line.realised, line.capital) for line in report.venues} == {
        VenueName.KALSHI: (usd("5.3267"), usd("0")),
        VenueName.POLYMARKET: (usd("-5.1"), usd("0")),
    }
    assert sum(lot.gain.micros for lot in report.lots) == usd("0.2267").micros


def test_days_hold_what_was_begun_and_what_was_booked_on_them() -> None:
    first, last = made(settled(), [a_trade()], [], since=SINCE, until=UNTIL).days
    assert (first.day, first.trades, first.locked, first.realised, first.fees, first.volume, first.capital_max) == (
        date(2026, 11, 1), 1, usd("0.2267"), usd("-0.2733"), usd("0.2733"), usd("9.7733"), usd("9.5"),
    )  # fmt: skip
    assert (last.day, last.trades, last.realised, last.capital_max) == (
        date(2026, 11, 6), 0, usd("0.5"), usd("9.5"),
    )  # fmt: skip


def test_a_pair_gets_what_was_booked_on_its_markets() -> None:
    other = bought(MarketId(VenueName.KALSHI, "KXSNOW"), Side.YES, "0.10", "0.05")
    report = made([*settled(), other], [a_trade()], [], since=SINCE, until=UNTIL)
    [pair] = report.pairs
    assert (pair.pair_id, pair.title, pair.trades, pair.qty) == ("p1", "Rain?", 1, Qty.parse("10"))
    assert (pair.locked, pair.realised, pair.expected) == (usd("0.2267"), usd("0.2267"), usd("0.25"))
    assert report.realised == usd("0.1767")


def test_the_span_cuts_off_what_lies_outside_but_not_what_a_lot_cost() -> None:
    report = made(settled(), [a_trade()], [], since=NOW + timedelta(days=1), until=UNTIL)
    assert not report.trades
    assert report.realised == usd("0.5")
    assert [lot.cost for lot in report.lots] == [usd("4.6733"), usd("5.1")]
    assert report.pairs[0].realised == usd("0.5")


def test_a_trade_of_which_a_leg_is_missing_is_no_profit() -> None:
    lonely = a_trade(trade_id="1-b", state="asymmetric", net=None, qty=Qty(0))
    report = made(LEGS, [a_trade(), lonely], [], since=SINCE, until=UNTIL)
    assert (len(report.trades), len(report.hedged)) == (2, 1)
    assert (report.locked, lonely.slippage, a_trade().slippage) == (usd("0.2267"), None, usd("0.0233"))


def test_annualised_return_weighs_capital_and_time() -> None:
    # 0.2267 on 9.7733 in five days: x 73 = 1.6933 a year, that is 169.32 %
    report = made(LEGS, [a_trade()], [], since=SINCE, until=UNTIL)
    assert report.locked_annualised_bps == 226_700 * 10_000 * 365 // (9_773_300 * 5)
    assert percent(report.locked_annualised_bps) == "169.32%"
    slow = a_trade(trade_id="1-c", pays_at=NOW + timedelta(days=95))
    both = made(LEGS, [a_trade(), slow], [], since=SINCE, until=UNTIL)
    assert both.locked_annualised_bps == 453_400 * 10_000 * 365 // (9_773_300 * 100)
    unknown = made(LEGS, [a_trade(pays_at=None)], [], since=SINCE, until=UNTIL)
    assert unknown.locked_annualised_bps is None


def test_the_return_of_closed_lots_is_by_the_days_they_were_held() -> None:
    report = made(settled(), [a_trade()], [], since=SINCE, until=UNTIL)
    assert report.closed_annualised_bps == 226_700 * 10_000 * 365 // (9_773_300 * 5)


def test_capital_in_use_is_weighed_by_time_from_the_first_position_on() -> None:
    report = made(settled(), [], [], since=SINCE, until=UNTIL)
    # 9.50 for five of the eight days since
    assert (report.capital.average, report.capital.now) == (usd("5.9375"), usd("0"))
    assert report.capital.steps[:2] == [(SINCE, usd("0")), (NOW, usd("4.5"))]


def test_opportunities_fall_into_classes() -> None:
    seen = [
        a_sighting(),
        a_sighting(lasted_ms=100, net=usd("0.04"), peak_net=usd("0.04"), qty=Qty.parse("50")),
        a_sighting(taken=True, why_not=""),
    ]
    report = made([], [], seen, since=SINCE, until=UNTIL)
    assert (len(report.seen), report.taken, report.lasted_ms_median, report.edge_bps_median) == (3, 1, 1_500, 500)
    filled = {(one.what, one.low): (one.count, one.peak_net) for one in report.bins if one.count}
    assert filled == {
        ("edge_bps", 0): (1, usd("0.04")),
        ("edge_bps", 500): (2, usd("1.4")),
        ("lasted_ms", 0): (1, usd("0.04")),
        ("lasted_ms", 1_000): (2, usd("1.4")),
        ("contracts", 10): (2, usd("1.4")),
        ("contracts", 50): (1, usd("0.04")),
    }


def test_reasons_are_counted_without_their_figures() -> None:
    seen = [a_sighting(), a_sighting(why_not="a book is 9000 ms old; the limit is 2000 ms"), a_sighting(why_not="")]
    report = made([], [], seen, since=SINCE, until=UNTIL)
    assert [(reason.text, reason.count, reason.peak_net) for reason in report.reasons] == [
        ("a book is N ms old; the limit is N ms", 2, usd("1.4")),
        ("not tried", 1, usd("0.7")),
    ]


def test_a_reason_keeps_its_commas_when_its_figures_go() -> None:
    why = "the limit of exposure leaves $7.52 of $100, too little for the least trade"
    [reason] = made([], [], [a_sighting(why_not=why)], since=SINCE, until=UNTIL).reasons
    assert reason.text == "the limit of exposure leaves N of N, too little for the least trade"


def test_nothing_at_all_is_a_report_too() -> None:
    report = made([], [], [], since=SINCE, until=UNTIL)
    assert (report.locked, report.taken, report.lasted_ms_median, report.locked_annualised_bps) == (
        usd("0"), 0, None, None,
    )  # fmt: skip
    assert not report.bins


def test_percentages_keep_their_sign() -> None:
    assert [percent(bps) for bps in (0, 5, 1_234, -250)] == ["0.00%", "0.05%", "12.34%", "-2.50%"]
