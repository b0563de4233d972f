"""Fed decisions, inflation and growth."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

from arbkit.venues.sim.world.dice import Dice
from arbkit.venues.sim.world.drafts import (
    ECONOMICS,
    WHOLE,
    Claim,
    GammaEvent,
    GammaListing,
    KalshiEvent,
    KalshiListing,
    Series,
    Topic,
    Trap,
    ask,
    traps_between,
)
from arbkit.venues.sim.world.families.contests import bet
from arbkit.venues.sim.world.model import TwinKind
from arbkit.venues.sim.world.odds import Gauge, gauge, one_of
from arbkit.venues.sim.world.phrases import (
    at_eastern,
    at_utc,
    day_long,
    day_short,
    month,
    month_short,
    month_start,
    slug,
    ticker_month,
    weekday_from,
)

_BLS = (("Bureau of Labor Statistics", "https://www.bls.gov/cpi/"),)
_FED = Series(
    ticker="KXFEDDECISION",
    title="Fed meeting",
    category="Economics",
    fee_type="quadratic_with_maker_fees",
    tags=("Fed",),
    sources=(("Federal Reserve", "https://www.federalreserve.gov/monetarypolicy/fomccalendars.htm"),),
)
_CPI = Series(ticker="KXECONSTATCPIYOY", title="CPI year-over-year, exact", category="Economics", sources=_BLS)
_CPI_LADDER = Series(ticker="KXCPIYOY", title="Inflation", category="Economics", frequency="monthly", sources=_BLS)
_GDP = Series(
    ticker="KXGDP",
    title="US GDP growth",
    category="Economics",
    frequency="quarterly",
    tags=("Growth",),
    sources=(("Bureau of Economic Analysis", "https://www.bea.gov"),),
)
_MEETING_MONTHS = {1: 27, 3: 16, 4: 28, 6: 15, 7: 27, 9: 14, 10: 26, 12: 7}
"""Months in which the committee meets, and the earliest last day of the meeting."""


def fed_decisions(dice: Dice, today: date) -> Iterator[Topic]:
    """What each meeting of the Federal Reserve decides; three years of meetings."""
    days = [
        weekday_from(start.replace(day=_MEETING_MONTHS[start.month]), 2)
        for start in (month_start(today, index) for index in range(36))
        if start.month in _MEETING_MONTHS
    ]
    days = [day for day in days if day > today + timedelta(days=1)]
    for day, next_day in pairwise(days):
        yield _fed_decision(dice, day, next_day)


def _fed_decision(dice: Dice, day: date, next_day: date) -> Topic:
    claims = one_of(dice, [f"fed {day} {what}" for what in ("hold", "cut 25", "cut more", "hike 25", "hike more")])
    kalshi = _fed_kalshi(day, claims)
    gamma = _fed_gamma(day, claims)
    bets = gamma.listings
    traps = [
        # "25+ bps" holds what Kalshi lists as two markets
        Trap(kalshi.listings[3].ticker, bets[3].slug, TwinKind.COMPARATOR),
        Trap(kalshi.listings[4].ticker, bets[3].slug, TwinKind.THRESHOLD),
        # ">25 bps" holds cuts that "50+ bps" does not, however rare
        Trap(kalshi.listings[2].ticker, bets[2].slug, TwinKind.COMPARATOR),
        Trap(kalshi.listings[1].ticker, bets[2].slug, TwinKind.THRESHOLD),
        Trap(f"KXFEDDECISION-{ticker_month(next_day)}-C25", bets[1].slug, TwinKind.DATE),
    ]
    return Topic(family="fed", kalshi=[kalshi], gamma=[gamma], traps=traps)


def _fed_kalshi(day: date, claims: Sequence[Claim]) -> KalshiEvent:
    ticker, name = f"KXFEDDECISION-{ticker_month(day)}", f"{month(day)} {day.year}"
    moves = (
        ("H0", "Hike", "0bps"),
        ("C25", "Cut", "25bps"),
        ("C26", "Cut", ">25bps"),
        ("H25", "Hike", "25bps"),
        ("H26", "Hike", ">25bps"),
    )
    return KalshiEvent(
        series=_FED,
        ticker=ticker,
        title=f"Fed decision in {month_short(day)} {day.year}?",
        sub_title=f"On {day_short(day)}",
        decided_at=at_eastern(day, 14, 5),
        closes_at=at_eastern(day, 13, 59),
        listings=[
            ask(
                ticker,
                code,
                claim,
                title=f"Will the Federal Reserve {verb} rates by {size} at their {name} meeting?",
                label="Fed maintains rate" if code == "H0" else f"{verb} {size}",
                condition=f"the Federal Reserve does a {verb} of {size} on {day_long(day)}",
                strike={"strike_type": "custom", "custom_strike": {"Action": f"{verb} {size}"}},
            )
            for (code, verb, size), claim in zip(moves, claims, strict=True)
        ],
        exclusive=True,
        early="This market will close and expire early once the decision is out.",
    )


def _fed_gamma(day: date, claims: Sequence[Claim]) -> GammaEvent:
    name = f"{month(day)} {day.year}"
    rules = (
        "The question is what the FOMC does to the upper bound of the target federal funds range at its meeting "
        f"ending on {day_long(day)}, against the level before that meeting. The statement of the Federal Reserve is "
        'the source. If there is no statement by the end of the following meeting, "No change" resolves to "Yes".'
    )
    hold, cut, big_cut, hike, big_hike = claims
    any_hike = Claim(f"fed {day} hike any", min(WHOLE - 60, hike.fair + big_hike.fair), max(hike.pays, big_hike.pays))
    halved = Claim(f"fed {day} cut 50 up", big_cut.fair, big_cut.pays)
    bets = [
        bet(question, claim, rules=rules, group=group, source="https://www.federalreserve.gov/monetarypolicy.htm")
        for group, claim, question in (
            ("No change", hold, f"Will there be no change in Fed interest rates after the {name} meeting?"),
            ("25 bps decrease", cut, f"Will the Fed decrease interest rates by 25 bps after the {name} meeting?"),
            ("50+ bps decrease", halved, f"Will the Fed decrease interest rates by 50+ bps after the {name} meeting?"),
            (
                "25+ bps increase",
                any_hike,
                f"Will the Fed increase interest rates by 25+ bps after the {name} meeting?",
            ),
        )
    ]
    return GammaEvent(
        slug=slug("fed decision in", name),
        title=f"Fed decision in {month(day)}?",
        rules=rules,
        ends_at=at_utc(day),
        listings=bets,
        tags=("Economy", "Fed Rates"),
        fees=ECONOMICS,
        neg_risk=True,
    )


def inflation(dice: Dice, today: date) -> Iterator[Topic]:
    """Annual CPI of each month, in exact steps and as a ladder; three years of months."""
    for index in range(36):
        of_month = month_start(today, index)
        value = gauge(dice, f"cpi yoy {of_month}", dice.uniform(2.5, 3.4), 0.15, step=0.1)
        steps = [round(round(value.mean, 1) + offset / 10, 1) for offset in range(-2, 3)]
        exact, ladder = _inflation_exact(of_month, value, steps), _inflation_above(of_month, value, steps[1:4])
        annual, monthly = _inflation_annual(of_month, value, steps), _inflation_monthly(dice, of_month)
        yield Topic(
            family="inflation",
            kalshi=[exact, ladder],
            gamma=[annual, monthly],
            traps=[
                *traps_between(ladder.listings, annual.listings[1:], TwinKind.COMPARATOR),
                *traps_between(exact.listings, annual.listings[1:], TwinKind.THRESHOLD),
                *traps_between(exact.listings[2:], monthly.listings, TwinKind.STATISTIC),
            ],
        )


def _inflation_exact(of_month: date, value: Gauge, steps: Sequence[float]) -> KalshiEvent:
    ticker, name = f"KXECONSTATCPIYOY-{ticker_month(of_month)}", f"{month_short(of_month)} {of_month.year}"
    listings = [
        ask(
            ticker,
            f"T{step}",
            value.between(step - 0.05, step + 0.05),
            title=f"CPI year-over-year in {name}?",
            label=f"Exactly {step}%",
            condition=f"the CPI year-over-year is exactly {step}% in {name}",
            strike={"strike_type": "custom", "custom_strike": {"Value": str(step)}},
        )
        for step in steps
    ]
    title = f"CPI year-over-year in {name}?"
    return _release(_CPI, ticker, (title, f"In {name}"), of_month, listings, exclusive=True)


def _inflation_above(of_month: date, value: Gauge, steps: Sequence[float]) -> KalshiEvent:
    ticker, name = f"KXCPIYOY-{ticker_month(of_month)}", f"{month(of_month)} {of_month.year}"
    listings = [
        ask(
            ticker,
            f"T{step}",
            value.above(step + 0.05),
            title=f"Will the rate of CPI inflation be above {step}% for the year ending in {name}?",
            label=f"Above {step}%",
            condition=f"the year-over-year CPI for {name} is above {step}%",
            strike={"strike_type": "greater", "floor_strike": step},
        )
        for step in steps
    ]
    return _release(_CPI_LADDER, ticker, (f"Inflation in {name}", f"For the year ending in {name}"), of_month, listings)


def _release(
    series: Series,
    ticker: str,
    titles: tuple[str, str],
    period: date,
    listings: Sequence[KalshiListing],
    *,
    exclusive: bool = False,
) -> KalshiEvent:
    day = month_start(period, 1) + timedelta(days=10)
    return KalshiEvent(
        series=series,
        ticker=ticker,
        title=titles[0],
        sub_title=titles[1],
        decided_at=at_eastern(day, 8, 35),
        closes_at=at_eastern(day, 8, 25),
        listings=listings,
        exclusive=exclusive,
        strike_date=at_eastern(day, 8, 30),
    )


def _inflation_annual(of_month: date, value: Gauge, steps: Sequence[float]) -> GammaEvent:
    rules = (
        "This is about the change of the Consumer Price Index (all items, not seasonally adjusted) over the 12 "
        f"months to {month(of_month)} {of_month.year}, to one decimal, as first published by the Bureau of Labor "
        "Statistics. Later revisions do not count."
    )
    bets = [
        bet(
            f"Will annual inflation increase by {step}% in {month(of_month)}?",
            value.between(step - 0.05, step + 0.05),
            rules=rules,
            group=f"{step}%",
            mark=str(of_month.year),
            source="https://www.bls.gov/bls/news-release/cpi.htm",
        )
        for step in steps
    ]
    return _inflation_event(of_month, "Annual", rules, bets)


def _inflation_monthly(dice: Dice, of_month: date) -> GammaEvent:
    value = gauge(dice, f"cpi mom {of_month}", 0.25, 0.12, step=0.1)
    rules = (
        "This is about the seasonally adjusted one-month change of the Consumer Price Index in "
        f"{month(of_month)} {of_month.year}, as first published by the Bureau of Labor Statistics."
    )
    bets = [
        bet(
            f"Will monthly inflation increase by {step}% in {month(of_month)}?",
            value.between(step - 0.05, step + 0.05),
            rules=rules,
            group=f"{step}%",
            mark=str(of_month.year),
        )
        for step in (0.2, 0.3)
    ]
    return _inflation_event(of_month, "Monthly", rules, bets)


def _inflation_event(of_month: date, rate: str, rules: str, bets: Sequence[GammaListing]) -> GammaEvent:
    title = f"{month(of_month)} Inflation US - {rate}"
    return GammaEvent(
        slug=slug(title, of_month.year),
        title=title,
        rules=rules,
        ends_at=at_utc(month_start(of_month, 1) + timedelta(days=10)),
        listings=bets,
        tags=("Economy", "Inflation"),
        fees=ECONOMICS,
        neg_risk=rate == "Annual",
    )


def growth(dice: Dice, today: date) -> Iterator[Topic]:
    """GDP of each quarter as a ladder, with the whole year and single months as traps; three years of quarters."""
    first = month_start(today).replace(month=(today.month - 1) // 3 * 3 + 1)
    for index in range(12):
        quarter = month_start(first, 3 * index)
        name = f"Q{quarter.month // 3 + 1} {quarter.year}"
        value = gauge(dice, f"gdp {name}", dice.uniform(1.2, 3.2), 0.6, step=0.1)
        steps = [round(round(value.mean * 2) / 2 + offset / 2, 1) for offset in range(-1, 3)]
        kalshi = _growth_kalshi(quarter, name, value, steps)
        gamma = _growth_gamma(quarter, name, value, steps)
        year = gauge(dice, f"gdp year {quarter}", value.mean, 0.4, step=0.1)
        whole = _growth_gamma(quarter, f"{quarter.year} (through {name})", year, steps[1:3])
        traps = traps_between(kalshi.listings, gamma.listings[1:], TwinKind.THRESHOLD)
        traps += traps_between(kalshi.listings[1:], whole.listings, TwinKind.PERIOD)
        yield Topic(family="growth", kalshi=[kalshi], gamma=[gamma, whole], traps=traps)


def _growth_kalshi(quarter: date, name: str, value: Gauge, steps: Sequence[float]) -> KalshiEvent:
    ticker = f"KXGDP-{ticker_month(month_start(quarter, 3))}30"
    listings = [
        ask(
            ticker,
            f"T{step}",
            value.above(step + 0.05),
            title=f"Will real GDP increase by more than {step}% in {name}?",
            label=f"More than {step}%",
            condition=f"real GDP increases by more than {step}% in {name} (advance estimate, annualized)",
            strike={"strike_type": "greater", "floor_strike": step},
        )
        for step in steps
    ]
    return _release(_GDP, ticker, (f"US GDP growth in {name}?", f"In {name}"), month_start(quarter, 2), listings)


def _growth_gamma(quarter: date, name: str, value: Gauge, steps: Sequence[float]) -> GammaEvent:
    rules = (
        f"This is about the growth of US real GDP in {name}, seasonally adjusted at annual rates, as given by the "
        "advance estimate of the Bureau of Economic Analysis. A figure exactly on the listed number does not count "
        "as above it."
    )
    bets = [
        bet(
            f"Will US GDP growth in {name} be above {step}%?",
            value.above(step + 0.05),
            rules=rules,
            group=f">{step}%",
        )
        for step in steps
    ]
    return GammaEvent(
        slug=slug("us gdp growth in", name),
        title=f"US GDP growth in {name}?",
        rules=rules,
        ends_at=at_utc(month_start(quarter, 4)),
        listings=bets,
        tags=("Economy", "GDP"),
        fees=ECONOMICS,
    )
