"""Two synthetic catalogues in the venues' house styles, with planted twins; the text of `match_scale.py`.

Sixteen families. A quarter of the Polymarket rows have exactly one Kalshi twin, written in the other venue's words:
city and nickname, `$95,000` and `94,999.99 or above`, `O/U 24.5` and `25+`, `by Mar 31` and `before Apr 1`, ISO dates
and month names. Ladders of thresholds and dates make the hard negatives. One row in 25 has a typing error; three in ten
player props at Kalshi carry no date in the text; close dates are off by up to a fortnight.
"""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from arbkit.venues.sim.world.names import CITIES, COMPANIES, EUROVISION, MLB, NBA, NFL, NHL, PEOPLE, STATES, TITLES
from arbkit.venues.sim.world.phrases import (
    day_short,
    initials,
    letters,
    month_day,
    ordinal,
    slug,
    thousands,
    ticker_day,
)

START = date(2026, 11, 23)
TYPO_PERCENT = 4
TWIN_PERCENT = 25


class Row(NamedTuple):
    """A listing: what candidates are found by. `closes` is its expected end as a day number."""

    text: str
    label: str
    key: str
    closes: int


class Fact(NamedTuple):
    """What a market asks, in no venue's words. `identity` tells facts apart."""

    identity: tuple[object, ...]
    kalshi: Row
    polymarket: Row


class Catalogues(NamedTuple):
    """Both sides, and the true twin (Kalshi index) of the Polymarket rows that have one."""

    kalshi: list[Row]
    polymarket: list[Row]
    twins: dict[int, int]


def make(kalshi_rows: int, polymarket_rows: int, *, seed: int) -> Catalogues:
    """Draw facts: those at Kalshi, of which some are at Polymarket too, and others of the same families."""
    dice = Random(seed)
    facts: dict[tuple[object, ...], Fact] = {}
    wanted = kalshi_rows + polymarket_rows * (100 - TWIN_PERCENT) // 100
    makers = [maker for maker, weight in FAMILIES for _ in range(weight)]
    tries = 0
    while len(facts) < wanted and tries < wanted * 8:
        tries += 1
        fact = dice.choice(makers)(dice)
        facts.setdefault(fact.identity, fact)
    drawn = list(facts.values())
    dice.shuffle(drawn)
    listed, others = drawn[:kalshi_rows], drawn[kalshi_rows:]
    kalshi = [_listed(dice, fact.kalshi) for fact in listed]
    shared = dice.sample(range(kalshi_rows), polymarket_rows - len(others))
    rows = [(listed[index].polymarket, index) for index in shared] + [(fact.polymarket, None) for fact in others]
    dice.shuffle(rows)
    return Catalogues(
        kalshi,
        [_listed(dice, row) for row, _ in rows],
        {place: index for place, (_, index) in enumerate(rows) if index is not None},
    )


def _listed(dice: Random, row: Row) -> Row:
    text = _mistyped(dice, row.text) if dice.random() * 100 < TYPO_PERCENT else row.text
    return row._replace(text=text, closes=row.closes + dice.randint(0, 14))


def _mistyped(dice: Random, text: str) -> str:
    """Swap, double or drop a letter inside a word."""
    places = [at for at in range(1, len(text) - 1) if text[at - 1 : at + 2].isalpha()]
    if not places:
        return text
    at = dice.choice(places)
    kind = dice.randrange(3)
    if kind == 0:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + (text[at] * 2 if kind == 1 else "") + text[at + 1 :]


def _day(dice: Random, days: int = 75) -> date:
    return START + timedelta(days=dice.randrange(days))


def _fact(kind: str, *words: object, kalshi: tuple[str, str, str], polymarket: tuple[str, str], on: date) -> Fact:
    text, label, ticker = kalshi
    question, mark = polymarket
    return Fact(
        (kind, *words),
        Row(text, label, ticker, on.toordinal()),
        Row(question, "", slug(question, mark), on.toordinal()),
    )


_COINS = (
    ("BTC", "Bitcoin", 60_000, 500), ("ETH", "Ethereum", 2_000, 20), ("SOL", "Solana", 100, 2),
    ("XRP", "XRP", 100, 2), ("DOGE", "Dogecoin", 100, 1), ("BNB", "BNB", 500, 5),
)  # fmt: skip
_STOCKS = ("Apple", "Tesla", "NVIDIA", "Microsoft", "Amazon", "Alphabet", "Meta", "Netflix", "Palantir", "AMD", "Intel")
_STOCK_CODES = ("AAPL", "TSLA", "NVDA", "MSFT", "AMZN", "GOOGL", "META", "NFLX", "PLTR", "AMD", "INTC")
_LEAGUES = (("NFL", NFL, "points", 40), ("NBA", NBA, "points", 215), ("MLB", MLB, "runs", 6), ("NHL", NHL, "goals", 4))
_STATISTICS = (("points", "PTS"), ("rebounds", "REB"), ("assists", "AST"), ("strikeouts", "KS"), ("shots", "SOG"))
_CPI = (("CPI year-over-year", "annual inflation"), ("Core CPI year-over-year", "annual core inflation"))
_AWARDS = ("Best Picture", "Best Director", "Album of the Year", "Song of the Year", "Best Drama Series", "Best Score")
_MENTIONED = (
    "tariff",
    "inflation",
    "border",
    "artificial intelligence",
    "China",
    "oil",
    "recession",
    "crypto",
    "housing",
)
_EVENTS = ("State of the Union", "earnings call", "press conference", "interview", "rally", "testimony")
_ROLES = (
    ("Secretary of Defense", "Pentagon chief"),
    ("Attorney General", "attorney general"),
    ("CEO", "chief executive"),
)
_MONTH_COUNT = 36


def coins(dice: Random) -> Fact:
    code, name, base, step = dice.choice(_COINS)
    day, level = _day(dice), base + step * dice.randrange(120)
    return _fact(
        "coin", code, day, level, on=day,
        kalshi=(f"{name} price on {day_short(day)} at 5pm EST?", f"${level - 0.01:,.2f} or above",
                f"KX{code}D-{ticker_day(day)}17-T{level - 0.01:.2f}"),
        polymarket=(f"Will the price of {name} be above ${thousands(level)} on {month_day(day)}?", ""),
    )  # fmt: skip


def stocks(dice: Random) -> Fact:
    name, code = dice.choice(list(zip(_STOCKS, _STOCK_CODES, strict=True)))
    day, level = _day(dice), 80 + 5 * dice.randrange(120)
    return _fact(
        "stock", code, day, level, on=day,
        kalshi=(f"{name} ({code}) close on {day_short(day)}?", f"Above ${level}.00",
                f"KX{code}-{ticker_day(day)}-T{level}"),
        polymarket=(f"Will {name} close above ${level} on {month_day(day)}?", str(day)),
    )  # fmt: skip


def _meeting(dice: Random) -> tuple[str, str, date, str, str, str, int, tuple[str, str], str]:
    league, teams, points, base = dice.choice(_LEAGUES)
    away, home = dice.sample(teams, 2)
    day = _day(dice, 120)
    ticker = f"{ticker_day(day)}{away.code}{home.code}"
    names = f"{away.nickname} vs. {home.nickname}"
    mark = f"{league}-{away.code}-{home.code}-{day}".lower()
    return league, ticker, day, f"{away.place} at {home.place}", names, points, base, (home.place, home.nickname), mark


def winners(dice: Random) -> Fact:
    league, ticker, day, kalshi, names, _, _, (place, nickname), mark = _meeting(dice)
    made = _fact(
        "winner", league, ticker, on=day,
        kalshi=(f"{kalshi} Winner? ({day_short(day)})", place, f"KX{league}GAME-{ticker}-{letters(nickname, 3)}"),
        polymarket=(names, ""),
    )  # fmt: skip
    return made._replace(polymarket=made.polymarket._replace(key=mark))


def spreads(dice: Random) -> Fact:
    league, ticker, day, _, names, points, _, (place, nickname), mark = _meeting(dice)
    line = dice.randrange(1, 13) + 0.5
    made = _fact(
        "spread", league, ticker, line, on=day,
        kalshi=(f"{place} wins by over {line} {points} on {day_short(day)}?", f"{place} by over {line}",
                f"KX{league}SPREAD-{ticker}-{line:.0f}"),
        polymarket=(f"{names}: {nickname} (-{line})", ""),
    )  # fmt: skip
    return made._replace(polymarket=made.polymarket._replace(key=f"{mark}-spread-{line:.0f}pt5"))


def totals(dice: Random) -> Fact:
    league, ticker, day, kalshi, names, points, base, _, mark = _meeting(dice)
    line = base + dice.randrange(24) + 0.5
    made = _fact(
        "total", league, ticker, line, on=day,
        kalshi=(f"{kalshi}: Total {points.title()} on {day_short(day)}", f"{line + 0.5:.0f}+ {points} scored",
                f"KX{league}TOTAL-{ticker}-{line + 0.5:.0f}"),
        polymarket=(f"{names}: O/U {line}", ""),
    )  # fmt: skip
    return made._replace(polymarket=made.polymarket._replace(key=f"{mark}-total-{line:.0f}pt5"))


def props(dice: Random) -> Fact:
    player, (statistic, code) = dice.choice(PEOPLE[:500]), dice.choice(_STATISTICS)
    day, line = _day(dice, 60), dice.randrange(2, 40)
    dated = "" if dice.random() < 0.3 else f" on {day_short(day)}"
    return _fact(
        "prop", player, statistic, day, line, on=day,
        kalshi=(f"{player}: {line}+ {statistic}{dated}?", f"{player}: {line}+",
                f"KXNBA{code}-{ticker_day(day)}-{initials(player)}{line}"),
        polymarket=(f"{player}: {statistic.title()} O/U {line - 0.5}", str(day)),
    )  # fmt: skip


def fed(dice: Random) -> Fact:
    day = START.replace(day=9) + timedelta(days=42 * dice.randrange(24))
    size, verb = dice.choice((0, 25, 50, 75)), dice.choice(("Cut", "Hike"))
    word = "decrease" if verb == "Cut" else "increase"
    return _fact(
        "fed", day, size, verb, on=day,
        kalshi=(f"Will the Federal Reserve {verb} rates by {size}bps at their {day:%B %Y} meeting?",
                f"{verb} {size}bps",
                f"KXFEDDECISION-{day:%y%b}-{verb[0]}{size}".upper()),
        polymarket=(f"Fed {word}s interest rates by {size} bps after the {day:%B %Y} meeting?", ""),
    )  # fmt: skip


def seats(dice: Random) -> Fact:
    code, state = dice.choice(list(STATES.items()))
    office, year, party = dice.choice(("Senate", "governor", "House")), dice.choice((2026, 2028)), dice.choice("DR")
    number, ours = dice.randrange(1, 28), "Democratic" if party == "D" else "Republican"
    theirs = "Democrats" if party == "D" else "Republicans"
    place = f"{code}-{number:02d}" if office == "House" else state
    return _fact(
        "seat", office, place, year, party, on=date(year, 11, 3),
        kalshi=(f"Will the {ours} party win the {office} race in {place} in {year}?", ours,
                f"KX{office.upper()}{place.replace('-', '')}-{year % 100}-{party}"),
        polymarket=(f"Will the {theirs} win the {place} {office} election in {year}?", ""),
    )  # fmt: skip


def weather(dice: Random) -> Fact:
    code, short, name, _ = dice.choice(CITIES)
    day, low = _day(dice), 20 + 2 * dice.randrange(36)
    return _fact(
        "high", code, day, low, on=day,
        kalshi=(f"Will the **high temp in {short}** be {low}-{low + 1}° on {day_short(day)}?", f"{low}° to {low + 1}°",
                f"KXHIGH{code}-{ticker_day(day)}-B{low}.5"),
        polymarket=(f"Highest temperature in {name} between {low}-{low + 1}°F on {month_day(day)}?", ""),
    )  # fmt: skip


def inflation(dice: Random) -> Fact:
    index, step = dice.randrange(_MONTH_COUNT), round(1.5 + dice.randrange(40) / 10, 1)
    day = date(2026 + index // 12, index % 12 + 1, 12)
    ours, theirs = dice.choice(_CPI)
    return _fact(
        "cpi", ours, day, step, on=day,
        kalshi=(f"{ours} in {day:%b %Y}?", f"Exactly {step}%", f"KXECONSTATCPI-{day:%y%b}-T{step}".upper()),
        polymarket=(f"Will {theirs} increase by {step}% in {day:%B %Y}?", ""),
    )  # fmt: skip


def awards(dice: Random) -> Fact:
    award, year, nominee = dice.choice(_AWARDS), dice.randrange(2027, 2031), dice.choice(TITLES)
    return _fact(
        "award", award, year, nominee, on=date(year, 3, 14),
        kalshi=(f"Who will win {award} in {year}?", nominee,
                f"KX{letters(award, 8)}-{year % 100}-{letters(nominee, 6)}"),
        polymarket=(f'Will "{nominee}" win {award} at the {year} ceremony?', ""),
    )  # fmt: skip


def scores(dice: Random) -> Fact:
    film, step = dice.choice(TITLES), 40 + dice.randrange(56)
    on = START + timedelta(days=TITLES.index(film) % 200)
    return _fact(
        "score", film, step, on=on,
        kalshi=(f"{film} Rotten Tomatoes score?", f"Above {step}", f"KXRT-{letters(film, 9)}-{step}"),
        polymarket=(f'Will "{film}" score {step + 1} or more on Rotten Tomatoes?', ""),
    )  # fmt: skip


def champions(dice: Random) -> Fact:
    (league, teams, _, _), year = dice.choice(_LEAGUES), dice.randrange(2027, 2031)
    team = dice.choice(teams)
    ours, theirs = {
        "NFL": ("Pro Football Championship", "Super Bowl"),
        "NBA": ("Pro Basketball Finals", "NBA Finals"),
    }.get(league, ("Pro Baseball Championship", "World Series") if league == "MLB" else ("Stanley Cup", "Stanley Cup"))
    return _fact(
        "champion", league, year, team.code, on=date(year, 6, 20),
        kalshi=(f"Will {team.place} win the {year} {ours}?", team.place, f"KX{league}-{year % 100}-{team.code}"),
        polymarket=(f"Will the {team.full} win the {year} {theirs}?", ""),
    )  # fmt: skip


def mentions(dice: Random) -> Fact:
    person, word, event = dice.choice(PEOPLE[500:900]), dice.choice(_MENTIONED), dice.choice(_EVENTS)
    day = _day(dice, 30)
    return _fact(
        "mention", person, word, event, day, on=day,
        kalshi=(f"What will {person} say during their {event} on {day_short(day)}?", word.title(),
                f"KXMENTION-{ticker_day(day)}-{initials(person)}{letters(word, 4)}"),
        polymarket=(f'Will {person} say "{word.title()}" during {event} on {month_day(day)}?', ""),
    )  # fmt: skip


def people(dice: Random) -> Fact:
    person, (ours, theirs), end = dice.choice(PEOPLE[900:]), dice.choice(_ROLES), date(2027, dice.randrange(1, 13), 28)
    end = end.replace(year=2027 + dice.randrange(2))
    before = end + timedelta(days=1)
    return _fact(
        "person", person, ours, end, on=end,
        kalshi=(f"Will {person} leave as {ours} before {day_short(before)}?", f"Before {day_short(before)}",
                f"KXLEAVE{letters(person, 5)}-{ticker_day(before)}"),
        polymarket=(f"{person} out as {theirs} by {month_day(end)}, {end.year}?", ""),
    )  # fmt: skip


def ranks(dice: Random) -> Fact:
    names = COMPANIES + EUROVISION
    name, place, end = dice.choice(names), dice.randrange(1, 6), START + timedelta(days=7 * dice.randrange(60))
    return _fact(
        "rank", name, place, end, on=end,
        kalshi=(f"Who will be ranked {ordinal(place)} on {day_short(end)}?", name,
                f"KXRANK{place}-{ticker_day(end)}-{letters(name, 4)}"),
        polymarket=(f"Will {name} be ranked #{place} on {end.isoformat()}?", ""),
    )  # fmt: skip


FAMILIES: tuple[tuple[Callable[[Random], Fact], int], ...] = (
    (coins, 10), (stocks, 8), (winners, 8), (spreads, 10), (totals, 10), (props, 22), (fed, 1), (seats, 2),
    (weather, 6), (inflation, 2), (awards, 3), (scores, 4), (champions, 1), (mentions, 6), (people, 5), (ranks, 4),
)  # fmt: skip
"""Sixteen families and how often each is drawn."""
