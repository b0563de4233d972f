"""The event families of the generated world: each lists one subject after another as both venues would."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial

from arbkit.venues.sim.world.dice import Dice
from arbkit.venues.sim.world.drafts import Topic
from arbkit.venues.sim.world.families import deadlines, economy, elections, games, ladders, matches, prizes

Family = Callable[[Dice, date], Iterator[Topic]]
"""Lists subjects from a day on; some families never end, others do."""


def _by_date(subjects: Callable[[Dice], Iterator[deadlines.Deadline]]) -> Family:
    return lambda dice, today: deadlines.deadlines(dice, today, subjects(dice))


FAMILIES: Mapping[str, Family] = {
    "fed": economy.fed_decisions,
    "nba": partial(games.league_games, games.NBA_LEAGUE),
    "coin_price": ladders.coin_prices,
    "senate": elections.senate,
    "ceasefire": _by_date(deadlines.ceasefires),
    "champion": prizes.champions,
    "high": ladders.highs,
    "review": prizes.reviews,
    "inflation": economy.inflation,
    "tennis": matches.tennis,
    "house": elections.house,
    "flotation": _by_date(deadlines.flotations),
    "nfl": partial(games.league_games, games.NFL_LEAGUE),
    "film_award": prizes.film_awards,
    "nomination": elections.nominations,
    "soccer": matches.soccer,
    "coin_height": ladders.coin_heights,
    "album": _by_date(deadlines.albums),
    "company": prizes.largest_company,
    "governor": elections.governors,
    "song": prizes.song_contest,
    "growth": economy.growth,
    "departure": _by_date(deadlines.departures),
    "groups": matches.groups,
    "mlb": partial(games.league_games, games.MLB_LEAGUE),
    "nhl": partial(games.league_games, games.NHL_LEAGUE),
}
"""By name, in the order in which a small world takes them."""
