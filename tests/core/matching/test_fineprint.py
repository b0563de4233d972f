"""The rules bind: where they decide by something else than the title, a title that agrees is not enough."""

import pytest

from arbkit.core.matching.verdict import Verdict
from tests.core.matching.markets import kalshi, polymarket, verdict

CUP = "the 2029 Harbor Cup"


def cup(kalshi_rules: str = "", polymarket_rules: str = "") -> Verdict:
    """Judge two markets on who wins a cup, by titles that are the same and by these rules."""
    return verdict(
        kalshi(
            f"Will Ada Berg win {CUP}?",
            "KXHARBOR-29-ABER",
            rules=kalshi_rules or f"If Ada Berg wins {CUP}, then the market resolves to Yes.",
        ),
        polymarket(
            f"Will Ada Berg win {CUP}?",
            polymarket_rules or f'This market will resolve to "Yes" if Ada Berg wins {CUP}. Otherwise, "No".',
        ),
    )


def rate(kalshi_rules: str = "", polymarket_rules: str = "") -> Verdict:
    """Judge two markets on a rate of inflation in a month."""
    return verdict(
        kalshi(
            "Will CPI inflation in Norway be above 2.7% in March 2029?",
            "KXNORCPI-29MAR-T2.7",
            rules=kalshi_rules or "If CPI inflation in Norway is above 2.7% in March 2029, the market resolves to Yes.",
        ),
        polymarket(
            "Will CPI inflation in Norway be above 2.7% in March 2029?",
            polymarket_rules
            or "This market will resolve to Yes if CPI inflation in Norway is above 2.7% in March 2029.",
        ),
    )


def leaving(kalshi_rules: str = "", polymarket_rules: str = "") -> Verdict:
    """Judge two markets on an office that somebody leaves before a day."""
    return verdict(
        kalshi(
            "Will Ada Novak leave as mayor of Harborton before Jul 1, 2029?",
            "KXNOVAK-29JUL01",
            rules=kalshi_rules
            or "If Ada Novak leaves as mayor of Harborton before Jul 1, 2029, then the market resolves to Yes.",
        ),
        polymarket(
            "Will Ada Novak leave as mayor of Harborton by June 30, 2029?",
            polymarket_rules
            or "This market will resolve to Yes if Ada Novak leaves as mayor of Harborton by June 30, 2029.",
        ),
    )


def test_the_same_rules_under_the_same_titles_are_trusted() -> None:
    for made in (cup(), rate(), leaving()):
        assert made.acceptable, made.reasons


@pytest.mark.parametrize(
    "rules",
    [
        "If Ada Berg reaches the final of the 2029 Harbor Cup, then the market resolves to Yes.",
        "If Ada Berg loses the 2029 Harbor Cup, then the market resolves to Yes.",
        "If Ada Berg wins the group stage of the 2029 Harbor Cup, then the market resolves to Yes.",
        "If Ada Berg wins the women's 2029 Harbor Cup, then the market resolves to Yes.",
        "If Ada Berg wins the junior 2029 Harbor Cup, then the market resolves to Yes.",
        "If Ida Berg wins the 2029 Harbor Cup, then the market resolves to Yes.",
        "If Ada Berg wins the 2030 Harbor Cup, then the market resolves to Yes.",
        "If Ada Berg wins the 2029 Harbor Cup Qualifier, then the market resolves to Yes.",
    ],
)
def test_rules_that_decide_by_another_thing_than_the_title_rule_the_pair_out(rules: str) -> None:
    assert not cup(kalshi_rules=rules).acceptable
    plain = rules.removeprefix("If ").removesuffix(", then the market resolves to Yes.")
    assert not cup(polymarket_rules=f'This market will resolve to "Yes" if {plain}.').acceptable


@pytest.mark.parametrize(
    "rules",
    [
        "If Ada Berg wins the 2029 Harbor Cup, then the market resolves to No.",
        "If Ada Berg does not win the 2029 Harbor Cup, then the market resolves to Yes.",
        "If Ada Berg fails to win the 2029 Harbor Cup, then the market resolves to Yes.",
    ],
)
def test_rules_that_pay_the_other_way_round_than_the_title_asks_rule_the_pair_out(rules: str) -> None:
    assert not cup(kalshi_rules=rules).acceptable


@pytest.mark.parametrize(
    "rules",
    [
        'This market will resolve to "No" if Ada Berg wins the 2029 Harbor Cup. Otherwise, it will resolve to "Yes".',
        'This market will resolve to "Yes" if Ada Berg does not win the 2029 Harbor Cup.',
        'This market will resolve to "Yes" if Ada Berg wins the 2029 Harbor Cup. '
        'This market will resolve to "No" regardless of the outcome.',
        'This market will resolve to "Yes" if Ada Berg wins the 2029 Harbor Cup. '
        "Despite the title, the shortest player counts.",
        'This market will resolve to "Yes" if Ada Berg wins the 2029 Harbor Cup. '
        'It will resolve to "Yes" only if she also wins the doubles.',
        'This market will resolve to "Yes" if Ada Berg wins the 2029 Harbor Cup. '
        "It is decided by the table as of May 3, 2029.",
        'This market will resolve to "Yes" if Ada Berg wins the 2029 Harbor Cup. '
        "This market refers to the women's cup.",
        'This market will resolve to "Yes" if Ada Berg wins the 2029 Harbor Cup. '
        "This market refers only to the first half.",
    ],
)
def test_a_further_sentence_that_turns_replaces_or_narrows_the_question_rules_the_pair_out(rules: str) -> None:
    assert not cup(polymarket_rules=rules).acceptable


def test_what_rules_add_without_asking_for_something_else_does_no_harm() -> None:
    for made in (
        cup(
            polymarket_rules='This market will resolve to "Yes" if Ada Berg wins the 2029 Harbor Cup, including any '
            'second round. If she is not announced as a finalist, this market will resolve to "No".'
        ),
        cup(
            polymarket_rules="The cup is scheduled to be held in May 2029. This market will resolve according to the "
            "winner of the 2029 Harbor Cup, as announced by the Harbor Cup Committee."
        ),
        leaving(
            polymarket_rules="This market will resolve to Yes if Mayor Ada Novak leaves as mayor of Harborton by "
            "June 30, 2029. The market will immediately resolve to Yes, regardless of when it is known."
        ),
    ):
        assert made.acceptable, made.reasons


@pytest.mark.parametrize(
    "rules",
    [
        "If CPI inflation in Norway is at least 2.7% in March 2029, the market resolves to Yes.",
        "If CPI inflation in Norway is exactly 2.7% in March 2029, the market resolves to Yes.",
        "If CPI inflation in Norway is below 2.7% in March 2029, the market resolves to Yes.",
        "If CPI inflation in Norway is above 2.9% in March 2029, the market resolves to Yes.",
        "If CPI inflation in Norway is above 2.7% in April 2029, the market resolves to Yes.",
        "If core CPI inflation in Norway is above 2.7% in March 2029, the market resolves to Yes.",
    ],
)
def test_rules_with_another_number_or_month_than_their_own_title_rule_the_pair_out(rules: str) -> None:
    assert not rate(kalshi_rules=rules).acceptable
    plain = rules.removeprefix("If ").removesuffix(", the market resolves to Yes.")
    assert not rate(polymarket_rules=f"This market will resolve to Yes if {plain}.").acceptable


def test_rules_that_write_the_number_of_the_title_in_another_way_agree() -> None:
    assert rate(
        kalshi_rules="If CPI inflation in Norway is at least 2.8% in March 2029, it resolves to Yes."
    ).acceptable


@pytest.mark.parametrize("day", ["before Jul 1, 2030", "before Jun 1, 2029", "before Jul 4, 2029", "after Jul 1, 2029"])
def test_rules_with_another_last_day_than_their_own_title_rule_the_pair_out(day: str) -> None:
    rules = f"If Ada Novak leaves as mayor of Harborton {day}, then the market resolves to Yes."

    assert not leaving(kalshi_rules=rules).acceptable


def test_a_rule_that_asks_for_the_general_election_is_not_about_the_nominee() -> None:
    rules = (
        "If Ada Novak wins the {} for the Republican Party to contest the 2030 Ohio Governorship, it resolves to Yes."
    )
    there = polymarket(
        "Will Ada Novak be the Republican nominee for Ohio Governor in 2030?",
        "This market will resolve to Yes if Ada Novak wins the nomination for the Republican Party to contest the 2030 "
        "Ohio Governorship.",
    )
    asked = "Will Ada Novak be the Republican nominee for Governor in Ohio?"

    assert verdict(kalshi(asked, "KXGOVOHNOMR-30-ANOV", rules=rules.format("nomination")), there).acceptable
    assert not verdict(kalshi(asked, "KXGOVOHNOMR-30-ANOV", rules=rules.format("general election")), there).acceptable


def title_holder(kalshi_rules: str, polymarket_rules: str) -> Verdict:
    """Judge two markets on who holds a title at a time of day, and how many a club lets in."""
    return verdict(
        kalshi("Will Ada Berg be the Harbor Champion on May 3, 2029?", "KXHARBOR-29MAY03-ABER", rules=kalshi_rules),
        polymarket("Will Ada Berg be the Harbor Champion on May 3, 2029?", polymarket_rules),
    )


@pytest.mark.parametrize(
    ("there", "acceptable"),
    [
        ("May 3, 2029, at 12:00 PM ET", True),
        ("May 3, 2029, at 9:00 AM PT", True),
        ("May 3, 2029, at 12:00 PM PT", False),
        ("May 3, 2029, at 4:00 PM ET", False),
        ("May 4, 2029, at 12:00 PM ET", False),
    ],
)
def test_the_clock_of_both_rules_is_compared_with_its_zone(there: str, acceptable: bool) -> None:
    made = title_holder(
        "If Ada Berg is the Harbor Champion on May 3, 2029 at 12:00 PM ET, then the market resolves to Yes.",
        f"This market will resolve to Yes if Ada Berg is the Harbor Champion on {there}.",
    )

    assert made.acceptable is acceptable, made.reasons


@pytest.mark.parametrize(
    "rules",
    [
        "This market will resolve to Yes if Ada Novak leaves as mayor of Harborton by June 30, 2030.",
        "This market will resolve to Yes if Ada Novak leaves as mayor of Harborton on June 30, 2029.",
        "This market will resolve to Yes if Ada Novak leaves as mayor of Harborton by June 30, 2029. "
        "This market refers to her term of 2024.",
        "This market will resolve to Yes if Ada Novak leaves as mayor of Harborton by June 30, 2029. "
        "This will be decided solely by a vote of the readers of the Harborton Courier.",
    ],
)
def test_a_rule_of_another_year_day_or_judge_rules_the_pair_out_though_no_title_says_one(rules: str) -> None:
    made = verdict(
        kalshi(
            "Will Ada Novak leave as mayor of Harborton before Jul 1, 2029?",
            "KXNOVAK-29JUL01",
            rules="If Ada Novak leaves as mayor of Harborton before Jul 1, 2029, then the market resolves to Yes.",
        ),
        polymarket("Will Ada Novak leave as mayor of Harborton by June 30?", rules),
    )

    assert not made.acceptable


def test_the_lowest_is_not_who_leads_and_the_second_league_not_the_first() -> None:
    def leads(rules: str) -> Verdict:
        return verdict(
            kalshi(
                "Will Ada Berg lead the Harbor League in rebounds in 2029?",
                "KXHARBORREB-29-ABER",
                rules="If Ada Berg leads the Harbor League in rebounds in 2029, then the market resolves to Yes.",
            ),
            polymarket("Will Ada Berg lead the Harbor League in rebounds in 2029?", rules),
        )

    assert leads("This market resolves to the player with the highest number of rebounds in 2029.").acceptable
    assert not leads("This market resolves to the player with the lowest number of rebounds in 2029.").acceptable

    def wins(league: str) -> Verdict:
        return verdict(
            kalshi(
                "Will Berg win Harborliga 1 in 2029?", "KXHL-29", rules="If Berg wins Harborliga 1 in 2029, then Yes."
            ),
            polymarket(
                "Will Berg win Harborliga 1 in 2029?", f"This market will resolve to Yes if Berg wins {league} in 2029."
            ),
        )

    assert wins("Harborliga 1").acceptable
    assert not wins("Harborliga 2").acceptable


def test_occasion_host_and_reporter_of_a_contest_add_nothing() -> None:
    wins = 'This market will resolve to "Yes" if Ada Berg wins the 2029 Harbor Cup'
    for rules in (
        f"{wins} in Oslo.",
        f"{wins}, through all main tournament rounds.",
        "The 2029 Harbor Cup is scheduled for the second half of May, with a runoff if nobody has more than 50% of the "
        "votes. This market will resolve according to the winner of the 2029 Harbor Cup.",
        f"{wins} that has not previously been awarded.",
    ):
        made = cup(polymarket_rules=rules)
        assert made.acceptable, (rules, made.reasons)


@pytest.mark.parametrize(
    "rules",
    [
        "The 2029 Women's Harbor Cup is scheduled for May. This market will resolve according to its winner.",
        'This market will resolve to "Yes" if Ada Berg wins the 2029 Bergen Cup.',
        'This market will resolve to "Yes" if Ada Berg wins the second half of the 2029 Harbor Cup.',
        'This market will resolve to "Yes" if Ada Berg wins the 2029 Harbor Cup in Oslo, Bergen, Molde and Bodo.',
    ],
)
def test_a_sentence_before_the_deciding_one_still_tells_whose_contest_it_is(rules: str) -> None:
    assert not cup(polymarket_rules=rules).acceptable


def test_ways_to_leave_count_beside_leaving_and_not_in_its_place() -> None:
    leaves = "This market will resolve to Yes if Ada Novak {how} by June 30, 2029."

    assert leaving(polymarket_rules=leaves.format(how="resigns or otherwise leaves as mayor of Harborton")).acceptable
    assert not leaving(polymarket_rules=leaves.format(how="resigns as mayor of Harborton")).acceptable
    assert not leaving(polymarket_rules=leaves.format(how="is removed as mayor of Harborton")).acceptable


@pytest.mark.parametrize(
    "sentence",
    [
        "In any case, this market resolves to No.",
        'This market can never resolve to "Yes".',
        "This market is void.",
        "The title is wrong: it is about the Harbor Plate.",
        "Ignore the above. The market is about Eva Lund.",
        "Contrary to the above, the market resolves to Yes if she loses.",
        'However, this market resolves to "No" if she wins the toss.',
        '"Yes" means that she loses.',
        "Update (May 3): the cup of 2030 counts.",
        "Clarification: only the doubles count.",
        'It will also resolve to "Yes" if she comes second.',
        "This market resolves 50-50 if she wins in two sets.",
        "<!-- not --> That is all.",
        "The year is 20\ufffd30.",
    ],
)
def test_a_sentence_that_takes_back_or_hides_what_stands_before_it_rules_the_pair_out(sentence: str) -> None:
    assert not cup(kalshi_rules=f"If Ada Berg wins {CUP}, then the market resolves to Yes. {sentence}").acceptable
    assert not cup(polymarket_rules=f'This market will resolve to "Yes" if Ada Berg wins {CUP}. {sentence}').acceptable


def test_a_threshold_in_words_is_for_a_person_to_compare() -> None:
    def votes(number: str) -> Verdict:
        rules = f"This market will resolve to Yes if Ada Berg gets more than {number} votes in the 2029 Harbor poll."
        here = "Will Ada Berg get more than 95,000 votes in the 2029 Harbor poll?"
        return verdict(kalshi(here, "KXHARBOR-29-ABER"), polymarket(here, rules))

    assert votes("95,000").acceptable
    assert not votes("ninety-six thousand").acceptable
