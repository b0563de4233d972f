"""Where the name tables of clubs, colleges and esports teams hold: what shows that a market is about them.

Public knowledge (how the venues begin the tickers and slugs of these sports). A short name such as "Liquid" or "Miami"
means a team only within its context.
"""

from typing import NamedTuple

from arbkit.core.matching.entities.clubs import CLUBS
from arbkit.core.matching.entities.colleges import COLLEGES
from arbkit.core.matching.entities.esports import ESPORTS
from arbkit.core.matching.entities.rugby import RUGBY
from arbkit.core.matching.entities.soccer import MORE_CLUBS


class Context(NamedTuple):
    """A table of names, and what shows that it holds."""

    names: str
    """Lines of `name in use|other name|...`."""
    words: frozenset[str]
    """Canonical words of which one is enough."""
    series: tuple[str, ...]
    """How a Kalshi series begins, after KX."""
    slugs: frozenset[str]
    """The first word of a Polymarket slug."""
    told: str = ""
    """Words of the rules that no other sport has."""


def _schools() -> str:
    """The colleges in the format of the clubs: with and without the nickname."""
    rows = []
    for line in COLLEGES.strip().splitlines():
        school, nickname, further = line.split("|")
        short = [school.removesuffix("state") + "st"] if school.endswith(" state") else []
        others = [*short, *filter(None, further.split(";"))]
        rows.append("|".join((school, *others, *(f"{name} {nickname}" for name in (school, *others)))))
    return "\n".join(rows)


_SOCCER = """
soccer ucl uel uecl premier_league laliga seriea bundesliga ligue1 fa_cup efl_cup clubworldcup copa eredivisie
libertadores efl_championship primeira_liga brasileirao liga_mx saudi_pro_league super_lig copa_del_rey coppa_italia
dfb_pokal coupe_de_france sudamericana scottish_premiership argentine_primera
"""

_SOCCER_KEYS = """
epl eflchampionship laliga seriea bundesliga ligue1 ucl uel uecl facup efl copadelrey coppaitalia dfbpokal eredivisie
ligaportugal brasileiro ligamx saudipl superlig argpremdiv
"""
_ESPORTS_KEYS = """
lolgame lolmap lolgames loltotal lolspread cs2 valorant dota2
codgame codmap codspread codtotal r6game r6map rlgame rlmap
"""
_SOCCER_SLUGS = "lib sud epl lal bun fl1 sea ucl uel elc ere por tur bra mex arg cdr cdf dfb itc fac efl"

CONTEXTS = {
    "college": Context(_schools(), frozenset({"ncaaf", "ncaab", "ncaaw", "ncaabaseball"}), (), frozenset()),
    "soccer": Context(
        CLUBS + MORE_CLUBS.lstrip(),
        frozenset(_SOCCER.split()),
        tuple(_SOCCER_KEYS.split()),
        frozenset(_SOCCER_SLUGS.split()),
        "90 minutes",
    ),
    "rugby": Context(
        RUGBY,
        frozenset({"rugby", "top14", "super_rugby", "united_rugby_championship"}),
        ("rugbyfra", "rugbyurc", "rugbyprem", "rugbygpr", "rugbyecc", "rugbysrp"),
        frozenset({"rutopft", "ruurc", "ruprem", "ruchamp"}),
    ),
    "esports": Context(
        ESPORTS,
        frozenset({"cs2", "lol", "dota2", "valorant", "rocket_league", "call_of_duty", "rainbow_six"}),
        tuple(_ESPORTS_KEYS.split()),
        frozenset({"lol", "cs2", "val", "dota2", "codmw", "r6siege", "rl"}),
    ),
}
