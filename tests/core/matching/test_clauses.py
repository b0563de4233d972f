"""What the rules except: cancelled, tied, dead, signed, renamed, the border of two brackets, another time zone."""

import pytest

from arbkit.core.markets import CONFIDENCE_FLOOR_PPM, Market
from arbkit.core.matching.verdict import Verdict
from tests.core.matching.markets import kalshi, polymarket, verdict


def leaving(*, kalshi_rules: str = "", polymarket_rules: str = "") -> Verdict:
    """Judge two markets on an office that agree but for what their rules add."""
    return verdict(
        kalshi(
            "Will Ada Novak leave as Prime Minister of Norway before Jul 1, 2027?",
            "KXLEAVENOVAK-27JUL01",
            rules="If Ada Novak leaves as Prime Minister of Norway before Jul 1, 2027, then the market resolves to "
            f"Yes. "
            f"{kalshi_rules}",
        ),
        polymarket(
            "Will Ada Novak leave as Prime Minister of Norway by June 30, 2027?",
            "This market will resolve to Yes if Ada Novak leaves as Prime Minister of Norway by June 30, 2027, "
            f"11:59 PM ET. {polymarket_rules}",
        ),
    )


def game(*, kalshi_rules: str, polymarket_rules: str) -> Verdict:
    """Judge two markets on a game that agree but for what their rules add."""
    return verdict(
        kalshi(
            "Dallas at Denver Winner?",
            "KXNBAGAME-27JAN12DALDEN-DEN",
            yes_label="Denver",
            rules="If Denver wins the Dallas at Denver professional basketball game originally scheduled for Jan 12, "
            "2027, "
            f"then the market resolves to Yes. {kalshi_rules}",
        ),
        polymarket(
            "Mavericks vs. Nuggets",
            "In the upcoming NBA game, scheduled for January 12, 2027, if the Nuggets win, the market will resolve to "
            f"Nuggets. {polymarket_rules}",
            outcomes=("Mavericks", "Nuggets"),
            slug="nba-dal-den-2027-01-12",
        ),
    )


def cup(*, kalshi_rules: str, polymarket_rules: str) -> Verdict:
    """Judge two markets on a cup that agree but for what their rules pay for a tie."""
    return verdict(
        kalshi(
            "Who will win the 2029 Ryder Cup?",
            "KXRYDERCUP-29-EUR",
            yes_label="Team Europe",
            rules=f"If Team Europe wins the 2029 Ryder Cup, then the market resolves to Yes. {kalshi_rules}",
        ),
        polymarket(
            "Will Europe win the 2029 Ryder Cup?",
            f'This market will resolve to "Yes" if Team Europe wins the 2029 Ryder Cup. {polymarket_rules}',
            slug="europe-ryder-cup",
        ),
    )


def warned(made: Verdict, *words: str) -> bool:
    """Whether a reason that is no agreement says all these words."""
    return any(not reason.startswith("agree") and all(word in reason for word in words) for reason in made.reasons)


@pytest.mark.parametrize(
    "paid", ["to the team that retains the Ryder Cup", "50-50"], ids=["to the holders", "half to each side"]
)
def test_a_cup_that_may_end_drawn_is_accepted_only_where_both_pay_a_tie_alike(paid: str) -> None:
    tie = "If the Ryder Cup ends in a 14-14 tie, the market resolves to No for both teams."

    alike = cup(kalshi_rules=tie, polymarket_rules='If the Ryder Cup ends in a tie, this market will resolve to "No".')
    made = cup(kalshi_rules=tie, polymarket_rules=f"If the Ryder Cup ends in a tie, this market will resolve {paid}.")

    assert alike.acceptable
    assert not made.acceptable
    assert warned(made, "tied")


def test_a_game_called_off_that_is_paid_by_half_here_and_not_at_all_there_is_shown_and_trusted_less() -> None:
    alike = game(
        kalshi_rules="If the game is cancelled, the market resolves to a fair price.",
        polymarket_rules="If the game is canceled, this market resolves to a fair price.",
    )
    made = game(
        kalshi_rules="If the game is cancelled, the market resolves to a fair price.",
        polymarket_rules='If the game is canceled entirely, with no make-up game, this market will resolve "No".',
    )

    assert made.acceptable
    assert not warned(alike, "void")
    assert warned(made, "cancelled", "Kalshi pays a fair price", "Polymarket pays NO")
    assert made.confidence_ppm < alike.confidence_ppm


def test_a_player_who_does_not_play_and_is_paid_otherwise_makes_a_conflict() -> None:
    made = verdict(
        kalshi(
            "Ivo Marin: 20+ points?",
            "KXNBAPTS-27JAN12DALDEN-DENIMARIN1-20",
            yes_label="Ivo Marin: 20+",
            rules="If Ivo Marin scores 20+ points in the Dallas at Denver game on Jan 12, 2027, then the market "
            "resolves to Yes. "
            "If he does not play, the market resolves to No.",
        ),
        polymarket(
            "Ivo Marin: Points O/U 19.5",
            "In the NBA game Mavericks vs. Nuggets, scheduled for January 12, 2027, this resolves to Over if Ivo "
            "Marin scores "
            "more than 19.5 points. If Ivo Marin does not play, this market will resolve 50-50.",
            outcomes=("Over", "Under"),
            slug="nba-dal-den-2027-01-12-points-ivo-marin-19pt5",
        ),
    )

    assert not made.acceptable
    assert warned(made, "does not take part")


def test_a_death_that_only_one_side_speaks_of_is_shown() -> None:
    made = leaving(kalshi_rules="Death does NOT satisfy the Payout Criterion.")

    assert made.acceptable
    assert warned(made, "a death: Kalshi pays NO, Polymarket does not say")


def test_a_tie_that_is_shared_here_and_broken_there_is_shown() -> None:
    rules = "If Ivo Marin leads the NBA in assists per game for the 2026-27 regular season, then the market resolves "
    "to Yes."
    made = verdict(
        kalshi(
            "Will Ivo Marin lead Pro Basketball in Assists Per Game for the 2026-27 Regular Season?",
            "KXLEADERNBAAST-27-IMAR",
            rules=f"{rules} In case of exact ties, tied participants receive a proportional payout.",
        ),
        polymarket(
            "Will Ivo Marin lead the NBA in assists during the 2026-27 NBA season?",
            "This market resolves according to the player with the highest assists per-game average of the 2026-27 "
            "NBA regular "
            "season. In the event of a tie, it resolves in favor of the player who played more games.",
        ),
    )

    assert warned(made, "tied", "Kalshi pays a share", "Polymarket pays by the rules of a tie")


@pytest.mark.parametrize("zone", ["PT", "CET", "UTC"])
def test_a_deadline_in_another_time_zone_is_a_conflict(zone: str) -> None:
    album = kalshi(
        "Will Lena Okoro release Saltwater before May 1, 2027?",
        "KXALBUMOKORO-27-MAY01",
        rules="If Lena Okoro releases 'Saltwater' before May 1, 2027, then the market resolves to Yes.",
    )

    def by(zone: str) -> Market:
        return polymarket(
            "Will Lena Okoro release Saltwater by April 30, 2027?",
            f"This market will resolve to Yes if Lena Okoro releases Saltwater by April 30, 2027, 11:59 PM {zone}.",
        )

    assert verdict(album, by("ET")).acceptable
    assert not verdict(album, by(zone)).acceptable
    assert warned(verdict(album, by(zone)), "time zone", zone)


def test_a_value_on_the_border_that_goes_to_the_higher_bracket_belongs_to_more_than() -> None:
    def growth(more: str) -> Market:
        return kalshi(
            f"Will real GDP increase by more than {more}% in Q1 2027?",
            f"KXGDP-27APR29-T{more}",
            rules=f"If real GDP increases by more than {more} in Q1 2027, then the market resolves to Yes.",
        )

    bracket = polymarket(
        "Will US GDP growth in Q1 2027 be greater than 3.5%?",
        "This market resolves by the advance estimate of GDP growth for Q1 2027. If the reported value falls exactly "
        "between two "
        "brackets, then this market will resolve to the higher range bracket.",
    )

    assert not verdict(growth("3.5"), bracket).acceptable


def test_an_agreement_that_has_to_be_signed_is_not_one_that_is_announced() -> None:
    title = "Will Norway and Chile reach a trade deal before Jul 1, 2027?"
    made = verdict(
        kalshi(
            title,
            "KXDEALNOCL-27JUL01",
            rules="If Norway and Chile reach a trade deal before Jul 1, 2027, then the market resolves to Yes. A "
            "deal means a "
            "formal written agreement signed by authorized representatives of both.",
        ),
        polymarket(
            title,
            "This market will resolve to Yes if a trade deal, defined as a publicly announced mutual agreement, is "
            "reached between "
            "Norway and Chile before July 1, 2027.",
        ),
    )

    assert made.confidence_ppm < CONFIDENCE_FLOOR_PPM
    assert warned(made, "form", "Kalshi")


def test_what_goes_by_another_name_on_one_side_only_is_not_the_same() -> None:
    made = verdict(
        kalshi(
            "Will Borealis release Phone 9 before Jan 1, 2028?",
            "KXPHONE9-28JAN01",
            rules="If Borealis releases Phone 9 to the public before Jan 1, 2028, then the market resolves to Yes.",
        ),
        polymarket(
            "Will Borealis release Phone 9 by December 31, 2027?",
            "This market will resolve to Yes if Borealis releases Phone 9 by December 31, 2027, 11:59 PM ET. A "
            "successor released "
            "under a different name will qualify.",
        ),
    )

    assert made.confidence_ppm < CONFIDENCE_FLOOR_PPM
    assert warned(made, "another name", "Polymarket")


def test_a_rule_that_kept_a_placeholder_for_the_name_is_not_trusted() -> None:
    made = leaving(polymarket_rules="If Player A leaves, this resolves to Yes.")

    assert made.confidence_ppm < CONFIDENCE_FLOOR_PPM
    assert warned(made, "Player A")


def top_four(decided_by: str) -> Verdict:
    """Judge a league table on which Kalshi adds what decides."""
    return verdict(
        kalshi(
            "Premier League Top 4 Finishers",
            "KXEPLTOP4-27-ARS",
            yes_label="Arsenal",
            rules="If Arsenal is one of the Premier League Top 4 Finishers in the 2026-27 season, then the market "
            f"resolves to Yes. This will be determined by whether or not {decided_by}",
        ),
        polymarket(
            "Will Arsenal finish in the top 4 of the EPL 2026-27 standings?",
            "If Arsenal finishes in the top 4 of the Premier League standings of the 2026-27 season, this resolves "
            "to Yes.",
        ),
    )


def test_what_the_rules_say_decides_counts_as_asked() -> None:
    assert top_four("they qualify for the next Champions League.").confidence_ppm < CONFIDENCE_FLOOR_PPM


def test_what_decides_without_an_object_means_the_rule_before_and_is_told() -> None:
    made = top_four("they qualify; a club that does not go there in the end still counts.")

    assert made.confidence_ppm >= CONFIDENCE_FLOOR_PPM
    assert warned(made, "Kalshi", "they qualify")
    assert made.confidence_ppm < top_four("Arsenal is one of the Premier League Top 4 Finishers.").confidence_ppm


def test_the_first_of_those_that_are_listed_need_not_be_the_first_of_all() -> None:
    made = verdict(
        kalshi(
            "Artist with the most monthly Deezer listeners at the end of Mar 2027?",
            "KXDEEZER-27MAR-HAL",
            yes_label="Mira Halvorsen",
            rules="If the artist with the most monthly listeners on Deezer on Mar 31, 2027 is Mira Halvorsen, then the "
            "market resolves to Yes.",
        ),
        polymarket(
            "Will Mira Halvorsen have the most monthly Deezer listeners on March 31, 2027?",
            "This market will resolve according to the listed artist with the most monthly listeners on Deezer on "
            "March 31, 2027.",
        ),
    )

    assert made.confidence_ppm < CONFIDENCE_FLOOR_PPM
    assert warned(made, "Polymarket", "lists")


def test_a_fortune_counts_by_one_list_only() -> None:
    made = verdict(
        kalshi(
            "Will Mira Halvorsen be a trillionaire before 2028?",
            "KXTRILLION-28",
            rules="If Mira Halvorsen has a net worth of more than $1 trillion before Jan 1, 2028, then the market "
            "resolves to Yes.",
        ),
        polymarket(
            "Mira Halvorsen trillionaire before 2028?",
            "This resolves to Yes if her net worth on the Bloomberg Billionaires Index exceeds $1 trillion by "
            "December 31, 2027, "
            "11:59 PM ET.",
        ),
    )

    assert made.confidence_ppm < CONFIDENCE_FLOOR_PPM
    assert warned(made, "source")


def finishing(*, kalshi_rules: str, polymarket_rules: str) -> Verdict:
    """Judge two markets on a place in a golf tournament that agree but for what their rules say of ties."""
    return verdict(
        kalshi(
            "Lisbon Masters: Will Leo Rossi finish top 10?",
            "KXPGATOP10-LIS29-LROS",
            yes_label="Leo Rossi",
            rules=f"If Leo Rossi finishes top 10{kalshi_rules} in the 2029 Lisbon Masters golf tournament, then the "
            "market resolves to Yes.",
        ),
        polymarket(
            "Will Leo Rossi finish in the top 10 at the 2029 Lisbon Masters?",
            "This market will resolve to Yes if Leo Rossi finishes in the top 10 at the 2029 Lisbon Masters golf "
            f"tournament. {polymarket_rules}",
        ),
    )


def test_a_place_that_is_shared_by_a_dead_heat_is_not_one_that_is_paid_in_full() -> None:
    alike = finishing(kalshi_rules=" (including ties)", polymarket_rules="Ties for 10th place count.")
    made = finishing(kalshi_rules=" (including ties)", polymarket_rules="Ties are paid by dead heat rules.")

    assert alike.acceptable, alike.reasons
    assert made.confidence_ppm < CONFIDENCE_FLOOR_PPM
    assert warned(made, "ties for a place", "shared")


def test_who_holds_an_office_for_the_time_being_counts_on_both_sides_or_on_neither() -> None:
    counts, left_out = "Acting and interim holders will count.", "Acting and Interim holders of the office don't count."

    assert leaving(kalshi_rules=left_out, polymarket_rules="").acceptable
    assert leaving(kalshi_rules=counts, polymarket_rules=counts).acceptable
    assert not leaving(kalshi_rules=counts, polymarket_rules="").acceptable
    assert not leaving(kalshi_rules="", polymarket_rules=counts).acceptable
    assert warned(leaving(kalshi_rules=counts, polymarket_rules=left_out), "conflict", "acting or interim")
    assert leaving(kalshi_rules="Envoys acting in an official capacity will qualify.").acceptable


def fight(*, kalshi_rules: str, polymarket_rules: str) -> Verdict:
    """Judge two markets on a fight that agree but for what their rules add."""
    return verdict(
        kalshi(
            "Otto Lind vs Ben Vance Winner?",
            "KXBOXING-29MAY01LINVAN-BVAN",
            yes_label="Ben Vance",
            rules="If Ben Vance wins the Otto Lind vs Ben Vance boxing match originally scheduled for May 1, 2029, "
            f"then the market resolves to Yes. {kalshi_rules}",
        ),
        polymarket(
            "Boxing: Otto Lind vs. Ben Vance",
            "This is a market on the boxing match between Otto Lind and Ben Vance, scheduled for May 1, 2029. If Otto "
            f"Lind wins, this market will resolve to Otto Lind. {polymarket_rules}",
            outcomes=("Otto Lind", "Ben Vance"),
            slug="boxing-lind-vance-2029-05-01",
        ),
    )


def test_a_draw_that_is_lost_here_and_paid_by_half_there_rules_a_match_out() -> None:
    half = "If the fight is declared a draw, this market will resolve 50-50."
    alike = fight(
        kalshi_rules="If the fight is declared a tie, the market will resolve to 50/50 for both.", polymarket_rules=half
    )
    made = fight(kalshi_rules="If the fight is declared a tie, the market resolves to No.", polymarket_rules=half)

    assert alike.acceptable, alike.reasons
    assert made.confidence_ppm < CONFIDENCE_FLOOR_PPM
    assert warned(made, "tied", "NO", "50/50")


def test_half_and_a_fair_price_are_much_the_same_for_a_cup_that_ends_drawn() -> None:
    assert cup(
        kalshi_rules="If the Ryder Cup ends in a tie, the market resolves to a fair market price.",
        polymarket_rules="If the Ryder Cup ends in a tie, this market will resolve 50-50.",
    ).acceptable


def test_an_announced_departure_that_counts_here_and_not_there_is_not_the_same_question() -> None:
    announced = kalshi(
        "Will Tom Berg leave office before Jul 1, 2029?",
        "KXBERGOUT-29JUL01",
        rules="If Tom Berg leaves, or announces that he will leave, the position of Prime Minister of Norway before "
        "Jul 1, 2029, then the market resolves to Yes.",
    )
    left = polymarket(
        "Berg out as Prime Minister of Norway by June 30, 2029?",
        'This market will resolve to "Yes" if Tom Berg ceases to be the Prime Minister of Norway by June 30, 2029, '
        "11:59 PM ET. An announcement of resignation which does not take effect within the timeframe will not qualify.",
    )

    assert not verdict(announced, left).acceptable
