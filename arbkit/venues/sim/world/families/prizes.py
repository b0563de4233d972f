"""Prizes and rankings: champions, film awards, the song contest, review scores, the largest company."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from arbkit.venues.sim.world.dice import Dice
from arbkit.venues.sim.world.drafts import (
    CULTURE,
    SPORTS,
    TECH,
    GammaEvent,
    KalshiEvent,
    Series,
    Topic,
    ask,
    traps_between,
)
from arbkit.venues.sim.world.families.contests import GammaContest, KalshiContest, Runner, bet
from arbkit.venues.sim.world.model import TwinKind
from arbkit.venues.sim.world.names import COMPANIES, EUROVISION, MLB, NBA, NFL, NHL, TITLES
from arbkit.venues.sim.world.odds import Gauge, coin, gauge, one_of
from arbkit.venues.sim.world.phrases import (
    at_eastern,
    at_utc,
    day_long,
    day_short,
    letters,
    month_day,
    month_end,
    month_start,
    slug,
    ticker_day,
)

_CUPS = (
    # league, teams, ticker, what Kalshi calls it, what Polymarket calls it, decided (month, day), conference title
    ("NBA", NBA, "KXNBA", "Pro Basketball Finals", "NBA Finals", (6, 20), "Eastern Conference Finals"),
    ("NFL", NFL, "KXSB", "Pro Football Championship", "Super Bowl", (2, 9), "AFC Championship"),
    ("MLB", MLB, "KXMLB", "Pro Baseball Championship", "World Series", (10, 31), "American League"),
    ("NHL", NHL, "KXNHL", "Pro Hockey Championship", "Stanley Cup", (6, 21), "Presidents' Trophy"),
)


def champions(dice: Dice, today: date) -> Iterator[Topic]:
    """The champions of four leagues for several years; a lesser title and the next year are the look-alikes."""
    for year in range(today.year, today.year + 8):
        for league, teams, ticker, kalshi_name, gamma_name, (month, day), lesser in _CUPS:
            decided = date(year, month, day)
            if decided < today + timedelta(days=2):
                continue
            runners = [Runner(team.code, team.place, team.full) for team in dice.several(teams, 10)]
            claims = one_of(dice, [f"{league} {year} {runner.code}" for runner in runners])
            series = Series(
                ticker=ticker, title=kalshi_name, category="Sports", tags=(league,), shard=3 if league != "NFL" else 0
            )
            won = _cup_kalshi(series, kalshi_name, decided).event(runners, claims)
            gamma = _cup_gamma(league, gamma_name, decided).event(runners, claims)
            minor = [coin(dice, f"{league} {year} {lesser} {runner.code}", high=0.5) for runner in runners[:5]]
            look_alike = _cup_gamma(league, lesser, decided - timedelta(days=20)).event(runners[:5], minor)
            traps = traps_between(won.listings, look_alike.listings, TwinKind.STAGE)
            yield Topic(family="champion", kalshi=[won], gamma=[gamma, look_alike], traps=traps)


def _cup_kalshi(series: Series, name: str, decided: date) -> KalshiContest:
    return KalshiContest(
        series=series,
        ticker=f"{series.ticker}-{decided.year % 100}",
        title=f"{decided.year} {name}",
        sub_title=f"{decided.year - 1}-{decided.year % 100}",
        asks=f"Will {{}} win the {decided.year} {name}?",
        condition=f"{{}} wins the {decided.year} {name}",
        decided_at=at_eastern(decided, 10),
        closes_at=at_eastern(decided + timedelta(days=730), 10),
        more_rules="Kalshi is not affiliated with the Governing League.",
        participant="team",
    )


def _cup_gamma(league: str, name: str, decided: date) -> GammaContest:
    return GammaContest(
        title=f"{decided.year} {name} Champion",
        question=f"Will the {{}} win the {decided.year} {name}?",
        rules=f'This market resolves to "Yes" if the {{}} win the {decided.year} {name}. If that becomes impossible '
        f'under the rules of the {league}, it resolves to "No" at once.',
        ends_at=at_utc(decided),
        fees=SPORTS,
        tags=("Sports", league),
        mark=league,
        tick=0.001,
    )


def film_awards(dice: Dice, today: date) -> Iterator[Topic]:
    """Best Picture of several years; being nominated and another category are the look-alikes."""
    for year in range(today.year + 1, today.year + 8):
        titles = [Runner(letters(title, 5), title, title) for title in dice.several(TITLES, 8)]
        unique = list({runner.code: runner for runner in titles}.values())
        day = date(year, 3, 14)
        claims = one_of(dice, [f"picture {year} {runner.kalshi}" for runner in unique])
        kalshi = KalshiContest(
            series=Series(ticker="KXOSCARPIC", title="Best Picture", category="Entertainment", tags=("Oscars",)),
            ticker=f"KXOSCARPIC-{year % 100}",
            title=f"Oscar for Best Picture in {year}?",
            sub_title=f"{year} Academy Awards",
            asks=f"Will {{}} win Best Picture at the {year} Oscars?",
            condition=f"{{}} wins Best Picture at the {year} Academy Awards",
            decided_at=at_eastern(day, 23, 30),
            closes_at=at_eastern(day + timedelta(days=300), 10),
            participant="Film",
        ).event(unique, claims)
        won = _award_gamma(year, "win Best Picture", day).event(unique, claims)
        named = [coin(dice, f"picture named {year} {runner.kalshi}") for runner in unique[:3]]
        listed = _award_gamma(year, "be nominated for Best Picture", day).event(unique[:3], named)
        score = [coin(dice, f"screenplay {year} {runner.kalshi}", high=0.4) for runner in unique[3:5]]
        other = _award_gamma(year, "win Best Original Screenplay", day).event(unique[3:5], score)
        traps = traps_between(kalshi.listings, listed.listings, TwinKind.STAGE)
        traps += traps_between(kalshi.listings[3:], other.listings, TwinKind.SUBJECT)
        yield Topic(family="film_award", kalshi=[kalshi], gamma=[won, listed, other], traps=traps)


def _award_gamma(year: int, verb: str, day: date) -> GammaContest:
    return GammaContest(
        title=f"Oscars {year}: to {verb}",
        question=f'Will "{{}}" {verb} at the {year} Academy Awards?'
        if "win" in verb
        else f'Will "{{}}" {verb} in {year}?',
        rules=f'This market resolves to "Yes" if the film "{{}}" is announced to {verb} at the Academy Awards of '
        f"{year}.",
        ends_at=at_utc(day),
        fees=CULTURE,
        tags=("Culture", "Oscars"),
        neg_risk=verb.startswith("win"),
    )


def song_contest(dice: Dice, today: date) -> Iterator[Topic]:
    """The song contest of several years; the televote is the look-alike."""
    for year in range(today.year + 1, today.year + 8):
        runners = [Runner(letters(name, 4), name, name) for name in dice.several(EUROVISION, 10)]
        runners = list({runner.code: runner for runner in runners}.values())
        claims = one_of(dice, [f"song {year} {runner.code}" for runner in runners])
        votes = one_of(dice, [f"televote {year} {runner.code}" for runner in runners[:6]])
        day = date(year, 5, 16)
        kalshi = KalshiContest(
            series=Series(ticker="KXEUROVISION", title="Eurovision", category="Entertainment", tags=("Music",)),
            ticker=f"KXEUROVISION-{year % 100}",
            title=f"Eurovision Winner {year}",
            sub_title=f"In {year}",
            asks=f"Eurovision Winner {year}",
            condition=f"{{}} wins the {year} Eurovision Song Contest",
            decided_at=at_eastern(day, 20),
            closes_at=at_eastern(date(year, 12, 31), 10),
            participant="Country",
        ).event(runners, claims)
        won, televote = _song_gamma(year, "win", day), _song_gamma(year, "win the televote for", day)
        look_alike = televote.event(runners[:6], votes)
        traps = traps_between(kalshi.listings, look_alike.listings, TwinKind.STATISTIC)
        yield Topic(family="song", kalshi=[kalshi], gamma=[won.event(runners[2:], claims[2:]), look_alike], traps=traps)


def _song_gamma(year: int, verb: str, day: date) -> GammaContest:
    return GammaContest(
        title=f"Eurovision {year}: to {verb}" if "tele" in verb else f"Eurovision Winner {year}",
        question=f"Will {{}} {verb} Eurovision {year}?",
        rules=f'This market resolves to "Yes" if {{}} is announced to {verb} the Eurovision Song Contest {year}.',
        ends_at=at_utc(day),
        fees=CULTURE,
        tags=("Culture", "Eurovision"),
        tick=0.001,
    )


def reviews(dice: Dice, today: date) -> Iterator[Topic]:
    """The critics' score of new films: "above 80" is "at least 81"; "at least 80" and the audience are the traps."""
    day = today
    for title in dice.several(TITLES, len(TITLES)):
        day += timedelta(days=dice.randint(2, 5))
        value = gauge(dice, f"critics {title}", dice.uniform(55, 88), 7, step=1)
        audience = gauge(dice, f"audience {title}", value.mean, 9, step=1)
        base = round(value.mean / 5) * 5
        steps = [base - 10, base - 5, base, base + 5]
        kalshi = _review_kalshi(title, day, value, steps)
        exact = _review_gamma(title, day, value, [step + 1 for step in steps], "Tomatometer")
        loose = _review_gamma(title, day, value, steps[1:3], "Tomatometer")
        crowd = _review_gamma(title, day, audience, [step + 1 for step in steps[:2]], "Popcornmeter")
        traps = traps_between(kalshi.listings[1:], loose.listings, TwinKind.COMPARATOR)
        traps += traps_between(kalshi.listings, crowd.listings, TwinKind.STATISTIC)
        traps += traps_between(kalshi.listings, exact.listings[1:], TwinKind.THRESHOLD)
        yield Topic(family="review", kalshi=[kalshi], gamma=[exact, loose, crowd], traps=traps)


def _review_kalshi(title: str, day: date, value: Gauge, steps: Sequence[int]) -> KalshiEvent:
    ticker = f"KXRT-{letters(title, 9)}"
    listings = [
        ask(
            ticker,
            str(step),
            value.above(step + 0.5),
            title=f"{title} Rotten Tomatoes score?",
            label=f"Above {step}",
            condition=f"{title} has a Tomatometer score above {step} on Rotten Tomatoes on {day_short(day)} at 10:00 "
            "AM ET",
            strike={"strike_type": "greater", "floor_strike": step},
        )
        for step in steps
    ]
    return KalshiEvent(
        series=Series(
            ticker="KXRT",
            title="Rotten Tomatoes",
            category="Entertainment",
            sources=(("Rotten Tomatoes", "https://www.rottentomatoes.com"),),
        ),
        ticker=ticker,
        title=f"{title} Rotten Tomatoes score?",
        sub_title=f"On {day_short(day)}",
        decided_at=at_eastern(day, 10),
        closes_at=at_eastern(day, 9, 59),
        listings=listings,
    )


def _review_gamma(title: str, day: date, value: Gauge, steps: Sequence[int], meter: str) -> GammaEvent:
    name = f'"{title}" Rotten Tomatoes {meter}'
    listings = [
        bet(
            f"Will {name} score be at least {step}?",
            value.above(step - 0.5),
            rules=f'This market resolves to "Yes" if the {meter} of "{title}" on Rotten Tomatoes is {step} or higher '
            f"on {day_long(day)}, 10:00 AM ET.",
            group=f"{step}+",
            mark=str(day),
        )
        for step in steps
    ]
    return GammaEvent(
        slug=slug(title, "rotten tomatoes", meter, steps[0]),
        title=f"{name} score?",
        rules=listings[0].rules,
        ends_at=at_eastern(day, 10),
        listings=listings,
        tags=("Culture", "Movies"),
        fees=CULTURE,
    )


def largest_company(dice: Dice, today: date) -> Iterator[Topic]:
    """The largest company at the end of each month; the second largest and the next month are the look-alikes."""
    for index in range(36):
        end = month_end(month_start(today, index + 1))
        runners = [Runner(letters(name, 4), name, name) for name in dice.several(COMPANIES, 7)]
        claims = one_of(dice, [f"largest {end} {runner.code}" for runner in runners])
        second = one_of(dice, [f"second {end} {runner.code}" for runner in runners])
        kalshi = KalshiContest(
            series=Series(ticker="KXLARGESTCOMPANY", title="Largest company", category="Companies"),
            ticker=f"KXLARGESTCOMPANY-{ticker_day(end)}",
            title=f"Largest company on {day_short(end)}?",
            sub_title=f"On {day_short(end)}",
            asks=f"Will {{}} have the largest market cap in the world on {day_short(end)}?",
            condition=f"{{}} has the largest market capitalization of all public companies at the close of "
            f"{day_short(end)}",
            decided_at=at_eastern(end, 17),
            closes_at=at_eastern(end, 16),
            participant="Company",
        ).event(runners, claims)
        first, next_one = _largest_gamma(end, "the largest"), _largest_gamma(end, "the second-largest")
        look_alike = next_one.event(runners, second)
        traps = traps_between(kalshi.listings, look_alike.listings, TwinKind.FIRST_OR_SECOND)
        yield Topic(family="company", kalshi=[kalshi], gamma=[first.event(runners, claims), look_alike], traps=traps)


def _largest_gamma(end: date, rank: str) -> GammaContest:
    return GammaContest(
        title=f"{rank.removeprefix('the ').capitalize()} company end of {month_day(end)}?",
        question=f"Will {{}} be {rank} company in the world by market cap on {month_day(end)}?",
        rules=f'This market resolves to "Yes" if {{}} is {rank} company in the world by market capitalization at the '
        f"close of {day_long(end)}.",
        ends_at=at_utc(end),
        fees=TECH,
        tags=("Tech", "Finance"),
        mark=str(end.year),
        source="https://companiesmarketcap.com",
    )
