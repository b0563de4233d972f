"""Elections of the United States: Senate, governors, House districts, presidential nominations."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from arbkit.venues.sim.world.dice import Dice
from arbkit.venues.sim.world.drafts import POLITICS, Claim, Series, Topic, traps_between
from arbkit.venues.sim.world.families.contests import GammaContest, KalshiContest, Runner
from arbkit.venues.sim.world.model import TwinKind
from arbkit.venues.sim.world.names import PEOPLE, STATES
from arbkit.venues.sim.world.odds import coin, one_of
from arbkit.venues.sim.world.phrases import at_eastern, at_utc, initials, weekday_from

_PARTIES = (Runner("D", "Democratic", "Democrats"), Runner("R", "Republican", "Republicans"))
_HOUSE_PARTIES = (Runner("D", "Democratic", "Democratic Party"), Runner("R", "Republican", "Republican Party"))
_SOURCES = (("The New York Times", "https://www.nytimes.com"), ("Associated Press", "https://apnews.com"))
_RESOLUTION = (
    "The Associated Press, Fox News and NBC are the sources: the market resolves once all three have called the "
    "race for the same candidate, else by the official certification."
)
_DISTRICTS = 14


def _election_day(year: int) -> date:
    return weekday_from(date(year, 11, 1), 0) + timedelta(days=1)


def _next_even_year(today: date) -> int:
    year = today.year + today.year % 2
    return year if _election_day(year) > today + timedelta(days=2) else year + 2


def senate(dice: Dice, today: date) -> Iterator[Topic]:
    """Which party takes the Senate seat of a state; the governor's race is the look-alike."""
    first = _next_even_year(today)
    for year in range(first, first + 8, 2):
        for code, state in dice.several(list(STATES.items()), 33):
            seat = one_of(dice, [f"senate {year} {code} {party.code}" for party in _PARTIES])
            governor = one_of(dice, [f"governor {year} {code} {party.code}" for party in _PARTIES])
            kalshi = _state_kalshi(year, code, state, "Senate").event(_PARTIES, seat)
            gamma = _state_gamma(year, state, "Senate").event(_PARTIES, seat)
            look_alike = _state_gamma(year, state, "governor").event(_PARTIES, governor)
            traps = traps_between(kalshi.listings, look_alike.listings, TwinKind.STAGE)
            yield Topic(family="senate", kalshi=[kalshi], gamma=[gamma, look_alike], traps=traps)


def governors(dice: Dice, today: date) -> Iterator[Topic]:
    """Which person is elected governor of a state; the party's nominee and another state are the look-alikes."""
    first = _next_even_year(today)
    for year in range(first, first + 8, 2):
        for code, state in dice.several(list(STATES.items()), 31):
            runners = _people(dice, 4)
            claims = one_of(dice, [f"governor {year} {code} {runner.code}" for runner in runners])
            kalshi = _governor_kalshi(year, code, state).event(runners, claims)
            gamma = _governor_gamma(year, state, f"win the {state} Governor Election in {year}").event(runners, claims)
            ballot = _governor_gamma(year, state, f"be on the ballot for {state} Governor in {year}")
            nominees = [coin(dice, f"governor ballot {year} {code} {runner.code}") for runner in runners[:2]]
            on_ballot = ballot.event(runners[:2], nominees)
            traps = traps_between(kalshi.listings, on_ballot.listings, TwinKind.STAGE)
            yield Topic(family="governor", kalshi=[kalshi], gamma=[gamma, on_ballot], traps=traps)


def house(dice: Dice, today: date) -> Iterator[Topic]:
    """Which party takes a district; the district of the same number in another state is the look-alike."""
    first = _next_even_year(today)
    for year in range(first, first + 6, 2):
        for number in range(1, _DISTRICTS + 1):
            codes = dice.several(list(STATES), 20)
            for here, there in zip(codes[::2], codes[1::2], strict=True):
                yield _district_pair(dice, year, f"{here}-{number:02d}", f"{there}-{number:02d}")


def _district_pair(dice: Dice, year: int, here: str, there: str) -> Topic:
    claims = {
        name: one_of(dice, [f"house {year} {name} {party.code}" for party in _HOUSE_PARTIES]) for name in (here, there)
    }
    kalshi = _district_kalshi(year, here).event(_HOUSE_PARTIES, claims[here])
    gamma = _district_gamma(year, here).event(_HOUSE_PARTIES, claims[here])
    other = _district_gamma(year, there).event(_HOUSE_PARTIES, claims[there])
    crossed = list(reversed(gamma.listings))
    traps = traps_between(kalshi.listings, other.listings, TwinKind.REGION)
    traps += traps_between(kalshi.listings, crossed, TwinKind.SUBJECT)
    return Topic(family="house", kalshi=[kalshi], gamma=[gamma, other], traps=traps)


def nominations(dice: Dice, today: date) -> Iterator[Topic]:
    """Who is nominated for president; who is elected is the look-alike, and the list may grow ("Other")."""
    first = today.year + 4 - today.year % 4
    for year in range(first, first + 12, 4):
        for party, word in (("D", "Democratic"), ("R", "Republican")):
            people = _people(dice, 9)
            names = [*(runner.code for runner in people), "person A", "person B", "other"]
            claims = one_of(dice, [f"nominee {year} {party} {name}" for name in names])
            kalshi = _nominee_kalshi(year, party, word).event(people, claims)
            gamma = _nominee_gamma(year, word, claims[9:]).event(people[:7], claims)
            elected = [coin(dice, f"president {year} {runner.code}", high=0.3) for runner in people[:5]]
            president = _president_gamma(year, word).event(people[:5], elected)
            traps = traps_between(kalshi.listings, president.listings, TwinKind.STAGE)
            yield Topic(family="nomination", kalshi=[kalshi], gamma=[gamma, president], traps=traps)


def _people(dice: Dice, count: int) -> list[Runner]:
    runners: dict[str, Runner] = {}
    for name in dice.several(PEOPLE, count * 4):
        runners.setdefault(initials(name), Runner(initials(name), name, name))
    return list(runners.values())[:count]


def _series(ticker: str, title: str) -> Series:
    return Series(ticker=ticker, title=title, category="Elections", sources=_SOURCES, tags=("US Elections",))


def _state_kalshi(year: int, code: str, state: str, office: str) -> KalshiContest:
    day = _election_day(year)
    return KalshiContest(
        series=_series(f"SENATE{code}", f"{state} Senate race"),
        ticker=f"SENATE{code}-{year % 100}",
        title=f"{state} {office} race in {year}?",
        sub_title=f"In {year}",
        asks=f"Will the {{}} party win the {office} race in {state}?",
        condition=f"a representative of the {{}} party is sworn in as a Senator of {state} for the term beginning in "
        f"{year + 1}",
        decided_at=at_eastern(day + timedelta(days=1), 10),
        closes_at=at_eastern(day + timedelta(days=365), 10),
        participant="Party",
    )


def _state_gamma(year: int, state: str, office: str) -> GammaContest:
    return GammaContest(
        title=f"{state} {office.title()} Election: Winning Party",
        question=f"Will the {{}} win the {state} {office} race in {year}?",
        rules=f"This market is about the {state} {office} election of {year}: it resolves by the party of the "
        f"candidate who wins. {_RESOLUTION}",
        ends_at=at_utc(_election_day(year)),
        fees=POLITICS,
        tags=("Politics", "Elections", "Midterms"),
        mark=str(year),
    )


def _governor_kalshi(year: int, code: str, state: str) -> KalshiContest:
    day = _election_day(year)
    return KalshiContest(
        series=_series(f"KXGOV{code}", f"{state} governor"),
        ticker=f"KXGOV{code}-{year % 100}",
        title=f"Who will win the governorship in {state}?",
        sub_title=f"In {year}",
        asks=f"Who will win the governorship in {state}?",
        condition=f"{{}} is elected to the governorship of {state} pursuant to the election in {year}",
        decided_at=at_eastern(day + timedelta(days=1), 10),
        closes_at=at_eastern(day + timedelta(days=365), 10),
        participant="Candidate",
    )


def _governor_gamma(year: int, state: str, verb: str) -> GammaContest:
    won = "win" in verb
    return GammaContest(
        title=f"{state} Governor Election Winner" if won else f"{state} Governor: who is on the ballot?",
        question=f"Will {{}} {verb}?",
        rules=(
            f'This market resolves to "Yes" if {{}} wins the {state} gubernatorial election of {year}. {_RESOLUTION}'
            if won
            else f'This market resolves to "Yes" if {{}} is on the general election ballot for governor of {state}.'
        ),
        ends_at=at_utc(_election_day(year)),
        fees=POLITICS,
        tags=("Politics", "Elections"),
        mark=str(year),
        neg_risk=won,
    )


def _district_kalshi(year: int, district: str) -> KalshiContest:
    day, code = _election_day(year), district.replace("-", "")
    return KalshiContest(
        series=_series("KXHOUSERACE", "House race"),
        ticker=f"KXHOUSERACE-{code}-{year % 100}",
        title=f"{district} House race",
        sub_title=f"{year} election",
        asks=f"Will {{}} win the House race for {district}?",
        condition=f"the House member sworn in for {district} for the term beginning in {year + 1} is a member of the "
        f"{{}} Party",
        decided_at=at_eastern(day + timedelta(days=1), 10),
        closes_at=at_eastern(day + timedelta(days=365), 10),
        participant="Party",
    )


def _district_gamma(year: int, district: str) -> GammaContest:
    return GammaContest(
        title=f"{district} House Election Winner",
        question=f"Will the {{}} win the {district} House seat?",
        rules=f"This market resolves by the party of the candidate who wins the {district} congressional seat in the "
        f"{year} elections. {_RESOLUTION}",
        ends_at=at_utc(_election_day(year)),
        fees=POLITICS,
        tags=("Politics", "Elections", "House"),
        mark=str(year),
    )


def _nominee_kalshi(year: int, party: str, word: str) -> KalshiContest:
    day = date(year, 8, 20)
    return KalshiContest(
        series=_series(f"KXPRESNOM{party}", f"{word} presidential nominee"),
        ticker=f"KXPRESNOM{party}-{year % 100}",
        title=f"{word} nominee in {year}?",
        sub_title=f"In {year}",
        asks=f"Will {{}} be the {word} Presidential nominee in {year}?",
        condition=f"{{}} wins and accepts the nomination of the {word} Party to contest the {year} presidential "
        "election",
        decided_at=at_eastern(day, 10),
        closes_at=at_eastern(date(year, 11, 7), 10),
        participant="Politician",
    )


def _nominee_gamma(year: int, word: str, placeholders: Sequence[Claim]) -> GammaContest:
    return GammaContest(
        title=f"{word} Presidential Nominee {year}",
        question=f"Will {{}} win the {year} {word} presidential nomination?",
        rules=f'This market resolves to "Yes" if {{}} wins and accepts the {year} nomination of the {word} Party for '
        "US president. A replacement of the nominee before election day does not change the resolution.",
        ends_at=at_utc(_election_day(year)),
        fees=POLITICS,
        tags=("Politics", "Elections", "Primaries"),
        tick=0.001,
        placeholders=placeholders,
    )


def _president_gamma(year: int, word: str) -> GammaContest:
    return GammaContest(
        title=f"Presidential Election Winner {year}: {word} candidates",
        question=f"Will {{}} win the {year} US Presidential Election?",
        rules=f'This market resolves to "Yes" if {{}} wins the {year} US presidential election. {_RESOLUTION}',
        ends_at=at_utc(_election_day(year)),
        fees=POLITICS,
        tags=("Politics", "Elections"),
        tick=0.001,
    )
