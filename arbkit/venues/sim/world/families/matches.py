"""Tennis matches, and soccer: matches with a draw, groups, and who goes through."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from arbkit.core.markets import Polarity
from arbkit.venues.sim.world.dice import Dice
from arbkit.venues.sim.world.drafts import (
    SPORTS,
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
from arbkit.venues.sim.world.families.contests import GammaContest, KalshiContest, Runner, bet
from arbkit.venues.sim.world.model import TwinKind
from arbkit.venues.sim.world.names import CLUBS, NATIONS, PEOPLE, Team
from arbkit.venues.sim.world.odds import coin, one_of
from arbkit.venues.sim.world.phrases import at_eastern, at_utc, day_long, day_short, initials, letters, slug, ticker_day

_TENNIS = Series(
    ticker="KXATPMATCH",
    title="ATP Tennis Match",
    category="Sports",
    fee_type="quadratic_with_maker_fees",
    tags=("Tennis",),
    sources=(("ATP", "https://www.atptour.com"),),
    shard=3,
)
_SOCCER = Series(
    ticker="KXUCLGAME",
    title="Champions League Game",
    category="Sports",
    tags=("Soccer",),
    sources=(("UEFA", "https://www.uefa.com"),),
)
_GROUPS = Series(
    ticker="KXNATIONSGROUPWIN",
    title="Group winner",
    category="Sports",
    tags=("Soccer",),
    sources=(("FIFA", "https://www.fifa.com"),),
)
_CITIES = ("Auckland", "Basel", "Brisbane", "Doha", "Dubai", "Marseille", "Monte Carlo", "Rome", "Rotterdam", "Vienna")
_ROUNDS = ("Round of 32", "Round of 16", "Quarterfinal", "Semifinal")


def tennis(dice: Dice, today: date) -> Iterator[Topic]:
    """Matches of a tour without end, each with its first set and with the next round as traps."""
    day = today
    while True:
        day += timedelta(days=1)
        city, stage = dice.choice(_CITIES), dice.choice(_ROUNDS)
        for _ in range(3):
            one, other = dice.several(PEOPLE, 2)
            yield _tennis_match(dice, day, (one, other), f"{city} Open", stage)


def _tennis_match(dice: Dice, day: date, players: tuple[str, str], cup: str, stage: str) -> Topic:
    one, other = players
    key = f"tennis {day} {one} {other}"
    claim, first_set = coin(dice, key, low=0.15, high=0.85), coin(dice, f"{key} set", low=0.25, high=0.75)
    starts_at = at_eastern(day, dice.randint(6, 17), dice.choice((0, 30)))
    event = _tennis_kalshi(day, starts_at, players, claim, f"{cup} {stage}")
    gamma = _tennis_gamma(day, starts_at, players, (claim, first_set), f"{cup} {stage}")
    title, advance = coin(dice, f"{key} cup"), coin(dice, f"{key} next round")
    outright = bet(
        f"Will {one} win the {day.year} {cup}?",
        title,
        rules=f'This market resolves to "Yes" if {one} wins the men\'s singles title of the {day.year} {cup}.',
        mark=str(day),
    )
    further = bet(
        f"Will {other} reach the final of the {day.year} {cup}?",
        advance,
        rules=f'This market resolves to "Yes" if {other} plays in the singles final of the {day.year} {cup}.',
        mark=str(day),
    )
    extra = GammaEvent(
        slug=slug(cup, day, one),
        title=f"{day.year} {cup}",
        rules=outright.rules,
        ends_at=at_utc(day + timedelta(days=5)),
        listings=[outright, further],
        tags=("Sports", "Tennis"),
        fees=SPORTS,
    )
    asks, bets = event.listings, gamma.listings
    traps = [
        Trap(asks[0].ticker, bets[1].slug, TwinKind.PERIOD),
        Trap(asks[1].ticker, bets[1].slug, TwinKind.PERIOD, Polarity.INVERTED),
        Trap(asks[0].ticker, outright.slug, TwinKind.STAGE),
        Trap(asks[1].ticker, further.slug, TwinKind.STAGE),
    ]
    return Topic(family="tennis", kalshi=[event], gamma=[gamma, extra], traps=traps)


def _tennis_kalshi(day: date, starts_at: datetime, players: tuple[str, str], claim: Claim, stage: str) -> KalshiEvent:
    one, other = players
    code = f"{ticker_day(day)}{initials(one, 5)[1:]}{initials(other, 5)[1:]}"
    match = f"{one.split()[-1]} vs {other.split()[-1]} professional tennis match in the {day.year} {stage}"
    listings = [
        KalshiListing(
            ticker=f"KXATPMATCH-{code}-{initials(player)}",
            claim=claim,
            title=f"Will {player} win the {match}?",
            label=player,
            rules=f"If {player} wins the {match} after a ball has been played, then the market resolves to Yes.",
            more_rules="If the match is not played or cannot be finished, the market resolves to a fair market price.",
            strike={"strike_type": "structured", "custom_strike": {"tennis_competitor": player}},
            flipped=player is other,
        )
        for player in players
    ]
    return KalshiEvent(
        series=_TENNIS,
        ticker=f"KXATPMATCH-{code}",
        title=f"{one.split()[-1]} vs {other.split()[-1]}",
        sub_title=f"{stage} ({day_short(day)})",
        decided_at=starts_at + timedelta(hours=3),
        closes_at=starts_at + timedelta(days=14),
        listings=listings,
        exclusive=True,
        opened_days_ago=1,
    )


def _tennis_gamma(
    day: date, starts_at: datetime, players: tuple[str, str], claims: tuple[Claim, Claim], stage: str
) -> GammaEvent:
    one, other = players
    stem = f"atp-{letters(one.split()[-1], 7)}-{letters(other.split()[-1], 7)}-{day}".lower()
    rules = (
        f"This market refers to the {stage} match between {one} and {other}, scheduled for {day_long(day)}. It "
        "resolves to the player who advances. If the match is not played, or is delayed by more than 7 days, it "
        "resolves 50-50."
    )
    first = f"This market resolves to the player who wins the first set of the {stage} match between {one} and {other}."
    start = {"gameStartTime": f"{starts_at:%Y-%m-%d %H:%M:%S}+00", "secondsDelay": 3}
    listings = [
        GammaListing(
            slug=stem + suffix,
            claim=claim,
            question=question,
            rules=text,
            outcomes=(one, other),
            facts={**start, "sportsMarketType": kind},
        )
        for suffix, claim, question, text, kind in (
            ("", claims[0], f"{stage}: {one} vs {other}", rules, "moneyline"),
            ("-set-1", claims[1], f"Set 1 Winner: {one} vs {other}", first, "tennis_first_set_winner"),
        )
    ]
    return GammaEvent(
        slug=stem,
        title=f"{one} vs {other}",
        rules=rules,
        ends_at=starts_at + timedelta(hours=6),
        listings=listings,
        tags=("Sports", "Tennis"),
        fees=SPORTS,
        opened_days_ago=1,
    )


@dataclass(frozen=True, slots=True)
class _Tie:
    """A match of two clubs in a knock-out round."""

    home: Team
    away: Team
    day: date
    starts_at: datetime
    results: Sequence[Claim]
    """Home wins, away wins, draw: after 90 minutes."""
    advance: Sequence[Claim]

    @property
    def code(self) -> str:
        return f"{ticker_day(self.day)}{self.home.code}{self.away.code}"

    @property
    def stem(self) -> str:
        return f"ucl-{self.home.code}-{self.away.code}-{self.day}".lower()


def soccer(dice: Dice, today: date) -> Iterator[Topic]:
    """Cup matches without end: the result after 90 minutes, and who goes through as the trap beside it."""
    day = today
    while True:
        day += timedelta(days=dice.randint(1, 3))
        clubs = dice.several(CLUBS, 6)
        for home, away in zip(clubs[::2], clubs[1::2], strict=True):
            key = f"soccer {day} {home.code} {away.code}"
            tie = _Tie(
                home,
                away,
                day,
                at_eastern(day, 15),
                one_of(dice, [f"{key} {what}" for what in ("home", "away", "draw")], spread=0.4),
                one_of(dice, [f"{key} home through", f"{key} away through"], spread=0.4),
            )
            event, gamma, through = _tie_kalshi(tie), _tie_gamma(tie), _tie_through(tie)
            traps = traps_between(event.listings, through.listings, TwinKind.STAGE)
            yield Topic(family="soccer", kalshi=[event], gamma=[gamma, through], traps=traps)


def _tie_kalshi(tie: _Tie) -> KalshiEvent:
    ticker, match = f"KXUCLGAME-{tie.code}", f"{tie.home.place} vs {tie.away.place}"
    game = f"{match} Champions League game originally scheduled for {day_short(tie.day)}"
    listings = [
        ask(
            ticker,
            code,
            claim,
            title=f"{match} Winner?",
            label=label,
            condition=f"{label} wins the {game} after 90 minutes plus stoppage time"
            if code != "TIE"
            else f"the {game} is tied after 90 minutes plus stoppage time",
        )
        for (code, label), claim in zip(
            ((tie.home.code, tie.home.place), (tie.away.code, tie.away.place), ("TIE", "Tie")), tie.results, strict=True
        )
    ]
    return KalshiEvent(
        series=_SOCCER,
        ticker=ticker,
        title=match,
        sub_title=f"{tie.home.code} vs {tie.away.code} ({day_short(tie.day)[:-6]})",
        decided_at=tie.starts_at + timedelta(hours=2),
        closes_at=tie.starts_at + timedelta(days=14),
        listings=listings,
        exclusive=True,
        opened_days_ago=6,
    )


def _tie_gamma(tie: _Tie) -> GammaEvent:
    home, away = tie.home.nickname, tie.away.nickname
    when = f"the Champions League game between {home} and {away}, scheduled for {day_long(tie.day)}"
    close = (
        'Only the first 90 minutes plus stoppage time count. If the game is not played, this market resolves to "No".'
    )
    rows = (
        (tie.home.code, f"Will {home} win on {tie.day}?", f'This resolves to "Yes" if {home} wins {when}. {close}'),
        (tie.away.code, f"Will {away} win on {tie.day}?", f'This resolves to "Yes" if {away} wins {when}. {close}'),
        (
            "draw",
            f"Will {home} vs. {away} end in a draw?",
            f'This resolves to "Yes" if {when}, ends in a draw. {close}',
        ),
    )
    listings = [
        GammaListing(
            slug=f"{tie.stem}-{code}".lower(),
            claim=claim,
            question=question,
            group=question,
            rules=rules,
            facts={"gameStartTime": f"{tie.starts_at:%Y-%m-%d %H:%M:%S}+00", "sportsMarketType": "moneyline"},
        )
        for (code, question, rules), claim in zip(rows, tie.results, strict=True)
    ]
    return GammaEvent(
        slug=tie.stem,
        title=f"{home} vs. {away}",
        rules=rows[0][2],
        ends_at=tie.starts_at,
        listings=listings,
        tags=("Sports", "Soccer", "UCL"),
        fees=SPORTS,
        neg_risk=True,
        opened_days_ago=6,
    )


def _tie_through(tie: _Tie) -> GammaEvent:
    listings = [
        bet(
            f"Will {team.nickname} advance past {other.nickname} in the Champions League?",
            claim,
            rules=f'This resolves to "Yes" if {team.nickname} advances to the next round of the Champions League, '
            "extra time and penalties included.",
            group=team.nickname,
            mark=str(tie.day),
        )
        for team, other, claim in ((tie.home, tie.away, tie.advance[0]), (tie.away, tie.home, tie.advance[1]))
    ]
    title = f"Champions League: {tie.home.nickname} or {tie.away.nickname} to advance"
    return GammaEvent(
        slug=slug(title, tie.day),
        title=title,
        rules=listings[0].rules,
        ends_at=tie.starts_at,
        listings=listings,
        tags=("Sports", "Soccer", "UCL"),
        fees=SPORTS,
    )


def groups(dice: Dice, today: date) -> Iterator[Topic]:
    """Who wins a group of a cup of nations, and who only comes out of it; several cups of six groups."""
    for year in range(today.year + 1, today.year + 9):
        nations = dice.several(NATIONS, len(NATIONS))
        for index in range(6):
            members = nations[index * 4 : index * 4 + 4]
            yield _group(dice, year, "ABCDEF"[index], members)


def _group(dice: Dice, year: int, letter: str, members: Sequence[str]) -> Topic:
    runners = [Runner(letters(name, 3), name, name) for name in members]
    day = at_utc(date(year, 6, 27))
    key = f"group {year} {letter}"
    claims = one_of(dice, [f"{key} {name} first" for name in members])
    event = KalshiContest(
        series=_GROUPS,
        ticker=f"KXNATIONSGROUPWIN-{year % 100}{letter}",
        title=f"Group {letter} winner",
        sub_title=f"{year} Nations Cup",
        asks=f"Will {{}} win Group {letter} in the {year} Nations Cup?",
        condition=f"{{}} finishes first in Group {letter} of the {year} Nations Cup",
        decided_at=day,
        closes_at=day + timedelta(days=700),
        participant="soccer_team",
    ).event(runners, claims)
    won = _group_gamma(year, f"win Group {letter}", f"{{}} finishes first in Group {letter}", day)
    out = _group_gamma(
        year, f"advance from Group {letter}", f"{{}} reaches the knockout stage from Group {letter}", day
    )
    last = _group_gamma(year, f"finish last in Group {letter}", f"{{}} finishes fourth in Group {letter}", day)
    gamma = [
        won.event(runners, claims),
        out.event(runners[:2], [coin(dice, f"{key} {name} out") for name in members[:2]]),
        last.event(runners[2:], [coin(dice, f"{key} {name} last") for name in members[2:]]),
    ]
    traps = traps_between(event.listings, gamma[1].listings, TwinKind.STAGE)
    traps += traps_between(event.listings[2:], gamma[2].listings, TwinKind.FIRST_OR_SECOND)
    return Topic(family="groups", kalshi=[event], gamma=gamma, traps=traps)


def _group_gamma(year: int, verb: str, condition: str, ends_at: datetime) -> GammaContest:
    return GammaContest(
        title=f"{year} Nations Cup: to {verb}",
        question=f"Will {{}} {verb} in the {year} Nations Cup?",
        rules=f'This market resolves to "Yes" if {condition} of the {year} Nations Cup, by the official standings.',
        ends_at=ends_at,
        fees=SPORTS,
        tags=("Sports", "Soccer"),
        neg_risk=verb.startswith("win"),
    )
