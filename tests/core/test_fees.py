"""Fees: the worked examples of both venues, every recorded fill, and the laws."""

import json
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbkit.core.books import Level
from arbkit.core.fees import (
    CLEARED_PRECISION,
    DIRECT_PRECISION,
    SPEC_POLYMARKET_PPM,
    all_in_floor,
    all_in_table,
    kalshi_buy_fee_up,
    kalshi_charges,
    known,
    polymarket_fee_down,
    polymarket_fee_up,
    spec_fee_up,
    spec_kalshi_ppm,
)
from arbkit.core.markets import KalshiFees, PolymarketFees, Side
from arbkit.core.money import MICRO, ZERO_USD, Price, Qty, Usd, cost_up
from arbkit.errors import InvariantError
from tests.core.scenes import QUADRATIC, levels

HALF = KalshiFees("quadratic", 500_000)
MAKER = KalshiFees("quadratic_with_maker_fees", 1_000_000)
COMBO = KalshiFees("quadratic_with_combo_maker_fees", 1_000_000)


# Kalshi: worked examples


@pytest.mark.parametrize(
    ("qty", "price", "fees", "fee"),
    [
        ("1", "0.50", QUADRATIC, "0.0175"),
        ("1", "0.52", QUADRATIC, "0.0175"),
        ("1", "0.99", QUADRATIC, "0.0007"),
        ("10", "0.10", QUADRATIC, "0.063"),
        ("100", "0.25", QUADRATIC, "1.3125"),
        ("100", "0.05", QUADRATIC, "0.3325"),
        ("227.27", "0.001", QUADRATIC, "0.01593"),
        ("28.32", "0.033", QUADRATIC, "0.06334"),
        ("15", "0.74", QUADRATIC, "0.2021"),
        ("1", "0.51", HALF, "0.0088"),
        ("25", "0.11", QUADRATIC, "0.1714"),
        ("71.94", "0.013", QUADRATIC, "0.06478"),
    ],
)
def test_a_direct_member_pays_the_published_fee(qty: str, price: str, fees: KalshiFees, fee: str) -> None:
    assert str(kalshi_buy_fee_up(fees, levels((price, qty)))) == fee


def test_a_fill_is_rounded_twice() -> None:
    # 0.07 x 0.055 x 0.945 = 0.00363825, up to 0.0037; 0.055 + 0.0037 = 0.0587 is debited as 0.06.
    (charge,) = kalshi_charges(QUADRATIC, levels(("0.055", "1")), precision=CLEARED_PRECISION)

    assert (str(charge.trade_fee), str(charge.rounding), str(charge.net)) == ("0.0037", "0.0013", "0.005")


@pytest.mark.parametrize(
    ("price", "qty", "multiplier", "net"),
    [
        ("0.055", "1", 2_336_000, ["0.015", "0.005", "0.015"]),
        ("0.50", "0.30", 780_000, ["0.01", "0", "0.01"]),
    ],
)
def test_the_accumulator_gives_back_whole_cents_as_published(
    price: str, qty: str, multiplier: int, net: list[str]
) -> None:
    # docs.kalshi.com, fee rounding: three equal fills of one order. The page assumes trade fees of $0.0085 and $0.0041;
    # the multipliers here make those.
    charges = kalshi_charges(
        KalshiFees("quadratic", multiplier), levels(*[(price, qty)] * 3), precision=CLEARED_PRECISION
    )

    assert [str(charge.net) for charge in charges] == net


def test_what_has_gathered_is_given_back_only_beyond_a_whole_unit() -> None:
    # $0.055 and a fee of $0.01 are debited as $0.07: half a cent gathers with each fill.
    fees = KalshiFees("quadratic", 2_740_000)

    charges = kalshi_charges(fees, levels(*[("0.055", "1")] * 3), precision=CLEARED_PRECISION)

    assert [str(charge.rebate) for charge in charges] == ["0", "0", "0.01"]


def test_makers_pay_what_the_fee_type_says() -> None:
    fill = levels(("0.50", "100"))

    paid = [str(kalshi_charges(fees, fill, maker=True)[0].net) for fees in (QUADRATIC, MAKER, COMBO)]

    assert paid == ["0", "0.4375", "0.875"]


def test_selling_is_rounded_down_too() -> None:
    (charge,) = kalshi_charges(QUADRATIC, levels(("0.055", "1")), precision=CLEARED_PRECISION, buying=False)

    # 0.055 - 0.0037 = 0.0513 is credited as 0.05.
    assert str(charge.net) == "0.005"


# Kalshi: recorded fills


def recorded_fills(shared: Path) -> list[dict[str, str]]:
    samples = shared / "samples" / "kalshi"
    demo = json.loads((samples / "fills.json").read_bytes())
    production = json.loads((samples / "fills_prod_redacted_2026-08-18.json").read_bytes())["fills"]
    return [fill for answer in demo.values() for fill in answer["body"]["fills"]] + production


@pytest.mark.shared
def test_every_recorded_fill_was_charged_as_computed(shared: Path) -> None:
    fills = recorded_fills(shared)
    wrong = []

    for fill in fills:
        # Baseball is half price before the game.
        fees = HALF if fill["ticker"].startswith("KXMLB") else QUADRATIC
        taken = levels((fill[f"{fill['outcome_side']}_price_dollars"], fill["count_fp"]))
        if kalshi_buy_fee_up(fees, taken) != Usd.parse(fill["fee_cost"]):
            wrong.append(fill)

    assert len(fills) == 36
    # No two are of one order, so that no accumulator had anything to give back.
    assert len({fill["order_id"] for fill in fills}) == len({fill["fill_id"] for fill in fills})
    assert wrong == []


@pytest.mark.shared
def test_every_recorded_settlement_was_charged_as_computed(shared: Path) -> None:
    rows = json.loads((shared / "samples/kalshi/settlements_prod_redacted_2026-08-17.json").read_bytes())["settlements"]
    matched: dict[int, int] = {}

    for row in rows:
        side = "yes" if Qty.parse(row["yes_count_fp"]) else "no"
        qty, cost = Qty.parse(row[f"{side}_count_fp"]), Usd.parse(row[f"{side}_total_cost_dollars"])
        price = Price(cost.micros * MICRO // qty.micros)
        for multiplier in (MICRO, MICRO // 2):
            fee = kalshi_buy_fee_up(KalshiFees("quadratic", multiplier), [Level(price, qty)])
            if fee == Usd.parse(row["fee_cost"]):
                matched[multiplier] = matched.get(multiplier, 0) + 1
                break

    assert len(rows) == 22
    assert matched == {MICRO: 15, MICRO // 2: 7}


# Kalshi: laws

fills = st.builds(
    Level,
    st.integers(1, 9_999).map(lambda tick: Price(tick * 100)),
    st.integers(1, 100_000).map(lambda lot: Qty(lot * 10_000)),
)
schedules = st.builds(
    KalshiFees,
    st.sampled_from(["quadratic", "quadratic_with_maker_fees", "quadratic_with_combo_maker_fees", "flat", "new"]),
    st.integers(0, 2_000_000),
)
precisions = st.sampled_from([DIRECT_PRECISION, CLEARED_PRECISION])


def model(fees: KalshiFees, fill: Level) -> Fraction:
    """The formula of the schedule in dollars, unrounded."""
    price, qty = Fraction(fill.price.micros, MICRO), Fraction(fill.qty.micros, MICRO)
    return Fraction(fees.multiplier_ppm, MICRO) * Fraction(7, 100) * qty * price * (1 - price)


def dollars(amount: Usd) -> Fraction:
    return Fraction(amount.micros, MICRO)


@given(schedules, fills, precisions)
def test_a_fee_is_never_below_the_formula_nor_far_above(fees: KalshiFees, fill: Level, precision: Usd) -> None:
    fee = dollars(kalshi_buy_fee_up(fees, [fill], precision=precision))

    assert 0 <= fee - model(fees, fill) < Fraction(1, 10_000) + dollars(precision)


@given(schedules, fills, precisions)
def test_a_purchase_leaves_the_balance_aligned(fees: KalshiFees, fill: Level, precision: Usd) -> None:
    debit = cost_up(fill.price, fill.qty) + kalshi_buy_fee_up(fees, [fill], precision=precision)

    assert debit.micros % precision.micros == 0


@given(schedules, st.lists(fills, min_size=1, max_size=30), precisions, st.booleans(), st.booleans())
def test_what_rounding_took_is_given_back_up_to_one_unit(
    fees: KalshiFees, order: list[Level], precision: Usd, buying: bool, maker: bool
) -> None:
    charges = kalshi_charges(fees, order, precision=precision, buying=buying, maker=maker)

    assert all(charge.net >= ZERO_USD for charge in charges)
    for charge, fill in zip(charges, order, strict=True):
        cost = cost_up(fill.price, fill.qty)
        change = -cost - charge.net if buying else cost - charge.net
        assert change.micros % precision.micros == 0
        assert ZERO_USD <= charge.rounding < precision
    kept = sum(charge.rounding.micros - charge.rebate.micros for charge in charges)
    assert kept >= 0
    if all(charge.trade_fee >= precision for charge in charges):
        assert kept <= precision.micros


@given(schedules, fills, st.integers(2, 60), precisions)
def test_many_fills_converge_to_the_cost_of_one(fees: KalshiFees, fill: Level, count: int, precision: Usd) -> None:
    whole = Level(fill.price, Qty(fill.qty.micros * count))
    charges = kalshi_charges(fees, [fill] * count, precision=precision)
    if any(charge.trade_fee < precision for charge in charges):
        return

    many, one = sum(charge.net.micros for charge in charges), kalshi_buy_fee_up(fees, [whole], precision=precision)

    # Each fill's fee is rounded up to $0.0001 by itself, and at most one unit of the precision is kept back.
    assert abs(many - one.micros) <= count * 100 + precision.micros


@given(schedules, st.lists(fills, min_size=1, max_size=10), precisions)
def test_a_decision_never_counts_less_than_the_order_is_charged(
    fees: KalshiFees, order: list[Level], precision: Usd
) -> None:
    charged = sum(charge.net.micros for charge in kalshi_charges(fees, order, precision=precision))

    assert kalshi_buy_fee_up(fees, order, precision=precision).micros >= charged


@given(schedules, fills, st.integers(1, 10_000), precisions)
def test_more_contracts_cost_more(fees: KalshiFees, fill: Level, more: int, precision: Usd) -> None:
    larger = Level(fill.price, fill.qty + Qty(more * 10_000))

    paid, paid_more = (
        cost_up(level.price, level.qty) + kalshi_buy_fee_up(fees, [level], precision=precision)
        for level in (fill, larger)
    )
    assert paid <= paid_more


@given(schedules, fills)
def test_yes_and_no_are_charged_alike(fees: KalshiFees, fill: Level) -> None:
    one, other = kalshi_charges(fees, [fill])[0], kalshi_charges(fees, [fill.mirrored])[0]

    assert one.trade_fee == other.trade_fee


@given(st.integers(0, 2_000_000), fills)
def test_a_maker_never_pays_more_than_a_taker(multiplier: int, fill: Level) -> None:
    for fee_type in ("quadratic", "quadratic_with_maker_fees", "quadratic_with_combo_maker_fees", "unheard_of"):
        fees = KalshiFees(fee_type, multiplier)
        maker, taker = (kalshi_charges(fees, [fill], maker=maker)[0].trade_fee for maker in (True, False))
        assert maker <= taker


@pytest.mark.parametrize(
    ("fees", "tradable"),
    [
        (QUADRATIC, True),
        (MAKER, True),
        (COMBO, True),
        (KalshiFees("quadratic", 0), True),
        (KalshiFees("flat", MICRO), False),
        (KalshiFees("margin_market_maker_program_fees", MICRO), False),
        (KalshiFees("", MICRO), False),
        (KalshiFees("Quadratic", MICRO), False),
        (KalshiFees("quadratic", -1), False),
        (KalshiFees("quadratic", 11 * MICRO), False),
        (PolymarketFees(0, 1), True),
        (PolymarketFees(250_000, 2), True),
        (PolymarketFees(-1, 1), False),
        (PolymarketFees(MICRO, 1), False),
        (PolymarketFees(40_000, 0), False),
        (PolymarketFees(40_000, 5), False),
        (None, False),
    ],
)
def test_what_is_not_understood_is_not_traded(fees: KalshiFees | PolymarketFees | None, tradable: bool) -> None:
    assert known(fees) is tradable


# Polymarket


@pytest.mark.parametrize(
    ("rate_ppm", "price", "fee"),
    [
        (70_000, "0.50", "1.75"),
        (70_000, "0.10", "0.63"),
        (70_000, "0.01", "0.07"),
        (50_000, "0.50", "1.25"),
        (50_000, "0.30", "1.05"),
        (50_000, "0.10", "0.45"),
        (40_000, "0.50", "1"),
        (40_000, "0.25", "0.75"),
        (40_000, "0.05", "0.19"),
        (0, "0.50", "0"),
    ],
)
def test_a_hundred_shares_cost_the_published_fee(rate_ppm: int, price: str, fee: str) -> None:
    fees, qty = PolymarketFees(rate_ppm, 1), Qty.whole(100)
    cost = cost_up(Price.parse(price), qty)

    up, down = polymarket_fee_up(fees, qty, cost), polymarket_fee_down(fees, qty, cost)

    # The published table is in whole cents.
    assert up == down
    assert str(Usd((up.micros + 5_000) // 10_000 * 10_000)) == fee


def test_the_fee_on_the_chain_is_rounded_down_at_the_fifth_decimal() -> None:
    # July 2026, a five-minute bitcoin market: 580.677591 shares for 306.05110 dollars on average 0.527058567.
    fees, qty = PolymarketFees(70_000, 1), Qty.parse("580.677591")
    cost = Usd(580_677_591 * 527_058_567 // 10**9)

    assert str(polymarket_fee_down(fees, qty, cost)) == "10.13209"
    assert str(polymarket_fee_up(fees, qty, cost)) == "10.1321"


def test_the_exponent_of_the_older_crypto_schedule_is_applied() -> None:
    # 100 x 0.25 x (0.5 x 0.5)^2
    assert str(polymarket_fee_up(PolymarketFees(250_000, 2), Qty.whole(100), Usd.parse("50"))) == "1.5625"


def test_less_than_the_fifth_decimal_is_free_at_the_venue_and_counted_by_us() -> None:
    fees, qty, cost = PolymarketFees(40_000, 1), Qty.parse("0.01"), Usd.parse("0.0001")

    assert polymarket_fee_down(fees, qty, cost) == ZERO_USD
    assert polymarket_fee_up(fees, qty, cost) == Usd(10)


def test_shares_cannot_cost_more_than_they_can_pay() -> None:
    with pytest.raises(InvariantError):
        polymarket_fee_up(PolymarketFees(40_000, 1), Qty.whole(1), Usd.parse("1.01"))


def test_nothing_costs_nothing() -> None:
    fees = PolymarketFees(40_000, 1)

    assert polymarket_fee_up(fees, Qty(0), ZERO_USD) == polymarket_fee_down(fees, Qty(0), ZERO_USD) == ZERO_USD


rates = st.builds(PolymarketFees, st.integers(0, 999_999), st.integers(1, 4))
shares = st.integers(1, 10**12).map(Qty)


@given(rates, shares, st.integers(0, MICRO).map(Price))
def test_the_fee_of_a_decision_is_the_venues_or_one_step_more(fees: PolymarketFees, qty: Qty, price: Price) -> None:
    cost = cost_up(price, qty)
    up, down = polymarket_fee_up(fees, qty, cost), polymarket_fee_down(fees, qty, cost)

    assert up - down in (ZERO_USD, Usd(10))
    assert up.micros % 10 == 0
    assert up.micros <= fees.rate_ppm * qty.micros // MICRO // 4**fees.exponent + 10


@given(st.integers(0, 999_999), st.lists(fills, min_size=1, max_size=6))
def test_the_fee_on_the_average_covers_the_fees_of_the_levels(rate_ppm: int, taken: list[Level]) -> None:
    fees = PolymarketFees(rate_ppm, 1)
    qty = Qty(sum(level.qty.micros for level in taken))
    cost = Usd(sum(cost_up(level.price, level.qty).micros for level in taken))

    by_level = sum(polymarket_fee_down(fees, level.qty, cost_up(level.price, level.qty)).micros for level in taken)

    assert polymarket_fee_up(fees, qty, cost).micros >= by_level


# The gate


@given(st.one_of(schedules.filter(known), rates), st.lists(fills, min_size=1, max_size=5))
def test_no_contract_costs_less_than_the_gate_says(fees: KalshiFees | PolymarketFees, taken: list[Level]) -> None:
    qty = Qty(sum(level.qty.micros for level in taken))
    cost = Usd(sum(cost_up(level.price, level.qty).micros for level in taken))
    best = min(level.price for level in taken)

    fee = kalshi_buy_fee_up(fees, taken) if isinstance(fees, KalshiFees) else polymarket_fee_up(fees, qty, cost)

    assert Fraction((cost + fee).micros, qty.micros) * MICRO >= all_in_floor(fees, best.micros)


@settings(max_examples=20, deadline=None)
@given(st.one_of(schedules.filter(known), rates))
def test_the_dearer_contract_costs_more_all_in(fees: KalshiFees | PolymarketFees) -> None:
    table = all_in_table(fees)

    assert list(table) == sorted(table)
    assert (table[0], len(table)) == (0, 10_001)
    assert table[5_000] == all_in_floor(fees, 500_000)


# The specification's model


def test_appendix_a_by_the_formulas_of_the_specification() -> None:
    # 50 YES at 0.45 on Polymarket, 50 YES "sold" at 0.52 on Kalshi, that is 50 NO bought at 0.48.
    qty = Qty.whole(50)
    polymarket_cost, kalshi_cost = cost_up(Price.parse("0.45"), qty), cost_up(Price.parse("0.48"), qty)

    gross = Usd(qty.micros) - polymarket_cost - kalshi_cost
    polymarket_fee = spec_fee_up(polymarket_cost, share_ppm=SPEC_POLYMARKET_PPM)
    kalshi_fee = spec_fee_up(kalshi_cost, share_ppm=spec_kalshi_ppm(Side.NO))

    assert (str(gross), str(polymarket_fee)) == ("3.5", "0.45")
    # The appendix writes "~$0.25" and hence "~$2.80" net. The specification's own formula (section 3.4), 7 % of
    # 1 - 0.52 and at most $0.07 a contract, makes $0.0336 x 50 = $1.68, hence $1.37; we hold to the formula.
    assert (str(kalshi_fee), str(gross - polymarket_fee - kalshi_fee)) == ("1.68", "1.37")


def test_the_specification_charges_nothing_for_yes_on_kalshi() -> None:
    assert spec_fee_up(Usd.parse("24"), share_ppm=spec_kalshi_ppm(Side.YES)) == ZERO_USD
