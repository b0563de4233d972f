"""Risk: every rule can say no, no approval breaks a limit, and no setting raises a hard cap."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbkit.core.books import Level, make_book
from arbkit.core.fees import FeeModel
from arbkit.core.limits import HARD_CAPS, Limits, LossAtRisk, checked, strict
from arbkit.core.markets import (
    KalshiFees,
    MarketId,
    Method,
    Pair,
    Polarity,
    PolymarketFees,
    Relation,
    Side,
    VenueName,
)
from arbkit.core.money import MICRO, Price, Qty, Usd, cost_up
from arbkit.core.opportunity import Leg, Limit, Opportunity
from arbkit.core.risk import RULES, Approved, Mode, Refused, Situation, check, exit_loss
from arbkit.errors import ConfigError

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
KALSHI = MarketId(VenueName.KALSHI, "KXFED-26DEC-T3.75")
POLYMARKET = MarketId(VenueName.POLYMARKET, "0xabc")


def a_pair(**changes: Any) -> Pair:
    pair = Pair(
        kalshi=KALSHI, polymarket=POLYMARKET, polarity=Polarity.ALIGNED, relation=Relation.EQUAL,
        confidence_ppm=MICRO, method=Method.EXACT, tradable=True, kalshi_rules_hash="k", polymarket_rules_hash="p",
    )  # fmt: skip
    return replace(pair, **changes)


def a_leg(market: MarketId, side: Side, price: str, qty: int, *, age_ms: int = 100, depth: int = 500) -> Leg:
    p, q = Price.parse(price), Qty.whole(qty)
    return Leg(
        market=market, side=side, qty=q, limit=p, average=p, cost=cost_up(p, q), fee=Usd(10_000 * qty),
        levels=(Level(p, q),), depth=Qty.whole(depth), seen_at=NOW - timedelta(milliseconds=age_ms), age_ms=age_ms,
    )  # fmt: skip


def an_opportunity(qty: int = 20, *, kalshi: str = "0.45", polymarket: str = "0.45", **changes: Any) -> Opportunity:
    opportunity = Opportunity(
        pair=a_pair(),
        kalshi=a_leg(KALSHI, Side.YES, kalshi, qty),
        polymarket=a_leg(POLYMARKET, Side.NO, polymarket, qty),
        gas=Usd(20_000), limited_by=Limit.QTY_MAX, fee_model=FeeModel.VENUE, found_at=NOW,
        settles_at=NOW + timedelta(days=9), days_locked=9,
    )  # fmt: skip
    return replace(opportunity, **changes)


def a_situation(**changes: Any) -> Situation:
    situation = Situation(
        mode=Mode.LIVE,
        exposure=Usd(0), event_exposure=Usd(0), imbalance=Usd(0), realised_today=Usd(0), loss_at_risk=Usd(0),
        cash={venue: Usd.parse("50") for venue in VenueName},
        balance_age_ms=1_000,
        exit_loss=Usd.parse("1"),
        closes_at=NOW + timedelta(days=9),
    )  # fmt: skip
    return replace(situation, **changes)


LIMITS = Limits()
TIGHT = replace(LIMITS, trades_a_minute_max=6, trades_a_day_max=60)


def refused_by(opportunity: Opportunity, situation: Situation, limits: Limits = LIMITS) -> list[str]:
    answer = check(opportunity, situation, limits, now=NOW)
    return [reason.rule for reason in answer.reasons] if isinstance(answer, Refused) else []


def test_a_sound_trade_is_approved_for_three_seconds() -> None:
    answer = check(an_opportunity(), a_situation(), LIMITS, now=NOW)
    assert isinstance(answer, Approved)
    assert answer.expires_at == NOW + timedelta(seconds=3)
    assert answer.loss_at_risk == Usd.parse("1")


old = a_leg(KALSHI, Side.YES, "0.45", 20, age_ms=2_001)
lagging = a_leg(KALSHI, Side.YES, "0.45", 20, age_ms=1_101)
future = a_leg(KALSHI, Side.YES, "0.45", 20, age_ms=-1)
half = {VenueName.KALSHI: Usd.parse("50"), VenueName.POLYMARKET: Usd.parse("9.19")}

CASES: list[tuple[str, Opportunity, Situation, Limits]] = [
    ("paused", an_opportunity(), a_situation(paused="halt"), LIMITS),
    ("venue_unwell", an_opportunity(), a_situation(unwell={VenueName.KALSHI: "maintenance"}), LIMITS),
    ("market_locked", an_opportunity(), a_situation(locked_by="t1"), LIMITS),
    ("pair", an_opportunity(pair=a_pair(confidence_ppm=949_999)), a_situation(), LIMITS),
    ("pair", an_opportunity(pair=a_pair(tradable=False)), a_situation(), LIMITS),
    ("pair", an_opportunity(pair=a_pair(relation=Relation.IMPLIES)), a_situation(), LIMITS),
    ("approval", an_opportunity(pair=a_pair(method=Method.FUZZY)), a_situation(), LIMITS),
    ("quotes_too_old", replace(an_opportunity(), kalshi=old), a_situation(), LIMITS),
    ("quotes_too_old", replace(an_opportunity(), kalshi=lagging), a_situation(), LIMITS),
    ("quotes_too_old", replace(an_opportunity(), kalshi=future), a_situation(), LIMITS),
    ("balance_too_old", an_opportunity(), a_situation(balance_age_ms=30_001), LIMITS),
    ("near_close", an_opportunity(), a_situation(closes_at=NOW + timedelta(minutes=14)), LIMITS),
    (
        "prices_apart",
        an_opportunity(),
        a_situation(yes_prices={VenueName.KALSHI: Price.parse("0.3"), VenueName.POLYMARKET: Price.parse("0.4501")}),
        LIMITS,
    ),
    ("too_good", an_opportunity(polymarket="0.4"), a_situation(), replace(LIMITS, edge_max_bps=1_000)),
    ("untried", an_opportunity(), a_situation(untried=True), LIMITS),
    ("qty", an_opportunity(51), a_situation(), LIMITS),
    ("return", an_opportunity(polymarket="0.51"), a_situation(), LIMITS),
    ("hurdle", an_opportunity(days_locked=None), a_situation(), replace(LIMITS, annualised_min_bps=1_000)),
    ("hurdle", an_opportunity(days_locked=3_000), a_situation(), replace(LIMITS, annualised_min_bps=1_000)),
    ("total_exposure", an_opportunity(), a_situation(exposure=Usd.parse("82")), LIMITS),
    ("event_exposure", an_opportunity(), a_situation(event_exposure=Usd.parse("82")), LIMITS),
    ("leg_cost", an_opportunity(), a_situation(), replace(LIMITS, leg_cost_max=Usd.parse("9.19"))),
    ("imbalance", an_opportunity(), a_situation(imbalance=Usd.parse("10.01")), LIMITS),
    ("daily_loss", an_opportunity(), a_situation(realised_today=Usd.parse("-19.01")), LIMITS),
    ("daily_loss", an_opportunity(), a_situation(loss_at_risk=Usd.parse("19.01")), LIMITS),
    ("trade_loss", an_opportunity(25), a_situation(exit_loss=Usd.parse("10.01")), LIMITS),
    ("cash", an_opportunity(), a_situation(cash=half), LIMITS),
    ("cash", an_opportunity(), a_situation(cash={}), LIMITS),
    ("rate", an_opportunity(), a_situation(trades_last_minute=6), TIGHT),
    ("rate", an_opportunity(), a_situation(trades_today=60), TIGHT),
]


@pytest.mark.parametrize(("rule", "opportunity", "situation", "limits"), CASES, ids=[c[0] for c in CASES])
def test_each_rule_says_no_by_itself(rule: str, opportunity: Opportunity, situation: Situation, limits: Limits) -> None:
    assert refused_by(opportunity, situation, limits) == [rule]


def test_every_rule_has_a_case() -> None:
    assert {rule.__name__.removeprefix("_") for rule in RULES} == {case[0] for case in CASES}


def test_a_new_version_may_trade_what_was_looked_for_as_the_smallest() -> None:
    assert refused_by(an_opportunity(limited_by=Limit.SMALLEST), a_situation(untried=True)) == []


def test_a_fuzzy_pair_needs_no_person_in_dry_run_and_one_in_live() -> None:
    fuzzy = an_opportunity(pair=a_pair(method=Method.FUZZY, confidence_ppm=960_000))
    assert refused_by(fuzzy, a_situation(mode=Mode.DRY_RUN)) == []
    assert refused_by(fuzzy, a_situation(approved_by_person=True)) == []


def test_thin_books_large_profits_and_doubtful_matches_are_warned_about() -> None:
    thin = replace(an_opportunity(), kalshi=a_leg(KALSHI, Side.YES, "0.45", 20, depth=49))
    doubtful = replace(thin, pair=a_pair(confidence_ppm=960_000))
    answer = check(doubtful, a_situation(), replace(LIMITS, large_opportunity=Usd(1)), now=NOW)
    assert isinstance(answer, Approved)
    assert [text.split(":")[0] for text in answer.warnings] == [
        "Low liquidity", "Large opportunity", "matched with confidence 960000 ppm",
    ]  # fmt: skip


def test_a_trade_too_large_comes_back_with_a_quantity_that_passes() -> None:
    answer = check(an_opportunity(50), a_situation(exposure=Usd.parse("80")), LIMITS, now=NOW)
    assert isinstance(answer, Refused)
    assert answer.suggested_qty == Qty.whole(21)
    assert not refused_by(an_opportunity(21), a_situation(exposure=Usd.parse("80")))


def test_once_the_day_has_lost_its_limit_no_quantity_is_suggested_not_even_of_a_trade_that_may_lose_nothing() -> None:
    spent = a_situation(loss_at_risk=LIMITS.daily_loss_max + Usd(1), exit_loss=Usd(0))
    answer = check(an_opportunity(1), spent, replace(LIMITS, loss_at_risk=LossAtRisk.EXIT), now=NOW)
    assert isinstance(answer, Refused)
    assert answer.suggested_qty == Qty(0)


dollars = st.integers(0, 150 * MICRO).map(Usd)


@given(
    qty=st.integers(1, 60),
    exposure=dollars,
    event=dollars,
    lost=dollars,
    at_risk=dollars,
    exit_usd=dollars,
    full=st.booleans(),
)
def test_no_approval_ever_breaks_a_limit(
    qty: int, exposure: Usd, event: Usd, lost: Usd, at_risk: Usd, exit_usd: Usd, *, full: bool
) -> None:
    opportunity = an_opportunity(qty)
    limits = replace(LIMITS, loss_at_risk=LossAtRisk.FULL if full else LossAtRisk.EXIT)
    situation = a_situation(
        exposure=exposure, event_exposure=event, realised_today=-lost, loss_at_risk=at_risk, exit_loss=exit_usd
    )
    answer = check(opportunity, situation, limits, now=NOW)
    if isinstance(answer, Approved):
        assert exposure + opportunity.capital <= limits.total_exposure_max
        assert event + opportunity.capital <= limits.event_exposure_max
        assert lost + at_risk + answer.loss_at_risk <= limits.daily_loss_max
        assert answer.loss_at_risk <= limits.trade_loss_max
        assert qty <= 50
    else:
        assert answer.reasons
        assert answer.suggested_qty <= Qty.whole(50)


def test_what_cannot_be_sold_back_counts_as_lost() -> None:
    leg = a_leg(POLYMARKET, Side.NO, "0.45", 20)
    # ten of the NO can be sold at 1 - 0.60 = 0.40; the fee of selling 10 at 0.40 with rate 0.05 is 0.12
    book = make_book(POLYMARKET, yes_bids=[], yes_asks=[Level(Price.parse("0.60"), Qty.whole(10))], seen_at=NOW)
    assert exit_loss(leg, book, PolymarketFees(50_000, 1)) == leg.debit - Usd.parse("4") + Usd.parse("0.12")


def test_selling_back_on_kalshi_pays_its_fee_too() -> None:
    leg = a_leg(KALSHI, Side.YES, "0.45", 20)
    book = make_book(KALSHI, yes_bids=[Level(Price.parse("0.44"), Qty.whole(100))], yes_asks=[], seen_at=NOW)
    # 20 x 0.07 x 0.44 x 0.56 = 0.34496, rounded up to 0.3450
    assert exit_loss(leg, book, KalshiFees("quadratic", MICRO)) == leg.debit - Usd.parse("8.8") + Usd.parse("0.345")


def test_no_setting_can_raise_a_hard_cap() -> None:
    for name in ("total_exposure_max", "daily_loss_max", "trade_loss_max", "event_exposure_max", "imbalance_max"):
        above = replace(LIMITS, **{name: getattr(HARD_CAPS, name) + Usd(1)})
        with pytest.raises(ConfigError, match=name):
            checked(above, live_successes=1_000, acknowledged=True)


def test_more_than_a_hundred_dollars_need_fifty_successes_and_a_signature() -> None:
    raised = replace(LIMITS, total_exposure_max=Usd.parse("100.01"))
    for successes, acknowledged in ((49, True), (50, False)):
        with pytest.raises(ConfigError, match="50 successful live trades"):
            checked(raised, live_successes=successes, acknowledged=acknowledged)
    assert checked(raised, live_successes=50, acknowledged=True) == raised


def test_the_confidence_floor_cannot_be_lowered() -> None:
    with pytest.raises(ConfigError, match="floor"):
        checked(replace(LIMITS, confidence_min_ppm=949_999))


def test_the_strict_profile_only_ever_narrows() -> None:
    narrow = replace(LIMITS, leg_cost_max=Usd.parse("5"), edge_max_bps=300, event_exposure_max=Usd.parse("10"))
    result = strict(narrow)
    assert (result.leg_cost_max, result.edge_max_bps, result.event_exposure_max) == (
        Usd.parse("5"), 300, Usd.parse("10"),
    )  # fmt: skip
    assert strict(LIMITS).loss_at_risk is LossAtRisk.FULL
