"""Games of the North American leagues: winner, spread, total and first half, day after day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from arbkit.core.markets import Polarity
from arbkit.venues.sim.world.dice import Dice, uuid_text
from arbkit.venues.sim.world.drafts import (
    SPORTS,
    SPORTS_BEFORE_JULY_2026,
    Claim,
    GammaEvent,
    GammaListing,
    KalshiEvent,
    KalshiListing,
    Series,
    Topic,
    Trap,
    ask,
)
from arbkit.venues.sim.world.model import JsonObject, TwinKind
from arbkit.venues.sim.world.names import MLB, NBA, NFL, NHL, Team
from arbkit.venues.sim.world.odds import Gauge, coin, gauge
from arbkit.venues.sim.world.phrases import at_eastern, clock, day_short, month_day, ticker_day, zone


@dataclass(frozen=True, slots=True, kw_only=True)
class League:
    """How both venues speak of a league."""

    name: str
    sport: str
    teams: Sequence[Team]
    points: str
    total: float
    deviation: float
    half: str
    shard: int = 0
    fee_multiplier: float = 1
    hours: float = 3.5

    def series(self, kind: str, title: str) -> Series:
        """A series of this league, such as its games."""
        return Series(
            ticker=f"KX{self.name}{kind}",
            title=title,
            category="Sports",
            fee_type="quadratic_with_maker_fees" if kind == "GAME" else "quadratic",
            fee_multiplier=self.fee_multiplier,
            tags=(self.sport.title(),),
            sources=(("the Governing League", f"https://www.{self.name.lower()}.com"),),
            shard=self.shard,
        )


NFL_LEAGUE = League(name="NFL", sport="football", teams=NFL, points="points", total=45, deviation=13, half="1H")
NBA_LEAGUE = League(
    name="NBA", sport="basketball", teams=NBA, points="points", total=228, deviation=17, half="1H", shard=3
)
MLB_LEAGUE = League(
    name="MLB",
    sport="baseball",
    teams=MLB,
    points="runs",
    total=8,
    deviation=4,
    half="First 5 Innings",
    shard=3,
    fee_multiplier=0.5,
)
NHL_LEAGUE = League(name="NHL", sport="hockey", teams=NHL, points="goals", total=6, deviation=2.3, half="1st Period")


@dataclass(frozen=True, slots=True)
class Game:
    """Two teams at a time; the margin counts for the home team."""

    league: League
    away: Team
    home: Team
    starts_at: datetime
    day: date
    margin: Gauge
    total: Gauge
    away_wins: Claim

    @property
    def code(self) -> str:
        """The part of Kalshi's tickers that names the game."""
        return f"{ticker_day(self.day)}{self.away.code}{self.home.code}"

    @property
    def slug(self) -> str:
        """Polymarket's slug."""
        return f"{self.league.name}-{self.away.code}-{self.home.code}-{self.day}".lower()

    @property
    def names(self) -> str:
        """Polymarket's title."""
        return f"{self.away.nickname} vs. {self.home.nickname}"

    @property
    def game(self) -> str:
        """Kalshi's words in a rule."""
        when = f"{day_short(self.day)} at {clock(self.starts_at)} {zone(self.starts_at)}"
        teams = f"{self.away.place} at {self.home.place} professional {self.league.sport}"
        return f"{teams} game originally scheduled for {when}"


def league_games(league: League, dice: Dice, today: date) -> Iterator[Topic]:
    """Games of a league, from tomorrow on, without end; the same teams meet again two days later."""
    day = today
    while True:
        day += timedelta(days=1)
        teams = dice.several(league.teams, 8)
        for away, home in zip(teams[::2], teams[1::2], strict=True):
            game = _game(dice, league, away, home, day)
            again = _game(dice, league, away, home, day + timedelta(days=2))
            yield _topic(dice, game, again)
        day += timedelta(days=2)


def _game(dice: Dice, league: League, away: Team, home: Team, day: date) -> Game:
    key = f"{league.name} {day} {away.code} {home.code}"
    claim = coin(dice, f"{key} winner", low=0.2, high=0.8, void_percent=1)
    lean = league.deviation * (5_000 - claim.fair) / 5_000
    margin = gauge(dice, f"{key} margin", lean, league.deviation, step=1)
    total = gauge(dice, f"{key} total", league.total, league.deviation * 0.8, step=1)
    starts_at = at_eastern(day, dice.choice((13, 16, 19, 20)), dice.choice((0, 10, 30)))
    return Game(league, away, home, starts_at, day, margin, total, claim)


def _topic(dice: Dice, game: Game, again: Game) -> Topic:
    line = max(1.5, round(abs(game.margin.mean)) + 0.5)
    total = round(game.total.mean) + 0.5
    winners = _winners(game)
    spread = _spread(game, line)
    totals = _totals(game, (total - 1, total, total + 1))
    event = _gamma(game, line, total, half=_half(dice, game))
    money, handicap, over, half = event.listings
    home = Polarity.INVERTED
    traps = [
        Trap(winners.listings[0].ticker, half.slug, TwinKind.PERIOD),
        Trap(winners.listings[1].ticker, half.slug, TwinKind.PERIOD, home),
        Trap(winners.listings[1].ticker, handicap.slug, TwinKind.STATISTIC),
        Trap(totals.listings[0].ticker, over.slug, TwinKind.THRESHOLD),
        Trap(totals.listings[2].ticker, over.slug, TwinKind.THRESHOLD),
        Trap(f"KX{game.league.name}GAME-{again.code}-{game.away.code}", money.slug, TwinKind.DATE),
    ]
    return Topic(
        family=game.league.name.lower(),
        kalshi=[winners, spread, totals, _winners(again)],
        gamma=[event],
        traps=traps,
    )


def _winners(game: Game) -> KalshiEvent:
    ticker = f"KX{game.league.name}GAME-{game.code}"
    more = (
        f"This market is about the {game.game}. If the game is postponed and starts within 48 hours, the market "
        "stays open and resolves to the official final result; otherwise it resolves to a fair market price."
    )
    listings = [
        KalshiListing(
            ticker=f"{ticker}-{team.code}",
            claim=game.away_wins,
            title=f"{game.away.place} at {game.home.place} Winner?",
            label=team.place,
            rules=f"If {team.place} wins the {game.game}, then the market resolves to Yes.",
            more_rules=more,
            strike=_team_strike(game.league, team),
            flipped=team is game.home,
        )
        for team in (game.away, game.home)
    ]
    return _event(game, "GAME", "Game", f"{game.away.place} at {game.home.place}", listings, exclusive=True)


def _team_strike(league: League, team: Team) -> JsonObject:
    key = f"{league.sport}_team"
    return {
        "strike_type": "structured",
        "custom_strike": {key: uuid_text(league.name, team.code)},
        "primary_participant_key": key,
    }


def _spread(game: Game, line: float) -> KalshiEvent:
    ticker = f"KX{game.league.name}SPREAD-{game.code}"
    listings = [
        ask(
            ticker,
            f"{game.home.code}{step:.0f}",
            game.margin.above(step),
            title=f"{game.home.place} wins by over {step} {game.league.points}?",
            label=f"{game.home.place} wins by over {step} {game.league.points}",
            condition=f"{game.home.place} wins the {game.game} by more than {step} {game.league.points}",
            strike={"strike_type": "structured", "floor_strike": step},
        )
        for step in (line, line + 3)
    ]
    return _event(game, "SPREAD", "Spread", f"{game.away.place} at {game.home.place}: Spread", listings)


def _totals(game: Game, steps: Sequence[float]) -> KalshiEvent:
    ticker, points = f"KX{game.league.name}TOTAL-{game.code}", game.league.points
    listings = [
        ask(
            ticker,
            f"{step + 0.5:.0f}",
            game.total.above(step),
            title=f"{game.away.place} at {game.home.place}: Total {points.title()}",
            label=f"Over {step} {points} scored",
            condition=f"the teams in the {game.game} collectively score more than {step} {points}",
            strike={"strike_type": "greater", "floor_strike": step},
        )
        for step in steps
    ]
    return _event(game, "TOTAL", "Total", f"{game.away.place} at {game.home.place}: Total {points.title()}", listings)


def _event(
    game: Game, kind: str, word: str, title: str, listings: Sequence[KalshiListing], *, exclusive: bool = False
) -> KalshiEvent:
    league = game.league
    return KalshiEvent(
        series=league.series(kind, f"Professional {league.sport.title()} {word}"),
        ticker=f"KX{league.name}{kind}-{game.code}",
        title=title,
        sub_title=f"{game.away.code} at {game.home.code} ({day_short(game.day)[:-6]})",
        decided_at=game.starts_at + timedelta(hours=league.hours),
        closes_at=game.starts_at + timedelta(days=14),
        listings=listings,
        exclusive=exclusive,
        early="This market will close and expire after a winner is declared.",
        facts={"competition": f"Pro {league.sport.title()}", "competition_scope": word},
        opened_days_ago=3,
    )


def _half(dice: Dice, game: Game) -> Claim:
    return coin(dice, f"{game.slug} half", low=0.25, high=0.75)


def _gamma(game: Game, line: float, total: float, *, half: Claim) -> GammaEvent:
    league = game.league
    return GammaEvent(
        slug=game.slug,
        title=game.names,
        rules=_bets(game, line, total, half)[0][4],
        ends_at=game.starts_at,
        listings=[
            GammaListing(
                slug=game.slug + suffix,
                claim=claim,
                question=question,
                rules=rules,
                outcomes=outcomes,
                source=f"https://www.{league.name.lower()}.com/",
                facts={**facts, "gameStartTime": f"{game.starts_at:%Y-%m-%d %H:%M:%S}+00", "secondsDelay": 0},
            )
            for suffix, question, claim, outcomes, rules, facts in _bets(game, line, total, half)
        ],
        tags=("Sports", league.name, "Games"),
        fees=SPORTS if league.name != "NHL" else SPORTS_BEFORE_JULY_2026,
        opened_days_ago=5,
    )


_Bet = tuple[str, str, Claim, tuple[str, str], str, JsonObject]


def _bets(game: Game, line: float, total: float, half: Claim) -> Sequence[_Bet]:
    """End of the slug, question, claim, outcomes, rules and facts of each market."""
    league, day = game.league, f"{month_day(game.day)} at {clock(game.starts_at).replace(' ', '')} ET"
    away, home = game.away.nickname, game.home.nickname
    opening = f"In the upcoming {league.name} game, scheduled for {day}"
    void = (
        "If the game is postponed, this market stays open until it has been completed. If it is canceled with no "
        "make-up game, this market resolves 50-50. The final score including any overtime counts."
    )
    winner = f'{opening}:\nIf the {away} win, the market resolves to "{away}".\nIf the {home} win, to "{home}".\n{void}'
    spread = f'{opening}: "{home}" if the {home} win by more than {line} {league.points}, else "{away}". {void}'
    over = f'{opening}: "Over" if both teams together score more than {total} {league.points}, else "Under". {void}'
    first = f"{opening}: the team that leads after the {league.half} wins this market, a tie resolves 50-50. {void}"
    names, teams = game.names, (away, home)
    facts = {kind: {"sportsMarketType": kind} for kind in ("moneyline", "first_half")}
    beyond, more = game.margin.above(line), game.total.above(total)
    on_spread: JsonObject = {"sportsMarketType": "spreads", "line": -line}
    on_total: JsonObject = {"sportsMarketType": "totals", "line": total}
    return (
        ("", names, game.away_wins, teams, winner, {**facts["moneyline"]}),
        (f"-spread-home-{line:.0f}pt5", f"Spread: {home} (-{line})", beyond, (home, away), spread, on_spread),
        (f"-total-{total:.0f}pt5", f"{names}: O/U {total}", more, ("Over", "Under"), over, on_total),
        ("-first", f"{names}: {league.half} Moneyline", half, teams, first, {**facts["first_half"]}),
    )
