"""Deadline: will it happen by a date; Kalshi says "before Jan 1", Polymarket "by December 31"."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations, product

from arbkit.venues.sim.world.dice import Dice
from arbkit.venues.sim.world.drafts import (
    CULTURE,
    FREE,
    POLITICS,
    TECH,
    Claim,
    FeeClass,
    GammaEvent,
    KalshiEvent,
    Series,
    Topic,
    ask,
    traps_between,
)
from arbkit.venues.sim.world.families.contests import bet
from arbkit.venues.sim.world.model import TwinKind
from arbkit.venues.sim.world.names import COUNTRIES, PEOPLE, PRIVATE_COMPANIES
from arbkit.venues.sim.world.odds import rising
from arbkit.venues.sim.world.phrases import (
    at_eastern,
    day_long,
    day_short,
    letters,
    month_day,
    month_end,
    month_start,
    slug,
    ticker_day,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """Something that may happen by several dates, and a weaker or other thing that is easily taken for it."""

    family: str
    series: Series
    code: str
    kalshi_title: str
    asks: str
    condition: str
    question: str
    rules: str
    fees: FeeClass
    tags: tuple[str, ...]
    other_question: str
    other_rules: str
    other_kind: TwinKind


def deadlines(dice: Dice, today: date, subjects: Iterator[Deadline]) -> Iterator[Topic]:
    """Each subject by three dates; every neighbour is a trap, and so is the look-alike."""
    for subject in subjects:
        ends = [month_end(month_start(today, months)) for months in (dice.choice((1, 2)), 4, 9)]
        low = dice.uniform(0.05, 0.35)
        claims = rising(
            dice, [f"{subject.code} by {end}" for end in ends], first=low, last=low + dice.uniform(0.1, 0.5)
        )
        others = rising(dice, [f"{subject.code} other by {end}" for end in ends], first=0.1, last=0.7)
        kalshi = _kalshi(subject, ends, claims)
        gamma = _gamma(subject, subject.question, subject.rules, ends, claims)
        other = _gamma(subject, subject.other_question, subject.other_rules, ends, others)
        traps = traps_between(kalshi.listings, gamma.listings[1:], TwinKind.DATE)
        traps += traps_between(kalshi.listings, other.listings, subject.other_kind)
        yield Topic(family=subject.family, kalshi=[kalshi], gamma=[gamma, other], traps=traps)


def _kalshi(subject: Deadline, ends: Sequence[date], claims: Sequence[Claim]) -> KalshiEvent:
    ticker, last = f"{subject.series.ticker}-{subject.code}", ends[-1] + timedelta(days=1)
    listings = [
        ask(
            ticker,
            ticker_day(end + timedelta(days=1)),
            claim,
            title=subject.asks.format(f"before {day_short(end + timedelta(days=1))}"),
            label=f"Before {day_short(end + timedelta(days=1))}",
            condition=subject.condition.format(f"before {day_short(end + timedelta(days=1))}"),
            strike={"strike_type": "custom", "custom_strike": {"Date": day_short(end + timedelta(days=1))}},
        )
        for end, claim in zip(ends, claims, strict=True)
    ]
    return KalshiEvent(
        series=subject.series,
        ticker=ticker,
        title=subject.kalshi_title,
        sub_title=f"Before {day_short(last)}",
        decided_at=at_eastern(last, 10),
        closes_at=at_eastern(ends[-1], 23, 59),
        listings=listings,
    )


def _gamma(subject: Deadline, question: str, rules: str, ends: Sequence[date], claims: Sequence[Claim]) -> GammaEvent:
    listings = [
        bet(
            question.format(f"by {month_day(end)}" + (f", {end.year}" if end.year != ends[0].year else "")),
            claim,
            rules=f'This market resolves to "Yes" if {rules} by {day_long(end)}, 11:59 PM ET. Otherwise it resolves '
            'to "No". A consensus of credible reporting is the source.',
            group=month_day(end),
            mark=str(end),
        )
        for end, claim in zip(ends, claims, strict=True)
    ]
    title = question.format("by...")
    return GammaEvent(
        slug=slug(title, subject.code, ends[-1].year),
        title=title,
        rules=listings[0].rules,
        ends_at=at_eastern(ends[-1], 19),
        listings=listings,
        tags=subject.tags,
        fees=subject.fees,
    )


def _series(ticker: str, title: str, category: str) -> Series:
    return Series(
        ticker=ticker,
        title=title,
        category=category,
        frequency="one_off",
        sources=(("Reuters", "https://www.reuters.com"), ("The New York Times", "https://www.nytimes.com")),
    )


def ceasefires(dice: Dice) -> Iterator[Deadline]:
    """Ceasefires between two countries; talks between them are the look-alike."""
    for one, other in dice.several(list(combinations(COUNTRIES, 2)), 150):
        yield Deadline(
            family="ceasefire",
            series=_series("KXCEASEFIRE", "Ceasefire", "World"),
            code=letters(one, 4) + letters(other, 4),
            kalshi_title=f"When will {one} and {other} agree to a ceasefire?",
            asks=f"Will {one} and {other} agree to a ceasefire {{}}?",
            condition=f"{one} and {other} both announce a ceasefire between them after Issuance and {{}}",
            question=f"{one} x {other} ceasefire {{}}?",
            rules=f"the governments of {one} and {other} both announce a ceasefire between them",
            fees=FREE,
            tags=("Geopolitics", "World", one),
            other_question=f"{one} x {other} peace talks {{}}?",
            other_rules=f"officials of {one} and {other} meet in person for peace talks",
            other_kind=TwinKind.STAGE,
        )


def departures(dice: Dice) -> Iterator[Deadline]:
    """Heads of government leaving office; announcing it is the look-alike."""
    for country, name in zip(dice.several(COUNTRIES, 20), dice.several(PEOPLE, 20), strict=True):
        yield Deadline(
            family="departure",
            series=_series("KXLEADEROUT", "Leader out", "Politics"),
            code=letters(name.split()[-1], 6) + letters(country, 3),
            kalshi_title=f"When will {name} leave office as President of {country}?",
            asks=f"Will {name} leave office as President of {country} {{}}?",
            condition=f"{name} ceases to be President of {country} {{}}",
            question=f"{name} out as President of {country} {{}}?",
            rules=f"{name} ceases to be the President of {country}, for whatever reason",
            fees=POLITICS,
            tags=("Politics", "World", country),
            other_question=f"Will {name} announce their resignation {{}}?",
            other_rules=f"{name} announces their resignation as President of {country}, whenever it takes effect",
            other_kind=TwinKind.STAGE,
        )


def albums(dice: Dice) -> Iterator[Deadline]:
    """New albums; the announcement of one is the look-alike."""
    for name in dice.several(PEOPLE, 200):
        yield Deadline(
            family="album",
            series=_series("KXNEWALBUM", "New album", "Entertainment"),
            code=letters(name, 9),
            kalshi_title=f"When will {name} release a new album?",
            asks=f"Will {name} release a new album {{}}?",
            condition=f"{name} releases a new studio album {{}}",
            question=f"New {name} album {{}}?",
            rules=f"{name} officially releases a new studio album",
            fees=CULTURE,
            tags=("Culture", "Music"),
            other_question=f"Will {name} announce a new album {{}}?",
            other_rules=f"{name} announces a new studio album, whether or not it is out",
            other_kind=TwinKind.STAGE,
        )


def flotations(dice: Dice) -> Iterator[Deadline]:
    """Companies going public, in several markets of the world; the filing is the look-alike."""
    for place, company in dice.several(list(product(("Nasdaq", "NYSE", "London"), PRIVATE_COMPANIES)), 30):
        yield Deadline(
            family="flotation",
            series=_series("KXIPO", "IPO", "Companies"),
            code=letters(company, 6) + letters(place, 3),
            kalshi_title=f"When will {company} go public on {place}?",
            asks=f"Will {company} go public on {place} {{}}?",
            condition=f"shares of {company} begin trading on {place} {{}}",
            question=f"{company} {place} IPO {{}}?",
            rules=f"shares of {company} begin public trading on {place}",
            fees=TECH,
            tags=("Tech", "IPOs", company),
            other_question=f"Will {company} publicly file for a {place} IPO {{}}?",
            other_rules=f"{company} publicly files for an offering on {place}",
            other_kind=TwinKind.STAGE,
        )
