"""Which kind of contest it is, where all names are alike, and how long after something a figure is taken."""

from arbkit.core.markets import Market, StrikeKind
from arbkit.core.matching.verdict import Verdict
from tests.core.matching.markets import from_row, kalshi, polymarket, verdict


def launch(kalshi_rule: str, polymarket_title: str) -> Verdict:
    """Judge two markets on what a token is worth after its launch."""
    return verdict(
        kalshi(
            f"Will Lumen have an FDV above $2 billion {kalshi_rule} launch?",
            "KXFDVLUMEN-29-2B",
            rules=f"If the fully diluted valuation of Lumen is above $2 billion {kalshi_rule} launch, then the market "
            "resolves to Yes.",
        ),
        polymarket(
            f"Lumen FDV above $2B {polymarket_title} launch?",
            "This market will resolve to Yes if the Fully Diluted Valuation of Lumen is above $2B "
            f"{polymarket_title} launch.",
        ),
    )


def test_a_day_after_a_launch_is_not_a_week_after_it() -> None:
    assert launch("one day after", "one day after").acceptable
    assert not launch("one week after", "one day after").acceptable
    assert not launch("one day after", "two days after").acceptable


def cricket(kalshi_kind: str, polymarket_kind: str) -> Verdict:
    """Judge two markets on a match of two countries on one day."""
    return verdict(
        kalshi(
            "India vs Australia Winner?",
            "KXT20MATCH-29JAN15INDAUS-IND",
            yes_label="India",
            rules=f"If India is the winner of the India vs Australia professional {kalshi_kind} T20I Cricket match "
            "originally scheduled for Jan 15, 2029, then the market resolves to Yes.",
        ),
        polymarket(
            "International T20: India vs Australia",
            f"In the upcoming {polymarket_kind} T20I match, scheduled for January 15, 2029, if India win, the market "
            'will resolve to "India".',
            outcomes=("India", "Australia"),
            slug="crint-ind-aus-2029-01-15",
        ),
    )


def test_the_women_of_two_countries_are_not_the_men_of_them() -> None:
    assert cricket("men's", "men's").acceptable
    assert not cricket("men's", "women's").acceptable
    assert not cricket("women's", "men's").acceptable


def test_an_academy_is_not_its_first_team() -> None:
    def match(first: str) -> Market:
        return polymarket(
            "Dota 2: Team Spirit vs Team Liquid (BO3) - Winter Open",
            f"This market refers to the Dota 2 match between {first} and Team Liquid in the Winter Open, scheduled for "
            f'February 27, 2029. This market will resolve to "{first}" if {first} win the match.',
            outcomes=("Team Spirit", "Team Liquid"),
            slug="dota2-ts-tl-2029-02-27",
        )

    listed = kalshi("Will Liquid win the Spirit vs. Liquid Dota 2 match?", "KXDOTA2GAME-29FEB270700TSTL-TL")

    assert verdict(listed, match("Team Spirit")).acceptable
    assert not verdict(listed, match("Team Spirit Academy")).acceptable


def total(rule: str, kind: StrikeKind = StrikeKind.GREATER, floor: str = "5.5") -> Verdict:
    """Judge two markets on the goals of a game, of which Kalshi gives a strike beside its rule."""
    row = {
        "ticker": "KXNHLTOTAL-29DEC12NYINYR-6",
        "title": "New York I vs New York R: Total Goals",
        "rules": f"If {rule} total combined goals are scored in the New York I vs New York R professional hockey game "
        "originally scheduled for Dec 12, 2029, then the market resolves to Yes.",
        "strike": {"kind": kind, "floor": floor, "cap": ""},
    }
    asked = polymarket(
        "Islanders vs. Rangers: O/U 5.5",
        "In the upcoming NHL game, scheduled for December 12, 2029: This market will resolve to Over if the Islanders "
        "and Rangers combine to score 6 or more goals.",
        outcomes=("Over", "Under"),
        slug="nhl-nyi-nyr-2029-12-12-total-5pt5",
    )
    return verdict(from_row(row), asked)


def test_a_rule_that_is_not_what_its_own_strike_says_rules_the_pair_out() -> None:
    assert total("over 5.5").acceptable
    assert not total("under 5.5").acceptable
    assert not total("over 6.5").acceptable


def decider(number: int, *, kalshi_rules: str, polymarket_rules: str) -> Verdict:
    """Judge two markets on one map of a match that agree but for what their rules add."""
    return verdict(
        kalshi(
            f"Will Spirit win map {number} in the G2 vs. Spirit match?",
            f"KXCS2MAP-29MAR20G2SPI-{number}-SPI",
            yes_label="Spirit",
            rules=f"If Spirit wins map {number} in the Winter Open 2029: G2 vs. Spirit CS2 match originally scheduled "
            f"for Mar 20, 2029, then the market resolves to Yes. {kalshi_rules}",
        ),
        polymarket(
            f"Counter-Strike: G2 vs Team Spirit - Map {number} Winner",
            f"This market refers to Map {number} of the Counter-Strike match between G2 and Team Spirit in the Winter "
            f'Open, scheduled for March 20, 2029. This market will resolve to "G2" if G2 win it. {polymarket_rules}',
            outcomes=("G2", "Team Spirit"),
            slug=f"cs2-g2-spi-2029-03-20-game{number}",
        ),
    )


def test_a_deciding_map_that_is_not_played_has_to_be_paid_alike() -> None:
    half, lost = "If the map is not played, this market resolves 50-50.", "If the map is not played, it resolves to No."

    assert decider(3, kalshi_rules=half, polymarket_rules=half).acceptable
    assert not decider(3, kalshi_rules=lost, polymarket_rules=half).acceptable
    assert not decider(3, kalshi_rules="", polymarket_rules=half).acceptable


def test_the_first_map_is_always_played() -> None:
    half = "If the map is not played, this market resolves 50-50."

    assert decider(1, kalshi_rules="", polymarket_rules=half).acceptable
